"""What is worked out again only where it changes, and the order that columns have."""

from __future__ import annotations

from itertools import pairwise

import flow_cases
import numpy as np
import pytest

from corridors.flow.kernels import lean
from corridors.flow.numbering import Numbering, generic
from corridors.flow.paths.pool import PathPool
from corridors.flow.paths.splitting import sort_paths
from corridors.flow.shortest.weights import ArcWeights
from corridors.flow.usage import open_costs


@lean
def sort(group, number, fixed, path_start, path_arcs):
    """Sort the columns of each group as the last basis is."""
    sort_paths(group, number, fixed, path_start, path_arcs)


def charged(p, unit, price, into):
    """Add what the limits charge, one member after the other."""
    for r, arc, only, units in zip(p.member_limit, p.member_arc, p.member_class, unit, strict=True):
        if price[r] != 0:
            into[slice(None) if only < 0 else only, arc] += price[r] * units
    return into


@pytest.mark.parametrize("seed", range(18000, 18030))
def test_weights_are_what_they_are_from_nothing(seed):
    problem, r = flow_cases.random_problem(seed), np.random.default_rng(seed)
    numbering = Numbering(problem)
    p = numbering.canonical(problem)
    weights, price = ArcWeights(p, numbering.unit), r.uniform(0, 9, p.n_limits)
    assert weights.open(p).tobytes() == open_costs(p).tobytes()
    first = weights.at(price).copy()
    assert weights.changed is None
    assert first.tobytes() == charged(p, numbering.unit, price, open_costs(p)).tobytes()
    assert weights.keep().tobytes() == first.tobytes()
    for turn in range(8):
        q = numbering.canonical(flow_cases.random_change(problem, r))
        assert weights.open(q).tobytes() == open_costs(q).tobytes()
        now = np.where(r.random(p.n_limits) < 0.3, r.choice([0.0, 4.0]), price)
        weight = weights.at(now)
        expected = charged(q, numbering.unit, now, open_costs(q))
        assert weight.tobytes() == expected.tobytes(), turn
        if weights.changed is not None:
            others = set(np.flatnonzero(expected != first).tolist())
            assert others <= set(weights.changed.tolist())
        levels = np.stack([now, -now])
        for level, found in zip(levels, weights.charges(levels), strict=True):
            nothing = np.zeros(p.cost.shape)
            assert found.tolist() == charged(q, numbering.unit, level, nothing).tolist()
        if turn in (2, 3, 6):
            # From here on all counts from these: what is closed at them, too.
            first, price = weights.keep(), now
            assert first.tobytes() == expected.tobytes()
            continue
        marked = weights.recharged(levels, np.stack([price, -price]), 1e-12)
        own = np.isin(p.member_limit, np.flatnonzero(now != price))
        assert marked.reshape(p.cost.shape).any(axis=0)[p.member_arc[own]].all()
        assert not np.delete(marked.reshape(p.cost.shape), p.member_arc[own], axis=1).any()


def test_columns_are_sorted_by_the_bytes_of_their_arcs():
    """The lowest byte of a number comes first; shortfalls before all, a part before its whole."""
    r = np.random.default_rng(7)
    problem = flow_cases.random_problem(17001)
    n = Numbering(problem)
    p = n.canonical(problem)
    k = p.n_commodities
    ranks = 1.0 + generic(p.n_arcs, 0.6), 1.0 + generic(k, 0.4), np.zeros(k)
    pool = PathPool(p, n.unit, *ranks, np.empty(0, dtype=np.int64))
    # Numbers beyond a byte, as no small problem has them.
    paths = [r.choice([1, 2, 255, 256, 257, 512, 70_000], r.integers(0, 4)) for _ in range(30)]
    pool._arcs = np.concatenate(paths).astype(np.int64)
    pool._path_start = np.append(np.zeros(pool.fixed + 1), np.cumsum([len(x) for x in paths]))
    pool._path_start = pool._path_start.astype(np.int64)
    spelt = [b""] * pool.fixed + [x.astype("<i8").tobytes() for x in paths]
    given = r.permutation(pool.fixed + 30)
    group = np.array([0, 10, 11, len(given)])
    found = given.copy()
    sort(group, found, pool.fixed, *pool.all_paths)
    for a, b in pairwise(group.tolist()):
        key = [(j >= pool.fixed, spelt[j]) for j in found[a:b].tolist()]
        assert key == sorted(key)
        assert sorted(found[a:b]) == sorted(given[a:b])
        idle = found[a:b][found[a:b] < pool.fixed]
        assert idle.tolist() == sorted(idle.tolist())
