"""A network on one day with a scenario's events in force, as a flow problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from corridors.errors import ScenarioError, nearest
from corridors.flow.problem import FlowProblem
from corridors.network.calendar import in_period, in_season
from corridors.scenarios.arcs import ENTRY, LINK, TRANSFER, Arcs, build_arcs
from corridors.scenarios.capacities import Limit, apply_limit, build_limits
from corridors.scenarios.quantities import Quantity
from corridors.scenarios.selectors import Selection, describe, select

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.network.network import Network
    from corridors.scenarios.scenario import Event, Scenario

DAYS_PER_YEAR = 365.0

_NOTHING = Quantity(0.0, "share")

_ARCS: WeakKeyDictionary[Network, Arcs] = WeakKeyDictionary()


@dataclass(frozen=True)
class Situation:
    """What holds on one day, ready to be solved.

    Attributes
    ----------
    net
        The network of all of time.
    day
        The day.
    arcs, limits, demand
        What there is: arcs in the order of the problem, limits in the order of
        its bounds, demand (one row per commodity, with `units_per_day` and
        `t_per_day`).
    there
        Arcs that exist on the day, shape (A,).
    closed
        Arcs that the events take away for every cargo, shape (A,).
    problem
        The flow problem: generalised cost in USD per unit, hours weighted by
        tonnes as second cost.
    closed_links
        Ids of links of which no direction is left because of the events.
    """

    net: Network
    day: dt.date
    arcs: Arcs
    limits: list[Limit]
    demand: pd.DataFrame
    there: NDArray[np.bool_]
    closed: NDArray[np.bool_]
    problem: FlowProblem
    closed_links: tuple[str, ...]


def arcs_of(net: Network) -> Arcs:
    """Return the arcs of a network, built when first asked for."""
    if net.whole not in _ARCS:
        _ARCS[net.whole] = build_arcs(net.whole)
    return _ARCS[net.whole]


def situation(net: Network, scenario: Scenario | None, day: dt.date) -> Situation:
    """Work out what a scenario means for a network on one day.

    Parameters
    ----------
    net
        The network.
    scenario
        Its events that are in force on the day apply; None for the undisturbed
        network.
    day
        Decides which links, capacities and demand are valid.

    Raises
    ------
    ScenarioError
        Where an event cannot be meant, naming its file and line.
    """
    whole = net.whole
    events = [e for e in scenario.events if e.in_force(day)] if scenario else []
    # Every event is looked up, in force or not, so that a wrong name never hides behind a date.
    if scenario:
        for event in scenario.events:
            check_event(whole, event)
    links_there, transfers_there, opened = _there(whole, events, day)
    demand = _demand(whole, events, day)
    arcs = arcs_of(whole)
    there = arcs.of(LINK, links_there) | arcs.of(TRANSFER, transfers_there) | (arcs.kind >= ENTRY)
    limits = build_limits(whole, arcs, _capacity_rows(whole, day, opened))
    closed = np.zeros(arcs.size, dtype=np.bool_)
    usd, hours = arcs.usd.copy(), arcs.hours.copy()
    for number, event in enumerate(events, start=1):
        if event.kind in {"open", "demand"}:
            continue
        chosen = there & _chosen(arcs, _select(whole, event))
        classes = np.isin(np.array(arcs.cargo), event.cargo) if event.cargo else slice(None)
        if event.kind == "limit" and event.amount == _NOTHING:
            # Nothing of what passes is nothing, with a capacity or without.
            usd[np.ix_(_numbers(classes, len(usd)), np.flatnonzero(chosen))] = np.inf
            if not event.cargo:
                closed |= chosen
        elif event.kind == "limit":
            limits = apply_limit(whole, arcs, limits, event, chosen, number)
        elif event.kind in {"close", "ban"}:
            if not event.cargo:
                closed |= chosen
            usd[np.ix_(_numbers(classes, len(usd)), np.flatnonzero(chosen))] = np.inf
        else:
            felt = np.flatnonzero(chosen & _felt_once(whole, arcs, event))
            where = np.ix_(_numbers(classes, len(usd)), felt)
            if event.kind == "delay":
                hours[where] += event.amount.value if event.amount else 0.0
            else:
                usd[where] += _charge(whole, arcs, event)[_numbers(classes, len(usd))][:, None]
    arcs = Arcs(**{**vars(arcs), "usd": usd, "hours": hours})
    return Situation(
        net=whole,
        day=day,
        arcs=arcs,
        limits=limits,
        demand=demand,
        there=there,
        closed=closed,
        problem=_problem(whole, arcs, limits, demand, closed | ~there),
        closed_links=_closed_links(whole, arcs, there, closed),
    )


def _numbers(classes: Any, size: int) -> NDArray[np.int64]:
    return np.asarray(np.arange(size)[classes], dtype=np.int64)


def check_event(net: Network, event: Event) -> None:
    """Raise ScenarioError where an event names what a network does not have."""
    known = set(net.tables["cargo"]["cargo"])
    for name in event.cargo:
        if name not in known:
            msg = f"{event.where}: no cargo {name!r}{nearest(name, known)}"
            raise ScenarioError(msg)
    if event.kind == "demand":
        _demand_rows(net.tables["demand"], net, event)
    else:
        _select(net, event)


def _select(net: Network, event: Event) -> Selection:
    try:
        return select(net, event.selector, event.folder)
    except ScenarioError as error:
        msg = f"{event.where}, {event.kind}: {error}"
        raise ScenarioError(msg) from None


def _chosen(arcs: Arcs, selection: Selection) -> NDArray[np.bool_]:
    return arcs.of(LINK, selection.links) | arcs.of(TRANSFER, selection.transfers)


def _there(
    net: Network, events: list[Event], day: dt.date
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Selection | None]:
    """Return which directed links and transfers exist, and what events have opened."""
    masks = []
    for name in ("links", "transfers"):
        frame = net.tables[name]
        seasons = frame["season"] if "season" in frame.columns else [""] * len(frame)
        there = np.array(
            [
                in_period(a, b, day) and in_season(s, day)
                for a, b, s in zip(frame["opens"], frame["closes"], seasons, strict=True)
            ],
            dtype=np.bool_,
        )
        both = (frame["direction"] == "both").to_numpy(dtype=np.bool_)
        masks.append(np.stack([there, there & both], axis=1))
    opened: Selection | None = None
    for event in events:
        if event.kind == "open":
            found = _select(net, event)
            opened = found if opened is None else opened | found
    if opened is not None:
        masks = [masks[0] | opened.links, masks[1] | opened.transfers]
    return masks[0], masks[1], opened


def _capacity_rows(net: Network, day: dt.date, opened: Selection | None) -> pd.DataFrame:
    """Return the capacity rows that hold; of what an event opens early, the first that will."""
    rows = net.tables["capacities"]
    valid = np.array(
        [
            in_period(a, b, day) and in_season(s, day)
            for a, b, s in zip(rows["valid_from"], rows["valid_until"], rows["season"], strict=True)
        ],
        dtype=np.bool_,
    )
    if opened is not None:
        links = set(net.tables["links"]["link_id"][opened.links.any(axis=1)])
        changes = set(net.tables["transfers"]["transfer_id"][opened.transfers.any(axis=1)])
        members = net.tables["capacity_members"]
        early = members["link_id"].isin(links) | members["transfer_id"].isin(changes)
        waiting = set(members["capacity_id"][early]) - set(rows["capacity_id"][valid])
        later = rows[rows["capacity_id"].isin(waiting) & (rows["valid_from"] > day.isoformat())]
        first = later.sort_values("valid_from").drop_duplicates("capacity_id")
        valid |= rows.index.isin(first.index)
    return rows[valid]


def _demand(net: Network, events: list[Event], day: dt.date) -> pd.DataFrame:
    demand = _all_demand(net, day)
    weight = net.tables["cargo"].set_index("cargo")["t_per_unit"]
    demand = demand.assign(
        units_per_day=demand["units_per_year"] / DAYS_PER_YEAR,
        t_per_unit=demand["cargo"].map(weight).astype("float64"),
    )
    for event in events:
        if event.kind != "demand" or event.amount is None:
            continue
        rows = _demand_rows(demand, net, event, may_be_empty=True)
        if not rows.any():
            continue
        units = demand.loc[rows, "units_per_day"]
        if event.amount.unit == "factor":
            demand.loc[rows, "units_per_day"] = units * event.amount.value
            continue
        tonnes = event.amount.unit == "t"
        now = (units * demand.loc[rows, "t_per_unit"]).sum() if tonnes else units.sum()
        if now <= 0:
            msg = f"{event.where}: the selected demand is 0 on {day}, so an amount cannot be spread"
            raise ScenarioError(msg)
        demand.loc[rows, "units_per_day"] = units * (event.amount.value / now)
    return demand.assign(t_per_day=demand["units_per_day"] * demand["t_per_unit"])


def _all_demand(net: Network, day: dt.date) -> pd.DataFrame:
    """Return every demand there ever is, grown to the day; 0 where it is not valid on it."""
    every = net.tables["demand"].sort_values("demand_id", ignore_index=True)
    today = net.at(day).tables["demand"].set_index("demand_id")
    for column in ("units_per_year", "low", "high"):
        found = every["demand_id"].map(today[column])
        every[column] = found.astype("float64").fillna(0.0)
    return every


def _demand_rows(
    demand: pd.DataFrame, net: Network, event: Event, *, may_be_empty: bool = False
) -> NDArray[np.bool_]:
    rows = np.ones(len(demand), dtype=np.bool_)
    columns = {
        "demand": demand["demand_id"],
        "cargo": demand["cargo"],
        "origin": demand["origin"],
        "destination": demand["destination"],
        "from_country": demand["origin"].map(net.country_of),
        "to_country": demand["destination"].map(net.country_of),
    }
    every = net.tables["demand"]
    known = {
        "demand": every["demand_id"],
        "cargo": net.tables["cargo"]["cargo"],
        "origin": every["origin"],
        "destination": every["destination"],
        "from_country": every["origin"].map(net.country_of),
        "to_country": every["destination"].map(net.country_of),
    }
    for key, value in event.selector.items():
        names = [str(v) for v in value] if isinstance(value, list) else [str(value)]
        for name in names:
            if name not in set(known[key]):
                msg = f"{event.where}, demand: no {key} {name!r}{nearest(name, set(known[key]))}"
                raise ScenarioError(msg)
        rows &= columns[key].isin(names).to_numpy()
    if not rows.any() and not may_be_empty:
        msg = f"{event.where}, demand: {describe(event.selector)} matches nothing"
        raise ScenarioError(msg)
    return rows


def _felt_once(net: Network, arcs: Arcs, event: Event) -> NDArray[np.bool_]:
    """Return the arcs on which a delay or surcharge is felt, shape (A,).

    At a node it is felt on arrival, in a country on entry; a link or transfer
    that is selected itself feels it each time it is used.
    """
    links = net.tables["links"]
    country = net.country_of
    is_link = arcs.kind == LINK
    felt = np.ones(arcs.size, dtype=np.bool_)
    ends = links[["from_node", "to_node"]].to_numpy()
    row, direction = arcs.row[is_link], arcs.direction[is_link]
    start, end = ends[row, direction], ends[row, 1 - direction]
    for key in ("node", "country"):
        if key not in event.selector:
            continue
        value = event.selector[key]
        names = {value} if isinstance(value, str) else set(value)
        if key == "node":
            felt[is_link] &= np.isin(end.astype(str), sorted(names))
        else:
            enters = [country[b] in names and country[a] not in names
                      for a, b in zip(start, end, strict=True)]  # fmt: skip
            felt[is_link] &= np.array(enters, dtype=np.bool_)
        felt[arcs.kind == TRANSFER] = False
    return felt


def _charge(net: Network, arcs: Arcs, event: Event) -> NDArray[np.float64]:
    """Return a surcharge in USD per unit of each cargo, shape (C,); 0 where it does not apply."""
    assert event.amount is not None
    cargo = net.tables["cargo"].set_index("cargo").loc[list(arcs.cargo)]
    if event.amount.unit == "USD/t":
        return np.asarray(event.amount.value * cargo["t_per_unit"], dtype=np.float64)
    return np.where(cargo["unit"] == "TEU", event.amount.value, 0.0)


def _problem(
    net: Network,
    arcs: Arcs,
    limits: list[Limit],
    demand: pd.DataFrame,
    closed: NDArray[np.bool_],
) -> FlowProblem:
    cargo = net.tables["cargo"].set_index("cargo").loc[list(arcs.cargo)]
    value_of_time = cargo["usd_per_unit_day"].to_numpy(dtype=np.float64) / 24.0
    class_of = {name: c for c, name in enumerate(arcs.cargo)}
    kinds = demand["cargo"].map(class_of).to_numpy(dtype=np.int64)
    loss = cargo["loss_usd_per_unit"].to_numpy(dtype=np.float64)
    weight = cargo["t_per_unit"].to_numpy(dtype=np.float64)
    rows = np.repeat(np.arange(len(limits)), [len(limit.arc) for limit in limits])
    return FlowProblem(
        n_nodes=arcs.n_places,
        tail=arcs.tail,
        head=arcs.head,
        cost=arcs.usd + value_of_time[:, None] * arcs.hours,
        tie_cost=weight[:, None] * arcs.hours,
        origin=demand["origin"].map(arcs.origin_place).to_numpy(dtype=np.int64),
        destination=demand["destination"].map(arcs.destination_place).to_numpy(dtype=np.int64),
        amount=demand["units_per_day"].to_numpy(dtype=np.float64),
        penalty=loss[kinds],
        commodity_class=kinds,
        bound=np.array([limit.available for limit in limits]),
        member_limit=rows.astype(np.int64),
        member_arc=_joined([limit.arc for limit in limits], np.int64),
        member_class=_joined([limit.cargo for limit in limits], np.int64),
        member_factor=_joined([limit.factor for limit in limits], np.float64),
        closed=closed,
        arc_rank=np.arange(arcs.size, dtype=np.int64),
        commodity_rank=np.arange(len(demand), dtype=np.int64),
    )


def _joined(parts: list[Any], dtype: Any) -> Any:
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)


def _closed_links(
    net: Network, arcs: Arcs, there: NDArray[np.bool_], closed: NDArray[np.bool_]
) -> tuple[str, ...]:
    ids = net.tables["links"]["link_id"].to_numpy()
    of_link = there & (arcs.kind == LINK)
    gone = set(ids[arcs.row[of_link & closed]])
    left = set(ids[arcs.row[of_link & ~closed]])
    return tuple(sorted(gone - left))
