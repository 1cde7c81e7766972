"""The data of a flow map as the table of numbers that its page carries.

The geometry stands in it once, whatever the number of states; flows are rows of
numbers beside it. `corridors/assets/flowmap/*.js` reads exactly this.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from corridors.maps.basemap import DIGITS, rounded
from corridors.maps.data import (
    FlowMapData,
    LinkFlow,
    MapCapacity,
    MapLink,
    MapNode,
    MapSource,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["payload"]

_NOTHING = LinkFlow()


def payload(data: FlowMapData, countries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Turn the data of a map into plain lists for its page.

    Parameters
    ----------
    data
        What to show; already checked.
    countries
        What to draw under it, from `basemap.countries`.

    Returns
    -------
    dict
        Only lists, dicts, texts, numbers and None.
    """
    cargo = _cargo(data)
    described: list[MapLink | MapNode] = [*data.links, *data.nodes]
    sources = sorted({source for item in described for source in item.sources}, key=_source_key)
    source_rank = {source: rank for rank, source in enumerate(sources)}
    limits = _Limits(data.states)
    links = [
        _link(link, data.states, cargo, limits, source_rank)
        for link in sorted(data.links, key=lambda link: link.link_id)
    ]
    rank = {link["id"]: index for index, link in enumerate(links)}
    nodes = [
        _node(node, data.states, cargo, source_rank)
        for node in sorted(data.nodes, key=lambda node: node.node_id)
    ]
    return {
        "states": [
            data.state_labels.get(state, state[:1].upper() + state[1:]) for state in data.states
        ],
        "first": _first(data),
        "cargo": [data.cargo_labels.get(name, name) for name in cargo],
        "products": _products(data, cargo),
        "links": links,
        "nodes": nodes,
        "demands": _demands(data, cargo, nodes),
        "limits": limits.rows,
        "sources": [[s.publisher, s.title, s.date, s.confidence] for s in sources],
        "focus": sorted(rank[link_id] for link_id in set(data.focus)),
        "countries": list(countries),
        "credits": list(data.owed_to),
    }


class _Limits:
    """Every capacity once, however many links share it."""

    def __init__(self, states: tuple[str, ...]) -> None:
        self.rows: list[list[Any]] = []
        self._states = states
        self._ranks: dict[str, int] = {}

    def rank(self, capacity: MapCapacity) -> int:
        row = [
            capacity.name,
            capacity.unit,
            [_number(capacity.amount_in(state)) for state in self._states],
            [_number(capacity.used.get(state)) for state in self._states],
            [_number(capacity.price.get(state)) for state in self._states],
            int(capacity.inferred),
        ]
        if capacity.worth:
            row.append([_number(capacity.worth.get(state)) for state in self._states])
        key = repr(row)
        if key not in self._ranks:
            self._ranks[key] = len(self.rows)
            self.rows.append(row)
        return self._ranks[key]


def _cargo(data: FlowMapData) -> list[str]:
    """Return the cargoes that flow or are not served anywhere, sorted."""
    found: set[str] = set()
    for link in data.links:
        for flow in link.flows.values():
            found.update(flow.forward, flow.backward)
    for node in data.nodes:
        for by_state in (node.unserved_from, node.unserved_to):
            found.update(*by_state.values())
    found.update(one.cargo for one in data.demands)
    return sorted(found)


def _products(data: FlowMapData, cargo: Sequence[str]) -> list[list[Any]]:
    """Return the products of which there are several cargoes: [name, ranks of the cargoes]."""
    by_product: dict[str, list[int]] = {}
    for rank, name in enumerate(cargo):
        by_product.setdefault(data.products.get(name) or name, []).append(rank)
    return [[name, ranks] for name, ranks in sorted(by_product.items()) if len(ranks) > 1]


def _demands(
    data: FlowMapData, cargo: Sequence[str], nodes: Sequence[Mapping[str, Any]]
) -> list[list[Any]]:
    """Return who is hit: [id, rank of origin, of destination, of cargo, wanted, unserved, ...].

    The last is a name, for those that have one.
    """
    place = {node["id"]: rank for rank, node in enumerate(nodes)}
    return [
        [
            one.demand_id,
            place[one.origin],
            place[one.destination],
            cargo.index(one.cargo),
            [_number(one.wanted.get(state, 0.0)) for state in data.states],
            [_number(one.unserved.get(state, 0.0)) for state in data.states],
            _number(one.rerouted),
            _number(one.added_hours),
            *([one.name] if one.name else []),
        ]
        for one in sorted(data.demands, key=lambda one: one.demand_id)
    ]


def _node(
    node: MapNode,
    states: Sequence[str],
    cargo: Sequence[str],
    source_rank: Mapping[MapSource, int],
) -> dict[str, Any]:
    return {
        "id": node.node_id,
        "name": node.name,
        "kind": node.kind,
        "country": node.country,
        "at": [round(node.lon, DIGITS), round(node.lat, DIGITS)],
        "from": _by_state(node.unserved_from, states, cargo),
        "to": _by_state(node.unserved_to, states, cargo),
        "note": node.note,
        "sources": sorted(source_rank[source] for source in set(node.sources)),
    }


def _link(
    link: MapLink,
    states: tuple[str, ...],
    cargo: Sequence[str],
    limits: _Limits,
    source_rank: Mapping[MapSource, int],
) -> dict[str, Any]:
    flows = [link.flows.get(state, _NOTHING) for state in states]
    for_good = link.status == "closed" and not link.closed_in
    closed = set(states if for_good else link.closed_in)
    return {
        "id": link.link_id,
        "name": link.name,
        "mode": link.mode,
        "gauge": link.gauge_mm,
        "corridor": link.corridor,
        "ends": list(link.ends),
        "planned": int(link.status == "planned"),
        "closed": [int(state in closed) for state in states],
        "km": _number(link.length_km),
        "hours": _number(link.hours),
        "made": link.made,
        "note": link.note,
        "line": rounded(link.coordinates, DIGITS),
        "forward": [_amounts(flow.forward, cargo) for flow in flows],
        "backward": [_amounts(flow.backward, cargo) for flow in flows],
        "use": [_number(link.use.get(state)) for state in states],
        "limits": [limits.rank(capacity) for capacity in link.capacities],
        "sources": sorted(source_rank[source] for source in set(link.sources)),
    }


def _amounts(amounts: Mapping[str, float], cargo: Sequence[str]) -> list[list[float]]:
    """Return [rank of the cargo, t/day] where there is any."""
    return [
        [index, value]
        for index, name in enumerate(cargo)
        if name in amounts and (value := _number(amounts[name]))
    ]


def _by_state(
    amounts: Mapping[str, Mapping[str, float]], states: Iterable[str], cargo: Sequence[str]
) -> list[list[list[float]]]:
    return [_amounts(amounts.get(state, {}), cargo) for state in states]


def _number(value: float | None) -> float | None:
    """Shorten a number to six digits; a number that is none becomes None."""
    if value is None or not math.isfinite(value):
        return None
    short = float(f"{value:.6g}")
    return int(short) if short.is_integer() else short


def _first(data: FlowMapData) -> int:
    """Return the rank of the state shown first; one past the last is the difference."""
    if not data.first_state:
        return len(data.states) - 1
    return (*data.states, "difference").index(data.first_state)


def _source_key(source: MapSource) -> tuple[str, str, str, str]:
    return source.publisher, source.title, source.date, source.confidence
