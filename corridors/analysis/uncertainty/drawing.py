"""What answers a draw: everything that all draws share is worked out once, from what is known.

A drawn network has the rows of the one that it is drawn from, so limits, members and periods
are taken from there; route choice begins with the routes and prices of the case in which
nothing is drawn. That case is worked out by every worker, to the same bytes, so that a draw
depends on nothing but its number.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from corridors.analysis.uncertainty.figures import Solved, changed_figures
from corridors.analysis.uncertainty.in_parts import Known, solve_in_parts, worth_its_loss
from corridors.assignment.assign import assigned
from corridors.assignment.comparison import compare
from corridors.assignment.usual.day import usual_of
from corridors.flow.choice.solve import ChoiceAnswer
from corridors.network.network import as_date
from corridors.scenarios.coupling.couplings import capped, couplings_of
from corridors.scenarios.coupling.settle import settle
from corridors.scenarios.demand_curves import with_curves
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from corridors.analysis.uncertainty.in_parts import PartAnswer
    from corridors.assignment.comparison import Comparison
    from corridors.flow.arrays import Flags, Floats
    from corridors.flow.solve import Answer
    from corridors.network.network import Network
    from corridors.scenarios.coupling.couplings import Coupling
    from corridors.scenarios.scenario import Scenario
    from corridors.scenarios.state import NetworkState

_LIKELY = 0.99
"""Share of what the poorest of a demand would pay from which some of it may stay in a draw."""

_PILOTS = 4
"""Most draws that each worker learns from first."""


def n_pilots(n: int) -> int:
    """Return from how many of `n` draws each worker learns; the same for all of them."""
    return min(_PILOTS, n // 10)


def central_case(net: Network, plan: Scenario, day: str, model: str) -> Comparison:
    """Return a scenario held against its day where nothing is drawn.

    Parameters
    ----------
    net
        The network that is drawn from.
    plan
        The scenario.
    day
        The day, as ``YYYY-MM-DD``.
    model
        ``"optimal"`` or ``"logit"``.
    """
    when = as_date(day)
    base, hit = (assigned(network_state(net, own, when), own, model) for own in (None, plan))
    return compare(base, hit)


class Drawing:
    """Answers networks that are drawn from one, on one day, without and with a scenario.

    Parameters
    ----------
    central
        As `central_case` returns it. What the draws need of it is kept; the solvers behind it,
        which hold hundreds of megabytes, are not.
    """

    def __init__(self, central: Comparison) -> None:
        base, hit = central.baseline, central.disrupted
        assert hit.scenario is not None
        self.plan, self.day, self.model = hit.scenario, hit.state.day, hit.model
        self._net = base.state.net
        self._figures = changed_figures(*(Solved(own.state, own.answer) for own in (base, hit)))
        self._stays: Flags | None = None
        self._known: tuple[Known, Answer] | None = None
        self._ordinary = base.state.problem
        self._wanted = (base.state.problem.amount > 0) | (hit.state.problem.amount > 0)
        self._near = hit.answer if isinstance(hit.answer, ChoiceAnswer) else None
        if self.model == "logit":
            self._usual = usual_of(self._net, self.day)
        elif hit.state.problem.n_steps:
            lowest = hit.state.problem.step_price.min(axis=1)
            self._stays = hit.answer.commodity_price > _LIKELY * lowest

    def learn(self, net: Network) -> None:
        """See what a drawn network needs: others may need it too.

        Of the best plan those are demands that fall short, of route choice routes. What is
        learnt decides between answers of equal cost, or between equal to a thousandth, so
        whoever works on some of the draws has to learn from the same ones.
        """
        if self._stays is not None:
            self._stays, self._known = self._solved(net)[2], None
        if self.model == "logit":
            base = network_state(net, None, self.day)
            found = usual_of(base.net, self.day, base, self._usual).routes
            known = self._usual.routes.with_paths(found.paths())
            self._usual = replace(self._usual, routes=known)

    def figures(self, net: Network) -> dict[str, float]:
        """Return what the scenario changes in a network, as `changed_figures` has it.

        Parameters
        ----------
        net
            The network, or one drawn from it.
        """
        if net.whole is self._net:
            return dict(self._figures)
        if self._stays is not None:
            return changed_figures(*self._solved(net)[:2])
        base, hit = (network_state(net, own, self.day) for own in (None, self.plan))
        return changed_figures(*self._chosen(base, hit))

    def _chosen(self, base: NetworkState, hit: NetworkState) -> tuple[Solved, Solved]:
        """Answer by the model, route choice beginning with what is known of the central case."""
        if self.model == "logit":
            usual_of(base.net, self.day, base, self._usual)
        before = assigned(base, None, self.model)
        after = assigned(hit, self.plan, self.model, self._near)
        return Solved(before.state, before.answer), Solved(after.state, after.answer)

    def _solved(self, net: Network) -> tuple[Solved, Solved, Flags]:
        """Find the best plans without and with the scenario, and which demands fall short.

        The first of three programs says what is paid in ordinary times.
        """
        base, hit = (network_state(net, own, self.day) for own in (None, self.plan))
        split = self._stays
        assert split is not None
        wanted = self._wanted | (base.problem.amount > 0) | (hit.problem.amount > 0)
        known = self._begun(split)
        # Neither what is paid nor which demands are told apart has a say in what couplings hold.
        before, after = couplings_of(base), couplings_of(hit)
        while True:
            # Ties are decided alike before and after where the same demands are told apart.
            plain = replace(base, problem=worth_its_loss(base.problem))
            first, _ = solve_in_parts(plain.problem, split, known, wanted)
            assert first is not None
            first.answer.start_here(onward=True)
            usual, _ = settle(first, before, _again(plain, split, known, wanted))
            curved, bent = (with_curves(own, usual.commodity_price) for own in (base, hit))
            found = []
            for state, couplings in ((curved, before), (bent, after)):
                one, split = solve_in_parts(state.problem, split, known, wanted)
                if one is None:
                    break
                again = _again(state, split, known, wanted)
                found.append(Solved(state, settle(one, couplings, again)[0]))
            else:
                return found[0], found[1], split

    def _begun(self, split: Flags) -> Known:
        """Return what every draw begins with: the ordinary case in which nothing is drawn.

        It is gone back to for each, so that no draw begins with another one.
        """
        if self._known is None:
            known = Known()
            found, _ = solve_in_parts(worth_its_loss(self._ordinary), split, known, self._wanted)
            assert found is not None
            self._known = known, found.answer
        known, answer = self._known
        answer.start_here(onward=True)
        return known.copy()


def _again(
    state: NetworkState, split: Flags, known: Known, wanted: Flags
) -> Callable[..., PartAnswer]:
    """Return what solves a situation with rooms of couplings as limits."""

    def solved(own: Sequence[Coupling], rooms: Floats) -> PartAnswer:
        answer, more = None, split
        while answer is None:
            answer, more = solve_in_parts(capped(state.problem, own, rooms), more, known, wanted)
        return answer

    return solved
