"""What sellers offer and outlets take on one day, as arcs with a price and a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.network.arcs import OFFER
from corridors.network.markets.offers import SELLER, offers, offers_at
from corridors.network.network import MOST_YEARS
from corridors.network.provenance import row_keys
from corridors.network.schema import tables
from corridors.scenarios.capacity.capacities import Limit

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd
    from numpy.typing import NDArray

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
    grades = _grades(net)
    return found.assign(
        arc=np.array([arcs.offer_number[place] for place in places], dtype=np.int64),
        **{"class": np.array([class_of[c] for c in found["cargo"]], dtype=np.int64)},
        confidence=[grades.get(key, "") for key in keys],
    )


def _grades(net: Network) -> dict[str, str]:
    """Return the confidence of the amount of each offer, by its key."""
    rows = net.tables["provenance"]
    own = rows[(rows["table"] == "supply") & (rows["column"] == "amount")]
    return dict(zip(own["row"], own["confidence"], strict=True))


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
        As `offers_on` returns it, with what events have made of `units_per_day`.
    """
    cargo = net.tables["cargo"].set_index("cargo")
    limits = []
    for row in found.to_dict("records"):
        words = "sold at" if row["side"] == SELLER else "taken at"
        name, node = cargo.loc[row["cargo"], "name"], net.node_names[row["node_id"]]
        limits.append(
            Limit(
                limit_id=f"{row['market']}/{row['node_id']}/{row['cargo']}",
                capacity_id="",
                name=f"{name} {words} {node} ({row['market']})",
                unit=cargo.loc[row["cargo"], "unit"],
                amount=row["units_per_day"],
                background=0.0,
                arc=np.array([row["arc"]], dtype=np.int64),
                cargo=np.array([row["class"]], dtype=np.int64),
                factor=np.ones(1),
                confidence=row["confidence"],
            )
        )
    return limits
