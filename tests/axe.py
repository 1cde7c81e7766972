"""axe-core over an open page: what bars people from it.

The rules are those of the package axe-playwright-python, which carries axe-core (MPL-2.0);
it is a tool of the tests and in no page.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

OPEN_ALL = "() => document.querySelectorAll('details').forEach((it) => { it.open = true; })"

RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ['violations'] });
  const bad = found.violations.filter((it) => ['serious', 'critical'].includes(it.impact));
  return bad.flatMap((it) => it.nodes.map((node) => `${it.id}: ${node.target} ${node.html}`));
}"""


@cache
def rules():
    """Return the text of axe-core."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def bars(page):
    """Return what is serious or critical on a page as it stands now.

    The page must have been opened with ``bypass_csp=True``: its own policy runs its own
    scripts alone.
    """
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(rules())
    return page.evaluate(RUN)


def bars_everywhere(page, sizes=(WIDE, PHONE)):
    """Return the same in light and dark, on each size of screen."""
    found = []
    for size in sizes:
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found += [f"{size['width']}, {scheme}: {text}" for text in bars(page)]
    return found
