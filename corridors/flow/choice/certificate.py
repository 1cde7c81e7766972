"""The proof that flows are those of the choice model, computed from the answer alone.

Nothing here is shared with what finds the answer: what routes cost, share and take
is added up again from their arcs, flows are held against the formula at the
prices, and a primal value is held against the dual one. The primal program
maximises the benefit of what travels less its cost, plus the entropy of the choice
of routes, within the limits, and softly at the counts (Bell and Shield 1995); by
weak duality any prices bound it.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.display import Card
from corridors.errors import CertificateError
from corridors.flow.choice.proof_of_waits import with_waits
from corridors.flow.proof.trees import lengths_at

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats, Ints
    from corridors.flow.choice.model import ChoiceModel
    from corridors.flow.problem import FlowProblem

TOLERANCE = 1e-6
"""Largest relative gap or residual with which an answer is returned."""

SAME = 1e-9
"""Relative difference of lengths up to which paths are the same to the last digits of prices."""

MISSING = 1e-3
"""Largest share of its commodity that a route outside the set may take."""


_FAR = 1e300
"""Cost of a route that is closed, where routes are held against each other."""


@dataclass(frozen=True)
class ChoiceCertificate(Card):
    """How far flows are from those of the choice model; 0 for exact arithmetic.

    Attributes
    ----------
    objective
        Cost plus loss of the answer, the value of the choice among routes taken off.
    bound
        What no flows can undercut: the value of the prices.
    relative_gap
        ``(objective - bound) / max(1, cost plus loss)``.
    balance_residual
        Largest flow on what is no path of its commodity, relative to its amount.
    capacity_residual
        Largest excess over a limit, relative to it.
    closed_flow
        Flow on closed arcs and through limits of 0, in all; must be exactly 0.
    complementarity
        Largest value of unused room that is priced, relative to cost plus loss; where waits rise
        with use, share of its room by which a flow is not what the wait at its price lets pass.
    choice_residual
        Largest difference of a flow from the formula at the prices, relative to the
        amount of its commodity.
    count_residual
        Largest difference of a fitted count from what its multiplier says, relative to it, or
        to its softness where that is more.
    missing_share
        Share that the cheapest route outside the set would take at the prices, of the
        commodity where that is most; 0 where the cheapest of all routes are in the set.
    """

    objective: float
    bound: float
    relative_gap: float
    balance_residual: float
    capacity_residual: float
    closed_flow: float
    complementarity: float
    choice_residual: float
    count_residual: float
    missing_share: float

    @property
    def ok(self) -> bool:
        """Whether the answer may be returned."""
        worst = max(
            abs(self.relative_gap),
            self.balance_residual,
            self.capacity_residual,
            self.complementarity,
            self.choice_residual,
            self.count_residual,
        )
        return bool(
            worst <= TOLERANCE and self.closed_flow == 0.0 and self.missing_share <= MISSING
        )

    def to_dict(self) -> dict[str, float]:
        """Return the figures by name."""
        return asdict(self)


def certify_choice(
    problem: FlowProblem,
    model: ChoiceModel,
    commodity: Ints,
    start: Ints,
    arcs: Ints,
    flow: Floats,
    limit_price: Floats,
    multiplier: Floats,
    *,
    whole: bool = True,
) -> ChoiceCertificate:
    """Prove flows on a set of routes, or find out by how much the proof fails.

    Parameters
    ----------
    problem, model
        What was asked.
    commodity, start, arcs, flow
        All routes that could be chosen: commodity of each, rising (P,), offsets (P + 1,)
        into arc numbers, units (P,).
    limit_price, multiplier
        Price of each limit (R,), not negative, and multiplier of each count (M,).
    whole
        Whether routes outside the set are looked for; if not, the set is the question's.

    Raises
    ------
    CertificateError
        Where a price is negative, not a number, or above what exceeding its limit costs.
    """
    p = problem
    _check_prices(p, limit_price)
    at = _Routes(p, commodity, start, arcs)
    weight = _weights(p, model, limit_price, multiplier)
    own = _own_row(p, model)
    listed = at.total(p.cost[p.commodity_class[at.k], arcs])
    paid = at.total(weight[own[at.k], arcs])
    ordinary = _weights(p, model, *np.split(model.weighing(p), [p.n_limits]))
    # A flow that is wrongly on a closed arc is told below; its route counts last here.
    weighed = np.minimum(at.total(ordinary[own[at.k], arcs]), _FAR)
    log_size = _log_sizes(at, p.cost[p.commodity_class[at.k], arcs], weighed, model.scale)
    composite, share = _composite(p, model, at, log_size - model.scale[commodity] * paid)
    volume, surplus = _curve(model, composite)
    amount = np.maximum(np.maximum(model.most, p.amount), 1e-9)
    formula = volume[commodity] * share
    carried = np.bincount(commodity, flow, p.n_commodities).astype(np.float64)
    use = at.flow_by_class(flow)
    taken = _taken(use, p.member_limit, p.member_arc, p.member_class, p.member_factor, p.n_limits)
    finite, soft = np.isfinite(p.bound), np.isfinite(p.excess_price)
    room = np.where(finite, p.bound, 0.0)
    over = np.where(finite, taken - room, 0.0)
    hard_over = np.where(soft, 0.0, np.maximum(over, 0.0)) / np.maximum(room, 1e-9)
    shut = (p.bound <= 0) & ~soft
    closed_flow = float(taken[shut].sum() + use[:, p.closed].sum())
    counted = at.counted(flow, model)
    # The primal value of these flows, and the dual value of these prices.
    excess = np.where(soft, np.maximum(over, 0.0), 0.0)
    fees = math.fsum((excess[soft] * p.excess_price[soft]).tolist())
    usd = math.fsum((listed * flow).tolist())
    stays = np.where(model.knee == 1.0, model.most * model.middle, 0.0)
    lost = np.where(model.knee == 1.0, model.middle * np.maximum(model.most - carried, 0.0), 0.0)
    scale = max(1.0, usd + float(lost.sum()) + fees)
    spread = _entropy(flow, carried[commodity], log_size) / model.scale[commodity]
    parts = np.concatenate([[usd, fees], spread, stays, -_benefit(model, carried)])
    objective = math.fsum(parts.tolist())
    # A limit that is overrun bounds what it lets pass; by how much it is overrun stands elsewhere.
    passed = np.where(soft, room, np.maximum(room, np.where(finite, taken, 0.0)))
    worth, idle = passed * limit_price, limit_price * np.maximum(-over, 0.0)
    area, misfit = with_waits(model.waits, limit_price, taken, worth, idle)
    objective += area
    bound = math.fsum(np.concatenate([-surplus, -worth, stays]).tolist())
    counts, count_residual = model.counts, 0.0
    if counts.fitted and counts.size:
        missed = counts.observed - counted
        objective += math.fsum((missed**2 / counts.softness / 2.0).tolist())
        prior = counts.softness * multiplier**2 / 2.0
        bound += math.fsum((counts.observed * multiplier - prior).tolist())
        off = np.abs(missed - counts.softness * multiplier)
        count_residual = float((off / np.maximum(np.abs(counts.observed), counts.softness)).max())
    elif counts.size:
        objective -= float(multiplier @ counted)
    unpaid = excess[soft] * (p.excess_price[soft] - limit_price[soft])
    return ChoiceCertificate(
        objective=objective,
        bound=bound,
        relative_gap=(objective - bound) / scale,
        balance_residual=float((at.astray(p, flow) / amount[commodity]).max(initial=0.0)),
        capacity_residual=float(hard_over.max(initial=0.0)),
        closed_flow=closed_flow,
        complementarity=max(
            float(max(idle.max(initial=0.0), unpaid.max(initial=0.0))) / scale, misfit
        ),
        choice_residual=float((np.abs(flow - formula) / amount[commodity]).max(initial=0.0)),
        count_residual=count_residual,
        missing_share=_missing(p, model, weight, own, at, paid, composite) if whole else 0.0,
    )


def _check_prices(p: FlowProblem, limit_price: Floats) -> None:
    if not np.isfinite(limit_price).all() or (limit_price < 0).any():
        msg = "a price of a limit is negative or no number"
        raise CertificateError(msg)
    if (limit_price > p.excess_price * (1 + TOLERANCE)).any():
        msg = "a limit is priced above what exceeding it costs"
        raise CertificateError(msg)


class _Routes:
    """Routes added up anew."""

    def __init__(self, p: FlowProblem, commodity: Ints, start: Ints, arcs: Ints) -> None:
        self.p, self.commodity, self.start, self.arcs = p, commodity, start, arcs
        self.size = len(commodity)
        self.route = np.repeat(np.arange(self.size), np.diff(start))
        self.k = commodity[self.route]

    def total(self, values: Floats) -> Floats:
        """Return sums over the arcs of each route, shape (P,)."""
        return np.bincount(self.route, values, self.size).astype(np.float64)

    def flow_by_class(self, flow: Floats) -> Floats:
        """Return the flow by class and arc, shape (C, A)."""
        into = np.zeros((self.p.n_classes, self.p.n_arcs))
        np.add.at(into, (self.p.commodity_class[self.k], self.arcs), flow[self.route])
        return into

    def counted(self, flow: Floats, model: ChoiceModel) -> Floats:
        """Return what flows add to counts, shape (M,)."""
        p, counts = self.p, model.counts
        by_commodity = np.zeros((p.n_commodities, p.n_arcs))
        np.add.at(by_commodity, (self.k, self.arcs), flow[self.route])
        c, one = counts.member_class, counts.member_commodity
        arc = counts.member_arc
        by_class = self.flow_by_class(flow)
        units = np.where(c < 0, by_class.sum(axis=0)[arc], by_class[np.maximum(c, 0), arc])
        meant = (c < 0) | (p.commodity_class[np.maximum(one, 0)] == c)
        alone = np.where(meant, by_commodity[np.maximum(one, 0), arc], 0.0)
        units = np.where(one < 0, units, alone)
        return np.bincount(counts.member_count, units * counts.member_factor, counts.size).astype(
            np.float64
        )

    def astray(self, p: FlowProblem, flow: Floats) -> Floats:
        """Return the flow of routes that are no path from origin to destination, shape (P,)."""
        lengths = np.diff(self.start)
        bad = (lengths == 0) & (p.origin[self.commodity] != p.destination[self.commodity])
        some = lengths > 0
        first, last = self.start[:-1][some], self.start[1:][some] - 1
        ends = (p.tail[self.arcs[first]] != p.origin[self.commodity[some]]) | (
            p.head[self.arcs[last]] != p.destination[self.commodity[some]]
        )
        bad[some] |= ends
        joined = self.route[1:] == self.route[:-1]
        broken = joined & (p.head[self.arcs[:-1]] != p.tail[self.arcs[1:]])
        bad[self.route[1:][broken]] = True
        return np.where(bad, np.abs(flow), 0.0)


def _taken(
    flow: Floats, limit: Ints, arc: Ints, only: Ints, factor: Floats, n_limits: int
) -> Floats:
    """Return what a flow by class and arc takes of each limit, shape (R,)."""
    total = flow.sum(axis=0)
    units = np.where(only < 0, total[arc], flow[np.maximum(only, 0), arc])
    return np.bincount(limit, units * factor, n_limits).astype(np.float64)


def _weights(p: FlowProblem, model: ChoiceModel, price: Floats, multiplier: Floats) -> Floats:
    """Return costs at prices and multipliers: a row for each class, then for commodities alone.

    Shape (C + N, A), infinite where an arc is closed; N commodities are told apart by counts.
    """
    counts = model.counts
    alone = _told_apart(model)
    class_of = np.concatenate([np.arange(p.n_classes), p.commodity_class[alone]])
    commodity = np.concatenate([np.full(p.n_classes, -1), alone])
    weight: Floats = p.cost[class_of].copy()
    shut = (p.bound <= 0) & np.isinf(p.excess_price)
    charge = np.where(shut, np.inf, price)[p.member_limit]
    some = (p.member_factor > 0) & (charge > 0)
    only, paid, arc = p.member_class[some], (charge * p.member_factor)[some], p.member_arc[some]
    one, kind = counts.member_commodity, counts.member_class
    worth = multiplier[counts.member_count] * counts.member_factor
    for row, (c, k) in enumerate(zip(class_of.tolist(), commodity.tolist(), strict=True)):
        meant = (only < 0) | (only == c)
        np.add.at(weight[row], arc[meant], paid[meant])
        meant = ((kind < 0) | (kind == c)) & ((one < 0) | (one == k))
        np.add.at(weight[row], counts.member_arc[meant], -worth[meant])
    weight[:, p.closed] = np.inf
    return weight


def _told_apart(model: ChoiceModel) -> Ints:
    """Return the commodities that some count is of alone, rising."""
    one = model.counts.member_commodity
    return np.unique(one[one >= 0])


def _own_row(p: FlowProblem, model: ChoiceModel) -> Ints:
    """Return the row of the weights that each commodity goes by, shape (K,)."""
    own = p.commodity_class.copy()
    alone = _told_apart(model)
    own[alone] = p.n_classes + np.arange(len(alone))
    return own


def _log_sizes(at: _Routes, cost: Floats, weighed: Floats, scale: Floats) -> Floats:
    """Return the logarithm of each route's path-size factor, shape (P,).

    A route counts among the users of an arc by what it costs beyond the best of them.
    """
    order = np.lexsort((weighed[at.route], at.arcs, at.k))
    begins = np.ones(len(order), dtype=np.bool_)
    begins[1:] = (np.diff(at.k[order]) != 0) | (np.diff(at.arcs[order]) != 0)
    group = np.cumsum(begins) - 1
    behind = weighed[at.route[order]]
    # The first of a group is the best user of the arc.
    behind = behind - behind[begins][group]
    counts = np.bincount(group, np.exp(-scale[at.k[order]] * behind)) if len(order) else behind
    many = np.empty(len(order))
    many[order] = counts[group]
    free = at.total(cost)[at.route] <= 0
    length = np.where(free, 1.0, cost)
    whole = at.total(length)
    own = at.total(length / many) if len(many) else np.zeros(at.size)
    return np.log(np.where(whole > 0, own / np.where(whole > 0, whole, 1.0), 1.0))


def _composite(
    p: FlowProblem, model: ChoiceModel, at: _Routes, utility: Floats
) -> tuple[Floats, Floats]:
    """Return the composite cost of each commodity and the share of each route."""
    composite = np.full(p.n_commodities, np.inf)
    share = np.zeros(at.size)
    if not at.size:
        return composite, share
    first = np.flatnonzero(np.diff(at.commodity, prepend=-1))
    logsum = np.logaddexp.reduceat(utility, first)
    composite[at.commodity[first]] = -logsum / model.scale[at.commodity[first]]
    each = np.repeat(logsum, np.diff(np.append(first, at.size)))
    with np.errstate(invalid="ignore"):
        share = np.where(np.isfinite(each), np.exp(utility - each), 0.0)
    return composite, share


def _curve(model: ChoiceModel, composite: Floats) -> tuple[Floats, Floats]:
    """Return volume and surplus of each commodity at its composite cost."""
    has = np.isfinite(composite)
    x = np.where(has, model.steepness * (np.where(has, composite, 0.0) - model.middle), 0.0)
    volume = model.most * np.exp(-np.logaddexp(0.0, model.knee * x) / model.knee)
    # asinh(exp(-x)) by its logarithm, which does not overflow.
    far = np.logaddexp(-x, 0.5 * np.logaddexp(0.0, -2.0 * x))
    area = np.where(model.knee == 1.0, np.logaddexp(0.0, -x), far)
    return np.where(has, volume, 0.0), np.where(has, model.most / model.steepness * area, 0.0)


def _benefit(model: ChoiceModel, volume: Floats) -> Floats:
    """Return what the units that travel are worth: the area under the curve from 0 to them."""
    part = np.clip(np.divide(volume, model.most, out=np.zeros_like(volume), where=model.most > 0),
                   0.0, 1.0)  # fmt: skip
    some = part > 0
    safe = np.where(some, part, 0.5)
    fewer = -model.knee * np.log(safe)
    # Of hardly anything the 1 is lost in what stands before it, which would overflow.
    hardly = fewer > 500.0
    with np.errstate(divide="ignore"):
        x = np.log(np.expm1(np.where(hardly, 1.0, np.maximum(fewer, 0.0)))) / model.knee
    x = np.where(hardly, fewer / model.knee, x)
    # What travels in full has no last unit that would rather stay.
    far = np.where(np.isfinite(x), x, -40.0)
    cost = model.middle + far / model.steepness
    _, surplus = _curve(model, cost)
    full = part * model.most
    return np.where(some, surplus + cost * full, 0.0)


def _entropy(flow: Floats, carried: Floats, log_size: Floats) -> Floats:
    """Return ``f ln(f / (D PS))`` of each route."""
    some = (flow > 0) & (carried > 0)
    ratio = np.where(some, flow, 1.0) / np.where(some, carried, 1.0)
    return np.where(some, flow * (np.log(ratio) - log_size), 0.0)


def _missing(
    p: FlowProblem,
    model: ChoiceModel,
    weight: Floats,
    own: Ints,
    at: _Routes,
    paid: Floats,
    composite: Floats,
) -> float:
    """Return the largest share that the cheapest route outside the set would take."""
    cheapest = np.full(p.n_commodities, np.inf)
    np.minimum.at(cheapest, at.commodity, paid)
    # No weight below 0: a multiplier may be worth more than the arc that it stands on.
    # Of a commodity of which nothing is wanted no length is asked.
    length = lengths_at(p, np.maximum(weight, 0.0), own, np.flatnonzero(model.most > 0))
    near = SAME * (1.0 + np.where(np.isfinite(cheapest), np.abs(cheapest), 0.0))
    missing = np.isfinite(length) & (length < cheapest - near)
    if not missing.any():
        return 0.0
    # With it the commodity travels at the composite cost of both, and as much as that brings.
    scale, safe = model.scale, np.where(missing, length, 0.0)
    joint = -np.logaddexp(-scale * composite, -scale * safe) / scale
    volume, _ = _curve(model, joint)
    whole = np.where(p.amount > 0, np.minimum(p.amount, model.most), model.most)[missing]
    taken = (volume * np.exp(scale * (joint - safe)))[missing]
    return float((taken / whole).max())
