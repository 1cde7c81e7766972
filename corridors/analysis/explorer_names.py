"""What the explorer calls things by, where they lie, and where their numbers come from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.analysis.criticality.elements import KINDS, find_elements
from corridors.analysis.explorer_states import places_of
from corridors.network.antimeridian import map_longitude
from corridors.network.markets.offers import with_ends
from corridors.scenarios.passages import PLACES, nodes_inside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from corridors.analysis.criticality.elements import NetworkElement
    from corridors.network.network import Network
    from corridors.scenarios.state import NetworkState

    Numbers = dict[str, NDArray[Any]]
    Texts = dict[str, Any]

DIGITS = 1000
"""Parts of a degree in which places and lines are written: about a hundred metres."""

_STRAIGHT = 0.003
"""Degrees by which a drawn line may leave its course: nothing on any screen."""

_SOURCED = (
    "links",
    "capacities",
    "demand",
    "nodes",
    "transfers",
    "cargo",
    "rates",
    "tariffs",
    "supply",
    "couplings",
)
"""Tables whose sources a reader is shown."""


def elements_of(state: NetworkState) -> list[NetworkElement]:
    """Return every element that can be lost on any day, borders at sea among them.

    Parameters
    ----------
    state
        Any state of the network: what is not there on its day counts too.
    """
    p = state.problem
    everything = replace(state, problem=replace(p, closed=np.zeros(p.n_arcs, dtype=np.bool_)))
    borders = [f"border:{b}" for b in sorted({str(b) for b in state.net.borders if b})]
    return find_elements(everything, [*KINDS, *borders])


def elements(state: NetworkState) -> tuple[Texts, Numbers]:
    """Return the elements with the arcs that each takes away, and the nodes inside of it.

    The nodes decide where a delay is felt: `corridors.scenarios.passages.felt_once`.
    """
    found = elements_of(state)
    land = {str(b) for b in state.net.land_borders if b}
    nodes = {node: i for i, node in enumerate(state.net.tables["nodes"]["node_id"])}
    inside = [
        sorted(nodes[n] for n in nodes_inside(state.net, {e.kind: e.element_id}, state.net.folder))
        if e.kind in PLACES
        else []
        for e in found
    ]
    texts = {
        "kind": [e.kind for e in found],
        "id": [e.element_id for e in found],
        "name": [e.name for e in found],
        "at_sea": [
            i for i, e in enumerate(found) if e.kind == "border" and e.element_id not in land
        ],
    }
    return texts, {
        "element_start": offsets([len(e.arcs) for e in found]),
        "element_arc": joined([e.arcs for e in found]),
        "inside_start": offsets([len(own) for own in inside]),
        "inside_node": joined([np.array(own, dtype=np.int64) for own in inside]),
    }


def names(net: Network) -> Texts:
    """Return names of nodes, links, transfers, cargo and demands, column by column."""
    tables = net.whole.tables
    nodes = {node: i for i, node in enumerate(tables["nodes"]["node_id"])}
    ends = {place: i for i, place in enumerate(places_of(net))}
    cargo = tables["cargo"].sort_values("cargo")
    class_of = {name: c for c, name in enumerate(cargo["cargo"])}
    demand = with_ends(tables["demand"].sort_values("demand_id", ignore_index=True))
    links = net.whole.links

    def columns(frame: Any, *which: str) -> Texts:
        return {name: [str(v) for v in frame[name]] for name in which}

    return {
        "cargo": {"id": list(class_of), **columns(cargo, "name", "unit")},
        "nodes": {
            "id": list(nodes),
            **columns(tables["nodes"], "name", "kind", "country"),
        },
        "links": {
            "id": [str(i) for i in links.index],
            "from": [nodes[n] for n in links["from_node"]],
            "to": [nodes[n] for n in links["to_node"]],
            "gauge": [int(g) if g == g else 0 for g in links["gauge_mm"]],
            **columns(links, "mode", "corridor", "made", "note"),
        },
        "transfers": columns(tables["transfers"], "transfer_id"),
        **({"markets": list(ends)[len(nodes) :]} if len(ends) > len(nodes) else {}),
        "demand": {
            "id": [str(i) for i in demand["demand_id"]],
            "from": [ends[n] for n in demand["origin"]],
            "to": [ends[n] for n in demand["destination"]],
            "cargo": [class_of[c] for c in demand["cargo"]],
        },
    }


def places(net: Network) -> Numbers:
    """Return where nodes and links lie, in thousandths of a degree, lines as steps."""
    import shapely

    nodes = net.whole.tables["nodes"]
    lines = []
    for line in net.whole.links.geometry:
        course = shapely.simplify(line, _STRAIGHT, preserve_topology=False)
        at = np.rint(shapely.get_coordinates(course) * DIGITS).astype(np.int64)
        kept = np.concatenate([[True], (np.diff(at, axis=0) != 0).any(axis=1)])
        lines.append(at[kept] if kept.sum() > 1 else at[:2])
    first = np.array([line[0] for line in lines], dtype=np.int64).reshape(-1, 2)
    steps = joined([np.diff(line, axis=0) for line in lines]).reshape(-1, 2)
    lon = np.array([map_longitude(float(x), net.map_edge) for x in nodes["lon"]])
    return {
        "node_lon": np.rint(lon * DIGITS).astype(np.int64),
        "node_lat": np.rint(nodes["lat"].to_numpy(dtype=np.float64) * DIGITS).astype(np.int64),
        "link_km": net.whole.links["length_km"].to_numpy(dtype=np.float64),
        "line_start": offsets([len(line) - 1 for line in lines]),
        "line_first": first.ravel(),
        "line_lon": steps[:, 0],
        "line_lat": steps[:, 1],
    }


def sources(net: Network) -> tuple[Texts, Numbers]:
    """Return the publications, and which number of which row each stands behind.

    Rows of the provenance table that belong to what the page shows; notes and keys that
    repeat stand once.
    """
    tables = net.whole.tables
    listed = tables["sources"]
    number = {source: i for i, source in enumerate(listed["source_id"])}
    rows = tables["provenance"]
    rows = rows[rows["table"].isin(_SOURCED) & rows["source_id"].isin(number)]
    texts: Texts = {
        "publisher": [str(v) for v in listed["publisher"]],
        "title": [str(v) for v in listed["title"]],
        "url": [str(v) for v in listed["url"]],
        "date": [str(v) for v in listed["date"]],
    }
    numbers: Numbers = {"origin_source": np.array([number[s] for s in rows["source_id"]])}
    for column in ("table", "row", "column", "confidence", "note", "as_of", "low", "high"):
        values = ["" if v != v else _brief(v) for v in rows[column]]
        known = {value: i for i, value in enumerate(dict.fromkeys(values))}
        texts[f"origin_{column}"] = list(known)
        numbers[f"origin_{column}"] = np.array([known[v] for v in values], dtype=np.int64)
    numbers["origin_source"] = numbers["origin_source"].astype(np.int64)
    return texts, numbers


def offsets(sizes: Sequence[int]) -> NDArray[np.int64]:
    """Return where parts of these sizes begin and end, shape (parts + 1,)."""
    return np.concatenate([[0], np.cumsum(np.array(sizes, dtype=np.int64))]).astype(np.int64)


def joined(parts: Sequence[NDArray[Any]]) -> NDArray[np.int64]:
    """Return whole numbers one after the other; none where there are no parts."""
    filled = [part for part in parts if len(part)]
    return np.concatenate(filled).astype(np.int64) if filled else np.empty(0, dtype=np.int64)


def _brief(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
