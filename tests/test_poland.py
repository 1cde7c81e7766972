"""The main job on the shipped network: Poland shuts its border with Belarus."""

from __future__ import annotations

import json

import numpy as np
import pytest

import corridors as co
from corridors.assignment.explain import new_crossing, sentences
from corridors.display import number, share
from tests.fewer_demands import some_scenarios


def test_nothing_passes_the_closed_border(closure):
    net = closure.disrupted.state.net
    today = net.at("2025-09-12")
    own = (today.borders == "BY-PL") & today.tables["links"]["mode"].isin(["rail", "road"])
    shut = set(today.tables["links"]["link_id"][own])
    links = net.tables["links"]
    assert shut == set(closure.disrupted.state.closed_links)
    flows = closure.disrupted.flows
    assert not set(flows["id"]) & shut
    # Not a trace either: the engine's own arrays hold exact zeros.
    arcs = closure.disrupted.state.arcs
    ids = links["link_id"].to_numpy()
    over = (arcs.arc_type == 0) & np.isin(ids[np.minimum(arcs.row, len(ids) - 1)], sorted(shut))
    assert over.sum() == 2 * len(shut)
    assert (closure.disrupted.answer.class_flow[:, over] == 0.0).all()
    before = closure.baseline.flows
    assert before[before["id"].isin(shut)]["t_per_day"].sum() > 10_000


def test_what_is_served_and_short_adds_up_to_each_demand(closure):
    for result in (closure.baseline, closure.disrupted):
        routes = result.routes.groupby("demand_id")["units_per_day"].sum()
        short = result.shortfall.set_index("demand_id")
        served = routes.reindex(short.index).fillna(0.0)
        total = served + short["shortfall_units_per_day"]
        assert total.to_numpy() == pytest.approx(short["demand_units_per_day"], rel=1e-6)


def test_the_certificate_holds(closure):
    for result in (closure.baseline, closure.disrupted):
        proof = result.certificate
        assert proof.ok
        assert abs(proof.relative_gap) < 1e-6
        assert proof.balance_residual < 1e-6
        assert proof.capacity_residual < 1e-6
        assert proof.closed_flow == 0.0


def test_the_closure_costs_something_and_saves_nothing(closure):
    assert closure.disrupted.answer.objective > closure.baseline.answer.objective
    change = closure.change
    assert change["rerouted_t_per_day"] + change["newly_unserved_t_per_day"] > 10_000


def test_the_waterfall_adds_up(closure):
    steps = dict(closure.waterfall.itertuples(index=False))
    parts = [v for k, v in steps.items() if k != "demand"]
    assert sum(parts) == pytest.approx(steps["demand"], rel=1e-9)
    table = closure.disrupted.counted(closure.by_cargo)
    assert table["kept_t_per_day"].sum() == pytest.approx(steps["kept its route"])
    assert table["lost_t_per_day"].sum() == pytest.approx(steps["newly unserved"])


def test_reroutes_add_up_to_what_was_rerouted(closure):
    moved = closure.reroutes.groupby("demand_id")["t_per_day"].sum()
    expected = closure.by_demand.set_index("demand_id")["rerouted_t_per_day"]
    expected = expected[expected > 1e-6]
    assert moved.reindex(expected.index).to_numpy() == pytest.approx(expected, rel=1e-6)
    assert (closure.reroutes["from_route"] != "").all()


def test_every_number_of_the_explanation_is_in_the_tables(net, closure):
    """Work each sentence out again from the assignments, not from the comparison's own tables."""
    text = closure.explain()
    assert text == " ".join(sentences(closure.tables))
    counted = closure.disrupted.counted
    demand = counted(closure.disrupted.shortfall)["demand_t_per_day"].sum()
    routes = {
        state: counted(result.routes).groupby(["demand_id", "key"])["t_per_day"].sum()
        for state, result in (("before", closure.baseline), ("after", closure.disrupted))
    }
    shared = routes["before"].index.intersection(routes["after"].index)
    kept = np.minimum(routes["before"][shared], routes["after"][shared]).sum()
    served = min(
        closure.baseline.summary["served_t_per_day"], closure.disrupted.summary["served_t_per_day"]
    )
    rerouted = served - kept
    assert f"of {number(demand, 't')} of cargo a day" in text
    assert f"{number(kept, 't')} ({share(kept, demand)}) keep their route" in text
    assert f"{number(rerouted, 't')} ({share(rerouted, demand)}) go another way" in text
    closed = closure.disrupted.state.closed_links
    before = closure.baseline.flows
    used = before[before["id"].isin(closed)]["id"].nunique()
    assert f"closes {len(closed)} links, {used} of which carried cargo before" in text
    moves = counted(closure.reroutes)
    days = (moves["added_hours"] * moves["t_per_day"]).sum() / moves["t_per_day"].sum() / 24
    assert f"takes {number(days)} days more on average" in text
    usd = moves["added_cost_usd_per_day"].sum()
    assert (
        f"costs {number(usd, 'USD')} a day more ({number(usd / rerouted, 'USD')} a tonne)" in text
    )
    # Going round is no bargain, but for a little cargo that finds the room others have left.
    added = closure.by_cargo["added_cost_usd_per_day"]
    assert added.min() > -0.01 * added.sum()
    # Where they go is told of those that used what is shut, not of those pushed aside.
    moves = closure.tables.rerouted_users
    by_corridor = moves.groupby("to_corridor")["t_per_day"].sum()
    top = by_corridor.sort_values(ascending=False).index[0]
    assert f"{number(by_corridor[top], 't')} by the {top} corridor" in text
    crossing = new_crossing(moves, top)
    assert crossing is not None
    assert f"{number(crossing[1], 't')} of it over {net.link_name(crossing[0])}" in text
    assert crossing[1] <= by_corridor[top] + 1e-6
    # Of what is pushed aside nothing is left among the users, neither tonnes nor dollars.
    amounts = moves[[c for c in moves if c.endswith("_per_day")]]
    idle = moves["t_per_day"] == 0
    assert idle.any()
    assert (amounts[idle] == 0).all(axis=None)
    everybody = closure.reroutes.set_index(["demand_id", "from_route", "to_route"])
    own = moves.set_index(["demand_id", "from_route", "to_route"])
    part = own["t_per_day"] / everybody["t_per_day"]
    assert part.between(0, 1 + 1e-9).all()
    for name in amounts:
        assert np.allclose(own[name], part * everybody[name])


def test_the_explanation_names_what_is_lost_and_what_stops_it(net):
    """With Lithuania and Latvia shut too, and the Caucasus, trucks have no way left."""
    from corridors.scenarios.events import Event
    from corridors.scenarios.scenario import Scenario

    plan = co.scenario("poland-closure-2025") + Scenario(
        "more",
        (
            Event("close", {"chokepoint": "eu-belarus"}),
            Event("close", {"country": ["GE", "IR", "TR"], "mode": "road"}),
        ),
    )
    hit = co.assign(net, plan)
    comparison = co.compare(co.assign(net, as_of="2025-09-12"), hit)
    lost = comparison.by_demand
    assert lost["lost_t_per_day"].sum() > 1000
    worst = lost.sort_values(["lost_t_per_day", "demand_id"], ascending=[False, True]).iloc[0]
    text = comparison.explain()
    assert "Most is lost" in text
    assert f"({number(worst['lost_t_per_day'], 't')})" in text
    short, usual = hit.counted(hit.shortfall), comparison.baseline
    loss = short["surplus_lost_usd_per_day"].sum()
    assert 0 < loss < short["loss_usd_per_day"].sum()
    assert usual.counted(usual.shortfall)["surplus_lost_usd_per_day"].sum() == pytest.approx(0)
    assert f"what stays loses {number(loss, 'USD')} a day by it" in text
    # The loss is in no cost.
    routes = hit.counted(hit.routes)
    cost = (routes["units_per_day"] * routes["usd_per_unit"]).sum()
    assert hit.summary["cost_usd_per_day"] == pytest.approx(cost)


def test_json_has_the_fields_that_scripts_rely_on(closure):
    found = json.loads(json.dumps(closure.to_dict(), allow_nan=False))
    assert found["scenario"] == "poland-closure-2025"
    assert (found["model"], found["as_of"]) == ("optimal", "2025-09-12")
    for state in ("baseline", "disrupted"):
        assert {
            "demand_t_per_day", "served_t_per_day", "shortfall_t_per_day", "cost_usd_per_day",
            "mean_hours", "by_cargo", "by_corridor",
        } <= set(found[state])  # fmt: skip
    assert {"rerouted_t_per_day", "added_hours_mean", "added_cost_usd_per_day"} <= set(
        found["change"]
    )
    assert {"capacity_id", "use", "shadow_price_usd"} <= set(found["bottlenecks"][0])
    assert found["certificate"]["closed_flow"] == 0


def test_the_same_question_has_the_same_answer_to_the_byte(net, closure):
    again = co.compare(co.assign(net, as_of="2025-09-12"), co.assign(net, "poland-closure-2025"))
    assert json.dumps(again.to_dict()) == json.dumps(closure.to_dict())
    assert again.reroutes.to_csv() == closure.reroutes.to_csv()


@pytest.mark.parametrize("name", some_scenarios())
def test_every_shipped_scenario_runs_and_is_explained(net, name):
    plan = co.scenario(name)
    assert plan.title
    assert plan.description
    hit = co.assign(net, plan)
    text = co.compare(co.assign(net, as_of=hit.state.day), hit).explain()
    assert text.startswith(f"On {plan.as_of}, of ")


def test_scenarios_add_up(net):
    poland = co.scenario("poland-closure-2025")
    border = co.scenario("kz-ru-border-2025")
    both = poland + border
    assert both.as_of is not None
    for one in (poland, border):
        assert any(e.in_force(both.as_of) for e in one.events)
    assert both.events == poland.events + border.events
    named = co.scenario("poland-closure-2025+kz-ru-border-2025")
    assert named.events == both.events
    together = co.assign(net, both.at("2025-09-20"))
    shipped = co.assign(net, "poland-and-kz-ru")
    assert together.answer.objective == pytest.approx(shipped.answer.objective, rel=1e-12)
    alone = [co.assign(net, s.at("2025-09-20")).answer.objective for s in (poland, border)]
    assert together.answer.objective >= max(alone) - 1e-6


def test_events_that_are_not_in_force_are_named(net):
    """A day after the closure: the answer must not look as if nothing came of it."""
    plan = co.scenario("poland-closure-2025").at("2025-09-25")
    hit = co.assign(net, plan)
    [idle] = hit.events_not_in_force
    assert "until 2025-09-25" in idle
    text = co.compare(co.assign(net, as_of="2025-09-25"), hit).explain()
    assert "1 is not in force on that day" in text


def test_a_share_of_nothing_is_a_closure(net):
    """Pipelines without a capacity stop too."""
    from corridors.scenarios.events import Event
    from corridors.scenarios.quantities import Quantity
    from corridors.scenarios.scenario import Scenario

    shut = Scenario("a", (Event("close", {"border": ["PL", "BY"]}),))
    nothing = Scenario(
        "b", (Event("limit", {"border": ["PL", "BY"]}, Quantity(0.0, "share"), where="x"),)
    )
    one, two = (co.assign(net, s, as_of="2025-09-12") for s in (shut, nothing))
    assert one.answer.objective == pytest.approx(two.answer.objective, rel=1e-12)
    assert one.state.closed_links == two.state.closed_links
