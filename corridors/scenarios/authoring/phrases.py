"""Single changes in a line, for whoever asks without a file.

``close border:KZ-RU``, ``limit capacity:terespol-rail to 0.5``,
``ban country:RU cargo fuel from 2025-09-12 for 30 days``: the kind of event, what it is
about as ``key:value`` with commas between several, and then the words of a scenario.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from corridors.errors import ScenarioError, nearest
from corridors.network.calendar import parse_date
from corridors.scenarios.authoring.values import change
from corridors.scenarios.events import KINDS
from corridors.scenarios.quantities import parse_time

WORDS = ("to", "by", "cargo", "from", "until", "for", "over", "start_up", "takes")
"""Words after which a value stands."""


def is_phrase(text: str) -> bool:
    """Return whether a text is a change in a line, and no name of a scenario.

    Examples
    --------
    >>> is_phrase("close border:KZ-RU"), is_phrase("poland-closure-2025")
    (True, False)
    """
    first, _, rest = text.strip().partition(" ")
    return first in KINDS and bool(rest.strip())


def near_phrase(text: str) -> str:
    """Return a hint where a text that names no scenario was to be a change in a line.

    Examples
    --------
    >>> near_phrase("clos border:KZ-RU"), near_phrase("poland-closure-2052")
    (", nor is 'clos' a kind of change; did you mean close?", '')
    """
    first, _, rest = text.strip().partition(" ")
    return f", nor is {first!r} a kind of change{nearest(first, KINDS)}" if ":" in rest else ""


def read_phrase(text: str) -> dict[str, Any]:
    """Return a change in a line as the plain values of an event.

    Raises
    ------
    ScenarioError
        Naming the word that is not understood.

    Examples
    --------
    >>> read_phrase("limit capacity:terespol-rail to 0.5")
    {'limit': {'capacity': 'terespol-rail'}, 'to': 0.5}
    """
    kind, *words = text.split()
    given: dict[str, list[str]] = {}
    selector: dict[str, Any] = {}
    under = ""
    for word in words:
        key, colon, value = word.partition(":")
        if word in WORDS:
            if word in given:
                msg = f"{text!r}: saw {word!r} twice, expected it once"
                raise ScenarioError(msg)
            under = word
            given[under] = []
        elif colon and key in {*KINDS[kind].keys, "cargo"}:
            under = ""
            if key in selector:
                msg = f"{text!r}: saw '{key}:' twice; put commas between several, {key}:a,b"
                raise ScenarioError(msg)
            selector[key] = _names(key, value, text)
        elif under:
            given[under].append(word)
        else:
            known = [*(f"{k}:" for k in KINDS[kind].keys), *WORDS]
            msg = f"{text!r}: saw {word!r}{nearest(word, known)}"
            raise ScenarioError(msg)
    empty = [word for word, values in given.items() if not values]
    if empty:
        msg = f"{text!r}: nothing stands after {empty[0]!r}"
        raise ScenarioError(msg)
    said = {word: " ".join(values) for word, values in given.items()}
    cargo = said.get("cargo", "").replace(",", " ").split()
    # Of demand the cargo is what is selected.
    if KINDS[kind].takes_cargo and "cargo" in selector:
        named = selector.pop("cargo")
        cargo += named if isinstance(named, list) else [named]
    elif cargo and not KINDS[kind].takes_cargo:
        selector["cargo"], cargo = cargo, []
    written = {word: said.get(word) for word in ("to", "by", "from", "over", "start_up", "takes")}
    try:
        return change(kind, selector, cargo=cargo or None, until=_until(said), **written)
    except ScenarioError as error:
        msg = f"{text!r}: {error}"
        raise ScenarioError(msg) from None


def _names(key: str, value: str, text: str) -> str | list[str]:
    names = [name for name in value.split(",") if name]
    if not names:
        msg = f"{text!r}: nothing stands after {key + ':'!r}"
        raise ScenarioError(msg)
    return names if len(names) > 1 else names[0]


def _until(said: dict[str, str]) -> str | None:
    """Return the first day no longer in force, which `for` counts from the first one."""
    if "for" not in said:
        return said.get("until")
    if "until" in said or "from" not in said:
        seen = "until" if "until" in said else "no from"
        msg = f"for: saw {seen} beside it; write from a day for a time, such as 14 days"
        raise ScenarioError(msg)
    try:
        days = parse_time(said["for"]) / 24.0
        if days < 1 or days != int(days):
            msg = f"saw {said['for']!r}, expected whole days"
            raise ValueError(msg)  # noqa: TRY301  one message for both
        end = parse_date(said["from"]) + dt.timedelta(days=int(days))
    except (ValueError, OverflowError) as error:
        msg = f"for: {error}"
        raise ScenarioError(msg) from None
    return end.isoformat()
