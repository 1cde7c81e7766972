"""Names beside ids in tables: of cargo, of its product, and of what a demand is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from corridors.network.network import Network

_BESIDE = ("name", "product")
"""Columns of the table of cargo that stand beside its id, where there are any."""


def cargo_names(net: Network) -> dict[str, str]:
    """Return what a reader calls each cargo, by its id."""
    cargo = net.tables["cargo"]
    return dict(zip(cargo["cargo"], cargo["name"], strict=True))


def with_cargo(net: Network, frame: pd.DataFrame, key: str = "cargo") -> pd.DataFrame:
    """Return rows by cargo with its name, and its product where one is known, beside its id."""
    cargo = net.tables["cargo"].set_index("cargo")
    found = frame.copy()
    at = list(found.columns).index(key)
    for column in _BESIDE:
        if column not in cargo.columns or column in found.columns:
            continue
        beside = frame[key].map(cargo[column]).fillna("").astype(str)
        # A column in which nothing stands is no column.
        if (beside != "").any():
            at += 1
            found.insert(at, column, beside)
    return found


def _demand(net: Network) -> pd.DataFrame:
    """Return the table of demand by id, a market standing for the end that it takes."""
    from corridors.network.markets.offers import with_ends

    return with_ends(net.tables["demand"]).set_index("demand_id")


def demand_words(net: Network, demand_id: str) -> str:
    """Return what a demand is: the name of its cargo, and from where to where."""
    row = _demand(net).loc[demand_id]
    ends = net.end_names
    return f"{cargo_names(net)[row['cargo']]}, {ends[row['origin']]}–{ends[row['destination']]}"


def with_demand(net: Network, frame: pd.DataFrame, key: str = "demand_id") -> pd.DataFrame:
    """Return rows by demand with the name of its cargo, and from where to where, beside its id."""
    demand = _demand(net)
    names, ends = cargo_names(net), net.end_names
    of = demand.loc[frame[key]]
    found = frame.drop(columns=["cargo", "origin", "destination"], errors="ignore")
    at = list(found.columns).index(key) + 1
    found.insert(at, "cargo", [names[c] for c in of["cargo"]])
    said = [f"{ends[a]}–{ends[b]}" for a, b in zip(of["origin"], of["destination"], strict=True)]
    found.insert(at + 1, "from and to", said)
    return found
