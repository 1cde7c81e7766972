r"""The couplings of a network on one day: how much of a cargo can leave, by what else leaves.

Oil of a field comes up with gas. Where the gas has no outlet and cannot go back into the
ground, the wells are throttled and the oil falls with it. With the ordinary amounts of both
on the day, :math:`d` of what falls and :math:`g` of its by-product, a share :math:`s` and
what is delivered, :math:`x` and :math:`y`,

.. math:: x / d \le 1 - s \, (1 - y / g) .

So more than is ordinary leaves only where more of the by-product is taken, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from corridors.network.arcs import ENTRY
from corridors.network.calendar import in_period
from corridors.network.provenance import confidences, row_keys
from corridors.network.reading.cells import rows_of
from corridors.network.schema import tables
from corridors.scenarios.capacity.capacities import Limit
from corridors.scenarios.draft import usual_demand
from corridors.scenarios.state import arcs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from corridors.flow.arrays import Floats, Ints
    from corridors.flow.problem import FlowProblem
    from corridors.network.network import Network
    from corridors.scenarios.state import NetworkState

NEAR = 1e-9
"""Share of an ordinary amount below which it is the same."""

HARDLY = 1e-6
"""Share of an ordinary amount by which an answer may miss a rule, as it may any limit."""


@dataclass(frozen=True, eq=False)
class Coupling:
    """A row of `couplings` on one day, in the numbers of a situation.

    Attributes
    ----------
    coupling_id, name, unit
        As in the table; the unit is that of the cargo that falls.
    share
        Part of the cargo that falls when none of the by-product is delivered.
    ordinary, by_product
        Units a day of the cargo and of its by-product that are wanted on the day without
        any event.
    falls, hangs_on
        Numbers of their demands.
    arc, cargo
        Arcs by which the cargo leaves its node, shape (M,), and its class.
    confidence
        Of the share, A to D; empty where the network has no source for it.
    """

    coupling_id: str
    name: str
    unit: str
    share: float
    ordinary: float
    by_product: float
    falls: Ints
    hangs_on: Ints
    arc: Ints
    cargo: int
    confidence: str = ""

    def missing(self, served: Floats) -> float:
        """Return the part of the by-product that is not delivered, at most 1.

        It is below 0 where more is delivered than is ordinary.

        Parameters
        ----------
        served
            Units a day of each demand, shape (K,).
        """
        part = 1.0 - float(served[self.hangs_on].sum()) / self.by_product
        return min(part, 1.0) if abs(part) > NEAR else 0.0

    def room(self, served: Floats) -> float:
        """Return the units a day of the cargo that can leave.

        Parameters
        ----------
        served
            Units a day of each demand, shape (K,).
        """
        return self.ordinary * (1.0 - self.share * self.missing(served))

    def bites(self, served: Floats) -> bool:
        """Return whether the rule has a say in an answer that was found without it.

        It has where less of the by-product is delivered than is ordinary, and where more
        leaves than there is room for.

        Parameters
        ----------
        served
            Units a day of each demand, shape (K,).
        """
        over = float(served[self.falls].sum()) - self.room(served)
        return self.missing(served) > HARDLY or over > HARDLY * self.ordinary

    def limit(self, room: float) -> Limit:
        """Return the room as a limit on what leaves the node."""
        return Limit(
            limit_id=self.coupling_id,
            capacity_id="",
            name=self.name,
            unit=self.unit,
            amount=room,
            background=0.0,
            arc=self.arc,
            cargo=np.full(len(self.arc), self.cargo, dtype=np.int64),
            factor=np.ones(len(self.arc)),
            confidence=self.confidence,
        )


def couplings_of(state: NetworkState) -> tuple[Coupling, ...]:
    """Return the couplings that hold in a situation, in the order of their ids.

    One of which either amount is 0 on the day says nothing, and neither does one whose
    cargo has no way to leave.

    Parameters
    ----------
    state
        The situation; demands of which nothing is wanted may be left out of it.
    """
    net = state.net.whole
    if not len(net.tables["couplings"]):
        return ()
    usual = usual_demand(net, arcs_of(net), state.day)
    place = np.arange(len(usual))
    if len(state.demand) < len(usual):
        number = {name: i for i, name in enumerate(state.demand["demand_id"].tolist())}
        every = usual["demand_id"].tolist()
        place = np.array([number.get(name, -1) for name in every], dtype=np.int64)
    wanted = usual["units_per_day"].to_numpy(dtype=np.float64)
    found = []
    for rule in _rules_of(net.like or net, usual):
        row = rule.row
        if not in_period(row["valid_from"], row["valid_until"], state.day):
            continue
        coupling = Coupling(
            coupling_id=row["coupling_id"],
            name=row["name"],
            unit=rule.unit,
            share=float(row["share"]),
            ordinary=float(wanted[rule.falls].sum()),
            by_product=float(wanted[rule.hangs_on].sum()),
            falls=place[rule.falls][place[rule.falls] >= 0],
            hangs_on=place[rule.hangs_on][place[rule.hangs_on] >= 0],
            arc=rule.leaves[np.isfinite(state.arcs.usd[rule.cargo, rule.leaves])],
            cargo=rule.cargo,
            confidence=rule.confidence,
        )
        if coupling.ordinary > 0 and coupling.by_product > 0 and len(coupling.arc):
            found.append(coupling)
    return tuple(found)


@dataclass(frozen=True, eq=False)
class _Rule:
    """A row of the table, and what it means on any day.

    Attributes
    ----------
    row
        The row.
    unit, confidence
        As `Coupling` has them.
    falls, hangs_on
        Numbers of its demands among all that there ever are.
    cargo, leaves
        Class of what falls, and the arcs by which any cargo leaves the node.
    """

    row: dict[str, Any]
    unit: str
    confidence: str
    falls: Ints
    hangs_on: Ints
    cargo: int
    leaves: Ints


_RULES: WeakKeyDictionary[Network, tuple[_Rule, ...]] = WeakKeyDictionary()


def _rules_of(net: Network, every: pd.DataFrame) -> tuple[_Rule, ...]:
    """Return the rows of the table in the order of their ids, looked up once and kept.

    Parameters
    ----------
    net
        The network of all of time, or the one that it is drawn from: no number of the table is
        drawn.
    every
        Its demand on any day: it has the same rows on each.
    """
    if net in _RULES:
        return _RULES[net]
    grades, arcs = _grades(net), arcs_of(net)
    unit_of = dict(zip(net.tables["cargo"]["cargo"], net.tables["cargo"]["unit"], strict=True))
    origin, cargo, destination = (every[c] for c in ("origin", "cargo", "destination"))
    rules = []
    for row in rows_of(net.tables["couplings"].sort_values("coupling_id")):
        here = origin == row["node_id"]
        goes = here & (cargo == row["by_product"]) & (destination == row["outlet"])
        leaves = (arcs.arc_type == ENTRY) & (arcs.ids == row["node_id"])
        rules.append(
            _Rule(
                row=row,
                unit=unit_of[row["cargo"]],
                confidence=grades.get(row["coupling_id"], ""),
                falls=np.flatnonzero(here & (cargo == row["cargo"])),
                hangs_on=np.flatnonzero(goes),
                cargo=arcs.cargo.index(row["cargo"]),
                leaves=np.flatnonzero(leaves),
            )
        )
    _RULES[net] = tuple(rules)
    return _RULES[net]


def capped(problem: FlowProblem, couplings: Sequence[Coupling], rooms: Floats) -> FlowProblem:
    """Return a problem with a limit for the room of each coupling, after its other limits.

    Parameters
    ----------
    problem
        The problem.
    couplings, rooms
        What falls, and the units a day that can leave, shape (N,).
    """
    count = [len(c.arc) for c in couplings]
    number = problem.n_limits + np.repeat(np.arange(len(couplings)), count)
    arc = [c.arc for c in couplings]
    kind = np.repeat([c.cargo for c in couplings], count)
    return replace(
        problem,
        bound=np.concatenate([problem.bound, rooms]),
        excess_price=np.concatenate([problem.excess_price, np.full(len(rooms), np.inf)]),
        member_limit=np.concatenate([problem.member_limit, number.astype(np.int64)]),
        member_arc=np.concatenate([problem.member_arc, *arc]),
        member_class=np.concatenate([problem.member_class, kind.astype(np.int64)]),
        member_factor=np.concatenate([problem.member_factor, np.ones(len(number))]),
    )


def with_room(state: NetworkState, couplings: Sequence[Coupling], rooms: Floats) -> NetworkState:
    """Return a situation in which each coupling is a limit at its room."""
    limits = [c.limit(float(room)) for c, room in zip(couplings, rooms, strict=True)]
    problem = capped(state.problem, couplings, rooms)
    return replace(state, limits=[*state.limits, *limits], problem=problem)


def _grades(net: Network) -> dict[str, str]:
    """Return the confidence of the share of each coupling that has a source."""
    grade = confidences(net, "couplings", "share")
    table = net.tables["couplings"]
    keys = row_keys(table, tables()["couplings"].key)
    return {c: grade[k] for c, k in zip(table["coupling_id"], keys, strict=True) if k in grade}
