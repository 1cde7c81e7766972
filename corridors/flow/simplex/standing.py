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
def stand(basis):
    """Note where the columns and limits of a basis stand, and that nothing of its inverse waits."""
    p, state, place = basis.size[0], basis.state, basis.place
    basis.waiting[0] = 0
    for j in range(len(state)):
        state[j] = 0
    for r in range(len(place)):
        place[r] = -1
    for j in basis.key:
        state[j] = 1
    for i in range(p):
        state[basis.other[i]] = 2
        place[basis.tight[i]] = i


@lean
def put(
    key, other, tight, inverse, price, sigma, kept, kept_weights, basis, values, weights
):  # fmt: skip
    """Take a basis, for which there is room, with as much as is given of what was kept with it.

    That is its inverse, prices, amounts, and weights.
    """
    for k in range(len(key)):
        basis.key[k] = key[k]
    for i in range(len(other)):
        basis.other[i], basis.tight[i] = other[i], tight[i]
    basis.size[0] = len(other)
    stand(basis)
    _copy(inverse, basis.inverse)
    _copy(kept.key, values.key)
    _copy(kept.other, values.other)
    _copy(kept.use, values.use)
    _copy(price, values.price)
    _copy(sigma, values.sigma)
    for k in range(len(kept_weights.key)):
        weights.key[k] = kept_weights.key[k]
    for i in range(len(kept_weights.other)):
        weights.other[i] = kept_weights.other[i]
    for r in range(len(kept_weights.limit)):
        weights.limit[r] = kept_weights.limit[r]


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
