"""Capacities on one day as limits over arcs, and how limits are scaled and added."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from corridors.network.arcs import DIRECTIONS, LINK
from corridors.network.calendar import during
from corridors.network.limits.coverage import amount_grades
from corridors.network.loads import conversion, days_on
from corridors.scenarios.capacity.capacity_members import members_of
from corridors.scenarios.capacity.variation import NONE, Variation, variation_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.network.arcs import Arcs
    from corridors.network.network import Network
    from corridors.scenarios.capacity.capacity_members import CapacityMembers
    from corridors.scenarios.selectors import Selection

_FROM_EVENT = "#"
"""What marks the ids of limits that a scenario sets; `Limit.from_event` says it for the model."""


@dataclass(frozen=True, eq=False)
class Limit:
    """A capacity, or one direction of it, as it holds on one day.

    Attributes
    ----------
    limit_id
        The capacity's id, with ``:forward`` or ``:backward`` where each
        direction has its own; for limits set by an event, `event_limit_id`.
    capacity_id
        Empty for limits set by an event alone.
    amount, background
        Units per day; what the demand table leaves out takes `background`.
    arc, cargo, factor
        Members: arc numbers, classes, and units that one unit of cargo takes.
    from_event
        Whether an event has set it, beside those of the capacities.
    confidence
        Of the amount, A to D; empty where the network has no source for it, or an event
        alone has set it.
    variation
        How arrivals and service vary at it; of limits that an event alone sets nothing does.
    """

    limit_id: str
    capacity_id: str
    name: str
    unit: str
    amount: float
    background: float
    arc: NDArray[np.int64]
    cargo: NDArray[np.int64]
    factor: NDArray[np.float64]
    from_event: bool = False
    confidence: str = ""
    variation: Variation = NONE

    @property
    def available(self) -> float:
        """Units per day that are left for the demand table's cargo."""
        return max(self.amount - self.background, 0.0)

    def lies_in(self, meant: NDArray[np.bool_]) -> bool:
        """Return whether all members lie in a selection, those that do not exist today included.

        Parameters
        ----------
        meant
            What is selected, whether it is there on the day or not, by class and arc, shape (C, A).
        """
        return bool(meant[self.cargo, self.arc].all())

    def part(self, inside: NDArray[np.bool_], number: int, amount: float) -> Limit:
        """Return a limit that an event sets on the members of this one that lie in a selection.

        Parameters
        ----------
        inside
            What is selected, by class and arc, shape (C, A).
        number
            Of the event, for the id of the limit.
        amount
            Units per day, all of them for the demand table's cargo.
        """
        own = inside[self.cargo, self.arc]
        return replace(
            self,
            limit_id=event_limit_id(number, self.limit_id),
            name=f"{self.name}, part limited by the scenario",
            amount=amount,
            background=0.0,
            arc=self.arc[own],
            cargo=self.cargo[own],
            factor=self.factor[own],
            from_event=True,
            variation=NONE,
        )


def event_limit_id(number: int, capacity: str = "event") -> str:
    """Return the id of a limit that the event of a number sets, alone or on part of a capacity.

    Examples
    --------
    >>> event_limit_id(1), event_limit_id(2, "terespol-rail:forward")
    ('event#1', 'terespol-rail:forward#2')
    """
    return f"{capacity}{_FROM_EVENT}{number}"


def is_event_limit(limit_id: str) -> bool:
    """Return whether an id in a table of results is that of a limit which an event has set."""
    return _FROM_EVENT in limit_id


_KNOWN: WeakKeyDictionary[CapacityMembers, dict[Any, list[Limit]]] = WeakKeyDictionary()
"""Limits by the label of their row, for each network: the same on every day on which it holds."""


def build_limits(net: Network, arcs: Arcs, rows: pd.DataFrame) -> list[Limit]:
    """Return the limits that capacity rows set on arcs.

    Parameters
    ----------
    net
        The network of all of time.
    arcs
        Its arcs on the day.
    rows
        The capacity rows that hold on the day.
    """
    members = members_of(net, arcs)
    grades = amount_grades(net.whole, rows)
    variation = variation_of(net)
    limits: list[Limit] = []
    columns = ("capacity_id", "name", "unit", "amount", "background", "per_direction")
    ordered = rows.sort_values("capacity_id")
    told = [ordered[name].to_numpy().tolist() for name in columns]
    # Of several rows of a capacity the last one's grade counts for all, whatever else holds.
    unique = rows["capacity_id"].is_unique and net.whole.tables["capacities"].index.is_unique
    known = _KNOWN.setdefault(members, {}) if unique else {}
    for label, *values in zip(ordered.index.tolist(), *told, strict=True):
        if label not in known:
            row = dict(zip(columns, values, strict=True))
            known[label] = _limits_of(net, members, row, grades, variation)
        limits += known[label]
    return limits


def _limits_of(
    net: Network,
    members: CapacityMembers,
    row: dict[str, Any],
    grades: dict[str, str],
    variation: dict[str, Variation],
) -> list[Limit]:
    """Return the limits that one capacity row sets: one, or one for each direction."""
    limits = []
    sides = DIRECTIONS if row["per_direction"] == "yes" else ("",)
    for side in sides:
        arc, cargo, factor = members.counted(net, row["capacity_id"], row["unit"], side)
        if not len(arc):
            continue
        suffix = f":{side}" if side else ""
        limits.append(
            Limit(
                limit_id=row["capacity_id"] + suffix,
                capacity_id=row["capacity_id"],
                name=row["name"] + (f" ({side})" if side else ""),
                unit=row["unit"],
                amount=row["amount"],
                background=row["background"],
                arc=arc,
                cargo=cargo,
                factor=factor,
                confidence=grades.get(row["capacity_id"], ""),
                variation=variation.get(row["capacity_id"], NONE),
            )
        )
    return limits


def units_on_arc(
    arcs: Arcs, arc: int, units: dict[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Return the units one unit of each cargo takes on an arc, by the first mode that says."""
    result = np.full(len(arcs.cargo), np.nan)
    for mode in arcs.mode[arc]:
        result = np.where(np.isnan(result), units[mode], result)
    return result


def capacities_on(net: Network, day: dt.date, opened: Selection | None) -> pd.DataFrame:
    """Return the capacity rows that hold on a day; of what is opened early, the first that will.

    Parameters
    ----------
    net
        The network of all of time.
    day
        The day.
    opened
        What events put into use, if anything.
    """
    rows = net.tables["capacities"]
    valid = during(rows, "valid_from", "valid_until", day)
    if opened is not None:
        links = set(net.tables["links"]["link_id"][opened.links.any(axis=1)])
        changes = set(net.tables["transfers"]["transfer_id"][opened.transfers.any(axis=1)])
        members = net.tables["capacity_members"]
        early = members["link_id"].isin(links) | members["transfer_id"].isin(changes)
        waiting = set(members["capacity_id"][early]) - set(rows["capacity_id"][valid])
        later = rows[rows["capacity_id"].isin(waiting) & (rows["valid_from"] > day.isoformat())]
        first = later.sort_values("valid_from").drop_duplicates("capacity_id")
        valid |= rows.index.isin(first.index)
    return rows[valid]


def share_of_limits(
    limits: Sequence[Limit],
    meant: NDArray[np.bool_],
    there: NDArray[np.bool_],
    share: float,
    number: int,
    capacities: set[str] | None = None,
) -> tuple[list[Limit], bool]:
    """Return limits of which a share is left inside a selection, and whether any lies in it.

    A limit that is selected as a whole is scaled, background and all, whatever of it exists on
    the day. One that reaches beyond keeps its amount, and its members inside together get a
    limit of that share of what it has for the demand.

    Parameters
    ----------
    limits
        The limits.
    meant
        What is selected, whether it is there on the day or not, by class and arc, shape (C, A).
    there
        Arcs that exist on the day, shape (A,).
    share
        What is left, from 0 to 1.
    number
        Of the event, for the ids of limits that are added.
    capacities
        Capacities that are meant; None for all.
    """
    inside = meant & there
    result, added, touched = [], [], False
    for limit in limits:
        own = inside[limit.cargo, limit.arc]
        if not own.any() or (capacities is not None and limit.capacity_id not in capacities):
            result.append(limit)
            continue
        touched = True
        if limit.lies_in(meant):
            scaled = replace(
                limit, amount=limit.amount * share, background=limit.background * share
            )
            result.append(scaled)
            continue
        result.append(limit)
        added.append(limit.part(inside, number, limit.available * share))
    return result + added, touched


def limits_without_rows(
    net: Network, arcs: Arcs, limits: Sequence[Limit], capacities: set[str]
) -> list[Limit]:
    """Return the limits of capacities that have no row on the day, as their last rows have them.

    What is used of them by traffic that the demand leaves out is not known on that day.

    Parameters
    ----------
    net, arcs
        The network and its arcs.
    limits
        Those of the day.
    capacities
        Capacities that are asked for.
    """
    missing = capacities - {limit.capacity_id for limit in limits}
    if not missing:
        return []
    rows = net.tables["capacities"]
    own = rows[rows["capacity_id"].isin(missing)].sort_values("valid_from")
    last = own.drop_duplicates("capacity_id", keep="last")
    return [replace(limit, background=0.0) for limit in build_limits(net, arcs, last)]


def set_amount(limit: Limit, amount: float) -> Limit:
    """Return a limit with another amount; its background takes the same share of it as before."""
    ratio = amount / limit.amount if limit.amount else 0.0
    return replace(limit, amount=amount, background=min(limit.background * ratio, amount))


def countable_on(net: Network, arcs: Arcs, inside: NDArray[np.bool_], unit: str) -> set[str]:
    """Return the cargo of a selection that some link or transfer of it counts in a unit.

    Parameters
    ----------
    net, arcs
        The network and its arcs.
    inside
        What is selected, by class and arc, shape (C, A).
    unit
        What is counted.
    """
    units = conversion(net, arcs.cargo, unit)
    found = np.zeros(len(arcs.cargo), dtype=np.bool_)
    for arc in np.flatnonzero(inside.any(axis=0)):
        factor = units_on_arc(arcs, int(arc), units)
        found |= inside[:, arc] & np.isfinite(factor) & np.isfinite(arcs.usd[:, arc])
    return {name for name, own in zip(arcs.cargo, found, strict=True) if own}


def limit_over(
    net: Network, arcs: Arcs, inside: NDArray[np.bool_], unit: str, amount: float
) -> Limit | None:
    """Return one limit on the sum over all links of a selection, without an id and a name.

    Parameters
    ----------
    net, arcs
        The network and its arcs.
    inside
        What is selected, by class and arc, shape (C, A).
    unit, amount
        What is counted, and how much of it a day.

    Returns
    -------
    Limit or None
        None where nothing selected can be counted in the unit.
    """
    units = conversion(net, arcs.cargo, unit)
    entries = []
    for arc in np.flatnonzero(inside.any(axis=0) & (arcs.arc_type == LINK)):
        factor = units_on_arc(arcs, int(arc), units) * days_on(arcs.hours[:, arc], unit)
        usable = inside[:, arc] & (factor > 0) & np.isfinite(arcs.usd[:, arc])
        entries += [(int(arc), int(c), float(factor[c])) for c in np.flatnonzero(usable)]
    if not entries:
        return None
    return Limit(
        limit_id="",
        capacity_id="",
        name="",
        unit=unit,
        amount=amount,
        background=0.0,
        arc=np.array([e[0] for e in entries], dtype=np.int64),
        cargo=np.array([e[1] for e in entries], dtype=np.int64),
        factor=np.array([e[2] for e in entries]),
        from_event=True,
    )
