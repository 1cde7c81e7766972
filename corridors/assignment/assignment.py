"""What an assignment says, as tidy tables: flows, routes, shortfall, capacities."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridors.assignment.tables import AssignmentTables
from corridors.assignment.views.by import assignment_by, balance, named_ends
from corridors.assignment.views.capacities import capacity_table
from corridors.assignment.views.couplings import coupling_table
from corridors.assignment.views.grouping import largest_first, of_cargo
from corridors.assignment.views.kept import keep_assignment
from corridors.assignment.views.routes import route_table
from corridors.assignment.views.sales import premium_paid, sales
from corridors.assignment.views.shortfall import lost_by_step, shortfall_table
from corridors.display import card
from corridors.errors import old_name, require_kind
from corridors.network.arcs import DIRECTIONS, LINK

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from pathlib import Path

    import folium

    from corridors.assignment.usual.waits import SettledWaits
    from corridors.flow.certificate import Certificate
    from corridors.flow.choice.certificate import ChoiceCertificate
    from corridors.flow.choice.solve import ChoiceAnswer
    from corridors.flow.solve import Answer
    from corridors.maps.plots.accessor import Plots
    from corridors.scenarios.coupling.settle import Fallen
    from corridors.scenarios.scenario import Scenario
    from corridors.scenarios.state import NetworkState

_TRACE_USD = 1e-3
"""Price of a unit, USD, up to which a capacity decides nothing."""

_NEARLY_FULL = 0.9
"""Use from which a limit at which waits rise with use stops cargo."""

_SHORT = 1e-6
"""Tonnes a day below which a shortfall is rounding."""


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
    fallen
        What couplings do; None where none bites.
    waits
        What cargo waits beyond the usual where arrivals and service vary, and how well that
        equilibrium has settled; None where it was not asked for (`assign`'s ``expected_queue``).
    """

    def __init__(
        self,
        state: NetworkState,
        answer: Answer | ChoiceAnswer,
        scenario: Scenario | None,
        model: str,
        fallen: Fallen | None = None,
        waits: SettledWaits | None = None,
    ) -> None:
        self.state = state
        self.answer = answer
        self.scenario = scenario
        self.model = model
        self.fallen = fallen
        self.waits = waits

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
            routes, and the arcs. Where the network has markets, also
            premium_usd_per_unit: what is paid to the seller above the cheapest of its
            market, or got from the outlet below the dearest, part of the generalised cost
            and of neither transport nor time.
        """
        return route_table(self.state, self.answer, premium=self.has_markets)

    @property
    def has_markets(self) -> bool:
        """Whether the network has markets; what is said of them is said only then."""
        return len(self.state.net.whole.tables["supply"]) > 0

    @cached_property
    def sales(self) -> pd.DataFrame:
        """What each seller sells and each outlet takes, one row for each offer of the day.

        Returns
        -------
        DataFrame
            market, side, node_id, name, country, cargo; offered, sold and unsold (for an
            outlet: what it could take, takes and leaves) in units and tonnes a day;
            premium_usd_per_unit above the cheapest seller, or below the dearest outlet;
            premium_usd_per_day in all; price_usd, what one more unit offered there would
            save.
        """
        return sales(self.state, self.answer)

    @cached_property
    def shortfall(self) -> pd.DataFrame:
        """Demand, served and not, one row each: units and tonnes a day, and the loss.

        Returns
        -------
        DataFrame
            demand_id, origin, destination, cargo; demand, shortfall and what is served in
            units or tonnes a day; loss_usd_per_day, what those that stay would have paid at
            most; surplus_lost_usd_per_day, that less what their transport costs in ordinary
            times: what they lose by staying. Where others make room, route choice lets
            demand grow; the growth is among the demand.
        """
        return shortfall_table(self.state, self.answer, self.lost_by_step)

    @cached_property
    def lost_by_step(self) -> pd.DataFrame:
        """What stays, by demand and step of its curve, the steps that pay least first.

        Returns
        -------
        DataFrame
            demand_id, cargo, step (from 1), price_usd (what a unit of the step would have paid at
            most), ordinary_usd (what its transport costs in ordinary times; the price itself
            where the demand falls short then too, 0 where no cargo of the network has an
            elasticity), shortfall in units and tonnes a day, loss_usd_per_day and
            surplus_lost_usd_per_day.
        """
        return lost_by_step(self.state, self.answer)

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
            price_usd (what one more unit a day would save a day), confidence of the amount
            (A to D, empty where the network does not say), whether it is inferred (D), and
            whether it binds, and random_wait_hours: how long those who pass wait on average
            because arrivals and service vary (see docs/simulation.md; 0 where the network
            does not say how much; no part of the cost).
            Of the logit also waiting_hours: how long the cargo that passes would wait
            if it paid the price in time, by its values of time. Where waits were asked for
            also added_wait_hours, those beyond the usual; the price is what they are worth.
        """
        frame = capacity_table(self.state, self.answer, waiting=self.model == "logit")
        if self.waits is not None:
            frame["added_wait_hours"] = 24.0 * self.waits.days
        return frame

    @cached_property
    def couplings(self) -> pd.DataFrame:
        """What falls because its by-product has no outlet; see `coupling_table`."""
        return coupling_table(self.state, self.answer, self.fallen)

    @property
    def bottlenecks(self) -> pd.DataFrame:
        """Capacities with a price (with waits: nearly full too), by what their room is worth."""
        frame = self.capacities
        frame = frame[frame["price_usd"] > _TRACE_USD]
        if self.waits is not None:
            frame = frame[frame["use"] >= _NEARLY_FULL]
        value = frame["price_usd"] * (frame["amount"] - frame["background"])
        return frame.assign(value_usd_per_day=value).sort_values(
            ["value_usd_per_day", "capacity_id"], ascending=[False, True], ignore_index=True
        )

    @property
    def inferred_limits(self) -> list[str]:
        """Ids of the capacities with a price whose amount nobody published: they decide too."""
        found = self.bottlenecks
        return [str(name) for name in found["capacity_id"][found["inferred"]]]

    @property
    def demand_year(self) -> int | None:
        """Year that the figures of most tonnes of the day's demand are of; None without demand."""
        demand = self.state.demand
        wanted = demand.groupby("base_year")["t_per_day"].sum()
        return int(wanted.idxmax()) if wanted.sum() > 0 else None

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Totals: tonnes a day, cost, hours and loss apart, shares by cargo and corridor.

        ``mean_hours`` is per tonne served. ``cost_usd_per_day`` is what is paid for
        transport, ``time_usd_per_day`` what the hours under way are worth to the cargo;
        ``generalised_cost_usd_per_day`` is the sum of both, and where the network has
        markets of ``premium_usd_per_day``: what is paid to sellers above the cheapest, or
        got from outlets below the dearest. The loss is in none of them:
        ``loss_usd_per_day`` is what those that stay would have paid at most,
        ``surplus_lost_usd_per_day`` that less what they pay in ordinary times.
        Cargo that its table keeps out of totals is in ``by_cargo`` alone.
        """
        short = self.counted(self.shortfall)
        routes = self.counted(self.routes)
        served = float(routes["t_per_day"].sum())
        cost = float((routes["units_per_day"] * routes["usd_per_unit"]).sum())
        time = float((routes["units_per_day"] * routes["time_usd_per_unit"]).sum())
        premium = premium_paid(routes)
        paid = {"premium_usd_per_day": premium} if self.has_markets else {}
        hours = float((routes["t_per_day"] * routes["hours"]).sum())
        return {
            "demand_t_per_day": float(short["demand_t_per_day"].sum()),
            "served_t_per_day": served,
            "shortfall_t_per_day": float(short["shortfall_t_per_day"].sum()),
            "cost_usd_per_day": cost,
            "time_usd_per_day": time,
            **paid,
            "generalised_cost_usd_per_day": cost + time + premium,
            "loss_usd_per_day": float(short["loss_usd_per_day"].sum()),
            "surplus_lost_usd_per_day": float(short["surplus_lost_usd_per_day"].sum()),
            "mean_hours": hours / served if served else 0.0,
            "by_cargo": self._by_cargo(),
            "by_corridor": self._by_corridor(),
        }

    def counted(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of a table with a column ``cargo`` that totals count."""
        own = frame["cargo"].isin(self.state.net.cargo_in_totals)
        return frame.copy(deep=False) if own.all() else frame[own]

    def _by_cargo(self) -> dict[str, dict[str, float]]:
        columns = ["demand_t_per_day", "served_t_per_day", "shortfall_t_per_day"]
        grouped = self.shortfall.groupby("cargo")[columns].sum()
        return {
            str(cargo): {name: float(row[name]) for name in columns}
            for cargo, row in grouped.iterrows()
        }

    def _by_corridor(self) -> dict[str, float]:
        grouped = self.counted(self.routes).groupby("corridor")["t_per_day"].sum()
        return {str(name): float(value) for name, value in grouped.items()}

    def by(self, key: str, cargo: Sequence[str] | None = None) -> pd.DataFrame:
        """Return what is carried and what is not by any key.

        Parameters
        ----------
        key
            ``"cargo"``, ``"product"``, ``"demand"``, ``"country"`` (of either end),
            ``"origin_country"``, ``"destination_country"``, ``"border"``, ``"mode"`` or
            ``"corridor"``. The country of what is bought on a market is its seller's, of
            what is sold on one its outlet's; what nobody sells or takes stands by the id of
            the market.
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
            stranded. What stays within a country is on both sides. What is bought on a
            market is offered and sent by the country of its seller, what is sold on one
            wanted and received by that of its outlet.
        """
        return balance(self.state.net, self.shortfall, self.state.arcs, self.routes)

    def top_losses(self, n: int = 10) -> pd.DataFrame:
        """Return the `n` demands with the largest shortfall, ends named."""
        own = self.shortfall[self.shortfall["shortfall_t_per_day"] > _SHORT]
        frame = largest_first(own, ["shortfall_t_per_day"], "demand_id").head(n)
        return named_ends(self.state.net, frame)

    @property
    def asked(self) -> dict[str, Any]:
        """What `assign` was asked beside network and scenario."""
        asked = {"as_of": self.state.day.isoformat(), "model": self.model}
        return asked if self.waits is None else asked | {"expected_queue": True}

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain values for JSON, with what is waited where that was asked."""
        waits = {} if self.waits is None else {"waits": self.waits.to_dict()}
        return self.summary | waits

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
        return keep_assignment(self, folder)

    @cached_property
    def tables(self) -> AssignmentTables:
        """All that sentences, maps, pages and files are made of."""
        state, arcs = self.state, self.state.arcs
        ids = state.net.tables["links"]["link_id"].to_numpy()
        members = (limit.arc[arcs.arc_type[limit.arc] == LINK] for limit in state.limits)
        return AssignmentTables(
            flows=self.flows,
            routes=self.routes,
            capacities=self.capacities,
            shortfall=self.shortfall,
            bottlenecks=self.bottlenecks,
            lost_by_step=self.lost_by_step,
            sales=self.sales if self.has_markets else None,
            links_there=frozenset(ids[arcs.row[state.there & (arcs.arc_type == LINK)]]),
            capacity_links=tuple(tuple(sorted(set(ids[arcs.row[own]]))) for own in members),
            couplings=self.couplings,
            waits=self.waits,
        )


def require_assignment(assignment: object, name: str = "assignment") -> None:
    """Raise ScenarioError where what is asked about is no assignment."""
    require_kind(name, assignment, Assignment, "an assignment, as co.assign() returns one")
