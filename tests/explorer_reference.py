"""The package's own answers to what the explorer's page is asked, to be held against it."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from functools import cache, cached_property

import numpy as np
import pytest

import corridors as co
from corridors.analysis.criticality.elements import KINDS, find_elements
from corridors.analysis.explorer import explorer
from corridors.assignment.assignment import Assignment
from corridors.assignment.choice_parameters import choice_parameters, use_parameters
from corridors.flow import solve
from corridors.scenarios.coupling.couplings import couplings_of, with_room
from corridors.scenarios.coupling.settle import solve_settled
from corridors.scenarios.demand_curves import with_curves
from corridors.scenarios.state import network_state
from tests.browser import visit
from tests.fewer_demands import FULL, fewer_demands

DAY = "2025-09-12"
NEAR = 1e-9

AT_ONCE = 40
"""Questions that a page is asked together."""

ASK = """async (questions) => {
  await window.corridors.ready;
  const found = [];
  for (const question of questions) {
    found.push(await window.corridors.detail(question));
  }
  return JSON.stringify(found);
}"""
"""Answers as one text: brought over value by value they take longer than it takes to find them."""


def ask(page, questions):
    """Return what a page answers to each question."""
    return json.loads(page.evaluate(ASK, questions))


@cache
def part():
    """Return the shipped network with a part of its demand; with CORRIDORS_FULL all of it."""
    return fewer_demands(co.load())


@cache
def base_on(net, day):
    """Return the optimum of a day without any event."""
    return co.assign(net, as_of=day)


def settled(state, first, couplings, plan):
    """Return an answer in which couplings hold, as an assignment."""
    answer, fallen = solve_settled(first.problem, couplings, first)
    if fallen is not None:
        state = with_room(replace(state, problem=first.problem), fallen.couplings, fallen.rooms)
    return Assignment(state, answer, plan, "optimal", fallen)


class Reference:
    """The package's own answers to what the page is asked of one day or scenario."""

    def __init__(self, net, day, scenario=None, base=None):
        self.base = base_on(net, day) if base is None else base
        self.plan = None if scenario is None else co.scenario(scenario)
        self.own = self.base if scenario is None else self.under(self.plan)
        self.state = self.own.state

    @cached_property
    def arcs(self):
        """Arcs that each element takes away, by kind and id."""
        return {e.key: e.arcs for e in find_elements(self.state, KINDS)}

    @cached_property
    def plain(self):
        """The situation without what couplings limit, its answer, and the couplings."""
        state, first = self.own.state, self.own.answer
        if not self.own.couplings.empty:
            state = with_curves(network_state(state.net, self.plan, state.day))
            first = solve(state.problem)
        return state, first, couplings_of(state)

    def under(self, plan):
        """Return a scenario on the day: afresh with CORRIDORS_FULL, else from the base, warm."""
        base = self.base.state
        if FULL:
            return co.assign(base.net, plan, as_of=base.day)
        state = with_curves(network_state(base.net, plan, base.day))
        first = self.base.answer.solve(state.problem)
        return settled(state, first, couplings_of(state), plan)

    def answer(self, close=(), capacity=None):
        """Solve what is asked, afresh with CORRIDORS_FULL, else warm, as an assignment."""
        state, first, couplings = self.plain
        p = state.problem
        # A limit to nothing is a closure of all that it counts, as in a scenario.
        none = [f"capacity:{name}" for name, factor in (capacity or {}).items() if factor == 0]
        close = [*close, *(key for key in none if key in self.arcs)]
        closed = np.unique(np.concatenate([[], *(self.arcs[key] for key in close)])).astype(int)
        bounds = {
            r: float(p.bound[r]) * factor
            for name, factor in (capacity or {}).items()
            for r, limit in enumerate(state.limits)
            if name in {limit.limit_id, limit.capacity_id}
        }
        changed = p.changed(closed=closed.tolist(), capacity=bounds)
        answer = solve(changed) if FULL else first.solve(changed)
        return settled(state, answer, couplings, self.plan)

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

    @cached_property
    def routes_before(self):
        return self.routes(self.base.answer)

    def rerouted(self, answer):
        """Return what is carried before and after, but not by its old route, in tonnes a day."""
        before, after = self.routes_before, self.routes(answer)
        counted = self.state.demand["cargo"].isin(self.state.net.cargo_in_totals).tolist()
        total = 0.0
        for k, was in before.items():
            if not counted[k]:
                continue
            now = after.get(k, {})
            kept = sum(min(t, now.get(key, 0.0)) for key, t in was.items())
            moved = min(sum(was.values()), sum(now.values())) - kept
            total += moved if moved >= 1e-6 else 0.0
        return total

    def told(self, own):
        """Return what the page says of an assignment, as far as the tests compare it."""
        flows = own.flows.groupby(["id", "direction"])["t_per_day"].sum()
        short = own.shortfall.set_index("demand_id")
        was = self.base.shortfall.set_index("demand_id")
        lost = short["surplus_lost_usd_per_day"] - was["surplus_lost_usd_per_day"]
        total = own.counted(short)
        return {
            "objective": own.answer.objective,
            "rerouted_t_per_day": self.rerouted(own.answer),
            "shortfall_t_per_day": short["shortfall_t_per_day"].to_dict(),
            "surplus_lost_usd_per_day": lost.to_dict(),
            "after": {
                "short_t": float(total["shortfall_t_per_day"].sum()),
                "loss_usd": float(total["loss_usd_per_day"].sum()),
                "surplus_lost_usd": float(total["surplus_lost_usd_per_day"].sum()),
            },
            "flow_t_per_day": {f"{i}:{way}": t for (i, way), t in flows.items()},
            "price_usd": dict(
                zip(
                    (limit.limit_id for limit in own.state.limits),
                    own.answer.limit_price.tolist(),
                    strict=True,
                )
            ),
        }


TRACES = {
    "objective": 0.0,
    "rerouted_t_per_day": 1e-6,
    "after": 1e-6,
    "change": 1e-3,
    "shortfall_t_per_day": 1e-9,
    "surplus_lost_usd_per_day": 1e-3,
    "flow_t_per_day": 1e-6,
    "price_usd": 1e-9,
}
"""What the page says that is compared, and how much of each is nothing at all."""


def assert_same(question, page, package):
    """Every number of the page is the package's, to rounding; returns how far off each kind is.

    A difference is told as a share of the number, or of what would be nothing a billion times.
    """
    assert abs(page["relative_gap"]) < NEAR, question
    found = {}
    for name, trace in TRACES.items():
        if name not in package:
            continue
        ours, theirs = (as_dict(own[name]) for own in (page, package))
        # Of totals the page has more than are compared; of all else a missing number is a 0.
        keys = sorted(theirs if name in ("after", "change") else ours.keys() | theirs.keys())
        mine, yours = (np.array([own.get(key, 0.0) for key in keys]) for own in (ours, theirs))
        off = np.abs(mine - yours) / np.maximum(trace / NEAR, np.abs(yours))
        wrong = np.flatnonzero(~(off <= NEAR))
        assert not len(wrong), (question, name, [(keys[i], mine[i], yours[i]) for i in wrong[:5]])
        found[name] = float(off.max(initial=0.0))
    return found


def as_dict(value):
    return value if isinstance(value, dict) else {"": value}


def hold(browser, path, questions, expected, **visiting):
    """Ask a page and compare what it says with what is expected; nothing may complain."""
    with visit(browser, path, **visiting) as seen:
        hold_open(seen, questions, expected)


def hold_open(seen, questions, expected):
    """Ask a page that is open already, as `hold` does."""
    # All at once would be gigabytes of answers.
    answers = (
        answer
        for at in range(0, len(questions), AT_ONCE)
        for answer in ask(seen.page, questions[at : at + AT_ONCE])
    )
    hold_answers(questions, answers, expected)
    assert seen.noise == []


def hold_answers(questions, answers, expected):
    """Compare answers with what is expected, and say how far off the worst is."""
    worst = dict.fromkeys(TRACES, 0.0)
    for question, page, package in zip(questions, answers, expected, strict=True):
        for name, off in assert_same(question, page, package).items():
            worst[name] = max(worst[name], off)
    told = ", ".join(f"{name} {off:.1e}" for name, off in worst.items())
    print(f"{len(questions)} questions; largest differences: {told}")  # noqa: T201  shown by -rP


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


def closures(reference):
    """Return a question for each element; unless all is asked for, less of what is much alike.

    Every border, chokepoint and country that carries anything, a tenth of the places, and
    a few of what carries nothing, whose closure changes nothing; what closes the same arcs once.
    """
    if FULL:
        return [{"close": [key]} for key in reference.arcs]
    carried = reference.base.answer.class_flow.sum(axis=0)
    busy, idle = {}, []
    for key, arcs in reference.arcs.items():
        kind = key.split(":")[0]
        if carried[arcs].any():
            busy.setdefault(kind, {}).setdefault(arcs.tobytes(), key)
        elif kind in ("border", "chokepoint", "country"):
            idle.append(key)
    draw = random.Random(20250912)
    broad = [key for kind in ("border", "chokepoint", "country") for key in busy[kind].values()]
    places = draw.sample(sorted(busy["node"].values()), len(busy["node"]) // 10)
    return [{"close": [key]} for key in [*broad, *places, *draw.sample(idle, 5)]]


def random_questions(reference, count, seed):
    """Return pairs and triples of things to shut, with up to three capacities changed."""
    draw = random.Random(seed)
    keys = sorted(reference.arcs)
    heavy = [k for k in keys if k.split(":")[0] in {"border", "chokepoint", "country"}]
    limits = sorted({limit.capacity_id for limit in reference.state.limits} - {""})
    questions = []
    for _ in range(count):
        some = draw.sample(keys, 2) + draw.sample(heavy, draw.randint(0, 1))
        factors = [0, 0.3, 0.5, 0.8, 1.2, 2, 3]
        chosen = draw.sample(limits, min(draw.randint(0, 3), len(limits)))
        questions.append({"close": some, "capacity": {i: draw.choice(factors) for i in chosen}})
    return questions


def selector(key):
    """Return a key of the page as a scenario writes it."""
    kind, _, name = key.partition(":")
    return (
        f"{{{kind}: [{', '.join(name.split('-'))}]}}" if kind == "border" else f"{{{kind}: {name}}}"
    )


# --- route choice


@cache
def choosing():
    """Return a part of the demand, and of the counts what is left of them."""
    whole = co.load()
    own = fewer_demands(whole)
    there = set(own.tables["demand"]["demand_id"])
    chosen = choice_parameters(whole)
    left = [replace(c, demand=tuple(k for k in c.demand if k in there)) for c in chosen.counts]
    counts = [
        c for c, known in zip(left, chosen.counts, strict=True) if c.demand or not known.demand
    ]
    use_parameters(own, replace(chosen, counts=tuple(counts)))
    return own


DAYS = 8
"""Days that the page of `choice_page` draws."""


def later():
    """Return a closure without dates on a day with other limits: it has no days to draw."""
    events = [{"close": {"border": ["AZ", "GE"]}}]
    return co.scenario({"name": "later", "as_of": "2025-10-05", "events": events})


@cache
def choice_page():
    """Return a page with both models, made once for the tests that open it."""
    return explorer(choosing(), ["poland-closure-2025", later()], as_of=DAY, days=DAYS)


CLOSURES = (
    ["border:BY-PL"],
    ["border:KZ-RU"],
    ["border:CN-KZ"],
    ["border:AZ-GE"],
    ["country:IR"],
    ["chokepoint:aktau"],
    ["node:moscow"],
    ["node:almaty"],
    ["node:khorgos_cn"],
    ["border:BY-PL", "node:moscow"],
    # Where the gas of Karachaganak goes: its oil falls with it.
    ["node:orenburg_gpp"],
)
"""What is shut, alone and together, under route choice."""

SOME_CLOSURES = CLOSURES if FULL else (CLOSURES[0], CLOSURES[4], CLOSURES[9], CLOSURES[10])
"""A border, a country, a border and a place together, and one with a coupling."""


def plan_of(question):
    """Return a question of the page as the package reads it."""
    events = []
    for key in question.get("close", []):
        kind, name = key.split(":")
        events.append({"close": {kind: name.split("-") if kind == "border" else name}})
    for name, factor in question.get("capacity", {}).items():
        events.append({"limit": {"capacity": name}, "to": factor})
    for key, hours in question.get("delay", {}).items():
        kind, name = key.split(":")
        events.append({"delay": {kind: name}, "by": f"{hours} h"})
    for key, factor in question.get("demand", {}).items():
        kind, name = key.split(":")
        events.append({"demand": {kind: name}, "to": factor})
    return co.scenario({"name": "asked", "as_of": DAY, "events": events})


@cache
def chosen_by(net, asked=None, day=None):
    """Return what shippers make of a question, written as JSON, or of a day; worked out once."""
    plan = None if asked is None else plan_of(json.loads(asked))
    return co.assign(net, plan, as_of=day, model="logit")


def assert_chosen(page, base, hit):
    """The page's route choice is the package's: the same routes, flows, shortfall and changes."""
    names = hit.state.demand["demand_id"].tolist()
    assert abs(page["relative_gap"]) < NEAR
    assert page["missing_share"] <= 1e-3
    ours = {(name, tuple(way)) for name, way in page["routes"]}
    theirs = {(names[k], way) for k, way in hit.answer.route_set.keys}
    assert ours == theirs
    assert page["objective"] == pytest.approx(hit.answer.objective, rel=NEAR)
    short = hit.shortfall.set_index("demand_id")["shortfall_t_per_day"]
    assert page["shortfall_t_per_day"] == pytest.approx(short.to_dict(), rel=NEAR, abs=1e-6)
    flows = hit.flows.groupby(["id", "direction"])["t_per_day"].sum()
    found = {f"{i}:{way}": t for (i, way), t in flows.items()}
    assert page["flow_t_per_day"].keys() == found.keys()
    assert page["flow_t_per_day"] == pytest.approx(found, rel=NEAR, abs=1e-6)
    for name, value in co.compare(base, hit).change.items():
        assert page["change"][name] == pytest.approx(value, rel=NEAR, abs=1e-3), name
