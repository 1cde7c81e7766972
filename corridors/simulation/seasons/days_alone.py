"""The days of a run without its scenario, and what of them a run is held against.

Nothing of them hangs on the scenario but which days they are. So the few figures that sentences
and tables ask for are kept on disk for later processes, found again by all that decides the days
and by the code that runs them; the days themselves are run where anything else is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridors.assignment.views.grouping import value_per_tonne
from corridors.scenarios.kept import keep, key_of, recall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from corridors.flow.arrays import Floats
    from corridors.simulation.timetable import Timetable

_WORTH_KEEPING = 200
"""Demands from which on figures are kept: the days of fewer are run sooner than read."""

_TABLES = {
    "queues": ("capacity_id", "date", "queue"),
    "peaks": ("capacity_id", "peak"),
    "outcomes": (
        "demand_id",
        "late",
        "other_way",
        "turned_back",
        "never_shipped",
        "waiting",
        "not_yet_left",
        "waiting_value_usd",
        "held_value_usd",
        "lost_value_usd",
    ),
}
"""Columns of tables of `corridors.Simulation` that a run with a scenario is held against."""

_ARRAYS = ("waterfall", "totals", "earlier")
"""Figures that are no columns of a table."""

_TOTALS = ("cost_usd", "waiting_t_hours", "loss_usd")
"""Figures of its summary that are."""


@dataclass(frozen=True, eq=False)
class UsualFigures:
    """Figures of days without a scenario, as `corridors.Simulation` has them.

    Attributes
    ----------
    waterfall
        Tonnes by row of the waterfall.
    totals
        What is paid, waited and lost: the figures of the summary in their order, shape (3,).
    earlier
        Tonnes by row of what was under way before.
    queues, peaks, outcomes
        The columns that are asked for.
    """

    waterfall: Floats
    totals: Floats
    earlier: Floats
    queues: pd.DataFrame
    peaks: pd.DataFrame
    outcomes: pd.DataFrame

    @classmethod
    def of(cls, days: Any) -> UsualFigures:
        """Return the figures of a run."""
        tables = {name: getattr(days, name)[list(own)] for name, own in _TABLES.items()}
        totals = np.array([days.summary[name] for name in _TOTALS], dtype=np.float64)
        steps = (frame["t"].to_numpy() for frame in (days.waterfall, days.earlier))
        waterfall, earlier = steps
        return cls(waterfall, totals, earlier, **tables)

    def added(self, summary: Mapping[str, float]) -> dict[str, float]:
        """Return what another run pays, waits and loses more, by the names of its summary."""
        return {
            name: float(summary[name]) - usual
            for name, usual in zip(_TOTALS, self.totals.tolist(), strict=True)
        }

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return what is kept of them on disk."""
        found: dict[str, NDArray[np.generic]] = {
            "waterfall": self.waterfall,
            "totals": self.totals,
            "earlier": self.earlier,
        }
        for table, columns in _TABLES.items():
            frame = getattr(self, table)
            for name in columns:
                text = not pd.api.types.is_numeric_dtype(frame[name])
                found[f"{table}.{name}"] = frame[name].to_numpy(dtype=np.str_ if text else float)
        return found

    @classmethod
    def read(cls, known: dict[str, NDArray[np.generic]] | None) -> UsualFigures | None:
        """Return the figures that were kept; None where none were, or others."""
        names = {f"{table}.{name}" for table, columns in _TABLES.items() for name in columns}
        if known is None or set(known) != {*_ARRAYS, *names}:
            return None
        tables = {
            table: pd.DataFrame({name: known[f"{table}.{name}"] for name in columns})
            for table, columns in _TABLES.items()
        }
        own = (known[name].astype(np.float64) for name in _ARRAYS)
        return cls(*own, **tables)


class DaysAlone:
    """The days of a run without its scenario, worked out when first asked for.

    Parameters
    ----------
    timetable, run
        What works out what holds on each day, and runs it into a `corridors.Simulation`.
    kind
        The model that runs it: by whole steps the days are others.
    """

    def __init__(
        self,
        timetable: Callable[[], Timetable],
        run: Callable[[Timetable], Any],
        kind: str = "queue",
    ) -> None:
        self._timetable, self._run, self._kind = timetable, run, kind

    @cached_property
    def timetable(self) -> Timetable:
        """What holds on each day."""
        return self._timetable()

    @cached_property
    def days(self) -> Any:
        """The days, run."""
        return self._run(self.timetable)

    @cached_property
    def figures(self) -> UsualFigures:
        """What of the days a run is held against, from disk where it is kept."""
        large = self.timetable.problem.n_demands >= _WORTH_KEEPING
        if "days" in self.__dict__ or not large:
            return UsualFigures.of(self.days)
        key = key_of_days(self.timetable)
        if self._kind != "queue":
            key = key_of("days", self._kind, key)
        found = UsualFigures.read(recall(key))
        if found is None:
            found = UsualFigures.of(self.days)
            keep(key, found.arrays())
        return found


def key_of_days(timetable: Timetable) -> str:
    """Return the name under which figures of days are kept: by all that decides them."""
    p, state = timetable.problem, timetable.states[0]
    own = [getattr(p, field.name) for field in fields(p) if field.name != "base_routes"]
    ways = [way for ways in p.base_routes for way in ways]
    routes = (
        np.array([len(ways) for ways in p.base_routes]),
        np.array([way.demand for way in ways]),
        np.array([way.share for way in ways]),
        np.array([len(way.arcs) for way in ways]),
        np.concatenate([np.empty(0, dtype=np.int64), *(way.arcs for way in ways)]),
    )
    points = [
        (point.limit_id, point.capacity_id, point.name, point.unit, point.from_event)
        for point in timetable.limits
    ]
    entries = [
        np.array([(*entry, factor) for entry, factor in point.entries.items()])
        for point in timetable.limits
    ]
    demand = state.demand[["demand_id", "origin", "destination", "cargo"]]
    named = "\n".join("\t".join(row) for row in zip(*(demand[c] for c in demand), strict=True))
    cargo = sorted(state.net.cargo_in_totals), sorted(value_per_tonne(state.net).items())
    return key_of(
        "days", own, routes, repr(points), entries, named, repr(cargo), timetable.first.isoformat()
    )
