"""Measure the explorer's page: its size, how soon it answers, and how long each closure takes.

    python benchmarks/explorer.py [PAGE]

Opens the page from disk in headless Chromium, network off; makes it first where no page is named.
Prints a table in Markdown, for docs/explorer.md.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

import corridors as co
from corridors.analysis.criticality.elements import KINDS, find_elements
from corridors.analysis.question import ask

DAY = "2025-09-12"

MEASURE = """async ([questions, model]) => {
  await window.corridors.ready;
  const found = [];
  for (const close of questions) {
    const begun = performance.now();
    await window.corridors.solve({ close: [close], ...(model ? { model } : {}) });
    found.push(performance.now() - begun);
  }
  return found;
}"""


def main() -> None:
    """Open the page, measure, and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        net = co.load()
        page = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder, "explorer.html")
        if len(sys.argv) == 1:
            co.explorer(net, as_of=DAY).save(page)
        things = [t.key for t in find_elements(ask(net, None, DAY).state, list(KINDS))]
        rows = [("size", f"{page.stat().st_size / 1e3:,.0f} kB"), *measured(page, things)]
    print("| what | measured |\n|---|---|")
    for what, value in rows:
        print(f"| {what} | {value} |")


def measured(page: Path, things: list[str]) -> list[tuple[str, str]]:
    """Return rows of the table: what was measured, and how it came out."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"],
        )
        tab = chromium.new_context(offline=True).new_page()
        tab.set_default_timeout(600_000)
        begun = time.perf_counter()
        tab.goto(page.resolve().as_uri())
        tab.evaluate("window.corridors.ready")
        ready = time.perf_counter() - begun
        (first,) = tab.evaluate(MEASURE, [["border:BY-PL"], ""])
        every = sorted(tab.evaluate(MEASURE, [things, ""]))
        few = things[:: max(len(things) // 25, 1)]
        chosen = sorted(tab.evaluate(MEASURE, [few, "logit"]))
        chromium.close()
    return [
        ("from opening to the first answer", f"{ready:.1f} s"),
        ("the first closure, Poland's border with Belarus", f"{first:.0f} ms"),
        (
            f"each of {len(every)} closures of one thing, median",
            f"{statistics.median(every):.1f} ms",
        ),
        ("the same, 95 of 100 within", f"{every[int(0.95 * len(every))]:.0f} ms"),
        (
            f"by route choice, {len(few)} of them, median",
            f"{statistics.median(chosen) / 1e3:.2f} s",
        ),
        ("the same, 95 of 100 within", f"{chosen[int(0.95 * len(chosen))] / 1e3:.1f} s"),
    ]


if __name__ == "__main__":
    main()
