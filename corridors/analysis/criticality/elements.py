"""Elements that can be lost: links, nodes, borders, chokepoints, countries, capacities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import ScenarioError, UnknownIdError, nearest
from corridors.network.arcs import LINK
from corridors.scenarios.selectors import select

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from corridors.network.network import Network
    from corridors.scenarios.state import NetworkState

KINDS = ("link", "node", "border", "chokepoint", "country", "capacity")
"""Kinds of elements."""

USUAL = ("link", "node", "border", "chokepoint")
"""Kinds that are looked at unless others are asked for."""


@dataclass(frozen=True, eq=False)
class NetworkElement:
    """An element of the network that can be closed.

    Attributes
    ----------
    kind, element_id, name
        As the tables have them; a border's id is its country pair.
    arcs
        Arcs of the situation that are gone when it is closed, ascending.
    """

    kind: str
    element_id: str
    name: str
    arcs: NDArray[np.int64]

    @property
    def key(self) -> str:
        """Kind and id, as `find_elements` takes them."""
        return f"{self.kind}:{self.element_id}"


def find_elements(state: NetworkState, of: str | Iterable[str] = USUAL) -> list[NetworkElement]:
    """Return the elements of some kinds that are there on the situation's day.

    Parameters
    ----------
    state
        The situation.
    of
        Kinds of `KINDS`, or single elements such as ``"border:BY-PL"``.

    Returns
    -------
    list of NetworkElement
        In the order of the kinds and ids, each once. What has no open arc on
        the day is left out: it cannot be lost.

    Raises
    ------
    UnknownIdError
        Where a kind or an element is unknown.
    """
    wanted = [of] if isinstance(of, str) else list(of)
    if not wanted:
        msg = f"no kind of element is named; valid are {', '.join(KINDS)}"
        raise UnknownIdError(msg)
    found: dict[str, NetworkElement] = {}
    for entry in wanted:
        kind, colon, only = entry.partition(":")
        if kind not in KINDS:
            hint = bearing(state.net, entry) or nearest(kind, KINDS)
            msg = f"no kind of element {kind!r}{hint}"
            raise UnknownIdError(msg)
        names = _names(state.net, kind, every=bool(colon))
        if colon and kind == "border":
            only = "-".join(sorted(only.split("-")))
        if colon and only not in names:
            msg = f"no {kind} {only!r}{nearest(only, names)}"
            raise UnknownIdError(msg)
        ids = [only] if colon else sorted(names)
        for element_id, arcs in _arcs(state, kind, ids).items():
            if len(arcs):
                element = NetworkElement(kind, element_id, names[element_id], arcs)
                found[element.key] = element
    return sorted(found.values(), key=lambda t: (KINDS.index(t.kind), t.element_id))


def bearing(net: Network, name: str) -> str:
    """Return a hint at the elements that bear an id whose kind was left out; empty for none.

    Parameters
    ----------
    net
        The network.
    name
        What stood where an element such as ``border:BY-PL`` was expected.
    """
    known = {kind: _names(net, kind, every=True) for kind in KINDS}
    turned = "-".join(sorted(name.split("-")))
    found = [
        f"{kind}:{own}"
        for kind in KINDS
        for own in dict.fromkeys((turned, name) if kind == "border" else (name,))
        if own in known[kind]
    ]
    return f"; did you mean {', '.join(found)}?" if found else ""


def _names(net: Network, kind: str, *, every: bool) -> dict[str, str]:
    """Return the names of the elements of a kind by id.

    Countries that sea lanes alone join have a border only where it is asked for, and
    what a rule has inferred is a capacity only then: to close it is to close its link.
    """
    tables = net.tables
    if kind == "link":
        return {str(i): net.link_name(str(i)) for i in tables["links"]["link_id"]}
    if kind == "node":
        return net.node_names
    if kind == "border":
        return {
            str(b): "–".join(str(b).split("-"))
            for b in (net.borders if every else net.land_borders)
            if b
        }
    if kind == "country":
        return {str(c): str(c) for c in tables["nodes"]["country"]}
    table, column = {
        "chokepoint": ("chokepoints", "chokepoint"),
        "capacity": ("capacities", "capacity_id"),
    }[kind]
    frame = tables[table].drop_duplicates(column)
    if kind == "capacity" and not every:
        frame = frame[frame["rule"] == ""]
    return dict(zip(frame[column], frame["name"], strict=True))


def _arcs(state: NetworkState, kind: str, ids: list[str]) -> dict[str, NDArray[np.int64]]:
    """Return the open arcs of elements by id."""
    there = ~state.problem.closed
    if kind == "link":
        of_link: dict[str, list[int]] = {}
        for arc in np.flatnonzero(state.arcs.arc_type == LINK).tolist():
            of_link.setdefault(state.arcs.ids[arc], []).append(arc)
        return {i: _open(of_link.get(i, []), there) for i in ids}
    if kind == "node":
        return {i: _open(arcs, there) for i, arcs in _arcs_of_nodes(state, ids).items()}
    found = {}
    for element_id in ids:
        value: Any = element_id.split("-") if kind == "border" else element_id
        try:
            chosen = select(state.net, {kind: value}, state.net.folder)
        except ScenarioError:
            if kind == "chokepoint":
                raise
            # A country without links and a capacity without members match nothing.
            found[element_id] = np.empty(0, dtype=np.int64)
            continue
        found[element_id] = np.flatnonzero(state.arcs.select(chosen) & there)
    return found


def _open(arcs: list[int], there: NDArray[np.bool_]) -> NDArray[np.int64]:
    numbers = np.array(sorted(set(arcs)), dtype=np.int64)
    return numbers[there[numbers]]


def _arcs_of_nodes(state: NetworkState, ids: list[str]) -> dict[str, list[int]]:
    """Return the links that touch each node and the transfers at it.

    The same arcs as ``select(net, {"node": ...})``, without a pass over the
    tables for every node.
    """
    arcs = state.arcs
    found: dict[str, list[int]] = {i: [] for i in ids}
    for arc in np.flatnonzero(arcs.is_real).tolist():
        for node in arcs.node_of[[arcs.tail[arc], arcs.head[arc]]]:
            if node in found:
                found[node].append(arc)
    return found
