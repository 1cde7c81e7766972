"""The dual simplex method, in compiled code: what is outside its bounds leaves the basis.

After a change of amounts, bounds or closures the basis may hold less than
nothing of a column, more than a limit, or something that is banned. The one
furthest outside goes, and what takes its place is what loses the least (Lemke
1954).
"""

from __future__ import annotations

import numpy as np

from corridors.flow.compiling import inner
from corridors.flow.simplex.basis import (
    PIVOT,
    SMALL,
    along,
    below,
    clip,
    prices,
    reduced_cost,
    row_of,
    swap_key,
)


@inner
def _outside(x1, x2, scale):
    """Say how far an amount is below 0, counting the direction only where it is 0 itself."""
    if x1 < -SMALL * scale:
        return -x1 / scale
    if x1 <= SMALL * scale and x2 < -1e-8:
        return min(-x2, 1.0) * 1e-12
    return 0.0


@inner
def worst_outside(columns, basis, values, amount, bound):
    """Find the basic variable that is furthest outside: kind, number, sign, how far."""
    p = basis.size[0]
    worst, kind, number, sign = 0.0, -1, -1, 1.0
    for k in range(len(basis.key)):
        x1, x2 = values.key[0, k], values.key[1, k]
        scale = 1.0 + amount[0, k]
        off = _outside(x1, x2, scale)
        if off > worst:
            worst, kind, number, sign = off, 0, k, 1.0
        if columns.banned[basis.key[k]] and off == 0.0:
            off = max(x1 / scale, 1e-12)
            if off > worst:
                worst, kind, number, sign = off, 0, k, -1.0
    for i in range(p):
        j = basis.other[i]
        x1, x2 = values.other[0, i], values.other[1, i]
        scale = 1.0 + amount[0, columns.commodity[j]]
        off = _outside(x1, x2, scale)
        if off > worst:
            worst, kind, number, sign = off, 1, i, 1.0
        if columns.banned[j] and off == 0.0:
            off = max(x1 / scale, 1e-12)
            if off > worst:
                worst, kind, number, sign = off, 1, i, -1.0
    for r in range(bound.shape[1]):
        if basis.place[r] < 0 and bound[0, r] != np.inf:
            off = _outside(
                bound[0, r] - values.use[0, r], bound[1, r] - values.use[1, r], 1.0 + bound[0, r]
            )
            if off > worst:
                worst, kind, number, sign = off, 2, r, 1.0
    return kind, number, sign


@inner
def replacement(columns, n_columns, basis, values, amount, kind, number, sign, alpha, reduced):
    """Find what takes a basic variable out of the basis at the least loss.

    Returns
    -------
    enter, loosen, leave, tighten, alone
        As `exchange` takes them; `alone` is the commodity whose only basic
        column leaves, or -1. Nothing enters where `enter` and `loosen` are -1.
    """
    p = basis.size[0]
    inverse = basis.inverse
    leave, tighten, alone = -1, -1, -1
    if kind == 0:
        leave = swap_key(columns, basis, values, amount, number)
        if leave < 0:
            alone = number
    elif kind == 1:
        leave = number
    else:
        tighten = number
    effect = np.zeros(values.use.shape[1])
    if leave >= 0:
        for t in range(p):
            effect[basis.tight[t]] = -inverse[leave, t]
    elif tighten >= 0:
        row = row_of(columns, basis, tighten)
        for i in range(p):
            if row[i] != 0.0:
                for t in range(p):
                    effect[basis.tight[t]] += row[i] * inverse[i, t]
        effect[tighten] = -1.0
    alpha[:] = 0.0
    for t in range(p):
        along(columns, basis.tight[t], effect[basis.tight[t]], alpha)
    if tighten >= 0:
        along(columns, tighten, -1.0, alpha)
    through_key = np.empty(len(basis.key))
    for k in range(len(basis.key)):
        through_key[k] = alpha[basis.key[k]]
    if alone >= 0:
        # Its amount is given, so another column of the same commodity must take its place.
        through_key[alone] -= 1.0
        sign = 1.0
    for j in range(n_columns):
        alpha[j] -= through_key[columns.commodity[j]]
    least = np.inf
    for j in range(n_columns):
        if basis.state[j] == 0 and not columns.banned[j] and alpha[j] * sign > PIVOT:
            alpha[j] *= sign
            reduced[j] = clip(reduced[j]) / alpha[j]
            least = min(least, reduced[j])
        else:
            alpha[j] = 0.0
    if alone < 0:
        for t in range(p):
            r = basis.tight[t]
            if sign * effect[r] > PIVOT:
                least = min(least, clip(values.price[0, r]) / (sign * effect[r]))
    # Several that are equally good by cost are told apart by what comes after it.
    most = least + 1e-10 * (1.0 + abs(least))
    tied = 0
    enter, loosen = -1, -1
    strength = 0.0
    for j in range(n_columns):
        if alpha[j] > 0.0 and reduced[j] <= most:
            tied += 1
            enter, strength = j, alpha[j]
    if alone < 0:
        for t in range(p):
            r = basis.tight[t]
            if sign * effect[r] > PIVOT and clip(values.price[0, r]) / (sign * effect[r]) <= most:
                tied += 1
                enter, loosen, strength = -1, t, sign * effect[r]
    if tied > 1:
        prices(columns, basis, values, 1)
        prices(columns, basis, values, 2)
        enter, loosen = -1, -1
        b2, b3, strength = np.inf, np.inf, 0.0
        for j in range(n_columns):
            if alpha[j] > 0.0 and reduced[j] <= most:
                a2 = reduced_cost(columns, values, 1, j) / alpha[j]
                a3 = reduced_cost(columns, values, 2, j) / alpha[j]
                order = below(a2, a3, b2, b3)
                if enter < 0 or order > 0 or (order == 0 and alpha[j] > strength):
                    enter, b2, b3, strength = j, a2, a3, alpha[j]
        if alone < 0:
            for t in range(p):
                r = basis.tight[t]
                size = sign * effect[r]
                if size > PIVOT and clip(values.price[0, r]) / size <= most:
                    a2, a3 = values.price[1, r] / size, values.price[2, r] / size
                    order = below(a2, a3, b2, b3)
                    if (enter < 0 and loosen < 0) or order > 0 or (order == 0 and size > strength):
                        enter, loosen, b2, b3, strength = -1, t, a2, a3, size
    return enter, loosen, leave, tighten, alone
