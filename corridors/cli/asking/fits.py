"""How much fits: headroom and cut."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.cli.analysis import ScenarioOption
from corridors.cli.common import (
    AsOfOption,
    ByOption,
    CargoOption,
    JsonOption,
    NetworkOption,
    SeedOption,
    keys,
    listed,
    note_idle,
    print_json,
    print_line,
    print_table,
    whole_number,
    working,
)

if TYPE_CHECKING:
    import pandas as pd

    from corridors.analysis.headroom import Headroom
    from corridors.analysis.min_cut import Cut
    from corridors.analysis.uncertainty.cut_range import CutRange
    from corridors.network.network import Network

ModeOption = Annotated[
    list[str] | None,
    typer.Option("--mode", help="Only by this mode; several times, or with commas."),
]
CorridorOption = Annotated[
    list[str] | None,
    typer.Option(
        "--corridor", help="Only by this corridor and the links that several corridors share."
    ),
]
AvoidOption = Annotated[
    list[str] | None,
    typer.Option(
        "--avoid", help="Not through this place, such as country:RU or border:KZ-RU.", metavar="ID"
    ),
]


_NAMED = 3
"""Names of limits in a sentence; all of them are in the table below it."""


def register(app: typer.Typer) -> None:
    """Add this module's commands to the application."""
    app.command()(headroom)
    app.command()(cut)


def headroom(
    context: typer.Context,
    demand: Annotated[
        list[str] | None, typer.Option(help="Demand that grows; several times for several.")
    ] = None,
    by: ByOption = None,
    cargo: CargoOption = None,
    origin: Annotated[list[str] | None, typer.Option(help="Node where it starts.")] = None,
    destination: Annotated[list[str] | None, typer.Option(help="Node where it ends.")] = None,
    from_country: Annotated[list[str] | None, typer.Option(help="Country of origin.")] = None,
    to_country: Annotated[list[str] | None, typer.Option(help="Country of destination.")] = None,
    mode: ModeOption = None,
    corridor: CorridorOption = None,
    avoid: AvoidOption = None,
    years: Annotated[
        str | None,
        typer.Option(help="Ask for each of several years, such as 2025,2030.", metavar="YEARS"),
    ] = None,
    scenario: ScenarioOption = None,
    as_of: AsOfOption = None,
    network: NetworkOption = None,
    json: JsonOption = False,
) -> None:
    """Say how often the demand, or a part of it, fits, and what stops it."""
    from corridors.analysis.headroom import headroom as find
    from corridors.analysis.headroom import headroom_by_year
    from corridors.analysis.question import day_asked
    from corridors.cli.asking.answers import hold_text_plainly
    from corridors.network.network import load
    from corridors.scenarios.demand import select_demand

    hold_text_plainly(context)
    with working("letting demand grow"):
        net = load(network)
        question: dict[str, Any] = {
            "demand": demand or None,
            "cargo": listed(cargo) or None,
            "origin": origin or None,
            "destination": destination or None,
            "from_country": from_country or None,
            "to_country": to_country or None,
        }
        others: dict[str, Any] = {
            "mode": mode, "corridor": corridor, "avoid": avoid, "scenario": scenario,
        }  # fmt: skip
        apart = _apart(by)
        if years is not None:
            table = headroom_by_year(net, _years(years), as_of=as_of, **question, **others)
            _print_years(table, json=json, on=as_of[5:] if as_of else "07-01")
            return
        if not apart:
            found = [find(net, **question, **others, as_of=as_of)]
        else:
            rows = net.tables["demand"]
            kinds = sorted(set(rows["cargo"][select_demand(net, rows, question)]))
            found = [
                find(net, **{**question, "cargo": kind}, **others, as_of=as_of) for kind in kinds
            ]
    if json:
        print_json({"rooms": [one.to_dict() for one in found]} if apart else found[0].to_dict())
        return
    for one in found:
        _print_room(one, net)
    print_line(f"By the best plan, as of {day_asked(net, scenario, as_of)}.", indent=0)


def _apart(by: list[str] | None) -> bool:
    """Say whether each cargo is to grow alone; raise UnknownIdError for another key."""
    from corridors.errors import UnknownIdError

    chosen = keys(by)
    if set(chosen) - {"cargo"}:
        msg = f"headroom: --by {chosen[0]} has no meaning, expected cargo: each grows alone"
        raise UnknownIdError(msg)
    return bool(chosen)


def _years(text: str) -> list[int]:
    """Return the years between commas."""
    from corridors.errors import ScenarioError
    from corridors.scenarios.authoring.series import series

    values = [part.strip() for part in text.split(",")]
    wrong = next((v for v in values if not re.fullmatch(r"[0-9]{4}|\.\.\.|…", v)), None)
    if wrong is not None:
        msg = f"--years: saw {wrong!r}, expected years such as 2025,2030"
        raise ScenarioError(msg)
    try:
        found = series([int(v) if v.isdecimal() else v for v in values])
    except ScenarioError as error:
        msg = f"--years: {error}"
        raise ScenarioError(msg) from None
    return [int(year) for year in found]


def _print_years(table: pd.DataFrame, *, json: bool, on: str) -> None:
    from corridors.display import cut_off, records

    if json:
        finite = table["multiple"].where(table["multiple"] < math.inf)
        print_json({"years": records(table.assign(multiple=finite))})
        return
    spec = {"year": "d", "multiple": ".3f"}
    table = table.assign(multiple=[cut_off(value, 3) for value in table["multiple"]])
    print_table(
        table.rename(columns=lambda c: c.replace("_", " ")),
        f"Headroom by year, by the best plan, as of {on} of each",
        spec,
    )


def _print_room(found: Headroom, net: Network) -> None:
    from corridors.cli.asking.named import with_demand
    from corridors.display import number

    print_line(_room(found), indent=0)
    if math.isinf(found.multiple) and found.way:
        print_line(f"The way without a limit: {_named(net, found.way)}.", indent=0)
    elif found.by_cargo is not None:
        for row in found.by_cargo.to_dict("records"):
            unit = row["unit"]
            print_line(
                f"  {row['cargo']}: {number(row['units_per_day'], unit)} a day, "
                f"{number(row['added_units_per_day'], unit)} more a day, "
                f"{number(row['added_units_per_month'], unit)} a month, "
                f"{number(row['added_units_per_year'], unit)} a year"
            )
    for name in found.held:
        print_line(
            f"Coupling {name} holds back from the start: its by-product has no outlet.", indent=0
        )
    for name in found.left_out:
        print_line(
            f"That coupling {name} would leave more room as its by-product grows is left out.",
            indent=0,
        )
    if len(found.stops):
        how = "each alone would let 5 % more through" if found.stops["alone"].any() else "together"
        print_table(found.stops.drop(columns="alone"), f"In the way ({how})")
    if len(found.falls_short):
        short = with_demand(net, found.falls_short)
        print_table(short, "Falls short first", {"share": ".3f"})


def _named(net: Network, way: tuple[str, ...]) -> str:
    """Return a way as a reader names it; transfers stay as they are."""
    links = set(net.tables["links"]["link_id"])
    return ", ".join(net.link_name(one) if one in links else one for one in way)


def _room(found: Headroom) -> str:
    """Return what fits and what stops it, as a sentence."""
    from corridors.display import cut_off, number

    demand = number(found.demand_t_per_day, "t")
    if not found.demand_t_per_day:
        return "Nothing of it is wanted on that day, so nothing grows."
    if math.isinf(found.multiple):
        return f"Of {demand} a day, any multiple fits: no limit lies in the way."
    multiple = cut_off(found.multiple, 3)
    if found.multiple <= 1 + 1e-9:
        text = f"Of {demand} a day, no more fits. "
    elif multiple <= 1:
        text = f"Of {demand} a day, hardly more fits: {number(found.added_t_per_day, 't')} a day. "
    else:
        text = f"Of {demand} a day, {multiple:.3f} times as much fits: "
        text += f"{number(found.added_t_per_day, 't')} a day more. "
    names = list(found.stops["name"])
    if found.without_way:
        text += f"No way is open to {_listed(list(found.without_way), 'or')}. "
    if not names:
        dear = not found.without_way or len(found.without_way) < len(found.falls_short)
        return text.rstrip() + " Beyond that the ways left cost more than the loss." * dear
    word = "or" if found.stops["alone"].any() else "and"
    return text + f"Beyond that {_listed(names, word)} would have to let more through."


def _listed(names: list[str], word: str) -> str:
    """Return names in a sentence: the first ones where the table below it has many."""
    if len(names) > _NAMED + 1:
        names = [*names[:_NAMED], f"one of {len(names) - _NAMED} others" if word == "or" else
                 f"{len(names) - _NAMED} others"]  # fmt: skip
    between = "; " if any("," in name for name in names) else ", "
    return f" {word} ".join(filter(None, [between.join(names[:-1]), names[-1]]))


def cut(
    context: typer.Context,
    start: Annotated[str, typer.Argument(metavar="FROM", help="Country or node; commas for more.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="Country or node; commas for more.")],
    by: ByOption = None,
    cargo: CargoOption = None,
    mode: ModeOption = None,
    corridor: CorridorOption = None,
    avoid: AvoidOption = None,
    scenario: ScenarioOption = None,
    as_of: AsOfOption = None,
    uncertainty: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Draw capacities N times from their ranges and give ranges and what stops each.",
            parser=whole_number("uncertainty", least=1),
        ),
    ] = None,
    seed: SeedOption = 0,
    network: NetworkOption = None,
    json: JsonOption = False,
) -> None:
    """Say how much gets through between two regions, by cargo, and which limits form the cut."""
    from corridors.analysis.min_cut import min_cut
    from corridors.analysis.question import day_asked
    from corridors.analysis.uncertainty.cut_range import CutRange, cut_range
    from corridors.errors import UnknownIdError
    from corridors.network.network import load

    note_idle(context, "uncertainty", "seed")
    chosen = keys(by)
    if set(chosen) - {"cargo", "mode", "corridor"} or len(chosen) > 1:
        msg = f"cut: saw --by {', '.join(chosen)}, expected one of cargo, mode, corridor"
        raise UnknownIdError(msg)
    with working("looking for the narrowest place"):
        net = load(network)
        kinds = listed(cargo) or sorted(net.tables["cargo"]["cargo"])
        if not kinds:
            raise UnknownIdError(
                "cut: the network has no cargo (cargo.csv), so nothing to let through"
            )
        ways: list[dict[str, Any]] = [{"mode": mode, "corridor": corridor}]
        if chosen and chosen[0] != "cargo":
            [key] = chosen
            named = listed(mode if key == "mode" else corridor)
            labels = named or sorted(set(net.tables["links"][key]) - {""})
            ways = [{"mode": mode, "corridor": corridor, key: label} for label in labels]
        first, last = listed([start]), listed([end])
        asked: dict[str, Any] = {"avoid": avoid, "scenario": scenario, "as_of": as_of}
        found: list[tuple[dict[str, Any], Cut | CutRange]] = [
            (way, min_cut(net, first, last, kind, **way, **asked) if uncertainty is None
             else cut_range(net, first, last, kind, uncertainty, seed, **way, **asked))
            for way in ways
            for kind in kinds
        ]  # fmt: skip
    if json:
        told = [{**_told(way), **one.to_dict()} for way, one in found]
        print_json({"from": start, "to": end, "cuts": told})
        return
    for way, shown in found:
        one = shown.central if isinstance(shown, CutRange) else shown
        by_what = "".join(f" by {v}" for v in _told(way).values() if isinstance(v, str))
        print_line(_narrowest(one, start, f"{end}{by_what}", net), indent=0)
        for name in one.left_out:
            print_line(
                f"Coupling {name} holds {one.cargo} back at the start, which the cut leaves out.",
                indent=0,
            )
        if len(one.limits):
            split = "" if one.plain else " (limits share members: weights say in which parts)"
            print_table(one.limits, f"Limits of the cut for {one.cargo}{split}")
        if isinstance(shown, CutRange) and len(shown.stops):
            print_line(_how_wide(shown), indent=0)
            print_table(
                shown.stops, f"What stops {one.cargo}, by share of the draws", {"share": ".3f"}
            )
    day = day_asked(net, scenario, as_of)
    print_line(f"As of {day}, of each cargo as if all others stood aside.", indent=0)


def _how_wide(found: CutRange) -> str:
    """Return the range of a cut as a sentence, a month."""
    from corridors.analysis.min_cut import DAYS_PER_MONTH
    from corridors.display import number, several

    unit = found.central.unit
    low, middle, high = (number(v * DAYS_PER_MONTH, unit) for v in found.percentiles)
    inferred = found.stops[found.stops["confidence"] == "D"]
    text = f"With every capacity drawn once from its range: {middle} a month."
    if found.n > 1:
        text = (
            f"With every capacity drawn {found.n} times from its range: {low} to {high} a month "
            f"in nine draws of ten, {middle} in the middle one."
        )
    if len(inferred):
        are = "is" if len(inferred) == 1 else "are"
        below = several(len(found.stops), "limits")
        text += f" Of the {below} below, {len(inferred)} {are} of confidence D."
    return text


def _told(way: dict[str, Any]) -> dict[str, Any]:
    """Return the modes and corridors that a cut is kept to, as text."""
    texts = {key: ", ".join(listed([v] if isinstance(v, str) else v)) for key, v in way.items()}
    return {key: text for key, text in texts.items() if text}


def _narrowest(found: Cut, start: str, end: str, net: Network) -> str:
    """Return how much gets through and what limits it, as a sentence."""
    from corridors.display import number

    way = f"from {start} to {end}"
    if math.isinf(found.units_per_day):
        by = _named(net, found.links)
        return f"{found.cargo}: any amount gets through {way}; one way has no limit: {by}."
    if not found.units_per_day > 0 and not len(found.limits):
        return f"{found.cargo}: nothing gets through {way}; no way is open to it."
    amount = f"{number(found.units_per_day, found.unit)} a day"
    amount += f", {number(found.units_per_day * 365 / 12, found.unit)} a month"
    amount += f", {number(found.units_per_day * 365, found.unit)} a year"
    if found.unit != "t":
        amount += f" ({number(found.t_per_day, 't')} a day)"
    count = len(found.limits)
    limits = "the limit below decides" if count == 1 else f"the {count} limits below decide"
    return f"{found.cargo}: at most {amount} get through {way}; {limits}."
