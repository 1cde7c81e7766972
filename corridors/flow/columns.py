"""The pool of paths that the engine has seen, kept across scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.flow.problem import Floats, FlowProblem, Ints


class PathPool:
    """Paths by commodity, each a run of arc numbers, with what they take of each limit.

    Parameters
    ----------
    problem
        The problem whose arcs, classes and limits the paths refer to. Bounds,
        costs and amounts may change later; arcs and members of limits may not.
    """

    def __init__(self, problem: FlowProblem) -> None:
        self._n_classes = problem.n_classes
        self._class_of = problem.commodity_class
        self._entries = _entries_by_arc(problem)
        self.commodity: list[int] = []
        self.arcs: list[Ints] = []
        self._known: dict[tuple[int, bytes], int] = {}
        self._flat: tuple[Ints, Ints, Ints] | None = None

    def __len__(self) -> int:
        return len(self.commodity)

    def add(self, commodity: int, arcs: Ints) -> int | None:
        """Add a path and return its number, or None where the pool holds it already."""
        key = (commodity, arcs.tobytes())
        if key in self._known:
            return None
        number = len(self.commodity)
        self._known[key] = number
        self.commodity.append(commodity)
        self.arcs.append(arcs)
        self._flat = None
        return number

    def find(self, commodity: int, arcs: Ints) -> int | None:
        """Return the number of a path, or None where the pool does not hold it."""
        return self._known.get((commodity, arcs.tobytes()))

    def flat(self) -> tuple[Ints, Ints, Ints]:
        """Return commodity of each path (P,), offsets (P + 1,) and arcs, as arrays."""
        if self._flat is None:
            start = np.zeros(len(self.arcs) + 1, dtype=np.int64)
            np.cumsum([len(a) for a in self.arcs], out=start[1:])
            arcs = np.concatenate(self.arcs) if self.arcs else np.empty(0, dtype=np.int64)
            self._flat = (np.asarray(self.commodity, dtype=np.int64), start, arcs)
        return self._flat

    def lengths(self, weight: Floats) -> Floats:
        """Return the sum of ``weight[class, arc]`` over each path, shape (P,)."""
        commodity, start, arcs = self.flat()
        owner = np.repeat(np.arange(len(commodity)), np.diff(start))
        values = weight[self._class_of[commodity[owner]], arcs]
        return np.bincount(owner, values, len(commodity)).astype(np.float64)

    def uses(self, number: int) -> tuple[Ints, Floats]:
        """Return the limits that a path touches and the units that it takes of each."""
        start, row, only, factor = self._entries
        arcs = self.arcs[number]
        if len(arcs) == 0 or len(row) == 0:
            return np.empty(0, dtype=np.int64), np.empty(0)
        runs = [np.arange(start[a], start[a + 1]) for a in arcs]
        touched = np.concatenate(runs)
        own_class = self._class_of[self.commodity[number]]
        counts = (only[touched] < 0) | (only[touched] == own_class)
        touched = touched[counts]
        rows, inverse = np.unique(row[touched], return_inverse=True)
        return rows, np.bincount(inverse, factor[touched], len(rows)).astype(np.float64)

    def flow_by_class(self, amount: Floats) -> Floats:
        """Return the flow on each arc by class, shape (C, A), when path p carries amount[p]."""
        n_arcs = len(self._entries[0]) - 1
        flow = np.zeros((self._n_classes, n_arcs))
        commodity, start, arcs = self.flat()
        owner = np.repeat(np.arange(len(commodity)), np.diff(start))
        used = amount[owner] != 0
        np.add.at(flow, (self._class_of[commodity[owner[used]]], arcs[used]), amount[owner[used]])
        return flow


def _entries_by_arc(problem: FlowProblem) -> tuple[Ints, Ints, Ints, Floats]:
    order = np.argsort(problem.entry_arc, kind="stable")
    start = np.zeros(problem.n_arcs + 1, dtype=np.int64)
    np.cumsum(np.bincount(problem.entry_arc, minlength=problem.n_arcs), out=start[1:])
    return (
        start,
        problem.entry_row[order],
        problem.entry_class[order],
        problem.entry_factor[order],
    )


def row_use(problem: FlowProblem, flow: Floats) -> Floats:
    """Return the units that a flow takes of each limit.

    Parameters
    ----------
    problem
        The problem.
    flow
        Flow by class and arc, shape (C, A).

    Returns
    -------
    ndarray
        Shape (R,).
    """
    every = problem.entry_class < 0
    total = flow.sum(axis=0)
    units = np.where(
        every,
        total[problem.entry_arc],
        flow[np.where(every, 0, problem.entry_class), problem.entry_arc],
    )
    taken = units * problem.entry_factor
    return np.bincount(problem.entry_row, taken, problem.n_rows).astype(np.float64)


def closed_by_limits(problem: FlowProblem) -> NDArray[np.bool_]:
    """Return which arcs each class may not use because a limit of theirs is 0, shape (C, A)."""
    shut = (problem.bound[problem.entry_row] <= 0) & (problem.entry_factor > 0)
    mask = np.zeros((problem.n_classes, problem.n_arcs), dtype=np.bool_)
    every = shut & (problem.entry_class < 0)
    mask[:, problem.entry_arc[every]] = True
    single = shut & (problem.entry_class >= 0)
    mask[problem.entry_class[single], problem.entry_arc[single]] = True
    return mask


def open_costs(problem: FlowProblem) -> Floats:
    """Return the costs with ``inf`` wherever an arc is closed, shape (C, A)."""
    cost = problem.cost.copy()
    cost[:, problem.closed] = np.inf
    cost[closed_by_limits(problem)] = np.inf
    return cost
