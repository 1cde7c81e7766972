"""The order in which limits are served: upstream before downstream, as far as ways allow.

The greedy heuristic of Eades, Lin and Smyth (1993): ways may lead in circles, and
then the order that most follow is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.kernels import lean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.flow.arrays import Flags, Ints


class Upstream:
    """Which limits follow which on ways, and how often.

    Parameters
    ----------
    n_limits
        How many limits there are.
    """

    def __init__(self, n_limits: int) -> None:
        self._n_limits = n_limits
        self._number: dict[tuple[int, int], int] = {}
        self._times: list[int] = []

    def add(self, limits: Sequence[int]) -> None:
        """Take in the limits of a way, in their order."""
        for i in range(1, len(limits)):
            pair = (limits[i - 1], limits[i])
            if pair[0] == pair[1]:
                continue
            number = self._number.setdefault(pair, len(self._times))
            if number == len(self._times):
                self._times.append(0)
            self._times[number] += 1

    def before(self, chosen: Flags) -> Flags:
        """Return the limits after which some way comes to a chosen one, shape (R,)."""
        found = np.zeros(self._n_limits, dtype=np.bool_)
        for earlier, later in self._number:
            found[earlier] |= chosen[later]
        return found

    def order(self) -> Ints:
        """Return all limits, upstream first, shape (R,).

        Examples
        --------
        >>> two = Upstream(4)
        >>> two.add([3, 1, 0])
        >>> two.add([3, 0])
        >>> two.order().tolist()
        [3, 1, 0, 2]
        """
        pairs = np.array(list(self._number), dtype=np.int64).reshape(-1, 2)
        times = np.array(self._times, dtype=np.int64)
        n, tail, head = self._n_limits, pairs[:, 0].copy(), pairs[:, 1].copy()
        out_start, out_edges = _grouped(tail, n)
        in_start, in_edges = _grouped(head, n)
        gain = np.zeros(n, dtype=np.int64)
        np.add.at(gain, tail, times)
        np.subtract.at(gain, head, times)
        result: Ints = np.empty(n, dtype=np.int64)
        _order(
            tail,
            head,
            times,
            out_start,
            out_edges,
            in_start,
            in_edges,
            np.diff(out_start),
            np.diff(in_start),
            gain,
            np.ones(n, dtype=np.bool_),
            np.empty(n, dtype=np.int64),
            result,
        )
        return result


def _grouped(ends: Ints, n: int) -> tuple[Ints, Ints]:
    """Return offsets and numbers of the edges by one of their ends."""
    start = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(ends, minlength=n), out=start[1:])
    return start, np.argsort(ends, kind="stable").astype(np.int64, copy=False)


@lean
def _order(
    tail,
    head,
    times,
    out_start,
    out_edges,
    in_start,
    in_edges,
    n_out,
    n_in,
    gain,
    there,
    chosen,
    result,
):
    """Write down the nodes of a graph with as little weight as may be leading back.

    Parameters
    ----------
    tail, head, times
        Of each edge its ends and its weight, shape (E,).
    out_start, out_edges, in_start, in_edges
        Edges that begin, and that end, at each node.
    n_out, n_in, gain, there
        Of each node how many of these are left, the weight that leads from it less that which
        leads to it, and whether it is left; changed, shape (N,).
    chosen
        Work space, shape (N,).
    result
        The nodes in their order, shape (N,).
    """
    n = len(result)
    # Filled from both ends: what leads nowhere from the back, what comes from nowhere in front.
    front = 0
    back = n
    while front < back:
        size = 0
        for i in range(n - 1, -1, -1):
            if there[i] and n_out[i] == 0:
                chosen[size] = i
                size += 1
        sinks = size > 0
        if not sinks:
            for i in range(n):
                if there[i] and n_in[i] == 0:
                    chosen[size] = i
                    size += 1
        if size == 0:
            best = -1
            for i in range(n):
                if there[i] and (best < 0 or gain[i] > gain[best]):
                    best = i
            chosen[0] = best
            size = 1
        for j in range(size):
            i = chosen[j]
            if sinks:
                back -= 1
                result[back] = i
            else:
                result[front] = i
                front += 1
            there[i] = False
            for s in range(out_start[i], out_start[i + 1]):
                e = out_edges[s]
                n_in[head[e]] -= 1
                gain[head[e]] += times[e]
            for s in range(in_start[i], in_start[i + 1]):
                e = in_edges[s]
                n_out[tail[e]] -= 1
                gain[tail[e]] -= times[e]
