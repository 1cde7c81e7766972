"""What the steady state says to an observation: volumes, uses, days, shares.

Each function takes the runs of the model, the row of the observation, and what is asked of
it, and returns the figure of the model, or None where the network does not hold
what is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.analysis.validation.wording import says
from corridors.network.arcs import DIRECTIONS, LINK

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from corridors.analysis.validation.parameters import (
        CapacityId,
        CapacityIds,
        CargoIds,
        Date,
        DemandIds,
        DemandPrefixes,
        Flag,
        NodeId,
        Number,
        Period,
        ScenarioName,
        Selector,
        Through,
        Unit,
    )
    from corridors.analysis.validation.runs import ModelRuns
    from corridors.network.arcs import Arcs


MODE = {"truck": "road", "train": "rail", "wagon": "rail"}
"""Mode of the row of the load table by vehicle."""


def _flows(runs: ModelRuns, day: str, what: Selector, scenario: ScenarioName = "") -> pd.DataFrame:
    """Return the flows over selected links on a day; over transfers where no link is selected."""
    from corridors.scenarios.selectors import select

    chosen = select(runs.net, what, runs.net.folder)
    flows = runs.state(day, scenario).flows
    net = runs.net
    # What passes a port by ship passes its transfers too and is counted once.
    kind, mask = ("link", chosen.links) if chosen.links.any() else ("transfer", chosen.transfers)
    ids = net.tables[f"{kind}s"][f"{kind}_id"].to_numpy()
    keys = {(kind, ids[i], DIRECTIONS[d]) for i, d in np.argwhere(mask)}
    # Of thousands of rows a few bear one of the ids, whatever they are.
    flows = flows[flows["id"].isin({name for _, name, _ in keys})]
    own = [k in keys for k in zip(flows["kind"], flows["id"], flows["direction"], strict=True)]
    return flows[np.array(own, dtype=np.bool_)]


def _a_day(runs: ModelRuns, rows: pd.DataFrame, unit: Unit) -> float:
    """Return the amount a day of rows of cargo, in t, TEU or vehicles of the load table.

    Vehicles are counted as if each went full; cargo that has no load in them is left out.
    """
    if unit == "t":
        return float(rows["t_per_day"].sum())
    if unit == "TEU":
        return float(rows.loc[rows["cargo"].isin(runs.boxes), "units_per_day"].sum())
    loads = runs.net.tables["loads"]
    loads = loads[(loads["vehicle"] == unit) & (loads["mode"] == MODE[unit])]
    per = rows["cargo"].map(loads.set_index("cargo")["units_per_vehicle"]).astype(float)
    return float((rows["units_per_day"] / per).sum())


@says("{unit} over {where} {cargo} in {days}, {state}")
def volume(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    where: Selector,
    unit: Unit = "t",
    cargo: CargoIds = (),
    days: Period = 365.0,
    as_of: Date = "",
    scenario: ScenarioName = "",
) -> float | None:
    """Return what passes selected links in the steady state, in a unit over some days.

    Parameters
    ----------
    runs, row
        The runs of the model, and the observation.
    where
        Selector of links, or of transfers.
    unit
        t, TEU, or a vehicle of the load table (truck, train, wagon).
    cargo
        Kinds of cargo that count; all if none are given.
    days
        Length of the period.
    as_of
        Day of the steady state; that of the observation if empty.
    scenario
        Scenario in force; the undisturbed network if empty.
    """
    flows = _flows(runs, as_of or row["date"], where, scenario)
    if cargo:
        flows = flows[flows["cargo"].isin(cargo)]
    return days * _a_day(runs, flows, unit)


@says("what passes {capacity} in {days}, {state}")
def passed(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    capacity: CapacityIds,
    background: Flag = True,
    days: Period = 1.0,
    as_of: Date = "",
    scenario: ScenarioName = "",
) -> float | None:
    """Return what uses capacities in the steady state, in their unit, over some days."""
    state = runs.state(as_of or row["date"], scenario)
    frame = state.capacities.set_index("capacity_id")
    if not set(capacity) <= set(frame.index):
        return None
    own = frame.loc[list(capacity)]
    return days * float(own["used"].sum() + (own["background"].sum() if background else 0.0))


@says("share of {capacity} in use, background included, {state}")
def use_of(
    runs: ModelRuns, row: dict[str, Any], *, capacity: CapacityId, as_of: Date = ""
) -> float | None:
    """Return the share of a capacity that is used in the steady state, background included."""
    frame = runs.state(as_of or row["date"]).capacities.set_index("capacity_id")
    if capacity not in frame.index:
        return None
    own = frame.loc[capacity]
    return float((own["used"] + own["background"]) / own["amount"])


@says("days from {demand} on the usual ways {through}, {state}")
def transit_days(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    demand: DemandIds,
    through: Through = "",
    as_of: Date = "",
) -> float | None:
    """Return the mean days that demands take on their usual ways, or on those through a link."""
    routes = runs.state(as_of or row["date"]).routes
    own = routes[routes["demand_id"].isin(demand)]
    if through:
        own = own[own["key"].str.contains(through, regex=False)]
    if not len(own):
        return None
    return float(np.average(own["hours"], weights=own["t_per_day"])) / 24.0


@says("share of what goes from {demand} that goes {through}, {state}")
def share_through(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    demand: DemandPrefixes,
    through: Through,
    as_of: Date = "",
) -> float | None:
    """Return the share of demands, by prefix of their ids, that goes over a border or link."""
    routes = runs.state(as_of or row["date"]).routes
    own = routes[routes["demand_id"].str.startswith(demand)]
    total = float(own["t_per_day"].sum())
    hit = own["key"].str.contains(through, regex=False) | own["borders"].str.contains(
        through, regex=False
    )
    return float(own.loc[hit, "t_per_day"].sum()) / total if total else None


@says("days between {from_node} and {to_node} of what goes from {demand}, {state}")
def leg_days(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    demand: DemandIds,
    to_node: NodeId,
    from_node: NodeId = "",
    as_of: Date = "",
) -> float | None:
    """Return the mean days of demands from one node on their way to another, the last node's in.

    Parameters
    ----------
    runs, row
        The runs of the model, and the observation.
    demand
        Ids of demands.
    to_node
        Where the leg ends, on arrival; what does not pass it does not count.
    from_node
        Where it begins; at the origin of each demand if empty.
    as_of
        As for `volume`.
    """
    state = runs.state(as_of or row["date"])
    arcs = state.state.arcs
    total = weight = 0.0
    for route in state.routes.to_dict("records"):
        if route["demand_id"] not in demand:
            continue
        c = arcs.cargo.index(route["cargo"])
        inside, hours, reached = not from_node, 0.0, False
        for arc in route["arcs"]:
            if arcs.arc_type[arc] == LINK:
                inside |= arcs.node_of[arcs.tail[arc]] == from_node
                if inside:
                    hours += float(arcs.hours[c, arc])
                if inside and arcs.node_of[arcs.head[arc]] == to_node:
                    reached = True
                    break
            elif inside:
                hours += float(arcs.hours[c, arc])
        if reached:
            total += hours * route["t_per_day"]
            weight += route["t_per_day"]
    return total / weight / 24.0 if weight else None


def _sent(
    runs: ModelRuns, day: str, demand: DemandPrefixes, through: Through, scenario: ScenarioName = ""
) -> pd.DataFrame:
    """Return the routes of demands, by prefix of their ids, that cross a border or use a link."""
    routes = runs.state(day, scenario).routes
    own = routes[routes["demand_id"].str.startswith(demand)]
    return own[
        own["key"].str.contains(through, regex=False)
        | own["borders"].str.contains(through, regex=False)
    ]


@says("{unit} from {demand} {through} in {days}, {state}")
def carried(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    demand: DemandPrefixes,
    through: Through = "",
    unit: Unit = "t",
    days: Period = 365.0,
    as_of: Date = "",
    scenario: ScenarioName = "",
) -> float | None:
    """Return what demands, by prefix of their ids, send over a border or link in some days.

    Parameters
    ----------
    runs, row
        The runs of the model, and the observation.
    demand
        Beginnings of ids.
    through
        Part of the id of a link, or a border such as ``AZ-GE``; every way if empty.
    unit
        t, TEU, or a vehicle of the load table (truck, train, wagon).
    days
        Length of the period.
    as_of, scenario
        As for `volume`.
    """
    day = as_of or row["date"]
    own = _sent(runs, day, demand, through, scenario)
    if not runs.net.whole.tables["demand"]["demand_id"].str.startswith(demand).any():
        return None
    return days * _a_day(runs, own, unit)


@says("transport cost of {units} from {demand} on the usual ways {as_far_as} in USD, {state}")
def mean_cost(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    demand: DemandPrefixes,
    units: Number = 1.0,
    as_far_as: NodeId = "",
    as_of: Date = "",
) -> float | None:
    """Return what rates, tariffs and transfers add up to on the usual ways of demands, in USD.

    Parameters
    ----------
    runs, row
        The runs of the model, and the observation.
    demand
        Beginnings of ids.
    units
        Units of the cargo that are paid for: 1 for a TEU, 2 for a forty-foot box.
    as_far_as
        Where what is paid for ends, on arrival; what does not pass it does not count. The
        destination of each demand if empty.
    as_of
        As for `volume`.
    """
    day = as_of or row["date"]
    own = _sent(runs, day, demand, "")
    if as_far_as:
        arcs = runs.state(day).state.arcs
        paid = [_usd_until(arcs, r["arcs"], r["cargo"], as_far_as) for r in own.to_dict("records")]
        own = own.assign(usd_per_unit=paid).dropna(subset=["usd_per_unit"])
    if not len(own):
        return None
    return units * float(np.average(own["usd_per_unit"], weights=own["units_per_day"]))


def _usd_until(arcs: Arcs, path: Iterable[int], cargo: str, node: str) -> float:
    """Return the USD a unit pays from its origin to its arrival at a node, NaN if never there."""
    c, usd = arcs.cargo.index(cargo), 0.0
    for arc in path:
        usd += float(arcs.usd[c, arc])
        if arcs.arc_type[arc] == LINK and arcs.node_of[arcs.head[arc]] == node:
            return usd
    return float("nan")
