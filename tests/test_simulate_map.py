"""The map with its days in a browser that has no network."""

from __future__ import annotations

import pytest
from axe import bars_everywhere
from simulate_toys import DAY0, one_road

import corridors as co
from corridors.maps.queuemap import payload
from corridors.simulation.map_data import queue_map_data
from tests.browser import browser, visit  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("events")]


@pytest.fixture(scope="module")
def page(simulated, tmp_path_factory):
    return (
        simulated("poland-closure-2025", 20)
        .map()
        .save(tmp_path_factory.mktemp("maps") / "map.html")
    )


def rows(seen):
    return seen.page.inner_text("#queue-rows")


def test_the_slider_moves_the_queues(browser, page):  # noqa: F811
    with visit(browser, page) as seen:
        assert seen.page.inner_text("#queue-day").startswith("2025-09-24")
        assert seen.page.inner_text("#queue-note") == "1 event in force"
        shown = rows(seen)
        assert "at Kozlovichi, towards Kukuryki" in shown
        assert "trucks\n" in shown
        # Each queue once: the limit over the whole border has none of its own.
        assert shown.count("at Brest, towards Terespol") == 1
        seen.page.evaluate(
            "() => { const s = document.getElementById('queue-slider');"
            " s.value = '0'; s.dispatchEvent(new Event('input')); }"
        )
        assert seen.page.inner_text("#queue-day").startswith("2025-09-12")
        assert rows(seen) != shown
        assert seen.noise == []


def test_the_map_opens_on_the_worst_day_with_its_waterfall_and_curves(
    browser,  # noqa: F811
    page,
    simulated,
):
    sim = simulated("poland-closure-2025", 20)
    with visit(browser, page) as seen:
        day = seen.page.inner_text("#queue-day")
        assert day == sim.queues.groupby("date")["t"].sum().idxmax()
        fate = seen.page.inner_text("#queue-fate")
        for label in ("Arrived on time", "Under way", "Waiting in a queue", "Turned back"):
            assert label in fate
        wanted = sim.daily.set_index("date").loc[day, "wanted"]
        assert f"Of {wanted / 1e6:.3g} Mt" in fate
        row = seen.page.locator("#queue-rows button").nth(1)
        name = row.inner_text()
        row.click()
        assert seen.page.inner_text("#queue-curves h2") == f"Come and gone: {name}"
        popup = seen.page.locator(".leaflet-popup-content")
        assert name in popup.inner_text()
        assert f"On {day}" in popup.inner_text()
        seen.page.locator("#queue-slider").focus()
        seen.page.keyboard.press("ArrowLeft")
        assert f"On {seen.page.inner_text('#queue-day')}" in popup.inner_text()
        assert seen.noise == []


def test_nothing_bars_people_from_the_days(browser, page):  # noqa: F811
    with visit(browser, page, bypass_csp=True) as seen:
        seen.page.locator("#queue-rows button").first.click()
        assert bars_everywhere(seen.page) == []


def test_closed_links_are_dashed_while_they_are_closed(browser, page):  # noqa: F811
    dashed = "() => document.querySelectorAll('path.flow[stroke-dasharray]').length"
    with visit(browser, page) as seen:
        assert seen.page.evaluate(dashed) > 0
        slider = seen.page.locator("#queue-slider")
        slider.focus()
        seen.page.keyboard.press("End")
        assert seen.page.inner_text("#queue-day") > "2025-09-25"
        assert seen.page.evaluate(dashed) == 0
        assert seen.noise == []


def test_no_circle_hides_another(browser, page):  # noqa: F811
    with visit(browser, page) as seen:
        circles = [c.bounding_box() for c in seen.page.locator("path.queue").all()]
        # Of a circle that lies out of sight nothing is drawn but a dot in the corner.
        circles = [circle for circle in circles if circle["width"] > 3]
        assert len(circles) > 3
        for i, a in enumerate(circles):
            for b in circles[:i]:
                apart = (
                    (a["x"] + a["width"] / 2 - b["x"] - b["width"] / 2) ** 2
                    + (a["y"] + a["height"] / 2 - b["y"] - b["height"] / 2) ** 2
                ) ** 0.5
                assert apart > 0.7 * (a["width"] + b["width"]) / 2


def test_search_finds_queues_places_and_links(browser, page):  # noqa: F811
    with visit(browser, page) as seen:
        for name, said in (
            ("kozlovichi to kukuryki", "at Kozlovichi, towards Kukuryki"),
            ("Brest", "Brest"),
            ("Minsk–Brest, road", "Mean a day, t"),
        ):
            field = seen.page.locator("#find")
            field.fill(name)
            field.press("Enter")
            assert said in seen.page.inner_text(".leaflet-popup-content")
        assert seen.noise == []


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_countries_places_and_sources_are_named(browser, page, width, height):  # noqa: F811
    with visit(browser, page, viewport={"width": width, "height": height}) as seen:
        labels = seen.page.locator(".label").all_inner_texts()
        assert {"POLAND", "BELARUS"} <= set(labels)
        assert "Brest" in labels
        assert "Places: GeoNames (CC BY 4.0)" in seen.page.inner_text(
            ".leaflet-control-attribution"
        )
        boxes = [label.bounding_box() for label in seen.page.locator(".label").all()]
        for i, a in enumerate(boxes):
            for b in boxes[:i]:
                across = min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"])
                down = min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"])
                assert across <= 0 or down <= 0
        # The list and the map share the screen and do not cover each other.
        panel, drawn = (seen.page.locator(x).bounding_box() for x in ("#panel", "#map"))
        assert drawn["height"] > height / 2
        assert panel["x"] + panel["width"] <= drawn["x"] or (
            panel["y"] + panel["height"] <= drawn["y"] + 1
        )
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        assert seen.noise == []


def test_a_limit_of_the_scenario_has_its_circle(net):
    sim = co.simulate(net, "kz-ru-border-2025", 10)
    state, limits = sim.timetable.states[0], sim.timetable.limits
    data = queue_map_data(
        sim.scenario, sim.days, state, limits, sim.arc_flows, sim.queues, sim.queue_arcs
    )
    drawn = {queue["name"]: queue for queue in payload(data)["queues"]}
    own = drawn["Sensitive trucks from Kazakhstan into Russia"]
    total = sim.queues[sim.queues["capacity_id"] == "event#1"].set_index("date")["t"]
    shown = [sum(stand["t"][i] for stand in own["stands"]) for i in range(10)]
    places = len(own["stands"])
    assert places > 1
    assert shown == pytest.approx(total.reindex(d.isoformat() for d in sim.days), abs=places)


def test_a_map_on_which_nothing_waits(browser, tmp_path):  # noqa: F811
    path = co.simulate(one_road(), None, 3, start=DAY0).map().save(tmp_path / "calm.html")
    with visit(browser, path) as seen:
        assert rows(seen).startswith("Nothing waits")
        assert seen.page.inner_text("#queue-note") == "no event in force"
        assert seen.noise == []
