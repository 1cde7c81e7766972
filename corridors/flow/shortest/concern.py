"""Which demands a change of weights may concern, so that no other is asked again; compiled."""

from __future__ import annotations

import numpy as np

from corridors.flow.arrays import TOLERANCE
from corridors.flow.kernels import compiled


@compiled
def unconcerned(
    cells, before, after, tail, head, since, which_since, togo, which_togo, of_class,
    group_of, since_before, togo_before, ceiling, most_before,
):  # fmt: skip
    """Say which demands no change of weights concerns.

    That of an arc concerns a demand whose shortest path over the arc, by what is
    at least left on both sides of it, is not beyond its reach. A change within
    rounding is none.

    Two bounds say what is left. Undisturbed costs are below any weights. The weights before are
    the sharper one: a path on which nothing has become cheaper is no shorter than it was, and any
    other by no more than all that has become cheaper together.

    Arcs come one after the other and groups side by side, as their bounds lie: thousands of
    arcs change at a time, and what is far apart is slow to fetch.

    Parameters
    ----------
    cells
        Where weights may have changed, as ``class * A + arc``.
    before, after
        Weights by class and arc, shape (C, A).
    tail, head
        Arc ends, shape (A,).
    since, which_since, togo, which_togo
        Lower bounds from origins and to destinations, shapes (N, .), and which of
        them are each group's, shape (G,).
    of_class
        Groups of demands of the same ends as offsets by class, shape (C + 1,).
    group_of, ceiling
        Group of each demand, and up to where ways concern it, shape (K,).
    since_before, togo_before
        How far it was by the weights before, as `since` and `togo`; of no rows where that is not
        known.
    most_before
        Up to where it was told by the weights before, shape (K,): beyond that no demand is left
        unconcerned.

    Returns
    -------
    unconcerned, rest
        Of each demand, shape (K,), and the ceilings of the others; -1 for those.
    """
    n_classes, n_arcs = before.shape
    # The arcs that have changed, class by class, those that have become cheaper first.
    first = np.zeros(2 * n_classes + 1, np.int64)
    kind_of = np.empty(len(cells), np.int32)
    saved = np.zeros(n_classes)
    for i in range(len(cells)):
        c = cells[i] // n_arcs
        kind_of[i] = -1
        if of_class[c] < of_class[c + 1]:
            arc = cells[i] - c * n_arcs
            old, new = before[c, arc], after[c, arc]
            less = min(old, new)
            if old != new and abs(new - old) > 1e-13 * (1.0 + less):
                kind_of[i] = 2 * c + (new > old)
                first[kind_of[i]] += 1
                saved[c] += old - less
    for kind in range(2 * n_classes):
        first[kind + 1] += first[kind]
    arcs = np.empty(first[2 * n_classes], np.int64)
    ends = np.empty((2, len(arcs)), np.int64)
    least = np.empty(len(arcs))
    for i in range(len(cells)):
        kind = kind_of[i]
        if kind >= 0:
            c = kind // 2
            arc = cells[i] - c * n_arcs
            first[kind] -= 1
            at = first[kind]
            arcs[at], ends[0, at], ends[1, at] = arc, tail[arc], head[arc]
            least[at] = after[c, arc] if kind == 2 * c else before[c, arc]
    sharp = len(since_before) > 0
    n_groups = len(which_since)
    reach = np.empty(n_groups)
    for g in range(n_groups):
        reach[g] = -np.inf
    for k in range(len(ceiling)):
        most = ceiling[k] + 4.0 * TOLERANCE * (1.0 + abs(ceiling[k]))
        reach[group_of[k]] = max(reach[group_of[k]], most)
    concerns = np.zeros(n_groups, np.bool_)
    # Groups of a class that are not found to be concerned, and those that may be.
    others, maybe = np.empty(n_groups, np.int64), np.empty(n_groups, np.int64)
    for c in range(n_classes):
        a, b, end = first[2 * c], first[2 * c + 1], first[2 * c + 2]
        n_others, n_maybe = of_class[c + 1] - of_class[c], 0
        for n in range(n_others):
            others[n] = of_class[c] + n
        for i in range(a, b if sharp else end):
            there, onward, less = since[ends[0, i]], togo[ends[1, i]], least[i]
            left = 0
            for n in range(n_others):
                g = others[n]
                if there[which_since[g]] + less + onward[which_togo[g]] <= reach[g]:
                    concerns[g] = True
                    maybe[n_maybe] = g
                    n_maybe += 1
                else:
                    others[left] = g
                    left += 1
            n_others = left
        if not sharp:
            continue
        for n in range(n_maybe):
            concerns[maybe[n]] = False
        for i in range(a, b):
            # Not by much is what has become cheaper that near.
            there, onward = since_before[ends[0, i]], togo_before[ends[1, i]]
            was, less = before[c, arcs[i]], saved[c]
            left = 0
            for n in range(n_maybe):
                g = maybe[n]
                way = there[which_since[g]] + was + onward[which_togo[g]]
                if not way - less > reach[g]:
                    concerns[g] = True
                else:
                    maybe[left] = g
                    left += 1
            n_maybe = left
        for n in range(n_maybe):
            others[n_others + n] = maybe[n]
        n_others += n_maybe
        for i in range(b, end):
            there, onward, less = since_before[ends[0, i]], togo_before[ends[1, i]], least[i]
            left = 0
            for n in range(n_others):
                g = others[n]
                if there[which_since[g]] + less + onward[which_togo[g]] <= reach[g]:
                    concerns[g] = True
                else:
                    others[left] = g
                    left += 1
            n_others = left
    alone = np.empty(len(ceiling), np.bool_)
    rest = np.empty(len(ceiling))
    for k in range(len(ceiling)):
        alone[k] = not concerns[group_of[k]] and ceiling[k] <= most_before[k]
        rest[k] = -1.0 if alone[k] else ceiling[k]
    return alone, rest
