"""The one way in which numbers are written: in tables, in scenarios and on the command line."""

from __future__ import annotations

import math
import re

NUMBER = re.compile(r"[+\-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+\-]?[0-9]+)?")

_AFTER = re.compile(rf"{NUMBER.pattern}\s*")
"""A number before something else, such as its unit."""


def read_number(text: str) -> float:
    """Return the number that a text is: digits, a point, perhaps an exponent, and finite.

    One way of writing and no other, so that ``1,500`` is neither 1.5 nor 1500.

    Raises
    ------
    ValueError
        Saying what it is about the text that is no number; empty where nothing more
        can be said than that it is none.

    Examples
    --------
    >>> read_number("1.5e3")
    1500.0
    >>> read_number("1,5")
    Traceback (most recent call last):
    ValueError: a comma in it: write 1.5 for one and a half, 1500 for fifteen hundred
    """
    if NUMBER.fullmatch(text):
        value = float(text)
        if math.isinf(value):
            msg = "too large for a number"
            raise ValueError(msg)
        return value
    raise ValueError(_why_no_number(text))


def _why_no_number(text: str) -> str:
    digits = any(c.isdigit() for c in text)
    if re.fullmatch(r"[+\-]?0[xXoObB][0-9a-fA-F]+", text):
        return "not a decimal number"
    if text.lower().lstrip("+-.") in {"nan", "inf", "infinity"}:
        return "not a finite number"
    number = _AFTER.match(text)
    unit = text[number.end() :] if number else ""
    if unit[:1].isalpha() or unit == "%":
        return f"write the number alone, without {unit!r}"
    if digits and any(c in text for c in ",،٫‚"):
        return "a comma in it: write 1.5 for one and a half, 1500 for fifteen hundred"
    if digits and any(c.isspace() for c in text):
        return "a space in it: write 1500 for fifteen hundred"
    if digits and "_" in text:
        return "an underscore in it: write 1500 for fifteen hundred"
    if digits and "'" in text:
        return "an apostrophe in it: write 1500 for fifteen hundred"
    if digits and not text.isascii():
        return "characters in it that are not the digits 0 to 9"
    return ""
