"""The flow map in a browser that has no network: what a reader sees and can do."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from waiting import wait_for

from corridors.display import plain, share
from corridors.maps import FlowMapData, LinkFlow, MapDemand, MapLink, MapNode, build_flow_map
from corridors.maps.queuemap import (
    MapQueue,
    QueueMapData,
    QueueMapLink,
    QueueMapPlace,
    QueuePart,
    build_queue_map,
)
from corridors.maps.vendored import asset_text
from tests.browser import Visit, browser, show_as, visit  # noqa: F401
from tests.maps_sample import COUNTRIES, NASTY, hostile, hostile_countries, sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.browser

HIT = "window.hit"
MAP = "window.corridorsMap.map"


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_flow_map(sample(), COUNTRIES).save(tmp_path_factory.mktemp("map") / "map.html")


@pytest.fixture
def seen(browser: Any, page_file: Path) -> Iterator[Visit]:  # noqa: F811
    with visit(browser, page_file) as opened:
        yield opened
        assert opened.noise == []


def line(seen: Visit, link_id: str) -> dict[str, Any]:
    """How a line is drawn now."""
    return seen.page.evaluate(
        """(id) => {
          const path = document.querySelector(`path.flow[data-link="${id}"]`);
          return {
            look: path.dataset.look, stroke: path.getAttribute('stroke'),
            width: Number(path.getAttribute('stroke-width')),
            dash: path.getAttribute('stroke-dasharray'),
            shown: path.getBoundingClientRect().width > 1,
          };
        }""",
        link_id,
    )


def choose(seen: Visit, state: str) -> None:
    seen.page.get_by_role("radio", name=state, exact=True).check()


def seek(seen: Visit, name: str) -> str:
    """Find something by its name and return what its popup says."""
    field = seen.page.locator("#find")
    field.fill(name)
    field.press("Enter")
    return seen.page.locator(".leaflet-popup-content").inner_text()


def test_page_is_quiet_and_says_what_it_shows(seen: Visit) -> None:
    page = seen.page
    assert page.title() == "The border closes"
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("h1").inner_text() == "The border closes"
    panel = page.locator("#panel").inner_text()
    for text in ("A test of the map", "As of 2025-09-12", "11,000 t/day", "no opinion on"):
        assert text in panel
    credit = page.locator(".leaflet-control-attribution").inner_text()
    assert "© OpenStreetMap contributors (ODbL)" in credit
    assert "GeoNames (CC BY 4.0)" in credit
    assert page.locator("a[href^='http']").count() == 0


def test_every_link_is_drawn_and_none_is_broken(seen: Visit) -> None:
    assert seen.page.locator("path.flow").count() == 6
    lines = seen.page.eval_on_selector_all("path.flow", "all => all.map(p => p.getAttribute('d'))")
    assert all(text.startswith("M") and "NaN" not in text for text in lines)
    assert seen.page.locator("path.country").count() == 2
    assert seen.page.locator("img").count() == 0


def test_the_switch_switches(seen: Visit) -> None:
    after = line(seen, "w-a")
    choose(seen, "Before")
    before = line(seen, "w-a")
    choose(seen, "Difference")
    difference = line(seen, "w-a")
    assert before["width"] > 1.5 * after["width"]
    assert len({before["stroke"], after["stroke"], difference["stroke"]}) == 3
    assert before["stroke"] == "#41b0bd"  # a quarter of the capacity in use
    assert after["stroke"] == "#2a0f52"  # full
    assert difference["stroke"] == "#b85a0c"  # much less


def test_width_grows_with_the_square_root_of_the_flow(seen: Visit) -> None:
    choose(seen, "Before")
    wide, most = line(seen, "a-b")["width"], line(seen, "w-a")["width"]
    assert wide / most == pytest.approx((10_000 / 10_625) ** 0.5)


def test_the_switch_obeys_the_keyboard(seen: Visit) -> None:
    seen.page.locator("#state-1").focus()
    seen.page.keyboard.press("ArrowLeft")
    assert seen.page.locator("#state-0").is_checked()
    assert line(seen, "a-b")["look"] == "flow"


def test_what_is_closed_is_marked_after_and_only_after(seen: Visit) -> None:
    drawn = line(seen, "a-b")
    assert (drawn["look"], drawn["stroke"]) == ("closed", "#c8102e")
    assert drawn["dash"]
    assert drawn["shown"]
    cross = seen.page.locator(".cross")
    assert cross.count() == 1
    assert cross.is_visible()
    assert cross.get_attribute("title") == "Aborder - Bborder: closed"
    assert seen.page.locator(".label.closed").inner_text() == "Aborder - Bborder closed"
    assert "closed (1)" in seen.page.locator("#legend").inner_text()
    choose(seen, "Before")
    assert seen.page.locator(".cross").count() == 0
    assert line(seen, "a-b")["dash"] is None


def test_what_was_closed_anyway_is_drawn_more_quietly(browser: Any, tmp_path: Path) -> None:  # noqa: F811
    data = sample()
    links = [
        replace(link, status="closed", flows={}) if link.mode == "sea" else link
        for link in data.links
    ]
    path = build_flow_map(replace(data, links=links, focus=()), COUNTRIES).save(tmp_path / "o.html")
    with visit(browser, path) as seen:
        assert line(seen, "m-e")["look"] == line(seen, "a-b")["look"] == "closed"
        assert line(seen, "m-e")["stroke"] != line(seen, "a-b")["stroke"]
        assert seen.page.locator(".label.closed").all_inner_texts() == ["Aborder - Bborder closed"]
        said = seen.page.locator("#legend").inner_text()
        assert "closed (1)" in said
        assert "closed before (1)" in said
        choose(seen, "Before")
        assert seen.page.locator(".cross").count() == 1
        assert seen.noise == []


def test_planned_is_dotted_idle_is_thin_unknown_is_grey(seen: Visit) -> None:
    planned = line(seen, "r-m")
    assert (planned["look"], planned["dash"].split()[0]) == ("planned", "0.1")
    assert line(seen, "m-e")["look"] == "idle"
    assert line(seen, "m-e")["width"] < 1.5
    assert line(seen, "a-r")["stroke"] == "#8b919a"


def test_a_click_on_a_line_opens_its_popup(seen: Visit) -> None:
    at = seen.page.evaluate(
        f"""() => {{
          const box = {MAP}.getContainer().getBoundingClientRect();
          const point = {MAP}.latLngToContainerPoint([52.5, 19.1]);
          return [box.left + point.x, box.top + point.y];
        }}"""
    )
    seen.page.mouse.click(*at)
    said = seen.page.locator(".leaflet-popup-content").inner_text()
    for text in (
        "West Port - Aborder",
        "Rail · 1435 mm · 560 km · 14 h · Northern corridor",
        "West Port → Aborder, t/day",
        "Aborder → West Port, t/day",
        "Containers",
        "8,000",
        "−6,000",
        "Wagons to the port: 40 wagons/day",
        "100 %",
        "31.5",
        "over OpenStreetMap tracks",
        "Sources (2)",
    ):
        assert text in said, text
    assert seen.page.locator(".leaflet-popup [role=dialog], .leaflet-popup[role=dialog]").count()
    seen.page.locator(".sources summary").click()
    assert "A railway, Annual report, 2025-01-31" in seen.page.locator(".sources").inner_text()


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_who_asks_for_no_motion_sees_none(browser: Any, page_file: Path, motion: str) -> None:  # noqa: F811
    """A popup by the edge moves the map to make room: at once, or by and by."""
    moved = f"""() => {{
      const map = {MAP};
      const was = map.getCenter();
      map.openPopup('<p>by the edge</p>', map.containerPointToLatLng([map.getSize().x / 2, 4]));
      const ways = ['zoomAnimation', 'fadeAnimation', 'inertia'].filter((it) => map.options[it]);
      return [ways.length, !map.getCenter().equals(was)];
    }}"""
    with visit(browser, page_file, reduced_motion=motion) as seen:
        ways, at_once = seen.page.evaluate(moved)
        assert (ways == 0) == (motion == "reduce")
        assert at_once == (motion == "reduce")
        assert seen.noise == []


def test_search_finds_places_and_links(seen: Visit) -> None:
    said = seek(seen, "midtown")
    assert "Midtown" in said
    assert "Starts here and is not served" in said
    assert "1,000" in said
    assert "Closed: after" in seek(seen, "Aborder - Bborder, rail")
    seen.page.locator("#find").fill("nowhere")
    seen.page.locator("#find").press("Enter")
    assert seen.page.locator("#find").get_attribute("aria-invalid") == "true"


def test_what_is_full_is_listed_and_leads_there(seen: Visit) -> None:
    entry = seen.page.locator("#full button")
    assert entry.count() == 1
    assert "one more is worth 31.5 USD" in entry.inner_text()
    entry.click()
    assert "West Port - Aborder" in seen.page.locator(".leaflet-popup-content").inner_text()


def test_layers_hide_what_they_name(seen: Visit) -> None:
    seen.page.locator(".layers summary").click()
    seen.page.locator("[data-layer=road]").uncheck()
    assert seen.page.locator("path.flow").count() == 4
    seen.page.locator("[data-layer=northern]").uncheck()
    assert seen.page.locator("path.flow").count() == 1
    assert seen.page.locator(".cross").count() == 0
    seen.page.locator("[data-layer=places]").uncheck()
    assert seen.page.locator("path.place").count() == 0
    seen.page.locator("[data-layer=names]").uncheck()
    assert seen.page.locator(".label").count() == 0


def test_the_cargo_that_is_chosen_is_drawn_alone(seen: Visit) -> None:
    choose(seen, "Before")
    wide = line(seen, "w-a")["width"]
    assert line(seen, "a-b")["look"] == "flow"
    seen.page.select_option("#cargo", label="Grain")
    # All of the grain goes from W to A, and now it is the widest line.
    assert line(seen, "w-a")["width"] >= wide
    assert line(seen, "a-b")["look"] == "idle"
    assert "Line width: Grain, t/day" in seen.page.locator("#legend").inner_text()
    seen.page.select_option("#cargo", label="Dry goods")
    assert line(seen, "w-a")["width"] == wide
    assert line(seen, "a-b")["look"] == "flow"


def test_a_cargo_of_which_nothing_moves_leaves_every_line_idle(
    browser: Any,  # noqa: F811
    tmp_path: Path,
) -> None:
    stuck = MapDemand("s", "a", "b", "coal", {"after": 5.0}, {"after": 5.0})
    data = replace(sample(), demands=[stuck])
    with visit(browser, build_flow_map(data, COUNTRIES).save(tmp_path / "stuck.html")) as seen:
        choose(seen, "Before")
        seen.page.select_option("#cargo", label="coal")
        assert line(seen, "w-a")["look"] == "idle"
        assert "Colour: share of capacity" in seen.page.locator("#legend").inner_text()
        assert seen.noise == []


def test_who_is_hit_is_listed_for_what_is_shown(seen: Visit) -> None:
    rows = seen.page.locator("#demands li")
    choose(seen, "Difference")
    assert rows.all_inner_texts() == [
        "Midtown → West Port\nContainers: 1,000 t a day more stay; 2,000 t go another way, +8 h",
        "West Port → Bborder\nGrain: 40 t a day more stay",
    ]
    choose(seen, "Before")
    assert seen.page.locator("#demands").inner_text() == "Not carried before: nobody"
    choose(seen, "After")
    seen.page.select_option("#cargo", label="Grain")
    assert rows.all_inner_texts() == [
        "West Port → Bborder\nGrain: 40 t of 0 t a day are not carried"
    ]
    rows.locator("button").click()
    said = seen.page.locator(".leaflet-popup-content").inner_text()
    assert "West Port → Bborder" in said
    assert re.search(r"Not carried\s+0\s+40", said)


def test_arrows_point_where_most_of_the_cargo_goes(browser: Any, tmp_path: Path) -> None:  # noqa: F811
    """W lies west of A: an arrow that goes from W to A points east."""
    tips = """() => [...document.querySelectorAll('path.arrows')].flatMap((path) =>
      path.getAttribute('d').split('M').slice(1).map((part) => {
        const [foot, tip] = part.split('L').map((pair) => Number(pair.split(' ')[0]));
        return Math.sign(tip - foot);
      }))"""
    data = sample()
    for there, back, expected in ((900.0, 100.0, {1}), (100.0, 900.0, {-1}), (9.0, 8.0, {1, -1})):
        flow = LinkFlow({"grain": there}, {"grain": back})
        links = [replace(data.links[0], flows={"before": flow, "after": flow})]
        page = build_flow_map(replace(data, links=links, focus=()), COUNTRIES)
        with visit(browser, page.save(tmp_path / "arrows.html")) as seen:
            assert set(seen.page.evaluate(tips)) == expected
            choose(seen, "Difference")
            assert seen.page.evaluate(tips) == [], "nothing has changed"
            assert seen.noise == []


def test_arrows_lie_on_their_lines_after_the_map_has_moved(seen: Visit) -> None:
    choose(seen, "Before")
    seen.page.evaluate(f"{MAP}.setView([52.4, 20], 7, {{ animate: false }})")
    apart = seen.page.evaluate(
        """() => {
          const lines = [...document.querySelectorAll('path.flow')];
          const tip = (part) => part.split('L')[1].split(' ').map(parseFloat);
          const marks = [...document.querySelectorAll('path.arrows')]
            .flatMap((path) => path.getAttribute('d').split('M').slice(1).map(tip));
          const along = lines.flatMap((path) => {
            const count = Math.ceil(path.getTotalLength() / 2);
            return Array.from({ length: count }, (_, i) => path.getPointAtLength(2 * i));
          });
          return marks.map(([x, y]) => along
            .reduce((least, at) => Math.min(least, Math.hypot(at.x - x, at.y - y)), Infinity));
        }"""
    )
    assert apart
    assert max(apart) < 12


def test_dark_paper_and_light_have_their_own_colours(browser: Any, page_file: Path) -> None:  # noqa: F811
    ground = "getComputedStyle(document.body).backgroundColor"
    with visit(browser, page_file, color_scheme="dark") as seen:
        assert seen.page.evaluate(ground) == "rgb(20, 25, 30)"
        assert line(seen, "w-a")["stroke"] == "#f6efff"
        box = seen.page.locator("#map").bounding_box()
        show_as(seen.page, media="print")
        wait_for(lambda: line(seen, "w-a")["stroke"] == "#2a0f52")
        paper = seen.page.locator("#map").bounding_box()
        assert paper
        assert paper["width"] == pytest.approx(201 / 25.4 * 96, abs=1)
        shown = seen.page.locator(".leaflet-lines-pane svg").bounding_box()
        assert shown
        assert shown["width"] > paper["width"]
        show_as(seen.page, media="screen", color_scheme="light")
        wait_for(lambda: seen.page.locator("#map").bounding_box() == box)
        assert line(seen, "w-a")["stroke"] == "#2a0f52"
        assert seen.page.evaluate(ground) == "rgb(255, 255, 255)"
        assert seen.noise == []


def test_names_of_countries_and_places_do_not_overlap(seen: Visit) -> None:
    names = seen.page.locator(".label").all_inner_texts()
    assert {"WESTLAND", "EASTLAND", "Aborder", "Bborder"} <= set(names)
    boxes = [label.bounding_box() for label in seen.page.locator(".label").all()]
    for one in range(len(boxes)):
        for other in range(one):
            a, b = boxes[one], boxes[other]
            assert a
            assert b
            apart = (
                a["x"] + a["width"] <= b["x"] + 1
                or b["x"] + b["width"] <= a["x"] + 1
                or a["y"] + a["height"] <= b["y"] + 1
                or b["y"] + b["height"] <= a["y"] + 1
            )
            assert apart, (names[one], names[other])


def test_two_gauges_on_one_line_lie_side_by_side(browser: Any, tmp_path: Path) -> None:  # noqa: F811
    data = sample()
    (closed,) = (link for link in data.links if link.link_id == "a-b")
    other = replace(
        closed, link_id="a-b-2", gauge_mm=1435, coordinates=tuple(reversed(closed.coordinates))
    )
    shown = replace(data, links=[*data.links, other])
    with visit(browser, build_flow_map(shown, COUNTRIES).save(tmp_path / "two.html")) as seen:
        assert seen.page.locator(".cross").count() == 1
        assert seen.page.locator(".label.closed").inner_text() == "Aborder - Bborder closed"
        seen.page.locator(".cross").click()
        said = seen.page.locator(".choices button").all_inner_texts()
        assert said == ["Aborder - Bborder, rail 1520 mm", "Aborder - Bborder, rail 1435 mm"]
        seen.page.locator(".choices button").nth(1).click()
        assert "1435 mm" in seen.page.locator(".popup .facts").inner_text()
        choose(seen, "Before")
        starts = seen.page.evaluate(
            """() => ['a-b', 'a-b-2'].map((id) => {
              const path = document.querySelector(`path.flow[data-link="${id}"]`);
              const numbers = path.getAttribute('d').match(/-?[\\d.]+/g).map(Number);
              const ends = [numbers.slice(0, 2), numbers.slice(-2)].sort((a, b) => a[0] - b[0]);
              return [...ends[0], Number(path.getAttribute('stroke-width'))];
            })"""
        )
        (x, y, width), (u, v, wide) = starts
        apart = ((x - u) ** 2 + (y - v) ** 2) ** 0.5
        assert apart == pytest.approx((width + wide) / 2 + 1, abs=1.5)
        assert seen.noise == []


def test_a_phone_shows_the_map_and_opens_the_legend(browser: Any, page_file: Path) -> None:  # noqa: F811
    size = {"width": 390, "height": 844}
    with visit(browser, page_file, viewport=size, has_touch=True, is_mobile=True) as seen:
        box = seen.page.locator("#map").bounding_box()
        assert box
        assert box["height"] > 500
        assert not seen.page.locator("#legend").is_visible()
        seen.page.get_by_role("button", name="Legend and more").tap()
        assert seen.page.locator("#legend").is_visible()
        assert seen.page.evaluate("document.documentElement.scrollWidth") == 390
        seen.page.get_by_role("button", name="Close", exact=True).tap()
        assert not seen.page.locator("#legend").is_visible()
        assert seen.noise == []


def test_many_states_get_a_slider(browser: Any, tmp_path: Path) -> None:  # noqa: F811
    days = tuple(f"2025-09-{day:02d}" for day in range(1, 11))
    data = sample()
    links = [
        replace(
            link,
            flows={day: LinkFlow({"container": 100.0 * rank}) for rank, day in enumerate(days)},
            closed_in=days[2:4] if link.link_id == "a-b" else (),
            use={},
            capacities=(),
        )
        for link in data.links
    ]
    nodes = [replace(node, unserved_from={}, unserved_to={}) for node in data.nodes]
    shown = replace(data, links=links, nodes=nodes, demands=(), states=days, first_state=days[2])
    path = build_flow_map(shown, COUNTRIES).save(tmp_path / "days.html")
    with visit(browser, path) as seen:
        assert line(seen, "a-b")["look"] == "closed"
        thin = line(seen, "w-a")["width"]
        seen.page.locator("#state").focus()
        for _ in range(3):
            seen.page.keyboard.press("ArrowRight")
        assert seen.page.locator("output").inner_text() == days[5]
        assert line(seen, "a-b")["look"] == "flow"
        assert line(seen, "w-a")["width"] > thin
        assert seen.noise == []


def test_a_network_without_flows_is_coloured_by_mode(browser: Any, tmp_path: Path) -> None:  # noqa: F811
    data = sample()
    links = [replace(link, flows={}, use={}, closed_in=(), capacities=()) for link in data.links]
    nodes = [replace(node, unserved_from={}, unserved_to={}) for node in data.nodes]
    bare = replace(data, links=links, nodes=nodes, demands=(), states=("network",))
    with visit(browser, build_flow_map(bare, COUNTRIES).save(tmp_path / "net.html")) as seen:
        assert line(seen, "w-a")["stroke"] != line(seen, "a-r")["stroke"]
        assert seen.page.locator("input[type=radio]").count() == 0
        assert "Pipeline" not in seen.page.locator("#legend").inner_text()
        assert seen.noise == []


@pytest.mark.parametrize("policy", [True, False], ids=["with-policy", "without-policy"])
def test_no_text_becomes_markup_or_code(browser: Any, tmp_path: Path, policy: bool) -> None:  # noqa: F811
    data = hostile()
    page = build_flow_map(data, hostile_countries()).html
    if not policy:
        page, count = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
        assert count == 1
    path = tmp_path / "hostile.html"
    path.write_text(page, encoding="utf-8")
    with visit(browser, path) as seen:
        opened = seen.page
        scripts = opened.locator("script").count()
        assert opened.title() == re.sub(r"[ \t\n]+", " ", plain(data.title)).strip()
        assert opened.locator("h1").evaluate("it => it.textContent") == plain(data.title)
        assert opened.locator("dd").first.evaluate("it => it.textContent") == plain(data.title)
        opened.locator(".layers summary").click()
        shown = opened.locator("#cargo option").all_inner_texts()
        assert len(shown) == len(NASTY) + 3  # all, the product that all are, grain
        for option in range(3):
            opened.locator(f"#state-{option}").check()
            for button in opened.locator("#demands li button").all():
                button.click()
            opened.select_option("#cargo", index=option)
            for item in [*data.links, *data.nodes]:
                _open_and_hover(seen, plain(item.name))
                said = opened.locator(".popup h2").evaluate("it => it.textContent")
                assert said == plain(item.name)
        assert opened.locator("img, iframe, object, embed, base").count() == 0
        assert opened.locator("svg[onload]").count() == 0
        assert opened.locator("script").count() == scripts == 3
        assert opened.evaluate(f"{HIT} === undefined")
        assert seen.noise == []


def _open_and_hover(seen: Visit, name: str) -> None:
    """Open something by its full name, its sources, and the hint over it."""
    seen.page.evaluate(
        """(name) => {
          const field = document.getElementById('find');
          const options = [...document.querySelectorAll('#names option')];
          field.value = options.map((it) => it.value).find((value) => value.startsWith(name));
          field.dispatchEvent(new Event('change'));
          document.querySelector('.sources').open = true;
        }""",
        name,
    )
    box = seen.page.locator("#map").bounding_box()
    assert box
    seen.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_a_sandboxed_frame_shows_the_map(browser: Any, tmp_path: Path) -> None:  # noqa: F811
    frame = build_flow_map(sample(), COUNTRIES)._repr_mimebundle_()["text/html"]
    path = tmp_path / "notebook.html"
    path.write_text(f"<!doctype html><meta charset=utf-8>{frame}", encoding="utf-8")
    with visit(browser, path) as seen:
        inner = seen.page.frame_locator("iframe")
        inner.locator("path.flow").first.wait_for(state="attached")
        assert inner.locator("h1").inner_text() == "The border closes"
        assert seen.noise == []


def test_real_basemap_stays_quick(browser: Any, tmp_path: Path) -> None:  # noqa: F811
    path = build_flow_map(_many()).save(tmp_path / "many.html")
    with visit(browser, path) as seen:
        spent = seen.page.evaluate(
            """() => {
              const begin = performance.now();
              document.getElementById('state-0').click();
              return performance.now() - begin;
            }"""
        )
        assert spent < 2000
        assert seen.noise == []


def _many() -> FlowMapData:
    template = sample().links[0]
    links = [
        replace(
            template,
            link_id=f"link-{i:03d}",
            coordinates=[
                (20 + i % 30 * 2 + j / 20, 40 + i // 30 + (j * j % 7) / 20) for j in range(40)
            ],
        )
        for i in range(450)
    ]
    return replace(sample(), links=links, focus=())


def test_data_in_the_page_is_json(page_file: Path) -> None:
    text = page_file.read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="flow-map-data">(.*?)</script>', text)
    assert found
    assert json.loads(found.group(1))["states"] == ["Before", "After"]


@pytest.mark.parametrize(
    "line",
    [
        [(-118.2, 34.0), (-87.6, 41.9)],
        [(-70.0, -33.0), (-58.4, -54.0)],
        [(121.5, 31.2), (241.8, 34.0)],
        [(-238.5, 31.2), (-118.2, 34.0)],
    ],
)
def test_what_lies_beyond_the_usual_map_is_in_sight(
    browser: Any,  # noqa: F811
    tmp_path: Path,
    line: Any,
) -> None:
    """A map opens on what it is about, and stays there, wherever on Earth that lies."""
    ends = [
        MapNode(name, name.upper(), "city", "AA", lat, lon)
        for name, (lon, lat) in zip("ab", line, strict=True)
    ]
    flow = {"network": LinkFlow(forward={"grain": 900.0})}
    data = FlowMapData(
        "Own", links=[MapLink("a-b", "A to B", "rail", line, flows=flow)], nodes=ends
    )
    days = QueueMapData(
        "Own", ["2026-01-01"], [""], [QueueMapLink("A to B", "rail", [line], [900.0])],
        [QueueMapPlace("A", line[0][1], line[0][0])],
        [MapQueue("A to B", "t", [9.0], [QueuePart(0, "B", [9.0])])],
    )  # fmt: skip
    for name, page in (("flow", build_flow_map(data)), ("days", build_queue_map(days))):
        with visit(browser, page.save(tmp_path / f"{name}.html")) as seen:
            shown = seen.page.evaluate(
                f"(ends) => {{ const view = {MAP}.getBounds();"
                " return ends.map(([lon, lat]) => view.contains([lat, lon])); }",
                line,
            )
            assert shown[0], name
            assert shown[1] or name == "days"
            assert seen.noise == []


def test_numbers_on_maps_have_no_sign_before_nothing_and_no_nothing_for_little(seen: Visit) -> None:
    said = seen.page.evaluate(
        "(values) => values.map("
        "(v) => [corridorsMap.number(v), corridorsMap.signed(v), corridorsMap.percent(v)])",
        [-0.001, 0.001, -1234.5, 12.25, 0.0004, 0.9996, 0.99999999999, 0.033, 0.0, 1.0],
    )
    assert [number for number, _, _ in said[:4]] == ["0", "0", "\N{MINUS SIGN}1,235", "12.3"]
    assert [signed for _, signed, _ in said[:4]] == ["0", "0", "\N{MINUS SIGN}1,235", "+12.3"]
    shares = [0.0004, 0.9996, 0.99999999999, 0.033, 0.0, 1.0]
    assert [percent for *_, percent in said[4:]] == [share(part, 1.0) for part in shares]


def test_numbers_of_the_explorer_have_no_sign_before_nothing(seen: Visit) -> None:
    script = asset_text("explorer/common.js")
    said = seen.page.evaluate(
        f"() => {{ {script}\n return [-0.3, 0.3, -4.2, 1234.5, -12345].map((v) => "
        "[number(v, 0), signed(v, number(v, 0)), short(v)]); }"
    )
    minus = "\N{MINUS SIGN}"
    assert [number for number, _, _ in said] == ["0", "0", f"{minus}4", "1,235", f"{minus}12,345"]
    assert [signed for _, signed, _ in said] == ["0", "0", f"{minus}4", "+1,235", f"{minus}12,345"]
    assert [short for *_, short in said] == [
        f"{minus}0.3", "0.3", f"{minus}4.2", "1.23 k", f"{minus}12.3 k"
    ]  # fmt: skip
