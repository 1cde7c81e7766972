"""What everybody knows of the calendar: the ends of seasons, and the days on which gates work."""

from __future__ import annotations

import datetime as dt

import pytest
import toys
from simulate_toys import link, on_day

import corridors as co


def ferry(weekdays: str, *, gate_on: str = "sea", **row: str) -> co.Network:
    """A sea that is open until 30 November, a day away, and a long road beside it.

    ::

        a --24 h--> b ~~sea~~> c        a --240 h--> c
    """
    return toys.network(
        {"a": "XA", "b": "XA", "c": "XB"},
        [
            link("a", "b", 24, link_id="rail"),
            link("b", "c", 24, mode="sea", season="03-01/11-30", link_id="sea"),
            link("a", "c", 240, length_km=1000, link_id="long"),
        ],
        [{"origin": "a", "destination": "c", "per_day": 50}],
        cargo={"bulk": {}},
        capacities=[
            {"capacity_id": "c", "name": "C", "unit": "t", "amount": 70, "weekdays": weekdays} | row
        ],
        capacity_members=[{"capacity_id": "c", "link_id": gate_on, "direction": "forward"}],
        transfers=[
            {"transfer_id": "port", "node_id": "b", "from_mode": "road", "to_mode": "sea",
             "hours": 0, "usd_per_teu": 0, "usd_per_t": 0},
            {"transfer_id": "quay", "node_id": "c", "from_mode": "sea", "to_mode": "road",
             "hours": 0, "usd_per_teu": 0, "usd_per_t": 0},
        ],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("net", "last"),
    [
        # 30 November 2025 is a Sunday, and who leaves on the 29th is there by its end.
        (ferry(""), "2025-11-29"),
        # The last Friday is the 28th.
        (ferry("tu;fr"), "2025-11-27"),
        (ferry("tu;fr", gate_on="rail"), "2025-11-28"),
        # From the 25th on it sails on every day.
        (ferry("tu;fr", valid_until="2025-11-25"), "2025-11-29"),
    ],
    ids=["every day", "ferry", "before the ferry", "until a day"],
)
def test_nobody_sets_off_for_a_last_sailing_that_is_gone(net, last):
    sim = co.simulate(net, None, days=30, start="2025-11-15")
    first = dt.date.fromisoformat(sim.flows[sim.flows["id"] == "long"]["date"].min())
    assert (first - dt.timedelta(days=1)).isoformat() == last
    assert on_day(sim.queues, "c", "2025-12-01", "queue") == 0
    assert sim.daily["waiting"].iloc[-1] == 0
    assert sim.residual_t < 1e-6
