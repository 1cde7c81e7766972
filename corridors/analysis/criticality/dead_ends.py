"""What a closure takes along: arcs that lead nowhere once others are gone.

Two closures that leave the same arcs of use have the same answer, so only one
of them needs to be solved: closing a station on a line, the stretch before it
or the stretch behind it is one and the same case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from corridors.flow.arrays import Ints
    from corridors.flow.problem import FlowProblem


class DeadEnds:
    """Finds all arcs that a closure makes useless.

    Parameters
    ----------
    problem
        The situation before anything is closed.

    Notes
    -----
    No route passes a place twice. A place where cargo neither starts nor ends
    is therefore of no use when nothing leads in, nothing leads out, or all that
    leads in and out joins it to one other place; its arcs are then gone too,
    and so on. This needs no prices and no amounts: it is exact for every cargo.
    """

    def __init__(self, problem: FlowProblem) -> None:
        self._tail, self._head = problem.tail.tolist(), problem.head.tolist()
        self._open = ~problem.closed
        self._ends = set(problem.origin.tolist()) | set(problem.destination.tolist())
        self._at: list[list[int]] = [[] for _ in range(problem.n_nodes)]
        for arc, (a, b) in enumerate(zip(self._tail, self._head, strict=True)):
            if self._open[arc]:
                self._at[a].append(arc)
                self._at[b].append(arc)
        # Dead ends of the network itself belong to every closure.
        self._gone: frozenset[int] = frozenset()
        self._gone = frozenset(self._spread(set(), set(range(problem.n_nodes))))

    def closed_with(self, arcs: Ints) -> Ints:
        """Return the arcs that are of no use once `arcs` are closed, `arcs` among them, sorted."""
        closed = {int(a) for a in arcs if self._open[a]}
        places = {self._tail[a] for a in closed} | {self._head[a] for a in closed}
        return np.array(sorted(self._spread(closed, places) | self._gone), dtype=np.int64)

    def _spread(self, closed: set[int], places: set[int]) -> set[int]:
        """Close the arcs at places that have become useless, until there is none."""
        gone = set(closed)
        todo = sorted(places)
        while todo:
            place = todo.pop()
            if place in self._ends:
                continue
            left = [a for a in self._at[place] if a not in gone and a not in self._gone]
            before = {self._tail[a] for a in left if self._head[a] == place}
            after = {self._head[a] for a in left if self._tail[a] == place}
            if left and (not before or not after or len(before | after) == 1):
                gone.update(left)
                todo.extend(sorted(before | after))
        return gone
