"""The search: cuts and sets by turns, until the best set is proved (Benders 1962).

The first stage proposes a set, the engine says what it leads to under each scenario, and the
prices of those answers are cuts, exact at that set and never too high elsewhere. Every bound is
proved: from below by the program over the cuts, from above by the best set that was solved. A
scenario is not solved again where what is known meets: the cuts say that a set costs no less than
a smaller set of projects does, and building more never makes the optimum worse.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from corridors.analysis.expansion.cuts import cut
from corridors.analysis.expansion.known import known
from corridors.analysis.expansion.master import Master
from corridors.scenarios.projects import with_projects

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corridors.analysis.expansion.candidates import Candidate
    from corridors.analysis.expansion.cuts import Cut
    from corridors.analysis.expansion.recourse import Key, Outcome, Recourse
    from corridors.scenarios.scenario import Scenario

NOTHING: frozenset[str] = frozenset()

_ENOUGH = 1e-6
"""Gap, in shares of what all projects save, at which a set counts as the best."""

_MEETS = 1e-8
"""Share of a cost within which two bounds are one."""

_MOST_ROUNDS = 2000


class Best(NamedTuple):
    """The best set within a budget.

    Attributes
    ----------
    built
        The projects.
    cost
        Expected cost plus loss, in USD a day.
    bound
        What no set within the budget undercuts, in USD a day.
    """

    built: Key
    cost: float
    bound: float


class Search:
    """Looks for the best sets of projects, each budget building on what the others have found.

    Parameters
    ----------
    recourses
        The second stage by scenario.
    chosen
        The projects that may be chosen.
    """

    def __init__(self, recourses: Sequence[Recourse], chosen: Sequence[Candidate]) -> None:
        self.recourses = list(recourses)
        self.by_id = {c.project_id: c for c in chosen}
        self.solved = 0
        self.rounds = 0
        self._cuts: list[list[Cut]] = [[] for _ in recourses]
        self._coupled = [False] * len(self.recourses)
        self._wholes: dict[Key, Scenario] = {}
        self.sets: dict[Key, float] = {}
        self.everything: Key = frozenset(self.by_id)
        nothing = [self._solve(s, NOTHING).objective for s in range(len(self.recourses))]
        least = [self._solve(s, self.everything).objective for s in range(len(self.recourses))]
        weights = [r.weight for r in self.recourses]
        pairs = zip(weights, nothing, least, strict=True)
        saved = sum(w * (before - after) for w, before, after in pairs)
        whole = sum(w * before for w, before in zip(weights, nothing, strict=True))
        self.scale = max(saved, 1e-9 * whole, 1e-6)
        self.master = Master(chosen, weights, nothing, self.scale, self._cuts)
        self.sets[NOTHING] = self.value(NOTHING)
        self.sets[self.everything] = self.value(self.everything)

    def usd(self, built: Iterable[str]) -> float:
        """Return what projects cost."""
        return sum(self.by_id[name].usd for name in sorted(built))

    def with_needs(self, name: str) -> Key:
        """Return a project with the candidates that it needs."""
        return frozenset([name, *self.by_id[name].needs])

    def without(self, built: Key, name: str) -> Key:
        """Return a set without a project and without those that need it."""
        return frozenset(p for p in built if name not in self.with_needs(p))

    def whole(self, built: Key) -> Scenario | None:
        """Return a set of projects as `corridors.run` takes it; None for none."""
        if built and built not in self._wholes:
            plan = with_projects(self.recourses[0].net, sorted(built))
            self._wholes[built] = replace(plan, events=known(plan.events))
        return self._wholes.get(built)

    def _solve(self, s: int, built: Key) -> Outcome:
        recourse = self.recourses[s]
        found = recourse.known(built)
        if found is None:
            found = recourse.solve(built)
            self.solved += 1
            self._coupled[s] |= found.coupled
            self._cuts[s].append(cut(recourse, found))
        return found

    def _under(self, s: int, built: Key) -> float:
        """Return what a set costs under a scenario, solved where the bounds do not meet."""
        recourse = self.recourses[s]
        found = recourse.known(built)
        if found is None and not self._coupled[s]:
            own = built & recourse.relevant
            most = min(o.objective for k, o in recourse.outcomes.items() if k <= own)
            least = self.master.bound(s, built)
            if most - least <= max(_MEETS * self.scale, 1e-13 * abs(most)):
                return most
        return self._solve(s, built).objective

    def value(self, built: Key) -> float:
        """Return the expected cost plus loss of a set, in USD a day."""
        if built not in self.sets:
            each = [r.weight * self._under(s, built) for s, r in enumerate(self.recourses)]
            self.sets[built] = sum(each)
        return self.sets[built]

    def outcomes(self, built: Key) -> list[Outcome]:
        """Return what a set leads to under each scenario, each solved and held against the whole.

        Raises
        ------
        CertificateError
            Where the whole network with the projects in it answers otherwise.
        """
        found = []
        for s, recourse in enumerate(self.recourses):
            found.append(self._solve(s, built))
            recourse.check(built, self.whole(built))
        return found

    def best(self, budget: float, least: Best | None = None) -> Best:
        """Return the best set within a budget.

        Parameters
        ----------
        budget
            In USD.
        least
            The answer to a smaller budget, kept where a larger one saves nothing more.
        """
        near = _ENOUGH * self.scale
        bound = float("-inf")
        while True:
            choice = self.master.solve(budget)
            bound = max(bound, choice.bound)
            top = self._top(budget)
            if top - bound <= near or self.rounds >= _MOST_ROUNDS:
                break
            before = self.solved
            self.rounds += 1
            value = self.value(choice.built)
            if self.solved == before and value - bound > near:
                # Where couplings bite, or bounds meet but by a hair, cuts may stay below.
                before = self.solved
                for s in range(len(self.recourses)):
                    self._solve(s, choice.built)
                if self.solved == before:
                    break
        top = self._top(budget)
        if least is not None and least.cost <= top + near:
            return Best(least.built, least.cost, min(bound, least.cost))
        within = [(self.usd(b), sorted(b), b) for b, v in self.sets.items()
                  if v <= top + near and self._allowed(b, budget)]  # fmt: skip
        built = min(within)[2]
        return Best(built, self.sets[built], min(bound, self.sets[built]))

    def _allowed(self, built: Key, budget: float) -> bool:
        needs = all(self.with_needs(name) <= built for name in built)
        return needs and self.usd(built) <= budget * (1 + 1e-9)

    def _top(self, budget: float) -> float:
        """Return the least cost among the sets that are known and within a budget."""
        return min(v for b, v in self.sets.items() if self._allowed(b, budget))
