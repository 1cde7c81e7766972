"""A network as a graph of networkx: what a route takes is the sum over its edges.

A vertex is a node as one mode and gauge reach it, so that a transfer is an edge with
hours and a price like any link. With one vertex for each node a route could arrive by
rail and leave by road without the transfer, and no weights of edges can forbid that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from corridors.errors import UnknownIdError, nearest
from corridors.network.arcs import LINK, TRANSFER, build_arcs, mode_gauge
from corridors.network.reading.cells import rows_of
from corridors.network.schema import MODES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import networkx as nx
    import pandas as pd
    from numpy.typing import NDArray

    from corridors.network.arcs import Arcs

__all__ = ["link_graph", "weighted_graph"]


class Drawable(Protocol):
    """What a graph is made of: a `Network`, which itself offers its graph and so stands above."""

    @property
    def name(self) -> str:
        """Name of the network."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Its tables."""

    @property
    def links(self) -> gpd.GeoDataFrame:
        """Its links with their course."""


Vertex = tuple[str, str]
"""A node and the mode and gauge that reaches it."""


def weighted_graph(
    net: Drawable, cargo: str | None = None, *, gates: bool = False, integer_ids: bool = False
) -> nx.MultiDiGraph[Any]:
    """Return a network as a graph; see `Network.to_networkx`, which calls this."""
    import networkx as nx
    from shapely import LineString, reverse

    arcs = build_arcs(net.tables)
    c = _cargo_class(arcs, cargo)
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(
        crs="EPSG:4326", name=net.name, cargo="" if c is None else arcs.cargo[c]
    )
    vertices = _vertices(net)
    nodes = net.tables["nodes"].set_index("node_id", drop=False)
    for (node, by), vertex in sorted(vertices.items(), key=lambda item: item[1]):
        row = nodes.loc[node]
        graph.add_node(vertex, x=row["lon"], y=row["lat"], **_present(row.to_dict()), mode_gauge=by)
    at = {node: (row["lon"], row["lat"]) for node, row in nodes.iterrows()}
    links, transfers = (rows_of(net.tables[name]) for name in ("links", "transfers"))
    lines, more = net.links.geometry, rows_of(net.links.drop(columns="geometry"))
    weights = _weights(net, arcs, c)
    for a in np.flatnonzero(arcs.arc_type <= TRANSFER):
        row, back = int(arcs.row[a]), bool(arcs.direction[a])
        if arcs.arc_type[a] == LINK:
            link = links[row]
            name = mode_gauge(link["mode"], link["gauge_mm"])
            ends = [(link["from_node"], name), (link["to_node"], name)]
            values = {**_present(more[row]), "link_id": link["link_id"]}
            key, metres = link["link_id"], 1000.0 * float(link["length_km"])
            geometry = reverse(lines.iloc[row]) if back else lines.iloc[row]
        else:
            change = transfers[row]
            ends = [
                (change["node_id"], mode_gauge(change[f"{s}_mode"], change[f"{s}_gauge_mm"]))
                for s in ("from", "to")
            ]
            values, key, metres = _present(change), change["transfer_id"], 0.0
            geometry = LineString([at[change["node_id"]]] * 2)
        start, end = (vertices[e] for e in (ends[::-1] if back else ends))
        values |= {name: float(of_arc[a]) for name, of_arc in weights.items()}
        graph.add_edge(start, end, key=key, **values, length=metres, geometry=geometry)
    if gates:
        _add_gates(graph)
    if integer_ids:
        for name, data in graph.nodes(data=True):
            data["vertex"] = name
        graph = nx.convert_node_labels_to_integers(graph, ordering="sorted")
    return graph


def _cargo_class(arcs: Arcs, cargo: str | None) -> int | None:
    if cargo is not None and cargo not in arcs.cargo:
        msg = f"no cargo {cargo!r}{nearest(cargo, arcs.cargo)}"
        raise UnknownIdError(msg)
    if cargo is not None:
        return arcs.cargo.index(cargo)
    if not arcs.cargo:
        return None
    # The cargo that may use most of the network; of several, the first by name.
    return int(np.isfinite(arcs.usd).sum(axis=1).argmax())


def _weights(net: Drawable, arcs: Arcs, c: int | None) -> dict[str, NDArray[np.float64]]:
    """Return hours, usd and cost of each arc, shape (A,): infinite where the cargo may not go."""
    if c is None:
        # Without cargo and rates nothing has a price, and a time only where one is stated.
        links, transfers = net.tables["links"], net.tables["transfers"]
        stated = (links["hours"] + links["dwell_hours"], transfers["hours"])
        hours = np.full(arcs.size, np.inf)
        for kind, values in zip((LINK, TRANSFER), stated, strict=True):
            own = arcs.arc_type == kind
            hours[own] = values.fillna(np.inf).to_numpy()[arcs.row[own]]
        return {"hours": hours, "usd": np.zeros(arcs.size), "cost": hours}
    usd = arcs.usd[c]
    hours = np.where(np.isfinite(usd), arcs.hours[c], np.inf)
    a_day = net.tables["cargo"].set_index("cargo").loc[arcs.cargo[c], "usd_per_unit_day"]
    return {"hours": hours, "usd": usd, "cost": usd + float(a_day) / 24.0 * arcs.hours[c]}


def _vertices(net: Drawable) -> dict[Vertex, str]:
    """Return the name of each vertex: of a node's first mode and gauge that of the node."""
    count: dict[str, dict[str, int]] = {node: {} for node in net.tables["nodes"]["node_id"]}
    for link in rows_of(net.tables["links"]):
        name = mode_gauge(link["mode"], link["gauge_mm"])
        for end in (link["from_node"], link["to_node"]):
            count[end][name] = count[end].get(name, 0) + 1

    def rank(node: str, by: str) -> tuple[int, int, str]:
        return MODES.index(by.split("-", maxsplit=1)[0]), -count[node][by], by

    names: dict[Vertex, str] = {}
    for node, by_name in count.items():
        # mypy cannot type a lambda with a default.
        ordered = sorted(by_name, key=lambda name, node=node: rank(node, name))  # type: ignore[misc]
        for i, by in enumerate(ordered):
            names[node, by] = f"{node}:{by}" if i else node
        if not ordered:
            names[node, ""] = node
    return names


def _add_gates(graph: nx.MultiDiGraph[Any]) -> None:
    """Add where cargo enters and leaves each node, at no cost and by whatever mode."""
    from shapely import LineString

    free = {"hours": 0.0, "usd": 0.0, "cost": 0.0, "length": 0.0}
    for vertex, data in list(graph.nodes(data=True)):
        node, place = data["node_id"], {k: v for k, v in data.items() if k != "mode_gauge"}
        at = LineString([(data["x"], data["y"])] * 2)
        graph.add_node(f"{node}>", **place)
        graph.add_node(f"{node}<", **place)
        graph.add_edge(f"{node}>", vertex, key="enter", geometry=at, **free)
        graph.add_edge(vertex, f"{node}<", key="leave", geometry=at, **free)


def link_graph(net: Drawable) -> nx.MultiDiGraph[Any]:
    """Return nodes and links alone, a vertex for each node, for programs that draw graphs.

    Edges, one for each direction of use and keyed by link_id, carry length in metres,
    geometry and the columns of the table. There are no transfers in it, so the sums
    over its edges are no times of a route.
    """
    import networkx as nx
    from shapely import reverse

    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="EPSG:4326", name=net.name)
    for node in rows_of(net.tables["nodes"]):
        graph.add_node(node["node_id"], x=node["lon"], y=node["lat"], **_present(node))
    for link_id, link in net.links.iterrows():
        values = _present(link.drop("geometry").to_dict())
        values["length"] = 1000.0 * float(link["length_km"])
        ends = (link["from_node"], link["to_node"])
        graph.add_edge(*ends, key=link_id, link_id=link_id, geometry=link["geometry"], **values)
        if link["direction"] == "both":
            back = reverse(link["geometry"])
            graph.add_edge(*ends[::-1], key=link_id, link_id=link_id, geometry=back, **values)
    return graph


def _present(values: dict[Any, Any]) -> dict[str, Any]:
    """Drop what is empty: a graph says so by having no such attribute."""
    # A column in which nothing at all stands holds None for it, and no NaN.
    return {str(k): v for k, v in values.items() if v is not None and v == v and v != ""}
