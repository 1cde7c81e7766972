"""The map of the main job, in a real browser with the network off."""

from __future__ import annotations

import re

import pytest
from axe import OPEN_ALL, bars, bars_everywhere

import corridors as co
from corridors.assignment.map_data import network_map
from corridors.display import number
from tests.browser import FRAMES, browser, show_as, visit  # noqa: F401  browser is a fixture

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


def test_the_map_opens_on_what_changed_from_hamburg_to_xian(browser, page_file, net):  # noqa: F811
    with visit(browser, page_file, viewport={"width": 1440, "height": 900}) as seen:
        assert seen.page.get_by_role("radio", name="Difference", exact=True).is_checked()
        nodes = net.tables["nodes"].set_index("node_id")
        for place in ("hamburg", "xian"):
            lat, lon = nodes.loc[place, ["lat", "lon"]]
            point = f"[{float(lat)}, {float(lon)}]"
            assert seen.page.evaluate(f"corridorsMap.map.getBounds().contains({point})"), place
        assert "Warsaw → Minsk" in seen.page.locator("#demands").inner_text()
        assert seen.noise == []


def test_a_click_through_the_map_shows_the_numbers_of_the_tables(browser, page_file, closure):  # noqa: F811
    used = closure.tables.used
    with visit(browser, page_file) as seen:
        page = seen.page
        figures = page.locator("#headline dd").all_inner_texts()
        assert figures[0] == number(float(used["before_t_per_day"].sum()), "t a day")
        for text, part in zip(figures[1:4], ("kept", "rerouted", "lost"), strict=True):
            assert text.startswith(number(float(used[f"{part}_t_per_day"].sum()), "t"))
        first = page.locator("#demands li button").first
        said = first.inner_text()
        names = closure.disrupted.state.net.node_names
        most = closure.by_demand.assign(
            hit=closure.by_demand["lost_t_per_day"] + closure.by_demand["rerouted_t_per_day"]
        ).nlargest(1, "hit")
        [row] = most.to_dict("records")
        assert said.startswith(f"{names[row['origin']]} → {names[row['destination']]}")
        assert f"{number(row['lost_t_per_day'])} t a day more stay" in said
        assert f"{number(row['rerouted_t_per_day'])} t go another way" in said
        first.click()
        page.get_by_role("radio", name="After", exact=True).check()
        full = page.locator("#full button").all_inner_texts()
        worth = dict(closure.tables.after.bottlenecks[["name", "price_usd"]].to_numpy())
        assert len(full) > 3
        for text in full:
            name = text.splitlines()[0]
            assert f"one more is worth {number(worth[name])} USD" in text
        assert seen.noise == []


def test_nothing_bars_people_from_the_map(browser, page_file):  # noqa: F811
    with visit(browser, page_file, bypass_csp=True) as seen:
        assert bars_everywhere(seen.page) == []
        # Again with everything open, and a popup.
        seen.page.set_viewport_size({"width": 1440, "height": 900})
        seen.page.evaluate(FRAMES)
        seen.page.locator("#find").fill("Brest")
        seen.page.locator("#find").press("Enter")
        seen.page.evaluate(OPEN_ALL)
        assert bars(seen.page) == []


def test_a_sheet_of_paper_has_the_whole_legend_and_no_line_cut_in_two(browser, page_file):  # noqa: F811
    sheet = {"width": 1062, "height": 718}
    with visit(browser, page_file, viewport=sheet) as seen:
        show_as(seen.page, media="print")
        box = seen.page.locator("#panel").bounding_box()
        for key in seen.page.locator("#legend li").all():
            own = key.bounding_box()
            assert own["y"] + own["height"] <= box["y"] + box["height"]
            assert own["x"] + own["width"] <= box["x"] + box["width"]
        cut = """() => {
          const { left, right, bottom } = document.getElementById('panel').getBoundingClientRect();
          return [...document.querySelectorAll('#panel li, #panel h2, #panel dd')].filter((it) => {
            const own = it.getBoundingClientRect();
            const inside = own.width && own.left < right - 1 && own.right > left;
            return inside && own.top < bottom && own.bottom > bottom + 1;
          }).map((it) => it.textContent);
        }"""
        assert seen.page.evaluate(cut) == []
        assert seen.noise == []


def test_the_map_of_the_network_itself_is_quiet(browser, net, tmp_path):  # noqa: F811
    path = network_map(net).save(tmp_path / "network.html")
    with visit(browser, path, color_scheme="dark", bypass_csp=True) as seen:
        shown = dict(
            zip(
                seen.page.locator("#headline dt").all_inner_texts(),
                seen.page.locator("#headline dd").all_inner_texts(),
                strict=True,
            )
        )
        for name in ("nodes", "links", "demand", "capacities"):
            own = net.tables[name]
            assert shown[name.capitalize()] == number(own[own.columns[0]].nunique())
        assert bars_everywhere(seen.page) == []
        assert seen.page.locator("path.flow").count() > 500
        assert seen.page.locator("path.arrows").count() == 0, "nothing moves on it"
        assert seen.page.locator("#demands").is_hidden()
        assert seen.noise == []


def test_a_map_of_an_own_network_says_nothing_of_the_shipped_one():
    import toys

    net = toys.network(
        {"a": "AA", "b": "BB"},
        [{"from_node": "a", "to_node": "b"}],
        [{"origin": "a", "destination": "b", "per_day": 5}],
    )
    hit = co.assign(net, as_of="2025-01-01")
    page = co.compare(hit, hit).map().html
    assert "Countries: Natural Earth" in page
    for other in ("OpenStreetMap", "GeoNames", "searoute", "Eurasia"):
        assert f"{other} contributors" not in page
        assert f"Places: {other}" not in page
        assert f"Sea lanes: {other}" not in page


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


MOVED = {
    "a share of it": ({"limit": {"capacity": "short"}, "to": 0.4}, "40 t/day", "100 → 40 t/day"),
    "an amount": ({"limit": {"capacity": "short"}, "to": "8 t/day"}, "8 t/day", "100 → 8 t/day"),
    "of a line": ({"limit": {"link": "a-b-road"}, "to": "7 t/day"}, "7 t/day", ": 7 t/day"),
    "more": ({"limit": {"capacity": "short"}, "to": "250 t/day"}, "Nothing", "100 → 250 t/day"),
    "another": ({"close": {"link": "c-d-road"}}, "100 t/day", "short: 100 t/day"),
}
"""What happens, what is then listed as full, and the limit as the line's details have it."""


@pytest.mark.parametrize(("event", "full", "limit"), MOVED.values(), ids=MOVED)
def test_a_limit_that_is_moved_is_full_at_what_it_is_then(browser, tmp_path, event, full, limit):  # noqa: F811
    import toys

    net = toys.two_ways()
    net.tables["demand"]["units_per_year"] = 120 * 365
    plan = co.scenario({"name": "x", "as_of": "2025-01-01", "events": [event]})
    closure = co.run(net, plan, model="optimal")
    closure.map().save(tmp_path / "limits.html")
    with visit(browser, tmp_path / "limits.html") as seen:
        page = seen.page
        page.get_by_role("radio", name="Before", exact=True).check()
        assert "short100 t/day" in page.locator("#full").text_content()
        page.get_by_role("radio", name="After", exact=True).check()
        assert full in page.locator("#full").text_content()
        page.fill("#search input", "A–B, road")
        page.press("#search input", "Enter")
        assert limit in page.locator(".leaflet-popup").text_content()
        assert seen.noise == []


def test_what_is_full_is_listed_as_in_the_tables(browser, page_file, closure):  # noqa: F811
    """By what all of its room is worth: a price is that of a unit, and a train is no box."""
    own = closure.tables.after.bottlenecks
    on_links = {
        row["name"]
        for row, links in zip(
            closure.tables.after.capacities.to_dict("records"),
            closure.tables.after.capacity_links,
            strict=True,
        )
        if links
    }
    expected = [name for name in own["name"] if name in on_links]
    with visit(browser, page_file) as seen:
        full = [
            text.splitlines()[0] for text in seen.page.locator("#full button").all_inner_texts()
        ]
        assert full == expected[: len(full)]
        assert len(full) > 3
        assert seen.noise == []


def test_a_list_stays_unfolded_while_the_map_moves_and_escape_shuts_what_it_opened(
    browser,  # noqa: F811
    page_file,
):
    with visit(browser, page_file) as seen:
        page = seen.page
        page.locator(".more-rows").focus()
        page.keyboard.press("Enter")
        rows = page.locator("#demands li button")
        many = rows.count()
        assert many > 7
        # What has been unfolded has the focus, and keeps it.
        assert page.evaluate("document.activeElement.textContent") == rows.nth(6).text_content()
        for index in range(6, 8):
            rows.nth(index).focus()
            page.keyboard.press("Enter")
            page.locator(".leaflet-popup").wait_for()
            assert rows.count() == many
        page.evaluate("void window.corridorsMap.map.setZoom(6, { animate: false })")
        assert rows.count() == many
        page.keyboard.press("Escape")
        page.locator(".leaflet-popup").wait_for(state="detached")
        assert "ol" in page.evaluate("document.activeElement.closest('ol').localName")
        assert seen.noise == []


def test_leaving_the_search_does_not_bring_the_map_back(browser, page_file):  # noqa: F811
    with visit(browser, page_file) as seen:
        page = seen.page
        name = page.locator("#names option").first.get_attribute("value")
        page.locator("#find").fill(name)
        page.locator(".leaflet-popup").wait_for()
        page.evaluate("void window.corridorsMap.map.setView([20, 80], 4, { animate: false })")
        page.locator("#find").blur()
        assert page.evaluate("window.corridorsMap.map.getZoom()") == 4
