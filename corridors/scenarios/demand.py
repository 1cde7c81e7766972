"""Demand on one day, and which rows of it a selector picks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import UnknownIdError, nearest
from corridors.network.calendar import during
from corridors.network.markets.offers import with_ends
from corridors.network.network import MOST_YEARS, demand_during
from corridors.scenarios.selectors import describe

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.flow.arrays import Floats, Ints
    from corridors.network.network import Network

DEMAND_KEYS = ("demand", "cargo", "origin", "destination", "from_country", "to_country")
"""What demand can be picked by; those given are combined by and."""

DAYS_PER_YEAR = 365.0


def demand_on(net: Network, day: dt.date) -> pd.DataFrame:
    """Return every demand there ever is, grown to a day; 0 where it is not valid on it.

    Parameters
    ----------
    net
        The network of all of time.
    day
        The day.

    Returns
    -------
    DataFrame
        The demand table by demand_id with `units_per_day` and `t_per_unit`; a market stands
        as the origin or destination that it takes the place of.
    """
    every = net.tables["demand"].sort_values("demand_id", ignore_index=True)
    today = demand_during(every, day).set_index("demand_id")
    for column in ("units_per_year", "low", "high"):
        found = every["demand_id"].map(today[column])
        every[column] = found.astype("float64").fillna(0.0)
    weight = net.tables["cargo"].set_index("cargo")["t_per_unit"]
    return with_ends(every).assign(
        units_per_day=every["units_per_year"] / DAYS_PER_YEAR,
        t_per_unit=every["cargo"].map(weight).astype("float64"),
    )


def demand_rows(net: Network, day: dt.date, known: pd.DataFrame) -> tuple[Ints, Floats]:
    """Return where each demand of a day comes from, and by what it has grown, shape (K,).

    Parameters
    ----------
    net
        The network of all of time.
    day
        The day.
    known
        Its demand on the day, as `demand_on` returns it.

    Returns
    -------
    rows, grown
        Place in the demand table of the row that holds on the day, and the factor from its
        base year; the first row and 0 where none does.
    """
    table = net.tables["demand"]
    holds = np.flatnonzero(during(table, "valid_from", "valid_until", day))
    ids, base_year, growth = (
        table[name].to_numpy()[holds] for name in ("demand_id", "base_year", "growth")
    )
    years = np.clip(day.year - base_year, -MOST_YEARS, MOST_YEARS)
    place = {name: i for i, name in enumerate(ids.tolist())}
    here = np.array([place.get(name, -1) for name in known["demand_id"].tolist()], dtype=np.int64)
    # What does not hold on the day is looked up behind the others.
    return np.append(holds, 0)[here], np.append((1.0 + growth) ** years, 0.0)[here]


def with_drawn_demand(net: Network, known: pd.DataFrame, rows: Ints, grown: Floats) -> pd.DataFrame:
    """Return what `demand_on` does of a network that differs by numbers that were drawn alone.

    Parameters
    ----------
    net
        The network of all of time; of its demand only the amounts are drawn.
    known
        Demand on the day of the network that it is drawn from.
    rows, grown
        As `demand_rows` returns them of that network.
    """
    drawn = net.tables["demand"]["units_per_year"].to_numpy(dtype=np.float64)
    amount = np.nan_to_num(drawn[rows] * grown)
    return known.assign(units_per_year=amount, units_per_day=amount / DAYS_PER_YEAR)


def select_demand(
    net: Network, demand: pd.DataFrame, selector: dict[str, Any]
) -> NDArray[np.bool_]:
    """Return which rows of a demand table a selector picks, shape (K,).

    Parameters
    ----------
    net
        The network, for the countries of nodes and the names of cargo.
    demand
        Rows with demand_id, cargo, origin and destination.
    selector
        Keys of `DEMAND_KEYS`, each with a name or a list of names; None and
        missing keys pick all.

    Raises
    ------
    UnknownIdError
        Where a key or a name is unknown, or nothing is picked.

    Examples
    --------
    >>> import corridors as co
    >>> net = co.load()
    >>> rows = net.tables["demand"]
    >>> bool(select_demand(net, rows, {"from_country": "KZ", "cargo": "grain"}).any())
    True
    """
    demand = with_ends(demand)
    columns = {
        "demand": demand["demand_id"],
        "cargo": demand["cargo"],
        "origin": demand["origin"],
        "destination": demand["destination"],
        "from_country": demand["origin"].map(net.end_countries),
        "to_country": demand["destination"].map(net.end_countries),
    }
    mask = np.ones(len(demand), dtype=np.bool_)
    given = {key: value for key, value in selector.items() if value is not None}
    for key, value in given.items():
        if key not in columns:
            msg = f"demand cannot be picked by {key!r}{nearest(key, DEMAND_KEYS)}"
            raise UnknownIdError(msg)
        names = [str(v) for v in value] if isinstance(value, list | tuple) else [str(value)]
        valid = set(columns[key])
        for name in names:
            if name not in valid:
                what = key.replace("_", " ")
                msg = f"no demand with {what} {name!r}{nearest(name, valid)}"
                raise UnknownIdError(msg)
        mask &= columns[key].isin(names).to_numpy()
    if not mask.any():
        msg = f"no demand has all of {describe(given)}" if given else "there is no demand"
        raise UnknownIdError(msg)
    return mask
