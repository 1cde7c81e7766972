"""The rows of a sweep: what they hold, in which order they stand, and as a table."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.analysis.criticality.elements import KINDS
from corridors.analysis.criticality.impact import FIGURES, rounded
from corridors.analysis.jobs.checkpoint import are_numbers
from corridors.assignment.views.grouping import OF_DEMAND, checked_key, demand_groups
from corridors.errors import UnknownIdError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from corridors.analysis.criticality.elements import NetworkElement
    from corridors.analysis.question import Question
    from corridors.network.network import Network
    from corridors.scenarios.state import NetworkState

Row = dict[str, Any]

_ADDS_UP = tuple(name for name in FIGURES if name not in {"added_hours", "redundancy"})


_HASHED_AS = {
    "tie_cost": "second_cost",
    "member_limit": "entry_row",
    "member_arc": "entry_arc",
    "member_class": "entry_class",
    "member_factor": "entry_factor",
    "arc_limit": "arc_row",
}
"""Names under which parts of a problem were first hashed: sweeps begun before go on."""


def header_of(question: Question, elements: list[NetworkElement], of: list[str], n: int) -> Row:
    """Return what a sweep is about: equal headers, equal results."""
    from corridors import __version__

    state, plan = question.state, question.scenario

    return {
        "sweep": "corridors",
        "version": __version__,
        "network": network_hash(state.net),
        "situation": state_hash(state),
        "as_of": state.day.isoformat(),
        "scenario": plan.name if plan else None,
        "of": sorted(of),
        "n": n,
        "things": len(elements),
        "figures": dict(FIGURES),
    }


def network_hash(net: Network) -> str:
    """Return a hash of all tables that a result can depend on."""
    from corridors.network.folder import table_text
    from corridors.network.schema import BESIDE_RESULTS, tables

    total = hashlib.sha256()
    for table in tables().values():
        if table.name not in BESIDE_RESULTS:
            total.update(table.name.encode())
            total.update(table_text(net.whole.tables[table.name], table).encode())
    return "sha256:" + total.hexdigest()


def state_hash(state: NetworkState) -> str:
    """Return a hash of the flow problem: what the network, day and events come to."""
    total = hashlib.sha256()
    names = {_HASHED_AS.get(field.name, field.name): field.name for field in fields(state.problem)}
    for name in sorted(names):
        value = getattr(state.problem, names[name])
        if value is None or (name == "step_price" and not value.size):
            continue
        content = np.ascontiguousarray(value)
        total.update(f"{name} {content.dtype.str} {content.shape}".encode())
        total.update(content.tobytes())
    return "sha256:" + total.hexdigest()


def element_row(element: NetworkElement, figures: Row, same_as: str) -> Row:
    """Return the row of one element that is closed."""
    return {
        "case": element.key,
        "kind": element.kind,
        "thing": element.element_id,
        "name": element.name,
        **figures,
        "same_as": same_as,
    }


def is_row(row: Row) -> bool:
    """Say whether what a file holds is the row of a sweep, of one element or of a pair."""
    of = ("kind", "thing", "name", "same_as") if "kind" in row else ("first", "second", "how")
    return (
        all(isinstance(row[name], str) for name in of)
        and are_numbers({name: row[name] for name in FIGURES if row[name] is not None})
        and all(isinstance(row[name], list) for name in ("cargo", "countries"))
    )


INTERACTION = {"interaction_t_per_day": "shortfall_t_per_day",
               "interaction_usd_per_day": "damage_usd_per_day"}  # fmt: skip
"""What two closures do beyond what each does alone, and the figure that it is of."""


def pair_row(
    first: NetworkElement, second: NetworkElement, figures: Row, how: str, alone: tuple[Row, Row]
) -> Row:
    """Return the row of two elements that are closed together.

    Parameters
    ----------
    first, second
        The elements.
    figures
        Of both closed.
    how
        Whether they were solved, or are apart.
    alone
        Figures of each closed alone.
    """
    beyond = {
        name: rounded(figures[of] - (alone[0][of] + alone[1][of]), FIGURES[of])
        for name, of in INTERACTION.items()
    }
    return {
        "case": pair_case(first, second),
        "first": first.key,
        "second": second.key,
        "how": how,
        **figures,
        **beyond,
    }


def told_apart(
    state: NetworkState, cargo: list[str] | None, by: str | None
) -> tuple[tuple[str, ...], ...] | None:
    """Return the groups of each demand that figures are of, None where they are of all.

    Raises
    ------
    UnknownIdError
        Where there is no such cargo, or the key is none of demand.
    """
    if by is not None and checked_key(by) not in OF_DEMAND:
        msg = f"sweep: by {by} has no meaning, expected a key of demand: {', '.join(OF_DEMAND)}"
        raise UnknownIdError(msg)
    known = state.arcs.cargo
    for name in cargo or ():
        if name not in known:
            msg = f"no cargo {name!r}{nearest(name, known)}"
            raise UnknownIdError(msg)
    if by is None and not cargo:
        return None
    groups = demand_groups(state.net, state.demand, by) if by else None
    return tuple(
        () if cargo and own not in cargo else groups[i] if groups else ("all",)
        for i, own in enumerate(state.demand["cargo"])
    )


def in_groups(rows: list[Row], by: str | None) -> list[Row]:
    """Return a row for each group of each element in which anything happens, worst first."""
    if by is None:
        return rows
    found = [
        {**row, "group": label, **figures}
        for row in rows
        for label, figures in row["groups"].items()
        if figures["shortfall_t_per_day"] or figures["rerouted_t_per_day"]
    ]
    return worst_first(found)


def pair_case(first: NetworkElement, second: NetworkElement) -> str:
    """Return the name of a pair."""
    return f"{first.key} + {second.key}"


def added_up(a: Row, b: Row) -> Row:
    """Return the figures of two closures that keep apart, as the sum of both."""
    figures: Row = {name: rounded(a[name] + b[name], FIGURES[name]) for name in _ADDS_UP}
    moved = a["rerouted_t_per_day"] + b["rerouted_t_per_day"]
    through = a["baseline_t_per_day"] + b["baseline_t_per_day"]
    hours = sum(r["added_hours"] * r["rerouted_t_per_day"] for r in (a, b))
    found = sum((r["redundancy"] or 0.0) * r["baseline_t_per_day"] for r in (a, b))
    figures["added_hours"] = rounded(hours / moved if moved else 0.0, FIGURES["added_hours"])
    figures["redundancy"] = rounded(found / through if through else None, FIGURES["redundancy"])
    return {
        **{name: figures[name] for name in FIGURES},
        "cargo": sorted({*a["cargo"], *b["cargo"]}),
        "countries": sorted({*a["countries"], *b["countries"]}),
    }


def worst_first(rows: Iterable[Row]) -> list[Row]:
    """Sort rows: most shortfall, then most damage, then by kind and id."""
    return sorted(
        rows,
        key=lambda r: (
            -r["shortfall_t_per_day"],
            -r["damage_usd_per_day"],
            [_place(part) for part in r["case"].split(" + ")],
        ),
    )


def _place(key: str) -> tuple[int, str]:
    kind, _, element_id = key.partition(":")
    return KINDS.index(kind), element_id


def table_of(rows: list[Row], n: int, by: str | None = None) -> pd.DataFrame:
    """Return rows as a table; cargo and countries become counts and names."""
    import pandas as pd

    names = ["kind", "thing", "name"] if n == 1 else ["first", "second", "how"]
    columns = {name: pd.Series([r[name] for r in rows], dtype="str") for name in names}
    for name in FIGURES:
        columns[name] = pd.Series([r[name] for r in rows], dtype="float64")
    for name in INTERACTION if n == 2 else ():
        # A sweep begun before these were told has none.
        columns[name] = pd.Series([r.get(name) for r in rows], dtype="float64")
    for name in ("cargo", "countries"):
        columns[f"n_{name}"] = pd.Series([len(r[name]) for r in rows], dtype="int64")
        columns[name] = pd.Series([";".join(r[name]) for r in rows], dtype="str")
    if n == 1:
        columns["same_as"] = pd.Series([r["same_as"] for r in rows], dtype="str")
    if by is not None:
        group = pd.Series([r["group"] for r in rows], dtype="str")
        columns = {k: columns[k] for k in names} | {by: group} | {
            k: v for k, v in columns.items() if k not in (*names, by)
        }  # fmt: skip
    return pd.DataFrame(columns)
