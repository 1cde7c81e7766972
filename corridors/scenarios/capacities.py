"""Capacities on one day as limits over arcs, and what events do to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import ScenarioError
from corridors.scenarios.arcs import LINK, TRANSFER, Arcs

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from corridors.network.network import Network
    from corridors.scenarios.scenario import Event

DIRECTIONS = ("forward", "backward")


@dataclass(frozen=True)
class Limit:
    """A capacity, or one direction of it, as it holds on one day.

    Attributes
    ----------
    limit_id
        The capacity's id, with ``:forward`` or ``:backward`` where each
        direction has its own; for limits set by an event, the event's number.
    capacity_id
        Empty for limits set by an event alone.
    amount, background
        Units per day; what the demand table leaves out takes `background`.
    arc, cargo, factor
        Members: arc numbers, classes, and units that one unit of cargo takes.
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

    @property
    def available(self) -> float:
        """Units per day that are left for the demand table's cargo."""
        return max(self.amount - self.background, 0.0)


def conversion(net: Network, cargo: tuple[str, ...], unit: str) -> dict[str, NDArray[np.float64]]:
    """Return how many `unit` one unit of each cargo takes, by mode; NaN where nothing says.

    Tonnes follow from the cargo's weight and TEU cargo is its own TEU; every
    other pair needs a row in the load table.
    """
    frame = net.tables["cargo"].set_index("cargo").loc[list(cargo)]
    plain = np.full(len(cargo), np.nan)
    if unit == "t":
        plain = frame["t_per_unit"].to_numpy(dtype=np.float64)
    elif unit == "TEU":
        plain = np.where(frame["unit"] == "TEU", 1.0, np.nan)
    class_of = {name: c for c, name in enumerate(cargo)}
    result = {mode: plain.copy() for mode in ("rail", "road", "sea", "pipeline")}
    for load in net.tables["loads"].to_dict("records"):
        if load["vehicle"] == unit:
            result[load["mode"]][class_of[load["cargo"]]] = 1.0 / load["units_per_vehicle"]
    return result


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
    by_capacity: dict[str, list[dict[str, Any]]] = {}
    for member in net.tables["capacity_members"].to_dict("records"):
        by_capacity.setdefault(member["capacity_id"], []).append(member)
    arcs_of = _arcs_by_id(net, arcs)
    by_unit = {unit: conversion(net, arcs.cargo, unit) for unit in sorted(set(rows["unit"]))}
    limits = []
    for row in rows.sort_values("capacity_id").to_dict("records"):
        units = by_unit[row["unit"]]
        sides = DIRECTIONS if row["per_direction"] == "yes" else ("",)
        for side in sides:
            entries = [
                entry
                for member in by_capacity.get(row["capacity_id"], [])
                for entry in _entries(member, side, arcs, arcs_of, units)
            ]
            if not entries:
                continue
            entries.sort()
            suffix = f":{side}" if side else ""
            limits.append(
                Limit(
                    limit_id=row["capacity_id"] + suffix,
                    capacity_id=row["capacity_id"],
                    name=row["name"] + (f" ({side})" if side else ""),
                    unit=row["unit"],
                    amount=row["amount"],
                    background=row["background"],
                    arc=np.array([e[0] for e in entries], dtype=np.int64),
                    cargo=np.array([e[1] for e in entries], dtype=np.int64),
                    factor=np.array([e[2] for e in entries]),
                )
            )
    return limits


def _arcs_by_id(net: Network, arcs: Arcs) -> dict[tuple[str, int], int]:
    link_ids = net.tables["links"]["link_id"].to_list()
    transfer_ids = net.tables["transfers"]["transfer_id"].to_list()
    found = {}
    for a in range(arcs.size):
        if arcs.kind[a] == LINK:
            found[link_ids[arcs.row[a]], int(arcs.direction[a])] = a
        elif arcs.kind[a] == TRANSFER:
            found[transfer_ids[arcs.row[a]], int(arcs.direction[a])] = a
    return found


def _entries(
    member: dict[str, Any],
    side: str,
    arcs: Arcs,
    arcs_of: dict[tuple[str, int], int],
    units: dict[str, NDArray[np.float64]],
) -> list[tuple[int, int, float]]:
    key = member["link_id"] or member["transfer_id"]
    own = member["direction"]
    if side:
        along = 1 if own == "backward" else 0
        directions = [along if side == "forward" else 1 - along]
    else:
        directions = [0, 1] if own == "both" else [DIRECTIONS.index(own)]
    only = set(filter(None, member["cargo"].split(";")))
    entries = []
    for direction in directions:
        arc = arcs_of.get((key, direction))
        if arc is None:
            continue
        factor = units_on_arc(arcs, arc, units)
        for c, name in enumerate(arcs.cargo):
            counts = (not only or name in only) and np.isfinite(arcs.usd[c, arc])
            if counts and np.isfinite(factor[c]):
                entries.append((arc, c, float(factor[c])))
    return entries


def units_on_arc(
    arcs: Arcs, arc: int, units: dict[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Return the units one unit of each cargo takes on an arc, by the first mode that says."""
    result = np.full(len(arcs.cargo), np.nan)
    for mode in arcs.mode[arc]:
        result = np.where(np.isnan(result), units[mode], result)
    return result


def apply_limit(
    net: Network,
    arcs: Arcs,
    limits: list[Limit],
    event: Event,
    chosen: NDArray[np.bool_],
    number: int,
) -> list[Limit]:
    """Return the limits as a ``limit`` event leaves them.

    Parameters
    ----------
    net, arcs
        The network and its arcs.
    limits
        Limits so far.
    event
        A share, or an amount per day with its unit.
    chosen
        Arcs that the event's selector matches, shape (A,).
    number
        Of the event, for the ids of new limits.

    Notes
    -----
    A share scales what passes normally: a capacity that lies in the selection
    as a whole is scaled, background and all; one that reaches beyond it keeps
    its amount, and the selected members together get a limit of that share. An
    amount is a limit on the sum over all selected links; of a capacity named
    alone it replaces the amount.
    """
    assert event.amount is not None
    classes = _classes(arcs, event)
    if event.amount.unit == "share":
        return _share(arcs, limits, event, chosen, classes, number)
    if set(event.selector) == {"direction"}:
        way = event.selector["direction"]
        msg = (
            f"{event.where}, limit: saw an amount for the direction {way!r} alone; name what it "
            f'limits too, such as a border or a capacity: {{border: [PL, BY], direction: "PL>BY"}}'
        )
        raise ScenarioError(msg)
    if set(event.selector) <= {"capacity", "direction"} and not event.cargo:
        return _replace(limits, event, chosen)
    return [*limits, _new_limit(net, arcs, event, chosen, classes, number)]


def _classes(arcs: Arcs, event: Event) -> NDArray[np.bool_]:
    if not event.cargo:
        return np.ones(len(arcs.cargo), dtype=np.bool_)
    return np.isin(np.array(arcs.cargo), event.cargo)


def _share(
    arcs: Arcs,
    limits: list[Limit],
    event: Event,
    chosen: NDArray[np.bool_],
    classes: NDArray[np.bool_],
    number: int,
) -> list[Limit]:
    assert event.amount is not None
    share = event.amount.value
    only = event.selector.get("capacity")
    wanted = {only} if isinstance(only, str) else set(only) if only else None
    result, added, touched = [], [], False
    for limit in limits:
        inside = chosen[limit.arc] & classes[limit.cargo]
        if not inside.any() or (wanted is not None and limit.capacity_id not in wanted):
            result.append(limit)
            continue
        touched = True
        if inside.all():
            scaled = replace(
                limit, amount=limit.amount * share, background=limit.background * share
            )
            result.append(scaled)
            continue
        result.append(limit)
        added.append(
            replace(
                limit,
                limit_id=f"{limit.limit_id}#{number}",
                name=f"{limit.name}, part limited by the scenario",
                amount=limit.available * share,
                background=0.0,
                arc=limit.arc[inside],
                cargo=limit.cargo[inside],
                factor=limit.factor[inside],
            )
        )
    if not touched:
        if not arcs.size or not chosen.any():
            return limits
        msg = (
            f"{event.where}: a share of {share:g} limits nothing, because none of the "
            f"{int(chosen.sum())} directed links and transfers selected has a capacity "
            "on that day; "
            'give an amount with its unit such as "500 trucks/day"'
        )
        raise ScenarioError(msg)
    return result + added


def _replace(limits: list[Limit], event: Event, chosen: NDArray[np.bool_]) -> list[Limit]:
    assert event.amount is not None
    names = event.selector["capacity"]
    wanted = {names} if isinstance(names, str) else set(names)
    result = []
    for limit in limits:
        if limit.capacity_id not in wanted or not chosen[limit.arc].any():
            result.append(limit)
            continue
        if limit.unit != event.amount.unit:
            msg = (
                f"{event.where}: the capacity {limit.capacity_id} counts {limit.unit}, "
                f"saw an amount in {event.amount.unit}"
            )
            raise ScenarioError(msg)
        ratio = event.amount.value / limit.amount if limit.amount else 0.0
        result.append(
            replace(
                limit,
                amount=event.amount.value,
                background=min(limit.background * ratio, event.amount.value),
            )
        )
    return result


def _new_limit(
    net: Network,
    arcs: Arcs,
    event: Event,
    chosen: NDArray[np.bool_],
    classes: NDArray[np.bool_],
    number: int,
) -> Limit:
    assert event.amount is not None
    units = conversion(net, arcs.cargo, event.amount.unit)
    entries = []
    for arc in np.flatnonzero(chosen & (arcs.kind == LINK)):
        factor = units_on_arc(arcs, int(arc), units)
        usable = classes & np.isfinite(factor) & np.isfinite(arcs.usd[:, arc])
        entries += [(int(arc), int(c), float(factor[c])) for c in np.flatnonzero(usable)]
    if not entries:
        msg = (
            f"{event.where}: no selected link carries anything that is counted in "
            f"{event.amount.unit} on that day"
        )
        raise ScenarioError(msg)
    return Limit(
        limit_id=f"event#{number}",
        capacity_id="",
        name=event.note or f"limit set by the scenario ({event.where.rsplit(', ', 1)[-1]})",
        unit=event.amount.unit,
        amount=event.amount.value,
        background=0.0,
        arc=np.array([e[0] for e in entries], dtype=np.int64),
        cargo=np.array([e[1] for e in entries], dtype=np.int64),
        factor=np.array([e[2] for e in entries]),
    )
