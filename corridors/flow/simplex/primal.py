"""The primal simplex method, in compiled code: what improves the answer enters the basis.

The column, or limit, that improves the most enters; what blocks first on the
way leaves. Columns that came close are noted and tried next, so that not all
are looked through at each step (multiple pricing, Greenberg 1978).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.flow.compiling import inner
from corridors.flow.simplex.basis import PIVOT, SMALL, below, charged, clip, reduced_cost

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.flow.arrays import Floats, Ints

LISTED = 40
"""Most columns that are noted at a time."""


class Motion(NamedTuple):
    """What a unit of what enters takes from keys, and of limits that do not bind.

    Only the first ``count[0]`` of `keys` and ``count[1]`` of `limits` are touched.
    """

    key_rate: Floats
    limit_rate: Floats
    keys: Ints
    limits: Ints
    key_seen: NDArray[np.int8]
    limit_seen: NDArray[np.int8]
    count: Ints


@inner
def cheaper(columns, n_columns, basis, values, slack, reduced, listed):
    """Find the column, or binding limit, that saves the most cost, and columns nearly as good.

    Returns
    -------
    enter, loosen
        Column, or place of a binding limit; -1 for none.
    count
        Number of columns in `listed`.
    """
    best, enter, loosen = -SMALL, -1, -1
    for j in range(n_columns):
        if reduced[j] < 0.0 and basis.state[j] == 0 and not columns.banned[j]:
            d = reduced[j] / (1.0 + abs(values.sigma[0, columns.commodity[j]]))
            if d < best:
                best, enter = d, j
    most, count = 0.3 * best, 0
    if enter >= 0:
        for j in range(n_columns):
            if count < len(listed) and reduced[j] < 0.0 and basis.state[j] == 0:
                d = reduced[j] / (1.0 + abs(values.sigma[0, columns.commodity[j]]))
                if d < most and not columns.banned[j]:
                    listed[count] = j
                    count += 1
    for t in range(basis.size[0]):
        d = values.price[0, basis.tight[t]] / slack[0]
        if d < best:
            best, enter, loosen = d, -1, t
    return enter, loosen, count


@inner
def better_tied(columns, n_columns, basis, values, slack, reduced):
    """Find what improves the tie cost, or else the rank, the most at no cost."""
    for level in range(1, 3):
        slack[level] = 1.0
        sigma = values.sigma[level]
        for k in range(len(basis.key)):
            sigma[k] = charged(columns, values, level, basis.key[k])
            slack[level] = max(slack[level], abs(sigma[k]))
    best2, best3, enter2, enter3, loosen2, loosen3 = 0.0, 0.0, -1, -1, -1, -1
    for j in range(n_columns):
        k = columns.commodity[j]
        if (
            basis.state[j] != 0
            or columns.banned[j]
            or reduced[j] > SMALL * (1.0 + abs(values.sigma[0, k]))
        ):
            continue
        sigma = values.sigma[1, k]
        d = (charged(columns, values, 1, j) - sigma) / (1.0 + abs(sigma))
        if d < min(best2, -SMALL):
            best2, enter2 = d, j
        if enter2 < 0 and d <= SMALL:
            sigma = values.sigma[2, k]
            d = (charged(columns, values, 2, j) - sigma) / (1.0 + abs(sigma))
            if d < min(best3, -SMALL):
                best3, enter3 = d, j
    for t in range(basis.size[0]):
        r = basis.tight[t]
        if values.price[0, r] > SMALL * slack[0]:
            continue
        d = values.price[1, r] / slack[1]
        if d < min(best2, -SMALL):
            best2, enter2, loosen2 = d, -1, t
        if enter2 < 0 and loosen2 < 0 and d <= SMALL:
            d = values.price[2, r] / slack[2]
            if d < min(best3, -SMALL):
                best3, enter3, loosen3 = d, -1, t
    if enter2 >= 0 or loosen2 >= 0:
        return enter2, loosen2
    return enter3, loosen3


@inner
def best_candidate(columns, basis, values, slack, listed):
    """Find the best of some columns, or a binding limit, by the prices of the limits."""
    price = values.price[0]
    best, enter, loosen = -SMALL, -1, -1
    for j in listed:
        if basis.state[j] != 0:
            continue
        sigma = charged(columns, values, 0, basis.key[columns.commodity[j]])
        d = (charged(columns, values, 0, j) - sigma) / (1.0 + abs(sigma))
        if d < best:
            best, enter = d, j
    for t in range(basis.size[0]):
        d = price[basis.tight[t]] / slack
        if d < best:
            best, enter, loosen = d, -1, t
    return enter, loosen


@inner
def savings(columns, basis, values, enter, loosen, saving):
    """Fill the reduced costs of what enters, shape (3,)."""
    for level in range(3):
        if enter >= 0:
            saving[level] = reduced_cost(columns, basis, values, level, enter)
        else:
            saving[level] = values.price[level, basis.tight[loosen]]


@inner
def _takes(columns, basis, j, units, motion):
    """Add what some units of a column take of limits that do not bind."""
    for e in range(columns.start[j], columns.start[j + 1]):
        r = columns.limit[e]
        if basis.place[r] < 0:
            if motion.limit_seen[r] == 0:
                motion.limit_seen[r] = 1
                motion.limits[motion.count[1]] = r
                motion.count[1] += 1
            motion.limit_rate[r] += units * columns.unit[e]


@inner
def _gives(k, units, motion):
    """Note what the key of a commodity gives up."""
    if motion.key_seen[k] == 0:
        motion.key_seen[k] = 1
        motion.keys[motion.count[0]] = k
        motion.count[0] += 1
    motion.key_rate[k] += units


@inner
def direct(columns, basis, enter, u, motion):
    """Work out what happens to keys and limits for each unit of what enters."""
    for k in motion.keys[: motion.count[0]]:
        motion.key_seen[k] = 0
        motion.key_rate[k] = 0.0
    for r in motion.limits[: motion.count[1]]:
        motion.limit_seen[r] = 0
        motion.limit_rate[r] = 0.0
    motion.count[:] = 0
    if enter >= 0:
        _gives(columns.commodity[enter], 1.0, motion)
        _takes(columns, basis, enter, 1.0, motion)
    for i in range(basis.size[0]):
        if u[i] != 0.0:
            j = basis.other[i]
            _gives(columns.commodity[j], -u[i], motion)
            _takes(columns, basis, j, -u[i], motion)
    for k in motion.keys[: motion.count[0]]:
        if motion.key_rate[k] != 0.0:
            _takes(columns, basis, basis.key[k], -motion.key_rate[k], motion)


@inner
def blocked(basis, values, bound, u, motion, step):
    """Find what blocks first when something comes in, and how much of it has come by then.

    Returns
    -------
    kind, number
        0 for the key of a commodity, 1 for the place of another column, 2 for a
        limit; -1 for nothing, which cannot be.
    """
    kind, number = -1, -1
    b1, b2, strength = np.inf, np.inf, 0.0
    for k in motion.keys[: motion.count[0]]:
        rate = motion.key_rate[k]
        if rate > PIVOT:
            order = below(clip(values.key[0, k]) / rate, values.key[1, k] / rate, b1, b2)
            if order > 0 or (order == 0 and rate > strength):
                kind, number, strength = 0, k, rate
                b1, b2 = clip(values.key[0, k]) / rate, values.key[1, k] / rate
    for i in range(basis.size[0]):
        rate = u[i]
        if rate > PIVOT:
            order = below(clip(values.other[0, i]) / rate, values.other[1, i] / rate, b1, b2)
            if order > 0 or (order == 0 and rate > strength):
                kind, number, strength = 1, i, rate
                b1, b2 = clip(values.other[0, i]) / rate, values.other[1, i] / rate
    for r in motion.limits[: motion.count[1]]:
        rate = motion.limit_rate[r]
        if rate > PIVOT and bound[0, r] != np.inf:
            room = clip(bound[0, r] - values.use[0, r]) / rate
            side = (bound[1, r] - values.use[1, r]) / rate
            order = below(room, side, b1, b2)
            if order > 0 or (order == 0 and rate > strength):
                kind, number, strength, b1, b2 = 2, r, rate, room, side
    step[0], step[1] = b1, b2
    return kind, number


@inner
def move(basis, values, bound, loosen, u, motion, step):
    """Bring in what enters: change all amounts and uses."""
    for level in range(2):
        by = step[level]
        if by == 0.0:
            continue
        for k in motion.keys[: motion.count[0]]:
            values.key[level, k] -= motion.key_rate[k] * by
        for i in range(basis.size[0]):
            values.other[level, i] -= u[i] * by
        for r in motion.limits[: motion.count[1]]:
            values.use[level, r] += motion.limit_rate[r] * by
    if loosen >= 0:
        r = basis.tight[loosen]
        for level in range(2):
            values.use[level, r] = bound[level, r] - step[level]
