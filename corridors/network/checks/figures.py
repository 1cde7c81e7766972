"""Rules about figures that pass every other rule and are wrong all the same.

Each was found in tables that had been called clean: by running them, or by reading
a number beside what its own note says.
"""

from __future__ import annotations

import re
from math import isclose, isfinite
from typing import TYPE_CHECKING, Any

from corridors.network.loads import conversion
from corridors.network.markets.offers import with_ends
from corridors.network.provenance import row_keys
from corridors.network.reading.cells import Problem, problem_at, records, rows_of
from corridors.network.schema import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.network.network import Network

_COPY = 1e-3
"""Share by which a limit and a demand may differ and still be the same figure."""

_OFF = 0.02
"""Share by which a number may differ from what its note works out: notes round."""

_A_YEAR = re.compile(
    r"^([\d.,]*\d) ?(Mt|kt|t|m TEU|TEU)(?= a year)(?:(?!less|times|half|plus|share|\band\b)[^.;:])*"
    r"\bdivided by 36[56]\b"
)
_SCALE = {
    "Mt": (1e6, "t"),
    "kt": (1e3, "t"),
    "t": (1.0, "t"),
    "m TEU": (1e6, "TEU"),
    "TEU": (1.0, "TEU"),
}

_SLOWEST_KMH, _FASTEST_KMH = 1.0, 200.0
"""Speeds that hours and lengths can mean; the rates allow no more either."""

_PRICES = {"t": "usd_per_t", "TEU": "usd_per_teu"}
"""What a transfer charges for cargo, by the unit that this is counted in."""

BEFORE = "years before"
"""What the note of a demand says that holds in years before its base year."""

NO_PRICE = "No price"
"""How the note of a transfer begins that charges nothing."""

SAME = "same figure"
"""What the note of a limit says that is known to be a demand's figure, or is so by chance."""


def limits_are_no_copy_of_demand(net: Network) -> Iterator[Problem]:
    """What a border lets pass is not the very number that a demand sends there.

    Then the figure of one stands in for the other: arrivals equal the limit, a queue
    neither forms nor clears, and a detour has no room. Where the traffic is all that is
    known of the limit, or chance has made both equal, the limit's note says "same figure"
    and why. What a rule has made leaves room by the rule.
    """
    capacities = net.tables["capacities"]
    demand = rows_of(with_ends(net.tables["demand"]))
    country = net.end_countries
    cargo = net.tables["cargo"]
    ids = tuple(cargo["cargo"])
    place = {name: c for c, name in enumerate(ids)}
    modes = {c: m.split(";") for c, m in zip(ids, cargo["modes"], strict=True)}
    border = dict(zip(net.tables["links"]["link_id"], net.borders, strict=True))
    mode = dict(zip(net.tables["links"]["link_id"], net.tables["links"]["mode"], strict=True))
    members: dict[str, list[dict[str, Any]]] = {}
    for member in rows_of(net.tables["capacity_members"]):
        if border.get(member["link_id"]):
            members.setdefault(member["capacity_id"], []).append(member)
    per_unit = {u: conversion(net, ids, u) for u in set(capacities["unit"])}
    for i, row in records(capacities):
        room = row["amount"] - row["background"]
        if room <= 0 or row["rule"] or SAME in row["note"].lower():
            continue
        for member in members.get(row["capacity_id"], ()):
            pair, own = border[member["link_id"]], per_unit[row["unit"]][mode[member["link_id"]]]
            listed = [c for c in member["cargo"].split(";") if c]
            found = next(
                (
                    d
                    for d in demand
                    if "-".join(sorted((country[d["origin"]], country[d["destination"]]))) == pair
                    and d["cargo"] in (listed or ids)
                    and mode[member["link_id"]] in modes[d["cargo"]]
                    and abs(d["units_per_year"] / 365 * own[place[d["cargo"]]] - room)
                    <= _COPY * room
                    and _meet(row, d)
                ),
                None,
            )
            if found is not None:
                sent = found["units_per_year"] / 365 * own[place[found["cargo"]]]
                # A rounding of one figure is a copy too, but not an exact one.
                what = "exactly what" if isclose(sent, room) else f"next to the {sent:,.6g} that"
                message = (
                    f"{row['capacity_id']} has room for {room:,.6g} {row['unit']} a day, {what} "
                    f"{found['demand_id']} sends over this border; give it what can pass, or say "
                    "in its note why it is the same figure"
                )
                yield problem_at("capacities", i, "amount", limits_are_no_copy_of_demand, message)
                break


def notes_agree_with_their_numbers(net: Network) -> Iterator[Problem]:
    """A number is what its note works out: "15 Mt a year divided by 365" is 41,096 t a day."""
    capacities = net.tables["capacities"]
    keys = row_keys(capacities, tables()["capacities"].key)
    by_key = dict(zip(keys, rows_of(capacities), strict=True))
    for i, row in records(net.tables["provenance"]):
        stated = _A_YEAR.match(row["note"])
        of = by_key.get(row["row"]) if row["table"] == "capacities" else None
        if stated is None or of is None or row["column"] not in ("amount", "background"):
            continue
        scale, unit = _SCALE[stated[2]]
        worked_out = float(stated[1].replace(",", "")) * scale / 365
        if unit == of["unit"] and abs(of[row["column"]] - worked_out) > _OFF * worked_out:
            message = (
                f"the note says {stated[0]!r}, which is {worked_out:,.0f} {unit} a day, "
                f"but {row['row']} has {of[row['column']]:,.0f}"
            )
            yield problem_at("provenance", i, "note", notes_agree_with_their_numbers, message)


def demand_waits_for_its_project(net: Network) -> Iterator[Problem]:
    """What a plant takes or makes is not carried before the plant opens."""
    projects = net.tables["projects"].set_index("project_id")
    for i, row in records(net.tables["demand"]):
        if not row["project"] or row["project"] not in projects.index:
            continue
        opens = projects.loc[row["project"], "opens"]
        if opens and not row["valid_from"] >= opens:
            message = (
                f"{row['demand_id']} is there from {row['valid_from'] or 'the first day'}, but "
                f"{row['project']} opens on {opens}"
            )
            yield problem_at("demand", i, "valid_from", demand_waits_for_its_project, message)


def demand_before_its_base_year_says_so(net: Network) -> Iterator[Problem]:
    """A demand that begins before its base year says that it holds for the years before.

    Growth is counted from the base year on, so before it the amount of that year is
    what is carried, whatever was carried then.
    """
    rule = demand_before_its_base_year_says_so
    for i, row in records(net.tables["demand"]):
        began = row["valid_from"]
        if began and began < f"{int(row['base_year']):04d}-01-01" and BEFORE not in row["note"]:
            message = (
                f"{row['demand_id']} begins on {began}, but its amount is that of "
                f"{int(row['base_year'])}; begin it then, or say in its note that it holds for "
                f"the {BEFORE}"
            )
            yield problem_at("demand", i, "valid_from", rule, message)


def transfers_have_a_price(net: Network) -> Iterator[Problem]:
    """A change of mode or gauge costs something, or its note says why nothing is charged."""
    cargo = rows_of(net.tables["cargo"])
    for i, row in records(net.tables["transfers"]):
        if row["note"].startswith(NO_PRICE):
            continue
        free = {unit for unit, key in _PRICES.items() if row[key] != row[key]}
        listed = [c for c in row["cargo"].split(";") if c]
        modes = {row["from_mode"], row["to_mode"]}
        named = [
            c["cargo"]
            for c in cargo
            if c["unit"] in free
            and (c["cargo"] in listed if listed else modes <= set(c["modes"].split(";")))
        ]
        if not named and len(free) < len(_PRICES):
            continue
        missing = " nor ".join(_PRICES[unit] for unit in _PRICES if unit in free)
        what = f" to {', '.join(named)}" if named and len(free) < len(_PRICES) else ""
        message = (
            f"{row['transfer_id']} has {'neither' if ' nor ' in missing else 'no'} {missing}, so "
            f"it is free{what}; give it a price, or begin its note with {NO_PRICE!r} and why"
        )
        column = next(_PRICES[unit] for unit in _PRICES if unit in free)
        yield problem_at("transfers", i, column, transfers_have_a_price, message)


def hours_fit_lengths(net: Network) -> Iterator[Problem]:
    """Stated hours and length make a speed from 1 to 200 km/h, unless the link's note says why not.

    Minutes or seconds in the place of hours make less, and a link of no hours is a free ride.
    An hour too many is passed over, and half a minute too few: short links are rounded.
    Standing time has a column of its own.
    """
    for i, row in records(net.tables["links"]):
        hours, km = row["hours"], row["length_km"]
        if any(word in row["note"].lower() for word in ("hours", "speed")):
            continue
        slow = hours > km / _SLOWEST_KMH + 1.0
        if not slow and not hours < km / _FASTEST_KMH - 0.01:
            continue
        speed = f"{km / hours:.3g} km/h" if hours > 0 and isfinite(km / hours) else "no time at all"
        message = (
            f"{row['link_id']}: stated {hours:g} h for {km:g} km, which is {speed}, expected "
            f"{_SLOWEST_KMH:g} to {_FASTEST_KMH:g} km/h, or a note that speaks of its hours"
        )
        yield problem_at("links", i, "hours", hours_fit_lengths, message)


def _meet(one: Any, other: Any) -> bool:
    """Return whether two rows with valid_from and valid_until hold on a common day."""
    return not any(
        a["valid_until"] and b["valid_from"] and a["valid_until"] <= b["valid_from"]
        for a, b in ((one, other), (other, one))
    )
