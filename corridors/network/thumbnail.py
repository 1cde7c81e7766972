"""A small picture of a network for a notebook: its places and links as straight lines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from corridors.network.antimeridian import map_edge, map_longitude

if TYPE_CHECKING:
    import pandas as pd

_COLOUR = {"rail": "#1b3a5c", "road": "#b06a1e", "sea": "#5b8db8", "pipeline": "#6b6b6b"}
_WIDTH, _HIGHEST, _EDGE = 480.0, 360.0, 8.0


def thumbnail(nodes: pd.DataFrame, links: pd.DataFrame) -> str:
    """Return places and links as an SVG picture, in which there is no text.

    Parameters
    ----------
    nodes
        node_id, lat, lon in degrees.
    links
        from_node, to_node, mode.

    Returns
    -------
    str
        Empty where there are no places.
    """
    if not len(nodes):
        return ""
    edge = map_edge(*_arcs(nodes, links))
    lon = [map_longitude(float(x), edge) for x in nodes["lon"]]
    lat = [float(y) for y in nodes["lat"]]
    # As far east as north at the middle latitude, so that shapes are kept.
    squeeze = max(math.cos(math.radians((min(lat) + max(lat)) / 2)), 0.1)
    wide, high = (max(lon) - min(lon)) * squeeze, max(lat) - min(lat)
    scale = min(_WIDTH / max(wide, 1e-6), _HIGHEST / max(high, 1e-6))
    at = {
        node: (_EDGE + (x - min(lon)) * squeeze * scale, _EDGE + (max(lat) - y) * scale)
        for node, x, y in zip(nodes["node_id"], lon, lat, strict=True)
    }
    parts = []
    for mode, own in sorted(links.groupby("mode")):
        path = "".join(
            f"M{at[a][0]:.1f} {at[a][1]:.1f}L{at[b][0]:.1f} {at[b][1]:.1f}"
            for a, b in zip(own["from_node"], own["to_node"], strict=True)
        )
        parts.append(f'<path d="{path}" stroke="{_COLOUR[str(mode)]}" stroke-width="0.8"/>')
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.4"/>' for x, y in at.values())
    width, height = wide * scale + 2 * _EDGE, high * scale + 2 * _EDGE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'fill="none" role="img" aria-label="Map of the network">'
        f'{"".join(parts)}<g fill="#222222">{dots}</g></svg>'
    )


def _arcs(nodes: pd.DataFrame, links: pd.DataFrame) -> tuple[list[float], list[float]]:
    """Return where links begin in the west and end in the east, the shorter way between places."""
    lon = dict(zip(nodes["node_id"], nodes["lon"].astype(float), strict=True))
    west, east = [], []
    for start, end in zip(links["from_node"], links["to_node"], strict=True):
        over = (lon[end] - lon[start] + 180.0) % 360.0 - 180.0
        west.append(lon[start] + min(over, 0.0))
        east.append(lon[start] + max(over, 0.0))
    return west, east
