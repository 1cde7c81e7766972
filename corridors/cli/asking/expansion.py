"""What to build for a budget: expand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.cli.asking.targets import results
from corridors.cli.common import (
    AsOfOption,
    JsonOption,
    NetworkOption,
    listed,
    note,
    print_json,
    print_prose,
    print_table,
    working,
)

if TYPE_CHECKING:
    import pandas as pd

    from corridors.analysis.expansion.results import Expansion

_SIZES = {"k": 1e3, "M": 1e6, "bn": 1e9}
_ROWS = 20


def register(app: typer.Typer) -> None:
    """Add this module's command to the application."""
    app.command()(expand)


def expand(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SCENARIO[=WEIGHT]]...",
            help="What may happen, each with its weight, such as its days a year; equal if none "
            "is given. `undisturbed` is the network without any event.",
        ),
    ] = None,
    budget: Annotated[
        list[str] | None,
        typer.Option(
            help="USD, such as 2e9, 500M or 2bn; several times, or with commas, for a frontier.",
            metavar="USD",
        ),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(help="YAML file with a weight for each scenario.", metavar="FILE"),
    ] = None,
    project: Annotated[
        list[str] | None,
        typer.Option(
            help="A project that may be chosen, with what it needs; several times, or with "
            "commas. All if not given.",
            metavar="PROJECT",
        ),
    ] = None,
    cost: Annotated[
        list[str] | None,
        typer.Option(
            help="A project's cost where none was published, or another one: ID=USD.",
            metavar="ID=USD",
        ),
    ] = None,
    open_by: Annotated[
        str | None,
        typer.Option("--open-by", help="Only projects that open by this day.", metavar="DATE"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the tables as CSV, and all as JSON.", metavar="FOLDER"),
    ] = None,
    as_of: AsOfOption = None,
    network: NetworkOption = None,
    json: JsonOption = False,
) -> None:
    """Choose projects for a budget, so that disruptions cost and lose least."""
    from corridors.analysis.expansion.expand import expand as run
    from corridors.errors import ScenarioError
    from corridors.network.network import load

    with results(folder=out, read=scenarios or ()):
        asked = _weighed(scenarios or [], weights)
        budgets = _budgets(budget)
        if not budgets:
            raise ScenarioError("expand: saw no --budget, expected USD such as --budget 1bn,5bn")
        costs = _costs(listed(cost))
        with working("reading the network"):
            net = load(network)
        found = run(
            net,
            asked,
            budgets,
            projects=listed(project) or None,
            costs=costs,
            open_by=open_by,
            as_of=as_of,
        )
        if out is not None:
            found.save(out)
    if json:
        print_json(found.to_dict())
    else:
        _print(found)
    if out is not None:
        note(f"wrote {out}")


def _weighed(scenarios: list[str], weights: Path | None) -> list[Any]:
    """Return scenarios, with their weights where these are given."""
    from corridors.errors import ScenarioError
    from corridors.network.reading.numbers import read_number
    from corridors.network.reading.yaml_lines import read

    found: list[Any] = []
    for text in scenarios:
        name, mark, weight = text.rpartition("=")
        if not mark:
            found.append(text)
            continue
        try:
            found.append((name.strip(), read_number(weight.strip())))
        except ValueError as error:
            why = f"; {error}" if str(error) else ""
            msg = f"expand: {text!r}: saw the weight {weight!r}, expected a number{why}"
            raise ScenarioError(msg) from None
    if weights is not None:
        content, _ = read(weights)
        if not isinstance(content, dict):
            msg = f"{weights}: expected scenarios with weights, such as `caspian-storm: 30`"
            raise ScenarioError(msg)
        found += [(str(name), weight) for name, weight in content.items()]
    told = [isinstance(one, tuple) for one in found]
    if any(told) and not all(told):
        bare = found[told.index(False)]
        msg = f"expand: {bare} has no weight but others have; give each one, such as {bare}=30"
        raise ScenarioError(msg)
    return found


def _budgets(given: list[str] | None) -> list[float]:
    """Return the budgets between commas, where no comma can have been meant within a number."""
    from corridors.errors import ScenarioError

    found = []
    for text in given or ():
        parts = listed([text])
        for part in parts:
            if len(parts) > 1 and re.fullmatch(r"[0-9]{1,3}", part) and part != "0":
                msg = (
                    f"expand: budget: saw {part!r} in {text!r}, where commas part budgets; none is "
                    "a decimal point or parts thousands: expected USD such as 1500000, 500M or 2bn"
                )
                raise ScenarioError(msg)
            found.append(_usd("budget", part))
    return found


def _usd(what: str, text: str) -> float:
    """Return dollars from a number, or one with k, M or bn."""
    from corridors.errors import ScenarioError
    from corridors.network.reading.numbers import read_number

    end = next((s for s in _SIZES if text.endswith(s)), "")
    try:
        value = float(read_number(text.removesuffix(end).strip()))
    except ValueError as error:
        why = f"; {error}" if str(error) else ""
        msg = f"expand: {what}: saw {text!r}, expected USD such as 2e9, 500M or 2bn{why}"
        raise ScenarioError(msg) from None
    return value * _SIZES.get(end, 1.0)


def _costs(given: list[str]) -> dict[str, float]:
    """Return the cost of each project, which is given once."""
    from corridors.errors import ScenarioError

    found: dict[str, float] = {}
    for name, usd in map(_cost, given):
        if name in found:
            msg = f"expand: cost: saw {name!r} twice, expected each project once"
            raise ScenarioError(msg)
        found[name] = usd
    return found


def _cost(text: str) -> tuple[str, float]:
    from corridors.errors import ScenarioError

    name, mark, usd = text.partition("=")
    if not mark:
        msg = f"expand: cost: saw {text!r}, expected ID=USD such as malaszewicze-plm=1bn"
        raise ScenarioError(msg)
    return name.strip(), _usd(f"cost of {name.strip()}", usd.strip())


def _print(found: Expansion) -> None:
    """Print the frontier, what each project brings, and what it all rests on."""
    for text in found.sentences():
        print_prose(text)
    frontier = found.frontier
    shown = frontier[["budget_usd", "spent_usd"]].apply(_millions)
    shown = shown.assign(
        saved=frontier["saved_usd_per_day"],
        loss=frontier["loss_saved_usd_per_day"],
        short=frontier["shortfall_t_per_day"],
        a_year=[_by_1000(v) for v in frontier["saved_per_usd_a_year"]],
        gap=frontier["gap_usd_per_day"].round(4),
    )
    names = {
        "budget_usd": "budget, M USD", "spent_usd": "spent, M USD", "saved": "saved, USD/day",
        "loss": "of it loss", "short": "stays, t/day", "a_year": "USD a year per 1,000",
        "gap": "gap, USD/day",
    }  # fmt: skip
    right = ("budget, M USD", "spent, M USD", "USD a year per 1,000")
    title = "Frontier, on average over the scenarios"
    print_table(shown.rename(columns=names), title, {"gap, USD/day": ".2g"}, right=right)
    last = frontier["budget_usd"].iloc[-1]
    own = found.chosen[found.chosen["budget_usd"] == last].set_index("project_id")
    table = found.projects.head(_ROWS)
    in_set = table["project_id"].map(own["saved_in_set_usd_per_day"])
    each = table[["project_id"]].assign(
        usd=_millions(table["usd"]),
        opens=table["opens"],
        alone=table["saved_alone_usd_per_day"],
        a_year=[_by_1000(v) for v in table["saved_alone_per_usd_a_year"]],
        in_set=[f"{v:,.0f}" if v == v else "" for v in in_set],
    )
    names = {
        "project_id": "project", "usd": "M USD", "alone": "alone saves, USD/day",
        "a_year": "USD a year per 1,000", "in_set": "in the largest set",
    }  # fmt: skip
    print_table(
        each.rename(columns=names),
        "What each project brings",
        right=("M USD", "USD a year per 1,000", "in the largest set"),
    )
    for text in found.rests_on():
        print_prose(text)


def _by_1000(value: float) -> str:
    """Return what 1,000 dollars save a year; nothing where no dollar is spent."""
    from corridors.display import number

    return number(1000 * value) if value == value else ""


def _millions(usd: pd.Series[float]) -> list[str]:
    """Return dollars in millions: whole where they are, and never a small sum as nothing."""
    from corridors.display import number

    millions = usd / 1e6
    return ["" if v != v else number(v) if v % 1 else f"{v:,.0f}" for v in millions]
