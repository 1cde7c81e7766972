"""How much more cargo fits before something new falls short, and what stops it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.analysis.asking.narrowing import narrowed
from corridors.analysis.criticality.wanted import wanted_state
from corridors.analysis.parametric import Blocks, LinearPiece, piece_at
from corridors.analysis.question import ask, without_way
from corridors.display import Card, records
from corridors.errors import CertificateError, require_whole
from corridors.flow.usage import LimitUsage, limit_use
from corridors.network.network import as_date, require_network
from corridors.scenarios.coupling.couplings import couplings_of, with_room
from corridors.scenarios.coupling.settle import served, solve_settled
from corridors.scenarios.demand import DAYS_PER_YEAR, select_demand

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.flow.arrays import Floats
    from corridors.flow.certificate import Certificate
    from corridors.flow.solve import Answer
    from corridors.network.network import Network
    from corridors.scenarios.capacity.capacities import Limit
    from corridors.scenarios.coupling.couplings import Coupling
    from corridors.scenarios.scenario import Scenario
    from corridors.scenarios.state import NetworkState

_STEP = 1e-5
"""Relative step by which the next piece is entered; halved until no piece is skipped."""

_TOUCH = 1e-9
"""Relative distance at which two pieces touch."""

BEYOND = 0.05
"""How far beyond the multiple it is asked what stops the growth, as a share of it."""

_FULL = 1e-7
"""Share of a limit that may be left where it counts as full."""

_MAX_PIECES = 2000
_STOPS = ["capacity_id", "name", "unit", "amount", "background", "alone"]

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Years that can be asked for."""


@dataclass(frozen=True, eq=False)
class Headroom(Card):
    """The largest multiple of demand that still fits.

    Attributes
    ----------
    multiple
        1 where nothing more fits, infinite where nothing ever stops it or nothing is wanted.
    demand_t_per_day, added_t_per_day
        The demand that grows, now, and what more of it fits.
    stops
        Limits that are full 5 % beyond and in the way of the demands that fall
        short first: capacity_id, name, unit, amount, background, and `alone`.
        Where some, each lifted alone, would let these 5 % through, these; or
        else the limits that must be lifted together. Empty where the ways left
        cost more than the loss, or none is open.
    falls_short
        Demands that fall short first: demand_id, cargo, origin, destination and
        share of what grows beyond that is not carried.
    pieces
        Over how many changes of the plan the growth was followed.
    fits, beyond
        The proofs of the plans at the multiple and 5 % beyond it.
    by_cargo
        What grows, by cargo in its own unit: cargo, unit, units_per_day, and how much more
        of it fits a day, a month and a year. Products are never added up.
    way
        Where nothing ever stops it: links of the most used way that has no limit.
    held
        Couplings whose by-product has no outlet already at the start: what falls with it
        cannot grow beyond the room that they leave.
    left_out
        Couplings whose by-product grows too: the room that this leaves is not counted.
    without_way
        Where `stops` is empty: demands that fall short first and to which no way is open.
    """

    multiple: float
    demand_t_per_day: float
    stops: pd.DataFrame
    falls_short: pd.DataFrame
    pieces: int
    fits: Certificate
    beyond: Certificate | None
    by_cargo: pd.DataFrame | None = None
    way: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    without_way: tuple[str, ...] = ()

    @property
    def added_t_per_day(self) -> float:
        """Tonnes a day that fit on top of the demand as it is."""
        return self.demand_t_per_day * (self.multiple - 1.0)

    def __repr__(self) -> str:
        if math.isinf(self.multiple):
            why = "no limit lies in the way" if self.demand_t_per_day else "nothing is wanted"
            return f"Headroom(unlimited: {why})"
        word = " or " if self.stops["alone"].any() else " and "
        dear = "having no way" if self.without_way else "the cost of the ways left"
        stop = word.join(self.stops["capacity_id"]) or dear
        return (
            f"Headroom({self.multiple:.4f} times {self.demand_t_per_day:,.0f} t a day; "
            f"stopped by {stop})"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; an infinite multiple is null."""
        endless = math.isinf(self.multiple)
        return {
            "multiple": None if endless else self.multiple,
            "unlimited": endless,
            "demand_t_per_day": self.demand_t_per_day,
            "added_t_per_day": None if endless else self.added_t_per_day,
            "stops": self.stops.to_dict("records"),
            "falls_short": self.falls_short.to_dict("records"),
            "by_cargo": [] if self.by_cargo is None else records(self.by_cargo),
            "way": list(self.way),
            "held": list(self.held),
            "left_out": list(self.left_out),
            "without_way": list(self.without_way),
            "pieces": self.pieces,
            "fits": self.fits.to_dict(),
            "beyond": self.beyond.to_dict() if self.beyond else None,
        }


def headroom(
    net: Network,
    demand: str | list[str] | None = None,
    *,
    cargo: str | list[str] | None = None,
    origin: str | list[str] | None = None,
    destination: str | list[str] | None = None,
    from_country: str | list[str] | None = None,
    to_country: str | list[str] | None = None,
    mode: str | Sequence[str] | None = None,
    corridor: str | Sequence[str] | None = None,
    avoid: str | Sequence[str] | None = None,
    scenario: str | Path | Scenario | None = None,
    as_of: str | dt.date | None = None,
) -> Headroom:
    """Let demand grow until something new falls short.

    Parameters
    ----------
    net
        The network.
    demand, cargo, origin, destination, from_country, to_country
        Which demand grows: a name or several each, combined by and; all demand
        that totals count where nothing is given. The rest stays as it is.
    mode, corridor, avoid
        As in `corridors.min_cut`; for all demand, that which stays too.
    scenario, as_of
        As in `corridors.criticality`.

    Returns
    -------
    Headroom

    Notes
    -----
    The best plan changes in straight lines as demand grows, and bends where a
    route empties or a limit fills. The growth is followed from bend to bend, so
    the multiple is where the first demand begins to fall short of what it got
    at the start, exact but for rounding: no step size is in it. Cargo also
    falls short where its only way left costs more than its loss.

    What falls with a by-product is stopped by the room that what is delivered of that at
    the start leaves it, of which `held` and `left_out` tell.

    Raises
    ------
    UnknownIdError
        Where a name is unknown or no demand is picked.

    Examples
    --------
    >>> import tempfile
    >>> import corridors as co
    >>> with tempfile.TemporaryDirectory() as there:
    ...     island = co.load(co.new_network(there + "/island"))
    ...     room = co.headroom(island.at("2026-03-01"), from_country="XA", cargo="container")
    >>> room.multiple >= 1
    True
    """
    require_network(net)
    plan = narrowed(net, scenario, mode=mode, corridor=corridor, avoid=avoid)
    state = ask(net, plan, as_of).state
    selector = {
        "demand": demand, "cargo": cargo, "origin": origin, "destination": destination,
        "from_country": from_country, "to_country": to_country,
    }  # fmt: skip
    mask = select_demand(state.net, state.demand, selector)
    if all(name is None for name in selector.values()):
        mask &= state.demand["cargo"].isin(state.net.cargo_in_totals).to_numpy()
    mask, state = mask[state.problem.amount > 0], wanted_state(state)
    couplings = couplings_of(state)
    answer, fallen = solve_settled(state.problem, couplings)
    short, known = ((), []) if fallen is None else (fallen.couplings, fallen.rooms.tolist())
    # What grows has its rule in the way, too, once more is wanted than there is room for.
    grown = tuple(c for c in couplings if c not in short and mask[c.falls].any())
    held = (*short, *grown)
    rooms = np.array([*known, *(c.room(served(answer)) for c in grown)])
    if held:
        state = with_room(state, held, rooms)
        answer = answer.solve(state.problem) if grown else answer
    found = (growth := _Growth(state, mask, answer)).followed()
    left_out = growth.left_out(held, rooms, found.multiple)
    return replace(found, held=tuple(c.coupling_id for c in short), left_out=left_out)


class _Growth:
    """Demand on its way up."""

    def __init__(self, state: NetworkState, mask: NDArray[np.bool_], answer: Answer) -> None:
        self.state = state
        self.start = state.problem.amount
        self.growth = np.where(mask, self.start, 0.0)
        self.uses = LimitUsage(state.problem)
        self.answer = answer
        self.blocks = Blocks()
        self.short = piece_at(self.answer, self.uses, self.growth).shortfall

    def left_out(self, held: Sequence[Coupling], rooms: Floats, multiple: float) -> tuple[str, ...]:
        """Return the couplings that would leave more room beyond a multiple than at the start."""
        if math.isinf(multiple) or not held:
            return ()
        carried = served(self.at(multiple * (1.0 + BEYOND))[0])
        return tuple(
            c.coupling_id
            for c, room in zip(held, rooms, strict=True)
            if (self.growth[c.falls] > 0).any() and c.room(carried) > room + _FULL * c.ordinary
        )

    def at(self, multiple: float) -> tuple[Answer, LinearPiece]:
        """Return the answer at a multiple and the straight piece around it."""
        answer = self.answer.resolve(demand=self.start + (multiple - 1.0) * self.growth)
        return answer, piece_at(answer, self.uses, self.growth, self.blocks)

    def followed(self) -> Headroom:
        """Follow the plan from bend to bend."""
        reached = 1.0
        for count in range(1, _MAX_PIECES):
            at, answer, piece = self._next(reached)
            new = piece.shortfall - self.short > 2 * _TOUCH * (1.0 + self.start)
            if new.any():
                # On its piece a shortfall is a straight line; where it leaves the old level.
                slope = piece.shortfall_slope[new]
                rise = np.maximum(slope, 1e-300)
                start = at - (piece.shortfall[new] - self.short[new]) / rise
                left = at - piece.back
                multiple = float(max(reached, left, start[slope > 0].min(initial=at)))
                if multiple <= reached * (1.0 + _TOUCH):
                    multiple = reached
                return self._stopped(multiple, piece, new, count)
            if math.isinf(piece.ahead):
                return self._endless(answer, count)
            reached = at + piece.ahead
        msg = f"headroom: the plan bends more than {_MAX_PIECES} times"
        raise CertificateError(msg)

    def _next(self, reached: float) -> tuple[float, Answer, LinearPiece]:
        """Enter the piece that begins where the last one ended, and none after it."""
        step = _STEP * reached
        while True:
            at = reached + step
            answer, piece = self.at(at)
            gap = at - piece.back - reached
            if gap <= _TOUCH * reached or step <= _TOUCH * reached:
                # The next piece is near this one, and ever farther from the first.
                answer.start_here(onward=True)
                return at, answer, piece
            step = min(step / 2, max(gap / 2, _TOUCH * reached))

    def _stopped(
        self, multiple: float, piece: LinearPiece, new: NDArray[np.bool_], count: int
    ) -> Headroom:
        import pandas as pd

        state = self.state
        answer, _ = self.at(multiple * (1.0 + BEYOND))
        answer.start_here()
        rows = [
            (limit.limit_id, limit.name, limit.unit, limit.amount, limit.background, alone)
            for limit, alone in self._in_the_way(answer, new)
        ]
        stops = pd.DataFrame(rows, columns=_STOPS).astype({"alone": "bool"})
        falls = state.demand.loc[new, ["demand_id", "cargo", "origin", "destination"]]
        total = float(self.growth @ state.demand["t_per_unit"])
        tonnes = piece.shortfall_slope * state.demand["t_per_unit"].to_numpy()
        falls = falls.assign(share=tonnes[new] / total if total else 0.0)
        falls = falls.sort_values(["share", "demand_id"], ascending=[False, True])
        return Headroom(
            multiple=multiple,
            demand_t_per_day=total,
            stops=stops,
            falls_short=falls.reset_index(drop=True),
            pieces=count,
            fits=self.at(multiple)[0].certificate,
            beyond=answer.certificate,
            by_cargo=self._by_cargo(multiple),
            without_way=() if rows else without_way(state, np.flatnonzero(new).tolist()),
        )

    def _by_cargo(self, multiple: float) -> pd.DataFrame:
        """Return what grows and what more fits, by cargo in its own unit."""
        import pandas as pd

        state = self.state
        unit = state.net.tables["cargo"].set_index("cargo")["unit"]
        growth = pd.Series(self.growth, index=state.demand.index)
        total = growth.groupby(state.demand["cargo"]).sum().loc[lambda t: t > 0]
        more = total * (multiple - 1.0)
        return pd.DataFrame(
            {
                "cargo": total.index.astype("str"),
                "unit": [str(unit[c]) for c in total.index],
                "units_per_day": total.to_numpy(),
                "added_units_per_day": more.to_numpy(),
                "added_units_per_month": more.to_numpy() * DAYS_PER_YEAR / 12,
                "added_units_per_year": more.to_numpy() * DAYS_PER_YEAR,
            }
        )

    def _free_way(self, answer: Answer) -> tuple[str, ...]:
        """Return the links of the way without a limit that most of what grows takes."""
        p = answer.problem
        limited = np.zeros(p.n_arcs, dtype=np.bool_)
        limited[p.member_arc[np.isfinite(p.bound[p.member_limit])]] = True
        free = [
            (-float(amount), tuple(self.state.arcs.names(path)))
            for k, path, amount in zip(
                answer.path_commodity, answer.path_arcs, answer.path_amount, strict=True
            )
            if self.growth[k] > 0 and not limited[path].any()
        ]
        return min(free)[1] if free else ()

    def _in_the_way(self, answer: Answer, new: NDArray[np.bool_]) -> list[tuple[Limit, bool]]:
        """Return the limits that stop the growth, and whether each does so alone.

        Which limits have a price is not unique where several fill at once, so they are found
        by lifting them: those that each alone end the new shortfall, or, where none does, those
        that do so together and of which none can be spared, tried in the order of their ids.
        """
        problem, limits = answer.problem, self.state.limits
        use = limit_use(problem, answer.class_flow)
        bound = problem.bound
        # What background traffic takes whole is full; what is 0 of itself is shut.
        taken = (bound <= 0) & np.array([limit.amount > 0 for limit in limits], dtype=np.bool_)
        full = np.flatnonzero(taken | ((bound > 0) & (use >= bound * (1 - _FULL))))
        # More than can ever pass: every unit over every member.
        room = np.bincount(problem.member_limit, problem.member_factor, problem.n_limits)
        room = room * problem.amount.sum() + bound

        def fits(rows: list[int]) -> bool:
            capacity = {r: float(room[r]) for r in rows}
            lifted = self.answer.resolve(demand=problem.amount, capacity=capacity)
            left = (lifted.shortfall - self.short)[new]
            return not bool((left > 1e-6 * (1.0 + self.start[new])).any())

        candidates = sorted(full.tolist(), key=lambda r: limits[r].limit_id)
        # One without a price saves nothing: the prices prove the same cost with it lifted.
        worth = taken | (answer.limit_price > 0)
        alone = [r for r in candidates if worth[r] and fits([r])]
        if alone or not fits(candidates):
            return [(limits[r], True) for r in alone]
        needed = candidates
        for r in candidates:
            rest = [other for other in needed if other != r]
            if fits(rest):
                needed = rest
        return [(limits[r], False) for r in needed]

    def _endless(self, answer: Answer, count: int) -> Headroom:
        import pandas as pd

        none: Floats = np.empty(0)
        return Headroom(
            multiple=math.inf,
            demand_t_per_day=float(self.growth @ self.state.demand["t_per_unit"]),
            stops=pd.DataFrame({"capacity_id": [], "alone": none.astype(bool)}),
            falls_short=pd.DataFrame({"demand_id": [], "share": none}),
            pieces=count,
            fits=answer.certificate,
            beyond=None,
            way=self._free_way(answer),
        )


def headroom_by_year(
    net: Network, years: Sequence[int], *, as_of: str | dt.date | None = None, **question: Any
) -> pd.DataFrame:
    """Ask for the headroom of the same day in several years, with what has grown and opened.

    Parameters
    ----------
    net
        The network.
    years
        The years.
    as_of
        The day whose month and day are taken; 1 July if None.
    question
        As `headroom` takes it.

    Returns
    -------
    DataFrame
        year, demand_t_per_day, multiple (infinite where nothing stops it) and stops (ids
        of the limits in the way, joined by ``;``).

    Raises
    ------
    ScenarioError
        Where a year is none.
    """
    require_network(net)
    import pandas as pd

    day = as_date(as_of) if as_of is not None else dt.date(2025, 7, 1)
    rows = []
    for year in years if isinstance(years, Iterable) else [years]:
        require_whole("years", year, FIRST_YEAR, LAST_YEAR)
        # A leap day is the last of February in other years.
        last = 28 if (day.month, day.day) == (2, 29) else day.day
        room = headroom(net, as_of=dt.date(year, day.month, last), **question)
        stops = ";".join(room.stops["capacity_id"])
        rows.append((year, room.demand_t_per_day, room.multiple, stops))
    return pd.DataFrame(rows, columns=["year", "demand_t_per_day", "multiple", "stops"])
