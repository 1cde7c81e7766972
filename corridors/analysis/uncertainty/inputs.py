"""The numbers of a network that are not known for sure, each with its range, and draws of them.

Draws are a Latin hypercube: each input takes every one of `n` equal slices of its range
of probability once, in an order of its own, so that few draws cover all of every range
(McKay, Beckman and Conover 1979). Within its range a value follows the triangular
distribution with the chosen value as its mode.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.assignment.choice_parameters import (
    ChoiceParameters,
    choice_parameters,
    use_parameters,
)
from corridors.network.network import Network
from corridors.network.provenance import row_keys
from corridors.network.ranges import value_ranges
from corridors.network.schema import tables

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats

DISPERSION = (0.03, 0.12)
"""Range of the share of a demand's least cost by which choices spread.

Candidates of 3 to 12 per cent were tried on the counts of the shipped network, and none was
clearly better than the others.
"""

DRAWN = (
    ("capacity", "capacities", "amount", "capacity_id"),
    ("demand", "demand", "units_per_year", "demand_id"),
    ("hours", "transfers", "hours", ""),
    ("hours", "links", "hours", ""),
    ("hours", "links", "dwell_hours", ""),
    ("cost", "rates", "usd_per_unit_km", ""),
    ("cost", "tariffs", "usd_per_unit", ""),
    ("value of time", "cargo", "usd_per_unit_day", ""),
    ("elasticity", "cargo", "elasticity", ""),
    ("supply", "supply", "amount", ""),
)
"""What is drawn: kind of input, table, column, and the column whose rows share a draw."""


@dataclass(frozen=True, eq=False)
class _Column:
    """One column that is drawn, row by row."""

    table: str
    column: str
    number: Any
    low: Floats
    value: Floats
    high: Floats

    @cached_property
    def _rows(self) -> tuple[Any, Any, tuple[Floats, Floats, Floats]]:
        """Which rows are drawn, the input of each, and low end, value and high end of them."""
        own = np.flatnonzero(self.number >= 0)
        return own, self.number[own], (self.low[own], self.value[own], self.high[own])

    def draw(self, places: Floats) -> Floats:
        """Return the value of each row where the inputs lie at `places` of their ranges."""
        own, number, ends = self._rows
        drawn = self.value.copy()
        drawn[own] = triangular(places[number], *ends)
        return drawn


class UncertainInputs:
    """The uncertain numbers of a network.

    Parameters
    ----------
    net
        The network of all of time.
    choice
        Whether the dispersion of choices is one of them.

    Attributes
    ----------
    names
        Inputs, such as ``capacity: terespol-rail``; all rows of one capacity or demand are
        one input, so that what is generous today is not mean tomorrow.
    """

    def __init__(self, net: Network, *, choice: bool = False) -> None:
        self.net = net.whole
        self.choice = choice
        names: dict[str, int] = {}
        self._columns: list[_Column] = []
        for kind, table, column, shared in DRAWN:
            frame = self.net.tables[table]
            if not len(frame) or frame[column].isna().all():
                continue
            ranges = value_ranges(self.net, table, column)
            low, value, high = (
                ranges[c].to_numpy(dtype=np.float64) for c in ("low", "value", "high")
            )
            wide = np.isfinite(value) & (high > low)
            whose = "" if shared else f"{table} "
            keys = row_keys(frame, (shared,) if shared else tables()[table].key)
            number = np.full(len(frame), -1, dtype=np.int64)
            for i in np.flatnonzero(wide).tolist():
                number[i] = names.setdefault(f"{kind}: {whose}{keys[i]}", len(names))
            self._columns.append(_Column(table, column, number, low, value, high))
        if choice:
            names["dispersion of choices"] = len(names)
        self.names = tuple(names)

    def places(self, n: int, seed: int) -> Floats:
        """Return where in its range each input lies in each draw, shape (n, inputs), from 0 to 1.

        Depends on the names of the inputs, never on their order or number.
        """
        columns = [
            _slices(np.random.default_rng([seed, n, zlib.crc32(name.encode())]), n)
            for name in self.names
        ]
        return np.column_stack(columns) if columns else np.empty((n, 0))

    def drawn(self, table: str, column: str, places: Floats) -> Floats:
        """Return a column of one draw; the value itself where nothing is drawn.

        Parameters
        ----------
        table, column
            What is asked for, such as ``"capacities"`` and ``"amount"``.
        places
            Where in its range each input lies, shape (inputs,).
        """
        for c in self._columns:
            if (c.table, c.column) == (table, column):
                return c.draw(places)
        return np.asarray(self.net.tables[table][column], dtype=np.float64)

    def network(self, places: Floats) -> Network:
        """Return the network of one draw.

        Parameters
        ----------
        places
            Where in its range each input lies, shape (inputs,).
        """
        drawn: dict[str, dict[str, Floats]] = {}
        for c in self._columns:
            drawn.setdefault(c.table, {})[c.column] = c.draw(places)
        if "capacities" in drawn:
            amount, own = drawn["capacities"]["amount"], self.net.tables["capacities"]
            taken = own["background"].to_numpy(dtype=np.float64)
            drawn["capacities"]["background"] = np.minimum(taken, amount)
        found = dict(self.net.tables)
        for table, columns in drawn.items():
            found[table] = found[table].assign(**columns)
        net = Network(found, folder=self.net.folder, like=self.net)
        known = choice_parameters(self.net)
        if self.choice:
            low, high = (min(DISPERSION[0], known.dispersion), max(DISPERSION[1], known.dispersion))
            spread = triangular(
                places[-1:], *(np.array([v]) for v in (low, known.dispersion, high))
            )
            known = ChoiceParameters(float(spread[0]), known.counts)
        use_parameters(net, known)
        return net


def _slices(r: np.random.Generator, n: int) -> Floats:
    """Return one number in each of n equal parts of 0 to 1, in any order."""
    return np.asarray((r.permutation(n) + r.uniform(size=n)) / n)


def triangular(share: Floats, low: Floats, mode: Floats, high: Floats) -> Floats:
    """Return the quantile at `share` of triangular distributions (inverse transform).

    Examples
    --------
    >>> import numpy as np
    >>> ends = np.array([0.0]), np.array([5.0]), np.array([10.0])
    >>> [triangular(np.array([u]), *ends).round(3).item() for u in (0.0, 0.125, 0.5, 1.0)]
    [0.0, 2.5, 5.0, 10.0]
    """
    width = high - low
    below = np.divide(mode - low, width, out=np.full_like(width, 0.5), where=width > 0)
    with np.errstate(invalid="ignore"):
        rising = low + np.sqrt(share * width * (mode - low))
        falling = high - np.sqrt((1 - share) * width * (high - mode))
    return np.where(width > 0, np.where(share < below, rising, falling), mode)
