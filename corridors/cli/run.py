"""The main command: a baseline held against a scenario."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from corridors.cli.asking.targets import results
from corridors.cli.common import (
    AsOfOption,
    ByOption,
    CargoOption,
    DaskOption,
    JsonOption,
    NetworkOption,
    SeedOption,
    echo,
    keys,
    note,
    note_idle,
    print_json,
    print_line,
    print_prose,
    print_table,
    whole_number,
    working,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from corridors.analysis.uncertainty.uncertainty import Uncertainty
    from corridors.assignment.assignment import Assignment
    from corridors.assignment.comparison import Comparison
    from corridors.cli.asking.answers import Extra

_ROWS = 12


def register(app: typer.Typer) -> None:
    """Add this module's commands to the application."""
    app.command()(run)


def run(
    context: typer.Context,
    scenario: Annotated[
        str | None,
        typer.Argument(
            help='Name of a shipped scenario, path to a YAML file, or a line such as "close '
            'border:KZ-RU"; a+b adds two. None with --with: what the project itself changes.'
        ),
    ] = None,
    network: NetworkOption = None,
    model: Annotated[
        str, typer.Option(help="How cargo chooses its way: logit, or optimal: the best plan.")
    ] = "logit",
    as_of: AsOfOption = None,
    by: ByOption = None,
    cargo: CargoOption = None,
    projects: Annotated[
        list[str] | None,
        typer.Option("--with", help="Project that is built; several times.", metavar="PROJECT"),
    ] = None,
    parts: Annotated[
        bool, typer.Option("--parts", help="Of a+b, what each does alone and both beyond it.")
    ] = False,
    expected_queue: Annotated[
        bool,
        typer.Option(
            "--expected-queue",
            help="By logit: cargo waits, and chooses by it, where a limit whose arrivals and "
            "service vary is fuller than usual.",
        ),
    ] = False,
    map: Annotated[  # noqa: A002  the option is called --map
        Path | None, typer.Option(help="Write the map of both states.", metavar="FILE")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write a page to read and send.", metavar="FILE")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Keep all tables, and what makes them again.", metavar="FOLDER"),
    ] = None,
    uncertainty: Annotated[
        int | None,
        typer.Option(
            help="Draw the uncertain inputs so many times.",
            metavar="N",
            parser=whole_number("uncertainty", least=1),
        ),
    ] = None,
    seed: SeedOption = 0,
    days: Annotated[
        int | None,
        typer.Option(
            help="Days that each draw simulates too.",
            metavar="N",
            parser=whole_number("days", least=1),
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            help="Processes that draw; as many as there are cores.",
            metavar="N",
            parser=whole_number("workers", least=1, most=1024),
        ),
    ] = None,
    dask: DaskOption = None,
    draws_file: Annotated[
        Path | None,
        typer.Option(help="Draws as they come; a run that was stopped goes on.", metavar="FILE"),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Hold a scenario against the undisturbed network and say what changes."""
    from corridors.assignment.run import brings
    from corridors.assignment.run import run as hold
    from corridors.cli.asking.answers import (
        Extra,
        hold_text_plainly,
        known_cargo,
        of_parts,
        planned,
    )
    from corridors.files import write_text
    from corridors.network.network import load

    hold_text_plainly(context)
    note_idle(context, "uncertainty", "seed", "days", "workers", "dask", "draws_file")
    _note_without_waits(
        expected_queue and {"--parts": parts, "--uncertainty": uncertainty, "--with": projects}
    )
    how: dict[str, Any] = {"model": model, "expected_queue": expected_queue}
    with results(map, report, draws_file, folder=out, read=[scenario], pages=[map, report]):
        with working("reading the network"):
            net = load(network)
            plan, day = planned(net, scenario, projects or [], as_of)
            extra = Extra(keys(by), known_cargo(net, cargo))
        with working("solving the baseline and the scenario"):
            built = projects if scenario is not None and projects else ()
            comparison = hold(net, plan, as_of=day, projects=built or (), **how)
            if projects:
                extra.note_projects(net, projects, day)
            if built:
                without = hold(net, plan, as_of=day, **how)
                extra.note_brings(without, brings(without, comparison))
            if parts:
                extra.parts = of_parts(net, scenario, day, model)
        if map is not None:
            with working("drawing the map"):
                comparison.map().save(map)
        sure = None
        if uncertainty is not None:
            from corridors.analysis.jobs.cluster import workers_at
            from corridors.analysis.uncertainty.uncertainty import uncertainty as draw

            with workers_at(dask) as cluster:
                sure = draw(
                    net, plan, uncertainty, seed, as_of=day.isoformat(), model=model, days=days,
                    workers=workers or os.cpu_count() or 1, out=draws_file, executor=cluster,
                )  # fmt: skip
        if report is not None:
            with working("writing the report"):
                write_text(report, comparison.report(None if sure is None else sure.percentiles))
        if out is not None:
            comparison.save(out)
    if json:
        told = {
            **comparison.to_dict(),
            **extra.to_dict(comparison),
            "at_best": comparison.at_best.change,
        }
        print_json(told if sure is None else told | {"uncertainty": sure.to_dict()})
    else:
        _print(comparison, extra)
        if sure is not None:
            _print_uncertainty(sure)
        told_again = None if projects else scenario
        _print_next(_look_next(comparison, told_again, network, drawn=map is not None))
    for target in (map, report, out):
        if target is not None:
            note(f"wrote {target}")


def _note_without_waits(options: Mapping[str, Any] | Literal[False]) -> None:
    """Say which options that were given do not know of the waits of the run, where it has some."""
    for option, given in (options or {}).items():
        if given:
            note(f"what {option} tells is worked out without the waits of --expected-queue")


def _print(comparison: Comparison, extra: Extra) -> None:
    from corridors.cli.asking.answers import without_hairs
    from corridors.cli.asking.named import with_demand
    from corridors.display import HAIR

    plan = comparison.disrupted.scenario
    if plan is not None:
        print_line(f"{plan.title or plan.name}, as of {comparison.disrupted.state.day}", indent=0)
        echo()
    print_prose(comparison.explain())
    echo()
    _print_beside(comparison)
    for text in extra.sentences():
        print_prose(text)
        echo()
    for title, frame in extra.tables(comparison):
        print_table(frame, title)
    print_table(comparison.waterfall, "What becomes of the demand, t a day")
    net = comparison.disrupted.state.net
    _print_cargo(comparison, extra)
    corridor = without_hairs(comparison.by_corridor)
    corridor = corridor.rename(columns=lambda c: c.replace("_t_per_day", ""))
    print_table(corridor, "By corridor, t a day")
    reroutes = comparison.reroutes[
        [
            "demand_id",
            "t_per_day",
            "from_route",
            "to_route",
            "added_hours",
            "added_cost_usd_per_unit",
        ]
    ]
    reroutes = extra.only(reroutes, comparison.reroutes["cargo"])
    # What is a rounding of all demand stands in no sentence either.
    reroutes = reroutes[reroutes["t_per_day"] > HAIR * comparison.waterfall["t_per_day"].iloc[0]]
    if len(reroutes):
        title = f"Rerouted: the largest {min(_ROWS, len(reroutes))} of {len(reroutes)}"
        shown = with_demand(net, reroutes.head(_ROWS)).rename(columns=_words)
        print_table(shown, title, own_units=True)
    lost = comparison.by_demand
    lost = extra.only(lost, lost["cargo"])
    lost = lost[lost["lost_t_per_day"] > 0.5].sort_values("lost_t_per_day", ascending=False)
    if len(lost):
        title = f"No longer carried: the largest {min(_ROWS, len(lost))} of {len(lost)}"
        columns = ["demand_id", "lost_t_per_day", "demand_t_per_day"]
        print_table(with_demand(net, lost[columns].head(_ROWS)).rename(columns=_words), title)
    full = comparison.disrupted.bottlenecks[
        ["capacity_id", "name", "unit", "amount", "price_usd", "value_usd_per_day", "confidence"]
    ]
    if len(full):
        price = "what one more a day would save a day"
        if comparison.disrupted.waits is not None:
            price = "what each pays in waiting"
        nearly = "" if comparison.disrupted.waits is None else " or nearly"
        title = (
            f"Full{nearly}, the dearest first (price: {price}; worth: price times what is there "
            "for the demand; D: not published)"
        )
        shown = full.rename(columns={"value_usd_per_day": "worth_usd_per_day"})
        print_table(shown.head(_ROWS).rename(columns=_words), title)
    proof = comparison.disrupted.certificate
    print_line(
        f"certified: relative gap {abs(proof.relative_gap):.1e}, balance "
        f"{proof.balance_residual:.1e}, capacity {proof.capacity_residual:.1e}, "
        f"flow on closed things {proof.closed_flow:g}"
    )


def _print_beside(comparison: Comparison) -> None:
    """Print what bounds the answer, and what it is an answer of."""
    from corridors.assignment.views.told import beside_totals, best_sentence

    if comparison.disrupted.model != "optimal":
        best = comparison.at_best
        aside = len(beside_totals(best.by_demand, comparison.tables.uncounted)) > 0
        print_prose(best_sentence(best.change, aside=aside))
        echo()
    if comparison.disrupted.scenario is not None:
        print_prose(_lasting(comparison.disrupted))
        echo()


def _lasting(hit: Assignment) -> str:
    """Return what is meant by a steady state, and when the events in force end, where they do."""
    day, plan = hit.state.day, hit.scenario
    ends = [e.end_day for e in plan.events if e.in_force(day)] if plan is not None else []
    known = sorted(str(end) for end in ends if end is not None)
    text = f"All of this is the steady state: what would hold if {day} lasted."
    if not known:
        return text
    what = "The event in force ends" if len(ends) == 1 else (
        "All events in force end" if len(known) == len(ends) else
        f"{len(known)} of the {len(ends)} events in force end{'s' * (len(known) == 1)}"
    )  # fmt: skip
    when = f"on {known[0]}" if known[0] == known[-1] else f"between {known[0]} and {known[-1]}"
    return (
        f"{text} {what} {when}: what days do, who waits and comes late, `corridors simulate` says."
    )


def _print_cargo(comparison: Comparison, extra: Extra) -> None:
    """Print what becomes of each cargo, and which of it counts in no total."""
    from corridors.cli.asking.named import with_cargo

    net = comparison.disrupted.state.net
    cargo = with_cargo(net, _without_hairs(comparison.by_cargo)).rename(
        columns=lambda c: c.replace("_t_per_day", "").replace("_per_day", "").replace("_", " ")
    )
    shown = extra.only(cargo, cargo["cargo"])
    apart = sorted(comparison.tables.uncounted & set(shown["cargo"]))
    print_table(
        shown,
        "By cargo, t a day (of the rerouted: cost, its parts transport and time, USD a day; hours"
        f"{'; in no total: ' if apart else ''}{', '.join(apart)})",
    )


def _look_next(
    comparison: Comparison, scenario: str | None, network: Path | None, *, drawn: bool
) -> list[tuple[str, str]]:
    """Return where to look next: commands that can be typed as they stand, and what for.

    Parameters
    ----------
    comparison
        What has been told.
    scenario
        As it was asked for; None where no command says the same again.
    network
        The folder that it was asked of, if not the shipped network.
    drawn
        Whether there is a map already.
    """
    of = f" --network {shlex.quote(str(network))}" if network is not None else ""
    hit = comparison.disrupted
    # The models that commands answer by where none is named are not the same.
    own = f" --as-of {hit.state.day} --model {hit.model}"
    waits = " --expected-queue" if hit.waits is not None else ""
    found = []
    asked = shlex.quote(scenario) if scenario is not None else ""
    lost = comparison.top_losses(1)
    if len(lost) and asked:
        who = shlex.quote(lost["demand_id"].iloc[0])
        command = f"corridors routes {who} --scenario {asked}{own}{of}"
        found.append((command, "which ways the largest loss has, and why they are not taken"))
    known = set(comparison.disrupted.state.net.tables["capacities"]["capacity_id"])
    was = set(comparison.baseline.bottlenecks["capacity_id"])
    # A limit for each direction apart is one row of the table.
    full = [c.partition(":")[0] for c in comparison.disrupted.bottlenecks["capacity_id"]
            if c not in was]  # fmt: skip
    full = [c for c in full if c in known]
    if full:
        limit = shlex.quote(f"capacity:{full[0]}")
        found.append((f"corridors show {limit}{of}", "what is known of what is newly full"))
    if asked:
        begins = _begins(hit)
        command = f"corridors simulate {asked}{begins}{of}"
        found.append((command, "by days: queues, waiting, recovery"))
        if not drawn:
            found.append((f"corridors run {asked}{own}{waits}{of} --map map.html", "the map"))
    return found


def _begins(hit: Assignment) -> str:
    """Return the option that has days begin on that of an assignment, where they would not."""
    plan = hit.scenario
    assert plan is not None
    dated = any(event.first_day is not None for event in plan.events)
    return "" if dated or plan.as_of == hit.state.day else f" --start {hit.state.day}"


def _print_next(lines: list[tuple[str, str]]) -> None:
    if lines:
        echo("\nLook next:")
    for command, why in lines:
        print_line(f"  {command}  # {why}", indent=4)


def _without_hairs(by_cargo: pd.DataFrame) -> pd.DataFrame:
    """Return the table with what is nothing beside all demand as 0, and what hangs on it."""
    from corridors.display import HAIR

    frame = by_cargo.copy()
    least = HAIR * float(frame["demand_t_per_day"].sum())
    for name in frame.columns:
        if name.endswith("t_per_day"):
            frame[name] = frame[name].where(frame[name].abs() > least, 0.0)
    still = frame["rerouted_t_per_day"] == 0
    added = [name for name in frame.columns if name.startswith("added_")]
    frame.loc[still, added] = 0.0
    return frame


def _print_uncertainty(sure: Uncertainty) -> None:
    """Print what each result may be, and what decides it."""
    from corridors.display import several

    print_table(
        sure.percentiles.rename(columns=_words),
        f"How sure: {several(sure.n, 'draws')} of {several(len(sure.inputs), 'inputs')} "
        "(5 %, median, 95 %)",
        own_units=True,
    )
    outside = _outside(sure.percentiles)
    if outside:
        print_prose(outside)
    drivers = sure.drivers
    drivers = drivers[drivers["beyond_chance"]].drop(columns="beyond_chance")
    if len(drivers):
        shown = drivers.groupby("quantity", sort=False).head(3)
        print_table(
            shown.rename(columns=_words), "What decides it (rank correlation, beyond chance)"
        )
    if len(sure.duals):
        print_table(
            sure.duals.head(_ROWS).rename(columns=_words),
            "By shadow prices: damage more, USD a day, were one capacity at the low end",
        )


def _outside(percentiles: pd.DataFrame) -> str:
    """Return which results with nothing drawn lie outside the band of their draws, and why."""
    central = percentiles["central"]
    beyond = (central < percentiles["low_5"]) | (central > percentiles["high_95"])
    count = int(beyond.sum())
    if not count:
        return ""
    is_, are = ("result", "lies") if count == 1 else ("results", "lie")
    return (
        f"With nothing drawn (central) {count} {is_} of {len(percentiles)} {are} outside the band "
        "of the draws: ranges of inputs lean to one side, so that what is drawn is another on "
        "average. Say the band, not the central figure alone."
    )


def _words(column: str) -> str:
    return column.replace("_", " ")
