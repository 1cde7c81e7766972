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

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from corridors.analysis.min_cut import CutProgram
    from corridors.flow.arrays import Floats
    from corridors.scenarios.scenario import Scenario
    from corridors.scenarios.state import NetworkState

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
    said = _said(net, plan, state) if plan is not None and plan.events else set()
    available = _drawn(net, program, n, seed, said)
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


def _said(net: Network, plan: Scenario, state: NetworkState) -> set[str]:
    """Return the limits whose amount a scenario gives in figures: halved capacities leave them."""
    whole = net.whole
    table = whole.tables["capacities"]
    halved = table.assign(amount=table["amount"] / 2, background=table["background"] / 2)
    other = Network({**whole.tables, "capacities": halved}, folder=whole.folder)
    half = {limit.limit_id: limit.amount for limit in ask(other, plan, state.day).state.limits}
    return {
        limit.limit_id for limit in state.limits if half.get(limit.limit_id) != limit.amount / 2
    }


def _drawn(net: Network, program: CutProgram, n: int, seed: int, said: set[str]) -> Floats:
    """Return what is available of each limit of a program in each draw, shape (n, limits)."""
    state = program.state
    inputs = UncertainInputs(net)
    table = inputs.net.tables["capacities"]
    held = capacities_on(inputs.net, state.day, None)
    row_of = dict(zip(held["capacity_id"], held.index, strict=True))
    amount = table["amount"].to_numpy(dtype=np.float64)
    central = state.problem.bound[program.rows]
    found = np.tile(central, (n, 1))
    drawn = [inputs.drawn("capacities", "amount", places) for places in inputs.places(n, seed)]
    for k, number in enumerate(program.rows.tolist()):
        limit = state.limits[number]
        row = row_of.get(limit.capacity_id)
        if row is None or not amount[row] > 0 or limit.limit_id in said:
            continue
        for i, values in enumerate(drawn):
            least = limit.amount * values[row] / amount[row]
            found[i, k] = max(least - min(limit.background, least), 0.0)
    return found


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
