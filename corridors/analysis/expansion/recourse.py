r"""What a set of projects leads to under one scenario: the second stage of the program.

All projects at once make the *full* problem of a scenario. What a set of them leads to is the
full problem with the arcs closed that only others open, and with each limit at the highest
level that one of the set, or nothing, gives it. So a project only ever widens what is allowed,
every set is a choice of right-hand sides, and the prices of one set bound the cost of every
other (`corridors.analysis.expansion.cuts`).

What a project widens is told by *keys*: a key is a set of projects of which any one widens a
thing (opens an arc, lifts a limit by a step). A key is met where one of its projects is built.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.analysis.expansion.known import known
from corridors.errors import CertificateError, ScenarioError
from corridors.flow.solve import solve
from corridors.scenarios.coupling.couplings import couplings_of
from corridors.scenarios.coupling.settle import relaxation, solve_settled
from corridors.scenarios.demand_curves import with_curves
from corridors.scenarios.projects import level_of
from corridors.scenarios.scenario import Scenario
from corridors.scenarios.state import arcs_of, network_state

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from corridors.analysis.expansion.candidates import Candidate
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.certificate import Certificate
    from corridors.flow.problem import FlowProblem
    from corridors.network.network import Network
    from corridors.scenarios.state import NetworkState

Key = frozenset[str]

NEVER = -1
"""Gate of an arc that no project opens."""

_SAME = 1e-6
"""Share of an objective by which the short form of a problem and the whole one may differ."""


@dataclass(frozen=True)
class Step:
    """A limit that projects lift: from `below` by `more` where a project of `key` is built.

    Attributes
    ----------
    limit
        Number of the limit.
    below, more
        In the limit's unit a day.
    key
        Projects that lift it so far or further.
    """

    limit: int
    below: float
    more: float
    key: Key


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a set of projects leads to under one scenario, with its proof.

    Attributes
    ----------
    built
        The set, without what changes nothing there.
    objective, bound
        Cost plus loss, and what no answer can undercut, in USD a day.
    loss
        The loss of what stays, in USD a day; the rest of the objective is the generalised
        cost of what moves.
    shortfall_t
        What stays, in tonnes a day, of cargo that totals count.
    certificate
        The proof.
    binding
        Numbers of the limits with a price.
    priced
        The problem whose prices these are (that of the answer, or where couplings bite its
        Lagrangian), the prices, shape (R,), and the bound they prove.
    coupled
        Whether couplings bite.
    """

    built: Key
    objective: float
    bound: float
    loss: float
    shortfall_t: float
    certificate: Certificate
    binding: Ints
    priced: tuple[FlowProblem, Floats, float]
    coupled: bool


class Recourse:
    """The second stage under one scenario.

    Parameters
    ----------
    net
        The network.
    plan
        The scenario; None for the undisturbed network.
    name, weight, day
        How it is called, its share of all weights, and the day.
    chosen
        The projects that may be chosen.

    Raises
    ------
    ScenarioError
        Where the events of the scenario do not let the projects be told apart.
    """

    def __init__(
        self,
        net: Network,
        plan: Scenario | None,
        name: str,
        weight: float,
        day: dt.date,
        chosen: Sequence[Candidate],
    ) -> None:
        self.net, self.name = net, name
        self.plan = None if plan is None else replace(plan, events=known(plan.events))
        self.weight, self.day = weight, day
        self.chosen = list(chosen)
        base = self._state([])
        self.full = with_curves(self._state(self.chosen))
        self.problem = self.full.problem
        self.couplings = couplings_of(self.full)
        self._gates(base)
        self.steps = self._steps(base)
        self._proper()
        self.only = self._only()
        keys = [*self.keys, *(s.key for s in self.steps)]
        self.relevant: Key = frozenset().union(*keys)
        self.outcomes: dict[Key, Outcome] = {}
        self._first = solve(self.problem)
        self._checked: set[Key] = set()

    def _scenario(self, chosen: Sequence[Candidate]) -> Scenario | None:
        """Return the events of projects, those that set one limit in rising order, then the plan's.

        The projects stand before anything happens to them.
        """
        events = [e for c in chosen for e in c.events]
        if not events:
            return self.plan
        own = [e for e in events if level_of(e) is None]
        rising = sorted(
            (e for e in events if level_of(e) is not None), key=lambda e: e.its_amount().value
        )
        built = Scenario("built", (*own, *rising))
        return built if self.plan is None else replace(built + self.plan, name=self.plan.name)

    def _state(self, chosen: Sequence[Candidate]) -> NetworkState:
        return network_state(self.net, self._scenario(chosen), self.day)

    def _ids(self, state: NetworkState, chosen: Sequence[Candidate]) -> list[str]:
        """Return the ids of limits, those that events set numbered as without projects."""
        return _shifted(state, sum(len(c.events) for c in chosen))

    def _gates(self, base: NetworkState) -> None:
        """Find the arcs that projects open, and by which."""
        full = self.full
        new = full.there & ~base.there
        arcs = arcs_of(self.net)
        masks = []
        for c in self.chosen:
            mine = np.zeros(len(new), dtype=np.bool_)
            for e in c.events:
                if e.kind == "open":
                    mine |= arcs.select(e.select(self.net.whole))
            masks.append(mine & new)
        self.keys: list[Key] = []
        self.gate: Ints = np.full(len(new), NEVER, dtype=np.int64)
        for a in np.flatnonzero(new).tolist():
            key = frozenset(c.project_id for c, m in zip(self.chosen, masks, strict=True) if m[a])
            if key not in self.keys:
                self.keys.append(key)
            self.gate[a] = self.keys.index(key)

    def _steps(self, base: NetworkState) -> list[Step]:
        """Find the limits that projects lift, and by how much each."""
        ids = self._ids(self.full, self.chosen)
        usual = set(self._ids(base, []))
        self.new_limit: Flags = np.array([one not in usual for one in ids], dtype=np.bool_)
        # Of what one project opens another may set the limit, so all that could be open is.
        before = self._bounds([])
        levels: dict[int, dict[str, float]] = {}
        for group in self._apart():
            bound = self._bounds(group)
            for c in group:
                names = _capacities(c)
                for r, limit in enumerate(self.full.limits):
                    if limit.capacity_id in names and ids[r] in before:
                        levels.setdefault(r, {})[c.project_id] = bound[ids[r]]
        self.lowers: dict[str, str] = {}
        found = []
        for r in sorted(levels):
            below = before[ids[r]]
            for name, level in levels[r].items():
                if level < below * (1 - 1e-12):
                    self.lowers.setdefault(name, self.full.limits[r].limit_id)
            for level in sorted(set(levels[r].values())):
                if level > below:
                    key = frozenset(n for n, v in levels[r].items() if v >= level)
                    found.append(Step(r, below, level - below, key))
                    below = level
        return found

    def _bounds(self, group: Sequence[Candidate]) -> dict[str, float]:
        """Return the bound of each limit with everything open, and the levels of some projects."""
        those = [
            c
            if c in group
            else replace(c, events=tuple(e for e in c.events if level_of(e) is None))
            for c in self.chosen
        ]
        state = self._state(those)
        return dict(zip(self._ids(state, those), state.problem.bound.tolist(), strict=True))

    def _apart(self) -> list[list[Candidate]]:
        """Return the projects in groups, in none of which two set the same limit."""
        groups: list[tuple[set[str], list[Candidate]]] = []
        for c in self.chosen:
            names = _capacities(c)
            if not names:
                continue
            for taken, own in groups:
                if not taken & names:
                    taken.update(names)
                    own.append(c)
                    break
            else:
                groups.append((names, [c]))
        return [own for _, own in groups]

    def _proper(self) -> None:
        """Refuse what would make a wider set of projects the worse one."""
        if self.lowers:
            return
        where = np.zeros(self.problem.n_limits, dtype=np.bool_)
        p = self.problem
        where[p.member_limit[(self.gate[p.member_arc] == NEVER) & ~p.closed[p.member_arc]]] = True
        odd = np.flatnonzero(where & self.new_limit)
        odd = np.array([r for r in odd if not self.full.limits[int(r)].from_event], dtype=np.int64)
        if len(odd):
            limit = self.full.limits[int(odd[0])]
            msg = (
                f"expand: {self.name}: {limit.limit_id} holds only with a project, but limits "
                "what is open without it too, so the project cannot be weighed"
            )
            raise ScenarioError(msg)

    def _only(self) -> dict[int, Key]:
        """Return the limits on nothing but the new arcs of one key, by number."""
        p = self.problem
        usable = np.isfinite(p.cost) & ~p.closed
        found: dict[int, Key] = {}
        for r in np.flatnonzero(self.new_limit & (p.bound > 0)).tolist():
            own = np.flatnonzero(p.member_limit == r)
            own = own[usable[p.member_class[own], p.member_arc[own]]]
            gates = set(self.gate[p.member_arc[own]].tolist())
            if len(gates) == 1 and NEVER not in gates:
                found[r] = self.keys[gates.pop()]
        return found

    def bound_of(self, built: Key) -> Floats:
        """Return the limits with a set of projects built, shape (R,)."""
        bound = self.problem.bound.copy()
        for s in reversed(self.steps):
            bound[s.limit] = s.below
        for s in self.steps:
            if s.key & built:
                bound[s.limit] = s.below + s.more
        return bound

    def shut(self, built: Key) -> Flags:
        """Return the arcs that wait for a project that is not built, shape (A,)."""
        waits = np.array([not (key & built) for key in self.keys] + [False], dtype=np.bool_)
        return waits[self.gate]

    def restricted(self, built: Key) -> FlowProblem:
        """Return the problem with a set of projects built."""
        bound = self.bound_of(built)
        moved = np.flatnonzero(bound != self.problem.bound)
        return self.problem.changed(
            closed=np.flatnonzero(self.shut(built)),
            capacity={int(r): float(bound[r]) for r in moved},
        )

    def known(self, built: Key) -> Outcome | None:
        """Return what a set leads to, where that has been worked out."""
        return self.outcomes.get(built & self.relevant)

    def solve(self, built: Key) -> Outcome:
        """Return what a set of projects leads to."""
        own = built & self.relevant
        if own not in self.outcomes:
            self.outcomes[own] = self._solved(own)
        return self.outcomes[own]

    def _solved(self, built: Key) -> Outcome:
        problem = self.restricted(built)
        first = self._first.solve(problem)
        answer, fallen = first, None
        if self.couplings:
            answer, fallen = solve_settled(problem, self.couplings, first)
        proof = first.certificate
        priced = (problem, first.limit_price, proof.bound)
        if fallen is not None:
            relaxed, constant = relaxation(problem, answer, fallen)
            other = solve(relaxed)
            priced = (relaxed, other.limit_price, other.certificate.bound + constant)
        demand = self.full.demand
        counted = demand["cargo"].isin(self.net.cargo_in_totals).to_numpy()
        weight = demand["t_per_unit"].to_numpy(dtype=np.float64)
        price = np.asarray(answer.limit_price[: problem.n_limits])
        return Outcome(
            built=built,
            objective=answer.objective,
            bound=priced[2],
            loss=answer.loss,
            shortfall_t=float((answer.shortfall * weight)[counted].sum()),
            certificate=answer.certificate,
            binding=np.flatnonzero(price > 1e-6),
            priced=priced,
            coupled=fallen is not None,
        )

    def check(self, built: Key, whole: Scenario | None) -> None:
        """Hold the answer of a set against that of the whole network with the projects in it.

        Parameters
        ----------
        built
            Projects that are chosen, with all that they need.
        whole
            Those as `corridors.run` takes them; None for none.

        Raises
        ------
        CertificateError
            Where ``corridors run --with`` would not answer the same.
        """
        own = built & self.relevant
        if own in self._checked:
            return
        plan = self.plan
        if whole is not None:
            plan = whole if plan is None else replace(whole + plan, name=plan.name)
        state = network_state(self.net, plan, self.day)
        shift = 0 if whole is None else len(whole.events)
        if not self._same(state, shift, self.restricted(own)):
            state = with_curves(state)
            answer, _ = solve_settled(state.problem, couplings_of(state))
            mine = self.solve(own).objective
            if abs(answer.objective - mine) > _SAME * max(1.0, abs(mine)):
                msg = (
                    f"expand: {self.name} with {', '.join(sorted(built)) or 'nothing'} costs "
                    f"{answer.objective:,.2f} USD a day, {mine:,.2f} as it was weighed"
                )
                raise CertificateError(msg)
        self._checked.add(own)

    def _same(self, state: NetworkState, shift: int, mine: FlowProblem) -> bool:
        """Say whether a situation with projects has the arcs and limits of a problem."""
        its = state.problem
        if its.cost.shape != mine.cost.shape or not np.array_equal(its.amount, mine.amount):
            return False
        usable = np.isfinite(mine.cost) & ~mine.closed
        if not np.array_equal(usable, np.isfinite(its.cost) & ~its.closed) or not np.array_equal(
            its.cost[usable], mine.cost[usable]
        ):
            return False
        number = {one: r for r, one in enumerate(self._ids(self.full, self.chosen))}
        ids = _shifted(state, shift)
        if any(one not in number for one in ids):
            return False
        order = np.array([number[one] for one in ids], dtype=np.int64)
        ours, theirs = _members(mine, usable), _members(its, usable)
        theirs[0] = order[theirs[0]]
        ours, theirs = _sorted(ours), _sorted(theirs)
        if any(not np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True)):
            return False
        held = np.isin(order, ours[0])
        return np.array_equal(its.bound[held], mine.bound[order[held]])


def _capacities(project: Candidate) -> set[str]:
    """Return the capacities that a project sets to a level."""
    levels = [level_of(e) for e in project.events]
    return {name for level in levels if level is not None for name in level[0]}


def _shifted(state: NetworkState, shift: int) -> list[str]:
    """Return the ids of limits, with the numbers of events less by so many before them."""
    found = []
    for limit in state.limits:
        head, mark, number = limit.limit_id.rpartition("#")
        found.append(f"{head}{mark}{int(number) - shift}" if mark else limit.limit_id)
    return found


def _members(p: FlowProblem, usable: Flags) -> list[Any]:
    """Return limit, class, arc and factor of each member that is usable."""
    on = usable[p.member_class, p.member_arc]
    return [p.member_limit[on], p.member_class[on], p.member_arc[on], p.member_factor[on]]


def _sorted(members: list[Any]) -> list[Any]:
    order = np.lexsort(members[2::-1])
    return [column[order] for column in members]
