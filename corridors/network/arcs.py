"""A network on one day as arcs: every link and transfer by direction, with cost and time by cargo.

Cargo travels on *mode-gauges*: a mode, and for rail its gauge. A node has one
mode node for each mode-gauge that reaches it; links join mode nodes of one mode-gauge,
transfers join the places of one node. Cargo enters at any place of its origin
that one of its modes serves, and leaves likewise. A market is a gate of its own: from it
to the gates of its sellers, or to it from those of its outlets, lead arcs without way.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from corridors.network.markets.offers import SELLER
from corridors.network.reading.cells import rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray


LINK, TRANSFER, ENTRY, EXIT, OFFER = 0, 1, 2, 3, 4
"""Kinds of arcs: an offer joins a market to the place of one of its sellers or outlets."""

DIRECTIONS = ("forward", "backward")
"""Words for the directions of a link or transfer, by number."""


_STROKE = "/"
"""Stands between the market and the node of an offer; no id holds it."""


class DirectedRows(Protocol):
    """What chooses directed links and transfers: masks over rows of their tables, shape (N, 2)."""

    @property
    def links(self) -> NDArray[np.bool_]:
        """Links, forward and backward."""

    @property
    def transfers(self) -> NDArray[np.bool_]:
        """Transfers, forward and backward."""


class LinkRates:
    """By which rate and tariffs each link is charged: what of that depends on rows alone.

    Parameters
    ----------
    tables
        Of a network; only ids, modes and kinds of tariffs are read.
    cargo
        Its cargo by class.
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame], cargo: pd.DataFrame) -> None:
        links, rates = tables["links"], tables["rates"]
        mode = links["mode"].to_numpy()
        class_of = {name: c for c, name in enumerate(cargo["cargo"])}
        allowed = [set(m.split(";")) for m in cargo["modes"]]
        # One behind the last rate where nothing of the class may pass.
        self._rate = np.full((len(cargo), len(links)), len(rates), dtype=np.int64)
        for number, (name, own) in enumerate(zip(rates["cargo"], rates["mode"], strict=True)):
            if own in allowed[class_of[name]]:
                self._rate[class_of[name], mode == own] = number
        position = {key: i for i, key in enumerate(links["link_id"])}
        tariffs = tables["tariffs"]
        self._fees = [
            (class_of[name], position[link], kind == "replace")
            for name, link, kind in zip(
                tariffs["cargo"], tariffs["link_id"], tariffs["kind"], strict=True
            )
        ]

    def costs(
        self, tables: Mapping[str, pd.DataFrame]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return dollars and hours per unit of each class on each link, shapes (C, L).

        Parameters
        ----------
        tables
            Of the network, or of one with the same rows and other numbers.
        """
        links, rates = tables["links"], tables["rates"]
        length, stated, dwell = (
            links[name].to_numpy(dtype=np.float64) for name in ("length_km", "hours", "dwell_hours")
        )
        per_km, speed = (
            np.append(rates[name].to_numpy(dtype=np.float64), np.nan)[self._rate]
            for name in ("usd_per_unit_km", "km_per_hour")
        )
        passes = self._rate < len(rates)
        usd = np.where(passes, per_km * length, np.inf)
        run = np.where(np.isnan(stated), length / speed, stated)
        hours = np.where(passes, run + dwell, 0.0)
        charges = tables["tariffs"]["usd_per_unit"].to_numpy().tolist()
        for (c, i, replaces), charge in zip(self._fees, charges, strict=True):
            if replaces and np.isfinite(usd[c, i]):
                usd[c, i] = charge
            else:
                usd[c, i] += charge
        return usd, hours


@dataclass(frozen=True, eq=False)
class Arcs:
    """Arcs of a network, in an order that depends on ids alone.

    Attributes
    ----------
    arc_type
        `LINK`, `TRANSFER`, `ENTRY`, `EXIT` or `OFFER`, shape (A,).
    row
        Row of the link or transfer in the network's table; for the others the
        row of the node, shape (A,).
    direction
        0 forward, 1 backward, shape (A,).
    tail, head
        Places, shape (A,).
    node_of
        Node of each place, shape (P,); of the gate of a market the market.
    origin_mode_node, destination_mode_node
        Place where a node's or market's cargo enters and leaves, by its id.
    usd, hours
        Per unit, shape (C, A); `usd` is infinite where the cargo is not allowed.
    mode
        Modes whose vehicles pass, shape (A,): of a link its mode, of a transfer
        both, the first one first.
    cargo
        Cargo ids by class, in the order of the rows of `usd`.
    ids
        Id of the link or transfer; of an offer market and node with a stroke between
        them; for the others the node, shape (A,).
    rates
        What each link is charged by.
    premium
        What a unit costs above the best price of its market, shape (C, A): of a seller
        above the cheapest, of an outlet below the dearest; 0 on all other arcs.
    """

    arc_type: NDArray[np.int64]
    row: NDArray[np.int64]
    direction: NDArray[np.int64]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    node_of: NDArray[np.object_]
    origin_mode_node: dict[str, int]
    destination_mode_node: dict[str, int]
    usd: NDArray[np.float64]
    hours: NDArray[np.float64]
    mode: list[tuple[str, ...]]
    cargo: tuple[str, ...]
    ids: NDArray[np.object_]
    rates: LinkRates
    premium: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        if self.premium.shape != self.usd.shape:
            object.__setattr__(self, "premium", np.zeros(self.usd.shape))

    def charged(
        self,
        usd: NDArray[np.float64],
        hours: NDArray[np.float64],
        premium: NDArray[np.float64] | None = None,
    ) -> Arcs:
        """Return these arcs at other costs.

        What was looked up of them stays, for none of it is a cost.

        Parameters
        ----------
        usd, hours, premium
            As the attributes, shape (C, A); the premium stays as it is if None.
        """
        made = copy(self)
        premium = self.premium if premium is None else premium
        made.__dict__.update(usd=usd, hours=hours, premium=premium)
        return made

    @property
    def size(self) -> int:
        """Number of arcs."""
        return len(self.arc_type)

    @property
    def n_mode_nodes(self) -> int:
        """Number of places."""
        return len(self.node_of)

    @cached_property
    def is_real(self) -> NDArray[np.bool_]:
        """Which arcs are links and transfers, the others being gates, shape (A,)."""
        return np.asarray((self.arc_type == LINK) | (self.arc_type == TRANSFER), dtype=np.bool_)

    @cached_property
    def is_gate(self) -> NDArray[np.bool_]:
        """Which places are gates, where cargo enters or leaves and nothing passes, shape (P,)."""
        gates = np.zeros(self.n_mode_nodes, dtype=np.bool_)
        gates[[*self.origin_mode_node.values(), *self.destination_mode_node.values()]] = True
        return gates

    @cached_property
    def number_of(self) -> dict[tuple[int, str, int], int]:
        """Number of each arc by its type, id and direction: links and transfers alone."""
        return {
            (int(self.arc_type[a]), self.ids[a], int(self.direction[a])): int(a)
            for a in np.flatnonzero(self.is_real)
        }

    @cached_property
    def offer_number(self) -> dict[tuple[str, str], int]:
        """Number of the arc of each offer, by market and node."""
        return {
            (market, node): int(a)
            for a in np.flatnonzero(self.arc_type == OFFER)
            for market, node in [str(self.ids[a]).split(_STROKE)]
        }

    def ends(self, path: NDArray[np.int64]) -> tuple[str, str]:
        """Return the nodes at which a path enters and leaves, whatever market it is of."""
        kinds = self.arc_type[path]
        return str(self.ids[path[kinds == ENTRY][0]]), str(self.ids[path[kinds == EXIT][-1]])

    def names(self, arcs: Sequence[int] | NDArray[np.int64]) -> list[str]:
        """Return the ids of those of some arcs that are links or transfers, in order."""
        return [str(self.ids[a]) for a in arcs if self.is_real[a]]

    def links(self, arcs: NDArray[Any]) -> set[str]:
        """Return the ids of the links among some arcs, given by number or as a mask."""
        return set(self.ids[arcs][self.arc_type[arcs] == LINK])

    def select(self, selection: DirectedRows) -> NDArray[np.bool_]:
        """Return which arcs a selection of directed links and transfers means, shape (A,)."""
        return self.of(LINK, selection.links) | self.of(TRANSFER, selection.transfers)

    def classes(self, cargo: Sequence[str]) -> NDArray[np.bool_]:
        """Return which classes are meant by cargo ids, none meaning all, shape (C,)."""
        if not cargo:
            return np.ones(len(self.cargo), dtype=np.bool_)
        return np.isin(np.array(self.cargo), list(cargo))

    def of(self, arc_type: int, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which arcs a mask over rows and directions of a table selects, shape (A,)."""
        own = self.arc_type == arc_type
        chosen = np.zeros(self.size, dtype=np.bool_)
        chosen[own] = mask[self.row[own], self.direction[own]]
        return chosen


def mode_gauge(mode: str, gauge: float) -> str:
    """Return the name of a mode with its gauge, such as ``rail-1520`` or ``road``."""
    return f"{mode}-{int(gauge)}" if mode == "rail" and gauge == gauge else mode


def build_arcs(tables: Mapping[str, pd.DataFrame]) -> Arcs:
    """Expand a network into arcs: all of them, whatever the day.

    What is not there on a day is closed on that day. So every day and every
    scenario has the same arcs in the same order, and what ties are decided by
    never depends on what else is open.

    Parameters
    ----------
    tables
        Of the network of all of time.
    """
    links, transfers, cargo = tables["links"], tables["transfers"], tables["cargo"]
    cargo = cargo.sort_values("cargo")
    names = [mode_gauge(m, g) for m, g in zip(links["mode"], links["gauge_mm"], strict=True)]
    both = (links["direction"] == "both").to_list()
    two_way = (transfers["direction"] == "both").to_list()
    supply = tables["supply"]
    ends = set(tables["demand"]["origin"]) | set(tables["demand"]["destination"])
    ends = (ends | set(supply["node_id"])) - {""}
    before = _mode_gauges(transfers, "from")
    after = _mode_gauges(transfers, "to")
    places: set[tuple[str, str]] = set()
    plan: list[tuple[int, str, int, int, tuple[str, str], tuple[str, str]]] = []
    for i, (link_id, a, b, name) in enumerate(
        zip(links["link_id"], links["from_node"], links["to_node"], names, strict=True)
    ):
        for direction in (0, 1) if both[i] else (0,):
            pair = ((a, name), (b, name)) if direction == 0 else ((b, name), (a, name))
            plan.append((LINK, link_id, i, direction, *pair))
            places.update(pair)
    reached = set(places)
    for i, (key, node) in enumerate(
        zip(transfers["transfer_id"], transfers["node_id"], strict=True)
    ):
        pair = ((node, before[i]), (node, after[i]))
        plan.extend(
            (TRANSFER, key, i, direction, *(pair if direction == 0 else pair[::-1]))
            for direction in ((0, 1) if two_way[i] else (0,))
            if reached.issuperset(pair)
        )
    node_row = {node: i for i, node in enumerate(tables["nodes"]["node_id"])}
    for node in sorted(ends):
        for place in sorted(p for p in reached if p[0] == node):
            plan.append((ENTRY, node, node_row[node], 0, (node, ">"), place))
            plan.append((EXIT, node, node_row[node], 0, place, (node, "<")))
        places.update([(node, ">"), (node, "<")])
    for market, node, side in sorted(
        set(zip(supply["market"], supply["node_id"], supply["side"], strict=True))
    ):
        way = ((market, ">"), (node, ">")) if side == SELLER else ((node, "<"), (market, "<"))
        plan.append((OFFER, f"{market}{_STROKE}{node}", node_row[node], 0, *way))
        places.update(way)
    plan.sort(key=lambda p: (p[0], p[1], p[3], p[4], p[5]))
    ordered = sorted(places)
    number = {place: i for i, place in enumerate(ordered)}
    columns = [np.array([p[j] for p in plan], dtype=np.int64) for j in (0, 2, 3)]
    rates = LinkRates(tables, cargo)
    usd, hours = _costs(tables, cargo, plan, rates)
    modes = [_modes(p[4][1], p[5][1]) for p in plan]
    return Arcs(
        arc_type=columns[0],
        row=columns[1],
        direction=columns[2],
        tail=np.array([number[p[4]] for p in plan], dtype=np.int64),
        head=np.array([number[p[5]] for p in plan], dtype=np.int64),
        node_of=np.array([node for node, _ in ordered], dtype=object),
        origin_mode_node={node: number[node, ">"] for node, gate in ordered if gate == ">"},
        destination_mode_node={node: number[node, "<"] for node, gate in ordered if gate == "<"},
        usd=usd,
        hours=hours,
        mode=modes,
        cargo=tuple(cargo["cargo"]),
        ids=np.array([p[1] for p in plan], dtype=object),
        rates=rates,
    )


def with_drawn_costs(arcs: Arcs, tables: Mapping[str, pd.DataFrame]) -> Arcs:
    """Return the arcs of a network with the costs and hours of one that differs by numbers alone.

    Parameters
    ----------
    arcs
        As `build_arcs` returns them.
    tables
        Of a network with the same rows, of which rates, hours, tariffs and the like differ.
    """
    usd, hours = arcs.usd.copy(), arcs.hours.copy()
    # Arcs stand by their type: first the links, then the transfers.
    links, both = np.searchsorted(arcs.arc_type, [TRANSFER, ENTRY]).tolist()
    link_usd, link_hours = arcs.rates.costs(tables)
    usd[:, :links] = link_usd[:, arcs.row[:links]]
    hours[:, :links] = link_hours[:, arcs.row[:links]]
    # What a transfer costs is not drawn, and what it takes is the same for all cargo.
    hours[:, links:both] = tables["transfers"]["hours"].to_numpy()[arcs.row[links:both]]
    return arcs.charged(usd, hours)


def _modes(before: str, after: str) -> tuple[str, ...]:
    """Return the modes of two mode-gauges, each once; the gates of a node have none."""
    pair = (before.split("-", maxsplit=1)[0], after.split("-", maxsplit=1)[0])
    return tuple(dict.fromkeys(m for m in pair if m not in "<>"))


def _mode_gauges(transfers: pd.DataFrame, side: str) -> list[str]:
    pairs = zip(transfers[f"{side}_mode"], transfers[f"{side}_gauge_mm"], strict=True)
    return [mode_gauge(m, g) for m, g in pairs]


def _costs(
    tables: Mapping[str, pd.DataFrame], cargo: pd.DataFrame, plan: list[Any], rates: LinkRates
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return dollars and hours per unit of each cargo on each arc, shapes (C, A)."""
    n_cargo, n_arcs = len(cargo), len(plan)
    kind = np.array([p[0] for p in plan], dtype=np.int64)
    row = np.array([p[2] for p in plan], dtype=np.int64)
    usd = np.full((n_cargo, n_arcs), np.inf)
    hours = np.zeros((n_cargo, n_arcs))
    of_link, of_transfer = kind == LINK, kind == TRANSFER
    link_usd, link_hours = rates.costs(tables)
    usd[:, of_link] = link_usd[:, row[of_link]]
    hours[:, of_link] = link_hours[:, row[of_link]]
    change_usd, change_hours = _transfer_costs(tables["transfers"], cargo)
    usd[:, of_transfer] = change_usd[:, row[of_transfer]]
    hours[:, of_transfer] = change_hours[row[of_transfer]]
    gate = {ENTRY: 5, EXIT: 4}
    modes = [set(m.split(";")) for m in cargo["modes"]]
    for a in np.flatnonzero((kind == ENTRY) | (kind == EXIT)):
        mode = plan[a][gate[plan[a][0]]][1].split("-")[0]
        usd[:, a] = [0.0 if mode in allowed else np.inf for allowed in modes]
    offered = _offered(tables["supply"])
    for a in np.flatnonzero(kind == OFFER):
        usd[:, a] = [0.0 if (plan[a][1], c) in offered else np.inf for c in cargo["cargo"]]
    return usd, hours


def _offered(supply: pd.DataFrame) -> set[tuple[str, str]]:
    """Return what is ever offered: the id of the offer's arc, and the cargo."""
    return {
        (f"{market}{_STROKE}{node}", cargo)
        for market, node, cargo in zip(
            supply["market"], supply["node_id"], supply["cargo"], strict=True
        )
    }


def _transfer_costs(
    transfers: pd.DataFrame, cargo: pd.DataFrame
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    usd = np.full((len(cargo), len(transfers)), np.inf)
    listed = [set(filter(None, text.split(";"))) for text in transfers["cargo"]]
    per_t = transfers["usd_per_t"].fillna(0.0).to_numpy()
    per_teu = transfers["usd_per_teu"].fillna(0.0).to_numpy()
    pairs = list(zip(transfers["from_mode"], transfers["to_mode"], strict=True))
    for c, kind in enumerate(rows_of(cargo)):
        modes = set(kind["modes"].split(";"))
        for i, (pair, only) in enumerate(zip(pairs, listed, strict=True)):
            if modes.issuperset(pair) and (not only or kind["cargo"] in only):
                usd[c, i] = per_teu[i] if kind["unit"] == "TEU" else per_t[i] * kind["t_per_unit"]
    return usd, transfers["hours"].to_numpy()
