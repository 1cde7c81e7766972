"""The compiled inner loops of route choice: flows at prices, and how they answer to prices."""

from __future__ import annotations

import numpy as np

from corridors.flow.kernels import compiled, lean


@lean
def choices(
    first,
    log_size,
    start,
    term,
    unit,
    base,
    scale,
    most,
    steepness,
    middle,
    knee,
    price,
    flow,
    share,
    volume,
    slope,
    composite,
    idle_too,
):
    """Fill flows at prices (K commodities, P routes) and return the sum of the surpluses.

    Parameters
    ----------
    first
        Routes of each commodity as offsets (K + 1,).
    log_size, base
        Logarithm of the path-size factor and cost of each route, shape (P,).
    start, term, unit
        What a unit on a route adds to each term, as offsets (P + 1,).
    scale, most, steepness, middle, knee
        As in `ChoiceModel`, shape (K,).
    price
        Of each term, shape (T,).
    flow, share, volume, slope, composite
        Written: units and share of each route, shape (P,); units, their slope by
        composite cost, and composite cost of each commodity, shape (K,).
    idle_too
        Whether those are told of commodities of which nothing ever travels; their surplus is 0.
    """
    total = 0.0
    for k in range(len(first) - 1):
        begin, end = first[k], first[k + 1]
        volume[k] = 0.0
        slope[k] = 0.0
        composite[k] = np.inf
        if begin == end or (most[k] == 0.0 and not idle_too):
            continue
        best = -np.inf
        for p in range(begin, end):
            cost = base[p]
            for e in range(start[p], start[p + 1]):
                cost += unit[e] * price[term[e]]
            share[p] = log_size[p] - scale[k] * cost
            best = max(best, share[p])
        whole = 0.0
        for p in range(begin, end):
            share[p] = np.exp(share[p] - best)
            whole += share[p]
        cost = -(best + np.log(whole)) / scale[k]
        composite[k] = cost
        x = steepness[k] * (cost - middle[k])
        sx = knee[k] * x
        # ln(1 + exp(sx)) and exp(sx) / (1 + exp(sx)), without overflow.
        if sx > 0.0:
            soft = sx + np.log1p(np.exp(-sx))
            falls = 1.0 / (1.0 + np.exp(-sx))
        else:
            soft = np.log1p(np.exp(sx))
            falls = np.exp(sx) / (1.0 + np.exp(sx))
        volume[k] = most[k] * np.exp(-soft / knee[k])
        slope[k] = -steepness[k] * volume[k] * falls
        if knee[k] == 1.0:
            area = np.log1p(np.exp(-x)) if x > 0.0 else -x + np.log1p(np.exp(x))
        elif x > 0.0:
            area = np.arcsinh(np.exp(-x))
        else:
            area = -x + np.log(1.0 + np.sqrt(1.0 + np.exp(2.0 * x)))
        total += most[k] / steepness[k] * area
        for p in range(begin, end):
            share[p] /= whole
            flow[p] = volume[k] * share[p]
    return total


@compiled
def users_of_arcs(commodity, start, arcs, weighed, scale, n_arcs):
    """Return how many routes of the commodity use each arc of each route, as far as they count.

    Parameters
    ----------
    commodity, start, arcs
        Routes, as in `RouteSet`: commodity (P,), rising, offsets (P + 1,) into arc numbers.
    weighed
        Cost of each route, shape (P,): one counts as ``exp(-scale * (cost - least))``, with the
        least cost among those that use the arc.
    scale
        Inverse of the cost by which choices spread, shape (K,).
    n_arcs
        Number of arcs.

    Returns
    -------
    array
        By entry of `arcs`, at least 1.
    """
    found = np.empty(len(arcs))
    least = np.empty(n_arcs)
    least[:] = np.inf
    users = np.zeros(n_arcs)
    begin = 0
    while begin < len(commodity):
        k = commodity[begin]
        end = begin
        while end < len(commodity) and commodity[end] == k:
            end += 1
        for p in range(begin, end):
            for e in range(start[p], start[p + 1]):
                least[arcs[e]] = min(least[arcs[e]], weighed[p])
        for p in range(begin, end):
            for e in range(start[p], start[p + 1]):
                users[arcs[e]] += np.exp(-scale[k] * (weighed[p] - least[arcs[e]]))
        for e in range(start[begin], start[end]):
            found[e] = users[arcs[e]]
        for e in range(start[begin], start[end]):
            least[arcs[e]] = np.inf
            users[arcs[e]] = 0.0
        begin = end
    return found


@compiled
def use_of_terms(start, term, unit, flow, n_terms):
    """Return what flows on routes add up to, by term, shape (T,)."""
    use = np.zeros(n_terms)
    for p in range(len(flow)):
        if flow[p] == 0.0:
            continue
        for e in range(start[p], start[p + 1]):
            use[term[e]] += unit[e] * flow[p]
    return use


@compiled
def curvature(first, start, term, unit, scale, flow, share, volume, slope, number, n_free):
    """Return the matrix of second derivatives by the prices of some terms, shape (F, F).

    `number` gives the place of each term in the matrix, or -1. Routes of a commodity
    substitute each other, and the commodity as a whole answers to its composite cost ::

        H = sum over k of  V_k diag(scale_k f) V_k' - (scale_k D_k + D_k') v_k v_k',

    with V the units, f the flows, D the volume, D' its slope and v the mean units.
    """
    matrix = np.zeros((n_free, n_free))
    mean = np.zeros(n_free)
    touched = np.empty(n_free, np.int64)
    seen = np.zeros(n_free, np.bool_)
    for k in range(len(first) - 1):
        n_touched = 0
        for p in range(first[k], first[k + 1]):
            weight = scale[k] * flow[p]
            if weight == 0.0:
                continue
            for e in range(start[p], start[p + 1]):
                i = number[term[e]]
                if i < 0:
                    continue
                if not seen[i]:
                    seen[i] = True
                    touched[n_touched] = i
                    n_touched += 1
                mean[i] += share[p] * unit[e]
                for other in range(start[p], start[p + 1]):
                    j = number[term[other]]
                    if j >= 0:
                        matrix[i, j] += weight * unit[e] * unit[other]
        rest = scale[k] * volume[k] + slope[k]
        for a in range(n_touched):
            i = touched[a]
            for b in range(n_touched):
                j = touched[b]
                matrix[i, j] -= rest * mean[i] * mean[j]
        for a in range(n_touched):
            mean[touched[a]] = 0.0
            seen[touched[a]] = False
    return matrix


@compiled
def solved(matrix, right):
    """Return the solution of a symmetric system, and whether the matrix is positive definite.

    Cholesky's method in one order of operations, so that the answer does not depend on how many
    threads a library would take. The matrix is written over.
    """
    n = len(right)
    for j in range(n):
        for i in range(j, n):
            total = matrix[i, j]
            for m in range(j):
                total -= matrix[i, m] * matrix[j, m]
            if i == j:
                if not total > 0.0:
                    return right, False
                matrix[j, j] = np.sqrt(total)
            else:
                matrix[i, j] = total / matrix[j, j]
    answer = right.copy()
    for i in range(n):
        for m in range(i):
            answer[i] -= matrix[i, m] * answer[m]
        answer[i] /= matrix[i, i]
    for i in range(n - 1, -1, -1):
        for m in range(i + 1, n):
            answer[i] -= matrix[m, i] * answer[m]
        answer[i] /= matrix[i, i]
    return answer, True


@compiled
def counted_terms(start, arcs, own_class, commodity, first, limit, only, one, factor, n_terms):
    """Return what a unit on each route adds to terms: offsets, terms rising, and units.

    Parameters
    ----------
    start, arcs
        Routes as offsets (P + 1,) into arc numbers.
    own_class, commodity
        Of each route, shape (P,).
    first
        Members of each arc as offsets (A + 1,).
    limit, only, one, factor
        Term, class and commodity (-1 for all) of each member, and its units, shape (E,).
    n_terms
        How many terms there are.
    """
    units = np.zeros(n_terms)
    met = np.zeros(n_terms, np.bool_)
    offsets = np.zeros(len(start), np.int64)
    room = 16 * len(start)
    terms = np.empty(room, np.int64)
    found = np.empty(room)
    mine = np.empty(n_terms, np.int64)
    size = 0
    for p in range(len(start) - 1):
        n = 0
        for i in range(start[p], start[p + 1]):
            for e in range(first[arcs[i]], first[arcs[i] + 1]):
                if only[e] >= 0 and only[e] != own_class[p]:
                    continue
                if one[e] >= 0 and one[e] != commodity[p]:
                    continue
                r = limit[e]
                if not met[r]:
                    met[r] = True
                    # Kept in rising order as it comes: a route meets some dozens.
                    at = n
                    while at > 0 and mine[at - 1] > r:
                        mine[at] = mine[at - 1]
                        at -= 1
                    mine[at] = r
                    n += 1
                units[r] += factor[e]
        if size + n > room:
            room = 2 * (size + n)
            more_terms = np.empty(room, np.int64)
            more_found = np.empty(room)
            for i in range(size):
                more_terms[i] = terms[i]
                more_found[i] = found[i]
            terms = more_terms
            found = more_found
        for i in range(n):
            r = mine[i]
            terms[size] = r
            found[size] = units[r]
            units[r] = 0.0
            met[r] = False
            size += 1
        offsets[p + 1] = size
    return offsets, terms[:size].copy(), found[:size].copy()


@compiled
def charged(first, start, term, unit, scale, some):
    """Return the routes that pay some of the prices, with what they pay of these.

    Parameters
    ----------
    first, start, term, unit
        Routes of each commodity (K + 1,), and terms of each route, as offsets (P + 1,).
    scale
        Inverse of the spread of choices of each commodity, shape (K,).
    some
        The prices, shape (T,).

    Returns
    -------
    start, term, unit, scale
        Of these routes alone, in their order.
    """
    offsets = np.zeros(len(start), np.int64)
    terms, units = np.empty(len(term), np.int64), np.empty(len(term))
    scales = np.empty(len(start))
    count = size = 0
    for k in range(len(first) - 1):
        for p in range(first[k], first[k + 1]):
            before = size
            for e in range(start[p], start[p + 1]):
                if some[term[e]]:
                    terms[size], units[size] = term[e], unit[e]
                    size += 1
            if size > before:
                scales[count] = scale[k]
                count += 1
                offsets[count] = size
    return offsets[: count + 1], terms[:size], units[:size], scales[:count]


@lean
def largest_change(start, term, unit, scale, direction):
    """Return the largest change of a route's cost, in units of the spread of choices."""
    most = 0.0
    for p in range(len(scale)):
        change = 0.0
        for e in range(start[p], start[p + 1]):
            change += unit[e] * direction[term[e]]
        most = max(most, abs(change) * scale[p])
    return most


@lean
def add_values(weight, class_of, arc, only, one, value):
    """Add values to rows of weights (S, A), in place, that each is meant for.

    Parameters
    ----------
    weight
        Weights by row and arc.
    class_of
        Class of each row, shape (S,).
    arc, only, one, value
        Arc, class and row (-1 for all), and what is added, shape (E,).
    """
    for e in range(len(arc)):
        if value[e] == 0.0:
            continue
        for k in range(len(weight)):
            if (only[e] < 0 or only[e] == class_of[k]) and (one[e] < 0 or one[e] == k):
                weight[k, arc[e]] += value[e]
