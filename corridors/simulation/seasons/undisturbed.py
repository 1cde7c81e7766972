"""Days without events, each worked out once for all runs that have them in common.

A run of a scenario and the run without it that it is held against share every day on which
nothing happens: what holds on it, the ways that are usual, and what has an outlet.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from corridors.flow import solve
from corridors.flow.problem import FlowProblem
from corridors.network.limits.published import inferred, with_published_limits
from corridors.scenarios.kept import keep, recall
from corridors.scenarios.kept import key_of as name_of
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from corridors.flow.arrays import Floats, Ints
    from corridors.flow.solve import Answer
    from corridors.network.network import Network
    from corridors.scenarios.coupling.couplings import Coupling
    from corridors.scenarios.state import NetworkState
    from corridors.simulation.queueing.problem import BaseRoute

_MOST_ENGINES = 16
"""Answers that are kept to start from, each for problems with the same members of limits.

A year has some nine such sets, which the days without events, those that end a season ahead of
time and those of the run without a scenario come back to.
"""

_MOST_ANSWERS = 64
"""Answers that are kept for problems that are asked for again; days of one kind share theirs."""

_WORTH_KEEPING = 200
"""Demands from which on an optimum is kept on disk: one of fewer is worked out sooner than read."""

_SHAPE = ("tie_cost", "member_limit", "member_arc", "member_class", "member_factor")
"""What problems must have in common for one to start from the other."""

_NUMBERS = tuple(field.name for field in fields(FlowProblem) if field.name not in _SHAPE)
"""All else that a problem says, in which problems of one shape may differ."""


@dataclass(frozen=True, eq=False)
class Optimum:
    """What the ways of a day need of an optimum: its paths, and what falls short.

    Attributes
    ----------
    problem
        What was answered.
    path_commodity, path_arcs, path_amount
        Of each path that carries something, as in `corridors.flow.solve.Answer`.
    shortfall
        Unserved units by commodity, shape (K,).
    """

    problem: FlowProblem
    path_commodity: Ints
    path_arcs: list[Ints]
    path_amount: Floats
    shortfall: Floats

    @property
    def growth(self) -> Floats:
        """Units that travel above the amount of each commodity, shape (K,): none."""
        return np.zeros(self.problem.n_commodities)

    @classmethod
    def of(cls, answer: Answer) -> Optimum:
        """Return what is needed of an answer, which holds its engine besides."""
        return cls(
            answer.problem, answer.path_commodity, answer.path_arcs, answer.path_amount,
            answer.shortfall,
        )  # fmt: skip

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return what is kept of it on disk."""
        none = np.empty(0, dtype=np.int64)
        return {
            "commodity": self.path_commodity,
            "size": np.array([len(arcs) for arcs in self.path_arcs], dtype=np.int64),
            "arcs": np.concatenate([none, *self.path_arcs]).astype(np.int32),
            "amount": self.path_amount,
            "shortfall": self.shortfall,
        }

    @classmethod
    def read(
        cls, problem: FlowProblem, known: dict[str, NDArray[np.generic]] | None
    ) -> Optimum | None:
        """Return what was kept; None where nothing was, or something else."""
        names = {"commodity", "size", "arcs", "amount", "shortfall"}
        if known is None or set(known) != names:
            return None
        if len(known["shortfall"]) != problem.n_commodities:
            return None
        arcs = known["arcs"].astype(np.int64)
        ends = known["size"].cumsum()[:-1]
        return cls(
            problem,
            known["commodity"].astype(np.int64),
            np.split(arcs, ends) if len(known["size"]) else [],
            known["amount"].astype(np.float64),
            known["shortfall"].astype(np.float64),
        )


class Undisturbed:
    """The situations of a network on days without events, and what was solved for them.

    Parameters
    ----------
    net
        The network.
    named
        Ids of inferred limits that stay, as events name them; the others are left out.
    usual
        How cargo chooses the ways that it usually takes: ``"optimal"`` or ``"logit"``.

    Attributes
    ----------
    net
        The network with these limits.
    ways
        Ways of situations that have been asked for, by the situation and the ways before.
    rooms
        Couplings that bite and the units a day that can leave by each, by situation.
    """

    def __init__(self, net: Network, named: Collection[str], usual: str) -> None:
        self._of = net
        self._kept = inferred(net) & set(named)
        self.net = with_published_limits(net, self._kept)
        self.usual = usual
        self._states: dict[dt.date, NetworkState] = {}
        self._engines: dict[bytes, Answer] = {}
        self._answers: dict[tuple[bytes, bytes], Optimum] = {}
        self.ways: dict[tuple[int, tuple[object, ...]], tuple[NetworkState, list[BaseRoute]]] = {}
        self.rooms: dict[int, tuple[NetworkState, tuple[tuple[Coupling, float], ...]]] = {}

    def serves(self, net: Network, named: Collection[str], usual: str) -> bool:
        """Return whether these days are those of a network with named limits as well."""
        same = net is self._of and usual == self.usual
        return same and inferred(net) & set(named) == self._kept

    def on(self, day: dt.date) -> NetworkState:
        """Return what holds on a day."""
        if day not in self._states:
            self._states[day] = network_state(self.net, None, day)
        return self._states[day]

    def has(self, state: NetworkState) -> bool:
        """Return whether a situation is one of these, in which no event has a part."""
        return self._states.get(state.day) is state

    def answer(self, problem: FlowProblem, *, usual: bool = True) -> Optimum:
        """Answer a problem, warm where one with the same members of limits was answered before.

        The answer is the same from wherever it starts, to the byte.

        Parameters
        ----------
        problem
            The problem.
        usual
            Whether no event has a part in it: then it is kept on disk for later processes, but
            for networks that are drawn.
        """
        shape = _bytes_of(problem, _SHAPE)
        key = shape, _bytes_of(problem, _NUMBERS)
        if key not in self._answers:
            if len(self._answers) == _MOST_ANSWERS:
                del self._answers[next(iter(self._answers))]
            # Thousands of draws would drive out what others come back to.
            worth = usual and not self._of.is_drawn
            large = worth and problem.n_commodities >= _WORTH_KEEPING
            name = name_of("optimum", *(part.hex() for part in key)) if large else ""
            found = Optimum.read(problem, recall(name)) if large else None
            if found is None:
                found = Optimum.of(self._solved(problem, shape))
                if large:
                    keep(name, found.arrays())
            self._answers[key] = found
        return self._answers[key]

    def _solved(self, problem: FlowProblem, shape: bytes) -> Answer:
        """Solve a problem, warm where one of its shape was solved before."""
        known = self._engines.pop(shape, None)
        if known is not None:
            # The one that was asked last is the last to be forgotten.
            self._engines[shape] = known
            return known.solve(problem)
        if len(self._engines) == _MOST_ENGINES:
            del self._engines[next(iter(self._engines))]
        self._engines[shape] = found = solve(problem)
        return found


def _bytes_of(problem: FlowProblem, names: Sequence[str]) -> bytes:
    """Return what tells problems apart by some of their fields, as a digest."""
    digest = blake2b(digest_size=32)
    for name in names:
        value = getattr(problem, name)
        if isinstance(value, np.ndarray):
            digest.update(repr((name, value.dtype.str, value.shape)).encode())
            digest.update(np.ascontiguousarray(value).tobytes())
        else:
            digest.update(repr((name, value)).encode())
    return digest.digest()


def key_of(ways: Sequence[BaseRoute] | None) -> tuple[object, ...]:
    """Return what makes two sets of ways the same."""
    if ways is None:
        return ()
    return tuple((way.demand, way.share, way.arcs.tobytes()) for way in ways)
