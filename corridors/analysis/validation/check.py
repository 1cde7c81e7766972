"""Every check on a network, those of what its observations ask of the model among them."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.analysis.validation.catalogue import (
    faults_of,
    missing_in,
    question_of,
    scenario_fault,
    unit_fault,
)
from corridors.assignment.choice_parameters import choice_parameters
from corridors.errors import DataError, nearest
from corridors.network.checks import rules
from corridors.network.folder import CHOICE, raise_problems
from corridors.network.reading.cells import Problem, problem_at
from corridors.scenarios import checks
from corridors.scenarios.scenario import shipped_scenarios

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from corridors.network.network import Network

__all__ = ["RULES", "check", "require_questions"]


def observations_ask_or_say_why_not(net: Network) -> Iterator[Problem]:
    """What an observation asks can be meant: a measure and its parameters, or a reason."""
    rule = observations_ask_or_say_why_not
    for i, row in _observations(net):
        for column, message in faults_of(row):
            yield problem_at("observations", i, column, rule, f"{row['observation_id']}: {message}")


def observations_ask_for_what_is_there(net: Network) -> Iterator[Problem]:
    """What an observation asks about stands in the network, its scenario included."""
    rule = observations_ask_for_what_is_there
    labels = {p.row for p in observations_bear_names_of_scenarios(net)}
    for i, row in _observations(net):
        # What cannot be meant is the other rule's.
        found = [] if faults_of(row) else [*missing_in(net, row)]
        question = None if found or faults_of(row) else question_of(row)
        # A label that is no name is told where it stands.
        if question and i + 2 not in labels and (message := scenario_fault(row, question)):
            found.append(("asks", f"{question.measure}, {message}"))
        for column, message in found:
            yield problem_at("observations", i, column, rule, f"{row['observation_id']}: {message}")


def observations_bear_names_of_scenarios(net: Network) -> Iterator[Problem]:
    """The column `scenario` of an observation holds no name that is nearly a scenario's."""
    rule = observations_bear_names_of_scenarios
    known = set(shipped_scenarios())
    if net.folder is not None:
        known |= {p.stem for p in net.folder.glob("*.yaml")}
    for i, row in _observations(net):
        if message := _label_fault(row["scenario"], known):
            yield problem_at(
                "observations", i, "scenario", rule, f"{row['observation_id']}: {message}"
            )


def _label_fault(label: str, known: set[str]) -> str:
    """Return which scenario a label nearly names; nothing where it names one, or stands by itself.

    What happened may have a label without any scenario, and so may what happened again in
    another year.
    """
    for part in (part.strip().removesuffix(".yaml") for part in label.split("+")):
        if not part or part in known:
            continue
        near = get_close_matches(part.lower(), sorted(known), n=3, cutoff=_NEARLY)
        words = _YEAR.split(part)
        if near and not any(len(words) > 1 and _YEAR.split(name) == words for name in near):
            return f"no scenario {part!r}{nearest(part, near)}"
    return ""


_NEARLY = 0.8
"""Likeness from which a label is taken for the name of a scenario with a slip of the pen."""

_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")


def observations_have_the_unit_that_is_answered(net: Network) -> Iterator[Problem]:
    """The unit of an observation is that in which its measure answers."""
    rule = observations_have_the_unit_that_is_answered
    for i, row in _observations(net):
        # What cannot be meant, or is not there, is the other rules'.
        question = None if faults_of(row) or [*missing_in(net, row)] else question_of(row)
        message = unit_fault(net, row, question) if question else ""
        if message:
            message = f"{row['observation_id']}, {row['measure']}: {message}"
            yield problem_at("observations", i, "unit", rule, message)


def parameters_of_choice_can_be_read(net: Network) -> Iterator[Problem]:
    """The file `choice.json`, where there is one, is meant for this network."""
    name = parameters_of_choice_can_be_read.__name__.replace("_", "-")
    try:
        counts = choice_parameters(net).counts
    except DataError as error:
        message = str(error).removeprefix(f"{(net.whole.folder or Path()) / CHOICE}")
        yield Problem(CHOICE, 0, "", name, message.lstrip(":, "))
        return
    tables = net.whole.tables
    known = {
        "link": set(tables["links"]["link_id"]),
        "transfer": set(tables["transfers"]["transfer_id"]),
        "cargo": set(tables["cargo"]["cargo"]),
        "demand": set(tables["demand"]["demand_id"]),
    }
    for count in counts:
        named = [("demand", one) for one in count.demand]
        for place in count.places:
            named += [(place.kind, place.id), ("cargo", place.cargo)]
        for kind, one in dict.fromkeys(named):
            if one not in known[kind]:
                message = f"{count.observation_id}: no {kind} {one!r}{nearest(one, known[kind])}"
                yield Problem(CHOICE, 0, "", name, message)


def _observations(net: Network) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield the rows with their numbers in the table."""
    frame = net.tables["observations"]
    for i, row in zip(frame.index, frame.to_dict("records"), strict=True):
        yield i, {str(k): v for k, v in row.items()}


RULES: tuple[Callable[[Network], Iterator[Problem]], ...] = (
    *rules.RULES,
    *checks.RULES,
    observations_ask_or_say_why_not,
    observations_ask_for_what_is_there,
    observations_bear_names_of_scenarios,
    observations_have_the_unit_that_is_answered,
    parameters_of_choice_can_be_read,
)
"""All rules, in the order in which they run."""


def check(folder: str | Path | Network | None = None) -> list[Problem]:
    """Run every check on a network folder.

    Parameters
    ----------
    folder
        The folder, a loaded network, or None for the shipped network.

    Returns
    -------
    list of Problem
        Sorted by file and row; empty for a clean network.

    Raises
    ------
    DataError
        Where there is no data package to read.

    Examples
    --------
    >>> import corridors as co
    >>> co.check()
    []
    """
    return rules.check(folder, RULES)


def require_questions(net: Network) -> None:
    """Raise DataError with every observation that asks what cannot be meant, or of no scenario."""
    problems = [
        *observations_ask_or_say_why_not(net),
        *observations_bear_names_of_scenarios(net),
    ]
    if net.folder is not None:
        raise_problems(net.folder, problems)
    elif problems:
        raise DataError("\n".join(str(p) for p in problems))
