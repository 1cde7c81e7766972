"""Measure the explorer's page: its size, how soon it answers, and how long each closure takes.

    python benchmarks/explorer.py [PAGE]

Opens the page from disk in headless Chromium, network off; makes it first where no page is named.
By route choice it shuts an even spread of the things. Prints a table in Markdown, for
docs/explorer.md, headed by the day, the browser and how many processes were ready to run
beside it on how many cores: other people's work makes all of it slower.
"""

from __future__ import annotations

import datetime as dt
import os
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
BY_CHOICE = 30
"""Closures by route choice, each of which takes up to a second."""

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
        load = os.getloadavg()[0]
        version, own = measured(page, things)
        rows = [("size", f"{page.stat().st_size / 1e3:,.0f} kB"), *own]
    today = dt.datetime.now(dt.UTC).date()
    print(f"{today}, Chromium {version}, load {load:.1f} on {os.cpu_count()} cores beside it\n")
    print("| what | measured |\n|---|---|")
    for what, value in rows:
        print(f"| {what} | {value} |")


def measured(page: Path, things: list[str]) -> tuple[str, list[tuple[str, str]]]:
    """Return the browser's version, and rows of the table: what was measured, how it came out."""
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
        tab.wait_for_selector("body:not(.opening):not(.busy)")
        shown = time.perf_counter() - begun
        (first,) = tab.evaluate(MEASURE, [["border:BY-PL"], ""])
        every = sorted(tab.evaluate(MEASURE, [things, ""]))
        few = [things[i * len(things) // BY_CHOICE] for i in range(BY_CHOICE)]
        chosen = sorted(tab.evaluate(MEASURE, [few, "logit"]))
        version = chromium.version
        chromium.close()
    return version, [
        ("from opening until it takes questions", f"{ready:.1f} s"),
        ("from opening until the first answer is drawn", f"{shown:.1f} s"),
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
