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
from corridors.flow.compiling import plain, plain_part
from corridors.flow.proof.members import use
from corridors.flow.proof.sums import add, exact_sum, rounded
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
    trees = Trees() if trees is None else trees
    # What cost plus loss is the sum of: paths, shortfalls, and what is paid for exceeding limits.
    spent = np.empty(len(path_commodity) + p.n_commodities + 1)
    over, worth = np.empty(p.n_limits), np.empty(p.n_commodities + p.n_limits)
    priced, gives_way, off, shut, limited, idle, through = _follow(
        p.tail, p.head, p.cost, p.origin, p.destination, p.closed, p.amount, shortfall,
        p.commodity_class, path_commodity, path_start, path_arcs, path_amount,
        *trees.members(p).by_limit, p.bound, p.excess_price, limit_price, spent, over,
    )  # fmt: skip
    if not priced:
        msg = f"a price is {limit_price.min()}; prices of limits cannot be negative"
        raise CertificateError(msg)
    paid, unpaid = 0.0, 0.0
    if gives_way:
        if (limit_price > p.excess_price * (1 + TOLERANCE)).any():
            msg = "a limit is priced above what exceeding it costs"
            raise CertificateError(msg)
        limit_price = np.minimum(limit_price, p.excess_price)
        soft = np.isfinite(p.excess_price)
        excess = np.maximum(over[soft], 0.0)
        paid = exact_sum(excess * p.excess_price[soft])
        unpaid = float((excess * (p.excess_price[soft] - limit_price[soft])).max())
    # Sums that are rounded once do not depend on the order of their terms, nor on those of 0.
    objective, sure, bound, sure_too = _terms(
        len(path_commodity), shortfall, p.penalty, paid, trees.lengths(p, limit_price), p.amount,
        limit_price, p.bound, spent, worth,
    )  # fmt: skip
    objective, bound = rounded(objective, sure, spent), rounded(bound, sure_too, worth)
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
    path_start, path_arcs, path_amount, flow, carries, run_first, run_start, run_arc, cell, factor,
    bound, excess_price, price, paid, over,
):  # fmt: skip
    """Follow the paths from arc to arc, and return what becomes of them.

    Whether all prices are such, and whether any limit gives way at a price; by how much balances
    fail at most, as a share of what flows of the commodity; what runs on closed arcs; and how the
    flow stands to limits, as `_against_limits` says. A demand far above all that flows must not
    hide what is wrong with the flow. What each path costs is filled, and what is above each limit.
    """
    served = np.zeros(len(origin))
    astray = np.zeros(len(origin))
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
    use(
        commodity_class, path_commodity, path_start, path_arcs, path_amount, flow, carries,
        run_first, run_start, run_arc, cell, factor, over,
    )  # fmt: skip
    priced, gives_way = True, False
    for r in range(len(price)):
        priced = priced and price[r] >= 0.0
        gives_way = gives_way or excess_price[r] < np.inf
    limited, idle, through = _against_limits(over, bound, excess_price, price)
    return priced, gives_way, worst, shut, limited, idle, through


@plain
def _terms(n_paths, short, penalty, paid, length, amount, price, bound, spent, worth):
    """Fill what else cost plus loss is the sum of, and what the value of the prices is.

    Returns both sums, and of each whether it is the number next to the exact one.
    """
    for k in range(len(amount)):
        spent[n_paths + k] = penalty[k] * short[k] if short[k] != 0.0 else 0.0
        worth[k] = min(length[k], penalty[k]) * amount[k]
    spent[len(spent) - 1] = paid
    for r in range(len(price)):
        worth[len(amount) + r] = 0.0
        if price[r] > 0.0 and bound[r] < np.inf:
            worth[len(amount) + r] = -(price[r] * bound[r])
    objective, sure = add(spent)
    value, sure_too = add(worth)
    return objective, sure, value, sure_too


@plain_part
def _against_limits(use, bound, excess_price, price):
    """Return of hard limits the most above one as a share of it.

    Then the largest value of room that is priced and not used, and what passes through hard limits
    of 0. A limit without end that is priced is worth all there is. What is above each limit takes
    the place of its use.
    """
    limited, idle, shut = 0.0, 0.0, 0.0
    for r in range(len(use)):
        over = use[r] - bound[r]
        if bound[r] < np.inf:
            if excess_price[r] == np.inf:
                limited = max(limited, over / max(bound[r], 1e-9))
                if bound[r] <= 0.0:
                    shut += use[r]
            if price[r] > 0.0:
                idle = max(idle, min(price[r], excess_price[r]) * max(-over, 0.0))
        elif price[r] > 0.0 and excess_price[r] > 0.0:
            idle = np.inf
        use[r] = over if bound[r] < np.inf else 0.0
    return limited, idle, shut
