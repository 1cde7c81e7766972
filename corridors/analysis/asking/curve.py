"""Families of scenarios as curves, and where going round begins to beat waiting."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridors.analysis.question import newest_source
from corridors.assignment.assign import assign, day_of
from corridors.assignment.comparison import Comparison
from corridors.display import Card, number, records
from corridors.network.network import as_date, require_network
from corridors.scenarios.authoring.family import Family, family
from corridors.scenarios.scenario import scenario as read_scenario
from corridors.simulation.simulate import first_day, simulate

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from corridors.assignment.assignment import Assignment
    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario

_SHOWS = 0.5
"""Tonnes below which nothing is told of an amount."""

AFTER_DAYS = 30
"""Days that are run after the longest duration has ended, so that it is seen to clear."""


@dataclass(frozen=True, eq=False)
class Curve(Card):
    """What a family of scenarios does, value by value.

    Attributes
    ----------
    family
        The scenarios.
    table
        A row for each value. Of durations, from the runs by days: what changes against the
        same days without the scenario, in t (late, other_way, turned_back, ...), and the
        added cost and loss. Of amounts, from the steady state: `Comparison.change`.
    by_cargo
        The same by cargo: of durations late, other_way and lost in t, of amounts rerouted
        and lost in t a day.
    break_even
        By cargo: t_per_day that goes round when nothing waits, and break_even_days, the
        wait that costs as much as going round does: added dollars over the value of a day,
        and the added days. Shorter waits are cheaper than the detour, longer ones dearer.
        `least_days` and `most_days` are of the cheapest and the dearest detour that is
        taken; cargo of which none goes round is not in it. `turns_at` is the first value of
        the family, in its order, at which more of the cargo goes round than waits; NaN
        where none is, and for families that are not of durations.
    """

    family: Family
    table: pd.DataFrame
    by_cargo: pd.DataFrame
    break_even: pd.DataFrame
    cargo_names: dict[str, str]

    def __repr__(self) -> str:
        return f"Curve({self.family!r})"

    def sentences(self) -> list[str]:
        """Return when going round beats waiting, a sentence for each cargo."""
        if not len(self.break_even):
            return [self._nobody_goes_round()]
        found = []
        for row in self.break_even.to_dict("records"):
            name = self.cargo_names[row["cargo"]]
            days = number(row["break_even_days"], "days")
            text = f"{name}: going round beats a wait of more than {days}"
            if not np.isfinite(row["break_even_days"]):
                text = f"{name}: a day on the way costs nothing, so waiting is never dearer"
            if row["turns_at"] == row["turns_at"]:
                text += f"; from {number(row['turns_at'])} days of closure on most of it does"
            found.append(f"{text}.")
        return found

    def _nobody_goes_round(self) -> str:
        """Return what cargo does where none would go round for good."""
        most = self.by_cargo.groupby(self.family.parameter, sort=False).sum(numeric_only=True).max()
        lost = most["lost" if "lost" in most else "lost_t_per_day"] > _SHOWS
        if self.family.parameter != "duration":
            rest = ": what does not pass is lost" if lost else ", and none is lost"
            return f"No cargo goes round it{rest}."
        if most["other_way"] > _SHOWS:
            return (
                "No cargo would go round it if it lasted, so no wait stands against that; by days "
                f"up to {number(most['other_way'], 't')} go another way all the same."
            )
        if lost or most[["late", "waiting"]].max() > _SHOWS:
            return "No cargo goes round it: all that it stops waits or is lost."
        return "No cargo goes round it, waits or is lost: it stops none."

    def explain(self) -> str:
        """Return the sentences as one text."""
        return " ".join(self.sentences())

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; an infinite wait is null."""
        even = self.break_even.replace([np.inf, -np.inf], np.nan)
        return {
            "scenario": self.family.scenario.name,
            "parameter": self.family.parameter,
            "values": list(self.family.values),
            "rows": records(self.table),
            "by_cargo": records(self.by_cargo),
            "break_even": records(even),
            "explanation": self.explain(),
        }


def curve(
    net: Network,
    scenario: str | Path | Mapping[str, Any] | Scenario | Family,
    *,
    duration: Any = None,
    to: Any = None,
    by: Any = None,
    as_of: str | dt.date | None = None,
    model: str = "optimal",
    days: int | None = None,
) -> Curve:
    """Ask a family of scenarios, value by value.

    Parameters
    ----------
    net
        The network.
    scenario, duration, to, by
        As `corridors.family` takes them, or a family.
    as_of
        Day of the steady state, and of the break-even; of durations also the first day of
        events that have none of their own, and the first day of the scenario if None.
    model
        Of the steady state, as in `corridors.assign`.
    days
        Days to run of durations; the longest and `AFTER_DAYS` more if None.

    Returns
    -------
    Curve

    Raises
    ------
    ScenarioError
        Where the family cannot be meant.
    """
    require_network(net)
    if isinstance(scenario, Family):
        own = scenario
    else:
        asked = _on_day(read_scenario(scenario), as_of, net)
        own = family(asked, duration=duration, to=to, by=by)
    plan = own.scenario
    names = net.tables["cargo"]
    cargo_names = dict(zip(names["cargo"], names["name"], strict=True))
    if own.parameter == "duration":
        start = first_day(net, own[0], None)
        day = start if as_of is None else day_of(net, plan, as_of)
        baseline = assign(net, as_of=day, model=model)
        # What a day of the closure would do if it lasted: who goes round, and at what cost.
        steady = Comparison(baseline, assign(net, own[-1], as_of=day, model=model))
        table, by_cargo = _over_days(net, own, start, days)
        even = _break_even(steady, by_cargo)
    else:
        known = as_of is not None or plan.as_of is not None or net.date is not None
        day = day_of(net, plan, as_of if known else newest_source(net))
        baseline = assign(net, as_of=day, model=model)
        table, by_cargo, tightest = _over_amounts(net, own, baseline)
        even = _break_even(tightest, None)
    return Curve(own, table, by_cargo, even, cargo_names)


def _on_day(plan: Scenario, as_of: str | dt.date | None, net: Network) -> Scenario:
    """Return a scenario with the day that is asked for, from which events without their own last.

    Where none is asked for it is the scenario's, or that at which the network was resolved.
    """
    day = as_date(as_of) if as_of is not None else plan.as_of or net.date
    return replace(plan, as_of=day)


_CHANGES = ("late", "other_way", "turned_back", "never_shipped", "waiting", "not_yet_left")


def _over_days(
    net: Network, own: Family, start: dt.date, days: int | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the runs by days of each duration, in all and by cargo, against no scenario."""
    length = int(max(own.values)) + AFTER_DAYS if days is None else days
    baseline = simulate(net, None, length, start=start)
    usual = baseline.summary["waterfall_t"]
    was = baseline.by("cargo").set_index("cargo")
    rows, parts = [], []
    for value, member in zip(own.values, own, strict=True):
        sim = simulate(net, member, length, start=start)
        said = sim.summary
        row = {"duration": value}
        row |= {name: said["waterfall_t"][name] - usual[name] for name in _CHANGES}
        for name in ("cost_usd", "waiting_t_hours", "loss_usd"):
            row[f"added_{name}"] = said[name] - baseline.summary[name]
        rows.append(row)
        now = sim.by("cargo").set_index("cargo")
        change = (now - was.reindex(now.index)).reset_index()
        change["lost"] = change["turned_back"] + change["never_shipped"]
        kept = ["cargo", "late", "other_way", "lost", "waiting", "loss_usd"]
        parts.append(change[kept].sort_values("cargo").assign(duration=value))
    by_cargo = pd.concat(parts, ignore_index=True)
    return pd.DataFrame(rows), by_cargo[["duration", *by_cargo.columns[:-1]]]


def _over_amounts(
    net: Network, own: Family, baseline: Assignment
) -> tuple[pd.DataFrame, pd.DataFrame, Comparison]:
    """Return the steady state of each amount, in all and by cargo, and the one that moves most."""
    rows, parts, found = [], [], []
    for value, member in zip(own.values, own, strict=True):
        hit = assign(net, member, as_of=baseline.state.day, model=baseline.model)
        comparison = Comparison(baseline, hit)
        found.append(comparison)
        rows.append({own.parameter: value, **comparison.change})
        part = comparison.by("cargo")[["cargo", "rerouted_t_per_day", "lost_t_per_day"]]
        parts.append(part.sort_values("cargo").assign(**{own.parameter: value}))
    by_cargo = pd.concat(parts, ignore_index=True)
    moved = [round(c.change["rerouted_t_per_day"], 6) for c in found]
    columns = [own.parameter, *by_cargo.columns[:-1]]
    return pd.DataFrame(rows), by_cargo[columns], found[int(np.argmax(moved))]


def _break_even(steady: Comparison, by_cargo: pd.DataFrame | None) -> pd.DataFrame:
    """Return the wait that costs as much as going round, by cargo."""
    columns = ["cargo", "t_per_day", "break_even_days", "least_days", "most_days", "turns_at"]
    moved = steady.rerouted_users
    moved = moved[moved["t_per_day"] > 1e-6]
    worth = steady.disrupted.state.net.tables["cargo"].set_index("cargo")["usd_per_unit_day"]
    rows = []
    for cargo, own in moved.groupby("cargo"):
        per_day = float(worth[cargo])
        cost = own["added_cost_usd_per_unit"].to_numpy(dtype=float)
        days = own["added_hours"].to_numpy(dtype=float) / 24.0
        with np.errstate(divide="ignore", invalid="ignore"):
            wait = np.where(cost == 0, days if per_day == 0 else 0.0, cost / per_day)
        wait = np.maximum(wait, 0.0)
        t = own["t_per_day"].to_numpy(dtype=float)
        rows.append(
            {
                "cargo": cargo,
                "t_per_day": float(t.sum()),
                "break_even_days": float((wait * t).sum() / t.sum()),
                "least_days": float(wait.min()),
                "most_days": float(wait.max()),
                "turns_at": _turns_at(by_cargo, str(cargo)),
            }
        )
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values(["break_even_days", "cargo"]).reset_index(drop=True)


def _turns_at(by_cargo: pd.DataFrame | None, cargo: str) -> float:
    """Return the first duration at which more of a cargo goes round than comes late."""
    if by_cargo is None:
        return float("nan")
    own = by_cargo[by_cargo["cargo"] == cargo]
    round_it = own[(own["other_way"] > own["late"] + own["waiting"]) & (own["other_way"] > _SHOWS)]
    return float(round_it["duration"].iloc[0]) if len(round_it) else float("nan")
