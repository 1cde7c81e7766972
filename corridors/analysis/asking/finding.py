"""Finding a thing in a network, and all that is known of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from corridors.display import number, records
from corridors.errors import ScenarioError, UnknownIdError, nearest, require_kind
from corridors.network.markets.offers import with_ends
from corridors.network.network import require_network
from corridors.network.provenance import confidences, row_keys
from corridors.network.reading.country_codes import code_hint
from corridors.network.reading.yaml_lines import value_of
from corridors.network.schema import tables as schema_tables
from corridors.scenarios.projects import projects
from corridors.scenarios.scenario import shipped_scenarios
from corridors.scenarios.selectors import select

if TYPE_CHECKING:
    from corridors.network.network import Network

KINDS = (
    "nodes", "links", "transfers", "borders", "countries", "chokepoints", "demands", "markets",
    "capacities", "cargo", "corridors", "couplings", "projects", "observations", "sources",
)  # fmt: skip
"""What can be listed."""

_ID = {
    "nodes": "node_id",
    "links": "link_id",
    "transfers": "transfer_id",
    "borders": "border",
    "countries": "country",
    "chokepoints": "chokepoint",
    "demands": "demand_id",
    "markets": "market",
    "capacities": "capacity_id",
    "cargo": "cargo",
    "corridors": "corridor",
    "couplings": "coupling_id",
    "projects": "project_id",
    "observations": "observation_id",
    "sources": "source_id",
}

_TABLE = {"demands": "demand", "markets": "supply"}
"""Tables that bear another name than what is listed."""

_COLUMNS = {
    "nodes": ["name", "kind", "country"],
    "transfers": ["node_id", "from_mode", "to_mode", "hours"],
    "demands": ["name", "cargo", "units_per_year", "unit", "base_year"],
    "markets": [
        "side",
        "node_id",
        "name",
        "country",
        "cargo",
        "amount",
        "per",
        "usd_per_unit",
        "valid_from",
        "valid_until",
    ],
    "cargo": ["name", "unit", "t_per_unit", "modes"],
    "projects": ["name", "status", "usd", "opens", "needs", "what"],
    "observations": ["scenario", "quantity", "value", "unit", "date", "role"],
    "sources": ["publisher", "title", "date"],
    "chokepoints": ["name", "selector"],
    "couplings": ["name", "node_id", "cargo", "by_product", "outlet", "share"],
}


def listing(net: Network, kind: str, text: str = "") -> pd.DataFrame:
    """Return the things of one kind, all or those that a text finds.

    Parameters
    ----------
    net
        The network; of all of time, or resolved at a day.
    kind
        One of nodes, links, transfers, borders, countries, chokepoints, demands,
        markets (their offers, a line each), capacities, cargo, corridors, couplings, projects,
        observations, sources.
    text
        Words that a row must hold, all of them, in its id, its names or its countries;
        capital letters make no difference.

    Returns
    -------
    DataFrame
        The id first, then what tells one from another, by id.

    Raises
    ------
    UnknownIdError
        Where there is no such kind.

    Examples
    --------
    >>> import corridors as co
    >>> co.listing(co.load(), "borders", "pl by")["border"].tolist()
    ['BY-PL']
    """
    require_network(net)
    if kind not in KINDS:
        hint = nearest(kind, KINDS, len(KINDS))
        if kind in {"scenario", "scenarios"}:
            hint = "; `corridors scenarios` lists these"
        msg = f"list: no kind of thing {kind!r}{hint}"
        raise UnknownIdError(msg)
    frame = _things(net, kind)
    words = text.casefold().split()
    if words:
        said = [" ".join(str(v) for v in row).casefold() for row in frame.itertuples(index=False)]
        frame = frame[[all(word in row for word in words) for row in said]]
    return frame.sort_values(_ID[kind], kind="stable").reset_index(drop=True)


def _things(net: Network, kind: str) -> pd.DataFrame:
    names = net.node_names
    if kind == "links":
        links = net.tables["links"]
        ends = zip(links["from_node"], links["to_node"], strict=True)
        frame = links[["link_id", "mode", "gauge_mm", "length_km", "corridor", "opens"]].copy()
        frame.insert(1, "name", [f"{names[a]}–{names[b]}" for a, b in ends])
        frame.insert(2, "border", net.borders)
        return frame
    if kind == "borders":
        rows = [(b, m) for b, m in zip(net.borders, net.tables["links"]["mode"], strict=True) if b]
        frame = pd.DataFrame(rows, columns=["border", "mode"])
        grouped = frame.groupby("border")["mode"]
        return pd.DataFrame({
            "border": list(grouped.groups),
            "links": grouped.size().to_numpy(),
            "modes": [", ".join(sorted(set(m))) for _, m in grouped],
        })  # fmt: skip
    if kind in {"countries", "corridors"}:
        column = "country" if kind == "countries" else "corridor"
        own = net.tables["nodes" if kind == "countries" else "links"][column]
        counts = own[own != ""].value_counts().sort_index()
        what = "nodes" if kind == "countries" else "links"
        return pd.DataFrame({column: counts.index.astype("str"), what: counts.to_numpy()})
    if kind == "capacities":
        return _capacities(net)
    if kind == "projects":
        return projects(net)[[_ID[kind], *_COLUMNS[kind]]]
    frame = net.tables[_TABLE.get(kind, kind)].copy()
    if kind == "markets":
        frame["name"] = frame["node_id"].map(names)
        frame["country"] = frame["node_id"].map(net.country_of)
    if kind == "demands":
        frame, names = with_ends(frame), net.end_names
        frame["name"] = [
            f"{names[a]}–{names[b]}"
            for a, b in zip(frame["origin"], frame["destination"], strict=True)
        ]
        frame["unit"] = frame["cargo"].map(net.tables["cargo"].set_index("cargo")["unit"])
    return frame[[_ID[kind], *_COLUMNS[kind]]]


def _capacities(net: Network) -> pd.DataFrame:
    """Return every row of the capacities, and how sure it is where that is known."""
    frame = net.tables["capacities"]
    known = confidences(net, "capacities", "amount")
    keys = row_keys(frame, schema_tables()["capacities"].key)
    shown = ["capacity_id", "name", "amount", "unit", "background", "valid_from", "valid_until"]
    return frame[shown].assign(confidence=[known.get(k, "") for k in keys])


def find(net: Network, name: str) -> list[tuple[str, str]]:
    """Return the kinds of things that bear an id, each with the id as it is written.

    Parameters
    ----------
    net
        The network.
    name
        An id, or one after its kind and a colon, such as ``node:brest``; a border by its
        countries in either order.

    Raises
    ------
    UnknownIdError
        With the nearest names, where nothing bears it.
    """
    word, colon, rest = name.partition(":")
    kinds = [k for k in KINDS if k == word or _singular(k) == word] if colon else []
    wanted = rest if kinds else name
    found = []
    valid: set[str] = set()
    for kind in kinds or KINDS:
        ids = ids_of(net, kind)
        same = {i.casefold(): i for i in ids}
        turned = "-".join(sorted(wanted.upper().split("-")))
        chosen = wanted if wanted in ids else same.get(wanted.casefold())
        if chosen is None and kind == "borders" and turned in ids:
            chosen = turned
        if chosen is not None:
            found.append((kind, chosen))
        valid |= ids
    if not found:
        hint = code_hint(wanted, valid)
        if wanted in shipped_scenarios():
            hint = f"; it is a scenario, of which `corridors run {wanted}` tells"
        msg = f"nothing bears the id {wanted!r}{hint}"
        raise UnknownIdError(msg)
    return found


def ids_of(net: Network, kind: str) -> set[str]:
    """Return the ids of all things of a kind."""
    if kind == "borders":
        return {str(b) for b in net.borders if b}
    if kind in {"countries", "corridors"}:
        column = "country" if kind == "countries" else "corridor"
        own = net.tables["nodes" if kind == "countries" else "links"][column]
        return {str(v) for v in own if v}
    return {str(v) for v in net.tables[_TABLE.get(kind, kind)][_ID[kind]]}


def _singular(kind: str) -> str:
    return {"countries": "country", "capacities": "capacity", "cargo": "cargo"}.get(
        kind, kind.removesuffix("s")
    )


def show(net: Network, name: str) -> dict[str, Any]:
    """Return all that is known of a thing.

    Parameters
    ----------
    net
        The network.
    name
        Its id, or its kind, a colon and its id where several kinds bear it.

    Returns
    -------
    dict
        ``kind``, ``id``, ``rows`` (its rows in its table, columns without a value left
        out), what belongs to it (``links``, ``transfers``, ``capacities``, ``demands``,
        ``markets``, ``chokepoints``, ``couplings``, ``projects``, ``observations``; ids, or
        rows of them; of a capacity its ``quota`` and ``store``), and
        ``sources``: publisher, title, date, confidence and note of each of its numbers.

    Raises
    ------
    UnknownIdError
        Where there is none, or where things of several kinds bear the id.

    Examples
    --------
    >>> import corridors as co
    >>> found = co.show(co.load(), "border:PL-BY")
    >>> found["id"], len(found["links"]) > 0
    ('BY-PL', True)
    """
    require_network(net)
    require_kind("name", name, str, "an id, or kind:id, as text")
    things = find(net, name)
    if len(things) > 1:
        named = ", ".join(f"{_singular(kind)}:{own}" for kind, own in things)
        msg = f"{name!r} is the id of several things; say which: {named}"
        raise UnknownIdError(msg)
    [(kind, own)] = things
    found: dict[str, Any] = {"kind": _singular(kind), "id": own}
    if kind not in {"borders", "countries", "corridors"}:
        frame = net.tables[_TABLE.get(kind, kind)]
        rows = frame[frame[_ID[kind]] == own]
        found["rows"] = [
            {k: v for k, v in row.items() if v is not None and v != ""} for row in records(rows)
        ]
    found |= _belongs(net, kind, own)
    found["sources"] = _sources(net, kind, own)
    return found


def _belongs(net: Network, kind: str, own: str) -> dict[str, Any]:
    """Return what has to do with a thing, by kind."""
    links, transfers = _places(net, kind, own)
    found: dict[str, Any] = {}
    if links or transfers:
        members = net.tables["capacity_members"]
        here = members["link_id"].isin(links) | members["transfer_id"].isin(transfers)
        found |= {
            "links": sorted(links),
            "transfers": sorted(transfers),
            "capacities": sorted(set(members["capacity_id"][here])),
            "projects": _changing(net, links, kind, own),
        }
    if kind == "projects":
        table = projects(net)
        row = table[table["project_id"] == own].iloc[0]
        found["needs"] = [n for n in row["needs"].split(";") if n]
        found["what"] = row["what"]
    demand = with_ends(net.tables["demand"])
    country = net.end_countries
    ends = {
        "markets": demand["market"] == own,
        "nodes": (demand["origin"] == own) | (demand["destination"] == own),
        "countries": (demand["origin"].map(country) == own)
        | (demand["destination"].map(country) == own),
        "cargo": demand["cargo"] == own,
    }
    table = net.tables["couplings"]
    for row in table[table["coupling_id"] == own].to_dict("records"):
        falls = demand["cargo"] == row["cargo"]
        goes = (demand["cargo"] == row["by_product"]) & (demand["destination"] == row["outlet"])
        ends["couplings"] = (demand["origin"] == row["node_id"]) & (falls | goes)
    if kind in ends:
        found["demands"] = sorted(demand["demand_id"][ends[kind]])
    supply = net.tables["supply"]
    offered = {
        "nodes": supply["node_id"] == own,
        "countries": supply["node_id"].map(net.country_of) == own,
        "cargo": supply["cargo"] == own,
    }
    if kind in offered:
        found["markets"] = sorted(set(supply["market"][offered[kind]]))
    if kind in {"nodes", "cargo"}:
        named = table[["node_id", "outlet"] if kind == "nodes" else ["cargo", "by_product"]]
        found["couplings"] = sorted(table["coupling_id"][(named == own).any(axis=1)])
    if kind == "capacities":
        found |= _stock_and_store(net, own)
    asked = net.tables["observations"]
    if "asks" in asked.columns:
        whole = re.compile(rf"(?<![\w-]){re.escape(own)}(?![\w-])")
        texts = zip(asked["asks"], asked["scenario"], strict=True)
        said = [bool(whole.search(f"{a} {s}")) for a, s in texts]
        found["observations"] = sorted(asked["observation_id"][said])
    return {name: value for name, value in found.items() if value}


def _stock_and_store(net: Network, capacity: str) -> dict[str, str]:
    """Return for how long a capacity is handed out, and what finds a place before it, in words."""
    quotas, stores = (net.tables[t].set_index("capacity_id") for t in ("quotas", "stores"))
    found = {}
    if capacity in quotas.index:
        found["quota"] = f"handed out for a {quotas.loc[capacity, 'period']}"
    if capacity in stores.index:
        rows = net.whole.tables["capacities"].set_index("capacity_id")
        unit = str(rows.loc[[capacity], "unit"].iloc[0])
        found["store"] = f"{number(float(stores.loc[capacity, 'amount']), unit)} find a place"
    return found


def _places(net: Network, kind: str, own: str) -> tuple[set[str], set[str]]:
    """Return the links and transfers that a thing means."""
    key = _singular(kind)
    if key not in {"node", "link", "transfer", "border", "country", "corridor", "chokepoint",
                   "capacity"}:  # fmt: skip
        return set(), set()
    value: Any = own.split("-") if key == "border" else own
    try:
        chosen = select(net.whole, {key: value}, net.folder)
    except ScenarioError:
        # What nothing leads to, or has no members, means none.
        return set(), set()
    links, transfers = net.whole.tables["links"], net.whole.tables["transfers"]
    return (
        set(links["link_id"][chosen.links.any(axis=1)]),
        set(transfers["transfer_id"][chosen.transfers.any(axis=1)]),
    )


def _changing(net: Network, links: set[str], kind: str, own: str) -> list[str]:
    """Return the projects whose changes name a thing, or one of its links."""
    table = net.whole.tables["projects"]
    names = links | {own} if kind in {"links", "capacities", "chokepoints"} else links
    found = []
    for project_id, text in zip(table["project_id"], table["changes"], strict=True):
        said = {
            str(name)
            for change in value_of(str(text))
            for selector in change.values()
            if isinstance(selector, dict)
            for value in selector.values()
            for name in (value if isinstance(value, list) else [value])
        }
        if said & names:
            found.append(str(project_id))
    return sorted(found)


def _sources(net: Network, kind: str, own: str) -> list[dict[str, Any]]:
    """Return where the numbers of a thing come from."""
    provenance = net.whole.tables["provenance"]
    table = _TABLE.get(kind, kind)
    told = {table}
    if kind == "capacities":
        # Its store, its quota and the hours in which it works are rows of tables of their own.
        told |= {name for name, t in schema_tables().items() if t.key[0] == _ID[kind]}
    mine = provenance["table"].isin(told) & (
        (provenance["row"] == own) | provenance["row"].str.startswith(f"{own}/")
    )
    rows = provenance[mine].merge(net.whole.tables["sources"], on="source_id", how="left")
    columns = ["row", "column", "publisher", "title", "date", "url", "as_of", "confidence", "note"]
    return [
        {k: v for k, v in row.items() if v is not None and v != ""}
        for row in records(rows[columns])
    ]
