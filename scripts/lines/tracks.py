"""Rail tracks and trunk roads as graphs, and shortest paths over them.

The graphs come from the package ``scgraph_data`` (OpenStreetMap, state of April
2024). Their edges carry the real length of the track, but are drawn as straight
lines between junctions. A shortest path is therefore good for its length and
coarse in its shape.

Three repairs are made while a path is looked for, and each is counted:

* a place that lies on a long edge is put into it, and the edge bends there;
* a place beside the tracks is joined to the nearest vertices by a connector;
* a dead end is bridged to vertices near it.

Connectors and bridges are penalised, so a path uses them only where the tracks
themselves would be a long way round, and their kilometres are ``bridged_km``.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Geod
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.flow.arrays import Floats, Ints

GEOD = Geod(ellps="WGS84")
EARTH_KM = 6371.0
LONG_EDGE_KM = 25.0

Point = tuple[float, float]  # latitude, longitude


def km(a: Point, b: Point) -> float:
    """Geodesic distance of two points."""
    return float(GEOD.inv(a[1], a[0], b[1], b[0])[2]) / 1000.0


def spread(lat: Floats, lon: Floats) -> Floats:
    """Points on a sphere in km, so that near in space is near on the ground."""
    phi, lam = np.radians(lat), np.radians(lon)
    return EARTH_KM * np.column_stack(
        (np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi))
    )


@dataclass(frozen=True)
class Track:
    """A path over a graph, in order.

    Attributes
    ----------
    points
        Its vertices, latitude and longitude.
    track_km
        Length by the real lengths of the edges, bridges included.
    bridged_km
        The part of it that is a connector or a bridge.
    bridges
        Each bridge and connector that was used: kilometres, from, to.
    longest_km
        The longest straight piece of the drawing.
    """

    points: list[Point]
    track_km: float
    bridged_km: float
    bridges: list[tuple[float, Point, Point]]
    longest_km: float

    def gaps(self) -> list[float]:
        """Return the bridges that join tracks to tracks."""
        ends = (self.points[0], self.points[-1])
        return [size for size, a, b in self.bridges if a not in ends and b not in ends]

    def beside(self) -> list[float]:
        """Return the connectors that join a place to the tracks."""
        ends = (self.points[0], self.points[-1])
        return [size for size, a, b in self.bridges if a in ends or b in ends]


class TrackGraph:
    """An undirected graph of tracks with shortest paths between places."""

    def __init__(self, lat: Floats, lon: Floats, u: Ints, v: Ints, w: Floats) -> None:
        self.lat, self.lon = lat, lon
        self.u, self.v, self.w = u, v, w
        self.xyz = spread(lat, lon)
        self.degree = np.bincount(u, minlength=len(lat)) + np.bincount(v, minlength=len(lat))
        size = len(lat)
        self.component = connected_components(
            csr_matrix((np.ones(len(u)), (u, v)), shape=(size, size)), directed=False
        )[1]

    @classmethod
    def load(cls, name: str, cache: Path) -> TrackGraph:
        """Read ``world_railways`` or ``world_highways``, by way of a cache file."""
        stored = cache / f"{name}.npz"
        if not stored.exists():
            arrays = _read_literals(name)
            cache.mkdir(parents=True, exist_ok=True)
            part = cache / f"{name}.part.npz"
            np.savez(part, **arrays)  # type: ignore[arg-type]  # numpy
            part.replace(stored)
        with np.load(stored) as held:
            return cls(held["lat"], held["lon"], held["u"], held["v"], held["w"])

    def path(
        self,
        start: Point,
        end: Point,
        *,
        via: tuple[Point, ...] = (),
        avoid: tuple[tuple[float, float, float], ...] = (),
        max_bridge_km: float = 20.0,
        max_connector_km: float = 25.0,
        penalty: float = 4.0,
        reach: float = 1.7,
        room: float = 120.0,
    ) -> Track | None:
        """Return the cheapest path from start to end, or None.

        Parameters
        ----------
        start, end
            Latitude and longitude; the path begins and ends exactly there.
        via
            Points to pass in this order, within 3 km.
        avoid
            Circles (latitude, longitude, km) whose vertices may not be used.
        max_bridge_km, max_connector_km
            Longest bridge over a gap, longest connector from a place to the tracks.
        penalty
            A bridged kilometre counts as this many.
        reach, room
            The search keeps to points whose distances to two neighbouring stops
            add up to at most ``reach`` times the distance of the two plus ``room`` km.
        """
        stops = [start, *via, end]
        local = _Local(self, stops, avoid, max_bridge_km, max_connector_km, penalty, reach, room)
        return local.solve()


class _Local:
    """The part of a graph between some stops, with its bridges."""

    def __init__(
        self,
        graph: TrackGraph,
        stops: list[Point],
        avoid: tuple[tuple[float, float, float], ...],
        max_bridge_km: float,
        max_connector_km: float,
        penalty: float,
        reach: float,
        room: float,
    ) -> None:
        self.stops, self.penalty = stops, penalty
        at = spread(np.array([s[0] for s in stops]), np.array([s[1] for s in stops]))
        keep = np.zeros(len(graph.lat), dtype=bool)
        away = [np.linalg.norm(graph.xyz - spot, axis=1) for spot in at]
        for one, two, a, b in zip(away[:-1], away[1:], stops[:-1], stops[1:], strict=True):
            keep |= one + two <= reach * km(a, b) + room
        # an edge of hundreds of kilometres may begin far away and still pass a stop
        long = np.flatnonzero(graph.w > LONG_EDGE_KM)
        for reached in away:
            total = reached[graph.u[long]] + reached[graph.v[long]]
            near = long[total <= graph.w[long] * 1.02 + 0.3]
            keep[graph.u[near]] = keep[graph.v[near]] = True
        for lat, lon, radius in avoid:
            spot = spread(np.array([lat]), np.array([lon]))[0]
            keep &= np.linalg.norm(graph.xyz - spot, axis=1) > radius
        ids = np.flatnonzero(keep)
        place = np.full(len(graph.lat), -1, dtype=np.int64)
        place[ids] = np.arange(len(ids))
        inside = keep[graph.u] & keep[graph.v]
        self.n = len(ids)
        self.lat, self.lon = graph.lat[ids], graph.lon[ids]
        self.xyz, self.at = graph.xyz[ids], at
        self.component = graph.component[ids]
        self.degree = graph.degree[ids]
        self.u, self.v = place[graph.u[inside]], place[graph.v[inside]]
        self.w = graph.w[inside]
        self.arcs: dict[tuple[int, int], tuple[float, float, bool]] = {}
        if not self.n:
            return
        self.tree = cKDTree(self.xyz)
        self._bridge(max_bridge_km)
        self._insert()
        for stop in (0, len(stops) - 1):
            self._connect(stop, max_connector_km)

    def _point(self, i: int) -> Point:
        if i >= self.n:
            return self.stops[i - self.n]
        return float(self.lat[i]), float(self.lon[i])

    def _arc(self, i: int, j: int, length: float, cost: float, bridged: bool) -> None:
        key = (min(i, j), max(i, j))
        if i != j and (key not in self.arcs or self.arcs[key][1] > cost):
            self.arcs[key] = (length, cost, bridged)

    def _bridge(self, limit: float) -> None:
        """Join dead ends to vertices near them, and components that almost touch."""
        if limit <= 0:
            return
        ends = np.flatnonzero(self.degree <= 1)
        near = np.arange(1, min(60, self.n) + 1)
        gaps, others = self.tree.query(self.xyz[ends], k=near, distance_upper_bound=limit)
        for i, row, columns in zip(ends.tolist(), gaps, others, strict=True):
            home = away = 0  # a few of its own component, a few of others
            for gap, j in zip(row.tolist(), columns.tolist(), strict=True):
                if j >= self.n or j == i:
                    continue
                same = bool(self.component[j] == self.component[i])
                home, away = home + same, away + (not same)
                if (home if same else away) <= 10:
                    self._gap(i, j, gap)
        # Not every gap begins at a dead end: join each component to what is next to it.
        for c in np.unique(self.component):
            mine = np.flatnonzero(self.component == c)
            if len(mine) * 2 > self.n or len(mine) == self.n:
                continue
            rest = np.flatnonzero(self.component != c)
            found, which = cKDTree(self.xyz[rest]).query(
                self.xyz[mine], k=1, distance_upper_bound=limit
            )
            order = np.argsort(found, kind="stable")[:6]
            for k in order.tolist():
                if np.isfinite(found[k]):
                    self._gap(int(mine[k]), int(rest[which[k]]), float(found[k]))

    def _gap(self, i: int, j: int, gap: float) -> None:
        self._arc(i, j, gap, self.penalty * gap + 1.0, True)

    def _insert(self) -> None:
        """Put each stop into the edges that can really run through it.

        An edge of real length w between a and b can pass a place p only if
        |ap| + |pb| <= w. The further it strays from the chord, the greater the doubt
        that it is this edge's, and the dearer the way.
        """
        long = np.flatnonzero(self.w > 3.0)
        a, b, w = self.xyz[self.u[long]], self.xyz[self.v[long]], self.w[long]
        chord = np.linalg.norm(a - b, axis=1)
        inserted: dict[int, list[tuple[int, float, float]]] = {}
        for s, spot in enumerate(self.at):
            to_a = np.linalg.norm(a - spot, axis=1)
            to_b = np.linalg.norm(b - spot, axis=1)
            total = to_a + to_b
            half = (total + chord) / 2  # Heron
            area = np.sqrt(np.maximum(half * (half - to_a) * (half - to_b) * (half - chord), 0.0))
            off = 2 * area / np.maximum(chord, 1e-6)
            near = (total <= w * 1.02 + 0.3) & (off <= 0.15 * chord)
            given = 0 < s < len(self.at) - 1  # a person says that the line passes there
            bowed = (total <= w) & ((off <= 0.3 * chord) | given)
            fits = (near | bowed) & (w < 3 * chord)
            for k in np.flatnonzero(fits).tolist():
                scale = max(float(w[k] / total[k]), 1.0)
                doubt = max(0.0, float(off[k] - 0.15 * chord[k]))
                for vertex, reach in ((self.u[long[k]], to_a[k]), (self.v[long[k]], to_b[k])):
                    length = float(reach) * scale
                    self._arc(self.n + s, int(vertex), length, length + doubt, False)
                inserted.setdefault(k, []).append((s, float(to_a[k]), float(to_b[k])))
        for k, held in inserted.items():
            held.sort(key=lambda item: item[1])
            for (s, s_a, _), (t, _, t_b) in pairwise(held):
                apart = km(self.stops[s], self.stops[t])
                total = s_a + apart + t_b
                if total <= w[k] * 1.03 + 0.5:
                    length = apart * max(float(w[k]) / total, 1.0)
                    self._arc(self.n + s, self.n + t, length, length, False)

    def _connect(self, stop: int, limit: float) -> None:
        gaps, others = self.tree.query(self.at[stop], k=min(25, self.n), distance_upper_bound=limit)
        for gap, j in zip(
            np.atleast_1d(gaps).tolist(), np.atleast_1d(others).tolist(), strict=True
        ):
            if j < self.n:
                self._arc(self.n + stop, j, gap, self.penalty * gap, True)

    def solve(self) -> Track | None:
        """Go from stop to stop; a via may be passed at any vertex near it."""
        if not self.n:
            return None
        size = self.n + len(self.stops)
        keys = list(self.arcs)
        u = np.concatenate((self.u, np.array([k[0] for k in keys], dtype=np.int64)))
        v = np.concatenate((self.v, np.array([k[1] for k in keys], dtype=np.int64)))
        cost = np.concatenate((self.w, np.array([self.arcs[k][1] for k in keys])))
        cost = np.maximum(cost, 1e-4)
        order = np.lexsort((cost, v, u))  # keep the cheaper of two equal pairs
        u, v, cost = u[order], v[order], cost[order]
        first = np.ones(len(u), dtype=bool)
        first[1:] = (u[1:] != u[:-1]) | (v[1:] != v[:-1])
        u, v, cost = u[first], v[first], cost[first]
        before: list[NDArray[np.int32]] = []
        sources: dict[int, float] = {self.n: 0.0}
        for stop in range(1, len(self.stops)):
            extra = np.array(list(sources), dtype=np.int64)
            rows = np.concatenate((u, v, np.full(len(extra), size)))
            cols = np.concatenate((v, u, extra))
            # scipy drops explicit zeros, so every start gets the same small offset
            data = np.concatenate((cost, cost, np.array(list(sources.values())) + 1e-3))
            matrix = csr_matrix((data, (rows, cols)), shape=(size + 1, size + 1))
            far, back = dijkstra(matrix, indices=size, return_predecessors=True)
            before.append(back)
            if stop == len(self.stops) - 1:
                targets = {self.n + stop: 0.0}
            else:
                near = self.tree.query_ball_point(self.at[stop], 3.0)
                targets = {int(j): float(np.linalg.norm(self.xyz[j] - self.at[stop])) for j in near}
                targets[self.n + stop] = 0.0
            sources = {
                j: float(far[j]) + 0.5 * aside
                for j, aside in sorted(targets.items())
                if np.isfinite(far[j])
            }
            if not sources:
                return None
        walk: list[int] = [self.n + len(self.stops) - 1]
        for back in reversed(before):
            while (previous := int(back[walk[-1]])) != size:
                walk.append(previous)
        walk.reverse()
        return self._track(walk)

    def _track(self, walk: list[int]) -> Track:
        plain: dict[tuple[int, int], float] = {}
        on = set(walk)
        for i, j, w in zip(self.u.tolist(), self.v.tolist(), self.w.tolist(), strict=True):
            if i in on and j in on:
                key = (min(i, j), max(i, j))
                plain[key] = min(w, plain.get(key, np.inf))
        length = bridged = longest = 0.0
        bridges = []
        for i, j in pairwise(walk):
            key = (min(i, j), max(i, j))
            a, b = self._point(i), self._point(j)
            longest = max(longest, km(a, b))
            added = self.arcs.get(key)
            if key in plain and (added is None or plain[key] <= added[1]):
                length += plain[key]
            elif added is not None:
                length += added[0]
                if added[2]:
                    bridged += added[0]
                    bridges.append((added[0], a, b))
        return Track([self._point(i) for i in walk], length, bridged, bridges, longest)


def _read_literals(name: str) -> dict[str, NDArray[np.generic]]:
    """Read the two long lines of the module as text, without importing it."""
    spec = importlib.util.find_spec("scgraph_data")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(
            "Lines are built with the package scgraph_data: pip install scgraph_data==2.0.0"
        )
    file = Path(next(iter(spec.submodule_search_locations))) / f"{name}.py"
    graph = nodes = ""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("graph="):
                graph = line[len("graph=") :].strip()
            elif line.startswith("nodes="):
                nodes = line[len("nodes=") :].strip()
    spots = np.array(json.loads(nodes), dtype=float)
    u: list[int] = []
    v: list[int] = []
    w: list[float] = []
    for i, row in enumerate(graph[2:-2].split("}, {")):
        for pair in row.split(", "):
            if pair:
                j, length = pair.split(": ")
                if int(j) != i:
                    u.append(min(i, int(j)))
                    v.append(max(i, int(j)))
                    w.append(float(length))
    edges = np.array(u), np.array(v), np.array(w)
    order = np.lexsort((edges[2], edges[1], edges[0]))
    one, two, long = (column[order] for column in edges)
    first = np.ones(len(one), dtype=bool)
    first[1:] = (one[1:] != one[:-1]) | (two[1:] != two[:-1])
    return {
        "lat": spots[:, 0],
        "lon": spots[:, 1],
        "u": one[first].astype(np.int64),
        "v": two[first].astype(np.int64),
        "w": long[first],
    }
