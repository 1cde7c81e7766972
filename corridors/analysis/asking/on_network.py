"""Scenarios that know their network, so that they can be asked at once."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Self

from corridors.analysis.question import newest_source
from corridors.assignment.assign import assign, day_of
from corridors.assignment.comparison import Comparison, compare
from corridors.errors import ScenarioError
from corridors.scenarios.scenario import Scenario
from corridors.scenarios.scenario import scenario as read_scenario
from corridors.simulation.simulate import simulate

if TYPE_CHECKING:
    import datetime as dt

    from corridors.assignment.assignment import Assignment
    from corridors.network.network import Network
    from corridors.simulation.results import Simulation


@dataclass(frozen=True)
class NetworkScenario(Scenario):
    """A scenario on a network: built by calls such as ``net.close(border=("KZ", "RU"))``.

    Attributes
    ----------
    net
        The network. Where a scenario is added that knows none, this one stays.

    Examples
    --------
    >>> import corridors as co
    >>> shut = co.load().close(border=("KZ", "RU"))
    >>> (shut + co.scenario("poland-closure-2025")).assign().state.day
    datetime.date(2025, 9, 12)
    """

    net: Network = field(kw_only=True, compare=False, repr=False)

    def __add__(self, other: Scenario) -> Self:
        if isinstance(other, NetworkScenario) and other.net.whole is not self.net.whole:
            msg = f"{self.name} and {other.name} are on two networks; expected one"
            raise ScenarioError(msg)
        return super().__add__(other)

    def __radd__(self, other: Scenario) -> Self:
        if not isinstance(other, Scenario):
            return NotImplemented
        total = other + Scenario(**_said(self))
        return replace(self, **_said(total))

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, on {self.net.name})"

    def assign(self, as_of: str | dt.date | None = None, *, model: str = "optimal") -> Assignment:
        """Return the steady state with the events in force; see `corridors.assign`.

        The day is the scenario's, else the network's, else that of its newest source.
        """
        return assign(self.net, self, as_of=self._day(as_of), model=model)

    def compare(self, as_of: str | dt.date | None = None, *, model: str = "optimal") -> Comparison:
        """Return the steady state held against the same day without the events."""
        day = self._day(as_of)
        baseline = assign(self.net, as_of=day, model=model)
        return compare(baseline, assign(self.net, self, as_of=day, model=model))

    def simulate(self, days: int = 90, **options: Any) -> Simulation:
        """Return the run through its days; the options are those of `corridors.simulate`."""
        if options.get("start") is None and not any(e.first_day for e in self.events):
            options["start"] = self._day(None)
        return simulate(self.net, self, days, **options)

    def _day(self, as_of: str | dt.date | None) -> dt.date:
        known = as_of is not None or self.as_of is not None or self.net.date is not None
        return day_of(self.net, self, as_of if known else newest_source(self.net))


def _said(scenario: Scenario) -> dict[str, Any]:
    """Return what a scenario says, without its network."""
    return {f.name: getattr(scenario, f.name) for f in fields(Scenario)}


def on(net: Network, source: Any = None) -> NetworkScenario:
    """Return a scenario on a network; one without events if None."""
    plan = Scenario(name="") if source is None else read_scenario(source)
    return NetworkScenario(**_said(plan), net=net)
