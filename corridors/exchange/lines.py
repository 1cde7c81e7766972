"""Write ``lines.geojson``: one feature to a row, so that a person can review a change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from corridors.errors import DataError
from corridors.network.geometry import geodesic_length_km

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from shapely import LineString

PROPERTIES = ("made", "track_km", "line_km", "bridged_km", "drawn_km", "note")
"""What a line says about how it was found, besides its link_id."""


def line_feature(
    link_id: str,
    line: LineString,
    made: str,
    *,
    track_km: float | None = None,
    bridged_km: float = 0.0,
    drawn_km: float = 0.0,
    note: str = "",
) -> dict[str, Any]:
    """Return the feature of one line, lengths in km rounded to 0.1.

    Parameters
    ----------
    link_id
        The link it belongs to.
    line
        Longitude and latitude in degrees, from the link's first node to its last.
    made
        How it was found, such as ``osm``, ``waypoints`` or ``straight``.
    track_km
        Length of the real way; that of the line if None.
    bridged_km, drawn_km
        How much of it is a bridged gap or was drawn by hand.
    note
        What a reader must know about it.
    """
    length = geodesic_length_km(line)
    return {
        "type": "Feature",
        "properties": {
            "link_id": link_id,
            "made": made,
            "track_km": round(length if track_km is None else track_km, 1),
            "line_km": round(length, 1),
            "bridged_km": round(bridged_km, 1),
            "drawn_km": round(drawn_km, 1),
            "note": note,
        },
        "geometry": {
            "type": "LineString",
            "coordinates": [[float(x), float(y)] for x, y, *_ in line.coords],
        },
    }


def features_of(lines: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return the features of lines as `geometry.read_lines` reads them."""
    features = []
    columns = [c for c in lines.columns if c != lines.geometry.name]
    for link_id, row in lines.iterrows():
        # An empty number has no value in JSON but null.
        values = {c: None if row[c] is None or row[c] != row[c] else row[c] for c in columns}
        features.append(
            {
                "type": "Feature",
                "properties": {"link_id": link_id, **values},
                "geometry": {
                    "type": "LineString",
                    "coordinates": [[float(p[0]), float(p[1])] for p in row["geometry"].coords],
                },
            }
        )
    return features


def read_features(path: Path) -> list[dict[str, Any]]:
    """Return the features of a ``lines.geojson`` as they stand in it.

    Raises
    ------
    DataError
        Where the file is no collection of features with a link_id each.
    """
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        for feature in features:
            feature["properties"]["link_id"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{path}: not a collection of lines ({type(error).__name__}: {error})"
        raise DataError(msg) from None
    return list(features)


def lines_bytes(features: list[dict[str, Any]]) -> bytes:
    """Return the content of a ``lines.geojson``, sorted by link, one feature to a row."""
    ordered = sorted(features, key=lambda f: str(f["properties"]["link_id"]))
    rows = [json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in ordered]
    body = ",\n".join(rows)
    return ('{"type":"FeatureCollection","features":[\n' + body + "\n]}\n").encode()
