"""Pages that need no network: what is inlined, what is refused, what a browser runs."""

from __future__ import annotations

import base64
import errno
import hashlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hostile import HOSTILE
from jinja2.exceptions import UndefinedError

from corridors.display import plain
from corridors.errors import DataError
from corridors.maps import FlowMap, flowmap, page, vendored
from corridors.maps.explorer.page import Explorer
from tests.maps_sample import NASTY

ROOT = Path(__file__).resolve().parent.parent


class Tags(HTMLParser):
    """The scripts of a page and the texts between its other tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.styles: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.title = ""
        self._within = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._within = tag
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
        if tag == "style":
            self.styles.append("")

    def handle_endtag(self, _: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within == "script":
            attrs, text = self.scripts[-1]
            self.scripts[-1] = (attrs, text + data)
        if self._within == "title":
            self.title += data
        if self._within == "style":
            self.styles[-1] += data


def built(**changes: Any) -> str:
    """A page of every part that pages have."""
    given: dict[str, Any] = {
        "title": "Plain",
        "styles": flowmap.STYLES,
        "scripts": flowmap.SCRIPTS,
        "data": {"flow-map-data": {}},
    }
    return page.render("page/page.html", **{**given, **changes})


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("text", [*NASTY, *HOSTILE], ids=ascii)
def test_text_in_a_page_is_text(text: str) -> None:
    shown = Tags(built(title=text, lang=text))
    assert shown.title == plain(text)
    harmless = Tags(built())
    assert [tag for tag, _ in shown.tags] == [tag for tag, _ in harmless.tags]


@pytest.mark.parametrize("text", NASTY)
def test_json_in_a_script_comes_back_whole_and_cannot_end_it(text: str) -> None:
    packed = page.json_for_script({"text": text})
    assert "<" not in packed
    assert "\u2028" not in packed
    # What steers a terminal or breaks a line is written out, everything else comes back as it was.
    assert json.loads(packed) == {"text": plain(text)}


def test_json_refuses_a_number_that_is_none() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        page.json_for_script(float("nan"))


def test_vendored_files_are_those_in_the_list() -> None:
    command = [sys.executable, ROOT / "scripts" / "vendor_assets.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_altered_vendored_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    read = vendored.asset_bytes
    monkeypatch.setattr(
        vendored, "asset_bytes", lambda name: read(name) + (b" " if name.endswith(".js") else b"")
    )
    with pytest.raises(DataError, match=r"leaflet\.js differs from its SHA-256"):
        vendored.script("leaflet")


def test_leaflet_goes_in_without_its_link_and_its_flag() -> None:
    code = vendored.script("leaflet")
    assert 'prefix:"Leaflet"' in code
    assert "leaflet-attribution-flag" not in code
    assert "sourceMappingURL" not in code


def test_a_package_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(DataError, match=r"no vendored package 'leaflat'.*leaflet"):
        vendored.css("leaflat")


def test_every_package_carries_its_licence() -> None:
    shown = built()
    for package in {row.package for row in vendored.vendored()}:
        first = vendored.licence(package).splitlines()[0]
        assert f"<!-- {package} is used under this licence:" in shown
        assert first in shown


def test_nothing_is_vendored_that_no_page_uses() -> None:
    assert {row.package for row in vendored.vendored()} == {page.LIBRARY}
    assert "jquery" not in built().lower()


def test_same_page_same_bytes() -> None:
    assert built() == built()


def test_policy_names_the_hash_of_every_script_and_style() -> None:
    tags = Tags(built())
    (policy,) = (
        attrs["content"] or ""
        for tag, attrs in tags.tags
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    named = re.findall(r"'sha256-[^']+'", policy)
    code = [text for attrs, text in tags.scripts if "type" not in attrs]
    assert len(code) == 2
    assert {digest(text) for text in [*code, *tags.styles]} == set(named)
    order = [tag for tag, _ in tags.tags]
    assert order.index("meta") < order.index("script")


def test_a_page_without_scripts_runs_none() -> None:
    shown = built(scripts=(), styles=(), data={}, libraries=())
    (policy,) = (attrs["content"] for _, attrs in Tags(shown).tags if "http-equiv" in attrs)
    assert "script-src 'none'; style-src 'none'" in (policy or "")
    assert "<script" not in shown


def test_page_has_language_title_and_can_be_enlarged() -> None:
    shown = built(title="Who & what <b>", lang="de")
    assert '<html lang="de">' in shown
    assert "<title>Who &amp; what &lt;b&gt;</title>" in shown
    assert "user-scalable" not in shown


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("scripts", "'</script>'", "a script of the page holds '</script'"),
        ("scripts", "'<!--'", "a script of the page holds '<!--'"),
        ("styles", "</STYLE>", "a style of the page holds '</STYLE'"),
        ("styles", "p { background: url(https://example.org/a.png) }", "would load something"),
        ("styles", "@import 'a.css'", "would load something: @import"),
    ],
)
def test_an_asset_that_would_load_or_end_its_element_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, content: str, said: str
) -> None:
    read = page.asset_text
    monkeypatch.setattr(page, "asset_text", lambda file: content if file == "own" else read(file))
    with pytest.raises(DataError, match=re.escape(said)):
        built(**{name: ("own",)})


def test_a_template_that_names_what_is_not_given_is_refused() -> None:
    with pytest.raises(UndefinedError, match="heading"):
        page.render("page/stage.html", title="A stage")


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = FlowMap("a", "old").save(tmp_path / "map.html")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(DataError, match=r"map\.html: cannot be written"):
        FlowMap("a", "new").save(path)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_map_makes_no_folders(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"the folder .*deep does not exist"):
        FlowMap("a", "page").save(tmp_path / "deep" / "map.html")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["nodes.csv", "datapackage.json", "Lines.geojson", "README.md"])
def test_no_page_takes_the_place_of_a_file_of_a_network(tmp_path: Path, name: str) -> None:
    """What `--map` and `--out` of the commands refuse, `save` refuses too."""
    (tmp_path / "datapackage.json").write_text("{}", encoding="utf-8")
    (tmp_path / name).write_text("kept", encoding="utf-8")
    scenario = tmp_path / "closed.yaml"
    scenario.write_text("kept", encoding="utf-8")
    for drawn in (FlowMap("Map", "<html>"), Explorer("Page", "2026-01-01", 0, "<html>")):
        for target in (tmp_path / name, scenario, str(scenario), tmp_path):
            with pytest.raises(DataError, match="expected"):
                drawn.save(target)
        assert (tmp_path / name).read_text(encoding="utf-8") == "kept"
        assert scenario.read_text(encoding="utf-8") == "kept"
        assert drawn.save(tmp_path / "map.html").read_text(encoding="utf-8") == "<html>"
