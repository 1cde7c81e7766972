"""Kernels are compiled in a way of their own and compute what numba would, to the last bit."""

from __future__ import annotations

import sys
from typing import NamedTuple

import numpy as np
import pytest
from numba import njit
from numba.core import config
from numba.core.codegen import JITCodeLibrary
from numba.core.errors import TypingError

from corridors.flow.kernels import by_reference, compiled, entrance, inner, lean, pipeline
from corridors.flow.kernels.library import Part, Whole


def entries(a, b, i, k):
    """Entries by every kind of index, put into others."""
    n = len(a)
    for j in range(n):
        a[j] += a[i - j] * b[j % 2, k] - b[-1, -(j % 5)]
    for j in range(-1, -n, -1):
        a[j] = a[j] // 3.0 + a[0] % 7.0
    b[i, 1:3] = a[-2]
    row = b[i]
    row[k] = -row[k - 1]
    return a[n - 1] + row[-1] + b[0, 0] - a[-i]


def numbers(a, f, s, u):
    """Numbers of every kind: small ones, ones without a sign, truths."""
    total = 0.0
    for j in range(len(s)):
        f[j] = a[u[j]] > 0.0
        s[j] = s[j] * 3 - u[j] % 5
        total += s[j] / (1 + u[j]) if f[j] else -(float(s[j]) ** 2)
        u[j] = (u[j] + 1) % 4
    f[0], s[-1] = 3, 2.7
    return total, s[0] << 2, not f[1], -u[2], f[1] and s[1] > u[1]


def extremes(a, i, k):
    """What is the most and the least, of numbers and of what is none."""
    nothing = np.nan
    return (
        max(a[0], nothing), max(nothing, a[0]), min(a[0], nothing, a[1]), min(nothing, a[0]),
        max(i, k), min(i, k, 0), max(i, 2.5), max(0.0, -0.0), max(-0.0, 0.0), min(a[2], 1),
    )  # fmt: skip


def gaps(a, b, i, k):
    """Arrays with gaps, and parts of arrays."""
    total = 0.0
    for x in b[:, k]:
        total += x
    part = a[abs(i) : len(a) - 1]
    part[-1] = total
    part[0] += b[k, i]
    for x in part[::2]:
        total -= x * b[i, -k]
    return total


def turns(n, step, up):
    """Loops over ranges of every kind: left, gone on with, one in another, and to no end."""
    seen, total = 0, 0
    for j in range(-2, n):
        for k in range(n, j, -1):
            if k == 3:
                continue
            if k * j > 6:
                break
            total += 3 * k - j
        else:
            seen += 1
    for j in range(5, n, 2):
        total += j
    for j in range(n, 0, step):
        total -= j
    for j in range(n) if up else range(1, 2 * n):
        total += 100 * j
    for j in range(n, n):
        total += 10_000 * j
    walk = iter(range(4))
    for j in walk:
        total += j
    j = -7
    for j in range(2, n):
        total ^= j
    return total, seen, j, len(range(n))


def places(a, n):
    """Entries by what goes up from 0, is changed, and goes down below it."""
    total = 0.0
    for j in range(n):
        k = j
        if k == 2:
            k = -1
        total = total * 3.0 + a[j] + a[k]
    for j in range(2, -3, -1):
        total = total * 3.0 + a[j]
    for j in range(-3, 3):
        total = total * 3.0 + a[j]
    return total


def filled(a, b, truths, small, i):
    """Arrays filled with a number of another kind."""
    a[:] = i
    b[:] = 2
    truths[:] = 1
    small[:] = 300 + i
    b[1:3][:] = 7.5
    a[::2][:] = -1.0
    return a.sum()


@pytest.fixture(autouse=True)
def _nothing_kept(tmp_path, monkeypatch):
    """Compile all anew, whatever was kept from how kernels were compiled before."""
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))


A = np.random.default_rng(1).normal(size=9) * 10.0
B = np.random.default_rng(2).normal(size=(4, 5))


@pytest.mark.parametrize("kernel", [entries, gaps])
@pytest.mark.parametrize("turned", [False, True])
def test_entries_are_those_that_numba_finds(kernel, turned):
    b = np.asfortranarray(B) if turned else B
    for i, k in ((1, 2), (2, 1), (-1, -2), (3, 3)):
        one, other = (A.copy(), b.copy("K"), i, k), (A.copy(), b.copy("K"), i, k)
        found = lean(kernel)(*one)
        expected = njit(error_model="numpy")(kernel)(*other)
        assert found == expected
        assert one[0].tobytes() == other[0].tobytes()
        assert one[1].tobytes() == other[1].tobytes()
        assert found == kernel(A.copy(), b.copy("K"), i, k)


def test_numbers_of_every_kind_are_those_that_numba_finds():
    def fresh():
        return (
            A.copy(),
            np.array([True, False, True, False]),
            np.array([100, -7, 50, 3], np.int8),
            np.array([3, 0, 2, 1], np.uint32),
        )

    one, other = fresh(), fresh()
    assert repr(lean(numbers)(*one)) == repr(njit(error_model="numpy")(numbers)(*other))
    assert [x.tobytes() for x in one] == [x.tobytes() for x in other]


def test_the_most_and_the_least_are_those_that_numba_finds():
    for i, k in ((1, 2), (2, -1)):
        found = lean(extremes)(A, i, k)
        assert repr(found) == repr(njit(error_model="numpy")(extremes)(A, i, k))


@pytest.mark.parametrize("marked", [compiled, lean])
def test_loops_go_round_as_often_as_those_of_numba(marked):
    for n in (-1, 0, 1, 4, 6):
        for step in (-1, -3, 2):
            for up in (True, False):
                found = marked(turns)(n, step, up)
                assert found == njit(error_model="numpy")(turns)(n, step, up)
                assert found == turns(n, step, up)


@pytest.mark.parametrize("marked", [compiled, lean])
def test_entries_of_loops_are_those_that_numba_finds(marked):
    assert marked(places)(A, 9) == njit(error_model="numpy")(places)(A, 9) == places(A, 9)


def test_arrays_are_filled_as_numba_fills_them():
    def fresh():
        return A.copy(), B.copy(), np.zeros(3, np.bool_), np.zeros((2, 2), np.int8), 5

    one, other = fresh(), fresh()
    assert compiled(filled)(*one) == njit(error_model="numpy")(filled)(*other)
    assert [x.tobytes() for x in one[:4]] == [x.tobytes() for x in other[:4]]


@pytest.mark.parametrize("marked", [compiled, lean])
def test_what_a_part_deep_inside_raises_reaches_python(marked):
    @inner
    def checked(a, i):
        if a[i] < 0.0:
            raise ValueError("below", 0)
        return a[i]

    @inner
    def all_of(a):
        total = 0.0
        for i in range(len(a)):
            total += checked(a, i)
        return total

    @marked
    def twice(a):
        return 2.0 * all_of(a)

    given = np.array([1.0, 2.0])
    before = sys.getrefcount(given)
    assert twice(given) == 6.0
    given[1] = -1.0
    for _ in range(3):
        with pytest.raises(ValueError, match="below"):
            twice(given)
    assert sys.getrefcount(given) == before


@pytest.mark.parametrize("marked", [compiled, lean])
def test_what_python_gives_is_held_until_a_kernel_is_done(marked):
    def share(a, b, n, x, yes):
        return a[n] * x + b[0, n] if yes else -x

    kernel = marked(share)
    given = [A.copy(), B.copy(), 2, 0.5, True]
    before = [sys.getrefcount(array) for array in given[:2]]
    for _ in range(20):
        assert kernel(*given) == share(*given)
    assert [sys.getrefcount(array) for array in given[:2]] == before
    with pytest.raises(TypeError, match="enough arguments"):
        kernel(A, B)


def test_room_is_as_large_and_as_empty_as_it_was_asked_for():
    @compiled
    def rooms(n, like):
        empty, none, whole = np.empty((n, 3)), np.zeros(n), np.zeros(n, np.int8)
        truths, same, cells = np.zeros((2, n), np.bool_), np.empty(n, like.dtype), np.zeros((n, 2))
        empty[:] = 4.0
        same[:] = 7
        return empty, none, whole, truths, same, cells

    found = rooms(5, np.zeros(1, np.uint32))
    shapes = [(5, 3), (5,), (5,), (2, 5), (5,), (5, 2)]
    types = [np.float64, np.float64, np.int8, np.bool_, np.uint32, np.float64]
    assert [array.shape for array in found] == shapes
    assert [array.dtype for array in found] == types
    assert all(array.flags.c_contiguous and array.flags.writeable for array in found)
    assert [array.tolist() for array in found[1:4]] == [[0.0] * 5, [0] * 5, [[False] * 5] * 2]
    assert (found[0] == 4.0).all()
    assert (found[4] == 7).all()
    assert not found[5].any()
    with pytest.raises(ValueError, match="negative dimensions"):
        rooms(-1, np.zeros(1, np.uint32))


@by_reference
class Board(NamedTuple):
    """Arrays and numbers of every kind."""

    line: np.ndarray
    field: np.ndarray
    turned: np.ndarray
    truths: np.ndarray
    small: np.ndarray
    record: np.ndarray
    number: int
    share: float
    whole: bool


@inner
def moved(board, i):
    """Move a piece, deep inside."""
    board.line[i] += board.field[i, board.number] + board.turned[0, i] * board.share
    board.truths[i] = board.whole
    board.record[i].share = board.line[i]
    return board.small[i]


def play(boards, n):
    """Play on a board that lies in a tuple with another."""
    board, other = boards
    total = 0
    for i in range(n):
        total += moved(board, i) + other.small[len(other.small) - 1 - i]
    return total


def lines(board):
    """Return a line that the board holds, and one of its own."""
    return board.line, board.field[1], board.line[1:3].copy()


def board():
    record = np.zeros(3, [("count", np.int64), ("share", np.float64)])
    return Board(
        np.arange(3.0), np.arange(12.0).reshape(3, 4), np.arange(6.0).reshape(3, 2).T,
        np.zeros(3, np.bool_), np.array([1, 2, 3], np.int8), record, 2, 0.5, True,
    )  # fmt: skip


@pytest.mark.parametrize("marked", [compiled, lean])
def test_what_a_named_tuple_holds_is_read_and_written_where_it_lies(marked):
    one, other = board(), board()
    assert marked(play)((one, other), 3) == 12
    assert one.line.tolist() == [2.0, 8.0, 14.0]
    assert one.truths.all()
    assert one.record["share"].tolist() == [2.0, 8.0, 14.0]
    assert other.line.tolist() == [0.0, 1.0, 2.0]


def test_arrays_of_a_named_tuple_are_held_as_long_as_somebody_has_them():
    one, told = board(), compiled(lines)
    before = [sys.getrefcount(array) for array in one[:6]]
    for _ in range(50):
        told(one)
        lean(play)((one, one), 2)
    assert [sys.getrefcount(array) for array in one[:6]] == before
    line, row, own = told(one)
    del one
    line[0], row[0] = 5.0, 7.0
    assert row.tolist() == [7.0, 5.0, 6.0, 7.0]
    assert own.tolist() == line.tolist()[1:]


def test_parts_are_translated_only_inside_of_kernels():
    marked = lean(play)
    marked((board(), board()), 2)
    assert {type(found.library) for found in marked.overloads.values()} == {Whole}
    assert {type(found.library) for found in moved.overloads.values()} == {Part}


@pytest.mark.parametrize("known", [True, False])
def test_another_release_of_numba_goes_its_own_way(known, monkeypatch):
    def other(*_):
        assert known
        raise AttributeError

    monkeypatch.setattr(pipeline, "compile_kernel", other)
    if not known:
        monkeypatch.setattr(entrance, "KNOWN", frozenset({"0.1"}))

    @inner
    def doubled(a, i):
        return 2.0 * a[i]

    @lean
    def total(a):
        found = 0.0
        for i in range(len(a)):
            found += max(doubled(a, i), 0.0)
        return found

    assert total(np.array([1.0, -2.0, 3.0])) == 8.0
    assert {type(found.library) for found in total.overloads.values()} == {JITCodeLibrary}


def test_what_is_wrong_in_a_kernel_is_said_as_numba_says_it():
    @lean
    def wrong(a):
        return a.nothing + 1

    with pytest.raises(TypingError, match="nothing"):
        wrong(np.zeros(1))
