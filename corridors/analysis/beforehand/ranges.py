"""How far a scenario's headline numbers may be off, as the explorer's page shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.analysis.uncertainty.uncertainty import uncertainty

if TYPE_CHECKING:
    import datetime as dt

    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario

QUANTITIES = (
    "newly_unserved_t_per_day",
    "rerouted_t_per_day",
    "added_hours_mean",
    "surplus_lost_usd_per_day",
)
"""Headline numbers that have a range; of the optimum."""


def headline_ranges(
    net: Network, plan: Scenario, day: dt.date, draws: int
) -> dict[str, tuple[float, float]]:
    """Return the 5th and the 95th percentile of a scenario's headline numbers.

    Parameters
    ----------
    net, plan, day
        The network of all of time, the scenario, and the day on which it is asked.
    draws
        How often the uncertain inputs are drawn, as `corridors.uncertainty` does with seed 0.
    """
    found = uncertainty(net, plan, draws, 0, as_of=day.isoformat(), workers=1).percentiles
    rows = found.set_index("quantity")
    return {
        name: (float(f"{rows.at[name, 'low_5']:.4g}"), float(f"{rows.at[name, 'high_95']:.4g}"))
        for name in QUANTITIES
        if name in rows.index
    }
