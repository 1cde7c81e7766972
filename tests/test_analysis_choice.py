"""Closing elements where cargo chooses its way as shippers do."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest
from analysis_toys import DAY, at_random, closing, two_ways
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as co
from corridors.assignment.choice import chooser_of
from corridors.assignment.usual import prices
from corridors.flow.choice import Counts
from corridors.flow.problem import ALL_CLASSES
from corridors.scenarios.state import network_state


def by_hand(net, *selectors):
    """Return what a closure does, the long way round: two assignments, and their comparison."""
    base = co.assign(net, as_of=DAY, model="logit")
    hit = co.assign(net, closing(*selectors), as_of=DAY, model="logit")
    return base, hit, co.compare(base, hit)


def stays(assignment):
    return assignment.shortfall["shortfall_t_per_day"].sum()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_a_closure_does_what_two_assignments_say(seed):
    net = at_random(seed)
    table = co.criticality(net, of="link", as_of=DAY, model="logit", workers=1)
    row = table.iloc[0]
    base, hit, comparison = by_hand(net, {"link": row["thing"]})
    assert row["shortfall_t_per_day"] == pytest.approx(stays(hit) - stays(base), abs=2e-3)
    change = comparison.change
    assert row["rerouted_t_per_day"] == pytest.approx(change["rerouted_t_per_day"], abs=2e-3)
    assert row["added_cost_usd_per_day"] == pytest.approx(
        change["added_cost_usd_per_day"], abs=0.02, rel=1e-6
    )
    closed = hit.flows[hit.flows["id"] == row["thing"]]
    assert closed.empty


def test_cargo_that_took_both_ways_loses_less_by_one_than_by_both():
    net = two_ways(half=105)
    alone = co.criticality(net, of=("node:b", "node:c"), as_of=DAY, model="logit")
    assert (alone["baseline_t_per_day"] > 0.1).all()
    [pair] = co.criticality(net, of=("node:b", "node:c"), n=2, as_of=DAY, model="logit").to_dict(
        "records"
    )
    assert pair["how"] == "solved"
    assert pair["shortfall_t_per_day"] == pytest.approx(10.0, abs=1e-3)
    assert pair["shortfall_t_per_day"] > alone["shortfall_t_per_day"].sum()


def test_two_workers_find_what_one_finds_and_the_file_says_by_which_model(tmp_path):
    net = at_random(3)
    one = co.sweep(net, of="link", as_of=DAY, model="logit", workers=1, out=tmp_path / "one")
    two = co.sweep(net, of="link", as_of=DAY, model="logit", workers=2, out=tmp_path / "two")
    assert one.equals(two)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert one.attrs["model"] == "logit"
    with pytest.raises(co.DataError):
        co.sweep(net, of="link", as_of=DAY, workers=1, out=tmp_path / "one")


def test_a_scenario_holds_throughout():
    net = two_ways()
    shut = closing({"node": "c"})
    table = co.criticality(net, of="node:b", scenario=shut, as_of=DAY, model="logit")
    assert table["shortfall_t_per_day"].iloc[0] == pytest.approx(10.0, abs=1e-3)
    assert table["redundancy"].iloc[0] == pytest.approx(0.0, abs=1e-6)


def test_the_shipped_network_by_both_models(net):
    chosen = co.criticality(net, of="border:KG-KZ", as_of="2025-09-12", model="logit").iloc[0]
    best = co.criticality(net, of="border:KG-KZ", as_of="2025-09-12").iloc[0]
    base = co.assign(net, as_of="2025-09-12", model="logit")
    hit = co.assign(net, "close border:KG-KZ", as_of="2025-09-12", model="logit")
    assert chosen["shortfall_t_per_day"] == pytest.approx(stays(hit) - stays(base), abs=2e-3)
    # Habit costs something that the best of all plans does not.
    assert chosen["damage_usd_per_day"] > 0
    assert best["damage_usd_per_day"] > 0


def test_an_unknown_model_is_named():
    with pytest.raises(co.ScenarioError, match=r"no model 'logitt'; did you mean logit\?"):
        co.criticality(two_ways(), as_of=DAY, model="logitt")


@pytest.mark.parametrize("day", ["2022-06-01", "2025-09-12"])
def test_what_a_closure_moves_is_in_proportion_to_what_it_shuts(day):
    """Arcs that carry next to nothing in the shipped network: what nobody used moves nothing.

    On the first of the days some limits have the same members as others, and a price.
    """
    net = co.load()
    state = network_state(net, None, dt.date.fromisoformat(day))
    state, chooser, usual = chooser_of(state, disturbed=False)
    p = state.problem
    weight = (state.demand["t_per_day"] / state.demand["units_per_day"]).fillna(0.0).to_numpy()
    routes = usual.route_set
    tonnes = usual.route_flow * weight[routes.commodity]
    on_arc = np.bincount(routes.arcs, tonnes[routes.of_arcs()], p.n_arcs)
    used = np.unique(routes.arcs)
    used = used[np.argsort(on_arc[used], kind="stable")]
    before = dict(zip(routes.keys, tonnes.tolist(), strict=True))
    idle = used[on_arc[used] < 0.1]
    for arc in idle[:: max(len(idle) // 6, 1)].tolist():
        answer = chooser.answer(replace(p, closed=p.closed | (np.arange(p.n_arcs) == arc)))
        now = answer.route_flow * weight[answer.route_set.commodity]
        after = dict(zip(answer.route_set.keys, now.tolist(), strict=True))
        moved = sum(abs(after.get(r, 0.0) - before.get(r, 0.0)) for r in {*before, *after}) / 2
        # What stays home counts half; what is moved moves others from where it goes.
        assert on_arc[arc] / 2 - 1e-6 <= moved <= 10 * on_arc[arc] + 1e-3


@pytest.mark.parametrize("day", ["2022-06-01", "2025-09-12"])
def test_what_changes_hardly_anything_moves_hardly_anything(day):
    """The busiest arcs: a limit with room to spare, and a cost that is a millionth off."""
    state = network_state(co.load(), None, dt.date.fromisoformat(day))
    state, chooser, usual = chooser_of(state, disturbed=False)
    p, amount = state.problem, state.problem.amount.sum()
    before = dict(zip(usual.route_set.keys, usual.route_flow.tolist(), strict=True))

    def moved(situation):
        answer = chooser.answer(situation)
        after = dict(zip(answer.route_set.keys, answer.route_flow.tolist(), strict=True))
        return sum(abs(after.get(r, 0.0) - before.get(r, 0.0)) for r in {*before, *after})

    for arc in np.argsort(-usual.arc_flow)[:40:13].tolist():
        there = np.arange(p.n_arcs) == arc
        assert moved(limited(p, arc, 1.01 * usual.arc_flow[arc])) <= 1e-9 * amount
        for factor in (1.0 + 1e-6, 1.0 - 1e-6):
            dearer = replace(p, cost=np.where(there, factor * p.cost, p.cost))
            assert moved(dearer) <= 1e-5 * amount
        # A limit by which a thousandth has to go moves a thousandth, and what makes room for it.
        least = 1e-3 * usual.arc_flow[arc]
        assert least <= moved(limited(p, arc, 0.999 * usual.arc_flow[arc])) <= 20 * least


def limited(p, arc, bound):
    """Return a problem with one more limit, on all that an arc carries."""
    return replace(
        p,
        bound=np.append(p.bound, bound),
        excess_price=np.append(p.excess_price, np.inf),
        member_limit=np.append(p.member_limit, p.n_limits),
        member_arc=np.append(p.member_arc, arc),
        member_class=np.append(p.member_class, ALL_CLASSES),
        member_factor=np.append(p.member_factor, 1.0),
    )


def test_limits_with_the_same_members_keep_their_own_prices():
    """Two limits of a road, one of which is full; a limit that an event adds has no price yet."""
    members = b"arcs", b"classes", b"units"
    known = {members: [(1.0, 30.0), (1000.0, 0.0)]}
    none = Counts()

    def at(*bounds):
        return prices.known_prices(known, [(b, *members) for b in bounds], none).tolist()

    assert at(1.0, 1000.0) == [30.0, 0.0]
    assert at(1000.0, 1.0) == [0.0, 30.0]
    assert at(500.0, 1000.0) == [30.0, 0.0]
    assert at(1.0, 1000.0, 7.0) == [30.0, 0.0, 0.0]
    assert at(math.inf, 1.0) == [0.0, 30.0]
    other = b"arcs", b"classes", b"tonnes"
    assert prices.known_prices(known, [(1.0, *other)], none).tolist() == [0.0]
