"""Families: one scenario with a parameter that takes several values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from corridors.display import card
from corridors.errors import ScenarioError
from corridors.scenarios.authoring.series import series
from corridors.scenarios.authoring.text import slug
from corridors.scenarios.authoring.varied import PARAMETERS, check_events, has, whole_days
from corridors.scenarios.scenario import Scenario
from corridors.scenarios.scenario import scenario as read_scenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from corridors.scenarios.events import Event


@dataclass(frozen=True)
class Family:
    """Scenarios that differ in one parameter.

    Attributes
    ----------
    scenario
        The one that they are made of.
    parameter
        One of `PARAMETERS`.
    values, members
        The values, and the scenario of each.
    """

    scenario: Scenario
    parameter: str
    values: tuple[Any, ...]
    members: tuple[Scenario, ...]

    def __len__(self) -> int:
        return len(self.members)

    def __iter__(self) -> Iterator[Scenario]:
        return iter(self.members)

    def __getitem__(self, number: int) -> Scenario:
        return self.members[number]

    def __repr__(self) -> str:
        return f"Family({self.scenario.name}: {self.parameter} {', '.join(map(str, self.values))})"

    def _repr_html_(self) -> str:
        members = {
            f"{self.parameter} {v}": m.name for v, m in zip(self.values, self.members, strict=True)
        }
        return card(repr(self), members)


def family(
    scenario: str | Path | Mapping[str, Any] | Scenario,
    *,
    duration: Any = None,
    to: Any = None,
    by: Any = None,
) -> Family:
    """Return a scenario once for each value of a parameter.

    Parameters
    ----------
    scenario
        As `corridors.scenario` takes it; its own ``family`` counts where no parameter
        is given here.
    duration
        Days for which its events are in force, each from its own first day, or from
        the scenario's day where it has none.
    to
        What its limits, or its changes of demand, are set to.
    by
        By how much its delays, or its surcharges, add.

    Returns
    -------
    Family
        ``...`` between values goes on by the step before it, or in fifths.

    Raises
    ------
    ScenarioError
        Where not one parameter is given, a value cannot be meant, or no event has it.

    Examples
    --------
    >>> import corridors as co
    >>> shut = co.scenario("close border:KZ-RU from 2025-09-14")
    >>> [s.events[0].end_day.isoformat() for s in co.family(shut, duration=[7, 14])]
    ['2025-09-21', '2025-09-28']
    """
    plan = read_scenario(scenario)
    given = {"duration": duration, "to": to, "by": by}
    given = {name: values for name, values in given.items() if values is not None}
    if not given and plan.family is not None:
        given = {plan.family[0]: plan.family[1]}
    if len(given) != 1:
        seen = " and ".join(given) or "none"
        msg = f"{plan.name}: saw {seen}, expected one parameter of {', '.join(PARAMETERS)}"
        raise ScenarioError(msg)
    [(parameter, values)] = given.items()
    try:
        chosen = series(values)
    except ScenarioError as error:
        msg = f"{plan.name}, {parameter}: {error}"
        raise ScenarioError(msg) from None
    members = tuple(_member(plan, parameter, value) for value in chosen)
    return Family(replace(plan, family=None), parameter, chosen, members)


def _member(plan: Scenario, parameter: str, value: Any) -> Scenario:
    """Return the scenario of one value."""
    if parameter == "duration":
        events = _for_days(plan, value)
    else:
        try:
            check_events(parameter, plan.events)
        except ScenarioError as error:
            msg = f"{plan.name}: {error}"
            raise ScenarioError(msg) from None
        events = tuple(_with_amount(e, parameter, value) for e in plan.events)
    name = f"{plan.name}-{slug(f'{parameter} {value}'.replace('.', '_'))}"
    title = f"{plan.title or plan.name}, {parameter} {value}"
    return replace(plan, name=name, title=title, events=events, family=None)


def _for_days(plan: Scenario, value: Any) -> tuple[Event, ...]:
    try:
        days = whole_days(value)
    except ScenarioError as error:
        msg = f"{plan.name}, duration: {error}"
        raise ScenarioError(msg) from None
    events = []
    for event in plan.events:
        first = event.first_day or plan.as_of
        if first is None:
            msg = f"{plan.name}: a duration needs a first day; give the event `from`, or set as_of"
            raise ScenarioError(msg)
        events.append(replace(event, first_day=first, end_day=first + dt.timedelta(days=days)))
    return tuple(events)


def _with_amount(event: Event, parameter: str, value: Any) -> Event:
    if not has(event, parameter):
        return event
    try:
        return replace(event, amount=event.meaning.parse(value))
    except ValueError as error:
        msg = f"{event.where}, {parameter}: {error}"
        raise ScenarioError(msg) from None
