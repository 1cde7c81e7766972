"""The same question put to other programs, each in the form that suits it best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, csr_matrix

if TYPE_CHECKING:
    from corridors.flow import FlowProblem


class BySource:
    """The arc form with one flow per origin and class, which is the smallest there is.

    Columns: flow of each source on each arc, then the shortfall of each commodity.
    """

    def __init__(self, p: FlowProblem) -> None:
        pairs = np.stack([p.origin, p.commodity_class], axis=1)
        sources, source = np.unique(pairs, axis=0, return_inverse=True)
        source = source.ravel()
        s, a, n, k = len(sources), p.n_arcs, p.n_nodes, p.n_commodities
        self.problem, self.n_sources = p, s
        flow = np.arange(s * a)
        base = np.repeat(np.arange(s), a) * n
        short = s * a + np.arange(k)
        # What leaves a node less what enters it; shortfall leaves its origin in no time.
        rows = [base + np.tile(p.tail, s), base + np.tile(p.head, s),
                source * n + p.origin, source * n + p.destination]  # fmt: skip
        columns = [flow, flow, short, short]
        values = [np.ones(s * a), -np.ones(s * a), np.ones(k), -np.ones(k)]
        shape = (s * n, s * a + k)
        self.balance = coo_matrix(
            (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape
        ).tocsr()
        self.wanted = np.zeros(s * n)
        np.add.at(self.wanted, source * n + p.origin, p.amount)
        np.add.at(self.wanted, source * n + p.destination, -p.amount)
        self.use = csr_matrix(
            (np.ones(s * a), (np.tile(p.member_limit, s), flow)), (p.n_limits, s * a + k)
        )
        self.cost = np.concatenate([p.cost[sources[:, 1]].ravel(), p.penalty])
        # Without this what falls short would be a way to travel for others.
        self.most = np.concatenate([np.full(s * a, np.inf), p.amount])

    def bounds(self, closed: np.ndarray) -> np.ndarray:
        """Return the room on each arc with some closed."""
        room = self.problem.bound.copy()
        room[closed] = 0.0
        return room

    def linprog(self, closed: np.ndarray) -> float:
        """Build and solve it with scipy (HiGHS)."""
        limits = np.stack([np.zeros(len(self.most)), self.most], axis=1)
        result = linprog(self.cost, A_ub=self.use, b_ub=self.bounds(closed), A_eq=self.balance,
                         b_eq=self.wanted, bounds=limits, method="highs")  # fmt: skip
        assert result.status == 0
        return float(result.fun)


class Linopy:
    """linopy's model of the same, kept, of which only the right-hand side changes."""

    def __init__(self, form: BySource) -> None:
        import linopy
        import xarray as xr

        self.form = form
        self.model = m = linopy.Model()
        n = len(form.cost)
        most = xr.DataArray(form.most, dims=["column"], coords={"column": range(n)})
        x = m.add_variables(lower=0, upper=most, coords=[range(n)], dims=["column"], name="x")
        m.add_constraints(self._rows(form.balance, x, "node"), "=", form.wanted, name="balance")
        self.room = xr.DataArray(form.bounds(np.empty(0, dtype=int)), dims=["limit"])
        m.add_constraints(self._rows(form.use, x, "limit"), "<=", self.room, name="room")
        m.add_objective((xr.DataArray(form.cost, dims=["column"]) * x).sum())

    @staticmethod
    def _rows(matrix: csr_matrix, x, dim: str):  # noqa: ANN001, ANN205 - linopy's own types
        import linopy
        import xarray as xr

        width = int(np.diff(matrix.indptr).max())
        at = np.arange(width)[None, :] < np.diff(matrix.indptr)[:, None]
        labels, values = np.full(at.shape, -1), np.zeros(at.shape)
        labels[at], values[at] = matrix.indices, matrix.data
        terms = xr.Dataset(
            {
                "vars": ((dim, "_term"), labels),
                "coeffs": ((dim, "_term"), values),
                "const": ((dim,), np.zeros(len(labels))),
            },
            coords={dim: range(len(labels))},
        )
        return linopy.LinearExpression(terms, x.model)

    def solve(self, closed: np.ndarray) -> float:
        """Change the room and solve again."""
        self.model.constraints["room"].rhs = self.form.bounds(closed)
        self.model.solve(solver_name="highs", io_api="direct", output_flag=False)
        return float(self.model.objective.value)


def networkx_in_sequence(p: FlowProblem, closed: np.ndarray) -> float:
    """One commodity after the other over what room is left: not exact for several."""
    room = p.bound.astype(int)
    room[closed] = 0
    total = 0.0
    for k in range(p.n_commodities):
        graph = nx.DiGraph()
        amount = int(p.amount[k])
        graph.add_nodes_from(range(p.n_nodes))
        graph.nodes[int(p.origin[k])]["demand"] = -amount
        graph.nodes[int(p.destination[k])]["demand"] = amount
        costs = p.cost[p.commodity_class[k]]
        for a in np.flatnonzero(room > 0).tolist():
            graph.add_edge(
                int(p.tail[a]), int(p.head[a]), capacity=int(room[a]), weight=int(costs[a]), arc=a
            )
        # What falls short takes a way round of its own, by a node that is nowhere.
        graph.add_edge(int(p.origin[k]), "short", capacity=amount, weight=int(p.penalty[k]))
        graph.add_edge("short", int(p.destination[k]), capacity=amount, weight=0)
        value, flow = nx.network_simplex(graph)
        total += value
        for u, out in flow.items():
            for v, units in out.items():
                if units and "arc" in graph[u][v]:
                    room[graph[u][v]["arc"]] -= units
    return total
