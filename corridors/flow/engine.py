"""Column generation over paths, kept alive from one question to the next.

The master problem holds a few paths per commodity; shortest paths under the
prices of the limits find the paths that would improve it, until none does
(Ford and Fulkerson 1958; Dantzig and Wolfe 1960). Everything that was learnt
stays for the next question on the same arcs.

Everything below runs on one numbering, the *canonical* one, which depends on
what the rows of the input say and never on where they stand.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import CertificateError
from corridors.flow import basis, simplex, ties, trees
from corridors.flow.basis import Basis, Values
from corridors.flow.canonical import Numbering, generic, split_into_paths
from corridors.flow.columns import PathPool
from corridors.flow.lexicographic import TOLERANCE
from corridors.flow.limits import add_charges, open_costs
from corridors.flow.master import solve_master

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.flow.problem import Floats, FlowProblem, Ints

_SHORT = 3.0
"""Rank of falling short, above that of an arc (1 to 2)."""

_MAX_ROUNDS = 10_000

_MOST_BOUNDS = 30_000_000
"""Most numbers spent on knowing how far each node is from each destination."""


@dataclass
class Outcome:
    """What the engine found, in the problem's own numbering."""

    path_commodity: Ints
    path_start: Ints
    path_arcs: Ints
    path_amount: Floats
    class_flow: Floats
    shortfall: Floats
    row_price: Floats
    commodity_price: Floats
    rounds: int
    cold_starts: int
    tied: NDArray[np.bool_]
    tied_row: NDArray[np.bool_]


@dataclass
class _Start:
    """A basis to which the engine returns before each new question."""

    key: Ints
    other: Ints
    tight: Ints
    inverse: Floats
    n_columns: int


@dataclass
class Question:
    """What varies between problems on the same arcs, in canonical numbering."""

    problem: FlowProblem
    open_cost: Floats
    amount: Floats
    bound: Floats
    penalty: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.penalty = self.problem.penalty


class _FailedError(Exception):
    """The simplex method lost its way; the caller starts it afresh."""


class Engine:
    """Solves one problem and any other on the same arcs, commodities and members of limits.

    Parameters
    ----------
    problem
        The first problem, to whose basis every later question returns.
    opposite
        Whether to take, among the answers of least cost, the one that the rule
        for ties puts last instead of first.
    """

    def __init__(self, problem: FlowProblem, *, opposite: bool = False) -> None:
        self._numbering = n = Numbering(problem)
        p = n.canonical(problem)
        self._structure = p
        self._star = trees.forward_star(p.tail, p.n_nodes)
        self._in_star = trees.forward_star(p.head, p.n_nodes)
        self._soft = np.flatnonzero(np.isfinite(p.excess_price))
        self._tie_arc = 1.0 + generic(p.n_arcs, 0.618033988749895)
        if opposite:
            self._tie_arc = -self._tie_arc
        tie_commodity = 1.0 + generic(p.n_commodities, 0.414213562373095)
        self._tie_commodity = tie_commodity
        sign = -1.0 if opposite else 1.0
        short = np.concatenate([sign * _SHORT * tie_commodity, np.zeros(len(self._soft))])
        self._pool = PathPool(p, n.unit, self._tie_arc, tie_commodity, short, self._soft)
        self._entries = (p.entry_row, p.entry_arc, p.entry_class, n.unit)
        k, self._n_slack = p.n_commodities, p.n_commodities + len(self._soft)
        # The direction in which the right-hand sides move: limits wider, amounts a little larger.
        self._amount_direction = 1e-3 * (1.0 + generic(self._n_slack, 0.7320508075688772))
        self._bound_direction = 1.0 + generic(p.n_rows, 0.23606797749979)
        self._loaded: Question | None = None
        self._start: _Start | None = None
        self._first: tuple[FlowProblem, NDArray[np.bool_], Outcome] | None = None
        self._bounds_for: Floats | None = None
        self._togo = np.empty((1, 0))
        self._aim(p.cost)
        self._basis = self._empty_basis(64)
        self._values = _empty_values(self._n_slack, 64, p.n_rows)
        self._reset_cold()
        self._all = np.arange(k, dtype=np.int64)

    @property
    def numbering(self) -> Numbering:
        """How this engine's numbers stand for the problem's."""
        return self._numbering

    def solve(self, problem: FlowProblem, *, cold: bool = False) -> Outcome:
        """Solve a problem that shares this engine's arcs, commodities and members.

        Parameters
        ----------
        problem
            May differ in costs, closed arcs, bounds, amounts and penalties.
        cold
            Whether to start from nothing but the paths that are known.

        Returns
        -------
        Outcome
            In the problem's own numbering.

        Raises
        ------
        CertificateError
            Where no way to the optimum works, which is a fault of this package.
        """
        known = None if cold else self._unmoved(problem)
        if known is not None:
            return known
        question = self.load(problem)
        starts = [True, True] if cold or self._start is None else [False, True, True]
        cold_starts = -1 if cold or self._start is None else 0
        for attempt, afresh in enumerate(starts):
            if afresh:
                cold_starts += 1
                self._reset_cold()
            else:
                self._restore()
            try:
                rounds, tied = self._climb(question, careful=attempt == len(starts) - 1)
            except _FailedError:
                continue
            first = self._start is None
            if first:
                self._remember()
            outcome = self._outcome(question, rounds, max(cold_starts, 0), tied)
            if first:
                self._first = (problem, self._arcs_in_use(), outcome)
            return outcome
        return self._by_highs(question, cold_starts + 1)

    def _arcs_in_use(self) -> NDArray[np.bool_]:
        """Return which arcs lie on paths of the basis, in the problem's numbering."""
        used = np.zeros(self._structure.n_arcs, dtype=np.bool_)
        b, size = self._basis, int(self._basis.size[0])
        for j in (*b.key.tolist(), *b.other[:size].tolist()):
            used[self._numbering.arc_order[self._pool.path(j)]] = True
        return used

    def _unmoved(self, problem: FlowProblem) -> Outcome | None:
        """Return the first outcome where all that changed is that unused arcs are closed.

        Closing arcs takes answers away and adds none; the best answer of all is
        still there, and the prices, which rest on its paths alone, with it.
        """
        if self._first is None:
            return None
        first, used, outcome = self._first
        same = all(
            getattr(first, name) is getattr(problem, name)
            for name in ("cost", "bound", "amount", "penalty", "excess_price", "second_cost")
        )
        if not same or (first.closed & ~problem.closed).any() or (problem.closed & used).any():
            return None
        arrays = {
            f.name: getattr(outcome, f.name).copy()
            for f in fields(outcome)
            if isinstance(getattr(outcome, f.name), np.ndarray)
        }
        return replace(outcome, **arrays, rounds=0, cold_starts=0)

    def price_from(self, problem: FlowProblem, row: int, side: int) -> tuple[float, float]:
        """Price a limit from one side.

        Parameters
        ----------
        problem
            The problem.
        row
            Number of the limit.
        side
            1 for what one more unit saves, -1 for what one less costs.

        Returns
        -------
        price, amount
            Of one unit, and for how many units it holds. What a limit of 0
            would be worth if it were opened is found too.
        """
        r = int(self._numbering.row_number[row])
        opened = problem
        if problem.bound[row] <= 0:
            bound = problem.bound.copy()
            bound[row] = 1.0
            opened = replace(problem, bound=bound)
        question = self.load(opened)
        question.bound[0, r] = problem.bound[row] / self._numbering.row_scale[r]
        # The limit moves, and all else a million times less, which only decides ties.
        question.bound[1] = 1e-6 * self._bound_direction
        question.amount[1] = 1e-6 * self._amount_direction
        question.bound[1, r] += side
        if self._start is None:
            self._reset_cold()
        else:
            self._restore()
        try:
            self._climb(question, careful=False)
        except _FailedError:
            self._reset_cold()
            self._climb(question, careful=True)
        scale = float(self._numbering.row_scale[r])
        price = abs(float(self._values.price[0, r])) / scale
        question.bound[1], question.amount[1] = 0.0, 0.0
        question.bound[1, r] = side
        basis.refresh(
            self._pool.columns, self._basis, self._values, question.amount, question.bound
        )
        size, v = int(self._basis.size[0]), self._values
        loose = self._basis.place < 0
        levels = [v.key, v.other[:, :size], (question.bound - v.use)[:, loose]]
        amount, rate = np.concatenate(levels, axis=1)
        falls = rate < -1e-9
        holds = float((np.maximum(amount[falls], 0.0) / -rate[falls]).min(initial=np.inf))
        holds *= scale
        if side < 0:
            holds = min(holds, float(problem.bound[row]))
        return price, holds

    # -- the question -------------------------------------------------------

    def load(self, problem: FlowProblem) -> Question:
        """Bring columns, costs and bounds to those of a problem."""
        p = self._numbering.canonical(problem)
        if self._start is not None:
            known = self._start.n_columns
            if self._pool.size > max(2 * known, known + 500):
                self._pool.shorten(known)
        amount = np.zeros((2, self._n_slack))
        k = p.n_commodities
        amount[0, :k] = p.amount
        amount[0, k:] = 100.0 * (1.0 + p.amount.sum())
        amount[1] = self._amount_direction
        bound = np.empty((2, p.n_rows))
        bound[0] = p.bound / self._numbering.row_scale
        # No flow comes near this; a number instead of infinity keeps warm starts simple.
        bound[0][np.isinf(bound[0])] = 1e4 * (1.0 + p.amount.sum())
        bound[1] = self._bound_direction
        last = self._loaded.problem if self._loaded is not None else None
        open_cost = open_costs(p)
        same = (
            last is not None
            and last.cost is p.cost
            and last.penalty is p.penalty
            and last.excess_price is p.excess_price
        )
        if same:
            self._pool.ban(open_cost)
        else:
            finite = np.where(np.isinf(p.cost), 0.0, p.cost)
            excess = (p.excess_price * self._numbering.row_scale)[self._soft]
            self._pool.load(p.penalty, excess, finite, p.second_cost, open_cost)
            self._aim(p.cost)
        self._loaded = Question(p, open_cost, amount, bound)
        return self._loaded

    def _aim(self, cost: Floats) -> None:
        """Find out how far every node is from each destination, where that is not too much."""
        p = self._structure
        if self._bounds_for is not None and np.array_equal(self._bounds_for, cost):
            return
        pairs = np.stack([p.destination, p.commodity_class], axis=1)
        ends, which = np.unique(pairs, axis=0, return_inverse=True)
        if len(ends) * p.n_nodes > _MOST_BOUNDS or not len(ends):
            if self._bounds_for is None:
                self._groups = trees.group_commodities(p.origin, p.commodity_class)
            self._group_togo = np.full(len(self._groups[0]), -1, dtype=np.int64)
            self._bounds_for = cost
            return
        self._togo = trees.distances_to(*self._in_star, p.tail, cost, ends[:, 0], ends[:, 1])
        # A hair shorter, so that rounding cannot make them longer than a path.
        self._togo *= 1.0 - 1e-12
        every = np.arange(p.n_commodities + 1, dtype=np.int64)
        self._groups = (p.origin, p.commodity_class, every, every[:-1])
        self._group_togo = np.ascontiguousarray(which.ravel(), dtype=np.int64)
        self._bounds_for = cost

    # -- the basis ------------------------------------------------------------

    def _empty_basis(self, room: int) -> Basis:
        return Basis(
            key=np.arange(self._n_slack, dtype=np.int64),
            other=np.zeros(room, dtype=np.int64),
            tight=np.zeros(room, dtype=np.int64),
            size=np.zeros(1, dtype=np.int64),
            state=np.zeros(len(self._pool.columns.commodity), dtype=np.int8),
            place=np.full(self._structure.n_rows, -1, dtype=np.int64),
            inverse=np.zeros((room, room)),
        )

    def _set_basis(self, key: Ints, other: Ints, tight: Ints) -> None:
        p = len(other)
        if p + 8 > len(self._basis.other):
            self._enlarge(2 * p + 8)
        b = self._basis
        b.key[:], b.other[:p], b.tight[:p] = key, other, tight
        b.size[0] = p
        b.state[:] = 0
        b.state[key] = 1
        b.state[other] = 2
        b.place[:] = -1
        b.place[tight] = np.arange(p)

    def _reset_cold(self) -> None:
        none = np.empty(0, dtype=np.int64)
        self._fit_state()
        self._set_basis(np.arange(self._n_slack, dtype=np.int64), none, none)
        self._fresh = True

    def _remember(self) -> None:
        b, p = self._basis, int(self._basis.size[0])
        self._start = _Start(
            b.key.copy(), b.other[:p].copy(), b.tight[:p].copy(), b.inverse[:p, :p].copy(),
            self._pool.size,
        )  # fmt: skip

    def _restore(self) -> None:
        assert self._start is not None
        s = self._start
        self._fit_state()
        self._set_basis(s.key, s.other, s.tight)
        p = len(s.other)
        self._basis.inverse[:p, :p] = s.inverse
        self._fresh = False

    def _fit_state(self) -> None:
        if len(self._basis.state) < len(self._pool.columns.commodity):
            state = np.zeros(len(self._pool.columns.commodity), dtype=np.int8)
            state[: len(self._basis.state)] = self._basis.state
            self._basis = self._basis._replace(state=state)

    def _enlarge(self, room: int) -> None:
        b = self._basis
        old = len(b.other)
        other, tight = np.zeros((2, room), dtype=np.int64)
        inverse = np.zeros((room, room))
        other[:old], tight[:old], inverse[:old, :old] = b.other, b.tight, b.inverse
        self._basis = b._replace(other=other, tight=tight, inverse=inverse)
        self._values = self._values._replace(other=np.zeros((2, room)))

    def _optimise(self, question: Question) -> None:
        """Bring the basis to the optimum over the pool."""
        self._fit_state()
        if 2 * self._basis.size[0] + 8 > len(self._basis.other):
            self._enlarge(4 * int(self._basis.size[0]) + 16)
        most = 20_000 + 20 * self._n_slack
        while True:
            code, _ = simplex.optimise(
                self._pool.columns, self._pool.size, self._basis, self._values,
                question.amount, question.bound, self._fresh, most,
            )  # fmt: skip
            self._fresh = code != simplex.OPTIMAL
            if code == simplex.OPTIMAL:
                return
            if code == simplex.STUCK and self._basis.size[0] >= len(self._basis.other):
                self._enlarge(2 * len(self._basis.other))
                continue
            raise _FailedError

    # -- the climb ------------------------------------------------------------

    def _climb(self, question: Question, *, careful: bool) -> tuple[int, NDArray[np.bool_]]:
        """Generate paths until none is better, by cost, second cost and rank in turn."""
        p = question.problem
        if self._fresh and self._basis.size[0] == 0:
            self._greedy(question)
        for rounds in range(1, _MAX_ROUNDS):
            self._optimise(question)
            price = np.maximum(self._values.price, 0.0)[0]
            sigma = np.minimum(self._values.sigma[0, : p.n_commodities], p.penalty)
            weight = add_charges(question.open_cost.copy(), price, *self._entries)
            near = TOLERANCE * (1.0 + np.abs(sigma))
            if self._price(p, weight, sigma - near):
                continue
            new, tied = self._decide_ties(p, weight, sigma, near)
            if not new:
                return rounds, tied
        if careful:
            msg = f"no optimum after {_MAX_ROUNDS} rounds of pricing"
            raise CertificateError(msg)
        raise _FailedError

    def _by_highs(self, question: Question, cold_starts: int) -> Outcome:
        """Find an optimum, any, without the engine's own simplex method."""
        p, k = question.problem, question.problem.n_commodities
        rounds = 0
        while True:
            rounds += 1
            values, price, sigma = solve_master(
                self._pool, self._n_slack, question.amount[0], question.bound[0]
            )
            sigma = np.minimum(sigma[:k], p.penalty)
            weight = add_charges(question.open_cost.copy(), price, *self._entries)
            if not self._price(p, weight, sigma - TOLERANCE * (1.0 + np.abs(sigma))):
                break
        everything = np.ones(k, dtype=np.bool_)
        values[values <= 1e-11] = 0.0
        return self._finish(
            question, np.arange(self._pool.size), values, price / self._numbering.row_scale,
            sigma, rounds, cold_starts, everything, np.ones(p.n_rows, dtype=np.bool_),
        )  # fmt: skip

    def _price(self, p: FlowProblem, weight: Floats, ceiling: Floats) -> int:
        """Add each commodity's cheapest path where it is below the ceiling; say how many."""
        length, start, arcs = trees.cheapest_paths(
            *self._star, p.tail, p.head, weight, self._togo, self._group_togo, *self._groups,
            p.destination, ceiling,
        )  # fmt: skip
        wanted = np.flatnonzero(np.isfinite(length))
        if not len(wanted):
            return 0
        return self._pool.add(wanted, start, arcs, p.cost, p.second_cost)

    def _greedy(self, question: Question) -> None:
        """Start cold from each commodity's cheapest path, as far as there is room."""
        p = question.problem
        near = TOLERANCE * (1.0 + p.penalty)
        length, start, arcs = trees.cheapest_paths(
            *self._star, p.tail, p.head, question.open_cost, self._togo, self._group_togo,
            *self._groups, p.destination, p.penalty - near,
        )  # fmt: skip
        wanted = np.flatnonzero(np.isfinite(length))
        first = self._pool.size
        self._pool.add(wanted, start, arcs, p.cost, p.second_cost)
        self._fit_state()
        basis.fill(
            self._pool.columns, first, self._pool.size, self._basis, question.amount,
            question.bound, self._values.use[0],
        )  # fmt: skip

    def _decide_ties(
        self, p: FlowProblem, weight: Floats, sigma: Floats, near: Floats
    ) -> tuple[int, NDArray[np.bool_]]:
        """Look among the paths of equal cost for better ones by second cost and rank."""
        start, members = self._groups[2:]
        if len(members) == 0:
            return 0, np.zeros(0, dtype=np.bool_)
        tolerance = np.maximum.reduceat(near[members], start[:-1])
        arc_start, arcs, takes_part = ties.tight_subgraphs(
            *self._star, *self._in_star, p.tail, p.head, weight, self._togo, self._group_togo,
            *self._groups, p.destination, sigma + near, tolerance,
        )  # fmt: skip
        charge = np.zeros((2, *p.cost.shape))
        for level in range(2):
            add_charges(charge[level], self._values.price[1 + level], *self._entries)
        far, rank, path_start, path_arcs, freedom = ties.second_paths(
            p.n_nodes, p.tail, p.head, p.second_cost, self._tie_arc, charge,
            self._tie_commodity, arc_start, arcs, *self._groups, p.destination, takes_part,
        )  # fmt: skip
        k = p.n_commodities
        sigma2, sigma3 = self._values.sigma[1, :k], self._values.sigma[2, :k]
        near2 = TOLERANCE * (1.0 + np.abs(sigma2))
        near3 = TOLERANCE * (1.0 + np.abs(sigma3))
        better = (far < sigma2 - near2) | ((far <= sigma2 + near2) & (rank < sigma3 - near3))
        new = 0
        if better.any():
            new = self._pool.add(
                np.flatnonzero(better), path_start, path_arcs, p.cost, p.second_cost
            )
        basics = np.ones(self._n_slack, dtype=np.int64)
        size = int(self._basis.size[0])
        np.add.at(basics, self._pool.columns.commodity[self._basis.other[:size]], 1)
        choices = np.where(takes_part, freedom, 0) + (p.penalty <= sigma + near)
        return new, choices > basics[:k]

    # -- the outcome ------------------------------------------------------------

    def _polish(self, question: Question) -> None:
        """Solve the last basis once more, in an order that does not depend on the way here."""
        b, size = self._basis, int(self._basis.size[0])
        commodity = self._pool.columns.commodity
        by_commodity: dict[int, list[int]] = {}
        for j in b.other[:size].tolist():
            by_commodity.setdefault(int(commodity[j]), []).append(j)
        amount = {
            j: (x, y)
            for j, x, y in zip(
                b.other[:size].tolist(), *self._values.other[:, :size].tolist(), strict=True
            )
        }
        key, other = b.key.copy(), []
        for k in sorted(by_commodity):
            mine = [int(key[k]), *by_commodity[k]]
            if len(mine) > 2 and k < question.problem.n_commodities:
                amount[mine[0]] = (float(self._values.key[0, k]), float(self._values.key[1, k]))
                mine = self._told_apart(question.problem, k, mine, amount)
            mine.sort(key=lambda j: (j >= self._pool.fixed, self._pool.path(j).tobytes(), j))
            key[k] = mine[0]
            other += mine[1:]
        self._fit_state()
        self._set_basis(key, np.array(other, dtype=np.int64), np.sort(b.tight[:size]))
        good = basis.refresh(
            self._pool.columns, self._basis, self._values, question.amount, question.bound
        )
        if not good:
            raise _FailedError
        self._fresh = False

    def _told_apart(
        self, p: FlowProblem, k: int, mine: list[int], amount: dict[int, tuple[float, float]]
    ) -> list[int]:
        """Return the basic columns of a commodity with its paths split in the defined way."""
        paths = [j for j in mine if j >= self._pool.fixed]
        if len(paths) < 3:
            return mine
        held = [self._pool.path(j) for j in paths]
        start = np.zeros(len(paths) + 1, dtype=np.int64)
        np.cumsum([len(path) for path in held], out=start[1:])
        start, arcs = split_into_paths(
            p.origin[k], p.destination[k], p.tail, p.head, start, np.concatenate(held),
            np.array([amount[j] for j in paths]).T, TOLERANCE * (1.0 + p.amount[k]),
        )  # fmt: skip
        if not len(start):
            return mine
        numbers = [
            self._pool.number(k, arcs[a:b], p.cost, p.second_cost) for a, b in pairwise(start)
        ]
        if len(set(numbers)) < len(paths):
            return mine
        return [j for j in mine if j < self._pool.fixed] + numbers

    def _outcome(
        self, question: Question, rounds: int, cold_starts: int, tied: NDArray[np.bool_]
    ) -> Outcome:
        p = question.problem
        self._polish(question)
        b, size, values = self._basis, int(self._basis.size[0]), self._values
        column = np.concatenate([b.key, b.other[:size]])
        amount = np.concatenate([values.key[0], values.other[0, :size]])
        commodity = self._pool.columns.commodity[column]
        amount[amount <= 1e-11 * (1.0 + question.amount[0, commodity])] = 0.0
        sigma = np.minimum(values.sigma[0, : p.n_commodities], p.penalty)
        row_price = np.maximum(values.price[0], 0.0) / self._numbering.row_scale
        loose = (values.price[0] <= TOLERANCE * (1.0 + sigma.max(initial=0.0))) & (b.place >= 0)
        row_price[loose] = 0.0
        row_price = self._numbering.share(row_price, p)
        return self._finish(
            question, column, amount, row_price, sigma, rounds, cold_starts, tied, loose
        )

    def _finish(
        self,
        question: Question,
        column: Ints,
        amount: Floats,
        row_price: Floats,
        sigma: Floats,
        rounds: int,
        cold_starts: int,
        tied: NDArray[np.bool_],
        loose: NDArray[np.bool_],
    ) -> Outcome:
        """Turn amounts by column into an outcome in the problem's own numbering."""
        p, n = question.problem, self._numbering
        commodity = self._pool.columns.commodity[column]
        is_path = column >= self._pool.fixed
        short = np.zeros(p.n_commodities)
        idle = column < p.n_commodities
        short[commodity[idle]] = amount[idle]
        carries = is_path & (amount > 0)
        column, amount, commodity = column[carries], amount[carries], commodity[carries]
        flow = self._pool.carry(column, amount, np.zeros(p.cost.shape))
        paths = [self._pool.path(j) for j in column.tolist()]
        order = sorted(
            range(len(paths)),
            key=lambda i: (n.commodity_order[commodity[i]], paths[i].tobytes()),
        )
        start = np.zeros(len(paths) + 1, dtype=np.int64)
        np.cumsum([len(paths[i]) for i in order], out=start[1:])
        arcs = np.concatenate([paths[i] for i in order]) if paths else np.empty(0, dtype=np.int64)
        return Outcome(
            path_commodity=n.commodity_order[commodity[order]],
            path_start=start,
            path_arcs=n.arc_order[arcs],
            path_amount=amount[order],
            class_flow=flow[:, n.arc_number],
            shortfall=short[n.commodity_number],
            row_price=row_price[n.row_number],
            commodity_price=sigma[n.commodity_number],
            rounds=rounds,
            cold_starts=cold_starts,
            tied=tied[n.commodity_number],
            tied_row=loose[n.row_number],
        )


def _empty_values(n_slack: int, room: int, n_rows: int) -> Values:
    return Values(
        key=np.zeros((2, n_slack)),
        other=np.zeros((2, room)),
        use=np.zeros((2, n_rows)),
        price=np.zeros((3, n_rows)),
        sigma=np.zeros((3, n_slack)),
        key_use=np.zeros((2, n_rows)),
    )
