"""The runs that observations are held against, each made when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from corridors.network.network import as_date

if TYPE_CHECKING:
    from corridors.assignment.assignment import Assignment
    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario
    from corridors.simulation.queueing import Behaviour
    from corridors.simulation.results import Simulation
    from corridors.simulation.timetable import Timetable

BASE_DAY = "2025-09-01"
"""Day of the undisturbed state for observations that give none of their own."""

WINDOWS = {
    "poland-closure-2025": ("2025-09-12", 90),
    "kz-ru-border-2025": ("2025-09-14", 110),
    "nur-zholy-queue-2025": ("2025-10-22", 45),
    "caspian-storm-2026": ("2026-01-05", 60),
}
"""First day and days of the runs of shipped scenarios."""


@dataclass
class Evidence:
    """Steady states and runs by days of one network.

    Attributes
    ----------
    net
        The network of all of time.
    windows
        First day and days of each scenario that can be run.
    """

    net: Network
    windows: dict[str, tuple[str, int]] = field(default_factory=lambda: dict(WINDOWS))
    _static: dict[tuple[str, str], Assignment] = field(default_factory=dict)
    _tables: dict[str | None, tuple[Scenario | None, Timetable]] = field(default_factory=dict)
    _runs: dict[str, Simulation] = field(default_factory=dict)

    def state(self, day: str, scenario: str = "") -> Assignment:
        """Return the steady state of a day, undisturbed or under a shipped scenario."""
        from corridors.assignment.assign import assign

        if (day, scenario) not in self._static:
            self._static[day, scenario] = assign(self.net, scenario or None, as_of=day)
        return self._static[day, scenario]

    def timetable(self, name: str, *, events: bool = True) -> tuple[Scenario | None, Timetable]:
        """Return a shipped scenario, or None without its events, and its days worked out."""
        from corridors.scenarios.scenario import scenario
        from corridors.simulation.timetable import build_timetable

        key = name if events else f"{name} without"
        if key not in self._tables:
            plan = scenario(name) if events else None
            start, days = self.windows[name]
            table = build_timetable(
                self.net, plan, as_date(start), days, step=1.0, warm_up=None, announced=False,
                progress=lambda _what: None,
            )  # fmt: skip
            self._tables[key] = (plan, table)
        return self._tables[key]

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

    def undisturbed(self, name: str) -> Simulation:
        """Return the same days without the scenario's events."""
        return self._ran(f"{name} without", name, events=False)

    def without_choice(self, name: str) -> Simulation:
        """Return the run in which nobody gives up or goes another way."""
        return self._ran(f"{name} fixed", name, choice=False)

    def under(self, values: dict[tuple[str, str], float]) -> Evidence:
        """Return the same evidence with other behaviour; runs are made anew, days are not.

        Parameters
        ----------
        values
            Value by cargo and column of `cargo`.
        """
        tables = {
            key: (plan, with_behaviour(table, _changed(table, values)))
            for key, (plan, table) in self._tables.items()
        }
        return Evidence(self.net, self.windows, self._static, tables)


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
"""Array of `Behaviour` by column of `cargo`."""


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
