"""The values of a parameter of a family, with steps left out where ``...`` stands."""

from __future__ import annotations

from typing import Any

from corridors.errors import ScenarioError
from corridors.scenarios.authoring.values import many_of, plain

MOST_VALUES = 200
"""Members of a family."""

_EVEN = 5
"""Values from one end to the other where no step is given."""


def series(values: Any) -> tuple[Any, ...]:
    """Return values one by one; ``...`` goes on by the step before it, or in fifths.

    Raises
    ------
    ScenarioError
        Where there is none, or ``...`` does not lead to what stands after it.

    Examples
    --------
    >>> series([7, 14, ..., 35])
    (7, 14, 21, 28, 35)
    >>> series([0.2, "...", 1.0])
    (0.2, 0.4, 0.6, 0.8, 1.0)
    """
    many = many_of(values)
    given = [plain(value) for value in ([values] if many is None else many)]
    found: list[Any] = []
    for at, value in enumerate(given):
        if not is_gap(value):
            found.append(value)
        elif not 0 < at < len(given) - 1 or is_gap(given[at + 1]):
            raise ScenarioError("saw ... without a value on each side of it")
        else:
            found += _between(found, given[at + 1])
    if not found:
        raise ScenarioError("saw no value, expected at least one")
    if len(found) > MOST_VALUES:
        raise ScenarioError(f"saw {len(found)} values, expected at most {MOST_VALUES}")
    if len({repr(v) for v in found}) < len(found):
        raise ScenarioError(f"saw a value twice in {found}")
    return tuple(found)


def is_gap(value: Any) -> bool:
    """Return whether a value stands for those between its neighbours."""
    return value is ... or (isinstance(value, str) and value.strip() in {"...", "…"})


def _between(before: list[Any], end: Any) -> list[Any]:
    """Return what lies between the last value and the end."""
    start = before[-1]
    known = [v for v in (*before[-2:], end) if isinstance(v, int | float)]
    if len(known) < min(len(before), 2) + 1 or any(isinstance(v, bool) for v in known):
        raise ScenarioError(f"saw ... between {start!r} and {end!r}, expected numbers")
    step = (end - start) / (_EVEN - 1) if len(before) == 1 else start - before[-2]
    count = (end - start) / step if step else 0.0
    if count < 1 - 1e-9 or abs(count - round(count)) > 1e-6 or count > MOST_VALUES:
        raise ScenarioError(
            f"saw ... by steps of {step:g}, which do not lead from {start} to {end}"
        )
    whole = isinstance(start, int) and isinstance(end, int) and step == int(step)
    points = (start + step * i for i in range(1, round(count)))
    return [int(p) if whole else round(p, 12) for p in points]
