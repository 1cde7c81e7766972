"""A multicommodity flow problem as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.display import card
from corridors.errors import ProblemError, renamed_arguments, renamed_attributes
from corridors.flow.arrays import (
    Flags,
    Floats,
    Ints,
    check_not_negative,
    check_problem,
    check_range,
    closed_arcs,
    costs_by_class,
    numbers,
    one_number,
    whole_numbers,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

ALL_CLASSES = -1
"""Value of `FlowProblem.member_class` that makes a member count for every class."""

_MOST_NODES = 2**31


def _no_ints() -> Ints:
    return np.empty(0, dtype=np.int64)


def _no_floats() -> Floats:
    return np.empty(0, dtype=np.float64)


@renamed_attributes(
    arguments=True,
    second_cost="tie_cost",
    entry_row="member_limit",
    entry_arc="member_arc",
    entry_class="member_class",
    entry_factor="member_factor",
    arc_row="arc_limit",
)
@renamed_attributes(n_rows="n_limits")
@dataclass(frozen=True, eq=False)
class FlowProblem:
    """Multicommodity minimum-cost flow with limits and unserved demand.

    Minimise ``sum(cost * flow) + sum(penalty * shortfall)`` so that each
    commodity leaves its origin and reaches its destination up to its amount,
    what does not is its shortfall, and each limit keeps
    ``sum(factor * flow) <= bound`` over its members.

    Commodities that share arc costs and permissions form a *class*; commodity
    ``k`` pays ``cost[commodity_class[k], a]`` on arc ``a`` and may not use an
    arc whose cost is infinite.

    Attributes
    ----------
    n_nodes
        Number of nodes, numbered from 0.
    tail, head
        Arc ends, shape (A,). Parallel arcs are kept apart.
    cost
        Cost of one unit on an arc, shape (C, A), not negative; ``inf`` forbids.
    tie_cost
        What decides between answers of equal cost (hours, for freight),
        shape (C, A), not negative.
    origin, destination, amount, penalty, commodity_class
        One entry per commodity, shape (K,). The penalty is the loss per unit
        that is not served.
    bound
        Limits, shape (R,); ``inf`` limits nothing, 0 closes.
    excess_price
        What a unit above a limit costs, shape (R,); ``inf``, which is what a
        limit has unless told, lets nothing pass above it. A limit that is hard
        has no price. Several limits over the same members make the cost of
        congestion any convex function of what passes, in pieces.
    step_price
        What each of N equal parts of a commodity would pay at most, shape (K, N), rising along
        a row: a falling demand curve in steps, instead of one penalty for all. With N of 0,
        as it is unless told, every unit is worth the penalty.
    member_limit, member_arc, member_class, member_factor
        Members of the limits, shape (E,): units of limit ``member_limit`` that one
        unit of class ``member_class`` (-1 for all) takes on arc ``member_arc``.
    closed
        Arcs that are taken away, shape (A,).
    arc_limit
        For problems made by `from_arcs`: the limit of each arc, or -1.
    arc_rank, commodity_rank
        Order that decides ties, shape (A,) and (K,). Made from what the rows
        say, never from where they stand, and kept by `changed`.
    """

    n_nodes: int
    tail: Ints
    head: Ints
    cost: Floats
    origin: Ints
    destination: Ints
    amount: Floats
    penalty: Floats
    commodity_class: Ints
    tie_cost: Floats
    bound: Floats = field(default_factory=_no_floats)
    member_limit: Ints = field(default_factory=_no_ints)
    member_arc: Ints = field(default_factory=_no_ints)
    member_class: Ints = field(default_factory=_no_ints)
    member_factor: Floats = field(default_factory=_no_floats)
    closed: Flags = field(default_factory=lambda: np.empty(0, dtype=np.bool_))
    arc_limit: Ints | None = None
    arc_rank: Ints = field(default_factory=_no_ints)
    commodity_rank: Ints = field(default_factory=_no_ints)
    excess_price: Floats = field(default_factory=_no_floats)
    step_price: Floats = field(default_factory=_no_floats)

    def __post_init__(self) -> None:
        if len(self.closed) == 0:
            object.__setattr__(self, "closed", np.zeros(len(self.tail), dtype=np.bool_))
        if len(self.excess_price) == 0:
            object.__setattr__(self, "excess_price", np.full(len(self.bound), np.inf))
        if self.step_price.size == 0:
            object.__setattr__(self, "step_price", np.empty((len(self.origin), 0)))
        check_problem(self)
        if len(self.arc_rank) == 0:
            object.__setattr__(self, "arc_rank", _rank(*_arc_keys(self)))
        if len(self.commodity_rank) == 0:
            keys = (self.origin, self.destination, self.commodity_class, self.penalty, self.amount)
            object.__setattr__(self, "commodity_rank", _rank(*keys))

    @property
    def n_arcs(self) -> int:
        """Number of arcs, A."""
        return len(self.tail)

    @property
    def n_commodities(self) -> int:
        """Number of commodities, K."""
        return len(self.origin)

    @property
    def n_classes(self) -> int:
        """Number of classes, C."""
        return int(self.cost.shape[0])

    @property
    def n_limits(self) -> int:
        """Number of limits, R."""
        return len(self.bound)

    @property
    def n_steps(self) -> int:
        """Steps of each commodity's demand curve, N; 0 where every unit is worth the penalty."""
        return int(self.step_price.shape[1])

    @cached_property
    def by_step(self) -> FlowProblem:
        """The same problem with each step of a demand as a commodity of its own, (K * N).

        Step ``n`` of commodity ``k`` has the number ``k * N + n`` and its price as penalty. A
        problem without steps is its own.
        """
        n = self.n_steps
        if not n:
            return self
        values: dict[str, Any] = {name: np.repeat(getattr(self, name), n) for name in _OF_COMMODITY}
        rank = np.repeat(self.commodity_rank * n, n) + np.tile(np.arange(n), self.n_commodities)
        return replace(
            self,
            **values,
            amount=np.repeat(self.amount / n, n),
            penalty=self.step_price.ravel(),
            commodity_rank=rank,
            step_price=_no_floats(),
        )

    def shortfall_by_step(self, shortfall: Floats) -> Floats:
        """Return what each step falls short of a shortfall, shape (K, N); the cheapest go first.

        Parameters
        ----------
        shortfall
            Units by commodity, shape (K,).
        """
        part = self.amount[:, None] / max(self.n_steps, 1)
        before = part * np.arange(self.n_steps)[None, :]
        return np.asarray(np.clip(np.asarray(shortfall)[:, None] - before, 0.0, part))

    def loss_of(self, shortfall: Floats) -> Floats:
        """Return the loss of what falls short by commodity, shape (K,).

        Parameters
        ----------
        shortfall
            Units by commodity, shape (K,).
        """
        if not self.n_steps:
            return np.asarray(self.penalty * shortfall)
        return np.asarray((self.step_price * self.shortfall_by_step(shortfall)).sum(axis=1))

    def __repr__(self) -> str:
        return (
            f"FlowProblem({self.n_nodes} nodes, {self.n_arcs} arcs, "
            f"{self.n_commodities} commodities, {self.n_limits} limits)"
        )

    def _repr_html_(self) -> str:
        sizes = ("n_nodes", "n_arcs", "n_commodities", "n_limits")
        told = {name.removeprefix("n_"): getattr(self, name) for name in sizes}
        return card(repr(self), told | {"wanted": float(self.amount.sum())})

    @classmethod
    @renamed_arguments(second_cost="tie_cost")
    def from_arcs(
        cls,
        tail: ArrayLike,
        head: ArrayLike,
        cost: ArrayLike,
        capacity: ArrayLike,
        origin: ArrayLike,
        destination: ArrayLike,
        amount: ArrayLike,
        penalty: ArrayLike,
        *,
        tie_cost: ArrayLike = 0.0,
        n_nodes: int | None = None,
    ) -> FlowProblem:
        """Build a problem in which each arc has one cost and one capacity.

        Parameters
        ----------
        tail, head
            Arc ends, whole numbers from 0, shape (A,).
        cost
            Cost per unit, scalar or shape (A,), not negative.
        capacity
            Units that fit through the arc, scalar or shape (A,); may be ``inf``.
        origin, destination, amount
            One entry per commodity, shape (K,).
        penalty
            Loss per unserved unit, scalar or shape (K,), finite.
        tie_cost
            Decides between answers of equal cost, scalar or shape (A,).
        n_nodes
            Number of nodes, where some have no arc.

        Raises
        ------
        ProblemError
            Naming the argument, what was seen and what was expected.

        Examples
        --------
        Two routes from 0 to 2, the cheap one limited to 6 of the 10 units::

            0 --1--> 1 --1--> 2      cost 2, at most 6
            0 --------5-----> 2      cost 5

        >>> from corridors.flow import FlowProblem, solve
        >>> problem = FlowProblem.from_arcs(
        ...     [0, 1, 0], [1, 2, 2], [1, 1, 5], [6, 9, float("inf")],
        ...     [0], [2], [10], penalty=100)
        >>> answer = solve(problem)
        >>> answer.objective, answer.arc_flow.tolist(), answer.arc_price.tolist()
        (32.0, [6.0, 6.0, 4.0], [3.0, 0.0, 0.0])
        """
        tail_, head_ = whole_numbers("tail", tail), whole_numbers("head", head)
        n_arcs = len(tail_)
        origin_ = whole_numbers("origin", origin)
        destination_ = whole_numbers("destination", destination)
        n_commodities = len(origin_)
        if n_nodes is None:
            ends = np.concatenate([tail_, head_, origin_, destination_])
            n_nodes = int(ends.max()) + 1 if len(ends) else 0
        if n_nodes > _MOST_NODES:
            msg = f"nodes: numbers up to {n_nodes - 1}, expected them below {_MOST_NODES}"
            raise ProblemError(msg)
        capacity_ = numbers("capacity", capacity, n_arcs)
        limited = np.flatnonzero(~np.isposinf(capacity_))
        arc_limit = np.full(n_arcs, -1, dtype=np.int64)
        arc_limit[limited] = np.arange(len(limited))
        return cls(
            n_nodes=n_nodes,
            tail=tail_,
            head=head_,
            cost=numbers("cost", cost, n_arcs)[None, :],
            tie_cost=numbers("tie_cost", tie_cost, n_arcs)[None, :],
            origin=origin_,
            destination=destination_,
            amount=numbers("amount", amount, n_commodities),
            penalty=numbers("penalty", penalty, n_commodities),
            commodity_class=np.zeros(n_commodities, dtype=np.int64),
            bound=capacity_[limited],
            member_limit=np.arange(len(limited), dtype=np.int64),
            member_arc=limited.astype(np.int64),
            member_class=np.full(len(limited), ALL_CLASSES, dtype=np.int64),
            member_factor=np.ones(len(limited)),
            arc_limit=arc_limit,
        )

    @renamed_arguments(row="limit")
    def congested(self, limit: int, start: ArrayLike, price: ArrayLike) -> FlowProblem:
        """Return this problem with a cost of congestion on the members of a limit.

        Parameters
        ----------
        limit
            The limit whose members and units count.
        start, price
            Each unit above ``start[i]`` costs ``price[i]`` more, shape (P,):
            any convex function in straight pieces.

        Raises
        ------
        ProblemError
            Where a number does not exist or is not allowed.

        Examples
        --------
        The short way costs 1 up to 4 units, 3 from there on, 6 above 6; the
        other 5.

        >>> from corridors.flow import FlowProblem, solve
        >>> plain = FlowProblem.from_arcs([0, 0], [1, 1], [1, 5], [9, 9], [0], [1], [8], 99)
        >>> answer = solve(plain.congested(0, [4, 6], [2, 3]))
        >>> answer.arc_flow.tolist(), answer.cost
        ([6.0, 2.0], 20.0)
        """
        check_range("limit", np.array([limit]), self.n_limits, "limits")
        starts = np.asarray(start, dtype=np.float64).ravel()
        prices = numbers("price", price, len(starts))
        members = np.flatnonzero(self.member_limit == limit)
        limits = self.n_limits + np.repeat(np.arange(len(starts)), len(members))
        again = np.tile(members, len(starts))
        return replace(
            self,
            bound=np.concatenate([self.bound, starts]),
            excess_price=np.concatenate([self.excess_price, prices]),
            member_limit=np.concatenate([self.member_limit, limits]),
            member_arc=np.concatenate([self.member_arc, self.member_arc[again]]),
            member_class=np.concatenate([self.member_class, self.member_class[again]]),
            member_factor=np.concatenate([self.member_factor, self.member_factor[again]]),
        )

    def changed(
        self,
        *,
        closed: ArrayLike | None = None,
        capacity: dict[int, float] | None = None,
        cost: ArrayLike | None = None,
        amount: ArrayLike | None = None,
    ) -> FlowProblem:
        """Return this problem with some of its numbers replaced.

        Parameters
        ----------
        closed
            Arcs that are taken away, by number.
        capacity
            New bounds by number of the limit; for a problem made by
            `from_arcs`, by number of the arc.
        cost
            New costs, shape (A,) or (C, A).
        amount
            New amounts, shape (K,).

        Raises
        ------
        ProblemError
            Where a number does not exist or is not allowed.
        """
        values: dict[str, Any] = {}
        if cost is not None:
            values["cost"] = costs_by_class(cost, self.cost.shape)
        if closed is not None:
            gone = closed_arcs(closed, self.n_arcs)
            mask = self.closed.copy()
            mask[gone] = True
            values["closed"] = mask
        if capacity is not None and not isinstance(capacity, dict):
            msg = f"capacity: expected a dict from number to units, saw {type(capacity).__name__}"
            raise ProblemError(msg)
        if capacity:
            capacity = {one_number("capacity", k): v for k, v in capacity.items()}
            bound = self.bound.copy()
            for number, value in capacity.items():
                limit = number
                if self.arc_limit is not None:
                    check_range("capacity", np.array([number]), self.n_arcs, "arcs")
                    limit = int(self.arc_limit[number])
                    if limit < 0:
                        msg = f"capacity: arc {number} had none, so there is no limit to change"
                        raise ProblemError(msg)
                check_range("capacity", np.array([limit]), self.n_limits, "limits")
                bound[limit] = value
            values["bound"] = bound
        if amount is not None:
            values["amount"] = numbers("amount", amount, self.n_commodities)
        for name, finite in (("cost", False), ("bound", False), ("amount", True)):
            if name in values:
                shown = "capacity" if name == "bound" and self.arc_limit is not None else name
                check_not_negative(shown, values[name], finite=finite)
        # What did not change was checked when this problem was made.
        return with_arrays(self, values)


def with_arrays(problem: FlowProblem, values: dict[str, Any]) -> FlowProblem:
    """Return a problem with other arrays; what is not named stays the same object."""
    other = object.__new__(FlowProblem)
    other.__dict__.update(problem.__dict__)
    other.__dict__.update(values)
    split = other.__dict__.pop("by_step", None)
    if split is not None and problem.n_steps:
        parts = dict(values)
        if "amount" in parts:
            parts["amount"] = np.repeat(parts["amount"] / problem.n_steps, problem.n_steps)
        other.__dict__["by_step"] = with_arrays(split, parts)
    return other


OF_A_STEP = {"cost", "tie_cost", "bound", "excess_price", "closed", "amount"}
"""What `with_arrays` carries over to a problem by step."""

_OF_COMMODITY = ("origin", "destination", "commodity_class")


def _arc_keys(p: FlowProblem) -> list[NDArray[Any]]:
    keys: list[NDArray[Any]] = [p.tail, p.head, *p.cost, *p.tie_cost]
    if p.arc_limit is not None:
        bound = np.append(p.bound, np.inf)
        keys.append(bound[p.arc_limit])
    return keys


def _rank(*keys: NDArray[Any]) -> Ints:
    order = np.lexsort(keys[::-1])
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank
