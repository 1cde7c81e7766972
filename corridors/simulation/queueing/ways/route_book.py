"""The ways that cargo takes, cut at the limits it meets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.simulation.queueing.state import RouteArrays
from corridors.simulation.queueing.ways.growing import Growing
from corridors.simulation.queueing.ways.upstream import Upstream

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Ints
    from corridors.simulation.queueing.problem import QueueProblem


class RouteBook:
    """All ways seen so far; a way that is met again keeps its number.

    Parameters
    ----------
    problem
        Its arcs, limits and states.
    """

    def __init__(self, problem: QueueProblem) -> None:
        self._problem = problem
        finite = np.isfinite(problem.usd)
        # What a closed arc costs when it is open: as in the first state that has it.
        first = finite.argmax(axis=0)
        there = np.take_along_axis(problem.usd, first[None], axis=0)[0]
        self.usd = np.where(finite, problem.usd, np.where(np.isfinite(there), there, 0.0))
        self._known: dict[tuple[int, bool, bytes, tuple[bool, ...]], int] = {}
        self.arcs: list[Ints] = []
        self.segment_arcs: list[Ints] = []
        n_states = len(problem.usd)
        self._first = Growing(np.int64)
        self._first.extend([0])
        self._demand = Growing(np.int64)
        self._kind = Growing(np.int64)
        self._is_base = Growing(np.bool_)
        self._limit = Growing(np.int64)
        self._arc = Growing(np.int64)
        self._factor = Growing(np.float64)
        self._newcomer = Growing(np.bool_)
        self._advice = Growing(np.int64)
        self._advice_wait = Growing(np.float64)
        self._hours = Growing(np.float64, n_states)
        self._usd = Growing(np.float64, n_states)
        self._upstream = Upstream(problem.n_limits)

    def __len__(self) -> int:
        return len(self.arcs)

    @property
    def n_segments(self) -> int:
        """Number of segments of all ways."""
        return len(self.segment_arcs)

    def add(self, demand: int, arcs: Ints, *, is_base: bool, own: set[int] | None = None) -> int:
        """Return the number of a way, and remember it if it is new.

        Parameters
        ----------
        demand
            Whose way it is.
        arcs
            The arcs of the way, from where the cargo stands to its destination.
        is_base
            Whether it is a base route; cargo on it has its place everywhere.
        own
            Arcs on which the demand has its place anyhow; on the others it is a
            newcomer.
        """
        key = (
            demand,
            is_base,
            arcs.tobytes(),
            tuple(a in own for a in arcs.tolist()) if own else (),
        )
        if key in self._known:
            return self._known[key]
        p = self._problem
        c = int(p.kind[demand])
        own = own or set()
        segments: list[list[int]] = [[]]
        visits: list[tuple[int, int, float, bool]] = []
        for arc in arcs.tolist():
            for m in range(p.member_first[arc], p.member_first[arc + 1]):
                factor = float(p.member_factor[m, c])
                if factor > 0:
                    segments.append([])
                    newcomer = not is_base and arc not in own
                    visits.append((int(p.member_limit[m]), arc, factor, newcomer))
            segments[-1].append(arc)
        for segment in segments:
            stretch = np.array(segment, dtype=np.int64)
            self.segment_arcs.append(stretch)
            self._hours.extend(p.hours[:, c, stretch].sum(axis=1)[:, None])
            self._usd.extend(self.usd[:, c, stretch].sum(axis=1)[:, None])
        self._limit.extend([visit[0] for visit in visits])
        self._arc.extend([visit[1] for visit in visits])
        self._factor.extend([visit[2] for visit in visits])
        self._newcomer.extend([visit[3] for visit in visits])
        self._advice.extend([-1] * len(visits))
        self._advice_wait.extend([-1.0] * len(visits))
        self._upstream.add([visit[0] for visit in visits])
        self._first.extend([len(self._limit)])
        self._demand.extend([demand])
        self._kind.extend([c])
        self._is_base.extend([is_base])
        self.arcs.append(arcs)
        number = len(self.arcs) - 1
        self._known[key] = number
        return number

    def arrays(self, state: int) -> RouteArrays:
        """Return all ways as the kernel takes them, with the costs and hours of a state."""
        return RouteArrays(
            first=self._first.all(),
            demand=self._demand.all(),
            kind=self._kind.all(),
            is_base=self._is_base.all(),
            limit=self._limit.all(),
            arc=self._arc.all(),
            factor=self._factor.all(),
            newcomer=self._newcomer.all(),
            hours=self._hours.row(state),
            usd=self._usd.row(state),
            advice=self._advice.all(),
            advice_wait=self._advice_wait.all(),
        )

    def before(self, chosen: Flags) -> Flags:
        """Return the limits after which some way comes to a chosen one, shape (R,)."""
        return self._upstream.before(chosen)

    def order(self) -> Ints:
        """Return the limits, upstream before downstream as far as the ways allow, shape (R,)."""
        return self._upstream.order()
