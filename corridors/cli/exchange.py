"""Commands about one's own network: new, export, import-gmns."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from corridors.cli.common import (
    AsOfOption,
    JsonOption,
    NetworkOption,
    note,
    print_json,
    print_line,
    working,
)


def register(app: typer.Typer) -> None:
    """Add this module's commands to the application."""
    app.command()(new)
    app.command()(export)
    app.command(name="import-gmns")(import_gmns)


def new(
    folder: Annotated[Path, typer.Argument(help="Folder to make; nothing is overwritten.")],
    json: JsonOption = False,
) -> None:
    """Write a small complete example to start a network of one's own from."""
    from corridors.exchange.example import new_network

    made = new_network(folder)
    files = sorted(p.name for p in made.iterdir())
    if json:
        print_json({"folder": str(made), "files": files})
        return
    print_line(f"wrote {len(files)} files into {made}; its README.md says how to go on")
    again = shlex.join(
        ["corridors", "run", str(made / "border-closed.yaml"), "--network", str(made)]
    )
    print_line(f"try: {again}")


def export(
    target: Annotated[
        Path,
        typer.Argument(
            help="File (geopackage, graphml) or folder (geoparquet, gmns) to write.",
            metavar="FOLDER|FILE",
        ),
    ],
    format: Annotated[  # noqa: A002  the option is called --format
        str | None,
        typer.Option(
            help="geopackage, geoparquet, gmns or graphml; by the ending of the file if not given.",
            metavar="FORMAT",
        ),
    ] = None,
    network: NetworkOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Write the network in the format of other programs."""
    from corridors.exchange import export as write
    from corridors.network.network import load

    with working("writing the network"):
        net = load(network)
        files = write(net.at(as_of) if as_of else net, target, format)
    if json:
        print_json(
            {"files": [str(f) for f in files], "bytes": sum(f.stat().st_size for f in files)}
        )
    else:
        for file in files:
            note(f"wrote {file}")


def import_gmns(
    folder: Annotated[Path, typer.Argument(help="GMNS folder with node.csv and link.csv.")],
    out: Annotated[Path, typer.Argument(help="Network folder to make; nothing is overwritten.")],
    mode: Annotated[
        str, typer.Option(help="Mode of links whose facility_type is none of this package's.")
    ] = "road",
    length_unit: Annotated[
        str | None,
        typer.Option(help="Unit of lengths where config.csv states none, such as mi or m."),
    ] = None,
    speed_unit: Annotated[
        str | None,
        typer.Option(help="Unit of speeds where config.csv states none, such as mph or km/h."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Turn a GMNS folder into a network folder."""
    from corridors.exchange import import_gmns as read

    remarks = read(folder, out, mode=mode, length_unit=length_unit, speed_unit=speed_unit)
    if json:
        print_json({"folder": str(out), "remarks": remarks})
        return
    for remark in remarks:
        note(remark)
    again = shlex.join(["corridors", "check", "--network", str(out)])
    note(f"wrote {out}; `{again}` says what it still lacks")
