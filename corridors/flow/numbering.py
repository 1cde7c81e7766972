"""One numbering for equal problems, whatever the order of their rows."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.compiling import compiled

if TYPE_CHECKING:
    from corridors.flow.problem import Floats, FlowProblem, Ints


def generic(count: int, seed: float) -> Floats:
    """Return numbers between 0 and 1 that no small sum or difference brings together.

    Multiples of an irrational number, without their whole part (Weyl 1916).
    """
    return np.modf(np.arange(1, count + 1) * seed)[0]


class Numbering:
    """The order in which the engine sees the arcs, commodities and limits of a problem.

    Parameters
    ----------
    problem
        Its `arc_rank` and `commodity_rank` give the order of arcs and
        commodities; that of the limits follows from their members.

    Attributes
    ----------
    arc_order, commodity_order, row_order
        Number in the problem of each of the engine's.
    arc_number, commodity_number, row_number
        Number in the engine of each of the problem's.
    row_scale
        Largest factor of each limit, by which the engine divides it, shape (R,).
    unit
        Factor of each entry divided by its limit's scale, shape (E,).
    """

    def __init__(self, problem: FlowProblem) -> None:
        self.arc_order, self.arc_number = _orders(problem.arc_rank)
        self.commodity_order, self.commodity_number = _orders(problem.commodity_rank)
        self._entry_order, row_order = self._entries(problem)
        self.row_order = row_order
        self.row_number = np.argsort(row_order, kind="stable").astype(np.int64)
        e = self._entry_order
        self._entry_row = self.row_number[problem.entry_row[e]]
        self._entry_arc = self.arc_number[problem.entry_arc[e]]
        self._entry_class = problem.entry_class[e].astype(np.int64)
        self._entry_factor = problem.entry_factor[e]
        scale = np.zeros(problem.n_rows)
        np.maximum.at(scale, self._entry_row, self._entry_factor)
        scale[scale == 0] = 1.0
        self.row_scale = scale
        self.unit = self._entry_factor / scale[self._entry_row]
        self._given: FlowProblem | None = None
        self._made: FlowProblem | None = None

    def _entries(self, problem: FlowProblem) -> tuple[Ints, Ints]:
        """Return entries sorted by limit and member, and the limits by their members."""
        arc = self.arc_number[problem.entry_arc]
        order = np.lexsort((problem.entry_factor, problem.entry_class, arc, problem.entry_row))
        row = problem.entry_row[order]
        start = np.searchsorted(row, np.arange(problem.n_rows + 1))
        # Big-endian bytes of whole numbers of one sign sort as the numbers do.
        arcs = arc[order].astype(">i8")
        classes = (problem.entry_class[order] + 1).astype(">i8")
        factors = problem.entry_factor[order].astype(">f8")
        keys = [
            (arcs[a:b].tobytes(), classes[a:b].tobytes(), factors[a:b].tobytes())
            for a, b in pairwise(start.tolist())
        ]
        rows = np.array(sorted(range(problem.n_rows), key=keys.__getitem__), dtype=np.int64)
        same = np.zeros(problem.n_rows, dtype=np.bool_)
        for number, (one, other) in enumerate(pairwise(rows.tolist())):
            same[number + 1] = keys[one] == keys[other]
        group = np.cumsum(~same) - 1
        several = np.flatnonzero(np.bincount(group, minlength=1) > 1)
        self._twins = [np.flatnonzero(group == number) for number in several]
        rank = np.empty(problem.n_rows, dtype=np.int64)
        rank[rows] = np.arange(problem.n_rows)
        entries = order[np.argsort(rank[row], kind="stable")]
        return entries.astype(np.int64), rows

    def share(self, price: Floats, problem: FlowProblem) -> Floats:
        """Share the price of limits that say the same between them, in canonical numbering.

        Only their sum means anything, and nothing tells them apart.
        """
        shared = price
        for twins in self._twins:
            if not price[twins].any():
                continue
            shared = shared.copy()
            groups: dict[tuple[float, float], list[int]] = {}
            for r in twins.tolist():
                key = (float(problem.bound[r]), float(problem.excess_price[r]))
                groups.setdefault(key, []).append(r)
            for rows in groups.values():
                shared[rows] = price[rows].sum() / len(rows)
        return shared

    def fits(self, problem: FlowProblem, other: FlowProblem) -> bool:
        """Whether two problems share arcs, commodities and members of limits."""
        return problem.n_nodes == other.n_nodes and all(
            a is b or np.array_equal(a, b)
            for a, b in (
                (getattr(problem, name), getattr(other, name))
                for name in (
                    "tail", "head", "origin", "destination", "commodity_class", "second_cost",
                    "entry_row", "entry_arc", "entry_class", "entry_factor", "arc_rank",
                    "commodity_rank",
                )
            )
        ) and len(problem.bound) == len(other.bound) and np.array_equal(
            np.isinf(problem.excess_price), np.isinf(other.excess_price)
        )  # fmt: skip

    def canonical(self, problem: FlowProblem) -> FlowProblem:
        """Return a problem in the engine's numbering; what did not change stays the same object."""
        last, made = self._given, self._made
        if last is problem and made is not None:
            return made
        arcs, commodities, rows = self.arc_order, self.commodity_order, self.row_order
        other = object.__new__(type(problem))
        if last is None or made is None:
            values = {
                "n_nodes": problem.n_nodes,
                "tail": problem.tail[arcs],
                "head": problem.head[arcs],
                "origin": problem.origin[commodities],
                "destination": problem.destination[commodities],
                "commodity_class": problem.commodity_class[commodities].astype(np.int64),
                "second_cost": np.ascontiguousarray(problem.second_cost[:, arcs]),
                "entry_row": self._entry_row,
                "entry_arc": self._entry_arc,
                "entry_class": self._entry_class,
                "entry_factor": self._entry_factor,
                "arc_row": None,
                "arc_rank": np.arange(problem.n_arcs, dtype=np.int64),
                "commodity_rank": np.arange(problem.n_commodities, dtype=np.int64),
            }
        else:
            values = dict(made.__dict__)
        for name, order in (
            ("amount", commodities), ("penalty", commodities), ("bound", rows),
            ("excess_price", rows), ("closed", arcs),
        ):  # fmt: skip
            if last is None or getattr(last, name) is not getattr(problem, name):
                values[name] = getattr(problem, name)[order]
        if last is None or last.cost is not problem.cost:
            values["cost"] = np.ascontiguousarray(problem.cost[:, arcs])
        other.__dict__.update(values)
        self._given, self._made = problem, other
        return other


@compiled
def split_into_paths(  # type: ignore[no-untyped-def]
    origin, destination, tail, head, start, arcs, amount, near
):
    """Split the flow that some paths carry in the one way that its arcs alone decide.

    From the origin follow the arc of lowest number that still carries something;
    take off what the whole path carries; repeat.

    Parameters
    ----------
    origin, destination
        Where the flow begins and ends.
    tail, head
        Arc ends, shape (A,).
    start, arcs
        Paths as offsets (P + 1,) into arc numbers.
    amount
        What each path carries, and in which direction that moves, which counts
        where it is 0; shape (2, P).
    near
        Amounts below this are 0.

    Returns
    -------
    start, arcs
        As many paths as were given, as above; empty where they cannot be told
        apart.
    """
    own = np.unique(arcs)
    flow = np.zeros((2, len(own)))
    for i in range(len(start) - 1):
        for j in range(start[i], start[i + 1]):
            a = np.searchsorted(own, arcs[j])
            flow[0, a] += amount[0, i]
            flow[1, a] += amount[1, i]
    none = np.zeros(0, dtype=np.int64)
    found_start = np.zeros(len(start), dtype=np.int64)
    found = np.zeros((len(start) - 1) * len(own) + 1, dtype=np.int64)
    used = 0
    for i in range(len(start) - 1):
        node = origin
        first = used
        while node != destination:
            step = -1
            for a in range(len(own)):
                carries = flow[0, a] > near or (flow[0, a] > -near and flow[1, a] > 1e-9)
                if tail[own[a]] == node and carries:
                    step = a
                    break
            if step < 0 or used - first >= len(own):
                return none, none
            found[used] = step
            used += 1
            node = head[own[step]]
        least = np.inf
        side = np.inf
        for j in range(first, used):
            least = min(least, max(flow[0, found[j]], 0.0))
        for j in range(first, used):
            if flow[0, found[j]] <= least + near:
                side = min(side, flow[1, found[j]])
        for j in range(first, used):
            flow[0, found[j]] -= least
            flow[1, found[j]] -= side
        found_start[i + 1] = used
    for a in range(len(own)):
        if flow[0, a] > near or (flow[0, a] > -near and flow[1, a] > 1e-9):
            return none, none
    return found_start, own[found[:used]]


def _orders(rank: Ints) -> tuple[Ints, Ints]:
    order = np.argsort(rank, kind="stable").astype(np.int64)
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    return order, number
