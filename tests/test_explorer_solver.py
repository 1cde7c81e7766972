"""The solver in the explorer's page answers as the package does: to the last flow, ties and all."""

from __future__ import annotations

import os
import random

import numpy as np
import pytest
import toys

import corridors as co
from corridors.analysis.criticality.elements import KINDS, find_elements
from corridors.analysis.explorer import explorer
from corridors.assignment.assignment import Assignment
from corridors.flow import solve
from tests.browser import browser, visit  # noqa: F401  a fixture, and what it opens

pytestmark = pytest.mark.browser

FULL = bool(os.environ.get("CORRIDORS_FULL"))
DAY = "2025-09-12"
NEAR = 1e-9

ASK = """async (questions) => {
  await window.corridors.ready;
  const found = [];
  for (const question of questions) {
    found.push(await window.corridors.detail(question));
  }
  return found;
}"""


class Reference:
    """The package's own answers to what the page is asked."""

    def __init__(self, net, day, scenario=None):
        self.base = co.assign(net, as_of=day)
        self.own = co.assign(net, scenario, as_of=day) if scenario else self.base
        self.state = self.own.state
        self.arcs = {e.key: e.arcs for e in find_elements(self.state, KINDS)}
        self.rows = {}
        for r, limit in enumerate(self.state.limits):
            for name in {limit.limit_id, limit.capacity_id} - {""}:
                self.rows.setdefault(name, []).append(r)

    def answer(self, close=(), capacity=None):
        """Solve afresh what is asked; return it as an assignment."""
        p = self.state.problem
        # A limit to nothing is a closure of all that it counts, as in a scenario.
        none = [f"capacity:{name}" for name, factor in (capacity or {}).items() if factor == 0]
        close = [*close, *(key for key in none if key in self.arcs)]
        closed = np.unique(np.concatenate([[], *(self.arcs[key] for key in close)])).astype(int)
        bounds = {}
        for name, factor in (capacity or {}).items():
            for r in self.rows[name]:
                bounds[r] = float(p.bound[r]) * factor
        changed = p.changed(closed=closed.tolist(), capacity=bounds)
        return Assignment(self.state, solve(changed), self.own.scenario, "optimal")

    def routes(self, answer):
        """Return tonnes by demand and by the links and transfers of each route."""
        found = {}
        weight = self.state.demand["t_per_unit"].tolist()
        for k, path, units in zip(
            answer.path_commodity.tolist(), answer.path_arcs, answer.path_amount, strict=True
        ):
            key = tuple(self.state.arcs.names(path))
            own = found.setdefault(k, {})
            own[key] = own.get(key, 0.0) + float(units) * weight[k]
        return found

    def rerouted(self, answer):
        """Return what is carried before and after, but not by its old route, in tonnes a day."""
        before, after = self.routes(self.base.answer), self.routes(answer)
        total = 0.0
        for k, was in before.items():
            now = after.get(k, {})
            kept = sum(min(t, now.get(key, 0.0)) for key, t in was.items())
            moved = min(sum(was.values()), sum(now.values())) - kept
            total += moved if moved >= 1e-6 else 0.0
        return total

    def told(self, own):
        """Return what the page says of an assignment, as far as the tests compare it."""
        flows = own.flows.groupby(["id", "direction"])["t_per_day"].sum()
        short = own.shortfall.set_index("demand_id")["shortfall_t_per_day"]
        return {
            "objective": own.answer.objective,
            "rerouted_t_per_day": self.rerouted(own.answer),
            "shortfall_t_per_day": short.to_dict(),
            "flow_t_per_day": {f"{i}:{way}": t for (i, way), t in flows.items()},
            "price_usd": dict(
                zip(
                    (limit.limit_id for limit in self.state.limits),
                    own.answer.limit_price.tolist(),
                    strict=True,
                )
            ),
        }


def assert_same(question, page, package):
    """Every number of the page is the package's, to rounding."""
    assert abs(page["relative_gap"]) < NEAR, question
    assert page["objective"] == pytest.approx(package["objective"], rel=NEAR), question
    assert page["rerouted_t_per_day"] == pytest.approx(
        package["rerouted_t_per_day"], rel=NEAR, abs=1e-6
    ), question
    for name, trace in (
        ("shortfall_t_per_day", 1e-9),
        ("flow_t_per_day", 1e-6),
        ("price_usd", 1e-9),
    ):
        ours, theirs = page[name], package[name]
        for key in ours.keys() | theirs.keys():
            mine, yours = ours.get(key, 0.0), theirs.get(key, 0.0)
            assert mine == pytest.approx(yours, rel=NEAR, abs=trace), (question, name, key)


def hold(browser, path, questions, expected, **visiting):  # noqa: F811
    """Ask a page and compare what it says with what is expected; nothing may complain."""
    with visit(browser, path, **visiting) as seen:
        answers = seen.page.evaluate(ASK, questions)
        for question, page, package in zip(questions, answers, expected, strict=True):
            assert_same(question, page, package)
        assert seen.noise == []


@pytest.fixture(scope="module")
def net():
    return co.load()


@pytest.fixture(scope="module")
def page(net, tmp_path_factory):
    path = tmp_path_factory.mktemp("explorer") / "explorer.html"
    return explorer(net, as_of=DAY).save(path)


@pytest.fixture(scope="module")
def reference(net):
    return Reference(net, DAY)


def closures(reference, kinds):
    """Return one question for each element of some kinds."""
    return [{"close": [key]} for key in reference.arcs if key.split(":")[0] in kinds]


def told_each(reference, questions):
    """Return the package's answers; what closes the same arcs is solved once."""
    known = {}
    found = []
    for question in questions:
        arcs = [reference.arcs[key].tolist() for key in question["close"]]
        key = repr((arcs, question.get("capacity")))
        if key not in known:
            own = reference.answer(question["close"], question.get("capacity"))
            known[key] = reference.told(own)
        found.append(known[key])
    return found


def test_shutting_any_one_thing_answers_as_the_package(browser, page, reference):  # noqa: F811
    kinds = KINDS if FULL else ("border", "chokepoint", "country", "node")
    questions = closures(reference, kinds)
    carried = reference.base.answer.class_flow.sum(axis=0)
    if not FULL:
        # What carries nothing changes nothing; a few of those are enough.
        idle = [q for q in questions if not carried[reference.arcs[q["close"][0]]].any()]
        questions = [q for q in questions if q not in idle[5:]]
    hold(browser, page, questions, told_each(reference, questions))


def random_questions(reference, count, seed):
    """Return pairs and triples of things to shut, with up to three capacities changed."""
    draw = random.Random(seed)
    keys = sorted(reference.arcs)
    heavy = [k for k in keys if k.split(":")[0] in {"border", "chokepoint", "country"}]
    limits = sorted({limit.capacity_id for limit in reference.state.limits})
    questions = []
    for _ in range(count):
        some = draw.sample(keys, 2) + draw.sample(heavy, draw.randint(0, 1))
        factors = [0, 0.3, 0.5, 0.8, 1.2, 2, 3]
        chosen = draw.sample(limits, min(draw.randint(0, 3), len(limits)))
        questions.append({"close": some, "capacity": {i: draw.choice(factors) for i in chosen}})
    return questions


@pytest.mark.parametrize("seed", range(10 if FULL else 1))
def test_several_things_and_capacities_at_once(browser, page, reference, seed):  # noqa: F811
    questions = random_questions(reference, 40, seed)
    hold(browser, page, questions, told_each(reference, questions))


def test_every_shipped_scenario_on_its_own_day(browser, page, net):  # noqa: F811
    names = list(co.shipped_scenarios())
    found = []
    for name in names:
        own = Reference(net, co.scenario(name).as_of, name)
        change = co.compare(own.base, own.own).change
        found.append(own.told(own.own) | {"rerouted_t_per_day": change["rerouted_t_per_day"]})
    hold(browser, page, [{"scenario": name} for name in names], found)


DELAYED = ("node:brest", "border:BY-PL", "country:KZ", "chokepoint:kz-ru-rail", "node:almaty")


def test_delays_and_demand_are_what_events_make_of_them(browser, page, net, tmp_path):  # noqa: F811
    questions = [
        *({"delay": {key: 240}} for key in DELAYED),
        {"demand": {"all": 1.5}},
        {"demand": {"cargo:container": 2, "all": 0.75}, "delay": {"border:BY-PL": 48}},
    ]
    every = sorted(net.tables["cargo"]["cargo"])
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
        asked = Reference(net, DAY, path)
        found.append(asked.told(asked.own))
    hold(browser, page, questions, found)


def selector(key):
    """Return a key of the page as a scenario writes it."""
    kind, _, name = key.partition(":")
    return (
        f"{{{kind}: [{', '.join(name.split('-'))}]}}" if kind == "border" else f"{{{kind}: {name}}}"
    )


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


@pytest.mark.parametrize("make", [parallel_lines, one_border], ids=lambda make: make.__name__)
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
    names = sorted({limit.capacity_id for limit in own.state.limits})
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
        (answer,) = seen.page.evaluate(ASK, [question])
        assert_same(question, answer, told_each(reference, [question])[0])
        assert seen.noise == []


def test_what_does_not_exist_is_named(browser, page):  # noqa: F811
    asked = [
        ({"close": ["border:XX-YY"]}, "border:XX-YY"),
        ({"capacity": {"nothing": 1}}, "nothing"),
        ({"capacity": {"post": -1}}, "post"),
        ({"scenario": "no-such"}, "no-such"),
        ({"demand": {"cargo:gold": 2}}, "cargo:gold"),
    ]
    with visit(browser, page) as seen:
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
