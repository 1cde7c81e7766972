"""Numbers in tables and sentences: of many units, without a value, rounded to nothing, of years."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from command import corridors

import corridors as co
from corridors.analysis import monte_carlo
from corridors.cli.common import print_table
from corridors.display import number


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return co.new_network(tmp_path_factory.mktemp("printing") / "toy")


def test_whole_trains_are_not_nothing_below_tonnes(toy, monkeypatch):
    rows = [("peak: gate", 3.0), ("waterfall: wanted", 98_765_432.0)]
    drawn = pd.DataFrame([(n, *row) for n in range(2) for row in rows],
                         columns=["draw", "quantity", "value"])  # fmt: skip
    told = [("peak", "gate", "The gate", "train"), ("waterfall", "wanted", "wanted", "t")]
    drawn.attrs["quantities"] = {
        f"{kind}: {key}": {"kind": kind, "id": key, "name": name, "unit": unit, "t_per_unit": 1.0}
        for kind, key, name, unit in told
    }
    monkeypatch.setattr(monte_carlo, "simulated_draws", lambda *_, **__: drawn)
    said = corridors("draws", toy / "border-closed.yaml", "--draws", 2, "--network", toy)
    [row] = [line.split() for line in said.stdout.splitlines() if "The gate" in line]
    assert row == ["gate", "The", "gate", "train", "3.0", "3.0", "3.0"]


def test_draws_say_what_becomes_of_cargo_and_name_the_queues(toy):
    said = corridors("draws", toy / "border-closed.yaml", "--draws", 2, "--network", toy).stdout
    words = " ".join(said.split())
    assert re.search(r"In nine draws of ten [\d,.]+ t to [\d,.]+ t come late", words)
    assert "peak:" not in said
    assert "waterfall" not in said
    assert "What becomes of the cargo, t: 5 %, median and 95 % of 2 draws of 90 days" in words
    assert "Trains over" in said
    one = corridors("draws", toy / "border-closed.yaml", "--draws", 1, "--network", toy).stdout
    assert re.search(r"In the one draw [\d,.]+ t come late", " ".join(one.split()))


def test_what_is_listed_is_shown_as_it_stands_whatever_the_units(toy):
    """The rows of most tables have a unit each, named in a column or not."""
    said = corridors("list", "sources", "--network", toy)
    assert said.returncode == 0
    frame = pd.DataFrame({"what": ["oil", "share"], "value": [1e9, 0.5]})
    from corridors.analysis.asking import finding

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finding, "listing", lambda *_: frame)
        said = corridors("list", "observations", "--network", toy)
    assert "0.5" in said.stdout


@pytest.mark.parametrize("spec", [None, ",.0f", ".2f"])
def test_nothing_has_no_minus_and_what_is_not_known_is_blank(capsys, spec):
    frame = pd.DataFrame({"what": ["a", "b", "c"], "value": [-1e-12, float("nan"), 5.0]})
    print_table(frame, "Values", {"value": spec} if spec else None, own_units=spec is not None)
    said = capsys.readouterr().out
    assert "-0" not in said
    assert "nan" not in said
    assert number(-0.0) == "0"


def test_a_table_says_nothing_of_a_gauge_where_there_is_none(toy):
    assert "nan" not in corridors("list", "links", "--network", toy).stdout
    assert "nan" not in corridors("sweep", "--network", toy, "--as-of", "2026-03-01").stdout


def test_years_are_no_thousands(toy):
    shown = corridors("show", "demand:dale-aster-grain", "--network", toy).stdout
    listed = corridors("list", "demands", "--network", toy).stdout
    assert "2025" in shown
    assert "2025" in listed
    assert "2,025" not in shown + listed
    # An amount a year is none.
    assert "365,000" in shown


def test_a_small_budget_is_not_nothing(toy):
    scenario = toy / "border-closed.yaml"
    said = corridors("expand", scenario, "--network", toy, "--budget", "1000,1bn")
    assert said.returncode == 0, said.stderr
    assert "0.001" in said.stdout
    assert "1,000" in said.stdout


def test_thousands_a_year_are_grouped_not_in_powers():
    from corridors.cli.asking.expansion import _by_1000

    assert _by_1000(3.9712) == "3,971"
    assert _by_1000(float("nan")) == ""
