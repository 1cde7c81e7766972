"""The queue that variation is expected to leave at each limit, beside the one of the days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from corridors.flow.waiting.course import queues_of
from corridors.simulation.queue_tables import as_filled

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats
    from corridors.simulation.queue_points import QueuePoint
    from corridors.simulation.queue_tables import QueueTables
    from corridors.simulation.queueing.run import SimulationRecord

_LEAST = 1e-3
"""Units; a shorter queue on average is none."""

SUMMARY = (
    "capacity_id",
    "name",
    "unit",
    "use",
    "random_queue",
    "random_wait_hours",
    "largest_random_queue",
    "largest_date",
)
"""Columns of `Simulation.random_queues`."""


def random_part(record: SimulationRecord) -> Floats:
    """Return by how much variation makes the queue of each limit longer, shape (T, R).

    Two courses of `corridors.flow.waiting.course.queues_of` with what came to the limit in the
    run: with its variation and without. Each limit is looked at on its own.
    """
    p = record.problem
    if p.variability is None:
        return np.zeros_like(record.rate)
    came, gone, rate = (np.ascontiguousarray(v) for v in (record.arrived, record.quit, record.rate))
    wide, power = p.variability.spread, np.ascontiguousarray(p.variability.exponent)
    varies = queues_of(came, gone, rate, wide, power, p.step)
    even = queues_of(came, gone, rate, np.zeros_like(wide), power, p.step)
    return np.asarray(np.maximum(varies - even, 0.0))


def summary(
    record: SimulationRecord, part: Floats, tables: QueueTables, limits: list[QueuePoint]
) -> pd.DataFrame:
    """Return `Simulation.random_queues`.

    Parameters
    ----------
    record, part
        A run, and what `random_part` says of it.
    tables
        Its queues, which know the reported days.
    limits
        What each limit is.
    """
    p = record.problem
    begin = p.begin
    queue = part[begin:]
    daily = tables.end_of_day(part)
    # What passes on days on which nothing limits it, such as out of season, is no use of a limit.
    limits_it = np.isfinite(record.rate[begin:])
    left = np.where(limits_it, record.left[begin:], 0.0).sum(axis=0)
    rate = np.where(limits_it, record.rate[begin:], 0.0).sum(axis=0)
    rows = []
    for r in np.flatnonzero(queue.mean(axis=0) > _LEAST).tolist():
        top = int(daily[:, r].argmax())
        served = float(left[r])
        rows.append(
            {
                "capacity_id": limits[r].limit_id,
                "name": limits[r].name,
                "unit": limits[r].unit,
                "use": served / float(rate[r] * p.step) if rate[r] > 0 else 0.0,
                "random_queue": float(queue[:, r].mean()),
                # Little: what stands on average over what passes.
                "random_wait_hours": 24.0 * float(queue[:, r].sum()) * p.step / served
                if served > 0
                else 0.0,
                "largest_random_queue": float(daily[top, r]),
                "largest_date": tables.dates[top],
            }
        )
    frame = as_filled(pd.DataFrame(rows, columns=list(SUMMARY)))
    return frame.sort_values(
        ["random_wait_hours", "capacity_id"], ascending=[False, True], ignore_index=True
    )


def by_day(
    record: SimulationRecord, part: Floats, tables: QueueTables, limits: list[QueuePoint]
) -> pd.DataFrame:
    """Return `Simulation.expected_queues`; parameters as of `summary`."""
    stands = record.problem.variability is not None and record.problem.variability.stands
    daily = tables.end_of_day(part)
    even = tables.standing
    own = np.flatnonzero(part[record.problem.begin :].mean(axis=0) > _LEAST)
    frame = pd.DataFrame(
        {
            "capacity_id": np.repeat([limits[r].limit_id for r in own], len(daily)),
            "unit": np.repeat([limits[r].unit for r in own], len(daily)),
            "date": tables.dates * len(own),
            "queue": even[:, own].T.ravel(),
            "random_queue": daily[:, own].T.ravel(),
            # Where it stands in the run, the queue of the run holds it already.
            "expected_queue": (even if stands else even + daily)[:, own].T.ravel(),
        }
    )
    return as_filled(frame)
