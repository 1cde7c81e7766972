"""Counts fitted by route choice: what they are of, what they are worth, and how they predict."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import toys
from typer.testing import CliRunner

import corridors as co
from corridors.analysis.cross_validation import cross_validate, scores
from corridors.analysis.validation.catalogue import question_of
from corridors.analysis.validation.count_fit import (
    TAU,
    CountFit,
    parameter_file,
)
from corridors.analysis.validation.runs import ModelRuns
from corridors.analysis.validation.steady_measures import carried, passed, share_through, volume
from corridors.assignment.choice_parameters import read_parameters, use_parameters
from corridors.cli.app import app
from corridors.errors import DataError

DAY = "2025-06-01"
SHORT, LONG = 204.0, 224.4
SPREAD = 0.06 * SHORT


def observed(name, value, where, role="calibrate", **changes):
    return {
        "observation_id": name, "quantity": "volume-t", "value": value, "low": value - 0.5,
        "high": value + 0.5, "unit": "t/day", "date": DAY, "role": role, "measure": "volume",
        "asks": f"{{where: {{link: {where}}}, days: 1}}",
    } | changes  # fmt: skip


def two_ways(*rows, demand=None, **others):
    """Draw two ways from a to d, of 200 and of 220 km, and one from d to e::

    a --100-- b --100-- d --50-- e
    a --110-- c --110-- d
    """
    return toys.network(
        {"a": "AA", "b": "BB", "c": "CC", "d": "DD", "e": "EE"},
        [
            {"from_node": "a", "to_node": "b"},
            {"from_node": "b", "to_node": "d"},
            {"from_node": "a", "to_node": "c", "length_km": 110},
            {"from_node": "c", "to_node": "d", "length_km": 110},
            {"from_node": "d", "to_node": "e"},
        ],
        demand
        or [
            {"origin": "a", "destination": "d", "per_day": 10},
            {"origin": "d", "destination": "e", "per_day": 3},
        ],
        cargo={"bulk": {"unit": "t", "t_per_unit": 1, "usd_per_unit_day": 24}},
        observations=list(rows),
        **others,
    )


def test_a_multiplier_is_what_the_prior_and_the_count_agree_on():
    fit = CountFit(two_ways(observed("one", 5.0, "c-d-road")))
    assert fit.fitted.tolist() == [True]
    assert fit.mean_cost == pytest.approx([LONG])
    answer = fit.fit(fit.fitted)
    (usd,) = answer.multiplier
    flow = 10 / (1 + math.exp((LONG - usd - SHORT) / SPREAD))
    # Missed by its spread, half a tonne, a count is worth TAU of the cost.
    assert 5 - flow == pytest.approx(0.5 * usd / (TAU * LONG), abs=1e-8)
    assert fit.predicted(answer) == pytest.approx([flow])


def test_a_count_on_which_routes_have_no_influence_is_told_and_left_alone():
    fit = CountFit(two_ways(observed("all", 2.0, "d-e-road"), observed("one", 5.0, "c-d-road")))
    assert [c.observation_id for c in fit.counts] == ["all", "one"]
    assert fit.identity.tolist() == [True, False]
    assert fit.fitted.tolist() == [False, True]
    assert fit.predicted(fit.fit(fit.fitted))[0] == pytest.approx(3)


def test_rows_to_judge_by_and_rows_of_scenarios_are_never_looked_at():
    net = two_ways(
        observed("one", 5.0, "c-d-road"),
        observed("two", 9.0, "c-d-road", role="validate"),
        observed("three", 9.0, "c-d-road", asks="{where: {link: c-d-road}, scenario: x}"),
    )
    assert [c.observation_id for c in CountFit(net).counts] == ["one"]
    changed = two_ways(
        observed("one", 5.0, "c-d-road"), observed("two", 1.0, "c-d-road", role="validate")
    )
    found = [json.loads(parameter_file(n))["counts"] for n in (net, changed)]
    assert found[0] == found[1]


def test_no_count_asks_for_more_than_its_capacity_lets_pass():
    """Eight a day were counted where six may pass: the price alone keeps to that."""
    row = observed("one", 8.0, "", measure="passed", asks="{capacity: [short]}")
    net = two_ways(
        row,
        capacities=[{"capacity_id": "short", "name": "short", "unit": "t", "amount": 6}],
        capacity_members=[{"capacity_id": "short", "link_id": "a-b-road"}],
    )
    fit = CountFit(net)
    answer = fit.fit(fit.fitted)
    assert fit.predicted(answer) == pytest.approx([6])
    assert answer.multiplier == pytest.approx([0], abs=1e-6)


def test_without_counts_there_is_nothing_to_fit():
    with pytest.raises(DataError, match="no observation marked calibrate"):
        CountFit(two_ways())


def shared(name, demand, value=1.0, **changes):
    return observed(
        name, value, "", measure="share_through", unit="share", low=value - 0.05, high=value,
        asks=f"{{demand: {demand}, through: c-d}}",
    ) | changes  # fmt: skip


def test_by_which_way_all_of_a_demand_was_counted_is_in_every_fit_and_never_predicted():
    rows = [
        shared("all", "a-d"),
        observed("one", 5.0, "b-d-road"),
        observed("two", 6.0, "c-d-road"),
    ]
    fit = CountFit(two_ways(*rows))
    assert [c.of_demand for c in fit.counts] == [True, False, False]
    held = fit.folds(2)
    assert [h.tolist() for h in held] == [[False, True, False], [False, False, True]]
    assert [h.tolist() for h in fit.folds(2, places_apart=True)] == [h.tolist() for h in held]
    found = cross_validate(two_ways(*rows), 2)
    assert [row["observation_id"] for row in found.rows] == ["one", "two"]
    # A share that was seen to be less is a count like others.
    some = CountFit(two_ways(shared("some", "a-d", 0.4), observed("one", 5.0, "b-d-road")))
    assert [c.of_demand for c in some.counts] == [False, False]


def test_what_was_counted_of_another_part_of_the_year_is_of_another_demand():
    """The table has the halves apart: a count of the first says nothing of the second."""
    early = {"demand_id": "a-d-early", "valid_until": "2025-05-01", "per_day": 4}
    late = {"demand_id": "a-d-late", "valid_from": "2025-05-01", "per_day": 10}
    asks = "{demand: a-d, through: c-d, unit: t, days: 1, as_of: 2025-%s}"
    rows = [
        observed("early", 1.0, "", measure="carried", asks=asks % "03-01"),
        observed("late", 5.0, "", measure="carried", asks=asks % "06-01"),
        observed(
            "other", 3.0, "", measure="carried", asks="{demand: d-e, unit: t, as_of: 2025-03-01}"
        ),
        observed("place", 5.0, "c-d-road", asks="{where: {link: c-d-road}, as_of: 2025-03-01}"),
        observed("still", 3.0, "d-e-road", asks="{where: {link: d-e-road}, as_of: 2025-03-01}"),
        observed("last", 5.0, "b-d-road"),
        observed("late-too", 5.0, "c-d-road"),
        observed("later", 5.0, "a-b-road"),
        observed("latest", 5.0, "a-c-road"),
    ]
    demand = [{"origin": "a", "destination": "d"} | part for part in (early, late)]
    demand.append({"demand_id": "d-e", "origin": "d", "destination": "e", "per_day": 3})
    fit = CountFit(two_ways(*rows, demand=demand))
    assert fit.day == "2025-06-01"
    names = ["last", "late", "late-too", "later", "latest", "other", "still"]
    assert [c.observation_id for c in fit.counts] == names


def test_counts_of_one_place_can_be_left_out_together():
    rows = [observed(name, 5.0, where) for name, where in (
        ("a1", "c-d-road"), ("a2", "a-b-road"), ("a3", "c-d-road"))]  # fmt: skip
    fit = CountFit(two_ways(*rows))
    apart = [held.tolist() for held in fit.folds(2, places_apart=True)]
    assert apart == [[True, False, True], [False, True, False]]
    assert [held.sum() for held in fit.folds(3)] == [1, 1, 1]


def test_a_count_is_predicted_without_itself():
    net = two_ways(observed("one", 5.0, "c-d-road"), observed("two", 3.0, "a-b-road"))
    found = cross_validate(net, 2)
    rows = {row["observation_id"]: row for row in found.rows}
    # The count of 3 on the short way sends more by the long one, that of 5 there less than usual.
    usual = 10 / (1 + math.exp((LONG - SHORT) / SPREAD))
    assert rows["one"]["predicted"] > usual
    assert rows["two"]["predicted"] < 10 - usual
    both = CountFit(net)
    assert rows["one"]["predicted"] != pytest.approx(both.predicted(both.fit(both.fitted))[0])
    assert 0 < found.largest_multiplier_share < 0.5
    assert found.places_apart["within_25_percent"] == found.within_25_percent


def test_scores_are_capped_and_counted_by_hand():
    rows = [
        {"observed": 100.0, "predicted": said} for said in (100.0, 125.0, 126.0, 0.0, 1000.0)
    ]  # fmt: skip
    found = scores(rows)
    assert found["within_25_percent"] == 40.0
    errors = [0, math.log(1.25), math.log(1.26), math.log(4), math.log(4)]
    assert found["mean_absolute_log_error"] == pytest.approx(sum(errors) / 5)


@pytest.fixture(scope="module")
def shipped(net):
    return CountFit(net)


@pytest.fixture(scope="module")
def written(net):
    """Return the parameter file of the shipped network, fitted once."""
    return parameter_file(net)


def test_counts_of_the_shipped_network_are_what_the_measures_say(net, shipped):
    """The members of a count, added up, are the measure's own figure of the same state."""
    runs = ModelRuns(net.whole)
    state = co.assign(net, as_of=shipped.day, model="logit")
    runs._steady[shipped.day, ""] = state
    figures = shipped.predicted(state.answer)
    measures = {
        "volume": volume, "passed": passed, "carried": carried, "share_through": share_through,
    }  # fmt: skip
    for count, figure in zip(shipped.counts, figures, strict=True):
        row = shipped.rows[count.observation_id]

        asked = question_of(row)
        said = measures[row["measure"]](runs, row, **asked.parameters | {"as_of": shipped.day})
        # A share is counted of what is wanted and said of what travels: nearly all of it does.
        near = 1e-3 if row["measure"] == "share_through" else 1e-9
        assert figure == pytest.approx(said, rel=near, abs=1e-9), count.observation_id


def test_a_share_is_a_count_of_that_part_of_what_is_wanted(shipped):
    own = {c.observation_id: c for c in shipped.counts}["ceu-polish-share"]
    row = shipped.rows["ceu-polish-share"]
    demand = shipped.state.demand
    boxes = demand["demand_id"].str.startswith(question_of(row).parameters["demand"])
    wanted = (demand["units_per_day"] * demand["t_per_unit"])[boxes].sum()
    assert not demand["cargo"][boxes].str.startswith("truck").any()
    assert own.value == pytest.approx(row["value"] * wanted)
    assert own.spread == pytest.approx((row["high"] - row["low"]) / 2 * wanted)
    assert own.figure(own.value) == pytest.approx(row["value"])


def test_the_parameter_file_repeats_to_the_byte_and_gives_the_fitted_state_back(
    net, shipped, written
):
    assert written == parameter_file(net)
    content = json.loads(written)
    assert content["as_of"] == shipped.day
    assert all(value.startswith("sha256:") for value in content["inputs"].values())
    own = co.load()
    use_parameters(own, read_parameters(written, "choice.json"))
    state = co.assign(own, as_of=shipped.day, model="logit")
    names = [c.observation_id for c in shipped.counts]
    figures = dict(zip(names, shipped.predicted(state.answer), strict=True))
    for row in content["counts"]:
        assert figures[row["observation_id"]] == pytest.approx(row["modelled"], rel=1e-5, abs=1e-6)
    # What was counted stays drawn in a scenario, and what it closes is closed all the same.
    hit = co.assign(own, "poland-closure-2025", model="logit")
    assert hit.certificate.closed_flow == 0
    assert hit.answer.multiplier.tolist() == state.answer.multiplier.tolist()


def test_counts_bring_the_shipped_rows_nearer(shipped):
    rows = [
        {"observed": shipped.rows[c.observation_id]["value"]} for c in shipped.counts
    ]  # fmt: skip
    errors = []
    for which in (np.zeros_like(shipped.fitted), shipped.fitted):
        figures = shipped.predicted(shipped.fit(which))
        said = [row | {"predicted": float(f)} for row, f in zip(rows, figures, strict=True)]
        errors.append(scores(said)["mean_absolute_log_error"])
    assert errors[1] < 0.75 * errors[0]


def test_the_command_writes_the_file_and_predicts(tmp_path):
    co.new_network(tmp_path / "own")
    folder = str(tmp_path / "own")
    none = CliRunner().invoke(app, ["calibrate", "--network", folder, "--folds", "2"])
    assert none.exit_code != 0
    both = CliRunner().invoke(app, ["calibrate", "--folds", "2", "--out", str(tmp_path / "x")])
    assert both.exit_code != 0
    assert not (tmp_path / "x").exists()


def test_validate_says_what_rows_are_of_and_what_went_into_the_model():
    net = two_ways(
        observed("all", 3.0, "d-e-road"),
        observed("one", 5.0, "c-d-road"),
        observed("far", 9.0, "c-d-road", role="validate"),
        observed("days", 1.0, "", measure="route_time", unit="days", role="validate",
                 asks="{places: [a, d], cargo: bulk}"),
        observed("price", 1.0, "", measure="route_cost", unit="USD/t", role="validate",
                 asks="{places: [a, d], cargo: bulk}"),
        observed("shut", 1.0, "", measure="", asks="", scenario="gone", not_modelled="no run"),
        observed("fee", 1.0, "", measure="", asks="", unit="USD/TEU", not_modelled="no market"),
        observed("wait", 1.0, "", measure="", asks="", unit="hours", not_modelled="no post"),
    )  # fmt: skip
    rows = co.validate(net).set_index("observation_id")
    kinds = {"all": "static", "one": "static", "far": "static", "days": "time", "price": "cost",
             "shut": "event", "fee": "cost", "wait": "time"}  # fmt: skip
    assert rows["kind"].to_dict() == kinds
    assert rows.index[rows["identity"]].tolist() == ["all"]
    assert not rows["fitted"].any()
    # With the file that calibrate writes, its counts are fitted; rows to judge by never are.
    chosen = read_parameters(parameter_file(net), "choice.json")
    use_parameters(net, chosen)
    rows = co.validate(net).set_index("observation_id")
    assert rows.index[rows["fitted"]].tolist() == ["one"]


def test_rows_are_judged_by_the_model_that_is_asked_for():
    """All bulk goes the way that is cheaper by a hair; shippers take both."""
    net = two_ways(observed("one", 5.0, "c-d-road"))
    found = {model: co.validate(net, model=model) for model in ("optimal", "logit")}
    asked = {
        model: co.assign(net, as_of=DAY, model=model).flows.groupby("id")["t_per_day"].sum()
        for model in found
    }
    seen = {model: float(frame["modelled"].iloc[0]) for model, frame in found.items()}
    for model, flow in asked.items():
        assert seen[model] == pytest.approx(float(flow.get("c-d-road", 0.0)))
    assert abs(seen["optimal"] - seen["logit"]) > 0.1
    with pytest.raises(co.ScenarioError, match=r"did you mean logit\?"):
        co.validate(net, model="logitt")


def test_counts_of_another_year_are_of_another_demand():
    net = two_ways(
        observed("one", 5.0, "c-d-road"),
        observed("two", 5.0, "a-b-road"),
        observed("old", 9.0, "c-d-road", date="2022-06-01"),
    )
    assert [c.observation_id for c in CountFit(net).counts] == ["one", "two"]


def test_the_shipped_parameters_are_those_of_the_command(net, written):
    """Whoever changes a table writes the file anew; nothing in it was put there by hand."""
    path = net.folder / "choice.json"
    assert path.read_text(encoding="utf-8") == written


def test_the_page_says_how_well_counts_are_predicted(net):
    """Of docs/choice.md, the lines of the table; and what is promised of the fit."""
    page = (Path(__file__).parent.parent / "docs" / "choice.md").read_text(encoding="utf-8")
    found = cross_validate(net, 8)
    for name, one in (
        ("each predicted from fits that have not seen it", found.to_dict()),
        ("nor any other count of the same place (`places_apart`)", found.places_apart),
    ):
        others = one["without_identities"]
        line = (
            f"| {name} | {one['within_25_percent']:.0f} % | {one['mean_absolute_log_error']:.2f} "
            f"| {others['within_25_percent']:.0f} %, {others['mean_absolute_log_error']:.2f} |"
        )
        assert line in page
    assert found.within_25_percent >= 88
    assert found.mean_absolute_log_error <= 0.15
    assert found.largest_multiplier_share < 0.5
