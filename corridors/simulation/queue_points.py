"""The limits of all states of a timetable as one list of queues, and what holds at each.

Limits of different states that are the same capacity, or that a scenario sets
on the same members, are one queue; what is closed at times but has no capacity
gets a place to wait at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.network.arcs import DIRECTIONS, LINK
from corridors.network.calendar import WEEK, in_period, in_season, period_bounds
from corridors.network.reading.cells import rows_of
from corridors.simulation.queueing.problem import Grants

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from corridors.network.network import Network
    from corridors.scenarios.capacity.capacities import Limit
    from corridors.scenarios.state import NetworkState


@dataclass(frozen=True, eq=False)
class QueuePoint:
    """One limit of a timetable: a capacity, a direction of one, or a limit of the scenario.

    Attributes
    ----------
    limit_id, capacity_id, name, unit
        As in `corridors.scenarios.capacity.capacities.Limit`; an empty capacity_id for limits
        that a scenario sets, and for links and transfers that have no capacity but are
        closed at times.
    from_event
        Whether a scenario sets it.
    entries
        Arc, class and units per unit of its members.
    """

    limit_id: str
    capacity_id: str
    name: str
    unit: str
    from_event: bool
    entries: dict[tuple[int, int], float]


def queue_points(
    states: list[NetworkState], usd: NDArray[np.float64]
) -> tuple[list[QueuePoint], NDArray[np.float64], NDArray[np.float64]]:
    """Number the limits of all states, and say what they let pass.

    Parameters
    ----------
    states
        The states.
    usd
        Cost by state, class and arc, ``inf`` where nothing may pass, shape (S, C, A).

    Returns
    -------
    points
        What each limit is, R of them.
    amount, reserved
        What each lets pass in each state, and what of that is kept for traffic
        which the demand leaves out, shape (S, R).
    """
    points, found = _numbered(states)
    _add_closable(states, usd, points)
    amount = np.full((len(states), len(points)), np.inf)
    reserved = np.zeros((len(states), len(points)))
    for s, own in enumerate(found):
        for r, limit in own:
            amount[s, r] = min(amount[s, r], limit.amount)
            reserved[s, r] = max(reserved[s, r], min(limit.background, limit.amount))
    return points, amount, reserved


def _numbered(
    states: list[NetworkState],
) -> tuple[list[QueuePoint], list[list[tuple[int, Limit]]]]:
    """Number the limits of all states; those that are the same queue share a number."""
    points: list[QueuePoint] = []
    number: dict[tuple[Any, ...], int] = {}
    found: list[list[tuple[int, Limit]]] = []
    names: set[str] = set()
    # Limits that no event has changed share their members from day to day.
    last: dict[int, tuple[NDArray[Any], ...]] = {}
    for state in states:
        own = []
        for limit in state.limits:
            key = _key(limit)
            if key not in number:
                number[key] = len(points)
                name = limit.limit_id
                while name in names:
                    name += "'"
                names.add(name)
                points.append(
                    QueuePoint(
                        name, limit.capacity_id, limit.name, limit.unit, limit.from_event, {}
                    )
                )
            own.append((number[key], limit))
            members = (limit.arc, limit.cargo, limit.factor)
            known = last.get(number[key], ())
            if known and all(a is b for a, b in zip(known, members, strict=True)):
                continue
            last[number[key]] = members
            point = points[number[key]]
            entries = zip(limit.arc.tolist(), limit.cargo.tolist(), limit.factor, strict=True)
            point.entries.update({(a, c): float(f) for a, c, f in entries})
        found.append(own)
    return points, found


def _key(limit: Limit) -> tuple[Any, ...]:
    """Return what makes two limits of different states the same queue."""
    if not limit.from_event:
        return ("capacity", limit.limit_id)
    members = (limit.arc.tobytes(), limit.cargo.tobytes())
    return ("scenario", limit.capacity_id, limit.unit, *members)


def _add_closable(
    states: list[NetworkState], usd: NDArray[np.float64], points: list[QueuePoint]
) -> None:
    """Give what is closed at times, but has no capacity, a place to wait at."""
    finite = np.asarray(np.isfinite(usd))
    closable = np.asarray(finite.any(axis=0) & ~finite.all(axis=0))
    limited = {entry for point in points for entry, factor in point.entries.items() if factor > 0}
    net, arcs = states[0].net, states[0].arcs
    weight = net.tables["cargo"].set_index("cargo").loc[list(arcs.cargo), "t_per_unit"].to_numpy()
    for arc in np.flatnonzero(closable.any(axis=0)).tolist():
        classes = [c for c in np.flatnonzero(closable[:, arc]) if (arc, int(c)) not in limited]
        if not classes:
            continue
        name, label = _waiting_place(states[0], arc)
        entries = {(arc, int(c)): float(weight[c]) for c in classes}
        points.append(QueuePoint(name, "", label, "t", from_event=False, entries=entries))


def _waiting_place(state: NetworkState, arc: int) -> tuple[str, str]:
    """Return the id and the name of the place to wait at before an arc without a capacity."""
    name, side = str(state.arcs.ids[arc]), DIRECTIONS[state.arcs.direction[arc]]
    label = state.net.link_name(name) if state.arcs.arc_type[arc] == LINK else name
    return f"{name}:{side}", f"{label} ({side})"


def members_by_arc(
    points: list[QueuePoint],
    n_arcs: int,
    level: NDArray[np.float64],
    *,
    steady: NDArray[np.bool_],
    moves: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the limits of each arc in the order in which they are met.

    What a limit holds back has passed those before it and not those behind it, so what ends
    or rests at times comes first: limits of the scenario, then those that work on some days or
    in some hours alone. The others would let all that these let go be on the arc at once. Of
    each kind the tightest comes first.

    Parameters
    ----------
    points
        The limits.
    n_arcs
        How many arcs there are.
    level
        Units a day of each limit by step, shape (T, R).
    steady
        Whether a limit works on all days and round the clock, shape (R,).
    moves
        Whether anything of a class wants to move, shape (C,): what nobody ships makes no
        limit tighter than another.
    """
    of_arc: dict[int, dict[int, NDArray[np.float64]]] = {}
    for r, point in enumerate(points):
        for (arc, c), factor in point.entries.items():
            row = of_arc.setdefault(arc, {}).setdefault(r, np.zeros(len(moves)))
            row[c] = factor
    most = np.where(np.isfinite(level), level, 0.0).max(axis=0, initial=0.0)
    ever = np.asarray(np.isfinite(level).any(axis=0))
    first = np.zeros(n_arcs + 1, dtype=np.int64)
    limit: list[int] = []
    factors: list[NDArray[np.float64]] = []
    for arc in range(n_arcs):
        own = of_arc.get(arc, {})
        turn = {
            r: (
                not points[r].from_event,
                bool(steady[r]),
                most[r] / f[moves].max() if ever[r] and (f[moves] > 0).any() else np.inf,
                r,
            )
            for r, f in own.items()
        }
        for r in sorted(own, key=lambda r: turn[r]):
            limit.append(r)
            factors.append(own[r])
        first[arc + 1] = len(limit)
    table = np.array(factors).reshape(len(limit), len(moves))
    return first, np.array(limit, dtype=np.int64), table


def dated_columns(
    net: Network, points: list[QueuePoint], calendar: list[dt.date]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the pattern of the week, the burst rate and the ban of each limit.

    What a scenario leaves to a part of a capacity passes on the days on which the capacity
    works. Of several rows that hold on some of the days the lowest ban counts on all of them.
    """
    rows = net.whole.tables["capacities"]
    by_id: dict[str, list[dict[str, Any]]] = {}
    special = rows["burst"].notna() | rows["ban_above"].notna() | (rows["weekdays"] != "")
    for row in rows_of(rows[special]):
        by_id.setdefault(row["capacity_id"], []).append(row)
    pattern = np.ones((len(calendar), len(points)))
    burst = np.full((len(calendar), len(points)), np.nan)
    ban = np.full(len(points), np.inf)
    for r, point in enumerate(points):
        for row in by_id.get(point.capacity_id, []):
            works = {w for w in row["weekdays"].split(";") if w}
            holds = False
            for i, day in enumerate(calendar):
                if not in_period(row["valid_from"], row["valid_until"], day):
                    continue
                if not in_season(row["season"], day):
                    continue
                holds = not point.from_event
                if holds:
                    burst[i, r] = row["burst"]
                if works:
                    open_ = WEEK[day.weekday()] in works
                    pattern[i, r] = len(WEEK) / len(works) if open_ else 0.0
            if holds and row["ban_above"] == row["ban_above"]:
                ban[r] = min(ban[r], row["ban_above"])
    return pattern, burst, ban


def grants(
    net: Network,
    points: list[QueuePoint],
    calendar: list[dt.date],
    level: NDArray[np.float64],
    step: float,
) -> Grants | None:
    """Return what is given of each limit on which step; None where none is handed out so.

    Permits are forms: those of a week come on its first day, can be used up before its
    last, and are worth nothing in the next. They are given at the beginning of a period, for
    all of its days at the amount that holds on them; where the amount changes within a
    period, what is added is for the days from then on. What a scenario leaves to a part of a
    capacity is given as the capacity is.

    Parameters
    ----------
    net
        The network, with its quotas.
    points
        The limits.
    calendar
        The days, warm-up included.
    level
        Units a day of each limit by step, shape (T, R); 0 while events let nothing pass.
    step
        Length of a step in days.

    Notes
    -----
    Of a period that has begun before the first day, the rest is given at its rate; of one
    that reaches beyond the last day, all is.
    """
    table = net.whole.tables["quotas"]
    quota = dict(zip(table["capacity_id"], table["period"], strict=True))
    n_steps, n_limits = level.shape
    if not quota:
        return None
    none = np.full((n_steps, n_limits), -1, dtype=np.int64)
    found = Grants(none, none.copy(), np.zeros((n_steps, n_limits)))
    per_day = round(1 / step)
    for r, point in enumerate(points):
        if point.capacity_id not in quota:
            continue
        bounds = [period_bounds(day, quota[point.capacity_id]) for day in calendar]
        own = level[::per_day, r]
        start = 0
        for i, (first, end) in enumerate(bounds):
            # Where nothing limits there is no stock, and one begins when something does.
            fresh = i == 0 or bounds[i - 1][0] != first or not np.isfinite(own[i - 1])
            if not np.isfinite(own[i]):
                continue
            start = i if fresh else start
            days = slice(i * per_day, (i + 1) * per_day)
            found.period[days, r] = start * per_day
            found.end[days, r] = (i + (end - calendar[i]).days) * per_day
            if fresh or own[i] != own[i - 1]:
                left = (end - calendar[i]).days
                same = 1
                while same < left and (i + same >= len(own) or own[i + same] == own[i]):
                    same += 1
                found.given[i * per_day, r] = own[i] * same
    return found


def shut_by_events(
    states: list[NetworkState], usd: NDArray[np.float64], points: list[QueuePoint]
) -> NDArray[np.bool_]:
    """Return the limits handed out of which events let no member pass, by state, shape (S, R).

    What the calendar takes away no event does: what is given of a limit is given all the same.

    Parameters
    ----------
    states, usd, points
        As `queue_points` has them.
    """
    found = np.zeros((len(states), len(points)), dtype=np.bool_)
    quotas = set(states[0].net.whole.tables["quotas"]["capacity_id"])
    for r, point in enumerate(points):
        entries = [entry for entry, factor in point.entries.items() if factor > 0]
        if point.capacity_id not in quotas or not entries:
            continue
        arc, kind = np.array(entries, dtype=np.int64).T
        for s, state in enumerate(states):
            there = bool(state.there[arc].any())
            found[s, r] = there and not bool(np.isfinite(usd[s][kind, arc]).any())
    return found


def stores(net: Network, points: list[QueuePoint]) -> NDArray[np.float64]:
    """Return the units that find a place before each limit, shape (R,); ``inf`` without a row.

    Parameters
    ----------
    net, points
        The network, and the limits.
    """
    table = net.whole.tables["stores"]
    amount = dict(zip(table["capacity_id"], table["amount"].astype("float64"), strict=True))
    own = [np.inf if p.from_event else amount.get(p.capacity_id, np.inf) for p in points]
    return np.array(own, dtype=np.float64)


def open_part(
    net: Network, points: list[QueuePoint], calendar: list[dt.date], step: float
) -> NDArray[np.float64]:
    """Return by what the rate of each limit is more or less in each step for its hours, (T, R).

    A day has the same amount: in the hours that a limit works it passes as much more as they
    are fewer than 24. What a scenario leaves to a part of a capacity keeps its hours. With steps
    of a day all is 1.

    Parameters
    ----------
    net, points, calendar
        The network, the limits, and the days.
    step
        Length of a step in days, a whole part of one.
    """
    per_day = round(1 / step)
    found = np.ones((len(calendar) * per_day, len(points)))
    if per_day == 1:
        return found
    begin = np.arange(per_day) * 24.0 * step
    end = begin + 24.0 * step
    for row in rows_of(net.whole.tables["opening_hours"]):
        opens, closes = float(row["opens"]), float(row["closes"])
        # Through the night: until midnight, and from it on.
        parts = [(opens, closes)] if opens < closes else [(opens, 24.0), (0.0, closes)]
        hours = sum(b - a for a, b in parts)
        inside = sum(
            np.clip(np.minimum(end, b) - np.maximum(begin, a), 0.0, None) for a, b in parts
        )
        factor = inside / (24.0 * step) * 24.0 / hours
        own = [r for r, p in enumerate(points) if p.capacity_id == row["capacity_id"]]
        for i, day in enumerate(calendar):
            if in_period(row["valid_from"], row["valid_until"], day):
                found[i * per_day : (i + 1) * per_day, own] = factor[:, None]
    return found
