"""What a scenario opens and nobody uses, and how much too dear its cheapest use would be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridors.flow.shortest.trees import forward_star, tree_to
from corridors.network.arcs import LINK, TRANSFER

if TYPE_CHECKING:
    from corridors.assignment.assignment import Assignment
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.scenarios.state import NetworkState

IDLE_T = 0.5
"""Tonnes a day below which a link that opens is said to carry nothing."""

_COLUMNS = [
    "links",
    "demand_id",
    "origin",
    "destination",
    "cargo",
    "dearer_usd_per_t",
    "transport_usd_per_t",
    "time_usd_per_t",
    "waiting_usd_per_t",
    "added_km",
    "added_borders",
    "added_changes",
]


def idle_openings(baseline: Assignment, disrupted: Assignment) -> pd.DataFrame:
    """Return the links that open and carry nothing, each with the demand nearest to using it.

    What a tonne would pay more by the cheapest way over the link than by its cheapest way of
    all, at the costs and capacity prices of the answer. In the optimum that is the reduced cost
    of the way, 0 or more (Ahuja, Magnanti and Orlin 1993, section 9.3). A way that would turn
    back on itself, out over the link and back, is no use of it: then the link is joined to the
    cheapest rest that keeps clear of the first part, which may miss one a little cheaper.

    Returns
    -------
    DataFrame
        One row for each way, the nearest to being used first: the links that open on it and
        carry less than `IDLE_T`; the demand; dearer_usd_per_t and its parts for transport, time
        and waiting at full capacities, USD a tonne; km, borders and changes of mode or gauge
        that the way has more than the cheapest of all. Links that no demand could use at any
        price stand last, without a demand.
    """
    state = disrupted.state
    names = _idle(baseline.state, disrupted)
    if not names:
        return pd.DataFrame(columns=_COLUMNS)
    search = _Search.of(disrupted)
    found: dict[tuple[Any, ...], list[str]] = {}
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for name in names:
        best = search.cheapest_use(name)
        key = (None,) if best is None else (best[0], tuple(best[1].tolist()))
        found.setdefault(key, []).append(name)
        if key not in rows:
            rows[key] = {} if best is None else _told(state, search, *best)
    frame = pd.DataFrame(
        [{"links": tuple(sorted(found[key])), **row} for key, row in rows.items()],
        columns=_COLUMNS,
    )
    order = frame.assign(_links=frame["links"].map(str))
    order = order.sort_values(["dearer_usd_per_t", "_links"], na_position="last")
    return order.drop(columns="_links").reset_index(drop=True)


def _idle(before: NetworkState, disrupted: Assignment) -> list[str]:
    """Return the links that are open only with the events and that carry nothing."""
    after = disrupted.state
    new = after.arcs.links(~after.problem.closed) - before.arcs.links(~before.problem.closed)
    flows = disrupted.flows
    own = flows[(flows["kind"] == "link") & flows["id"].isin(new)]
    used = own.groupby("id")["t_per_day"].sum()
    return sorted(new - set(used[used > IDLE_T].index))


@dataclass
class _Search:
    """Cheapest ways over single arcs, at the prices of an answer.

    Attributes
    ----------
    weight
        Generalised cost with the prices of capacities, per unit, shape (C, A).
    per_t
        Units in a tonne by demand, shape (K,).
    """

    state: NetworkState
    weight: Floats
    per_t: Floats

    @classmethod
    def of(cls, own: Assignment) -> _Search:
        problem = own.state.problem
        weight = np.where(problem.closed, np.inf, problem.cost)
        price = own.answer.limit_price[problem.member_limit] * problem.member_factor
        # An amount of 0 has no price, and nothing passes it either.
        shut = problem.bound[problem.member_limit] <= 0.0
        price = np.where(shut & (problem.member_factor > 0), np.inf, price)
        for c in range(weight.shape[0]):
            own_class = (problem.member_class == c) | (problem.member_class < 0)
            np.add.at(weight[c], problem.member_arc[own_class], price[own_class])
        per_t = 1.0 / own.state.demand["t_per_unit"].to_numpy(dtype=np.float64)
        return cls(own.state, weight, per_t)

    def __post_init__(self) -> None:
        p = self.state.problem
        self._in = forward_star(p.head, p.n_nodes)
        self._out = forward_star(p.tail, p.n_nodes)
        self._trees: dict[tuple[int, int, bool], tuple[Floats, Ints]] = {}
        self._wanted = np.flatnonzero(p.amount > 0)

    def tree(self, c: int, node: int, *, onward: bool) -> tuple[Floats, Ints]:
        """Return lengths from everywhere to a node, or (onward) from it to everywhere."""
        key = (c, node, onward)
        if key not in self._trees:
            self._trees[key] = self._grown(self.weight[c], node, onward=onward)
        return self._trees[key]

    def _grown(self, weight: Floats, node: int, *, onward: bool) -> tuple[Floats, Ints]:
        p = self.state.problem
        star, tail = (self._out, p.head) if onward else (self._in, p.tail)
        distance, following = tree_to(*star, tail, weight, node)
        return distance, following

    def cheapest_use(self, link: str) -> tuple[int, Ints] | None:
        """Return the demand that pays least more a tonne for a way over a link, and the way."""
        arcs, p = self.state.arcs, self.state.problem
        own = np.flatnonzero((arcs.arc_type == LINK) & (arcs.ids == link) & ~p.closed)
        bounds: list[tuple[float, int, int]] = []
        for a in own.tolist():
            for k in self._wanted.tolist():
                c = int(p.commodity_class[k])
                before = self.tree(c, int(p.origin[k]), onward=True)[0]
                after = self.tree(c, int(p.destination[k]), onward=False)[0]
                through = before[p.tail[a]] + self.weight[c, a] + after[p.head[a]]
                if np.isfinite(through):
                    more = (through - after[p.origin[k]]) * self.per_t[k]
                    bounds.append((float(more), k, a))
        best: tuple[float, int, Ints] | None = None
        for bound, k, a in sorted(bounds):
            if best is not None and bound >= best[0]:
                break
            for path in self._ways(k, a):
                more = self.dearer(k, path)
                if best is None or more < best[0]:
                    best = more, k, path
        return None if best is None else best[1:]

    def dearer(self, k: int, path: Ints) -> float:
        """Return what a tonne pays more by a way than by its cheapest."""
        p = self.state.problem
        c = int(p.commodity_class[k])
        least = self.tree(c, int(p.destination[k]), onward=False)[0][p.origin[k]]
        return float((self.weight[c, path].sum() - least) * self.per_t[k])

    def cheapest(self, k: int) -> Ints:
        """Return the arcs of the cheapest way of a demand."""
        p = self.state.problem
        following = self.tree(int(p.commodity_class[k]), int(p.destination[k]), onward=False)[1]
        return self._walk(following, int(p.origin[k]), onward=False)

    def _ways(self, k: int, a: int) -> list[Ints]:
        """Return the cheapest way over an arc, or where it turns back two that do not."""
        p = self.state.problem
        c = int(p.commodity_class[k])
        ends = int(p.origin[k]), int(p.destination[k])
        first = self._walk(self.tree(c, ends[0], onward=True)[1], int(p.tail[a]), onward=True)
        last = self._walk(self.tree(c, ends[1], onward=False)[1], int(p.head[a]), onward=False)
        path = np.concatenate([first, [a], last]).astype(np.int64)
        if self._simple(path):
            return [path]
        found = []
        rest = self._rest(c, first, int(p.head[a]), ends[1], onward=False)
        if rest is not None:
            found.append(np.concatenate([first, [a], rest]).astype(np.int64))
        rest = self._rest(c, last, int(p.tail[a]), ends[0], onward=True)
        if rest is not None:
            found.append(np.concatenate([rest, [a], last]).astype(np.int64))
        return [path for path in found if self._simple(path)]

    def _rest(self, c: int, taken: Ints, start: int, end: int, *, onward: bool) -> Ints | None:
        """Return the cheapest way between two nodes that keeps clear of the places of another."""
        p = self.state.problem
        places = self.state.arcs.node_of
        used = {str(n) for n in places[np.concatenate([p.tail[taken], p.head[taken]])]}
        shut: Flags = np.isin(places.astype(str), sorted(used))
        shut[[start, end]] = False
        weight = np.where(shut[p.tail] | shut[p.head], np.inf, self.weight[c])
        distance, following = self._grown(weight, end, onward=onward)
        return self._walk(following, start, onward=onward) if np.isfinite(distance[start]) else None

    def _walk(self, following: Ints, node: int, *, onward: bool) -> Ints:
        p = self.state.problem
        path = []
        while following[node] >= 0:
            arc = int(following[node])
            path.append(arc)
            node = int(p.tail[arc] if onward else p.head[arc])
        return np.array(path[::-1] if onward else path, dtype=np.int64)

    def _simple(self, path: Ints) -> bool:
        """Return whether a way comes to no node twice."""
        arcs = self.state.arcs
        own = path[arcs.arc_type[path] == LINK]
        visited = [*arcs.node_of[arcs.tail[own]], arcs.node_of[arcs.head[own[-1]]]]
        return len(set(visited)) == len(visited)


def _told(state: NetworkState, search: _Search, k: int, path: Ints) -> dict[str, Any]:
    """Return what a way over a link costs and has more than the cheapest."""
    c, per_t = int(state.problem.commodity_class[k]), float(search.per_t[k])
    demand = state.demand.iloc[k]
    value = state.net.tables["cargo"].set_index("cargo")["usd_per_unit_day"][demand["cargo"]]
    way, usual = (_measured(state, c, own) for own in (path, search.cheapest(k)))
    dearer = search.dearer(k, path)
    transport = (way["usd"] - usual["usd"]) * per_t
    time = (way["hours"] - usual["hours"]) * float(value) / 24.0 * per_t
    return {
        "demand_id": demand["demand_id"],
        "origin": state.arcs.node_of[state.problem.origin[k]],
        "destination": state.arcs.node_of[state.problem.destination[k]],
        "cargo": demand["cargo"],
        "dearer_usd_per_t": dearer,
        "transport_usd_per_t": transport,
        "time_usd_per_t": time,
        "waiting_usd_per_t": dearer - transport - time,
        "added_km": way["km"] - usual["km"],
        "added_borders": int(way["borders"] - usual["borders"]),
        "added_changes": int(way["changes"] - usual["changes"]),
    }


def _measured(state: NetworkState, c: int, path: Ints) -> dict[str, float]:
    """Return what a way costs and passes, for one unit."""
    arcs = state.arcs
    row = arcs.row[path[arcs.arc_type[path] == LINK]]
    return {
        "usd": float(arcs.usd[c, path].sum()),
        "hours": float(arcs.hours[c, path].sum()),
        "km": float(state.net.tables["links"]["length_km"].to_numpy()[row].sum()),
        "borders": float((state.net.borders.to_numpy()[row] != "").sum()),
        "changes": float((arcs.arc_type[path] == TRANSFER).sum()),
    }
