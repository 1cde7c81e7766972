"""Random flow problems, and their optimum by another road, for the tests of the engine."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from corridors.flow import FlowProblem


def random_problem(seed: int) -> FlowProblem:
    """Return a small problem full of what makes linear programs hard.

    Ties, parallel arcs, islands, limits of 0 and limits hit exactly, limits
    shared by several arcs and counting some classes only, huge ranges of costs,
    commodities of nothing, commodities that are where they want to be.
    """
    r = np.random.default_rng(seed)
    n_nodes = int(r.integers(2, 12))
    n_arcs = int(r.integers(1, 5 * n_nodes))
    n_classes = int(r.integers(1, 4))
    n_commodities = int(r.integers(1, 12))
    n_limits = int(r.integers(0, n_arcs + 3))
    tail = r.integers(0, n_nodes, n_arcs)
    head = r.integers(0, n_nodes, n_arcs)
    kind = r.integers(0, 4)
    if kind == 0:
        cost = r.integers(0, 4, (n_classes, n_arcs)).astype(float)
    elif kind == 1:
        cost = r.uniform(0, 10, (n_classes, n_arcs))
    elif kind == 2:
        cost = 10.0 ** r.uniform(-3, 5, (n_classes, n_arcs))
    else:
        cost = np.ones((n_classes, n_arcs))
    cost[r.random(cost.shape) < 0.08] = np.inf
    whole = r.random() < 0.6
    amount = r.integers(0, 12, n_commodities).astype(float)
    bound = r.integers(0, 20, n_limits).astype(float)
    if not whole:
        amount = amount * r.uniform(0.1, 3.0, n_commodities)
        bound = bound * r.uniform(0.1, 3.0, n_limits)
    bound[r.random(n_limits) < 0.1] = np.inf
    largest = cost[np.isfinite(cost)].max(initial=1.0)
    penalty = r.choice([1.0, 3.0, 10.0, 100.0], n_commodities) * r.choice([1.0, 1.5]) * largest
    if r.random() < 0.1:
        penalty[0] = 0.0
    rows, arcs, classes, factors = [], [], [], []
    for row in range(n_limits):
        members = r.choice(n_arcs, size=min(n_arcs, int(r.integers(1, 5))), replace=False)
        for arc in members:
            only = int(r.integers(-1, n_classes)) if r.random() < 0.4 else -1
            rows.append(row)
            arcs.append(int(arc))
            classes.append(only)
            factors.append(1.0 if whole else float(r.choice([0.5, 1.0, 2.0, 0.03])))
    return FlowProblem(
        n_nodes=n_nodes,
        tail=tail.astype(np.int64),
        head=head.astype(np.int64),
        cost=cost,
        tie_cost=r.integers(0, 3, (n_classes, n_arcs)).astype(float) * (r.random() < 0.6),
        origin=r.integers(0, n_nodes, n_commodities),
        destination=r.integers(0, n_nodes, n_commodities),
        amount=amount,
        penalty=penalty,
        commodity_class=r.integers(0, n_classes, n_commodities),
        bound=bound,
        member_limit=np.array(rows, dtype=np.int64),
        member_arc=np.array(arcs, dtype=np.int64),
        member_class=np.array(classes, dtype=np.int64),
        member_factor=np.array(factors, dtype=float),
        closed=r.random(n_arcs) < 0.05,
    )


def random_change(problem: FlowProblem, r: np.random.Generator) -> FlowProblem:
    """Return the problem with a few arcs closed, bounds, costs or amounts changed."""
    changed = problem
    if r.random() < 0.6:
        changed = changed.changed(closed=r.integers(0, problem.n_arcs, int(r.integers(0, 4))))
    if r.random() < 0.5 and problem.n_limits:
        rows = r.integers(0, problem.n_limits, int(r.integers(1, 4)))
        values = r.choice([0.0, 1.0, 2.5, 7.0, np.inf], len(rows))
        changed = changed.changed(capacity=dict(zip(rows.tolist(), values.tolist(), strict=True)))
    if r.random() < 0.2:
        cost = problem.cost * r.choice([0.5, 1.0, 1.0, 2.0], problem.n_arcs)
        changed = changed.changed(cost=cost)
    if r.random() < 0.2:
        changed = changed.changed(amount=problem.amount * r.choice([0.0, 0.5, 1.0, 1.7]))
    return changed


def by_linprog(problem: FlowProblem) -> float:
    """Return the least cost plus loss by scipy, with a flow variable per commodity and arc."""
    p = problem
    shut = np.zeros((p.n_classes, p.n_arcs), dtype=bool)
    shut[:, p.closed] = True
    shut |= np.isinf(p.cost)
    for row, arc, only, factor in zip(
        p.member_limit, p.member_arc, p.member_class, p.member_factor, strict=True
    ):
        if p.bound[row] == 0 and factor > 0 and np.isinf(p.excess_price[row]):
            shut[slice(None) if only < 0 else only, arc] = True
    costs, uppers, balance, use = [], [], [], []
    column = 0
    wanted = np.zeros(p.n_commodities * p.n_nodes)
    for k in range(p.n_commodities):
        c = p.commodity_class[k]
        first = column
        for a in range(p.n_arcs):
            costs.append(0.0 if shut[c, a] else p.cost[c, a])
            uppers.append(0.0 if shut[c, a] else np.inf)
            balance += [
                (k * p.n_nodes + p.tail[a], column, 1.0),
                (k * p.n_nodes + p.head[a], column, -1.0),
            ]
            column += 1
        costs.append(p.penalty[k])
        uppers.append(p.amount[k])
        balance += [
            (k * p.n_nodes + p.origin[k], column, 1.0),
            (k * p.n_nodes + p.destination[k], column, -1.0),
        ]
        column += 1
        wanted[k * p.n_nodes + p.origin[k]] += p.amount[k]
        wanted[k * p.n_nodes + p.destination[k]] -= p.amount[k]
        for row, arc, only, factor in zip(
            p.member_limit, p.member_arc, p.member_class, p.member_factor, strict=True
        ):
            if only in (-1, c):
                use.append((row, first + arc, factor))
    soft = np.flatnonzero(np.isfinite(p.excess_price))
    for row in soft:
        costs.append(p.excess_price[row])
        uppers.append(np.inf)
        use.append((row, column, -1.0))
        column += 1
    finite = np.flatnonzero(np.isfinite(p.bound))
    result = linprog(
        costs,
        A_ub=_matrix(use, p.n_limits, column)[finite] if len(finite) else None,
        b_ub=p.bound[finite] if len(finite) else None,
        A_eq=_matrix(balance, len(wanted), column),
        b_eq=wanted,
        bounds=np.stack([np.zeros(column), np.array(uppers)], axis=1),
        method="highs",
        options={"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9},
    )
    assert result.status == 0, result.message
    return float(result.fun)


def _matrix(entries: list[tuple[int, int, float]], rows: int, columns: int) -> csr_matrix:
    if not entries:
        return csr_matrix((rows, columns))
    i, j, v = zip(*entries, strict=True)
    return csr_matrix((v, (i, j)), shape=(rows, columns))
