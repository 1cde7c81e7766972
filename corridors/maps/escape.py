"""Text on its way into a page: the one helper through which every foreign text goes.

Names, titles and source titles come out of other people's tables. In a page they
are text and nothing else, wherever they end up: between tags, in an attribute, in a
JavaScript string or template literal, in a Jinja template.
"""

from __future__ import annotations

import json
import re

from corridors.display import STEERS, in_html, plain_values

__all__ = ["json_for_script", "text"]

# html.escape knows markup. These also mean something to a JavaScript template
# literal, to a JavaScript string and to Jinja.
_MORE = {ord(character): f"&#{ord(character)};" for character in "`$\\{}"}

# branca reads what a folium element renders as a Jinja template once more, data and all.
# In JSON such a pair of characters can only stand inside a text.
_TEMPLATE = re.compile(r"\{(?=[{%#])")

# As json writes control characters, or some: a backslash of the text itself costs a second look.
_ESCAPED = re.compile(r"\\[bfrtu]")

_IN_SCRIPT = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def text(value: object) -> str:
    r"""Return `value` as text that stays text in HTML.

    Parameters
    ----------
    value
        What to show; anything with a ``str``.

    Returns
    -------
    str
        The text with ``& < > " '`` and ``\` $ \\ { }`` as character references.

    Examples
    --------
    >>> text("<b>Brest & Terespol</b> ${x}")
    '&lt;b&gt;Brest &amp; Terespol&lt;/b&gt; &#36;&#123;x&#125;'
    """
    return in_html(value).translate(_MORE)


def json_for_script(value: object) -> str:
    r"""Return `value` as JSON that cannot end the script element it stands in.

    Parameters
    ----------
    value
        What ``json.dumps`` takes; NaN and infinity are refused, since they are no JSON.

    Returns
    -------
    str
        Compact JSON with ``< > &``, the two line separators and the first brace of
        ``{{``, ``{%`` and ``{#`` written as escapes.

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
    return _TEMPLATE.sub(r"\\u007b", packed).translate(_IN_SCRIPT)


def _packed(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
