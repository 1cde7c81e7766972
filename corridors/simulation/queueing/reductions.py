"""Limits that let less pass than in ordinary times, and when this is expected to end.

Whoever stands before a limit that an event has made tighter expects the event to
end as a closure ends, and what stands ahead to go at the ordinary rate from then
on. So a wait behind a limit is never expected to be longer than behind the same
place shut, and it tends to that as the limit tends to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.kernels import lean

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.simulation.queueing.problem import QueueProblem

_SAME = 1e-9
"""Relative difference below which two limits are the same."""


@lean
def wait_behind(ahead, own, room, ordinary, reduced_for):
    """Return the days that a queue takes which goes at one rate and later at another.

    Never more than behind the same place shut, and never more with more room.

    Parameters
    ----------
    ahead
        Units that stand ahead.
    own
        Units of those that come with one, half of them, as far as they do not pass
        at once. They count where something is reduced: without them the first who
        come to a limit of next to nothing would expect no wait at all.
    room, ordinary
        Units per day that pass now, and from the end of the reduction on.
    reduced_for
        Days until that end; 0 where nothing is reduced or nobody knows of it.
    """
    if ordinary <= 0.0:
        return np.inf if ahead > 0.0 else 0.0
    if reduced_for <= 0.0:
        return ahead / ordinary if ahead > 0.0 else 0.0
    standing = ahead + own
    by_then = room * reduced_for
    if standing > by_then:
        wait = reduced_for + (standing - by_then) / ordinary
    elif standing > 0.0:
        wait = standing / room
    else:
        wait = 0.0
    return min(wait, reduced_for + ahead / ordinary)


class Reductions:
    """What events leave of each limit, since when, and until when.

    Parameters
    ----------
    problem
        Its levels, and what they would be without events.

    Attributes
    ----------
    passable
        Limits of which any member is open, by state, shape (S, R).
    """

    def __init__(self, problem: QueueProblem) -> None:
        self._p = p = problem
        states = np.concatenate([p.state, p.state_ahead])
        self.passable = np.zeros((len(p.usd), p.n_limits), dtype=np.bool_)
        for state in np.unique(states).tolist():
            self.passable[state] = p.passable(state)
        level = np.concatenate([p.level, p.level_ahead.reshape(len(p.state_ahead), p.n_limits)])
        with np.errstate(divide="ignore", invalid="ignore"):
            left = np.where(np.isfinite(p.ordinary), level / p.ordinary, level)
        left = np.where(np.isnan(left), 1.0, left)
        tighter = np.where(p.from_event, np.isfinite(level), left < 1.0 - _SAME)
        open_ = self.passable[states]
        self._reduced = (tighter & open_ & (level > 0))[: p.n_steps]
        self._columns = np.flatnonzero(self._reduced.any(axis=0))
        own = np.where(open_, left, 0.0)[:, self._columns]
        self._since, self._until = spells(own)
        self._where = np.full(p.n_limits, -1)
        self._where[self._columns] = np.arange(len(self._columns))
        self._rooms: dict[int, Floats] = {}
        self._arc = p.member_arc

    def reduced(self, step: int) -> Flags:
        """Return the limits that let less pass than in ordinary times, but something, (R,)."""
        return np.asarray(self._reduced[step])

    def since_until(self, step: int, limits: Ints) -> tuple[Ints, Ints]:
        """Return since when limits have let pass no more than now, and until when."""
        own = self._where[limits]
        return self._since[step, own], self._until[step, own]

    def ordinary_room(self, step: int, room: Floats) -> Floats:
        """Return what limits will let pass per day when they are reduced no more, (C, R).

        A limit of the scenario is gone then: what stands there goes at the rate
        of the capacities on its links, each counted once.

        Parameters
        ----------
        step
            The step.
        room
            What they let pass now, beside background, shape (R,).
        """
        reduced = self._reduced[step] | self._p.from_event
        if not reduced.any():
            return np.broadcast_to(room, (len(self._p.weight), len(room)))
        base = int(self._p.base_of[step])
        if base not in self._rooms:
            self._rooms[base] = self._room_of(step)
        gone = self._p.from_event & np.isinf(room)
        room = np.where(gone, 0.0, room)
        return np.where(reduced, np.maximum(self._rooms[base], room), room)

    def _room_of(self, step: int) -> Floats:
        p = self._p
        ordinary = np.maximum(p.ordinary[step] - p.background[step], 0.0)
        result = np.repeat(ordinary[None], len(p.weight), axis=0)
        used = np.zeros(len(p.tail), dtype=np.bool_)
        for way in p.base_routes[int(p.base_of[step])]:
            used[way.arcs] = True
        for r in np.flatnonzero(p.from_event).tolist():
            own = np.flatnonzero(p.member_limit == r)
            # A queue stands where cargo passes: the other direction does not help it.
            if used[self._arc[own]].any():
                own = own[used[self._arc[own]]]
            for c in np.flatnonzero((p.member_factor[own] > 0).any(axis=0)).tolist():
                result[c, r] = self._behind(own, c, ordinary)
        return result

    def _behind(self, members: Ints, c: int, ordinary: Floats) -> float:
        """Return what the capacities on the links of members let pass in all, in their unit."""
        p = self._p
        rooms: dict[int, float] = {}
        for m in members[p.member_factor[members, c] > 0].tolist():
            arc = self._arc[m]
            near = np.arange(p.member_first[arc], p.member_first[arc + 1])
            limit = p.member_limit[near]
            near = near[~p.from_event[limit] & (p.member_factor[near, c] > 0)]
            if not len(near):
                return float("inf")
            there = ordinary[p.member_limit[near]] / p.member_factor[near, c]
            tightest = int(p.member_limit[near[there.argmin()]])
            room = float(there.min()) * float(p.member_factor[m, c])
            rooms[tightest] = max(rooms.get(tightest, 0.0), room)
        return sum(rooms.values())


def spells(left: Floats) -> tuple[Ints, Ints]:
    """Return for each step since when there has been no more than in it, and until when.

    Parameters
    ----------
    left
        What there is in each step, shape (T, X).

    Returns
    -------
    since, until
        First step of the spell that the step lies in, and the one after it, shape (T, X).

    Examples
    --------
    >>> import numpy as np
    >>> since, until = spells(np.array([[1.0], [0.5], [0.0], [0.5], [1.0]]))
    >>> since.ravel().tolist(), until.ravel().tolist()
    ([0, 1, 2, 1, 0], [5, 4, 3, 4, 5])
    """
    n_steps, size = left.shape
    since = np.zeros(left.shape, dtype=np.int64)
    until = np.full(left.shape, n_steps, dtype=np.int64)
    for x in range(size):
        column = left[:, x].tolist()
        lasting: list[int] = []
        more: list[int] = []
        for t, value in enumerate(column):
            while lasting and column[lasting[-1]] * (1.0 + _SAME) < value:
                until[lasting.pop(), x] = t
            lasting.append(t)
            while more and column[more[-1]] <= value * (1.0 + _SAME):
                more.pop()
            since[t, x] = more[-1] + 1 if more else 0
            more.append(t)
    return since, until
