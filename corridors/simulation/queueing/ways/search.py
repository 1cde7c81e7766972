"""The best ways under what is known in a step, searched for no further than is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.kernels import compiled
from corridors.flow.shortest.trees import forward_star, grow_towards

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.simulation.queueing.problem import QueueProblem

TROUBLE_DAYS = 0.05
"""Waiting below which nobody looks for another way."""


class Tree:
    """The cheapest ways to a place, from all around it that has been asked for so far.

    Parameters
    ----------
    n_nodes, n_arcs
        Size of the network.

    Attributes
    ----------
    distance, following
        By node: the length, and the first arc of the way, where the node is nearer than what
        has been asked for.
    """

    def __init__(self, n_nodes: int, n_arcs: int) -> None:
        self.distance: Floats = np.empty(n_nodes)
        self.following: Ints = np.empty(n_nodes, dtype=np.int64)
        self._keys: Floats = np.empty(n_arcs + 2)
        self._nodes: Ints = np.empty(n_arcs + 2, dtype=np.int64)
        self._size = 0

    def begin(self, weight: Floats, target: int) -> None:
        """Begin at a place anew, over arcs of some weight, shape (A,)."""
        self._weight = weight
        self.distance.fill(np.inf)
        self.following.fill(-1)
        self.distance[target] = self._keys[0] = 0.0
        self._nodes[0] = target
        self._size = 1

    def reach(self, star: tuple[Ints, Ints, Ints], place: int, most: float) -> float:
        """Return the distance of a place where it is below `most`, or else what is no less.

        Parameters
        ----------
        star
            Backward star of the arcs, and where each begins.
        place, most
            The place, and how far to look for it.
        """
        if self._size and self._keys[0] < min(self.distance[place], most):
            self._size = grow_towards(
                *star,
                self._weight,
                self._keys,
                self._nodes,
                self._size,
                self.distance,
                self.following,
                place,
                most,
            )
        return float(self.distance[place])


class RouteSearch:
    """The best ways under what is known in a step, found when first asked for."""

    def __init__(self, problem: QueueProblem) -> None:
        self._p = problem
        n_arcs = len(problem.tail)
        self._star = (*forward_star(problem.head, problem.n_mode_nodes), problem.tail)
        self._member_arc = problem.member_arc
        self._counts = problem.member_factor > 0
        self._members = [np.flatnonzero(own) for own in self._counts.T]
        self._kind: list[int] = problem.kind.tolist()
        self._target: list[int] = problem.destination.tolist()
        self._weight: dict[int, Floats] = {}
        self._queued: dict[int, Floats] = {}
        self._open: dict[tuple[int, bool], Floats] = {}
        self._looked: set[int] = set()
        none = np.zeros(n_arcs, dtype=np.bool_)
        # What newcomers of a class found taken at the last look, and how often that has changed.
        self._taken: dict[int, Flags] = dict.fromkeys(range(len(problem.weight)), none)
        self._looks = [0] * len(problem.weight)
        self._trees: dict[int, dict[tuple[int, bool, bytes], Tree]] = {}
        self._spared: dict[tuple[int, int], tuple[int, Ints]] = {}
        self._made: list[Tree] = []
        self._used = 0

    def begin_step(self, step: int, limit_wait: Floats, banned: Flags) -> None:
        """Forget the last step, and take in this one; nothing is accepted for banned limits."""
        self._banned = banned
        self._looked.clear()
        self._trees.clear()
        self._weight.clear()
        self._queued.clear()
        self._open.clear()
        self._used = 0
        self._step = step
        self._limit_wait = limit_wait

    def forget_trees(self) -> None:
        """Look anew at what is full, and forget the ways of whom it keeps from more than before."""
        self._looked.clear()

    def _look(self, c: int, full: Flags) -> Flags:
        """Return the arcs on which newcomers of a class can have no more, shape (A,)."""
        if c not in self._looked:
            self._looked.add(c)
            members = self._members[c]
            taken = np.zeros(len(self._p.tail), dtype=np.bool_)
            taken[self._member_arc[members[full[self._p.member_limit[members]]]]] = True
            if not np.array_equal(taken, self._taken[c]):
                self._taken[c] = taken
                self._looks[c] += 1
                self._trees.pop(c, None)
                for waiting in (False, True):
                    self._open.pop((c, waiting), None)
            self._trees.setdefault(c, {})
        return self._taken[c]

    def _base(self, c: int) -> Floats:
        if c not in self._weight:
            p, s = self._p, self._p.state[self._step]
            weight = p.usd[s, c] + p.value_of_time[c] * p.hours[s, c]
            members = self._members[c]
            limit = p.member_limit[members]
            stopped = (p.level[self._step][limit] <= 0) | self._banned[limit]
            own = np.where(stopped, np.inf, 24.0 * p.value_of_time[c] * self._limit_wait[c][limit])
            waits = own > 0
            np.add.at(weight, self._member_arc[members[waits]], own[waits])
            self._weight[c] = weight
        return self._weight[c]

    def _usual(self, c: int, *, waiting: bool) -> Floats:
        """Return the weights of a class, where what leads through a known queue may be shut."""
        return self._base(c) if waiting else self._without_queues(c)

    def _without_queues(self, c: int) -> Floats:
        """Return the weights of a class with what leads through a known queue shut."""
        if c not in self._queued:
            weight = self._base(c).copy()
            queued = self._limit_wait[c] > TROUBLE_DAYS
            members = self._members[c]
            weight[self._member_arc[members[queued[self._p.member_limit[members]]]]] = np.inf
            self._queued[c] = weight
        return self._queued[c]

    def to(self, demand: int, full: Flags, base: int, own: Ints, *, waiting: bool = True) -> Tree:
        """Return the tree of ways to a demand's destination; `reach` grows it.

        Demands of one class that go to one place share a tree, unless one of them has its
        place on an arc where newcomers have none.

        Parameters
        ----------
        demand
            Number of the demand.
        full
            Limits of which newcomers can have no more, shape (R,); the same ones until
            trees are forgotten.
        base, own
            The base route that is to be left, and its arcs, on which the cargo has its place all
            the same.
        waiting
            Whether ways may lead through a queue that is known.
        """
        c = self._kind[demand]
        taken = self._look(c, full)
        spared = self._spared_of(c, base, own)
        key = (self._target[demand], waiting, spared.tobytes())
        tree = self._trees[c].get(key)
        if tree is None:
            if (c, waiting) not in self._open:
                self._open[c, waiting] = np.where(taken, np.inf, self._usual(c, waiting=waiting))
            weight = self._open[c, waiting]
            if len(spared):
                weight = weight.copy()
                weight[spared] = self._usual(c, waiting=waiting)[spared]
            tree = self._trees[c][key] = self._new_tree()
            tree.begin(weight, key[0])
        return tree

    def _spared_of(self, c: int, base: int, own: Ints) -> Ints:
        """Return the arcs of a base route on which newcomers of a class can have no more."""
        known = self._spared.get((c, base))
        if known is None or known[0] != self._looks[c]:
            known = self._spared[c, base] = self._looks[c], own[self._taken[c][own]]
        return known[1]

    def _new_tree(self) -> Tree:
        """Return a tree that no way of this step is in."""
        if self._used == len(self._made):
            self._made.append(Tree(self._p.n_mode_nodes, len(self._p.tail)))
        self._used += 1
        return self._made[self._used - 1]

    def reach(self, tree: Tree, place: int, most: float) -> float:
        """Return the distance of a place where it is below `most`, or else what is no less."""
        return tree.reach(self._star, place, most)

    def path(self, tree: Tree, place: int, demand: int) -> Ints:
        """Return the arcs from a place that has been reached to the target of a demand's tree."""
        arcs: Ints = _path(tree.following, self._p.head, place, self._target[demand])
        return arcs


@compiled
def _path(following, head, place, target):
    """Return the arcs that lead from a place to the target of a tree, in their order."""
    size = 0
    at = place
    while at != target:
        at = head[following[at]]
        size += 1
    arcs = np.empty(size, dtype=np.int64)
    at = place
    for i in range(size):
        arcs[i] = following[at]
        at = head[following[at]]
    return arcs
