"""Cumulative curves of a queue, drawn with matplotlib."""

from __future__ import annotations

import datetime as dt
import io
import warnings
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from corridors.display import plain
from corridors.errors import UnknownIdError, nearest
from corridors.files import write_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pandas as pd

_LONGEST_TITLE = 80
"""Characters; a longer name would push the curves out of the picture."""

__all__ = ["cumulative_curves", "save_figure", "tallest"]


def cumulative_curves(curves: pd.DataFrame, capacity_id: str, title: str | None = None) -> Any:
    """Draw the cumulative arrivals and departures of a capacity.

    The queue is the height between the two curves, the wait of a unit the width
    (Newell 1982).

    Parameters
    ----------
    curves
        Table with the columns capacity_id, unit, date (ISO), arrived, passed and
        gave_up, cumulative, a row for each capacity and day, as `Simulation.curves`.
    capacity_id
        One of the table.
    title
        What stands above; the capacity_id if None.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownIdError
        Where the capacity has had no queue.
    """
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
    from matplotlib.figure import Figure

    known = list(dict.fromkeys(curves["capacity_id"]))
    if capacity_id not in known:
        msg = f"no queue at a capacity {capacity_id!r}{nearest(capacity_id, known)}"
        raise UnknownIdError(msg)
    own = curves[curves["capacity_id"] == capacity_id]
    gone = own["passed"] + own["gave_up"]
    days: Any = [dt.date.fromisoformat(date) for date in own["date"]]
    figure = Figure(figsize=(8.0, 4.6), layout="constrained")
    axes = figure.add_subplot()
    axes.step(days, own["arrived"], where="mid", color="#8e1b2c", label="arrived")
    axes.step(days, gone, where="mid", color="#2f5d8a", label="left the queue")
    if own["gave_up"].max() > 0:
        axes.step(days, own["passed"], where="mid", color="#2f5d8a", linestyle=":",
                  label="passed")  # fmt: skip
    axes.fill_between(
        days, own["arrived"], gone, step="mid", color="#d63a4d", alpha=0.25, label="waits"
    )
    # A name is no formula, whatever dollars it holds.
    said = title if title is not None else capacity_id
    axes.set_title(plain(shorten(str(said), _LONGEST_TITLE)), parse_math=False)
    axes.set_ylabel(f"{own['unit'].iloc[0]}, since {days[0]}")
    locator = AutoDateLocator()  # type: ignore[no-untyped-call]  # matplotlib
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]  # as above
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left", frameon=False)
    return figure


def tallest(curves: pd.DataFrame, order: Iterable[str]) -> str | None:
    """Return the first capacity in an order whose curves lie apart at all; None if none's do.

    Parameters
    ----------
    curves
        As for `cumulative_curves`.
    order
        Capacities, the one that matters most first: units differ and do not compare.
    """
    height = curves["arrived"] - curves["passed"] - curves["gave_up"]
    top = height.groupby(curves["capacity_id"], sort=False).max()
    return next((str(name) for name in order if top.get(name, 0.0) > 1e-6), None)


def save_figure(figure: Any, path: Path) -> None:
    """Write a figure as PNG, SVG or PDF by the ending of the path, the same bytes each time."""
    kind = path.suffix.lstrip(".").lower() or "png"
    dated = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
    buffer = io.BytesIO()
    from matplotlib import rc_context

    with rc_context({"svg.hashsalt": "corridors"}), warnings.catch_warnings():
        # A character that the font lacks is shown as a box.
        warnings.filterwarnings("ignore", message="Glyph")
        figure.savefig(buffer, format=kind, dpi=150, metadata=dated.get(kind))
    write_bytes(path, buffer.getvalue())
