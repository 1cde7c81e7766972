"""Amounts with their units, as scenarios write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf

from corridors.errors import nearest
from corridors.network.reading.numbers import read_number

PER_DAY = {"day": 1.0, "week": 7.0, "month": 365 / 12, "year": 365.0}
"""Days in a period; a month is a twelfth of a year of 365 days."""

HOURS = {"h": 1.0, "hour": 1.0, "hours": 1.0, "d": 24.0, "day": 24.0, "days": 24.0}

VEHICLES = {
    "t": "t",
    "tonnes": "t",
    "kt": "t",
    "Mt": "t",
    "TEU": "TEU",
    "FEU": "TEU",
    "train": "train",
    "trains": "train",
    "pairs": "train",
    "wagon": "wagon",
    "wagons": "wagon",
    "truck": "truck",
    "trucks": "truck",
    "permits": "truck",
    "driver-day": "driver-day",
    "driver-days": "driver-day",
}
"""Words for the units of capacity, and the unit that each is."""

_FACTOR = {"kt": 1e3, "Mt": 1e6, "FEU": 2.0}
_QUANTITY = re.compile(
    r"([+\-\u2212]?[.,]?\d(?:[\d.,_'\s\u066b\u066c]*\d)?\.?(?:[eE][+\-]?\d+)?)\s*([^\s].*)?"
)
"""A number in any way of writing, so that a wrong one is named, and what stands after it."""

_LONGEST = 80
_MOST = 1e12
"""Largest amount; the world moves less than that in tonnes a year."""


@dataclass(frozen=True)
class Quantity:
    """A number with its unit: ``share``, ``h``, a unit of capacity per day, or ``USD/...``."""

    value: float
    unit: str


def _split(text: str) -> tuple[float, str] | None:
    """Return the number and the unit of a text; None where it is no such text.

    Raises
    ------
    ValueError
        Where the number is not written in the one way that there is, or is negative.
    """
    match = _QUANTITY.fullmatch(" ".join(text.split())) if len(text) <= _LONGEST else None
    if not match:
        return None
    try:
        value = read_number(match[1])
    except ValueError as error:
        msg = f"saw {_seen(text)}: {str(error) or 'that is no number'}"
        raise ValueError(msg) from None
    if value < 0:
        msg = f"saw {_seen(text)}, expected a number of at least 0"
        raise ValueError(msg)
    return value, match[2] or ""


def _checked(value: float, written: object = None) -> float:
    """Return a number; raise ValueError where it is none that anything can have.

    What is `written` is told; the number itself where that is all there is.
    """
    told = value if written is None else written
    if value != value or value in {inf, -inf}:
        msg = f"saw {told}, expected a finite number"
        raise ValueError(msg)
    if not -_MOST <= value <= _MOST:
        msg = f"saw {_seen(told)}, expected at most {_MOST:.0e}"
        raise ValueError(msg)
    return float(value)


def _seen(value: object) -> str:
    """Return a value as it is shown in messages, cut where it is long."""
    if isinstance(value, int) and value.bit_length() > 200:
        return "a whole number of more than 60 digits"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:40]}... ({len(text)} characters)"


def refuse_plus(text: str) -> None:
    """Raise ValueError where a plus stands before what something is set to.

    Whoever writes ``to: +10%`` means a tenth more; read without its sign it would be a tenth.

    Examples
    --------
    >>> refuse_plus("+10%")
    Traceback (most recent call last):
    ValueError: saw +10%, but `to` is what it becomes, not what is added to it: 1.1 is a tenth more
    """
    if text.lstrip().startswith("+"):
        msg = (
            f"saw {text.strip()[:_LONGEST]}, but `to` is what it becomes, not what is added to it: "
            "1.1 is a tenth more"
        )
        raise ValueError(msg)


def parse_limit(value: object) -> Quantity:
    """Return a share from 0 to 1, or an amount per day with its unit.

    Examples
    --------
    >>> parse_limit(0.7), parse_limit("6000 permits/week").unit
    (Quantity(value=0.7, unit='share'), 'truck')
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _share(value, value)
    refuse_plus(str(value))
    parts = _split(str(value))
    if parts is None:
        like = 'a share such as 0.7 or an amount such as "500 trucks/day"'
        msg = f"saw {_seen(value)}, expected {like}"
        raise ValueError(msg)
    number, unit = parts
    if unit in {"", "%"}:
        # A share in quotes is a share, and an amount without its unit is told as one.
        return _share(number / 100 if unit else number, value)
    word, slash, period = unit.partition("/")
    if word not in VEHICLES or not slash or period not in PER_DAY:
        wrong, known = (word, list(VEHICLES)) if word not in VEHICLES else (period, list(PER_DAY))
        msg = f"saw unit {unit!r}, expected one such as trucks/day{nearest(wrong, known)}"
        raise ValueError(msg)
    per_day = _checked(number, value) * _FACTOR.get(word, 1.0) / PER_DAY[period]
    return Quantity(per_day, VEHICLES[word])


def _share(value: float, written: object) -> Quantity:
    """Return a share; raise ValueError, telling what is written, where it is none."""
    if 0 <= _checked(value, written) <= 1:
        return Quantity(float(value), "share")
    msg = (
        f"saw {_seen(written)}, expected a share from 0 to 1, or an amount with its unit "
        'such as "500 trucks/day"'
    )
    raise ValueError(msg)


def parse_time(value: object) -> float:
    """Return hours from a text such as ``"24 h"`` or ``"2 days"``."""
    parts = _split(str(value)) if isinstance(value, str) else None
    if parts is None or parts[1] not in HOURS:
        msg = f'saw {_seen(value)}, expected a time with its unit such as "24 h" or "2 days"'
        raise ValueError(msg)
    return _checked(parts[0], value) * HOURS[parts[1]]


def parse_charge(value: object) -> Quantity:
    """Return a charge such as ``"200 USD/TEU"`` or ``"5 USD/t"``."""
    parts = _split(str(value)) if isinstance(value, str) else None
    units = {"USD/TEU": ("USD/TEU", 1.0), "USD/FEU": ("USD/TEU", 0.5), "USD/t": ("USD/t", 1.0)}
    if parts is None or parts[1] not in units:
        msg = f'saw {_seen(value)}, expected a charge such as "200 USD/TEU" or "5 USD/t"'
        if parts is not None and parts[1] == "%":
            msg += "; a percentage would be another charge for each cargo and way"
        raise ValueError(msg)
    unit, factor = units[parts[1]]
    return Quantity(_checked(parts[0], value) * factor, unit)


def parse_demand(value: object) -> Quantity:
    """Return a factor of at least 0, or an amount per day such as ``"500 TEU/day"``."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if _checked(value) >= 0:
            return Quantity(float(value), "factor")
        msg = f"saw {_seen(value)}, expected a factor of at least 0 or an amount with its unit"
        raise ValueError(msg)
    refuse_plus(str(value))
    parts = _split(str(value))
    if parts is not None and parts[1] in {"", "%"}:
        # A text below 0 is refused where it is split.
        factor = _checked(parts[0] / 100 if parts[1] else parts[0], value)
        return Quantity(factor, "factor")
    quantity = parse_limit(value)
    if quantity.unit not in {"t", "TEU"}:
        msg = f"saw {_seen(value)}, expected TEU or t per day, week, month or year"
        raise ValueError(msg)
    return quantity


def amount_text(amount: Quantity) -> str | float:
    """Return an amount as a scenario writes it.

    Examples
    --------
    >>> amount_text(parse_limit("3500 trucks/week")), amount_text(parse_limit(0.5))
    ('500 truck/day', 0.5)
    """
    if amount.unit in {"share", "factor"}:
        return amount.value
    if amount.unit == "slots":
        return amount.unit
    # What a capacity or a demand counts is a day's; hours and charges are not.
    period = "/day" if amount.unit in VEHICLES.values() else ""
    return f"{number_text(amount.value)} {amount.unit}{period}"


def number_text(value: float) -> str:
    """Return a number as a scenario writes it, whole ones without a point."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))
