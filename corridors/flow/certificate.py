"""The proof that an answer is right, computed from the answer alone.

Nothing here is shared with the engine: flows are added up again from the
paths, and the shortest paths that bound the optimum come from scipy. By weak
duality any prices that are not negative bound the cost of every answer from
below; an answer that meets the bound is optimal.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from corridors.errors import CertificateError

if TYPE_CHECKING:
    from corridors.flow.problem import Floats, FlowProblem, Ints

TOLERANCE = 1e-6
"""Largest relative gap or residual with which an answer is returned."""


@dataclass(frozen=True)
class Certificate:
    """How far an answer is from a perfect proof; each figure is 0 for exact arithmetic.

    Attributes
    ----------
    objective
        Cost plus loss of the answer.
    bound
        What no answer can undercut: the value of the prices.
    relative_gap
        ``(objective - bound) / max(1, |objective|)``.
    balance_residual
        Largest flow that appears or vanishes at a node, or between served,
        short and wanted, relative to the commodity's amount.
    capacity_residual
        Largest excess over a limit, relative to it.
    closed_flow
        Flow on closed arcs and through limits of 0, in all; must be exactly 0.
    complementarity
        Largest value of unused room that is priced, relative to the objective.
    """

    objective: float
    bound: float
    relative_gap: float
    balance_residual: float
    capacity_residual: float
    closed_flow: float
    complementarity: float

    @property
    def ok(self) -> bool:
        """Whether the answer may be returned."""
        worst = max(
            abs(self.relative_gap),
            self.balance_residual,
            self.capacity_residual,
            self.complementarity,
        )
        return bool(worst <= TOLERANCE and self.closed_flow == 0.0)

    def to_dict(self) -> dict[str, float]:
        """Return the figures by name."""
        return asdict(self)


def certify(
    problem: FlowProblem,
    path_commodity: Ints,
    path_arcs: list[Ints],
    path_amount: Floats,
    shortfall: Floats,
    row_price: Floats,
) -> Certificate:
    """Prove an answer, or find out by how much the proof fails.

    Parameters
    ----------
    problem
        The problem that was asked.
    path_commodity, path_arcs, path_amount
        The answer's paths.
    shortfall
        Unserved units by commodity, shape (K,).
    row_price
        Price of each limit, shape (R,), not negative.

    Returns
    -------
    Certificate

    Raises
    ------
    CertificateError
        Where a price is negative or not a number: then nothing is proved.
    """
    if np.isnan(row_price).any() or (row_price < 0).any():
        msg = f"a price is {row_price.min()}; prices of limits cannot be negative"
        raise CertificateError(msg)
    n_commodities, n_classes = len(problem.origin), len(problem.cost)
    flow = np.zeros((n_classes, len(problem.tail)))
    balance = 0.0
    cost = 0.0
    served = np.zeros(n_commodities)
    whole = np.maximum(problem.amount, 1e-9)
    for k, arcs, amount in zip(path_commodity, path_arcs, path_amount, strict=True):
        own_class = problem.commodity_class[k]
        np.add.at(flow[own_class], arcs, amount)
        cost += float(problem.cost[own_class, arcs].sum() * amount)
        served[k] += amount
        ends = np.concatenate([[problem.origin[k]], problem.head[arcs]])
        starts = np.concatenate([problem.tail[arcs], [problem.destination[k]]])
        if amount < 0 or (ends != starts).any():
            balance = max(balance, abs(float(amount)) / whole[k])
    off = np.abs(served + shortfall - problem.amount) / whole
    negative = np.maximum(-shortfall, 0.0) / whole
    balance = max(balance, float(off.max(initial=0.0)), float(negative.max(initial=0.0)))
    use = _use(problem, flow)
    finite = np.isfinite(problem.bound)
    excess = np.where(finite, use - np.where(finite, problem.bound, 0.0), 0.0)
    limited = excess / np.maximum(np.where(finite, problem.bound, 1.0), 1e-9)
    shut = use[problem.bound <= 0].sum() + flow[:, problem.closed].sum()
    objective = cost + float(problem.penalty @ shortfall)
    length = _lengths(problem, row_price)
    value = np.minimum(length, problem.penalty)
    bound = float(value @ problem.amount - row_price[finite] @ problem.bound[finite])
    scale = max(1.0, abs(objective))
    idle = row_price * np.where(finite, np.maximum(-excess, 0.0), np.inf)
    idle[row_price == 0] = 0.0
    return Certificate(
        objective=objective,
        bound=bound,
        relative_gap=(objective - bound) / scale,
        balance_residual=balance,
        capacity_residual=float(np.maximum(limited, 0.0).max(initial=0.0)),
        closed_flow=float(shut),
        complementarity=float(idle.max(initial=0.0)) / scale,
    )


def _use(problem: FlowProblem, flow: Floats) -> Floats:
    use = np.zeros(len(problem.bound))
    total = flow.sum(axis=0)
    for c in range(-1, len(flow)):
        own = problem.entry_class == c
        units = (total if c < 0 else flow[c])[problem.entry_arc[own]]
        np.add.at(use, problem.entry_row[own], units * problem.entry_factor[own])
    return use


def _lengths(problem: FlowProblem, price: Floats) -> Floats:
    """Return the length of each commodity's shortest path under costs and prices, shape (K,)."""
    length = np.full(len(problem.origin), np.inf)
    for c in range(len(problem.cost)):
        own = np.flatnonzero(problem.commodity_class == c)
        if not len(own):
            continue
        weight = problem.cost[c].copy()
        for_class = (problem.entry_class == c) | (problem.entry_class < 0)
        row, arc = problem.entry_row[for_class], problem.entry_arc[for_class]
        factor = problem.entry_factor[for_class]
        np.add.at(weight, arc, price[row] * factor)
        weight[arc[(problem.bound[row] <= 0) & (factor > 0)]] = np.inf
        weight[problem.closed] = np.inf
        sources, position = np.unique(problem.origin[own], return_inverse=True)
        graph = _graph(problem, weight)
        # scipy settles a source per call row; 64 rows at a time bound the memory.
        for block in range(0, len(sources), 64):
            distance = dijkstra(graph, indices=sources[block : block + 64])
            here = (position >= block) & (position < block + 64)
            length[own[here]] = distance[position[here] - block, problem.destination[own[here]]]
    return length


def _graph(problem: FlowProblem, weight: Floats) -> csr_matrix:
    """Return the cheapest arc between each pair of nodes as a sparse matrix."""
    usable = np.flatnonzero(np.isfinite(weight))
    order = usable[np.lexsort((weight[usable], problem.head[usable], problem.tail[usable]))]
    tail, head = problem.tail[order], problem.head[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    start = np.zeros(problem.n_nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(tail[first], minlength=problem.n_nodes), out=start[1:])
    return csr_matrix(
        (weight[order][first], head[first], start), shape=(problem.n_nodes, problem.n_nodes)
    )
