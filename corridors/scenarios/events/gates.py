"""What happens at gates: service that takes longer, and arrivals that are booked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from corridors.errors import ScenarioError
from corridors.scenarios.capacity.capacities import share_of_limits
from corridors.scenarios.capacity.variation import NONE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from corridors.scenarios.capacity.capacities import Limit
    from corridors.scenarios.draft import Draft
    from corridors.scenarios.events.event import Event

SLOTS = "slots"
"""The word for times at a gate, in `takes` of a delay and as what a queue is set to."""


def slower_gates(
    event: Event, draft: Draft, meant: NDArray[np.bool_], hours: float, number: int
) -> None:
    """Leave what the limits inside can serve when each one keeps its place so much longer.

    A gate serves c side by side, each for S hours, so that 24 c / S pass in a day. When each
    keeps its place for D hours more, 24 c / (S + D) do: the part S / (S + D). Background is
    served more slowly too.

    Parameters
    ----------
    event
        For messages.
    draft
        What holds on the day.
    meant
        What is delayed, there on the day or not, by class and arc, shape (C, A). Of a limit that
        reaches beyond it, what is delayed together gets that part.
    hours
        The delay.
    number
        Of the event, for the ids of limits.

    Raises
    ------
    ScenarioError
        Where no limit inside says for how long one is served.
    """
    inside = meant & draft.there
    result: list[Limit] = []
    unknown: list[str] = []
    touched = False
    for limit in draft.limits:
        own = inside[limit.cargo, limit.arc]
        if not own.any() or limit.from_event or limit.amount <= 0:
            result.append(limit)
            continue
        v = limit.variation
        if v.service_hours <= 0:
            unknown.append(limit.limit_id)
            result.append(limit)
            continue
        touched = True
        ordinary = v.hours_of_one(limit.amount)
        part = ordinary / (ordinary + hours)
        left, _ = share_of_limits([limit], meant, draft.there, part, number)
        if limit.lies_in(meant):
            slower = replace(v, service_hours=ordinary + hours)
            left = [replace(left[0], variation=slower)]
        result += left
    if not touched:
        seen = f"; of {', '.join(unknown[:3])} the table `variation` does not" if unknown else ""
        msg = (
            f"{event.where}, delay: takes slots where nothing selected says for how long one is "
            f"served on that day (column service_hours){seen}; leave `takes` out for a delay alone"
        )
        raise ScenarioError(msg)
    draft.limits = result


def booked_gates(event: Event, draft: Draft, inside: NDArray[np.bool_], share: float) -> None:
    """Let a share of the arrivals at the limits inside come at times of their own.

    Of a limit that reaches beyond, the part of its members counts that lies inside; those that
    do not exist on the day are none.

    Raises
    ------
    ScenarioError
        Where nothing inside has a limit, or nothing is known to vary there.
    """
    found: list[str] = []
    limits = list(draft.limits)
    varies = False
    for i, limit in enumerate(limits):
        own = inside[limit.cargo, limit.arc]
        if own.any() and not limit.from_event:
            found.append(limit.limit_id)
            varies = varies or limit.variation != NONE
            part = float(own[draft.there[limit.arc]].mean())
            booked = limit.variation.booked(share * part)
            limits[i] = replace(limit, variation=booked)
    if not found:
        chosen = int(inside.any(axis=0).sum())
        msg = (
            f"{event.where}: queue: slots books nothing, because none of the {chosen} directed "
            "links and transfers selected has a capacity on that day"
        )
        raise ScenarioError(msg)
    if not varies:
        named = ", ".join(found[:3]) + (" and others" if len(found) > 3 else "")
        msg = (
            f"{event.where}: queue: slots books nothing, because the table `variation` does not "
            f"say how arrivals vary at {named}"
        )
        raise ScenarioError(msg)
    draft.limits = limits
