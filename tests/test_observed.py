"""What observations are held against: measures worked out by hand, words, and reasons."""

from __future__ import annotations

import pandas as pd
import pytest
import simulate_toys
import toys

from corridors.analysis.validation import daily_measures, route_measures, steady_measures
from corridors.analysis.validation.catalogue import MODELLED, NOT_MODELLED
from corridors.analysis.validation.runs import Evidence
from corridors.analysis.validation.validate import FUNCTIONS, UNKNOWN
from corridors.analysis.validation.wording import in_words, names_of
from corridors.cli.validate import _summary

DAY = "2025-01-01"


@pytest.fixture(scope="module")
def coast() -> Evidence:
    """Two ways from a port to a town, and boxes as well as bulk.

    ::

        p ==sea 100 km== q ==rail 100 km, 4 h at the border== r
        p ==sea 250 km================ s ==rail 100 km======= r

    At 50 km/h and a dollar a kilometre: 2 h + 10 h in q + 2 h + 4 h by q, and
    5 h + 1 h in s + 2 h by s. Going aboard at p takes 24 h.
    """
    sea = {"mode": "sea"}
    net = toys.network(
        {"p": "XA", "q": "XA", "r": "XB", "s": "XA"},
        [
            {"from_node": "p", "to_node": "q", **sea},
            {"from_node": "p", "to_node": "s", "length_km": 250, **sea},
            {"from_node": "q", "to_node": "r", "mode": "rail", "dwell_hours": 4},
            {"from_node": "s", "to_node": "r", "mode": "rail"},
            {"from_node": "p", "to_node": "r", "mode": "road", "length_km": 1000},
        ],
        [
            {"origin": "p", "destination": "q", "cargo": "container", "per_day": 6},
            {"origin": "q", "destination": "r", "cargo": "container", "per_day": 8},
            {"origin": "r", "destination": "q", "cargo": "bulk", "per_day": 50},
        ],
        cargo={
            "container": {"unit": "TEU", "t_per_unit": 10},
            "bulk": {"unit": "t", "t_per_unit": 1},
        },
        transfers=[
            {"transfer_id": "p-out", "node_id": "p", "from_mode": "road", "to_mode": "sea",
             "direction": "forward", "hours": 24},
            {"transfer_id": "p-in", "node_id": "p", "from_mode": "sea", "to_mode": "road",
             "direction": "forward", "hours": 5},
            {"transfer_id": "q-both", "node_id": "q", "from_mode": "sea", "to_mode": "rail",
             "to_gauge_mm": 1520, "direction": "both", "hours": 10},
            {"transfer_id": "s-both", "node_id": "s", "from_mode": "sea", "to_mode": "rail",
             "to_gauge_mm": 1520, "direction": "both", "hours": 1},
        ],
        loads=[
            {"mode": "rail", "cargo": "container", "vehicle": "train", "units_per_vehicle": 4},
            {"mode": "rail", "cargo": "bulk", "vehicle": "train", "units_per_vehicle": 100},
        ],
        capacities=[
            {"capacity_id": "line", "name": "Line", "unit": "t", "amount": 1000, "background": 70}
        ],
        capacity_members=[{"capacity_id": "line", "link_id": "q-r-rail"}],
    )  # fmt: skip
    return Evidence(net)


ROW = {"date": DAY}


def test_volumes_are_counted_in_tonnes_boxes_and_trains(coast):
    where = {"link": "q-r-rail"}
    assert steady_measures.volume(coast, ROW, where=where, days=1) == pytest.approx(80 + 50)
    assert steady_measures.volume(coast, ROW, where=where, unit="TEU", days=10) == pytest.approx(80)
    trains = steady_measures.volume(coast, ROW, where=where, unit="train", days=1)
    assert trains == pytest.approx(8 / 4 + 50 / 100)
    only = steady_measures.volume(
        coast, ROW, where=where, unit="train", cargo=("container",), days=1
    )
    assert only == pytest.approx(2)
    forward = {**where, "direction": "XA>XB"}
    assert steady_measures.volume(coast, ROW, where=forward, days=1) == pytest.approx(80)
    assert steady_measures.passed(coast, ROW, capacity=("line",)) == pytest.approx(130 + 70)


def test_what_passes_a_port_is_counted_once(coast):
    """A link and the change to it both touch the port; the link alone counts."""
    port = {"node": "q", "mode": "sea"}
    assert steady_measures.volume(coast, ROW, where=port, days=1) == pytest.approx(60)


def test_what_demands_send_over_a_border(coast):
    ask = steady_measures.carried
    boxes = {"demand": ("q-r", "p-q"), "unit": "TEU", "days": 1}
    assert ask(coast, ROW, **boxes) == pytest.approx(14)
    assert ask(coast, ROW, through="XA-XB", **boxes) == pytest.approx(8)
    assert ask(coast, ROW, through="s-r-rail", **boxes) == 0
    assert ask(coast, ROW, demand=("nobody",)) is None


def test_mean_cost_is_weighted_by_what_goes(coast):
    """6 boxes of 100 dollars and 8 of 100; two of each are a forty-foot box."""
    found = steady_measures.mean_cost(coast, ROW, demand=("p-q", "q-r"), units=2.0)
    assert found == pytest.approx(200)


def test_time_and_cost_of_ways_through_places(coast):
    by_q, by_s = ("p", "q", "r"), ("p", "s", "r")
    here = {"as_of": DAY, "modes": ("rail", "sea")}
    time = route_measures.route_time
    assert time(coast, ROW, places=by_q, per="hour", **here) == pytest.approx(18)
    assert time(coast, ROW, places=by_s, per="hour", **here) == pytest.approx(8)
    assert time(coast, ROW, places=by_q, **here) == pytest.approx(18 / 24)
    longer = route_measures.days_longer(coast, ROW, places=by_q, other=by_s, **here)
    assert longer == pytest.approx(10 / 24)
    cost = route_measures.route_cost
    assert cost(coast, ROW, places=by_q, units=2.0, **here) == pytest.approx(400)
    ratio = route_measures.cost_ratio(coast, ROW, places=by_s, other=by_q, **here)
    assert ratio == pytest.approx(1.75)
    assert time(coast, ROW, places=("r", "p"), as_of=DAY, modes=("pipeline",)) is None


def test_time_in_port_counts_at_ends_on_a_ship_where_asked(coast):
    """Aboard at p takes 24 h, ashore 5 h; the change at q is part of the way."""
    here = {"as_of": DAY, "modes": ("rail", "sea"), "per": "hour", "quays": True}
    time = route_measures.route_time
    assert time(coast, ROW, places=("p", "q", "r"), **here) == pytest.approx(18 + 24)
    assert time(coast, ROW, places=("r", "q", "p"), **here) == pytest.approx(18 + 5)
    assert time(coast, ROW, places=("p", "q"), **here) == pytest.approx(24 + 2 + 10)


def test_stop_at_a_border(coast):
    assert route_measures.border_stop(coast, ROW, link="q-r-rail") == 4
    assert route_measures.border_stop(coast, ROW, link="q-r-rail", per="day") == pytest.approx(
        4 / 24
    )
    assert route_measures.border_stop(coast, ROW, link="nowhere") is None


@pytest.fixture
def slow_road(tmp_path):
    """10 come a day where 8 pass from 11 January on, and the way takes a day.

    ::

        a ==24 h, 8 a day instead of 16==> b

    After n days 2 n wait, and who comes then waits 2 n / 8 days.
    """
    path = tmp_path / "slow.yaml"
    path.write_text(
        "name: slow\ntitle: Slow\nevents:\n"
        "  - limit: {capacity: c}\n    to: 8 t/day\n    from: 2025-01-11\n    until: 2025-01-21\n",
        encoding="utf-8",
    )
    kinds = {"container": {"unit": "t", "t_per_unit": 1, "patience_days": 100}}
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [simulate_toys.link("a", "b", 24)],
        [{"origin": "a", "destination": "b", "per_day": 10, "cargo": "container"}],
        cargo=kinds,
        capacities=[{"capacity_id": "c", "name": "C", "unit": "t", "amount": 16}],
        capacity_members=[{"capacity_id": "c", "link_id": "a-b-road", "direction": "forward"}],
    )
    return Evidence(net, {str(path): ("2025-01-11", 30)}), str(path)


def test_a_journey_in_a_run_has_the_waits_on_its_way(slow_road):
    evidence, name = slow_road
    asked = {"scenario": name, "demand": ("a-b-container",)}
    after_four = daily_measures.journey_on(evidence, ROW, first="2025-01-14", **asked)
    assert after_four == pytest.approx(1 + 2 * 4 / 8)
    mean = daily_measures.journey_on(evidence, ROW, first="2025-01-13", days=3, **asked)
    assert mean == pytest.approx(1 + 2 * 4 / 8)
    assert daily_measures.journey_on(
        evidence, ROW, scenario=name, demand=("other",), first="2025-01-14"
    ) is None  # fmt: skip


def test_what_is_carried_in_a_period_with_a_run_where_nobody_gives_up(slow_road):
    evidence, name = slow_road
    found = daily_measures.carried_with_loss(
        evidence, ROW, scenario=name, demand=("a-b",), days=184
    )
    assert found == pytest.approx(1840)


def test_questions_are_told_in_words(net):
    names = names_of(net.whole)

    def told(name, row=ROW):
        asked = MODELLED[name]
        return in_words(names, FUNCTIONS[asked.function], asked.what, row)

    assert told("dostyk-mt-2025") == (
        "tonnes over Alashankou–Dostyk by rail in a year, steady state of 2025-01-01"
    )
    assert told("trains-brest-terespol-2025") == (
        "what passes Brest–Terespol, both gauges (BY to PL) in a day, steady state of 2025-09-01"
    )
    assert told("kzru-queue-mashtakovo", {"date": "2025-10-02"}) == (
        "queue at Syrym–Mashtakovo (KZ to RU) on 2025-10-02, run of kz-ru-border-2025"
    )
    for name in MODELLED:
        words = told(name)
        assert not set(words) & set("{}=_")
        assert "  " not in words


def test_every_observation_is_asked_for_or_has_a_reason_of_its_own(net):
    table = net.whole.tables["observations"]
    ids, quantities = set(table["observation_id"]), set(table["quantity"])
    assert not set(MODELLED) & set(NOT_MODELLED)
    assert set(NOT_MODELLED) <= ids | quantities
    left = table[~table["observation_id"].isin(list(MODELLED))]
    without = [
        row["observation_id"]
        for row in left.to_dict("records")
        if row["observation_id"] not in NOT_MODELLED and row["quantity"] not in NOT_MODELLED
    ]
    assert not without
    reasons = [*NOT_MODELLED.values(), UNKNOWN]
    assert not [r for r in reasons if "not mapped" in r]
    assert all(len(r) > 10 for r in reasons)


def test_the_summary_counts_by_role():
    known = pd.DataFrame(
        {
            "role": ["calibrate", "validate", "validate", "validate"],
            "within": [True, True, False, False],
        }
    )
    said = _summary(known, 7)
    assert said.startswith("2 of 4 modelled observations are within their range:")
    assert "1 of 1 marked calibrate, 1 of 3 marked validate." in said
    assert "7 are not modelled" in said
