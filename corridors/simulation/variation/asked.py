"""What a run by days says of variation: the queue expected of it, and its replications."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from corridors.simulation.variation.expected import by_day, random_part, summary

if TYPE_CHECKING:
    import pandas as pd

    from corridors.flow.arrays import Floats
    from corridors.simulation.queue_tables import QueueTables
    from corridors.simulation.queueing.run import SimulationRecord
    from corridors.simulation.timetable import Timetable
    from corridors.simulation.variation.replications import Replications


class Varying:
    """Views of what varies in a run by days.

    Attributes
    ----------
    replications
        Mean and band of every figure over seeded replications; None where none were asked for.
    """

    record: SimulationRecord
    timetable: Timetable
    replications: Replications | None = None
    _tables: QueueTables

    @property
    def standing(self) -> Floats:
        """Units that wait at each limit at the end of each day, shape (days, R)."""
        return self._tables.standing

    @cached_property
    def _random(self) -> Floats:
        return random_part(self.record)

    @cached_property
    def random_queues(self) -> pd.DataFrame:
        """The queue that variation is expected to leave at each capacity on average.

        Time-dependent (Kimber and Hollis 1979): with room it tends to the steady queue of
        Allen and Cunneen, without it adds to the deterministic one; see docs/simulation.md. It
        stands beside the run, whose figures do not hold it, unless the run was asked for with
        `expected_queue`.

        Returns
        -------
        DataFrame
            capacity_id, name, unit, use (what passed over what could), random_queue (mean over
            the reported days), random_wait_hours (what it makes those wait on average who
            pass), largest_random_queue and largest_date; the longest wait first. Empty where
            the network says nothing of variation.
        """
        return summary(self.record, self._random, self._tables, self.timetable.limits)

    @cached_property
    def expected_queues(self) -> pd.DataFrame:
        """Queues at the end of each day as expected with variation.

        Returns
        -------
        DataFrame
            capacity_id, unit, date, queue (of the run), random_queue (what variation adds) and
            expected_queue, of the capacities in `random_queues`.
        """
        return by_day(self.record, self._random, self._tables, self.timetable.limits)
