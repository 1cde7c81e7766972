"""Column generation over paths, kept alive from one question to the next.

The master problem holds a few paths per commodity; shortest paths under the prices of the limits
find the paths that would improve it, until none does (Ford and Fulkerson 1958; Dantzig and Wolfe
1960). Everything that was learnt stays for the next question on the same arcs.

Everything below runs on one numbering, the *canonical* one, which depends on what the rows of the
input say and never on where they stand.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from corridors.errors import CertificateError
from corridors.flow.arrays import TOLERANCE
from corridors.flow.highs import HighsMaster
from corridors.flow.known import KnownAnswers
from corridors.flow.master import FailedError, Kept, Master, MasterProblem, crossed
from corridors.flow.numbering import Numbering, generic
from corridors.flow.parallel.bundles import Bundles
from corridors.flow.paths.pool import PathPool
from corridors.flow.proof.trees import Trees
from corridors.flow.shortest.pricing import Pricing
from corridors.flow.shortest.ties import decided
from corridors.flow.simplex.master import OwnMaster
from corridors.flow.solution import FlowSolution, settled

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats
    from corridors.flow.problem import FlowProblem
    from corridors.flow.shortest.pricing import Offer

_SHORT = 3.0
"""Rank of falling short, above that of an arc (1 to 2)."""

_MAX_ROUNDS = 10_000

_SOME_LIMITS = 20
"""How many limits the cheapest paths overrun where alike arcs are bundled."""

_MUCH = 130
"""Closed paths in the basis times limits that bind, from which a closure is asked of wide arcs."""

_MANY_LIMITS, _PER_COMMODITY = 100, 0.25
"""How many limits the cheapest paths overrun, at all and by commodity, where HiGHS begins."""

MasterName = Literal["own", "highs"]
"""What solves the master problem."""

MASTERS: dict[MasterName, type[Master]] = {"own": OwnMaster, "highs": HighsMaster}
"""The methods for the master problem by name; they give the same answers."""


class Engine:
    """Solves one problem and any other on the same arcs, commodities and members of limits.

    Parameters
    ----------
    problem
        The first problem, to whose basis every later question returns.
    opposite
        Whether to take, of the answers of least cost, the one that the rule for ties puts last.
    master
        What solves the master problem.
    rank
        Of arcs in canonical numbering, shape (A,), where it is not to follow from their number.
    """

    def __init__(
        self,
        problem: FlowProblem,
        *,
        opposite: bool = False,
        master: MasterName = "own",
        rank: Floats | None = None,
    ) -> None:
        self._numbering = n = Numbering(problem)
        p = n.canonical(problem)
        self._soft = np.flatnonzero(np.isfinite(p.excess_price))
        sign = -1.0 if opposite else 1.0
        if rank is None:
            rank = sign * (1.0 + generic(p.n_arcs, 0.618033988749895))
        of_commodity = 1.0 + generic(n.commodity_place, 0.414213562373095)
        self._ranks = rank, of_commodity
        # Bundles of alike arcs, and the engine of what has a wide arc for each.
        self._wide: tuple[Bundles, Engine] | None = None
        short = np.concatenate([sign * _SHORT * of_commodity, np.zeros(len(self._soft))])
        self._pool = PathPool(p, n.unit, rank, of_commodity, short, self._soft)
        self._pricing = Pricing(p, n.unit, rank, of_commodity)
        beyond = n.commodity_place.max(initial=-1) + 1 + np.arange(len(self._soft))
        place = np.append(n.commodity_place, beyond)
        self.master_name: MasterName = master
        self._master = MASTERS[master](self._pool, len(place), p.n_limits)
        # The direction in which the right-hand sides move: limits wider, amounts a little larger.
        self._amount_direction = 1e-3 * (1.0 + generic(place, 0.7320508075688772))
        self._bound_direction = 1.0 + generic(p.n_limits, 0.23606797749979)
        self._last: FlowProblem | None = None
        # The last question with other amounts or bounds, as it was before it was asked.
        self._sides: MasterProblem | None = None
        # The certificate's trees, not the engine's.
        self.trees = Trees()
        # HiGHS is asked for a second opinion, and solves what it is asked.
        self.answers = KnownAnswers(more=master == "own")
        # Arcs that the last answer rests on, where that basis does not say it.
        self._rests_on: Flags | None = None
        # Another engine, at whose last basis the next way is to begin.
        self.near: Engine | None = None

    @property
    def numbering(self) -> Numbering:
        """How this engine's numbers stand for the problem's."""
        return self._numbering

    def solve(
        self, problem: FlowProblem, *, cold: bool = False, anew: bool = False
    ) -> FlowSolution:
        """Solve a problem that shares this engine's arcs, commodities and members.

        Parameters
        ----------
        problem
            May differ in costs, tie costs, closed arcs, bounds, amounts and penalties.
        cold
            Whether to start from nothing but the paths that are known.
        anew
            Whether to solve even what is known.

        Returns
        -------
        FlowSolution
            In the problem's own numbering.

        Raises
        ------
        CertificateError
            Where no way to the optimum works, which is a fault of this package.
        """
        known = None if cold or anew else self.answers.recall(problem)
        if known is not None:
            self.near, self._rests_on = None, known.rests_on
            return known.outcome.once_more()
        outcome = self._solve(problem, cold=cold)
        if self.answers.first is None and self._rests_on is None:
            self._pricing.keep()
        self.answers.add(problem, outcome, self.arcs_in_use, again=anew)
        return outcome

    def _solve(self, problem: FlowProblem, *, cold: bool) -> FlowSolution:
        """Solve a problem, whatever is known."""
        self._rests_on = None
        question = self.load(problem)
        master = self._master
        near, self.near = self.near, None
        starts = [True, True] if cold or not master.started else [False, True, True]
        cold_starts = -1 if cold or not master.started else 0
        for attempt, afresh in enumerate(starts):
            if afresh:
                cold_starts += 1
                master.reset()
            else:
                master.restore()
            try:
                last, whole = attempt == len(starts) - 1, cold or attempt > 0
                if near is not None and not whole:
                    self._cross_over(near, question)
                rounds, tied = self._climb(question, careful=last, whole=whole)
                if not master.started:
                    master.remember()
                found = rounds, max(cold_starts, 0), tied
                outcome = settled(master, question, self._numbering, *found)
            except FailedError:
                continue
            return outcome
        self._rests_on = np.ones(len(self._numbering.arc_order), dtype=np.bool_)
        return self._by_the_other(question, cold_starts + 1)

    def start_from_last(self, *, onward: bool = False) -> Kept:
        """Have later solves start warm from the last one, or `onward` each from the one before."""
        kept = self._master.remember()
        self._pricing.keep()
        self.trees.follow(onward=onward)
        return kept

    def start_from(self, kept: Kept) -> None:
        """Have later solves start warm from an earlier one."""
        self._master.kept = kept

    def arcs_in_use(self) -> Flags:
        """Return which arcs the last answer rests on, in the problem's numbering."""
        if self._rests_on is not None:
            return self._rests_on
        order = self._numbering.arc_order
        used = np.zeros(len(order), dtype=np.bool_)
        used[self._pool.paths(self._master.basic_columns(), order)[1]] = True
        return used

    def price_from(self, problem: FlowProblem, limit: int, side: int) -> tuple[float, float]:
        """Price a limit from one side.

        Parameters
        ----------
        problem
            The problem.
        limit
            Number of the limit.
        side
            1 for what one more unit saves, -1 for what one less costs.

        Returns
        -------
        price, amount
            Of one unit, and for how many it holds; of a limit of 0 as if it were opened.
        """
        r = int(self._numbering.limit_number[limit])
        opened = problem
        if problem.bound[limit] <= 0:
            bound = problem.bound.copy()
            bound[limit] = 1.0
            opened = replace(problem, bound=bound)
        question = self.load(opened)
        question = question.like(question.problem, question.open_cost)
        question.bound[0, r] = problem.bound[limit] / self._numbering.limit_scale[r]
        # The limit moves, and all else a million times less, which only decides ties.
        question.bound[1] = 1e-6 * self._bound_direction
        question.amount[1] = 1e-6 * self._amount_direction
        question.bound[1, r] += side
        master = self._master
        master.restore()
        try:
            self._climb(question, careful=False)
        except FailedError:
            master.reset()
            self._climb(question, careful=True)
        scale = float(self._numbering.limit_scale[r])
        price = abs(float(master.prices[0, r])) / scale
        question.bound[1], question.amount[1] = 0.0, 0.0
        question.bound[1, r] = side
        master.take(master.basis, question)
        holds = master.lasts(question) * scale
        if side < 0:
            holds = min(holds, float(problem.bound[limit]))
        return price, holds

    def load(self, problem: FlowProblem) -> MasterProblem:
        """Bring columns, costs and bounds to those of a problem."""
        p = self._numbering.canonical(problem)
        self._master.shed()
        last = self._last
        open_cost = self._pricing.open(p)
        if (
            last is not None
            and last.cost is p.cost
            and last.tie_cost is p.tie_cost
            and last.penalty is p.penalty
            and last.excess_price is p.excess_price
        ):
            self._pool.ban(open_cost, self._pricing.shut)
        else:
            excess = (p.excess_price * self._numbering.limit_scale)[self._soft]
            self._pool.load(p.penalty, excess, p.cost, p.tie_cost, open_cost)
            self._pricing.aim(p.cost, p.tie_cost)
        self._last, sides = p, self._sides
        if sides is None or not sides.fits(p):
            directions = self._amount_direction, self._bound_direction
            sides = MasterProblem.of(p, open_cost, self._numbering.limit_scale, *directions)
            self._sides = sides
        return sides.at(p, open_cost)

    def _climb(
        self, question: MasterProblem, *, careful: bool, whole: bool = True, ties: bool = True
    ) -> tuple[int, Flags]:
        """Generate paths until none is better, by cost, tie cost and rank in turn.

        Unless the way is to begin with the `whole` problem, alike arcs may be bundled first.
        Without `ties` by cost alone, for a basis off which no answer is read.
        """
        p, master = question.problem, self._master
        if master.untouched:
            self._greedy(question, whole=whole)
        else:
            self._detour(question, whole=whole)
        for rounds in range(1, _MAX_ROUNDS):
            master.optimise(question)
            offer = self._offer(question)
            found = self._add_cheapest(offer.weight, offer.ceiling)
            if not found and master.decide(question):
                offer = self._offer(question)
                found = self._add_cheapest(offer.weight, offer.ceiling)
            if found:
                continue
            if not ties:
                return rounds, np.zeros(p.n_commodities, dtype=np.bool_)
            new, tied = self._decide_ties(offer)
            if not new:
                return rounds, tied
        if careful:
            msg = f"no optimum after {_MAX_ROUNDS} rounds of pricing"
            raise CertificateError(msg)
        raise FailedError

    def _offer(self, question: MasterProblem) -> Offer:
        """Return what arcs cost at the prices, and what commodities may pay."""
        master = self._master
        paid = master.commodity_prices[0]
        return self._pricing.offer(master.prices[0], paid, question.problem.penalty)

    def _add_cheapest(self, weight: Floats, ceiling: Floats) -> int:
        """Add each commodity's cheapest path where it is below the ceiling; say how many."""
        wanted, start, arcs = self._pricing.better(weight, ceiling)
        if not len(wanted):
            return 0
        return self._pool.add(wanted, start, arcs)

    def _greedy(self, question: MasterProblem, *, whole: bool) -> None:
        """Start cold from each commodity's cheapest path, as far as there is room."""
        p = question.problem
        first = self._pool.size
        self._add_cheapest(question.open_cost, p.penalty - TOLERANCE * (1.0 + p.penalty))
        many = max(_MANY_LIMITS, _PER_COMMODITY * p.n_commodities)
        own = self.master_name == "own"
        overrun = question.overrun(self._pool.columns, first, self._pool.size) if own else 0
        if not whole and overrun >= _SOME_LIMITS and self._wide is None:
            bundles = Bundles.find(p, self._numbering.limit_scale, *self._ranks)
            if bundles is not None:
                self._wide = bundles, Engine(bundles.small, rank=bundles.rank)
        if not whole and self._from_wide(question):
            return
        if overrun >= many:
            self._head_start(question)
        else:
            self._master.fill(first, question)

    def _from_wide(self, question: MasterProblem) -> bool:
        """Start from the optimum by wide arcs; say whether there are any and it could be had."""
        if self._wide is None:
            return False
        bundles, engine = self._wide
        try:
            small = bundles.problem(question.problem)
            if small is not None:
                wide = engine.reach(small)
                basis = bundles.basis(wide, engine.numbering, question, self._pool)
                self._master.take(basis, question)
                return True
        except FailedError:
            self._master.restore()
        return False

    def _cross_over(self, near: Engine, question: MasterProblem) -> None:
        """Take the last basis of another engine, where it means anything here."""
        there = near._master, near._last, near.numbering
        basis = crossed(*there, self._numbering, question, self._pool)
        try:
            if basis is not None:
                self._master.take(basis, question)
        except FailedError:
            self._master.restore()

    def reach(self, problem: FlowProblem) -> Master:
        """Return the master at the optimum of a problem, off which nothing is read.

        Raises
        ------
        FailedError
            Where that fails.
        """
        question = self.load(problem)
        self._master.restore()
        self._climb(question, careful=False, ties=not self._master.started)
        if not self._master.started:
            self._master.remember()
            self._pricing.keep()
        return self._master

    def _head_start(self, question: MasterProblem) -> None:
        """Let HiGHS find an optimum by cost, from whose basis the own method goes on.

        Where hundreds of limits bind, the way from nothing is long, and a general factorisation
        makes it the faster. The last basis is the same from wherever it is reached.
        """
        p, own = question.problem, self._master
        highs = HighsMaster(self._pool, own.n_slack, p.n_limits)
        self._master = highs
        try:
            for _ in range(_MAX_ROUNDS):
                highs.optimise(question)
                offer = self._offer(question)
                if not self._add_cheapest(offer.weight, offer.ceiling):
                    own.take(highs.optimal(), question)
                    break
        except FailedError:
            own.reset()
        finally:
            self._master = own

    def _detour(self, question: MasterProblem, *, whole: bool) -> None:
        """Start warm: from wide arcs where that pays, else offer what is closed a way round.

        Each commodity with a closed path in the basis is offered its cheapest open one.
        At the prices of the basis no path is better than those in it, so the dual simplex method
        takes these next; without them all that was closed would fall short first.
        """
        p, master = question.problem, self._master
        ceiling = np.empty(p.n_commodities)
        stranded = master.stranded(p.penalty, ceiling)
        if self._wide is not None and not whole:
            little = stranded * master.n_tight < _MUCH and master.stands_for(question)
            if not little and self._from_wide(question):
                return
        if stranded:
            self._pool.add(*self._pricing.cheapest(self._offer(question).weight, ceiling))

    def _decide_ties(self, offer: Offer) -> tuple[int, Flags]:
        """Look among the paths of equal cost for better ones by tie cost and rank."""
        master, columns = self._master, self._pool.columns
        best = self._pricing.tied(offer, master.prices[1:])
        better, tied = decided(
            best.tie_cost, best.rank, best.choices, offer.short, master.commodity_prices,
            columns.commodity, *master.keys_and_others,
        )  # fmt: skip
        new = self._pool.add(better, best.start, best.arcs) if len(better) else 0
        return new, tied

    def _by_the_other(self, question: MasterProblem, cold_starts: int) -> FlowSolution:
        """Solve from nothing by the other method for the master problem.

        Raises
        ------
        CertificateError
            Where that fails too.
        """
        known = self._master
        other = next(kind for name, kind in MASTERS.items() if name != self.master_name)
        self._master = other(self._pool, known.n_slack, question.problem.n_limits)
        try:
            rounds, tied = self._climb(question, careful=True)
            return settled(self._master, question, self._numbering, rounds, cold_starts, tied)
        except FailedError:
            msg = "neither method for the master problem finds an optimum, although there is one"
            raise CertificateError(msg) from None
        finally:
            self._master = known
