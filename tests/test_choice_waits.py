"""Waits that rise with use, inside the equilibrium of route choice."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import flow_cases
import numpy as np
import pytest
import toys
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq
from typer.testing import CliRunner

import corridors as co
from corridors.cli.app import app
from corridors.errors import ProblemError
from corridors.flow import FlowProblem
from corridors.flow.choice import ChoiceModel, choose
from corridors.flow.choice.certificate import certify_choice
from corridors.flow.choice.model import spread_by_cost
from corridors.flow.choice.proof_of_waits import waited
from corridors.flow.choice.rising_waits import RisingWaits

few = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
CLOSE = 1e-8
DAY = "2025-06-01"


def gate(rate=10.0, own=0.0, spread=1.0, exponent=1.0, usual=0.0, value=3.0):
    """A limit, number 0."""
    given_ = (rate, own, spread, exponent, usual, value)
    return RisingWaits(np.array([0]), *(np.array([float(v)]) for v in given_))


def two_roads(waits, amount=8.0, cost=(1.0, 2.0)):
    """0 ==gate, open==> 1, and what stays is worth 50."""
    room = float(waits.rate[0] - waits.own[0])
    return FlowProblem.from_arcs(
        [0, 0], [1, 1], list(cost), [room, math.inf], [0], [1], [amount], 50.0
    )


@pytest.mark.parametrize(
    ("amount", "how"),
    [
        (8, {}),
        (8, {"own": 3}),
        (8, {"usual": 0.2}),
        (8, {"own": 6, "exponent": 2.5, "usual": 0.6, "value": 30}),
        (80, {"own": 6, "exponent": 2.5, "usual": 0.6, "value": 30}),
        (80, {"own": 6, "exponent": 1.4, "spread": 1e-3}),
        (0.8, {"own": 9.5, "usual": 0.01}),
    ],
)
def test_two_roads_share_as_the_wait_at_their_gate_says(amount, how):
    """The equilibrium is the root of one equation: flow by logit at the wait of that flow."""
    waits = gate(**how)
    rate, own, spread, exponent, usual, value = (
        float(getattr(waits, name)[0])
        for name in ("rate", "own", "spread", "exponent", "usual", "value")
    )

    def price(flow):
        days = spread * ((own + flow) / rate) ** exponent / (rate - own - flow)
        return value * max(days - usual, 0.0)

    def off(flow):
        first = math.exp(-1.0 - price(flow))
        return amount * first / (first + math.exp(-2.0) + math.exp(-50.0)) - flow

    flow = brentq(off, 0.0, rate - own - 1e-13, xtol=1e-15, rtol=1e-15)
    problem = two_roads(waits, amount)
    answer = choose(problem, replace(ChoiceModel.staying(problem, 1.0), waits=waits))
    assert answer.arc_flow[0] == pytest.approx(flow, abs=CLOSE)
    assert answer.limit_price[0] == pytest.approx(price(flow), rel=CLOSE)
    assert abs(answer.certificate.relative_gap) < 1e-9


def test_the_wait_of_one_server_is_that_of_pollaczek_and_khinchine():
    """8 of 10 a day: M/M/1 waits 0.4 days, and those who pass pay 3 dollars a day."""
    assert gate().wait(np.array([8.0])) == pytest.approx([0.4], rel=1e-14)
    waits = gate()
    assert waits.passes(np.array([1.2])) == pytest.approx([8.0], rel=1e-12)


@few
@given(
    st.floats(0.0, 8.0), st.floats(1.0, 9.0), st.floats(1e-4, 5.0), st.floats(0.0, 2.0),
    st.floats(-6.0, 6.0),
)  # fmt: skip
def test_what_passes_at_a_price_waits_as_long_as_the_price_is_worth(
    own, exponent, spread, usual, power
):
    waits = gate(own=own, exponent=exponent, spread=spread, usual=usual)
    price = waits.least + 10.0**power
    flow = waits.passes(price)
    assert 0 <= flow[0] <= 10.0 - own
    room = 10.0 - own - flow[0]
    if flow[0] > 1e-6 and room > 1e-6:
        said = 3.0 * (waits.wait(flow) - usual)
        # What is left of the rate is known to the last digits of the flow.
        assert said == pytest.approx(price, rel=1e-8 + 1e-14 / room, abs=1e-9)


@few
@given(
    st.floats(0.0, 8.0), st.floats(1.0, 9.0), st.floats(1e-3, 5.0), st.floats(1e-3, 2.0),
    st.floats(-2.0, 3.0),
)  # fmt: skip
def test_the_conjugate_is_the_sum_of_what_passes_and_its_slope_the_rise(
    own, exponent, spread, usual, power
):
    waits = gate(own=own, exponent=exponent, spread=spread, usual=usual)
    price = waits.least + 10.0**power
    start = float(waits.least[0])
    summed = quad(
        lambda p: float(waits.passes(np.array([p]))[0]), start, float(price[0]),
        epsabs=1e-11, epsrel=1e-11, limit=400,
    )[0]  # fmt: skip
    begun = start * float(waits.passes(waits.least)[0])
    assert float(waits.worth(price)[0]) == pytest.approx(begun + summed, rel=1e-7, abs=1e-8)
    # Fenchel: the area under the wait, summed otherwise, is what the conjugate leaves.
    flow = waits.passes(price)
    area = price * flow - waits.worth(price)
    assert waited(waits, flow) == pytest.approx(area, rel=1e-8, abs=1e-9)
    step = 1e-5 * price
    rise = (waits.passes(price + step) - waits.passes(price - step)) / (2 * step)
    if (price - step > waits.least)[0]:
        assert waits.slope(price) == pytest.approx(rise, rel=1e-4, abs=1e-9)


@few
@given(st.integers(0, 100_000))
def test_random_networks_keep_limits_close_what_is_closed_and_prove_themselves(seed):
    problem = flow_cases.random_problem(seed)
    r = np.random.default_rng(seed)
    rising = np.isfinite(problem.bound) & (problem.bound > 0) & np.isinf(problem.excess_price)
    limit = np.flatnonzero(rising)
    if not len(limit):
        return
    room = problem.bound[limit]
    own = room * r.choice([0.0, 0.5, 4.0], len(limit))
    waits = RisingWaits(
        limit, room + own, own, room * 10.0 ** r.uniform(-3, 0, len(limit)),
        r.uniform(1.0, 4.0, len(limit)), 10.0 ** r.uniform(-4, 0, len(limit)),
        10.0 ** r.uniform(-2, 1, len(limit)),
    )  # fmt: skip
    level = np.median(problem.penalty) + 1.0
    scale = spread_by_cost(np.full(problem.n_commodities, level), 0.2)
    model = ChoiceModel.staying(problem, scale)
    answer = choose(problem, replace(model, waits=waits))
    hard = choose(problem, model, answer.route_set)
    assert answer.certificate.ok
    assert not answer.arc_flow[problem.closed].any()
    # At the flows of the answer each limit's price is what its wait is worth.
    proof = answer.certificate
    assert proof.complementarity < 1e-9
    assert proof.capacity_residual < 1e-9
    # A wait is one cost more, so that no plan is worth more with it.
    assert proof.objective >= hard.certificate.objective - 1e-6 * (1 + abs(proof.objective))


def test_waits_that_vanish_leave_a_hard_limit():
    problem = two_roads(gate(rate=5.0))
    model = ChoiceModel.staying(problem, 1.0)
    hard = choose(problem, model)
    assert hard.limit_price[0] > 0
    last = math.inf
    for spread in (1.0, 1e-2, 1e-4, 1e-6):
        soft = choose(problem, replace(model, waits=gate(rate=5.0, spread=spread)))
        off = abs(soft.arc_flow[0] - hard.arc_flow[0])
        assert off < last
        last = off
    assert last < 1e-4


def test_a_wait_below_the_usual_one_costs_nothing():
    waits = gate(usual=10.0)
    problem = two_roads(waits)
    model = ChoiceModel.staying(problem, 1.0)
    soft, hard = choose(problem, replace(model, waits=waits)), choose(problem, model)
    assert soft.limit_price.tolist() == [0.0]
    assert soft.arc_flow == pytest.approx(hard.arc_flow, abs=1e-12)


@pytest.mark.parametrize(("price", "flow"), [(0.0, None), (5.0, None), (None, 1.0)])
def test_the_proof_finds_a_price_that_is_not_the_waits(price, flow):
    waits = gate()
    problem = two_roads(waits)
    model = replace(ChoiceModel.staying(problem, 1.0), waits=waits)
    right = choose(problem, model)
    flows = right.route_flow.copy()
    if flow is not None:
        flows += [flow, -flow]
    wrong = certify_choice(
        problem, model, right.route_set.commodity, right.route_set.start, right.route_set.arcs,
        flows, right.limit_price if price is None else np.array([price]), right.multiplier,
    )  # fmt: skip
    assert right.certificate.ok
    assert not wrong.ok


@pytest.mark.parametrize("factor", [1.2, 1.001, 0.8])
def test_the_proof_holds_each_price_against_the_wait_however_little_it_is_of_all(factor):
    """A small gate beside a stream whose cost is a million times that of its waiting."""
    problem = FlowProblem.from_arcs(
        [0, 0, 2], [1, 1, 3], [1.0, 2.0, 1e6], [10.0, math.inf, math.inf], [0, 2], [1, 3],
        [8.0, 1e3], 1e9,
    )  # fmt: skip
    model = replace(ChoiceModel.staying(problem, 1.0), waits=gate())
    right = choose(problem, model)
    other = choose(problem, replace(model, waits=gate(value=3.0 * factor)))
    wrong = certify_choice(
        problem, model, other.route_set.commodity, other.route_set.start, other.route_set.arcs,
        other.route_flow, other.limit_price, other.multiplier,
    )  # fmt: skip
    assert right.certificate.ok
    assert not wrong.ok
    assert wrong.complementarity > 1e-6


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"value": 0.0}, "value: expected numbers above 0"),
        ({"own": 10.0}, "room beside other traffic"),
        ({"exponent": 0.5}, "exponents of at least 1"),
        ({"usual": math.inf}, "usual"),
    ],
)
def test_waits_that_cannot_be_are_refused(changed, said):
    with pytest.raises(ProblemError, match=said):
        gate(**changed)


def test_waits_of_another_limit_are_refused():
    problem = two_roads(gate())
    model = ChoiceModel.staying(problem, 1.0)
    for waits in (gate(rate=9.0), replace(gate(), limit=np.array([1]))):
        with pytest.raises(ProblemError, match="waits"):
            choose(problem, replace(model, waits=waits))


def two_ways(amount=20.0):
    """The two ways of `toys.two_ways`, with a limit at which arrivals and service vary."""
    varies = {"mode": "road", "unit": "t", "cv_arrivals": 1, "cv_service": 1, "lot": 1}
    return toys.two_ways(amount, variation=[varies])


def narrowed(to: float) -> co.Scenario:
    """The gate of 20 t a day lets pass less."""
    return co.scenario(
        {"name": "narrowed", "events": [{"limit": {"capacity": "short"}, "to": to / 20.0}]}
    )


def test_a_gate_that_narrows_makes_cargo_wait_and_go_round():
    net, plan = two_ways(), narrowed(8.5)
    usual = co.assign(net, as_of=DAY, model="logit", expected_queue=True)
    plain = co.assign(net, plan, as_of=DAY, model="logit")
    hit = co.assign(net, plan, as_of=DAY, model="logit", expected_queue=True)
    before = usual.capacities.set_index("capacity_id").loc["short"]
    row = hit.capacities.set_index("capacity_id").loc["short"]
    # The wait of M/M/1 less that of the undisturbed day, at 24 dollars a day.
    ordinary = before["used"] / 20 / (20 - before["used"])
    days = row["used"] / 8.5 / (8.5 - row["used"]) - ordinary
    assert row["added_wait_hours"] == pytest.approx(24 * days, rel=1e-6)
    assert row["price_usd"] == pytest.approx(24 * days, rel=1e-6)
    assert row["used"] < plain.capacities["used"].iloc[0] - 0.1
    assert before["added_wait_hours"] == 0
    assert hit.waits.residual <= 1e-6
    assert hit.waits.unlike == pytest.approx(0, abs=1e-12)
    assert hit.waits.usd_per_day == pytest.approx(row["used"] * 24 * days, rel=1e-6)
    assert plain.waits is None
    told = co.compare(usual, hit).explain()
    assert "those who pass 1 capacity wait longer than usual" in told
    assert hit.to_dict()["waits"]["residual"] == hit.waits.residual
    assert "those who pass 1 capacity wait longer" in co.compare(usual, hit).report()
    assert "waits that rise" not in co.compare(usual, plain).report()
    assert "one more a day saves" not in co.compare(usual, hit).report()
    assert hit.certificate.ok


def test_the_queue_of_a_gate_that_was_full_before_is_told_by_its_price():
    net = two_ways(5.0)
    usual = co.assign(net, as_of=DAY, model="logit", expected_queue=True)
    cut = {"name": "cut", "events": [{"limit": {"capacity": "short"}, "to": 0.9}]}
    hit = co.assign(net, co.scenario(cut), as_of=DAY, model="logit", expected_queue=True)
    before, after = (a.capacities["price_usd"].iloc[0] for a in (usual, hit))
    assert after > before > 0
    assert hit.waits.full == 1
    assert hit.waits.full_usd_per_day == pytest.approx((after - before) * 4.5, rel=1e-6)
    told = co.compare(usual, hit).explain()
    assert "At 1 capacity full without it" in told
    assert "nobody waits longer than usual at other capacities" in told


def test_a_wait_longer_than_a_quarter_of_a_year_is_told_as_none_that_will_be(net):
    found = co.run(net, "cpc-stops-2025", expected_queue=True)
    told = found.explain()
    assert found.disrupted.capacities["added_wait_hours"].max() > 90 * 24
    assert "by more than 90 days" in told
    assert "no queue of a quarter of a year would be as long" in told
    assert "in waiting)" in told
    assert "would save" not in told


def test_what_leaves_every_gate_as_it_was_makes_nobody_wait():
    net = two_ways()
    hit = co.assign(net, narrowed(19.9999), as_of=DAY, model="logit", expected_queue=True)
    same = co.assign(net, as_of=DAY, model="logit")
    assert hit.answer.arc_flow == pytest.approx(same.answer.arc_flow, abs=1e-3)
    assert "nobody waits longer than usual anywhere" in co.compare(same, hit).explain()


def test_a_gate_that_closes_carries_nothing():
    hit = co.assign(two_ways(), narrowed(0), as_of=DAY, model="logit", expected_queue=True)
    assert hit.capacities["used"].tolist() == [0.0]
    assert hit.waits.usd_per_day == 0


def test_those_of_the_shipped_network_settle_and_are_kept_with_the_result(net, tmp_path):
    found = co.run(net, "kz-ru-border-2025", expected_queue=True)
    waits = found.disrupted.waits
    assert waits.residual <= 1e-6
    assert 0 < waits.unlike < 0.5
    assert waits.usd_per_day > 10_000
    table = found.disrupted.capacities
    assert (table["used"] <= (table["amount"] - table["background"]).clip(lower=0) + 1e-6).all()
    folder = found.save(tmp_path / "kept")
    assert json.loads((folder / "manifest.json").read_text())["parameters"]["expected_queue"]
    done = CliRunner().invoke(app, ["verify", str(folder)])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("ask", [co.run, co.assign])
def test_the_best_plan_waits_nowhere_and_says_so(net, ask):
    with pytest.raises(co.ScenarioError, match="expected 'logit'"):
        ask(net, "kz-ru-border-2025", model="optimal", expected_queue=True)


def test_the_command_says_what_is_without_waits(tmp_path):
    folder = co.new_network(tmp_path / "mine")
    plan = f"{folder}/border-closed.yaml"
    options = ["--network", str(folder), "--expected-queue"]
    told = CliRunner().invoke(app, ["run", plan, *options, "--uncertainty", "2"])
    assert told.exit_code == 0, told.output
    assert "what --uncertainty tells is worked out without" in told.output
    assert "does not say how arrivals and service vary" in " ".join(told.stdout.split())
    wrong = CliRunner().invoke(app, ["run", plan, *options, "--model", "optimal"])
    assert wrong.exit_code != 0
    assert "expected 'logit'" in " ".join(str(wrong.exception or wrong.output).split())


def test_the_proof_shares_nothing_with_what_finds_the_waits():
    source = Path(co.flow.choice.proof_of_waits.__file__).read_text("utf-8")
    assert "rising_waits import" not in source.split("if TYPE_CHECKING:")[0]
    assert ".wait(" not in source
    assert ".passes(" not in source


@pytest.mark.parametrize(
    "name", ["cn-tax-invoice-2025", "fuel-dearer-petrol-2025", "drivers-90-days-kazakh-2025"]
)
def test_prices_of_next_to_nothing_come_to_their_bound(net, name):
    """What is sold all but exactly, and waits that all but vanish, left searches without end."""
    found = co.assign(net, name, model="logit", expected_queue=True)
    assert found.waits.residual <= 1e-6
    assert found.answer.steps < 60
