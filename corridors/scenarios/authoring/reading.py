"""Events as plain values, read from a scenario file or given by a script."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from corridors.errors import ScenarioError
from corridors.network.calendar import parse_date
from corridors.network.reading.numbers import read_number
from corridors.network.reading.yaml_lines import Lines, Path_
from corridors.scenarios.events import KINDS, Event
from corridors.scenarios.events.gates import SLOTS
from corridors.scenarios.quantities import parse_time, refuse_plus
from corridors.scenarios.schema import amount_keys, first_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")


def place_of(path: Path, keys: Path_, lines: dict[Path_, int]) -> str:
    """Return where a value stands, as messages name it: file, line, and its keys."""
    known = keys
    while known and known not in lines:
        known = known[:-1]
    where = f"{path}, line {lines[known]}" if known in lines else str(path)
    words = [str(k) if isinstance(k, str) else f"[{k}]" for k in keys]
    return f"{where}, {'.'.join(words).replace('.[', '[')}" if words else where


def value_at(
    parse: Callable[[Any], T],
    raw: Any,
    keys: Path_,
    path: Path,
    lines: dict[Path_, int],
) -> T | None:
    """Return what stands under the last of some keys, None where nothing does."""
    if isinstance(raw, dict) and keys[-1] not in raw:
        return None
    try:
        seen = raw[keys[-1]]
        if isinstance(seen, int | float) and isinstance(lines, Lines) and keys in lines.written:
            _check_writing(lines.written[keys], seen)
        return parse(seen)
    except ValueError as error:
        msg = f"{place_of(path, keys, lines)}: {error}"
        raise ScenarioError(msg) from None


def _check_writing(text: str, seen: float) -> None:
    """Raise ValueError where YAML reads a number that is not written as numbers are."""
    refuse_plus(text)
    try:
        same = read_number(text) == seen
    except ValueError as error:
        msg = f"saw {text}: {str(error) or 'that is no number'}"
        raise ValueError(msg) from None
    if not same:
        msg = f"saw {text}, which YAML takes for {seen}; write it without the zeros before it"
        raise ValueError(msg)


def event_from(
    raw: dict[str, Any], where: str, written: Mapping[Path_, str] | None = None
) -> Event:
    """Return one event given as plain values; `where` names it in messages.

    What stands in a file, by keys and positions, is `written` where that is not text.

    Raises
    ------
    ScenarioError
        Where it is not what a scenario's event may be.
    """
    stands = {("events", 0, *keys): text for keys, text in (written or {}).items()}
    fault = first_fault({"name": "x", "events": [raw]}, stands)
    if fault is not None:
        msg = f"{where}: {fault[1]}"
        raise ScenarioError(msg)
    return read_event(raw, (), Path(where), {})


def read_event(raw: dict[str, Any], keys: Path_, path: Path, lines: dict[Path_, int]) -> Event:
    """Return the event that stands under some keys of a file whose form has been checked."""
    kind = next(kind for name, kind in KINDS.items() if name in raw)

    def value(parse: Callable[[Any], T], key: str) -> T | None:
        return value_at(parse, raw, (*keys, key), path, lines)

    amount = value(kind.parse, kind.amount_key) if kind.amount_key else None
    if raw[kind.name] == SLOTS:
        amount = kind.parse(SLOTS)
    unused = [key for key in amount_keys() if key in raw and key != kind.amount_key]
    if unused:
        msg = f"{place_of(path, (*keys, unused[0]), lines)}: {kind.name} takes no {unused[0]!r}"
        raise ScenarioError(msg)
    first, end = value(parse_date, "from"), value(parse_date, "until")
    if first and end and end <= first:
        msg = (
            f"{place_of(path, (*keys, 'until'), lines)}: the end {end} is not after "
            f"the start {first}; until is the first day no longer in force"
        )
        raise ScenarioError(msg)
    if "start_up" in raw and end is None:
        msg = (
            f"{place_of(path, (*keys, 'start_up'), lines)}: saw no until; "
            "what an event takes comes back after its end"
        )
        raise ScenarioError(msg)
    cargo = raw.get("cargo", [])
    return Event(
        kind=kind.name,
        selector=raw["at"] if raw[kind.name] == SLOTS else raw[kind.name],
        amount=amount,
        cargo=(cargo,) if isinstance(cargo, str) else tuple(cargo),
        first_day=first,
        end_day=end,
        over_hours=value(parse_time, "over") or 0.0,
        start_up_hours=value(parse_time, "start_up") or 0.0,
        takes=raw.get("takes", ""),
        note=raw.get("note", "").strip(),
        where=place_of(path, keys, lines),
        folder=path.parent,
    )
