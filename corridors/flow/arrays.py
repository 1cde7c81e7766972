"""The arrays that the engine works on: their types, and how arguments are turned into them.

Arguments are first turned into arrays of the right kind and shape, then held
against what their numbers may be. What is wrong raises `ProblemError`, with the
name of the argument, what was seen and what was expected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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

_FEW = 16
"""Numbers that are sooner looked at one by one."""

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
    if array.dtype == np.int64 and array.ndim == 1:
        return array.copy()
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
    numbers = whole_numbers("closed", closed)
    check_range("closed", numbers, n_arcs, "arcs")
    return numbers


def check_range(name: str, numbers: Ints, size: int, what: str) -> None:
    """Refuse numbers of nodes, arcs or limits that do not exist."""
    if len(numbers) <= _FEW:
        # Two calls of numpy take as long as a few dozen comparisons.
        if all(0 <= number < size for number in numbers.tolist()):
            return
    elif 0 <= numbers.min() <= numbers.max() < size:
        return
    if len(numbers):
        bad = numbers[(numbers < 0) | (numbers >= size)]
        msg = f"{name}: {bad[0]} is not one of the {size} {what} (0 to {size - 1})"
        raise ProblemError(msg)


def check_not_negative(name: str, values: Floats, *, finite: bool) -> None:
    """Refuse what is negative or no number, and where told what is infinite."""
    # The ends say it of nearly all; what is no number is neither end nor within them.
    if not values.size or (values.min() >= 0 and (not finite or values.max() < np.inf)):
        return
    bad = np.isnan(values) | (values < 0) | (np.isinf(values) if finite else False)
    if bad.any():
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        place = where[0] if len(where) == 1 else where
        wanted = "a finite number of at least 0" if finite else "at least 0"
        msg = f"{name}[{place}]: expected {wanted}, saw {values[where]}"
        raise ProblemError(msg)


def check_problem(p: Any) -> None:
    """Refuse a problem whose arrays do not go together, or hold what is not allowed."""
    n_arcs, n_commodities = len(p.tail), len(p.origin)
    for name, array, size in (
        ("head", p.head, n_arcs),
        ("destination", p.destination, n_commodities),
        ("amount", p.amount, n_commodities),
        ("penalty", p.penalty, n_commodities),
        ("commodity_class", p.commodity_class, n_commodities),
        ("closed", p.closed, n_arcs),
        ("excess_price", p.excess_price, len(p.bound)),
        ("member_arc", p.member_arc, len(p.member_limit)),
        ("member_class", p.member_class, len(p.member_limit)),
        ("member_factor", p.member_factor, len(p.member_limit)),
    ):
        if len(array) != size:
            msg = f"{name}: expected {size} entries, saw {len(array)}"
            raise ProblemError(msg)
    for name, matrix in (("cost", p.cost), ("tie_cost", p.tie_cost)):
        if matrix.ndim != 2 or matrix.shape[1] != n_arcs:
            msg = f"{name}: expected shape (classes, {n_arcs}), saw {matrix.shape}"
            raise ProblemError(msg)
    if p.tie_cost.shape != p.cost.shape:
        msg = f"tie_cost: expected shape {p.cost.shape}, saw {p.tie_cost.shape}"
        raise ProblemError(msg)
    for name, nodes in (
        ("tail", p.tail),
        ("head", p.head),
        ("origin", p.origin),
        ("destination", p.destination),
    ):
        check_range(name, nodes, p.n_nodes, "nodes")
    if p.step_price.ndim != 2 or len(p.step_price) != n_commodities:
        msg = f"step_price: expected shape ({n_commodities}, steps), saw {p.step_price.shape}"
        raise ProblemError(msg)
    check_not_negative("step_price", p.step_price, finite=True)
    if (np.diff(p.step_price, axis=1) < 0).any():
        k = int(np.argmax((np.diff(p.step_price, axis=1) < 0).any(axis=1)))
        msg = f"step_price[{k}]: expected prices that rise, saw {p.step_price[k].tolist()}"
        raise ProblemError(msg)
    check_range("commodity_class", p.commodity_class, p.cost.shape[0], "classes")
    check_range("member_limit", p.member_limit, len(p.bound), "limits")
    check_range("member_arc", p.member_arc, n_arcs, "arcs")
    check_range("member_class", p.member_class + 1, p.cost.shape[0] + 1, "classes")
    check_not_negative("cost", p.cost, finite=False)
    check_not_negative("tie_cost", p.tie_cost, finite=True)
    check_not_negative("amount", p.amount, finite=True)
    check_not_negative("penalty", p.penalty, finite=True)
    check_not_negative("capacity" if p.arc_limit is not None else "bound", p.bound, finite=False)
    check_not_negative("excess_price", p.excess_price, finite=False)
    check_not_negative("member_factor", p.member_factor, finite=True)


def only_shut(cost: Floats, before: Floats) -> bool:
    """Whether costs are what they were wherever they are finite, shapes (C, A).

    Examples
    --------
    >>> import numpy as np
    >>> before = np.array([[1.0, 2.0]])
    >>> only_shut(np.array([[1.0, np.inf]]), before), only_shut(np.array([[1.0, 3.0]]), before)
    (True, False)
    """
    return cost is before or bool(((cost == before) | np.isinf(cost)).all())
