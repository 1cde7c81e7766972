"""What happens to the cargo when a border, a port or a line shuts.

Examples
--------
>>> import corridors as co
>>> net = co.load()
>>> hit = co.assign(net, "poland-closure-2025")
>>> base = co.assign(net, as_of=hit.state.day)
>>> co.compare(base, hit).change["rerouted_t_per_day"] > 0
True
"""

import sys as _sys
from types import ModuleType as _ModuleType

import lazy_loader as _lazy

import corridors.scenarios  # noqa: F401  nothing but names that wait: `co.scenarios.family`
from corridors.network.asking import answered_by as _answered_by

__version__ = "0.1.0"

# What a network is asked in the words of rooms above it, and who answers: the door knows them all.
_answered_by("scenario", "corridors.analysis.asking.on_network", "on")
_answered_by("explore", "corridors.assignment.explore", "explore_network")

# Names are loaded when first used, so that `import corridors` costs milliseconds.
__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)


class _Elsewhere(_ModuleType):
    """A package by a name at the top, loaded from its room when first used."""

    def __init__(self, name: str, room: str, *, gone: bool = False) -> None:
        super().__init__(f"{__name__}.{name}", f"See `{__name__}.{room}`.")
        self._room, self._gone = f"{__name__}.{room}", gone

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        from importlib import import_module

        if self._gone:
            from corridors.errors import old_name

            old_name(self.__name__, self._room)
        return getattr(import_module(self._room), name)


for _package in (_Elsewhere("plots", "maps.plots"), _Elsewhere("osm", "exchange.osm", gone=True)):
    _sys.modules[_package.__name__] = _package
