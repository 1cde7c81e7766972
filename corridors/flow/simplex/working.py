"""A basis of the master problem in the arrays of the kernels, and what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.flow.arrays import TOLERANCE
from corridors.flow.simplex.basis import Basis, Values
from corridors.flow.simplex.dual import Weights
from corridors.flow.simplex.factorisation import refresh
from corridors.flow.simplex.inverse import WAITING
from corridors.flow.simplex.last import put_in_order
from corridors.flow.simplex.standing import put, stranded

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats, Ints
    from corridors.flow.paths.pool import PathPool
    from corridors.flow.problem import FlowProblem

_ROOM = 64
"""Binding limits for which there is room at first."""


NO_WEIGHTS = Weights(*np.empty((3, 0)))
"""Where none were kept."""

_NOTHING: tuple[Floats, ...] = np.empty((0, 0)), *np.empty((2, 3, 0)), *np.empty((3, 2, 0))
"""Nothing that was kept with a basis: inverse, prices, amounts and use."""


class WorkingBasis:
    """The arrays of a basis, which grow as columns come and as more limits bind.

    Parameters
    ----------
    pool
        The columns; more may be added at any time.
    n_slack, n_limits
        Numbers of convexity rows and of limits.

    Attributes
    ----------
    basis, values
        The basis, and what it means: as the kernels take them.
    """

    def __init__(self, pool: PathPool, n_slack: int, n_limits: int) -> None:
        self._pool = pool
        self.basis = Basis(
            key=np.arange(n_slack, dtype=np.int64),
            other=np.zeros(_ROOM, dtype=np.int64),
            tight=np.zeros(_ROOM, dtype=np.int64),
            size=np.zeros(1, dtype=np.int64),
            state=np.zeros(len(pool.columns.commodity), dtype=np.int8),
            place=np.full(n_limits, -1, dtype=np.int64),
            inverse=np.zeros((_ROOM, _ROOM)),
            left=np.zeros((WAITING, _ROOM)),
            right=np.zeros((WAITING, _ROOM)),
            waiting=np.zeros(1, dtype=np.int64),
        )
        self.values = Values(
            key=np.zeros((2, n_slack)),
            other=np.zeros((2, _ROOM)),
            use=np.zeros((2, n_limits)),
            price=np.zeros((3, n_limits)),
            sigma=np.zeros((3, n_slack)),
        )

    @property
    def size(self) -> int:
        """Number of limits that bind, and of the basic columns that are no keys."""
        return int(self.basis.size[0])

    def set(self, key: Ints, other: Ints, tight: Ints) -> None:
        """Take a basis, whose inverse is not touched.

        Parameters
        ----------
        key
            Key column of each convexity row.
        other, tight
            The other basic columns and the limits that bind, as many of each.
        """
        p = len(other)
        self.fit()
        if p + 8 > len(self.basis.other):
            self.enlarge(p + p // 2 + 32)
        self._put(key, other, tight, *_NOTHING, *NO_WEIGHTS, NO_WEIGHTS)

    def put_back(
        self,
        basis: tuple[Ints, Ints, Ints],
        inverse: Floats,
        prices: tuple[Floats, Floats],
        values: Values,
        kept: Weights,
        weights: Weights,
    ) -> None:
        """Take a basis back that was kept with its inverse, values and weights, all copied.

        Parameters
        ----------
        basis, inverse
            What was kept, the basis as for `set`.
        prices
            Those of limits and commodities that the way there ended with.
        values
            What the basis means, of which amounts and use are taken.
        kept, weights
            The weights that were kept, and those that become the same.
        """
        p = len(basis[1])
        self.fit()
        # As much as the simplex method asks for, which would begin without values otherwise.
        if p + p // 4 + 16 > len(self.basis.other):
            self.enlarge(p + p // 2 + 32)
        amounts = values.key, values.other, values.use
        self._put(*basis, inverse, *prices, *amounts, *kept, weights)

    def _put(self, *kept: Any) -> None:
        """Take what was kept, the last of it room for its weights, as the kernel says."""
        b, v = self.basis, self.values
        put(
            *kept[:-1], b.key, b.other, b.tight, b.size, b.waiting, b.state, b.place, b.inverse,
            v.price, v.sigma, v.key, v.other, v.use, *kept[-1],
        )  # fmt: skip

    def put_in_order(self, p: FlowProblem, *, told: bool) -> tuple[Ints, Ints, Ints, Ints]:
        """Put the basis in order, or return the paths by which commodities are told.

        Parameters
        ----------
        p
            The problem.
        told
            Whether commodities are told by their paths already.

        Returns
        -------
        which, commodity, start, arcs
            As the kernel of that name returns them: none where all is in order.
        """
        self.fit()
        pool = self._pool
        b, v = self.basis, self.values
        found: tuple[Ints, Ints, Ints, Ints] = put_in_order(
            pool.columns.commodity, b.key, b.other, b.tight, self.size, b.waiting, b.state, b.place,
            v.key, v.other, pool.fixed, p.origin, p.destination, *pool.star, p.head, p.amount,
            TOLERANCE, *pool.all_paths, *pool.room, told,
        )  # fmt: skip
        return found

    def tell(self, which: list[int], commodity: list[int], number: list[int]) -> None:
        """Put columns in the place of others, those of a commodity only if no two are the same.

        Parameters
        ----------
        which, commodity, number
            Place among the other columns, or -1 for the key; its commodity, those of one side by
            side; and the column.
        """
        first = 0
        while first < len(which):
            last = first + 1
            while last < len(which) and commodity[last] == commodity[first]:
                last += 1
            if len(set(number[first:last])) == last - first:
                for i in range(first, last):
                    if which[i] < 0:
                        self.basis.key[commodity[i]] = number[i]
                    else:
                        self.basis.other[which[i]] = number[i]
            first = last

    def stranded(self, penalty: Floats, ceiling: Floats) -> int:
        """Say how many basic columns are banned, and fill what their commodities may pay.

        Parameters
        ----------
        penalty, ceiling
            Of each commodity, shape (K,); what is filled is -1 for all others.
        """
        columns, b = self._pool.columns, self.basis
        count: int = stranded(
            b.key, b.other[: self.size], columns.commodity, columns.banned, self.values.sigma[0],
            penalty, TOLERANCE, ceiling,
        )  # fmt: skip
        return count

    def refresh(self, amount: Floats, bound: Floats, *, invert: bool = False) -> bool:
        """Compute the values of the basis afresh; say whether it has any.

        Parameters
        ----------
        amount, bound
            Right-hand sides and their directions, shapes (2, K + S) and (2, R).
        invert
            Whether to compute its inverse, too.
        """
        good: bool = refresh(self._pool.columns, self.basis, self.values, amount, bound, invert)
        return good

    def fit(self) -> None:
        """Make room for the columns that have come."""
        if len(self.basis.state) < len(self._pool.columns.commodity):
            state = np.zeros(len(self._pool.columns.commodity), dtype=np.int8)
            state[: len(self.basis.state)] = self.basis.state
            self.basis = self.basis._replace(state=state)

    def enlarge(self, room: int) -> None:
        """Make room for more limits that bind."""
        b = self.basis
        old = len(b.other)
        other, tight = np.zeros((2, room), dtype=np.int64)
        inverse = np.zeros((room, room))
        other[:old], tight[:old], inverse[:old, :old] = b.other, b.tight, b.inverse
        left, right = np.zeros((2, WAITING, room))
        left[:, :old], right[:, :old] = b.left, b.right
        self.basis = b._replace(other=other, tight=tight, inverse=inverse, left=left, right=right)
        self.values = self.values._replace(other=np.zeros((2, room)))
