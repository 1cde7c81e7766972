"""The ways that cargo takes when nothing is wrong, and how they change from day to day."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from corridors.assignment.usual.day import usual_of
from corridors.flow.usage import limit_use
from corridors.network.calendar import period_bounds
from corridors.scenarios.coupling.couplings import capped, couplings_of
from corridors.scenarios.coupling.settle import settle
from corridors.simulation.queueing.problem import BaseRoute
from corridors.simulation.seasons.undisturbed import key_of

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from corridors.flow.problem import FlowProblem
    from corridors.scenarios.coupling.couplings import Coupling
    from corridors.scenarios.state import NetworkState
    from corridors.simulation.seasons.undisturbed import Undisturbed


SLIGHT = 0.005
"""Share of a demand below which a way that it chooses is not followed day by day."""

_MORE_DAYS = 3
"""Days that are run before others beyond those of the longest way."""

_FULL = 1.0 - 1e-6
"""Share of a limit from which it takes no more of what slight ways took."""


class BaseRoutes:
    """Base routes of undisturbed situations, changed no more than the situations force.

    Trade does not move overnight because a better way has opened: ways are kept
    for as long as they are open and fit. Where they do not, the demands that use
    what is full or gone look for new ways in what the others leave. Where the ways are
    those of route choice, each situation has its own: choices move little by themselves.

    Parameters
    ----------
    undisturbed
        The days without events, and how cargo chooses the ways that it usually takes.
    """

    def __init__(self, undisturbed: Undisturbed) -> None:
        self._undisturbed = undisturbed
        self._known: dict[bytes, int] = {}
        self.ways: list[list[BaseRoute]] = []
        self.bases: list[NetworkState] = []

    def number(self, base: NetworkState) -> int:
        """Return the number of the set of base routes of a situation, given after the last one."""
        p = coupled_problem(base, self._undisturbed)
        parts = (p.cost, p.amount, p.closed, p.bound, p.member_limit, p.member_arc, p.member_class)
        key = b"|".join(np.ascontiguousarray(part).tobytes() for part in parts)
        if key not in self._known:
            self._known[key] = len(self.ways)
            self.ways.append(self.ways_of(base, self.ways[-1] if self.ways else None))
            self.bases.append(base)
        return self._known[key]

    def ways_of(self, base: NetworkState, before: list[BaseRoute] | None = None) -> list[BaseRoute]:
        """Return the ways of a situation, given those of the one before it."""
        own = self._undisturbed
        key = (id(base), key_of(before))
        if key not in own.ways:
            logit = own.usual == "logit"
            if logit:
                ways = _leaving(chosen_routes(base), base, own)
            else:
                ways = base_routes(coupled_problem(base, own), before, own)
            own.ways[key] = (base, ways)
        return own.ways[key][1]


class FallenRoutes:
    """Base routes as they are, and less of them where a by-product has no outlet on a day.

    How much of the by-product has an outlet is what the best answer to the situation of the
    day delivers. What cannot leave for want of it is never shipped, and nothing is made up
    for later: the wells have been throttled meanwhile. What the base routes leave of a demand,
    a limit or a coupling of ordinary times has taken already, and counts for what cannot
    leave. Each set keeps its own number while nothing falls.

    Parameters
    ----------
    whole
        The sets of base routes.
    undisturbed
        The days without events.

    Attributes
    ----------
    ways, base_of, fallen
        Sets of base routes, the number in `whole` of the one that each is made of, and the
        part of each demand that cannot leave, shape (K,) each.
    """

    def __init__(self, whole: BaseRoutes, undisturbed: Undisturbed) -> None:
        self._whole = whole
        self._undisturbed = undisturbed
        self._known: dict[tuple[int, bytes], int] = {}
        self.ways: list[list[BaseRoute]] = []
        self.base_of: list[int] = []
        self.fallen: list[NDArray[np.float64]] = []

    @property
    def bases(self) -> list[NetworkState]:
        """The undisturbed situation of each set."""
        return [self._whole.bases[b] for b in self.base_of]

    def number(self, base: int, state: NetworkState) -> int:
        """Return the number of the set for a set of base routes and the situation of a day."""
        left = _left(state, self._share(base), self._undisturbed)
        key = (base, left.tobytes())
        if key not in self._known:
            self._known[key] = len(self.ways)
            ways = _times(self._whole.ways[base], left)
            self.ways.append([way for way in ways if way.share > 0])
            self.base_of.append(base)
            self.fallen.append(self._share(base) * (1.0 - left))
        return self._known[key]

    def _share(self, base: int) -> NDArray[np.float64]:
        """Return the part of each demand that a set of base routes takes, shape (K,)."""
        n_demands = self._whole.bases[base].problem.n_commodities
        return served_shares(self._whole.ways[base], n_demands)


def served_shares(ways: list[BaseRoute], n_demands: int) -> NDArray[np.float64]:
    """Return the part of each demand that ways take, shape (K,)."""
    share = np.bincount([w.demand for w in ways], [w.share for w in ways], n_demands)
    return np.asarray(share, dtype=np.float64)


def rooms_of(state: NetworkState, undisturbed: Undisturbed) -> tuple[tuple[Coupling, float], ...]:
    """Return the couplings that bite in a situation, and the units a day that can leave by each.

    They are settled as in the steady state, so that one by-product may hang on another, and
    what falls gives its by-product the room that it no longer takes.
    """
    if id(state) not in undisturbed.rooms:
        couplings, found = couplings_of(state), None
        if couplings:
            p, usual = state.problem, undisturbed.has(state)
            _, found = settle(
                undisturbed.answer(p, usual=usual),
                couplings,
                lambda own, rooms: undisturbed.answer(capped(p, own, rooms), usual=usual),
            )
        rooms = () if found is None else tuple(zip(found.couplings, found.rooms, strict=True))
        undisturbed.rooms[id(state)] = (state, rooms)
    return undisturbed.rooms[id(state)][1]


def coupled_problem(state: NetworkState, undisturbed: Undisturbed) -> FlowProblem:
    """Return the problem of a situation, with the room of each coupling that bites as a limit."""
    rooms = rooms_of(state, undisturbed)
    if not rooms:
        return state.problem
    return capped(state.problem, [c for c, _ in rooms], np.array([room for _, room in rooms]))


def _left(
    state: NetworkState, share: NDArray[np.float64], undisturbed: Undisturbed
) -> NDArray[np.float64]:
    """Return the part of what base routes take that can leave by the couplings of a day, (K,)."""
    left = np.ones(state.problem.n_commodities)
    for c, room in rooms_of(state, undisturbed):
        leaving = float(share[c.falls] @ state.problem.amount[c.falls])
        if leaving > room:
            left[c.falls] = np.minimum(left[c.falls], room / leaving)
    return left


def _times(ways: list[BaseRoute], part: NDArray[np.float64]) -> list[BaseRoute]:
    """Return ways with a part of what they take of each demand, shape (K,)."""
    own = part.tolist()
    return [w if own[w.demand] == 1.0 else replace(w, share=w.share * own[w.demand]) for w in ways]


def _leaving(
    ways: list[BaseRoute], base: NetworkState, undisturbed: Undisturbed
) -> list[BaseRoute]:
    """Return what can leave on each way by the couplings of ordinary times."""
    share = served_shares(ways, base.problem.n_commodities)
    return _times(ways, _left(base, share, undisturbed))


def chosen_routes(base: NetworkState) -> list[BaseRoute]:
    """Return the ways of an undisturbed situation as shippers choose them.

    Ways that take less than `SLIGHT` of what travels of a demand are left out: hundreds of them
    would be followed day by day. What they took goes by the largest way of the demand that passes
    no full limit; where each passes one, it stays.
    """
    answer = usual_of(base.net, base.day, base).answer
    p = answer.problem
    # One that lets pass just what wants to is full, too, though it costs nothing.
    full = (answer.limit_price > 0) | (limit_use(p, answer.class_flow) >= _FULL * p.bound)
    scarce = np.zeros((p.n_classes, p.n_arcs), dtype=np.bool_)
    hit = full[p.member_limit] & (p.member_factor > 0)
    scarce[p.member_class[hit], p.member_arc[hit]] = True
    shares: dict[int, list[tuple[float, NDArray[np.int64]]]] = {}
    for k, arcs, units in zip(
        answer.path_commodity.tolist(), answer.path_arcs, answer.path_amount.tolist(), strict=True
    ):
        shares.setdefault(k, []).append((units / p.amount[k], np.asarray(arcs, dtype=np.int64)))
    ways = []
    for k, own in shares.items():
        travels = min(sum(share for share, _ in own), 1.0)
        kept = [(share, arcs) for share, arcs in own if share >= SLIGHT * travels]
        missing = travels - sum(share for share, _ in kept)
        c = p.commodity_class[k]
        roomy = [i for i, (_, arcs) in enumerate(kept) if not scarce[c, arcs].any()]
        if roomy and missing > 0:
            most = max(roomy, key=lambda i: (kept[i][0], -i))
            kept[most] = (kept[most][0] + missing, kept[most][1])
        ways += [BaseRoute(k, arcs, share) for share, arcs in kept]
    return sorted(ways, key=lambda w: (w.demand, -w.share, w.arcs.tolist()))


def base_routes(
    p: FlowProblem, before: list[BaseRoute] | None, undisturbed: Undisturbed
) -> list[BaseRoute]:
    """Return the ways of the best answer that keeps what can be kept of the ways before."""
    if before is None:
        return _solved(p, p.amount, [], undisturbed)
    flow, gone = np.zeros((p.n_classes, p.n_arcs)), np.zeros(p.n_commodities, dtype=np.bool_)
    shut = ~np.isfinite(p.cost) | p.closed
    for way in before:
        c = p.commodity_class[way.demand]
        gone[way.demand] |= bool(shut[c, way.arcs].any())
        flow[c, way.arcs] += way.share * p.amount[way.demand]
    over = limit_use(p, flow) > p.bound * (1 + 1e-6) + 1e-6
    touched = np.zeros_like(flow, dtype=np.bool_)
    hit = over[p.member_limit] & (p.member_factor > 0)
    touched[p.member_class[hit], p.member_arc[hit]] = True
    served = np.zeros(p.n_commodities)
    for way in before:
        gone[way.demand] |= bool(touched[p.commodity_class[way.demand], way.arcs].any())
        served[way.demand] += way.share
    gone |= served < 1 - 1e-9
    kept = [way for way in before if not gone[way.demand]]
    ways = _solved(p, np.where(gone, p.amount, 0.0), kept, undisturbed)
    whole = np.bincount([w.demand for w in ways], [w.share for w in ways], p.n_commodities)
    if (whole[p.amount > 0] >= 1 - 1e-6).all():
        return ways
    # Those who keep their ways leave too little room: then all are set anew.
    return _solved(p, p.amount, [], undisturbed)


def _solved(
    p: FlowProblem,
    amount: NDArray[np.float64],
    kept: list[BaseRoute],
    undisturbed: Undisturbed,
) -> list[BaseRoute]:
    """Return the kept ways, and the best ones for an amount in the room that they leave."""
    ways = [way for way in kept if p.amount[way.demand] > 0]
    if (amount > 0).any():
        ways += best_ways(p, amount, kept, undisturbed)
    served = np.zeros(len(amount))
    for way in ways:
        served[way.demand] += way.share
    # What rounding leaves out of a demand that is served in full belongs to its ways.
    whole = np.where(served > 1 - 1e-6, served, 1.0)
    ways = [replace(way, share=way.share / whole[way.demand]) for way in ways]
    return sorted(ways, key=lambda w: (w.demand, -w.share, w.arcs.tolist()))


def best_ways(
    p: FlowProblem,
    amount: NDArray[np.float64],
    kept: list[BaseRoute],
    undisturbed: Undisturbed,
    *,
    usual: bool = True,
) -> list[BaseRoute]:
    """Return the best ways for an amount in the room that the kept ones leave.

    Parameters
    ----------
    p
        The situation.
    amount
        What looks for ways, shape (K,); shares are of it.
    kept
        Ways that others keep, with their shares of what is wanted in all.
    undisturbed
        The days without events.
    usual
        Whether no event has a part in the situation.
    """
    flow = np.zeros((p.n_classes, p.n_arcs))
    for way in kept:
        flow[p.commodity_class[way.demand], way.arcs] += way.share * p.amount[way.demand]
    taken = limit_use(p, flow)
    bound = np.maximum(p.bound - np.where(np.isfinite(p.bound), taken, 0.0), 0.0)
    answer = undisturbed.answer(replace(p, amount=amount, bound=bound), usual=usual)
    ways = []
    # Of what travels, not of what would like to: all that passes may be next to nothing of it.
    travels = np.bincount(answer.path_commodity, answer.path_amount, len(amount))
    for k, arcs, units_ in zip(
        answer.path_commodity, answer.path_arcs, answer.path_amount, strict=True
    ):
        if amount[k] > 0 and units_ > 1e-9 * travels[k]:
            share = float(units_ / amount[k])
            ways.append(BaseRoute(int(k), np.asarray(arcs, dtype=np.int64), share))
    return ways


def days_before(base: NetworkState, ways: list[BaseRoute], day: dt.date, most: int) -> int:
    """Return the days that are run before a day so that it begins as any other does.

    What takes the longest way must be under way, and some days more. A gate that works on some
    days of the week alone has what stands there in every week after a whole one of what comes
    to it, and lets it go so to the next. Of what is handed out for a period, what has passed
    since its first day is used up on the day.

    Parameters
    ----------
    base, ways
        What holds in ordinary times, and the ways that are usual.
    day
        The first day on which anything is told or may be felt.
    most
        Days at most for the longest way by itself.
    """
    tables = base.net.whole.tables
    capacities = tables["capacities"]
    weekly = set(capacities["capacity_id"][capacities["weekdays"] != ""])
    periods = dict(zip(tables["quotas"]["capacity_id"], tables["quotas"]["period"], strict=True))
    gates: dict[tuple[int, int], list[str]] = {}
    for limit in base.limits:
        if limit.capacity_id in weekly or limit.capacity_id in periods:
            for arc, c in zip(limit.arc.tolist(), limit.cargo.tolist(), strict=True):
                gates.setdefault((c, arc), []).append(limit.capacity_id)
    longest, found = 0.0, 0
    for way in ways:
        c = int(base.problem.commodity_class[way.demand])
        hours, weeks = 0.0, 0
        for arc in way.arcs.tolist():
            for gate in gates.get((c, arc), []):
                since = 0
                if gate in periods:
                    since = (day - period_bounds(day, periods[gate])[0]).days
                weeks += gate in weekly
                found = max(found, since + 7 * weeks + ceil(hours / 24.0) + _MORE_DAYS)
            hours += float(base.arcs.hours[c, arc])
        longest = max(longest, hours)
    return max(min(ceil(longest / 24.0) + _MORE_DAYS, most), found)
