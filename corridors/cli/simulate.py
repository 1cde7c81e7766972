"""Day by day."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.cli.asking.targets import check_target, results
from corridors.cli.common import (
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
from corridors.display import several

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor

    import pandas as pd

    from corridors.cli.asking.answers import Extra
    from corridors.simulation.results import Simulation

UsualOption = Annotated[
    str, typer.Option("--usual", help="How cargo chooses its usual ways: optimal or logit.")
]

_FEW = 20
"""Replications below which no one of them lies beyond the 5th or the 95th per cent."""

_ROWS = 15
_SMALLEST = 0.05


def register(app: typer.Typer) -> None:
    """Add this module's commands to the application."""
    app.command()(simulate)
    app.command()(draws)


def simulate(
    context: typer.Context,
    scenario: Annotated[
        str,
        typer.Argument(
            help='Name of a shipped scenario, path to a YAML file, or a line such as "close '
            'border:KZ-RU from 2025-09-12 for 14 days"; a+b adds two.'
        ),
    ],
    days: Annotated[
        int, typer.Option(help="Days to report.", metavar="N", parser=whole_number("days"))
    ] = 90,
    start: Annotated[
        str | None,
        typer.Option(help="First day, such as 2025-09-12; that of the first event if not given."),
    ] = None,
    step: Annotated[str, typer.Option(help="Length of a step, such as 6h.")] = "1d",
    model: Annotated[
        str, typer.Option(help="queue, or optimal: with the bound of perfect foresight.")
    ] = "queue",
    announced: Annotated[
        bool, typer.Option("--announced", help="Everybody knows when a closure will end.")
    ] = False,
    usual: UsualOption = "optimal",
    expected_queue: Annotated[
        bool,
        typer.Option(
            "--expected-queue",
            help="Let the queue that variation leaves on average stand in the run.",
        ),
    ] = False,
    replications: Annotated[
        int,
        typer.Option(
            help="Draw the days at random so many times: mean and band of every figure.",
            metavar="N",
            parser=whole_number("replications", least=0),
        ),
    ] = 0,
    seed: SeedOption = 0,
    workers: Annotated[
        int,
        typer.Option(
            help="Processes for the replications; the answer is the same with any number.",
            metavar="N",
            parser=whole_number("workers", least=1),
        ),
    ] = 1,
    by: ByOption = None,
    cargo: CargoOption = None,
    network: NetworkOption = None,
    map: Annotated[  # noqa: A002  the option is called --map
        Path | None, typer.Option(help="Write the map with its days.", metavar="FILE")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw the curves of the largest queue.", metavar="FILE")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Keep all tables, and what makes them again.", metavar="FOLDER"),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Run a scenario day by day: queues, waiting, who goes round, how it clears."""
    from corridors.cli.asking.answers import Extra, hold_text_plainly, known_cargo
    from corridors.errors import DataError
    from corridors.network.network import load
    from corridors.simulation.simulate import simulate as run

    if plot is not None and plot.suffix not in {".png", ".svg", ".pdf"}:
        msg = f"{plot}: saw the ending {plot.suffix!r}, expected .png, .svg or .pdf"
        raise DataError(msg)
    hold_text_plainly(context)
    note_idle(context, "replications", "seed", "workers")
    with results(map, plot, folder=out, read=[scenario], pages=[map]):
        with working("reading the network"):
            net = load(network)
        extra = Extra(keys(by), known_cargo(net, cargo))
        with _bar() as progress, _crew(workers if replications else 1) as executor:
            sim = run(
                net,
                scenario,
                days,
                start=start,
                step=step,
                model=model,
                announced=announced,
                usual=usual,
                expected_queue=expected_queue,
                replications=replications,
                seed=seed,
                executor=executor,
                progress=progress,
            )
        if map is not None:
            sim.map().save(map)
        if plot is not None:
            from corridors.simulation.curves import save_figure

            save_figure(sim.plot(), plot)
        if out is not None:
            sim.save(out)
    if json:
        print_json({**sim.to_dict(), **extra.to_dict(sim)})
    else:
        _print(sim, extra)
    for target in (map, plot, out):
        if target is not None:
            note(f"wrote {target}")


@contextmanager
def _crew(workers: int) -> Iterator[Executor | None]:
    """Have processes ready, where more than one is asked for."""
    if workers <= 1:
        yield None
        return
    from corridors.analysis.jobs.workers import Crew

    with Crew(workers) as crew:
        yield crew


@contextmanager
def _bar() -> Iterator[Callable[[str, int, int], None] | None]:
    """Show how far a run has come, on a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading the network", total=None)

        def progress(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total or None)

        yield progress


def _print(sim: Simulation, extra: Extra) -> None:
    plan = sim.scenario
    title = (plan.title or plan.name) if plan else "Undisturbed"
    print_line(f"{title}: {several(len(sim.days), 'days')} from {sim.start}", indent=0)
    echo()
    print_prose(sim.explain())
    echo()
    fall = sim.effect.assign(what=[w.replace("_", " ") for w in sim.effect["what"]])
    fall["share"] = sim.waterfall["share"]
    fall = fall.rename(columns=lambda c: c.replace("_", " "))
    spec = {"share": ".2%", "t": ",.0f", "usual t": ",.0f", "change t": "+,.0f"}
    print_table(fall, "What became of the cargo, t, and in the same days without it", spec)
    own = sim.caused if sim.usual is not None else sim.peaks
    # Less than a twentieth of a vehicle is what whole steps leave, no queue.
    standing = own[own["peak"] >= _SMALLEST]
    columns = ["capacity_id", "name", "unit", "peak", "usual_peak", "peak_date", "cleared_date"]
    columns.append("mean_wait_hours")
    if sim.usual is None:
        columns.remove("usual_peak")
    shown = standing[columns].head(_ROWS).rename(columns=lambda c: c.replace("_", " "))
    shown["cleared date"] = shown["cleared date"].fillna("not yet")
    title = f"Queues that it causes or lengthens, the largest {len(shown)} of {len(standing)}"
    spec = {"peak": ",.1f", "usual peak": ",.1f", "mean wait hours": ",.1f"}
    print_table(shown, title, spec)
    _print_variation(sim)
    _print_losses(sim, extra)
    for heading, frame in extra.tables(sim):
        print_table(frame, heading)
    totals: dict[str, Any] = sim.summary
    print_line(f"{_totals(sim)}; residual {sim.residual_t:.1e} t")
    before = sim.earlier.set_index("what")["t"]
    if before["under_way_at_start"] > 0:
        print_line(
            f"apart from these, of {before['under_way_at_start']:,.0f} t that were under way "
            f"before: {before['late']:,.0f} t late, {before['other_way']:,.0f} t another way, "
            f"{before['turned_back'] + before['never_shipped']:,.0f} t turned back "
            f"(loss {totals['earlier_loss_usd']:,.0f} USD)"
        )
    if not _in_force(sim):
        print_line("no event of the scenario is in force on any of these days")
    if sim.bound is not None:
        b = sim.bound
        print_line(
            f"perfect foresight: {b.optimum_usd:,.0f} USD for {several(b.demands, 'demands')} "
            f"against {b.simulated_usd:,.0f}; price of not knowing "
            f"{b.price_of_not_knowing_usd:,.0f} USD"
        )


def _totals(sim: Simulation) -> str:
    """Return what is paid, waited and lost, each beside the same days undisturbed."""
    totals = sim.summary
    added = None if sim.usual is None else sim.usual.added(totals)
    parts = []
    for name, key, unit in (
        ("transport", "cost_usd", "USD"),
        ("waiting", "waiting_t_hours", "tonne-hours"),
        ("loss", "loss_usd", "USD"),
    ):
        more = "" if added is None else f" ({added[key]:+,.0f})"
        parts.append(f"{name} {totals[key]:,.0f} {unit}{more}")
    beside = "" if added is None else " (against the same days without it)"
    return "; ".join(parts) + beside


def _print_variation(sim: Simulation) -> None:
    """Print the queues that variation is expected to leave, and the bands of replications."""
    random = sim.random_queues
    shown = random[random["random_wait_hours"] >= 1.0].drop(columns="largest_date")
    if len(shown):
        head = shown.head(_ROWS).rename(columns=lambda c: c.replace("_", " "))
        spec = {"use": ".0%", **dict.fromkeys(head.columns[4:], ",.1f")}
        title = (
            "Where arrivals and service vary about their mean: queue and wait expected of it, "
            f"the longest {len(head)} of {len(shown)}"
        )
        print_table(head, title, spec)
    drawn = sim.replications
    if drawn is None:
        return
    if sim.timetable.problem.variability is None:
        alike = f"all {len(drawn)} replications are the same: " if len(drawn) > 1 else ""
        print_line(
            f"{alike}the table `variation` has no row for any capacity of this network, so nothing "
            "varies"
        )
    said = f"{several(len(drawn), 'replications')} with seed {drawn.seed}: mean, and 5 to 95 %"
    if len(drawn) < _FEW:
        said += ", between so few by interpolation"
    band = dict.fromkeys(("mean", "low", "high"), ",.0f")
    fall = drawn.waterfall.assign(what=[w.replace("_", " ") for w in drawn.waterfall["what"]])
    print_table(fall, f"What became of the cargo, t; {said}", band)
    effect = drawn.effect
    if effect is not None:
        shown = effect.assign(what=[w.replace("_", " ") for w in effect["what"]])
        title = f"Beyond the same drawn days without the scenario, t, USD and t h; {said}"
        print_table(shown, title, band, own_units=True)
    columns = ["capacity_id", "unit", "share"]
    columns += [f"peak_{end}" for end in band] + [f"mean_wait_hours_{end}" for end in band]
    queues = drawn.queues[drawn.queues["peak_mean"] >= _SMALLEST][columns]
    head = queues.head(_ROWS).rename(columns=lambda c: c.replace("_", " "))
    spec = {"share": ".0%", **dict.fromkeys(head.columns[3:], ",.1f")}
    print_table(head, f"Queues, the largest {len(head)} of {len(queues)}; {said}", spec)
    totals = drawn.totals.assign(what=[w.replace("_", " ") for w in drawn.totals["what"]])
    print_table(totals, f"Totals; {said}", band, own_units=True)


def _print_losses(sim: Simulation, extra: Extra) -> None:
    """Print which demands lose most, by name."""
    from corridors.cli.asking.named import with_demand

    lost = sim.top_losses(len(sim.outcomes))
    lost = extra.only(lost, lost["cargo"])
    if not len(lost):
        return
    net = sim.timetable.states[0].net
    columns = ["demand_id", "lost", "wanted", "lost_value_usd"]
    if sim.usual is not None:
        # What is lost in any case must not look like the scenario's.
        was = sim.usual.outcomes.set_index("demand_id")[["turned_back", "never_shipped"]]
        usual = lost["demand_id"].map(was.sum(axis=1)).fillna(0.0)
        lost = lost.assign(usually_lost=usual.astype("float64"))
        columns.insert(2, "usually_lost")
    frame = with_demand(net, lost[columns])
    shown = frame.head(_ROWS).rename(columns=lambda c: c.replace("_", " "))
    print_table(shown, f"Turned back or never shipped, t: the largest {len(shown)} of {len(frame)}")


def _in_force(sim: Simulation) -> bool:
    """Say whether anything of the scenario, if there is one, happens in the reported days."""
    if sim.scenario is None:
        return True
    return any(event.in_force(day) for event in sim.scenario.events for day in sim.days)


def draws(
    scenario: Annotated[
        str, typer.Argument(help="Name of a shipped scenario or path to a YAML file; a+b adds two.")
    ],
    days: Annotated[
        int, typer.Option(help="Days of each simulation.", metavar="N", parser=whole_number("days"))
    ] = 90,
    number: Annotated[
        int,
        typer.Option(
            "--draws", help="How many simulations.", metavar="N", parser=whole_number("draws")
        ),
    ] = 100,
    seed: SeedOption = 0,
    workers: Annotated[
        int,
        typer.Option(
            help="Processes, this one among them.", metavar="N", parser=whole_number("workers")
        ),
    ] = 2,
    dask: DaskOption = None,
    usual: UsualOption = "optimal",
    network: NetworkOption = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Results as they come; a run that was stopped goes on.", metavar="FILE"),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Simulate a scenario many times, capacities and demand drawn from their ranges."""
    from corridors.analysis.jobs.cluster import workers_at
    from corridors.analysis.monte_carlo import quantiles, simulated_draws
    from corridors.network.network import load

    check_target(out, read=[scenario])
    with working("reading the network"):
        net = load(network)
    with workers_at(dask) as cluster:
        frame = simulated_draws(
            net,
            scenario,
            days,
            draws=number,
            seed=seed,
            workers=workers,
            usual=usual,
            out=out,
            executor=cluster,
        )
    found = quantiles(frame, number)
    if json:
        print_json({"draws": number, "seed": seed, "days": days,
                    "quantiles": found.to_dict("records")})  # fmt: skip
    else:
        _print_draws(found, frame.attrs["quantities"], number, days)
    if out is not None:
        note(f"wrote {out}")


def _between(low: float, high: float) -> str:
    """Return two ends in tonnes, or the one figure where they are told alike."""
    from corridors.display import number

    one, other = number(low, "t"), number(high, "t")
    return one if one == other else f"{one} to {other}"


def _print_draws(
    found: pd.DataFrame, quantities: dict[str, dict[str, Any]], draws: int, days: int
) -> None:
    """Print between what nine draws of ten lie: what becomes of cargo, then the queues."""
    import pandas as pd

    from corridors.simulation.effects import BECOMES

    said = f"of {several(draws, 'draws')} of {several(days, 'days')}"
    if draws < _FEW:
        said += ", between so few by interpolation"
    about = pd.DataFrame([{"quantity": name, **row} for name, row in quantities.items()])
    rows = about.merge(found, on="quantity", sort=False)
    fall, queues = (rows[rows["kind"] == kind] for kind in ("waterfall", "peak"))
    parts = [
        f"{_between(row['low_5'], row['high_95'])} {BECOMES[row['id']]}"
        for row in fall.to_dict("records")
        if row["id"] in BECOMES and row["high_95"] >= 1.0
    ]
    if parts:
        those = "In nine draws of ten" if draws > 1 else "In the one draw"
        print_prose(f"{those} {', '.join(parts)}.")
        echo()
    ends = ["low_5", "median", "high_95"]
    shown = fall[["name", *ends]].rename(columns=lambda c: c.replace("_", " "))
    spec = dict.fromkeys((end.replace("_", " ") for end in ends), ",.0f")
    shown = shown.rename(columns={"name": "what"})
    print_table(shown, f"What becomes of the cargo, t: 5 %, median and 95 % {said}", spec)
    queues = queues[queues["high_95"] >= _SMALLEST]
    if not len(queues):
        print_line(f"no queue in nine of ten {said}")
        return
    order = (queues["median"] * queues["t_per_unit"]).sort_values(ascending=False, kind="stable")
    shown = queues.loc[order.index, ["id", "name", "unit", *ends]].head(_ROWS)
    shown = shown.rename(columns=lambda c: "capacity id" if c == "id" else c.replace("_", " "))
    title = f"Queues at their longest, the {len(shown)} of {len(queues)} with most cargo in them"
    print_table(shown, f"{title}; {said}", dict.fromkeys(spec, ",.1f"))
