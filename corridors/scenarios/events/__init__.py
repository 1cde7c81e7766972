"""Events: what changes over a period, and what each kind of change means.

`event` says what an event is and what its kind must know; `kinds` has the
kinds, one class for each, and `booking` that of electronic queues.
"""

import corridors.scenarios.events.booking  # noqa: F401  this is what registers the kinds
from corridors.scenarios.events.event import KINDS, Event, Kind, register

__all__ = ["KINDS", "Event", "Kind", "register"]
