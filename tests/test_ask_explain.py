"""What a comparison says first: whose cargo used what is shut, and whom it pushes aside."""

from __future__ import annotations

import datetime as dt
import re

import command
import pandas as pd
import pytest
import toys

import corridors as co
from corridors.assignment.explain import answer, brief, sentences
from corridors.assignment.map_data import comparison_map_data
from corridors.assignment.views.through import touched
from corridors.assignment.views.told import best_sentence
from corridors.display import number

DAY = dt.date(2025, 9, 12)


@pytest.fixture(scope="module")
def pushed():
    r"""A closure that pushes others aside.

    a --100-- b --100-- d    shut between b and d
     \--150-- c --150--/     at most 6 t a day
    c --100-- e --300-- d    no limit

    10 t from a to d by b before; 5 t from c to d. A tonne from a loses 10,000 and saves
    nothing by c-e (it costs 150 + 400 against 300), one from c costs 150 or 400. With b-d
    shut 16 t want to pass and 6 pass c-d: all go, 9 t of them by e, whoever it is: 250 USD a
    tonne more for each.
    """
    return toys.network(
        {"a": "AA", "b": "BB", "c": "CC", "d": "DD", "e": "EE"},
        [
            {"from_node": "a", "to_node": "b"},
            {"from_node": "b", "to_node": "d"},
            {"from_node": "a", "to_node": "c", "length_km": 150},
            {"from_node": "c", "to_node": "d", "length_km": 150},
            {"from_node": "c", "to_node": "e"},
            {"from_node": "e", "to_node": "d", "length_km": 300},
        ],
        [
            {"origin": "a", "destination": "d", "per_day": 10},
            {"origin": "c", "destination": "d", "per_day": 5, "cargo": "heavy"},
        ],
        # What is heavy takes two of the limit, and so makes room first.
        cargo={"bulk": {"name": "Loose goods"}, "heavy": {"t_per_unit": 2, "name": "Heavy"}},
        capacities=[{"capacity_id": "c", "name": "C", "unit": "t", "amount": 12}],
        capacity_members=[{"capacity_id": "c", "link_id": "c-d-road"}],
    )


def test_the_cargo_that_used_it_comes_first_and_then_whom_it_pushes_aside(pushed):
    found = pushed.close(link="b-d-road").compare(DAY)
    used, aside = found.by_use
    [row] = used.to_dict("records")
    assert (row["cargo"], row["before_t_per_day"]) == ("bulk", pytest.approx(10))
    assert row["rerouted_t_per_day"] == pytest.approx(10)
    [other] = aside.to_dict("records")
    # 10 t of bulk by c leave room for 2 t, one unit of heavy; the other four go by e.
    assert (other["cargo"], other["before_t_per_day"]) == ("heavy", pytest.approx(10))
    assert other["rerouted_t_per_day"] == pytest.approx(8)
    said = found.explain()
    assert said.startswith(
        "On 2025-09-12, of 10.0 t a day that used what the scenario touches, 10.0 t go round. "
    )
    assert "Cargo that did not use it makes room, a day: of Heavy 4 t go another way." in said
    assert "In all, of 20.0 t of cargo a day, 2 t (10 %) keep their route" in said
    assert "Demand is that published for 2025." in said
    json = found.to_dict()
    assert json["demand_year"] == 2025
    assert json["demand_base_years"] == {"2025": pytest.approx(20)}
    assert json["shortfall"] == []
    assert sum(r["t_per_day"] for r in json["reroutes"]) == pytest.approx(18)
    assert found.rerouted_users["t_per_day"].sum() == pytest.approx(10)
    assert json["used"][0]["cargo"] == "bulk"
    assert json["pushed_aside"][0]["cargo"] == "heavy"


def test_what_is_no_longer_wanted_is_not_pushed_aside(pushed):
    """Of five units of heavy three are not wanted: one still goes by c-d, the other by e."""
    found = pushed.close(link="b-d-road").demand(0.4, cargo="heavy").compare(DAY)
    [other] = found.by_use[1].to_dict("records")
    assert other["withdrawn_t_per_day"] == pytest.approx(6)
    assert other["rerouted_t_per_day"] == pytest.approx(2)
    assert other["kept_t_per_day"] == pytest.approx(2)
    assert other["lost_t_per_day"] == pytest.approx(0)
    said = found.explain()
    assert "makes room, a day: of Heavy 1 t go another way." in said
    assert "6 t that were wanted before are not wanted now" in said
    # Alone, it makes room for nobody, and nobody stays.
    alone = pushed.demand(0.4, cargo="heavy").compare(DAY)
    assert len(alone.by_use[1]) == 0
    assert "makes room" not in alone.explain()


def test_what_is_no_longer_wanted_does_not_stay_where_it_was_shut(pushed):
    found = pushed.delay("24 h", link="b-d-road").demand(0.5, cargo="bulk").compare(DAY)
    [row] = found.by_use[0].to_dict("records")
    assert row["withdrawn_t_per_day"] == pytest.approx(5)
    assert row["lost_t_per_day"] == pytest.approx(0)
    assert "5 t are not wanted any more and 5 t still pass" in found.explain()


def test_what_is_limited_still_passes_in_part(pushed):
    found = pushed.limit("4 t/day", link="b-d-road", cargo="bulk").compare(DAY)
    [row] = found.by_use[0].to_dict("records")
    assert row["kept_t_per_day"] == pytest.approx(4)
    assert row["rerouted_t_per_day"] == pytest.approx(6)
    assert "6 t go round and 4 t still pass" in found.explain()


def test_only_events_in_force_about_places_and_their_cargo_touch(pushed):
    plan = pushed.ban("bulk", link="b-d-road").close(node="e", until="2025-01-01")
    plan = plan.demand(2, cargo="heavy")
    hit = plan.assign(DAY)
    where = touched(hit.state, hit.scenario, DAY)
    arcs = hit.state.arcs
    assert set(arcs.ids[where.any(axis=0)]) == {"b-d-road"}
    assert where.any(axis=1).tolist() == [name == "bulk" for name in arcs.cargo]


def test_a_scenario_that_touches_nothing_used_speaks_of_all_cargo(pushed):
    found = pushed.close(link="c-e-road").compare(DAY)
    assert len(found.by_use[0]) == 0
    assert found.explain().startswith("On 2025-09-12, of 20.0 t of cargo a day, 20.0 t (100 %)")


def test_it_is_said_how_much_rests_on_inferred_limits(pushed):
    from dataclasses import replace

    tables = pushed.close(link="b-d-road").compare(DAY).tables
    assert not any("confidence D" in text for text in sentences(tables))
    full = pd.DataFrame(
        {
            "capacity_id": ["c", "x"],
            "name": ["C", "X"],
            "unit": ["t", "t"],
            "amount": [10.0, 10.0],
            "background": [0.0, 0.0],
            "price_usd": [3.0, 1.0],
            "inferred": [True, False],
        }
    )
    known = replace(tables, after=replace(tables.after, bottlenecks=full))
    assert (
        "1 of the 2 capacities that stop this rerouting is of confidence D, not published, with "
        "75 % of what more room in all of them would be worth."
    ) in sentences(known)


def test_cargo_that_counts_in_no_total_is_told_before_the_totals_that_leave_it_out(net):
    """Suez shut, ocean boxes go round the Cape: two to three weeks by all that is published."""
    found = co.run(net, "suez-shut-2026", model="optimal")
    own = found.by_demand[found.by_demand["cargo"] == "container-ocean"]
    assert own["rerouted_t_per_day"].sum() > 50_000
    assert found.change["rerouted_t_per_day"] < 1_000
    told = found.explain()
    first, said, rest = told.partition("In no total that follows: Containers that go by sea")
    assert said
    assert "go round" in first
    assert "In all, of" in rest
    days = float(rest.split("another way takes ")[1].split(" days more")[0])
    assert 12 <= days <= 22
    hours = (own["added_hours"] * own["rerouted_t_per_day"]).sum() / own["rerouted_t_per_day"].sum()
    assert days == pytest.approx(hours / 24, rel=1e-2)
    land = co.run(net, "close node:dostyk", as_of="2025-09-12", model="optimal").explain()
    assert "In no total" not in land


@pytest.mark.parametrize("name", ["nsr-shut-2025", "zangezur-open", "poland-closure-2025"])
def test_no_sentence_tells_a_trace(name):
    """By route choice many ways have a share, some of a millionth of a tonne."""
    said = co.run(co.load(), name).explain()
    assert "Of the rerouted, a day: " in said
    assert not re.search(r"\de-\d", said)


@pytest.fixture(scope="module")
def three_ways():
    """Draw a rail with room for 1,000 t, a road for 600 and a way round by sea for 700::

    d --50-- a --100 rail-- b       100 boxes of 10 t go from d to b, 400 t of bulk from a
             a --100-- c --60-- b   to b, 200 t from b to d
    d --150-- e --170-- b

    A box has a day at 20 USD and loses 8,000 USD, a tonne of bulk a day at 1 and 800.
    """
    gate = {"capacity_id": "g", "name": "G", "unit": "train", "amount": 1, "per_direction": "yes"}
    return toys.network(
        {"a": "KZ", "b": "RU", "c": "RU", "d": "CN", "e": "AZ"},
        [
            {"from_node": "a", "to_node": "b", "mode": "rail", "link_id": "a-b"},
            {"from_node": "a", "to_node": "c", "link_id": "a-c"},
            {"from_node": "c", "to_node": "b", "length_km": 60},
            {"from_node": "d", "to_node": "a", "length_km": 50, "mode": "rail"},
            {"from_node": "d", "to_node": "e", "length_km": 150, "mode": "sea", "link_id": "d-e"},
            {"from_node": "e", "to_node": "b", "length_km": 170, "mode": "sea"},
        ],
        [
            {"origin": "d", "destination": "b", "cargo": "box", "per_day": 100},
            {"origin": "a", "destination": "b", "cargo": "bulk", "per_day": 400},
            {"origin": "b", "destination": "d", "cargo": "bulk", "per_day": 200},
        ],
        cargo={
            "box": {"unit": "TEU", "t_per_unit": 10, "usd_per_unit_day": 20, "name": "Box",
                    "loss_usd_per_unit": 8000},
            "bulk": {"usd_per_unit_day": 1, "loss_usd_per_unit": 800, "name": "Bulk"},
        },
        transfers=[
            {"transfer_id": "ta", "node_id": "a", "from_mode": "rail", "from_gauge_mm": 1520,
             "to_mode": "road", "hours": 5, "usd_per_t": 2, "usd_per_teu": 20},
        ],
        capacities=[
            gate,
            {"capacity_id": "h", "name": "H", "unit": "truck", "amount": 30},
            {"capacity_id": "s", "name": "S", "unit": "t", "amount": 700},
        ],
        capacity_members=[
            {"capacity_id": "g", "link_id": "a-b"},
            {"capacity_id": "h", "link_id": "a-c"},
            {"capacity_id": "s", "link_id": "d-e"},
        ],
        loads=[
            {"mode": "road", "cargo": "box", "vehicle": "truck", "units_per_vehicle": 2},
            {"mode": "road", "cargo": "bulk", "vehicle": "truck", "units_per_vehicle": 20},
            {"mode": "rail", "cargo": "box", "vehicle": "train", "units_per_vehicle": 100},
            {"mode": "rail", "cargo": "bulk", "vehicle": "train", "units_per_vehicle": 1000},
        ],
    )  # fmt: skip


def compared(net, line, model="optimal"):
    base, hit = (co.assign(net, plan, as_of=DAY, model=model) for plan in (None, line))
    return co.compare(base, hit)


@pytest.mark.parametrize("model", ["optimal", "logit"])
@pytest.mark.parametrize(
    ("line", "told", "more"),
    [
        # 60 TEU by rail pay 30 USD each.
        (
            "surcharge link:a-b by 30 USD/TEU",
            "600 t a day cost 1,800 USD a day more: 1,800 USD for transport and 0 USD for the time",
            1800,
        ),
        # 600 t of bulk and 60 TEU on a day more each: 600 x 1 + 60 x 20.
        (
            "delay link:a-b by 24 h",
            (
                "1,200 t a day take 1 days more on average and cost 1,800 USD a day more: 0 USD "
                "for transport and 1,800 USD for the time"
            ),
            1800,
        ),
    ],
)
def test_what_those_pay_more_who_keep_their_way_is_said(three_ways, line, told, more, model):
    found = compared(three_ways, line, model)
    assert found.change["added_cost_usd_per_day_kept"] == pytest.approx(more, rel=1e-3)
    assert found.to_dict()["change"]["changed_t_per_day_kept"] > 0
    said = found.explain()
    assert f"Of what keeps its way, {told}." in said
    assert "Nothing else changes" not in said
    assert "No cargo leaves its route and none is lost." in said
    assert told in found.report()
    assert "what keeps its way would cost 1,800 USD a day more," in best_sentence(
        found.at_best.change
    )


@pytest.mark.parametrize("line", [
    "delay link:a-b by 10 days", "surcharge link:a-b by 30 USD/t", "close link:a-b",
    "limit capacity:g to 2 trains/day", "delay country:RU by 5 h",
])  # fmt: skip
def test_the_parts_of_what_is_paid_more_add_up(three_ways, line):
    """What is rerouted and what is kept pay all that is paid more, where nothing is lost."""
    found = compared(three_ways, line)
    change, lost = found.change, found.change["newly_unserved_t_per_day"]
    parts = sum(change[f"added_cost_usd_per_day_{who}"] for who in ("rerouted", "kept"))
    assert (parts == pytest.approx(change["added_cost_usd_per_day"], abs=1e-6)) == (lost < 1)


def test_a_mean_over_a_trace_of_cargo_is_none(three_ways):
    found = compared(three_ways, "delay country:RU by 5 h", "logit")
    assert found.change["rerouted_t_per_day"] < 1e-3
    assert found.change["added_hours_mean"] == 0.0


def test_a_demand_that_grows_is_told_of_in_its_parts(three_ways):
    """Of 2,000 t more of boxes 1,300 go, 400 of them in the place of bulk."""
    found = compared(three_ways, "demand cargo:box to 3")
    said = found.explain()
    assert (
        "of 3,600 t of cargo a day, 1,200 t (33 %) keep their route, 0 t (0 %) go another way and "
        "400 t (11 %) are no longer carried; 2,000 t are wanted now that were not before, of which "
        "1,300 t are carried and 700 t are not."
    ) in said
    assert "not carried before either" not in said
    assert "of what was not wanted before most stays, a day, of Box D–B (700 t)" in said
    [row] = found.added_demand.to_dict("records")
    assert row["added_t_per_day"] == pytest.approx(2000)
    assert row["served_t_per_day"] == pytest.approx(1300)
    assert row["unserved_t_per_day"] == pytest.approx(700)
    alone = compared(three_ways, "demand origin:a to 1.1").explain()
    assert "40.0 t are wanted now that were not before, all of which are carried" in alone
    assert "Most is lost" not in alone


def test_what_did_not_fit_before_is_not_taken_for_what_is_wanted_newly(three_ways):
    """Of 300 TEU 130 go; of 400 so too, and 100 more stay that were not wanted before."""
    first = three_ways.demand(3, cargo="box")
    base, hit = first.assign(DAY), first.demand(4 / 3, cargo="box").assign(DAY)
    found = co.compare(base, hit)
    assert found.change["added_demand_unserved_t_per_day"] == pytest.approx(1000)
    said = found.explain()
    assert "t were not carried before either; 1,000 t are wanted now that were not before, " in said
    assert "none of which is carried" in said


def test_whoever_goes_a_cheaper_way_makes_no_room(three_ways):
    found = compared(three_ways, "limit capacity:g to 2 trains/day")
    said = found.explain()
    assert "makes room" not in said
    assert ("Cargo that did not use it goes a cheaper way now, a day: of Box 40.0 TEU.") in said
    assert len(found.by_use[1]) == 0
    assert found.to_dict()["pushed_aside"] == []
    assert found.going_cheaper["rerouted_t_per_day"].tolist() == [pytest.approx(400)]


def test_the_answer_in_brief_says_so_too(three_ways):
    """What a pack says of each scenario."""
    kept = brief(compared(three_ways, "surcharge link:a-b by 30 USD/TEU").tables)
    assert "Of what keeps its way, 600 t a day cost 1,800 USD a day more" in kept
    grown = brief(compared(three_ways, "demand cargo:box to 3").tables)
    assert "Of what was not wanted before most stays, a day, of Box D–B (700 t)." in grown


@pytest.mark.parametrize("model", ["optimal", "logit"])
def test_no_total_stands_behind_cargo_that_is_in_none(net, model):
    """Suez shut: what the boxes on ships lose is told with them, and not as if it were land's."""
    found = co.run(net, "suez-shut-2026", model=model)
    tables = found.tables
    told = found.explain()
    apart = next(text for text in sentences(tables) if text.startswith("In no total that follows"))
    assert "Shanghai–Constanța" in apart
    rest = told.replace(apart, "")
    name = tables.cargo_names["container-ocean"]
    assert name not in rest.partition("Most is lost")[2]
    surplus = [
        plan.shortfall.groupby("cargo")["surplus_lost_usd_per_day"].sum()
        for plan in (found.baseline, found.disrupted)
    ]
    loses = float((surplus[1] - surplus[0])["container-ocean"])
    assert loses > 0
    assert f"loses {number(loses, 'USD')} a day by it." in apart
    # A report tells it too, or the ships round the Cape would take less time than before.
    assert apart in answer(tables)
    days = dict(comparison_map_data(net, tables).headline)
    longer = next(value for label, value in days.items() if label == "Rerouted takes longer by")
    assert 12 <= float(longer.split()[0]) <= 22


def test_cargo_in_no_total_is_named_over_the_table_by_cargo():
    shown = command.corridors("run", "close node:dostyk", "--as-of", "2025-09-12").stdout
    assert "in no total: container-ocean)" in " ".join(shown.split())


@pytest.fixture(scope="module")
def mixed():
    """Boxes and bulk on one line, of which a fleet of box ships counts the boxes alone."""
    return toys.network(
        {"a": "AA", "b": "BB"},
        [{"from_node": "a", "to_node": "b", "corridor": "middle"}],
        [
            {"origin": "a", "destination": "b", "per_day": 100},
            {"origin": "a", "destination": "b", "per_day": 5, "cargo": "box"},
        ],
        loads=[{"mode": "road", "cargo": "bulk", "vehicle": "truck", "units_per_vehicle": 20}],
        capacities=[
            {"capacity_id": "fleet", "name": "Fleet", "unit": "TEU", "amount": 8},
            {"capacity_id": "way", "name": "Way", "unit": "t", "amount": 400},
        ],
        capacity_members=[
            {"capacity_id": "fleet", "link_id": "a-b-road", "cargo": "box"},
            {"capacity_id": "way", "link_id": "a-b-road"},
        ],
    )


@pytest.mark.parametrize(
    ("asked", "reached"),
    [
        ("surcharge corridor:middle by 500 USD/TEU", {"box"}),
        ("surcharge corridor:middle by 5 USD/t", {"box", "bulk"}),
        ("limit capacity:fleet to 0.5", {"box"}),
        ("limit capacity:fleet to 4 TEU/day", {"box"}),
        ("limit capacity:fleet,way to 0.5", {"box", "bulk"}),
        ("limit border:AA-BB to 4 TEU/day", {"box"}),
        ("limit border:AA-BB to 3 trucks/day", {"bulk"}),
        ("limit border:AA-BB to 0.5", {"box", "bulk"}),
        ("limit capacity:fleet to 0", {"box", "bulk"}),
        ("close capacity:fleet", {"box", "bulk"}),
        ("delay capacity:fleet by 24 h", {"box", "bulk"}),
    ],
)
def test_an_event_is_about_the_cargo_that_it_reaches(mixed, asked, reached):
    """A charge per box is no matter of bulk, and a limit none of what it does not count."""
    hit = co.assign(mixed, asked, as_of=DAY)
    where = touched(hit.state, hit.scenario, DAY)
    own = {name for name, row in zip(hit.state.arcs.cargo, where, strict=True) if row.any()}
    assert own == reached
    # What is not said to be reached is not changed either.
    base = co.assign(mixed, as_of=DAY)
    left = co.compare(base, hit).by_demand.set_index("cargo")
    for cargo in {"box", "bulk"} - reached:
        assert left.loc[cargo, "kept_t_per_day"] == pytest.approx(
            left.loc[cargo, "demand_t_per_day"]
        )


@pytest.mark.parametrize("elasticity", [None, -0.8])
@pytest.mark.parametrize("model", ["optimal", "logit"])
def test_what_stays_is_said_to_lose_what_the_table_takes_off(elasticity, model):
    """Where no cargo answers to price, nobody knows what the way costs, and nothing comes off."""
    kind = {"unit": "t", "t_per_unit": 1} | ({"elasticity": elasticity} if elasticity else {})
    net = toys.network(
        {"a": "AA", "b": "BB"},
        [{"from_node": "a", "to_node": "b"}],
        [{"origin": "a", "destination": "b", "per_day": 10}],
        cargo={"bulk": kind},
    )
    hit = co.assign(net, "close link:a-b-road", as_of="2025-09-12", model=model)
    base = co.assign(net, as_of="2025-09-12", model=model)
    told = co.compare(base, hit).explain()
    loss, lost = (hit.summary[f"{n}_usd_per_day"] for n in ("loss", "surplus_lost"))
    if elasticity is None:
        assert lost == pytest.approx(loss)
        assert (
            "loses 100,000 USD a day by it, what it would have paid at most, the cost of its "
            in told
        )
    else:
        assert lost == pytest.approx(loss - 10 * 100, rel=1e-3)
        assert "what it would have paid at most less what its way costs in ordinary times" in told


def test_what_costs_less_is_said_to_do_so_once():
    """Less than nothing a tonne would be more."""
    net = toys.network(
        {"a": "AA", "b": "BB"},
        [
            {"from_node": "a", "to_node": "b", "link_id": "old", "length_km": 300},
            {"from_node": "a", "to_node": "b", "link_id": "new", "opens": "2030-01-01"},
        ],
        [{"origin": "a", "destination": "b", "per_day": 10}],
    )
    base = co.assign(net, as_of="2025-09-12")
    told = co.compare(base, co.assign(net, "open link:new", as_of="2025-09-12")).explain()
    assert "costs 2,000 USD a day less (200 USD a tonne): -2,000 USD for transport" in told
