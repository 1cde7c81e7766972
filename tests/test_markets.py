"""Markets: who buys from whom, what an export stop leaves, and that no tonne is sold twice.

Two sellers, two buyers; every km costs a dollar a tonne::

    RU a --100-- c KG --50-- d TJ
    KZ b ---50-- c

a asks 500 USD and has 8 t a day, b asks 600 USD and has 6. To c a tonne of a costs 600
with its way, one of b 650: of 10 t wanted at c, 8 come from a and 2 from b.
"""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import toys
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as co
from corridors.assignment.map_data import comparison_map_data
from corridors.errors import DataError, ScenarioError
from corridors.network.checks.rules import network_problems
from corridors.network.folder import write_tables
from corridors.network.network import as_date
from corridors.scenarios.state import network_state

DAY = "2025-06-01"
SELLERS = [
    {"market": "m", "node_id": "a", "cargo": "bulk", "amount": 8, "per": "day",
     "usd_per_unit": 500},
    {"market": "m", "node_id": "b", "cargo": "bulk", "amount": 6, "per": "day",
     "usd_per_unit": 600},
]  # fmt: skip
STOP = {"supply": {"country": "RU"}, "to": 0}


def fuel(at_c=10.0, at_d=0.0, supply=SELLERS, **others):
    demand = [{"origin": "", "destination": "c", "market": "m", "per_day": at_c, "demand_id": "c"}]
    if at_d:
        demand.append({**demand[0], "destination": "d", "per_day": at_d, "demand_id": "d"})
    return toys.network(
        {"a": "RU", "b": "KZ", "c": "KG", "d": "TJ"},
        [
            {"from_node": "a", "to_node": "c", "length_km": 100},
            {"from_node": "b", "to_node": "c", "length_km": 50},
            {"from_node": "c", "to_node": "d", "length_km": 50},
        ],
        demand,
        supply=supply,
        **others,
    )


def stopped(*events):
    return co.scenario({"name": "stop", "as_of": DAY, "events": list(events)})


def sold(result):
    return dict(zip(result.sales["node_id"], result.sales["sold_t_per_day"], strict=True))


def test_the_cheaper_seller_first_and_what_it_lacks_from_the_other():
    base = co.assign(fuel(), as_of=DAY)
    assert sold(base) == {"a": 8.0, "b": 2.0}
    assert base.certificate.ok
    # What is paid for the way is one thing, what is paid to sellers another.
    assert base.summary["cost_usd_per_day"] == 8 * 100 + 2 * 50
    assert base.summary["premium_usd_per_day"] == 2 * 100
    assert base.summary["generalised_cost_usd_per_day"] == 900 + 200
    assert base.summary["loss_usd_per_day"] == 0
    # One tonne more of a would spare one of b: 650 less 600.
    assert base.sales["price_usd"].tolist() == [50.0, 0.0]


def test_an_export_stop_sends_buyers_elsewhere_at_a_price_and_leaves_the_rest_short():
    net = fuel()
    base, hit = co.assign(net, as_of=DAY), co.assign(net, stopped(STOP))
    assert sold(hit) == {"a": 0.0, "b": 6.0}
    assert hit.shortfall["shortfall_t_per_day"].tolist() == [4.0]
    change = co.compare(base, hit).change
    # 4 t go from a, at 600 with the way, to b at 650; 4 t stay.
    assert change["rerouted_t_per_day"] == 4.0
    assert change["newly_unserved_t_per_day"] == 4.0
    assert change["added_cost_usd_per_day_rerouted"] == 4 * 50
    assert change["added_transport_usd_per_day_rerouted"] == -4 * 50
    assert change["added_premium_usd_per_day_rerouted"] == 4 * 100
    assert hit.certificate.ok


def test_with_every_seller_stopped_all_is_short_and_nothing_flows():
    hit = co.assign(fuel(), stopped(STOP, {"supply": {"country": "KZ"}, "to": 0}))
    assert hit.shortfall["shortfall_t_per_day"].tolist() == [10.0]
    assert not hit.answer.class_flow.any()
    assert hit.summary["loss_usd_per_day"] == 10 * 10_000


@pytest.mark.parametrize(
    ("to", "of_a"), [(0.5, 4.0), ("2 t/day", 2.0), ("1 kt/year", 1000 / 365), (2.0, 10.0)]
)
def test_offers_are_cut_and_raised_by_shares_and_amounts(to, of_a):
    hit = co.assign(fuel(), stopped({"supply": {"node": "a", "cargo": "bulk"}, "to": to}))
    assert sold(hit)["a"] == pytest.approx(of_a, abs=1e-9)
    assert sold(hit)["b"] == pytest.approx(min(10 - of_a, 6.0), abs=1e-9)


def test_a_shut_border_stops_its_seller_too():
    hit = co.assign(fuel(), stopped({"close": {"border": ["RU", "KG"]}}))
    assert sold(hit) == {"a": 0.0, "b": 6.0}
    assert hit.shortfall["shortfall_t_per_day"].tolist() == [4.0]


def test_a_shut_place_sells_to_nobody_else_but_to_its_own():
    own = [*SELLERS, {**SELLERS[0], "node_id": "c", "amount": 3, "usd_per_unit": 900}]
    net = fuel(at_d=2, supply=own)
    hit = co.assign(net, stopped({"close": {"node": "c"}}))
    # The refinery at c needs no way to its own town.
    assert sold(hit) == {"a": 0.0, "b": 0.0, "c": 3.0}
    assert hit.shortfall.set_index("demand_id")["shortfall_t_per_day"].to_dict() == {
        "c": 7.0,
        "d": 2.0,
    }


def test_who_is_short_by_country_and_who_sold_by_country():
    net = fuel(at_c=10, at_d=3)
    base, hit = co.assign(net, as_of=DAY), co.assign(net, stopped(STOP))
    by = base.by("origin_country").set_index("origin_country")
    assert by["served_t_per_day"].to_dict() == {"RU": 8.0, "KZ": 5.0}
    after = hit.by("origin_country").set_index("origin_country")
    assert after.loc["KZ", "served_t_per_day"] == 6.0
    # What nobody sells belongs to no country: it stands by its market.
    assert after.loc["m", "shortfall_t_per_day"] == 7.0
    assert set(hit.by("country")["country"]) == {"KZ", "KG", "TJ"}
    balance = hit.balance().set_index("country")
    assert balance["sent_t_per_day"].to_dict() == {"KG": 0.0, "KZ": 6.0, "TJ": 0.0}
    assert balance["short_t_per_day"].sum() == 7.0
    assert balance["received_t_per_day"].sum() == 6.0


def test_sentences_name_who_sells_instead_and_at_what_price():
    net = fuel()
    said = co.compare(co.assign(net, as_of=DAY), co.assign(net, stopped(STOP))).explain()
    assert (
        "On the market m, a day, less is sold by A (RU, 8 t of bulk); more by B (KZ, 4 t of bulk "
        "at 100 USD a unit above the best)."
    ) in said
    assert "8 t a day that used what the scenario touches, 4 t go round and 4 t stay" in said


def test_maps_say_which_end_of_a_demand_is_a_market():
    net = fuel()
    shut = co.run(net, stopped({"supply": {"country": "RU"}, "to": 0}), as_of=DAY, model="optimal")
    [buyer] = comparison_map_data(net, shut.tables).demands
    assert (buyer.name, buyer.origin, buyer.destination) == ("market m → C", "c", "c")
    fields = outlets()
    less = co.run(fields, stopped({"supply": {"node": "g"}, "to": 0}), as_of=DAY, model="optimal")
    [seller] = comparison_map_data(fields, less.tables).demands
    assert (seller.name, seller.origin, seller.destination) == ("F → market oil", "f", "f")
    assert '"F → market oil"' in less.map().html


def outlets(pipe=7.0):
    """Return a field f with two outlets: g pays 80 USD, h 10 USD less and takes 7 a day."""
    return toys.network(
        {"f": "KZ", "g": "RU", "h": "CN"},
        [
            {"from_node": "f", "to_node": "g", "length_km": 100},
            {"from_node": "f", "to_node": "h", "length_km": 100},
        ],
        [{"origin": "f", "destination": "", "market": "oil", "per_day": 10, "demand_id": "f"}],
        supply=[
            {"market": "oil", "node_id": "g", "cargo": "bulk", "side": "outlet", "amount": pipe,
             "per": "day", "usd_per_unit": 80},
            {"market": "oil", "node_id": "h", "cargo": "bulk", "side": "outlet", "amount": 7,
             "per": "day", "usd_per_unit": 70},
        ],
    )  # fmt: skip


def test_a_field_fills_its_best_outlet_first_and_the_rest_of_its_spare():
    base = co.assign(outlets(), as_of=DAY)
    assert sold(base) == {"g": 7.0, "h": 3.0}
    assert base.summary["premium_usd_per_day"] == 3 * 10
    hit = co.assign(outlets(), stopped({"close": {"link": "f-g-road"}}))
    assert sold(hit) == {"g": 0.0, "h": 7.0}
    assert hit.shortfall["shortfall_t_per_day"].tolist() == [3.0]
    assert hit.balance().set_index("country")["stranded_t_per_day"]["KZ"] == 3.0
    assert hit.by("destination_country").set_index("destination_country")["served_t_per_day"][
        "CN"
    ] == pytest.approx(7.0)


def test_offers_hold_in_their_time_alone():
    dated = [
        {**SELLERS[0], "valid_until": "2025-03-01"},
        {**SELLERS[0], "valid_from": "2025-03-01", "amount": 1},
        SELLERS[1],
    ]
    net = fuel(supply=dated)
    assert sold(co.assign(net, as_of="2025-02-28"))["a"] == 8.0
    assert sold(co.assign(net, as_of="2025-03-01"))["a"] == 1.0
    assert len(net.at("2025-02-28").tables["supply"]) == 2
    never = fuel(supply=[{**SELLERS[0], "valid_from": "2030-01-01"}, SELLERS[1]])
    assert sold(co.assign(never, as_of=DAY)) == {"b": 6.0}


def test_offers_grow_from_their_base_year():
    growing = [{**SELLERS[0], "base_year": 2025, "growth": 0.5}, {**SELLERS[1], "growth": 0.5}]
    net = fuel(at_c=99, supply=growing)
    # Without a base year an amount stays what it is.
    assert sold(co.assign(net, as_of="2027-06-01")) == {"a": 18.0, "b": 6.0}
    assert net.at("2026-01-01").tables["supply"]["amount"].tolist() == [12.0, 6.0]


def test_without_a_price_a_seller_asks_what_the_cheapest_asks():
    free = [{**SELLERS[0], "usd_per_unit": None}, SELLERS[1]]
    state = network_state(fuel(supply=free), None, as_date(DAY))
    assert state.offers["premium_usd"].tolist() == [0.0, 0.0]


def test_demand_curves_foot_on_what_the_market_costs():
    bent = {"bulk": {"unit": "t", "t_per_unit": 1, "elasticity": -1.0}}
    net = fuel(cargo=bent)
    base = co.assign(net, as_of=DAY)
    # One more unit comes from b: 50 for the way and 100 more for the goods.
    assert base.state.ordinary.tolist() == [150.0]
    assert base.shortfall["shortfall_t_per_day"].sum() == pytest.approx(0.0, abs=1e-9)
    assert co.assign(net, stopped(STOP)).certificate.ok


def test_the_logit_keeps_the_limits_of_sellers():
    net = fuel(at_d=2)
    hit = co.assign(net, stopped(STOP), model="logit")
    assert hit.certificate.ok
    assert sold(hit)["a"] == pytest.approx(0.0, abs=1e-9)
    assert sold(hit)["b"] == pytest.approx(6.0, rel=1e-6)


def test_by_days_buyers_wait_for_their_seller_or_turn_to_another():
    shut = stopped({**STOP, "from": "2025-06-05", "until": "2025-06-15"})
    cargo = {
        "bulk": {"unit": "t", "t_per_unit": 1, "usd_per_unit_day": 100, "patience_days": 5},
    }
    sim = co.simulate(fuel(cargo=cargo), shut, start="2025-06-01", days=30)
    total = sim.by_demand.iloc[0]
    assert abs(sim.residual_t) < 1e-6
    # Whoever bought from a has turned to b as far as its 4 t a day go, or given up.
    assert total["other_way"] > 0
    assert total["turned_back"] + total["never_shipped"] + total["late"] > 0
    assert "m/a/bulk" in set(sim.queues["capacity_id"])


@settings(max_examples=40, deadline=None)
@given(
    amounts=st.tuples(st.integers(0, 12), st.integers(0, 12)),
    prices=st.tuples(st.integers(0, 900), st.integers(0, 900)),
    wanted=st.tuples(st.integers(0, 15), st.integers(1, 15)),
    left=st.sampled_from([0, 0.25, 1]),
)
def test_no_seller_sells_more_than_it_has_and_the_market_balances(amounts, prices, wanted, left):
    supply = [
        {**row, "amount": amount, "usd_per_unit": price}
        for row, amount, price in zip(SELLERS, amounts, prices, strict=True)
    ]
    net = fuel(at_c=wanted[0], at_d=wanted[1], supply=supply)
    hit = co.assign(net, stopped({"supply": {"node": "a"}, "to": left}))
    assert hit.certificate.ok
    sales = hit.sales
    assert (sales["sold_t_per_day"] <= sales["offered_t_per_day"] + 1e-9).all()
    assert sales["offered_t_per_day"].tolist() == pytest.approx([amounts[0] * left, amounts[1]])
    served = hit.shortfall["served_t_per_day"].sum()
    assert sales["sold_t_per_day"].sum() == pytest.approx(served, abs=1e-9)
    # Roads have no limit and all pay more than any price: what is wanted and offered is sold.
    assert served == pytest.approx(min(sum(wanted), amounts[0] * left + amounts[1]), abs=1e-9)


def test_a_network_without_markets_says_nothing_of_them():
    plain = toys.network(
        {"a": "AA", "b": "BB"},
        [{"from_node": "a", "to_node": "b"}],
        [{"origin": "a", "destination": "b", "per_day": 5}],
    )
    base = co.assign(plain, as_of=DAY)
    same = co.compare(base, base)
    assert "premium_usd_per_day" not in base.summary
    assert "premium_usd_per_unit" not in base.routes
    assert not {c for c in same.change if "premium" in c}
    assert not {c for t in (same.by_demand, same.reroutes, same.by_cargo) for c in t if "prem" in c}
    assert "sales" not in base.tables.files()
    assert base.sales.empty
    assert not (base.state.arcs.arc_type > 3).any()


def test_a_market_goes_round_by_every_way_out(tmp_path):
    net = fuel(at_d=2)
    folder = tmp_path / "mine"
    write_tables(folder, net.tables, name="mine", title="Mine", lines=None)
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    keys = {
        r["name"]: [(k["fields"], k["reference"]) for k in r["schema"].get("foreignKeys", [])]
        for r in package["resources"]
    }
    assert (["market"], {"resource": "supply", "fields": ["market"]}) in keys["demand"]
    assert (["node_id"], {"resource": "nodes", "fields": ["node_id"]}) in keys["supply"]
    again = co.load(folder)
    for name, frame in net.tables.items():
        key = list(frame.columns)
        one, other = (t.sort_values(key, ignore_index=True) for t in (frame, again.tables[name]))
        assert one.equals(other), name
    first, second = co.assign(net, as_of=DAY), co.assign(again, as_of=DAY)
    assert first.answer.objective == second.answer.objective
    kept = co.compare(second, co.assign(again, stopped(STOP))).save(tmp_path / "result")
    assert {"sales", "sales_before", "sales_after"} <= set(co.load_result(kept).tables)
    assert co.verify(kept / "manifest.json")["ok"]


def test_a_market_is_in_every_form_that_a_network_is_written_in(tmp_path):
    net = fuel(at_d=2)
    co.export(net, tmp_path / "gmns", "gmns")
    co.import_gmns(tmp_path / "gmns", tmp_path / "back")
    back = co.load(tmp_path / "back")
    key = ["market", "node_id"]
    one, other = (n.tables["supply"].sort_values(key, ignore_index=True) for n in (net, back))
    assert one.equals(other)
    first, second = (co.assign(n, as_of=DAY) for n in (net, back))
    assert sold(first) == sold(second)
    co.export(net, tmp_path / "net.gpkg")
    assert len(gpd.read_file(tmp_path / "net.gpkg", layer="supply")) == 2
    co.export(net, tmp_path / "parquet", "geoparquet")
    assert len(pd.read_parquet(tmp_path / "parquet" / "supply.parquet")) == 2


def test_finding_and_showing_a_market():
    net = fuel(at_d=2)
    rows = co.listing(net, "markets", "kz")
    assert rows[["market", "node_id", "amount"]].to_numpy().tolist() == [["m", "b", 6.0]]
    found = co.show(net, "market:m")
    assert found["demands"] == ["c", "d"]
    assert len(found["rows"]) == 2
    assert co.show(net, "node:a")["markets"] == ["m"]
    assert co.listing(net, "demands")["name"].tolist() == ["m–C", "m–D"]


@pytest.mark.parametrize(
    ("selector", "said"),
    [
        ({"country": "KX"}, "no supply with country 'KX'; valid are KZ, RU"),
        ({"market": "n"}, "no supply with market 'n'"),
        ({"node": "c"}, "no supply with node 'c'"),
        ({"country": "RU", "node": "b"}, "nothing is offered by {country: RU, node: b}"),
    ],
)
def test_an_event_names_what_is_offered(selector, said):
    with pytest.raises(ScenarioError) as error:
        co.assign(fuel(), stopped({"supply": selector, "to": 0}))
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"market": ""},
            "demand.csv, row 2, column origin: saw '', expected a node, or a market in its place",
        ),
        ({"origin": "a"}, "m stands in for one end, saw both ends given"),
        ({"destination": ""}, "m stands in for one end, saw neither end given"),
        ({"destination": "", "origin": "a"}, "the destination is empty, but m is of sellers"),
        ({"market": "n"}, "'n' is not in supply.csv"),
        ({"cargo": "box"}, "m has no box"),
    ],
)
def test_demand_without_two_ends_is_refused_when_read(tmp_path, changed, said):
    tables = dict(fuel().tables)
    demand = tables["demand"].copy()
    for column, value in changed.items():
        demand[column] = value
    write_tables(tmp_path / "bad", {**tables, "demand": demand}, name="x", title="x", lines=None)
    with pytest.raises(DataError) as error:
        co.load(tmp_path / "bad")
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"side": "outlet", "node_id": "c"}, "saw 'outlet', but m is of sellers"),
        ({"market": "a"}, "'a' is a node; give the market a name of its own"),
        ({"node_id": "x"}, "'x' is not in nodes.csv"),
    ],
)
def test_a_market_that_cannot_be_meant_is_refused_when_read(tmp_path, row, said):
    tables = dict(fuel().tables)
    more = tables["supply"].iloc[[1]].assign(**row)
    tables["supply"] = pd.concat([tables["supply"], more], ignore_index=True)
    write_tables(tmp_path / "bad", tables, name="x", title="x", lines=None)
    with pytest.raises(DataError) as error:
        co.load(tmp_path / "bad")
    assert said in str(error.value)


def test_offers_that_overlap_are_found_by_the_checks():
    late = {**SELLERS[0], "valid_from": "2025-03-01"}
    found = [p for p in network_problems(fuel(supply=[*SELLERS, late])) if p.file == "supply.csv"]
    assert any(p.rule == "offers-do-not-overlap" for p in found)
    apart = [{**SELLERS[0], "valid_until": "2025-03-01"}, late, SELLERS[1]]
    problems = network_problems(fuel(supply=apart))
    assert not any(p.rule == "offers-do-not-overlap" for p in problems)


def test_numbers_of_offers_need_a_source():
    problems = network_problems(fuel())
    unsourced = {p.column for p in problems if p.file == "supply.csv"}
    assert unsourced == {"amount", "usd_per_unit"}


def test_ties_between_sellers_are_decided_by_names_not_by_rows():
    even = [{**row, "usd_per_unit": 500} for row in SELLERS]
    even[1] = {**even[1], "node_id": "b"}
    one, other = fuel(supply=even), fuel(supply=even[::-1])
    first, second = (co.assign(net, as_of=DAY) for net in (one, other))
    assert sold(first) == sold(second)
    assert np.array_equal(first.answer.class_flow, second.answer.class_flow)
