"""A network and a scenario over many days, as one problem of point queues.

Days on which nothing changes share a state; a state is the situation of its
first day. Events that build up (`over`) make a state for each day of the ramp.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.calendar import in_period, in_season
from corridors.queueing.problem import Behaviour, QueueProblem
from corridors.situation import Situation, situation
from corridors.usual import UsualWays, longest_days, usual_ways

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from corridors.limits import Limit
    from corridors.network import Network
    from corridors.queueing.problem import UsualWay
    from corridors.scenario import Event, Scenario

WEEK = ("mo", "tu", "we", "th", "fr", "sa", "su")

MOST_WARM_UP = 75
"""Most days that are run before the reported ones."""

MOST_AHEAD = 400
"""Most days by which the end of an announced closure is looked up beyond the last one."""

_EVENT = "#"
"""What marks the ids of limits that a scenario sets."""


@dataclass(frozen=True, eq=False)
class LimitInfo:
    """One limit of a timetable: a capacity, a direction of one, or a limit of the scenario.

    Attributes
    ----------
    limit_id, capacity_id, name, unit
        As in `corridors.limits.Limit`; an empty capacity_id for limits that a
        scenario sets, and for links and transfers that have no capacity but are
        closed at times.
    entries
        Arc, class and units per unit of its members.
    """

    limit_id: str
    capacity_id: str
    name: str
    unit: str
    entries: dict[tuple[int, int], float]


@dataclass(frozen=True, eq=False)
class Timetable:
    """A problem of point queues with the days, names and states behind it.

    Attributes
    ----------
    problem
        The arrays.
    first
        The day of step 0; the reported days begin later, at `problem.begin`.
    states
        Situation of each state.
    limits
        What each limit is.
    bases
        Undisturbed situations, one for each set of usual ways.
    """

    problem: QueueProblem
    first: dt.date
    states: list[Situation]
    limits: list[LimitInfo]
    bases: list[Situation]

    def day_of(self, step: int) -> dt.date:
        """Return the day in which a step lies."""
        return self.first + dt.timedelta(days=int(step * self.problem.step + 1e-9))


def build_timetable(
    net: Network,
    scenario: Scenario | None,
    start: dt.date,
    days: int,
    *,
    step: float = 1.0,
    warm_up: int | None = None,
    announced: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Timetable:
    """Work out what holds on each day.

    Parameters
    ----------
    net, scenario
        The network and the events; None for the undisturbed network.
    start, days
        The days that are reported.
    step
        Length of a step in days; a day must be a whole number of steps.
    warm_up
        Days that are run before `start`, so that cargo is under way on the first
        one; None for as long as the longest usual way takes.
    announced
        Whether everybody knows at once when a closure will end.
    progress
        Is told what is being done.
    """
    say = progress or (lambda _: None)
    say("what is usual")
    solutions = UsualWays()
    if warm_up is None:
        begin = situation(net, None, start)
        warm_up = min(longest_days(begin, usual_ways(begin, None)) + 3, MOST_WARM_UP)
    first = start - dt.timedelta(days=warm_up)
    total = warm_up + days
    ahead = _days_ahead(scenario, start + dt.timedelta(days=days)) if announced else 0
    calendar = [first + dt.timedelta(days=i) for i in range(total + ahead)]
    changes = set(_changes(net, first, calendar[-1]))
    base_of = np.zeros(len(calendar), dtype=np.int64)
    states: list[Situation] = []
    state_of = np.zeros(len(calendar), dtype=np.int64)
    known: dict[Any, int] = {}
    for i, day in enumerate(calendar):
        if i == 0 or day in changes:
            base = situation(net, None, day)
            number = solutions.number(base)
            say(f"what is usual from {day}")
            since = day
        base_of[i] = number
        events = _events_on(scenario, day)
        key = (since, tuple((j, e.amount, e.kind, e.note) for j, e in events))
        if key not in known:
            known[key] = len(states)
            states.append(_state(net, scenario, events, base, day))
        state_of[i] = known[key]
    per_day = round(1 / step)
    rows = np.repeat(np.arange(total), per_day)
    later = np.repeat(np.arange(total, len(calendar)), per_day)
    return _assemble(
        net, states, state_of[rows], state_of[later], solutions.bases, base_of[rows],
        solutions.ways, calendar[:total], rows,
        step=step, begin=warm_up * per_day, announced=announced,
    )  # fmt: skip


def _days_ahead(scenario: Scenario | None, end: dt.date) -> int:
    """Return the days after the last one until no event of a scenario is in force any more."""
    ends = [e.end for e in scenario.events if e.end is not None] if scenario else []
    days = max(((e - end).days + 1 for e in ends), default=0)
    return min(max(days, 0), MOST_AHEAD)


def _changes(net: Network, first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Return the days between two on which the undisturbed network changes."""
    bounds = {
        "links": ("opens", "closes"),
        "transfers": ("opens", "closes"),
        "capacities": ("valid_from", "valid_until"),
        "demand": ("valid_from", "valid_until"),
    }
    years = range(first.year, last.year + 1)
    for name, columns in bounds.items():
        frame = net.whole.tables[name]
        for column in columns:
            for text in set(frame[column]) - {""}:
                yield dt.date.fromisoformat(text)
        for season in set(frame.get("season", [])) - {""}:
            begins, ends = season.split("/")
            for year in years:
                yield _day(year, begins)
                yield _day(year, ends) + dt.timedelta(days=1)
    for year in years:
        yield dt.date(year, 1, 1)


def _day(year: int, text: str) -> dt.date:
    month, day = (int(part) for part in text.split("-"))
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return dt.date(year, month, day if leap or (month, day) != (2, 29) else 28)


def _events_on(scenario: Scenario | None, day: dt.date) -> list[tuple[int, Event]]:
    """Return the events in force on a day, each as far as it has built up."""
    if scenario is None:
        return []
    found = []
    for number, event in enumerate(scenario.events):
        if not event.in_force(day):
            continue
        part = 1.0
        if event.over_hours > 0 and event.first is not None:
            part = min(((day - event.first).days + 1) * 24.0 / event.over_hours, 1.0)
        found.append((number, _built_up(event, part)))
    return found


def _built_up(event: Event, part: float) -> Event:
    """Return an event of which a part is in force; a closure begins as a limit."""
    if part >= 1.0:
        return event
    amount = event.amount
    if event.kind in {"delay", "surcharge"} and amount is not None:
        return replace(event, amount=replace(amount, value=amount.value * part))
    if event.kind in {"limit", "demand"} and amount is not None:
        if amount.unit in {"share", "factor"}:
            value = 1.0 + (amount.value - 1.0) * part
            return replace(event, amount=replace(amount, value=value))
        # An amount builds up from what holds without the event; `_state` knows that.
        return replace(event, note=f"{event.note}{_EVENT}{part}")
    if event.kind == "close":
        return replace(event, note=f"{event.note}{_EVENT}{part}")
    return event


def _state(
    net: Network, scenario: Scenario | None, events: list[tuple[int, Event]],
    base: Situation, day: dt.date,
) -> Situation:  # fmt: skip
    if scenario is None or not events:
        return base
    partly = {
        n: float(e.note.rpartition(_EVENT)[2]) for n, e in events if _is_partly(scenario, n, e)
    }
    whole = [(n, scenario.events[n] if n in partly else e) for n, e in events]
    full = situation(net, replace(scenario, events=tuple(e for _, e in whole)), day)
    if not partly:
        return full
    rest = [e for n, e in events if n not in partly]
    without = situation(net, replace(scenario, events=tuple(rest)), day) if rest else base
    return _between(without, full, min(partly.values()))


def _is_partly(scenario: Scenario, number: int, event: Event) -> bool:
    return event.note != scenario.events[number].note


def _between(without: Situation, full: Situation, part: float) -> Situation:
    """Return a situation part of the way from one to another: what is limited has that much left.

    What the full situation closes stays open, with so much less capacity.
    """
    target = {limit.limit_id: limit for limit in full.limits}
    limits: list[Limit] = []
    shut = ~np.isfinite(full.problem.cost) | full.problem.closed
    for limit in without.limits:
        other = target.get(limit.limit_id)
        gone = bool(shut[limit.cargo, limit.arc].all())
        amount = 0.0 if gone else other.amount if other is not None else limit.amount
        limits.append(replace(limit, amount=limit.amount + (amount - limit.amount) * part))
    return replace(without, limits=limits)


def _key(limit: Limit) -> tuple[Any, ...]:
    """Return what makes two limits of different states the same queue."""
    if _EVENT not in limit.limit_id:
        return ("capacity", limit.limit_id)
    members = (limit.arc.tobytes(), limit.cargo.tobytes())
    return ("scenario", limit.capacity_id, limit.unit, *members)


def _assemble(
    net: Network, states: list[Situation], state: NDArray[np.int64],
    state_ahead: NDArray[np.int64], bases: list[Situation],
    base_of: NDArray[np.int64], usual: list[list[UsualWay]], calendar: list[dt.date],
    rows: NDArray[np.int64], *, step: float, begin: int, announced: bool,
) -> Timetable:  # fmt: skip
    arcs = states[0].arcs
    usd = np.stack([_open_usd(s) for s in states])
    hours = np.stack([s.arcs.hours for s in states])
    infos, number, found = _limits(states)
    n_states = len(states)
    amount = np.full((n_states, len(infos)), np.inf)
    reserved = np.zeros((n_states, len(infos)))
    background = np.zeros((n_states, len(infos)))
    for s in range(n_states):
        for r, limit in found[s]:
            amount[s, r] = min(amount[s, r], limit.amount)
            reserved[s, r] = max(reserved[s, r], min(limit.background, limit.amount))
    base_ids = [{limit.limit_id: limit for limit in b.limits} for b in bases]
    _add_closable(states, usd, infos)
    extra = len(infos) - amount.shape[1]
    amount = np.hstack([amount, np.full((n_states, extra), np.inf)])
    reserved = np.hstack([reserved, np.zeros((n_states, extra))])
    level = amount[state]
    kept = reserved[state]
    coming = np.zeros_like(level)
    for b, ids in enumerate(base_ids):
        for r, info in enumerate(infos):
            if info.limit_id in ids:
                coming[base_of == b, r] = ids[info.limit_id].background
    pattern, burst, ban = _dated_columns(net, infos, calendar)
    del background, number
    member_first, member_limit, member_factor = _members(infos, arcs.size, len(arcs.cargo), level)
    demand = np.stack([s.problem.amount for s in states])
    p = states[0].problem
    cargo = net.whole.tables["cargo"].set_index("cargo").loc[list(arcs.cargo)]
    problem = QueueProblem(
        step=step, begin=begin, n_places=arcs.n_places, tail=arcs.tail, head=arcs.head,
        usd=usd, hours=hours, state=state, announced=announced,
        weight=cargo["t_per_unit"].to_numpy(dtype=np.float64),
        value_of_time=cargo["usd_per_unit_day"].to_numpy(dtype=np.float64) / 24.0,
        rate=level * pattern[rows], level=level, reserved=kept, background=coming,
        burst=burst[rows], ban_above=ban, member_first=member_first, member_limit=member_limit,
        member_factor=member_factor, origin=p.origin, destination=p.destination,
        kind=p.commodity_class, loss=p.penalty, amount=demand[state], usual=usual,
        usual_of=base_of, behaviour=_behaviour(cargo),
        state_ahead=state_ahead, level_ahead=amount[state_ahead],
    )  # fmt: skip
    return Timetable(problem, calendar[0], states, infos, bases)


def _open_usd(state: Situation) -> NDArray[np.float64]:
    usd = state.arcs.usd.copy()
    usd[:, ~state.there | state.closed] = np.inf
    return usd


def _limits(
    states: list[Situation],
) -> tuple[list[LimitInfo], dict[tuple[Any, ...], int], list[list[tuple[int, Limit]]]]:
    """Number the limits of all states; those that are the same queue share a number."""
    infos: list[LimitInfo] = []
    number: dict[tuple[Any, ...], int] = {}
    found: list[list[tuple[int, Limit]]] = []
    names: set[str] = set()
    for state in states:
        own = []
        for limit in state.limits:
            key = _key(limit)
            if key not in number:
                number[key] = len(infos)
                name = limit.limit_id
                while name in names:
                    name += "'"
                names.add(name)
                infos.append(LimitInfo(name, limit.capacity_id, limit.name, limit.unit, {}))
            info = infos[number[key]]
            entries = zip(limit.arc.tolist(), limit.cargo.tolist(), limit.factor, strict=True)
            info.entries.update({(a, c): float(f) for a, c, f in entries})
            own.append((number[key], limit))
        found.append(own)
    return infos, number, found


def _add_closable(
    states: list[Situation], usd: NDArray[np.float64], infos: list[LimitInfo]
) -> None:
    """Give what is closed at times, but has no capacity, a place to wait at."""
    finite = np.asarray(np.isfinite(usd))
    closable = np.asarray(finite.any(axis=0) & ~finite.all(axis=0))
    limited = {entry for info in infos for entry, factor in info.entries.items() if factor > 0}
    net, arcs = states[0].net, states[0].arcs
    weight = net.tables["cargo"].set_index("cargo").loc[list(arcs.cargo), "t_per_unit"].to_numpy()
    for arc in np.flatnonzero(closable.any(axis=0)).tolist():
        classes = [c for c in np.flatnonzero(closable[:, arc]) if (arc, int(c)) not in limited]
        if not classes:
            continue
        name, label = _arc_name(states[0], arc)
        entries = {(arc, int(c)): float(weight[c]) for c in classes}
        infos.append(LimitInfo(name, "", label, "t", entries))


def _arc_name(state: Situation, arc: int) -> tuple[str, str]:
    from corridors.arcs import LINK

    arcs, tables = state.arcs, state.net.tables
    row = int(arcs.row[arc])
    side = ("forward", "backward")[int(arcs.direction[arc])]
    if arcs.kind[arc] == LINK:
        name = str(tables["links"]["link_id"].iloc[row])
        return f"{name}:{side}", f"{state.net.link_name(name)} ({side})"
    name = str(tables["transfers"]["transfer_id"].iloc[row])
    return f"{name}:{side}", f"{name} ({side})"


def _members(
    infos: list[LimitInfo], n_arcs: int, n_classes: int, level: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the limits of each arc, the tightest first."""
    of_arc: dict[int, dict[int, NDArray[np.float64]]] = {}
    for r, info in enumerate(infos):
        for (arc, c), factor in info.entries.items():
            row = of_arc.setdefault(arc, {}).setdefault(r, np.zeros(n_classes))
            row[c] = factor
    most = np.where(np.isfinite(level), level, 0.0).max(axis=0, initial=0.0)
    ever = np.asarray(np.isfinite(level).any(axis=0))
    first = np.zeros(n_arcs + 1, dtype=np.int64)
    limit: list[int] = []
    factors: list[NDArray[np.float64]] = []
    for arc in range(n_arcs):
        own = of_arc.get(arc, {})
        room = {r: most[r] / f[f > 0].max() if ever[r] else np.inf for r, f in own.items()}
        for r in sorted(own, key=lambda r: (room[r], r)):
            limit.append(r)
            factors.append(own[r])
        first[arc + 1] = len(limit)
    table = np.array(factors).reshape(-1, n_classes)
    return first, np.array(limit, dtype=np.int64), table


def _dated_columns(
    net: Network, infos: list[LimitInfo], calendar: list[dt.date]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the pattern of the week, the burst rate and the ban of each limit."""
    rows = net.whole.tables["capacities"]
    by_id: dict[str, list[dict[str, Any]]] = {}
    special = rows["burst"].notna() | rows["ban_above"].notna() | (rows["weekdays"] != "")
    for row in rows[special].to_dict("records"):
        by_id.setdefault(row["capacity_id"], []).append(row)
    pattern = np.ones((len(calendar), len(infos)))
    burst = np.full((len(calendar), len(infos)), np.nan)
    ban = np.full(len(infos), np.inf)
    for r, info in enumerate(infos):
        if _EVENT in info.limit_id:
            continue
        for row in by_id.get(info.capacity_id, []):
            works = {w for w in row["weekdays"].split(";") if w}
            for i, day in enumerate(calendar):
                if not in_period(row["valid_from"], row["valid_until"], day):
                    continue
                if not in_season(row["season"], day):
                    continue
                burst[i, r] = row["burst"]
                if works:
                    open_ = WEEK[day.weekday()] in works
                    pattern[i, r] = len(WEEK) / len(works) if open_ else 0.0
            if row["ban_above"] == row["ban_above"]:
                ban[r] = min(ban[r], row["ban_above"])
    return pattern, burst, ban


def _behaviour(cargo: Any) -> Behaviour:
    def column(name: str) -> NDArray[np.float64]:
        return np.array(cargo[name], dtype=np.float64)

    patience = column("patience_days")
    patience[np.isnan(patience)] = np.inf
    return Behaviour(
        patience=patience,
        spread=column("patience_spread"),
        reaction=column("reaction_days"),
        expected_closure=column("closure_days"),
        spot_share=column("spot_share"),
        spot_ramp=column("spot_ramp_days"),
    )
