"""One numbering for equal problems, whatever the order of their rows."""

from __future__ import annotations

from dataclasses import fields
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.problem import OF_A_STEP, with_arrays
from corridors.flow.shortest.trees import forward_star

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats, Ints
    from corridors.flow.problem import FlowProblem


def generic(place: int | Ints, seed: float) -> Floats:
    """Return numbers between 0 and 1 of which no two small sums are the same.

    Multiples of an irrational number, without their whole part (Weyl 1916), bent. As they are, two
    pairs of multiples whose places add up to the same would have one sum: what is between two
    ports and two others would be decided by nothing.

    Parameters
    ----------
    place
        Which multiples, from 0, or of how many the first ones.
    seed
        The irrational number.
    """
    places = np.arange(place) if isinstance(place, int) else place
    part = np.modf((places + 1) * seed)[0]
    return np.asarray(2.0 * part / (1.0 + part))


class Numbering:
    """The order in which the engine sees the arcs, commodities and limits of a problem.

    Parameters
    ----------
    problem
        Its `arc_rank` and `commodity_rank` give the order of arcs and
        commodities; that of the limits follows from their members.

    Attributes
    ----------
    arc_order, commodity_order, limit_order
        Number in the problem of each of the engine's.
    arc_number, commodity_number, limit_number
        Number in the engine of each of the problem's.
    class_of
        Class of each of the problem's commodities.
    commodity_place
        Rank of each of the engine's commodities, rising, with a gap where one is left out.
    limit_scale
        Largest factor of each limit, by which the engine divides it, shape (R,).
    unit
        Factor of each member divided by its limit's scale, shape (E,).
    limit_keys
        What stands in each of the engine's limits, and how many before it say the same.
    """

    def __init__(self, problem: FlowProblem) -> None:
        self.limit_keys: list[tuple[bytes | int, ...]] = []
        self.arc_order, self.arc_number = _orders(problem.arc_rank)
        self.commodity_order, self.commodity_number = _orders(problem.commodity_rank)
        self.class_of = problem.commodity_class.astype(np.int64)
        place = problem.commodity_rank[self.commodity_order]
        # Without some of its commodities a problem decides the ties of the others as it did.
        alike = len(place) and (place[0] < 0 or (np.diff(place) == 0).any())
        self.commodity_place = np.arange(len(place)) if alike else place
        self._member_order, limit_order = self._members(problem)
        self.limit_order = limit_order
        self.limit_number = np.argsort(limit_order, kind="stable").astype(np.int64)
        e = self._member_order
        self._member_limit = self.limit_number[problem.member_limit[e]]
        self._member_arc = self.arc_number[problem.member_arc[e]]
        self._member_class = problem.member_class[e].astype(np.int64)
        self._member_factor = problem.member_factor[e]
        scale = np.zeros(problem.n_limits)
        np.maximum.at(scale, self._member_limit, self._member_factor)
        scale[scale == 0] = 1.0
        self.limit_scale = scale
        self.unit = self._member_factor / scale[self._member_limit]
        self._given: FlowProblem | None = None
        self._made: FlowProblem | None = None
        self._star: tuple[Ints, Ints] | None = None

    def _members(self, problem: FlowProblem) -> tuple[Ints, Ints]:
        """Return members sorted by limit, and the limits by their members."""
        arc = self.arc_number[problem.member_arc]
        order = np.lexsort((problem.member_factor, problem.member_class, arc, problem.member_limit))
        limit = problem.member_limit[order]
        start = np.searchsorted(limit, np.arange(problem.n_limits + 1))
        # Big-endian bytes of whole numbers of one sign sort as the numbers do.
        arcs = arc[order].astype(">i8").tobytes()
        classes = (problem.member_class[order] + 1).astype(">i8").tobytes()
        factors = problem.member_factor[order].astype(">f8").tobytes()
        keys = [(arcs[a:b], classes[a:b], factors[a:b]) for a, b in pairwise((8 * start).tolist())]
        ordered = sorted(range(problem.n_limits), key=keys.__getitem__)
        limits = np.array(ordered, dtype=np.int64)
        # Those that say the same stand side by side.
        last, count, before = None, 0, []
        for r in ordered:
            count = count + 1 if keys[r] == last else 0
            last = keys[r]
            self.limit_keys.append((*last, count))
            before.append(count)
        group = np.cumsum(np.array(before, dtype=np.int64) == 0) - 1
        several = np.flatnonzero(np.bincount(group, minlength=1) > 1)
        self._twins = [np.flatnonzero(group == number) for number in several]
        self._twin_of = np.full(problem.n_limits, -1, dtype=np.int64)
        for number, twins in enumerate(self._twins):
            self._twin_of[twins] = number
        rank = np.empty(problem.n_limits, dtype=np.int64)
        rank[limits] = np.arange(problem.n_limits)
        members = order[np.argsort(rank[limit], kind="stable")]
        return members.astype(np.int64), limits

    @cached_property
    def number_of_limit(self) -> dict[tuple[bytes | int, ...], int]:
        """Number of each of the engine's limits by its key."""
        return {key: number for number, key in enumerate(self.limit_keys)}

    def star_by_rank(self, problem: FlowProblem) -> tuple[Ints, Ints]:
        """Return the forward star of a problem's arcs, in its own numbers, by rank."""
        if self._star is None:
            start, star = forward_star(problem.tail[self.arc_order], problem.n_nodes)
            self._star = start, self.arc_order[star]
        return self._star

    def share(self, price: Floats, problem: FlowProblem) -> Floats:
        """Share the price of limits that say the same between them.

        Only their sum means anything, and nothing tells them apart.

        Parameters
        ----------
        price
            Of each limit, by the problem's own number, shape (R,); as what is returned.
        problem
            In canonical numbering.
        """
        if not self._twins:
            return price
        price = price[self.limit_order]
        shared = price.copy()
        for number in sorted(set(self._twin_of[price != 0].tolist()) - {-1}):
            twins = self._twins[number]
            groups: dict[tuple[float, float], list[int]] = {}
            for r in twins.tolist():
                key = (float(problem.bound[r]), float(problem.excess_price[r]))
                groups.setdefault(key, []).append(r)
            for limits in groups.values():
                shared[limits] = price[limits].sum() / len(limits)
        return shared[self.limit_number]

    def fits(self, problem: FlowProblem, other: FlowProblem) -> bool:
        """Whether two problems share arcs, commodities and members of limits."""
        return (
            problem.n_nodes == other.n_nodes
            and all(
                a is b or np.array_equal(a, b)
                for a, b in (
                    (getattr(problem, name), getattr(other, name))
                    for name in (
                        "tail",
                        "head",
                        "origin",
                        "destination",
                        "commodity_class",
                        "member_limit",
                        "member_arc",
                        "member_class",
                        "member_factor",
                        "arc_rank",
                        "commodity_rank",
                    )
                )
            )
            and len(problem.bound) == len(other.bound)
            and np.array_equal(np.isinf(problem.excess_price), np.isinf(other.excess_price))
        )

    def canonical(self, problem: FlowProblem) -> FlowProblem:
        """Return a problem in the engine's numbering; what did not change stays the same object."""
        last, made = self._given, self._made
        if last is problem and made is not None:
            return made
        arcs, commodities, limits = self.arc_order, self.commodity_order, self.limit_order
        other = object.__new__(type(problem))
        if last is not None and made is not None and but_closures(last, problem):
            other.__dict__.update(made.__dict__)
            if last.closed is not problem.closed:
                other.__dict__["closed"] = problem.closed[arcs]
            self._given, self._made = problem, other
            return other
        if last is None or made is None:
            values = {
                "n_nodes": problem.n_nodes,
                "tail": problem.tail[arcs],
                "head": problem.head[arcs],
                "origin": problem.origin[commodities],
                "destination": problem.destination[commodities],
                "commodity_class": problem.commodity_class[commodities].astype(np.int64),
                "member_limit": self._member_limit,
                "member_arc": self._member_arc,
                "member_class": self._member_class,
                "member_factor": self._member_factor,
                "arc_limit": None,
                "arc_rank": np.arange(problem.n_arcs, dtype=np.int64),
                "commodity_rank": np.arange(problem.n_commodities, dtype=np.int64),
            }
        else:
            values = dict(made.__dict__)
        for name, order in (
            ("amount", commodities),
            ("penalty", commodities),
            ("bound", limits),
            ("excess_price", limits),
            ("closed", arcs),
        ):
            if last is None or getattr(last, name) is not getattr(problem, name):
                values[name] = getattr(problem, name)[order]
        for name in ("cost", "tie_cost"):
            if last is None or getattr(last, name) is not getattr(problem, name):
                values[name] = np.ascontiguousarray(getattr(problem, name)[:, arcs])
        other.__dict__.update(values)
        self._given, self._made = problem, other
        return other


def but_closures(problem: FlowProblem, other: FlowProblem) -> bool:
    """Whether two problems on the same arcs hold the same arrays, but for which arcs are closed."""
    return (
        problem.cost is other.cost
        and problem.tie_cost is other.tie_cost
        and problem.amount is other.amount
        and problem.penalty is other.penalty
        and problem.bound is other.bound
        and problem.excess_price is other.excess_price
    )


def _orders(rank: Ints) -> tuple[Ints, Ints]:
    order = np.argsort(rank, kind="stable").astype(np.int64)
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    return order, number


def in_arrays_of(problem: FlowProblem, other: FlowProblem) -> FlowProblem:
    """Return a problem in the arrays of another, wherever the two hold the same numbers.

    What was worked out for an array serves again, and that it is the same is seen at once.

    Parameters
    ----------
    problem, other
        Two problems of the same shape.

    Examples
    --------
    >>> from corridors.flow import FlowProblem
    >>> from corridors.flow.numbering import in_arrays_of
    >>> one, two = (FlowProblem.from_arcs([0], [1], 1, 5, [0], [1], [n], 9) for n in (3, 4))
    >>> again = in_arrays_of(two, one)
    >>> again.tail is one.tail, again.amount is two.amount
    (True, True)
    """
    pairs = {f.name: (getattr(problem, f.name), getattr(other, f.name)) for f in fields(problem)}
    values = {
        name: own
        for name, (own, known) in pairs.items()
        if own is not known and not np.array_equal(own, known)
    }
    shared = with_arrays(other, values)
    if not values.keys() <= OF_A_STEP:
        shared.__dict__.pop("by_step", None)
    return shared
