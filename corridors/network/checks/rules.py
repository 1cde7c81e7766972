"""Every rule that a network must keep, each a function with the rule's name.

What single files say (types, ranges, ids, references) is checked while they
are read; the rules here look at the network as a whole. All are reported at
once, with file, row and column.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from corridors.network.arcs import mode_gauge
from corridors.network.checks.capacities import (
    members_are_counted_once,
    members_run_in_their_direction,
    periods_do_not_overlap,
    periods_leave_no_gap,
)
from corridors.network.checks.couplings import couplings_are_of_two_demands
from corridors.network.checks.figures import (
    demand_before_its_base_year_says_so,
    demand_waits_for_its_project,
    hours_fit_lengths,
    limits_are_no_copy_of_demand,
    notes_agree_with_their_numbers,
    transfers_have_a_price,
)
from corridors.network.checks.files import tables_have_their_names
from corridors.network.checks.limits import (
    everything_has_a_limit,
    limit_rules_can_be_read,
    storage_has_a_limit,
)
from corridors.network.checks.lines import (
    lengths_fit_great_circles,
    lengths_fit_lines,
    lines_belong_to_links,
    lines_meet_their_nodes,
    lines_stay_in_their_countries,
)
from corridors.network.checks.markets import offers_do_not_overlap
from corridors.network.checks.text import text_is_only_text
from corridors.network.folder import data_folder, read_tables
from corridors.network.loads import conversion
from corridors.network.network import Network
from corridors.network.provenance import (
    inferences_are_explained,
    numbers_have_sources,
    provenance_points_at_numbers,
    sourced_numbers,
)
from corridors.network.reading.cells import Problem, problem_at, records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Rule = Callable[[Network], Iterator[Problem]]


def check(
    folder: str | Path | Network | None = None, rules: Iterable[Rule] | None = None
) -> list[Problem]:
    """Run the checks of this room on a network folder; `corridors.check` runs all.

    Parameters
    ----------
    folder
        The folder, a loaded network, or None for the shipped network.
    rules
        Rules about the network as a whole; those of `RULES` if None. Rooms above
        this one add their own.

    Returns
    -------
    list of Problem
        Sorted by file and row; empty for a clean network.

    Raises
    ------
    DataError
        Where there is no data package to read.
    """
    if isinstance(folder, Network):
        return network_problems(folder, rules)
    path = data_folder() / "eurasia" if folder is None else Path(folder)
    frames, problems = read_tables(path)
    # Rules about the whole would only repeat what is wrong with a single file.
    if problems:
        return problems
    return network_problems(Network(frames, folder=path), rules)


def network_problems(net: Network, rules: Iterable[Rule] | None = None) -> list[Problem]:
    """Run the rules about the network as a whole."""
    return sorted(p for rule in (RULES if rules is None else rules) for p in rule(net))


def links_join_two_places(net: Network) -> Iterator[Problem]:
    """A link's ends are two different nodes."""
    for i, row in records(net.tables["links"]):
        if row["from_node"] == row["to_node"]:
            message = f"{row['link_id']} starts and ends at {row['to_node']}"
            yield problem_at("links", i, "to_node", links_join_two_places, message)


def rail_has_a_gauge(net: Network) -> Iterator[Problem]:
    """Rail, and only rail, has a gauge: on links and on both sides of transfers."""
    for table, mode, gauge in (
        ("links", "mode", "gauge_mm"),
        ("transfers", "from_mode", "from_gauge_mm"),
        ("transfers", "to_mode", "to_gauge_mm"),
    ):
        for i, row in records(net.tables[table]):
            has = row[gauge] == row[gauge]
            if has != (row[mode] == "rail"):
                message = f"{row[mode]} {'has' if has else 'without'} a gauge"
                yield problem_at(table, i, gauge, rail_has_a_gauge, message)


def transfers_change_something(net: Network) -> Iterator[Problem]:
    """A transfer leads from one mode or gauge to another."""
    for i, row in records(net.tables["transfers"]):
        same_gauge = row["from_gauge_mm"] == row["to_gauge_mm"] or row["from_mode"] != "rail"
        if row["from_mode"] == row["to_mode"] and same_gauge:
            message = f"{row['transfer_id']} changes neither mode nor gauge"
            yield problem_at("transfers", i, "to_mode", transfers_change_something, message)


def transfers_join_links(net: Network) -> Iterator[Problem]:
    """Both sides of a transfer are reached by a link of that mode and gauge."""
    links = net.tables["links"]
    reached = set()
    for end in ("from_node", "to_node"):
        for node, mode, gauge in zip(links[end], links["mode"], links["gauge_mm"], strict=True):
            reached.add((node, mode_gauge(mode, gauge)))
    for i, row in records(net.tables["transfers"]):
        for side in ("from", "to"):
            name = mode_gauge(row[f"{side}_mode"], row[f"{side}_gauge_mm"])
            if (row["node_id"], name) not in reached:
                message = f"no {name} link reaches {row['node_id']}"
                yield problem_at("transfers", i, f"{side}_mode", transfers_join_links, message)


def nodes_are_linked(net: Network) -> Iterator[Problem]:
    """Every node is the end of a link."""
    links = net.tables["links"]
    linked = set(links["from_node"]) | set(links["to_node"])
    for i, node in net.tables["nodes"]["node_id"].items():
        if node not in linked:
            yield problem_at("nodes", i, "node_id", nodes_are_linked, f"no link reaches {node}")


def dates_are_in_order(net: Network) -> Iterator[Problem]:
    """What ends does so after it has begun."""
    for table, first, end in (
        ("links", "opens", "closes"),
        ("transfers", "opens", "closes"),
        ("capacities", "valid_from", "valid_until"),
        ("demand", "valid_from", "valid_until"),
        ("couplings", "valid_from", "valid_until"),
        ("supply", "valid_from", "valid_until"),
        ("opening_hours", "valid_from", "valid_until"),
    ):
        for i, row in records(net.tables[table]):
            if row[first] and row[end] and row[end] <= row[first]:
                message = f"{row[end]} is not after {first} {row[first]}"
                yield problem_at(table, i, end, dates_are_in_order, message)


def rows_of_a_capacity_agree(net: Network) -> Iterator[Problem]:
    """All rows of a capacity count the same unit in the same way."""
    frame = net.tables["capacities"]
    several = frame[frame["capacity_id"].duplicated(keep=False)]
    for _, rows in several.groupby("capacity_id"):
        first = rows.iloc[0]
        for i, row in records(rows):
            for column in ("unit", "per_direction"):
                if row[column] != first[column]:
                    message = f"saw {row[column]!r}, another row of it says {first[column]!r}"
                    yield problem_at("capacities", i, column, rows_of_a_capacity_agree, message)


def ranges_hold_their_value(net: Network) -> Iterator[Problem]:
    """Low is not above, high not below the value that they are about."""
    for table, column in (
        ("capacities", "amount"),
        ("demand", "units_per_year"),
        ("couplings", "share"),
        ("supply", "amount"),
        ("stores", "amount"),
        ("observations", "value"),
    ):
        for i, row in records(net.tables[table]):
            if row["low"] == row["low"] and row["low"] > row[column] + 1e-9:
                message = f"low {row['low']:g} is above {column} {row[column]:g}"
                yield problem_at(table, i, "low", ranges_hold_their_value, message)
            if row["high"] == row["high"] and row["high"] < row[column] - 1e-9:
                message = f"high {row['high']:g} is below {column} {row[column]:g}"
                yield problem_at(table, i, "high", ranges_hold_their_value, message)
    yield from _stated_ranges(net)


def _stated_ranges(net: Network) -> Iterator[Problem]:
    """Return ranges of provenance that do not hold the number that they are about.

    Whoever draws numbers from their ranges would pass over such a one without a word.
    """
    said = net.tables["provenance"]
    value = {
        (table, key, column): float(net.tables[table].at[i, column])
        for table, i, column, key in sourced_numbers(net)
    }
    for i, row in records(said[said["low"].notna() | said["high"].notna()]):
        own = value.get((row["table"], row["row"], row["column"]))
        if own is None:
            continue
        slack = 1e-9 * max(1.0, abs(own))
        for bound, off in (("low", row["low"] - own), ("high", own - row["high"])):
            if off > slack:
                where = "above" if bound == "low" else "below"
                message = (
                    f"{bound} {row[bound]:g} is {where} the {own:g} of {row['column']} of "
                    f"{row['row']} in {row['table']}.csv"
                )
                yield problem_at("provenance", i, bound, ranges_hold_their_value, message)


def background_fits(net: Network) -> Iterator[Problem]:
    """Background traffic is not larger than the capacity that it uses."""
    for i, row in records(net.tables["capacities"]):
        if row["background"] > row["amount"]:
            message = f"background {row['background']:g} is above the amount {row['amount']:g}"
            yield problem_at("capacities", i, "background", background_fits, message)


def bursts_pass_no_less(net: Network) -> Iterator[Problem]:
    """What may pass while a queue is cleared is no less than what may pass every day."""
    for i, row in records(net.tables["capacities"]):
        if row["burst"] < row["amount"]:
            message = f"burst {row['burst']:g} is below the amount {row['amount']:g}"
            yield problem_at("capacities", i, "burst", bursts_pass_no_less, message)


def members_are_one_thing(net: Network) -> Iterator[Problem]:
    """A member of a capacity is a link or a transfer, not both and not neither."""
    for i, row in records(net.tables["capacity_members"]):
        if bool(row["link_id"]) == bool(row["transfer_id"]):
            message = f"{row['capacity_id']}: expected a link_id or a transfer_id, and not both"
            yield problem_at("capacity_members", i, "link_id", members_are_one_thing, message)


def capacities_have_members(net: Network) -> Iterator[Problem]:
    """Every capacity limits something."""
    members = set(net.tables["capacity_members"]["capacity_id"])
    for i, capacity in net.tables["capacities"]["capacity_id"].items():
        if capacity not in members:
            message = f"{capacity} has no row in capacity_members.csv"
            yield problem_at("capacities", i, "capacity_id", capacities_have_members, message)


def capacities_can_be_counted(net: Network) -> Iterator[Problem]:
    """The load table turns every cargo that a limit counts into the limit's unit.

    Boxes count themselves in TEU, so a limit in TEU without listed cargo is
    about cargo in TEU alone.
    """
    cargo = net.tables["cargo"]
    ids = tuple(cargo["cargo"])
    modes = {c: set(m.split(";")) for c, m in zip(ids, cargo["modes"], strict=True)}
    unit_of = dict(zip(ids, cargo["unit"], strict=True))
    capacities = net.tables["capacities"].drop_duplicates("capacity_id").set_index("capacity_id")
    link_mode = dict(zip(net.tables["links"]["link_id"], net.tables["links"]["mode"], strict=True))
    transfers = net.tables["transfers"]
    change_modes = {
        t: (a, b)
        for t, a, b in zip(
            transfers["transfer_id"], transfers["from_mode"], transfers["to_mode"], strict=True
        )
    }
    tables_of = {u: conversion(net, ids, u) for u in set(capacities["unit"])}
    for i, row in records(net.tables["capacity_members"]):
        if not row["link_id"] and not row["transfer_id"]:
            # A member of nothing, as `members_are_one_thing` says.
            continue
        unit = capacities.loc[row["capacity_id"], "unit"]
        own = (link_mode[row["link_id"]],) if row["link_id"] else change_modes[row["transfer_id"]]
        listed = [c for c in row["cargo"].split(";") if c]
        for name in listed or ids:
            if not modes[name].issuperset(own) or (
                not listed and unit == "TEU" and unit_of[name] != "TEU"
            ):
                continue
            position = ids.index(name)
            if all(v != v for v in (tables_of[unit][m][position] for m in own)):
                message = (
                    f"{row['capacity_id']} counts {unit}, but loads.csv has no row for "
                    f"{'/'.join(own)}, {name}, {unit}"
                )
                yield problem_at(
                    "capacity_members", i, "capacity_id", capacities_can_be_counted, message
                )


def cargo_has_rates(net: Network) -> Iterator[Problem]:
    """Each cargo has a rate for each of its modes."""
    rates = net.tables["rates"]
    known = set(zip(rates["mode"], rates["cargo"], strict=True))
    for i, row in records(net.tables["cargo"]):
        for mode in row["modes"].split(";"):
            if (mode, row["cargo"]) not in known:
                message = f"rates.csv has no row for {mode}, {row['cargo']}"
                yield problem_at("cargo", i, "modes", cargo_has_rates, message)


def demand_goes_somewhere(net: Network) -> Iterator[Problem]:
    """Origin and destination of a demand are two different nodes."""
    for i, row in records(net.tables["demand"]):
        if row["origin"] == row["destination"]:
            message = f"{row['demand_id']} starts and ends at {row['origin']}"
            yield problem_at("demand", i, "destination", demand_goes_somewhere, message)


RULES: tuple[Rule, ...] = (
    tables_have_their_names,
    links_join_two_places,
    rail_has_a_gauge,
    transfers_change_something,
    transfers_join_links,
    nodes_are_linked,
    dates_are_in_order,
    periods_do_not_overlap,
    periods_leave_no_gap,
    rows_of_a_capacity_agree,
    ranges_hold_their_value,
    background_fits,
    bursts_pass_no_less,
    members_are_one_thing,
    members_are_counted_once,
    members_run_in_their_direction,
    capacities_have_members,
    capacities_can_be_counted,
    limit_rules_can_be_read,
    everything_has_a_limit,
    storage_has_a_limit,
    cargo_has_rates,
    demand_goes_somewhere,
    couplings_are_of_two_demands,
    offers_do_not_overlap,
    numbers_have_sources,
    provenance_points_at_numbers,
    inferences_are_explained,
    lines_belong_to_links,
    lines_meet_their_nodes,
    lengths_fit_lines,
    lengths_fit_great_circles,
    lines_stay_in_their_countries,
    text_is_only_text,
    limits_are_no_copy_of_demand,
    notes_agree_with_their_numbers,
    demand_waits_for_its_project,
    demand_before_its_base_year_says_so,
    transfers_have_a_price,
    hours_fit_lengths,
)
"""All rules of this room, in the order in which they run."""
