"""Runs by days that begin from the ways which shippers choose."""

from __future__ import annotations

import numpy as np
import pytest
import toys
from simulate_toys import DAY0, close, link, scenario, what

import corridors as co
from corridors.analysis.monte_carlo import simulated_draws
from corridors.network.network import as_date
from corridors.scenarios.state import network_state
from corridors.simulation.base_routes import SLIGHT, chosen_routes


def two_ways(far=110, narrow=100):
    """Draw two ways from a to d, 200 and twice `far` km long, 10 t a day::

    a --100-- b --100-- d       the first half has a limit
    a ------- c ------- d
    """
    return toys.network(
        {"a": "XA", "b": "XB", "c": "XC", "d": "XD"},
        [
            link("a", "b", 2),
            link("b", "d", 2),
            link("a", "c", far / 50),
            link("c", "d", far / 50),
        ],
        [{"origin": "a", "destination": "d", "per_day": 10}],
        cargo={"bulk": {"unit": "t", "t_per_unit": 1, "usd_per_unit_day": 2400}},
        capacities=[{"capacity_id": "short", "name": "short", "unit": "t", "amount": narrow}],
        capacity_members=[{"capacity_id": "short", "link_id": "a-b-road"}],
    )


def entered(sim, name):
    flows = sim.flows
    return float(flows.loc[flows["id"] == name, "t"].sum())


def shares(net):
    """Return what route choice sends by each way."""
    routes = co.assign(net, as_of=DAY0, model="logit").routes
    return dict(zip(routes["key"], routes["units_per_day"], strict=True))


def test_a_run_begins_from_the_ways_that_are_chosen():
    net = two_ways()
    chosen = shares(net)
    assert min(chosen.values()) > 0.5
    sim = co.simulate(net, None, 10, start=DAY0, usual="logit")
    for way in ("b", "c"):
        assert entered(sim, f"a-{way}-road") == pytest.approx(
            10 * chosen[f"a-{way}-road>{way}-d-road"], rel=1e-9
        )
    best = co.simulate(net, None, 10, start=DAY0)
    assert entered(best, "a-c-road") == 0
    assert sim.residual_t < 1e-9


def test_a_full_way_makes_no_queue_on_an_ordinary_day():
    """What a limit does not take goes by the other way, at the price of the limit."""
    net = two_ways(narrow=4)
    assert shares(net)["a-b-road>b-d-road"] == pytest.approx(4, rel=1e-9)
    sim = co.simulate(net, None, 30, start=DAY0, usual="logit")
    assert entered(sim, "a-b-road") == pytest.approx(4 * 30, rel=1e-6)
    assert what(sim, "waiting") == pytest.approx(0.0, abs=1e-6)


def test_ways_that_hardly_anybody_takes_are_not_followed():
    net = two_ways(far=160)
    chosen = shares(net)
    assert 0 < chosen["a-c-road>c-d-road"] < SLIGHT * 10
    ways = chosen_routes(network_state(net, None, as_date(DAY0)))
    assert [len(way.arcs) > 0 for way in ways] == [True]
    assert ways[0].share == pytest.approx(sum(chosen.values()) / 10, rel=1e-12)


def test_what_is_shut_carries_nothing_whatever_was_chosen():
    net = two_ways()
    plan = scenario(close("a-c-road"))
    sim = co.simulate(net, plan, 30, start=DAY0, usual="logit")
    # Shut for ten days of the thirty.
    assert entered(sim, "a-c-road") <= 20 * shares(net)["a-c-road>c-d-road"] + 1e-6
    assert sim.baseline is not None
    assert entered(sim.baseline, "a-c-road") == pytest.approx(
        30 * shares(net)["a-c-road>c-d-road"], rel=1e-9
    )


def test_draws_say_from_which_ways_they_began():
    net = two_ways()
    plan = scenario(close("a-b-road"))
    best, chosen = (
        simulated_draws(net, plan, 15, draws=2, seed=1, workers=1, usual=usual)
        for usual in ("optimal", "logit")
    )
    assert not best.equals(chosen)
    again = simulated_draws(net, plan, 15, draws=2, seed=1, workers=1, usual="logit")
    assert again.equals(chosen)


def test_a_kept_run_is_run_again_from_the_same_ways():
    sim = co.simulate(two_ways(), None, 5, start=DAY0, usual="logit")
    again = co.simulate(two_ways(), None, **sim.parameters)
    assert again.waterfall.equals(sim.waterfall)


def test_an_unknown_choice_is_named():
    with pytest.raises(co.ScenarioError, match=r"no model 'logitt'; did you mean logit\?"):
        co.simulate(two_ways(), None, 5, start=DAY0, usual="logitt")


def test_the_shipped_network_has_no_queue_of_its_own_making(net):
    """Whoever chooses within limits waits at none of them on an ordinary day."""
    sim = co.simulate(net, None, 3, start="2025-09-12", usual="logit", warm_up=25)
    best = co.simulate(net, None, 3, start="2025-09-12", warm_up=25)
    assert what(sim, "waiting") <= what(best, "waiting") + 1.0
    assert np.isclose(what(sim, "wanted"), what(best, "wanted"))


@pytest.mark.parametrize("wanted", [15.0, 3e3, 1e6, 1e12])
def test_what_fits_of_a_huge_demand_travels_in_every_model(wanted):
    """Six and nine tonnes a day are all that fits, of however much.

    ::

        a ==6== b
        a ==9== b
    """
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b", 1, link_id="six"), link("a", "b", 1, link_id="nine", length_km=105)],
        [{"origin": "a", "destination": "b", "per_day": wanted}],
        cargo={"bulk": {}},
        capacities=[
            {"capacity_id": key, "name": key, "unit": "t", "amount": amount}
            for key, amount in (("six", 6), ("nine", 9))
        ],
        capacity_members=[{"capacity_id": key, "link_id": key} for key in ("six", "nine")],
    )
    for model in ("optimal", "logit"):
        hit = co.assign(net, as_of=DAY0, model=model)
        assert sorted(hit.routes["units_per_day"]) == pytest.approx([6, 9], rel=1e-6)
        assert hit.summary["served_t_per_day"] == pytest.approx(15, rel=1e-6)
        assert hit.summary["shortfall_t_per_day"] == pytest.approx(wanted - 15, abs=1e-3)
        sim = co.simulate(net, None, 8, start=DAY0, usual=model)
        assert entered(sim, "six") == pytest.approx(6 * 8, rel=1e-6)
        assert entered(sim, "nine") == pytest.approx(9 * 8, rel=1e-6)
