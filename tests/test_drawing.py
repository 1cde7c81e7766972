"""Draws begun from what is known: the same situations and answers as those worked out afresh."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields

import numpy as np
import pytest
import toys

import corridors as co
from corridors.analysis.monte_carlo import drawn_network
from corridors.analysis.uncertainty.drawing import Drawing, central_case
from corridors.analysis.uncertainty.figures import Solved, changed_figures
from corridors.analysis.uncertainty.in_parts import solve_in_parts, worth_its_loss
from corridors.analysis.uncertainty.inputs import UncertainInputs
from corridors.assignment.choice_parameters import choice_parameters, use_parameters
from corridors.flow import FlowProblem, solve
from corridors.network.network import Network
from corridors.scenarios.capacity.amounts import DrawnLimits
from corridors.scenarios.capacity.capacities import Limit
from corridors.scenarios.coupling.couplings import Coupling, couplings_of
from corridors.scenarios.scenario import scenario
from corridors.scenarios.state import network_state

DAY = "2025-06-01"
SHUT = f"name: shut\nas_of: {DAY}\nevents:\n  - close: {{link: a-b-road}}\n    from: 2025-01-01\n"
POLAND = "poland-closure-2025"


def ways(**cargo):
    """Draw a short way, one by a gate (at most 6 a day), and a long one by the sea of c and d."""
    return toys.network(
        {"a": "AA", "b": "BB", "c": "CC", "d": "DD"},
        [
            {"from_node": "a", "to_node": "b"},
            {"from_node": "a", "to_node": "c", "length_km": 80},
            {"from_node": "c", "to_node": "b", "length_km": 80},
            {"from_node": "a", "to_node": "d", "length_km": 150},
            {"from_node": "d", "to_node": "b", "length_km": 150},
        ],
        [
            {"origin": "a", "destination": "b", "per_day": 10},
            {"origin": "a", "destination": "c", "per_day": 2},
        ],
        cargo={"bulk": {"unit": "t", "t_per_unit": 1, "usd_per_unit_day": 5, **cargo}},
        capacities=[{"capacity_id": "gate", "name": "gate", "unit": "t", "amount": 6}],
        capacity_members=[{"capacity_id": "gate", "link_id": "c-b-road"}],
    )


@pytest.fixture
def shut(tmp_path):
    path = tmp_path / "shut.yaml"
    path.write_text(SHUT, encoding="utf-8")
    return scenario(path)


def afresh(own):
    """Return a network that knows nothing of the one that it was drawn from."""
    plain = Network(own.tables, folder=own.folder)
    use_parameters(plain, choice_parameters(own))
    return plain


def of_tables(net, plan, model):
    """Return what `changed_figures` does by way of the tables of a comparison."""
    found = co.run(net, plan, model=model)
    values = {
        name: found.change[name]
        for name in (
            "rerouted_t_per_day",
            "newly_unserved_t_per_day",
            "added_hours_mean",
            "added_cost_usd_per_day_rerouted",
            "surplus_lost_usd_per_day",
        )
    }
    values["baseline_shortfall_t_per_day"] = found.baseline.summary["shortfall_t_per_day"]
    lost = found.by_cargo.set_index("cargo")["lost_t_per_day"]
    return found, values | {f"lost_t_per_day: {k}": t for k, t in lost.items() if t > 0}


@pytest.mark.parametrize("model", ["optimal", "logit"])
def test_figures_are_those_of_the_tables(net, model):
    comparison, expected = of_tables(net, POLAND, model)
    pair = (Solved(one.state, one.answer) for one in (comparison.baseline, comparison.disrupted))
    found = changed_figures(*pair)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-6)
    assert found["rerouted_t_per_day"] > 1000


@pytest.mark.parametrize("cargo", [{}, {"elasticity": -1}])
@pytest.mark.parametrize(("model", "near"), [("optimal", 1e-9), ("logit", 2e-3)])
def test_draws_are_answered_as_if_afresh(shut, cargo, model, near):
    """Route choice may know other routes, each worth less than a thousandth of its demand."""
    net = ways(**cargo)
    inputs = UncertainInputs(net, choice=model == "logit")
    drawing = Drawing(central_case(net, shut, DAY, model))
    places = inputs.places(12, 1)
    drawing.learn(inputs.network(places[0]))
    for place in places:
        own = inputs.network(place)
        _, expected = of_tables(afresh(own), shut, model)
        assert drawing.figures(own) == pytest.approx(expected, rel=near, abs=1e-6)
    _, expected = of_tables(net, shut, model)
    assert drawing.figures(net) == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_a_draw_does_not_depend_on_those_before_it(shut):
    net = ways(elasticity=-1)
    inputs = UncertainInputs(net)
    places = inputs.places(6, 2)
    forward, backward = (Drawing(central_case(net, shut, DAY, "optimal")) for _ in range(2))
    one = [forward.figures(inputs.network(place)) for place in places]
    other = [backward.figures(inputs.network(place)) for place in places[::-1]]
    assert one == other[::-1]


@pytest.mark.parametrize("draw", ["all", "amounts"])
@pytest.mark.parametrize("day", ["2025-09-12", "2029-02-28"])
def test_a_drawn_network_is_the_same_problem_by_what_is_kept_as_afresh(net, draw, day):
    plan, day = scenario(POLAND), dt.date.fromisoformat(day)
    network_state(net, None, day)
    inputs = UncertainInputs(net)
    own = inputs.network(inputs.places(3, 1)[1]) if draw == "all" else drawn_network(net, 4, 2)
    assert own.like is net.whole
    for events in (None, plan):
        kept, new = (network_state(one, events, day) for one in (own, afresh(own)))
        for field in fields(FlowProblem):
            one, other = (getattr(state.problem, field.name) for state in (kept, new))
            assert np.array_equal(one, other) or one is other is None, field.name
        assert kept.demand.equals(new.demand)
        assert kept.offers.equals(new.offers)
        assert [limit.amount for limit in kept.limits] == [limit.amount for limit in new.limits]
    before = network_state(net, plan, day)
    assert np.array_equal(kept.problem.cost, before.problem.cost) == (draw == "amounts")
    assert not np.array_equal(kept.problem.bound, before.problem.bound)


@pytest.mark.parametrize(
    "name", ["cn-kz-permits-2025", "drivers-90-days-kazakh-2025", "fuel-russia-stops-2025"]
)
def test_what_an_event_leaves_of_a_draw_is_what_it_leaves_afresh(net, name):
    """Of a limit, of driver-days and of what is offered: of these each holds in a draw, too."""
    plan = scenario(name)
    network_state(net, None, plan.as_of)
    inputs = UncertainInputs(net)
    own = inputs.network(inputs.places(3, 1)[1])
    kept, new = (network_state(one, plan, plan.as_of) for one in (own, afresh(own)))
    assert len(kept.limits) == len(new.limits)
    for one, other in zip(kept.limits, new.limits, strict=True):
        for field in fields(Limit):
            values = getattr(one, field.name), getattr(other, field.name)
            assert np.array_equal(*values), (one.limit_id, field.name)
    assert np.array_equal(kept.problem.bound, [limit.available for limit in new.limits])
    assert np.array_equal(kept.problem.cost, new.problem.cost)
    assert kept.offers.equals(new.offers)


def test_what_couplings_hold_of_a_draw_is_what_they_hold_afresh(net):
    day = dt.date(2025, 10, 20)
    network_state(net, None, day)
    inputs = UncertainInputs(net)
    own = inputs.network(inputs.places(3, 1)[1])
    kept, new = (couplings_of(network_state(one, None, day)) for one in (own, afresh(own)))
    assert len(kept) == len(new) == 1
    for field in fields(Coupling):
        assert np.array_equal(getattr(kept[0], field.name), getattr(new[0], field.name)), field.name


def test_a_draw_makes_no_limit_that_nobody_looks_at(net):
    plan = scenario(POLAND)
    network_state(net, None, plan.as_of)
    inputs = UncertainInputs(net)
    own = inputs.network(inputs.places(3, 1)[1])
    limits = network_state(own, plan, plan.as_of).limits
    assert isinstance(limits, DrawnLimits)
    assert "_made" not in vars(limits)
    assert limits[3] is limits[:4][-1] is list(limits)[3]


def test_demands_of_nothing_leave_no_trace_in_parts():
    """Of two that share a way the second, of which nothing is wanted, is left out."""
    problem = steps()
    problem = type(problem)(**{**problem.__dict__, "amount": np.array([10.0, 0.0])})
    split, wanted = np.array([True, False]), problem.amount > 0
    whole, _ = solve_in_parts(problem, split)
    part, _ = solve_in_parts(problem, split, wanted=wanted)
    assert part.shortfall.tobytes() == whole.shortfall.tobytes()
    assert part.path_amount.tobytes() == whole.path_amount.tobytes()
    assert [p.tolist() for p in part.path_arcs] == [p.tolist() for p in whole.path_arcs]
    assert part.commodity_price[0] == whole.commodity_price[0]
    assert np.isnan(part.commodity_price[1])


def steps():
    """Return ten units that would pay 2, 4, 6 or 8 each quarter, by a way of 1 that takes 5."""
    plain = FlowProblem.from_arcs(
        [0, 0], [1, 1], [1, 5], [5, 99], [0, 0], [1, 1], [10, 1], [8, 8], n_nodes=2
    )
    price = np.array([[2.0, 4.0, 6.0, 8.0], [6.0, 6.5, 7.0, 8.0]])
    return type(plain)(**{**plain.__dict__, "step_price": price})


def test_a_demand_that_was_left_whole_and_stays_has_to_be_told_apart():
    """The way of 1 is full; the other of 5 is dearer than the two poorest quarters would pay."""
    problem = steps()
    none, split = solve_in_parts(problem, np.zeros(2, dtype=bool))
    assert none is None
    assert split.tolist() == [True, False]
    found, again = solve_in_parts(problem, split)
    assert again.tolist() == split.tolist()
    whole = solve(problem)
    assert found.shortfall.tolist() == whole.shortfall.tolist() == [5.0, 0.0]
    assert found.answer.certificate.ok
    assert found.answer.objective == pytest.approx(whole.objective)
    assert found.commodity_price[0] >= problem.step_price[0, 1]


def test_worth_its_loss_needs_no_steps():
    problem = steps()
    plain = type(problem)(**{**problem.__dict__, "step_price": np.empty((2, 0))})
    found, split = solve_in_parts(worth_its_loss(plain), np.zeros(2, dtype=bool))
    assert not split.any()
    assert found.answer.objective == pytest.approx(solve(plain).objective)
