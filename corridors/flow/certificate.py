"""The proof that an answer is right, computed from the answer alone.

Nothing here is shared with the engine: flows are added up again from the
paths, and the shortest paths that bound the optimum come from trees of its own
over all arcs. By weak duality any prices that are not negative bound the cost
of every answer from below; an answer that meets the bound is optimal.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from corridors.errors import CertificateError

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats, Ints
    from corridors.flow.problem import FlowProblem

TOLERANCE = 1e-6
"""Largest relative gap or residual with which an answer is returned."""


@dataclass(frozen=True)
class Certificate:
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
    length = _shortest(problem, limit_price)
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


def _shortest(p: FlowProblem, price: Floats) -> Floats:
    """Return the length of each commodity's shortest path under costs and prices, shape (K,)."""
    weight = p.cost.copy()
    hard_zero = (p.bound <= 0) & np.isinf(p.excess_price)
    _charge(weight, price, hard_zero, p.member_limit, p.member_arc, p.member_class, p.member_factor)
    weight[:, p.closed] = np.inf
    order = np.lexsort((p.origin, p.commodity_class))
    leaving = np.argsort(p.tail, kind="stable")
    start = np.zeros(p.n_nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(p.tail, minlength=p.n_nodes), out=start[1:])
    return _lengths(
        start, p.head[leaving], np.ascontiguousarray(weight[:, leaving]), order, p.origin,
        p.destination, p.commodity_class,
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
def _lengths(start, head, weight, order, origin, destination, commodity_class):
    """Return each commodity's shortest length; one tree for those of one origin and class.

    The heap holds each node once and knows where it stands.
    """
    n_nodes = len(start) - 1
    result = np.full(len(order), np.inf)
    dist = np.full(n_nodes, np.inf)
    heap = np.empty(n_nodes, dtype=np.int64)
    where = np.full(n_nodes, -1, dtype=np.int64)
    wanted = np.zeros(n_nodes, dtype=np.bool_)
    i = 0
    while i < len(order):
        o, c = origin[order[i]], commodity_class[order[i]]
        end = i
        left = 0
        while end < len(order) and origin[order[end]] == o and commodity_class[order[end]] == c:
            if not wanted[destination[order[end]]]:
                wanted[destination[order[end]]] = True
                left += 1
            end += 1
        dist[:] = np.inf
        where[:] = -1
        dist[o] = 0.0
        heap[0] = o
        where[o] = 0
        size = 1
        while size > 0 and left > 0:
            node = heap[0]
            if wanted[node]:
                left -= 1
                wanted[node] = False
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
                other = head[s]
                new = dist[node] + weight[c, s]
                if new < dist[other]:
                    if where[other] < 0:
                        where[other] = size
                        size += 1
                    dist[other] = new
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
            wanted[destination[order[j]]] = False
            result[order[j]] = dist[destination[order[j]]]
        i = end
    return result
