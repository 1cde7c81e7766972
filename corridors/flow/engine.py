"""Column generation over paths, and the stages that make the answer unique.

The master problem holds a few paths per commodity; shortest paths under the
prices of the limits find the paths that would improve it, until none does
(Ford and Fulkerson 1958; Dantzig and Wolfe 1960). Everything that was learnt
stays for the next question on the same arcs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import CertificateError
from corridors.flow import trees
from corridors.flow.columns import PathPool, open_costs, row_use
from corridors.flow.master import Master
from corridors.flow.problem import Floats, FlowProblem, Ints

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TOLERANCE = 1e-9
_TIE = 1e-8
"""Relative difference of two lengths below which they count as equal."""

_TIE_SHORT = 3.0
"""Rank weight of falling short, above that of an arc (1 to 2)."""

_MAX_ROUNDS = 10_000


@dataclass
class Outcome:
    """What the engine found: paths with their amounts, and the prices that prove it."""

    path_commodity: Ints
    path_arcs: list[Ints]
    path_amount: Floats
    shortfall: Floats
    row_price: Floats
    commodity_price: Floats
    rounds: int
    cold_starts: int


@dataclass
class _Face:
    """All answers of least cost: the arcs, shortfalls and limits that they may use."""

    arc_start: Ints
    arcs: Ints
    may_serve: NDArray[np.bool_]
    may_fall_short: NDArray[np.bool_]
    column: NDArray[np.bool_]
    full: NDArray[np.bool_]


class Engine:
    """Solves one problem and any other on the same arcs, commodities and members of limits."""

    def __init__(self, problem: FlowProblem) -> None:
        self._n_arcs = problem.n_arcs
        self._arc_order = np.argsort(problem.arc_rank, kind="stable").astype(np.int64)
        self._new_number = np.argsort(self._arc_order, kind="stable").astype(np.int64)
        self._tail = problem.tail[self._arc_order]
        self._head = problem.head[self._arc_order]
        self._star = trees.forward_star(self._tail, problem.n_nodes)
        self._in_star = trees.forward_star(self._head, problem.n_nodes)
        # Canonical order, so that nothing below depends on the order of the input.
        self._commodity_order = np.argsort(problem.commodity_rank, kind="stable").astype(np.int64)
        self._problem = p = self._canonical(problem)
        self._groups = trees.group_commodities(p.origin, p.commodity_class)
        self._group_of = np.empty(p.n_commodities, dtype=np.int64)
        start, members = self._groups[2:]
        self._group_of[members] = np.repeat(np.arange(len(start) - 1), np.diff(start))
        self._pool = PathPool(p)
        self._uses: list[tuple[Ints, Floats]] = []
        self._master = Master(p.n_commodities)
        self._lp_row = np.full(p.n_rows, -1, dtype=np.int64)
        self._basis: Any = None
        self._tie_arc = 1.0 + np.modf(np.arange(1, p.n_arcs + 1) * 0.618033988749895)[0]
        self._tie_commodity = (
            1.0 + np.modf(np.arange(1, p.n_commodities + 1) * 0.414213562373095)[0]
        )

    def solve(self, problem: FlowProblem) -> Outcome:
        """Solve a problem that shares this engine's arcs, commodities and members.

        Parameters
        ----------
        problem
            May differ in costs, closed arcs, bounds, amounts and penalties.

        Returns
        -------
        Outcome
            In the problem's own numbering.
        """
        self._problem = p = self._canonical(problem)
        self._cost = open_costs(p)
        cold_before = self._master.cold_starts
        self._load()
        rounds, price, dual = self._first_stage()
        if self._basis is None:
            self._basis = self._master.basis()
        face = self._face(price, dual)
        amount = self._refine(face)
        return self._outcome(amount, price, dual, rounds, self._master.cold_starts - cold_before)

    def _canonical(self, problem: FlowProblem) -> FlowProblem:
        arcs, commodities = self._arc_order, self._commodity_order
        return FlowProblem(
            n_nodes=problem.n_nodes,
            tail=self._tail,
            head=self._head,
            cost=problem.cost[:, arcs],
            second_cost=problem.second_cost[:, arcs],
            origin=problem.origin[commodities],
            destination=problem.destination[commodities],
            amount=problem.amount[commodities],
            penalty=problem.penalty[commodities],
            commodity_class=problem.commodity_class[commodities],
            bound=problem.bound,
            entry_row=problem.entry_row,
            entry_arc=self._new_number[problem.entry_arc],
            entry_class=problem.entry_class,
            entry_factor=problem.entry_factor,
            closed=problem.closed[arcs],
            arc_rank=np.arange(problem.n_arcs, dtype=np.int64),
            commodity_rank=np.arange(problem.n_commodities, dtype=np.int64),
        )

    def _load(self) -> None:
        """Bring the master to this problem: costs, closed paths, amounts, bounds."""
        p = self._problem
        self._master.set_costs(np.concatenate([p.penalty, self._path_costs()]))
        self._master.set_upper(self._upper())
        self._set_rows()
        if self._basis is not None:
            self._master.restore(self._basis)

    def _path_costs(self) -> Floats:
        lengths = self._pool.lengths(self._cost)
        return np.where(np.isinf(lengths), 0.0, lengths)

    def _upper(self) -> Floats:
        """Return the columns' bounds: a path through a closed arc carries nothing."""
        shut = np.isinf(self._pool.lengths(self._cost))
        free = np.full(self._problem.n_commodities, np.inf)
        return np.concatenate([free, np.where(shut, 0.0, np.inf)])

    def _set_rows(self, full: NDArray[np.bool_] | None = None) -> None:
        p = self._problem
        limits = np.asarray(self._master.row_limit, dtype=np.int64)
        upper = p.bound[limits]
        lower = np.full(len(limits), -np.inf)
        if full is not None:
            lower = np.where(full[limits], upper, lower)
        # A limit of 0 has closed its arcs already; as a row it would only be degenerate.
        upper = np.where(upper <= 0, np.inf, upper)
        lower = np.where(np.isinf(upper), -np.inf, lower)
        self._master.set_rows(np.concatenate([p.amount, lower]), np.concatenate([p.amount, upper]))

    def _run(self) -> tuple[Floats, Floats, Floats]:
        """Run the master; return amounts by path, duals by limit and duals by commodity."""
        k = self._problem.n_commodities
        values, duals = self._master.run()
        by_limit = np.zeros(self._problem.n_rows)
        by_limit[np.asarray(self._master.row_limit, dtype=np.int64)] = duals[k:]
        return values[k:], by_limit, duals[:k]

    def _weights(self, cost: Floats, price: Floats) -> Floats:
        p = self._problem
        return trees.weights_with_prices(
            cost, price, p.entry_row, p.entry_arc, p.entry_class, p.entry_factor
        )

    def _first_stage(self) -> tuple[int, Floats, Floats]:
        """Generate paths until no path is cheaper than its commodity's price."""
        p = self._problem
        for rounds in range(1, _MAX_ROUNDS):
            amount, duals, sigma = self._run()
            if self._add_broken_limits(amount):
                continue
            price = np.maximum(-duals, 0.0)
            sigma = np.minimum(sigma, p.penalty)
            weight = self._weights(self._cost, price)
            ceiling = sigma - _TOLERANCE * (1.0 + np.abs(sigma))
            ceiling[p.amount <= 0] = -1.0
            length, start, arcs = trees.cheapest_paths(
                *self._star, self._tail, self._head, weight, *self._groups, p.destination, ceiling
            )
            if not self._add_paths(np.isfinite(length), start, arcs, self._cost):
                return rounds, price, sigma
        msg = f"no optimum after {_MAX_ROUNDS} rounds of pricing"
        raise CertificateError(msg)

    def _add_broken_limits(self, amount: Floats) -> bool:
        p = self._problem
        use = row_use(p, self._pool.flow_by_class(amount))
        missing = (self._lp_row < 0) & (p.bound > 0)
        broken = np.flatnonzero(missing & (use > p.bound * (1 + _TOLERANCE) + 1e-12))
        if not len(broken):
            return False
        members: dict[int, tuple[list[int], list[float]]] = {int(r): ([], []) for r in broken}
        for number, (rows, units) in enumerate(self._uses):
            for r, u in zip(rows.tolist(), units.tolist(), strict=True):
                if r in members:
                    members[r][0].append(p.n_commodities + number)
                    members[r][1].append(u)
        self._lp_row[broken] = self._master.n_rows + np.arange(len(broken))
        self._master.add_limits(
            broken,
            np.full(len(broken), -np.inf),
            p.bound[broken],
            [(np.array(members[int(r)][0]), np.array(members[int(r)][1])) for r in broken],
        )
        return True

    def _add_paths(
        self, wanted: NDArray[np.bool_], start: Ints, arcs: Ints, cost: Floats
    ) -> list[int]:
        """Put new paths of the wanted commodities into the pool and the master."""
        added: list[int] = []
        for k in np.flatnonzero(wanted):
            number = self._pool.add(int(k), arcs[start[k] : start[k + 1]].copy())
            if number is not None:
                added.append(number)
                self._uses.append(self._pool.uses(number))
        if not added:
            return added
        p = self._problem
        commodity = np.array([self._pool.commodity[i] for i in added])
        column_cost = np.array(
            [
                cost[p.commodity_class[self._pool.commodity[i]], self._pool.arcs[i]].sum()
                for i in added
            ]
        )
        in_program = []
        for i in added:
            rows, units = self._uses[i]
            lp = self._lp_row[rows]
            in_program.append((lp[lp >= 0], units[lp >= 0]))
        self._master.add_paths(column_cost, commodity, in_program)
        return added

    def _face(self, price: Floats, sigma: Floats) -> _Face:
        p = self._problem
        weight = self._weights(self._cost, price)
        slack = _TIE * (1.0 + sigma)
        start, members = self._groups[2:]
        tolerance = np.array(
            [slack[members[start[g] : start[g + 1]]].max() for g in range(len(start) - 1)]
        )
        ceiling = np.where(p.amount > 0, sigma + slack, -1.0)
        arc_start, arcs, may_serve = trees.tight_subgraphs(
            *self._star, *self._in_star, self._tail, self._head, weight, *self._groups,
            p.destination, ceiling, tolerance,
        )  # fmt: skip
        commodity = self._pool.flat()[0]
        scale = 1.0 + sigma.max(initial=0.0)
        return _Face(
            arc_start=arc_start,
            arcs=arcs,
            may_serve=may_serve,
            may_fall_short=(p.penalty - sigma <= slack) | (p.amount <= 0),
            column=self._pool.lengths(weight) - sigma[commodity] <= slack[commodity],
            full=price > _TOLERANCE * scale,
        )

    def _refine(self, face: _Face) -> Floats:
        """Among the answers of least cost take the one of least second cost, then by rank."""
        p = self._problem
        by_rank = np.broadcast_to(self._tie_arc, p.cost.shape)
        one = np.ones(p.n_commodities)
        if p.second_cost.any():
            self._stage(face, p.second_cost, one, 0.0 * one, self._groups)
        if len(self._groups[0]) < p.n_commodities:
            face.arc_start, face.arcs = self._arcs_by_commodity(face)
        every = np.arange(p.n_commodities + 1, dtype=np.int64)
        alone = (p.origin, p.commodity_class, every, every[:-1])
        scale = self._tie_commodity
        return self._stage(face, by_rank, scale, _TIE_SHORT * scale, alone)

    def _arcs_by_commodity(self, face: _Face) -> tuple[Ints, Ints]:
        spans = [face.arcs[face.arc_start[g] : face.arc_start[g + 1]] for g in self._group_of]
        start = np.concatenate([[0], np.cumsum([len(s) for s in spans])])
        return start.astype(np.int64), np.concatenate(spans)

    def _stage(
        self,
        face: _Face,
        second: Floats,
        scale: Floats,
        short: Floats,
        groups: tuple[Ints, Ints, Ints, Ints],
    ) -> Floats:
        """Minimise a further cost over a face, and shrink the face to its optima.

        A unit of commodity k on arc a costs ``second[class, a] * scale[k]``, a
        unit short ``short[k]``; `scale` is the same within each of `groups`.
        """
        p = self._problem
        group_scale = scale[groups[3][groups[2][:-1]]]
        cost = self._pool.lengths(second) * scale[self._pool.flat()[0]]
        self._master.set_costs(np.concatenate([short, cost]))
        self._set_face(face)
        while True:
            amount, duals, sigma = self._run()
            if self._add_broken_limits(amount):
                self._set_rows(face.full)
                continue
            # Where a limit must stay full its price may have either sign.
            charge = self._weights(np.zeros_like(second), -duals)
            length, start, arcs, slack = trees.second_paths(
                p.n_nodes, self._tail, self._head, second, charge, group_scale,
                face.arc_start, face.arcs, *groups, p.destination,
            )  # fmt: skip
            better = face.may_serve & (length < sigma - _TOLERANCE * (1.0 + np.abs(sigma)))
            if not self._admit(face, better, start, arcs, second):
                break
            cost = self._pool.lengths(second) * scale[self._pool.flat()[0]]
            self._master.set_costs(np.concatenate([short, cost]))
            self._set_face(face)
        near = _TIE * (1.0 + np.abs(sigma))
        commodity = self._pool.flat()[0]
        charges = self._pool.lengths(charge)
        face.column &= cost + charges - sigma[commodity] <= near[commodity]
        face.may_serve &= length <= sigma + near
        face.may_fall_short &= short - sigma <= near
        face.full |= np.abs(duals) > _TOLERANCE * (1.0 + np.abs(sigma).max(initial=0.0))
        group_of_arc = np.repeat(np.arange(len(groups[0])), np.diff(face.arc_start))
        group_near = np.maximum.reduceat(near[groups[3]], groups[2][:-1])
        keep = slack <= group_near[group_of_arc]
        kept = np.bincount(group_of_arc[keep], minlength=len(groups[0]))
        face.arcs = face.arcs[keep]
        face.arc_start = np.concatenate([[0], np.cumsum(kept)]).astype(np.int64)
        return amount

    def _set_face(self, face: _Face) -> None:
        self._master.set_upper(
            np.where(np.concatenate([face.may_fall_short, face.column]), np.inf, 0.0)
        )
        self._set_rows(face.full)

    def _admit(
        self, face: _Face, better: NDArray[np.bool_], start: Ints, arcs: Ints, second: Floats
    ) -> bool:
        """Let the better paths into the face; say whether any was not there before."""
        new = False
        for k in np.flatnonzero(better):
            known = self._pool.find(int(k), arcs[start[k] : start[k + 1]])
            if known is not None and not face.column[known]:
                face.column[known] = new = True
        added = self._add_paths(better, start, arcs, second)
        face.column = np.concatenate([face.column, np.ones(len(added), dtype=np.bool_)])
        return new or bool(added)

    def _outcome(
        self, amount: Floats, price: Floats, sigma: Floats, rounds: int, cold_starts: int
    ) -> Outcome:
        p = self._problem
        commodity = self._pool.flat()[0]
        amount = np.where(amount > 1e-11 * (1.0 + p.amount[commodity]), amount, 0.0)
        served = np.bincount(commodity, weights=amount, minlength=p.n_commodities)
        # Within the solver's own tolerance of all, it is all.
        whole = np.abs(served - p.amount) <= 1e-9 * p.amount
        factor = np.where(whole & (served > 0), p.amount / np.where(served > 0, served, 1.0), 1.0)
        amount = amount * factor[commodity]
        served = np.bincount(commodity, weights=amount, minlength=p.n_commodities)
        shortfall = np.where(whole, 0.0, np.maximum(p.amount - served, 0.0))
        used = np.flatnonzero(amount)
        back = self._commodity_order
        paths = [
            (int(back[commodity[i]]), self._arc_order[self._pool.arcs[i]], amount[i]) for i in used
        ]
        paths.sort(key=lambda item: (item[0], item[1].tolist()))
        k = p.n_commodities
        by_commodity = np.empty(k)
        by_commodity[back] = shortfall
        prices = np.empty(k)
        prices[back] = sigma
        return Outcome(
            path_commodity=np.array([c for c, _, _ in paths], dtype=np.int64),
            path_arcs=[a for _, a, _ in paths],
            path_amount=np.array([x for _, _, x in paths]),
            shortfall=by_commodity,
            row_price=price,
            commodity_price=prices,
            rounds=rounds,
            cold_starts=cold_starts,
        )
