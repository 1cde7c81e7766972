"""The explorer's page as a reader uses it: search, map, sliders, views, address, files, keys."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import toys
from typer.testing import CliRunner
from waiting import wait_for

import corridors as co
from corridors.analysis.explorer import explorer, explorer_data
from corridors.cli.app import app
from corridors.maps.explorer.page import build_explorer
from tests.browser import browser, show_as, visit  # noqa: F401  a fixture, and what it opens
from tests.fewer_demands import FULL, fewer_demands
from tests.hostile import PAGE, TERMINAL

pytestmark = pytest.mark.browser

DAY = "2025-09-12"
PLAIN = "#d=2025-09-12"
POLAND = f"{PLAIN}&close=border:BY-PL"
SETTLED = (
    "!document.body.classList.contains('opening') && !document.body.classList.contains('busy')"
)


@pytest.fixture(scope="module")
def net():
    return fewer_demands(co.load())


@pytest.fixture(scope="module")
def shipped(net):
    return explorer(net, ["poland-closure-2025", "zangezur-open"], as_of=DAY)


@pytest.fixture(scope="module")
def path(shipped, tmp_path_factory):
    return shipped.save(tmp_path_factory.mktemp("explorer") / "explorer.html")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Return the page of a small network, for what no number in it decides."""
    net = co.load(co.new_network(tmp_path_factory.mktemp("small") / "own"))
    return explorer(net, as_of=DAY).save(tmp_path_factory.mktemp("explorer") / "small.html")


@pytest.fixture(scope="module")
def shared(browser, path):  # noqa: F811
    """Open one page for all tests that begin at an address as a reader does who types it."""
    with visit(browser, path) as seen:
        settle(seen.page)
        yield seen


START_OVER = """(address) => new Promise((done) => {
  document.activeElement.blur();
  addEventListener('hashchange', () => done(), { once: true });
  if (location.hash === address) dispatchEvent(new HashChangeEvent('hashchange'));
  else location.hash = address;
})"""
"""What is typed over an address asks anew; the page hears of it before the test does."""


@pytest.fixture
def at(shared):
    """Go to an address in the page that is open already, with nothing of another test in it."""

    def go(address=PLAIN):
        page = shared.page
        page.keyboard.press("Escape")
        page.fill("#search", "")
        page.evaluate(START_OVER, address)
        settle(page)
        return shared

    yield go
    assert shared.noise == []


@pytest.fixture
def opened(browser, path):  # noqa: F811
    """Open the page at an address; when all is done nothing may have complained."""
    visits = []

    def open_at(address="", file=path, **context):
        own = visit(browser, file, address, **context)
        seen = own.__enter__()
        visits.append((own, seen))
        settle(seen.page)
        return seen

    yield open_at
    for own, seen in visits:
        noise = seen.noise
        own.__exit__(None, None, None)
        assert noise == []


def settle(page):
    """Wait until what is asked has been answered."""
    until(page, SETTLED)


def until(page, expression):
    """Wait until an expression holds; the page's policy lets no test evaluate within it."""
    wait_for(lambda: page.evaluate(expression))


def text(page, name):
    return page.locator(f"#{name}").inner_text()


def address(page):
    return page.evaluate("location.hash")


def shut_by_search(page, words):
    page.fill("#search", words)
    page.press("#search", "Enter")
    settle(page)


def test_a_search_shuts_and_a_sentence_says_what_happens(opened, net):
    page = opened().page
    assert "nothing is shut" in text(page, "sentence")
    shut_by_search(page, "belarus poland border")
    hit = co.assign(net, _close_border(net), as_of=DAY)
    change = co.compare(co.assign(net, as_of=DAY), hit).change
    lost, moved = change["newly_unserved_t_per_day"] / 1e3, change["rerouted_t_per_day"] / 1e3
    said = text(page, "sentence")
    assert "with the Belarus–Poland border shut" in said
    assert f"{lost:.1f} kt a day are no longer carried" in said
    assert f"{moved:.1f} kt go another way" in said
    assert re.fullmatch(r"✓? ?Optimal, proved: gap \S+, [\d.,]+ ms", text(page, "proof"))
    assert address(page) == POLAND


def _close_border(net):
    del net
    scenario = co.scenario("poland-closure-2025")
    return replace(scenario, events=(co.Event("close", {"border": ["BY", "PL"]}),))


def test_an_address_says_all_and_names_what_it_does_not_know(opened):
    asked = (
        "#d=2025-09-12&close=border:BY-PL,node:moscow&cap=terespol-rail@0.5"
        "&delay=country:KZ@24&demand=all@1.1,cargo:grain@0.5&view=full"
    )
    page = opened(asked).page
    assert address(page) == asked
    assert page.locator("#chips li").count() == 6
    assert page.locator("#view-full").is_visible()
    other = opened("#d=2025-09-12&close=border:XX-YY,border:PL-BY&cap=none@2&view=worse").page
    assert "border:XX-YY" in text(other, "unknown")
    assert "none@2" in text(other, "unknown")
    assert address(other).startswith("#d=2025-09-12&")
    assert other.locator("#chips li").count() == 1


def test_undo_takes_back_one_step_and_open_all_takes_back_all(at):
    page = at().page
    before = text(page, "headline")
    shut_by_search(page, "moscow")
    shut_by_search(page, "almaty")
    page.locator("#top h1").click()
    page.keyboard.press("u")
    settle(page)
    assert page.locator("#chips li").count() == 1
    page.click("#reset")
    settle(page)
    assert text(page, "headline") == before
    assert address(page).startswith("#d=2025-09-12")
    assert "close" not in address(page)


def test_a_scenario_is_chosen_from_the_list_on_its_own_day(at, net):
    page = at().page
    page.select_option("#scenario", label="Poland closes its border with Belarus, 2025-09-12")
    settle(page)
    change = co.run(net, "poland-closure-2025", model="optimal").change
    assert f"{change['rerouted_t_per_day'] / 1e3:.1f} kt go another way" in text(page, "sentence")
    assert "scenario=poland-closure-2025" in address(page)
    assert "border: [PL, BY]" in page.locator("#story").text_content()
    page.select_option("#scenario", label="The Zangezur corridor opens, 2026-12-01")
    settle(page)
    assert "2026-12-01" in text(page, "sentence")


def test_who_is_hit_is_what_compare_says(at, net):
    seen = at(POLAND + "&view=who")
    page = seen.page
    with page.expect_download() as saved:
        page.locator("#view-who button", has_text="Save as CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(saved.value.path()).read_text(encoding="utf-8"))))
    found = {row["id"]: row for row in rows}
    hit = co.assign(net, _close_border(net), as_of=DAY)
    base = co.assign(net, as_of=DAY)
    table = co.compare(base, hit).by_demand.set_index("demand_id")
    lost, usual = (
        own.shortfall.set_index("demand_id")["surplus_lost_usd_per_day"] for own in (hit, base)
    )
    lost = (lost - usual).to_dict()
    assert len(found) == (table["demand_t_per_day"] > 0).sum()
    for key, row in found.items():
        own = table.loc[key]
        assert float(row["Goes round"]) == pytest.approx(own["rerouted_t_per_day"], abs=1e-6)
        assert float(row["No longer carried"]) == pytest.approx(own["lost_t_per_day"], abs=1e-6)
        assert float(row["Hours longer"]) == pytest.approx(own["added_hours"], abs=1e-6)
        bill = own["added_transport_usd_per_day"]
        assert float(row["USD a day more"]) == pytest.approx(bill, abs=1e-4)
        stays = float(row["Lost by staying, USD a day"])
        assert stays == pytest.approx(lost.get(key, 0.0), abs=1e-3, rel=1e-9)


def test_a_capacity_is_moved_in_the_table_of_what_is_full(at):
    page = at(POLAND + "&view=full").page
    first = page.locator("#view-full tbody tr").first
    title = first.locator("button.link").inner_text()
    # A capacity moves with both of its directions.
    name = re.sub(r" \((forward|backward)\)$", "", title)
    price = first.locator("td").nth(2).inner_text()
    first.locator("input[type=number]").fill("4")
    first.locator("input[type=number]").press("Enter")
    settle(page)
    assert re.search(r"&cap=[^&]+@4", address(page))
    assert page.locator("#chips li", has_text=name).count() == 1
    # What was moved stays in the table, however far its price has fallen behind others.
    moved = page.locator(
        "#view-full tbody tr", has=page.get_by_role("button", name=title, exact=True)
    )
    assert moved.count() == 1
    assert moved.locator("td").nth(2).inner_text() != price
    moved.locator("input[type=number]").fill("1")
    moved.locator("input[type=number]").press("Enter")
    settle(page)
    assert "&cap=" not in address(page)
    again = page.locator("#view-full tbody tr", has_text=title).first
    assert again.locator("td").nth(2).inner_text() == price


def test_a_limit_is_as_sure_as_its_figure_of_the_day(at, net):
    page = at(f"#d={DAY}&view=full").page
    page.select_option("#full-which", "all")
    with page.expect_download() as saved:
        page.locator("#view-full button", has_text="Save as CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(saved.value.path()).read_text(encoding="utf-8"))))
    state = co.assign(net, as_of=DAY).state
    limits = {limit.limit_id: limit.confidence for limit in state.limits}
    assert {row["id"]: row["confidence"] for row in rows} == limits
    assert len(set(limits.values())) >= 4


def test_what_hurts_most_ranks_as_the_sweep_and_shuts_on_a_click(opened, net, path, tmp_path):
    if not FULL:
        # Every kind of thing, in a network where it takes no minute to shut them all.
        net = co.load(co.new_network(tmp_path / "own"))
        path = explorer(net, as_of=DAY).save(tmp_path / "own.html")
    page = opened("#d=2025-09-12&view=worst", file=path).page
    done = "document.querySelector('#view-worst [role=status]').textContent.startsWith('All')"
    until(page, done)
    with page.expect_download() as saved:
        page.locator("#view-worst button", has_text="Save as CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(saved.value.path()).read_text(encoding="utf-8"))))
    found = {row["id"]: row for row in rows}
    kinds = ["border", "chokepoint", "country", "node", "capacity", "link"]
    sweep = co.criticality(net, of=kinds[:2] if FULL else kinds, as_of=DAY)
    assert sweep["damage_usd_per_day"].gt(1.0).any()
    for own in sweep.to_dict("records"):
        key = f"{own['kind']}:{own['thing']}"
        row = found.get(key, {})
        damage = float(row.get("Damage, USD a day", 0))
        assert damage == pytest.approx(own["damage_usd_per_day"], abs=0.02, rel=1e-9)
    first = page.locator("#view-worst tbody button.link").first
    first.click()
    settle(page)
    assert "close=" in address(page)


def test_a_line_of_the_map_opens_on_a_click_and_shuts_with_shift(opened):
    page = opened(POLAND + "&at=52.08/23.7/8").page
    box = page.locator("#canvas").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(*middle)
    assert page.locator("#details").is_visible()
    assert text(page, "details-title")
    assert "[object" not in text(page, "details")
    page.keyboard.press("Escape")
    assert page.locator("#details").is_hidden()
    before = page.locator("#chips li").count()
    page.keyboard.down("Shift")
    page.mouse.click(*middle)
    page.keyboard.up("Shift")
    settle(page)
    assert page.locator("#chips li").count() == before + 1


def test_keys_alone_do_everything(opened):
    page = opened().page
    page.keyboard.press("/")
    page.keyboard.type("belarus poland")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    settle(page)
    assert address(page) == POLAND
    page.keyboard.press("Tab")
    page.locator("#tab-map").focus()
    for key, name in (("2", "who"), ("3", "full"), ("4", "worst"), ("1", "map")):
        page.keyboard.press(key)
        assert page.locator(f"#view-{name}").is_visible()
    page.locator("#canvas").focus()
    page.keyboard.press("+")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#help").is_hidden()
    page.keyboard.down("b")
    assert page.locator("#before").get_attribute("aria-pressed") == "true"
    page.keyboard.up("b")
    assert page.locator("#before").get_attribute("aria-pressed") == "false"


def test_the_details_show_sources_with_their_grade(at, net):
    page = at().page
    page.fill("#search", "terespol-rail")
    page.press("#search", "Shift+Enter")
    page.locator("#details summary").click()
    sources = net.sources_of("capacities", "terespol-rail")
    assert len(sources)
    shown = page.locator("#details .sources li").all_inner_texts()
    for row in sources.to_dict("records"):
        assert any(row["confidence"] in own and row["publisher"] in own for own in shown)


def test_every_kind_of_thing_has_its_details(at, net):
    page = at(POLAND).page
    plain = [i for i in net.at(DAY).tables["links"]["link_id"] if "_" not in i]
    busy = {f"link:{plain[0]}": "Before", "node:brest": "Brest", "border:BY-PL": "Open it"}
    busy |= {"chokepoint:kz-ru-rail": "Shut it", "country:KZ": "Kazakhstan"}
    busy |= {"capacity:terespol-rail": "a day"}
    for key, said in busy.items():
        page.fill("#search", key.split(":")[1].replace("BY-PL", "belarus poland border"))
        options = page.locator("#found li")
        kinds = options.locator(".quiet").all_inner_texts()
        word = {"node": "place", "link": "line"}.get(key.split(":")[0], key.split(":")[0])
        at = next(i for i, kind in enumerate(kinds) if kind == word or kind.startswith("shut"))
        for _ in range(at):
            page.press("#search", "ArrowDown")
        page.press("#search", "Shift+Enter")
        shown = text(page, "details")
        assert said in shown
        assert "[object" not in shown
        assert "undefined" not in shown
        assert "NaN" not in shown


DRAGGED = """(own, value) => {
  own.value = value;
  own.dispatchEvent(new Event('input', { bubbles: true }));
}"""
"""What a browser tells of a slider that is dragged, whatever has moved under the pointer."""


def test_a_slider_that_is_held_moves_the_numbers_and_stays_in_hand(at):
    page = at(POLAND + "&view=full").page
    before = text(page, "headline")
    held = page.locator("#view-full input[type=range]").first.element_handle()
    held.dispatch_event("pointerdown")
    for value in (1.5, 2.1, 2.7):
        held.evaluate(DRAGGED, value)
        settle(page)
        # The row is not made anew under the hand that holds it.
        assert held.evaluate("(own) => own.isConnected")
    mid = text(page, "headline")
    assert mid != before
    held.evaluate(DRAGGED, 0.15)
    page.evaluate("() => { window.dispatchEvent(new Event('pointerup')) }")
    settle(page)
    assert text(page, "headline") != mid
    assert address(page).count("@") == 1
    page.locator("#top h1").click()
    page.keyboard.press("u")
    settle(page)
    assert text(page, "headline") == before


def test_the_routes_of_a_demand_are_looked_up(at):
    page = at(POLAND + "&view=who").page
    page.locator("#view-who tbody button.link").first.click()
    until(page, "document.querySelector('#details').innerText.includes('Routes after')")


QUESTIONS = (
    POLAND,
    "#d=2025-09-12&close=node:moscow,country:AZ&cap=terespol-rail@0.5,kozlovichi-to-poland@0",
    "#d=2025-09-12&cap=terespol-rail@2.5&delay=border:KZ-RU@48&demand=cargo:grain@0.5,all@1.2",
    "#d=2025-09-12&scenario=poland-closure-2025&close=chokepoint:kz-ru-rail",
)


@pytest.mark.parametrize("asked", QUESTIONS)
def test_the_scenario_file_out_of_the_page_runs_and_comes_back(at, net, asked, tmp_path):
    page = at(asked).page
    assert page.locator("#unknown").is_hidden()
    page.click("#yaml-button")
    written = page.input_value("#yaml")
    file = tmp_path / "from-the-explorer.yaml"
    file.write_text(written, encoding="utf-8")
    hit = co.assign(net, file)
    shown = page.evaluate("document.getElementById('proof').title")
    cost = float(re.search(r"costs ([\d,.]+),", shown)[1].replace(",", ""))
    assert cost == pytest.approx(hit.answer.objective, abs=0.01)
    page.click("#scenario-file .close")
    there = address(page)
    if page.locator("#reset").is_visible():
        page.click("#reset")
        settle(page)
    page.click("#yaml-button")
    page.fill("#yaml", written)
    page.click("#yaml-take")
    settle(page)
    assert _parts(address(page)) == _parts(there)


def _parts(hash_):
    """Return an address as sets; in which order changes were made says nothing."""
    parts = dict(part.split("=", 1) for part in hash_.lstrip("#").split("&"))
    return {key: sorted(value.split(",")) for key, value in parts.items() if key != "at"}


TWO_LIMITS = "as_of: 2026-01-01\nevents:\n"
H = "  - limit: {capacity: short}\n    to: "
READ_ALIKE = {
    "a share of a share": f"{TWO_LIMITS}{H}0.5\n{H}0.5\n",
    "a share of an amount": f"{TWO_LIMITS}{H}40 t/day\n{H}0.5\n",
    "an amount in place of a share": f"{TWO_LIMITS}{H}0.5\n{H}70 t/day\n",
    "an amount that no few digits say": f"{TWO_LIMITS}{H}30 t/week\n",
    "numbers as YAML has them": (
        f"{TWO_LIMITS}{H}.5\n  - delay: {{link: a-c-road}}\n    by: .5 day\n"
    ),
    "a mark at the start": f"\ufeff{TWO_LIMITS}{H}5.0e-1\n",
    "texts over two lines": (
        "title: 'It''s a text\n  over two lines'\ndescription: so\n  is this\n"
        'question: "and \\"this\n  too"\n'
        f"{TWO_LIMITS}  - close:\n      link:\n      - a-c-road\n    note: it\n      too\n"
    ),
}
"""Scenarios that the page reads as the package does."""


@pytest.fixture(scope="module")
def two_ways(tmp_path_factory):
    """Return two ways from a to d, of which one has a limit, and their page."""
    net = toys.two_ways()
    net.tables["demand"]["units_per_year"] = 90 * 365
    page = explorer(net, [], as_of="2026-01-01")
    return net, page.save(tmp_path_factory.mktemp("explorer") / "two-ways.html")


def take(page, written):
    """Hand a scenario file in, and return what is said of it."""
    page.click("#yaml-button")
    page.fill("#yaml", written)
    page.click("#yaml-take")
    return text(page, "yaml-said")


@pytest.mark.parametrize("written", READ_ALIKE.values(), ids=READ_ALIKE)
def test_the_page_reads_a_scenario_file_as_the_package_does(opened, two_ways, written, tmp_path):
    net, page_file = two_ways
    file = tmp_path / "asked.yaml"
    file.write_text(f"{written}name: asked\n", encoding="utf-8")
    hit = co.assign(net, file, model="optimal")
    page = opened("", page_file).page
    assert take(page, written) == ""
    settle(page)
    page.click("#yaml-button")
    own = tmp_path / "written.yaml"
    own.write_text(page.input_value("#yaml"), encoding="utf-8")
    back = co.assign(net, own, model="optimal")
    shown = page.evaluate("document.getElementById('proof').title")
    cost = float(re.search(r"costs ([\d,.]+),", shown)[1].replace(",", ""))
    assert cost == pytest.approx(hit.answer.objective, abs=0.01)
    assert back.answer.objective == pytest.approx(hit.answer.objective, rel=1e-12)


SOUGHT = {
    "persian": ("بندر عباس", "عباس"),
    "georgian": ("თბილისი", "თბილ"),
    "armenian": ("Երևան", "երև"),
    "korean": ("서울", "서울"),
    "chinese": ("乌鲁木齐", "鲁木"),
    "russian": ("Ростов", "РОСТ"),
    "polish": ("Łódź", "lodz"),
    "turkish": ("Kırıkkale", "KIRIKKALE"),
    "german": ("Groß Köris", "gross koris"),
}
"""What a place is called, and what of it a reader types."""


def test_the_search_finds_names_in_any_script_and_escape_leaves_it(opened, tmp_path):
    names = [name for name, _ in SOUGHT.values()]
    ids = [f"p{i}" for i in range(len(names))]
    net = toys.network(
        dict.fromkeys(ids, "AA"),
        [{"from_node": a, "to_node": b} for a, b in pairwise(ids)],
        [{"origin": ids[0], "destination": ids[-1], "per_day": 10}],
    )
    net.tables["nodes"]["name"] = names
    page = opened("", explorer(net, [], as_of=DAY).save(tmp_path / "names.html")).page
    for place, (name, typed) in zip(ids, SOUGHT.values(), strict=True):
        page.fill("#search", typed)
        assert page.locator("[role=option]").first.inner_text().startswith(name), typed
        page.press("#search", "Enter")
        settle(page)
        assert address(page) == f"{PLAIN}&close=node:{place}"
        page.keyboard.press("Escape")
        page.keyboard.press("u")
        settle(page)
        assert address(page) == PLAIN
        assert page.input_value("#search") == ""


TOLD = {
    "kept": (
        "&delay=link:a-b-road@1.5",
        "90 t keep their way and are 0.06 days longer on it on average.",
    ),
    "gone round": ("&close=link:a-b-road", "90 t go another way, 0.02 days longer on average, and"),
    "both": (
        "&cap=short@0.5&delay=link:a-b-road@12,link:a-c-road@12",
        "0.52 days longer on average, 50 t keep their way and are 0.5 days longer on it on average",
    ),
    "neither": ("&delay=link:c-d-road@1", "nothing changes for the cargo."),
}
"""What is asked, and what the sentence says of those who go round and those who stay."""


@pytest.mark.parametrize(("asked", "said"), TOLD.values(), ids=TOLD)
def test_who_keeps_a_way_that_takes_longer_is_told(opened, two_ways, asked, said):
    page = opened(f"#d=2026-01-01{asked}", two_ways[1]).page
    assert said in text(page, "sentence")


def test_cargo_in_no_total_is_told(opened, tmp_path):
    net = toys.two_ways()
    net.tables["cargo"]["totals"] = "out"
    page_file = explorer(net, [], as_of="2026-01-01").save(tmp_path / "beside.html")
    page = opened("#d=2026-01-01&close=link:a-b-road", page_file).page
    said = "in no total, of bulk 10 t a day go another way and 0 t are no longer carried."
    assert said in text(page, "sentence")


REFUSED = {
    "form": "events:\n  - close: {link: a-b-road}\n    form: 2026-02-01\n",
    "takes no 'to'": "events:\n  - close: {link: a-b-road}\n    to: 0.5\n",
    "takes no 'by'": f"events:\n{H}0.5\n    by: 3 h\n",
    "close and limit": "events:\n  - close: {link: a-b-road}\n    limit: {capacity: short}\n",
    "unknown key evnets": "evnets:\n  - close: {link: a-b-road}\n",
    "the key events twice": "events:\n  - close: {link: a-b-road}\nevents: []\n",
    "events with a list": "events:\n  close: {link: a-b-road}\n",
    "a factor of at least 0": "events:\n  - demand: {cargo: bulk}\n    to: -1\n",
    "a tab": "events:\n\t- close: {link: a-b-road}\n",
    "quote it": "events:\n  - close: {node: [a, no]}\n",
    "expected a day": "events:\n  - close: {node: a}\n    from: 2.1.2026\n",
}
"""Scenarios that the package refuses, and what the page says of them."""


@pytest.mark.parametrize(("said", "written"), REFUSED.items(), ids=REFUSED)
def test_what_the_package_refuses_the_page_refuses(opened, two_ways, said, written, tmp_path):
    net, page_file = two_ways
    whole = f"name: x\nas_of: 2026-01-01\n{written}"
    file = tmp_path / "refused.yaml"
    file.write_text(whole, encoding="utf-8")
    with pytest.raises(co.ScenarioError):
        co.assign(net, file, model="optimal")
    page = opened("", page_file).page
    before = address(page)
    assert said in take(page, whole)
    assert address(page) == before


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("events:\n  - close: {border: [XX, YY]}\n", "line 2: there is no border XX-YY"),
        ("events:\n  - surcharge: {node: brest}\n    by: 5 USD/t\n", "the page cannot do"),
        ("as_of: 1999-01-01\nevents: []\n", "1999-01-01"),
        ("events:\n  - limit: {capacity: terespol-rail}\n    to: 5 trucks/day\n", "counts train"),
        ("events:\n  - close: {node: [brest\n", "cannot be read"),
        ("- a\n- b\n", "no scenario"),
        ("events:\n  - close: {border: [BY, PL], mode: rail}\n", "selector of 2 keys"),
    ],
)
def test_a_scenario_that_the_page_cannot_do_is_refused_and_nothing_changes(at, written, said):
    page = at(POLAND).page
    before = text(page, "sentence")
    page.click("#yaml-button")
    # What was said of another is gone.
    assert text(page, "yaml-said") == ""
    page.fill("#yaml", written)
    page.click("#yaml-take")
    assert said in text(page, "yaml-said")
    page.click("#scenario-file .close")
    settle(page)
    assert address(page) == POLAND
    assert text(page, "sentence") == before


def test_hostile_names_show_as_text(opened, tmp_path):
    names = [*PAGE, *TERMINAL[:4]]
    nodes = {f"n{i}": "XA" if i % 2 else "XB" for i in range(len(names))}
    keys = list(nodes)
    own = toys.network(
        nodes,
        [
            {"from_node": a, "to_node": b, "link_id": f"{a}-{b}", "note": names[i]}
            for i, (a, b) in enumerate(pairwise(keys))
        ],
        [{"origin": keys[0], "destination": keys[-1], "per_day": 5}],
        capacities=[
            {"capacity_id": f"c{i}", "name": name, "unit": "t", "amount": 9}
            for i, name in enumerate(names[:-1])
        ],
        capacity_members=[
            {"capacity_id": f"c{i}", "link_id": f"{a}-{b}"}
            for i, (a, b) in enumerate(pairwise(keys))
        ],
    )
    data = explorer_data(own, as_of=DAY)
    texts = dict(data.texts)
    texts["nodes"] = {**texts["nodes"], "name": names}
    texts["elements"] = {
        **texts["elements"],
        "name": [names[i % len(names)] for i in range(len(texts["elements"]["name"]))],
    }
    hostile = replace(data, texts=texts, title=names[0], subtitle=names[2])
    file = build_explorer(hostile).save(tmp_path / "hostile.html")
    seen = opened("#view=full&close=node:n1&cap=c0@0.5", file=file)
    page = seen.page
    for view in ("map", "who", "full", "worst"):
        page.click(f"#tab-{view}")
        settle(page)
    page.fill("#search", "n2")
    page.press("#search", "Shift+Enter")
    page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    assert page.evaluate("document.querySelectorAll('img, body script').length") == 3
    assert "alert(1)" in page.evaluate("document.body.innerText")


def test_a_network_without_demand_or_limits_opens(opened, tmp_path):
    own = toys.network({"a": "XA", "b": "XB"}, [{"from_node": "a", "to_node": "b"}], [])
    file = explorer(own, as_of=DAY).save(tmp_path / "bare.html")
    page = opened("#close=border:XA-XB", file=file).page
    assert "nothing changes for the cargo" in text(page, "sentence")
    for name in ("who", "full", "worst", "map"):
        page.click(f"#tab-{name}")
        settle(page)
    assert "Optimal, proved" in text(page, "proof")


def test_no_script_but_the_pages_own_runs(opened, small):
    seen = opened(file=small)
    page = seen.page
    ran = page.evaluate(
        """() => { window.ran = false;
        const s = document.createElement('script'); s.textContent = 'window.ran = true';
        document.body.append(s); return window.ran; }"""
    )
    assert ran is False
    seen.console.clear()


def test_a_phone_shows_the_map_before_the_numbers_and_nothing_is_cut_off(opened):
    page = opened(POLAND, viewport={"width": 390, "height": 844}, has_touch=True).page
    canvas, cards = (page.locator(f"#{name}").bounding_box() for name in ("canvas", "headline"))
    assert canvas["y"] < cards["y"]
    for name in ("map", "who", "full", "worst"):
        page.click(f"#tab-{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_dark_and_light_are_a_button_away(opened, small):
    page = opened(file=small, color_scheme="dark").page
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(paper)
    page.click("#theme")
    assert page.evaluate(paper) != dark
    page.click("#theme")
    assert page.evaluate(paper) == dark


def test_paper_is_light_and_bears_the_address(opened, small):
    page = opened("#close=border:XA-XB", file=small, color_scheme="dark").page
    show_as(page, media="print", color_scheme="dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert "border:XA-XB" in text(page, "address")
    assert page.locator("#search").is_hidden()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")


def test_the_command_writes_the_page_and_says_so(tmp_path):
    folder = co.new_network(tmp_path / "own")
    file = tmp_path / "page.html"
    call = ["explore", "--network", str(folder), "--as-of", "2026-03-01", "--out", str(file)]
    call += ["--scenario", str(folder / "border-closed.yaml"), "--json"]
    found = CliRunner().invoke(app, call)
    assert found.exit_code == 0, found.output
    said = json.loads(found.stdout)
    assert said["file"] == str(file)
    assert said["scenarios"] == 1
    assert said["bytes"] == file.stat().st_size < 1_000_000


def test_the_command_refuses_what_it_cannot_write_before_it_works(tmp_path):
    found = CliRunner().invoke(app, ["explore", "--out", str(tmp_path / "no" / "page.html")])
    assert found.exit_code != 0
    assert not (tmp_path / "no").exists()


def test_it_shows_itself_in_a_notebook(shipped):
    bundle = shipped._repr_mimebundle_()
    assert bundle["text/html"].startswith("<div><iframe sandbox=")
    assert bundle["text/plain"] == repr(shipped)


def test_it_works_in_the_frame_of_a_notebook(browser, shipped, tmp_path):  # noqa: F811
    cell = shipped._repr_mimebundle_()["text/html"]
    file = tmp_path / "notebook.html"
    file.write_text(f"<!doctype html><meta charset=utf-8><title>n</title>{cell}", "utf-8")
    with visit(browser, file) as seen:
        frame = seen.page.frames[1]
        wait_for(lambda: frame.evaluate(SETTLED))
        frame.fill("#search", "belarus poland border")
        frame.press("#search", "Enter")
        wait_for(lambda: "border shut" in frame.locator("#sentence").inner_text())
        assert seen.noise == []


WRITTEN = """() => {
  const home = document.querySelector('#canvas').getBoundingClientRect();
  const over = [...document.querySelectorAll('#frame .zoom button, #legend')]
    .map((it) => it.getBoundingClientRect());
  return window.written.filter(([text, x, y, wide]) => over.some((box) =>
    home.left + x < box.right && home.left + x + wide > box.left
      && home.top + y - 6 < box.bottom && home.top + y + 6 > box.top)).map(([text]) => text);
}"""
"""The names that lie under what lies on the map."""


def test_no_name_is_written_under_the_buttons_or_the_legend(at):
    page = at().page
    page.evaluate(
        """() => {
          window.written = [];
          const write = CanvasRenderingContext2D.prototype.fillText;
          CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
            window.written.push([text, x, y, this.measureText(text).width]);
            return write.call(this, text, x, y);
          };
        }"""
    )
    page.focus("#canvas")
    for key in ["+", "+", *["ArrowLeft", "ArrowUp", "ArrowRight", "ArrowRight", "ArrowDown"] * 5]:
        page.evaluate("window.written.length = 0")
        page.keyboard.press(key)
        until(page, "window.written.length > 0")
        assert page.evaluate(WRITTEN) == []


def test_an_address_over_an_open_page_shows_its_part_of_the_map(at):
    for wanted in ("41/45/6", "50.5/30.25/7", "60/100/4"):
        page = at(f"#close=border:BY-PL&at={wanted}").page
        # What a reader does next writes where the map is into the address.
        page.focus("#canvas")
        page.keyboard.press("+")
        until(page, f"!(location.hash + '&').includes('at={wanted}&')")
        lat, lon, _ = re.search(r"at=([^&]*)", address(page))[1].split("/")
        assert [float(lat), float(lon)] == pytest.approx(
            [float(part) for part in wanted.split("/")[:2]], abs=0.02
        )


def test_an_address_over_an_open_page_shows_what_it_shows_when_opened(at, opened):
    """Wherever the reader has gone before; and a move that is just over writes nothing into it."""
    names = {}
    for address_of_page in (PLAIN, POLAND, f"{PLAIN}&at=50.5/30.25/7"):
        for how, page in (("anew", opened(address_of_page).page), ("over", at().page)):
            if how == "over":
                page.focus("#canvas")
                for key in ["+", "+", *["ArrowRight"] * 8]:
                    page.keyboard.press(key)
                at(address_of_page)
            page.focus("#canvas")
            page.keyboard.press("+")
            until(page, f"location.hash.includes('at=') && location.hash !== '{address_of_page}'")
            names[how] = address(page)
        assert names["over"] == names["anew"]


def test_a_move_that_an_address_overtakes_is_not_written_into_it(at):
    page = at().page
    page.focus("#canvas")
    page.keyboard.press("+")
    at(POLAND)
    page.evaluate("new Promise((done) => setTimeout(done, 400))")
    assert address(page) == POLAND
