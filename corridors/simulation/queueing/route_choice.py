"""Which way cargo takes, with what it knows on the day.

Cargo that is about to leave compares its base route, waits included, with the
best way round; what newcomers may have of the spare capacity elsewhere is shared
out evenly among those who want it. Who finds every way worse than not shipping,
or expects to wait longer than it would bear, stays at home.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.compiling import compiled
from corridors.flow.shortest.trees import forward_star, tree_to
from corridors.simulation.queueing.information import Information, waits_ahead
from corridors.simulation.queueing.reneging import book

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.simulation.queueing.problem import QueueProblem
    from corridors.simulation.queueing.state import Choice, QueueLimits, RouteArrays
    from corridors.simulation.queueing.ways import RouteBook

TROUBLE_DAYS = 0.05
"""Waiting below which nobody looks for another way."""

_ROUNDS = 4
"""How often those who found a way full look for the next one, in a step."""

_CALM_DAYS = 14.0
"""Days without anyone wanting to go round after which contracts start anew."""


class RouteSearch:
    """The best ways under what is known in a step, found when first asked for."""

    def __init__(self, problem: QueueProblem) -> None:
        self._p = problem
        self._start, self._star = forward_star(problem.head, problem.n_mode_nodes)
        self._member_arc = problem.member_arc
        self._counts = problem.member_factor > 0
        self._weight: dict[int, Floats] = {}
        self._queued: dict[int, Floats] = {}
        self._taken: dict[int, Flags] = {}
        self._looked: set[int] = set()
        self._trees: dict[int, dict[tuple[int, bool, bytes], tuple[Floats, Ints]]] = {}

    def begin_step(self, step: int, limit_wait: Floats, banned: Flags) -> None:
        """Forget the last step, and take in this one; nothing is accepted for banned limits."""
        self._banned = banned
        self._looked.clear()
        self._taken.clear()
        self._trees.clear()
        self._weight.clear()
        self._queued.clear()
        self._step = step
        self._limit_wait = limit_wait

    def forget_trees(self) -> None:
        """Look anew at what is full, and forget the ways of whom it keeps from more than before."""
        self._looked.clear()

    def _look(self, c: int, full: Flags) -> Flags:
        """Return the arcs on which newcomers of a class can have no more, shape (A,)."""
        if c not in self._looked:
            self._looked.add(c)
            taken = np.zeros(len(self._p.tail), dtype=np.bool_)
            taken[self._member_arc[full[self._p.member_limit] & self._counts[:, c]]] = True
            if c not in self._taken or not np.array_equal(taken, self._taken[c]):
                self._taken[c] = taken
                self._trees[c] = {}
        return self._taken[c]

    def _base(self, c: int) -> Floats:
        if c not in self._weight:
            p, s = self._p, self._p.state[self._step]
            weight = p.usd[s, c] + p.value_of_time[c] * p.hours[s, c]
            counts = self._counts[:, c]
            own = self._limit_wait[c][p.member_limit] * counts
            level = p.level[self._step][p.member_limit]
            stopped = counts & ((level <= 0) | self._banned[p.member_limit])
            own = np.where(stopped, np.inf, 24.0 * p.value_of_time[c] * own)
            np.add.at(weight, self._member_arc[own > 0], own[own > 0])
            self._weight[c] = weight
        return self._weight[c]

    def to(
        self, demand: int, full: Flags, own: Ints, *, waiting: bool = True
    ) -> tuple[Floats, Ints]:
        """Return cost to a demand's destination from everywhere, and the next arcs.

        Demands of one class that go to one place share a tree, unless one of them has its
        place on an arc where newcomers have none.

        Parameters
        ----------
        demand
            Number of the demand.
        full
            Limits of which newcomers can have no more, shape (R,); the same ones until
            trees are forgotten.
        own
            Arcs of the base route that is to be left, on which the cargo has its place all
            the same.
        waiting
            Whether ways may lead through a queue that is known.
        """
        p = self._p
        c = int(p.kind[demand])
        taken = self._look(c, full)
        trees = self._trees[c]
        spared = own[taken[own]]
        key = (int(p.destination[demand]), waiting, spared.tobytes())
        if key not in trees:
            usual = self._base(c) if waiting else self._without_queues(c)
            weight = np.where(taken, np.inf, usual)
            weight[spared] = usual[spared]
            trees[key] = tree_to(self._start, self._star, p.tail, weight, key[0])
        return trees[key]

    def _without_queues(self, c: int) -> Floats:
        """Return the weights of a class with what leads through a known queue shut."""
        if c not in self._queued:
            weight = self._base(c).copy()
            queued = self._limit_wait[c] > TROUBLE_DAYS
            weight[self._member_arc[queued[self._p.member_limit] & self._counts[:, c]]] = np.inf
            self._queued[c] = weight
        return self._queued[c]

    def path(self, following: Ints, place: int, target: int) -> Ints:
        """Return the arcs from a place to the target of a tree."""
        arcs: Ints = _path(following, self._p.head, place, target)
        return arcs


@compiled
def _path(following: Ints, head: Ints, place: int, target: int) -> Ints:
    """Return the arcs that lead from a place to the target of a tree, in their order."""
    size = 0
    at = place
    while at != target:
        at = head[following[at]]
        size += 1
    arcs = np.empty(size, dtype=np.int64)
    at = place
    for i in range(size):
        arcs[i] = following[at]
        at = head[following[at]]
    return arcs


class RouteChoice:
    """Decides, step by step, who leaves, on which way, and who is told to turn off."""

    def __init__(self, problem: QueueProblem, book: RouteBook) -> None:
        self._p = problem
        self._book = book
        self.information = Information(problem)
        self.search = RouteSearch(problem)
        n = problem.n_demands
        self._wants_since = np.full(n, -1.0)
        self._wanted_last = np.full(n, -np.inf)
        self.base_routes: list[list[list[tuple[int, float]]]] = []
        self.use: list[Floats] = []
        self.own: dict[int, set[int]] = {}
        self._own_arcs: dict[int, Ints] = {}
        self._known: dict[tuple[int, bytes], int] = {}
        self._plain: dict[tuple[int, int], float] = {}
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
        p = self._p
        granted: list[tuple[int, int, float]] = []
        left = {w[0]: w[3] for w in wanting}
        share = choice.share
        for _ in range(_ROUNDS):
            full = self._full(limits, share)
            wishes: list[tuple[int, int, int]] = []
            for number, k, base, _amount, ceiling in wanting:
                if left[number] <= 1e-12:
                    continue
                distance, following = self.search.to(k, full, self._own_arcs[base], waiting=waiting)
                origin = int(p.origin[k])
                if not distance[origin] < ceiling - 1e-9 * abs(ceiling):
                    continue
                self._want(step, k)
                arcs = self.search.path(following, origin, int(p.destination[k]))
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
        desire = np.zeros(self._p.n_limits)
        for number, _, way in wishes:
            for v in range(arrays.first[way], arrays.first[way + 1]):
                if arrays.newcomer[v]:
                    desire[arrays.limit[v]] += left[number] * arrays.factor[v]
        got = []
        taken = limits.taken.copy()
        for number, k, way in wishes:
            part = 1.0
            for v in range(arrays.first[way], arrays.first[way + 1]):
                if arrays.newcomer[v]:
                    r = arrays.limit[v]
                    room = max(share[k] * limits.spare[r] - taken[r], 0.0)
                    if desire[r] > 0:
                        part = min(part, room / desire[r])
            amount = part * left[number]
            if amount <= 1e-12:
                continue
            book(arrays, limits, way, amount)
            left[number] -= amount
            got.append((number, way, amount))
        return got

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
        p, book = self._p, self._book
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
            distance, following = self.search.to(k, full, self._own_arcs[r])
            most_added = float(p.choke[k]) - self._without_waits(state, c, r)
            for v in slow[i:end].tolist():
                place = int(p.tail[before.arc[v]])
                gain = cost_from[v] - distance[place]
                if not gain > 1e-9 * abs(cost_from[v]):
                    continue
                if value * wait_from[v] - gain > most_added:
                    continue
                self._want(step, k)
                arcs = self.search.path(following, place, int(p.destination[k]))
                way = self._instead(k, r, arcs)
                # Where the wait is at this very place, only those go for whom it is too long.
                bearable = wait_at[v] - gain / value
                found.append((v, way, max(bearable, 0.0) if bearable > 0 else -1.0))
        arrays = book.arrays(state)
        arrays.advice[:] = -1
        for v, way, wait in found:
            arrays.advice[v] = way
            arrays.advice_wait[v] = wait
