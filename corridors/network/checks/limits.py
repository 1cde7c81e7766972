"""Rules about limits and what presses on them: each place has one, and it leaves room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.network.limits.coverage import limits_table
from corridors.network.limits.rules import read_applies
from corridors.network.loads import conversion
from corridors.network.reading.cells import Problem, problem_at
from corridors.network.reading.manifest import exceptions_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from corridors.network.network import Network

_SAME = 1e-3
_DAYS_PER_YEAR = 365.0


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
    for row in table[table["basis"] == "none"].to_dict("records"):
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


def capacities_leave_room(net: Network) -> Iterator[Problem]:
    """No limit is just what one demand between the two ends of its link asks for.

    Such a figure is the traffic and not what the place can do: whatever comes passes,
    and a queue never clears. Rows that the manifest excepts by name are passed over.
    """
    passed_over = exceptions_in(net.folder, "capacities-leave-room")
    demand = net.tables["demand"]
    cargo = tuple(net.tables["cargo"]["cargo"])
    between: dict[frozenset[str], list[dict[str, Any]]] = {}
    for row in demand.to_dict("records"):
        between.setdefault(frozenset({row["origin"], row["destination"]}), []).append(row)
    ends = {
        link: (frozenset({a, b}), mode)
        for link, a, b, mode in net.tables["links"][
            ["link_id", "from_node", "to_node", "mode"]
        ].itertuples(index=False, name=None)
    }
    members = net.tables["capacity_members"].groupby("capacity_id")["link_id"].agg(list)
    capacities = net.tables["capacities"]
    conversions = {unit: conversion(net, cargo, unit) for unit in set(capacities["unit"])}
    # What a rule has made leaves room by the rule.
    for i, row in capacities[capacities["rule"] == ""].iterrows():
        left = row["amount"] - row["background"]
        if left <= 0 or row["capacity_id"] in passed_over:
            continue
        units = conversions[row["unit"]]
        for link in filter(None, members.get(row["capacity_id"], [])):
            pair, mode = ends[link]
            for one in between.get(pair, []):
                asked = one["units_per_year"] / _DAYS_PER_YEAR
                asked *= float(units[mode][cargo.index(one["cargo"])])
                if abs(asked / left - 1.0) < _SAME and _meet(row, one):
                    message = (
                        f"{row['capacity_id']} lets {left:g} {row['unit']} a day pass, which is "
                        f"what {one['demand_id']} asks for; a limit is what can pass"
                    )
                    yield problem_at("capacities", i, "amount", capacities_leave_room, message)


def _meet(capacity: Any, demand: dict[str, Any]) -> bool:
    """Return whether a capacity's row and a demand are valid on a common day."""
    first = max(capacity["valid_from"], demand["valid_from"])
    ends = [end for end in (capacity["valid_until"], demand["valid_until"]) if end]
    return not ends or first < min(ends)


def transfers_have_a_cost(net: Network) -> Iterator[Problem]:
    """A change of mode or gauge costs something, or says that it is free with a 0.

    A network whose manifest excepts the rule, with a reason, is passed over.
    """
    passed_over = exceptions_in(net.folder, "transfers-have-a-cost")
    for i, row in net.tables["transfers"].iterrows():
        silent = row["usd_per_t"] != row["usd_per_t"] and row["usd_per_teu"] != row["usd_per_teu"]
        if silent and not passed_over & {"*", row["transfer_id"]}:
            message = (
                f"{row['transfer_id']} has neither a charge per t nor one per TEU; "
                "write 0 where it is free"
            )
            yield problem_at("transfers", i, "usd_per_t", transfers_have_a_cost, message)


def demand_is_of_its_time(net: Network) -> Iterator[Problem]:
    """The year of a demand's figure does not lie after all of the time for which it is valid."""
    for i, row in net.tables["demand"].iterrows():
        if row["valid_until"] and row["valid_until"] <= f"{int(row['base_year'])}-01-01":
            message = (
                f"{row['demand_id']} is of {int(row['base_year'])}, but valid only until "
                f"{row['valid_until']}"
            )
            yield problem_at("demand", i, "base_year", demand_is_of_its_time, message)
