"""What sellers offer and outlets take on one day, as arcs with a price and a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.network.arcs import OFFER
from corridors.network.calendar import during
from corridors.network.markets.offers import DAYS, ORDER, SELLER, offers, offers_at
from corridors.network.network import MOST_YEARS
from corridors.network.provenance import confidences, row_keys
from corridors.network.schema import tables
from corridors.scenarios.capacity.capacities import Limit

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.flow.arrays import Floats, Ints
    from corridors.network.arcs import Arcs
    from corridors.network.network import Network


def offers_on(net: Network, arcs: Arcs, day: dt.date) -> pd.DataFrame:
    """Return the offers that hold on a day, each with its arc and class.

    Parameters
    ----------
    net
        The network of all of time.
    arcs
        Its arcs.
    day
        The day.

    Returns
    -------
    DataFrame
        As `corridors.network.markets.offers` has it, with `arc`, `class` and the
        `confidence` of the amount.
    """
    found = offers(offers_at(net.tables["supply"], day, MOST_YEARS))
    places = zip(found["market"], found["node_id"], strict=True)
    class_of = {name: c for c, name in enumerate(arcs.cargo)}
    keys = row_keys(found, tables()["supply"].key)
    grades = {} if found.empty else confidences(net, "supply", "amount")
    return found.assign(
        arc=np.array([arcs.offer_number[place] for place in places], dtype=np.int64),
        **{"class": np.array([class_of[c] for c in found["cargo"]], dtype=np.int64)},
        confidence=[grades.get(key, "") for key in keys],
    )


def offer_rows(net: Network, day: dt.date) -> tuple[Ints, Floats]:
    """Return where each offer of a day comes from, and by what it has grown, shape (N,).

    Parameters
    ----------
    net
        The network of all of time.
    day
        The day.

    Returns
    -------
    rows, grown
        Place in the supply table, in the order of `offers_on`, and the factor from its base year.
    """
    supply = net.tables["supply"]
    holds = np.flatnonzero(during(supply, "valid_from", "valid_until", day))
    own = supply.iloc[holds].reset_index(drop=True)
    order = own.sort_values(list(ORDER)).index.to_numpy()
    years = (day.year - own["base_year"]).clip(-MOST_YEARS, MOST_YEARS).fillna(0.0)
    grown = ((1.0 + own["growth"]) ** years).to_numpy(dtype=np.float64)
    return holds[order], grown[order]


def with_drawn_offers(net: Network, known: pd.DataFrame, rows: Ints, grown: Floats) -> pd.DataFrame:
    """Return what `offers_on` does of a network that differs by numbers that were drawn alone.

    Parameters
    ----------
    net
        The network of all of time; of its offers only the amounts are drawn.
    known
        Offers on the day of the network that it is drawn from.
    rows, grown
        As `offer_rows` returns them of that network.
    """
    amount = net.tables["supply"]["amount"].to_numpy(dtype=np.float64)[rows] * grown
    days = np.array([DAYS[per] for per in known["per"].tolist()], dtype=np.float64)
    return known.assign(amount=amount, units_per_day=amount / days)


def offered_costs(
    arcs: Arcs, found: pd.DataFrame
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the dollars of transport and the premium of each class and arc, shapes (C, A).

    Parameters
    ----------
    arcs
        Of the network of all of time.
    found
        As `offers_on` returns it; what is not in it is not to be had on the day.
    """
    usd, premium = arcs.usd.copy(), np.zeros(arcs.usd.shape)
    usd[:, arcs.arc_type == OFFER] = np.inf
    c, a = found["class"].to_numpy(), found["arc"].to_numpy()
    usd[c, a] = 0.0
    premium[c, a] = found["premium_usd"].to_numpy()
    return usd, premium


def offer_limits(net: Network, found: pd.DataFrame) -> list[Limit]:
    """Return what limits each offer: its amount a day.

    Parameters
    ----------
    net
        The network, for names and units.
    found
        As `offers_on` returns it.
    """
    cargo = net.tables["cargo"]
    ids, names, units = (cargo[c].to_numpy().tolist() for c in ("cargo", "name", "unit"))
    name_of, unit_of = (dict(zip(ids, words, strict=True)) for words in (names, units))
    columns = ("market", "node_id", "cargo", "side", "units_per_day", "arc", "class", "confidence")
    limits = []
    for market, node, kind, side, amount, arc, own, grade in zip(
        *(found[c].to_numpy().tolist() for c in columns), strict=True
    ):
        words = "sold at" if side == SELLER else "taken at"
        limits.append(
            Limit(
                limit_id=f"{market}/{node}/{kind}",
                capacity_id="",
                name=f"{name_of[kind]} {words} {net.node_names[node]} ({market})",
                unit=unit_of[kind],
                amount=amount,
                background=0.0,
                arc=np.array([arc], dtype=np.int64),
                cargo=np.array([own], dtype=np.int64),
                factor=np.ones(1),
                confidence=grade,
            )
        )
    return limits
