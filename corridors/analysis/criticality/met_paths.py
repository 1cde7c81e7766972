"""Paths that plans have taken, each with a number of its own and what a unit pays on it."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.flow.arrays import Floats, Ints
    from corridors.flow.solution import Plan

_ROOM = 1024
"""Paths for which there is room at first."""


class MetPaths:
    """Numbers the paths of one problem as they are met.

    Thousands of closures take the same few thousand paths over and over: what is known of one is
    looked up, and plans are held against each other as arrays.

    Parameters
    ----------
    own_class
        Class of each commodity, shape (K,).
    rates
        What a unit pays, in several kinds of money and time, by class and arc, each (C, A).
    """

    def __init__(self, own_class: Ints, *rates: Floats) -> None:
        self._own_class, self._by_arc = own_class, rates
        self._number: dict[tuple[int, bytes], int] = {}
        self._keys: list[tuple[int, bytes]] = []
        self._paid = np.empty((len(rates), _ROOM))
        self._commodity = np.empty(_ROOM, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._keys)

    def numbers(self, plan: Plan) -> Ints:
        """Return the number of each path of a plan, shape (P,)."""
        keys = list(zip(plan.commodity.tolist(), _bytes(plan.arcs), strict=True))
        found = list(map(self._number.get, keys))
        if None in found:
            for i, number in enumerate(found):
                if number is None:
                    found[i] = self._meet(keys[i], plan.arcs[i])
        return np.array(found, dtype=np.int64)

    def _meet(self, key: tuple[int, bytes], arcs: Ints) -> int:
        """Number a path that no plan has taken before."""
        number = len(self._keys)
        if number == len(self._commodity):
            self._paid = np.concatenate([self._paid, np.empty_like(self._paid)], axis=1)
            self._commodity = np.concatenate([self._commodity, np.empty_like(self._commodity)])
        self._number[key] = number
        self._keys.append(key)
        self._commodity[number] = key[0]
        for i, rate in enumerate(self._by_arc):
            self._paid[i, number] = rate[self._own_class[key[0]], arcs].sum()
        return number

    def paid(self, kind: int) -> Floats:
        """Return what a unit pays on each path that was met, by the kind's number, shape (N,)."""
        return self._paid[kind, : len(self)]

    @property
    def commodity(self) -> Ints:
        """Commodity of each path that was met, shape (N,)."""
        return self._commodity[: len(self)]

    def in_order(self, which: NDArray[np.int64]) -> list[int]:
        """Return numbers of paths in an order that hangs on nothing but the paths."""
        return sorted(which.tolist(), key=self._keys.__getitem__)


def _bytes(paths: list[Ints]) -> list[bytes]:
    """Return the bytes of the arcs of each path: those of all at once, cut."""
    if not paths:
        return []
    every = np.concatenate(paths)
    whole, size = every.tobytes(), every.itemsize
    ends = list(accumulate(map(len, paths), initial=0))
    return [whole[a * size : b * size] for a, b in pairwise(ends)]
