"""The plan of an answer: its paths, their amounts, and what falls short."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats, Ints
    from corridors.flow.solve import Answer

_NOTHING = 1e-9
"""Share of a demand below which an amount is rounding."""


@dataclass(frozen=True, eq=False)
class Plan:
    """Paths with their amounts, and what falls short.

    Plain arrays, which a worker can send, unlike the answer itself.

    Attributes
    ----------
    commodity, arcs, amount
        Of each path; amounts in units a day, shape (P,).
    shortfall
        Units a day by commodity, shape (K,).
    """

    commodity: Ints
    arcs: list[Ints]
    amount: Floats
    shortfall: Floats


def plan_of(answer: Answer) -> Plan:
    """Return the plan of an answer, without amounts that are rounding.

    The engine makes equal answers equal to the byte, whatever was asked before;
    so plans are.
    """
    least = _NOTHING * (1.0 + answer.problem.amount)
    keep = np.flatnonzero(answer.path_amount > least[answer.path_commodity])
    every = answer.path_arcs
    return Plan(
        answer.path_commodity[keep],
        [every[i] for i in keep],
        answer.path_amount[keep],
        np.where(answer.shortfall > least, answer.shortfall, 0.0),
    )
