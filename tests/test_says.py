"""What the model is said to say, held to what it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import corridors as co
from corridors.display import number

PAGE = Path(__file__).parent.parent / "docs" / "says.md"
CLAIM = re.compile(
    r"^- .*\*\*(?P<number>[\d,.]+) t\*\* \((?P<low>[\d,.]+) to (?P<high>[\d,.]+)\).*"
    r"`(?P<command>corridors run [^`]+)`$",
    re.MULTILINE,
)
CLAIMS = [m.groupdict() for m in CLAIM.finditer(PAGE.read_text(encoding="utf-8"))]

CHEAP = {"kz-ru-border-2025": "newly_unserved", "hormuz-shut-2026": "newly_unserved"}
"""Scenarios asked again, and what is said of them."""


def value(text):
    return float(text.replace(",", ""))


def test_every_sentence_has_its_number_its_range_and_its_command():
    sentences = [
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if "`corridors" in line
    ]
    assert len(CLAIMS) == sum(line.startswith("- ") and "**" in line for line in sentences) >= 15
    for claim in CLAIMS:
        assert value(claim["low"]) <= value(claim["high"])
        words = shlex.split(claim["command"])
        assert words[-2] == "--uncertainty"
        name = words[2]
        assert " " in name or name in co.shipped_scenarios()


@pytest.mark.parametrize("name", CHEAP)
def test_a_number_of_the_page_is_what_the_command_says(net, name):
    [claim] = [c for c in CLAIMS if shlex.split(c["command"])[2] == name]
    change = co.run(net, name, model="optimal").change
    assert claim["number"] == number(change[f"{CHEAP[name]}_t_per_day"])
