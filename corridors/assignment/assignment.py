"""What an assignment says, as tidy tables: flows, routes, shortfall, capacities."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridors.assignment.tables import AssignmentTables
from corridors.assignment.views.by import assignment_by, balance, named_ends
from corridors.assignment.views.grouping import largest_first, of_cargo
from corridors.assignment.views.kept import by_link, keep, link_flows, manifest_of
from corridors.display import card
from corridors.errors import old_name
from corridors.flow.usage import limit_use
from corridors.network.arcs import DIRECTIONS, LINK

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from pathlib import Path

    import folium

    from corridors.flow.arrays import Floats
    from corridors.flow.certificate import Certificate
    from corridors.flow.choice.certificate import ChoiceCertificate
    from corridors.flow.choice.solve import ChoiceAnswer
    from corridors.flow.solve import Answer
    from corridors.maps.plots.accessor import Plots
    from corridors.scenarios.scenario import Scenario
    from corridors.scenarios.state import NetworkState

LOCAL = "local"
"""Corridor of a route none of whose links carries a label."""

BINDING = 1 - 1e-6
"""Share of use from which a capacity counts as full."""

_SHORT = 1e-6
"""Tonnes a day below which a shortfall is rounding."""

_ROUTES = [
    "demand_id",
    "cargo",
    "units_per_day",
    "t_per_day",
    "hours",
    "usd_per_unit",
    "time_usd_per_unit",
    "km",
    "corridor",
    "borders",
    "crossings",
    "key",
    "arcs",
]

_CAPACITIES = [
    "capacity_id",
    "name",
    "unit",
    "amount",
    "background",
    "used",
    "use",
    "price_usd",
]


class Assignment:
    """Cargo spread over routes on one day, with the proof that it is right.

    Attributes
    ----------
    state
        The network, day and events that were solved.
    answer
        The engine's answer.
    scenario
        The scenario, or None.
    model
        Name of the model.
    """

    def __init__(
        self,
        state: NetworkState,
        answer: Answer | ChoiceAnswer,
        scenario: Scenario | None,
        model: str,
    ) -> None:
        self.state = state
        self.answer = answer
        self.scenario = scenario
        self.model = model

    @property
    def situation(self) -> NetworkState:
        """Deprecated: the old name of `state`."""
        old_name("Assignment.situation", "Assignment.state")
        return self.state

    def __repr__(self) -> str:
        s = self.summary
        name = self.scenario.name if self.scenario else "baseline"
        return (
            f"Assignment({name}, {self.state.day}, {self.model}: "
            f"{s['served_t_per_day']:,.0f} t a day carried, "
            f"{s['shortfall_t_per_day']:,.0f} short)"
        )

    def _repr_html_(self) -> str:
        return card(repr(self), {k: v for k, v in self.summary.items() if not isinstance(v, dict)})

    def explore(self, *, tiles: Any = None, **options: Any) -> folium.Map:
        """Return what each link carries, and what is full, as a plain folium map to build on.

        ``tiles`` are as `folium.Map` takes them, the countries of the package if None.
        """
        from corridors.assignment.explore import explore_assignment

        return explore_assignment(
            self.state.net, self.tables, self.state.closed_links, tiles=tiles, **options
        )

    @property
    def plot(self) -> Plots:
        """Pictures of it; see `corridors.plots`."""
        from corridors.maps.plots.accessor import Plots

        return Plots(self, ("utilisation",))

    @property
    def events_not_in_force(self) -> list[str]:
        """Events of the scenario that the day lies outside of, in words."""
        if self.scenario is None:
            return []
        return [e.in_words() for e in self.scenario.events if not e.in_force(self.state.day)]

    @property
    def certificate(self) -> Certificate | ChoiceCertificate:
        """The proof of the answer."""
        return self.answer.certificate

    @cached_property
    def routes(self) -> pd.DataFrame:
        """Routes that carry something.

        Returns
        -------
        DataFrame
            demand_id, cargo, units_per_day, t_per_day; of the route hours,
            usd_per_unit (transport) and time_usd_per_unit (the hours at the cargo's
            value of time), which together are its generalised cost; km, corridor,
            borders crossed and the links that cross them, the key that tells equal
            routes, and the arcs.
        """
        state, answer = self.state, self.answer
        demand, arcs = state.demand, state.arcs
        links = state.net.tables["links"]
        label = links["corridor"].to_numpy()
        km = links["length_km"].to_numpy()
        border = state.net.borders.to_numpy()
        link_ids = links["link_id"].to_numpy()
        of_time = state.net.tables["cargo"].set_index("cargo")["usd_per_unit_day"] / 24.0
        rows = []
        for k, path, units in zip(
            answer.path_commodity, answer.path_arcs, answer.path_amount, strict=True
        ):
            c = int(state.problem.commodity_class[k])
            own = path[arcs.arc_type[path] == LINK]
            row = arcs.row[own]
            weight = float(demand["t_per_unit"].iloc[k])
            hours = float(arcs.hours[c, path].sum())
            rows.append(
                {
                    "demand_id": demand["demand_id"].iloc[k],
                    "cargo": demand["cargo"].iloc[k],
                    "units_per_day": units,
                    "t_per_day": units * weight,
                    "hours": hours,
                    "usd_per_unit": float(arcs.usd[c, path].sum()),
                    "time_usd_per_unit": hours * float(of_time[arcs.cargo[c]]),
                    "km": float(km[row].sum()),
                    "corridor": _route_corridor(label[row], km[row]),
                    "borders": ">".join(b for b in border[row] if b),
                    "crossings": ">".join(link_ids[row][border[row] != ""]),
                    "key": ">".join(arcs.names(path)),
                    "arcs": path,
                }
            )
        return pd.DataFrame(rows, columns=_ROUTES)

    @cached_property
    def shortfall(self) -> pd.DataFrame:
        """Demand, served and not, one row each: units and tonnes a day, and the loss."""
        demand = self.state.demand
        short = self.answer.shortfall
        frame = demand[["demand_id", "origin", "destination", "cargo"]].copy()
        frame["demand_units_per_day"] = demand["units_per_day"]
        frame["demand_t_per_day"] = demand["t_per_day"]
        frame["shortfall_units_per_day"] = short
        frame["shortfall_t_per_day"] = short * demand["t_per_unit"]
        frame["served_t_per_day"] = frame["demand_t_per_day"] - frame["shortfall_t_per_day"]
        frame["loss_usd_per_day"] = short * self.state.problem.penalty
        return frame

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Flow over each directed link and transfer that is used, by cargo.

        Returns
        -------
        DataFrame
            kind (link or transfer), id, direction (forward or backward), cargo,
            units_per_day, t_per_day.
        """
        state = self.state
        arcs = state.arcs
        flow = self.answer.class_flow
        c, a = np.nonzero(flow * arcs.is_real)
        weight = state.net.tables["cargo"].set_index("cargo")["t_per_unit"]
        cargo = np.array(arcs.cargo)[c]
        units = flow[c, a]
        frame = pd.DataFrame(
            {
                "kind": np.where(arcs.arc_type[a] == LINK, "link", "transfer"),
                "id": arcs.ids[a],
                "direction": np.array(DIRECTIONS)[arcs.direction[a]],
                "cargo": cargo,
                "units_per_day": units,
                "t_per_day": units * weight.loc[cargo].to_numpy(),
            }
        )
        return frame.sort_values(["kind", "id", "direction", "cargo"], ignore_index=True)

    @cached_property
    def capacities(self) -> pd.DataFrame:
        """Every capacity that holds on the day.

        Returns
        -------
        DataFrame
            capacity_id (with the direction where each has its own), name, unit,
            amount, background, used by the demand's cargo, use (share of the
            amount, background included; 1 where a capacity of 0 is all gone),
            price_usd (what one more unit a day would save a day), and whether it binds.
            Of the logit also waiting_hours: how long the cargo that passes would wait
            if it paid the price in time, by its values of time.
        """
        limits = self.state.limits
        problem = self.state.problem
        used = limit_use(problem, self.answer.class_flow).tolist()
        rows = []
        for limit, use, price in zip(limits, used, self.answer.limit_price, strict=True):
            taken = use + min(limit.background, limit.amount)
            rows.append(
                {
                    "capacity_id": limit.limit_id,
                    "name": limit.name,
                    "unit": limit.unit,
                    "amount": limit.amount,
                    "background": limit.background,
                    "used": use,
                    "use": taken / limit.amount if limit.amount > 0 else 1.0,
                    "price_usd": float(price),
                }
            )
        assert len(rows) == problem.n_limits
        frame = pd.DataFrame(rows, columns=_CAPACITIES)
        frame["binding"] = frame["used"] >= (frame["amount"] - frame["background"]) * BINDING
        if self.model == "logit":
            frame["waiting_hours"] = self._waiting_hours()
        return frame

    def _waiting_hours(self) -> Floats:
        """Return the hours that the price of each limit is worth to what passes it, shape (R,)."""
        p, arcs = self.state.problem, self.state.arcs
        cargo = self.state.net.tables["cargo"].set_index("cargo").loc[list(arcs.cargo)]
        per_hour = cargo["usd_per_unit_day"].to_numpy(dtype=np.float64) / 24.0
        c = np.maximum(p.member_class, 0)
        flow = self.answer.class_flow[c, p.member_arc]
        paid = self.answer.limit_price[p.member_limit] * p.member_factor * flow
        usd, value = (
            np.bincount(p.member_limit, weight, p.n_limits).astype(np.float64)
            for weight in (paid, per_hour[c] * flow)
        )
        return np.divide(usd, value, out=np.zeros(p.n_limits), where=value > 0)

    @property
    def bottlenecks(self) -> pd.DataFrame:
        """Capacities with a price, the dearest per day of all they pass first."""
        frame = self.capacities
        frame = frame[frame["price_usd"] > 1e-6]
        value = frame["price_usd"] * (frame["amount"] - frame["background"])
        return frame.assign(value_usd_per_day=value).sort_values(
            ["value_usd_per_day", "capacity_id"], ascending=[False, True], ignore_index=True
        )

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Totals: tonnes a day, cost, hours and loss apart, shares by cargo and corridor.

        ``mean_hours`` is per tonne served. ``cost_usd_per_day`` is what is paid for
        transport, ``time_usd_per_day`` what the hours under way are worth to the cargo;
        ``generalised_cost_usd_per_day`` is the sum of both. The loss is in none of them.
        """
        short = self.shortfall
        routes = self.routes
        served = float(routes["t_per_day"].sum())
        cost = float((routes["units_per_day"] * routes["usd_per_unit"]).sum())
        time = float((routes["units_per_day"] * routes["time_usd_per_unit"]).sum())
        hours = float((routes["t_per_day"] * routes["hours"]).sum())
        return {
            "demand_t_per_day": float(short["demand_t_per_day"].sum()),
            "served_t_per_day": served,
            "shortfall_t_per_day": float(short["shortfall_t_per_day"].sum()),
            "cost_usd_per_day": cost,
            "time_usd_per_day": time,
            "generalised_cost_usd_per_day": cost + time,
            "loss_usd_per_day": float(short["loss_usd_per_day"].sum()),
            "mean_hours": hours / served if served else 0.0,
            "by_cargo": self._by_cargo(),
            "by_corridor": self._by_corridor(),
        }

    def _by_cargo(self) -> dict[str, dict[str, float]]:
        columns = ["demand_t_per_day", "served_t_per_day", "shortfall_t_per_day"]
        grouped = self.shortfall.groupby("cargo")[columns].sum()
        return {
            str(cargo): {name: float(row[name]) for name in columns}
            for cargo, row in grouped.iterrows()
        }

    def _by_corridor(self) -> dict[str, float]:
        grouped = self.routes.groupby("corridor")["t_per_day"].sum()
        return {str(name): float(value) for name, value in grouped.items()}

    def by(self, key: str, cargo: Sequence[str] | None = None) -> pd.DataFrame:
        """Return what is carried and what is not by any key.

        Parameters
        ----------
        key
            ``"cargo"``, ``"product"``, ``"demand"``, ``"country"`` (of either end),
            ``"origin_country"``, ``"destination_country"``, ``"border"``, ``"mode"`` or
            ``"corridor"``.
        cargo
            Kinds of cargo that it is about; all if None.

        Returns
        -------
        DataFrame
            By a key of demand: demand, served and shortfall in t a day, the loss and the
            value of the shortfall, mean hours, and what the served pays: transport, time
            at its value, and both. By border, mode and corridor: t_per_day that passes,
            each route once in each group, mean hours, and the same costs of the whole
            routes. Most shortfall, or most tonnes, first.

        Raises
        ------
        UnknownIdError
            Where there is no such key.
        """
        arcs = self.state.arcs
        shortfall, routes = (of_cargo(t, cargo) for t in (self.shortfall, self.routes))
        return assignment_by(self.state.net, arcs, shortfall, routes, key)

    def balance(self) -> pd.DataFrame:
        """Return who is short of what, by country and product, the shortest first.

        Returns
        -------
        DataFrame
            country, product, and in tonnes a day: wanted, received, short; offered, sent,
            stranded. What stays within a country is on both sides.
        """
        return balance(self.state.net, self.shortfall)

    def top_losses(self, n: int = 10) -> pd.DataFrame:
        """Return the `n` demands with the largest shortfall, ends named."""
        own = self.shortfall[self.shortfall["shortfall_t_per_day"] > _SHORT]
        frame = largest_first(own, ["shortfall_t_per_day"], "demand_id").head(n)
        return named_ends(self.state.net, frame)

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain values for JSON."""
        return self.summary

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Keep the assignment: flows, routes, capacities, shortfall, summary and manifest.

        Each table is written as CSV and as Parquet, the links that carry something as
        GeoParquet; `corridors.load_result` reads the folder, ``corridors verify`` runs the
        manifest again.

        Parameters
        ----------
        folder
            Is made if it does not exist; the one it lies in must.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        DataError
            Where the folder cannot be made or written to.
        """
        parameters = {"as_of": self.state.day.isoformat(), "model": self.model}
        name = self.scenario.name if self.scenario else None
        proof = self.certificate.to_dict()
        summary = {"scenario": name, **parameters, **self.to_dict(), "certificate": proof}
        net, files = self.state.net, self.tables.files()
        manifest = manifest_of("assignment", net, self.scenario, parameters, files, proof)
        links = link_flows(net, t_per_day=by_link(self.flows, "t_per_day"))
        return keep(folder, files, summary, manifest, links)

    @cached_property
    def tables(self) -> AssignmentTables:
        """All that sentences, maps, pages and files are made of."""
        state = self.state
        arcs = state.arcs
        ids = state.net.tables["links"]["link_id"].to_numpy()
        members = (limit.arc[arcs.arc_type[limit.arc] == LINK] for limit in state.limits)
        return AssignmentTables(
            flows=self.flows,
            routes=self.routes,
            capacities=self.capacities,
            shortfall=self.shortfall,
            bottlenecks=self.bottlenecks,
            links_there=frozenset(ids[arcs.row[state.there & (arcs.arc_type == LINK)]]),
            capacity_links=tuple(tuple(sorted(set(ids[arcs.row[own]]))) for own in members),
        )


def _route_corridor(labels: Any, km: Any) -> str:
    """Return the corridor with the most kilometres; ties go to the first by name."""
    total: dict[str, float] = {}
    for label, length in zip(labels, km, strict=True):
        if label:
            total[label] = total.get(label, 0.0) + float(length)
    if not total:
        return LOCAL
    return min(total, key=lambda name: (-total[name], name))
