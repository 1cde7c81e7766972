"""Questions on top: sweep, routes, select."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.cli.asking.targets import check_target
from corridors.cli.common import (
    AsOfOption,
    ByOption,
    CargoOption,
    DaskOption,
    JsonOption,
    NetworkOption,
    by_model,
    keys,
    listed,
    note,
    print_json,
    print_line,
    print_table,
    whole_number,
    working,
)

if TYPE_CHECKING:
    import pandas as pd

    from corridors.assignment.assignment import Assignment

_ROWS = 20

ScenarioOption = Annotated[
    str | None,
    typer.Option("--scenario", help="Its events are in force throughout.", metavar="SCENARIO"),
]
ModelOption = Annotated[
    str, typer.Option("--model", help="How cargo chooses its way: optimal or logit.")
]


def register(app: typer.Typer) -> None:
    """Add this module's commands to the application."""
    for command in (sweep, routes, select):
        app.command()(command)


def sweep(
    context: typer.Context,
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
            help="Processes; one for each core where that pays, if not given.",
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
    dask: DaskOption = None,
    by: ByOption = None,
    cargo: CargoOption = None,
    scenario: ScenarioOption = None,
    as_of: AsOfOption = None,
    model: ModelOption = "optimal",
    network: NetworkOption = None,
    json: JsonOption = False,
) -> None:
    """Close each element, or each pair, and list what that does, worst first."""
    from corridors.analysis.criticality.elements import USUAL
    from corridors.analysis.criticality.sweep import sweep as run
    from corridors.analysis.jobs.cluster import workers_at
    from corridors.cli.asking.answers import hold_text_plainly
    from corridors.network.network import load

    hold_text_plainly(context)
    check_target(out, read=[scenario])
    with working("reading the network"):
        net = load(network)
    kinds = listed(of or list(USUAL))
    with workers_at(dask) as cluster:
        table = run(
            net,
            of=kinds,
            n=n,
            scenario=scenario,
            as_of=as_of,
            workers=workers,
            out=out,
            cargo=listed(cargo) or None,
            by=_one_key(by),
            model=model,
            executor=cluster,
        )
    if json:
        print_json({**table.attrs, "rows": _records(table)})
    elif not len(table):
        print_line(_nothing_closed(table, kinds, n))
    else:
        names = ["kind", "thing", "name"] if n == 1 else ["first", "second", "how"]
        names += [table.attrs["by"]] if table.attrs.get("by") else []
        figures = {
            "shortfall_t_per_day": "short, t/day",
            "rerouted_t_per_day": "rerouted, t/day",
            "added_hours": "added hours",
            "rerouted_cost_usd_per_day": "reroutes, USD/day",
            "damage_usd_per_day": "damage, USD/day",
            "redundancy": "redundancy",
        }
        if n == 2:
            figures["interaction_t_per_day"] = "beyond the parts, t/day"
            figures["interaction_usd_per_day"] = "beyond the parts, USD/day"
        shown = table[[*names, *figures]].head(_ROWS).rename(columns=figures)
        own = listed(cargo)
        alone = f", of {', '.join(own)} alone" if own else ""
        # So that nobody adds up what stands in the rows of several countries.
        each = (
            "; demand counts in each of its countries" if table.attrs.get("by") == "country" else ""
        )
        title = (
            f"Worst first: {len(shown)} of {len(table)}{alone}, {by_model(model)}, as of "
            f"{table.attrs['as_of']}{each}"
        )
        print_table(shown, title, {"redundancy": ".2f", "added hours": ".1f"})
    if out is not None:
        note(f"wrote {out}")


def _nothing_closed(table: pd.DataFrame, kinds: list[str], n: int) -> str:
    """Return why a sweep has no row."""
    day, found = table.attrs["as_of"], table.attrs["things"]
    if not found:
        return f"Nothing to close: no {' or '.join(kinds)} is open on {day}."
    if n > 1:
        return f"No two of {found} do anything on {day} that one of them does not do alone."
    return f"Whatever is closed of {found}, nothing is rerouted or lost on {day}."


def _one_key(by: list[str] | None) -> str | None:
    """Return the key of --by where it is one."""
    from corridors.errors import UnknownIdError

    chosen = keys(by)
    if len(chosen) > 1:
        msg = f"--by: saw {' and '.join(chosen)}, expected one"
        raise UnknownIdError(msg)
    return chosen[0] if chosen else None


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows for JSON, in which there is no NaN."""
    return [
        {k: None if isinstance(v, float) and v != v else v for k, v in row.items()}
        for row in table.to_dict("records")
    ]


def routes(
    demand: Annotated[
        str | None,
        typer.Argument(help="Id of the demand; without it, all that is carried by --by."),
    ] = None,
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
    by: ByOption = None,
    cargo: CargoOption = None,
    scenario: ScenarioOption = None,
    as_of: AsOfOption = None,
    model: ModelOption = "optimal",
    network: NetworkOption = None,
    json: JsonOption = False,
) -> None:
    """List the ways of a demand, cheapest first, and why each is or is not used."""
    from corridors.analysis.k_routes import k_routes
    from corridors.cli.asking.named import demand_words
    from corridors.errors import UnknownIdError

    if demand is not None and (by or cargo):
        raise UnknownIdError("routes: saw a demand and --by or --cargo, expected one or the other")
    plan = _assigned(network, scenario, as_of, model)
    if demand is None:
        _print_by(plan, keys(by) or ["corridor"], cargo, json=json)
        return
    table = k_routes(plan, demand, k, distinct=distinct)
    if json:
        print_json({"demand": demand, "as_of": str(plan.state.day), "routes": _records(table)})
        return
    columns = ["borders", "km", "hours", "usd_per_unit", "generalised_usd", "transfers",
               "t_per_day", "why", "because"]  # fmt: skip
    shown = table[columns].rename(columns=lambda c: c.replace("_", " "))
    said = demand_words(plan.state.net, demand)
    if not len(table):
        print_line(
            f"No way of {demand} ({said}): nothing that it may use, open or shut, leads there."
        )
        return
    on = f"{by_model(model)}, as of {plan.state.day}"
    print_table(shown, f"Ways of {demand} ({said}), cheapest first, {on}")


def _print_by(plan: Assignment, chosen: list[str], cargo: list[str] | None, *, json: bool) -> None:
    """Print the routes that carry something by some keys, kept to some cargo."""
    from corridors.cli.asking.answers import known_cargo
    from corridors.display import records

    own = known_cargo(plan.state.net, cargo)
    found = {key: plan.by(key, own or None) for key in chosen}
    if json:
        by = {key: records(frame) for key, frame in found.items()}
        print_json({"as_of": str(plan.state.day), "cargo": own, "by": by})
        return
    if not any(map(len, found.values())):
        of = f" of {', '.join(own)}" if own else ""
        print_line(f"Nothing{of} is carried on {plan.state.day}.")
        return
    for key, frame in found.items():
        shown = frame.head(_ROWS).rename(columns=lambda c: c.replace("_", " "))
        of = f" of {', '.join(own)}" if own else ""
        how = f"{by_model(plan.model)}, as of {plan.state.day}"
        print_table(shown, f"What is carried{of} by {key.replace('_', ' ')}, {how}")


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
    from corridors.analysis.criticality.elements import KINDS, bearing
    from corridors.analysis.select_link import places_of, select_link
    from corridors.cli.asking.named import with_demand
    from corridors.errors import UnknownIdError, nearest

    kind, colon, element = name.partition(":")
    if not colon:
        kind, element = "link", name
    if kind not in (*KINDS, "demand"):
        msg = f"no kind of element {kind!r}{nearest(kind, (*KINDS, 'demand'))}"
        raise UnknownIdError(msg)
    plan = _assigned(network, scenario, as_of, model)
    net = plan.state.net
    if not colon and element not in set(net.whole.tables["links"]["link_id"]):
        hint = bearing(net.whole, element)
        if hint:
            raise UnknownIdError(f"no link {element!r}{hint}")
    if kind == "demand":
        table, title = places_of(plan, element), f"Chokepoints that {element} passes"
    else:
        table, title = select_link(plan, **{kind: element}), f"Whose cargo passes {kind} {element}"
    if json:
        print_json({kind: element, "as_of": str(plan.state.day), "rows": _records(table)})
    else:
        if "demand_id" in table.columns:
            table = with_demand(plan.state.net, table)
        if not len(table):
            print_line(_nothing(plan, kind, element))
            return
        shown = table.rename(columns=lambda c: c.replace("_", " "))
        on = f"{by_model(model)}, as of {plan.state.day}"
        print_table(shown, f"{title}, {on}", own_units=True)


def _nothing(plan: Assignment, kind: str, element: str) -> str:
    """Return why no cargo passes an element, or a demand no chokepoint."""
    import numpy as np

    from corridors.analysis.criticality.elements import find_elements
    from corridors.flow.usage import open_costs

    if kind == "demand":
        if not (plan.routes["demand_id"] == element).any():
            return f"None of {element} is carried, so it passes nothing."
        known = len(plan.state.net.tables["chokepoints"])
        none = (
            "the network names none" if not known else f"of the network's {known} none lies there"
        )
        return f"No way that {element} takes passes a chokepoint: {none}."
    p, limits = plan.state.problem, plan.state.limits
    arcs = [a for one in find_elements(plan.state, [f"{kind}:{element}"]) for a in one.arcs]
    if not np.isfinite(open_costs(p)[:, np.array(arcs, dtype=np.int64)]).any():
        own = set(p.member_limit[np.isin(p.member_arc, arcs)].tolist())
        full = [limits[r].limit_id for r in own if p.bound[r] <= 0 < limits[r].amount]
        why = "it is shut, or nothing may use it"
        if full:
            why = f"background traffic takes all that {', '.join(sorted(full))} lets through"
        return f"No cargo passes {kind} {element}: {why}."
    return f"No cargo passes {kind} {element}: it is open, but no demand takes it."


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
