"""Why scenarios together do more to a demand, or less, than each does alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridors.flow.usage import LimitUsage, open_costs

if TYPE_CHECKING:
    from corridors.assignment.assignment import Assignment
    from corridors.flow.arrays import Floats

REASONS = {
    "lost once": "would be lost to either alone, and can be lost but once",
    "way round shut": "goes round one by a way that another shuts",
    "scarcer": "meets a limit that is dearer than the parts make it",
    "less wanted": "finds room at a limit that is cheaper than the parts make it",
    "by others": "follows from what other cargo does",
}
"""What sets a demand's loss together apart from the sum, and what each means."""

LEAST_T = 0.5
"""Tonnes a day beyond the parts from which on a reason is looked for."""

_CENT = 0.01
"""USD a unit from which on the price of a limit is a reason."""

_TOLD = 4
"""Reasons that are told."""

_TEN = 10.0
"""USD a unit below which cents are told."""

COLUMNS = [
    "demand_id", "cargo", "interaction_t_per_day", "reason", "capacity_id", "name", "usd_per_unit",
]  # fmt: skip


def reasons(
    baseline: Assignment,
    apart: list[Assignment],
    together: Assignment,
    short: pd.DataFrame,
) -> pd.DataFrame:
    r"""Return what sets each demand's loss together apart from the sum of the parts.

    Parameters
    ----------
    baseline, apart, together
        The undisturbed state, each part alone, and their sum.
    short
        By demand: demand_id, cargo, one column of tonnes a day for each part, and
        `interaction`, what is short together beyond their sum.

    Returns
    -------
    DataFrame
        demand_id, cargo, interaction_t_per_day, reason (a key of `REASONS`), and for what a
        limit does its capacity_id, name and usd_per_unit: by how much a unit that passes
        there pays more for it together than the parts add up to. The largest first; only
        those of at least half a tonne a day.

    Notes
    -----
    Less than the sum is *lost once* where at least half of it would be lost to every part
    alone. More than the sum is *way round shut* where at least half of it went, in some part,
    by ways unused before that are shut together. Otherwise the limit decides that changes
    most what a unit pays: with :math:`\pi` its price and :math:`u` what a unit of the demand
    takes of it, on average over its ways in all states, the largest

    .. math:: u\,\Bigl(\pi_{together} - \pi_{baseline}
              - \sum_{part} (\pi_{part} - \pi_{baseline})\Bigr)

    of the sign of the interaction. What is told of it is a unit's that passes there: with
    :math:`u` the average over the ways that take something of the limit alone.
    """
    names = [c for c in short.columns if c not in ("demand_id", "cargo", "interaction")]
    order = short.assign(_size=-short["interaction"].abs()).sort_values(["_size", "demand_id"])
    states = [baseline, *apart, together]
    usage = _Usage(states)
    shift = _price_shift(baseline, apart, together)
    limit_names = {limit.limit_id: limit.name for plan in states for limit in plan.state.limits}
    ways = _NewWays(baseline, apart, together)
    rows = []
    for row in order.to_dict("records"):
        beyond = row["interaction"]
        if abs(beyond) < LEAST_T:
            break
        found = (row["demand_id"], row["cargo"], beyond)
        if beyond < 0 and min(row[n] for n in names) >= -beyond / 2:
            rows.append((*found, "lost once", "", "", np.nan))
            continue
        if beyond > 0 and ways.shut_t(row["demand_id"]) >= beyond / 2:
            rows.append((*found, "way round shut", "", "", np.nan))
            continue
        takes = usage.of(row["demand_id"])
        felt = {limit: mean * shift.get(limit, 0.0) for limit, (mean, _) in takes.items()}
        signed = {k: v for k, v in felt.items() if v * beyond > 0 and abs(v) >= _CENT}
        if signed:
            limit = min(signed, key=lambda k: (-abs(signed[k]), k))
            reason = "scarcer" if beyond > 0 else "less wanted"
            paid = takes[limit][1] * shift[limit]
            rows.append((*found, reason, limit, limit_names[limit], paid))
        else:
            rows.append((*found, "by others", "", "", np.nan))
    return pd.DataFrame(rows, columns=COLUMNS)


def _price_shift(
    baseline: Assignment, apart: list[Assignment], together: Assignment
) -> dict[str, float]:
    """Return by limit what its price is together beyond what the parts add up to."""

    def prices(plan: Assignment) -> dict[str, float]:
        limits = plan.state.limits
        return {
            limit.limit_id: float(price)
            for limit, price in zip(limits, plan.answer.limit_price, strict=True)
        }

    before, parts, after = prices(baseline), [prices(p) for p in apart], prices(together)
    known = {*before, *after, *(k for p in parts for k in p)}
    return {
        k: after.get(k, 0.0) - before.get(k, 0.0)
        - sum(p.get(k, 0.0) - before.get(k, 0.0) for p in parts)
        for k in sorted(known)
    }  # fmt: skip


class _Usage:
    """What a unit of each demand takes of each limit, over its ways in all states."""

    def __init__(self, states: list[Assignment]) -> None:
        self._states = [(plan, LimitUsage(plan.state.problem)) for plan in states]
        self._ways = [_ways_by_demand(plan) for plan in states]

    def of(self, demand_id: str) -> dict[str, tuple[float, float]]:
        """Return units of each limit by its id: on average over all ways, and over its own."""
        taken: dict[str, float] = {}
        through: dict[str, float] = {}
        total = sum(units for ways in self._ways for _, _, units in ways.get(demand_id, []))
        for (plan, usage), ways in zip(self._states, self._ways, strict=True):
            for k, arcs, units in ways.get(demand_id, []):
                take = usage.of(k, arcs)
                for r in np.flatnonzero(take).tolist():
                    limit = plan.state.limits[r].limit_id
                    taken[limit] = taken.get(limit, 0.0) + float(take[r]) * units
                    through[limit] = through.get(limit, 0.0) + units
        return {limit: (all_ / total, all_ / through[limit]) for limit, all_ in taken.items()}


class _NewWays:
    """What goes by new ways in some part, on ways that are shut where all come together."""

    def __init__(self, baseline: Assignment, apart: list[Assignment], together: Assignment) -> None:
        cost: Floats = open_costs(together.state.problem)
        shut = ~np.isfinite(cost) & np.isfinite(open_costs(baseline.state.problem))
        before = _ways_by_demand(baseline)
        self._t: dict[str, float] = {}
        weight = baseline.state.demand.set_index("demand_id")["t_per_unit"]
        for plan in apart:
            own_class = plan.state.problem.commodity_class
            for demand_id, ways in _ways_by_demand(plan).items():
                usual = {arcs.tobytes(): units for _, arcs, units in before.get(demand_id, [])}
                for k, arcs, units in ways:
                    added = units - usual.get(arcs.tobytes(), 0.0)
                    if added > 0 and shut[int(own_class[k]), arcs].any():
                        t = added * float(weight[demand_id])
                        self._t[demand_id] = self._t.get(demand_id, 0.0) + t

    def shut_t(self, demand_id: str) -> float:
        """Return tonnes a day of a demand."""
        return self._t.get(demand_id, 0.0)


def _ways_by_demand(plan: Assignment) -> dict[str, list[tuple[int, Any, float]]]:
    """Return commodity, arcs and units a day of each way, by demand."""
    ids = plan.state.demand["demand_id"].to_numpy()
    answer = plan.answer
    found: dict[str, list[tuple[int, Any, float]]] = {}
    for k, arcs, units in zip(
        answer.path_commodity, answer.path_arcs, answer.path_amount, strict=True
    ):
        if units > 0:
            found.setdefault(str(ids[k]), []).append((int(k), arcs, float(units)))
    return found


def in_words(found: pd.DataFrame, unit_of: dict[str, str], beyond: float) -> str:
    """Return what the reasons come to in a sentence, those of most tonnes first.

    Parameters
    ----------
    found
        As `reasons` returns it.
    unit_of
        Unit of each cargo.
    beyond
        Tonnes a day that are short together beyond the sum of the parts. What no reason is
        told of is told as a rest, so that the parts of the sentence add up to it.
    """
    from corridors.display import number

    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in found.to_dict("records"):
        groups.setdefault((row["reason"], row["name"]), []).append(row)
    size = {key: sum(r["interaction_t_per_day"] for r in own) for key, own in groups.items()}
    told = sorted(groups, key=lambda g: (-abs(size[g]), g))[:_TOLD]
    parts = []
    for key in told:
        (reason, name), own = key, groups[key]
        where = ""
        if name:
            usd = max(own, key=lambda r: (abs(r["interaction_t_per_day"]), r["demand_id"]))
            price = usd["usd_per_unit"]
            # A cent moves what pays a few dollars: less than ten are told to the cent.
            by = f"{price:+,.0f}" if abs(price) >= _TEN else f"{price:+.2f}"
            where = f": {name} ({by} USD a {unit_of[usd['cargo']]} to {usd['demand_id']})"
        many = "1 demand" if len(own) == 1 else f"{len(own)} demands"
        parts.append(f"{_signed(size[key])} in {many} {REASONS[reason]}{where}")
    if not parts:
        return ""
    rest = beyond - sum(size[key] for key in told)
    if abs(rest) >= LEAST_T:
        parts.append(f"{_signed(rest)} in others")
    more = "more" if beyond > 0 else "less"
    return f"Of the {number(abs(beyond), 't')} {more}, {'; '.join(parts)}."


def _signed(tonnes: float) -> str:
    from corridors.display import number

    return f"{'+' if tonnes > 0 else '-'}{number(abs(tonnes), 't')}"
