"""Commands that look things up: list, show, projects."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from corridors.cli.common import (
    AsOfOption,
    JsonOption,
    NetworkOption,
    echo,
    print_json,
    print_line,
    print_table,
    working,
)


def register(app: typer.Typer) -> None:
    """Add this module's commands to the application."""
    app.command(name="list")(list_things)
    app.command()(show)
    app.command()(projects)


def list_things(
    kind: Annotated[
        str,
        typer.Argument(
            help="nodes, links, transfers, borders, countries, chokepoints, demands, markets, "
            "capacities, cargo, corridors, couplings, projects, observations or sources."
        ),
    ],
    text: Annotated[
        str, typer.Argument(help="Words that a row must hold; all rows if not given.")
    ] = "",
    as_of: AsOfOption = None,
    network: NetworkOption = None,
    json: JsonOption = False,
) -> None:
    """List the things of one kind, or those that some words find."""
    from corridors.analysis.asking.finding import listing
    from corridors.display import records, several
    from corridors.network.network import load

    with working("reading the network"):
        net = load(network)
        found = listing(net.at(as_of) if as_of else net, kind, text)
    if json:
        print_json({"kind": kind, "text": text, "rows": records(found)})
    else:
        title = several(len(found), kind) + (f" with {text!r}" if text else "")
        print_table(found, title, own_units=True)


def show(
    name: Annotated[
        str,
        typer.Argument(metavar="ID", help="Its id; node:brest where several kinds bear the id."),
    ],
    as_of: AsOfOption = None,
    network: NetworkOption = None,
    json: JsonOption = False,
) -> None:
    """Say all that is known of a thing, with the sources of its numbers."""
    from corridors.analysis.asking.finding import show as find
    from corridors.network.network import load

    with working("reading the network"):
        net = load(network)
        found = find(net.at(as_of) if as_of else net, name)
    if json:
        print_json(found)
    else:
        _print(found)


def _print(found: dict[str, Any]) -> None:
    import pandas as pd

    print_line(f"{found['kind']} {found['id']}")
    for row in found.get("rows", []):
        echo("")
        for key, value in row.items():
            print_line(f"  {str(key).replace('_', ' '):18} {_shown(key, value)}", indent=21)
    for key, value in found.items():
        if key in {"kind", "id", "rows", "sources"}:
            continue
        names = value if isinstance(value, str) else ", ".join(value)
        count = "" if isinstance(value, str) else f" ({len(value)})"
        echo("")
        print_line(f"{key}{count}: {names}")
    if found["sources"]:
        columns = ["row", "column", "confidence", "publisher", "title", "date", "note"]
        frame = pd.DataFrame(found["sources"]).reindex(columns=columns).fillna("")
        print_table(frame, "Where its numbers come from (A official, D not published)")


def _shown(name: str, value: Any) -> Any:
    """Return a value of a row as a reader wants it."""
    from corridors.display import is_year, number

    if not isinstance(value, float):
        return value
    return f"{value:.0f}" if is_year(name) else number(value)


def projects(
    text: Annotated[
        str, typer.Argument(help="Words that a row must hold; all rows if not given.")
    ] = "",
    network: NetworkOption = None,
    json: JsonOption = False,
) -> None:
    """List what could be built: costs, dates, what it needs and what it changes."""
    from corridors.analysis.asking.finding import listing
    from corridors.display import records, several
    from corridors.network.network import load
    from corridors.scenarios.projects import projects as find

    with working("reading the network"):
        net = load(network)
        wanted = set(listing(net, "projects", text)["project_id"])
        table = find(net)
        table = table[table["project_id"].isin(wanted)].reset_index(drop=True)
    if json:
        print_json({"projects": records(table)})
        return
    shown = table.drop(columns=["note"]).assign(
        usd=[f"{v / 1e6:,.0f}" if v == v else "" for v in table["usd"]]
    )
    count = several(len(table), "projects")
    title = f"{count}, by the day of opening (changes: that the network can show)"
    print_table(shown.rename(columns={"usd": "million USD"}), title, right=("million USD",))
