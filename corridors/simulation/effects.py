"""What a scenario changes day by day, in tables and words: plain tables in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.assignment.views.told import told_largest
from corridors.display import counted, number, several, share

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd

    from corridors.scenarios.scenario import Scenario

SMALLEST = 0.05
"""Units below which a queue is what whole steps leave: less than a twentieth of a vehicle."""

_LONGER = 0.01
"""Share of its usual length by which a queue must be longer on some day to be an effect."""

_SMALL = 0.5
"""Tonnes below which a sentence is not worth a reader's time."""

_SHOWN = 3


def caused_queues(
    now: tuple[pd.DataFrame, pd.DataFrame], usual: tuple[pd.DataFrame, pd.DataFrame]
) -> pd.DataFrame:
    """Return the queues that are longer on some day than without the scenario.

    Parameters
    ----------
    now, usual
        Queues by day and their peaks, as `corridors.Simulation` has them, with the
        scenario and without.
    """
    queues, peaks = now
    before = usual[0].set_index(["capacity_id", "date"])["queue"].to_dict()
    longer = {
        row.capacity_id
        for row in queues[["capacity_id", "date", "queue"]].itertuples(index=False)
        if row.queue > before.get((row.capacity_id, row.date), 0.0) * (1.0 + _LONGER) + SMALLEST
    }
    own = peaks[peaks["capacity_id"].isin(longer)].reset_index(drop=True)
    was = usual[1].set_index("capacity_id")["peak"].to_dict()
    return own.assign(usual_peak=[float(was.get(c, 0.0)) for c in own["capacity_id"]])


def queue_rows(
    peaks: pd.DataFrame, caused: pd.DataFrame | None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the queues as plain values: those that a scenario causes, and the others.

    Parameters
    ----------
    peaks, caused
        As `corridors.Simulation` has them; None for a run without a scenario, of which
        all queues are its own.
    """
    usual = {}
    if caused is not None:
        usual = dict(zip(caused["capacity_id"], caused["usual_peak"], strict=True))
    own: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    for row in peaks.to_dict("records"):
        queue = {
            "id": row["capacity_id"],
            **{n: row[n] for n in ("name", "unit", "peak", "peak_whole", "peak_date")},
            "cleared_date": row["cleared_date"] if isinstance(row["cleared_date"], str) else None,
            "mean_wait_hours": row["mean_wait_hours"],
            "longest_wait_hours": row["longest_wait_hours"],
        }
        if row["capacity_id"] in usual:
            queue["usual_peak"] = float(usual[row["capacity_id"]])
        (own if caused is None or row["capacity_id"] in usual else others).append(queue)
    return own, others


def sentences(
    *,
    days: list[dt.date],
    title: str,
    effect: pd.DataFrame,
    caused: pd.DataFrame,
    n_usual: int,
    values: pd.DataFrame,
    before: pd.DataFrame | None,
    node_names: Mapping[str, str],
    cargo_names: Mapping[str, str],
    added: tuple[float, float] = (0.0, 0.0),
    earlier: Mapping[str, float] | None = None,
    uncounted: Collection[str] = (),
    markets: Collection[str] = (),
    aside: Sequence[str] = (),
) -> list[str]:
    """Return what happens, a sentence each.

    Parameters
    ----------
    days
        The reported days.
    title
        Of the scenario; empty without one.
    effect, caused, values
        As `corridors.Simulation` has them.
    n_usual
        Queues that stand without the scenario too.
    before
        `outcomes` of the baseline, None without a scenario.
    node_names, cargo_names
        What a reader calls them, by id.
    added
        Tonne-hours and USD that delays and surcharges add to what moves.
    earlier
        Tonnes that were under way before (`under_way_at_start`), and by how many more of
        them are where in the end.
    uncounted
        Cargo that its table keeps out of totals, which `effect` does not know.
    markets
        Ids of markets.
    aside
        What is to be said besides.
    """
    span = f"In the {len(days):,} day{'s' if len(days) > 1 else ''} from {days[0]}"
    steps = effect.set_index("what")
    if before is None:
        wanted = float(steps.loc["wanted", "t"])
        on_time = float(steps.loc["on_time", "t"])
        said = f"{span}, of {number(wanted, 't')} that want to leave, {number(on_time, 't')} "
        return [f"{said}({share(on_time, wanted)}) come on time."]
    # The title is a sentence of its own, or a name; it is not bent into this one.
    dearer = _on_the_way(*added)
    start = f"{title}: {span[0].lower()}{span[1:]}"
    change = steps["change_t"].to_dict()
    found = [_overall(start, change, moves=bool(dearer)), *_given(change)]
    beside, others = values["cargo"].isin(list(uncounted)), before.set_index("demand_id")
    found += _beside(values[beside], others, node_names, cargo_names, markets)
    found += [*_earlier(earlier or {}), *dearer]
    if len(caused):
        found.append(_queues(caused))
    elif n_usual:
        found.append("It makes no queue longer than it is without it.")
    if len(caused) and n_usual > 0:
        those = "queue stands" if n_usual == 1 else "queues stand"
        found.append(f"{n_usual} more {those} there without it too.")
    found += _losses(values[~beside], others, node_names, cargo_names, markets)
    return [*found, *aside]


BECOMES = {
    "late": "come late",
    "other_way": "go another way",
    "turned_back": "turn back",
    "never_shipped": "are never shipped",
    "waiting": "wait at the end",
    "not_yet_left": "have not left at the end",
}


def _on_the_way(t_hours: float, usd: float) -> list[str]:
    """Return a sentence on what delays and surcharges add, where there is anything to say."""
    said = []
    if abs(t_hours) > _SMALL:
        said.append(
            f"takes {number(abs(t_hours), 't-hours')} {'longer' if t_hours > 0 else 'less'}"
        )
    if abs(usd) > 1.0:
        said.append(f"pays {number(abs(usd), 'USD')} {'more' if usd > 0 else 'less'}")
    if not said:
        return []
    return [f"What moves {' and '.join(said)} on its way by what the scenario adds there."]


def _parts(change: Mapping[str, float]) -> list[str]:
    """Return of which there is more, and of which less, in the order of `BECOMES`."""
    return [
        f"{number(abs(change[what]), 't')} {'more' if change[what] > 0 else 'less'} {words}"
        for what, words in BECOMES.items()
        if abs(change.get(what, 0.0)) > _SMALL
    ]


def _overall(start: str, change: dict[str, float], *, moves: bool) -> str:
    parts, wanted = _parts(change), change["wanted"]
    if parts and change["under_way"] > _SMALL:
        # What comes late for want of days is on its way: with it what is not on time adds up.
        parts.append(f"{number(change['under_way'], 't')} more are under way at the end")
    if not parts:
        later = "waits longer" if moves else "comes later"
        nothing = f"no cargo {later}, goes another way or is lost that would not anyway"
    if abs(wanted) > _SMALL:
        parts.insert(0, f"{number(abs(wanted), 't')} {'more' if wanted > 0 else 'less'} are wanted")
        if len(parts) == 1:
            return f"{start}, {parts[0]} than without it; {nothing}."
    if not parts:
        return f"{start}, {nothing}."
    return f"{start}, against the same days without it, {', '.join(parts)}."


def _earlier(change: Mapping[str, float]) -> list[str]:
    """Return a sentence on what was under way before the first day, which is in no other."""
    parts = _parts(change)
    if not parts:
        return []
    before = number(change["under_way_at_start"], "t")
    return [f"Beside these, of {before} that were under way before, {', '.join(parts)}."]


def _given(change: dict[str, float]) -> list[str]:
    """Return a sentence on what leaves that falls short without the scenario, if anything does.

    What is no longer wanted falls short no more either, and is left out.
    """
    more = min(change["wanted"], 0.0) - change["short_as_usual"]
    return [f"Of what falls short without it, {number(more, 't')} leave."] if more > _SMALL else []


def _queues(caused: pd.DataFrame) -> str:
    parts = []
    for row in caused.head(_SHOWN).to_dict("records"):
        end = row["cleared_date"]
        gone = f"gone by {end}" if isinstance(end, str) else "still there at the end"
        so_far = "" if isinstance(end, str) else " so far"
        usual = f", {number(row['usual_peak'])} usually" if row["usual_peak"] > SMALLEST else ""
        parts.append(
            f"{row['name']} ({counted(row['peak'], row['unit'])} on {row['peak_date']}{usual}, "
            f"{number(row['mean_wait_hours'] / 24)} days on average{so_far}, {gone})"
        )
    rest = len(caused) - len(parts)
    more = f"; and {rest} more" if rest else ""
    return f"The longest queues that it causes: {'; '.join(parts)}{more}."


def _losses(
    values: pd.DataFrame,
    was: pd.DataFrame,
    node_names: Mapping[str, str],
    cargo_names: Mapping[str, str],
    markets: Collection[str],
) -> list[str]:
    """Return who loses most beyond the usual, and what the goods are worth.

    `was` is what is usual, by demand.
    """
    most = _most_lost(values, was, node_names, cargo_names, markets)
    found = [f"Most is lost by {most}."] if most else []
    worth = {
        words: _sum_more(values, was, column)
        for column, words in (
            ("waiting_value_usd", "wait at the end"),
            ("held_value_usd", "have not left"),
            # Goods that stay where they are keep their worth: what is lost is the sale, not they.
            ("lost_value_usd", "turn back or are never shipped"),
        )
    }
    said = [f"{number(usd, 'USD')} more {words}" for words, usd in worth.items() if usd > 1.0]
    if said:
        *others, last = said
        listed = f"{', '.join(others)} and {last}" if others else last
        found.append(f"Goods worth {listed} than without it.")
    return found


def _sum_more(values: pd.DataFrame, was: pd.DataFrame, column: str) -> float:
    """Return how much more there is of something than is usual for the same demands."""
    usual = was[column].reindex(values["demand_id"]).fillna(0.0)
    return float(values[column].sum() - usual.sum())


def _most_lost(
    values: pd.DataFrame,
    was: pd.DataFrame,
    node_names: Mapping[str, str],
    cargo_names: Mapping[str, str],
    markets: Collection[str],
) -> str:
    """Return who loses most beyond the usual; empty where nobody does."""
    lost = values["turned_back"] + values["never_shipped"]
    usual = (was["turned_back"] + was["never_shipped"]).reindex(values["demand_id"]).fillna(0.0)
    frame = values.assign(more=lost.to_numpy() - usual.to_numpy())
    beyond = frame["more"][frame["more"] > _SMALL].sort_values(ascending=False)
    rest = float(beyond.iloc[_SHOWN:].sum())
    more = f" and others ({number(rest, 't')})" if rest > _SMALL else ""
    return told_largest(frame, "more", node_names, cargo_names, markets) + more


def _beside(
    values: pd.DataFrame,
    was: pd.DataFrame,
    node_names: Mapping[str, str],
    cargo_names: Mapping[str, str],
    markets: Collection[str],
) -> list[str]:
    """Return a sentence on cargo that its table keeps out of totals, where it fares otherwise."""
    parts = _parts({what: _sum_more(values, was, what) for what in BECOMES})
    if not parts:
        return []
    those = ", ".join(cargo_names[name] for name in sorted(set(values["cargo"])))
    most = _most_lost(values, was, node_names, cargo_names, markets)
    told = f"; most is lost by {most}" if most else ""
    return [f"In no total here: {those}, of which {', '.join(parts)}{told}."]


def told_aside(scenario: Scenario | None, days: list[dt.date]) -> list[str]:
    """Return what of a scenario the days do not show.

    Parameters
    ----------
    scenario
        What is run.
    days
        The reported days.
    """
    events = scenario.events if scenario else ()
    here = [event for event in events if any(event.in_force(day) for day in days)]
    found = []
    if here and any(event.kind == "open" for event in here):
        found.append(
            "By days nobody leaves his way because a better one opens; `corridors run` says who "
            "would."
        )
    idle = [event.in_words() for event in events if event not in here]
    if here and idle:
        names = "; ".join(idle[:_SHOWN]) + ("; and others" if len(idle) > _SHOWN else "")
        those = f"{len(idle)} {'is' if len(idle) == 1 else 'are'}"
        found.append(
            f"Of the scenario's {len(events)} events, {those} in force on none of these days: "
            f"{names}."
        )
    ends = [e.end_day for e in here if e.end_day is not None and (e.end_day - days[-1]).days > 1]
    if ends:
        last = several(len(ends), "events")
        until = f"until {ends[0]}" if len(set(ends)) == 1 else f"the last until {max(ends)}"
        found.append(
            f"{last} {'goes' if len(ends) == 1 else 'go'} on after these days, {until}: what "
            "follows is in no figure."
        )
    return found
