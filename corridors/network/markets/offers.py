"""Offers of markets, and the ends of demand that markets stand in for.

A demand that names a market leaves the end empty that the market stands in for. In the
program the market is a gate: an arc without way leads from it to each of its sellers, or to
it from each of its outlets, and takes at most what is offered there. What a seller asks above
the cheapest of the day, or an outlet pays below the dearest, is the cost of that arc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.network.calendar import during

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

SELLER, OUTLET = "seller", "outlet"
"""Sides of a market, as the column `side` of the supply table has them."""

ORDER = ("market", "node_id", "cargo")
"""Columns that offers are sorted by."""

DAYS = {"year": 365.0, "day": 1.0}
"""Days of the period that an amount is given for."""


def with_ends(demand: pd.DataFrame) -> pd.DataFrame:
    """Return demand with the market in place of the end that it stands in for.

    Parameters
    ----------
    demand
        Rows with origin, destination and market; the same where none names a market.
    """
    named = demand["market"] != ""
    if not named.any():
        return demand
    ends = {
        end: demand[end].mask(named & (demand[end] == ""), demand["market"])
        for end in ("origin", "destination")
    }
    return demand.assign(**ends)


def offers_at(supply: pd.DataFrame, day: dt.date, most_years: int) -> pd.DataFrame:
    """Return the offers that hold on a day, grown from their base year to the year of the day.

    Parameters
    ----------
    supply
        The supply table of all of time.
    day
        The day.
    most_years
        For how many years growth is carried on, either way.
    """
    found = supply[during(supply, "valid_from", "valid_until", day)].copy()
    years = (day.year - found["base_year"]).clip(-most_years, most_years).fillna(0.0)
    for column in ("amount", "low", "high"):
        found[column] = found[column] * (1.0 + found["growth"]) ** years
    return found


def offers(supply: pd.DataFrame) -> pd.DataFrame:
    """Return offers with what they are in the program.

    Parameters
    ----------
    supply
        Rows of the supply table that hold on one day.

    Returns
    -------
    DataFrame
        The rows by market, node and cargo, with `units_per_day` and `premium_usd`: of a
        seller what it asks above the cheapest of its market and cargo, of an outlet what it
        pays below the dearest; 0 where no price is given.
    """
    if supply.empty:
        # Most networks that people make have no market, and are asked for each day.
        nothing = np.empty(0)
        return supply.reset_index(drop=True).assign(units_per_day=nothing, premium_usd=nothing)
    found = supply.sort_values(list(ORDER), ignore_index=True)
    group = found.groupby(["market", "cargo"])["usd_per_unit"]
    asked = found["usd_per_unit"] - group.transform("min")
    paid = group.transform("max") - found["usd_per_unit"]
    return found.assign(
        units_per_day=found["amount"] / found["per"].map(DAYS).astype("float64"),
        premium_usd=asked.where(found["side"] == SELLER, paid).fillna(0.0).astype("float64"),
    )
