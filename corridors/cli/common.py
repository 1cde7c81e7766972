"""Options and habits that commands share."""

from __future__ import annotations

import math
import os
import re
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from textwrap import TextWrapper, fill
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.cli.ending import say
from corridors.display import json_text, plain
from corridors.errors import CorridorsError
from corridors.network.reading.numbers import read_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

NetworkOption = Annotated[
    Path | None,
    typer.Option(
        "--network", help="Network folder; the shipped one if not given.", metavar="FOLDER"
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON object on standard output, nothing else there.")
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="Day, such as 2025-09-12.", metavar="DATE")
]

ByOption = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        help="cargo, product, demand, country, origin_country, destination_country, border, mode "
        "or corridor; several times, or with commas.",
        metavar="KEY",
    ),
]
CargoOption = Annotated[
    list[str] | None,
    typer.Option("--cargo", help="Kind of cargo; several times, or with commas."),
]


_READABLE = 100
"""Columns of prose at most: longer lines are hard to read."""

_NARROWEST = 20
_GAP = 3
_EDGES = 2
_ENDLESS = 10_000
"""Columns of a pipe, in which nothing needs to be wrapped."""


def decimal_number(option: str) -> Callable[[Any], float]:
    """Return what reads the number that an option is given.

    Python itself also takes ``1_000``, digits of other scripts and ``nan``.

    Parameters
    ----------
    option
        Name that messages call it by.

    Raises
    ------
    CorridorsError
        By what is returned, where the text is no number. It is no ValueError, to which the
        library of the options would add words of its own.
    """

    def parse(text: Any) -> float:
        return _number(text, option, "a number")

    return parse


def whole_number(
    option: str, *, least: int | None = None, most: int | None = None
) -> Callable[[Any], int]:
    """Return what reads the whole number that an option is given.

    Parameters
    ----------
    option
        Name that messages call it by.
    least, most
        What it may be; what is asked with it may ask for more.

    Raises
    ------
    CorridorsError
        By what is returned, where the text is no whole number, or out of bounds.
    """
    expected = "a whole number"
    if least is not None:
        expected += f" of at least {least}"
    if most is not None:
        expected += f"{' and' if least is not None else ' of'} at most {most}"

    def parse(text: Any) -> int:
        value = _number(text, option, expected)
        # A fraction of the computer holds no more than 15 digits for sure.
        whole = int(text) if re.fullmatch(r"[+\-]?[0-9]+", str(text)) else int(value)
        inside = (least is None or whole >= least) and (most is None or whole <= most)
        if value % 1 != 0 or not inside:
            msg = f"{option}: saw {text!r}, expected {expected}"
            raise CorridorsError(msg)
        return whole

    return parse


SeedOption = Annotated[
    int,
    typer.Option(
        "--seed",
        help="Decides all draws: the same number, the same answer.",
        metavar="N",
        parser=whole_number("seed", least=0),
    ),
]


def note_idle(context: typer.Context, wanted: str, *others: str) -> None:
    """Say which options that were given do nothing, where what they belong to is not asked for.

    Parameters
    ----------
    context
        Of the command.
    wanted
        Parameter without which they mean nothing, such as ``"uncertainty"``.
    others
        Those.
    """
    if context.params.get(wanted):
        return
    for name in others:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            option = f"--{name.replace('_', '-')}"
            note(f"{option} does nothing here: it belongs to --{wanted.replace('_', '-')}")


def _number(text: Any, option: str, expected: str) -> float:
    if not isinstance(text, str):
        # Defaults come through here too.
        return float(text)
    try:
        return read_number(text)
    except ValueError as error:
        why = f"; {error}" if str(error) else ""
        msg = f"{option}: saw {text!r}, expected {expected}{why}"
        raise CorridorsError(msg) from None


def check_no_thousands(option: str, part: str, text: str) -> None:
    """Raise CorridorsError where commas that part values can have been meant within a number.

    Parameters
    ----------
    option
        Name that the message calls it by.
    part
        A value of a list, such as the 000 of 10,000.
    text
        The list.
    """
    if re.fullmatch(r"0[0-9]+", part) and part != text:
        msg = (
            f"{option}: saw {part!r} in {text!r}, where commas part values; none is a decimal "
            "point or parts thousands: expected numbers such as 10000 or 0.05"
        )
        raise CorridorsError(msg)


def listed(values: list[str] | None) -> list[str]:
    """Return what an option names, given several times or with commas."""
    return [part.strip() for value in values or () for part in value.split(",") if part.strip()]


DaskOption = Annotated[
    str | None,
    typer.Option(
        "--dask",
        help="Have the workers of a Dask cluster do it: the address of its scheduler, such as "
        "tcp://127.0.0.1:8786 (corridors[dask]).",
        metavar="ADDRESS",
    ),
]


def keys(by: list[str] | None) -> list[str]:
    """Return the keys of --by; raise UnknownIdError where one is none."""
    from corridors.assignment.views.grouping import checked_key

    return [checked_key(key) for key in dict.fromkeys(listed(by))]


def print_json(value: Any) -> None:
    """Print one JSON object: keys in their order, numbers in full."""
    print(json_text(value), end="")


def by_model(model: str) -> str:
    """Return by whose choice of ways an answer is: commands do not all begin with the same."""
    return "by the best plan" if model == "optimal" else "by route choice"


def echo(text: str = "") -> None:
    """Print lines on standard output, in which nothing steers the terminal."""
    print(plain(text, lines=True))


def note(text: str) -> None:
    """Say something to the person, on standard error."""
    say(text)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on standard error that something is under way, where that is a terminal."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    with console.status(escape(plain(what))):
        yield


def columns() -> int | None:
    """Return how many columns there are to print on: None where nobody says, as in a pipe."""
    if os.environ.get("COLUMNS", "").isdecimal() or sys.stdout.isatty():
        return max(shutil.get_terminal_size().columns, _NARROWEST)
    return None


def print_prose(text: str) -> None:
    """Print a paragraph, as wide as there is room and as a reader likes it."""
    width = min(columns() or _READABLE, _READABLE)
    echo(fill(plain(text), width, break_long_words=False, break_on_hyphens=False))


def print_line(text: str, indent: int = 2) -> None:
    """Print a line: in a pipe as it is, on a terminal wrapped between words and set in.

    Parameters
    ----------
    text
        A line; what it begins with stands as it is.
    indent
        Columns by which its other lines are set in.
    """
    width, said = columns(), plain(text)
    if width is None or len(said) <= width:
        echo(said)
        return
    begin = said[: len(said) - len(said.lstrip())]
    lines = TextWrapper(
        width,
        initial_indent=begin,
        subsequent_indent=" " * min(indent, width // 2),
        break_long_words=False,
        break_on_hyphens=False,
    )
    echo(lines.fill(said.lstrip()))


def print_table(
    frame: pd.DataFrame,
    title: str,
    formats: dict[str, str] | None = None,
    right: tuple[str, ...] = (),
    own_units: bool = False,
) -> None:
    """Print a frame as a table: text to the left, numbers to the right.

    Nothing is left out or cut, however narrow the terminal: text is wrapped between
    words, and where that is not enough the columns are printed in turn, each time with
    the first one, or a number, that says what the row is.

    Parameters
    ----------
    frame
        What to print; column names are shown as they are.
    title
        Stands above it.
    formats
        Format specification by column; the others are shown by `display.number`.
    right
        Columns of text that stand to the right, being numbers already formatted.
    own_units
        Whether each row has a unit of its own, as it has where there is a column ``unit``: a
        share then stands below tonnes, and is not nothing beside them.
    """
    from corridors.display import is_year

    own_units = own_units or "unit" in frame.columns
    specs = {str(name): ".0f" for name in frame.columns if is_year(name)} | (formats or {})
    cells = {
        str(name): [
            _cell(value, specs.get(str(name)))
            for value in (list(frame[name]) if own_units else _without_hairs(frame[name]))
        ]
        for name in frame.columns
    }
    numeric = {
        str(name) for name in frame.columns if frame[name].dtype.kind in "fiu" or name in right
    }
    for part, names in enumerate(_fitting(cells, numeric, columns())):
        _print_part({name: cells[name] for name in names}, numeric, title if not part else None)


def _without_hairs(column: pd.Series[Any]) -> list[Any]:
    """Return the values of a column, numbers that are nothing beside the largest as 0.

    Prices and shares stand in columns of their own kind, so what is ten million times smaller
    than another value of its column says nothing but how a computer adds.
    """
    from corridors.display import HAIR

    values = list(column)
    if column.dtype.kind != "f":
        return values
    finite = [abs(value) for value in values if abs(value) < math.inf]
    most = max(finite, default=0.0)
    return [0.0 if abs(value) <= HAIR * most else value for value in values]


def _cell(value: Any, spec: str | None) -> str:
    from corridors.display import formatted, number

    if isinstance(value, float) and math.isnan(value):
        # Nothing is known, or it has none, as a road has no gauge.
        return ""
    if isinstance(value, float | int) and not isinstance(value, bool):
        return formatted(value, spec) if spec else number(value)
    # Before a word that just fits, a space would have it cut.
    return plain(value).strip()


def _fitting(cells: dict[str, list[str]], numeric: set[str], width: int | None) -> list[list[str]]:
    """Return columns in groups that fit side by side, each with the first one."""
    names = list(cells)
    if width is None or not names:
        return [names]
    least = {name: _least(name, own, name in numeric) for name, own in cells.items()}
    if sum(least.values()) + _GAP * (len(names) - 1) + _EDGES <= width:
        return [names]
    key, *others = names
    wide = any(least[key] + _GAP + least[name] + _EDGES > width for name in others)
    if wide or len(set(cells[key])) < len(cells[key]):
        # The first column cannot say each time what the row is: a number does.
        key, others = "#", names
        cells["#"] = [str(i + 1) for i in range(len(cells[names[0]]))]
        least["#"] = _least("#", cells["#"], numeric=True)
    groups = [[key]]
    for name in others:
        taken = sum(least[n] + _GAP for n in groups[-1])
        if len(groups[-1]) > 1 and taken + least[name] + _EDGES > width:
            groups.append([key])
        groups[-1].append(name)
    return groups


def _least(name: str, cells: list[str], numeric: bool) -> int:
    """Return the columns that a table's column needs so that no word is cut."""
    from rich.cells import cell_len

    whole = cells if numeric else [word for cell in cells for word in cell.split()]
    return max((cell_len(text) for text in [*name.split(), *whole]), default=0)


def _widths(cells: dict[str, list[str]], numeric: set[str], width: int | None) -> dict[str, int]:
    """Return the width of each column: all it would like, or what there is, shared fairly."""
    from rich.cells import cell_len

    least = {name: _least(name, own, name in numeric) for name, own in cells.items()}
    wish = {name: max(map(cell_len, [name, *own])) for name, own in cells.items()}
    if width is None:
        return wish
    given = dict(least)
    left = width - sum(least.values()) - _GAP * (len(cells) - 1) - _EDGES
    while left > 0 and (wanting := [name for name in cells if given[name] < wish[name]]):
        given[min(wanting, key=lambda name: given[name])] += 1
        left -= 1
    return given


def _print_part(cells: dict[str, list[str]], numeric: set[str], title: str | None) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(
        title=escape(plain(title)) if title else None,
        box=box.SIMPLE_HEAD,
        title_justify="left",
        pad_edge=False,
    )
    widths = _widths(cells, numeric, columns())
    for name in cells:
        justify: Any = "right" if name in numeric else "left"
        table.add_column(escape(plain(name)), justify=justify, width=widths[name])
    for row in zip(*cells.values(), strict=True):
        table.add_row(*(escape(cell) for cell in row))
    Console(width=columns() or _ENDLESS, soft_wrap=False).print(table)
