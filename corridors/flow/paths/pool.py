"""The pool of paths that the engine has seen, kept across scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.flow.arrays import only_shut
from corridors.flow.paths.columns import (
    Columns,
    append,
    copy_arcs,
    cut_chains,
    find,
    price_paths,
    shut_paths,
)
from corridors.flow.shortest.trees import forward_star

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.problem import FlowProblem


class PathPool:
    """Columns of the program: what is idle, what exceeds soft limits, then paths.

    The first K + S columns are the shortfalls of the commodities and what is
    left unused of the S soft limits' excess; the next S are the excess itself.

    Parameters
    ----------
    problem
        The problem whose arcs, classes and limits the paths refer to. Bounds,
        costs and amounts may change later; arcs and members of limits may not.
    unit
        Units of a limit that an entry takes, scaled as the program wants them,
        shape (E,).
    rank, rank_of_commodity, rank_of_shortfall
        The third cost of a path is the sum of the ranks of its arcs times the
        commodity's; that of falling short is given.
    soft
        Limits that may be exceeded at a price, shape (S,).

    Attributes
    ----------
    star
        Forward star of the arcs, as offsets (N + 1,) and arc numbers (A,).
    room
        Zeros to work in, which stay so: numbers (2, A) and flags (A,).
    shortened
        How often columns were forgotten.
    """

    def __init__(
        self,
        problem: FlowProblem,
        unit: Floats,
        rank: Floats,
        rank_of_commodity: Floats,
        rank_of_shortfall: Floats,
        soft: Ints,
    ) -> None:
        k, s = problem.n_commodities, len(soft)
        self._class_of = problem.commodity_class
        self.star = forward_star(problem.tail, problem.n_nodes)
        self.room = np.zeros((2, problem.n_arcs)), np.zeros(problem.n_arcs, dtype=np.bool_)
        self._rank, self._rank_of_commodity = rank, rank_of_commodity
        order = np.argsort(problem.member_arc, kind="stable")
        start = np.zeros(problem.n_arcs + 1, dtype=np.int64)
        np.cumsum(np.bincount(problem.member_arc, minlength=problem.n_arcs), out=start[1:])
        self._members = (
            start,
            problem.member_limit[order],
            problem.member_class[order],
            unit[order],
        )
        self._taken = np.full(problem.n_limits, -1, dtype=np.int64)
        self.fixed = self.size = k + 2 * s
        self.shortened = 0
        room = 4 * (k + s) + 64
        self._commodity = np.zeros(room, dtype=np.int64)
        self._commodity[: k + s] = np.arange(k + s)
        self._commodity[k + s : k + 2 * s] = np.arange(k, k + s)
        self._start = np.zeros(room + 1, dtype=np.int64)
        self._start[k + s : k + 2 * s + 1] = np.arange(s + 1)
        self._path_start = np.zeros(room + 1, dtype=np.int64)
        self._cost = np.zeros((3, room))
        self._cost[2, : k + s] = rank_of_shortfall
        self._cost[2, k + s : k + 2 * s] = 1.0
        self._banned = np.zeros(room, dtype=np.bool_)
        self._limit = np.zeros(16 * room, dtype=np.int64)
        self._unit = np.zeros(16 * room)
        self._limit[:s] = soft
        self._unit[:s] = -1.0
        self._older = np.full(16 * room, -1, dtype=np.int64)
        self._owner = np.zeros(16 * room, dtype=np.int64)
        self._owner[:s] = np.arange(k + s, k + 2 * s)
        # The paths of a commodity hang together as the entries of a limit do.
        self._newest_of = np.full(k + s, -1, dtype=np.int64)
        self._older_of = np.full(room, -1, dtype=np.int64)
        self._newest = np.full(problem.n_limits, -1, dtype=np.int64)
        self._newest[soft] = np.arange(s)
        self._arcs = np.zeros(32 * room, dtype=np.int64)
        # And so do those over an arc.
        self._newest_on = np.full(problem.n_arcs, -1, dtype=np.int64)
        self._older_on, self._column_on = np.zeros((2, 32 * room), dtype=np.int64)
        self._shut, self._n_shut = np.zeros(room, dtype=np.int64), 0
        self._costs = problem.cost, problem.tie_cost
        self._finite = np.where(np.isinf(problem.cost), 0.0, problem.cost)
        self.columns = self._view()

    def _view(self) -> Columns:
        return Columns(
            self._commodity,
            self._start,
            self._limit,
            self._unit,
            self._cost,
            self._banned,
            self._newest,
            self._older,
            self._owner,
        )

    def load(
        self, penalty: Floats, excess: Floats, cost: Floats, tie_cost: Floats, open_cost: Floats
    ) -> None:
        """Bring costs and closures to those of a problem.

        Parameters
        ----------
        penalty
            Of each commodity, shape (K,).
        excess
            Price of a unit above each soft limit, shape (S,).
        cost, tie_cost, open_cost
            Cost and tie cost by class and arc, and the cost with ``inf``
            where an arc is closed, shape (C, A). Paths are priced again where they cost another
            sum, which those do not that are only shut.
        """
        self._cost[0, : len(penalty)] = penalty
        self._cost[0, self.fixed - len(excess) : self.fixed] = excess
        if not (only_shut(cost, self._costs[0]) and np.array_equal(tie_cost, self._costs[1])):
            self._costs = cost, tie_cost
            self._finite = np.where(np.isinf(cost), 0.0, cost)
            self._price(self.fixed, self.size)
        self.ban(open_cost, np.ones(open_cost.shape[1], dtype=np.bool_))

    def ban(self, open_cost: Floats, shut: Flags) -> None:
        """Mark the paths through closed arcs, all of which are among those `shut` to any class."""
        paths = self._class_of, self._commodity, self._newest_on, self._older_on, self._column_on
        self._n_shut = shut_paths(shut, *paths, open_cost, self._banned, self._shut, self._n_shut)

    def _price(self, first: int, last: int) -> None:
        price_paths(
            first, last, self._commodity, self._path_start, self._arcs, self._class_of,
            self._finite, self._costs[1], self._rank, self._rank_of_commodity, self._cost,
        )  # fmt: skip

    def add(self, wanted: Ints, start: Ints, arcs: Ints) -> int:
        """Add the paths of some commodities that the pool does not hold yet.

        Parameters
        ----------
        wanted
            Commodities whose paths to add.
        start, arcs
            A path for every commodity, as offsets (K + 1,) into arc numbers.

        Returns
        -------
        int
            How many were new.
        """
        before = self.size
        self.numbers(wanted, wanted, start, arcs)
        return self.size - before

    def numbers(self, wanted: Ints, commodity: Ints, start: Ints, arcs: Ints) -> Ints:
        """Return the numbers of some paths, of which those are added that the pool does not hold.

        Parameters
        ----------
        wanted, commodity
            Which of the paths, and the commodity of each of these.
        start, arcs
            The paths, as offsets into arc numbers.
        """
        first, numbers = self.size, np.empty(len(wanted), dtype=np.int64)
        known = self._path_start, self._arcs, self._newest_of, self._older_of
        if not len(wanted):
            return numbers
        new, size, entries = find(wanted, commodity, start, arcs, *known, self._members[0], numbers)
        if not new:
            return numbers
        self._make_room(new, size, entries)
        self.size = append(
            wanted,
            commodity,
            start,
            arcs,
            first,
            self._class_of,
            *self._members,
            self._commodity,
            self._start,
            self._limit,
            self._unit,
            self._path_start,
            self._arcs,
            self._taken,
            self._newest,
            self._older,
            self._owner,
            self._newest_of,
            self._older_of,
            self._newest_on,
            self._older_on,
            self._column_on,
            numbers,
        )
        if self.size > first:
            self._banned[first : self.size] = False
            self._price(first, self.size)
        return numbers

    def _make_room(self, paths: int, arcs: int, entries: int) -> None:
        grown, used = False, int(self._start[self.size])
        if self.size + paths > len(self._commodity):
            room, n = 2 * len(self._commodity) + paths, self.size
            self._commodity = _grown(self._commodity, n, room)
            self._start = _grown(self._start, n + 1, room + 1)
            self._path_start = _grown(self._path_start, n + 1, room + 1)
            self._banned = _grown(self._banned, n, room)
            self._older_of = _grown(self._older_of, n, room)
            self._shut = _grown(self._shut, self._n_shut, room)
            cost = np.zeros((3, room))
            cost[:, : self.size] = self._cost[:, : self.size]
            self._cost = cost
            grown = True
        if used + entries > len(self._limit):
            room = 2 * len(self._limit) + entries
            self._limit = _grown(self._limit, used, room)
            self._unit = _grown(self._unit, used, room)
            self._older = _grown(self._older, used, room)
            self._owner = _grown(self._owner, used, room)
            grown = True
        if (used := int(self._path_start[self.size])) + arcs > len(self._arcs):
            room = 2 * len(self._arcs) + arcs
            self._arcs = _grown(self._arcs, used, room)
            self._older_on = _grown(self._older_on, used, room)
            self._column_on = _grown(self._column_on, used, room)
        if grown:
            self.columns = self._view()

    def shorten(self, size: int) -> None:
        """Forget all columns from number `size` on."""
        self.size = size
        self.shortened += 1
        cut_chains(self._newest_of, self._older_of, size)
        cut_chains(self._newest, self._older, int(self._start[size]))
        cut_chains(self._newest_on, self._older_on, int(self._path_start[size]))

    @property
    def all_paths(self) -> tuple[Ints, Ints]:
        """Arcs of the columns, as offsets into arc numbers, with room behind; until one comes."""
        return self._path_start, self._arcs

    def path(self, number: int) -> Ints:
        """Return the arcs of a column; those of a shortfall are none."""
        return self._arcs[self._path_start[number] : self._path_start[number + 1]]

    def paths(self, number: Ints, names: Ints | None = None) -> tuple[Ints, Ints]:
        """Return the arcs of some columns, as offsets and arc numbers, or as other `names` (A,)."""
        start = np.zeros(len(number) + 1, dtype=np.int64)
        np.cumsum(self._path_start[number + 1] - self._path_start[number], out=start[1:])
        arcs = np.empty(start[-1], dtype=np.int64)
        copy_arcs(number, self._path_start, self._arcs, arcs)
        return start, arcs if names is None else names[arcs]


def _grown(array: Any, used: int, room: int) -> Any:
    """Return an array with more room; what is not used yet is not touched, and takes no memory."""
    bigger = np.zeros(room, dtype=array.dtype)
    bigger[:used] = array[:used]
    return bigger
