"""The inverse of the working basis: what waits to be made is read as if it had been."""

from types import SimpleNamespace

import numpy as np
import pytest

from corridors.flow import FlowProblem, solve
from corridors.flow.simplex import exchange, inverse


def waiting_inverse(seed):
    """Return an inverse of which some changes wait, and what it is once they are made."""
    r = np.random.default_rng(seed)
    p, room, n = int(r.integers(1, 9)), 10, int(r.integers(0, inverse.WAITING + 1))
    basis = SimpleNamespace(
        size=np.array([p]),
        inverse=r.normal(size=(room, room)),
        left=r.normal(size=(inverse.WAITING, room)) * (r.random((inverse.WAITING, room)) < 0.7),
        right=r.normal(size=(inverse.WAITING, room)) * (r.random((inverse.WAITING, room)) < 0.7),
        waiting=np.array([n]),
    )
    made = basis.inverse[:p, :p] - basis.left[:n, :p].T @ basis.right[:n, :p]
    return basis, made


@pytest.mark.parametrize("seed", range(40))
def test_rows_and_columns_are_read_with_what_waits(seed):
    basis, made = waiting_inverse(seed)
    p = len(made)
    into = np.empty(p)
    for i in range(p):
        inverse.inverse_column.py_func(basis, i, into)
        assert into == pytest.approx(made[:, i], abs=1e-12)
        inverse.inverse_row.py_func(basis, i, into)
        assert into == pytest.approx(made[i], abs=1e-12)
    inverse.fold.py_func(basis)
    assert basis.waiting[0] == 0
    assert basis.inverse[:p, :p] == pytest.approx(made, abs=1e-12)


@pytest.mark.parametrize("seed", range(40))
def test_columns_that_enter_and_rows_of_limits_are_read_with_what_waits(seed):
    basis, made = waiting_inverse(seed)
    r, p = np.random.default_rng(1000 + seed), len(made)
    # Key column 0, p others of one commodity and column p + 1 that enters; p + 1 limits.
    uses = (r.random((p + 2, p + 1)) < 0.5) * r.integers(1, 4, (p + 2, p + 1)).astype(float)
    entry = np.argwhere(uses)
    columns = SimpleNamespace(
        start=np.append(0, np.cumsum((uses > 0).sum(axis=1))),
        limit=entry[:, 1],
        unit=uses[uses > 0],
        commodity=np.zeros(p + 2, dtype=np.int64),
    )
    basis.key, basis.other = np.array([0]), np.arange(1, p + 1)
    basis.place = np.append(np.arange(p), -1)
    u = np.empty(p)
    inverse.entering_column.py_func(columns, basis, p + 1, u)
    assert u == pytest.approx((uses[p + 1] - uses[0])[:p] @ made, abs=1e-12)
    row, effect, which = np.empty(p), np.empty(p), np.empty(p, dtype=np.int64)
    inverse.row_of.py_func(columns, basis, p, row, effect, which)
    more = uses[1 : p + 1, p] - uses[0, p]
    assert row.tolist() == more.tolist()
    assert effect == pytest.approx(made @ more, abs=1e-12)


def same(a, b):
    """Hold two answers against each other, to the byte."""
    for name in ("class_flow", "shortfall", "limit_price", "path_amount"):
        assert getattr(a, name).tobytes() == getattr(b, name).tobytes(), name


def crowded(seed):
    """Return a problem in which hundreds of limits bind."""
    r = np.random.default_rng(seed)
    n, a, k = 30, 330, 450
    tail = r.integers(0, n, a)
    head = (tail + r.integers(1, n, a)) % n
    origin = r.integers(0, n, k)
    destination = (origin + r.integers(1, n, k)) % n
    return FlowProblem.from_arcs(
        tail,
        head,
        r.uniform(1, 9, a).round(2),
        r.uniform(4, 30, a).round(1),
        origin,
        destination,
        r.uniform(2, 20, k).round(1),
        100.0,
    )


@pytest.mark.parametrize("seed", range(3))
def test_where_hundreds_of_limits_bind_changes_wait_and_answers_stay_the_same(seed):
    problem = crowded(seed)
    first = solve(problem)
    binding = int((first.limit_price > 0).sum())
    # As many changes wait at a time as ever do.
    assert binding >= inverse.WAITING * exchange.LARGE
    r = np.random.default_rng(seed)
    carries = np.flatnonzero(first.arc_flow > 0)
    for arc in r.permutation(carries)[:6].tolist():
        warm = first.resolve(closed=[arc])
        cold = solve(problem.changed(closed=[arc]))
        same(warm, cold)
        assert warm.certificate.ok
        assert not warm.cold_starts
    other = solve(problem.changed(closed=[arc]), master="highs")
    same(warm, other)
