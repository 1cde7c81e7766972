"""Questions on top: sweep, headroom, routes, select, cut."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.cli.common import (
    AsOfOption,
    JsonOption,
    NetworkOption,
    echo,
    note,
    print_json,
    print_table,
    whole_number,
    working,
)

if TYPE_CHECKING:
    import pandas as pd

    from corridors.analysis.headroom import Headroom
    from corridors.analysis.min_cut import Cut
    from corridors.assignment.assignment import Assignment

_ROWS = 20

ScenarioOption = Annotated[
    str | None,
    typer.Option("--scenario", help="Its events are in force throughout.", metavar="SCENARIO"),
]
CargoOption = Annotated[
    list[str] | None, typer.Option("--cargo", help="Kind of cargo; several times for several.")
]
ModelOption = Annotated[
    str, typer.Option("--model", help="How cargo chooses its way: optimal or logit.")
]


def register(app: typer.Typer) -> None:
    """Add this module's commands to the application."""
    for command in (sweep, headroom, routes, select, cut):
        app.command()(command)


def sweep(
    of: Annotated[
        list[str] | None,
        typer.Option(
            help="What is closed: link, node, border, chokepoint, country, capacity, or one "
            "such as border:BY-PL; several times, or with commas. The first four if not given."
        ),
    ] = None,
    n: Annotated[
        int,
        typer.Option(
            "--n", help="1: each element. 2: each pair.", metavar="N", parser=whole_number("n")
        ),
    ] = 1,
    workers: Annotated[
        int | None,
        typer.Option(
            help="Processes; one for each core if not given.",
            metavar="N",
            parser=whole_number("workers", least=1, most=1024),
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write JSON lines as they are found; run again, it goes on.", metavar="FILE"
        ),
    ] = None,
    scenario: ScenarioOption = None,
    as_of: AsOfOption = None,
    network: NetworkOption = None,
    json: JsonOption = False,
) -> None:
    """Close each element, or each pair, and list what that does, worst first."""
    from corridors.analysis.criticality.elements import USUAL
    from corridors.analysis.criticality.sweep import sweep as run
    from corridors.files import check_file
    from corridors.network.network import load

    if out is not None:
        check_file(out)
    with working("reading the network"):
        net = load(network)
    kinds = [part for entry in of or USUAL for part in entry.split(",") if part]
    table = run(net, of=kinds, n=n, scenario=scenario, as_of=as_of, workers=workers, out=out)
    if json:
        print_json({**table.attrs, "rows": _records(table)})
    else:
        names = ["kind", "thing", "name"] if n == 1 else ["first", "second", "how"]
        figures = {
            "shortfall_t_per_day": "short, t/day",
            "rerouted_t_per_day": "rerouted, t/day",
            "added_hours": "added hours",
            "rerouted_cost_usd_per_day": "reroutes, USD/day",
            "damage_usd_per_day": "damage, USD/day",
            "redundancy": "redundancy",
        }
        shown = table[[*names, *figures]].head(_ROWS).rename(columns=figures)
        title = f"Worst first: {len(shown)} of {len(table)}, modelled, as of {table.attrs['as_of']}"
        print_table(shown, title, {"redundancy": ".2f", "added hours": ".1f"})
    if out is not None:
        note(f"wrote {out}")


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows for JSON, in which there is no NaN."""
    return [
        {k: None if isinstance(v, float) and v != v else v for k, v in row.items()}
        for row in table.to_dict("records")
    ]


def headroom(
    demand: Annotated[
        list[str] | None, typer.Option(help="Demand that grows; several times for several.")
    ] = None,
    cargo: CargoOption = None,
    origin: Annotated[list[str] | None, typer.Option(help="Node where it starts.")] = None,
    destination: Annotated[list[str] | None, typer.Option(help="Node where it ends.")] = None,
    from_country: Annotated[list[str] | None, typer.Option(help="Country of origin.")] = None,
    to_country: Annotated[list[str] | None, typer.Option(help="Country of destination.")] = None,
    scenario: ScenarioOption = None,
    as_of: AsOfOption = None,
    network: NetworkOption = None,
    json: JsonOption = False,
) -> None:
    """Say how often the demand, or a part of it, fits, and what stops it."""
    from corridors.analysis.headroom import headroom as find
    from corridors.network.network import load

    with working("letting demand grow"):
        found = find(
            load(network),
            demand or None,
            cargo=cargo or None,
            origin=origin or None,
            destination=destination or None,
            from_country=from_country or None,
            to_country=to_country or None,
            scenario=scenario,
            as_of=as_of,
        )
    if json:
        print_json(found.to_dict())
        return
    echo(_room(found))
    if len(found.stops):
        how = "each alone would let 5 % more through" if found.stops["alone"].any() else "together"
        print_table(found.stops.drop(columns="alone"), f"In the way ({how})")
    if len(found.falls_short):
        print_table(found.falls_short, "Falls short first", {"share": ".3f"})


def _room(found: Headroom) -> str:
    """Return what fits and what stops it, as a sentence."""
    from corridors.display import number

    demand = number(found.demand_t_per_day, "t")
    if math.isinf(found.multiple):
        return f"Of {demand} a day, any multiple fits: no limit lies in the way."
    # Cut, not rounded: what is said to fit must fit.
    multiple = math.floor(found.multiple * 1000) / 1000
    if found.multiple <= 1 + 1e-9:
        text = f"Of {demand} a day, no more fits. "
    elif multiple <= 1:
        text = f"Of {demand} a day, hardly more fits: {number(found.added_t_per_day, 't')} a day. "
    else:
        text = f"Of {demand} a day, {multiple:.3f} times as much fits: "
        text += f"{number(found.added_t_per_day, 't')} a day more. "
    names = list(found.stops["capacity_id"])
    if not names:
        return text + "Beyond that the ways left cost more than the loss."
    word = "or" if found.stops["alone"].any() else "and"
    return text + f"Beyond that {_listed(names, word)} would have to let more through."


def _listed(names: list[str], word: str) -> str:
    return f" {word} ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def routes(
    demand: Annotated[str, typer.Argument(help="Id of the demand.")],
    k: Annotated[
        int,
        typer.Option(
            "--k",
            help="Ways besides those used.",
            metavar="N",
            parser=whole_number("k", least=1, most=1000),
        ),
    ] = 8,
    distinct: Annotated[
        str, typer.Option(help="What makes another way: route, or borders crossed.")
    ] = "route",
    scenario: ScenarioOption = None,
    as_of: AsOfOption = None,
    model: ModelOption = "optimal",
    network: NetworkOption = None,
    json: JsonOption = False,
) -> None:
    """List the ways of a demand, cheapest first, and why each is or is not used."""
    from corridors.analysis.k_routes import k_routes

    plan = _assigned(network, scenario, as_of, model)
    table = k_routes(plan, demand, k, distinct=distinct)
    if json:
        print_json({"demand": demand, "as_of": str(plan.state.day), "routes": _records(table)})
        return
    columns = ["borders", "km", "hours", "usd_per_unit", "generalised_usd", "transfers",
               "t_per_day", "why", "because"]  # fmt: skip
    shown = table[columns].rename(columns=lambda c: c.replace("_", " "))
    print_table(shown, f"Ways of {demand}, cheapest first, as of {plan.state.day}")


def select(
    name: Annotated[
        str,
        typer.Argument(
            metavar="LINK",
            help="A link, or another element such as border:BY-PL, node:brest, demand:ID "
            "(then: what the demand passes).",
        ),
    ],
    scenario: ScenarioOption = None,
    as_of: AsOfOption = None,
    model: ModelOption = "optimal",
    network: NetworkOption = None,
    json: JsonOption = False,
) -> None:
    """Say whose cargo passes a link, or which chokepoints a demand passes."""
    from corridors.analysis.criticality.elements import KINDS
    from corridors.analysis.select_link import places_of, select_link
    from corridors.errors import UnknownIdError, nearest

    kind, colon, element = name.partition(":")
    if not colon:
        kind, element = "link", name
    if kind not in (*KINDS, "demand"):
        msg = f"no kind of element {kind!r}{nearest(kind, (*KINDS, 'demand'))}"
        raise UnknownIdError(msg)
    plan = _assigned(network, scenario, as_of, model)
    if kind == "demand":
        table, title = places_of(plan, element), f"Chokepoints that {element} passes"
    else:
        table, title = select_link(plan, **{kind: element}), f"Whose cargo passes {kind} {element}"
    if json:
        print_json({kind: element, "as_of": str(plan.state.day), "rows": _records(table)})
    else:
        shown = table.rename(columns=lambda c: c.replace("_", " "))
        print_table(shown, f"{title}, as of {plan.state.day}")


def cut(
    start: Annotated[str, typer.Argument(metavar="FROM", help="Country or node; commas for more.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="Country or node; commas for more.")],
    cargo: CargoOption = None,
    scenario: ScenarioOption = None,
    as_of: AsOfOption = None,
    network: NetworkOption = None,
    json: JsonOption = False,
) -> None:
    """Say how much gets through between two regions, by cargo, and which limits form the cut."""
    from corridors.analysis.min_cut import min_cut
    from corridors.network.network import load

    with working("looking for the narrowest place"):
        net = load(network)
        kinds = cargo or sorted(net.tables["cargo"]["cargo"])
        found = [
            min_cut(net, start.split(","), end.split(","), kind, scenario=scenario, as_of=as_of)
            for kind in kinds
        ]
    if json:
        print_json({"from": start, "to": end, "cuts": [one.to_dict() for one in found]})
        return
    for one in found:
        echo(_narrowest(one, start, end))
        if len(one.limits):
            split = "" if one.plain else " (limits share members: weights say in which parts)"
            print_table(one.limits, f"Limits of the cut for {one.cargo}{split}")


def _narrowest(found: Cut, start: str, end: str) -> str:
    """Return how much gets through and what limits it, as a sentence."""
    from corridors.display import number

    way = f"from {start} to {end}"
    if math.isinf(found.units_per_day):
        return f"{found.cargo}: any amount gets through {way}; one way has no limit."
    if not found.units_per_day > 0 and not len(found.limits):
        return f"{found.cargo}: nothing gets through {way}; no way is open to it."
    amount = f"{number(found.units_per_day, found.unit)} a day"
    if found.unit != "t":
        amount += f" ({number(found.t_per_day, 't')})"
    count = len(found.limits)
    limits = "the limit below decides" if count == 1 else f"the {count} limits below decide"
    return f"{found.cargo}: at most {amount} get through {way}; {limits}."


def _assigned(
    network: Path | None, scenario: str | None, as_of: str | None, model: str
) -> Assignment:
    from corridors.analysis.question import newest_source
    from corridors.assignment.assign import assign
    from corridors.network.network import load
    from corridors.scenarios.scenario import scenario as read_scenario

    with working("reading the network and solving"):
        net = load(network)
        plan = None if scenario is None else read_scenario(scenario)
        known = as_of is not None or (plan is not None and plan.as_of is not None)
        return assign(net, plan, as_of=as_of if known else newest_source(net), model=model)
