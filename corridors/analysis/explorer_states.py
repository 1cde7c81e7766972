"""A network on several days, with and without scenarios, as the arrays that the explorer solves.

Costs, arcs and demands are those of all of time and stand once; a state says what is
closed, which limits hold, how much is wanted, and which costs are others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.flow.choice.demand_curve import steepness, step_prices
from corridors.flow.numbering import Numbering
from corridors.scenarios.demand_curves import DELIVERED, answers_to_price

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from corridors.network.network import Network
    from corridors.scenarios.capacity.capacities import Limit
    from corridors.scenarios.scenario import Scenario
    from corridors.scenarios.state import NetworkState

Numbers = dict[str, "NDArray[Any]"]
"""Arrays by name."""


@dataclass(eq=False)
class LimitBook:
    """Every limit that holds in any state, its members written once.

    Attributes
    ----------
    texts
        Id, capacity, name, unit and confidence of each limit. A figure of another day may be
        surer than this one's, so a limit whose confidence differs is entered apart.
    """

    texts: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    _members: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = field(default_factory=list)
    _known: dict[tuple[str, str, bytes, bytes, bytes], int] = field(default_factory=dict)

    def number(self, limit: Limit) -> int:
        """Return the number of a limit, which is entered where it is new."""
        order = np.lexsort((limit.factor, limit.cargo, limit.arc))
        members = (limit.arc[order], limit.cargo[order], limit.factor[order])
        arc, cargo, factor = (part.tobytes() for part in members)
        key = (limit.limit_id, limit.confidence, arc, cargo, factor)
        if key not in self._known:
            self._known[key] = len(self.texts)
            own = (limit.limit_id, limit.capacity_id, limit.name, limit.unit, limit.confidence)
            self.texts.append(own)
            self._members.append(members)
        return self._known[key]

    def arrays(self) -> Numbers:
        """Return the members: arcs, classes and factors, the factors as numbers of a list."""
        arc, cargo, factor = (
            np.concatenate([own[i] for own in self._members]) if self._members else np.empty(0)
            for i in range(3)
        )
        factors, which = np.unique(factor.astype(np.float64), return_inverse=True)
        return {
            "member_start": _offsets([len(own[0]) for own in self._members]),
            "member_arc": arc.astype(np.int64),
            "member_class": cargo.astype(np.int64),
            "member_factor": which.ravel(),
            "factors": factors,
        }


def network_arrays(state: NetworkState) -> Numbers:
    """Return what is the same in every state: arcs, their costs, demands and cargo.

    Parameters
    ----------
    state
        An undisturbed state.
    """
    arcs, p = state.arcs, state.problem
    cargo = state.net.tables["cargo"].set_index("cargo").loc[list(arcs.cargo)]
    # Both directions of a link cost the same, and many links cost nothing but by length.
    both = np.concatenate([paid(state), arcs.hours])
    columns, which = np.unique(both, axis=1, return_inverse=True)
    node = {name: i for i, name in enumerate(places_of(state.net))}
    return {
        "tail": p.tail,
        "head": p.head,
        "arc_type": arcs.arc_type,
        "arc_row": arcs.row,
        "arc_direction": arcs.direction,
        "place_node": np.array([node[n] for n in arcs.node_of], dtype=np.int64),
        "cost_column": which.ravel(),
        "usd": columns[: len(arcs.cargo)].ravel(),
        "hours": columns[len(arcs.cargo) :].ravel(),
        "usd_per_hour": cargo["usd_per_unit_day"].to_numpy(dtype=np.float64) / 24.0,
        "t_per_unit": cargo["t_per_unit"].to_numpy(dtype=np.float64),
        "loss_usd": cargo["loss_usd_per_unit"].to_numpy(dtype=np.float64),
        "counted": cargo.index.isin(state.net.cargo_in_totals).astype(np.int64),
        **_curves(state.net, cargo),
        "origin": p.origin,
        "destination": p.destination,
        "demand_class": p.commodity_class,
    }


def _curves(net: Network, cargo: pd.DataFrame) -> Numbers:
    """Return what the curves of demands are made of, with `ordinary_costs`.

    ``rise`` is what the steps of a curve of elasticity 1 of a price of 1 pay above its foot;
    it widens with the price and shrinks with the elasticity. None where no demand is curved.
    """
    one = np.ones(1)
    rise = step_prices(np.zeros(1), steepness(one, one), np.full(1, np.inf))[0]
    delivered = (cargo["elasticity_of"] == DELIVERED).to_numpy()
    goods = cargo["usd_per_unit"].to_numpy(dtype=np.float64)
    bent = -cargo["elasticity"].to_numpy(dtype=np.float64)
    return {
        "rise": rise if answers_to_price(net) else rise[:0],
        "elasticity": np.where(bent > 0.0, bent, 0.0),
        "goods_usd": np.where(delivered, goods, 0.0),
    }


def ordinary_costs(number: int, state: NetworkState) -> Numbers:
    """Return what demands cost in ordinary times, by the undisturbed state of a day.

    Parameters
    ----------
    number, state
        Of the state; the state, its demands as curves.
    """
    return {} if state.ordinary is None else {f"{number}/ordinary": state.ordinary}


def places_of(net: Network) -> list[str]:
    """Return what the page numbers as places: nodes, then markets in the order of their names."""
    tables = net.whole.tables
    return [*tables["nodes"]["node_id"], *sorted(set(tables["supply"]["market"]))]


def paid(state: NetworkState) -> NDArray[np.float64]:
    """Return what is paid on each arc: transport, and the premium of an offer, shape (C, A)."""
    return np.asarray(state.arcs.usd + state.arcs.premium)


def state_arrays(
    number: int, state: NetworkState, opening: NetworkState, book: LimitBook
) -> Numbers:
    """Return what holds in one state, under names that begin with its number.

    Parameters
    ----------
    number
        Of the state.
    state
        The state.
    opening
        The undisturbed state that `network_arrays` was made of.
    book
        Where its limits are entered, in the order in which the engine sees them.
    """
    p = state.problem
    order = Numbering(p).limit_order
    limits = [state.limits[r] for r in order.tolist()]
    usd, hours = paid(state), state.arcs.hours
    other = (usd != paid(opening)) | (hours != opening.arcs.hours)
    c, a = np.nonzero(other)
    premium = state.arcs.premium
    own = np.nonzero(premium)
    paid_more = (
        {
            f"{number}/premium_class": own[0],
            f"{number}/premium_arc": own[1],
            f"{number}/premium_usd": premium[own],
        }
        if len(own[0])
        else {}
    )
    return {
        **paid_more,
        f"{number}/there": np.packbits(state.there, bitorder="little"),
        f"{number}/closed": np.packbits(p.closed, bitorder="little"),
        f"{number}/limit": np.array([book.number(limit) for limit in limits], dtype=np.int64),
        f"{number}/bound": p.bound[order],
        f"{number}/amount": np.array([limit.amount for limit in limits], dtype=np.float64),
        f"{number}/background": np.array([limit.background for limit in limits], dtype=np.float64),
        f"{number}/demand": p.amount,
        f"{number}/cost_class": c,
        f"{number}/cost_arc": a,
        f"{number}/cost_usd": usd[c, a],
        f"{number}/cost_hours": hours[c, a],
    }


def state_texts(state: NetworkState, scenario: Scenario | None, base: int) -> dict[str, Any]:
    """Return what a reader is told of a state.

    Parameters
    ----------
    state, scenario
        The state, and what it stands under; None for the undisturbed network.
    base
        Number of the undisturbed state of the same day.
    """
    texts: dict[str, Any] = {"day": state.day.isoformat(), "base": base}
    if scenario is None:
        return texts
    return {
        **texts,
        "name": scenario.name,
        "title": scenario.title or scenario.name,
        "description": " ".join(scenario.description.split()),
        "events": [
            {"says": e.in_words(), "note": e.note.strip(), "in_force": e.in_force(state.day)}
            for e in scenario.events
        ],
        "sources": list(scenario.sources),
    }


def _offsets(sizes: list[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.array(sizes, dtype=np.int64))]).astype(np.int64)
