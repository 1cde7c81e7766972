"""Write what people look at into the documentation: the answer, its picture, and screenshots.

``python scripts/build_gallery.py`` writes ``docs/answer.md`` and ``docs/pictures/answer.png``,
which follow from the tables alone. With ``--screens`` it also opens every kind of page in
Chromium, without a network, and takes the screenshots of ``docs/pictures/``: wide, on a phone,
dark and on paper.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.patheffects import withStroke
from PIL import Image
from pyproj import Proj

import corridors as co
from corridors.assignment.explain import answer as told
from corridors.assignment.map_data import network_credits
from corridors.display import number
from corridors.maps.static import ALBERS, change_figure

if TYPE_CHECKING:
    from corridors.assignment.comparison import Comparison

DOCS = Path(__file__).parent.parent / "docs"
PICTURES = DOCS / "pictures"
SCENARIO = "poland-closure-2025"
EUROPE_TO_CHINA = (-3750.0, 3650.0, -2150.0, 1900.0)
"""West, east, south, north of the picture, in kilometres of its projection."""

NAMED = {"warsaw": -1, "xian": -1}
NAMED |= dict.fromkeys(("moscow", "istanbul", "baku", "tehran", "almaty", "tashkent"), 1)
"""Places that the picture names, by id, to their left or right; unknown ones are left out."""

VIEWS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1440, "height": 900}},
    "dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
    "paper": {"viewport": {"width": 1047, "height": 718}},
}
UPRIGHT = ("explorer", "report")
"""Pages whose sheet of paper stands upright; between its margins, as all of them."""
SHOWN = {"wide": 960, "dark": 960, "phone": 390, "paper": 720}
"""Width of each kind of picture as it is kept, in pixels."""

QUALITY = 68


def headline(comparison: Comparison) -> str:
    """Return the answer in a line: what used the border, what goes round, what stays."""
    used = comparison.tables.used
    assert used is not None
    before, rerouted, lost = (
        float(used[f"{name}_t_per_day"].sum()) for name in ("before", "rerouted", "lost")
    )
    plan = comparison.disrupted.scenario
    title = plan.title if plan is not None else "Nothing happens"
    return (
        f"{title}: of {number(before, 't')} a day that used it, "
        f"{number(rerouted, 't')} go round and {number(lost, 't')} stay where they start"
    )


def answer(comparison: Comparison) -> str:
    """Return the page that says the answer, which the first page takes in."""
    # The cargo that used it, by cargo, what going round costs, and who loses most.
    lead = " ".join(told(comparison.tables)[:4])
    day = comparison.disrupted.state.day
    return (
        f"![{headline(comparison)}](pictures/answer.png)\n\n{lead}\n\n"
        f"*`corridors run {SCENARIO}`, by route choice, as of {day}: blue lines carry more, orange "
        "ones less, wider is more tonnes a day; red is shut.*\n"
    )


def picture(comparison: Comparison) -> bytes:
    """Return the map of what changes, its title being the answer, 800 pixels wide."""
    figure = change_figure([("", comparison.changed_lines())])
    figure.set_size_inches(8, 5)
    ax = figure.axes[0]
    west, east, south, north = EUROPE_TO_CHINA
    ax.set(xlim=(west, east), ylim=(south, north))
    first, _, second = headline(comparison).partition(": ")
    ax.set_title(f"{first}\n{second[0].upper()}{second[1:]}", loc="left", fontsize=10.5)
    handles, _ = ax.get_legend_handles_labels()
    words = ("carries more", "carries less", "shut")
    ax.legend(handles, words, loc="lower left", fontsize=9, title="width: tonnes a day")
    nodes = comparison.disrupted.state.net.tables["nodes"].set_index("node_id")
    for name, side in NAMED.items():
        if name in nodes.index:
            x, y = Proj(ALBERS)(nodes["lon"][name], nodes["lat"][name])
            ax.plot(x, y, "o", color="#222222", markersize=3, zorder=7)
            ax.annotate(
                nodes["name"][name],
                (x, y),
                (5 * side, -10),
                textcoords="offset points",
                ha="left" if side > 0 else "right",
                fontsize=9,
                zorder=8,
                path_effects=[withStroke(linewidth=2.5, foreground="white")],
            )
    owed = "; ".join(network_credits(comparison.disrupted.state.net))
    ax.text(0.995, 0.01, owed, transform=ax.transAxes, ha="right", fontsize=6, color="#555555")
    for line in ax.lines:
        # What is shut is short at this scale: a cross says where.
        if line.get_color() == "#c2102f" and len(line.get_xdata()):
            x, y = line.get_data()
            ax.plot(x.mean(), y.mean(), "X", color="#c2102f", markersize=9, zorder=6,
                    markeredgecolor="white")  # fmt: skip
    raw, small = BytesIO(), BytesIO()
    figure.savefig(raw, dpi=100)
    # Few colours are in it: a third of the bytes.
    Image.open(raw).convert("RGB").quantize(128, Image.Quantize.MAXCOVERAGE).save(
        small, "PNG", optimize=True
    )
    return small.getvalue()


def pages(folder: Path, comparison: Comparison) -> dict[str, Path]:
    """Write a page of each kind and return where they are."""
    from corridors.assignment.map_data import network_map

    net = comparison.disrupted.state.net.whole
    made = {
        name: folder / f"{name}.html"
        for name in ("explorer", "comparison", "days", "network", "report")
    }
    day = str(comparison.disrupted.state.day)
    co.explorer(net, [SCENARIO], as_of=day).save(made["explorer"])
    comparison.map().save(made["comparison"])
    co.simulate(net, SCENARIO, 60).map().save(made["days"])
    network_map(net).save(made["network"])
    made["report"].write_text(comparison.report(), encoding="utf-8")
    return made


def screens(made: dict[str, Path]) -> None:
    """Take the screenshots of every page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--host-resolver-rules=MAP * ~NOTFOUND", "--disable-gpu", "--no-sandbox"],
        )
        for kind, path in made.items():
            for view, settings in VIEWS.items():
                own = dict(settings)
                if view == "paper" and kind in UPRIGHT:
                    own["viewport"] = {"width": 718, "height": 1017}
                context = browser.new_context(offline=True, **own)
                context.set_default_timeout(120_000)
                page = context.new_page()
                address = path.resolve().as_uri()
                page.goto(address + (f"#scenario={SCENARIO}" if kind == "explorer" else ""))
                settle(page)
                if view == "paper":
                    page.emulate_media(media="print")
                    page.wait_for_timeout(1000)
                keep(page.screenshot(), PICTURES / f"{kind}-{view}.webp", SHOWN[view])
                print(f"docs/pictures/{kind}-{view}.webp")
                context.close()
        browser.close()


def settle(page: Any) -> None:
    """Wait until a page has drawn, and the explorer has solved what its address asks."""
    page.wait_for_timeout(2000)
    busy = "['opening', 'busy'].some((word) => document.body.classList.contains(word))"
    for _ in range(60):
        if not page.evaluate(busy):
            break
        page.wait_for_timeout(1000)
    page.wait_for_timeout(1000)


def keep(png: bytes, target: Path, width: int) -> None:
    """Write a screenshot as WebP, no wider than it is shown."""
    image = Image.open(BytesIO(png)).convert("RGB")
    if image.width > width:
        image = image.resize((width, round(image.height * width / image.width)))
    image.save(target, "WEBP", quality=QUALITY, method=6)


def main(arguments: list[str]) -> None:
    """Write everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--screens", action="store_true", help="take the screenshots too")
    asked = parser.parse_args(arguments)
    comparison = co.run(co.load(), SCENARIO)
    PICTURES.mkdir(exist_ok=True)
    (DOCS / "answer.md").write_text(answer(comparison), encoding="utf-8")
    (PICTURES / "answer.png").write_bytes(picture(comparison))
    print("docs/answer.md\ndocs/pictures/answer.png")
    if asked.screens:
        with tempfile.TemporaryDirectory() as folder:
            screens(pages(Path(folder), comparison))


if __name__ == "__main__":
    main(sys.argv[1:])
