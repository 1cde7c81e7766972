"""What a shipper would pay at most: the falling curve of each demand, through its ordinary cost.

Who ships 300 km does not go 8,000. A demand that is carried in ordinary times falls where
its cost rises: by the elasticity of its cargo, of the cost of transport or of the goods where
they arrive (`elasticity`, `elasticity_of`). No unit pays more than the loss of its cargo. The
ordinary cost is what one more unit costs in the undisturbed network of the same day, the
prices of full limits included, so that nothing falls short for being dear in ordinary times.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from corridors.flow.choice.demand_curve import price_at, steepness, step_prices
from corridors.flow.solve import solve
from corridors.scenarios.coupling.couplings import couplings_of
from corridors.scenarios.coupling.settle import solve_settled
from corridors.scenarios.kept import keep, key_of, recall
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.flow.arrays import Floats
    from corridors.flow.solve import Answer
    from corridors.network.network import Network
    from corridors.scenarios.state import NetworkState

LEAST_COST = 1.0
"""Ordinary cost, in USD a unit, below which an elasticity is as if it were of this."""

DELIVERED = "delivered"
"""Value of `elasticity_of` where the elasticity is of the goods with their transport."""

_MOST_DAYS = 24
"""Days whose ordinary costs are kept for each network."""

_MOST_OPTIMA = 2
"""Days whose optimum is kept for each network: an engine with its trees is large."""

_WORTH_KEEPING = 200
"""Demands from which on ordinary costs are kept on disk: fewer are worked out sooner than read."""

_OPTIMA: WeakKeyDictionary[Network, dict[dt.date, Answer]] = WeakKeyDictionary()

_IN_STEPS: WeakKeyDictionary[Network, dict[dt.date, Answer]] = WeakKeyDictionary()

_ORDINARY: WeakKeyDictionary[Network, dict[dt.date, dict[str, float]]] = WeakKeyDictionary()


def ordinary_optimum(net: Network, day: dt.date, state: NetworkState | None = None) -> Answer:
    """Return the optimum of an undisturbed day, worked out when it is first asked for, and kept.

    Parameters
    ----------
    net, day
        The network of all of time, and the day.
    state
        The undisturbed situation, where it is at hand.
    """
    kept = _OPTIMA.setdefault(net.whole, {})
    if day not in kept:
        state = network_state(net, None, day) if state is None else state
        near = [answer for answer in kept.values() if answer.starts(state.problem)]
        if len(kept) == _MOST_OPTIMA:
            del kept[next(iter(kept))]
        kept[day] = near[-1].solve(state.problem) if near else solve(state.problem)
    return kept[day]


def optimum_in_steps(net: Network, day: dt.date) -> Answer:
    """Return the optimum of an undisturbed day, each demand a curve; worked out once, and kept.

    Other situations of the day are solved sooner from there (`Answer.solve`).
    """
    kept = _IN_STEPS.setdefault(net.whole, {})
    if day not in kept:
        undisturbed = with_curves(network_state(net, None, day))
        if len(kept) == _MOST_OPTIMA:
            del kept[next(iter(kept))]
        kept[day] = solve(undisturbed.problem)
    return kept[day]


def ordinary_costs(net: Network, day: dt.date) -> dict[str, float]:
    """Return what one more unit of each demand costs to carry on an undisturbed day, by id.

    Worked out when it is first asked for, and kept. It is the loss where a demand falls
    short already.
    """
    kept = _ORDINARY.setdefault(net.whole, {})
    if day not in kept:
        state = network_state(net, None, day)
        cost = _ordinary_costs(state)
        if len(kept) == _MOST_DAYS:
            del kept[next(iter(kept))]
        kept[day] = dict(zip(state.demand["demand_id"], cost.tolist(), strict=True))
    return kept[day]


def _ordinary_costs(state: NetworkState) -> Floats:
    """Return what one more unit of each demand costs, shape (K,), from disk or worked out."""
    large = state.problem.n_commodities >= _WORTH_KEEPING and not state.net.is_drawn
    couplings = couplings_of(state)
    key = key_of("ordinary", state.problem, couplings) if large else ""
    known = recall(key) if large else None
    if known is not None and set(known) == {"usd"} and len(known["usd"]) == len(state.demand):
        return np.asarray(known["usd"], dtype=np.float64)
    first = ordinary_optimum(state.net, state.day, state)
    answer, _ = solve_settled(state.problem, couplings, first)
    cost: Floats = answer.commodity_price
    if large:
        keep(key, {"usd": cost})
    return cost


def answers_to_price(net: Network) -> bool:
    """Return whether any cargo of a network has an elasticity."""
    own = net.whole.tables["cargo"]["elasticity"].to_numpy(dtype=np.float64)
    return not bool(np.isnan(own).all())


def with_curves(state: NetworkState, ordinary: Floats | None = None) -> NetworkState:
    """Return a situation in which each demand is a falling curve, cut into steps.

    Parameters
    ----------
    state
        The situation.
    ordinary
        What a unit of each demand costs in ordinary times, shape (K,); worked out from the
        undisturbed network of the day if None. Not a number for a demand that is worth its
        loss, whatever its cargo.

    Returns
    -------
    NetworkState
        The same where no cargo has an elasticity, or demands are curves already.
    """
    if not answers_to_price(state.net) or (ordinary is None and state.ordinary is not None):
        return state
    if ordinary is None:
        known = ordinary_costs(state.net, state.day)
        ordinary = np.array([known.get(name, np.nan) for name in state.demand["demand_id"]])
    foot = np.minimum(ordinary, state.problem.penalty)
    prices = step_prices(foot, steepness_of(state, foot), state.problem.penalty)
    problem = replace(state.problem, step_price=prices)
    return replace(state, problem=problem, ordinary=foot)


def elasticities(state: NetworkState) -> Floats:
    """Return the elasticity of each demand, above 0, shape (K,); not a number without one."""
    own = _of_cargo(state, "elasticity").astype(np.float64)
    return np.where(own < 0.0, -own, np.nan)[state.problem.commodity_class]


def price_of_goods(state: NetworkState, ordinary: Floats) -> Floats:
    """Return the ordinary price that each elasticity is of, shape (K,): of transport or delivered.

    Parameters
    ----------
    state
        The situation.
    ordinary
        What a unit of each demand costs to carry in ordinary times, shape (K,).
    """
    kind, value = _of_cargo(state, "elasticity_of"), _of_cargo(state, "usd_per_unit")
    goods = np.where(kind == DELIVERED, value.astype(np.float64), 0.0)
    own = goods[state.problem.commodity_class]
    return np.asarray(np.maximum(own + np.nan_to_num(ordinary), LEAST_COST))


def _of_cargo(state: NetworkState, column: str) -> NDArray[Any]:
    """Return a column of the cargo table by class, shape (C,)."""
    table = state.net.tables["cargo"]
    row_of = {name: i for i, name in enumerate(table["cargo"].to_numpy().tolist())}
    rows = [row_of[name] for name in state.arcs.cargo]
    return np.asarray(table[column].to_numpy()[rows])


def steepness_of(state: NetworkState, ordinary: Floats) -> Floats:
    """Return the steepness of each demand's curve, shape (K,); not a number where it has none."""
    own = elasticities(state)
    bent = np.isfinite(own) & np.isfinite(ordinary)
    found = steepness(np.where(bent, own, 1.0), price_of_goods(state, ordinary))
    return np.where(bent, found, np.nan)


def choke_prices(state: NetworkState) -> pd.Series:
    """Return the price at which half of each demand stays, at most its loss, by demand.

    One figure for a decision that a demand takes as a whole, as those of `simulate` are.

    Parameters
    ----------
    state
        The situation; its ordinary costs are worked out where it has none.
    """
    import pandas as pd

    found = state.problem.penalty.copy()
    bent = with_curves(state)
    if bent.ordinary is not None:
        steep = steepness_of(bent, bent.ordinary)
        own = np.isfinite(steep)
        half = price_at(np.full(int(own.sum()), 0.5), bent.ordinary[own], steep[own])
        found[own] = np.minimum(half, found[own])
    return pd.Series(found, index=state.demand["demand_id"], name="choke_usd_per_unit")
