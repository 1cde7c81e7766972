"""Curves of durations: from which day events without their own last, and in which units."""

from __future__ import annotations

import json
import re

import pytest
from command import corridors

import corridors as co

DAY = "2026-03-02"
SHUT = "close border:XA-XB mode:rail"


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return co.new_network(tmp_path_factory.mktemp("curve") / "toy")


def test_an_event_without_a_day_lasts_from_the_day_that_is_asked_for(toy):
    net = co.load(toy)
    dated = co.curve(net, f"{SHUT} from {DAY}", duration=[2, 5], days=8)
    asked = co.curve(net, SHUT, duration=[2, 5], days=8, as_of=DAY)
    resolved = co.curve(net.at(DAY), SHUT, duration=[2, 5], days=8)
    said = corridors("curve", SHUT, "--duration", "2,5", "--days", 8, "--as-of", DAY,
                     "--network", toy, "--json")  # fmt: skip
    assert asked.table.equals(dated.table)
    assert resolved.table.equals(dated.table)
    assert json.loads(said.stdout)["rows"] == dated.to_dict()["rows"]


def test_the_day_asked_for_counts_before_the_scenarios_own(toy):
    net = co.load(toy)
    events = [{"close": {"border": ["XA", "XB"], "mode": "rail"}}]
    plan = co.scenario({"name": "shut", "title": "Shut", "as_of": "2026-03-09", "events": events})
    later = co.curve(net, plan, duration=[2], days=4, as_of=DAY)
    assert later.family[0].events[0].first_day.isoformat() == DAY
    own = co.curve(net, plan, duration=[2], days=4)
    assert own.family[0].events[0].first_day.isoformat() == "2026-03-09"


def test_an_event_keeps_its_own_day_whatever_is_asked_for(toy):
    found = co.curve(co.load(toy), f"{SHUT} from 2026-03-09", duration=[2], days=4, as_of=DAY)
    assert found.family[0].events[0].first_day.isoformat() == "2026-03-09"


def test_every_column_of_a_curve_has_its_unit(toy, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    said = corridors("curve", SHUT, "--duration", "2", "--days", 4, "--as-of", DAY,
                     "--network", toy).stdout  # fmt: skip
    heads = [
        line.strip() for line in said.splitlines() if line.strip().startswith(("days", "cargo"))
    ]
    assert len(heads) == 2
    for name in (n for head in heads for n in re.split(r" {2,}", head)):
        assert name in {"days", "cargo"} or re.search(r", (t|t/day|USD|t-hours|days)$", name), name


@pytest.mark.parametrize(
    ("asked", "values", "said"),
    [
        ("close border:XA-XB", {"duration": [7]}, r"if it lasted, .* up to ([\d,]+) t go another"),
        ("close node:aster", {"duration": [7]}, r"all that it stops waits or is lost"),
        ("close link:dale-gorse-road", {"duration": [7]}, r"it stops none"),
        ("limit border:XA-XB to 1", {"to": [0, 0.9]}, r"what does not pass is lost"),
        ("delay border:XA-XB by 1 h", {"by": ["1 h", "2 h"]}, r"and none is lost"),
    ],
)
def test_where_nobody_goes_round_for_good_the_sentence_is_that_of_the_table(
    toy, asked, values, said
):
    """By days cargo turns to other ways behind a queue, too, where all are shut while it lasts."""
    found = co.curve(co.load(toy), asked, as_of=DAY, **values)
    assert not len(found.break_even)
    [sentence] = found.sentences()
    told = re.search(said, sentence)
    assert told, sentence
    if told.groups():
        most = found.by_cargo.groupby("duration")["other_way"].sum().max()
        assert int(told[1].replace(",", "")) == pytest.approx(most, abs=0.5)
        assert "No cargo goes round" not in sentence
