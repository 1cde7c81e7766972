"""What sentences about the steady state say of sums, signs and names."""

from __future__ import annotations

import re
from functools import cache

import pytest
import toys

import corridors as co
from corridors.assignment.views.told import best_sentence, more_or_less
from corridors.scenarios.scenario import shipped_scenarios
from corridors.scenarios.state import network_state

CHEAPER = ("dostuk-queue-2025", "caspian-storm", "drivers-90-days-uzbek-2025")
"""Scenarios that shut or slow something, of which what goes another way costs less there."""


@cache
def compared(name, model="logit"):
    net = co.load()
    hit = co.assign(net, name, model=model)
    return co.compare(co.assign(net, as_of=str(hit.state.day), model=model), hit)


@pytest.mark.parametrize("name", CHEAPER)
def test_why_what_is_driven_off_its_way_costs_less_is_told(name):
    cmp = compared(name)
    assert cmp.change["added_cost_usd_per_day_rerouted"] < -1
    moved = cmp.reroutes[cmp.reroutes["cargo"] != "container-ocean"]
    dear = moved["t_per_day"][moved["added_cost_usd_per_unit"] < -0.01].sum()
    said = re.search(r"It costs less because ([0-9.,]+) t a day of it", cmp.explain())
    assert said is not None
    assert float(said.group(1).replace(",", "")) == pytest.approx(dear, rel=0.01)


@pytest.mark.parametrize("name", ["zangezur-open", "poland-closure-2025"])
def test_what_opens_or_costs_more_asks_for_no_such_word(name):
    assert "It costs less because" not in compared(name).explain()


def test_days_and_money_of_unlike_signs_are_told_together():
    """Crude goes three days longer and trucks a day less: more days on average, and less money."""
    cmp = compared("caspian-falls-2030")
    assert cmp.change["added_hours_mean"] > 0 > cmp.change["added_time_usd_per_day_rerouted"]
    assert "for the time, as what is dear goes quicker and what is cheap slower" in cmp.explain()
    assert "as what is dear goes" not in compared("poland-closure-2025").explain()


def test_losses_too_small_for_a_name_leave_no_gap():
    """Of half a tonne a day in all nobody loses half a tonne."""
    own = toys.network(
        {"a": "AA", "b": "BB"},
        [{"from_node": "a", "to_node": "b", "link_id": "a-b"}],
        [
            {"demand_id": f"d{n}", "origin": "a", "destination": "b", "per_day": 0.3}
            for n in range(3)
        ],
    )
    plan = {"name": "shut", "as_of": "2025-01-01", "events": [{"close": {"link": "a-b"}}]}
    cmp = co.run(own, co.scenario(plan))
    assert cmp.change["newly_unserved_t_per_day"] == pytest.approx(0.9)
    assert cmp.by_demand["lost_t_per_day"].max() < 0.5
    assert ". What stays loses " in cmp.explain()
    assert not re.search(r"[.;,] [;,.]", cmp.explain())


@pytest.mark.parametrize(("usd", "said"), [(-115_274.0, "115,274 USD a day less"), (7, "7 USD")])
def test_nothing_negative_is_more(usd, said):
    change = {
        "rerouted_t_per_day": 10.0, "newly_unserved_t_per_day": 0.0,
        "added_cost_usd_per_day_rerouted": usd,
    }  # fmt: skip
    assert f"at {said}" in best_sentence(change).replace(".00", "")
    assert more_or_less(usd, "USD a day").startswith(said)
    assert not re.search(r"-[0-9.,]+ (USD|days)( a day)? more", compared("industry-2030").explain())


def test_limits_of_shipped_scenarios_have_names_and_no_reckoning():
    """A limit is named by the first sentence of its note, and stands in sentences by it."""
    net = co.load()
    names = set()
    for name in shipped_scenarios():
        plan = co.scenario(name)
        days = {e.first_day for e in plan.events} | {plan.as_of}
        for day in sorted(d for d in days if d is not None):
            limits = network_state(net, plan, day, building_up=True).limits
            names |= {limit.name for limit in limits if limit.limit_id.startswith("event")}
    assert len(names) >= 7
    assert not [name for name in names if not re.fullmatch(r"[A-Z][A-Za-z0-9 ,()'–-]*", name)]
    assert not [name for name in names if re.search(r"^As |\d,?\d{2}|=| x | / |divided", name)]


@pytest.mark.parametrize(
    ("name", "opens"), [("georgia-shut-2030", False), ("georgia-shut-zangezur-2030", True)]
)
def test_days_of_a_scenario_without_a_railway_have_none(name, opens):
    """The Armenian section is planned to open on the second day of the run."""
    flows = co.simulate(co.load(), name, days=45).flows
    tripp = flows["id"].isin(["agbend-meghri-rail", "meghri-ordubad-rail"])
    assert bool(tripp.any()) == opens
