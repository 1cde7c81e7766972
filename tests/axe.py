"""axe-core over an open page: what bars people from it.

The rules are those of the package axe-playwright-python, which carries axe-core (MPL-2.0);
it is a tool of the tests and in no page.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from tests.browser import show_as

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

OPEN_ALL = "() => document.querySelectorAll('details').forEach((it) => { it.open = true; })"

# What fades in is of no colour yet: it is looked at once it stands still. What never ends,
# as a bar that turns, is as it is.
STILL = """async () => {
  const ends = (it) => Number.isFinite(it.effect?.getComputedTiming().endTime ?? Infinity);
  for (;;) {
    const moving = document.getAnimations().filter((it) => it.playState === 'running' && ends(it));
    if (!moving.length) return;
    await Promise.all(moving.map((it) => it.finished.catch(() => null)));
  }
}"""

RUN = """async () => {
  // Lines of a map hold no text; of a table of a thousand rows the first ten say it.
  const rows = [...document.querySelectorAll('tbody')].flatMap((it) => [...it.rows].slice(10));
  rows.forEach((row) => row.remove());
  const where = { exclude: [['.leaflet-overlay-pane']] };
  const found = await axe.run(where, { resultTypes: ['violations'], preload: false });
  const bad = found.violations.filter((it) => ['serious', 'critical'].includes(it.impact));
  return bad.flatMap((it) => it.nodes.map((node) => `${it.id}: ${node.target} ${node.html}`));
}"""


@cache
def rules():
    """Return the text of axe-core."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def bars(page):
    """Return what is serious or critical on a page as it stands once nothing moves.

    The page must have been opened with ``bypass_csp=True``: its own policy runs its own
    scripts alone.
    """
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(rules())
    page.evaluate(STILL)
    return page.evaluate(RUN)


def bars_everywhere(page):
    """Return the same of a wide screen in the dark, and of a phone in the light.

    What it looks like and how it is laid out are ruled apart, so that the other two would
    show nothing new.
    """
    found = []
    for size, scheme in ((WIDE, "dark"), (PHONE, "light")):
        page.set_viewport_size(size)
        show_as(page, color_scheme=scheme)
        found += [f"{size['width']}, {scheme}: {text}" for text in bars(page)]
    return found
