"""Projects: what could be built, as the events that would be in force with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.errors import ScenarioError, UnknownIdError, nearest
from corridors.network.reading.yaml_lines import value_of
from corridors.scenarios.authoring.reading import event_from
from corridors.scenarios.scenario import Scenario

if TYPE_CHECKING:
    from corridors.network.network import Network
    from corridors.scenarios.events import Event


def project_events(net: Network, project_id: str) -> tuple[Event, ...]:
    """Return what a project changes, each event checked against the network.

    Raises
    ------
    UnknownIdError
        Where there is no such project.
    ScenarioError
        Where a change cannot be meant.
    """
    projects = net.whole.tables["projects"].set_index("project_id")
    if project_id not in projects.index:
        msg = f"no project {project_id!r}{nearest(project_id, projects.index)}"
        raise UnknownIdError(msg)
    changes = value_of(str(projects.loc[project_id, "changes"]))
    events = []
    for i, raw in enumerate(changes):
        if not isinstance(raw, dict):
            msg = f"change {i + 1}: expected an event, saw {raw!r}"
            raise ScenarioError(msg)
        event = event_from(raw, f"project {project_id}, change {i + 1}")
        event.check(net.whole)
        events.append(event)
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
    events = project_events(net, project_id)
    projects = net.whole.tables["projects"].set_index("project_id")
    return Scenario(name=project_id, events=events, title=str(projects.loc[project_id, "name"]))
