"""Sentences that count: one is one, a year is its own, and a confidence is no inference."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import toys
from command import corridors

import corridors as co
from corridors.assignment.explain import _not_in_force, demand_years

DAY = dt.date(2025, 6, 2)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return co.new_network(tmp_path_factory.mktemp("many") / "toy")


BOTH = (
    "Demand is that published for 2020 to 2026 (80 % of it for 2025), carried on or back to 2025."
)


@pytest.mark.parametrize(
    ("years", "said"),
    [
        ({2025: 5.0}, "Demand is that published for 2025."),
        ({2020: 5.0}, "Demand is that published for 2020, carried on to 2025."),
        ({2026: 5.0}, "Demand is that published for 2026, carried back to 2025."),
        (
            {2020: 1.0, 2025: 9.0},
            "Demand is that published for 2020 to 2025 (90 % of it for 2025), carried on to 2025.",
        ),
        ({2020: 1.0, 2025: 8.0, 2026: 1.0}, BOTH),
        (
            {2026: 8.0, 2027: 2.0},
            BOTH.replace("2020 to 2026", "2026 to 2027")
            .replace("for 2025)", "for 2026)")
            .replace("on or back", "back"),
        ),
        ({}, ""),
    ],
)
def test_demand_is_carried_the_way_that_time_lies(years, said):
    assert demand_years(DAY, years) == said


def test_the_only_event_is_not_one_of_some():
    assert "only event is not in force" in _not_in_force(["close x"], 1)
    assert "Of the scenario's 2 events, 1 is not" in _not_in_force(["close x"], 2)


def test_a_limit_of_confidence_d_is_not_said_to_be_inferred(toy):
    """No rule of this network infers anything: `info` counts none, and its notes say made up."""
    assert not len(co.load(toy).inferred_limits())
    said = " ".join(corridors("run", toy / "border-closed.yaml", "--network", toy).stdout.split())
    assert "of confidence D, not published" in said
    assert "inferred" not in said


ONE = re.compile(
    r"(?<![\d.,])1 (?!less\b|across\b|is\b|day's\b)[a-z]+(?<!s)s\b(?! the)|(?<!\S)1 are\b"
)
"""One of several, which is wrong in any sentence."""


@pytest.mark.parametrize(
    "asked",
    [
        ("validate",),
        ("projects",),
        ("list", "projects"),
        ("list", "sources"),
        ("list", "countries", "XA"),
        ("simulate", "close link:brook-cedar-rail from 2026-03-01 for 1 day", "--days", "1",
         "--replications", "1"),
        ("draws", "close link:brook-cedar-rail from 2026-03-01 for 1 day", "--days", "1",
         "--draws", "1", "--workers", "1"),
        ("run", "close link:brook-cedar-rail from 2026-03-03 for 1 day", "--as-of", "2026-03-01",
         "--uncertainty", "1", "--workers", "1"),
    ],
)  # fmt: skip
def test_no_command_says_one_things(toy, asked, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    ended = corridors(*asked, "--network", toy)
    assert ended.returncode == 0, ended.stderr
    assert [m[0] for m in ONE.finditer(ended.stdout + ended.stderr)] == []


def test_a_plan_that_one_limit_decides_says_so():
    net = toys.two_ways(
        4,
        projects=[{"project_id": "wider", "name": "Wider", "usd": 1000.0, "status": "planned",
                   "changes": "[{limit: {capacity: short}, to: 5 t/day}]"}],
    )  # fmt: skip
    said = co.expand(net, ["undisturbed"], 1000.0, as_of=DAY).explain()
    assert "1 full limits" not in said
    assert "1 full limit decides" in said


def test_a_cut_of_one_draw_is_no_range(toy):
    asked = ("cut", "aster", "dale", "--network", toy, "--as-of", DAY)
    one, three = (corridors(*asked, "--uncertainty", n).stdout for n in (1, 3))
    assert "drawn once from its range: " in one
    assert "nine draws of ten" not in one
    assert "drawn 3 times from its range: " in three
