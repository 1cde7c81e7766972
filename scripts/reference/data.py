"""The data dictionary and the README of the data folder, made from the schema and the tables."""

from __future__ import annotations

import inspect
from collections import Counter

import corridors as co
from corridors.analysis.validation.check import RULES
from corridors.network.info import network_info
from corridors.network.ranges import DEFAULT_SPREAD
from corridors.network.schema import OPTIONAL_TABLES, Column, tables
from reference.markdown import MADE, grid

CONFIDENCE = {
    "A": "official statistics or the operator itself",
    "B": "press quoting officials",
    "C": "press, analysts, volunteers' maps",
    "D": "inferred; the note says how",
}


def data_page() -> str:
    """Return the data dictionary: every table and column of the schema."""
    parts = [
        "# Data dictionary",
        MADE,
        (
            "A network is a folder with `datapackage.json` (Data Package v2, with the SHA-256 of "
            "every file), a CSV file in UTF-8 for every table below, and `lines.geojson`. An empty "
            "cell means that nothing is known, or the default. Lists are joined by `;`. Periods "
            "are half open: the first day counts, the end is the first day that no longer does."
        ),
        grid(
            ("table", "what a row is", "key", "may be left out"),
            (
                (
                    f"[{t.name}](#{t.name})",
                    t.meaning,
                    ", ".join(f"`{k}`" for k in t.key),
                    "yes" if t.name in OPTIONAL_TABLES else "",
                )
                for t in tables().values()
            ),
        ),
    ]
    for table in tables().values():
        parts += [
            f"## {table.name}",
            f"{table.meaning}. File `{table.name}.csv`, key "
            + ", ".join(f"`{k}`" for k in table.key)
            + ".",
            grid(
                ("column", "type", "unit", "required", "default", "sourced", "meaning"),
                (
                    (
                        f"`{c.name}`",
                        _type(c),
                        c.unit,
                        "yes" if c.required else "",
                        c.default and f"`{c.default}`",
                        "yes" if c.sourced else "",
                        c.meaning,
                    )
                    for c in table.columns
                ),
            ),
        ]
    parts += [
        "## lines.geojson",
        ("One LineString a link in WGS 84, longitude first; longitudes run on past 180° where a "
        "line crosses the antimeridian. The file is apart from the tables because its licence is "
        "(Open Database License 1.0)."),
        grid(
            ("property", "meaning"),
            (
                ("`link_id`", "The link"),
                ("`made`", ("`osm` along real ways; `osm-bridged` with more than 2 km of gaps; "
                 "`waypoints` drawn through places on the way; `lane` a sea lane; `straight` "
                 "the great circle, because nothing better is known")),
                ("`track_km`", "Length of the real way, km"),
                ("`line_km`", "Length of the line as it is drawn, km"),
                ("`bridged_km`", "Of it over gaps in the data, km"),
                ("`drawn_km`", "Of it drawn by hand, km"),
                ("`note`", "What a reader must know"),
            ),
        ),
        "## How sure a number is",
        (
            "Where a publication gives a range it stands in the table (`low`, `high`) or in the "
            "provenance of the number. Where it does not, "
            "`corridors.network.ranges.value_ranges` uses a "
            f"default spread by confidence to either side: {_spreads()}. These spreads are "
            "inferred: published conflicts of the collection lie inside them."
        ),
        "## What `sourced` means",
        ("A number in such a column has a row in `provenance.csv` that says where it comes from, "
        "unless it is empty or the default. The row is named by the key of its table, parts "
        "joined by `/`, empty parts at the end left out."),
        grid(("confidence", "meaning"), CONFIDENCE.items()),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _spreads() -> str:
    return ", ".join(f"{grade} {100 * share:.0f} %" for grade, share in DEFAULT_SPREAD.items())


def _type(column: Column) -> str:
    text = column.type
    if column.references:
        text += f" of {column.references}"
    if column.choices:
        text += ": " + ", ".join(f"`{c}`" for c in column.choices)
    bounds = [
        f"{sign} {value:g}"
        for sign, value in (("≥", column.minimum), ("≤", column.maximum))
        if value is not None
    ]
    return text + (f" {', '.join(bounds)}" if bounds else "")


def readme_page() -> str:
    """Return the README of the data folder."""
    net = co.load()
    info = network_info(net)
    provenance, sources = net.tables["provenance"], net.tables["sources"]
    publisher = dict(zip(sources["source_id"], sources["publisher"], strict=True))
    numbers = Counter(publisher[s] for s in provenance["source_id"])
    publications = Counter(sources["publisher"])
    ranked = sorted(publications, key=lambda p: (-numbers[p], -publications[p], p))
    many = [p for p in ranked if numbers[p] >= 10]
    few = [p for p in ranked if numbers[p] < 10]
    parts = [
        "# The data",
        MADE,
        (
            "`eurasia/` is the network that ships with the package, `scenarios/` are the "
            "scenarios. Every table and column is described in "
            "[docs/reference/data.md](../docs/reference/data.md); in short:"
        ),
        grid(
            ("file", "rows", "what a row is", "main columns"),
            (
                (
                    f"`{t.name}.csv`",
                    f"{len(net.tables[t.name]):,}",
                    t.meaning,
                    ", ".join(f"`{c.name}`" for c in t.columns if c.required),
                )
                for t in tables().values()
            ),
        ),
        "## Licences",
        grid(
            ("what", "licence", "credit"),
            (
                ("tables (`*.csv`), scenarios", "CC BY 4.0", "The corridors authors"),
                (
                    "`lines.geojson`",
                    "Open Database License 1.0 (ODbL)",
                    "© OpenStreetMap contributors; made by `scripts/build_lines.py`",
                ),
                ("coordinates in `nodes.csv`", "CC BY 4.0", "GeoNames"),
            ),
        ),
        "The figures themselves are facts that others published; `sources.csv` names them.",
        *_how_to(),
        "## Which checks run",
        (
            "While a file is read: its hash, its columns, types, ranges, choices, dates, keys and "
            "references. Then, on the network as a whole:"
        ),
        grid(
            ("rule", "what it asks"),
            (
                (f"`{r.__name__.replace('_', '-')}`", (inspect.getdoc(r) or "").splitlines()[0])
                for r in RULES
            ),
        ),
        (
            "All problems are listed at once, each with file, row (as a text editor counts) and "
            "column."
        ),
        "## Sources",
        (
            f"{len(sources)} publications by {len(publications)} publishers stand behind "
            f"{len(provenance):,} numbers. Those that a result depends on, by confidence:"
        ),
        grid(
            ("confidence", "numbers", "of them capacities", "of them demands", "meaning"),
            (
                (
                    grade,
                    f"{info['provenance']['confidence'][grade]:,}",
                    str(info["provenance"]["capacities"][grade]),
                    str(info["provenance"]["demand"][grade]),
                    CONFIDENCE[grade],
                )
                for grade in "ABCD"
            ),
        ),
        grid(
            ("publisher", "publications", "numbers"),
            [(_plain(p), str(publications[p]), f"{numbers[p]:,}") for p in many]
            + [
                (
                    f"{len(few)} others, fewer than 10 numbers each",
                    str(sum(publications[p] for p in few)),
                    f"{sum(numbers[p] for p in few):,}",
                )
            ],
        ),
        (
            '`corridors info` prints these counts; `net.sources_of("links", "LINK")` names the '
            "sources of one row."
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    """Return a publisher's name so that Markdown shows it as it is."""
    return "".join("\\" + c if c in "\\`*_[]<>" else c for c in text)


def _how_to() -> list[str]:
    return [
        "## How to correct a number",
        (
            "1. Change it in its table, with any editor of text or tables.\n"
            "2. Change its row in `provenance.csv`: source, period, confidence. Keep the figure "
            "that you did not choose in the note, and why.\n"
            "3. Add the source to `sources.csv` if it is new.\n"
            "4. `corridors seal FOLDER` records the new hashes, `corridors check --network FOLDER` "
            "runs every check."
        ),
        "## How to add a link",
        (
            "1. Add its places to `nodes.csv` if they are new: position in WGS 84, country by ISO "
            "3166-1.\n"
            "2. Add it to `links.csv`. The id is `from-to-mode`, with the gauge behind it where "
            "two gauges lie side by side.\n"
            "3. Where it meets another mode or gauge, add the change to `transfers.csv`.\n"
            "4. Give what limits it a row in `capacities.csv` and in `capacity_members.csv`, or "
            "add it to the members of a limit that it shares.\n"
            "5. Give each new number its row in `provenance.csv`.\n"
            "6. In a folder of your own, `corridors osm LINK --apply FOLDER` draws and measures it "
            "along OpenStreetMap; `scripts/build_lines.py FOLDER` draws every link anew.\n"
            "7. `corridors seal FOLDER`, then `corridors check --network FOLDER`."
        ),
        "`corridors new FOLDER` writes a small complete network to try this on.",
    ]
