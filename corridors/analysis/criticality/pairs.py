"""Which pairs of closures need to be solved, and what is known of the others without.

Let x0 be the baseline's plan, xA and xB the plans with A or B closed, and z
what a plan costs, loss included. Two rules need nothing but these plans.

*One is enough.* If xA carries nothing over B, xA is the plan for both closed:
it is allowed, and what is allowed with both closed is allowed with A closed,
where nothing is better. The pair is A over again.

*Apart.* If A and B change different demands, no demand changed by one passes
the other, and the limits hold with both changes made, then x0 + (xA - x0) +
(xB - x0) is a plan for both closed. It costs z(A) + z(B) - z0, so the pair does
no more damage than its parts together. It may do less, when one change makes
another worthwhile; then the best plan for the pair is another one.

All other pairs are solved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from corridors.flow.arrays import Ints
    from corridors.flow.problem import FlowProblem
    from corridors.flow.solution import Plan
    from corridors.flow.usage import LimitUsage

_SAME = 1e-7
"""Share of what travels of a demand below which a change of a path is rounding."""

_ROOM = 1e-9
"""Share of a limit by which it may be exceeded where it counts as kept."""


@dataclass(frozen=True, eq=False)
class Split:
    """Pairs of cases, each with the smaller number first, sorted.

    Attributes
    ----------
    solve
        Pairs that interact, or may, shape (S, 2).
    apart
        Pairs that do no more damage than their parts together, shape (T, 2).
    one_is_enough
        How many pairs are one of their parts over again.
    """

    solve: Ints
    apart: Ints
    one_is_enough: int


def split_pairs(
    problem: FlowProblem,
    uses: LimitUsage,
    base: Plan,
    closed: Sequence[Ints],
    plans: Sequence[Plan],
) -> Split:
    """Sort all pairs of closures by what is known of them.

    Parameters
    ----------
    problem
        The situation before anything is closed.
    uses
        Of its limits.
    base
        Its plan.
    closed
        Arcs of each case.
    plans
        Plan of each case; for one that carries nothing, the baseline's.

    Returns
    -------
    Split
    """
    n_cases = len(closed)
    gone = np.zeros((n_cases, problem.n_arcs), dtype=np.bool_)
    for i, arcs in enumerate(closed):
        gone[i, arcs] = True
    used = np.zeros_like(gone)
    moved = np.zeros_like(gone)
    changed = np.zeros((n_cases, problem.n_commodities), dtype=np.bool_)
    taken = np.zeros((n_cases, problem.n_limits))
    before = uses.total(base)
    for i, plan in enumerate(plans):
        taken[i] = uses.total(plan) - before if plan is not base else 0.0
        changed[i] = _changed(problem, base, plan)
        for k, arcs in zip(plan.commodity, plan.arcs, strict=True):
            used[i, arcs] = True
            if changed[i, k]:
                moved[i, arcs] = True
    passes = _meet(used, gone)
    both = np.triu(passes & passes.T, k=1)
    total = n_cases * (n_cases - 1) // 2
    crossing = _meet(moved, gone)
    near = _meet(changed, changed) | crossing | crossing.T
    pairs = np.argwhere(both & ~near)
    fits = _fits(problem, before, taken, pairs)
    solve = np.concatenate([np.argwhere(both & near), pairs[~fits]])
    return Split(
        solve=solve[np.lexsort((solve[:, 1], solve[:, 0]))],
        apart=pairs[fits],
        one_is_enough=total - int(both.sum()),
    )


def _meet(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return for each row of `a` and each of `b` whether they share a column."""
    # Counts stay far below 2**24, where single precision is exact.
    return (a.astype(np.float32) @ b.astype(np.float32).T) > 0


def _changed(problem: FlowProblem, base: Plan, plan: Plan) -> NDArray[np.bool_]:
    """Return which commodities do not go exactly as before, shape (K,)."""
    amounts: dict[tuple[int, bytes], float] = {}
    for sign, one in ((1.0, plan), (-1.0, base)):
        for k, arcs, amount in zip(one.commodity, one.arcs, one.amount, strict=True):
            key = (int(k), arcs.tobytes())
            amounts[key] = amounts.get(key, 0.0) + sign * float(amount)
    wanted = problem.amount
    served = np.bincount(base.commodity, base.amount, len(wanted))
    least = _SAME * (1.0 + np.minimum(wanted, served))
    result = np.abs(plan.shortfall - base.shortfall) > least + 8.0 * np.spacing(wanted)
    for (k, _), change in amounts.items():
        result[k] |= abs(change) > least[k]
    return np.asarray(result)


def _fits(
    problem: FlowProblem, before: NDArray[np.float64], taken: NDArray[np.float64], pairs: Ints
) -> NDArray[np.bool_]:
    """Return for which pairs the limits hold with the changes of both."""
    room = np.where(np.isfinite(problem.bound), problem.bound * (1 + _ROOM) + _ROOM, np.inf)
    fits = np.ones(len(pairs), dtype=np.bool_)
    for at in range(0, len(pairs), 4096):
        some = pairs[at : at + 4096]
        use = before + taken[some[:, 0]] + taken[some[:, 1]]
        fits[at : at + 4096] = (use <= room).all(axis=1)
    return fits
