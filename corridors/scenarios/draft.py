"""A network on one day while events are laid over it, and what an event can do to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from corridors.network.arcs import ENTRY, LINK, TRANSFER, Arcs
from corridors.network.calendar import during
from corridors.scenarios.capacity.amounts import and_offers, with_drawn_amounts
from corridors.scenarios.capacity.capacities import (
    build_limits,
    capacities_on,
    share_of_limits,
)
from corridors.scenarios.capacity.offers import (
    offer_limits,
    offer_rows,
    offered_costs,
    offers_on,
    with_drawn_offers,
)
from corridors.scenarios.demand import demand_on, demand_rows, with_drawn_demand
from corridors.scenarios.passages import felt_once

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.flow.arrays import Floats, Ints
    from corridors.network.network import Network
    from corridors.scenarios.capacity.capacities import Limit
    from corridors.scenarios.selectors import Selection

_MOST_DAYS = 128
"""Days before any event that are kept for each network; most share nearly all that they are."""


@dataclass(eq=False)
class _Day:
    """A day before any event, as it is kept; it must not hold the network that it is kept for.

    What of it depends on rows alone is taken from the day that it is like, that of the network
    from which this one is drawn.
    """

    arcs: Arcs
    there: NDArray[np.bool_]
    offers: pd.DataFrame
    usd: NDArray[np.float64]
    premium: NDArray[np.float64]
    demand: pd.DataFrame
    like: _Day | None = None
    limits: Sequence[Limit] | None = None
    rows: Ints | None = None
    offered: list[Limit] | None = None
    rows_of_offers: tuple[Ints, Floats] | None = None
    rows_of_demand: tuple[Ints, Floats] | None = None

    @cached_property
    def ends(self) -> tuple[Ints, Ints, Ints]:
        """Gates of origin and destination, and class, of each demand, shape (K,)."""
        if self.like is not None:
            return self.like.ends
        arcs, demand = self.arcs, self.demand
        # Arrays that may be written to: for others all kernels would be compiled once more.
        return (
            _numbers(demand["origin"], arcs.origin_mode_node),
            _numbers(demand["destination"], arcs.destination_mode_node),
            _numbers(demand["cargo"], {name: c for c, name in enumerate(arcs.cargo)}),
        )


_DAYS: WeakKeyDictionary[Network, dict[dt.date, _Day]] = WeakKeyDictionary()

_Offered = tuple["pd.DataFrame", "NDArray[np.float64]", "NDArray[np.float64]"]
_Limited = tuple["list[Limit]", "Ints | None"]


@dataclass(eq=False)
class _Parts:
    """Parts of days, by the rows that hold and the year: on most days they are those of others."""

    there: dict[bytes, NDArray[np.bool_]] = field(default_factory=dict)
    offers: dict[tuple[bytes, int], _Offered] = field(default_factory=dict)
    demand: dict[tuple[bytes, int], pd.DataFrame] = field(default_factory=dict)
    limits: dict[bytes, _Limited] = field(default_factory=dict)


_PARTS: WeakKeyDictionary[Network, tuple[Arcs, _Parts]] = WeakKeyDictionary()

_MOST_PARTS = 32
"""Parts of each kind that are kept for each network."""


def _keep(kept: dict[Any, Any], key: Any, value: Any, most: int) -> None:
    """Keep a value, the oldest of too many given up for it."""
    if len(kept) >= most:
        del kept[next(iter(kept))]
    kept[key] = value


def _parts_of(whole: Network, arcs: Arcs) -> _Parts:
    """Return the parts that are known of the days of a network."""
    if whole not in _PARTS or _PARTS[whole][0] is not arcs:
        _PARTS[whole] = arcs, _Parts()
    return _PARTS[whole][1]


@dataclass(eq=False)
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
    offered
        What limits each offer, of whatever amount.
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
    offered: list[Limit]
    limits: Sequence[Limit] = field(default_factory=list)
    opened: Selection | None = None

    def open(self, selection: Selection) -> None:
        """Put into use what is selected; of use before the limits are found."""
        self.opened = selection if self.opened is None else self.opened | selection
        self.there = self.there | self.arcs.select(selection)

    def find_limits(self) -> None:
        """Look up the capacities of the day, and of what events have opened."""
        if self.opened is None:
            self.limits = _limits_on(self.net, self.arcs, self.day)
            return
        rows = capacities_on(self.net, self.day, self.opened)
        self.limits = build_limits(self.net, self.arcs, rows)

    def find_offers(self) -> None:
        """Limit each seller and outlet to what it offers; what offers nothing is closed."""
        amounts = self.offers["units_per_day"].to_numpy(dtype=np.float64)
        gone = amounts <= 0.0
        c, a = (self.offers[name].to_numpy()[gone] for name in ("class", "arc"))
        self.usd[c, a] = np.inf
        self.limits = and_offers(self.limits, self.offered, amounts)

    def meant(self, selection: Selection, cargo: tuple[str, ...]) -> NDArray[np.bool_]:
        """Return what a selection means, there or not, by class and arc, shape (C, A)."""
        chosen = self.arcs.select(selection)
        return np.asarray(self.arcs.classes(cargo)[:, None] & chosen, dtype=np.bool_)

    def close(self, inside: NDArray[np.bool_]) -> None:
        """Take away what is inside; what is gone for every class is closed."""
        self.usd[inside] = np.inf
        self.closed = self.closed | (inside.all(axis=0) & inside.any(axis=0))

    def leave_share(
        self,
        meant: NDArray[np.bool_],
        share: float,
        number: int,
        capacities: set[str] | None = None,
    ) -> bool:
        """Leave a share of what limits a selection, as `share_of_limits` does; say if any does."""
        self.limits, touched = share_of_limits(
            self.limits, meant, self.there, share, number, capacities
        )
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
    known = _on(net, arcs, day)
    return Draft(
        net=net,
        day=day,
        arcs=arcs,
        demand=known.demand.copy(),
        usual=known.there,
        there=known.there.copy(),
        closed=np.zeros(arcs.size, dtype=np.bool_),
        usd=known.usd.copy(),
        hours=arcs.hours.copy(),
        premium=known.premium.copy(),
        offers=known.offers.copy(),
        offered=_offered(net.whole, known),
    )


def usual_demand(net: Network, arcs: Arcs, day: dt.date) -> pd.DataFrame:
    """Return the demand of a day before any event, as `demand_on` has it; not to be changed."""
    return _on(net, arcs, day).demand


def ends_of_demand(net: Network, arcs: Arcs, day: dt.date) -> tuple[Ints, Ints, Ints]:
    """Return the gates of origin and destination, and the class, of each demand, shape (K,).

    Events change none of them. The arrays are those of all days and draws with the same rows.
    """
    return _on(net, arcs, day).ends


def _numbers(names: pd.Series, number_of: dict[str, int]) -> Ints:
    """Return the number of each name; pandas would take twenty times as long."""
    return np.array([number_of[name] for name in names.to_numpy().tolist()], dtype=np.int64)


def _offered(whole: Network, known: _Day) -> list[Limit]:
    """Return what limits each offer of a day, of the amount that it has where nothing is drawn."""
    if known.like is not None:
        return _offered(whole, known.like)
    if known.offered is None:
        known.offered = offer_limits(whole, known.offers)
    return known.offered


def _on(net: Network, arcs: Arcs, day: dt.date) -> _Day:
    """Return a day before any event, worked out when it is first asked for."""
    whole = net.whole
    kept = _DAYS.setdefault(whole, {})
    known = kept.get(day)
    if known is None or known.arcs is not arcs:
        like = None if whole.like is None else _DAYS.get(whole.like, {}).get(day)
        parts = _parts_of(whole, arcs)
        there = _there_on(whole, arcs, day, parts) if like is None else like.there
        if like is None:
            found, usd, premium = _offers_on(whole, arcs, day, parts)
            demand = _demand_on(whole, day, parts)
        else:
            like.rows_of_offers = like.rows_of_offers or offer_rows(whole, day)
            like.rows_of_demand = like.rows_of_demand or demand_rows(whole, day, like.demand)
            found = with_drawn_offers(whole, like.offers, *like.rows_of_offers)
            usd, premium = offered_costs(arcs, found)
            demand = with_drawn_demand(whole, like.demand, *like.rows_of_demand)
        kept.pop(day, None)
        known = _Day(arcs, there, found, usd, premium, demand, like)
        _keep(kept, day, known, _MOST_DAYS)
    return known


def _there_on(whole: Network, arcs: Arcs, day: dt.date, parts: _Parts) -> NDArray[np.bool_]:
    """Return the arcs that exist on a day before any event, shape (A,)."""
    links, transfers = (_there(whole.tables[name], day) for name in ("links", "transfers"))
    key = links.tobytes() + transfers.tobytes()
    if key not in parts.there:
        there = arcs.of(LINK, links) | arcs.of(TRANSFER, transfers) | (arcs.arc_type >= ENTRY)
        _keep(parts.there, key, there, _MOST_PARTS)
    return parts.there[key]


def _offers_on(whole: Network, arcs: Arcs, day: dt.date, parts: _Parts) -> _Offered:
    """Return the offers of a day, and the costs with them."""
    holds = during(whole.tables["supply"], "valid_from", "valid_until", day)
    key = holds.tobytes(), day.year
    if key not in parts.offers:
        found = offers_on(whole, arcs, day)
        _keep(parts.offers, key, (found, *offered_costs(arcs, found)), _MOST_PARTS)
    return parts.offers[key]


def _demand_on(whole: Network, day: dt.date, parts: _Parts) -> pd.DataFrame:
    """Return the demand of a day before any event."""
    key = during(whole.tables["demand"], "valid_from", "valid_until", day).tobytes(), day.year
    if key not in parts.demand:
        _keep(parts.demand, key, demand_on(whole, day), _MOST_PARTS)
    return parts.demand[key]


def _limits_on(net: Network, arcs: Arcs, day: dt.date) -> Sequence[Limit]:
    """Return the limits of a day before any event, worked out when they are first asked for."""
    whole, known = net.whole, _on(net, arcs, day)
    if known.limits is None:
        like = None if whole.like is None else _DAYS.get(whole.like, {}).get(day)
        if like is not None and like.limits is not None and like.rows is not None:
            known.limits = with_drawn_amounts(whole, arcs, like.limits, like.rows)
        else:
            capacities, parts = whole.tables["capacities"], _parts_of(whole, arcs)
            holds = during(capacities, "valid_from", "valid_until", day)
            key = holds.tobytes()
            if key not in parts.limits:
                rows = capacities[holds]
                found = build_limits(whole, arcs, rows)
                places = _places(rows, np.flatnonzero(holds), found)
                _keep(parts.limits, key, (found, places), _MOST_PARTS)
            known.limits, known.rows = parts.limits[key]
    return known.limits


def _places(rows: pd.DataFrame, places: Ints, limits: list[Limit]) -> Ints | None:
    """Return the place of the row of each limit; None where a capacity has several.

    Parameters
    ----------
    rows, places
        The rows that hold on a day, and where they stand in the capacity table.
    limits
        Those that the rows set.
    """
    if not rows["capacity_id"].is_unique:
        return None
    place = dict(zip(rows["capacity_id"].to_numpy().tolist(), places.tolist(), strict=True))
    return np.array([place[limit.capacity_id] for limit in limits], dtype=np.int64)


def _there(frame: pd.DataFrame, day: dt.date) -> NDArray[np.bool_]:
    """Return which directed rows of a table exist on a day, shape (rows, 2)."""
    there = during(frame, "opens", "closes", day)
    both = (frame["direction"] == "both").to_numpy(dtype=np.bool_)
    return np.stack([there, there & both], axis=1)
