"""What is possible, said beside what shippers do."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from analysis_toys import DAY, closing, two_ways
from typer.testing import CliRunner

import corridors as co
from corridors.assignment.views.told import best_sentence
from corridors.cli.app import app
from corridors.cli.common import _without_hairs, print_table


def test_the_best_of_a_choice_is_what_the_best_plan_says():
    net = two_ways(half=105)
    chosen = co.run(net, closing({"node": "b"}), as_of=DAY, model="logit")
    best = co.run(net, closing({"node": "b"}), as_of=DAY, model="optimal")
    assert chosen.at_best.change == best.change
    # By hand: all 10 t went by b, 6 find room by c, 4 stay.
    assert best.change["rerouted_t_per_day"] == pytest.approx(6)
    text = best_sentence(chosen.at_best.change)
    assert "6 t a day would go another way" in text
    assert "4 t would no longer be carried" in text


def test_the_best_plan_is_its_own_best_and_says_nothing_twice():
    best = co.run(two_ways(), closing({"node": "b"}), as_of=DAY, model="optimal")
    assert best.at_best is best
    best_plan = CliRunner().invoke(
        app, ["run", "close border:KG-KZ", "--as-of", "2025-09-12", "--model", "optimal"]
    )
    assert best_plan.exit_code == 0
    assert "At best" not in best_plan.stdout


def test_the_best_has_the_projects_that_the_choice_has(net):
    both = co.run(net, "poland-closure-2025", projects=["malaszewicze-plm"], model="logit")
    best = co.run(net, "poland-closure-2025", projects=["malaszewicze-plm"], model="optimal")
    assert both.at_best.change == best.change


def test_run_prints_the_best_beside_the_choice():
    said = CliRunner().invoke(app, ["run", "close border:KG-KZ", "--as-of", "2025-09-12"])
    assert said.exit_code == 0
    assert "At best, had one hand planned all that moves (optimal)," in said.stdout
    found = CliRunner().invoke(
        app, ["run", "close border:KG-KZ", "--as-of", "2025-09-12", "--json"]
    )
    told = json.loads(found.stdout)
    assert told["model"] == "logit"
    assert told["at_best"]["newly_unserved_t_per_day"] > 0


def test_rounding_beside_a_large_number_reads_as_nothing():
    assert _without_hairs(pd.Series([934_221.0, 1.45e-6, 0.5])) == [934_221.0, 0.0, 0.5]
    assert _without_hairs(pd.Series([2e-9, 1e-9])) == [2e-9, 1e-9]
    assert _without_hairs(pd.Series([float("inf"), 3.0])) == [float("inf"), 3.0]


def test_a_share_is_not_nothing_below_tonnes_where_each_row_has_a_unit_of_its_own(capsys):
    """A column of one unit loses what is a hair beside its largest; of many units, nothing."""
    rows = pd.DataFrame({"what": ["oil", "share"], "unit": ["t", "share"], "seen": [78.7e6, 0.934]})
    print_table(rows, "Seen")
    assert "0.934" in capsys.readouterr().out
    print_table(rows.drop(columns="unit"), "Seen", own_units=True)
    assert "0.934" in capsys.readouterr().out
    print_table(rows.drop(columns="unit"), "Seen")
    assert "0.934" not in capsys.readouterr().out
