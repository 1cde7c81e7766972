"""Networks, and the tables of a comparison, as what maps draw: pages and pictures."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.assignment.explain import sentences
from corridors.assignment.views.grouping import product_of
from corridors.assignment.views.told import of_all_rerouted
from corridors.display import number, printed, share, typeset
from corridors.maps.data import (
    FlowMapData,
    LinkFlow,
    MapCapacity,
    MapDemand,
    MapLink,
    MapNode,
    MapSource,
    Status,
    credits_for,
    map_latitude,
)
from corridors.maps.flowmap import FlowMap, build_flow_map
from corridors.maps.static import FlowLine
from corridors.maps.static import network_figure as draw_network
from corridors.network.antimeridian import map_longitude
from corridors.network.folder import MANIFEST
from corridors.network.network import require_network
from corridors.network.reading.cells import records, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    import geopandas as gpd
    import pandas as pd
    from matplotlib.figure import Figure

    from corridors.assignment.tables import AssignmentTables, ComparisonTables
    from corridors.network.network import Network

STATES = ("before", "after")

MODEL_NOTES = {
    "optimal": (
        "Modelled: the cheapest way to carry the demand within the capacities, as if the "
        "situation of the day lasted. A lower bound for the damage, not a forecast."
    ),
    "logit": (
        "Modelled: how shippers spread over routes by cost and time, within the capacities, as "
        "if the situation of the day lasted. What it is fitted to, docs/choice.md says."
    ),
}
"""What the reader of an answer must know of the model behind it."""

_TRACE = 1e-6
_STORY = 0.02
"""Share of the largest change from which a link belongs to the first view."""

_DRAWN = {"links", "nodes", "capacities"}
"""Tables whose rows' publications are told on maps."""

_LISTED = 0.5
"""Tonnes a day of a demand that stay, or go another way, from which it is listed."""

_FEW_SOURCES = 8


def comparison_map(net: Network, tables: ComparisonTables) -> FlowMap:
    """Return the map of a baseline and a disrupted state with a switch between them."""
    return build_flow_map(comparison_map_data(net, tables))


def comparison_map_data(net: Network, tables: ComparisonTables) -> FlowMapData:
    """Return what that map shows."""
    states = dict(zip(STATES, (tables.before, tables.after), strict=True))
    days, usd = of_all_rerouted(tables.change, tables.by_demand, tables.uncounted)
    figures = [
        *headline(tables),
        _more_or_less("Rerouted takes {} by", "longer", "less time", days, "days"),
        _more_or_less("Rerouted costs {} by", "more", "less", usd, "USD a day"),
    ]
    links = _map_links(
        net,
        {state: own.links_there for state, own in states.items()},
        {state: _link_flows(own.flows) for state, own in states.items()},
        _limits(states),
        frozenset(tables.closed_links),
    )
    return FlowMapData(
        title=tables.title,
        subtitle=tables.description,
        headline=figures,
        links=links,
        nodes=_map_nodes(net, {state: own.shortfall for state, own in states.items()}),
        states=STATES,
        state_labels={"before": "Before", "after": "After"},
        cargo_labels=tables.cargo_names,
        products=product_of(net),
        demands=_demands(set(net.tables["nodes"]["node_id"]), tables),
        as_of=tables.day.isoformat(),
        first_state="difference",
        focus=_changed(links) or _focus(links),
        credits=tables.credits,
        notes=(typeset(" ".join(sentences(tables))), MODEL_NOTES[tables.model]),
    )


def _more_or_less(label: str, more: str, less: str, amount: float, unit: str) -> tuple[str, str]:
    """Return a figure whose label says which way it goes, so that it has no sign."""
    return label.format(less if amount < 0 else more), printed(abs(amount), unit)


def headline(tables: ComparisonTables) -> list[tuple[str, str]]:
    """Return the first figures: of those that used what is touched, or else of all cargo."""
    steps, used, aside = tables.steps, tables.used, tables.aside
    total = 0.0 if used is None else float(used["before_t_per_day"].sum())
    if used is None or aside is None or total <= _TRACE:
        return [
            ("Demand", printed(steps["demand"], "t a day")),
            ("Kept its route", _part(steps, "kept its route")),
            ("Rerouted", _part(steps, "rerouted")),
            ("No longer carried", _part(steps, "newly unserved")),
        ]
    found = [("Used what the scenario touches", printed(total, "t a day"))]
    for name, words in (
        ("kept_t_per_day", "of it, still passes"),
        ("rerouted_t_per_day", "of it, goes round"),
        ("lost_t_per_day", "of it, stays where it starts"),
    ):
        tonnes = float(used[name].sum())
        found.append(
            (words.capitalize(), f"{printed(tonnes, 't')} ({typeset(share(tonnes, total))})")
        )
    others = aside[["rerouted_t_per_day", "lost_t_per_day"]].sum()
    found.append(("Others go another way", printed(float(others["rerouted_t_per_day"]), "t")))
    found.append(("Others no longer carried", printed(float(others["lost_t_per_day"]), "t")))
    return found


def network_map(net: Network) -> FlowMap:
    """Return the map of a network itself: what there is, and what is planned."""
    require_network(net)
    links_there = {"network": frozenset(net.tables["links"]["link_id"])}
    counts = {name: len(net.tables[name]) for name in ("nodes", "links", "demand")}
    links = _map_links(net, links_there, {"network": {}}, {}, frozenset())
    figures = [(name.capitalize(), number(count)) for name, count in counts.items()]
    figures.append(("Capacities", number(net.n_capacities)))
    return build_flow_map(
        FlowMapData(
            title="The network",
            subtitle=network_title(net),
            headline=figures,
            links=links,
            nodes=_map_nodes(net, {}),
            cargo_labels=_cargo_labels(net),
            products=product_of(net),
            as_of=net.date.isoformat() if net.date else "",
            focus=_focus(links),
            credits=network_credits(net),
        )
    )


def network_title(net: Network) -> str:
    """Return what the data package of a network is called; empty where there is none."""
    path = net.folder / MANIFEST if net.folder else None
    if path is None or not path.is_file():
        return ""
    title = json.loads(path.read_text(encoding="utf-8")).get("title", "")
    return title if isinstance(title, str) else ""


def network_credits(net: Network) -> tuple[str, ...]:
    """Return whom a map of a network owes its lines and places to."""
    return credits_for(net.whole.links["made"], net.tables["sources"]["publisher"])


def network_figure(net: Network, window: str = "all") -> Figure:
    """Draw the network itself for print, planned links dotted.

    Parameters
    ----------
    net
        The network; of all of time, or resolved at a date.
    window
        ``"all"`` with the sea lanes, or ``"land"``.
    """
    links = net.links
    lines = [
        FlowLine(points, mode, planned=bool(opens))
        for points, mode, opens in zip(_points(links), links["mode"], links["opens"], strict=True)
    ]
    return draw_network(
        lines, net.nodes[["lon", "lat"]].to_numpy(dtype=np.float64), window, network_credits(net)
    )


def flow_lines(
    links: gpd.GeoDataFrame, flows: pd.DataFrame, closed: AbstractSet[str] = frozenset()
) -> list[FlowLine]:
    """Return links as lines with what they carry, all cargo and both directions together.

    Parameters
    ----------
    links
        As `corridors.Network` has them.
    flows
        As `corridors.Assignment` has them.
    closed
        Ids of links that events have closed.
    """
    tonnes = flows[flows["kind"] == "link"].groupby("id")["t_per_day"].sum()
    tonnes = tonnes.reindex(links.index).fillna(0.0)
    return [
        FlowLine(points, mode, float(t), link in closed)
        for points, mode, t, link in zip(
            _points(links), links["mode"], tonnes, links.index, strict=True
        )
    ]


def _points(links: gpd.GeoDataFrame) -> list[Any]:
    return [np.asarray(line.coords)[:, :2] for line in links.geometry]


def _part(steps: Mapping[str, float], step: str) -> str:
    return f"{printed(steps[step], 't')} ({typeset(share(steps[step], steps['demand']))})"


def _cargo_labels(net: Network) -> dict[str, str]:
    cargo = net.tables["cargo"]
    return dict(zip(cargo["cargo"], cargo["name"], strict=True))


def _focus(links: list[MapLink]) -> list[str]:
    """Return the links that the first view must show: the land that carries, or all land."""
    carrying = [
        link.link_id
        for link in links
        if link.mode in {"rail", "road"} and any(_total(f) > _TRACE for f in link.flows.values())
    ]
    return carrying or [link.link_id for link in links if link.mode in {"rail", "road"}]


def _changed(links: list[MapLink]) -> list[str]:
    """Return the links of a scenario's story: the closed ones and those whose flow moved most."""
    change = {}
    for link in links:
        if link.mode in {"rail", "road"}:
            before, after = (_total(link.flows.get(state, LinkFlow())) for state in STATES)
            change[link.link_id] = abs(after - before)
    largest = max(change.values(), default=0.0)
    moved = [link for link, tonnes in change.items() if tonnes > _STORY * largest > _TRACE]
    return sorted({*moved, *(link.link_id for link in links if "after" in link.closed_in)})


def _demands(places: set[str], tables: ComparisonTables) -> list[MapDemand]:
    """Return the demands of which something stays or goes another way."""
    wanted, unserved = (
        {
            state: dict(zip(own.shortfall["demand_id"], own.shortfall[column], strict=True))
            for state, own in zip(STATES, (tables.before, tables.after), strict=True)
        }
        for column in ("demand_t_per_day", "shortfall_t_per_day")
    )
    found = []
    for row in rows_of(tables.by_demand):
        key = row["demand_id"]
        # A market lies nowhere: the end that is a place stands for both.
        origin, destination = (
            own if own in places else other
            for own, other in (
                (row["origin"], row["destination"]),
                (row["destination"], row["origin"]),
            )
        )
        short = {state: float(unserved[state].get(key, 0.0)) for state in STATES}
        if max(*short.values(), row["rerouted_t_per_day"]) > _LISTED:
            found.append(
                MapDemand(
                    key,
                    origin,
                    destination,
                    row["cargo"],
                    {state: float(wanted[state].get(key, 0.0)) for state in STATES},
                    short,
                    float(row["rerouted_t_per_day"]),
                    float(row["added_hours"]),
                    _with_market(row, places, tables.node_names),
                )
            )
    return found


def _with_market(row: Mapping[str, Any], places: set[str], names: Mapping[str, str]) -> str:
    """Return what a demand with a market is called; empty where both its ends are places."""
    ends = row["origin"], row["destination"]
    if places.issuperset(ends):
        return ""
    return " → ".join(names[end] if end in places else f"market {end}" for end in ends)


def _total(flow: LinkFlow) -> float:
    return sum(flow.forward.values()) + sum(flow.backward.values())


def _link_flows(flows: pd.DataFrame) -> dict[str, LinkFlow]:
    frame = flows[flows["kind"] == "link"]
    found: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for name, direction, cargo, tonnes in _rows(frame, ("id", "direction", "cargo", "t_per_day")):
        found[name][direction][cargo] = tonnes
    return {
        link: LinkFlow(forward=dict(v["forward"]), backward=dict(v["backward"]))
        for link, v in found.items()
    }


def _limits(states: Mapping[str, AssignmentTables]) -> dict[str, list[dict[str, Any]]]:
    """Return for each link the limits it is a member of, with use and price by state."""
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for state, tables in states.items():
        rows = rows_of(tables.capacities)
        for row, links in zip(rows, tables.capacity_links, strict=True):
            for link in links:
                entry = found[link].setdefault(row["capacity_id"], _limit(row))
                taken = min(row["background"], row["amount"])
                entry["amount"][state], entry["used"][state] = row["amount"], row["used"] + taken
                entry["price"][state], entry["use"][state] = row["price_usd"], row["use"]
                entry["worth"][state] = row["price_usd"] * (row["amount"] - taken)
    return {link: list(entries.values()) for link, entries in found.items()}


def _limit(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a limit with nothing known of any state yet."""
    kept = {name: row[name] for name in ("name", "unit", "inferred")}
    return {**kept, "amount": {}, "used": {}, "price": {}, "use": {}, "worth": {}}


def _map_links(
    net: Network,
    there: Mapping[str, AbstractSet[str]],
    flows: dict[str, dict[str, LinkFlow]],
    limits: dict[str, list[dict[str, Any]]],
    closed: AbstractSet[str],
) -> list[MapLink]:
    sources = _sources(net)
    names = net.node_names
    present = frozenset().union(*there.values())
    links = []
    for link_id, row in records(net.whole.links):
        own = limits.get(link_id, [])
        use: dict[str, float | None] = {}
        for state in there:
            known = [entry["use"][state] for entry in own if state in entry["use"]]
            use[state] = max(known) if known else None
        is_closed = link_id in closed
        status: Status = "closed" if is_closed else "open" if link_id in present else "planned"
        if status == "planned" and row["closes"] and not row["opens"]:
            status = "closed"
        ends = (names[row["from_node"]], names[row["to_node"]])
        gauge = row["gauge_mm"]
        links.append(
            MapLink(
                link_id=str(link_id),
                name=f"{ends[0]}–{ends[1]}",
                mode=row["mode"],
                coordinates=[
                    (round(x, 4), round(map_latitude(y), 4)) for x, y in row["geometry"].coords
                ],
                gauge_mm=int(gauge) if gauge == gauge else None,
                corridor=row["corridor"],
                ends=ends,
                status=status,
                closed_in=("after",) if is_closed else (),
                length_km=float(row["length_km"]),
                hours=float(row["hours"]) if row["hours"] == row["hours"] else None,
                made=row["made"],
                note=row["note"],
                flows={state: f[link_id] for state, f in flows.items() if link_id in f},
                capacities=[MapCapacity(**{k: v for k, v in e.items() if k != "use"}) for e in own],
                use=use,
                sources=sources.get(("links", str(link_id)), ()),
            )
        )
    return links


def _map_nodes(net: Network, shortfall: Mapping[str, pd.DataFrame]) -> list[MapNode]:
    sources = _sources(net)
    unserved: dict[str, dict[str, dict[str, dict[str, float]]]] = {"origin": {}, "destination": {}}
    for state, table in shortfall.items():
        short = table[table["shortfall_t_per_day"] > _TRACE]
        for end, found in unserved.items():
            grouped = short.groupby([end, "cargo"])["shortfall_t_per_day"].sum()
            for (node, cargo), tonnes in grouped.items():
                found.setdefault(node, {}).setdefault(state, {})[cargo] = float(tonnes)
    return [
        MapNode(
            node_id=row["node_id"],
            name=row["name"],
            kind=row["kind"],
            country=row["country"],
            lat=round(map_latitude(float(row["lat"])), 4),
            lon=map_longitude(float(row["lon"]), net.map_edge),
            unserved_from=unserved["origin"].get(row["node_id"], {}),
            unserved_to=unserved["destination"].get(row["node_id"], {}),
            sources=sources.get(("nodes", row["node_id"]), ()),
        )
        for row in rows_of(net.whole.tables["nodes"])
    ]


def _sources(net: Network) -> dict[tuple[str, str], tuple[MapSource, ...]]:
    """Return the publications behind each link and node, and behind the limits of a link."""
    tables = net.whole.tables
    columns = ("source_id", "publisher", "title", "date")
    known = {name: said for name, *said in _rows(tables["sources"], columns)}
    of_capacity: dict[str, list[str]] = defaultdict(list)
    for capacity, link in _rows(tables["capacity_members"], ("capacity_id", "link_id")):
        if link:
            of_capacity[capacity].append(link)
    found: dict[tuple[str, str], dict[tuple[str, str], MapSource]] = defaultdict(dict)
    columns = ("table", "row", "source_id", "confidence")
    for table, key, source_id, grade in _rows(tables["provenance"], columns):
        if table not in _DRAWN:
            continue
        publisher, title, date = known[source_id]
        entry = MapSource(publisher, title, date, grade)
        targets = [(table, key)]
        if table == "capacities":
            targets = [("links", link) for link in of_capacity[key.split("/")[0]]]
        for target in targets:
            found[target].setdefault((source_id, grade), entry)
    return {target: tuple(list(v.values())[:_FEW_SOURCES]) for target, v in found.items()}


def _rows(frame: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Return some columns of a table row by row, as plain values."""
    return zip(*(frame[name].to_numpy().tolist() for name in columns), strict=True)
