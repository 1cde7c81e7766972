"""Rules about markets that look at several rows of the supply table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.network.reading.cells import Problem, problem_at, records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.network.network import Network

_LAST = "9999-12-31"


def offers_do_not_overlap(net: Network) -> Iterator[Problem]:
    """A seller or outlet has one offer of a cargo on a market on any day."""
    keys = ["market", "node_id", "cargo"]
    for _, rows in net.tables["supply"].groupby(keys):
        listed = rows.sort_values("valid_from")
        end = ""
        for i, row in records(listed):
            if end and row["valid_from"] < end:
                who, day = "/".join(row[k] for k in keys), row["valid_from"] or "the first day"
                message = f"{who} has an offer on {day} already; end the earlier one before"
                yield problem_at("supply", i, "valid_from", offers_do_not_overlap, message)
            end = max(end, row["valid_until"] or _LAST)
