"""A scenario held against the network without it, in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.assignment.assign import assign, day_of
from corridors.assignment.comparison import Comparison, compare
from corridors.scenarios.scenario import scenario as read_scenario

if TYPE_CHECKING:
    import datetime as dt

    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario


def run(
    net: Network,
    scenario: str | Scenario,
    *,
    as_of: str | dt.date | None = None,
    model: str = "optimal",
) -> Comparison:
    """Assign the cargo without and with a scenario on the same day, and compare.

    Parameters
    ----------
    net
        The network.
    scenario
        Name of a shipped scenario, path to a YAML file, or the object.
    as_of
        Day; that of the scenario if None.
    model
        How cargo chooses its route: ``"optimal"`` or ``"logit"``.

    Returns
    -------
    Comparison
        What ``corridors run`` prints and writes.

    Raises
    ------
    ScenarioError
        Where the scenario cannot be meant, or no day is given.

    Examples
    --------
    >>> import corridors as co
    >>> comparison = co.run(co.load(), "poland-closure-2025")
    >>> comparison.change["rerouted_t_per_day"] > 0
    True
    """
    plan = read_scenario(scenario)
    day = day_of(net, plan, as_of)
    baseline = assign(net, as_of=day, model=model)
    return compare(baseline, assign(net, plan, as_of=day, model=model))
