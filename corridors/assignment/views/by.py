"""Assignments and comparisons by any key: tables in, tables out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from corridors.assignment.views.grouping import (
    OF_COUNTRY,
    OF_DEMAND,
    checked_key,
    demand_groups,
    largest_first,
    product_of,
    route_groups,
    summed,
    value_per_tonne,
)
from corridors.assignment.views.sales import by_partner, with_partners

if TYPE_CHECKING:
    from corridors.network.arcs import Arcs
    from corridors.network.network import Network

_TRACE = 1e-6
"""Tonnes a day below which a difference of routes is rounding."""

_SENSE = ("added_hours",)
"""Columns of a comparison that are means over the rerouted."""


def bills(net: Network, routes: pd.DataFrame) -> pd.DataFrame:
    """Return routes with what they cost a day: transport, time at its value, and in all.

    In all, a premium paid to sellers is part of it.

    Parameters
    ----------
    net
        The network, for the values of time.
    routes
        As `corridors.Assignment` has them.
    """
    worth = net.tables["cargo"].set_index("cargo")["usd_per_unit_day"]
    transport = routes["units_per_day"] * routes["usd_per_unit"]
    premium = 0.0
    if "premium_usd_per_unit" in routes.columns:
        premium = routes["units_per_day"] * routes["premium_usd_per_unit"]
    days = routes["units_per_day"] * routes["hours"] / 24.0
    time = days * routes["cargo"].map(worth).astype("float64")
    return routes.assign(
        transport_usd_per_day=transport.astype("float64"),
        time_usd_per_day=time.astype("float64"),
        generalised_cost_usd_per_day=(transport + time + premium).astype("float64"),
    )


_BILLS = ["transport_usd_per_day", "time_usd_per_day", "generalised_cost_usd_per_day"]


def assignment_by(
    net: Network, arcs: Arcs, shortfall: pd.DataFrame, routes: pd.DataFrame, key: str
) -> pd.DataFrame:
    """Return an assignment by a key; see `corridors.Assignment.by`."""
    checked_key(key)
    paid = bills(net, routes)
    columns = ["t_per_day", "hours", *_BILLS]
    if key not in OF_DEMAND:
        groups = route_groups(routes, arcs, key)
        found = summed(paid[columns], groups, key, means={"hours": "t_per_day"})
        found = found.rename(columns={"hours": "mean_hours"})
        return largest_first(found, ["t_per_day"], key)
    names = shortfall.set_index("demand_id")
    of_country = key in OF_COUNTRY
    if of_country:
        shortfall = by_partner(net, shortfall, arcs, routes)
    frame = shortfall[
        ["demand_t_per_day", "served_t_per_day", "shortfall_t_per_day", "loss_usd_per_day"]
    ].copy()
    # Of no demand at all the column of cargo has no numbers to be mapped to.
    worth = shortfall["cargo"].map(value_per_tonne(net)).astype("float64")
    frame["shortfall_value_usd_per_day"] = shortfall["shortfall_t_per_day"] * worth
    found = summed(frame, demand_groups(net, shortfall, key), key)
    of_route = names.loc[list(routes["demand_id"])].reset_index()
    if of_country:
        of_route = with_partners(routes.reset_index(drop=True), arcs)
    cost = summed(
        paid[columns], demand_groups(net, of_route, key), key, means={"hours": "t_per_day"}
    )
    found = found.merge(cost.drop(columns="t_per_day"), on=key, how="left")
    found = found.rename(columns={"hours": "mean_hours"}).fillna(
        dict.fromkeys(["mean_hours", *_BILLS], 0.0)
    )
    return largest_first(found, ["shortfall_t_per_day", "demand_t_per_day"], key)


PARTS = [
    "before_t_per_day",
    "kept_t_per_day",
    "rerouted_t_per_day",
    "lost_t_per_day",
    "withdrawn_t_per_day",
]
"""What passed a route before, and what became of it."""


def left_routes(routes: tuple[pd.DataFrame, pd.DataFrame], by_demand: pd.DataFrame) -> pd.DataFrame:
    """Return what became of the cargo of each route of the baseline.

    Parameters
    ----------
    routes
        Before and after, as `corridors.Assignment` has them.
    by_demand
        As `corridors.Comparison` has it.

    Returns
    -------
    DataFrame
        The routes before, with `before_t_per_day` and its split into `kept_t_per_day`,
        `rerouted_t_per_day`, `lost_t_per_day` (no longer carried) and
        `withdrawn_t_per_day` (no longer wanted). What left the routes of a demand is
        divided in the same proportions on each of them: who of a demand stays is not known.
    """
    before, after = routes
    now = after.groupby(["demand_id", "key"])["t_per_day"].sum().to_dict()
    frame = before.copy()
    was = frame["t_per_day"].to_numpy(dtype=float)
    # Several ways may lead over the same links and transfers: on a market, from the same seller
    # by either mode at its own place. What is left there is theirs together, and counts once.
    of_key = frame.groupby(["demand_id", "key"])["t_per_day"].transform("sum").to_numpy(dtype=float)
    keys = zip(frame["demand_id"], frame["key"], strict=True)
    kept = [
        t if now.get(key, 0.0) >= every else t * (now.get(key, 0.0) / every)
        for t, every, key in zip(was, of_key, keys, strict=True)
    ]
    left = pd.Series(was - kept, index=frame.index)
    of = by_demand.set_index("demand_id")
    gone = (of["lost_t_per_day"] + of["withdrawn_t_per_day"]).reindex(frame["demand_id"])
    unwanted = of["withdrawn_t_per_day"].reindex(frame["demand_id"]) / gone.where(gone > _TRACE)
    total = left.groupby(frame["demand_id"]).transform("sum")
    share = (gone.to_numpy() / total.where(total > _TRACE)).clip(upper=1.0).fillna(0.0)
    gone_here = left * share
    withdrawn = gone_here * unwanted.fillna(0.0).to_numpy()
    return frame.assign(
        before_t_per_day=was,
        kept_t_per_day=kept,
        rerouted_t_per_day=left - gone_here,
        lost_t_per_day=gone_here - withdrawn,
        withdrawn_t_per_day=withdrawn,
    )


def comparison_by(net: Network, by_demand: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return a comparison by a key of demand; see `corridors.Comparison.by`."""
    numbers = [c for c in by_demand.columns if c.endswith("_per_day")]
    frame = by_demand[[*numbers, *_SENSE]].copy()
    worth = by_demand["cargo"].map(value_per_tonne(net)).astype("float64")
    frame["lost_value_usd_per_day"] = by_demand["lost_t_per_day"] * worth
    means = dict.fromkeys(_SENSE, "rerouted_t_per_day")
    found = summed(frame, demand_groups(net, by_demand, key), key, means=means)
    return largest_first(found, ["lost_t_per_day", "rerouted_t_per_day", "demand_t_per_day"], key)


def comparison_by_route(
    arcs: Arcs, left: pd.DataFrame, after: pd.DataFrame, key: str
) -> pd.DataFrame:
    """Return a comparison by a key of routes; see `corridors.Comparison.by`.

    Parameters
    ----------
    arcs
        Of both assignments.
    left
        As `left_routes` returns it.
    after
        Routes of the disrupted state.
    key
        One of `OF_ROUTE`.
    """
    columns = PARTS
    was = summed(left[columns], route_groups(left, arcs, key), key)
    now = after[["t_per_day"]].rename(columns={"t_per_day": "after_t_per_day"})
    found = was.merge(summed(now, route_groups(after, arcs, key), key), on=key, how="outer")
    found = found.fillna(dict.fromkeys([*columns, "after_t_per_day"], 0.0))
    found["change_t_per_day"] = found["after_t_per_day"] - found["before_t_per_day"]
    order = [key, "before_t_per_day", "after_t_per_day", "change_t_per_day", *columns[1:]]
    found = found[order].assign(_size=found["change_t_per_day"].abs())
    return largest_first(found, ["_size", "before_t_per_day"], key)[order]


def balance(
    net: Network, shortfall: pd.DataFrame, arcs: Arcs, routes: pd.DataFrame
) -> pd.DataFrame:
    """Return who is short of what, by country and product.

    Parameters
    ----------
    net
        The network.
    shortfall, routes
        As `corridors.Assignment` has them.
    arcs
        Of the network.

    Returns
    -------
    DataFrame
        country, product, and in tonnes a day what is wanted there (wanted_t_per_day),
        comes (received_t_per_day) and lacks (short_t_per_day), what it has to send
        (offered_t_per_day), sends (sent_t_per_day) and is left with
        (stranded_t_per_day). What stays within a country is on both sides.
    """
    own = product_of(net)
    told = by_partner(net, shortfall, arcs, routes)
    parts = []
    for end, names in (
        ("destination", ("wanted", "received", "short")),
        ("origin", ("offered", "sent", "stranded")),
    ):
        # What nobody sells or takes is short or stranded at the end that is a place.
        rows = told[told[end].isin(net.country_of)]
        frame = pd.DataFrame(
            {
                "country": rows[end].map(net.country_of),
                "product": rows["cargo"].map(own),
                **{
                    f"{name}_t_per_day": rows[column]
                    for name, column in zip(
                        names,
                        ("demand_t_per_day", "served_t_per_day", "shortfall_t_per_day"),
                        strict=True,
                    )
                },
            }
        )
        parts.append(frame.groupby(["country", "product"]).sum())
    total = parts[0].join(parts[1], how="outer").fillna(0.0).reset_index()
    order = total.assign(_short=total["short_t_per_day"].round(6))
    order = order.sort_values(["_short", "country", "product"], ascending=[False, True, True])
    return order.drop(columns="_short").reset_index(drop=True)


def named_ends(net: Network, frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows of demand with the names of their ends after them."""
    names = net.end_names
    at = list(frame.columns).index("destination") + 1
    found = frame.copy()
    found.insert(at, "origin_name", frame["origin"].map(names))
    found.insert(at + 1, "destination_name", frame["destination"].map(names))
    return found
