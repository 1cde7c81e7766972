"""GMNS: the General Modeling Network Specification, a folder of tables.

=====================  ==========================================================
GMNS file              what it holds
=====================  ==========================================================
``config.csv``         units (km, km/h), WGS 84, USD, the version of GMNS
``node.csv``           nodes; the country is a column of its own
``link.csv``           links; mode as facility_type, speed where hours are stated;
                       gauge, dwell, dates and the like are columns of their own
``geometry.csv``       lines; a link that the network folder has no line for has none
``movement.csv``       ways through nodes at which modes or gauges meet: a transfer
                       is a movement with its hours as penalty
``use_definition.csv`` cargoes; the number of persons and of car equivalents is 0
=====================  ==========================================================

GMNS counts capacity in cars an hour and lane of one link. It has no word for
capacities over several links, for demand, rates, tariffs, loads, chokepoints,
projects, observations and provenance: these stand in the subfolder
``corridors`` as the tables that they are. Readers of GMNS pass over them, and
`gmns_in.import_gmns` reads them back.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from corridors.exchange.choice_file import choice_file, ids_of
from corridors.exchange.formats import about, links_with_notes, tables_to_write
from corridors.exchange.graphml import line_wkt
from corridors.exchange.lines import PROPERTIES
from corridors.exchange.tables import as_text, text_rows
from corridors.files import make_folder, whole_folder, write_bytes, write_text
from corridors.network.arcs import mode_gauge
from corridors.network.folder import CHOICE, copy_scenarios, table_text
from corridors.network.reading.cells import rows_of
from corridors.network.schema import MODES, tables

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.network.network import Network

VERSION = "0.96"
SUBFOLDER = "corridors"
TRANSLATED = ("nodes", "links", "transfers", "cargo")
"""Tables that GMNS has words for."""

NODE = ("node_id", "name", "x_coord", "y_coord", "z_coord", "node_type", "ctrl_type", "zone_id",
        "parent_node_id")  # fmt: skip
LINK = ("link_id", "name", "from_node_id", "to_node_id", "directed", "geometry_id", "geometry",
        "parent_link_id", "dir_flag", "length", "grade", "facility_type", "capacity", "free_speed",
        "lanes", "bike_facility", "ped_facility", "parking", "allowed_uses", "toll",
        "jurisdiction", "row_width")  # fmt: skip
GEOMETRY = ("geometry_id", "geometry")
MOVEMENT = ("mvmt_id", "node_id", "name", "ib_link_id", "start_ib_lane", "end_ib_lane",
            "ob_link_id", "start_ob_lane", "end_ob_lane", "type", "penalty", "capacity",
            "ctrl_type", "mvmt_code", "allowed_uses", "geometry")  # fmt: skip
USE = ("use", "persons_per_vehicle", "pce", "special_conditions", "description")
CONFIG = ("dataset_name", "short_length", "long_length", "speed", "crs", "geometry_field_format",
          "currency", "version_number", "id_type")  # fmt: skip
"""Columns of the specification; the data may have more, but has these."""


def _beside(table: str, *translated: str) -> tuple[str, ...]:
    return tuple(name for name in tables()[table].names if name not in translated)


OWN_NODE = _beside("nodes", "node_id", "name", "kind", "lat", "lon")
OWN_LINK = _beside("links", "link_id", "from_node", "to_node", "mode", "length_km", "direction")
OWN_TRANSFER = _beside("transfers", "node_id")
OWN_CARGO = _beside("cargo", "cargo")
"""Columns of this package that stand beside those of the specification."""

Row = dict[str, str]


def write(net: Network, path: Path) -> list[Path]:
    """Write a network as a folder of GMNS.

    Parameters
    ----------
    net
        The network.
    path
        The folder.

    Returns
    -------
    list of Path
        The files written.
    """
    links, geometry = _links(net)
    ways = movements(net)
    own = tables_to_write(net)
    files = {
        "config.csv": _text(_config(net), CONFIG),
        "geometry.csv": _text(geometry, (*GEOMETRY, *PROPERTIES)),
        "link.csv": _text(links, (*LINK, *OWN_LINK)),
        "movement.csv": _text(ways, (*MOVEMENT, *OWN_TRANSFER)),
        "node.csv": _text(_nodes(net), (*NODE, *OWN_NODE)),
        "use_definition.csv": _text(_uses(net), (*USE, *OWN_CARGO)),
    }
    for table in tables().values():
        if table.name not in TRANSLATED:
            files[f"{SUBFOLDER}/{table.name}.csv"] = table_text(own[table.name], table)
    # On some days no link reaches a transfer, and then it is no movement.
    transfers = net.tables["transfers"]
    left = transfers[~transfers["transfer_id"].isin({way["name"] for way in ways})]
    files[f"{SUBFOLDER}/transfers.csv"] = table_text(left, tables()["transfers"])
    said = "".join(f"{key}: {value}\n" for key, value in about(net).items() if value)
    files[f"{SUBFOLDER}/about.txt"] = said
    choice = choice_file(net.folder, ids_of(own)) if net.folder is not None else None
    with whole_folder(path) as new:
        own_folder = new / SUBFOLDER
        make_folder(own_folder)
        for name, text in files.items():
            write_text(new / name, text)
        made = [new / name for name in files]
        if choice is not None:
            write_bytes(own_folder / CHOICE, choice[0])
            made.append(own_folder / CHOICE)
        if net.folder is not None:
            # The observations name scenarios of their own by the files beside the tables.
            made += copy_scenarios(net.folder, own_folder)
    return [path / file.relative_to(new) for file in made]


def _text(rows: list[Row], columns: tuple[str, ...]) -> str:
    out = io.StringIO()
    # A name may stand in the specification and in this package; it is written once.
    writer = csv.DictWriter(
        out, list(dict.fromkeys(columns)), restval="", lineterminator="\n", extrasaction="raise"
    )
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _config(net: Network) -> list[Row]:
    return [
        {
            "dataset_name": about(net)["name"], "short_length": "m", "long_length": "km",
            "speed": "km/h", "crs": "EPSG:4326", "geometry_field_format": "WKT",
            "currency": "USD", "version_number": VERSION, "id_type": "string",
        }
    ]  # fmt: skip


def _nodes(net: Network) -> list[Row]:
    return [
        {"node_id": n["node_id"], "name": n["name"], "x_coord": n["lon"], "y_coord": n["lat"],
         "node_type": n["kind"], **{column: n[column] for column in OWN_NODE}}
        for n in text_rows(net.tables["nodes"])
    ]  # fmt: skip


def _links(net: Network) -> tuple[list[Row], list[Row]]:
    uses = _uses_of_mode(net)
    rows, geometry = [], []
    for link_id, link in links_with_notes(net).iterrows():
        name = str(link_id)
        # Nothing but the two ends is known of a link that the folder has no line for.
        straight = link["made"] == "straight" and link["line_km"] != link["line_km"]
        directed = link["direction"] == "forward"
        row = {
            "link_id": name,
            "name": net.link_name(name),
            "from_node_id": link["from_node"],
            "to_node_id": link["to_node"],
            "directed": "true" if directed else "false",
            "geometry_id": "" if straight else name,
            "dir_flag": "1" if directed and not straight else "0",
            "length": as_text(link["length_km"]),
            "facility_type": link["mode"],
            "free_speed": _speed(link["length_km"], link["hours"]),
            "allowed_uses": ",".join(uses[link["mode"]]),
            **{column: as_text(link[column]) for column in OWN_LINK},
        }
        rows.append(row)
        if not straight:
            said = {c: as_text(link[c]) for c in PROPERTIES if c != "note"}
            line = line_wkt(link["geometry"].coords)
            note = link["line_note"]
            geometry.append({"geometry_id": name, "geometry": line, **said, "note": note})
    return rows, geometry


def _speed(length_km: float, hours: float) -> str:
    """Return km/h to a tenth; GMNS allows 200 at most, and a time of 0 has no speed."""
    if not hours > 0 or length_km / hours > 200:
        return ""
    return as_text(round(length_km / hours, 1))


def _uses_of_mode(net: Network) -> dict[str, list[str]]:
    cargo = net.tables["cargo"]
    return {
        mode: [
            c for c, modes in zip(cargo["cargo"], cargo["modes"], strict=True)
            if mode in modes.split(";")
        ]
        for mode in MODES
    }  # fmt: skip


def _uses(net: Network) -> list[Row]:
    return [
        {"use": c["cargo"], "persons_per_vehicle": "0", "pce": "0", "description": c["name"],
         **{column: c[column] for column in OWN_CARGO}}
        for c in text_rows(net.tables["cargo"])
    ]  # fmt: skip


def movements(net: Network) -> list[Row]:
    """Return the ways through every node at which more than one mode-gauge meets.

    A reader of GMNS lets everything through at a node without movements, and
    only what is listed at the others; so the ways straight on are listed too.

    Parameters
    ----------
    net
        The network.

    Returns
    -------
    list of dict
        Rows of ``movement.csv``, sorted by node and links.
    """
    arriving, leaving = _ends(net)
    uses = _uses_of_mode(net)
    changes: dict[str, list[Row]] = {}
    for transfer in text_rows(net.tables["transfers"]):
        changes.setdefault(transfer["node_id"], []).append(transfer)
    rows: list[Row] = []
    for node in sorted(set(arriving) | set(changes)):
        mode_gauges = sorted(set(arriving.get(node, {})) | set(leaving.get(node, {})))
        if len(mode_gauges) < 2 and node not in changes:
            continue
        for name in mode_gauges:
            mode = name.split("-")[0]
            rows += [
                _movement(node, a, b, 0.0, uses[mode], {})
                for a in arriving.get(node, {}).get(name, [])
                for b in leaving.get(node, {}).get(name, [])
                if a != b
            ]
        for transfer in changes.get(node, []):
            rows += _changes(transfer, arriving.get(node, {}), leaving.get(node, {}), uses)
    return rows


def _ends(net: Network) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the links that arrive at and leave each node, by node and mode-gauge."""
    arriving: dict[str, dict[str, list[str]]] = {}
    leaving: dict[str, dict[str, list[str]]] = {}
    links = net.tables["links"].sort_values("link_id")
    for link in rows_of(links):
        name = mode_gauge(link["mode"], link["gauge_mm"])
        ends = [(link["from_node"], link["to_node"])]
        if link["direction"] == "both":
            ends.append(ends[0][::-1])
        for start, end in ends:
            leaving.setdefault(start, {}).setdefault(name, []).append(link["link_id"])
            arriving.setdefault(end, {}).setdefault(name, []).append(link["link_id"])
    return arriving, leaving


def _changes(
    transfer: Row,
    arriving: dict[str, list[str]],
    leaving: dict[str, list[str]],
    uses: dict[str, list[str]],
) -> list[Row]:
    sides = [
        mode_gauge(transfer[f"{s}_mode"], float(transfer[f"{s}_gauge_mm"] or "nan"))
        for s in ("from", "to")
    ]
    modes = [transfer["from_mode"], transfer["to_mode"]]
    listed = [c for c in transfer["cargo"].split(";") if c]
    allowed = listed or [c for c in uses[modes[0]] if c in uses[modes[1]]]
    seconds = float(transfer["hours"]) * 3600.0
    ways = [(sides[0], sides[1])]
    if transfer["direction"] == "both":
        ways.append((sides[1], sides[0]))
    own = {column: transfer[column] for column in OWN_TRANSFER}
    return [
        _movement(transfer["node_id"], a, b, seconds, allowed, own)
        for before, after in ways
        for a in arriving.get(before, [])
        for b in leaving.get(after, [])
    ]


def _movement(
    node: str, inbound: str, outbound: str, seconds: float, uses: list[str], own: Row
) -> Row:
    name = own.get("transfer_id", "")
    return {
        "mvmt_id": ">".join(part for part in (node, inbound, outbound, name) if part),
        "node_id": node,
        "name": name,
        "ib_link_id": inbound,
        "ob_link_id": outbound,
        "type": "thru",
        "penalty": as_text(seconds),
        "allowed_uses": ",".join(uses),
        **own,
    }
