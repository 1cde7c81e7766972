"""The ways that cargo takes, cut at the limits it meets."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.simulation.queueing.state import RouteArrays

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
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
        self._demand: list[int] = []
        self._is_base: list[bool] = []
        self._sizes: list[int] = []
        self._limit: list[int] = []
        self._arc: list[int] = []
        self._factor: list[float] = []
        self._newcomer: list[bool] = []
        self._hours: list[Floats] = []
        self._usd: list[Floats] = []
        self._made = -1
        self._tables: tuple[Floats, Floats] | None = None
        self._arrays: dict[str, Any] = {}

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
        segment: list[int] = []
        size = 0
        own = own or set()
        for arc in arcs.tolist():
            for m in range(p.member_first[arc], p.member_first[arc + 1]):
                if p.member_factor[m, c] > 0:
                    self._close_segment(segment, c)
                    segment = []
                    self._limit.append(int(p.member_limit[m]))
                    self._arc.append(arc)
                    self._factor.append(float(p.member_factor[m, c]))
                    self._newcomer.append(not is_base and arc not in own)
                    size += 1
            segment.append(arc)
        self._close_segment(segment, c)
        self._sizes.append(size)
        self._demand.append(demand)
        self._is_base.append(is_base)
        self.arcs.append(arcs)
        number = len(self.arcs) - 1
        self._known[key] = number
        return number

    def _close_segment(self, arcs: list[int], c: int) -> None:
        own = np.array(arcs, dtype=np.int64)
        self.segment_arcs.append(own)
        self._hours.append(self._problem.hours[:, c, own].sum(axis=1))
        self._usd.append(self.usd[:, c, own].sum(axis=1))

    def arrays(self, state: int) -> RouteArrays:
        """Return all ways as the kernel takes them, with the costs and hours of a state."""
        if self._made != len(self.arcs):
            self._make()
        a = self._arrays
        assert self._tables is not None
        return RouteArrays(
            first=a["first"],
            demand=a["demand"],
            kind=a["kind"],
            is_base=a["is_base"],
            limit=a["limit"],
            arc=a["arc"],
            factor=a["factor"],
            newcomer=a["newcomer"],
            hours=self._tables[0][state],
            usd=self._tables[1][state],
            advice=a["advice"],
            advice_wait=a["advice_wait"],
        )

    def _make(self) -> None:
        sizes = np.array(self._sizes, dtype=np.int64)
        first = np.zeros(len(sizes) + 1, dtype=np.int64)
        np.cumsum(sizes, out=first[1:])
        demand = np.array(self._demand, dtype=np.int64)
        self._arrays = {
            "first": first,
            "demand": demand,
            "kind": self._problem.kind[demand] if len(demand) else demand,
            "is_base": np.array(self._is_base, dtype=np.bool_),
            "limit": np.array(self._limit, dtype=np.int64),
            "arc": np.array(self._arc, dtype=np.int64),
            "factor": np.array(self._factor, dtype=np.float64),
            "newcomer": np.array(self._newcomer, dtype=np.bool_),
            "advice": np.full(len(self._limit), -1, dtype=np.int64),
            "advice_wait": np.full(len(self._limit), -1.0),
        }
        n_states = len(self._problem.usd)
        hours = np.array(self._hours, dtype=np.float64).reshape(-1, n_states)
        usd = np.array(self._usd, dtype=np.float64).reshape(-1, n_states)
        self._tables = (np.ascontiguousarray(hours.T), np.ascontiguousarray(usd.T))
        self._made = len(self.arcs)

    def before(self, chosen: Flags) -> Flags:
        """Return the limits after which some way comes to a chosen one, shape (R,)."""
        found = np.zeros(self._problem.n_limits, dtype=np.bool_)
        at = 0
        for size in self._sizes if chosen.any() else ():
            own = self._limit[at : at + size]
            at += size
            for a, b in pairwise(own):
                found[a] |= chosen[b]
        return found

    def order(self) -> Ints:
        """Return the limits, upstream before downstream as far as the ways allow.

        The greedy heuristic of Eades, Lin and Smyth (1993): ways may lead in
        circles, and then the order that most follow is taken.
        """
        n = self._problem.n_limits
        weight: dict[tuple[int, int], int] = {}
        at = 0
        for size in self._sizes:
            own = self._limit[at : at + size]
            at += size
            for a, b in pairwise(own):
                if a != b:
                    weight[a, b] = weight.get((a, b), 0) + 1
        inward: list[dict[int, int]] = [{} for _ in range(n)]
        outward: list[dict[int, int]] = [{} for _ in range(n)]
        for (a, b), w in weight.items():
            outward[a][b] = w
            inward[b][a] = w
        left = set(range(n))
        front: list[int] = []
        back: list[int] = []
        while left:
            sinks = [r for r in sorted(left) if not outward[r]]
            sources = [r for r in sorted(left) if not inward[r] and outward[r]]
            if sinks:
                chosen = sinks
                back.extend(reversed(sinks))
            elif sources:
                chosen = sources
                front.extend(sources)
            else:
                best = max(
                    sorted(left), key=lambda r: sum(outward[r].values()) - sum(inward[r].values())
                )
                chosen = [best]
                front.append(best)
            for r in chosen:
                left.discard(r)
                for b in outward[r]:
                    inward[b].pop(r, None)
                for a in inward[r]:
                    outward[a].pop(r, None)
        return np.array(front + back[::-1], dtype=np.int64)
