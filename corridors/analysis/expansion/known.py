"""Events that are laid over many situations, and look up once what they are about."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from corridors.scenarios.events import Event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridors.network.network import Network
    from corridors.scenarios.selectors import Selection


class KnownEvent(Event):
    """An event that looks up once what it is about, since it is laid over many situations."""

    def select(self, net: Network) -> Selection:
        """Return the directed links and transfers that the event is about."""
        kept: tuple[Network, Selection] | None = self.__dict__.get("_kept")
        if kept is None or kept[0] is not net:
            kept = net, super().select(net)
            object.__setattr__(self, "_kept", kept)
        return kept[1]


def known(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return events that look up once what they are about."""
    return tuple(KnownEvent(**{f.name: getattr(e, f.name) for f in fields(Event)}) for e in events)
