"""Scenarios as scripts and lines say them: dicts, calls, sums, YAML again, families."""

from __future__ import annotations

import datetime as dt

import analysis_toys
import pytest
import yaml

import corridors as co
from corridors.scenarios.authoring.series import series
from corridors.scenarios.events import KINDS

DAY = dt.date(2025, 9, 12)


@pytest.fixture
def toy():
    return analysis_toys.two_ways()


@pytest.mark.parametrize("name", sorted(co.shipped_scenarios()))
def test_a_shipped_scenario_reads_back_from_its_text(name):
    plan = co.scenario(name)
    again = co.scenario(yaml.safe_load(plan.to_yaml()))
    assert again.events == plan.events
    assert (again.name, again.as_of, again.title) == (plan.name, plan.as_of, plan.title)
    assert again.sources == plan.sources


def test_a_text_is_a_file_that_the_reader_takes(tmp_path):
    area = {"type": "Polygon", "coordinates": [[[60, 44], [61, 44], [61, 48], [60, 44]]]}
    said = co.scenario(
        {
            "name": "all",
            "title": "No: 012",
            "as_of": DAY,
            "events": [
                {"close": {"border": ("NO", "SE")}, "from": DAY, "until": dt.date(2025, 9, 14)},
                {"limit": {"link": "012"}, "to": "3500 trucks/week", "cargo": "box"},
                {"delay": {"within": area}, "by": "1.5 days", "over": "3 days"},
                {"surcharge": {"mode": ["rail", "sea"]}, "by": "100 USD/FEU", "note": "why"},
                {"demand": {"cargo": "grain"}, "to": 0.1},
            ],
        }
    )
    file = tmp_path / "all.yaml"
    file.write_text(said.to_yaml(), encoding="utf-8")
    again = co.scenario(file)
    assert again.events == said.events
    assert again.to_yaml() == said.to_yaml()
    assert said.events[1].amount.value == pytest.approx(500)


def test_an_area_in_a_file_is_written_out(tmp_path):
    area = '{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}'
    (tmp_path / "area.geojson").write_text(area, encoding="utf-8")
    text = "name: x\nevents:\n- close: {within: area.geojson}\n"
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    said = yaml.safe_load(co.scenario(tmp_path / "x.yaml").to_yaml())
    assert said["events"][0]["close"]["within"]["type"] == "Polygon"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "scenario: the key 'name' is missing"),
        ({"name": "x", "events": [{"close": {"lnk": "a"}}]}, r"events\[0\].close.lnk: .*mean link"),
        ({"name": "x", "events": [{"limit": {"link": "a"}, "to": "1,5 t/day"}]}, "a comma in it"),
        ({"name": "x", "events": [], "family": {"size": [1]}}, "unknown key 'size'"),
        ({"name": "x", "events": [], "family": {"to": ["..."]}}, r"family.to: saw \.\.\. without"),
    ],
)
def test_a_wrong_dict_is_one_message(wrong, message):
    with pytest.raises(co.ScenarioError, match=message):
        co.scenario(wrong)


def test_calls_give_a_new_object_each_time():
    none = co.Scenario("mine")
    shut = none.close(border=("KZ", "RU"), mode="rail")
    more = shut.limit("0.5", capacity="terespol-rail").delay("24 h", node="brest", cargo="box")
    more = more.surcharge("5 USD/t", country="IR").ban("fuel", border="KZ-RU")
    more = more.open(link="x").demand(1.2, cargo=["grain"], from_=DAY, until="2025-10-01")
    more = more.supply("2 kt/day", country="RU").queue(chokepoint="kz-ru-road")
    assert (len(none.events), len(shut.events), len(more.events)) == (0, 1, 9)
    assert [e.kind for e in more.events] == [
        "close", "limit", "delay", "surcharge", "ban", "open", "demand", "supply",
        "queue",
    ]  # fmt: skip
    assert more.events[4].selector == {"border": ["KZ", "RU"]}
    assert more.events[6].first_day == DAY
    assert set(KINDS) == {e.kind for e in more.events}
    assert more.events == co.scenario(yaml.safe_load(more.to_yaml())).events


def test_every_kind_of_event_has_its_call(toy):
    for kind in KINDS:
        assert callable(getattr(co.Scenario, kind))
        assert callable(getattr(toy, kind))


def test_a_scenario_is_called_by_what_happens_until_it_is_named():
    shut = co.Scenario("").close(border=("KZ", "RU")).ban("fuel", country="RU")
    assert shut.name == "close-kz-ru-ban-ru"
    assert co.Scenario("mine").close(country="RU").name == "mine"
    assert shut.named("north", "The north shuts").title == "The north shuts"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: s.close(bordr=("A", "B")), "did you mean border"),
        (lambda s: s.close(), "nothing is selected"),
        (lambda s: s.limit(2, link="x"), "a share from 0 to 1"),
        (lambda s: s.delay("2", link="x"), "expected a time"),
        (lambda s: s.close(link="x", from_="2025-02-30"), "2025-02-30"),
    ],
)
def test_a_wrong_call_is_one_message(call, message):
    with pytest.raises(co.ScenarioError, match=message):
        call(co.Scenario("x"))


def test_a_network_is_asked_at_once(toy):
    """By hand: with the way over b shut, 6 of 10 t go over c at 300 USD and 6 h; 4 stay."""
    shut = toy.close(link="a-b-road")
    hit = shut.assign(as_of=DAY)
    assert hit.summary["served_t_per_day"] == pytest.approx(6)
    assert hit.summary["cost_usd_per_day"] == pytest.approx(1800)
    more = shut.limit("0.5", capacity="narrow").compare(as_of=DAY)
    assert more.change["newly_unserved_t_per_day"] == pytest.approx(7)
    assert toy.at(DAY).close(link="a-b-road").assign().state.day == DAY
    sim = shut.simulate(5, start=DAY)
    assert sim.days[0] == DAY


def test_a_network_stays_where_scenarios_are_added(toy):
    over_b, over_c = toy.close(link="a-b-road"), co.Scenario("other", as_of=DAY).close(node="c")
    for both in (over_b + over_c, over_c + over_b):
        assert isinstance(both, co.NetworkScenario)
        assert both.as_of == DAY
        assert both.assign().summary["served_t_per_day"] == 0
        assert len(both.events) == 2
    assert (over_c + over_b).name == "other+close-a-b-road"
    with pytest.raises(co.ScenarioError, match="two networks"):
        over_b + analysis_toys.two_ways().close(node="c")
    assert toy.scenario(over_c).close(link="a-b-road").assign().summary["served_t_per_day"] == 0


def test_a_sum_keeps_the_day_of_its_parts():
    day = co.scenario("poland-closure-2025").as_of
    assert (co.Scenario("x").close(country="IR") + co.scenario("poland-closure-2025")).as_of == day


CLOSURE = {"close": {"link": "x"}, "from": "2025-09-12", "until": "2025-09-26"}
BREST = {"delay": {"node": "brest"}, "by": "24 h", "over": "2 days", "from": "2025-09-12"}


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("close border:KZ-RU", {"close": {"border": ["KZ", "RU"]}}),
        (
            "limit capacity:c mode:rail,sea to 0.5",
            {"limit": {"capacity": "c", "mode": ["rail", "sea"]}, "to": 0.5},
        ),
        (
            "limit border:AA-BB to 500 trucks/day",
            {"limit": {"border": ["AA", "BB"]}, "to": "500 trucks/day"},
        ),
        ("ban country:RU cargo fuel,crude", {"ban": {"country": "RU"}, "cargo": ["fuel", "crude"]}),
        ("ban country:RU cargo:fuel", {"ban": {"country": "RU"}, "cargo": ["fuel"]}),
        ("demand cargo:grain to_country:KZ to 2", {"demand": {"cargo": "grain", "to_country": "KZ"},
                                                   "to": 2.0}),
        ("delay node:brest by 24 h over 2 days from 2025-09-12", BREST),
        ("close link:x from 2025-09-12 for 14 days", CLOSURE),
        ("close link:x from 2025-09-12 for 336 h", CLOSURE),
    ],
)  # fmt: skip
def test_a_line_says_what_a_file_says(line, event):
    assert co.scenario(line).events == co.scenario({"name": "x", "events": [event]}).events


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("close bordr:KZ-RU", "did you mean border:"),
        ("close border:", "nothing stands after 'border:'"),
        ("limit border:KZ-RU", "limit needs to"),
        ("limit border:KZ-RU by 5 h", "limit needs to"),
        ("close border:KZ-RU to 5", "close takes no 'to'"),
        ("close border:KZ-RU for 14 days", "write from a day"),
        # The last one alone was shut, without a word.
        ("close link:x link:y", "saw 'link:' twice; put commas between several, link:a,b"),
        ("ban country:RU cargo:fuel cargo:crude", "saw 'cargo:' twice"),
        ("demand cargo:fuel cargo:grain to 2", "saw 'cargo:' twice"),
        ("clos link:x", "nor is 'clos' a kind of change; did you mean close?"),
        ("close border:KZ-RU from 2025-09-12 from 2025-09-13", "'from' twice"),
        ("open border:KZ-RU cargo fuel", "unknown key 'cargo'"),
        ("delay link:x by 2", "expected a time"),
        ("close link:x from 2025-09-12 for 2 weeks", "2 weeks"),
    ],
)
def test_a_wrong_line_is_one_message_that_quotes_it(line, message):
    with pytest.raises(co.ScenarioError, match=message) as error:
        co.scenario(line)
    assert line in str(error.value)


def test_lines_and_names_add_up():
    both = co.scenario("poland-closure-2025 + close border:KZ-RU")
    assert both.events[-1].selector == {"border": ["KZ", "RU"]}
    assert both.as_of == co.scenario("poland-closure-2025").as_of


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([7, 14, 30], (7, 14, 30)),
        ([0.2, ..., 1.0], (0.2, 0.4, 0.6, 0.8, 1.0)),
        ([0.2, 0.3, "...", 0.5], (0.2, 0.3, 0.4, 0.5)),
        ([30, 20, ..., 0], (30, 20, 10, 0)),
        (5, (5,)),
    ],
)
def test_a_series_goes_on(values, found):
    assert series(values) == found


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "saw no value"),
        ([..., 3], "without a value"),
        ([1, 2, ..., 4.5], "do not lead"),
        ([1, 2, ..., 1], "do not lead"),
        (["24 h", ..., "48 h"], "expected numbers"),
        ([1, 1], "twice"),
        ([0, 1, ..., 999], "at most 200|do not lead"),
    ],
)
def test_a_series_that_cannot_be_meant_is_refused(values, message):
    with pytest.raises(co.ScenarioError, match=message):
        series(values)


def test_a_family_varies_one_parameter():
    shut = co.scenario("close border:KZ-RU from 2025-09-14")
    long = co.family(shut, duration=[7, 30])
    assert [s.events[0].end_day for s in long] == [dt.date(2025, 9, 21), dt.date(2025, 10, 14)]
    assert [s.name for s in long] == ["close-kz-ru-duration-7", "close-kz-ru-duration-30"]
    half = co.scenarios.family("limit border:KZ-RU to 0.2", to=[0.2, ..., 1.0])
    assert [s.events[0].amount.value for s in half] == [0.2, 0.4, 0.6, 0.8, 1.0]
    late = co.family("delay node:brest by 1 h", by=["24 h", "48 h"])
    assert [s.events[0].amount.value for s in late] == [24, 48]
    assert len(late) == 2
    assert late[1] is late.members[1]


def test_a_file_may_hold_its_family():
    own = {"name": "x", "as_of": "2025-09-12", "events": [{"close": {"country": "IR"}}]}
    plan = co.scenario(own | {"family": {"duration": [7, 14, "...", 28]}})
    assert co.family(plan).values == (7, 14, 21, 28)
    assert co.family(plan)[0].events[0].first_day == DAY
    assert co.scenario(yaml.safe_load(plan.to_yaml())) == plan


@pytest.mark.parametrize(
    ("line", "given", "message"),
    [
        ("close border:KZ-RU", {"to": [0.5]}, "no event has 'to'"),
        ("close border:KZ-RU", {"duration": [7]}, "needs a first day"),
        ("close border:KZ-RU from 2025-09-12", {"duration": [0]}, "saw 0"),
        ("close border:KZ-RU from 2025-09-12", {"duration": [1.5]}, "saw 1.5"),
        ("close border:KZ-RU", {}, "expected one parameter of duration"),
        ("close border:KZ-RU", {"to": [1], "by": ["1 h"]}, "expected one parameter"),
        ("limit border:KZ-RU to 1", {"to": [2]}, "a share from 0 to 1"),
    ],
)
def test_a_family_that_cannot_be_meant_is_refused(line, given, message):
    with pytest.raises(co.ScenarioError, match=message):
        co.family(line, **given)
