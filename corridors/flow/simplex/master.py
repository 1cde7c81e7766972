"""The engine's own simplex method behind the interface of the master problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.flow.master import FailedError, Kept, Master, MasterProblem
from corridors.flow.simplex import simplex
from corridors.flow.simplex.basis import Values
from corridors.flow.simplex.dual import Weights
from corridors.flow.simplex.exchange import fill_keys
from corridors.flow.simplex.working import NO_WEIGHTS

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats


class _Own(NamedTuple):
    """What is kept with a basis: its inverse, weights, and what it means for a question."""

    inverse: Floats
    weights: Weights | None
    values: Values | None
    question: MasterProblem | None

    def means_the_same(self, question: MasterProblem) -> bool:
        """Whether the basis means for another question what is kept."""
        of = self.question
        return (
            of is not None
            and of.problem.cost is question.problem.cost
            and of.problem.tie_cost is question.problem.tie_cost
            and of.problem.penalty is question.problem.penalty
            and of.problem.excess_price is question.problem.excess_price
            and _alike(of.amount, question.amount)
            and _alike(of.bound, question.bound)
        )


def _alike(one: Floats, other: Floats) -> bool:
    return one is other or np.array_equal(one, other)


def _copied(weights: Weights | None) -> Weights | None:
    return None if weights is None else Weights(*(array.copy() for array in weights))


class OwnMaster(Master):
    """The program over the columns of a pool, kept as a small inverse.

    All levels of costs and of right-hand sides are compared at every step, so
    that ties are decided as soon as the optimum is reached.
    """

    _fresh = True
    """Whether the inverse of the basis has to be computed before it is used."""

    _answered: MasterProblem | None = None
    """The question to which the basis is the optimum over the columns that there were."""

    _taken: MasterProblem | None = None
    """The question for which a basis was last taken."""

    _weights: Weights | None = None
    """How strongly the basic variables answer, as far as is known from earlier changes."""

    _spare: Weights | None = None
    """Room for those that were kept with a basis, which change from there."""

    _restored = False
    """Whether nothing has been done since the basis that was kept was restored."""

    _room: simplex.Room | None = None
    """What the last run worked in."""

    _shortened = 0
    """How often the pool had forgotten columns by then, whose numbers are those of others now."""

    @property
    def untouched(self) -> bool:
        """Whether no limit binds and nothing has been optimised, as after `reset`."""
        return self._fresh and self._working.size == 0

    def stand(self, question: MasterProblem) -> None:
        """Work out what the basis that stands means for a question.

        Raises
        ------
        FailedError
            Where it has no inverse.
        """
        self._fresh, self._answered, self._weights = True, None, None
        self._taken, self._restored = question, False
        if not self._working.refresh(question.amount, question.bound):
            raise FailedError

    def reset(self) -> None:
        """Go back to nothing: everything falls short."""
        super().reset()
        self._fresh, self._answered, self._weights = True, None, None
        self._restored = False

    def remember(self) -> Kept:
        """Keep the basis as the one to return to, with its inverse, and return it."""
        kept = super().remember()
        of, valued = self._answered, False
        if self._fresh and self._taken is not None:
            # What was taken has its values, and no inverse yet.
            of = self._taken
            self._fresh = not self._working.refresh(of.amount, of.bound, invert=True)
            valued = not self._fresh
        elif of is not None:
            # What was carried along is worked out once, and not again for each question.
            valued = self._working.refresh(of.amount, of.bound)
        p = self._working.size
        inverse = self._working.basis.inverse[:p, :p].copy()
        if of is None or not valued:
            kept.own = _Own(inverse, _copied(self._weights), None, None)
        else:
            values = Values(*(array.copy() for array in self._working.values))
            kept.own = _Own(inverse, _copied(self._weights), values, of)
        return kept

    def restore(self) -> None:
        """Go back to the basis that was kept, or to nothing where none was."""
        kept, self._answered, self._restored = self.kept, None, False
        if kept is None:
            self._weights = None
            super().restore()
            return
        own: _Own = kept.own
        self._fresh, self._restored = False, True
        if own.values is None:
            super().restore()
            p, self._weights = len(own.inverse), _copied(own.weights)
            self._working.basis.inverse[:p, :p] = own.inverse
            return
        weights, spare = own.weights or NO_WEIGHTS, self._spare
        if spare is None or len(spare.other) != len(weights.other):
            spare = self._spare = Weights(*(np.empty_like(array) for array in weights))
        self._weights = None if own.weights is None else spare
        prices = kept.prices, kept.commodity_prices
        self._working.put_back(kept.basis, own.inverse, prices, own.values, weights, spare)

    def stands_for(self, question: MasterProblem) -> bool:
        """Whether the basis was kept for a question that differs in closed arcs alone."""
        if not self._restored or self.kept is None:
            return False
        own: _Own = self.kept.own
        return own.means_the_same(question)

    def fill(self, first: int, question: MasterProblem) -> None:
        """Let columns from number `first` on carry their commodities while there is room."""
        self._working.fit()
        bound = question.bound[0] * (1.0 - 1e-9)
        fill_keys(
            self.pool.columns,
            first,
            self.pool.size,
            self._working.basis,
            question.amount[0],
            bound,
            np.zeros(len(bound)),
        )

    def optimise(self, question: MasterProblem) -> None:
        """Bring the basis to the optimum over the pool, ties decided.

        Raises
        ------
        FailedError
            Where the simplex method finds no way there.
        """
        working = self._working
        working.fit()
        # Not much wider than it is used: rows that lie far apart are slow to walk through.
        if working.size + working.size // 4 + 16 > len(working.basis.other):
            working.enlarge(working.size + working.size // 2 + 32)
            self._answered, self._restored = None, False
        if self.stands_for(question) and self.kept is not None:
            values = self.kept.own.values
            self.prices[:], self.commodity_prices[:] = values.price, values.sigma
            self._answered = question
        self._restored = False
        most = 20_000 + 20 * self.n_slack
        pool = self.pool
        while True:
            entries = int(pool.columns.start[pool.size])
            if self._shortened != pool.shortened:
                self._room, self._shortened = None, pool.shortened
            room = self._room = simplex.room(
                working.basis,
                pool.size,
                len(question.bound[0]),
                entries,
                self._weights,
                self._room,
            )
            self._weights = room[1]
            code, _ = simplex.optimise(
                self.pool.columns,
                self.pool.size,
                working.basis,
                working.values,
                question.amount,
                question.bound,
                self._fresh,
                self._answered is question,
                most,
                room,
            )
            self._fresh = code != simplex.OPTIMAL
            self._answered = question if code == simplex.OPTIMAL else None
            if code == simplex.OPTIMAL:
                return
            if code == simplex.STUCK and working.size >= len(working.basis.other):
                working.enlarge(2 * len(working.basis.other))
                continue
            raise FailedError

    def decide(self, question: MasterProblem) -> bool:  # noqa: ARG002 - all ties are decided already
        """Say that nothing is left to decide."""
        return False
