"""What commands say besides their own tables: by any key, of some cargo, of projects, of parts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from corridors.errors import ScenarioError, UnknownIdError, nearest

if TYPE_CHECKING:
    import pandas as pd
    import typer

    from corridors.analysis.asking.interaction import Interaction
    from corridors.assignment.comparison import Comparison
    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario

_ROWS = 20

_HAPPENS = (
    "rerouted_t_per_day", "lost_t_per_day", "gained_t_per_day", "withdrawn_t_per_day",
    "change_t_per_day",
)  # fmt: skip
"""Columns of which one says that anything happens."""

_SELDOM = ("gained_t_per_day", "unserved_before_t_per_day", "withdrawn_t_per_day")
"""Columns that are left out where they are empty."""

_OF_DAYS = ["wanted", "late", "other_way", "lost", "waiting", "waiting_value_usd", "lost_value_usd"]
"""Columns of a run by days that fit on a line."""


def hold_text_plainly(context: typer.Context) -> None:
    """Have pandas hold text as Python does, not as Arrow does, while a command runs.

    It says the same. For columns of some hundred cells Arrow takes longer to be asked than to
    answer: a fifteenth of what a run takes, and a seventh of its memory. Parquet says of each
    column which of the two it was, so nothing changes where tables are kept.

    Parameters
    ----------
    context
        Of a command whose `--out`, if it has one and it is given, keeps tables.
    """
    if context.params.get("out") is None:
        import pandas as pd

        context.with_resource(pd.option_context("mode.string_storage", "python"))


def known_cargo(net: Network, cargo: list[str] | None) -> list[str]:
    """Return the cargo that an option names; raise UnknownIdError where one is none."""
    from corridors.cli.common import listed

    known = list(net.tables["cargo"]["cargo"])
    chosen = listed(cargo)
    for name in chosen:
        if name not in known:
            msg = f"no cargo {name!r}{nearest(name, known)}"
            raise UnknownIdError(msg)
    return chosen


def planned(
    net: Network, scenario: str | None, projects: list[str], as_of: str | None
) -> tuple[Scenario, dt.date]:
    """Return the scenario that is meant and its day; the projects themselves without one.

    The day is the scenario's, of projects the last before any of them opens, from when on the
    network may have it anyhow, and where there is none of these the day of the network's newest
    source.
    """
    from corridors.analysis.question import newest_source
    from corridors.assignment.assign import day_of
    from corridors.scenarios.projects import with_projects
    from corridors.scenarios.scenario import scenario as read_scenario

    if scenario is None and not projects:
        msg = "run: saw no scenario; name one (`corridors scenarios` lists them), or --with PROJECT"
        raise ScenarioError(msg)
    plan = with_projects(net, projects) if scenario is None else read_scenario(scenario)
    known = as_of is not None or plan.as_of is not None or net.date is not None
    day: Any = as_of
    if not known:
        day = newest_source(net)
        if scenario is None:
            table = net.whole.tables["projects"]
            opens = [d for d in table["opens"][table["project_id"].isin(projects)] if d]
            day = dt.date.fromisoformat(min(opens)) - dt.timedelta(days=1) if opens else day
    return plan, day_of(net, plan, day)


def of_parts(net: Network, scenario: str | None, day: dt.date, model: str) -> Interaction:
    """Return what the parts of a sum do alone and together."""
    from corridors.analysis.asking.interaction import interaction

    names = [part.strip() for part in (scenario or "").split("+")]
    if len(names) < 2:
        msg = f"--parts: saw {scenario!r}, expected scenarios joined by +, such as a+b"
        raise ScenarioError(msg)
    return interaction(net, *names, as_of=day, model=model)


def without_hairs(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows in tonnes a day with what is a hair beside the row's largest as 0.

    A change is the difference of two sums, and what it leaves of rounding is no change.
    """
    from corridors.display import HAIR

    tonnes = [c for c in frame.columns if str(c).endswith("t_per_day")]
    own = frame[tonnes]
    least = HAIR * own.abs().max(axis=1)
    return frame.assign(**{c: own[c].where(own[c].abs() > least, 0.0) for c in tonnes})


def _that_change(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return what fits on a line: rows and columns in which anything happens, in words."""
    frame = without_hairs(frame)
    happens = [c for c in _HAPPENS if c in frame.columns]
    rows = frame[(frame[happens].abs() > 1e-6).any(axis=1)] if happens else frame
    rows = rows if len(rows) else frame
    empty = [c for c in _SELDOM if c in rows.columns and not rows[c].abs().max() > 1e-6]
    names = {c: c.replace("_t_per_day", "").replace("_", " ") for c in rows.columns if c != key}
    names[key] = "demand id" if key == "demand" else key.replace("_", " ")
    return rows.drop(columns=empty).head(_ROWS).rename(columns=names)


def _named(result: Any, shown: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return rows by cargo or demand with names beside their ids."""
    from corridors.cli.asking.named import with_cargo, with_demand

    net = network_of(result)
    if key == "cargo":
        return with_cargo(net, shown)
    return with_demand(net, shown, "demand id") if key == "demand" else shown


def network_of(result: Any) -> Network:
    """Return the network that an assignment, a comparison or a run by days is of."""
    if hasattr(result, "disrupted"):
        result = result.disrupted
    state = result.timetable.states[0] if hasattr(result, "timetable") else result.state
    net: Network = state.net
    return net


@dataclass
class Extra:
    """What is said besides.

    Attributes
    ----------
    keys
        That results are given by.
    cargo
        That tables are kept to; empty for all.
    parts
        The parts of a sum, where they are asked for.
    projects, day, gains
        What is built, the day asked of, and what it brings.
    """

    keys: list[str]
    cargo: list[str]
    parts: Interaction | None = None
    projects: list[dict[str, Any]] = field(default_factory=list)
    day: dt.date | None = None
    without: dict[str, float] = field(default_factory=dict)
    gains: dict[str, float] = field(default_factory=dict)

    def note_projects(self, net: Network, ids: list[str], day: dt.date) -> None:
        """Note what is built: names, costs, dates, and what each needs; and the day asked of."""
        from corridors.display import records
        from corridors.scenarios.projects import needed_projects, projects

        needs = needed_projects(net)
        wanted = {other for name in ids for other in (*needs[name], name)}
        table = projects(net)
        self.projects, self.day = records(table[table["project_id"].isin(wanted)]), day

    def note_brings(self, without: Comparison, gains: dict[str, float]) -> None:
        """Note what happens without the projects, and what they bring."""
        self.without = dict(without.change)
        self.gains = gains

    def only(self, frame: pd.DataFrame, cargo: pd.Series[Any]) -> pd.DataFrame:
        """Return the rows of the cargo that is asked for."""
        return frame[cargo.isin(self.cargo)] if self.cargo else frame

    def sentences(self) -> list[str]:
        """Return what is said of projects and parts."""
        from corridors.display import number

        found = []
        for row in self.projects:
            cost = "no published cost" if row["usd"] is None else number(row["usd"], "USD")
            opens = f"opens {row['opens']}" if row["opens"] else "no day of opening"
            found.append(f"Built: {row['name']} ({row['status']}, {cost}, {opens}).")
            if row["opens"] and self.day and row["opens"] <= self.day.isoformat():
                found.append(
                    f"That is on or before {self.day}: what the network dates by itself stands in "
                    "the baseline too, and is no change."
                )
        if self.gains:
            gain = self.gains
            found.append(
                f"Under the scenario it lets {number(gain['more_carried_t_per_day'], 't')} more a "
                f"day be carried and saves {number(gain['saved_usd_per_day'], 'USD')} a day of "
                "transport, time and loss; with nothing wrong "
                f"{number(gain['usual_more_carried_t_per_day'], 't')} and "
                f"{number(gain['usual_saved_usd_per_day'], 'USD')}. Without it "
                f"{number(self.without['newly_unserved_t_per_day'], 't')} a day would be lost."
            )
        if self.parts is not None:
            found.append(self.parts.explain())
        return found

    def tables(self, result: Any) -> list[tuple[str, pd.DataFrame]]:
        """Return a table for each key, with its title."""
        found = []
        for key in self.keys:
            frame = self.by(result, key)
            if "wanted" in frame.columns:
                frame = frame.assign(lost=frame["turned_back"] + frame["never_shipped"])
                frame = frame[[key, *_OF_DAYS]]
            shown = _named(result, _that_change(frame, key), key)
            what = "" if "wanted" in frame.columns else ", t/day"
            title = f"By {key.replace('_', ' ')}{what}: {len(shown)} of {len(frame)}"
            found.append((title, shown))
        if self.parts is not None:
            frame = self.parts.total.rename(columns=lambda c: c.replace("_", " "))
            found.append(("Apart and together", frame))
            why = self.parts.reasons
            if len(why):
                shown = why.head(_ROWS).rename(columns=lambda c: c.replace("_", " "))
                title = (
                    f"Why together is not the sum: {len(shown)} of {len(why)} demands of half a "
                    "tonne or more"
                )
                found.append((title, shown))
        return found

    def by(self, result: Any, key: str) -> pd.DataFrame:
        """Return a result by a key, kept to the cargo that is asked for."""
        frame: pd.DataFrame = result.by(key, self.cargo or None)
        return frame

    def to_dict(self, result: Any) -> dict[str, Any]:
        """Return what is said besides as plain values."""
        from corridors.display import records

        found: dict[str, Any] = {}
        if self.keys:
            found["by"] = {key: records(self.by(result, key)) for key in self.keys}
        if self.projects:
            found["with"] = {"projects": self.projects}
        if self.gains:
            found["with"] |= {"without": self.without, "brings": self.gains}
        if self.parts is not None:
            found["parts"] = self.parts.to_dict()
        return found
