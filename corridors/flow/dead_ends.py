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
        self._ends_of = np.stack([problem.tail, problem.head])
        self._of_use = ~problem.closed
        self._ends = set(problem.origin.tolist()) | set(problem.destination.tolist())
        self._at: list[list[int]] = [[] for _ in range(problem.n_nodes)]
        for arc, (a, b) in enumerate(zip(self._tail, self._head, strict=True)):
            if self._of_use[arc]:
                self._at[a].append(arc)
                self._at[b].append(arc)
        gone = self._spread(set(), set(range(problem.n_nodes)))
        self._at = [[arc for arc in own if arc not in gone] for own in self._at]
        self._of_use[list(gone)] = False

    def closed_with(self, arcs: Ints) -> Ints:
        """Return the arcs that are of use until `arcs` are closed, sorted.

        What is of no use whatever is closed is left as it is: the fewer arcs a closure moves, the
        sooner it is answered.
        """
        return np.array(sorted(self.taken_along(arcs)), dtype=np.int64)

    def taken_along(self, arcs: Ints) -> set[int]:
        """Return the same as a set."""
        closed = self.of_use(arcs)
        return self._spread(set(closed.tolist()), set(self._ends_of[:, closed].ravel().tolist()))

    def of_use(self, arcs: Ints) -> Ints:
        """Return those of some arcs that are of use while nothing else is closed."""
        return arcs[self._of_use[arcs]]

    def _spread(self, closed: set[int], places: set[int]) -> set[int]:
        """Close the arcs at places that have become useless, until there is none."""
        gone = set(closed)
        todo = sorted(places)
        while todo:
            place = todo.pop()
            if place in self._ends or self._leads_on(place, gone):
                continue
            left = [a for a in self._at[place] if a not in gone]
            gone.update(left)
            todo.extend(sorted({self._tail[a] + self._head[a] - place for a in left}))
        return gone

    def _leads_on(self, place: int, gone: set[int]) -> bool:
        """Whether something leads in from one place, and something out to another."""
        first, several, enters, leaves = -1, False, False, False
        for arc in self._at[place]:
            if arc in gone:
                continue
            if self._head[arc] == place:
                enters, other = True, self._tail[arc]
            else:
                leaves, other = True, self._head[arc]
            first = other if first < 0 else first
            several = several or other != first
            if several and enters and leaves:
                return True
        return False
