"""Two plain programs to be measured against, each some seventy lines around HiGHS kept alive.

`PathForm` generates paths with scipy's `dijkstra` and adds the row of a capacity
only when an answer breaks it; `ArcForm` holds the flow of each origin on each
arc. Both start every closure from the basis of the undisturbed problem. They
give the least cost plus loss, and neither a unique flow nor a proof.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from corridors.flow import FlowProblem

INF = float("inf")


def kept() -> Any:
    """Return a silent HiGHS on one thread."""
    # Only here: a process that asks OR-Tools reads this module too, and the two exclude each other.
    import highspy

    highs = highspy.Highs()
    for name, value in (("output_flag", False), ("threads", 1), ("presolve", "off")):
        highs.setOptionValue(name, value)
    return highs


def no_entries(n: int) -> tuple[int, np.ndarray, np.ndarray, np.ndarray]:
    """Return rows or columns without entries, as HiGHS takes them."""
    return 0, np.zeros(n, dtype=np.int32), np.zeros(0, dtype=np.int32), np.zeros(0)


class PathForm:
    """Path generation for problems in which each arc has one cost and one capacity."""

    def __init__(self, p: FlowProblem) -> None:
        self.p, self.k = p, p.n_commodities
        self.room = np.full(p.n_arcs, INF)
        self.room[p.member_arc] = p.bound[p.member_limit]
        pairs, self.pair = np.unique(np.stack([p.tail, p.head]), axis=1, return_inverse=True)
        self.pair = self.pair.ravel()
        self.rows, self.columns = pairs
        self.pair_of = {(int(a), int(b)): i for i, (a, b) in enumerate(pairs.T)}
        self.origins, self.which = np.unique(p.origin, return_inverse=True)
        self.highs = kept()
        self.highs.addRows(self.k, p.amount, p.amount, *no_entries(self.k))
        one = np.arange(self.k, dtype=np.int32)
        most = np.full(self.k, INF)
        self.highs.addCols(
            self.k, p.penalty, np.zeros(self.k), most, self.k, one, one, np.ones(self.k)
        )
        self.paths: list[np.ndarray] = []
        self.seen: set[tuple[int, bytes]] = set()
        self.row_of = np.full(p.n_arcs, -1)
        self.n_rows = self.k
        self.basis: Any = None

    def solve(self, closed: Any = ()) -> float:
        """Return the least cost plus loss with some arcs closed."""
        shut = np.zeros(self.p.n_arcs, dtype=bool)
        shut[list(closed)] = True
        if self.paths:
            most = [0.0 if shut[path].any() else INF for path in self.paths]
            n = len(most)
            numbers = np.arange(self.k, self.k + n, dtype=np.int32)
            self.highs.changeColsBounds(n, numbers, np.zeros(n), np.array(most))
        if self.basis is not None:
            import highspy

            status, basis = highspy.HighsBasisStatus, highspy.HighsBasis()
            columns, rows = self.basis
            new = self.k + len(self.paths) - len(columns)
            basis.col_status = columns + [status.kLower] * new
            basis.row_status = rows + [status.kBasic] * (self.n_rows - len(rows))
            self.highs.setBasis(basis)
        while True:
            self.highs.run()
            solution = self.highs.getSolution()
            if self.limit(np.array(solution.col_value)):
                continue
            if not self.price(np.array(solution.row_dual), shut):
                break
        if self.basis is None:
            basis = self.highs.getBasis()
            self.basis = list(basis.col_status), list(basis.row_status)
        return float(self.highs.getInfo().objective_function_value)

    def limit(self, amount: np.ndarray) -> bool:
        """Add the rows of capacities that are broken; say whether there were any."""
        if not self.paths:
            return False
        size = [len(path) for path in self.paths]
        arcs, owner = np.concatenate(self.paths), np.repeat(np.arange(len(size)), size)
        flow = np.bincount(arcs, amount[self.k :][owner], self.p.n_arcs)
        broken = np.flatnonzero((flow > self.room * (1 + 1e-9) + 1e-9) & (self.row_of < 0))
        if not len(broken):
            return False
        self.row_of[broken] = np.arange(self.n_rows, self.n_rows + len(broken))
        held = np.flatnonzero(self.row_of[arcs] >= self.n_rows)
        held = held[np.argsort(self.row_of[arcs[held]], kind="stable")]
        rows = self.row_of[arcs[held]] - self.n_rows
        start = np.searchsorted(rows, np.arange(len(broken))).astype(np.int32)
        index = (self.k + owner[held]).astype(np.int32)
        low = np.full(len(broken), -INF)
        self.highs.addRows(
            len(broken), low, self.room[broken], len(held), start, index, np.ones(len(held))
        )
        self.n_rows += len(broken)
        return True

    def price(self, dual: np.ndarray, shut: np.ndarray) -> int:
        """Add the paths that the prices make worth having; say how many."""
        p = self.p
        weight = p.cost[0].copy()
        has = self.row_of >= 0
        weight[has] += np.maximum(-dual[self.row_of[has]], 0.0)
        weight[shut | (self.room <= 0)] = INF
        worst_first = np.argsort(-weight, kind="stable")
        arc = np.zeros(len(self.rows), dtype=np.int64)
        arc[self.pair[worst_first]] = worst_first
        graph = csr_matrix((weight[arc], (self.rows, self.columns)), (p.n_nodes, p.n_nodes))
        sigma = dual[: self.k]
        length, before = dijkstra(
            graph, indices=self.origins, return_predecessors=True, limit=float(sigma.max())
        )
        wanted = length[self.which, p.destination] < sigma - 1e-9 * (1 + np.abs(sigma))
        new: list[tuple[int, np.ndarray]] = []
        for k in np.flatnonzero(wanted).tolist():
            node, arcs, row = int(p.destination[k]), [], before[self.which[k]]
            while node != p.origin[k]:
                arcs.append(arc[self.pair_of[int(row[node]), node]])
                node = int(row[node])
            path = np.array(arcs, dtype=np.int64)
            if (k, path.tobytes()) not in self.seen:
                self.seen.add((k, path.tobytes()))
                new.append((k, path))
        if new:
            index = [np.append(k, self.row_of[x][self.row_of[x] >= 0]) for k, x in new]
            start = np.cumsum([0] + [len(x) for x in index])
            cost, n = np.array([p.cost[0][x].sum() for _, x in new]), len(new)
            self.highs.addCols(
                n,
                cost,
                np.zeros(n),
                np.full(n, INF),
                int(start[-1]),
                start[:-1].astype(np.int32),
                np.concatenate(index).astype(np.int32),
                np.ones(int(start[-1])),
            )
            self.paths += [path for _, path in new]
        return len(new)


class ArcForm:
    """The flow of each origin on each arc, for problems with one cost and capacity an arc."""

    def __init__(self, p: FlowProblem) -> None:
        origins, which = np.unique(p.origin, return_inverse=True)
        s, a, n, k = len(origins), p.n_arcs, p.n_nodes, p.n_commodities
        self.p, self.s = p, s
        base = np.repeat(np.arange(s), a) * n
        flow = np.arange(s * a)
        limit_of = np.full(a, -1)
        limit_of[p.member_arc] = p.member_limit
        limited = np.flatnonzero(np.tile(limit_of, s) >= 0)
        short = s * a + np.arange(k)
        row = np.concatenate([
            base + np.tile(p.tail, s), base + np.tile(p.head, s),
            s * n + np.tile(limit_of, s)[limited], which * n + p.origin, which * n + p.destination,
        ])  # fmt: skip
        column = np.concatenate([flow, flow, flow[limited], short, short])
        value = np.concatenate([
            np.ones(s * a), -np.ones(s * a), np.ones(len(limited)), np.ones(k), -np.ones(k),
        ])  # fmt: skip
        matrix = csr_matrix((value, (row, column)), (s * n + p.n_limits, s * a + k)).tocsc()
        wanted = np.zeros(s * n)
        np.add.at(wanted, which * n + p.origin, p.amount)
        np.add.at(wanted, which * n + p.destination, -p.amount)
        self.highs = kept()
        lower = np.concatenate([wanted, np.full(p.n_limits, -INF)])
        upper = np.concatenate([wanted, p.bound])
        self.highs.addRows(len(lower), lower, upper, *no_entries(len(lower)))
        # A limit of 0 takes its arcs away.
        self.open = np.full(a, INF)
        self.open[p.member_arc[p.bound[p.member_limit] <= 0]] = 0.0
        most = np.concatenate([np.tile(self.open, s), p.amount])
        cost = np.concatenate([np.tile(p.cost[0], s), p.penalty])
        self.highs.addCols(
            len(cost),
            cost,
            np.zeros(len(cost)),
            most,
            matrix.nnz,
            matrix.indptr[:-1].astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data,
        )
        self.basis: Any = None
        self.shut: list[int] = []

    def solve(self, closed: Any = ()) -> float:
        """Return the least cost plus loss with some arcs closed."""
        for arcs, room in ((self.shut, self.open), (list(closed), np.zeros(self.p.n_arcs))):
            if arcs:
                numbers = (np.array(arcs)[:, None] + self.p.n_arcs * np.arange(self.s)).ravel()
                most = np.repeat(room[arcs], self.s)
                self.highs.changeColsBounds(
                    len(numbers), numbers.astype(np.int32), np.zeros(len(numbers)), most
                )
        self.shut = list(closed)
        if self.basis is not None:
            self.highs.setBasis(self.basis)
        self.highs.run()
        if self.basis is None:
            self.basis = self.highs.getBasis()
        return float(self.highs.getInfo().objective_function_value)
