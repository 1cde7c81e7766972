"""What a comparison says about cost, demand, borders and whose map it is."""

from __future__ import annotations

import pytest
import toys
from simulate_toys import DAY0, link, scenario

import corridors as co
from corridors.analysis.criticality.elements import find_elements
from corridors.scenarios.state import network_state


def dear_and_fast():
    """Return a fast way that is dear and a slow one that is cheap; an hour is worth 10 dollars.

    ::

        a == 200 km, 4 h == b
        a == 100 km, 24 h == b
    """
    return toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b", 4.0, length_km=200), link("a", "b", 24.0, link_id="slow", length_km=100)],
        [{"origin": "a", "destination": "b", "per_day": 5}],
        cargo={"bulk": {"unit": "t", "t_per_unit": 1, "usd_per_unit_day": 240}},
    )


def hold(net, *events):
    return co.compare(co.assign(net, as_of=DAY0), co.assign(net, scenario(*events), as_of=DAY0))


def test_going_round_never_saves_cost():
    """A hundred dollars less for transport, twenty hours more at ten: a hundred more, by five."""
    change = hold(dear_and_fast(), {"close": {"link": "a-b-road"}}).change
    assert change["added_transport_usd_per_day"] == pytest.approx(-500)
    assert change["added_time_usd_per_day"] == pytest.approx(1000)
    assert change["added_cost_usd_per_day"] == pytest.approx(500)


@pytest.mark.parametrize(
    ("to", "step", "words"),
    [
        (0.4, ("no longer wanted", 3), "3 t that were wanted before"),
        (1.6, ("newly wanted", 3), "3 t are wanted now"),
    ],
)
def test_what_an_event_does_to_the_demand_is_said(to, step, words):
    comparison = hold(dear_and_fast(), {"demand": {"origin": "a"}, "to": to})
    steps = dict(comparison.waterfall.itertuples(index=False))
    assert steps[step[0]] == pytest.approx(step[1])
    assert steps["newly unserved"] == 0
    assert words in comparison.explain()
    assert "could not before" not in comparison.explain()


def test_borders_are_crossed_by_land():
    net = toys.network(
        {"a": "XA", "b": "XB", "c": "XC"},
        [link("a", "b"), link("a", "b", mode="sea"), link("b", "c", mode="sea")],
        [{"origin": "a", "destination": "b", "per_day": 5}],
    )
    import datetime as dt

    state = network_state(net, None, dt.date.fromisoformat(DAY0))
    assert [e.element_id for e in find_elements(state, ["border"])] == ["XA-XB"]
    assert [e.element_id for e in find_elements(state, ["border:XC-XB"])] == ["XB-XC"]


def test_a_map_is_about_the_network_at_hand(tmp_path):
    net = co.load(co.new_network(tmp_path / "mine"))
    from corridors.assignment.map_data import network_credits, network_title

    assert network_title(net) == "A made-up network for teaching"
    assert network_credits(net) == ("Countries: Natural Earth",)
    assert len(network_credits(co.load())) == 4
