"""Observations of volumes as counts: which arcs they are of, and how much of each cargo counts.

What a measure adds up is linear in the flow, so that a count is a list of arcs,
cargo and factors. A row counts for the undisturbed network of one day; observations
of other days are taken as if they were of that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.analysis.validation.catalogue import question_of
from corridors.analysis.validation.steady_measures import MODE
from corridors.network.arcs import ENTRY, LINK, OFFER, TRANSFER
from corridors.network.network import as_date, demand_during
from corridors.scenarios.selectors import select

if TYPE_CHECKING:
    from corridors.analysis.validation.catalogue import Question
    from corridors.flow.arrays import Floats, Ints
    from corridors.network.network import Network
    from corridors.scenarios.state import NetworkState

MEASURES = ("volume", "passed", "carried", "share_through")
"""Measures whose figure is a sum over flows, or such a sum over what is wanted."""


@dataclass(frozen=True, eq=False)
class Counted:
    """An observation as a count.

    Attributes
    ----------
    observation_id
        The row.
    value, spread
        Units a day that the flow of the demand table is to make, and half the width of
        the row's range, or a tenth of its value where it has none. No count asks for more
        than its capacity lets pass: its multiplier would only raise the price of the
        capacity, and come free where a scenario leaves room there.
    days, background
        What turns a modelled count into the row's figure: days it covers, and units a
        day that the demand table leaves out.
    of_demand
        Whether it says by which way all of a demand was counted: a share of one. The demand
        table's own figure rests on it, so no fit to that table is without it.
    arc, cargo, commodity, factor
        Members: arcs, classes (-1 for all), commodities (-1 for all), and what a unit
        adds, shape (E,).
    """

    observation_id: str
    value: float
    spread: float
    days: float
    background: float
    of_demand: bool
    arc: Ints
    cargo: Ints
    commodity: Ints
    factor: Floats

    @property
    def place(self) -> bytes:
        """What tells counts of one and the same flow."""
        order = np.lexsort((self.commodity, self.cargo, self.arc))
        parts = (self.arc, self.cargo, self.commodity)
        return b"|".join(part[order].tobytes() for part in parts)

    def figure(self, units: float) -> float:
        """Return the row's figure for units a day of the demand table's flow."""
        return self.days * (units + self.background)


def counted_rows(net: Network) -> list[dict[str, Any]]:
    """Return the rows marked calibrate that are counts of the undisturbed network, by id."""
    table = net.whole.tables["observations"].sort_values("observation_id")
    rows = [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]
    return [
        row
        for row in rows
        if row["role"] == "calibrate"
        and row["measure"] in MEASURES
        and not _asked(row).parameters.get("scenario")
    ]


def day_of_counts(rows: list[dict[str, Any]]) -> str:
    """Return the day that most rows are of, the first of those."""
    days = [_day(row) for row in rows]
    return min(set(days), key=lambda day: (-days.count(day), day))


def of_one_demand(net: Network, rows: list[dict[str, Any]], day: str) -> list[dict[str, Any]]:
    """Return the rows of the year of a day, without those that name demand which is not that day's.

    What was counted in another year is of another demand, and so is what was counted in
    another part of the year where the table has the parts apart.
    """

    def same(row: dict[str, Any]) -> bool:
        own = _asked(row).parameters.get("demand")
        return own is None or not any(name.startswith(own) for name in changed(net, row, day))

    return [row for row in rows if _day(row)[:4] == day[:4] and same(row)]


def changed(net: Network, row: dict[str, Any], day: str) -> set[str]:
    """Return the demands that the table has on the day of a row alone, or on another alone."""
    if _day(row) == day:
        return set()
    table = net.whole.tables["demand"]
    here, there = (set(demand_during(table, as_date(one))["demand_id"]) for one in (_day(row), day))
    return here ^ there


def _day(row: dict[str, Any]) -> str:
    return str(_asked(row).parameters.get("as_of") or row["date"])


def _asked(row: dict[str, Any]) -> Question:
    question = question_of(row)
    assert question is not None
    return question


def count_of(state: NetworkState, row: dict[str, Any]) -> Counted | None:
    """Return an observation as a count; None where nothing of it is there on the day.

    Parameters
    ----------
    state
        The undisturbed network of the day.
    row
        A row of `observations.csv` with one of `MEASURES`.
    """
    asked = _asked(row).parameters
    members = {
        "volume": _volume, "passed": _passed, "carried": _carried, "share_through": _carried,
    }[row["measure"]]  # fmt: skip
    found, background, most = members(state, asked)
    if not found:
        return None
    if row["measure"] == "share_through":
        # In ordinary times next to nothing stays home: a share of what is wanted is one of
        # what travels, and unlike that one it is linear in the flow.
        days = 1.0 / _wanted_t(state, asked["demand"])
    else:
        days = float(asked.get("days", 1.0 if row["measure"] == "passed" else 365.0))
    arc, cargo, commodity, factor = zip(*found, strict=True)
    half = 0.5 * (row["high"] - row["low"])
    spread = half if half > 0 else 0.1 * abs(row["value"])
    return Counted(
        observation_id=row["observation_id"],
        value=max(min(row["value"] / days - background, most), 0.0),
        spread=spread / days,
        days=days,
        background=background,
        of_demand=row["measure"] == "share_through" and float(row["value"]) == 1.0,
        arc=np.array(arc, dtype=np.int64),
        cargo=np.array(cargo, dtype=np.int64),
        commodity=np.array(commodity, dtype=np.int64),
        factor=np.array(factor, dtype=np.float64),
    )


Members = list[tuple[int, int, int, float]]


def _volume(state: NetworkState, asked: dict[str, Any]) -> tuple[Members, float, float]:
    net, arcs = state.net, state.arcs
    chosen = select(net, asked["where"], net.folder)
    # As in the measure: what passes a port by ship passes its transfers too, and counts once.
    kind, mask = (LINK, chosen.links) if chosen.links.any() else (TRANSFER, chosen.transfers)
    own = np.flatnonzero(arcs.of(kind, mask)).tolist()
    units = _units(state, asked.get("unit", "t"))
    only = asked.get("cargo", ())
    return (
        [
            (a, c, -1, units[c])
            for a in own
            for c, name in enumerate(arcs.cargo)
            if units[c] > 0 and (not only or name in only) and np.isfinite(arcs.usd[c, a])
        ],
        0.0,
        np.inf,
    )


def _passed(state: NetworkState, asked: dict[str, Any]) -> tuple[Members, float, float]:
    limits = {limit.limit_id: limit for limit in state.limits}
    if not set(asked["capacity"]) <= set(limits):
        return [], 0.0, np.inf
    own = [limits[name] for name in asked["capacity"]]
    background = sum(limit.background for limit in own) if asked.get("background", True) else 0.0
    return (
        [
            (int(a), int(c), -1, float(f))
            for limit in own
            for a, c, f in zip(limit.arc, limit.cargo, limit.factor, strict=True)
        ],
        background,
        sum(limit.available for limit in own),
    )


def _carried(state: NetworkState, asked: dict[str, Any]) -> tuple[Members, float, float]:
    arcs, demand = state.arcs, state.demand
    through = asked.get("through", "")
    units = _units(state, asked.get("unit", "t"))
    real = np.flatnonzero(arcs.is_real).tolist()
    borders = state.net.borders.to_numpy()
    on_way = [
        a for a in real
        if through in str(arcs.ids[a])
        or (arcs.arc_type[a] == LINK and through in str(borders[arcs.row[a]]))
    ]  # fmt: skip
    found: Members = []
    for k in np.flatnonzero(demand["demand_id"].str.startswith(asked["demand"])).tolist():
        c = int(state.problem.commodity_class[k])
        own = on_way if through else _entries(state, k)
        found += [(a, c, k, units[c]) for a in own if units[c] > 0]
    return found, 0.0, np.inf


def _wanted_t(state: NetworkState, prefixes: tuple[str, ...]) -> float:
    """Return the tonnes a day that demands want whose ids begin so."""
    own = state.demand[state.demand["demand_id"].str.startswith(prefixes)]
    return float((own["units_per_day"] * own["t_per_unit"]).sum())


def _entries(state: NetworkState, k: int) -> list[int]:
    """Return the arcs by which a demand leaves its origin: each route uses one of them."""
    arcs = state.arcs
    gate = np.isin(arcs.arc_type, (ENTRY, OFFER))
    mine = gate & (arcs.tail == state.problem.origin[k])
    return [int(a) for a in np.flatnonzero(mine)]


def _units(state: NetworkState, unit: str) -> list[float]:
    """Return how many of a unit one unit of each cargo is, as the measures count; 0 for none."""
    net, names = state.net, list(state.arcs.cargo)
    cargo = net.tables["cargo"].set_index("cargo").loc[names]
    if unit == "t":
        return [float(t) for t in cargo["t_per_unit"]]
    if unit == "TEU":
        return [1.0 if own == "TEU" else 0.0 for own in cargo["unit"]]
    loads = net.tables["loads"]
    loads = loads[(loads["vehicle"] == unit) & (loads["mode"] == MODE[unit])]
    per = dict(zip(loads["cargo"], loads["units_per_vehicle"], strict=True))
    return [1.0 / float(per[name]) if name in per else 0.0 for name in names]
