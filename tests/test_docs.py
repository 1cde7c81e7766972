"""The documentation is built without a warning, reads offline, and its search answers from disk."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from axe import WIDE, bars, bars_everywhere
from waiting import wait_for

import corridors as co
from scripts import build_gallery, house
from tests.browser import browser, visit  # noqa: F401

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.xdist_group("docs")


BUILD = """import gc, sys
gc.set_threshold(100_000, 20, 100)
sys.modules["rfc3987_syntax"] = None
from sphinx.cmd.build import main
sys.exit(main(sys.argv[1:]))
"""
"""As ``python -m sphinx``, in three quarters of its time; conftest.py says what it leaves out."""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("sphinx")
    out = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-c", BUILD, "-b", "html", "-W", "--keep-going", "-q",
         "-d", str(out / ".doctrees"), str(ROOT / "docs"), str(out)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return out


class References(HTMLParser):
    def __init__(self):
        super().__init__()
        self.targets, self.ids, self.loaded = [], set(), []

    def handle_starttag(self, tag, attrs):
        own = dict(attrs)
        if own.get("id"):
            self.ids.add(own["id"])
        if tag == "a" and own.get("href"):
            self.targets.append(own["href"])
        if tag in {"script", "img", "iframe"} and own.get("src"):
            self.loaded.append(own["src"])
        if tag == "link" and own.get("href") and own.get("rel") != "canonical":
            self.loaded.append(own["href"])


def read(page):
    found = References()
    found.feed(page.read_text(encoding="utf-8"))
    return found


def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site):
    pages = {page: read(page) for page in site.rglob("*.html")}
    assert len(pages) > 20
    for page, found in pages.items():
        assert not [src for src in found.loaded if re.match(r"(https?:)?//", src)], page.name
        for target in found.targets:
            if re.match(r"[a-z]+:", target):
                continue
            path, _, part = target.partition("#")
            file = (page.parent / unquote(path)).resolve() if path else page
            assert file.exists(), f"{page.name}: {target}"
            if part and file in pages:
                assert unquote(part) in pages[file].ids, f"{page.name}: {target}"


def test_every_page_is_in_the_contents(site):
    index = read(site / "index.html").targets
    for source in (ROOT / "docs").rglob("*.md"):
        name = source.relative_to(ROOT / "docs").with_suffix(".html").as_posix()
        # The answer is a part of the first page, not a page.
        assert name in {"index.html", "answer.html"} or name in index, name


def test_the_first_page_leads_with_the_answer_of_today(site, net):
    """Where this fails, the data have changed: ``python scripts/build_gallery.py``."""
    closure = co.run(net, build_gallery.SCENARIO)
    text = (ROOT / "docs" / "answer.md").read_text(encoding="utf-8")
    assert text == build_gallery.answer(closure)
    assert f"![{build_gallery.headline(closure)}](docs/pictures/answer.png)" in (
        ROOT / "README.md"
    ).read_text(encoding="utf-8")
    first = (site / "index.html").read_text(encoding="utf-8")
    places = [first.index(part) for part in ("answer.png", "<iframe", "Where to go on")]
    assert places == sorted(places)


def test_pictures_are_small():
    sizes = {p.name: p.stat().st_size for p in (ROOT / "docs" / "pictures").iterdir()}
    assert sizes["answer.png"] < 150_000
    assert sum(sizes.values()) < 1_500_000


def test_the_house_is_drawn_as_it_stands(site):
    [drawn] = (site / "_images").glob("house*.svg")
    plan = house.read_house(ROOT / "corridors")
    names = re.findall(r'class="name" x="14" y="(\d+)">(\w+)<', drawn.read_text("utf-8"))
    floors = [name for _, name in sorted(names, key=lambda it: -int(it[0]))]
    assert floors == list(house.ROOMS)
    assert f"{sum(plan.room(m) == 'flow' for m in plan.lines)} modules" in drawn.read_text("utf-8")


def test_every_public_name_is_written_out(site):
    import corridors as co

    ids = read(site / "reference" / "python.html").ids
    for name in co.__all__:
        value = getattr(co, name)
        if callable(value):
            assert f"corridors.{name}" in ids, name


PAGES = ("index", "model", "gallery/01-poland-closure", "reference/scenario", "seen", "search")
"""A page of each kind."""


@pytest.mark.browser
def test_nothing_bars_people_from_the_pages(browser, site):  # noqa: F811
    for name in PAGES:
        with visit(browser, site / f"{name}.html", bypass_csp=True) as seen:
            seen.page.locator("iframe").evaluate_all("all => all.forEach((it) => it.remove())")
            assert bars_everywhere(seen.page) == [], name
            assert [*seen.console, *seen.errors] == [], name


@pytest.mark.browser
def test_nothing_bars_people_from_the_explorer(browser, site):  # noqa: F811
    settled = "!['opening', 'busy'].some((it) => document.body.classList.contains(it))"
    with visit(browser, site / "shut-and-see.html", bypass_csp=True) as seen:
        wait_for(lambda: seen.page.evaluate(settled))
        assert bars_everywhere(seen.page) == []
        seen.page.set_viewport_size(WIDE)
        for view in ("who", "full", "worst"):
            seen.page.click(f"#tab-{view}")
            assert bars(seen.page) == [], view
        assert seen.noise == []


@pytest.mark.browser
def test_the_explorer_answers_on_the_first_page(browser, site, closure):  # noqa: F811
    lost = closure.change["newly_unserved_t_per_day"] / 1e3
    with visit(browser, site / "index.html") as seen:
        seen.page.locator("iframe.explorer").scroll_into_view_if_needed()
        said = seen.page.frame_locator("iframe.explorer").locator("#sentence")
        wait_for(lambda: "no longer carried" in said.inner_text())
        assert f"{lost:.1f} kt a day are no longer carried" in said.inner_text()
        assert [*seen.console, *seen.errors] == []


@pytest.mark.browser
def test_search_answers_from_disk(browser, site):  # noqa: F811
    opened = browser.new_context(offline=True)
    page = opened.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto((site / "search.html").as_uri() + "?q=headroom")
    page.wait_for_selector("#search-results li a", timeout=0)
    hits = [a.get_attribute("href") for a in page.query_selector_all("#search-results li a")]
    opened.close()
    assert any("analysis" in hit or "python" in hit for hit in hits)
    assert faults == []
