"""The measures that an observation may name, made from their functions."""

from __future__ import annotations

import inspect

from corridors.analysis.validation import daily_measures, route_measures, steady_measures
from corridors.analysis.validation.catalogue import MEASURES
from corridors.analysis.validation.parameters import KINDS
from corridors.analysis.validation.wording import parameters_of
from reference.markdown import MADE, grid


def measures_page() -> str:
    """Return every measure with its parameters."""
    parts = [
        "# Measures",
        MADE,
        (
            "What the columns `measure` and `asks` of [observations](data.md#observations) may "
            "say; [Observations](../validation.md) tells how. A list of one may be written "
            "without brackets. A day that is left out is the `date` of the observation."
        ),
    ]
    for module in (steady_measures, route_measures, daily_measures):
        parts += [f"## {module.__name__.rpartition('.')[2]}", _first(module)]
        for name in sorted(MEASURES):
            measure = MEASURES[name]
            if measure.__module__ != module.__name__:
                continue
            rows = [
                (
                    f"`{key}`",
                    KINDS[str(p.annotation)].expected,
                    "required" if p.default is p.empty else f"`{_written(p.default)}`",
                )
                for key, p in parameters_of(measure).items()
            ]
            parts += [f"### {name}", _first(measure), grid(("parameter", "is", "default"), rows)]
    return "\n\n".join(parts) + "\n"


def _first(value: object) -> str:
    """Return the first paragraph of a docstring."""
    return " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split())


def _written(value: object) -> str:
    """Return a default as YAML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(value)}]"
    return f"{value:g}" if isinstance(value, float) else str(value) or '""'
