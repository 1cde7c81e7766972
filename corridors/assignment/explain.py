"""A comparison in plain words, each number taken from a table of the comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.display import number, share

if TYPE_CHECKING:
    from corridors.assignment.comparison import Comparison

_SMALL = 0.5
"""Tonnes a day below which a sentence is not worth a reader's time."""

_SHOWN = 3


def sentences(comparison: Comparison) -> list[str]:
    """Return what happens, a sentence each."""
    found = [_overall(comparison)]
    found += [text for text in (_not_in_force(comparison), _closed(comparison)) if text]
    change = comparison.change
    if change["rerouted_t_per_day"] > _SMALL:
        found.append(_reroutes(comparison))
        found.append(_where_to(comparison))
    if change["newly_unserved_t_per_day"] > _SMALL:
        found.append(_shortfall(comparison))
        stop = _what_stops(comparison)
        if stop:
            found.append(stop)
    if change["rerouted_t_per_day"] <= _SMALL and change["newly_unserved_t_per_day"] <= _SMALL:
        found.append("Nothing else changes: no cargo leaves its route and none is lost.")
    return found


def _overall(comparison: Comparison) -> str:
    steps = dict(comparison.waterfall.itertuples(index=False))
    demand = steps["demand"]
    day = comparison.hit.situation.day
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
    if steps["newly served"] > _SMALL:
        text += f"; {number(steps['newly served'], 't')} can now be carried that could not before"
    withdrawn = comparison.change["withdrawn_t_per_day"]
    if withdrawn > _SMALL:
        text += f"; {number(withdrawn, 't')} that were wanted before are not wanted now"
    return text + "."


def _not_in_force(comparison: Comparison) -> str:
    idle = comparison.hit.events_not_in_force
    if not idle or comparison.hit.scenario is None:
        return ""
    total = len(comparison.hit.scenario.events)
    names = "; ".join(idle[:_SHOWN]) + ("; and others" if len(idle) > _SHOWN else "")
    those = f"{len(idle)} {'is' if len(idle) == 1 else 'are'}"
    return f"Of the scenario's {total} events, {those} not in force on that day: {names}."


def _closed(comparison: Comparison) -> str:
    links = comparison.hit.situation.closed_links
    if not links:
        return ""
    flows = comparison.base.flows
    passed = flows[(flows["kind"] == "link") & flows["id"].isin(links)]
    used = passed["id"].nunique()
    return (
        f"The scenario closes {len(links)} link{'s' if len(links) > 1 else ''}, "
        f"{used} of which carried cargo before."
    )


def _reroutes(comparison: Comparison) -> str:
    change = comparison.change
    days = change["added_hours_mean"] / 24
    usd = change["added_cost_usd_per_day_rerouted"]
    per_tonne = usd / change["rerouted_t_per_day"]
    slower = f"{number(abs(days))} days {'more' if days >= 0 else 'less'}"
    dearer = f"{number(abs(usd), 'USD')} a day {'more' if usd >= 0 else 'less'}"
    return (
        f"What goes another way takes {slower} on average and costs {dearer} "
        f"({number(per_tonne, 'USD')} a tonne)."
    )


def _where_to(comparison: Comparison) -> str:
    frame = comparison.reroutes
    grouped = frame.groupby("to_corridor")["t_per_day"].sum()
    order = sorted(grouped.items(), key=lambda item: (-item[1], item[0]))
    parts = []
    for corridor, tonnes in order[:_SHOWN]:
        crossing = new_crossing(comparison, str(corridor))
        over = f" ({number(crossing[1], 't')} of it over {crossing[0]})" if crossing else ""
        parts.append(f"{number(tonnes, 't')} by the {corridor} corridor{over}")
    rest = sum(tonnes for _, tonnes in order[_SHOWN:])
    if rest > _SMALL:
        parts.append(f"{number(rest, 't')} by others")
    return f"Of the rerouted, a day: {', '.join(parts)}."


def new_crossing(comparison: Comparison, corridor: str) -> tuple[str, float] | None:
    """Return the border crossing that most of the cargo rerouted into a corridor is new to.

    Parameters
    ----------
    comparison
        The comparison.
    corridor
        A value of `to_corridor` in its reroutes.

    Returns
    -------
    (name, tonnes a day) or None
        None where the rerouted crosses no border that it did not cross before.
    """
    frame = comparison.reroutes
    gained: dict[str, float] = {}
    for row in frame[frame["to_corridor"] == corridor].to_dict("records"):
        before = set(row["from_crossings"].split(">"))
        for link in row["to_crossings"].split(">"):
            if link and link not in before:
                gained[link] = gained.get(link, 0.0) + row["t_per_day"]
    if not gained:
        return None
    link = min(gained, key=lambda name: (-gained[name], name))
    return comparison.hit.situation.net.link_name(link), gained[link]


def _shortfall(comparison: Comparison) -> str:
    lost = comparison.by_demand
    lost = lost[lost["lost_t_per_day"] > _SMALL].sort_values(
        ["lost_t_per_day", "demand_id"], ascending=[False, True]
    )
    names = comparison.hit.situation.net.node_names
    parts = [
        f"{row['cargo']} {names[row['origin']]}–{names[row['destination']]} "
        f"({number(row['lost_t_per_day'], 't')})"
        for row in lost.head(_SHOWN).to_dict("records")
    ]
    loss = comparison.change["added_loss_usd_per_day"]
    return (
        f"Most is lost, a day, by {', '.join(parts)}; "
        f"the loss is put at {number(loss, 'USD')} a day, apart from any cost."
    )


def _what_stops(comparison: Comparison) -> str:
    before = set(comparison.base.bottlenecks["capacity_id"])
    frame = comparison.hit.bottlenecks
    new = frame[~frame["capacity_id"].isin(before)]
    if not len(new):
        return ""
    parts = [
        f"{row['name']} (one more {row['unit']} a day would save "
        f"{number(row['price_usd'], 'USD')} a day)"
        for row in new.head(_SHOWN).to_dict("records")
    ]
    return f"Newly full: {'; '.join(parts)}."
