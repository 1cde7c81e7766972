"""Commands about many scenarios at once and about kept results: curve, pack, verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from corridors.cli.asking.targets import check_pages, check_target
from corridors.cli.common import (
    AsOfOption,
    JsonOption,
    NetworkOption,
    SeedOption,
    by_model,
    echo,
    listed,
    note,
    note_idle,
    print_json,
    print_line,
    print_table,
    whole_number,
    working,
)

_OF_DAYS = {
    "late": "late, t",
    "other_way": "other way, t",
    "turned_back": "turned back, t",
    "never_shipped": "never shipped, t",
    "waiting": "waiting, t",
    "not_yet_left": "not yet left, t",
    "added_cost_usd": "added cost, USD",
    "added_waiting_t_hours": "added waiting, t-hours",
    "added_loss_usd": "added loss, USD",
}
_OF_AMOUNTS = {
    "rerouted_t_per_day": "rerouted, t/day",
    "newly_unserved_t_per_day": "lost, t/day",
    "added_hours_mean": "added hours",
    "added_cost_usd_per_day": "added cost, USD/day",
    "added_loss_usd_per_day": "loss, USD/day",
}
_EVEN = {
    "t_per_day": "goes round, t/day",
    "break_even_days": "break even, days",
    "least_days": "least, days",
    "most_days": "most, days",
    "turns_at": "turns at, days",
}
"""Figures of a curve, as they are printed, with their units."""


def register(app: typer.Typer) -> None:
    """Add this module's commands to the application."""
    app.command()(curve)
    app.command()(pack)
    app.command()(verify)


def curve(
    scenario: Annotated[
        str,
        typer.Argument(
            help='Name, path, or a change such as "close border:KZ-RU from 2025-09-12".'
        ),
    ],
    duration: Annotated[
        str | None,
        typer.Option(help="Days in force, such as 7,14,30,90 or 10,20,...,60.", metavar="VALUES"),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(help="What limits or demand are set to, such as 0.2,...,1.", metavar="VALUES"),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(help='By how much delays or surcharges add: "24 h,48 h".', metavar="VALUES"),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(
            help="Days to run; a month after the longest if not given.",
            metavar="N",
            parser=whole_number("days", least=1),
        ),
    ] = None,
    as_of: AsOfOption = None,
    model: Annotated[
        str, typer.Option(help="How cargo chooses its way: optimal or logit.")
    ] = "optimal",
    network: NetworkOption = None,
    json: JsonOption = False,
) -> None:
    """Ask a scenario for several durations or amounts, and when going round beats waiting."""
    from corridors.analysis.asking.curve import curve as ask
    from corridors.network.network import load

    with working("asking the family, one after the other"):
        found = ask(
            load(network),
            scenario,
            duration=_values(duration),
            to=_values(to),
            by=_values(by),
            as_of=as_of,
            model=model,
            days=days,
        )
    if json:
        print_json(found.to_dict())
        return
    for text in found.sentences():
        print_line(text, indent=0)
    echo()
    plan, parameter = found.family.scenario, found.family.parameter
    names = _OF_DAYS if parameter == "duration" else _OF_AMOUNTS
    shown = found.table[[parameter, *names]].rename(columns={"duration": "days", **names})
    what = "in all" if parameter == "duration" else "a day"
    # By days nobody chooses by a model of the steady state but where going round is priced.
    how = f", {by_model(model)}"
    title = f"{plan.title or plan.name}, {what}, against no scenario"
    print_table(shown, title + how * (parameter != "duration"))
    even = found.break_even
    if even["turns_at"].isna().all():
        even = even.drop(columns="turns_at")
    print_table(
        even.rename(columns=_EVEN),
        f"The wait that costs as much as going round, by cargo{how}",
        own_units=True,
    )


def _values(text: str | None) -> list[Any] | None:
    """Return values that stand between commas, numbers as such."""
    from corridors.cli.common import check_no_thousands
    from corridors.network.reading.numbers import NUMBER, read_number

    if text is None:
        return None
    found: list[Any] = []
    for part in (p.strip() for p in text.split(",")):
        check_no_thousands("curve", part, text)
        if part.startswith("+") or not NUMBER.fullmatch(part):
            found.append(part)
        else:
            value = read_number(part)
            found.append(int(value) if value == int(value) and "." not in part else value)
    return found


def verify(
    manifest: Annotated[
        Path, typer.Argument(help="manifest.json of a kept result, or its folder.")
    ],
    network: NetworkOption = None,
    json: JsonOption = False,
) -> None:
    """Run a kept result again and compare; exit 1 where something else comes out."""
    from corridors.analysis.asking.kept import verify as ask
    from corridors.network.network import load

    with working("running it again"):
        found = ask(manifest, net=load(network) if network else None)
    if json:
        print_json(found)
    else:
        for line in _verified(found):
            print_line(line)
    if not found["ok"] or found["files_changed"]:
        raise typer.Exit(1)


def _verified(found: dict[str, Any]) -> list[str]:
    """Return what came out, a line each."""
    lines = []
    if found["ok"]:
        lines.append(f"the same {found['kind']} comes out, to the last digit ({found['result']})")
    else:
        lines.append(
            f"another {found['kind']} comes out: {', '.join(found['tables_changed'])} "
            f"({found['result']}, expected {found['expected']})"
        )
    if found["data_changed"]:
        lines.append(f"the data have changed: {', '.join(found['data_changed'])}")
    if found["files_changed"]:
        lines.append(f"kept files are not what was written: {', '.join(found['files_changed'])}")
    for name, (was, now) in found["versions_changed"].items():
        lines.append(f"{name} was {was}, is {now}")
    return lines


def pack(
    context: typer.Context,
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(help="Names or paths; all that ship with the package if none is given."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write the table to this file: Markdown where it ends in .md, else a page.",
            metavar="FILE",
        ),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(help="How cargo chooses: optimal or logit; both if not given."),
    ] = None,
    uncertainty: Annotated[
        int,
        typer.Option(
            help="Draws of the uncertain inputs for the range of each answer.",
            metavar="N",
            parser=whole_number("uncertainty", least=0),
        ),
    ] = 0,
    seed: SeedOption = 0,
    network: NetworkOption = None,
    json: JsonOption = False,
) -> None:
    """Lay many scenarios side by side: question, answer by both models, picture, command."""
    from corridors.analysis.asking.pack import pack as ask
    from corridors.assignment.assign import MODELS
    from corridors.errors import CorridorsError, ScenarioError
    from corridors.network.network import load

    note_idle(context, "uncertainty", "seed")
    check_target(out, read=scenarios or ())
    check_pages(out, also=(".md",))
    with working("reading the network"):
        net = load(network)
    try:
        table = ask(
            net,
            scenarios or None,
            models=listed(model) or MODELS,
            uncertainty=uncertainty,
            seed=seed,
        )
    except CorridorsError as error:
        if scenarios or net.is_shipped:
            raise
        # What ships with the package speaks of the network that does.
        msg = f"{error}; where no scenario is named all shipped ones are: name those of {network}"
        raise ScenarioError(msg) from None
    if out is not None:
        table.save(out)
        note(f"wrote {out}")
    if json:
        print_json(table.to_dict())
    elif out is None:
        echo(table.markdown.rstrip("\n"))
