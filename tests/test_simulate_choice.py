"""Who goes round, when, and how much of it fits."""

from __future__ import annotations

import pytest
import toys
from simulate_toys import DAY0, close, link, scenario, what

import corridors as co

EXACT = {"rel": 1e-9, "abs": 1e-9}


def two_roads(spare=10, vot=48.0, **cargo):
    """The straight road and one round.

    ::

        a --100 USD-- b --100 USD, 16 a day-- z       10 a day
                      b --400 USD, `spare` a day-- z  a day of waiting costs `vot`

    Going round costs 300 more.
    """
    return toys.network(
        {"a": "XA", "b": "XA", "z": "XB", "y": "XA"},
        [
            link("a", "b"),
            link("b", "z"),
            link("b", "y", length_km=200),
            link("y", "z", length_km=200),
        ],
        [{"origin": "a", "destination": "z", "per_day": 10}],
        cargo={
            "bulk": {
                "unit": "t",
                "t_per_unit": 1,
                "usd_per_unit_day": vot,
                "loss_usd_per_unit": 100_000,
                **cargo,
            }
        },
        capacities=[
            {"capacity_id": "straight", "name": "S", "unit": "t", "amount": 16},
            {"capacity_id": "round", "name": "R", "unit": "t", "amount": spare},
        ],
        capacity_members=[
            {"capacity_id": "straight", "link_id": "b-z-road"},
            {"capacity_id": "round", "link_id": "y-z-road"},
        ],
    )


def test_going_round_costs_less_than_the_wait():
    # Announced: ten days of 48 USD on day 10, ..., seven days (336) on day 13; six (288) on 14.
    sim = co.simulate(two_roads(), scenario(close("b-z-road")), 20, start=DAY0, announced=True)
    assert what(sim, "other_way") == pytest.approx(40, **EXACT)


@pytest.mark.parametrize(("elasticity", "other_way"), [(-0.4, 40), (-0.5, 0)])
def test_a_way_round_that_costs_more_than_the_curve_pays_is_not_taken(elasticity, other_way):
    """Half of a demand of 200 USD stays at 200 + 200 ln 2 / 0.4 = 547 USD; going round costs 500.

    At an elasticity of -0.5 it is 477 USD: all wait, and nobody gives up for it.
    """
    net = two_roads(elasticity=elasticity, elasticity_of="transport")
    sim = co.simulate(net, scenario(close("b-z-road")), 20, start=DAY0, announced=True)
    assert what(sim, "other_way") == pytest.approx(other_way, **EXACT)
    assert what(sim, "waiting") == pytest.approx(100 - other_way, **EXACT)


def test_an_unknown_end_is_expected_to_last_as_long_again():
    # On day 10 + n it has lasted n days, and 10 n / 16 more are needed for those who stand
    # there: 1.625 n days of 48 USD are more than 300 USD from day 14 on, when 40 stand.
    sim = co.simulate(two_roads(spare=10, closure_days=1), scenario(close("b-z-road")), 20,
                      start=DAY0)  # fmt: skip
    assert what(sim, "other_way") == pytest.approx(6 * 10, **EXACT)


def test_the_reaction_lag_keeps_cargo_coming():
    # Known two days late: nobody goes round on days 10 and 11.
    sim = co.simulate(
        two_roads(reaction_days=2), scenario(close("b-z-road")), 13, start=DAY0, announced=True
    )
    assert what(sim, "other_way") == pytest.approx(10, **EXACT)


def test_spare_capacity_opens_step_by_step():
    """A fifth of 10 a day at once, all after four days: 2, 4, 6, 8, 10."""
    net = two_roads(spare=10, vot=1000, spot_share=0.2, spot_ramp_days=4)
    sim = co.simulate(net, scenario(close("b-z-road")), 15, start=DAY0, announced=True)
    passed = sim.throughput
    own = passed[passed["capacity_id"] == "round"].set_index("date")["passed"]
    assert own.loc["2025-01-11":"2025-01-15"].tolist() == pytest.approx([2, 4, 6, 8, 10], **EXACT)
    assert what(sim, "waiting") == pytest.approx(20, **EXACT)


def test_who_stands_in_the_queue_turns_off_where_there_is_room():
    """The way round takes 25 a day: the 10 that come and 15 of those who stand."""
    net = two_roads(spare=25, vot=1000, reaction_days=2)
    sim = co.simulate(net, scenario(close("b-z-road")), 14, start=DAY0, announced=True)
    # Days 10 and 11: 20 stand. Day 12: the 10 that leave and 15 of the 20. Day 13: all.
    queue = sim.queues.set_index("date")["queue"]
    assert queue["2025-01-12"] == pytest.approx(20, **EXACT)
    assert queue["2025-01-13"] == pytest.approx(5, **EXACT)
    assert "2025-01-14" not in queue.index
    assert sim.residual_t < 1e-9


def test_two_demands_share_what_there_is_of_the_way_round():
    """8 a day for newcomers, wanted by 10 and by 30: two to the one, six to the other."""
    net = toys.network(
        {"a": "XA", "c": "XA", "b": "XA", "z": "XB", "y": "XA"},
        [link("a", "b"), link("c", "b"), link("b", "z"), link("b", "y"), link("y", "z")],
        [
            {"origin": "a", "destination": "z", "per_day": 10},
            {"origin": "c", "destination": "z", "per_day": 30},
        ],
        cargo={
            "bulk": {
                "unit": "t",
                "t_per_unit": 1,
                "usd_per_unit_day": 1000,
                "loss_usd_per_unit": 1_000_000,
            }
        },
        capacities=[{"capacity_id": "round", "name": "R", "unit": "t", "amount": 8}],
        capacity_members=[{"capacity_id": "round", "link_id": "y-z-road"}],
    )
    sim = co.simulate(net, scenario(close("b-z-road")), 11, start=DAY0, announced=True)
    went = sim.by_demand.set_index("demand_id")["other_way"]
    assert went["a-z-bulk"] == pytest.approx(2, **EXACT)
    assert went["c-z-bulk"] == pytest.approx(6, **EXACT)


def test_a_ban_stops_one_cargo_and_no_other():
    net = toys.network(
        {"a": "XA", "z": "XB"},
        [link("a", "z")],
        [
            {"origin": "a", "destination": "z", "per_day": 10},
            {"origin": "a", "destination": "z", "per_day": 2, "cargo": "box"},
        ],
    )
    ban = {"ban": {"link": "a-z-road"}, "cargo": "box", "from": "2025-01-11",
           "until": "2025-01-21"}  # fmt: skip
    sim = co.simulate(net, scenario(ban), 15, start=DAY0)
    waiting = sim.by_demand.set_index("demand_id")["waiting"]
    assert waiting["a-z-box"] == pytest.approx(5 * 2 * 10, **EXACT)
    assert waiting["a-z-bulk"] == 0


def test_who_will_not_wait_takes_any_way_that_beats_not_shipping():
    """Thirty days at 5 USD cost less than 300 USD for the way round, but nobody bears six."""
    patient = two_roads(vot=5.0, closure_days=30)
    closed = scenario(close("b-z-road"))
    sim = co.simulate(patient, closed, 20, start=DAY0)
    assert what(sim, "other_way") == 0
    assert what(sim, "waiting") == pytest.approx(100, **EXACT)
    impatient = two_roads(vot=5.0, closure_days=30, patience_days=6, patience_spread=0)
    sim = co.simulate(impatient, closed, 20, start=DAY0)
    assert what(sim, "other_way") == pytest.approx(100, **EXACT)
    assert sim.loss["loss_usd"].sum() == 0
    # Where going round costs more than not shipping, they are held back, and in the end stay.
    poor = two_roads(
        vot=5.0, closure_days=30, patience_days=6, patience_spread=0, loss_usd_per_unit=380
    )
    sim = co.simulate(poor, closed, 20, start=DAY0)
    assert what(sim, "other_way") == 0
    # On day 19 the shipments of days 10, 11 and 12 have been held for more than six days.
    assert what(sim, "never_shipped") == pytest.approx(30, **EXACT)
    assert what(sim, "not_yet_left") == pytest.approx(70, **EXACT)


def test_what_is_held_back_outlives_the_end_of_its_demand():
    """The demand ends while its road is shut; what is held leaves when it opens.

    Nobody bears the thirty days that the closure is thought to last; it lasts ten. Ten a
    day are wanted up to the 15th: 50 are held from the 11th on and pass at 16 a day.
    """
    net = two_roads(vot=5.0, closure_days=30, patience_days=20, patience_spread=0)
    tables = dict(net.tables)
    tables["demand"] = tables["demand"].assign(valid_until="2025-01-16")
    tables["links"] = tables["links"][tables["links"]["link_id"] != "y-z-road"]
    members = tables["capacity_members"]
    tables["capacity_members"] = members[members["link_id"] != "y-z-road"]
    tables["capacities"] = tables["capacities"][tables["capacities"]["capacity_id"] == "straight"]
    net = co.Network(tables)
    sim = co.simulate(net, scenario(close("b-z-road")), 30, start=DAY0)
    held = sim.daily.set_index("date")["not_yet_left"]
    assert held["2025-01-20"] == pytest.approx(50, **EXACT)
    assert held["2025-01-21"] == 0
    assert what(sim, "short_as_usual") == 0
    assert what(sim, "late") == pytest.approx(50, **EXACT)
    assert sim.residual_t < 1e-9


def test_what_was_under_way_before_is_told_apart():
    """Ten days on the road and a closure that is announced to last twenty: patience ends first.

    Of the 100 under way on the first day nobody has passed b yet; all turn back.
    """
    net = toys.network(
        {"a": "XA", "b": "XA", "z": "XB"},
        [link("a", "b", 240), link("b", "z")],
        [{"origin": "a", "destination": "z", "per_day": 10}],
        cargo={
            "bulk": {
                "unit": "t",
                "t_per_unit": 1,
                "patience_days": 2,
                "patience_spread": 0,
                "loss_usd_per_unit": 1000,
            }
        },
        capacities=[{"capacity_id": "c", "name": "C", "unit": "t", "amount": 16}],
        capacity_members=[{"capacity_id": "c", "link_id": "b-z-road"}],
    )
    plan = scenario(close("b-z-road", first="2025-01-11", until="2025-02-20"))
    sim = co.simulate(net, plan, 20, start="2025-01-11", announced=True)
    earlier = sim.earlier.set_index("what")
    assert earlier.loc["under_way_at_start", "t"] == pytest.approx(100, **EXACT)
    assert earlier.loc["turned_back", "t"] == pytest.approx(100, **EXACT)
    assert earlier.loc["turned_back", "loss_usd"] == pytest.approx(100_000, **EXACT)
    rest = earlier["t"].drop("under_way_at_start").sum()
    assert rest == pytest.approx(100, **EXACT)
    assert what(sim, "turned_back") == 0


def test_waits_that_are_nothing_each_send_nobody_another_way_on_the_only_road():
    """Seventeen a day at sixteen and then fifteen and a half: after 18 h 0.047 and 0.024 days.

    Nobody looks for a way round a wait of a twentieth of a day, and together they are more.
    Who has no patience for it finds no other way.
    """
    net = toys.network(
        {"a": "XA", "b": "XA", "z": "XB"},
        [link("a", "b"), link("b", "z")],
        [{"origin": "a", "destination": "z", "per_day": 10}],
        cargo={"bulk": {"patience_days": 0.1, "patience_spread": 1}},
        capacities=[
            {"capacity_id": "first", "name": "F", "unit": "t", "amount": 16},
            {"capacity_id": "second", "name": "S", "unit": "t", "amount": 15.5},
        ],
        capacity_members=[
            {"capacity_id": "first", "link_id": "a-b-road"},
            {"capacity_id": "second", "link_id": "b-z-road"},
        ],
    )
    more = {"demand": {"cargo": "bulk"}, "to": 1.7, "from": "2025-01-11", "until": "2025-01-14"}
    sim = co.simulate(net, scenario(more), 20, start=DAY0, step="6h")
    assert what(sim, "never_shipped") + what(sim, "turned_back") > 0
    assert what(sim, "other_way") == 0
    assert sim.residual_t < 1e-6


def slower(days, first="2025-01-06", until="2025-01-11"):
    return {"delay": {"link": "b-z-road"}, "by": f"{days} days", "from": first, "until": until}


@pytest.mark.parametrize(
    ("days", "cargo", "other_way"),
    [
        # Going round costs 300 USD more, a day 48: worth it beyond six days and a quarter.
        (6, {}, 0),
        (7, {}, 50),
        # Who knows two days later goes round for three of the five.
        (7, {"reaction_days": 2}, 30),
    ],
)
def test_who_leaves_goes_round_a_delay_that_costs_more(days, cargo, other_way):
    sim = co.simulate(two_roads(**cargo), scenario(slower(days)), 20, start=DAY0)
    assert what(sim, "other_way") == pytest.approx(other_way, **EXACT)
    assert what(sim, "wanted") == pytest.approx(200, **EXACT)
    assert sim.residual_t < 1e-6


@pytest.mark.parametrize(("usd", "other_way", "stays"), [(290, 0, 0), (310, 50, 0)])
def test_who_leaves_goes_round_a_charge_that_is_more_than_the_way_round(usd, other_way, stays):
    charge = slower(1) | {"surcharge": {"link": "b-z-road"}, "by": f"{usd} USD/t"}
    del charge["delay"]
    sim = co.simulate(two_roads(), scenario(charge), 20, start=DAY0)
    assert what(sim, "other_way") == pytest.approx(other_way, **EXACT)
    assert what(sim, "never_shipped") == pytest.approx(stays, **EXACT)


def test_nobody_pays_a_charge_that_is_more_than_the_cargo_loses_at_home():
    """By the one road there is, which costs 200 USD: 900 more are below the loss, 1,100 above."""
    net = one_road_to_sell()
    for usd, stays in ((700, 0), (1100, 50)):
        charge = {"surcharge": {"link": "a-b-road"}, "by": f"{usd} USD/t"}
        own = scenario(charge | {"from": "2025-01-06", "until": "2025-01-11"})
        sim = co.simulate(net, own, 20, start=DAY0)
        assert what(sim, "never_shipped") == pytest.approx(stays, **EXACT)
        assert what(sim, "on_time") == pytest.approx(200 - stays, **EXACT)


def one_road_to_sell():
    """A road of 200 USD; what stays at home loses 1,000."""
    return toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b", length_km=200)],
        [{"origin": "a", "destination": "b", "per_day": 10}],
        cargo={"bulk": {"unit": "t", "t_per_unit": 1, "loss_usd_per_unit": 1000}},
    )


def test_days_go_round_a_delay_that_lasts_as_the_steady_state_does():
    """Room enough elsewhere, nobody gives up: the days tend to what would hold if it lasted."""
    net = two_roads()
    event = slower(7) | {"from": "2025-01-01", "until": "2026-01-01"}
    lasting = co.compare(
        co.assign(net, as_of="2025-02-01"), co.assign(net, scenario(event), as_of="2025-02-01")
    )
    sim = co.simulate(net, scenario(event), 30, start=DAY0)
    steady = lasting.change["rerouted_t_per_day"]
    assert steady == pytest.approx(10, **EXACT)
    assert what(sim, "other_way") == pytest.approx(30 * steady, **EXACT)
