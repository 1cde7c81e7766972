"""Growing shortest-path trees and mending them, in compiled code of the certificate's own."""

from __future__ import annotations

import numpy as np

from corridors.flow.compiling import plain, plain_part

BEYOND = 1.25
"""How much further than the last destination a tree is kept, so that most ways round lie in it."""


@plain_part
def _rise(dist, heap, where, size, node):
    """Put a node that has come nearer in its place in the heap; say how many are in it.

    The heap holds each node once and knows where it stands.
    """
    at = where[node]
    if at < 0:
        at = size
        size += 1
    while at > 0:
        up = (at - 1) // 4
        if dist[heap[up]] <= dist[node]:
            break
        heap[at] = heap[up]
        where[heap[at]] = at
        at = up
    heap[at] = node
    where[node] = at
    return size


@plain_part
def _spread(start, leaving, heads, weight, dist, by, heap, where, size, wanted, left, beyond):
    """Settle nodes until all that are wanted are, and what is nearer than a length beyond.

    What is left in the heap stays there; say how many.
    """
    while size > 0 and (left > 0 or dist[heap[0]] < beyond):
        node = heap[0]
        where[node] = -1
        if wanted[node]:
            left -= 1
            wanted[node] = False
        size -= 1
        last = heap[size]
        at = 0
        # The last one sinks from the top.
        while True:
            child = 4 * at + 1
            if child >= size:
                break
            least = child
            for other in range(child + 1, min(child + 4, size)):
                if dist[heap[other]] < dist[heap[least]]:
                    least = other
            if dist[heap[least]] >= dist[last]:
                break
            heap[at] = heap[least]
            where[heap[at]] = at
            at = least
        if size > 0:
            heap[at] = last
            where[last] = at
        for s in range(start[node], start[node + 1]):
            arc = leaving[s]
            other = heads[arc]
            new = dist[node] + weight[arc]
            if new < dist[other]:
                dist[other] = new
                by[other] = arc
                size = _rise(dist, heap, where, size, other)
    return size


@plain_part
def _empty(heap, where, size):
    """Take out of the heap what is left in it."""
    for i in range(size):
        where[heap[i]] = -1


@plain_part
def _mark(tail, by, branch, node):
    """Mark the arcs by which a node is reached, as far as they are not marked yet."""
    while by[node] >= 0 and not branch[by[node]]:
        branch[by[node]] = True
        node = tail[by[node]]


@plain_part
def _write(dist, last, radius, reach, by):
    """Write down a tree as far as a radius."""
    for node in range(len(dist)):
        within = dist[node] < radius
        reach[node] = dist[node] if within else np.inf
        by[node] = last[node] if within else -1


@plain
def grow(
    start, leaving, tail, heads, weight, order, firsts, origin, destination,
    commodity_class, result, reach, by, branch, furthest, radius,
):  # fmt: skip
    """Fill each commodity's shortest length; one tree for those of one origin and class.

    Trees that are kept reach somewhat beyond the last destination, up to a radius, with the arc
    by which each node is reached, which arcs lead to a destination, and how far the last one is.
    """
    n_nodes, n_arcs = len(start) - 1, len(tail)
    keep = len(reach) > 0
    dist = np.empty(n_nodes)
    heap, where = np.empty(n_nodes, np.int64), np.empty(n_nodes, np.int64)
    last = np.empty(n_nodes, np.int32)
    where[:] = -1
    wanted = np.zeros(n_nodes, dtype=np.bool_)
    # No literals, for which the part would be compiled once more.
    one, none = np.int64(1), np.int64(0)
    for g in range(len(firsts) - 1):
        i, end = firsts[g], firsts[g + 1]
        o, c = origin[order[i]], commodity_class[order[i]]
        left = 0
        for j in range(i, end):
            if not wanted[destination[order[j]]]:
                wanted[destination[order[j]]] = True
                left += 1
        dist[:] = np.inf
        last[:] = -1
        dist[o] = 0.0
        heap[0] = o
        where[o] = 0
        weights = weight[c * n_arcs : (c + 1) * n_arcs]
        size = _spread(
            start, leaving, heads, weights, dist, last, heap, where, one, wanted, left, 0.0
        )  # fmt: skip
        for j in range(i, end):
            node = destination[order[j]]
            wanted[node] = False
            result[order[j]] = dist[node]
            if keep:
                furthest[g] = max(furthest[g], dist[node])
            if keep and dist[node] < np.inf:
                _mark(tail, last, branch[g], node)
        if keep:
            radius[g] = BEYOND * furthest[g]
            size = _spread(
                start, leaving, heads, weights, dist, last, heap, where, size, wanted, none,
                radius[g],
            )  # fmt: skip
            _write(dist, last, radius[g], reach[g], by[g])
        _empty(heap, where, size)


@plain_part
def _by_class(cells, before, weight, n_arcs, n_classes):
    """Return the arcs whose weight has changed, class by class, and offsets of the classes."""
    first = np.zeros(n_classes + 1, np.int64)
    for cell in cells:
        if weight[cell] != before[cell]:
            first[cell // n_arcs + 1] += 1
    for c in range(n_classes):
        first[c + 1] += first[c]
    moved, at = np.empty(first[n_classes], np.int64), first.copy()
    for cell in cells:
        if weight[cell] != before[cell]:
            c = cell // n_arcs
            moved[at[c]] = cell - c * n_arcs
            at[c] += 1
    return first, moved


@plain
def mend(
    cells, before, weight, tail, head, start, leaving, in_start, entering, of_class, order,
    firsts, origin, destination, furthest, radius, reach, by, branch, result, keep,
):  # fmt: skip
    """Fill the shortest lengths that a change of weights may have changed.

    What hangs on an arc that is longer now is cut off and grown again from what stands. The trees
    that this makes take the place of those that were kept, or are forgotten.
    """
    n_nodes, n_arcs, n_groups = len(start) - 1, len(tail), len(firsts) - 1
    first, moved = _by_class(cells, before, weight, n_arcs, len(of_class) - 1)
    stale, nearer = np.zeros(n_groups, dtype=np.bool_), np.zeros(n_groups, dtype=np.bool_)
    for c in range(len(of_class) - 1):
        for g in range(of_class[c], of_class[c + 1]):
            # All of a tree that is kept must be right, else what leads to destinations.
            far = radius[g] if keep else furthest[g]
            for m in range(first[c], first[c + 1]):
                arc = moved[m]
                if branch[g, arc] or (keep and by[g, head[arc]] == arc):
                    stale[g] = True
                # What is longer than it was brings nothing nearer.
                if weight[c * n_arcs + arc] < before[c * n_arcs + arc]:
                    new = reach[g, tail[arc]] + weight[c * n_arcs + arc]
                    if new < min(reach[g, head[arc]], far):
                        stale[g], nearer[g] = True, True
                        break
    dist = np.empty(n_nodes)
    heap, where = np.empty(n_nodes, np.int64), np.empty(n_nodes, np.int64)
    last = np.empty(n_nodes, np.int32)
    where[:] = -1
    wanted = np.zeros(n_nodes, dtype=np.bool_)
    # No literals, for which the part would be compiled once more.
    one, none = np.int64(1), np.int64(0)
    # Whether a node is not known yet (0), stands (1) or is cut off (2).
    state = np.zeros(n_nodes, np.int8)
    for c in range(len(of_class) - 1):
        weights = weight[c * n_arcs : (c + 1) * n_arcs]
        old = before[c * n_arcs : (c + 1) * n_arcs]
        for g in range(of_class[c], of_class[c + 1]):
            if not stale[g]:
                continue
            for node in range(n_nodes):
                dist[node] = reach[g, node]
                last[node] = by[g, node]
                state[node] = 0
            i, end = firsts[g], firsts[g + 1]
            state[origin[order[i]]] = 1
            for node in range(n_nodes):
                depth = 0
                at = node
                while state[at] == 0:
                    heap[depth] = at
                    depth += 1
                    arc = last[at]
                    if arc < 0:
                        state[at] = 1
                    elif weights[arc] > old[arc]:
                        state[at] = 2
                    else:
                        at = tail[arc]
                for d in range(depth):
                    state[heap[d]] = state[at]
            left = 0
            for j in range(i, end):
                node = destination[order[j]]
                if state[node] == 2 and not wanted[node]:
                    wanted[node] = True
                    left += 1
            size = 0
            for node in range(n_nodes):
                if state[node] == 2:
                    dist[node] = np.inf
                    last[node] = -1
                    for s in range(in_start[node], in_start[node + 1]):
                        arc = entering[s]
                        new = reach[g, tail[arc]] + weights[arc]
                        if state[tail[arc]] == 1 and new < dist[node]:
                            dist[node] = new
                            last[node] = arc
                    if dist[node] < np.inf:
                        size = _rise(dist, heap, where, size, node)
            for m in range(first[c], first[c + 1]):
                arc = moved[m]
                node = head[arc]
                if state[tail[arc]] == 1 and dist[tail[arc]] + weights[arc] < dist[node]:
                    dist[node] = dist[tail[arc]] + weights[arc]
                    last[node] = arc
                    size = _rise(dist, heap, where, size, node)
            size = _spread(
                start, leaving, head, weights, dist, last, heap, where, size, wanted, left,
                radius[g] if keep else furthest[g] if nearer[g] else 0.0,
            )  # fmt: skip
            _empty(heap, where, size)
            known, left = radius[g], 0
            for j in range(i, end):
                node = destination[order[j]]
                wanted[node] = False
                left += known < np.inf and dist[node] >= known
            if left > 0:
                # A way leads beyond what is known: all is grown from nothing.
                left = 0
                for j in range(i, end):
                    node = destination[order[j]]
                    left += not wanted[node]
                    wanted[node] = True
                for node in range(n_nodes):
                    dist[node] = np.inf
                node = origin[order[i]]
                dist[node] = 0.0
                heap[0] = node
                where[node] = 0
                last[node] = -1
                size = _spread(
                    start, leaving, head, weights, dist, last, heap, where, one, wanted, left, 0.0
                )  # fmt: skip
                far = 0.0
                for j in range(i, end):
                    far = max(far, dist[destination[order[j]]])
                if keep:
                    known = BEYOND * far
                    size = _spread(
                        start, leaving, head, weights, dist, last, heap, where, size, wanted, none,
                        known,
                    )  # fmt: skip
                _empty(heap, where, size)
            for j in range(i, end):
                wanted[destination[order[j]]] = False
                result[order[j]] = dist[destination[order[j]]]
            if keep:
                furthest[g], radius[g] = 0.0, known
                branch[g] = False
                for j in range(i, end):
                    node = destination[order[j]]
                    furthest[g] = max(furthest[g], dist[node])
                    if dist[node] < np.inf:
                        _mark(tail, last, branch[g], node)
                _write(dist, last, known, reach[g], by[g])
