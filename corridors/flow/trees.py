"""Shortest paths in compiled code: many origins in one call, paths returned as arcs.

The kernels work on a forward star: ``star[start[n]:start[n + 1]]`` are the arcs
that leave node ``n``. Weights are never negative in `cheapest_paths` and
`tight_subgraphs` (Dijkstra 1959, with a binary heap); `second_paths` runs on
the small subgraphs that `tight_subgraphs` found, where weights may be negative
but no cycle is (label correcting, Bellman 1958).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from corridors.flow.problem import Floats, Ints


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


@njit(cache=True)
def _push(keys, nodes, size, key, node):  # type: ignore[no-untyped-def]
    i = size
    while i > 0:
        parent = (i - 1) >> 1
        if keys[parent] <= key:
            break
        keys[i] = keys[parent]
        nodes[i] = nodes[parent]
        i = parent
    keys[i] = key
    nodes[i] = node
    return size + 1


@njit(cache=True)
def _pop(keys, nodes, size):  # type: ignore[no-untyped-def]
    top_key = keys[0]
    top_node = nodes[0]
    size -= 1
    key = keys[size]
    node = nodes[size]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[i] = keys[child]
        nodes[i] = nodes[child]
        i = child
    keys[i] = key
    nodes[i] = node
    return top_key, top_node, size


@njit(cache=True)
def _grow(array, needed):  # type: ignore[no-untyped-def]
    if needed <= len(array):
        return array
    bigger = np.empty(max(needed, 2 * len(array)), dtype=array.dtype)
    bigger[: len(array)] = array
    return bigger


@njit(cache=True)
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


@njit(cache=True)
def _tree(  # type: ignore[no-untyped-def]
    start, star, head, weight, origin, reach, beyond, targets, keys, nodes, dist, pred, done,
    touched,
):  # fmt: skip
    """Settle nodes from `origin` until all targets are, and `beyond` further, or up to `reach`."""
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
    size = _push(keys, nodes, size, 0.0, origin)
    while size > 0:
        key, node, size = _pop(keys, nodes, size)
        if key > dist[node] or done[node] == 2:
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
            new = key + w
            if new < dist[other]:
                if dist[other] == np.inf:
                    touched[n_touched] = other
                    n_touched += 1
                dist[other] = new
                pred[other] = arc
                size = _push(keys, nodes, size, new, other)
    return n_touched


@njit(cache=True)
def _reset(targets, touched, n_touched, dist, pred, done):  # type: ignore[no-untyped-def]
    for t in targets:
        done[t] = 0
    for i in range(n_touched):
        node = touched[i]
        dist[node] = np.inf
        pred[node] = -1
        done[node] = 0


@njit(cache=True)
def cheapest_paths(  # type: ignore[no-untyped-def]
    start, star, tail, head, weight, group_origin, group_class, group_start, members,
    destination, ceiling,
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
        n_touched = _tree(
            start, star, head, weight[group_class[g]], group_origin[g], reach, -1.0, targets,
            keys, nodes, dist, pred, done, touched,
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


@njit(cache=True)
def tight_subgraphs(  # type: ignore[no-untyped-def]
    start, star, in_start, in_star, tail, head, weight, group_origin, group_class,
    group_start, members, destination, ceiling, tolerance,
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
            start, star, head, w, group_origin[g], reach + tolerance[g], tolerance[g], targets,
            keys, nodes, dist, pred, done, touched,
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


@njit(cache=True)
def second_paths(  # type: ignore[no-untyped-def]
    n_nodes, tail, head, second, charge, scale, arc_start, arcs, group_origin, group_class,
    group_start, members, destination,
):  # fmt: skip
    """Find each commodity's path of least further cost inside its group's subgraph.

    Parameters
    ----------
    n_nodes
        Number of nodes.
    tail, head
        Arc ends, shape (A,).
    second, charge
        Further cost of an arc and what its limits charge for a unit, by class,
        shape (C, A); the charge may be negative.
    scale
        Factor on `second` for each group, shape (G,).
    arc_start, arcs
        Arcs of each group's subgraph, as `tight_subgraphs` returns them.
    group_origin, group_class, group_start, members, destination
        As in `cheapest_paths`.

    Returns
    -------
    length, path_start, path_arcs
        As in `cheapest_paths`.
    slack
        For each entry of `arcs`, how far it is from lying on a least path of
        its group, shape of `arcs`; NaN where its tail is not reached.
    """
    n_commodities = len(destination)
    length = np.full(n_commodities, np.inf)
    path_first = np.zeros(n_commodities, dtype=np.int64)
    path_size = np.zeros(n_commodities, dtype=np.int64)
    buffer = np.empty(1024, dtype=np.int64)
    used = 0
    dist = np.full(n_nodes, np.inf)
    pred = np.full(n_nodes, -1, dtype=np.int64)
    slack = np.empty(len(arcs))
    for g in range(len(group_origin)):
        own = arcs[arc_start[g] : arc_start[g + 1]]
        far = second[group_class[g]]
        due = charge[group_class[g]]
        origin = group_origin[g]
        dist[origin] = 0.0
        moved = True
        rounds = 0
        while moved and rounds <= n_nodes:
            moved = False
            rounds += 1
            for arc in own:
                if head[arc] == origin:
                    continue
                new = dist[tail[arc]] + far[arc] * scale[g] + due[arc]
                # A relative hair keeps rounding from turning a cycle of length 0 for ever.
                if new < dist[head[arc]] - 1e-13 * abs(new):
                    dist[head[arc]] = new
                    pred[head[arc]] = arc
                    moved = True
        for i in range(arc_start[g], arc_start[g + 1]):
            arc = arcs[i]
            slack[i] = dist[tail[arc]] + far[arc] * scale[g] + due[arc] - dist[head[arc]]
        for k in members[group_start[g] : group_start[g + 1]]:
            node = destination[k]
            if dist[node] == np.inf:
                continue
            length[k] = dist[node]
            path_first[k] = used
            while node != origin:
                buffer = _grow(buffer, used + 1)
                buffer[used] = pred[node]
                used += 1
                node = tail[pred[node]]
            path_size[k] = used - path_first[k]
        for arc in own:
            dist[head[arc]] = np.inf
            pred[head[arc]] = -1
        dist[origin] = np.inf
    path_start, path_arcs = _in_order(path_first, path_size, buffer, used)
    return length, path_start, path_arcs, slack


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


def weights_with_prices(
    cost: Floats, price: Floats, entry_row: Ints, entry_arc: Ints, entry_class: Ints, factor: Floats
) -> Floats:
    """Add to each arc's cost what its limits charge.

    Returns
    -------
    ndarray
        Shape (C, A).
    """
    weight = cost.copy()
    charge = price[entry_row] * factor
    paid = charge != 0
    every = paid & (entry_class < 0)
    if every.any():
        weight += np.bincount(entry_arc[every], weights=charge[every], minlength=cost.shape[1])
    single = paid & (entry_class >= 0)
    if single.any():
        np.add.at(weight, (entry_class[single], entry_arc[single]), charge[single])
    return weight
