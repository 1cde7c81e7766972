"""The documentation is built without a warning, reads offline, and its search answers from disk."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.browser import browser  # noqa: F401

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.xdist_group("docs")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("sphinx")
    out = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q",
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
        assert name == "index.html" or name in index, name


def test_every_public_name_is_written_out(site):
    import corridors as co

    ids = read(site / "reference" / "python.html").ids
    for name in co.__all__:
        value = getattr(co, name)
        if callable(value):
            assert f"corridors.{name}" in ids, name


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
