"""The narrowest place between two regions for one kind of cargo."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from corridors.analysis.asking.narrowing import narrowed
from corridors.analysis.question import ask
from corridors.display import Card
from corridors.errors import CertificateError, UnknownIdError, names_in, nearest
from corridors.flow.numbering import generic
from corridors.flow.usage import open_costs
from corridors.network.network import require_network
from corridors.network.reading.country_codes import code_hint
from corridors.scenarios.coupling.couplings import couplings_of
from corridors.scenarios.coupling.settle import solve_settled
from corridors.scenarios.demand import DAYS_PER_YEAR

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from corridors.flow.arrays import Floats, Ints
    from corridors.flow.problem import FlowProblem
    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario
    from corridors.scenarios.state import NetworkState

DAYS_PER_MONTH = DAYS_PER_YEAR / 12
"""Days of a month: a twelfth of a year."""

_GAP = 1e-7
_GOLDEN = 0.618033988749895


@dataclass(frozen=True, eq=False)
class Cut(Card):
    """What limits the cargo between two regions.

    Attributes
    ----------
    cargo, unit
        The cargo, and what it is counted in.
    units_per_day, t_per_day
        The most that gets through; infinite where a way has no limit at all.
    limits
        The limits that form the cut: capacity_id, name, unit, available (a day,
        background taken off), weight (units of cargo that one unit of the limit
        is worth in the cut) and carries (available x weight); these add up to
        `units_per_day`.
    links
        Links that cross the cut; of what is unlimited, a way without a limit.
    plain
        Whether the cut simply divides the places in two, each way across it
        counted in one limit. Where limits share members it may not: then a way
        is stopped in parts by several limits, and the weights say how.
    left_out
        Couplings that hold this cargo back at a place of the start, because its by-product
        has no outlet: the cut is about ways, not about what there is to send over them.
    """

    cargo: str
    unit: str
    units_per_day: float
    t_per_day: float
    limits: pd.DataFrame
    links: tuple[str, ...]
    plain: bool
    left_out: tuple[str, ...] = ()

    def __repr__(self) -> str:
        names = ", ".join(self.limits["capacity_id"]) or "nothing"
        amount = "unlimited" if math.isinf(self.units_per_day) else f"{self.units_per_day:,.1f}"
        return f"Cut({self.cargo}: {amount} {self.unit} a day; {names})"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; what is unlimited is null."""
        endless = math.isinf(self.units_per_day)
        return {
            "cargo": self.cargo,
            "unit": self.unit,
            "units_per_day": None if endless else self.units_per_day,
            "t_per_day": None if endless else self.t_per_day,
            "units_per_month": None if endless else self.units_per_day * DAYS_PER_MONTH,
            "units_per_year": None if endless else self.units_per_day * DAYS_PER_YEAR,
            "unlimited": endless,
            "limits": self.limits.to_dict("records"),
            "links": list(self.links),
            "plain": self.plain,
            "left_out": list(self.left_out),
        }


def min_cut(
    net: Network,
    start: str | list[str],
    end: str | list[str],
    cargo: str,
    *,
    mode: str | Sequence[str] | None = None,
    corridor: str | Sequence[str] | None = None,
    avoid: str | Sequence[str] | None = None,
    scenario: str | Path | Scenario | None = None,
    as_of: str | dt.date | None = None,
) -> Cut:
    r"""Return the least capacity that all ways between two regions share.

    Parameters
    ----------
    net
        The network.
    start, end
        Countries or nodes, one or several each.
    cargo
        The kind of cargo; its modes, transfers and loads count.
    mode, corridor
        Those that are left; of corridors with the links that several use and that so have
        no label. All if None.
    avoid
        What is shut besides, such as ``"country:RU"`` or ``"border:KZ-RU"``.
    scenario, as_of
        As in `corridors.criticality`.

    Notes
    -----
    It is what could pass if all other cargo of the demand table stood aside;
    the background stays. A limit counts once however many of its members are
    crossed, each member by its load: the cut is the dual of the largest flow,

    .. math:: \min \sum_r b_r y_r \quad\text{so that}\quad
              \pi_{head} - \pi_{tail} \le \sum_r f_{ra} y_r, \;
              \pi_{start} = 0,\ \pi_{end} = 1,\ y \ge 0,

    which for limits with one member each is the minimum cut of Ford and
    Fulkerson (1956). Among cuts of the same capacity the one with the least sum
    of weights is taken. The flow that fills the cut is checked against it.

    Raises
    ------
    UnknownIdError
        Where a region or cargo is unknown, or the regions share a node.
    CertificateError
        Where the cut could not be proved.

    Examples
    --------
    >>> import corridors as co
    >>> cut = co.min_cut(co.load(), "KZ", "RU", "coal")
    >>> bool(abs(cut.limits["carries"].sum() - cut.units_per_day) < 1e-6 * cut.units_per_day)
    True
    """
    require_network(net)
    plan = narrowed(net, scenario, mode=mode, corridor=corridor, avoid=avoid)
    return cut_of(net, cut_program(net, ask(net, plan, as_of).state, start, end, cargo), start)


def cut_of(net: Network, program: CutProgram, start: str | list[str]) -> Cut:
    """Return the cut that a program finds, with what holds the cargo back at its start."""
    state = program.state
    cargo = state.arcs.cargo[program.own]
    found = _solve(program)
    kind = net.tables["cargo"].set_index("cargo").loc[cargo]
    cut = _cut(state, cargo, str(kind["unit"]), float(kind["t_per_unit"]), found)
    return replace(cut, left_out=_left_out(state, program.own, _region(net, start)))


def _left_out(state: NetworkState, cargo: int, first: set[str]) -> tuple[str, ...]:
    """Return the couplings that hold a cargo back at some nodes."""
    at = state.demand["origin"].to_numpy()
    own = [c for c in couplings_of(state) if c.cargo == cargo and not first.isdisjoint(at[c.falls])]
    if not own:
        return ()
    _, fallen = solve_settled(state.problem, couplings_of(state))
    held = {c.coupling_id for c in fallen.couplings} if fallen else set()
    return tuple(c.coupling_id for c in own if c.coupling_id in held)


def _region(net: Network, names: str | list[str]) -> set[str]:
    country = net.country_of
    nodes: set[str] = set()
    names = names_in("region", names)
    if not any(names):
        raise UnknownIdError(
            "saw a region of no place, expected countries or nodes, one or several"
        )
    for name in names:
        own = {name} if name in country else {n for n, c in country.items() if c == name}
        if not own:
            valid = {*country, *country.values()}
            msg = f"no country or node {name!r}{code_hint(name, valid)}"
            raise UnknownIdError(msg)
        nodes |= own
    return nodes


@dataclass(frozen=True)
class _Solved:
    value: float
    rows: Ints
    weight: Floats
    crossing: Ints
    plain: bool


@dataclass(frozen=True, eq=False)
class CutProgram:
    """The dual of the largest flow of one cargo between two sets of nodes.

    Attributes
    ----------
    state
        The network on the day.
    own
        Number of the cargo.
    usable
        Arcs that it may use, shape (arcs,).
    matrix, rows
        What a unit takes of each limit by arc, shape (arcs, limits), and the limits' numbers.
    rise
        Head less tail of each arc, shape (arcs, nodes).
    low, high
        Levels that a node may have, shape (nodes,): 0 at the start, 1 at the end.
    """

    state: NetworkState
    own: int
    usable: Ints
    matrix: Any
    rows: Ints
    rise: Any
    low: Floats
    high: Floats

    @property
    def system(self) -> Any:
        """Rows that are at most 0, shape (arcs, limits + nodes)."""
        from scipy.sparse import hstack

        return hstack([-self.matrix, self.rise]).tocsr()

    def least(self, bound: Floats) -> Any:
        """Return scipy's answer: the least sum of limits that stops every way.

        Parameters
        ----------
        bound
            What is available of each limit, shape (limits,).
        """
        # Levels between the ends need no bounds; without them the flow balances everywhere.
        loose: list[tuple[float | None, float | None]] = [(0.0, None)] * len(self.rows)
        loose += [
            (float(a), float(a)) if a == b else (None, None)
            for a, b in zip(self.low, self.high, strict=True)
        ]
        cost = np.concatenate([bound, np.zeros(len(self.low))])
        return linprog(cost, self.system, np.zeros(len(self.usable)), bounds=loose, method="highs")


def cut_program(
    net: Network, state: NetworkState, start: str | list[str], end: str | list[str], cargo: str
) -> CutProgram:
    """Return the program whose least value is the cut between two regions.

    Raises
    ------
    UnknownIdError
        Where a region or cargo is unknown, or the regions share a node.
    """
    names = state.arcs.cargo
    if cargo not in names:
        msg = f"no cargo {cargo!r}{nearest(cargo, names)}"
        raise UnknownIdError(msg)
    first, last = _region(net, start), _region(net, end)
    if first & last:
        msg = f"the regions share {', '.join(sorted(first & last)[:3])}; expected two apart"
        raise UnknownIdError(msg)
    p, arcs, own = state.problem, state.arcs, names.index(cargo)
    usable = np.flatnonzero(np.isfinite(open_costs(p)[own]) & arcs.is_real)
    matrix, rows = _members(p, own, usable)
    low, high = np.zeros(p.n_nodes), np.ones(p.n_nodes)
    high[np.isin(arcs.node_of, sorted(first)) & ~arcs.is_gate] = 0.0
    low[np.isin(arcs.node_of, sorted(last)) & ~arcs.is_gate] = 1.0
    ones, at = np.ones(len(usable)), np.arange(len(usable))
    rise = csr_matrix(
        (
            np.concatenate([ones, -ones]),
            (np.tile(at, 2), np.concatenate([p.head[usable], p.tail[usable]])),
        ),
        shape=(len(usable), p.n_nodes),
    )
    return CutProgram(state, own, usable, matrix, rows, rise, low, high)


def _solve(program: CutProgram) -> _Solved:
    """Solve the program, prove it, and take the cut with the least sum of weights."""
    from scipy.sparse import vstack

    p, usable, matrix = program.state.problem, program.usable, program.matrix
    rows, low, high = program.rows, program.low, program.high
    bound = p.bound[rows]
    least = program.least(bound)
    none = np.empty(0, dtype=np.int64)
    if least.status == 2:
        # No weights stop a way on which there is no limit.
        free = np.setdiff1d(usable, usable[matrix.getnnz(axis=1) > 0])
        way = _way(p, free, low, high)
        return _Solved(math.inf, none, np.empty(0), way, plain=True)
    if least.status != 0:
        msg = f"the cut could not be found: {least.message}"
        raise CertificateError(msg)
    value = float(least.fun)
    _prove(value, -least.ineqlin.marginals, matrix, bound, program.rise, (low, high))
    rank = 1.0 + generic(len(rows), _GOLDEN)
    cost = np.concatenate([bound, np.zeros(p.n_nodes)])
    second = linprog(
        np.concatenate([rank, np.zeros(p.n_nodes)]),
        vstack([program.system, csr_matrix(cost)]).tocsr(),
        np.append(np.zeros(len(usable)), value + 1e-9 * (1.0 + value)),
        bounds=[(0.0, None)] * len(rows) + list(zip(low, high, strict=True)),
        method="highs",
    )
    chosen = (second if second.status == 0 else least).x
    weight, level = chosen[: len(rows)], chosen[len(rows) :]
    step = level[p.head[usable]] - level[p.tail[usable]]
    crossing = step > _GAP
    stops = np.asarray((matrix.multiply(weight) > _GAP).sum(axis=1)).ravel()
    whole = np.minimum(np.abs(level), np.abs(level - 1.0)).max(initial=0.0) <= 1e-6
    plain = bool(whole and (stops[crossing] <= 1).all())
    kept = np.flatnonzero(weight > _GAP * max(1.0, float(weight.max(initial=0.0))))
    # What the solver rounds is made good: by the loads, or in proportion.
    if plain:
        loads = matrix[np.flatnonzero(crossing)][:, kept].tocoo()
        weight[kept] = 0.0
        np.maximum.at(weight, kept[loads.col], 1.0 / loads.data)
    elif value > 0:
        weight *= value / float(bound[kept] @ weight[kept])
    return _Solved(value, rows[kept], weight[kept], usable[crossing], plain=plain)


def _way(p: FlowProblem, free: Ints, low: Floats, high: Floats) -> Ints:
    """Return a way of the fewest arcs over arcs without any limit."""
    by: dict[int, int] = {}
    out: dict[int, list[int]] = {}
    for arc in free.tolist():
        out.setdefault(int(p.tail[arc]), []).append(arc)
    front = np.flatnonzero(high == 0.0).tolist()
    seen = set(front)
    while front:
        after = []
        for place in front:
            if low[place] == 1.0:
                arcs = []
                while place in by:
                    arcs.append(by[place])
                    place = int(p.tail[by[place]])  # noqa: PLW2901  going back along the way
                return np.array(arcs[::-1], dtype=np.int64)
            for arc in out.get(place, []):
                other = int(p.head[arc])
                if other not in seen:
                    seen.add(other)
                    by[other] = arc
                    after.append(other)
        front = after
    return np.empty(0, dtype=np.int64)


def _members(p: FlowProblem, own: int, usable: Ints) -> tuple[Any, Ints]:
    """Return what a unit takes of each limit by arc, shape (arcs, limits), and the limits."""
    counts = ((p.member_class == own) | (p.member_class < 0)) & (p.member_factor > 0)
    counts &= np.isfinite(p.bound[p.member_limit]) & np.isin(p.member_arc, usable)
    rows = np.unique(p.member_limit[counts])
    where = (
        np.searchsorted(usable, p.member_arc[counts]),
        np.searchsorted(rows, p.member_limit[counts]),
    )
    return csr_matrix((p.member_factor[counts], where), shape=(len(usable), len(rows))), rows


def _prove(
    value: float,
    flow: Floats,
    matrix: Any,
    bound: Floats,
    rise: Any,
    levels: tuple[Floats, Floats],
) -> None:
    """Check that a flow as large as the cut is allowed; raise where it is not."""
    scale = 1.0 + value
    balance = rise.T @ flow
    free = levels[0] < levels[1]
    reached = float(balance[levels[0] > 0].sum())
    excess = (matrix.T @ flow - bound) / (1.0 + bound)
    worst = max(
        float(np.abs(balance[free]).max(initial=0.0)) / scale,
        float(excess.max(initial=0.0)),
        float(np.maximum(-flow, 0.0).max(initial=0.0)) / scale,
        abs(reached - value) / scale,
    )
    if worst > 1e-6:
        msg = f"the cut does not prove itself: the flow that should fill it is off by {worst:.1e}"
        raise CertificateError(msg)


def _cut(state: NetworkState, cargo: str, unit: str, t_per_unit: float, found: _Solved) -> Cut:
    import pandas as pd

    order = np.argsort([state.limits[r].limit_id for r in found.rows], kind="stable")
    rows = []
    for i in order:
        limit = state.limits[found.rows[i]]
        rows.append(
            {
                "capacity_id": limit.limit_id,
                "name": limit.name,
                "unit": limit.unit,
                "available": limit.available,
                "weight": float(found.weight[i]),
                "carries": limit.available * float(found.weight[i]),
            }
        )
    columns = ["capacity_id", "name", "unit", "available", "weight", "carries"]
    return Cut(
        cargo=cargo,
        unit=unit,
        units_per_day=found.value,
        t_per_day=found.value * t_per_unit,
        limits=pd.DataFrame(rows, columns=columns),
        links=tuple(sorted(state.arcs.links(found.crossing))),
        plain=found.plain,
    )


cut = min_cut
"""The same, by the name of the command."""
