"""How wide the narrowest place may be, where its limits are as uncertain as their sources say."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.analysis.asking.narrowing import narrowed
from corridors.analysis.min_cut import DAYS_PER_MONTH, Cut, cut_of, cut_program
from corridors.analysis.monte_carlo import MOST_DRAWS, MOST_SEED
from corridors.analysis.question import ask
from corridors.analysis.uncertainty.inputs import UncertainInputs
from corridors.display import Card, records
from corridors.errors import CertificateError, ScenarioError
from corridors.network.network import Network, require_network
from corridors.scenarios.capacity.capacities import capacities_on
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from corridors.analysis.min_cut import CutProgram
    from corridors.flow.arrays import Floats
    from corridors.scenarios.capacity.capacities import Limit
    from corridors.scenarios.scenario import Scenario

_HOLDS = 1e-9
"""Least weight, as a share of the largest, with which a limit is part of a cut."""


@dataclass(frozen=True, eq=False)
class CutRange(Card):
    """The cut between two regions, and the same of many draws of its limits.

    Attributes
    ----------
    central
        The cut with nothing drawn.
    n, seed
        How many draws, and what decides them.
    units_per_day
        Most that gets through in each draw, shape (n,).
    stops
        Limits that form the cut of some draw, those of most draws first: capacity_id, name,
        unit, available (a day, nothing drawn), low_5 and high_95 of it, share of the draws in
        whose cut it is, and the confidence of its amount.
    """

    central: Cut
    n: int
    seed: int
    units_per_day: Floats
    stops: pd.DataFrame

    @cached_property
    def percentiles(self) -> tuple[float, float, float]:
        """Units a day that 5, 50 and 95 per cent of the draws stay below."""
        if np.isinf(self.units_per_day).any():
            return (math.inf, math.inf, math.inf)
        low, middle, high = np.quantile(self.units_per_day, [0.05, 0.5, 0.95]).tolist()
        return low, middle, high

    def __repr__(self) -> str:
        low, _, high = self.percentiles
        if math.isinf(high):
            return f"CutRange({self.central.cargo}: unlimited)"
        return (
            f"CutRange({self.central.cargo}: {low:,.1f} to {high:,.1f} {self.central.unit} a day)"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: those of the cut, and `range` with what was drawn."""
        low, middle, high = self.percentiles
        told: dict[str, Any] = {"draws": self.n, "seed": self.seed}
        endless = math.isinf(high)
        for name, value in (("low_5", low), ("median", middle), ("high_95", high)):
            told[name] = {
                "units_per_day": None if endless else value,
                "units_per_month": None if endless else value * DAYS_PER_MONTH,
            }
        told["stops"] = records(self.stops)
        return self.central.to_dict() | {"range": told}


def cut_range(
    net: Network,
    start: str | list[str],
    end: str | list[str],
    cargo: str,
    n: int = 200,
    seed: int = 0,
    *,
    mode: str | Sequence[str] | None = None,
    corridor: str | Sequence[str] | None = None,
    avoid: str | Sequence[str] | None = None,
    scenario: str | Path | Scenario | None = None,
    as_of: str | dt.date | None = None,
) -> CutRange:
    """Return how wide the narrowest place between two regions may be, and what stops it.

    Parameters
    ----------
    net, start, end, cargo, mode, corridor, avoid, scenario, as_of
        As in `corridors.min_cut`.
    n
        How often all capacities are drawn from their ranges, as `corridors.uncertainty` does
        (Latin hypercube, triangular, widest for what was inferred). A limit that a scenario
        sets in figures is taken as said; a share of a capacity is one of what is drawn.
    seed
        Decides the draws.

    Returns
    -------
    CutRange

    Raises
    ------
    UnknownIdError
        Where a region or cargo is unknown, or the regions share a node.
    ScenarioError
        Where a number makes no sense, or the scenario cannot be meant.
    CertificateError
        Where a cut could not be proved.

    Examples
    --------
    >>> import corridors as co
    >>> found = co.cut_range(co.load(), "KZ", "RU", "coal", n=5)
    >>> low, middle, high = found.percentiles
    >>> bool(0 < low <= middle <= high)
    True
    """
    require_network(net)
    for name, value, least, most in (("n", n, 1, MOST_DRAWS), ("seed", seed, 0, MOST_SEED)):
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            msg = f"{name}: saw {value!r}, expected a whole number from {least} to {most}"
            raise ScenarioError(msg)
    plan = narrowed(net, scenario, mode=mode, corridor=corridor, avoid=avoid)
    state = ask(net, plan, as_of).state
    program = cut_program(net, state, start, end, cargo)
    central = cut_of(net, program, start)
    available = _drawn(net, plan, program, UncertainInputs(net).places(n, seed))
    if math.isinf(central.units_per_day):
        return CutRange(central, n, seed, np.full(n, math.inf), _stops(program, available, []))
    amounts, weights = np.zeros(n), []
    for i, bound in enumerate(available):
        found = program.least(bound)
        if found.status != 0:
            msg = f"the cut of draw {i} could not be found: {found.message}"
            raise CertificateError(msg)
        amounts[i] = float(found.fun)
        weights.append(found.x[: len(program.rows)])
    return CutRange(central, n, seed, amounts, _stops(program, available, weights))


def _drawn(net: Network, plan: Scenario | None, program: CutProgram, places: Floats) -> Floats:
    """Return what is available of each limit of a program in each draw, shape (n, limits).

    Where a scenario changes limits, each draw's are those of the network that is drawn: what a
    share or a delay leaves hangs on the amount, what is said in figures does not.
    """
    inputs, rows = UncertainInputs(net), program.rows.tolist()
    table = inputs.net.tables["capacities"]
    drawn = [inputs.drawn("capacities", "amount", own) for own in places]
    state = program.state
    usual = {limit.limit_id: limit for limit in network_state(net, None, state.day).limits}
    found = np.tile(state.problem.bound[program.rows], (len(places), 1))
    if any(_changed(state.limits[number], usual) for number in rows):
        names = [state.limits[number].limit_id for number in rows]
        for i, values in enumerate(drawn):
            background = np.minimum(table["background"], values)
            other = table.assign(amount=values, background=background)
            whole = Network(
                {**inputs.net.tables, "capacities": other}, folder=net.folder, like=inputs.net
            )
            own = {x.limit_id: x.available for x in ask(whole, plan, state.day).state.limits}
            found[i] = [own[name] for name in names]
        return found
    held = capacities_on(inputs.net, state.day, None)
    row_of = dict(zip(held["capacity_id"], held.index, strict=True))
    for k, number in enumerate(rows):
        limit = state.limits[number]
        row = row_of.get(limit.capacity_id)
        if row is None:
            continue
        for i, values in enumerate(drawn):
            found[i, k] = max(values[row] - min(limit.background, values[row]), 0.0)
    return found


def _changed(limit: Limit, usual: dict[str, Limit]) -> bool:
    """Return whether a limit is another than without any event."""
    own = usual.get(limit.limit_id)
    return own is None or (own.amount, own.background) != (limit.amount, limit.background)


def _stops(program: CutProgram, available: Floats, weights: list[Floats]) -> pd.DataFrame:
    """Return the limits that form the cut of some draw, those of most draws first."""
    import pandas as pd

    columns = [
        "capacity_id", "name", "unit", "available", "low_5", "high_95", "share", "confidence",
    ]  # fmt: skip
    if not weights:
        return pd.DataFrame([], columns=columns)
    held = np.array([w > _HOLDS * max(1.0, w.max(initial=0.0)) for w in weights])
    share = held.mean(axis=0)
    low, high = np.quantile(available, [0.05, 0.95], axis=0)
    central = program.state.problem.bound
    rows = []
    for k in np.flatnonzero(share).tolist():
        number = int(program.rows[k])
        limit = program.state.limits[number]
        what = (limit.limit_id, limit.name, limit.unit, float(central[number]))
        rows.append((*what, float(low[k]), float(high[k]), float(share[k]), limit.confidence))
    rows.sort(key=lambda r: (-r[6], r[0]))
    return pd.DataFrame(rows, columns=columns)
