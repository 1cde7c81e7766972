"""Shortest paths in compiled code: many origins in one call, paths returned as arcs.

The kernels work on a forward star: ``star[start[n]:start[n + 1]]`` are the arcs
that leave node ``n``. Weights are never negative in `cheapest_paths` and
`tight_subgraphs` (Dijkstra 1959, with a binary heap); where lower bounds of
what is left to go are at hand, they point the search at its destination (Hart,
Nilsson and Raphael 1968). `second_paths` runs on the small subgraphs that
`tight_subgraphs` found, where weights may be negative but no cycle is (label
correcting, Bellman 1958).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.compiling import compiled, inner
from corridors.flow.heap import pop, push

if TYPE_CHECKING:
    from corridors.flow.problem import Ints


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


@inner
def _grow(array, needed):  # type: ignore[no-untyped-def]
    if needed <= len(array):
        return array
    bigger = np.empty(max(needed, 2 * len(array)), dtype=array.dtype)
    bigger[: len(array)] = array
    return bigger


@inner
def _in_order(first, size, buffer, used):  # type: ignore[no-untyped-def]
    """Turn paths written from destination to origin, in any order, into offsets and arcs."""
    start = np.zeros(len(first) + 1, dtype=np.int64)
    arcs = np.empty(used, dtype=np.int64)
    at = 0
    for k in range(len(first)):
        for i in range(size[k]):
            arcs[at] = buffer[first[k] + size[k] - 1 - i]
            at += 1
        start[k + 1] = at
    return start, arcs


@inner
def _tree(  # type: ignore[no-untyped-def]
    start, star, head, weight, togo, origin, reach, beyond, targets, keys, nodes, dist, pred,
    done, touched,
):  # fmt: skip
    """Settle nodes from `origin` until all targets are, and `beyond` further, or up to `reach`.

    `togo` bounds from below what is left from each node to the only target; it
    is empty where there are several.
    """
    aimed = len(togo) > 0
    n_touched = 0
    size = 0
    left = 0
    for t in targets:
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
def _reset(targets, touched, n_touched, dist, pred, done):  # type: ignore[no-untyped-def]
    for t in targets:
        done[t] = 0
    for i in range(n_touched):
        node = touched[i]
        dist[node] = np.inf
        pred[node] = -1
        done[node] = 0


@inner
def _ahead(togo, which):  # type: ignore[no-untyped-def]
    if which < 0:
        return togo[0, :0]
    return togo[which]


@compiled
def cheapest_paths(  # type: ignore[no-untyped-def]
    start, star, tail, head, weight, togo, group_togo, group_origin, group_class, group_start,
    members, destination, ceiling,
):  # fmt: skip
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
    length
        Length of the cheapest path, shape (K,); ``inf`` where it is not below
        the ceiling or there is none.
    path_start, path_arcs
        Arcs of the found paths from origin to destination, as offsets (K + 1,)
        by commodity into the arc numbers.
    """
    n_nodes = len(start) - 1
    n_commodities = len(destination)
    length = np.full(n_commodities, np.inf)
    path_first = np.zeros(n_commodities, dtype=np.int64)
    path_size = np.zeros(n_commodities, dtype=np.int64)
    buffer = np.empty(1024, dtype=np.int64)
    used = 0
    keys = np.empty(len(tail) + 2)
    nodes = np.empty(len(tail) + 2, dtype=np.int64)
    dist = np.full(n_nodes, np.inf)
    pred = np.full(n_nodes, -1, dtype=np.int64)
    done = np.zeros(n_nodes, dtype=np.int8)
    touched = np.empty(n_nodes + 1, dtype=np.int64)
    for g in range(len(group_origin)):
        ks = members[group_start[g] : group_start[g + 1]]
        targets = destination[ks]
        reach = 0.0
        for k in ks:
            reach = max(reach, ceiling[k])
        if reach <= 0.0:
            continue
        n_touched = _tree(
            start, star, head, weight[group_class[g]], _ahead(togo, group_togo[g]),
            group_origin[g], reach, -1.0, targets, keys, nodes, dist, pred, done, touched,
        )  # fmt: skip
        for k in ks:
            node = destination[k]
            if done[node] != 2 or dist[node] >= ceiling[k]:
                continue
            length[k] = dist[node]
            path_first[k] = used
            while node != group_origin[g]:
                buffer = _grow(buffer, used + 1)
                buffer[used] = pred[node]
                used += 1
                node = tail[pred[node]]
            path_size[k] = used - path_first[k]
        _reset(targets, touched, n_touched, dist, pred, done)
    path_start, path_arcs = _in_order(path_first, path_size, buffer, used)
    return length, path_start, path_arcs


@compiled
def tight_subgraphs(  # type: ignore[no-untyped-def]
    start, star, in_start, in_star, tail, head, weight, togo, group_togo, group_origin,
    group_class, group_start, members, destination, ceiling, tolerance,
):  # fmt: skip
    """Find, for each group, all arcs that lie on a cheapest path of a member.

    Parameters are those of `cheapest_paths`, with the backward star of the arcs
    and the slack, per group, within which an arc counts as lying on a cheapest
    path. A member takes part where its cheapest path is not above its ceiling.

    Returns
    -------
    arc_start, arcs
        Arcs of each group as offsets (G + 1,) into arc numbers, in the order in
        which their tails are reached.
    takes_part
        Whether each commodity has a path that is not above its ceiling, shape (K,).
    """
    n_nodes = len(start) - 1
    n_groups = len(group_origin)
    keys = np.empty(len(tail) + 2)
    nodes = np.empty(len(tail) + 2, dtype=np.int64)
    dist = np.full(n_nodes, np.inf)
    pred = np.full(n_nodes, -1, dtype=np.int64)
    done = np.zeros(n_nodes, dtype=np.int8)
    touched = np.empty(n_nodes + 1, dtype=np.int64)
    seen = np.zeros(n_nodes, dtype=np.int8)
    stack = np.empty(n_nodes + 1, dtype=np.int64)
    arc_start = np.zeros(n_groups + 1, dtype=np.int64)
    takes_part = np.zeros(len(destination), dtype=np.bool_)
    buffer = np.empty(1024, dtype=np.int64)
    order = np.empty(1024)
    used = 0
    for g in range(n_groups):
        ks = members[group_start[g] : group_start[g + 1]]
        targets = destination[ks]
        reach = 0.0
        for k in ks:
            reach = max(reach, ceiling[k])
        w = weight[group_class[g]]
        n_touched = _tree(
            start, star, head, w, _ahead(togo, group_togo[g]), group_origin[g],
            reach + tolerance[g], tolerance[g], targets, keys, nodes, dist, pred, done, touched,
        )  # fmt: skip
        first = used
        depth = 0
        for k in ks:
            node = destination[k]
            if not dist[node] <= ceiling[k]:
                continue
            takes_part[k] = True
            if seen[node] == 0:
                seen[node] = 1
                stack[depth] = node
                depth += 1
        while depth > 0:
            depth -= 1
            node = stack[depth]
            for s in range(in_start[node], in_start[node + 1]):
                arc = in_star[s]
                before = tail[arc]
                if dist[before] + w[arc] <= dist[node] + tolerance[g]:
                    buffer = _grow(buffer, used + 1)
                    order = _grow(order, used + 1)
                    buffer[used] = arc
                    order[used] = dist[before]
                    used += 1
                    if seen[before] == 0:
                        seen[before] = 1
                        stack[depth] = before
                        depth += 1
        by_reach = np.argsort(order[first:used], kind="mergesort")
        buffer[first:used] = buffer[first:used][by_reach]
        arc_start[g + 1] = used
        for i in range(n_touched):
            seen[touched[i]] = 0
        _reset(targets, touched, n_touched, dist, pred, done)
    return arc_start, buffer[:used].copy(), takes_part


@compiled
def second_paths(  # type: ignore[no-untyped-def]
    n_nodes, tail, head, second, third, charge, scale, arc_start, arcs, group_origin,
    group_class, group_start, members, destination, takes_part,
):  # fmt: skip
    """Find each commodity's path of least second cost, then rank, inside its subgraph.

    Parameters
    ----------
    n_nodes
        Number of nodes.
    tail, head
        Arc ends, shape (A,).
    second
        Second cost of an arc by class, shape (C, A).
    third
        Rank of an arc, shape (A,).
    charge
        What the limits charge a unit on an arc on both counts, shape (2, C, A);
        may be negative.
    scale
        Factor of each commodity on the rank, shape (K,).
    arc_start, arcs
        Arcs of each group's subgraph, as `tight_subgraphs` returns them.
    group_origin, group_class, group_start, members, destination
        As in `cheapest_paths`.
    takes_part
        Commodities whose path is wanted, shape (K,).

    Returns
    -------
    second_length, third_length
        Of the path found, shape (K,); ``inf`` where there is none.
    path_start, path_arcs
        As in `cheapest_paths`.
    freedom
        Number of linearly independent paths among which each commodity could
        choose, shape (K,).
    """
    n_commodities = len(destination)
    lengths = np.full((2, n_commodities), np.inf)
    freedom = np.zeros(n_commodities, dtype=np.int64)
    path_first = np.zeros(n_commodities, dtype=np.int64)
    path_size = np.zeros(n_commodities, dtype=np.int64)
    buffer = np.empty(1024, dtype=np.int64)
    used = 0
    far = np.full(n_nodes, np.inf)
    rank = np.full(n_nodes, np.inf)
    pred = np.full(n_nodes, -1, dtype=np.int64)
    leads = np.zeros(n_nodes, dtype=np.bool_)
    for g in range(len(group_origin)):
        own = arcs[arc_start[g] : arc_start[g + 1]]
        c = group_class[g]
        origin = group_origin[g]
        for k in members[group_start[g] : group_start[g + 1]]:
            if not takes_part[k]:
                continue
            # Only arcs from which the commodity's own destination can be reached count.
            leads[destination[k]] = True
            nodes = 1
            moved = destination[k] != origin
            while moved:
                moved = False
                for i in range(len(own) - 1, -1, -1):
                    b = head[own[i]]
                    if leads[b] and b != origin and not leads[tail[own[i]]]:
                        leads[tail[own[i]]] = True
                        nodes += 1
                        moved = True
            n_own = 0
            for arc in own:
                if leads[head[arc]] and head[arc] != origin:
                    n_own += 1
            far[origin] = 0.0
            rank[origin] = 0.0
            moved = True
            rounds = 0
            while moved and rounds <= nodes:
                moved = False
                rounds += 1
                for arc in own:
                    a, b = tail[arc], head[arc]
                    if not leads[b] or b == origin or far[a] == np.inf:
                        continue
                    new_far = far[a] + second[c, arc] + charge[0, c, arc]
                    new_rank = rank[a] + third[arc] * scale[k] + charge[1, c, arc]
                    near = 1e-11 * (1.0 + abs(new_far))
                    better = new_far < far[b] - near
                    if not better and new_far <= far[b] + near:
                        better = new_rank < rank[b] - 1e-12 * (1.0 + abs(new_rank))
                    if better:
                        far[b] = new_far
                        rank[b] = new_rank
                        pred[b] = arc
                        moved = True
            node = destination[k]
            freedom[k] = n_own - nodes + 2
            if far[node] < np.inf:
                path_first[k] = used
                steps = 0
                # A cycle of length 0 could make the labels run in a ring: then there is no path.
                while node != origin and steps <= nodes:
                    buffer = _grow(buffer, used + 1)
                    buffer[used] = pred[node]
                    used += 1
                    steps += 1
                    node = tail[pred[node]]
                if node == origin:
                    path_size[k] = used - path_first[k]
                    lengths[0, k] = far[destination[k]]
                    lengths[1, k] = rank[destination[k]]
                else:
                    used = path_first[k]
            for arc in own:
                for node in (head[arc], tail[arc]):
                    far[node] = np.inf
                    rank[node] = np.inf
                    pred[node] = -1
                    leads[node] = False
            leads[destination[k]] = False
            far[origin] = np.inf
    path_start, path_arcs = _in_order(path_first, path_size, buffer, used)
    return lengths[0], lengths[1], path_start, path_arcs, freedom


@inner
def _towards(in_start, in_star, tail, weight, target, keys, nodes, dist, following):  # type: ignore[no-untyped-def]
    """Fill distances to a target, which are all infinite yet, and the first arc of each way."""
    dist[target] = 0.0
    size = push(keys, nodes, 0, 0.0, target)
    while size > 0:
        key, node, size = pop(keys, nodes, size)
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
def tree_to(in_start, in_star, tail, weight, target):  # type: ignore[no-untyped-def]
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
    distance = np.full(n_nodes, np.inf)
    following = np.full(n_nodes, -1, dtype=np.int64)
    keys = np.empty(len(tail) + 2)
    nodes = np.empty(len(tail) + 2, dtype=np.int64)
    _towards(in_start, in_star, tail, weight, target, keys, nodes, distance, following)
    return distance, following


@compiled
def distances_to(  # type: ignore[no-untyped-def]
    in_start, in_star, tail, weight, destination, destination_class
):
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

    Returns
    -------
    ndarray
        Shape (Q, N); ``inf`` where there is no path.
    """
    n_nodes = len(in_start) - 1
    result = np.full((len(destination), n_nodes), np.inf)
    following = np.empty(n_nodes, dtype=np.int64)
    keys = np.empty(len(tail) + 2)
    nodes = np.empty(len(tail) + 2, dtype=np.int64)
    for q in range(len(destination)):
        _towards(
            in_start, in_star, tail, weight[destination_class[q]], destination[q], keys, nodes,
            result[q], following,
        )  # fmt: skip
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


@compiled
def add_charges(  # type: ignore[no-untyped-def]
    weight, price, entry_row, entry_arc, entry_class, entry_unit
):
    """Add to the arc weights (C, A), in place, what the limits charge at their prices (R,)."""
    for e in range(len(entry_row)):
        charge = price[entry_row[e]] * entry_unit[e]
        if charge != 0.0:
            if entry_class[e] < 0:
                for c in range(len(weight)):
                    weight[c, entry_arc[e]] += charge
            else:
                weight[entry_class[e], entry_arc[e]] += charge
    return weight
