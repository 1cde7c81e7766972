"""How arrivals and service vary at the limits of a timetable, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.waiting.steady import exponent_of
from corridors.simulation.queueing.problem import Variability

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Ints
    from corridors.scenarios.state import NetworkState
    from corridors.simulation.queue_points import QueuePoint


def variability(
    states: list[NetworkState],
    points: list[QueuePoint],
    state: Ints,
    granted: Flags | None = None,
    *,
    stands: bool = False,
) -> Variability | None:
    """Return how what comes to each limit and what it serves vary; None where nothing does.

    Parameters
    ----------
    states, points
        The states and the limits of a timetable.
    state
        State that holds in each step, shape (T,).
    granted
        Limits that are handed out for a period, shape (R,): forms, at which nothing varies.
    stands
        Whether the queue that this leaves on average stands in the run.
    """
    number = {p.limit_id: r for r, p in enumerate(points) if not p.from_event}
    shape = (len(states), len(points))
    arrivals, service = np.zeros(shape), np.zeros(shape)
    exponent = np.full(shape, float(exponent_of(1.0)))
    for s, own in enumerate(states):
        for limit in own.limits:
            r = number.get(limit.limit_id)
            if r is None or limit.from_event or not np.isfinite(limit.amount):
                continue
            v = limit.variation
            lot = v.lot_of(limit.amount)
            arrivals[s, r] = v.cv_arrivals**2 * lot
            service[s, r] = v.cv_service**2 * lot
            exponent[s, r] = v.exponent(limit.amount)
    if granted is not None:
        arrivals[:, granted] = 0.0
        service[:, granted] = 0.0
    if not arrivals.any() and not service.any():
        return None
    return Variability(arrivals[state], service[state], exponent[state], stands)
