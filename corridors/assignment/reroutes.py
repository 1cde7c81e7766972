"""What became of each demand, and which of its routes it left for which.

Tables of routes and demands in, tables out: the routes and shortfall of two
assignments of the same demand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridors.network.reading.cells import rows_of

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats

TRACE = 1e-6
"""Tonnes a day below which a difference of routes is rounding."""

_BY_DEMAND = [
    "demand_id",
    "origin",
    "destination",
    "cargo",
    "demand_t_per_day",
    "kept_t_per_day",
    "rerouted_t_per_day",
    "lost_t_per_day",
    "gained_t_per_day",
    "unserved_before_t_per_day",
    "withdrawn_t_per_day",
    "added_hours",
    "added_cost_usd_per_day",
    "added_transport_usd_per_day",
    "added_time_usd_per_day",
]

_REROUTES = [
    "demand_id",
    "cargo",
    "t_per_day",
    "from_route",
    "to_route",
    "from_corridor",
    "to_corridor",
    "from_crossings",
    "to_crossings",
    "added_hours",
    "added_cost_usd_per_unit",
    "added_cost_usd_per_day",
    "added_transport_usd_per_day",
    "added_time_usd_per_day",
    "added_t_hours_per_day",
]

ADDED = ("added_cost_usd_per_day", "added_transport_usd_per_day", "added_time_usd_per_day")
"""What the rerouted pays more: its generalised cost, and the two parts of it."""

PREMIUM = "added_premium_usd_per_day"
"""A third part of it where the network has markets: what is paid to sellers above the best."""


def reroutes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return which demand leaves which route for which, the largest first.

    Parameters
    ----------
    before, after
        Routes, as `corridors.Assignment` has them.

    Returns
    -------
    DataFrame
        As `corridors.Comparison.reroutes` says.
    """
    left: list[int] = []
    taken: list[int] = []
    tonnes: list[float] = []
    was, now = _tonnes(before), _tonnes(after)
    first, then = _numbers(before), _numbers(after)
    for demand_id in sorted(set(was) & set(now)):
        old, new = was[demand_id], now[demand_id]
        losses, gains = {}, {}
        for key in sorted({**old, **new}):
            change = new.get(key, 0.0) - old.get(key, 0.0)
            if change < -TRACE:
                losses[first[demand_id, key]] = -change
            elif change > TRACE:
                gains[then[demand_id, key]] = change
        lost, gained = sum(losses.values()), sum(gains.values())
        if not losses or not gains:
            continue
        # What a route lost goes to those that gained in proportion to their gain.
        share = min(lost, gained) / lost / gained
        left += [i for i in losses for _ in gains]
        taken += [i for _ in losses for i in gains]
        tonnes += [share * loss * gain for loss in losses.values() for gain in gains.values()]
    columns = [*_REROUTES, PREMIUM] if _with_premium(before) else _REROUTES
    ways = before.iloc[left], after.iloc[taken]
    found = _moved(*ways, np.array(tonnes)) if tonnes else pd.DataFrame(columns=columns)
    return found[columns].sort_values(
        ["t_per_day", "demand_id", "from_route", "to_route"],
        ascending=[False, True, True, True],
        ignore_index=True,
    )


def _with_premium(routes: pd.DataFrame) -> bool:
    """Return whether routes say what they pay to sellers above the best price."""
    return "premium_usd_per_unit" in routes.columns


def _numbers(routes: pd.DataFrame) -> dict[tuple[str, str], int]:
    """Return the number of each route, by demand and key."""
    ids, keys = (routes[name].to_numpy().tolist() for name in ("demand_id", "key"))
    return dict(zip(zip(ids, keys, strict=True), range(len(ids)), strict=True))


def _moved(left: pd.DataFrame, taken: pd.DataFrame, tonnes: Floats) -> pd.DataFrame:
    """Return what it means for tonnes a day that they leave one route for another, row by row."""

    def more(name: str) -> Floats:
        return np.asarray(taken[name].to_numpy() - left[name].to_numpy(), dtype=np.float64)

    def way(frame: pd.DataFrame) -> Any:
        borders = frame["borders"].to_numpy()
        return np.where(borders == "", "domestic", borders)

    hours, transport, time = (more(name) for name in ("hours", "usd_per_unit", "time_usd_per_unit"))
    units = tonnes * left["units_per_day"].to_numpy() / left["t_per_day"].to_numpy()
    cost = transport + time
    paid = {}
    if _with_premium(taken):
        premium = more("premium_usd_per_unit")
        paid = {PREMIUM: premium * units}
        cost = cost + premium
    return pd.DataFrame(
        {
            "demand_id": left["demand_id"].to_numpy(),
            "cargo": left["cargo"].to_numpy(),
            "t_per_day": tonnes,
            "from_route": way(left),
            "to_route": way(taken),
            "from_corridor": left["corridor"].to_numpy(),
            "to_corridor": taken["corridor"].to_numpy(),
            "from_crossings": left["crossings"].to_numpy(),
            "to_crossings": taken["crossings"].to_numpy(),
            "added_hours": hours,
            "added_cost_usd_per_unit": cost,
            "added_cost_usd_per_day": cost * units,
            "added_transport_usd_per_day": transport * units,
            "added_time_usd_per_day": time * units,
            "added_t_hours_per_day": hours * tonnes,
            **paid,
        }
    )


def dearer_ways(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return what those pay more, or less, who keep a way that costs or takes another amount now.

    Parameters
    ----------
    before, after
        Routes, as `corridors.Assignment` has them.

    Returns
    -------
    DataFrame
        Columns of `reroutes`, a row for each way that both have and that is not what it was.
    """
    was, now = _tonnes(before), _tonnes(after)
    first, then = _numbers(before), _numbers(after)
    both = [key for key in first if key in then]
    kept = np.array([min(was[d][key], now[d][key]) for d, key in both])
    ways = before.iloc[[first[key] for key in both]], after.iloc[[then[key] for key in both]]
    found = _moved(*ways, kept) if both else pd.DataFrame(columns=_REROUTES)
    other = (found["added_hours"].abs() > TRACE) | (found["added_cost_usd_per_unit"].abs() > TRACE)
    return found[other & (found["t_per_day"] > TRACE)].reset_index(drop=True)


def of_kept(ways: pd.DataFrame) -> dict[str, float]:
    """Return in all what `dearer_ways` says: tonnes a day, mean hours, and dollars a day."""
    tonnes = float(ways["t_per_day"].sum())
    hours = float(ways["added_t_hours_per_day"].sum())
    return {
        "changed_t_per_day_kept": tonnes,
        "added_hours_mean_kept": hours / tonnes if tonnes > TRACE else 0.0,
        **{f"{name}_kept": float(ways[name].sum()) for name in added_columns(ways)},
    }


def added_demand(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return what is wanted now and was not before, and what becomes of it.

    What was short before is served first: who of a demand goes is not known.

    Parameters
    ----------
    before, after
        Shortfall, as `corridors.Assignment` has it.

    Returns
    -------
    DataFrame
        demand_id, origin, destination, cargo, and in tonnes a day added, and its split into
        served and unserved; demands of which more is wanted alone.
    """
    was = before.set_index("demand_id")[["demand_t_per_day", "served_t_per_day"]]
    was = was.reindex(after["demand_id"]).fillna(0.0).reset_index(drop=True)
    own = after.reset_index(drop=True)
    added = own["demand_t_per_day"] - was["demand_t_per_day"]
    short = (was["demand_t_per_day"] - was["served_t_per_day"]).clip(lower=0.0)
    lost = (was["served_t_per_day"] - own["served_t_per_day"]).clip(lower=0.0)
    unserved = (own["demand_t_per_day"] - own["served_t_per_day"] - lost - short).clip(lower=0.0)
    unserved = unserved.where(unserved > TRACE, 0.0).clip(upper=added)
    found = own[["demand_id", "origin", "destination", "cargo"]].assign(
        added_t_per_day=added,
        served_t_per_day=added - unserved,
        unserved_t_per_day=unserved,
    )
    return found[added > TRACE].reset_index(drop=True)


def by_demand(
    shortfall: tuple[pd.DataFrame, pd.DataFrame],
    routes: tuple[pd.DataFrame, pd.DataFrame],
    moved: pd.DataFrame,
) -> pd.DataFrame:
    """Return what became of each demand, a row each.

    Parameters
    ----------
    shortfall, routes
        Before and after, as `corridors.Assignment` has them.
    moved
        As `reroutes` returns it.

    Returns
    -------
    DataFrame
        As `corridors.Comparison.by_demand` says.
    """
    was_short = {row["demand_id"]: row for row in rows_of(shortfall[0])}
    before, after = (_tonnes(table) for table in routes)
    parts = added_columns(moved)
    added = _sums(moved, ["added_t_hours_per_day", *parts])
    nothing = [0.0] * (1 + len(parts))
    rows = []
    for now in rows_of(shortfall[1]):
        demand_id = now["demand_id"]
        own = after.get(demand_id, {})
        kept = sum(min(t, own.get(key, 0.0)) for key, t in before.get(demand_id, {}).items())
        was = float(was_short[demand_id]["served_t_per_day"])
        served = float(now["served_t_per_day"])
        rerouted = max(min(was, served) - kept, 0.0)
        if rerouted < TRACE:
            kept, rerouted = min(was, served), 0.0
        # What is no longer wanted is not lost: an event may have lowered the demand itself.
        wanted = float(was_short[demand_id]["demand_t_per_day"])
        withdrawn = max(wanted - float(now["demand_t_per_day"]), 0.0)
        lost = _or_nothing(max(was - served, 0.0) - withdrawn)
        short = float(now["shortfall_t_per_day"])
        t_hours, *usd = added.get(demand_id, nothing)
        rows.append(
            {
                "demand_id": demand_id,
                "origin": now["origin"],
                "destination": now["destination"],
                "cargo": now["cargo"],
                "demand_t_per_day": float(now["demand_t_per_day"]),
                "kept_t_per_day": kept,
                "rerouted_t_per_day": rerouted,
                "lost_t_per_day": lost,
                "gained_t_per_day": _or_nothing(served - was),
                "unserved_before_t_per_day": _or_nothing(short - lost),
                "withdrawn_t_per_day": _or_nothing(withdrawn),
                "added_hours": t_hours / rerouted if rerouted > TRACE else 0.0,
                **dict(zip(parts, usd, strict=True)),
            }
        )
    return pd.DataFrame(rows, columns=[*_BY_DEMAND, *parts[len(ADDED) :]])


def _sums(moved: pd.DataFrame, columns: list[str]) -> dict[Any, list[float]]:
    """Return the sums of some columns by demand."""
    total = moved.groupby("demand_id")[columns].sum()
    return dict(zip(total.index, total.to_numpy(dtype="float64").tolist(), strict=True))


def added_columns(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns of a table that say what the rerouted pays more, and its parts."""
    return (*ADDED, PREMIUM) if PREMIUM in frame.columns else ADDED


def _tonnes(routes: pd.DataFrame) -> dict[Any, dict[str, float]]:
    """Return tonnes a day by demand and key."""
    found: dict[Any, dict[str, float]] = {}
    columns = (routes[name].to_numpy().tolist() for name in ("demand_id", "key", "t_per_day"))
    # Where keys are the same, those of one are added up in the order of the table.
    for demand_id, key, tonnes in sorted(zip(*columns, strict=True), key=lambda row: row[:2]):
        own = found.setdefault(demand_id, {})
        own[key] = own.get(key, 0.0) + tonnes
    return found


def _or_nothing(tonnes: float) -> float:
    """Return an amount, or 0 where it is negative or rounding."""
    return tonnes if tonnes > TRACE else 0.0
