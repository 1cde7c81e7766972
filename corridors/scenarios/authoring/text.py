"""Scenarios as YAML again: what is written reads back as the same scenario."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from corridors.network.reading.areas import read_geojson
from corridors.scenarios.quantities import amount_text, number_text

if TYPE_CHECKING:
    from corridors.scenarios.events import Event

_LONGEST_NAME = 100


class _Plain(yaml.SafeDumper):
    """Writes each value where it stands: no anchors, which no scenario may have."""

    def ignore_aliases(self, data: Any) -> bool:
        """Return True: nothing is written as a reference to something else."""
        del data
        return True


def slug(text: str) -> str:
    """Return a text as the name of a scenario: lower-case letters, digits, - and _.

    Examples
    --------
    >>> slug("Poland + KZ-RU"), slug("++")
    ('poland-kz-ru', 'scenario')
    """
    parts = re.findall(r"[a-z0-9_]+", text.lower())
    return "-".join(parts).lstrip("_-")[:_LONGEST_NAME].rstrip("-") or "scenario"


def as_dict(scenario: Any) -> dict[str, Any]:
    """Return a scenario as the plain values that a file of it holds.

    What it extends is written out, so that the text stands alone; the area of a
    `within` that lies in a file is written into it.
    """
    name = scenario.name
    found: dict[str, Any] = {"name": name if slug(name) == name else slug(name)}
    if scenario.title:
        found["title"] = scenario.title
    if scenario.question:
        found["question"] = scenario.question
    if scenario.description:
        found["description"] = scenario.description
    if scenario.as_of is not None:
        found["as_of"] = scenario.as_of.isoformat()
    if scenario.family is not None:
        found["family"] = {scenario.family[0]: list(scenario.family[1])}
    found["events"] = [event_dict(event) for event in scenario.events]
    if scenario.sources:
        found["sources"] = list(scenario.sources)
    return found


def as_yaml(scenario: Any) -> str:
    """Return a scenario as the text of a file; see `as_dict`."""
    text = yaml.dump(
        as_dict(scenario), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=100
    )
    return str(text)


def event_dict(event: Event) -> dict[str, Any]:
    """Return an event as the plain values that a file of it holds."""
    raw: dict[str, Any] = {event.kind: {k: _value(event, k, v) for k, v in event.selector.items()}}
    if event.amount is not None:
        raw[event.meaning.amount_key] = amount_text(event.amount)
    if event.cargo:
        raw["cargo"] = list(event.cargo)
    if event.first_day is not None:
        raw["from"] = event.first_day.isoformat()
    if event.end_day is not None:
        raw["until"] = event.end_day.isoformat()
    if event.over_hours:
        raw["over"] = f"{number_text(event.over_hours)} h"
    if event.start_up_hours:
        raw["start_up"] = f"{number_text(event.start_up_hours)} h"
    if event.takes:
        raw["takes"] = event.takes
    if event.note:
        raw["note"] = event.note
    return raw


def _value(event: Event, key: str, value: Any) -> Any:
    if key == "within" and not isinstance(value, dict):
        path = event.folder / str(value) if event.folder else value
        return read_geojson(Path(path))
    return list(value) if isinstance(value, tuple) else value
