"""Pictures of the days: where the cargo is, and how the queues grow and clear."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from corridors.errors import UnknownIdError, nearest
from corridors.maps.plots.style import CYCLE, OF_STEP, QUIET, drawing, in_words, name_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_TRACE = 1e-6
_USUAL = ("on_time", "under_way")


class ByDays(Protocol):
    """A simulation."""

    @property
    def daily(self) -> pd.DataFrame:
        """Where the cargo is at the end of each day."""

    @property
    def queues(self) -> pd.DataFrame:
        """Queues by capacity and day."""

    @property
    def curves(self) -> pd.DataFrame:
        """Cumulative arrivals and departures."""

    @property
    def peaks(self) -> pd.DataFrame:
        """Every queue at its peak, the one that matters most first."""


def daily(result: ByDays, ax: Axes | None = None) -> Axes:
    """Draw where the cargo is that is not on time or under way, day by day, in thousand tonnes."""
    table = result.daily
    days = day_axis(table["date"])
    parts = [c for c in table.columns if c not in {"date", "wanted", *_USUAL}]
    parts = [c for c in parts if table[c].max() > _TRACE]
    with drawing(ax, "Cargo that is not where it should be") as own:
        own.stackplot(
            days,
            [table[part].to_numpy() / 1000 for part in parts],
            labels=[in_words(part) for part in parts],
            colors=[OF_STEP.get(part, QUIET) for part in parts],
            linewidth=0,
        )
        own.set_ylabel("thousand t, since the first day")
        date_ticks(own)
        if parts:
            own.legend(loc="upper left", ncols=2)
    return own


def queues(result: ByDays, ax: Axes | None = None, n: int = 6) -> Axes:
    """Draw the queues of the capacities where most cargo waited, in thousand tonnes of cargo.

    Parameters
    ----------
    result
        A simulation. Queues are counted in vehicles of different kinds, and so are compared
        in tonnes; traffic outside the demand table has none.
    ax
        Axes to draw on; new ones if None.
    n
        How many.
    """
    table = result.queues
    most = table.groupby("capacity_id")["t"].max()
    order = sorted(most.index, key=lambda name: (-most[name], name))[:n]
    with drawing(ax, "Cargo in the longest queues") as own:
        for name, colour in zip(order, _colours(len(order)), strict=True):
            mine = table[table["capacity_id"] == name]
            own.plot(
                day_axis(mine["date"]),
                mine["t"].to_numpy() / 1000,
                color=colour,
                label=name_of(mine["name"].iloc[0]),
            )
        own.set_ylabel("thousand t at the end of the day")
        date_ticks(own)
        if order:
            own.legend(loc="best", fontsize=8)
    return own


def queue(
    result: ByDays,
    capacity_id: str | None = None,
    ax: Axes | None = None,
    band: pd.DataFrame | None = None,
) -> Axes:
    """Draw the queue of one capacity, with the band it may lie in.

    Parameters
    ----------
    result
        A simulation.
    capacity_id
        Of the queue; the first of `Simulation.peaks` if None.
    ax
        Axes to draw on; new ones if None.
    band
        Table of date (ISO), low and high in the capacity's unit.

    Raises
    ------
    UnknownIdError
        Where the capacity has had no queue, or none has.
    """
    table = result.queues
    known = list(dict.fromkeys(table["capacity_id"]))
    if capacity_id is None:
        capacity_id = next((str(c) for c in result.peaks["capacity_id"] if c in set(known)), None)
    if capacity_id not in known:
        message = f"no queue at a capacity {capacity_id!r}{nearest(str(capacity_id), known)}"
        raise UnknownIdError(message)
    mine = table[table["capacity_id"] == capacity_id]
    names = result.peaks.set_index("capacity_id")
    with drawing(ax, f"Queue: {name_of(mine['name'].iloc[0])}") as own:
        if band is not None:
            own.fill_between(
                day_axis(band["date"]), band["low"], band["high"], alpha=0.25, color=CYCLE[0],
                linewidth=0, label="range",
            )  # fmt: skip
        own.plot(day_axis(mine["date"]), mine["queue"], color=CYCLE[0], label="modelled")
        unit = names.loc[capacity_id, "unit"] if capacity_id in names.index else "units"
        own.set_ylabel(f"{unit}s waiting at the end of the day")
        own.set_ylim(bottom=0)
        date_ticks(own)
        if band is not None:
            own.legend(loc="upper left")
    return own


def _colours(n: int) -> list[str]:
    return [CYCLE[i % len(CYCLE)] for i in range(n)]


def day_axis(dates: pd.Series) -> Any:
    """Return dates in ISO form as days that an axis takes, shape (N,)."""
    return np.array([dt.date.fromisoformat(date) for date in dates])


def date_ticks(ax: Axes) -> None:
    """Mark an axis of days with as few words as tell them apart."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator()  # type: ignore[no-untyped-call]  # matplotlib
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]  # as above
