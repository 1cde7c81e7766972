r"""What the prices of one set of projects say of every other set: the cuts of the program.

Let :math:`\pi` be the prices of the limits under one set, and :math:`\bar c = c + \pi a` what a
unit then pays on an arc. By weak duality any node numbers :math:`y` with
:math:`y_j - y_i \le \bar c_{ij}` on the arcs that are open bound the cost from below. An arc that
another project would open may break this by :math:`\gamma_{ij} > 0`, if each unit that could use it
is charged for: the bound falls by the demand times :math:`\gamma` where that project is built
(the disaggregated cuts of fixed-charge network design; Magnanti and Wong 1981, 1984). So

.. math:: z(x) \ge z(\hat x) + \sum_k g_k \, (\hat x_k - x_k)

over the keys :math:`k`, with :math:`g_k` the value of the limits' steps at their prices, and
:math:`\sum \gamma d` of the arcs behind the key. The node numbers of a demand are
:math:`y_i = \min(f_i, v - b_i)`: from its origin over what is open, and from the value of the
demand back over what could be. With them a unit is charged what going that way would save at
most, and only where it would save anything. A limit on nothing but the new arcs of one key takes
a price of its own where that makes the charge smaller: no more can gain than fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.proof.trees import lengths_at

if TYPE_CHECKING:
    from corridors.analysis.expansion.recourse import Key, Outcome, Recourse
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.problem import FlowProblem

_SLACK = 1e-9
"""Share by which a charge is rounded up, so that rounding never makes a cut too high."""


@dataclass(frozen=True)
class Cut:
    """A bound on the cost under a scenario, for every set of projects, in USD a day.

    Attributes
    ----------
    constant
        The bound where no key is met.
    gains
        By how much at most it falls where a key is met.
    """

    constant: float
    gains: dict[Key, float]

    def at(self, built: Key) -> float:
        """Return the bound for a set of projects."""
        return self.constant - sum(g for key, g in self.gains.items() if key & built)


def cut(recourse: Recourse, outcome: Outcome) -> Cut:
    """Return what an outcome says of every other set of projects.

    Parameters
    ----------
    recourse
        The second stage under a scenario.
    outcome
        What one set leads to under it.
    """
    problem, price, value = outcome.priced
    gains: dict[Key, float] = {}
    for s in recourse.steps:
        worth = float(price[s.limit]) * s.more
        if worth > 0:
            gains[s.key] = gains.get(s.key, 0.0) + worth
    for r, key in recourse.only.items():
        # What lets nothing pass without the key holds nothing back without it either.
        worth = float(price[r]) * float(problem.bound[r])
        if key & outcome.built and 0 < worth < np.inf:
            gains[key] = gains.get(key, 0.0) + worth
    for key, worth in _openings(recourse, outcome.built, problem, price).items():
        gains[key] = gains.get(key, 0.0) + worth * (1 + _SLACK)
    met = sum(g for key, g in gains.items() if key & outcome.built)
    return Cut(value + met, gains)


def _openings(
    recourse: Recourse, built: Key, problem: FlowProblem, price: Floats
) -> dict[Key, float]:
    """Return what the arcs that wait for other projects could save at most, by key."""
    gate = _gates(recourse, built, problem)
    if not gate:
        return {}
    all_open = recourse.problem
    charged = problem.cost.copy()
    np.add.at(
        charged,
        (problem.member_class, problem.member_arc),
        price[problem.member_limit] * problem.member_factor,
    )
    wide, now = charged.copy(), charged
    _shut(wide, all_open.bound, all_open.closed, problem)
    _shut(now, problem.bound, problem.closed, problem)
    single = problem.by_step
    here, there = (np.repeat(lengths_at(problem, w), max(problem.n_steps, 1)) for w in (now, wide))
    worth = np.minimum(here, single.penalty)
    gainers = np.flatnonzero((there < worth - 1e-9) & (single.amount > 0))
    if not len(gainers):
        return {}
    arcs = np.array(sorted(gate), dtype=np.int64)
    saved = _saved(single, gainers, worth[gainers], now, wide, arcs)
    own = {r: key for r, key in recourse.only.items() if not key & built}
    return _capped(own, problem, single, gainers, saved, arcs, gate)


def _gates(recourse: Recourse, built: Key, problem: FlowProblem) -> dict[int, Key]:
    """Return the arcs that wait for projects, each with the key that it waits for."""
    gate = {int(a): recourse.keys[recourse.gate[a]] for a in np.flatnonzero(recourse.shut(built))}
    # A limit of 0 shuts its members until a project lifts it.
    for s in recourse.steps:
        if s.below <= 0 and problem.bound[s.limit] <= 0:
            for a in problem.member_arc[problem.member_limit == s.limit].tolist():
                gate.setdefault(a, s.key)
    return gate


def _shut(weight: Floats, bound: Floats, closed: Flags, p: FlowProblem) -> None:
    """Make what is closed, or limited to 0, infinitely dear, shape (C, A)."""
    none = bound[p.member_limit] <= 0
    weight[p.member_class[none], p.member_arc[none]] = np.inf
    weight[:, closed] = np.inf


def _saved(
    p: FlowProblem, gainers: Ints, worth: Floats, now: Floats, wide: Floats, arcs: Ints
) -> Floats:
    """Return what a unit of each gainer could save by each waiting arc, shape (G, W)."""
    kinds = p.commodity_class[gainers]
    ends = np.stack([p.tail[arcs], p.head[arcs]])
    start = _distances(p.tail, p.head, now, p.origin[gainers], kinds, p.n_nodes)[:, ends]
    left = _distances(p.head, p.tail, wide, p.destination[gainers], kinds, p.n_nodes)[:, ends]
    number = np.minimum(start, worth[:, None, None] - left)
    with np.errstate(invalid="ignore"):
        saved = number[:, 1] - number[:, 0] - wide[kinds][:, arcs]
    # From where the destination cannot be reached, or over what the cargo may not use: nothing.
    return np.where(np.isfinite(saved), np.maximum(saved, 0.0), 0.0)


def _distances(
    tail: Ints, head: Ints, weight: Floats, root: Ints, kinds: Ints, n_nodes: int
) -> Floats:
    """Return how far each node is from each root by its class, shape (G, N); by Bellman and Ford.

    Parameters
    ----------
    tail, head
        Ends of the arcs, shape (A,); the other way round for distances to the roots.
    weight
        By class and arc, shape (C, A).
    root, kinds
        Node and class of each tree, shape (G,).
    n_nodes
        Number of nodes.
    """
    pairs, back = np.unique(np.stack([root, kinds]), axis=1, return_inverse=True)
    order = np.argsort(head, kind="stable")
    into, first = np.unique(head[order], return_index=True)
    found = np.full((pairs.shape[1], n_nodes), np.inf)
    found[np.arange(pairs.shape[1]), pairs[0]] = 0.0
    cost = weight[pairs[1]][:, order]
    moving = np.arange(pairs.shape[1])
    while len(moving):
        before = found[moving]
        best = np.minimum.reduceat(before[:, tail[order]] + cost[moving], first, axis=1)
        after = before.copy()
        after[:, into] = np.minimum(before[:, into], best)
        found[moving] = after
        moving = moving[(after < before).any(axis=1)]
    return np.asarray(found[back.ravel()])


def _capped(
    only: dict[int, Key],
    problem: FlowProblem,
    single: FlowProblem,
    gainers: Ints,
    saved: Floats,
    arcs: Ints,
    gate: dict[int, Key],
) -> dict[Key, float]:
    """Return what waiting arcs could save in all, by key, where no more gains than fits."""
    column = {a: i for i, a in enumerate(arcs.tolist())}
    amount, kinds = single.amount[gainers], single.commodity_class[gainers]
    found: dict[Key, float] = {}
    left = saved.copy()
    for r, key in only.items():
        own = np.flatnonzero(problem.member_limit == r)
        own = own[np.isin(problem.member_arc[own], arcs)]
        if not len(own) or not np.isfinite(problem.bound[r]):
            continue
        factor = np.zeros((problem.n_classes, len(arcs)))
        for m in own.tolist():
            place = problem.member_class[m], column[int(problem.member_arc[m])]
            factor[place] = problem.member_factor[m]
        mine = factor[kinds]
        price = _best_price(left, mine, amount, float(problem.bound[r]))
        if price > 0:
            left = np.maximum(left - price * mine, 0.0)
            found[key] = found.get(key, 0.0) + price * float(problem.bound[r])
    for a, i in column.items():
        found[gate[a]] = found.get(gate[a], 0.0) + float(left[:, i] @ amount)
    return found


def _best_price(saved: Floats, factor: Floats, amount: Floats, bound: float) -> float:
    """Return the price of a limit at which what is charged for its members is least.

    The charge is ``price * bound`` plus what each unit saves beyond the price of what it takes:
    convex in the price, and least where those that save more, by unit of the limit, just fill it.
    """
    on = (factor > 0) & (saved > 0)
    if not on.any():
        return 0.0
    ratio = saved[on] / factor[on]
    takes = (np.broadcast_to(amount[:, None], saved.shape) * factor)[on]
    order = np.argsort(-ratio, kind="stable")
    full = np.flatnonzero(np.cumsum(takes[order]) > bound)
    return float(ratio[order][full[0]]) if len(full) else 0.0
