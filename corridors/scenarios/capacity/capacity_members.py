"""What the capacities of a network count on its arcs, looked up once for all days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from corridors.network.arcs import DIRECTIONS, LINK, TRANSFER, Arcs
from corridors.network.loads import DRIVER_DAY, conversion, days_on
from corridors.network.reading.cells import rows_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.network.network import Network

_MEMBERS: WeakKeyDictionary[Network, CapacityMembers] = WeakKeyDictionary()

Counted = tuple["NDArray[np.int64]", "NDArray[np.int64]", "NDArray[np.float64]"]
"""Arc, class, and units that one unit of the class takes, of all that a limit counts."""


def members_of(net: Network, arcs: Arcs) -> CapacityMembers:
    """Return what the capacities of a network count on arcs, kept from when it was last asked."""
    whole = net.whole
    kept = _MEMBERS.get(whole)
    if kept is None or kept.arcs is not arcs:
        like = None if whole.like is None else _MEMBERS.get(whole.like)
        kept = _MEMBERS[whole] = CapacityMembers(whole, arcs, like)
    return kept


class CapacityMembers:
    """The members of capacities as arcs and classes; none depends on the day.

    Parameters
    ----------
    net
        The network of all of time; it is not kept.
    arcs
        Its arcs before any event.
    like
        Members of a network that differs by numbers that were drawn alone, if there is one:
        what does not hang on hours is counted as there.

    Attributes
    ----------
    rows
        Members by capacity, as the table has them.
    """

    def __init__(self, net: Network, arcs: Arcs, like: CapacityMembers | None = None) -> None:
        self.arcs = arcs
        self._like = like
        self.rows: dict[str, list[dict[str, Any]]] = {} if like is None else like.rows
        if like is None:
            for member in rows_of(net.tables["capacity_members"]):
                self.rows.setdefault(member["capacity_id"], []).append(member)
        self._units: dict[str, NDArray[np.float64]] = {}
        self._counted: dict[tuple[str, str, str], Counted] = {}

    def counted(self, net: Network, capacity: str, unit: str, side: str) -> Counted:
        """Return what a capacity counts, in a direction or, where that is empty, in both.

        The arrays are shared by all days and cannot be written to.
        """
        if self._like is not None and unit != DRIVER_DAY:
            return self._like.counted(net, capacity, unit, side)
        key = (capacity, unit, side)
        if key not in self._counted:
            if unit not in self._units:
                by_arc = _units_by_arc(self.arcs, conversion(net, self.arcs.cargo, unit))
                usable = np.where(np.isfinite(self.arcs.usd), by_arc, np.nan)
                self._units[unit] = usable * days_on(self.arcs.hours, unit)
            units = self._units[unit]
            rows = self.rows.get(capacity, [])
            # What is listed twice counts once.
            entries = sorted({e for row in rows for e in _entries(row, side, self.arcs, units)})
            found = (
                np.array([e[0] for e in entries], dtype=np.int64),
                np.array([e[1] for e in entries], dtype=np.int64),
                np.array([e[2] for e in entries], dtype=np.float64),
            )
            for array in found:
                array.flags.writeable = False
            self._counted[key] = found
        return self._counted[key]


def _entries(
    member: dict[str, Any], side: str, arcs: Arcs, units: NDArray[np.float64]
) -> list[tuple[int, int, float]]:
    """Return arc, class and factor of what a member counts; `units` is NaN where nothing does."""
    link = member["link_id"]
    kind, key = (LINK, link) if link else (TRANSFER, member["transfer_id"])
    own = member["direction"]
    if side:
        along = 1 if own == "backward" else 0
        directions = [along if side == "forward" else 1 - along]
    else:
        directions = [0, 1] if own == "both" else [DIRECTIONS.index(own)]
    only = set(filter(None, member["cargo"].split(";")))
    entries = []
    for direction in directions:
        arc = arcs.number_of.get((kind, key, direction))
        if arc is None:
            continue
        for c, factor in enumerate(units[:, arc].tolist()):
            # What takes no time takes no driver-day.
            if factor > 0 and (not only or arcs.cargo[c] in only):
                entries.append((arc, c, factor))
    return entries


def _units_by_arc(arcs: Arcs, units: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return what `units_on_arc` does of all arcs at once, shape (C, A)."""
    number: dict[tuple[str, ...], int] = {}
    of_arc = [number.setdefault(modes, len(number)) for modes in arcs.mode]
    columns = np.full((len(arcs.cargo), len(number)), np.nan)
    for modes, i in number.items():
        for mode in modes:
            columns[:, i] = np.where(np.isnan(columns[:, i]), units[mode], columns[:, i])
    return np.asarray(columns[:, of_arc], dtype=np.float64)
