"""Route choice on networks small enough for the answer to be written down."""

from __future__ import annotations

import ast
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import corridors.flow.choice
from corridors.errors import CertificateError, ProblemError
from corridors.flow import FlowProblem
from corridors.flow.choice import ChoiceModel, Counts, RouteSet, choose
from corridors.flow.choice.beginning import prices_of_cheapest
from corridors.flow.choice.certificate import certify_choice
from corridors.flow.choice.dual import Dual
from corridors.flow.choice.solve import choose_settled
from corridors.flow.usage import open_costs

CLOSE = 1e-8
OPEN = math.inf


def parallel(cost, capacity=OPEN, amount=10.0, penalty=1000.0):
    """0 ==(one arc a route)==> 1."""
    n = len(cost)
    return FlowProblem.from_arcs([0] * n, [1] * n, cost, capacity, [0], [1], [amount], penalty)


def one_count(arc, observed, softness, **others):
    count = {"member_class": -1, "member_commodity": -1, **others}
    return Counts(
        observed=np.array([float(observed)]),
        softness=np.array([float(softness)]),
        member_count=np.array([0]),
        member_arc=np.array([arc]),
        member_class=np.array([count["member_class"]]),
        member_commodity=np.array([count["member_commodity"]]),
        member_factor=np.array([1.0]),
    )


def test_shares_of_separate_routes_are_those_of_the_logit():
    answer = choose(p := parallel([10, 12, 15]), ChoiceModel.staying(p, 0.5))
    weight = np.exp(-0.5 * np.array([10.0, 12.0, 15.0]))
    assert answer.arc_flow == pytest.approx(10 * weight / weight.sum(), abs=CLOSE)
    assert answer.limit_price.tolist() == []
    assert answer.certificate.ok


def test_routes_that_share_a_part_count_less_by_the_part():
    """Three routes of cost 10; two of them have their first half in common::

    0 --5--> 1 ==5,5==> 2      path sizes 1/2 * 1/2 + 1/2 = 3/4 each
    0 --------10------> 2      path size 1
    """
    p = FlowProblem.from_arcs([0, 1, 1, 0], [1, 2, 2, 2], [5, 5, 5, 10], OPEN, [0], [2], [10], 1e3)
    answer = choose(p, ChoiceModel.staying(p, 1.0))
    assert answer.arc_flow == pytest.approx([6, 3, 3, 4], abs=CLOSE)


def test_a_limit_that_binds_has_the_price_that_keeps_to_it():
    p = parallel([10, 12, 15], [3, OPEN, OPEN])
    answer = choose(p, ChoiceModel.staying(p, 0.5))
    others = sum(math.exp(-0.5 * c) for c in (12, 15, 1000))
    price = 2 * math.log(math.exp(-5) * 0.7 / (0.3 * others))
    assert answer.limit_price == pytest.approx([price], abs=CLOSE)
    assert answer.arc_flow[0] == pytest.approx(3, abs=CLOSE)
    assert answer.arc_flow.sum() == pytest.approx(10, abs=CLOSE)


def test_two_limits_that_bind_leave_the_rest_to_the_third_route():
    p = parallel([10, 12, 15], [3, 2, OPEN])
    answer = choose(p, ChoiceModel.staying(p, 0.5))
    assert answer.arc_flow == pytest.approx([3, 2, 5], abs=CLOSE)
    # Shares of 3 : 2 : 5 at costs 10 + a, 12 + b and 15.
    prices = [5 - 2 * math.log(3 / 5), 3 - 2 * math.log(2 / 5)]
    assert answer.limit_price == pytest.approx(prices, abs=CLOSE)


def test_where_all_routes_are_full_the_rest_stays_at_home():
    p = parallel([10, 12], [3, 2], penalty=100)
    answer = choose(p, ChoiceModel.staying(p, 0.5))
    assert answer.shortfall == pytest.approx([5], abs=CLOSE)
    # Shares of 3 : 2 : 5 at costs 10 + a, 12 + b, and 100 of staying.
    prices = [90 - 2 * math.log(3 / 5), 88 - 2 * math.log(2 / 5)]
    assert answer.limit_price == pytest.approx(prices, abs=CLOSE)


def test_a_limit_counts_what_each_class_takes_of_it():
    """Two cargoes share a limit of 6 units, of which the second takes two a unit."""
    p = FlowProblem(
        n_nodes=2,
        tail=np.array([0, 0]),
        head=np.array([1, 1]),
        cost=np.array([[10.0, 12.0], [10.0, 12.0]]),
        tie_cost=np.zeros((2, 2)),
        origin=np.array([0, 0]),
        destination=np.array([1, 1]),
        amount=np.array([6.0, 6.0]),
        penalty=np.array([1e3, 1e3]),
        commodity_class=np.array([0, 1]),
        bound=np.array([6.0]),
        member_limit=np.array([0, 0]),
        member_arc=np.array([0, 0]),
        member_class=np.array([0, 1]),
        member_factor=np.array([1.0, 2.0]),
    )
    answer = choose(p, ChoiceModel.staying(p, 1.0))
    (price,) = answer.limit_price
    shares = [1 / (1 + math.exp(10 + factor * price - 12)) for factor in (1, 2)]
    assert answer.class_flow[:, 0] == pytest.approx([6 * s for s in shares], abs=CLOSE)
    assert answer.class_flow[0, 0] + 2 * answer.class_flow[1, 0] == pytest.approx(6, abs=CLOSE)


def three_ways():
    """Both ways through node 1, and the one past it."""
    return RouteSet.of([(0, np.array(arcs)) for arcs in ([0, 1], [0, 2], [3])])


def test_a_route_that_nobody_would_take_changes_nothing_for_those_it_shares_a_part_with():
    """The second of the three routes costs 90 more than the others, and has the first link of one::

    0 --5--> 1 --5--> 2       0 --5--> 1 --95--> 2       0 --10--> 2
    """
    p = FlowProblem.from_arcs([0, 1, 1, 0], [1, 2, 2, 2], [5, 5, 95, 10], OPEN, [0], [2], [8], 1e3)
    answer = choose(p, ChoiceModel.staying(p, 1.0))
    assert answer.arc_flow == pytest.approx([4, 4, 0, 4], abs=CLOSE)
    shut = choose(replace(p, closed=np.array([False, False, True, False])), answer.model)
    assert shut.arc_flow == pytest.approx(answer.arc_flow, abs=CLOSE)


@pytest.mark.parametrize("behind", [0.0, 0.3, 2.0])
def test_routes_that_differ_by_a_siding_cost_together_what_the_best_of_them_costs(behind):
    """The siding costs next to nothing, so that the path size is that of what they share."""
    p = FlowProblem.from_arcs(
        [0, 1, 1, 0], [1, 2, 2, 2], [10, 1e-9, behind + 1e-9, 10], OPEN, [0], [2], [8], 1e3
    )
    theta = 2.0
    answer = choose(p, ChoiceModel.staying(p, theta), three_ways())
    users = 1 + math.exp(-theta * behind)
    # The dear siding is its own: only what is shared is divided among its users.
    sizes = np.array([1 / users, (10 / users + behind) / (10 + behind), 1.0])
    weight = sizes * np.exp(-theta * np.array([0.0, behind, 0.0]))
    flow = 8 * weight / weight.sum()
    assert answer.arc_flow[1:] == pytest.approx(flow, abs=1e-7)
    if behind == 0.0:
        assert answer.arc_flow == pytest.approx([4, 2, 2, 4], abs=1e-7)


def full_and_free():
    """Three ways from 0 to 2; the best of them shares a part with the next and lets a drop pass::

    0 --8--> 1 --1, of which 0.01 a day--> 2       0 --8--> 1 --2--> 2       0 --10--> 2
    """
    return FlowProblem.from_arcs(
        [0, 1, 1, 0],
        [1, 2, 2, 2],
        [8, 1, 2, 10],
        [OPEN, 0.01, OPEN, OPEN],
        [0],
        [2],
        [8],
        1e3,
    )


def test_a_route_that_is_full_counts_by_what_it_costs_to_wait_for_it():
    p = full_and_free()
    model = ChoiceModel.staying(p, 1.0)
    listed = choose(p, model, three_ways())
    settled = choose_settled(p, model, three_ways())
    # By listed costs the full one is the best user of what it shares with the next.
    users = 1 + math.exp(-1)
    size = (8 / users + 2) / 10
    rest = 8 - 0.01
    assert listed.arc_flow[2] == pytest.approx(rest * size / (1 + size), abs=CLOSE)
    # At the price of its limit it is all but gone.
    assert settled.arc_flow[2] == pytest.approx(rest / 2, abs=0.01)
    assert settled.arc_flow[1] == pytest.approx(0.01, abs=CLOSE)
    # Factors of the full route's users, at the prices that weigh and at those of the answer.
    weighed, own = settled.model.weighing(p)[0], settled.limit_price[0]
    assert math.exp(1 - weighed) == pytest.approx(math.exp(1 - own), abs=1e-3)
    shut = replace(p, closed=np.array([False, True, False, False]))
    moved = choose(shut, settled.model, three_ways()).arc_flow - settled.arc_flow
    assert np.abs(moved[[2, 3]]).max() < 0.01
    moved = choose(shut, listed.model, three_ways()).arc_flow - listed.arc_flow
    assert np.abs(moved[[2, 3]]).max() > 0.4


def test_weights_of_another_number_of_limits_are_refused():
    p = full_and_free()
    model = replace(ChoiceModel.staying(p, 1.0), weighed=np.zeros(3))
    with pytest.raises(ProblemError, match="expected 1 prices, saw 3"):
        choose(p, model)


def test_a_limit_that_may_be_exceeded_is_priced_no_higher_than_that_costs():
    p = replace(parallel([10, 12], [2, OPEN]), excess_price=np.array([0.5]))
    answer = choose(p, ChoiceModel.staying(p, 0.5))
    assert answer.limit_price == pytest.approx([0.5], abs=CLOSE)
    assert answer.arc_flow[0] == pytest.approx(10 / (1 + math.exp(-0.5 * 1.5)), abs=CLOSE)
    dear = choose(replace(p, excess_price=np.array([1e3])), ChoiceModel.staying(p, 0.5))
    assert dear.arc_flow[0] == pytest.approx(2, abs=CLOSE)


@pytest.mark.parametrize("multiplier", [-3.0, 0.0, 1.5])
def test_a_count_is_missed_by_its_softness_times_its_multiplier(multiplier):
    p = parallel([10, 12])
    flow = 10 / (1 + math.exp(-0.5 * (2 + multiplier)))
    counts = one_count(0, flow + 0.25 * multiplier, 0.25)
    answer = choose(p, ChoiceModel.staying(p, 0.5, counts))
    assert answer.multiplier == pytest.approx([multiplier], abs=CLOSE)
    assert answer.arc_flow == pytest.approx([flow, 10 - flow], abs=CLOSE)


def test_a_count_of_nothing_pushes_away():
    p = parallel([10, 12])
    answer = choose(p, ChoiceModel.staying(p, 0.5, one_count(0, 0.0, 0.5)))
    assert answer.arc_flow[0] == pytest.approx(-0.5 * answer.multiplier[0], abs=CLOSE)
    assert 0 < answer.arc_flow[0] < 10 / (1 + math.exp(-1))


def test_multipliers_that_are_held_stay_when_the_network_changes():
    p = parallel([10, 12, 14])
    counts = one_count(1, 0.0, 1.0).held(np.array([3.0]))
    model = ChoiceModel.staying(p, 0.5, counts)
    weight = np.exp(-0.5 * np.array([10.0, 12 - 3, 14]))
    assert choose(p, model).arc_flow == pytest.approx(10 * weight / weight.sum(), abs=CLOSE)
    shut = choose(p.changed(closed=[0]), model)
    weight[0] = 0
    assert shut.arc_flow == pytest.approx(10 * weight / weight.sum(), abs=CLOSE)
    assert shut.multiplier.tolist() == [3.0]


def test_a_count_of_some_commodities_draws_those_alone():
    p = FlowProblem.from_arcs([0, 0], [1, 1], [10, 12], OPEN, [0, 0], [1, 1], [10, 10], 1e3)
    counts = one_count(1, 5.0, 0.1, member_commodity=1).held(np.array([2.0]))
    answer = choose(p, ChoiceModel.staying(p, 0.5, counts))
    own = answer.route_flow[answer.route_set.commodity == 0], answer.route_flow[2:]
    share = 1 / (1 + math.exp(-1))
    assert own[0] == pytest.approx([10 * share, 10 * (1 - share)], abs=CLOSE)
    assert own[1] == pytest.approx([5, 5], abs=CLOSE)


def test_a_count_and_a_limit_on_one_arc_share_its_price():
    p = parallel([10, 12], [3, OPEN])
    answer = choose(p, ChoiceModel.staying(p, 0.5, one_count(0, 5.0, 0.5)))
    assert answer.arc_flow[0] == pytest.approx(3, abs=CLOSE)
    assert answer.multiplier == pytest.approx([(5 - 3) / 0.5], abs=CLOSE)
    paid = -2 - 2 * math.log(3 / 7)
    assert answer.limit_price - answer.multiplier == pytest.approx([paid + 4], abs=CLOSE)


def elastic(p, foot, elasticity, growth=2.0):
    one = np.array([0])
    return ChoiceModel.staying(p, 0.5).elastic(
        one, p.amount, np.array([float(foot)]), np.array([float(elasticity)]), growth
    )


def test_a_curve_passes_through_its_foot_at_its_elasticity():
    p = parallel([20.0])
    answer = choose(p, elastic(p, 20, 1.5))
    assert answer.volume == pytest.approx([10], abs=CLOSE)
    dearer = choose(p.changed(cost=20.002), elastic(p, 20, 1.5))
    assert dearer.volume[0] == pytest.approx(10 * (1 - 1.5e-4), abs=1e-6)
    assert dearer.shortfall == pytest.approx(10 - dearer.volume, abs=CLOSE)
    nothing = choose(p.changed(cost=0.0), elastic(p, 20, 40.0))
    assert nothing.volume == pytest.approx([20], abs=1e-6)
    assert nothing.shortfall.tolist() == [0.0]


def test_a_limit_over_a_curve_costs_what_makes_the_rest_stay():
    p = parallel([20.0], [4.0])
    model = elastic(p, 20, 1.5, growth=3.0)
    answer = choose(p, model)
    assert answer.volume == pytest.approx([4], abs=CLOSE)
    steep = 1.5 / 20 / (1 - 1 / 9)
    middle = 20 - math.log(8) / (2 * steep)
    paid = middle + math.log((30 / 4) ** 2 - 1) / (2 * steep)
    assert answer.limit_price == pytest.approx([paid - 20], abs=CLOSE)


@pytest.mark.parametrize("begin", [None, [0, 0], [80, 80], [900, 900], [0, 500], [81, 79]])
def test_sellers_who_together_have_what_is_bought_cost_no_more_than_they_differ(begin):
    """Each has 5 of the 10 that are bought, one 2 cheaper than the other.

    Any price of both up to the penalty keeps the limits to a rounding; with a hair of room the
    dearer costs nothing, and the cheaper 2, at which both are taken alike.
    """
    p = parallel([10, 12], [5, 5])
    price = None if begin is None else np.array(begin, dtype=float)
    answer = choose(p, ChoiceModel.staying(p, 1.0), price=price)
    assert answer.limit_price == pytest.approx([2, 0], abs=CLOSE)
    assert answer.arc_flow == pytest.approx([5, 5], abs=CLOSE)
    assert answer.composite_cost == pytest.approx([12 - math.log(2)], abs=CLOSE)


@pytest.mark.parametrize(
    ("excess", "penalty", "price"),
    [(OPEN, 1000.0, 9.0), (3.0, 1000.0, 3.0), (OPEN, 4.0, 3.0), (OPEN, 0.5, 0.0)],
)
def test_prices_of_the_cheapest_plan_are_those_of_a_linear_program(excess, penalty, price):
    """8 want a way of 1 that takes 5; the other costs 10, and what a unit above 5 pays is given.

    A unit more saves 9 beside the other way, no more than it may be bought for, and no more than
    the loss of what stays leaves; where nobody goes at all it saves nothing.
    """
    p = parallel([1, 10], [5, OPEN], amount=8.0, penalty=penalty)
    p = replace(p, excess_price=np.array([excess]))
    routes = RouteSet.of([(0, np.array([0])), (0, np.array([1]))])
    dual = Dual(p, ChoiceModel.staying(p, 1.0), routes)
    assert prices_of_cheapest(dual) == pytest.approx([price], abs=1e-7)


def test_a_price_that_has_a_long_way_to_go_is_found():
    """One way for 1 of 10 million: its price rises by a million times the spread of choices."""
    p = parallel([1], [1], amount=1e7, penalty=1e6)
    answer = choose(p, ChoiceModel.staying(p, 1.0), price=np.zeros(1))
    assert answer.arc_flow == pytest.approx([1], abs=CLOSE)
    assert answer.limit_price == pytest.approx([1e6 - 1 + math.log(1e7 - 1)], rel=1e-9)


def test_what_is_closed_or_has_a_limit_of_nothing_carries_exactly_nothing():
    p = parallel([1, 10, 12], [OPEN, 0, OPEN]).changed(closed=[0])
    answer = choose(p, ChoiceModel.staying(p, 0.5))
    assert answer.arc_flow[:2].tolist() == [0.0, 0.0]
    assert answer.arc_flow[2] == pytest.approx(10, abs=CLOSE)
    alone = choose(p.changed(closed=[2]), ChoiceModel.staying(p, 0.5))
    assert alone.shortfall.tolist() == [10.0]
    assert not alone.arc_flow.any()
    assert alone.certificate.closed_flow == 0.0


def test_a_commodity_that_is_where_it_wants_to_be_needs_no_arc():
    p = FlowProblem.from_arcs([0], [1], [1], OPEN, [0], [0], [10], 100)
    answer = choose(p, ChoiceModel.staying(p, 1.0))
    assert answer.volume == pytest.approx([10], abs=CLOSE)
    assert not answer.arc_flow.any()


def test_routes_are_added_where_prices_make_them_worth_it():
    p = parallel([10, 12, 15], [3, OPEN, OPEN])
    only = RouteSet.of([(0, np.array([0]))])
    grown = choose(p, ChoiceModel.staying(p, 0.5), only, grow=True)
    assert len(grown.route_set) == 3
    whole = choose(p, ChoiceModel.staying(p, 0.5))
    assert grown.arc_flow == pytest.approx(whole.arc_flow, abs=CLOSE)
    kept = choose(p, ChoiceModel.staying(p, 0.5), only)
    assert kept.arc_flow == pytest.approx([3, 0, 0], abs=CLOSE)


def test_the_order_of_arcs_does_not_matter():
    order = [2, 0, 1]
    p = parallel([10, 12, 15], [3, OPEN, 4])
    q = parallel([15, 10, 12], [4, 3, OPEN])
    one = choose(p, ChoiceModel.staying(p, 0.5)).arc_flow
    assert choose(q, ChoiceModel.staying(q, 0.5)).arc_flow == pytest.approx(one[order], abs=CLOSE)


def proof(answer, **changed):
    parts = {
        "flow": answer.route_flow, "limit_price": answer.limit_price,
        "multiplier": answer.multiplier, **changed,
    }  # fmt: skip
    routes = answer.route_set
    return certify_choice(
        answer.problem, answer.model, routes.commodity, routes.start, routes.arcs, **parts
    )


def test_the_proof_fails_where_anything_is_a_little_off():
    p = parallel([10, 12, 15], [3, OPEN, OPEN])
    answer = choose(p, ChoiceModel.staying(p, 0.5, one_count(1, 6.0, 0.5)))
    assert proof(answer).ok
    moved = answer.route_flow + np.array([0.0, 1e-4, -1e-4])
    assert proof(answer, flow=moved).choice_residual == pytest.approx(1e-5, rel=1e-3)
    assert not proof(answer, flow=moved).ok
    more = answer.route_flow + np.array([1e-4, 0.0, 0.0])
    assert proof(answer, flow=more).capacity_residual > 1e-5
    assert not proof(answer, limit_price=answer.limit_price * 1.001).ok
    pulled = proof(answer, multiplier=answer.multiplier + 0.01)
    assert pulled.count_residual > 1e-4
    assert not pulled.ok
    for price in (-1.0, np.nan, np.inf):
        with pytest.raises(CertificateError):
            proof(answer, limit_price=np.array([price]))


def test_the_proof_finds_a_route_that_nobody_was_offered():
    p = parallel([10, 12], [3, OPEN])
    answer = choose(p, ChoiceModel.staying(p, 0.5), RouteSet.of([(0, np.array([1]))]))
    found = proof(answer)
    assert found.missing_share == pytest.approx(1 / (1 + math.exp(-1)), abs=1e-6)
    assert not found.ok


@pytest.mark.parametrize("elasticity", [0.05, 0.5, 3.0])
@pytest.mark.parametrize("known", [5.0, 40.0, 400.0])
def test_a_route_beside_is_found_whatever_the_curve_of_demand(elasticity, known):
    """With a curve that is flat, or steep, a route is missing by what it would carry alone."""
    p = parallel([known, 30.0], amount=6.0)
    model = elastic(p, 20, elasticity)
    only, both = (RouteSet.of([(0, np.array([arc])) for arc in range(n)]) for n in (1, 2))
    whole = choose(p, model, both)
    share = whole.route_flow[1] / 6.0
    grown = choose(p, model, only, grow=True)
    if share > 1e-3:
        assert grown.route_flow == pytest.approx(whole.route_flow, rel=CLOSE)
    else:
        assert len(grown.route_set) == 1
    # Only of routes that are cheaper than all that are known it is proved that none is missing.
    missing = share if known > 30.0 else 0.0
    assert proof(choose(p, model, only)).missing_share == pytest.approx(missing, rel=1e-6)


@pytest.mark.parametrize("cheaper", [1e-10, 3e-9, 3e-8, 1e-7, 3e-7, 1e-5])
def test_a_route_that_is_a_hair_cheaper_is_found_beside_a_very_dear_arc(cheaper):
    """Where costs are nearly the same the search and the proof mean the same by it."""
    p = FlowProblem.from_arcs(
        [0, 0, 0], [1, 1, 1], [13, 13 - cheaper, 1e9], OPEN, [0], [1], [6], 1000
    )
    model = ChoiceModel.staying(p, 0.5)
    only = RouteSet.of([(0, np.array([0]))])
    usual = choose(p, model, only).composite_cost
    answer = choose(p, model, only, grow=True, ordinary=usual)
    assert answer.certificate.ok
    if cheaper >= 3e-8:
        assert answer.arc_flow[:2] == pytest.approx([3.0, 3.0], abs=1e-4)


@pytest.mark.parametrize("behind", [-1e-7, 0.0, 1e-6, 0.01, 1.0, 3.0])
def test_what_opens_is_taken_by_its_cost_however_little_it_is_dearer(behind):
    p = parallel([10.0, 10.0 + behind], amount=6.0)
    model = ChoiceModel.staying(p, 0.5)
    only = RouteSet.of([(0, np.array([0]))])
    usual = choose(p, model, only).composite_cost
    told = {"grow": True, "ordinary": usual}
    shut = open_costs(p.changed(closed=[1]))
    taken = choose(p, model, only, before=shut, **told).arc_flow
    expected = choose(p, model, RouteSet.of([(0, np.array([arc])) for arc in (0, 1)])).arc_flow
    assert taken == pytest.approx(expected, rel=CLOSE)
    # What was as good before is no news, nor what is a hair cheaper than it was.
    was = open_costs(p.changed(cost=np.array([[10.0, (10.0 + behind) * (1 + 1e-12)]])))
    if behind >= 0.0:
        assert len(choose(p, model, only, before=was, **told).route_set) == 1


def test_what_was_not_worth_finding_in_ordinary_times_is_no_news():
    """Paths beside known routes are looked for by those whose cost has changed, and only then."""
    p = parallel([10.0, 11.0], amount=6.0)
    model = ChoiceModel.staying(p, 0.5)
    only = RouteSet.of([(0, np.array([0]))])
    usual = choose(p, model, only).composite_cost
    assert len(choose(p, model, only, grow=True).route_set) == 2
    assert len(choose(p, model, only, grow=True, ordinary=usual).route_set) == 1
    assert len(choose(p, model, only, grow=True, ordinary=usual - 1.0).route_set) == 2
    cheaper = p.changed(cost=np.array([[10.0, 9.9]]))
    assert len(choose(cheaper, model, only, grow=True, ordinary=usual).route_set) == 2


def test_the_proof_finds_flow_on_what_is_closed_and_on_what_is_no_path():
    p = FlowProblem.from_arcs([0, 1, 0], [1, 2, 2], [1, 1, 9], OPEN, [0], [2], [10], 100)
    answer = choose(p, ChoiceModel.staying(p, 0.5))
    answer.problem = p.changed(closed=[0])
    assert proof(answer).closed_flow > 0
    half = np.array([0, 1], dtype=np.int64), np.array([0], dtype=np.int64)
    found = certify_choice(
        p, answer.model, np.array([0]), *half, np.array([1.0]), np.empty(0), np.empty(0)
    )
    assert found.balance_residual == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scale": np.array([0.0])}, "scale"),
        ({"knee": np.array([3.0])}, "knee"),
        ({"middle": np.array([np.nan])}, "middle"),
        ({"most": np.array([-1.0])}, "most"),
        ({"most": np.ones(2)}, "most"),
    ],
)
def test_a_model_that_cannot_be_meant_is_refused(change, message):
    with pytest.raises(ProblemError, match=message):
        replace(ChoiceModel.staying(parallel([1, 2]), 1.0), **change)


@pytest.mark.parametrize("softness", [0.0, -1.0, np.nan, np.inf])
def test_a_count_needs_a_softness(softness):
    with pytest.raises(ProblemError, match="softness"):
        one_count(0, 1.0, softness)


def test_a_count_of_something_unknown_is_refused():
    with pytest.raises(ProblemError, match="counts, member_count"):
        replace(one_count(0, 1.0, 1.0), member_count=np.array([1]))


def test_the_proof_shares_nothing_with_what_it_proves():
    room = Path(corridors.flow.choice.__file__).parent
    seen: set[str] = set()
    for module in ("certificate", "proof_of_waits"):
        tree = ast.parse((room / f"{module}.py").read_text("utf-8"))
        seen |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
    own = "corridors.flow.choice.proof_of_waits"
    assert {name for name in seen if name.startswith("corridors")} - {own} == {
        # How it shows itself, and how it fails.
        "corridors.display",
        "corridors.errors",
        "corridors.flow.arrays",
        # What was asked; of waits only the numbers.
        "corridors.flow.choice.model",
        "corridors.flow.choice.rising_waits",
        "corridors.flow.problem",
        # Trees that only proofs grow.
        "corridors.flow.proof.trees",
    }
    searching = [p for p in room.glob("*.py") if p.stem not in ("certificate", "proof_of_waits")]
    assert not [p.name for p in searching if "corridors.flow.proof" in p.read_text("utf-8")]


@pytest.mark.parametrize("rounds", [1, 2])
def test_ways_without_number_are_told_and_no_answer_is_half_made(monkeypatch, rounds):
    """On a grid there are 3,432 ways that cost the same: rounds of looking for more run out."""
    side = 8
    at = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([at[:, :-1].ravel(), at[:-1].ravel()])
    head = np.concatenate([at[:, 1:].ravel(), at[1:].ravel()])
    p = FlowProblem.from_arcs(
        tail, head, np.ones(len(tail)), np.full(len(tail), OPEN), [0], [side * side - 1], [10.0],
        1000.0,
    )  # fmt: skip
    monkeypatch.setattr("corridors.flow.choice.solve._ROUNDS", rounds)
    said = f"of 1 of 1 demands ways are still missing after {rounds} rounds"
    for ask in (choose, choose_settled):
        with pytest.raises(CertificateError, match=said):
            ask(p, ChoiceModel.staying(p, 0.5))
