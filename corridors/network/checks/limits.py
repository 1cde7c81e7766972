"""Rules about what limits a place: each has one, and what rules say of it can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.network.limits.coverage import limits_table
from corridors.network.limits.rules import read_applies
from corridors.network.limits.storage import has_storage_rules, storage_table
from corridors.network.reading.cells import Problem, problem_at, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.network.network import Network


def limit_rules_can_be_read(net: Network) -> Iterator[Problem]:
    """What a rule applies to is a mapping of known keys that says what it is of."""
    for i, text in net.tables["limit_rules"]["applies"].items():
        fault = read_applies(text)[1]
        if fault:
            yield problem_at("limit_rules", i, "applies", limit_rules_can_be_read, fault)


def everything_has_a_limit(net: Network) -> Iterator[Problem]:
    """Each link and transfer has a limit of its own, for all cargo and days, by figure or by rule.

    Only of a network with rules for what nobody has published.
    """
    if not len(net.tables["limit_rules"]):
        return
    table = limits_table(net)
    row_of = {
        (kind, name): i
        for kind in ("link", "transfer")
        for i, name in net.tables[f"{kind}s"][f"{kind}_id"].items()
    }
    for row in rows_of(table[table["basis"] == "none"]):
        message = (
            f"{row['id']} {row['direction']} has no limit for some cargo or day; "
            "`corridors limits --write FOLDER` infers one"
        )
        yield problem_at(
            f"{row['kind']}s",
            row_of[row["kind"], row["id"]],
            f"{row['kind']}_id",
            everything_has_a_limit,
            message,
        )


def storage_has_a_limit(net: Network) -> Iterator[Problem]:
    """What waits at a port, a terminal or a yard finds so many places, by figure or by rule.

    Only of a network with a rule for storage.
    """
    if any(read_applies(text)[1] for text in net.tables["limit_rules"]["applies"]):
        # As `limit_rules_can_be_read` says.
        return
    if not has_storage_rules(net):
        return
    capacities = net.tables["capacities"]["capacity_id"]
    row_of = {name: i for i, name in reversed(list(capacities.items()))}
    table = storage_table(net)
    for capacity in table["capacity_id"][table["basis"] == "none"]:
        message = (
            f"nothing in stores.csv says how much finds a place before {capacity}; "
            "`corridors limits --write FOLDER` infers it"
        )
        yield problem_at(
            "capacities", row_of[capacity], "capacity_id", storage_has_a_limit, message
        )
