"""What a selector names in a network's tables, looked up once for all selectors."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.network.network import Network


def rows_of(net: Network) -> NamedRows:
    """Return the rows of a network by what selectors name, kept from when it was last asked."""
    if net not in _ROWS:
        _ROWS[net] = NamedRows(net.tables, net.country_of)
    return _ROWS[net]


class NamedRows:
    """Rows of a network's tables by ids, countries and capacities.

    A network is never edited, so whatever is found holds for good.

    Parameters
    ----------
    tables
        The tables of a network, which itself is not kept.
    country_of
        Country of each node.

    Attributes
    ----------
    selected
        What selectors without areas were found to mean, by their text.
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame], country_of: Mapping[str, str]) -> None:
        self._tables = tables
        self._country_of = country_of
        self._values: dict[tuple[str, str], frozenset[str]] = {}
        self.selected: dict[str, Any] = {}

    def values(self, table: str, column: str) -> frozenset[str]:
        """Return what stands in a column of a table."""
        key = (table, column)
        if key not in self._values:
            self._values[key] = frozenset(self._tables[table][column])
        return self._values[key]

    @cached_property
    def usable(self) -> NDArray[np.bool_]:
        """Whether each link may be used in each direction, shape (L, 2); not to be written to."""
        both = (self._tables["links"]["direction"] == "both").to_numpy()
        found = np.stack([np.ones_like(both), both], axis=1)
        found.flags.writeable = False
        return found

    @cached_property
    def has_areas(self) -> bool:
        """Whether any chokepoint is an area, which may stand in a file that changes."""
        return any("within" in text for text in self._tables["chokepoints"]["selector"])

    @cached_property
    def link_countries(self) -> list[frozenset[str]]:
        """Countries that each link starts in, crosses and ends in; an empty text may be among."""
        links = self._tables["links"]
        return [
            frozenset((self._country_of[a], self._country_of[b], *via.split(";")))
            for a, b, via in zip(
                links["from_node"], links["to_node"], links["via_countries"], strict=True
            )
        ]

    @cached_property
    def crossed(self) -> frozenset[str]:
        """Countries that links say they cross."""
        texts = self._tables["links"]["via_countries"]
        return frozenset(c for via in texts for c in via.split(";") if c)

    @cached_property
    def transfer_countries(self) -> list[str]:
        """Country of each transfer."""
        return [self._country_of[n] for n in self._tables["transfers"]["node_id"]]

    @cached_property
    def number_of(self) -> dict[str, dict[Any, int]]:
        """Number of each row by its id, of links and of transfers."""
        return {
            name: {key: i for i, key in enumerate(self._tables[f"{name}s"][f"{name}_id"])}
            for name in ("link", "transfer")
        }

    @cached_property
    def members(self) -> dict[str, list[dict[str, str]]]:
        """Members of each capacity that has any, as the table has them."""
        found: dict[str, list[dict[str, str]]] = {}
        for member in self._tables["capacity_members"].to_dict("records"):
            found.setdefault(member["capacity_id"], []).append(member)
        return found

    @cached_property
    def per_direction(self) -> dict[str, bool]:
        """Whether the amount of each capacity holds for each direction on its own."""
        capacities = self._tables["capacities"]
        each = capacities["per_direction"] == "yes"
        return dict(zip(capacities["capacity_id"], each, strict=True))


_ROWS: WeakKeyDictionary[Network, NamedRows] = WeakKeyDictionary()
