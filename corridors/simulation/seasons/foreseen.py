"""Base routes of cargo that knows the calendar: nobody sets off for a sea that will be shut.

A way over a link with a season is taken for as long as what leaves in the day can go on by the
link before its season ends, at the hours of the ordinary state and without waiting but for the
days of the week on which gates work: these are known. After that the demand takes the ways that
it will have when it would go on there.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.network.arcs import LINK, TRANSFER
from corridors.network.calendar import WEEK, in_period, in_season
from corridors.network.reading.cells import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from corridors.scenarios.state import NetworkState
    from corridors.simulation.base_routes import BaseRoutes
    from corridors.simulation.queueing.problem import BaseRoute
    from corridors.simulation.seasons.undisturbed import Undisturbed


class _Leg(NamedTuple):
    """An arc that has an end, on a way: the days to it, and to the gates up to it that rest."""

    way: int
    arc: int
    days: float
    gates: tuple[tuple[float, str], ...]


class ForeseenRoutes:
    """Sets of base routes by day, with the ends of seasons foreseen.

    Parameters
    ----------
    undisturbed
        The days without events.
    solutions
        The sets of base routes; sets that hold on single days before the end of a season
        are added to them.
    calendar, number, state
        The days, the set of each, and the state with the events of each.
    """

    def __init__(
        self,
        undisturbed: Undisturbed,
        solutions: BaseRoutes,
        calendar: list[dt.date],
        number: list[int],
        state: Callable[[int], NetworkState],
    ) -> None:
        self._undisturbed = undisturbed
        self._solutions = solutions
        self._calendar, self._number, self._state = calendar, number, state
        self._later: dict[dt.date, int] = {}
        self._known: dict[tuple[int, tuple[tuple[int, int], ...]], int] = {}
        self._ends = self._dated_arcs() if number else {}
        self._legs: dict[int, list[_Leg]] = {}
        self._rests: dict[str, list[dict[str, str]]] = {}
        rows = undisturbed.net.whole.tables["capacities"]
        for row in rows_of(rows[rows["weekdays"] != ""]):
            self._rests.setdefault(row["capacity_id"], []).append(row)

    def _dated_arcs(self) -> dict[int, tuple[str, str, str]]:
        """Return opens, closes and season of each arc that has an end in the calendar."""
        arcs = self._solutions.bases[0].arcs
        found = {}
        for kind, name in ((LINK, "links"), (TRANSFER, "transfers")):
            frame = self._undisturbed.net.whole.tables[name]
            seasons = frame["season"] if "season" in frame.columns else [""] * len(frame)
            dated = list(zip(frame["opens"], frame["closes"], seasons, strict=True))
            for arc in np.flatnonzero(arcs.arc_type == kind).tolist():
                opens, closes, season = dated[int(arcs.row[arc])]
                if closes or season:
                    found[arc] = (opens, closes, season)
        return found

    def _there(self, arc: int, day: dt.date) -> bool:
        """Return whether an arc exists on a day: by the calendar, or because an event opens it."""
        opens, closes, season = self._ends[arc]
        if in_period(opens, closes, day) and in_season(season, day):
            return True
        i = (day - self._calendar[0]).days
        return i < len(self._calendar) and bool(self._state(i).there[arc])

    def _works(self, gate: str, day: dt.date) -> bool:
        """Return whether a gate works on the weekday of a day."""
        today = WEEK[day.weekday()]
        return all(
            today in row["weekdays"].split(";")
            for row in self._rests[gate]
            if in_period(row["valid_from"], row["valid_until"], day)
            and in_season(row["season"], day)
        )

    def _goes_on(self, leg: _Leg, today: dt.date) -> dt.date:
        """Return the day on which the last to leave on a day goes on by an arc with an end."""
        # The last to leave on the day come anywhere a day after the first.
        waited = 0.0
        for days, gate in leg.gates:
            comes = goes = ceil(days + waited + 1.0 - 1e-9) - 1
            while goes < comes + 7 and not self._works(gate, today + dt.timedelta(days=goes)):
                goes += 1
            waited = waited if goes == comes else goes - days
        return today + dt.timedelta(days=ceil(leg.days + waited + 1.0 - 1e-9) - 1)

    def _legs_of(self, number: int) -> list[_Leg]:
        """Return the way, the arc, and the days to it, of the arcs with an end on a set's ways."""
        if number not in self._legs:
            base = self._solutions.bases[number]
            self._legs[number] = [
                leg
                for i, way in enumerate(self._solutions.ways[number])
                for leg in self._legs_on(base, way, i)
            ]
        return self._legs[number]

    def _legs_on(self, base: NetworkState, way: BaseRoute, i: int) -> list[_Leg]:
        arcs = way.arcs.tolist()
        if not any(arc in self._ends for arc in arcs):
            return []
        c = int(base.problem.commodity_class[way.demand])
        before = np.concatenate([[0.0], base.arcs.hours[c, way.arcs].cumsum()[:-1]]) / 24.0
        gates = self._gates_on(base, c, dict(zip(arcs, before.tolist(), strict=True)))
        return [
            _Leg(i, arc, days, tuple(gate for gate in gates if gate[0] <= days))
            for arc, days in zip(arcs, before.tolist(), strict=True)
            if arc in self._ends
        ]

    def _gates_on(
        self, base: NetworkState, c: int, days: dict[int, float]
    ) -> list[tuple[float, str]]:
        """Return the gates on arcs that rest on some days of the week, with the days to each."""
        return sorted(
            (days[arc], limit.capacity_id)
            for limit in base.limits
            if limit.capacity_id in self._rests
            for arc, kind in zip(limit.arc.tolist(), limit.cargo.tolist(), strict=True)
            if kind == c and arc in days
        )

    def number(self, i: int) -> int:
        """Return the set of base routes of a day: as it is, or without what would come too late."""
        own, today = self._number[i], self._calendar[i]
        late: dict[int, dt.date] = {}
        for leg in self._legs_of(own):
            comes = self._goes_on(leg, today)
            if not self._there(leg.arc, comes):
                late[leg.way] = max(late.get(leg.way, comes), comes)
        if not late:
            return own
        ways = self._solutions.ways[own]
        instead = {ways[w].demand: self._on(comes) for w, comes in sorted(late.items())}
        key = (own, tuple(sorted(instead.items())))
        if key not in self._known:
            kept = [way for way in ways if way.demand not in instead]
            for demand, later in instead.items():
                kept += [w for w in self._solutions.ways[later] if w.demand == demand]
            kept = [replace(way) for way in self._open(kept, i)]
            kept.sort(key=lambda w: (w.demand, -w.share, w.arcs.tolist()))
            self._known[key] = len(self._solutions.ways)
            self._solutions.ways.append(kept)
            self._solutions.bases.append(self._solutions.bases[own])
        return self._known[key]

    def _open(self, ways: list[BaseRoute], i: int) -> list[BaseRoute]:
        """Return the ways of which nothing is missing on a day by the calendar."""
        day = self._calendar[i]
        return [
            way
            for way in ways
            if all(arc not in self._ends or self._there(arc, day) for arc in way.arcs.tolist())
        ]

    def _on(self, day: dt.date) -> int:
        """Return the set of base routes of a day, which may lie after the last one."""
        i = (day - self._calendar[0]).days
        if i < len(self._calendar):
            return self._number[i]
        if day not in self._later:
            self._later[day] = self._solutions.number(self._undisturbed.on(day))
        return self._later[day]
