"""OR-Tools, which brings a HiGHS of its own and so needs a process of its own."""

from __future__ import annotations

import time

import numpy as np
from strategic import strategic


def sweep(commodities: int, links: list[int]) -> tuple[list[float], list[float]]:
    """Solve each closure, one commodity after the other over what room is left.

    Not exact for several commodities. Returns objectives and seconds.
    """
    from ortools.graph.python import min_cost_flow

    p, link = strategic(commodities)
    values, seconds = [], []
    costs = [p.cost[c].astype(np.int64) for c in range(p.n_classes)]
    for number in [links[0], *links]:
        began = time.perf_counter()
        room = p.bound.astype(np.int64)
        room[link == number] = 0
        total = 0.0
        for k in range(p.n_commodities):
            solver = min_cost_flow.SimpleMinCostFlow()
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
        seconds.append(time.perf_counter() - began)
        values.append(total)
    return values[1:], seconds[1:]
