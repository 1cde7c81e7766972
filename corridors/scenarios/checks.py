"""Rules of a network that take a scenario's words to judge."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from corridors.errors import ScenarioError
from corridors.network.reading.cells import Problem, problem_at, records
from corridors.network.reading.yaml_lines import value_of
from corridors.scenarios.projects import (
    circle_of,
    direct_needs,
    needed_projects,
    project_events,
    with_projects,
)
from corridors.scenarios.selectors import select
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.network.checks.rules import Rule
    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario


def selectors_match(net: Network) -> Iterator[Problem]:
    """Every chokepoint's selector matches something."""
    for i, row in records(net.tables["chokepoints"]):
        try:
            select(net, value_of(row["selector"]), net.folder)
        except ScenarioError as error:
            message = f"{row['chokepoint']}: {error}"
            yield problem_at("chokepoints", i, "selector", selectors_match, message)


def borders_are_crossed_on_land(net: Network) -> Iterator[Problem]:
    """A border that a chokepoint names is crossed on land, unless it says that it means the sea.

    Two countries that a lane alone joins, such as a tanker's ports, have no border to shut.
    """
    rule = borders_are_crossed_on_land
    at_sea = set(net.borders) - set(net.land_borders)
    for i, row in records(net.tables["chokepoints"]):
        selector = value_of(row["selector"])
        if not isinstance(selector, dict) or selector.get("mode") == "sea":
            continue
        pair = selector.get("border")
        if not isinstance(pair, list):
            continue
        if "-".join(sorted(map(str, pair))) in at_sea:
            message = (
                f"{row['chokepoint']}: only sea lanes join {' and '.join(map(str, pair))}; "
                "name the lanes, or add mode: sea"
            )
            yield problem_at("chokepoints", i, "selector", rule, message)


def projects_can_be_applied(net: Network) -> Iterator[Problem]:
    """The changes of every project can be made, with what it needs, when all is built."""
    needs = direct_needs(net)
    for i, row in records(net.tables["projects"]):
        name = row["project_id"]
        try:
            events = project_events(net, name)
            if events and not any(circle_of(n, needs) for n in needs):
                scenario = with_projects(net, [name])
                network_state(net, scenario, _built_by(net, name, scenario))
        except ScenarioError as error:
            message = f"{name}: {error}"
            yield problem_at("projects", i, "changes", projects_can_be_applied, message)


def _built_by(net: Network, project_id: str, scenario: Scenario) -> dt.date:
    """Return a day on which a project and what it needs are built, and their changes have begun.

    Where no year is known, that of the latest demand is taken.
    """
    table = net.tables["projects"].set_index("project_id")
    known = [table.loc[n, "opens"] for n in (project_id, *needed_projects(net)[project_id])]
    days = [dt.date.fromisoformat(day) for day in known if day]
    days += [event.first_day for event in scenario.events if event.first_day is not None]
    years = net.tables["demand"]["base_year"]
    return max(days) if days else dt.date(int(years.max()) if len(years) else 2025, 1, 1)


def projects_need_no_circle(net: Network) -> Iterator[Problem]:
    """No project needs itself, be it by others that it needs."""
    needs = direct_needs(net)
    for i, row in records(net.tables["projects"]):
        circle = circle_of(row["project_id"], needs)
        if circle:
            message = f"projects need one another in a circle: {' needs '.join(circle)}"
            yield problem_at("projects", i, "needs", projects_need_no_circle, message)


RULES: tuple[Rule, ...] = (
    selectors_match,
    borders_are_crossed_on_land,
    projects_can_be_applied,
    projects_need_no_circle,
)
"""All rules of this room, in the order in which they run."""
