"""Demand that answers to price: the curve, its steps in the program, what stays and what it loses.

The island: one way from a to b at 100 USD, one of 160 USD, and one of 900 USD::

    a --100-- b     (the short way, which the events shut or narrow)
    a --80--- c --80--- b
    a --450-- d --450-- b
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import toys
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as co
from corridors.errors import ProblemError
from corridors.flow import FlowProblem, solve
from corridors.flow.choice.demand_curve import GROWTH, STEPS, price_at, steepness, step_prices
from corridors.flow.choice.model import ChoiceModel
from corridors.flow.choice.solve import choose
from corridors.scenarios.demand_curves import choke_prices, ordinary_costs, with_curves
from corridors.scenarios.scenario import scenario
from corridors.scenarios.state import network_state

DAY = "2025-06-01"
SHARES = (np.arange(STEPS)[::-1] + 0.5) / STEPS


def island(**cargo):
    return toys.network(
        {"a": "AA", "b": "BB", "c": "CC", "d": "DD"},
        [
            {"from_node": "a", "to_node": "b"},
            {"from_node": "a", "to_node": "c", "length_km": 80},
            {"from_node": "c", "to_node": "b", "length_km": 80},
            {"from_node": "a", "to_node": "d", "length_km": 450},
            {"from_node": "d", "to_node": "b", "length_km": 450},
        ],
        [{"origin": "a", "destination": "b", "per_day": 80}],
        cargo={
            "bulk": {
                "unit": "t",
                "t_per_unit": 1,
                "loss_usd_per_unit": 600,
                "usd_per_unit": 1000,
                **cargo,
            }
        },
    )


def shut(tmp_path, text="  - close: {link: a-b-road}\n    from: 2025-01-01\n"):
    path = tmp_path / "shut.yaml"
    path.write_text(f"name: shut\nas_of: {DAY}\nevents:\n{text}", encoding="utf-8")
    return scenario(path)


def prices(elasticity, foot, base, loss=np.inf):
    """Work the curve out anew: D = G d / sqrt(1 + exp(2 b (c - m))), solved for c."""
    b = elasticity / (base * (1 - 1 / GROWTH**2))
    m = foot - np.log(GROWTH**2 - 1) / (2 * b)
    return np.minimum(m + np.log((GROWTH / SHARES) ** 2 - 1) / (2 * b), loss)


def test_the_curve_passes_through_its_foot_with_its_elasticity():
    foot, e = np.array([100.0]), np.array([1.5])
    steep = steepness(e, foot)
    assert price_at(np.array([1.0]), foot, steep) == pytest.approx([100.0], abs=1e-12)
    # One per cent of a per cent more of price takes 1.5 of that off the amount.
    dearer = price_at(np.array([1.0 - 1.5e-6]), foot, steep)
    assert dearer == pytest.approx([100.0 + 1e-4], rel=1e-9, abs=1e-8)


def test_steps_are_the_prices_of_the_middles_up_to_the_loss():
    steep = steepness(np.array([1.0]), np.array([100.0]))
    found = step_prices(np.array([100.0]), steep, np.array([250.0]))
    assert found == pytest.approx(prices(1.0, 100.0, 100.0, 250.0)[None, :], abs=1e-8)
    none = step_prices(np.array([100.0]), np.array([np.nan]), np.array([250.0]))
    assert (none == 250.0).all()


@pytest.mark.parametrize("wrong", [(0.0, 1.0, 2.0), (1.0, 0.0, 2.0), (1.0, 1.0, 1.0)])
def test_a_curve_that_does_not_fall_is_refused(wrong):
    with pytest.raises(ProblemError, match="expected a growth above 1"):
        steepness(np.array([wrong[0]]), np.array([wrong[1]]), wrong[2])


def test_who_pays_less_than_the_way_round_stays(tmp_path):
    net = island(elasticity=-1)
    hit = co.assign(net, shut(tmp_path))
    price = prices(1.0, 100.0, 100.0)
    stays = price < 160.0
    assert 0 < stays.sum() < STEPS
    assert hit.answer.shortfall == pytest.approx([10.0 * stays.sum()], abs=1e-8)
    assert hit.answer.cost == pytest.approx(160.0 * 10 * (~stays).sum(), abs=1e-8)
    row = hit.shortfall.iloc[0]
    assert row["loss_usd_per_day"] == pytest.approx(10 * price[stays].sum(), abs=1e-8)
    surplus = 10 * (price[stays] - 100.0).sum()
    assert row["surplus_lost_usd_per_day"] == pytest.approx(surplus, abs=1e-8)
    steps = hit.lost_by_step
    assert steps["step"].tolist() == list(range(1, int(stays.sum()) + 1))
    assert steps["price_usd"].to_numpy() == pytest.approx(price[stays], abs=1e-8)
    assert (steps["ordinary_usd"] == 100.0).all()
    assert hit.certificate.ok
    assert hit.answer.objective == pytest.approx(hit.answer.cost + row["loss_usd_per_day"])


def test_nobody_pays_a_multiple_of_the_ordinary_price(tmp_path):
    text = "  - close: {link: [a-b-road, a-c-road]}\n    from: 2025-01-01\n"
    fixed = co.assign(island(loss_usd_per_unit=2000), shut(tmp_path, text))
    assert fixed.answer.shortfall == pytest.approx([0])
    bent = co.assign(island(loss_usd_per_unit=2000, elasticity=-1), shut(tmp_path, text))
    assert bent.answer.shortfall == pytest.approx([80])
    # Goods worth 1000 bear 900 USD more in part only where the trade in them is rigid.
    rigid = {"elasticity": -1, "elasticity_of": "delivered", "loss_usd_per_unit": 2000}
    kept = co.assign(island(**rigid), shut(tmp_path, text))
    stays = prices(1.0, 100.0, 1100.0, 2000.0) < 900.0
    assert 0 < stays.sum() < STEPS
    assert kept.answer.shortfall == pytest.approx([10.0 * stays.sum()], abs=1e-8)


def test_the_ordinary_state_is_the_same_with_curves(tmp_path):
    plain, bent = island(), island(elasticity=-2)
    base = co.assign(bent, as_of=DAY)
    assert base.answer.objective == co.assign(plain, as_of=DAY).answer.objective
    state = with_curves(base.state)
    assert ordinary_costs(bent, base.state.day) == {"a-b-bulk": 100.0}
    with_steps = solve(state.problem)
    assert with_steps.class_flow.tolist() == base.answer.class_flow.tolist()
    assert with_steps.shortfall == pytest.approx([0])
    # Nor does a scenario without an event in force change anything, in either model.
    late = shut(tmp_path, "  - close: {link: a-b-road}\n    from: 2026-01-01\n")
    for model in ("optimal", "logit"):
        usual = co.assign(bent, as_of=DAY, model=model)
        idle = co.assign(bent, late, model=model)
        assert idle.answer.class_flow == pytest.approx(usual.answer.class_flow, abs=1e-6)


def test_without_elasticities_what_stays_loses_all_that_it_is_worth(tmp_path):
    text = "  - close: {node: b}\n    from: 2025-01-01\n"
    hit = co.assign(island(), shut(tmp_path, text))
    row = hit.shortfall.iloc[0]
    assert row["loss_usd_per_day"] == row["surplus_lost_usd_per_day"] == 80 * 600
    assert hit.lost_by_step["ordinary_usd"].tolist() == [0.0]


def test_a_full_limit_is_part_of_the_ordinary_price(tmp_path):
    """Half of the cargo goes by c in ordinary times, at 160 USD: that is what all are used to."""
    gate = {
        "capacities": [{"capacity_id": "gate", "name": "gate", "unit": "t", "amount": 40}],
        "capacity_members": [{"capacity_id": "gate", "link_id": "a-b-road"}],
    }
    net = toys.network(
        {"a": "AA", "b": "BB", "c": "CC"},
        [{"from_node": "a", "to_node": "b"}, {"from_node": "a", "to_node": "c"},
         {"from_node": "c", "to_node": "b", "length_km": 60}],
        [{"origin": "a", "destination": "b", "per_day": 80}],
        cargo={"bulk": {"unit": "t", "t_per_unit": 1, "elasticity": -1}},
        **gate,
    )  # fmt: skip
    hit = co.assign(net, shut(tmp_path))
    assert ordinary_costs(net, hit.state.day) == {"a-b-bulk": 160.0}
    assert hit.answer.shortfall == pytest.approx([0])


def test_the_choke_price_is_where_half_stays_and_never_above_the_loss():
    net = island(elasticity=-1)
    state = network_state(net, None, co.assign(net, as_of=DAY).state.day)
    steep = steepness(np.array([1.0]), np.array([100.0]))
    half = price_at(np.array([0.5]), np.array([100.0]), steep)
    assert choke_prices(state).to_dict() == pytest.approx({"a-b-bulk": half[0]})
    plain = island()
    assert choke_prices(network_state(plain, None, state.day)).tolist() == [600.0]
    rigid = island(elasticity=-0.1)
    assert choke_prices(network_state(rigid, None, state.day)).tolist() == [600.0]


def test_route_choice_falls_along_the_same_curve(tmp_path):
    """With choices that hardly spread, one way is left at 160 USD, and D(160) of 80 travel."""
    from corridors.assignment.choice_parameters import ChoiceParameters, use_parameters

    net = island(elasticity=-1)
    use_parameters(net, ChoiceParameters(dispersion=1e-4))
    text = "  - close: {link: [a-b-road, a-d-road]}\n    from: 2025-01-01\n"
    hit = co.assign(net, shut(tmp_path, text), model="logit")
    b = 1.0 / (100.0 * 0.75)
    m = 100.0 - np.log(3.0) / (2 * b)
    travels = 2 * 80 / np.sqrt(1 + np.exp(2 * b * (160.0 - m)))
    assert hit.answer.volume == pytest.approx([travels], rel=1e-8)
    assert hit.answer.shortfall == pytest.approx([80 - travels], rel=1e-8)
    assert hit.shortfall["surplus_lost_usd_per_day"].item() > 0


def test_what_grows_where_others_make_room_is_newly_wanted(tmp_path):
    """Boxes leave the narrow gate, and bulk that paid its price has it for less, and grows."""
    net = toys.network(
        {"a": "AA", "b": "BB", "c": "CC", "x": "XX"},
        [{"from_node": "a", "to_node": "b"}, {"from_node": "x", "to_node": "a"},
         {"from_node": "a", "to_node": "c"}, {"from_node": "c", "to_node": "b"}],
        [{"origin": "a", "destination": "b", "per_day": 50},
         {"origin": "x", "destination": "b", "per_day": 50}],
        cargo={"bulk": {"unit": "t", "t_per_unit": 1, "elasticity": -1}},
        capacities=[{"capacity_id": "gate", "name": "gate", "unit": "t", "amount": 60}],
        capacity_members=[{"capacity_id": "gate", "link_id": "a-b-road"}],
    )  # fmt: skip
    base = co.assign(net, as_of=DAY, model="logit")
    text = "  - close: {link: x-a-road}\n    from: 2025-01-01\n"
    hit = co.assign(net, shut(tmp_path, text), model="logit")
    assert hit.answer.growth[0] > 0.1
    found = co.compare(base, hit)
    steps = dict(found.waterfall.itertuples(index=False))
    assert steps["newly wanted"] == pytest.approx(hit.answer.growth[0])
    parts = sum(v for k, v in steps.items() if k not in ("demand", "newly wanted"))
    assert parts == pytest.approx(steps["demand"])


@st.composite
def problems(draw):
    """Random small networks with demand in steps."""
    seed = draw(st.integers(0, 2**32 - 1))
    r = np.random.default_rng(seed)
    n, arcs, k = int(r.integers(3, 7)), int(r.integers(4, 16)), int(r.integers(1, 6))
    tail, head = r.integers(0, n, arcs), r.integers(0, n, arcs)
    origin, destination = r.integers(0, n, k), r.integers(0, n, k)
    plain = FlowProblem.from_arcs(
        tail, head, r.integers(0, 9, arcs), r.integers(0, 9, arcs),
        origin, destination, r.integers(0, 9, k), 50.0, n_nodes=n,
    )  # fmt: skip
    steps = np.sort(r.integers(1, 60, (k, int(r.integers(1, 6)))), axis=1).astype(float)
    return replace(plain, step_price=steps), r


@settings(max_examples=60, deadline=None)
@given(problems())
def test_steps_are_the_same_as_commodities_of_their_own(case):
    problem, _ = case
    answer, apart = solve(problem), solve(problem.by_step)
    assert answer.objective == apart.objective
    assert answer.certificate.ok
    assert answer.class_flow.tolist() == apart.class_flow.tolist()
    n = problem.n_steps
    short = apart.shortfall.reshape(-1, n)
    assert answer.shortfall == pytest.approx(short.sum(axis=1))
    assert answer.loss == pytest.approx((short * problem.step_price).sum(), abs=1e-7)
    assert answer.cost >= -1e-7
    carried = np.bincount(answer.path_commodity, answer.path_amount, problem.n_commodities)
    assert carried + answer.shortfall == pytest.approx(problem.amount, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(problems())
def test_more_capacity_never_loses_more_of_what_is_worth_most(case):
    """Cost plus loss never rises with capacity, and one price for all loses no more than steps."""
    problem, r = case
    answer = solve(problem)
    arc = int(r.integers(problem.n_arcs))
    wider = answer.resolve(capacity={arc: float(problem.bound[arc]) + 3.0})
    assert wider.objective <= answer.objective + 1e-7
    assert wider.objective == pytest.approx(solve(wider.problem).objective, abs=1e-7)
    shut_ = answer.resolve(closed=[arc])
    assert shut_.objective >= answer.objective - 1e-7
    assert shut_.arc_flow[arc] == 0.0
    afresh = solve(problem.changed(closed=[arc]))
    assert shut_.class_flow.tolist() == afresh.class_flow.tolist()
    more = answer.resolve(demand=problem.amount * 2.0)
    assert more.objective == pytest.approx(solve(more.problem).objective, abs=1e-7)


@settings(max_examples=25, deadline=None)
@given(
    st.floats(20, 400),
    st.floats(0.2, 6),
    st.lists(st.floats(1, 30), min_size=2, max_size=6),
)
def test_one_gate_alone_loses_no_more_the_wider_it_is(second, elasticity, widths):
    """One demand, a gate and a way round: what stays never rises with the width of the gate."""
    foot = np.array([10.0])
    steep = steepness(np.array([elasticity]), foot)
    steps = step_prices(foot, steep, np.array([300.0]))
    lost = []
    for width in sorted(widths):
        plain = FlowProblem.from_arcs(
            [0, 0], [1, 1], [10.0, second], [width, np.inf], [0], [1], [40.0], 300.0
        )
        lost.append(solve(replace(plain, step_price=steps)).shortfall[0])
    assert all(a >= b - 1e-9 for a, b in pairwise(lost))


def test_prices_of_steps_that_fall_are_refused():
    plain = FlowProblem.from_arcs([0], [1], [1], [5], [0], [1], [4], 9)
    with pytest.raises(ProblemError, match=r"step_price\[0\]: expected prices that rise"):
        replace(plain, step_price=np.array([[3.0, 2.0]]))
    with pytest.raises(ProblemError, match="step_price: expected shape"):
        replace(plain, step_price=np.array([[3.0], [2.0]]))


def test_a_curve_that_is_smooth_and_its_steps_agree_as_steps_grow_many():
    foot, elasticity = np.array([10.0]), np.array([1.2])
    plain = FlowProblem.from_arcs([0], [1], [17.0], [np.inf], [0], [1], [60.0], 1000.0)
    model = ChoiceModel.staying(plain, 1e3)
    smooth = choose(plain, model.elastic(np.array([0]), np.array([60.0]), foot, elasticity))
    steep = steepness(elasticity, foot)
    steps = step_prices(foot, steep, np.array([1000.0]), steps=2000)
    cut = solve(replace(plain, step_price=steps))
    assert cut.shortfall[0] == pytest.approx(smooth.shortfall[0], abs=60 / 2000)


@pytest.mark.parametrize(("usd", "stays"), [(300, 0.0), (600, 1.0)])
def test_by_days_the_curve_is_one_price_for_another_way_alone(usd, stays):
    """A charge at the origin makes all ways dearer alike, and the loss of the cargo is 600.

    In the steady state more than half stays at 400 USD a tonne. By days nobody does before the
    way costs more than the loss; then all do.
    """
    net = island(elasticity=-1, elasticity_of="transport", reaction_days=0)
    out = ["a-b-road", "a-c-road", "a-d-road"]
    plan = scenario(
        {
            "name": "dear",
            "as_of": DAY,
            "events": [{"surcharge": {"link": out}, "by": f"{usd} USD/t", "from": DAY}],
        }
    )
    assert choke_prices(co.assign(net, as_of=DAY).state).iloc[0] < 400
    lost = co.assign(net, plan, model="optimal").summary["shortfall_t_per_day"]
    assert lost > 40
    days = co.simulate(net, plan, 10, start=DAY).waterfall.set_index("what")["t"]
    assert days["never_shipped"] == pytest.approx(stays * 800)
