"""OR-Tools, which brings a HiGHS of its own and so needs a process of its own."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
from strategic import strategic

if TYPE_CHECKING:
    from corridors.flow import FlowProblem


def in_sequence(p: FlowProblem, costs: list[np.ndarray], bound: np.ndarray) -> float:
    """Carry one commodity after the other over what room is left, in whole numbers."""
    from ortools.graph.python import min_cost_flow

    room = bound.astype(np.int64)
    total = 0.0
    for k in range(p.n_commodities):
        solver: Any = min_cost_flow.SimpleMinCostFlow()
        arcs = solver.add_arcs_with_capacity_and_unit_cost(
            p.tail, p.head, room, costs[p.commodity_class[k]]
        )
        o, d, amount = int(p.origin[k]), int(p.destination[k]), int(p.amount[k])
        solver.add_arc_with_capacity_and_unit_cost(o, d, amount, int(p.penalty[k]))
        solver.set_node_supply(o, amount)
        solver.set_node_supply(d, -amount)
        assert solver.solve() == solver.OPTIMAL
        total += solver.optimal_cost()
        room -= solver.flows(arcs)
    return total


def sweep(commodities: int, links: list[int]) -> tuple[list[float], list[float]]:
    """Solve each closure, one commodity after the other over what room is left.

    Not exact for several commodities. Returns objectives and seconds.
    """
    p, link = strategic(commodities)
    values, seconds = [], []
    costs = [p.cost[c].astype(np.int64) for c in range(p.n_classes)]
    for number in [links[0], *links]:
        began = time.perf_counter()
        values.append(in_sequence(p, costs, np.where(link == number, 0, p.bound)))
        seconds.append(time.perf_counter() - began)
    return values[1:], seconds[1:]


def closures(p: FlowProblem, arcs: list[int]) -> list[float]:
    """Close single arcs of an instance in the same way; return CPU seconds of each.

    Costs and amounts are rounded to whole numbers, which is all that it takes, so
    that not even its costs can be compared.
    """
    costs = [np.rint(p.cost[0]).astype(np.int64)]
    limit_of = np.full(p.n_arcs, -1)
    limit_of[p.member_arc] = p.member_limit
    bound = np.where(limit_of < 0, p.amount.sum(), p.bound[limit_of])
    seconds = []
    for arc in [arcs[0], *arcs]:
        began = time.process_time()
        in_sequence(p, costs, np.where(np.arange(p.n_arcs) == arc, 0, bound))
        seconds.append(time.process_time() - began)
    return seconds[1:]
