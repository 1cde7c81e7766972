"""Scenarios as a script has them: dicts with dates and tuples, and single changes as calls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, KeysView, Mapping, ValuesView
from math import isfinite
from numbers import Integral, Real
from pathlib import PurePath
from typing import Any

from corridors.errors import ScenarioError, nearest
from corridors.network.calendar import day_in
from corridors.network.reading.numbers import NUMBER
from corridors.scenarios.authoring.text import slug
from corridors.scenarios.events import KINDS


def plain(value: Any) -> Any:
    """Return values of Python as those of YAML: dates and times as text, what is many as a list.

    Arrays, columns and indices of tables, views and generators are many; a geometry becomes
    what GeoJSON has of it, a path its text.

    Examples
    --------
    >>> plain({"as_of": dt.date(2025, 9, 12), "border": ("KZ", "RU")})
    {'as_of': '2025-09-12', 'border': ['KZ', 'RU']}
    >>> plain({"by": dt.timedelta(days=1, hours=12), "link": (name for name in ["a", "b"])})
    {'by': '36 h', 'link': ['a', 'b']}
    """
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, dt.date) or type(value).__name__ == "datetime64":
        try:
            return day_in(value).isoformat()
        except ValueError as error:
            raise ScenarioError(str(error)) from None
    if isinstance(value, dt.timedelta) or type(value).__name__ == "timedelta64":
        return time_in_words(value)
    if hasattr(value, "__geo_interface__"):
        # Of a table in another projection, degrees are meant as in GeoJSON.
        projected = getattr(value, "crs", None) is not None and hasattr(value, "to_crs")
        return plain((value.to_crs(4326) if projected else value).__geo_interface__)
    if isinstance(value, set | frozenset):
        return sorted(plain(v) for v in value)
    many = many_of(value)
    if many is not None:
        return [plain(v) for v in many]
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else value


def many_of(value: Any) -> list[Any] | None:
    """Return the values of what holds several, in their order; None of what is one.

    Examples
    --------
    >>> many_of(range(3)), many_of(("a",)), many_of("ab"), many_of({"a": 1})
    ([0, 1, 2], ['a'], None, None)
    """
    if isinstance(value, list | tuple | range | Iterator | KeysView | ValuesView):
        return list(value)
    # An array, and a column or an index of a table; a single number of NumPy has no `__len__`.
    if hasattr(value, "tolist") and hasattr(value, "__len__"):
        listed = value.tolist() if getattr(value, "ndim", 1) else None
        return listed if isinstance(listed, list) else None
    return None


def time_in_words(value: Any) -> str:
    """Return a span of time as a scenario writes it, in hours.

    Raises
    ------
    ScenarioError
        Where it is none that has a length.
    """
    try:
        # NumPy's own turns into Python's, and a number or None where that cannot hold it.
        span = value.astype("timedelta64[us]").item() if hasattr(value, "astype") else value
        hours = span / dt.timedelta(hours=1)
    except (TypeError, ValueError, OverflowError):
        hours = float("nan")
    if not isfinite(hours):
        raise ScenarioError(f'saw {value}, expected a time such as "24 h" or "2 days"')
    return f"{hours:.12g} h"


def selector_of(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the selector that keywords or ``key:value`` words name.

    A border may be a pair of countries or ``"KZ-RU"``.

    Raises
    ------
    ScenarioError
        Where a key is none of the kind's.
    """
    keys = KINDS[kind].keys
    selector: dict[str, Any] = {}
    for key, value in given.items():
        if value is None:
            continue
        if key not in keys:
            msg = f"{kind}: unknown key {key!r}{nearest(key, keys)}"
            raise ScenarioError(msg)
        split = key == "border" and isinstance(value, str)
        selector[key] = value.split("-") if split else plain(value)
    if not selector:
        msg = f"{kind}: nothing is selected; name what, such as border=('KZ', 'RU')"
        raise ScenarioError(msg)
    return selector


def change(kind: str, selector: Mapping[str, Any], **others: Any) -> dict[str, Any]:
    """Return an event as plain values, as a file of a scenario has it.

    Parameters
    ----------
    kind
        Its name.
    selector
        As `selector_of` takes it.
    others
        ``to`` (a number written as text is one), ``by``, ``cargo``, ``from``,
        ``until``, ``over``, ``start_up``, ``takes``, ``note``; None where not given.
    """
    raw: dict[str, Any] = {kind: selector_of(kind, selector)}
    for key, value in others.items():
        if value is not None:
            is_share = key == "to" and isinstance(value, str) and _is_factor(value.strip())
            raw[key] = float(value) if is_share else plain(value)
    return raw


def _is_factor(text: str) -> bool:
    """Return whether a text is a number; one with a plus stays text, to be refused."""
    return not text.startswith("+") and NUMBER.fullmatch(text) is not None


def name_of(raw: Mapping[str, Any]) -> str:
    """Return a name for an event given as plain values.

    Examples
    --------
    >>> name_of({"close": {"border": ["KZ", "RU"], "mode": "rail"}})
    'close-kz-ru-rail'
    """
    kind = next(k for k in KINDS if k in raw)
    words = [kind]
    selector = raw["at"] if isinstance(raw[kind], str) else raw[kind]
    for value in selector.values():
        if isinstance(value, list):
            words += [str(v) for v in value]
        elif not isinstance(value, dict):
            words.append(str(value))
    return slug(" ".join(words))
