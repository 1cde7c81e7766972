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

# Names are loaded when first used, so that `import corridors` costs milliseconds.
__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)


class _Moved(_ModuleType):
    """A package that was public and has moved; goes with the next release."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        from importlib import import_module

        from corridors.errors import old_name

        old_name("corridors.osm", "corridors.exchange.osm")
        return getattr(import_module("corridors.exchange.osm"), name)


_sys.modules[f"{__name__}.osm"] = _Moved(f"{__name__}.osm", "See `corridors.exchange.osm`.")
