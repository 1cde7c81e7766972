"""What every analysis starts from: the question that is asked, and the demand that is meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.analysis.criticality.wanted import with_commodities
from corridors.assignment.assign import day_of
from corridors.flow.choice.generation import shortest_routes
from corridors.flow.usage import open_costs
from corridors.network.network import as_date
from corridors.scenarios.scenario import scenario as read_scenario
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario
    from corridors.scenarios.state import NetworkState


@dataclass(frozen=True, eq=False)
class Question:
    """What an analysis is about.

    Attributes
    ----------
    state
        The network on a day, with the events that are in force throughout.
    scenario
        Whose events these are; None for the undisturbed network.
    """

    state: NetworkState
    scenario: Scenario | None


def ask(
    net: Network, scenario: str | Path | Scenario | None, as_of: str | dt.date | None
) -> Question:
    """Return the question that an analysis of these is about.

    Parameters
    ----------
    net
        The network.
    scenario
        Its events apply throughout; None for the undisturbed network.
    as_of
        The day; where it is None the scenario's day, the day at which the
        network was resolved, or the day of its newest source, in this order.

    Raises
    ------
    ScenarioError
        Where the scenario cannot be meant, or there is no day to be had.
    """
    plan = None if scenario is None else read_scenario(scenario)
    return Question(network_state(net, plan, day_asked(net, plan, as_of)), plan)


def day_asked(
    net: Network, scenario: str | Path | Scenario | None, as_of: str | dt.date | None
) -> dt.date:
    """Return the day that an analysis of these is about; see `ask`."""
    plan = None if scenario is None else read_scenario(scenario)
    known = as_of is not None or net.date is not None or (plan is not None and plan.as_of)
    return day_of(net, plan, as_of if known else newest_source(net))


def without_way(state: NetworkState, rows: Sequence[int]) -> tuple[str, ...]:
    """Return the demands, of some rows, to which no way from origin to destination is open."""
    problem = with_commodities(state.problem, np.asarray(rows, dtype=np.int64))
    there = {k for k, _ in shortest_routes(problem, open_costs(problem))}
    ids = state.demand["demand_id"].iloc[list(rows)]
    return tuple(str(name) for k, name in enumerate(ids) if k not in there)


def newest_source(net: Network) -> dt.date | None:
    """Return the day of the newest publication behind a network, None where none has a full date.

    Examples
    --------
    >>> import corridors as co
    >>> newest_source(co.load()).year >= 2026
    True
    """
    days = [d for d in net.whole.tables["sources"]["date"] if len(str(d)) == len("2025-09-12")]
    return as_date(max(days)) if days else None
