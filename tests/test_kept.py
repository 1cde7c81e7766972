"""What is kept on disk saves time and changes nothing."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

import corridors as co
from corridors.analysis.validation import count_fit
from corridors.analysis.validation.count_fit import CountFit
from corridors.assignment.choice_parameters import choice_parameters, place_counts
from corridors.assignment.usual import day as usual_day
from corridors.assignment.usual.day import Usual, corridors_of, sailed_arcs, usual_of
from corridors.assignment.usual.kept import key_of_usual, recall_usual
from corridors.scenarios import demand_curves, kept
from corridors.scenarios.demand_curves import ordinary_costs
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from corridors.flow.choice.model import Counts
    from corridors.scenarios.state import NetworkState

DAY = dt.date(2025, 9, 12)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the usual state of a day is kept."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(kept.SETTING, str(folder))
        net = co.load()
        usual_of(net, DAY)
        ordinary_costs(net, DAY)
    return folder


@pytest.fixture(scope="module")
def worked_out() -> Usual:
    """Return the usual state of the day with nothing kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(kept.SETTING, "off")
        return usual_of(co.load(), DAY)


@pytest.fixture
def state(net: co.Network) -> NetworkState:
    return network_state(net, None, DAY)


def _counts(state: NetworkState) -> Counts:
    return place_counts(state.arcs, state.demand, choice_parameters(state.net))


def _asked(state: NetworkState) -> str:
    dispersion = choice_parameters(state.net).dispersion
    marked = [*corridors_of(state), sailed_arcs(state)]
    return key_of_usual(state.problem, _counts(state), dispersion, marked)


def _bytes(usual: Usual) -> dict[str, bytes]:
    answer, routes = usual.answer, usual.routes
    arrays = {
        "commodity": routes.commodity,
        "start": routes.start,
        "arcs": routes.arcs,
        "least": usual.least,
        "flow": answer.route_flow,
        "volume": answer.volume,
        "composite": answer.composite_cost,
        "limit_price": answer.limit_price,
        "multiplier": answer.multiplier,
        "weighed": answer.model.weighed,
        "class_flow": answer.class_flow,
    }
    return {name: values.tobytes() for name, values in arrays.items()}


def _never(*_args: object, **_named: object) -> None:
    pytest.fail("worked out again")


def test_what_is_read_is_what_was_worked_out(
    folder: Path, worked_out: Usual, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(kept.SETTING, str(folder))
    monkeypatch.setattr(usual_day, "choose_settled", _never)
    found = usual_of(co.load(), DAY)
    assert _bytes(found) == _bytes(worked_out)
    assert found.answer.certificate == worked_out.answer.certificate
    assert found.answer.steps == worked_out.answer.steps


def test_ordinary_costs_are_read_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(kept.SETTING, "off")
    expected = ordinary_costs(co.load(), DAY)
    monkeypatch.setenv(kept.SETTING, str(folder))
    monkeypatch.setattr(demand_curves, "ordinary_optimum", _never)
    assert ordinary_costs(co.load(), DAY) == expected


def test_what_counts_are_read_off_is_read_too(
    net: co.Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How cargo would spread if nothing were counted says which counts are inputs."""

    def found() -> tuple[bytes, ...]:
        fit = CountFit(net)
        routes = fit.routes
        return (
            fit.identity.tobytes(), fit.mean_cost.tobytes(), routes.commodity.tobytes(),
            routes.start.tobytes(), routes.arcs.tobytes(),
        )  # fmt: skip

    monkeypatch.setenv(kept.SETTING, "off")
    expected = found()
    monkeypatch.setenv(kept.SETTING, str(tmp_path))
    assert found() == expected
    monkeypatch.setattr(usual_day, "choose_settled", _never)
    monkeypatch.setattr(count_fit, "first_routes", _never)
    assert found() == expected


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))


def _rewritten(change: Callable[[dict[str, np.ndarray]], None]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        arrays = kept.recall(path.stem)
        assert arrays is not None
        change(arrays)
        kept.keep(path.stem, arrays)

    return write


def _without_price(arrays: dict[str, np.ndarray]) -> None:
    del arrays["price"]


def _fewer_prices(arrays: dict[str, np.ndarray]) -> None:
    arrays["price"] = arrays["price"][:-1]


def _nothing_costs(arrays: dict[str, np.ndarray]) -> None:
    arrays["price"] = np.zeros_like(arrays["price"])


def _arcs_that_are_not(arrays: dict[str, np.ndarray]) -> None:
    arrays["arcs"] = arrays["arcs"] + 100_000


def _arcs_apart(arrays: dict[str, np.ndarray]) -> None:
    arrays["arcs"] = np.roll(arrays["arcs"], 1)


def _of_words(arrays: dict[str, np.ndarray]) -> None:
    arrays["least"] = np.array(["dear", "cheap"])


@pytest.mark.parametrize(
    "damage",
    [
        _cut,
        _emptied,
        _flipped,
        _rewritten(_without_price),
        _rewritten(_fewer_prices),
        _rewritten(_nothing_costs),
        _rewritten(_arcs_that_are_not),
        _rewritten(_arcs_apart),
        _rewritten(_of_words),
    ],
)
def test_what_is_broken_or_proves_nothing_is_left_alone(
    folder: Path,
    tmp_path: Path,
    state: NetworkState,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[Path], None],
) -> None:
    key = _asked(state)
    own = tmp_path / "kept" / f"{key}.kept"
    own.parent.mkdir()
    own.write_bytes((folder / "kept" / f"{key}.kept").read_bytes())
    monkeypatch.setenv(kept.SETTING, str(tmp_path))
    given = state.problem, _counts(state), choice_parameters(state.net).dispersion
    assert recall_usual(key, *given) is not None
    damage(own)
    assert recall_usual(key, *given) is None


def test_no_flipped_bit_passes(
    folder: Path, tmp_path: Path, state: NetworkState, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = _asked(state)
    content = (folder / "kept" / f"{key}.kept").read_bytes()
    own = tmp_path / "kept" / f"{key}.kept"
    own.parent.mkdir()
    monkeypatch.setenv(kept.SETTING, str(tmp_path))
    for place in np.random.default_rng(0).integers(0, 8 * len(content), 300).tolist():
        changed = bytearray(content)
        changed[place // 8] ^= 1 << place % 8
        own.write_bytes(bytes(changed))
        assert kept.recall(key) is None
    own.write_bytes(content)
    assert kept.recall(key) is not None
    # Nor does a file under the name of another.
    other = own.with_name("usual-of-another.kept")
    own.rename(other)
    assert kept.recall(other.stem) is None


def test_a_folder_that_may_only_be_read_is_read(
    folder: Path, state: NetworkState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_args: object) -> None:
        raise PermissionError(1, "read-only")

    monkeypatch.setenv(kept.SETTING, str(folder))
    monkeypatch.setattr(kept.os, "utime", refused)
    assert kept.recall(_asked(state)) is not None


@pytest.mark.parametrize("asked", ["~/cache", "  ~/cache "])
def test_a_folder_of_the_home_is_meant_by_a_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(kept.SETTING, asked)
    assert kept.cache_folder() == tmp_path / "cache" / "kept"


def test_off_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(kept.SETTING, "off")
    kept.keep("usual-1", {"a": np.ones(3)})
    assert kept.cache_folder() is None
    assert kept.recall("usual-1") is None


def test_where_nothing_can_be_written_all_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(kept.SETTING, str(tmp_path / "file"))
    kept.keep("usual-1", {"a": np.ones(3)})
    assert kept.recall("usual-1") is None


def test_what_decides_an_answer_decides_its_name(
    state: NetworkState, monkeypatch: pytest.MonkeyPatch
) -> None:
    p = state.problem
    names = {kept.key_of("usual", p)}
    for field in fields(p):
        value = getattr(p, field.name)
        if isinstance(value, np.ndarray) and value.size:
            other = value.copy()
            other.flat[0] = not other.flat[0] if other.dtype == np.bool_ else 7.0
            if np.array_equal(other, value):
                other.flat[0] = 8
        elif isinstance(value, int):
            other = value + 1
        else:
            continue
        changed = replace(p)
        object.__setattr__(changed, field.name, other)
        names.add(kept.key_of("usual", changed))
    assert len(names) == 1 + sum(
        isinstance(getattr(p, f.name), int) or getattr(getattr(p, f.name), "size", 0) > 0
        for f in fields(p)
    )
    assert kept.key_of("usual", p) in names
    monkeypatch.setattr(kept, "_code", lambda: "the code of another release")
    assert kept.key_of("usual", p) not in names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1.0, 2.0), (2.0, 1.0)),
        (([1.0], [2.0]), ([1.0, 2.0], [])),
        ((np.zeros(2),), (np.zeros((2, 1)),)),
        ((np.zeros(2),), (np.zeros(2, dtype=np.float32),)),
        ((np.zeros(4),), (np.zeros(2), np.zeros(2))),
        ((None,), ("None",)),
        ((0.1,), (np.nextafter(0.1, 1.0),)),
    ],
)
def test_names_tell_apart_what_looks_alike(one: tuple[object], other: tuple[object]) -> None:
    assert kept.key_of("x", *one) == kept.key_of("x", *one)
    assert kept.key_of("x", *one) != kept.key_of("x", *other)
    assert kept.key_of("x", *one) != kept.key_of("y", *one)


def test_what_was_read_longest_ago_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(kept.SETTING, str(tmp_path))
    monkeypatch.setattr(kept, "_MOST_FILES", 3)
    for number, name in enumerate(("a", "b", "c")):
        kept.keep(name, {"n": np.array(number)})
        os.utime(tmp_path / "kept" / f"{name}.kept", (1000.0 + number, 1000.0 + number))
    assert kept.recall("a") is not None
    kept.keep("d", {"n": np.array(9)})
    assert sorted(path.stem for path in (tmp_path / "kept").iterdir()) == ["a", "c", "d"]


def test_small_networks_keep_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(kept.SETTING, str(tmp_path))
    net = co.load(co.new_network(tmp_path / "island"))
    assert co.assign(net, as_of="2026-03-01", model="logit").answer.path_amount.sum() > 0
    assert ordinary_costs(net, dt.date(2026, 3, 1))
    assert not list(tmp_path.rglob("*.kept"))
