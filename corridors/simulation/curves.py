"""Plots of a run by days, with matplotlib."""

from __future__ import annotations

import io
import warnings
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from corridors.display import plain
from corridors.errors import UnknownIdError, nearest
from corridors.files import write_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.simulation.results import Simulation

_LONGEST_TITLE = 80
"""Characters; a longer name would push the curves out of the picture."""

__all__ = ["cumulative_curves", "save_figure"]


def cumulative_curves(sim: Simulation, capacity_id: str | None = None) -> Any:
    """Draw the cumulative arrivals and departures of a capacity.

    The queue is the height between the two curves, the wait of a unit the width
    (Newell 1982).

    Parameters
    ----------
    sim
        The run.
    capacity_id
        A capacity that has had a queue; the one with the largest if None.

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

    curves = sim.curves
    known = list(dict.fromkeys(curves["capacity_id"]))
    if capacity_id is None:
        capacity_id = _with_most(sim)
    if capacity_id not in known:
        msg = f"no queue at a capacity {capacity_id!r}{nearest(capacity_id, known)}"
        raise UnknownIdError(msg)
    own = curves[curves["capacity_id"] == capacity_id]
    name = sim.peaks.set_index("capacity_id").loc[capacity_id, "name"]
    gone = own["passed"] + own["gave_up"]
    days: Any = sim.days
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
    axes.set_title(plain(shorten(str(name), _LONGEST_TITLE)), parse_math=False)
    axes.set_ylabel(f"{own['unit'].iloc[0]}, since {sim.start}")
    locator = AutoDateLocator()  # type: ignore[no-untyped-call]  # matplotlib
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]  # as above
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left", frameon=False)
    return figure


def _with_most(sim: Simulation) -> str | None:
    """Return the capacity whose own curves lie farthest apart, weighed in tonnes."""
    curves = sim.curves
    height = curves["arrived"] - curves["passed"] - curves["gave_up"]
    top = height.groupby(curves["capacity_id"], sort=False).max()
    for name in sim.peaks["capacity_id"]:
        if top.get(name, 0.0) > 1e-6:
            return str(name)
    return None


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
