"""Scenarios built by calls: each returns a new one with one event more."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from corridors.scenarios.authoring.values import change

if TYPE_CHECKING:
    import datetime as dt

Names = str | Iterable[str]


class Changes(ABC):
    """What can be said to happen, a call for each kind of event.

    Each call takes what the event is about as keywords, the selectors of a scenario
    (``border=("KZ", "RU")``, ``country="IR"``, ``capacity="terespol-rail"``), and when it is in
    force: `from_`, the first day, and `until`, the first day no longer. `over` says in what
    time it builds up, `start_up` in what time what it took comes back after its end. Nothing
    is changed in place.
    """

    @abstractmethod
    def with_event(self, raw: dict[str, Any]) -> Self:
        """Return the scenario with one event more, given as a file has it."""

    def close(
        self,
        *,
        cargo: Names | None = None,
        from_: str | dt.date | None = None,
        until: str | dt.date | None = None,
        over: str | dt.timedelta | None = None,
        start_up: str | dt.timedelta | None = None,
        note: str | None = None,
        **selector: Any,
    ) -> Self:
        """Let nothing pass what is selected.

        Raises
        ------
        ScenarioError
            Where a key or a value is none that a scenario may have.

        Examples
        --------
        >>> import corridors as co
        >>> co.Scenario("both").close(border=("KZ", "RU")).limit("0.5", mode="sea")
        Scenario(both, as of None, 2 events)
        """
        return self._changed(
            "close", selector, None, cargo, from_, until, over, note, start_up=start_up
        )

    def limit(
        self,
        to: float | str,
        *,
        cargo: Names | None = None,
        from_: str | dt.date | None = None,
        until: str | dt.date | None = None,
        over: str | dt.timedelta | None = None,
        start_up: str | dt.timedelta | None = None,
        note: str | None = None,
        **selector: Any,
    ) -> Self:
        """Cap what passes: `to` a share such as 0.5, or ``"500 trucks/day"``."""
        return self._changed(
            "limit", selector, {"to": to}, cargo, from_, until, over, note, start_up=start_up
        )

    def delay(
        self,
        by: str | dt.timedelta,
        *,
        cargo: Names | None = None,
        from_: str | dt.date | None = None,
        until: str | dt.date | None = None,
        over: str | dt.timedelta | None = None,
        takes: str | None = None,
        note: str | None = None,
        **selector: Any,
    ) -> Self:
        """Let everything that passes take longer `by` a time such as ``"24 h"``."""
        return self._changed(
            "delay", selector, {"by": by}, cargo, from_, until, over, note, takes=takes
        )

    def surcharge(
        self,
        by: str,
        *,
        cargo: Names | None = None,
        from_: str | dt.date | None = None,
        until: str | dt.date | None = None,
        over: str | dt.timedelta | None = None,
        note: str | None = None,
        **selector: Any,
    ) -> Self:
        """Let everything that passes cost more `by` a charge such as ``"200 USD/TEU"``."""
        return self._changed("surcharge", selector, {"by": by}, cargo, from_, until, over, note)

    def ban(
        self,
        cargo: Names,
        *,
        from_: str | dt.date | None = None,
        until: str | dt.date | None = None,
        over: str | dt.timedelta | None = None,
        start_up: str | dt.timedelta | None = None,
        note: str | None = None,
        **selector: Any,
    ) -> Self:
        """Let nothing of the cargo named pass."""
        return self._changed(
            "ban", selector, None, cargo, from_, until, over, note, start_up=start_up
        )

    def open(
        self,
        *,
        from_: str | dt.date | None = None,
        until: str | dt.date | None = None,
        over: str | dt.timedelta | None = None,
        note: str | None = None,
        **selector: Any,
    ) -> Self:
        """Put into use what is planned, closed or out of season."""
        return self._changed("open", selector, None, None, from_, until, over, note)

    def demand(
        self,
        to: float | str,
        *,
        from_: str | dt.date | None = None,
        until: str | dt.date | None = None,
        over: str | dt.timedelta | None = None,
        note: str | None = None,
        **selector: Any,
    ) -> Self:
        """Set demand `to` a factor or ``"500 TEU/day"``; picked by cargo, from_country, ..."""
        return self._changed("demand", selector, {"to": to}, None, from_, until, over, note)

    def supply(
        self,
        to: float | str,
        *,
        from_: str | dt.date | None = None,
        until: str | dt.date | None = None,
        over: str | dt.timedelta | None = None,
        note: str | None = None,
        **selector: Any,
    ) -> Self:
        """Set what sellers offer `to` a factor or an amount; picked by market, country, cargo."""
        return self._changed("supply", selector, {"to": to}, None, from_, until, over, note)

    def queue(
        self,
        to: str = "slots",
        *,
        from_: str | dt.date | None = None,
        until: str | dt.date | None = None,
        over: str | dt.timedelta | None = None,
        note: str | None = None,
        **selector: Any,
    ) -> Self:
        """Let arrivals come at booked times, as in an electronic queue."""
        return self._changed("queue", selector, {"to": to}, None, from_, until, over, note)

    def _changed(
        self,
        kind: str,
        selector: dict[str, Any],
        amount: dict[str, Any] | None,
        cargo: Names | None,
        from_: str | dt.date | None,
        until: str | dt.date | None,
        over: str | dt.timedelta | None,
        note: str | None,
        **beside: str | dt.timedelta | None,
    ) -> Self:
        named = [cargo] if isinstance(cargo, str) else cargo
        others = {"cargo": named, "from": from_, "until": until, "over": over, "note": note}
        return self.with_event(change(kind, selector, **(amount or {}), **others, **beside))
