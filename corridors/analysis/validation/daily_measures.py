"""What a run by days says to an observation: queues, waits, what passed, what went round.

Each function takes the runs of the model, the row of the observation, and what is asked of
it, and returns the figure of the model, or None where the run does not say.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.analysis.validation.wording import says
from corridors.network.arcs import DIRECTIONS, LINK, TRANSFER

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from corridors.analysis.validation.parameters import (
        CapacityId,
        CapacityIds,
        CapacityNames,
        Date,
        DemandIds,
        DemandPrefixes,
        Number,
        Period,
        ScenarioName,
        Whole,
    )
    from corridors.analysis.validation.runs import ModelRuns
    from corridors.network.arcs import Arcs
    from corridors.network.network import Network


@says("queue at {capacity} on {date}, {run}")
def queue_on(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    scenario: ScenarioName,
    capacity: CapacityIds,
    date: Date = "",
) -> float | None:
    """Return the units that stand at capacities at the end of a day of a run."""
    frame = runs.run(scenario).queues
    own = frame[frame["capacity_id"].isin(capacity) & (frame["date"] == (date or row["date"]))]
    return float(own["queue"].sum())


@says("longest wait in days at {capacity} on {date}, {run}")
def wait_on(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    scenario: ScenarioName,
    capacity: CapacityIds,
    date: Date = "",
) -> float | None:
    """Return the longest wait, in days, of those who come to capacities on a day of a run."""
    frame = runs.run(scenario).waits
    own = frame[frame["capacity_id"].isin(capacity) & (frame["date"] == (date or row["date"]))]
    if own["longest_wait_hours"].isna().any():
        return None
    return float(own["longest_wait_hours"].max()) / 24.0 if len(own) else 0.0


@says("mean wait in days at {capacity} on {date}, {run}")
def mean_wait_on(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    scenario: ScenarioName,
    capacity: CapacityIds,
    date: Date = "",
) -> float | None:
    """Return the wait, in days, of those who come on a day of a run, on average of capacities.

    Each capacity counts by what comes to it on that day; one without a queue has no wait.
    """
    day = date or row["date"]
    sim = runs.run(scenario)
    own = sim.waits[sim.waits["capacity_id"].isin(capacity)]
    passed = sim.throughput
    # What comes to a capacity that has never had a queue passes it on that day.
    free = passed["capacity_id"].isin(capacity) & ~passed["capacity_id"].isin(own["capacity_id"])
    own = own[own["date"] == day]
    came = float(own["came"].sum() + passed.loc[free & (passed["date"] == day), "passed"].sum())
    if came <= 0 or own["mean_wait_hours"].isna().any():
        return None
    return float((own["came"] * own["mean_wait_hours"]).sum()) / came / 24.0


@says("queue at {capacity} on {date} if nobody gave up or went elsewhere, {run}")
def queue_without_choice(
    runs: ModelRuns, row: dict[str, Any], *, scenario: ScenarioName, capacity: CapacityIds
) -> float | None:
    """Return the units that would stand at capacities if nobody gave up or went elsewhere."""
    frame = runs.without_choice(scenario).queues
    own = frame[frame["capacity_id"].isin(capacity) & (frame["date"] == row["date"])]
    return float(own["queue"].sum())


def _dates(first: Date, days: Whole) -> set[str]:
    begin = dt.date.fromisoformat(first)
    return {(begin + dt.timedelta(days=i)).isoformat() for i in range(days)}


@says("what passes {capacity} in {days} from {first}, {run}")
def passed_in_all(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    scenario: ScenarioName,
    capacity: CapacityId,
    first: Date,
    days: Whole,
) -> float | None:
    """Return what passes a capacity on some days of a run together, in its unit."""
    del row
    frame = runs.run(scenario).throughput
    own = frame[(frame["capacity_id"] == capacity) & frame["date"].isin(_dates(first, days))]
    return float(own["passed"].sum())


@says("what passes {capacity} in {per_days}, mean of {days} from {first}, {run}")
def passed_on_days(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    scenario: ScenarioName,
    capacity: CapacityId,
    first: Date,
    days: Whole,
    units_per_vehicle: Number = 1.0,
    per_days: Period = 1.0,
) -> float | None:
    """Return what passes a capacity in a run, on average of some days, in vehicles."""
    total = passed_in_all(runs, row, scenario=scenario, capacity=capacity, first=first, days=days)
    return None if total is None else total / days * per_days / units_per_vehicle


def _boxes(runs: ModelRuns, frame: pd.DataFrame, demand: DemandPrefixes) -> pd.DataFrame:
    """Return the rows of cargo counted in TEU of demands, by prefix of their ids."""
    own = frame["demand_id"].str.startswith(demand)
    return frame[own & frame["cargo"].isin(runs.boxes)]


@says("share of boxes from {demand} that sets out on another way in {days} from {first}, {run}")
def share_diverted(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    scenario: ScenarioName,
    demand: DemandPrefixes,
    first: Date,
    days: Whole,
) -> float | None:
    """Return the boxes that set out on another way in some days, of those that want to leave."""
    del row
    sim = runs.run(scenario)
    record, arrays = sim.record, sim.record.book.arrays(0)
    table = sim.timetable.states[0].demand
    own = np.zeros(len(table), dtype=np.bool_)
    own[_boxes(runs, table.reset_index(drop=True), demand).index] = True
    dates = _dates(first, days)
    inside = [sim.timetable.day_of(n).isoformat() in dates for n in range(len(record.passes))]
    steps = np.flatnonzero(inside)
    ways = np.flatnonzero(~arrays.is_base & own[arrays.demand])
    entered = record.passes[steps[:, None], arrays.first[ways] + ways].sum()
    wanted = record.problem.amount[steps[:, None], np.flatnonzero(own)].sum()
    return float(entered / (wanted * record.problem.step)) if wanted > 0 else None


@says("boxes from {demand} that give up, as a share of a year's, {run}")
def share_not_carried(
    runs: ModelRuns, row: dict[str, Any], *, scenario: ScenarioName, demand: DemandPrefixes
) -> float | None:
    """Return the boxes that give up in a run and not on the same days undisturbed, of a year's."""
    del row
    sim, lost = runs.run(scenario), []
    for table in (runs.undisturbed(scenario).by_demand, sim.by_demand):
        own = _boxes(runs, table, demand)
        lost.append(float(own["turned_back"].sum() + own["never_shipped"].sum()))
    wanted = float(own["wanted"].sum()) / len(sim.days)
    return (lost[1] - lost[0]) / (365.0 * wanted) if wanted else None


@says("growth of the queue at {capacity} in a day, mean of {days} from {first}, {run}")
def grew_on_days(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    scenario: ScenarioName,
    capacity: CapacityId,
    first: Date,
    days: Whole,
) -> float | None:
    """Return by how much a queue grows a day from the morning of a day on."""
    del row
    begin = dt.date.fromisoformat(first)
    frame = runs.run(scenario).queues
    own = frame[frame["capacity_id"] == capacity].set_index("date")["queue"]
    before = (begin - dt.timedelta(days=1)).isoformat()
    after = (begin + dt.timedelta(days=days - 1)).isoformat()
    return (float(own.get(after, 0.0)) - float(own.get(before, 0.0))) / days


@says("days from {since} until the queue at {capacity} is gone, {run}")
def days_to_clear(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    scenario: ScenarioName,
    capacity: CapacityId,
    since: Date,
) -> float | None:
    """Return the days from a reopening until a queue is cleared; where there is none, no day."""
    del row
    peaks = runs.run(scenario).peaks.set_index("capacity_id")
    if capacity not in peaks.index:
        return 0.0
    if not isinstance(peaks.loc[capacity, "cleared_date"], str):
        return None
    cleared = dt.date.fromisoformat(str(peaks.loc[capacity, "cleared_date"]))
    return float((cleared - dt.date.fromisoformat(since)).days)


@says("what passes {capacity} in a day less than undisturbed, mean of {days} from {first}, {run}")
def short_of_usual(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    scenario: ScenarioName,
    capacity: CapacityIds,
    first: Date,
    days: Whole,
) -> float | None:
    """Return by how much less passes capacities a day than on the same days undisturbed."""
    del row
    dates = _dates(first, days)
    totals = []
    for sim in (runs.undisturbed(scenario), runs.run(scenario)):
        frame = sim.throughput
        own = frame[frame["capacity_id"].isin(capacity) & frame["date"].isin(dates)]
        totals.append(float(own["passed"].sum()))
    return (totals[0] - totals[1]) / days


@says("days by which cargo waits longer at {among} from {first} to {last}, {run}")
def added_days(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    scenario: ScenarioName,
    among: CapacityNames,
    first: Date,
    last: Date,
) -> float | None:
    """Return the days that cargo which passes in a period waits longer at capacities on average."""
    del row
    waits = []
    usual, sim = runs.undisturbed(scenario), runs.run(scenario)
    here = [i for i, day in enumerate(sim.days) if first <= day.isoformat() <= last]
    for table, (left, waited) in (
        (usual.timetable, usual.waits),
        (sim.timetable, (sim.record.left, sim.record.waited)),
    ):
        own = [r for r, info in enumerate(table.limits) if info.limit_id.split(":")[0] in among]
        days = [table.problem.begin + i for i in here]
        leaves = left[np.ix_(days, own)].sum()
        if leaves <= 0:
            # What waits there still may wait for as long as it will.
            return None
        waits.append(float(waited[np.ix_(days, own)].sum() / leaves))
    return waits[1] - waits[0]


@says("days from {demand} on the usual ways with the waits of {days} from {first}, {run}")
def journey_on(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    scenario: ScenarioName,
    demand: DemandIds,
    first: Date,
    days: Whole = 1,
) -> float | None:
    """Return the days of demands on their usual ways with the waits met in a run, on average.

    To the time of the undisturbed steady state of the run's first day come the waits
    at the capacities on the way of those who come there on the given days; a capacity
    without a queue has no wait.

    Parameters
    ----------
    runs, row
        The runs of the model, and the observation.
    scenario
        Scenario that is run.
    demand
        Ids of demands.
    first, days
        First day on which waits are counted, and how many days.
    """
    del row
    usual = runs.state(runs.window(scenario)[0])
    routes = usual.routes[usual.routes["demand_id"].isin(demand)]
    if not len(routes):
        return None
    waits = runs.run(scenario).waits
    waits = waits[waits["date"].isin(_dates(first, days))]
    # Who waits at the end of the run waits nobody knows how long.
    hours = (waits["came"] * waits["mean_wait_hours"]).fillna(np.inf)
    wait = hours.groupby(waits["capacity_id"]).sum() / waits.groupby("capacity_id")["came"].sum()
    held = _queued_at(usual.state.arcs, runs.net, wait.index)
    total = 0.0
    for route in routes.to_dict("records"):
        met = {
            name
            for arc in route["arcs"]
            for name, cargo in held.get(int(arc), ())
            if not cargo or route["cargo"] in cargo
        }
        total += route["t_per_day"] * (route["hours"] + float(wait.loc[sorted(met)].sum()))
    mean = total / float(routes["t_per_day"].sum()) / 24.0
    return mean if np.isfinite(mean) else None


def _queued_at(
    arcs: Arcs, net: Network, queued: Iterable[str]
) -> dict[int, list[tuple[str, tuple[str, ...]]]]:
    """Return the capacities with a queue at each arc, and the cargo that they count."""
    known = set(queued)
    found: dict[int, list[tuple[str, tuple[str, ...]]]] = {}
    for member in net.tables["capacity_members"].to_dict("records"):
        kind, name = (
            (LINK, member["link_id"]) if member["link_id"] else (TRANSFER, member["transfer_id"])
        )
        cargo = tuple(c for c in str(member["cargo"] or "").split(";") if c)
        for d, way in enumerate(DIRECTIONS):
            arc = arcs.number_of.get((kind, name, d))
            if arc is None or member["direction"] not in ("", "both", way):
                continue
            for full in (member["capacity_id"], f"{member['capacity_id']}:{way}"):
                if full in known:
                    found.setdefault(arc, []).append((full, cargo))
    return found


@says("TEU from {demand} in {days} less those that give up, {run}")
def carried_with_loss(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    scenario: ScenarioName,
    demand: DemandPrefixes,
    days: Period,
) -> float | None:
    """Return the TEU of demands in a period that holds a run, less those that give up in it.

    Parameters
    ----------
    runs, row
        The runs of the model, and the observation.
    scenario
        Scenario that is run; its days lie in the period.
    demand
        Beginnings of ids.
    days
        Length of the period.
    """
    lost = share_not_carried(runs, row, scenario=scenario, demand=demand)
    if lost is None:
        return None
    sim = runs.run(scenario)
    own = _boxes(runs, sim.by_demand, demand)
    per_unit = own["cargo"].map(runs.net.tables["cargo"].set_index("cargo")["t_per_unit"])
    # By weight of a box: what the table of a run holds are tonnes.
    return sum(
        (days - 365.0 * lost) * (float(boxes["wanted"].sum()) / len(sim.days)) / float(str(weight))
        for weight, boxes in own.groupby(per_unit)
    )
