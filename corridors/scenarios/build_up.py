"""Events that build up over days: what is in force on each day, and the state that makes.

A delay, a surcharge or a share grows with the event itself. A closure, or an
amount, builds up from what holds without the event, which only two situations
tell: the one without it and the one with all of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.scenarios.state import Situation, situation

if TYPE_CHECKING:
    import datetime as dt

    from corridors.network.network import Network
    from corridors.scenarios.capacities import Limit
    from corridors.scenarios.scenario import Event, Scenario


class InForce(NamedTuple):
    """An event in force on a day.

    Attributes
    ----------
    number
        Of the event in the scenario.
    event
        The event, as far as it has built up where it says so itself.
    part
        Part of the event that is in force beyond that; 1 for all of it.
    """

    number: int
    event: Event
    part: float


def events_on(scenario: Scenario | None, day: dt.date) -> list[InForce]:
    """Return the events in force on a day, each as far as it has built up."""
    if scenario is None:
        return []
    found = []
    for number, event in enumerate(scenario.events):
        if not event.in_force(day):
            continue
        part = 1.0
        if event.over_hours > 0 and event.first is not None:
            part = min(((day - event.first).days + 1) * 24.0 / event.over_hours, 1.0)
        found.append(_built_up(number, event, part))
    return found


def _built_up(number: int, event: Event, part: float) -> InForce:
    """Return an event of which a part is in force; a closure begins as a limit."""
    if part >= 1.0:
        return InForce(number, event, 1.0)
    amount = event.amount
    if event.kind in {"delay", "surcharge"} and amount is not None:
        grown = replace(event, amount=replace(amount, value=amount.value * part))
        return InForce(number, grown, 1.0)
    if event.kind in {"limit", "demand"} and amount is not None:
        if amount.unit in {"share", "factor"}:
            value = 1.0 + (amount.value - 1.0) * part
            return InForce(number, replace(event, amount=replace(amount, value=value)), 1.0)
        # An amount builds up from what holds without the event; `state_on` knows that.
        return InForce(number, event, part)
    return InForce(number, event, part if event.kind == "close" else 1.0)


def state_on(
    net: Network, scenario: Scenario | None, events: list[InForce], base: Situation, day: dt.date
) -> Situation:
    """Return the situation of a day.

    Parameters
    ----------
    net, scenario, day
        The network, the scenario and the day.
    events
        What `events_on` returns for the day.
    base
        The undisturbed situation of the day.
    """
    if scenario is None or not events:
        return base
    full = situation(net, replace(scenario, events=tuple(e.event for e in events)), day)
    part = min(e.part for e in events)
    if part >= 1.0:
        return full
    rest = tuple(e.event for e in events if e.part >= 1.0)
    without = situation(net, replace(scenario, events=rest), day) if rest else base
    return _between(without, full, part)


def _between(without: Situation, full: Situation, part: float) -> Situation:
    """Return a situation part of the way from one to another: what is limited has that much left.

    What the full situation closes stays open, with so much less capacity.
    """
    target = {limit.limit_id: limit for limit in full.limits}
    limits: list[Limit] = []
    shut = ~np.isfinite(full.problem.cost) | full.problem.closed
    for limit in without.limits:
        other = target.get(limit.limit_id)
        gone = bool(shut[limit.cargo, limit.arc].all())
        amount = 0.0 if gone else other.amount if other is not None else limit.amount
        limits.append(replace(limit, amount=limit.amount + (amount - limit.amount) * part))
    return replace(without, limits=limits)
