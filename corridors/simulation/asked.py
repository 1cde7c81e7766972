"""What a run by days can be asked: by any key, against its baseline, and in words."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from corridors.assignment.views.by import named_ends
from corridors.assignment.views.grouping import (
    OF_DEMAND,
    checked_key,
    demand_groups,
    largest_first,
    of_cargo,
    summed,
    value_per_tonne,
)
from corridors.assignment.views.kept import by_link, keep, link_flows, manifest_of
from corridors.errors import UnknownIdError, require_whole
from corridors.network.arcs import LINK
from corridors.simulation.cargo_tables import PLACES
from corridors.simulation.effects import caused_queues, sentences, told_aside
from corridors.simulation.timetable import first_felt

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Sequence
    from pathlib import Path

    from corridors.scenarios.scenario import Scenario
    from corridors.simulation.queueing.run import SimulationRecord
    from corridors.simulation.seasons.days_alone import DaysAlone, UsualFigures
    from corridors.simulation.timetable import Timetable
    from corridors.simulation.variation.replications import Replications

LOST = ("turned_back", "never_shipped")
"""Places of cargo that is lost."""

STANDS = ("waiting", "not_yet_left")
"""Places of cargo that waits, at a limit or where it starts."""

_TRACE = 1e-6

SAVED = (
    "queues",
    "curves",
    "throughput",
    "peaks",
    "daily",
    "waterfall",
    "earlier",
    "delivered",
    "by_demand",
    "flows",
    "cost",
    "hours",
    "loss",
)
"""The tables that `Simulation.save` writes."""


class Asked:
    """Views of a run by days."""

    timetable: Timetable
    scenario: Scenario | None
    days: list[dt.date]
    by_demand: pd.DataFrame
    peaks: pd.DataFrame
    queues: pd.DataFrame
    waterfall: pd.DataFrame
    earlier: pd.DataFrame
    flows: pd.DataFrame
    summary: Any
    start: dt.date
    model: str
    replications: Replications | None
    record: SimulationRecord
    arc_flows: Any
    added_on_the_way: Any
    _totals: pd.DataFrame
    _undisturbed: DaysAlone | None

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Keep the run: every table, what `to_dict` returns, and a manifest.

        What ``simulate --out`` writes. Each table is written as CSV and as Parquet, the
        links that carry something as GeoParquet; `corridors.load_result` reads the folder,
        ``corridors verify`` runs the manifest again.

        Parameters
        ----------
        folder
            Is made if it does not exist; the one it lies in must.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        DataError
            Where the folder cannot be made or written to.
        """
        tables = {name: getattr(self, name) for name in SAVED}
        net = self.timetable.states[0].net
        manifest = manifest_of("simulation", net, self.scenario, self.parameters, tables, None)
        links = link_flows(net, t=by_link(self.flows, "t"))
        return keep(folder, tables, self.to_dict(), manifest, links)

    @property
    def parameters(self) -> dict[str, Any]:
        """What `corridors.simulate` was asked, besides network and scenario."""
        p = self.record.problem
        return {
            "start": self.start.isoformat(),
            "days": len(self.days),
            "step": f"{24 * p.step:.12g} h",
            "model": self.model,
            "announced": bool(p.announced),
            "usual": self.timetable.usual,
            "warm_up": round(p.begin * p.step),
            **({"expected_queue": True} if p.variability and p.variability.stands else {}),
            **(
                {"replications": len(self.replications), "seed": self.replications.seed}
                if self.replications is not None
                else {}
            ),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the results as plain values; see `Simulation.to_dict`."""
        raise NotImplementedError

    @cached_property
    def baseline(self) -> Self | None:
        """The same days without the scenario, run when first asked for; None without one."""
        if self.scenario is None or self._undisturbed is None:
            return None
        run: Self = self._undisturbed.days
        return run

    @property
    def usual(self) -> UsualFigures | None:
        """What of the same days without the scenario a run is held against; None without one.

        The figures of `baseline`, which are known sooner where they are kept on disk.
        """
        if self.scenario is None or self._undisturbed is None:
            return None
        return self._undisturbed.figures

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """By demand, in t, and what that is worth in USD: what stands, and what is lost.

        Returns
        -------
        DataFrame
            `by_demand` with what it costs and loses, and waiting_value_usd (at a limit),
            held_value_usd (where it starts), lost_value_usd (turned back or never
            shipped), all of the goods at the end of the run.
        """
        worth = self.by_demand["cargo"].map(value_per_tonne(self.timetable.states[0].net))
        each = worth.astype("float64")
        frame = self.by_demand.merge(self._totals.drop(columns="cargo"), on="demand_id")
        frame["waiting_value_usd"] = frame["waiting"] * each
        frame["held_value_usd"] = frame["not_yet_left"] * each
        frame["lost_value_usd"] = (frame["turned_back"] + frame["never_shipped"]) * each
        return frame

    def by(self, key: str, cargo: Sequence[str] | None = None) -> pd.DataFrame:
        """Return what became of the cargo by any key.

        Parameters
        ----------
        key, cargo
            As in `corridors.Assignment.by`; what crosses a border is not known by cargo.

        Returns
        -------
        DataFrame
            By a key of demand: `outcomes` summed, what is lost most first. By border the
            tonnes that crossed it in the reported days, by mode and corridor the
            tonne-kilometres begun; with the same of the baseline and the change where
            there is a scenario.

        Raises
        ------
        UnknownIdError
            Where there is no such key, or none of demand and cargo is named.
        """
        net = self.timetable.states[0].net
        if checked_key(key) in OF_DEMAND:
            frame = of_cargo(self.outcomes, cargo)
            numbers = [c for c in frame.columns if frame[c].dtype.kind == "f"]
            found = summed(frame[numbers], demand_groups(net, frame, key), key)
            found = found.assign(_lost=found[list(LOST)].sum(axis=1))
            return largest_first(found, ["_lost", "wanted"], key).drop(columns="_lost")
        if cargo:
            msg = f"by {key}: of a run by days not known by cargo; ask by {', '.join(OF_DEMAND)}"
            raise UnknownIdError(msg)
        unit = "t" if key == "border" else "t_km"
        found = self._by_arcs(key, unit)
        if self.baseline is not None:
            was = self.baseline.by(key).rename(columns={unit: f"usual_{unit}"})
            found = found.merge(was, on=key, how="outer").fillna({unit: 0.0, f"usual_{unit}": 0.0})
            found[f"change_{unit}"] = found[unit] - found[f"usual_{unit}"]
        return largest_first(found, [unit], key)

    def _by_arcs(self, key: str, unit: str) -> pd.DataFrame:
        """Return what entered links by border, mode or corridor."""
        state = self.timetable.states[0]
        arcs, net = state.arcs, state.net
        links = net.tables["links"]
        own = np.flatnonzero(arcs.arc_type == LINK)
        row = arcs.row[own]
        label = {"border": net.borders, "mode": links["mode"], "corridor": links["corridor"]}[key]
        names = label.to_numpy()[row]
        weight = 1.0 if key == "border" else links["length_km"].to_numpy()[row]
        amount = self.arc_flows.sum(axis=0)[own] * weight
        frame = pd.DataFrame({key: names, unit: amount})
        frame = frame[(frame[key] != "") & (frame[unit] > _TRACE)]
        return frame.groupby(key)[[unit]].sum().reset_index()

    def top_losses(self, n: int = 10) -> pd.DataFrame:
        """Return the `n` demands that lose most, ends named: `outcomes`, and lost in t."""
        require_whole("n", n, 0)
        frame = self.outcomes.assign(lost=self.outcomes[list(LOST)].sum(axis=1))
        frame = largest_first(frame[frame["lost"] > _TRACE], ["lost"], "demand_id").head(n)
        return named_ends(self.timetable.states[0].net, frame)

    @cached_property
    def effect(self) -> pd.DataFrame:
        """What the scenario changes against the same days without it: what, t, usual_t, change_t.

        The rows are those of the waterfall. Without a scenario nothing changes.
        """
        now = self.waterfall[["what", "t"]]
        if self.usual is None:
            return now.assign(usual_t=now["t"], change_t=0.0)
        usual = self.usual.waterfall
        return now.assign(usual_t=usual, change_t=now["t"].to_numpy() - usual)

    @cached_property
    def caused(self) -> pd.DataFrame:
        """Queues that the scenario causes or makes longer, in the order of `peaks`.

        Returns
        -------
        DataFrame
            `peaks`, with usual_peak: the largest queue there in the same days without the
            scenario. A queue that is no longer than that on any day is no effect of it.
        """
        if self.usual is None:
            return self.peaks.assign(usual_peak=self.peaks["peak"])[:0]
        was = (self.usual.queues, self.usual.peaks)
        return caused_queues((self.queues, self.peaks), was)

    def explain(self) -> str:
        """Return a few sentences that say what happens, with the numbers of the tables."""
        return " ".join(self.sentences())

    def sentences(self) -> list[str]:
        """Return what happens, a sentence each."""
        net = self.timetable.states[0].net
        cargo = net.tables["cargo"]
        found = sentences(
            days=self.days,
            title=(self.scenario.title or self.scenario.name) if self.scenario else "",
            effect=self.effect,
            caused=self.caused,
            n_usual=len(self.peaks) - len(self.caused),
            values=self.outcomes,
            before=self.usual.outcomes if self.usual is not None else None,
            node_names=net.end_names,
            cargo_names=dict(zip(cargo["cargo"], cargo["name"], strict=True)),
            added=self.added_on_the_way,
            earlier=self._earlier_change,
            uncounted=set(cargo["cargo"]) - net.cargo_in_totals,
            markets=set(net.tables["supply"]["market"]),
            aside=told_aside(self.scenario, self.days),
        )
        return found + self._not_run()

    @property
    def _earlier_change(self) -> dict[str, float]:
        """What was under way before, and by how many tonnes more of it are where in the end."""
        if self.usual is None:
            return {}
        now = self.earlier.set_index("what")["t"]
        change = dict(zip(now.index, (now.to_numpy() - self.usual.earlier).tolist(), strict=True))
        return change | {"under_way_at_start": float(now["under_way_at_start"])}

    def _not_run(self) -> list[str]:
        """Return a sentence that says so where an event has begun before the first day run."""
        first, since = self.timetable.first, first_felt(self.scenario, self.start)
        if since >= first:
            return []
        begun = f"The scenario begins on {since} and the run on {first}"
        return [f"{begun}: what has gathered until then is in no figure."]


assert set(LOST) | set(STANDS) <= set(PLACES)
