"""A comparison in plain words, each number taken from one of its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.assignment.reroutes import ADDED
from corridors.assignment.views.by import PARTS
from corridors.display import number, share

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from corridors.assignment.tables import ComparisonTables

_SMALL = 0.5
"""Tonnes a day below which a sentence is not worth a reader's time."""

_SHOWN = 3

"""What passed before, and what became of it."""


def sentences(tables: ComparisonTables) -> list[str]:
    """Return what happens, a sentence each."""
    change = tables.change
    lead = _lead(tables)
    whole = _overall(
        tables.day,
        tables.steps,
        change["withdrawn_t_per_day"],
        change.get("added_demand_t_per_day", 0.0),
    )
    found = [
        *lead,
        whole.replace(f"On {tables.day}, of", "In all, of", 1) if lead else whole,
        _not_in_force(tables.events_not_in_force, tables.n_events),
        _closed(tables.closed_links, tables.before.flows),
    ]
    if change["rerouted_t_per_day"] > _SMALL:
        found.append(_reroutes(change))
        if not lead:
            found.append(_where_to(tables.reroutes, tables.link_names))
    if change["newly_unserved_t_per_day"] > _SMALL:
        found += [
            _shortfall(tables.by_demand, tables.node_names, change["added_loss_usd_per_day"]),
            _what_stops(tables.before.bottlenecks, tables.after.bottlenecks),
        ]
    if change["rerouted_t_per_day"] <= _SMALL and change["newly_unserved_t_per_day"] <= _SMALL:
        found.append("Nothing else changes: no cargo leaves its route and none is lost.")
    found += [_how_sure(tables.after.bottlenecks), _years(tables.day, tables.base_years)]
    return [text for text in found if text]


def _lead(tables: ComparisonTables) -> list[str]:
    """Return what becomes of those that used what the events touch, and whom they push aside."""
    used, aside = tables.used, tables.aside
    if used is None or aside is None or used["before_t_per_day"].sum() <= _SMALL:
        return []
    total = {name: float(used[name].sum()) for name in PARTS}
    before = number(total["before_t_per_day"], "t")
    fate = _fate(total, 1.0, "t")
    found = [f"On {tables.day}, of {before} a day that used what the scenario touches, {fate}."]
    if len(used) > 1:
        parts = [_of_cargo(row, tables.cargo_names) for row in used.to_dict("records")[:_SHOWN]]
        rest = float(used["before_t_per_day"].iloc[_SHOWN:].sum())
        more = f"; {number(rest, 't')} of others" if rest > _SMALL else ""
        found.append(f"By cargo: {'; '.join(parts)}{more}.")
    moved = tables.rerouted_users
    if moved is not None and moved["t_per_day"].sum() > _SMALL:
        found.append(_where_to(moved[moved["t_per_day"] > 0], tables.link_names))
    if aside["rerouted_t_per_day"].sum() + aside["lost_t_per_day"].sum() > _SMALL:
        found.append(_pushed(aside, tables.cargo_names))
    return found


def _fate(row: Mapping[str, Any], t_per_unit: float, unit: str) -> str:
    """Return how much goes round, stays and still passes, in some unit."""
    parts = []
    for name, words in (
        ("rerouted_t_per_day", "go round"),
        ("lost_t_per_day", "stay where they start"),
        ("withdrawn_t_per_day", "are not wanted any more"),
        ("kept_t_per_day", "still pass"),
    ):
        if row[name] > _SMALL:
            parts.append(f"{number(row[name] / t_per_unit, unit)} {words}")
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1] if parts else ""]))


def _of_cargo(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return what becomes of a cargo in its own unit."""
    per, unit = float(row["t_per_unit"]), str(row["unit"])
    amount = number(row["before_t_per_day"] / per, unit)
    return f"{names[row['cargo']]} {amount}, of which {_fate(row, per, unit)}"


def _pushed(aside: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Return whom those that go round push aside."""
    order = aside.assign(_moved=aside["rerouted_t_per_day"] + aside["lost_t_per_day"])
    order = order.sort_values(["_moved", "cargo"], ascending=[False, True])
    parts = []
    for row in order.head(_SHOWN).to_dict("records"):
        per, unit = float(row["t_per_unit"]), str(row["unit"])
        said = []
        if row["rerouted_t_per_day"] > _SMALL:
            said.append(f"{number(row['rerouted_t_per_day'] / per, unit)} go another way")
        if row["lost_t_per_day"] > _SMALL:
            said.append(f"{number(row['lost_t_per_day'] / per, unit)} are no longer carried")
        if said:
            parts.append(f"of {names[row['cargo']]} {' and '.join(said)}")
    return f"Cargo that did not use it makes room, a day: {'; '.join(parts)}." if parts else ""


def _how_sure(full: pd.DataFrame) -> str:
    """Return how much of the answer rests on limits that nobody published."""
    if "inferred" not in full.columns or not len(full):
        return ""
    inferred = full["inferred"].astype(bool)
    worth = full["price_usd"] * (full["amount"] - full["background"]).clip(lower=0.0)
    part = share(float(worth[inferred].sum()), float(worth.sum()))
    return (
        f"{int(inferred.sum())} of the {len(full)} full limits that decide this are inferred, "
        f"with {part} of what more room would be worth."
    )


def _years(day: dt.date, base_years: Mapping[int, float]) -> str:
    """Return for which years the demand was published."""
    others = {year: t for year, t in base_years.items() if t > _SMALL}
    if not others:
        return ""
    first, last = min(others), max(others)
    main = max(others, key=lambda year: (others[year], year))
    if first == last:
        return f"Demand is that published for {first}, carried on to {day.year}."
    part = share(others[main], sum(others.values()))
    return (
        f"Demand is that published for {first} to {last} ({part} of it for {main}), "
        f"carried on to {day.year}."
    )


def _overall(day: dt.date, steps: Mapping[str, float], withdrawn: float, added: float) -> str:
    demand = steps["demand"]
    text = (
        f"On {day}, of {number(demand, 't')} of cargo a day, "
        f"{number(steps['kept its route'], 't')} ({share(steps['kept its route'], demand)}) "
        f"keep their route, {number(steps['rerouted'], 't')} "
        f"({share(steps['rerouted'], demand)}) go another way and "
        f"{number(steps['newly unserved'], 't')} ({share(steps['newly unserved'], demand)}) "
        "are no longer carried"
    )
    before = steps["unserved before and after"]
    if before > _SMALL:
        text += f"; {number(before, 't')} were not carried before either"
    newly = max(steps["newly served"] - added, 0.0)
    if newly > _SMALL:
        text += f"; {number(newly, 't')} can now be carried that could not before"
    if added > _SMALL:
        text += f"; {number(added, 't')} are wanted now that were not before"
    if withdrawn > _SMALL:
        text += f"; {number(withdrawn, 't')} that were wanted before are not wanted now"
    return text + "."


def _not_in_force(idle: Sequence[str], n_events: int) -> str:
    if not idle:
        return ""
    names = "; ".join(idle[:_SHOWN]) + ("; and others" if len(idle) > _SHOWN else "")
    those = f"{len(idle)} {'is' if len(idle) == 1 else 'are'}"
    return f"Of the scenario's {n_events} events, {those} not in force on that day: {names}."


def _closed(links: Sequence[str], flows_before: pd.DataFrame) -> str:
    if not links:
        return ""
    passed = flows_before[(flows_before["kind"] == "link") & flows_before["id"].isin(links)]
    used = passed["id"].nunique()
    return (
        f"The scenario closes {len(links)} link{'s' if len(links) > 1 else ''}, "
        f"{used} of which carried cargo before."
    )


def _reroutes(change: Mapping[str, float]) -> str:
    days = change["added_hours_mean"] / 24
    usd, transport, time = (change[f"{name}_rerouted"] for name in ADDED)
    per_tonne = usd / change["rerouted_t_per_day"]
    slower = f"{number(abs(days))} days {'more' if days >= 0 else 'less'}"
    dearer = f"{number(abs(usd), 'USD')} a day {'more' if usd >= 0 else 'less'}"
    return (
        f"What goes another way takes {slower} on average and costs {dearer} "
        f"({number(per_tonne, 'USD')} a tonne): {number(transport, 'USD')} for transport and "
        f"{number(time, 'USD')} for the time."
    )


def _where_to(reroutes: pd.DataFrame, link_names: Mapping[str, str]) -> str:
    grouped = reroutes.groupby("to_corridor")["t_per_day"].sum()
    order = sorted(grouped.items(), key=lambda item: (-item[1], item[0]))
    parts = []
    for corridor, tonnes in order[:_SHOWN]:
        crossing = new_crossing(reroutes, str(corridor))
        over = ""
        if crossing:
            link, over_it = crossing
            over = f" ({number(over_it, 't')} of it over {link_names[link]})"
        parts.append(f"{number(tonnes, 't')} by the {corridor} corridor{over}")
    rest = sum(tonnes for _, tonnes in order[_SHOWN:])
    if rest > _SMALL:
        parts.append(f"{number(rest, 't')} by others")
    return f"Of the rerouted, a day: {', '.join(parts)}."


def new_crossing(reroutes: pd.DataFrame, corridor: str) -> tuple[str, float] | None:
    """Return the border crossing that most of the cargo rerouted into a corridor is new to.

    Parameters
    ----------
    reroutes
        As `corridors.Comparison` has it.
    corridor
        A value of its column `to_corridor`.

    Returns
    -------
    (link_id, tonnes a day) or None
        None where the rerouted crosses no border that it did not cross before.
    """
    gained: dict[str, float] = {}
    for row in reroutes[reroutes["to_corridor"] == corridor].to_dict("records"):
        before = set(row["from_crossings"].split(">"))
        for link in row["to_crossings"].split(">"):
            if link and link not in before:
                gained[link] = gained.get(link, 0.0) + row["t_per_day"]
    if not gained:
        return None
    link = min(gained, key=lambda name: (-gained[name], name))
    return link, gained[link]


def _shortfall(by_demand: pd.DataFrame, node_names: Mapping[str, str], loss: float) -> str:
    lost = by_demand[by_demand["lost_t_per_day"] > _SMALL].sort_values(
        ["lost_t_per_day", "demand_id"], ascending=[False, True]
    )
    parts = [
        f"{row['cargo']} {node_names[row['origin']]}–{node_names[row['destination']]} "
        f"({number(row['lost_t_per_day'], 't')})"
        for row in lost.head(_SHOWN).to_dict("records")
    ]
    return (
        f"Most is lost, a day, by {', '.join(parts)}; "
        f"the loss is put at {number(loss, 'USD')} a day, apart from any cost."
    )


def _what_stops(before: pd.DataFrame, after: pd.DataFrame) -> str:
    new = after[~after["capacity_id"].isin(set(before["capacity_id"]))]
    if not len(new):
        return ""
    parts = [
        f"{row['name']} (one more {row['unit']} a day would save "
        f"{number(row['price_usd'], 'USD')} a day)"
        for row in new.head(_SHOWN).to_dict("records")
    ]
    return f"Newly full: {'; '.join(parts)}."
