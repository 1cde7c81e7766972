"""Which projects may be chosen for a budget, at what cost, and why the others may not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridors.analysis.expansion.known import known
from corridors.errors import ScenarioError, UnknownIdError, nearest
from corridors.network.network import as_date
from corridors.scenarios.projects import level_of, needed_projects, project_events

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from corridors.network.network import Network
    from corridors.scenarios.events import Event

_DONE = "done"
_BUILDING = "building"


@dataclass(frozen=True)
class Candidate:
    """A project that may be chosen.

    Attributes
    ----------
    project_id, name, opens
        As in the table; `opens` is empty where no day was published.
    usd
        What it costs.
    needs
        Candidates without which it may not be chosen, theirs included.
    along
        What it needs, is being built and has no published cost: it comes with it, at no
        charge to the budget.
    events
        What it and those that come along change.
    """

    project_id: str
    name: str
    usd: float
    opens: str
    needs: tuple[str, ...]
    along: tuple[str, ...]
    events: tuple[Event, ...]


def candidates(
    net: Network,
    projects: Sequence[str] | None = None,
    *,
    costs: Mapping[str, float] | None = None,
    open_by: str | dt.date | None = None,
) -> tuple[list[Candidate], pd.DataFrame]:
    """Return the projects that may be chosen, and those left out with the reason.

    Parameters
    ----------
    net
        The network.
    projects
        Ids of those that are meant, with what they need; all if None.
    costs
        Costs in USD of projects of which none was published, or in place of those that were.
    open_by
        Day by which a project must be in use; any if None.

    Returns
    -------
    list of Candidate
        In the order of their ids.
    DataFrame
        project_id, name and why of those left out.

    Raises
    ------
    UnknownIdError
        Where there is no such project.
    ScenarioError
        Where a cost is none, or no project is left.
    """
    import pandas as pd

    table = net.whole.tables["projects"].set_index("project_id")
    _check(list(table.index), projects, costs)
    needs = needed_projects(net)
    usd = {name: float(v) for name, v in table["usd"].items()} | dict(costs or {})
    meant = set(table.index if projects is None else projects)
    meant |= {other for name in meant for other in needs[name]}
    last = None if open_by is None else as_date(open_by)
    changes = {name: project_events(net, name) for name in sorted(meant)}
    why = {name: _reason(table.loc[name], usd[name], changes[name], last) for name in changes}
    for name in sorted(meant):
        lacking = [n for n in needs[name] if why[n] and not _along(table.loc[n], usd[n])]
        if not why[name] and lacking:
            why[name] = f"it needs {' and '.join(lacking)}, left out: {why[lacking[0]]}"
    found = []
    for name in sorted(n for n in meant if not why[n]):
        along = tuple(n for n in needs[name] if why[n])
        row = table.loc[name]
        events = [e for n in (*along, name) for e in changes[n]]
        found.append(
            Candidate(
                project_id=name,
                name=str(row["name"]),
                usd=usd[name],
                opens=str(row["opens"]),
                needs=tuple(n for n in needs[name] if not why[n]),
                along=along,
                events=known(events),
            )
        )
    out = [(n, str(table.loc[n, "name"]), w) for n, w in why.items() if w]
    return found, pd.DataFrame(out, columns=["project_id", "name", "why"])


def _check(
    known: list[str], projects: Sequence[str] | None, costs: Mapping[str, float] | None
) -> None:
    for name in (*(projects or ()), *(costs or ())):
        if name not in known:
            msg = f"expand: no project {name!r}{nearest(name, known)}"
            raise UnknownIdError(msg)
    for name, value in (costs or {}).items():
        if not 0 <= value < float("inf"):
            msg = f"expand: cost of {name}: saw {value!r}, expected USD of 0 or more"
            raise ScenarioError(msg)
    if projects is not None and not len(projects):
        raise ScenarioError("expand: no project is named, expected at least one")


def _along(row: pd.Series, usd: float) -> bool:
    """Say whether what needs a project may count on it: it stands, or is being built unpriced."""
    return row["status"] == _DONE or (row["status"] == _BUILDING and usd != usd)


def _reason(row: pd.Series, usd: float, events: tuple[Event, ...], last: dt.date | None) -> str:
    """Return why a project may not be chosen; empty where it may."""
    if row["status"] == _DONE:
        return "done"
    if not events:
        return "it changes nothing that the network holds"
    if any(e.kind != "open" and level_of(e) is None for e in events):
        return "it changes more than what is open and how much passes"
    if usd != usd:
        return "no cost was published"
    if last is not None and (not row["opens"] or as_date(row["opens"]) > last):
        return f"it opens {'on ' + row['opens'] if row['opens'] else 'on no known day'}"
    return ""
