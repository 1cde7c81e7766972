"""Rules about the files of a network folder: none looks like a table and is none."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from corridors.files import MANIFEST
from corridors.network.reading.cells import Problem
from corridors.network.reading.manifest import read_manifest
from corridors.network.schema import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.network.network import Network


def tables_have_their_names(net: Network) -> Iterator[Problem]:
    """No file has nearly the name of a table: nobody reads it.

    Another file is nobody's mistake where ``datapackage.json`` lists it.
    """
    folder = net.whole.folder
    if folder is None or not (folder / MANIFEST).is_file():
        return
    listed = {resource.get("path") for resource in read_manifest(folder)["resources"].values()}
    for name in sorted(file.name for file in folder.iterdir() if file.suffix.lower() == ".csv"):
        stem = name[:-4]
        if name in listed or (stem in tables() and name == f"{stem}.csv"):
            continue
        close = get_close_matches(stem.lower(), list(tables()), n=1, cutoff=_CLOSE)
        if close:
            message = f"is no table, so nobody reads it; did you mean {close[0]}.csv?"
            yield Problem(name, 0, "", tables_have_their_names.__name__.replace("_", "-"), message)


_CLOSE = 0.8
"""Share of letters in common from which a name looks like another's."""
