"""Options and habits that commands share."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.cli.ending import say
from corridors.display import json_text, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def listed(values: list[str] | None) -> list[str]:
    """Return what an option names, given several times or with commas."""
    return [part.strip() for value in values or () for part in value.split(",") if part.strip()]


def keys(by: list[str] | None) -> list[str]:
    """Return the keys of --by; raise UnknownIdError where one is none."""
    from corridors.assignment.views.grouping import checked_key

    return [checked_key(key) for key in dict.fromkeys(listed(by))]


def check_target(target: Path | None) -> None:
    """Raise DataError where a result could not be written, before any work is done."""
    from corridors.files import check_parent

    if target is not None:
        check_parent(target)


def print_json(value: Any) -> None:
    """Print one JSON object: keys in their order, numbers in full."""
    print(json_text(value), end="")


def echo(text: str = "") -> None:
    """Print lines on standard output, in which nothing steers the terminal."""
    print(plain(text, lines=True))


def note(text: str) -> None:
    """Say something to the person, on standard error."""
    say(text)


@contextmanager
def results(*files: Path | None, folder: Path | None = None) -> Iterator[None]:
    """See to it, before any work is done, that results can be written, and by this run alone.

    Parameters
    ----------
    files, folder
        What is asked for; None where it is not.

    Raises
    ------
    DataError
        Where one cannot be written, stands there twice, or another run writes the folder.
    """
    from corridors.errors import DataError
    from corridors.files import Lock, check_file, check_folder

    seen: set[Path] = set()
    for target in (*files, folder):
        if target is None:
            continue
        if target is folder:
            check_folder(target)
        else:
            check_file(target)
        if target.resolve() in seen:
            msg = f"{target}: named twice, expected another name for each result"
            raise DataError(msg)
        seen.add(target.resolve())
    with nullcontext() if folder is None else Lock(folder):
        yield


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on standard error that something is under way, where that is a terminal."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    with console.status(escape(plain(what))):
        yield


def print_table(
    frame: pd.DataFrame,
    title: str,
    formats: dict[str, str] | None = None,
    right: tuple[str, ...] = (),
) -> None:
    """Print a frame as a table: text to the left, numbers to the right.

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
    """
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from corridors.display import number

    table = Table(
        title=escape(plain(title)), box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False
    )
    for name in frame.columns:
        numeric = frame[name].dtype.kind in "fiu" or name in right
        table.add_column(
            escape(plain(name)), justify="right" if numeric else "left", no_wrap=numeric
        )
    for row in frame.itertuples(index=False):
        cells = []
        for name, value in zip(frame.columns, row, strict=True):
            if isinstance(value, float | int) and not isinstance(value, bool):
                spec = (formats or {}).get(str(name))
                cells.append(format(value, spec) if spec else number(value))
            else:
                cells.append(escape(plain(value)))
        table.add_row(*cells)
    # Off a terminal rich assumes 80 columns and would cut names in two.
    width = None if sys.stdout.isatty() else 160
    Console(width=width).print(table)
