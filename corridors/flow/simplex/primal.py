"""The primal simplex method, in compiled code: what improves the answer enters the basis.

The column, or limit, that improves the most enters; what blocks first on the
way leaves. Columns that came close are noted and tried next, so that not all
are looked through at each step (multiple pricing, Greenberg 1978).
"""

from __future__ import annotations

import numpy as np

from corridors.flow.compiling import inner
from corridors.flow.simplex.basis import (
    PIVOT,
    SMALL,
    below,
    clip,
    entering_column,
    prices,
    reduced_cost,
)

LISTED = 40
"""Most columns that are noted at a time."""


@inner
def entering(columns, n_columns, basis, values, slack, reduced):
    """Find the column, or binding limit, whose entry improves the most: level by level."""
    p = basis.size[0]
    best, enter, loosen = 0.0, -1, -1
    for j in range(n_columns):
        if reduced[j] < 0.0 and basis.state[j] == 0 and not columns.banned[j]:
            d = reduced[j] / (1.0 + abs(values.sigma[0, columns.commodity[j]]))
            if d < -SMALL and d < best:
                best, enter = d, j
    for t in range(p):
        d = values.price[0, basis.tight[t]] / slack[0]
        if d < -SMALL and d < best:
            best, enter, loosen = d, -1, t
    if enter >= 0 or loosen >= 0:
        return enter, loosen
    # No cost can be saved; what follows only chooses between equal costs.
    prices(columns, basis, values, 1)
    prices(columns, basis, values, 2)
    for level in range(1, 3):
        slack[level] = 1.0
        for k in range(len(basis.key)):
            slack[level] = max(slack[level], abs(values.sigma[level, k]))
    best2, best3, enter2, enter3, loosen2, loosen3 = 0.0, 0.0, -1, -1, -1, -1
    for j in range(n_columns):
        k = columns.commodity[j]
        if (
            basis.state[j] != 0
            or columns.banned[j]
            or reduced[j] > SMALL * (1.0 + abs(values.sigma[0, k]))
        ):
            continue
        d = reduced_cost(columns, values, 1, j) / (1.0 + abs(values.sigma[1, k]))
        if d < min(best2, -SMALL):
            best2, enter2 = d, j
        if enter2 < 0 and d <= SMALL:
            d = reduced_cost(columns, values, 2, j) / (1.0 + abs(values.sigma[2, k]))
            if d < min(best3, -SMALL):
                best3, enter3 = d, j
    for t in range(p):
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
def candidates(columns, n_columns, basis, values, reduced, enter, listed):
    """Note columns that improve nearly as much as the best, to be tried next; say how many."""
    if enter < 0:
        return 0
    most = 0.3 * reduced[enter] / (1.0 + abs(values.sigma[0, columns.commodity[enter]]))
    if most > -SMALL:
        return 0
    count = 0
    for j in range(n_columns):
        if reduced[j] < 0.0 and basis.state[j] == 0 and not columns.banned[j]:
            d = reduced[j] / (1.0 + abs(values.sigma[0, columns.commodity[j]]))
            if d < most and count < len(listed):
                listed[count] = j
                count += 1
    return count


@inner
def best_candidate(columns, basis, values, slack, listed):
    """Find the best of some columns, or a binding limit, by the prices of the limits."""
    price = values.price[0]
    best, enter, loosen = -SMALL, -1, -1
    for j in listed:
        if basis.state[j] != 0:
            continue
        key = basis.key[columns.commodity[j]]
        sigma = columns.cost[0, key]
        for e in range(columns.start[key], columns.start[key + 1]):
            sigma += price[columns.limit[e]] * columns.unit[e]
        d = columns.cost[0, j] - sigma
        for e in range(columns.start[j], columns.start[j + 1]):
            d += price[columns.limit[e]] * columns.unit[e]
        d /= 1.0 + abs(sigma)
        if d < best:
            best, enter = d, j
    for t in range(basis.size[0]):
        d = price[basis.tight[t]] / slack
        if d < best:
            best, enter, loosen = d, -1, t
    return enter, loosen


@inner
def blocked(columns, basis, values, bound, enter, loosen):
    """Find what blocks first when a column comes in, or a limit goes.

    Returns
    -------
    kind, number
        0 for the key of a commodity, 1 for the place of another column, 2 for a
        limit; -1 for nothing, which cannot be.
    """
    p = basis.size[0]
    n_limits = bound.shape[1]
    u = entering_column(columns, basis, enter) if enter >= 0 else basis.inverse[:p, loosen].copy()
    at_key = np.zeros(len(basis.key))
    use = np.zeros(n_limits)
    own = -1
    if enter >= 0:
        own = columns.commodity[enter]
        at_key[own] -= 1.0
        for e in range(columns.start[enter], columns.start[enter + 1]):
            use[columns.limit[e]] += columns.unit[e]
    for i in range(p):
        if u[i] != 0.0:
            j = basis.other[i]
            at_key[columns.commodity[j]] += u[i]
            for e in range(columns.start[j], columns.start[j + 1]):
                use[columns.limit[e]] -= u[i] * columns.unit[e]
    for k in range(len(basis.key)):
        if at_key[k] != 0.0:
            j = basis.key[k]
            for e in range(columns.start[j], columns.start[j + 1]):
                use[columns.limit[e]] += at_key[k] * columns.unit[e]
    kind, number = -1, -1
    b1, b2, strength = np.inf, np.inf, 0.0
    for k in range(len(basis.key)):
        rate = -at_key[k]
        if rate > PIVOT:
            order = below(clip(values.key[0, k]) / rate, values.key[1, k] / rate, b1, b2)
            if order > 0 or (order == 0 and rate > strength):
                kind, number, strength = 0, k, rate
                b1, b2 = clip(values.key[0, k]) / rate, values.key[1, k] / rate
    for i in range(p):
        rate = u[i]
        if rate > PIVOT:
            order = below(clip(values.other[0, i]) / rate, values.other[1, i] / rate, b1, b2)
            if order > 0 or (order == 0 and rate > strength):
                kind, number, strength = 1, i, rate
                b1, b2 = clip(values.other[0, i]) / rate, values.other[1, i] / rate
    for r in range(n_limits):
        rate = use[r]
        if rate > PIVOT and basis.place[r] < 0 and bound[0, r] != np.inf:
            room = clip(bound[0, r] - values.use[0, r]) / rate
            side = (bound[1, r] - values.use[1, r]) / rate
            order = below(room, side, b1, b2)
            if order > 0 or (order == 0 and rate > strength):
                kind, number, strength, b1, b2 = 2, r, rate, room, side
    return kind, number
