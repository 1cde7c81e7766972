"""Make the offline basemap from Natural Earth's 1:10m countries.

The source is the npm package ``world-atlas`` 2.0.2 (``npm pack world-atlas@2.0.2``,
then unpack it); its ``countries-10m.json`` is TopoJSON, so neighbours share their
border. Each shared arc is simplified once, and borders stay without gaps. The 1:50m
edition would be smaller, but draws the Aras and the coast of the Caspian kilometres
away from where trains run. So the finer one is used, and simplified the more the
further it lies from the land corridors.

    python scripts/build_basemap.py package/countries-10m.json

The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import math
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shapely import (
    GeometryCollection,
    LineString,
    MultiPolygon,
    Polygon,
    box,
    make_valid,
    set_precision,
)
from shapely.affinity import translate
from shapely.ops import unary_union

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry.base import BaseGeometry

TARGET = Path(__file__).resolve().parent.parent / "corridors" / "assets" / "basemap.geojson"

# Eurasia, Africa down to the Cape and Australia; and the Far East continued past 180
# degrees, so that the Bering Strait is one piece and no line has to jump across the
# map. The islands of the South Pacific are left out.
WINDOW = box(-26.0, -40.0, 155.0, 82.0) | box(155.0, 20.0, 195.0, 82.0)
# Tolerances in degrees: fine where the land corridors run, fair in eastern China and
# Primorye, coarse elsewhere.
CORES = (((20.0, 34.0, 92.0, 57.0), 0.015), ((110.0, 21.0, 140.0, 51.0), 0.03))
COARSE = 0.1
DECIMALS = 2
SMALLEST = 0.02  # square degrees; smaller islands go, unless a country has nothing else

# ISO 3166-1 numeric to alpha-2, for everything that touches the window.
ISO = """
004AF 008AL 012DZ 016AS 020AD 024AO 031AZ 036AU 040AT 048BH 050BD 051AM 056BE 064BT 070BA 072BW
086IO 090SB 096BN 100BG 104MM 108BI 112BY 116KH 120CM 124CA 132CV 140CF 144LK 148TD 156CN 158TW
174KM 178CG 180CD 191HR 196CY 203CZ 204BJ 208DK 226GQ 231ET 232ER 233EE 234FO 242FJ 246FI 248AX
250FR 260TF 262DJ 266GA 268GE 270GM 275PS 276DE 288GH 292GI 296KI 300GR 304GL 316GU 324GN 336VA
344HK 348HU 352IS 356IN 360ID 364IR 368IQ 372IE 376IL 380IT 384CI 392JP 398KZ 400JO 404KE 408KP
410KR 414KW 417KG 418LA 422LB 426LS 428LV 430LR 434LY 438LI 440LT 442LU 446MO 450MG 454MW 458MY
462MV 466ML 470MT 478MR 480MU 492MC 496MN 498MD 499ME 504MA 508MZ 512OM 516NA 520NR 524NP 528NL
540NC 548VU 554NZ 562NE 566NG 570NU 574NF 578NO 580MP 583FM 584MH 585PW 586PK 598PG 608PH 616PL
620PT 624GW 626TL 634QA 642RO 643RU 646RW 654SH 674SM 678ST 682SA 686SN 688RS 690SC 694SL 702SG
703SK 704VN 705SI 706SO 710ZA 716ZW 724ES 728SS 729SD 732EH 748SZ 752SE 756CH 760SY 762TJ 764TH
768TG 776TO 784AE 788TN 792TR 795TM 798TV 800UG 804UA 807MK 818EG 826GB 831GG 832JE 833IM 834TZ
840US 854BF 860UZ 876WF 882WS 887YE 894ZM
"""
# Natural Earth shows who holds the ground. Areas that it gives no number of their own:
UNNUMBERED = {"Kosovo": "XK", "N. Cyprus": "CY", "Somaliland": "SO", "Siachen Glacier": "IN"}
PART_OF = {"Baikonur": "Kazakhstan", "Cyprus U.N. Buffer Zone": "Cyprus"}
LEFT_OUT = {
    "Akrotiri",
    "Ashmore and Cartier Is.",
    "Coral Sea Is.",
    "Dhekelia",
    "Indian Ocean Ter.",
    "Scarborough Reef",
    "Spratly Is.",
    "U.S. Minor Outlying Is.",
}
# Where Natural Earth cuts a name short.
NAMES = {
    "Bosnia and Herz.": "Bosnia and Herzegovina",
    "Br. Indian Ocean Ter.": "British Indian Ocean Territory",
    "Central African Rep.": "Central African Republic",
    "Congo": "Republic of the Congo",
    "Dem. Rep. Congo": "Democratic Republic of the Congo",
    "Eq. Guinea": "Equatorial Guinea",
    "Faeroe Is.": "Faroe Islands",
    "Fr. S. Antarctic Lands": "French Southern and Antarctic Lands",
    "Macedonia": "North Macedonia",
    "Marshall Is.": "Marshall Islands",
    "N. Cyprus": "Northern Cyprus",
    "N. Mariana Is.": "Northern Mariana Islands",
    "S. Sudan": "South Sudan",
    "Solomon Is.": "Solomon Islands",
    "Turkey": "Türkiye",
    "W. Sahara": "Western Sahara",
    "Wallis and Futuna Is.": "Wallis and Futuna",
    "eSwatini": "Eswatini",
}

Ring = list[tuple[float, float]]


def arcs_of(topology: dict[str, Any]) -> list[Ring]:
    """Decode the arcs of a TopoJSON topology into longitude, latitude."""
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + shift[0], y * scale[1] + shift[1]))
        arcs.append(unwrap(points))
    return arcs


def unwrap(points: Ring) -> Ring:
    """Make longitudes continuous: no step of half the world."""
    turns, result = 0, [points[0]]
    for (before, _), (lon, lat) in pairwise(points):
        if abs(lon - before) > 180:
            turns += 1 if lon < before else -1
        result.append((lon + 360 * turns, lat))
    return result


def tolerance(point: tuple[float, float]) -> float:
    """Return how far a border may be moved at this point."""
    lon = (point[0] + 165) % 360 - 165  # arcs may have wound round the world
    for (west, south, east, north), fine in CORES:
        if west <= lon <= east and south <= point[1] <= north:
            return fine
    return COARSE


def simplified(arc: Ring) -> Ring:
    """Drop points that move the arc by less than the tolerance; a closed arc keeps four."""
    whole: Ring = arc[:1]
    start = 0
    for end in range(1, len(arc)):
        if end == len(arc) - 1 or tolerance(arc[end]) != tolerance(arc[start]):
            small = LineString(arc[start : end + 1]).simplify(tolerance(arc[start]))
            whole += list(small.coords)[1:]
            start = end
    if arc[0] == arc[-1] and len(whole) < 4:
        whole = list(LineString(arc).simplify(tolerance(arc[0]) / 20).coords)
    return [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in whole]


def ring(numbers: list[int], arcs: list[Ring]) -> Ring:
    """Join arcs to a ring; ~n means arc n backwards."""
    points: Ring = []
    for n in numbers:
        arc = arcs[n] if n >= 0 else arcs[~n][::-1]
        points.extend(arc[1:] if points else arc)
    return unwrap(points)


def polygons(shape: dict[str, Any], arcs: list[Ring]) -> Iterator[Polygon]:
    """Yield the polygons of a country that can be drawn."""
    parts = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
    for part in parts:
        outer, *holes = (ring(numbers, arcs) for numbers in part)
        if len(outer) >= 4:
            yield Polygon(outer, [hole for hole in holes if len(hole) >= 4])


def areas(shape: BaseGeometry) -> list[Polygon]:
    """Return the polygons of whatever an operation left."""
    if isinstance(shape, Polygon):
        return [] if shape.is_empty else [shape]
    if isinstance(shape, MultiPolygon | GeometryCollection):
        return [area for part in shape.geoms for area in areas(part)]
    return []


def country(shapes: list[dict[str, Any]], arcs: list[Ring], full: list[Ring]) -> list[Polygon]:
    """Return a country's polygons in the window, largest first."""
    for chosen in (arcs, full):  # a country that simplifies to nothing keeps its shape
        pieces = []
        for polygon in (part for shape in shapes for part in polygons(shape, chosen)):
            sound = make_valid(polygon)
            for turn in (-360, 0, 360):
                pieces.extend(areas(translate(sound, turn).intersection(WINDOW)))
        whole = areas(set_precision(unary_union(pieces), 10.0**-DECIMALS)) if pieces else []
        whole.sort(key=lambda area: (-area.area, area.bounds))
        if whole:
            kept = [area for area in whole if area.area >= SMALLEST]
            return kept or whole[:1]
    return []


def coordinates(polygon: Polygon) -> list[list[list[float]]]:
    """Round a polygon's rings, in the order that RFC 7946 asks for."""
    rings = []
    for line, outer in [(polygon.exterior, True), *((hole, False) for hole in polygon.interiors)]:
        points = [[round(x, DECIMALS), round(y, DECIMALS)] for x, y in line.coords]
        area = math.fsum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(points))
        ahead = points if (area > 0) == outer else points[::-1]
        if len(ahead) >= 4 and area:
            start = min(range(len(ahead) - 1), key=lambda i: ahead[i])
            turned = ahead[start:-1] + ahead[:start]
            rings.append([*turned, turned[0]])
    return rings


def build(source: Path) -> dict[str, Any]:
    """Return the basemap as a GeoJSON feature collection."""
    topology = json.loads(source.read_text(encoding="utf-8"))
    full = arcs_of(topology)
    arcs = [simplified(arc) for arc in full]
    iso = {entry[:3]: entry[3:] for entry in ISO.split()}
    shapes: dict[str, list[dict[str, Any]]] = {}
    numbers: dict[str, str] = {}
    for shape in topology["objects"]["countries"]["geometries"]:
        name = shape["properties"]["name"]
        if name not in LEFT_OUT:
            shapes.setdefault(PART_OF.get(name, name), []).append(shape)
            numbers.setdefault(name, str(shape.get("id")))
    features = []
    for name, parts in shapes.items():
        drawn = [rings for area in country(parts, arcs, full) if (rings := coordinates(area))]
        if not drawn:
            continue
        iso2 = iso.get(numbers[name]) or UNNUMBERED.get(name)
        if iso2 is None:
            raise SystemExit(f"{name} ({numbers[name]}) lies in the window but has no ISO code")
        features.append(
            {
                "type": "Feature",
                "properties": {"iso2": iso2, "name": NAMES.get(name, name)},
                "geometry": {"type": "MultiPolygon", "coordinates": drawn},
            }
        )
    features.sort(key=lambda f: (f["properties"]["iso2"], f["properties"]["name"]))
    return {"type": "FeatureCollection", "features": features}


def main() -> None:
    """Read the arguments, build and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="countries-10m.json of world-atlas 2.0.2")
    parser.add_argument("--out", type=Path, default=TARGET)
    options = parser.parse_args()
    made = build(options.source)
    rows = [
        json.dumps(f, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        for f in made["features"]
    ]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(rows) + "\n]}\n"
    part = options.out.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(options.out)
    print(f"{options.out.name}: {len(rows)} countries, {len(text.encode()) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
