"""What an assignment and a comparison hand down to sentences, maps, pages and files: plain tables.

Whoever draws, writes or tells gets these and no result, so each can be tried on
tables written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from corridors.maps.data import COUNTRIES_CREDIT

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    import pandas as pd

    from corridors.assignment.usual.waits import SettledWaits


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
    couplings
        As `corridors.Assignment` has it; None where it is not known.
    sales
        As `corridors.Assignment` has it; None where the network has no markets.
    waits
        As `corridors.Assignment` has it; None where they were not asked for.
    """

    flows: pd.DataFrame
    routes: pd.DataFrame
    capacities: pd.DataFrame
    shortfall: pd.DataFrame
    bottlenecks: pd.DataFrame
    lost_by_step: pd.DataFrame
    links_there: frozenset[str]
    capacity_links: tuple[tuple[str, ...], ...]
    couplings: pd.DataFrame | None = None
    sales: pd.DataFrame | None = None
    waits: SettledWaits | None = None

    def files(self) -> dict[str, pd.DataFrame]:
        """Return the tables that are kept on disk, by name."""
        return {
            "flows": self.flows,
            "routes": self.routes.drop(columns="arcs"),
            "capacities": self.capacities,
            "shortfall": self.shortfall,
            "lost_by_step": self.lost_by_step,
            **({} if self.sales is None else {"sales": self.sales}),
        }


def _usual_credits() -> tuple[str, ...]:
    return (COUNTRIES_CREDIT,)


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
    credited
        Returns whom its maps owe their lines and places to; asked only where a map
        is drawn, because it takes the geometry of all links.
    used, aside, rerouted_users
        By cargo, what became of those that used what the events touch, and of others that
        they push aside; the reroutes of the former. None where that is not known.
    base_years
        Tonnes of demand a day by the year that their amount was published for.
    sales
        As `corridors.Comparison` has it; None where the network has no markets.
    question
        What the scenario says that it asks; empty where it does not.
    idle_openings
        As `corridors.Comparison` has it; None where that is not known.
    added_demand, going_cheaper
        As `corridors.Comparison` has them; None where that is not known.
    uncounted
        Cargo that its table keeps out of totals.
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
    credited: Callable[[], tuple[str, ...]] = _usual_credits
    used: pd.DataFrame | None = None
    aside: pd.DataFrame | None = None
    rerouted_users: pd.DataFrame | None = None
    base_years: Mapping[int, float] = field(default_factory=dict)
    sales: pd.DataFrame | None = None
    question: str = ""
    idle_openings: pd.DataFrame | None = None
    added_demand: pd.DataFrame | None = None
    going_cheaper: pd.DataFrame | None = None
    uncounted: frozenset[str] = frozenset()

    @property
    def credits(self) -> tuple[str, ...]:
        """Whom its maps owe their lines and places to."""
        return self.credited()

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
            **({} if self.sales is None else {"sales": self.sales}),
        }
        for when, tables in (("before", self.before), ("after", self.after)):
            found |= {f"{name}_{when}": frame for name, frame in tables.files().items()}
        return found
