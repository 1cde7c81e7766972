"""The tree of cheapest ways to a place, which the engine and the queues share."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from corridors.flow.shortest.concern import unconcerned
from corridors.flow.shortest.ties import paths_by_tie_cost
from corridors.flow.shortest.trees import distances_to, forward_star, tree_to

INF = float("inf")


def test_a_tree_by_hand():
    """The way round costs 3 and the straight one 4; nothing leads from 3, or back from 2.

    ```
    0 --1--> 1 --2--> 2
    0 -------4------> 2
    1 --inf-> 3
    ```
    """
    tail, head = np.array([0, 1, 0, 1]), np.array([1, 2, 2, 3])
    weight = np.array([1.0, 2.0, 4.0, INF])
    distance, following = tree_to(*forward_star(head, 4), tail, weight, 2)
    assert distance.tolist() == [3.0, 2.0, 0.0, INF]
    assert following.tolist() == [0, 1, -1, -1]
    distance, following = tree_to(*forward_star(head, 4), tail, weight, 3)
    assert distance.tolist() == [INF, INF, INF, 0.0]
    assert following.tolist() == [-1, -1, -1, -1]


@pytest.mark.parametrize("seed", range(20))
def test_a_tree_agrees_with_scipy_and_its_ways_are_as_long_as_it_says(seed):
    r = np.random.default_rng(seed)
    n = int(r.integers(2, 40))
    dense = np.where(r.random((n, n)) < 0.15, r.integers(1, 6, (n, n)), 0).astype(float)
    tail, head = np.nonzero(dense)
    weight, target = dense[tail, head], int(r.integers(n))
    star = forward_star(head, n)
    distance, following = tree_to(*star, tail, weight, target)
    assert distance.tolist() == dijkstra(csr_matrix(dense.T), indices=target).tolist()
    one = np.array([target]), np.array([0])
    far = distances_to(*star, tail, weight[None, :], *one, np.array([np.inf]))[0]
    assert far.tolist() == distance.tolist()
    # What is beyond a distance is as far, or said to be beyond it.
    near = distances_to(*star, tail, weight[None, :], *one, np.array([4.0]))[0]
    assert near[far <= 4.0].tolist() == far[far <= 4.0].tolist()
    assert (near[far > 4.0] > 4.0).all()
    for node in np.flatnonzero(np.isfinite(distance)):
        at, length = node, 0.0
        while at != target:
            length += weight[following[at]]
            assert tail[following[at]] == at
            at = head[following[at]]
        assert length == distance[node]


def test_a_change_concerns_whom_it_may_reach():
    # 0 --1--> 1 --1--> 2, and 0 --4--> 2; one commodity goes from 0 to 2, one from 1 to 2.
    tail, head = np.array([0, 1, 0]), np.array([1, 2, 2])
    before = np.array([[1.0, 1.0, 4.0]])
    since = np.array([[0.0, np.inf], [1.0, 0.0], [2.0, 1.0]])
    to_end = np.array([[2.0], [1.0], [0.0]])
    around = (since, np.array([0, 1]), to_end, np.array([0, 0]), np.array([0, 2]), np.arange(2))

    def concerned(after, reach):
        weight = np.array([after])
        every = np.arange(3)
        unknown = np.empty((0, 0)), np.empty((0, 0))
        spared, _ = unconcerned(
            *(every, before, weight, tail, head, *around, *unknown),
            *(np.array(reach), np.full(2, np.inf)),
        )
        return (~spared).tolist()

    assert concerned([1.0, 1.0, 4.0], [9.0, 9.0]) == [False, False]
    assert concerned([2.0, 1.0, 4.0], [2.0, 1.0]) == [True, False]
    assert concerned([1.0, np.inf, 4.0], [2.0, 1.0]) == [True, True]
    # The dear way counts for who would pay 3, and not for who has one for 2.
    assert concerned([1.0, 1.0, 3.0], [2.0, 1.0]) == [False, False]
    assert concerned([1.0, 1.0, 3.0], [3.0, 1.0]) == [True, False]
    assert concerned([1.0, 1.0 + 1e-15, 4.0], [9.0, 9.0]) == [False, False]
    # An arc that opens is a change as large as there is.
    before[0, 2] = np.inf
    assert concerned([1.0, 1.0, 4.0], [4.0, 1.0]) == [True, False]


@pytest.mark.parametrize("off", [0.0, 4e-10, -4e-10])
def test_the_last_digits_of_a_price_do_not_undo_a_choice_by_rank(off):
    """Two ways of the same tie cost, of which the upper one has the lower rank.

    ```
    0 --0--> 1 --1--> 3
    0 --2--> 2 --3--> 3
    ```
    """
    tail, head = np.array([0, 1, 0, 2]), np.array([1, 3, 2, 3])
    tie_cost, rank = np.array([[0.5, 0.78, 0.5, 0.78]]), np.array([1.0, 1.0, 1.5, 1.5])
    charge = np.zeros((2, 1, 4))
    charge[0, 0, 1] = off
    one, no, yes = np.array([0]), np.array([False]), np.array([True])
    in_order = np.array([0, 2, 1, 3])
    subgraph = one, np.array([4]), in_order, yes, no
    (tie, length), freedom = lengths = np.empty((2, 1)), np.empty(1, dtype=np.int64)
    _, arcs = paths_by_tie_cost(
        *(4, tail, head, tie_cost, rank, charge, np.ones(1), one, one, np.array([3])),
        *(*subgraph, *subgraph, no, no, one, np.zeros(4, dtype=np.bool_), *lengths),
    )
    assert arcs.tolist() == [0, 1]
    assert tie.tolist() == pytest.approx([1.28])
    assert length.tolist() == [2.0]
    assert freedom.tolist() == [2]
