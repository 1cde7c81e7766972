"""The load table: how many vehicles, tonnes or TEU a unit of cargo is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.network.schema import MODES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.network.network import Network


def conversion(net: Network, cargo: tuple[str, ...], unit: str) -> dict[str, NDArray[np.float64]]:
    """Return how many `unit` one unit of each cargo takes, by mode; NaN where nothing says.

    Tonnes follow from the cargo's weight and TEU cargo is its own TEU; every
    other pair needs a row in the load table.
    """
    frame = net.tables["cargo"].set_index("cargo").loc[list(cargo)]
    plain = np.full(len(cargo), np.nan)
    if unit == "t":
        plain = frame["t_per_unit"].to_numpy(dtype=np.float64)
    elif unit == "TEU":
        plain = np.where(frame["unit"] == "TEU", 1.0, np.nan)
    class_of = {name: c for c, name in enumerate(cargo)}
    result = {mode: plain.copy() for mode in MODES}
    for load in net.tables["loads"].to_dict("records"):
        if load["vehicle"] == unit:
            result[load["mode"]][class_of[load["cargo"]]] = 1.0 / load["units_per_vehicle"]
    return result
