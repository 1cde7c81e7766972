"""Results by anything, on toys worked out by hand."""

from __future__ import annotations

import datetime as dt
import re

import command
import pandas as pd
import pytest
import simulate_toys
import toys

import corridors as co
from corridors.assignment.views.by import PARTS, left_routes
from corridors.assignment.views.grouping import KEYS, OF_DEMAND
from corridors.display import number
from corridors.simulation.seasons.days_alone import DaysAlone

DAY = dt.date(2025, 9, 12)


@pytest.fixture(scope="module")
def net():
    r"""Two demands over two borders.

    a(AA) --rail 100-- b(BB) --rail 100-- d(DD)    at most 12 t a day from b to d
     \--road 150-- c(CC) --road 150--/             at most 6 t a day from c

    10 t of bulk a day from a to d, 2 boxes of 10 t from b to d. Bulk is worth 1,000 USD a
    unit, a box too (100 a tonne). Dollars a unit-kilometre 1, hours at 50 km/h.
    """
    rail = {"mode": "rail"}
    return toys.network(
        {"a": "AA", "b": "BB", "c": "CC", "d": "DD"},
        [
            {"from_node": "a", "to_node": "b", **rail, "corridor": "northern"},
            {"from_node": "b", "to_node": "d", **rail, "corridor": "northern"},
            {"from_node": "a", "to_node": "c", "length_km": 150, "corridor": "middle"},
            {"from_node": "c", "to_node": "d", "length_km": 150, "corridor": "middle"},
        ],
        [
            {"origin": "a", "destination": "d", "per_day": 10},
            {"origin": "b", "destination": "d", "per_day": 2, "cargo": "box"},
        ],
        capacities=[{"capacity_id": "c", "name": "C", "unit": "t", "amount": 6}],
        capacity_members=[{"capacity_id": "c", "link_id": "c-d-road"}],
    )


@pytest.fixture(scope="module")
def shut(net):
    """The line from b to d is shut: 6 t of bulk go over c, 4 t and both boxes stay."""
    return net.close(link="b-d-rail").compare(DAY)


def rows(frame, key):
    return frame.set_index(key).to_dict("index")


def test_an_assignment_by_the_keys_of_demand(shut):
    hit = shut.disrupted
    cargo = rows(hit.by("cargo"), "cargo")
    assert cargo["bulk"]["demand_t_per_day"] == pytest.approx(10)
    assert cargo["bulk"]["shortfall_t_per_day"] == pytest.approx(4)
    assert cargo["bulk"]["shortfall_value_usd_per_day"] == pytest.approx(4000)
    assert cargo["bulk"]["transport_usd_per_day"] == pytest.approx(6 * 300)
    assert cargo["bulk"]["mean_hours"] == pytest.approx(6)
    assert cargo["box"]["shortfall_t_per_day"] == pytest.approx(20)
    assert cargo["box"]["shortfall_value_usd_per_day"] == pytest.approx(2000)
    assert cargo["box"]["mean_hours"] == 0
    assert hit.by("cargo")["cargo"].tolist() == ["box", "bulk"]
    country = rows(hit.by("country"), "country")
    assert {c: round(v["shortfall_t_per_day"], 9) for c, v in country.items()} == {
        "AA": 4, "BB": 20, "DD": 24,
    }  # fmt: skip
    assert rows(hit.by("origin_country"), "origin_country").keys() == {"AA", "BB"}
    [end] = hit.by("destination_country").to_dict("records")
    assert end["shortfall_t_per_day"] == pytest.approx(24)
    assert set(hit.by("demand")["demand"]) == {"a-d-bulk", "b-d-box"}
    assert hit.by("product").rename(columns={"product": "cargo"}).equals(hit.by("cargo"))


def test_an_assignment_by_the_keys_of_routes(shut):
    base = shut.baseline
    border = rows(base.by("border"), "border")
    assert {b: round(v["t_per_day"], 9) for b, v in border.items()} == {"AA-BB": 10, "BB-DD": 30}
    assert border["BB-DD"]["transport_usd_per_day"] == pytest.approx(10 * 200 + 2 * 100)
    assert rows(base.by("mode"), "mode")["rail"]["t_per_day"] == pytest.approx(30)
    assert rows(shut.disrupted.by("corridor"), "corridor")["middle"]["mean_hours"] == 6


def test_a_comparison_by_any_key(shut):
    cargo = rows(shut.by("cargo"), "cargo")
    assert cargo["bulk"]["rerouted_t_per_day"] == pytest.approx(6)
    assert cargo["bulk"]["added_hours"] == pytest.approx(2)
    assert cargo["bulk"]["lost_value_usd_per_day"] == pytest.approx(4000)
    assert cargo["box"]["lost_t_per_day"] == pytest.approx(20)
    border = rows(shut.by("border"), "border")
    # Of the 30 t that crossed into d by rail, 6 go round and 24 stay.
    assert border["BB-DD"]["before_t_per_day"] == pytest.approx(30)
    assert border["BB-DD"]["rerouted_t_per_day"] == pytest.approx(6)
    assert border["BB-DD"]["lost_t_per_day"] == pytest.approx(24)
    assert border["AA-CC"]["before_t_per_day"] == 0
    assert border["AA-CC"]["change_t_per_day"] == pytest.approx(6)
    mode = rows(shut.by("mode"), "mode")
    assert mode["rail"]["change_t_per_day"] == pytest.approx(-30)
    assert mode["road"]["change_t_per_day"] == pytest.approx(6)
    assert rows(shut.by("corridor"), "corridor")["middle"]["after_t_per_day"] == pytest.approx(6)


@pytest.mark.parametrize("key", KEYS)
def test_what_became_of_it_adds_up(shut, key):
    frame = shut.by(key)
    assert frame[key].is_unique
    if key not in OF_DEMAND:
        parts = frame[PARTS[1:]].sum(axis=1)
        assert parts.to_numpy() == pytest.approx(frame["before_t_per_day"].to_numpy())
    elif key != "country":
        assert frame["lost_t_per_day"].sum() == pytest.approx(24)


def test_some_cargo_alone(shut):
    assert shut.by("destination_country", ["box"])["lost_t_per_day"].tolist() == pytest.approx([20])
    assert shut.by("cargo", ["bulk"])["cargo"].tolist() == ["bulk"]
    border = rows(shut.by("border", ["bulk"]), "border")
    assert border["BB-DD"]["before_t_per_day"] == pytest.approx(10)
    assert shut.baseline.by("mode", ["box"])["t_per_day"].tolist() == pytest.approx([20])
    sim = shut.disrupted.state.net.scenario(shut.scenario).simulate(3, start=DAY)
    assert set(sim.by("country", ["box"])["country"]) == {"BB", "DD"}
    with pytest.raises(co.UnknownIdError, match="not known by cargo"):
        sim.by("border", ["box"])


def test_the_largest_losses_bear_names(shut):
    first, second = shut.top_losses().to_dict("records")
    assert (first["demand_id"], first["origin_name"], first["destination_name"]) == (
        "b-d-box", "B", "D",
    )  # fmt: skip
    assert second["lost_value_usd_per_day"] == pytest.approx(4000)
    assert len(shut.top_losses(1)) == 1
    assert shut.disrupted.top_losses()["shortfall_t_per_day"].tolist() == pytest.approx([20, 4])
    assert len(shut.baseline.top_losses()) == 0


def test_who_is_short_of_what(shut):
    found = shut.balance().set_index(["country", "product"])
    assert found.loc[("DD", "box"), "newly_short_t_per_day"] == pytest.approx(20)
    assert found.loc[("DD", "bulk"), "received_t_per_day"] == pytest.approx(6)
    assert found.loc[("AA", "bulk"), "stranded_t_per_day"] == pytest.approx(4)
    assert found.loc[("AA", "bulk"), "short_t_per_day"] == 0
    assert found.index[0] == ("DD", "box")


def test_what_is_no_key_is_refused(net, shut):
    for result in (shut, shut.baseline, net.close(link="b-d-rail").simulate(2, start=DAY)):
        with pytest.raises(co.UnknownIdError, match="did you mean country"):
            result.by("contry")


def test_a_run_by_days_by_any_key():
    """10 t a day; shut for 10 days from the tenth on, it waits and then comes late."""
    net = simulate_toys.one_road(cargo={"usd_per_unit": 500})
    plan = simulate_toys.scenario(simulate_toys.close("a-b-road"))
    sim = co.simulate(net, plan, 15, start="2025-01-06")
    [bulk] = sim.by("cargo").to_dict("records")
    assert bulk["wanted"] == pytest.approx(150)
    assert bulk["waiting_value_usd"] == pytest.approx(bulk["waiting"] * 500)
    assert bulk["waiting"] + bulk["on_time"] + bulk["late"] + bulk["never_shipped"] + bulk[
        "turned_back"
    ] + bulk["not_yet_left"] + bulk["under_way"] == pytest.approx(150)
    [border] = sim.by("border").to_dict("records")
    assert border["border"] == "XA-XB"
    assert border["usual_t"] == pytest.approx(150)
    assert border["t"] == pytest.approx(50)
    assert border["change_t"] == pytest.approx(-100)
    assert sim.by("mode")["t_km"].tolist() == pytest.approx([5000])
    assert set(sim.by("demand")["demand"]) == {"a-b-bulk"}


def test_a_queue_that_is_there_anyway_is_no_effect():
    r"""Two roads; the one at b is too small every day, the other is shut for 5 days.

    a ==5 of 10 t==> b
    c ==20 of 10 t==> d
    """
    link = simulate_toys.link
    net = toys.network(
        {"a": "XA", "b": "XB", "c": "XC", "d": "XD"},
        [link("a", "b"), link("c", "d")],
        [
            {"origin": "a", "destination": "b", "per_day": 10},
            {"origin": "c", "destination": "d", "per_day": 10},
        ],
        capacities=[
            {"capacity_id": "small", "name": "Small", "unit": "t", "amount": 16},
            {"capacity_id": "shut", "name": "Shut", "unit": "t", "amount": 20},
        ],
        capacity_members=[
            {"capacity_id": "small", "link_id": "a-b-road", "direction": "forward"},
            {"capacity_id": "shut", "link_id": "c-d-road", "direction": "forward"},
        ],
    )
    # Every day more is wanted at b than passes, with the scenario and without it.
    more = simulate_toys.scenario(
        {"limit": {"capacity": "small"}, "to": "9 t/day", "from": "2025-01-01"},
    )
    base = co.simulate(net, more, 15, start="2025-01-06")
    both = more + simulate_toys.scenario(
        simulate_toys.close("c-d-road", "2025-01-08", "2025-01-13")
    )
    hit = co.simulate(net, both, 15, start="2025-01-06")
    hit._undisturbed = DaysAlone(lambda: base.timetable, lambda _: base)
    assert set(hit.peaks["capacity_id"]) == {"small", "shut"}
    assert hit.caused["capacity_id"].tolist() == ["shut"]
    said = hit.to_dict()
    assert [q["id"] for q in said["queues"]] == ["shut"]
    assert [q["id"] for q in said["usual_queues"]] == ["small"]
    assert "Shut" in said["explanation"]
    assert "1 more queue stands there without it too." in said["explanation"]
    assert "Small" not in said["explanation"]
    assert said["queues"][0]["usual_peak"] == 0
    change = hit.effect.set_index("what")["change_t"]
    assert change["late"] > 0
    assert change["wanted"] == 0


def test_a_run_without_a_scenario_has_no_baseline():
    sim = co.simulate(simulate_toys.one_road(), None, 3, start="2025-01-06")
    assert sim.baseline is None
    assert len(sim.caused) == 0
    assert (sim.effect["change_t"] == 0).all()
    assert sim.explain() == (
        "In the 3 days from 2025-01-06, of 30.0 t that want to leave, 30.0 t (100 %) come on time."
    )


def test_a_run_says_in_a_sentence_what_goods_that_wait_or_are_lost_are_worth():
    """Ten a day at 1,000 USD before a road that is shut until the run ends."""
    shut = simulate_toys.scenario(simulate_toys.close("a-b-road"))
    sim = co.simulate(simulate_toys.one_road(), shut, 15, start="2025-01-01")
    assert "Goods worth 50,000 USD more wait at the end than without it. " in sim.explain()
    # The road is still shut when the run ends, and that is said last.
    assert sim.explain().endswith("until 2025-01-21: what follows is in no figure.")
    brief = simulate_toys.one_road(cargo={"patience_days": 3})
    said = co.simulate(brief, shut, 15, start="2025-01-01").explain()
    assert (
        "Goods worth 10,000 USD more wait at the end, 30,000 USD more have not left and 10,000 USD "
        "more turn back or are never shipped than without it. "
    ) in said


def test_ways_over_the_same_links_keep_between_them_what_is_left_there():
    """Of 10 t by two ways of the seller at one place 7 are left: 3 have gone, and not none."""
    ways = pd.DataFrame(
        {
            "demand_id": ["m", "m", "m"],
            "key": ["", "", "a-b"],
            "t_per_day": [6.0, 4.0, 5.0],
        }
    )
    after = pd.DataFrame({"demand_id": ["m", "m"], "key": ["", "a-b"], "t_per_day": [7.0, 8.0]})
    became = pd.DataFrame(
        {"demand_id": ["m"], "lost_t_per_day": [0.0], "withdrawn_t_per_day": [0.0]}
    )
    found = left_routes((ways, after), became)
    assert found["kept_t_per_day"].tolist() == pytest.approx([4.2, 2.8, 5.0])
    assert found["rerouted_t_per_day"].tolist() == pytest.approx([1.8, 1.2, 0.0])


@pytest.mark.parametrize("model", ["optimal", "logit"])
@pytest.mark.parametrize(
    ("asked", "day"),
    [("fuel-russia-stops-2025", "2025-10-20"), ("suez-shut-2026", "2026-02-27")],
)
def test_what_became_of_the_ways_adds_up_to_what_became_of_the_demand(asked, day, model):
    net = co.load()
    found = co.compare(
        co.assign(net, as_of=day, model=model), co.assign(net, asked, as_of=day, model=model)
    )
    own = found.left_routes.groupby("demand_id")[["rerouted_t_per_day", "lost_t_per_day"]].sum()
    whole = found.by_demand.set_index("demand_id").loc[own.index, own.columns]
    assert own.to_numpy() == pytest.approx(whole.to_numpy(), abs=1e-4)


def test_what_comes_on_time_no_more_is_told_in_full():
    """Three days of road, shut for three: what is not on time is late, waits or is under way."""
    shut = simulate_toys.scenario(simulate_toys.close("a-b-road", "2025-01-03", "2025-01-06"))
    sim = co.simulate(simulate_toys.one_road(hours=72), shut, 9, start="2025-01-01")
    change = sim.effect.set_index("what")["change_t"]
    assert change["under_way"] > 0.5
    told = sim.explain()
    assert f"{number(change['under_way'], 't')} more are under way at the end" in told
    parts = re.findall(r"([\d,.]+) t more (?!USD)", told.split("The longest")[0])
    assert sum(float(part.replace(",", "")) for part in parts) == pytest.approx(
        -change["on_time"], rel=1e-2
    )


def test_what_is_paid_waited_and_lost_stands_against_the_same_days():
    asked = ("simulate", "close border:BY-PL from 2025-09-12 for 3 days", "--days", "5")
    told = " ".join(command.corridors(*asked).stdout.split())
    sim = co.simulate(co.load(), asked[1], 5)
    totals, usual = sim.summary, sim.baseline.summary
    for name, unit in (
        ("cost_usd", "USD"),
        ("waiting_t_hours", "tonne-hours"),
        ("loss_usd", "USD"),
    ):
        more = totals[name] - usual[name]
        assert f"{totals[name]:,.0f} {unit} ({more:+,.0f})" in told
    assert "(against the same days without it); residual" in told
