"""The load table: how many vehicles, tonnes or TEU a unit of cargo is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.network.reading.cells import rows_of
from corridors.network.schema import MODES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.network.network import Network


DRIVER_DAY = "driver-day"
"""Unit of a limit on the days that drivers spend on its members: a truck takes its hours there."""

_VEHICLE = {DRIVER_DAY: "truck"}
"""Vehicle of the load table by which a unit is counted that is none itself."""


def conversion(net: Network, cargo: tuple[str, ...], unit: str) -> dict[str, NDArray[np.float64]]:
    """Return how many `unit` one unit of each cargo takes, by mode; NaN where nothing says.

    Tonnes follow from the cargo's weight and TEU cargo is its own TEU; every
    other pair needs a row in the load table. Of driver-days the trucks, each of which takes
    as many as `days_on` says.
    """
    frame = net.tables["cargo"].set_index("cargo").loc[list(cargo)]
    plain = np.full(len(cargo), np.nan)
    if unit == "t":
        plain = frame["t_per_unit"].to_numpy(dtype=np.float64)
    elif unit == "TEU":
        plain = np.where(frame["unit"] == "TEU", 1.0, np.nan)
    class_of = {name: c for c, name in enumerate(cargo)}
    result = {mode: plain.copy() for mode in MODES}
    for load in rows_of(net.tables["loads"]):
        if load["vehicle"] == _VEHICLE.get(unit, unit):
            result[load["mode"]][class_of[load["cargo"]]] = 1.0 / load["units_per_vehicle"]
    return result


def days_on(hours: NDArray[np.float64], unit: str) -> NDArray[np.float64]:
    """Return by what a unit counts a vehicle on an arc: days for driver-days, and 1 for others.

    Parameters
    ----------
    hours
        Time on the arc, standing included, of any shape.
    unit
        Of the limit.
    """
    return hours / 24.0 if unit == DRIVER_DAY else np.ones_like(hours)
