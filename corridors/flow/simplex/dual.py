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
    DUST,
    PIVOT,
    SMALL,
    along,
    below,
    clip,
    reduced_cost,
    row_of,
)
from corridors.flow.simplex.exchange import swap_key


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
def replacement(columns, n_columns, basis, values, kind, number, sign, alpha, reduced):
    """Find what takes a basic variable out of the basis at the least loss.

    `alpha` is filled with what each column does to the variable that leaves, in
    the direction in which it leaves.

    Returns
    -------
    enter, loosen, leave, tighten, alone
        As `exchange` takes them; `alone` is the commodity whose only basic
        column leaves, or -1. Nothing enters where `enter` and `loosen` are -1.
    loss
        By how much the reduced costs fall for each unit of `alpha`.
    """
    p = basis.size[0]
    leave, tighten, alone = -1, -1, -1
    if kind == 0:
        leave = swap_key(columns, basis, values, number)
        if leave < 0:
            alone = number
    elif kind == 1:
        leave = number
    else:
        tighten = number
    effect = np.zeros(p)
    if leave >= 0:
        for t in range(p):
            if abs(basis.inverse[t, leave]) >= DUST:
                effect[t] = -sign * basis.inverse[t, leave]
    elif tighten >= 0:
        _, effect = row_of(columns, basis, tighten)
        for t in range(p):
            effect[t] *= sign
    alpha[:] = 0.0
    if alone >= 0:
        # Its amount is given, so another column of the same commodity must take its place.
        for j in range(n_columns):
            if columns.commodity[j] == alone:
                alpha[j] = 1.0
    else:
        for t in range(p):
            along(columns, basis.tight[t], effect[t], alpha)
        if tighten >= 0:
            along(columns, tighten, -sign, alpha)
        through_key = np.empty(len(basis.key))
        for k in range(len(basis.key)):
            through_key[k] = alpha[basis.key[k]]
        for j in range(n_columns):
            alpha[j] -= through_key[columns.commodity[j]]
    least = np.inf
    for j in range(n_columns):
        if alpha[j] > PIVOT and basis.state[j] == 0 and not columns.banned[j]:
            least = min(least, clip(reduced[j]) / alpha[j])
    if alone < 0:
        for t in range(p):
            if effect[t] > PIVOT:
                least = min(least, clip(values.price[0, basis.tight[t]]) / effect[t])
    # Several that are equally good by cost are told apart by what comes after it.
    most = least + 1e-10 * (1.0 + abs(least))
    enter, loosen = -1, -1
    b2, b3, strength = np.inf, np.inf, 0.0
    first = True
    for j in range(n_columns):
        a = alpha[j]
        if (
            a > PIVOT and basis.state[j] == 0 and not columns.banned[j]
            and clip(reduced[j]) / a <= most
        ):
            a2 = reduced_cost(columns, basis, values, 1, j) / a
            a3 = reduced_cost(columns, basis, values, 2, j) / a
            order = below(a2, a3, b2, b3)
            if first or order > 0 or (order == 0 and a > strength):
                enter, b2, b3, strength, first = j, a2, a3, a, False
    if alone < 0:
        for t in range(p):
            r, a = basis.tight[t], effect[t]
            if a > PIVOT and clip(values.price[0, r]) / a <= most:
                a2, a3 = values.price[1, r] / a, values.price[2, r] / a
                order = below(a2, a3, b2, b3)
                if first or order > 0 or (order == 0 and a > strength):
                    enter, loosen, b2, b3, strength, first = -1, t, a2, a3, a, False
    loss = 0.0
    if enter >= 0:
        loss = reduced[enter] / alpha[enter]
    elif loosen >= 0:
        loss = values.price[0, basis.tight[loosen]] / effect[loosen]
    return enter, loosen, leave, tighten, alone, loss
