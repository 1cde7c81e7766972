"""What kept results depend on besides the tables that every answer depends on.

Results that are kept go on where they were only where nothing that decides them has changed, and
they do so wherever the same files stand and by whichever path they are named.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.errors import DataError
from corridors.files import read_whole
from corridors.network.folder import LINES, table_text
from corridors.network.reading.yaml_lines import value_of
from corridors.network.schema import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario


def events_text(plan: Scenario) -> str:
    """Return what the events of a scenario say: not where they stand, nor why.

    Parameters
    ----------
    plan
        The scenario.
    """
    plain = [replace(e, where="", folder=None, origin=None, note="") for e in plan.events]
    # All that an event holds, in full; what it says of itself is for people.
    told = [
        f"Event({', '.join(f'{f.name}={getattr(event, f.name)!r}' for f in fields(event))})"
        for event in plain
    ]
    return f"({told[0]},)" if len(told) == 1 else f"({', '.join(told)})"


def ranges_hash(net: Network) -> str:
    """Return a hash of what says how far numbers range: their sources, without what is noted.

    Parameters
    ----------
    net
        The network.
    """
    frame = net.whole.tables["provenance"]
    text = table_text(frame.assign(note="", source_id="", as_of=""), tables()["provenance"])
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def areas_hash(net: Network, plan: Scenario) -> str | None:
    """Return a hash of the areas that events and chokepoints select by, None where none do.

    What lies in an area is decided by the lines of the links as well.

    Parameters
    ----------
    net
        The network.
    plan
        The scenario.
    """
    own = net.whole.folder
    named = [(e.selector, e.folder) for e in plan.events]
    if own is not None:
        named += [(value_of(cell), own) for cell in net.whole.tables["chokepoints"]["selector"]]
    paths = [path for selector, folder in named for path in _areas(selector, folder)]
    if not paths and not any("within" in selector for selector, _ in named):
        return None
    lines = [own / LINES] if own is not None and (own / LINES).is_file() else []
    total = hashlib.sha256()
    for path in [*paths, *lines]:
        total.update(hashlib.sha256(_content(path)).digest())
    return "sha256:" + total.hexdigest()


def _areas(selector: dict[str, Any], folder: Path | None) -> Iterator[Path]:
    """Yield the files in which the areas of a selector stand."""
    value = selector.get("within", [])
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            yield (folder or Path()) / one


def _content(path: Path) -> bytes:
    try:
        return read_whole(path)
    except DataError:
        # Whoever selects by it is told, with the event that does.
        return b""
