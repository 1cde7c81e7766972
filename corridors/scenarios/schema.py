"""The JSON Schema of a scenario file, and its messages in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.errors import nearest
from corridors.network.reading.country_codes import code_of
from corridors.network.reading.yaml_lines import taken_for
from corridors.scenarios.events import KINDS
from corridors.scenarios.events.gates import SLOTS
from corridors.scenarios.selectors import KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corridors.scenarios.events import Kind

MOST_EVENTS = 1000
"""Events of a scenario, with all that it extends; the longest shipped one has some dozens."""

_NAMES = {
    "oneOf": [
        {"type": "string", "minLength": 1},
        {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
    ]
}
_CODE = "^[A-Z]{2}$"
_DATE = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


def _selector() -> dict[str, Any]:
    properties: dict[str, Any] = dict.fromkeys(KEYS, _NAMES)
    properties["border"] = {
        "type": "array",
        "items": {"type": "string", "pattern": _CODE},
        "minItems": 2,
        "maxItems": 2,
        "description": "Two countries by ISO 3166-1 code; quote NO",
    }
    properties["within"] = {
        "oneOf": [{"type": "string"}, {"type": "object"}],
        "description": "A GeoJSON file with polygons, or the geometry itself",
    }
    properties["direction"] = {
        "type": "string",
        "description": 'Countries such as "CN>KZ", or forward or backward along the links',
    }
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "minProperties": 1,
    }


def selector_ref() -> dict[str, Any]:
    """Return what stands in the schema for a selector."""
    return {"$ref": "#/$defs/selector"}


def _event() -> dict[str, Any]:
    kinds: dict[str, Any] = {}
    for kind in KINDS.values():
        selector: dict[str, Any] = {"$ref": "#/$defs/selector"}
        if kind.keys != KEYS:
            selector = {
                "type": "object",
                "properties": dict.fromkeys(kind.keys, _NAMES),
                "additionalProperties": False,
                "minProperties": 1,
            }
        kinds[kind.name] = {**selector, "description": kind.says}
    # An electronic queue may also say first what it is, and then where.
    places = kinds["queue"]["$ref"]
    kinds["queue"] = {
        "oneOf": [{"$ref": places}, {"const": SLOTS}],
        "description": kinds["queue"]["description"],
    }
    either = [{"required": ["queue", "to"]}, {"required": ["queue", "at"]}]
    return {
        "type": "object",
        "properties": {
            **kinds,
            "at": {**selector_ref(), "description": "Where, beside `queue: slots`"},
            **_amounts(),
            "cargo": _NAMES,
            "from": {**_DATE, "description": "First day in force"},
            "until": {**_DATE, "description": "First day no longer in force"},
            "over": {"type": "string", "description": "Time in which the change builds up"},
            "start_up": {
                "type": "string",
                "description": "Time in which what a close, limit or ban took comes back after "
                "its end",
            },
            "takes": {
                "enum": [SLOTS],
                "description": "Of a delay at a gate: slots where it takes its capacity too",
            },
            "note": {"type": "string"},
        },
        "additionalProperties": False,
        "oneOf": [
            *(
                {"required": [kind.name, *kind.needs]}
                for kind in KINDS.values()
                if kind.name != "queue"
            ),
            *either,
        ],
    }


def amount_keys() -> dict[str, list[Kind]]:
    """Return the keys under which events have their amounts, each with its kinds."""
    keys: dict[str, list[Kind]] = {}
    for kind in KINDS.values():
        if kind.amount_key:
            keys.setdefault(kind.amount_key, []).append(kind)
    return keys


def _amounts() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, kinds in amount_keys().items():
        types = list(dict.fromkeys(t for kind in kinds for t in kind.amount_types))
        said = "; ".join(f"of `{kind.name}` {kind.amount_says}" for kind in kinds)
        found[key] = {
            "type": types if len(types) > 1 else types[0],
            "description": said[0].upper() + said[1:],
        }
    return found


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) that scenario files are checked against.

    Examples
    --------
    >>> sorted(scenario_schema()["required"])
    ['events', 'name']
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario of corridors",
        "type": "object",
        "properties": {
            "name": {
                "type": "string",
                "pattern": "^[a-z0-9][a-z0-9_-]*$",
                "maxLength": 100,
                "description": "Lower-case letters, digits, _ and -, at most 100",
            },
            "title": {"type": "string"},
            "question": {
                "type": "string",
                "minLength": 1,
                "description": "What is asked by it, as one sentence that ends in a question mark",
            },
            "description": {"type": "string"},
            "as_of": {
                **_DATE,
                "description": "Day whose capacities, links and demand are valid",
            },
            "extends": {**_NAMES, "description": "Scenarios whose events come first"},
            "events": {"type": "array", "items": {"$ref": "#/$defs/event"}},
            "family": {
                "type": "object",
                "properties": {
                    name: {"type": "array", "minItems": 1} for name in ("duration", "to", "by")
                },
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
                "description": "One parameter and its values, for `corridors curve`: "
                "duration in days, or what its events are set to or add by",
            },
            "sources": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["name", "events"],
        "additionalProperties": False,
        "$defs": {"selector": _selector(), "event": _event()},
    }


def first_fault(
    content: Any, written: Mapping[tuple[str | int, ...], str] | None = None
) -> tuple[tuple[str | int, ...], str] | None:
    """Return where and why a scenario breaks the schema, or None.

    Parameters
    ----------
    content
        The scenario as plain objects.
    written
        What stands in the file, by keys and positions, where that is not text.

    Returns
    -------
    path, message
        Keys and positions down to the fault, and what is wrong in plain words.
    """
    from jsonschema import Draft202012Validator

    events = content.get("events") if isinstance(content, dict) else None
    if isinstance(events, list) and len(events) > MOST_EVENTS:
        return ("events",), f"{len(events)} events, expected at most {MOST_EVENTS}"
    kinds = _mixed_kinds(content)
    if kinds is not None:
        return kinds
    errors = sorted(
        Draft202012Validator(scenario_schema()).iter_errors(content),
        key=lambda e: (len(e.absolute_path), [str(p) for p in e.absolute_path]),
    )
    faults = [_in_words(e, written or {}) for e in errors]
    return faults[0] if faults else None


def _mixed_kinds(content: Any) -> tuple[tuple[str | int, ...], str] | None:
    """Return the first event that is two changes, or that names cargo where it has no meaning.

    The schema alone would take an event for the one kind that is complete.
    """
    events = content.get("events") if isinstance(content, dict) else None
    for i, event in enumerate(events if isinstance(events, list) else []):
        if not isinstance(event, dict):
            seen = "nothing" if event is None else _brief(event)
            return ("events", i), f"saw {seen}, expected an event such as {{close: {{link: ...}}}}"
        named = [kind for kind in KINDS.values() if kind.name in event]
        if len(named) > 1:
            return ("events", i), _event_fault(event)
        for kind in named:
            if "cargo" in event and not kind.takes_cargo:
                return ("events", i, "cargo"), f"{kind.name} takes no cargo"
            fault = _beside(event, kind)
            if fault is not None:
                return ("events", i, fault[0]), fault[1]
    return None


def _beside(event: dict[str, Any], kind: Kind) -> tuple[str, str] | None:
    """Return a key beside an event's own that has no meaning there, and why."""
    if isinstance(event.get("queue"), str) and event["queue"] != SLOTS:
        return "queue", f"saw {event['queue']!r}, expected slots with `at`, or a selector"
    for key, takes, those in (
        ("takes", kind.takes_slots, [k.name for k in KINDS.values() if k.takes_slots]),
        ("start_up", kind.starts_up, [k.name for k in KINDS.values() if k.starts_up]),
        ("at", event.get("queue") == SLOTS, ["`queue: slots`"]),
    ):
        if key in event and not takes and key != kind.amount_key:
            return key, f"{kind.name} takes no {key!r}; it belongs to {', '.join(those)}"
    if event.get("queue") == SLOTS and "to" in event:
        return "to", "queue: slots says it already; leave `to` out"
    return None


def _in_words(
    error: Any, written: Mapping[tuple[str | int, ...], str]
) -> tuple[tuple[str | int, ...], str]:
    path = tuple(error.absolute_path)
    schema, seen = error.schema, error.instance
    if error.validator == "additionalProperties":
        known = list(schema["properties"])
        for key in seen:
            if key not in known:
                return (*path, key), f"unknown key {key!r}{nearest(key, known)}"
    if error.validator == "required":
        missing = next(k for k in error.validator_value if k not in seen)
        return path, f"the key {missing!r} is missing"
    if error.validator == "oneOf" and KINDS.keys() <= schema.get("properties", {}).keys():
        return path, _event_fault(seen)
    is_date = schema.get("pattern") == _DATE["pattern"]
    if written.get(path) == "":
        # A key without a value; what a script gives stands nowhere.
        return path, f"saw nothing, expected {_A_DATE if is_date else _expected(error, path)}"
    if is_date and (seen is None or isinstance(seen, int | float | str)):
        stands = written.get(path) or repr(seen)
        return path, f"saw {stands}, expected {_A_DATE}"
    unquoted = _unquoted(error, path, seen, written)
    if unquoted is not None:
        return unquoted
    return path, f"saw {written.get(path) or _brief(seen)}, expected {_expected(error, path)}"


def _expected(error: Any, path: tuple[str | int, ...]) -> str:
    """Say what the schema would take, in words: its own are written for programs."""
    schema, wanted = error.schema, error.validator_value
    if schema.get("oneOf") == _NAMES["oneOf"]:
        return "a name, or a list of names such as [a, b]"
    if error.validator == "enum":
        return " or ".join(map(str, wanted))
    if error.validator == "type":
        with_unit = _WITH_UNIT.get(path[-1]) if path and wanted == "string" else None
        return with_unit or _kinds(wanted)
    if error.validator == "minProperties" and schema.get("properties"):
        return f"at least one of {', '.join(schema['properties'])}"
    if schema.get("pattern") == _CODE:
        return f"the code of a country in two capital letters, such as {code_of(error.instance)}"
    said = str(schema.get("description", ""))
    if error.validator in _FEWEST and not said:
        return f"at least {wanted} {_FEWEST[error.validator]}"
    # What is described begins as a sentence does; a name such as GeoJSON stays as it is.
    return (said[:1].lower() + said[1:]) or error.message


_FEWEST = {"minItems": "value", "minLength": "character"}


_A_DATE = "a date such as 2025-09-12"
_TIME = 'a time with its unit such as "24 h" or "2 days"'
_WITH_UNIT: Mapping[str | int, str] = {
    "over": _TIME,
    "start_up": _TIME,
    "by": f'{_TIME}, or a charge such as "200 USD/TEU"',
}
"""What is expected where a number without its unit would have to be guessed at."""


def _event_fault(event: dict[str, Any]) -> str:
    kinds = [kind for kind in KINDS.values() if kind.name in event]
    if not kinds:
        return f"an event needs one of {', '.join(KINDS)}"
    if len(kinds) > 1:
        return f"an event is one change; saw {' and '.join(k.name for k in kinds)}"
    if event.get("queue") == SLOTS and "at" not in event:
        return "queue: slots needs at: what is selected, such as {chokepoint: kz-ru-road}"
    missing = [k for k in kinds[0].needs if k not in event]
    return f"{kinds[0].name} needs {' and '.join(missing)}"


def _unquoted(
    error: Any,
    path: tuple[str | int, ...],
    seen: Any,
    written: Mapping[tuple[str | int, ...], str],
) -> tuple[tuple[str | int, ...], str] | None:
    """Return the first value that stands where text belongs and that YAML takes for another thing.

    Names of nodes and countries may look like numbers, booleans (no), nothing
    (null) or dates; text it is in quotes alone.
    """
    names = error.validator == "oneOf" and error.schema.get("oneOf") == _NAMES["oneOf"]
    text = error.validator == "type" and error.validator_value == "string"
    if not names and (not text or (path and path[-1] in {*amount_keys(), "over", "start_up"})):
        return None
    parts = [((*path, i), v) for i, v in enumerate(seen)] if isinstance(seen, list) else []
    for where, value in [(path, seen), *parts]:
        if value is not None and not isinstance(value, bool | int | float):
            continue
        if where in written:
            return where, taken_for(value, written[where])
        # A script has given it: no file is there in which it could be quoted.
        as_text = "" if value is None else f"; as text it is {str(value)!r}"
        return where, f"saw {value!r}, expected text{as_text}"
    return None


def _kinds(kinds: Any) -> str:
    words = {"object": "a mapping", "array": "a list", "string": "text", "number": "a number"}
    listed = [kinds] if isinstance(kinds, str) else kinds
    return " or ".join(words.get(k, k) for k in listed)


def _brief(seen: Any) -> str:
    text = repr(seen)
    return text if len(text) <= 60 else text[:57] + "..."


schema = scenario_schema
"""The same, by the name of the command."""
