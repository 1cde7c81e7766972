"""The shipped network with a part of its demand, where all of it would take minutes to test."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import corridors as co
from corridors.network.network import Network
from corridors.scenarios.demand import select_demand

if TYPE_CHECKING:
    import pandas as pd

FULL = bool(os.environ.get("CORRIDORS_FULL"))
"""Whether all is asked for, however long it takes."""

ONE_IN = 8

ONE_SCENARIO_IN = 4


def some_scenarios() -> list[str]:
    """Return every fourth shipped scenario by name; all of them with CORRIDORS_FULL."""
    return sorted(co.shipped_scenarios())[:: 1 if FULL else ONE_SCENARIO_IN]


def fewer_demands(whole: Network) -> Network:
    """Return a network with one demand in eight, eight times as large, and those that are named.

    Named are those of Poland, in scenarios, and on markets, which offer so much and no more. Its
    limits are about as full as with all.
    With CORRIDORS_FULL it is the network itself.
    """
    if FULL:
        return whole
    demand: pd.DataFrame = whole.tables["demand"]
    ends = demand[["origin", "destination"]].apply(lambda nodes: nodes.map(whole.country_of))
    named = (ends == "PL").any(axis=1)
    named |= demand["market"] != ""
    for name in co.shipped_scenarios():
        for event in co.scenario(name).events:
            if event.kind == "demand":
                named |= select_demand(whole, demand, event.selector)
    drawn = ~named & (demand.index % ONE_IN == 0)
    units = demand["units_per_year"] * drawn.map({True: float(ONE_IN), False: 1.0})
    kept = demand.assign(units_per_year=units)[named | drawn].reset_index(drop=True)
    return Network(whole.tables | {"demand": kept}, folder=whole.folder)
