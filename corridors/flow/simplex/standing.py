"""How a basis is taken, and taken back, by one call each; compiled.

Small problems spend as long on a dozen copies of short arrays as on the search itself.
"""

from __future__ import annotations

from corridors.flow.kernels import inner, lean


@inner
def _copy(rows, into):
    """Copy what there is of each row, as far as there is room."""
    for i in range(len(rows)):
        row, to = rows[i], into[i]
        for j in range(min(len(row), len(to))):
            to[j] = row[j]


@inner
def stand(key, other, tight, p, state, place):
    """Note where the columns and limits of a basis stand."""
    for j in range(len(state)):
        state[j] = 0
    for r in range(len(place)):
        place[r] = -1
    for j in key:
        state[j] = 1
    for i in range(p):
        state[other[i]] = 2
        place[tight[i]] = i


@lean
def put(
    key, other, tight, inverse, price, sigma, amount, more, use, weight, weight_of_other,
    weight_of_limit, into_key, into_other, into_tight, size, waiting, state, place, into_inverse,
    into_price, into_sigma, into_amount, into_more, into_use, into_weight, into_weight_of_other,
    into_weight_of_limit,
):  # fmt: skip
    """Take a basis, for which there is room, with as much as is given of what was kept with it.

    That is its inverse, prices of limits and commodities, amounts of keys and of others, use of
    limits, and weights. Plain arrays: to look at a record takes as long as to copy what is in it.
    """
    for k in range(len(key)):
        into_key[k] = key[k]
    for i in range(len(other)):
        into_other[i], into_tight[i] = other[i], tight[i]
    size[0], waiting[0] = len(other), 0
    stand(into_key, into_other, into_tight, len(other), state, place)
    _copy(inverse, into_inverse)
    _copy(amount, into_amount)
    _copy(more, into_more)
    _copy(use, into_use)
    _copy(price, into_price)
    _copy(sigma, into_sigma)
    for k in range(len(weight)):
        into_weight[k] = weight[k]
    for i in range(len(weight_of_other)):
        into_weight_of_other[i] = weight_of_other[i]
    for r in range(len(weight_of_limit)):
        into_weight_of_limit[r] = weight_of_limit[r]


@lean
def stranded(key, other, commodity, banned, sigma, penalty, hair, ceiling):
    """Say how many columns of a basis are banned, and what their commodities may pay.

    That is the penalty less a hair of what they pay now; -1 for all others.
    """
    count = 0
    for k in range(len(ceiling)):
        ceiling[k] = -1.0
    for i in range(len(key) + len(other)):
        j = key[i] if i < len(key) else other[i - len(key)]
        if banned[j]:
            count += 1
            k = commodity[j]
            if k < len(ceiling):
                ceiling[k] = penalty[k] - hair * (1.0 + abs(min(sigma[k], penalty[k])))
    return count
