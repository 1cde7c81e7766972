"""Who sells what to whom: offers of markets, and demand told apart by seller or outlet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from corridors.display import number, several
from corridors.network.markets.offers import SELLER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corridors.flow.choice.solve import ChoiceAnswer
    from corridors.flow.solve import Answer
    from corridors.network.arcs import Arcs
    from corridors.network.network import Network
    from corridors.scenarios.state import NetworkState

_TRACE = 1e-6
"""Tonnes a day below which an amount is rounding."""

_SMALL = 0.5
"""Tonnes a day below which a change is not worth a word."""

_SHOWN = 3
"""Sellers that are named."""


def premium_paid(routes: pd.DataFrame) -> float:
    """Return what routes pay in all above the best price of their markets, USD a day."""
    if "premium_usd_per_unit" not in routes.columns:
        return 0.0
    return float((routes["units_per_day"] * routes["premium_usd_per_unit"]).sum())


def sales(state: NetworkState, answer: Answer | ChoiceAnswer) -> pd.DataFrame:
    """Return what each offer of the day is taken up by, as `corridors.Assignment.sales` says."""
    found = state.offers
    c, a = found["class"].to_numpy(), found["arc"].to_numpy()
    sold = answer.class_flow[c, a]
    offered = found["units_per_day"].to_numpy(dtype=np.float64)
    weight = found["cargo"].map(state.net.tables["cargo"].set_index("cargo")["t_per_unit"])
    t = weight.to_numpy(dtype=np.float64)
    worth = {
        limit.limit_id: float(price)
        for limit, price in zip(state.limits, answer.limit_price, strict=True)
    }
    ids = found[["market", "node_id", "cargo"]].agg("/".join, axis=1) if len(found) else []
    return pd.DataFrame(
        {
            "market": found["market"],
            "side": found["side"],
            "node_id": found["node_id"],
            "name": found["node_id"].map(state.net.node_names),
            "country": found["node_id"].map(state.net.country_of),
            "cargo": found["cargo"],
            "offered_units_per_day": offered,
            "sold_units_per_day": sold,
            "offered_t_per_day": offered * t,
            "sold_t_per_day": sold * t,
            "unsold_t_per_day": np.maximum(offered - sold, 0.0) * t,
            "premium_usd_per_unit": found["premium_usd"],
            "premium_usd_per_day": found["premium_usd"].to_numpy() * sold,
            "price_usd": [worth[i] for i in ids],
        }
    )


def by_partner(
    net: Network, shortfall: pd.DataFrame, arcs: Arcs, routes: pd.DataFrame
) -> pd.DataFrame:
    """Return demand with a row for each seller or outlet that it is served by.

    Parameters
    ----------
    net, arcs
        The network and its arcs.
    shortfall, routes
        As `corridors.Assignment` has them.

    Returns
    -------
    DataFrame
        Rows of one place to another as they are. Of demand that names a market, a row for
        what each partner sells or takes, with its node as the end, which is wanted and
        served; and one for what nobody does, with the market as the end. The same table
        where no demand names one.
    """
    known = set(net.node_names)
    on_market = ~(shortfall["origin"].isin(known) & shortfall["destination"].isin(known))
    if not on_market.any():
        return shortfall
    served = (
        with_partners(routes, arcs)
        .groupby(["demand_id", "origin", "destination"], as_index=False)["t_per_day"]
        .sum()
    )
    own = shortfall[on_market]
    parts = [shortfall[~on_market]]
    rows = own.drop(columns=["origin", "destination"]).merge(served, on="demand_id")
    parts.append(
        rows.assign(
            demand_t_per_day=rows["t_per_day"],
            served_t_per_day=rows["t_per_day"],
            shortfall_t_per_day=0.0,
            loss_usd_per_day=0.0,
        )
    )
    rest = own[own["shortfall_t_per_day"] > _TRACE]
    parts.append(rest.assign(demand_t_per_day=rest["shortfall_t_per_day"], served_t_per_day=0.0))
    whole = pd.concat(parts, ignore_index=True)[list(shortfall.columns)]
    return whole.sort_values("demand_id", kind="stable", ignore_index=True)


def with_partners(routes: pd.DataFrame, arcs: Arcs) -> pd.DataFrame:
    """Return routes with the nodes at which they begin and end, as origin and destination."""
    ends = [arcs.ends(path) for path in routes["arcs"]]
    return routes.assign(
        origin=pd.Series([a for a, _ in ends], index=routes.index, dtype="str"),
        destination=pd.Series([b for _, b in ends], index=routes.index, dtype="str"),
    )


def changed_sales(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return who sells more and who less than before, as `corridors.Comparison.sales` says."""
    keys = ["market", "node_id", "cargo"]
    kept = [*keys, "side", "name", "country", "premium_usd_per_unit"]
    amounts = ["offered_t_per_day", "sold_t_per_day", "premium_usd_per_day"]
    was = before[[*keys, *amounts]].rename(
        columns={name: f"{name.removesuffix('_per_day')}_before_per_day" for name in amounts}
    )
    found = after[[*kept, *amounts]].merge(was, on=keys, how="left")
    found["change_t_per_day"] = found["sold_t_per_day"] - found["sold_t_before_per_day"]
    order = found.assign(_size=found["change_t_per_day"].abs().round(6))
    return (
        order.sort_values(["_size", *keys], ascending=[False, True, True, True])
        .drop(columns="_size")
        .reset_index(drop=True)
    )


def told_sellers(sales: pd.DataFrame, cargo_names: Mapping[str, str]) -> list[str]:
    """Say of each market who sells or takes less, and who more instead and at what price."""
    found = []
    for market, rows in sales.groupby("market"):
        moved = rows["change_t_per_day"]
        less, more = rows[moved < -_SMALL], rows[moved > _SMALL]
        if not len(less):
            continue
        sold = "sold" if rows["side"].iloc[0] == SELLER else "taken"
        listed = _offers(less.assign(t=-less["change_t_per_day"]), cargo_names, priced=False)
        instead = f"nobody {'sells' if sold == 'sold' else 'takes'} more"
        if len(more):
            others = _offers(more.assign(t=more["change_t_per_day"]), cargo_names, priced=True)
            instead = f"more by {others}"
        found.append(f"On the market {market}, a day, less is {sold} by {listed}; {instead}.")
    return found


def _offers(rows: pd.DataFrame, cargo_names: Mapping[str, str], *, priced: bool) -> str:
    parts = []
    for row in rows.sort_values(["t", "node_id"], ascending=[False, True]).to_dict("records"):
        premium = row["premium_usd_per_unit"]
        at = f" at {number(premium, 'USD')} a unit above the best" if priced and premium > 0 else ""
        amount = number(row["t"], "t")
        cargo = cargo_names[row["cargo"]]
        parts.append(f"{row['name']} ({row['country']}, {amount} of {cargo}{at})")
    more = f" and {several(len(parts) - _SHOWN, 'others')}" if len(parts) > _SHOWN else ""
    return "; ".join(parts[:_SHOWN]) + more
