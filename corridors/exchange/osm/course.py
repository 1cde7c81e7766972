"""The course of a link over the ways around it: a shortest path with its gaps counted.

A place is joined to the nearest vertex of each piece of network near it, and a
dead end to other pieces near it. Such joints count four times their length, so a
path uses them only where the ways themselves would be a long way round::

    place ··· ●────────────────●   ···   ●─────────────● ··· place
       connector     ways         gap         ways        connector
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from pyproj import Geod
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from corridors.exchange.osm.ways import weight

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import NDArray

_GEOD = Geod(ellps="WGS84")
_EARTH_KM = 6371.0
_STEP_KM = 0.5
_JOINT = 4.0
"""A kilometre of a gap or connector counts as this many."""

Position = tuple[float, float]


@dataclass(frozen=True)
class Piece:
    """One edge of a course: its ends, its length, and the tags of its way.

    Attributes
    ----------
    start, end
        Longitude and latitude in degrees.
    km
        Geodesic length.
    tags
        None for a gap or connector.
    """

    start: Position
    end: Position
    km: float
    tags: dict[str, Any] | None


@dataclass(frozen=True)
class Course:
    """A way from one place to another.

    Attributes
    ----------
    pieces
        In order; the first and last are the connectors.
    way_km
        Kilometres on ways.
    gap_km
        Kilometres over gaps between ways.
    beside_km
        How far the two places lie from the ways, in kilometres.
    """

    pieces: tuple[Piece, ...]
    way_km: float
    gap_km: float
    beside_km: tuple[float, float]

    @property
    def points(self) -> list[Position]:
        """Vertices, from the first place to the last."""
        return [self.pieces[0].start, *(p.end for p in self.pieces)]

    @property
    def length_km(self) -> float:
        """Kilometres that are run: ways and gaps, without the connectors."""
        return self.way_km + self.gap_km


@dataclass(frozen=True, eq=False)
class Ways:
    """Edges that cargo of one mode and gauge may use.

    Attributes
    ----------
    lon, lat
        Of the vertices in degrees, shape (N,).
    tail, head, km, cost
        Of the edges, shape (E,); `cost` is length times the weight of the way.
    tags
        Of the edges.
    directed
        Whether an edge leads from tail to head only.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    km: NDArray[np.float64]
    cost: NDArray[np.float64]
    tags: list[dict[str, Any]]
    directed: bool


def usable_ways(
    graph: nx.MultiDiGraph[Any], mode: str, gauge: int | None, *, planned: bool = False
) -> Ways:
    """Return the edges of a graph that cargo may use, the cheapest of parallel ones.

    Parameters
    ----------
    graph
        As `service.fetch` returns it.
    mode
        ``rail`` (used in both directions) or ``road`` (one-way where tagged).
    gauge
        Of the trains in mm; None for any.
    planned
        Whether railways that are being built count too.
    """
    best: dict[tuple[int, int], tuple[float, dict[str, Any]]] = {}
    for start, end, tags in graph.edges(data=True):
        factor = weight(tags, mode, gauge, planned=planned)
        if factor is None or start == end:
            continue
        pair = (start, end) if mode == "road" else (min(start, end), max(start, end))
        if pair not in best or factor < best[pair][0]:
            best[pair] = (factor, tags)
    # Sorted, so that the answer does not depend on the order in which a server lists ways.
    pairs = sorted(best)
    names = sorted({n for pair in pairs for n in pair})
    row = {name: i for i, name in enumerate(names)}
    lon = np.array([graph.nodes[n]["x"] for n in names], dtype=np.float64)
    lat = np.array([graph.nodes[n]["y"] for n in names], dtype=np.float64)
    tail = np.array([row[a] for a, _ in pairs], dtype=np.int64)
    head = np.array([row[b] for _, b in pairs], dtype=np.int64)
    km = np.zeros(0)
    if pairs:
        km = np.asarray(_GEOD.inv(lon[tail], lat[tail], lon[head], lat[head])[2]) / 1000.0
    factors = np.array([best[p][0] for p in pairs], dtype=np.float64)
    tags = [best[p][1] for p in pairs]
    return _in_steps(Ways(lon, lat, tail, head, km, km * factors, tags, mode == "road"))


def _in_steps(ways: Ways) -> Ways:
    """Cut long edges into equal steps, so that a place beside one is joined where it lies.

    On the steppe a straight track has a vertex every few kilometres only.
    """
    steps = np.maximum(np.ceil(ways.km / _STEP_KM - 1e-9), 1).astype(np.int64)
    edge = np.repeat(np.arange(len(steps)), steps)
    position = np.arange(len(edge)) - np.repeat(np.cumsum(steps) - steps, steps)
    share = (position + 1) / steps[edge]
    inner = position + 1 < steps[edge]
    # The new vertices stand behind the old ones, in the order of their edges.
    number = len(ways.lon) + np.cumsum(inner) - 1
    head = np.where(inner, number, ways.head[edge])
    tail = np.where(position == 0, ways.tail[edge], np.roll(head, 1))

    def between(values: NDArray[np.float64]) -> NDArray[np.float64]:
        start, end = values[ways.tail[edge]], values[ways.head[edge]]
        return np.append(values, (start + share * (end - start))[inner])

    return Ways(
        between(ways.lon),
        between(ways.lat),
        tail,
        head,
        ways.km[edge] / steps[edge],
        ways.cost[edge] / steps[edge],
        [ways.tags[e] for e in edge.tolist()],
        ways.directed,
    )


def course(
    ways: Ways, start: Position, end: Position, *, reach_km: float = 10.0, gap_km: float = 3.0
) -> Course | None:
    """Return the shortest course from start to end, or None.

    Parameters
    ----------
    ways
        What may be used.
    start, end
        Longitude and latitude in degrees.
    reach_km
        How far a place may lie from the ways.
    gap_km
        Longest gap between ways that is bridged.
    """
    if not len(ways.tail):
        return None
    n = len(ways.lon)
    lon = np.append(ways.lon, [start[0], end[0]])
    lat = np.append(ways.lat, [start[1], end[1]])
    space = _in_space(lon, lat)
    pieces_of = _components(ways)
    # Joints: (from, to, km); each leads both ways.
    joints = _gaps(ways, space[:n], pieces_of, gap_km)
    for place in (n, n + 1):
        joints += _connectors(place, space, pieces_of, reach_km)
    tail, head, cost, edge = _arcs(ways, joints)
    matrix = csr_matrix((cost, (tail, head)), shape=(n + 2, n + 2))
    total, before = dijkstra(matrix, indices=n, return_predecessors=True)
    if not np.isfinite(total[n + 1]):
        return None
    arc = dict(zip(zip(tail.tolist(), head.tolist(), strict=True), edge.tolist(), strict=True))
    path = [n + 1]
    while path[-1] != n:
        path.append(int(before[path[-1]]))
    path.reverse()
    found = []
    for a, b in pairwise(path):
        one = (float(lon[a]), float(lat[a]))
        other = (float(lon[b]), float(lat[b]))
        which = arc[a, b]
        length = float(_GEOD.inv(*one, *other)[2]) / 1000.0
        found.append(Piece(one, other, length, ways.tags[which] if which >= 0 else None))
    inner = found[1:-1]
    if not inner:
        # Both places are joined to one vertex: a track that crosses between them, and no way.
        return None
    return Course(
        tuple(found),
        way_km=float(sum(p.km for p in inner if p.tags is not None)),
        gap_km=float(sum(p.km for p in inner if p.tags is None)),
        beside_km=(found[0].km, found[-1].km),
    )


def _in_space(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points of a sphere in km, so that near in space is near on the ground."""
    x, y = np.radians(lon), np.radians(lat)
    return _EARTH_KM * np.column_stack((np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)))


def _components(ways: Ways) -> NDArray[np.int64]:
    n = len(ways.lon)
    ones = np.ones(len(ways.tail))
    matrix = csr_matrix((ones, (ways.tail, ways.head)), shape=(n, n))
    return np.asarray(connected_components(matrix, directed=False)[1], dtype=np.int64)


def _gaps(
    ways: Ways, space: NDArray[np.float64], component: NDArray[np.int64], limit: float
) -> list[tuple[int, int, float]]:
    """Return a joint from each dead end to the nearest vertex of each other piece near it."""
    degree = np.bincount(np.concatenate((ways.tail, ways.head)), minlength=len(ways.lon))
    tree = cKDTree(space)
    found = []
    for end in np.flatnonzero(degree == 1).tolist():
        nearest: dict[int, tuple[float, int]] = {}
        for other in tree.query_ball_point(space[end], limit):
            piece = int(component[other])
            if piece == component[end]:
                continue
            km = float(np.linalg.norm(space[end] - space[other]))
            nearest[piece] = min(nearest.get(piece, (np.inf, -1)), (km, int(other)))
        found += [(end, other, km) for km, other in nearest.values()]
    return found


def _connectors(
    place: int, space: NDArray[np.float64], component: NDArray[np.int64], limit: float
) -> list[tuple[int, int, float]]:
    """Return a joint from a place to the nearest vertex of each piece within reach."""
    away = np.linalg.norm(space[: len(component)] - space[place], axis=1)
    nearest: dict[int, tuple[float, int]] = {}
    for vertex in np.flatnonzero(away <= limit).tolist():
        piece = int(component[vertex])
        nearest[piece] = min(nearest.get(piece, (np.inf, -1)), (float(away[vertex]), vertex))
    return [(place, vertex, km) for km, vertex in nearest.values()]


def _arcs(ways: Ways, joints: list[tuple[int, int, float]]) -> tuple[Any, Any, Any, Any]:
    """Return tail, head, cost and edge of all arcs, the cheapest of each pair; -1 is a joint."""
    best: dict[tuple[int, int], tuple[float, int]] = {}

    def offer(a: int, b: int, cost: float, edge: int) -> None:
        # An arc of no cost would be none to the solver.
        value = (max(cost, 1e-6), edge)
        best[a, b] = min(best.get((a, b), value), value)

    for edge, (a, b, cost) in enumerate(
        zip(ways.tail.tolist(), ways.head.tolist(), ways.cost.tolist(), strict=True)
    ):
        offer(a, b, cost, edge)
        if not ways.directed:
            offer(b, a, cost, edge)
    for a, b, km in joints:
        offer(a, b, _JOINT * km, -1)
        offer(b, a, _JOINT * km, -1)
    keys = list(best)
    return (
        np.array([k[0] for k in keys], dtype=np.int64),
        np.array([k[1] for k in keys], dtype=np.int64),
        np.array([best[k][0] for k in keys], dtype=np.float64),
        np.array([best[k][1] for k in keys], dtype=np.int64),
    )
