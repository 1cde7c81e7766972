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

from corridors.flow.kernels import by_reference, inner

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.flow.arrays import Flags, Floats, Ints

PIVOT = 1e-8
"""Smallest element on which a basis is changed."""

SMALL = 1e-9
"""What the simplex method takes for 0, relative to what it stands beside."""

HAIR = 1e-5
"""How much of tie cost and rank is put into the cost on the way, as a share of all costs."""


@by_reference
class Basis(NamedTuple):
    """A basis; the first ``size[0]`` entries of `other`, `tight` and `inverse` count.

    Entry ``t, i`` of the inverse is what other column ``i`` carries more for a unit more of
    the binding limit ``t``: ``inverse[t, i]`` less ``left[n, t] * right[n, i]`` for each of the
    first ``waiting[0]`` changes ``n``, which wait to be made (`inverse`).
    """

    key: Ints
    other: Ints
    tight: Ints
    size: Ints
    state: NDArray[np.int8]
    place: Ints
    inverse: Floats
    left: Floats
    right: Floats
    waiting: Ints


@by_reference
class Values(NamedTuple):
    """What a basis means: amounts (2, .), use of limits (2, R), prices (3, .)."""

    key: Floats
    other: Floats
    use: Floats
    price: Floats
    sigma: Floats


@by_reference
class Work(NamedTuple):
    """Room that the kernels work in, so that none has to ask for it.

    By place of another column or of a binding limit: what enters takes of each
    (`entering`), what a limit is taken of (`row`, `effect`, `which`). By column: its length,
    what the limits of each do to what leaves, or its length in tie cost (`alpha`), its length in
    rank (`ranked`), those that are noted, and those that wait for their turn (`queue`); of those
    that are noted the reduced cost and what it does to what leaves in place of its key
    (`reduced`, `slope`). By commodity: what its key does (`through_key`), whether only its key
    is in the basis (`lone`), its best column (`best`), those that change their key (`flipped`),
    and up to where a column may come in (`edge`). By level:
    what is large among prices, how much enters, and what that saves; and what the
    other columns cost more than their keys, or take more of a limit (`more`, shape (3, .)).

    What leads the way: a factor for each level, shape (3,), and with them the cost
    of each column and the price of each limit (`mix`, `cost`, `price`).
    """

    entering: Floats
    row: Floats
    effect: Floats
    which: Ints
    length: Floats
    alpha: Floats
    ranked: Floats
    reduced: Floats
    slope: Floats
    tied: Ints
    queue: Ints
    listed: Ints
    through_key: Floats
    edge: Floats
    lone: Flags
    best: Ints
    flipped: Ints
    slack: Floats
    step: Floats
    saving: Floats
    more: Floats
    mix: Floats
    cost: Floats
    price: Floats


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
def key_use(columns, basis, amount, use):
    """Compute what the keys would take of each limit if each carried its whole commodity.

    Both levels of amounts and uses, shapes (2, .), in one pass.
    """
    use1, use2, amount1, amount2 = use[0], use[1], amount[0], amount[1]
    key, start, limit, unit = basis.key, columns.start, columns.limit, columns.unit
    for r in range(len(use1)):
        use1[r] = 0.0
        use2[r] = 0.0
    for k in range(len(key)):
        j = key[k]
        units1, units2 = amount1[k], amount2[k]
        for e in range(start[j], start[j + 1]):
            use1[limit[e]] += unit[e] * units1
            use2[limit[e]] += unit[e] * units2


@inner
def amounts_by_inverse(columns, basis, values, amount, bound):
    """Compute amounts and use of limits from a basis and its inverse, of which nothing waits."""
    p = basis.size[0]
    inverse = basis.inverse
    key_use(columns, basis, amount, values.use)
    for level in range(2):
        x, use, other = values.key[level], values.use[level], values.other[level]
        for k in range(len(x)):
            x[k] = amount[level, k]
        other[:p] = 0.0
        for t in range(p):
            rest = bound[level, basis.tight[t]] - use[basis.tight[t]]
            if rest != 0.0:
                for i in range(p):
                    other[i] += inverse[t, i] * rest
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
def prices_by_inverse(columns, basis, values, more):
    """Compute the prices of limits from a basis and its inverse, of which nothing waits.

    All levels side by side: three sums that do not wait for one another.
    """
    p = basis.size[0]
    cost, price, inverse = columns.cost, values.price, basis.inverse
    price[:] = 0.0
    for i in range(p):
        j = basis.other[i]
        k = basis.key[columns.commodity[j]]
        for level in range(3):
            more[level, i] = cost[level, j] - cost[level, k]
    for t in range(p):
        total1, total2, total3 = 0.0, 0.0, 0.0
        for i in range(p):
            part = inverse[t, i]
            total1 += more[0, i] * part
            total2 += more[1, i] * part
            total3 += more[2, i] * part
        r = basis.tight[t]
        price[0, r], price[1, r], price[2, r] = -total1, -total2, -total3


@inner
def charged(cost, start, limit, unit, price, j):
    """Return what a unit of a column costs with what the limits charge for it.

    Plain arrays, because a call that hands over whole records costs more than
    the sum itself.
    """
    total = cost[j]
    for e in range(start[j], start[j + 1]):
        total += price[limit[e]] * unit[e]
    return total


@by_reference
class Rows(NamedTuple):
    """What columns take of the limits that bind or have bound, side by side.

    The columns of limit ``r`` below number ``known[r]`` are ``owner[first[r]:last[r]]``, and `unit`
    is what they take. More of them find room up to ``end[r]``. They stay from one run to the next:
    to gather them is to walk through what is far apart, which takes longer than all that is done
    with them.
    """

    first: Ints
    last: Ints
    end: Ints
    known: Ints
    owner: NDArray[np.uint32]
    unit: Floats
    used: Ints


@by_reference
class Paths(NamedTuple):
    """The columns of each commodity, ``column[start[k]:start[k + 1]]``, and the commodity of each.

    Numbers without a sign, here and in `Rows`, because what may be negative counts from
    the end, and to find out whether it does costs as much as what is done with it.
    """

    start: Ints
    column: NDArray[np.uint32]
    commodity: NDArray[np.uint32]


@inner
def by_commodity(columns, n_columns, paths):
    """Sort the columns by commodity."""
    start, column, commodity = paths.start, paths.column, columns.commodity
    start[:] = 0
    for j in range(n_columns):
        start[commodity[j] + 1] += 1
    for k in range(len(start) - 1):
        start[k + 1] += start[k]
    # The starts move on by one while the columns are put down, the last first.
    for j in range(n_columns - 1, -1, -1):
        k = commodity[j]
        start[k + 1] -= 1
        column[start[k + 1]] = j
    for k in range(len(start) - 1):
        start[k] = start[k + 1]
    start[len(start) - 1] = n_columns
    for j in range(n_columns):
        paths.commodity[j] = commodity[j]


@inner
def _gather(columns, n_columns, rows, r):
    """Add to what is known of a limit the columns that have come since."""
    first, last, end, known, used = rows.first, rows.last, rows.end, rows.known, rows.used
    older, of = columns.older, columns.owner
    count, e = 0, columns.newest[r]
    while e >= 0 and of[e] >= known[r]:
        count += of[e] < n_columns
        e = older[e]
    if last[r] + count > end[r]:
        size = last[r] - first[r] + count
        place, size = used[0], size + size // 4 + 8
        if place + size > len(rows.owner):
            # What has moved has left gaps behind: all are gathered anew as they are asked for.
            first[:], last[:], end[:], known[:] = 0, 0, 0, 0
            place, count, e = 0, 0, columns.newest[r]
            while e >= 0:
                count += of[e] < n_columns
                e = older[e]
            size = count + count // 4 + 8
        for i in range(last[r] - first[r]):
            rows.owner[place + i] = rows.owner[first[r] + i]
            rows.unit[place + i] = rows.unit[first[r] + i]
        first[r], last[r], end[r] = place, place + last[r] - first[r], place + size
        used[0] = place + size
    at, e = last[r], columns.newest[r]
    while e >= 0 and of[e] >= known[r]:
        if of[e] < n_columns:
            rows.owner[at] = of[e]
            rows.unit[at] = columns.unit[e]
            at += 1
        e = older[e]
    last[r], known[r] = at, n_columns


@inner
def along(columns, n_columns, rows, limits, count, weights, into):
    """Add `weights` times what each column takes of each of some limits.

    All of them in one call and by plain arrays: to take an array out of a record
    costs more than many a limit does.
    """
    first, last, known, owner, unit = rows.first, rows.last, rows.known, rows.owner, rows.unit
    for t in range(count):
        weight, r = weights[t], limits[t]
        if weight == 0.0:
            continue
        if known[r] < n_columns:
            _gather(columns, n_columns, rows, r)
        those, theirs = owner[first[r] : last[r]], unit[first[r] : last[r]]
        for e in range(len(those)):
            into[those[e]] += weight * theirs[e]


@inner
def lead_by(columns, n_columns, basis, values, work, along_the_way):
    """Choose what leads the way to the optimum: costs alone, or with a little of what comes after.

    A hair of tie cost and rank in the cost takes the way past most ties, which
    would be decided one after the other at the end. What is reached is then put
    right by the costs alone.
    """
    mix, cost = work.mix, columns.cost
    mix[0], mix[1], mix[2] = 1.0, 0.0, 0.0
    if along_the_way:
        for level in range(3):
            total = 0.0
            for j in range(n_columns):
                total += abs(cost[level, j])
            work.saving[level] = total
        for level in range(1, 3):
            if work.saving[level] > 0.0:
                mix[level] = HAIR * work.saving[0] / work.saving[level]
        if work.saving[1] > 0.0:
            mix[2] *= 0.01
    for j in range(n_columns):
        work.cost[j] = mix[0] * cost[0, j] + mix[1] * cost[1, j] + mix[2] * cost[2, j]
    lead_prices(basis, values, work)


@inner
def lead_prices(basis, values, work):
    """Compute the prices of the limits in what leads the way."""
    mix, price = work.mix, values.price
    for t in range(basis.size[0]):
        r = basis.tight[t]
        work.price[r] = mix[0] * price[0, r] + mix[1] * price[1, r] + mix[2] * price[2, r]


@inner
def all_lengths(columns, n_columns, basis, values, rows, work):
    """Compute lengths of columns and prices of commodities, in what leads the way.

    The length of a column is its cost with what the limits charge, and infinite where it
    is banned. Less the price of its commodity, which is the length of the key, it is the
    reduced cost: the two are kept apart, because a change of key then changes one number.
    """
    sigma, price, key, into = values.sigma[0], work.price, basis.key, work.length
    banned = columns.banned
    for j in range(n_columns):
        into[j] = work.cost[j]
    for t in range(basis.size[0]):
        work.row[t] = price[basis.tight[t]]
    along(columns, n_columns, rows, basis.tight, basis.size[0], work.row, into)
    for k in range(len(key)):
        sigma[k] = into[key[k]]
    for i in range(basis.size[0]):
        into[basis.other[i]] = sigma[columns.commodity[basis.other[i]]]
    for j in range(n_columns):
        if banned[j]:
            into[j] = np.inf
