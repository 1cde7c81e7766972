"""Whose cargo used what a scenario is about, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from corridors.assignment.views.by import PARTS

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from corridors.assignment.assignment import Assignment
    from corridors.scenarios.scenario import Scenario
    from corridors.scenarios.state import NetworkState


_CENT = 0.01
"""Dollars a unit below which two ways cost the same."""


def touched(state: NetworkState, scenario: Scenario | None, day: dt.date) -> NDArray[np.bool_]:
    """Return what the events in force shut, limit, delay or charge, by class and arc, (C, A)."""
    arcs = state.arcs
    found = np.zeros((len(arcs.cargo), arcs.size), dtype=np.bool_)
    for event in scenario.events if scenario else ():
        if event.in_force(day):
            found |= event.meaning.touches(event, state.net, arcs)
    return found


def users(baseline: Assignment, disrupted: Assignment, left: pd.DataFrame) -> pd.DataFrame:
    """Return the routes of the baseline with whether they used what is touched.

    Parameters
    ----------
    baseline, disrupted
        The two assignments.
    left
        As `corridors.Comparison.left_routes` has it.

    Returns
    -------
    DataFrame
        demand_id, cargo, `uses` and the parts of what passed before, a row for each route;
        `falls`, whether it is of a demand that falls with a by-product.
    """
    state = disrupted.state
    where = touched(state, disrupted.scenario, state.day)
    row = {name: c for c, name in enumerate(state.arcs.cargo)}
    uses = [
        bool(where[row[cargo], path].any())
        for cargo, path in zip(left["cargo"], left["arcs"], strict=True)
    ]
    # Arcs are the same on every day and in every scenario of a network.
    assert baseline.state.arcs.size == state.arcs.size
    falls = left["demand_id"].isin(_fallen(disrupted))
    own = left[["demand_id", "cargo", *PARTS]]
    return own.assign(uses=np.array(uses, dtype=np.bool_), falls=falls)


def _fallen(disrupted: Assignment) -> list[str]:
    """Return the demands that fall because a by-product of them has no outlet."""
    if disrupted.fallen is None:
        return []
    falls = np.concatenate([c.falls for c in disrupted.fallen.couplings])
    return list(disrupted.state.demand["demand_id"].iloc[falls])


def cheaper_share(reroutes: pd.DataFrame) -> pd.Series[float]:
    """Return by demand the share of what goes another way that goes a cheaper one."""
    tonnes = reroutes["t_per_day"].astype("float64")
    cheaper = tonnes.where(reroutes["added_cost_usd_per_unit"].astype("float64") < -_CENT, 0.0)
    total = tonnes.groupby(reroutes["demand_id"]).sum()
    return cheaper.groupby(reroutes["demand_id"]).sum() / total


def by_use(
    routes: pd.DataFrame, units: pd.DataFrame, cheaper: pd.Series[float]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return by cargo what became of those that used what is touched, and of the others.

    Parameters
    ----------
    routes
        As `users` returns them.
    units
        By cargo: unit and t_per_unit.
    cheaper
        As `cheaper_share` returns it: who goes a cheaper way is not told to make room.

    Returns
    -------
    used, aside, going_cheaper
        cargo, unit, t_per_unit and the parts in t a day, most tonnes first; of the
        others only cargo of which something goes another way or is lost, and apart from them
        what goes a cheaper way. What falls with a by-product is pushed aside by nobody, and in
        none.
    """
    found = []
    others = routes[~routes["uses"] & ~routes["falls"]]
    gains = others["demand_id"].map(cheaper).fillna(0.0).astype("float64")
    better = others["rerouted_t_per_day"] * gains
    taken = {name: others[name] * 0.0 for name in PARTS}
    taken |= {"before_t_per_day": better, "rerouted_t_per_day": better}
    pushed = others.assign(**{name: others[name] - taken[name] for name in PARTS})
    for own in (routes[routes["uses"]], pushed, others.assign(**taken)):
        total = own.groupby("cargo")[PARTS].sum().join(units).reset_index()
        size = total["before_t_per_day"].round(6)
        order = total.assign(_size=size).sort_values(["_size", "cargo"], ascending=[False, True])
        found.append(order.drop(columns="_size").reset_index(drop=True))
    used, aside, going_cheaper = found
    moved = aside["rerouted_t_per_day"] + aside["lost_t_per_day"] > 1e-6
    gained = going_cheaper["rerouted_t_per_day"] > 1e-6
    return used, aside[moved].reset_index(drop=True), going_cheaper[gained].reset_index(drop=True)


def rerouted_users(reroutes: pd.DataFrame, routes: pd.DataFrame) -> pd.DataFrame:
    """Return the reroutes of those that used what is touched.

    Who of a demand takes which of its new routes is not known: each takes its share.
    """
    moved = routes["rerouted_t_per_day"]
    total = moved.groupby(routes["demand_id"]).sum()
    own = moved.where(routes["uses"], 0.0).groupby(routes["demand_id"]).sum()
    share = (own / total.where(total > 1e-6)).fillna(0.0)
    factor = reroutes["demand_id"].map(share).fillna(0.0).astype("float64")
    # What is paid a unit and the hours of a unit are those of the way, whoever takes it.
    amounts = [c for c in reroutes if c == "t_per_day" or c.endswith("_per_day")]
    return reroutes.assign(**{name: reroutes[name] * factor for name in amounts})


def base_years(state: NetworkState) -> dict[int, float]:
    """Return the tonnes of demand a day by the year that their amount was published for."""
    demand = state.demand
    total = pd.Series(demand["t_per_day"].to_numpy()).groupby(demand["base_year"].to_numpy()).sum()
    return {int(year): float(t) for year, t in total.items() if t > 0}
