"""Packets in the order of their lists, and searches that end where they are asked to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.flow.shortest.trees import forward_star, tree_to
from corridors.simulation.queueing.lining import Lining
from corridors.simulation.queueing.packets import new_packets
from corridors.simulation.queueing.ways.search import Tree


def listed(head, of, name="amount"):
    """Return what is on each list, in its order."""
    found = []
    for first in head.tolist():
        i, own = first, []
        while i >= 0:
            own.append(of[name][i].item())
            i = of["after"][i]
        found.append(own)
    return found


def noted(packets):
    """Return the amounts that are noted at each place, as its chain has them."""
    found = {}
    for place in np.flatnonzero(packets.noted >= 0).tolist():
        i, before, own = int(packets.noted[place]), -1, []
        while i >= 0:
            assert packets.of["before"][i] == before
            assert packets.of["place"][i] == place
            own.append(packets.of["amount"][i].item())
            i, before = int(packets.of["behind"][i]), i
        found[place] = own
    return found


@settings(deadline=None)
@given(
    where=st.lists(st.integers(0, 4), min_size=1, max_size=40),
    places=st.lists(st.integers(0, 3), min_size=40, max_size=40),
    seed=st.integers(0, 999),
)
def test_packets_in_order_are_on_the_same_lists_and_noted_at_the_same_places(where, places, seed):
    size, used = 64, len(where)
    packets = new_packets(size)
    numbers = np.random.default_rng(seed).permutation(size)
    head, tail = np.full((2, 3), -1, dtype=np.int64)
    waiting = np.full((2, 2), -1, dtype=np.int64)
    for amount, (which, i) in enumerate(zip(where, numbers.tolist(), strict=False)):
        first, last = (head, tail) if which < 3 else waiting
        at = which if which < 3 else which - 3
        packets.of["amount"][i] = amount + 1
        if first[at] < 0:
            first[at] = i
        else:
            packets.of["after"][last[at]] = i
        last[at] = i
        if which < 3 and places[amount]:
            place = places[amount]
            packets.of["on"][i], packets.of["place"][i] = 7, place
            packets.of["behind"][i] = packets.noted[place]
            if packets.noted[place] >= 0:
                packets.of["before"][packets.noted[place]] = i
            packets.noted[place] = i
    packets.free[: size - used] = numbers[used:]
    packets.n_free[0] = size - used
    before = listed(head, packets.of), listed(waiting[0], packets.of), noted(packets)

    lining = Lining()
    for _ in range(2):
        packets = lining.line_up(packets, (head, tail), (waiting[0], waiting[1]))
        assert (listed(head, packets.of), listed(waiting[0], packets.of), noted(packets)) == before
        # They lie in the order of the lists, and the others are those that can be taken.
        assert listed(head, packets.of) + listed(waiting[0], packets.of) == [
            packets.of["amount"][a:b].tolist()
            for a, b in zip(
                np.cumsum([0, *map(len, before[0] + before[1])])[:-1],
                np.cumsum([*map(len, before[0] + before[1])]),
                strict=True,
            )
        ]
        for first, last in ((head, tail), waiting):
            ends = [own[-1] for own in listed(first, packets.of) if own]
            assert packets.of["amount"][last[last >= 0]].tolist() == ends
        assert packets.n_free[0] == size - used
        assert sorted(packets.free[: size - used].tolist()) == list(range(used, size))


@settings(deadline=None)
@given(
    ends=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=30),
    weights=st.lists(st.sampled_from([0.0, 1.0, 1.5, 2.0, 4.25, np.inf]), min_size=30, max_size=30),
    asked=st.lists(
        st.tuples(st.integers(0, 7), st.sampled_from([0.5, 2.0, 6.0, np.inf])), max_size=6
    ),
    target=st.integers(0, 7),
)
def test_a_search_that_ends_early_finds_what_one_to_the_end_finds(ends, weights, asked, target):
    tail, head = np.array(ends, dtype=np.int64).T.copy()
    weight = np.array(weights[: len(ends)])
    start, order = forward_star(head, 8)
    distance, following = tree_to(start, order, tail, weight, target)
    tree = Tree(8, len(ends))
    for _ in range(2):
        tree.begin(weight, target)
        for place, most in asked:
            found = tree.reach((start, order, tail), place, most)
            if distance[place] >= most:
                assert found >= most
                continue
            assert found == distance[place]
            at = place
            while at != target:
                assert tree.following[at] == following[at]
                at = head[following[at]]


def test_a_search_goes_no_further_than_what_is_asked_for():
    # 0 -> 1 -> 2 -> 3, and what is asked for is 2 from 3.
    tail, head = np.array([0, 1, 2]), np.array([1, 2, 3])
    tree = Tree(4, 3)
    tree.begin(np.ones(3), 3)
    assert tree.reach((*forward_star(head, 4), tail), 2, np.inf) == 1.0
    assert tree.distance[0] == np.inf
    assert tree.reach((*forward_star(head, 4), tail), 0, np.inf) == pytest.approx(3.0)
