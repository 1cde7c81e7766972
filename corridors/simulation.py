"""What a run by days says, as tidy tables."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridors.arcs import LINK, TRANSFER
from corridors.queueing.arrays import LATE, ON_TIME, OTHER_WAY, TURNED_BACK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.queueing.bound import Bound
    from corridors.queueing.run import Outcome
    from corridors.scenario import Scenario
    from corridors.timetable import Timetable

    Floats = NDArray[np.float64]

PLACES = (
    "on_time", "late", "other_way", "turned_back", "never_shipped", "short_as_usual",
    "not_yet_left", "waiting", "under_way",
)  # fmt: skip
"""Where a tonne can be at the end of a day; it is in exactly one."""

NEW = 0
CLEARED = 0.01
"""Share of its peak below which a queue counts as cleared."""

_TRACE = 1e-6


class Simulation:
    """A run by days.

    Attributes
    ----------
    timetable
        The network, the days and what held on them.
    outcome
        The arrays of the run.
    scenario
        The scenario, or None.
    model
        ``"queue"`` or ``"optimal"``.
    bound
        For ``"optimal"``: what perfect foresight would reach, with its proof.
    """

    def __init__(
        self, timetable: Timetable, outcome: Outcome, scenario: Scenario | None, model: str,
        bound: Bound | None = None,
    ) -> None:  # fmt: skip
        self.timetable = timetable
        self.outcome = outcome
        self.scenario = scenario
        self.model = model
        self.bound = bound
        p = outcome.problem
        self._per_day = round(1 / p.step)
        self._begin = p.begin
        self._weight = p.weight[p.kind]
        n_days = (p.n_steps - p.begin) // self._per_day
        self.start = timetable.day_of(p.begin)
        self.days = [self.start + dt.timedelta(days=i) for i in range(n_days)]

    def __repr__(self) -> str:
        name = self.scenario.name if self.scenario else "undisturbed"
        w = self.waterfall.set_index("what")["t"]
        return (
            f"Simulation({name}, {self.start}, {len(self.days)} days: "
            f"{w['late']:,.0f} t late, {w['other_way']:,.0f} t another way, "
            f"{w['turned_back'] + w['never_shipped']:,.0f} t turned back or never shipped)"
        )

    def _repr_html_(self) -> str:
        from corridors.display import card

        return card(repr(self), {k: v for k, v in self.summary.items() if not isinstance(v, dict)})

    def _sum_by_day(self, values: Floats) -> Floats:
        """Add up the steps of each reported day, shape (days, ...)."""
        own = values[self._begin :]
        return np.asarray(own.reshape(len(self.days), self._per_day, *own.shape[1:]).sum(axis=1))

    def _end_of_day(self, values: Floats) -> Floats:
        return np.asarray(values[self._begin + self._per_day - 1 :: self._per_day])

    @property
    def residual_t(self) -> float:
        """Tonnes that appear or vanish, at worst, in any step; rounding alone."""
        return float(self.outcome.residual.max(initial=0.0))

    @cached_property
    def _standing(self) -> Floats:
        """Return the units that wait at the members of each limit by day, shape (days, R)."""
        present = self._end_of_day(self.outcome.present)
        level = self._end_of_day(self.outcome.problem.level)
        own = self._end_of_day(self.outcome.queue)
        ours = np.array(["#" in i.limit_id for i in self.timetable.limits], dtype=np.bool_)
        # A limit of the scenario is no place: it has a queue while it is in force.
        held = np.where(np.isfinite(level), np.maximum(own, 0.0), 0.0)
        result = np.where(ours[None, :], held, present)
        return np.where(result > _TRACE, result, 0.0)

    @cached_property
    def queues(self) -> pd.DataFrame:
        """Queues at the end of each day, where there is one.

        Returns
        -------
        DataFrame
            capacity_id (with the direction where each has its own), name, unit,
            date, queue in the unit, t, and `wait_hours`, what the last to come
            that day waited (NaN where it still waits at the end of the run).
        """
        tonnes = self._end_of_day(self.outcome.present_t)
        wait = self._waits()
        day, r = np.nonzero(self._standing.T > 0)[::-1]
        infos = self.timetable.limits
        return pd.DataFrame(
            {
                "capacity_id": [infos[i].limit_id for i in r],
                "name": [infos[i].name for i in r],
                "unit": [infos[i].unit for i in r],
                "date": [self.days[d].isoformat() for d in day],
                "queue": self._standing[day, r],
                "t": tonnes[day, r],
                "wait_hours": wait[day, r],
            }
        )

    def _waits(self) -> Floats:
        """Return what the last to come on each day waits, by limit, in hours, shape (days, R)."""
        o, p = self.outcome, self.outcome.problem
        came, gone = o.arrived.cumsum(axis=0), (o.left + o.quit).cumsum(axis=0)
        ends = np.arange(self._begin + self._per_day - 1, p.n_steps, self._per_day)
        result = np.zeros((len(ends), p.n_limits))
        times = np.arange(p.n_steps + 1) * p.step
        for r in np.flatnonzero((self._standing > 0).any(axis=0)):
            curve = np.concatenate([[0.0], gone[:, r]])
            # Rounding must not look like cargo that never passes.
            slack = 1e-9 * max(float(came[-1, r]), 1.0)
            target = came[ends, r]
            target = np.where(target <= curve[-1] + slack, np.minimum(target, curve[-1]), np.inf)
            after = np.searchsorted(curve, target, side="left").clip(1, len(curve) - 1)
            rise = curve[after] - curve[after - 1]
            part = (target - curve[after - 1]) / np.where(rise > 0, rise, 1.0)
            passed = times[after - 1] + part * p.step
            wait = np.maximum(passed - times[ends + 1], 0.0) * 24.0
            result[:, r] = np.where(np.isfinite(wait), wait, np.nan)
        return result

    @cached_property
    def curves(self) -> pd.DataFrame:
        """Cumulative arrivals and departures of capacities that have had a queue.

        Returns
        -------
        DataFrame
            capacity_id, unit, date, `arrived`, `passed`, `gave_up` (turned back or
            went round), all from the first day on; what stood there before it is
            in `arrived`.
        """
        o = self.outcome
        before = o.queue[self._begin - 1] if self._begin else np.zeros(o.problem.n_limits)
        arrived = self._sum_by_day(o.arrived).cumsum(axis=0) + before
        passed = self._sum_by_day(o.left).cumsum(axis=0)
        gave_up = self._sum_by_day(o.quit).cumsum(axis=0)
        rows = []
        for r in np.flatnonzero((self._standing > 0).any(axis=0)):
            info = self.timetable.limits[r]
            rows.append(
                pd.DataFrame(
                    {
                        "capacity_id": info.limit_id,
                        "unit": info.unit,
                        "date": [d.isoformat() for d in self.days],
                        "arrived": arrived[:, r],
                        "passed": passed[:, r],
                        "gave_up": gave_up[:, r],
                    }
                )
            )
        columns = ["capacity_id", "unit", "date", "arrived", "passed", "gave_up"]
        return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)

    @property
    def arrivals(self) -> pd.DataFrame:
        """Cumulative arrivals: capacity_id, unit, date, arrived."""
        return self.curves[["capacity_id", "unit", "date", "arrived"]]

    @property
    def departures(self) -> pd.DataFrame:
        """Cumulative departures: capacity_id, unit, date, passed, gave_up."""
        return self.curves[["capacity_id", "unit", "date", "passed", "gave_up"]]

    @cached_property
    def throughput(self) -> pd.DataFrame:
        """What passed each capacity on each day, background included: capacity_id, unit, date."""
        passed = self._sum_by_day(self.outcome.left)
        infos = self.timetable.limits
        day, r = np.nonzero(passed.T > _TRACE)[::-1]
        return pd.DataFrame(
            {
                "capacity_id": [infos[i].limit_id for i in r],
                "unit": [infos[i].unit for i in r],
                "date": [self.days[d].isoformat() for d in day],
                "passed": passed[day, r],
            }
        )

    @cached_property
    def peaks(self) -> pd.DataFrame:
        """One row for each capacity that has had a queue, the largest in tonnes first.

        Returns
        -------
        DataFrame
            capacity_id, name, unit, peak, peak_whole (vehicles as a whole
            number), peak_t, peak_date, cleared_date (None where it still stands;
            a queue counts as cleared below a hundredth of its peak),
            mean_wait_hours of those who left, longest_wait_hours.
        """
        o = self.outcome
        tonnes = self._end_of_day(o.present_t)
        waited = self._sum_by_day(o.waited).sum(axis=0)
        left = self._sum_by_day(o.left + o.quit).sum(axis=0)
        waits = self._waits()
        rows = []
        for r in np.flatnonzero((self._standing > 0).any(axis=0)):
            queue = self._standing[:, r]
            top = int(queue.argmax())
            low = np.flatnonzero(queue[top:] <= CLEARED * queue[top])
            info = self.timetable.limits[r]
            own = waits[:, r][~np.isnan(waits[:, r])]
            rows.append(
                {
                    "capacity_id": info.limit_id,
                    "name": info.name,
                    "unit": info.unit,
                    "peak": float(queue[top]),
                    "peak_whole": round(float(queue[top])),
                    "peak_t": float(tonnes[top, r]),
                    "peak_date": self.days[top].isoformat(),
                    "cleared_date": self.days[top + int(low[0])].isoformat() if len(low) else None,
                    "mean_wait_hours": 24.0 * float(waited[r] / left[r]) if left[r] > 0 else 0.0,
                    "longest_wait_hours": float(own.max(initial=0.0)),
                }
            )
        columns = [
            "capacity_id", "name", "unit", "peak", "peak_whole", "peak_t", "peak_date",
            "cleared_date", "mean_wait_hours", "longest_wait_hours",
        ]  # fmt: skip
        frame = pd.DataFrame(rows, columns=columns)
        return frame.sort_values(
            ["peak_t", "capacity_id"], ascending=[False, True], ignore_index=True
        )

    @cached_property
    def _new(self) -> dict[str, Floats]:
        """Return where new cargo is at the end of each day, cumulative tonnes, (days, K)."""
        o, w = self.outcome, self._weight
        ends = self._sum_by_day(o.ends[..., NEW]).cumsum(axis=0) * w[None, :, None]
        never = self._sum_by_day(o.never[..., NEW]).cumsum(axis=0) * w[None, :, None]
        return {
            "on_time": ends[:, :, ON_TIME],
            "late": ends[:, :, LATE],
            "other_way": ends[:, :, OTHER_WAY],
            "turned_back": ends[:, :, TURNED_BACK],
            "never_shipped": never[:, :, 1],
            "short_as_usual": never[:, :, 0],
            "not_yet_left": self._end_of_day(o.held[..., NEW]) * w,
            "waiting": self._end_of_day(o.waiting[..., NEW]) * w,
            "under_way": self._end_of_day(o.moving[..., NEW]) * w,
        }

    @cached_property
    def daily(self) -> pd.DataFrame:
        """Where the cargo of the reported days is at the end of each: date and `PLACES`, in t.

        The row sums to all that wanted to leave up to that day (`wanted`).
        """
        p = self.outcome.problem
        frame = pd.DataFrame({"date": [d.isoformat() for d in self.days]})
        frame["wanted"] = (self._sum_by_day(p.amount * p.step) * self._weight).cumsum(0).sum(1)
        for place in PLACES:
            frame[place] = self._new[place].sum(axis=1)
        return frame

    @cached_property
    def waterfall(self) -> pd.DataFrame:
        """What became of the cargo that wanted to leave in the reported days: what, t, share."""
        last = self.daily.iloc[-1]
        rows = [{"what": "wanted", "t": float(last["wanted"])}]
        rows += [{"what": place, "t": float(last[place])} for place in PLACES]
        frame = pd.DataFrame(rows)
        return frame.assign(share=frame["t"] / max(frame["t"].iloc[0], 1e-300))

    @cached_property
    def delivered(self) -> pd.DataFrame:
        """Deliveries by demand and day, old and new cargo.

        Returns
        -------
        DataFrame
            demand_id, cargo, date, on_time, late, other_way, turned_back in t.
        """
        demand = self.timetable.states[0].demand
        ends = self._sum_by_day(self.outcome.ends.sum(axis=-1)) * self._weight[None, :, None]
        day, k = np.nonzero(ends.sum(axis=2).T > _TRACE)[::-1]
        names = demand["demand_id"].to_numpy()
        frame = pd.DataFrame(
            {
                "demand_id": names[k],
                "cargo": demand["cargo"].to_numpy()[k],
                "date": [self.days[d].isoformat() for d in day],
            }
        )
        for what, name in enumerate(("on_time", "late", "other_way", "turned_back")):
            frame[name] = ends[day, k, what]
        return frame

    @cached_property
    def by_demand(self) -> pd.DataFrame:
        """What became of each demand's cargo of the reported days: ids, wanted, `PLACES`, in t."""
        demand = self.timetable.states[0].demand
        p = self.outcome.problem
        frame = demand[["demand_id", "origin", "destination", "cargo"]].copy()
        frame["wanted"] = self._sum_by_day(p.amount * p.step).sum(axis=0) * self._weight
        for place in PLACES:
            frame[place] = self._new[place][-1]
        return frame[frame["wanted"] > 0].reset_index(drop=True)

    @cached_property
    def flows(self) -> pd.DataFrame:
        """What enters each directed link and transfer on each day: kind, id, direction, date, t."""
        daily = self.arc_flows
        arcs, net = self.timetable.states[0].arcs, self.timetable.states[0].net
        real = (arcs.kind == LINK) | (arcs.kind == TRANSFER)
        day, arc = np.nonzero((daily * real).T > _TRACE)[::-1]
        links = net.tables["links"]["link_id"].to_numpy()
        transfers = net.tables["transfers"]["transfer_id"].to_numpy()
        ids = [(links if arcs.kind[a] == LINK else transfers)[arcs.row[a]] for a in arc]
        return pd.DataFrame(
            {
                "kind": np.where(arcs.kind[arc] == LINK, "link", "transfer"),
                "id": ids,
                "direction": np.where(arcs.direction[arc] == 0, "forward", "backward"),
                "date": [self.days[d].isoformat() for d in day],
                "t": daily[day, arc],
            }
        )

    @cached_property
    def arc_flows(self) -> Floats:
        """Tonnes that enter the stretch of each arc, by day, shape (days, A)."""
        o = self.outcome
        passes = self._sum_by_day(o.passes)
        result = np.zeros((len(self.days), len(o.problem.tail)))
        segment = 0
        arrays = o.book.arrays(0)
        for route in range(len(o.book)):
            size = int(arrays.first[route + 1] - arrays.first[route])
            weight = self._weight[arrays.demand[route]]
            for s in range(segment, segment + size + 1):
                own = o.book.segment_arcs[s]
                if len(own):
                    result[:, own] += passes[:, s, None] * weight
            segment += size + 1
        return result

    @cached_property
    def _totals(self) -> pd.DataFrame:
        o, p = self.outcome, self.outcome.problem
        frame = self.timetable.states[0].demand[["demand_id", "cargo"]].copy()
        lost = o.ends[..., TURNED_BACK, NEW].sum(axis=0) + o.never[..., NEW].sum(axis=(0, 2))
        frame["cost_usd"] = o.usd[:, NEW]
        frame["moving_t_hours"] = o.hours[:, NEW] * self._weight
        frame["waiting_t_hours"] = 24.0 * o.wait[:, NEW] * self._weight
        frame["loss_usd"] = lost * p.loss
        return frame

    @property
    def cost(self) -> pd.DataFrame:
        """Transport cost by demand: demand_id, cargo, cost_usd; neither time nor loss is in it."""
        return self._totals[["demand_id", "cargo", "cost_usd"]]

    @property
    def hours(self) -> pd.DataFrame:
        """Tonne-hours by demand, in motion and waiting apart."""
        return self._totals[["demand_id", "cargo", "moving_t_hours", "waiting_t_hours"]]

    @property
    def loss(self) -> pd.DataFrame:
        """Loss by demand of what turned back or was never shipped: loss_usd."""
        return self._totals[["demand_id", "cargo", "loss_usd"]]

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Totals; cost, hours and loss apart."""
        totals = self._totals
        w = self.waterfall
        return {
            "days": len(self.days),
            "start": self.start.isoformat(),
            "cost_usd": float(totals["cost_usd"].sum()),
            "moving_t_hours": float(totals["moving_t_hours"].sum()),
            "waiting_t_hours": float(totals["waiting_t_hours"].sum()),
            "loss_usd": float(totals["loss_usd"].sum()),
            "waterfall_t": dict(zip(w["what"], w["t"].astype(float), strict=True)),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the results as plain values for JSON."""
        peaks = self.peaks
        queues = [
            {
                "id": row["capacity_id"],
                "name": row["name"],
                "unit": row["unit"],
                "peak": row["peak"],
                "peak_whole": row["peak_whole"],
                "peak_date": row["peak_date"],
                "cleared_date": row["cleared_date"]
                if isinstance(row["cleared_date"], str)
                else None,
                "mean_wait_hours": row["mean_wait_hours"],
                "longest_wait_hours": row["longest_wait_hours"],
            }
            for row in peaks.to_dict("records")
        ]
        summary = self.summary
        result = {
            "scenario": self.scenario.name if self.scenario else None,
            "model": self.model,
            "start": summary["start"],
            "days": summary["days"],
            "step_days": self.outcome.problem.step,
            "queues": queues,
            "waterfall_t": summary["waterfall_t"],
            "cost_usd": summary["cost_usd"],
            "moving_t_hours": summary["moving_t_hours"],
            "waiting_t_hours": summary["waiting_t_hours"],
            "loss_usd": summary["loss_usd"],
            "conservation_residual_t": self.residual_t,
        }
        if self.bound is not None:
            result["bound"] = self.bound.to_dict()
        return result

    def map(self) -> Any:
        """Return a map with a slider over the days: queues as circles, flows as lines."""
        from corridors.maps.queuemap import queue_map

        return queue_map(self)

    def plot(self, capacity_id: str | None = None) -> Any:
        """Draw the cumulative arrivals and departures of a capacity, the largest queue's if None.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from corridors.plots import cumulative_curves

        return cumulative_curves(self, capacity_id)
