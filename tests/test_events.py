"""Kinds of events: each says all there is to know about it, and builds up on its own."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pytest
import toys
from simulate_toys import DAY0, close, link, on_day, scenario

import corridors as co
from corridors.flow import solve
from corridors.network.reading.yaml_lines import read
from corridors.scenarios.events import KINDS, Event, Kind, register
from corridors.scenarios.quantities import Quantity
from corridors.scenarios.scenario import Scenario, event_from
from corridors.scenarios.schema import first_fault, scenario_schema
from corridors.scenarios.state import network_state

FIRST = dt.date(2025, 1, 11)
SHIPPED = Path(__file__).parent.parent / "data" / "scenarios"


def two_roads(**capacity):
    """Return two roads that have nothing to do with each other.

    ::

        a ==10==> b        c ==10==> d
    """
    return toys.network(
        {"a": "XA", "b": "XB", "c": "XC", "d": "XD"},
        [link("a", "b"), link("c", "d")],
        [
            {"origin": "a", "destination": "b", "per_day": 10},
            {"origin": "c", "destination": "d", "per_day": 10},
        ],
        capacities=[
            {"capacity_id": name, "name": name, "unit": "t", "amount": 10, **capacity}
            for name in ("ab", "cd")
        ],
        capacity_members=[
            {"capacity_id": "ab", "link_id": "a-b-road", "direction": "forward"},
            {"capacity_id": "cd", "link_id": "c-d-road", "direction": "forward"},
        ],
    )


def served(net, plan, days):
    """Return what each demand gets on each of the first days of a plan, solved day by day."""
    found = []
    for i in range(days):
        state = network_state(net, plan, FIRST + dt.timedelta(days=i), building_up=True)
        answer = solve(state.problem)
        found.append((state.problem.amount - answer.shortfall).tolist())
    return np.array(found).T


def building(kind, amount=None, over="4 days", **others):
    return {**kind, **({} if amount is None else {"to": amount}), "from": "2025-01-11",
            "over": over, **others}  # fmt: skip


def test_two_closures_build_up_each_at_its_own_pace():
    """Over 4 days a road of 10 has 7.5, 5, 2.5, 0 left; over 40 the other 9.75, 9.5, 9.25, 9."""
    quick = building({"close": {"link": "a-b-road"}})
    slow = building({"close": {"link": "c-d-road"}}, over="40 days")
    for plan in (scenario(quick, slow), scenario(slow, quick)):
        first, second = served(two_roads(), plan, 4)
        assert first == pytest.approx([7.5, 5, 2.5, 0])
        assert second == pytest.approx([9.75, 9.5, 9.25, 9])


def test_the_steady_state_takes_what_builds_up_in_full():
    plan = scenario(
        building({"close": {"link": "a-b-road"}}),
        building({"limit": {"capacity": "cd"}}, "4 t/day", "40 days"),
    )
    hit = co.assign(two_roads(), plan, as_of=FIRST)
    assert hit.summary["served_t_per_day"] == pytest.approx(4)


def test_queues_of_two_closures_grow_each_at_its_own_pace():
    """What is left over of 10 a day adds up: 2.5, 7.5, 15, 25; and 0.25, 0.75, 1.5, 2.5."""
    plan = scenario(
        {**close("a-b-road"), "over": "4 days"},
        {**close("c-d-road", until="2025-03-01"), "over": "40 days"},
    )
    sim = co.simulate(two_roads(), plan, 14, start=DAY0)
    queues = [
        [on_day(sim.queues, name, f"2025-01-{d}", "queue") for d in (11, 12, 13, 14)]
        for name in ("ab", "cd")
    ]
    assert queues[0] == pytest.approx([2.5, 7.5, 15, 25])
    assert queues[1] == pytest.approx([0.25, 0.75, 1.5, 2.5])


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (building({"limit": {"capacity": "ab"}}, 0.2), [8, 6, 4, 2]),
        (building({"limit": {"capacity": "ab"}}, "2 t/day"), [8, 6, 4, 2]),
        (building({"demand": {"origin": "a"}}, 0.2), [8, 6, 4, 2]),
        (building({"demand": {"origin": "a"}}, "2 t/day"), [8, 6, 4, 2]),
        (building({"ban": {"link": "a-b-road"}}, cargo="bulk"), [7.5, 5, 2.5, 0]),
        # The sum over a selection has nothing to build up from.
        (building({"limit": {"link": "a-b-road"}}, "2 t/day"), [10, 10, 10, 2]),
    ],
)
def test_each_kind_builds_up_from_what_held_before(event, expected):
    # Something else that builds up more slowly changes nothing of it.
    slow = building({"close": {"link": "c-d-road"}}, over="40 days")
    first, second = served(two_roads(), scenario(slow, event), 4)
    assert first == pytest.approx(expected)
    assert second == pytest.approx([9.75, 9.5, 9.25, 9])


def test_a_delay_and_a_surcharge_build_up():
    plan = scenario(
        building({"delay": {"link": "a-b-road"}, "by": "20 h"}),
        building({"surcharge": {"link": "a-b-road"}, "by": "40 USD/t"}, over="2 days"),
    )
    net = two_roads()
    base = network_state(net, None, FIRST)
    arc = base.arcs.number_of[0, "a-b-road", 0]
    row = base.arcs.cargo.index("bulk")
    hours, usd = [], []
    for i in range(5):
        arcs = network_state(net, plan, FIRST + dt.timedelta(days=i), building_up=True).arcs
        hours.append(arcs.hours[row, arc] - base.arcs.hours[row, arc])
        usd.append(arcs.usd[row, arc] - base.arcs.usd[row, arc])
    assert hours == pytest.approx([5, 10, 15, 20, 20])
    assert usd == pytest.approx([20, 40, 40, 40, 40])


def test_an_opening_builds_up():
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b", opens="2030-01-01")],
        [{"origin": "a", "destination": "b", "per_day": 10}],
        capacities=[
            {
                "capacity_id": "ab",
                "name": "ab",
                "unit": "t",
                "amount": 8,
                "valid_from": "2030-01-01",
            }
        ],
        capacity_members=[{"capacity_id": "ab", "link_id": "a-b-road", "direction": "forward"}],
    )
    [found] = served(net, scenario(building({"open": {"link": "a-b-road"}})), 5)
    assert found == pytest.approx([2, 4, 6, 8, 8])
    # What is there already is not held back by an event that opens it once more.
    [found, _] = served(two_roads(), scenario(building({"open": {"link": "a-b-road"}})), 4)
    assert found == pytest.approx([10, 10, 10, 10])


def test_a_closure_of_part_of_a_capacity_takes_its_share_of_that_part_alone():
    """Two roads share 10 a day; the one that closes has 7.5, 5, 2.5, 0 of them.

    ::

        a ==\\
             10 ==> b      6 a day from a, 6 from c
        c ==/
    """
    net = toys.network(
        {"a": "XA", "b": "XB", "c": "XC"},
        [link("a", "b"), link("c", "b")],
        [
            {"origin": "a", "destination": "b", "per_day": 6},
            {"origin": "c", "destination": "b", "per_day": 6},
        ],
        capacities=[{"capacity_id": "all", "name": "all", "unit": "t", "amount": 10}],
        capacity_members=[
            {"capacity_id": "all", "link_id": name, "direction": "forward"}
            for name in ("a-b-road", "c-b-road")
        ],
    )
    first, second = served(net, scenario(building({"close": {"link": "a-b-road"}})), 4)
    assert (first <= np.array([7.5, 5, 2.5, 0]) + 1e-9).all()
    assert first[2:] == pytest.approx([2.5, 0])
    assert (first + second)[:2] == pytest.approx([10, 10])
    assert second[2:] == pytest.approx([6, 6])


def test_limits_of_an_event_say_so_themselves():
    """Five of the road's ten a day; and of a road that shares a capacity, a part of its own."""
    amount = {"limit": {"link": "a-b-road"}, "to": "5 t/day"}
    share = {"limit": {"link": "a-b-road"}, "to": 0.5}
    net = two_roads()
    limits = network_state(net, scenario(amount, share), FIRST).limits
    found = {v.limit_id: (v.amount, v.from_event) for v in limits}
    # The share is of what the event before it has left.
    assert found == {"ab": (5, False), "cd": (10, False), "event#1": (2.5, True)}


def test_an_unknown_kind_is_refused_with_the_nearest():
    with pytest.raises(co.ScenarioError, match="no kind of event 'clsoe'; did you mean close"):
        Event("clsoe", {"link": "a-b-road"})


@pytest.mark.parametrize(
    ("kind", "amount", "said"),
    [
        ("limit", True, "event, limit, to: saw True, expected a share"),
        ("limit", "5 camels/day", "event, limit, to: saw unit 'camels/day'"),
        ("delay", 6, "event, delay, by: saw 6, expected a time with its unit"),
        ("close", 0.5, "event, close: saw the amount 0.5, expected none"),
    ],
)
def test_an_amount_that_cannot_be_meant_is_refused_when_an_event_is_made(kind, amount, said):
    with pytest.raises(co.ScenarioError) as told:
        Event(kind, {"link": "a-b-road"}, amount)
    assert str(told.value).startswith(said)


def test_an_event_takes_its_amount_as_a_scenario_writes_it():
    own = Event("limit", {"link": "a"}, 0.5, "box")
    assert own == Event("limit", {"link": "a"}, Quantity(0.5, "share"), ("box",))
    assert Event("delay", {"link": "a"}, "1 day").amount == Quantity(24.0, "h")


@pytest.mark.parametrize(
    ("event", "closes"),
    [
        (Event("close", {"link": "x"}), True),
        (Event("ban", {"link": "x"}, cargo=("box",)), True),
        (Event("limit", {"link": "x"}, Quantity(0.0, "share")), True),
        (Event("limit", {"link": "x"}, Quantity(0.5, "share")), False),
        (Event("limit", {"link": "x"}, Quantity(0.0, "truck")), True),
        (Event("limit", {"link": "x"}, Quantity(1.0, "truck")), False),
        (Event("demand", {"cargo": "x"}, Quantity(0.0, "factor")), False),
        (Event("open", {"link": "x"}), False),
    ],
)
def test_what_closes_says_so(event, closes):
    assert event.closes is closes


def test_the_shares_of_an_event_by_days():
    event = Event("close", {"link": "x"}, first_day=FIRST, end_day=dt.date(2025, 1, 16),
                  over_hours=72)  # fmt: skip
    shares = [event.share_on(FIRST + dt.timedelta(days=i)) for i in range(-1, 6)]
    assert shares == pytest.approx([0, 1 / 3, 2 / 3, 1, 1, 1, 0])


@pytest.fixture
def toll():
    """Register a kind of event that is in no other place than this, and take it away again."""

    @register
    class Toll(Kind):
        """What passes pays so much for each unit of every cargo."""

        name = "toll"
        says = "Everything that passes pays `at` a number of USD per unit"
        amount_key = "at"
        amount_types = ("number",)
        amount_says = "dollars per unit"
        takes_cargo = False

        def parse(self, value):
            if value < 0:
                msg = f"saw {value}, expected at least 0"
                raise ValueError(msg)
            return Quantity(float(value), "USD")

        def apply(self, event, draft, number, share):
            del number
            draft.usd[event.inside(draft)] += share * event.amount.value

    yield Toll
    del KINDS["toll"]


def test_a_new_kind_of_event_is_one_class(toll):
    """Schema, messages, reading, the steady state and the model by days need no other change."""
    schema = scenario_schema()["$defs"]["event"]
    assert schema["properties"]["toll"]["description"] == toll.says
    assert schema["properties"]["at"] == {
        "type": "number", "description": "Of `toll` dollars per unit"
    }  # fmt: skip
    assert {"required": ["toll", "at"]} in schema["oneOf"]
    raw = {"toll": {"link": "a-b-road"}, "at": 25, "from": "2025-01-11", "over": "5 days"}
    assert first_fault({"name": "x", "events": [raw]}) is None
    for wrong, message in (
        ({"toll": {"link": "a-b-road"}}, "toll needs at"),
        ({**raw, "cargo": ["bulk"]}, "toll takes no cargo"),
        ({**raw, "by": "4 h"}, "toll takes no 'by'"),
        ({**raw, "at": -1}, "expected at least 0"),
        ({**raw, "at": "much"}, "expected a number"),
        ({**raw, "close": {"link": "a-b-road"}}, "saw close and toll"),
        ({"close": {"link": "a-b-road"}, "at": 3}, "close takes no 'at'"),
    ):
        with pytest.raises(co.ScenarioError, match=message):
            event_from(wrong, "test")
    event = event_from(raw, "test")
    assert event.amount == Quantity(25.0, "USD")
    net = two_roads()
    base = co.assign(net, None, as_of=FIRST)
    hit = co.assign(net, Scenario("x", (event,)), as_of=FIRST)
    added = hit.summary["cost_usd_per_day"] - base.summary["cost_usd_per_day"]
    assert added == pytest.approx(10 * 25)
    late = hit.state.day + dt.timedelta(days=1)
    state = network_state(net, Scenario("x", (event,)), late, building_up=True)
    arc = state.arcs.number_of[0, "a-b-road", 0]
    assert state.arcs.usd[:, arc] - base.state.arcs.usd[:, arc] == pytest.approx(10)
    [idle] = co.assign(net, Scenario("x", (event,)), as_of=DAY0).events_not_in_force
    assert idle == "toll {link: a-b-road} at 25 USD from 2025-01-11 until always"
    sim = co.simulate(net, Scenario("x", (event,)), 12, start=DAY0)
    assert sim.residual_t < 1e-6


def test_without_the_toy_no_trace_of_it_is_left():
    assert "toll" not in KINDS
    kinds = ("close", "limit", "delay", "surcharge", "ban", "open", "demand", "supply", "queue")
    assert tuple(KINDS) == kinds


def test_the_room_of_scenarios_is_in_order():
    """At most 14 modules of at most 450 lines; imports, for types too, go down and never round."""
    room = Path(co.__file__).parent / "scenarios"
    below = {"display", "errors", "files", "flow", "network", "maps", "scenarios"}
    imports = {}
    for path in sorted(room.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 450, path
        assert len(list(path.parent.glob("*.py"))) <= 14
        parts = path.relative_to(room.parent.parent).with_suffix("").parts
        name = ".".join(p for p in parts if p != "__init__")
        found = re.findall(r"^\s*(?:from|import) (corridors\.[\w.]+)", text, flags=re.MULTILINE)
        assert {module.split(".")[1] for module in found} <= below, path
        imports[name] = set(found)
    while imports:
        free = [name for name, others in imports.items() if not others & imports.keys()]
        assert free, f"imports go round among {sorted(imports)}"
        for name in free:
            del imports[name]


@pytest.mark.parametrize("name", sorted(co.shipped_scenarios()))
def test_what_ships_keeps_to_the_schema(name):
    """It is not asked again when it is read."""
    content, lines = read(co.shipped_scenarios()[name])
    assert first_fault(content, lines.written) is None


@pytest.mark.parametrize(
    ("note", "name"),
    [
        ("Four trains a day", "Four trains a day"),
        ("Four of 5.5 trains.\nAs the railway said\n", "Four of 5.5 trains"),
        ("Four trains; low 2, high 6", "Four trains"),
        ("A" * 60 + " " + "b" * 60, "A" * 60 + " …"),
        ("  \n", "limit set by the scenario on {link: a-b-road}"),
    ],
)
def test_a_limit_that_an_event_sets_is_named_by_the_first_sentence_of_its_note(note, name):
    """A note is as long as it must be; a name stands in tables, on maps and in sentences."""
    event = {"limit": {"link": "a-b-road"}, "to": "4 t/day", "note": note}
    state = network_state(two_roads(), scenario(event), FIRST)
    assert [own.name for own in state.limits if own.from_event] == [name]


def test_no_note_of_a_scenario_ends_in_a_line_break():
    every = [e for path in sorted(SHIPPED.glob("*.yaml")) for e in co.scenario(path).events]
    assert len(every) > 100
    assert all(event.note == event.note.strip() for event in every)
