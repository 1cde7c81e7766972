"""Toy networks whose answers are worked out by hand, through the whole thread."""

from __future__ import annotations

import datetime as dt
import random

import pytest
import toys

import corridors as co
from corridors.scenarios.events import Event
from corridors.scenarios.quantities import Quantity
from corridors.scenarios.scenario import Scenario

DAY = dt.date(2025, 9, 12)


def solve(net, *events):
    return co.assign(net, Scenario("test", events) if events else None, as_of=DAY)


def event(kind, selector, amount=None, **others):
    return Event(kind, selector, amount, where="test", **others)


def link_flow(result, link):
    frame = result.flows
    return frame.loc[(frame["kind"] == "link") & (frame["id"] == link), "units_per_day"].sum()


def two_routes(capacity=6.0):
    """Return the network of the next sketch.

    a --100-- b --100-- d     200 USD a unit, at most 6 units a day
     \\--150-- c --150--/      300 USD a unit
    """
    return toys.network(
        {"a": "AA", "b": "BB", "c": "CC", "d": "DD"},
        [
            {"from_node": "a", "to_node": "b"},
            {"from_node": "b", "to_node": "d"},
            {"from_node": "a", "to_node": "c", "length_km": 150},
            {"from_node": "c", "to_node": "d", "length_km": 150},
        ],
        [{"origin": "a", "destination": "d", "per_day": 10}],
        capacities=[{"capacity_id": "short", "name": "short", "unit": "t", "amount": capacity}],
        capacity_members=[{"capacity_id": "short", "link_id": "a-b-road"}],
    )


def test_the_cheap_route_is_filled_first():
    result = solve(two_routes())
    assert link_flow(result, "a-b-road") == pytest.approx(6)
    assert link_flow(result, "a-c-road") == pytest.approx(4)
    assert result.summary["cost_usd_per_day"] == pytest.approx(6 * 200 + 4 * 300)
    # One more tonne by the cheap route saves 300 - 200 dollars.
    assert result.bottlenecks["price_usd"].tolist() == pytest.approx([100])
    # 200 km at 50 km/h for 6 t and 300 km for 4 t.
    assert result.summary["mean_hours"] == pytest.approx((6 * 4 + 4 * 6) / 10)


def test_closing_the_cheap_route_moves_all_and_closing_both_leaves_shortfall():
    net = two_routes()
    base = solve(net)
    hit = solve(net, event("close", {"link": "a-b-road"}))
    assert link_flow(hit, "a-b-road") == 0
    comparison = co.compare(base, hit)
    steps = dict(comparison.waterfall.itertuples(index=False))
    assert steps == pytest.approx(
        {
            "demand": 10,
            "unserved before and after": 0,
            "kept its route": 4,
            "rerouted": 6,
            "newly served": 0,
            "newly unserved": 0,
        }
    )
    [reroute] = comparison.reroutes.to_dict("records")
    assert reroute["added_cost_usd_per_unit"] == pytest.approx(100)
    assert reroute["added_hours"] == pytest.approx(2)
    assert (reroute["from_route"], reroute["to_route"]) == ("AA-BB>BB-DD", "AA-CC>CC-DD")
    nothing = solve(net, event("close", {"node": ["b", "c"]}))
    assert nothing.summary["served_t_per_day"] == 0
    assert nothing.summary["shortfall_t_per_day"] == pytest.approx(10)
    assert nothing.summary["cost_usd_per_day"] == 0
    assert nothing.summary["loss_usd_per_day"] == pytest.approx(100_000)


def test_a_capacity_is_shared_by_its_links():
    """Six units a day over both ferries together.

    a ==ferry 1== p --- z      Each demand wants 5; the fleet carries 6.
    b ==ferry 2== p            a pays 100 to p, b pays 120: a goes first.
    """
    net = toys.network(
        {"a": "AA", "b": "BB", "p": "PP", "z": "ZZ"},
        [
            {"from_node": "a", "to_node": "p", "mode": "sea"},
            {"from_node": "b", "to_node": "p", "mode": "sea", "length_km": 120},
            {"from_node": "p", "to_node": "z", "mode": "sea"},
        ],
        [
            {"origin": "a", "destination": "z", "per_day": 5},
            {"origin": "b", "destination": "z", "per_day": 5},
        ],
        capacities=[{"capacity_id": "fleet", "name": "fleet", "unit": "t", "amount": 6}],
        capacity_members=[
            {"capacity_id": "fleet", "link_id": "a-p-sea"},
            {"capacity_id": "fleet", "link_id": "b-p-sea"},
        ],
    )
    result = solve(net)
    assert link_flow(result, "a-p-sea") == pytest.approx(5)
    assert link_flow(result, "b-p-sea") == pytest.approx(1)
    # The next tonne would be b's: 10,000 of loss less 220 of cost.
    assert result.capacities["price_usd"].tolist() == pytest.approx([9780])


def test_a_capacity_counts_vehicles_and_background():
    """Trains of 50 boxes; 3 a day, of which 1 is other traffic: 100 boxes are left."""
    net = toys.network(
        {"a": "AA", "b": "BB"},
        [{"from_node": "a", "to_node": "b", "mode": "rail"}],
        [{"origin": "a", "destination": "b", "cargo": "box", "per_day": 130}],
        loads=[
            {"mode": "rail", "cargo": "box", "vehicle": "train", "units_per_vehicle": 50},
            {"mode": "rail", "cargo": "bulk", "vehicle": "train", "units_per_vehicle": 2000},
        ],
        capacities=[
            {
                "capacity_id": "line",
                "name": "line",
                "unit": "train",
                "amount": 3,
                "background": 1,
                "per_direction": "yes",
            }
        ],
        capacity_members=[{"capacity_id": "line", "link_id": "a-b-rail"}],
    )
    result = solve(net)
    assert result.shortfall["shortfall_units_per_day"].tolist() == pytest.approx([30])
    assert result.shortfall["shortfall_t_per_day"].tolist() == pytest.approx([300])
    forward = result.capacities.set_index("capacity_id").loc["line:forward"]
    assert forward["used"] == pytest.approx(2)
    assert forward["use"] == pytest.approx(1)


def gauge_net(**changes):
    """Return a line that changes its gauge at m.

    a --1435-- m --1520-- z    the change: 24 h, 5 USD a tonne, 8 t a day
    """
    return toys.network(
        {"a": "AA", "m": "MM", "z": "ZZ"},
        [
            {"from_node": "a", "to_node": "m", "mode": "rail", "gauge_mm": 1435},
            {"from_node": "m", "to_node": "z", "mode": "rail", "gauge_mm": 1520},
        ],
        [{"origin": "a", "destination": "z", "per_day": 10}],
        capacities=[{"capacity_id": "change", "name": "change", "unit": "t", "amount": 8}],
        capacity_members=[{"capacity_id": "change", "transfer_id": "m-change"}],
        **changes,
    )


def test_a_break_of_gauge_takes_time_money_and_room():
    net = gauge_net(
        transfers=[
            {
                "transfer_id": "m-change",
                "node_id": "m",
                "from_mode": "rail",
                "from_gauge_mm": 1435,
                "to_mode": "rail",
                "to_gauge_mm": 1520,
                "hours": 24,
                "usd_per_t": 5,
            }
        ]
    )
    result = solve(net)
    assert result.summary["served_t_per_day"] == pytest.approx(8)
    assert result.summary["mean_hours"] == pytest.approx(200 / 50 + 24)
    assert result.summary["cost_usd_per_day"] == pytest.approx(8 * (200 + 5))


def test_without_a_transfer_two_gauges_do_not_meet():
    net = toys.network(
        {"a": "AA", "m": "MM", "z": "ZZ"},
        [
            {"from_node": "a", "to_node": "m", "mode": "rail", "gauge_mm": 1435},
            {"from_node": "m", "to_node": "z", "mode": "rail", "gauge_mm": 1520},
        ],
        [{"origin": "a", "destination": "z", "per_day": 10}],
    )
    assert solve(net).summary["served_t_per_day"] == 0


def test_cargo_does_not_pass_through_a_node_where_it_could_start_or_end():
    """The gates of m must not join its two gauges."""
    net = toys.network(
        {"a": "AA", "m": "MM", "z": "ZZ"},
        [
            {"from_node": "a", "to_node": "m", "mode": "rail", "gauge_mm": 1435},
            {"from_node": "m", "to_node": "z", "mode": "rail", "gauge_mm": 1520},
        ],
        [
            {"origin": "a", "destination": "z", "per_day": 10},
            {"origin": "a", "destination": "m", "per_day": 1},
            {"origin": "m", "destination": "z", "per_day": 1},
        ],
    )
    result = solve(net)
    assert result.summary["served_t_per_day"] == pytest.approx(2)


def test_a_ban_stops_the_named_cargo_and_no_other():
    net = toys.network(
        {"a": "AA", "b": "BB"},
        [{"from_node": "a", "to_node": "b"}],
        [
            {"origin": "a", "destination": "b", "cargo": "bulk", "per_day": 3},
            {"origin": "a", "destination": "b", "cargo": "box", "per_day": 4},
        ],
    )
    result = solve(net, event("ban", {"border": ["AA", "BB"]}, cargo=("box",)))
    by_cargo = result.summary["by_cargo"]
    assert by_cargo["box"]["served_t_per_day"] == 0
    assert by_cargo["bulk"]["served_t_per_day"] == pytest.approx(3)


def test_of_parallel_links_only_the_closed_one_is_empty():
    """Two tracks beside each other, one shorter."""
    net = toys.network(
        {"a": "AA", "b": "BB"},
        [
            {"from_node": "a", "to_node": "b", "link_id": "old", "length_km": 90},
            {"from_node": "a", "to_node": "b", "link_id": "new", "length_km": 100},
        ],
        [{"origin": "a", "destination": "b", "per_day": 10}],
    )
    assert link_flow(solve(net), "old") == pytest.approx(10)
    hit = solve(net, event("close", {"link": "old"}))
    assert (link_flow(hit, "old"), link_flow(hit, "new")) == (0, pytest.approx(10))
    assert hit.state.closed_links == ("old",)


def test_equal_routes_are_split_by_rule_and_not_by_the_order_of_rows():
    """Four equal ways from a to z, room for 4 on each, 10 wanted."""
    middle = ["p", "q", "r", "s"]
    links = [
        {"from_node": x, "to_node": y}
        for m in middle
        for x, y in (("a", m), (m, "z"))
    ]  # fmt: skip
    limits = [{"capacity_id": f"at-{m}", "name": m, "unit": "t", "amount": 4} for m in middle]
    members = [{"capacity_id": f"at-{m}", "link_id": f"a-{m}-road"} for m in middle]
    nodes = ["a", "z", *middle]
    demand = [
        {"origin": "a", "destination": "z", "per_day": 6},
        {"origin": "a", "destination": "z", "cargo": "box", "per_day": 0.4},
    ]
    answers = []
    for seed in range(6):
        shuffle = random.Random(seed).sample
        net = toys.network(
            dict.fromkeys(shuffle(nodes, len(nodes)), "AA"),
            shuffle(links, len(links)),
            shuffle(demand, len(demand)),
            capacities=shuffle(limits, len(limits)),
            capacity_members=shuffle(members, len(members)),
        )
        answers.append(solve(net).flows.to_csv(index=False))
    assert len(set(answers)) == 1


def test_fewer_hours_decide_between_routes_of_equal_cost():
    """The tariff makes the slow way as cheap as the fast one."""
    net = toys.network(
        {"a": "AA", "b": "BB"},
        [
            {"from_node": "a", "to_node": "b", "link_id": "slow", "length_km": 200},
            {"from_node": "a", "to_node": "b", "link_id": "fast", "length_km": 100},
        ],
        [{"origin": "a", "destination": "b", "per_day": 10}],
        tariffs=[{"link_id": "slow", "cargo": "bulk", "usd_per_unit": 100, "kind": "replace"}],
    )
    assert link_flow(solve(net), "fast") == pytest.approx(10)


@pytest.mark.parametrize(
    ("selector", "amount", "hours", "usd"),
    [
        ({"link": "a-b-road"}, Quantity(12, "h"), 4 + 12, 200),
        # At a node it is felt on arrival, once, and not on departure too.
        ({"node": "b"}, Quantity(12, "h"), 4 + 12, 200),
        # In a country it is felt on entry.
        ({"country": "BB"}, Quantity(12, "h"), 4 + 12, 200),
        ({"border": ["AA", "BB"]}, Quantity(12, "h"), 4 + 12, 200),
    ],
)
def test_a_delay_is_felt_once(selector, amount, hours, usd):
    net = toys.network(
        {"a": "AA", "b": "BB", "c": "CC"},
        [{"from_node": "a", "to_node": "b"}, {"from_node": "b", "to_node": "c"}],
        [{"origin": "a", "destination": "c", "per_day": 1}],
    )
    result = solve(net, event("delay", selector, amount))
    assert result.summary["mean_hours"] == pytest.approx(hours)
    assert result.summary["cost_usd_per_day"] == pytest.approx(usd)


def test_a_surcharge_is_counted_by_tonne_or_by_box():
    net = toys.network(
        {"a": "AA", "b": "BB"},
        [{"from_node": "a", "to_node": "b"}],
        [{"origin": "a", "destination": "b", "cargo": "box", "per_day": 1}],
    )
    by_tonne = solve(net, event("surcharge", {"link": "a-b-road"}, Quantity(3, "USD/t")))
    assert by_tonne.summary["cost_usd_per_day"] == pytest.approx(100 + 30)
    by_box = solve(net, event("surcharge", {"link": "a-b-road"}, Quantity(7, "USD/TEU")))
    assert by_box.summary["cost_usd_per_day"] == pytest.approx(107)


def test_a_share_of_part_of_a_capacity_limits_that_part_alone():
    """Both links share 10 a day; a share of 0.5 on one of them leaves it 5, together 10."""
    net = toys.network(
        {"a": "AA", "b": "BB", "c": "CC"},
        [{"from_node": "a", "to_node": "b"}, {"from_node": "a", "to_node": "c"}],
        [
            {"origin": "a", "destination": "b", "per_day": 9},
            {"origin": "a", "destination": "c", "per_day": 9},
        ],
        capacities=[{"capacity_id": "both", "name": "both", "unit": "t", "amount": 10}],
        capacity_members=[
            {"capacity_id": "both", "link_id": "a-b-road"},
            {"capacity_id": "both", "link_id": "a-c-road"},
        ],
    )
    half = event("limit", {"link": "a-b-road"}, Quantity(0.5, "share"))
    result = solve(net, half)
    assert link_flow(result, "a-b-road") <= 5 + 1e-9
    assert result.summary["served_t_per_day"] == pytest.approx(10)
    whole = solve(net, event("limit", {"node": "a"}, Quantity(0.5, "share")))
    assert whole.summary["served_t_per_day"] == pytest.approx(5)


def test_an_amount_limits_the_sum_over_the_selection():
    net = two_routes(capacity=100)
    result = solve(net, event("limit", {"node": "a"}, Quantity(7, "t")))
    assert result.summary["served_t_per_day"] == pytest.approx(7)
    one_way = event("limit", {"node": "a", "direction": "AA>BB"}, Quantity(2, "t"))
    assert link_flow(solve(net, one_way), "a-b-road") == pytest.approx(2)


def test_limiting_what_has_no_capacity_by_a_share_is_an_error():
    with pytest.raises(co.ScenarioError, match="limits nothing"):
        solve(two_routes(), event("limit", {"link": "a-c-road"}, Quantity(0.5, "share")))


def test_planned_links_open_on_their_day_or_by_an_event():
    """A shorter way is planned for 2030, with room for 4."""
    net = toys.network(
        {"a": "AA", "b": "BB"},
        [
            {"from_node": "a", "to_node": "b", "link_id": "old"},
            {
                "from_node": "a",
                "to_node": "b",
                "link_id": "new",
                "length_km": 50,
                "opens": "2030-01-01",
            },
        ],
        [{"origin": "a", "destination": "b", "per_day": 10}],
        capacities=[
            {
                "capacity_id": "new",
                "name": "new",
                "unit": "t",
                "amount": 4,
                "valid_from": "2030-01-01",
            }
        ],
        capacity_members=[{"capacity_id": "new", "link_id": "new"}],
    )
    assert link_flow(solve(net), "new") == 0
    early = solve(net, event("open", {"link": "new"}))
    assert link_flow(early, "new") == pytest.approx(4)
    later = co.assign(net, as_of="2030-01-01")
    assert link_flow(later, "new") == pytest.approx(4)


def test_seasons_and_closing_days_are_kept():
    net = toys.network(
        {"a": "AA", "b": "BB"},
        [{"from_node": "a", "to_node": "b", "mode": "sea", "season": "07-01/10-15"}],
        [{"origin": "a", "destination": "b", "per_day": 1}],
    )
    served = {
        day: co.assign(net, as_of=day).summary["served_t_per_day"]
        for day in ("2025-06-30", "2025-07-01", "2025-10-15", "2025-10-16")
    }
    assert list(served.values()) == pytest.approx([0, 1, 1, 0])


def test_demand_grows_and_events_change_it():
    net = toys.network(
        {"a": "AA", "b": "BB"},
        [{"from_node": "a", "to_node": "b"}],
        [{"origin": "a", "destination": "b", "per_day": 10, "growth": 0.1}],
    )
    assert co.assign(net, as_of="2027-05-05").summary["demand_t_per_day"] == pytest.approx(12.1)
    double = event("demand", {"cargo": "bulk"}, Quantity(2, "factor"))
    assert solve(net, double).summary["demand_t_per_day"] == pytest.approx(20)
    amount = event("demand", {"from_country": "AA"}, Quantity(7, "t"))
    assert solve(net, amount).summary["demand_t_per_day"] == pytest.approx(7)


def test_what_is_no_longer_wanted_is_not_lost():
    """Ten wanted before, six now, and the way is limited to five."""
    net = two_routes(capacity=100)
    base = solve(net)
    hit = solve(
        net,
        event("demand", {"cargo": "bulk"}, Quantity(0.6, "factor")),
        event("limit", {"node": "a"}, Quantity(5, "t")),
    )
    comparison = co.compare(base, hit)
    [row] = comparison.by_demand.to_dict("records")
    assert row["demand_t_per_day"] == pytest.approx(6)
    assert row["withdrawn_t_per_day"] == pytest.approx(4)
    assert row["kept_t_per_day"] == pytest.approx(5)
    assert row["lost_t_per_day"] == pytest.approx(1)
    steps = dict(comparison.waterfall.itertuples(index=False))
    assert steps.pop("no longer wanted") == pytest.approx(4)
    assert sum(v for k, v in steps.items() if k != "demand") == pytest.approx(steps["demand"])
    assert "4 t that were wanted before are not wanted now" in comparison.explain()


def test_events_outside_their_period_do_nothing():
    net = two_routes()
    shut = event("close", {"node": "a"}, first_day=dt.date(2025, 9, 1), end_day=DAY)
    assert solve(net, shut).summary["served_t_per_day"] == pytest.approx(10)
    later = event("close", {"node": "a"}, first_day=DAY)
    assert solve(net, later).summary["served_t_per_day"] == 0


def test_comparing_two_days_is_refused():
    net = two_routes()
    with pytest.raises(co.CorridorsError, match="days differ"):
        co.compare(co.assign(net, as_of="2025-01-01"), co.assign(net, as_of="2025-01-02"))


def test_comparing_two_networks_is_refused_wherever_they_come_from(tmp_path):
    """Networks put together in memory have no folder, and one folder may hold other rows later."""
    net, again, wider = two_routes(), two_routes(), two_routes(capacity=7)
    base = co.assign(net, as_of=DAY)
    assert co.compare(base, co.assign(again, "close node:b", as_of=DAY)).change
    with pytest.raises(co.CorridorsError, match="networks differ in their capacities; give both"):
        co.compare(base, co.assign(wider, "close node:b", as_of=DAY))
    folder = co.new_network(tmp_path / "net")
    first = co.assign(co.load(folder), as_of=DAY)
    text = (folder / "demand.csv").read_text(encoding="utf-8")
    (folder / "demand.csv").write_text(text.replace("365000", "365001"), encoding="utf-8")
    co.seal(folder)
    with pytest.raises(co.CorridorsError, match="networks differ in their demand"):
        co.compare(first, co.assign(co.load(folder), as_of=DAY))
    with pytest.raises(co.CorridorsError, match="networks differ: None and "):
        co.compare(base, first)


def test_old_names_still_work_and_say_the_new_ones():
    net = two_routes()
    shut = event("close", {"link": "a-b-road"})
    plan = Scenario("test", (shut,), as_of=DAY)
    new = co.assign(net, scenario=plan)
    with pytest.warns(DeprecationWarning, match=r"assign\(events=\.\.\.\).*scenario=") as seen:
        old = co.assign(net, events=plan)
    assert seen[0].filename == __file__
    assert old.summary == new.summary == co.assign(net, plan).summary
    with (
        pytest.warns(DeprecationWarning, match="events"),
        pytest.raises(co.ScenarioError, match="both"),
    ):
        co.assign(net, plan, events=plan)
    comparison = co.compare(baseline=solve(net), disrupted=solve(net, shut))
    with pytest.warns(DeprecationWarning, match=r"Comparison\.base .* Comparison\.baseline"):
        assert comparison.base is comparison.baseline
    with pytest.warns(DeprecationWarning, match=r"Comparison\.hit .* Comparison\.disrupted"):
        assert comparison.hit is comparison.disrupted
