"""What an assignment and a comparison hand down to sentences, maps, pages and files: plain tables.

Whoever draws, writes or tells gets these and no result, so each can be tried on
tables written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridors.maps.data import CREDITS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from corridors.flow.arrays import Floats
    from corridors.flow.choice.solve import ChoiceAnswer
    from corridors.flow.solve import Answer
    from corridors.scenarios.state import NetworkState

LOCAL = "local"
"""Corridor of a route none of whose links carries a label."""


@dataclass(frozen=True, eq=False)
class AssignmentTables:
    """An assignment as tables.

    Attributes
    ----------
    flows, routes, capacities, shortfall, bottlenecks, lost_by_step
        As `corridors.Assignment` has them.
    links_there
        Links that exist on the day, closed by events or not.
    capacity_links
        Links under each capacity, sorted, in the order of the rows of `capacities`.
    """

    flows: pd.DataFrame
    routes: pd.DataFrame
    capacities: pd.DataFrame
    shortfall: pd.DataFrame
    bottlenecks: pd.DataFrame
    lost_by_step: pd.DataFrame
    links_there: frozenset[str]
    capacity_links: tuple[tuple[str, ...], ...]

    def files(self) -> dict[str, pd.DataFrame]:
        """Return the tables that are kept on disk, by name."""
        return {
            "flows": self.flows,
            "routes": self.routes.drop(columns="arcs"),
            "capacities": self.capacities,
            "shortfall": self.shortfall,
            "lost_by_step": self.lost_by_step,
        }


@dataclass(frozen=True, eq=False)
class ComparisonTables:
    """A comparison as tables.

    Attributes
    ----------
    title, description
        Of the scenario, or of what stands in its place.
    day, model
        That both assignments are of.
    before, after
        The baseline and the disrupted state.
    change
        As `corridors.Comparison` has it.
    waterfall, by_demand, by_cargo, by_corridor, reroutes
        As above.
    closed_links
        Links that the scenario closes.
    events_not_in_force, n_events
        Events that the day lies outside of, in words, and how many there are in all.
    node_names, link_names, cargo_names
        What a reader calls them, by id.
    certificate
        The proof of the disrupted state, as plain values.
    credits
        Whom its maps owe their lines and places to.
    used, aside, rerouted_users
        By cargo, what became of those that used what the events touch, and of others that
        they push aside; the reroutes of the former. None where that is not known.
    base_years
        Tonnes of demand a day by the year that their amount was published for.
    """

    title: str
    description: str
    day: dt.date
    model: str
    before: AssignmentTables
    after: AssignmentTables
    change: Mapping[str, float]
    waterfall: pd.DataFrame
    by_demand: pd.DataFrame
    by_cargo: pd.DataFrame
    by_corridor: pd.DataFrame
    reroutes: pd.DataFrame
    closed_links: tuple[str, ...]
    events_not_in_force: tuple[str, ...]
    n_events: int
    node_names: Mapping[str, str]
    link_names: Mapping[str, str]
    cargo_names: Mapping[str, str]
    certificate: Mapping[str, Any]
    credits: tuple[str, ...] = CREDITS
    used: pd.DataFrame | None = None
    aside: pd.DataFrame | None = None
    rerouted_users: pd.DataFrame | None = None
    base_years: Mapping[int, float] = field(default_factory=dict)

    @property
    def steps(self) -> dict[str, float]:
        """Tonnes a day by step of the waterfall."""
        return {str(step): float(t) for step, t in self.waterfall.itertuples(index=False)}

    def files(self) -> dict[str, pd.DataFrame]:
        """Return the tables that are kept on disk, by name."""
        found = {
            "waterfall": self.waterfall,
            "by_cargo": self.by_cargo,
            "by_corridor": self.by_corridor,
            "by_demand": self.by_demand,
            "reroutes": self.reroutes,
        }
        for when, tables in (("before", self.before), ("after", self.after)):
            found |= {f"{name}_{when}": frame for name, frame in tables.files().items()}
        return found


def lost_by_step(state: NetworkState, answer: Answer | ChoiceAnswer) -> pd.DataFrame:
    """Return what stays by demand and step, as `corridors.Assignment.lost_by_step` says.

    Parameters
    ----------
    state, answer
        A situation and what was answered.
    """
    p, short = state.problem, answer.shortfall
    price = p.step_price if p.n_steps else p.penalty[:, None]
    parts = p.shortfall_by_step(short) if p.n_steps else short[:, None]
    if state.ordinary is None:
        ordinary = np.zeros_like(price)
    else:
        known = np.isfinite(state.ordinary)[:, None]
        ordinary = np.where(known, state.ordinary[:, None], price)
    k, step = np.nonzero(parts)
    demand, units = state.demand, parts[k, step]
    return pd.DataFrame(
        {
            "demand_id": demand["demand_id"].to_numpy()[k],
            "cargo": demand["cargo"].to_numpy()[k],
            "step": step + 1,
            "price_usd": price[k, step],
            "ordinary_usd": ordinary[k, step],
            "shortfall_units_per_day": units,
            "shortfall_t_per_day": units * demand["t_per_unit"].to_numpy()[k],
            "loss_usd_per_day": units * price[k, step],
            "surplus_lost_usd_per_day": units * (price - ordinary)[k, step],
        }
    )


def shortfall_table(
    state: NetworkState, answer: Answer | ChoiceAnswer, lost: pd.DataFrame
) -> pd.DataFrame:
    """Return demand, what is served and what is not, as `corridors.Assignment.shortfall` says.

    Parameters
    ----------
    state, answer
        A situation and what was answered.
    lost
        As `lost_by_step` returns it.
    """
    demand, short = state.demand, answer.shortfall
    weight = demand["t_per_unit"]
    wanted = demand["units_per_day"].to_numpy(dtype=np.float64) + answer.growth
    frame = demand[["demand_id", "origin", "destination", "cargo"]].copy()
    frame["demand_units_per_day"] = wanted
    frame["demand_t_per_day"] = wanted * weight
    frame["shortfall_units_per_day"] = short
    frame["shortfall_t_per_day"] = short * weight
    frame["served_t_per_day"] = frame["demand_t_per_day"] - frame["shortfall_t_per_day"]
    frame["loss_usd_per_day"] = state.problem.loss_of(short)
    surplus = lost.groupby("demand_id")["surplus_lost_usd_per_day"].sum()
    found = frame["demand_id"].map(surplus).fillna(0.0)
    frame["surplus_lost_usd_per_day"] = found.to_numpy(dtype=np.float64)
    return frame


def waiting_hours(state: NetworkState, answer: Answer | ChoiceAnswer) -> Floats:
    """Return the hours that the price of each limit is worth to what passes it, shape (R,).

    Parameters
    ----------
    state, answer
        A situation and what was answered.
    """
    p, arcs = state.problem, state.arcs
    cargo = state.net.tables["cargo"].set_index("cargo").loc[list(arcs.cargo)]
    per_hour = cargo["usd_per_unit_day"].to_numpy(dtype=np.float64) / 24.0
    c = np.maximum(p.member_class, 0)
    flow = answer.class_flow[c, p.member_arc]
    paid = answer.limit_price[p.member_limit] * p.member_factor * flow
    usd, value = (
        np.bincount(p.member_limit, weight, p.n_limits).astype(np.float64)
        for weight in (paid, per_hour[c] * flow)
    )
    return np.divide(usd, value, out=np.zeros(p.n_limits), where=value > 0)


def route_corridor(labels: Any, km: Any) -> str:
    """Return the corridor with the most kilometres; ties go to the first by name."""
    total: dict[str, float] = {}
    for label, length in zip(labels, km, strict=True):
        if label:
            total[label] = total.get(label, 0.0) + float(length)
    if not total:
        return LOCAL
    return min(total, key=lambda name: (-total[name], name))
