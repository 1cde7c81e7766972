"""What a scenario changes in one draw, in figures: from two answers, in plain arrays.

The same figures as those of `corridors.Comparison`, which makes tables of routes and demands
on the way to them; a draw needs the sums alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.assignment.reroutes import TRACE

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats, Ints
    from corridors.scenarios.state import NetworkState

    _Key = tuple[int, bytes]


@dataclass(frozen=True, eq=False)
class Solved:
    """A situation and its answer.

    Attributes
    ----------
    state
        The situation, each demand as its curve.
    answer
        The answer of either model.
    """

    state: NetworkState
    answer: Any


def changed_figures(before: Solved, after: Solved) -> dict[str, float]:
    """Return what a scenario changes, by name.

    Parameters
    ----------
    before, after
        The same day without and with the scenario.

    Returns
    -------
    dict
        Those figures of `corridors.Comparison.change` that draws tell, the shortfall of the
        baseline, and what each cargo loses, in tonnes and USD a day.
    """
    demand, own = after.state.demand, after.state.problem.commodity_class
    weight = demand["t_per_unit"].to_numpy(dtype=np.float64)
    # Which cargo is counted is not drawn.
    in_totals = (after.state.net.like or after.state.net).cargo_in_totals
    counted = np.array([name in in_totals for name in after.state.arcs.cargo], dtype=np.bool_)[own]
    wanted, short = zip(*(_wanted_and_short(one) for one in (before, after)), strict=True)
    was, now = ((w - s) * weight for w, s in zip(wanted, short, strict=True))
    kept, moved, t_hours, paid = _moved(before, after, weight)
    rerouted = np.maximum(np.minimum(was, now) - kept, 0.0)
    rerouted[rerouted < TRACE] = 0.0
    # What is no longer wanted is not lost: an event may have lowered the demand itself.
    withdrawn = np.maximum((wanted[0] - wanted[1]) * weight, 0.0)
    lost = np.maximum(was - now, 0.0) - withdrawn
    lost[lost <= TRACE] = 0.0
    total = float(rerouted[counted].sum())
    hours = float(t_hours[counted & moved & (rerouted > TRACE)].sum())
    values = {
        "rerouted_t_per_day": total,
        "newly_unserved_t_per_day": float(lost[counted].sum()),
        "added_hours_mean": hours / total if total > TRACE else 0.0,
        "added_cost_usd_per_day_rerouted": float(paid[counted].sum()),
        "surplus_lost_usd_per_day": float(
            (_surplus_lost(after) - _surplus_lost(before))[counted].sum()
        ),
        "baseline_shortfall_t_per_day": float((short[0] * weight)[counted].sum()),
    }
    for c in np.unique(own[lost > 0]).tolist():
        tonnes = float(lost[own == c].sum())
        values[f"lost_t_per_day: {after.state.arcs.cargo[c]}"] = tonnes
    return values


def _wanted_and_short(one: Solved) -> tuple[Floats, Floats]:
    """Return what is wanted, growth among it, and what of it stays, units a day, shape (K,)."""
    wanted = one.state.demand["units_per_day"].to_numpy(dtype=np.float64)
    return wanted + one.answer.growth, one.answer.shortfall


def _surplus_lost(one: Solved) -> Floats:
    """Return what those that stay lose by it, USD a day by demand, shape (K,)."""
    p, ordinary = one.state.problem, one.state.ordinary
    short = one.answer.shortfall
    price = p.step_price if p.n_steps else p.penalty[:, None]
    parts = p.shortfall_by_step(short) if p.n_steps else short[:, None]
    paid = np.zeros_like(price)
    if ordinary is not None:
        paid = np.where(np.isfinite(ordinary)[:, None], ordinary[:, None], price)
    return np.asarray((parts * (price - paid)).sum(axis=1))


def _routes(one: Solved, weight: Floats) -> dict[int, dict[bytes, list[float]]]:
    """Return tonnes, hours and generalised cost of routes, by demand and what tells them apart."""
    state, answer = one.state, one.answer
    p, arcs, paths = state.problem, state.arcs, answer.path_arcs
    if not paths:
        return {}
    commodity: Ints = answer.path_commodity
    every = np.concatenate(paths)
    sizes = np.array([len(path) for path in paths], dtype=np.int64)
    of_path = np.repeat(np.arange(len(paths)), sizes)
    c = p.commodity_class[commodity[of_path]]
    hours = np.bincount(of_path, arcs.hours[c, every], len(paths)).tolist()
    cost = np.bincount(of_path, p.cost[c, every], len(paths)).tolist()
    tonnes = (answer.path_amount * weight[commodity]).tolist()
    # Gates and offers do not tell routes apart: links and transfers do.
    real = arcs.is_real[every]
    told = every[real].tobytes()
    ends = every.itemsize * np.append(0, np.cumsum(np.bincount(of_path[real], None, len(paths))))
    keys = [told[a:b] for a, b in pairwise(ends.tolist())]
    found: dict[int, dict[bytes, list[float]]] = {}
    for i, k in enumerate(commodity.tolist()):
        known = found.setdefault(k, {}).setdefault(keys[i], [0.0, hours[i], cost[i]])
        known[0] += tonnes[i]
    return found


def _moved(before: Solved, after: Solved, weight: Floats) -> tuple[Floats, Any, Floats, Floats]:
    """Return what keeps its route and what moving costs, by demand, shape (K,).

    What a route lost is spread over those that gained in proportion to their gain. The sum
    over all pairs of them is the difference of two means, so no pair has to be looked at.

    Returns
    -------
    kept, moved, t_hours, paid
        Tonnes a day; whether any route was left for another; tonne-hours and generalised
        cost in USD a day that this adds.
    """
    kept, t_hours, paid = np.zeros((3, len(weight)))
    moved = np.zeros(len(weight), dtype=np.bool_)
    was, now = _routes(before, weight), _routes(after, weight)
    nothing = (0.0, 0.0, 0.0)
    for k in sorted(set(was) & set(now)):
        old, new = was[k], now[k]
        lost = gained = 0.0
        means = [0.0, 0.0]
        keys = sorted(set(old) | set(new))
        for key in keys:
            left, taken = old.get(key, nothing), new.get(key, nothing)
            kept[k] += min(left[0], taken[0])
            change = taken[0] - left[0]
            if change < -TRACE:
                lost -= change
            elif change > TRACE:
                gained += change
        if not lost or not gained:
            continue
        moved[k] = True
        for key in keys:
            left, taken = old.get(key, nothing), new.get(key, nothing)
            change = taken[0] - left[0]
            if change < -TRACE:
                means = [m + change / lost * x for m, x in zip(means, left[1:], strict=True)]
            elif change > TRACE:
                means = [m + change / gained * x for m, x in zip(means, taken[1:], strict=True)]
        tonnes = min(lost, gained)
        t_hours[k] = tonnes * means[0]
        paid[k] = tonnes / weight[k] * means[1]
    return kept, moved, t_hours, paid
