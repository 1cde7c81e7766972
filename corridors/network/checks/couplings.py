"""Rules about what falls because something else has no outlet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.network.reading.cells import Problem, problem_at, records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.network.network import Network


def couplings_are_of_two_demands(net: Network) -> Iterator[Problem]:
    """What falls and its by-product are both wanted from the node, and neither falls in turn.

    A coupling of what nobody wants says nothing, and a by-product that falls itself would
    have no first figure to fall from. Its name is no capacity's: results show both together.
    """
    rule = couplings_are_of_two_demands
    demand = net.tables["demand"]
    sent = set(zip(demand["origin"], demand["cargo"], strict=True))
    delivered = set(zip(demand["origin"], demand["cargo"], demand["destination"], strict=True))
    table = net.tables["couplings"]
    falls = set(zip(table["node_id"], table["cargo"], strict=True))
    capacities = set(net.tables["capacities"]["capacity_id"])
    for i, row in records(table):
        node, cargo, by_product = row["node_id"], row["cargo"], row["by_product"]
        if row["coupling_id"] in capacities:
            message = f"{row['coupling_id']} is the name of a capacity; give it another"
            yield problem_at("couplings", i, "coupling_id", rule, message)
        if (node, cargo) not in sent:
            message = f"no demand for {cargo} starts at {node}, so nothing can fall"
            yield problem_at("couplings", i, "cargo", rule, message)
        if (node, by_product, row["outlet"]) not in delivered:
            message = (
                f"no demand for {by_product} goes from {node} to {row['outlet']}, "
                "so nothing hangs on it"
            )
            yield problem_at("couplings", i, "outlet", rule, message)
        if (node, by_product) in falls:
            message = f"{by_product} of {node} falls itself; couple {cargo} to what that hangs on"
            yield problem_at("couplings", i, "by_product", rule, message)
