"""The simplex method for programs over paths, in compiled code.

Whatever is outside its bounds is first driven out by the dual method; then what
improves the answer comes in by the primal one. Amounts, prices and reduced costs
are carried from one change of the basis to the next, and worked out afresh from
time to time, whenever a step fails, and before an optimum is believed.
"""

from __future__ import annotations

import numpy as np

from corridors.flow.compiling import compiled
from corridors.flow.simplex.basis import (
    all_reduced,
    by_inverse,
    entering_column,
)
from corridors.flow.simplex.dual import replacement, worst_outside
from corridors.flow.simplex.exchange import exchange, replace_banned_keys, swap_key
from corridors.flow.simplex.factorisation import refresh
from corridors.flow.simplex.primal import (
    LISTED,
    Motion,
    best_candidate,
    better_tied,
    blocked,
    cheaper,
    direct,
    move,
    savings,
)

OPTIMAL, SINGULAR, STUCK, TOO_LONG = 0, 1, 2, 3
"""How a run ends."""

_REFRESH = 100
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
    n_keys, n_limits = len(basis.key), bound.shape[1]
    motion = Motion(
        np.zeros(n_keys), np.zeros(n_limits), np.empty(n_keys, np.int64),
        np.empty(n_limits, np.int64), np.zeros(n_keys, np.int8), np.zeros(n_limits, np.int8),
        np.zeros(2, np.int64),
    )  # fmt: skip
    slack = np.ones(3)
    step, saving = np.zeros(2), np.zeros(3)
    alpha, reduced = np.empty(n_columns), np.empty(n_columns)
    listed = np.zeros(LISTED, dtype=np.int64)
    stale = _REFRESH if fresh else 0
    repairs, n_listed = 0, 0
    # Values may be absent, carried, or fresh; reduced costs may be absent, or as good as prices.
    carried, known = True, False
    started = False
    for count in range(most):
        if stale >= _REFRESH:
            if not refresh(columns, basis, values, amount, bound, True):
                return SINGULAR, count
            stale = 0
            carried, known = False, False
        elif not started:
            by_inverse(columns, basis, values, amount, bound)
            carried = False
        if not started:
            started = True
            if replace_banned_keys(columns, n_columns, basis, values):
                by_inverse(columns, basis, values, amount, bound)
        kind, number, sign = worst_outside(columns, basis, values, amount, bound)
        if kind >= 0:
            n_listed = 0
            if not known:
                all_reduced(columns, n_columns, basis, values, reduced)
                known = True
            enter, loosen, leave, tighten, alone, loss = replacement(
                columns, n_columns, basis, values, kind, number, sign, alpha, reduced
            )
            good = enter >= 0 or loosen >= 0
            if good:
                if enter >= 0:
                    u = entering_column(columns, basis, enter)
                else:
                    u = basis.inverse[loosen, : basis.size[0]].copy()
                direct(columns, basis, enter, u, motion)
                savings(columns, basis, values, enter, loosen, saving)
                for level in range(2):
                    if alone >= 0:
                        step[level] = values.key[level, alone] / motion.key_rate[alone]
                    elif leave >= 0:
                        step[level] = values.other[level, leave] / u[leave]
                    else:
                        room = bound[level, tighten] - values.use[level, tighten]
                        step[level] = room / motion.limit_rate[tighten]
                if loss != 0.0:
                    for j in range(n_columns):
                        if alpha[j] != 0.0:
                            reduced[j] -= loss * alpha[j]
                if enter >= 0:
                    reduced[enter] = 0.0
                good = np.isfinite(step[0]) and np.isfinite(step[1])
            if good:
                move(basis, values, bound, loosen, u, motion, step)
        else:
            enter, loosen = -1, -1
            by_cost = True
            if n_listed > 0:
                enter, loosen = best_candidate(columns, basis, values, slack[0], listed[:n_listed])
            if enter < 0 and loosen < 0:
                if not known:
                    all_reduced(columns, n_columns, basis, values, reduced)
                    known = True
                slack[0] = 1.0
                for k in range(n_keys):
                    if amount[0, k] > 0.0:
                        slack[0] = max(slack[0], 0.1 * abs(values.sigma[0, k]))
                enter, loosen, n_listed = cheaper(
                    columns, n_columns, basis, values, slack, reduced, listed
                )
                if enter < 0 and loosen < 0:
                    # No cost can be saved; what follows only chooses between equal costs.
                    by_cost = False
                    enter, loosen = better_tied(columns, n_columns, basis, values, slack, reduced)
                if enter < 0 and loosen < 0:
                    if not carried:
                        return OPTIMAL, count
                    by_inverse(columns, basis, values, amount, bound)
                    carried, known = False, False
                    continue
            if enter >= 0:
                u = entering_column(columns, basis, enter)
            else:
                u = basis.inverse[loosen, : basis.size[0]].copy()
            direct(columns, basis, enter, u, motion)
            savings(columns, basis, values, enter, loosen, saving)
            if by_cost:
                known = False
            else:
                saving[0] = 0.0
            kind, number = blocked(basis, values, bound, u, motion, step)
            good = kind >= 0
            leave, tighten, alone = -1, -1, -1
            if good:
                move(basis, values, bound, loosen, u, motion, step)
            if kind == 0:
                leave = swap_key(columns, basis, values, number)
                if leave < 0:
                    alone = number
                    good = enter >= 0 and columns.commodity[enter] == number
                else:
                    u[leave] = motion.key_rate[number]
            elif kind == 1:
                leave = number
            else:
                tighten = number
        if good and alone >= 0:
            basis.state[basis.key[alone]] = 0
            basis.key[alone] = enter
            basis.state[enter] = 1
            for level in range(2):
                values.key[level, alone] = step[level]
        elif good:
            good = exchange(
                columns, basis, values, enter, loosen, leave, tighten, u, step, saving
            )
            if good and tighten >= 0:
                for level in range(2):
                    values.use[level, tighten] = bound[level, tighten]
        stale += 1
        carried = True
        if not good:
            # Often only the inverse has drifted; once it is fresh there is no excuse.
            repairs += 1
            if stale == 1 or repairs > 5:
                return STUCK, count
            stale = _REFRESH
    return TOO_LONG, most
