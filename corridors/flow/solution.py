"""What a last basis answers: the same paths, amounts and prices however it was reached.

Two ways to the same basis leave it in different orders and with different
rounding; one commodity's flow may moreover be held as different paths over the
same arcs. So the paths are split in the one defined way, the basis is put in
order and solved once more, and only then read.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.flow.arrays import TOLERANCE
from corridors.flow.master import LastBasis
from corridors.flow.splitting import carry, split_into_paths, whole_paths

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.master import Master, MasterProblem
    from corridors.flow.numbering import Numbering
    from corridors.flow.path_pool import PathPool
    from corridors.flow.problem import FlowProblem


_NEAR = 1e-11
"""Share of a commodity below which a flow on an arc is rounding, where paths are told apart."""


class Carried(NamedTuple):
    """What paths carry by class and arc, which is added up when it is asked for.

    Attributes
    ----------
    shape
        Of the flow: classes and arcs.
    order
        In which the paths are added up, whatever the problem's own numbering, shape (P,).
    own_class, start, arcs, amount
        Class of each path (P,), its arcs as offsets (P + 1,) into arc numbers, and its units (P,).
    """

    shape: tuple[int, ...]
    order: Ints
    own_class: Ints
    start: Ints
    arcs: Ints
    amount: Floats

    def flow(self) -> Floats:
        """Return the flow by class and arc, shape (C, A)."""
        flow = np.zeros(self.shape)
        carry(self.order, self.own_class, self.start, self.arcs, self.amount, flow)
        return flow


@dataclass
class FlowSolution:
    """What the engine found, in the problem's own numbering."""

    path_commodity: Ints
    path_start: Ints
    path_arcs: Ints
    path_amount: Floats
    carried: Carried
    shortfall: Floats
    limit_price: Floats
    commodity_price: Floats
    rounds: int
    cold_starts: int
    tied: Flags
    tied_limit: Flags

    def once_more(self) -> FlowSolution:
        """Return the same in arrays of its own, as found without a round."""
        arrays = {
            f.name: getattr(self, f.name).copy()
            for f in fields(self)
            if isinstance(getattr(self, f.name), np.ndarray)
        }
        return replace(self, **arrays, rounds=0, cold_starts=0)


@dataclass(frozen=True, eq=False)
class Plan:
    """Paths with their amounts, and what falls short.

    Plain arrays, which a worker can send, unlike the answer itself.

    Attributes
    ----------
    commodity, arcs, amount
        Of each path; amounts in units, shape (P,).
    shortfall
        Units by commodity, shape (K,).
    """

    commodity: Ints
    arcs: list[Ints]
    amount: Floats
    shortfall: Floats


def cut(arcs: Ints, start: Ints) -> list[Ints]:
    """Return the arcs of each path, of which those of all are given with offsets (P + 1,)."""
    ends = start.tolist()
    # Slices take a sixth of the time of `np.split`, and every answer is cut.
    return [arcs[a:b] for a, b in pairwise(ends)]


class PriceRange(NamedTuple):
    """What a limit is worth: per unit, and for how many units that holds.

    Attributes
    ----------
    more, more_amount
        What one more unit would save, and the units over which that holds.
    less, less_amount
        What one unit less would cost, and the units over which that holds; NaN
        and 0 where the limit is 0 already.
    """

    more: float
    more_amount: float
    less: float
    less_amount: float


def settled(
    master: Master,
    question: MasterProblem,
    numbering: Numbering,
    rounds: int,
    cold_starts: int,
    tied: Flags,
) -> FlowSolution:
    """Return what the last basis of a master problem answers, after putting it in order.

    Parameters
    ----------
    master, question
        The master problem at the optimum of a question.
    numbering
        How the engine's numbers stand for the problem's.
    rounds, cold_starts
        Rounds of pricing, and how often the method was started afresh.
    tied
        Commodities that could do otherwise at the same cost, shape (K,).

    Raises
    ------
    FailedError
        Where the basis has no inverse in that order.
    """
    p = question.problem
    _put_in_order(master, question)
    column, amount, price = master.basic_columns(), master.amounts[0], master.prices[0]
    commodity = master.pool.columns.commodity[column]
    is_path = column >= master.pool.fixed
    amount[amount <= _dust(amount, commodity, is_path, question)] = 0.0
    sigma = np.minimum(master.commodity_prices[0, : p.n_commodities], p.penalty)
    limit_price = np.maximum(price, 0.0) / numbering.limit_scale
    loose = (price <= TOLERANCE * (1.0 + sigma.max(initial=0.0))) & ~master.loose
    limit_price[loose] = 0.0
    limit_price = numbering.share(limit_price, p)
    return written(
        master.pool,
        p,
        numbering,
        column,
        amount,
        limit_price,
        sigma,
        rounds,
        cold_starts,
        tied,
        loose,
    )


def _dust(amount: Floats, commodity: Ints, is_path: Flags, question: MasterProblem) -> Floats:
    """Return the amounts of columns up to which they are rounding, and no flow.

    A demand far above all that flows of it says nothing about the flow: the measure
    is what flows, and the spacing of the numbers that the demand is written in.
    """
    wanted = question.amount[0]
    flows = np.bincount(commodity[is_path], np.abs(amount[is_path]), len(wanted))
    dust = 1e-11 * (1.0 + np.minimum(wanted, flows)) + 8.0 * question.spacing
    return np.asarray(np.minimum(dust, 1e-11 * (1.0 + wanted))[commodity])


def _put_in_order(master: Master, question: MasterProblem) -> None:
    """Solve the last basis once more, in an order that does not depend on the way here."""
    basis, pool = master.basis, master.pool
    key, p = basis.key, len(basis.other)
    commodity = pool.columns.commodity[basis.other]
    order = np.argsort(commodity, kind="stable")
    commodity = commodity[order]
    begins = np.ones(p, dtype=np.bool_)
    begins[1:] = commodity[1:] != commodity[:-1]
    first = np.flatnonzero(begins)
    of = commodity[first]
    # Commodity after commodity, its key before its other columns.
    group = np.empty(len(of) + 1, dtype=np.int64)
    group[:-1], group[-1] = first, p
    group += np.arange(len(of) + 1)
    others = np.ones(p + len(of), dtype=np.bool_)
    others[group[:-1]] = False
    place = np.empty(len(others), dtype=np.int64)
    place[group[:-1]], place[others] = of, len(key) + order
    column = np.concatenate([key, basis.other])[place]
    _tell_apart(pool, question.problem, of, group, column, master.amounts[:, place])
    pool.sort(group, column)
    key[of] = column[group[:-1]]
    master.take(LastBasis(key, column[others], np.sort(basis.tight)), question)


def _tell_apart(
    pool: PathPool, p: FlowProblem, of: Ints, group: Ints, column: Ints, amount: Floats
) -> None:
    """Split the paths of some commodities in the defined way, those of them that can be told apart.

    Those that have three paths or more; one or two are what they are.

    Parameters
    ----------
    of, group, column
        Commodities, and the basic columns of each, as offsets (G + 1,) into `column`, in which
        the paths are replaced.
    amount
        What the columns carry, and in which direction that moves, shape (2, .).
    """
    if not len(of):
        return
    is_path = column >= pool.fixed
    count = np.add.reduceat(is_path, group[:-1], dtype=np.int64)
    chosen = (count > 2) & (of < p.n_commodities)
    if not chosen.any():
        return
    places = np.flatnonzero(is_path & np.repeat(chosen, np.diff(group)))
    of = of[chosen]
    first = np.zeros(len(of) + 1, dtype=np.int64)
    np.cumsum(count[chosen], out=first[1:])
    start, arcs = pool.paths(column[places])
    good, same, start, arcs = split_into_paths(
        p.origin[of],
        p.destination[of],
        *pool.star,
        p.head,
        first,
        start,
        arcs,
        np.ascontiguousarray(amount[:, places]),
        TOLERANCE * (1.0 + p.amount[of]),
        *pool.room,
    )
    changed = good & ~same
    if not changed.any():
        return
    other = np.flatnonzero(np.repeat(changed, np.diff(first)))
    owner = np.repeat(of, np.diff(first))[other]
    number = np.full(len(places), -1, dtype=np.int64)
    number[other] = pool.numbers(other, owner, start, arcs)
    for g in np.flatnonzero(changed).tolist():
        part = number[first[g] : first[g + 1]]
        if len(set(part.tolist())) == len(part):
            column[places[first[g] : first[g + 1]]] = part


def written(
    pool: PathPool,
    p: FlowProblem,
    numbering: Numbering,
    column: Ints,
    amount: Floats,
    limit_price: Floats,
    sigma: Floats,
    rounds: int,
    cold_starts: int,
    tied: Flags,
    tied_limit: Flags,
) -> FlowSolution:
    """Turn amounts by column into an outcome in the problem's own numbering.

    Parameters
    ----------
    pool, p, numbering
        The columns, the problem in canonical numbering, and that numbering.
    column, amount
        Columns of the pool and what they carry.
    limit_price, sigma
        Prices of limits, in their own units, and of commodities, shapes (R,)
        and (K,).
    rounds, cold_starts, tied, tied_limit
        As `FlowSolution` has them, in canonical numbering.
    """
    n = numbering
    commodity = pool.columns.commodity[column]
    is_path = column >= pool.fixed
    short = np.zeros(p.n_commodities)
    idle = column < p.n_commodities
    short[commodity[idle]] = amount[idle]
    carries = is_path & (amount > 0)
    column, amount, commodity = column[carries], amount[carries], commodity[carries]
    # Those of one commodity stay in the order that the basis was put in.
    number = n.commodity_order[commodity]
    order = np.argsort(number, kind="stable")
    number = number[order]
    start, arcs = pool.paths(column[order], n.arc_order)
    amount, own_class = amount[order], p.commodity_class[commodity[order]]
    back = np.empty(len(order), dtype=np.int64)
    back[order] = np.arange(len(order))
    return FlowSolution(
        path_commodity=number,
        path_start=start,
        path_arcs=arcs,
        path_amount=amount,
        carried=Carried(p.cost.shape, back, own_class, start, arcs, amount),
        shortfall=short[n.commodity_number],
        limit_price=limit_price[n.limit_number],
        commodity_price=sigma[n.commodity_number],
        rounds=rounds,
        cold_starts=cold_starts,
        tied=tied[n.commodity_number],
        tied_limit=tied_limit[n.limit_number],
    )


def by_whole_commodity(
    outcome: FlowSolution, problem: FlowProblem, numbering: Numbering
) -> FlowSolution:
    """Return an outcome by step as one by commodity: one set of paths, shortfalls added up.

    The paths of a commodity are told by what it carries on each arc, as if it had no steps:
    which step goes by which path means nothing.

    Parameters
    ----------
    outcome
        Of the problem `FlowProblem.by_step`.
    problem
        The problem whose demand has steps.
    numbering
        Of either: their arcs are the same.
    """
    n = problem.n_steps
    commodity, start, arcs, amount = whole_commodities(
        outcome.path_commodity // n,
        outcome.path_start,
        outcome.path_arcs,
        outcome.path_amount,
        problem,
        numbering.star_by_rank(problem),
    )
    shape = (problem.n_commodities, n)
    return replace(
        outcome,
        path_commodity=commodity,
        path_start=start,
        path_arcs=arcs,
        path_amount=amount,
        shortfall=outcome.shortfall.reshape(shape).sum(axis=1),
        commodity_price=outcome.commodity_price.reshape(shape).max(axis=1),
        tied=np.asarray(outcome.tied.reshape(shape).any(axis=1)),
    )


def whole_commodities(
    owner: Ints,
    start: Ints,
    arcs: Ints,
    amount: Floats,
    problem: FlowProblem,
    star: tuple[Ints, Ints],
) -> tuple[Ints, Ints, Ints, Floats]:
    """Return paths of parts of commodities as those of the commodities.

    Parameters
    ----------
    owner
        Commodity that each path is of a part of, rising, shape (P,).
    start, arcs, amount
        Its arcs, as offsets (P + 1,), and its units, shape (P,).
    problem
        The problem by commodity.
    star
        Forward star of its arcs, those of a node by rank.

    Returns
    -------
    commodity, start, arcs, amount
        Paths of whole commodities, as their flow on each arc decides them, in the same form.
    """
    whole: tuple[Ints, Ints, Ints, Floats] = whole_paths(
        owner,
        start,
        arcs,
        amount,
        problem.origin,
        problem.destination,
        problem.head,
        *star,
        problem.arc_rank,
        _NEAR * (1.0 + problem.amount),
    )
    return whole
