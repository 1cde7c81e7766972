"""What each capacity carries, and what more of it would be worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from corridors.flow.usage import limit_use

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats
    from corridors.flow.choice.solve import ChoiceAnswer
    from corridors.flow.solve import Answer
    from corridors.scenarios.state import NetworkState

BINDING = 1 - 1e-6
"""Share of a capacity from which on it counts as full."""

INFERRED = "D"
"""Confidence of an amount that nobody published."""

_CAPACITIES = [
    "capacity_id",
    "name",
    "unit",
    "amount",
    "background",
    "used",
    "use",
    "price_usd",
    "confidence",
    "inferred",
]


def capacity_table(
    state: NetworkState, answer: Answer | ChoiceAnswer, *, waiting: bool = False
) -> pd.DataFrame:
    """Return every capacity that holds on the day.

    Parameters
    ----------
    state, answer
        What was solved, and the answer.
    waiting
        Whether prices are also told as hours of waiting.

    Returns
    -------
    DataFrame
        As `corridors.Assignment.capacities` says.
    """
    limits = state.limits
    assert len(limits) == state.problem.n_limits
    used = np.asarray(limit_use(state.problem, answer.class_flow), dtype=np.float64)
    amount, background = (
        np.array([getattr(limit, name) for limit in limits], dtype=np.float64)
        for name in ("amount", "background")
    )
    taken = used + np.minimum(background, amount)
    confidence = [limit.confidence for limit in limits]
    frame = pd.DataFrame(
        {
            "capacity_id": [limit.limit_id for limit in limits],
            "name": [limit.name for limit in limits],
            "unit": [limit.unit for limit in limits],
            "amount": amount,
            "background": background,
            "used": used,
            "use": np.divide(taken, amount, out=np.ones(len(limits)), where=amount > 0),
            "price_usd": np.asarray(answer.limit_price, dtype=np.float64),
            "confidence": confidence,
            "inferred": np.array([own == INFERRED for own in confidence], dtype=np.bool_),
        },
        columns=_CAPACITIES,
    )
    frame["binding"] = frame["used"] >= (frame["amount"] - frame["background"]) * BINDING
    frame["random_wait_hours"] = 24.0 * random_wait(state, frame)
    if waiting:
        frame["waiting_hours"] = _waiting_hours(state, answer)
    return frame


def random_wait(state: NetworkState, frame: pd.DataFrame) -> Floats:
    """Return the days that variation makes those wait on average who pass each limit, shape (R,).

    The steady wait of Allen and Cunneen at the flows of the answer, bounded where a limit is
    full by what a quarter of a year builds up (`corridors.flow.waiting.course.wait_within`). It
    is no part of the answer: nobody has chosen his way by it, but where waits were asked for,
    which are steady and have no such bound (`Assignment.waits`).

    Parameters
    ----------
    state
        What was solved.
    frame
        A row for each limit with amount, background and used.
    """
    amount = frame["amount"].to_numpy(dtype=np.float64)
    own = np.array(
        [limit.variation.spread(limit.amount) for limit in state.limits], dtype=np.float64
    )
    power = np.array(
        [limit.variation.exponent(limit.amount) for limit in state.limits], dtype=np.float64
    )
    passes = frame["used"].to_numpy() + np.minimum(frame["background"].to_numpy(), amount)
    wait = np.zeros(len(amount))
    varies = (own > 0) & np.isfinite(amount) & (amount > 0) & (passes > 0)
    if not varies.any():
        return wait
    from corridors.flow.waiting.course import wait_within

    wait[varies] = wait_within(
        np.minimum(passes, amount)[varies], amount[varies], own[varies], power[varies]
    )
    return wait


def _waiting_hours(state: NetworkState, answer: Answer | ChoiceAnswer) -> Floats:
    """Return the hours that the price of each limit is worth to what passes it, shape (R,)."""
    p = state.problem
    cargo = state.net.tables["cargo"].set_index("cargo").loc[list(state.arcs.cargo)]
    per_hour = cargo["usd_per_unit_day"].to_numpy(dtype=np.float64) / 24.0
    c = np.maximum(p.member_class, 0)
    flow = answer.class_flow[c, p.member_arc]
    paid = answer.limit_price[p.member_limit] * p.member_factor * flow
    usd, value = (
        np.bincount(p.member_limit, weight, p.n_limits).astype(np.float64)
        for weight in (paid, per_hour[c] * flow)
    )
    return np.divide(usd, value, out=np.zeros(p.n_limits), where=value > 0)
