"""What demand and supply say of one another: each demand has two ends, and a market one side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.errors import nearest
from corridors.network.markets.offers import OUTLET, SELLER
from corridors.network.reading.cells import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd


def markets(frames: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Find markets with two sides or a node's name, and demand without two ends.

    Parameters
    ----------
    frames
        All tables, typed.
    """
    return [*_sides(frames["supply"], set(frames["nodes"]["node_id"])), *_ends(frames)]


def _sides(supply: pd.DataFrame, nodes: set[str]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for row, (market, side) in enumerate(
        zip(supply["market"], supply["side"], strict=True), start=2
    ):
        if first.setdefault(market, side) != side:
            message = f"saw {side!r}, but {market} is of {first[market]}s in an earlier row"
            yield Problem("supply.csv", row, "side", "one-side", message)
        if market in nodes:
            message = f"{market!r} is a node; give the market a name of its own"
            yield Problem("supply.csv", row, "market", "names-of-markets", message)


def _ends(frames: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    demand, supply = frames["demand"], frames["supply"]
    side_of = dict(zip(supply["market"], supply["side"], strict=True))
    offered: dict[str, set[str]] = {}
    for market, cargo in zip(supply["market"], supply["cargo"], strict=True):
        offered.setdefault(market, set()).add(cargo)
    columns = (demand[c] for c in ("origin", "destination", "market", "cargo"))
    for row, (origin, destination, market, cargo) in enumerate(zip(*columns, strict=True), start=2):
        empty = [n for n, v in (("origin", origin), ("destination", destination)) if not v]
        if not market:
            for end in empty:
                message = "saw '', expected a node, or a market in its place"
                yield Problem("demand.csv", row, end, "required-values", message)
        elif market not in side_of:
            continue
        elif len(empty) != 1:
            seen = "both ends" if not empty else "neither end"
            message = (
                f"{market} stands in for one end, saw {seen} given; leave the origin empty to "
                "buy from its sellers, or the destination to sell to its outlets"
            )
            yield Problem("demand.csv", row, "market", "ends-of-demand", message)
        elif side_of[market] != {"origin": SELLER, "destination": OUTLET}[empty[0]]:
            message = f"the {empty[0]} is empty, but {market} is of {side_of[market]}s"
            yield Problem("demand.csv", row, empty[0], "ends-of-demand", message)
        elif cargo not in offered[market]:
            message = f"{market} has no {cargo}{nearest(cargo, offered[market])}"
            yield Problem("demand.csv", row, "market", "ends-of-demand", message)
