"""How wide the narrowest place may be: by hand where one limit decides, and by the same draws."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import toys
from analysis_toys import DAY
from command import corridors

import corridors as co
from corridors.analysis.uncertainty.inputs import UncertainInputs, triangular

N = 40


def in_a_row(*limits):
    """Return a - b - c by road, 100 km each; limits as (id, link, amount, low, high)."""
    return toys.network(
        {"a": "AA", "b": "BB", "c": "CC"},
        [
            {"link_id": "1", "from_node": "a", "to_node": "b"},
            {"link_id": "2", "from_node": "b", "to_node": "c"},
        ],
        [{"origin": "a", "destination": "c", "per_day": 1}],
        capacities=[
            {"capacity_id": name, "name": name, "unit": "t", "amount": amount, "low": low,
             "high": high, "background": background}
            for name, _, amount, low, high, background in limits
        ],
        capacity_members=[
            {"capacity_id": name, "link_id": link} for name, link, *_ in limits
        ],
    )  # fmt: skip


def test_one_limit_gives_the_quantiles_of_its_own_range():
    net = in_a_row(("post", "1", 100.0, 50.0, 130.0, 0.0))
    found = co.cut_range(net, "AA", "CC", "bulk", N, as_of=DAY)
    assert found.central.units_per_day == pytest.approx(100)
    # A Latin hypercube takes each fortieth of the range of probability once.
    edges = triangular(np.arange(N + 1) / N, *(np.full(N + 1, v) for v in (50.0, 100.0, 130.0)))
    ordered = np.sort(found.units_per_day)
    assert (ordered >= edges[:-1] - 1e-9).all()
    assert (ordered <= edges[1:] + 1e-9).all()
    assert found.stops["capacity_id"].tolist() == ["post"]
    assert found.stops["share"].tolist() == [1.0]


def test_background_is_taken_off_what_is_drawn():
    net = in_a_row(("post", "1", 100.0, 50.0, 130.0, 60.0))
    found = co.cut_range(net, "AA", "CC", "bulk", N, as_of=DAY)
    whole = co.cut_range(in_a_row(("post", "1", 100.0, 50.0, 130.0, 0.0)), "AA", "CC", "bulk", N,
                         as_of=DAY)  # fmt: skip
    assert found.units_per_day == pytest.approx(np.maximum(whole.units_per_day - 60.0, 0.0))
    assert found.units_per_day.min() == 0.0


def test_of_two_limits_in_a_row_the_narrower_of_each_draw_stops_it():
    limits = [("one", "1", 100.0, 60.0, 140.0, 0.0), ("two", "2", 110.0, 70.0, 130.0, 0.0)]
    net = in_a_row(*limits)
    found = co.cut_range(net, "AA", "CC", "bulk", N, seed=3, as_of=DAY)
    inputs = UncertainInputs(net)
    drawn = np.array([inputs.drawn("capacities", "amount", p) for p in inputs.places(N, 3)])
    assert found.units_per_day == pytest.approx(drawn.min(axis=1))
    share = found.stops.set_index("capacity_id")["share"]
    first = (drawn[:, net.tables["capacities"]["capacity_id"].tolist().index("one")]
             == drawn.min(axis=1)).mean()  # fmt: skip
    assert share["one"] == pytest.approx(first)
    assert share.sum() == pytest.approx(1.0)
    assert found.stops["share"].is_monotonic_decreasing
    low, middle, high = found.percentiles
    assert 60 <= low < middle < high <= 130


def test_each_draw_is_the_cut_of_the_network_that_is_drawn():
    limits = [("one", "1", 100.0, 60.0, 140.0, 10.0), ("two", "2", 110.0, 70.0, 130.0, 20.0)]
    net = in_a_row(*limits)
    found = co.cut_range(net, "AA", "CC", "bulk", 12, seed=5, as_of=DAY)
    inputs = UncertainInputs(net)
    for places, amount in zip(inputs.places(12, 5), found.units_per_day, strict=True):
        own = co.min_cut(inputs.network(places), "AA", "CC", "bulk", as_of=DAY)
        assert amount == pytest.approx(own.units_per_day, rel=1e-9)


def test_a_share_that_a_scenario_leaves_is_one_of_what_is_drawn():
    net = in_a_row(("post", "1", 100.0, 50.0, 130.0, 0.0))
    half = co.scenario(
        {"name": "half", "as_of": DAY, "events": [{"limit": {"capacity": "post"}, "to": 0.5}]}
    )
    thirty = {"limit": {"capacity": "post"}, "to": "30 t/day"}
    told = co.scenario({"name": "told", "as_of": DAY, "events": [thirty]})
    whole = co.cut_range(net, "AA", "CC", "bulk", N, as_of=DAY).units_per_day
    assert co.cut_range(net, "AA", "CC", "bulk", N, scenario=half).units_per_day == pytest.approx(
        whole / 2
    )
    kept = co.cut_range(net, "AA", "CC", "bulk", N, scenario=told).units_per_day
    assert kept == pytest.approx(np.full(N, 30.0))


ONE_WAY = {"link": "1", "direction": "forward"}
CHANGED = {
    "half of one way": {"limit": ONE_WAY, "to": 0.5},
    "half of all": {"limit": {"capacity": "one"}, "to": 0.5},
    "an amount one way": {"limit": {"capacity": "one", "direction": "forward"}, "to": "30 t/day"},
    "a longer service": {"delay": {"capacity": "one"}, "by": "2 h", "takes": "slots"},
    "an early opening": {"open": {"link": "1"}},
}


@pytest.mark.parametrize("change", list(CHANGED))
def test_each_draw_is_the_cut_of_the_network_that_is_drawn_whatever_an_event_leaves(change):
    """Half of what is left beside 40 of background is not what half of the amount would be."""
    net = in_a_row(("one", "1", 100.0, 50.0, 130.0, 40.0), ("two", "2", 400.0, 390.0, 410.0, 0.0))
    tables = dict(net.tables)
    variation = toys.network({}, [], [], variation=[
        {"mode": "road", "unit": "t", "cv_service": 1, "service_hours": 1}
    ])  # fmt: skip
    tables["variation"] = variation.tables["variation"]
    if change == "an early opening":
        for table, column, key in (("links", "opens", "1"), ("capacities", "valid_from", "one")):
            frame = tables[table]
            first = frame.columns[0]
            tables[table] = frame.assign(
                **{column: frame[column].mask(frame[first] == key, "2030-01-01")}
            )
    net = co.Network(tables)
    plan = co.scenario({"name": "plan", "as_of": DAY, "events": [CHANGED[change]]})
    found = co.cut_range(net, "AA", "CC", "bulk", 12, seed=5, scenario=plan)
    inputs = UncertainInputs(net)
    own = [
        co.min_cut(inputs.network(places), "AA", "CC", "bulk", scenario=plan).units_per_day
        for places in inputs.places(12, 5)
    ]
    assert found.units_per_day == pytest.approx(own, rel=1e-9)
    assert len(set(found.units_per_day.round(6))) > (change != "an amount one way")


def test_the_same_seed_gives_the_same_and_another_does_not():
    net = in_a_row(("post", "1", 100.0, 50.0, 130.0, 0.0))
    first, again, other = (
        co.cut_range(net, "AA", "CC", "bulk", N, seed=s, as_of=DAY).units_per_day for s in (1, 1, 2)
    )
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


def test_what_has_no_limit_has_no_range():
    found = co.cut_range(in_a_row(), "AA", "CC", "bulk", 5, as_of=DAY)
    assert math.isinf(found.percentiles[2])
    assert not len(found.stops)
    told = found.to_dict()["range"]
    assert told["median"] == {"units_per_day": None, "units_per_month": None}


@pytest.mark.parametrize(("name", "value"), [("n", 0), ("n", 2.5), ("seed", -1), ("n", True)])
def test_numbers_that_make_no_sense_are_refused(name, value):
    with pytest.raises(co.ScenarioError, match=f"{name}: saw {value!r}"):
        co.cut_range(in_a_row(), "AA", "CC", "bulk", **{name: value}, as_of=DAY)


def test_the_month_of_the_middle_corridor_is_said_by_one_command():
    asked = ["cut", "CN", "RO,BG,TR,GE", "--cargo", "container", "--corridor", "middle",
             "--avoid", "country:RU", "--as-of", "2025-09-12", "--uncertainty", "30"]  # fmt: skip
    told = json.loads(corridors(*asked, "--json").stdout)["cuts"][0]
    low, middle, high = (
        told["range"][k]["units_per_month"] for k in ("low_5", "median", "high_95")
    )
    # "Under 10,000 TEU a month": so said of the corridor when 40,000 were wanted.
    assert low < middle < high < 10_000
    assert told["units_per_month"] < 10_000
    assert told["range"]["stops"][0]["capacity_id"] == "caspian-feeders:forward"
    text = corridors(*asked).stdout
    assert "a month in nine draws of ten" in " ".join(text.split())
    assert "caspian-feeders" in text
