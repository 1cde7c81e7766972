"""Routes that carry something, one row each, with what they cost and where they cross borders."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridors.network.arcs import LINK

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats, Ints
    from corridors.flow.choice.solve import ChoiceAnswer
    from corridors.flow.solve import Answer
    from corridors.scenarios.state import NetworkState

LOCAL = "local"
"""Corridor of a route none of whose links carries a label."""

_ROUTES = [
    "demand_id",
    "cargo",
    "units_per_day",
    "t_per_day",
    "hours",
    "usd_per_unit",
    "time_usd_per_unit",
    "km",
    "corridor",
    "borders",
    "crossings",
    "key",
    "arcs",
]

_PREMIUM = "premium_usd_per_unit"


def route_table(
    state: NetworkState, answer: Answer | ChoiceAnswer, *, premium: bool
) -> pd.DataFrame:
    """Return the routes of an answer, as `corridors.Assignment.routes` says.

    Parameters
    ----------
    state, answer
        What was solved, and the answer.
    premium
        Whether to say what each pays to its seller above the best price.
    """
    demand, arcs = state.demand, state.arcs
    links = state.net.tables["links"]
    label = links["corridor"].to_numpy()
    km = links["length_km"].to_numpy()
    border = state.net.borders.to_numpy()
    crosses = border != ""
    border_of, id_of = border.tolist(), links["link_id"].tolist()
    per_day = state.net.tables["cargo"].set_index("cargo")["usd_per_unit_day"]
    of_time = np.array([float(per_day[name]) / 24.0 for name in arcs.cargo])
    k, paths, units = answer.path_commodity, answer.path_arcs, np.asarray(answer.path_amount)
    own_class = state.problem.commodity_class[k]
    size = np.array([len(path) for path in paths], dtype=np.int64)
    every = np.concatenate([np.empty(0, dtype=np.int64), *paths])
    c = np.repeat(own_class, size)
    is_link = arcs.arc_type[every] == LINK
    of = np.repeat(np.arange(len(size)), size)
    n_links = np.bincount(of[is_link], minlength=len(size))
    on_links = arcs.row[every[is_link]]
    rows = np.split(on_links, n_links.cumsum()[:-1]) if len(size) else []
    real = arcs.is_real[every]
    names = [str(name) for name in arcs.ids[every[real]].tolist()]
    ends = np.bincount(of[real], minlength=len(size)).cumsum().tolist()
    over = [row[crosses[row]].tolist() for row in rows]
    hours = sums_of_runs(arcs.hours[c, every], size)
    found = {
        "demand_id": demand["demand_id"].to_numpy()[k],
        "cargo": demand["cargo"].to_numpy()[k],
        "units_per_day": units,
        "t_per_day": units * demand["t_per_unit"].to_numpy(dtype=np.float64)[k],
        "hours": hours,
        "usd_per_unit": sums_of_runs(arcs.usd[c, every], size),
        "time_usd_per_unit": hours * of_time[own_class],
        "km": sums_of_runs(km[on_links], n_links),
        "corridor": [_route_corridor(label[row], km[row]) for row in rows],
        "borders": [">".join([border_of[i] for i in links_over]) for links_over in over],
        "crossings": [">".join([id_of[i] for i in links_over]) for links_over in over],
        "key": [">".join(names[i:j]) for i, j in pairwise([0, *ends])],
        "arcs": pd.Series(list(paths), dtype=object),
        _PREMIUM: sums_of_runs(arcs.premium[c, every], size),
    }
    return pd.DataFrame(found, columns=[*_ROUTES, _PREMIUM] if premium else _ROUTES)


def sums_of_runs(values: Floats, size: Ints) -> Floats:
    """Return the sum of each run of values, which stand one behind the other, to the last bit.

    numpy adds up a row of a matrix as it does the same numbers alone, so that runs of one size are
    added up together.

    Parameters
    ----------
    values, size
        All values, and how many of them belong to each run, shape (P,).
    """
    found = np.zeros(len(size))
    first = size.cumsum() - size
    for length in np.unique(size).tolist():
        own = np.flatnonzero(size == length)
        found[own] = values[first[own][:, None] + np.arange(length)].sum(axis=1)
    return found


def _route_corridor(labels: Any, km: Any) -> str:
    """Return the corridor with the most kilometres; ties go to the first by name."""
    total: dict[str, float] = {}
    for label, length in zip(labels.tolist(), km.tolist(), strict=True):
        if label:
            total[label] = total.get(label, 0.0) + length
    if not total:
        return LOCAL
    return min(total, key=lambda name: (-total[name], name))
