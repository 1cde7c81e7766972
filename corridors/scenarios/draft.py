"""A network on one day while events are laid over it, and what an event can do to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.network.arcs import ENTRY, LINK, TRANSFER, Arcs
from corridors.network.calendar import in_period, in_season
from corridors.scenarios.capacity.capacities import build_limits, capacities_on, share_of_limits
from corridors.scenarios.capacity.offers import offer_limits, offered_costs, offers_on
from corridors.scenarios.demand import demand_on
from corridors.scenarios.passages import felt_once

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.network.network import Network
    from corridors.scenarios.capacity.capacities import Limit
    from corridors.scenarios.selectors import Selection


@dataclass
class Draft:
    """What holds on one day, as far as events have been laid over it.

    Attributes
    ----------
    net
        The network of all of time.
    day
        The day.
    arcs
        Its arcs, as they are without events.
    demand
        One row for each demand, with `units_per_day` and `t_per_unit`.
    usual
        Arcs that exist on the day without events, shape (A,).
    there
        Those, and what events have opened, shape (A,).
    closed
        Arcs that events take away for every cargo, shape (A,).
    usd, hours
        Per unit, shape (C, A); `usd` is infinite where the cargo may not pass.
    premium
        What an offer costs above the best of its market, per unit, shape (C, A).
    offers
        What sellers offer and outlets take on the day, as `offers_on` returns it.
    limits
        Limits so far; none before `find_limits`. Those of offers come with `find_offers`.
    opened
        What events have put into use.
    """

    net: Network
    day: dt.date
    arcs: Arcs
    demand: pd.DataFrame
    usual: NDArray[np.bool_]
    there: NDArray[np.bool_]
    closed: NDArray[np.bool_]
    usd: NDArray[np.float64]
    hours: NDArray[np.float64]
    premium: NDArray[np.float64]
    offers: pd.DataFrame
    limits: list[Limit] = field(default_factory=list)
    opened: Selection | None = None

    def open(self, selection: Selection) -> None:
        """Put into use what is selected; of use before the limits are found."""
        self.opened = selection if self.opened is None else self.opened | selection
        self.there = self.there | self.arcs.select(selection)

    def find_limits(self) -> None:
        """Look up the capacities of the day, and of what events have opened."""
        rows = capacities_on(self.net, self.day, self.opened)
        self.limits = build_limits(self.net, self.arcs, rows)

    def find_offers(self) -> None:
        """Limit each seller and outlet to what it offers; what offers nothing is closed."""
        gone = self.offers["units_per_day"].to_numpy() <= 0.0
        c, a = (self.offers[name].to_numpy()[gone] for name in ("class", "arc"))
        self.usd[c, a] = np.inf
        self.limits = self.limits + offer_limits(self.net, self.offers)

    def inside(self, selection: Selection, cargo: tuple[str, ...]) -> NDArray[np.bool_]:
        """Return what a selection means of what is there, by class and arc, shape (C, A)."""
        chosen = self.there & self.arcs.select(selection)
        return np.asarray(self.arcs.classes(cargo)[:, None] & chosen, dtype=np.bool_)

    def close(self, inside: NDArray[np.bool_]) -> None:
        """Take away what is inside; what is gone for every class is closed."""
        self.usd[inside] = np.inf
        self.closed = self.closed | (inside.all(axis=0) & inside.any(axis=0))

    def leave_share(
        self,
        inside: NDArray[np.bool_],
        share: float,
        number: int,
        capacities: set[str] | None = None,
    ) -> bool:
        """Leave a share of the limits inside, as `share_of_limits` does; return whether any is."""
        self.limits, touched = share_of_limits(self.limits, inside, share, number, capacities)
        return touched

    def felt_once(
        self, inside: NDArray[np.bool_], selector: dict[str, Any], folder: Path | None
    ) -> NDArray[np.bool_]:
        """Return where a delay or charge on what is inside is felt, by class and arc, (C, A).

        As `corridors.scenarios.passages.felt_once` has it.
        """
        chosen = np.asarray(inside.any(axis=0), dtype=np.bool_)
        felt = felt_once(self.net, self.arcs, self.there, chosen, selector, folder)
        classes = np.asarray(inside.any(axis=1), dtype=np.bool_)
        return np.asarray(classes[:, None] & felt, dtype=np.bool_)


def undisturbed(net: Network, arcs: Arcs, day: dt.date) -> Draft:
    """Return a network on a day before any event; its limits are not yet found.

    Parameters
    ----------
    net
        The network of all of time.
    arcs
        Its arcs.
    day
        The day.
    """
    there = arcs.of(LINK, _there(net.tables["links"], day))
    there |= arcs.of(TRANSFER, _there(net.tables["transfers"], day)) | (arcs.arc_type >= ENTRY)
    found = offers_on(net, arcs, day)
    usd, premium = offered_costs(arcs, found)
    return Draft(
        net=net,
        day=day,
        arcs=arcs,
        demand=demand_on(net, day),
        usual=there,
        there=there,
        closed=np.zeros(arcs.size, dtype=np.bool_),
        usd=usd,
        hours=arcs.hours.copy(),
        premium=premium,
        offers=found,
    )


def _there(frame: pd.DataFrame, day: dt.date) -> NDArray[np.bool_]:
    """Return which directed rows of a table exist on a day, shape (rows, 2)."""
    seasons = frame["season"] if "season" in frame.columns else [""] * len(frame)
    there = np.array(
        [
            in_period(a, b, day) and in_season(s, day)
            for a, b, s in zip(frame["opens"], frame["closes"], seasons, strict=True)
        ],
        dtype=np.bool_,
    )
    both = (frame["direction"] == "both").to_numpy(dtype=np.bool_)
    return np.stack([there, there & both], axis=1)
