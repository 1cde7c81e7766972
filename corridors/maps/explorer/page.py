"""The page of the explorer: template, scripts and data put together, with a strict policy."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.display import plain_values
from corridors.errors import require_path
from corridors.files import check_apart, write_text
from corridors.maps import page as pages
from corridors.maps.data import DISCLAIMER
from corridors.maps.explorer.container import compressed, pack
from corridors.maps.explorer.ground import ground
from corridors.maps.vendored import asset_text

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

__all__ = ["Explorer", "ExplorerData", "build_explorer"]

SOLVER = (
    "paths",
    "ties",
    "pool",
    "basis",
    "exchange",
    "primal",
    "dual",
    "simplex",
    "engine",
    "steps",
    "proof",
    "container",
    "questions",
    "measure",
    "couplings",
    "service",
    "choice",
    "newton",
    "routes",
    "choiceproof",
    "choiceservice",
    "serve",
)
"""Scripts of the solver, in the order in which they stand in the page."""

PAGE = (
    "common",
    "solving",
    "names",
    "state",
    "yaml",
    "map",
    "tables",
    "views",
    "details",
    "panel",
    "days",
    "held",
    "start",
)
"""Scripts of what is seen."""


@dataclass(frozen=True, eq=False)
class ExplorerData:
    """What an explorer shows and solves, as plain texts and arrays.

    Attributes
    ----------
    title, subtitle
        What the page and the network are called.
    day
        The day on which it opens.
    texts
        Names, column by column, as ``corridors/assets/explorer/questions.js`` reads them.
    arrays
        Numbers, one-dimensional, by name.
    credits
        Whom the lines and places are owed to.
    """

    title: str
    subtitle: str
    day: str
    texts: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]
    credits: tuple[str, ...] = field(default=())


@dataclass(frozen=True, repr=False)
class Explorer:
    """A finished page.

    Parameters
    ----------
    title
        What it is called.
    day
        The day on which it opens.
    n_scenarios
        How many scenarios it holds.
    html
        The page: one file that needs nothing but a browser.
    height
        Height in a notebook, in pixels.
    """

    title: str
    day: str
    n_scenarios: int
    html: str
    height: int = 760

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

    def __repr__(self) -> str:
        size = len(self.html.encode()) / 1e6
        some = "scenario" if self.n_scenarios == 1 else "scenarios"
        return f"Explorer({self.day}, {self.n_scenarios} {some}, {size:.1f} MB)"

    def _repr_mimebundle_(
        self,
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
    ) -> dict[str, str]:
        """Show the page in a notebook, shut into a frame that may run scripts and no more."""
        bundle = {
            "text/plain": repr(self),
            "text/html": (
                '<div><iframe sandbox="allow-scripts allow-downloads" '
                f'title="{html.escape(self.title, quote=True)}" width="100%" '
                f'height="{self.height}" style="border:1px solid #dfe3e8" '
                f'srcdoc="{html.escape(self.html, quote=True)}"></iframe></div>'
            ),
        }
        return {
            kind: content
            for kind, content in bundle.items()
            if (not include or kind in include) and kind not in (exclude or ())
        }


def build_explorer(data: ExplorerData) -> Explorer:
    """Build the page of an explorer.

    Parameters
    ----------
    data
        What to show and solve.

    Returns
    -------
    Explorer
        The same data always gives the same bytes.
    """
    from markupsafe import Markup

    countries, shapes = ground()
    texts = {
        **data.texts,
        "title": data.title,
        "subtitle": data.subtitle,
        "credits": list(data.credits),
        "disclaimer": DISCLAIMER,
        "countries": countries,
    }
    # Names come out of other people's tables: what would steer a reader's screen is written out.
    packed = pack(plain_values(texts), {**data.arrays, **shapes})
    style = _asset("explorer.css")
    # The policy knows the scripts by their hashes; packed, they take a quarter of the room.
    opening = _asset("opening.js")
    solver = _solver()
    page = f"(function () {{\n'use strict';\n{_joined(PAGE)}\n}})();"
    content = (
        pages.templates()
        .get_template("explorer/page.html")
        .render(
            title=data.title,
            subtitle=data.subtitle,
            disclaimer=DISCLAIMER,
            policy=pages.policy(
                [opening, solver, page], [style], "worker-src blob:", images="data: blob:"
            ),
            # Our own files and base64: they hold no text of anyone's, and autoescape is for texts.
            style=Markup(style),  # noqa: S704  # nosec B704
            opening=Markup(opening),  # noqa: S704  # nosec B704
            scripts=compressed(f"{solver}\0{page}".encode()),
            packed=packed,
        )
    )
    scenarios = [state for state in data.texts["states"] if "name" in state]
    return Explorer(data.title, data.day, len(scenarios), content + "\n")


def _solver() -> str:
    """Return the solver as one function, whose text the page can also hand to a worker."""
    return f"const corridorsSolver = function () {{\n'use strict';\n{_joined(SOLVER)}\n}};"


def solver_part(last: str) -> str:
    """Return the scripts of the solver up to one of them, as one text."""
    return _joined(SOLVER[: SOLVER.index(last) + 1])


def _joined(names: tuple[str, ...]) -> str:
    return "\n".join(_asset(f"{name}.js") for name in names)


def _asset(name: str) -> str:
    # A browser reads CR LF as LF before it takes the hash.
    return asset_text(f"explorer/{name}").replace("\r\n", "\n").strip("\n")
