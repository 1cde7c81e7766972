"""Places that a limit can be about, and what is known of each.

A *place* is what one limit is about: the links of one mode between two nodes (two
gauges on one bridge are one place), the sea lanes of a port, or a transfer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from corridors.network.reading.cells import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridors.network.limits.coverage import Directed
    from corridors.network.network import Network


@dataclass(frozen=True)
class Place:
    """What one limit is about.

    Attributes
    ----------
    place_id, name
        Of the limit, without its prefix.
    members
        Links or transfers, each with the number of its direction that counts as
        the place's forward one.
    traits
        What rules ask for, by key of `KEYS`.
    """

    place_id: str
    name: str
    members: tuple[Directed, ...]
    traits: dict[str, frozenset[str]]

    @cached_property
    def directed(self) -> tuple[tuple[Directed, ...], tuple[Directed, ...]]:
        """Members in the forward and in the backward direction of the place."""
        back = tuple((kind, name, 1 - d) for kind, name, d in self.members)
        return self.members, back


def places(net: Network) -> list[Place]:
    """Return every place that can have a limit of its own, by id: links, ports, transfers."""
    return [*_line_places(net), *_ports(net), *_transfer_places(net)]


def _line_places(net: Network) -> list[Place]:
    """Return the links of one mode between two nodes as one place, named by the first of them."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    links = net.tables["links"].assign(border=net.borders).sort_values("link_id")
    for row in rows_of(links):
        key = (row["mode"], *sorted((row["from_node"], row["to_node"])))
        groups.setdefault(key, []).append(row)
    found = []
    for rows in groups.values():
        first = rows[0]
        ends = (first["from_node"], first["to_node"])
        members = tuple(
            ("link", row["link_id"], int(row["from_node"] != first["from_node"])) for row in rows
        )
        traits = {
            "of": frozenset({"link"}),
            "mode": frozenset({first["mode"]}),
            "gauge_mm": frozenset(_whole(row["gauge_mm"]) for row in rows),
            "tracks": frozenset(_whole(row["tracks"]) for row in rows),
            "electrified": frozenset(row["electrified"] for row in rows),
            "corridor": frozenset(row["corridor"] for row in rows),
            "border": frozenset({"yes" if first["border"] else "no"}),
            **_traits_of_nodes(net, ends),
        }
        name = f"{net.link_name(first['link_id'])} by {first['mode']}"
        found.append(Place(first["link_id"], name, members, traits))
    return found


def port_nodes(net: Network) -> frozenset[str]:
    """Return the ports: nodes where something can change to a ship, or start as one."""
    nodes, changes = net.tables["nodes"], net.tables["transfers"]
    at_sea = (changes["from_mode"] == "sea") | (changes["to_mode"] == "sea")
    ports = set(changes["node_id"][at_sea]) | set(nodes["node_id"][nodes["kind"] == "port"])
    lanes = net.tables["links"]
    lanes = lanes[lanes["mode"] == "sea"]
    return frozenset(ports & (set(lanes["from_node"]) | set(lanes["to_node"])))


def _ports(net: Network) -> list[Place]:
    nodes = net.tables["nodes"].set_index("node_id")
    lanes = net.tables["links"]
    lanes = lanes[lanes["mode"] == "sea"].sort_values("link_id")
    found = []
    for node in sorted(port_nodes(net)):
        own = lanes[(lanes["from_node"] == node) | (lanes["to_node"] == node)]
        members = tuple(
            ("link", link, 0 if to == node else 1)
            for link, to in zip(own["link_id"], own["to_node"], strict=True)
        )
        traits = {"of": frozenset({"port"}), **_traits_of_nodes(net, (node,))}
        found.append(Place(f"{node}.port", f"{nodes['name'][node]}, by sea", members, traits))
    return found


def _transfer_places(net: Network) -> list[Place]:
    found = []
    for row in rows_of(net.tables["transfers"].sort_values("transfer_id")):
        traits = {
            "of": frozenset({"transfer"}),
            "from_mode": frozenset({row["from_mode"]}),
            "to_mode": frozenset({row["to_mode"]}),
            **_traits_of_nodes(net, (row["node_id"],)),
        }
        sides = [
            f"{row[f'{side}_mode']} {_whole(row[f'{side}_gauge_mm'])}".strip()
            for side in ("from", "to")
        ]
        name = f"{net.node_names[row['node_id']]}, {sides[0]} to {sides[1]}"
        member = ("transfer", row["transfer_id"], 0)
        found.append(Place(row["transfer_id"], name, (member,), traits))
    return found


def _traits_of_nodes(net: Network, nodes: Iterable[str]) -> dict[str, frozenset[str]]:
    kinds = dict(zip(net.tables["nodes"]["node_id"], net.tables["nodes"]["kind"], strict=True))
    return {
        "country": frozenset(net.country_of[node] for node in nodes),
        "node": frozenset(nodes),
        "kind": frozenset(kinds[node] for node in nodes),
    }


def _whole(value: float) -> str:
    return str(int(value)) if value == value else ""
