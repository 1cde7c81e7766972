"""What a flow map shows: lines, places, and what each carries in each state.

Plain values, no network and no geography: whoever has lines with flows can draw
them. Amounts of cargo are in t/day throughout.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from corridors.errors import DataError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = [
    "COUNTRIES_CREDIT",
    "CREDITS",
    "FlowMapData",
    "LinkFlow",
    "MapCapacity",
    "MapDemand",
    "MapLink",
    "MapNode",
    "MapSource",
    "Status",
    "map_latitude",
]

Status = Literal["open", "planned", "closed"]

COUNTRIES_CREDIT = "Countries: Natural Earth"

CREDITS = (
    "Lines © OpenStreetMap contributors (ODbL)",
    COUNTRIES_CREDIT,
    "Places: GeoNames (CC BY 4.0)",
    "Sea lanes: searoute",
)
"""Where the picture of the shipped network comes from, said on every map of it."""


def credits_for(made: Iterable[str], publishers: Iterable[str]) -> tuple[str, ...]:
    """Return those of `CREDITS` that a map uses; the countries are on every one.

    Parameters
    ----------
    made
        How each line was found, as `MapLink` has it.
    publishers
        Of the network's sources.

    Examples
    --------
    >>> credits_for({"straight", "waypoints"}, {"The authors"})
    ('Countries: Natural Earth',)
    """
    how = set(made)
    used = (
        any(one.startswith("osm") for one in how),
        True,
        any("geonames" in one.lower() for one in publishers),
        "lane" in how,
    )
    return tuple(text for text, own in zip(CREDITS, used, strict=True) if own)


_POLEWARD = 85.0
"""Degrees from the equator to where the maps end."""

DISCLAIMER = (
    "Borders are drawn as they are held on the ground, after Natural Earth. "
    "They imply no opinion on the status of any territory."
)


@dataclass(frozen=True)
class MapSource:
    """A publication that a number on the map comes from."""

    publisher: str
    title: str
    date: str = ""
    confidence: str = ""


@dataclass(frozen=True)
class LinkFlow:
    """What a link carries in one state, in t/day by cargo."""

    forward: Mapping[str, float] = field(default_factory=dict)
    backward: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class MapCapacity:
    """A limit that a link is part of.

    `amount` and `used` are per day, in `unit`; `price` is what one more unit a day
    would be worth, in USD, and `worth` that price times all that is there for the demand,
    by which what is full is listed (by the price where it is not known). An amount is one
    for all states, or by state where a scenario moves it; None means that no limit is
    known, `inferred` that nobody has published it.
    """

    name: str
    unit: str
    amount: float | Mapping[str, float] | None
    used: Mapping[str, float] = field(default_factory=dict)
    price: Mapping[str, float] = field(default_factory=dict)
    inferred: bool = False
    worth: Mapping[str, float] = field(default_factory=dict)

    def amount_in(self, state: str) -> float | None:
        """Return the amount that holds in a state; None where none is known."""
        return self.amount.get(state) if isinstance(self.amount, Mapping) else self.amount


@dataclass(frozen=True)
class MapLink:
    """A line on the map.

    `coordinates` are (lon, lat); longitudes run on past 180 where a line crosses that
    meridian. `ends` are the names of the places where the forward direction starts and
    ends. `closed_in` names the states in which nothing may pass; where it is empty and
    the status is "closed", that is every state. `made` says how the line was drawn.
    `use` is the share of capacity in use, per state, None where no capacity is known.
    """

    link_id: str
    name: str
    mode: str
    coordinates: Sequence[tuple[float, float]]
    gauge_mm: int | None = None
    corridor: str = ""
    ends: tuple[str, str] = ("", "")
    status: Status = "open"
    closed_in: tuple[str, ...] = ()
    length_km: float | None = None
    hours: float | None = None
    made: str = ""
    note: str = ""
    flows: Mapping[str, LinkFlow] = field(default_factory=dict)
    capacities: Sequence[MapCapacity] = ()
    use: Mapping[str, float | None] = field(default_factory=dict)
    sources: Sequence[MapSource] = ()


@dataclass(frozen=True)
class MapNode:
    """A place on the map.

    `unserved_from` and `unserved_to` are the demand that starts or ends here and is
    not served, in t/day: state -> cargo -> amount. `country` is an ISO code or a name.
    """

    node_id: str
    name: str
    kind: str
    country: str
    lat: float
    lon: float
    unserved_from: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    unserved_to: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    note: str = ""
    sources: Sequence[MapSource] = ()


@dataclass(frozen=True)
class MapDemand:
    """A demand of which something is not served, or goes another way.

    `origin` and `destination` are ids of nodes on the map; `wanted` and `unserved` are in
    t/day by state. `rerouted` is what goes another way in the second state than in the
    first, in t/day, and `added_hours` what that takes it longer. `name` is what a reader
    sees; the two places where it is empty. Where an end lies nowhere, as a market does, the
    other one stands for both, and the name says so.
    """

    demand_id: str
    origin: str
    destination: str
    cargo: str
    wanted: Mapping[str, float] = field(default_factory=dict)
    unserved: Mapping[str, float] = field(default_factory=dict)
    rerouted: float = 0.0
    added_hours: float = 0.0
    name: str = ""


@dataclass(frozen=True)
class FlowMapData:
    """Everything on one map.

    Parameters
    ----------
    title, subtitle
        What the map is about, in a line each.
    headline
        The figures to read first: (label, value), the value with its unit.
    links, nodes
        What is drawn.
    states
        Keys of the situations to switch between. Two of them also get a difference,
        the second less the first; more than four get a slider.
    state_labels
        What a reader sees for a state; the key with a capital where there is none.
    cargo_labels
        What a reader sees for a cargo; the key where there is none.
    products
        The product that a cargo is, where several are of one: they can be shown together.
    demands
        Who is hit.
    as_of
        The day for which the map holds.
    first_state
        The state shown first, or "difference"; the last of `states` where empty.
    focus
        Ids of the links that the first view must show; all links but those by sea
        where empty.
    notes
        What the reader must know about the figures, a sentence or two each.
    credits
        Where the picture comes from; what `credits_for` finds in links and sources if None.
    lang
        Language of the texts, as a BCP 47 tag.
    """

    title: str
    subtitle: str = ""
    headline: Sequence[tuple[str, str]] = ()
    links: Sequence[MapLink] = ()
    nodes: Sequence[MapNode] = ()
    states: tuple[str, ...] = ("network",)
    state_labels: Mapping[str, str] = field(default_factory=dict)
    cargo_labels: Mapping[str, str] = field(default_factory=dict)
    products: Mapping[str, str] = field(default_factory=dict)
    demands: Sequence[MapDemand] = ()
    as_of: str = ""
    first_state: str = ""
    focus: Sequence[str] = ()
    notes: Sequence[str] = ()
    credits: Sequence[str] | None = None
    lang: str = "en"

    @property
    def owed_to(self) -> tuple[str, ...]:
        """Whom lines and places are owed to."""
        if self.credits is not None:
            return tuple(self.credits)
        described: list[MapLink | MapNode] = [*self.links, *self.nodes]
        publishers = {source.publisher for item in described for source in item.sources}
        return credits_for({link.made for link in self.links}, publishers)

    def check(self) -> None:
        """Look for everything that could not be drawn.

        Raises
        ------
        DataError
            With every problem that was found.
        """
        problems = [
            *self._about_states(),
            *self._about_links(),
            *self._about_nodes(),
            *self._about_demands(),
        ]
        if problems:
            raise DataError("the map cannot be drawn:\n  " + "\n  ".join(problems))

    def _about_states(self) -> Iterator[str]:
        if not self.states:
            yield "there is no state to show; give at least one, for example ('network',)"
        yield from _repeated("state", self.states)
        first = (*self.states, "difference") if len(self.states) == 2 else self.states
        if self.first_state and self.first_state not in first:
            yield f"first_state: {self.first_state!r} is no state{nearest(self.first_state, first)}"

    def _about_links(self) -> Iterator[str]:
        yield from _repeated("link_id", (link.link_id for link in self.links))
        known = {link.link_id for link in self.links}
        for link_id in self.focus:
            if link_id not in known:
                yield f"focus: no link {link_id!r}{nearest(link_id, known)}"
        for link in self.links:
            where = f"link {link.link_id!r}"
            if len(link.coordinates) < 2:
                yield f"{where}: a line needs two points, found {len(link.coordinates)}"
            if not all(_on_map(lon, lat) for lon, lat in link.coordinates):
                yield f"{where}: a point is off the map; coordinates are (lon, lat) in degrees"
            named = {*link.flows, *link.use, *link.closed_in}
            for capacity in link.capacities:
                named |= {*capacity.used, *capacity.price}
                if isinstance(capacity.amount, Mapping):
                    named |= set(capacity.amount)
            yield from self._unknown_states(where, named)
            amounts = [
                amount
                for flow in link.flows.values()
                for amount in (*flow.forward.values(), *flow.backward.values())
            ]
            if not all(math.isfinite(amount) and amount >= 0 for amount in amounts):
                yield f"{where}: a flow is negative or not a number"

    def _about_nodes(self) -> Iterator[str]:
        yield from _repeated("node_id", (node.node_id for node in self.nodes))
        for node in self.nodes:
            where = f"node {node.node_id!r}"
            if not _on_map(node.lon, node.lat):
                yield f"{where}: lat {node.lat}, lon {node.lon} is off the map"
            yield from self._unknown_states(where, {*node.unserved_from, *node.unserved_to})

    def _about_demands(self) -> Iterator[str]:
        yield from _repeated("demand_id", (one.demand_id for one in self.demands))
        known = {node.node_id for node in self.nodes}
        for one in self.demands:
            where = f"demand {one.demand_id!r}"
            for end in (one.origin, one.destination):
                if end not in known:
                    yield f"{where}: no node {end!r}{nearest(end, known)}"
            yield from self._unknown_states(where, {*one.wanted, *one.unserved})
            amounts = (*one.wanted.values(), *one.unserved.values(), one.rerouted)
            if not all(math.isfinite(amount) and amount >= 0 for amount in amounts):
                yield f"{where}: an amount is negative or not a number"

    def _unknown_states(self, where: str, named: Iterable[str]) -> Iterator[str]:
        for state in sorted(set(named) - set(self.states)):
            yield f"{where}: {state!r} is no state{nearest(state, self.states)}"


def _repeated(what: str, values: Iterable[str]) -> Iterator[str]:
    for value, count in sorted(Counter(values).items()):
        if count > 1:
            yield f"{what} {value!r} stands {count} times"


def map_latitude(lat: float) -> float:
    """Return a latitude as Mercator's map can show it, where something lies close by a pole."""
    return max(-_POLEWARD, min(_POLEWARD, lat))


def _on_map(lon: float, lat: float) -> bool:
    """Tell whether a point can be drawn; longitudes may run on past 180, either way."""
    return -540 <= lon <= 540 and -_POLEWARD <= lat <= _POLEWARD
