"""The primal simplex method, in compiled code: what improves the answer enters the basis.

The column, or limit, that improves the most enters; what blocks first on the
way leaves. Columns that came close are noted and tried next, so that not all
are looked through at each step (multiple pricing, Greenberg 1978).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.flow.kernels import by_reference, inner
from corridors.flow.simplex.basis import PIVOT, SMALL, along, below, charged, clip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.flow.arrays import Floats, Ints

LISTED = 40
"""Most columns that are noted at a time."""


@by_reference
class Motion(NamedTuple):
    """What a unit of what enters takes from keys, and of limits that do not bind.

    Only the first ``size[0]`` of `keys` and ``size[1]`` of `limits` are touched.
    """

    key_rate: Floats
    limit_rate: Floats
    keys: Ints
    limits: Ints
    key_seen: NDArray[np.int8]
    limit_seen: NDArray[np.int8]
    size: Ints


@inner
def cheaper(n_columns, basis, values, paths, work, near):
    """Find the column, or binding limit, that saves the most cost, and columns nearly as good.

    Returns
    -------
    enter, loosen
        Column, or place of a binding limit; -1 for none.
    count
        Number of columns in `listed`.
    """
    length, listed, slack, price = work.length, work.listed, work.slack, work.price
    sigma, commodity = values.sigma[0], paths.commodity
    best, enter, loosen = -near, -1, -1
    for j in range(n_columns):
        each = sigma[commodity[j]]
        if length[j] < each and basis.state[j] == 0:
            d = (length[j] - each) / (1.0 + abs(each))
            if d < best:
                best, enter = d, j
    most, count = 0.3 * best, 0
    if enter >= 0:
        for j in range(n_columns):
            each = sigma[commodity[j]]
            if length[j] < each and count < len(listed) and basis.state[j] == 0:
                d = (length[j] - each) / (1.0 + abs(each))
                if d < most:
                    listed[count] = j
                    count += 1
    for t in range(basis.size[0]):
        d = price[basis.tight[t]] / slack[0]
        if d < best:
            best, enter, loosen = d, -1, t
    return enter, loosen, count


@inner
def tied_columns(n_columns, basis, values, paths, work):
    """List the columns outside the basis that cost no more than those in it; say how many."""
    length, sigma, tied, count = work.length, values.sigma[0], work.tied, 0
    for j in range(n_columns):
        each = sigma[paths.commodity[j]]
        if length[j] <= each + SMALL * (1.0 + abs(each)) and basis.state[j] == 0:
            tied[count] = j
            count += 1
    return count


@inner
def better_tied(columns, basis, values, work, tied):
    """Find what improves the tie cost, or else the rank, the most at no cost."""
    commodity, state, slack = columns.commodity, basis.state, work.slack
    length2, length3, p2, p3 = work.alpha, work.ranked, values.price[1], values.price[2]
    sigma2, sigma3 = values.sigma[1], values.sigma[2]
    best2, best3, enter2, enter3, loosen2, loosen3 = 0.0, 0.0, -1, -1, -1, -1
    for j in tied:
        if state[j] != 0:
            continue
        sigma = sigma2[commodity[j]]
        d = (length2[j] - sigma) / (1.0 + abs(sigma))
        if d < min(best2, -SMALL):
            best2, enter2 = d, j
        if enter2 < 0 and d <= SMALL:
            sigma = sigma3[commodity[j]]
            d = (length3[j] - sigma) / (1.0 + abs(sigma))
            if d < min(best3, -SMALL):
                best3, enter3 = d, j
    for t in range(basis.size[0]):
        r = basis.tight[t]
        if values.price[0, r] > SMALL * slack[0]:
            continue
        d = p2[r] / slack[1]
        if d < min(best2, -SMALL):
            best2, enter2, loosen2 = d, -1, t
        if enter2 < 0 and loosen2 < 0 and d <= SMALL:
            d = p3[r] / slack[2]
            if d < min(best3, -SMALL):
                best3, enter3, loosen3 = d, -1, t
    if enter2 >= 0 or loosen2 >= 0:
        return enter2, loosen2
    return enter3, loosen3


@inner
def after_cost(columns, n_columns, basis, values, rows, work):
    """Compute lengths and prices of commodities in tie cost and rank, and what is large of them.

    Only limits that bind charge anything, so it goes by these and not by columns.
    """
    key, slack = basis.key, work.slack
    for level in range(1, 3):
        cost, price, sigma = columns.cost[level], values.price[level], values.sigma[level]
        length = work.alpha if level == 1 else work.ranked
        for j in range(n_columns):
            length[j] = cost[j]
        for t in range(basis.size[0]):
            work.row[t] = price[basis.tight[t]]
        along(columns, n_columns, rows, basis.tight, basis.size[0], work.row, length)
        slack[level] = 1.0
        for k in range(len(key)):
            sigma[k] = length[key[k]]
            slack[level] = max(slack[level], abs(sigma[k]))


@inner
def best_candidate(columns, basis, work, listed, near):
    """Find the best of some columns, or a binding limit, by the prices of the limits."""
    start, limit, unit, commodity = columns.start, columns.limit, columns.unit, columns.commodity
    cost, price, key, state = work.cost, work.price, basis.key, basis.state
    slack = work.slack[0]
    best, enter, loosen = -near, -1, -1
    for j in listed:
        if state[j] != 0:
            continue
        sigma = charged(cost, start, limit, unit, price, key[commodity[j]])
        d = (charged(cost, start, limit, unit, price, j) - sigma) / (1.0 + abs(sigma))
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
    start, limit, unit = columns.start, columns.limit, columns.unit
    for level in range(3):
        if enter >= 0:
            cost, price = columns.cost[level], values.price[level]
            key = basis.key[columns.commodity[enter]]
            saving[level] = charged(cost, start, limit, unit, price, enter)
            saving[level] -= charged(cost, start, limit, unit, price, key)
        else:
            saving[level] = values.price[level, basis.tight[loosen]]


@inner
def _takes(start, limit, unit, place, j, units, rate, seen, limits, n):
    """Add what some units of a column take of limits that do not bind; say how many are seen."""
    for e in range(start[j], start[j + 1]):
        r = limit[e]
        if place[r] < 0:
            if seen[r] == 0:
                seen[r] = 1
                limits[n] = r
                n += 1
            rate[r] += units * unit[e]
    return n


@inner
def direct(columns, basis, enter, u, motion):
    """Work out what happens to keys and limits for each unit of what enters."""
    start, limit, unit, commodity = columns.start, columns.limit, columns.unit, columns.commodity
    place, other, key = basis.place, basis.other, basis.key
    keys, key_rate, key_seen = motion.keys, motion.key_rate, motion.key_seen
    limits, rate, seen = motion.limits, motion.limit_rate, motion.limit_seen
    for i in range(motion.size[0]):
        key_seen[keys[i]] = 0
        key_rate[keys[i]] = 0.0
    for i in range(motion.size[1]):
        seen[limits[i]] = 0
        rate[limits[i]] = 0.0
    n_keys, n_limits = 0, 0
    if enter >= 0:
        k = commodity[enter]
        keys[0], key_seen[k], key_rate[k] = k, 1, 1.0
        n_keys = 1
        n_limits = _takes(start, limit, unit, place, enter, 1.0, rate, seen, limits, n_limits)
    for i in range(basis.size[0]):
        if u[i] != 0.0:
            j = other[i]
            k = commodity[j]
            if key_seen[k] == 0:
                key_seen[k] = 1
                keys[n_keys] = k
                n_keys += 1
            key_rate[k] -= u[i]
            n_limits = _takes(start, limit, unit, place, j, -u[i], rate, seen, limits, n_limits)
    for i in range(n_keys):
        units = -key_rate[keys[i]]
        if units != 0.0:
            n_limits = _takes(
                start, limit, unit, place, key[keys[i]], units, rate, seen, limits, n_limits
            )
    motion.size[0], motion.size[1] = n_keys, n_limits


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
    for k in motion.keys[: motion.size[0]]:
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
    for r in motion.limits[: motion.size[1]]:
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
        for k in motion.keys[: motion.size[0]]:
            values.key[level, k] -= motion.key_rate[k] * by
        for i in range(basis.size[0]):
            values.other[level, i] -= u[i] * by
        for r in motion.limits[: motion.size[1]]:
            values.use[level, r] += motion.limit_rate[r] * by
    if loosen >= 0:
        r = basis.tight[loosen]
        for level in range(2):
            values.use[level, r] = bound[level, r] - step[level]
