"""What the explorer's page says of what a reader has moved, and where it leaves who uses keys."""

from __future__ import annotations

import pytest
import toys
from waiting import wait_for

import corridors as co
from corridors.analysis.explorer import explorer
from tests.browser import FRAMES, browser, visit  # noqa: F401  a fixture, and what it opens

pytestmark = pytest.mark.browser

DAY = "2026-01-01"
SETTLED = (
    "!document.body.classList.contains('opening') && !document.body.classList.contains('busy')"
)
FOCUSED = "document.activeElement.id || document.activeElement.dataset.hold || ''"
LAND = "border:AA-BB"
GONE = f"#d={DAY}&close={LAND}"


def settle(page):
    wait_for(lambda: page.evaluate(SETTLED))


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Return the page of two ways, of which one has a limit."""
    return explorer(toys.two_ways(), as_of=DAY).save(
        tmp_path_factory.mktemp("explorer") / "ways.html"
    )


@pytest.fixture
def opened(browser, path):  # noqa: F811
    """Open the page at an address; when all is done nothing may have complained."""
    visits = []

    def open_at(address=f"#d={DAY}", file=path):
        own = visit(browser, file, address)
        seen = own.__enter__()
        visits.append((own, seen))
        settle(seen.page)
        return seen.page

    yield open_at
    for own, seen in visits:
        noise = seen.noise
        own.__exit__(None, None, None)
        assert noise == []


def go(page, address):
    page.evaluate(
        """(address) => new Promise((done) => {
          addEventListener('hashchange', () => done(), { once: true });
          location.hash = address;
        })""",
        address,
    )
    settle(page)


SAID = {
    "one of each": (
        "&cap=short@0.9&demand=all@0.5&delay=link:c-d-road@3",
        "with 1 capacity, 1 delay and 1 demand changed, 5 t a day are no longer wanted",
    ),
    "several of a kind": (
        "&delay=node:d@12,country:DD@12",
        "with 2 delays changed, 10 t keep their way and are 1 day longer on it on average",
    ),
    "what days do not show": (
        "&delay=link:a-b-road@0.1",
        "10 t keep their way and are 0.1 hours longer on it on average",
    ),
    "one hour": ("&delay=link:a-b-road@1", "10 t keep their way and are 0.04 days longer"),
    "more than there is room for": (
        "&close=link:a-c-road&demand=all@20",
        "90 t are newly carried, 100 t more are wanted and not carried",
    ),
}
"""What is asked, and what the sentence says of it."""


@pytest.mark.parametrize(("asked", "said"), SAID.values(), ids=SAID)
def test_the_sentence_says_what_is_moved_and_how_much_is_wanted(opened, asked, said):
    assert said in opened(f"#d={DAY}{asked}").inner_text("#sentence")


def test_no_date_of_the_sentence_is_broken(opened):
    page = opened()
    day = page.locator("#sentence .day")
    assert day.inner_text() == DAY
    assert day.evaluate("(it) => getComputedStyle(it).whiteSpace") == "nowrap"


def test_what_an_address_names_in_vain_is_told_by_number(opened):
    page = opened(f"#d={DAY}&close=node:no")
    assert "node:no. It was left out." in page.inner_text("#unknown")
    go(page, f"#d={DAY}&close=node:no,node:nor")
    assert "node:no, node:nor. They were left out." in page.inner_text("#unknown")


def test_factors_and_hours_are_shown_in_few_digits(opened):
    page = opened(f"#d={DAY}&cap=short@0.21428571428571427&delay=node:c@2.4000000000000004")
    chips = page.inner_text("#chips")
    assert "short × 0.2143" in chips
    assert "+ 2.4 h" in chips
    # The address keeps what was asked.
    go(page, f"#d={DAY}&cap=short@0.21428571428571427&view=full")
    assert "short@0.214285714285714" in page.evaluate("location.hash")


def test_the_focus_stays_with_who_uses_keys(opened):
    """Whatever is pressed and goes away leaves the focus on what comes next, never nowhere."""
    page = opened(f"#d={DAY}&close={LAND},node:c&cap=short@0.5")

    def press(selector, key="Enter"):
        page.locator(selector).focus()
        page.keyboard.press(key)
        settle(page)
        return page.evaluate(FOCUSED)

    assert press(f'[data-hold="back/close/{LAND}"]') == "back/close/node:c"
    press('[data-hold="back/close/node:c"]')
    assert press('[data-hold="back/capacity/short"]') == "undo"
    for _ in range(3):
        press("#undo")
    assert page.locator("#undo").is_disabled()
    assert page.evaluate(FOCUSED) == "tab-map"
    assert press("#reset") == "undo"


def test_details_lead_back_to_where_they_were_opened(opened):
    page = opened(f"#d={DAY}&close={LAND}")
    page.locator("#lines summary").click()
    line = '#lines [data-hold="link:a-c-road"]'
    page.locator(line).focus()
    page.keyboard.press("Enter")
    # One thing leads to the next, and the table is written anew under them.
    page.locator("#details button.link", has_text="(CC)").focus()
    page.keyboard.press("Enter")
    page.locator("#details button.main").click()
    settle(page)
    # A dialog that lies above is shut alone.
    page.locator("#help-button").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    wait_for(lambda: page.locator("#help").is_hidden())
    assert page.locator("#details").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#details").is_hidden()
    assert page.evaluate(FOCUSED) == "link:a-c-road"
    # What was opened from is gone: the view that is up has the focus.
    page.locator('[data-hold="chip/close/node:c"]').focus()
    page.keyboard.press("Enter")
    page.locator("#details button.main").click()
    settle(page)
    page.keyboard.press("Escape")
    assert page.evaluate(FOCUSED) == "tab-map"


def test_an_address_between_two_pulls_of_a_slider_can_be_undone(opened):
    page = opened()
    page.click("#tab-full")
    page.select_option("#full-which", "all")
    box = page.locator("#view-full input[type=number]").first

    def typed(value):
        box.fill(value)
        box.press("Enter")
        settle(page)

    typed("0.5")
    go(page, f"#d={DAY}&cap=short@0.25&view=full")
    typed("0.75")
    page.click("#undo")
    settle(page)
    assert "cap=short@0.25" in page.evaluate("location.hash")


def test_no_more_can_be_typed_than_an_address_takes(opened):
    page = opened(f"#d={DAY}&view=full")
    page.select_option("#full-which", "all")
    box = page.locator("#view-full input[type=number]").first
    for value, kept in (("1000000", True), ("1000001", False)):
        box.fill(value)
        box.press("Enter")
        settle(page)
        assert (f"@{value}" in page.evaluate("location.hash")) is kept


def test_what_is_called_just_so_is_found_before_what_begins_so(opened, tmp_path):
    """Enter shuts the country that was named, not the first of its borders."""
    net = toys.network(
        {"a": "KZ", "b": "RU"},
        [{"from_node": "a", "to_node": "b"}],
        [{"origin": "a", "destination": "b", "per_day": 10}],
    )
    file = explorer(net, as_of=DAY).save(tmp_path / "two.html")
    page = opened(f"#d={DAY}", file)
    for typed, key in (
        ("kazakhstan", "country:KZ"),
        ("Kazakhstan Russia", "border:KZ-RU"),
        ("b", "node:b"),
        ("kazakh", "border:KZ-RU"),
    ):
        page.fill("#search", typed)
        page.press("#search", "Enter")
        settle(page)
        assert page.evaluate("location.hash").endswith(f"&close={key}"), typed
        page.click("#undo")
        settle(page)


def test_a_hint_does_not_outlive_the_map_that_it_is_about(opened):
    page = opened()
    page.click("#zoom-all")
    frame = page.locator("#canvas").bounding_box()
    shown = "!document.getElementById('tip').hidden"
    spots = [
        (frame["x"] + x, frame["y"] + y)
        for x in range(80, int(frame["width"]) - 80, 40)
        for y in range(20, int(frame["height"]), 20)
    ]

    def point():
        for spot in spots:
            page.mouse.move(*spot)
            page.evaluate(FRAMES)
            if page.evaluate(shown):
                return
        raise AssertionError("nothing under the pointer")

    point()
    go(page, f"#d={DAY}&at=10/10/6")
    assert not page.evaluate(shown)


def test_days_are_listed_by_date(opened, tmp_path):
    folder = co.new_network(tmp_path / "own")
    plans = [
        co.scenario({"name": f"p{i}", "as_of": day, "events": [{"close": {"node": "aster"}}]})
        for i, day in enumerate(("2027-05-01", "2024-05-01", "2026-05-01"))
    ]
    file = explorer(co.load(folder), plans, as_of="2026-03-01").save(tmp_path / "days.html")
    page = opened("", file)
    listed = page.locator("#scenario optgroup[label=Days] option").all_inner_texts()
    days = [text.rpartition(" ")[2] for text in listed]
    assert days == sorted(days)
    assert page.locator("#scenario option:checked").inner_text().endswith("2026-03-01")


def two_sellers():
    """A buyer of 10 with two sellers, 8 at 500 USD and 6 at 600."""
    offers = [("a", 8, 500), ("b", 6, 600)]
    return toys.network(
        {"a": "XA", "b": "XB", "c": "XC"},
        [{"link_id": f"{x}-c", "from_node": x, "to_node": "c"} for x, *_ in offers],
        [{"origin": "", "destination": "c", "market": "m", "per_day": 10, "demand_id": "buys"}],
        supply=[
            {
                "market": "m",
                "node_id": node,
                "side": "seller",
                "amount": amount,
                "usd_per_unit": usd,
                "cargo": "bulk",
                "per": "day",
            }
            for node, amount, usd in offers
        ],
    )


@pytest.mark.parametrize("factor", [0, 0.25, 1.5])
def test_an_offer_that_is_moved_is_a_supply_in_the_scenario_file(opened, factor, tmp_path):
    """An offer is no capacity: `corridors run` would refuse a limit on it."""
    net = two_sellers()
    page = opened(
        f"#d={DAY}&cap=m/a/bulk@{factor}", explorer(net, as_of=DAY).save(tmp_path / "m.html")
    )
    page.click("#yaml-button")
    written = page.input_value("#yaml")
    own = tmp_path / "asked.yaml"
    own.write_text(written, encoding="utf-8")
    hit = co.assign(net, own)
    asked = {"day": DAY, "capacity": {"m/a/bulk": factor}}
    found = page.evaluate("(asked) => window.corridors.detail(asked)", asked)
    assert found["objective"] == pytest.approx(hit.answer.objective)
    bought = hit.sales.set_index("node_id")["sold_units_per_day"].to_dict()
    assert bought["a"] == pytest.approx(min(8 * factor, 10))
    page.click("#yaml-take")
    settle(page)
    assert f"cap=m/a/bulk@{factor}" in page.evaluate("location.hash")


def test_what_no_scenario_file_can_say_is_told(opened, tmp_path):
    """Raised by a factor while its directions hold different amounts: no one amount says that."""
    net = toys.two_ways()
    net.tables["capacities"]["per_direction"] = "yes"
    half = {"limit": {"capacity": "short", "direction": "forward"}, "to": 0.5}
    plan = co.scenario({"name": "half", "as_of": DAY, "events": [half]})
    file = explorer(net, [plan], as_of=DAY).save(tmp_path / "half.html")
    page = opened("#scenario=half&cap=short@1.5", file)
    page.click("#yaml-button")
    assert "Not in the file: short" in page.inner_text("#yaml-said")
    assert "× 1.5, as a limit is raised by an amount" in page.inner_text("#yaml-said")
    page.keyboard.press("Escape")
    go(page, "#scenario=half&cap=short@0.5")
    page.click("#yaml-button")
    assert page.inner_text("#yaml-said") == ""
    assert "to: 0.5" in page.input_value("#yaml")
