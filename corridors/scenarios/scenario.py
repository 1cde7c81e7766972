"""Scenarios: named, dated lists of events over a network, and how they add up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from corridors.display import card, several
from corridors.errors import ScenarioError, nearest
from corridors.network.calendar import day_in, parse_date
from corridors.network.folder import data_folder
from corridors.network.reading.yaml_lines import Lines, Path_, read
from corridors.scenarios.authoring.calls import Changes
from corridors.scenarios.authoring.phrases import is_phrase, near_phrase, read_phrase
from corridors.scenarios.authoring.reading import event_from, place_of, read_event, value_at
from corridors.scenarios.authoring.series import is_gap, series
from corridors.scenarios.authoring.text import as_yaml, event_dict, slug
from corridors.scenarios.authoring.values import name_of, plain
from corridors.scenarios.authoring.varied import check_events, check_value
from corridors.scenarios.schema import MOST_EVENTS, first_fault

if TYPE_CHECKING:
    from corridors.scenarios.events import Event

__all__ = ["MOST_LEVELS", "MOST_PARTS", "Scenario", "event_from", "scenario", "shipped_scenarios"]

MOST_PARTS = 100
"""Scenarios that are added up by ``+``, or that one extends."""

MOST_LEVELS = 20
"""Scenarios that extend one another in a row."""


@dataclass(frozen=True)
class Scenario(Changes):
    """A named, dated list of events: an overlay, never an edit.

    Two scenarios add up to one with the events of both, in order, as of the
    first day on which the most of them are in force, some of each. What both have
    from the same place of the same file counts once. `close`, `limit`, `delay`,
    `surcharge`, `ban`, `open` and `demand` return one with an event more.

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
    family: tuple[str, tuple[Any, ...]] | None = None
    question: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.as_of, dt.datetime):
            object.__setattr__(self, "as_of", day_in(self.as_of))

    def __add__(self, other: Scenario) -> Self:
        if not isinstance(other, Scenario):
            return NotImplemented
        if not self.events and not self.name:
            # What nothing has been said of yet adds nothing, not even a name.
            return replace(self, **{f.name: getattr(other, f.name) for f in fields(Scenario)})
        count = len(self.events) + len(other.events)
        if count > MOST_EVENTS:
            msg = (
                f"{self.name[:60]} and {other.name[:60]} have {count} events together, "
                f"expected at most {MOST_EVENTS}"
            )
            raise ScenarioError(msg)
        titles = [t for t in (self.title, other.title) if t]
        return replace(
            self,
            name=f"{self.name}+{other.name}",
            events=self.events + _not_among(self.events, other.events),
            as_of=_common_day(self, other),
            title=" + ".join(titles),
            description="",
            question="",
            sources=tuple(dict.fromkeys(self.sources + other.sources)),
            family=None,
        )

    def at(self, date: str | dt.date) -> Self:
        """Return the scenario as of another day."""
        from corridors.network.network import as_date

        return replace(self, as_of=as_date(date))

    def named(self, name: str, title: str | None = None) -> Self:
        """Return the scenario under another name, and another title where one is given."""
        return replace(self, name=name, title=self.title if title is None else title)

    def with_event(self, raw: dict[str, Any]) -> Self:
        """Return the scenario with one event more, given as a file has it.

        One without a name takes it from its events.

        Raises
        ------
        ScenarioError
            Where it is not what a scenario's event may be.
        """
        event = event_from(raw, f"{self.name or 'scenario'}, event {len(self.events) + 1}")
        if len(self.events) >= MOST_EVENTS:
            msg = f"{self.name}: more than {MOST_EVENTS} events"
            raise ScenarioError(msg)
        own = [event_dict(e) for e in self.events]
        by_events = slug(" ".join(name_of(e) for e in own)) if own else ""
        name = slug(f"{self.name} {name_of(raw)}") if self.name == by_events else self.name
        return replace(self, name=name, events=(*self.events, event))

    def to_yaml(self) -> str:
        """Return the scenario as the text of a file, with all that it extends written out.

        Examples
        --------
        >>> import corridors as co
        >>> print(co.Scenario("shut").at("2025-09-12").close(country="IR").to_yaml(), end="")
        name: shut
        as_of: '2025-09-12'
        events:
        - close:
            country: IR
        """
        return as_yaml(self)

    def __repr__(self) -> str:
        return f"Scenario({self.name}, as of {self.as_of}, {several(len(self.events), 'events')})"

    def _repr_html_(self) -> str:
        events = {f"event {i}": event.in_words() for i, event in enumerate(self.events, 1)}
        about = {
            "as of": self.as_of or "any day",
            "question": self.question,
            "about": self.description,
        } | events
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


def scenario(source: str | Path | Mapping[str, Any] | Scenario) -> Scenario:
    """Return a scenario by name, by path, from a dict or a line, or as it is.

    Parameters
    ----------
    source
        A shipped scenario's name, a path to a YAML file, a change in a line such as
        ``"close border:KZ-RU"``, several of these joined by ``+``; a dict that holds
        what a file holds, with dates and tuples where a file has text and lists; or a
        Scenario.

    Raises
    ------
    ScenarioError
        Naming file, line, what was found and what was expected.

    Examples
    --------
    >>> import corridors as co
    >>> co.scenario("poland-closure-2025").as_of
    datetime.date(2025, 9, 12)
    >>> co.scenario("close border:KZ-RU from 2025-09-12 for 14 days").events[0].end_day
    datetime.date(2025, 9, 26)
    >>> co.scenario({"name": "shut", "events": [{"close": {"country": "IR"}}]})
    Scenario(shut, as of None, 1 event)
    """
    if isinstance(source, Scenario):
        return source
    if isinstance(source, Mapping):
        return _from_values(dict(source))
    if not isinstance(source, str | Path):
        msg = f"scenario: saw {source!r}, expected a name, a path, a dict or a Scenario"
        raise ScenarioError(msg)
    if isinstance(source, str) and not source.strip():
        raise ScenarioError("scenario: saw nothing, expected a name, a path or a change in a line")
    known: dict[Path, Scenario] = {}
    if isinstance(source, str) and "+" in source and not _exists(Path(source)):
        names = [part.strip() for part in source.split("+")]
        if len(names) > MOST_PARTS:
            msg = f"{len(names)} scenarios added up, expected at most {MOST_PARTS}"
            raise ScenarioError(msg)
        if "" in names:
            msg = f"saw {source!r}, expected a scenario on either side of each +"
            raise ScenarioError(msg)
        total, *parts = (_one(name, known) for name in names)
        for part in parts:
            total = total + part
        return total
    return _one(source, known)


def _one(source: str | Path, known: dict[Path, Scenario]) -> Scenario:
    """Return a scenario that is no sum: a change in a line, a name or a path."""
    if isinstance(source, str) and is_phrase(source) and not _exists(Path(source)):
        text = " ".join(source.split())
        raw = read_phrase(text)
        try:
            found = Scenario(name="", title=text).with_event(raw)
        except ScenarioError as error:
            msg = f"{text!r}: {str(error).removeprefix('scenario, event 1').lstrip(':, ')}"
            raise ScenarioError(msg) from None
        return found.at(raw["from"]) if "from" in raw else found
    return _read(_find(source, Path()), (), known)


def _from_values(content: dict[str, Any]) -> Scenario:
    """Return a scenario given as plain values; paths in it start in the working folder."""
    name = str(content.get("name", ""))[:100]
    here = Path(f"scenario {name}" if name else "scenario")
    return _built(plain(content), here, {}, (), {})


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
        named = seen if path.is_absolute() or len(seen) > 100 else path
        wrong = "is a folder, expected a file" if _exists(path) else "no such file"
        msg = f"{named}: {wrong}"
        raise ScenarioError(msg)
    msg = f"no scenario {seen!r}{near_phrase(seen) or nearest(seen, shipped)}"
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
    # What ships was held against the schema before it shipped; the library that does so takes
    # longer to load than all else, where it finds grammars of addresses beside it.
    place = path.resolve()
    sound = place.suffix == ".yaml" and place.parent == (data_folder() / "scenarios").resolve()
    return _built(content, path, lines, under, known, sound=sound)


def _built(
    content: Any,
    path: Path,
    lines: dict[Path_, int],
    under: tuple[Path, ...],
    known: dict[Path, Scenario],
    *,
    sound: bool = False,
) -> Scenario:
    """Return the scenario that plain values are, of a file or of a script.

    `sound` says that the schema need not be asked.
    """
    if not isinstance(content, dict):
        seen = "nothing" if content is None else type(content).__name__
        msg = f"{path}: expected a scenario with name and events, saw {seen}"
        raise ScenarioError(msg)
    written = lines.written if isinstance(lines, Lines) else None
    fault = None if sound else first_fault(content, written)
    if fault is not None:
        msg = f"{place_of(path, fault[0], lines)}: {fault[1]}"
        raise ScenarioError(msg)
    here = str(path.resolve()) if isinstance(lines, Lines) else ""
    events = tuple(
        replace(read_event(raw, ("events", i), path, lines), origin=(here, i) if here else None)
        for i, raw in enumerate(content["events"])
    )
    as_of = value_at(parse_date, content, ("as_of",), path, lines)
    own = Scenario(
        name=content["name"],
        events=events,
        as_of=as_of,
        title=content.get("title", ""),
        description=" ".join(content.get("description", "").split()),
        sources=tuple(content.get("sources", ())),
        question=" ".join(content.get("question", "").split()),
    )
    extends = content.get("extends", [])
    if isinstance(extends, str):
        extends = [extends]
    if extends:
        total = _extended(own, extends, path, lines, under, known)
        own = replace(own, events=total.events, as_of=as_of or total.as_of, sources=total.sources)
    return replace(own, family=_family(content, own.events, path, lines))


def _family(
    content: dict[str, Any], events: tuple[Event, ...], path: Path, lines: dict[Path_, int]
) -> tuple[str, tuple[Any, ...]] | None:
    """Return the parameter of a family and its values, None where a scenario is alone."""
    for parameter, given in content.get("family", {}).items():
        keys = ("family", parameter)
        for i, value in enumerate(given):
            if not is_gap(value):
                value_at(
                    partial(check_value, parameter, events=events), given, (*keys, i), path, lines
                )
        try:
            values = series(given)
            for value in values:
                # What lies between two that can be meant may be none.
                check_value(parameter, value, events)
            if events:
                check_events(parameter, events)
        except ValueError as error:
            msg = f"{place_of(path, keys, lines)}: {error}"
            raise ScenarioError(msg) from None
        return parameter, values
    return None


def _extended(
    own: Scenario,
    extends: list[str],
    path: Path,
    lines: dict[Path_, int],
    under: tuple[Path, ...],
    known: dict[Path, Scenario],
) -> Scenario:
    """Return a scenario after all those that it extends."""
    where = place_of(path, ("extends",), lines)
    if len(extends) > MOST_PARTS:
        msg = f"{where}: {len(extends)} scenarios, expected at most {MOST_PARTS}"
        raise ScenarioError(msg)
    base: Scenario | None = None
    try:
        for name in extends:
            part = _read(_find(name, path.parent), (*under, path.resolve()), known)
            # Titles and names of what is extended are not shown, and would grow with every level.
            part = replace(part, title="", description="", question="", name=part.name[:100])
            base = part if base is None else replace(base + part, name=part.name)
        return own if base is None else base + own
    except ScenarioError as error:
        msg = f"{where}: {error}"
        raise ScenarioError(msg) from None
