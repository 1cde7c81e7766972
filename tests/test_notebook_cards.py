"""What objects show of themselves in a notebook: words and units, and every text as text."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest
import toys
from hostile import HOSTILE
from simulate_toys import DAY0, close, link, one_road, scenario

import corridors as co
from corridors.analysis.cross_validation import CrossValidation
from corridors.analysis.validation.calibrate import Calibration
from corridors.flow import solve

KEY = re.compile(r"\b[a-z]+_[a-z_]+\b")


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    net = one_road(16)
    plan = replace(scenario(close("a-b-road")), as_of=dt.date.fromisoformat(DAY0))
    later = replace(scenario(close("a-b-road", "2025-01-13")), name="later", as_of=plan.as_of)
    base = co.assign(net, as_of=DAY0)
    hit = co.assign(net, plan, as_of=DAY0)
    drawn = co.simulate(net, plan, 6, start=DAY0, replications=2, seed=1)
    return {
        "network": net,
        "scenario": plan,
        "assignment": base,
        "comparison": co.compare(base, hit),
        "simulation": co.simulate(net, plan, 12, start=DAY0),
        "certificate": base.certificate,
        "headroom": co.headroom(net, as_of=DAY0),
        "cut": co.min_cut(net, "a", "b", "bulk", as_of=DAY0),
        "route": co.best_route(net, ["a", "b"], "bulk", DAY0),
        "curve": co.curve(net, plan, duration=[1, 5], as_of=DAY0),
        "comparisons": co.compare_many(base, [plan, named(plan, "other")]),
        "interaction": co.interaction(net, plan, later),
        "uncertainty": co.uncertainty(net, plan, 3, as_of=DAY0),
        "pack": co.pack(net, [plan]),
        "family": co.family(plan, duration=[1, 5]),
        "event": plan.events[0],
        "replications": drawn.replications,
        "bound": co.simulate(net, plan, 6, start=DAY0, model="optimal").bound,
        "problem": base.state.problem,
        "answer": solve(base.state.problem),
        "calibration": CALIBRATION,
        "cross_validation": CROSS,
        "kept": kept(co.compare(base, hit), tmp_path_factory.mktemp("kept") / "own"),
    }


CALIBRATION = Calibration(
    pd.DataFrame({"column": ["patience_days"], "cargo": ["truck"], "fitted": [11.123456789]}),
    pd.DataFrame({"observation_id": ["trucks"], "observed": [7500.0], "fitted": [6912.3456789]}),
    2.3456789,
    1.2345678,
    9,
)
CROSS = CrossValidation(
    81.23456789, 0.123456789, {}, {}, 0.123456789,
    [{"observation_id": "a", "observed": 1.0, "predicted": 1.23456789, "identity": False}],
)  # fmt: skip


def named(plan, name):
    return replace(plan, name=name)


def kept(comparison, folder):
    comparison.save(folder)
    return co.load_result(folder)


KINDS = ("network", "scenario", "assignment", "comparison", "simulation", "certificate",
         "headroom", "cut", "route", "curve", "comparisons", "interaction", "uncertainty", "pack",
         "family", "event", "replications", "bound", "problem", "answer", "calibration",
         "cross_validation", "kept")  # fmt: skip


def heads_of(page):
    return [re.sub("<[^>]+>", "", text) for text in re.findall(r"<th[^>]*>.*?</th>", page)]


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_words_and_no_raw_keys(shown, kind):
    page = shown[kind]._repr_html_()
    assert page.startswith("<p><b>")
    heads = heads_of(page)
    assert heads
    tables = set(shown["network"].tables) if kind == "network" else set()
    assert not [head for head in heads if KEY.search(head) and head not in tables]


def test_figures_have_their_units(shown):
    assert "served, t a day" in heads_of(shown["assignment"]._repr_html_())
    assert "waiting, t-hours" in heads_of(shown["simulation"]._repr_html_())
    page = shown["certificate"]._repr_html_()
    assert ">0</td>" in page


@pytest.mark.parametrize("kind", KINDS)
def test_figures_have_few_digits(shown, kind):
    """No table of a card shows what a computer keeps: 7421.666667, 0.000000, NaN."""
    page = shown[kind]._repr_html_()
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", page)
    assert not [cell for cell in cells if re.fullmatch(r"-?\d+\.\d{5,}|NaN|nan|None", cell)]


def test_a_headroom_shows_what_stops_it(shown):
    page = shown["headroom"]._repr_html_()
    assert "1.6" in page
    assert "<td>C</td>" in page


def test_a_network_shows_its_map(shown):
    page = shown["network"]._repr_html_()
    assert page.count("<circle") == 2
    assert 'aria-label="Map of the network"' in page


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, [name for name, _ in attrs]))


def tags_of(page):
    found = Tags()
    found.feed(page)
    return found.seen


def test_hostile_names_are_text():
    for name in HOSTILE:
        plan = co.Scenario(name="x", title=name, description=name, sources=(name,))
        plain = co.Scenario(name="x", title="x", description="x", sources=("x",))
        assert tags_of(plan._repr_html_()) == tags_of(plain._repr_html_())
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b")],
        [{"origin": "a", "destination": "b", "per_day": 10}],
        capacities=[{"capacity_id": "c", "name": "<b onclick=x>$1</b>", "unit": "t", "amount": 16}],
        capacity_members=[{"capacity_id": "c", "link_id": "a-b-road"}],
    )
    page = co.headroom(net, as_of=DAY0)._repr_html_()
    assert "onclick" not in [name for _, names in tags_of(page) for name in names]


def test_what_draws_and_parts_come_to_is_shown_in_words(shown):
    page = shown["uncertainty"]._repr_html_()
    assert "rerouted, t a day" in page
    assert "high 95" in heads_of(page)
    page = shown["interaction"]._repr_html_()
    assert "No longer carried, a day:" in page
    assert "shortfall, t a day" in page
    assert "newly unserved, t a day" in shown["comparisons"]._repr_html_()


def test_what_nothing_limits_is_unlimited_however_often_it_is_drawn():
    net = toys.network({"a": "AA", "b": "BB"}, [{"from_node": "a", "to_node": "b"}], [])
    found = co.cut_range(net, "a", "b", "bulk", n=2, as_of=DAY0)
    assert repr(found) == "CutRange(bulk: unlimited)"


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_what_it_is_in_one_line(shown, kind):
    said = repr(shown[kind])
    assert re.match(r"[A-Z]\w+\(", said)
    assert "\n" not in said
    assert len(said) <= 160


def test_an_event_says_what_it_changes_and_when(shown):
    assert repr(shown["event"]) == "Event(close {link: a-b-road} from 2025-01-11 until 2025-01-21)"
    slow = co.Scenario("x").delay("6 h", link="a", cargo=["box"]).events[0]
    assert repr(slow) == "Event(delay {link: a} by 6 h of box from always until always)"
    assert "<th style='text-align:left'>by</th><td>6 h</td>" in slow._repr_html_()


def test_every_public_result_shows_itself():
    """Whatever a notebook may end a cell with, errors aside."""
    for name in dir(co):
        made = getattr(co, name)
        if isinstance(made, type) and not issubclass(made, Exception):
            assert hasattr(made, "_repr_html_") or hasattr(made, "_repr_mimebundle_"), name
