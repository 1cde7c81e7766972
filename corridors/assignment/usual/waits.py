"""Waits that rise with use, in the steady state of a situation, beyond those that are usual.

What arrivals and service that vary leave standing at a limit is part of its hours in ordinary
times: those of the data were seen with it. What a situation adds to it is not, and cargo that
chooses its way by it comes to an equilibrium: `corridors.flow.choice.rising_waits` solves that at
given values of time, and these are those of the cargo that passes, found by repeated substitution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.choice.rising_waits import RisingWaits
from corridors.flow.usage import limit_use
from corridors.flow.waiting.steady import steady_wait

if TYPE_CHECKING:
    from collections.abc import Callable

    from corridors.flow.arrays import Flags, Floats
    from corridors.flow.choice.solve import ChoiceAnswer
    from corridors.scenarios.capacity.capacities import Limit
    from corridors.scenarios.state import NetworkState

_ROUNDS = 20
"""Most rounds in which the values of time of those who pass are found anew."""

_SETTLED = 1e-6
"""Residual at which they have settled."""

_TRACE_USD = 1e-3
"""Price of a unit, USD, up to which a limit costs nothing."""

_HARDLY_USED = 0.1
_MINUTE = 1.0 / (24.0 * 60.0)
"""Use, and wait in days, up to which a wait counts as none, whatever was usual."""


@dataclass(frozen=True, eq=False)
class SettledWaits:
    """What cargo waits beyond what is usual in an equilibrium of waits and choices.

    Attributes
    ----------
    days
        Of those who pass each limit, beyond the usual, shape (R,); 0 at limits that are full on
        the undisturbed day, or at which nothing varies: there the queue is in the price.
    usd_per_day
        What that is worth to all who pass, by their own values of time.
    full, full_usd_per_day
        Number of the other limits whose price is above that of the undisturbed day, and what the
        difference comes to for all who pass.
    residual
        Share of it by which the values of time that were charged differ from those of the cargo
        that passes: 0 where the equilibrium is exact.
    unlike
        Share of it that is charged beyond what their own time is worth to those who pass, because
        all who pass a limit pay by the mean of their values of time.
    rounds
        Times that the equilibrium was solved.
    limits
        Number of limits at which arrivals or service are known to vary.
    """

    days: Floats
    usd_per_day: float
    full: int
    full_usd_per_day: float
    residual: float
    unlike: float
    rounds: int
    limits: int

    def to_dict(self) -> dict[str, float]:
        """Return all but the days of single limits as plain values."""
        return {
            "usd_per_day": self.usd_per_day,
            "full": self.full,
            "full_usd_per_day": self.full_usd_per_day,
            "residual": self.residual,
            "unlike": self.unlike,
            "rounds": self.rounds,
            "limits": self.limits,
        }


def no_waits(state: NetworkState) -> SettledWaits:
    """Return what is waited beyond what is usual where all is usual."""
    nothing = np.zeros(state.problem.n_limits)
    return SettledWaits(nothing, 0.0, 0, 0.0, 0.0, 0.0, 0, _varying(state))


def _varying(state: NetworkState) -> int:
    return sum(limit.variation.spread(limit.amount) > 0 for limit in state.limits)


def settle_waits(
    state: NetworkState,
    undisturbed: NetworkState,
    usual: ChoiceAnswer,
    answer: ChoiceAnswer,
    again: Callable[[ChoiceAnswer, RisingWaits], ChoiceAnswer],
) -> tuple[ChoiceAnswer, SettledWaits]:
    """Return the equilibrium of choices and waits, and what the waits are.

    Parameters
    ----------
    state
        The situation.
    undisturbed, usual
        The undisturbed day, with all limits of its answer, and that.
    answer
        That of the situation in which nobody waits where there is room.
    again
        Answers the situation with waits, from an answer nearby.
    """
    every = _rising(state, _usual_waits(undisturbed, usual))
    before = {
        limit.limit_id: price
        for limit, price in zip(undisturbed.limits, usual.limit_price.tolist(), strict=True)
    }
    usual_price = np.array([before.get(limit.limit_id, 0.0) for limit in state.limits])
    value = _values_of_time(state, answer)
    for rounds in range(1, _ROUNDS + 1):
        charged = value[every.limit] > 0
        waits = _some(every, charged, value)
        answer = again(answer, waits)
        now = _values_of_time(state, answer)
        told = _told(state, answer, waits, now, usual_price, rounds)
        left_out = (now[every.limit] > 0) & ~charged
        if told.residual <= _SETTLED and not left_out.any():
            break
        value = np.where(now > 0, now, value)
    return answer, told


def _rising(state: NetworkState, ordinary: dict[str, float]) -> RisingWaits:
    """Return the limits of a situation at which waits rise, each day of waiting worth 1."""
    rows = []
    for r, limit in enumerate(state.limits):
        bound = float(state.problem.bound[r])
        spread = limit.variation.spread(limit.amount)
        hard = np.isinf(state.problem.excess_price[r])
        if not (spread > 0 and hard and 0 < bound <= limit.amount < np.inf):
            continue
        hardly = max(_wait(limit, _HARDLY_USED * limit.amount), _MINUTE)
        days = max(ordinary.get(limit.limit_id, 0.0), hardly)
        # One that is full in ordinary times has its queue in its price, then and now.
        if days < np.inf:
            power = limit.variation.exponent(limit.amount)
            rows.append((r, limit.amount, limit.amount - bound, spread, power, days, 1.0))
    table = np.array(rows, dtype=np.float64).reshape(-1, 7)
    return RisingWaits(table[:, 0].astype(np.int64), *table[:, 1:].T.copy())


def _usual_waits(undisturbed: NetworkState, usual: ChoiceAnswer) -> dict[str, float]:
    """Return the steady wait at each limit of the undisturbed day, in days."""
    used = limit_use(undisturbed.problem, usual.class_flow).tolist()
    return {
        limit.limit_id: _wait(limit, flow + min(limit.background, limit.amount))
        for limit, flow in zip(undisturbed.limits, used, strict=True)
    }


def _wait(limit: Limit, passes: float) -> float:
    v = limit.variation
    return steady_wait(
        passes, limit.amount, v.cv_arrivals, v.cv_service, v.servers(limit.amount),
        v.lot_of(limit.amount),
    )  # fmt: skip


def _some(every: RisingWaits, which: Flags, value: Floats) -> RisingWaits:
    """Return some of the limits, with what a day of waiting is worth at them."""
    names = ("limit", "rate", "own", "spread", "exponent", "usual")
    kept = {name: getattr(every, name)[which] for name in names}
    return RisingWaits(**kept, value=value[kept["limit"]])


def _values_of_time(state: NetworkState, answer: ChoiceAnswer) -> Floats:
    """Return what a day is worth to what one unit of each limit holds, on average, shape (R,)."""
    p = state.problem
    flow, value = _by_member(state, answer)
    units, usd = (
        np.bincount(p.member_limit, each, p.n_limits).astype(np.float64)
        for each in (p.member_factor * flow, value * flow)
    )
    return np.divide(usd, units, out=np.zeros(p.n_limits), where=units > 0)


def _by_member(state: NetworkState, answer: ChoiceAnswer) -> tuple[Floats, Floats]:
    """Return flow and value of a day of each member of a limit, shape (E,)."""
    p = state.problem
    cargo = state.net.tables["cargo"].set_index("cargo").loc[list(state.arcs.cargo)]
    per_day = cargo["usd_per_unit_day"].to_numpy(dtype=np.float64)
    by_class, arc, c = answer.class_flow, p.member_arc, p.member_class
    single = np.maximum(c, 0)
    total = by_class.sum(axis=0)
    # What is of all classes has the mean of those that pass.
    worth = per_day @ by_class
    mean = np.divide(worth, total, out=np.zeros(p.n_arcs), where=total > 0)
    every = c < 0
    flow = np.where(every, total[arc], by_class[single, arc])
    return flow, np.where(every, mean[arc], per_day[single])


def _told(
    state: NetworkState,
    answer: ChoiceAnswer,
    waits: RisingWaits,
    now: Floats,
    usual_price: Floats,
    rounds: int,
) -> SettledWaits:
    p = state.problem
    days = np.zeros(p.n_limits)
    days[waits.limit] = answer.limit_price[waits.limit] / waits.value
    charged = np.zeros(p.n_limits)
    charged[waits.limit] = waits.value
    flow, value = _by_member(state, answer)
    waited = days[p.member_limit] * flow
    usd = float((value * waited).sum())
    units = np.bincount(p.member_limit, p.member_factor * waited, p.n_limits)
    off = float((np.abs(now - charged) * units).sum())
    mean = now[p.member_limit] * p.member_factor
    unlike = 0.5 * float((np.abs(value - mean) * waited).sum())
    dearer = np.maximum(answer.limit_price - usual_price, 0.0)
    dearer[waits.limit] = 0.0
    full = int((dearer > _TRACE_USD).sum())
    full_usd = float((dearer * limit_use(p, answer.class_flow)).sum())
    own = (off / usd, unlike / usd) if usd > 0 else (0.0, 0.0)
    return SettledWaits(days, usd, full, full_usd, *own, rounds, _varying(state))
