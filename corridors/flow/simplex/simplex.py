"""The simplex method for programs over paths, in compiled code.

Whatever is outside its bounds is first driven out by the dual method; then what
improves the answer comes in by the primal one. The inverse is computed afresh
from time to time, and whenever a step fails.
"""

from __future__ import annotations

import numpy as np

from corridors.flow.compiling import compiled
from corridors.flow.simplex.basis import (
    all_reduced,
    amounts,
    exchange,
    factor,
    limit_prices,
    set_key,
    swap_key,
    use_by_keys,
)
from corridors.flow.simplex.dual import replacement, worst_outside
from corridors.flow.simplex.primal import LISTED, best_candidate, blocked, candidates, entering

OPTIMAL, SINGULAR, STUCK, TOO_LONG = 0, 1, 2, 3
"""How a run ends."""

_REFRESH = 60
"""Changes of the basis after which its inverse is computed afresh."""


@compiled
def optimise(columns, n_columns, basis, values, amount, bound, fresh, most):
    """Bring a basis to the optimum over the columns at hand.

    Parameters
    ----------
    columns, n_columns
        The columns, of which the first `n_columns` count.
    basis
        Where to start; where it ended.
    values
        What the last basis means, filled here.
    amount, bound
        Amounts (2, K) and bounds (2, R) with their directions; an infinite
        bound limits nothing.
    fresh
        Whether `basis.inverse` must be computed first.
    most
        Largest number of changes of the basis.

    Returns
    -------
    code, steps
        How it ended and after how many changes.
    """
    stale = _REFRESH if fresh else 0
    slack = np.ones(3)
    alpha, reduced = np.empty(n_columns), np.empty(n_columns)
    repairs = 0
    listed = np.zeros(LISTED, dtype=np.int64)
    n_listed = 0
    use_by_keys(columns, basis, values, amount)
    for step in range(most):
        if stale >= _REFRESH:
            if not factor(columns, basis):
                return SINGULAR, step
            stale = 0
            use_by_keys(columns, basis, values, amount)
        amounts(columns, basis, values, amount, bound, 0)
        amounts(columns, basis, values, amount, bound, 1)
        kind, number, sign = worst_outside(columns, basis, values, amount, bound)
        if kind >= 0:
            n_listed = 0
            all_reduced(columns, n_columns, basis, values, reduced)
            enter, loosen, leave, tighten, alone = replacement(
                columns, n_columns, basis, values, amount, kind, number, sign, alpha, reduced
            )
            good = enter >= 0 or loosen >= 0
        else:
            enter, loosen = -1, -1
            if n_listed > 0:
                limit_prices(columns, basis, values, 0)
                enter, loosen = best_candidate(columns, basis, values, slack[0], listed[:n_listed])
            if enter < 0 and loosen < 0:
                all_reduced(columns, n_columns, basis, values, reduced)
                slack[0] = 1.0
                for k in range(len(basis.key)):
                    if amount[0, k] > 0.0:
                        slack[0] = max(slack[0], 0.1 * abs(values.sigma[0, k]))
                enter, loosen = entering(columns, n_columns, basis, values, slack, reduced)
                if enter < 0 and loosen < 0:
                    return OPTIMAL, step
                n_listed = candidates(columns, n_columns, basis, values, reduced, enter, listed)
            kind, number = blocked(columns, basis, values, bound, enter, loosen)
            good = kind >= 0
            leave, tighten, alone = -1, -1, -1
            if kind == 0:
                leave = swap_key(columns, basis, values, amount, number)
                if leave < 0:
                    alone = number
                    good = enter >= 0 and columns.commodity[enter] == number
            elif kind == 1:
                leave = number
            else:
                tighten = number
        if good and alone >= 0:
            basis.state[basis.key[alone]] = 0
            set_key(columns, basis, values, amount, alone, enter)
        elif good:
            good = exchange(columns, basis, enter, loosen, leave, tighten)
        stale += 1
        if not good:
            # Often only the inverse has drifted; once it is fresh there is no excuse.
            repairs += 1
            if stale == 1 or repairs > 5:
                return STUCK, step
            stale = _REFRESH
    return TOO_LONG, most
