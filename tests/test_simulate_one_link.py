"""Several limits on one link: none is exceeded, whichever changes, and who waits keeps his turn."""

from __future__ import annotations

import pytest
import toys
from simulate_toys import link, scenario

import corridors as co

DAY0 = "2026-03-01"
"""A Sunday."""

BULK = {"unit": "t", "t_per_unit": 1}
BOX = {"unit": "TEU", "t_per_unit": 10}


def one_link(limits: list[dict], per_day: float = 100, cargo: dict | None = None, **others):
    """Limits on one road of no length, over which 100 t of bulk go a day."""
    return toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b")],
        [{"origin": "a", "destination": "b", "per_day": per_day}],
        cargo=cargo or {"bulk": BULK},
        capacities=[{"name": x["capacity_id"], "unit": "t", **x} for x in limits],
        capacity_members=[
            {"capacity_id": name, "link_id": "a-b-road", "direction": "forward"}
            for name in dict.fromkeys(x["capacity_id"] for x in limits)
        ],
        **others,
    )


def carried(net: co.Network, *events: dict, days: int = 10) -> list[float]:
    """Return what enters the link on each day."""
    sim = co.simulate(net, scenario(*events), days, start=DAY0)
    assert sim.residual_t < 1e-6
    flows = sim.flows[sim.flows["id"] == "a-b-road"].set_index("date")["t"]
    return [round(float(flows.get(day.isoformat(), 0.0)), 6) for day in sim.days]


GATE = [{"capacity_id": "g", "amount": 100}]
PAIR = [{"capacity_id": "g", "amount": 100}, {"capacity_id": "h", "amount": 300}]
DAYS = {"from": "2026-03-03", "until": "2026-03-05"}


@pytest.mark.parametrize("cargo", [{"bulk": BULK}, {"bulk": BULK, "box": BOX}])
@pytest.mark.parametrize("limit", [0.2, "20 t/day"])
def test_cargo_that_nobody_ships_moves_no_queue_behind_the_gate(cargo, limit):
    """20 a day pass for two days; the 160 that wait then find the gate full every day."""
    event = {"limit": {"link": "a-b-road"}, "to": limit, "cargo": ["bulk"], **DAYS}
    assert carried(one_link(GATE, cargo=cargo), event) == [100, 100, 20, 20] + [100] * 6


def test_a_ban_of_one_cargo_starts_up_as_a_closure_does():
    event = {"ban": {"link": "a-b-road"}, "cargo": ["bulk"], "start_up": "4 days", **DAYS}
    net = one_link(GATE, cargo={"bulk": BULK, "box": BOX})
    assert carried(net, event) == [100, 100, 0, 0, 25, 50, 75, 100, 100, 100]


SURGE = {"demand": {"destination": "b"}, "to": 2.0, "from": DAY0, "until": "2026-03-04"}


@pytest.mark.parametrize(
    ("limit", "passes"),
    [
        ({"limit": {"link": "a-b-road"}, "to": "20 t/day"}, [20, 20, 20]),
        ({"limit": {"link": "a-b-road"}, "to": 0.2, "cargo": ["bulk"]}, [20, 20, 20]),
        ({"ban": {"link": "a-b-road"}, "cargo": ["bulk"]}, [0, 0, 0]),
        ({"limit": {"link": "a-b-road"}, "to": "0 t/day", "over": "4 days"}, [75, 50, 25]),
    ],
)
def test_a_limit_of_the_scenario_holds_for_those_who_stand_at_the_gate_already(limit, passes):
    """300 more have come than could pass when the limit begins on 6 March."""
    event = limit | {"from": "2026-03-06", "until": "2026-03-09"}
    net = one_link(GATE, cargo={"bulk": BULK, "box": BOX})
    assert carried(net, SURGE, event) == [100] * 5 + passes + [100] * 2


def test_what_one_limit_lets_go_again_passes_the_others_on_its_link():
    """h lets 30 a day pass for three days, and 300 from then on; g passes 100 every day."""
    event = {"limit": {"capacity": "h"}, "to": 0.1, "from": "2026-03-03", "until": "2026-03-06"}
    assert carried(one_link(PAIR), event) == [100, 100, 30, 30, 30] + [100] * 5


def test_forms_that_are_given_again_are_no_right_to_pass_the_gate_at_once():
    """120 pass on a day and more come; 455 forms a week, the first on Monday 2 March.

    They last for three days and 95 on Thursday; then nothing goes until Monday the 9th, when
    the gate is full again.
    """
    net = one_link(
        [{"capacity_id": "g", "amount": 120}, {"capacity_id": "h", "amount": 130}],
        quotas=[{"capacity_id": "h", "period": "week"}],
    )
    more = {"demand": {"destination": "b"}, "to": 1.4, "from": "2026-03-02"}
    half = {"limit": {"capacity": "h"}, "to": 0.5, "from": "2026-03-02"}
    assert carried(net, more, half, days=16)[1:] == [*[120] * 3, 95, 0, 0, 0] * 2 + [120]
