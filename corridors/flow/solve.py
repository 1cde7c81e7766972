"""What the engine gives back: flows, shortfalls, prices and their proof."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.display import card
from corridors.errors import (
    CertificateError,
    ProblemError,
    nearest,
    renamed_arguments,
    renamed_attributes,
)
from corridors.flow.certificate import Certificate, certify
from corridors.flow.column_generation import MASTERS, Engine, MasterName
from corridors.flow.numbering import in_arrays_of
from corridors.flow.problem import FlowProblem
from corridors.flow.solution import Plan, PriceRange, by_whole_commodity, cut, whole_commodities
from corridors.flow.usage import cost_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import ArrayLike

    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.master import Kept
    from corridors.flow.solution import FlowSolution


@renamed_attributes(row_price="limit_price")
class Answer:
    """The optimum of a flow problem, with its certificate.

    Attributes
    ----------
    problem
        The problem that was answered.
    path_commodity, path_amount
        Paths that carry something: commodity of each (P,), units (P,).
    shortfall
        Unserved units by commodity, shape (K,).
    limit_price
        What one more unit of each limit would save, shape (R,), when all limits
        are a hair wider than they are; 0 where the limit does not bind, and 0
        where the limit is 0 (its arcs are gone, so the program does not price
        it). `price_range` tells the prices from both sides, those of closed
        limits too.
    commodity_price
        What one more unit of each commodity would cost, shape (K,); of a demand in steps the
        cheapest way at the prices, or what the step that pays most would pay, if that is less.
    rounds
        How often shortest paths were asked for.
    cold_starts
        How often a warm start failed and the program was solved from scratch.
    """

    def __init__(self, engine: Engine, problem: FlowProblem) -> None:
        self._engine = engine
        self._start: Kept | None = None
        self.problem = problem
        outcome, self.certificate = _proved(engine, problem)
        self._path_start, self._path_arcs = outcome.path_start, outcome.path_arcs
        self._tied, self._tied_limit = outcome.tied, outcome.tied_limit
        self.path_commodity: Ints = outcome.path_commodity
        self.path_amount: Floats = outcome.path_amount
        self._carried = outcome.carried
        self.shortfall: Floats = outcome.shortfall
        self.limit_price: Floats = outcome.limit_price
        self.commodity_price: Floats = outcome.commodity_price
        self.rounds, self.cold_starts = outcome.rounds, outcome.cold_starts

    def __repr__(self) -> str:
        return (
            f"Answer(objective={self.objective:.6g}, shortfall={self.shortfall.sum():.6g}, "
            f"gap={self.certificate.relative_gap:.1e})"
        )

    def _repr_html_(self) -> str:
        told = {"objective": self.objective, "shortfall": float(self.shortfall.sum())}
        return card(repr(self), told) + self.certificate._repr_html_()

    @property
    def objective(self) -> float:
        """Cost plus loss."""
        return self.certificate.objective

    @property
    def loss(self) -> float:
        """What falls short at its penalty, or at the prices of its steps, in all."""
        return float(self.problem.loss_of(self.shortfall).sum())

    @property
    def cost(self) -> float:
        """Cost of what is carried, without the loss, and of what exceeds limits that give way."""
        return cost_of(self.problem, self.class_flow)

    @cached_property
    def class_flow(self) -> Floats:
        """Flow by class and arc, shape (C, A)."""
        return self._carried.flow()

    @cached_property
    def path_arcs(self) -> list[Ints]:
        """Arcs of each path from origin to destination, a list of P arrays."""
        return cut(self._path_arcs, self._path_start)

    def of_whole(self, owner: Ints, problem: FlowProblem) -> tuple[Ints, list[Ints], Floats]:
        """Return the paths as those of the commodities that these commodities are parts of.

        Parameters
        ----------
        owner
            Commodity that each is a part of, rising, shape (K,).
        problem
            The problem of whole commodities, over the same arcs.

        Returns
        -------
        commodity, arcs, amount
            Of each path, as the flow of a commodity on each arc decides them.
        """
        commodity, start, arcs, amount = whole_commodities(
            owner[self.path_commodity],
            self._path_start,
            self._path_arcs,
            self.path_amount,
            problem,
            self._engine.numbering.star_by_rank(problem),
        )
        return commodity, cut(arcs, start), amount

    @cached_property
    def plan(self) -> Plan:
        """Paths, amounts and shortfall, without what is rounding.

        Equal answers are equal to the byte, whatever was asked before; so are their plans.
        """
        paths = self.path_commodity, self.path_arcs, self.path_amount
        return Plan.told(self.problem.amount, *paths, self.shortfall)

    @property
    def growth(self) -> Floats:
        """Units that travel above the amount of each commodity, shape (K,): none."""
        return np.zeros(self.problem.n_commodities)

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
        counts = p.member_class <= 0
        charge = self.limit_price[p.member_limit[counts]] * p.member_factor[counts]
        return np.bincount(p.member_arc[counts], charge, p.n_arcs).astype(np.float64)

    @renamed_arguments(row="limit")
    def price_range(self, limit: int) -> PriceRange:
        """Return what a limit is worth from both sides, and over how many units.

        At a kink, where the limit is just what the flow needs, one more may be worth less than one
        less costs.

        Parameters
        ----------
        limit
            Number of the limit; for problems made by `from_arcs`, of the arc.

        Raises
        ------
        ProblemError
            Where there is no such limit.

        Examples
        --------
        Of ten units the cheap way carries 6 and the other 4, which would take one
        more. Each unit by which the cheap way widens saves 3, until it takes all.

        >>> from corridors.flow import FlowProblem, solve
        >>> answer = solve(FlowProblem.from_arcs([0, 0], [1, 1], [1, 4], [6, 5], [0], [1], [10], 9))
        >>> answer.price_range(0)
        PriceRange(more=3.0, more_amount=4.0, less=3.0, less_amount=1.0)
        """
        p = self.problem
        size, what = (p.n_limits, "limits") if p.arc_limit is None else (p.n_arcs, "arcs")
        if not 0 <= limit < size:
            msg = f"price_range: {limit} is not one of the {size} {what} (0 to {size - 1})"
            raise ProblemError(msg)
        if p.arc_limit is not None:
            limit = int(p.arc_limit[limit])
        if limit < 0 or np.isinf(p.bound[limit]):
            return PriceRange(0.0, np.inf, 0.0, np.inf)
        more, more_amount = self._engine.price_from(p.by_step, limit, 1)
        less, less_amount = np.nan, 0.0
        if p.bound[limit] > 0:
            less, less_amount = self._engine.price_from(p.by_step, limit, -1)
        return PriceRange(more, more_amount, less, less_amount)

    @property
    def unique(self) -> bool:
        """Whether no other flow has the same cost plus loss."""
        return not self.undecided.any()

    @cached_property
    def undecided(self) -> Flags:
        """Arcs on which other flows of the same cost plus loss carry something else, shape (A,).

        Held against the one that the rule for ties puts last: where they agree there is only one.
        """
        none = np.zeros(self.problem.n_arcs, dtype=np.bool_)
        if not self._tied.any() and not self._tied_limit.any():
            return none
        p, name = self.problem, self._engine.master_name
        plain = replace(p, tie_cost=np.zeros_like(p.tie_cost))
        parts = plain.by_step
        for of in (Engine(parts, opposite=True, master=name), Engine(parts, master=name)):
            other = Answer(of, plain)
            ours, theirs = self._flow_by_commodity(), other._flow_by_commodity()
            near = 1e-7 * (1.0 + p.amount.max(initial=0.0))
            differ = sorted(
                {
                    arc
                    for k, arc in {*ours, *theirs}
                    if abs(ours.get((k, arc), 0.0) - theirs.get((k, arc), 0.0)) > near
                }
            )
            none[differ] = True
        return none

    def _flow_by_commodity(self) -> dict[tuple[int, int], float]:
        flow: dict[tuple[int, int], float] = {}
        for k, arcs, amount in zip(
            self.path_commodity.tolist(), self.path_arcs, self.path_amount.tolist(), strict=True
        ):
            for arc in arcs.tolist():
                flow[k, arc] = flow.get((k, arc), 0.0) + amount
        return flow

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
        return Answer(self._engine, problem)

    def start_here(self, *, onward: bool = False) -> None:
        """Have later answers start from this one.

        They are the same from wherever they start; they come sooner from nearby. This must be
        the last answer that was asked for, or one from which others have started before.

        Parameters
        ----------
        onward
            Whether the next answer is where those after it will start.
        """
        if self._start is None:
            if self._engine.answers.recalled:
                _proved(self._engine, self.problem, anew=True)
            self._start = self._engine.start_from_last(onward=onward)
        else:
            self._engine.start_from(self._start)

    def starts(self, problem: FlowProblem) -> bool:
        """Whether another problem has the same arcs and members of limits, to be answered warm."""
        same = self.problem.n_steps == problem.n_steps
        return same and self._engine.numbering.fits(self.problem, problem)

    def solve(self, problem: FlowProblem, near: Answer | None = None) -> Answer:
        """Answer another problem, warm where it has the same arcs and members of limits.

        It begins with the last basis behind `near`, or behind this one where limits are others.
        """
        if self.starts(problem):
            engine, begun, problem = self._engine, near, in_arrays_of(problem, self.problem)
        else:
            engine, begun = Engine(problem.by_step, master=self._engine.master_name), near or self
        if begun is not None:
            begun.lead(engine)
        return Answer(engine, problem)

    def lead(self, engine: Engine) -> None:
        """Have the next answer of another engine begin with the last basis behind this one."""
        engine.near = self._engine


def _proved(
    engine: Engine, problem: FlowProblem, *, anew: bool = False
) -> tuple[FlowSolution, Certificate]:
    """Return an outcome that proves itself, one that is known or, if so wanted, solved `anew`.

    What a warm start got wrong is solved afresh. The engine and the certificate know each step of
    a demand as a commodity of its own.
    """
    if problem.n_steps:
        outcome, certificate = _proved(engine, problem.by_step, anew=anew)
        return by_whole_commodity(outcome, problem, engine.numbering), certificate
    for cold in (False, True):
        outcome = engine.solve(problem, cold=cold, anew=anew)
        known = engine.answers.last
        if known is not None and (proof := known.proof_of(problem, outcome.path_arcs)):
            return outcome, proof
        certificate = certify(
            problem,
            outcome.path_commodity,
            outcome.path_start,
            outcome.path_arcs,
            outcome.path_amount,
            outcome.shortfall,
            outcome.limit_price,
            engine.trees,
        )
        if certificate.ok:
            if known is not None:
                known.certificate = known.certificate or certificate
            outcome.cold_starts += cold
            return outcome, certificate
        engine.answers.forget_last()
    msg = f"the answer does not prove itself: {certificate}"
    raise CertificateError(msg)


def solve(problem: FlowProblem, *, master: MasterName = "own") -> Answer:
    """Find the flow of least cost plus loss, and prove it.

    Parameters
    ----------
    problem
        What to carry, over what, within which limits.
    master
        What solves the program over the paths at hand: ``"own"``, the simplex
        method of this package, which is made for few limits that bind, or
        ``"highs"``, HiGHS kept alive, which is the slower one there and may be
        the faster one where hundreds bind. The answers are the same.

    Returns
    -------
    Answer
        The optimum. Where several answers cost the same, the one of least
        tie cost; among those, the one decided by `FlowProblem.arc_rank` and
        `commodity_rank`, so that equal problems have equal answers.

    Raises
    ------
    CertificateError
        Where the optimum could not be proved.
    ProblemError
        Where there is no such master.

    Examples
    --------
    >>> from corridors.flow import FlowProblem, solve
    >>> solve(FlowProblem.from_arcs([0], [1], [2.5], [4], [0], [1], [10], 100)).objective
    610.0
    """
    if master not in MASTERS:
        msg = f"solve: no master {master!r}{nearest(master, MASTERS)}"
        raise ProblemError(msg)
    return Answer(Engine(problem.by_step, master=master), problem)


_CHANGES = ("closed", "capacity", "cost", "demand")


def solve_many(
    problem: FlowProblem,
    scenarios: Iterable[dict[str, Any] | FlowProblem],
    *,
    master: MasterName = "own",
) -> Iterator[Answer]:
    """Answer one scenario after the other, warm, as they are asked for.

    Parameters
    ----------
    problem
        The undisturbed problem, which is solved first.
    scenarios
        What each changes, as keywords of `Answer.resolve`, or whole problems.
    master
        What solves the program over the paths at hand, as in `solve`.

    Yields
    ------
    Answer
        One for each scenario; none depends on those before it.

    Examples
    --------
    >>> from corridors.flow import FlowProblem, solve_many
    >>> problem = FlowProblem.from_arcs([0, 0], [1, 1], [1, 4], [5, 5], [0], [1], [8], 9)
    >>> scenarios = [{}, {"closed": [0]}, {"demand": [20]}, {"capacity": {1: 0}}]
    >>> [float(answer.shortfall[0]) for answer in solve_many(problem, scenarios)]
    [0.0, 3.0, 10.0, 3.0]
    """
    first = solve(problem, master=master)
    for scenario in scenarios:
        if isinstance(scenario, dict):
            for key in scenario:
                if key not in _CHANGES:
                    msg = f"solve_many: no change {key!r}{nearest(key, _CHANGES)}"
                    raise ProblemError(msg)
        elif not isinstance(scenario, FlowProblem):
            msg = f"solve_many: expected a dict or a FlowProblem, saw {scenario!r}"
            raise ProblemError(msg)
        yield first.resolve(**scenario) if isinstance(scenario, dict) else first.solve(scenario)
