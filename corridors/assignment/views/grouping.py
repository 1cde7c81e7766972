"""Results by anything: which group a demand or a route belongs to, and sums over groups.

Tables in, tables out. A demand has one cargo, product and id, and two countries; a route
has as many borders and modes as it passes, and counts once in each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from corridors.errors import UnknownIdError, nearest
from corridors.network.arcs import LINK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.network.arcs import Arcs
    from corridors.network.network import Network

OF_DEMAND = ("cargo", "product", "demand", "country", "origin_country", "destination_country")
"""What a demand is grouped by."""

OF_COUNTRY = ("country", "origin_country", "destination_country")
"""Those of them that are countries."""

OF_ROUTE = ("border", "mode", "corridor")
"""What a route is grouped by."""

KEYS = (*OF_DEMAND, *OF_ROUTE)
"""What results are grouped by."""

DOMESTIC = "domestic"
"""Stands for the borders of a route that crosses none."""


def checked_key(key: str) -> str:
    """Return a key; raise UnknownIdError where results cannot be grouped by it."""
    if not isinstance(key, str) or key not in KEYS:
        msg = f"by: results cannot be grouped by {key!r}{nearest(key, KEYS, 9)}"
        raise UnknownIdError(msg)
    return key


def of_cargo(frame: pd.DataFrame, cargo: Sequence[str] | None) -> pd.DataFrame:
    """Return the rows of some cargo, all where none is named."""
    return frame[frame["cargo"].isin(list(cargo))] if cargo else frame


def product_of(net: Network) -> dict[str, str]:
    """Return the product that each cargo is: its column `product`, or else its own id."""
    cargo = net.tables["cargo"]
    if "product" not in cargo.columns:
        return {c: c for c in cargo["cargo"]}
    named = zip(cargo["cargo"], cargo["product"], strict=True)
    return {cargo_id: str(product) or cargo_id for cargo_id, product in named}


def demand_groups(net: Network, demand: pd.DataFrame, key: str) -> list[tuple[str, ...]]:
    """Return the groups of each row of demand, of which it may have two countries.

    Parameters
    ----------
    net
        The network.
    demand
        Rows with demand_id, origin, destination and cargo.
    key
        One of `OF_DEMAND`.
    """
    country = net.end_countries
    if key in OF_COUNTRY:
        ends = [
            (country[a], country[b])
            for a, b in zip(demand["origin"], demand["destination"], strict=True)
        ]
        if key == "country":
            places = set(net.country_of.values())
            return [tuple(c for c in dict.fromkeys(pair) if c in places) for pair in ends]
        return [(pair[key == "destination_country"],) for pair in ends]
    if key == "product":
        own = product_of(net)
        return [(own[c],) for c in demand["cargo"]]
    return [(str(v),) for v in demand["demand_id" if key == "demand" else key]]


def route_groups(routes: pd.DataFrame, arcs: Arcs, key: str) -> list[tuple[str, ...]]:
    """Return the groups of each route, each once.

    Parameters
    ----------
    routes
        As `corridors.Assignment` has them.
    arcs
        Of the same network.
    key
        One of `OF_ROUTE`.
    """
    if key == "border":
        crossed = (tuple(dict.fromkeys(text.split(">"))) for text in routes["borders"])
        return [names if names != ("",) else (DOMESTIC,) for names in crossed]
    if key == "mode":
        return [
            tuple(dict.fromkeys(arcs.mode[a][0] for a in path if arcs.arc_type[a] == LINK))
            for path in routes["arcs"]
        ]
    return [(str(c),) for c in routes["corridor"]]


def summed(
    frame: pd.DataFrame,
    groups: Sequence[tuple[str, ...]],
    key: str,
    *,
    means: dict[str, str] | None = None,
) -> pd.DataFrame:
    """Add up the columns of a table by group.

    Parameters
    ----------
    frame
        Rows whose numbers add up.
    groups
        Groups of each row; a row counts in full in each of them.
    key
        What the groups are called.
    means
        Columns that do not add up, each with the column that it is weighted by.

    Returns
    -------
    DataFrame
        The key and every column, by group, in the order of their names.
    """
    means = means or {}
    own = frame.copy()
    for name, weight in means.items():
        own[name] = own[name] * own[weight]
    number = [i for i, names in enumerate(groups) for _ in names]
    label = pd.Series([n for names in groups for n in names], dtype="str", name=key)
    total = own.iloc[number].reset_index(drop=True).groupby(label).sum()
    for name, weight in means.items():
        base = total[weight].where(total[weight].abs() > 1e-12)
        total[name] = (total[name] / base).fillna(0.0)
    return total.rename_axis(key).sort_index().reset_index()


def largest_first(frame: pd.DataFrame, columns: Sequence[str], key: str) -> pd.DataFrame:
    """Sort by columns, the largest first, and where they tie by the key."""
    rounded = frame.assign(**{f"_{c}": frame[c].round(6) for c in columns})
    order = rounded.sort_values(
        [*(f"_{c}" for c in columns), key], ascending=[*([False] * len(columns)), True]
    )
    return order[list(frame.columns)].reset_index(drop=True)


def value_per_tonne(net: Network) -> dict[str, float]:
    """Return what a tonne of each cargo is worth, in USD."""
    cargo = net.tables["cargo"]
    worth = cargo["usd_per_unit"] / cargo["t_per_unit"]
    return dict(zip(cargo["cargo"], worth.astype(float), strict=True))
