"""What a comparison can be asked besides its own tables: by any key, and who used what is shut."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from corridors.assignment.reroutes import TRACE, added_demand, dearer_ways
from corridors.assignment.views.by import (
    comparison_by,
    comparison_by_route,
    left_routes,
    named_ends,
)
from corridors.assignment.views.grouping import (
    OF_DEMAND,
    checked_key,
    largest_first,
    of_cargo,
    value_per_tonne,
)
from corridors.assignment.views.kept import manifest_of
from corridors.assignment.views.opened import idle_openings
from corridors.assignment.views.sales import changed_sales
from corridors.assignment.views.sources import deciding_sources
from corridors.assignment.views.through import by_use, cheaper_share, rerouted_users, users
from corridors.errors import require_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.assignment.assignment import Assignment
    from corridors.assignment.report import ReportContext
    from corridors.assignment.tables import ComparisonTables
    from corridors.scenarios.scenario import Scenario


class Changes:
    """Views of a comparison of two assignments."""

    baseline: Assignment
    disrupted: Assignment
    by_demand: pd.DataFrame
    reroutes: pd.DataFrame

    if TYPE_CHECKING:

        def __init__(self, baseline: Assignment, disrupted: Assignment) -> None: ...

        @cached_property
        def tables(self) -> ComparisonTables:
            """All that sentences, maps, pages and files are made of."""

    @cached_property
    def at_best(self) -> Self:
        """The same scenario by the best plan, solved when first asked for: what is possible.

        Route choice says what is to be expected. The damage of the best plan is a lower bound,
        and what lies between the two is what coordination could be worth. A comparison by
        ``"optimal"`` is its own best.
        """
        from corridors.assignment.assign import assigned
        from corridors.scenarios.demand_curves import optimum_in_steps
        from corridors.scenarios.state import network_state

        if self.disrupted.model == "optimal":
            return self
        ordinary, hit = (
            network_state(a.state.net, a.scenario, a.state.day)
            for a in (self.baseline, self.disrupted)
        )
        usual = optimum_in_steps(ordinary.net, ordinary.day)
        before = assigned(ordinary, self.baseline.scenario, near=usual)
        after = assigned(hit, self.disrupted.scenario, near=before.answer)
        return type(self)(before, after)

    @property
    def scenario(self) -> Scenario | None:
        """The scenario that is held against its baseline."""
        return self.disrupted.scenario

    def by(self, key: str, cargo: Sequence[str] | None = None) -> pd.DataFrame:
        """Return what becomes of the cargo by any key.

        Parameters
        ----------
        key, cargo
            As in `Assignment.by`.

        Returns
        -------
        DataFrame
            By a key of demand: the columns of `by_demand` summed, added hours of the
            rerouted, and the value of the goods that are lost. By border, mode and
            corridor: tonnes a day before and after, the change, and what became of those
            that passed before: kept their route, went another way, are not carried.

        Raises
        ------
        UnknownIdError
            Where there is no such key.
        """
        net, arcs = self.disrupted.state.net, self.disrupted.state.arcs
        if checked_key(key) in OF_DEMAND:
            return comparison_by(net, of_cargo(self.by_demand, cargo), key)
        before, after = (of_cargo(t, cargo) for t in (self.left_routes, self.disrupted.routes))
        return comparison_by_route(arcs, before, after, key)

    def top_losses(self, n: int = 10) -> pd.DataFrame:
        """Return the `n` demands that lose most, ends named: `by_demand` and lost value."""
        require_whole("n", n, 0)
        own = self.by_demand[self.by_demand["lost_t_per_day"] > TRACE]
        net = self.disrupted.state.net
        frame = named_ends(net, largest_first(own, ["lost_t_per_day"], "demand_id").head(n))
        worth = frame["cargo"].map(value_per_tonne(net)).astype("float64")
        return frame.assign(lost_value_usd_per_day=frame["lost_t_per_day"] * worth)

    @cached_property
    def left_routes(self) -> pd.DataFrame:
        """Routes of the baseline, and what became of their cargo: kept, rerouted, lost."""
        return left_routes((self.baseline.routes, self.disrupted.routes), self.by_demand)

    @cached_property
    def users(self) -> pd.DataFrame:
        """Routes of the baseline, whether each used what the events touch, and what became.

        Returns
        -------
        DataFrame
            demand_id, cargo, uses, and in tonnes a day: before, kept, rerouted, lost.
        """
        return users(self.baseline, self.disrupted, self.left_routes)

    @cached_property
    def by_use(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """By cargo: those that used what the events touch, and those pushed aside by them."""
        used, aside, _ = self._by_use
        return used, aside

    @property
    def going_cheaper(self) -> pd.DataFrame:
        """By cargo: those that did not use what the events touch and go a cheaper way now.

        There is room for them where there was none, be it new or given up by others.
        """
        return self._by_use[2]

    @cached_property
    def _by_use(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        cargo = self.disrupted.state.net.tables["cargo"].set_index("cargo")
        return by_use(self.users, cargo[["unit", "t_per_unit"]], cheaper_share(self.reroutes))

    @cached_property
    def dearer_ways(self) -> pd.DataFrame:
        """What those pay more, or less, who keep a way that is not what it was; as `reroutes`."""
        return dearer_ways(self.baseline.routes, self.disrupted.routes)

    @cached_property
    def added_demand(self) -> pd.DataFrame:
        """What is wanted now and was not before, by demand, of cargo that counts in totals.

        Returns
        -------
        DataFrame
            demand_id, origin, destination, cargo, and in tonnes a day added, and its split into
            served and unserved.
        """
        before, after = (own.counted(own.shortfall) for own in (self.baseline, self.disrupted))
        return added_demand(before, after)

    @cached_property
    def rerouted_users(self) -> pd.DataFrame:
        """The reroutes of those that used what the events touch; columns as `reroutes`."""
        return rerouted_users(self.reroutes, self.users)

    @cached_property
    def idle_openings(self) -> pd.DataFrame:
        """Links that the events open and that carry nothing, with the demand nearest to using them.

        Returns
        -------
        DataFrame
            As `corridors.assignment.views.opened.idle_openings` says: what a tonne would pay
            more by the cheapest way over them, in its parts, nearest to being used first.
        """
        return idle_openings(self.baseline, self.disrupted)

    @cached_property
    def sales(self) -> pd.DataFrame:
        """Who sells or takes more, and who less, than without the events; empty without markets.

        Returns
        -------
        DataFrame
            market, node_id, cargo, side, name, country, premium_usd_per_unit; offered_t_per_day,
            sold_t_per_day and premium_usd_per_day, each also before (``_before``), and
            change_t_per_day of what is sold; the largest change first.
        """
        return changed_sales(self.baseline.sales, self.disrupted.sales)

    @cached_property
    def by_corridor(self) -> pd.DataFrame:
        """Tonnes a day by corridor: before, after, change."""
        before = pd.Series(self.baseline.summary["by_corridor"], dtype="float64")
        after = pd.Series(self.disrupted.summary["by_corridor"], dtype="float64")
        frame = pd.DataFrame({"before_t_per_day": before, "after_t_per_day": after}).fillna(0.0)
        frame["change_t_per_day"] = frame["after_t_per_day"] - frame["before_t_per_day"]
        return frame.rename_axis("corridor").sort_index().reset_index()

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was asked, of which data, with which releases, and hashes of what came out."""
        state, scenario = self.disrupted.state, self.disrupted.scenario
        parameters = self.disrupted.asked
        proof = self.disrupted.certificate.to_dict()
        files = self.tables.files()
        manifest = manifest_of("comparison", state.net, scenario, parameters, files, proof)
        usual = self.baseline.scenario
        manifest["baseline_scenario"] = usual.to_yaml() if usual else None
        return manifest

    @cached_property
    def context(self) -> ReportContext:
        """What a report says beside the tables."""
        from corridors.assignment.map_data import comparison_map_data, network_title
        from corridors.assignment.report import ReportContext

        state, scenario = self.disrupted.state, self.disrupted.scenario
        return ReportContext(
            flow_map=comparison_map_data(state.net, self.tables),
            network=network_title(state.net) or state.net.name,
            events=[
                (event.in_words(), event.in_force(state.day))
                for event in (scenario.events if scenario else ())
            ],
            scenario_sources=scenario.sources if scenario else (),
            sources=deciding_sources(
                state.net, self.disrupted.bottlenecks, self.by_demand, self.tables.node_names
            ),
            manifest=self.manifest,
        )

    def balance(self) -> pd.DataFrame:
        """Return who is short of what by country and product, before and after.

        Returns
        -------
        DataFrame
            As `Assignment.balance`, with short_before_t_per_day and newly_short_t_per_day;
            what is newly short comes first.
        """
        keys = ["country", "product"]
        now = self.disrupted.balance()
        was = self.baseline.balance()[[*keys, "short_t_per_day"]]
        was = was.rename(columns={"short_t_per_day": "short_before_t_per_day"})
        found = now.merge(was, on=keys, how="left").fillna({"short_before_t_per_day": 0.0})
        new = found["short_t_per_day"] - found["short_before_t_per_day"]
        found["newly_short_t_per_day"] = new.where(new.abs() > TRACE, 0.0)
        return found.sort_values(
            "newly_short_t_per_day", ascending=False, kind="stable", ignore_index=True
        )
