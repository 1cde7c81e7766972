"""Costs and amounts that are compared in order, within a hair.

Costs and right-hand sides are vectors (Dantzig, Orden and Wolfe 1955): cost,
second cost, rank; and the true amounts, then a direction in which they are
moved by less than any number. Ties are decided on both sides, so that the last
basis, and with it the flow and the prices, is one and the same however it was
reached.
"""

from __future__ import annotations

from corridors.flow.compiling import inner

TOLERANCE = 1e-9
"""Relative difference of two costs below which they count as equal."""

SMALL = 1e-9
"""What the simplex method takes for 0, relative to what it stands beside."""


@inner
def below(a1, a2, b1, b2):  # type: ignore[no-untyped-def]
    """Whether pair a comes clearly before pair b: 1, else -1 after, 0 tied."""
    near = 1e-10 * (1.0 + abs(b1))
    if a1 < b1 - near:
        return 1
    if a1 > b1 + near:
        return -1
    near = 1e-10 * (1.0 + abs(b2))
    if a2 < b2 - near:
        return 1
    if a2 > b2 + near:
        return -1
    return 0


@inner
def clip(value):  # type: ignore[no-untyped-def]
    """Return a value, or 0 where rounding has made it negative."""
    return max(0.0, value)
