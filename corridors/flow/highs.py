"""The same program in HiGHS, for the day on which the engine's own method loses its way.

Slower, because it is built anew each round, and without the stages that make
the answer unique; the certificate is the same, so it is an optimum all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import CertificateError

if TYPE_CHECKING:
    from corridors.flow.path_pool import PathPool
    from corridors.flow.problem import Floats


def solve_master(
    pool: PathPool, n_slack: int, amount: Floats, bound: Floats
) -> tuple[Floats, Floats, Floats]:
    """Solve the program over the columns of a pool.

    Parameters
    ----------
    pool
        Columns, with their costs and what they take of the limits.
    n_slack
        Number of convexity rows, one per commodity and soft limit.
    amount, bound
        Right-hand sides of the convexity rows and of the limits.

    Returns
    -------
    values, price, sigma
        Amount by column, price by limit (not negative), price by convexity row.

    Raises
    ------
    CertificateError
        Where HiGHS finds no optimum. The program always has one: everything
        may fall short.
    """
    # Only needed here, and it does not agree with every other solver in one process.
    import highspy

    infinite = highspy.kHighsInf
    columns, size = pool.columns, pool.size
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("primal_feasibility_tolerance", 1e-9)
    highs.setOptionValue("dual_feasibility_tolerance", 1e-9)
    n_rows = n_slack + len(bound)
    lower = np.concatenate([amount, np.full(len(bound), -infinite)])
    upper = np.concatenate([amount, bound])
    none, empty = np.empty(0, dtype=np.int32), np.empty(0)
    highs.addRows(n_rows, lower, upper, 0, np.zeros(n_rows, dtype=np.int32), none, empty)
    start = columns.start[: size + 1]
    index, value = columns.row[: start[-1]] + n_slack, columns.unit[: start[-1]]
    # Each column's own convexity row stands before the limits that it touches.
    index = np.insert(index, start[:-1], columns.commodity[:size])
    value = np.insert(value, start[:-1], 1.0)
    starts = start[:-1] + np.arange(size)
    limit = np.where(columns.banned[:size], 0.0, infinite)
    highs.addCols(
        size, columns.cost[0, :size].copy(), np.zeros(size), limit, len(index),
        starts.astype(np.int32), index.astype(np.int32), value,
    )  # fmt: skip
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        status = highs.modelStatusToString(highs.getModelStatus())
        msg = f"the linear program ended as {status!r} although it always has an optimum"
        raise CertificateError(msg)
    solution = highs.getSolution()
    dual = np.array(solution.row_dual)
    return np.array(solution.col_value), np.maximum(-dual[n_slack:], 0.0), dual[:n_slack]
