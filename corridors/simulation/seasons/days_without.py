"""Days of a run without its scenario, as far as observations ask for them.

They hang on the scenario by no more than which days they are, so what is asked of them is kept on
disk for later processes, found again by all that decides them and by the code that runs them.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from corridors.scenarios.kept import keep, key_of, recall
from corridors.simulation.seasons.days_alone import key_of_days

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from corridors.flow.arrays import Floats
    from corridors.simulation.results import Simulation
    from corridors.simulation.timetable import Timetable

    Arrays = dict[str, NDArray[np.generic]]

_WORTH_KEEPING = 200
"""Demands from which on days are kept: those of fewer are run sooner than read."""

_BECOME = ("demand_id", "cargo", "turned_back", "never_shipped")
_PASSED = ("capacity_id", "date", "passed")


class DaysWithout:
    """Days without a scenario, run where what is asked of them is not on disk.

    Parameters
    ----------
    timetable, run
        What holds on each day, and what runs it.
    kept
        Whether they are worth keeping: behaviour that is being fitted comes once.
    """

    def __init__(
        self, timetable: Timetable, run: Callable[[], Simulation], *, kept: bool = True
    ) -> None:
        self.timetable, self._run = timetable, run
        self._kept = kept and timetable.problem.n_demands >= _WORTH_KEEPING

    @cached_property
    def by_demand(self) -> pd.DataFrame:
        """What of each demand turned back or was never shipped, as `Simulation.by_demand`."""
        return self._table("by_demand", _BECOME)

    @cached_property
    def throughput(self) -> pd.DataFrame:
        """What passed each capacity on each day, as `Simulation.throughput`."""
        return self._table("throughput", _PASSED)

    @cached_property
    def waits(self) -> tuple[Floats, Floats]:
        """What left each limit in each step, and what of it waited how long, shapes (T, R)."""
        found = self._found("waits", ("left", "waited"), self._waits)
        return found["left"].astype(np.float64), found["waited"].astype(np.float64)

    @cached_property
    def _days(self) -> Simulation:
        return self._run()

    @cached_property
    def _key(self) -> str:
        return key_of_days(self.timetable)

    def _table(self, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
        return pd.DataFrame(self._found(name, columns, lambda: self._columns(name, columns)))

    def _columns(self, name: str, columns: tuple[str, ...]) -> Arrays:
        frame: pd.DataFrame = getattr(self._days, name)
        text = {c: frame[c].dtype.kind not in "fiu" for c in columns}
        return {c: frame[c].to_numpy(dtype=np.str_ if text[c] else float) for c in columns}

    def _waits(self) -> Arrays:
        record = self._days.record
        return {"left": record.left, "waited": record.waited}

    def _found(self, what: str, names: tuple[str, ...], made: Callable[[], Arrays]) -> Arrays:
        """Return arrays from disk, or made and kept there."""
        key = key_of("without", self._key, what) if self._kept else ""
        known = recall(key) if key else None
        if known is not None and set(known) == set(names):
            return known
        arrays = made()
        if key:
            keep(key, arrays)
        return arrays
