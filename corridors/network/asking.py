"""What a network can be asked in the words of the rooms above it.

A room imports only rooms below it, so a network cannot know what a scenario is.
The package's door says who answers: see `corridors/__init__.py`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_ANSWERS: dict[str, tuple[str, str]] = {}


def answered_by(question: str, module: str, function: str) -> None:
    """Say who answers a question; loaded when it is first asked."""
    _ANSWERS[question] = (module, function)


def answer(question: str, *given: Any, **options: Any) -> Any:
    """Ask, and return the answer."""
    module, function = _ANSWERS[question]
    return getattr(import_module(module), function)(*given, **options)


class Asked:
    """The calls that begin a scenario on a network, and those that show it.

    Each of the former returns a `corridors.NetworkScenario`: a scenario that knows its
    network, with the same calls to say what else happens and with `assign`, `compare` and
    `simulate`.
    """

    def scenario(self, source: Any = None) -> Any:
        """Return a scenario on this network.

        Parameters
        ----------
        source
            As `corridors.scenario` takes it; one without events if None.

        Examples
        --------
        >>> import corridors as co
        >>> co.load().scenario("poland-closure-2025").name
        'poland-closure-2025'
        """
        return answer("scenario", self, source)

    def close(self, **what: Any) -> Any:
        """Return a scenario in which nothing passes what is selected; see `Scenario.close`.

        Examples
        --------
        >>> import corridors as co
        >>> co.load().close(border=("KZ", "RU")).limit("0.5", capacity="terespol-rail").name
        'close-kz-ru-limit-terespol-rail'
        """
        return self.scenario().close(**what)

    def limit(self, to: float | str, **what: Any) -> Any:
        """Return a scenario in which what passes is capped; see `Scenario.limit`."""
        return self.scenario().limit(to, **what)

    def delay(self, by: str, **what: Any) -> Any:
        """Return a scenario in which what passes takes longer; see `Scenario.delay`."""
        return self.scenario().delay(by, **what)

    def queue(self, to: str = "slots", **what: Any) -> Any:
        """Return a scenario in which arrivals come at booked times; see `Scenario.queue`."""
        return self.scenario().queue(to, **what)

    def surcharge(self, by: str, **what: Any) -> Any:
        """Return a scenario in which what passes costs more; see `Scenario.surcharge`."""
        return self.scenario().surcharge(by, **what)

    def ban(self, cargo: Any, **what: Any) -> Any:
        """Return a scenario in which none of the cargo named passes; see `Scenario.ban`."""
        return self.scenario().ban(cargo, **what)

    def open(self, **what: Any) -> Any:
        """Return a scenario in which what is planned or closed is in use; see `Scenario.open`."""
        return self.scenario().open(**what)

    def demand(self, to: float | str, **what: Any) -> Any:
        """Return a scenario in which demand is another; see `Scenario.demand`."""
        return self.scenario().demand(to, **what)

    def supply(self, to: float | str, **what: Any) -> Any:
        """Return a scenario in which sellers offer another amount; see `Scenario.supply`."""
        return self.scenario().supply(to, **what)

    def explore(self, **options: Any) -> Any:
        """Return links by mode and the places, as a plain folium map to build on.

        Parameters
        ----------
        **options
            ``tiles`` as `folium.Map` takes them, the countries of the package if None; and
            what else is handed to `folium.Map`.

        Examples
        --------
        >>> import corridors as co
        >>> type(co.load().explore()).__name__
        'Map'
        """
        return answer("explore", self, **options)
