"""The restricted master problem: a linear program over paths, alive in HiGHS.

Columns 0..K-1 are the shortfalls of the commodities, the others are paths.
Rows 0..K-1 say that a commodity is carried or short, the others are limits and
are only added once a flow breaks them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from corridors.errors import CertificateError

if TYPE_CHECKING:
    from corridors.flow.problem import Floats, Ints

_OPTIMAL = highspy.HighsModelStatus.kOptimal
_BASIC = highspy.HighsBasisStatus.kBasic
_LOWER = highspy.HighsBasisStatus.kLower


class Master:
    """A linear program that grows by columns and rows and is solved again and again.

    Parameters
    ----------
    n_commodities
        Number of commodities, K.
    """

    def __init__(self, n_commodities: int) -> None:
        self.n_commodities = n_commodities
        self.n_columns = n_commodities
        self.row_limit: list[int] = []
        self.cold_starts = 0
        self._highs = highs = highspy.Highs()
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("solver", "simplex"),
            ("presolve", "off"),
            ("primal_feasibility_tolerance", 1e-9),
            ("dual_feasibility_tolerance", 1e-9),
        ):
            highs.setOptionValue(option, value)
        k = n_commodities
        none = np.empty(0, dtype=np.int32)
        highs.addCols(k, np.zeros(k), np.zeros(k), np.full(k, np.inf), 0, none, none, np.empty(0))
        index = np.arange(k, dtype=np.int32)
        highs.addRows(k, np.zeros(k), np.zeros(k), k, index, index, np.ones(k))

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.n_commodities + len(self.row_limit)

    def add_paths(self, cost: Floats, commodity: Ints, uses: list[tuple[Ints, Floats]]) -> None:
        """Add one column per path.

        Parameters
        ----------
        cost
            Cost of a unit, shape (P,).
        commodity
            Commodity of each path, shape (P,).
        uses
            Rows of this program other than the commodity's, and units taken of each.
        """
        count = len(commodity)
        starts = np.zeros(count, dtype=np.int32)
        index: list[Any] = []
        value: list[Any] = []
        filled = 0
        for i, (rows, units) in enumerate(uses):
            starts[i] = filled
            index += [np.array([commodity[i]]), rows]
            value += [np.ones(1), units]
            filled += 1 + len(rows)
        self._highs.addCols(
            count,
            cost,
            np.zeros(count),
            np.full(count, np.inf),
            filled,
            starts,
            np.concatenate(index).astype(np.int32),
            np.concatenate(value),
        )
        self.n_columns += count

    def add_limits(
        self, limits: Ints, lower: Floats, upper: Floats, members: list[tuple[Ints, Floats]]
    ) -> None:
        """Add one row per limit, with the columns that it covers and their units."""
        count = len(limits)
        starts = np.zeros(count, dtype=np.int32)
        filled = 0
        for i, (columns, _) in enumerate(members):
            starts[i] = filled
            filled += len(columns)
        index = np.concatenate([m[0] for m in members]).astype(np.int32)
        value = np.concatenate([m[1] for m in members])
        self._highs.addRows(count, lower, upper, filled, starts, index, value)
        self.row_limit += [int(r) for r in limits]

    def set_costs(self, cost: Floats) -> None:
        """Set the cost of every column."""
        index = np.arange(self.n_columns, dtype=np.int32)
        self._highs.changeColsCost(self.n_columns, index, cost)

    def set_upper(self, upper: Floats) -> None:
        """Set the upper bound of every column."""
        index = np.arange(self.n_columns, dtype=np.int32)
        self._highs.changeColsBounds(self.n_columns, index, np.zeros(self.n_columns), upper)

    def set_rows(self, lower: Floats, upper: Floats) -> None:
        """Set the bounds of every row."""
        index = np.arange(self.n_rows, dtype=np.int32)
        self._highs.changeRowsBounds(self.n_rows, index, lower, upper)

    def basis(self) -> tuple[list[Any], list[Any]]:
        """Return the basis as it stands."""
        basis = self._highs.getBasis()
        return list(basis.col_status), list(basis.row_status)

    def restore(self, basis: tuple[list[Any], list[Any]]) -> None:
        """Start the next run from an earlier basis; what was added since stays out of it."""
        columns, rows = basis
        saved = highspy.HighsBasis()
        saved.col_status = columns + [_LOWER] * (self.n_columns - len(columns))
        saved.row_status = rows + [_BASIC] * (self.n_rows - len(rows))
        saved.valid = True
        self._highs.setBasis(saved)

    def run(self) -> tuple[Floats, Floats]:
        """Solve and return the columns' values and the rows' prices.

        Raises
        ------
        CertificateError
            Where HiGHS finds no optimum, even from scratch. The program always
            has one: everything may fall short.
        """
        highs = self._highs
        highs.run()
        if highs.getModelStatus() != _OPTIMAL:
            self.cold_starts += 1
            highs.clearSolver()
            highs.run()
            if highs.getModelStatus() != _OPTIMAL:
                status = highs.modelStatusToString(highs.getModelStatus())
                msg = f"the linear program ended as {status!r} although it always has an optimum"
                raise CertificateError(msg)
        solution = highs.getSolution()
        return np.array(solution.col_value), np.array(solution.row_dual)
