"""One flow, one set of paths: how what a commodity carries on each arc is split into paths.

The same flow can be held as many sets of paths. The one that is told follows from the flow
alone: from the origin along the arc of lowest rank that still carries something, as
much as the whole path carries, and again.
"""

from __future__ import annotations

import numpy as np

from corridors.flow.kernels import allocating_inner, compiled, inner, lean
from corridors.flow.shortest.trees import grow


@allocating_inner
def split_into_paths(
    origin, destination, star_start, star, head, group, start, arcs, amount, near, flow, own
):
    """Split the flow that some paths carry in the one way that its arcs alone decide.

    From the origin follow the arc of lowest number that still carries something;
    take off what the whole path carries; repeat. For several commodities at once.

    Parameters
    ----------
    origin, destination
        Where the flow of each commodity begins and ends, shape (G,).
    star_start, star
        Forward star of the arcs, those of a node by number.
    head
        Where each arc ends, shape (A,).
    group, start
        Paths of each commodity, as offsets (G + 1,) into paths, and those as
        offsets (P + 1,) into `arcs`.
    arcs
        Arcs of the paths.
    amount
        What each path carries, and in which direction that moves, which counts
        where it is 0; shape (2, P).
    near
        Amounts below this are 0, by commodity, shape (G,).
    flow, own
        Room to work in, all 0: flows (2, A), and whether an arc is on a path, (A,).

    Returns
    -------
    good, same, start, arcs
        Which commodities can be told apart, and of which the paths are those given,
        shape (G,); and as many paths as were given, as above, with room behind them.
    """
    found_start = np.zeros(len(start), np.int64)
    good, same = np.zeros(len(origin), np.bool_), np.zeros(len(origin), np.bool_)
    met = np.zeros(len(start), np.bool_)
    most = 0
    for g in range(len(origin)):
        most += (group[g + 1] - group[g]) * (start[group[g + 1]] - start[group[g]])
    found = np.empty(most, np.int64)
    used = 0
    for g in range(len(origin)):
        hair, count = near[g], 0
        for i in range(group[g], group[g + 1]):
            for j in range(start[i], start[i + 1]):
                arc = arcs[j]
                flow[0, arc] += amount[0, i]
                flow[1, arc] += amount[1, i]
                if not own[arc]:
                    own[arc] = True
                    count += 1
        whole = True
        for i in range(group[g], group[g + 1]):
            node, first = origin[g], used
            while whole and node != destination[g]:
                step = -1
                for s in range(star_start[node], star_start[node + 1]):
                    arc = star[s]
                    if flow[0, arc] > hair or (flow[0, arc] > -hair and flow[1, arc] > 1e-9):
                        step = arc
                        break
                whole = step >= 0 and used - first < count
                if whole:
                    found[used] = step
                    used += 1
                    node = head[step]
            if whole:
                least, side = np.inf, np.inf
                for j in range(first, used):
                    least = min(least, max(flow[0, found[j]], 0.0))
                for j in range(first, used):
                    if flow[0, found[j]] <= least + hair:
                        side = min(side, flow[1, found[j]])
                for j in range(first, used):
                    flow[0, found[j]] -= least
                    flow[1, found[j]] -= side
            found_start[i + 1] = used
        for j in range(start[group[g]], start[group[g + 1]]):
            arc = arcs[j]
            if flow[0, arc] > hair or (flow[0, arc] > -hair and flow[1, arc] > 1e-9):
                whole = False
        for j in range(start[group[g]], start[group[g + 1]]):
            flow[0, arcs[j]], flow[1, arcs[j]], own[arcs[j]] = 0.0, 0.0, False
        good[g] = whole
        alike = whole
        for i in range(group[g], group[g + 1]):
            other = -1
            for n in range(group[g], group[g + 1]):
                size = found_start[n + 1] - found_start[n]
                if met[n] or size != start[i + 1] - start[i]:
                    continue
                j = 0
                while j < size and found[found_start[n] + j] == arcs[start[i] + j]:
                    j += 1
                if j == size:
                    other = n
                    break
            if other < 0:
                alike = False
                break
            met[other] = True
        same[g] = alike
    return good, same, found_start, found


@compiled
def whole_paths(
    owner, start, arcs, amount, origin, destination, head, star_start, star, rank, near
):
    """Tell the paths of whole commodities by the flow of their parts on each arc.

    From the origin follow the arc of lowest rank that still carries something; take off what
    the whole path carries; repeat. Where that goes in a circle, the paths stay as given, by the
    ranks of their arcs. Amounts are added up from the least to the largest, so that
    the order of the parts does not matter.

    Parameters
    ----------
    owner, start, arcs, amount
        As in `whole_commodities`.
    origin, destination, head
        Ends of the commodities (K,), and where each arc ends (A,).
    star_start, star
        Forward star of the arcs, those of a node by rank.
    rank
        Rank of each arc, shape (A,).
    near
        Amounts below this are 0, by commodity, shape (K,).

    Returns
    -------
    commodity, start, arcs, amount
        As in `whole_commodities`.
    """
    n_paths = len(owner)
    commodity = np.empty(n_paths + len(arcs), np.int64)
    ends = np.zeros(n_paths + len(arcs) + 1, np.int64)
    units = np.empty(n_paths + len(arcs))
    found = np.empty(2 * len(arcs) + 64, np.int64)
    order = np.empty(n_paths, np.int64)
    total = np.empty(n_paths)
    left = np.zeros(len(head))
    count, used, begin = 0, 0, 0
    while begin < n_paths:
        k, end = owner[begin], begin
        while end < n_paths and owner[end] == k:
            end += 1
        unique = unique_paths(start, arcs, amount, rank, begin, end, order, total)
        first, first_used, most = count, used, 0
        for i in range(unique):
            for j in range(start[order[i]], start[order[i] + 1]):
                left[arcs[j]] += total[i]
                most += 1
        while unique > 1:
            found = grow(found, used + most)
            node, size, least = origin[k], 0, np.inf
            while node != destination[k] and size < most:
                step = -1
                for s in range(star_start[node], star_start[node + 1]):
                    if left[star[s]] > near[k]:
                        step = star[s]
                        break
                if step < 0:
                    break
                found[used + size] = step
                least = min(least, left[step])
                size += 1
                node = head[step]
            if node != destination[k] or size == 0:
                break
            for j in range(used, used + size):
                left[found[j]] -= least
            used += size
            commodity[count], units[count], ends[count + 1] = k, least, used
            count += 1
        whole = unique > 1
        for i in range(unique):
            for j in range(start[order[i]], start[order[i] + 1]):
                whole = whole and left[arcs[j]] <= near[k]
        if not whole:
            count, used = first, first_used
            found = grow(found, used + most)
            by_rank(start, arcs, rank, order, total, unique)
            for i in range(unique):
                for j in range(start[order[i]], start[order[i] + 1]):
                    found[used] = arcs[j]
                    used += 1
                commodity[count], units[count], ends[count + 1] = k, total[i], used
                count += 1
        for i in range(unique):
            for j in range(start[order[i]], start[order[i] + 1]):
                left[arcs[j]] = 0.0
        begin = end
    return commodity[:count], ends[: count + 1], found[:used], units[:count]


@inner
def compared(start, arcs, rank, one, other):
    """Return -1, 0 or 1 as a path comes before another by the ranks of its arcs, is it, or not."""
    size, other_size = start[one + 1] - start[one], start[other + 1] - start[other]
    for j in range(min(size, other_size)):
        apart = rank[arcs[start[one] + j]] - rank[arcs[start[other] + j]]
        if apart != 0:
            return -1 if apart < 0 else 1
    return 0 if size == other_size else (-1 if size < other_size else 1)


@inner
def by_rank(start, arcs, rank, order, total, unique):
    """Sort some paths and their amounts by the ranks of their arcs."""
    for i in range(unique):
        path, units, at = order[i], total[i], i
        while at > 0 and compared(start, arcs, rank, path, order[at - 1]) < 0:
            order[at], total[at] = order[at - 1], total[at - 1]
            at -= 1
        order[at], total[at] = path, units


@inner
def unique_paths(start, arcs, amount, rank, begin, end, order, total):
    """Put the different ones of some paths and their amounts in front, the least amount first."""
    # By amount, so that sums do not depend on the order given.
    for i in range(end - begin):
        at = i
        while at > 0 and amount[order[at - 1]] > amount[begin + i]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = begin + i
    unique = 0
    for i in range(end - begin):
        path = order[i]
        same = 0
        while same < unique and compared(start, arcs, rank, order[same], path) != 0:
            same += 1
        if same == unique:
            order[unique] = path
            total[unique] = 0.0
            unique += 1
        total[same] += amount[path]
    for i in range(unique):
        path, units, at = order[i], total[i], i
        while at > 0 and total[at - 1] > units:
            order[at], total[at] = order[at - 1], total[at - 1]
            at -= 1
        order[at], total[at] = path, units
    return unique


@inner
def _before(i, j, fixed, path_start, path_arcs):
    """Whether column i comes before column j: arcs are compared byte by byte, the lowest first."""
    if i < fixed or j < fixed:
        return i < j
    size = path_start[j + 1] - path_start[j]
    for n in range(path_start[i + 1] - path_start[i]):
        if n >= size:
            return False
        a, b = path_arcs[path_start[i] + n], path_arcs[path_start[j] + n]
        while a != b:
            if a % 256 != b % 256:
                return a % 256 < b % 256
            a, b = a // 256, b // 256
    return path_start[i + 1] - path_start[i] < size


@inner
def sort_paths(group, number, fixed, path_start, path_arcs):
    """Sort the columns of each group, which are few."""
    for g in range(len(group) - 1):
        for n in range(group[g] + 1, group[g + 1]):
            j, at = number[n], n
            while at > group[g] and _before(j, number[at - 1], fixed, path_start, path_arcs):
                number[at] = number[at - 1]
                at -= 1
            number[at] = j


@lean
def carry(order, own_class, start, arcs, amount, flow):
    """Add the amounts of paths to the flow on their arcs, in an order.

    Parameters
    ----------
    order
        The paths, in the order in which they are added, shape (P,).
    own_class, start, arcs, amount
        Class of each, its arcs as offsets (P + 1,) into arc numbers, and its units.
    flow
        By class and arc, shape (C, A), to which they are added.
    """
    for i in order:
        for j in range(start[i], start[i + 1]):
            flow[own_class[i], arcs[j]] += amount[i]
