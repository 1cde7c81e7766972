"""What became of each demand, and which of its routes it left for which.

Tables of routes and demands in, tables out: the routes and shortfall of two
assignments of the same demand.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

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

_NOTHING: dict[str, Any] = {"t_per_day": 0.0}


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
    rows = []
    was, now = _routes(before), _routes(after)
    for demand_id in sorted(set(was) & set(now)):
        old, new = was[demand_id], now[demand_id]
        losses, gains = {}, {}
        for key in sorted(set(old) | set(new)):
            change = new.get(key, _NOTHING)["t_per_day"] - old.get(key, _NOTHING)["t_per_day"]
            if change < -TRACE:
                losses[key] = -change
            elif change > TRACE:
                gains[key] = change
        lost, gained = sum(losses.values()), sum(gains.values())
        if not losses or not gains:
            continue
        # What a route lost goes to those that gained in proportion to their gain.
        share = min(lost, gained) / lost / gained
        rows += [
            _reroute(demand_id, old[left], new[taken], share * loss * gain)
            for left, loss in losses.items()
            for taken, gain in gains.items()
        ]
    columns = [*_REROUTES, PREMIUM] if _with_premium(before) else _REROUTES
    return pd.DataFrame(rows, columns=columns).sort_values(
        ["t_per_day", "demand_id", "from_route", "to_route"],
        ascending=[False, True, True, True],
        ignore_index=True,
    )


def _with_premium(routes: pd.DataFrame) -> bool:
    """Return whether routes say what they pay to sellers above the best price."""
    return "premium_usd_per_unit" in routes.columns


def _routes(routes: pd.DataFrame) -> dict[str, dict[str, dict[str, Any]]]:
    """Return routes by demand and key."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for route in routes.drop(columns="arcs").to_dict("records"):
        found.setdefault(route["demand_id"], {})[route["key"]] = route
    return found


def _reroute(
    demand_id: str, left: dict[str, Any], taken: dict[str, Any], tonnes: float
) -> dict[str, Any]:
    hours = taken["hours"] - left["hours"]
    transport = taken["usd_per_unit"] - left["usd_per_unit"]
    time = taken["time_usd_per_unit"] - left["time_usd_per_unit"]
    units = tonnes * left["units_per_day"] / left["t_per_day"]
    paid = {}
    cost = transport + time
    if "premium_usd_per_unit" in taken:
        premium = taken["premium_usd_per_unit"] - left["premium_usd_per_unit"]
        paid = {PREMIUM: premium * units}
        cost += premium
    return {
        "demand_id": demand_id,
        "cargo": left["cargo"],
        "t_per_day": tonnes,
        "from_route": left["borders"] or "domestic",
        "to_route": taken["borders"] or "domestic",
        "from_corridor": left["corridor"],
        "to_corridor": taken["corridor"],
        "from_crossings": left["crossings"],
        "to_crossings": taken["crossings"],
        "added_hours": hours,
        "added_cost_usd_per_unit": cost,
        "added_cost_usd_per_day": cost * units,
        "added_transport_usd_per_day": transport * units,
        "added_time_usd_per_day": time * units,
        "added_t_hours_per_day": hours * tonnes,
        **paid,
    }


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
    was_short = {row["demand_id"]: row for row in shortfall[0].to_dict("records")}
    before, after = (_tonnes(table) for table in routes)
    parts = added_columns(moved)
    added = _sums(moved, ["added_t_hours_per_day", *parts])
    nothing = [0.0] * (1 + len(parts))
    rows = []
    for now in shortfall[1].to_dict("records"):
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
    grouped = routes.groupby(["demand_id", "key"], sort=True)["t_per_day"].sum()
    for (demand_id, key), tonnes in grouped.items():
        found.setdefault(demand_id, {})[key] = float(tonnes)
    return found


def _or_nothing(tonnes: float) -> float:
    """Return an amount, or 0 where it is negative or rounding."""
    return tonnes if tonnes > TRACE else 0.0
