"""The report: one quiet page with the numbers of the tables."""

from __future__ import annotations

import re

import pytest
import toys

import corridors as co
from corridors.display import number
from corridors.files import write_text
from tests.browser import browser, visit  # noqa: F401  browser is a fixture


@pytest.fixture(scope="module")
def page(closure):
    return closure.report()


def test_the_report_says_what_the_tables_say(page, closure):
    assert "Poland closes its border with Belarus" in page
    for t in closure.waterfall["t_per_day"]:
        assert f">{number(t)}</td>" in page
    first = closure.reroutes.iloc[0]
    assert first["demand_id"] in page
    assert page == closure.report()


def test_the_report_asks_nobody_for_anything(page):
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?\s*(?:https?:)?//""", page)
    assert "<script" not in page


def test_hostile_names_are_text():
    net = toys.network(
        {"a": "AA", "b": "BB"},
        [{"from_node": "a", "to_node": "b"}],
        [{"origin": "a", "destination": "b", "per_day": 5}],
        capacities=[{"capacity_id": "c", "name": "<script>x</script>", "unit": "t", "amount": 4}],
        capacity_members=[{"capacity_id": "c", "link_id": "a-b-road"}],
    )
    net.tables["cargo"]["name"] = ["<img src=x onerror=y>", "b"]
    result = co.assign(net, as_of="2025-01-01")
    text = co.compare(result, result).report()
    assert "<script" not in text
    assert "<img src=x" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_the_report_opens_without_a_word(browser, closure, tmp_path):  # noqa: F811
    write_text(tmp_path / "report.html", closure.report())
    with visit(browser, tmp_path / "report.html") as seen:
        assert seen.page.get_by_text("What becomes of the demand").is_visible()
        assert seen.noise == []
