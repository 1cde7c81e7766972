"""A scenario held against the network without it, in one call."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from corridors.assignment.assign import assign, assigned, day_of
from corridors.assignment.comparison import Comparison, compare
from corridors.assignment.views.by import bills
from corridors.network.network import require_network
from corridors.scenarios.projects import with_projects
from corridors.scenarios.scenario import scenario as read_scenario
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario


def run(
    net: Network,
    scenario: str | Scenario,
    *,
    as_of: str | dt.date | None = None,
    model: str = "logit",
    projects: Sequence[str] = (),
    expected_queue: bool = False,
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
        How cargo chooses its way: ``"logit"``, as shippers do, or ``"optimal"``, the best
        plan. `Comparison.at_best` is the latter of any. Route choice is the default because
        it meets more of the observations, those that it was not fitted to among them
        (``corridors validate --model``).
    projects
        Ids of projects that stand in both, with all that they need.
    expected_queue
        Whether cargo waits, and chooses its way by it, where a limit that varies is fuller
        than usual; of ``"logit"`` alone (`assign`).

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
    require_network(net)
    plan = read_scenario(scenario)
    day = day_of(net, plan, as_of)
    if not projects:
        baseline = assign(net, as_of=day, model=model, expected_queue=expected_queue)
        # Of the best plan an answer is the same from wherever it is begun, and sooner from near.
        near = baseline.answer if model == "optimal" else None
        state = network_state(net, plan, day)
        return compare(baseline, assigned(state, plan, model, near, expected_queue=expected_queue))
    built = with_projects(net, list(projects))
    baseline = assign(net, built, as_of=day, model=model, expected_queue=expected_queue)
    # What is built stands before anything happens to it.
    both = replace(built + plan, name=f"{plan.name}+{built.name}", title=plan.title)
    return compare(
        baseline, assign(net, both, as_of=day, model=model, expected_queue=expected_queue)
    )


def brings(without: Comparison, built: Comparison) -> dict[str, float]:
    """Return what projects bring under a scenario, and with nothing wrong.

    Parameters
    ----------
    without, built
        The same scenario without the projects, and with them in both states.

    Returns
    -------
    dict
        Of the disrupted states and of the baselines (``usual_...``): what more is carried
        in t a day, and what transport, time and loss cost less, in USD a day.
    """
    found = {}
    for prefix, before, after in (
        ("", without.disrupted, built.disrupted),
        ("usual_", without.baseline, built.baseline),
    ):
        saved = [
            float(bills(a.state.net, a.routes)["generalised_cost_usd_per_day"].sum())
            + a.summary["loss_usd_per_day"]
            for a in (before, after)
        ]
        carried = after.summary["served_t_per_day"] - before.summary["served_t_per_day"]
        found[f"{prefix}more_carried_t_per_day"] = carried
        found[f"{prefix}saved_usd_per_day"] = saved[0] - saved[1]
    return found
