"""The steady state in which shippers spread: `model="logit"` on toys and on the shipped network."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import toys
from typer.testing import CliRunner

import corridors as co
from corridors.assignment.choice_parameters import (
    ChoiceParameters,
    Place,
    PlaceCount,
    read_parameters,
    use_parameters,
)
from corridors.cli.app import app
from corridors.errors import DataError
from corridors.scenarios.events import Event
from corridors.scenarios.quantities import Quantity
from corridors.scenarios.scenario import Scenario

DAY = "2025-06-01"


# Dollars and, at a dollar an hour and 50 km/h, hours: 204 and 224.4 dollars.
COSTS = (204.0, 224.4)
SPREAD = 0.06 * COSTS[0]


def solved(net, scenario=None):
    return co.assign(net, scenario, as_of=DAY, model="logit")


def by_key(assignment):
    return dict(zip(assignment.routes["key"], assignment.routes["units_per_day"], strict=True))


def test_cargo_spreads_by_generalised_cost():
    found = by_key(solved(toys.two_ways()))
    share = 1 / (1 + math.exp(-(COSTS[1] - COSTS[0]) / SPREAD))
    assert found["a-b-road>b-d-road"] == pytest.approx(10 * share, rel=1e-9)
    assert found["a-c-road>c-d-road"] == pytest.approx(10 * (1 - share), rel=1e-9)


def test_a_full_limit_reads_as_waiting_in_hours_and_dollars():
    state = solved(toys.two_ways(capacity=4))
    (row,) = state.capacities.to_dict("records")
    # Shares of 4 : 6 at 204 dollars and the price, and 224.40 dollars.
    price = COSTS[1] - COSTS[0] + SPREAD * math.log(6 / 4)
    assert row["used"] == pytest.approx(4, rel=1e-9)
    assert row["binding"]
    assert row["price_usd"] == pytest.approx(price, rel=1e-9)
    assert row["waiting_hours"] == pytest.approx(price, rel=1e-9)
    assert state.bottlenecks["capacity_id"].tolist() == ["short"]


def close(selector):
    return Scenario("x", (Event("close", selector, where="test"),))


def test_what_is_closed_carries_exactly_nothing_and_the_usual_spread_stays():
    net = toys.two_ways()
    base, hit = solved(net), solved(net, close({"link": "a-b-road"}))
    assert set(hit.flows["id"]) == {"a-c-road", "c-d-road"}
    assert by_key(hit) == {"a-c-road>c-d-road": pytest.approx(10)}
    change = co.compare(base, hit)
    share = 1 / (1 + math.exp(-(COSTS[1] - COSTS[0]) / SPREAD))
    assert change.change["rerouted_t_per_day"] == pytest.approx(10 * share, rel=1e-6)
    assert change.change["newly_unserved_t_per_day"] == 0
    # A third way opens nothing that was not there: the spread is that of ordinary times.
    assert hit.answer.model.scale == pytest.approx([1 / SPREAD])


def test_with_every_way_closed_all_stays_at_home():
    hit = solved(toys.two_ways(), close({"node": "a"}))
    assert hit.summary["shortfall_t_per_day"] == 10
    assert not len(hit.flows)
    assert hit.certificate.closed_flow == 0


def test_a_comparison_wants_one_model():
    net = toys.two_ways()
    with pytest.raises(co.CorridorsError, match="models differ"):
        co.compare(co.assign(net, as_of=DAY), solved(net))


def count(usd, **changes):
    places = (Place("link", "c-d-road", "forward", "bulk", 1.0),)
    one = PlaceCount(**{"observation_id": "x", "usd_per_unit": usd, "places": places} | changes)
    return ChoiceParameters(counts=(one,))


def test_a_multiplier_stays_with_its_place_in_every_scenario():
    net = toys.two_ways()
    use_parameters(net, count(20.4))
    base = solved(net)
    assert base.routes["units_per_day"].tolist() == pytest.approx([5, 5])
    late = Event("delay", {"link": "a-b-road"}, Quantity(5.0, "h"), where="test")
    delay = Scenario("x", (late,))
    hit = by_key(solved(net, delay))
    assert hit["a-b-road>b-d-road"] == pytest.approx(10 / (1 + math.exp(5 / SPREAD)), rel=1e-9)
    ways = co.k_routes(base, "a-d-bulk", k=1)
    assert ways["why"].tolist() == ["used", "used"]
    # Both are 204 dollars once the multiplier is off, and ln 2 spreads above the composite cost.
    assert ways["extra_usd"].tolist() == pytest.approx([SPREAD * math.log(2)] * 2)


def test_a_multiplier_may_be_of_some_demands_alone():
    net = toys.two_ways()
    use_parameters(net, count(20.4, demand=("a-d-bulk",)))
    assert solved(net).routes["units_per_day"].tolist() == pytest.approx([5, 5])


def test_a_multiplier_of_something_unknown_is_refused_by_name():
    net = toys.two_ways()
    use_parameters(net, count(1.0, demand=("a-e-bulk",)))
    with pytest.raises(DataError, match="a-e-bulk"):
        solved(net)
    use_parameters(net, count(1.0, places=(Place("link", "x-y", "forward", "bulk", 1.0),)))
    with pytest.raises(DataError, match="x-y"):
        solved(net)


ROAD = """{"counts": [{"observation_id": "x", "usd_per_unit": 1, "places": [
    {"kind": "road", "id": "a", "direction": "forward", "cargo": "b", "factor": 1}]}]}"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "expected JSON"),
        ("[]", "expected an object"),
        ('{"dispersion": "wide"}', "dispersion"),
        ('{"dispersion": 0}', "dispersion"),
        ('{"dispersion": NaN}', "finite"),
        ('{"dispersions": 0.5}', r"unknown key 'dispersions'; did you mean dispersion\?"),
        (
            '{"counts": [{"observation_id": "x", "usd_per_unit": 1, "places": [], "demands": []}]}',
            r"counts\[0\]: unknown key 'demands'; did you mean demand\?",
        ),
        ('{"counts": {}}', "expected a list"),
        ('{"counts": [1]}', r"counts\[0\]"),
        ('{"counts": [{"observation_id": "x", "usd_per_unit": true, "places": []}]}', "finite"),
        ('{"counts": [{"observation_id": "x", "usd_per_unit": 1, "places": [{}]}]}', "kind"),
        (ROAD, "link or transfer"),
        (
            '{"counts": [{"observation_id": "x", "usd_per_unit": 1, "places": [], "demand": "a"}]}',
            "list of ids",
        ),
    ],
)
def test_a_parameter_file_that_cannot_be_meant_is_refused(text, message):
    with pytest.raises(DataError, match=message) as raised:
        read_parameters(text, "here/choice.json")
    assert "here/choice.json" in str(raised.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff", "not text in UTF-8, expected JSON"),
        (b"", "expected JSON"),
        (b'{"spread": 1}', "unknown key 'spread'"),
        (None, "is a folder, expected a file"),
    ],
)
def test_check_reads_the_parameter_file_too(tmp_path, content, words):
    folder = co.new_network(tmp_path / "own")
    path = folder / "choice.json"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    (problem,) = co.check(folder)
    assert (problem.file, problem.rule) == ("choice.json", "parameters-of-choice-can-be-read")
    assert words in problem.message
    with pytest.raises(DataError, match=words):
        co.assign(co.load(folder), as_of="2026-03-01", model="logit")


def test_check_finds_what_a_parameter_file_names_and_nobody_knows(tmp_path):
    folder = co.new_network(tmp_path / "own")
    place = {"kind": "link", "id": "x-y", "direction": "forward", "cargo": "tea", "factor": 1}
    count = {"observation_id": "seen", "usd_per_unit": 1, "places": [place], "demand": ["nobody"]}
    (folder / "choice.json").write_text(json.dumps({"counts": [count]}), encoding="utf-8")
    said = [problem.message for problem in co.check(folder)]
    assert len(said) == 3
    for words in ("seen: no demand 'nobody'", "seen: no link 'x-y'", "seen: no cargo 'tea'"):
        assert any(words in one for one in said)


def test_a_parameter_file_stands_beside_the_tables(tmp_path):
    co.new_network(tmp_path / "own")
    net = co.load(tmp_path / "own")
    usual = co.assign(net, as_of=DAY, model="logit")
    (tmp_path / "own" / "choice.json").write_text('{"dispersion": 0.5}', encoding="utf-8")
    wide = co.assign(co.load(tmp_path / "own"), as_of=DAY, model="logit")
    assert wide.answer.model.scale == pytest.approx(usual.answer.model.scale * 0.06 / 0.5)


@pytest.fixture(scope="module")
def poland(net):
    return co.run(net, "poland-closure-2025", model="logit")


def test_the_shipped_closure_is_conserved_certified_and_shuts_the_border(poland):
    for state in (poland.baseline, poland.disrupted):
        assert state.certificate.ok
        assert state.certificate.missing_share <= 1e-3
        table = state.shortfall
        served = state.routes.groupby("demand_id")["t_per_day"].sum()
        assert served.sum() + table["shortfall_t_per_day"].sum() == pytest.approx(
            table["demand_t_per_day"].sum(), rel=1e-9
        )
        room = state.capacities["amount"] - state.capacities["background"]
        assert (state.capacities["used"] <= np.maximum(room, 0) * (1 + 1e-9) + 1e-9).all()
    shut = set(poland.disrupted.state.closed_links)
    assert shut
    assert not shut & set(poland.disrupted.flows["id"])
    assert shut & set(poland.baseline.flows["id"])
    # What grows where others make room is wanted newly, and among the demand.
    parts = poland.waterfall["t_per_day"].to_list()[:6]
    assert sum(parts[1:]) == pytest.approx(parts[0], rel=1e-9)


def test_the_shipped_closure_is_much_what_the_optimum_says(poland, closure):
    """Both lose what has no other way; the logit leaves more on its route and spreads the rest."""
    lost, best = (c.change["newly_unserved_t_per_day"] for c in (poland, closure))
    assert lost == pytest.approx(best, rel=0.25)
    assert len(poland.disrupted.routes) > 3 * len(closure.disrupted.routes)


def test_as_the_spread_narrows_the_shipped_network_becomes_the_optimum(net):
    narrow = co.load()
    use_parameters(narrow, ChoiceParameters(dispersion=0.001))
    best = co.assign(net, as_of="2025-09-12")
    state = co.assign(narrow, as_of="2025-09-12", model="logit")
    assert state.certificate.objective == pytest.approx(best.answer.objective, rel=1e-3)
    assert state.summary["cost_usd_per_day"] == pytest.approx(
        best.summary["cost_usd_per_day"], rel=5e-3
    )


def test_the_command_says_the_same_as_python_and_the_same_each_time(poland):
    texts = []
    for _ in range(2):
        done = CliRunner().invoke(app, ["run", "poland-closure-2025", "--model", "logit", "--json"])
        assert done.exit_code == 0, done.output
        texts.append(done.stdout)
    assert texts[0] == texts[1]
    found = json.loads(texts[0])
    assert found["model"] == "logit"
    assert found["change"] == pytest.approx(poland.change)
    assert found["certificate"]["choice_residual"] < 1e-9
