"""Day by day: what waits, what goes round, what turns back, and how it clears."""

from __future__ import annotations

import datetime as dt
import warnings
from concurrent.futures import Executor
from functools import partial
from numbers import Integral
from typing import TYPE_CHECKING

from corridors.assignment.assign import require_model
from corridors.errors import ScenarioError, nearest, require_kind
from corridors.network.network import as_date, require_network
from corridors.scenarios.authoring.values import plain
from corridors.scenarios.quantities import parse_time
from corridors.scenarios.scenario import Scenario
from corridors.scenarios.scenario import scenario as read_scenario
from corridors.simulation.queueing import run
from corridors.simulation.results import Simulation
from corridors.simulation.seasons.days_alone import DaysAlone
from corridors.simulation.timetable import build_timetable
from corridors.simulation.variation.replications import MOST_REPLICATIONS, replicate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from corridors.network.network import Network
    from corridors.simulation.timetable import Timetable

MODELS = ("queue", "optimal")
"""Models by days that `simulate` knows."""

MOST_DAYS = 3660
"""Most days of one run."""

MOST_SEED = 2**63 - 1


EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2200, 12, 31)
"""Days on which a run may start: far from the ends of the calendar, where days have no next one."""


def simulate(
    net: Network,
    scenario: str | Path | Scenario | None = None,
    days: int = 90,
    *,
    start: str | dt.date | None = None,
    step: str | float | dt.timedelta = "1d",
    model: str = "queue",
    announced: bool = False,
    usual: str = "optimal",
    warm_up: int | None = None,
    expected_queue: bool = False,
    replications: int = 0,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    events: str | Path | Scenario | None = None,
) -> Simulation:
    """Run a scenario through its days.

    Cargo leaves its origin every step, takes its way with the hours of its links
    and transfers, and queues first in, first out wherever a capacity is used up
    (point queues, Vickrey 1969). It chooses with what is known on the day; see
    docs/simulation.md.

    Parameters
    ----------
    net
        The network.
    scenario
        Its name, a path or the object. None for the undisturbed network.
    days
        Days to report, from 1.
    start
        First day reported; the first day of a dated event if None, or else the
        scenario's own day or the network's. Events without a first day begin on it; of those
        that have begun before, the days until then are run too.
    step
        A time such as ``"6h"``, a whole part of a day.
    model
        ``"queue"``, or ``"optimal"``: the same with the bound that perfect
        foresight would reach, and the price of not knowing; the clock then runs
        in whole steps.
    announced
        Whether everybody knows at once when a closure will end.
    usual
        How cargo chooses the ways that it usually takes: ``"optimal"``, the best plan, or
        ``"logit"``, as shippers choose. What it does while something is wrong is the same.
    warm_up
        Days run before `start` so that cargo is under way; None for as long as
        the longest base route takes, before the first day of an event that has begun by then.
    expected_queue
        Whether the queue that variation leaves on average (Kimber and Hollis 1979) stands in
        the run, as cargo that waits, instead of in `Simulation.random_queues` beside it.
    replications, seed
        How many times the days are drawn at random and run again, and what decides the
        draws; mean and band of every figure are then in `Simulation.replications`, and in its
        `effect` what the scenario does beyond the same drawn days without it.
    executor
        A `concurrent.futures.Executor` that works on the replications; the same bytes without.
    progress
        Is told what is being done, the steps done, and the steps in all.
    events
        The old name of `scenario`; goes with the next release.

    Returns
    -------
    Simulation

    Raises
    ------
    ScenarioError
        Where the scenario or an argument cannot be meant.

    Warns
    -----
    DeprecationWarning
        Where the scenario is given as `events`.

    Examples
    --------
    >>> import corridors as co
    >>> sim = co.simulate(co.load(), "poland-closure-2025", days=20)
    >>> sim.residual_t < 1e-6
    True
    """
    require_network(net)
    if events is not None:
        if scenario is not None:
            msg = "scenario and events: saw both, expected one; events is the old name of scenario"
            raise ScenarioError(msg)
        warnings.warn(
            "simulate: events= is now called scenario=, and goes with the next release",
            DeprecationWarning,
            stacklevel=2,
        )
        scenario = events
    if model not in MODELS:
        msg = f"no model {model!r}{nearest(model, MODELS)}"
        raise ScenarioError(msg)
    require_model(usual)
    for name, flag in (("announced", announced), ("expected_queue", expected_queue)):
        require_kind(name, flag, bool, "True or False")
    require_kind("executor", executor, Executor | None, "a concurrent.futures.Executor, or None")
    days = _whole("days", days, 1)
    if warm_up is not None:
        warm_up = _whole("warm_up", warm_up, 0)
    replications = _whole("replications", replications, 0, MOST_REPLICATIONS)
    seed = _whole("seed", seed, 0, MOST_SEED)
    if replications and model != "queue":
        msg = f"replications: saw {replications} of the model {model!r}, expected the model 'queue'"
        raise ScenarioError(msg)
    if replications and expected_queue:
        msg = (
            f"replications: saw {replications} with expected_queue, expected one of them; "
            "the draws make the queues that are expected"
        )
        raise ScenarioError(msg)
    plan = None if scenario is None else read_scenario(scenario)
    first = first_day(net, plan, start)
    if not EARLIEST <= first <= LATEST:
        msg = f"start: saw {first}, expected a day from {EARLIEST} to {LATEST}"
        raise ScenarioError(msg)
    length = step_of(step)
    say = progress or (lambda _what, _done, _all: None)
    table = build_timetable(
        net,
        plan,
        first,
        days,
        step=length,
        warm_up=warm_up,
        announced=announced,
        usual=usual,
        expected_queue=expected_queue,
        progress=lambda what: say(what, 0, 0),
    )
    record = run(
        table.problem,
        whole=model == "optimal",
        progress=lambda done, total: say("day by day", done, total),
    )
    bound = None
    if model == "optimal":
        from corridors.simulation.foresight import lower_bound

        say("the bound of perfect foresight", 0, 0)
        bound = lower_bound(table.problem, record)

    without = partial(
        build_timetable,
        net,
        None,
        first,
        days,
        step=length,
        warm_up=round(table.problem.begin * length),
        usual=usual,
        expected_queue=expected_queue,
        undisturbed=table.undisturbed,
    )
    alone = partial(_run_alone, model=model)
    undisturbed = DaysAlone(without, alone, kind=model)
    found = Simulation(table, record, plan, model, bound, undisturbed)
    if replications:
        found.replications = replicate(
            Simulation,
            table,
            replications,
            seed,
            without=None if plan is None else undisturbed.timetable,
            executor=executor,
            progress=lambda done, total: say("replications", done, total),
        )
    return found


def _run_alone(table: Timetable, model: str) -> Simulation:
    """Run the days without a scenario by the clock of those that are held against them."""
    record = run(table.problem, whole=model == "optimal")
    return Simulation(table, record, None, model)


def _whole(name: str, value: object, least: int, most: int = MOST_DAYS) -> int:
    """Return a whole number, of days for one; raise ScenarioError where it is none."""
    if (
        not isinstance(value, Integral)
        or isinstance(value, bool)
        or not least <= int(value) <= most
    ):
        msg = f"{name}: saw {value!r}, expected a whole number from {least} to {most}"
        raise ScenarioError(msg)
    return int(value)


def first_day(
    net: Network,
    plan: Scenario | None,
    start: str | dt.date | None,
    otherwise: str = "set start, such as 2025-09-12",
) -> dt.date:
    """Return the first day reported; raise ScenarioError where none is given.

    Parameters
    ----------
    net, plan, start
        As for `simulate`.
    otherwise
        What else can be done where the scenario says no day.
    """
    if start is not None:
        return as_date(start)
    if plan is not None:
        dated = [event.first_day for event in plan.events if event.first_day is not None]
        if dated:
            return min(dated)
        if plan.as_of is not None:
            return plan.as_of
    if net.date is not None:
        return net.date
    whose = f"scenario {plan.name}" if plan else "the undisturbed network"
    how = "say from when it holds (from 2025-09-12), or " if plan else ""
    msg = f"{whose}: no day is given; {how}{otherwise}"
    raise ScenarioError(msg)


def step_of(step: str | float | dt.timedelta) -> float:
    """Return the length of a step in days.

    Raises
    ------
    ScenarioError
        Where it is no whole part of a day.

    Examples
    --------
    >>> step_of("6h"), step_of("1d")
    (0.25, 1.0)
    """
    said = plain(step)
    try:
        # True is no day.
        hours = parse_time(said) if isinstance(said, str | bool) else float(said) * 24.0
    except TypeError:
        hours = 0.0
    except ValueError as error:
        msg = f"step: {error}"
        raise ScenarioError(msg) from None
    parts = 24.0 / hours if hours > 0 else 0.0
    if not 1 <= parts <= 96 or abs(parts - round(parts)) > 1e-9:
        msg = f"step: saw {step!r}, expected a whole part of a day such as 1d, 12h, 6h or 1h"
        raise ScenarioError(msg)
    return 1.0 / round(parts)
