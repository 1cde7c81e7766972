"""A network and a scenario over many days, as one problem of point queues.

Days on which nothing changes share a state; a state is the situation of its
first day. Events that build up (`over`) make a state for each day of the ramp.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.network.calendar import season_changes
from corridors.scenarios.demand_curves import choke_prices
from corridors.scenarios.selectors import names_in
from corridors.scenarios.state import network_state
from corridors.simulation.base_routes import (
    BaseRoutes,
    FallenRoutes,
    days_before,
)
from corridors.simulation.queue_points import (
    QueuePoint,
    dated_columns,
    grants,
    members_by_arc,
    open_part,
    queue_points,
    shut_by_events,
    stores,
)
from corridors.simulation.queueing.problem import Behaviour, QueueProblem
from corridors.simulation.seasons.foreseen import ForeseenRoutes
from corridors.simulation.seasons.given import GivenRoutes
from corridors.simulation.seasons.undisturbed import Undisturbed
from corridors.simulation.variation.variability import variability

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario
    from corridors.scenarios.state import NetworkState

MOST_WARM_UP = 75
"""Most days that are run before the reported ones for the longest way."""

MOST_BEFORE = 400
"""Most days before the reported ones by which the first day of an event is gone back to."""

MOST_AHEAD = 400
"""Most days by which the end of an announced closure is looked up beyond the last one."""


@dataclass(frozen=True, eq=False)
class Timetable:
    """A problem of point queues with the days, names and states behind it.

    Attributes
    ----------
    problem
        The arrays.
    first
        The day of step 0; the reported days begin later, at `problem.begin`.
    states
        NetworkState of each state.
    limits
        What each limit is.
    bases
        Undisturbed situations, one for each set of base routes.
    usual
        How cargo has chosen the ways that it usually takes.
    undisturbed
        The days without events, for the timetable of the same days without the scenario.
    """

    problem: QueueProblem
    first: dt.date
    states: list[NetworkState]
    limits: list[QueuePoint]
    bases: list[NetworkState]
    usual: str = "optimal"
    undisturbed: Undisturbed | None = None

    def day_of(self, step: int) -> dt.date:
        """Return the day in which a step lies."""
        return self.first + dt.timedelta(days=int(step * self.problem.step + 1e-9))


def capacities_named(scenario: Scenario | None) -> set[str]:
    """Return the capacities that events name."""
    events = scenario.events if scenario is not None else ()
    return {name for e in events for name in names_in(e.selector.get("capacity", []))}


def build_timetable(
    net: Network,
    scenario: Scenario | None,
    start: dt.date,
    days: int,
    *,
    step: float = 1.0,
    warm_up: int | None = None,
    announced: bool = False,
    usual: str = "optimal",
    expected_queue: bool = False,
    undisturbed: Undisturbed | None = None,
    progress: Callable[[str], None] | None = None,
) -> Timetable:
    """Work out what holds on each day.

    Queues stand at limits that somebody has published, and at those that events set or
    name: a limit that a rule has inferred from what passes in ordinary times cannot say
    on which day a queue begins, and a thousand of them would be followed step by step.

    Parameters
    ----------
    net, scenario
        The network and the events; None for the undisturbed network.
    start, days
        The days that are reported.
    step
        Length of a step in days; a day must be a whole number of steps.
    warm_up
        Days that are run before `start`, so that cargo is under way on the first
        one; None for as long as the longest base route takes, before the first day of an
        event that has begun by then.
    announced
        Whether everybody knows at once when a closure will end.
    usual
        How cargo chooses the ways that it usually takes: ``"optimal"`` or ``"logit"``.
    expected_queue
        Whether the queue that variation leaves on average stands in the run.
    undisturbed
        Days without events that an earlier timetable of this network has worked out; of use
        where both have the same inferred limits and choose usual ways the same way.
    progress
        Is told what is being done.
    """
    say = progress or (lambda _: None)
    named = capacities_named(scenario)
    if undisturbed is None or not undisturbed.serves(net, named, usual):
        undisturbed = Undisturbed(net, named, usual)
    net = undisturbed.net
    scenario = None if scenario is None else begun(scenario, start)
    say("what is usual")
    solutions = BaseRoutes(undisturbed)
    if warm_up is None:
        begin = undisturbed.on(start)
        warm_up = min((start - first_felt(scenario, start)).days, MOST_BEFORE)
        felt = start - dt.timedelta(days=warm_up)
        warm_up += days_before(begin, solutions.ways_of(begin), felt, MOST_WARM_UP)
    first = start - dt.timedelta(days=warm_up)
    total = warm_up + days
    ahead = _days_ahead(scenario, start + dt.timedelta(days=days)) if announced else 0
    calendar = [first + dt.timedelta(days=i) for i in range(total + ahead)]
    changes = set(_changes(net, first, calendar[-1]))
    base_of = np.zeros(len(calendar), dtype=np.int64)
    fallen = FallenRoutes(solutions, undisturbed)
    states: list[NetworkState] = []
    usual_states: list[NetworkState] = []
    state_of = np.zeros(len(calendar), dtype=np.int64)
    known: dict[Any, int] = {}
    numbers: list[int] = []
    for i, day in enumerate(calendar):
        if i == 0 or day in changes:
            base = undisturbed.on(day)
            number = solutions.number(base)
            say(f"what is usual from {day}")
            since = day
        shares = tuple(e.share_on(day) for e in scenario.events) if scenario else ()
        key = (since, shares)
        if key not in known:
            known[key] = len(states)
            idle = not any(shares)
            states.append(base if idle else network_state(net, scenario, day, building_up=True))
            usual_states.append(base)
        state_of[i] = known[key]
        numbers.append(number)
    foreseen = ForeseenRoutes(
        undisturbed, solutions, calendar, numbers, lambda i: states[state_of[i]]
    )
    given = GivenRoutes(undisturbed, solutions)
    for i in range(len(calendar)):
        own, state = foreseen.number(i), states[state_of[i]]
        # What the end of a season takes away is no want of room.
        own = given.number(own, state) if own == numbers[i] else own
        base_of[i] = fallen.number(own, state)
    per_day = round(1 / step)
    rows = np.repeat(np.arange(total), per_day)
    later = np.repeat(np.arange(total, len(calendar)), per_day)
    table = _assemble(
        net,
        states,
        usual_states,
        state_of[rows],
        state_of[later],
        fallen,
        base_of[np.concatenate([rows, later])],
        calendar[:total],
        rows,
        step=step,
        begin=warm_up * per_day,
        announced=announced,
        expected_queue=expected_queue,
    )
    return replace(table, usual=usual, undisturbed=undisturbed)


def begun(scenario: Scenario, start: dt.date) -> Scenario:
    """Return a scenario whose events without a first day begin on the first reported one.

    What they do must not hang on how many days are run before, for the longest way there is.
    """
    events = [replace(e, first_day=start) if e.first_day is None else e for e in scenario.events]
    return replace(scenario, events=tuple(events))


def first_felt(scenario: Scenario | None, start: dt.date) -> dt.date:
    """Return the first day of what may still be felt on the first reported day, or that day.

    An event that has been over for longer than the longest warm-up is no longer looked at.
    """
    felt = start - dt.timedelta(days=MOST_WARM_UP)
    days = [
        e.first_day
        for e in (scenario.events if scenario else ())
        if e.first_day is not None and (e.end_day is None or e.end_day > felt)
    ]
    return min([start, *days])


def _days_ahead(scenario: Scenario | None, end: dt.date) -> int:
    """Return the days after the last one until no event of a scenario is in force any more."""
    ends = [
        e.end_day + dt.timedelta(hours=e.start_up_hours)
        for e in (scenario.events if scenario else ())
        if e.end_day is not None
    ]
    days = max(((e - end).days + 1 for e in ends), default=0)
    return min(max(days, 0), MOST_AHEAD)


def _changes(net: Network, first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Return the days between two on which the undisturbed network changes."""
    bounds = {
        "links": ("opens", "closes"),
        "transfers": ("opens", "closes"),
        "capacities": ("valid_from", "valid_until"),
        "demand": ("valid_from", "valid_until"),
        "supply": ("valid_from", "valid_until"),
        "couplings": ("valid_from", "valid_until"),
    }
    years = range(first.year, last.year + 1)
    for name, columns in bounds.items():
        frame = net.whole.tables[name]
        for column in columns:
            for text in set(frame[column]) - {""}:
                yield dt.date.fromisoformat(text)
        for season in set(frame.get("season", [])) - {""}:
            for year in years:
                yield from season_changes(season, year)
    for year in years:
        yield dt.date(year, 1, 1)


def _assemble(
    net: Network,
    states: list[NetworkState],
    usual: list[NetworkState],
    state: NDArray[np.int64],
    state_ahead: NDArray[np.int64],
    base: FallenRoutes,
    base_of: NDArray[np.int64],
    calendar: list[dt.date],
    rows: NDArray[np.int64],
    *,
    step: float,
    begin: int,
    announced: bool,
    expected_queue: bool,
) -> Timetable:
    arcs = states[0].arcs
    usd = np.stack([_open_usd(s) for s in states])
    hours = np.stack([s.arcs.hours for s in states])
    points, amount, reserved = queue_points(states, usd)
    base_ids = [{limit.limit_id: limit for limit in b.limits} for b in base.bases]
    level = amount[state]
    kept = reserved[state]
    level_ahead = amount[state_ahead]
    coming = np.zeros_like(level)
    # A capacity that the scenario puts into use is ordinary as it is; its own limits end.
    event = np.array([point.from_event for point in points], dtype=np.bool_)
    ordinary = np.where(event, np.inf, np.concatenate([level, level_ahead]))
    for b, ids in enumerate(base_ids):
        for r, point in enumerate(points):
            if point.limit_id in ids:
                coming[base_of[: len(state)] == b, r] = ids[point.limit_id].background
                ordinary[base_of == b, r] = ids[point.limit_id].amount
    pattern, burst, ban = dated_columns(net, points, calendar)
    works = pattern[rows] * open_part(net, points, calendar, step)
    # What an event leaves is all that passes; nothing is cleared faster before it is over.
    less = level < ordinary[: len(level)] * (1.0 - 1e-9)
    burst = np.where(less, np.nan, burst[rows] * works)
    rate = level * np.where(np.isinf(level), 1.0, works)
    demand = np.stack([s.problem.amount for s in states])
    shut = shut_by_events(states, usd, points)[state] & np.isfinite(level)
    stock = grants(net, points, calendar, np.where(shut, 0.0, level), step)
    granted = None if stock is None else np.asarray((stock.period >= 0).any(axis=0))
    steady = (works == works[0]).all(axis=0)
    p = states[0].problem
    moves = np.zeros(len(arcs.cargo), dtype=np.bool_)
    moves[p.commodity_class[(demand > 0).any(axis=0)]] = True
    member_first, member_limit, member_factor = members_by_arc(
        points, arcs.size, level, steady=steady, moves=moves
    )
    cargo = net.whole.tables["cargo"].set_index("cargo").loc[list(arcs.cargo)]
    value_of_time = cargo["usd_per_unit_day"].to_numpy(dtype=np.float64) / 24.0
    problem = QueueProblem(
        step=step,
        begin=begin,
        n_mode_nodes=arcs.n_mode_nodes,
        tail=arcs.tail,
        head=arcs.head,
        usd=usd,
        hours=hours,
        state=state,
        announced=announced,
        weight=cargo["t_per_unit"].to_numpy(dtype=np.float64),
        value_of_time=value_of_time,
        rate=rate,
        level=level,
        reserved=kept,
        background=coming,
        burst=burst,
        ban_above=ban,
        from_event=event,
        member_first=member_first,
        member_limit=member_limit,
        member_factor=member_factor,
        origin=p.origin,
        destination=p.destination,
        kind=p.commodity_class,
        loss=p.penalty,
        choke=_choke(states),
        amount=demand[state],
        base_routes=base.ways,
        base_of=base_of[: len(state)],
        behaviour=_behaviour(cargo),
        state_ahead=state_ahead,
        level_ahead=level_ahead,
        ordinary=ordinary,
        fallen=np.array(base.fallen),
        grants=stock,
        store=stores(net, points),
        variability=variability(states, points, state, granted, stands=expected_queue),
        added=_added(states, usual, value_of_time),
    )
    return Timetable(problem, calendar[0], states, points, base.bases)


def _open_usd(state: NetworkState) -> NDArray[np.float64]:
    # By days a premium is paid where the cargo is bought, as a charge of its way.
    usd = state.arcs.usd + state.arcs.premium
    usd[:, ~state.there | state.closed] = np.inf
    return usd


def _added(
    states: list[NetworkState], usual: list[NetworkState], value_of_time: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Return what the events of each state add to what arcs cost, with the time valued."""
    found = []
    for now, was in zip(states, usual, strict=True):
        with np.errstate(invalid="ignore"):
            usd = now.arcs.usd - was.arcs.usd
            usd += (now.arcs.hours - was.arcs.hours) * value_of_time[:, None]
        found.append(np.where(np.isfinite(usd), usd, 0.0))
    added = np.stack(found)
    return added if added.any() else None


def _choke(states: list[NetworkState]) -> NDArray[np.float64]:
    """Return what a unit of each demand pays at most for another way, shape (K,), in USD.

    The price at which half of it stays, on the first day on which there is any: demand of
    later days has no ordinary cost before.
    """
    found = states[0].problem.penalty.copy()
    known = np.zeros(len(found), dtype=np.bool_)
    for state in states:
        new = (state.problem.amount > 0) & ~known
        if new.any():
            found[new] = choke_prices(state).to_numpy()[new]
            known |= new
    return found


def _behaviour(cargo: Any) -> Behaviour:
    def column(name: str) -> NDArray[np.float64]:
        return np.array(cargo[name], dtype=np.float64)

    patience = column("patience_days")
    patience[np.isnan(patience)] = np.inf
    return Behaviour(
        patience=patience,
        spread=column("patience_spread"),
        reaction=column("reaction_days"),
        expected_closure=column("closure_days"),
        spot_share=column("spot_share"),
        spot_ramp=column("spot_ramp_days"),
    )
