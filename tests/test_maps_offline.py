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

import folium
import pytest
from folium import plugins

from corridors.display import plain
from corridors.errors import DataError
from corridors.maps import escape, offline, vendored
from tests.browser import browser, visit  # noqa: F401
from tests.maps_sample import NASTY

ROOT = Path(__file__).resolve().parent.parent


class Tags(HTMLParser):
    """The scripts of a page and the texts between its other tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.styles: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
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
        if self._within == "style":
            self.styles[-1] += data


def plain_map() -> folium.Map:
    """A map as a reader of folium's documentation would draw it."""
    drawn = folium.Map(location=[50, 20], zoom_start=4, tiles=None)
    folium.PolyLine([[48, 20], [49, 24]], tooltip="A line").add_to(drawn)
    folium.CircleMarker([50, 20], fill=True, popup=folium.Popup("A place", max_width=200)).add_to(
        drawn
    )
    point = {"type": "Point", "coordinates": [21, 51]}
    folium.GeoJson(
        {"type": "Feature", "properties": {}, "geometry": point},
        marker=folium.CircleMarker(radius=3),
    ).add_to(drawn)
    folium.LayerControl().add_to(drawn)
    return drawn


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("text", NASTY)
def test_escaped_text_holds_nothing_that_means_anything(text: str) -> None:
    assert not set(escape.text(text)) & set("<>\"'`$\\{}")


@pytest.mark.parametrize("text", NASTY)
def test_json_in_a_script_comes_back_whole_and_cannot_end_it(text: str) -> None:
    packed = escape.json_for_script({"text": text})
    assert "<" not in packed
    assert "\u2028" not in packed
    assert not re.search(r"\{[{%#]", packed)
    # What steers a terminal or breaks a line is written out, everything else comes back as it was.
    assert json.loads(packed) == {"text": plain(text)}


def test_no_own_asset_looks_like_a_template() -> None:
    # branca renders the output of an element once more as a Jinja template.
    own = sorted((ROOT / "corridors" / "assets" / "flowmap").iterdir())
    assert len(own) >= 9
    for path in own:
        assert not re.search(r"\{[{%#]", path.read_text(encoding="utf-8")), path.name


def test_json_refuses_a_number_that_is_none() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        escape.json_for_script(float("nan"))


def test_vendored_files_are_those_in_the_list() -> None:
    command = [sys.executable, ROOT / "scripts" / "vendor_assets.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_altered_vendored_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    read = vendored.asset_bytes
    monkeypatch.setattr(
        vendored, "asset_bytes", lambda name: read(name) + (b" " if name.endswith(".js") else b"")
    )
    url = next(row.url for row in vendored.vendored() if row.file == "leaflet/leaflet.js")
    with pytest.raises(DataError, match=r"leaflet\.js differs from its SHA-256"):
        vendored.script(url)


def test_leaflet_goes_in_without_its_link_and_its_flag() -> None:
    url = next(row.url for row in vendored.vendored() if row.file == "leaflet/leaflet.js")
    _, code = vendored.script(url)
    assert 'prefix:"Leaflet"' in code
    assert "leaflet-attribution-flag" not in code
    assert "sourceMappingURL" not in code


def test_every_package_carries_its_licence() -> None:
    page = offline.self_contained(plain_map(), title="Plain")
    for package in ("leaflet", "jquery"):
        first = vendored.licence(package).splitlines()[0]
        assert f"<!-- {package} is used under this licence:" in page
        assert first in page


def test_same_map_same_bytes() -> None:
    one, other = (offline.self_contained(plain_map(), title="Plain") for _ in range(2))
    assert one == other
    assert not re.search(r"_[0-9a-f]{32}", one)


def test_text_that_looks_like_an_id_is_left_alone() -> None:
    drawn = plain_map()
    folium.CircleMarker([1, 1], tooltip="map_0123456789abcdef0123456789abcdef").add_to(drawn)
    page = offline.self_contained(drawn, title="Plain")
    assert "map_0123456789abcdef0123456789abcdef" in page


def test_policy_names_the_hash_of_every_script_and_style() -> None:
    tags = Tags(offline.self_contained(plain_map(), title="Plain"))
    (policy,) = (
        attrs["content"] or ""
        for tag, attrs in tags.tags
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy
    named = re.findall(r"'sha256-[^']+'", policy)
    assert {digest(code) for _, code in tags.scripts} <= set(named)
    assert {digest(style) for style in tags.styles} <= set(named)
    order = [tag for tag, _ in tags.tags]
    assert order.index("meta") < order.index("script")


def test_page_has_language_title_and_can_be_enlarged() -> None:
    page = offline.self_contained(plain_map(), title="Who & what <b>", lang="de")
    assert '<html lang="de">' in page
    assert "<title>Who &amp; what &lt;b&gt;</title>" in page
    assert "user-scalable" not in page


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (folium.TileLayer("OpenStreetMap"), "tile.openstreetmap.org"),
        (plugins.Fullscreen(), "no vendored file stands for that address"),
        (folium.Marker([1, 1], icon=folium.Icon()), "use CircleMarker or DivIcon"),
        (folium.raster_layers.ImageOverlay("https://example.org/a.png", [[0, 0], [1, 1]]), "a.png"),
    ],
)
def test_what_would_need_the_network_is_refused(layer: folium.map.Layer, said: str) -> None:
    drawn = folium.Map(tiles=None)
    layer.add_to(drawn)
    with pytest.raises(DataError, match=re.escape(said)):
        offline.self_contained(drawn, title="Loads")


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="https://example.org/a.png">',
        '<img srcset="//example.org/a.png 2x">',
        '<link rel="icon" href="https://example.org/favicon.ico">',
        "<style>p { background: url(https://example.org/a.png) }</style>",
        "<style>@import 'a.css'</style>",
        "<script>fetch('https://example.org/a.json')</script>",
    ],
)
def test_markup_that_would_load_is_refused(markup: str) -> None:
    drawn = folium.Map(tiles=None)
    drawn.get_root().html.add_child(folium.Element(markup))
    with pytest.raises(DataError, match="would load"):
        offline.self_contained(drawn, title="Loads")


def test_a_link_that_a_reader_may_follow_is_no_load() -> None:
    drawn = folium.Map(tiles=None)
    drawn.get_root().html.add_child(folium.Element('<a href="https://example.org/">there</a>'))
    assert "example.org" in offline.self_contained(drawn, title="Links")


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = offline.write_atomically(tmp_path / "map.html", "old")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(DataError, match=r"map\.html: cannot be written"):
        offline.write_atomically(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_map_makes_no_folders(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"the folder .*deep does not exist"):
        offline.write_atomically(tmp_path / "deep" / "map.html", "page")
    assert not list(tmp_path.iterdir())


def test_a_plain_folium_map_works_without_a_network(browser, tmp_path: Path) -> None:  # noqa: F811
    page = offline.self_contained(plain_map(), title="Plain")
    path = offline.write_atomically(tmp_path / "plain.html", page)
    with visit(browser, path) as seen:
        circle = seen.page.locator("path.leaflet-interactive").nth(1)
        circle.click()
        assert seen.page.locator(".leaflet-popup-content").inner_text() == "A place"
        assert seen.noise == []
