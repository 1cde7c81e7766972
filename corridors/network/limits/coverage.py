"""Which links and transfers have a limit of their own, for all of their cargo and days.

A limit is a place's own where all that it sums up is at that place: the links between two
nodes, or lanes and transfers of one port. What limits several places together, such as the
permits of a whole border, is no limit of one of them.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.network.arcs import DIRECTIONS
from corridors.network.checks.capacities import any_holds, days_of_change, is_there
from corridors.network.loads import conversion
from corridors.network.provenance import confidences, row_keys
from corridors.network.reading.cells import rows_of

if TYPE_CHECKING:
    import pandas as pd

    from corridors.network.network import Network

Directed = tuple[str, str, int]
"""``link`` or ``transfer``, its id, and 0 for its forward or 1 for its backward direction."""

_COLUMNS = ["kind", "id", "direction", "basis", "limits", "rule", "confidence"]


def limits_table(net: Network) -> pd.DataFrame:
    """Return what limits each link and transfer, in each direction in which it may be used.

    Parameters
    ----------
    net
        The network, of all of time or on one day.

    Returns
    -------
    DataFrame
        kind, id, direction; basis (``published``, ``inferred`` where a rule gives a limit
        for some or all of its cargo, ``none`` where some cargo or day has no limit);
        limits, the ids of its own joined by ``;``; rule; confidence of its best published
        amount, or D where a rule is needed, empty where there is none.
    """
    import pandas as pd

    limits = own_limits(net)
    missing = _left(net, limits)
    grade = amount_grades(net, net.tables["capacities"])
    capacities = net.tables["capacities"]
    rule_of = dict(zip(capacities["capacity_id"], capacities["rule"], strict=True))
    rows = []
    for place in directed(net):
        ids = sorted(limits[place])
        rules = sorted({rule_of[c] for c in ids if rule_of[c]})
        known = sorted(grade.get(c, "D") for c in ids)
        basis = "none" if missing[place] else "inferred" if rules else "published"
        found = "" if basis == "none" else "D" if rules or not known else known[0]
        rows.append((place[0], place[1], DIRECTIONS[place[2]], basis, ids, rules, found))
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    for column in ("limits", "rule"):
        frame[column] = [";".join(names) for names in frame[column]]
    return frame


def left_open(net: Network) -> dict[Directed, set[str]]:
    """Return the cargo of each directed link and transfer that no limit of its own counts.

    Parameters
    ----------
    net
        The network; on one day, if it was resolved at one, else on all days.
    """
    return _left(net, own_limits(net))


def _left(net: Network, limits: dict[Directed, dict[str, set[str]]]) -> dict[Directed, set[str]]:
    allowed = allowed_cargo(net)
    return {
        place: set(allowed[place[:2]]).difference(*limits[place].values())
        for place in directed(net)
    }


def directed(net: Network) -> list[Directed]:
    """Return every link and transfer in each direction in which it may be used."""
    found: list[Directed] = []
    for kind in ("link", "transfer"):
        frame = net.tables[f"{kind}s"]
        for name, direction in zip(frame[f"{kind}_id"], frame["direction"], strict=True):
            found += [(kind, str(name), d) for d in ((0, 1) if direction == "both" else (0,))]
    return found


def allowed_cargo(net: Network) -> dict[tuple[str, str], frozenset[str]]:
    """Return the cargo that may use each link and transfer."""
    cargo = net.tables["cargo"]
    modes = {c: set(m.split(";")) for c, m in zip(cargo["cargo"], cargo["modes"], strict=True)}
    links, transfers = net.tables["links"], net.tables["transfers"]
    by_mode = {m: frozenset(c for c in modes if m in modes[c]) for m in set(links["mode"])}
    found = {
        ("link", link): by_mode[m] for link, m in zip(links["link_id"], links["mode"], strict=True)
    }
    for row in rows_of(transfers):
        pair = {row["from_mode"], row["to_mode"]}
        only = set(filter(None, row["cargo"].split(";"))) or set(modes)
        found["transfer", row["transfer_id"]] = frozenset(
            c for c in only if modes[c].issuperset(pair)
        )
    return found


def own_limits(net: Network) -> dict[Directed, dict[str, set[str]]]:
    """Return the limits of each directed link and transfer's own, with the cargo that each counts.

    Counted is what is limited on every day on which the link or transfer is there, and
    what the load table turns into the limit's unit.
    """
    things = _things(net)
    members = rows_of(net.tables["capacity_members"])
    of_capacity: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for member in members:
        of_capacity[member["capacity_id"]].append(member)
    countable = _countable(net)
    allowed = allowed_cargo(net)
    found: dict[Directed, dict[str, set[str]]] = defaultdict(dict)
    by_id: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows_of(net.tables["capacities"]):
        by_id[row["capacity_id"]].append(row)
    for capacity, rows in by_id.items():
        own = [member for member in of_capacity.get(capacity, []) if _key(member) in things]
        each = [things[_key(member)] for member in own]
        if not each or (any(row["amount"] for row in rows) and not _one_place(each)):
            continue
        unit, per_direction = rows[0]["unit"], rows[0]["per_direction"] == "yes"
        for member, thing in zip(own, each, strict=True):
            if not _always(net, rows, thing):
                continue
            key = _key(member)
            named = set(filter(None, member["cargo"].split(";"))) or allowed[key]
            counted = {c for c in named & allowed[key] if c in countable[unit, thing["modes"]]}
            sides = (0, 1) if per_direction or member["direction"] == "both" else ()
            for side in sides or (DIRECTIONS.index(member["direction"]),):
                found[(*key, side)].setdefault(capacity, set()).update(counted)
    return found


def _key(member: dict[str, Any]) -> tuple[str, str]:
    link = member["link_id"]
    return ("link", link) if link else ("transfer", member["transfer_id"])


def _things(net: Network) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the links and transfers, each with its nodes, modes and days."""
    found = {}
    for row in rows_of(net.tables["links"]):
        nodes = frozenset({row["from_node"], row["to_node"]})
        found["link", row["link_id"]] = {**row, "nodes": nodes, "modes": (row["mode"],)}
    for row in rows_of(net.tables["transfers"]):
        modes = tuple(dict.fromkeys((row["from_mode"], row["to_mode"])))
        nodes = frozenset({row["node_id"]})
        found["transfer", row["transfer_id"]] = {**row, "nodes": nodes, "modes": modes}
    return found


def _one_place(things: list[dict[str, Any]]) -> bool:
    """Return whether all that a limit sums up is at one place."""
    by_land = [t for t in things if "link_id" in t and t["modes"] != ("sea",)]
    if by_land:
        return len({t["nodes"] for t in things}) == 1
    return bool(frozenset.intersection(*(t["nodes"] for t in things)))


def _countable(net: Network) -> Any:
    """Return by unit and modes the cargo that the load table turns into the unit."""
    ids = tuple(net.tables["cargo"]["cargo"])

    class Found(dict[tuple[str, tuple[str, ...]], set[str]]):
        def __missing__(self, key: tuple[str, tuple[str, ...]]) -> set[str]:
            units = conversion(net, ids, key[0])
            known = np.any([np.isfinite(units[mode]) for mode in key[1]], axis=0)
            self[key] = {c for c, own in zip(ids, known, strict=True) if own}
            return self[key]

    return Found()


def _always(net: Network, rows: list[dict[str, Any]], thing: dict[str, Any]) -> bool:
    """Return whether a capacity has a row for every day on which a thing is there."""
    if not any(row[c] for row in rows for c in ("valid_from", "valid_until", "season")):
        return True
    import pandas as pd

    frame = pd.DataFrame(rows)
    if net.date is not None:
        return any_holds(frame, net.date)
    days = days_of_change(frame, [thing])
    return all(any_holds(frame, day) for day in days if is_there(thing, day))


def amount_grades(net: Network, rows: pd.DataFrame) -> dict[str, str]:
    """Return the confidence of the amounts of capacities by id; of several rows the last one's.

    Parameters
    ----------
    net
        The network of all of time.
    rows
        Rows of its capacities.
    """
    grade = confidences(net, "capacities", "amount")
    keys = row_keys(rows, ("capacity_id", "valid_from"))
    return {
        capacity: grade[key]
        for capacity, key in zip(rows["capacity_id"].to_numpy().tolist(), keys, strict=True)
        if key in grade
    }
