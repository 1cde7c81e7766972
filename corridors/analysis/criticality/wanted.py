"""Situations without the demands of which nothing is wanted.

Those are the demands of other years: more than half of all, and each as much work to a solver
as any. The others keep their ranks, by which ties are decided as among all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.flow.arrays import Ints
    from corridors.flow.problem import FlowProblem
    from corridors.scenarios.coupling.couplings import Coupling
    from corridors.scenarios.state import NetworkState


def with_commodities(flow: FlowProblem, kept: Ints) -> FlowProblem:
    """Return a problem with some of its commodities alone.

    Parameters
    ----------
    flow
        The problem.
    kept
        Numbers of those that stay, rising.
    """
    return replace(
        flow,
        origin=flow.origin[kept],
        destination=flow.destination[kept],
        amount=flow.amount[kept],
        penalty=flow.penalty[kept],
        commodity_class=flow.commodity_class[kept],
        commodity_rank=flow.commodity_rank[kept],
        step_price=flow.step_price[kept],
    )


def couplings_among(
    couplings: Sequence[Coupling], kept: Ints, n_commodities: int
) -> tuple[Coupling, ...]:
    """Return couplings in the numbers of some demands, which all that is wanted is among.

    Parameters
    ----------
    couplings
        In the numbers of all.
    kept
        Numbers of those that stay, rising.
    n_commodities
        How many there were.
    """
    number = np.full(n_commodities, -1, dtype=np.int64)
    number[kept] = np.arange(len(kept))

    def own(demands: Ints) -> Ints:
        found = number[demands]
        return np.asarray(found[found >= 0])

    return tuple(replace(c, falls=own(c.falls), hangs_on=own(c.hangs_on)) for c in couplings)


def wanted_state(state: NetworkState) -> NetworkState:
    """Return a situation with the demands alone of which something is wanted.

    Parameters
    ----------
    state
        The situation, before demands are curves.
    """
    kept = np.flatnonzero(state.problem.amount > 0)
    demand = state.demand.iloc[kept].reset_index(drop=True)
    return replace(state, demand=demand, problem=with_commodities(state.problem, kept))
