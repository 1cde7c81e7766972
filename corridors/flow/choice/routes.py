"""The routes that cargo chooses among, and what they cost, share and take of limits."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.choice import kernels

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.choice.model import Counts
    from corridors.flow.problem import FlowProblem


@dataclass(frozen=True, eq=False)
class RouteSet:
    """Routes by commodity, each once, in an order that depends on nothing but the routes.

    Attributes
    ----------
    commodity
        Of each route, rising, shape (P,).
    start, arcs
        Routes as offsets (P + 1,) into arc numbers.
    """

    commodity: Ints
    start: Ints
    arcs: Ints

    @classmethod
    def of(cls, paths: Iterable[tuple[int, Ints]]) -> RouteSet:
        """Return the set of some routes, given as commodity and arcs, doubles left out."""
        ordered = sorted({(int(k), tuple(arcs.tolist())) for k, arcs in paths})
        start = np.zeros(len(ordered) + 1, dtype=np.int64)
        np.cumsum([len(arcs) for _, arcs in ordered], out=start[1:])
        made = cls(
            np.array([k for k, _ in ordered], dtype=np.int64),
            start,
            np.array([a for _, arcs in ordered for a in arcs], dtype=np.int64),
        )
        made.__dict__["keys"] = ordered
        return made

    @cached_property
    def keys(self) -> list[tuple[int, tuple[int, ...]]]:
        """Commodity and arcs of each route, as plain numbers."""
        arcs, start = self.arcs.tolist(), self.start.tolist()
        return [
            (k, tuple(arcs[i:j]))
            for k, (i, j) in zip(self.commodity.tolist(), pairwise(start), strict=True)
        ]

    def __getstate__(self) -> dict[str, Ints]:
        """Return what another process needs; it finds the rest again."""
        return {"commodity": self.commodity, "start": self.start, "arcs": self.arcs}

    def __len__(self) -> int:
        return len(self.commodity)

    def path(self, number: int) -> Ints:
        """Return the arcs of a route."""
        return self.arcs[self.start[number] : self.start[number + 1]]

    def paths(self) -> list[tuple[int, Ints]]:
        """Return commodity and arcs of every route."""
        return [(k, self.path(i)) for i, k in enumerate(self.commodity.tolist())]

    def with_paths(self, paths: Iterable[tuple[int, Ints]]) -> RouteSet:
        """Return the set with some more routes."""
        keys = list(self.keys)
        places: list[int] = []
        new: list[tuple[int, tuple[int, ...]]] = []
        for key in sorted({(int(k), tuple(arcs.tolist())) for k, arcs in paths}):
            place = bisect_left(keys, key)
            if place == len(keys) or keys[place] != key:
                places.append(place)
                new.append(key)
        if not new:
            return self
        lengths = [len(arcs) for _, arcs in new]
        before = np.repeat(self.start[places], lengths)
        start = np.zeros(len(keys) + len(new) + 1, dtype=np.int64)
        np.cumsum(np.insert(np.diff(self.start), places, lengths), out=start[1:])
        made = RouteSet(
            np.insert(self.commodity, places, [k for k, _ in new]),
            start,
            np.insert(self.arcs, before, [a for _, arcs in new for a in arcs]),
        )
        for place, key in zip(reversed(places), reversed(new), strict=True):
            keys.insert(place, key)
        made.__dict__["keys"] = keys
        return made

    def only(self, keep: Flags) -> RouteSet:
        """Return the set of those routes that a mask keeps."""
        if keep.all():
            return self
        lengths = np.diff(self.start)
        start = np.zeros(int(keep.sum()) + 1, dtype=np.int64)
        np.cumsum(lengths[keep], out=start[1:])
        return RouteSet(self.commodity[keep], start, self.arcs[np.repeat(keep, lengths)])

    def of_arcs(self) -> Ints:
        """Return the route of each entry of `arcs`."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))

    def sums(self, problem: FlowProblem, weight: Floats) -> Floats:
        """Return the sum of weights by class and arc, (C, A), over each route, shape (P,)."""
        route = self.of_arcs()
        own = weight[problem.commodity_class[self.commodity[route]], self.arcs]
        return np.bincount(route, own, len(self)).astype(np.float64)

    def log_size_beside(
        self, k: int, arcs: Ints, cost: Floats, own: float, weighed: Floats, scale: float
    ) -> float:
        """Return the logarithm of the path-size factor that one more path would have.

        Parameters
        ----------
        k, arcs
            Its commodity and arcs.
        cost
            Listed cost of each of them.
        own
            What it costs when overlaps are weighed.
        weighed
            The same of each route, shape (P,).
        scale
            Inverse of the cost by which the commodity's choices spread.
        """
        whole = float(cost.sum())
        if not whole > 0:
            return 0.0
        first, last = np.searchsorted(self.commodity, [k, k + 1])
        used = self.arcs[self.start[first] : self.start[last]]
        each = np.repeat(weighed[first:last], np.diff(self.start[first : last + 1]))
        size = max(int(used.max(initial=0)), int(arcs.max())) + 1
        least = np.full(size, np.inf)
        np.minimum.at(least, used, each)
        users = np.bincount(used, np.exp(-scale * (each - least[used])), size)[arcs]
        best = np.minimum(least[arcs], own)
        many = users * np.exp(-scale * (least[arcs] - best)) + np.exp(-scale * (own - best))
        return float(np.log((cost / many).sum() / whole))

    def log_sizes(self, problem: FlowProblem, scale: Floats, weighed: Floats) -> Floats:
        """Return the logarithm of each route's path-size factor, shape (P,).

        The factor is the share of a route's cost that lies on arcs of its own, an arc
        used by n routes of the commodity counting a n-th. A route counts in n as far as it
        comes near to the best one that uses the arc, ``exp(-scale * (cost - least))``: one that
        nobody would take changes nothing for the others (Ben-Akiva and Bierlaire 1999
        weigh by the ratio of lengths; the exponential is that of Duncan et al. 2020, taken
        against the best user of the arc, so that routes alike in all but a siding cost
        together what the best of them costs). Arcs that cost nothing count by their number
        where a route has no others.

        Parameters
        ----------
        problem
            Listed costs.
        scale
            Inverse of the cost by which choices spread, shape (K,).
        weighed
            What each route costs when overlaps are weighed, shape (P,).
        """
        route = self.of_arcs()
        k = self.commodity[route]
        cost = problem.cost[problem.commodity_class[k], self.arcs]
        total = np.bincount(route, cost, len(self))
        cost = np.where(total[route] > 0, cost, 1.0)
        total = np.bincount(route, cost, len(self))
        users = kernels.users_of_arcs(
            self.commodity, self.start, self.arcs, weighed, scale, problem.n_arcs
        )
        own = np.bincount(route, cost / users, len(self))
        # A commodity that is where it wants to be has one route, without arcs.
        return np.log(np.divide(own, total, out=np.ones(len(self)), where=total > 0))


@dataclass(frozen=True, eq=False)
class Terms:
    """What a unit on each route adds to limits and counts.

    Attributes
    ----------
    start, term, unit
        Terms of each route as offsets (P + 1,); the term is a limit, or the number of
        limits plus a count; units of counts are negative, as their multipliers are
        taken off the cost.
    """

    start: Ints
    term: Ints
    unit: Floats


def terms_of(routes: RouteSet, problem: FlowProblem, counts: Counts) -> Terms:
    """Return what routes take of limits and add to counts; of the same ones found once."""
    known = routes.__dict__.get("terms")
    if known is not None and known[0] is problem and known[1] is counts:
        found: Terms = known[2]
        return found
    p = problem
    arc = np.concatenate([p.member_arc, counts.member_arc])
    every = np.full(len(p.member_arc), -1, dtype=np.int64)
    order = np.argsort(arc, kind="stable")
    first = np.zeros(p.n_arcs + 1, dtype=np.int64)
    np.cumsum(np.bincount(arc, minlength=p.n_arcs), out=first[1:])
    start, term, unit = kernels.counted_terms(
        routes.start,
        routes.arcs,
        p.commodity_class[routes.commodity],
        routes.commodity,
        first,
        np.concatenate([p.member_limit, p.n_limits + counts.member_count])[order],
        np.concatenate([p.member_class, counts.member_class])[order],
        np.concatenate([every, counts.member_commodity])[order],
        np.concatenate([p.member_factor, -counts.member_factor])[order],
        p.n_limits + counts.size,
    )
    found = Terms(start, term, unit)
    routes.__dict__["terms"] = problem, counts, found
    return found
