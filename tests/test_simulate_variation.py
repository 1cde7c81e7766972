"""Arrivals and service that vary, by days: the queue expected, replications, gates by booking."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import toys
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from simulate_toys import DAY0, link, scenario, what
from typer.testing import CliRunner

import corridors as co
from corridors.analysis.jobs.workers import Crew
from corridors.cli.app import app
from corridors.flow.waiting.course import queues_of
from corridors.flow.waiting.steady import steady_wait
from corridors.scenarios.capacity.variation import variation_of

VARIES = {"mode": "road", "unit": "t", "place": "border", "cv_arrivals": 1, "cv_service": 1}


def road(
    amount: float = 10.0,
    per_day: float = 9.5,
    variation: dict[str, Any] | None = VARIES,
    **others: Any,
) -> co.Network:
    """A road over a border with one gate at which arrivals and service vary.

    ::

        a ==amount==> b
    """
    return toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b")],
        [{"origin": "a", "destination": "b", "per_day": per_day}],
        cargo={"bulk": {"unit": "t", "t_per_unit": 1}},
        capacities=[
            {"capacity_id": "c", "name": "C", "unit": "t", "amount": amount, **others},
        ],
        capacity_members=[{"capacity_id": "c", "link_id": "a-b-road", "direction": "forward"}],
        variation=[variation] if variation else [],
    )


def run(net: co.Network, *events: dict[str, Any], days: int = 60, **options: Any) -> co.Simulation:
    plan = scenario(*events) if events else None
    return co.simulate(net, plan, days, start=DAY0, warm_up=0, **options)


def test_the_expected_queue_stands_beside_the_run():
    sim = run(road(), days=400)
    assert sim.queues.empty
    row = sim.random_queues.set_index("capacity_id").loc["c"]
    course = queues_of(*(np.full((400, 1), v) for v in (9.5, 0.0, 10.0, 1.0, 1.0)), 1.0)
    assert row["largest_random_queue"] == pytest.approx(course.max(), rel=1e-9)
    assert row["random_queue"] == pytest.approx(course.mean(), rel=1e-9)
    assert row["random_wait_hours"] == pytest.approx(24 * course.mean() / 9.5, rel=1e-9)
    assert row["use"] == pytest.approx(0.95)
    # It tends to the steady queue of M/M/1.
    last = sim.expected_queues["expected_queue"].iloc[-1]
    assert last == pytest.approx(9.5 * steady_wait(9.5, 10), rel=0.01)
    assert sim.to_dict()["random_queues"][0]["capacity_id"] == "c"


def test_without_a_row_of_variation_nothing_is_added():
    sim = run(road(variation=None), replications=2)
    assert sim.random_queues.empty
    assert sim.expected_queues.empty
    assert variation_of(road(variation=None)) == {}
    fall = sim.replications.waterfall.set_index("what")
    assert fall.loc["on_time", ["mean", "low", "high"]].tolist() == [570.0] * 3


def test_the_expected_queue_can_stand_in_the_run_as_cargo_that_waits():
    sim = run(road(), days=400, expected_queue=True)
    course = queues_of(*(np.full((400, 1), v) for v in (9.5, 0.0, 10.0, 1.0, 1.0)), 1.0)[:, 0]
    assert sim.queues["queue"].to_numpy() == pytest.approx(course, rel=1e-9)
    assert sim.residual_t < 1e-9
    # Little: those who wait are those who come times how long.
    left = sim.curves["passed"].iloc[-1]
    waited = sim.peaks["mean_wait_hours"].iloc[0] * left / 24
    assert waited == pytest.approx(course[:-1].sum() + 0.5 * course[-1], rel=0.01)
    assert sim.expected_queues["expected_queue"].iloc[-1] == pytest.approx(course[-1])


def test_what_stands_rises_all_the_time_and_nothing_swings_from_day_to_day():
    for net in (road(), road(amount=10, per_day=10), road(amount=8, per_day=9.5)):
        sim = run(net, days=120, expected_queue=True)
        for place in ("waiting", "not_yet_left"):
            step = np.diff(sim.daily[place].to_numpy())
            # One sign from the second week on: the rhythm of two days would have both.
            assert (step[14:] >= -1e-9).all() or (step[14:] <= 1e-9).all()


def test_what_is_held_at_its_origin_does_not_swing_beside_a_second_road():
    # A limit leaves less than comes for good; who will not wait goes by the longer road.
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b"), link("a", "b", 60.0, link_id="round", length_km=900)],
        [{"origin": "a", "destination": "b", "per_day": 12}],
        cargo={
            "bulk": {
                "unit": "t", "t_per_unit": 1, "usd_per_unit_day": 100, "patience_days": 10,
                "patience_spread": 0.5, "spot_share": 0.2, "spot_ramp_days": 20,
            }
        },
        capacities=[
            {"capacity_id": "c", "name": "C", "unit": "t", "amount": 12},
            {"capacity_id": "d", "name": "D", "unit": "t", "amount": 5},
        ],
        capacity_members=[
            {"capacity_id": "c", "link_id": "a-b-road", "direction": "forward"},
            {"capacity_id": "d", "link_id": "round", "direction": "forward"},
        ],
        variation=[VARIES],
    )  # fmt: skip
    for options in ({}, {"expected_queue": True}):
        sim = run(
            net, {"limit": {"link": "a-b-road"}, "to": "9 t/day", "from": DAY0}, days=120, **options
        )
        assert sim.residual_t < 1e-9
        held = sim.daily["not_yet_left"].to_numpy()[40:]
        # A rhythm of two days turns at every step; a settled course hardly ever.
        step = np.diff(held)
        turns = (step[1:] * step[:-1] < -1e-6 * max(held.max(), 1.0) ** 2).mean()
        assert turns < 0.1


@settings(max_examples=6, deadline=None)
@given(
    amount=st.floats(2, 30),
    per_day=st.floats(1, 30),
    cv=st.floats(0, 3),
    shut=st.booleans(),
    step=st.sampled_from(["1d", "12h"]),
)
def test_cargo_is_conserved_and_what_is_shut_lets_nothing_pass(amount, per_day, cv, shut, step):
    net = road(amount, per_day, {**VARIES, "cv_arrivals": cv})
    events = [{"close": {"link": "a-b-road"}, "from": "2025-01-06", "until": "2025-01-12"}]
    for options in ({"expected_queue": True}, {"replications": 2, "seed": 3}):
        sim = run(net, *(events if shut else []), days=25, step=step, **options)
        assert sim.residual_t < 1e-9
        if sim.replications is not None:
            assert sim.replications.residual_t < 1e-9
        if shut:
            passed = sim.throughput[sim.throughput["capacity_id"] == "c"]
            assert passed[passed["date"].between("2025-01-06", "2025-01-11")].empty


def test_replications_are_the_same_whoever_works_on_them():
    net, event = road(), {"limit": {"link": "a-b-road"}, "to": 0.7, "from": "2025-01-11"}

    def said(**options: Any) -> str:
        sim = run(net, event, days=20, replications=5, **options)
        return json.dumps(sim.replications.to_dict(), sort_keys=True)

    alone = said(seed=1)
    assert said(seed=1) == alone
    assert said(seed=2) != alone
    with ThreadPoolExecutor(3) as threads:
        assert said(seed=1, executor=threads) == alone
    with Crew(2) as crew:
        assert said(seed=1, executor=crew) == alone


def test_replications_queue_where_the_mean_does_not_and_as_much_as_is_expected():
    sim = run(road(), days=60, replications=80, seed=5)
    drawn = sim.replications
    assert len(drawn) == 80
    row = drawn.queues.set_index("capacity_id").loc["c"]
    assert row["share"] == 1.0
    assert row["peak_low"] < row["peak_mean"] < row["peak_high"]
    # Days drawn at random and the fluid course agree on the mean queue of the last weeks.
    daily = drawn.daily["mean"].to_numpy()[30:].mean()
    expected = sim.expected_queues["expected_queue"].to_numpy()[30:].mean()
    assert daily == pytest.approx(expected, rel=0.3)
    fall = drawn.waterfall.set_index("what")
    assert fall.loc["wanted", "mean"] == pytest.approx(570, rel=0.02)
    assert fall.loc["wanted", "low"] < 570 < fall.loc["wanted", "high"]
    assert {"replications", "queues", "waterfall_t"} <= sim.to_dict().keys()


def test_what_a_scenario_does_is_told_apart_from_what_varies_anyway():
    """A limit that nobody feels does nothing, however much days vary; a closure does, each time.

    Both limits of the scenario stand beside the gate, which keeps its drawn days.
    """
    off = {"limit": {"link": "a-b-road"}, "to": "1000 t/day", "from": "2025-01-06"}
    calm = run(road(), off, days=30, replications=6, seed=2).replications
    assert calm.waterfall.set_index("what")["mean"]["late"] > 0
    assert calm.effect[["mean", "low", "high"]].abs().to_numpy().max() == pytest.approx(0, abs=1e-6)
    shut = {"close": {"link": "a-b-road"}, "from": "2025-01-06", "until": "2025-01-11"}
    drawn = run(road(per_day=5), shut, days=30, replications=6, seed=2).replications
    effect = drawn.effect.set_index("what")
    assert effect.loc["wanted"].tolist() == pytest.approx([0, 0, 0], abs=1e-9)
    # What comes on the first three of five days, fifteen on average, waits for more than a day.
    assert 15 < effect.loc["late", "mean"] < 60
    assert effect.loc["late", "low"] > 0
    assert effect.loc["waiting_t_hours", "low"] > 0
    assert effect.loc["on_time", "high"] < 0
    told = drawn.to_dict()["effect"]
    assert told["late"]["mean"] == effect.loc["late", "mean"]
    assert run(road(), days=10, replications=2).replications.effect is None


def test_replications_are_refused_where_they_mean_nothing():
    for options, said in (
        ({"replications": -1}, "replications: saw -1"),
        ({"replications": 2, "seed": 1.5}, "seed: saw 1.5"),
        ({"replications": 2, "model": "optimal"}, "of the model 'optimal'"),
        ({"replications": 2, "expected_queue": True}, "expected one of them"),
    ):
        with pytest.raises(co.ScenarioError, match=said):
            run(road(), days=3, **options)


def test_booked_times_take_the_variation_of_the_arrivals_away():
    booked = {"queue": {"link": "a-b-road"}, "to": "slots"}
    plain = run(road(per_day=8), days=300).random_queues.iloc[0]
    sim = run(road(per_day=8), booked, days=300)
    # (1 + 1) / 2 becomes (0 + 1) / 2: half of the queue of M/M/1.
    row = sim.random_queues.iloc[0]
    assert plain["largest_random_queue"] == pytest.approx(3.2, rel=1e-6)
    assert row["largest_random_queue"] == pytest.approx(1.6, rel=1e-6)
    table = co.assign(road(per_day=8), scenario(booked), as_of=DAY0).capacities
    assert table["random_wait_hours"].iloc[0] == pytest.approx(24 * 0.2, rel=1e-6)
    assert co.assign(road(per_day=8), as_of=DAY0).capacities["random_wait_hours"].iloc[
        0
    ] == pytest.approx(24 * 0.4, rel=1e-6)
    # What leaves has its time too, so that only service varies in the draws.
    wanted = run(road(per_day=8), booked, days=30, replications=3).replications.waterfall
    assert wanted.set_index("what").loc["wanted", ["low", "high"]].tolist() == [240.0, 240.0]


@pytest.mark.parametrize("variation", [None, {**VARIES, "mode": "sea"}])
def test_to_book_times_where_nothing_is_known_to_vary_is_an_error(variation):
    booked = {"queue": {"link": "a-b-road"}, "to": "slots"}
    with pytest.raises(co.ScenarioError, match="does not say how arrivals vary at c"):
        co.assign(road(variation=variation), scenario(booked), as_of=DAY0)
    # Twice is once: what is booked already was known to vary.
    twice = scenario(booked, {"queue": {"capacity": "c"}, "to": "slots"})
    found = co.assign(road(per_day=8), twice, as_of=DAY0).capacities
    assert found["random_wait_hours"].iloc[0] == pytest.approx(24 * 0.2, rel=1e-6)


def test_the_command_line_says_where_replications_cannot_differ(tmp_path):
    folder = co.new_network(tmp_path / "mine")
    plan = f"{folder}/border-closed.yaml"
    options = ["--network", str(folder), "--days", "3", "--replications", "2"]
    told = CliRunner().invoke(app, ["simulate", plan, *options])
    assert told.exit_code == 0
    assert "all 2 replications are the same" in " ".join(told.stdout.split())


def test_booked_times_build_up_and_end():
    booked = {
        "queue": "slots", "at": {"link": "a-b-road"}, "over": "4 days",
        "from": "2025-01-03", "until": "2025-01-09",
    }  # fmt: skip
    own = run(road(), booked, days=10).record.problem.variability.arrivals[:, 0]
    assert own == pytest.approx([1, 1, 0.75**2, 0.5**2, 0.25**2, 0, 0, 0, 1, 1])


def test_the_use_of_a_limit_of_some_days_is_that_of_those_days():
    """Nine a day come for thirty days, and on the last ten of them ten may pass: use is 0.9."""
    own = run(road(10, 9, season="01-21/01-30"), days=30).random_queues
    row = own.set_index("capacity_id").loc["c"]
    assert row["use"] == pytest.approx(0.9, rel=1e-6)
    # Little: what stands on an average day over what passes on a day on which it may stand.
    assert row["random_wait_hours"] == pytest.approx(24 * 30 * row["random_queue"] / 90, rel=1e-6)


def test_a_delay_takes_slots_by_as_much_longer_as_one_is_served():
    # Five are served side by side for half a day each: ten a day. Half a day more leaves five.
    slow = {"delay": {"link": "a-b-road"}, "by": "12 h", "takes": "slots", "from": "2025-01-06"}
    net = road(variation={**VARIES, "service_hours": 12})
    sim = run(net, slow, days=20)
    passed = sim.throughput.set_index("date")["passed"]
    assert passed["2025-01-05"] == pytest.approx(9.5)
    assert passed["2025-01-08"] == pytest.approx(5.0)
    state = co.assign(net, scenario(slow), as_of="2025-01-06").state
    assert state.limits[0].amount == pytest.approx(5.0)
    assert state.limits[0].variation.servers(5.0) == pytest.approx(5.0)
    # Without the word the delay takes time alone.
    plain = run(net, {k: v for k, v in slow.items() if k != "takes"}, days=20)
    assert plain.queues.empty
    with pytest.raises(co.ScenarioError, match="takes slots where nothing selected says"):
        run(road(), slow)


def test_capacity_comes_back_step_by_step_after_a_closure():
    shut = {
        "close": {"link": "a-b-road"}, "from": "2025-01-06", "until": "2025-01-11",
        "start_up": "4 days",
    }  # fmt: skip
    sim = run(road(amount=20, per_day=10, variation=None), shut, days=20)
    passed = sim.throughput.set_index("date")["passed"]
    assert "2025-01-10" not in passed.index
    assert [passed[f"2025-01-{d}"] for d in (11, 12, 13, 14)] == pytest.approx([5, 10, 15, 20])
    assert sim.residual_t < 1e-9
    at_once = run(
        road(amount=20, per_day=10, variation=None),
        {k: v for k, v in shut.items() if k != "start_up"},
        days=20,
    )
    assert at_once.throughput.set_index("date")["passed"]["2025-01-11"] == pytest.approx(20)
    # The steady state of a day is with the event or without it.
    net = road(amount=20, per_day=10)
    assert co.assign(net, scenario(shut), as_of="2025-01-11").summary["shortfall_t_per_day"] == 0


def seasonal() -> co.Network:
    """Three days by a sea that is shut from 11 January on, or ten by road.

    ::

        a --48 h--> b ~~24 h, season~~> c        a --240 h--> c
    """
    return toys.network(
        {"a": "XA", "b": "XB", "c": "XC"},
        [
            link("a", "b", 48.0),
            link("b", "c", 24.0, mode="sea", season="07-01/01-10", link_id="sea"),
            link("a", "c", 240.0, length_km=1000, link_id="road"),
        ],
        [{"origin": "a", "destination": "c", "per_day": 10}],
        cargo={"bulk": {"unit": "t", "t_per_unit": 1, "usd_per_unit_day": 1}},
        transfers=[{"transfer_id": "b", "node_id": "b", "from_mode": "road", "to_mode": "sea",
                    "hours": 0}],
        capacities=[{"capacity_id": "r", "name": "R", "unit": "t", "amount": 100}],
        capacity_members=[{"capacity_id": "r", "link_id": "road"}],
    )  # fmt: skip


def test_nobody_sets_off_for_a_sea_that_will_be_shut():
    sim = co.simulate(seasonal(), None, 20, start=DAY0, warm_up=0)
    assert sim.queues.empty
    flows = sim.flows.set_index(["id", "date"])["t"]
    # Who leaves until the 8th is at the sea before the end of the 10th.
    assert flows["a-b-road", "2025-01-08"] == pytest.approx(10)
    assert ("a-b-road", "2025-01-09") not in flows.index
    assert flows["road", "2025-01-09"] == pytest.approx(10)
    assert sim.residual_t < 1e-9
    # The end is foreseen where it lies after the last day too.
    short = co.simulate(seasonal(), None, 9, start=DAY0, warm_up=0)
    assert ("a-b-road", "2025-01-09") not in short.flows.set_index(["id", "date"]).index


def test_a_sea_that_an_event_opens_is_sailed_to():
    sim = co.simulate(
        seasonal(), scenario({"open": {"link": "sea"}, "from": DAY0}), 20, start=DAY0, warm_up=0
    )
    flows = sim.flows.set_index(["id", "date"])["t"]
    assert flows["a-b-road", "2025-01-09"] == pytest.approx(10)
    assert what(sim, "waiting") == 0


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"queue": "slots"}, "queue: slots needs at"),
        ({"queue": "slot", "at": {"link": "x"}}, "saw 'slot', expected slots"),
        ({"queue": {"link": "x"}}, "queue needs to"),
        ({"queue": {"link": "x"}, "to": "cars"}, "saw 'cars', expected slots"),
        ({"queue": "slots", "at": {"link": "x"}, "to": "slots"}, "leave `to` out"),
        ({"queue": {"link": "x"}, "to": "slots", "cargo": ["bulk"]}, "queue takes no cargo"),
        ({"close": {"link": "x"}, "at": {"link": "y"}}, "close takes no 'at'"),
        ({"close": {"link": "x"}, "takes": "slots"}, "close takes no 'takes'; it belongs to delay"),
        ({"delay": {"link": "x"}, "by": "2 h", "takes": "time"}, "expected slots"),
        ({"close": {"link": "x"}, "start_up": "3 d"}, "saw no until"),
        (
            {"surcharge": {"link": "x"}, "by": "1 USD/t", "until": DAY0, "start_up": "3 d"},
            "surcharge takes no 'start_up'; it belongs to close, limit, ban",
        ),
    ],
)
def test_what_cannot_be_meant_is_said(event, said):
    with pytest.raises(co.ScenarioError, match=said):
        co.scenario({"name": "x", "events": [event]})


@pytest.mark.parametrize(
    "event",
    [
        {"queue": {"chokepoint": "kz-ru-road"}, "to": "slots"},
        {"queue": "slots", "at": {"chokepoint": "kz-ru-road"}, "from": DAY0},
        {"delay": {"node": "x"}, "by": "3 h", "takes": "slots"},
        {"close": {"node": "x"}, "until": DAY0, "start_up": "3 days"},
    ],
)
def test_events_at_gates_read_back_as_written(event):
    plan = co.scenario({"name": "x", "events": [event]})
    assert co.scenario(yaml.safe_load(plan.to_yaml())).events == plan.events


def test_an_electronic_queue_can_be_asked_for_in_every_way():
    first = co.Scenario("x").queue(link="a-b-road").events[0]
    assert first.selector == {"link": "a-b-road"}
    assert co.scenario("queue link:a-b-road to slots").events[0].amount == first.amount
    assert road().queue(link="a-b-road").events == (first,)
    assert co.Event("queue", {"link": "a"}, first.amount).in_words().startswith("queue slots at")
    with pytest.raises(co.ScenarioError, match="books nothing"):
        co.assign(
            toys.network(
                {"a": "XA", "b": "XB"},
                [link("a", "b")],
                [{"origin": "a", "destination": "b", "per_day": 1}],
            ),
            scenario({"queue": {"link": "a-b-road"}, "to": "slots"}),
            as_of=DAY0,
        )


def test_a_table_without_rows_has_the_kinds_of_columns_of_one_with_rows():
    """At a gate of nothing nothing moves, stands or varies; at one of ten all three."""
    shut = {"close": {"link": "a-b-road"}, "from": "2025-01-03", "until": "2025-01-05"}
    some, none = (run(road(amount, 8), shut) for amount in (10, 0))
    for name in (
        "flows", "queues", "throughput", "arrivals", "departures", "curves", "waits", "delivered",
        "peaks", "random_queues", "expected_queues",
    ):  # fmt: skip
        filled, empty = getattr(some, name), getattr(none, name)
        assert len(filled) > 0 == len(empty), name
        assert empty.dtypes.to_dict() == filled.dtypes.to_dict(), name
        if "date" in empty:
            assert empty.query("date >= '2025-01-04'").empty
