"""Static maps for print and notebooks: the same lines in an honest projection.

Albers' equal-area conic with two standard parallels shows areas as they are;
lines are divided before they are projected, so that they bend as they should.
"""

from __future__ import annotations

from textwrap import shorten
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.display import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from corridors.assignment.assignment import Assignment
    from corridors.assignment.comparison import Comparison
    from corridors.network.network import Network

ALBERS = "+proj=aea +lat_1=35 +lat_2=65 +lat_0=50 +lon_0=70 +ellps=WGS84 +units=km"
"""Equal areas over Eurasia; kilometres."""

_STEP_DEGREES = 0.5
_WINDOW_KM = {"land": (-4600, 4700, -2900, 2600), "all": (-8500, 8500, -8800, 5600)}
_WIDEST_POINTS = 6.0
_MODE_COLOUR = {"rail": "#1b3a5c", "road": "#b06a1e", "sea": "#5b8db8", "pipeline": "#6b6b6b"}
_LONGEST_TITLE = 90
"""Characters; a longer title would push the map out of the picture."""

_LAND, _COAST, _SEA = "#faf8f3", "#cdbf9e", "#e8eff5"


def comparison_figure(comparison: Comparison) -> Figure:
    """Draw the flows before and after, one above the other.

    Parameters
    ----------
    comparison
        What to draw.

    Returns
    -------
    matplotlib.figure.Figure
        Line width grows with the square root of t/day; colour is the mode;
        what the scenario closes is red.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 12.4), layout="constrained")
    axes = figure.subplots(2, 1)
    most = max(_link_tonnes(a).max() for a in (comparison.base, comparison.hit))
    plan = comparison.hit.scenario
    after = plan.title if plan and plan.title else "After"
    for ax, assignment, title in zip(
        axes, (comparison.base, comparison.hit), ("Before", after), strict=True
    ):
        _flows(ax, assignment, most)
        # A title is no formula, whatever dollars it holds.
        said = plain(f"{shorten(title, _LONGEST_TITLE)}, {assignment.situation.day}")
        ax.set_title(said, loc="left", fontsize=12, parse_math=False)
    _credit(figure)
    return figure


def network_figure(net: Network, window: str = "all") -> Figure:
    """Draw the network itself, colour by mode, planned links dotted.

    Parameters
    ----------
    net
        The network; of all of time, or resolved at a date.
    window
        ``"all"`` with the sea lanes, or ``"land"``.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 11 if window == "all" else 8), layout="constrained")
    ax = figure.subplots()
    _background(ax, window)
    links = net.links
    xs = _projected(links.geometry.to_numpy())
    for line, mode, opens in zip(xs, links["mode"], links["opens"], strict=True):
        style = ":" if opens else "-"
        ax.plot(*line, style, color=_MODE_COLOUR[mode], linewidth=0.9, solid_capstyle="round")
    nodes = net.nodes
    x, y = _project(nodes["lon"].to_numpy(), nodes["lat"].to_numpy())
    ax.scatter(x, y, s=4, color="#222222", zorder=3)
    for mode, colour in _MODE_COLOUR.items():
        ax.plot([], [], color=colour, label=mode)
    ax.plot([], [], ":", color="#444444", label="with an opening date")
    ax.legend(loc="lower left", frameon=True, fontsize=9)
    _credit(figure)
    return figure


def _flows(ax: Axes, assignment: Assignment, most: float) -> None:
    _background(ax, "land")
    net = assignment.situation.net
    tonnes = _link_tonnes(assignment)
    links = net.links
    closed = set(assignment.situation.closed_links)
    lines = _projected(links.geometry.to_numpy())
    for line, link, mode, t in zip(lines, links.index, links["mode"], tonnes, strict=True):
        if link in closed:
            ax.plot(*line, color="#c2102f", linewidth=2.2, zorder=5)
            ax.plot(line[0].mean(), line[1].mean(), "X", color="#c2102f", markersize=7, zorder=6)
        elif t > 0:
            width = max(_WIDEST_POINTS * float(np.sqrt(t / most)), 0.4)
            ax.plot(*line, color=_MODE_COLOUR[mode], linewidth=width, solid_capstyle="round")
        elif mode in {"rail", "road"}:
            ax.plot(*line, color="#b9b4a8", linewidth=0.3)
    for mode, colour in _MODE_COLOUR.items():
        ax.plot([], [], color=colour, linewidth=3, label=mode)
    if closed:
        ax.plot([], [], color="#c2102f", marker="X", label="closed by the scenario")
    ax.legend(loc="lower left", fontsize=9, title="width by cargo, t/day")


def _link_tonnes(assignment: Assignment) -> Any:
    flows = assignment.flows
    total = flows[flows["kind"] == "link"].groupby("id")["t_per_day"].sum()
    ids = assignment.situation.net.tables["links"]["link_id"]
    return total.reindex(ids).fillna(0.0).to_numpy()


def _background(ax: Axes, window: str) -> None:
    from matplotlib.collections import PolyCollection

    from corridors.network.geometry import read_basemap

    rings = []
    for shape in read_basemap().geometry.segmentize(_STEP_DEGREES):
        for part in getattr(shape, "geoms", [shape]):
            x, y = _project(*np.asarray(part.exterior.coords)[:, :2].T)
            # Far from the centre the projection tears; what lies there is not shown anyway.
            if np.abs(x).max() < 12_000 and np.abs(y).max() < 12_000:
                rings.append(np.column_stack([x, y]))
    ax.add_collection(
        PolyCollection(rings, facecolors=_LAND, edgecolors=_COAST, linewidths=0.5, zorder=0)
    )
    west, east, south, north = _WINDOW_KM[window]
    ax.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], aspect="equal")
    ax.set_facecolor(_SEA)


def _projected(lines: Any) -> list[tuple[Any, Any]]:
    from shapely import get_coordinates, segmentize

    return [_project(*get_coordinates(line).T) for line in segmentize(lines, _STEP_DEGREES)]


def _project(lon: Any, lat: Any) -> tuple[Any, Any]:
    from pyproj import Proj

    x, y = Proj(ALBERS)(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
    return np.asarray(x), np.asarray(y)


def _credit(figure: Figure) -> None:
    figure.text(
        0.995,
        0.003,
        "Lines © OpenStreetMap contributors (ODbL); countries Natural Earth, borders as held on "
        "the ground; places GeoNames (CC BY 4.0)",
        ha="right",
        fontsize=7,
        color="#555555",
    )
