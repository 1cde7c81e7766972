"""Plain folium maps, to build on: layers of lines and circles over the countries.

The maps of `corridors.maps.flowmap` are finished pages that ask nobody for anything.
These are for those who go on from there: a `folium.Map` takes layers, plugins and tiles
of their own. Folium's pages load their libraries from its usual addresses, and tiles
only where they are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.display import in_html, number
from corridors.maps import basemap
from corridors.maps.data import COUNTRIES_CREDIT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import folium
    from numpy.typing import NDArray

__all__ = ["MODE_COLOUR", "ExploreLayer", "ExploreShape", "explore_map"]

MODE_COLOUR = {"rail": "#1b3a5c", "road": "#b06a1e", "sea": "#5b8db8", "pipeline": "#6b6b6b"}
GAINS, LOSES, SHUT, FULL = "#0072b2", "#e69f00", "#c2102f", "#d55e00"

WIDEST = 12.0
"""Pixels of the line that carries most."""

_GROUND = {"color": "#cdbf9e", "weight": 0.7, "fillColor": "#faf8f3", "fillOpacity": 1.0}
_SEA = "#e8eff5"
_EDGE_DEGREES = 1.0


@dataclass(frozen=True, eq=False)
class ExploreShape:
    """A line or a circle.

    Attributes
    ----------
    points
        Longitude and latitude in degrees, shape (N, 2); one point is a circle.
    colour
        As CSS writes it.
    width
        Pixels: of the line, or of the circle's radius.
    about
        What it says of itself when pointed at; numbers are rounded as a reader wants them.
    dashed
        Whether the line is dashed.
    """

    points: NDArray[np.float64]
    colour: str
    width: float
    about: Mapping[str, Any] = field(default_factory=dict)
    dashed: bool = False


@dataclass(frozen=True, eq=False)
class ExploreLayer:
    """Shapes that are switched on and off together.

    Attributes
    ----------
    name
        In the map's list of layers.
    shapes
        The lowest first.
    shown
        Whether it is on when the map opens.
    """

    name: str
    shapes: Sequence[ExploreShape]
    shown: bool = True


def width_of(amount: float, most: float) -> float:
    """Return the pixels of a line that carries an amount, by the square root."""
    return max(WIDEST * float(np.sqrt(amount / most)), 0.8) if most > 0 else 0.8


def explore_map(
    layers: Sequence[ExploreLayer],
    *,
    tiles: Any = None,
    owed_to: Sequence[str] = (COUNTRIES_CREDIT,),
    **options: Any,
) -> folium.Map:
    """Return a map that others build on.

    Parameters
    ----------
    layers
        The lowest first. The view fits those that are shown.
    tiles
        Anything that `folium.Map` takes: a name, an address, a provider of xyzservices. With
        None the countries are drawn below, and no tiles are asked for.
    owed_to
        Whom the lines and places are owed to.
    **options
        Handed to `folium.Map`.
    """
    import folium

    page = folium.Map(tiles=tiles, **({"prefer_canvas": True, "zoom_snap": 0.25} | options))
    if tiles is None:
        folium.GeoJson(
            basemap.shipped(), name="Countries", style_function=lambda _: _GROUND, interactive=False
        ).add_to(page)
        _css(page, f"#{page.get_name()} {{ background: {_SEA}; }}")
    for layer in layers:
        group = folium.FeatureGroup(name=_text(layer.name), show=layer.shown)
        for shape in layer.shapes:
            _added(shape, group)
        group.add_to(page)
    if len(layers) > 1:
        folium.LayerControl(collapsed=False).add_to(page)
    root: Any = page.get_root()
    root.html.add_child(_credit(owed_to))
    seen = [shape.points for layer in layers if layer.shown for shape in layer.shapes]
    if seen:
        west, south = np.vstack(seen).min(axis=0) - _EDGE_DEGREES
        east, north = np.vstack(seen).max(axis=0) + _EDGE_DEGREES
        page.fit_bounds([[float(south), float(west)], [float(north), float(east)]])
    return page


def _added(shape: ExploreShape, group: folium.FeatureGroup) -> None:
    import folium

    places = [(round(float(lat), 4), round(float(lon), 4)) for lon, lat in shape.points]
    tooltip = folium.Tooltip(_table(shape.about), sticky=True) if shape.about else None
    if len(places) == 1:
        mark: Any = folium.CircleMarker(
            places[0], radius=round(shape.width, 2), color=shape.colour, weight=1.0, fill=True,
            fill_opacity=0.6, tooltip=tooltip,
        )  # fmt: skip
    else:
        mark = folium.PolyLine(  # type: ignore[no-untyped-call]  # folium
            places, color=shape.colour, weight=round(shape.width, 2), opacity=0.85,
            dash_array="6 6" if shape.dashed else None, tooltip=tooltip,
        )  # fmt: skip
    mark.add_to(group)


_ENTITY = {ord(c): f"&#{ord(c)};" for c in "`$\\{}"}


def _text(value: object) -> str:
    """Return a text for folium, which puts it into templates of its own and into scripts."""
    return in_html(value).translate(_ENTITY)


def _table(about: Mapping[str, Any]) -> str:
    """Return what a shape says as a small table, in which every text is text."""
    rows = []
    for name, value in about.items():
        counted = isinstance(value, int | float) and not isinstance(value, bool)
        said = number(value) if counted else value
        rows.append(f"<tr><th>{_text(name)}</th><td>{_text(said)}</td></tr>")
    return f"<table>{''.join(rows)}</table>"


def _credit(owed_to: Sequence[str]) -> Any:
    from folium import Element

    said = "; ".join(_text(text) for text in owed_to)
    style = "position:fixed;right:4px;bottom:18px;z-index:999;font:10px sans-serif;color:#555"
    return Element(f'<div style="{style}">{said}</div>')


def _css(page: Any, text: str) -> None:
    from folium import Element

    page.get_root().header.add_child(Element(f"<style>{text}</style>"))
