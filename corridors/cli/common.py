"""Options and habits that commands share."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

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


def check_target(target: Path | None) -> None:
    """Raise DataError where a result could not be written, before any work is done."""
    from corridors.files import check_parent

    if target is not None:
        check_parent(target)


def print_json(value: Any) -> None:
    """Print one JSON object: keys in their order, numbers in full."""
    print(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))


def note(text: str) -> None:
    """Say something to the person, on standard error."""
    print(text, file=sys.stderr)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on standard error that something is under way, where that is a terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    with console.status(what):
        yield


def print_table(
    frame: pd.DataFrame, title: str, formats: dict[str, str] | None = None,
    right: tuple[str, ...] = (),
) -> None:  # fmt: skip
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

    table = Table(title=escape(title), box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for name in frame.columns:
        numeric = frame[name].dtype.kind in "fiu" or name in right
        table.add_column(str(name), justify="right" if numeric else "left", no_wrap=numeric)
    for row in frame.itertuples(index=False):
        cells = []
        for name, value in zip(frame.columns, row, strict=True):
            if isinstance(value, float | int) and not isinstance(value, bool):
                spec = (formats or {}).get(str(name))
                cells.append(format(value, spec) if spec else number(value))
            else:
                cells.append(escape(str(value)))
        table.add_row(*cells)
    # Off a terminal rich assumes 80 columns and would cut names in two.
    width = None if sys.stdout.isatty() else 160
    Console(width=width).print(table)
