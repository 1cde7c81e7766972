"""A comparison in plain words, each number taken from one of its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.assignment.reroutes import ADDED, PREMIUM
from corridors.assignment.views.by import PARTS
from corridors.assignment.views.sales import told_sellers
from corridors.assignment.views.told import (
    beside_totals,
    more_or_less,
    newly_full,
    told_beside_totals,
    told_cheaper,
    told_closed,
    told_couplings,
    told_inferred,
    told_kept,
    told_most_lost,
    told_newly_wanted,
    told_waits,
    told_why_cheaper,
    told_worth,
)
from corridors.display import HAIR, number, several, share

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from corridors.assignment.tables import ComparisonTables

_SMALL = 0.5
"""Tonnes a day below which a sentence is not worth a reader's time."""

_SHOWN = 3

_ANSWER = 5
"""Sentences of an answer."""


def sentences(tables: ComparisonTables) -> list[str]:
    """Return what happens, a sentence each."""
    change = tables.change
    lead = _lead(tables)
    whole = _overall(tables)
    found = [
        *lead,
        _beside(tables),
        whole.replace(f"On {tables.day}, of", "In all, of", 1) if lead else whole,
        _not_in_force(tables.events_not_in_force, tables.n_events),
        told_closed(tables.closed_links, tables.before.flows),
        opens_idle(tables),
        told_couplings(tables.before.couplings, tables.after.couplings, tables.cargo_names),
    ]
    if change["rerouted_t_per_day"] > _SMALL:
        found += [_reroutes(change), told_why_cheaper(tables)]
        if not lead:
            found.append(_where_to(tables.reroutes, tables.link_names))
    kept = told_kept(change)
    found.append(kept)
    if _stays(change):
        found += [
            _shortfall(tables),
            _what_stops(tables),
        ]
    if change["rerouted_t_per_day"] > _SMALL or _stays(change):
        found.append(told_inferred(newly_full(tables)))
    if change["rerouted_t_per_day"] <= _SMALL and change["newly_unserved_t_per_day"] <= _SMALL:
        nothing = "no cargo leaves its route and none is lost."
        found.append(nothing.capitalize() if kept else f"Nothing else changes: {nothing}")
    if tables.sales is not None:
        found += told_sellers(tables.sales, tables.cargo_names)
    found.append(told_waits(tables.after.waits, tables.after.capacities))
    found.append(demand_years(tables.day, tables.base_years))
    return [text for text in found if text]


def answer(
    tables: ComparisonTables, ranges: Mapping[str, tuple[float, float]] | None = None
) -> list[str]:
    """Return the answer in at most five sentences, with ranges where there are.

    Parameters
    ----------
    tables
        What is answered from.
    ranges
        The 5th and the 95th percentile of results, by their names in
        `Uncertainty.percentiles`.
    """
    own, change = ranges or {}, tables.change
    lead = _lead(tables)
    whole = _overall(tables)
    found = [lead[0] if lead else whole]
    if len(lead) > 1 and lead[1].startswith("By cargo"):
        found.append(lead[1])
    # Who used what the scenario touches may count in no total: then the totals are about others.
    found += filter(None, [_beside(tables)])
    if change["rerouted_t_per_day"] > _SMALL:
        said = _ranged(own, "rerouted_t_per_day", "t a day go another way")
        cost = _ranged(own, "added_cost_usd_per_day_rerouted", "USD a day more")
        found.append(_with_ranges(_reroutes(change), said, cost))
    found += filter(None, [told_kept(change)])
    if _stays(change):
        lost = _shortfall(tables)
        said = _ranged(own, "newly_unserved_t_per_day", "t a day are no longer carried")
        loss = _ranged(own, "surplus_lost_usd_per_day", "USD a day are lost by it")
        found.append(_with_ranges(lost, said, loss))
    rest = [
        told_inferred(newly_full(tables)),
        _what_stops(tables),
        whole.replace(f"On {tables.day}, of", "In all, of", 1) if lead else "",
        told_closed(tables.closed_links, tables.before.flows),
        opens_idle(tables),
        _not_in_force(tables.events_not_in_force, tables.n_events),
        demand_years(tables.day, tables.base_years),
    ]
    return [*found, *filter(None, rest)][:_ANSWER]


def _beside(tables: ComparisonTables) -> str:
    """Return what becomes of cargo that counts in no total."""
    own = beside_totals(tables.by_demand, tables.uncounted)
    if not len(own):
        return ""
    was, now = (
        float(short["surplus_lost_usd_per_day"][short["cargo"].isin(tables.uncounted)].sum())
        for short in (tables.before.shortfall, tables.after.shortfall)
    )
    return told_beside_totals(own, now - was, tables.node_names, tables.cargo_names)


def brief(tables: ComparisonTables) -> str:
    """Return the answer in a few sentences: whose fate it is, who loses, what hangs on it."""
    coupled = told_couplings(tables.before.couplings, tables.after.couplings, tables.cargo_names)
    added = _newly_wanted(tables)
    stays = f"{added[:1].upper()}{added[1:]}." if added else ""
    said = [answer(tables)[0], told_kept(tables.change), _losers(tables), stays, coupled]
    return " ".join(filter(None, said))


def _losers(tables: ComparisonTables) -> str:
    """Return who loses most."""
    most = told_most_lost(tables.by_demand, *_names(tables))
    return f"{most}." if most else ""


def _names(tables: ComparisonTables) -> tuple[Mapping[str, str], Mapping[str, str], set[str]]:
    """Return what a reader calls places and cargo, and the ends of demands that are no places."""
    markets = set() if tables.sales is None else set(tables.sales["market"])
    return tables.node_names, tables.cargo_names, markets


def _ranged(ranges: Mapping[str, tuple[float, float]], name: str, words: str) -> str:
    """Return a range in words; nothing where there is none."""
    if name not in ranges:
        return ""
    low, high = ranges[name]
    return f"{number(low)} to {number(high)} {words}"


def _with_ranges(text: str, *said: str) -> str:
    known = " and ".join(filter(None, said))
    return f"{text.removesuffix('.')} (range: {known})." if known else text


def _lead(tables: ComparisonTables) -> list[str]:
    """Return what becomes of those that used what the events touch, and whom they push aside."""
    used, aside = tables.used, tables.aside
    if used is None or aside is None or used["before_t_per_day"].sum() <= _SMALL:
        return []
    total = {name: float(used[name].sum()) for name in PARTS}
    before = number(total["before_t_per_day"], "t")
    fate = _fate(total, 1.0, "t")
    found = [f"On {tables.day}, of {before} a day that used what the scenario touches, {fate}."]
    told = used[used["before_t_per_day"] > _SMALL]
    if len(told) > 1:
        parts = [_of_cargo(row, tables.cargo_names) for row in told.to_dict("records")[:_SHOWN]]
        rest = float(told["before_t_per_day"].iloc[_SHOWN:].sum())
        more = f"; {number(rest, 't')} of others" if rest > _SMALL else ""
        found.append(f"By cargo: {'; '.join(parts)}{more}.")
    moved = tables.rerouted_users
    if moved is not None and moved["t_per_day"].sum() > _SMALL:
        found.append(_where_to(moved[moved["t_per_day"] > 0], tables.link_names))
    if aside["rerouted_t_per_day"].sum() + aside["lost_t_per_day"].sum() > _SMALL:
        found.append(_pushed(aside, tables.cargo_names))
    if tables.going_cheaper is not None:
        found.append(told_cheaper(tables.going_cheaper, tables.cargo_names))
    return [text for text in found if text]


def _fate(row: Mapping[str, Any], t_per_unit: float, unit: str) -> str:
    """Return how much goes round, stays and still passes, in some unit."""
    fates = {
        "rerouted_t_per_day": "go round",
        "lost_t_per_day": "stay where they start",
        "withdrawn_t_per_day": "are not wanted any more",
        "kept_t_per_day": "still pass",
    }
    # Of so little that no part is worth a word the largest is one.
    least = min(_SMALL, max(float(row[name]) for name in fates))
    parts = [
        f"{number(row[name] / t_per_unit, unit)} {words}"
        for name, words in fates.items()
        if row[name] >= least and row[name] > 0
    ]
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


def demand_years(day: dt.date, base_years: Mapping[int, float]) -> str:
    """Return for which years the demand was published."""
    others = {year: t for year, t in base_years.items() if t > _SMALL}
    if not others:
        return ""
    first, last = min(others), max(others)
    ways = ["on"] * (first < day.year) + ["back"] * (last > day.year)
    carried = f", carried {' or '.join(ways)} to {day.year}" if ways else ""
    if first == last:
        return f"Demand is that published for {first}{carried}."
    main = max(others, key=lambda year: (others[year], year))
    part = share(others[main], sum(others.values()))
    return f"Demand is that published for {first} to {last} ({part} of it for {main}){carried}."


def _overall(tables: ComparisonTables) -> str:
    steps, change = tables.steps, tables.change
    demand = steps["demand"]
    kept, moved, lost = (
        steps[step] if steps[step] > HAIR * demand else 0.0
        for step in ("kept its route", "rerouted", "newly unserved")
    )
    text = (
        f"On {tables.day}, of {number(demand, 't')} of cargo a day, "
        f"{number(kept, 't')} ({share(kept, demand)}) keep their route, "
        f"{number(moved, 't')} ({share(moved, demand)}) go another way and "
        f"{number(lost, 't')} ({share(lost, demand)}) are no longer carried"
    )
    added, served, unserved = (
        change.get(f"added_demand_{name}t_per_day", 0.0) for name in ("", "served_", "unserved_")
    )
    before = steps["unserved before and after"] - unserved
    if before > _SMALL:
        text += f"; {number(before, 't')} were not carried before either"
    newly = max(steps["newly served"] - served, 0.0)
    if newly > _SMALL:
        text += f"; {number(newly, 't')} can now be carried that could not before"
    if added > _SMALL:
        text += f"; {number(added, 't')} are wanted now that were not before"
        if unserved > _SMALL and served > _SMALL:
            parts = f"{number(served, 't')} are carried and {number(unserved, 't')} are not"
            text += f", of which {parts}"
        else:
            text += f", {'none of which is' if unserved > _SMALL else 'all of which are'} carried"
    withdrawn = change["withdrawn_t_per_day"]
    if withdrawn > _SMALL:
        text += f"; {number(withdrawn, 't')} that were wanted before are not wanted now"
    return text + "."


def _stays(change: Mapping[str, float]) -> bool:
    """Say whether anything is worth a word that was carried or not wanted before, and stays."""
    added = change.get("added_demand_unserved_t_per_day", 0.0)
    return change["newly_unserved_t_per_day"] > _SMALL or added > _SMALL


def _not_in_force(idle: Sequence[str], n_events: int) -> str:
    if not idle:
        return ""
    names = "; ".join(idle[:_SHOWN]) + ("; and others" if len(idle) > _SHOWN else "")
    those = f"{len(idle)} {'is' if len(idle) == 1 else 'are'}"
    if n_events == 1:
        return f"The scenario's only event is not in force on that day: {names}."
    return f"Of the scenario's {n_events} events, {those} not in force on that day: {names}."


def opens_idle(tables: ComparisonTables) -> str:
    """Return what opens and carries nothing, and what its cheapest use would cost more."""
    idle = tables.idle_openings
    if idle is None or not len(idle):
        return ""
    parts = []
    for row in idle.head(_SHOWN).to_dict("records"):
        links = [tables.link_names[link] for link in row["links"]]
        more = f" and {several(len(links) - _SHOWN, 'more links')}" if len(links) > _SHOWN else ""
        parts.append(f"{', '.join(links[:_SHOWN])}{more} ({_why_idle(row, tables)})")
    rest = sum(len(links) for links in idle["links"].iloc[_SHOWN:])
    others = f"; and {several(rest, 'other links')}" if rest else ""
    return f"Opens and carries nothing: {'; '.join(parts)}{others}."


def _why_idle(row: Mapping[str, Any], tables: ComparisonTables) -> str:
    """Return what the one nearest to using what opens would pay more, and for what."""
    if not isinstance(row["demand_id"], str):
        return "no demand of the network can pass there"
    ends = [tables.node_names.get(row[end], row[end]) for end in ("origin", "destination")]
    paid = ", ".join(
        f"{number(row[f'{part}_usd_per_t'], 'USD')} for {words}"
        for part, words in (
            ("transport", "transport"), ("time", "time"), ("waiting", "full capacities"),
        )
        if abs(row[f"{part}_usd_per_t"]) > 0.005
    )  # fmt: skip
    way = [f"{number(abs(row['added_km']))} km {'longer' if row['added_km'] >= 0 else 'shorter'}"]
    for column, one, many in (
        ("added_borders", "border", "borders"),
        ("added_changes", "change of mode or gauge", "changes of mode or gauge"),
    ):
        count = int(row[column])
        if count:
            words = one if abs(count) == 1 else many
            way.append(f"{abs(count)} {words} {'more' if count > 0 else 'less'}")
    return (
        f"cheapest use is {number(row['dearer_usd_per_t'], 'USD')} a tonne dearer than the best "
        f"way for the demand that would gain most, {tables.cargo_names[row['cargo']]} "
        f"{'–'.join(ends)}: {paid or 'nothing in its parts'}; {', '.join(way)}"
    )


def _reroutes(change: Mapping[str, float]) -> str:
    days = change["added_hours_mean"] / 24
    usd, transport, time = (change[f"{name}_rerouted"] for name in ADDED)
    premium = change.get(f"{PREMIUM}_rerouted", 0.0)
    sellers = f", and {more_or_less(premium, 'USD')} to sellers" if abs(premium) > 1.0 else ""
    per_tonne = usd / change["rerouted_t_per_day"]
    dear = ""
    if days * time < 0 and abs(days) >= 0.01 and abs(time) >= 1.0:
        # A mean of tonnes and a sum of money: neither is wrong, and a reader asks how both can be.
        ways = ("slower", "quicker") if days < 0 else ("quicker", "slower")
        dear = f", as what is dear goes {ways[0]} and what is cheap {ways[1]}"
    return (
        f"What goes another way takes {more_or_less(days, 'days')} on average and costs "
        f"{more_or_less(usd, 'USD a day')} "
        f"({number(abs(per_tonne), 'USD')} a tonne): {number(transport, 'USD')} for transport and "
        f"{number(time, 'USD')} for the time{dear}{sellers}."
    )


def _where_to(reroutes: pd.DataFrame, link_names: Mapping[str, str]) -> str:
    grouped = reroutes.groupby("to_corridor")["t_per_day"].sum()
    order = sorted(grouped.items(), key=lambda item: (-item[1], item[0]))
    parts = []
    # Where many ways have a share, some is a trace; the first is told whatever it carries.
    shown = order[:1] + [item for item in order[1:_SHOWN] if item[1] > _SMALL]
    for corridor, tonnes in shown:
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
    own = reroutes[reroutes["to_corridor"] == corridor]
    columns = (own[name].tolist() for name in ("from_crossings", "to_crossings", "t_per_day"))
    for left, taken, tonnes in zip(*columns, strict=True):
        before = set(left.split(">"))
        for link in taken.split(">"):
            if link and link not in before:
                gained[link] = gained.get(link, 0.0) + tonnes
    if not gained:
        return None
    link = min(gained, key=lambda name: (-gained[name], name))
    return link, gained[link]


def _shortfall(tables: ComparisonTables) -> str:
    # Those in no total have been told apart: what stays loses this much without them.
    counted = tables.by_demand[~tables.by_demand["cargo"].isin(tables.uncounted)]
    loss = tables.change["surplus_lost_usd_per_day"]
    if abs(loss) <= HAIR * abs(tables.change.get("added_loss_usd_per_day", 0.0)):
        loss = 0.0
    added = _newly_wanted(tables)
    told = [told_most_lost(counted, *_names(tables)), added]
    stays = (
        f"what stays loses {number(loss, 'USD')} a day by it, "
        f"{told_worth(tables.after.lost_by_step)}; that is in no cost."
    )
    # Many who lose next to nothing are named by nobody, and the sentence begins with what stays.
    said = "; ".join([*filter(None, told), stays])
    return f"{said[:1].upper()}{said[1:]}"


def _newly_wanted(tables: ComparisonTables) -> str:
    return told_newly_wanted(tables.added_demand, *_names(tables))


def _what_stops(tables: ComparisonTables) -> str:
    """Return what is full that was not, and what room there is worth, or what each pays there."""
    new = newly_full(tables)
    if not len(new):
        return ""
    waits = tables.after.waits is not None
    parts = []
    for row in new.head(_SHOWN).to_dict("records"):
        usd, unit = number(row["price_usd"], "USD"), row["unit"]
        worth = (
            f"each {unit} pays {usd} in waiting"
            if waits
            else (f"one more {unit} a day would save {usd} a day")
        )
        parts.append(f"{row['name']} ({'confidence D; ' if row['inferred'] else ''}{worth})")
    return f"Newly {'full or nearly so' if waits else 'full'}: {'; '.join(parts)}."
