"""Answers in which every coupling holds: found by turns, and proved.

A coupling gives one demand a place in the constraint of another: what falls may not pass
what its by-product leaves room for. The engine prices what passes arcs, by shortest paths
under prices that are never below 0; a by-product that makes room would have a negative one.
So the program is solved by turns: without the couplings, then with each that bites as a
limit at its room, until the room is that of what the by-product does under it. Most often
one turn does, since neither is in the way of the other. Then the coupling holds to the
last unit, and how far the answer is from the best of the joint program is bounded by its
Lagrangian, in which the price of the limit falls on what leaves and on what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import CertificateError
from corridors.flow.solve import solve
from corridors.scenarios.coupling.couplings import NEAR, capped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from corridors.flow.arrays import Floats
    from corridors.flow.problem import FlowProblem
    from corridors.flow.solve import Answer
    from corridors.scenarios.coupling.couplings import Coupling

_TURNS = 60
"""Most turns; each after the third halves what is left where two demands push each other."""

_MOST_KNOWN = 4
"""Sets of couplings whose engines are kept."""

_PLAIN_TURNS = 3
_ENOUGH = 1e-9
"""Share of an ordinary amount by which a room may differ from that of its answer."""


@dataclass(frozen=True, eq=False)
class Fallen:
    """What couplings do to a situation.

    Attributes
    ----------
    couplings
        Those that bite: the room is less than what is wanted in ordinary times, or than what
        would leave.
    rooms
        Units a day that can leave by each, shape (N,).
    gap
        As `joint_gap` has it, in USD a day; not a number of the logit, which is no program
        of least cost.
    """

    couplings: tuple[Coupling, ...]
    rooms: Floats
    gap: float = np.nan


def served(answer: Any) -> Floats:
    """Return the units a day that an answer carries of each demand, shape (K,)."""
    return np.asarray(answer.problem.amount + answer.growth - answer.shortfall)


def settle(
    first: Any,
    couplings: Sequence[Coupling],
    again: Callable[[Sequence[Coupling], Floats], Any],
) -> tuple[Any, Fallen | None]:
    """Return an answer in which couplings hold, and what they do; None where they do nothing.

    Parameters
    ----------
    first
        The answer without them.
    couplings
        All that hold.
    again
        Answers the same with some of them as limits at their rooms, shape (N,).

    Raises
    ------
    CertificateError
        Where the rooms do not come to rest.
    """
    at_first = served(first)
    answer, own = first, tuple(c for c in couplings if c.bites(at_first))
    if not own:
        return first, None
    ordinary = np.array([c.ordinary for c in own])
    rooms = _rooms(own, first)
    for turn in range(_TURNS):
        answer = again(own, rooms)
        now = _rooms(own, answer)
        if (np.abs(now - rooms) <= _ENOUGH * ordinary).all():
            more = [c for c in couplings if c not in own and c.bites(served(answer))]
            if not more:
                return answer, Fallen(own, rooms)
            own = (*own, *more)
            ordinary = np.array([c.ordinary for c in own])
            now = _rooms(own, answer)
            rooms = np.concatenate([rooms, now[len(rooms) :]])
        rooms = now if turn < _PLAIN_TURNS else 0.5 * (rooms + now)
    names = ", ".join(c.coupling_id for c in own)
    msg = f"couplings {names}: what falls and its by-product come to no rest in {_TURNS} turns"
    raise CertificateError(msg)


def _rooms(couplings: Sequence[Coupling], answer: Any) -> Floats:
    return np.array([c.room(served(answer)) for c in couplings])


def solve_settled(
    problem: FlowProblem,
    couplings: Sequence[Coupling],
    first: Any = None,
    known: list[Answer] | None = None,
) -> tuple[Any, Fallen | None]:
    """Solve a problem of the least cost so that couplings hold.

    Parameters
    ----------
    problem
        The problem without them.
    couplings
        All that hold.
    first
        Its answer, where that is known.
    known
        Answers to problems with rooms as limits, whose engines serve again where the limits are
        the same; one of another kind comes to them.
    """
    first, known = solve(problem) if first is None else first, [] if known is None else known

    def again(own: Sequence[Coupling], rooms: Floats) -> Answer:
        now = capped(problem, own, rooms)
        for answer in known:
            if answer.starts(now):
                return answer.solve(now, first)
        found: Answer = first.solve(now)
        if len(known) < _MOST_KNOWN:
            known.append(found)
        return found

    return settle(first, couplings, again)


def joint_gap(problem: FlowProblem, answer: Any, fallen: Fallen) -> float:
    """Return how much cheaper than an answer the joint program could be at most, in USD a day.

    The joint program would also carry a by-product at more than its own loss where what
    falls with it is worth that. Its Lagrangian at the prices of the answer is a problem
    without the couplings: what leaves pays the price of the room, and what is missing of
    the by-product loses that price times the units that fall with it. Its optimum bounds
    that of the joint program from below (weak duality); 0 says that both are one.

    Parameters
    ----------
    problem
        The problem without the couplings.
    answer, fallen
        As `solve_settled` returns them.
    """
    relaxed, constant = relaxation(problem, answer, fallen)
    gap = float(answer.objective - (solve(relaxed).objective + constant))
    return gap if gap > 10 * NEAR * abs(answer.objective) else 0.0


def relaxation(problem: FlowProblem, answer: Any, fallen: Fallen) -> tuple[FlowProblem, float]:
    """Return the Lagrangian of the joint program at the prices of an answer, and its constant.

    Parameters
    ----------
    problem
        The problem without the couplings.
    answer, fallen
        As `solve_settled` returns them.

    Returns
    -------
    FlowProblem, float
        The optimum of the problem plus the constant, in USD a day, is a bound from below
        for every answer in which the couplings hold, whatever the limits and the closed
        arcs are.
    """
    prices = answer.limit_price[problem.n_limits :]
    cost, penalty, steps = problem.cost.copy(), problem.penalty.copy(), problem.step_price.copy()
    constant = 0.0
    for c, price in zip(fallen.couplings, prices.tolist(), strict=True):
        per_unit = price * c.share * c.ordinary / c.by_product
        cost[c.cargo, c.arc] += price
        penalty[c.hangs_on] += per_unit
        steps[c.hangs_on] += per_unit
        # What an event has taken from the demand is missing too.
        gone = c.by_product - float(problem.amount[c.hangs_on].sum())
        constant += per_unit * gone - price * c.ordinary
    return replace(problem, cost=cost, penalty=penalty, step_price=steps), constant
