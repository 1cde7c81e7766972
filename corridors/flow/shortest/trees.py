"""Shortest paths in compiled code: many origins in one call, paths returned as arcs.

The kernels work on a forward star: ``star[start[n]:start[n + 1]]`` are the arcs
that leave node ``n``. Weights are never negative (Dijkstra 1959, with a binary
heap); where lower bounds of what is left to go are at hand, they point the
search at its destination (Hart, Nilsson and Raphael 1968).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.kernels import allocating_inner, compiled, inner, lean
from corridors.flow.shortest.heap import pop, push

if TYPE_CHECKING:
    from corridors.flow.arrays import Ints


def forward_star(ends: Ints, n_nodes: int) -> tuple[Ints, Ints]:
    """Group arcs by the node in `ends`.

    Parameters
    ----------
    ends
        Node of each arc by which to group, shape (A,).
    n_nodes
        Number of nodes.

    Returns
    -------
    start, star
        Offsets of shape (n_nodes + 1,) and arc numbers of shape (A,).
    """
    start = np.zeros(n_nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(ends, minlength=n_nodes), out=start[1:])
    return start, np.argsort(ends, kind="stable").astype(np.int64)


@allocating_inner
def grow(array, needed):
    """Return an array with room for at least so many entries."""
    if needed <= len(array):
        return array
    room = 2 * len(array)
    bigger = np.empty(max(needed, room), array.dtype)
    for i in range(len(array)):
        bigger[i] = array[i]
    return bigger


@allocating_inner
def in_order(first, size, buffer, used):
    """Turn paths written from destination to origin, in any order, into offsets and arcs."""
    start = np.zeros(len(first) + 1, np.int64)
    arcs = np.empty(used, np.int64)
    at = 0
    for k in range(len(first)):
        for i in range(size[k]):
            arcs[at] = buffer[first[k] + size[k] - 1 - i]
            at += 1
        start[k + 1] = at
    return start, arcs


@inner
def settle(
    start,
    star,
    head,
    weight,
    togo,
    origin,
    reach,
    beyond,
    members,
    destination,
    keys,
    nodes,
    dist,
    pred,
    done,
    touched,
):
    """Settle nodes from `origin` until all targets are, and `beyond` further, or up to `reach`.

    The targets are the destinations of the members. `togo` bounds from below what
    is left from each node to the only target; it is empty where there are several.
    """
    aimed = len(togo) > 0
    n_touched = 0
    size = 0
    left = 0
    for k in members:
        t = destination[k]
        # A target is marked 1 until it is settled; several commodities may share it.
        if done[t] == 0:
            done[t] = 1
            left += 1
    dist[origin] = 0.0
    touched[n_touched] = origin
    n_touched += 1
    first = togo[origin] if aimed else 0.0
    if first > reach:
        return n_touched
    size = push(keys, nodes, size, first, origin)
    while size > 0:
        key, node, size = pop(keys, nodes, size)
        if done[node] == 2:
            continue
        if key > reach:
            break
        if done[node] == 1:
            left -= 1
            if left == 0:
                if beyond < 0:
                    done[node] = 2
                    break
                reach = min(reach, key + beyond)
        done[node] = 2
        for s in range(start[node], start[node + 1]):
            arc = star[s]
            w = weight[arc]
            if w == np.inf:
                continue
            other = head[arc]
            if done[other] == 2:
                continue
            new = dist[node] + w
            if new < dist[other]:
                guess = new + togo[other] if aimed else new
                if guess > reach:
                    continue
                if dist[other] == np.inf:
                    touched[n_touched] = other
                    n_touched += 1
                dist[other] = new
                pred[other] = arc
                size = push(keys, nodes, size, guess, other)
    return n_touched


@inner
def unsettle(members, destination, touched, n_touched, dist, pred, done):
    """Undo what `settle` has written, for the next origin."""
    for k in members:
        done[destination[k]] = 0
    for i in range(n_touched):
        node = touched[i]
        dist[node] = np.inf
        pred[node] = -1
        done[node] = 0


@allocating_inner
def ahead(togo, which):
    """Return one row of the bounds of what is left to go; empty where there is none."""
    if which < 0:
        return togo[0, :0]
    return togo[which]


@compiled
def cheapest_paths(
    start,
    star,
    tail,
    head,
    weight,
    togo,
    group_togo,
    group_origin,
    group_class,
    group_start,
    members,
    destination,
    ceiling,
):
    """Find, for each commodity, its cheapest path where that is below a ceiling.

    Parameters
    ----------
    start, star
        Forward star of the arcs.
    tail, head
        Arc ends, shape (A,).
    weight
        Arc weights by class, shape (C, A); ``inf`` where an arc may not be used.
    togo, group_togo
        Lower bounds of what is left to go from each node, shape (Q, N), and
        which of them each group uses, shape (G,), where its members share one
        destination; -1 for none.
    group_origin, group_class
        Origin and class of each group of commodities, shape (G,).
    group_start, members
        Commodities of each group, as offsets (G + 1,) into `members` (K,).
    destination
        Destination of each commodity, shape (K,).
    ceiling
        Length below which a path is wanted, shape (K,).

    Returns
    -------
    wanted
        Commodities that have one, rising.
    path_start, path_arcs
        Arcs of the found paths from origin to destination, as offsets (K + 1,)
        by commodity into the arc numbers.
    """
    n_nodes = len(start) - 1
    n_commodities = len(destination)
    found = np.zeros(n_commodities, np.bool_)
    path_first = np.zeros(n_commodities, np.int64)
    path_size = np.zeros(n_commodities, np.int64)
    buffer = np.empty(8 * n_commodities + 64, np.int64)
    used = 0
    keys = np.empty(len(tail) + 2)
    nodes = np.empty(len(tail) + 2, np.int64)
    dist = np.empty(n_nodes)
    dist[:] = np.inf
    pred = np.empty(n_nodes, np.int64)
    pred[:] = -1
    done = np.zeros(n_nodes, np.int8)
    touched = np.empty(n_nodes + 1, np.int64)
    for g in range(len(group_origin)):
        ks = members[group_start[g] : group_start[g + 1]]
        reach = 0.0
        for k in ks:
            reach = max(reach, ceiling[k])
        if reach <= 0.0:
            continue
        n_touched = settle(
            start,
            star,
            head,
            weight[group_class[g]],
            ahead(togo, group_togo[g]),
            group_origin[g],
            reach,
            -1.0,
            ks,
            destination,
            keys,
            nodes,
            dist,
            pred,
            done,
            touched,
        )
        for k in ks:
            node = destination[k]
            if done[node] != 2 or dist[node] >= ceiling[k]:
                continue
            found[k] = True
            path_first[k] = used
            buffer = grow(buffer, used + n_nodes)
            while node != group_origin[g]:
                buffer[used] = pred[node]
                used += 1
                node = tail[pred[node]]
            path_size[k] = used - path_first[k]
        unsettle(ks, destination, touched, n_touched, dist, pred, done)
    path_start, path_arcs = in_order(path_first, path_size, buffer, used)
    wanted, count = np.empty(n_commodities, np.int64), 0
    for k in range(n_commodities):
        if found[k]:
            wanted[count] = k
            count += 1
    return wanted[:count], path_start, path_arcs


@inner
def _towards(in_start, in_star, tail, weight, target, most, keys, nodes, dist, following):
    """Fill distances to a target, which are all infinite yet, and the first arc of each way.

    Those beyond `most` are infinite or too large.
    """
    dist[target] = 0.0
    size = push(keys, nodes, 0, 0.0, target)
    while size > 0:
        key, node, size = pop(keys, nodes, size)
        if key > most:
            break
        if key > dist[node]:
            continue
        for s in range(in_start[node], in_start[node + 1]):
            arc = in_star[s]
            new = key + weight[arc]
            if new < dist[tail[arc]]:
                dist[tail[arc]] = new
                following[tail[arc]] = arc
                size = push(keys, nodes, size, new, tail[arc])


@compiled
def tree_to(in_start, in_star, tail, weight, target):
    """Find the cheapest way to a node from everywhere.

    Parameters
    ----------
    in_start, in_star
        Backward star of the arcs.
    tail
        Where each arc begins, shape (A,).
    weight
        Shape (A,); ``inf`` where an arc may not be used.
    target
        The node.

    Returns
    -------
    distance, following
        By node: the length, and the first arc of the way; ``inf`` and -1 where
        there is none.
    """
    n_nodes = len(in_start) - 1
    distance = np.empty(n_nodes)
    distance[:] = np.inf
    following = np.empty(n_nodes, np.int64)
    following[:] = -1
    keys = np.empty(len(tail) + 2)
    nodes = np.empty(len(tail) + 2, np.int64)
    _towards(in_start, in_star, tail, weight, target, np.inf, keys, nodes, distance, following)
    return distance, following


@lean
def grow_towards(
    in_start, in_star, tail, weight, keys, nodes, size, distance, following, place, most
):
    """Go on with a search for the cheapest ways to a node until another one is settled.

    Where it ends does not change what it finds: each node that is nearer than the next key has
    the distance and the arc that `tree_to` finds.

    Parameters
    ----------
    in_start, in_star, tail, weight
        As in `tree_to`.
    keys, nodes, size
        The heap and how many of it count; at first 0 at the node alone. Room for A + 2.
    distance, following
        What has been found, as in `tree_to`; at first infinite and -1, but 0 at the node.
    place, most
        The node that is asked for, and the distance from which on it is too far.

    Returns
    -------
    int
        How many of the heap count now.
    """
    while size > 0 and keys[0] < distance[place] and keys[0] < most:
        key, node, size = pop(keys, nodes, size)
        if key > distance[node]:
            continue
        for s in range(in_start[node], in_start[node + 1]):
            arc = in_star[s]
            new = key + weight[arc]
            if new < distance[tail[arc]]:
                distance[tail[arc]] = new
                following[tail[arc]] = arc
                size = push(keys, nodes, size, new, tail[arc])
    return size


@compiled
def distances_to(in_start, in_star, tail, weight, destination, destination_class, most):
    """Return the distance from every node to each of some destinations.

    Parameters
    ----------
    in_start, in_star
        Backward star of the arcs.
    tail
        Where each arc begins, shape (A,).
    weight
        Arc weights by class, shape (C, A).
    destination, destination_class
        Where to, and the class whose weights count, shape (Q,).
    most
        What is farther than so much need not be known, shape (Q,).

    Returns
    -------
    ndarray
        Shape (Q, N); ``inf`` where there is no path, and more than `most` where it is farther.
    """
    n_nodes = len(in_start) - 1
    result = np.empty((len(destination), n_nodes))
    result[:] = np.inf
    following = np.empty(n_nodes, np.int64)
    keys = np.empty(len(tail) + 2)
    nodes = np.empty(len(tail) + 2, np.int64)
    for q in range(len(destination)):
        _towards(
            in_start,
            in_star,
            tail,
            weight[destination_class[q]],
            destination[q],
            most[q],
            keys,
            nodes,
            result[q],
            following,
        )
    return result


def group_commodities(origin: Ints, commodity_class: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Group commodities that share origin and class, so that one tree serves them.

    Returns
    -------
    group_origin, group_class, group_start, members
        As `cheapest_paths` takes them.
    """
    members = np.lexsort((commodity_class, origin)).astype(np.int64)
    pairs = np.stack([origin[members], commodity_class[members]], axis=1)
    new = np.ones(len(members), dtype=bool)
    new[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
    firsts = np.flatnonzero(new)
    group_start = np.append(firsts, len(members)).astype(np.int64)
    return pairs[firsts, 0].copy(), pairs[firsts, 1].copy(), group_start, members
