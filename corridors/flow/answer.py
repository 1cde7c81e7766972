"""What the engine gives back: flows, shortfalls, prices and their proof."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import CertificateError
from corridors.flow.certificate import Certificate, certify
from corridors.flow.engine import Engine, Outcome

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from corridors.flow.problem import Floats, FlowProblem, Ints


class Answer:
    """The optimum of a flow problem, with its certificate.

    Attributes
    ----------
    problem
        The problem that was answered.
    path_commodity, path_arcs, path_amount
        Paths that carry something: commodity of each (P,), its arcs, units (P,).
    shortfall
        Unserved units by commodity, shape (K,).
    row_price
        What one more unit of each limit would save, shape (R,); 0 where the
        limit does not bind, and 0 where the limit is 0 (its arcs are gone, so
        the program does not price it).
    commodity_price
        What one more unit of each commodity would cost, shape (K,).
    rounds
        How often shortest paths were asked for.
    cold_starts
        How often a warm start failed and the program was solved from scratch.
    """

    def __init__(self, engine: Engine, problem: FlowProblem, outcome: Outcome) -> None:
        self._engine = engine
        self.problem = problem
        self.path_commodity: Ints = outcome.path_commodity
        self.path_arcs: list[Ints] = outcome.path_arcs
        self.path_amount: Floats = outcome.path_amount
        self.shortfall: Floats = outcome.shortfall
        self.row_price: Floats = outcome.row_price
        self.commodity_price: Floats = outcome.commodity_price
        self.rounds = outcome.rounds
        self.cold_starts = outcome.cold_starts
        self.certificate: Certificate = certify(
            problem,
            self.path_commodity,
            self.path_arcs,
            self.path_amount,
            self.shortfall,
            self.row_price,
        )
        if not self.certificate.ok:
            msg = f"the answer does not prove itself: {self.certificate}"
            raise CertificateError(msg)

    def __repr__(self) -> str:
        return (
            f"Answer(objective={self.objective:.6g}, shortfall={self.shortfall.sum():.6g}, "
            f"gap={self.certificate.relative_gap:.1e})"
        )

    @property
    def objective(self) -> float:
        """Cost plus loss."""
        return self.certificate.objective

    @property
    def loss(self) -> float:
        """Penalty times shortfall, in all."""
        return float(self.problem.penalty @ self.shortfall)

    @property
    def cost(self) -> float:
        """Cost of what is carried, without the loss."""
        return self.objective - self.loss

    @cached_property
    def class_flow(self) -> Floats:
        """Flow by class and arc, shape (C, A)."""
        flow = np.zeros((self.problem.n_classes, self.problem.n_arcs))
        for k, arcs, amount in zip(
            self.path_commodity, self.path_arcs, self.path_amount, strict=True
        ):
            flow[self.problem.commodity_class[k], arcs] += amount
        return flow

    @property
    def arc_flow(self) -> Floats:
        """Flow on each arc, all commodities together, shape (A,)."""
        return np.asarray(self.class_flow.sum(axis=0))

    @property
    def arc_price(self) -> Floats:
        """Price of the capacity of each arc, shape (A,), for problems made by `from_arcs`.

        For other problems: what the limits charge a unit of class 0 on the arc.
        """
        p = self.problem
        counts = p.entry_class <= 0
        charge = self.row_price[p.entry_row[counts]] * p.entry_factor[counts]
        return np.bincount(p.entry_arc[counts], charge, p.n_arcs).astype(np.float64)

    def resolve(
        self,
        *,
        closed: ArrayLike | None = None,
        capacity: dict[int, float] | None = None,
        cost: ArrayLike | None = None,
        demand: ArrayLike | None = None,
    ) -> Answer:
        """Answer the same problem with some of its numbers changed, warm.

        Parameters
        ----------
        closed
            Arcs that are taken away, on top of those that are.
        capacity
            New capacities by arc (`from_arcs`) or by limit.
        cost
            New costs, shape (A,) or (C, A).
        demand
            New amounts, shape (K,).

        Returns
        -------
        Answer
            Equal to ``solve`` of the changed problem; this answer stays as it is.

        Examples
        --------
        >>> from corridors.flow import FlowProblem, solve
        >>> answer = solve(FlowProblem.from_arcs([0, 0], [1, 1], [1, 4], [5, 5], [0], [1], [8], 9))
        >>> answer.resolve(closed=[0]).shortfall.tolist()
        [3.0]
        """
        problem = self.problem.changed(closed=closed, capacity=capacity, cost=cost, amount=demand)
        return Answer(self._engine, problem, self._engine.solve(problem))

    def solve(self, problem: FlowProblem) -> Answer:
        """Answer another problem on the same arcs and members of limits, warm."""
        return Answer(self._engine, problem, self._engine.solve(problem))


def solve(problem: FlowProblem) -> Answer:
    """Find the flow of least cost plus loss, and prove it.

    Parameters
    ----------
    problem
        What to carry, over what, within which limits.

    Returns
    -------
    Answer
        The optimum. Where several answers cost the same, the one of least
        second cost; among those, the one decided by `FlowProblem.arc_rank` and
        `commodity_rank`, so that equal problems have equal answers.

    Raises
    ------
    CertificateError
        Where the optimum could not be proved.

    Examples
    --------
    >>> from corridors.flow import FlowProblem, solve
    >>> solve(FlowProblem.from_arcs([0], [1], [2.5], [4], [0], [1], [10], 100)).objective
    610.0
    """
    engine = Engine(problem)
    return Answer(engine, problem, engine.solve(problem))
