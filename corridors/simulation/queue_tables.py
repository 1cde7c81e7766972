"""What a run by days says about its queues, as tidy tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from corridors.flow.arrays import Floats, Ints
    from corridors.simulation.queue_counts import QueueCounts
    from corridors.simulation.queue_points import QueuePoint
    from corridors.simulation.queueing.run import SimulationRecord


CLEARED = 0.01
"""Share of its peak below which a queue counts as cleared."""

TRACE = 1e-6
"""Units or tonnes that are rounding."""

_SLACK = 1e-9
"""Share of all that comes to a limit that is rounding in its cumulative curves."""


_TEXT = {"capacity_id", "name", "unit", "date", "peak_date", "cleared_date", "largest_date"} | {
    "demand_id", "cargo", "kind", "id", "direction",
}  # fmt: skip
"""Columns of text."""

_WHOLE = {"peak_whole"}
"""Columns of whole numbers."""


def as_filled(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the kinds of columns that it has with rows, where it has none.

    Of nothing no kind can be told, so that dates would be numbers.
    """
    if len(frame):
        return frame
    text = pd.Series([""]).dtype
    kinds = {c: text if c in _TEXT else "int64" if c in _WHOLE else "float64" for c in frame}
    return frame.astype(kinds)


@dataclass(frozen=True, eq=False)
class _Curves:
    """What has come to a limit and what has gone from it up to each time, shape (T + 1,) each.

    Who comes first goes first, so that who is the x-th to come is the x-th to go (Newell 1982).
    """

    times: Floats
    came: Floats
    gone: Floats

    @property
    def slack(self) -> float:
        """Units that are rounding."""
        return _SLACK * max(float(self.came[-1]), 1.0)

    def when(self, curve: Floats, level: Floats, *, after: bool = False) -> Floats:
        """Return when a curve reaches levels, or last stands there; infinite where it never does.

        Parameters
        ----------
        curve
            One of the two.
        level
            Units, shape (L,).
        after
            When the next after those units comes or goes, and not the last of them.
        """
        # Rounding must not look like cargo that never passes, nor like cargo that waits
        # through the days on which nobody comes after it.
        if after:
            i = np.searchsorted(curve, level + self.slack, side="right")
            never = i == len(curve)
        else:
            i = np.searchsorted(curve, level - self.slack, side="left")
            never = level > curve[-1] + self.slack
        i = i.clip(1, len(curve) - 1)
        rise = curve[i] - curve[i - 1]
        part = ((level - curve[i - 1]) / np.where(rise > 0, rise, 1.0)).clip(0.0, 1.0)
        at = self.times[i - 1] + part * (self.times[i] - self.times[i - 1])
        return np.where(never, np.inf, at)

    def waits(self, bounds: Floats) -> tuple[Floats, Floats, Floats]:
        """Return how many there are between levels, and their mean and longest waits in days.

        Parameters
        ----------
        bounds
            Units come or gone, rising, shape (N + 1,).

        Returns
        -------
        tuple of ndarray
            Shape (N,) each. A wait is NaN where somebody waits at the end, or nobody comes.
        """
        inner = np.concatenate([self.came, self.gone])
        inner = inner[(inner > bounds[0]) & (inner < bounds[-1])]
        level = np.unique(np.concatenate([bounds, inner]))
        low, high = level[:-1], level[1:]
        wide = high - low > 4 * self.slack
        low, high = low[wide], high[wide]
        # Both curves are straight in between, so that the wait is longest at an end.
        ends = [
            np.maximum(
                self.when(self.gone, x, after=after) - self.when(self.came, x, after=after), 0
            )
            for x, after in ((low, True), (high, False))
        ]
        own = np.searchsorted(bounds, 0.5 * (low + high), side="right") - 1
        units, total, longest = np.zeros((3, len(bounds) - 1))
        np.add.at(units, own, high - low)
        np.add.at(total, own, (high - low) * 0.5 * (ends[0] + ends[1]))
        np.maximum.at(longest, own, np.maximum(*ends))
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(np.isfinite(total), total / units, np.nan)
        return units, mean, np.where((units > 0) & np.isfinite(longest), longest, np.nan)

    def standing(self) -> tuple[float, float, float]:
        """Return how many stand at the end, their unit-days until then, and those of the first."""
        came, end = np.maximum.accumulate(self.came), float(self.times[-1])
        low, high = float(self.gone[-1]), float(came[-1])
        if high - low <= 4 * self.slack:
            return 0.0, 0.0, 0.0
        level = np.unique(np.concatenate([[low, high], came[(came > low) & (came < high)]]))
        # What differs from the next by rounding has no moment of its own.
        level = np.concatenate([level[:-1][np.diff(level) > 4 * self.slack], level[-1:]])
        if len(level) < 2:
            return 0.0, 0.0, 0.0
        first, last = self.when(came, level[:-1], after=True), self.when(came, level[1:])
        # A rounding below the last to come nobody comes after it, and nobody is what that holds.
        some = np.isfinite(first)
        days = float((np.diff(level) * (end - 0.5 * (first + last)))[some].sum())
        return high - low, days, end - float(first[0])


class QueueTables:
    """The tables of the queues of a run.

    Parameters
    ----------
    record, counts
        What happened, and what stood where.
    limits
        What each limit is.
    days
        The reported days.
    per_day
        Steps a day.
    """

    def __init__(
        self,
        record: SimulationRecord,
        counts: QueueCounts,
        limits: list[QueuePoint],
        days: list[dt.date],
        per_day: int,
    ) -> None:
        self._record, self._counts = record, counts
        self._limits = limits
        self.dates = [d.isoformat() for d in days]
        self._per_day = per_day
        self._begin = record.problem.begin

    def sum_by_day(self, values: Floats) -> Floats:
        """Add up the steps of each reported day, shape (days, ...)."""
        own = values[self._begin :]
        return np.asarray(own.reshape(len(self.dates), self._per_day, *own.shape[1:]).sum(axis=1))

    def end_of_day(self, values: Floats) -> Floats:
        """Return what holds at the end of each reported day, shape (days, ...)."""
        return np.asarray(values[self._begin + self._per_day - 1 :: self._per_day])

    @cached_property
    def standing(self) -> Floats:
        """Units that wait at each limit at the end of each day, shape (days, R)."""
        standing = self.end_of_day(self._counts.shown)
        return np.where(standing > TRACE, standing, 0.0)

    @cached_property
    def _ever(self) -> NDArray[np.int64]:
        return np.flatnonzero((self.standing > 0).any(axis=0))

    @cached_property
    def _gave_up(self) -> Floats:
        return self._counts.quit.cumsum(axis=0)

    @cached_property
    def _cumulative(self) -> dict[int, _Curves]:
        """Return the curves of the limits that have had a queue, by number."""
        p = self._record.problem
        gone = self._record.left.cumsum(axis=0) + self._gave_up
        gone = np.vstack([np.zeros(p.n_limits), gone])
        came = gone.copy()
        came[1:] += self._counts.queue
        times = np.arange(p.n_steps + 1, dtype=np.float64) * p.step
        return {int(r): _Curves(times, came[:, r], gone[:, r]) for r in self._ever}

    @property
    def _day_ends(self) -> Ints:
        """Return the number of the end of the step with which each reported day ends, (days,)."""
        return np.arange(
            self._begin + self._per_day, self._record.problem.n_steps + 1, self._per_day
        )

    @cached_property
    def last_waits(self) -> Floats:
        """What the last to come on each day waits, by limit, in hours, shape (days, R)."""
        ends = self._day_ends
        result = np.zeros((len(ends), self._record.problem.n_limits))
        for r, own in self._cumulative.items():
            wait = np.maximum(own.when(own.gone, own.came[ends]) - own.times[ends], 0.0) * 24.0
            result[:, r] = np.where(np.isfinite(wait), wait, np.nan)
        return result

    @cached_property
    def waits(self) -> pd.DataFrame:
        """Waits of those who come on each day; see `Simulation.waits`."""
        found = []
        for r, own in self._cumulative.items():
            ends = np.append(self._begin, self._day_ends)
            units, mean, longest = own.waits(np.maximum.accumulate(own.came[ends]))
            day = np.flatnonzero(units > 0)
            found.append(
                pd.DataFrame(
                    {
                        "capacity_id": self._limits[r].limit_id,
                        "unit": self._limits[r].unit,
                        "date": [self.dates[d] for d in day],
                        "came": units[day],
                        "mean_wait_hours": 24.0 * mean[day],
                        "longest_wait_hours": 24.0 * longest[day],
                    }
                )
            )
        columns = [
            "capacity_id", "unit", "date", "came", "mean_wait_hours", "longest_wait_hours",
        ]  # fmt: skip
        none = as_filled(pd.DataFrame(columns=columns))
        return pd.concat(found, ignore_index=True) if found else none

    @cached_property
    def queues(self) -> pd.DataFrame:
        """Queues at the end of each day, where there is one; see `Simulation.queues`."""
        tonnes = self.end_of_day(self._counts.tonnes)
        day, r = np.nonzero(self.standing.T > 0)[::-1]
        frame = pd.DataFrame(
            {
                "capacity_id": [self._limits[i].limit_id for i in r],
                "name": [self._limits[i].name for i in r],
                "unit": [self._limits[i].unit for i in r],
                "date": [self.dates[d] for d in day],
                "queue": self.standing[day, r],
                "t": tonnes[day, r],
                "wait_hours": self.last_waits[day, r],
            }
        )
        return as_filled(frame)

    @cached_property
    def by_arc(self) -> dict[tuple[int, int], Floats]:
        """Tonnes at the end of each day by number of limit and of arc, shape (days,) each."""
        found = {
            key: self.end_of_day(values) for key, values in sorted(self._counts.by_arc.items())
        }
        return {key: values for key, values in found.items() if values.max(initial=0.0) > TRACE}

    @cached_property
    def curves(self) -> pd.DataFrame:
        """Cumulative arrivals and departures; see `Simulation.curves`."""
        o = self._record
        queue = self.end_of_day(self._counts.queue)
        passed = self.sum_by_day(o.left).cumsum(axis=0)
        gave_up = self.sum_by_day(self._counts.quit).cumsum(axis=0)
        # What came is what has gone and what stands: so that the curves lie as far
        # apart as the queue is long, wherever what waits is counted.
        arrived = passed + gave_up + queue
        rows = [
            pd.DataFrame(
                {
                    "capacity_id": self._limits[r].limit_id,
                    "unit": self._limits[r].unit,
                    "date": self.dates,
                    "arrived": arrived[:, r],
                    "passed": passed[:, r],
                    "gave_up": gave_up[:, r],
                }
            )
            for r in self._ever
        ]
        columns = ["capacity_id", "unit", "date", "arrived", "passed", "gave_up"]
        none = as_filled(pd.DataFrame(columns=columns))
        return pd.concat(rows, ignore_index=True) if rows else none

    @cached_property
    def throughput(self) -> pd.DataFrame:
        """What passed each capacity on each day; see `Simulation.throughput`."""
        passed = self.sum_by_day(self._record.left)
        day, r = np.nonzero(passed.T > TRACE)[::-1]
        frame = pd.DataFrame(
            {
                "capacity_id": [self._limits[i].limit_id for i in r],
                "unit": [self._limits[i].unit for i in r],
                "date": [self.dates[d] for d in day],
                "passed": passed[day, r],
            }
        )
        return as_filled(frame)

    @cached_property
    def peaks(self) -> pd.DataFrame:
        """One row for each capacity that has had a queue; see `Simulation.peaks`."""
        tonnes = self.end_of_day(self._counts.tonnes)
        waited = self.sum_by_day(self._counts.waited).sum(axis=0)
        left = self.sum_by_day(self._record.left + self._counts.quit).sum(axis=0)
        rows = []
        for r in self._ever:
            queue = self.standing[:, r]
            top = int(queue.argmax())
            low = np.flatnonzero(queue[top:] <= CLEARED * queue[top])
            point = self._limits[r]
            curves = self._cumulative[int(r)]
            _, _, longest = curves.waits(curves.gone[[self._begin, -1]])
            # Who has not left by the end has waited until then, and for no less.
            units, days, most = curves.standing()
            units, days = units + float(left[r]), days + float(waited[r])
            rows.append(
                {
                    "capacity_id": point.limit_id,
                    "name": point.name,
                    "unit": point.unit,
                    "peak": float(queue[top]),
                    "peak_whole": round(float(queue[top])),
                    "peak_t": float(tonnes[top, r]),
                    "peak_date": self.dates[top],
                    "cleared_date": self.dates[top + int(low[0])] if len(low) else None,
                    "mean_wait_hours": 24.0 * days / units if units > 0 else 0.0,
                    "longest_wait_hours": 24.0 * max(float(np.nan_to_num(longest[0])), most),
                }
            )
        columns = [
            "capacity_id", "name", "unit", "peak", "peak_whole", "peak_t", "peak_date",
            "cleared_date", "mean_wait_hours", "longest_wait_hours",
        ]  # fmt: skip
        frame = as_filled(pd.DataFrame(rows, columns=columns))
        return frame.sort_values(
            ["peak_t", "capacity_id"], ascending=[False, True], ignore_index=True
        )
