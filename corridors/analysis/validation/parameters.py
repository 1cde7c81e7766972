"""Kinds of parameters that measures take: how a table writes them, and what they name.

A measure annotates each of its parameters with one of the names below, such as
``capacity: CapacityIds``. By that name a value written in `observations.csv` is
read, checked against the network, and told in words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridors.analysis.validation.runs import scenario_of
from corridors.errors import ScenarioError, nearest
from corridors.network.calendar import parse_date
from corridors.network.schema import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from corridors.network.network import Network

NodeId = str
NodeIds = tuple[str, ...]
LinkId = str
CargoId = str
CargoIds = tuple[str, ...]
DemandIds = tuple[str, ...]
DemandPrefixes = tuple[str, ...]
CapacityId = str
CapacityIds = tuple[str, ...]
CapacityNames = tuple[str, ...]
Through = str
Selector = dict[str, Any]
ScenarioName = str
Modes = tuple[str, ...]
Unit = str
TimeUnit = str
Date = str
Period = float
Number = float
Whole = int
Flag = bool

HOURS = {"day": 24.0, "hour": 1.0}
"""Hours of a unit of time."""

_OF_SCENARIO = re.compile(r"event#[1-9]\d*")
"""Limits that a scenario sets, by the number of its event."""


@dataclass(frozen=True)
class ParameterKind:
    """What a parameter of a measure may be.

    Attributes
    ----------
    expected
        What a message says of it.
    read
        Turns a value of YAML into that of the measure; raises ValueError or
        TypeError where it cannot be meant.
    fault
        Says what a network does not hold of it; empty where all is there.
    """

    expected: str
    read: Callable[[Any], Any]
    fault: Callable[[Network, Any], str] = lambda _net, _value: ""


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _texts(value: Any) -> tuple[str, ...]:
    """Return a list of texts; a single one stands for a list of itself."""
    if isinstance(value, str):
        return (_text(value),)
    if not isinstance(value, list) or not value:
        raise TypeError
    return tuple(_text(v) for v in value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    if not 0 < value < 1e9:
        raise ValueError
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    if not 0 < value < 100_000:
        raise ValueError
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _date(value: Any) -> str:
    parse_date(_text(value))
    return str(value)


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not value:
        raise TypeError
    return value


def _one_of(names: Iterable[str]) -> Callable[[Any], str]:
    known = tuple(names)

    def read(value: Any) -> str:
        if _text(value) not in known:
            raise ValueError
        return str(value)

    return read


def _some_of(names: Iterable[str]) -> Callable[[Any], tuple[str, ...]]:
    read = _one_of(names)
    return lambda value: tuple(read(v) for v in _texts(value))


def _many(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


def _in(table: str, column: str) -> Callable[[Network, Any], str]:
    """Return the check that names stand in a column of a table."""

    def fault(net: Network, value: Any) -> str:
        known = set(net.tables[table][column])
        missing = [name for name in _many(value) if name not in known]
        if not missing:
            return ""
        return f"{missing[0]!r} is not in {table}.csv{nearest(missing[0], known)}"

    return fault


def _capacities(net: Network, value: Any) -> str:
    """Check ids as results write them: those by direction say which of the two."""
    frame = net.tables["capacities"]
    known = {
        full
        for name, each in zip(frame["capacity_id"], frame["per_direction"], strict=True)
        for full in ([f"{name}:forward", f"{name}:backward"] if each == "yes" else [name])
    }
    for name in _many(value):
        if name not in known and not _OF_SCENARIO.fullmatch(name):
            return f"no capacity {name!r}{nearest(name, known)}"
    return ""


def _beginnings(net: Network, value: Any) -> str:
    known = net.tables["demand"]["demand_id"]
    for start in _many(value):
        if not known.str.startswith(start).any():
            return f"no id in demand.csv begins with {start!r}{nearest(start, set(known))}"
    return ""


def _border_or_link(net: Network, value: Any) -> str:
    links, borders = net.tables["links"]["link_id"], {b for b in net.borders if b}
    if value in borders or links.str.contains(value, regex=False).any():
        return ""
    return f"no link and no border {value!r}{nearest(value, {*links, *borders})}"


def _selector(net: Network, value: Any) -> str:
    from corridors.scenarios.selectors import select

    try:
        select(net, value, net.folder)
    except ScenarioError as error:
        return str(error)
    return ""


def _scenario(net: Network, value: Any) -> str:
    from corridors.simulation.simulate import first_day

    try:
        first_day(net, scenario_of(net, value), None)
    except ScenarioError as error:
        return str(error)
    return ""


def _choices(table: str, column: str) -> tuple[str, ...]:
    return tables()[table].column(column).choices


UNITS = ("t", *(v for v in _choices("loads", "vehicle") if v != "TEU"), "TEU")
"""Units in which a steady state counts what passes."""

_CAPACITY = "the id of a capacity, with :forward or :backward where each direction has its own"

KINDS: dict[str, ParameterKind] = {
    "NodeId": ParameterKind("the id of a node", _text, _in("nodes", "node_id")),
    "NodeIds": ParameterKind("a list of ids of nodes", _texts, _in("nodes", "node_id")),
    "LinkId": ParameterKind("the id of a link", _text, _in("links", "link_id")),
    "CargoId": ParameterKind("the id of a cargo", _text, _in("cargo", "cargo")),
    "CargoIds": ParameterKind("ids of cargo", _texts, _in("cargo", "cargo")),
    "DemandIds": ParameterKind("ids of demand", _texts, _in("demand", "demand_id")),
    "DemandPrefixes": ParameterKind("beginnings of ids of demand", _texts, _beginnings),
    "CapacityId": ParameterKind(_CAPACITY, _text, _capacities),
    "CapacityIds": ParameterKind(f"a list: each {_CAPACITY}", _texts, _capacities),
    "CapacityNames": ParameterKind(
        "ids of capacities, both directions of each", _texts, _in("capacities", "capacity_id")
    ),
    "Through": ParameterKind(
        "a border such as AB-CD, or (part of) the id of a link", _text, _border_or_link
    ),
    "Selector": ParameterKind(
        "a selector such as {border: [PL, BY], mode: rail}", _mapping, _selector
    ),
    "ScenarioName": ParameterKind(
        "the name of a shipped scenario, or of a file beside the tables", _text, _scenario
    ),
    "Modes": ParameterKind(
        f"some of {', '.join(_choices('links', 'mode'))}", _some_of(_choices("links", "mode"))
    ),
    "Unit": ParameterKind(f"one of {', '.join(UNITS)}", _one_of(UNITS)),
    "TimeUnit": ParameterKind(f"one of {', '.join(HOURS)}", _one_of(HOURS)),
    "Date": ParameterKind("a day such as 2025-09-12", _date),
    "Period": ParameterKind("a number of days above 0", _number),
    "Number": ParameterKind("a number above 0", _number),
    "Whole": ParameterKind("a whole number above 0", _whole),
    "Flag": ParameterKind("true or false", _flag),
}
"""Each kind by the name that a measure annotates its parameter with."""
