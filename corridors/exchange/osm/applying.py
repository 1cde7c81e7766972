"""Write a proposal into a user's own network folder: the row, the line, the source."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.errors import OpenStreetMapError
from corridors.exchange.lines import line_feature, lines_bytes, read_features
from corridors.exchange.tables import as_text
from corridors.files import write_bytes, write_text
from corridors.network.checks.lines import falls_short
from corridors.network.folder import LINES, data_folder, seal, table_text
from corridors.network.geometry import geodesic_length_km, great_circle
from corridors.network.schema import tables

if TYPE_CHECKING:
    import pandas as pd

    from corridors.exchange.osm.proposal import Proposal
    from corridors.network.network import Network

SOURCE = "openstreetmap"
_COLUMNS = ("length_km", "electrified", "tracks")
_BRIDGED_KM = 2.0


def refuse_shipped(folder: Path) -> None:
    """Raise OpenStreetMapError where a folder is the network that ships with the package."""
    if folder.resolve().is_relative_to(data_folder().resolve()):
        msg = (
            f"{folder}: this is the network that ships with the package, which is never written "
            "to; copy the folder and name the copy"
        )
        raise OpenStreetMapError(msg)


def apply_proposal(proposal: Proposal, folder: str | Path) -> list[str]:
    """Write what OpenStreetMap says about a link into a network folder.

    ``links.csv`` gets the length, traction current and number of tracks where they
    differ, ``lines.geojson`` the line, ``provenance.csv`` and ``sources.csv`` where
    they come from, and ``datapackage.json`` the new hashes. The gauge is left as it
    is: transfers and capacities hang on it.

    Parameters
    ----------
    proposal
        As `propose` returns it.
    folder
        A network folder of one's own.

    Returns
    -------
    list of str
        What was written, a line each.

    Raises
    ------
    OpenStreetMapError
        Where the folder is the shipped one, the link is not in it, it was found
        on another gauge than the table says, or its ways are shorter than any
        way between the two places.
    DataError
        Where the folder is no sound network.
    """
    from corridors.network.network import load

    path = Path(folder)
    refuse_shipped(path)
    net = load(path)
    links = net.tables["links"]
    rows = links.index[links["link_id"] == proposal.link_id]
    if not len(rows):
        msg = f"{path}: no link {proposal.link_id!r} there"
        raise OpenStreetMapError(msg)
    if not proposal.right_gauge:
        stated = as_text(links.loc[rows[0], "gauge_mm"])
        msg = (
            f"{proposal.link_id}: the table says {stated} mm, OpenStreetMap has tracks of "
            f"{proposal.gauge_mm} mm; change links.csv, transfers.csv and capacity_members.csv "
            "by hand, then apply"
        )
        raise OpenStreetMapError(msg)
    _refuse_short(proposal, str(links.loc[rows[0], "note"]))
    frames = {name: frame.copy() for name, frame in net.tables.items()}
    said = _write_row(frames, int(rows[0]), proposal)
    # Everything is made before the first file is written.
    texts = {
        name: table_text(frames[name], tables()[name])
        for name in ("links", "provenance", "sources")
    }
    lines = lines_bytes(_with_line(net, proposal))
    for name, text in texts.items():
        write_text(path / f"{name}.csv", text)
    write_bytes(path / LINES, lines)
    seal(path)
    return [*said, f"{LINES}: line of {len(proposal.line.coords)} points"]


def _refuse_short(proposal: Proposal, note: str) -> None:
    """Raise OpenStreetMapError where the ways are no length of a link between its places."""
    ends = proposal.line.coords[0][:2], proposal.line.coords[-1][:2]
    direct = geodesic_length_km(great_circle(*ends, step_km=1e5)) if ends[0] != ends[1] else 0.0
    least = tables()["links"].column("length_km").minimum or 0.0
    if proposal.length_km >= least and not falls_short(proposal.length_km, direct, note):
        return
    a, b = proposal.beside_km
    msg = (
        f"{proposal.link_id}: OpenStreetMap has {proposal.length_km:g} km of ways, but the places "
        f"lie {direct:.3g} km apart, {a:g} and {b:g} km beside the ways; move the places in "
        "nodes.csv, or change the length by hand"
    )
    raise OpenStreetMapError(msg)


def _write_row(frames: dict[str, pd.DataFrame], row: int, proposal: Proposal) -> list[str]:
    """Change the row of the link and its provenance in place; say what was changed."""
    links = frames["links"]
    source = _source(frames, proposal)
    said = []
    for column in _COLUMNS:
        value = getattr(proposal, column)
        if value is None or value == "":
            continue
        before = as_text(links.loc[row, column])
        after = as_text(float(value)) if column != "electrified" else str(value)
        if column != "length_km" and before == after:
            continue
        links.loc[row, column] = value
        _state_source(frames, proposal, column, source, before)
        if before != after:
            said.append(f"links.csv, {column}: {before or 'nothing'} -> {after}")
    hours = as_text(links.loc[row, "hours"])
    if hours:
        said.append(f"links.csv, hours: stay at {hours}, which is stated and not derived")
    return said


def _source(frames: dict[str, pd.DataFrame], proposal: Proposal) -> str:
    """Return the source's id, adding the source where it is new."""
    import pandas as pd

    name = f"{SOURCE}-{proposal.as_of}" if proposal.as_of else SOURCE
    sources = frames["sources"]
    if name not in set(sources["source_id"]):
        row = {
            "source_id": name,
            "publisher": "OpenStreetMap contributors",
            "title": "OpenStreetMap, Open Database License 1.0, by Overpass",
            "url": "https://www.openstreetmap.org/copyright",
            "date": proposal.as_of,
        }
        frames["sources"] = pd.concat([sources, pd.DataFrame([row])], ignore_index=True)
    return name


def _state_source(
    frames: dict[str, pd.DataFrame], proposal: Proposal, column: str, source: str, before: str
) -> None:
    import pandas as pd

    provenance = frames["provenance"]
    own = (
        (provenance["table"] == "links")
        & (provenance["row"] == proposal.link_id)
        & (provenance["column"] == column)
    )
    earlier = "; ".join(provenance.loc[own, "source_id"])
    row = {
        "table": "links",
        "row": proposal.link_id,
        "column": column,
        "source_id": source,
        "as_of": proposal.as_of,
        "low": float("nan"),
        "high": float("nan"),
        # Mapped by volunteers: neither an operator's figure nor an inference.
        "confidence": "C",
        "note": _note(proposal, column, before, earlier),
    }
    frames["provenance"] = pd.concat([provenance[~own], pd.DataFrame([row])], ignore_index=True)


def _note(proposal: Proposal, column: str, before: str, earlier: str) -> str:
    if column == "length_km":
        note = "Shortest path along the ways, measured on the WGS 84 ellipsoid"
        if proposal.gap_km:
            note += f"; {proposal.gap_km:g} km of it over gaps"
        if max(proposal.beside_km) >= 0.1:
            a, b = proposal.beside_km
            note += f"; its ends lie {a:g} and {b:g} km from the places and are not counted"
    elif column == "tracks":
        note = "Ways side by side at most places along the line"
    else:
        note = "Tags electrified, voltage and frequency"
    if before:
        note += f". Not chosen: {before}" + (f" ({earlier})" if earlier else "")
    return note


def _with_line(net: Network, proposal: Proposal) -> list[dict[str, Any]]:
    """Return the features of the folder with the new line, every other link keeping its own."""
    from corridors.network.geometry import oriented

    nodes = net.tables["nodes"].set_index("node_id")
    place = {n: (float(nodes.loc[n, "lon"]), float(nodes.loc[n, "lat"])) for n in nodes.index}
    assert net.folder is not None
    held: dict[str, dict[str, Any]] = {}
    if (net.folder / LINES).is_file():
        for feature in read_features(net.folder / LINES):
            held[feature["properties"]["link_id"]] = copy.deepcopy(feature)
    else:
        # A file of lines has one for every link.
        for link in net.tables["links"].to_dict("records"):
            ends = place[link["from_node"]], place[link["to_node"]]
            name = link["link_id"]
            held[name] = line_feature(name, great_circle(*ends), "straight")
    bridged = proposal.gap_km + sum(proposal.beside_km)
    start = place[net._ends[proposal.link_id][0]]  # noqa: SLF001  the network's own reader
    held[proposal.link_id] = line_feature(
        proposal.link_id,
        oriented(proposal.line, start),
        "osm-bridged" if bridged > _BRIDGED_KM else "osm",
        track_km=proposal.length_km + sum(proposal.beside_km),
        bridged_km=bridged,
        note=f"OpenStreetMap of {proposal.as_of}" if proposal.as_of else "OpenStreetMap",
    )
    return list(held.values())
