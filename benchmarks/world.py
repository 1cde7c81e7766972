"""OpenStreetMap's railways of the world as a flow problem whose capacities bind.

The graph is read from the package ``scgraph_data`` as text, without importing it.
"""

from __future__ import annotations

import importlib.util
import json
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from corridors.flow import FlowProblem


class Rails(NamedTuple):
    """The largest connected part, both ways: arc ends, kilometres."""

    n_nodes: int
    tail: np.ndarray
    head: np.ndarray
    km: np.ndarray


def read_rails() -> Rails:
    """Read the rail graph; raise FileNotFoundError where the package is not there."""
    spec = importlib.util.find_spec("scgraph_data")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("pip install scgraph_data==2.0.0")
    file = Path(next(iter(spec.submodule_search_locations))) / "world_railways.py"
    graph, nodes = "", "[]"
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("graph="):
                graph = line.removeprefix("graph=").strip()
            elif line.startswith("nodes="):
                nodes = line.removeprefix("nodes=").strip()
    n_nodes = len(json.loads(nodes))
    u, v, w = [], [], []
    for i, row in enumerate(graph[2:-2].split("}, {")):
        for pair in filter(None, row.split(", ")):
            j, length = pair.split(": ")
            if int(j) != i:
                u.append(i)
                v.append(int(j))
                w.append(float(length))
    tail, head, km = np.array(u), np.array(v), np.array(w)
    tail, head = np.concatenate([tail, head]), np.concatenate([head, tail])
    km = np.concatenate([km, km])
    order = np.lexsort((km, head, tail))
    tail, head, km = tail[order], head[order], km[order]
    first = np.ones(len(tail), dtype=bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    tail, head, km = tail[first], head[first], km[first]
    part = connected_components(coo_matrix((km, (tail, head)), (n_nodes, n_nodes)))[1]
    return _part(tail, head, km, part == np.bincount(part).argmax())


def _part(tail: np.ndarray, head: np.ndarray, km: np.ndarray, chosen: np.ndarray) -> Rails:
    number = np.cumsum(chosen) - 1
    inside = chosen[tail] & chosen[head]
    return Rails(int(chosen.sum()), number[tail[inside]], number[head[inside]], km[inside])


def cut(rails: Rails, nodes: int) -> Rails:
    """Return the part of some size that lies around a node by the number of steps."""
    if nodes >= rails.n_nodes:
        return rails
    graph = csr_matrix((np.ones(len(rails.km)), (rails.tail, rails.head)), (rails.n_nodes,) * 2)
    hops = dijkstra(graph, indices=rails.n_nodes // 2, unweighted=True)
    chosen = np.zeros(rails.n_nodes, dtype=bool)
    chosen[np.argsort(hops, kind="stable")[:nodes]] = True
    return _part(rails.tail, rails.head, rails.km, chosen)


class Case(NamedTuple):
    """A problem and how long the bare shortest-path trees of its origins took in scipy."""

    problem: FlowProblem
    trees: float
    origins: int


def world_case(rails: Rails, pairs: int, *, limits: int = 400, seed: int = 0) -> Case:
    """Draw pairs, load their shortest paths, and let the busiest arcs hold less than that."""
    r = np.random.default_rng(seed)
    ends = r.choice(rails.n_nodes, min(rails.n_nodes // 4, max(60, pairs // 4)), replace=False)
    origin, destination = r.choice(ends, (2, 2 * pairs))
    good = np.flatnonzero(origin != destination)[:pairs]
    origin, destination = origin[good], destination[good]
    amount = np.round(r.lognormal(3, 1, len(good)), 1) + 1
    graph = csr_matrix((rails.km, (rails.tail, rails.head)), (rails.n_nodes,) * 2)
    load, far, spent = np.zeros(len(rails.km)), np.zeros(len(good)), 0.0
    key = rails.tail * rails.n_nodes + rails.head
    for o in np.unique(origin):
        began = time.perf_counter()
        distance, before = dijkstra(graph, indices=o, return_predecessors=True)
        spent += time.perf_counter() - began
        for k in np.flatnonzero(origin == o):
            far[k] = distance[destination[k]]
            node = int(destination[k])
            while node != o:
                load[np.searchsorted(key, int(before[node]) * rails.n_nodes + node)] += amount[k]
                node = int(before[node])
    # Every fifth of the busiest, so that the limits lie apart.
    busy = np.argsort(-load, kind="stable")[: 5 * limits : 5]
    busy = busy[load[busy] > 0]
    capacity = np.full(len(rails.km), np.inf)
    capacity[busy] = np.round(load[busy] * r.uniform(0.5, 1.0, len(busy)), 1)
    problem = FlowProblem.from_arcs(
        rails.tail,
        rails.head,
        rails.km,
        capacity,
        origin,
        destination,
        amount,
        3 * far + 1000,
        n_nodes=rails.n_nodes,
    )
    return Case(problem, spent, len(np.unique(origin)))
