"""What a selector means: which directed links and transfers an event is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from corridors.errors import ScenarioError, nearest
from corridors.network.reading.areas import read_area
from corridors.network.reading.country_codes import code_hint
from corridors.network.reading.yaml_lines import value_of
from corridors.network.schema import MODES
from corridors.scenarios.named_rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from numpy.typing import NDArray

    from corridors.network.network import Network

KEYS = (
    "link",
    "node",
    "border",
    "country",
    "corridor",
    "mode",
    "chokepoint",
    "capacity",
    "transfer",
    "within",
    "direction",
)
"""Keys that a selector may have; those given are combined by and."""

_MOST_SELECTED = 512
"""Selections that are kept for each network."""


@dataclass(frozen=True, eq=False)
class Selection:
    """Directed links and transfers, as masks over the rows of a network's tables.

    Attributes
    ----------
    links
        Shape (L, 2): forward and backward direction of each link.
    transfers
        Shape (T, 2).
    """

    links: NDArray[np.bool_]
    transfers: NDArray[np.bool_]

    def __and__(self, other: Selection) -> Selection:
        return Selection(self.links & other.links, self.transfers & other.transfers)

    def __or__(self, other: Selection) -> Selection:
        return Selection(self.links | other.links, self.transfers | other.transfers)

    def __bool__(self) -> bool:
        return bool(self.links.any() or self.transfers.any())


def select(
    net: Network,
    selector: dict[str, Any],
    folder: Path | None = None,
    *,
    inside: dict[str, Selection | None] | None = None,
) -> Selection:
    """Return what a selector matches.

    Parameters
    ----------
    net
        The network; of all of time, so that planned links can be selected too.
    selector
        Keys of `KEYS` with a name or a list of names. Several names of one key
        are combined by or, several keys by and.
    folder
        Where a relative path in ``within`` starts; the working folder if None.
    inside
        Chokepoints met on the way here, each with what it selects, or None while
        that is being found out.

    Returns
    -------
    Selection

    Raises
    ------
    ScenarioError
        Where a key or name is unknown, or nothing is matched.

    Examples
    --------
    >>> import corridors as co
    >>> from corridors.scenarios.selectors import select
    >>> bool(select(co.load(), {"border": ["PL", "BY"], "mode": "rail"}))
    True
    """
    # A network that was drawn from another has the same rows, by which all is chosen.
    net = net.like or net
    rows, key = rows_of(net), repr(selector)
    kept = inside is None and "within" not in key and not rows.has_areas
    if kept and key in rows.selected:
        found: Selection = rows.selected[key]
        return found
    found = _selected(net, selector, folder, inside)
    if kept and len(rows.selected) < _MOST_SELECTED:
        for mask in (found.links, found.transfers):
            mask.flags.writeable = False
        rows.selected[key] = found
    return found


def _selected(
    net: Network,
    selector: dict[str, Any],
    folder: Path | None,
    inside: dict[str, Selection | None] | None,
) -> Selection:
    """Work out what `select` returns."""
    if not selector:
        msg = f"a selector is empty; it needs at least one of {', '.join(KEYS)}"
        raise ScenarioError(msg)
    n_links, n_transfers = len(net.tables["links"]), len(net.tables["transfers"])
    result = Selection(
        np.ones((n_links, 2), dtype=np.bool_), np.ones((n_transfers, 2), dtype=np.bool_)
    )
    for key, value in selector.items():
        if key not in KEYS:
            msg = f"unknown selector {key!r}{nearest(key, KEYS)}"
            raise ScenarioError(msg)
        if key == "chokepoint":
            found = _by_chokepoint(net, value, folder, {} if inside is None else inside)
        else:
            found = _ONE[key](net, value, folder)
        result = result & found
    result = Selection(result.links & rows_of(net).usable, result.transfers)
    if not result:
        msg = f"{describe(selector)} matches nothing{_why_nothing(net, selector)}"
        raise ScenarioError(msg)
    return result


def describe(selector: dict[str, Any]) -> str:
    """Return a selector as a scenario writes it.

    Examples
    --------
    >>> describe({"border": ["PL", "BY"], "mode": "rail"})
    '{border: [PL, BY], mode: rail}'
    """
    text = yaml.safe_dump(selector, default_flow_style=True, sort_keys=False, width=1000)
    return str(text).strip()


def names_in(value: Any) -> list[str]:
    """Return the names that a key of a selector holds, one or several."""
    return [str(v) for v in value] if isinstance(value, list | tuple) else [str(value)]


def _known(what: str, names: list[str], known: AbstractSet[str]) -> None:
    for name in names:
        if name not in known:
            hint = code_hint(name, known) if what == "country" else nearest(name, known)
            msg = f"no {what} {name!r}{hint}"
            raise ScenarioError(msg)


def _pair(mask: Any) -> NDArray[np.bool_]:
    column = np.asarray(mask, dtype=np.bool_)
    return np.stack([column, column], axis=1)


def _none(net: Network) -> Selection:
    return Selection(
        np.zeros((len(net.tables["links"]), 2), dtype=np.bool_),
        np.zeros((len(net.tables["transfers"]), 2), dtype=np.bool_),
    )


def _by_link(net: Network, value: Any, _: Path | None) -> Selection:
    links = net.tables["links"]
    _known("link", names_in(value), rows_of(net).values("links", "link_id"))
    return Selection(_pair(links["link_id"].isin(names_in(value))), _none(net).transfers)


def _by_transfer(net: Network, value: Any, _: Path | None) -> Selection:
    transfers = net.tables["transfers"]
    _known("transfer", names_in(value), rows_of(net).values("transfers", "transfer_id"))
    return Selection(_none(net).links, _pair(transfers["transfer_id"].isin(names_in(value))))


def _by_node(net: Network, value: Any, _: Path | None) -> Selection:
    names = names_in(value)
    _known("node", names, rows_of(net).values("nodes", "node_id"))
    links = net.tables["links"]
    touches = links["from_node"].isin(names) | links["to_node"].isin(names)
    return Selection(_pair(touches), _pair(net.tables["transfers"]["node_id"].isin(names)))


def _by_border(net: Network, value: Any, _: Path | None) -> Selection:
    names = names_in(value)
    if len(names) != 2 or names[0] == names[1]:
        msg = f"border: saw {value!r}, expected two different countries such as [PL, BY]"
        raise ScenarioError(msg)
    _known("country", names, rows_of(net).values("nodes", "country"))
    pair = "-".join(sorted(names))
    crosses = (net.borders == pair).to_numpy()
    if not crosses.any():
        near = sorted(b for b in set(net.borders) if b and set(b.split("-")) & set(names))
        msg = f"no link crosses the border {pair}; borders there: {', '.join(near) or 'none'}"
        raise ScenarioError(msg)
    return Selection(_pair(crosses), _none(net).transfers)


def _by_country(net: Network, value: Any, _: Path | None) -> Selection:
    names = names_in(value)
    rows = rows_of(net)
    _known("country", names, rows.crossed | rows.values("nodes", "country"))
    asked = set(names)
    touches = [not asked.isdisjoint(own) for own in rows.link_countries]
    transfers = [own in asked for own in rows.transfer_countries]
    return Selection(_pair(touches), _pair(transfers))


def _by_corridor(net: Network, value: Any, _: Path | None) -> Selection:
    corridor = net.tables["links"]["corridor"]
    _known("corridor", names_in(value), rows_of(net).values("links", "corridor") - {""})
    return Selection(_pair(corridor.isin(names_in(value))), _none(net).transfers)


def _by_mode(net: Network, value: Any, _: Path | None) -> Selection:
    names = names_in(value)
    _known("mode", names, set(MODES))
    transfers = net.tables["transfers"]
    changes = transfers["from_mode"].isin(names) | transfers["to_mode"].isin(names)
    return Selection(_pair(net.tables["links"]["mode"].isin(names)), _pair(changes))


def _by_chokepoint(
    net: Network,
    value: Any,
    folder: Path | None,
    inside: dict[str, Selection | None] | None = None,
) -> Selection:
    known = {} if inside is None else inside
    chokepoints = net.tables["chokepoints"]
    _known("chokepoint", names_in(value), rows_of(net).values("chokepoints", "chokepoint"))
    result = _none(net)
    for name in dict.fromkeys(names_in(value)):
        if name not in known:
            known[name] = None
            total = _none(net)
            # A chokepoint may have several rows.
            for text in chokepoints.loc[chokepoints["chokepoint"] == name, "selector"]:
                total = total | select(net, _selector_in(name, text), folder, inside=known)
            known[name] = total
        found = known[name]
        if found is None:
            chain = ", ".join(n for n, found in known.items() if found is None)
            msg = f"chokepoint {name!r} is made of itself: {chain}"
            raise ScenarioError(msg)
        result = result | found
    return result


def _selector_in(name: str, text: str) -> dict[str, Any]:
    """Return the selector of a chokepoint's row."""
    try:
        selector = value_of(text)
    except ValueError as error:
        msg = f"chokepoint {name!r}: {error}"
        raise ScenarioError(msg) from None
    if not isinstance(selector, dict):
        msg = f"chokepoint {name!r}: saw {text!r}, expected a mapping such as {{border: [PL, BY]}}"
        raise ScenarioError(msg)
    return selector


def _by_capacity(net: Network, value: Any, _: Path | None) -> Selection:
    rows = rows_of(net)
    _known("capacity", names_in(value), rows.values("capacities", "capacity_id"))
    found = _none(net)
    masks = {"link": found.links, "transfer": found.transfers}
    for capacity in set(names_in(value)):
        for member in rows.members.get(capacity, ()):
            direction = member["direction"]
            both = rows.per_direction[capacity] or direction == "both"
            for name, mask in masks.items():
                if key := member[f"{name}_id"]:
                    row = rows.number_of[name][key]
                    mask[row, 0] |= both or direction == "forward"
                    mask[row, 1] |= both or direction == "backward"
    return found


def _by_polygon(net: Network, value: Any, folder: Path | None) -> Selection:
    from corridors.network.antimeridian import meets

    area = read_area(value, folder)
    inside = _nodes_inside(net, area)
    links = net.links
    touches = meets(area, links.geometry.to_numpy())
    touches |= links["from_node"].isin(inside).to_numpy() | links["to_node"].isin(inside).to_numpy()
    return Selection(_pair(touches), _pair(net.tables["transfers"]["node_id"].isin(inside)))


def nodes_within(net: Network, value: Any, folder: Path | None) -> set[str]:
    """Return the nodes that lie in polygons, given as `within` has them."""
    return _nodes_inside(net, read_area(value, folder))


def _nodes_inside(net: Network, area: Any) -> set[str]:
    from corridors.network.antimeridian import meets

    nodes = net.nodes
    return set(nodes.index[meets(area, nodes.geometry.to_numpy())])


def _by_direction(net: Network, value: Any, _: Path | None) -> Selection:
    text = str(value).replace(" ", "")
    links = net.tables["links"]
    none = _none(net)
    if text in {"forward", "backward"}:
        column = 0 if text == "forward" else 1
        forward, transfers = none.links, none.transfers
        forward[:, column] = True
        transfers[:, column] = True
        return Selection(forward, transfers)
    first, arrow, last = text.partition(">")
    if not (first and arrow and last):
        msg = f'direction: saw {value!r}, expected countries such as "CN>KZ", forward or backward'
        raise ScenarioError(msg)
    _known("country", [first, last], rows_of(net).values("nodes", "country"))
    start = links["from_node"].map(net.country_of)
    end = links["to_node"].map(net.country_of)
    forward = ((start == first) & (end == last)).to_numpy()
    backward = ((start == last) & (end == first)).to_numpy()
    return Selection(np.stack([forward, backward], axis=1), none.transfers)


def _why_nothing(net: Network, selector: dict[str, Any]) -> str:
    if len(selector) < 2:
        return "; a position is a longitude, then a latitude" if "within" in selector else ""
    parts = []
    for key, value in selector.items():
        count = int(_ONE[key](net, value, None).links.any(axis=1).sum()) if key != "within" else -1
        if count >= 0:
            parts.append(f"{key} alone matches {count} links")
    return f": {', '.join(parts)}, and no link is in all" if parts else ""


_ONE: dict[str, Callable[[Network, Any, Path | None], Selection]] = {
    "link": _by_link,
    "node": _by_node,
    "border": _by_border,
    "country": _by_country,
    "corridor": _by_corridor,
    "mode": _by_mode,
    "chokepoint": _by_chokepoint,
    "capacity": _by_capacity,
    "transfer": _by_transfer,
    "within": _by_polygon,
    "direction": _by_direction,
}
