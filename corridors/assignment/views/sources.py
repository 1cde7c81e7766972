"""Where the numbers that decide an answer come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corridors.network.network import Network

_DEMANDS = 12
"""Demands that are hit most whose amounts are accounted for."""

_COLUMNS = ["what", "publisher", "title", "date", "confidence"]


def deciding_sources(
    net: Network,
    bottlenecks: pd.DataFrame,
    by_demand: pd.DataFrame,
    node_names: Mapping[str, str],
) -> pd.DataFrame:
    """Return the publications behind what is full and behind who is hit most.

    Parameters
    ----------
    net
        The network.
    bottlenecks
        As `corridors.Assignment` has them.
    by_demand
        As `corridors.Comparison` has it.
    node_names
        What a reader calls the places.

    Returns
    -------
    DataFrame
        what (the capacity or demand), publisher, title, date, confidence: a row for each
        number that has a provenance.
    """
    named: dict[tuple[str, str], str] = {}
    for limit, name in zip(bottlenecks["capacity_id"], bottlenecks["name"], strict=True):
        named["capacities", str(limit).partition(":")[0]] = str(name)
    moved = by_demand["lost_t_per_day"] + by_demand["rerouted_t_per_day"]
    order = by_demand.assign(_moved=moved.round(6))[moved > 1e-6]
    order = order.sort_values(["_moved", "demand_id"], ascending=[False, True])
    for row in order.head(_DEMANDS).to_dict("records"):
        ends = f"{node_names[row['origin']]}–{node_names[row['destination']]}"
        named["demand", row["demand_id"]] = f"{row['cargo']} {ends}"
    tables = net.whole.tables
    sources = tables["sources"].set_index("source_id")
    found = []
    columns = ["table", "row", "source_id", "confidence"]
    rows = tables["provenance"][columns].itertuples(index=False, name=None)
    for table, key, source_id, confidence in rows:
        what = named.get((table, str(key).split("/")[0]))
        if what is not None:
            source = sources.loc[source_id]
            own = (source["publisher"], source["title"], source["date"])
            found.append((what, *map(str, own), str(confidence)))
    return pd.DataFrame(found, columns=_COLUMNS)
