"""What is asked of an expansion: the scenarios with their weights and days, and the budgets."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.analysis.question import newest_source
from corridors.assignment.assign import day_of
from corridors.errors import ScenarioError
from corridors.scenarios.scenario import Scenario
from corridors.scenarios.scenario import scenario as read_scenario

if TYPE_CHECKING:
    import datetime as dt

    from corridors.network.network import Network

UNDISTURBED = "undisturbed"
"""What the network without any event is called among the scenarios."""


@dataclass(frozen=True)
class Weighted:
    """A scenario with its weight.

    Attributes
    ----------
    name
        How it is called.
    plan
        The scenario; None for the undisturbed network.
    given
        The weight that was given.
    weight
        Its share of all weights.
    day
        The day whose links, capacities, demand and events hold.
    """

    name: str
    plan: Scenario | None
    given: float
    weight: float
    day: dt.date


def weighted(
    net: Network, scenarios: Any, as_of: str | dt.date | None
) -> tuple[list[Weighted], bool]:
    """Return the scenarios that are meant, and whether somebody weighed them.

    Parameters
    ----------
    net
        The network.
    scenarios
        One, several, pairs of one and its weight, or a mapping from names to weights;
        ``"undisturbed"`` is the network without any event.
    as_of
        A day for all; each scenario's own if None, and for the undisturbed network the
        last of those.

    Raises
    ------
    ScenarioError
        Where there is none, two bear one name, or a weight is none.
    """
    pairs, told = _pairs(scenarios)
    if not pairs:
        raise ScenarioError("expand: saw no scenario, expected at least one")
    plans = [(None if one == UNDISTURBED else read_scenario(one), w) for one, w in pairs]
    names = [UNDISTURBED if plan is None else plan.name for plan, _ in plans]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice is not None:
        msg = f"expand: two scenarios are called {twice!r}; name each once"
        raise ScenarioError(msg)
    for name, (_, weight) in zip(names, plans, strict=True):
        if not 0 <= weight < math.inf:
            msg = f"expand: weight of {name}: saw {weight!r}, expected a number of 0 or more"
            raise ScenarioError(msg)
    whole = math.fsum(w for _, w in plans)
    if whole <= 0:
        raise ScenarioError("expand: every weight is 0, expected one above it")
    days = {n: day_of(net, p, as_of) for n, (p, _) in zip(names, plans, strict=True) if p}
    usual = as_of or net.date or max(days.values(), default=None) or newest_source(net)
    found = [
        Weighted(
            name=name,
            plan=plan,
            given=weight,
            weight=weight / whole,
            day=days[name] if plan else day_of(net, None, usual),
        )
        for name, (plan, weight) in zip(names, plans, strict=True)
        if weight > 0
    ]
    return found, told


def _pairs(scenarios: Any) -> tuple[list[tuple[Any, float]], bool]:
    if isinstance(scenarios, str | Path | Scenario):
        return [(scenarios, 1.0)], False
    if isinstance(scenarios, Mapping):
        return [(name, _number(name, w)) for name, w in scenarios.items()], True
    pairs, told = [], False
    for one in scenarios:
        if isinstance(one, tuple) and len(one) == 2:
            pairs.append((one[0], _number(one[0], one[1])))
            told = True
        else:
            pairs.append((one, 1.0))
    return pairs, told


def _number(name: Any, weight: Any) -> float:
    if isinstance(weight, bool) or not isinstance(weight, Real):
        msg = f"expand: weight of {name}: saw {weight!r}, expected a number of 0 or more"
        raise ScenarioError(msg)
    return float(weight)


def budgets_of(budget: float | Iterable[float]) -> list[float]:
    """Return the budgets that are meant, rising, each once.

    Raises
    ------
    ScenarioError
        Where there is none, or one is no amount of 0 or more.
    """
    several: list[Any] = (
        list(budget) if isinstance(budget, Iterable) and not isinstance(budget, str) else [budget]
    )
    if not several:
        raise ScenarioError("expand: saw no budget, expected USD such as 1e9")
    for one in several:
        number = isinstance(one, Real) and not isinstance(one, bool)
        if not number or not 0 <= one < math.inf:
            msg = f"expand: budget: saw {one!r}, expected USD of 0 or more"
            raise ScenarioError(msg)
    return sorted({float(one) for one in several})
