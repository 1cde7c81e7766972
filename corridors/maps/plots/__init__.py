"""Pictures of results for print and notebooks: each takes a result and returns its axes.

Every function draws what stands in a table of the result and nothing else, in one
style, in colours that the colour-blind tell apart (Okabe and Ito 2008), and writes on
axes of the caller's if there are any. Results have them as methods too:
``comparison.plot.waterfall()`` is ``plots.waterfall(comparison)``.

Examples
--------
>>> import corridors as co
>>> from corridors import plots
>>> closure = co.run(co.load(), "poland-closure-2025", model="optimal")
>>> axes = plots.waterfall(closure)
>>> axes.get_xlabel()
't a day'
>>> [bar.get_text() for bar in axes.get_yticklabels()][:1]
['rerouted']
"""

from corridors.maps.plots.days import daily, queue, queues
from corridors.maps.plots.flows import before_after, shares, small_multiples, utilisation, waterfall
from corridors.maps.plots.judged import criticality, fan, tornado, validation
from corridors.maps.plots.style import STYLE

__all__ = [
    "STYLE",
    "before_after",
    "criticality",
    "daily",
    "fan",
    "queue",
    "queues",
    "shares",
    "small_multiples",
    "tornado",
    "utilisation",
    "validation",
    "waterfall",
]
