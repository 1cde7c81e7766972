"""What columns take of limits stays gathered from one run to the next, as columns come and go."""

from __future__ import annotations

import flow_cases
import numpy as np
import pytest

from corridors.flow import solve
from corridors.flow.kernels import lean
from corridors.flow.paths.columns import Columns
from corridors.flow.simplex.basis import Rows, along


@lean
def add(columns, n_columns, rows, limits, weights, into):
    """Add what each column takes of some limits."""
    along(columns, n_columns, rows, limits, len(limits), weights, into)


def chained(takes):
    """Return columns of which each takes so much of each limit, (N, R), as a pool has them."""
    n, m = takes.shape
    column, limit = np.nonzero(takes)
    newest, older = np.full(m, -1), np.empty(len(column), dtype=np.int64)
    for e, r in enumerate(limit.tolist()):
        older[e], newest[r] = newest[r], e
    return Columns(
        np.zeros(n, dtype=np.int64), np.append(0, np.cumsum((takes > 0).sum(axis=1))),
        limit, takes[column, limit], np.zeros((3, n)), np.zeros(n, dtype=np.bool_), newest,
        older, column,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_what_is_gathered_grows_with_the_columns(seed):
    """In as little room as holds all once, so that gaps fill it and it begins anew."""
    r = np.random.default_rng(seed)
    n, m = int(r.integers(20, 60)), int(r.integers(1, 6))
    takes = (r.random((n, m)) < r.uniform(0.1, 0.9)) * r.integers(1, 5, (n, m)).astype(float)
    entries = int((takes > 0).sum())
    columns, room = chained(takes), entries + entries // 4 + 8 * m
    ints = (np.zeros(m, dtype=np.int64) for _ in range(4))
    rows = Rows(*ints, np.empty(room, np.uint32), np.empty(room), np.zeros(1, dtype=np.int64))
    size = 0
    while size < n:
        size = min(n, size + int(r.integers(1, 9)))
        limits = r.permutation(m)[: int(r.integers(1, m + 1))]
        weights, into = r.choice([0.0, 1.0, -2.0], len(limits)), np.zeros(n)
        add(columns, size, rows, limits, weights, into)
        assert into[:size].tolist() == (takes[:size, limits] @ weights).tolist()
        assert not into[size:].any()
        assert rows.used[0] <= room


@pytest.mark.parametrize("seed", range(17400, 17420))
def test_columns_that_were_forgotten_leave_nothing_behind(seed):
    """Their numbers are those of others afterwards."""
    problem, r = flow_cases.random_problem(seed), np.random.default_rng(seed)
    first = solve(problem)
    engine = first._engine
    for _ in range(6):
        arc = int(r.integers(problem.n_arcs))
        now = first.resolve(closed=[arc])
        alone = solve(problem.changed(closed=[arc]))
        assert now.class_flow.tobytes() == alone.class_flow.tobytes()
        assert now.limit_price.tobytes() == alone.limit_price.tobytes()
        engine._pool.shorten(engine._master.kept.n_columns)
        engine._master.restore()
