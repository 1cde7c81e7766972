"""Keys of a scenario, commands and public names, made from what defines them."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import typer

from corridors.cli.app import app
from corridors.scenarios.events import KINDS
from corridors.scenarios.schema import scenario_schema
from reference.markdown import MADE, grid

MODULES = (
    "corridors",
    "corridors.flow",
    "corridors.maps.plots",
    "corridors.exchange",
    "corridors.exchange.osm",
)
"""Packages whose public names scripts may rely on."""


def scenario_page() -> str:
    """Return the keys of a scenario file."""
    schema = scenario_schema()
    event, selector = schema["$defs"]["event"]["properties"], schema["$defs"]["selector"]
    others = {k: v for k, v in event.items() if k not in KINDS}
    meanings = {
        "name": "Lower-case letters, digits, `-` and `_`",
        "title": "One line for a reader",
        "description": "A few sentences",
        "events": "The changes, in order",
        "sources": "Where the events are reported",
        "cargo": "Kinds of cargo that it is about; all if left out",
        "note": "What a reader must know",
    }
    what = {
        "link": "Links by id",
        "node": "Places by id: all that begins, ends or changes mode there",
        "country": "Countries by ISO 3166-1 code: all that lies in or touches them",
        "corridor": "Links by their corridor label",
        "mode": "`rail`, `road`, `sea`, `pipeline`",
        "chokepoint": "Named selections of `chokepoints.csv`",
        "capacity": "All members of a capacity",
        "transfer": "Changes of mode or gauge by id",
    }
    properties = selector["properties"]
    parts = [
        "# Keys of a scenario",
        MADE,
        (
            "Scenario files are YAML and are checked against a JSON Schema, which `corridors "
            "schema` writes out. Names are one text or a list of texts."
        ),
        "## The file",
        _keys(schema["properties"], meanings, set(schema["required"])),
        "## An event",
        "Each event has one of these keys, whose value is a selector:",
        _keys({k: event[k] for k in KINDS}, {}, set()),
        "and may have these:",
        _keys(others, meanings, set()),
        "## A selector",
        "Several names of one key are combined by or, several keys by and.",
        _keys(properties, what, set()),
        "The selector of `demand` has other keys:",
        _keys(
            event["demand"]["properties"],
            {
                "demand": "Demands by id",
                "cargo": "Kinds of cargo",
                "origin": "Places where it starts",
                "destination": "Places where it is wanted",
                "from_country": "Countries where it starts",
                "to_country": "Countries where it is wanted",
            },
            set(),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _keys(properties: dict[str, Any], meanings: dict[str, str], required: set[str]) -> str:
    rows = []
    for key, schema in properties.items():
        meaning = schema.get("description") or meanings.get(key)
        if not meaning:
            raise SystemExit(f"scenario key {key!r} has no meaning: add one to this script")
        rows.append((f"`{key}`", meaning + (" (required)" if key in required else "")))
    return grid(("key", "meaning"), rows)


def commands() -> dict[str, Any]:
    """Return the commands of the command line by name."""
    group: Any = typer.main.get_command(app)
    return dict(sorted(group.commands.items()))


def commands_page() -> str:
    """Return every command with its arguments and options."""
    parts = [
        "# Commands",
        MADE,
        (
            "`corridors COMMAND --help` says the same. Exit codes: 0 done, 1 the answer is no or a "
            "check failed, 2 wrong usage, bad input or a result that cannot be written, 70 a fault "
            "of the program, 130 and 143 stopped by Ctrl-C and by SIGTERM. `--debug` before the "
            "command shows where in the program an error comes from. With `--json` standard output "
            "holds one JSON object and nothing else; messages go to standard error."
        ),
    ]
    for name, command in commands().items():
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        usage = " ".join(["corridors", name, *(_metavar(p) for p in arguments), "[OPTIONS]"])
        parts += [f"## {name}", " ".join((command.help or "").split()), f"```\n{usage}\n```"]
        rows = [
            (_shown(p), " ".join((getattr(p, "help", None) or "").split()), _default(p))
            for p in command.params
            if "--help" not in p.opts
        ]
        if rows:
            parts.append(grid(("argument or option", "meaning", "default"), rows))
    return "\n\n".join(parts) + "\n"


def _metavar(param: Any) -> str:
    return str(param.metavar or param.name.upper())


def _shown(param: Any) -> str:
    if param.param_type_name == "argument":
        return f"`{_metavar(param)}`"
    names = ", ".join(f"`{o}`" for o in [*param.opts, *param.secondary_opts])
    return names if param.is_flag or not param.metavar else f"{names} `{param.metavar}`"


def _default(param: Any) -> str:
    value = param.default
    if value is None or value is False or callable(value) or param.required:
        return ""
    return f"`{value}`" if value is not True else "yes"


def api_page() -> str:
    """Return the public names with what they are."""
    parts = [
        "# Public names",
        MADE,
        "What scripts may rely on; `help(corridors.NAME)` says all about one, with an example.",
    ]
    for name in MODULES:
        module = import_module(name)
        parts += [f"## {name}", _paragraph(module)]
        rows = []
        for public in sorted(module.__all__, key=str.lower):
            value = getattr(module, public)
            rows.append((f"`{public}{_signature(value)}`", _first(value)))
        parts.append(grid(("name", "what it is"), rows))
        if name == "corridors":
            for public in sorted(module.__all__, key=str.lower):
                value = getattr(module, public)
                if inspect.isclass(value) and not issubclass(value, Exception):
                    parts += _members(public, value)
    return "\n\n".join(parts) + "\n"


def python_page() -> str:
    """Return the page on which the documentation's builder writes out every docstring."""
    parts = [
        "# Python in full",
        MADE,
        (
            "Every public name with its parameters, what it returns, what it raises, and an "
            "example. [All of them at a glance](api.md)."
        ),
    ]
    seen: set[int] = set()
    for name in MODULES:
        module = import_module(name)
        lines = [f".. currentmodule:: {name}", ""]
        for public in sorted(module.__all__, key=str.lower):
            value = getattr(module, public)
            # What two packages offer is written out once.
            if inspect.ismodule(value) or id(value) in seen:
                continue
            if inspect.isclass(value):
                lines += [f".. autoclass:: {public}", "   :members:", ""]
            elif callable(value):
                lines += [f".. autofunction:: {public}", ""]
        seen |= {id(getattr(module, public)) for public in module.__all__}
        parts += [f"## {name}", _paragraph(module)]
        parts.append("\n".join(["```{eval-rst}", *lines, "```"]))
    return "\n\n".join(parts) + "\n"


def _members(name: str, value: type) -> list[str]:
    rows = []
    for member in sorted(vars(value)):
        found = inspect.getattr_static(value, member)
        function = getattr(found, "fget", None) or getattr(found, "func", None) or found
        if member.startswith("_") or not inspect.isfunction(function):
            continue
        called = _signature(function, bound=True) if function is found else ""
        rows.append((f"`{member}{called}`", _first(function)))
    return [f"### {name}", grid(("member", "what it is"), rows)] if rows else []


def _signature(value: Any, *, bound: bool = False) -> str:
    """Return the parameters without their types: those stand in the docstring."""
    if not inspect.isfunction(value):
        return ""
    shown, starred = [], False
    for i, p in enumerate(inspect.signature(value).parameters.values()):
        if bound and i == 0:
            continue
        if p.kind is p.KEYWORD_ONLY and not starred:
            shown.append("*")
            starred = True
        text = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "") + p.name
        starred |= p.kind is p.VAR_POSITIONAL
        shown.append(text if p.default is p.empty else f"{text}={p.default!r}")
    return f"({', '.join(shown)})"


def _first(value: Any) -> str:
    """Return the first line of a docstring, or of what a constant is."""
    if inspect.isfunction(value) or inspect.isclass(value) or inspect.ismodule(value):
        lines = (inspect.getdoc(value) or "").splitlines()
        if not lines:
            raise SystemExit(f"{value!r} has no docstring")
        return lines[0]
    return f"a {type(value).__name__} of {len(value)}"


def _paragraph(module: Any) -> str:
    return " ".join((inspect.getdoc(module) or "").split("\n\n")[0].split())
