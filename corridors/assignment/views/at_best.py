"""What one hand that knows all would make of a scenario, beside what shippers make of it.

Route choice says what is to be expected, the best plan what is possible: its damage is a
lower bound, and what lies between the two is what coordination could be worth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.display import number

if TYPE_CHECKING:
    from corridors.assignment.comparison import Comparison


def at_best(comparison: Comparison) -> Comparison:
    """Return the same scenario on the same day by the best plan.

    Parameters
    ----------
    comparison
        By any model; one by ``"optimal"`` is its own best.
    """
    from corridors.assignment.assign import assigned
    from corridors.assignment.comparison import compare
    from corridors.scenarios.state import network_state

    states = (comparison.baseline, comparison.disrupted)
    if comparison.disrupted.model == "optimal":
        return comparison
    before, after = (
        assigned(network_state(a.state.net, a.scenario, a.state.day), a.scenario) for a in states
    )
    return compare(before, after)


def best_sentence(comparison: Comparison) -> str:
    """Return in a sentence what becomes of the cargo at best; empty where that is meant anyhow."""
    if comparison.disrupted.model == "optimal":
        return ""
    change = comparison.at_best.change
    return (
        "At best, had one hand planned all that moves (optimal), "
        f"{number(change['rerouted_t_per_day'], 't')} a day would go another way, at "
        f"{number(change['added_cost_usd_per_day_rerouted'], 'USD')} a day more, and "
        f"{number(change['newly_unserved_t_per_day'], 't')} would no longer be carried."
    )
