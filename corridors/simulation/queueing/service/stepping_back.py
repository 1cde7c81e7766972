"""Who stands between the limits of a link when these change, in compiled code.

Limits of one link are met one after the other, and who stands at one has passed those before
it. That is no right to pass what has become tighter since, and no right to go on at once, past
all that the others let pass, when the one that holds him lets more pass again: he steps back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.kernels import lean
from corridors.simulation.queueing.packets import append, units_of
from corridors.simulation.queueing.service.serving import stand_again, stand_in_turn
from corridors.simulation.queueing.state import BACKGROUND

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.simulation.queueing.problem import QueueProblem

_SAME = 1e-12
"""Relative difference below which two amounts are the same."""


def beneath(p: QueueProblem) -> dict[int, Ints]:
    """Return the capacities on the links of each limit of the scenario."""
    found = {}
    for own in np.flatnonzero(p.from_event).tolist():
        near = np.isin(p.member_arc, p.member_arc[p.member_limit == own])
        limits = np.unique(p.member_limit[near])
        found[own] = limits[~p.from_event[limits]]
    return found


def changes(p: QueueProblem, rate: Floats, n: int) -> tuple[Flags, Flags]:
    """Return which limits let less, and which more, pass than in the step before, shape (R,).

    Events and dates count, forms that are given and a queue that is cleared faster; the days
    and hours of work do not, for which there is time between two limits.

    Parameters
    ----------
    p
        The problem.
    rate
        Units a day that each limit lets pass in the steps up to this one, shape (T, R).
    n
        The step.
    """
    if n == 0:
        none = np.zeros(p.n_limits, dtype=np.bool_)
        return none, none
    now, before = p.level[n], p.level[n - 1]
    fewer, more = now < before * (1.0 - _SAME), now > before * (1.0 + _SAME)
    more |= (rate[n] > rate[n - 1]) & (p.rate[n] <= p.rate[n - 1])
    return np.asarray(fewer), np.asarray(more)


@lean
def step_back(packets, routes, limits, record, clock, fewer, more):
    """Let who stands at a limit stand before the first of its link that concerns him again.

    That is the first that lets less pass than in the step before; of a limit that lets more pass
    itself, the first that limits anything. Nobody steps back before what is handed out: his form
    is used. Everybody keeps his turn.

    Parameters
    ----------
    packets, routes, limits, record, clock
        As in `run_step`.
    fewer, more
        Whether limits let less, and more, pass than in the step before, shape (R,).
    """
    for limit in range(len(limits.rate)):
        i = limits.head[limit]
        limits.head[limit] = -1
        limits.tail[limit] = -1
        while i >= 0:
            following = packets.of[i].after
            target = -1
            r = packets.of[i].route
            if r != BACKGROUND:
                v = routes.first[r] + packets.of[i].visit
                u = v - 1
                while (
                    u >= routes.first[r]
                    and routes.arc[u] == routes.arc[v]
                    and not limits.evenly[routes.limit[u]]
                ):
                    before = routes.limit[u]
                    if limits.rate[before] < np.inf and (more[limit] or fewer[before]):
                        target = u
                    u -= 1
            if target < 0:
                append(packets, limits.head, limits.tail, limit, i)
            else:
                record.quit[clock.number, limit] += stand_again(
                    packets, routes, record, clock, limit, i
                )
                packets.of[i].visit = target - routes.first[r]
                onto = routes.limit[target]
                record.arrived[clock.number, onto] += units_of(packets, routes, i)
                stand_in_turn(packets, limits, onto, i)
            i = following
