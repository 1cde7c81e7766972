"""The inverse of a working basis, which changes with it: how it is read, and how it catches up.

Each change of a basis changes its inverse by the product of a column and a row. A large inverse
does not fit where it is quick to reach, so that a way through it takes longer than what is done
on the way. Changes wait therefore, and several are made on one way (the product form of the
inverse, Dantzig and Orchard-Hays 1954, folded into it a few at a time); whoever reads a row or a
column adds what waits.
"""

from __future__ import annotations

from corridors.flow.kernels import inner

WAITING = 8
"""Most changes of an inverse that wait to be made at a time."""

DUST = 1e-14
"""What rounding leaves of a 0 in an inverse."""


@inner
def fold(basis):
    """Make the changes of the inverse that wait, row by row and four at a time."""
    p, n = basis.size[0], basis.waiting[0]
    left, right = basis.left, basis.right
    basis.waiting[0] = 0
    for t in range(p):
        row, first = basis.inverse[t], 0
        while first + 4 <= n:
            a, b, c, d = left[first, t], left[first + 1, t], left[first + 2, t], left[first + 3, t]
            if a != 0.0 or b != 0.0 or c != 0.0 or d != 0.0:
                one, two, three, four = (
                    right[first],
                    right[first + 1],
                    right[first + 2],
                    right[first + 3],
                )
                for i in range(p):
                    row[i] -= a * one[i] + b * two[i] + c * three[i] + d * four[i]
            first += 4
        for change in range(first, n):
            a, one = left[change, t], right[change]
            if a != 0.0:
                for i in range(p):
                    row[i] -= a * one[i]


@inner
def inverse_column(basis, i, into):
    """Read what other column i carries more for a unit more of each binding limit."""
    p, inverse, left = basis.size[0], basis.inverse, basis.left
    for t in range(p):
        into[t] = inverse[t, i]
    for change in range(basis.waiting[0]):
        part = basis.right[change, i]
        if part != 0.0:
            for t in range(p):
                into[t] -= left[change, t] * part


@inner
def inverse_row(basis, t, into):
    """Read what each other column carries more for a unit more of binding limit t."""
    p, inverse, right = basis.size[0], basis.inverse, basis.right
    for i in range(p):
        into[i] = inverse[t, i]
    for change in range(basis.waiting[0]):
        part = basis.left[change, t]
        if part != 0.0:
            for i in range(p):
                into[i] -= right[change, i] * part


@inner
def entering_column(columns, basis, e, u):
    """Compute the inverse times what column e takes more than its key."""
    p = basis.size[0]
    for o in range(p):
        u[o] = 0.0
    limit, unit, place, inverse = columns.limit, columns.unit, basis.place, basis.inverse
    left, right = basis.left, basis.right
    k = basis.key[columns.commodity[e]]
    j, sign = e, 1.0
    for _ in range(2):
        for i in range(columns.start[j], columns.start[j + 1]):
            t = place[limit[i]]
            if t >= 0:
                units = sign * unit[i]
                for o in range(p):
                    u[o] += inverse[t, o] * units
        j, sign = k, -1.0
    for change in range(basis.waiting[0]):
        part = 0.0
        j, sign = e, 1.0
        for _ in range(2):
            for i in range(columns.start[j], columns.start[j + 1]):
                t = place[limit[i]]
                if t >= 0:
                    part += sign * unit[i] * left[change, t]
            j, sign = k, -1.0
        if part != 0.0:
            for o in range(p):
                u[o] -= right[change, o] * part
    for o in range(p):
        if abs(u[o]) < DUST:
            u[o] = 0.0


@inner
def row_entry(columns, j, r):
    """Return what a column takes of a limit."""
    for e in range(columns.start[j], columns.start[j + 1]):
        if columns.limit[e] == r:
            return columns.unit[e]
    return 0.0


@inner
def row_of(columns, basis, r, row, effect, which):
    """Compute what each other column takes of limit r more than its key; then times the inverse."""
    p = basis.size[0]
    start, limit, unit, commodity = columns.start, columns.limit, columns.unit, columns.commodity
    other, key, inverse = basis.other, basis.key, basis.inverse
    n = 0
    for i in range(p):
        value = 0.0
        j = other[i]
        for e in range(start[j], start[j + 1]):
            if limit[e] == r:
                value += unit[e]
        j = key[commodity[j]]
        for e in range(start[j], start[j + 1]):
            if limit[e] == r:
                value -= unit[e]
        row[i] = value
        if value != 0.0:
            which[n] = i
            n += 1
    for t in range(p):
        total = 0.0
        for m in range(n):
            total += row[which[m]] * inverse[t, which[m]]
        effect[t] = total
    for change in range(basis.waiting[0]):
        part = 0.0
        for m in range(n):
            part += row[which[m]] * basis.right[change, which[m]]
        if part != 0.0:
            for t in range(p):
                effect[t] -= basis.left[change, t] * part
    for t in range(p):
        if abs(effect[t]) < DUST:
            effect[t] = 0.0
