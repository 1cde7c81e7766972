"""How a basis is taken, and taken back, by one call each; compiled.

Small problems spend as long on a dozen copies of short arrays as on the search itself.
"""

from __future__ import annotations

from corridors.flow.kernels import inner, lean


@inner
def _copy(rows, into, size):
    """Copy the first `size` numbers of each row."""
    for i in range(len(rows)):
        row, to = rows[i], into[i]
        for j in range(size):
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


@inner
def _put(key, other, tight, basis):
    for k in range(len(key)):
        basis.key[k] = key[k]
    for i in range(len(other)):
        basis.other[i], basis.tight[i] = other[i], tight[i]
    basis.size[0] = len(other)
    stand(basis)


@lean
def put(key, other, tight, basis):
    """Take a basis, for which there is room; its inverse is not touched."""
    _put(key, other, tight, basis)


@lean
def put_back(key, other, tight, inverse, price, sigma, kept, kept_weights, basis, values, weights):
    """Take a basis back that was kept, with its inverse, prices, amounts, and weights."""
    _put(key, other, tight, basis)
    p = len(other)
    _copy(inverse, basis.inverse, p)
    _copy(kept.key, values.key, len(key))
    _copy(kept.other, values.other, p)
    _copy(kept.use, values.use, len(basis.place))
    _copy(price, values.price, len(basis.place))
    _copy(sigma, values.sigma, len(key))
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
