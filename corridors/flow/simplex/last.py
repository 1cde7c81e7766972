"""The last basis, put in an order that does not depend on the way to it; compiled."""

from __future__ import annotations

import numpy as np

from corridors.flow.kernels import compiled
from corridors.flow.paths.splitting import sort_paths, split_into_paths
from corridors.flow.simplex.standing import stand


@compiled
def put_in_order(
    commodity, key, other, tight, p, waiting, state, place_of, key_amount, other_amount, fixed,
    origin, destination, star_start, star, head, wanted, hair,
    path_start, path_arcs, flow, own, told,
):  # fmt: skip
    """Put a basis in order, or say by which paths its commodities are told first.

    Commodity after commodity, of each its shortfall and then its paths by their arcs; the first is
    its key. Only commodities that have several columns can be in another order.

    Parameters
    ----------
    commodity
        Commodity of each column.
    key, other, tight, p, waiting, state, place_of
        Of the basis, of whose others and limits the first `p` count.
    key_amount, other_amount
        What its columns carry, and in which direction that moves, shapes (2, .).
    fixed
        How many of the columns are no paths.
    origin, destination, wanted
        Ends and amounts of the commodities, shape (K,).
    star_start, star, head
        Forward star of the arcs, and where each ends.
    hair
        Share of a commodity's amount, and of 1, below which amounts are 0.
    path_start, path_arcs
        Arcs of the columns, as offsets into arc numbers.
    flow, own
        Room to work in, as `split_into_paths` takes it.
    told
        Whether commodities of three paths or more are told by their paths already.

    Returns
    -------
    which, commodity, start, arcs
        Where the paths of a commodity are to be others: of each its place among the other columns,
        or -1 for the key; its commodity; and its arcs, as offsets. None where all is in order.
    """
    count = np.zeros(len(key) + 1, np.int64)
    for i in range(p):
        count[commodity[other[i]]] += 1
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
    # Those of three paths or more; one or two are what they are.
    several, first = np.empty(n_groups, np.int64), np.zeros(n_groups + 1, np.int64)
    place = np.empty(p + n_groups, np.int64)
    n_several, n_places, size = 0, 0, 0
    for g in range(n_groups):
        before, more = n_places, 0
        for i in range(group[g], group[g + 1]):
            j = column[i]
            if j >= fixed:
                place[n_places] = i
                n_places += 1
                more += path_start[j + 1] - path_start[j]
        if n_places - before > 2 and not told:
            several[n_several] = of[g]
            n_several += 1
            first[n_several] = n_places
            size += more
        else:
            n_places = before
    start, arcs = np.zeros(n_places + 1, np.int64), np.empty(size, np.int64)
    amount, near = np.empty((2, n_places)), np.empty(n_several)
    begins, ends = np.empty(n_several, np.int64), np.empty(n_several, np.int64)
    size = 0
    for s in range(n_several):
        k = several[s]
        near[s], begins[s], ends[s] = hair * (1.0 + wanted[k]), origin[k], destination[k]
        for n in range(first[s], first[s + 1]):
            j, i = column[place[n]], source[place[n]]
            for e in range(path_start[j], path_start[j + 1]):
                arcs[size] = path_arcs[e]
                size += 1
            start[n + 1] = size
            for level in range(2):
                if i < 0:
                    amount[level, n] = key_amount[level, k]
                else:
                    amount[level, n] = other_amount[level, i]
    good, same, found_start, found = split_into_paths(
        begins, ends, star_start, star, head, first[: n_several + 1], start, arcs, amount, near,
        flow, own,
    )  # fmt: skip
    n_others, size = 0, 0
    for s in range(n_several):
        if good[s] and not same[s]:
            n_others += first[s + 1] - first[s]
            size += found_start[first[s + 1]] - found_start[first[s]]
    which, whose = np.empty(n_others, np.int64), np.empty(n_others, np.int64)
    new_start, new_arcs = np.zeros(n_others + 1, np.int64), np.empty(size, np.int64)
    n_others, size = 0, 0
    for s in range(n_several):
        if good[s] and not same[s]:
            for n in range(first[s], first[s + 1]):
                which[n_others], whose[n_others] = source[place[n]], several[s]
                for e in range(found_start[n], found_start[n + 1]):
                    new_arcs[size] = found[e]
                    size += 1
                n_others += 1
                new_start[n_others] = size
    if n_others == 0:
        sort_paths(group, column, fixed, path_start, path_arcs)
        n = 0
        for g in range(n_groups):
            key[of[g]] = column[group[g]]
            for i in range(group[g] + 1, group[g + 1]):
                other[n] = column[i]
                n += 1
        for t in range(1, p):
            r, at = tight[t], t
            while at > 0 and tight[at - 1] > r:
                tight[at] = tight[at - 1]
                at -= 1
            tight[at] = r
        waiting[0] = 0
        stand(key, other, tight, p, state, place_of)
    return which, whose, new_start, new_arcs
