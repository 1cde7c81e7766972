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

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corridors.analysis.criticality.criticality import criticality
    from corridors.analysis.headroom import headroom
    from corridors.analysis.k_routes import k_routes
    from corridors.analysis.min_cut import min_cut
    from corridors.analysis.select_link import select_link
    from corridors.analysis.validation.calibrate import calibrate
    from corridors.analysis.validation.check import check
    from corridors.analysis.validation.validate import validate
    from corridors.assignment.assign import assign
    from corridors.assignment.assignment import Assignment
    from corridors.assignment.comparison import Comparison, compare
    from corridors.errors import (
        CertificateError,
        CorridorsError,
        DataError,
        OpenStreetMapError,
        ProblemError,
        ScenarioError,
        UnknownIdError,
    )
    from corridors.exchange import export, import_gmns
    from corridors.network.example import new_network
    from corridors.network.network import Network, load
    from corridors.scenarios.scenario import Scenario, scenario, shipped_scenarios
    from corridors.simulation.results import Simulation
    from corridors.simulation.simulate import simulate

__version__ = "0.1.0"

_HOME = {
    "Assignment": "assignment.assignment",
    "CertificateError": "errors",
    "Comparison": "assignment.comparison",
    "CorridorsError": "errors",
    "DataError": "errors",
    "Network": "network.network",
    "OpenStreetMapError": "errors",
    "ProblemError": "errors",
    "Scenario": "scenarios.scenario",
    "ScenarioError": "errors",
    "Simulation": "simulation.results",
    "UnknownIdError": "errors",
    "assign": "assignment.assign",
    "calibrate": "analysis.validation.calibrate",
    "check": "analysis.validation.check",
    "compare": "assignment.comparison",
    "criticality": "analysis.criticality.criticality",
    "export": "exchange",
    "headroom": "analysis.headroom",
    "import_gmns": "exchange",
    "k_routes": "analysis.k_routes",
    "load": "network.network",
    "min_cut": "analysis.min_cut",
    "new_network": "network.example",
    "scenario": "scenarios.scenario",
    "select_link": "analysis.select_link",
    "shipped_scenarios": "scenarios.scenario",
    "simulate": "simulation.simulate",
    "validate": "analysis.validation.validate",
}

__all__ = [
    "Assignment",
    "CertificateError",
    "Comparison",
    "CorridorsError",
    "DataError",
    "Network",
    "OpenStreetMapError",
    "ProblemError",
    "Scenario",
    "ScenarioError",
    "Simulation",
    "UnknownIdError",
    "assign",
    "calibrate",
    "check",
    "compare",
    "criticality",
    "export",
    "headroom",
    "import_gmns",
    "k_routes",
    "load",
    "min_cut",
    "new_network",
    "scenario",
    "select_link",
    "shipped_scenarios",
    "simulate",
    "validate",
]


def __getattr__(name: str) -> Any:
    # Imported when first used, so that `import corridors` costs milliseconds.
    if name in _HOME:
        value = getattr(import_module(f"corridors.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    msg = f"module 'corridors' has no attribute {name!r}"
    raise AttributeError(msg)


class _Package(ModuleType):
    """Keeps `corridors.assign` the function when the module `corridors.assign` is imported.

    Python sets a submodule as an attribute of its package; where a public name
    is also a module's, the public name wins.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _HOME and isinstance(value, ModuleType):
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
