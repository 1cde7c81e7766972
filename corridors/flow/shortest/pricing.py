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
from corridors.flow.shortest.weights import ArcWeights

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.problem import FlowProblem

_MOST_BOUNDS = 30_000_000
"""Most numbers spent on knowing how far each node is from each destination."""

_SHARED = 8
"""Commodities for each origin and class from which one tree serves them all."""


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
    near: Floats
    price: Floats
    short: Flags
    subgraphs: tuple[Ints, Ints, Ints, Flags, Flags]
    choices: Ints


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
        self._last: _Kept | None = None
        self._kept: _Kept | None = None
        self._around: tuple[Floats, Ints, Floats, Ints, Ints] | None = None
        self._same: tuple[Floats, Flags] | None = None
        self._given: Floats | None = None
        self._tie_cost = p.tie_cost
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
        pairs = np.stack([p.destination, p.commodity_class], axis=1)
        ends, which = np.unique(pairs, axis=0, return_inverse=True)
        if self._aimed_at is None:
            self._groups = trees.group_commodities(p.origin, p.commodity_class)
            self._alike = _between_ends(p)
            self._shared = len(self._alike[0]) >= _SHARED * len(self._groups[0])
        if self._shared or len(ends) * p.n_nodes > _MOST_BOUNDS or not len(ends):
            self._group_togo = np.full(len(self._groups[0]), -1, dtype=np.int64)
            self._aimed_at = cost
            return
        self._togo = trees.distances_to(
            *self._in_star, p.tail, cost, ends[:, 0].copy(), ends[:, 1].copy()
        )
        # A hair shorter, so that rounding cannot make them longer than a path.
        self._togo *= 1.0 - 1e-12
        self._groups = self._alike
        first = self._groups[3][self._groups[2][:-1]]
        self._togo_of = np.ascontiguousarray(which.ravel(), dtype=np.int64)
        self._group_togo = self._togo_of[first]
        self._aimed_at = cost

    def open(self, problem: FlowProblem) -> Floats:
        """Return the costs of a problem, ``inf`` where closed, shape (C, A); until the next."""
        return self._weights.open(problem)

    @property
    def shut(self) -> Flags:
        """Arcs that the problem last opened closes to any class, shape (A,)."""
        return self._weights.shut

    def weights(self, price: Floats) -> Floats:
        """Return these costs with what limits charge at their prices (R,); until the next."""
        self._given = self._weights.at(price)
        return self._given

    def keep(self) -> None:
        """Keep what the last ties were decided by, as what later questions are held against.

        Only where the weights can be kept, too.
        """
        if self._last is not None and self._weights.lasting:
            self._kept = self._last._replace(
                weight=self._weights.keep(), subgraphs=_packed(self._last.subgraphs)
            )

    def _unconcerned(self, weight: Floats, ceiling: Floats) -> Flags:
        """Return which commodities find below a ceiling what the first answer found, shape (K,).

        A hair above it, too, so that it holds for all that costs as little. Only
        where searches are pointed at each destination: a tree serves all alike.
        """
        kept, p = self._kept, self._p
        if kept is None or not len(self._togo[0]):
            return np.zeros(len(ceiling), dtype=np.bool_)
        if self._around is None:
            origin, own_class, group_start, members = self._alike
            pairs = np.stack([origin, own_class], axis=1)
            starts, which = np.unique(pairs, axis=0, return_inverse=True)
            since = trees.distances_to(
                *self._star, p.head, self._aimed_at, starts[:, 0].copy(), starts[:, 1].copy()
            )
            since *= 1.0 - 1e-12
            self._around = since, which.ravel(), self._togo, self._group_togo, own_class
            self._group_of = np.empty(p.n_commodities, dtype=np.int64)
            self._group_of[members] = np.repeat(np.arange(len(origin)), np.diff(group_start))
        reach = np.full(len(self._alike[0]), -np.inf)
        np.maximum.at(reach, self._group_of, ceiling + 4.0 * TOLERANCE * (1.0 + np.abs(ceiling)))
        cells = self._weights.changed if weight is self._given else None
        if cells is None:
            cells = np.flatnonzero(weight != kept.weight)
        concerned = ties.touched(cells, kept.weight, weight, p.tail, p.head, *self._around, reach)
        concerned = concerned[self._group_of]
        return np.asarray(~concerned & (ceiling <= kept.sigma - kept.near + _hair(kept.sigma)))

    def better(self, weight: Floats, ceiling: Floats) -> tuple[Ints, Ints, Ints]:
        """Find what `cheapest` does, but ask no commodity that can have nothing new."""
        same = self._unconcerned(weight, ceiling)
        self._same = weight, same
        return self.cheapest(weight, np.where(same, -1.0, ceiling))

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
        length, start, arcs = trees.cheapest_paths(
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
        return np.flatnonzero(np.isfinite(length)), start, arcs

    def tied(
        self, weight: Floats, sigma: Floats, near: Floats, price: Floats, short: Flags
    ) -> Tied:
        """Find the best path by tie cost, then rank, among those of least cost.

        Parameters
        ----------
        weight
            As in `cheapest`.
        sigma, near
            What a path of each commodity costs at least, and within what two
            costs are equal, shape (K,).
        price
            Of each limit, in tie cost and in rank, shape (2, R).
        short
            Commodities that might as well fall short, shape (K,). Of all others whatever
            costs least is known: where only one path does, it is not told; nor is what
            was decided by the same prices before.
        """
        p = self._p
        kept, same = self._kept, np.zeros(len(sigma), dtype=np.bool_)
        if kept is not None and self._same is not None and self._same[0] is weight:
            same = self._same[1] & (np.abs(sigma - kept.sigma) <= _hair(kept.sigma))
            same &= kept.short | ~short
        subgraphs = ties.tight_subgraphs(
            *self._star,
            *self._in_star,
            p.tail,
            p.head,
            weight,
            self._togo,
            self._group_togo,
            *self._groups,
            p.destination,
            np.where(same, -1.0, sigma + near),
            near,
            short,
        )
        if kept is not None:
            subgraphs = _joined(same, kept.subgraphs, subgraphs)
        first, size, arcs, takes_part, single = subgraphs
        # At the same prices what was decided by them stays decided.
        others = np.zeros(price.shape[1], dtype=np.bool_)
        if kept is not None:
            others |= (np.abs(price - kept.price) > _hair(price)).any(axis=0)
        tie_cost, rank, path_start, path_arcs, freedom = ties.paths_by_tie_cost(
            p.n_nodes,
            p.tail,
            p.head,
            self._tie_cost,
            self._rank,
            self._weights.charges(price),
            self._rank_of_commodity,
            first,
            size,
            arcs,
            p.origin,
            p.commodity_class,
            p.destination,
            takes_part,
            single,
            short,
            same,
            self._weights.charged_by(others),
        )
        choices = np.where(takes_part, freedom, 0)
        if kept is not None:
            choices = np.where(choices < 0, kept.choices, choices)
        self._last = _Kept(weight, sigma, near, price.copy(), short, subgraphs, choices)
        return Tied(tie_cost, rank, path_start, path_arcs, choices)


def _between_ends(p: FlowProblem) -> tuple[Ints, Ints, Ints, Ints]:
    """Group commodities that share origin, class and destination, as steps of a demand do."""
    ends = np.stack([p.origin, p.commodity_class, p.destination], axis=1)
    same, which = np.unique(ends, axis=0, return_inverse=True)
    which = which.ravel()
    members = np.argsort(which, kind="stable").astype(np.int64)
    start = np.searchsorted(which[members], np.arange(len(same) + 1)).astype(np.int64)
    return same[:, 0].copy(), same[:, 1].copy(), start, members


def _hair(sigma: Floats) -> Floats:
    """Return by how much prices of commodities may differ that only rounding has moved."""
    return 1e-12 * (1.0 + np.abs(sigma))


def _packed(
    subgraphs: tuple[Ints, Ints, Ints, Flags, Flags],
) -> tuple[Ints, Ints, Ints, Flags, Flags]:
    """Return subgraphs without the arcs that belong to none."""
    first, size, arcs, takes_part, single = subgraphs
    start = np.cumsum(size) - size
    kept = np.repeat(first - start, size) + np.arange(int(size.sum()))
    return start, size, arcs[kept], takes_part, single


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
