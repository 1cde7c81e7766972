"""How cargo chooses: how far it spreads, how a demand answers to price, what was counted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import ProblemError
from corridors.flow.arrays import check_not_negative, check_range, numbers
from corridors.flow.choice.demand_curve import GROWTH, steepness

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from corridors.flow.arrays import Floats, Ints
    from corridors.flow.choice.rising_waits import RisingWaits
    from corridors.flow.problem import FlowProblem

LEAST_COST = 1.0
"""Cost per unit below which a spread or an elasticity counts as that of this cost."""


def _no_ints() -> Ints:
    return np.empty(0, dtype=np.int64)


def _no_floats() -> Floats:
    return np.empty(0, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Counts:
    """What was counted of the flow, and what the counts are worth per unit.

    A count is the sum of ``factor * flow`` over its members. Its multiplier is taken
    off the cost of each counted unit, so that one above 0 draws cargo to where the
    count was made. A count that is fitted has the multiplier at which
    ``modelled = observed - softness * multiplier``: the softer it is, the further the
    flow may stay from it (a quadratic prior on the multiplier).

    Attributes
    ----------
    observed
        Units, shape (M,).
    softness
        Units by which a fitted count is missed for each unit of cost of its
        multiplier, shape (M,), above 0.
    multiplier
        Cost taken off a counted unit, shape (M,); of those that are fitted, where
        the search begins.
    fitted
        Whether the multipliers are found or given.
    member_count, member_arc, member_class, member_commodity, member_factor
        Members, shape (E,): what one unit of a class (-1 for all) and commodity (-1
        for all) on an arc adds to a count.
    """

    observed: Floats = field(default_factory=_no_floats)
    softness: Floats = field(default_factory=_no_floats)
    multiplier: Floats = field(default_factory=_no_floats)
    fitted: bool = True
    member_count: Ints = field(default_factory=_no_ints)
    member_arc: Ints = field(default_factory=_no_ints)
    member_class: Ints = field(default_factory=_no_ints)
    member_commodity: Ints = field(default_factory=_no_ints)
    member_factor: Floats = field(default_factory=_no_floats)

    def __post_init__(self) -> None:
        if not len(self.multiplier) and len(self.observed):
            object.__setattr__(self, "multiplier", np.zeros(len(self.observed)))
        for name, values, size in (
            ("softness", self.softness, len(self.observed)),
            ("multiplier", self.multiplier, len(self.observed)),
            ("member_arc", self.member_arc, len(self.member_count)),
            ("member_class", self.member_class, len(self.member_count)),
            ("member_commodity", self.member_commodity, len(self.member_count)),
            ("member_factor", self.member_factor, len(self.member_count)),
        ):
            if len(values) != size:
                msg = f"counts, {name}: expected {size} entries, saw {len(values)}"
                raise ProblemError(msg)
        if self.fitted and (~np.isfinite(self.softness) | (self.softness <= 0)).any():
            msg = "counts, softness: expected finite numbers above 0"
            raise ProblemError(msg)
        if not np.isfinite(self.observed).all() or not np.isfinite(self.multiplier).all():
            msg = "counts: expected finite observations and multipliers"
            raise ProblemError(msg)
        check_range("counts, member_count", self.member_count, len(self.observed), "counts")

    @property
    def size(self) -> int:
        """Number of counts, M."""
        return len(self.observed)

    def held(self, multiplier: Floats) -> Counts:
        """Return the same counts with multipliers that are given, as a scenario carries them."""
        return replace(self, multiplier=multiplier, fitted=False)


@dataclass(frozen=True, eq=False)
class ChoiceModel:
    """Dispersion and demand curve of each commodity, and the counts.

    With composite cost ``C``, the amount of commodity ``k`` that travels is ::

        most * (1 + exp(knee * steepness * (C - middle))) ** (-1 / knee)

    With ``knee`` 1, ``steepness`` equal to ``scale`` and ``middle`` the loss, this is
    logit choice with staying at home as one more alternative. With ``knee`` 2 the
    amount falls by ``exp(-steepness * C)`` where transport is dear and tends to
    ``most`` where it is cheap: demand of a given elasticity that cannot grow
    without end.

    Attributes
    ----------
    scale
        Inverse of the cost by which choices spread (theta), shape (K,).
    most, steepness, middle, knee
        The curve of each commodity, shape (K,); the knee is 1 or 2.
    counts
        What was counted.
    weighed
        Prices at which it is reckoned how far routes overlap, of each limit, then of each
        count, shape (R + M,): as they are in ordinary times (`choose_settled`). Nothing, and
        the given multipliers, where it is empty.
    waits
        Limits at which waits rise with use; at the others nobody waits before they are full.
        None where there are none.
    """

    scale: Floats
    most: Floats
    steepness: Floats
    middle: Floats
    knee: Floats
    counts: Counts = field(default_factory=Counts)
    weighed: Floats = field(default_factory=_no_floats)
    waits: RisingWaits | None = None

    def __post_init__(self) -> None:
        for name in ("most", "steepness", "middle", "knee"):
            if len(getattr(self, name)) != len(self.scale):
                msg = f"{name}: expected {len(self.scale)} entries, saw {len(getattr(self, name))}"
                raise ProblemError(msg)
        check_not_negative("most", self.most, finite=True)
        for name in ("scale", "steepness"):
            values = getattr(self, name)
            check_not_negative(name, values, finite=True)
            if (values <= 0).any():
                msg = f"{name}[{int(np.argmax(values <= 0))}]: expected a number above 0, saw 0"
                raise ProblemError(msg)
        if not np.isfinite(self.middle).all() or not np.isin(self.knee, (1.0, 2.0)).all():
            msg = "a curve: expected a finite middle, and a knee of 1 or 2"
            raise ProblemError(msg)

    def weighing(self, problem: FlowProblem) -> Floats:
        """Return the prices at which overlaps are weighed, shape (R + M,).

        Raises
        ------
        ProblemError
            Where they are given for another number of limits and counts.
        """
        wanted = problem.n_limits + self.counts.size
        if not len(self.weighed):
            return np.concatenate([np.zeros(problem.n_limits), self.counts.multiplier])
        if len(self.weighed) != wanted:
            msg = f"weighed: expected {wanted} prices, saw {len(self.weighed)}"
            raise ProblemError(msg)
        return self.weighed

    def share_beside(self, which: Ints, cost: Floats, composite: Floats, amount: Floats) -> Floats:
        """Return the share of its commodity that one more route would take, shape (N,).

        Parameters
        ----------
        which
            Commodities, shape (N,).
        cost
            Of the route at the prices, less what it shares with others, shape (N,).
        composite
            Of the routes that the commodity has, shape (N,); infinite where it has none.
        amount
            What the share is of, shape (N,): the commodity's amount, or the most that could
            travel where that is less or nothing is wanted.

        Notes
        -----
        With the route the composite cost falls to that of both together, at which more
        travels by the curve; of that the route takes what the choice formula gives.
        """
        scale, most = self.scale[which], self.most[which]
        joint = -np.logaddexp(-scale * composite, -scale * cost) / scale
        knee = self.knee[which]
        bend = knee * self.steepness[which] * (joint - self.middle[which])
        volume = most * np.exp(-np.logaddexp(0.0, bend) / knee)
        whole = np.where(amount > 0, np.minimum(amount, most), most)
        taken = volume * np.exp(scale * (joint - cost))
        return np.divide(taken, whole, out=np.zeros(len(which)), where=whole > 0)

    @classmethod
    def staying(
        cls, problem: FlowProblem, scale: ArrayLike, counts: Counts | None = None
    ) -> ChoiceModel:
        """Return the model in which staying at home, at the penalty, is one more alternative.

        Parameters
        ----------
        problem
            Whose amounts and penalties hold.
        scale
            Inverse of the cost by which choices spread, scalar or shape (K,).
        counts
            What was counted, if anything.

        Examples
        --------
        >>> import math
        >>> from corridors.flow import FlowProblem
        >>> from corridors.flow.choice import ChoiceModel, choose
        >>> problem = FlowProblem.from_arcs([0, 0], [1, 1], [1, 2], [9, 9], [0], [1], [8], 50)
        >>> answer = choose(problem, ChoiceModel.staying(problem, 1.0))
        >>> answer.arc_flow.round(6).tolist(), round(8 / (1 + math.exp(-1)), 6)
        ([5.848469, 2.151531], 5.848469)
        """
        scale = numbers("scale", scale, problem.n_commodities)
        return cls(
            scale=scale,
            most=problem.amount,
            steepness=scale,
            middle=problem.penalty,
            knee=np.ones(problem.n_commodities),
            counts=counts or Counts(),
        )

    def elastic(
        self,
        which: Ints,
        amount: Floats,
        foot: Floats,
        elasticity: Floats,
        growth: float = GROWTH,
        *,
        base: Floats | None = None,
    ) -> ChoiceModel:
        """Return the model in which some commodities have a curve of a given elasticity.

        Parameters
        ----------
        which
            Commodities, shape (N,).
        amount, foot
            What travels at which composite cost in ordinary times, shape (N,).
        elasticity
            By how many per cent the amount falls where `base` rises by one, at the foot, above
            0, shape (N,).
        growth
            What the amount tends to, as a multiple, where transport costs nothing.
        base
            Price that the elasticity is of, shape (N,); the foot if None.

        Notes
        -----
        ``most = growth * amount``; the middle is where the curve passes through the
        foot, and the steepness where its slope there is the elasticity
        (`corridors.flow.choice.demand_curve`).
        """
        most, steep = self.most.copy(), self.steepness.copy()
        middle, knee = self.middle.copy(), self.knee.copy()
        price = np.maximum(foot if base is None else base, LEAST_COST)
        steep[which] = steepness(elasticity, price, growth)
        most[which] = growth * amount
        middle[which] = foot - np.log(growth**2 - 1.0) / (2.0 * steep[which])
        knee[which] = 2.0
        return replace(self, most=most, steepness=steep, middle=middle, knee=knee)


def spread_by_cost(least_cost: Floats, dispersion: float) -> Floats:
    """Return the scale of choices that spread by a share of each commodity's least cost.

    Parameters
    ----------
    least_cost
        Of each commodity in ordinary times, shape (K,); infinite where it has no way.
    dispersion
        Share of it, such as 0.05.

    Examples
    --------
    >>> import numpy as np
    >>> spread_by_cost(np.array([100.0, 0.0]), 0.05).round(6).tolist()
    [0.2, 20.0]
    """
    finite = np.where(np.isfinite(least_cost), least_cost, LEAST_COST)
    return np.asarray(1.0 / (dispersion * np.maximum(finite, LEAST_COST)))
