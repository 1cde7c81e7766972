"""How a working basis changes, and its inverse and prices with it, in compiled code.

Each change is one of rank one: a column or a limit comes in, another goes. What
is 0 in the row that leaves or in the column that enters costs nothing.
"""

from __future__ import annotations

import numpy as np

from corridors.flow.compiling import inner
from corridors.flow.simplex.basis import DUST, PIVOT, row_entry, row_of


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
def exchange(columns, basis, values, enter, loosen, leave, tighten, known, work):
    """Change the basis by one column or limit on each side, its inverse and prices with it.

    Parameters
    ----------
    enter, loosen
        Column that enters, or -1; then the place of the limit that stops binding.
    leave, tighten
        Place of the other column that leaves, or -1; then the limit that comes
        to bind.
    known
        Whether what the other columns take of the limit that comes to bind is known already.
    work
        In it what each other column loses for a unit of what enters, how much of it
        enters, and its reduced costs.
    """
    p = basis.size[0]
    inverse, price, tight = basis.inverse, values.price, basis.tight
    u, row, v, step, saving = work.entering, work.more[0], work.effect, work.step, work.saving
    if tighten >= 0 and not known:
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
                for i in range(p):
                    inverse[t, i] -= u[i] * part
                inverse[t, leave] = part
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
            if t < p:
                for i in range(p):
                    inverse[t, i] -= u[i] * part
            else:
                for i in range(p):
                    inverse[t, i] = -u[i] * part
            inverse[t, p] = part
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
            if part != 0.0 and t != loosen:
                for i in range(p):
                    inverse[t, i] -= u[i] * part
            r = tight[t]
            for level in range(3):
                price[level, r] -= saving[level] * part
            inverse[t, leave] = inverse[t, last]
        for level in range(3):
            price[level, tight[loosen]] = 0.0
        work.price[tight[loosen]] = 0.0
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
    for i in range(p):
        inverse[loosen, i] /= pivot
    for t in range(p):
        if t != loosen and v[t] != 0.0:
            for i in range(p):
                inverse[t, i] -= v[t] * inverse[loosen, i]
            for level in range(3):
                price[level, tight[t]] -= v[t] * saving[level] / pivot
    work.price[tight[loosen]] = 0.0
    for level in range(3):
        price[level, tight[loosen]] = 0.0
        price[level, tighten] = saving[level] / pivot
    basis.place[tight[loosen]] = -1
    tight[loosen] = tighten
    basis.place[tighten] = loosen
    return True


@inner
def find_lone(columns, basis, lone):
    """Mark the commodities of which only the key is in the basis."""
    lone[:] = True
    for i in range(basis.size[0]):
        lone[columns.commodity[basis.other[i]]] = False


@inner
def change_keys(columns, n_columns, basis, values, hair, work):
    """Let commodities that have only their key in the basis take their cheapest column; say if any.

    Where that is banned, or dearer by more than a hair, as a share of its cost.

    The prices of the limits stay, and all columns of these commodities are then no
    better than what is in the basis. What that overruns is the dual method's to mend,
    which moves many at once.
    """
    lone, best, length, key, state = work.lone, work.best, work.length, basis.key, basis.state
    commodity, banned = columns.commodity, columns.banned
    find_lone(columns, basis, lone)
    for k in range(len(key)):
        best[k] = key[k]
    for j in range(n_columns):
        k = commodity[j]
        if lone[k] and length[j] < np.inf:
            i = best[k]
            if banned[i] or length[j] < length[i]:
                best[k] = j
    changed = False
    sigma = values.sigma[0]
    for k in range(len(key)):
        i, j = key[k], best[k]
        if i == j:
            continue
        if banned[i] or length[j] < sigma[k] - hair * (1.0 + abs(work.cost[i])):
            state[i], state[j] = 0, 1
            key[k] = j
            changed = True
            sigma[k] = length[j]
    return changed


@inner
def _carry(columns, place, j, units, level, use, missing):
    """Add some units of a column to the use of limits, of those that bind to what is missing."""
    for e in range(columns.start[j], columns.start[j + 1]):
        r = columns.limit[e]
        t = place[r]
        if t < 0:
            use[level, r] += units * columns.unit[e]
        else:
            missing[t] += units * columns.unit[e]


@inner
def flip_keys(columns, basis, values, amount, work, count):
    """Let the `flipped` commodities take their best column whole, and the others make room.

    Only their key is in the basis, so the inverse stays.
    """
    p = basis.size[0]
    key, other, place, inverse = basis.key, basis.other, basis.place, basis.inverse
    missing, change, use = work.row, work.entering, values.use
    for level in range(2):
        for t in range(p):
            missing[t] = 0.0
            change[t] = 0.0
        for n in range(count):
            k = work.flipped[n]
            units = amount[level, k]
            _carry(columns, place, key[k], -units, level, use, missing)
            _carry(columns, place, work.best[k], units, level, use, missing)
        for t in range(p):
            if missing[t] != 0.0:
                for i in range(p):
                    change[i] -= inverse[t, i] * missing[t]
        for i in range(p):
            if change[i] != 0.0:
                k = columns.commodity[other[i]]
                values.other[level, i] += change[i]
                values.key[level, k] -= change[i]
                _carry(columns, place, other[i], change[i], level, use, missing)
                _carry(columns, place, key[k], -change[i], level, use, missing)
    for n in range(count):
        k = work.flipped[n]
        basis.state[key[k]] = 0
        key[k] = work.best[k]
        basis.state[key[k]] = 1
