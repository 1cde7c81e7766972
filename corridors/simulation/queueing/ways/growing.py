"""Arrays that grow at their end without being copied each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class Growing:
    """An array that takes more values at its end, of one row or of several.

    What it returns are views of what there is by then: they are to be asked for
    again when it has grown.

    Parameters
    ----------
    dtype
        Of the values.
    rows
        How many values come at a time, each to a row of its own.

    Examples
    --------
    >>> numbers = Growing(np.int64)
    >>> numbers.extend([3, 1, 2])
    >>> numbers.all().tolist()
    [3, 1, 2]
    """

    def __init__(self, dtype: Any, rows: int = 1) -> None:
        self._values: NDArray[Any] = np.empty((rows, 64), dtype=dtype)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def extend(self, values: ArrayLike) -> None:
        """Add values at the end: of the one row, shape (X,), or of all, shape (rows, X)."""
        new = np.asarray(values, dtype=self._values.dtype)
        size = self._size + new.shape[-1]
        if size > self._values.shape[1]:
            rows = len(self._values)
            wider = np.empty((rows, max(2 * self._values.shape[1], size)), self._values.dtype)
            wider[:, : self._size] = self._values[:, : self._size]
            self._values = wider
        self._values[:, self._size : size] = new
        self._size = size

    def row(self, number: int) -> NDArray[Any]:
        """Return a row, shape (size,)."""
        return self._values[number, : self._size]

    def all(self) -> NDArray[Any]:
        """Return the first row, which is all that there is of an array of one, shape (size,)."""
        return self.row(0)
