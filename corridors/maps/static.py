"""Static maps for print and notebooks: the same lines in an honest projection.

Albers' equal-area conic with two standard parallels shows the areas of Eurasia as they
are; a network that lies elsewhere, or fills little of it, gets Lambert's azimuthal one
about its own middle. Lines are divided before they are projected, so that they bend as
they should.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.display import plain
from corridors.maps import basemap
from corridors.maps.data import COUNTRIES_CREDIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["ALBERS", "FlowLine", "change_figure", "flow_figure", "network_figure"]

ALBERS = "+proj=aea +lat_1=35 +lat_2=65 +lat_0=50 +lon_0=70 +ellps=WGS84 +units=km"
"""Equal areas over Eurasia; kilometres."""

_STEP_DEGREES = 0.5
_WINDOW_KM = {"land": (-4600, 4700, -2900, 2600), "all": (-8500, 8500, -8800, 5600)}
_FILLS = 0.4
"""Share of the window's width or height that a network fills at least to be shown in it."""
_EDGE = 0.08
_LEAST_KM = 20.0
_WIDEST_POINTS = 6.0
_MODE_COLOUR = {"rail": "#1b3a5c", "road": "#b06a1e", "sea": "#5b8db8", "pipeline": "#6b6b6b"}
_LONGEST_TITLE = 90
"""Characters; a longer title would push the map out of the picture."""

_GAINS, _LOSES = "#0072b2", "#e69f00"
_TRACE = 1e-6
_LAND, _COAST, _SEA, _SHUT = "#faf8f3", "#cdbf9e", "#e8eff5", "#c2102f"


@dataclass(frozen=True, eq=False)
class FlowLine:
    """A line to draw.

    Attributes
    ----------
    points
        Longitude and latitude in degrees, shape (N, 2).
    mode
        rail, road, sea or pipeline.
    t_per_day
        What it carries; nothing is a hairline by land and is not drawn elsewhere.
    closed
        Whether events have closed it.
    planned
        Whether it has an opening date.
    """

    points: NDArray[np.float64]
    mode: str
    t_per_day: float = 0.0
    closed: bool = False
    planned: bool = False


@dataclass(frozen=True)
class View:
    """A projection and what is shown of it: west, east, south, north in kilometres."""

    projection: str
    window: tuple[float, float, float, float]

    def project(self, lon: Any, lat: Any) -> tuple[Any, Any]:
        from pyproj import Proj

        x, y = Proj(self.projection)(
            np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        )
        return np.asarray(x), np.asarray(y)

    def lines(self, lines: Sequence[FlowLine]) -> list[tuple[Any, Any]]:
        """Return each line in kilometres, divided before it is projected."""
        from shapely import LineString, get_coordinates, segmentize

        # What begins and ends at one point has no length to divide, and cannot be asked to.
        whole = [LineString(line.points) for line in lines]
        courses = [segmentize(line, _STEP_DEGREES) if line.length > 0 else line for line in whole]
        return [self.project(*get_coordinates(course).T) for course in courses]


def view_of(lines: Sequence[FlowLine], window: tuple[float, float, float, float]) -> View:
    """Return the view of Eurasia where the network fills it, or else one about the network."""
    usual = View(ALBERS, window)
    if not lines:
        return usual
    points = np.vstack([line.points for line in lines])
    west, east, south, north = usual.window
    x, y = usual.project(points[:, 0], points[:, 1])
    inside = (x > west) & (x < east) & (y > south) & (y < north)
    if inside.mean() > 0.5 and (
        np.ptp(x[inside]) > _FILLS * (east - west) or np.ptp(y[inside]) > _FILLS * (north - south)
    ):
        return usual
    # The middle of the arc that the longitudes fill, wherever the date line lies.
    turned = np.deg2rad(points[:, 0])
    middle = np.rad2deg(np.arctan2(np.sin(turned).mean(), np.cos(turned).mean()))
    level = (points[:, 1].min() + points[:, 1].max()) / 2
    own = f"+proj=laea +lat_0={level:.4f} +lon_0={middle:.4f} +ellps=WGS84 +units=km"
    x, y = View(own, usual.window).project(points[:, 0], points[:, 1])
    span = max(float(np.ptp(x)), float(np.ptp(y)), _LEAST_KM)
    edge = _EDGE * span
    # As wide as the picture wants it, so that a chain of places is no thin line.
    wide = max(float(np.ptp(x)) / 2, span * 0.5) + edge
    high = max(float(np.ptp(y)) / 2, span * 0.3) + edge
    over, up = (float(v.min() + v.max()) / 2 for v in (x, y))
    return View(own, (over - wide, over + wide, up - high, up + high))


def flow_figure(
    panels: Sequence[tuple[str, Sequence[FlowLine]]], owed_to: Sequence[str] = (COUNTRIES_CREDIT,)
) -> Figure:
    """Draw the flows of some states, one above the other.

    Parameters
    ----------
    panels
        A title and the lines of each state.
    owed_to
        Whom the lines and places are owed to.

    Returns
    -------
    matplotlib.figure.Figure
        Line width grows with the square root of t/day, on one scale for all;
        colour is the mode; what is closed is red.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 6.2 * len(panels)), layout="constrained")
    axes = figure.subplots(len(panels), 1, squeeze=False)[:, 0]
    most = max((line.t_per_day for _, lines in panels for line in lines), default=0.0)
    view = view_of([line for _, lines in panels for line in lines], _WINDOW_KM["land"])
    for ax, (title, lines) in zip(axes, panels, strict=True):
        _flows(ax, lines, most, view)
        # A title is no formula, whatever dollars it holds.
        said = plain(shorten(title, _LONGEST_TITLE))
        ax.set_title(said, loc="left", fontsize=12, parse_math=False)
    _credit(figure, owed_to)
    return figure


def change_figure(panels: Sequence[tuple[str, Sequence[FlowLine]]]) -> Figure:
    """Draw what some scenarios change, a small map each, on one scale.

    Parameters
    ----------
    panels
        A title and lines each, whose t_per_day is what the line gains, less than 0 where
        it loses.

    Returns
    -------
    matplotlib.figure.Figure
        Blue gains, orange loses, red is closed; width grows with the square root.
    """
    from math import ceil, isqrt

    from matplotlib.figure import Figure

    columns = max(isqrt(max(len(panels) - 1, 0)) + 1, 1) if len(panels) > 2 else len(panels)
    rows = ceil(len(panels) / columns)
    figure = Figure(figsize=(5.2 * columns, 3.2 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for spare in axes[len(panels) :]:
        spare.remove()
    every = [line for _, lines in panels for line in lines]
    most = max((abs(line.t_per_day) for line in every), default=0.0)
    view = view_of(every, _WINDOW_KM["land"])
    for ax, (title, lines) in zip(axes, panels, strict=False):
        _background(ax, view)
        for line, course in zip(lines, view.lines(lines), strict=True):
            if line.closed:
                ax.plot(*course, color=_SHUT, linewidth=1.6, zorder=5)
            elif abs(line.t_per_day) > _TRACE:
                width = max(_WIDEST_POINTS * float(np.sqrt(abs(line.t_per_day) / most)), 0.4)
                colour = _GAINS if line.t_per_day > 0 else _LOSES
                ax.plot(*course, color=colour, linewidth=width, solid_capstyle="round", zorder=3)
        said = plain(shorten(title, _LONGEST_TITLE))
        ax.set_title(said, loc="left", fontsize=9, parse_math=False)
    for colour, label in ((_GAINS, "gains"), (_LOSES, "loses"), (_SHUT, "closed")):
        axes[0].plot([], [], color=colour, linewidth=3, label=label)
    axes[0].legend(loc="lower left", fontsize=8)
    return figure


def network_figure(
    lines: Sequence[FlowLine],
    places: NDArray[np.float64],
    window: str = "all",
    owed_to: Sequence[str] = (COUNTRIES_CREDIT,),
) -> Figure:
    """Draw what there is, colour by mode, planned lines dotted.

    Parameters
    ----------
    lines
        What to draw.
    places
        Longitude and latitude of places in degrees, shape (N, 2).
    window
        ``"all"`` with the sea lanes, or ``"land"``.
    owed_to
        Whom the lines and places are owed to.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 11 if window == "all" else 8), layout="constrained")
    ax = figure.subplots()
    view = view_of(lines, _WINDOW_KM[window])
    _background(ax, view)
    for line, course in zip(lines, view.lines(lines), strict=True):
        style = ":" if line.planned else "-"
        colour = _MODE_COLOUR[line.mode]
        ax.plot(*course, style, color=colour, linewidth=0.9, solid_capstyle="round")
    x, y = view.project(places[:, 0], places[:, 1])
    ax.scatter(x, y, s=4, color="#222222", zorder=3)
    for mode, colour in _MODE_COLOUR.items():
        ax.plot([], [], color=colour, label=mode)
    ax.plot([], [], ":", color="#444444", label="with an opening date")
    ax.legend(loc="lower left", frameon=True, fontsize=9)
    _credit(figure, owed_to)
    return figure


def _flows(ax: Axes, lines: Sequence[FlowLine], most: float, view: View) -> None:
    _background(ax, view)
    for line, course in zip(lines, view.lines(lines), strict=True):
        if line.closed:
            ax.plot(*course, color=_SHUT, linewidth=2.2, zorder=5)
            middle = (course[0].mean(), course[1].mean())
            ax.plot(*middle, "X", color=_SHUT, markersize=7, zorder=6)
        elif line.t_per_day > 0:
            width = max(_WIDEST_POINTS * float(np.sqrt(line.t_per_day / most)), 0.4)
            colour = _MODE_COLOUR[line.mode]
            ax.plot(*course, color=colour, linewidth=width, solid_capstyle="round")
        elif line.mode in {"rail", "road"}:
            ax.plot(*course, color="#b9b4a8", linewidth=0.3)
    for mode, colour in _MODE_COLOUR.items():
        ax.plot([], [], color=colour, linewidth=3, label=mode)
    if any(line.closed for line in lines):
        ax.plot([], [], color=_SHUT, marker="X", label="closed by the scenario")
    ax.legend(loc="lower left", fontsize=9, title="width by cargo, t/day")


def _background(ax: Axes, view: View) -> None:
    from matplotlib.collections import PolyCollection
    from shapely import segmentize
    from shapely.geometry import shape

    rings = []
    for country in basemap.shipped()["features"]:
        ground = segmentize(shape(country["geometry"]), _STEP_DEGREES)
        for part in getattr(ground, "geoms", [ground]):
            x, y = view.project(*np.asarray(part.exterior.coords)[:, :2].T)
            # Far from the centre the projection tears; what lies there is not shown anyway.
            if np.abs(x).max() < 12_000 and np.abs(y).max() < 12_000:
                rings.append(np.column_stack([x, y]))
    ax.add_collection(
        PolyCollection(rings, facecolors=_LAND, edgecolors=_COAST, linewidths=0.5, zorder=0)
    )
    west, east, south, north = view.window
    ax.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], aspect="equal")
    ax.set_facecolor(_SEA)


def _credit(figure: Figure, owed_to: Sequence[str]) -> None:
    said = "; ".join((*owed_to, "borders as they are held on the ground"))
    figure.text(0.995, 0.003, said, ha="right", fontsize=7, color="#555555")
