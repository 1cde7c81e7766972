"""How objects show themselves: numbers and small tables in one style."""

from __future__ import annotations

from html import escape
from typing import Any


def number(value: float, unit: str = "") -> str:
    """Return a number as a reader wants it: grouped thousands, few digits; counts whole.

    Examples
    --------
    >>> number(1234567.8, "t"), number(0.5), number(12.345), number(12)
    ('1,234,568 t', '0.5', '12.3', '12')
    """
    if isinstance(value, int):
        return f"{value:,d} {unit}".strip()
    size = abs(value)
    text = f"{value:,.0f}" if size >= 100 else f"{value:,.1f}" if size >= 10 else f"{value:,.3g}"
    return f"{text} {unit}".strip()


def share(part: float, whole: float) -> str:
    """Return a part of a whole in per cent; ``0 %`` where there is no whole."""
    value = 100 * part / whole if whole else 0.0
    return f"{value:.1f} %" if 0 < abs(value) < 10 else f"{value:.0f} %"


def card(title: str, values: dict[str, Any]) -> str:
    """Return a small HTML table for a notebook; every text is escaped."""
    rows = "".join(
        f"<tr><th style='text-align:left'>{escape(str(k))}</th><td>"
        f"{escape(number(v) if isinstance(v, int | float) else str(v))}</td></tr>"
        for k, v in values.items()
    )
    return f"<p><b>{escape(title)}</b></p><table>{rows}</table>"
