"""GraphML: the graph alone, for Gephi, yEd, igraph and networkx.

Nodes and one edge for each direction of use, with the columns of their tables
and the geometry as WKT. GraphML has no tables, so transfers, cargo, rates,
capacities, demand and provenance are not in it, nor dates but as text.
``networkx.read_graphml(file, force_multigraph=True)`` reads it back. Numbers are
numbers; ``osmnx.load_graphml`` takes text alone and therefore does not read it.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from corridors.display import plain
from corridors.exchange.formats import about
from corridors.files import write_bytes
from corridors.network.graph import link_graph

if TYPE_CHECKING:
    from pathlib import Path

    import networkx as nx

    from corridors.network.network import Network


def write(net: Network, path: Path) -> list[Path]:
    """Write a network's graph as GraphML.

    Parameters
    ----------
    net
        The network.
    path
        The file; replaced if it is there.

    Returns
    -------
    list of Path
        The file alone.
    """
    import networkx as nx

    buffer = io.BytesIO()
    # The writer on lxml and the one without it order the file differently.
    nx.write_graphml_xml(_readable(plain_graph(net)), buffer, encoding="utf-8", prettyprint=True)
    write_bytes(path, buffer.getvalue() + b"\n")
    return [path]


def _readable(graph: nx.MultiDiGraph[Any]) -> nx.MultiDiGraph[Any]:
    """Write out in place the characters that no XML can hold."""
    for values in (graph.graph, *graph.nodes.values(), *graph.edges.values()):
        for key, value in values.items():
            if isinstance(value, str):
                values[key] = plain(value, lines=True)
    return graph


def plain_graph(net: Network) -> nx.MultiDiGraph[Any]:
    """Return `link_graph` with text and numbers only, and a key for every edge.

    GraphML wants the name of an edge to be its own; the way back of a link is
    therefore called ``link_id:backward``. Both carry the attribute link_id.

    Examples
    --------
    >>> import corridors as co
    >>> graph = plain_graph(co.load())
    >>> graph.edges["terespol", "brest", "brest-terespol-rail-1520:backward"]["link_id"]
    'brest-terespol-rail-1520'
    """
    import networkx as nx

    source = link_graph(net)
    said = {k: v for k, v in about(net).items() if v}
    plain: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="EPSG:4326", **said)
    plain.add_nodes_from(source.nodes(data=True))
    seen = set()
    for start, end, key, values in source.edges(keys=True, data=True):
        name = f"{key}:backward" if key in seen else key
        seen.add(key)
        wkt = {"geometry": line_wkt(values["geometry"].coords)}
        plain.add_edge(start, end, key=name, **{**values, **wkt})
    return plain


def line_wkt(points: Any) -> str:
    """Return a line as well-known text with every digit of its numbers.

    Examples
    --------
    >>> line_wkt([(60.0, 45.1), (61.25, 45.0)])
    'LINESTRING (60.0 45.1, 61.25 45.0)'
    """
    return "LINESTRING (" + ", ".join(f"{float(p[0])!r} {float(p[1])!r}" for p in points) + ")"
