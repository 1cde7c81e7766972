"""Several scenarios: against one baseline, and together against their parts."""

from __future__ import annotations

import datetime as dt

import analysis_toys
import numpy as np
import pandas as pd
import pytest
import toys

import corridors as co
from corridors.analysis.asking.reasons import COLUMNS, in_words

DAY = dt.date(2025, 9, 12)


@pytest.fixture
def net():
    """10 t a day: 200 USD by b, or 300 by c, where 6 t pass; loss 10,000 a tonne."""
    return analysis_toys.two_ways()


def shut(node):
    return co.Scenario(f"no-{node}").close(node=node)


def test_parts_and_what_they_do_together_worked_out_by_hand(net):
    """Without b 4 t stay and 6 pay 300; without c nothing changes; without both 10 stay."""
    found = co.interaction(net, shut("b"), shut("c"), as_of=DAY)
    total = found.total.set_index("measure")
    short = total.loc["shortfall_t_per_day"]
    assert (short["no-b"], short["no-c"], short["together"]) == pytest.approx((4, 0, 10))
    assert short["interaction"] == pytest.approx(6)
    cost = total.loc["generalised_cost_usd_per_day"]
    assert (cost["no-b"], cost["no-c"], cost["together"]) == pytest.approx((1800 - 2000, 0, -2000))
    assert cost["interaction"] == pytest.approx(-1800)
    assert total.loc["loss_usd_per_day", "interaction"] == pytest.approx(60_000)
    said = found.explain()
    assert said.startswith(
        "No longer carried, a day: 4 t (no-b) and 0 t (no-c) apart, 10.0 t together, "
        "6 t more than the parts."
    )
    assert "No longer carried beyond the parts most of all: bulk A–D (+6 t)." in said
    assert found.together.disrupted.scenario.name == "no-b+no-c"
    assert len(found.to_dict()["by_demand"]) == 3


@pytest.mark.parametrize("seed", range(6))
def test_they_add_up_exactly_by_demand_and_in_all(seed):
    net = analysis_toys.at_random(seed)
    parts = [shut("n1"), shut("n3"), co.Scenario("half").limit(0.5, capacity="limit0")]
    found = co.interaction(net, *parts, as_of=DAY)
    for frame in (found.by_demand, found.total):
        names = list(found.names)
        assert (frame[names].sum(axis=1) == frame["sum_of_parts"]).all()
        assert (frame["sum_of_parts"] + frame["interaction"] == frame["together"]).all()
    for column in ("together", "interaction", "sum_of_parts"):
        own = found.by_demand.groupby("measure")[column].sum()
        assert (own == found.total.set_index("measure")[column][own.index]).all()
    change = found.together.change["shortfall_t_per_day"]
    assert found.total["together"].iloc[0] == pytest.approx(change, abs=1e-4)


def test_the_way_round_that_the_other_shuts_is_the_reason(net):
    found = co.interaction(net, shut("b"), shut("c"), as_of=DAY)
    [row] = found.reasons.to_dict("records")
    assert (row["demand_id"], row["reason"], row["capacity_id"]) == (
        "a-d-bulk",
        "way round shut",
        "",
    )
    assert row["interaction_t_per_day"] == pytest.approx(6)
    assert found.explain().endswith(
        "Of the 6 t more, +6 t in 1 demand goes round one by a way that another shuts."
    )
    assert found.to_dict()["reasons"][0]["usd_per_unit"] is None


def test_what_either_would_lose_is_lost_once(net):
    """Without a, and without d, all 10 t stay; without both 10 too, 10 less than the sum."""
    found = co.interaction(net, shut("a"), shut("d"), as_of=DAY)
    [row] = found.reasons.to_dict("records")
    assert row["interaction_t_per_day"] == pytest.approx(-10)
    assert row["reason"] == "lost once"


def two_pairs():
    """Two demands of 10 t, a to d by b and e to d by f, and c where 10 t pass, way round of both.

    Ways by b and f cost 200 USD, those by c 300. Loss 10,000 USD a tonne.
    """
    return toys.network(
        dict.fromkeys("abcdef", "AA") | {"d": "DD"},
        [
            {"link_id": f"{a}{b}", "from_node": a, "to_node": b, "length_km": km}
            for a, b, km in [
                ("a", "b", 100), ("b", "d", 100), ("e", "f", 100), ("f", "d", 100),
                ("a", "c", 150), ("e", "c", 150), ("c", "d", 150),
            ]
        ],
        [
            {"origin": "a", "destination": "d", "per_day": 10},
            {"origin": "e", "destination": "d", "per_day": 10},
        ],
        capacities=[{"capacity_id": "gate", "name": "Gate", "unit": "t", "amount": 10}],
        capacity_members=[{"capacity_id": "gate", "link_id": "cd"}],
    )  # fmt: skip


def test_room_that_both_want_is_named_with_what_it_costs_more():
    """Each alone fits through the gate; both together leave 10 t, and room there has a price."""
    found = co.interaction(two_pairs(), shut("b"), shut("f"), as_of=DAY)
    assert found.total["interaction"].iloc[0] == pytest.approx(10)
    assert set(found.reasons["reason"]) == {"scarcer"}
    assert {c.partition(":")[0] for c in found.reasons["capacity_id"]} == {"gate"}
    price = found.together.disrupted.capacities.set_index("capacity_id")["price_usd"].max()
    assert price > 0
    # All that went by the gate in any state takes one unit of it for each of its own.
    assert found.reasons["usd_per_unit"].max() == pytest.approx(price)
    assert "meets a limit that is dearer than the parts make it: Gate" in found.explain()


def test_one_alone_or_one_twice_is_no_question(net):
    for parts in ((shut("b"),), (shut("b"), shut("b")), ()):
        with pytest.raises(co.ScenarioError, match="two or more, each once"):
            co.interaction(net, *parts, as_of=DAY)


def test_many_are_held_against_one_baseline(net):
    base = co.assign(net, as_of=DAY)
    found = co.compare_many(base, [shut("b"), co.assign(net, shut("c"), as_of=DAY), "close node:d"])
    assert found.names == ("no-b", "no-c", "close-d")
    assert found.table["newly_unserved_t_per_day"].tolist() == pytest.approx([4, 0, 10])
    assert found["no-b"] is found[0]
    assert len(found) == 3
    assert all(c.baseline is base for c in found)
    by = found.by("cargo").set_index(["scenario", "cargo"])["lost_t_per_day"]
    assert by["close-d", "bulk"] == pytest.approx(10)
    [row] = found.top_losses().to_dict("records")
    assert row == {
        "demand_id": "a-d-bulk",
        "no-b": pytest.approx(4), "no-c": pytest.approx(0), "close-d": pytest.approx(10),
    }  # fmt: skip


def test_many_need_names_of_their_own(net):
    base = co.assign(net, as_of=DAY)
    with pytest.raises(co.ScenarioError, match="two scenarios are called 'no-b'"):
        co.compare_many(base, [shut("b"), shut("b")])
    with pytest.raises(co.ScenarioError, match="at least one"):
        co.compare_many(base, [])


SHUT_B = {"name": "x", "events": [{"close": {"node": "b"}}]}


@pytest.mark.parametrize("one", ["close node:b", SHUT_B, co.scenario(SHUT_B)], ids=str)
def test_one_scenario_is_one_of_many(net, one):
    """It was taken apart into its letters, or into the keys of its mapping."""
    base = co.assign(net, as_of=DAY)
    for given in (one, co.assign(net, one, as_of=DAY)):
        found = co.compare_many(base, given)
        assert found.table["newly_unserved_t_per_day"].tolist() == pytest.approx([4])
    page = co.explorer(net, one, as_of=DAY)
    assert "1 scenario" in repr(page)


def test_a_name_that_none_of_many_bears_is_said_with_the_nearest(net):
    found = co.compare_many(co.assign(net, as_of=DAY), [shut("b"), shut("c")])
    with pytest.raises(co.UnknownIdError, match=r"no scenario 'no-bb' among these.*no-b"):
        found["no-bb"]


def test_many_wait_where_their_baseline_does(net):
    base = co.assign(net, as_of=DAY, model="logit", expected_queue=True)
    found = co.compare_many(base, [shut("b")])
    assert found[0].disrupted.waits is not None


@pytest.mark.parametrize(("price", "told"), [(-0.04, "-0.04"), (8.5, "+8.50"), (1212.4, "+1,212")])
def test_a_price_of_less_than_ten_dollars_is_told_to_the_cent(price, told):
    row = ("a", "coal", -5.0, "less wanted", "c", "Line", price)
    sentence = in_words(pd.DataFrame([row], columns=COLUMNS), {"coal": "t"}, -5.0)
    assert f"Line ({told} USD a t to a)" in sentence


def test_the_reasons_that_are_told_add_up_to_what_is_beyond_the_parts():
    """Five reasons, of which four are told, and demands too small to be asked for theirs."""
    found = pd.DataFrame(
        [
            ("a", "bulk", 9.0, "by others", "", "", np.nan),
            ("b", "bulk", -4.0, "lost once", "", "", np.nan),
            ("c", "bulk", 3.0, "way round shut", "", "", np.nan),
            ("d", "bulk", 2.0, "scarcer", "x", "X", 20.0),
            ("e", "bulk", 1.0, "scarcer", "y", "Y", 5.0),
        ],
        columns=COLUMNS,
    )
    assert in_words(found, {"bulk": "t"}, 12.5) == (
        "Of the 12.5 t more, +9 t in 1 demand follows from what other cargo does; -4 t in 1 demand "
        "would be lost to either alone, and can be lost but once; +3 t in 1 demand goes round one "
        "by a way that another shuts; +2 t in 1 demand meets a limit that is dearer than the parts "
        "make it: X (+20 USD a t to d); +2.5 t in others."
    )
    assert in_words(found.iloc[1:2], {"bulk": "t"}, -4.2).startswith("Of the 4.2 t less, -4 t in 1")
    assert in_words(found.iloc[:0], {}, 0.0) == ""
