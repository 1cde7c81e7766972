"""The proof that an answer is right, computed from the answer alone.

Nothing here is shared with the engine: flows are added up again from the
paths, and the shortest paths that bound the optimum come from trees of its own
over all arcs. Trees of an earlier answer are used again where a fresh one would
be the same to the last bit. By weak duality any prices that are not negative bound the cost
of every answer from below; an answer that meets the bound is optimal.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from corridors.display import Card
from corridors.errors import CertificateError

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.problem import FlowProblem

TOLERANCE = 1e-6
"""Largest relative gap or residual with which an answer is returned."""


@dataclass(frozen=True)
class Certificate(Card):
    """How far an answer is from a perfect proof; each figure is 0 for exact arithmetic.

    Attributes
    ----------
    objective
        Cost plus loss of the answer.
    bound
        What no answer can undercut: the value of the prices.
    relative_gap
        ``(objective - bound) / max(1, |objective|)``.
    balance_residual
        Largest flow that appears or vanishes at a node, or between served,
        short and wanted, beyond the rounding of the amount, relative to what flows of
        the commodity.
    capacity_residual
        Largest excess over a limit, relative to it.
    closed_flow
        Flow on closed arcs and through limits of 0, in all; must be exactly 0.
    complementarity
        Largest value of unused room that is priced, relative to the objective.
    """

    objective: float
    bound: float
    relative_gap: float
    balance_residual: float
    capacity_residual: float
    closed_flow: float
    complementarity: float

    @property
    def ok(self) -> bool:
        """Whether the answer may be returned."""
        worst = max(
            abs(self.relative_gap),
            self.balance_residual,
            self.capacity_residual,
            self.complementarity,
        )
        return bool(worst <= TOLERANCE and self.closed_flow == 0.0)

    def to_dict(self) -> dict[str, float]:
        """Return the figures by name."""
        return asdict(self)


def certify(
    problem: FlowProblem,
    path_commodity: Ints,
    path_start: Ints,
    path_arcs: Ints,
    path_amount: Floats,
    shortfall: Floats,
    limit_price: Floats,
    trees: Trees | None = None,
) -> Certificate:
    """Prove an answer, or find out by how much the proof fails.

    Parameters
    ----------
    problem
        The problem that was asked.
    path_commodity, path_start, path_arcs, path_amount
        The answer's paths: commodity of each (P,), offsets (P + 1,) into arc
        numbers, units (P,).
    shortfall
        Unserved units by commodity, shape (K,).
    limit_price
        Price of each limit, shape (R,), not negative.
    trees
        Shortest-path trees kept from an earlier answer on the same arcs and
        commodities, or none yet; makes no difference but in time.

    Returns
    -------
    Certificate

    Raises
    ------
    CertificateError
        Where a price is negative or not a number, or above what exceeding the
        limit costs: then nothing is proved.
    """
    p = problem
    if np.isnan(limit_price).any() or (limit_price < 0).any():
        msg = f"a price is {limit_price.min()}; prices of limits cannot be negative"
        raise CertificateError(msg)
    if (limit_price > p.excess_price * (1 + TOLERANCE)).any():
        msg = "a limit is priced above what exceeding it costs"
        raise CertificateError(msg)
    limit_price = np.minimum(limit_price, p.excess_price)
    flow, served, cost, astray = _add_up(
        p.tail, p.head, p.cost, p.origin, p.destination, p.commodity_class, path_commodity,
        path_start, path_arcs, path_amount, len(p.origin),
    )  # fmt: skip
    # A demand far above all that flows must not hide what is wrong with the flow.
    whole = np.maximum(np.maximum(np.abs(served), np.minimum(p.amount, 1.0)), 1e-9)
    rounding = 4.0 * np.spacing(p.amount)
    off = np.maximum(np.abs(served + shortfall - p.amount) - rounding, 0.0) / whole
    negative = np.maximum(-shortfall, 0.0) / whole
    balance = max(
        float((astray / whole).max(initial=0.0)),
        float(off.max(initial=0.0)),
        float(negative.max(initial=0.0)),
    )
    use = _use(flow, p.member_limit, p.member_arc, p.member_class, p.member_factor, len(p.bound))
    finite = np.isfinite(p.bound)
    room = np.where(finite, p.bound, 0.0)
    over = np.where(finite, use - room, 0.0)
    soft = np.isfinite(p.excess_price)
    excess = np.where(soft, np.maximum(over, 0.0), 0.0)
    limited = np.where(soft, 0.0, over) / np.maximum(np.where(finite, p.bound, 1.0), 1e-9)
    shut = use[(p.bound <= 0) & ~soft].sum() + flow[:, p.closed].sum()
    paid = math.fsum((excess[soft] * p.excess_price[soft]).tolist())
    # Sums that are rounded once do not depend on the order of their terms.
    objective = math.fsum(cost.tolist() + (p.penalty * shortfall).tolist() + [paid])
    length = (Trees() if trees is None else trees).lengths(p, _weights(p, limit_price))
    value = np.minimum(length, p.penalty)
    bound = math.fsum((value * p.amount).tolist() + (-limit_price[finite] * room[finite]).tolist())
    scale = max(1.0, abs(objective))
    idle = np.zeros(len(limit_price))
    priced = limit_price > 0
    idle[priced] = limit_price[priced] * np.where(finite, np.maximum(-over, 0.0), np.inf)[priced]
    unpaid = excess[soft] * (p.excess_price[soft] - limit_price[soft])
    return Certificate(
        objective=objective,
        bound=bound,
        relative_gap=(objective - bound) / scale,
        balance_residual=balance,
        capacity_residual=float(np.maximum(limited, 0.0).max(initial=0.0)),
        closed_flow=float(shut),
        complementarity=float(max(idle.max(initial=0.0), unpaid.max(initial=0.0))) / scale,
    )


def _weights(p: FlowProblem, price: Floats) -> Floats:
    """Return what arcs cost with what the limits charge, shape (C, A); closed ones are infinite."""
    weight = p.cost.copy()
    hard_zero = (p.bound <= 0) & np.isinf(p.excess_price)
    _charge(weight, price, hard_zero, p.member_limit, p.member_arc, p.member_class, p.member_factor)
    weight[:, p.closed] = np.inf
    return weight


def still_proved(
    certificate: Certificate, before: FlowProblem, after: FlowProblem, path_arcs: Ints
) -> bool:
    """Whether a proof holds for a problem that differs in nothing but more closed arcs, all unused.

    The answer is still allowed and costs the same, and closing arcs only makes
    shortest paths longer: what no answer could undercut, none can now. That is
    the same theorem as that of a fresh proof, applied to the prices that are
    there.

    Parameters
    ----------
    certificate
        Of the answer to the problem before.
    before, after
        The two problems.
    path_arcs
        Arcs of all paths that carry something.
    """
    names = (
        "cost", "bound", "amount", "penalty", "excess_price", "tail", "head", "origin",
        "destination", "commodity_class", "member_limit", "member_arc", "member_class",
        "member_factor",
    )  # fmt: skip
    same = all(getattr(before, name) is getattr(after, name) for name in names)
    more = not (before.closed & ~after.closed).any()
    return certificate.ok and same and more and not after.closed[path_arcs].any()


class Trees:
    """The shortest-path trees of the first problem that is asked, for those that come after it.

    A tree is grown anew for each problem unless it is certain that it would turn
    out the same to the last bit: none of its branches to a destination has
    another weight than before, and no arc whose weight has changed shortens the
    way to its head.
    """

    _MOST = 20_000_000

    def __init__(self) -> None:
        self._for: tuple[Ints, ...] | None = None

    def lengths(self, p: FlowProblem, weight: Floats) -> Floats:
        """Return the length of each commodity's shortest path, shape (K,).

        Parameters
        ----------
        p
            The problem.
        weight
            By class and arc, shape (C, A).
        """
        shape = (p.tail, p.head, p.origin, p.destination, p.commodity_class)
        if self._for is None or any(a is not b for a, b in zip(self._for, shape, strict=True)):
            return self._grow(p, weight, shape)
        own_class, changed = np.nonzero(self._weight != weight)
        start = np.searchsorted(own_class, np.arange(len(weight) + 1))
        stale = _stale(
            changed, start, weight, p.tail, p.head, self._group_class, self._reach, self._branch
        )
        length = self._length.copy()
        self._run(p, weight, stale, length, keep=False)
        return length

    def _grow(self, p: FlowProblem, weight: Floats, shape: tuple[Ints, ...]) -> Floats:
        self._order = np.lexsort((p.origin, p.commodity_class))
        self._leaving = np.argsort(p.tail, kind="stable")
        self._start = np.zeros(p.n_nodes + 1, dtype=np.int64)
        np.cumsum(np.bincount(p.tail, minlength=p.n_nodes), out=self._start[1:])
        pairs = np.stack([p.origin, p.commodity_class])[:, self._order]
        new = np.ones(len(self._order), dtype=np.bool_)
        new[1:] = (pairs[:, 1:] != pairs[:, :-1]).any(axis=0)
        self._first = np.append(np.flatnonzero(new), len(new)).astype(np.int64)
        groups = len(self._first) - 1
        self._group_class = p.commodity_class[self._order[self._first[:-1]]]
        keep = groups * (p.n_nodes + p.n_arcs) <= self._MOST
        self._reach = np.zeros((groups if keep else 0, p.n_nodes))
        self._branch = np.zeros((groups if keep else 0, p.n_arcs), dtype=np.bool_)
        length = np.full(p.n_commodities, np.inf)
        self._run(p, weight, np.ones(groups, dtype=np.bool_), length, keep=keep)
        if keep:
            self._for, self._weight, self._length = shape, weight, length.copy()
        return length

    def _run(
        self, p: FlowProblem, weight: Floats, which: Flags, length: Floats, *, keep: bool
    ) -> None:
        _lengths(
            self._start, self._leaving, p.tail, p.head, weight, self._order, self._first, which,
            p.origin, p.destination, p.commodity_class, length, keep, self._reach, self._branch,
        )  # fmt: skip


@njit(cache=True, error_model="numpy")
def _add_up(
    tail, head, cost, origin, destination, commodity_class, path_commodity, path_start,
    path_arcs, path_amount, n_commodities,
):  # fmt: skip
    """Return flows, what arrives, the cost of each path, and what runs on broken paths."""
    flow = np.zeros(cost.shape)
    served = np.zeros(n_commodities)
    astray = np.zeros(n_commodities)
    paid = np.zeros(len(path_commodity))
    for i in range(len(path_commodity)):
        k, units = path_commodity[i], path_amount[i]
        at = origin[k]
        whole = units >= 0
        each = 0.0
        for j in range(path_start[i], path_start[i + 1]):
            arc = path_arcs[j]
            whole = whole and tail[arc] == at
            at = head[arc]
            each += cost[commodity_class[k], arc]
            flow[commodity_class[k], arc] += units
        paid[i] = each * units
        served[k] += units
        if not whole or at != destination[k]:
            astray[k] += abs(units)
    return flow, served, paid, astray


@njit(cache=True, error_model="numpy")
def _use(flow, member_limit, member_arc, member_class, member_factor, n_limits):
    """Return the units that a flow (C, A) takes of each limit, shape (R,)."""
    use = np.zeros(n_limits)
    for e in range(len(member_limit)):
        if member_class[e] >= 0:
            use[member_limit[e]] += member_factor[e] * flow[member_class[e], member_arc[e]]
        else:
            for c in range(len(flow)):
                use[member_limit[e]] += member_factor[e] * flow[c, member_arc[e]]
    return use


@njit(cache=True, error_model="numpy")
def _charge(weight, price, shut, member_limit, member_arc, member_class, member_factor):
    """Add the prices of the limits to the weights, and close what limits of 0 close."""
    for e in range(len(member_limit)):
        if member_factor[e] <= 0.0:
            continue
        r = member_limit[e]
        more = np.inf if shut[r] else price[r] * member_factor[e]
        if more == 0.0:
            continue
        if member_class[e] >= 0:
            weight[member_class[e], member_arc[e]] += more
        else:
            for c in range(len(weight)):
                weight[c, member_arc[e]] += more


@njit(cache=True, error_model="numpy")
def _stale(changed, start, weight, tail, head, group_class, reach, branch):
    """Say which trees have to be grown anew."""
    stale = np.zeros(len(group_class), dtype=np.bool_)
    for g in range(len(group_class)):
        c = group_class[g]
        for i in range(start[c], start[c + 1]):
            arc = changed[i]
            if branch[g, arc] or reach[g, tail[arc]] + weight[c, arc] < reach[g, head[arc]]:
                stale[g] = True
                break
    return stale


@njit(cache=True, error_model="numpy")
def _lengths(
    start, leaving, tail, heads, weight, order, firsts, which, origin, destination,
    commodity_class, result, keep, reach, branch,
):  # fmt: skip
    """Fill each commodity's shortest length; one tree for those of one origin and class.

    Only the trees in `which` are grown. The heap holds each node once and knows
    where it stands. Where asked, it is kept how far each node is (no further
    than the last destination) and which arcs lead to a destination.
    """
    n_nodes = len(start) - 1
    dist = np.empty(n_nodes)
    heap, where = np.empty(n_nodes, np.int64), np.empty(n_nodes, np.int64)
    by = np.empty(n_nodes, np.int64)
    by[:] = -1
    wanted = np.zeros(n_nodes, dtype=np.bool_)
    for g in range(len(which)):
        if not which[g]:
            continue
        i, end = firsts[g], firsts[g + 1]
        o, c = origin[order[i]], commodity_class[order[i]]
        left = 0
        for j in range(i, end):
            if not wanted[destination[order[j]]]:
                wanted[destination[order[j]]] = True
                left += 1
        dist[:] = np.inf
        where[:] = -1
        dist[o] = 0.0
        heap[0] = o
        where[o] = 0
        size = 1
        furthest = np.inf
        while size > 0 and left > 0:
            node = heap[0]
            if wanted[node]:
                left -= 1
                wanted[node] = False
                if left == 0:
                    furthest = dist[node]
            size -= 1
            last = heap[size]
            at = 0
            # The last one sinks from the top.
            while True:
                child = 4 * at + 1
                if child >= size:
                    break
                least = child
                for other in range(child + 1, min(child + 4, size)):
                    if dist[heap[other]] < dist[heap[least]]:
                        least = other
                if dist[heap[least]] >= dist[last]:
                    break
                heap[at] = heap[least]
                where[heap[at]] = at
                at = least
            if size > 0:
                heap[at] = last
                where[last] = at
            for s in range(start[node], start[node + 1]):
                arc = leaving[s]
                other = heads[arc]
                new = dist[node] + weight[c, arc]
                if new < dist[other]:
                    if where[other] < 0:
                        where[other] = size
                        size += 1
                    dist[other] = new
                    by[other] = arc
                    at = where[other]
                    while at > 0:
                        up = (at - 1) // 4
                        if dist[heap[up]] <= new:
                            break
                        heap[at] = heap[up]
                        where[heap[at]] = at
                        at = up
                    heap[at] = other
                    where[other] = at
        for j in range(i, end):
            node = destination[order[j]]
            wanted[node] = False
            result[order[j]] = dist[node]
            if keep and dist[node] < np.inf:
                while node != o and not branch[g, by[node]]:
                    branch[g, by[node]] = True
                    node = tail[by[node]]
        if keep:
            for node in range(n_nodes):
                reach[g, node] = min(dist[node], furthest)
