"""What a closure does, in figures: from two answers, in plain arrays."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from math import fsum
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from corridors.analysis.criticality.met_paths import MetPaths
from corridors.analysis.criticality.wanted import couplings_among, with_commodities
from corridors.assignment.choice import chooser_of
from corridors.flow import solve
from corridors.flow.usage import LimitUsage
from corridors.scenarios.coupling.couplings import capped, couplings_of
from corridors.scenarios.coupling.settle import settle, solve_settled
from corridors.scenarios.demand_curves import with_curves

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from corridors.assignment.choice import RouteChooser
    from corridors.flow.arrays import Floats, Ints
    from corridors.flow.choice.solve import ChoiceAnswer
    from corridors.flow.problem import FlowProblem
    from corridors.flow.solution import Plan
    from corridors.flow.solve import Answer
    from corridors.scenarios.coupling.couplings import Coupling
    from corridors.scenarios.state import NetworkState

_USD, _HOURS, _COST = range(3)
"""What paths pay, as `MetPaths` numbers it."""

TRACE = 1e-6
"""Tonnes a day below which a change is rounding."""

_MOST_BEGINNINGS = 24
"""Beginnings that an engine is put to before another takes its place: it forgets no path of any."""

FIGURES = {
    "baseline_t_per_day": 3,
    "shortfall_t_per_day": 3,
    "added_cost_usd_per_day": 2,
    "added_transport_usd_per_day": 2,
    "added_time_usd_per_day": 2,
    "added_hours": 4,
    "added_loss_usd_per_day": 2,
    "damage_usd_per_day": 2,
    "rerouted_t_per_day": 3,
    "rerouted_cost_usd_per_day": 2,
    "rerouted_transport_usd_per_day": 2,
    "rerouted_time_usd_per_day": 2,
    "redundancy": 6,
}
"""The figures of a case, and to how many decimals they are given.

Kilograms, cents and seconds: far finer than any input, and coarse enough that
the rounding of the computer never shows.
"""


@dataclass(frozen=True, eq=False)
class ClosureProblem:
    """What is needed to solve and measure closures: arrays and names, no tables.

    Attributes
    ----------
    flow
        The situation before anything is closed.
    usd, hours
        Per unit by class and arc, shape (C, A).
    t_per_unit
        By commodity, shape (K,); 0 where totals leave its cargo out.
    cargo
        Names by class.
    countries
        Country of origin and of destination, by commodity.
    labels
        Groups of each commodity by which the figures are told apart; none of one that
        they are not of. None where they are of all.
    couplings
        What falls because something else has no outlet.
    chooser
        What answers closures as shippers choose; None where the best plan is meant.
    usual
        Its answer before anything is closed, where that is known.
    """

    flow: FlowProblem
    usd: Floats
    hours: Floats
    t_per_unit: Floats
    cargo: tuple[str, ...]
    countries: tuple[tuple[str, str], ...]
    labels: tuple[tuple[str, ...], ...] | None = None
    couplings: tuple[Coupling, ...] = ()
    chooser: RouteChooser | None = None
    usual: ChoiceAnswer | None = None


def closure_problem(state: NetworkState, model: str, *, disturbed: bool) -> ClosureProblem:
    """Return a situation as arrays.

    Parameters
    ----------
    state
        The situation, demand not yet cut into steps.
    model
        ``"optimal"`` or ``"logit"``.
    disturbed
        Whether events may be in force in it.
    """
    chooser, usual = None, None
    if model == "logit":
        state, chooser, usual = chooser_of(state, disturbed=disturbed)
    else:
        state = with_curves(state)
    demand, country = state.demand, state.net.country_of
    return ClosureProblem(
        flow=state.problem,
        usd=state.arcs.usd,
        hours=state.arcs.hours,
        t_per_unit=np.where(
            demand["cargo"].isin(state.net.cargo_in_totals), demand["t_per_unit"], 0.0
        ),
        cargo=state.arcs.cargo,
        countries=tuple(
            # A market lies in no country: the end that is a place stands for both.
            (country.get(a, country.get(b, "")), country.get(b, country.get(a, "")))
            for a, b in zip(demand["origin"], demand["destination"], strict=True)
        ),
        couplings=couplings_of(state),
        chooser=chooser,
        usual=usual,
    )


def wanted_alone(problem: ClosureProblem) -> ClosureProblem:
    """Return the same without the demands of which nothing is wanted.

    Those are the demands of other years: more than half of all, and each as much work to a
    solver as any.
    """
    flow = problem.flow
    kept = np.flatnonzero(flow.amount > 0)
    if len(kept) == flow.n_commodities or problem.chooser is not None:
        return problem
    labels = problem.labels
    return replace(
        problem,
        flow=with_commodities(flow, kept),
        t_per_unit=problem.t_per_unit[kept],
        countries=tuple(problem.countries[k] for k in kept),
        labels=None if labels is None else tuple(labels[k] for k in kept),
        couplings=couplings_among(problem.couplings, kept, flow.n_commodities),
    )


@dataclass(frozen=True, eq=False)
class ClosureImpact:
    """A solved case.

    Attributes
    ----------
    plan
        Its paths.
    figures
        As `FIGURES` lists them, with the cargo and countries hit.
    """

    plan: Plan
    figures: dict[str, Any]


class ClosureSolver:
    """Solves closures of one situation, each from the answer to the baseline.

    Parameters
    ----------
    problem
        The situation.

    Attributes
    ----------
    answer, plan
        The baseline: the engine's answer, and its plan.
    carried
        Units a day on each arc, all cargo together, shape (A,).
    """

    def __init__(self, problem: ClosureProblem) -> None:
        self.problem = problem
        self.uses = LimitUsage(problem.flow)
        self.answer: Answer = solve(problem.flow)
        self._with_rooms: list[Answer] = []
        self.plan = self._settled(self.answer, problem.usual)
        self.carried = carried(self.plan, problem.flow.n_arcs)
        flow = problem.flow
        self._met = MetPaths(flow.commodity_class, problem.usd, problem.hours, flow.cost)
        self._weight = problem.t_per_unit
        self.measure_from(self.plan)
        self._begun, self._beginnings = b"", 0
        self._groups: dict[str, tuple[NDArray[np.bool_], ClosureSolver]] = {}
        if problem.labels is not None:
            names = sorted({name for own in problem.labels for name in own})
            for name in ("", *names):
                own = np.array([name in one or (not name and bool(one)) for one in problem.labels])
                self._groups[name] = (own, self._of(own))

    def _of(self, own: NDArray[np.bool_]) -> ClosureSolver:
        """Return what measures closures by some commodities alone; all of them move."""
        part = copy(self)
        part.measure_from(_only(self.plan, own))
        return part

    def measure_from(self, plan: Plan) -> None:
        """Hold what is measured against a plan."""
        self.plan = plan
        self._before = self._units(plan)
        self._lost = self.problem.flow.loss_of(plan.shortfall)
        self._paid = self._bill(self._before)
        sizes = [len(arcs) for arcs in plan.arcs]
        self._arcs = np.concatenate([np.empty(0, dtype=np.int64), *plan.arcs])
        self._path_of = np.repeat(np.arange(len(sizes)), sizes)

    def close(self, arcs: Ints) -> ClosureImpact:
        """Close arcs and say what that does.

        Where the baseline carries nothing over them, the baseline is the
        answer and nothing is solved: it is allowed still, and a smaller choice
        cannot hold a better one.
        """
        if not self.carried[arcs].any():
            return ClosureImpact(self.plan, self._measured(self.plan, arcs))
        plan = self._settled(self.answer.resolve(closed=arcs))
        return ClosureImpact(plan, self._measured(plan, arcs))

    def close_more(self, case: tuple[Ints, Ints]) -> ClosureImpact:
        """Close arcs, beginning with the answer in which some of them are closed.

        Parameters
        ----------
        case
            Those some, and all. What many cases in turn have in common is solved once, and each
            has the same answer from there as from the baseline, sooner.
        """
        part, arcs = case
        if part.tobytes() != self._begun:
            self._begun = part.tobytes()
            if self.problem.chooser is None and self.carried[part].any():
                self._beginnings += 1
                if self._beginnings % _MOST_BEGINNINGS == 0:
                    self.answer = solve(self.problem.flow)
                self.answer.resolve(closed=part).start_here()
        return self.close(arcs)

    def _settled(self, best: Answer, usual: ChoiceAnswer | None = None) -> Plan:
        """Return the plan of a situation by its optimum, couplings held."""
        p, couplings, chooser = best.problem, self.problem.couplings, self.problem.chooser
        if chooser is None:
            found, _ = solve_settled(p, couplings, best, self._with_rooms)
            return cast("Plan", found.plan)
        if usual is not None:
            return usual.plan
        chosen, _ = settle(
            chooser.answer(p, best),
            couplings,
            lambda own, rooms: chooser.answer(capped(p, own, rooms)),
        )
        return cast("Plan", chosen.plan)

    def _measured(self, hit: Plan, closed: Ints) -> dict[str, Any]:
        """Return the figures, of those commodities and by those groups that are asked for."""
        if not self._groups:
            return self.figures_of(hit, closed)
        found = {
            name: part.figures_of(part.plan if hit is self.plan else _only(hit, own), closed)
            for name, (own, part) in self._groups.items()
        }
        return {**found.pop(""), "groups": found}

    def _units(self, plan: Plan) -> Floats:
        """Return what a plan carries on each path that was met, shape (N,)."""
        met = self._met.numbers(plan)
        return np.bincount(met, plan.amount, len(self._met)).astype(np.float64)

    def _bill(self, units: Floats) -> tuple[float, float]:
        """Return dollars and generalised cost a day of all paths."""
        met = self._met
        used = np.flatnonzero(units)
        used = used[self._weight[met.commodity[used]] > 0]
        paid = (units[used] * met.paid(kind)[used] for kind in (_USD, _COST))
        usd, cost = (fsum(each.tolist()) for each in paid)
        return usd, cost

    def figures_of(self, hit: Plan, closed: Ints) -> dict[str, Any]:
        """Return the figures of a plan against the baseline, as `FIGURES` lists them."""
        problem, base = self.problem, self.plan
        weight = problem.t_per_unit
        gone = np.zeros(problem.flow.n_arcs, dtype=np.bool_)
        gone[closed] = True
        hit_paths = np.unique(self._path_of[gone[self._arcs]])
        through = np.bincount(base.commodity[hit_paths], base.amount[hit_paths], len(weight))
        lost = np.maximum(hit.shortfall - base.shortfall, 0.0)
        through_t = float(through @ weight)
        found_t = float((through - np.minimum(lost, through)) @ weight)
        units = self._units(hit)
        rerouted, extra_usd, extra_hours, extra_cost, touched = self._moved(units)
        hit_ones = touched | (lost * weight > TRACE)
        usd, general = self._paid if hit is base else self._bill(units)
        flow = problem.flow
        more = flow.loss_of(hit.shortfall) - self._lost
        loss = float(np.where(weight > 0, more, 0.0).sum())
        values = {
            "baseline_t_per_day": through_t,
            "shortfall_t_per_day": float((hit.shortfall - base.shortfall) @ weight),
            "added_cost_usd_per_day": general - self._paid[1],
            "added_transport_usd_per_day": usd - self._paid[0],
            "added_time_usd_per_day": (general - usd) - (self._paid[1] - self._paid[0]),
            "added_hours": extra_hours / rerouted if rerouted > TRACE else 0.0,
            "added_loss_usd_per_day": loss,
            "damage_usd_per_day": general - self._paid[1] + loss,
            "rerouted_t_per_day": rerouted,
            "rerouted_cost_usd_per_day": extra_cost,
            "rerouted_transport_usd_per_day": extra_usd,
            "rerouted_time_usd_per_day": extra_cost - extra_usd,
            "redundancy": found_t / through_t if through_t > TRACE else None,
        }
        kinds = {problem.cargo[problem.flow.commodity_class[k]] for k in np.flatnonzero(hit_ones)}
        places = {c for k in np.flatnonzero(hit_ones) for c in problem.countries[k]}
        return {
            **{name: rounded(value, FIGURES[name]) for name, value in values.items()},
            "cargo": sorted(kinds),
            "countries": sorted(places),
        }

    def _moved(self, now: Floats) -> tuple[float, float, float, float, NDArray[np.bool_]]:
        """Return what moves another way than before.

        Parameters
        ----------
        now
            Units on each path that was met, shape (N,).

        Returns
        -------
        rerouted, usd, hours, cost, touched
            Tonnes a day; what the routes that gained cost more than those that
            lost, in dollars for transport, tonne-hours and generalised cost a day; which
            commodities changed their paths. What a route lost is spread over those that gained in
            proportion, demand by demand, as in `corridors.compare`.
        """
        weight, met = self._weight, self._met
        commodity = met.commodity
        change = now.copy()
        change[: len(self._before)] -= self._before
        change *= weight[commodity]
        which = np.flatnonzero(np.abs(change) > TRACE)
        touched = np.zeros(len(weight), dtype=np.bool_)
        touched[commodity[which]] = True
        order = np.array(met.in_order(which), dtype=np.int64)
        k, way = commodity[order], change[order]
        gained = np.bincount(k, np.maximum(way, 0.0), len(weight))
        lost = -np.bincount(k, np.minimum(way, 0.0), len(weight))
        moved = np.minimum(gained, lost)
        both = moved[k] > 0.0
        order, k, way = order[both], k[both], way[both]
        part = way / np.where(way > 0.0, gained[k], lost[k]) * moved[k]
        usd, hours, cost = (met.paid(kind)[order] for kind in (_USD, _HOURS, _COST))
        # One after the other, as they stand in that order.
        return (
            _total(moved[np.flatnonzero(moved > 0.0)]),
            _total(part / weight[k] * usd),
            _total(part * hours),
            _total(part / weight[k] * cost),
            touched,
        )


def closer(problem: ClosureProblem) -> Callable[[tuple[Ints, Ints]], ClosureImpact]:
    """Return what closes arcs of a situation and says what that does.

    It stands here because a worker imports what it is called from, and a sweep needs tables.
    """
    return ClosureSolver(problem).close_more


def _only(plan: Plan, own: NDArray[np.bool_]) -> Plan:
    """Return a plan with some commodities alone."""
    kept = [i for i, k in enumerate(plan.commodity) if own[k]]
    return replace(
        plan,
        commodity=plan.commodity[kept],
        arcs=[plan.arcs[i] for i in kept],
        amount=plan.amount[kept],
        shortfall=np.where(own, plan.shortfall, 0.0),
    )


def _total(terms: Floats) -> float:
    """Add numbers up in their order."""
    return float(np.cumsum(terms)[-1]) if len(terms) else 0.0


def rounded(value: float | None, digits: int) -> float | None:
    """Round a figure; never to minus zero, which would be another text."""
    return None if value is None else round(float(value), digits) + 0.0


def carried(plan: Plan, n_arcs: int) -> Floats:
    """Return the units a day on each arc, all commodities together, shape (A,)."""
    flow = np.zeros(n_arcs)
    for arcs, amount in zip(plan.arcs, plan.amount, strict=True):
        flow[arcs] += amount
    return flow
