"""Projects: what could be built, as the events that would be in force with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from corridors.errors import ScenarioError, UnknownIdError, nearest
from corridors.network.network import require_network
from corridors.network.reading.yaml_lines import read_cell
from corridors.scenarios.authoring.reading import event_from
from corridors.scenarios.scenario import Scenario
from corridors.scenarios.selectors import names_in

if TYPE_CHECKING:
    import pandas as pd

    from corridors.network.network import Network
    from corridors.scenarios.events import Event
    from corridors.scenarios.quantities import Quantity


def _row(net: Network, project_id: str) -> dict[str, Any]:
    table = net.whole.tables["projects"]
    own = table[table["project_id"] == project_id]
    if not len(own):
        msg = f"no project {project_id!r}{nearest(project_id, table['project_id'])}"
        raise UnknownIdError(msg)
    row: dict[str, Any] = own.iloc[0].to_dict()
    return row


def project_events(net: Network, project_id: str) -> tuple[Event, ...]:
    """Return what a project changes, each event checked against the network.

    Raises
    ------
    UnknownIdError
        Where there is no such project.
    ScenarioError
        Where a change cannot be meant.
    """
    events = []
    changes, lines = read_cell(str(_row(net, project_id)["changes"]))
    for i, raw in enumerate(changes):
        if not isinstance(raw, dict):
            msg = f"change {i + 1}: expected an event, saw {raw!r}"
            raise ScenarioError(msg)
        written = {keys[1:]: text for keys, text in lines.written.items() if keys[0] == i}
        event = event_from(raw, f"project {project_id}, change {i + 1}", written)
        event.check(net.whole)
        events.append(replace(event, widens=True))
    return tuple(events)


def project(net: Network, project_id: str) -> Scenario:
    """Return a project as a scenario, to be added to others.

    Examples
    --------
    >>> import corridors as co
    >>> from corridors.scenarios.projects import project
    >>> net = co.load()
    >>> first = net.tables["projects"]["project_id"].iloc[0]
    >>> project(net, first).name == first
    True
    """
    require_network(net)
    events = project_events(net, project_id)
    return Scenario(name=project_id, events=events, title=str(_row(net, project_id)["name"]))


def with_projects(net: Network, project_ids: list[str]) -> Scenario:
    """Return several projects, and all that they need, as one scenario.

    Where several set the same capacity to a level, the highest holds, whatever their order:
    the second stage of a port does not fall back behind the first.

    Raises
    ------
    UnknownIdError
        Where there is no such project.
    ScenarioError
        Where none is named, or none of them changes anything that the network holds.
    """
    if not project_ids:
        raise ScenarioError("no project is named")
    needs = needed_projects(net)
    wanted: list[str] = []
    for name in project_ids:
        _row(net, name)
        wanted += [other for other in (*needs[name], name) if other not in wanted]
    parts = [project(net, name) for name in wanted]
    if not any(part.events for part in parts):
        msg = f"{' and '.join(project_ids)}: changes nothing that the network holds"
        raise ScenarioError(msg)
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return replace(total, events=_highest_last(total.events))


def level_of(event: Event) -> tuple[frozenset[str], Quantity] | None:
    """Return the capacities that an event sets to an amount, and the amount; None for others."""
    amount = event.amount
    plain = set(event.selector) == {"capacity"} and not event.cargo
    if event.kind != "limit" or not plain or amount is None or amount.unit == "share":
        return None
    return frozenset(names_in(event.selector["capacity"])), amount


def _highest_last(events: tuple[Event, ...]) -> tuple[Event, ...]:
    """Return events so that of those that set one capacity the highest comes last and holds."""
    levels = [i for i, e in enumerate(events) if level_of(e) is not None]
    order = sorted(levels, key=lambda i: (events[i].its_amount().value, i))
    found = list(events)
    for place, i in zip(levels, order, strict=True):
        found[place] = events[i]
    return tuple(found)


def needed_projects(net: Network) -> dict[str, tuple[str, ...]]:
    """Return for each project those that it needs, and before each what it needs itself.

    Raises
    ------
    ScenarioError
        Where projects need one another in a circle.
    UnknownIdError
        Where one needs a project that there is not, in tables that were not read from files.
    """
    direct = direct_needs(net)
    for name, needs in direct.items():
        for other in needs:
            if other not in direct:
                msg = f"project {name} needs {other!r}, which there is not{nearest(other, direct)}"
                raise UnknownIdError(msg)
        circle = circle_of(name, direct)
        if circle:
            msg = f"projects need one another in a circle: {' needs '.join(circle)}"
            raise ScenarioError(msg)
    return {name: tuple(_gathered(name, direct)) for name in direct}


def direct_needs(net: Network) -> dict[str, list[str]]:
    """Return what each project says that it needs, without what those need in turn."""
    table = net.whole.tables["projects"]
    return {
        name: [other for other in needs.split(";") if other]
        for name, needs in zip(table["project_id"], table["needs"], strict=True)
    }


def circle_of(project_id: str, direct: dict[str, list[str]]) -> list[str]:
    """Return the projects by which one needs itself, from it to it; an empty list where none do."""
    ways, seen = [[project_id]], {project_id}
    for way in ways:
        for other in direct.get(way[-1], []):
            if other == project_id:
                return [*way, other]
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return []


def _gathered(name: str, direct: dict[str, list[str]]) -> list[str]:
    found: list[str] = []
    for other in direct[name]:
        found += [one for one in (*_gathered(other, direct), other) if one not in found]
    return found


def projects(net: Network) -> pd.DataFrame:
    """Return what could be built, with costs, dates and what each needs.

    Returns
    -------
    DataFrame
        project_id, name, status, usd (NaN where no cost was published), opens (first day
        of use, empty where open), changes (how many the network can show), needs
        (projects without which it leads nowhere, joined by ``;``), what (its changes in
        words) and note; by the day of opening, those without one last.

    Examples
    --------
    >>> import corridors as co
    >>> table = co.projects(co.load())
    >>> table.columns.tolist()[:5]
    ['project_id', 'name', 'status', 'usd', 'opens']
    """
    require_network(net)
    table = net.whole.tables["projects"]
    needs = needed_projects(net)
    what = [[e.meaning.in_words(e) for e in project_events(net, p)] for p in table["project_id"]]
    frame = table[["project_id", "name", "status", "usd", "opens"]].assign(
        changes=[len(w) for w in what],
        needs=[";".join(needs[p]) for p in table["project_id"]],
        what=["; ".join(w) for w in what],
        note=table["note"],
    )
    order = frame.assign(_last=frame["opens"] == "")
    order = order.sort_values(["_last", "opens", "project_id"])
    return order.drop(columns="_last").reset_index(drop=True)
