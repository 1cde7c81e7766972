"""Paths of whole commodities, by the flow of their parts on each arc."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.flow import FlowProblem
from corridors.flow.shortest.trees import forward_star
from corridors.flow.solution import whole_commodities


def star_of(p):
    order = np.argsort(p.arc_rank, kind="stable")
    start, star = forward_star(p.tail[order], p.n_nodes)
    return start, order[star]


def split(p, parts):
    """Return the paths of whole commodities, of parts given as commodity, arcs and amount."""
    parts = sorted(parts, key=lambda part: part[0])
    commodity, start, arcs, amount = whole_commodities(
        np.array([k for k, _, _ in parts], dtype=np.int64),
        np.cumsum([0, *(len(path) for _, path, _ in parts)]),
        np.array([arc for _, path, _ in parts for arc in path], dtype=np.int64),
        np.array([units for _, _, units in parts], dtype=np.float64),
        p,
        star_of(p),
    )
    return [
        (int(k), arcs[a:b].tolist(), units)
        for k, a, b, units in zip(commodity, start[:-1], start[1:], amount.tolist(), strict=True)
    ]


def by_hand(p, parts):
    """Return the same, one commodity after the other, in words that are plain."""
    found = []
    for k in sorted({one for one, _, _ in parts}):
        own = [(tuple(path), units) for one, path, units in parts if one == k]
        different = {path: math.fsum(u for q, u in own if q == path) for path, _ in own}
        if len(different) == 1:
            found += [(k, list(path), units) for path, units in different.items()]
            continue
        flow = {}
        for path, units in different.items():
            for arc in path:
                flow[arc] = flow.get(arc, 0.0) + units
        near, told = 1e-11 * (1 + p.amount[k]), []
        while True:
            node, path = int(p.origin[k]), []
            while node != p.destination[k] and len(path) <= len(flow):
                leaving = [a for a in flow if p.tail[a] == node and flow[a] > near]
                if not leaving:
                    break
                path.append(min(leaving, key=lambda a: p.arc_rank[a]))
                node = int(p.head[path[-1]])
            if node != p.destination[k] or not path:
                break
            least = min(flow[arc] for arc in path)
            for arc in path:
                flow[arc] -= least
            told.append((k, path, least))
        if max(flow.values()) > near:
            ranked = sorted(different.items(), key=lambda one: [p.arc_rank[a] for a in one[0]])
            told = [(k, list(path), units) for path, units in ranked]
        found += told
    return found


def test_two_parts_by_a_bridge_are_told_by_the_arcs_of_lowest_rank():
    """0 =(two ways)=> 1 =(two ways)=> 2: what goes first by the upper goes on by the upper."""
    p = FlowProblem.from_arcs([0, 0, 1, 1], [1, 1, 2, 2], [1] * 4, [9] * 4, [0], [2], [5], 99)
    parts = [(0, [0, 3], 2.0), (0, [1, 2], 3.0)]
    assert split(p, parts) == [(0, [0, 2], 2.0), (0, [1, 2], 1.0), (0, [1, 3], 2.0)]


def test_parts_that_go_round_in_a_circle_stay_as_they_are():
    """0 to 3 by 1 and 2, in either order: the flow on 1-2 and 2-1 has no way of its own."""
    tail, head = [0, 1, 2, 0, 2, 1], [1, 2, 3, 2, 1, 3]
    p = FlowProblem.from_arcs(tail, head, [1] * 6, [9] * 6, [0], [3], [5], 99)
    parts = [(0, [3, 4, 5], 2.0), (0, [0, 1, 2], 3.0)]
    assert split(p, parts) == by_hand(p, parts)
    assert sum(units for _, _, units in split(p, parts)) == 5.0


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False))
def test_parts_at_random_are_told_as_by_hand(random):
    """Ranks, parts and amounts at random; the order of the parts does not matter, to the bit."""
    nodes = 6
    ends = [(a, b) for a in range(nodes) for b in range(nodes) if a != b]
    ends = random.sample(ends, 18) + [(a, a + 1) for a in range(nodes - 1)]
    tail, head = zip(*ends, strict=True)
    n = len(ends)
    rank = random.sample(range(n), n)
    many = 3
    p = FlowProblem.from_arcs(
        tail, head, [1] * n, [math.inf] * n, [0] * many, [5] * many, [20] * many, 99
    )
    object.__setattr__(p, "arc_rank", np.array(rank))
    parts = []
    for k in range(many):
        for _ in range(random.randint(1, 6)):
            node, path, seen = 0, [], {0}
            while node != 5:
                ways = [a for a in range(n) if tail[a] == node and head[a] not in seen]
                if not ways:
                    break
                path.append(random.choice(ways))
                node = head[path[-1]]
                seen.add(node)
            if node == 5:
                parts.append((k, path, random.choice([1.0, 0.1, 1 / 3, random.random()])))
    if not parts:
        return
    told = split(p, parts)
    expected = by_hand(p, parts)
    assert [(k, path) for k, path, _ in told] == [(k, path) for k, path, _ in expected]
    np.testing.assert_allclose(
        [u for *_, u in told], [u for *_, u in expected], rtol=1e-9, atol=1e-12
    )
    random.shuffle(parts)
    assert split(p, parts) == told
    flow = np.zeros(n)
    for _, path, units in told:
        flow[path] += units
    for _, path, units in parts:
        flow[path] -= units
    assert np.abs(flow).max() < 1e-9
