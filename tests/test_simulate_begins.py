"""When events begin by days: without a day of their own, and before the first day told."""

from __future__ import annotations

import pytest
import toys
from simulate_toys import DAY0, close, link, on_day, one_road, scenario

import corridors as co


def standing(sim: co.Simulation, capacity: str = "c") -> list[float]:
    return [on_day(sim.queues, capacity, day.isoformat(), "queue") for day in sim.days]


def beside(hours: float) -> co.Network:
    """Ten a day from a to b by a gate of 16, and beside it a way from u to v of its own."""
    return toys.network(
        {"a": "XA", "b": "XB", "u": "XC", "v": "XD"},
        [link("a", "b"), link("u", "v", hours)],
        [
            {"origin": "a", "destination": "b", "per_day": 10},
            {"origin": "u", "destination": "v", "per_day": 1},
        ],
        cargo={"bulk": {}},
        capacities=[{"capacity_id": "c", "name": "C", "unit": "t", "amount": 16}],
        capacity_members=[{"capacity_id": "c", "link_id": "a-b-road", "direction": "forward"}],
    )


@pytest.mark.parametrize("hours", [24, 480])
@pytest.mark.parametrize(
    ("event", "queues"),
    [
        ({"close": {"link": "a-b-road"}}, [10, 20, 30, 40, 50]),
        ({"close": {"link": "a-b-road"}, "until": "2025-01-03"}, [10, 20, 14, 8, 2]),
        ({"limit": {"capacity": "c"}, "to": 0.5}, [2, 4, 6, 8, 10]),
        ({"limit": {"capacity": "c"}, "to": "7 t/day"}, [3, 6, 9, 12, 15]),
        ({"demand": {"destination": "b"}, "to": 2}, [4, 8, 12, 16, 20]),
        # 12, 8, 4 and 0 of 16 may pass.
        ({"close": {"link": "a-b-road"}, "over": "4 days"}, [0, 2, 8, 18, 28]),
    ],
    ids=str,
)
def test_an_event_without_a_first_day_begins_on_the_first_day_told(event, queues, hours):
    """However long another way takes, for which days are run before."""
    sim = co.simulate(beside(hours), scenario(event), days=5, start=DAY0)
    assert standing(sim) == pytest.approx(queues)


@pytest.mark.parametrize(
    ("event", "stand"),
    [
        # 19 days of ten from 20 December to 7 January; sixteen pass from the 8th on.
        ({"close": {"link": "a-b-road"}, "from": "2024-12-20", "until": "2025-01-08"}, 190),
        ({"limit": {"capacity": "c"}, "to": 0.5, "from": "2024-12-20"}, 38),
        ({"demand": {"destination": "b"}, "to": 2, "from": "2024-12-20"}, 76),
    ],
    ids=str,
)
@pytest.mark.parametrize("start", ["2024-12-20", "2024-12-28", "2025-01-07"])
def test_what_has_gathered_since_an_event_began_does_not_hang_on_the_first_day_told(
    event, stand, start
):
    sim = co.simulate(one_road(), scenario(event), days=30, start=start)
    assert on_day(sim.queues, "c", "2025-01-07", "queue") == pytest.approx(stand)
    assert sim.baseline is not None
    assert sim.baseline.parameters["warm_up"] == sim.parameters["warm_up"]
    assert "what has gathered until then" not in sim.explain()


def test_what_an_event_that_is_over_has_left_stands_on_the_first_day_told():
    """110 stand after eleven days; then six fewer each day: 50 ten days later."""
    shut = scenario(close("a-b-road", "2025-01-01", "2025-01-12"))
    sim = co.simulate(one_road(), shut, days=5, start="2025-01-20")
    assert standing(sim) == pytest.approx([56, 50, 44, 38, 32])


@pytest.mark.parametrize(
    ("first", "how"), [("2025-01-01", {"warm_up": 3}), ("2023-01-01", {})], ids=str
)
def test_days_of_an_event_that_are_not_run_are_told_of(first, how):
    shut = scenario(close("a-b-road", first, "2025-02-01"))
    sim = co.simulate(one_road(), shut, days=5, start="2025-01-20", **how)
    assert f"The scenario begins on {first} and the run on " in sim.explain()
    assert "what has gathered until then is in no figure" in sim.explain()


@pytest.mark.parametrize("step", ["1d", "6h"])
@pytest.mark.parametrize(
    ("event", "mean", "longest"),
    [
        # All who came in six days stand there: the first for six days, the last for none.
        ({"close": {"link": "a-b-road"}}, 3.0, 6.0),
        # Eight of ten pass: who comes at t goes at 1.25 t. 48 have waited for 0.6 days on
        # average and 1.2 at most, and the twelve who have come in the last 1.2 days stand.
        ({"limit": {"capacity": "c"}, "to": 0.5}, 0.6, 1.2),
    ],
    ids=str,
)
def test_who_stands_at_the_end_counts_for_as_long_as_he_has_stood(event, mean, longest, step):
    sim = co.simulate(one_road(), scenario(event), days=6, start=DAY0, step=step)
    row = sim.peaks.iloc[0]
    assert row["mean_wait_hours"] == pytest.approx(24 * mean, rel=1e-6)
    assert row["longest_wait_hours"] == pytest.approx(24 * longest, rel=1e-6)
    assert "days on average so far, still there at the end" in sim.explain()
    assert " 0 days" not in sim.explain()


def gate(weekdays: str = "", period: str = "", amount: float = 60) -> co.Network:
    """Fifty a day from a by way of b to c, by a gate a day after the start."""
    return toys.network(
        {"a": "XA", "b": "XA", "c": "XB"},
        [link("a", "b", 24), link("b", "c")],
        [{"origin": "a", "destination": "c", "per_day": 50}],
        cargo={"bulk": {}},
        capacities=[
            {"capacity_id": "c", "name": "C", "unit": "t", "amount": amount, "weekdays": weekdays}
        ],
        capacity_members=[{"capacity_id": "c", "link_id": "b-c-road", "direction": "forward"}],
        quotas=[{"capacity_id": "c", "period": period}] if period else [],
    )


def passed_on(sim: co.Simulation, days: list[str]) -> list[float]:
    return [on_day(sim.throughput, "c", day, "passed") for day in days]


@pytest.mark.parametrize(
    ("period", "first", "factor", "starts", "days"),
    [
        # 1,860 forms in March: 24 x 50 are used by the 24th, and 7 x 75 of the 660 left from then.
        ("month", "2025-03-25", 1.5, ("2025-03-01", "2025-03-20", None), range(25, 32)),
        # Of 420 forms 4 x 50 are used from Monday to Thursday, and 2 x 100 and 20 after that.
        ("week", "2025-03-07", 2.0, ("2025-03-03", "2025-03-05", None), range(7, 10)),
    ],
)
def test_what_a_period_s_forms_were_used_for_does_not_hang_on_the_first_day_told(
    period, first, factor, starts, days
):
    event = {"demand": {"destination": "c"}, "to": factor, "from": first}
    dates = [f"2025-03-{day:02d}" for day in days]
    expected = [75.0] * 7 if period == "month" else [100.0, 100.0, 20.0]
    for start in starts:
        # A day on the way: who leaves on the day before comes on the first.
        early = event | {"from": f"2025-03-{int(first[-2:]) - 1:02d}"}
        sim = co.simulate(gate(period=period), scenario(early), days=35, start=start)
        assert passed_on(sim, dates) == pytest.approx(expected)


def test_of_a_year_s_forms_what_has_passed_since_january_is_used():
    """21,900 forms: 334 x 50 are used by November, and 31 x 100 are no more than are left."""
    event = {"demand": {"destination": "c"}, "to": 2, "from": "2025-12-01"}
    sim = co.simulate(gate(period="year"), scenario(event), days=31)
    assert passed_on(sim, ["2025-12-10", "2025-12-25", "2025-12-31"]) == pytest.approx([100] * 3)


@pytest.mark.parametrize("start", ["2025-03-03", "2025-03-05", "2025-03-10"])
def test_a_gate_that_works_on_two_days_has_what_stands_there_in_every_week(start):
    """350 a week come and 175 pass on Monday and on Tuesday: 125 stand there in between."""
    sim = co.simulate(gate("mo;tu", amount=50), None, days=14, start=start)
    days = {day.isoformat() for day in sim.days} & {"2025-03-03", "2025-03-04", "2025-03-10"}
    assert passed_on(sim, sorted(days)) == pytest.approx([175] * len(days))
    assert on_day(sim.queues, "c", "2025-03-10", "queue") == pytest.approx(125)
