"""The simplex method for programs over paths, in compiled code.

Costs and right-hand sides are vectors that are compared in order (Dantzig,
Orden and Wolfe 1955): cost, second cost, rank; and the true amounts, then a
direction in which they are moved by less than any number. Ties are decided on
both sides, so that the last basis, and with it the flow and the prices, is one
and the same however it was reached.
"""

from __future__ import annotations

import numpy as np

from corridors.flow.basis import (
    PIVOT,
    all_reduced,
    along,
    amounts,
    entering_column,
    exchange,
    factor,
    limit_prices,
    prices,
    reduced_cost,
    row_of,
    set_key,
    swap_key,
    use_by_keys,
)
from corridors.flow.compiling import compiled, inner

OPTIMAL, SINGULAR, STUCK, TOO_LONG = 0, 1, 2, 3
"""How a run ends."""

_SMALL = 1e-9
_LIST = 40
"""Columns that are noted at a time, so that not all are looked through at each step."""

_REFRESH = 60
"""Changes of the basis after which its inverse is computed afresh."""


@inner
def _below(a1, a2, b1, b2):  # type: ignore[no-untyped-def]
    """Whether pair a comes clearly before pair b: 1, else -1 after, 0 tied."""
    near = 1e-10 * (1.0 + abs(b1))
    if a1 < b1 - near:
        return 1
    if a1 > b1 + near:
        return -1
    near = 1e-10 * (1.0 + abs(b2))
    if a2 < b2 - near:
        return 1
    if a2 > b2 + near:
        return -1
    return 0


@inner
def _clip(value):  # type: ignore[no-untyped-def]
    return max(0.0, value)


@inner
def _outside(x1, x2, scale):  # type: ignore[no-untyped-def]
    """Say how far an amount is below 0, counting the direction only where it is 0 itself."""
    if x1 < -_SMALL * scale:
        return -x1 / scale
    if x1 <= _SMALL * scale and x2 < -1e-8:
        return min(-x2, 1.0) * 1e-12
    return 0.0


@inner
def _worst(columns, basis, values, amount, bound):  # type: ignore[no-untyped-def]
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
def _replacement(  # type: ignore[no-untyped-def]
    columns, n_columns, basis, values, amount, kind, number, sign, alpha, reduced
):
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
            reduced[j] = _clip(reduced[j]) / alpha[j]
            least = min(least, reduced[j])
        else:
            alpha[j] = 0.0
    if alone < 0:
        for t in range(p):
            r = basis.tight[t]
            if sign * effect[r] > PIVOT:
                least = min(least, _clip(values.price[0, r]) / (sign * effect[r]))
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
            if sign * effect[r] > PIVOT and _clip(values.price[0, r]) / (sign * effect[r]) <= most:
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
                order = _below(a2, a3, b2, b3)
                if enter < 0 or order > 0 or (order == 0 and alpha[j] > strength):
                    enter, b2, b3, strength = j, a2, a3, alpha[j]
        if alone < 0:
            for t in range(p):
                r = basis.tight[t]
                size = sign * effect[r]
                if size > PIVOT and _clip(values.price[0, r]) / size <= most:
                    a2, a3 = values.price[1, r] / size, values.price[2, r] / size
                    order = _below(a2, a3, b2, b3)
                    if (enter < 0 and loosen < 0) or order > 0 or (order == 0 and size > strength):
                        enter, loosen, b2, b3, strength = -1, t, a2, a3, size
    return enter, loosen, leave, tighten, alone


@inner
def _cheaper(columns, n_columns, basis, values, slack, reduced):  # type: ignore[no-untyped-def]
    """Find the column, or binding limit, whose entry improves the most: level by level."""
    p = basis.size[0]
    best, enter, loosen = 0.0, -1, -1
    for j in range(n_columns):
        if reduced[j] < 0.0 and basis.state[j] == 0 and not columns.banned[j]:
            d = reduced[j] / (1.0 + abs(values.sigma[0, columns.commodity[j]]))
            if d < -_SMALL and d < best:
                best, enter = d, j
    for t in range(p):
        d = values.price[0, basis.tight[t]] / slack[0]
        if d < -_SMALL and d < best:
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
            or reduced[j] > _SMALL * (1.0 + abs(values.sigma[0, k]))
        ):
            continue
        d = reduced_cost(columns, values, 1, j) / (1.0 + abs(values.sigma[1, k]))
        if d < min(best2, -_SMALL):
            best2, enter2 = d, j
        if enter2 < 0 and d <= _SMALL:
            d = reduced_cost(columns, values, 2, j) / (1.0 + abs(values.sigma[2, k]))
            if d < min(best3, -_SMALL):
                best3, enter3 = d, j
    for t in range(p):
        r = basis.tight[t]
        if values.price[0, r] > _SMALL * slack[0]:
            continue
        d = values.price[1, r] / slack[1]
        if d < min(best2, -_SMALL):
            best2, enter2, loosen2 = d, -1, t
        if enter2 < 0 and loosen2 < 0 and d <= _SMALL:
            d = values.price[2, r] / slack[2]
            if d < min(best3, -_SMALL):
                best3, enter3, loosen3 = d, -1, t
    if enter2 >= 0 or loosen2 >= 0:
        return enter2, loosen2
    return enter3, loosen3


@inner
def _list(columns, n_columns, basis, values, reduced, enter, listed):  # type: ignore[no-untyped-def]
    """Note columns that improve nearly as much as the best, to be tried next; say how many."""
    if enter < 0:
        return 0
    most = 0.3 * reduced[enter] / (1.0 + abs(values.sigma[0, columns.commodity[enter]]))
    if most > -_SMALL:
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
def _from_list(columns, basis, values, slack, listed):  # type: ignore[no-untyped-def]
    """Find the best of some columns, or a binding limit, by the prices of the limits."""
    price = values.price[0]
    best, enter, loosen = -_SMALL, -1, -1
    for j in listed:
        if basis.state[j] != 0:
            continue
        key = basis.key[columns.commodity[j]]
        sigma = columns.cost[0, key]
        for e in range(columns.start[key], columns.start[key + 1]):
            sigma += price[columns.row[e]] * columns.unit[e]
        d = columns.cost[0, j] - sigma
        for e in range(columns.start[j], columns.start[j + 1]):
            d += price[columns.row[e]] * columns.unit[e]
        d /= 1.0 + abs(sigma)
        if d < best:
            best, enter = d, j
    for t in range(basis.size[0]):
        d = price[basis.tight[t]] / slack
        if d < best:
            best, enter, loosen = d, -1, t
    return enter, loosen


@inner
def _blocked(columns, basis, values, bound, enter, loosen):  # type: ignore[no-untyped-def]
    """Find what blocks first when a column comes in, or a limit goes.

    Returns
    -------
    kind, number
        0 for the key of a commodity, 1 for the place of another column, 2 for a
        limit; -1 for nothing, which cannot be.
    """
    p = basis.size[0]
    n_rows = bound.shape[1]
    u = entering_column(columns, basis, enter) if enter >= 0 else basis.inverse[:p, loosen].copy()
    at_key = np.zeros(len(basis.key))
    use = np.zeros(n_rows)
    own = -1
    if enter >= 0:
        own = columns.commodity[enter]
        at_key[own] -= 1.0
        for e in range(columns.start[enter], columns.start[enter + 1]):
            use[columns.row[e]] += columns.unit[e]
    for i in range(p):
        if u[i] != 0.0:
            j = basis.other[i]
            at_key[columns.commodity[j]] += u[i]
            for e in range(columns.start[j], columns.start[j + 1]):
                use[columns.row[e]] -= u[i] * columns.unit[e]
    for k in range(len(basis.key)):
        if at_key[k] != 0.0:
            j = basis.key[k]
            for e in range(columns.start[j], columns.start[j + 1]):
                use[columns.row[e]] += at_key[k] * columns.unit[e]
    kind, number = -1, -1
    b1, b2, strength = np.inf, np.inf, 0.0
    for k in range(len(basis.key)):
        rate = -at_key[k]
        if rate > PIVOT:
            order = _below(_clip(values.key[0, k]) / rate, values.key[1, k] / rate, b1, b2)
            if order > 0 or (order == 0 and rate > strength):
                kind, number, strength = 0, k, rate
                b1, b2 = _clip(values.key[0, k]) / rate, values.key[1, k] / rate
    for i in range(p):
        rate = u[i]
        if rate > PIVOT:
            order = _below(_clip(values.other[0, i]) / rate, values.other[1, i] / rate, b1, b2)
            if order > 0 or (order == 0 and rate > strength):
                kind, number, strength = 1, i, rate
                b1, b2 = _clip(values.other[0, i]) / rate, values.other[1, i] / rate
    for r in range(n_rows):
        rate = use[r]
        if rate > PIVOT and basis.place[r] < 0 and bound[0, r] != np.inf:
            room = _clip(bound[0, r] - values.use[0, r]) / rate
            side = (bound[1, r] - values.use[1, r]) / rate
            order = _below(room, side, b1, b2)
            if order > 0 or (order == 0 and rate > strength):
                kind, number, strength, b1, b2 = 2, r, rate, room, side
    return kind, number


@compiled
def optimise(columns, n_columns, basis, values, amount, bound, fresh, most):  # type: ignore[no-untyped-def]
    """Bring a basis to the optimum over the columns at hand.

    Parameters
    ----------
    columns, n_columns
        The columns, of which the first `n_columns` count.
    basis
        Where to start; where it ended.
    values
        What the last basis means, filled here.
    amount, bound
        Amounts (2, K) and bounds (2, R) with their directions; an infinite
        bound limits nothing.
    fresh
        Whether `basis.inverse` must be computed first.
    most
        Largest number of changes of the basis.

    Returns
    -------
    code, steps
        How it ended and after how many changes.
    """
    stale = _REFRESH if fresh else 0
    slack = np.ones(3)
    alpha, reduced = np.empty(n_columns), np.empty(n_columns)
    repairs = 0
    listed = np.zeros(_LIST, dtype=np.int64)
    n_listed = 0
    use_by_keys(columns, basis, values, amount)
    for step in range(most):
        if stale >= _REFRESH:
            if not factor(columns, basis):
                return SINGULAR, step
            stale = 0
            use_by_keys(columns, basis, values, amount)
        amounts(columns, basis, values, amount, bound, 0)
        amounts(columns, basis, values, amount, bound, 1)
        kind, number, sign = _worst(columns, basis, values, amount, bound)
        if kind >= 0:
            n_listed = 0
            all_reduced(columns, n_columns, basis, values, reduced)
            enter, loosen, leave, tighten, alone = _replacement(
                columns, n_columns, basis, values, amount, kind, number, sign, alpha, reduced
            )
            good = enter >= 0 or loosen >= 0
        else:
            enter, loosen = -1, -1
            if n_listed > 0:
                limit_prices(columns, basis, values, 0)
                enter, loosen = _from_list(columns, basis, values, slack[0], listed[:n_listed])
            if enter < 0 and loosen < 0:
                all_reduced(columns, n_columns, basis, values, reduced)
                slack[0] = 1.0
                for k in range(len(basis.key)):
                    if amount[0, k] > 0.0:
                        slack[0] = max(slack[0], 0.1 * abs(values.sigma[0, k]))
                enter, loosen = _cheaper(columns, n_columns, basis, values, slack, reduced)
                if enter < 0 and loosen < 0:
                    return OPTIMAL, step
                n_listed = _list(columns, n_columns, basis, values, reduced, enter, listed)
            kind, number = _blocked(columns, basis, values, bound, enter, loosen)
            good = kind >= 0
            leave, tighten, alone = -1, -1, -1
            if kind == 0:
                leave = swap_key(columns, basis, values, amount, number)
                if leave < 0:
                    alone = number
                    good = enter >= 0 and columns.commodity[enter] == number
            elif kind == 1:
                leave = number
            else:
                tighten = number
        if good and alone >= 0:
            basis.state[basis.key[alone]] = 0
            set_key(columns, basis, values, amount, alone, enter)
        elif good:
            good = exchange(columns, basis, enter, loosen, leave, tighten)
        stale += 1
        if not good:
            # Often only the inverse has drifted; once it is fresh there is no excuse.
            repairs += 1
            if stale == 1 or repairs > 5:
                return STUCK, step
            stale = _REFRESH
    return TOO_LONG, most
