"""Answers that are known because another closure comes to the same.

Let A be closed in one question and B in another, all else alike. Where A lies within what is of no
use once B is closed, and the answer with A closed rests on nothing of that, it is allowed with B
closed, too; and every path that B leaves, A leaves. Closing more takes answers away and adds none:
it is the answer there as well, with its prices, to the last bit. A station through which cargo goes
in by one line and out by another is shut with either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.flow.certificate import still_proved
from corridors.flow.dead_ends import DeadEnds
from corridors.flow.kernels import lean
from corridors.flow.numbering import but_closures

if TYPE_CHECKING:
    from collections.abc import Callable

    from corridors.flow.arrays import Flags, Ints
    from corridors.flow.certificate import Certificate
    from corridors.flow.problem import FlowProblem
    from corridors.flow.solution import FlowSolution

_MOST_BYTES = 64_000_000
"""What is remembered takes no more; then it begins anew, with the first answer alone."""

_WORTH_LOOKING = 500_000
"""Arcs times commodities below which a closure is solved as soon as another is looked for."""


_NOTHING, _SOMETHING, _OTHERS = 0, 1, 2
"""What a closure closes: nothing that counts, something, or not all that was closed before."""


@dataclass(eq=False)
class Known:
    """An answer that is remembered.

    Attributes
    ----------
    problem, outcome
        The question, and what was found.
    closed
        Arcs that are closed in it, and of use in the first question.
    rests_on
        Arcs without which it may be another, shape (A,).
    certificate
        Its proof, once there is one.
    """

    problem: FlowProblem
    outcome: FlowSolution
    closed: frozenset[int]
    rests_on: Flags
    certificate: Certificate | None = None

    def proof_of(self, problem: FlowProblem, path_arcs: Ints) -> Certificate | None:
        """Return its proof where that holds for another problem, too, where paths use some arcs."""
        proof = self.certificate
        holds = proof is not None and still_proved(proof, self.problem, problem, path_arcs)
        return proof if holds else None


class KnownAnswers:
    """Remembers answers to the first question of an engine with other arcs closed.

    Parameters
    ----------
    more
        Whether to remember more than the first.

    Attributes
    ----------
    first
        The first answer.
    last
        What is remembered of the last answer, or the one that it is.
    recalled
        Whether that one was not solved: the engine stands elsewhere.
    """

    def __init__(self, *, more: bool) -> None:
        self._more = more
        self.first: Known | None = None
        self.last: Known | None = None
        self.recalled = False
        # By the lowest arc that each closes.
        self._by_arc: dict[int, list[Known]] = {}
        self._bytes = 0
        self._dead_ends: DeadEnds | None = None

    def __getstate__(self) -> dict[str, Any]:
        # Another process begins with the first answer, and is sent no more.
        none = {"_by_arc": {}, "_bytes": 0, "_dead_ends": None, "last": None}
        return {**self.__dict__, **none}

    def recall(self, problem: FlowProblem) -> Known | None:
        """Return what answers a problem, too, if anything, as the last answer."""
        self.last = self.find(problem)
        self.recalled = self.last is not None
        return self.last

    def find(self, problem: FlowProblem) -> Known | None:
        """Return the answer to another closure that answers this problem, too, if any.

        Of several one whose closure lies within this one, so that its proof holds.
        """
        first = self.first
        if first is None or not but_closures(problem, first.problem):
            return None
        kind = _closes(first.problem.closed, problem.closed, first.rests_on)
        if kind == _NOTHING:
            return first
        if kind == _OTHERS or not self._by_arc:
            return None
        more = np.flatnonzero(problem.closed & ~first.problem.closed)
        useless = self._ends_of(first).taken_along(more)
        closed, found = set(more.tolist()), None
        for arc in useless.intersection(self._by_arc):
            for known in self._by_arc[arc]:
                if known.closed <= useless and not known.rests_on[list(useless)].any():
                    if known.closed <= closed:
                        return known
                    found = found or known
        return found

    def _ends_of(self, first: Known) -> DeadEnds:
        if self._dead_ends is None:
            self._dead_ends = DeadEnds(first.problem)
        return self._dead_ends

    def add(
        self,
        problem: FlowProblem,
        outcome: FlowSolution,
        rests_on: Callable[[], Flags],
        *,
        again: bool = False,
    ) -> None:
        """Take an answer as the last one, and remember it unless that is known `again`.

        Parameters
        ----------
        problem, outcome
            The question, and what was found.
        rests_on
            Returns the arcs without which it may be another.
        again
            Whether it was known before.
        """
        first, self.last, self.recalled = self.first, None, False
        if first is None:
            self.first = self.last = Known(problem, outcome.once_more(), frozenset(), rests_on())
            return
        large = problem.n_arcs * problem.n_commodities >= _WORTH_LOOKING
        if again or not (self._more and large) or not but_closures(problem, first.problem):
            return
        if (first.problem.closed & ~problem.closed).any():
            return
        more = np.flatnonzero(problem.closed & ~first.problem.closed)
        closed = self._ends_of(first).of_use(more).tolist()
        if not closed:
            return
        self.last = Known(problem, outcome.once_more(), frozenset(closed), rests_on())
        self._bytes += outcome.nbytes + self.last.rests_on.nbytes + problem.closed.nbytes
        if self._bytes > _MOST_BYTES:
            self._by_arc, self._bytes = {}, 0
        self._by_arc.setdefault(min(closed), []).append(self.last)

    def forget_last(self) -> None:
        """Remember the last answer no more, which cannot be proved."""
        if self.last is not None and self.last is self.first:
            self.first, self._by_arc, self._dead_ends = None, {}, None
        elif self.last is not None:
            self._by_arc[min(self.last.closed)].remove(self.last)
        self.last = None


@lean
def _closes(before: Flags, closed: Flags, counts: Flags) -> int:
    """Say what is closed that was not, by whether that counts."""
    kind = _NOTHING
    for arc in range(len(closed)):
        if before[arc] and not closed[arc]:
            return _OTHERS
        if closed[arc] and counts[arc] and not before[arc]:
            kind = _SOMETHING
    return kind
