"""What is told beside the change itself: of markets, couplings, and what is possible at best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.assignment.reroutes import ADDED, PREMIUM
from corridors.display import number, share

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd

    from corridors.assignment.tables import ComparisonTables
    from corridors.assignment.usual.waits import SettledWaits

_SMALL = 0.5
"""Tonnes a day below which a change is not worth a word."""

_LEAST_HOURS = 0.1
"""Hours by which a wait has to be longer than usual to be worth a word."""

_CENT = 0.01
"""USD a unit below which two ways cost the same."""

_QUARTER_HOURS = 90 * 24.0
_MILLIONTH = 1e-6
_WORTH_SAYING = 1e-3

_SHOWN = 3
"""Demands that are named."""


def more_or_less(amount: float, unit: str) -> str:
    """Return by how much something is more or less than before: never less than nothing more.

    Examples
    --------
    >>> more_or_less(-1234.5, "USD a day"), more_or_less(0.0, "USD")
    ('1,234 USD a day less', '0 USD more')
    """
    return f"{number(abs(amount), unit)} {'more' if amount >= 0 else 'less'}"


def between(
    origin: str, destination: str, names: Mapping[str, str], markets: Collection[str]
) -> str:
    """Return from where to where, as one says it; a market is no place, and left out.

    Parameters
    ----------
    origin, destination
        Ids, of places or of a market.
    names
        What a reader calls places, by id.
    markets
        Ids of markets.
    """
    if origin in markets:
        return f"for {names[destination]}"
    if destination in markets:
        return f"from {names[origin]}"
    return f"{names[origin]}–{names[destination]}"


def told_largest(
    frame: pd.DataFrame,
    column: str,
    names: Mapping[str, str],
    cargo_names: Mapping[str, str],
    markets: Collection[str],
) -> str:
    """Return which demands have most of something, those of half a tonne or less left out.

    Parameters
    ----------
    frame
        A row for each demand: demand_id, cargo, origin, destination, and tonnes in `column`.
    names, cargo_names
        What a reader calls places and cargo, by id.
    markets
        Ids of markets.
    """
    some = frame[frame[column] > _SMALL]
    order = some.sort_values([column, "demand_id"], ascending=[False, True])
    return ", ".join(
        f"{cargo_names[row['cargo']]} "
        f"{between(row['origin'], row['destination'], names, markets)} "
        f"({number(row[column], 't')})"
        for row in order.head(_SHOWN).to_dict("records")
    )


def told_most_lost(
    by_demand: pd.DataFrame,
    names: Mapping[str, str],
    cargo_names: Mapping[str, str],
    markets: Collection[str],
) -> str:
    """Return which demands lose most; empty where none loses what is worth a word.

    Parameters
    ----------
    by_demand
        As `corridors.Comparison.by_demand` has it.
    names, cargo_names
        What a reader calls places and cargo, by id.
    markets
        Ids of markets.
    """
    most = told_largest(by_demand, "lost_t_per_day", names, cargo_names, markets)
    return f"Most is lost, a day, by {most}" if most else ""


def best_sentence(change: Mapping[str, float], *, aside: bool = False) -> str:
    """Return in a sentence what becomes of the cargo at best, by `Comparison.at_best.change`.

    Parameters
    ----------
    change
        Of the comparison at best.
    aside
        Whether something becomes of cargo that counts in no total.
    """
    kept = change.get("added_cost_usd_per_day_kept", 0.0)
    stays = ""
    if abs(kept) >= 1.0:
        stays = f", what keeps its way would cost {more_or_less(kept, 'USD a day')},"
    return (
        "At best, had one hand planned all that moves (optimal), "
        f"{number(change['rerouted_t_per_day'], 't')} a day would go another way, at "
        f"{more_or_less(change['added_cost_usd_per_day_rerouted'], 'USD a day')}{stays} and "
        f"{number(change['newly_unserved_t_per_day'], 't')} would no longer be carried"
        f"{', beside what counts in no total' if aside else ''}."
    )


def told_waits(waits: SettledWaits | None, capacities: pd.DataFrame) -> str:
    """Return what is waited beyond the usual, and how exact that is; empty where nobody asked.

    Parameters
    ----------
    waits, capacities
        As `corridors.Assignment` has them.
    """
    if waits is None:
        return ""
    if not waits.limits:
        return (
            "The network does not say how arrivals and service vary (its table variation), so "
            "that nobody waits where there is room."
        )
    longer = capacities[capacities["added_wait_hours"] >= _LEAST_HOURS]
    full = ""
    if waits.full:
        places = "1 capacity" if waits.full == 1 else f"{waits.full} capacities"
        full = (
            f"At {places} full without it, or of which nobody says how they vary, the queue is in "
            f"the price: {number(waits.full_usd_per_day, 'USD')} a day more than usual."
        )
    if not len(longer):
        where = "at other capacities" if full else "anywhere"
        told = (
            f"With waits that rise with use, nobody waits longer than usual {where} by more than "
            f"{number(_LEAST_HOURS)} hours."
        )
        return f"{told} {full}".strip()
    first = longer.sort_values(["added_wait_hours", "capacity_id"], ascending=[False, True])
    worst = first.to_dict("records")[0]
    places = "1 capacity wait" if len(longer) == 1 else f"{len(longer)} capacities wait"
    told = (
        f"With waits that rise with use, those who pass {places} longer than usual, worth "
        f"{number(waits.usd_per_day, 'USD')} a day that stands in no cost above; longest at "
        f"{worst['name']}, {_for(worst['added_wait_hours'])}."
    )
    never = longer[longer["added_wait_hours"] > _QUARTER_HOURS]
    if len(never):
        told += (
            f" At {len(never)} of them no queue of a quarter of a year would be as long: what is "
            "told is what would make cargo turn away, if it lasted."
        )
    settled = waits.residual <= _MILLIONTH
    told += (
        " Waits and values of time agree to a millionth"
        if settled
        else f" Waits and values of time have not settled (off by {waits.residual:.0e})"
    )
    if waits.unlike >= _WORTH_SAYING:
        told += (
            f"; {share(waits.unlike, 1.0)} of the waiting is charged to cargo beyond what its own "
            "time is worth, as all who pass pay the mean"
        )
    return f"{told}. {full}".strip()


def _for(hours: float) -> str:
    """Return a wait in the unit in which it is read."""
    if hours > _QUARTER_HOURS:
        return "by more than 90 days"
    return f"by {number(hours / 24.0)} days" if hours >= 48.0 else f"by {number(hours)} hours"


def beside_totals(by_demand: pd.DataFrame, uncounted: Collection[str]) -> pd.DataFrame:
    """Return the demands whose cargo counts in no total; no row where nothing becomes of them.

    Parameters
    ----------
    by_demand
        As `corridors.Comparison.by_demand` has it.
    uncounted
        Cargo that its table keeps out of totals.
    """
    if not uncounted:
        return by_demand.iloc[:0]
    own = by_demand[by_demand["cargo"].isin(list(uncounted))]
    moved = float(own["rerouted_t_per_day"].sum() + own["lost_t_per_day"].sum())
    return own if moved > _SMALL else own.iloc[:0]


def of_all_rerouted(
    change: Mapping[str, float], by_demand: pd.DataFrame, uncounted: Collection[str]
) -> tuple[float, float]:
    """Return by how many days, and by how many USD a day, what goes another way does worse.

    Of all cargo, with what counts in no total where something becomes of it: beside figures that
    have it, such as those of all who used what a scenario touches.

    Parameters
    ----------
    change, by_demand
        As `corridors.Comparison` has them.
    uncounted
        Cargo that its table keeps out of totals.
    """
    if not len(beside_totals(by_demand, uncounted)):
        return change["added_hours_mean"] / 24, change["added_cost_usd_per_day_rerouted"]
    around = float(by_demand["rerouted_t_per_day"].sum())
    hours = float((by_demand["added_hours"] * by_demand["rerouted_t_per_day"]).sum())
    return hours / max(around, _SMALL) / 24, float(by_demand["added_cost_usd_per_day"].sum())


def told_beside_totals(
    own: pd.DataFrame,
    surplus_lost: float,
    names: Mapping[str, str],
    cargo_names: Mapping[str, str],
) -> str:
    """Return what becomes of cargo that counts in no total; empty where nothing does.

    Parameters
    ----------
    own
        As `beside_totals` returns it.
    surplus_lost
        What of it stays loses by that, USD a day.
    names, cargo_names
        What a reader calls places and cargo, by id.
    """
    if not len(own):
        return ""
    around, lost = (float(own[f"{what}_t_per_day"].sum()) for what in ("rerouted", "lost"))
    those = ", ".join(cargo_names[name] for name in sorted(set(own["cargo"])))
    text = (
        f"In no total that follows: {those}, of which {number(around, 't')} a day go another "
        f"way and {number(lost, 't')} are no longer carried"
    )
    if around > _SMALL:
        days = float((own["added_hours"] * own["rerouted_t_per_day"]).sum()) / around / 24
        usd = float(own["added_cost_usd_per_day"].sum())
        text += (
            f"; what goes another way takes {number(abs(days))} days "
            f"{'more' if days >= 0 else 'less'} on average and costs {number(abs(usd), 'USD')} a "
            f"day {'more' if usd >= 0 else 'less'}"
        )
    if lost > _SMALL:
        order = own[own["lost_t_per_day"] > _SMALL]
        order = order.sort_values(["lost_t_per_day", "demand_id"], ascending=[False, True])
        most = ", ".join(
            f"{names[row['origin']]}–{names[row['destination']]} "
            f"({number(row['lost_t_per_day'], 't')})"
            for row in order.head(_SHOWN).to_dict("records")
        )
        loses = f"what stays, most of it {most}," if most else "what stays"
        text += f"; {loses} loses {number(surplus_lost, 'USD')} a day by it"
    return f"{text}."


def told_worth(lost_by_step: pd.DataFrame) -> str:
    """Return what it is that cargo loses by staying.

    Parameters
    ----------
    lost_by_step
        As `corridors.Assignment` has it. Where no cargo of the network has an elasticity, it
        does not know what a way costs in ordinary times, and takes nothing off.
    """
    if len(lost_by_step) and not lost_by_step["ordinary_usd"].any():
        return "what it would have paid at most, the cost of its way among it"
    return "what it would have paid at most less what its way costs in ordinary times"


def told_couplings(
    before: pd.DataFrame | None, after: pd.DataFrame | None, names: Mapping[str, str]
) -> str:
    """Return what falls because something else has no outlet, where it did not before.

    Parameters
    ----------
    before, after
        As `corridors.Assignment` has them; None where they are not known.
    names
        Of the cargo, by id.
    """
    if after is None or not len(after):
        return ""
    known = {} if before is None else {r["coupling_id"]: r for r in before.to_dict("records")}
    every = after.to_dict("records")
    parts = [told for row in every if (told := _falls(row, known.get(row["coupling_id"]), names))]
    if not parts:
        return ""
    return f"What hangs on something else falls with it, a day: {'; '.join(parts)}."


def _falls(row: Mapping[str, Any], old: Mapping[str, Any] | None, names: Mapping[str, str]) -> str:
    """Return what a coupling does beyond what it did before; nothing where that is too little."""
    room, ordinary = row["room_units_per_day"], row["ordinary_units_per_day"]
    was = old["room_units_per_day"] if old else ordinary
    kept = _held_back(row) - (_held_back(old) if old else 0.0)
    if max(was - room, kept) <= _SMALL:
        return ""
    missing, unit, other = row["missing_units_per_day"], row["unit"], row["by_product_unit"]
    why = f"with what is taken of {names[row['by_product']]},"
    if missing > 0 and was - room > _SMALL:
        more = missing - old["missing_units_per_day"] if old else 0.0
        beyond = f", {number(more, other)} more than before," if more > 0 else ""
        by_product = f"{number(missing, other)} of {names[row['by_product']]}{beyond}"
        why = f"{by_product} have no outlet, so that"
    less = f", {number(was - room, unit)} less than before" if old and was - room > _SMALL else ""
    most = number(max(ordinary, row["wanted_units_per_day"]), unit)
    can = number(room, unit)
    return f"{why} of {most} of {names[row['cargo']]} {can} can leave{less} ({row['name']})"


def _held_back(row: Mapping[str, Any]) -> float:
    return max(float(row["wanted_units_per_day"] - row["room_units_per_day"]), 0.0)


def told_kept(change: Mapping[str, float]) -> str:
    """Return what those pay more who keep their way; nothing where that is not worth a word."""
    tonnes, days = (
        change.get(f"{name}_kept", 0.0) for name in ("changed_t_per_day", "added_hours_mean")
    )
    days /= 24
    usd, transport, time = (change.get(f"{name}_kept", 0.0) for name in ADDED)
    if tonnes <= _SMALL or (abs(usd) < 1.0 and abs(days) < 0.01):
        return ""
    premium = change.get(f"{PREMIUM}_kept", 0.0)
    sellers = f", and {more_or_less(premium, 'USD')} to sellers" if abs(premium) > 1.0 else ""
    slower = f"take {number(abs(days))} days {'more' if days >= 0 else 'less'} on average and "
    return (
        f"Of what keeps its way, {number(tonnes, 't')} a day "
        f"{slower if abs(days) >= 0.01 else ''}cost {number(abs(usd), 'USD')} a day "
        f"{'more' if usd >= 0 else 'less'}: {number(transport, 'USD')} for transport and "
        f"{number(time, 'USD')} for the time{sellers}."
    )


def told_cheaper(going_cheaper: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Return who goes a cheaper way without having used what the events touch."""
    order = going_cheaper.sort_values(["rerouted_t_per_day", "cargo"], ascending=[False, True])
    parts = [
        f"of {names[row['cargo']]} "
        f"{number(row['rerouted_t_per_day'] / row['t_per_unit'], str(row['unit']))}"
        for row in order.head(_SHOWN).to_dict("records")
        if row["rerouted_t_per_day"] > _SMALL
    ]
    told = "Cargo that did not use it goes a cheaper way now, a day"
    return f"{told}: {'; '.join(parts)}." if parts else ""


def told_newly_wanted(
    added: pd.DataFrame | None,
    names: Mapping[str, str],
    cargo_names: Mapping[str, str],
    markets: Collection[str] = (),
) -> str:
    """Return of which demands most stays that was not wanted before."""
    if added is None:
        return ""
    most = told_largest(added, "unserved_t_per_day", names, cargo_names, markets)
    return f"of what was not wanted before most stays, a day, of {most}" if most else ""


def told_closed(links: Sequence[str], flows_before: pd.DataFrame) -> str:
    """Return how many links the scenario closes, and how many of them carried cargo."""
    if not links:
        return ""
    passed = flows_before[(flows_before["kind"] == "link") & flows_before["id"].isin(links)]
    used = passed["id"].nunique()
    return (
        f"The scenario closes {len(links)} link{'s' if len(links) > 1 else ''}, "
        f"{used} of which carried cargo before."
    )


def told_why_cheaper(tables: ComparisonTables) -> str:
    """Return why what a scenario sends another way costs less there; empty where it does not.

    What opens is cheaper for a reason that needs no word.
    """
    change = tables.change
    opened = tables.after.links_there - tables.before.links_there
    if tables.model != "logit" or opened or change["added_cost_usd_per_day_rerouted"] > -1.0:
        return ""
    moved = tables.reroutes[~tables.reroutes["cargo"].isin(list(tables.uncounted))]
    tonnes = float(moved["t_per_day"][moved["added_cost_usd_per_unit"] < -_CENT].sum())
    return (
        f"It costs less because {number(tonnes, 't')} a day of it had gone by ways that cost more: "
        "shippers choose some for what is in no cost, and now have them no longer or would wait."
        if tonnes > _SMALL
        else ""
    )


def told_inferred(new: pd.DataFrame) -> str:
    """Say how many of the limits that the scenario makes decide are nobody's published figure."""
    count, all_ = int(new["inferred"].sum()), len(new)
    if not count:
        return ""
    if all_ == 1:
        return "The one capacity that stops this rerouting is of confidence D, not published."
    part = share(float(new["worth_usd"][new["inferred"]].sum()), float(new["worth_usd"].sum()))
    return (
        f"{count} of the {all_} capacities that stop this rerouting "
        f"{'is' if count == 1 else 'are'} of confidence D, not published, with {part} of what "
        "more room in all of them would be worth."
    )


def newly_full(tables: ComparisonTables) -> pd.DataFrame:
    """Return the bottlenecks that are none before, and what all the room there is worth.

    Those are left out at which that is not a thousandth of what going round and staying cost.
    """
    after, change = tables.after.bottlenecks, tables.change
    new = after[~after["capacity_id"].isin(set(tables.before.bottlenecks["capacity_id"]))]
    costs = abs(change["added_cost_usd_per_day_rerouted"]) + abs(change["surplus_lost_usd_per_day"])
    worth = new["price_usd"] * (new["amount"] - new["background"]).clip(lower=0.0)
    return new.assign(worth_usd=worth)[worth >= _WORTH_SAYING * costs]
