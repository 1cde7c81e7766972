"""Which way cargo takes, with what it knows on the day.

Cargo that is about to leave compares its base route, with waits and what is slower or
dearer on it, with the best way round; what newcomers may have of the spare capacity
elsewhere is shared out evenly among those who want it. Who finds every way worse than not
shipping, or expects to wait longer than it would bear, stays at home.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.simulation.queueing.information import Information, waits_ahead
from corridors.simulation.queueing.ways.search import TROUBLE_DAYS, RouteSearch

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.simulation.queueing.problem import QueueProblem
    from corridors.simulation.queueing.state import Choice, QueueLimits, RouteArrays
    from corridors.simulation.queueing.ways import RouteBook

_ROUNDS = 4
"""How often those who found a way full look for the next one, in a step."""

_CENT = 0.01
"""USD per unit below which nothing is dearer."""

_CALM_DAYS = 14.0
"""Days without anyone wanting to go round after which contracts start anew."""


def stopped_ways(arrays: RouteArrays, banned: Flags) -> Flags:
    """Return the ways over limits for which nothing more is accepted, shape (W,)."""
    result = np.zeros(len(arrays.demand), dtype=np.bool_)
    if banned.any():
        on = np.repeat(np.arange(len(arrays.demand)), np.diff(arrays.first))
        result[on[banned[arrays.limit]]] = True
    return result


class RouteChoice:
    """Decides, step by step, who leaves, on which way, and who is told to turn off."""

    def __init__(self, problem: QueueProblem, book: RouteBook) -> None:
        self._p = problem
        self._book = book
        self.information = Information(problem)
        self.search = RouteSearch(problem)
        n = problem.n_demands
        self._origin: list[int] = problem.origin.tolist()
        self._wants_since = np.full(n, -1.0)
        self._wanted_last = np.full(n, -np.inf)
        self.base_routes: list[list[list[tuple[int, float]]]] = []
        self.use: list[Floats] = []
        self.own: dict[int, set[int]] = {}
        self._own_arcs: dict[int, Ints] = {}
        self._known: dict[tuple[int, bytes], int] = {}
        self._newcomers: dict[int, list[tuple[int, float]]] = {}
        self._plain: dict[tuple[int, int], float] = {}
        self._added: dict[tuple[int, int], float] = {}
        self._lag = np.rint(problem.behaviour.reaction / problem.step).astype(np.int64).tolist()
        for ways in problem.base_routes:
            sets: list[list[tuple[int, float]]] = [[] for _ in range(n)]
            for way in ways:
                number = book.add(way.demand, way.arcs, is_base=True)
                sets[way.demand].append((number, way.share))
                if number not in self.own:
                    self.own[number] = set(way.arcs.tolist())
                    self._own_arcs[number] = np.unique(way.arcs)
            self.base_routes.append(sets)

    def base_use(self, step: int, arrays: RouteArrays) -> Floats:
        """Return what the base routes take of each limit in a step, per day, shape (R,)."""
        p = self._p
        use = np.zeros(p.n_limits)
        for k, ways in enumerate(self.base_routes[p.base_of[step]]):
            for number, share in ways:
                own = slice(arrays.first[number], arrays.first[number + 1])
                np.add.at(use, arrays.limit[own], arrays.factor[own] * share * p.amount[step, k])
        return use

    def shares(self, step: int) -> Floats:
        """Return the share of spare capacity that newcomers of each demand may have, (K,)."""
        p, b = self._p, self._p.behaviour
        c = p.kind
        days = np.where(self._wants_since >= 0, step * p.step - self._wants_since, 0.0)
        ramp = b.spot_ramp[c]
        with np.errstate(divide="ignore", invalid="ignore"):
            opened = np.where(ramp > 0, np.minimum(days / ramp, 1.0), 1.0)
        return np.asarray(b.spot_share[c] + (1.0 - b.spot_share[c]) * opened)

    def _want(self, step: int, demand: int) -> None:
        now = step * self._p.step
        if now - self._wanted_last[demand] > _CALM_DAYS:
            self._wants_since[demand] = now
        self._wanted_last[demand] = now

    def view(
        self, step: int, arrays: RouteArrays, banned: Flags, use: Floats
    ) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Return cost and wait of all ways as `waits_ahead` does, with what is known.

        `use` is what the base routes take of each limit, per day, shape (R,).
        """
        p = self._p
        limit_wait = self.information.limit_wait(step, use)
        self.search.begin_step(step, limit_wait, banned)
        n_ways, n_visits = len(arrays.kind), len(arrays.limit)
        cost, wait = np.zeros(n_ways), np.zeros(n_ways)
        cost_from, wait_from, wait_at = np.zeros((3, n_visits))
        waits_ahead(
            arrays.first,
            arrays.kind,
            arrays.is_base,
            arrays.limit,
            arrays.arc,
            arrays.hours,
            arrays.usd,
            self.information.seen(step),
            self.information.own(step, use),
            *self.information.rooms(step),
            self.information.reduced_for(step, known=False),
            self.information.limit_shut(step, known=False),
            self.information.closed_for(step, known=False),
            p.value_of_time,
            cost,
            wait,
            cost_from,
            wait_from,
            wait_at,
        )
        return cost, wait, cost_from, wait_from, wait_at

    def go_round(
        self,
        step: int,
        state: int,
        limits: QueueLimits,
        choice: Choice,
        wanting: list[tuple[int, int, int, float, float]],
        *,
        waiting: bool = True,
    ) -> list[tuple[int, int, float]]:
        """Share out the newcomers' part of other ways among those who want to leave on them.

        Parameters
        ----------
        step, state
            The step and its state.
        limits, choice
            As the kernel has them; what is booked is taken from the limits.
        wanting
            Of each wish: its number, the demand, its base route, the amount, and
            the cost that another way must undercut.
        waiting
            Whether they would wait on the other way.

        Returns
        -------
        list
            Number of the wish, number of the way, amount.
        """
        search = self.search
        granted: list[tuple[int, int, float]] = []
        left = {w[0]: w[3] for w in wanting}
        share = choice.share
        for _ in range(_ROUNDS):
            full = self._full(limits, share)
            wishes: list[tuple[int, int, int]] = []
            # Room is only taken: who finds no way that is cheap enough finds none later either.
            asking, wanting = wanting, []
            for wish in asking:
                number, k, base, _amount, ceiling = wish
                if left[number] <= 1e-12:
                    continue
                tree = search.to(k, full, base, self._own_arcs[base], waiting=waiting)
                origin, most = self._origin[k], ceiling - 1e-9 * abs(ceiling)
                if not search.reach(tree, origin, most) < most:
                    continue
                arcs = search.path(tree, origin, k)
                if np.array_equal(arcs, self._book.arcs[base]):
                    # Several waits that are nothing each: there is no other way than the base.
                    continue
                wanting.append(wish)
                self._want(step, k)
                wishes.append((number, k, self._instead(k, base, arcs)))
            if not wishes:
                break
            arrays = self._book.arrays(state)
            got = self._grant(arrays, limits, share, wishes, left)
            granted += got
            if not got:
                break
            self.search.forget_trees()
        return granted

    def _instead(self, k: int, base: int, arcs: Ints) -> int:
        """Return the number of a way that a demand takes instead of a base route."""
        key = (base, arcs.tobytes())
        if key not in self._known:
            self._known[key] = self._book.add(k, arcs, is_base=False, own=self.own[base])
        return self._known[key]

    def _without_waits(self, state: int, c: int, way: int) -> float:
        """Return what a way costs with its time valued, and with no wait, in USD per unit."""
        if (state, way) not in self._plain:
            arcs = self._book.arcs[way]
            hours = self._p.hours[state, c, arcs].sum()
            usd = self._book.usd[state, c, arcs].sum()
            self._plain[state, way] = float(usd + self._p.value_of_time[c] * hours)
        return self._plain[state, way]

    def dearer(self, step: int, demand: Ints, way: Ints) -> Flags:
        """Return on which base routes delays and surcharges are worth looking for another way.

        Where they cost what a wait would from which anybody looks, and more than a rounding;
        known to those who leave as long after they begin as a closure is.

        Parameters
        ----------
        step
            The step.
        demand, way
            Numbers of the demands, and of a base route of each, shape (W,).
        """
        p = self._p
        if p.added is None:
            return np.zeros(len(way), dtype=np.bool_)
        kind = p.kind[demand].tolist()
        added = [
            min(
                self._added_on(int(p.state[step]), c, w),
                self._added_on(int(p.state[max(step - self._lag[c], 0)]), c, w),
            )
            for c, w in zip(kind, way.tolist(), strict=True)
        ]
        least = 24.0 * TROUBLE_DAYS * p.value_of_time[kind]
        return np.asarray(np.array(added) > np.maximum(least, _CENT))

    def _added_on(self, state: int, c: int, way: int) -> float:
        """Return what events add to what a way costs, with its time valued, in USD per unit."""
        if (state, way) not in self._added:
            assert self._p.added is not None
            total = self._p.added[state, c, self._book.arcs[way]].sum()
            self._added[state, way] = float(total)
        return self._added[state, way]

    def _full(self, limits: QueueLimits, share: Floats) -> Flags:
        most = float(share.max(initial=0.0))
        with np.errstate(invalid="ignore"):
            room = most * limits.spare - limits.taken
        return np.asarray(~(room > 1e-9 * np.maximum(limits.level, 1e-9)))

    def _grant(
        self,
        arrays: RouteArrays,
        limits: QueueLimits,
        share: Floats,
        wishes: list[tuple[int, int, int]],
        left: dict[int, float],
    ) -> list[tuple[int, int, float]]:
        """Give each wish the same part of what it wants of the limit that is scarcest for it."""
        desire = dict.fromkeys(range(self._p.n_limits), 0.0)
        for number, _, way in wishes:
            for r, factor in self._newcomer(arrays, way):
                desire[r] += left[number] * factor
        got = []
        taken, spare = limits.taken.tolist(), limits.spare.tolist()
        for number, k, way in wishes:
            part, own_share = 1.0, float(share[k])
            for r, _ in self._newcomer(arrays, way):
                room = max(own_share * spare[r] - taken[r], 0.0)
                if desire[r] > 0:
                    part = min(part, room / desire[r])
            amount = part * left[number]
            if amount <= 1e-12:
                continue
            for r, factor in self._newcomer(arrays, way):
                limits.taken[r] += amount * factor
            left[number] -= amount
            got.append((number, way, amount))
        return got

    def _newcomer(self, arrays: RouteArrays, way: int) -> list[tuple[int, float]]:
        """Return the limits of a way at which cargo on it is a newcomer, and what a unit takes."""
        if way not in self._newcomers:
            own = slice(int(arrays.first[way]), int(arrays.first[way + 1]))
            new = arrays.newcomer[own]
            self._newcomers[way] = list(
                zip(arrays.limit[own][new].tolist(), arrays.factor[own][new].tolist(), strict=True)
            )
        return self._newcomers[way]

    def advise(
        self,
        step: int,
        state: int,
        limits: QueueLimits,
        choice: Choice,
        cost_from: Floats,
        wait_from: Floats,
        wait_at: Floats,
    ) -> None:
        """Tell cargo on base routes where it would better turn off."""
        p, book, search = self._p, self._book, self.search
        before = book.arrays(state)
        full = self._full(limits, choice.share)
        found: list[tuple[int, int, float]] = []
        slow = np.flatnonzero(wait_from[: len(before.limit)] > TROUBLE_DAYS)
        of = np.searchsorted(before.first, slow, side="right") - 1
        slow, of = slow[before.is_base[of]], of[before.is_base[of]]
        begins = np.flatnonzero(np.diff(of, prepend=-1)).tolist()
        for i, end in zip(begins, [*begins[1:], len(of)], strict=True):
            r = int(of[i])
            k, c = int(before.demand[r]), int(before.kind[r])
            value = 24.0 * p.value_of_time[c]
            if value <= 0:
                continue
            tree = search.to(k, full, r, self._own_arcs[r])
            most_added = float(p.choke[k]) - self._without_waits(state, c, r)
            for v in slow[i:end].tolist():
                place = int(p.tail[before.arc[v]])
                gain = cost_from[v] - search.reach(tree, place, float(cost_from[v]))
                if not gain > 1e-9 * abs(cost_from[v]):
                    continue
                if value * wait_from[v] - gain > most_added:
                    continue
                self._want(step, k)
                way = self._instead(k, r, search.path(tree, place, k))
                # Where the wait is at this very place, only those go for whom it is too long.
                bearable = wait_at[v] - gain / value
                found.append((v, way, max(bearable, 0.0) if bearable > 0 else -1.0))
        arrays = book.arrays(state)
        arrays.advice[:] = -1
        for v, way, wait in found:
            arrays.advice[v] = way
            arrays.advice_wait[v] = wait
