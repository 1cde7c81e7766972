"""Routes that carry something, one row each, with what they cost and where they cross borders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from corridors.network.arcs import LINK

if TYPE_CHECKING:
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
    border_of, id_of, name_of = border.tolist(), links["link_id"].tolist(), arcs.ids.tolist()
    per_day = state.net.tables["cargo"].set_index("cargo")["usd_per_unit_day"]
    of_time = [float(per_day[name]) / 24.0 for name in arcs.cargo]
    demand_ids, cargo = demand["demand_id"].to_list(), demand["cargo"].to_list()
    t_per_unit = demand["t_per_unit"].to_list()
    rows = []
    for k, path, units in zip(
        answer.path_commodity, answer.path_arcs, answer.path_amount, strict=True
    ):
        c = int(state.problem.commodity_class[k])
        row = arcs.row[path[arcs.arc_type[path] == LINK]]
        over = row[crosses[row]].tolist()
        weight = float(t_per_unit[k])
        hours = float(arcs.hours[c, path].sum())
        rows.append(
            {
                "demand_id": demand_ids[k],
                "cargo": cargo[k],
                "units_per_day": units,
                "t_per_day": units * weight,
                "hours": hours,
                "usd_per_unit": float(arcs.usd[c, path].sum()),
                "time_usd_per_unit": hours * of_time[c],
                "km": float(km[row].sum()),
                "corridor": _route_corridor(label[row], km[row]),
                "borders": ">".join([border_of[i] for i in over]),
                "crossings": ">".join([id_of[i] for i in over]),
                "key": ">".join([str(name_of[a]) for a in path[arcs.is_real[path]].tolist()]),
                "arcs": path,
                _PREMIUM: float(arcs.premium[c, path].sum()),
            }
        )
    return pd.DataFrame(rows, columns=[*_ROUTES, _PREMIUM] if premium else _ROUTES)


def _route_corridor(labels: Any, km: Any) -> str:
    """Return the corridor with the most kilometres; ties go to the first by name."""
    total: dict[str, float] = {}
    for label, length in zip(labels.tolist(), km.tolist(), strict=True):
        if label:
            total[label] = total.get(label, 0.0) + length
    if not total:
        return LOCAL
    return min(total, key=lambda name: (-total[name], name))
