"""Prices to begin a search with: those of the cheapest plan over the same routes.

Where a limit leaves cargo without another way, its price rises until that cargo stays at
home, by thousands of times the cost by which choices spread. On the way there nothing changes,
so second derivatives say nothing, and Newton's method needs hundreds of steps. A linear
program goes there at once: its prices are those that the choice tends to as nothing spreads
(Fisk 1980), which is near on that scale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats
    from corridors.flow.choice.dual import Dual


def prices_of_cheapest(dual: Dual) -> Floats | None:
    """Return the prices of the plan of least cost and loss over the routes of a dual, shape (T,).

    Multipliers that are given are taken off the cost; those that are fitted stand where they
    begin. None where the program has no answer.

    Parameters
    ----------
    dual
        Routes, what they take of limits, and the curves of demand, each as if all of it were
        worth the middle of its curve.
    """
    # Few searches need it, and both take a while to be read.
    import highspy
    from scipy.sparse import csr_matrix, hstack, identity, vstack

    t, n_routes, n_limits = dual.terms, len(dual.base), dual.n_limits
    _, most, _, middle, _ = dual.curve
    n_commodities = len(most)
    route = np.repeat(np.arange(n_routes), np.diff(t.start))
    given = dual.start.copy()
    given[:n_limits] = 0.0
    cost = dual.base + np.bincount(route, t.unit * given[t.term], n_routes)
    limits = t.term < n_limits
    taken = csr_matrix(
        (t.unit[limits], (t.term[limits], route[limits])), shape=(n_limits, n_routes)
    )
    used = np.flatnonzero((dual.upper[:n_limits] > 0) & (np.diff(taken.indptr) > 0))
    if not len(used):
        return None
    above = np.flatnonzero(np.isfinite(dual.upper[used]))
    n_above = len(above)
    own = csr_matrix(
        (
            np.ones(n_routes),
            (np.repeat(np.arange(n_commodities), np.diff(dual.first)), range(n_routes)),
        ),
        shape=(n_commodities, n_routes),
    )
    over = csr_matrix((-np.ones(n_above), (above, range(n_above))), shape=(len(used), n_above))
    matrix = vstack(
        [
            hstack([taken[used], csr_matrix((len(used), n_commodities)), over]),
            hstack([own, identity(n_commodities), csr_matrix((n_commodities, n_above))]),
        ]
    ).tocsc()
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = matrix.shape
    program.col_cost_ = np.concatenate([cost, middle, dual.upper[used][above]])
    program.col_lower_ = np.zeros(matrix.shape[1])
    program.col_upper_ = np.full(matrix.shape[1], np.inf)
    program.row_lower_ = np.concatenate([np.full(len(used), -np.inf), most])
    program.row_upper_ = np.concatenate([dual.wanted[used], most])
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = matrix.indptr
    program.a_matrix_.index_ = matrix.indices
    program.a_matrix_.value_ = matrix.data
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("threads", 1)
    # To make it smaller takes longer than to solve it.
    solver.setOptionValue("presolve", "off")
    solver.passModel(program)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    price = dual.start.copy()
    price[:n_limits] = 0.0
    price[used] = np.maximum(-np.asarray(solver.getSolution().row_dual)[: len(used)], 0.0)
    return price
