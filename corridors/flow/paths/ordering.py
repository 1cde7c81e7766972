"""A last basis and what it carries, put in order in compiled code.

What stands here takes a few loops each; step by step with arrays, small problems spend more time
between the steps than in them.
"""

from __future__ import annotations

import numpy as np

from corridors.flow.kernels import compiled, lean


@compiled
def by_commodity(key, other, commodity, fixed, key_amount, other_amount):
    """Put basic columns in order: commodity after commodity, its key before its other columns.

    Only of commodities that have others, which stay in the order that they are in.

    Parameters
    ----------
    key, other
        Key column of each commodity, shape (K,), and the other basic columns, shape (P,).
    commodity, fixed
        Commodity of each column of the pool, and how many of these are no paths.
    key_amount, other_amount
        What they carry, and in which direction that moves, shapes (2, K) and (2, at least P).

    Returns
    -------
    of, group, column
        Commodities, and the columns of each as offsets (G + 1,) into column numbers.
    several, first, place
        Which of these commodities have three paths or more, as places in `of`; and their paths,
        as offsets into places in `column`.
    amount
        What those paths carry, shape (2, .).
    """
    p = len(other)
    count = np.zeros(len(key) + 1, np.int64)
    for j in other:
        count[commodity[j]] += 1
    n_groups = 0
    for k in range(len(key)):
        n_groups += count[k] > 0
    of, group = np.empty(n_groups, np.int64), np.zeros(n_groups + 1, np.int64)
    column = np.empty(p + n_groups, np.int64)
    # Where each column carries: its place among the others, or -1 for a key.
    source = np.empty(p + n_groups, np.int64)
    n, at = 0, 0
    for k in range(len(key)):
        if count[k] > 0:
            of[n], group[n] = k, at
            column[at], source[at] = key[k], -1
            at += 1 + count[k]
            count[k] = group[n] + 1
            n += 1
    group[n] = at
    for i in range(p):
        k = commodity[other[i]]
        column[count[k]], source[count[k]] = other[i], i
        count[k] += 1
    several, first = np.empty(n_groups, np.int64), np.zeros(n_groups + 1, np.int64)
    place = np.empty(p + n_groups, np.int64)
    n_several, n_places = 0, 0
    for g in range(n_groups):
        before = n_places
        for i in range(group[g], group[g + 1]):
            if column[i] >= fixed:
                place[n_places] = i
                n_places += 1
        if n_places - before > 2:
            several[n_several] = g
            n_several += 1
            first[n_several] = n_places
        else:
            n_places = before
    amount = np.empty((2, n_places))
    g = 0
    for n in range(n_places):
        while first[g + 1] <= n:
            g += 1
        i = source[place[n]]
        for level in range(2):
            if i < 0:
                amount[level, n] = key_amount[level, of[several[g]]]
            else:
                amount[level, n] = other_amount[level, i]
    return (
        of, group, column, several[:n_several].copy(), first[: n_several + 1].copy(),
        place[:n_places].copy(), amount,
    )  # fmt: skip


@lean
def sweep_dust(column, amount, commodity, fixed, wanted, spacing, share, flows):
    """Make amounts of columns 0 that are rounding and no flow.

    A demand far above all that flows of it says nothing about the flow: the measure
    is what flows, and the spacing of the numbers that the demand is written in.

    Parameters
    ----------
    column, amount
        Columns, and what they carry.
    commodity, fixed
        Commodity of each column of the pool, and how many of these are no paths.
    wanted, spacing
        Amounts of the commodities, and their spacing.
    share
        Of what flows, that is rounding.
    flows
        Zeros, one for each commodity, to work in.
    """
    for i in range(len(column)):
        if column[i] >= fixed:
            flows[commodity[column[i]]] += abs(amount[i])
    for i in range(len(column)):
        k = commodity[column[i]]
        dust = share * (1.0 + min(wanted[k], flows[k])) + 8.0 * spacing[k]
        # Of what is next to nothing of a unit no more than a little is rounding.
        if wanted[k] > 0.0:
            dust = min(dust, 1e-6 * wanted[k])
        if amount[i] <= min(dust, share * (1.0 + wanted[k])):
            amount[i] = 0.0


@compiled
def paths_in_order(
    column, amount, commodity, fixed, n_commodities, order, class_of, start, arcs, names
):
    """Return what columns carry, by commodities in another order.

    Parameters
    ----------
    column, amount
        Columns, and what they carry; those of one commodity stay in the order that they are in.
    commodity, fixed
        Commodity of each column of the pool, and how many of these are no paths.
    n_commodities, order
        How many commodities there are, and the other number of each, shape (K,).
    class_of
        Class of each commodity, shape (K,).
    start, arcs
        Arcs of the columns of the pool, as offsets into arc numbers.
    names
        Other numbers of the arcs, shape (A,).

    Returns
    -------
    short
        What falls short, by the old number of the commodity, shape (K,).
    number, own_class, path_start, path_arcs, units
        Of each path that carries something, by the other number of its commodity: that number,
        its class, its arcs by their other numbers as offsets (P + 1,), and its units.
    back
        Place of each path in the order of the columns, shape (P,): which path each was.
    """
    short = np.zeros(n_commodities)
    count = np.zeros(n_commodities + 1, np.int64)
    n_paths, size = 0, 0
    for i in range(len(column)):
        j = column[i]
        if j >= fixed:
            if amount[i] > 0.0:
                count[order[commodity[j]] + 1] += 1
                n_paths += 1
                size += start[j + 1] - start[j]
        elif j < n_commodities:
            short[commodity[j]] = amount[i]
    for k in range(n_commodities):
        count[k + 1] += count[k]
    number, own_class = np.empty(n_paths, np.int64), np.empty(n_paths, np.int64)
    source, back = np.empty(n_paths, np.int64), np.empty(n_paths, np.int64)
    units = np.empty(n_paths)
    n = 0
    for i in range(len(column)):
        j = column[i]
        if j >= fixed and amount[i] > 0.0:
            k = commodity[j]
            at = count[order[k]]
            count[order[k]] += 1
            number[at], own_class[at], units[at], source[at] = order[k], class_of[k], amount[i], j
            back[n] = at
            n += 1
    path_start, path_arcs = np.zeros(n_paths + 1, np.int64), np.empty(size, np.int64)
    used = 0
    for i in range(n_paths):
        for e in range(start[source[i]], start[source[i] + 1]):
            path_arcs[used] = names[arcs[e]]
            used += 1
        path_start[i + 1] = used
    return short, number, own_class, path_start, path_arcs, units, back
