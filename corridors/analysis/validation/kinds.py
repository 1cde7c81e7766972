"""What sort of thing an observation is of, and what of it went into the model.

A row is of an ordinary day (`static`), of something that happened (`event`), of how long
a way takes (`time`) or of what it costs (`cost`). To meet a row that a parameter was
fitted to proves little, and to meet one whose figure is an input (an *identity*) nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from corridors.analysis.validation.count_fit import CountFit
from corridors.analysis.validation.wording import is_by_days
from corridors.assignment.choice_parameters import choice_parameters
from corridors.errors import DataError

if TYPE_CHECKING:
    from corridors.analysis.validation.catalogue import Question
    from corridors.network.network import Network

KINDS = ("static", "event", "time", "cost")
"""What an observation can be of."""

_OF_TIME = frozenset({"transit_days", "leg_days", "route_time", "days_longer", "border_stop"})
_OF_COST = frozenset({"mean_cost", "route_cost", "cost_ratio"})

_MONEY = re.compile(r"\b(USD|EUR|CNY|RUB|KZT)\b")
_TIME = re.compile(r"^(days?|hours?|h)$")


def kind_of(row: dict[str, Any], question: Question | None) -> str:
    """Return what an observation is of, one of `KINDS`.

    Parameters
    ----------
    row
        A row of `observations.csv`.
    question
        What it asks, or None where the model is not asked; then its unit tells.
    """
    if question is not None:
        by_days = is_by_days(question.function)
        if by_days or row["scenario"] or question.parameters.get("scenario"):
            return "event"
        if question.measure in _OF_TIME:
            return "time"
        return "cost" if question.measure in _OF_COST else "static"
    if row["scenario"]:
        return "event"
    if _MONEY.search(row["unit"]):
        return "cost"
    return "time" if _TIME.match(row["unit"]) else "static"


def fitted_rows(net: Network) -> frozenset[str]:
    """Return the observations that a parameter of the model was fitted to, by id."""
    table = net.whole.tables["observations"]
    named = table.loc[table["fits"].fillna("") != "", "observation_id"]
    counts = (count.observation_id for count in choice_parameters(net).counts)
    return frozenset({*map(str, named), *counts})


def identities(net: Network) -> frozenset[str]:
    """Return the counts whose figure is an input, whatever routes are chosen, by id."""
    try:
        fit = CountFit(net)
    except DataError:
        return frozenset()
    pairs = zip(fit.counts, fit.identity, strict=True)
    return frozenset(count.observation_id for count, same in pairs if same)
