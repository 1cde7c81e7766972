"""What an event does to a part of a capacity: it is limited as the capacity is, and no more."""

from __future__ import annotations

import pytest
import toys
from simulate_toys import close, link, scenario

import corridors as co

DAY = "2025-06-01"
MONDAY = "2025-01-06"
MEMBERS = ("a-b-road", "a-d-road")


def fork(
    amount: float = 100,
    *,
    per_day: float = 150,
    back: float = 20,
    beside: dict | None = None,
    capacity: dict | None = None,
    **others: list[dict],
) -> co.Network:
    """Two roads from a that share one capacity; nobody uses the second.

    ::

        a <====== 150 there, 20 back ======> b
        a <------------ nothing -----------> d
    """
    return toys.network(
        {"a": "XA", "b": "XB", "d": "XB"},
        [link("a", "b"), link("a", "d", **(beside or {}))],
        [
            {"origin": "a", "destination": "b", "per_day": per_day},
            *([{"origin": "b", "destination": "a", "per_day": back}] if back else []),
        ],
        cargo={"bulk": {}},
        capacities=[
            {"capacity_id": "c", "name": "C", "unit": "t", "amount": amount} | (capacity or {})
        ],
        capacity_members=[{"capacity_id": "c", "link_id": name} for name in MEMBERS],
        **others,
    )


def served(net: co.Network, *events: dict) -> list[float]:
    """Return what goes there and back in the steady state."""
    hit = co.assign(net, scenario(*events), as_of=DAY)
    return (
        hit.shortfall.set_index("demand_id")
        .loc[["a-b-bulk", "b-a-bulk"], "served_t_per_day"]
        .round(6)
        .tolist()
    )


def carried(net: co.Network, *events: dict, days: int = 14, step: str = "1d") -> list[float]:
    """Return what enters the road to b on each day."""
    sim = co.simulate(net, scenario(*events), days, start=MONDAY, step=step)
    assert sim.residual_t < 1e-6
    flows = sim.flows[sim.flows["id"] == "a-b-road"].set_index("date")["t"]
    return [round(float(flows.get(day.isoformat(), 0.0)), 6) for day in sim.days]


PART = {"limit": {"link": "a-b-road"}, "to": 0.5, "from": MONDAY}
WHOLE = {"limit": {"capacity": "c"}, "to": 0.5, "from": MONDAY}
RESTS = {
    "days": ({"weekdays": "mo;tu;we;th;fr"}, {}, "1d", [49, 49, 49, 49, 49, 0, 0] * 2),
    "hours": (
        {},
        {"opening_hours": [{"capacity_id": "c", "opens": 6, "closes": 12}]},
        "6h",
        [35] * 14,
    ),
    "forms": (
        {},
        {"quotas": [{"capacity_id": "c", "period": "week"}]},
        "1d",
        [70, 70, 70, 35, 0, 0, 0, 245, 0, 0, 0, 0, 0, 0],
    ),
}


@pytest.mark.parametrize("rest", list(RESTS))
def test_half_of_a_part_passes_when_the_capacity_works_and_as_it_is_given(rest):
    """Of 70 a day, all that leaves, half is left: to both roads, or to the one that is used."""
    capacity, others, step, expected = RESTS[rest]
    net = fork(70, per_day=100, back=0, capacity=capacity, **others)
    assert carried(net, WHOLE, step=step) == expected
    assert carried(net, PART, step=step) == expected


def test_a_closure_of_a_part_starts_up_on_the_days_on_which_the_gate_works():
    """Shut on Monday; a quarter, a half and three quarters of 98 pass on the next three days."""
    net = fork(70, per_day=100, back=0, capacity={"weekdays": "mo;tu;we;th;fr"})
    event = close("a-b-road", MONDAY, "2025-01-07") | {"start_up": "4 days"}
    assert carried(net, event, days=7) == [0, 24.5, 49, 73.5, 98, 0, 0]


THERE = {"limit": {"link": "a-b-road", "direction": "forward"}, "to": 0.3}
SET = {"limit": {"capacity": "c"}, "to": "80 t/day"}


def test_an_amount_of_a_capacity_leaves_a_part_of_it_limited():
    """30 of 100 may go there; that 80 may pass in all lets no more go there."""
    assert served(fork(), THERE) == [30, 20]
    assert served(fork(), THERE, SET) == [30, 20]
    assert served(fork(), SET, THERE) == [24, 20]


@pytest.mark.parametrize("to", ["30 t/day", 0.3])
def test_an_amount_for_one_direction_of_a_capacity_leaves_the_other_alone(to):
    event = {"limit": {"capacity": "c", "direction": "forward"}, "to": to}
    assert served(fork(), event) == [30, 20]


def test_an_amount_for_one_direction_builds_up_from_what_both_have():
    net = fork(70, per_day=100, back=0)
    event = {"limit": {"capacity": "c", "direction": "forward"}, "to": "10 t/day"}
    event |= {"over": "3 days", "from": MONDAY}
    assert carried(net, event, days=4) == [50, 30, 10, 10]


ABSENT = [{}, {"opens": "2030-01-01"}, {"season": "10-01/12-31"}]
HALF = {"limit": {"capacity": "c"}, "to": 0.5, "from": "2025-06-02", "until": "2025-06-08"}
HOLDS = {
    "nothing": ({}, {}),
    "a ban": ({"ban_above": 60}, {}),
    "a store": ({}, {"stores": [{"capacity_id": "c", "amount": 30}]}),
    "a burst": ({"burst": 200}, {}),
}


@pytest.mark.parametrize("holds", list(HOLDS))
def test_what_is_not_there_on_the_day_makes_no_part_of_a_whole(holds):
    """A capacity of which all that there is today is limited is limited as a whole."""
    capacity, others = HOLDS[holds]
    found = []
    for beside in ABSENT:
        net = fork(capacity=capacity, beside=beside, **others)
        hit = co.assign(net, scenario(HALF), as_of="2025-06-02")
        sim = co.simulate(net, scenario(HALF), 12, start=DAY)
        found.append(
            (
                hit.capacities[["capacity_id", "amount", "used"]].round(6).to_numpy().tolist(),
                sim.peaks[["capacity_id", "peak"]].round(6).to_numpy().tolist(),
                sim.daily.round(6).drop(columns="date").to_numpy().tolist(),
            )
        )
    assert found[0][0] == [["c", 50, 50]]
    assert found[1] == found[0]
    assert found[2] == found[0]


@pytest.mark.parametrize("event", [PART, WHOLE], ids=["part", "whole"])
@pytest.mark.parametrize("holds", ["days", "forms"])
def test_a_member_that_comes_or_goes_while_an_event_holds_changes_nothing(event, holds):
    capacity, others, step, _ = RESTS[holds]
    found = [
        carried(
            fork(70, per_day=100, back=0, beside=beside, capacity=capacity, **others),
            event,
            step=step,
        )
        for beside in ({}, {"opens": "2025-01-10"}, {"closes": "2025-01-10"})
    ]
    assert found[1] == found[0]
    assert found[2] == found[0]


@pytest.mark.parametrize("beside", ABSENT)
def test_all_arrivals_are_booked_where_all_that_there_is_today_is(beside):
    variation = [{"mode": "road", "unit": "t", "cv_arrivals": 1, "cv_service": 1}]
    net = fork(200, beside=beside, variation=variation)
    event = {"queue": {"link": list(MEMBERS)}, "to": "slots"}
    [limit] = co.assign(net, scenario(event), as_of=DAY).state.limits
    assert (limit.variation.cv_arrivals, limit.variation.cv_service) == (0, 1)


WITHOUT_ROW = {
    "a season": ({"season": "10-01/12-31", "gaps": "unlimited"}, 60),
    "a later row": ({"valid_from": "2026-01-01"}, 60),
    "an earlier one, each way": ({"valid_until": "2025-01-01", "per_direction": "yes"}, 80),
    "one with background": ({"valid_from": "2026-01-01", "background": 50}, 60),
}


@pytest.mark.parametrize("row", list(WITHOUT_ROW))
def test_an_amount_limits_a_capacity_that_has_no_row_on_the_day(row):
    """Nothing limits it on the day, but 60 t/day is said."""
    capacity, expected = WITHOUT_ROW[row]
    net = fork(capacity=capacity)
    assert served(net) == [150, 20]
    assert sum(served(net, {"limit": {"capacity": "c"}, "to": "60 t/day"})) == expected
    # What was looked up for it changes nothing on a day that has the row.
    later = co.assign(net, as_of="2026-11-01" if "until" not in str(capacity) else "2024-11-01")
    assert set(later.capacities["background"]) == {capacity.get("background", 0)}


def test_an_amount_one_way_of_a_capacity_without_a_row_limits_that_way():
    event = {"limit": {"capacity": "c", "direction": "forward"}, "to": "60 t/day"}
    assert served(fork(capacity={"valid_from": "2026-01-01"}), event) == [60, 20]


def test_by_days_too_it_holds_before_the_row_does():
    net = fork(70, per_day=100, back=0, capacity={"valid_from": "2025-01-09"})
    event = {"limit": {"capacity": "c"}, "to": "60 t/day", "from": "2025-01-07"}
    assert carried(net, event | {"until": "2025-01-09"}, days=4) == [100, 60, 60, 70]


def test_a_project_limits_nothing_that_nothing_limits():
    row = {"project_id": "wide", "name": "Wide", "usd": 1, "status": "planned"}
    row["changes"] = "[{limit: {capacity: c}, to: 60 t/day}]"
    net = fork(capacity={"valid_from": "2026-01-01"}, projects=[row])
    hit = co.assign(net, co.project(net, "wide"), as_of=DAY)
    assert hit.shortfall["served_t_per_day"].sum() == pytest.approx(170)
