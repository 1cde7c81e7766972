r"""How things show themselves: numbers, small tables, and text that is only text.

Names and titles come out of other people's files. `plain` is the one function
through which they pass on their way to a terminal, a page, a picture or another
program: what would steer that instead of being read is written out as ``\x1b``.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

STEERS = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, delete, C1: escape sequences, bells, lines written over
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # turn the direction of what follows
    "\u2028\u2029"  # end a line for some programs and not for others
    "\ufeff\ufffe\uffff\ud800-\udfff"  # no characters of any text
    "]"
)
"""Characters that steer what shows a text, or that no file in UTF-8 or XML can hold."""

_RUNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a cell begins that spreadsheets run; the wide forms do so in East Asian ones.

Tab and return, which some skip at the start, are written out before.
"""


def plain(text: object, *, lines: bool = False) -> str:
    r"""Return a text in which nothing steers a terminal, or any other program that shows it.

    Parameters
    ----------
    text
        What to show; anything with a ``str``.
    lines
        Whether it may have more than one line.

    Examples
    --------
    >>> print(plain("\x1b[2J Brest"), plain("two\nlines"))
    \x1b[2J Brest two\x0alines
    """
    return STEERS.sub(_kept_lines if lines else _written_out, str(text))


def _written_out(match: re.Match[str]) -> str:
    number = ord(match[0])
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"


def _kept_lines(match: re.Match[str]) -> str:
    return match[0] if match[0] == "\n" else _written_out(match)


def plain_values(value: Any) -> Any:
    """Return nested lists and dicts with every text, names of values too, as `plain` text."""
    if isinstance(value, str):
        return plain(value, lines=True)
    if isinstance(value, dict):
        return {plain_values(k): plain_values(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain_values(v) for v in value]
    return value


def plain_frame(frame: Any) -> Any:
    """Return a frame with every text in its columns as `plain` text; the same where all is."""
    changed = {}
    for name in frame.columns:
        values = frame[name]
        # Geometry and numbers hold no text.
        if values.dtype.kind in "OTU" or str(values.dtype).startswith("str"):
            found = [plain(v, lines=True) if isinstance(v, str) else v for v in values]
            if any(a is not b and a != b for a, b in zip(found, values, strict=True)):
                changed[name] = type(values)(found, index=values.index, dtype=values.dtype)
    return frame.assign(**changed) if changed else frame


def records(frame: Any) -> list[dict[str, Any]]:
    """Return the rows of a frame as plain values for JSON, in which there is no NaN."""
    return [
        {str(k): None if isinstance(v, float) and v != v else v for k, v in row.items()}
        for row in frame.to_dict("records")
    ]


def in_html(text: object) -> str:
    """Return a text as `plain` text that stays text between tags and in attributes of HTML."""
    return escape(plain(text), quote=True)


def json_text(value: Any) -> str:
    r"""Return a value as JSON to print or to keep: keys in their order, numbers in full.

    Characters that steer are written as JSON writes them, so that it means the same.

    Examples
    --------
    >>> print(json_text(["\x9b2J"]), end="")
    [
     "\u009b2J"
    ]
    """
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    return STEERS.sub(_in_json, text) + "\n"


def _in_json(match: re.Match[str]) -> str:
    # All that json leaves as it is, but its own line ends, stands within a text.
    return match[0] if match[0] == "\n" else f"\\u{ord(match[0]):04x}"


def cell(text: str) -> str:
    r"""Return a text as a cell that a spreadsheet shows and does not run.

    Examples
    --------
    >>> cell("=1+1"), cell("Brest"), cell("-")
    ("'=1+1", 'Brest', "'-")
    """
    safe = plain(text, lines=True)
    return f"'{safe}" if _would_run(safe) else safe


def _would_run(text: str) -> bool:
    # An apostrophe that stands there already gets a second one, so that one can be dropped again.
    return text.lstrip("' \n").startswith(_RUNS)


def from_cell(text: str) -> str:
    """Return the text that `cell` has made safe, but for control characters, which stay written.

    Examples
    --------
    >>> from_cell("'=1+1"), from_cell("'t Zand")
    ('=1+1', "'t Zand")
    """
    return text[1:] if text[:1] == "'" and _would_run(text) else text


def csv_text(frame: pd.DataFrame) -> str:
    r"""Return a table of results as CSV that a spreadsheet shows and does not run.

    Text that starts like a formula gets an apostrophe before it, as a person
    would type it; numbers stay as they are, and control characters are written
    out. Whoever reads text back drops an apostrophe before ``= + - @``.

    Examples
    --------
    >>> import pandas as pd
    >>> csv_text(pd.DataFrame({"name": ["=1+1", "Brest"], "t": [-2.5, 1.0]}))
    "name,t\n'=1+1,-2.5\nBrest,1.0\n"
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows(zip(*(_cells(own) for _, own in frame.items()), strict=True))
    return text.getvalue()


def _cells(column: pd.Series[Any]) -> list[Any]:
    """Return the cells of a column, with nothing where nothing is known.

    As `DataFrame.to_csv` writes them, in a fifth of the time for the tables of a small network.
    """
    values: list[Any] = column.tolist()
    if column.dtype.name in {"int64", "bool"}:
        return values
    if column.dtype.name == "float64":
        return ["" if value != value else value for value in values]
    written = {value: cell(value) for value in values if isinstance(value, str)}
    gone = column.isna().tolist()
    return [
        "" if none else written[value] if isinstance(value, str) else value
        for value, none in zip(values, gone, strict=True)
    ]


HAIR = 1e-7
"""Share of a total below which a part of it is how a computer adds, and reads as nothing."""


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
    spec = ",.0f" if size >= 100 else ",.1f" if size >= 10 else ",.3g"
    return f"{formatted(value, spec)} {unit}".strip()


def formatted(value: float, spec: str) -> str:
    """Return a number by a format specification, what rounds to nothing without a minus.

    Examples
    --------
    >>> formatted(-0.3, ",.0f"), formatted(-0.3, "+,.0f"), formatted(-0.3, ".1f")
    ('0', '+0', '-0.3')
    """
    text = format(value, spec)
    nothing = "-" in text and not any(digit in text for digit in "123456789")
    return format(0, spec) if nothing and math.isfinite(value) else text


_HYPHEN = re.compile(r"(?<![^\s(:])-(?=[0-9])")


def typeset(text: str) -> str:
    """Return a sentence or figure of ours as pages print it: with a minus where a hyphen stands.

    Examples
    --------
    >>> typeset("-0.19 days (-3 USD) on 2025-09-12")
    '−0.19 days (−3 USD) on 2025-09-12'
    """
    return _HYPHEN.sub("\N{MINUS SIGN}", text)


def printed(value: float, unit: str = "") -> str:
    """Return a number as pages print it: as `number` has it, with a minus and no powers of ten.

    Examples
    --------
    >>> printed(-1234.5, "t"), printed(4.4e-06), printed(-4.4e-06, "t"), printed(0.0)
    ('−1,234 t', '< 0.001', '> −0.001 t', '0')
    """
    if 0 < abs(value) < _LEAST:
        sign = "> \N{MINUS SIGN}" if value < 0 else "< "
        return f"{sign}{_LEAST} {unit}".strip()
    return typeset(number(value, unit))


_LEAST = 0.001
"""What is less is not told apart on pages."""


def is_year(name: object) -> bool:
    """Say whether a column of this name holds years, whose thousands are not grouped.

    Examples
    --------
    >>> [is_year(name) for name in ("base_year", "year", "units_per_year", "a year", "hours")]
    [True, True, False, False, False]
    """
    *before, last = re.split("[_ ]", str(name))
    return last == "year" and not {"per", "a"} & set(before)


_SEVERAL = {
    "train": "trains",
    "truck": "trucks",
    "wagon": "wagons",
    "driver-day": "driver-days",
}


def counted(value: float, unit: str) -> str:
    """Return an amount with its unit as a reader says it: 1 train, 2 trains.

    Examples
    --------
    >>> counted(1, "train"), counted(210.4, "train"), counted(3.0, "TEU")
    ('1 train', '210 trains', '3 TEU')
    """
    text = number(value)
    return f"{text} {unit if text == '1' else _SEVERAL.get(unit, unit)}"


def cut_off(value: float, places: int) -> float:
    """Return a number cut after some decimal places, not rounded: what is said to fit must fit.

    What lies a hair below a figure, as computers add, is that figure.

    Examples
    --------
    >>> cut_off(1.7 - 2.0**-52, 3), cut_off(1.6999, 3), cut_off(0.57, 2), cut_off(0.29999, 1)
    (1.7, 1.699, 0.57, 0.2)
    """
    if not math.isfinite(value):
        return value
    scale: int = 10**places
    return math.floor(round(value * scale, 6)) / scale


def several(count: int, what: str) -> str:
    """Return how many there are of something that is named in the plural, one of it in words too.

    Examples
    --------
    >>> several(2, "countries"), several(1, "countries"), several(1, "draws"), several(1, "cargo")
    ('2 countries', '1 country', '1 draw', '1 cargo')
    """
    one = f"{what[:-3]}y" if what.endswith("ies") else what.removesuffix("s")
    return f"{count:,d} {one if count == 1 else what}"


def share(part: float, whole: float) -> str:
    """Return a part of a whole in per cent; ``0 %`` where there is no whole.

    What is not nothing is not shown as nothing, nor what is not all as all, down to a hair.

    Examples
    --------
    >>> share(3, 9), share(1, 30), share(175, 984_561), share(0, 5), share(1e-9, 5)
    ('33 %', '3.3 %', '0.02 %', '0 %', '0 %')
    >>> share(981_355, 984_561), share(984_386, 984_561), share(5, 5), share(5 - 1e-9, 5)
    ('99.7 %', '99.98 %', '100 %', '100 %')
    """
    value = 100 * part / whole if whole else 0.0
    size = abs(value)
    apart = min(size, abs(100.0 - size))
    if apart <= 100 * HAIR:
        return f"{value:.0f} %"
    if apart <= 0.5:
        places = max(1, math.ceil(-math.log10(apart) - 1e-6))
        return f"{value:.{places}f} %"
    return f"{value:.1f} %" if size < 10 else f"{value:.0f} %"


_UNITS = {
    "_usd_per_t_km": "USD per t-km",
    "_usd_per_unit_day": "USD per unit and day",
    "_usd_per_unit": "USD per unit",
    "_usd_per_day": "USD a day",
    "_t_hours": "t-hours",
    "_t_per_day": "t a day",
    "_units_per_day": "units a day",
    "_per_day": "a day",
    "_t_per_unit": "t per unit",
    "_hours": "hours",
    "_days": "days",
    "_usd": "USD",
    "_km": "km",
    "_t": "t",
}
"""How a name of a figure ends, and what that means; the longer endings first."""


def in_words(key: object) -> str:
    """Return the name of a figure as words and its unit.

    Examples
    --------
    >>> in_words("served_t_per_day"), in_words("cost_usd"), in_words("mean_hours"), in_words("days")
    ('served, t a day', 'cost, USD', 'mean, hours', 'days')
    """
    text = str(key)
    for ending, unit in _UNITS.items():
        if text.endswith(ending) and text != ending[1:]:
            return f"{text.removesuffix(ending).replace('_', ' ')}, {unit}"
    return text.replace("_", " ")


def card(title: str, values: dict[str, Any]) -> str:
    """Return a small HTML table for a notebook: words and units, every text escaped."""
    rows = "".join(
        f"<tr><th style='text-align:left'>{in_html(in_words(k))}</th>"
        f"<td>{in_html(_said(v))}</td></tr>"
        for k, v in values.items()
    )
    return f"<p><b>{in_html(title)}</b></p><table>{rows}</table>"


def grid(frame: pd.DataFrame) -> str:
    """Return a table of results for a notebook: columns in words, figures as a card has them."""
    words = plain_frame(frame).rename(columns=in_words)
    html: str = words.to_html(index=False, border=0, float_format=_said, na_rep="")
    return html


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and 0 < abs(value) < _TINY:
        return typeset(f"{value:.1e}")
    if isinstance(value, int | float):
        return typeset(number(value))
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


_TINY = 1e-4


class Card:
    """Shows itself in a notebook: what it says of itself, its figures in words, its tables."""

    def _repr_html_(self) -> str:
        known = {k: v for k, v in vars(self).items() if not k.startswith("_")}
        tables = {k: v for k, v in known.items() if hasattr(v, "to_html")}
        plain_ones = {k: v for k, v in known.items() if isinstance(v, str | int | float | tuple)}
        shown = [card(repr(self), {k: v for k, v in plain_ones.items() if v != ()})]
        for name, frame in tables.items():
            shown += [f"<p>{in_html(in_words(name))}</p>", grid(frame)]
        return "".join(shown)


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[], Any]]:
    """Show a bar on standard error, where that is a terminal; yield what moves it on."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
