"""What falls short in ordinary times takes what an event gives, as what the tables give."""

from __future__ import annotations

import pytest
import toys
from simulate_toys import link, scenario, what

import corridors as co

MONDAY, LATER, END = "2025-01-06", "2025-01-08", "2025-01-13"


def road(amounts: list[dict] | None = None, *, per_day: float = 10, **way: object) -> co.Network:
    """A road from a to b, with rows of one capacity if there are any."""
    return toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b", **way)],
        [{"origin": "a", "destination": "b", "per_day": per_day}],
        cargo={"bulk": {}},
        capacities=[{"capacity_id": "c", "name": "C", "unit": "t"} | row for row in amounts or []],
        capacity_members=[{"capacity_id": "c", "link_id": "a-b-road", "direction": "forward"}]
        if amounts
        else [],
    )


def market(*, more: bool) -> co.Network:
    """Ten a day are wanted of a seller who has five, or from the eighth on ten."""
    row = {"market": "m", "node_id": "a", "cargo": "bulk", "amount": 5, "per": "day"}
    rows = [row]
    if more:
        rows = [row | {"valid_until": LATER}, row | {"amount": 10, "valid_from": LATER}]
    return toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b")],
        [
            {"demand_id": "a-b-bulk", "origin": "", "destination": "b", "market": "m",
             "per_day": 10}
        ],
        cargo={"bulk": {}},
        supply=rows,
    )  # fmt: skip


def carried(net: co.Network, *events: dict) -> list[float]:
    sim = co.simulate(net, scenario(*events), 9, start=MONDAY)
    assert sim.residual_t < 1e-6
    flows = sim.flows[sim.flows["id"] == "a-b-road"].set_index("date")["t"]
    return [round(float(flows.get(day.isoformat(), 0.0)), 6) for day in sim.days]


CALM = {"delay": {"link": "a-b-road"}, "by": "0 h"}
SAME = {
    "an opening": (
        road(opens=LATER),
        road(opens="2030-01-01"),
        {"open": {"link": "a-b-road"}},
        [0, 0, 10, 10, 10, 10, 10, 10, 10],
    ),
    "a larger limit": (
        road([{"amount": 5, "valid_until": LATER}, {"amount": 20, "valid_from": LATER}]),
        road([{"amount": 5}]),
        {"limit": {"capacity": "c"}, "to": "20 t/day"},
        [5, 5, 10, 10, 10, 10, 10, 10, 10],
    ),
    "more to sell": (
        market(more=True),
        market(more=False),
        {"supply": {"market": "m"}, "to": 2},
        [5, 5, 10, 10, 10, 10, 10, 10, 10],
    ),
}


@pytest.mark.parametrize("what_is_given", list(SAME))
def test_an_event_gives_what_the_tables_give(what_is_given):
    dated, plain, event, expected = SAME[what_is_given]
    assert carried(dated, CALM) == expected
    assert carried(plain, event | {"from": LATER}) == expected


def test_what_is_given_is_gone_with_the_event():
    event = {"open": {"link": "a-b-road"}, "from": LATER, "until": END}
    assert carried(road(opens="2030-01-01"), event) == [0, 0, 10, 10, 10, 10, 10, 0, 0]


def test_a_limit_that_grows_day_by_day_gives_so_much_more_each_day():
    event = {"limit": {"capacity": "c"}, "to": "8 t/day", "over": "3 days", "from": LATER}
    assert carried(road([{"amount": 5}]), event) == [5, 5, 6, 7, 8, 8, 8, 8, 8]


def test_where_half_is_wanted_all_of_it_finds_room():
    """Five of ten fit in ordinary times; of five, five."""
    event = {"demand": {"cargo": "bulk"}, "to": 0.5, "from": LATER}
    assert carried(road([{"amount": 5}]), event) == [5] * 9


def test_nobody_leaves_his_way_because_a_better_one_opens():
    net = toys.network(
        {"a": "XA", "b": "XB", "c": "XC"},
        [link("a", "b", opens="2030-01-01"), link("a", "c"), link("c", "b")],
        [{"origin": "a", "destination": "b", "per_day": 10}],
        cargo={"bulk": {}},
    )
    assert carried(net, {"open": {"link": "a-b-road"}, "from": LATER}) == [0] * 9


def test_a_closure_gives_nothing():
    """Five of ten fit on the road; with the other road shut nobody takes the room of its cargo."""
    net = toys.network(
        {"a": "XA", "b": "XB", "d": "XD"},
        [link("a", "b"), link("b", "d")],
        [
            {"origin": "a", "destination": "b", "per_day": 10},
            {"origin": "a", "destination": "d", "per_day": 3},
        ],
        cargo={"bulk": {}},
        capacities=[{"capacity_id": "c", "name": "C", "unit": "t", "amount": 8}],
        capacity_members=[{"capacity_id": "c", "link_id": "a-b-road"}],
    )
    shut = co.simulate(
        net, scenario({"close": {"link": "b-d-road"}, "from": LATER}), 9, start=MONDAY
    )
    alone = co.simulate(net, None, 9, start=MONDAY)
    assert what(shut, "short_as_usual") == pytest.approx(what(alone, "short_as_usual"))


def test_it_is_told():
    event = {"open": {"link": "a-b-road"}, "from": LATER}
    sim = co.simulate(road(opens="2030-01-01"), scenario(event), 9, start=MONDAY)
    assert "Of what falls short without it, 70.0 t leave." in sim.explain()
    half = {"demand": {"cargo": "bulk"}, "to": 0.5, "from": LATER}
    sim = co.simulate(road([{"amount": 5}]), scenario(half), 9, start=MONDAY)
    assert "falls short" not in sim.explain()
