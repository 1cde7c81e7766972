"""The couplings of a network's states, as what the explorer's page settles them by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.flow.numbering import Numbering
from corridors.scenarios.coupling.couplings import capped, couplings_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.analysis.explorer_states import LimitBook
    from corridors.scenarios.coupling.couplings import Coupling
    from corridors.scenarios.state import NetworkState

    Numbers = dict[str, NDArray[Any]]


@dataclass
class CouplingBook:
    """The couplings that hold in any state, each under its number among the limits.

    Attributes
    ----------
    cargo
        By the number of its limit in the book of limits, the class of what falls and that of
        its by-product.
    """

    cargo: dict[int, tuple[int, int]] = field(default_factory=dict)

    def texts(self) -> dict[str, list[int]]:
        """Return the numbers of the limits, and the classes, column by column."""
        return {
            "limit": list(self.cargo),
            "cargo": [falls for falls, _ in self.cargo.values()],
            "by_product": [by_product for _, by_product in self.cargo.values()],
        }

    def arrays(self, number: int, state: NetworkState, limits: LimitBook) -> Numbers:
        """Return the couplings of a state, under names that begin with its number.

        Parameters
        ----------
        number
            Of the state.
        state
            The state.
        limits
            Where they are entered as limits.

        Returns
        -------
        dict
            ``N/couplings``, one after the other in the engine's order, of each: its number as a
            limit, how many of the state's limits the engine sees before it, the share, what is
            ordinary of both in units a day, of how many demands the by-product is, and what
            falls, and which they are; nothing where none holds.
        """
        p, (own, place) = state.problem, _placed(state)
        if not own:
            return {}
        entered = [limits.number(c.limit(c.ordinary)) for c in own]
        for limit, c in zip(entered, own, strict=True):
            by_product = int(p.commodity_class[c.hangs_on[0]])
            self.cargo.setdefault(limit, (c.cargo, by_product))
        told = [
            [
                *(limit, r - i, c.share, c.ordinary, c.by_product),
                *(len(c.hangs_on), len(c.falls), *c.hangs_on.tolist(), *c.falls.tolist()),
            ]
            for i, (limit, r, c) in enumerate(zip(entered, place.tolist(), own, strict=True))
        ]
        return {f"{number}/couplings": np.array([x for row in told for x in row], dtype=float)}


def in_engine_order(state: NetworkState) -> list[Coupling]:
    """Return the couplings of a state in the order in which the engine sees their limits."""
    return _placed(state)[0]


def _placed(state: NetworkState) -> tuple[list[Coupling], NDArray[np.int64]]:
    """Return couplings in the engine's order, and their places among all limits, shape (N,)."""
    p, found = state.problem, couplings_of(state)
    ordinary = np.array([c.ordinary for c in found])
    order = Numbering(capped(p, found, ordinary)).limit_order if found else np.empty(0, np.int64)
    place = np.flatnonzero(order >= p.n_limits)
    return [found[r - p.n_limits] for r in order[place].tolist()], place
