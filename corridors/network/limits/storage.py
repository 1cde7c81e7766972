"""What finds a place before the limits of ports, terminals and yards: by figure, or by rule.

Storage is a place's own where one limit sums up transfers of one node, or the sea lanes of
one port: what waits there stands in a yard, in tanks or at anchor. What waits before a
border post or on a line stands on the road or the rails behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridors.errors import DataError
from corridors.network.limits.coverage import allowed_cargo
from corridors.network.limits.places import Place, port_nodes
from corridors.network.limits.rules import limit_rules, rule_sources
from corridors.network.reading.cells import rows_of
from corridors.network.schema import tables

if TYPE_CHECKING:
    import pandas as pd

    from corridors.network.limits.rules import LimitRule
    from corridors.network.network import Network

_DIGITS = 4


@dataclass(frozen=True)
class Storage:
    """A limit before which storage stands.

    Attributes
    ----------
    capacity_id, unit
        Of the limit.
    amount
        What it passes a day at most, of several dated rows the largest.
    ban_above
        Queue at which loading for it is stopped: so much has stood there; 0 without one.
    place
        The place, for the rules; its `cargo` is what the limit counts.
    """

    capacity_id: str
    unit: str
    amount: float
    ban_above: float
    place: Place


def storage_of(net: Network) -> list[Storage]:
    """Return the limits of ports, terminals and yards before which storage stands, by id.

    Parameters
    ----------
    net
        The network; that of all of time counts.
    """
    net = net.whole
    at = _where(net)
    allowed = allowed_cargo(net)
    nodes_of, transfers = net.tables["nodes"], net.tables["transfers"]
    node = {
        name: (country, kind)
        for name, country, kind in nodes_of[["node_id", "country", "kind"]].itertuples(
            index=False, name=None
        )
    }
    modes = {
        name: sides
        for name, *sides in transfers[["transfer_id", "from_mode", "to_mode"]].itertuples(
            index=False, name=None
        )
    }
    members: dict[str, list[dict[str, Any]]] = {}
    for row in rows_of(net.tables["capacity_members"]):
        members.setdefault(row["capacity_id"], []).append(row)
    several: dict[str, list[dict[str, Any]]] = {}
    for row in rows_of(net.tables["capacities"]):
        several.setdefault(row["capacity_id"], []).append(row)
    found = []
    for capacity, rows in sorted(several.items()):
        own = [_thing(row) for row in members.get(capacity, [])]
        nodes = frozenset.intersection(*(at.get(key, frozenset()) for key in own)) if own else None
        amount = max(row["amount"] for row in rows)
        if not nodes or not amount > 0:
            continue
        cargo: set[str] = set()
        for key, row in zip(own, members[capacity], strict=True):
            cargo |= set(filter(None, row["cargo"].split(";"))) or allowed[key]
        traits = {
            "of": frozenset({"store"}),
            "node": nodes,
            "country": frozenset(node[n][0] for n in nodes),
            "kind": frozenset(node[n][1] for n in nodes),
            "cargo": frozenset(cargo),
            **_traits_of_modes([modes[name] for kind, name in own if kind == "transfer"]),
        }
        if all(kind == "link" for kind, _ in own):
            traits["mode"] = frozenset({"sea"})
        bans = [row["ban_above"] for row in rows if row["ban_above"] == row["ban_above"]]
        found.append(
            Storage(
                capacity_id=capacity,
                unit=rows[0]["unit"],
                amount=float(amount),
                ban_above=float(max(bans, default=0.0)),
                place=Place(capacity, rows[0]["name"], (), traits),
            )
        )
    return found


def _thing(row: dict[str, Any]) -> tuple[str, str]:
    return ("link", row["link_id"]) if row["link_id"] else ("transfer", row["transfer_id"])


def _where(net: Network) -> dict[tuple[str, str], frozenset[str]]:
    """Return the nodes at which something waits for each transfer and each sea lane of a port."""
    transfers, lanes = net.tables["transfers"], net.tables["links"]
    lanes = lanes[lanes["mode"] == "sea"]
    ports = port_nodes(net)
    found = {
        ("transfer", name): frozenset({node})
        for name, node in zip(transfers["transfer_id"], transfers["node_id"], strict=True)
    }
    for name, *ends in lanes[["link_id", "from_node", "to_node"]].itertuples(
        index=False, name=None
    ):
        found["link", name] = frozenset(ends) & ports
    return found


def _traits_of_modes(changes: list[list[str]]) -> dict[str, frozenset[str]]:
    if not changes:
        return {}
    sides = [frozenset(own) for own in zip(*changes, strict=True)]
    found = {"from_mode": sides[0], "to_mode": sides[1]}
    at_sea = "sea" in sides[0] | sides[1]
    return {**found, "mode": frozenset({"sea"})} if at_sea else found


def storage_table(net: Network) -> pd.DataFrame:
    """Return what is known of the storage before each limit of a port, terminal or yard.

    Parameters
    ----------
    net
        The network.

    Returns
    -------
    DataFrame
        capacity_id, basis (``published``, ``inferred`` by a rule, or ``none``), rule and
        confidence, empty where there is no row of `stores`. Storage that a person has put
        before any other limit counts too.
    """
    import pandas as pd

    net = net.whole
    stores = net.tables["stores"].set_index("capacity_id")
    provenance = net.tables["provenance"]
    own = provenance[(provenance["table"] == "stores") & (provenance["column"] == "amount")]
    grade = dict(zip(own["row"], own["confidence"], strict=True))
    ids = sorted({s.capacity_id for s in storage_of(net)} | set(stores.index))
    rows = []
    for capacity in ids:
        rule = stores["rule"].get(capacity)
        basis = "none" if rule is None else "inferred" if rule else "published"
        found = "" if rule is None else grade.get(capacity, "D")
        rows.append((capacity, basis, rule or "", found))
    return pd.DataFrame(rows, columns=["capacity_id", "basis", "rule", "confidence"])


def has_storage_rules(net: Network) -> bool:
    """Return whether any rule of a network is of storage."""
    return any("store" in rule.applies["of"] for rule in limit_rules(net))


def infer_stores(net: Network) -> dict[str, pd.DataFrame]:
    """Infer the storage before each limit of a port, terminal or yard without a figure.

    Parameters
    ----------
    net
        The network; what rules have made of its storage before counts for nothing.

    Returns
    -------
    dict of DataFrame
        New rows of `stores` and `provenance`: the days of the first rule that fits, of
        what the limit passes, and never less than what stood there when loading was stopped.

    Raises
    ------
    DataError
        Where the network has rules for storage and none of them fits a place.
    """
    import pandas as pd

    rules = [rule for rule in limit_rules(net) if "store" in rule.applies["of"]]
    sources = rule_sources(net)
    stores = net.whole.tables["stores"]
    read = set(stores["capacity_id"][stores["rule"] == ""])
    rows: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for storage in storage_of(net) if rules else ():
        if storage.capacity_id in read:
            continue
        rule = next((r for r in rules if r.fits(storage.place)), None)
        if rule is None:
            msg = f"limit_rules: no rule of storage fits {storage.capacity_id}"
            raise DataError(msg)
        rows.append(_row(storage, rule))
        source, said = sources[rule.rule]
        notes.append(_note(storage, rule, source, said))
    return {"stores": pd.DataFrame(rows), "provenance": pd.DataFrame(notes)}


def _row(storage: Storage, rule: LimitRule) -> dict[str, Any]:
    least = storage.ban_above
    amount, low, high = (
        float(f"{max(least, days * storage.amount):.{_DIGITS}g}")
        for days in (rule.amount, rule.low, rule.high)
    )
    return {
        "capacity_id": storage.capacity_id,
        "amount": amount,
        "low": min(low, amount),
        "high": max(high, amount),
        "rule": rule.rule,
    }


def _note(storage: Storage, rule: LimitRule, source: str, said: str) -> dict[str, Any]:
    unit = storage.unit if storage.unit in {"t", "TEU"} else f"{storage.unit}s"
    passes = f"{storage.amount:,.9g} {unit} a day that it passes"
    least = storage.ban_above > rule.amount * storage.amount
    decides = "what stood there when loading was stopped" if least else passes
    days = "" if least else f"{rule.amount:g} days of "
    return {
        "table": "stores",
        "row": storage.capacity_id,
        "column": "amount",
        "source_id": source,
        "as_of": said,
        "low": None,
        "high": None,
        "confidence": "D",
        "note": f"By rule {rule.rule}: {days}{decides}.",
    }


def with_stores(net: Network, new: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return `stores` and `provenance` with the inferred rows replaced by new ones.

    Parameters
    ----------
    net
        The network.
    new
        As `infer_stores` makes them.
    """
    import pandas as pd

    net = net.whole
    stores, provenance = net.tables["stores"], net.tables["provenance"]
    gone = set(stores["capacity_id"][stores["rule"] != ""])
    kept = stores[stores["rule"] == ""]
    own = (provenance["table"] == "stores") & provenance["row"].isin(gone)
    found = {}
    for name, old in (("stores", kept), ("provenance", provenance[~own])):
        merged = pd.concat([old, new[name]], ignore_index=True) if len(new[name]) else old
        for column in tables()[name].columns:
            number = column.type in {"number", "integer"}
            empty = float(column.default or "nan") if number else column.default
            merged[column.name] = merged[column.name].fillna(empty)
        found[name] = merged.reset_index(drop=True)
    return found
