"""Codes of countries for those who know their names."""

from __future__ import annotations

import difflib
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from corridors.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Collection


@cache
def _codes() -> dict[str, str]:
    """Return the code of each country of the map by its name in small letters."""
    text = (files("corridors") / "assets" / "basemap.geojson").read_text(encoding="utf-8")
    named = [feature["properties"] for feature in json.loads(text)["features"]]
    return {str(p["name"]).casefold(): str(p["iso2"]) for p in named if p.get("iso2")}


def code_hint(name: object, known: Collection[str]) -> str:
    """Return a hint at the code of a country that is called by its name, else at nearest names.

    Parameters
    ----------
    name
        What was found where a code was expected.
    known
        What would have been valid.

    Examples
    --------
    >>> code_hint("Kazakhstan", ["KZ", "RU"]), code_hint("Kazachstan", ["KZ", "RU"])
    ('; did you mean KZ?', '; did you mean KZ?')
    >>> code_hint("KX", ["KZ", "RU"])
    '; valid are KZ, RU'
    """
    wanted = str(name).casefold()
    codes = _codes() if len(wanted) > 3 else {}
    close = difflib.get_close_matches(wanted, list(codes), n=1, cutoff=0.8)
    code = codes[close[0]] if close else None
    return f"; did you mean {code}?" if code in set(known) else nearest(name, known)


def code_of(name: object) -> str:
    """Return the code of a country by its name, or CN, for an example in a message.

    Examples
    --------
    >>> code_of("Russia"), code_of(7)
    ('RU', 'CN')
    """
    return _codes().get(str(name).casefold(), "CN")
