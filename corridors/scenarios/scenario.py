"""Scenarios: named, dated lists of events over a network, and how they add up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from corridors.errors import ScenarioError, nearest
from corridors.network.calendar import parse_date
from corridors.network.folder import data_folder
from corridors.network.yaml_lines import Path_, read
from corridors.scenarios.quantities import (
    Quantity,
    parse_charge,
    parse_demand,
    parse_limit,
    parse_time,
)
from corridors.scenarios.schema import EVENT_KINDS, MOST_EVENTS, first_fault

MOST_PARTS = 100
"""Scenarios that are added up by ``+``, or that one extends."""

MOST_LEVELS = 20
"""Scenarios that extend one another in a row."""

_AMOUNTS = {
    "limit": ("to", parse_limit),
    "delay": ("by", lambda v: Quantity(parse_time(v), "h")),
    "surcharge": ("by", parse_charge),
    "demand": ("to", parse_demand),
}


@dataclass(frozen=True)
class Event:
    """One change over a period.

    Attributes
    ----------
    kind
        ``close``, ``limit``, ``delay``, ``surcharge``, ``ban``, ``open`` or ``demand``.
    selector
        What it is about.
    amount
        Share, amount per day, hours, charge or factor; None for those without.
    cargo
        Cargoes that it is about; empty for all.
    first, end
        First day in force and first day no longer; None for always.
    over_hours
        Time in which the change builds up, for the model by days.
    where
        File and line, for messages.
    folder
        Where relative paths of the selector start.
    """

    kind: str
    selector: dict[str, Any]
    amount: Quantity | None = None
    cargo: tuple[str, ...] = ()
    first: dt.date | None = None
    end: dt.date | None = None
    over_hours: float = 0.0
    note: str = ""
    where: str = ""
    folder: Path | None = None

    def in_force(self, day: dt.date) -> bool:
        """Return whether the event is in force on a day."""
        return (self.first is None or self.first <= day) and (self.end is None or day < self.end)


@dataclass(frozen=True)
class Scenario:
    """A named, dated list of events: an overlay, never an edit.

    Two scenarios add up to one with the events of both, in order, as of the
    first day on which the most of them are in force, some of each.

    Examples
    --------
    >>> import corridors as co
    >>> both = co.scenario("poland-closure-2025") + co.scenario("kz-ru-border-2025")
    >>> both.name
    'poland-closure-2025+kz-ru-border-2025'
    """

    name: str
    events: tuple[Event, ...] = ()
    as_of: dt.date | None = None
    title: str = ""
    description: str = ""
    sources: tuple[str, ...] = field(default=())

    def __add__(self, other: Scenario) -> Scenario:
        if not isinstance(other, Scenario):
            return NotImplemented
        count = len(self.events) + len(other.events)
        if count > MOST_EVENTS:
            msg = (
                f"{self.name[:60]} and {other.name[:60]} have {count} events together, "
                f"expected at most {MOST_EVENTS}"
            )
            raise ScenarioError(msg)
        titles = [t for t in (self.title, other.title) if t]
        return Scenario(
            name=f"{self.name}+{other.name}",
            events=self.events + other.events,
            as_of=_common_day(self, other),
            title=" + ".join(titles),
            sources=tuple(dict.fromkeys(self.sources + other.sources)),
        )

    def at(self, date: str | dt.date) -> Scenario:
        """Return the scenario as of another day."""
        from corridors.network.network import as_date

        return replace(self, as_of=as_date(date))

    def __repr__(self) -> str:
        return f"Scenario({self.name}, as of {self.as_of}, {len(self.events)} events)"


def _common_day(one: Scenario, other: Scenario) -> dt.date | None:
    """Return the day that a sum is about.

    A scenario is about the events in force on its own day. Of the days of both and
    the days on which an event of either begins, this is the first on which most of
    those are in force, some of each scenario; the later of the two days where they
    never overlap.
    """
    days = [d for d in (one.as_of, other.as_of) if d is not None]
    starts = [e.first for e in one.events + other.events if e.first is not None]
    meant = [[e for e in s.events if s.as_of is None or e.in_force(s.as_of)] for s in (one, other)]
    best: tuple[int, int] | None = None
    for day in sorted({*days, *starts}):
        forces = [sum(e.in_force(day) for e in events) for events in meant]
        if all(forces) and (best is None or sum(forces) > best[0]):
            best = (sum(forces), day.toordinal())
    if best is not None:
        return dt.date.fromordinal(best[1])
    return max(days) if days else None


def shipped_scenarios() -> dict[str, Path]:
    """Return the files of the scenarios that ship with the package, by name."""
    return {p.stem: p for p in sorted((data_folder() / "scenarios").glob("*.yaml"))}


def scenario(source: str | Path | Scenario) -> Scenario:
    """Return a scenario by name, by path, or as it is.

    Parameters
    ----------
    source
        A shipped scenario's name, a path to a YAML file, a Scenario, or names
        and paths joined by ``+``.

    Raises
    ------
    ScenarioError
        Naming file, line, what was found and what was expected.

    Examples
    --------
    >>> import corridors as co
    >>> co.scenario("poland-closure-2025").as_of
    datetime.date(2025, 9, 12)
    """
    if isinstance(source, Scenario):
        return source
    if not isinstance(source, str | Path):
        msg = f"scenario: saw {source!r}, expected a name, a path or a Scenario"
        raise ScenarioError(msg)
    known: dict[Path, Scenario] = {}
    if isinstance(source, str) and "+" in source and not _exists(Path(source)):
        names = [part.strip() for part in source.split("+")]
        if len(names) > MOST_PARTS:
            msg = f"{len(names)} scenarios added up, expected at most {MOST_PARTS}"
            raise ScenarioError(msg)
        total, *parts = (_read(_find(name, Path()), (), known) for name in names)
        for part in parts:
            total = total + part
        return total
    return _read(_find(source, Path()), (), known)


def _exists(path: Path) -> bool:
    """Say whether something stands there; no path at all is nothing that stands anywhere."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _find(source: str | Path, folder: Path) -> Path:
    shipped = shipped_scenarios()
    if str(source) in shipped:
        return shipped[str(source)]
    path = folder / source
    if _exists(path) and not (path.is_dir() and len(path.parts) == 1):
        # Whether it can be read is said by who reads it.
        return path
    seen = str(source) if len(str(source)) <= 120 else f"{str(source)[:100]}..."
    if path.suffix in {".yaml", ".yml"} or len(Path(source).parts) > 1:
        msg = f"{seen if path.is_absolute() or len(seen) > 100 else path}: no such file"
        raise ScenarioError(msg)
    msg = f"no scenario {seen!r}{nearest(seen, shipped)}"
    raise ScenarioError(msg)


def _read(path: Path, under: tuple[Path, ...], known: dict[Path, Scenario]) -> Scenario:
    """Read a scenario and those that it extends; each file once, however often it is named."""
    place = path.resolve()
    if place not in known:
        known[place] = _read_anew(path, under, known)
    return known[place]


def _read_anew(path: Path, under: tuple[Path, ...], known: dict[Path, Scenario]) -> Scenario:
    if len(under) >= MOST_LEVELS:
        msg = f"{path}: more than {MOST_LEVELS} scenarios extend one another in a row"
        raise ScenarioError(msg)
    if path.resolve() in under:
        chain = " extends ".join(p.name for p in (*under, path))
        msg = f"{path}: scenarios extend one another in a circle: {chain}"
        raise ScenarioError(msg)
    content, lines = read(path)
    if not isinstance(content, dict):
        msg = f"{path}: expected a scenario with name and events, saw {type(content).__name__}"
        raise ScenarioError(msg)
    fault = first_fault(content)
    if fault is not None:
        msg = f"{_place(path, fault[0], lines)}: {fault[1]}"
        raise ScenarioError(msg)
    events = tuple(
        _event(raw, ("events", i), path, lines) for i, raw in enumerate(content["events"])
    )
    as_of = _date(content, "as_of", (), path, lines)
    own = Scenario(
        name=content["name"],
        events=events,
        as_of=as_of,
        title=content.get("title", ""),
        description=" ".join(content.get("description", "").split()),
        sources=tuple(content.get("sources", ())),
    )
    extends = content.get("extends", [])
    if isinstance(extends, str):
        extends = [extends]
    if not extends:
        return own
    total = _extended(own, extends, path, lines, under, known)
    return replace(own, events=total.events, as_of=as_of or total.as_of, sources=total.sources)


def _extended(
    own: Scenario,
    extends: list[str],
    path: Path,
    lines: dict[Path_, int],
    under: tuple[Path, ...],
    known: dict[Path, Scenario],
) -> Scenario:
    """Return a scenario after all those that it extends."""
    where = _place(path, ("extends",), lines)
    if len(extends) > MOST_PARTS:
        msg = f"{where}: {len(extends)} scenarios, expected at most {MOST_PARTS}"
        raise ScenarioError(msg)
    base: Scenario | None = None
    try:
        for name in extends:
            part = _read(_find(name, path.parent), (*under, path.resolve()), known)
            # Titles and names of what is extended are not shown, and would grow with every level.
            part = replace(part, title="", description="", name=part.name[:100])
            base = part if base is None else replace(base + part, name=part.name)
        return own if base is None else base + own
    except ScenarioError as error:
        msg = f"{where}: {error}"
        raise ScenarioError(msg) from None


def _place(path: Path, keys: Path_, lines: dict[Path_, int]) -> str:
    known = keys
    while known and known not in lines:
        known = known[:-1]
    where = f"{path}, line {lines[known]}" if known in lines else str(path)
    words = [str(k) if isinstance(k, str) else f"[{k}]" for k in keys]
    return f"{where}, {'.'.join(words).replace('.[', '[')}" if words else where


def _date(
    content: dict[str, Any], key: str, keys: Path_, path: Path, lines: dict[Path_, int]
) -> dt.date | None:
    if key not in content:
        return None
    try:
        return parse_date(content[key])
    except ValueError as error:
        msg = f"{_place(path, (*keys, key), lines)}: {error}"
        raise ScenarioError(msg) from None


def event_from(raw: dict[str, Any], where: str) -> Event:
    """Return one event given as plain values; `where` names it in messages.

    Raises
    ------
    ScenarioError
        Where it is not what a scenario's event may be.
    """
    fault = first_fault({"name": "x", "events": [raw]})
    if fault is not None:
        msg = f"{where}: {fault[1]}"
        raise ScenarioError(msg)
    return _event(raw, (), Path(where), {})


def _event(raw: dict[str, Any], keys: Path_, path: Path, lines: dict[Path_, int]) -> Event:
    kind = next(k for k in EVENT_KINDS if k in raw)
    amount = None
    if kind in _AMOUNTS:
        name, parse = _AMOUNTS[kind]
        try:
            amount = parse(raw[name])
        except ValueError as error:
            msg = f"{_place(path, (*keys, name), lines)}: {error}"
            raise ScenarioError(msg) from None
    unused = [k for k in ("to", "by") if k in raw and k != _AMOUNTS.get(kind, ("",))[0]]
    if unused:
        msg = f"{_place(path, (*keys, unused[0]), lines)}: {kind} takes no {unused[0]!r}"
        raise ScenarioError(msg)
    first = _date(raw, "from", keys, path, lines)
    end = _date(raw, "until", keys, path, lines)
    if first and end and end <= first:
        msg = (
            f"{_place(path, (*keys, 'until'), lines)}: the end {end} is not after "
            f"the start {first}; until is the first day no longer in force"
        )
        raise ScenarioError(msg)
    over = 0.0
    if "over" in raw:
        try:
            over = parse_time(raw["over"])
        except ValueError as error:
            msg = f"{_place(path, (*keys, 'over'), lines)}: {error}"
            raise ScenarioError(msg) from None
    cargo = raw.get("cargo", [])
    return Event(
        kind=kind,
        selector=raw[kind],
        amount=amount,
        cargo=(cargo,) if isinstance(cargo, str) else tuple(cargo),
        first=first,
        end=end,
        over_hours=over,
        note=raw.get("note", ""),
        where=_place(path, keys, lines),
        folder=path.parent,
    )
