"""What a run by days says, as tidy tables."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridors.errors import UnknownIdError
from corridors.simulation import cargo_tables
from corridors.simulation.asked import SAVED, Asked
from corridors.simulation.cargo_tables import PLACES
from corridors.simulation.effects import queue_rows
from corridors.simulation.queue_counts import counts_by_limit
from corridors.simulation.queue_tables import TRACE, QueueTables, as_filled
from corridors.simulation.queueing.state import LATE, NEW, ON_TIME, OTHER_WAY, TURNED_BACK
from corridors.simulation.variation.asked import Varying

if TYPE_CHECKING:
    import folium

    from corridors.flow.arrays import Flags, Floats
    from corridors.maps.flowmap import FlowMap
    from corridors.maps.plots.accessor import Plots
    from corridors.maps.queuemap import QueueMapData
    from corridors.scenarios.scenario import Scenario
    from corridors.simulation.foresight import Bound
    from corridors.simulation.queueing.run import SimulationRecord
    from corridors.simulation.seasons.days_alone import DaysAlone
    from corridors.simulation.timetable import Timetable

__all__ = ["SAVED", "Simulation"]


class Simulation(Varying, Asked):
    """A run by days.

    Attributes
    ----------
    timetable
        The network, the days and what held on them.
    record
        The arrays of the run.
    queue_counts
        What stood where.
    scenario
        The scenario, or None.
    model
        ``"queue"`` or ``"optimal"``.
    bound
        For ``"optimal"``: what perfect foresight would reach, with its proof.
    """

    def __init__(
        self,
        timetable: Timetable,
        record: SimulationRecord,
        scenario: Scenario | None,
        model: str,
        bound: Bound | None = None,
        undisturbed: DaysAlone | None = None,
    ) -> None:
        self._undisturbed = undisturbed
        self.timetable = timetable
        self.record = record
        self.queue_counts = counts_by_limit(record, timetable.limits)
        self.scenario = scenario
        self.model = model
        self.bound = bound
        p = record.problem
        per_day = round(1 / p.step)
        self._weight = p.weight[p.kind]
        demand = timetable.states[0].demand
        self._counted = demand["cargo"].isin(timetable.states[0].net.cargo_in_totals).to_numpy()
        n_days = (p.n_steps - p.begin) // per_day
        self.start = timetable.day_of(p.begin)
        self.days = [self.start + dt.timedelta(days=i) for i in range(n_days)]
        self._tables = QueueTables(record, self.queue_counts, timetable.limits, self.days, per_day)

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

    @property
    def residual_t(self) -> float:
        """Tonnes that appear or vanish, at worst, in any step; rounding alone."""
        return float(self.record.residual.max(initial=0.0))

    @property
    def queues(self) -> pd.DataFrame:
        """Queues at the end of each day, where there is one.

        Whatever waits is in one row: that of the capacity that holds it, of
        several of one link the tightest that does not let it through. At a closed
        link that is the tightest of the link. So a limit over a whole border has a
        queue of its own only where it is the one that holds.

        Returns
        -------
        DataFrame
            capacity_id (with the direction where each has its own), name, unit,
            date, queue in the unit, t of cargo (background has no tonnes), and
            `wait_hours`, what the last to come that day waited (NaN where it still
            waits at the end of the run). The t of a day sum to all cargo that
            waits, that of before the first day included.
        """
        return self._tables.queues

    @property
    def waits(self) -> pd.DataFrame:
        """Waits of those who come on each day to capacities that have had a queue.

        Returns
        -------
        DataFrame
            capacity_id, unit, date, `came` (background included), mean_wait_hours and
            longest_wait_hours of those who come that day (NaN where somebody of them
            still waits at the end of the run).
        """
        return self._tables.waits

    @property
    def queue_arcs(self) -> dict[tuple[int, int], Floats]:
        """Tonnes that wait at the end of each day, by number of limit and arc, shape (days,)."""
        return self._tables.by_arc

    @property
    def curves(self) -> pd.DataFrame:
        """Cumulative arrivals and departures of capacities that have had a queue.

        Returns
        -------
        DataFrame
            capacity_id, unit, date, `arrived`, `passed`, `gave_up` (turned back,
            went round, or stepped back before another limit of the link, which
            has changed), all from the first day on; what stood there before it is
            in `arrived`. Background that `queues` counts at a wider capacity is in
            these curves of both.
        """
        return self._tables.curves

    @property
    def arrivals(self) -> pd.DataFrame:
        """Cumulative arrivals: capacity_id, unit, date, arrived."""
        return self.curves[["capacity_id", "unit", "date", "arrived"]]

    @property
    def departures(self) -> pd.DataFrame:
        """Cumulative departures: capacity_id, unit, date, passed, gave_up."""
        return self.curves[["capacity_id", "unit", "date", "passed", "gave_up"]]

    @property
    def throughput(self) -> pd.DataFrame:
        """What passed each capacity on each day, background included: capacity_id, unit, date."""
        return self._tables.throughput

    @property
    def peaks(self) -> pd.DataFrame:
        """One row for each capacity that has had a queue, the largest in tonnes first.

        Returns
        -------
        DataFrame
            capacity_id, name, unit, peak, peak_whole (vehicles as a whole
            number), peak_t, peak_date, cleared_date (None where it still stands;
            a queue counts as cleared below a hundredth of its peak),
            mean_wait_hours and longest_wait_hours of those who left, and of those who stand
            at the end until then.
        """
        return self._tables.peaks

    @cached_property
    def _new(self) -> dict[str, Floats]:
        """Return where new cargo is at the end of each day, cumulative tonnes, (days, K)."""
        o, w = self.record, self._weight
        ends = self._tables.sum_by_day(o.ends[..., NEW]).cumsum(axis=0) * w[None, :, None]
        never = self._tables.sum_by_day(o.never[..., NEW]).cumsum(axis=0) * w[None, :, None]
        return {
            "on_time": ends[:, :, ON_TIME],
            "late": ends[:, :, LATE],
            "other_way": ends[:, :, OTHER_WAY],
            "turned_back": ends[:, :, TURNED_BACK],
            "never_shipped": never[:, :, 1],
            "short_as_usual": never[:, :, 0],
            "not_yet_left": self._tables.end_of_day(o.held[..., NEW]) * w,
            "waiting": self._tables.end_of_day(o.waiting[..., NEW]) * w,
            "under_way": self._tables.end_of_day(o.moving[..., NEW]) * w,
        }

    @cached_property
    def daily(self) -> pd.DataFrame:
        """Where the cargo of the reported days is at the end of each: date and `PLACES`, in t.

        The row sums to all that wanted to leave up to that day (`wanted`). Cargo that
        its table keeps out of totals is not in it.
        """
        p = self.record.problem
        frame = pd.DataFrame({"date": [d.isoformat() for d in self.days]})
        wanted = self._tables.sum_by_day(p.amount * p.step) * self._weight
        frame["wanted"] = wanted[:, self._counted].cumsum(0).sum(1)
        for place in PLACES:
            frame[place] = self._new[place][:, self._counted].sum(axis=1)
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
        ends = self._tables.sum_by_day(self.record.ends.sum(axis=-1)) * self._weight[None, :, None]
        day, k = np.nonzero(ends.sum(axis=2).T > TRACE)[::-1]
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
        return as_filled(frame)

    @cached_property
    def by_demand(self) -> pd.DataFrame:
        """What became of each demand's cargo of the reported days: ids, wanted, `PLACES`, in t."""
        demand = self.timetable.states[0].demand
        p = self.record.problem
        frame = demand[["demand_id", "origin", "destination", "cargo"]].copy()
        frame["wanted"] = self._tables.sum_by_day(p.amount * p.step).sum(axis=0) * self._weight
        for place in PLACES:
            frame[place] = self._new[place][-1]
        return frame[frame["wanted"] > 0].reset_index(drop=True)

    @cached_property
    def flows(self) -> pd.DataFrame:
        """What enters each directed link and transfer on each day: kind, id, direction, date, t."""
        return cargo_tables.flows(self.timetable.states[0], self.days, self.arc_flows)

    @cached_property
    def arc_flows(self) -> Floats:
        """Tonnes that enter the stretch of each arc, by day, shape (days, A)."""
        passes = self._tables.sum_by_day(self.record.passes)
        return cargo_tables.arc_flows(self.record, passes, self._weight)

    @cached_property
    def _totals(self) -> pd.DataFrame:
        o, p = self.record, self.record.problem
        frame = self.timetable.states[0].demand[["demand_id", "cargo"]].copy()
        lost = o.ends[..., TURNED_BACK, NEW].sum(axis=0) + o.never[..., NEW].sum(axis=(0, 2))
        frame["cost_usd"] = o.usd[:, NEW]
        frame["moving_t_hours"] = o.hours[:, NEW] * self._weight
        waited = o.wait[:, NEW] + cargo_tables.standing_days(o)
        frame["waiting_t_hours"] = 24.0 * waited * self._weight
        frame["loss_usd"] = lost * p.loss
        return frame

    @property
    def cost(self) -> pd.DataFrame:
        """Transport cost by demand: demand_id, cargo, cost_usd; neither time nor loss is in it."""
        return self._totals[["demand_id", "cargo", "cost_usd"]]

    @property
    def hours(self) -> pd.DataFrame:
        """Tonne-hours by demand, in motion and waiting apart.

        Who stands somewhere at the end has waited until then.
        """
        return self._totals[["demand_id", "cargo", "moving_t_hours", "waiting_t_hours"]]

    @property
    def loss(self) -> pd.DataFrame:
        """Loss by demand of what turned back or was never shipped: loss_usd."""
        return self._totals[["demand_id", "cargo", "loss_usd"]]

    @cached_property
    def earlier(self) -> pd.DataFrame:
        """What became of the cargo that was under way when the first reported day began.

        It is not in the waterfall, nor in cost, hours and loss.

        Returns
        -------
        DataFrame
            what (`under_way_at_start` and then where it is in the end), t, loss_usd.
        """
        return cargo_tables.earlier(self.record, self._weight * self._counted)

    @cached_property
    def added_on_the_way(self) -> tuple[float, float]:
        """Tonne-hours and USD that delays and surcharges add to what moves in these days."""
        t, weight = self.timetable, self._weight * self._counted
        return cargo_tables.added_on_the_way(self.record, t.states, t.bases, weight)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Totals; cost, hours and loss apart."""
        totals = self._totals[self._counted]
        w = self.waterfall
        return {
            "days": len(self.days),
            "start": self.start.isoformat(),
            "cost_usd": float(totals["cost_usd"].sum()),
            "moving_t_hours": float(totals["moving_t_hours"].sum()),
            "waiting_t_hours": float(totals["waiting_t_hours"].sum()),
            "loss_usd": float(totals["loss_usd"].sum()),
            "waterfall_t": dict(zip(w["what"], w["t"].astype(float), strict=True)),
            "earlier_t": dict(zip(self.earlier["what"], self.earlier["t"], strict=True)),
            "earlier_loss_usd": float(self.earlier["loss_usd"].sum()),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the results as plain values for JSON.

        Of a scenario ``queues`` are those that it causes; what stands there without it
        too is in ``usual_queues``. This runs the baseline where its figures are not kept.
        """
        queues, others = queue_rows(self.peaks, None if self.usual is None else self.caused)
        summary = self.summary
        result = {
            "scenario": self.scenario.name if self.scenario else None,
            "model": self.model,
            "start": summary["start"],
            "days": summary["days"],
            "step_days": self.record.problem.step,
            "queues": queues,
            "waterfall_t": summary["waterfall_t"],
            "earlier_t": summary["earlier_t"],
            "earlier_loss_usd": summary["earlier_loss_usd"],
            "cost_usd": summary["cost_usd"],
            "moving_t_hours": summary["moving_t_hours"],
            "waiting_t_hours": summary["waiting_t_hours"],
            "loss_usd": summary["loss_usd"],
            "conservation_residual_t": self.residual_t,
            "random_queues": self.random_queues.to_dict("records"),
        }
        if self.replications is not None:
            result["replications"] = self.replications.to_dict()
        if self.usual is not None:
            usual = self.effect["usual_t"].astype(float)
            result |= {
                "usual_queues": others,
                "baseline": {"waterfall_t": dict(zip(self.effect["what"], usual, strict=True))},
                "change_t": dict(zip(self.effect["what"], self.effect["change_t"], strict=True)),
                "losses": self.top_losses().to_dict("records"),
            }
        result["explanation"] = self.explain()
        if self.bound is not None:
            result["bound"] = self.bound.to_dict()
        return result

    def map(self) -> FlowMap:
        """Return a map with a slider over the days: queues as circles, flows as lines.

        Returns
        -------
        FlowMap
            One file that needs nothing but a browser; the same run gives the same bytes.
        """
        from corridors.maps.queuemap import build_queue_map

        return build_queue_map(self._map_data)

    def explore(self, *, date: str | None = None, tiles: Any = None, **options: Any) -> folium.Map:
        """Return the queues of a day, the worst if None, as a plain folium map to build on."""
        from corridors.maps.explore_days import explore_days

        return explore_days(self._map_data, date=date, tiles=tiles, **options)

    @cached_property
    def _map_data(self) -> QueueMapData:
        from corridors.simulation.map_data import queue_map_data

        first, limits = self.timetable.states[0], self.timetable.limits
        plan, days, flows = self.scenario, self.days, self.arc_flows
        return queue_map_data(
            plan, days, first, limits, flows, self.queues, self.queue_arcs,
            self.curves, self.daily, self._shut,
        )  # fmt: skip

    @property
    def _shut(self) -> Flags:
        """Whether events have closed each link on each day, shape (days, links)."""
        links = self.timetable.states[0].net.links.index
        closed = [links.isin(state.closed_links) for state in self.timetable.states]
        p = self.record.problem
        per_day = round(1 / p.step)
        return np.stack([closed[s] for s in p.state[p.begin :: per_day][: len(self.days)]])

    @property
    def plot(self) -> Plots:
        """Pictures of it; see `corridors.plots`. A call draws `cumulative_curves`."""
        from corridors.maps.plots.accessor import Plots

        return Plots(self, ("waterfall", "daily", "queues", "queue"), self.cumulative_curves)

    def cumulative_curves(self, capacity_id: str | None = None) -> Any:
        """Draw the cumulative arrivals and departures of a capacity, the largest queue's if None.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        UnknownIdError
            Where the capacity has had no queue, or none has.
        """
        from corridors.simulation.curves import cumulative_curves, tallest

        names = dict(zip(self.peaks["capacity_id"], self.peaks["name"], strict=True))
        chosen = tallest(self.curves, names) if capacity_id is None else capacity_id
        if chosen is None:
            msg = "no capacity has had a queue"
            raise UnknownIdError(msg)
        return cumulative_curves(self.curves, chosen, names.get(chosen))
