"""Two assignments held against each other: what moved, what it costs, what is lost."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from corridors.assignment import reroutes as moves
from corridors.assignment.assign import require_alike
from corridors.assignment.assignment import Assignment
from corridors.assignment.tables import ComparisonTables
from corridors.assignment.views.by import named_ends
from corridors.assignment.views.changes import Changes
from corridors.assignment.views.kept import by_link, keep, link_flows
from corridors.assignment.views.through import base_years
from corridors.display import HAIR, records
from corridors.errors import old_name, require_kind

if TYPE_CHECKING:
    import os
    from pathlib import Path

    import folium
    from matplotlib.figure import Figure

    from corridors.maps.flowmap import FlowMap
    from corridors.maps.plots.accessor import Plots
    from corridors.maps.static import FlowLine


class Comparison(Changes):
    """A baseline and a disrupted assignment of the same network on the same day.

    Parameters
    ----------
    baseline, disrupted
        The assignments.

    Raises
    ------
    CorridorsError
        Where they differ in network, day or model, so that a difference would
        not be the scenario's.
    """

    def __init__(self, baseline: Assignment, disrupted: Assignment) -> None:
        require_alike(baseline, disrupted)
        self.baseline = baseline
        self.disrupted = disrupted

    @property
    def base(self) -> Assignment:
        """Deprecated: the old name of `baseline`."""
        old_name("Comparison.base", "Comparison.baseline")
        return self.baseline

    @property
    def hit(self) -> Assignment:
        """Deprecated: the old name of `disrupted`."""
        old_name("Comparison.hit", "Comparison.disrupted")
        return self.disrupted

    def __repr__(self) -> str:
        name = self.disrupted.scenario.name if self.disrupted.scenario else "baseline"
        change = self.change
        return (
            f"Comparison({name}: {change['rerouted_t_per_day']:,.0f} t a day rerouted, "
            f"{change['shortfall_t_per_day']:,.0f} more short)"
        )

    def _repr_html_(self) -> str:
        from corridors.display import card

        return card(repr(self), dict(self.waterfall.itertuples(index=False)))

    @cached_property
    def by_demand(self) -> pd.DataFrame:
        """One row per demand: where each tonne a day of it went.

        Returns
        -------
        DataFrame
            demand_id, origin, destination, cargo, demand_t_per_day and its
            split into kept_t_per_day (same route), rerouted_t_per_day (served
            before, served now another way), lost_t_per_day (served before, not
            now), gained_t_per_day (served only now), unserved_before_t_per_day
            (short before and now); withdrawn_t_per_day (no longer wanted, and
            so no part of the demand); of the rerouted added_hours and
            added_cost_usd_per_day, the generalised cost, with its two parts
            added_transport_usd_per_day and added_time_usd_per_day.
        """
        return moves.by_demand(
            (self.baseline.shortfall, self.disrupted.shortfall),
            (self.baseline.routes, self.disrupted.routes),
            self.reroutes,
        )

    @cached_property
    def reroutes(self) -> pd.DataFrame:
        """Which demand leaves which route for which.

        What a route lost is spread over the routes that gained in proportion to
        their gain, demand by demand.

        Returns
        -------
        DataFrame
            demand_id, cargo, t_per_day, from_route and to_route (borders in the
            order crossed), from_corridor, to_corridor, from_crossings and
            to_crossings (links that cross a border), added_hours,
            added_cost_usd_per_unit and added_cost_usd_per_day (generalised),
            added_transport_usd_per_day and added_time_usd_per_day (its parts),
            added_t_hours_per_day; largest first.
        """
        return moves.reroutes(self.baseline.routes, self.disrupted.routes)

    @cached_property
    def waterfall(self) -> pd.DataFrame:
        """What became of the demand, in tonnes a day: step and t_per_day.

        Demand = unserved before and after + kept its route + rerouted +
        newly served + newly unserved. Where an event changes the demand itself, two
        rows more say what is no longer wanted, and so no part of it, and what is newly
        wanted, and so among it.
        """
        d = self.disrupted.counted(self.by_demand)
        changed = {
            "no longer wanted": float(d["withdrawn_t_per_day"].sum()),
            "newly wanted": float(self.added_demand["added_t_per_day"].sum()),
        }
        changed = {step: t for step, t in changed.items() if t > moves.TRACE}
        return pd.DataFrame(
            {
                "step": [
                    "demand",
                    "unserved before and after",
                    "kept its route",
                    "rerouted",
                    "newly served",
                    "newly unserved",
                    *changed,
                ],
                "t_per_day": [
                    float(d["demand_t_per_day"].sum()),
                    float(d["unserved_before_t_per_day"].sum()),
                    float(d["kept_t_per_day"].sum()),
                    float(d["rerouted_t_per_day"].sum()),
                    float(d["gained_t_per_day"].sum()),
                    float(d["lost_t_per_day"].sum()),
                    *changed.values(),
                ],
            }
        )

    @cached_property
    def by_cargo(self) -> pd.DataFrame:
        """The demand table summed by cargo, with shortfall before and after."""
        columns = [
            "demand_t_per_day",
            "kept_t_per_day",
            "rerouted_t_per_day",
            "lost_t_per_day",
            "gained_t_per_day",
            "unserved_before_t_per_day",
            *moves.added_columns(self.by_demand),
        ]
        frame = self.by_demand.groupby("cargo")[columns].sum()
        weighted = self.by_demand["added_hours"] * self.by_demand["rerouted_t_per_day"]
        hours = weighted.groupby(self.by_demand["cargo"]).sum()
        moved = frame["rerouted_t_per_day"].where(frame["rerouted_t_per_day"] > moves.TRACE)
        frame["added_hours"] = (hours / moved).fillna(0.0)
        return frame.reset_index()

    @cached_property
    def change(self) -> dict[str, float]:
        """What the events change, in all.

        ``added_cost_usd_per_day`` is the change of the generalised cost of all that is
        carried, in its two parts: ``added_transport_usd_per_day`` of the transport bill
        and ``added_time_usd_per_day`` of the hours at their value; where the network has
        markets a third, ``added_premium_usd_per_day``, is what is paid to sellers above the
        cheapest, or got from outlets below the dearest. All fall where cargo is no longer
        carried. The same with ``_rerouted`` behind it, and ``added_hours_mean``, are of the
        rerouted cargo alone; with ``_kept``, of that which keeps a way that costs or takes
        another amount now, of which there are ``changed_t_per_day_kept``.
        ``added_loss_usd_per_day`` is what those that stay would have paid at most for their
        way, ``surplus_lost_usd_per_day`` that less what they pay in ordinary times.
        ``added_demand_t_per_day`` and ``withdrawn_t_per_day`` are what events have
        added to the demand and taken from it; ``added_demand_served_t_per_day`` and
        ``added_demand_unserved_t_per_day`` what becomes of the added.
        """
        a, b = self.baseline.summary, self.disrupted.summary
        d = self.disrupted.counted(self.by_demand)
        rerouted = float(d["rerouted_t_per_day"].sum())
        hours = float((d["added_hours"] * d["rerouted_t_per_day"]).sum())
        transport = b["cost_usd_per_day"] - a["cost_usd_per_day"]
        time = b["time_usd_per_day"] - a["time_usd_per_day"]
        added = self.added_demand[[c for c in self.added_demand if c.endswith("_per_day")]].sum()
        added.index = ["added_demand_t_per_day", *(f"added_demand_{c}" for c in added.index[1:])]
        # A mean over what is a rounding of all demand would say something of nothing.
        least = max(moves.TRACE, HAIR * float(d["demand_t_per_day"].sum()))
        premium = {}
        if "premium_usd_per_day" in a:
            premium[moves.PREMIUM] = b["premium_usd_per_day"] - a["premium_usd_per_day"]
        return {
            "served_t_per_day": b["served_t_per_day"] - a["served_t_per_day"],
            "shortfall_t_per_day": b["shortfall_t_per_day"] - a["shortfall_t_per_day"],
            "kept_t_per_day": float(d["kept_t_per_day"].sum()),
            "rerouted_t_per_day": rerouted,
            "newly_unserved_t_per_day": float(d["lost_t_per_day"].sum()),
            "newly_served_t_per_day": float(d["gained_t_per_day"].sum()),
            "withdrawn_t_per_day": float(d["withdrawn_t_per_day"].sum()),
            **{name: float(t) for name, t in added.items()},
            "added_hours_mean": hours / rerouted if rerouted > least else 0.0,
            **{f"{name}_rerouted": float(d[name].sum()) for name in moves.added_columns(d)},
            **moves.of_kept(self.disrupted.counted(self.dearer_ways)),
            "added_cost_usd_per_day": transport + time + sum(premium.values()),
            "added_transport_usd_per_day": transport,
            "added_time_usd_per_day": time,
            **premium,
            "added_loss_usd_per_day": b["loss_usd_per_day"] - a["loss_usd_per_day"],
            "surplus_lost_usd_per_day": b["surplus_lost_usd_per_day"]
            - a["surplus_lost_usd_per_day"],
        }

    def explain(self) -> str:
        """Return a few sentences that say what happens, with the numbers of the tables.

        Examples
        --------
        >>> import corridors as co
        >>> net = co.load()
        >>> hit = co.assign(net, "poland-closure-2025")
        >>> print(co.compare(co.assign(net, as_of=hit.state.day), hit).explain()[:20])
        On 2025-09-12, of ...
        """
        from corridors.assignment.explain import sentences

        return " ".join(sentences(self.tables))

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain values, in the form of ``run --json``."""
        scenario = self.disrupted.scenario
        bottlenecks = self.disrupted.bottlenecks
        shortfall = named_ends(self.disrupted.state.net, self.disrupted.shortfall)
        return {
            "scenario": scenario.name if scenario else None,
            "model": self.disrupted.model,
            "as_of": self.disrupted.state.day.isoformat(),
            "baseline": self.baseline.to_dict(),
            "disrupted": self.disrupted.to_dict(),
            "change": self.change,
            "waterfall": {
                str(step): float(t) for step, t in self.waterfall.itertuples(index=False)
            },
            "bottlenecks": [
                {
                    "capacity_id": row["capacity_id"],
                    "name": row["name"],
                    "unit": row["unit"],
                    "use": row["use"],
                    "shadow_price_usd": row["price_usd"],
                    "confidence": row["confidence"],
                    "inferred": row["inferred"],
                }
                for row in bottlenecks.to_dict("records")
            ],
            "shortfall": records(shortfall[shortfall["shortfall_t_per_day"] > moves.TRACE]),
            "reroutes": records(self.reroutes),
            "used": records(self.by_use[0]),
            "pushed_aside": records(self.by_use[1]),
            "couplings": records(self.disrupted.couplings),
            "demand_base_years": {
                str(year): t for year, t in base_years(self.disrupted.state).items()
            },
            "inferred_limits": self.disrupted.inferred_limits,
            "demand_year": self.disrupted.demand_year,
            "events_not_in_force": self.disrupted.events_not_in_force,
            "closed_links": list(self.disrupted.state.closed_links),
            "idle_openings": records(self.idle_openings),
            "explanation": self.explain(),
            "certificate": self.disrupted.certificate.to_dict(),
        }

    def map(self) -> FlowMap:
        """Return the map of both states, with a switch between them."""
        from corridors.assignment.map_data import comparison_map

        return comparison_map(self.disrupted.state.net, self.tables)

    def figure(self) -> Figure:
        """Draw the flows before and after for print, one above the other."""
        from corridors.assignment.map_data import flow_lines, network_credits
        from corridors.maps.static import flow_figure

        scenario = self.disrupted.scenario
        after = (scenario.title if scenario else "") or "After"
        panels = []
        for title, state in (("Before", self.baseline), (after, self.disrupted)):
            closed = frozenset(state.state.closed_links)
            lines = flow_lines(state.state.net.links, state.flows, closed)
            panels.append((f"{title}, {state.state.day}", lines))
        return flow_figure(panels, network_credits(self.disrupted.state.net))

    def explore(self, *, tiles: Any = None, **options: Any) -> folium.Map:
        """Return what the events change on each link, as a plain folium map to build on.

        Parameters
        ----------
        tiles
            As `folium.Map` takes them; the countries of the package if None.
        **options
            Handed to `folium.Map`.
        """
        from corridors.assignment.explore import explore_comparison

        return explore_comparison(self.disrupted.state.net, self.tables, tiles=tiles, **options)

    @property
    def plot(self) -> Plots:
        """Pictures of it; see `corridors.plots`."""
        from corridors.maps.plots.accessor import Plots

        return Plots(self, ("waterfall", "shares", "utilisation", "before_after"))

    def changed_lines(self) -> list[FlowLine]:
        """Return the links as lines with what the events change, t a day, below 0 for a loss."""
        from dataclasses import replace

        from corridors.assignment.map_data import flow_lines

        closed = frozenset(self.disrupted.state.closed_links)
        links = self.disrupted.state.net.links
        before, after = (
            flow_lines(links, own.flows, closed) for own in (self.baseline, self.disrupted)
        )
        return [
            replace(b, t_per_day=b.t_per_day - a.t_per_day)
            for a, b in zip(before, after, strict=True)
        ]

    def report(self, percentiles: pd.DataFrame | None = None) -> str:
        """Return one page to read, print or send, as HTML that asks no other host for anything.

        With `percentiles` of `corridors.uncertainty` its answer says the ranges too.
        """
        from corridors.assignment.report import report_html

        return report_html(self.tables, self.figure(), self.context, percentiles)

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Keep the comparison: every table, what `to_dict` returns, and a manifest.

        What ``run --out`` writes. Each table is written as CSV and as Parquet, the links
        that carry something as GeoParquet; `corridors.load_result` reads the folder,
        ``corridors verify`` runs the manifest again.

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
        state = self.disrupted.state
        links = link_flows(
            state.net,
            before_t_per_day=by_link(self.baseline.flows, "t_per_day"),
            after_t_per_day=by_link(self.disrupted.flows, "t_per_day"),
        )
        return keep(folder, self.tables.files(), self.to_dict(), self.manifest, links)

    @cached_property
    def tables(self) -> ComparisonTables:
        """All that sentences, maps, pages and files are made of."""
        from corridors.assignment.map_data import network_credits

        state, scenario = self.disrupted.state, self.disrupted.scenario
        net = state.net
        cargo = net.tables["cargo"]
        return ComparisonTables(
            title=(scenario.title or scenario.name) if scenario else "Baseline",
            description=scenario.description if scenario else "",
            question=scenario.question if scenario else "",
            day=state.day,
            model=self.disrupted.model,
            before=self.baseline.tables,
            after=self.disrupted.tables,
            change=self.change,
            waterfall=self.waterfall,
            by_demand=self.by_demand,
            by_cargo=self.by_cargo,
            by_corridor=self.by_corridor,
            reroutes=self.reroutes,
            closed_links=tuple(state.closed_links),
            events_not_in_force=tuple(self.disrupted.events_not_in_force),
            n_events=len(scenario.events) if scenario else 0,
            node_names=net.end_names,
            link_names={link: net.link_name(link) for link in net.tables["links"]["link_id"]},
            cargo_names=dict(zip(cargo["cargo"], cargo["name"], strict=True)),
            certificate=self.disrupted.certificate.to_dict(),
            used=self.by_use[0],
            aside=self.by_use[1],
            rerouted_users=self.rerouted_users,
            base_years=base_years(state),
            sales=self.sales if self.disrupted.has_markets else None,
            credited=partial(network_credits, net),
            idle_openings=self.idle_openings,
            added_demand=self.added_demand,
            going_cheaper=self.going_cheaper,
            uncounted=frozenset(cargo["cargo"]) - net.cargo_in_totals,
        )


def compare(baseline: Assignment, disrupted: Assignment) -> Comparison:
    """Hold a disrupted assignment against its baseline.

    Parameters
    ----------
    baseline
        The undisturbed assignment.
    disrupted
        The assignment with the scenario's events, of the same network, day and
        model.

    Returns
    -------
    Comparison

    Raises
    ------
    CorridorsError
        Where they are not of the same network, day and model.
    """
    require_kind("baseline", baseline, Assignment, "an assignment")
    require_kind("disrupted", disrupted, Assignment, "an assignment")
    return Comparison(baseline, disrupted)
