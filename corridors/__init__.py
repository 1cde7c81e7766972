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

import lazy_loader as _lazy

__version__ = "0.1.0"

# Names are loaded when first used, so that `import corridors` costs milliseconds.
__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
