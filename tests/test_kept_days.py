"""What is kept on disk of days without a scenario: the same figures as if they were run."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import simulate_toys

import corridors as co
from corridors.analysis.monte_carlo import simulated_draws
from corridors.scenarios import kept
from corridors.simulation.seasons import days_alone, undisturbed
from corridors.simulation.seasons.days_alone import DaysAlone, UsualFigures, key_of_days
from corridors.simulation.seasons.days_without import DaysWithout
from corridors.simulation.seasons.undisturbed import Optimum, Undisturbed

if TYPE_CHECKING:
    from pathlib import Path

DAYS = 12
ASKED = "poland-closure-2025"


def run(monkeypatch: pytest.MonkeyPatch, folder: Path | str) -> co.Simulation:
    """Return a run with its cache in a folder, or with none."""
    monkeypatch.setenv(kept.SETTING, str(folder))
    return co.simulate(co.load(), ASKED, DAYS)


def kinds(folder: Path) -> dict[str, int]:
    """Return how many files of each kind are kept."""
    names = [path.name.partition("-")[0] for path in folder.rglob("*.kept")]
    return {kind: names.count(kind) for kind in set(names)}


def test_a_run_says_the_same_with_what_is_kept_and_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = run(monkeypatch, "off").to_dict()
    assert run(monkeypatch, tmp_path).to_dict() == plain
    first = kinds(tmp_path)
    assert first["days"] == 1
    assert first["optimum"] > 1
    again = run(monkeypatch, tmp_path)
    assert again.to_dict() == plain
    assert kinds(tmp_path) == first
    # The days without the scenario were not run for it, and are for whoever asks for them.
    assert "days" not in again._undisturbed.__dict__
    assert again.baseline.waterfall["t"].tolist() == list(plain["baseline"]["waterfall_t"].values())
    assert again.effect["usual_t"].tolist() == again.baseline.waterfall["t"].tolist()
    for table, columns in days_alone._TABLES.items():
        whole = getattr(again.baseline, table)[list(columns)]
        known = getattr(again.usual, table)
        assert known.to_dict("list") == whole.to_dict("list"), table


def test_observations_are_held_against_what_is_kept_of_days_without_their_scenario(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim = run(monkeypatch, "off")
    alone = sim.baseline

    def never() -> co.Simulation:
        pytest.fail("run again")

    def held(days: DaysWithout) -> tuple[object, ...]:
        left, waited = days.waits
        by_demand, passed = (t.to_dict("list") for t in (days.by_demand, days.throughput))
        return by_demand, passed, left.tobytes(), waited.tobytes()

    expected = held(DaysWithout(alone.timetable, lambda: alone))
    assert expected[2] == alone.record.left.tobytes()
    assert expected[1]["passed"] == alone.throughput["passed"].tolist()
    monkeypatch.setenv(kept.SETTING, str(tmp_path))
    # What is being fitted comes once, and leaves nothing.
    assert held(DaysWithout(alone.timetable, lambda: alone, kept=False)) == expected
    assert not kinds(tmp_path)
    assert held(DaysWithout(alone.timetable, lambda: alone)) == expected
    assert held(DaysWithout(alone.timetable, never)) == expected
    changed = replace(alone.timetable, problem=replace(alone.timetable.problem, step=0.5))
    with pytest.raises(pytest.fail.Exception, match="run again"):
        held(DaysWithout(changed, never))


@pytest.mark.parametrize("usual", ["optimal", "logit"])
def test_draws_drive_out_nothing_that_others_come_back_to(
    usual: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(kept.SETTING, str(tmp_path))
    simulated_draws(co.load(), ASKED, 3, draws=1, workers=1, usual=usual)
    assert not kinds(tmp_path)


def test_what_is_broken_is_worked_out_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = run(monkeypatch, tmp_path).to_dict()
    for path in tmp_path.rglob("*.kept"):
        kept.keep(path.stem, {"what": np.array(["else"])})
    assert run(monkeypatch, tmp_path).to_dict() == plain


def toy() -> co.Simulation:
    road = simulate_toys.one_road()
    return co.simulate(road, simulate_toys.scenario(simulate_toys.close("a-b-road")), 20)


def test_days_of_a_small_network_are_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(kept.SETTING, str(tmp_path))
    sim = toy()
    assert sim.usual.waterfall.tolist() == sim.baseline.waterfall["t"].tolist()
    assert not kinds(tmp_path)


def test_all_that_decides_days_decides_the_name_of_their_figures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = toy()._undisturbed.timetable
    p = table.problem
    names = [key_of_days(table)]
    assert key_of_days(table) == names[0]

    def ask(**changes: object) -> None:
        problem = replace(p)
        for name, value in changes.items():
            object.__setattr__(problem, name, value)
        names.append(key_of_days(replace(table, problem=problem)))

    for field in fields(p):
        value = getattr(p, field.name)
        if isinstance(value, np.ndarray):
            ask(**{field.name: np.append(value, value[:1], axis=0) if len(value) else value[None]})
        elif isinstance(value, int | float):
            ask(**{field.name: value + 1})
        elif is_dataclass(value):
            part = fields(value)[0].name
            other = np.full_like(getattr(value, part), 3.0)
            ask(**{field.name: replace(value, **{part: other})})
        elif value is None:
            ask(**{field.name: 1})
    sets = p.base_routes
    way = sets[0][0]
    for other in (
        [*sets, []],
        [[], *sets],
        [[replace(way, share=way.share / 2)]],
        [[replace(way, demand=1)]],
        [[replace(way, arcs=way.arcs[:-1])]],
        [[replace(way, arcs=way.arcs[::-1] + 1)]],
    ):
        ask(base_routes=other)
    point = table.limits[0]
    changes = (
        {"limit_id": "x"}, {"name": "x"}, {"unit": "x"}, {"from_event": not point.from_event},
        {"entries": {}},
    )  # fmt: skip
    names += [
        key_of_days(replace(table, limits=[replace(point, **change), *table.limits[1:]]))
        for change in changes
    ]
    names.append(key_of_days(replace(table, first=table.first + dt.timedelta(days=1))))
    monkeypatch.setattr(kept, "_code", lambda: "the code of another release")
    names.append(key_of_days(table))
    assert not [i for i, name in enumerate(names) if name in names[:i]]


def test_figures_come_back_from_disk_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(kept.SETTING, str(tmp_path))
    monkeypatch.setattr(days_alone, "_WORTH_KEEPING", 0)
    sim = toy()
    found = UsualFigures.of(sim.baseline)
    kept.keep("days-1", found.arrays())
    again = UsualFigures.read(kept.recall("days-1"))
    assert again.waterfall.tolist() == found.waterfall.tolist()
    assert again.totals.tolist() == found.totals.tolist()
    was = sim.baseline.summary
    assert again.added(sim.summary) == {
        name: sim.summary[name] - was[name] for name in ("cost_usd", "waiting_t_hours", "loss_usd")
    }
    for name in days_alone._TABLES:
        assert getattr(again, name).to_dict("list") == getattr(found, name).to_dict("list")
        assert list(getattr(again, name).columns) == list(getattr(found, name).columns)
    assert UsualFigures.read({"waterfall": found.waterfall}) is None
    assert UsualFigures.read(None) is None
    asked = DaysAlone(lambda: sim.baseline.timetable, lambda _: pytest.fail("run again"))
    kept.keep(key_of_days(asked.timetable), found.arrays())
    assert asked.figures.waterfall.tolist() == found.waterfall.tolist()


def test_an_optimum_comes_back_from_disk_as_it_was(
    net: co.Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(kept.SETTING, str(tmp_path))
    days = Undisturbed(net, (), "optimal")
    problem = days.on(dt.date(2025, 9, 12)).problem
    nothing = replace(problem, amount=np.zeros(problem.n_commodities))
    first = [days.answer(p) for p in (problem, nothing)]
    assert kinds(tmp_path) == {"optimum": 2}
    other = Undisturbed(net, (), "optimal")
    monkeypatch.setattr(undisturbed, "solve", lambda _: pytest.fail("solved again"))
    for p, found in zip((problem, nothing), first, strict=True):
        again = other.answer(p)
        for name in ("path_commodity", "path_amount", "shortfall"):
            one, two = getattr(found, name), getattr(again, name)
            assert (one.dtype, one.tobytes()) == (two.dtype, two.tobytes())
        assert [a.tolist() for a in again.path_arcs] == [a.tolist() for a in found.path_arcs]
    assert Optimum.read(problem, {"amount": problem.amount}) is None
    # What events have a part in is worked out by who asks.
    event = replace(problem, amount=problem.amount * 2.0)
    with pytest.raises(pytest.fail.Exception):
        other.answer(event, usual=False)
    assert kinds(tmp_path) == {"optimum": 2}
