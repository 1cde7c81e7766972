"""Paths of equal cost, and the best of them by what is compared after it, in compiled code.

All cheapest paths of a commodity together form a small subgraph, mostly a single
path, which `tight_subgraphs` finds. Within it `paths_by_tie_cost` looks for the
path of least tie cost, then rank; prices can make these weights negative, but no
cycle is (label correcting, Bellman 1958).
"""

from __future__ import annotations

import numpy as np

from corridors.flow.arrays import TOLERANCE
from corridors.flow.kernels import compiled
from corridors.flow.shortest.trees import ahead, grow, in_order, settle, unsettle


@compiled
def tight_subgraphs(
    start,
    star,
    in_start,
    in_star,
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
    sigma,
    near,
    wanted,
    same,
    kept_sigma,
    kept_wanted,
    hair,
    decided,
    first,
    size,
    takes_part,
    single,
):
    """Find, for each commodity, all arcs that lie on a cheapest path of its.

    Parameters are those of `trees.cheapest_paths`, with the backward star of the arcs, what a
    path of each commodity costs at least, and the slack, shape (K,), within which an arc counts as
    lying on a cheapest path, and a path as cheap enough. Where there is but one, its arcs are
    not written but for the commodities in `wanted`, who might as well fall short, shape (K,).

    Parameters
    ----------
    same
        Commodities that find the same ways as before, shape (K,): where such a one pays the same
        within a `hair`, it is not asked again.
    kept_sigma, kept_wanted
        What `sigma` and `wanted` were before, shape (K,).
    hair
        By how much prices may differ that only rounding has moved, shape (K,).
    decided
        Filled: who is not asked again, shape (K,).
    first, size
        Filled: the arcs of commodity ``k`` are ``arcs[first[k]:first[k] + size[k]]``, in the
        order in which their tails are reached; those of a single path from its end.
    takes_part, single
        Filled: whether each commodity has a path that is not too dear, and
        whether that is the only one, shape (K,).

    Returns
    -------
    arcs
        Arc numbers, and what was not used of the room for them.
    """
    n_nodes = len(start) - 1
    n_commodities = len(destination)
    keys = np.empty(len(tail) + 2)
    nodes = np.empty(len(tail) + 2, np.int64)
    dist = np.empty(n_nodes)
    dist[:] = np.inf
    pred = np.empty(n_nodes, np.int64)
    pred[:] = -1
    done = np.zeros(n_nodes, np.int8)
    touched = np.empty(n_nodes + 1, np.int64)
    seen = np.zeros(n_nodes, np.int8)
    stack = np.empty(n_nodes + 1, np.int64)
    # Whether one way leads back from a node (1), or several do (2); 0 where that is not known.
    ways = np.zeros(n_nodes, np.int8)
    ceiling = np.empty(n_commodities)
    for k in range(n_commodities):
        alike = same[k] and abs(sigma[k] - kept_sigma[k]) <= hair[k]
        decided[k] = alike and (kept_wanted[k] or not wanted[k])
        ceiling[k] = -1.0 if decided[k] else sigma[k] + near[k]
        first[k], size[k], takes_part[k], single[k] = 0, 0, False, False
    buffer = np.empty(8 * n_commodities + 64, np.int64)
    order = np.empty(8 * n_commodities + 64)
    used = 0
    for g in range(len(group_origin)):
        ks = members[group_start[g] : group_start[g + 1]]
        origin = group_origin[g]
        reach, beyond = 0.0, 0.0
        for k in ks:
            reach = max(reach, ceiling[k])
            beyond = max(beyond, near[k])
        if reach <= 0.0:
            continue
        w = weight[group_class[g]]
        n_touched = settle(
            start,
            star,
            head,
            w,
            ahead(togo, group_togo[g]),
            origin,
            reach + beyond,
            beyond,
            ks,
            destination,
            keys,
            nodes,
            dist,
            pred,
            done,
            touched,
        )
        like = -1
        ways[origin] = 1
        for k in ks:
            first[k] = used
            # No subgraph has more than all arcs, nor a path more than all nodes.
            buffer = grow(buffer, used + len(tail) + n_nodes)
            order = grow(order, used + len(tail) + n_nodes)
            node = destination[k]
            if not dist[node] <= ceiling[k]:
                continue
            takes_part[k] = True
            # Steps of one demand go between the same ends, mostly within the same slack.
            alike = like >= 0 and wanted[like] == wanted[k]
            if alike and destination[like] == node and near[like] == near[k]:
                first[k], size[k], single[k] = first[like], size[like], single[like]
                continue
            like = k
            # Mostly there is one way back within the widest slack, for all that share it.
            depth = 0
            while ways[node] == 0:
                found = 0
                for s in range(in_start[node], in_start[node + 1]):
                    arc = in_star[s]
                    if dist[tail[arc]] + w[arc] <= dist[node] + beyond:
                        found += 1
                stack[depth] = node
                depth += 1
                if found != 1:
                    ways[node] = 2
                else:
                    node = tail[pred[node]]
            for i in range(depth):
                ways[stack[i]] = ways[node]
            node = destination[k]
            if ways[node] == 1:
                single[k] = True
                while wanted[k] and node != origin:
                    buffer[used] = pred[node]
                    used += 1
                    node = tail[pred[node]]
                size[k] = used - first[k]
                continue
            alone = True
            while alone and node != origin:
                found = -1
                for s in range(in_start[node], in_start[node + 1]):
                    arc = in_star[s]
                    if dist[tail[arc]] + w[arc] <= dist[node] + near[k]:
                        alone = found < 0
                        found = arc
                        if not alone:
                            break
                alone = alone and found >= 0 and used - first[k] < n_nodes
                if alone:
                    buffer[used] = found
                    used += 1
                    node = tail[found]
            if alone:
                single[k] = True
                size[k] = used - first[k]
                continue
            used = first[k]
            seen[destination[k]] = 1
            stack[0] = destination[k]
            depth = 1
            while depth > 0:
                depth -= 1
                node = stack[depth]
                for s in range(in_start[node], in_start[node + 1]):
                    arc = in_star[s]
                    before = tail[arc]
                    if dist[before] + w[arc] <= dist[node] + near[k]:
                        buffer[used] = arc
                        order[used] = dist[before]
                        used += 1
                        if seen[before] == 0:
                            seen[before] = 1
                            stack[depth] = before
                            depth += 1
            seen[destination[k]] = 0
            for i in range(first[k], used):
                seen[tail[buffer[i]]] = 0
            # The arcs are few and nearly in order, from the last one to the first.
            low, high = first[k], used - 1
            while low < high:
                buffer[low], buffer[high] = buffer[high], buffer[low]
                order[low], order[high] = order[high], order[low]
                low += 1
                high -= 1
            for i in range(first[k] + 1, used):
                arc, key = buffer[i], order[i]
                at = i
                while at > first[k] and order[at - 1] > key:
                    buffer[at], order[at] = buffer[at - 1], order[at - 1]
                    at -= 1
                buffer[at], order[at] = arc, key
            size[k] = used - first[k]
        for i in range(n_touched):
            ways[touched[i]] = 0
        unsettle(ks, destination, touched, n_touched, dist, pred, done)
    return buffer


@compiled
def paths_by_tie_cost(
    n_nodes,
    tail,
    head,
    tie_cost,
    arc_rank,
    charge,
    scale,
    origins,
    commodity_class,
    destination,
    first,
    size,
    arcs,
    takes_part,
    single,
    known_first,
    known_size,
    known_arcs,
    known_part,
    known_single,
    wanted,
    known,
    choices,
    anew,
    lengths,
    freedom,
):
    """Find each commodity's path of least tie cost, then rank, inside its subgraph.

    Parameters
    ----------
    n_nodes
        Number of nodes.
    tail, head
        Arc ends, shape (A,).
    tie_cost
        Tie cost of an arc by class, shape (C, A).
    arc_rank
        Rank of an arc, shape (A,).
    charge
        What the limits charge a unit on an arc on both counts, shape (2, C, A);
        may be negative.
    scale
        Factor of each commodity on the rank, shape (K,).
    origins, commodity_class, destination
        Of each commodity, shape (K,).
    first, size, arcs, takes_part, single
        Arcs of each commodity's subgraph, who has a path, and who has only one, as
        `tight_subgraphs` tells.
    known_first, known_size, known_arcs, known_part, known_single
        The same of the subgraphs that were asked about before.
    wanted
        Commodities whose only path is wanted, shape (K,).
    known, choices, anew
        Commodities whose subgraph is that of before, with the freedom that they
        had then, shape (K,), and where the limits charge something else on these counts than
        then, shape (C * A,): where there is nothing of that in a known subgraph it is not asked
        again.
    lengths
        Filled: tie cost and rank of the path found, charges included, shape (2, K); ``inf`` where
        there is none.
    freedom
        Filled: number of linearly independent paths among which each commodity could
        choose, shape (K,).

    Returns
    -------
    path_start, path_arcs
        As in `trees.cheapest_paths`.
    """
    n_commodities = len(destination)
    path_first = np.zeros(n_commodities, np.int64)
    path_size = np.zeros(n_commodities, np.int64)
    buffer = np.empty(8 * n_commodities + 64, np.int64)
    used = 0
    far = np.empty(n_nodes)
    far[:] = np.inf
    rank = np.empty(n_nodes)
    rank[:] = np.inf
    pred = np.empty(n_nodes, np.int64)
    pred[:] = -1
    leads = np.zeros(n_nodes, np.bool_)
    for k in range(n_commodities):
        lengths[0, k], lengths[1, k], freedom[k] = np.inf, np.inf, 0
        if not (known_part[k] if known[k] else takes_part[k]):
            continue
        own = arcs[first[k] : first[k] + size[k]]
        alone = single[k]
        if known[k]:
            own = known_arcs[known_first[k] : known_first[k] + known_size[k]]
            alone = known_single[k]
        c, origin = commodity_class[k], origins[k]
        if alone:
            freedom[k] = 1
            if not wanted[k]:
                continue
        if known[k]:
            again = False
            for arc in own:
                again = again or anew[c * len(tail) + arc]
            if not again:
                freedom[k] = choices[k]
                continue
        if alone:
            path_first[k], path_size[k] = used, len(own)
            lengths[0, k], lengths[1, k] = 0.0, 0.0
            buffer = grow(buffer, used + len(own))
            for arc in own:
                buffer[used] = arc
                used += 1
                lengths[0, k] += tie_cost[c, arc] + charge[0, c, arc]
                lengths[1, k] += arc_rank[arc] * scale[k] + charge[1, c, arc]
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
                new_far = far[a] + tie_cost[c, arc] + charge[0, c, arc]
                new_rank = rank[a] + arc_rank[arc] * scale[k] + charge[1, c, arc]
                near = TOLERANCE * (1.0 + abs(new_far))
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
            buffer = grow(buffer, used + nodes + 1)
            while node != origin and steps <= nodes:
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
    path_start, path_arcs = in_order(path_first, path_size, buffer, used)
    return path_start, path_arcs


@compiled
def decided(tie_cost, rank, freedom, short, sigma, commodity, key, other):
    """Say of which commodities a path found is better, and which could do otherwise.

    Parameters
    ----------
    tie_cost, rank, freedom
        Of each commodity's path of least cost, as `paths_by_tie_cost` returns them, shape (K,).
    short
        Commodities that might as well fall short, shape (K,).
    sigma
        What a path of each commodity costs at least on all three counts, shape (3, .).
    commodity, key, other
        Commodity of each column, and the columns of the basis.

    Returns
    -------
    better, tied
        Numbers of the one, and flags of the other, shape (K,).
    """
    n_commodities = len(freedom)
    better = np.empty(n_commodities, np.int64)
    spare = np.empty(n_commodities, np.int64)
    count = 0
    for k in range(n_commodities):
        spare[k] = freedom[k] + short[k]
        tie2, tie3 = sigma[1, k], sigma[2, k]
        near2 = TOLERANCE * (1.0 + abs(tie2))
        near3 = TOLERANCE * (1.0 + abs(tie3))
        if tie_cost[k] < tie2 - near2 or (tie_cost[k] <= tie2 + near2 and rank[k] < tie3 - near3):
            better[count] = k
            count += 1
    for i in range(len(key) + len(other)):
        k = commodity[key[i] if i < len(key) else other[i - len(key)]]
        if k < n_commodities:
            spare[k] -= 1
    return better[:count].copy(), spare > 0
