"""What the steady state says to an observation: volumes, uses, days, shares.

Each function takes the evidence, the row of the observation, and what is asked of
it, and returns the figure of the model, or None where the network does not hold
what is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.analysis.evidence import BASE_DAY
from corridors.arcs import LINK

if TYPE_CHECKING:
    import pandas as pd

    from corridors.analysis.evidence import Evidence


def _day(row: dict[str, Any]) -> str:
    """Return the day of an observation of the undisturbed state."""
    return BASE_DAY if not row["date"] else str(row["date"])


def _flows(evidence: Evidence, day: str, what: dict[str, Any]) -> pd.DataFrame:
    """Return the flows over selected links and transfers on a day."""
    from corridors.select import select

    chosen = select(evidence.net, what)
    flows = evidence.state(day).flows
    net = evidence.net
    keys = set()
    for kind, mask, name in (
        ("link", chosen.links, "link_id"),
        ("transfer", chosen.transfers, "transfer_id"),
    ):
        ids = net.tables[f"{kind}s"][name].to_numpy()
        for i, d in np.argwhere(mask):
            keys.add((kind, ids[i], ("forward", "backward")[d]))
    own = [k in keys for k in zip(flows["kind"], flows["id"], flows["direction"], strict=True)]
    return flows[np.array(own, dtype=np.bool_)]


def volume(
    evidence: Evidence, row: dict[str, Any], *, where: dict[str, Any], unit: str = "t",
    cargo: tuple[str, ...] = (), days: float = 365.0, as_of: str = "",
) -> float | None:  # fmt: skip
    """Return what passes selected links in the steady state, in t or TEU over some days."""
    flows = _flows(evidence, as_of or _day(row), where)
    if cargo:
        flows = flows[flows["cargo"].isin(cargo)]
    elif unit == "TEU":
        flows = flows[flows["cargo"].isin(("container", "container-fast"))]
    column = "units_per_day" if unit == "TEU" else "t_per_day"
    return float(flows[column].sum()) * days


def passed(
    evidence: Evidence, row: dict[str, Any], *, capacity: tuple[str, ...], background: bool = True,
    days: float = 1.0, as_of: str = "",
) -> float | None:  # fmt: skip
    """Return what uses capacities in the steady state, in their unit, over some days."""
    frame = evidence.state(as_of or _day(row)).capacities.set_index("capacity_id")
    if not set(capacity) <= set(frame.index):
        return None
    own = frame.loc[list(capacity)]
    return days * float(own["used"].sum() + (own["background"].sum() if background else 0.0))


def use_of(
    evidence: Evidence, row: dict[str, Any], *, capacity: str, as_of: str = ""
) -> float | None:
    """Return the share of a capacity that is used in the steady state, background included."""
    frame = evidence.state(as_of or _day(row)).capacities.set_index("capacity_id")
    if capacity not in frame.index:
        return None
    own = frame.loc[capacity]
    return float((own["used"] + own["background"]) / own["amount"])


def transit_days(
    evidence: Evidence, row: dict[str, Any], *, demand: tuple[str, ...], through: str = "",
    as_of: str = "",
) -> float | None:  # fmt: skip
    """Return the mean days that demands take on their usual ways, or on those through a link."""
    routes = evidence.state(as_of or _day(row)).routes
    own = routes[routes["demand_id"].isin(demand)]
    if through:
        own = own[own["key"].str.contains(through, regex=False)]
    if not len(own):
        return None
    return float(np.average(own["hours"], weights=own["t_per_day"])) / 24.0


def share_through(
    evidence: Evidence, row: dict[str, Any], *, demand: tuple[str, ...], through: str,
    as_of: str = "",
) -> float | None:  # fmt: skip
    """Return the share of demands, by prefix of their ids, that goes over a border or link."""
    routes = evidence.state(as_of or _day(row)).routes
    own = routes[routes["demand_id"].str.startswith(demand)]
    total = float(own["t_per_day"].sum())
    hit = own["key"].str.contains(through, regex=False) | own["borders"].str.contains(
        through, regex=False
    )
    return float(own.loc[hit, "t_per_day"].sum()) / total if total else None


def leg_days(
    evidence: Evidence, row: dict[str, Any], *, demand: tuple[str, ...], first: str, last: str,
    as_of: str = "",
) -> float | None:  # fmt: skip
    """Return the mean days of demands from one node on their way to another, the last node's in."""
    state = evidence.state(as_of or _day(row))
    arcs, net = state.situation.arcs, evidence.net
    ends = net.tables["links"][["from_node", "to_node"]].to_numpy()
    total = weight = 0.0
    for route in state.routes.to_dict("records"):
        if route["demand_id"] not in demand:
            continue
        c = arcs.cargo.index(route["cargo"])
        inside, hours, reached = False, 0.0, False
        for arc in route["arcs"]:
            if arcs.kind[arc] == LINK:
                pair = ends[arcs.row[arc]][:: 1 - 2 * int(arcs.direction[arc])]
                inside |= pair[0] == first
                if inside:
                    hours += float(arcs.hours[c, arc])
                if inside and pair[1] == last:
                    reached = True
                    break
            elif inside:
                hours += float(arcs.hours[c, arc])
        if reached:
            total += hours * route["t_per_day"]
            weight += route["t_per_day"]
    return total / weight / 24.0 if weight else None


def carried(
    evidence: Evidence, row: dict[str, Any], *, demand: tuple[str, ...], through: str = "",
    unit: str = "t", as_of: str = "",
) -> float | None:  # fmt: skip
    """Return what demands, by prefix of their ids, send through a link in a year, in t or TEU."""
    routes = evidence.state(as_of or _day(row)).routes
    own = routes[routes["demand_id"].str.startswith(demand)]
    own = own[own["key"].str.contains(through, regex=False)]
    if unit == "TEU":
        own = own[own["cargo"].isin(("container", "container-fast"))]
    column = "units_per_day" if unit == "TEU" else "t_per_day"
    return float(own[column].sum()) * 365.0 if len(own) else None
