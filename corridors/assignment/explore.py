"""Networks, assignments and comparisons as layers of a plain folium map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.assignment.map_data import network_credits
from corridors.maps.explore import (
    FULL,
    GAINS,
    LOSES,
    MODE_COLOUR,
    SHUT,
    ExploreLayer,
    ExploreShape,
    explore_map,
    width_of,
)
from corridors.network.antimeridian import map_longitude

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import folium
    import pandas as pd

    from corridors.assignment.tables import AssignmentTables, ComparisonTables
    from corridors.network.network import Network

_TRACE = 1e-6
_HAIR = 1.2
_PLACE = 3.0


def explore_network(net: Network, *, tiles: Any = None, **options: Any) -> folium.Map:
    """Return links by mode and the places, as a plain folium map to build on.

    Parameters
    ----------
    net
        The network, of all of time or of a day.
    tiles, **options
        As `corridors.maps.explore.explore_map` takes them.
    """
    links = net.links
    layers = []
    for mode in dict.fromkeys(links["mode"]):
        own = links[links["mode"] == mode]
        shapes = [
            ExploreShape(
                _points(row["geometry"]), MODE_COLOUR[mode], 2.0, _about_link(net, str(link), row),
                dashed=bool(row["opens"]),
            )
            for link, row in own.iterrows()
        ]  # fmt: skip
        layers.append(ExploreLayer(str(mode).capitalize(), shapes))
    return explore_map(
        [*layers, places_layer(net)], tiles=tiles, owed_to=network_credits(net), **options
    )


def explore_assignment(
    net: Network,
    state: AssignmentTables,
    closed: Sequence[str],
    *,
    tiles: Any = None,
    **options: Any,
) -> folium.Map:
    """Return what each link carries, and which are full, as a plain folium map to build on.

    Parameters
    ----------
    net
        The network of the day.
    state
        The assignment as tables.
    closed
        Links that events have closed.
    tiles, **options
        As `corridors.maps.explore.explore_map` takes them.
    """
    layers = [
        flow_layer(net, state.flows, "Cargo", full=_full(state)),
        _closed_layer(net, closed),
        places_layer(net, shown=False),
    ]
    return explore_map(
        [layer for layer in layers if layer.shapes],
        tiles=tiles,
        owed_to=network_credits(net),
        **options,
    )


def explore_comparison(
    net: Network, tables: ComparisonTables, *, tiles: Any = None, **options: Any
) -> folium.Map:
    """Return what the events change on each link, as a plain folium map to build on.

    Parameters
    ----------
    net
        The network of the day, with the events.
    tables
        The comparison as tables.
    tiles, **options
        As `corridors.maps.explore.explore_map` takes them.
    """
    before, after = tables.before, tables.after
    was, now = (_tonnes(own.flows) for own in (before, after))
    change = now.sub(was, fill_value=0.0)
    change = change[change.abs() > _TRACE].sort_values(key=abs)
    most = float(change.abs().max()) if len(change) else 0.0
    links = net.links
    shapes = [
        ExploreShape(
            _points(links.loc[link, "geometry"]),
            GAINS if t > 0 else LOSES,
            width_of(abs(t), most),
            {
                **_about_link(net, str(link), links.loc[link]),
                "before, t a day": float(was.get(link, 0.0)),
                "after, t a day": float(now.get(link, 0.0)),
                "change, t a day": float(t),
            },
        )
        for link, t in change.items()
        if link in links.index
    ]
    layers = [
        ExploreLayer("Difference: blue gains, orange loses", shapes),
        flow_layer(net, before.flows, "Before", shown=False, full=_full(before)),
        flow_layer(net, after.flows, "After", shown=False, full=_full(after)),
        _closed_layer(net, tables.closed_links),
        places_layer(net, shown=False),
    ]
    return explore_map(
        [layer for layer in layers if layer.shapes],
        tiles=tiles,
        owed_to=network_credits(net),
        **options,
    )


def flow_layer(
    net: Network,
    flows: pd.DataFrame,
    name: str,
    *,
    full: Mapping[str, str] | None = None,
    shown: bool = True,
) -> ExploreLayer:
    """Return links that carry something, as wide as they carry.

    Parameters
    ----------
    net
        The network that the flows are of.
    flows
        As `corridors.Assignment` has them.
    name
        Of the layer.
    full
        What is full, by link.
    shown
        Whether it is on when the map opens.
    """
    by_cargo = flows[flows["kind"] == "link"].groupby(["id", "cargo"])["t_per_day"].sum()
    tonnes = _tonnes(flows).sort_values()
    tonnes = tonnes[tonnes > _TRACE]
    most = float(tonnes.max()) if len(tonnes) else 0.0
    shapes = []
    links, stops = net.links, full or {}
    for link, t in tonnes.items():
        row = links.loc[link]
        about = _about_link(net, str(link), row) | {"t a day": float(t)}
        about |= {f"{cargo}, t a day": float(own) for cargo, own in by_cargo[link].items()}
        if link in stops:
            about["full"] = stops[str(link)]
        colour = FULL if link in stops else MODE_COLOUR[row["mode"]]
        shapes.append(ExploreShape(_points(row["geometry"]), colour, width_of(t, most), about))
    return ExploreLayer(name, shapes, shown)


def places_layer(net: Network, *, shown: bool = True) -> ExploreLayer:
    """Return the places of a network as circles."""
    shapes = [
        ExploreShape(
            np.array([[map_longitude(float(row["lon"]), net.map_edge), float(row["lat"])]]),
            "#222222",
            _PLACE,
            {"place": row["name"], "id": row["node_id"], "kind": row["kind"], "in": row["country"]},
        )
        for row in net.tables["nodes"].to_dict("records")
    ]
    return ExploreLayer("Places", shapes, shown)


def _closed_layer(net: Network, closed: Sequence[str]) -> ExploreLayer:
    links = net.links
    shapes = [
        ExploreShape(
            _points(links.loc[link, "geometry"]), SHUT, 4.0, _about_link(net, link, links.loc[link])
        )
        for link in closed
        if link in links.index
    ]
    return ExploreLayer("Closed by the scenario", shapes)


def _about_link(net: Network, link: str, row: Any) -> dict[str, Any]:
    about = {"link": net.link_name(link), "id": link, "mode": row["mode"]}
    return about | {"km": float(row["length_km"]), "corridor": row["corridor"] or "none"}


def _full(state: AssignmentTables) -> dict[str, str]:
    """Return the names of the capacities that are full, by the links they cover."""
    found: dict[str, list[str]] = {}
    rows = state.capacities.to_dict("records")
    for row, links in zip(rows, state.capacity_links, strict=True):
        for link in links if row["price_usd"] > _TRACE else ():
            found.setdefault(link, []).append(str(row["name"]))
    return {link: "; ".join(names) for link, names in found.items()}


def _tonnes(flows: pd.DataFrame) -> pd.Series:
    return flows[flows["kind"] == "link"].groupby("id")["t_per_day"].sum()


def _points(line: Any) -> Any:
    return np.asarray(line.coords, dtype=np.float64)[:, :2]
