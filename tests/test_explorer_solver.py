"""The solver in the explorer's page answers as the package does: to the last flow, ties and all."""

from __future__ import annotations

import math
import random
from functools import cache

import pytest
import toys
from simulate_toys import by_rail_inside, scenario

import corridors as co
from corridors.analysis.explorer import explorer
from tests.browser import browser, visit  # noqa: F401  a fixture, and what it opens
from tests.explorer_reference import (
    DAY,
    Reference,
    ask,
    assert_same,
    closures,
    hold,
    hold_open,
    part,
    random_questions,
    selector,
    told_each,
)
from tests.fewer_demands import FULL

pytestmark = pytest.mark.browser


@cache
def scenarios():
    """Return shipped scenarios by name: so many that every kind of event and selector is there.

    The others are run by `test_poland` and others, without the page. With CORRIDORS_FULL all.
    """
    every = sorted(co.shipped_scenarios())
    kinds = {
        name: {(event.kind, *sorted(event.selector)) for event in co.scenario(name).events}
        for name in every
    }
    left = set().union(*kinds.values())
    # One with a coupling, and one on the opening day.
    chosen = ["orenburg-gas-2025", "poland-closure-2025"]
    while left := left.difference(*(kinds[name] for name in chosen)):
        chosen.append(max(every, key=lambda name: len(kinds[name] & left)))
    return every if FULL else sorted(chosen)


@pytest.fixture(scope="module")
def net():
    return part()


@pytest.fixture(scope="module")
def page(net, tmp_path_factory):
    path = tmp_path_factory.mktemp("explorer") / "explorer.html"
    return explorer(net, scenarios(), as_of=DAY).save(path)


@pytest.fixture(scope="module")
def seen(browser, page):  # noqa: F811
    """Open the page once for all that is asked of its solver, whatever it was asked before."""
    with visit(browser, page) as opened:
        yield opened


@pytest.fixture(scope="module")
def reference(net):
    return Reference(net, DAY)


def test_shutting_any_one_thing_answers_as_the_package(seen, reference):
    questions = closures(reference)
    hold_open(seen, questions, told_each(reference, questions))


@pytest.mark.parametrize("seed", range(5 if FULL else 1))
def test_several_things_and_capacities_at_once(seen, reference, seed):
    questions = random_questions(reference, 40 if FULL else 12, seed)
    hold_open(seen, questions, told_each(reference, questions))


def test_the_whole_of_the_demand_too(browser, tmp_path):  # noqa: F811
    whole = co.load()
    own = Reference(whole, DAY)
    path = explorer(whole, [], as_of=DAY).save(tmp_path / "whole.html")
    broad = ["border:BY-PL", "border:KZ-RU", "country:AZ", "chokepoint:dostyk", "node:almaty"]
    questions = [{"close": []}, *({"close": [key]} for key in broad)]
    questions += random_questions(own, 4, 99)
    hold(browser, path, questions, told_each(own, questions))


def test_every_shipped_scenario_on_its_own_day(seen, net):
    names = scenarios()
    found = []
    for name in names:
        own = Reference(net, co.scenario(name).as_of, name)
        found.append(own.told(own.own) | {"change": co.compare(own.base, own.own).change})
    hold_open(seen, [{"scenario": name} for name in names], found)


DELAYED = ("node:brest", "border:BY-PL", "country:KZ", "chokepoint:kz-ru-rail", "node:almaty")


def test_delays_and_demand_are_what_events_make_of_them(seen, net, reference, tmp_path):
    questions = [
        *({"delay": {key: 240}} for key in DELAYED),
        {"demand": {"all": 1.5}},
        {"demand": {"cargo:container": 2, "all": 0.75}, "delay": {"border:BY-PL": 48}},
    ]
    every = sorted(set(net.tables["demand"]["cargo"]))
    events = [
        *([f"delay: {selector(key)}, by: 240 h"] for key in DELAYED),
        [f"demand: {{cargo: [{', '.join(every)}]}}, to: 1.5"],
        [
            "demand: {cargo: container}, to: 2",
            f"demand: {{cargo: [{', '.join(every)}]}}, to: 0.75",
            "delay: {border: [BY, PL]}, by: 48 h",
        ],
    ]
    found = []
    for number, own in enumerate(events):
        path = tmp_path / f"case-{number}.yaml"
        lines = "".join(f"  - {{{event}}}\n" for event in own)
        path.write_text(f"name: case\nas_of: {DAY}\nevents:\n{lines}", encoding="utf-8")
        asked = Reference(net, DAY, path, base=reference.base)
        change = co.compare(asked.base, asked.own).change
        found.append(asked.told(asked.own) | {"change": change})
    hold_open(seen, questions, found)


def parallel_lines():
    """Two lines of equal cost and a dearer third: which one is taken is for the rank to say.

    ::

        a ==rail 1435, rail 1520== b --road-- c       both lines take 6 a day
          \\_________sea, longer_________________/
    """
    return toys.network(
        {"a": "XA", "b": "XB", "c": "XC"},
        [
            *(
                {"from_node": "a", "to_node": "b", "mode": "rail", "gauge_mm": gauge}
                | {"link_id": f"l{gauge}"}
                for gauge in (1435, 1520)
            ),
            {"from_node": "b", "to_node": "c", "mode": "road"},
            {"from_node": "a", "to_node": "c", "mode": "sea", "length_km": 500},
        ],
        [
            {"origin": "a", "destination": "b", "per_day": 9},
            {"origin": "a", "destination": "c", "cargo": "box", "per_day": 2},
        ],
        transfers=[
            {
                "transfer_id": f"b-{gauge}", "node_id": "b", "from_mode": "rail",
                "from_gauge_mm": gauge, "to_mode": "road", "hours": 0, "usd_per_t": 0,
                "usd_per_teu": 0,
            }
            for gauge in (1435, 1520)
        ],
        capacities=[
            {"capacity_id": f"c{g}", "name": f"line {g}", "unit": "t", "amount": 6}
            for g in (1435, 1520)
        ],
        capacity_members=[{"capacity_id": f"c{g}", "link_id": f"l{g}"} for g in (1435, 1520)],
    )  # fmt: skip


def one_border():
    """A road over a border that takes 5 of 8 a day, and a long way round without a limit.

    ::

        a --100 km, 5 a day-- b        8 t a day, all of it worth carrying
         \\--200-- d --200----/
    """
    return toys.network(
        {"a": "XA", "b": "XB", "d": "XD"},
        [
            {"from_node": "a", "to_node": "b"},
            {"from_node": "a", "to_node": "d", "length_km": 200},
            {"from_node": "d", "to_node": "b", "length_km": 200},
        ],
        [{"origin": "a", "destination": "b", "per_day": 8}],
        capacities=[{"capacity_id": "post", "name": "The post", "unit": "t", "amount": 5}],
        capacity_members=[{"capacity_id": "post", "link_id": "a-b-road"}],
    )


def test_the_border_of_a_toy_by_hand(browser, tmp_path):  # noqa: F811
    """5 by the post at 100 each, 3 round at 400: 1,700; shut, all 8 go round: 3,200."""
    path = explorer(one_border(), as_of=DAY).save(tmp_path / "toy.html")
    with visit(browser, path) as seen:
        seen.page.evaluate("window.corridors.ready")
        ask = "(question) => window.corridors.solve(question)"
        found = [
            seen.page.evaluate(ask, question)
            for question in (
                {},
                {"close": ["border:XB-XA"]},
                {"capacity": {"post": 0.4}},
                {"close": ["border:XA-XB", "node:d"]},
            )
        ]
        assert [f["objective"] for f in found] == pytest.approx([1700, 3200, 2600, 80_000])
        assert [f["shortfall_t_per_day"] for f in found] == pytest.approx([0, 0, 0, 8])
        assert [f["rerouted_t_per_day"] for f in found] == pytest.approx([0, 5, 3, 0])
        assert seen.noise == []


def priced_border():
    """Who ships would rather stay than pay much more; ore goes round, and is in no total.

    ::

        a --100 km-- b        80 t of goods a day, elasticity 1; 4 t of ore
         \\--80-- d --80--/
    """
    return toys.network(
        {"a": "XA", "b": "XB", "d": "XD"},
        [
            {"from_node": "a", "to_node": "b"},
            {"from_node": "a", "to_node": "d", "length_km": 80},
            {"from_node": "d", "to_node": "b", "length_km": 80},
        ],
        [
            {"origin": "a", "destination": "b", "per_day": 80, "cargo": "goods"},
            {"origin": "a", "destination": "b", "per_day": 4, "cargo": "ore"},
        ],
        cargo={"goods": {"elasticity": -1, "loss_usd_per_unit": 600}, "ore": {"totals": "out"}},
    )


def test_a_border_of_demand_that_answers_to_price_by_hand(browser, tmp_path):  # noqa: F811
    """D = 160 / sqrt(1 + 3 exp(8/3 (c/100 - 1))), in eight steps of 10 t, each at its middle.

    D(c) = 80 s, solved for c, is 100 + 37.5 log((4/s^2 - 1) / 3). Round costs 160: the steps
    of s of 15/16, 13/16, 11/16 and 9/16 would pay 104, 118, 133 and 150, and stay.
    """
    path = explorer(priced_border(), as_of=DAY).save(tmp_path / "toy.html")
    price = [100 + 37.5 * math.log((4 / (s / 16) ** 2 - 1) / 3) for s in (15, 13, 11, 9, 7)]
    assert price[3] < 160 < price[4]
    loss = 10 * sum(price[:4])
    with visit(browser, path) as seen:
        (found,) = ask(seen.page, [{"close": ["border:XA-XB"]}])
        assert seen.noise == []
    assert found["objective"] == pytest.approx(44 * 160 + loss)
    assert found["shortfall_t_per_day"] == pytest.approx({"a-b-goods": 40, "a-b-ore": 0})
    assert found["flow_t_per_day"]["a-d-road:forward"] == pytest.approx(44)
    change = found["change"]
    assert change["rerouted_t_per_day"] == pytest.approx(40)
    assert change["newly_unserved_t_per_day"] == pytest.approx(40)
    assert change["added_transport_usd_per_day"] == pytest.approx(40 * 160 - 80 * 100)
    assert change["added_loss_usd_per_day"] == pytest.approx(loss)
    assert change["surplus_lost_usd_per_day"] == pytest.approx(loss - 40 * 100)


def two_sellers():
    """A buyer with two sellers, the dearer behind a border that takes 5; a field with two outlets.

    ::

        a --100-- c       10 t a day wanted at c: of a 8 at 500 USD, of b 6 at 600
        b ---50-- c       4 t a day from c, to a at 80 USD or to b at 70
    """
    roads = [("a", "c", 100), ("b", "c", 50), ("c", "a", 100), ("c", "b", 50)]
    offers = [("m", "a", "seller", 8, 500), ("m", "b", "seller", 6, 600),
              ("o", "a", "outlet", 3, 80), ("o", "b", "outlet", 3, 70)]  # fmt: skip
    keys = ("market", "node_id", "side", "amount", "usd_per_unit")
    return toys.network(
        {"a": "XA", "b": "XB", "c": "XC"},
        [
            {"link_id": f"{x}-{y}", "from_node": x, "to_node": y, "length_km": km,
             "direction": "forward"}
            for x, y, km in roads
        ],
        [
            {"origin": "", "destination": "c", "market": "m", "per_day": 10, "demand_id": "buys"},
            {"origin": "c", "destination": "", "market": "o", "per_day": 4, "demand_id": "sells"},
        ],
        supply=[
            {**dict(zip(keys, row, strict=True)), "cargo": "bulk", "per": "day"} for row in offers
        ],
        capacities=[{"capacity_id": "post", "name": "The post", "unit": "t", "amount": 5}],
        capacity_members=[{"capacity_id": "post", "link_id": "b-c"}],
    )  # fmt: skip


def test_a_delay_on_a_part_of_a_place_is_felt_where_that_begins(browser, tmp_path):  # noqa: F811
    """Ten hours at a dollar each for the four of six that come to the railways by road."""
    net = by_rail_inside()
    path = explorer(net, as_of=DAY).save(tmp_path / "toy.html")
    with visit(browser, path) as seen:
        questions = [{}, {"delay": {"chokepoint:rail": 10}}, {"delay": {"node:c": 10}}]
        plain, part_, node = (f["objective"] for f in ask(seen.page, questions))
        assert seen.noise == []
    assert [part_ - plain, node - plain] == pytest.approx([40, 60])
    for event, added in (({"chokepoint": "rail"}, 40), ({"node": "c"}, 60)):
        hit = co.assign(net, scenario({"delay": event, "by": "10 h"}), as_of=DAY)
        assert hit.summary["generalised_cost_usd_per_day"] - plain == pytest.approx(added)


def test_who_sells_instead_by_hand(browser, tmp_path):  # noqa: F811
    """8 of a at 600 with the way and 2 of b at 650, less 500 each for the goods.

    Of the 4 that c sells 3 go to b, for 50 and 10 less paid, and 1 to a for 100.

    With a shut 5 come from b over the post and 5 are short; 3 are sold to b and 1 is not.
    """
    path = explorer(two_sellers(), as_of=DAY).save(tmp_path / "toy.html")
    sells = 3 * (50 + 10) + 100
    with visit(browser, path) as seen:
        plain, shut = ask(seen.page, [{}, {"close": ["node:a"]}])
        assert seen.noise == []
    assert plain["objective"] == pytest.approx(8 * 100 + 2 * 150 + sells)
    assert shut["objective"] == pytest.approx(5 * 150 + 5 * 10_000 + 3 * 60 + 10_000)
    assert shut["shortfall_t_per_day"] == pytest.approx({"buys": 5, "sells": 1})


def streets():
    """Twenty-five places in a square, all streets alike: nearly every way has one as short.

    Every second street takes little; goods answer to price, bulk does not.
    """
    draw = random.Random(25)
    at = {f"p{x}{y}": (x, y) for x in range(5) for y in range(5)}
    places = {name: f"X{'ABCDE'[x]}" for name, (x, _) in at.items()}
    streets = [
        (f"p{x}{y}", f"p{x + dx}{y + dy}")
        for x, y in at.values()
        for dx, dy in ((1, 0), (0, 1))
        if x + dx < 5 and y + dy < 5
    ]
    trips = [draw.sample(sorted(at), 2) for _ in range(30)]
    narrow = [f"{a}-{b}" for a, b in streets[::2]]
    return toys.network(
        places,
        [{"link_id": f"{a}-{b}", "from_node": a, "to_node": b} for a, b in streets],
        [
            {"demand_id": f"d{i}", "origin": a, "destination": b, "per_day": draw.randint(1, 9),
             "cargo": "goods" if i % 2 else "bulk"}
            for i, (a, b) in enumerate(trips)
        ],
        cargo={"goods": {"elasticity": -1, "loss_usd_per_unit": 3000}, "bulk": {}},
        capacities=[
            {"capacity_id": name, "name": name, "unit": "t", "amount": draw.randint(3, 12)}
            for name in narrow
        ],
        capacity_members=[{"capacity_id": name, "link_id": name} for name in narrow],
    )  # fmt: skip


@pytest.mark.parametrize(
    "make",
    [streets, parallel_lines, one_border, priced_border, two_sellers],
    ids=lambda make: make.__name__,
)
def test_networks_of_ones_own(browser, make, tmp_path):  # noqa: F811
    hold_everything(browser, make(), tmp_path)


def test_the_network_to_start_from(browser, tmp_path):  # noqa: F811
    folder = co.new_network(tmp_path / "own")
    hold_everything(browser, co.load(folder), tmp_path)


def hold_everything(browser, net, tmp_path):  # noqa: F811
    """Shut every element of a network, and some at random, with capacities changed."""
    own = Reference(net, DAY)
    path = explorer(net, as_of=DAY).save(tmp_path / "own.html")
    singles = [{"close": [key]} for key in own.arcs]
    draw = random.Random(7)
    names = sorted({limit.capacity_id for limit in own.state.limits} - {""})
    several = [
        {
            "close": draw.sample(sorted(own.arcs), draw.randint(0, 2)),
            "capacity": {name: draw.choice([0, 0.4, 1, 2.5]) for name in names},
        }
        for _ in range(40)
    ]
    questions = singles + several
    hold(browser, path, questions, told_each(own, questions))


def test_where_a_worker_is_refused_the_page_solves_itself(browser, page, reference):  # noqa: F811
    question = {"close": ["border:BY-PL"]}
    with visit(browser, page) as seen:
        seen.page.add_init_script("window.Worker = class { constructor() { throw Error('no'); } };")
        seen.page.reload()
        (answer,) = ask(seen.page, [question])
        assert_same(question, answer, told_each(reference, [question])[0])
        assert seen.noise == []


def test_what_does_not_exist_is_named(seen):
    asked = [
        ({"close": ["border:XX-YY"]}, "border:XX-YY"),
        ({"capacity": {"nothing": 1}}, "nothing"),
        ({"capacity": {"post": -1}}, "post"),
        ({"scenario": "no-such"}, "no-such"),
        ({"demand": {"cargo:gold": 2}}, "cargo:gold"),
    ]
    for question, named in asked:
        said = seen.page.evaluate(
            "(q) => window.corridors.solve(q).then(() => '', (error) => error.message)",
            question,
        )
        assert named in said


def test_the_same_input_gives_the_same_bytes(net):
    one, two = (explorer(net, ["poland-closure-2025"], as_of=DAY).html for _ in range(2))
    assert one == two
    assert len(one.encode()) < 1_000_000
