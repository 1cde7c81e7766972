"""How a run is asked for and what is kept of it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import toys
from simulate_toys import DAY0, close, link, one_road, scenario
from typer.testing import CliRunner

import corridors as co
from corridors.cli.app import app
from corridors.simulation.queue_tables import _Curves


def test_the_old_keyword_of_the_scenario_warns_and_does_the_same():
    plan = scenario(close("a-b-road"))
    with pytest.warns(DeprecationWarning, match=r"events= is now called scenario=") as seen:
        old = co.simulate(one_road(16), events=plan, days=15, start=DAY0)
    assert seen[0].filename == __file__
    new = co.simulate(one_road(16), scenario=plan, days=15, start=DAY0)
    assert old.to_dict() == new.to_dict()
    with pytest.raises(co.ScenarioError, match="saw both, expected one"):
        co.simulate(one_road(16), plan, events=plan, start=DAY0)


def test_a_run_is_saved_whole_and_as_the_command_writes_it(tmp_path):
    """Each table as CSV and the summary as JSON; the folder is made, the one above is not."""
    sim = co.simulate(one_road(16), scenario(close("a-b-road")), 15, start=DAY0)
    folder = sim.save(tmp_path / "run")
    assert folder == tmp_path / "run"
    tables = {path.stem: pd.read_csv(path) for path in folder.glob("*.csv")}
    assert set(tables) == {
        "queues", "curves", "throughput", "peaks", "daily", "waterfall", "earlier",
        "delivered", "by_demand", "flows", "cost", "hours", "loss",
    }  # fmt: skip
    pd.testing.assert_frame_equal(tables["queues"], sim.queues, check_dtype=False)
    assert json.loads((folder / "summary.json").read_text("utf-8")) == sim.to_dict()
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    sim.save(str(folder))
    assert first == {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(co.DataError, match="does not exist"):
        sim.save(tmp_path / "none" / "run")


@pytest.mark.parametrize("step", ["1d", "6h"])
@pytest.mark.parametrize(
    ("until", "t_days"),
    [
        # 10 a day have come for 12 days, and all stand there.
        ("2025-03-01", 120 * 6),
        # 100 after ten days, then six fewer each day: the area below the queue.
        ("2025-01-11", 500 + 97 + 91),
    ],
)
def test_who_stands_at_the_end_has_waited_until_then(until, t_days, step):
    shut = scenario(close("a-b-road", DAY0, until))
    sim = co.simulate(one_road(16), shut, 12, start=DAY0, step=step)
    assert sim.summary["waiting_t_hours"] == pytest.approx(24 * t_days)
    assert sim.hours["waiting_t_hours"].tolist() == pytest.approx([24 * t_days])


def test_who_is_held_back_at_his_origin_has_waited_until_then():
    """Ten come on each of five days; who would have to wait for longer than four stays at home."""
    shut = scenario(close("a-b-road", DAY0, "2025-03-01"))
    sim = co.simulate(one_road(16, cargo={"patience_days": 4}), shut, 5, start=DAY0)
    assert sim.daily["not_yet_left"].iloc[-1] > 0
    assert sim.daily["not_yet_left"].iloc[-1] + sim.daily["waiting"].iloc[-1] == pytest.approx(50)
    assert sim.summary["waiting_t_hours"] == pytest.approx(24 * 50 * 2.5)


@pytest.mark.parametrize(
    ("event", "added", "said"),
    [
        # Ten a day for ten days, 48 h each; by 30 USD each.
        (
            {"delay": {"link": "a-b-road"}, "by": "2 days"},
            (4800, 0),
            "What moves takes 4,800 t-hours longer on its way by what the scenario adds there.",
        ),
        (
            {"surcharge": {"link": "a-b-road"}, "by": "30 USD/t"},
            (0, 3000),
            "What moves pays 3,000 USD more on its way by what the scenario adds there.",
        ),
        # Of five days of ten, as it begins on the sixth.
        (
            {"delay": {"link": "a-b-road"}, "by": "2 days", "from": "2025-01-06"},
            (2400, 0),
            "What moves takes 2,400 t-hours longer",
        ),
    ],
)
def test_a_delay_and_a_surcharge_are_told_of_though_nothing_waits(event, added, said):
    sim = co.simulate(one_road(16), scenario(event), 10, start=DAY0)
    assert sim.added_on_the_way == pytest.approx(added)
    assert said in sim.explain()
    assert "no cargo waits longer, goes another way or is lost" in sim.explain()
    assert "no cargo comes later" not in sim.explain()
    assert sim.to_dict()["explanation"] == sim.explain()


def test_what_changes_nothing_on_the_way_adds_nothing_there():
    sim = co.simulate(one_road(16), scenario(close("a-b-road")), 30, start=DAY0)
    assert sim.added_on_the_way == (0, 0)
    assert "on its way" not in sim.explain()
    assert sim.baseline.added_on_the_way == (0, 0)


NOWHERE = {"a": "XA", "b": "XB"}, [link("a", "b")]


@pytest.mark.parametrize("model", ["queue", "optimal"])
@pytest.mark.parametrize("event", [close("a-b-road"), {"delay": {"link": "a-b-road"}, "by": "5 h"}])
@pytest.mark.parametrize(
    "net",
    [
        toys.network(*NOWHERE, [], cargo={}, rates=[]),
        toys.network(*NOWHERE, [], cargo={"bulk": {}}),
        toys.network(
            *NOWHERE,
            [{"origin": "a", "destination": "b", "per_day": 9, "valid_from": "2030-01-01"}],
            cargo={"bulk": {}},
        ),
    ],
    ids=["no cargo", "no demand", "no demand yet"],
)
def test_where_nothing_is_wanted_nothing_moves_and_nothing_is_lost(net, event, model):
    sim = co.simulate(net, scenario(event), 3, start=DAY0, model=model)
    assert sim.waterfall["t"].sum() == 0
    assert sim.residual_t == 0
    assert len(sim.peaks) == len(sim.by("cargo")) == 0
    assert "no cargo comes later" in sim.explain()
    told = sim.to_dict()
    if model == "optimal":
        assert told["bound"]["optimum_usd"] == 0
        assert told["bound"]["price_of_not_knowing_usd"] == 0


def test_the_command_writes_what_save_writes(tmp_path):
    co.new_network(tmp_path / "island")
    plan = min((tmp_path / "island").glob("**/*.yaml"))
    sim = co.simulate(co.load(tmp_path / "island"), plan, 5)
    options = ["--network", str(tmp_path / "island"), "--days", "5"]
    answer = CliRunner().invoke(
        app, ["simulate", str(plan), *options, "--out", str(tmp_path / "run")]
    )
    assert answer.exit_code == 0, answer.output
    own = sim.save(tmp_path / "own")
    written = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    assert written == {path.name: path.read_bytes() for path in own.iterdir()}


@pytest.mark.parametrize("hair", [0.0, 1e-13, -1e-13, 1e-11])
def test_who_stands_at_the_end_has_waited_as_long_whatever_rounding_has_come_after(hair):
    came = np.array([0.0, 10.0, 10.0 + hair, 10.0 + 2 * hair])
    own = _Curves(np.arange(4.0), came, np.array([0.0, 0.0, 2.0, 4.0]))
    # The fourth came after 0.4 days, the tenth after one: on average 2.3 days before the end.
    assert own.standing() == pytest.approx((6.0, 6.0 * 2.3, 2.6))
