"""Route choice, days and ranges in the explorer's page: the package's own, and by hand."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import toys
from typer.testing import CliRunner
from waiting import wait_for

import corridors as co
from corridors.analysis.explorer import explorer
from corridors.cli.app import app
from tests.browser import browser, visit  # noqa: F401  a fixture, and what it opens
from tests.explorer_reference import (
    DAY,
    DAYS,
    SOME_CLOSURES,
    assert_chosen,
    choice_page,
    choosing,
    chosen_by,
    later,
)
from tests.fewer_demands import FULL

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("explorer_choice")]

SETTLED = (
    "!document.body.classList.contains('opening') && !document.body.classList.contains('busy')"
)
DETAIL = "(question) => window.corridors.detail(question)"

MOVES = (
    {"close": ["border:BY-PL"], "capacity": {"terespol-rail": 0.5, "caspian-feeders": 0.75}},
    {"delay": {"node:brest": 24}},
)
"""What is moved besides."""


@pytest.fixture(scope="module")
def net():
    return choosing()


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return choice_page().save(tmp_path_factory.mktemp("explorer") / "explorer.html")


def test_route_choice_answers_as_the_package(browser, path, net):  # noqa: F811
    """Closures, capacities, a delay moved, and scenarios on their own days; all with FULL."""
    base = chosen_by(net, day=DAY)
    with visit(browser, path) as seen:

        def asked(question):
            return seen.page.evaluate(DETAIL, {"model": "logit", "routes": True, **question})

        assert_chosen(asked({}), base, base)
        for question in [*({"close": keys} for keys in SOME_CLOSURES), *MOVES]:
            page = asked(question)
            hit = chosen_by(net, json.dumps(question))
            assert_chosen(page, base, hit)
            shut = hit.state.arcs.ids[hit.state.problem.closed]
            carried = {name.rpartition(":")[0] for name in page["flow_t_per_day"]}
            assert not carried & (set(shut.tolist()) - set(hit.flows["id"]))
        plans = [co.scenario("poland-closure-2025"), later()]
        for plan in plans if FULL else plans[1:]:
            hit = co.assign(net, plan, model="logit")
            usual = chosen_by(net, day=plan.as_of)
            assert_chosen(asked({"scenario": plan.name}), usual, hit)
        assert seen.noise == []


def test_what_opens_is_offered_to_those_whom_it_serves(browser, net, tmp_path):  # noqa: F811
    """Zangezur open, on its own day: the page finds the routes that the package finds."""
    plan = co.scenario("zangezur-open")
    base = co.assign(net, as_of=plan.as_of, model="logit")
    hit = co.assign(net, plan, model="logit")
    page = explorer(net, [plan], as_of=plan.as_of).save(tmp_path / "opens.html")
    with visit(browser, page) as seen:
        question = {"model": "logit", "routes": True, "scenario": "zangezur-open"}
        assert_chosen(seen.page.evaluate(DETAIL, question), base, hit)
    known = set(base.answer.route_set.keys)
    assert any(key not in known for key in hit.answer.route_set.keys)


def test_two_ways_and_a_post_by_hand(browser, tmp_path):  # noqa: F811
    """Ways of 100 and 106, choices that spread by 6: shares of 1 to 1/e until the post is full.

    At 4 of 8 by the post each way has a half, so both cost 106 and passing is worth 6; at 2 the
    other has three times as much, and it is worth 6 + 6 ln 3. Shut, all 8 go round.
    """
    own = toys.network(
        {"a": "XA", "b": "XB", "d": "XD"},
        [
            {"from_node": "a", "to_node": "b"},
            {"from_node": "a", "to_node": "d", "length_km": 53},
            {"from_node": "d", "to_node": "b", "length_km": 53},
        ],
        [{"origin": "a", "destination": "b", "per_day": 8}],
        capacities=[{"capacity_id": "post", "name": "The post", "unit": "t", "amount": 8}],
        capacity_members=[{"capacity_id": "post", "link_id": "a-b-road"}],
    )
    file = explorer(own, as_of=DAY).save(tmp_path / "toy.html")
    with visit(browser, file) as seen:

        def asked(**question):
            return seen.page.evaluate(DETAIL, {"model": "logit", **question})

        plain, half, less, shut = (
            asked(),
            asked(capacity={"post": 0.5}),
            asked(capacity={"post": 0.25}),
            asked(close=["border:XA-XB"]),
        )
        direct = [f["flow_t_per_day"].get("a-b-road:forward", 0.0) for f in (plain, half, less)]
        assert direct == pytest.approx([8 / (1 + math.exp(-1)), 4, 2])
        price = [f["price_usd"].get("post", 0.0) for f in (plain, half, less)]
        assert price == pytest.approx([0, 6, 6 + 6 * math.log(3)], abs=1e-9)
        assert "a-b-road:forward" not in shut["flow_t_per_day"]
        assert shut["flow_t_per_day"]["a-d-road:forward"] == pytest.approx(8)
        assert shut["rerouted_t_per_day"] == pytest.approx(8 / (1 + math.exp(-1)))
        assert seen.noise == []


def test_hours_that_nobody_pays_for_are_taken_all_the_same(browser, tmp_path):  # noqa: F811
    """A day longer over the post for cargo whose time is worth nothing: nobody goes round.

    All eight stay on the one way there is, at the same cost, and take a day more.
    """
    own = toys.network(
        {"a": "XA", "b": "XB"},
        [{"from_node": "a", "to_node": "b"}],
        [{"origin": "a", "destination": "b", "per_day": 8}],
    )
    file = explorer(own, as_of=DAY).save(tmp_path / "toy.html")
    events = [{"delay": {"border": ["XA", "XB"]}, "by": "24 h"}]
    late = co.scenario({"name": "late", "as_of": DAY, "events": events})
    with visit(browser, file, "#model=logit&delay=border:XA-XB@24") as seen:
        for model in ("logit", "optimal"):
            base, hit = (co.assign(own, plan, as_of=DAY, model=model) for plan in (None, late))
            question = {
                "delay": {"border:XA-XB": 24},
                **({"model": model} if model == "logit" else {}),
            }
            page = seen.page.evaluate(DETAIL, question)
            for name, value in co.compare(base, hit).change.items():
                assert page["change"][name] == pytest.approx(value, rel=1e-9, abs=1e-6), name
            assert page["change"]["changed_t_per_day_kept"] == pytest.approx(8)
            assert page["after"]["mean_hours"] == pytest.approx(2 + 24)
            assert page["objective"] == pytest.approx(hit.answer.objective)
        settle(seen.page)
        assert "8 t keep their way and are 1 day longer on it" in seen.page.inner_text("#sentence")
        assert seen.noise == []


TYPED = """(address) => new Promise((done) => {
  addEventListener('hashchange', () => done(), { once: true });
  location.hash = address;
})"""
"""Another address in the open page, which hears of it before the test does."""


def settle(page):
    wait_for(lambda: page.evaluate(SETTLED))


def test_the_model_is_a_switch_a_key_and_a_part_of_the_address(browser, path):  # noqa: F811
    with visit(browser, path) as seen:
        page = seen.page
        settle(page)
        possible = page.inner_text("#headline")
        page.check("#model input[value=logit]")
        settle(page)
        assert page.inner_text("#proof").startswith("Route choice, proved: gap ")
        assert "a missing route would take" in page.inner_text("#proof")
        assert page.inner_text("#headline") != possible
        assert "model=logit" in page.evaluate("location.hash")
        page.locator("#top h1").click()
        page.keyboard.press("m")
        settle(page)
        assert page.inner_text("#headline") == possible
        assert "model" not in page.evaluate("location.hash")
        page.evaluate(TYPED, "#close=border:BY-PL&model=other")
        settle(page)
        assert "the model other" in page.inner_text("#unknown")
        page.goto("about:blank")
        page.goto(path.resolve().as_uri() + "#close=border:BY-PL&model=logit")
        settle(page)
        assert page.is_checked("#model input[value=logit]")
        assert "Route choice, proved" in page.inner_text("#proof")


def test_the_days_of_a_scenario_are_those_of_simulate(browser, path, net):  # noqa: F811
    daily = co.simulate(net, "poland-closure-2025", DAYS).daily
    with visit(browser, path, "#scenario=poland-closure-2025") as seen:
        page = seen.page
        settle(page)
        worst = daily.loc[daily["waiting"].idxmax()]
        assert f"The worst day is {worst['date']}" in page.inner_text("#days")
        page.locator("#days summary").click()
        cells = page.locator("#days tbody tr").all_inner_texts()
        assert [row.split("\t")[0] for row in cells] == daily["date"].tolist()
        shown = np.array([[float(x.replace(",", "")) for x in r.split("\t")[1:]] for r in cells])
        gone = daily["turned_back"] + daily["never_shipped"]
        stocks = [daily["late"], daily["other_way"], gone]
        each = [np.diff(values, prepend=0.0) for values in stocks]
        expected = np.column_stack([daily["waiting"], *each])
        # Three digits, and whole tonnes from 10 on.
        assert shown == pytest.approx(expected, rel=0.0051, abs=0.51)
        page.fill("#search", "kazakhstan russia border")
        page.press("#search", "Enter")
        settle(page)
        assert "not for what you have changed" in page.inner_text("#days")
        assert page.locator("#days svg").count() == 0
        page.select_option("#scenario", label="later, 2025-10-05")
        settle(page)
        assert page.locator("#days").is_hidden()


def test_ranges_stand_in_the_headline_where_they_were_asked_for(browser, tmp_path):  # noqa: F811
    folder = co.new_network(tmp_path / "own")
    file = tmp_path / "page.html"
    plan = folder / "border-closed.yaml"
    call = ["explore", "--network", str(folder), "--out", str(file), "--scenario", str(plan)]
    found = CliRunner().invoke(app, [*call, "--uncertainty", "4", "--days", "5", "--json"])
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout)["scenarios"] == 1
    net, name = co.load(folder), co.scenario(plan)
    drawn = co.uncertainty(net, name, 4, 0).percentiles.set_index("quantity")
    low, high = drawn.loc["rerouted_t_per_day", ["low_5", "high_95"]]
    with visit(browser, file, f"#scenario={name.name}") as seen:
        page = seen.page
        settle(page)
        card = page.locator("#headline .card").nth(1).inner_text()
        assert "5–95 %" in card
        for end in (low, high):
            assert f"{float(f'{end:.4g}') / 1e3:.2f}\u00a0kt" in card
        page.select_option("#scenario", index=0)
        settle(page)
        assert "5–95 %" not in page.inner_text("#headline")


@pytest.mark.parametrize("option", ["--days", "--uncertainty"])
def test_a_number_of_days_or_draws_is_at_least_one(option, tmp_path):
    call = ["explore", option, "0", "--out", str(tmp_path / "page.html")]
    found = CliRunner().invoke(app, call)
    assert found.exit_code != 0
    assert "at least 1" in str(found.exception)
    with pytest.raises(co.ScenarioError, match="expected a whole number of at least 1"):
        explorer(co.load(), [], as_of=DAY, **{option.strip("-"): 0})


def wanted(per_day, until=""):
    return toys.network(
        {"a": "XA", "b": "XB"},
        [
            {"link_id": "near", "from_node": "a", "to_node": "b", "mode": "road", "hours": 5},
            {"link_id": "far", "from_node": "a", "to_node": "b", "mode": "road", "hours": 6},
        ],
        [
            {"origin": "a", "destination": "b", "per_day": per_day, "valid_from": until},
            {"origin": "b", "destination": "a", "per_day": 0},
        ],
    )


def test_where_nothing_is_carried_the_page_says_why_it_has_no_route_choice(
    browser,  # noqa: F811
    tmp_path,
):
    path = explorer(wanted(0), [], as_of="2026-03-01").save(tmp_path / "none.html")
    with visit(browser, path) as seen:
        wait_for(lambda: seen.page.evaluate(SETTLED))
        assert seen.page.locator("#model").is_hidden()
        said = seen.page.locator("#modelled").inner_text()
        assert "on none of its days is anything to be carried" in said
        assert seen.noise == []


def test_a_first_day_without_cargo_hides_no_route_choice_of_others(
    browser,  # noqa: F811
    tmp_path,
):
    """Demand begins in June; the page opens in March, and one of its demands is always 0."""
    net = wanted(10, until="2026-06-01")
    plan = co.scenario(
        {"name": "shut", "as_of": "2026-07-01", "events": [{"close": {"link": "near"}}]}
    )
    path = explorer(net, [plan], as_of="2026-03-01").save(tmp_path / "later.html")
    with visit(browser, path) as seen:
        wait_for(lambda: seen.page.evaluate(SETTLED))
        assert not seen.page.locator("#model").is_hidden()
        for day, scenario, carried in (("2026-03-01", "", 0), ("2026-07-01", "shut", 10)):
            question = {"model": "logit", "day": day, "scenario": scenario}
            own = {k: v for k, v in question.items() if v}
            found = seen.page.evaluate(DETAIL, own)
            assert sum(found["flow_t_per_day"].values()) == pytest.approx(carried, abs=1e-6)
        assert seen.noise == []
