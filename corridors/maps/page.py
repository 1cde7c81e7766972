"""The page that every map and report is: one template, and nothing that it could load.

A page carries its style sheets, its scripts and its data, and a content security policy
that names the hash of each, so that a browser runs these and no others and asks no other
host for anything. Names, titles and sources come out of other people's tables. The
templates escape every one of them; data stand as JSON in an element that is never run.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from corridors.display import STEERS, plain, plain_values, typeset
from corridors.errors import DataError
from corridors.maps.vendored import asset_text, css, licence, script

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jinja2 import Environment
    from markupsafe import Markup

__all__ = ["json_for_script", "policy", "render", "templates"]

LIBRARY = "leaflet"
"""What draws the maps. Its files stand in every page that has one."""

# As json writes control characters, or some: a backslash of the text itself costs a second look.
_ESCAPED = re.compile(r"\\[bfrtu]")
_IN_SCRIPT = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
_ENDS_ITS_ELEMENT = re.compile(r"</(script|style)|<!--", re.IGNORECASE)
_LOADS = re.compile(r"""@import|url\(\s*["']?(?!data:|#)""")


def render(
    template: str,
    *,
    title: str,
    lang: str = "en",
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    data: Mapping[str, Any] | None = None,
    libraries: Sequence[str] = (LIBRARY,),
    **texts: Any,
) -> str:
    """Return a page as one HTML text that needs nothing but a browser.

    Parameters
    ----------
    template
        Name of the template below ``corridors/assets``; it extends ``page/page.html``.
    title, lang
        Title of the page, and its language as a BCP 47 tag.
    styles, scripts
        Own files below ``corridors/assets``, in their order.
    data
        Plain values for the scripts, by the id of the element that holds them.
    libraries
        Vendored packages that the page uses.
    **texts
        What the template shows; every text in it is escaped.

    Returns
    -------
    str
        The same arguments always give the same text.

    Raises
    ------
    DataError
        If a style or script would end its element, or load something.
    """
    from markupsafe import Markup

    own_styles = [*(_unix(css(name)) for name in libraries), *_joined(styles)]
    own_scripts = [*(_unix(script(name)) for name in libraries), *_joined(scripts)]
    for kind, texts_of in (("style", own_styles), ("script", own_scripts)):
        for text in texts_of:
            if found := _ENDS_ITS_ELEMENT.search(text):
                raise DataError(f"a {kind} of the page holds {found[0]!r}")
    for text in own_styles:
        if found := _LOADS.search(text):
            raise DataError(f"a style of the page would load something: {found[0]}")
    packed = {name: json_for_script(value) for name, value in (data or {}).items()}

    def trusted(text: str) -> Markup:
        # Our own files, and JSON that cannot end its element: autoescape is for texts of others.
        return Markup(text)  # noqa: S704  # nosec B704

    content = templates().get_template(template)
    return (
        content.render(
            title=title,
            lang=lang,
            policy=policy(own_scripts, own_styles),
            licences=trusted("\n".join(_licence_comment(name) for name in libraries)),
            styles=[trusted(text) for text in own_styles],
            scripts=[trusted(text) for text in own_scripts],
            data={name: trusted(text) for name, text in packed.items()},
            **texts,
        ).strip()
        + "\n"
    )


@cache
def templates() -> Environment:
    """Return what reads the templates: every value is escaped, and a name that is none is refused.

    Characters that would steer what shows the page are written out on their way into it.
    """
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(lambda name: _unix(asset_text(name))),
        finalize=_written_out,
    )
    made.filters["typeset"] = typeset
    made.filters["whole"] = whole
    return made


_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def whole(text: object) -> Markup:
    """Return a text for a page, as text alone, whose dates stand on one line each.

    Browsers break them at their hyphens.

    Examples
    --------
    >>> print(whole("<b> of 2025-09-12"))
    &lt;b&gt; of <span class="whole">2025-09-12</span>
    """
    from markupsafe import Markup, escape

    span = Markup('<span class="whole">{}</span>')
    own, at = plain(text), 0
    parts: list[Markup] = []
    for found in _DATE.finditer(own):
        parts += [escape(own[at : found.start()]), span.format(found[0])]
        at = found.end()
    return Markup("").join([*parts, escape(own[at:])])


def _written_out(value: Any) -> Any:
    # Markup is ours; whatever else is shown is a text of someone's, or a number.
    return plain(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def policy(scripts: Sequence[str], styles: Sequence[str], *more: str, images: str = "data:") -> str:
    """Return the content security policy of a page: these scripts, these styles, nothing else.

    Parameters
    ----------
    scripts, styles
        The texts between the tags, as a browser reads them.
    *more
        Further directives, such as ``worker-src blob:``.
    images
        Where images may come from.
    """
    rules = [
        "default-src 'none'",
        f"script-src {_hashes(scripts)}",
        f"style-src {_hashes(styles)}",
        *more,
        f"img-src {images}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(rules)


def _hashes(texts: Sequence[str]) -> str:
    return " ".join(dict.fromkeys(map(_sha256, texts))) or "'none'"


def _sha256(content: str) -> str:
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _unix(text: str) -> str:
    # A browser reads CR LF as LF before it takes the hash.
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _joined(names: Sequence[str]) -> list[str]:
    return ["\n".join(_unix(asset_text(name)).strip("\n") for name in names)] if names else []


def _licence_comment(package: str) -> str:
    text = "\n".join(licence(package).strip().splitlines()).replace("--", "- -")
    return f"<!-- {package} is used under this licence:\n{text}\n-->"


def json_for_script(value: object) -> str:
    r"""Return `value` as JSON that cannot end the script element it stands in.

    Parameters
    ----------
    value
        What ``json.dumps`` takes; NaN and infinity are refused, since they are no JSON.

    Returns
    -------
    str
        Compact JSON with ``< > &`` and the two line separators written as escapes.

    Raises
    ------
    ValueError
        If a number is not finite.

    Examples
    --------
    >>> json_for_script({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    packed = _packed(value)
    if STEERS.search(packed) or _ESCAPED.search(packed):
        packed = _packed(plain_values(value))
    return packed.translate(_IN_SCRIPT)


def _packed(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
