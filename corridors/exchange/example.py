"""A small complete network to start from: made up, so that nobody takes it for real.

::

    Aster ═══rail 1435═══ Brook ═══rail 1435═══ Cedar ═══rail 1520═══ Dale
      │                    XA  ──── border ────  XB  (break of gauge)  │ │
      └──road── Port Elm ~~~~~~~~~~~ferry~~~~~~~~~~~ Port Fern ──road──┘ │
                        ~~~~~~~ferry, not in summer~~~ Port Gorse ─road──┘

Two routes lead from Aster to Dale: by rail over the border and its break of
gauge, and by road and ferry. The two ferry lines share one fleet.
"""

from __future__ import annotations

from pathlib import Path

from corridors.errors import DataError

__all__ = ["new_network"]

_COUNTRIES = {"aster": "XA", "brook": "XA", "elm": "XA"}
_NODES = """
aster Aster      city   15.0 62.0
brook Brook      border 15.6 63.6
cedar Cedar      border 15.7 63.75
dale  Dale       city   15.2 66.0
elm   Port-Elm   port   14.0 62.2
fern  Port-Fern  port   13.9 65.6
gorse Port-Gorse port   14.3 66.6
"""
_LINKS = """
aster-brook-rail aster brook rail 1435 200 0 middle  1 25kV  -           62.8,15.4
aster-elm-road   aster elm   road -    120 0 -       - -     -           62.0,14.5
brook-cedar-rail brook cedar rail 1435 20  6 middle  1 25kV  -           -
cedar-dale-rail  cedar dale  rail 1520 270 0 middle  1 no    -           64.9,15.6
dale-fern-road   dale  fern  road -    160 0 -       - -     -           65.9,14.5
dale-gorse-road  dale  gorse road -    130 0 -       - -     -           -
elm-fern-sea     elm   fern  sea  -    370 0 ocean   - -     -           -
elm-gorse-sea    elm   gorse sea  -    480 0 ocean   - -     09-01/05-31 64.5,13.6
"""
_CARGO = {
    "container": ("Containers", "TEU", 12, 30000, 9, 8000, 10, 0.5),
    "grain": ("Grain", "t", 1, 250, 0.1, 300, 45, 0),
}
_RANGES = {("cargo", "container", "patience_days"): ("6", "18")}
_RATES = """
rail container 0.5   25
road container 1.2   45
sea  container 0.15  22
rail grain     0.03  20
road grain     0.1   40
sea  grain     0.012 20
"""
_LOADS = """
rail container train 100
rail grain     train 3000
road container truck 2
road grain     truck 25
"""
_MADE_UP = "made up for teaching"

_SCENARIO = """\
name: border-closed
title: The railway border between XA and XB shuts
description: >
  Everything that crosses by rail stands still; what fits on the ferries goes round by sea.
as_of: 2026-03-01
events:
  - close: {border: [XA, XB], mode: rail}
    from: 2026-03-01
    until: 2026-03-15
"""

_README = """\
# A network that is made up

Seven places in two countries that do not exist, on an island that does not exist: every
number was made up for teaching. Two routes lead from Aster to Dale: by rail over the
border at Brook and Cedar, where the gauge breaks, and by road and ferry.

    corridors check --network .
    corridors info --network .
    corridors run border-closed.yaml --network .
    corridors validate --network .
    corridors calibrate --network .

Make it your own: change the tables with any editor, give each new number a row in
`provenance.csv` and each new source one in `sources.csv`, then

    corridors seal .
    corridors check --network .
"""


def new_network(folder: str | Path) -> Path:
    """Write a small complete example: a network folder with a scenario and a README.

    Parameters
    ----------
    folder
        Is made; must not exist or be empty.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    DataError
        Where something stands there already: nothing is overwritten.

    Examples
    --------
    >>> import tempfile
    >>> import corridors as co
    >>> with tempfile.TemporaryDirectory() as there:
    ...     folder = co.new_network(there + "/mine")
    ...     co.load(folder), co.check(folder)
    (Network(mine: 7 nodes, 8 links, 3 capacities, 2 demands), [])
    """
    from corridors.exchange.tables import frames_from_rows, missing_provenance
    from corridors.files import whole_folder, write_text
    from corridors.network.folder import raise_problems, write_tables

    path = Path(folder)
    if path.is_file():
        msg = f"{path}: a file stands there; name a folder that is new or empty"
        raise DataError(msg)
    if path.is_dir() and any(path.iterdir()):
        msg = f"{path}: the folder is not empty, and nothing is overwritten; name a new folder"
        raise DataError(msg)
    rows = _rows()
    frames, problems = frames_from_rows(rows)
    raise_problems(path, problems)
    rows["provenance"] = missing_provenance(frames, "made-up", "D", f"{_MADE_UP}, not inferred")
    for row in rows["provenance"]:
        place = (row["table"], row["row"], row["column"])
        row["low"], row["high"] = _RANGES.get(place, ("", ""))
    frames, problems = frames_from_rows(rows)
    raise_problems(path, problems)
    title = "A made-up network for teaching"
    with whole_folder(path) as made:
        write_tables(made, frames, name="example", title=title, lines=_lines(rows))
        write_text(made / "border-closed.yaml", _SCENARIO)
        write_text(made / "README.md", _README)
    return path


def _table(text: str, *columns: str) -> list[dict[str, str]]:
    rows = [line.split() for line in text.strip().splitlines()]
    return [dict(zip(columns, ("" if v == "-" else v for v in row), strict=True)) for row in rows]


def _rows() -> dict[str, list[dict[str, str]]]:
    """Return the tables as rows of text; provenance is added once the numbers are known."""
    nodes = _table(_NODES, "node_id", "name", "kind", "lat", "lon")
    for node in nodes:
        node["country"] = _COUNTRIES.get(node["node_id"], "XB")
        node["name"] = node["name"].replace("-", " ")
    links = _table(
        _LINKS,
        "link_id",
        "from_node",
        "to_node",
        "mode",
        "gauge_mm",
        "length_km",
        "dwell_hours",
        "corridor",
        "tracks",
        "electrified",
        "season",
        "via",
    )
    ports = [_transfer(node, "road", "sea", 30, 6, 90) for node in ("elm", "fern", "gorse")]
    return {
        "nodes": nodes,
        "links": links,
        "transfers": [
            {
                **_transfer("cedar", "rail", "rail", 18, 4, 60),
                "from_gauge_mm": "1435",
                "to_gauge_mm": "1520",
                "note": "Break of gauge: boxes are lifted, grain is poured over",
            },
            *ports,
        ],
        "cargo": [
            dict(
                zip(
                    ("cargo", "name", "unit", "t_per_unit", "usd_per_unit", "usd_per_unit_day",
                     "loss_usd_per_unit", "patience_days", "patience_spread", "modes"),
                    (cargo, *map(str, values), "rail;road;sea"),
                    strict=True,
                )
            )
            for cargo, values in _CARGO.items()
        ],
        "rates": _table(_RATES, "mode", "cargo", "usd_per_unit_km", "km_per_hour"),
        "loads": _table(_LOADS, "mode", "cargo", "vehicle", "units_per_vehicle"),
        "tariffs": [{"link_id": "brook-cedar-rail", "cargo": "container", "usd_per_unit": "40"}],
        **_limits(),
        "demand": [
            {
                "demand_id": "aster-dale-container", "origin": "aster", "destination": "dale",
                "cargo": "container", "units_per_year": "73000", "low": "60000",
                "high": "80000", "base_year": "2025", "growth": "0.03",
            },
            {
                "demand_id": "dale-aster-grain", "origin": "dale", "destination": "aster",
                "cargo": "grain", "units_per_year": "365000", "base_year": "2025",
            },
        ],
        "chokepoints": [
            {"chokepoint": "border-rail", "name": "Railway border at Brook and Cedar",
             "selector": "{border: [XA, XB], mode: rail}"},
            {"chokepoint": "ferries", "name": "The ferry fleet",
             "selector": "{capacity: ferry-fleet}"},
        ],
        "projects": [
            {"project_id": "second-crane", "name": "A second crane at Cedar", "usd": "12000000",
             "opens": "2028-01-01", "status": "planned",
             "changes": "[{limit: {capacity: cedar-break}, to: 400 TEU/day}]"},
        ],
        "observations": _observations(),
        "sources": [
            {"source_id": "made-up", "publisher": "The authors of this example",
             "title": f"Numbers {_MADE_UP}", "date": "2026"},
        ],
    }  # fmt: skip


def _observations() -> list[dict[str, str]]:
    """Return what was seen: in ordinary times, while the border was shut, and a price."""
    queue = {
        "scenario": "border-closed",
        "quantity": "queue-trains",
        "unit": "trains",
        "role": "calibrate",
        "measure": "queue_on",
        "fits": "{patience_days: [container]}",
        "asks": "{scenario: border-closed, capacity: border-trains:forward}",
        "note": "Trains before the border on the way to Dale",
    }
    return [
        {"observation_id": "container-2025", "quantity": "volume-teu", "value": "70000",
         "low": "65000", "high": "75000", "unit": "TEU/year", "date": "2025-12-31",
         "role": "validate", "note": "Link brook-cedar-rail", "measure": "volume",
         "asks": "{where: {link: brook-cedar-rail}, unit: TEU}"},
        {"observation_id": "aster-dale-days", "quantity": "transit-days", "value": "2",
         "low": "1.5", "high": "2.5", "unit": "days", "date": "2025-12-31",
         "role": "validate", "note": "Boxes by rail", "measure": "transit_days",
         "asks": "{demand: aster-dale-container}"},
        {"observation_id": "ferry-days", "quantity": "transit-days", "value": "3.5",
         "low": "3", "high": "4", "unit": "days", "date": "2025-12-31",
         "role": "validate", "note": "A box by road and ferry", "measure": "route_time",
         "asks": "{places: [aster, elm, fern, dale], cargo: container}"},
        {"observation_id": "queue-0309", "value": "25", "low": "24", "high": "26",
         "date": "2026-03-09", **queue},
        {"observation_id": "queue-0314", "value": "33", "low": "31", "high": "35",
         "date": "2026-03-14", **queue},
        {"observation_id": "queue-gone", "scenario": "border-closed", "quantity": "recovery-days",
         "value": "30", "low": "25", "high": "35", "unit": "days", "date": "2026-04-14",
         "role": "validate", "note": "From the reopening until no train waits",
         "measure": "days_to_clear",
         "asks": "{scenario: border-closed, capacity: border-trains:forward, since: 2026-03-15}"},
        {"observation_id": "ferry-fares", "scenario": "border-closed",
         "quantity": "price-change-percent", "value": "20", "low": "10", "high": "30",
         "unit": "percent", "date": "2026-03-10", "role": "validate", "note": "Ferry fares",
         "not_modelled": "a change of price on the market: the model has costs, no market"},
    ]  # fmt: skip


def _transfer(
    node: str, before: str, after: str, hours: int, usd_per_t: int, usd_per_teu: int
) -> dict[str, str]:
    return {
        "transfer_id": f"{node}-{before}-{after}" if before != after else f"{node}-gauge",
        "node_id": node,
        "from_mode": before,
        "to_mode": after,
        "hours": str(hours),
        "usd_per_t": str(usd_per_t),
        "usd_per_teu": str(usd_per_teu),
    }


def _limits() -> dict[str, list[dict[str, str]]]:
    """Return capacities and their members: one dated, one of a transfer, one shared."""
    trains = {"capacity_id": "border-trains", "name": "Trains over the border", "unit": "train",
              "per_direction": "yes"}  # fmt: skip
    return {
        "capacities": [
            {**trains, "amount": "4", "low": "3", "high": "5", "background": "1",
             "valid_until": "2027-01-01"},
            {**trains, "amount": "8", "low": "6", "high": "9", "background": "1",
             "valid_from": "2027-01-01", "note": "Once the second track is laid"},
            {"capacity_id": "cedar-break", "name": "Crane at the break of gauge", "unit": "TEU",
             "amount": "250"},
            {"capacity_id": "ferry-fleet", "name": "The ferry fleet on all its lines",
             "unit": "t", "amount": "2400",
             "note": "Same figure as the boxes of a day, by chance"},
        ],
        "capacity_members": [
            {"capacity_id": "border-trains", "link_id": "brook-cedar-rail"},
            {"capacity_id": "cedar-break", "transfer_id": "cedar-gauge", "cargo": "container"},
            {"capacity_id": "ferry-fleet", "link_id": "elm-fern-sea"},
            {"capacity_id": "ferry-fleet", "link_id": "elm-gorse-sea"},
        ],
    }  # fmt: skip


def _lines(rows: dict[str, list[dict[str, str]]]) -> bytes:
    from shapely import LineString

    from corridors.exchange.lines import line_feature, lines_bytes
    from corridors.network.geometry import great_circle

    place = {n["node_id"]: (float(n["lon"]), float(n["lat"])) for n in rows["nodes"]}
    features = []
    for link in rows["links"]:
        ends = place[link["from_node"]], place[link["to_node"]]
        via = link.pop("via")
        if not via:
            features.append(line_feature(link["link_id"], great_circle(*ends), "straight"))
            continue
        lon, lat = map(float, via.split(","))
        line = LineString([ends[0], (lon, lat), ends[1]])
        note = "drawn through a point that is made up"
        features.append(
            line_feature(
                link["link_id"],
                line,
                "waypoints",
                track_km=float(link["length_km"]),
                drawn_km=float(link["length_km"]),
                note=note,
            )
        )
    return lines_bytes(features)
