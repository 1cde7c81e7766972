"""Which demands a change of weights may concern, so that no other is asked again; compiled."""

from __future__ import annotations

import numpy as np

from corridors.flow.arrays import TOLERANCE
from corridors.flow.kernels import compiled


@compiled
def unconcerned(
    cells, before, after, tail, head, since, which_since, togo, which_togo, own_class,
    since_before, togo_before, group_of, ceiling, most_before,
):  # fmt: skip
    """Say which demands no change of weights concerns.

    That of an arc concerns a demand whose shortest path over the arc, by what is
    at least left on both sides of it, is not beyond its reach. A change within
    rounding is none.

    Two bounds say what is left. Undisturbed costs are below any weights. The weights before are
    the sharper one: a path on which nothing has become cheaper is no shorter than it was, and any
    other by no more than all that has become cheaper together.

    Parameters
    ----------
    cells
        Where weights may have changed, as ``class * A + arc``.
    before, after
        Weights by class and arc, shape (C, A).
    tail, head
        Arc ends, shape (A,).
    since, which_since, togo, which_togo
        Lower bounds from origins and to destinations, shapes (., N), and which of
        them are each group's, shape (G,).
    own_class
        Of each group of demands of the same ends, shape (G,).
    since_before, togo_before
        How far it was by the weights before, as `since` and `togo`; of no rows where that is not
        known.
    group_of, ceiling
        Group of each demand, and up to where ways concern it, shape (K,).
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
    arcs = np.empty(len(cells), np.int64)
    ends = np.empty((2, len(cells)), np.int64)
    least = np.empty(len(cells))
    saved = np.zeros(n_classes)
    for fill in range(2):
        for cell in cells:
            c, arc = cell // n_arcs, cell % n_arcs
            old, new = before[c, arc], after[c, arc]
            less = min(old, new)
            if old != new and abs(new - old) > 1e-13 * (1.0 + less):
                kind = 2 * c + (new > old)
                if fill == 0:
                    first[kind] += 1
                    saved[c] += old - less
                else:
                    first[kind] -= 1
                    arcs[first[kind]] = arc
                    ends[0, first[kind]], ends[1, first[kind]] = tail[arc], head[arc]
                    least[first[kind]] = less
        if fill == 0:
            for kind in range(2 * n_classes):
                first[kind + 1] += first[kind]
    sharp = len(since_before) > 0
    reach = np.empty(len(own_class))
    for g in range(len(reach)):
        reach[g] = -np.inf
    for k in range(len(ceiling)):
        most = ceiling[k] + 4.0 * TOLERANCE * (1.0 + abs(ceiling[k]))
        reach[group_of[k]] = max(reach[group_of[k]], most)
    concerns = np.zeros(len(reach), np.bool_)
    for g in range(len(reach)):
        most, c = reach[g], own_class[g]
        a, b, end = first[2 * c], first[2 * c + 1], first[2 * c + 2]
        there, onward = since[which_since[g]], togo[which_togo[g]]
        found = False
        for i in range(a, end if not sharp else b):
            if there[ends[0, i]] + least[i] + onward[ends[1, i]] <= most:
                found = True
                break
        if sharp and (found or b < end):
            there, onward = since_before[which_since[g]], togo_before[which_togo[g]]
            if found:
                # Not by much is what has become cheaper that near.
                found = False
                for i in range(a, b):
                    way = there[ends[0, i]] + before[c, arcs[i]] + onward[ends[1, i]]
                    if not way - saved[c] > most:
                        found = True
                        break
            for i in range(b, end):
                if found:
                    break
                found = there[ends[0, i]] + least[i] + onward[ends[1, i]] <= most
        concerns[g] = found
    alone = np.empty(len(ceiling), np.bool_)
    rest = np.empty(len(ceiling))
    for k in range(len(ceiling)):
        alone[k] = not concerns[group_of[k]] and ceiling[k] <= most_before[k]
        rest[k] = -1.0 if alone[k] else ceiling[k]
    return alone, rest
