"""The parameters of route choice, carried along to where the tables of a network go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from corridors.assignment.choice_parameters import read_parameters
from corridors.errors import DataError
from corridors.files import read_whole
from corridors.network.folder import CHOICE

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

    import pandas as pd


def ids_of(frames: dict[str, pd.DataFrame]) -> dict[str, Container[str]]:
    """Return the ids of what tables hold, by what parameters of route choice call it."""
    return {
        "link": set(frames["links"]["link_id"]),
        "transfer": set(frames["transfers"]["transfer_id"]),
        "cargo": set(frames["cargo"]["cargo"]),
        "demand": set(frames["demand"]["demand_id"]),
    }


def choice_file(folder: Path, there: dict[str, Container[str]]) -> tuple[bytes, list[str]] | None:
    """Return the content of a folder's ``choice.json`` for a network, None where it has none.

    Parameters
    ----------
    folder
        Where it stands.
    there
        Ids of what the network holds, by ``link``, ``transfer``, ``cargo`` and ``demand``.

    Returns
    -------
    content, left_out
        Byte for byte as it was, unless it names what is not there: then without that. Counts
        of which nothing is left are `left_out`.

    Raises
    ------
    DataError
        Where it cannot be meant.
    """
    path = folder / CHOICE
    if not path.exists():
        return None
    content = read_whole(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        msg = f"{path}: not text in UTF-8, expected JSON"
        raise DataError(msg) from None
    read_parameters(text, str(path))
    said = json.loads(text)
    kept, left_out = [], []
    for count in said.get("counts", []):
        found = _of_what_is_there(count, there)
        if found is None:
            left_out.append(count["observation_id"])
        else:
            kept.append(found)
    if kept == said.get("counts", []):
        return content, []
    whole = json.dumps({**said, "counts": kept}, indent=1, ensure_ascii=False) + "\n"
    return whole.encode(), left_out


def _of_what_is_there(
    count: dict[str, Any], there: dict[str, Container[str]]
) -> dict[str, Any] | None:
    places = [
        place
        for place in count["places"]
        if place["id"] in there[place["kind"]] and place["cargo"] in there["cargo"]
    ]
    named = count.get("demand", [])
    demand = [name for name in named if name in there["demand"]]
    # A count of some demands that are all gone is none of all others.
    if not places or (named and not demand):
        return None
    return {**count, "places": places, **({"demand": demand} if named else {})}
