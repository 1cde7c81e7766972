"""Closing elements one by one and two by two: by hand, and against the long way round."""

from __future__ import annotations

import math
import random

import analysis_toys
import numpy as np
import pytest
import toys
from analysis_toys import DAY, at_random, closing, two_ways
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as co
from corridors.analysis.criticality.elements import KINDS, find_elements
from corridors.analysis.criticality.impact import ClosureSolver, closure_problem
from corridors.analysis.question import ask, newest_source
from corridors.flow import solve
from corridors.flow.dead_ends import DeadEnds
from corridors.flow.usage import LimitUsage
from corridors.network.arcs import LINK, TRANSFER
from corridors.scenarios.selectors import select

SEEDS = st.integers(0, 10_000)


def row_of(table, element):
    [row] = table[table["thing"] == element].to_dict("records")
    return row


def test_a_loss_that_half_finds_another_way():
    """Without b, 6 of the 10 t go by c: 300 USD and 6 h for 200 USD and 4 h; 4 t stay."""
    table = co.criticality(two_ways(), of="node", as_of=DAY)
    row = row_of(table, "b")
    assert row["baseline_t_per_day"] == 10
    assert row["shortfall_t_per_day"] == 4
    # Time costs nothing here.
    assert row["added_transport_usd_per_day"] == 6 * 300 - 10 * 200
    assert row["added_time_usd_per_day"] == 0
    assert row["added_cost_usd_per_day"] == 6 * 300 - 10 * 200
    assert row["added_loss_usd_per_day"] == 4 * 10_000
    assert row["damage_usd_per_day"] == 4 * 10_000 - 200
    assert row["rerouted_t_per_day"] == 6
    assert row["rerouted_cost_usd_per_day"] == 600
    assert row["added_hours"] == 2
    assert row["redundancy"] == 0.6
    assert (row["cargo"], row["n_cargo"]) == ("bulk", 1)
    assert (row["countries"], row["n_countries"]) == ("AA;DD", 2)


def test_what_carries_nothing_is_not_missed_and_the_ends_are_missed_most():
    table = co.criticality(two_ways(), of=("node", "chokepoint"), as_of=DAY)
    assert table["thing"].tolist() == ["a", "d", "b", "c", "south"]
    for name in ("c", "south"):
        row = row_of(table, name)
        assert row["shortfall_t_per_day"] == row["damage_usd_per_day"] == 0
        assert math.isnan(row["redundancy"])
        assert row["cargo"] == ""
    assert row_of(table, "south")["same_as"] == "node:c"


def test_a_station_and_the_lines_to_it_are_one_case():
    table = co.criticality(two_ways(), of=("link", "node", "border"), as_of=DAY)
    same = {
        f"{k}:{t}": s
        for k, t, s in zip(table["kind"], table["thing"], table["same_as"], strict=True)
    }
    first = "link:a-b-road"
    for other in ("link:b-d-road", "node:b", "border:AA-BB", "border:BB-DD"):
        assert same[other] == first
    assert same[first] == ""


def test_two_limits_of_which_either_will_do_are_a_pair():
    """Both ways of `two_ways` closed: all 10 t stay."""
    table = co.criticality(two_ways(), of=("node:b", "node:c"), n=2, as_of=DAY)
    [row] = table.to_dict("records")
    assert (row["first"], row["second"], row["how"]) == ("node:b", "node:c", "solved")
    assert row["shortfall_t_per_day"] == 10
    assert row["redundancy"] == 0


def test_two_losses_that_keep_apart_add_up():
    """Two demands that share nothing.

    a --100-- b --100-- c     Without b, a pays 100 USD more for each of 10 t;
     \\------300--------/     without q, p pays 200 USD more for each of 5 t.
    p --100-- q --100-- r
     \\------400--------/
    """
    links = []
    for a, b, c, way in (("a", "b", "c", 300), ("p", "q", "r", 400)):
        links += [{"from_node": a, "to_node": b}, {"from_node": b, "to_node": c}]
        links += [{"from_node": a, "to_node": c, "length_km": way}]
    net = toys.network(
        dict.fromkeys("abc", "AA") | dict.fromkeys("pqr", "BB"),
        links,
        [
            {"origin": "a", "destination": "c", "per_day": 10},
            {"origin": "p", "destination": "r", "per_day": 5},
        ],
    )
    [row] = co.criticality(net, of=("node:b", "node:q"), n=2, as_of=DAY).to_dict("records")
    assert row["how"] == "apart"
    assert row["damage_usd_per_day"] == 10 * 100 + 5 * 200
    # 10 t by 2 h and 5 t by 4 h.
    assert row["added_hours"] == pytest.approx((10 * 2 + 5 * 4) / 15, abs=1e-4)
    assert row["countries"] == "AA;BB"


def long_way(base, selectors):
    """Return figures of a closure by two assignments and a comparison."""
    hit = co.assign(base.state.net, closing(*selectors), as_of=DAY)
    change = co.compare(base, hit).change
    damage = hit.answer.objective - base.answer.objective
    return {
        "shortfall_t_per_day": change["shortfall_t_per_day"],
        "added_cost_usd_per_day": change["added_cost_usd_per_day"],
        "added_transport_usd_per_day": change["added_transport_usd_per_day"],
        "added_time_usd_per_day": change["added_time_usd_per_day"],
        "added_hours": change["added_hours_mean"],
        "added_loss_usd_per_day": change["added_loss_usd_per_day"],
        "damage_usd_per_day": damage,
        "rerouted_t_per_day": change["rerouted_t_per_day"],
        "rerouted_cost_usd_per_day": change["added_cost_usd_per_day_rerouted"],
        "rerouted_transport_usd_per_day": change["added_transport_usd_per_day_rerouted"],
        "rerouted_time_usd_per_day": change["added_time_usd_per_day_rerouted"],
    }


def selector_of(kind, element):
    return {kind: element.split("-") if kind == "border" else element}


@settings(max_examples=4, deadline=None, derandomize=True)
@given(SEEDS)
def test_every_row_is_what_two_assignments_say(seed):
    net = at_random(seed)
    table = co.criticality(net, of=("link", "node", "border", "country", "capacity"), as_of=DAY)
    assert len(table) > 20
    base = co.assign(net, as_of=DAY)
    for row in table.to_dict("records"):
        expected = long_way(base, [selector_of(row["kind"], row["thing"])])
        for name, value in expected.items():
            assert row[name] == pytest.approx(value, rel=1e-7, abs=2e-2), (row["thing"], name)


@settings(max_examples=3, deadline=None, derandomize=True)
@given(SEEDS)
def test_pairs_are_what_two_assignments_say_and_pruned_ones_no_worse_than_their_parts(seed):
    net = at_random(seed, nodes=6)
    single = co.criticality(net, of="link", as_of=DAY).set_index("thing")["damage_usd_per_day"]
    same = co.criticality(net, of="link", as_of=DAY).set_index("thing")["same_as"]
    pairs = co.criticality(net, of="link", n=2, as_of=DAY)
    rows = {(r["first"][5:], r["second"][5:]): r for r in pairs.to_dict("records")}
    links = sorted(name for name in single.index if not same[name])
    base = co.assign(net, as_of=DAY)
    for i, a in enumerate(links):
        for b in links[i + 1 :]:
            true = long_way(base, [{"link": a}, {"link": b}])
            row = rows.pop((a, b), None)
            damage = true["damage_usd_per_day"]
            if row is None:
                # One is enough.
                closest = min(abs(damage - single[a]), abs(damage - single[b]))
                assert closest < 0.02
            elif row["how"] == "solved":
                for name, value in true.items():
                    assert row[name] == pytest.approx(value, rel=1e-7, abs=2e-2), (a, b, name)
            else:
                assert row["damage_usd_per_day"] == pytest.approx(single[a] + single[b], abs=0.02)
                assert damage <= row["damage_usd_per_day"] + 0.03
    assert not rows


def test_pruning_finds_all_three_kinds_of_pairs():
    found = {"solved": 0, "apart": 0, "left out": 0}
    for seed in range(6):
        pairs = co.criticality(at_random(seed), of="link", n=2, as_of=DAY)
        single = co.criticality(at_random(seed), of="link", as_of=DAY)
        cases = int((single["same_as"] == "").sum())
        for how in ("solved", "apart"):
            found[how] += int((pairs["how"] == how).sum())
        found["left out"] += cases * (cases - 1) // 2 - len(pairs)
    assert min(found.values()) > 0, found


@settings(max_examples=10, deadline=None, derandomize=True)
@given(SEEDS)
def test_a_closure_and_what_it_takes_along_have_one_answer(seed):
    state = ask(at_random(seed, nodes=8, demands=3), None, DAY).state
    dead_ends = DeadEnds(state.problem)
    base = solve(state.problem)
    for element in find_elements(state, ("link", "node")):
        whole = dead_ends.closed_with(element.arcs)
        assert set(dead_ends.of_use(element.arcs)) <= set(whole)
        a, b = base.resolve(closed=element.arcs), base.resolve(closed=whole)
        assert a.path_commodity.tolist() == b.path_commodity.tolist()
        assert [p.tolist() for p in a.path_arcs] == [p.tolist() for p in b.path_arcs]
        assert a.path_amount == pytest.approx(b.path_amount)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(SEEDS)
def test_plans_are_the_same_bytes_whatever_was_asked_before(seed):
    state = ask(at_random(seed, nodes=8, demands=8), None, DAY).state
    uses = LimitUsage(state.problem)
    elements = find_elements(state, "link")
    orders = [elements, random.Random(seed).sample(elements, len(elements))]
    seen = []
    for order in orders:
        base = solve(state.problem)
        plans = {t.key: base.resolve(closed=t.arcs).plan for t in order}
        seen.append(plans)
        for plan in plans.values():
            served = np.bincount(plan.commodity, plan.amount, state.problem.n_commodities)
            assert served + plan.shortfall == pytest.approx(state.problem.amount, rel=1e-9)
            use = uses.total(plan)
            assert (use <= state.problem.bound * (1 + 1e-7) + 1e-7).all()
    for key, one in seen[0].items():
        other = seen[1][key]
        assert one.commodity.tolist() == other.commodity.tolist()
        assert [a.tolist() for a in one.arcs] == [a.tolist() for a in other.arcs]
        assert one.amount.tobytes() == other.amount.tobytes()
        assert one.shortfall.tobytes() == other.shortfall.tobytes()


def test_things_close_what_their_selector_closes(net):
    state = ask(net, None, "2025-09-12").state
    elements = find_elements(state, KINDS)
    assert {t.kind for t in elements} == set(KINDS)
    for element in elements[::25] + find_elements(state, "chokepoint")[:5]:
        chosen = select(state.net, selector_of(element.kind, element.element_id))
        arcs = state.arcs.of(LINK, chosen.links) | state.arcs.of(TRANSFER, chosen.transfers)
        assert element.arcs.tolist() == np.flatnonzero(arcs & ~state.problem.closed).tolist()


def test_a_sample_of_the_shipped_network_is_what_two_assignments_say(net):
    of = ("border:BY-PL", "chokepoint:poland-belarus", "node:almaty", "country:AZ")
    table = co.criticality(net, of=of, as_of=DAY)
    base = co.assign(net, as_of=DAY)
    for row in table.to_dict("records"):
        hit = co.assign(net, closing(selector_of(row["kind"], row["thing"])), as_of=DAY)
        change = co.compare(base, hit).change
        for name, value in (
            ("shortfall_t_per_day", change["shortfall_t_per_day"]),
            ("added_hours", change["added_hours_mean"]),
            ("rerouted_cost_usd_per_day", change["added_cost_usd_per_day_rerouted"]),
            ("damage_usd_per_day", hit.answer.objective - base.answer.objective),
        ):
            assert row[name] == pytest.approx(value, rel=1e-6, abs=0.5), (row["thing"], name)


def test_the_scenario_is_in_the_baseline_too():
    net = two_ways()
    table = co.criticality(net, of="node:c", scenario=closing({"node": "b"}), as_of=DAY)
    [row] = table.to_dict("records")
    assert row["baseline_t_per_day"] == 6
    assert row["shortfall_t_per_day"] == 6


def test_another_order_can_be_asked_for():
    table = co.criticality(two_ways(), of="node", as_of=DAY, by="rerouted_t_per_day")
    assert table["thing"][0] == "b"
    with pytest.raises(co.UnknownIdError, match="no figure 'rerouted'; did you mean rerouted_t"):
        co.criticality(two_ways(), as_of=DAY, by="rerouted")


@pytest.mark.parametrize(
    ("of", "message"),
    [
        ("lnk", "no kind of element 'lnk'; did you mean link"),
        ("node:bb", "no node 'bb'; did you mean b"),
        ("border:DD-AA", "no border 'AA-DD'"),
        ((), "no kind of element is named"),
    ],
)
def test_wrong_names_are_named(of, message):
    with pytest.raises(co.UnknownIdError, match=message):
        co.criticality(two_ways(), of=of, as_of=DAY)


def test_wrong_numbers_are_named():
    with pytest.raises(co.ScenarioError, match="n: saw 3"):
        co.criticality(two_ways(), n=3, as_of=DAY)
    with pytest.raises(co.ScenarioError, match="workers: saw 0"):
        co.criticality(two_ways(), as_of=DAY, workers=0)
    with pytest.raises(co.ScenarioError, match="no day is given"):
        co.criticality(two_ways())


def test_without_a_day_the_newest_source_sets_it(net):
    day = newest_source(net)
    assert day is not None
    assert co.criticality(net, of="border:BY-PL").attrs["as_of"] == day.isoformat()


def test_the_bench_solves_nothing_for_what_carries_nothing(monkeypatch):
    state = ask(two_ways(), None, DAY).state
    solver = ClosureSolver(closure_problem(state, "optimal", disturbed=False))
    monkeypatch.setattr(solver, "answer", None)
    [element] = find_elements(state, "node:c")
    assert solver.close(element.arcs).plan is solver.plan
    assert state.day == analysis_toys.DAY
