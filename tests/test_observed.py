"""What observations are held against: measures worked out by hand, words, and reasons."""

from __future__ import annotations

import json

import pandas as pd
import pytest
import simulate_toys
import toys

import corridors as co
from corridors.analysis.validation import daily_measures, route_measures, steady_measures
from corridors.analysis.validation.catalogue import (
    MEASURES,
    faults_of,
    missing_in,
    question_of,
    unit_fault,
    windows,
)
from corridors.analysis.validation.parameters import KINDS
from corridors.analysis.validation.runs import ModelRuns
from corridors.analysis.validation.validate import _judged, meets
from corridors.analysis.validation.wording import in_words, names_of, parameters_of
from corridors.cli.validate import _summary

DAY = "2025-01-01"


@pytest.fixture(scope="module")
def coast() -> ModelRuns:
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
            {
                "transfer_id": "p-out",
                "node_id": "p",
                "from_mode": "road",
                "to_mode": "sea",
                "direction": "forward",
                "hours": 24,
            },
            {
                "transfer_id": "p-in",
                "node_id": "p",
                "from_mode": "sea",
                "to_mode": "road",
                "direction": "forward",
                "hours": 5,
            },
            {
                "transfer_id": "q-both",
                "node_id": "q",
                "from_mode": "sea",
                "to_mode": "rail",
                "to_gauge_mm": 1520,
                "direction": "both",
                "hours": 10,
            },
            {
                "transfer_id": "s-both",
                "node_id": "s",
                "from_mode": "sea",
                "to_mode": "rail",
                "to_gauge_mm": 1520,
                "direction": "both",
                "hours": 1,
            },
        ],
        loads=[
            {"mode": "rail", "cargo": "container", "vehicle": "train", "units_per_vehicle": 4},
            {"mode": "rail", "cargo": "bulk", "vehicle": "train", "units_per_vehicle": 100},
        ],
        capacities=[
            {"capacity_id": "line", "name": "Line", "unit": "t", "amount": 1000, "background": 70}
        ],
        capacity_members=[{"capacity_id": "line", "link_id": "q-r-rail"}],
    )
    return ModelRuns(net)


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
    here = {"as_of": DAY, "modes": ("rail", "sea"), "cargo": "container"}
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
    assert time(coast, ROW, places=by_q, modes=here["modes"], cargo="container") == 18 / 24
    none = {"cargo": "container", "modes": ("pipeline",)}
    assert time(coast, ROW, places=("r", "p"), as_of=DAY, **none) is None


def test_time_in_port_counts_at_ends_on_a_ship_where_asked(coast):
    """Aboard at p takes 24 h, ashore 5 h; the change at q is part of the way."""
    here = {"as_of": DAY, "modes": ("rail", "sea"), "per": "hour", "quays": True,
            "cargo": "container"}  # fmt: skip
    time = route_measures.route_time
    assert time(coast, ROW, places=("p", "q", "r"), **here) == pytest.approx(18 + 24)
    assert time(coast, ROW, places=("r", "q", "p"), **here) == pytest.approx(18 + 5)
    assert time(coast, ROW, places=("p", "q"), **here) == pytest.approx(24 + 2 + 10)


def test_days_and_costs_as_far_as_a_place_on_the_way(coast):
    """Boxes from q to r: none passes s; days begin at the origin unless a place is named."""
    days = steady_measures.leg_days
    assert days(coast, ROW, demand=("q-r-container",), to_node="r") == pytest.approx((2 + 4) / 24)
    assert days(coast, ROW, demand=("q-r-container",), to_node="s") is None
    cost = steady_measures.mean_cost
    assert cost(coast, ROW, demand=("q-r",), as_far_as="r") == pytest.approx(100)
    assert cost(coast, ROW, demand=("q-r",), as_far_as="s") is None


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

    After n days 2 n wait, and who comes then waits 2 n / 8 days: of the n-th day the first
    2 (n - 1) / 8, the last 2 n / 8. From 21 January on sixteen a day pass.
    """
    path = tmp_path / "slow.yaml"
    path.write_text(
        "name: slow\ntitle: Slow\nevents:\n"
        "  - limit: {capacity: c}\n    to: 8 t/day\n    from: 2025-01-11\n    until: 2025-01-21\n",
        encoding="utf-8",
    )
    kinds = {"container": {"unit": "TEU", "t_per_unit": 1, "patience_days": 100}}
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [simulate_toys.link("a", "b", 24)],
        [{"origin": "a", "destination": "b", "per_day": 10, "cargo": "container"}],
        cargo=kinds,
        capacities=[{"capacity_id": "c", "name": "C", "unit": "t", "amount": 16}],
        capacity_members=[{"capacity_id": "c", "link_id": "a-b-road", "direction": "forward"}],
    )
    return ModelRuns(net, {str(path): ("2025-01-11", 30)}), str(path)


def test_a_journey_in_a_run_has_the_waits_on_its_way(slow_road):
    runs, name = slow_road
    asked = {"scenario": name, "demand": ("a-b-container",)}
    after_four = daily_measures.journey_on(runs, ROW, first="2025-01-14", **asked)
    assert after_four == pytest.approx(1 + 2 * 3.5 / 8)
    mean = daily_measures.journey_on(runs, ROW, first="2025-01-13", days=3, **asked)
    assert mean == pytest.approx(1 + 2 * 3.5 / 8)
    assert daily_measures.journey_on(
        runs, ROW, scenario=name, demand=("other",), first="2025-01-14"
    ) is None  # fmt: skip


@pytest.fixture
def shut_road(tmp_path):
    """Seventy come a day where a hundred pass, and nothing from 2 to 5 June.

    ::

        a ==100 a day==> b

    Who comes y days after the gate has shut waits until 6 June and behind 70 y others:
    4 - y + 0.7 y days. The first waits longest.
    """
    path = tmp_path / "shut.yaml"
    path.write_text(
        "name: shut\ntitle: Shut\nevents:\n"
        "  - limit: {capacity: c}\n    to: 0\n    from: 2025-06-02\n    until: 2025-06-06\n",
        encoding="utf-8",
    )
    capacity = {"capacity_id": "c", "name": "C", "unit": "t", "amount": 100}
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [simulate_toys.link("a", "b")],
        [
            {"origin": "a", "destination": "b", "per_day": 70},
            {"origin": "b", "destination": "a", "per_day": 30},
        ],
        cargo={"bulk": {}},
        capacities=[capacity, capacity | {"capacity_id": "back"}],
        capacity_members=[
            {"capacity_id": "c", "link_id": "a-b-road", "direction": "forward"},
            {"capacity_id": "back", "link_id": "a-b-road", "direction": "backward"},
        ],
    )
    return net, str(path)


def test_waits_of_a_day_are_those_of_all_who_come_on_it(shut_road):
    net, name = shut_road
    runs = ModelRuns(net, {name: ("2025-06-02", 30)})
    asked = {"scenario": name, "capacity": ("c",)}
    for day, y in (("2025-06-02", 0), ("2025-06-03", 1), ("2025-06-05", 3)):
        row = {"date": day}
        assert daily_measures.wait_on(runs, row, **asked) == pytest.approx(4 - 0.3 * y)
        mean = 4 - 0.3 * (y + 0.5)
        assert daily_measures.mean_wait_on(runs, row, **asked) == pytest.approx(mean)
        both = asked | {"capacity": ("c", "back")}
        # Thirty a day come to the other, and none of them waits.
        assert daily_measures.mean_wait_on(runs, row, **both) == pytest.approx(0.7 * mean)
        assert daily_measures.wait_on(runs, row, **both) == pytest.approx(4 - 0.3 * y)
        journey = {"scenario": name, "demand": ("a-b-bulk",), "first": day}
        assert daily_measures.journey_on(runs, row, **journey) == pytest.approx(mean)
    assert daily_measures.journey_on(
        runs, ROW, scenario=name, demand=("a-b-bulk",), first="2025-06-02", days=4
    ) == pytest.approx(3.4)
    assert (
        daily_measures.wait_on(runs, {"date": "2025-06-02"}, scenario=name, capacity=("back",)) == 0
    )
    assert daily_measures.mean_wait_on(runs, {"date": "2025-06-01"}, **asked) is None
    since = {"scenario": name, "since": "2025-06-06"}
    assert daily_measures.days_to_clear(runs, ROW, capacity="back", **since) == 0
    assert daily_measures.days_to_clear(runs, ROW, capacity="c", **since) == 9


def test_a_run_that_ends_too_soon_does_not_say_how_long_they_wait(shut_road):
    net, name = shut_road
    runs = ModelRuns(net, {name: ("2025-06-02", 4)})
    row, asked = {"date": "2025-06-03"}, {"scenario": name, "capacity": ("c",)}
    assert daily_measures.wait_on(runs, row, **asked) is None
    assert daily_measures.mean_wait_on(runs, row, **asked) is None
    assert daily_measures.journey_on(
        runs, row, scenario=name, demand=("a-b-bulk",), first="2025-06-03"
    ) is None  # fmt: skip
    since = {"scenario": name, "since": "2025-06-06"}
    assert daily_measures.days_to_clear(runs, row, capacity="c", **since) is None
    period = {"among": ("c",), "first": "2025-06-02", "last": "2025-06-04"}
    assert daily_measures.added_days(runs, row, scenario=name, **period) is None
    row |= {"quantity": "wait-days", "unit": "days"}
    asks = f"{{scenario: {name}, capacity: c}}"
    seen = GOOD | row | {"measure": "mean_wait_on", "asks": asks, "scenario": name}
    judged = _judged(runs, seen, question_of(seen), {})
    assert judged["within"] is None
    assert judged["how"].endswith(": the run does not say")
    gone = GOOD | row | {"measure": "volume", "asks": "{where: {link: nowhere}}"}
    assert _judged(runs, gone, question_of(gone), {})["how"].endswith(
        ": the network does not hold what is asked for"
    )


def test_what_is_carried_in_a_period_with_a_run_where_nobody_gives_up(slow_road):
    runs, name = slow_road
    found = daily_measures.carried_with_loss(runs, ROW, scenario=name, demand=("a-b",), days=184)
    assert found == pytest.approx(1840)


def test_boxes_are_what_is_counted_in_teu_whatever_it_is_called():
    """5 crates of 20 t and 3 cases of 8 t a day in TEU, and 7 t of gravel beside them.

    ::

        a ==road== b
    """
    unit = {"usd_per_unit": 1000}
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [{"from_node": "a", "to_node": "b"}],
        [
            {"origin": "a", "destination": "b", "cargo": "crate", "per_day": 5},
            {"origin": "a", "destination": "b", "cargo": "case", "per_day": 3},
            {"origin": "a", "destination": "b", "cargo": "gravel", "per_day": 7},
        ],
        cargo={
            "crate": {"unit": "TEU", "t_per_unit": 20, **unit},
            "case": {"unit": "TEU", "t_per_unit": 8, **unit},
            "gravel": {"unit": "t", "t_per_unit": 1, **unit},
        },
    )
    runs = ModelRuns(net)
    where = {"link": "a-b-road"}
    assert steady_measures.volume(runs, ROW, where=where, unit="TEU", days=1) == pytest.approx(8)
    assert steady_measures.volume(runs, ROW, where=where, days=1) == pytest.approx(131)
    carried = steady_measures.carried(runs, ROW, demand=("a-b",), unit="TEU", days=10)
    assert carried == pytest.approx(80)


def test_boxes_of_a_run_are_counted_each_by_its_own_weight(tmp_path):
    """The same 8 boxes a day, none of which gives up: 80 in ten days, and no gravel."""
    path = tmp_path / "nothing.yaml"
    path.write_text(
        "name: nothing\ntitle: Nothing much\nevents:\n"
        "  - delay: {link: a-b-road}\n    by: 1 h\n    from: 2025-01-11\n",
        encoding="utf-8",
    )
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [simulate_toys.link("a", "b", 24)],
        [
            {"origin": "a", "destination": "b", "cargo": "crate", "per_day": 5},
            {"origin": "a", "destination": "b", "cargo": "case", "per_day": 3},
            {"origin": "a", "destination": "b", "cargo": "gravel", "per_day": 7},
        ],
        cargo={
            "crate": {"unit": "TEU", "t_per_unit": 20},
            "case": {"unit": "TEU", "t_per_unit": 8},
            "gravel": {"unit": "t", "t_per_unit": 1},
        },
        capacities=[{"capacity_id": "c", "name": "C", "unit": "t", "amount": 900}],
        capacity_members=[{"capacity_id": "c", "link_id": "a-b-road"}],
    )
    found = daily_measures.carried_with_loss(
        ModelRuns(net, {str(path): ("2025-01-11", 5)}),
        ROW,
        scenario=str(path),
        demand=("a-b",),
        days=10.0,
    )
    assert found == pytest.approx(80)


def rows_of(net) -> dict[str, dict]:
    table = net.whole.tables["observations"]
    return {r["observation_id"]: r for r in table.to_dict("records")}


def test_questions_are_told_in_words(net):
    names, rows = names_of(net.whole), rows_of(net)

    def told(name, day=None):
        row = rows[name] | ({"date": day} if day else {})
        question = question_of(row)
        return in_words(names, question.function, question.parameters, row)

    assert told("dostyk-mt-2025", DAY) == (
        "tonnes over Alashankou–Dostyk by rail in a year, steady state of 2025-01-01"
    )
    assert told("trains-brest-terespol-2025") == (
        "what passes Brest–Terespol, both gauges (BY to PL) in a day, steady state of 2025-09-01"
    )
    assert told("kzru-queue-mashtakovo") == (
        "queue at Syrym–Mashtakovo (KZ to RU) on 2025-10-02, run of kz-ru-border-2025"
    )
    for name, row in rows.items():
        if row["measure"]:
            words = told(name)
            assert not set(words) & set("{}=_")
            assert "  " not in words


def test_every_measure_says_what_its_parameters_are():
    for measure in MEASURES.values():
        own = parameters_of(measure)
        assert {str(p.annotation) for p in own.values()} <= set(KINDS)
        words = {name: name for name in own} | {"state": "", "run": "", "date": "", "as_of": ""}
        assert measure.phrase.format_map(words)


def test_what_nothing_is_asked_of_is_no_fault(net):
    silent = {**GOOD, "measure": "", "asks": ""}
    assert faults_of(silent) == []
    # In the shipped network each row says what it asks, or why it asks nothing.
    assert all(bool(r["measure"]) != bool(r["not_modelled"]) for r in rows_of(net).values())


def test_reasons_are_reasons(net):
    reasons = {r["not_modelled"] for r in rows_of(net).values() if not r["measure"]}
    assert len(reasons) > 10
    assert all(len(r) > 10 for r in reasons)


GOOD = {
    "observation_id": "seen", "scenario": "", "value": 5.0, "low": 4.0, "high": 6.0,
    "date": "2025-01-01", "role": "validate", "measure": "volume",
    "asks": "{where: {link: a}}", "fits": "", "not_modelled": "",
}  # fmt: skip
QUEUE = {
    "measure": "queue_on", "asks": "{scenario: s, capacity: c}", "role": "calibrate",
    "fits": "{patience_days: [box]}",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "column", "message"),
    [
        ({"measure": ""}, "asks", "expected nothing where no measure is named"),
        ({"not_modelled": "a price"}, "measure", "both a measure and a reason"),
        ({"measure": "", "not_modelled": "a price"}, "asks", "expected nothing"),
        ({"measure": "volum"}, "measure", "did you mean volume?"),
        ({"asks": "{where: {link: a}, unt: TEU}"}, "asks", "no parameter 'unt'; did you mean unit"),
        ({"asks": "{unit: TEU}"}, "asks", "needs the parameter 'where'"),
        ({"asks": "[a]"}, "asks", "expected the measure's parameters as a mapping"),
        ({"asks": "{where: {link: a}"}, "asks", "not YAML"),
        ({"asks": "{where: &x {link: a}, unit: *x}"}, "asks", "aliases"),
        ({"asks": "{where: {link: a}, where: {link: b}}"}, "asks", "twice"),
        ({"asks": "{where: a}"}, "asks", "where: saw 'a', expected a selector"),
        ({"asks": "{where: {link: a}, unit: box}"}, "asks", "expected one of t, train"),
        ({"asks": "{where: {link: a}, unit: [t]}"}, "asks", "expected one of t, train"),
        ({"asks": "{where: {link: a}, days: many}"}, "asks", "expected a number of days"),
        ({"asks": "{where: {link: a}, days: 0}"}, "asks", "expected a number of days"),
        ({"asks": "{where: {link: a}, days: true}"}, "asks", "expected a number of days"),
        ({"asks": "{where: {link: a}, as_of: 2025-02-30}"}, "asks", "expected a day"),
        ({"asks": "{where: {link: a}, cargo: [no]}"}, "asks", "saw [False], expected ids of cargo"),
        ({"asks": "{where: {link: a}, cargo: []}"}, "asks", "expected ids of cargo"),
        ({"date": ""}, "asks", "no day is given"),
        (QUEUE | {"role": "validate"}, "role", "expected calibrate"),
        (QUEUE | {"fits": "{patience: [box]}"}, "fits", "did you mean patience_days"),
        (QUEUE | {"fits": "{patience_days: 3}"}, "fits", "expected ids of cargo"),
        (QUEUE | {"fits": "patience_days"}, "fits", "as a mapping"),
        (QUEUE | {"low": float("nan")}, "low", "needs a low and a high"),
        ({"fits": "{patience_days: [box]}", "role": "calibrate"}, "measure", "no run by days"),
    ],
)
def test_what_cannot_be_meant_is_named(change, column, message):
    assert faults_of(GOOD) == []
    assert faults_of(GOOD | QUEUE) == []
    found = faults_of(GOOD | change)
    assert [c for c, _ in found] == [column]
    assert message in found[0][1]


@pytest.mark.parametrize(
    ("change", "column", "message"),
    [
        ({"asks": "{where: {link: q-r-rial}}"}, "asks", "did you mean q-r-rail"),
        ({"asks": "{where: {link: q-r-rail}, cargo: bulck}"}, "asks", "did you mean bulk?"),
        ({"measure": "passed", "asks": "{capacity: 'line:forward'}"}, "asks", "no capacity 'line:"),
        ({"measure": "carried", "asks": "{demand: q-p-}"}, "asks", "begins with 'q-p-'"),
        ({"measure": "carried", "asks": "{demand: q-r, through: XA-XC}"}, "asks", "no border"),
        ({"measure": "mean_cost", "asks": "{demand: nobody}"}, "asks", "begins with 'nobody'"),
        (
            {"measure": "route_time", "asks": "{places: [p, z], cargo: bulk}"},
            "asks",
            "'z' is not in nodes.csv",
        ),
        (
            QUEUE | {"asks": "{scenario: no-such-thing, capacity: line}", "fits": ""},
            "asks",
            "no-such-thing",
        ),
        (
            QUEUE | {"asks": "{scenario: zangezur-open, capacity: line}"},
            "fits",
            "'box' is not in cargo.csv",
        ),
    ],
)
def test_what_is_not_there_is_named(coast, change, column, message):
    good = GOOD | {"asks": "{where: {link: q-r-rail}}"}
    assert list(missing_in(coast.net, good)) == []
    found = list(missing_in(coast.net, good | change))
    assert [c for c, _ in found] == [column]
    assert message in found[0][1]


def test_a_run_lasts_until_some_days_after_the_last_day_asked_for(slow_road):
    """The scenario begins on 11 January; the last day asked for is 30 April, 109 days on."""
    runs, name = slow_road

    def asked(text, date=DAY, measure="queue_on"):
        row = GOOD | {"measure": measure, "date": date, "asks": text.format(name)}
        return row, question_of(row)

    early = asked("{{scenario: {}, capacity: c}}", "2025-01-20")
    late = asked("{{scenario: {}, capacity: c, first: 2025-04-21, days: 10}}", "", "passed_in_all")
    steady = GOOD, question_of(GOOD)
    assert windows(runs.net, [early, steady]) == {name: ("2025-01-11", 90)}
    assert windows(runs.net, [early, late]) == {name: ("2025-01-11", 109 + 14)}
    assert windows(runs.net, [early], least=14) == {name: ("2025-01-11", 9 + 14)}
    for far in ("2525-01-20", "1525-01-20"):
        with pytest.raises(co.DataError, match=rf"seen: saw the day {far}.*begins"):
            windows(runs.net, [asked("{{scenario: {}, capacity: c}}", far)])


def test_a_run_begins_with_the_first_day_asked_for_where_that_is_before_its_scenario(slow_road):
    """The scenario begins on 11 January, and the run ends when it would have ended."""
    runs, name = slow_road

    def asked(measure, text, date=""):
        row = GOOD | {"measure": measure, "date": date, "asks": text.format(name)}
        return row, question_of(row)

    one = "{{scenario: {}, capacity: c, first: 2025-01-05, days: 3}}"
    for row in (
        asked("passed_in_all", one),
        asked("passed_on_days", one),
        asked("short_of_usual", "{{scenario: {}, capacity: [c], first: 2025-01-05, days: 3}}"),
        asked("added_days", "{{scenario: {}, among: [c], first: 2025-01-05, last: 2025-01-20}}"),
        asked("queue_on", "{{scenario: {}, capacity: [c]}}", "2025-01-05"),
        asked("wait_on", "{{scenario: {}, capacity: [c], date: 2025-01-05}}"),
    ):
        assert windows(runs.net, [row]) == {name: ("2025-01-05", 96)}
    # Of what a queue has grown by, the evening before the first day is asked for too.
    assert windows(runs.net, [asked("grew_on_days", one)]) == {name: ("2025-01-04", 97)}


def test_days_before_a_scenario_are_days_of_the_run(shut_road):
    """Seventy pass on each of three days, and none on the fourth, on which the road is shut."""
    net, name = shut_road
    given = {"scenario": name, "capacity": "c", "first": "2025-05-30", "days": 4}
    asks = json.dumps(given)
    rows = [
        GOOD | {"measure": measure, "date": "", "asks": asks}
        for measure in ("passed_in_all", "passed_on_days", "grew_on_days")
    ]
    runs = ModelRuns(net, windows(net, [(row, question_of(row)) for row in rows]))
    assert daily_measures.passed_in_all(runs, ROW, **given) == pytest.approx(210)
    assert daily_measures.passed_on_days(runs, ROW, **given) == pytest.approx(52.5)
    assert daily_measures.grew_on_days(runs, ROW, **given) == pytest.approx(70 / 4)


def test_a_sum_of_floats_meets_the_end_of_a_range_that_it_is():
    """What fills a capacity of 75 comes back a rounding below it, and 74.9 does not."""
    assert meets(74.99999999999993, 75, 77)
    assert meets(77.00000000000007, 75, 77)
    assert not meets(74.9, 75, 77)
    assert not meets(77.1, 75, 77)
    assert meets(-75.00000000000001, -75, -75)
    assert not meets(1e-12, 0, 0)


def test_validate_names_every_row_that_cannot_be_meant():
    rows = [
        {"observation_id": f"seen-{i}", "quantity": "q", "unit": "t", "value": 1,
         "role": "validate", "date": DAY, "measure": measure}
        for i, measure in enumerate(["volum", "pased"])
    ]  # fmt: skip
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [{"from_node": "a", "to_node": "b"}],
        [{"origin": "a", "destination": "b", "per_day": 5}],
        observations=rows,
    )
    with pytest.raises(co.DataError, match=r"(?s)row 2.*volume.*row 3.*passed"):
        co.validate(net)


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


UNITS = {
    "volume": ("{where: {link: a-b-road}}", "t/year t in 12 months", "TEU/year t/day days x"),
    "carried": ("{demand: a-b-bulk, days: 31}", "t/month t in 1 month", "trucks/month t/year"),
    "passed": ("{capacity: c}", "t/day t", "t/year trucks/day day"),
    "passed_in_all": ("{scenario: s, capacity: c, first: 2025-06-02, days: 3}", "t", "t/day TEU"),
    "queue_on": ("{scenario: s, capacity: c}", "t", "t/day trains"),
    "use_of": ("{capacity: c}", "share", "percent t"),
    "share_through": ("{demand: a-b-bulk, through: a-b-road}", "share", "percent ratio"),
    "transit_days": ("{demand: a-b-bulk}", "day days", "h hours share"),
    "border_stop": ("{link: a-b-road}", "h hour hours", "days"),
    "route_time": ("{places: [a, b], cargo: bulk}", "day days", "h"),
    "mean_cost": ("{demand: a-b-bulk}", "USD/t", "USD t EUR/t"),
}


@pytest.mark.parametrize("measure", UNITS)
def test_a_row_has_the_unit_that_its_measure_answers_in(shut_road, measure):
    net, name = shut_road
    asks, right, wrong = UNITS[measure]
    if "in 12 months" in right:
        right, known = "", ["t/year", "t in 12 months", "t"]
    elif "in 1 month" in right:
        right, known = "", ["t/month", "t in 1 month"]
    else:
        known = []
    for units, good in (([*right.split(), *known], True), (wrong.split(), False)):
        for unit in units:
            row = GOOD | {
                "measure": measure,
                "unit": unit,
                "asks": asks.replace(" s,", f" {name},"),
            }
            said = unit_fault(net, row, question_of(row))
            assert (not said) == good, (unit, said)
            assert good or repr(unit) in said


def test_a_figure_in_another_unit_is_not_judged(shut_road):
    net, _ = shut_road
    row = GOOD | {"measure": "use_of", "unit": "percent", "value": 70, "quantity": "use",
                  "low": 0, "high": 100, "asks": "{capacity: c}", "date": DAY}  # fmt: skip
    judged = _judged(ModelRuns(net, {}), row, question_of(row), names_of(net))
    assert judged["within"] is None
    assert judged["modelled"] == pytest.approx(0.7)
    assert judged["how"].endswith("unit: saw 'percent', expected share")
