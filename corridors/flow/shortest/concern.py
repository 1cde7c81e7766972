"""Which demands a change of weights may concern, so that no other is asked again."""

from __future__ import annotations

import numpy as np

from corridors.flow.kernels import compiled


@compiled
def touched(
    cells, before, after, tail, head, since, which_since, togo, which_togo, own_class,
    since_before, togo_before, reach,
):  # fmt: skip
    """Say which demands a change of weights may concern.

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
        them are each demand's, shape (G,).
    own_class
        Of each demand, shape (G,).
    since_before, togo_before
        How far it was by the weights before, as `since` and `togo`; of no rows where that is not
        known.
    reach
        Of each demand, shape (G,).

    Returns
    -------
    ndarray
        Shape (G,).
    """
    n_classes, n_arcs = before.shape
    # The arcs that have changed, class by class, those that have become cheaper first.
    first = np.zeros(2 * n_classes + 1, np.int64)
    arcs = np.empty(len(cells), np.int64)
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
                    least[first[kind]] = less
        if fill == 0:
            for kind in range(2 * n_classes):
                first[kind + 1] += first[kind]
    sharp = len(since_before) > 0
    concerns = np.zeros(len(reach), np.bool_)
    for g in range(len(reach)):
        most, c = reach[g], own_class[g]
        a, b, end = first[2 * c], first[2 * c + 1], first[2 * c + 2]
        there, onward = since[which_since[g]], togo[which_togo[g]]
        found = False
        for i in range(a, end if not sharp else b):
            if there[tail[arcs[i]]] + least[i] + onward[head[arcs[i]]] <= most:
                found = True
                break
        if sharp and (found or b < end):
            there, onward = since_before[which_since[g]], togo_before[which_togo[g]]
            if found:
                # Not by much is what has become cheaper that near.
                found = False
                for i in range(a, b):
                    way = there[tail[arcs[i]]] + before[c, arcs[i]] + onward[head[arcs[i]]]
                    if not way - saved[c] > most:
                        found = True
                        break
            for i in range(b, end):
                if found:
                    break
                found = there[tail[arcs[i]]] + least[i] + onward[head[arcs[i]]] <= most
        concerns[g] = found
    return concerns
