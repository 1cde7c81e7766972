"""The map of the main job, in a real browser with the network off."""

from __future__ import annotations

import re

import pytest

import corridors as co
from tests.browser import browser, visit  # noqa: F401  browser is a fixture

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def page_file(tmp_path_factory, closure):
    path = tmp_path_factory.mktemp("map") / "closure.html"
    closure.map().save(path)
    return path


def test_the_page_asks_no_other_host_for_anything(page_file):
    text = page_file.read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?\s*(?:https?:)?//""", text)
    assert not re.findall(r"url\(\s*['\"]?(?:https?:)?//", text)
    for credit in ("OpenStreetMap", "Natural Earth", "GeoNames"):
        assert credit in text


def test_same_input_same_bytes(net, page_file):
    hit = co.assign(net, "poland-closure-2025")
    again = co.compare(co.assign(net, as_of="2025-09-12"), hit).map()
    assert again.html.encode() == page_file.read_bytes()


def state(page, link):
    """Return how the page draws a link now: stroke, width, dashes."""
    return page.evaluate(
        """(id) => {
          const path = document.querySelector(`path.flow[data-link="${id}"]`);
          return [path.getAttribute('stroke'), path.getAttribute('stroke-width'),
                  path.getAttribute('stroke-dasharray')];
        }""",
        link,
    )


def test_the_closed_border_is_marked_and_the_switch_switches(browser, page_file):  # noqa: F811
    with visit(browser, page_file) as seen:
        page = seen.page
        assert "Poland closes its border with Belarus" in page.title()
        page.get_by_role("radio", name="After", exact=True).check()
        closed = state(page, "brest-terespol-rail-1520")
        assert closed[2], "what is closed is dashed"
        assert page.get_by_text("closed").first.is_visible()
        page.get_by_role("radio", name="Before", exact=True).check()
        before = state(page, "brest-terespol-rail-1520")
        assert before != closed
        assert float(before[1]) > 0
        assert seen.noise == []


def test_hostile_names_stay_names(browser, tmp_path):  # noqa: F811
    """A network whose names hold markup and code, from the tables to the page."""
    import toys

    net = toys.network(
        {"a": "AA", "b": "BB"},
        [{"from_node": "a", "to_node": "b", "note": "<img src=x onerror=window.hit=1>"}],
        [{"origin": "a", "destination": "b", "per_day": 5}],
        capacities=[
            {
                "capacity_id": "c",
                "name": "</script><script>window.hit=1</script>",
                "unit": "t",
                "amount": 4,
            }
        ],
        capacity_members=[{"capacity_id": "c", "link_id": "a-b-road"}],
    )
    net.tables["nodes"]["name"] = ["<script>window.hit=1</script>", "`${window.hit=1}`{{7*7}}"]
    net.tables["cargo"]["name"] = [
        "<b onclick=window.hit=1>box</b>",
        "'\"><svg onload=window.hit=1>",
    ]
    hit = co.assign(net, as_of="2025-01-01")
    made = co.compare(hit, hit).map()
    made.save(tmp_path / "hostile.html")
    with visit(browser, tmp_path / "hostile.html") as seen:
        # Whatever waits to be run when the page is drawn has been run after two frames.
        frame = "new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
        seen.page.evaluate(frame)
        seen.page.evaluate(frame)
        assert seen.page.evaluate("window.hit") is None
        assert seen.noise == []
        # Templates are text too: nothing worked out 7 times 7.
        assert "49}" not in made.html
    assert "<script>window.hit" not in made.html
    card = co.compare(hit, hit)._repr_html_() + net._repr_html_()
    assert "<script>" not in card
