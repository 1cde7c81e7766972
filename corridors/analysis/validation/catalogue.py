"""What each observation asks of the model, read from `observations.csv`.

A row names a measure and its parameters (`measure`, `asks`), or says why the model is
not asked (`not_modelled`). A row that parameters are fitted to names them in `fits`.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridors.analysis.validation import daily_measures, route_measures, steady_measures
from corridors.analysis.validation.parameters import KINDS
from corridors.analysis.validation.runs import FIELDS, RUN_DAYS, scenario_of
from corridors.analysis.validation.wording import is_by_days, parameters_of, reads_the_date
from corridors.errors import DataError, ScenarioError, nearest
from corridors.network.reading.yaml_lines import Lines, at, parse, taken_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from corridors.network.network import Network

    Fault = tuple[str, str]

__all__ = [
    "MEASURES",
    "Question",
    "faults_of",
    "fitted_of",
    "missing_in",
    "question_of",
    "scenario_fault",
    "unit_fault",
    "windows",
]

MARGIN_DAYS = 14
"""Days that a run goes on after the last day asked for, so that its waits are known."""

MEASURES: dict[str, Callable[..., float | None]] = {
    name: function
    for module in (steady_measures, route_measures, daily_measures)
    for name, function in vars(module).items()
    if getattr(function, "__module__", "") == module.__name__ and hasattr(function, "phrase")
}
"""The functions that observations are held against, by name."""


_TIMES = {"h": "hour", "hour": "hour", "hours": "hour", "day": "day", "days": "day"}
_IN_DAYS = {
    "transit_days", "leg_days", "days_longer", "wait_on", "mean_wait_on", "days_to_clear",
    "added_days", "journey_on",
}  # fmt: skip
_SHARES = {"use_of", "share_through", "share_diverted", "share_not_carried"}
_COSTS = {"mean_cost", "route_cost"}
_OF_DEMAND = {"volume", "carried", "carried_with_loss"}
_TOTALS = {"queue_on", "queue_without_choice", "passed_in_all", "carried_with_loss"}
_PERIODS = {"day": (1, 1), "week": (7, 7), "month": (28, 31), "year": (365, 366)}
"""Fewest and most days of a period."""

_AMOUNT = re.compile(r"([A-Za-z-]+)(?: pairs?)?(?:/([a-z]+)| in ([0-9]+) ([a-z]+?)s?)?")


@dataclass(frozen=True)
class Question:
    """A measure and the parameters that an observation gives it."""

    measure: str
    parameters: dict[str, Any]

    @property
    def function(self) -> Callable[..., float | None]:
        """The measure itself."""
        return MEASURES[self.measure]


def question_of(row: dict[str, Any]) -> Question | None:
    """Return what an observation asks of the model, or None where it says why it does not.

    Parameters
    ----------
    row
        A row of `observations.csv` in which `faults_of` finds nothing.
    """
    if not row["measure"]:
        return None
    own = parameters_of(MEASURES[row["measure"]])
    asks = _mapping(row["asks"])
    return Question(
        row["measure"], {k: KINDS[str(own[k].annotation)].read(v) for k, v in asks.items()}
    )


def fitted_of(row: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the cargo that shares a fitted value, by column of `cargo`."""
    return {
        column: (kinds,) if isinstance(kinds, str) else tuple(kinds)
        for column, kinds in _mapping(row["fits"]).items()
    }


def windows(
    net: Network, asked: Iterable[tuple[dict[str, Any], Question]], *, least: int = RUN_DAYS
) -> dict[str, tuple[str, int]]:
    """Return first day and days of the run of each scenario that observations ask for.

    A run begins with the first event of its scenario, or with the first day asked for where
    that is earlier, and lasts until some days after the last day asked for.

    Parameters
    ----------
    net
        The network.
    asked
        Rows of `observations.csv` with what they ask.
    least
        Days of a run in which no later day is asked for.

    Raises
    ------
    DataError
        Where a day asked for lies years from the scenario.
    """
    from corridors.simulation.simulate import MOST_DAYS, first_day

    found: dict[str, tuple[str, int]] = {}
    for row, question in asked:
        if not is_by_days(question.function):
            continue
        name = question.parameters["scenario"]
        if name not in found:
            start = first_day(net, scenario_of(net, name), None)
            found[name] = (start.isoformat(), least)
        begin = dt.date.fromisoformat(found[name][0])
        asked_for = list(_days_asked(row, question)) or [begin]
        end = begin + dt.timedelta(days=found[name][1])
        start = min(begin, *asked_for)
        if start < begin and question.measure == daily_measures.grew_on_days.__name__:
            # What stands on a morning stood there the evening before.
            start -= dt.timedelta(days=1)
        # A run is as long as it was, so that what it says of its end stays.
        end = max(end, max(asked_for) + dt.timedelta(days=MARGIN_DAYS))
        if (end - start).days > MOST_DAYS:
            far = max(asked_for, key=lambda day: abs((day - begin).days))
            msg = (
                f"observation {row['observation_id']}: saw the day {far}, expected one at most "
                f"{MOST_DAYS - MARGIN_DAYS} days from {begin}, on which {name} begins"
            )
            raise DataError(msg)
        found[name] = (start.isoformat(), (end - start).days)
    return dict(sorted(found.items()))


def _days_asked(row: dict[str, Any], question: Question) -> Iterator[dt.date]:
    """Yield the days that a question names, and the last of those counted from a first one."""
    given = question.parameters
    for name, p in parameters_of(question.function).items():
        if p.annotation == "Date" and given.get(name):
            yield dt.date.fromisoformat(given[name])
    if "first" in given and "days" in given:
        first = dt.date.fromisoformat(given["first"])
        yield first + dt.timedelta(days=int(given["days"]) - 1)
    if reads_the_date(question.function) and not given.get("date"):
        yield dt.date.fromisoformat(row["date"])


def _mapping(text: str) -> dict[str, Any]:
    value, _ = parse(text, "") if text else ({}, {})
    return value if isinstance(value, dict) else {}


def faults_of(row: dict[str, Any]) -> list[Fault]:
    """Return what cannot be meant in an observation, as column and message.

    Only the row itself is looked at; `missing_in` holds it against a network.
    """
    name, reason = row["measure"], row["not_modelled"]
    if name and reason:
        seen = "both a measure and a reason"
        return [("measure", f"saw {seen} in not_modelled, expected one of the two")]
    if not name:
        # Tables from before there were measures ask nothing; validation says so of each row.
        why = "not_modelled has a reason" if reason else "no measure is named"
        return [
            (column, f"saw {row[column]!r}, expected nothing where {why}")
            for column in ("asks", "fits")
            if row[column]
        ]
    if name not in MEASURES:
        return [("measure", f"no measure {name!r}{nearest(name, MEASURES)}")]
    asks, message = _read("asks", row["asks"], "the measure's parameters")
    found = [("asks", message)] if message else list(_asking_faults(row, asks))
    return found + (list(_fitting_faults(row)) if row["fits"] else [])


def _read(column: str, text: str, what: str) -> tuple[dict[str, Any], str]:
    """Return a mapping written in YAML, or what is wrong with it."""
    try:
        value, lines = parse(text, column) if text else ({}, Lines())
    except ScenarioError as error:
        return {}, str(error)
    if not isinstance(value, dict):
        return {}, f"saw {text!r}, expected {what} as a mapping such as {{name: value}}"
    for keys, stands in lines.written.items():
        # Numbers have their place beside a parameter; within a selector stand names alone.
        if len(keys) > 1 and "within" not in keys and isinstance(value[keys[0]], dict):
            return {}, f"{keys[0]}, {keys[1]}: {taken_for(at(value, keys), stands)}"
    return value, ""


def _asking_faults(row: dict[str, Any], asks: dict[str, Any]) -> Iterator[Fault]:
    name = row["measure"]
    own = parameters_of(MEASURES[name])
    for key, value in asks.items():
        if key not in own:
            yield "asks", f"{name} has no parameter {key!r}{nearest(key, own)}"
            continue
        kind = KINDS[str(own[key].annotation)]
        try:
            kind.read(value)
        except (TypeError, ValueError):
            yield "asks", f"{name}, {key}: saw {value!r}, expected {kind.expected}"
    for key, p in own.items():
        if p.default is p.empty and key not in asks:
            expected = KINDS[str(p.annotation)].expected
            yield "asks", f"{name} needs the parameter {key!r}: {expected}"
    if reads_the_date(MEASURES[name]) and not row["date"]:
        key = "as_of" if "as_of" in own else "date"
        if key not in asks:
            yield "asks", f"{name}: no day is given; set the date of the row, or {key!r}"


def _fitting_faults(row: dict[str, Any]) -> Iterator[Fault]:
    """Yield why parameters cannot be fitted to a row."""
    fits, message = _read("fits", row["fits"], "cargo by column")
    if message:
        yield "fits", message
    for column, kinds in fits.items():
        if column not in FIELDS:
            yield "fits", f"{column!r} of cargo cannot be fitted{nearest(column, FIELDS)}"
        try:
            KINDS["CargoIds"].read(kinds)
        except TypeError:
            yield "fits", f"{column}: saw {kinds!r}, expected {KINDS['CargoIds'].expected}"
    if row["role"] != "calibrate":
        yield "role", f"saw {row['role']!r}, expected calibrate, as the row is fitted to"
    if not is_by_days(MEASURES[row["measure"]]):
        known = [n for n, m in MEASURES.items() if is_by_days(m)]
        hint = nearest(row["measure"], known)
        yield "measure", f"{row['measure']} looks at no run by days, which alone are fitted{hint}"
    if not row["low"] < row["value"] < row["high"]:
        yield "low", "a row that is fitted needs a low and a high with the value between them"


def missing_in(net: Network, row: dict[str, Any]) -> Iterator[Fault]:
    """Yield what an observation names and a network does not hold, as column and message."""
    question = question_of(row)
    if question is None:
        return
    own = parameters_of(question.function)
    for key, value in question.parameters.items():
        message = KINDS[str(own[key].annotation)].fault(net, value)
        if message:
            yield "asks", f"{question.measure}, {key}: {message}"
    for column, kinds in fitted_of(row).items():
        message = KINDS["CargoIds"].fault(net, kinds)
        if message:
            yield "fits", f"{column}: {message}"


def scenario_fault(row: dict[str, Any], question: Question) -> str:
    """Return how the scenario that is asked is not the one that people read; else nothing."""
    asked, stated = str(question.parameters.get("scenario", "")), row["scenario"]
    if not asked or not stated or asked == stated:
        return ""
    return f"scenario: saw {asked!r}, the column scenario says {stated!r}"


def unit_fault(net: Network, row: dict[str, Any], question: Question) -> str:
    """Return why the unit of an observation is not the one its measure answers in; else nothing.

    Parameters
    ----------
    net
        The network, for the units of its capacities.
    row, question
        The observation and what it asks.
    """
    name, unit = question.measure, str(row["unit"])
    own = parameters_of(question.function)
    given = {k: question.parameters.get(k, p.default) for k, p in own.items()}
    if "per" in own or name in _IN_DAYS:
        wanted = given.get("per", "day")
        return "" if _TIMES.get(unit) == wanted else f"saw {unit!r}, expected {wanted}"
    if name in _SHARES or name == "cost_ratio":
        wanted = "share" if name in _SHARES else "ratio"
        return "" if unit == wanted else f"saw {unit!r}, expected {wanted}"
    if name in _COSTS:
        return "" if unit.startswith("USD/") else f"saw {unit!r}, expected USD/ and what it is for"
    counted = {"TEU"} if name == "carried_with_loss" else {str(given.get("unit"))}
    if name not in _OF_DEMAND:
        counted = _units_of(net, given["capacity"])
        if given.get("units_per_vehicle", 1.0) != 1.0 or not counted:
            return ""
    return _amount_fault(unit, counted, _days_of(name, given))


def _days_of(name: str, given: dict[str, Any]) -> float | None:
    """Return for how many days a measure gives an amount; None where for none."""
    if name in _TOTALS:
        return float(given["days"]) if name == "carried_with_loss" else None
    if name in ("volume", "carried", "passed"):
        return float(given["days"])
    return float(given.get("per_days", 1.0))


def _units_of(net: Network, capacity: str | tuple[str, ...]) -> set[str]:
    """Return the units of capacities; nothing where a scenario sets one of them."""
    table = net.whole.tables["capacities"]
    known = dict(zip(table["capacity_id"], table["unit"], strict=True))
    named = (capacity,) if isinstance(capacity, str) else capacity
    return {known[c] for name in named if (c := name.partition(":")[0]) in known}


def _amount_fault(unit: str, counted: set[str], days: float | None) -> str:
    words = " or ".join(sorted(counted))
    found = _AMOUNT.fullmatch(unit)
    if found is None or not {found[1], found[1].removesuffix("s")} & counted:
        return f"saw {unit!r}, expected {words}"
    number, period = int(found[3] or 1), found[2] or found[4]
    if period not in _PERIODS:
        return ""
    least, most = (number * bound for bound in _PERIODS[period])
    if days is None or not least - 1 <= days <= most + 1:
        asked = "one in all" if days is None else f"that of {days:g} days"
        return f"saw {unit!r}, but the figure that is asked for is {asked}"
    return ""
