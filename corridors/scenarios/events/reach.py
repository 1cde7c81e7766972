"""Whom an event can reach: of a charge per box no bulk, of a capacity what it counts alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.network.loads import conversion
from corridors.scenarios.capacity.capacities import units_on_arc
from corridors.scenarios.capacity.capacity_members import CapacityMembers
from corridors.scenarios.quantities import VEHICLES

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from corridors.network.arcs import Arcs
    from corridors.network.network import Network

_PER_BOX = "USD/TEU"
_TRAFFIC = frozenset(VEHICLES.values())


def within_reach(
    net: Network, arcs: Arcs, chosen: NDArray[np.bool_], unit: str, capacities: Collection[str]
) -> NDArray[np.bool_]:
    """Return what of a selection an amount means something for, by class and arc, shape (C, A).

    Parameters
    ----------
    net, arcs
        The network and its arcs.
    chosen
        What is selected, shape (C, A).
    unit
        Of the amount: a charge per box is for boxes, so many trucks a day for what goes in trucks.
    capacities
        Those that are limited, each for what it counts; none where something else is.
    """
    if capacities:
        chosen = chosen & _members(net, arcs, capacities)
    if unit == _PER_BOX:
        boxes = net.tables["cargo"].set_index("cargo").loc[list(arcs.cargo), "unit"] == "TEU"
        return np.asarray(chosen & boxes.to_numpy(dtype=np.bool_)[:, None])
    if unit not in _TRAFFIC:
        return chosen
    units = conversion(net, arcs.cargo, unit)
    found = np.zeros_like(chosen)
    for arc in np.flatnonzero(chosen.any(axis=0)).tolist():
        found[:, arc] = chosen[:, arc] & np.isfinite(units_on_arc(arcs, arc, units))
    return found


def _members(net: Network, arcs: Arcs, capacities: Collection[str]) -> NDArray[np.bool_]:
    """Return what some capacities count, by class and arc, shape (C, A)."""
    found = np.zeros(arcs.usd.shape, dtype=np.bool_)
    # Of the arcs of this state, beside what is kept of the network before any event.
    members = CapacityMembers(net.whole, arcs)
    rows = net.whole.tables["capacities"].drop_duplicates("capacity_id").set_index("capacity_id")
    for name in capacities:
        arc, cargo, _ = members.counted(net.whole, name, str(rows.loc[name, "unit"]), "")
        found[cargo, arc] = True
    return found
