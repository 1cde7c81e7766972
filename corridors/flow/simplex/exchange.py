"""How a working basis changes, and its inverse and prices with it, in compiled code.

Each change is one of rank one: a column or a limit comes in, another goes. What
is 0 in the row that leaves or in the column that enters costs nothing.
"""

from __future__ import annotations

import numpy as np

from corridors.flow.kernels import inner, lean
from corridors.flow.simplex.basis import PIVOT
from corridors.flow.simplex.inverse import DUST, WAITING, fold, inverse_column, row_entry, row_of

LARGE = 32
"""Limits that bind for each change of the inverse that may wait."""


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
    inverse, right = basis.inverse, basis.right
    if several:
        for i in range(at + 1, p):
            if columns.commodity[basis.other[i]] == k:
                for t in range(p):
                    inverse[t, at] += inverse[t, i]
                for change in range(basis.waiting[0]):
                    right[change, at] += right[change, i]
    for t in range(p):
        inverse[t, at] = -inverse[t, at]
    for change in range(basis.waiting[0]):
        right[change, at] = -right[change, at]
    old, new = basis.key[k], basis.other[at]
    basis.key[k], basis.other[at] = new, old
    basis.state[new], basis.state[old] = 1, 2
    for level in range(2):
        units = values.key[level, k]
        values.key[level, k] = values.other[level, at]
        values.other[level, at] = units
    return at


@inner
def _widen(basis, tighten):
    """Make room in the inverse for a limit that comes to bind."""
    p, inverse, left, right = basis.size[0], basis.inverse, basis.left, basis.right
    for t in range(p):
        inverse[t, p] = 0.0
    for i in range(p + 1):
        inverse[p, i] = 0.0
    for change in range(basis.waiting[0]):
        left[change, p] = 0.0
        right[change, p] = 0.0
    basis.tight[p] = tighten
    basis.place[tighten] = p
    basis.size[0] = p + 1


@inner
def _narrow(basis, values, loosen, leave):
    """Take a limit and another column out of the inverse; the last ones take their places."""
    last = basis.size[0] - 1
    inverse, left, right, tight = basis.inverse, basis.left, basis.right, basis.tight
    if leave != last:
        for t in range(last + 1):
            inverse[t, leave] = inverse[t, last]
        for change in range(basis.waiting[0]):
            right[change, leave] = right[change, last]
        basis.other[leave] = basis.other[last]
        for level in range(2):
            values.other[level, leave] = values.other[level, last]
    basis.place[tight[loosen]] = -1
    if loosen != last:
        for i in range(last):
            inverse[loosen, i] = inverse[last, i]
        for change in range(basis.waiting[0]):
            left[change, loosen] = left[change, last]
        tight[loosen] = tight[last]
        basis.place[tight[loosen]] = loosen
    basis.size[0] = last


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
    price, tight = values.price, basis.tight
    u, row, v, step, saving = work.entering, work.more[0], work.effect, work.step, work.saving
    if leave >= 0:
        inverse_column(basis, leave, v)
        pivot = u[leave]
    else:
        if not known:
            row_of(columns, basis, tighten, row, v, work.which)
        if enter >= 0:
            if p >= len(basis.other):
                return False
            pivot = row_entry(columns, enter, tighten) - row_entry(
                columns, basis.key[columns.commodity[enter]], tighten
            )
            for i in range(p):
                pivot -= row[i] * u[i]
            pivot = -pivot
        else:
            pivot = v[loosen]
    if abs(pivot) < PIVOT:
        return False
    # What changes is the product of a column and a row: it waits in the next place for both.
    left, right = basis.left[basis.waiting[0]], basis.right[basis.waiting[0]]
    for t in range(p):
        part = v[t] / pivot
        left[t] = part if abs(part) >= DUST else 0.0
        right[t] = u[t]
    if enter >= 0 and leave < 0:
        left[p], right[p] = -1.0 / pivot, -1.0
        _widen(basis, tighten)
        basis.other[p] = enter
    for t in range(basis.size[0]):
        r = tight[t]
        for level in range(3):
            price[level, r] -= saving[level] * left[t]
    if leave >= 0:
        basis.state[basis.other[leave]] = 0
    if enter >= 0:
        at = leave if leave >= 0 else p
        if leave >= 0:
            right[leave] = pivot - 1.0
            basis.other[leave] = enter
        basis.state[enter] = 2
        for level in range(2):
            values.other[level, at] = step[level]
    else:
        r = tight[loosen]
        work.price[r] = 0.0
        for level in range(3):
            price[level, r] = 0.0
        if tighten >= 0:
            left[loosen] = 1.0 - 1.0 / pivot
            for level in range(3):
                price[level, tighten] = saving[level] / pivot
            basis.place[r] = -1
            tight[loosen] = tighten
            basis.place[tighten] = loosen
    basis.waiting[0] += 1
    if enter < 0 and leave >= 0:
        _narrow(basis, values, loosen, leave)
    # A small inverse is quick to walk through, and what waits is in the way of whoever reads it.
    if basis.waiting[0] >= min(WAITING, max(1, p // LARGE)):
        fold(basis)
    return True


@lean
def fill_keys(columns, first, last, basis, amount, bound, use):
    """Let some columns carry their commodities whole, one after the other, while there is room.

    Parameters
    ----------
    columns, first, last
        The columns, of which those from `first` up to before `last` are asked.
    basis
        In which all keys are shortfalls at first.
    amount, bound
        What the commodities want, and what the limits let pass, shapes (K,) and (R,).
    use
        What is taken of the limits already, shape (R,).
    """
    start, limit, unit, key = columns.start, columns.limit, columns.unit, basis.key
    for j in range(first, last):
        k = columns.commodity[j]
        fits = not columns.banned[j] and key[k] == k
        for e in range(start[j], start[j + 1]):
            fits = fits and use[limit[e]] + unit[e] * amount[k] <= bound[limit[e]]
        if fits:
            for e in range(start[j], start[j + 1]):
                use[limit[e]] += unit[e] * amount[k]
            basis.state[k], basis.state[j] = 0, 1
            key[k] = j


@inner
def find_lone(columns, basis, lone):
    """Mark the commodities of which only the key is in the basis."""
    lone[:] = True
    for i in range(basis.size[0]):
        lone[columns.commodity[basis.other[i]]] = False


@inner
def dearer_keys(columns, n_columns, basis, values, hair, work):
    """List commodities that have only their key in the basis and a cheaper column; say how many.

    Where that is banned, or dearer by more than a hair, as a share of its cost. They are the
    `flipped` ones, each with its `best` column, by whose length they pay.

    The prices of the limits stay, and all columns of these commodities are then no
    better than what is in the basis. What that overruns is the dual method's to mend,
    which moves many at once.
    """
    lone, best, length, key = work.lone, work.best, work.length, basis.key
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
    count = 0
    sigma = values.sigma[0]
    for k in range(len(key)):
        i, j = key[k], best[k]
        if i == j:
            continue
        if banned[i] or length[j] < sigma[k] - hair * (1.0 + abs(work.cost[i])):
            work.flipped[count] = k
            count += 1
            sigma[k] = length[j]
    return count


@inner
def change_keys(basis, work, count):
    """Let the `flipped` commodities take their best column for their key."""
    for k in work.flipped[:count]:
        basis.state[basis.key[k]] = 0
        basis.key[k] = work.best[k]
        basis.state[basis.key[k]] = 1


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
    fold(basis)
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
    change_keys(basis, work, count)
