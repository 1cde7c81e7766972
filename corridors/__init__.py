"""What happens to the cargo when a border, a port or a line shuts.

Examples
--------
>>> import corridors as co
>>> net = co.load()
>>> hit = co.assign(net, "poland-closure-2025")
>>> base = co.assign(net, as_of=hit.situation.day)
>>> co.compare(base, hit).change["rerouted_t_per_day"] > 0
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corridors.assign import assign
    from corridors.checks import check
    from corridors.compare import Comparison, compare
    from corridors.errors import (
        CertificateError,
        CorridorsError,
        DataError,
        ProblemError,
        ScenarioError,
        UnknownIdError,
    )
    from corridors.network import Network, load
    from corridors.results import Assignment
    from corridors.scenario import Scenario, scenario, shipped_scenarios

__version__ = "0.1.0"

_HOME = {
    "Assignment": "results",
    "CertificateError": "errors",
    "Comparison": "compare",
    "CorridorsError": "errors",
    "DataError": "errors",
    "Network": "network",
    "ProblemError": "errors",
    "Scenario": "scenario",
    "ScenarioError": "errors",
    "UnknownIdError": "errors",
    "assign": "assign",
    "check": "checks",
    "compare": "compare",
    "load": "network",
    "scenario": "scenario",
    "shipped_scenarios": "scenario",
}

__all__ = [
    "Assignment",
    "CertificateError",
    "Comparison",
    "CorridorsError",
    "DataError",
    "Network",
    "ProblemError",
    "Scenario",
    "ScenarioError",
    "UnknownIdError",
    "assign",
    "check",
    "compare",
    "load",
    "scenario",
    "shipped_scenarios",
]


def __getattr__(name: str) -> Any:
    # Imported when first used, so that `import corridors` costs milliseconds.
    if name in _HOME:
        module = import_module(f"corridors.{_HOME[name]}")
        # `corridors.assign`, `.compare` and `.scenario` are functions, not the
        # modules of the same name: importing a module sets it as an attribute.
        value = getattr(module, name)
        globals()[name] = value
        return value
    msg = f"module 'corridors' has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
