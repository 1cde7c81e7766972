"""What a family varies: days in force, or the amount of the events that have one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.errors import ScenarioError
from corridors.scenarios.events import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridors.scenarios.events import Event

PARAMETERS = ("duration", "to", "by")
"""What a family can vary: days in force, or the amount of its limits, delays or demand."""

MOST_DAYS = 3660
"""Longest duration of a member."""


def has(event: Event, parameter: str) -> bool:
    """Return whether an event has its amount under a parameter."""
    return event.meaning.amount_key == parameter


def check_events(parameter: str, events: Iterable[Event]) -> None:
    """Raise ScenarioError where a parameter is the amount of no event."""
    if parameter != "duration" and not any(has(e, parameter) for e in events):
        kinds = ", ".join(k for k, kind in KINDS.items() if kind.amount_key == parameter)
        msg = f"no event has {parameter!r}, expected one of {kinds}"
        raise ScenarioError(msg)


def check_value(parameter: str, value: Any, events: Iterable[Event]) -> Any:
    """Return a value of a parameter; raise ValueError where it can not be meant."""
    if parameter == "duration":
        return whole_days(value)
    for event in events:
        if has(event, parameter):
            event.meaning.parse(value)
    return value


def whole_days(value: Any) -> int:
    """Return a duration in days.

    Raises
    ------
    ScenarioError
        Where it is no whole number of days that a member may last.
    """
    whole = isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0
    if not whole or not 1 <= value <= MOST_DAYS:
        msg = f"saw {value!r}, expected whole days from 1 to {MOST_DAYS}"
        raise ScenarioError(msg)
    return int(value)
