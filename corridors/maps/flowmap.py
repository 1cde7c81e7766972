"""The flow map: who carries how much, before and after, in one file.

The lines are written once. What each carries in each state is a table of numbers
beside them, and the page's own script redraws the lines when the state is switched.
"""

from __future__ import annotations

import base64
import html
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.errors import require_path
from corridors.files import check_apart, write_text
from corridors.maps import basemap, page
from corridors.maps.data import DISCLAIMER
from corridors.maps.payload import payload

if TYPE_CHECKING:
    import os
    from collections.abc import Collection

    from corridors.maps.data import FlowMapData

__all__ = ["SCRIPTS", "STYLES", "FlowMap", "build_flow_map"]

STYLES = ("flowmap/flowmap.css", "page/sheet.css")
SCRIPTS = tuple(
    f"flowmap/{name}.js"
    for name in (
        "common",
        "style",
        "paper",
        "popup",
        "labels",
        "countries",
        "ribbons",
        "arrows",
        "search",
        "panel",
        "hit",
        "marks",
        "map",
        "start",
    )
)
"""What a flow map is drawn by, in the order in which it stands in the page."""


@dataclass(frozen=True, repr=False)
class FlowMap:
    """A finished map.

    Parameters
    ----------
    title
        What it is about.
    html
        The page: one file that needs nothing but a browser.
    png
        A picture of the map, shown where a notebook does not run scripts.
    height
        Height in a notebook, in pixels.
    """

    title: str
    html: str
    png: bytes | None = None
    height: int = 620

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page.

        Parameters
        ----------
        path
            File to write; its folder must exist.

        Returns
        -------
        Path
            The file that was written.

        Raises
        ------
        DataError
            Where it cannot be written, or is a file of a network or a scenario.
        """
        require_path("path", path)
        target = Path(path)
        check_apart(target)
        write_text(target, self.html)
        return target

    def with_png(self, png: bytes) -> FlowMap:
        """Return the same map with a picture for notebooks that run no scripts.

        Parameters
        ----------
        png
            The picture, as the bytes of a PNG file.

        Returns
        -------
        FlowMap
            A new map.
        """
        return replace(self, png=png)

    def __repr__(self) -> str:
        """Return the title and the size of the page."""
        return f"<FlowMap {self.title!r}, {len(self.html.encode()) / 1e6:.2f} MB of HTML>"

    def _repr_mimebundle_(
        self,
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
    ) -> dict[str, str]:
        """Show the page in a notebook, shut into a frame that may run scripts and no more."""
        bundle = {
            "text/plain": repr(self),
            "text/html": (
                f'<iframe sandbox="allow-scripts" title="{html.escape(self.title, quote=True)}" '
                f'width="100%" height="{self.height}" style="border:1px solid #dfe3e8" '
                f'srcdoc="{html.escape(self.html, quote=True)}"></iframe>'
            ),
        }
        if self.png is not None:
            bundle["image/png"] = base64.b64encode(self.png).decode("ascii")
        return {
            kind: content
            for kind, content in bundle.items()
            if (not include or kind in include) and kind not in (exclude or ())
        }


def build_flow_map(data: FlowMapData, countries: basemap.Geometry | None = None) -> FlowMap:
    """Build the page of a flow map.

    Parameters
    ----------
    data
        What to show.
    countries
        GeoJSON of the countries under the lines; the shipped ones where None.

    Returns
    -------
    FlowMap
        The same data always gives the same bytes.

    Raises
    ------
    DataError
        If the data do not fit together, with every problem that was found.

    Examples
    --------
    >>> from corridors.maps import FlowMapData, LinkFlow, MapLink
    >>> link = MapLink(
    ...     "brest-terespol",
    ...     "Brest to Terespol",
    ...     "rail",
    ...     [(23.7, 52.1), (23.6, 52.1)],
    ...     flows={"before": LinkFlow(forward={"container": 9000.0})},
    ...     closed_in=("after",),
    ... )
    >>> data = FlowMapData("Poland closes", links=[link], states=("before", "after"))
    >>> build_flow_map(data)  # doctest: +ELLIPSIS
    <FlowMap 'Poland closes', ... MB of HTML>
    """
    data.check()
    under = basemap.countries(basemap.shipped() if countries is None else countries)
    content = page.render(
        "page/map.html",
        title=data.title,
        lang=data.lang,
        styles=STYLES,
        scripts=SCRIPTS,
        data={"flow-map-data": payload(data, under)},
        kind="flowmap",
        subtitle=data.subtitle,
        as_of=data.as_of,
        headline=data.headline,
        notes=data.notes,
        disclaimer=DISCLAIMER,
    )
    return FlowMap(data.title, content)
