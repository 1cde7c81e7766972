"""What perfect foresight could reach on the same days: a linear program with its proof.

The network is cut at its limits, as the ways are: a *gate* is one limit on one
arc, and a segment leads from one gate to the next. Segments are laid out in
time, in whole steps; waiting at a gate is an arc to the next step. The engine of
`corridors.flow` finds path columns with their step of departure on this graph
and adds limits as rows; its certificate proves the answer. Every course of the
queue model that runs in whole steps is one answer of this program, so its cost
can never be lower.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.display import card, number
from corridors.flow import FlowProblem, solve
from corridors.flow.shortest.trees import forward_star, tree_to
from corridors.simulation.queueing.state import NEW, ON_TIME, OTHER_WAY, TURNED_BACK

if TYPE_CHECKING:
    from corridors.flow import Certificate
    from corridors.flow.arrays import Floats, Ints
    from corridors.simulation.queueing.problem import QueueProblem
    from corridors.simulation.queueing.run import SimulationRecord

MOST_ARCS = 400_000
"""Arcs in time above which only ways that the simulation has seen are offered."""

_GATE, _ORIGIN, _END = 0, 1, 2


@dataclass(frozen=True, repr=False)
class Bound:
    """The bound, what the queue model paid for the same cargo, and the proof.

    Attributes
    ----------
    optimum_usd, simulated_usd
        Cost, value of time and loss together, of all cargo of `demands` from the
        first step of the run; what is under way at the end goes on unhindered in
        both, and what falls with a by-product that has no outlet is lost in both.
    demands
        How many demands are in the program; those that nothing has happened to
        are left out where the network is large, and so is what they use.
    all_ways
        Whether every way of the network was offered, or those that the
        simulation has seen.
    certificate
        The proof of the optimum.
    """

    optimum_usd: float
    simulated_usd: float
    demands: int
    all_ways: bool
    certificate: Certificate

    def __repr__(self) -> str:
        least, more = number(self.optimum_usd), number(self.price_of_not_knowing_usd)
        return f"Bound({least} USD by perfect foresight, {more} less than simulated)"

    def _repr_html_(self) -> str:
        return card(repr(self), {k: v for k, v in self.to_dict().items() if k != "certificate"})

    @property
    def price_of_not_knowing_usd(self) -> float:
        """What the queue model costs more than perfect foresight."""
        return self.simulated_usd - self.optimum_usd

    def to_dict(self) -> dict[str, Any]:
        """Return the figures by name."""
        return {
            "optimum_usd": self.optimum_usd,
            "simulated_usd": self.simulated_usd,
            "price_of_not_knowing_usd": self.price_of_not_knowing_usd,
            "demands": self.demands,
            "all_ways": self.all_ways,
            "certificate": self.certificate.to_dict(),
        }


class _Expanded:
    """The graph in time: gates, origins and ends by step; the last layer has no limits."""

    def __init__(self, problem: QueueProblem, record: SimulationRecord, chosen: Ints) -> None:
        self.p = problem
        self.book = record.book
        self.chosen = chosen
        self.classes = sorted({int(problem.kind[k]) for k in chosen})
        self.number_of = {c: i for i, c in enumerate(self.classes)}
        self.places: dict[tuple[int, int, int], int] = {}
        # By class: segments as (from, to, arcs); `from` knows the arc that it passes.
        self.segments: dict[tuple[int, int, int, tuple[int, ...]], None] = {}

    def place(self, kind: int, a: int, b: int = 0) -> int:
        return self.places.setdefault((kind, a, b), len(self.places))

    def gates_of(self, arc: int, c: int) -> list[int]:
        p = self.p
        members = range(p.member_first[arc], p.member_first[arc + 1])
        return [m for m in members if p.member_factor[m, c] > 0]

    def add_way(self, demand: int, arcs: Ints, *, start: tuple[int, int, int]) -> None:
        """Add the segments of a way that begins at a place."""
        c = int(self.p.kind[demand])
        last = self.place(*start)
        segment: list[int] = []
        for arc in arcs.tolist():
            for m in self.gates_of(arc, c):
                gate = self.place(_GATE, m)
                self.segments[c, last, gate, tuple(segment)] = None
                last, segment = gate, []
            segment.append(arc)
        end = self.place(_END, int(self.p.destination[demand]))
        self.segments[c, last, end, tuple(segment)] = None

    def add_seen(self) -> None:
        """Add the ways of the simulation."""
        arrays = self.book.arrays(0)
        wanted = set(self.chosen.tolist())
        for r, arcs in enumerate(self.book.arcs):
            k = int(arrays.demand[r])
            if k not in wanted or not len(arcs):
                continue
            start = int(self.p.tail[arcs[0]])
            if start == int(self.p.origin[k]):
                self.add_way(k, arcs, start=(_ORIGIN, start, 0))
            else:
                # Those who turn off at a gate do so before they pass it.
                for m in self.turning_points(k, start):
                    self.add_way(k, arcs, start=(_GATE, m, 0))

    def turning_points(self, demand: int, place: int) -> list[int]:
        """Return the gates of a demand's base routes at a place."""
        arrays = self.book.arrays(0)
        c = int(self.p.kind[demand])
        found: dict[int, None] = {}
        for r in np.flatnonzero((arrays.demand == demand) & arrays.is_base):
            for arc in self.book.arcs[r].tolist():
                if int(self.p.tail[arc]) == place:
                    found.update(dict.fromkeys(self.gates_of(arc, c)))
        return list(found)

    def add_all(self) -> None:
        """Add the cheapest segment without a limit between any two gates, by class and state."""
        p = self.p
        start, star = forward_star(p.head, p.n_mode_nodes)
        for c in self.classes:
            gated = [a for a in range(len(p.tail)) if self.gates_of(a, c)]
            free = np.ones(len(p.tail), dtype=np.bool_)
            free[gated] = False
            ends = {int(p.destination[k]) for k in self.chosen if p.kind[k] == c}
            origins = {int(p.origin[k]) for k in self.chosen if p.kind[k] == c}
            for state in sorted(set(p.state.tolist())):
                weight = p.usd[state, c] + p.value_of_time[c] * p.hours[state, c]
                weight = np.where(free, weight, np.inf)
                targets = [(place, _END, place) for place in sorted(ends)]
                targets += [(int(p.tail[a]), _GATE, self.gates_of(a, c)[0]) for a in gated]
                for place, kind, what in targets:
                    distance, following = tree_to(start, star, p.tail, weight, place)
                    self._to(c, distance, following, place, (kind, what, 0), gated, origins)

    def _to(
        self,
        c: int,
        distance: Floats,
        following: Ints,
        target: int,
        end: tuple[int, int, int],
        gated: list[int],
        origins: set[int],
    ) -> None:
        p = self.p

        def path(place: int) -> list[int]:
            arcs = []
            while place != target:
                arcs.append(int(following[place]))
                place = int(p.head[arcs[-1]])
            return arcs

        for origin in sorted(origins):
            if np.isfinite(distance[origin]):
                begin = self.place(_ORIGIN, origin)
                self.segments[c, begin, self.place(*end), tuple(path(origin))] = None
        for arc in gated:
            if np.isfinite(distance[p.head[arc]]):
                gates = self.gates_of(arc, c)
                arcs = (arc, *path(int(p.head[arc])))
                self.segments[c, self.place(_GATE, gates[-1]), self.place(*end), arcs] = None
                for before, after in pairwise(gates):
                    self.segments[c, self.place(_GATE, before), self.place(_GATE, after), ()] = None


def lower_bound(problem: QueueProblem, record: SimulationRecord) -> Bound:
    """Find what perfect foresight would cost, and hold a run in whole steps against it.

    Parameters
    ----------
    problem
        The problem.
    record
        A run of it with ``whole=True``.

    Returns
    -------
    Bound

    Raises
    ------
    CertificateError
        Where the optimum could not be proved.
    """
    p = problem
    every = np.flatnonzero(p.amount.sum(axis=0) > 0)
    # What falls with a by-product is not there to be sent, whatever is foreseen.
    gone = p.amount * p.fallen[p.base_of]
    p = replace(p, amount=p.amount - gone) if gone.any() else p
    graph = _Expanded(p, record, every)
    all_ways = len(every) * p.n_steps * len(p.tail) <= MOST_ARCS
    if all_ways:
        graph.add_seen()
        graph.add_all()
    else:
        graph = _Expanded(p, record, _touched(record))
        graph.add_seen()
    flow, gate_to_go = _laid_out(graph)
    answer = solve(flow)
    simulated = _simulated(record, graph, gate_to_go)
    fell = float((gone.sum(axis=0) * p.step * p.loss)[graph.chosen].sum())
    return Bound(
        optimum_usd=answer.objective + fell,
        simulated_usd=simulated,
        demands=len(graph.chosen),
        all_ways=all_ways,
        certificate=answer.certificate,
    )


def _touched(record: SimulationRecord) -> Ints:
    """Return the demands to which anything but an ordinary delivery has happened."""
    ends = record.ends.sum(axis=(0, 3))
    hit = ends[:, ON_TIME + 1 :].sum(axis=1) + record.never.sum(axis=(0, 2, 3))
    hit = hit + record.waiting.sum(axis=(0, 2)) + record.held.sum(axis=(0, 2))
    assert OTHER_WAY < TURNED_BACK < ends.shape[1]
    return np.flatnonzero(hit > 1e-9).astype(np.int64)


def _laid_out(graph: _Expanded) -> tuple[FlowProblem, dict[tuple[int, int], Floats]]:
    """Return the program, and the cost from each gate to each end without limits, by class."""
    p = graph.p
    n_steps, layers = p.n_steps, p.n_steps + 1
    arc_of_member = p.member_arc
    usd = graph.book.usd
    open_ = np.isfinite(p.usd)
    names = list(graph.places)
    gate_member = {i: name[1] for i, name in enumerate(names) if name[0] == _GATE}
    tails: list[Ints] = []
    heads: list[Ints] = []
    costs: list[tuple[int, Floats]] = []
    rows: list[tuple[Ints, Ints, int, float]] = []
    at = 0
    steps = np.arange(layers)
    last_state = p.state[-1]
    state = np.append(p.state, last_state)
    layer_arcs: dict[int, list[tuple[int, int, float]]] = {}
    for c, begin, end, arcs in graph.segments:
        own = np.array(arcs, dtype=np.int64)
        value = p.value_of_time[c]
        hours = p.hours[:, c, own].sum(axis=1)
        money = usd[:, c, own].sum(axis=1) + value * hours
        shift = np.floor(hours / 24.0 / p.step + 0.5).astype(np.int64)
        passable = np.ones((layers,), dtype=np.bool_)
        member = gate_member.get(begin)
        if member is not None:
            passable[:n_steps] = open_[p.state, c, arc_of_member[member]]
        when = steps[passable]
        tails.append(begin * layers + when)
        heads.append(end * layers + np.minimum(when + shift[state[when]], n_steps))
        costs.append((c, money[state[when]]))
        layer_arcs.setdefault(c, []).append((begin, end, float(money[last_state])))
        if member is not None:
            limited = when < n_steps
            limit = int(p.member_limit[member])
            rows.append(
                (
                    np.flatnonzero(limited) + at,
                    limit * n_steps + _row_of(p, limit, when[limited]),
                    c,
                    float(p.member_factor[member, c]),
                )
            )
        at += len(when)
    at = _add_waiting(graph, tails, heads, costs, at)
    n_classes = len(graph.classes)
    cost = np.full((n_classes, at), np.inf)
    position = 0
    for c, values in costs:
        own_rows = slice(None) if c < 0 else graph.number_of[c]
        cost[own_rows, position : position + len(values)] = values
        position += len(values)
    bound, entries = _rows(p, rows, graph)
    # Where nothing is wanted nothing can move.
    none = np.empty(0, dtype=np.int64)
    k_all, n_all = np.nonzero(p.amount[:, graph.chosen].T > 0)
    demand = graph.chosen[k_all]
    origin = np.array([graph.place(_ORIGIN, int(p.origin[k])) for k in demand], dtype=np.int64)
    target = np.array([graph.place(_END, int(p.destination[k])) for k in demand], dtype=np.int64)
    problem = FlowProblem(
        n_nodes=len(graph.places) * layers,
        tail=np.concatenate([none, *tails]).astype(np.int64),
        head=np.concatenate([none, *heads]).astype(np.int64),
        cost=cost,
        tie_cost=np.zeros_like(cost),
        origin=origin * layers + n_all,
        destination=target * layers + n_steps,
        amount=p.amount[n_all, demand] * p.step,
        penalty=p.loss[demand].astype(np.float64),
        commodity_class=np.array([graph.number_of[int(p.kind[k])] for k in demand], dtype=np.int64),
        bound=bound,
        **entries,
    )
    return problem, _to_go(graph, layer_arcs)


def _add_waiting(
    graph: _Expanded, tails: list[Ints], heads: list[Ints], costs: list[tuple[int, Floats]], at: int
) -> int:
    """Add the arcs from each step to the next at gates and origins, and, free, at the ends."""
    p = graph.p
    n_steps, layers = p.n_steps, p.n_steps + 1
    steps = np.arange(layers)
    names = list(graph.places)
    for c in graph.classes:
        used = {begin for kind, begin, _, _ in graph.segments if kind == c}
        for begin in sorted(used):
            tails.append(begin * layers + steps[:-1])
            heads.append(begin * layers + steps[1:])
            costs.append((c, np.full(n_steps, p.value_of_time[c] * 24.0 * p.step)))
            at += n_steps
    ends = [i for i, name in enumerate(names) if name[0] == _END]
    for end in ends:
        tails.append(end * layers + steps[:-1])
        heads.append(end * layers + steps[1:])
        costs.append((-1, np.zeros(n_steps)))
        at += n_steps
    return at


def _row_of(p: QueueProblem, limit: int, when: Ints) -> Ints:
    """Return the step whose row stands for each step: of a stock, the first of the period."""
    if p.grants is None:
        return when
    first = p.grants.period[when, limit]
    return np.where(first >= 0, first, when)


def _rows(
    p: QueueProblem, rows: list[tuple[Ints, Ints, int, float]], graph: _Expanded
) -> tuple[Floats, dict[str, Any]]:
    """Return the limits by step that are finite, and their entries."""
    most = np.where(np.isnan(p.burst), p.rate, np.where(p.rate > 0, np.maximum(p.rate, p.burst), 0))
    room = np.maximum(most - p.reserved, 0.0) * p.step
    if p.grants is not None:
        # A stock is one row for all of its period; background may leave its part to cargo.
        for t, r in zip(*np.nonzero(p.grants.period >= 0), strict=True):
            first = p.grants.period[t, r]
            room[t, r] = room[t, r] if first < t else 0.0
            room[first, r] += p.grants.given[t, r]
    flat = np.ascontiguousarray(room.T).ravel()
    arc = np.concatenate([r[0] for r in rows]) if rows else np.empty(0, dtype=np.int64)
    row = np.concatenate([r[1] for r in rows]) if rows else np.empty(0, dtype=np.int64)
    kind = [np.full(len(r[0]), graph.number_of[r[2]]) for r in rows]
    factor = [np.full(len(r[0]), r[3]) for r in rows]
    keep = np.isfinite(flat[row])
    used, number = np.unique(row[keep], return_inverse=True)
    return flat[used], {
        "member_limit": number.astype(np.int64),
        "member_arc": arc[keep].astype(np.int64),
        "member_class": (np.concatenate(kind) if kind else row)[keep].astype(np.int64),
        "member_factor": (np.concatenate(factor) if factor else row.astype(np.float64))[keep],
    }


def _to_go(
    graph: _Expanded, layer_arcs: dict[int, list[tuple[int, int, float]]]
) -> dict[tuple[int, int], Floats]:
    """Return the cost from every place to an end in the last layer, by class and destination."""
    result = {}
    p = graph.p
    for c, arcs in layer_arcs.items():
        tail = np.array([a[0] for a in arcs], dtype=np.int64)
        head = np.array([a[1] for a in arcs], dtype=np.int64)
        weight = np.array([a[2] for a in arcs])
        start, star = forward_star(head, len(graph.places))
        for destination in sorted({int(p.destination[k]) for k in graph.chosen if p.kind[k] == c}):
            end = graph.place(_END, destination)
            result[c, destination] = tree_to(start, star, tail, weight, end)[0]
    return result


def _simulated(
    record: SimulationRecord, graph: _Expanded, to_go: dict[tuple[int, int], Floats]
) -> float:
    """Return what a run has cost the demands of the program, in the program's own money."""
    p, o = record.problem, record
    own = graph.chosen
    value = p.value_of_time[p.kind]
    lost = o.ends[:, :, TURNED_BACK].sum(axis=(0, 2)) + o.never.sum(axis=(0, 2, 3))
    total = o.usd.sum(axis=1) + value * (o.hours.sum(axis=1) + 24.0 * o.wait.sum(axis=1))
    cost = float((total + p.loss * lost)[own].sum())
    arrays = o.book.arrays(0)
    packets = o.packets
    free = np.zeros(len(packets.of), dtype=np.bool_)
    free[packets.free[: int(packets.n_free[0])]] = True
    wanted = set(own.tolist())
    end = p.n_steps * p.step
    for i in np.flatnonzero(~free):
        r = int(packets.of["route"][i])
        if r < 0 or int(arrays.demand[r]) not in wanted:
            continue
        k = int(arrays.demand[r])
        v = int(arrays.first[r] + packets.of["visit"][i])
        amount = float(packets.of["amount"][i])
        if packets.of["start"][i] < end - 1e-9:
            cost += amount * value[k] * 24.0 * (end - float(packets.of["start"][i]))
        if v < arrays.first[r + 1]:
            member = _member(p, int(arrays.arc[v]), int(arrays.limit[v]))
            place = graph.place(_GATE, member)
            cost += amount * float(to_go[int(p.kind[k]), int(p.destination[k])][place])
    for k in own.tolist():
        for shipment in o.held_at_end[k]:
            amount = shipment.amount
            wait = end - (shipment.wanted_at - 0.5 * p.step)
            place = graph.place(_ORIGIN, int(p.origin[k]))
            on = float(to_go[int(p.kind[k]), int(p.destination[k])][place])
            cost += amount * (value[k] * 24.0 * wait + min(on, float(p.loss[k])))
    assert NEW == 0
    return cost


def _member(p: QueueProblem, arc: int, limit: int) -> int:
    members = range(p.member_first[arc], p.member_first[arc + 1])
    return next(m for m in members if p.member_limit[m] == limit)
