"""Commands about the network itself: info, check, scenarios, schema, map, explore, seal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.cli.asking.targets import check_pages, check_target, results
from corridors.cli.common import (
    AsOfOption,
    JsonOption,
    NetworkOption,
    echo,
    note,
    print_json,
    print_line,
    print_prose,
    print_table,
    whole_number,
    working,
)
from corridors.display import several

if TYPE_CHECKING:
    import pandas as pd


def register(app: typer.Typer) -> None:
    """Add this module's commands to the application."""
    for command in (info, check, limits, scenarios, schema, seal):
        app.command()(command)
    app.command(name="map")(draw)
    app.command()(explore)


def info(network: NetworkOption = None, as_of: AsOfOption = None, json: JsonOption = False) -> None:
    """Say what the network holds: counts, dates, totals, provenance coverage."""
    from corridors.network.info import network_info
    from corridors.network.network import load

    with working("reading the network"):
        net = load(network)
        found = network_info(net.at(as_of) if as_of else net)
    if json:
        print_json(found)
        return
    import pandas as pd

    print_line(f"{found.pop('network')}, {found.pop('as_of') or 'all of time'}", indent=0)
    echo()
    for title, values in found.items():
        rows = [(name.replace("_", " "), _flat(name, value)) for name, value in values.items()]
        print_table(pd.DataFrame(rows, columns=["what", "value"]), _TITLES[title], right=("value",))


_TITLES = {
    "counts": "Rows",
    "links_km": "Links, km",
    "demand_t_per_year": "Demand, t a year",
    "dates": "Dates",
    "provenance": "Where the numbers come from",
    "limits": "Limits of links and transfers, each direction apart",
}


def _flat(name: str, value: Any) -> str:
    from corridors.display import cut_off, number

    if isinstance(value, dict):
        return ", ".join(f"{k.replace('_', ' ')} {_flat(k, v)}" for k, v in value.items())
    if value is None:
        return "none"
    if name.startswith(("share", "coverage")):
        # Only what is covered as a whole is 100 %.
        return f"{cut_off(100 * value, 1):g} %"
    return number(value) if isinstance(value, int | float) else str(value)


def check(network: NetworkOption = None, json: JsonOption = False) -> None:
    """Run every data check and list every problem; exit 1 if there is one."""
    from corridors.analysis.validation.check import RULES
    from corridors.analysis.validation.check import check as run_checks

    with working("checking the network"):
        problems = run_checks(network)
    if json:
        print_json(
            {
                "ok": not problems,
                "problems": [
                    {
                        "file": p.file,
                        "row": p.row,
                        "column": p.column,
                        "rule": p.rule,
                        "message": p.message,
                    }
                    for p in problems
                ],
            }
        )
    else:
        for problem in problems:
            print_line(str(problem))
        if problems:
            note(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}")
        else:
            print_line(f"clean: the files and {len(RULES)} rules about the network as a whole")
    if problems:
        raise typer.Exit(1)


def limits(
    network: NetworkOption = None,
    write: Annotated[
        Path | None,
        typer.Option(
            help="Infer anew and write the rows to this network folder.", metavar="FOLDER"
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="Day whose baseline says what passes.", metavar="DATE"),
    ] = None,
    each: Annotated[
        bool,
        typer.Option("--each", help="List each link and transfer, and each limit of a rule."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Say how many links and transfers have a published limit, or that of a rule; list each.

    `--json` has each of them in any case.
    """
    from corridors.analysis.limits import limits as limits_of
    from corridors.analysis.limits import require_same_network, with_inferred_limits, write_limits
    from corridors.network.network import load

    with working("reading the network and what limits it"):
        net = load(network)
        if write is not None:
            # Said before anything is inferred, which takes a while.
            require_same_network(net, write)
        if as_of is not None or write is not None:
            net = with_inferred_limits(net, as_of)
        written = write_limits(net, write)["written"] if write is not None else []
        table, inferred = limits_of(net), net.inferred_limits()
    if json:
        print_json(
            {
                "limits": table.to_dict("records"),
                "inferred": _plain(inferred),
                "written": written,
            }
        )
        return
    counts = table.groupby(["kind", "basis"]).size().rename("count").reset_index()
    print_table(counts, "Links and transfers, each direction apart")
    if each:
        print_table(table.drop(columns="rule"), "What limits them")
        print_table(inferred, "Limits that a rule has inferred, a day")
    elif len(inferred):
        print_table(_by_rule(inferred), "Limits that a rule has inferred, a day")
    if not each and len(table):
        print_prose(
            f"--each lists what limits each of the {several(len(table), 'directions')} of links "
            f"and transfers, and {several(len(inferred), 'inferred limits')}; --json holds them; "
            "`corridors show ID` says where one comes from."
        )
    for path in written:
        note(f"wrote {path}")


def _by_rule(inferred: pd.DataFrame) -> pd.DataFrame:
    """Return how many limits each rule has inferred, and from what amount to what."""
    of_rule = inferred.groupby(["rule", "unit"], sort=True)["amount"]
    found = of_rule.agg(["size", "min", "median", "max"]).reset_index()
    return found.set_axis(["rule", "unit", "limits", "least", "middle", "most"], axis=1)


def _plain(frame: Any) -> list[dict[str, Any]]:
    """Return rows for JSON, what is empty as None."""
    rows = frame.to_dict("records")
    return [{k: None if v != v else v for k, v in row.items()} for row in rows]


def scenarios(json: JsonOption = False) -> None:
    """List the shipped scenarios, a line each."""
    from corridors.scenarios.scenario import scenario, shipped_scenarios

    found = [scenario(name) for name in shipped_scenarios()]
    if json:
        print_json(
            {
                "scenarios": [
                    {
                        "name": s.name,
                        "title": s.title,
                        "question": s.question,
                        "as_of": str(s.as_of),
                        "events": len(s.events),
                    }
                    for s in found
                ]
            }
        )
        return
    width = max((len(s.name) for s in found), default=0)
    for s in found:
        print_line(f"{s.name:{width}}  {s.as_of}  {s.question or s.title}", indent=4)


def schema(
    out: Annotated[
        Path | None, typer.Option(help="Write it to this file instead.", metavar="FILE")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Write the JSON Schema of a scenario, for editors that check while one types."""
    from corridors.display import json_text
    from corridors.files import write_text
    from corridors.scenarios.schema import scenario_schema

    check_target(out)
    if out is None or json:
        print_json(scenario_schema())
    if out is not None:
        write_text(out, json_text(scenario_schema()))
        note(f"wrote {out}")


def seal(folder: Annotated[Path, typer.Argument(help="Network folder.")]) -> None:
    """Record the hashes of a network folder's files after a change that was meant."""
    from corridors.network.folder import read_manifest
    from corridors.network.folder import seal as write_manifest

    read_manifest(folder)
    write_manifest(folder)
    note(f"wrote {folder / 'datapackage.json'}")


def draw(
    out: Annotated[Path, typer.Option(help="HTML file to write.", metavar="FILE")] = Path(
        "network.html"
    ),
    network: NetworkOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Draw the network itself as a self-contained HTML map."""
    from corridors.assignment.map_data import network_map
    from corridors.network.network import load

    check_target(out)
    check_pages(out)
    with working("reading the network and drawing it"):
        net = load(network)
        made = network_map(net.at(as_of) if as_of else net)
        made.save(out)
    if json:
        print_json({"map": str(out), "bytes": out.stat().st_size})
    else:
        note(f"wrote {out}")


def explore(
    out: Annotated[
        Path, typer.Option(help="File to write.", metavar="FILE", show_default=True)
    ] = Path("explorer.html"),
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            help="Scenario to choose from in the page, by name or path; may be repeated. "
            "The shipped ones if not given, none with 'none'.",
            metavar="SCENARIO",
        ),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(
            help="Simulate so many days of each dated scenario, for the page to draw; 90 take "
            "some ten seconds a scenario.",
            metavar="N",
            parser=whole_number("days", least=1),
        ),
    ] = None,
    uncertainty: Annotated[
        int | None,
        typer.Option(
            help="Draw the uncertain inputs of each scenario so many times, for ranges of the "
            "headline numbers.",
            metavar="N",
            parser=whole_number("uncertainty", least=1),
        ),
    ] = None,
    network: NetworkOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Write one offline page in which anyone can shut things and see what the cargo does."""
    from corridors.analysis.explorer import explorer
    from corridors.network.network import load

    with results(out, read=scenario or (), pages=[out]):
        with working("reading the network"):
            net = load(network)
        page = explorer(
            net,
            [] if scenario == ["none"] else scenario,
            as_of=as_of,
            days=days,
            uncertainty=uncertainty,
        )
        page.save(out)
    if json:
        print_json(
            {
                "file": str(out),
                "as_of": page.day,
                "scenarios": page.n_scenarios,
                "bytes": len(page.html.encode()),
            }
        )
    note(f"wrote {out}")
