"""What the last basis carries and charges, read off in the order of the problem; compiled.

What stands here takes a few loops each; step by step with arrays, small problems spend more time
between the steps than in them.
"""

from __future__ import annotations

import numpy as np

from corridors.flow.kernels import compiled


@compiled
def read_off(
    key, other, key_amount, other_amount, commodity, fixed, wanted, spacing, share, order,
    path_start, path_arcs, names, price, place, scale, limit_order, sigma, penalty, hair, ties,
    short, paid, tied, charged, tied_limit,
):  # fmt: skip
    """Return what the columns of a basis carry, and fill what falls short and what is charged.

    Amounts that are rounding and no flow are 0. A demand far above all that flows of it says
    nothing about the flow: the measure is what flows, and the spacing of the numbers that the
    demand is written in.

    Parameters
    ----------
    key, other, key_amount, other_amount
        The columns, and what they carry; paths of one commodity stay in their order.
    commodity, fixed
        Commodity of each column of the pool, and how many of these are no paths.
    wanted, spacing
        Amounts of the commodities, and their spacing.
    share
        Of what flows, that is rounding.
    order
        The problem's number of each commodity, shape (K,).
    path_start, path_arcs, names
        Arcs of the columns of the pool, as offsets into arc numbers, and the problem's numbers of
        these, shape (A,).
    price, place, scale, limit_order
        Of each limit: what the basis charges; where it binds, -1 if it does not; what it was
        divided by; and its number in the problem; shape (R,).
    sigma, penalty, hair
        What each commodity would pay if it could not fall short, and what that costs, shape (K,);
        and what share of the most that one pays is no price.
    ties
        Commodities that could do otherwise at the same cost, shape (K,).
    short, paid, tied
        Filled by the problem's number of each commodity: what falls short, what it pays, `ties`.
    charged, tied_limit
        Filled by the problem's number of each limit: its price, and whether it binds for nothing.

    Returns
    -------
    number, start, arcs, units
        Of each path that carries something, in the problem's order of commodities: that number,
        its arcs as offsets (P + 1,), and its units.
    back
        Place of each path in the order of the columns, shape (P,): which path each was.
    """
    n_keys, n_commodities, n_columns = len(key), len(order), len(key) + len(other)
    flows, amount = np.zeros(len(wanted)), np.empty(n_columns)
    column = np.empty(n_columns, np.int64)
    for i in range(n_columns):
        column[i] = key[i] if i < n_keys else other[i - n_keys]
        amount[i] = key_amount[i] if i < n_keys else other_amount[i - n_keys]
        if column[i] >= fixed:
            flows[commodity[column[i]]] += abs(amount[i])
    most = 0.0
    for k in range(n_commodities):
        pays = min(sigma[k], penalty[k])
        most = max(most, pays)
        short[order[k]], paid[order[k]], tied[order[k]] = 0.0, pays, ties[k]
    for r in range(len(price)):
        loose = price[r] <= hair * (1.0 + most) and place[r] >= 0
        tied_limit[limit_order[r]] = loose
        charged[limit_order[r]] = 0.0 if loose else max(price[r], 0.0) / scale[r]
    count = np.zeros(n_commodities + 1, np.int64)
    n_paths, size = 0, 0
    for i in range(n_columns):
        j = column[i]
        k = commodity[j]
        dust = share * (1.0 + min(wanted[k], flows[k])) + 8.0 * spacing[k]
        # Of what is next to nothing of a unit no more than a little is rounding.
        if wanted[k] > 0.0:
            dust = min(dust, 1e-6 * wanted[k])
        if amount[i] <= min(dust, share * (1.0 + wanted[k])):
            amount[i] = 0.0
        if j >= fixed:
            if amount[i] > 0.0:
                count[order[k] + 1] += 1
                n_paths += 1
                size += path_start[j + 1] - path_start[j]
        elif j < n_commodities:
            short[order[j]] = amount[i]
    for k in range(n_commodities):
        count[k + 1] += count[k]
    number, source = np.empty(n_paths, np.int64), np.empty(n_paths, np.int64)
    back, units = np.empty(n_paths, np.int64), np.empty(n_paths)
    n = 0
    for i in range(n_columns):
        j = column[i]
        if j >= fixed and amount[i] > 0.0:
            k = order[commodity[j]]
            at = count[k]
            count[k] += 1
            number[at], units[at], source[at] = k, amount[i], j
            back[n] = at
            n += 1
    start, arcs = np.zeros(n_paths + 1, np.int64), np.empty(size, np.int64)
    used = 0
    for i in range(n_paths):
        for e in range(path_start[source[i]], path_start[source[i] + 1]):
            arcs[used] = names[path_arcs[e]]
            used += 1
        start[i + 1] = used
    return number, start, arcs, units, back
