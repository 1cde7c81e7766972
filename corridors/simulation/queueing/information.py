"""What cargo knows on a day: queues and closures, and the waits along a way that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.flow.kernels import lean
from corridors.simulation.queueing.problem import closed_since_until
from corridors.simulation.queueing.reductions import Reductions, wait_behind

if TYPE_CHECKING:
    from collections.abc import Callable

    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.simulation.queueing.problem import QueueProblem


class Information:
    """What is known in each step: queues as observed, closures as announced or expected."""

    def __init__(self, problem: QueueProblem) -> None:
        self._p = p = problem
        finite = np.isfinite(p.usd)
        closable = finite.any(axis=0) & ~finite.all(axis=0)
        self._class, self._arc = np.nonzero(closable)
        shut = ~finite[:, self._class, self._arc][np.concatenate([p.state, p.state_ahead])]
        self._shut = shut
        self._since, self._until = closed_since_until(shut)
        zero = np.concatenate([p.level, p.level_ahead.reshape(len(p.state_ahead), p.n_limits)]) <= 0
        self._zero_since, self._zero_until = closed_since_until(zero)
        zero = zero[: p.n_steps]
        self._zero = zero
        # A limit of 0 is judged by what it lets through when it is open.
        positive = np.where(np.isfinite(p.level) & ~zero, p.level, np.nan)
        with np.errstate(invalid="ignore"):
            mean = np.nanmax(np.vstack([positive, np.zeros((1, p.n_limits))]), axis=0, initial=0.0)
        self._open_level = mean
        self.reductions = Reductions(p)
        self.queue_seen = np.zeros((p.n_steps + 1, p.n_limits))
        # Days until limits that are used up are handed out again; of the step that is run.
        self.used_up = np.zeros(p.n_limits)
        self._reaction = np.rint(p.behaviour.reaction / p.step).astype(np.int64)
        self._closed = ~finite
        self._never_closed = np.zeros(p.usd.shape[1:])
        # What has been worked out of a step, and the step with what is used up in it.
        self._found: dict[str, Any] = {}
        self._of: tuple[int, Floats] = (-1, self.used_up)

    def _once(self, step: int, what: str, find: Callable[[], Any]) -> Any:
        """Return what is asked for of a step several times, worked out when first asked for."""
        if self._of[0] != step or self._of[1] is not self.used_up:
            self._found, self._of = {}, (step, self.used_up)
        if what not in self._found:
            self._found[what] = find()
        return self._found[what]

    def closed(self, step: int) -> Flags:
        """Return what no packet of a class may pass, shape (C, A)."""
        return np.asarray(self._closed[self._p.state[step]])

    def _expected(self, step: int, since: Ints, until: Ints, first: Floats) -> Floats:
        """Return the days that spells are expected to last yet."""
        p = self._p
        if p.announced:
            return np.asarray((until - step) * p.step, dtype=np.float64)
        return np.asarray(np.maximum(first, (step - since) * p.step))

    def closed_for(self, step: int, *, known: bool) -> Floats:
        """Return the days for which arcs are expected to stay closed, shape (C, A).

        Parameters
        ----------
        step
            The step.
        known
            Whether everybody sees it at once, as those do who stand there, or
            only after the reaction lag.
        """
        p, result = self._p, self._never_closed
        shut = self._shut[step]
        if shut.any():
            result = np.zeros(p.usd.shape[1:])
            since, until = self._since[step, shut], self._until[step, shut]
            c, a = self._class[shut], self._arc[shut]
            days = self._expected(step, since, until, p.behaviour.expected_closure[c])
            if not known:
                days = np.where(step - since >= self._reaction[c], days, 0.0)
            result[c, a] = days
        return result

    def limit_shut(self, step: int, *, known: bool) -> Floats:
        """Return the days for which limits of 0 are expected to stay so, shape (C, R).

        When a limit that is used up will be handed out again is known to everybody.
        """
        found: Floats = self._once(
            step, f"limit_shut {known}", lambda: self._limit_shut(step, known=known)
        )
        return found

    def _limit_shut(self, step: int, *, known: bool) -> Floats:
        p = self._p
        result = np.tile(self.used_up, (len(p.weight), 1))
        zero = self._zero[step] & (self._open_level > 0)
        if zero.any():
            since, until = self._zero_since[step, zero], self._zero_until[step, zero]
            days = self._expected(step, since, until, p.behaviour.expected_closure[:, None])
            heard = known | (step - since >= self._reaction[:, None])
            result[:, zero] = np.where(heard, days, 0.0)
        return result

    def reduced_for(self, step: int, *, known: bool) -> Floats:
        """Return the days for which limits are expected to let less pass, shape (C, R).

        As long as a closure that began on that day would be expected to last. Who has
        not heard of it yet expects the ordinary rate, as with a closure.
        """
        found: Floats = self._once(
            step, f"reduced_for {known}", lambda: self._reduced_for(step, known=known)
        )
        return found

    def _reduced_for(self, step: int, *, known: bool) -> Floats:
        p = self._p
        result = np.zeros((len(p.weight), p.n_limits))
        reduced = np.flatnonzero(self.reductions.reduced(step))
        if len(reduced):
            since, until = self.reductions.since_until(step, reduced)
            days = self._expected(step, since, until, p.behaviour.expected_closure[:, None])
            heard = known | (step - since >= self._reaction[:, None])
            result[:, reduced] = np.where(heard, days, 0.0)
        return result

    def rooms(self, step: int) -> tuple[Floats, Floats]:
        """Return what passes limits beside background, now, (R,), and in ordinary times, (C, R)."""
        found: tuple[Floats, Floats] = self._once(step, "rooms", lambda: self._rooms(step))
        return found

    def _rooms(self, step: int) -> tuple[Floats, Floats]:
        room = np.maximum(self.level(step) - self._p.reserved[step], 0.0)
        # A copy: a kernel would be compiled once more for rows that are one and the same.
        return room, np.array(self.reductions.ordinary_room(step, room), order="C")

    def seen(self, step: int) -> Floats:
        """Return the queue of each limit that is known, shape (C, R); 0 where nothing ever passes.

        There, closures tell how long the wait is.
        """
        room, ordinary = self.rooms(step)
        seen = self.queue_seen[np.maximum(step - self._reaction, 0)]
        return np.asarray(np.where((room > 0) | (ordinary > 0), seen, 0.0))

    def own(self, step: int, use: Floats) -> Floats:
        """Return half of what comes to each limit in a step and does not pass, shape (R,).

        Parameters
        ----------
        step
            The step.
        use
            Units per day that come on base routes, shape (R,).
        """
        room, _ = self.rooms(step)
        return np.asarray(np.maximum(use - room, 0.0) * (0.5 * self._p.step))

    def level(self, step: int) -> Floats:
        """Return what each limit lets through per day, or would if it were open, shape (R,)."""
        level = self._p.level[step]
        return np.asarray(np.where(self._zero[step], self._open_level, level))

    def limit_wait(self, step: int, use: Floats) -> Floats:
        """Return the days that the observed queue of each limit takes, shape (C, R).

        Before a limit that is used up those until it is handed out again are among them.
        """
        room, ordinary = self.rooms(step)
        days = self.reduced_for(step, known=False)
        result = np.zeros(ordinary.shape)
        waits(self.seen(step), self.own(step, use), room, ordinary, days, result)
        return result + self.used_up


@lean
def waits(seen, own, room, ordinary, reduced_for, result):
    """Write down the days that each queue takes, by class, shape (C, R)."""
    for c in range(seen.shape[0]):
        for r in range(seen.shape[1]):
            result[c, r] = wait_behind(
                seen[c, r], own[r], room[r], ordinary[c, r], reduced_for[c, r]
            )


@lean
def waits_ahead(
    first,
    kind,
    is_base,
    limit,
    arc,
    hours,
    usd,
    seen,
    own,
    room,
    ordinary,
    reduced_for,
    limit_shut,
    closed_for,
    value_of_time,
    cost,
    wait,
    cost_from,
    wait_from,
    wait_at,
):
    """Work out cost and waiting from the start of every base route and from every limit on it.

    A closure is waited for only as far as it outlasts the way to it. From limits on,
    nothing is worked out where nobody on the route expects to wait.

    Parameters
    ----------
    first, kind, is_base, limit, arc, hours, usd
        Of the ways, as in `RouteArrays`.
    seen
        Units known to stand in the queue of each limit, by class, shape (C, R).
    own, room, ordinary, reduced_for
        As in `wait_behind`, shapes (R,), (R,), (C, R) and (C, R).
    limit_shut
        Days for which a limit of 0 is expected to stay so, by class, shape (C, R).
    closed_for
        Days for which an arc is expected to stay closed, by class, shape (C, A).
    value_of_time
        USD per unit and hour by class, shape (C,).

    cost, wait
        What is found, 0 before: from the start of each base route, USD per unit with the time
        valued, and days; 0 of other ways.
    cost_from, wait_from, wait_at
        From each visit on, shape of `limit`; and the wait at the visit alone. All are 0
        on ways without any wait.
    """
    for r in range(len(kind)):
        if not is_base[r]:
            continue
        c = kind[r]
        value = value_of_time[c]
        segment = first[r] + r
        size = first[r + 1] - first[r]
        calm = True
        for v in range(first[r], first[r + 1]):
            at = limit[v]
            if (
                closed_for[c, arc[v]] > 0
                or limit_shut[c, at] > 0
                or seen[c, at] > 0
                or reduced_for[c, at] > 0
            ):
                calm = False
        for begin in range(-1, 0 if calm else size):
            days = 0.0
            waited = 0.0
            money = 0.0
            if begin < 0:
                days = hours[segment] / 24.0
                money = usd[segment]
            for j in range(max(begin, 0), size):
                v = first[r] + j
                shut = max(closed_for[c, arc[v]], limit_shut[c, limit[v]])
                shut = max(shut - days - waited, 0.0)
                # What is shut and tighter as well is less tight for the days that are left then.
                left = max(reduced_for[c, limit[v]] - days - waited - shut, 0.0)
                here = shut + wait_behind(
                    seen[c, limit[v]], own[limit[v]], room[limit[v]], ordinary[c, limit[v]], left
                )
                if j == begin:
                    wait_at[v] = here
                waited += here
                days += hours[segment + j + 1] / 24.0
                money += usd[segment + j + 1]
            total = money + value * 24.0 * (days + waited)
            if begin < 0:
                cost[r] = total
                wait[r] = waited
            else:
                cost_from[first[r] + begin] = total
                wait_from[first[r] + begin] = waited
