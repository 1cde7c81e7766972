"""A network: its tables, resolved at a date, and the views that other libraries take."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.errors import DataError, UnknownIdError, nearest, require_kind
from corridors.network.antimeridian import edge_of, on_map
from corridors.network.asking import Asked
from corridors.network.calendar import day_in, during, parse_date
from corridors.network.folder import LINES, data_folder, raise_problems, read_tables
from corridors.network.markets.offers import offers_at
from corridors.network.schema import tables as schema_tables

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd
    import networkx as nx
    import pandas as pd

SHIPPED = "eurasia"

MOST_YEARS = 15
"""Years for which growth is carried on, either way: no forecast in the sources looks further."""


class Network(Asked):
    """Tables of a network, as a folder holds them or as they stand on one day.

    Parameters
    ----------
    tables
        A frame for every table of the schema.
    folder
        Where they came from; lines of links are read from there when asked for.
    date
        The day at which the tables were resolved, or None for all of time.
    whole
        The network of all of time that this one was resolved from, if it was.
    like
        A network that has the same rows and differs by numbers that were drawn alone, if there
        is one: what does not hang on these is taken from it instead of being worked out anew.

    Notes
    -----
    A network is never edited: scenarios are overlays, and `at` returns another
    network. What is written into `nodes`, `links` or `tables` changes no answer, or some
    and not others; what is to be another network stands in a folder of its own. Ids are
    stable, parallel links are kept.
    """

    def __init__(
        self,
        tables: dict[str, pd.DataFrame],
        *,
        folder: Path | None = None,
        date: dt.date | None = None,
        whole: Network | None = None,
        like: Network | None = None,
    ) -> None:
        self.tables = tables
        self.folder = folder
        self.date = date
        self._whole = whole
        self.like = like

    def __repr__(self) -> str:
        when = f" on {self.date}" if self.date else ""
        return (
            f"Network({self.name}{when}: {len(self.tables['nodes'])} nodes, "
            f"{len(self.tables['links'])} links, {self.n_capacities} capacities, "
            f"{len(self.tables['demand'])} demands)"
        )

    def _repr_html_(self) -> str:
        from corridors.display import card
        from corridors.network.thumbnail import thumbnail

        counts = {n: len(t) for n, t in self.tables.items() if len(t)}
        return card(repr(self), counts) + thumbnail(self.tables["nodes"], self.tables["links"])

    @property
    def name(self) -> str:
        """Name of the folder."""
        return self.folder.name if self.folder else "network"

    @property
    def is_shipped(self) -> bool:
        """Whether it is read from the folder of the network that ships with the package."""
        folder = self.whole.folder
        return folder is not None and folder.resolve() == (data_folder() / SHIPPED).resolve()

    @property
    def n_capacities(self) -> int:
        """Number of limits, however many rows of validity each has."""
        return int(self.tables["capacities"]["capacity_id"].nunique())

    @property
    def whole(self) -> Network:
        """The network of all of time that this one was resolved from."""
        return self._whole or self

    @property
    def is_drawn(self) -> bool:
        """Whether its numbers are drawn from another's: hardly anybody asks for these again."""
        return self.whole.like is not None

    def at(self, date: str | dt.date) -> Network:
        """Return the network as it stands on one day.

        Parameters
        ----------
        date
            ``YYYY-MM-DD`` or a date. Links, transfers, capacities, offers and demand
            outside their period or season are left out; demand and offers have grown from
            their base year to the year of the date.

        Returns
        -------
        Network

        Raises
        ------
        DataError
            Where the text is not a date.

        Examples
        --------
        >>> import corridors as co
        >>> net = co.load()
        >>> len(net.at("2030-01-01").links) > len(net.at("2025-01-01").links)
        True
        """
        day = as_date(date)
        return Network(
            resolved(self.whole.tables, day), folder=self.folder, date=day, whole=self.whole
        )

    @cached_property
    def nodes(self) -> gpd.GeoDataFrame:
        """Nodes as points in WGS 84, indexed by node_id."""
        import geopandas as gpd

        frame = self.tables["nodes"]
        points = gpd.points_from_xy(frame["lon"], frame["lat"])
        return gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4326").set_index("node_id")

    @cached_property
    def links(self) -> gpd.GeoDataFrame:
        """Links with their course, indexed by link_id.

        The columns `made`, `track_km`, `line_km`, `bridged_km` and `drawn_km`
        say how the course was found; `border` is the country pair of a link
        that crosses one.
        """
        from corridors.network.geometry import read_lines, with_lines

        frame = self.tables["links"].assign(border=self.borders).set_index("link_id")
        path = self.folder / LINES if self.folder else None
        lines = read_lines(path) if path and path.is_file() else None
        found = with_lines(frame, self.tables["nodes"], lines)
        edge = edge_of(found.geometry) if self._whole is None else self.map_edge
        found.geometry = on_map(found.geometry, edge)
        for column in ("track_km", "line_km", "bridged_km", "drawn_km"):
            found[column] = float("nan")
            if lines is not None and column in lines.columns:
                found[column] = lines[column].reindex(found.index)
        return found

    @cached_property
    def map_edge(self) -> float:
        """Longitude from which maps of the network run once round: no line crosses it."""
        return edge_of(self.whole.links.geometry)

    @cached_property
    def borders(self) -> pd.Series[Any]:
        """Unordered country pair of each link such as ``BY-PL``; empty within one country."""
        country = self.country_of
        links = self.tables["links"]
        pairs = [
            "-".join(sorted((country[a], country[b]))) if country[a] != country[b] else ""
            for a, b in zip(links["from_node"], links["to_node"], strict=True)
        ]
        import pandas as pd

        return pd.Series(pairs, index=links.index, dtype="str")

    @cached_property
    def land_borders(self) -> pd.Series[Any]:
        """Borders as above, empty where sea lanes alone join the two countries."""
        by_land = set(self.borders[self.tables["links"]["mode"] != "sea"])
        return self.borders.where(self.borders.isin(by_land), "")

    @cached_property
    def cargo_in_totals(self) -> frozenset[str]:
        """Cargo that totals count: all but that which says ``out`` in its column ``totals``."""
        cargo = self.tables["cargo"]
        return frozenset(cargo["cargo"][cargo["totals"] != "out"])

    @cached_property
    def country_of(self) -> dict[str, str]:
        """Country of each node."""
        frame = self.tables["nodes"]
        return dict(zip(frame["node_id"], frame["country"], strict=True))

    @cached_property
    def node_names(self) -> dict[str, str]:
        """Name of each node."""
        frame = self.tables["nodes"]
        return dict(zip(frame["node_id"], frame["name"], strict=True))

    @cached_property
    def end_names(self) -> dict[str, str]:
        """Name of each end that a demand may have: nodes by their names, markets by their ids."""
        return self.node_names | {market: market for market in self.tables["supply"]["market"]}

    @cached_property
    def end_countries(self) -> dict[str, str]:
        """Country of each end that a demand may have; of a market, which has none, its id."""
        return self.country_of | {market: market for market in self.tables["supply"]["market"]}

    def link_name(self, link_id: str) -> str:
        """Return a link as a reader names it: its two ends.

        Raises
        ------
        UnknownIdError
            Where there is no such link.
        """
        if link_id not in self._ends:
            msg = f"no link {link_id!r}{nearest(link_id, self._ends)}"
            raise UnknownIdError(msg)
        ends = self._ends[link_id]
        return f"{self.node_names[ends[0]]}–{self.node_names[ends[1]]}"

    @cached_property
    def _ends(self) -> dict[str, tuple[str, str]]:
        frame = self.tables["links"]
        ends = zip(frame["from_node"], frame["to_node"], strict=True)
        return dict(zip(frame["link_id"], ends, strict=True))

    def sources_of(self, table: str, row: str) -> pd.DataFrame:
        """Return where the numbers of one row come from.

        Parameters
        ----------
        table
            Name of the table.
        row
            Key of the row, the parts of a composite key joined by ``/``.

        Returns
        -------
        DataFrame
            column, publisher, title, date, confidence, note; a line a number.
        """
        provenance = self.tables["provenance"]
        own = provenance[(provenance["table"] == table) & (provenance["row"] == row)]
        merged = own.merge(self.tables["sources"], on="source_id", how="left")
        return merged[
            ["column", "publisher", "title", "date", "url", "confidence", "low", "high", "note"]
        ]

    def inferred_limits(self) -> pd.DataFrame:
        """Return the limits that a rule has inferred, because nobody has published one.

        Returns
        -------
        DataFrame
            capacity_id, name, unit, amount, per_direction, low, high, rule; a line each.
            They are of confidence D, and `sources_of` says how each was inferred.

        Examples
        --------
        >>> import corridors as co
        >>> "irkeshtam-road" in set(co.load().inferred_limits()["capacity_id"])
        False
        """
        columns = ["capacity_id", "name", "unit", "amount", "per_direction", "low", "high", "rule"]
        capacities = self.tables["capacities"]
        return capacities.loc[capacities["rule"] != "", columns].reset_index(drop=True)

    def to_networkx(
        self, cargo: str | None = None, *, gates: bool = False, integer_ids: bool = False
    ) -> nx.MultiDiGraph[Any]:
        """Return the network as a graph that OSMnx can plot, route on and turn into frames.

        A vertex is a node as one mode and gauge reach it. The first of a node's (rail
        before road, sea, pipeline; then the one with most links) bears the node's id,
        the others one such as ``hamburg:sea``. Transfers are edges between them.

        Parameters
        ----------
        cargo
            Whose hours and prices the edges carry; the one that may use most of the
            network if None.
        gates
            Also add a vertex ``hamburg>`` where cargo enters a node and one
            ``hamburg<`` where it leaves, by whatever mode, free of charge. Between
            them, the shortest path by ``cost`` is the best route of the package.
        integer_ids
            Number the vertices from 0, in the order of their names, which become the
            attribute ``vertex``: OSMnx's own routing takes numbers alone.

        Returns
        -------
        MultiDiGraph
            Vertices carry x (longitude), y (latitude), mode_gauge and the columns of
            the table. Edges, one for each direction of use and keyed by link_id or
            transfer_id, carry geometry, the columns of their table and as weights,
            every one of them: ``length`` in metres (0 of a transfer), ``hours`` with
            dwelling and handling, ``usd`` for transport and ``cost``, which is that
            and the value of the time, all for one unit of the cargo. What the cargo
            may not use weighs infinitely much. In a network without cargo ``usd`` is
            0 and ``cost`` the hours.

        Raises
        ------
        UnknownIdError
            Where there is no such cargo.

        Examples
        --------
        >>> import corridors as co
        >>> import networkx as nx
        >>> graph = co.load().at("2025-09-12").to_networkx("container", gates=True)
        >>> route = nx.shortest_path(graph, "dostyk>", "hamburg<", weight="cost")
        >>> round(nx.path_weight(graph, route, "hours") / 24, 1)
        11.3
        """
        from corridors.network.graph import weighted_graph

        return weighted_graph(self, cargo, gates=gates, integer_ids=integer_ids)


def require_network(net: object) -> None:
    """Raise ScenarioError where what is asked about is no network, but the name of one, or none."""
    require_kind("net", net, Network, "a network, as co.load() reads one")


def as_date(date: str | dt.date) -> dt.date:
    """Return a date given as text, as itself or with a time of day; raise DataError for others."""
    try:
        return parse_date(date) if isinstance(date, str) else day_in(date)
    except ValueError as error:
        msg = f"date: {error}"
        raise DataError(msg) from None


def resolved(tables: dict[str, pd.DataFrame], day: dt.date) -> dict[str, pd.DataFrame]:
    """Return the tables as they stand on one day."""
    links, transfers = tables["links"], tables["transfers"]
    capacities, demand = tables["capacities"], tables["demand"]
    links = links[during(links, "opens", "closes", day)]
    transfers = transfers[during(transfers, "opens", "closes", day)]
    capacities = capacities[during(capacities, "valid_from", "valid_until", day)]
    demand = demand_during(demand, day)
    members = tables["capacity_members"]
    member_of = members["capacity_id"].isin(capacities["capacity_id"])
    here = members["link_id"].isin(links["link_id"]) | members["transfer_id"].isin(
        transfers["transfer_id"]
    )
    changed = {
        "links": links,
        "transfers": transfers,
        "capacities": capacities,
        "demand": demand,
        "supply": offers_at(tables["supply"], day, MOST_YEARS),
        "capacity_members": members[member_of & here],
    }
    changed |= _of_what_is_there({**tables, **changed}, set(changed))
    return {
        name: changed[name].reset_index(drop=True) if name in changed else frame
        for name, frame in tables.items()
    }


def _of_what_is_there(
    tables: dict[str, pd.DataFrame], resolved_already: set[str]
) -> dict[str, pd.DataFrame]:
    """Return the other tables without rows about links, transfers or capacities that are not there.

    A fee on a line that opens next year, or the hours of a post that has shut, would name what
    the network of the day does not hold.
    """
    found = {}
    for table in schema_tables().values():
        if table.name in resolved_already:
            continue
        frame = tables[table.name]
        for column in table.columns:
            other, _, key = column.references.partition(".")
            if other in ("links", "transfers", "capacities") and not column.is_list:
                named = frame[column.name]
                frame = frame[(named == "") | named.isin(tables[other][key])]
        if len(frame) < len(tables[table.name]):
            found[table.name] = frame
    return found


def demand_during(demand: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Return the demand that there is on a day, grown from its base year to the day's."""
    demand = demand[during(demand, "valid_from", "valid_until", day)].copy()
    years = (day.year - demand["base_year"]).clip(-MOST_YEARS, MOST_YEARS)
    grown = (1.0 + demand["growth"]) ** years
    for column in ("units_per_year", "low", "high"):
        demand[column] = demand[column] * grown
    return demand


def load(folder: str | Path | None = None) -> Network:
    """Read a network and check what its files say.

    Parameters
    ----------
    folder
        A network folder; None for the Eurasian network that ships with the
        package.

    Returns
    -------
    Network

    Raises
    ------
    DataError
        Listing every problem with file, row and column.

    Examples
    --------
    >>> import corridors as co
    >>> net = co.load()
    >>> net.link_name("brest-terespol-rail-1520")
    'Brest–Terespol'
    """
    if folder is not None:
        require_kind("folder", folder, str | os.PathLike, "a folder, by its name or path")
    path = data_folder() / SHIPPED if folder is None else Path(folder)
    frames, problems = read_tables(path)
    raise_problems(path, problems)
    return Network(frames, folder=path)
