"""The explorer's search for prices: hard problems, and ends that Newton steps do not come to."""

from __future__ import annotations

import numpy as np
import pytest
from test_choice_random import chosen, market

from corridors.flow.choice import ChoiceModel, choose
from corridors.flow.choice.dual import Dual
from corridors.maps.explorer.page import solver_part
from tests.browser import browser  # noqa: F401  a fixture

pytestmark = pytest.mark.browser

SEEDS = (804, 4, 7, 20, 28, 41, 46)
"""One in which a direction that is all rounding led up; and others that take many steps."""

STUBBORN = 77
"""The one in which Newton steps come to no end from afar."""

FAR = 1e8
"""A price at which nothing travels: the function is straight there, and has no curvature."""

SOLVE = """([given, far]) => {
  const floats = (x) => Float64Array.from(x);
  const p = {...given.p, cost: floats(given.p.cost), bound: floats(given.p.bound)};
  const columns = Object.entries(given.model).map(([name, x]) => [name, floats(x)]);
  const model = Object.fromEntries(columns);
  const routes = routeSet(given.routes, given.klass.length);
  const none = new Float64Array(given.routes.length);
  const make = (sharpness) => new ChoiceDual(p, model, routes, given.klass, none, sharpness);
  const start = new Float64Array(p.nLimits).fill(far);
  const dual = make(1);
  let newton = null;
  try { newton = minimised(dual, start).point.value; } catch (error) { /* null says so */ }
  const near = minimised(dual, nearer(dual, start)).point.value;
  const { point } = pricesOf(make, far > 0 ? start : null);
  const [value, flow] = [point.value, Array.from(point.flow)];
  const price = Array.from(point.price);
  return { newton, near, value, flow, price, miss: missOf(dual, point) };
}"""


def given(problem, answer):
    """Return a problem, its model and routes in the words of the page."""
    p, model = problem, answer.model
    return {
        "p": {
            "nArcs": p.n_arcs,
            "nClasses": p.n_classes,
            "nLimits": p.n_limits,
            "cost": p.cost.ravel().tolist(),
            "bound": p.bound.tolist(),
            "memberLimit": p.member_limit.tolist(),
            "memberArc": p.member_arc.tolist(),
            "memberClass": p.member_class.tolist(),
            "memberFactor": p.member_factor.tolist(),
        },
        "klass": p.commodity_class.tolist(),
        "routes": [[k, list(way)] for k, way in answer.route_set.keys],
        "model": {
            name: np.asarray(getattr(model, name), dtype=float).tolist()
            for name in ("scale", "most", "steepness", "middle", "knee")
        }
        | {"weighed": model.weighing(p).tolist()},
    }


@pytest.fixture(scope="module")
def tab(browser):  # noqa: F811
    """A page with nothing in it but the solver's search."""
    page = browser.new_page()
    page.add_script_tag(content=solver_part("routes"))
    yield page
    page.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_search_ends_where_the_package_ends(tab, seed):
    problem, answer = chosen(seed)
    assert problem.n_limits > 0
    least = Dual(problem, answer.model, answer.route_set).at(answer.limit_price).value
    near = {"rel": 1e-9, "abs": 1e-9}
    for far in (0.0, FAR):
        found = tab.evaluate(SOLVE, [given(problem, answer), far])
        assert found["value"] == pytest.approx(least, **near)
        assert found["near"] == pytest.approx(least, **near)
        if far == 0.0 or seed != STUBBORN:
            # From where the function has no curvature, too, damped steps come to the end.
            assert found["newton"] == pytest.approx(least, **near)
        else:
            # And where they do not, the slower ways do.
            assert found["newton"] is None
        assert found["flow"] == pytest.approx(answer.route_flow, rel=1e-6, abs=1e-6)
        assert found["miss"] <= 1e-8


@pytest.mark.parametrize("seed", [10_003, 166, 1, 2, 3])
@pytest.mark.parametrize("far", [0.0, 80.0, 3000.0])
def test_sellers_of_just_what_is_bought_cost_as_little_as_in_the_package(tab, seed, far):
    p = market(np.random.default_rng(seed))
    answer = choose(p, ChoiceModel.staying(p, 0.2))
    found = tab.evaluate(SOLVE, [given(p, answer), far])
    assert found["price"] == pytest.approx(answer.limit_price, abs=1e-6)
    assert min(found["price"]) == pytest.approx(0, abs=1e-6)
