"""A sparse factorisation of the working basis, and what the basis means by it.

The working basis of a large problem has hundreds of rows and a handful of
entries in each column. It is split into a lower and an upper triangle, column
by column, those with the fewest entries first (Gilbert and Peierls 1988); among
the rows whose entry is large enough the one with the fewest entries is the
pivot (Markowitz 1957). What stands where depends on the order of the basis
alone, so that equal bases have equal numbers.
"""

from __future__ import annotations

import numpy as np

from corridors.flow.kernels import allocating_inner, compiled, inner
from corridors.flow.simplex.basis import key_use


@allocating_inner
def _longer(array, needed):
    """Return an array with room for at least so many entries."""
    if needed <= len(array):
        return array
    bigger = np.empty(2 * needed, array.dtype)
    for i in range(len(array)):
        bigger[i] = array[i]
    return bigger


@inner
def _entries(columns, basis, i, column, seen, rows):
    """Add what other column i takes of the binding limits more than its key does.

    The rows that this touches are marked and listed; say how many they are.
    """
    j, sign, n = basis.other[i], 1.0, 0
    for _ in range(2):
        for e in range(columns.start[j], columns.start[j + 1]):
            t = basis.place[columns.limit[e]]
            if t >= 0:
                column[t] += sign * columns.unit[e]
                if not seen[t]:
                    seen[t] = True
                    rows[n] = t
                    n += 1
        j, sign = basis.key[columns.commodity[basis.other[i]]], -1.0
    return n


@inner
def _wait(step, waiting, n):
    """Put a step among those that wait, of which the last is the first; say how many they are."""
    at = n
    while at > 0 and waiting[at - 1] < step:
        waiting[at] = waiting[at - 1]
        at -= 1
    waiting[at] = step
    return n + 1


@inner
def _in_order(rows, n, seen):
    """Sort the rows that are listed."""
    if n * n > 4 * len(seen):
        n = 0
        for t in range(len(seen)):
            if seen[t]:
                rows[n] = t
                n += 1
        return
    for i in range(1, n):
        t, at = rows[i], i
        while at > 0 and rows[at - 1] > t:
            rows[at] = rows[at - 1]
            at -= 1
        rows[at] = t


@allocating_inner
def _split(columns, basis):
    """Split the working basis into triangles; say first whether that can be done."""
    p = basis.size[0]
    count, of_row = np.zeros(p, np.int64), np.zeros(p, np.int64)
    slot, order = np.zeros(p + 2, np.int64), np.empty(p, np.int64)
    x, seen, rows = np.zeros(p), np.zeros(p, np.bool_), np.empty(p, np.int64)
    # One more than the step in which a row was the pivot, and the steps that wait for a column.
    next_step, waiting = np.zeros(p, np.int64), np.empty(p, np.int64)
    for i in range(p):
        n = _entries(columns, basis, i, x, seen, rows)
        for t in rows[:n]:
            if x[t] != 0.0:
                count[i] += 1
                of_row[t] += 1
                x[t] = 0.0
            seen[t] = False
    # The shortest columns first, those of one length in their order.
    for i in range(p):
        slot[count[i] + 1] += 1
    for n in range(p + 1):
        slot[n + 1] += slot[n]
    for i in range(p):
        order[slot[count[i]]] = i
        slot[count[i]] += 1
    lower_start, upper_start = np.zeros(p + 1, np.int64), np.zeros(p + 1, np.int64)
    lower_row, upper_row = np.empty(8 * p + 8, np.int64), np.empty(8 * p + 8, np.int64)
    lower, upper = np.empty(8 * p + 8), np.empty(8 * p + 8)
    row, diagonal = np.empty(p, np.int64), np.zeros(p)
    for c in range(p):
        n, left = _entries(columns, basis, order[c], x, seen, rows), 0
        for t in rows[:n]:
            if next_step[t] > 0:
                left = _wait(next_step[t] - 1, waiting, left)
        lower_row, lower = (
            _longer(lower_row, lower_start[c] + p),
            _longer(lower, lower_start[c] + p),
        )
        upper_row, upper = (
            _longer(upper_row, upper_start[c] + p),
            _longer(upper, upper_start[c] + p),
        )
        at = upper_start[c]
        while left > 0:
            left -= 1
            k = waiting[left]
            value = x[row[k]]
            if value != 0.0:
                x[row[k]] = 0.0
                upper_row[at], upper[at] = k, value
                at += 1
                for e in range(lower_start[k], lower_start[k + 1]):
                    t = lower_row[e]
                    x[t] -= value * lower[e]
                    if not seen[t]:
                        seen[t] = True
                        rows[n] = t
                        n += 1
                        if next_step[t] > 0:
                            left = _wait(next_step[t] - 1, waiting, left)
        upper_start[c + 1] = at
        _in_order(rows, n, seen)
        most = 0.0
        for t in rows[:n]:
            most = max(most, abs(x[t]))
        if most < 1e-11:
            return (
                False,
                order,
                row,
                diagonal,
                lower_start,
                lower_row,
                lower,
                upper_start,
                upper_row,
                upper,
            )
        best = -1
        for t in rows[:n]:
            if abs(x[t]) >= 0.1 * most and (best < 0 or of_row[t] < of_row[best]):
                best = t
        row[c], next_step[best] = best, c + 1
        diagonal[c] = x[best]
        x[best] = 0.0
        at = lower_start[c]
        for t in rows[:n]:
            seen[t] = False
            if x[t] != 0.0:
                if abs(x[t]) > 1e-14 * most:
                    lower_row[at], lower[at] = t, x[t] / diagonal[c]
                    at += 1
                x[t] = 0.0
        lower_start[c + 1] = at
    return True, order, row, diagonal, lower_start, lower_row, lower, upper_start, upper_row, upper


@inner
def _solve(split, right, into):
    """Solve the system for a right-hand side by binding limit, which is overwritten."""
    _, order, row, diagonal, lower_start, lower_row, lower, upper_start, upper_row, upper = split
    p = len(order)
    for k in range(p):
        value = right[row[k]]
        if value != 0.0:
            for e in range(lower_start[k], lower_start[k + 1]):
                right[lower_row[e]] -= value * lower[e]
    for c in range(p - 1, -1, -1):
        value = right[row[c]] / diagonal[c]
        into[order[c]] = value
        if value != 0.0:
            for e in range(upper_start[c], upper_start[c + 1]):
                right[row[upper_row[e]]] -= value * upper[e]


@allocating_inner
def _solve_turned(split, right, into):
    """Solve the transposed system for a right-hand side by other column."""
    _, order, row, diagonal, lower_start, lower_row, lower, upper_start, upper_row, upper = split
    p = len(order)
    found = np.empty(p)
    for c in range(p):
        value = right[order[c]]
        for e in range(upper_start[c], upper_start[c + 1]):
            value -= upper[e] * found[upper_row[e]]
        found[c] = value / diagonal[c]
    for k in range(p - 1, -1, -1):
        value = found[k]
        for e in range(lower_start[k], lower_start[k + 1]):
            value -= lower[e] * into[lower_row[e]]
        into[row[k]] = value


@compiled
def refresh(columns, basis, values, amount, bound, invert):
    """Compute the values of a basis afresh, and its inverse where asked; say whether it has any."""
    p = basis.size[0]
    split = _split(columns, basis)
    if not split[0]:
        return False
    right, found = np.empty(p), np.empty(p)
    key_use(columns, basis, amount, values.use)
    for level in range(2):
        use, x = values.use[level], values.key[level]
        for k in range(len(x)):
            x[k] = amount[level, k]
        for t in range(p):
            right[t] = bound[level, basis.tight[t]] - use[basis.tight[t]]
        _solve(split, right, found)
        for i in range(p):
            j = basis.other[i]
            k = columns.commodity[j]
            values.other[level, i] = found[i]
            x[k] -= found[i]
            for e in range(columns.start[j], columns.start[j + 1]):
                use[columns.limit[e]] += columns.unit[e] * found[i]
            j = basis.key[k]
            for e in range(columns.start[j], columns.start[j + 1]):
                use[columns.limit[e]] -= columns.unit[e] * found[i]
        for t in range(p):
            use[basis.tight[t]] = bound[level, basis.tight[t]]
    for level in range(3):
        cost, price = columns.cost[level], values.price[level]
        for i in range(p):
            j = basis.other[i]
            right[i] = cost[j] - cost[basis.key[columns.commodity[j]]]
        _solve_turned(split, right, found)
        price[:] = 0.0
        for t in range(p):
            price[basis.tight[t]] = -found[t]
    start, limit, unit, place = columns.start, columns.limit, columns.unit, basis.place
    price1, price2, price3 = values.price[0], values.price[1], values.price[2]
    for k in range(len(basis.key)):
        j = basis.key[k]
        total1, total2, total3 = columns.cost[0, j], columns.cost[1, j], columns.cost[2, j]
        for e in range(start[j], start[j + 1]):
            r = limit[e]
            if place[r] >= 0:
                total1 += price1[r] * unit[e]
                total2 += price2[r] * unit[e]
                total3 += price3[r] * unit[e]
        values.sigma[0, k], values.sigma[1, k], values.sigma[2, k] = total1, total2, total3
    if invert:
        basis.waiting[0] = 0
        for t in range(p):
            right[:] = 0.0
            right[t] = 1.0
            _solve(split, right, basis.inverse[t])
    return True
