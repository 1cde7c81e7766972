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
from corridors.flow.paths.ordering import read_off
from corridors.flow.paths.splitting import carry, whole_paths

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.master import Master, MasterProblem
    from corridors.flow.numbering import Numbering
    from corridors.flow.problem import FlowProblem


_NEAR = 1e-11
"""Share of a commodity up to which a flow is rounding."""

_NOTHING, _OF_LITTLE = 1e-9, 1e-6
"""Share of an amount up to which a flow is not told, and of what travels at most."""


class Carried(NamedTuple):
    """What paths carry by class and arc, which is added up when it is asked for.

    Attributes
    ----------
    shape
        Of the flow: classes and arcs.
    order
        In which the paths are added up, whatever the problem's own numbering, shape (P,).
    class_of
        Class of each commodity, shape (K,).
    commodity, start, arcs, amount
        Commodity of each path (P,), its arcs as offsets (P + 1,) into arc numbers, and its units
        (P,).
    """

    shape: tuple[int, ...]
    order: Ints
    class_of: Ints
    commodity: Ints
    start: Ints
    arcs: Ints
    amount: Floats

    def flow(self) -> Floats:
        """Return the flow by class and arc, shape (C, A)."""
        flow = np.zeros(self.shape)
        carry(self.order, self.class_of[self.commodity], self.start, self.arcs, self.amount, flow)
        return flow


@dataclass(eq=False)
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

    @property
    def nbytes(self) -> int:
        """Memory that its arrays take, in bytes."""
        every = (getattr(self, f.name) for f in fields(self))
        return sum(array.nbytes for array in every if isinstance(array, np.ndarray))

    def once_more(self) -> FlowSolution:
        """Return the same in arrays of its own, as the engine found it, without a round."""
        arrays = {
            f.name: getattr(self, f.name).copy()
            for f in fields(self)
            if isinstance(getattr(self, f.name), np.ndarray)
        }
        carried = self.carried._replace(
            commodity=arrays["path_commodity"],
            start=arrays["path_start"],
            arcs=arrays["path_arcs"],
            amount=arrays["path_amount"],
        )
        return replace(self, **arrays, carried=carried, rounds=0, cold_starts=0)


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

    @classmethod
    def told(
        cls, wanted: Floats, commodity: Ints, arcs: list[Ints], amount: Floats, shortfall: Floats
    ) -> Plan:
        """Return a plan without what is rounding: of what travels, not of what would like to.

        Parameters
        ----------
        wanted
            Units of each commodity, shape (K,): all that travels may be next to nothing of it.
        commodity, arcs, amount, shortfall
            As the attributes.
        """
        most = _NOTHING * (1.0 + wanted)
        served = np.bincount(commodity, amount, len(wanted))
        least = np.maximum(_OF_LITTLE * served, _NOTHING * np.minimum(wanted, 1.0))
        keep = np.flatnonzero(amount > np.minimum(least, most)[commodity])
        short = shortfall > np.minimum(_OF_LITTLE * wanted, most)
        return cls(
            commodity[keep],
            [arcs[i] for i in keep.tolist()],
            amount[keep],
            np.where(short, shortfall, 0.0),
        )


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
    p, n, pool = question.problem, numbering, master.pool
    master.put_in_order(question)
    short, paid = np.empty(p.n_commodities), np.empty(p.n_commodities)
    charged = np.empty(p.n_limits)
    tied_now, tied_limit = np.empty(p.n_commodities, np.bool_), np.empty(p.n_limits, np.bool_)
    number, start, arcs, amount, back = read_off(
        *master.keys_and_others, *master.carries, pool.columns.commodity, pool.fixed,
        question.amount[0], question.spacing, _NEAR, n.commodity_order, *pool.all_paths,
        n.arc_order, master.prices[0], master.place, n.limit_scale, n.limit_order,
        master.commodity_prices[0], p.penalty, TOLERANCE, tied, short, paid, tied_now, charged,
        tied_limit,
    )  # fmt: skip
    return FlowSolution(
        path_commodity=number,
        path_start=start,
        path_arcs=arcs,
        path_amount=amount,
        carried=Carried(p.cost.shape, back, n.class_of, number, start, arcs, amount),
        shortfall=short,
        limit_price=n.share(charged, p),
        commodity_price=paid,
        rounds=rounds,
        cold_starts=cold_starts,
        tied=tied_now,
        tied_limit=tied_limit,
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
