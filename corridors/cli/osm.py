"""The command that looks a link up in OpenStreetMap."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.cli.common import (
    JsonOption,
    NetworkOption,
    decimal_number,
    note,
    print_json,
    print_line,
    print_table,
    whole_number,
    working,
)

if TYPE_CHECKING:
    from corridors.exchange.osm import Proposal


def register(app: typer.Typer) -> None:
    """Add this module's commands to the application."""
    app.command()(osm)


def osm(
    link: Annotated[str, typer.Argument(help="Link by rail or road.")],
    network: NetworkOption = None,
    apply: Annotated[
        Path | None,
        typer.Option(
            help="Write the proposal into this network folder, never the shipped one.",
            metavar="FOLDER",
        ),
    ] = None,
    buffer: Annotated[
        float | None,
        typer.Option(
            help="Half the width of the strip that is searched, km.",
            metavar="KM",
            parser=decimal_number("buffer"),
        ),
    ] = None,
    server: Annotated[
        str | None, typer.Option(help="Overpass server, ending in /api.", metavar="ADDRESS")
    ] = None,
    cache: Annotated[
        Path | None, typer.Option(help="Folder in which answers are kept.", metavar="FOLDER")
    ] = None,
    use_cache: Annotated[
        bool, typer.Option("--keep/--no-keep", help="Whether answers are kept and used again.")
    ] = True,
    timeout: Annotated[
        float,
        typer.Option(
            help="Longest time without an answer, s.",
            metavar="SECONDS",
            parser=decimal_number("timeout"),
        ),
    ] = 180.0,
    attempts: Annotated[
        int,
        typer.Option(
            help="How often a busy server is asked in all.",
            metavar="N",
            parser=whole_number("attempts"),
        ),
    ] = 3,
    json: JsonOption = False,
) -> None:
    """Say what OpenStreetMap knows about a link and how that differs from the table."""
    from corridors.errors import OpenStreetMapError
    from corridors.exchange.osm import Service, apply_proposal, propose
    from corridors.exchange.osm.applying import refuse_shipped
    from corridors.network.network import load

    if apply is not None:
        # Before anybody is asked.
        refuse_shipped(apply)
        if network is not None and network.resolve() != apply.resolve():
            msg = f"--network {network} and --apply {apply} name two folders; name one"
            raise OpenStreetMapError(msg)
    if not timeout > 0 or attempts < 1:
        msg = f"saw --timeout {timeout:g} and --attempts {attempts}, expected more than 0 of each"
        raise OpenStreetMapError(msg)
    with working("reading the network"):
        net = load(apply or network)
    service = Service(
        url=server, cache=cache, use_cache=use_cache, timeout_s=timeout, attempts=attempts
    )
    with working(f"asking OpenStreetMap about {link}"):
        found = propose(net, link, buffer_km=buffer, service=service)
    written = apply_proposal(found, apply) if apply is not None else []
    if json:
        folder = str(apply) if apply else None
        print_json({**found.to_dict(), "applied_to": folder, "written": written})
        return
    _print(found, net.link_name(link))
    for line in written:
        note(f"wrote {apply}: {line}")


def _print(found: Proposal, name: str) -> None:
    import pandas as pd

    from corridors.display import number

    when = f" as of {found.as_of}" if found.as_of else ""
    print_line(f"{name} ({found.link_id}) in OpenStreetMap{when}")
    print_line(
        f"  length {number(found.length_km)} km, of it {number(found.gap_km)} km over gaps; "
        f"its ends lie {found.beside_km[0]:g} and {found.beside_km[1]:g} km beside the ways"
    )
    if found.mode == "rail":
        gauges = ", ".join(f"{k}: {v:g} km" for k, v in found.gauge_km.items())
        currents = ", ".join(f"{k}: {v:g} km" for k, v in found.electrified_km.items())
        print_line(f"  gauge {gauges}")
        print_line(f"  traction current {currents}")
        print_line(f"  tracks at most places: {found.tracks}")
    if not found.right_gauge:
        print_line("  no way on the gauge of the table: this one is on another")
    rows = [(d.column, d.table or "(nothing)", d.osm, d.says) for d in found.differences]
    if rows:
        columns = ["column", "table", "OpenStreetMap", "difference"]
        print_table(pd.DataFrame(rows, columns=columns), "Where the table says something else")
    else:
        print_line("  the table says the same")
    print_line("© OpenStreetMap contributors, Open Database License 1.0")
