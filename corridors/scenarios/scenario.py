"""Scenarios: named, dated lists of events over a network, and how they add up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from corridors.errors import ScenarioError, nearest
from corridors.network.calendar import parse_date
from corridors.network.folder import data_folder
from corridors.network.reading.numbers import read_number
from corridors.network.reading.yaml_lines import Lines, Path_, read
from corridors.scenarios.events import KINDS, Event
from corridors.scenarios.quantities import parse_time
from corridors.scenarios.schema import MOST_EVENTS, amount_keys, first_fault

MOST_PARTS = 100
"""Scenarios that are added up by ``+``, or that one extends."""

MOST_LEVELS = 20
"""Scenarios that extend one another in a row."""

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


@dataclass(frozen=True)
class Scenario:
    """A named, dated list of events: an overlay, never an edit.

    Two scenarios add up to one with the events of both, in order, as of the
    first day on which the most of them are in force, some of each. What both have
    from the same place of the same file counts once.

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
            events=self.events + _not_among(self.events, other.events),
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

    def _repr_html_(self) -> str:
        from corridors.display import card

        events = {f"event {i}": event.in_words() for i, event in enumerate(self.events, 1)}
        about = {"as of": self.as_of or "any day", "about": self.description} | events
        told = {k: v for k, v in about.items() if v} | {"sources": self.sources or "none"}
        return card(self.title or self.name, told)


def _not_among(events: tuple[Event, ...], others: tuple[Event, ...]) -> tuple[Event, ...]:
    """Return those of some events that do not stand among others already.

    One event of one file is one event, by however many ways a sum comes to it. Two
    that read the same but stand twice in a file, or in two files, are two.
    """
    known: dict[tuple[str, int], list[Event]] = {}
    for event in events:
        if event.origin is not None:
            known.setdefault(event.origin, []).append(event)
    return tuple(e for e in others if e.origin is None or e not in known.get(e.origin, []))


def _common_day(one: Scenario, other: Scenario) -> dt.date | None:
    """Return the day that a sum is about.

    A scenario is about the events in force on its own day. Of the days of both and
    the days on which an event of either begins, this is the first on which most of
    those are in force, some of each scenario; the later of the two days where they
    never overlap.
    """
    days = [d for d in (one.as_of, other.as_of) if d is not None]
    starts = [e.first_day for e in one.events + other.events if e.first_day is not None]
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
    fault = first_fault(content, lines.written)
    if fault is not None:
        msg = f"{_place(path, fault[0], lines)}: {fault[1]}"
        raise ScenarioError(msg)
    here = str(path.resolve())
    events = tuple(
        replace(_event(raw, ("events", i), path, lines), origin=(here, i))
        for i, raw in enumerate(content["events"])
    )
    as_of = _value(parse_date, content, ("as_of",), path, lines)
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


def _value(
    parse: Callable[[Any], T],
    raw: dict[str, Any],
    keys: Path_,
    path: Path,
    lines: dict[Path_, int],
) -> T | None:
    """Return what stands under the last of some keys, None where nothing does."""
    if keys[-1] not in raw:
        return None
    try:
        seen = raw[keys[-1]]
        if isinstance(seen, int | float) and isinstance(lines, Lines) and keys in lines.written:
            _check_writing(lines.written[keys], seen)
        return parse(seen)
    except ValueError as error:
        msg = f"{_place(path, keys, lines)}: {error}"
        raise ScenarioError(msg) from None


def _check_writing(text: str, seen: float) -> None:
    """Raise ValueError where YAML reads a number that is not written as numbers are."""
    try:
        same = read_number(text) == seen
    except ValueError as error:
        msg = f"saw {text}: {str(error) or 'that is no number'}"
        raise ValueError(msg) from None
    if not same:
        msg = f"saw {text}, which YAML takes for {seen}; write it without the zeros before it"
        raise ValueError(msg)


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
    kind = next(kind for name, kind in KINDS.items() if name in raw)

    def value(parse: Callable[[Any], T], key: str) -> T | None:
        return _value(parse, raw, (*keys, key), path, lines)

    amount = value(kind.parse, kind.amount_key) if kind.amount_key else None
    unused = [key for key in amount_keys() if key in raw and key != kind.amount_key]
    if unused:
        msg = f"{_place(path, (*keys, unused[0]), lines)}: {kind.name} takes no {unused[0]!r}"
        raise ScenarioError(msg)
    first, end = value(parse_date, "from"), value(parse_date, "until")
    if first and end and end <= first:
        msg = (
            f"{_place(path, (*keys, 'until'), lines)}: the end {end} is not after "
            f"the start {first}; until is the first day no longer in force"
        )
        raise ScenarioError(msg)
    cargo = raw.get("cargo", [])
    return Event(
        kind=kind.name,
        selector=raw[kind.name],
        amount=amount,
        cargo=(cargo,) if isinstance(cargo, str) else tuple(cargo),
        first_day=first,
        end_day=end,
        over_hours=value(parse_time, "over") or 0.0,
        note=raw.get("note", ""),
        where=_place(path, keys, lines),
        folder=path.parent,
    )
