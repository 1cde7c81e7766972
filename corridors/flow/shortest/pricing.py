"""The pricing problem: the paths that the prices of the limits make worth having.

Each commodity is offered its cheapest path where costs are raised by what the
limits charge; how far every node is from each destination at undisturbed cost
points the search at it. Among paths of equal cost the tie cost and the rank
decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.flow.arrays import TOLERANCE, only_shut
from corridors.flow.shortest import ties, trees
from corridors.flow.shortest.concern import unconcerned
from corridors.flow.shortest.ends import between_ends, by_node, ends_of, far_from
from corridors.flow.shortest.weights import ArcWeights, offer

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.problem import FlowProblem

_MOST_BOUNDS = 30_000_000
"""Most numbers spent on knowing how far each node is from each destination."""

_SHARED = 8
"""Commodities for each origin and class from which one tree serves them all."""

_SMALL, _SHARED_SMALL = 64, 2
"""Nodes up to which so few are enough: a search for one end walks through most of them anyhow."""

_OFTEN, _BOUNDS_FOR_EACH = 4, 20_000
"""How often it is asked what a change concerns before it pays to know how far it was.

And once for so many numbers that it takes to know how far it is at least, whatever is kept.
"""

_HAIR = 1e-12
"""By how much prices may differ, relative to what they are, that only rounding has moved."""

_NOWHERE: Floats = np.empty((0, 0))


class Offer(NamedTuple):
    """What paths cost at some prices, and what commodities may pay for them.

    Attributes
    ----------
    weight
        Of arcs by class, charges included, shape (C, A).
    sigma, near
        What each commodity pays, and within what hair costs are equal, shape (K,).
    ceiling
        Below which a path is better, shape (K,).
    short
        Commodities that might as well fall short, shape (K,).
    """

    weight: Floats
    sigma: Floats
    near: Floats
    ceiling: Floats
    short: Flags


class Tied(NamedTuple):
    """The best path of each commodity among those of least cost.

    Attributes
    ----------
    tie_cost, rank
        Of the path, charges included, shape (K,); ``inf`` where there is none or it is not told.
    start, arcs
        The paths, as offsets (K + 1,) into arc numbers.
    choices
        Among how many linearly independent paths each could choose, shape (K,).
    """

    tie_cost: Floats
    rank: Floats
    start: Ints
    arcs: Ints
    choices: Ints


class _Kept(NamedTuple):
    """What the first answer was: weights, prices, subgraphs of equal cost, choices in them."""

    weight: Floats
    sigma: Floats
    price: Floats
    short: Flags
    subgraphs: tuple[Ints, Ints, Ints, Flags, Flags]
    choices: Ints


class _Around(NamedTuple):
    """How far it is at least from origins and to destinations, (N, .), and which are each group's.

    Groups of the same ends stand class by class here; each commodity is of one, `group_of`.
    """

    since: Floats
    which_since: Ints
    togo: Floats
    which_togo: Ints
    of_class: Ints
    group_of: Ints


class Pricing:
    """Finds paths on the arcs of one problem.

    Parameters
    ----------
    problem
        In canonical numbering; its costs and tie costs may change later, by `aim`.
    unit
        Units of a limit that a member takes, as the prices count them, shape (E,).
    rank, rank_of_commodity
        The rank of a path is the sum of the ranks of its arcs times the
        commodity's, shapes (A,) and (K,).
    """

    def __init__(
        self, problem: FlowProblem, unit: Floats, rank: Floats, rank_of_commodity: Floats
    ) -> None:
        self._p = p = problem
        self._rank, self._rank_of_commodity = rank, rank_of_commodity
        self._weights = ArcWeights(p, unit)
        self._star = trees.forward_star(p.tail, p.n_nodes)
        self._in_star = trees.forward_star(p.head, p.n_nodes)
        self._aimed_at: Floats | None = None
        self._togo: Floats = np.empty((1, 0))
        # What was offered last, and ties by it: all the same arrays each time.
        k = p.n_commodities
        self._price = np.empty(p.n_limits)
        self._sigma, self._near, self._ceiling = np.empty((3, k))
        self._short = np.empty(k, dtype=np.bool_)
        self._first, self._size, self._choices = np.empty((3, k), dtype=np.int64)
        self._part, self._single, self._decided = np.empty((3, k), dtype=np.bool_)
        self._lengths = np.empty((2, k))
        self._arcs: Ints | None = None
        self._kept: _Kept | None = None
        self._around: _Around | None = None
        self._before: tuple[Floats, Floats] | None = None
        self._asked = 0
        self._same: tuple[Floats, Flags] | None = None
        self._given: Floats | None = None
        self._tie_cost = p.tie_cost
        self._nobody = np.zeros(p.n_commodities, dtype=np.bool_)
        self.aim(p.cost, p.tie_cost)

    def aim(self, cost: Floats, tie_cost: Floats) -> None:
        """Find out how far every node is from each destination, where that is not too much.

        Parameters
        ----------
        cost, tie_cost
            By class and arc, shape (C, A); no weight may be below the cost later.
        """
        p = self._p
        if self._tie_cost is not tie_cost and not np.array_equal(self._tie_cost, tie_cost):
            self._kept = None
        self._tie_cost = tie_cost
        # What is shut only makes ways longer: distances without it bound them from below still.
        if self._aimed_at is not None and only_shut(cost, self._aimed_at):
            return
        self._kept = self._around = None
        if self._aimed_at is None:
            self._groups = trees.group_commodities(p.origin, p.commodity_class)
            self._alike = between_ends(p)
            self._ends, self._starts = ends_of(p.destination, p), ends_of(p.origin, p)
            self._group_of = np.empty(p.n_commodities, dtype=np.int64)
            count = np.diff(self._alike[2])
            self._group_of[self._alike[3]] = np.repeat(np.arange(len(count)), count)
            few = _SHARED_SMALL if p.n_nodes <= _SMALL else _SHARED
            self._shared = len(self._alike[0]) >= few * len(self._groups[0])
        self._aimed_at = cost
        if self._shared or not self._bounded(self._ends[0]):
            self._group_togo = np.full(len(self._groups[0]), -1, dtype=np.int64)
            return
        self._togo = self._to_ends(cost)
        self._groups = self._alike
        self._group_togo = self._ends[1][self._groups[3][self._groups[2][:-1]]]

    def _bounded(self, *ends: Ints) -> bool:
        """Say whether to know how far each node is from some ends is not too much."""
        return 0 < sum(map(len, ends)) * self._p.n_nodes <= _MOST_BOUNDS

    def _to_ends(self, weight: Floats, most: Floats | None = None) -> Floats:
        """Return how far it is from each node to each destination, a hair less, shape (Q, N)."""
        return far_from(self._in_star, self._p.tail, weight, self._ends[0], most)

    def open(self, problem: FlowProblem) -> Floats:
        """Return the costs of a problem, ``inf`` where closed, shape (C, A); until the next."""
        return self._weights.open(problem)

    @property
    def shut(self) -> Flags:
        """Arcs that the problem last opened closes to any class, shape (A,)."""
        return self._weights.shut

    def offer(self, prices: Floats, wanted: Floats, penalty: Floats) -> Offer:
        """Return what the problem last opened costs at some prices; until the next.

        Parameters
        ----------
        prices
            Of the limits, shape (R,); below 0 by no more than rounding.
        wanted, penalty
            What commodities would pay if they could not fall short, and what that costs, (K,).
        """
        offer(
            prices, wanted, penalty, TOLERANCE, self._price, self._sigma, self._near,
            self._ceiling, self._short,
        )  # fmt: skip
        self._given = self._weights.at(self._price)
        return Offer(self._given, self._sigma, self._near, self._ceiling, self._short)

    def keep(self) -> None:
        """Keep what the last ties were decided by, as what later questions are held against."""
        if self._arcs is not None:
            self._before, self._asked = None, 0
            sigma = self._sigma.copy()
            self._hair = _hair(sigma)
            self._top = sigma - self._near + self._hair
            subgraphs = self._first, self._size, self._arcs, self._part, self._single
            if self._kept is not None and self._decided.any():
                subgraphs = _joined(self._decided, self._kept.subgraphs, subgraphs)
            price, short = self._weights.charged_at.copy(), self._short.copy()
            self._kept = _Kept(
                self._weights.keep(), sigma, price, short, _packed(subgraphs), self._choices.copy()
            )

    def _unconcerned(self, weight: Floats, ceiling: Floats) -> tuple[Flags, Floats]:
        """Return which commodities find below a ceiling what the first answer found, shape (K,).

        A hair above it, too, so that it holds for all that costs as little. Only
        where searches are pointed at each destination: a tree serves all alike. With the ceilings
        of the others.
        """
        kept, p = self._kept, self._p
        if kept is None or not self._bounded(self._ends[0], self._starts[0]):
            return self._nobody, ceiling
        cells = self._weights.changed if weight is self._given else None
        if cells is None:
            cells = np.flatnonzero(weight != kept.weight)
        self._asked += 1
        bounds = p.n_nodes * (len(self._ends[0]) + len(self._starts[0])) // _BOUNDS_FOR_EACH
        # Where few questions come the searches that it saves are fewer than those it takes to know
        # how far it is; and where a tree serves many it would be grown for one or the other.
        soon = self._around is None and self._asked <= bounds
        if soon or (self._shared and len(cells) > p.n_nodes):
            return self._nobody, ceiling
        around = self._around = self._around or self._look_around()
        if self._before is None and self._asked >= _OFTEN:
            self._before = self._look_back(kept)
        before = (_NOWHERE, _NOWHERE) if self._before is None else self._before
        found: tuple[Flags, Floats] = unconcerned(
            cells, kept.weight, weight, p.tail, p.head, *around, *before, ceiling, self._top
        )  # fmt: skip
        return found

    def _look_around(self) -> _Around:
        """Find out how far it is at least from each origin and to each destination."""
        assert self._aimed_at is not None
        _, own_class, group_start, members = self._alike
        order = np.argsort(own_class, kind="stable")
        of_class = np.searchsorted(own_class[order], np.arange(self._p.n_classes + 1))
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        first = members[group_start[:-1]][order]
        since = far_from(self._star, self._p.head, self._aimed_at, self._starts[0], None)
        togo = self._togo if len(self._togo[0]) else self._to_ends(self._aimed_at)
        which = self._starts[1][first], self._ends[1][first]
        return _Around(
            by_node(since), which[0], by_node(togo), which[1], of_class, place[self._group_of]
        )

    def _look_back(self, kept: _Kept) -> tuple[Floats, Floats]:
        """Find out how far it was by the weights of the first answer, as far as that may matter."""
        around = self._around
        assert around is not None
        reach = np.full(len(self._alike[0]), -np.inf)
        most = kept.sigma + 4.0 * TOLERANCE * (1.0 + np.abs(kept.sigma))
        np.maximum.at(reach, around.group_of, most)
        far = []
        for of, ends in ((around.which_since, self._starts), (around.which_togo, self._ends)):
            most = np.zeros(len(ends[0]))
            np.maximum.at(most, of, reach)
            far.append(most)
        since = far_from(self._star, self._p.head, kept.weight, self._starts[0], far[0])
        return by_node(since), by_node(self._to_ends(kept.weight, far[1]))

    def better(self, weight: Floats, ceiling: Floats) -> tuple[Ints, Ints, Ints]:
        """Find what `cheapest` does, but ask no commodity that can have nothing new."""
        same, rest = self._unconcerned(weight, ceiling)
        self._same = weight, same
        return self.cheapest(weight, rest)

    def cheapest(self, weight: Floats, ceiling: Floats) -> tuple[Ints, Ints, Ints]:
        """Find each commodity's cheapest path where that is below a ceiling.

        Parameters
        ----------
        weight
            By class and arc, shape (C, A); ``inf`` where an arc may not be used.
        ceiling
            By commodity, shape (K,).

        Returns
        -------
        wanted, start, arcs
            Commodities that have one; and the paths, as offsets (K + 1,) by
            commodity into arc numbers.
        """
        p = self._p
        found: tuple[Ints, Ints, Ints] = trees.cheapest_paths(
            *self._star,
            p.tail,
            p.head,
            weight,
            self._togo,
            self._group_togo,
            *self._groups,
            p.destination,
            ceiling,
        )
        return found

    def tied(self, offered: Offer, price: Floats) -> Tied:
        """Find the best path by tie cost, then rank, among those of least cost.

        Parameters
        ----------
        offered
            The last offer. Of commodities that might not as well fall short whatever costs
            least is known: where only one path does, it is not told; nor is what was
            decided by the same prices before.
        price
            Of each limit, in tie cost and in rank, shape (2, R).
        """
        p, kept, (weight, sigma, near, _, short) = self._p, self._kept, offered
        if kept is not None and self._same is not None and self._same[0] is weight:
            before = self._same[1], kept.sigma, kept.short, self._hair
        else:
            before = self._nobody, sigma, short, near
        new = self._first, self._size, self._part, self._single
        arcs = self._arcs = ties.tight_subgraphs(
            *self._star,
            *self._in_star,
            p.tail,
            p.head,
            weight,
            self._togo,
            self._group_togo,
            *self._groups,
            p.destination,
            sigma,
            near,
            short,
            *before,
            self._decided,
            *new,
        )
        first, size, part, single = new
        subgraphs = first, size, arcs, part, single
        # At the same prices what was decided by them stays decided.
        known, choices, last = subgraphs, self._choices, price
        if kept is not None:
            known, choices, last = kept.subgraphs, kept.choices, kept.price
        path_start, path_arcs = ties.paths_by_tie_cost(
            p.n_nodes,
            p.tail,
            p.head,
            self._tie_cost,
            self._rank,
            self._weights.charges(price),
            self._rank_of_commodity,
            p.origin,
            p.commodity_class,
            p.destination,
            *subgraphs,
            *known,
            short,
            self._decided,
            choices,
            self._weights.recharged(price, last, _HAIR),
            self._lengths,
            self._choices,
        )
        return Tied(self._lengths[0], self._lengths[1], path_start, path_arcs, self._choices)


def _hair(sigma: Floats) -> Floats:
    """Return by how much prices of commodities may differ that only rounding has moved."""
    return np.asarray(_HAIR * (1.0 + np.abs(sigma)))


def _packed(
    subgraphs: tuple[Ints, Ints, Ints, Flags, Flags],
) -> tuple[Ints, Ints, Ints, Flags, Flags]:
    """Return subgraphs in arrays of their own, without the arcs that belong to none."""
    first, size, arcs, takes_part, single = subgraphs
    start = np.cumsum(size) - size
    kept = np.repeat(first - start, size) + np.arange(int(size.sum()))
    return start, size.copy(), arcs[kept], takes_part.copy(), single.copy()


def _joined(
    kept: Flags,
    old: tuple[Ints, Ints, Ints, Flags, Flags],
    new: tuple[Ints, Ints, Ints, Flags, Flags],
) -> tuple[Ints, Ints, Ints, Flags, Flags]:
    """Return subgraphs that are the old ones of some commodities and the new ones of the others."""
    return (
        np.where(kept, old[0], new[0] + len(old[2])),
        np.where(kept, old[1], new[1]),
        np.concatenate([old[2], new[2]]),
        np.where(kept, old[3], new[3]),
        np.where(kept, old[4], new[4]),
    )
