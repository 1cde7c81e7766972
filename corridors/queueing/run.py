"""Run the point-queue model through all steps of a problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.queueing import kernel
from corridors.queueing.arrays import Choice, Clock, Limits, Record, Slugs
from corridors.queueing.choosing import _TROUBLE_DAYS, Chooser
from corridors.queueing.routes import RouteBook

if TYPE_CHECKING:
    from collections.abc import Callable

    from corridors.queueing.problem import Flags, Floats, Ints, QueueProblem

BASE_SHORT, STAYED_HOME = 0, 1
"""Why cargo is never shipped: no usual way has room for it, or every way is too bad."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What happened, as arrays; index 0 of the last axis is new cargo, 1 cargo from before.

    Attributes
    ----------
    problem, book
        What was asked, and all ways that were taken.
    ends
        Units delivered on time, late, another way, and turned back in each
        step, shape (T, K, 4, 2).
    waiting, moving
        Units that stand in queues and that move at the end of each step,
        counted one by one, shape (T, K, 2).
    held, never
        Units held back at the origin at the end of each step, and never shipped
        in it (no room on usual ways, stayed at home), shapes (T, K, 2) and (T, K, 2, 2).
    arrived, left, quit
        Units of each limit that came, passed, and left the queue otherwise in
        each step, shape (T, R).
    waited
        Unit-days that those who left a limit in a step had waited, shape (T, R).
    present, present_t
        Units of each limit, and tonnes, that wait at its members in whatever
        queue, shape (T, R).
    passes
        Units that entered each segment in each step, shape (T, segments).
    usd, hours, wait
        Transport cost in USD, unit-hours in motion, unit-days of waiting, shape (K, 2).
    way_hours
        Unit-hours from wanting to leave to the end, by kind of end, shape (K, 4, 2).
    slugs
        Where everything was at the end.
    """

    problem: QueueProblem
    book: RouteBook
    ends: Floats
    waiting: Floats
    moving: Floats
    held: Floats
    never: Floats
    arrived: Floats
    left: Floats
    quit: Floats
    waited: Floats
    present: Floats
    present_t: Floats
    passes: Floats
    usd: Floats
    hours: Floats
    wait: Floats
    way_hours: Floats
    slugs: Slugs
    held_at_end: list[list[tuple[float, float]]]

    @property
    def queue(self) -> Floats:
        """Units that stand in the queue of each limit at the end of each step, shape (T, R)."""
        return np.asarray((self.arrived - self.left - self.quit).cumsum(axis=0))

    @property
    def residual(self) -> Floats:
        """Tonnes that appear or vanish up to each step: 0 but for rounding, shape (T,)."""
        p = self.problem
        weight = p.weight[p.kind]
        wanted = (p.amount * p.step).cumsum(axis=0)
        placed = self.waiting.sum(axis=2) + self.moving.sum(axis=2) + self.held.sum(axis=2)
        placed += self.ends.sum(axis=(2, 3)).cumsum(axis=0)
        placed += self.never.sum(axis=(2, 3)).cumsum(axis=0)
        return np.asarray(np.abs((placed - wanted) * weight).sum(axis=1))


def _slugs(size: int) -> Slugs:
    def whole() -> Ints:
        return np.zeros(size, dtype=np.int64)

    def real() -> Floats:
        return np.zeros(size)

    return Slugs(
        after=np.full(size, -1, dtype=np.int64), route=whole(), visit=whole(), amount=real(),
        start=real(), end=real(), born=real(), waited=real(), borne=real(),
        free=np.arange(size - 1, -1, -1, dtype=np.int64), n_free=np.array([size], dtype=np.int64),
    )  # fmt: skip


def _grown(old: Slugs) -> Slugs:
    """Return the same slugs with room for twice as many."""
    size = len(old.after)
    new = _slugs(2 * size)
    for name in ("after", "route", "visit", "amount", "start", "end", "born", "waited", "borne"):
        getattr(new, name)[:size] = getattr(old, name)
    free = int(old.n_free[0])
    new.free[:free] = old.free[:free]
    new.free[free : free + size] = np.arange(2 * size - 1, size - 1, -1)
    new.n_free[0] = free + size
    return new


class _Run:
    """One run: all that changes from step to step."""

    def __init__(self, problem: QueueProblem, *, whole: bool, fixed: bool) -> None:
        self.p = p = problem
        self.whole = whole
        self.fixed = fixed
        self.book = RouteBook(p)
        self.chooser = Chooser(p, self.book)
        n_steps, n_limits, n_demands = p.n_steps, p.n_limits, p.n_demands
        self.slugs = _slugs(1 << 14)
        self.head = np.full(n_steps + 1, -1, dtype=np.int64)
        self.tail = np.full(n_steps + 1, -1, dtype=np.int64)
        self.ends = np.zeros((n_steps, n_demands, 4, 2))
        self.stock = np.zeros((n_steps, n_demands, 2, 2))
        self.held = np.zeros((n_steps, n_demands, 2))
        self.never = np.zeros((n_steps, n_demands, 2, 2))
        self.per_limit = {
            name: np.zeros((n_steps, n_limits))
            for name in ("arrived", "left", "quit", "waited", "present", "present_t")
        }
        self.passes = np.zeros((n_steps, 64))
        self.totals = {name: np.zeros((n_demands, 2)) for name in ("usd", "hours", "wait")}
        self.way_hours = np.zeros((n_demands, 4, 2))
        self.queues = {
            name: np.full(n_limits, -1, dtype=np.int64)
            for name in ("head", "tail", "new_head", "new_tail")
        }
        self.work = {name: np.zeros(n_limits) for name in ("used", "taken", "queue")}
        self.back: list[list[tuple[float, float]]] = [[] for _ in range(n_demands)]
        self.recovering = np.zeros(n_limits, dtype=np.bool_)
        self.open_before = np.full(n_limits, np.inf)
        self._open: dict[int, Flags] = {}
        self._order: tuple[int, Ints] | None = None
        self._use: tuple[int, int, Floats] | None = None

    def record(self) -> Record:
        """Return the record, with room for every segment that there is by now."""
        size = self.passes.shape[1]
        if self.book.n_segments > size:
            wider = np.zeros((self.p.n_steps, max(2 * size, self.book.n_segments)))
            wider[:, :size] = self.passes
            self.passes = wider
        return Record(
            **self.per_limit, ends=self.ends, stock=self.stock, passes=self.passes,
            **self.totals, way_hours=self.way_hours,
        )  # fmt: skip

    def order(self) -> Ints:
        """Return the limits upstream first."""
        if self._order is None or self._order[0] != len(self.book):
            self._order = (len(self.book), self.book.order())
        return self._order[1]

    def _passable(self, state: int) -> Flags:
        """Return the limits of which any member is open in a state, shape (R,)."""
        if state not in self._open:
            p = self.p
            arc = np.repeat(np.arange(len(p.tail)), np.diff(p.member_first))
            usable = (np.isfinite(p.usd[state][:, arc]).T & (p.member_factor > 0)).any(axis=1)
            passable = np.zeros(p.n_limits, dtype=np.bool_)
            np.logical_or.at(passable, p.member_limit, usable)
            self._open[state] = passable
        return self._open[state]

    def rates(self, n: int) -> Floats:
        """Return what may pass each limit in a step, faster where a closure has left a queue."""
        p = self.p
        state = p.state[n]
        rate = p.rate[n].copy()
        passable = self._passable(int(state))
        rate[~passable] = 0.0
        opened = np.where(passable, p.level[n], 0.0)
        standing = self.work["queue"] > 1e-9
        self.recovering |= (opened > self.open_before * (1 + 1e-12)) & standing
        self.recovering &= standing
        self.open_before = opened
        faster = self.recovering & (p.burst[n] > rate) & (rate > 0)
        rate[faster] = p.burst[n][faster]
        return np.asarray(rate)

    def banned(self) -> Flags:
        """Return the limits for which nothing more is accepted, shape (R,)."""
        return np.asarray(self.work["queue"] > self.p.ban_above)

    def step(self, n: int) -> None:
        """Decide who leaves, then move everything."""
        p, chooser = self.p, self.chooser
        state = int(p.state[n])
        while int(self.slugs.n_free[0]) < max(8000, len(self.slugs.after) // 2):
            self.slugs = _grown(self.slugs)
        outlook = chooser.outlook
        rate = self.rates(n)
        arrays = self.book.arrays(state)
        if self._use is None or self._use[:2] != (int(p.usual_of[n]), state):
            use = chooser.normal_use(n, arrays)
            self._use = (int(p.usual_of[n]), state, use)
        level = outlook.level(n)
        with np.errstate(invalid="ignore"):
            spare = np.maximum(np.where(rate > 0, level, 0.0) - p.reserved[n] - self._use[2], 0.0)
        self.work["taken"][:] = 0.0
        limits = Limits(
            rate=rate, reserved=np.ascontiguousarray(p.reserved[n]),
            background=np.ascontiguousarray(p.background[n]),
            level=np.maximum(level - p.reserved[n], 0.0),
            spare=spare * p.step,
            shut_for=outlook.limit_shut(n, known=True).max(axis=0, initial=0),
            head=self.queues["head"], tail=self.queues["tail"],
            new_head=self.queues["new_head"], new_tail=self.queues["new_tail"],
            used=self.work["used"], taken=self.work["taken"], queue=self.work["queue"],
        )  # fmt: skip
        choice = Choice(
            closed=outlook.closed(n), closed_for=outlook.closed_for(n, known=True),
            share=chooser.shares(n), patience=p.behaviour.patience, spread=p.behaviour.spread,
            late=p.late_days, weight=p.weight, member_first=p.member_first,
            member_limit=p.member_limit, member_factor=p.member_factor,
        )  # fmt: skip
        clock = Clock(n, p.n_steps, p.step, self.whole, p.begin * p.step)
        outlook.queue_seen[n] = self.work["queue"]
        cost, wait, cost_from, wait_from, wait_at = chooser.view(n, arrays, self.banned())
        leaving = self._departures(n, state, limits, choice, cost, wait)
        if not self.fixed and (wait_from[: len(arrays.limit)] > _TROUBLE_DAYS).any():
            chooser.advise(n, state, limits, choice, cost_from, wait_from, wait_at)
        elif len(arrays.advice):
            self.book.arrays(state).advice[:] = -1
        arrays = self.book.arrays(state)
        record = self.record()
        for route, amount, born, expected, waited in leaving:
            # Who expects a wait when leaving has the patience for it.
            borne = 0.0 if self.fixed else expected
            k = int(arrays.demand[route])
            self.totals["wait"][k, 0 if born >= clock.begin else 1] += amount * waited
            kernel.depart(
                self.slugs, arrays, record, clock, self.head, self.tail,
                route, amount, born, borne, waited,
            )  # fmt: skip
        kernel.run_step(
            self.slugs, arrays, limits, choice, record, clock, self.head, self.tail, self.order()
        )
        for k in range(p.n_demands):
            for amount, born in self.back[k]:
                self.held[n, k, 0 if born >= clock.begin else 1] += amount

    def _departures(
        self, n: int, state: int, limits: Limits, choice: Choice, cost: Floats, wait: Floats
    ) -> list[tuple[int, float, float, float, float]]:
        """Return what leaves: way, amount, when it wanted to, the wait it expects, has waited."""
        p, chooser = self.p, self.chooser
        arrays = self.book.arrays(state)
        now = (n + 0.5) * p.step
        banned = self.banned()
        leaving: list[tuple[int, float, float, float, float]] = []
        wishes: list[tuple[int, int, int, float, float]] = []
        parts: list[tuple[int, int, float, float]] = []
        for k, ways in enumerate(chooser.usual[p.usual_of[n]]):
            fresh = float(p.amount[n, k]) * p.step
            lots = [*self.back[k], (fresh, now)] if fresh > 0 else list(self.back[k])
            self.back[k] = []
            if not lots:
                continue
            served = sum(share for _, share in ways)
            for amount, born in lots:
                if not ways:
                    self._stay(n, k, amount, born, BASE_SHORT)
                    continue
                if born == now and served < 1.0 - 1e-12:
                    self._stay(n, k, amount * (1.0 - served), born, BASE_SHORT)
                for number, share in ways:
                    part = amount * share / (served if born != now else 1.0)
                    own = arrays.limit[arrays.first[number] : arrays.first[number + 1]]
                    stopped = bool(banned[own].any())
                    if wait[number] <= _TROUBLE_DAYS and not stopped:
                        if part > 0:
                            leaving.append((number, part, born, wait[number], now - born))
                        continue
                    parts.append((number, k, part, born))
                    # Who may not load would take any way that beats not shipping.
                    ceiling = float(p.loss[k]) if stopped else min(cost[number], p.loss[k])
                    wishes.append((len(parts) - 1, k, number, part, float(ceiling)))
        left = {i: part[2] for i, part in enumerate(parts)}
        if wishes and not self.fixed:
            for i, way, amount in chooser.go_round(n, state, limits, choice, wishes):
                left[i] -= amount
                leaving.append((way, amount, parts[i][3], 0.0, now - parts[i][3]))
        for i, (number, k, _, born) in enumerate(parts):
            self._rest(n, k, number, left[i], born, cost, wait, banned, leaving)
        return leaving

    def _rest(
        self, n: int, k: int, number: int, amount: float, born: float, cost: Floats,
        wait: Floats, banned: Flags, leaving: list[tuple[int, float, float, float, float]],
    ) -> None:  # fmt: skip
        """Let what found no way round stay, wait for loading, or leave on its usual way."""
        p = self.p
        if amount <= 1e-12:
            if amount > 0:
                self._stay(n, k, amount, born, STAYED_HOME)
            return
        c = int(p.kind[k])
        now = (n + 0.5) * p.step
        arrays = self.book.arrays(int(p.state[n]))
        own = arrays.limit[arrays.first[number] : arrays.first[number + 1]]
        so_far = now - born
        patience, spread = float(p.behaviour.patience[c]), float(p.behaviour.spread[c])
        if bool(banned[own].any()):
            before = kernel.stays(max(so_far - p.step, 0.0), patience, spread)
            stays = kernel.stays(so_far, patience, spread) / before if before > 0 else 0.0
            self._stay(n, k, amount * (1.0 - stays), born, STAYED_HOME)
            if amount * stays > 0:
                self.back[k].append((amount * stays, born))
            return
        if cost[number] > p.loss[k]:
            self._stay(n, k, amount, born, STAYED_HOME)
            return
        stays = kernel.stays(wait[number], patience, spread) if not self.fixed else 1.0
        self._stay(n, k, amount * (1.0 - stays), born, STAYED_HOME)
        if amount * stays > 0:
            leaving.append((number, amount * stays, born, wait[number], so_far))

    def _stay(self, n: int, k: int, amount: float, born: float, why: int) -> None:
        if amount > 0:
            self.never[n, k, why, 0 if born >= self.p.begin * self.p.step else 1] += amount


def run(
    problem: QueueProblem,
    *,
    whole: bool = False,
    fixed: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Run a problem through all its steps.

    Parameters
    ----------
    problem
        What is asked.
    whole
        Count time in whole steps, as the linear program of the bound does: every
        way between two limits takes a whole number of steps.
    fixed
        Nobody chooses: all cargo takes its usual ways, whatever happens.
    progress
        Is told the steps done and in all.

    Returns
    -------
    Outcome
        The same problem always gives the same outcome.
    """
    own = _Run(problem, whole=whole, fixed=fixed)
    for n in range(problem.n_steps):
        own.step(n)
        if progress is not None:
            progress(n + 1, problem.n_steps)
    return Outcome(
        problem=problem,
        book=own.book,
        ends=own.ends,
        waiting=own.stock[:, :, 0],
        moving=own.stock[:, :, 1],
        held=own.held,
        never=own.never,
        **own.per_limit,
        passes=own.passes[:, : own.book.n_segments],
        **own.totals,
        way_hours=own.way_hours,
        slugs=own.slugs,
        held_at_end=own.back,
    )
