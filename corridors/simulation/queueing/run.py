"""Run the point-queue model through all steps of a problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.waiting.course import wait_within
from corridors.simulation.queueing.counting import CountingRule
from corridors.simulation.queueing.departures import Origin
from corridors.simulation.queueing.kernel import run_step
from corridors.simulation.queueing.lining import Lining
from corridors.simulation.queueing.packets import depart_all, grown, new_packets
from corridors.simulation.queueing.route_choice import RouteChoice
from corridors.simulation.queueing.service.passing import Passing
from corridors.simulation.queueing.service.stepping_back import beneath, changes, step_back
from corridors.simulation.queueing.state import (
    HAIR,
    NEW,
    OLD,
    Choice,
    Clock,
    QueueLimits,
    Record,
)
from corridors.simulation.queueing.stores import find_room
from corridors.simulation.queueing.ways import RouteBook
from corridors.simulation.queueing.ways.search import TROUBLE_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.simulation.queueing.departures import HeldShipment
    from corridors.simulation.queueing.problem import Grants, QueueProblem
    from corridors.simulation.queueing.state import Packets


_LINE_UP = 2
"""Steps after which packets are put in the order of their lists again."""


@dataclass(frozen=True, eq=False)
class SimulationRecord:
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
        in it (no room on base routes, stayed at home), shapes (T, K, 2) and (T, K, 2, 2).
    arrived, left, quit
        Units of each limit that came, passed, and left the queue otherwise in
        each step, shape (T, R).
    waited
        Unit-days that those who left a limit in a step had waited, shape (T, R).
    background
        Units of background traffic in the queue of each limit, shape (T, R).
    rate
        Units a day that each limit could let pass in each step, shape (T, R).
    units, tonnes
        Cargo that waits at the end of each step, by member of a limit (a limit and
        an arc), each unit at one: units of the limit, and tonnes, shape (T, M).
    moved, pairs
        Units in the queue of one limit that are counted at another, shape (T, X),
        and the two limits, shape (X, 2); see `counting`.
    passes
        Units that entered each segment in each step, shape (T, segments).
    usd, hours, wait
        Transport cost in USD, unit-hours in motion, unit-days of waiting, shape (K, 2).
    way_hours
        Unit-hours from wanting to leave to the end, by kind of end, shape (K, 4, 2).
    packets
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
    background: Floats
    rate: Floats
    units: Floats
    tonnes: Floats
    moved: Floats
    pairs: Ints
    passes: Floats
    usd: Floats
    hours: Floats
    wait: Floats
    way_hours: Floats
    packets: Packets
    held_at_end: list[list[HeldShipment]]

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


class QueueRun:
    """One run: all that changes from step to step."""

    def __init__(self, problem: QueueProblem, *, whole: bool, fixed: bool) -> None:
        self.p = p = problem
        self.whole = whole
        self.fixed = fixed
        self.book = RouteBook(p)
        self.route_choice = RouteChoice(p, self.book)
        n_steps, n_limits, n_demands = p.n_steps, p.n_limits, p.n_demands
        self.packets = new_packets(1 << 14)
        self._lining = Lining()
        self.head = np.full(n_steps + 1, -1, dtype=np.int64)
        self.tail = np.full(n_steps + 1, -1, dtype=np.int64)
        self.ends = np.zeros((n_steps, n_demands, 4, 2))
        self.where = np.zeros((n_steps, n_demands, 2, 2))
        self.held = np.zeros((n_steps, n_demands, 2))
        self.per_limit = {
            name: np.zeros((n_steps, n_limits))
            for name in ("arrived", "left", "quit", "waited", "background")
        }
        self.rate = np.zeros((n_steps, n_limits))
        self.counting = CountingRule(p)
        self.counted = {
            "units": np.zeros((n_steps, len(p.member_limit))),
            "tonnes": np.zeros((n_steps, len(p.member_limit))),
            "moved": np.zeros((n_steps, len(self.counting.pairs))),
        }
        self.passes = np.zeros((n_steps, 64))
        self.totals = {name: np.zeros((n_demands, 2)) for name in ("usd", "hours", "wait")}
        self.way_hours = np.zeros((n_demands, 4, 2))
        self.queues = {
            name: np.full(n_limits, -1, dtype=np.int64)
            for name in ("head", "tail", "new_head", "new_tail")
        }
        self._held_back = np.full((2, 2), -1, dtype=np.int64)
        self.queue_state = {name: np.zeros(n_limits) for name in ("used", "taken", "queue")}
        stores = np.isfinite(p.store)
        self._store_number: Ints = np.where(stores, np.cumsum(stores) - 1, -1).astype(np.int64)
        self._ahead = np.zeros((2, int(stores.sum()), 1))
        self._passing = Passing(p, self.route_choice.information.reductions.passable)
        self.origin = Origin(p, self.book, self.route_choice, fixed=fixed)
        self.recovering = np.zeros(n_limits, dtype=np.bool_)
        self._beneath = beneath(p)
        self.open_before = np.full(n_limits, np.inf)
        self.stock = np.zeros(n_limits)
        self._calm: tuple[tuple[int, int], Floats] | None = None
        self._comes = np.zeros(n_limits)
        self._order: tuple[int, Ints] | None = None
        self._use: tuple[int, int, Floats] | None = None
        self._leads: tuple[int, Flags] | None = None

    def _kernel_record(self) -> Record:
        """Return the record, with room for every segment that there is by now."""
        size = self.passes.shape[1]
        if self.book.n_segments > size:
            wider = np.zeros((self.p.n_steps, max(2 * size, self.book.n_segments)))
            wider[:, :size] = self.passes
            self.passes = wider
        return Record(
            **self.per_limit,
            **self.counted,
            ends=self.ends,
            where=self.where,
            passes=self.passes,
            **self.totals,
            way_hours=self.way_hours,
        )

    def order(self) -> Ints:
        """Return the limits upstream first."""
        if self._order is None or self._order[0] != len(self.book):
            self._order = (len(self.book), self.book.order())
        return self._order[1]

    def stores(self, longest_hours: float) -> tuple[Floats, Floats, Ints, Ints]:
        """Return what the kernel notes of stores, with room for all steps that a way takes.

        `margin`, `asked`, `until` and `asked_until` of `QueueLimits`.
        """
        n_stores = self._ahead.shape[1]
        steps = int(np.ceil(longest_hours / 24.0 / self.p.step)) + 3
        if n_stores and steps > self._ahead.shape[2]:
            self._ahead = np.zeros((2, n_stores, steps))
        until = np.zeros((2, n_stores), dtype=np.int64)
        return self._ahead[0], self._ahead[1], until[0], until[1]

    def leads(self) -> Flags:
        """Return the limits after which some way comes to a store, shape (R,)."""
        if self._leads is None or self._leads[0] != len(self.book):
            self._leads = (len(self.book), self.book.before(np.isfinite(self.p.store)))
        return self._leads[1]

    def rates(self, n: int) -> Floats:
        """Return what may pass each limit in a step, faster where a closure has left a queue."""
        p = self.p
        state = p.state[n]
        rate = p.rate[n].copy()
        passable = self.route_choice.information.reductions.passable[state]
        rate[~passable] = 0.0
        opened = np.where(passable, p.level[n], 0.0)
        standing = self.queue_state["queue"] > self.calm(n) + 1e-9
        opening = (opened > self.open_before * (1 + 1e-12)) & standing
        self.recovering = (self.recovering | opening) & standing
        # What a limit of the scenario lets go stands before the capacities of its link at once.
        for own in np.flatnonzero(opening & p.from_event).tolist():
            self.recovering[self._beneath[own]] = True
        self.open_before = opened
        faster = self.recovering & (p.burst[n] > rate) & (rate > 0)
        rate[faster] = p.burst[n][faster]
        if p.grants is not None:
            self._hand_out(p.grants, n, rate)
        return np.asarray(rate)

    def calm(self, n: int) -> Floats:
        """Return the queue that stands at each limit in ordinary times, shape (R,): by chance."""
        p, key = self.p, (int(self.p.base_of[n]), int(self.p.state[n]))
        if p.variability is None or not p.variability.stands or self._use is None:
            return np.zeros(p.n_limits)
        if self._calm is None or self._calm[0] != key:
            comes = np.where(np.isfinite(p.level[n]), self._use[2] + p.background[n], 0.0)
            wait = wait_within(
                comes, p.level[n], p.variability.spread[n], p.variability.exponent[n]
            )
            self._comes = comes
            self._calm = (key, np.where(np.isfinite(wait), comes * wait, 0.0))
        return self._calm[1]

    def _spread(self, n: int) -> tuple[Floats, Floats]:
        """Return what queue variation leaves at each limit, as the kernel asks, shape (R,) each.

        Waits of less than a step cannot be told from none, and would cut everything into parts.
        """
        own = self.p.variability
        if own is None or not own.stands:
            return np.zeros(self.p.n_limits), np.ones(self.p.n_limits)
        calm = self.calm(n)
        long = calm > self._comes * self.p.step
        return np.where(long, own.spread[n], 0.0), np.ascontiguousarray(own.exponent[n])

    def _hand_out(self, grants: Grants, n: int, rate: Floats) -> None:
        """Give what a step begins with, and let no more pass than is left of it.

        What stands there knows how long the next period is off.
        """
        p, own = self.p, grants.period[n] >= 0
        if n:
            self.stock = np.maximum(self.stock - self.per_limit["left"][n - 1], 0.0)
        self.stock[grants.period[n] == n] = 0.0
        self.stock += grants.given[n]
        least = HAIR * np.maximum(p.level[n] * p.step, 1.0)
        left = np.where(self.stock > least, self.stock, 0.0)
        # While events let nothing pass nothing is given, and more is when they are over.
        passes = rate > 0
        rate[own] = np.where(passes, left / p.step, 0.0)[own]
        with np.errstate(divide="ignore", invalid="ignore"):
            wait = self.queue_state["queue"] / p.level[n]
            off = np.maximum((grants.end[n] - n) * p.step - np.nan_to_num(wait), 0.0)
        gone = own & passes & (left <= 0) & (p.level[n] > 0)
        self.route_choice.information.used_up = np.where(gone, off, 0.0)

    def banned(self) -> Flags:
        """Return the limits for which nothing more is accepted, shape (R,)."""
        return np.asarray(self.queue_state["queue"] > self.p.ban_above)

    def step(self, n: int) -> None:
        """Decide who leaves, then move everything."""
        p, route_choice = self.p, self.route_choice
        state = int(p.state[n])
        while int(self.packets.n_free[0]) < max(8000, len(self.packets.of) // 2):
            self.packets = grown(self.packets)
        if n % _LINE_UP == 0 and not self.whole:
            # The program of the bound adds packets up in the order of their numbers.
            queues = self.queues["head"], self.queues["tail"]
            self.packets = self._lining.line_up(self.packets, (self.head, self.tail), queues)
        information = route_choice.information
        rate = self.rates(n)
        self.rate[n] = rate
        arrays = self.book.arrays(state)
        if self._use is None or self._use[:2] != (int(p.base_of[n]), state):
            use = route_choice.base_use(n, arrays)
            self._use = (int(p.base_of[n]), state, use)
        level = information.level(n)
        room, ordinary = information.rooms(n)
        with np.errstate(invalid="ignore"):
            spare = np.maximum(np.where(rate > 0, level, 0.0) - p.reserved[n] - self._use[2], 0.0)
        self.queue_state["taken"][:] = 0.0
        spread, exponent = self._spread(n)
        ahead, asked, until, asked_until = self.stores(float(arrays.hours.max(initial=0.0)))
        passes, carries = self._passing.ahead(n, rate, self.stock, ahead.shape[1])
        limits = QueueLimits(
            rate=rate,
            reserved=np.ascontiguousarray(p.reserved[n]),
            background=np.ascontiguousarray(p.background[n]),
            level=room,
            own=information.own(n, self._use[2]),
            spare=spare * p.step,
            shut_for=information.limit_shut(n, known=True).max(axis=0, initial=0),
            head=self.queues["head"],
            tail=self.queues["tail"],
            new_head=self.queues["new_head"],
            new_tail=self.queues["new_tail"],
            **self.queue_state,
            store=p.store,
            spread=spread,
            exponent=exponent,
            evenly=np.zeros(p.n_limits, dtype=np.bool_)
            if p.grants is None
            else p.grants.period[n] >= 0,
            leads=self.leads(),
            store_number=self._store_number,
            passes=passes,
            carries=carries,
            margin=ahead,
            asked=asked,
            until=until,
            asked_until=asked_until,
        )
        choice = Choice(
            closed=information.closed(n),
            closed_for=information.closed_for(n, known=True),
            reduced_for=information.reduced_for(n, known=True),
            ordinary=np.ascontiguousarray(ordinary),
            share=route_choice.shares(n),
            patience=p.behaviour.patience,
            spread=p.behaviour.spread,
            late=p.late_days,
        )
        clock = Clock(n, p.n_steps, p.step, self.whole, p.begin * p.step)
        fewer, more = changes(p, self.rate, n)
        if fewer.any() or more.any():
            record = self._kernel_record()
            step_back(self.packets, arrays, limits, record, clock, fewer, more)
        information.queue_seen[n] = self.queue_state["queue"]
        banned = self.banned()
        cost, wait, cost_from, wait_from, wait_at = route_choice.view(
            n, arrays, banned, self._use[2]
        )
        departing = self.origin.departures(n, limits, choice, banned, cost, wait)
        if not self.fixed and (wait_from[: len(arrays.limit)] > TROUBLE_DAYS).any():
            route_choice.advise(n, state, limits, choice, cost_from, wait_from, wait_at)
        elif len(arrays.advice):
            self.book.arrays(state).advice[:] = -1
        arrays = self.book.arrays(state)
        if find_room(self.packets, arrays, limits, clock, self.head):
            departing = self.origin.placed(departing, arrays, limits, clock)
        record = self._kernel_record()
        way = departing.way
        waited = (n + 0.5) * p.step - departing.what[:, 1]
        leaving = np.column_stack([departing.what, waited])
        age = np.where(leaving[:, 1] >= clock.begin, NEW, OLD)
        np.add.at(self.totals["wait"], (arrays.demand[way], age), leaving[:, 0] * leaving[:, 4])
        depart_all(self.packets, arrays, record, clock, self.head, self.tail, way, leaving)
        run_step(
            self.packets,
            arrays,
            limits,
            choice,
            self.counting.in_step(n),
            record,
            clock,
            self.head,
            self.tail,
            self.order(),
            self._held_back,
        )
        self.held[n] = self.origin.amounts()

    def finished(self) -> SimulationRecord:
        """Return what happened in the steps so far."""
        return SimulationRecord(
            problem=self.p,
            book=self.book,
            ends=self.ends,
            waiting=self.where[:, :, 0],
            moving=self.where[:, :, 1],
            held=self.held,
            never=self.origin.never,
            **self.per_limit,
            rate=self.rate,
            **self.counted,
            pairs=self.counting.pairs,
            passes=self.passes[:, : self.book.n_segments],
            **self.totals,
            way_hours=self.way_hours,
            packets=self.packets,
            held_at_end=self.origin.held,
        )


def run(
    problem: QueueProblem,
    *,
    whole: bool = False,
    fixed: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> SimulationRecord:
    """Run a problem through all its steps.

    Parameters
    ----------
    problem
        What is asked.
    whole
        Count time in whole steps, as the linear program of the bound does: every
        way between two limits takes a whole number of steps.
    fixed
        Nobody chooses: all cargo takes its base routes, whatever happens.
    progress
        Is told the steps done and in all.

    Returns
    -------
    SimulationRecord
        The same problem always gives the same record.
    """
    own = QueueRun(problem, whole=whole, fixed=fixed)
    for n in range(problem.n_steps):
        own.step(n)
        if progress is not None:
            progress(n + 1, problem.n_steps)
    return own.finished()
