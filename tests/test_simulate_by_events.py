"""The days against exact fluid queues: cumulative curves, piecewise linear, event by event.

The reference knows no steps. What comes to a limit is a cumulative curve $A(t)$ for each
stream, what it can serve is $S(t)$, and what has left it is (Newell 1982)

$$D(t) = \\min_{s \\le t} [A(s) + S(t) - S(s)], \\qquad D_k(t) = A_k(A^{-1}(D(t))),$$

the second because the first to come is the first to leave. All are piecewise linear, with
knots where a rate changes and where a queue is gone, so nothing is approximated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pytest
import toys
from hypothesis import given, settings
from hypothesis import strategies as st
from simulate_toys import DAY0, link, scenario

import corridors as co
from corridors.simulation.queueing import SimulationRecord, run

START, END = -40.0, 120.0
DAYS = 90
HAIR = 1e-8

Curve = tuple[np.ndarray, np.ndarray]
Steps = list[tuple[int, float]]
"""Day from which on a rate holds, and the rate a day."""


def cumulated(rates: Steps) -> Curve:
    """Return what a rate that changes on some days adds up to."""
    times = np.array([START, *[float(day) for day, _ in rates[1:]], END])
    return times, np.append(0.0, np.cumsum(np.diff(times) * [rate for _, rate in rates]))


def delayed(curve: Curve, days: float, rate: float) -> Curve:
    """Return a curve later; before the first of it, as much comes as in ordinary times."""
    times, total = curve[0] + days, curve[1] + rate * days
    return np.append(START, times), np.append(0.0, total)


def served(come: list[Curve], service: Curve) -> tuple[list[Curve], np.ndarray]:
    """Return what leaves a limit of each stream, and the unit-days that it waits there."""
    times = np.unique(np.concatenate([service[0], *[own[0] for own in come]]))
    times = times[(times >= START) & (times <= END)]
    streams = np.array([np.interp(times, *own) for own in come])
    all_ = streams.sum(axis=0)
    free = all_ - np.interp(times, *service)
    # The least so far falls in the part of an interval in which it is below what it was.
    least = np.minimum.accumulate(free)
    low = least[:-1]
    falls = np.flatnonzero((free[1:] < low) & (low < free[:-1]))
    part = (free[falls] - low[falls]) / (free[falls] - free[falls + 1])
    begins = times[falls] + part * (times[falls + 1] - times[falls])
    at, least = (
        np.insert(own, falls + 1, more) for own, more in ((times, begins), (least, low[falls]))
    )
    left = np.interp(at, *service) + least
    left = np.maximum.accumulate(np.minimum(left, np.interp(at, times, all_)))
    # What leaves changes its mixture where somebody leaves who came when the mixture changed.
    inside = all_[(all_ > left[0]) & (all_ < left[-1])]
    mixed = np.interp(inside, left, at)
    knots = np.unique(np.concatenate([at, mixed]))
    level = np.interp(knots, at, left)
    keep = np.append(True, np.diff(all_) > 0)
    out = [(knots, np.interp(level, all_[keep], own[keep])) for own in streams]
    waiting = np.array([np.interp(knots, times, own) for own in streams])
    waiting -= np.array([own[1] for own in out])
    return out, np.sum(np.diff(knots) * 0.5 * (waiting[:, 1:] + waiting[:, :-1]), axis=1)


@dataclass
class Stream:
    """What leaves a place, and the hours before each limit that it meets."""

    rates: Steps
    legs: list[tuple[float, str]]


@dataclass
class Case:
    """Streams over limits, told once for the reference and once for the network."""

    limits: dict[str, Steps]
    streams: list[Stream]
    stores: dict[str, float] = field(default_factory=dict)

    @cached_property
    def exact(self) -> np.ndarray:
        """Unit-days that each stream waits at each limit that it meets, shape (I, V)."""
        service = {name: cumulated(rates) for name, rates in self.limits.items()}
        keys = [(i, v) for i, own in enumerate(self.streams) for v in range(len(own.legs))]
        came = {
            (i, v): delayed(
                cumulated(self.streams[i].rates),
                self.streams[i].legs[v][0] / 24,
                self.streams[i].rates[0][1],
            )
            for i, v in keys
        }
        waited = np.full((len(self.streams), 1 + max(v for _, v in keys)), -1.0)
        # What a limit sends on changes what comes to another, or to itself: until nothing does.
        for _ in range(400):
            before, waited = waited, np.zeros_like(waited)
            for name in self.limits:
                at = [(i, v) for i, v in keys if self.streams[i].legs[v][1] == name]
                out, own = served([came[key] for key in at], service[name])
                for (i, v), curve, days in zip(at, out, own, strict=True):
                    waited[i, v] = days
                    if (i, v + 1) in came:
                        hours, ordinary = (
                            self.streams[i].legs[v + 1][0],
                            self.streams[i].rates[0][1],
                        )
                        came[i, v + 1] = delayed(curve, hours / 24, ordinary)
            if np.abs(before - waited).max() < 1e-7:
                return waited
        raise AssertionError

    def network(self) -> co.Network:
        nodes: dict[str, str] = {}
        links: list[dict[str, Any]] = []
        demand, members = [], []
        for i, own in enumerate(self.streams):
            place = f"from-{i}"
            nodes[place] = "XA"
            for v, (hours, name) in enumerate(own.legs):
                again = sum(limit == name for _, limit in own.legs[:v])
                ahead, behind = f"{name}-{i}-{again}-in", f"{name}-{i}-{again}-out"
                nodes |= {ahead: "XA", behind: "XB"}
                links += [link(place, ahead, hours), link(ahead, behind)]
                members.append({"capacity_id": name, "link_id": f"{ahead}-{behind}-road"})
                place = behind
            nodes[f"to-{i}"] = "XC"
            links.append(link(place, f"to-{i}", 5.0))
            row = {"origin": f"from-{i}", "destination": f"to-{i}", "per_day": own.rates[0][1]}
            demand.append(row)
        return toys.network(
            nodes,
            links,
            demand,
            cargo={"bulk": {}},
            capacities=[
                {"capacity_id": name, "name": name, "unit": "t", "amount": rates[0][1]}
                for name, rates in self.limits.items()
            ],
            capacity_members=members,
            stores=[{"capacity_id": name, "amount": x} for name, x in self.stores.items()],
        )

    def scenario(self) -> co.Scenario:
        events = []
        for name, rates in self.limits.items():
            events += [
                {"limit": {"capacity": name}, "to": f"{rate} t/day", **dates}
                for rate, dates in _changes(rates)
            ]
        for i, own in enumerate(self.streams):
            events += [
                {"demand": {"destination": f"to-{i}"}, "to": rate / own.rates[0][1], **dates}
                for rate, dates in _changes(own.rates)
            ]
        return scenario(*events)


def _day(number: int) -> str:
    return str(np.datetime64(DAY0) + number)


def _changes(rates: Steps) -> list[tuple[float, dict[str, str]]]:
    days = [day for day, _ in rates] + [DAYS + 30]
    return [
        (rate, {"from": _day(day), "until": _day(end)})
        for (_, rate), day, end in zip(rates, days, days[1:], strict=False)
        if rate != rates[0][1]
    ]


SHUT = [(0, 16.0), (10, 0.0), (20, 16.0)]

CASES = {
    # One limit that 7.3 hours lie before, shut for ten days and open again.
    "closure": Case({"one": SHUT}, [Stream([(0, 10)], [(7.3, "one")])]),
    # Ten a day come, then thirty for two days, at an hour that no step ends at.
    "surge": Case({"one": [(0, 16)]}, [Stream([(0, 10), (10, 30), (12, 10)], [(17, "one")])]),
    # A surge that is gone within a day of its coming.
    "brief": Case({"one": [(0, 16)]}, [Stream([(0, 10), (10, 18), (11, 10)], [(17, "one")])]),
    # Three places with other hours each, which change on other days.
    "demands": Case(
        {"one": [(0, 16)]},
        [
            Stream([(0, 4), (10, 12), (14, 4)], [(3.5, "one")]),
            Stream([(0, 5), (11, 9), (15, 5)], [(13, "one")]),
            Stream([(0, 3), (12, 6), (13, 3)], [(43.7, "one")]),
        ],
    ),
    # The first sends on what it takes, and the second takes less.
    "series": Case(
        {"one": [(0, 15), (10, 0), (20, 15)], "two": [(0, 12)]},
        [Stream([(0, 10)], [(5, "one"), (14.5, "two")])],
    ),
    # Both take the same: nothing stands at the second.
    "equal": Case(
        {"one": [(0, 14), (10, 0), (16, 14)], "two": [(0, 14)]},
        [Stream([(0, 10)], [(5, "one"), (14.5, "two")])],
    ),
    # One fleet that everything needs twice, a day and a quarter apart.
    "twice": Case(
        {"fleet": [(0, 24), (10, 6), (14, 24)]},
        [Stream([(0, 10)], [(2, "fleet"), (30, "fleet")])],
    ),
    # A limit that falls day by day and comes back so.
    "ramp": Case(
        {"one": [(0, 16), (10, 12), (11, 8), (12, 4), (13, 0), (18, 4), (19, 8), (20, 16)]},
        [Stream([(0, 10)], [(9, "one")])],
    ),
    # A gate before two roads, of which one is narrow; the mixture at the gate changes.
    "fork": Case(
        {"gate": [(0, 16), (10, 0), (14, 16)], "left": [(0, 8)], "right": [(0, 20)]},
        [
            Stream([(0, 6), (10, 9), (13, 6)], [(7, "gate"), (4, "left")]),
            Stream([(0, 5)], [(19, "gate"), (10, "right")]),
        ],
    ),
    # Two gates that are shut on other days send on to one.
    "merge": Case(
        {"east": [(0, 9), (10, 0), (14, 9)], "west": [(0, 9), (12, 0), (15, 9)], "port": [(0, 14)]},
        [
            Stream([(0, 6)], [(3, "east"), (21.5, "port")]),
            Stream([(0, 6)], [(11, "west"), (8, "port")]),
        ],
    ),
    # A quay before which five find a place: the others wait at the gate, as long in all.
    "storage": Case(
        {"gate": [(0, 200), (10, 0), (20, 200)], "quay": [(0, 20)]},
        [Stream([(0, 10)], [(0, "gate"), (17, "quay")])],
        stores={"quay": 5.0},
    ),
}  # fmt: skip

AGAIN = Case(
    {"fleet": [(0, 24), (10, 6), (14, 24)]}, [Stream([(0, 10)], [(2, "fleet"), (6, "fleet")])]
)


def simulated(case: Case, step: str) -> SimulationRecord:
    """Return what the days make of a case in which nobody chooses, with all that must hold."""
    sim = co.simulate(case.network(), case.scenario(), DAYS, start=DAY0, step=step)
    record = run(sim.timetable.problem, fixed=True)
    room = (record.rate + HAIR) * record.problem.step
    assert (record.left <= room * (1 + HAIR)).all()
    assert record.queue.min() >= -HAIR
    assert record.residual.max() < HAIR
    # Nobody leaves before he has come.
    assert record.packets.of["waited"].min() >= -HAIR
    assert record.wait.sum() == pytest.approx(record.waited.sum())
    assert record.queue[-1].max() < HAIR
    return record


@pytest.mark.parametrize("step", ["1d", "12h", "6h"])
@pytest.mark.parametrize("name", CASES)
def test_as_much_waits_as_in_continuous_time(name, step):
    exact = CASES[name].exact
    record = simulated(CASES[name], step)
    assert record.waited.sum() == pytest.approx(exact.sum(), rel=0.005)


@pytest.mark.parametrize("step", ["12h", "6h"])
def test_a_limit_that_is_met_again_after_six_hours(step):
    """In steps of a day both times lie within one, and who comes again stands among the first."""
    exact = AGAIN.exact.sum()
    assert simulated(AGAIN, step).waited.sum() == pytest.approx(exact, rel=0.005)


@pytest.mark.parametrize("name", ["demands", "fork", "merge"])
def test_who_comes_first_goes_first(name):
    """Each place waits its own part, though who comes in one step goes together."""
    exact = CASES[name].exact.sum(axis=1)
    found = simulated(CASES[name], "1d").wait.sum(axis=1)
    assert found == pytest.approx(exact, rel=0.01)


HOURS = st.floats(0, 60)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Up to four places that come to a gate at other hours, with a surge each, and a second."""
    rates = draw(st.lists(st.floats(1, 5), min_size=1, max_size=4))
    # With the same hours from one to the other it does not matter who goes first.
    ahead = draw(HOURS)
    streams = []
    for rate in rates:
        first = draw(st.integers(8, 14))
        surge = [(0, rate), (first, rate * draw(st.floats(0, 3))), (first + 3, rate)]
        streams.append(Stream(surge, [(draw(HOURS), "gate"), (ahead, "port")]))
    usual = 1.3 * sum(rates)
    shut = draw(st.integers(8, 14))
    gate = [(0, usual), (shut, usual * draw(st.floats(0, 1))), (shut + 3, usual)]
    return Case({"gate": gate, "port": [(0, 1.15 * sum(rates))]}, streams)


@given(cases())
@settings(max_examples=20, deadline=None, derandomize=True)
def test_random_places_wait_as_long_as_in_continuous_time(case):
    exact = case.exact
    record = simulated(case, "1d")
    assert record.waited.sum() == pytest.approx(exact.sum(), rel=0.005, abs=0.01)


def test_who_may_not_pass_makes_nobody_wait():
    """A fleet met twice in four hours, nearly empty; boxes, which a ban holds, stand before it."""
    nodes = {"a": "XA", "b": "XA", "c": "XB", "d": "XB", "e": "XC", "f": "XC"}
    links = [link("a", "b", 2.0), link("b", "c"), link("c", "d", 4.0), link("d", "e"),
             link("e", "f", 5.0)]  # fmt: skip
    demand = [
        {"origin": "a", "destination": "f", "per_day": amount, "cargo": cargo}
        for cargo, amount in (("bulk", 8.0), ("box", 3.0))
    ]
    net = toys.network(
        nodes,
        links,
        demand,
        cargo={"bulk": {}, "box": {}},
        capacities=[{"capacity_id": "fleet", "name": "fleet", "unit": "t", "amount": 100.0}],
        capacity_members=[
            {"capacity_id": "fleet", "link_id": f"{ends}-road"} for ends in ("b-c", "d-e")
        ],
    )
    ban = {"ban": {"link": "b-c-road"}, "cargo": ["box"], "from": _day(10), "until": _day(40)}
    waited = {}
    for step in ("1d", "6h", "1h"):
        sim = co.simulate(net, scenario(ban), 60, start=DAY0, step=step)
        record = run(sim.timetable.problem, fixed=True)
        assert record.residual.max() < HAIR
        waited[step] = record.wait.sum(axis=1)[0]
    # The boxes that come at once when the ban ends take the fleet for a day; before, none waits.
    assert waited["1d"] == pytest.approx(waited["1h"], abs=3.0)
    assert waited["6h"] == pytest.approx(waited["1h"], abs=3.0)
