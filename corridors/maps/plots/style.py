"""One style for all pictures, and the axes that they are drawn on."""

from __future__ import annotations

from contextlib import contextmanager
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from corridors.display import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

INK = "#222222"
QUIET = "#9a9a9a"
BLUE, ORANGE, GREEN, RED = "#0072b2", "#e69f00", "#009e73", "#d55e00"
SKY, PINK, YELLOW = "#56b4e9", "#cc79a7", "#f0e442"
"""The palette of Okabe and Ito (2008), which every common colour blindness leaves apart."""

CYCLE = (BLUE, ORANGE, GREEN, RED, SKY, PINK, QUIET, YELLOW)

OF_STEP = {
    "kept its route": QUIET,
    "on_time": QUIET,
    "under_way": QUIET,
    "rerouted": BLUE,
    "other_way": BLUE,
    "late": SKY,
    "waiting": ORANGE,
    "not_yet_left": YELLOW,
    "newly unserved": RED,
    "never_shipped": RED,
    "turned_back": PINK,
    "newly served": GREEN,
}
"""What became of cargo keeps its colour in every picture."""

STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": QUIET,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "figure.constrained_layout.use": True,
    "font.size": 9,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "svg.hashsalt": "corridors",
    "xtick.color": INK,
    "ytick.color": INK,
}
"""Parameters of matplotlib that all pictures of the package share."""

_LONGEST_NAME = 60


@contextmanager
def drawing(ax: Axes | None, title: str, size: tuple[float, float] = (8.0, 4.5)) -> Iterator[Axes]:
    """Give the axes to draw on, in the package's style; a figure of their own if None."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        own = ax if ax is not None else Figure(figsize=size).add_subplot()
        yield own
        # A title is no formula, whatever dollars it holds.
        own.set_title(plain(title), loc="left", parse_math=False)


def name_of(text: object) -> str:
    """Return a name as a label: plain, short, and with no formula in it."""
    return shorten(plain(text), _LONGEST_NAME, placeholder=" …").replace("$", r"\$")


def in_words(text: object) -> str:
    """Return the name of a step or a column as words."""
    return name_of(str(text).replace("_t_per_day", "").replace("_", " "))


def bars(ax: Axes, names: list[str], values: list[float], colours: list[str] | str) -> None:
    """Draw horizontal bars from the top down, each with its number behind it."""
    from corridors.display import number

    places = range(len(names))
    drawn = ax.barh(places, values, color=colours, height=0.72)
    ax.set_yticks(places, names)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.bar_label(drawn, [number(v) for v in values], padding=3, fontsize=8, color=INK)
    ax.margins(x=0.12)
