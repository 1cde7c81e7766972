"""An amount in a unit that a cargo has not is refused, and never used as its number."""

from __future__ import annotations

import pytest
import toys
from simulate_toys import DAY0, link, scenario

import corridors as co
from corridors.errors import ScenarioError


def both(mode="road", **others):
    """Return boxes of 10 t and bulk over one link, 10 units of each a day.

    ::

        a ==== b
    """
    return toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b", mode=mode)],
        [{"origin": "a", "destination": "b", "cargo": c, "per_day": 10} for c in toys.CARGO],
        loads=[
            {"mode": "road", "cargo": "box", "vehicle": "truck", "units_per_vehicle": 2},
            {"mode": "road", "cargo": "bulk", "vehicle": "truck", "units_per_vehicle": 25},
        ],
        **others,
    )


def run(event, net=None):
    return co.assign(net or both(), scenario(event), as_of=DAY0)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"demand": {"cargo": "bulk"}, "to": "500 TEU/day"}, "bulk, counted in t"),
        ({"demand": {"origin": "a"}, "to": "600 TEU/day"}, "bulk, counted in t"),
        ({"demand": {"cargo": ["box", "bulk"]}, "to": "600 FEU/week"}, "bulk, counted in t"),
        ({"limit": {"link": "a-b-road"}, "to": "5 TEU/day", "cargo": "bulk"}, "counted in TEU"),
        ({"limit": {"link": "a-b-road"}, "to": "5 TEU/day", "cargo": ["box", "bulk"]}, "bulk"),
        ({"limit": {"link": "a-b-road"}, "to": "5 trains/day"}, "counted in train"),
        ({"limit": {"link": "a-b-road"}, "to": "0 trains/day"}, "counted in train"),
        ({"surcharge": {"link": "a-b-road"}, "by": "5 USD/TEU", "cargo": "bulk"}, "USD/t"),
        ({"surcharge": {"link": "a-b-road"}, "by": "5 USD/FEU", "cargo": ["box", "bulk"]}, "bulk"),
    ],
)
def test_a_unit_that_the_cargo_has_not_is_refused(event, words):
    with pytest.raises(ScenarioError, match=words):
        run(event)


def test_trucks_on_rail_are_refused():
    with pytest.raises(ScenarioError, match="counted in truck"):
        run({"limit": {"link": "a-b-rail"}, "to": "5 trucks/day"}, both("rail"))


@pytest.mark.parametrize(
    ("event", "served"),
    [
        # 10 boxes of 10 t and 10 t: in tonnes both are counted.
        ({"demand": {"cargo": "box"}, "to": "50 t/day"}, {"box": 50, "bulk": 10}),
        ({"demand": {"cargo": "box"}, "to": "5 TEU/day"}, {"box": 50, "bulk": 10}),
        ({"demand": {"cargo": "box"}, "to": "5 FEU/day"}, {"box": 100, "bulk": 10}),
        ({"demand": {"origin": "a"}, "to": "55 t/day"}, {"box": 50, "bulk": 5}),
        ({"limit": {"link": "a-b-road"}, "to": "5 TEU/day"}, {"box": 50, "bulk": 10}),
        # A truck takes 2 boxes or 25 t: 3 trucks are 6 boxes, 3.4 of them beside the bulk.
        (
            {"limit": {"link": "a-b-road"}, "to": "3 trucks/day", "cargo": "box"},
            {"box": 60, "bulk": 10},
        ),
    ],
)
def test_a_unit_that_the_cargo_has_is_turned_into_it(event, served):
    by_cargo = run(event).summary["by_cargo"]
    assert {c: v["served_t_per_day"] for c, v in by_cargo.items()} == pytest.approx(served)


def test_a_charge_per_box_without_named_cargo_is_for_boxes():
    paid = run({"surcharge": {"link": "a-b-road"}, "by": "5 USD/TEU"}).routes
    assert paid.set_index("cargo")["usd_per_unit"].to_dict() == {"box": 105, "bulk": 100}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"limit": {"link": "a-b-road"}, "to": "110 %"}, "saw '110 %', expected a share"),
        ({"limit": {"link": "a-b-road"}, "to": "1.5"}, "saw '1.5', expected a share"),
        ({"limit": {"link": "a-b-road"}, "to": 1.5}, "saw 1.5, expected a share"),
        ({"limit": {"link": "a-b-road"}, "to": "1e15 t/day"}, "saw '1e15 t/day', expected at most"),
        ({"demand": {"cargo": "bulk"}, "to": "1e15 t/day"}, "saw '1e15 t/day', expected at most"),
        ({"demand": {"cargo": "bulk"}, "to": "1e16 %"}, "saw '1e16 %', expected at most"),
        ({"delay": {"link": "a-b-road"}, "by": "1e15 days"}, "saw '1e15 days', expected at most"),
        (
            {"surcharge": {"link": "a-b-road"}, "by": "1e15 USD/t"},
            "saw '1e15 USD/t', expected at most",
        ),
    ],
    ids=str,
)
def test_what_is_refused_is_told_as_it_is_written(change, said):
    with pytest.raises(co.ScenarioError) as told:
        co.scenario({"name": "x", "events": [change]})
    assert said in str(told.value)
