"""Demand in steps, told apart only where some of it stays.

Each step of a demand is a commodity of its own to the engine, and most demands travel whole:
where a unit costs no more than what the poorest step would pay, all steps are alike. The
program in which those are one commodity is smaller by as much, and its prices prove it: an
answer is optimal for all steps where no demand that was left whole pays more than its lowest
step would.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.flow.choice.demand_curve import STEPS
from corridors.flow.solve import solve

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.problem import FlowProblem
    from corridors.flow.solve import Answer

_MOST_ENGINES = 6
"""Engines that are kept beside those with which each draw begins."""

_NEAR = 1e-9
"""Share of a price by which it may be above another and still be the same."""


@dataclass(frozen=True, eq=False)
class PartAnswer:
    """The optimum of a problem of which only some demands are told apart by step.

    Attributes
    ----------
    problem
        The problem, with its steps.
    path_commodity, path_arcs, path_amount
        Paths that carry something: commodity (P,), arcs and units (P,).
    shortfall, growth, commodity_price
        As `Answer` has them, shape (K,).
    answer
        The engine's answer to the problem of the parts, with its certificate.
    """

    problem: FlowProblem
    path_commodity: Ints
    path_arcs: list[Ints]
    path_amount: Floats
    shortfall: Floats
    growth: Floats
    commodity_price: Floats
    answer: Answer


def worth_its_loss(problem: FlowProblem) -> FlowProblem:
    """Return a problem in which every step of a demand would pay its whole penalty.

    Parameters
    ----------
    problem
        The problem, of which every unit is worth the penalty.
    """
    return replace(problem, step_price=np.repeat(problem.penalty[:, None], STEPS, axis=1))


class Known:
    """What was answered before, by the demands that were told apart: where an answer begins.

    Answers are the same from wherever they begin.
    """

    def __init__(self) -> None:
        self._answers: dict[tuple[int, bytes], Answer] = {}
        self._values: dict[bytes, dict[str, Ints]] = {}
        self._more: dict[tuple[int, bytes], Answer] = {}

    def copy(self) -> Known:
        """Return what is known, to which more may come that this one does not learn.

        But for engines of other limits and other parts, which are made once for all.
        """
        other = Known()
        other._answers, other._values = dict(self._answers), dict(self._values)
        other._more = self._more
        return other

    def values(self, problem: FlowProblem, own: bytes, owner: Ints) -> dict[str, Ints]:
        """Return whence, whither and of what class the parts are: the same arrays each time.

        Who sees that nothing has changed need not compare them.
        """
        found = {
            name: getattr(problem, name)[owner]
            for name in ("origin", "destination", "commodity_class")
        }
        known = self._values.setdefault(own, found)
        if all(np.array_equal(known[name], found[name]) for name in found):
            return known
        return found

    def solve(self, parts: FlowProblem, own: bytes) -> Answer:
        """Answer a problem of parts, from what was answered with the same parts."""
        key = parts.n_limits, own
        known = self._answers | self._more
        first = known.get(key)
        # The same without some limits, such as the rooms of couplings, is nearest.
        near = [one for (n, of), one in known.items() if of == own and n < key[0]]
        if first is not None and first.starts(parts):
            return first.solve(parts, *near[-1:])
        near = near or list(self._answers.values())
        if not near:
            answer = self._answers[key] = solve(parts)
            return answer
        if len(self._more) >= _MOST_ENGINES:
            del self._more[next(iter(self._more))]
        answer = self._more[key] = near[-1].solve(parts)
        return answer


def solve_in_parts(
    problem: FlowProblem, split: Flags, known: Known | None = None, wanted: Flags | None = None
) -> tuple[PartAnswer | None, Flags]:
    """Solve a problem with some of its demands told apart by step.

    Parameters
    ----------
    problem
        The problem, with steps.
    split
        Demands whose steps are told apart, shape (K,).
    known
        What was answered before, to begin with; this answer comes to it.
    wanted
        Demands without which nothing is left, shape (K,); all if None. Those of other years are
        more than half of all. The others have no price.

    Returns
    -------
    PartAnswer, mask of shape (K,)
        The answer, or None where it is not proved for all steps; and the demands that have to
        be told apart for that: those of before and those that pay more than their lowest step.
    """
    p = problem
    many = np.where(split, p.n_steps, 1)
    owner = np.repeat(np.arange(p.n_commodities), many)
    known = Known() if known is None else known
    first = np.cumsum(many) - many
    step = np.arange(len(owner)) - first[owner]
    # What is whole is worth what its dearest step would pay: it must not stay for less.
    step = np.where(split[owner], step, p.n_steps - 1)
    order = np.lexsort((step, p.commodity_rank[owner]))
    rank = np.empty(len(owner), dtype=np.int64)
    rank[order] = np.arange(len(owner))
    if wanted is not None:
        # Ranks stay as they are among all, so that ties of the others are decided alike.
        kept = wanted[owner]
        owner, step, rank = owner[kept], step[kept], rank[kept]
    own = owner.tobytes()
    values: dict[str, Any] = known.values(p, own, owner)
    parts = replace(
        p,
        **values,
        amount=(p.amount / many)[owner],
        penalty=p.step_price[owner, step],
        commodity_rank=rank,
        step_price=np.empty((len(owner), 0)),
    )
    answer = known.solve(parts, own)
    price = np.full(p.n_commodities, np.nan)
    price[owner] = 0.0
    np.maximum.at(price, owner, answer.commodity_price)
    lowest = p.step_price.min(axis=1)
    above = ~split & (price > lowest * (1 + _NEAR)) & (p.amount > 0)
    if above.any():
        return None, split | above
    commodity, paths, amount = answer.of_whole(owner, p)
    whole = PartAnswer(
        problem=p,
        path_commodity=commodity,
        path_arcs=paths,
        path_amount=amount,
        shortfall=np.bincount(owner, answer.shortfall, p.n_commodities).astype(np.float64),
        growth=np.zeros(p.n_commodities),
        commodity_price=price,
        answer=answer,
    )
    return whole, split
