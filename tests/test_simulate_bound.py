"""Perfect foresight is never dearer than the queue model, and what it costs by hand."""

from __future__ import annotations

import pytest
from simulate_toys import DAY0, close, one_road, scenario
from test_simulate_choice import two_roads

import corridors as co

CARGO = {"usd_per_unit_day": 24, "loss_usd_per_unit": 10_000}


def test_one_road_leaves_nothing_to_decide():
    """First come or not, the same amount waits each day: the bound is met.

    Ten shipments of 10 wait for a closure of ten days, then 16 a day pass.
    """
    net = one_road(16, cargo=CARGO)
    sim = co.simulate(net, scenario(close("a-b-road")), 60, start=DAY0, model="optimal")
    assert sim.bound.certificate.ok
    assert sim.bound.all_ways
    assert sim.bound.price_of_not_knowing_usd == pytest.approx(0, abs=1e-6)
    # 64 days of 10 pay 100 for the way; standing each evening: 10 to 100, then 94, ..., 4.
    standing = sum(range(10, 101, 10)) + sum(range(94, 0, -6))
    steps = sim.record.problem.n_steps
    assert sim.bound.optimum_usd == pytest.approx(steps * 1000 + 24 * standing, rel=1e-9)


def test_knowing_the_end_saves_the_way_round():
    """Not knowing, all wait for a closure of two days or go round too late.

    ::

        closed on days 10 and 11: waiting costs at most two days of 48, going round 300.
    """
    net = two_roads(spare=10, closure_days=30)
    plan = scenario(close("b-z-road", "2025-01-11", "2025-01-13"))
    sim = co.simulate(net, plan, 20, start=DAY0, model="optimal")
    assert sim.bound.certificate.ok
    # Both days' cargo goes round for 300 more a unit. Foresight lets it wait: the cargo of
    # day 10 for two days, of day 11 for one; 20 stand when 16 a day pass, so 14, 8 and 2
    # stand on the evenings of days 12, 13 and 14.
    wait = 48 * (10 + 20 + 14 + 8 + 2)
    assert sim.bound.price_of_not_knowing_usd == pytest.approx(20 * 300 - wait, rel=1e-9)


@pytest.mark.parametrize("spare", [0.5, 3, 10, 30])
@pytest.mark.parametrize("closure_days", [0, 2, 30])
@pytest.mark.parametrize("spot", [0.2, 1])
def test_never_cheaper_than_the_bound(spare, closure_days, spot):
    net = two_roads(
        spare=spare,
        closure_days=closure_days,
        spot_share=spot,
        spot_ramp_days=5,
        patience_days=6,
        patience_spread=1,
        reaction_days=1,
    )
    sim = co.simulate(net, scenario(close("b-z-road")), 30, start=DAY0, model="optimal")
    bound = sim.bound
    assert bound.certificate.ok
    assert bound.price_of_not_knowing_usd >= -1e-6 * bound.optimum_usd
