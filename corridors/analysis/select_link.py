"""Whose cargo passes a place, and which places a demand depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.analysis.criticality.elements import find_elements
from corridors.assignment.assignment import require_assignment
from corridors.errors import UnknownIdError, nearest

if TYPE_CHECKING:
    import pandas as pd

    from corridors.assignment.assignment import Assignment


def select_link(
    assignment: Assignment,
    link: str | None = None,
    *,
    node: str | None = None,
    border: str | None = None,
    chokepoint: str | None = None,
    country: str | None = None,
    capacity: str | None = None,
) -> pd.DataFrame:
    """Return whose cargo passes an element.

    Parameters
    ----------
    assignment
        The plan to look at.
    link, node, border, chokepoint, country, capacity
        The element; exactly one of them. A border is a country pair such as
        ``"BY-PL"``.

    Returns
    -------
    DataFrame
        A row for each demand that passes, the most tonnes first: demand_id,
        cargo, origin, destination, units_per_day and t_per_day that pass,
        share_of_demand (of what the demand wants), share_of_flow (of all that
        passes). Cargo that passes the element twice counts once.

    Raises
    ------
    UnknownIdError
        Where not exactly one element is named, or it is unknown.

    Examples
    --------
    >>> import corridors as co
    >>> plan = co.assign(co.load(), as_of="2025-09-12")
    >>> users = co.select_link(plan, border="BY-PL")
    >>> round(float(users["share_of_flow"].sum()), 9)
    1.0
    """
    require_assignment(assignment)
    import pandas as pd

    given = {
        "link": link,
        "node": node,
        "border": border,
        "chokepoint": chokepoint,
        "country": country,
        "capacity": capacity,
    }
    named = [f"{kind}:{name}" for kind, name in given.items() if name is not None]
    if len(named) != 1:
        msg = f"select_link: expected one of {', '.join(given)}, saw {len(named)}"
        raise UnknownIdError(msg)
    state, answer = assignment.state, assignment.answer
    gone = np.zeros(state.arcs.size, dtype=np.bool_)
    for element in find_elements(state, named):
        gone[element.arcs] = True
    units = np.zeros(state.problem.n_commodities)
    for k, arcs, amount in zip(
        answer.path_commodity, answer.path_arcs, answer.path_amount, strict=True
    ):
        if gone[arcs].any():
            units[k] += amount
    frame = state.demand.loc[units > 0, ["demand_id", "cargo", "origin", "destination"]]
    passing = units[units > 0]
    demand = state.demand.loc[units > 0]
    tonnes = passing * demand["t_per_unit"].to_numpy()
    frame = pd.DataFrame(frame).assign(
        units_per_day=passing,
        t_per_day=tonnes,
        share_of_demand=passing / demand["units_per_day"].to_numpy(),
        share_of_flow=tonnes / tonnes.sum() if len(tonnes) else tonnes,
    )
    return frame.sort_values(["t_per_day", "demand_id"], ascending=[False, True], ignore_index=True)


def places_of(
    assignment: Assignment, demand_id: str, of: str | tuple[str, ...] = ("chokepoint",)
) -> pd.DataFrame:
    """Return which elements a demand passes, chokepoints unless others are asked for.

    Parameters
    ----------
    assignment
        The plan to look at.
    demand_id
        The demand.
    of
        Kinds of elements, as `corridors.criticality` takes them.

    Returns
    -------
    DataFrame
        A row for each element that is passed: kind, thing (its id), name, units_per_day,
        t_per_day, share_of_demand; the largest share first, then in the order
        in which the largest route comes to them.

    Raises
    ------
    UnknownIdError
        Where there is no such demand.

    Examples
    --------
    >>> import corridors as co
    >>> from corridors.analysis.select_link import places_of
    >>> plan = co.assign(co.load(), as_of="2025-09-12")
    >>> bool((places_of(plan, "by-pl-truck-minsk-warsaw")["share_of_demand"] <= 1.000001).all())
    True
    """
    require_assignment(assignment)
    import pandas as pd

    state, answer = assignment.state, assignment.answer
    k = commodity_of(assignment, demand_id)
    weight = float(state.demand["t_per_unit"].iloc[k])
    wanted = float(state.demand["units_per_day"].iloc[k])
    paths = [i for i in range(len(answer.path_amount)) if answer.path_commodity[i] == k]
    paths.sort(key=lambda i: (-float(answer.path_amount[i]), answer.path_arcs[i].tolist()))
    rows: list[dict[str, Any]] = []
    for element in find_elements(state, of):
        own = set(element.arcs.tolist())
        units, first = 0.0, (len(paths), 0)
        for order, i in enumerate(paths):
            steps = [at for at, arc in enumerate(answer.path_arcs[i].tolist()) if arc in own]
            if steps:
                units += float(answer.path_amount[i])
                first = min(first, (order, steps[0]))
        if units > 0:
            rows.append(
                {
                    "kind": element.kind,
                    "thing": element.element_id,
                    "name": element.name,
                    "units_per_day": units,
                    "t_per_day": units * weight,
                    "share_of_demand": units / wanted,
                    "first": first,
                }
            )
    rows.sort(key=lambda r: (-round(r["share_of_demand"], 9), r["first"], r["kind"], r["thing"]))
    columns = ["kind", "thing", "name", "units_per_day", "t_per_day", "share_of_demand"]
    return pd.DataFrame(rows, columns=columns)


def commodity_of(assignment: Assignment, demand_id: str) -> int:
    """Return the number of a demand in the flow problem.

    Raises
    ------
    UnknownIdError
        Where there is no such demand on the day.
    """
    ids = assignment.state.demand["demand_id"].to_list()
    if demand_id not in ids:
        day = assignment.state.day
        msg = f"no demand {demand_id!r} on {day}{nearest(demand_id, ids)}"
        raise UnknownIdError(msg)
    return int(ids.index(demand_id))


select = select_link
"""The same, by the name of the command."""
