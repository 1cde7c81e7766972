"""A folium map as one HTML file that asks no other host for anything.

folium's own files load their libraries from content delivery networks: without a
connection they are blank, and the element ids in them are random. Here every library
is inlined from a vendored copy, an address that nothing stands for is an error, ids
are counted instead of drawn, and a content security policy names the hash of each
script, so that a browser runs these and no others.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.errors import DataError
from corridors.files import write_text
from corridors.maps import escape, vendored

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    import folium
    from branca.element import Element

__all__ = ["self_contained", "write_atomically"]

# folium puts these on every map. They are needed by folium.Icon alone.
_ICON_LIBRARIES = re.compile(r"/(bootstrap|leaflet\.awesome|font-?awesome)|@fortawesome/")
_LOADING_ATTRIBUTES = ("src", "srcset", "poster", "data", "background", "xlink:href", "action")
_VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1" />'
# A string that begins as an address: what L.tileLayer, fetch and their like are given.
# A link that a reader may follow loads nothing.
_ADDRESS_IN_SCRIPT = re.compile(r"""(?<!href=)["'`]((?:https?:)?//[^"'`\s]+)""")
_STYLE_ATTRIBUTE = re.compile(r"""\sstyle\s*=\s*\\?["']""")
_BLANK_LINES = re.compile(r"[ \t]*\n\s*")
_ADDRESS_IN_STYLE = re.compile(r"""@import|url\(\s*["']?(?!data:|#)""")


def self_contained(folium_map: folium.Map, *, title: str, lang: str = "en") -> str:
    """Render a folium map to one HTML text that needs no network.

    Parameters
    ----------
    folium_map
        The map. Bootstrap, Font Awesome and Leaflet.awesome-markers are left out.
    title
        Title of the page.
    lang
        Language of the page, as a BCP 47 tag.

    Returns
    -------
    str
        The page. The same map, built again, gives the same text.

    Raises
    ------
    DataError
        If the map would load anything that is not vendored, or uses `folium.Icon`.

    Examples
    --------
    >>> import folium
    >>> page = self_contained(folium.Map(tiles=None), title="Empty map")
    >>> "cdn.jsdelivr.net" in page
    False
    """
    figure = folium_map.get_root()
    rewriter = _Rewriter(title, lang)
    rewriter.feed(_counted(figure.render(), _ids(figure)))
    rewriter.close()
    return rewriter.page()


def write_atomically(path: str | os.PathLike[str], content: str) -> Path:
    """Write a text file so that nobody ever sees half of it.

    Parameters
    ----------
    path
        Where to write; the folder must exist.
    content
        What to write, as UTF-8 with newlines as they are.

    Returns
    -------
    Path
        Where it was written.
    """
    target = Path(path)
    write_text(target, content)
    return target


def _ids(element: Element, seen: set[str] | None = None) -> Iterator[str]:
    """Walk everything that hangs on an element and yield each id once."""
    from branca.element import Element

    seen = set() if seen is None else seen
    held = vars(element)
    if held["_id"] in seen:
        return
    seen.add(held["_id"])
    yield held["_id"]
    for other in (*held.values(), *held["_children"].values()):
        if isinstance(other, Element):
            yield from _ids(other, seen)


def _counted(page: str, ids: Iterator[str]) -> str:
    """Replace each random id by its rank of first appearance in the page."""
    known = set(ids)
    ranks: dict[str, str] = {}

    def rank(match: re.Match[str]) -> str:
        found = match.group(0)
        return ranks.setdefault(found, str(len(ranks) + 1)) if found in known else found

    return re.sub(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", rank, page)


def _sha256(content: str) -> str:
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


class _Rewriter(HTMLParser):
    """Copies a page, with what it would load put into it."""

    def __init__(self, title: str, lang: str) -> None:
        super().__init__(convert_charrefs=False)
        self._title = title
        self._lang = lang
        self._out: list[str] = []
        self._scripts: list[str] = []
        self._styles: list[str] = []
        self._packages: list[str] = []
        self._raw: list[str] | None = None
        self._skip_until: str | None = None
        self._is_code = False
        self._has_style_attributes = False

    def page(self) -> str:
        """Return the finished page."""
        rules = [
            "default-src 'none'",
            f"script-src {' '.join(dict.fromkeys(self._scripts)) or repr('none')}",
            f"style-src {' '.join(dict.fromkeys(self._styles)) or repr('none')}",
            "img-src data:",
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
        if self._has_style_attributes:
            rules.insert(3, "style-src-attr 'unsafe-inline'")
        policy = "; ".join(rules)
        head = (
            "<head>\n"
            '<meta charset="utf-8" />\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}" />\n'
            f"{_VIEWPORT}\n"
            '<meta name="generator" content="corridors" />\n'
            f"<title>{escape.text(self._title)}</title>\n"
            f"{''.join(_licence_comment(name) for name in dict.fromkeys(self._packages))}"
        )
        return "".join(self._out).replace("<head>", head, 1).strip() + "\n"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Copy a start tag, or put what it would load in its place."""
        values = {name: value or "" for name, value in attrs}
        if tag == "html":
            self._out.append(f'<html lang="{escape.text(self._lang)}">')
        elif tag == "title":
            self._skip_until = tag
        elif tag == "meta" and (
            values.get("name") == "viewport" or values.get("http-equiv") == "content-type"
        ):
            pass
        elif tag == "script" and "src" in values:
            self._skip_until = tag
            self._put_library(values["src"], tag)
        elif tag == "link":
            if values.get("rel") != "stylesheet":
                raise DataError(f"the page would load {values.get('href')}: {values.get('rel')}")
            self._put_library(values.get("href", ""), tag)
        else:
            self._refuse_loading(tag, values)
            if tag in {"script", "style"}:
                self._raw = []
                self._is_code = values.get("type", "text/javascript") in {
                    "text/javascript",
                    "module",
                    "",
                }
            self._out.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Copy a tag that ends itself."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Copy an end tag; at the end of a script or a style, take its hash."""
        if self._skip_until is not None:
            if tag == self._skip_until:
                self._skip_until = None
            return
        if self._raw is not None:
            self._put_inline(tag, "".join(self._raw))
            self._raw = None
        self._out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Copy text."""
        if self._raw is not None:
            self._raw.append(data)
        elif self._skip_until is None:
            self._out.append(_BLANK_LINES.sub("\n", data))

    def handle_entityref(self, name: str) -> None:
        """Copy a named character reference."""
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Copy a numeric character reference."""
        self.handle_data(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        """Copy the document type."""
        self._out.append(f"<!{decl}>")

    def _put_library(self, url: str, tag: str) -> None:
        if _ICON_LIBRARIES.search(url):
            return
        if tag == "script":
            package, content = vendored.script(url)
            self._out.append("<script>")
            self._put_inline("script", content, ours=True)
            self._out.append("</script>")
        else:
            package, content = vendored.css(url)
            self._out.append("<style>")
            self._put_inline("style", content, ours=True)
            self._out.append("</style>")
        self._packages.append(package)

    def _put_inline(self, tag: str, content: str, *, ours: bool = False) -> None:
        # A browser reads CR LF as LF before it takes the hash.
        content = content.replace("\r\n", "\n").replace("\r", "\n")
        if tag == "style":
            if not ours and (found := _ADDRESS_IN_STYLE.search(content)):
                raise DataError(f"a style of the page would load something: {found.group(0)}")
            self._styles.append(_sha256(content))
        elif self._is_code or ours:
            if not ours and (found := _ADDRESS_IN_SCRIPT.search(content)):
                raise DataError(
                    f"a script of the page would load {found.group(1)}; an offline map "
                    "has no tiles (use tiles=None) and no data from elsewhere"
                )
            self._has_style_attributes |= not ours and bool(_STYLE_ATTRIBUTE.search(content))
            if not ours and "AwesomeMarkers" in content:
                raise DataError(
                    "folium.Icon needs fonts that are not vendored; use CircleMarker or DivIcon"
                )
            self._scripts.append(_sha256(content))
        self._out.append(content)

    def _refuse_loading(self, tag: str, values: dict[str, str]) -> None:
        self._has_style_attributes |= "style" in values
        for name in _LOADING_ATTRIBUTES:
            value = values.get(name, "")
            if value and not value.startswith(("data:", "#")):
                raise DataError(f"the page would load {value} by <{tag} {name}>")


def _licence_comment(package: str) -> str:
    text = "\n".join(vendored.licence(package).strip().splitlines()).replace("--", "- -")
    return f"<!-- {package} is used under this licence:\n{text}\n-->\n"
