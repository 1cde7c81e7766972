"""An electronic queue: who comes to a gate has booked his time there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import corridors.scenarios.events.kinds  # noqa: F401  the other kinds are listed before this one
from corridors.scenarios.events.event import Kind, register
from corridors.scenarios.events.gates import SLOTS, booked_gates
from corridors.scenarios.quantities import Quantity
from corridors.scenarios.selectors import describe

if TYPE_CHECKING:
    from corridors.scenarios.draft import Draft
    from corridors.scenarios.events.event import Event


@register
class Booking(Kind):
    """Arrivals come at booked times: their variation is gone, that of service stays.

    What can pass does not change, nor what comes: who finds no slot waits for one where he is,
    and not before the gate. While it builds up, a share of the arrivals is booked.
    """

    name = "queue"
    says = (
        "Let arrivals at the selected gates come at booked times, as in an electronic queue: "
        "`queue: {...}` with `to: slots`, or `queue: slots` with `at: {...}`"
    )
    amount_key = "to"
    amount_says = "`slots`"
    takes_cargo = False

    def parse(self, value: object) -> Quantity:
        """Return the one thing that a queue may be set to."""
        if value != SLOTS:
            msg = f"saw {value!r}, expected slots"
            raise ValueError(msg)
        return Quantity(1.0, SLOTS)

    def in_words(self, event: Event) -> str:
        """Return what an event changes."""
        return f"{self.name} {SLOTS} at {describe(event.selector)}"

    def apply(self, event: Event, draft: Draft, number: int, share: float) -> None:
        """Take the variation of the arrivals away where they are booked."""
        del number
        booked_gates(event, draft, event.inside(draft), share)
