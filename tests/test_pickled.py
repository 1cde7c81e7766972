"""Results go to other processes, are kept by others' caches, and are copied: all of them."""

from __future__ import annotations

import copy
import pickle

import pytest

import corridors as co

DAY = "2026-03-01"
SHUT = "close link:brook-cedar-rail from 2026-03-01 for 7 days"
FERRY = "close link:elm-fern-sea"

RESULTS = {
    "a network": lambda net: net.at(DAY),
    "the best plan": lambda net: co.assign(net, as_of=DAY),
    "route choice": lambda net: co.assign(net, as_of=DAY, model="logit"),
    "a comparison of plans": lambda net: co.run(net, SHUT, model="optimal"),
    "a comparison": lambda net: co.run(net, SHUT),
    "comparisons": lambda net: co.compare_many(co.assign(net, as_of=DAY), [SHUT, FERRY]),
    "days": lambda net: co.simulate(net, SHUT, days=10),
    "days at best": lambda net: co.simulate(net, SHUT, days=10, model="optimal"),
    "days that are drawn": lambda net: co.simulate(net, SHUT, days=10, replications=2),
    "an interaction": lambda net: co.interaction(net, SHUT, FERRY, as_of=DAY),
    "a curve": lambda net: co.curve(net, SHUT, duration=[1, 5]),
    "a family": lambda _: co.family(SHUT, duration=[1, 5]),
    "headroom": lambda net: co.headroom(net, as_of=DAY),
    "a cut": lambda net: co.cut(net, "XA", "XB", "container", as_of=DAY),
    "an expansion": lambda net: co.expand(net, SHUT, 1e9, as_of=DAY),
    "a pack": lambda net: co.pack(net, [co.scenario({**SCENARIO, "name": "shut"})]),
    "draws": lambda net: co.uncertainty(net, SHUT, n=2, workers=1),
    "a map": lambda net: co.run(net, SHUT).map(),
    "an explorer": lambda net: co.explorer(net, [], as_of=DAY),
}
SCENARIO = {"as_of": DAY, "events": [{"close": {"link": "elm-fern-sea"}}]}


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    return co.load(co.new_network(tmp_path_factory.mktemp("pickled") / "own"))


def there_and_back(value):
    return pickle.loads(pickle.dumps(value))  # noqa: S301  our own bytes


@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
def test_a_result_comes_back_as_it_was(net, result):
    own = result(net)
    for back in (there_and_back(own), copy.deepcopy(own)):
        assert repr(back) == repr(own)
        if hasattr(own, "explain"):
            assert back.explain() == own.explain()
        if hasattr(own, "to_dict"):
            assert back.to_dict() == own.to_dict()


def test_a_plan_that_came_back_goes_on_from_where_it_was(net):
    plan = there_and_back(co.assign(net, as_of=DAY))
    shut = co.assign(net, SHUT, as_of=DAY)
    assert co.compare(plan, shut).change == co.run(net, SHUT, model="optimal").change
    again = plan.answer.solve(shut.state.problem)
    assert again.objective == shut.answer.objective
