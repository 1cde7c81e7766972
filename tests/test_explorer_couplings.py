"""What falls with a by-product that has no outlet, in the explorer's page: the package's own."""

from __future__ import annotations

import coupling_toys
import pytest
from simulate_toys import scenario

import corridors as co
from corridors.analysis.explorer import explorer
from tests.browser import browser, visit  # noqa: F401  a fixture, and what it opens

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("explorer_choice")]

DAY = coupling_toys.DAY
NEAR = {"rel": 1e-9, "abs": 1e-7}
SHUT = {"close": ["link:field-plant-pipeline"]}
QUESTIONS = (
    ({}, ()),
    (SHUT, (coupling_toys.SHUT,)),
    ({"capacity": {"gas-line": 0.4}}, ({"limit": {"capacity": "gas-line"}, "to": 0.4},)),
    ({"demand": {"cargo:gas": 0.5}}, ({"demand": {"cargo": "gas"}, "to": 0.5},)),
    (
        SHUT | {"demand": {"cargo:oil": 0.5}},
        (coupling_toys.SHUT, {"demand": {"cargo": "oil"}, "to": 0.5}),
    ),
    ({"demand": {"cargo:oil": 1.1}}, ({"demand": {"cargo": "oil"}, "to": 1.1},)),
    (
        {"demand": {"cargo:oil": 1.5, "cargo:gas": 1.5}},
        ({"demand": {"cargo": "oil"}, "to": 1.5}, {"demand": {"cargo": "gas"}, "to": 1.5}),
    ),
)
"""What the page is asked, and the events that say the same."""

GATE = (
    ({"capacity": {"gate": 0.7}}, ({"limit": {"capacity": "gate"}, "to": 0.7},)),
    ({"demand": {"cargo:gas": 0.3}}, ({"demand": {"cargo": "gas"}, "to": 0.3},)),
)

WIDE = {"capacity_id": "gas-line", "name": "Gas line", "unit": "t", "amount": 130}

NETWORKS = {
    "field": (coupling_toys.field, QUESTIONS),
    "wide line": (lambda: coupling_toys.field(capacities=[WIDE]), QUESTIONS[-2:]),
    "dear outlet": (lambda: coupling_toys.detour(12_000), QUESTIONS[:2]),
    "outlet": (lambda: coupling_toys.detour(9_000), QUESTIONS[:2]),
    "gate": (coupling_toys.gate, QUESTIONS[:2]),
    "fallen in ordinary times": (coupling_toys.crowded, (*QUESTIONS[:2], *GATE)),
}


def told(found):
    """Return what couplings do, as the page and as the package tell it, by their ids."""
    columns = [f"{name}_units_per_day" for name in ("ordinary", "wanted", "room", "missing")]
    columns.append("price_usd")
    return {row["coupling_id"]: [row[name] for name in columns] for row in found}


@pytest.mark.parametrize("name", NETWORKS)
def test_couplings_hold_in_the_page_as_in_the_package(browser, tmp_path, name):  # noqa: F811
    make, questions = NETWORKS[name]
    net = make()
    path = explorer(net, as_of=DAY).save(tmp_path / "page.html")
    with visit(browser, path) as seen:
        for question, events in questions:
            for model in ("optimal", "logit"):
                page = seen.page.evaluate(
                    "(question) => window.corridors.detail(question)", {"model": model} | question
                )
                plan = scenario(*events) if events else None
                hit = co.assign(net, plan, as_of=DAY, model=model)
                assert page["objective"] == pytest.approx(hit.answer.objective, rel=1e-9)
                short = hit.shortfall.set_index("demand_id")["shortfall_t_per_day"].to_dict()
                assert page["shortfall_t_per_day"] == pytest.approx(short, **NEAR)
                rows = hit.couplings.to_dict("records")
                ours, theirs = told(page["couplings"]), told(rows)
                assert ours.keys() == theirs.keys()
                for key, values in theirs.items():
                    assert ours[key] == pytest.approx(values, **NEAR)
                if model == "optimal":
                    gaps = [row["joint_gap_usd_per_day"] for row in page["couplings"]]
                    expected = [row["joint_gap_usd_per_day"] for row in rows]
                    assert gaps == pytest.approx(expected, rel=1e-9, abs=1e-3)
        assert seen.noise == []


def test_what_falls_in_ordinary_times_is_no_news_of_the_page(browser, tmp_path):  # noqa: F811
    path = explorer(coupling_toys.crowded(), as_of=DAY).save(tmp_path / "page.html")
    said = {}
    with visit(browser, path) as seen:
        page = seen.page
        for asked in ("cap=gate@0.7", "close=link:field-plant-pipeline"):
            for model in ("optimal", "logit"):
                page.goto("about:blank")
                page.goto(path.resolve().as_uri() + f"#{asked}&model={model}")
                page.locator("body:not(.opening):not(.busy)").wait_for()
                said[asked, model] = page.inner_text("#sentence")
        seen.requests.clear()
        assert seen.noise == []
    for (asked, _), text in said.items():
        assert ("have no outlet" in text) == asked.startswith("close")
        if asked.startswith("close"):
            assert (
                "300 t a day of gas, 100 t more than before, have no outlet, so that of 500 t of "
                "oil 50 t can leave, 150 t less than before"
            ) in text


def test_the_oil_that_falls_by_hand(browser, tmp_path):  # noqa: F811
    """All the gas has no outlet: 0.3 of 200 t of oil fall, each worth 9,900; a sentence says so.

    The dear outlet would let 0.6 t of oil out for each of gas, as much as 3,940 more than it costs.
    """
    path = explorer(coupling_toys.detour(12_000), as_of=DAY).save(tmp_path / "page.html")
    with visit(browser, path) as seen:
        page = seen.page
        found = page.evaluate("(question) => window.corridors.detail(question)", SHUT)
        (row,) = found["couplings"]
        assert row["room_units_per_day"] == pytest.approx(140)
        assert row["price_usd"] == pytest.approx(9_900)
        assert row["joint_gap_usd_per_day"] == pytest.approx(394_000)
        page.goto("about:blank")
        page.goto(path.resolve().as_uri() + "#close=link:field-plant-pipeline&view=full")
        page.locator("body:not(.opening):not(.busy)").wait_for()
        said = page.inner_text("#sentence")
        assert "100 t a day of gas have no outlet, so that of 200 t of oil 140 t can leave" in said
        assert "could save 394 k USD a day at most" in page.inner_text("#proof")
        # It is a limit that is found: it has no slider, and says what it is.
        row = page.locator("#view-full tr", has_text="Oil with its gas")
        assert row.locator("input").count() == 0
        row.locator("button").first.click()
        assert "100 t a day of gas have no outlet" in page.inner_text("#details")
        assert page.locator("#details button.main").count() == 0
        refused = page.evaluate(
            "window.corridors.solve({capacity: {'oil-with-gas': 0.5}})"
            ".then(() => '', (error) => error.message)"
        )
        assert "oil-with-gas" in refused
        seen.requests.clear()
        assert seen.noise == []
