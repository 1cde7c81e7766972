"""The ways a demand could take, and why each is or is not used."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.analysis.select_link import commodity_of
from corridors.assignment.assignment import require_assignment
from corridors.errors import ScenarioError, require_whole
from corridors.flow.choice.solve import ChoiceAnswer
from corridors.flow.shortest.k_shortest import KShortest
from corridors.flow.usage import LimitUsage, open_costs
from corridors.network.arcs import LINK, TRANSFER
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from corridors.assignment.assignment import Assignment
    from corridors.flow.arrays import Ints
    from corridors.scenarios.capacity.capacities import Limit
    from corridors.scenarios.state import NetworkState

WHY = ("used", "closed", "full", "same bottleneck", "dearer", "dearer than its loss", "equal")
"""Why a route is or is not used."""

_SEARCHED = 400
"""Routes that are looked through for those that differ in the borders they cross."""


def k_routes(
    assignment: Assignment, demand_id: str, k: int = 8, *, distinct: str = "route"
) -> pd.DataFrame:
    """Return the cheapest ways of a demand, open or not, and why each is or is not used.

    Parameters
    ----------
    assignment
        The plan that decides what is used, full and closed.
    demand_id
        The demand.
    k
        How many ways, besides those that are used.
    distinct
        ``"route"``: any difference makes another way. ``"borders"``: of all ways
        over the same borders the cheapest stands for the others.

    Returns
    -------
    DataFrame
        Cheapest first, by generalised cost: usd_per_unit (transport), hours,
        generalised_usd (transport and time, per unit), km, borders (in the
        order crossed), n_borders, transfers (their number), corridors,
        units_per_day and t_per_day carried, ``why`` and ``because``, and
        ``extra_usd``: by how much a unit is dearer than what the demand pays at
        the margin, prices of full limits included. ``why`` is one of

        ``used``;
        ``closed``: an event has closed a part of it, or a limit on it is 0, or what the
        demand table leaves out takes all of it;
        ``full``: it would be taken but for the price of a limit on it;
        ``same bottleneck``: its full limits are full ones of a used way too, so
        it is no way round them;
        ``dearer``: by ``extra_usd``;
        ``dearer than its loss``: the cargo would rather stay;
        ``equal``: it costs the same, and the rule for ties chose another.

        Of the logit every route that it was offered is ``used``, and ``extra_usd`` is
        held against the composite cost of all of them, which is below that of each.

        The links and transfers are in ``key``, from origin to destination. Cargo starts and
        ends by any mode: what changes mode before it leaves or after it has arrived is
        no way of its own.

    Raises
    ------
    UnknownIdError
        Where there is no such demand.
    ScenarioError
        Where `k` or `distinct` is none.

    Examples
    --------
    >>> import corridors as co
    >>> plan = co.assign(co.load(), "poland-closure-2025")
    >>> ways = co.k_routes(plan, "by-pl-truck-minsk-warsaw", k=3)
    >>> "closed" in set(ways["why"])
    True
    """
    require_assignment(assignment)
    import pandas as pd

    require_whole("k", k, 1)
    if distinct not in ("route", "borders"):
        msg = f'distinct: saw {distinct!r}, expected "route" or "borders"'
        raise ScenarioError(msg)
    ways = _Ways(assignment, commodity_of(assignment, demand_id))
    rows = [ways.row(path) for path in ways.found(k, distinct)]
    rows.sort(key=lambda r: (round(r["generalised_usd"], 6), r["key"]))
    return pd.DataFrame(rows, columns=ways.columns)


def without_closures(assignment: Assignment) -> NetworkState:
    """Return the assignment's situation as it would be if its scenario closed nothing.

    What the scenario opens stays open, so that the arcs are the same.
    """
    state, plan = assignment.state, assignment.scenario
    if plan is None:
        return state
    kept = tuple(e for e in plan.events if not e.closes)
    return network_state(state.net, replace(plan, events=kept), state.day)


class _Ways:
    """The ways of one demand."""

    columns = (
        "usd_per_unit",
        "hours",
        "generalised_usd",
        "km",
        "borders",
        "n_borders",
        "transfers",
        "corridors",
        "units_per_day",
        "t_per_day",
        "why",
        "because",
        "extra_usd",
        "key",
    )

    def __init__(self, assignment: Assignment, k: int) -> None:
        self.state = state = assignment.state
        self.open = without_closures(assignment)
        self.k = k
        self.own = int(state.problem.commodity_class[k])
        self.answer = answer = assignment.answer
        self.uses = LimitUsage(state.problem)
        self.price = np.where(answer.limit_price > 1e-6, answer.limit_price, 0.0)
        self.margin = float(answer.commodity_price[k])
        self.now = open_costs(state.problem)[self.own]
        mine = np.flatnonzero(answer.path_commodity == k)
        self.carried = {
            tuple(answer.path_arcs[i].tolist()): float(answer.path_amount[i]) for i in mine
        }
        self.full_on_used: set[int] = set()
        for path in self.carried:
            self.full_on_used |= set(self._priced(path).tolist())
        self.border = state.net.borders.to_numpy()

    def found(self, k: int, distinct: str) -> list[tuple[int, ...]]:
        """Return the used ways and the `k` cheapest others."""
        p = self.open.problem
        arcs = self.open.arcs
        nodes, group = np.unique(arcs.node_of.astype(str), return_inverse=True)
        # Gates where cargo enters and leaves are nodes of their own.
        group = np.where(arcs.is_gate, np.arange(p.n_nodes) + len(nodes), group).astype(np.int64)
        cost = np.where(p.closed | self._idle(), np.inf, p.cost[self.own])
        routes = KShortest(
            p.tail,
            p.head,
            cost,
            p.n_nodes,
            int(p.origin[self.k]),
            int(p.destination[self.k]),
            group,
        )
        result = sorted(self.carried)
        over = {self._borders(path) for path in result}
        count = 0
        limit = None if distinct == "route" else _SEARCHED
        for _, path in islice(routes.cheapest_first(), limit):
            if count == k:
                break
            if path in self.carried or self._is_idle(path):
                continue
            if distinct == "borders" and self._borders(path) in over:
                continue
            over.add(self._borders(path))
            result.append(path)
            count += 1
        return result

    def _idle(self) -> NDArray[np.bool_]:
        """Return the transfers where the demand starts or ends, shape (A,): it needs none there."""
        arcs, ends = self.open.arcs, self.state.demand[["origin", "destination"]].iloc[self.k]
        here = np.isin(arcs.node_of[arcs.tail].astype(str), ends.to_numpy(dtype=str))
        return np.asarray((arcs.arc_type == TRANSFER) & here)

    def _is_idle(self, path: tuple[int, ...]) -> bool:
        """Say whether a way changes mode before it leaves or after it has arrived.

        Cargo starts and ends by any mode, so it is the way without that change, and dearer. Of
        a market the ends are known by the way alone.
        """
        arcs = self.open.arcs
        real = [a for a in path if arcs.is_real[a]]
        return any(arcs.arc_type[a] == TRANSFER for a in (*real[:1], *real[-1:]))

    def _priced(self, path: tuple[int, ...]) -> Ints:
        return np.flatnonzero(self.uses.of(self.k, np.array(path, dtype=np.int64)) * self.price)

    def _links(self, path: tuple[int, ...]) -> list[int]:
        arcs = self.state.arcs
        return [int(arcs.row[a]) for a in path if arcs.arc_type[a] == LINK]

    def _borders(self, path: tuple[int, ...]) -> str:
        return ">".join(self.border[r] for r in self._links(path) if self.border[r])

    def row(self, path: tuple[int, ...]) -> dict[str, Any]:
        """Return what there is to say about a way."""
        arcs, tables = self.open.arcs, self.state.net.tables
        at = list(path)
        links = self._links(path)
        table = tables["links"]
        labels = dict.fromkeys(c for c in table["corridor"].iloc[links] if c)
        units = self.carried.get(path, 0.0)
        why, because, extra = self._why(path)
        borders = self._borders(path)
        return {
            "usd_per_unit": float(arcs.usd[self.own, at].sum()),
            "hours": float(arcs.hours[self.own, at].sum()),
            "generalised_usd": float(self.open.problem.cost[self.own, at].sum()),
            "km": float(table["length_km"].iloc[links].sum()),
            "borders": borders,
            "n_borders": borders.count(">") + 1 if borders else 0,
            "transfers": int((arcs.arc_type[at] == TRANSFER).sum()),
            "corridors": ">".join(labels),
            "units_per_day": units,
            "t_per_day": units * float(self.state.demand["t_per_unit"].iloc[self.k]),
            "why": why,
            "because": because,
            "extra_usd": extra,
            "key": ">".join(arcs.names(path)),
        }

    def _why(self, path: tuple[int, ...]) -> tuple[str, str, float | None]:
        gone = [a for a in path if np.isinf(self.now[a])]
        if gone:
            return "closed", self._closed_by(gone), None
        take = self.uses.of(self.k, np.array(path, dtype=np.int64))
        cost = float(self.state.problem.cost[self.own, list(path)].sum())
        if isinstance(self.answer, ChoiceAnswer):
            cost -= self.answer.worth_of_counts(self.k, np.array(path, dtype=np.int64))
        charge = float(take @ self.price)
        extra = cost + charge - self.margin
        near = 1e-6 * (1.0 + abs(self.margin))
        full = self._priced(path)
        names = ", ".join(
            f"{self.state.limits[r].limit_id} ({take[r] * self.price[r]:,.2f} USD a unit)"
            for r in full
        )
        if path in self.carried:
            return "used", f"over the full {names}" if len(full) else "", max(extra, 0.0)
        if extra <= near:
            # Cheaper in itself, and dearer by just the price: others have taken the room.
            return ("full", names, 0.0) if len(full) else ("equal", "", 0.0)
        if len(full) and self.full_on_used.issuperset(full.tolist()):
            return "same bottleneck", f"{names}; and {extra:,.2f} USD dearer", extra
        if len(full) and cost <= self.margin + near:
            return "full", names, extra
        p = self.state.problem
        loss = float(p.step_price[self.k, -1] if p.n_steps else p.penalty[self.k])
        if cost > loss + near:
            return "dearer than its loss", f"{cost - loss:,.2f} USD above the loss", extra
        also = f", {charge:,.2f} of it for the full {names}" if len(full) else ""
        return "dearer", f"by {extra:,.2f} USD a unit{also}", extra

    def _closed_by(self, gone: list[int]) -> str:
        """Name what an event has taken away, and the limits that are 0."""
        p = self.state.problem
        shut = (p.bound[p.member_limit] <= 0) & (p.member_factor > 0)
        shut &= (p.member_class < 0) | (p.member_class == self.own)
        of_arc: dict[int, list[int]] = {}
        for arc, r in zip(p.member_arc[shut].tolist(), p.member_limit[shut].tolist(), strict=True):
            of_arc.setdefault(arc, []).append(r)
        names: list[str] = []
        for arc in gone:
            # What is not in the way by its cost is in the way by a limit.
            if p.closed[arc] or np.isinf(p.cost[self.own, arc]):
                names += self.state.arcs.names([arc])
            else:
                names += [_no_room(self.state.limits[r]) for r in of_arc.get(arc, [])]
        return ", ".join(dict.fromkeys(names))


def _no_room(limit: Limit) -> str:
    """Return why a limit lets nothing pass."""
    why = "is full of background traffic" if limit.amount > 0 else "is 0"
    return f"{limit.limit_id} {why}"


routes = k_routes
"""The same, by the name of the command."""
