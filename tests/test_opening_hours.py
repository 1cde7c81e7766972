"""Posts that do not work at night, in steps of six hours: queues worked out by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
import toys
from simulate_toys import link

import corridors as co
from corridors.simulation.queue_points import open_part


def post(*hours: dict, per_day: float = 18, amount: float = 20) -> co.Network:
    """Eighteen a day to a post that takes twenty, from eight to twenty o'clock."""
    rows = [{"capacity_id": "c", **own} for own in hours]
    return toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b")],
        [{"origin": "a", "destination": "b", "per_day": per_day}],
        cargo={"bulk": {}},
        capacities=[{"capacity_id": "c", "name": "C", "unit": "t", "amount": amount}],
        capacity_members=[{"capacity_id": "c", "link_id": "a-b-road", "direction": "forward"}],
        opening_hours=rows,
    )


DAY = {"opens": 8, "closes": 20}


def queue(net: co.Network, step: str, days: int = 3) -> list[float]:
    sim = co.simulate(net, days=days, start="2025-01-01", warm_up=0, step=step)
    assert sim.residual_t < 1e-9
    return sim.record.queue[:, 0].tolist()


def test_what_comes_at_night_waits_for_the_morning():
    """4.5 come in six hours; two thirds of a quarter of the open day lie before noon.

    ::

        room      0    6.67  10    3.33
        queue   4.5    2.33   0    1.17   5.67  3.5  0  1.17
    """
    found = queue(post(DAY), "6h")
    assert found[:8] == pytest.approx([4.5, 7 / 3, 0, 7 / 6, 17 / 3, 3.5, 0, 7 / 6])


def test_round_the_clock_nobody_waits_and_a_step_of_a_day_does_not_see_the_night():
    assert max(queue(post(), "6h")) == 0
    assert max(queue(post(DAY), "1d")) == 0


def test_hours_through_the_night_are_two_parts_of_a_day():
    through = post({"opens": 20, "closes": 8})
    table = co.simulate(through, days=1, start="2025-01-01", warm_up=0, step="6h").timetable
    assert table.problem.rate[:, 0].tolist() == pytest.approx([40, 40 / 3, 0, 80 / 3])


def test_hours_hold_in_their_period_and_a_day_has_its_amount():
    net = post(DAY | {"valid_from": "2025-01-02", "valid_until": "2025-01-03"})
    table = co.simulate(net, days=3, start="2025-01-01", warm_up=0, step="6h").timetable
    rate = table.problem.rate[:, 0].reshape(3, 4)
    assert rate[0].tolist() == [20] * 4 == rate[2].tolist()
    assert rate[1].tolist() == pytest.approx([0, 80 / 3, 40, 40 / 3])
    assert rate.mean(axis=1) == pytest.approx([20, 20, 20])


@pytest.mark.parametrize("step", [1 / 24, 1 / 8, 1 / 4, 1 / 2, 1.0])
def test_no_step_adds_to_a_day(step):
    net = post({"opens": 7.5, "closes": 15.5})
    table = co.simulate(net, days=1, start="2025-01-01", warm_up=0).timetable
    part = open_part(net, table.limits, [dt.date(2025, 1, 1)], step)
    assert np.mean(part[:, 0]) == pytest.approx(1)
    assert part.shape == (round(1 / step), len(table.limits))
