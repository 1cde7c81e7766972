"""The proof that an answer is right, computed from the answer alone.

Nothing here is shared with the engine: flows are added up again from the
paths, and the shortest paths that bound the optimum come from trees of its own
over all arcs. Trees of an earlier answer are used again where a fresh one would
be the same to the last bit. By weak duality any prices that are not negative bound the cost
of every answer from below; an answer that meets the bound is optimal.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.display import Card
from corridors.errors import CertificateError
from corridors.flow.compiling import plain
from corridors.flow.proof.sums import exact_sum
from corridors.flow.proof.trees import Trees

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats, Ints
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
    if not (limit_price >= 0).all():
        msg = f"a price is {limit_price.min()}; prices of limits cannot be negative"
        raise CertificateError(msg)
    soft = np.isfinite(p.excess_price)
    gives_way = soft.any()
    if gives_way:
        if (limit_price > p.excess_price * (1 + TOLERANCE)).any():
            msg = "a limit is priced above what exceeding it costs"
            raise CertificateError(msg)
        limit_price = np.minimum(limit_price, p.excess_price)
    trees = Trees() if trees is None else trees
    paths = p.commodity_class, path_commodity, path_start, path_arcs, path_amount
    cost, off, shut = _follow(
        p.tail, p.head, p.cost, p.origin, p.destination, p.closed, p.amount, shortfall, *paths
    )
    use = trees.members(p).use(*paths)
    over, limited, idle, through = _against_limits(use, p.bound, p.excess_price, limit_price)
    paid, unpaid = 0.0, 0.0
    if gives_way:
        excess = np.maximum(over[soft], 0.0)
        paid = exact_sum(excess * p.excess_price[soft])
        unpaid = float((excess * (p.excess_price[soft] - limit_price[soft])).max())
    # Sums that are rounded once do not depend on the order of their terms, nor on those of 0.
    spent, worth = _terms(
        cost, shortfall, p.penalty, paid, trees.lengths(p, limit_price), p.amount, limit_price,
        p.bound,
    )  # fmt: skip
    objective, bound = exact_sum(spent), exact_sum(worth)
    scale = max(1.0, abs(objective))
    return Certificate(
        objective=objective,
        bound=bound,
        relative_gap=(objective - bound) / scale,
        balance_residual=off,
        capacity_residual=limited,
        closed_flow=shut + through,
        complementarity=max(idle, unpaid) / scale,
    )


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


@plain
def _follow(
    tail, head, cost, origin, destination, closed, amount, short, commodity_class, path_commodity,
    path_start, path_arcs, path_amount,
):  # fmt: skip
    """Follow the paths from arc to arc, and return what becomes of them.

    That is the cost of each; by how much balances fail at most, as a share of what flows of the
    commodity; and what runs on closed arcs. A demand far above all that flows must not hide what
    is wrong with the flow.
    """
    served = np.zeros(len(origin))
    astray = np.zeros(len(origin))
    paid = np.zeros(len(path_commodity))
    shut = 0.0
    for i in range(len(path_commodity)):
        k, units = path_commodity[i], path_amount[i]
        c = commodity_class[k]
        at = origin[k]
        whole = units >= 0
        each = 0.0
        for j in range(path_start[i], path_start[i + 1]):
            arc = path_arcs[j]
            whole = whole and tail[arc] == at
            at = head[arc]
            each += cost[c, arc]
            if closed[arc]:
                shut += abs(units)
        paid[i] = each * units
        served[k] += units
        if not whole or at != destination[k]:
            astray[k] += abs(units)
    worst = 0.0
    for k in range(len(amount)):
        whole_amount = max(abs(served[k]), min(amount[k], 1.0), 1e-9)
        off = abs(served[k] + short[k] - amount[k])
        if off > 0.0:
            off = max(off - 4.0 * np.spacing(amount[k]), 0.0)
        worst = max(worst, max(astray[k], off, -short[k]) / whole_amount)
    return paid, worst, shut


@plain
def _terms(cost, short, penalty, paid, length, amount, price, bound):
    """Return what cost plus loss is the sum of, and what the value of the prices is."""
    spent = np.empty(len(cost) + len(short) + 1)
    for i in range(len(cost)):
        spent[i] = cost[i]
    worth = np.zeros(len(amount) + len(price))
    for k in range(len(amount)):
        spent[len(cost) + k] = penalty[k] * short[k] if short[k] != 0.0 else 0.0
        worth[k] = min(length[k], penalty[k]) * amount[k]
    spent[len(spent) - 1] = paid
    for r in range(len(price)):
        if price[r] > 0.0 and bound[r] < np.inf:
            worth[len(amount) + r] = -(price[r] * bound[r])
    return spent, worth


@plain
def _against_limits(use, bound, excess_price, price):
    """Return what is above each limit, and of hard ones the most as a share of the limit.

    Then the largest value of room that is priced and not used, and what passes through hard limits
    of 0. A limit without end that is priced is worth all there is.
    """
    over = np.zeros(len(use))
    limited, idle, shut = 0.0, 0.0, 0.0
    for r in range(len(use)):
        if bound[r] < np.inf:
            over[r] = use[r] - bound[r]
            if excess_price[r] == np.inf:
                limited = max(limited, over[r] / max(bound[r], 1e-9))
                if bound[r] <= 0.0:
                    shut += use[r]
            if price[r] > 0.0:
                idle = max(idle, price[r] * max(-over[r], 0.0))
        elif price[r] > 0.0:
            idle = np.inf
    return over, limited, idle, shut
