"""What the point-queue model is asked, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import ProblemError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.flow.arrays import Flags, Floats, Ints


@dataclass(frozen=True, eq=False)
class BaseRoute:
    """A way that part of a demand takes when nothing is wrong.

    Attributes
    ----------
    demand
        Number of the demand.
    arcs
        From its origin to its destination.
    share
        Part of the demand; what the shares of a demand leave is never shipped.
    """

    demand: int
    arcs: Ints
    share: float


@dataclass(frozen=True, eq=False)
class Behaviour:
    """How cargo of each class decides, shape (C,) each.

    Attributes
    ----------
    patience
        Days that cargo is ready to wait, on average; ``inf`` for ever.
    spread
        These days lie evenly in ``patience * (1 - spread, 1 + spread)``.
    reaction
        Days after which a queue or a closure is known to those who choose.
    expected_closure
        Days that a closure without an announced end is expected to last at
        first; later, as long again as it has lasted.
    spot_share
        Share of the spare capacity elsewhere that newcomers get at once.
    spot_ramp
        Days until they get all of it.
    """

    patience: Floats
    spread: Floats
    reaction: Floats
    expected_closure: Floats
    spot_share: Floats
    spot_ramp: Floats


@dataclass(frozen=True, eq=False)
class Grants:
    """What is given of limits that are handed out for a period, such as a week's permits.

    Attributes
    ----------
    period
        First step of the period in which each step lies; -1 for limits that are none of a
        period, and while nothing limits; shape (T, R).
    end
        First step after that period, shape (T, R); may lie beyond the last step.
    given
        Units that are given at the beginning of a step, shape (T, R). What is left at the
        end of a period is gone.
    """

    period: Ints
    end: Ints
    given: Floats


@dataclass(frozen=True, eq=False)
class Variability:
    """How what comes and what is served vary, shape (T, R) each.

    Attributes
    ----------
    arrivals, service
        Variance of what comes in a day, and of what could be served, over its mean, in units
        of the limit: the squared coefficient of variation of the times between two, times
        the units that come as one.
    exponent
        Power of the use with which waits rise; see `corridors.flow.waiting`.
    stands
        Whether the queue that this leaves on average stands in the run.
    """

    arrivals: Floats
    service: Floats
    exponent: Floats
    stands: bool = False

    @property
    def spread(self) -> Floats:
        """Half the sum of the two, shape (T, R)."""
        return np.asarray(0.5 * (self.arrivals + self.service))


@dataclass(frozen=True, eq=False)
class QueueProblem:
    """Dated demand on a network of arcs with shared limits, T steps long.

    Attributes
    ----------
    step
        Length of a step in days.
    begin
        Step from which on demand counts as new.
    tail, head, n_mode_nodes
        Ends of arcs, shape (A,), and how many places there are.
    usd, hours
        Per unit by state, class and arc, shape (S, C, A). What is closed has
        infinite cost.
    state
        State that holds in each step, shape (T,).
    announced
        Whether the end of a closure is known when it begins, by state.
    weight, value_of_time
        Tonnes per unit and USD per unit and hour by class, shape (C,).
    rate, level, reserved, background, burst
        Of each limit by step, shape (T, R), in its unit per day: what may pass;
        the same without the pattern of the week; the part kept for background
        traffic; background traffic that comes; what may pass while a queue is
        cleared after a closure (NaN for none).
    ban_above
        Queue above which nothing more is accepted for the limit, shape (R,).
    from_event
        Limits that a scenario sets, shape (R,): such a one is no place where
        anything is counted while it lets everything pass.
    member_first, member_limit, member_factor
        Limits of arc ``a`` are ``member_limit[member_first[a]:member_first[a + 1]]``,
        the tightest first; one unit of class c takes ``member_factor[m, c]``,
        0 where the limit does not count it.
    origin, destination, kind, loss
        Of each demand, shape (K,); the loss in USD per unit not shipped.
    choke
        What a unit of each demand pays at most for another way, shape (K,), in USD: who
        would have to pay more waits as long as its patience lasts, and stays.
    amount
        Units per day by step, shape (T, K).
    base_routes, base_of
        Sets of base routes, and the set that holds in each step, shape (T,).
    fallen
        Part of each demand that cannot leave while a set holds, because a by-product has no
        outlet, shape (sets, K): of what the shares of the set leave. None anywhere unless told.
    added
        What events add to what passes an arc, shape (S, C, A), in USD per unit with the time
        valued: delays and surcharges. None where they add nothing.
    store
        Units that find a place before each limit, shape (R,); ``inf``, which it is unless
        told, where anything does.
    grants
        Limits that are handed out for a period, as stocks; none unless told.
    variability
        How what comes and what is served vary; None where nothing does.
    behaviour
        How cargo decides.
    late_days
        Waiting beyond which a delivery counts as late.
    state_ahead, level_ahead
        State and level of the steps after the last one, from which the ends of
        closures that reach beyond it are known, shapes (X,) and (X, R).
    ordinary
        What each limit lets pass without any event, background included, in the
        steps and in those after the last one, shape (T + X, R); ``inf`` for
        limits that a scenario sets. What lies below is expected to end.
    """

    step: float
    begin: int
    n_mode_nodes: int
    tail: Ints
    head: Ints
    usd: Floats
    hours: Floats
    state: Ints
    announced: bool
    weight: Floats
    value_of_time: Floats
    rate: Floats
    level: Floats
    reserved: Floats
    background: Floats
    burst: Floats
    ban_above: Floats
    from_event: Flags
    member_first: Ints
    member_limit: Ints
    member_factor: Floats
    origin: Ints
    destination: Ints
    kind: Ints
    loss: Floats
    choke: Floats
    amount: Floats
    base_routes: Sequence[Sequence[BaseRoute]]
    base_of: Ints
    behaviour: Behaviour
    late_days: float = 1.0
    state_ahead: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    level_ahead: Floats = field(default_factory=lambda: np.empty((0, 0)))
    ordinary: Floats = field(kw_only=True)
    fallen: Floats = field(kw_only=True, default_factory=lambda: np.empty((0, 0)))
    grants: Grants | None = field(kw_only=True, default=None)
    variability: Variability | None = field(kw_only=True, default=None)
    added: Floats | None = field(kw_only=True, default=None)
    store: Floats = field(kw_only=True, default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        if self.fallen.size == 0:
            none = np.zeros((len(self.base_routes), len(self.origin)))
            object.__setattr__(self, "fallen", none)
        if self.variability is not None and self.variability.arrivals.shape != self.rate.shape:
            seen = self.variability.arrivals.shape
            msg = f"variability: expected shape {self.rate.shape}, saw {seen}"
            raise ProblemError(msg)
        if self.store.size == 0:
            object.__setattr__(self, "store", np.full(len(self.ban_above), np.inf))
        _check(self)

    @property
    def member_arc(self) -> Ints:
        """Arc of each member of a limit, shape (M,)."""
        return np.repeat(np.arange(len(self.tail)), np.diff(self.member_first))

    def passable(self, state: int) -> Flags:
        """Return the limits of which any member is open in a state, shape (R,)."""
        open_ = np.isfinite(self.usd[state][:, self.member_arc]).T & (self.member_factor > 0)
        result = np.zeros(self.n_limits, dtype=np.bool_)
        np.logical_or.at(result, self.member_limit, open_.any(axis=1))
        return result

    @property
    def n_steps(self) -> int:
        """Number of steps, T."""
        return len(self.state)

    @property
    def n_limits(self) -> int:
        """Number of limits, R."""
        return len(self.ban_above)

    @property
    def n_demands(self) -> int:
        """Number of demands, K."""
        return len(self.origin)

    def __repr__(self) -> str:
        return (
            f"QueueProblem({self.n_steps} steps of {self.step:g} days, {len(self.tail)} arcs, "
            f"{self.n_demands} demands, {self.n_limits} limits)"
        )


def _check(p: QueueProblem) -> None:
    if not p.step > 0:
        msg = f"step: expected a length above 0 days, saw {p.step}"
        raise ProblemError(msg)
    n_steps, n_limits = len(p.state), len(p.ban_above)
    for name in ("rate", "level", "reserved", "background", "burst"):
        shape = getattr(p, name).shape
        if shape != (n_steps, n_limits):
            msg = f"{name}: expected shape {(n_steps, n_limits)}, saw {shape}"
            raise ProblemError(msg)
    if p.amount.shape != (n_steps, len(p.origin)):
        msg = f"amount: expected shape {(n_steps, len(p.origin))}, saw {p.amount.shape}"
        raise ProblemError(msg)
    if p.ordinary.shape != (n_steps + len(p.state_ahead), n_limits):
        shape = (n_steps + len(p.state_ahead), n_limits)
        msg = f"ordinary: expected shape {shape}, saw {p.ordinary.shape}"
        raise ProblemError(msg)
    if p.usd.shape != p.hours.shape or p.usd.shape[2] != len(p.tail):
        msg = f"usd, hours: expected (states, classes, {len(p.tail)}), saw {p.usd.shape}"
        raise ProblemError(msg)
    if p.added is not None and p.added.shape != p.usd.shape:
        msg = f"added: expected shape {p.usd.shape}, saw {p.added.shape}"
        raise ProblemError(msg)
    if p.fallen.shape != (len(p.base_routes), len(p.origin)):
        shape = (len(p.base_routes), len(p.origin))
        msg = f"fallen: expected shape {shape}, saw {p.fallen.shape}"
        raise ProblemError(msg)
    if p.store.shape != (n_limits,):
        msg = f"store: expected shape {(n_limits,)}, saw {p.store.shape}"
        raise ProblemError(msg)
    for name in ("rate", "amount", "background", "fallen", "store"):
        values = getattr(p, name)
        if np.isnan(values).any() or (values < 0).any():
            msg = f"{name}: expected numbers of at least 0"
            raise ProblemError(msg)


def closed_since_until(closed: Flags) -> tuple[Ints, Ints]:
    """Return for each step the first step of the spell that it lies in, and the one after it.

    Parameters
    ----------
    closed
        Whether a thing is closed in each step, shape (T, X).

    Returns
    -------
    since, until
        Shape (T, X); meaningless where the thing is not closed.
    """
    n_steps = len(closed)
    since = np.zeros(closed.shape, dtype=np.int64)
    until = np.full(closed.shape, n_steps, dtype=np.int64)
    for t in range(1, n_steps):
        since[t] = np.where(closed[t - 1], since[t - 1], t)
    for t in range(n_steps - 2, -1, -1):
        until[t] = np.where(closed[t + 1], until[t + 1], t + 1)
    return since, until
