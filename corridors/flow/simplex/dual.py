"""The dual simplex method, in compiled code: what is outside its bounds leaves the basis.

After a change of amounts, bounds or closures the basis may hold less than
nothing of a column, more than a limit, or something that is banned. The one
furthest outside for its weight goes (Devex: Harris 1973), and what takes its
place is what loses the least (Lemke 1954).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.flow.kernels import by_reference, inner
from corridors.flow.shortest.heap import pop, push
from corridors.flow.simplex.basis import PIVOT, SMALL, along, below, charged, clip
from corridors.flow.simplex.exchange import find_lone, flip_keys, swap_key
from corridors.flow.simplex.inverse import DUST, inverse_column, row_of

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats


_BLOCK = 32
"""Columns that are compared at a time."""

HEAVY = 1e9
"""A weight at which all begin anew: they only grow, and lose what they say."""

_FAR = 1e30
"""A loss for a unit that no column has."""


@by_reference
class Weights(NamedTuple):
    """How strongly the basic variables answer to what happens outside, as far as is known."""

    key: Floats
    other: Floats
    limit: Floats


@inner
def _outside(x1, x2, scale):
    """Say how far an amount is below 0, counting the direction only where it is 0 itself."""
    if x1 < -SMALL * scale:
        return -x1 / scale
    if x1 <= SMALL * scale and x2 < -1e-8:
        return min(-x2, 1.0) * 1e-12
    return 0.0


@inner
def any_banned(columns, basis):
    """Whether any column of the basis is banned."""
    count = 0
    for j in basis.key:
        count += columns.banned[j]
    for j in basis.other[: basis.size[0]]:
        count += columns.banned[j]
    return count > 0


@inner
def _any_empty(carried, wanted):
    """Whether any of some keys in a row carries nothing, or less."""
    count = 0
    for i in range(len(carried)):
        count += carried[i] <= SMALL * (1.0 + wanted[i])
    return count > 0


@inner
def worst_outside(columns, basis, values, amount, bound, weights, shut):
    """Find the basic variable that is furthest outside for its weight: kind, number, sign.

    Only where some are `shut` is any basic column banned: none comes in that is.
    """
    p = basis.size[0]
    worst, kind, number, sign = 0.0, -1, -1, 1.0
    carried, wanted, key, banned = values.key[0], amount[0], basis.key, columns.banned
    for begin in range(0, len(key), _BLOCK):
        end = min(begin + _BLOCK, len(key))
        if not shut and not _any_empty(carried[begin:end], wanted[begin:end]):
            continue
        for k in range(begin, end):
            x1, x2 = values.key[0, k], values.key[1, k]
            scale = 1.0 + amount[0, k]
            off = scale * _outside(x1, x2, scale)
            if off > 0.0 and off * off > worst * weights.key[k]:
                worst, kind, number, sign = off * off / weights.key[k], 0, k, 1.0
            if banned[key[k]] and off == 0.0:
                off = max(x1, 1e-12)
                if off * off > worst * weights.key[k]:
                    worst, kind, number, sign = off * off / weights.key[k], 0, k, -1.0
    for i in range(p):
        j = basis.other[i]
        x1, x2 = values.other[0, i], values.other[1, i]
        scale = 1.0 + amount[0, columns.commodity[j]]
        off = scale * _outside(x1, x2, scale)
        if off > 0.0 and off * off > worst * weights.other[i]:
            worst, kind, number, sign = off * off / weights.other[i], 1, i, 1.0
        if shut and columns.banned[j] and off == 0.0:
            off = max(x1, 1e-12)
            if off * off > worst * weights.other[i]:
                worst, kind, number, sign = off * off / weights.other[i], 1, i, -1.0
    for r in range(bound.shape[1]):
        if basis.place[r] < 0 and bound[0, r] != np.inf:
            scale = 1.0 + bound[0, r]
            off = scale * _outside(
                bound[0, r] - values.use[0, r], bound[1, r] - values.use[1, r], scale
            )
            if off > 0.0 and off * off > worst * weights.limit[r]:
                worst, kind, number, sign = off * off / weights.limit[r], 2, r, 1.0
    return kind, number, sign


@inner
def weigh(basis, weights, loosen, leave, tighten, alone, u, motion):
    """Carry the weights over a change of the basis that is about to be made."""
    if alone >= 0:
        pivot, mine = motion.key_rate[alone], weights.key[alone]
    elif leave >= 0:
        pivot, mine = u[leave], weights.other[leave]
    else:
        pivot, mine = motion.limit_rate[tighten], weights.limit[tighten]
    mine /= pivot * pivot
    if mine > HEAVY:
        weights.key[:], weights.other[:], weights.limit[:] = 1.0, 1.0, 1.0
        mine = 1.0
    for k in motion.keys[: motion.size[0]]:
        weights.key[k] = max(weights.key[k], motion.key_rate[k] ** 2 * mine)
    p = basis.size[0]
    for i in range(p):
        weights.other[i] = max(weights.other[i], u[i] * u[i] * mine)
    for r in motion.limits[: motion.size[1]]:
        weights.limit[r] = max(weights.limit[r], motion.limit_rate[r] ** 2 * mine)
    mine = max(mine, 1.0)
    if alone >= 0:
        weights.key[alone] = mine
    elif loosen >= 0:
        weights.limit[basis.tight[loosen]] = mine
        if leave >= 0:
            weights.other[leave] = weights.other[p - 1]
    elif leave >= 0:
        weights.other[leave] = mine
    elif p < len(weights.other):
        weights.other[p] = mine


@inner
def _nearest(columns, amount, off, least, n_noted, work):
    """Put those of the noted columns first that come first, enough of them to mend what is outside.

    Halved again and again by the loss of one of them, as long as what is below it is
    enough; say how many are left.
    """
    alpha, reduced, noted = work.slope, work.reduced, work.tied
    lone, best, commodity = work.lone, work.best, columns.commodity
    count = n_noted
    while count > 16:
        j = noted[count // 2]
        if not lone[commodity[j]] or reduced[j] >= least * alpha[j]:
            loss = least
        else:
            loss = clip(reduced[j]) / alpha[j]
        if loss == np.inf:
            break
        n = 0
        for i in range(count):
            j = noted[i]
            if lone[commodity[j]] and clip(reduced[j]) <= loss * alpha[j]:
                noted[i], noted[n] = noted[n], j
                best[commodity[j]] = -1
                n += 1
        mended = 0.0
        for j in noted[:n]:
            k = commodity[j]
            i = best[k]
            if i < 0:
                best[k] = j
                mended += alpha[j] * amount[0, k]
            elif reduced[j] - loss * alpha[j] < reduced[i] - loss * alpha[i]:
                best[k] = j
                mended += (alpha[j] - alpha[i]) * amount[0, k]
        if mended < off or n == count:
            break
        count = n
    return count


@inner
def _flip(columns, basis, values, amount, off, least, n_noted, work):
    """Move whole commodities at less than the least loss, as long as something stays outside.

    The loss rises from one column to the next (the long step of bounded variables, Fourer 1994:
    here it is the commodity that bounds a column). A commodity of which only the
    key is in the basis takes the column as its key, and the basis stays; the first
    column that mends all that is left outside is what enters.

    Returns
    -------
    float
        The loss at which something enters.
    """
    alpha, reduced, keys, queue = work.slope, work.reduced, work.ranked, work.queue
    lone, best, commodity = work.lone, work.best, columns.commodity
    if off <= 0.0:
        for j in work.tied[:n_noted]:
            if lone[commodity[j]] and reduced[j] < least * alpha[j]:
                least = clip(reduced[j]) / alpha[j]
        return least
    n = _nearest(columns, amount, off, least, n_noted, work)
    size = 0
    for j in work.tied[:n]:
        k = commodity[j]
        if lone[k] and reduced[j] < least * alpha[j]:
            best[k] = -1
            size = push(keys, queue, size, clip(reduced[j]) / alpha[j], j)
    count = 0
    while size > 0:
        loss, j, size = pop(keys, queue, size)
        k = commodity[j]
        a = alpha[j]
        if best[k] >= 0:
            a -= alpha[best[k]]
            if a <= PIVOT:
                continue
            later = (reduced[j] - reduced[best[k]]) / a
            if later > loss * (1.0 + 1e-12):
                if later < least:
                    size = push(keys, queue, size, later, j)
                continue
        if a * amount[0, k] >= off:
            least = loss
            break
        off -= a * amount[0, k]
        if best[k] < 0:
            work.flipped[count] = k
            count += 1
        best[k] = j
    if count > 0:
        for n in range(count):
            k = work.flipped[n]
            values.sigma[0, k] = work.length[best[k]]
            work.through_key[k] = work.alpha[best[k]]
        flip_keys(columns, basis, values, amount, work, count)
    return least


@inner
def _edges(values, most, through_key, edge):
    """Compute up to where a column of each commodity may come in, and say how far "most" is."""
    sigma, large = values.sigma[0], min(most, _FAR)
    for k in range(len(edge)):
        edge[k] = sigma[k] - large * through_key[k]
    return large


@inner
def _any_below(length, alpha, commodity, edge, most):
    """Whether any of some columns in a row may lose no more than the most for a unit.

    Without a branch for each of them, which few take, so that several are compared at a time.
    """
    count = 0
    for i in range(len(length)):
        count += length[i] - most * alpha[i] < edge[commodity[i]]
    return count > 0


@inner
def lose(columns, n_columns, values, loss, enter, work):
    """Let reduced costs fall by the loss for each unit of what columns do to what leaves."""
    length, alpha, sigma, through_key = work.length, work.alpha, values.sigma[0], work.through_key
    if loss != 0.0:
        for j in range(n_columns):
            length[j] -= loss * alpha[j]
        for k in range(len(sigma)):
            sigma[k] -= loss * through_key[k]
    if enter >= 0:
        length[enter] = sigma[columns.commodity[enter]]


@inner
def replacement(
    columns,
    n_columns,
    basis,
    values,
    amount,
    bound,
    far,
    kind,
    number,
    sign,
    weights,
    rows,
    paths,
    work,
):
    """Find what takes a basic variable out of the basis at the least loss.

    `work.alpha` is filled with what each column does to the variable that leaves, in
    the direction in which it leaves. Commodities that can move as a whole, and are too
    small to mend what is outside, do so on the way (`_flip`).

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
        else:
            mine = weights.key[number]
            weights.key[number] = weights.other[leave]
            weights.other[leave] = mine
    elif kind == 1:
        leave = number
    else:
        tighten = number
    effect, alpha, length = work.effect, work.alpha, work.length
    key, commodity, through_key = basis.key, paths.commodity, work.through_key
    price, sigma, reduced, slope = work.price, values.sigma[0], work.reduced, work.slope
    if tighten >= 0:
        # A limit is always above its bound, so that the sign is 1; `exchange` asks for both again.
        row_of(columns, basis, tighten, work.more[0], effect, work.which)
    else:
        for t in range(p):
            effect[t] = 0.0
        if leave >= 0:
            inverse_column(basis, leave, effect)
            for t in range(p):
                effect[t] = -sign * effect[t] if abs(effect[t]) >= DUST else 0.0
    # What may not enter has an infinite reduced cost, and basic columns have no part in the row.
    # No literals, for which what is called would be compiled once more.
    least, most, noted, n_noted, one = np.inf, np.inf, work.tied, np.int64(0), np.int64(1)
    alpha[:] = 0.0
    if alone >= 0:
        # Its amount is given, so another column of the same commodity must take its place.
        through_key[:] = 0.0
        through_key[alone] = -1.0
        for j in paths.column[paths.start[alone] : paths.start[alone + 1]]:
            if j != key[alone]:
                least = min(least, clip(length[j] - sigma[alone]))
                noted[n_noted] = j
                n_noted += 1
    else:
        along(columns, n_columns, rows, basis.tight, p, effect, alpha)
        if tighten >= 0:
            work.which[0], work.row[0] = tighten, -sign
            along(columns, n_columns, rows, work.which, one, work.row, alpha)
        for k in range(len(key)):
            through_key[k] = alpha[key[k]]
        for t in range(p):
            if effect[t] > PIVOT:
                least = min(least, clip(price[basis.tight[t]]) / effect[t])
        most = least + 1e-10 * (1.0 + least)
        if kind == 2:
            off = values.use[0, tighten] - bound[0, tighten] - SMALL * (1.0 + bound[0, tighten])
        else:
            scale = 1.0 + amount[0, commodity[basis.other[leave]]]
            off = -sign * values.other[0, leave] - SMALL * scale
        if not far:
            off = 0.0
        lone = work.lone
        find_lone(columns, basis, lone)
        # What is better than the basis waits for the primal method, or the two would undo each
        # other's steps; but for where nothing else is left.
        above = least
        for every in range(2):
            large = _edges(values, most, through_key, work.edge)
            for begin in range(0, n_columns, _BLOCK):
                end = min(begin + _BLOCK, n_columns)
                if not _any_below(
                    length[begin:end], alpha[begin:end], commodity[begin:end], work.edge, large
                ):
                    continue
                for j in range(begin, end):
                    k = commodity[j]
                    a = alpha[j] - through_key[k]
                    d = length[j] - sigma[k]
                    if d < most * a and a > PIVOT:
                        better = d < -SMALL * (1.0 + abs(sigma[k]))
                        if far and better and every == 0:
                            continue
                        noted[n_noted] = j
                        reduced[j], slope[j] = d, a
                        n_noted += 1
                        if not lone[k] and d < least * a:
                            least = clip(d) / a
                            most = least + 1e-10 * (1.0 + least)
            if n_noted > 0 or above < np.inf or not far:
                break
        least = _flip(columns, basis, values, amount, off, least, n_noted, work)
    # Several that are equally good by cost are told apart by what comes after it.
    most = least + 1e-10 * (1.0 + abs(least))
    enter, loosen = -1, -1
    b2, b3, strength = np.inf, np.inf, 0.0
    first = True
    start, limit, unit, state = columns.start, columns.limit, columns.unit, basis.state
    c2, c3, p2, p3 = columns.cost[1], columns.cost[2], values.price[1], values.price[2]
    if least < np.inf:
        for j in noted[:n_noted]:
            a = alpha[j] - through_key[commodity[j]]
            if a > PIVOT and length[j] - sigma[commodity[j]] <= most * a and state[j] == 0:
                k = key[commodity[j]]
                a2 = charged(c2, start, limit, unit, p2, j)
                a2 = (a2 - charged(c2, start, limit, unit, p2, k)) / a
                a3 = charged(c3, start, limit, unit, p3, j)
                a3 = (a3 - charged(c3, start, limit, unit, p3, k)) / a
                order = below(a2, a3, b2, b3)
                if first or order > 0 or (order == 0 and a > strength):
                    enter, b2, b3, strength, first = j, a2, a3, a, False
    if alone < 0:
        for t in range(p):
            r, a = basis.tight[t], effect[t]
            if a > PIVOT and clip(price[r]) <= most * a:
                a2, a3 = values.price[1, r] / a, values.price[2, r] / a
                order = below(a2, a3, b2, b3)
                if first or order > 0 or (order == 0 and a > strength):
                    enter, loosen, b2, b3, strength, first = -1, t, a2, a3, a, False
    loss = 0.0
    if enter >= 0:
        k = commodity[enter]
        loss = (length[enter] - sigma[k]) / (alpha[enter] - through_key[k])
    elif loosen >= 0:
        loss = price[basis.tight[loosen]] / effect[loosen]
    return enter, loosen, leave, tighten, alone, loss
