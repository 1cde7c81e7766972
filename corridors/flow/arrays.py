"""The arrays that the engine works on: their types, and how arguments are turned into them.

Arguments are first turned into arrays of the right kind and shape, then held
against what their numbers may be. What is wrong raises `ProblemError`, with the
name of the argument, what was seen and what was expected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corridors.errors import ProblemError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Floats = NDArray[np.float64]
"""Amounts, costs and prices."""

Ints = NDArray[np.int64]
"""Numbers of nodes, arcs, commodities and limits."""

Flags = NDArray[np.bool_]
"""Yes or no, one each."""

TOLERANCE = 1e-9
"""Relative difference of two costs below which they count as equal."""


def one_number(name: str, value: object) -> int:
    """Return the number of an arc or limit."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        msg = f"{name}: expected the number of an arc or limit, saw {value!r}"
        raise ProblemError(msg)
    return int(value)


def whole_numbers(name: str, values: ArrayLike) -> Ints:
    """Return a flat list of whole numbers as an array."""
    array = np.asarray(values)
    if array.size == 0:
        return np.empty(0, dtype=np.int64)
    if array.ndim != 1:
        msg = f"{name}: expected a flat list, saw {array.ndim} dimensions"
        raise ProblemError(msg)
    try:
        as_float = array.astype(np.float64)
        whole = as_float.astype(np.int64)
    except (TypeError, ValueError):
        msg = f"{name}: expected whole numbers, saw {array.dtype}"
        raise ProblemError(msg) from None
    if not np.array_equal(as_float, whole):
        msg = f"{name}: expected whole numbers, saw {as_float[as_float != whole][0]}"
        raise ProblemError(msg)
    return whole


def numbers(name: str, values: ArrayLike, size: int) -> Floats:
    """Return one number for all, or one each, as an array of its own."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        msg = f"{name}: expected numbers, saw {type(values).__name__}"
        raise ProblemError(msg) from None
    if array.ndim == 0:
        return np.full(size, float(array))
    if array.shape != (size,):
        msg = f"{name}: expected {size} numbers, saw shape {array.shape}"
        raise ProblemError(msg)
    return array.copy()


def costs_by_class(cost: ArrayLike, shape: tuple[int, ...]) -> Floats:
    """Return costs by class and arc from one number, one per arc, or all of them."""
    try:
        array = np.asarray(cost, dtype=np.float64)
    except (TypeError, ValueError):
        msg = f"cost: expected numbers, saw {type(cost).__name__}"
        raise ProblemError(msg) from None
    if array.shape not in {(), shape[1:], shape}:
        msg = f"cost: expected one number, shape {shape[1:]} or shape {shape}, saw {array.shape}"
        raise ProblemError(msg)
    return np.broadcast_to(array, shape).copy()


def closed_arcs(closed: ArrayLike, n_arcs: int) -> Ints:
    """Return the numbers of closed arcs, given as numbers or as a mask over all arcs."""
    array = np.asarray(closed)
    if array.dtype == np.bool_:
        if array.shape != (n_arcs,):
            msg = f"closed: a mask needs {n_arcs} entries, saw shape {array.shape}"
            raise ProblemError(msg)
        return np.flatnonzero(array).astype(np.int64)
    return whole_numbers("closed", closed)


def check_range(name: str, numbers: Ints, size: int, what: str) -> None:
    """Refuse numbers of nodes, arcs or limits that do not exist."""
    bad = numbers[(numbers < 0) | (numbers >= size)]
    if len(bad):
        msg = f"{name}: {bad[0]} is not one of the {size} {what} (0 to {size - 1})"
        raise ProblemError(msg)


def check_not_negative(name: str, values: Floats, *, finite: bool) -> None:
    """Refuse what is negative or no number, and where told what is infinite."""
    bad = np.isnan(values) | (values < 0) | (np.isinf(values) if finite else False)
    if bad.any():
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        place = where[0] if len(where) == 1 else where
        wanted = "a finite number of at least 0" if finite else "at least 0"
        msg = f"{name}[{place}]: expected {wanted}, saw {values[where]}"
        raise ProblemError(msg)
