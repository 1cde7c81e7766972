"""Very large networks made small without changing their answers.

On a large network nearly all arcs have no limit. Any node that is no origin, no
destination and no end of a limited arc can be taken out, if the arcs through it
are joined to shortcuts; the cheapest between two nodes is enough (Geisberger,
Sanders, Schultes and Delling 2008). Few nodes stay, and paths unfold again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import ProblemError
from corridors.flow.problem import FlowProblem

if TYPE_CHECKING:
    from corridors.flow.arrays import Ints

Step = tuple[float, float, int]
"""Cost, tie cost and number of an arc or shortcut."""


@dataclass(frozen=True, eq=False)
class Contracted:
    """A smaller problem with the same answers.

    Attributes
    ----------
    problem
        The smaller problem; its commodities and limits are those of the larger.
    """

    problem: FlowProblem
    _number: Ints
    _parts: list[tuple[int, int]]
    _n_arcs: int

    def unfold(self, arcs: Ints) -> Ints:
        """Return the arcs of the larger problem that a path of the smaller one runs over."""
        found: list[int] = []
        stack = [int(a) for a in self._number[arcs][::-1]]
        while stack:
            step = stack.pop()
            if step < self._n_arcs:
                found.append(step)
            else:
                before, after = self._parts[step - self._n_arcs]
                stack += [after, before]
        return np.array(found, dtype=np.int64)


def contract(problem: FlowProblem, most_neighbours: int = 12) -> Contracted:
    """Take out the nodes at which nothing can happen.

    Parameters
    ----------
    problem
        A problem of one class.
    most_neighbours
        Nodes with more neighbours stay, because they would leave more shortcuts
        than they save.

    Raises
    ------
    ProblemError
        Where the problem has several classes.

    Examples
    --------
    >>> from corridors.flow import FlowProblem, contract, solve
    >>> inf = float("inf")
    >>> long = FlowProblem.from_arcs(
    ...     [0, 1, 2, 3], [1, 2, 3, 4], 1, [inf, inf, 6, inf], [0], [4], [10], penalty=9)
    >>> small = contract(long)
    >>> small.problem
    FlowProblem(4 nodes, 3 arcs, 1 commodities, 1 limits)
    >>> answer = solve(small.problem)
    >>> answer.objective, small.unfold(answer.path_arcs[0]).tolist()
    (60.0, [0, 1, 2, 3])
    """
    p = problem
    if p.n_classes != 1:
        msg = f"contract: expected a problem of one class, saw {p.n_classes}"
        raise ProblemError(msg)
    limited = np.zeros(p.n_arcs, dtype=bool)
    limited[p.member_arc] = True
    kept = np.zeros(p.n_nodes, dtype=bool)
    for nodes in (p.origin, p.destination, p.tail[limited], p.head[limited]):
        kept[nodes] = True
    after, before = _steps(p, limited)
    parts: list[tuple[int, int]] = []
    waiting = np.flatnonzero(~kept).tolist()
    for most in (2, 3, 4, 6, 8, most_neighbours):
        moved = True
        while moved:
            moved = False
            staying = []
            for node in waiting:
                if len(after[node].keys() | before[node].keys()) > most:
                    staying.append(node)
                    continue
                moved = True
                _take_out(node, after, before, parts, p.n_arcs)
            # In one sweep per size is most of the gain; small sizes are swept until nothing moves.
            moved = moved and most <= 3
            waiting = staying
    return _smaller(p, limited, after, parts)


def _steps(
    p: FlowProblem, limited: np.ndarray
) -> tuple[list[dict[int, Step]], list[dict[int, Step]]]:
    """Return the cheapest unlimited arc to and from each neighbour, by node."""
    after: list[dict[int, Step]] = [{} for _ in range(p.n_nodes)]
    before: list[dict[int, Step]] = [{} for _ in range(p.n_nodes)]
    cost, tie = p.cost[0], p.tie_cost[0]
    usable = np.isfinite(cost) & ~p.closed & ~limited & (p.tail != p.head)
    for arc, a, b, c, s in zip(
        np.flatnonzero(usable).tolist(),
        p.tail[usable].tolist(),
        p.head[usable].tolist(),
        cost[usable].tolist(),
        tie[usable].tolist(),
        strict=True,
    ):
        step = (c, s, arc)
        if b not in after[a] or step < after[a][b]:
            after[a][b] = before[b][a] = step
    return after, before


def _take_out(
    node: int,
    after: list[dict[int, Step]],
    before: list[dict[int, Step]],
    parts: list[tuple[int, int]],
    n_arcs: int,
) -> None:
    for a, (cost1, tie1, first) in before[node].items():
        out = after[a]
        del out[node]
        for b, (cost2, tie2, then) in after[node].items():
            if a == b:
                continue
            cost, tie = cost1 + cost2, tie1 + tie2
            old = out.get(b)
            if old is None or (cost, tie) < old[:2]:
                out[b] = before[b][a] = (cost, tie, n_arcs + len(parts))
                parts.append((first, then))
    for b in after[node]:
        before[b].pop(node, None)
    after[node], before[node] = {}, {}


def _smaller(
    p: FlowProblem,
    limited: np.ndarray,
    after: list[dict[int, Step]],
    parts: list[tuple[int, int]],
) -> Contracted:
    steps = [(a, b, *step) for a, out in enumerate(after) for b, step in out.items()]
    whole = np.flatnonzero(limited)
    tail = np.array([s[0] for s in steps], dtype=np.int64)
    head = np.array([s[1] for s in steps], dtype=np.int64)
    tail, head = np.concatenate([tail, p.tail[whole]]), np.concatenate([head, p.head[whole]])
    used = np.zeros(p.n_nodes, dtype=bool)
    for nodes in (tail, head, p.origin, p.destination):
        used[nodes] = True
    new = np.cumsum(used) - 1
    number = np.concatenate([np.array([s[4] for s in steps], dtype=np.int64), whole])
    place = np.full(p.n_arcs, -1, dtype=np.int64)
    place[whole] = len(steps) + np.arange(len(whole))
    problem = FlowProblem(
        n_nodes=int(used.sum()),
        tail=new[tail],
        head=new[head],
        cost=np.concatenate([[s[2] for s in steps], p.cost[0, whole]])[None, :],
        tie_cost=np.concatenate([[s[3] for s in steps], p.tie_cost[0, whole]])[None, :],
        origin=new[p.origin],
        destination=new[p.destination],
        amount=p.amount,
        penalty=p.penalty,
        commodity_class=p.commodity_class,
        bound=p.bound,
        member_limit=p.member_limit,
        member_arc=place[p.member_arc],
        member_class=p.member_class,
        member_factor=p.member_factor,
        closed=np.concatenate([np.zeros(len(steps), dtype=bool), p.closed[whole]]),
        commodity_rank=p.commodity_rank,
        excess_price=p.excess_price,
    )
    return Contracted(problem, number, parts, p.n_arcs)
