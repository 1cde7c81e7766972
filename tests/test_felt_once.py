"""A delay or a charge at a place is felt once on each passage, whatever selects the place."""

from __future__ import annotations

import pytest
import toys
from simulate_toys import DAY0, by_rail_inside, link, scenario

import corridors as co

BOX = {
    "type": "Polygon",
    "coordinates": [[[60.9, 44], [62.1, 44], [62.1, 48], [60.9, 48], [60.9, 44]]],
}


def chain(**others):
    """Return a line of five nodes, of which b, c and d lie in XB, with a change of gauge at c.

    ::

        a ==1435== b ==1435== c ==1520== d ==1520== e
        XA         XB         XB         XB         XC      (a to b crosses XV)
    """
    rails = [("a", "b", 1435), ("b", "c", 1435), ("c", "d", 1520), ("d", "e", 1520)]
    return toys.network(
        {"a": "XA", "b": "XB", "c": "XB", "d": "XB", "e": "XC"},
        [
            link(
                x,
                y,
                10.0,
                mode="rail",
                gauge_mm=gauge,
                corridor="middle" if x in "bc" else "",
                via_countries="XV" if x == "a" else "",
            )
            for x, y, gauge in rails
        ],
        [{"origin": o, "destination": d, "per_day": 1} for o, d in ("ae", "ea", "ce", "ac", "bd")],
        transfers=[
            {
                "transfer_id": "gauge",
                "node_id": "c",
                "from_mode": "rail",
                "from_gauge_mm": 1435,
                "to_mode": "rail",
                "to_gauge_mm": 1520,
                "hours": 1,
            }
        ],
        chokepoints=[
            {"chokepoint": "c-itself", "name": "C", "selector": "{node: c}"},
            {"chokepoint": "series", "name": "S", "selector": "{link: [b-c-rail, c-d-rail]}"},
            {"chokepoint": "xb", "name": "XB", "selector": "{country: XB}"},
            {"chokepoint": "both", "name": "B", "selector": "{link: b-c-rail}"},
            {"chokepoint": "both", "name": "B", "selector": "{node: c}"},
            {"chokepoint": "crane", "name": "K", "selector": "{transfer: gauge}"},
        ],
        **others,
    )


PLAIN = {"a-e": 41, "e-a": 41, "c-e": 20, "a-c": 20, "b-d": 21}


def felt(event, net=None):
    """Return by how many times ten hours each demand takes longer."""
    net = net or chain()
    hit = co.assign(net, scenario({"delay": event, "by": "10 h"}), as_of=DAY0)
    hours = hit.routes.groupby("demand_id")["hours"].mean()
    return {key: (hours[f"{key}-bulk"] - PLAIN[key]) / 10 for key in PLAIN}


def times(through, back, from_c, to_c, b_to_d):
    return {"a-e": through, "e-a": back, "c-e": from_c, "a-c": to_c, "b-d": b_to_d}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"node": "c"}, times(1, 1, 0, 1, 1)),
        ({"chokepoint": "c-itself"}, times(1, 1, 0, 1, 1)),
        ({"chokepoint": "both"}, times(1, 1, 0, 1, 1)),
        ({"chokepoint": ["c-itself", "series"]}, times(1, 1, 0, 1, 1)),
        # A list is one place.
        ({"node": ["b", "c"]}, times(1, 1, 0, 1, 0)),
        # Of links in series the first; c, where cargo starts, is in the middle of them.
        ({"chokepoint": "series"}, times(1, 1, 1, 1, 1)),
        ({"corridor": "middle"}, times(1, 1, 1, 1, 1)),
        ({"corridor": "middle", "direction": "forward"}, times(1, 0, 1, 1, 1)),
        ({"country": "XB"}, times(1, 1, 0, 1, 0)),
        ({"chokepoint": "xb"}, times(1, 1, 0, 1, 0)),
        ({"country": ["XB", "XC"]}, times(1, 0, 0, 1, 0)),
        # A country that a link only crosses.
        ({"country": "XV"}, times(1, 1, 0, 1, 0)),
        ({"country": ["XV", "XB"]}, times(1, 1, 0, 1, 0)),
        ({"border": ["XA", "XB"]}, times(1, 1, 0, 1, 0)),
        ({"border": ["XA", "XB"], "country": "XB"}, times(1, 0, 0, 1, 0)),
        ({"transfer": "gauge"}, times(1, 1, 0, 0, 1)),
        ({"chokepoint": "crane"}, times(1, 1, 0, 0, 1)),
        ({"node": "c", "transfer": "gauge"}, times(1, 1, 0, 0, 1)),
        # Links that are named as such are each used.
        ({"link": ["b-c-rail", "c-d-rail"]}, times(2, 2, 1, 1, 2)),
    ],
)
def test_a_delay_is_felt_once_on_each_passage(event, expected):
    # Cargo that starts at c chooses its gauge there, so that the crane is not on its way.
    assert felt(event) == pytest.approx(expected)


def test_a_polygon_is_one_place():
    """Of toy nodes, b at 61 and c at 62 degrees east lie in the box; a, d and e do not."""
    assert felt({"within": BOX}) == pytest.approx(times(1, 1, 0, 1, 0))


def test_a_polygon_between_two_nodes_is_felt_on_the_link_that_crosses_it():
    """A sliver at 60.5 degrees east, between a and b."""
    ring = [[60.4, 40], [60.6, 40], [60.6, 50], [60.4, 50], [60.4, 40]]
    area = {"type": "Polygon", "coordinates": [ring]}
    assert felt({"within": area}) == pytest.approx(times(1, 1, 0, 1, 0))


def test_a_surcharge_is_felt_where_a_delay_is():
    """10 dollars a tonne on boxes of 10 t: 100 a box, once, on the box alone."""
    net = toys.network(
        {"a": "XA", "b": "XB", "c": "XC"},
        [link("a", "b"), link("b", "c")],
        [{"origin": "a", "destination": "c", "cargo": kind, "per_day": 1} for kind in toys.CARGO],
        chokepoints=[{"chokepoint": "b", "name": "B", "selector": "{node: b}"}],
    )
    event = {"surcharge": {"chokepoint": "b"}, "by": "10 USD/t", "cargo": "box"}
    paid = co.assign(net, scenario(event), as_of=DAY0).routes.set_index("cargo")["usd_per_unit"]
    assert paid.to_dict() == pytest.approx({"box": 300, "bulk": 200})


def test_days_feel_a_place_as_often_as_the_steady_state():
    """Everything starts on its first day; the 41 h of the whole line become 51 h."""
    net = chain(
        capacities=[{"capacity_id": "k", "name": "K", "unit": "t", "amount": 9}],
        capacity_members=[{"capacity_id": "k", "link_id": "a-b-rail"}],
    )
    for event in ({"chokepoint": "series"}, {"chokepoint": "c-itself"}):
        plan = scenario({"delay": event, "by": "10 h"})
        hours = co.assign(net, plan, as_of=DAY0).summary["mean_hours"]
        sim = co.simulate(net, plan, 20, start=DAY0)
        state = sim.timetable.states[-1]
        assert (
            state.arcs.hours.tolist() == co.assign(net, plan, as_of=DAY0).state.arcs.hours.tolist()
        )
        assert sim.residual_t < 1e-9
        assert hours > co.assign(net, as_of=DAY0).summary["mean_hours"]


def test_closing_and_limiting_take_the_whole_place():
    """What is felt once is still selected as a whole: nothing passes, nothing starts at c."""
    for event in ({"close": {"chokepoint": "series"}}, {"limit": {"corridor": "middle"}, "to": 0}):
        hit = co.assign(chain(), scenario(event), as_of=DAY0)
        assert hit.summary["served_t_per_day"] == 0


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"country": "XB"}, {"ae": 1, "ea": 1, "fe": 1, "af": 1, "bd": 0, "be": 0}),
        # Nothing comes into the country on its railways: they are felt where they begin.
        ({"country": "XB", "mode": "rail"}, {"ae": 1, "ea": 1, "fe": 1, "af": 1, "bd": 0, "be": 0}),
        ({"chokepoint": "rail"}, {"ae": 1, "ea": 1, "fe": 1, "af": 1, "bd": 0, "be": 0}),
        ({"node": "c", "mode": "rail"}, {"ae": 1, "ea": 1, "fe": 1, "af": 1, "bd": 1, "be": 1}),
        ({"node": "b", "mode": "rail"}, {"ae": 1, "ea": 1, "fe": 0, "af": 1, "bd": 0, "be": 0}),
        # What leads out of the place alone is felt there.
        (
            {"country": "XB", "direction": "XB>XC"},
            {"ae": 1, "ea": 0, "fe": 1, "af": 0, "bd": 0, "be": 1},
        ),
    ],
)
def test_a_part_of_a_place_is_felt_once_by_who_uses_it(event, expected):
    net = by_rail_inside()
    hit = co.assign(net, scenario({"delay": event, "by": "10 h"}), as_of=DAY0)
    plain = co.assign(net, as_of=DAY0).routes.set_index("demand_id")["hours"]
    late = hit.routes.set_index("demand_id")["hours"] - plain
    assert {key[0] + key[2]: hours / 10 for key, hours in late.items()} == pytest.approx(expected)
