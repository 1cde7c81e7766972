"""The runs that observations are held against, each made when it is first asked for."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from typing import TYPE_CHECKING

import numpy as np

from corridors.network.network import as_date
from corridors.simulation.seasons.days_without import DaysWithout

if TYPE_CHECKING:
    from corridors.assignment.assignment import Assignment
    from corridors.flow.problem import FlowProblem
    from corridors.flow.solve import Answer
    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario
    from corridors.simulation.queueing import Behaviour
    from corridors.simulation.results import Simulation
    from corridors.simulation.seasons.undisturbed import Undisturbed
    from corridors.simulation.timetable import Timetable

RUN_DAYS = 90
"""Days of a run in which no observation asks for a later one, as those of `simulate`."""


def scenario_of(net: Network, name: str) -> Scenario:
    """Return a scenario by name: a file beside the network's tables, or else a shipped one.

    Parameters
    ----------
    net
        The network; the files of its folder go before those that are shipped.
    name
        Name or path, with or without ``.yaml``; names joined by ``+`` add up.

    Raises
    ------
    ScenarioError
        Where there is none, or it cannot be meant.
    """
    from corridors.scenarios.scenario import scenario

    def one(part: str) -> Scenario:
        for file in (part, f"{part}.yaml"):
            if net.folder is not None and (net.folder / file).is_file():
                return scenario(net.folder / file)
        return scenario(part)

    return reduce(operator.add, [one(part.strip()) for part in name.split("+")])


@dataclass
class ModelRuns:
    """Steady states and runs by days of one network.

    Attributes
    ----------
    net
        The network of all of time.
    windows
        First day and days of the run of each scenario; any other begins with its
        first event and lasts `RUN_DAYS`.
    model
        Of the steady states; runs by days have queues of their own.
    """

    net: Network
    windows: dict[str, tuple[str, int]] = field(default_factory=dict)
    model: str = "optimal"
    _steady: dict[tuple[str, str], Assignment] = field(default_factory=dict)
    _tables: dict[str | None, tuple[Scenario | None, Timetable]] = field(default_factory=dict)
    _runs: dict[str, Simulation] = field(default_factory=dict)
    _plans: dict[str, Scenario] = field(default_factory=dict)
    _alone: dict[str, DaysWithout] = field(default_factory=dict)
    _fitting: bool = False

    @property
    def boxes(self) -> tuple[str, ...]:
        """The cargo that is counted in TEU."""
        cargo = self.net.tables["cargo"]
        return tuple(cargo.loc[cargo["unit"] == "TEU", "cargo"])

    def plan(self, name: str) -> Scenario:
        """Return a scenario as `scenario_of` has it, read once."""
        if name not in self._plans:
            self._plans[name] = scenario_of(self.net, name)
        return self._plans[name]

    def state(self, day: str, scenario: str = "") -> Assignment:
        """Return the steady state of a day, undisturbed or under a scenario.

        Of the best plan without the demands of which nothing is wanted.
        """
        from corridors.analysis.criticality.wanted import wanted_state
        from corridors.assignment.assign import assigned
        from corridors.scenarios.demand_curves import with_curves
        from corridors.scenarios.state import network_state

        if (day, scenario) not in self._steady:
            plan = self.plan(scenario) if scenario else None
            state, near = network_state(self.net, plan, as_date(day)), None
            if self.model == "optimal":
                # Of the best plan an answer is the same from wherever it is begun.
                state = with_curves(wanted_state(state))
                near = self._near(state.problem)
            found = assigned(state, plan, self.model, near)
            self._steady[day, scenario] = found
        return self._steady[day, scenario]

    def _near(self, problem: FlowProblem) -> Answer | None:
        """Return the answer of another day, of one with the same limits if any, to begin with."""
        from corridors.flow.solve import Answer

        known = [run.answer for run in reversed(self._steady.values())]
        answers = [answer for answer in known if isinstance(answer, Answer)]
        same = (answer for answer in answers if answer.starts(problem))
        return next(same, answers[0] if answers else None)

    def window(self, name: str) -> tuple[str, int]:
        """Return the first day and the number of days of the run of a scenario."""
        from corridors.simulation.simulate import first_day

        if name not in self.windows:
            start = first_day(self.net, self.plan(name), None)
            self.windows[name] = (start.isoformat(), RUN_DAYS)
        return self.windows[name]

    def timetable(self, name: str, *, events: bool = True) -> tuple[Scenario | None, Timetable]:
        """Return a scenario, or None without its events, and its days worked out."""
        from corridors.simulation.timetable import build_timetable

        key = name if events else f"{name} without"
        if key not in self._tables:
            plan = self.plan(name) if events else None
            start, days = self.window(name)
            table = build_timetable(
                self.net,
                plan,
                as_date(start),
                days,
                step=1.0,
                warm_up=None,
                announced=False,
                undisturbed=self._undisturbed_of(plan),
            )
            self._tables[key] = (plan, table)
        return self._tables[key]

    def _undisturbed_of(self, plan: Scenario | None) -> Undisturbed | None:
        """Return the days without events that runs so far have worked out, where they serve."""
        from corridors.simulation.timetable import capacities_named

        named = capacities_named(plan)
        own = (table.undisturbed for _, table in self._tables.values())
        return next(
            (days for days in own if days and days.serves(self.net, named, "optimal")), None
        )

    def _ran(self, key: str, name: str, *, events: bool = True, choice: bool = True) -> Simulation:
        from corridors.simulation.queueing import run
        from corridors.simulation.results import Simulation

        if key not in self._runs:
            plan, table = self.timetable(name, events=events)
            if not choice:
                table = with_behaviour(table, _nobody_chooses(table.problem.behaviour))
            self._runs[key] = Simulation(table, run(table.problem), plan, "queue")
        return self._runs[key]

    def run(self, name: str) -> Simulation:
        """Return the run of a scenario."""
        return self._ran(name, name)

    def undisturbed(self, name: str) -> DaysWithout:
        """Return the same days without the scenario's events."""
        if name not in self._alone:
            _, table = self.timetable(name, events=False)
            run = partial(self._ran, f"{name} without", name, events=False)
            self._alone[name] = DaysWithout(table, run, kept=not self._fitting)
        return self._alone[name]

    def without_choice(self, name: str) -> Simulation:
        """Return the run in which nobody gives up or goes another way."""
        return self._ran(f"{name} fixed", name, choice=False)

    def under(self, values: dict[tuple[str, str], float]) -> ModelRuns:
        """Return the same network's runs under other behaviour; the days worked out are kept.

        Parameters
        ----------
        values
            Value by cargo and column of `cargo`.
        """
        tables = {
            key: (plan, with_behaviour(table, _changed(table, values)))
            for key, (plan, table) in self._tables.items()
        }
        return ModelRuns(
            self.net,
            self.windows,
            self.model,
            self._steady,
            tables,
            _plans=self._plans,
            _fitting=True,
        )


def with_behaviour(table: Timetable, behaviour: Behaviour) -> Timetable:
    """Return the same days with cargo that decides otherwise."""
    return replace(table, problem=replace(table.problem, behaviour=behaviour))


FIELDS = {
    "patience_days": "patience",
    "patience_spread": "spread",
    "reaction_days": "reaction",
    "closure_days": "expected_closure",
    "spot_share": "spot_share",
    "spot_ramp_days": "spot_ramp",
}
"""Array of `Behaviour` by column of `cargo`: what a calibration can fit."""


def _changed(table: Timetable, values: dict[tuple[str, str], float]) -> Behaviour:
    behaviour = table.problem.behaviour
    cargo = table.states[0].arcs.cargo
    arrays = {name: getattr(behaviour, name).copy() for name in FIELDS.values()}
    for (kind, column), value in values.items():
        arrays[FIELDS[column]][cargo.index(kind)] = value
    return replace(behaviour, **arrays)


def _nobody_chooses(behaviour: Behaviour) -> Behaviour:
    return replace(
        behaviour,
        patience=np.full_like(behaviour.patience, np.inf),
        spot_share=np.zeros_like(behaviour.spot_share),
        spot_ramp=np.full_like(behaviour.spot_ramp, np.inf),
    )
