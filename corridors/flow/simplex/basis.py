"""The working basis of a program over paths: what it is, what it means, how it changes.

The program has one convexity row per commodity (its paths and its shortfall add
up to its amount) and a few limits. Generalised upper bounds (Dantzig and Van
Slyke 1967) use that: of each commodity one basic column is the *key*, and only
the limits that bind need a matrix. With ``p`` binding limits there are ``p``
other basic columns, and the working basis is ``p`` by ``p``.

Costs and right-hand sides are vectors that are compared in order, within a hair
(Dantzig, Orden and Wolfe 1955): cost, tie cost, rank; and the true amounts, then
a direction in which they are moved by less than any number. Ties are decided on
both sides, so that the last basis, and with it the flow and the prices, is one
and the same however it was reached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.flow.compiling import compiled, inner

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.flow.arrays import Floats, Ints

PIVOT = 1e-8
"""Smallest element on which a basis is changed."""

SMALL = 1e-9
"""What the simplex method takes for 0, relative to what it stands beside."""


class Basis(NamedTuple):
    """A basis; the first ``size[0]`` entries of `other`, `tight` and `inverse` count."""

    key: Ints
    other: Ints
    tight: Ints
    size: Ints
    state: NDArray[np.int8]
    place: Ints
    inverse: Floats


class Values(NamedTuple):
    """What a basis means: amounts (2, .), use of limits (2, R), prices (3, .).

    `key_use` is what the limits would have to bear if each key carried its whole
    commodity.
    """

    key: Floats
    other: Floats
    use: Floats
    price: Floats
    sigma: Floats
    key_use: Floats


@inner
def below(a1, a2, b1, b2):
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
def clip(value):
    """Return a value, or 0 where rounding has made it negative."""
    return max(0.0, value)


@inner
def factor(columns, basis):
    """Compute the inverse of the working basis (Gauss-Jordan); say whether there is one.

    The working basis is what each other column takes of the binding limits more
    than its commodity's key does.
    """
    p = basis.size[0]
    left = np.zeros((p, p))
    for i in range(p):
        j = basis.other[i]
        for e in range(columns.start[j], columns.start[j + 1]):
            t = basis.place[columns.limit[e]]
            if t >= 0:
                left[t, i] += columns.unit[e]
        j = basis.key[columns.commodity[j]]
        for e in range(columns.start[j], columns.start[j + 1]):
            t = basis.place[columns.limit[e]]
            if t >= 0:
                left[t, i] -= columns.unit[e]
    right = basis.inverse
    for r in range(p):
        for c in range(p):
            right[r, c] = 0.0
        right[r, r] = 1.0
    for c in range(p):
        best = c
        for r in range(c + 1, p):
            if abs(left[r, c]) > abs(left[best, c]):
                best = r
        if abs(left[best, c]) < 1e-11:
            return False
        if best != c:
            for j in range(p):
                left[c, j], left[best, j] = left[best, j], left[c, j]
                right[c, j], right[best, j] = right[best, j], right[c, j]
        scale = 1.0 / left[c, c]
        for j in range(p):
            left[c, j] *= scale
            right[c, j] *= scale
        for r in range(p):
            factor = left[r, c]
            if r != c and factor != 0.0:
                for j in range(p):
                    left[r, j] -= factor * left[c, j]
                    right[r, j] -= factor * right[c, j]
    return True


@inner
def use_by_keys(columns, basis, values, amount):
    """Compute what the keys would take if each carried its whole commodity."""
    for level in range(2):
        use = values.key_use[level]
        use[:] = 0.0
        for k in range(len(basis.key)):
            j = basis.key[k]
            for e in range(columns.start[j], columns.start[j + 1]):
                use[columns.limit[e]] += columns.unit[e] * amount[level, k]


@inner
def set_key(columns, basis, values, amount, k, j):
    """Make column j the key of commodity k."""
    old = basis.key[k]
    for level in range(2):
        use, units = values.key_use[level], amount[level, k]
        for e in range(columns.start[old], columns.start[old + 1]):
            use[columns.limit[e]] -= columns.unit[e] * units
        for e in range(columns.start[j], columns.start[j + 1]):
            use[columns.limit[e]] += columns.unit[e] * units
    basis.key[k] = j
    basis.state[j] = 1


@inner
def amounts(columns, basis, values, amount, bound, level):
    """Compute amounts and use of limits from a basis and its inverse."""
    p = basis.size[0]
    inverse = basis.inverse
    x, use, other = values.key[level], values.use[level], values.other[level]
    use[:] = values.key_use[level]
    x[:] = amount[level]
    rest = np.empty(p)
    for t in range(p):
        rest[t] = bound[level, basis.tight[t]] - use[basis.tight[t]]
    for i in range(p):
        total = 0.0
        for t in range(p):
            total += inverse[i, t] * rest[t]
        other[i] = total
    for i in range(p):
        j = basis.other[i]
        k = columns.commodity[j]
        x[k] -= other[i]
        for e in range(columns.start[j], columns.start[j + 1]):
            use[columns.limit[e]] += columns.unit[e] * other[i]
        j = basis.key[k]
        for e in range(columns.start[j], columns.start[j + 1]):
            use[columns.limit[e]] -= columns.unit[e] * other[i]
    for t in range(p):
        use[basis.tight[t]] = bound[level, basis.tight[t]]


@inner
def limit_prices(columns, basis, values, level):
    """Compute the prices of limits from a basis and its inverse."""
    p = basis.size[0]
    inverse = basis.inverse
    cost, price = columns.cost[level], values.price[level]
    price[:] = 0.0
    for i in range(p):
        j = basis.other[i]
        more = cost[j] - cost[basis.key[columns.commodity[j]]]
        if more != 0.0:
            for t in range(p):
                price[basis.tight[t]] -= more * inverse[i, t]


@inner
def prices(columns, basis, values, level):
    """Compute the prices of limits and commodities from a basis and its inverse."""
    limit_prices(columns, basis, values, level)
    cost, price, sigma = columns.cost[level], values.price[level], values.sigma[level]
    for k in range(len(basis.key)):
        j = basis.key[k]
        total = cost[j]
        for e in range(columns.start[j], columns.start[j + 1]):
            total += price[columns.limit[e]] * columns.unit[e]
        sigma[k] = total


@inner
def reduced_cost(columns, values, level, j):
    """Return the reduced cost of a column: what a unit of it costs more than its price."""
    total = columns.cost[level, j] - values.sigma[level, columns.commodity[j]]
    for e in range(columns.start[j], columns.start[j + 1]):
        total += values.price[level, columns.limit[e]] * columns.unit[e]
    return total


@inner
def along(columns, r, weight, into):
    """Add `weight` times what each column takes of limit r."""
    if weight != 0.0:
        e = columns.newest[r]
        while e >= 0:
            into[columns.owner[e]] += weight * columns.unit[e]
            e = columns.older[e]


@inner
def all_reduced(columns, n_columns, basis, values, into):
    """Compute the prices and the reduced costs of all columns, as far as cost goes."""
    cost, sigma, price = columns.cost[0], values.sigma[0], values.price[0]
    limit_prices(columns, basis, values, 0)
    into[:] = cost[:n_columns]
    for t in range(basis.size[0]):
        along(columns, basis.tight[t], price[basis.tight[t]], into)
    for k in range(len(basis.key)):
        sigma[k] = into[basis.key[k]]
    for j in range(n_columns):
        into[j] -= sigma[columns.commodity[j]]


@inner
def swap_key(columns, basis, values, amount, k):
    """Make another basic column of a commodity its key; return the old key's place, or -1."""
    p = basis.size[0]
    at = -1
    for i in range(p):
        if columns.commodity[basis.other[i]] == k:
            at = i
            break
    if at < 0:
        return -1
    inverse = basis.inverse
    for t in range(p):
        inverse[at, t] = -inverse[at, t]
    for i in range(at + 1, p):
        if columns.commodity[basis.other[i]] == k:
            for t in range(p):
                inverse[at, t] -= inverse[i, t]
    old = basis.key[k]
    set_key(columns, basis, values, amount, k, basis.other[at])
    basis.other[at] = old
    basis.state[old] = 2
    return at


@inner
def entering_column(columns, basis, e):
    """Return the inverse times what column e takes more than its key."""
    p = basis.size[0]
    column = np.zeros(p)
    j, sign = e, 1.0
    for _ in range(2):
        for i in range(columns.start[j], columns.start[j + 1]):
            t = basis.place[columns.limit[i]]
            if t >= 0:
                column[t] += sign * columns.unit[i]
        j, sign = basis.key[columns.commodity[e]], -1.0
    u = np.zeros(p)
    for t in range(p):
        if column[t] != 0.0:
            for i in range(p):
                u[i] += basis.inverse[i, t] * column[t]
    return u


@inner
def _row_entry(columns, j, r):
    for e in range(columns.start[j], columns.start[j + 1]):
        if columns.limit[e] == r:
            return columns.unit[e]
    return 0.0


@inner
def row_of(columns, basis, r):
    """Return what each other column takes of limit r more than its key."""
    p = basis.size[0]
    row = np.zeros(p)
    for i in range(p):
        j = basis.other[i]
        row[i] = _row_entry(columns, j, r) - _row_entry(columns, basis.key[columns.commodity[j]], r)
    return row


@inner
def exchange(columns, basis, enter, loosen, leave, tighten):
    """Change the basis by one column or limit on each side, and its inverse with it.

    Parameters
    ----------
    enter, loosen
        Column that enters, or -1; then the place of the limit that stops binding.
    leave, tighten
        Place of the other column that leaves, or -1; then the limit that comes
        to bind.
    """
    p = basis.size[0]
    inverse = basis.inverse
    if enter >= 0 and leave >= 0:
        u = entering_column(columns, basis, enter)
        if abs(u[leave]) < PIVOT:
            return False
        for t in range(p):
            inverse[leave, t] /= u[leave]
        for i in range(p):
            if i != leave and u[i] != 0.0:
                for t in range(p):
                    inverse[i, t] -= u[i] * inverse[leave, t]
        basis.state[basis.other[leave]] = 0
        basis.other[leave] = enter
        basis.state[enter] = 2
        return True
    if enter >= 0:
        if p >= len(basis.other):
            return False
        u = entering_column(columns, basis, enter)
        row = row_of(columns, basis, tighten)
        corner = _row_entry(columns, enter, tighten) - _row_entry(
            columns, basis.key[columns.commodity[enter]], tighten
        )
        v = np.zeros(p)
        for i in range(p):
            corner -= row[i] * u[i]
            if row[i] != 0.0:
                for t in range(p):
                    v[t] += row[i] * inverse[i, t]
        if abs(corner) < PIVOT:
            return False
        for t in range(p):
            inverse[p, t] = -v[t] / corner
        inverse[p, p] = 1.0 / corner
        for i in range(p):
            for t in range(p):
                inverse[i, t] -= u[i] * inverse[p, t]
            inverse[i, p] = -u[i] / corner
        basis.other[p] = enter
        basis.state[enter] = 2
        basis.tight[p] = tighten
        basis.place[tighten] = p
        basis.size[0] = p + 1
        return True
    if leave >= 0:
        pivot = inverse[leave, loosen]
        if abs(pivot) < PIVOT:
            return False
        for i in range(p):
            factor = inverse[i, loosen] / pivot
            if i != leave and factor != 0.0:
                for t in range(p):
                    if t != loosen:
                        inverse[i, t] -= factor * inverse[leave, t]
        last = p - 1
        basis.state[basis.other[leave]] = 0
        basis.place[basis.tight[loosen]] = -1
        if leave != last:
            basis.other[leave] = basis.other[last]
            for t in range(p):
                inverse[leave, t] = inverse[last, t]
        if loosen != last:
            basis.tight[loosen] = basis.tight[last]
            basis.place[basis.tight[loosen]] = loosen
            for i in range(p):
                inverse[i, loosen] = inverse[i, last]
        basis.size[0] = last
        return True
    row = row_of(columns, basis, tighten)
    v = np.zeros(p)
    for i in range(p):
        if row[i] != 0.0:
            for t in range(p):
                v[t] += row[i] * inverse[i, t]
    if abs(v[loosen]) < PIVOT:
        return False
    for i in range(p):
        inverse[i, loosen] /= v[loosen]
        scale = inverse[i, loosen]
        for t in range(p):
            if t != loosen:
                inverse[i, t] -= v[t] * scale
    basis.place[basis.tight[loosen]] = -1
    basis.tight[loosen] = tighten
    basis.place[tighten] = loosen
    return True


@compiled
def refresh(columns, basis, values, amount, bound):
    """Compute the inverse and the values of a basis afresh; say whether it has any."""
    good = factor(columns, basis)
    if good:
        use_by_keys(columns, basis, values, amount)
        for level in range(2):
            amounts(columns, basis, values, amount, bound, level)
        for level in range(3):
            prices(columns, basis, values, level)
    return good


@compiled
def fill(columns, first, last, basis, amount, bound, use):
    """Let each column from `first` on carry its commodity where there is room for all of it.

    The basis must hold no limits yet.
    """
    use[:] = 0.0
    for j in range(first, last):
        k = columns.commodity[j]
        fits = not columns.banned[j] and basis.key[k] == k
        for e in range(columns.start[j], columns.start[j + 1]):
            r = columns.limit[e]
            if use[r] + columns.unit[e] * amount[0, k] > bound[0, r] * (1.0 - 1e-9):
                fits = False
        if fits:
            for e in range(columns.start[j], columns.start[j + 1]):
                use[columns.limit[e]] += columns.unit[e] * amount[0, k]
            basis.state[k] = 0
            basis.key[k] = j
            basis.state[j] = 1
