"""Shipping lanes between two ports, over the marnet network of ``searoute``.

The network joins seas that cargo of this project does not sail between, and its
ports lie wherever a town's centre lies. So:

* the Volga-Don canal is cut: a lane stays in the sea it started in; so is Corinth;
* the Arctic passages, Panama and Magellan are closed unless a lane asks for them;
* a port is joined to the lanes, or directly to the other port, by the way that
  crosses least land;
* longitudes run on past 180 degrees.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree
from shapely import LineString, STRtree

from corridors.network.geometry import geodesic_length_km, great_circle, read_basemap

from .tracks import GEOD, Point, Track, km, spread

if TYPE_CHECKING:
    from pathlib import Path

CLOSED = frozenset({"northwest", "panama", "chili"})
# Ways that these ships do not take: Volga-Don and Corinth. Latitude, longitude, km.
CANALS = ((48.5, 44.7, 60.0), (47.2, 42.5, 60.0), (37.93, 22.98, 25.0))
DIRECT_KM = 1200.0
CONNECTOR_KM = 300.0
LAND_PENALTY = 4.0


class Lanes:
    """The network of sea lanes."""

    def __init__(self, basemap: Path | None = None) -> None:
        from searoute.data import marnet_dict  # 16 000 edges: read only when needed

        spots = sorted(marnet_dict.edge_list)
        number = {spot: i for i, spot in enumerate(spots)}
        self.lon = np.array([spot[0] for spot in spots], dtype=float)
        self.lat = np.array([spot[1] for spot in spots], dtype=float)
        pairs = sorted(
            (number[a], number[b], str(data.get("passage")))
            for a, others in marnet_dict.edge_list.items()
            for b, data in others.items()
            if a != b
        )
        self.u = np.array([p[0] for p in pairs])
        self.v = np.array([p[1] for p in pairs])
        self.passage = np.array([p[2] for p in pairs])
        self.w = GEOD.inv(self.lon[self.u], self.lat[self.u], self.lon[self.v], self.lat[self.v])[2]
        self.w = np.maximum(np.asarray(self.w) / 1000.0, 1e-3)
        self.xyz = spread(self.lat, self.lon)
        self.tree = cKDTree(self.xyz)
        countries = read_basemap(basemap)
        self.countries = countries.geometry.to_numpy()
        self.land = STRtree(self.countries)

    def over_land(self, a: Point, b: Point) -> float:
        """Return how many kilometres of the shortest line lie on land."""
        line = great_circle((a[1], a[0]), (b[1], b[0]), 20.0)
        if line.length == 0:
            return 0.0
        met = self.land.query(line, predicate="intersects")
        return sum(geodesic_length_km(line.intersection(self.countries[i])) for i in met)

    def path(
        self,
        start: Point,
        end: Point,
        *,
        via: tuple[Point, ...] = (),
        avoid: tuple[tuple[float, float, float], ...] = (),
        closed: frozenset[str] = CLOSED,
    ) -> Track | None:
        """Return the shortest lane from start to end, or None.

        Parameters
        ----------
        start, end
            Latitude and longitude of the ports.
        via
            Points at sea to pass in this order, at the nearest vertex.
        avoid
            Circles (latitude, longitude, km) whose vertices may not be used.
        closed
            Passages that may not be used, by the names of ``searoute``.
        """
        open_ = ~np.isin(self.passage, sorted(closed))
        for lat, lon, radius in (*CANALS, *avoid):
            away = np.linalg.norm(self.xyz - spread(np.array([lat]), np.array([lon]))[0], axis=1)
            open_ &= (away[self.u] > radius) & (away[self.v] > radius)
        size = len(self.lat)
        stops = [start, *via, end]
        spots = spread(np.array([s[0] for s in stops]), np.array([s[1] for s in stops]))
        rows, cols = [self.u[open_]], [self.v[open_]]
        data = [self.w[open_]]
        lengths: dict[tuple[int, int], float] = {}
        for port in (0, len(stops) - 1):
            near = self.tree.query(spots[port], k=15, distance_upper_bound=CONNECTOR_KM)[1]
            for j in near.tolist():
                if j < size:
                    there = float(self.lat[j]), float(self.lon[j])
                    length = km(stops[port], there)
                    cost = length + LAND_PENALTY * self.over_land(stops[port], there)
                    lengths[j, size + port] = lengths[size + port, j] = length
                    rows += [np.array([size + port, j])]
                    cols += [np.array([j, size + port])]
                    data += [np.array([cost, cost])]
        if not via and (length := km(start, end)) <= DIRECT_KM:
            cost = length + LAND_PENALTY * self.over_land(start, end)
            lengths[size, size + 1] = length
            rows, cols = [*rows, np.array([size])], [*cols, np.array([size + 1])]
            data = [*data, np.array([cost])]
        ids = [
            size,
            *(int(self.tree.query(spot)[1]) for spot in spots[1:-1]),
            size + len(stops) - 1,
        ]
        total = size + len(stops)
        matrix = csr_matrix(
            (np.concatenate(data), (np.concatenate(rows), np.concatenate(cols))),
            shape=(total, total),
        )
        walk = [ids[0]]
        for a, b in pairwise(ids):
            far, back = dijkstra(matrix, indices=a, return_predecessors=True)
            if not np.isfinite(far[b]):
                return None
            piece = [b]
            while piece[-1] != a:
                piece.append(int(back[piece[-1]]))
            walk += piece[::-1][1:]
        points = [
            stops[i - size] if i >= size else (float(self.lat[i]), float(self.lon[i])) for i in walk
        ]
        length = sum(km(a, b) for a, b in pairwise(points))
        joins = [
            (lengths[i, j], points[n], points[n + 1])
            for n, (i, j) in enumerate(pairwise(walk))
            if (i, j) in lengths
        ]
        straight = len(points) == 2
        bridged = 0.0 if straight else sum(join[0] for join in joins)
        longest = max(km(a, b) for a, b in pairwise(points))
        return Track(points, length, bridged, [] if straight else joins, longest)


def on_land_km(line: LineString, lanes: Lanes) -> float:
    """Return how many kilometres of a drawn line lie on land."""
    met = lanes.land.query(line, predicate="intersects")
    return sum(geodesic_length_km(line.intersection(lanes.countries[i])) for i in met)
