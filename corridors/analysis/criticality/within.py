"""Closures whose answer is that of another one within them.

Let A be part of B, and the answer with A closed rest on nothing of B. Then it is allowed with
B closed, and closing more takes answers away and adds none: it is the answer there, too, to the
last bit. A station through which cargo goes in by one line and out by another is shut with either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Ints
    from corridors.flow.solution import Plan


class _Known(NamedTuple):
    closed: int
    rests_on: int
    plan: Plan


class ClosuresWithin:
    """Remembers what closures have come to, and finds one within another that answers it.

    Sets of arcs are whole numbers, an arc a bit: to hold one against another takes a tenth of a
    microsecond.

    Parameters
    ----------
    n_arcs
        Number of arcs, A.
    """

    _MOST = 1000
    """Closures that are remembered, the first ones: a plan takes some 100 kB."""

    def __init__(self, n_arcs: int) -> None:
        self._n_arcs = n_arcs
        self._known: list[_Known] = []

    def forget(self) -> None:
        """Begin anew."""
        self._known.clear()

    def remember(self, closed: Ints, rests_on: Flags, plan: Plan) -> None:
        """Remember the plan with some arcs closed, and what it rests on, shape (A,)."""
        if len(self._known) < self._MOST:
            self._known.append(_Known(self._number(closed), _bits(rests_on), plan))

    def answer_to(self, closed: Ints) -> Plan | None:
        """Return the plan of a closure within this one that rests on nothing of it, if any."""
        bits = self._number(closed)
        for known in self._known:
            if known.closed | bits == bits and not known.rests_on & bits:
                return known.plan
        return None

    def _number(self, arcs: Ints) -> int:
        among = np.zeros(self._n_arcs, dtype=np.bool_)
        among[arcs] = True
        return _bits(among)


def _bits(flags: Flags) -> int:
    return int.from_bytes(np.packbits(flags).tobytes(), "little")
