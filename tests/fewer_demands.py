"""The shipped network with a part of its demand, where all of it would take minutes to test."""

from __future__ import annotations

import os
import re
from pathlib import Path
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

PACK_TESTS = ("pack_borders_energy.py", "test_pack_borders_energy.py", "test_pack_later.py")
"""Where the scenarios of the pack are held to what they must show."""


def some_scenarios() -> list[str]:
    """Return shipped scenarios by name: those of no other test, and every fourth of the others.

    The others are run by `test_pack_borders_energy` and `test_pack_later`, by both models and
    where they are dated by days too. With CORRIDORS_FULL all of them.
    """
    every = sorted(co.shipped_scenarios())
    here = Path(__file__).parent
    other = "".join((here / name).read_text(encoding="utf-8") for name in PACK_TESTS)
    # Where one is a key or stands alone it is asked; elsewhere another is only held against it.
    alone = [name for name in every if not re.search(rf'^ +"{name}"[:,]', other, re.MULTILINE)]
    return every if FULL else sorted({*alone, *every[::ONE_SCENARIO_IN]})


def fewer_demands(whole: Network) -> Network:
    """Return a network with one demand in eight, eight times as large, and those that are named.

    Named are those of Poland, in scenarios, in couplings, and on markets, which offer so much and
    no more. Its limits are about as full as with all.
    With CORRIDORS_FULL it is the network itself.
    """
    if FULL:
        return whole
    demand: pd.DataFrame = whole.tables["demand"]
    ends = demand[["origin", "destination"]].apply(lambda nodes: nodes.map(whole.country_of))
    named = (ends == "PL").any(axis=1)
    named |= demand["market"] != ""
    # What falls and what it hangs on, or no coupling would hold.
    for row in whole.tables["couplings"].to_dict("records"):
        here = demand["origin"] == row["node_id"]
        named |= here & demand["cargo"].isin([row["cargo"], row["by_product"]])
    for name in co.shipped_scenarios():
        for event in co.scenario(name).events:
            if event.kind == "demand":
                named |= select_demand(whole, demand, event.selector)
    drawn = ~named & (demand.index % ONE_IN == 0)
    units = demand["units_per_year"] * drawn.map({True: float(ONE_IN), False: 1.0})
    kept = demand.assign(units_per_year=units)[named | drawn].reset_index(drop=True)
    return Network(whole.tables | {"demand": kept}, folder=whole.folder)
