"""Generated networks in the likeness of land corridors: long, thin, with few crossings."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree
from scipy.spatial import Delaunay

from corridors.flow import FlowProblem

# Rail, road, water: cost of a unit-kilometre, of loading, kilometres a day, share of links.
PER_KM = np.array([0.035, 0.09, 0.012])
TERMINAL = np.array([4.0, 1.0, 12.0])
KM_PER_DAY = np.array([700.0, 550.0, 350.0])
SHARE = np.array([0.6, 0.3, 0.1])


class Strategic(NamedTuple):
    """A problem whose costs and amounts are whole numbers, so that every solver can take part."""

    problem: FlowProblem
    link: np.ndarray


def strategic(
    commodities: int = 80, *, nodes: int = 150, links: int = 260, classes: int = 4, seed: int = 0
) -> Strategic:
    """Make a network of links that run both ways, with capacities that bind.

    Places lie in five bands 7,000 km long; a spanning tree and then the links
    that are short and run east to west are kept. Capacities are what cheapest
    routes would need times 0.6 to 2.2.
    """
    r = np.random.default_rng(seed)
    x = np.sort(r.uniform(0, 7000, nodes))
    xy = np.stack([x, r.integers(0, 5, nodes) * 450 + r.normal(0, 60, nodes)], axis=1)
    ends, length = _links(xy, links)
    mode = r.choice(3, len(ends), p=SHARE)
    length = length * r.uniform(1.05, 1.35, len(ends))
    base = TERMINAL[mode] + PER_KM[mode] * r.uniform(0.8, 1.25, len(ends)) * length
    days = np.maximum(1, np.ceil(length / KM_PER_DAY[mode]))
    cost = np.empty((classes, 2 * len(ends)))
    for c in range(classes):
        own = base * r.uniform(0.8, 1.6, 3)[mode] + r.uniform(0.5, 6) * days
        cost[c] = np.repeat(own, 2)
    cost = np.round(100 * cost * np.tile([1.0, r.uniform(0.97, 1.03)], len(ends)))
    tail, head = ends.ravel(), ends[:, ::-1].ravel()
    west, east = np.flatnonzero(x < 1800), np.flatnonzero(x > 5200)
    middle = np.flatnonzero((x >= 1800) & (x <= 5200))
    hubs = [r.choice(part, 9, replace=False) for part in (west, east, middle)]
    pairs: set[tuple[int, int, int]] = set()
    while len(pairs) < commodities:
        a, b = r.choice(3, 2, p=[0.35, 0.4, 0.25])
        o, d = int(r.choice(hubs[a])), int(r.choice(hubs[b]))
        if o != d:
            pairs.add((o, d, int(r.integers(classes))))
    origin, destination, kind = np.array(sorted(pairs)).T
    amount = np.round(r.lognormal(3.2, 0.8, commodities)).clip(2)
    load, far = _cheapest_load(nodes, tail, head, cost, origin, destination, kind, amount)
    typical = np.median(load[load > 0])
    room = np.maximum(
        load * r.uniform(0.6, 2.2, len(tail)), typical * r.lognormal(-0.3, 0.7, len(tail))
    )
    rows = np.arange(len(tail), dtype=np.int64)
    problem = FlowProblem(
        n_nodes=nodes,
        tail=tail.astype(np.int64),
        head=head.astype(np.int64),
        cost=cost,
        tie_cost=np.tile(np.repeat(24.0 * days, 2), (classes, 1)),
        origin=origin,
        destination=destination,
        amount=amount,
        penalty=np.round(far * r.uniform(2, 4, commodities)) + 1000,
        commodity_class=kind,
        bound=np.round(room).clip(1),
        member_limit=rows,
        member_arc=rows,
        member_class=np.full(len(tail), -1, dtype=np.int64),
        member_factor=np.ones(len(tail)),
        arc_limit=rows,
    )
    return Strategic(problem, np.repeat(np.arange(len(ends)), 2))


def _links(xy: np.ndarray, links: int) -> tuple[np.ndarray, np.ndarray]:
    corners = Delaunay(xy).simplices
    ends = np.unique(np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]],
                                             corners[:, [0, 2]]]), axis=1), axis=0)  # fmt: skip
    step = xy[ends[:, 0]] - xy[ends[:, 1]]
    length = np.hypot(*step.T)
    tree = minimum_spanning_tree(csr_matrix((length, ends.T), (len(xy), len(xy)))).tocoo()
    needed = {tuple(sorted(e)) for e in zip(tree.row.tolist(), tree.col.tolist(), strict=True)}
    inside = np.array([tuple(e) in needed for e in ends.tolist()])
    score = length * (1.6 - np.abs(step[:, 0]) / length)
    order = np.lexsort((score, ~inside))[: max(links, len(needed))]
    order.sort()
    return ends[order], length[order]


def _cheapest_load(n, tail, head, cost, origin, destination, kind, amount):  # noqa: ANN001, ANN202 - arrays all
    load, far = np.zeros(len(tail)), np.zeros(len(origin))
    arc_of = {e: a for a, e in enumerate(zip(tail.tolist(), head.tolist(), strict=True))}
    for c in range(len(cost)):
        graph = coo_matrix((cost[c], (tail, head)), (n, n)).tocsr()
        for k in np.flatnonzero(kind == c):
            distance, before = dijkstra(graph, indices=origin[k], return_predecessors=True)
            far[k] = distance[destination[k]]
            node = int(destination[k])
            while node != origin[k]:
                load[arc_of[int(before[node]), node]] += amount[k]
                node = int(before[node])
    return load, far
