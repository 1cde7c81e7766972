"""What a network holds, in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.network.limits.coverage import limits_table
from corridors.network.limits.storage import storage_table
from corridors.network.network import require_network
from corridors.network.provenance import sourced_numbers

if TYPE_CHECKING:
    import pandas as pd

    from corridors.network.network import Network


def network_info(net: Network) -> dict[str, Any]:
    """Return counts, lengths, totals, dates and the coverage of provenance.

    Parameters
    ----------
    net
        The network, of all of time or resolved at a date.

    Returns
    -------
    dict
        ``network``, ``as_of``, ``counts`` (rows of each table; ``limits`` are the
        capacities by id, however many rows of validity each has), ``links_km`` by mode,
        ``demand_t_per_year`` by cargo, of a network of all of time that of the year that most
        rows are of (``demand_year`` among the dates), at its end, ``dates`` and
        ``provenance`` (coverage is the share of numbers that have a source;
        confidence counts them from A to D, for all numbers, for demand, and for capacities
        without those that a rule has made), and ``limits``, which counts links and
        transfers, each direction apart: coverage is the share that has a limit of its own
        for all of its cargo and days, by_confidence grades them, published have a figure,
        inferred need a rule; and storage, which counts the limits of ports, terminals and
        yards in the same way by whether `stores` says what finds a place before them.

    Examples
    --------
    >>> import corridors as co
    >>> from corridors.network.info import network_info
    >>> network_info(co.load())["provenance"]["coverage"]
    1.0
    """
    require_network(net)
    frames = net.tables
    counts = {name: len(frame) for name, frame in frames.items()}
    counts["limits"] = net.n_capacities
    counts["borders"] = len(set(net.borders) - {""})
    counts["countries"] = len(set(frames["nodes"]["country"]))
    links = frames["links"]
    year = _demand_year(net)
    # Rows of several years are one trade, not so many trades.
    demand = (net if net.date or year is None else net.at(f"{year}-12-31")).tables["demand"]
    weight = frames["cargo"].set_index("cargo")["t_per_unit"]
    each = demand["cargo"].map(weight).astype("float64")
    tonnes = (demand["units_per_year"] * each).groupby(demand["cargo"]).sum()
    return {
        "network": net.name,
        "as_of": net.date.isoformat() if net.date else None,
        "counts": counts,
        "links_km": {
            str(mode): round(float(km), 1)
            for mode, km in links.groupby("mode")["length_km"].sum().items()
        },
        "demand_t_per_year": {str(c): round(float(t), 1) for c, t in tonnes.items()},
        "dates": _dates(net),
        "provenance": _provenance(net),
        "limits": _limits(net),
    }


def _limits(net: Network) -> dict[str, Any]:
    return {**_covered(limits_table(net)), "storage": _covered(storage_table(net))}


def _covered(table: pd.DataFrame) -> dict[str, Any]:
    # What no cargo may use lacks no limit, and has none.
    own = table["limits"] != "" if "limits" in table.columns else True
    limited = table[(table["basis"] != "none") & own]
    return {
        "coverage": len(limited) / len(table) if len(table) else 1.0,
        "by_confidence": {g: int((limited["confidence"] == g).sum()) for g in "ABCD"},
        "published": int((limited["basis"] == "published").sum()),
        "inferred": int((limited["basis"] == "inferred").sum()),
    }


def _demand_year(net: Network) -> str | None:
    """Return the year that most rows of the demand table are of, the later of two."""
    years = net.tables["demand"]["base_year"].value_counts()
    return str(int(years[years == years.max()].index.max())) if len(years) else None


def _dates(net: Network) -> dict[str, Any]:
    links, capacities = net.tables["links"], net.tables["capacities"]
    opens = sorted(d for d in links["opens"] if d)
    changes = sorted(d for d in capacities["valid_from"] if d)
    return {
        "demand_year": str(net.date.year) if net.date else _demand_year(net),
        "links_with_an_opening_date": len(opens),
        "links_that_close": int((links["closes"] != "").sum()),
        "dated_capacity_rows": len(changes),
        "first_change": min(opens + changes, default=None),
        "last_change": max(opens + changes, default=None),
    }


def _provenance(net: Network) -> dict[str, Any]:
    provenance = net.tables["provenance"]
    grade = {
        (t, r, c): g
        for t, r, c, g in provenance[["table", "row", "column", "confidence"]].itertuples(
            index=False, name=None
        )
    }
    total, known = 0, 0
    all_grades = dict.fromkeys("ABCD", 0)
    by_table: dict[str, dict[str, int]] = {
        "capacities": dict.fromkeys("ABCD", 0),
        "demand": dict.fromkeys("ABCD", 0),
    }
    main = {"capacities": "amount", "demand": "units_per_year"}
    by_rule = set(net.inferred_limits()["capacity_id"])
    for table, _, column, key in sourced_numbers(net):
        total += 1
        found = grade.get((table, key, column))
        if found is None:
            continue
        known += 1
        all_grades[found] += 1
        if main.get(table) == column and not (table == "capacities" and key in by_rule):
            by_table[table][found] += 1
    count = sum(sum(g.values()) for g in by_table.values())
    inferred = sum(g["D"] for g in by_table.values())
    return {
        "numbers": total,
        "coverage": known / total if total else 1.0,
        "confidence": all_grades,
        "capacities": by_table["capacities"],
        "demand": by_table["demand"],
        "share_inferred_of_capacities_and_demand": round(inferred / count, 4) if count else 0.0,
        "sources": len(net.tables["sources"]),
    }


info = network_info
"""The same, by the name of the command."""
