"""Base routes of what falls short in ordinary times, where events give it room.

Ways are kept for as long as they are open and fit, and nobody leaves his own because an event
opens a better one. What has no way in ordinary times, or finds no room on any, keeps none: it
takes what a new link, a larger limit, more to sell or less demand of others gives, as it would
where the tables say the same from that day on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from corridors.simulation.base_routes import best_ways, coupled_problem, served_shares

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags
    from corridors.flow.problem import FlowProblem
    from corridors.scenarios.state import NetworkState
    from corridors.simulation.base_routes import BaseRoutes
    from corridors.simulation.queueing.problem import BaseRoute
    from corridors.simulation.seasons.undisturbed import Undisturbed

_SHORT = 1e-6
"""Part of a demand that must fall short."""

_MORE = 1e-9
"""Relative difference above which an amount is another."""


class GivenRoutes:
    """Sets of base routes, with ways for what falls short in them where events give room.

    Parameters
    ----------
    undisturbed
        The days without events.
    solutions
        The sets of base routes; those that hold while events give something are added.
    """

    def __init__(self, undisturbed: Undisturbed, solutions: BaseRoutes) -> None:
        self._undisturbed = undisturbed
        self._solutions = solutions
        self._known: dict[tuple[int, int], tuple[NetworkState, int]] = {}

    def number(self, own: int, state: NetworkState) -> int:
        """Return the number of the set for one of ordinary times and the situation of a day."""
        base = self._solutions.bases[own]
        if state is base or self._undisturbed.usual != "optimal":
            return own
        key = own, id(state)
        if key not in self._known:
            ways = self._with_more(self._solutions.ways[own], base, state)
            number = own
            if ways is not None:
                number = len(self._solutions.ways)
                self._solutions.ways.append(ways)
                self._solutions.bases.append(base)
            self._known[key] = state, number
        return self._known[key][1]

    def _with_more(
        self, ways: list[BaseRoute], base: NetworkState, state: NetworkState
    ) -> list[BaseRoute] | None:
        """Return ways and what falls short takes besides; None where it takes nothing."""
        amount = state.problem.amount
        rest = np.maximum(1.0 - served_shares(ways, len(amount)), 0.0)
        short = (rest > _SHORT) & (amount > 0)
        if not short.any() or not _gives(base, state):
            return None
        p = coupled_problem(state, self._undisturbed)
        more = best_ways(
            p, np.where(short, rest, 0.0) * amount, ways, self._undisturbed, usual=False
        )
        if not more:
            return None
        taken = {(way.demand, way.arcs.tobytes()): way for way in ways}
        for way in more:
            key = way.demand, way.arcs.tobytes()
            share = way.share * float(rest[way.demand])
            known = taken.get(key)
            taken[key] = replace(way, share=share + (known.share if known else 0.0))
        return sorted(taken.values(), key=lambda w: (w.demand, -w.share, w.arcs.tolist()))


def _gives(base: NetworkState, state: NetworkState) -> bool:
    """Return whether anything may pass, or be had, in a situation that may not without events."""
    usual, now = base.problem, state.problem
    if (now.amount < usual.amount * (1.0 - _MORE)).any() or (_open(now) & ~_open(usual)).any():
        return True
    before = {limit.limit_id: limit.available for limit in base.limits}
    return any(
        limit.available > before[limit.limit_id] * (1.0 + _MORE)
        for limit in state.limits
        if limit.limit_id in before
    )


def _open(p: FlowProblem) -> Flags:
    """Return what may be passed, by class and arc, shape (C, A)."""
    return np.asarray(np.isfinite(p.cost) & ~p.closed, dtype=np.bool_)
