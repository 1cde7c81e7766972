"""Where on a passage a delay or a charge is felt: once, whatever selects the place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from corridors.network.arcs import ENTRY, LINK, TRANSFER
from corridors.scenarios.selectors import names_in, nodes_within

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from corridors.network.arcs import Arcs
    from corridors.network.network import Network

PLACES = ("node", "country", "corridor", "chokepoint", "within")
"""Keys of a selector that make a place, which is passed; all else is used, each time anew."""


def felt_once(
    net: Network,
    arcs: Arcs,
    there: NDArray[np.bool_],
    chosen: NDArray[np.bool_],
    selector: dict[str, Any],
    folder: Path | None,
) -> NDArray[np.bool_]:
    """Return the arcs of a selection on which a passage is felt, shape (A,).

    A place is felt where cargo comes in: on the link that enters one of its nodes,
    or that crosses it between two nodes outside. Of links in series, such as those
    of a corridor, the first is felt; in the middle of them cargo comes in only where
    another line joins, or where its demand starts. What is selected by `link`,
    `border`, `mode`, `capacity` or `transfer` is felt each time it is used.

    Parameters
    ----------
    net, arcs
        The network and its arcs.
    there
        Arcs that exist on the day, shape (A,).
    chosen
        Arcs that are selected, shape (A,).
    selector, folder
        What selects them, and where its relative paths start.
    """
    if not any(key in selector for key in PLACES) or not (chosen & (arcs.arc_type == LINK)).any():
        return chosen
    start, end = arcs.node_of[arcs.tail], arcs.node_of[arcs.head]
    inside = np.isin(arcs.node_of.astype(str), sorted(nodes_inside(net, selector, folder)))
    is_link = chosen & (arcs.arc_type == LINK)
    neighbours: dict[str, set[str]] = {}
    for a, b in zip(start[is_link], end[is_link], strict=True):
        neighbours.setdefault(a, set()).add(b)
        neighbours.setdefault(b, set()).add(a)
    joint = np.array([len(neighbours.get(node, ())) > 1 for node in arcs.node_of], dtype=np.bool_)
    # Who turns round on a line that is selected has come over it.
    lines = np.isin(arcs.row, arcs.row[is_link]) & (arcs.arc_type == LINK)
    outside = _reached_from_outside(arcs, there & ~chosen & ~lines, ~joint) & ~inside
    felt = chosen & outside[arcs.tail]
    # A joint of the selection may be reached on it as well, where it has been felt already.
    amid = np.zeros_like(joint)
    amid[[*arcs.tail[is_link], *arcs.head[is_link]]] = True
    came = _come_in_beside(arcs, there & ~chosen & ~lines, inside) & ~(joint & amid)
    felt |= chosen & came[arcs.tail] & inside[arcs.head]
    if not felt.any():
        felt = chosen & is_link & ~inside[arcs.head]
    # What starts at a joint has not come over the first link.
    starts = (arcs.arc_type == ENTRY) & joint[arcs.head] & ~outside[arcs.head] & ~inside[arcs.head]
    return np.asarray(felt | starts, dtype=np.bool_)


def _reached_from_outside(
    arcs: Arcs, other: NDArray[np.bool_], ends: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return the places that cargo can come to without the selection, shape (P,).

    Ends of the selection are reached, and so is where a link that is not selected
    leads to, with all that transfers lead on to.
    """
    reached = ends.copy()
    reached[arcs.head[other & (arcs.arc_type == LINK)]] = True
    changes = np.flatnonzero(other & (arcs.arc_type == TRANSFER))
    while True:
        new = arcs.head[changes[reached[arcs.tail[changes]]]]
        if reached[new].all():
            return reached
        reached[new] = True


def _come_in_beside(
    arcs: Arcs, other: NDArray[np.bool_], inside: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return the places inside to which cargo comes from outside without the selection, (P,)."""
    came = np.zeros_like(inside)
    real = np.flatnonzero(other & ((arcs.arc_type == LINK) | (arcs.arc_type == TRANSFER)))
    tail, head = arcs.tail[real], arcs.head[real]
    while True:
        new = head[inside[head] & (came[tail] | ~inside[tail])]
        if came[new].all():
            return came
        came[new] = True


def nodes_inside(net: Network, selector: dict[str, Any], folder: Path | None) -> set[str]:
    """Return the nodes in which cargo is inside what a selector names; none for mere links."""
    found: set[str] | None = None
    for key, value in selector.items():
        if key == "node":
            own = set(names_in(value))
        elif key == "country":
            own = {node for node, country in net.country_of.items() if country in names_in(value)}
        elif key == "within":
            own = nodes_within(net, value, folder)
        elif key == "chokepoint":
            frame = net.tables["chokepoints"]
            texts = frame.loc[frame["chokepoint"].isin(names_in(value)), "selector"]
            own = set().union(*(nodes_inside(net, yaml.safe_load(text), folder) for text in texts))
            if not own:
                continue
        else:
            continue
        found = own if found is None else found & own
    return found or set()
