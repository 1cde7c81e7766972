"""Arguments of another kind than is asked for: one message, of this package's own class.

The commonest is the name of a network, or a scenario, in the place of the network itself.
"""

from __future__ import annotations

import inspect

import pandas as pd
import pytest
import toys

import corridors as co

DAY = "2026-01-01"
SHUT = "close link:a-b-road from 2026-01-01 for 2 days"


@pytest.fixture(scope="module")
def net():
    return toys.two_ways()


@pytest.fixture(scope="module")
def plan(net):
    return co.assign(net, as_of=DAY)


def asked_about(first):
    """Public functions whose first argument bears a name, by their names."""
    found = []
    for name in dir(co):
        made = getattr(co, name)
        if inspect.isfunction(made):
            parameters = list(inspect.signature(made).parameters.values())
            if (
                parameters
                and parameters[0].name == first
                and parameters[0].default is parameters[0].empty
            ):
                found.append(name)
    return found


def rest(name):
    """Whatever else a function must be given."""
    parameters = list(inspect.signature(getattr(co, name)).parameters.values())[1:]
    return {
        p.name: "x"
        for p in parameters
        if p.default is p.empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
    }


def test_true_is_no_step_and_no_id(net):
    with pytest.raises(co.ScenarioError, match="step: saw True, expected a time with its unit"):
        co.simulate(net, SHUT, step=True)
    for name in (True, None, 5):
        with pytest.raises(co.ScenarioError, match=f"name: saw {name}, expected an id"):
            co.show(net, name)


WRONG = [None, "shipped", 0, {}, pd.DataFrame({"a": [1]}), "x" * 5000]


@pytest.mark.parametrize("name", asked_about("net"))
@pytest.mark.parametrize("wrong", WRONG, ids=lambda value: type(value).__name__)
def test_what_is_no_network_is_said(name, wrong):
    with pytest.raises(co.ScenarioError, match=r"net: saw .*expected a network") as found:
        getattr(co, name)(wrong, **rest(name))
    assert len(str(found.value)) < 300


@pytest.mark.parametrize("name", [*asked_about("assignment"), *asked_about("baseline")])
@pytest.mark.parametrize("wrong", WRONG, ids=lambda value: type(value).__name__)
def test_what_is_no_assignment_is_said(name, wrong):
    with pytest.raises(co.ScenarioError, match="expected an assignment"):
        getattr(co, name)(wrong, **rest(name))


ASKED = {
    "places of no name": lambda net, _: co.best_route(net, [], "bulk", DAY),
    "places": lambda net, _: co.best_route(net, None, "bulk", DAY),
    "avoid": lambda net, _: co.best_route(net, ["a", "d"], "bulk", DAY, avoid=3),
    "modes": lambda net, _: co.best_route(net, ["a", "d"], "bulk", DAY, modes=None),
    "cargo": lambda net, _: co.best_route(net, ["a", "d"], ["bulk"], DAY),
    "of": lambda net, _: co.criticality(net, None, as_of=DAY),
    "workers": lambda net, _: co.criticality(net, "link", as_of=DAY, workers="two"),
    "half a worker": lambda net, _: co.criticality(net, "link", as_of=DAY, workers=1.5),
    "k": lambda _, plan: co.routes(plan, "a-d-bulk", k=float("nan")),
    "k of a text": lambda _, plan: co.routes(plan, "a-d-bulk", k="3"),
    "distinct": lambda _, plan: co.routes(plan, "a-d-bulk", distinct=["route"]),
    "losses below none": lambda _, plan: co.compare(plan, plan).top_losses(-1),
    "losses of many": lambda _, plan: co.compare_many(plan, SHUT).top_losses(-1),
    "losses by days": lambda net, _: co.simulate(net, SHUT, 3).top_losses(1.5),
    "true draws": lambda net, _: co.draws(net, SHUT, 3, draws=True, workers=1),
    "true seed": lambda net, _: co.draws(net, SHUT, 3, draws=1, seed=True, workers=1),
    "true uncertainty": lambda net, _: co.uncertainty(net, SHUT, True, as_of=DAY, workers=1),
    "true workers": lambda net, _: co.uncertainty(net, SHUT, 1, as_of=DAY, workers=True),
    "true days": lambda net, _: co.explorer(net, [], as_of=DAY, days=True),
    "fewer draws than there are": lambda net, _: co.quantiles(
        co.draws(net, SHUT, 3, draws=2, workers=1), 1
    ),
    "start": lambda net, _: co.cut(net, 5, "DD", "bulk", as_of=DAY),
    "corridor": lambda net, _: co.cut(net, "AA", "DD", "bulk", corridor=5, as_of=DAY),
    "mode": lambda net, _: co.headroom(net, mode=object(), as_of=DAY),
    "disrupted": lambda _, plan: co.compare_many(plan, None),
    "years": lambda net, _: co.headroom_by_year(net, None),
    "years of text": lambda net, _: co.headroom_by_year(net, ["2026"]),
    "scenarios of a page": lambda net, _: co.explorer(net, 3, as_of=DAY),
    "scenarios of a pack": lambda net, _: co.pack(net, 3),
    "models of a pack": lambda net, _: co.pack(net, [], models=3),
    "folder": lambda *_: co.load(3),
    "kept folder": lambda *_: co.load_result(None),
    "manifest": lambda *_: co.verify(None),
    "file of a map": lambda net, _: co.network_map(net).save(None),
    "file of no name": lambda net, _: co.network_map(net).save(""),
    "file of a page": lambda net, _: co.explorer(net, [], as_of=DAY).save(3),
    "file of a sweep": lambda net, _: co.sweep(net, of="link", as_of=DAY, out=3, workers=1),
    "file of draws": lambda net, _: co.draws(net, SHUT, 3, draws=1, out="", workers=1),
    "file of another program": lambda net, _: co.export(net, None),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_an_argument_of_another_kind_is_one_message(net, plan, ask):
    with pytest.raises(co.CorridorsError, match=r"expected|no .*valid are"):
        ask(net, plan)


def test_one_year_is_a_year(net):
    assert co.headroom_by_year(net, 2026)["year"].tolist() == [2026]
