"""How a working basis changes, and its inverse and prices with it, in compiled code.

Each change is one of rank one: a column or a limit comes in, another goes. What
is 0 in the row that leaves or in the column that enters costs nothing.
"""

from __future__ import annotations

import numpy as np

from corridors.flow.compiling import inner
from corridors.flow.simplex.basis import DUST, PIVOT, below, charged, row_entry, row_of


@inner
def swap_key(columns, basis, values, k):
    """Make another basic column of a commodity its key; return the old key's place, or -1."""
    p = basis.size[0]
    at, several = -1, False
    for i in range(p):
        if columns.commodity[basis.other[i]] == k:
            several = at >= 0
            if several:
                break
            at = i
    if at < 0:
        return -1
    inverse = basis.inverse
    if several:
        for i in range(at + 1, p):
            if columns.commodity[basis.other[i]] == k:
                for t in range(p):
                    inverse[t, at] += inverse[t, i]
    for t in range(p):
        inverse[t, at] = -inverse[t, at]
    old, new = basis.key[k], basis.other[at]
    basis.key[k], basis.other[at] = new, old
    basis.state[new], basis.state[old] = 1, 2
    for level in range(2):
        units = values.key[level, k]
        values.key[level, k] = values.other[level, at]
        values.other[level, at] = units
    return at


@inner
def exchange(columns, basis, values, enter, loosen, leave, tighten, work):
    """Change the basis by one column or limit on each side, its inverse and prices with it.

    Parameters
    ----------
    enter, loosen
        Column that enters, or -1; then the place of the limit that stops binding.
    leave, tighten
        Place of the other column that leaves, or -1; then the limit that comes
        to bind.
    work
        In it what each other column loses for a unit of what enters, how much of it
        enters, and its reduced costs.
    """
    p = basis.size[0]
    inverse, price, tight = basis.inverse, values.price, basis.tight
    u, row, v, step, saving = work.entering, work.row, work.effect, work.step, work.saving
    if tighten >= 0:
        row_of(columns, basis, tighten, row, v, work.which)
    if enter >= 0 and leave >= 0:
        pivot = u[leave]
        if abs(pivot) < PIVOT:
            return False
        for t in range(p):
            part = inverse[t, leave]
            if part != 0.0:
                part /= pivot
                if abs(part) < DUST:
                    part = 0.0
                line = inverse[t]
                for i in range(p):
                    line[i] -= u[i] * part
                line[leave] = part
                r = tight[t]
                for level in range(3):
                    price[level, r] -= saving[level] * part
        basis.state[basis.other[leave]] = 0
        basis.other[leave] = enter
        basis.state[enter] = 2
        for level in range(2):
            values.other[level, leave] = step[level]
        return True
    if enter >= 0:
        if p >= len(basis.other):
            return False
        pivot = row_entry(columns, enter, tighten) - row_entry(
            columns, basis.key[columns.commodity[enter]], tighten
        )
        for i in range(p):
            pivot -= row[i] * u[i]
        if abs(pivot) < PIVOT:
            return False
        tight[p] = tighten
        for t in range(p + 1):
            part = -v[t] / pivot if t < p else 1.0 / pivot
            line = inverse[t]
            if t < p:
                for i in range(p):
                    line[i] -= u[i] * part
            else:
                for i in range(p):
                    line[i] = -u[i] * part
            line[p] = part
            r = tight[t]
            for level in range(3):
                price[level, r] -= saving[level] * part
        basis.other[p] = enter
        basis.state[enter] = 2
        basis.place[tighten] = p
        basis.size[0] = p + 1
        for level in range(2):
            values.other[level, p] = step[level]
        return True
    if leave >= 0:
        pivot = inverse[loosen, leave]
        if abs(pivot) < PIVOT:
            return False
        last = p - 1
        for t in range(p):
            part = inverse[t, leave] / pivot
            line = inverse[t]
            if part != 0.0 and t != loosen:
                for i in range(p):
                    line[i] -= u[i] * part
            r = tight[t]
            for level in range(3):
                price[level, r] -= saving[level] * part
            line[leave] = line[last]
        for level in range(3):
            price[level, tight[loosen]] = 0.0
        basis.state[basis.other[leave]] = 0
        basis.place[tight[loosen]] = -1
        if leave != last:
            basis.other[leave] = basis.other[last]
            for level in range(2):
                values.other[level, leave] = values.other[level, last]
        if loosen != last:
            tight[loosen] = tight[last]
            basis.place[tight[loosen]] = loosen
            for i in range(last):
                inverse[loosen, i] = inverse[last, i]
        basis.size[0] = last
        return True
    pivot = v[loosen]
    if abs(pivot) < PIVOT:
        return False
    line = inverse[loosen]
    for i in range(p):
        line[i] /= pivot
    for t in range(p):
        if t != loosen and v[t] != 0.0:
            for i in range(p):
                inverse[t, i] -= v[t] * line[i]
            for level in range(3):
                price[level, tight[t]] -= v[t] * saving[level] / pivot
    for level in range(3):
        price[level, tight[loosen]] = 0.0
        price[level, tighten] = saving[level] / pivot
    basis.place[tight[loosen]] = -1
    tight[loosen] = tighten
    basis.place[tighten] = loosen
    return True


@inner
def replace_banned_keys(columns, n_columns, basis, values, work):
    """Let commodities that have only a banned column in the basis take their cheapest; say if any.

    The prices of the limits stay, and no column becomes better than the basic
    ones: what is optimal but for amounts stays so.
    """
    stranded = False
    lone, best, length = work.lone, work.best, work.length
    for k in range(len(basis.key)):
        lone[k], best[k] = False, -1
        length[0, k] = length[1, k] = length[2, k] = np.inf
        if columns.banned[basis.key[k]]:
            lone[k] = True
            stranded = True
    if not stranded:
        return False
    for i in range(basis.size[0]):
        lone[columns.commodity[basis.other[i]]] = False
    start, limit, unit = columns.start, columns.limit, columns.unit
    c1, c2, c3 = columns.cost[0], columns.cost[1], columns.cost[2]
    p1, p2, p3 = values.price[0], values.price[1], values.price[2]
    commodity, banned = columns.commodity, columns.banned
    for j in range(n_columns):
        k = commodity[j]
        if not lone[k] or banned[j]:
            continue
        a1 = charged(c1, start, limit, unit, p1, j)
        near = 1e-10 * (1.0 + abs(a1))
        if a1 > length[0, k] + near:
            continue
        a2 = charged(c2, start, limit, unit, p2, j)
        a3 = charged(c3, start, limit, unit, p3, j)
        if best[k] < 0 or a1 < length[0, k] - near or below(a2, a3, length[1, k], length[2, k]) > 0:
            best[k] = j
            length[0, k], length[1, k], length[2, k] = a1, a2, a3
    stranded = False
    for k in range(len(basis.key)):
        if best[k] >= 0:
            basis.state[basis.key[k]] = 0
            basis.key[k] = best[k]
            basis.state[best[k]] = 1
            stranded = True
    return stranded
