"""Hostile names through every text of every kind of page, in a browser without a network.

Each text of `hostile.HOSTILE` stands somewhere in each page: in titles, names, notes,
sources, labels and series. Nothing may run, load or become markup; all is shown as text.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hostile import HOSTILE
from test_result_tables import by_hand  # noqa: F401  a fixture

from corridors.assignment.report import ReportContext, report_html
from corridors.display import plain
from corridors.maps import (
    FlowMapData,
    LinkFlow,
    MapCapacity,
    MapDemand,
    MapLink,
    MapNode,
    MapSource,
    build_flow_map,
)
from corridors.maps.queuemap import (
    MapQueue,
    QueueMapData,
    QueueMapLink,
    QueueMapPlace,
    QueuePart,
    build_queue_map,
)
from corridors.maps.static import flow_figure
from tests.browser import browser, visit  # noqa: F401

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# All of it at once where there is one text, and each alone where there are many.
ALL = " ".join(HOSTILE)


def flow_map(states: tuple[str, ...]) -> FlowMapData:
    """A map whose every text is hostile; a line, a place and a demand for each text."""
    links, nodes, demands = [], [], []
    for i, text in enumerate(HOSTILE):
        source = MapSource(text, text, text, text)
        x, y = 5 + i % 20, 35 + i // 20
        flows = {
            state: LinkFlow({text: 100.0 + i + j}, {text: 7.0}) for j, state in enumerate(states)
        }
        limit = MapCapacity(text, text, 10.0, {states[0]: 10.0}, {states[0]: 4.0}, inferred=True)
        links.append(
            MapLink(
                f"{i} {text}", text, text, [(x, y), (x + 0.8, y + 0.6)], corridor=text,
                ends=(text, text), closed_in=states[:1] if i % 3 else (), made=text, note=text,
                flows=flows, capacities=[limit], use={states[0]: 1.0}, sources=[source],
            )
        )  # fmt: skip
        nodes.append(
            MapNode(f"{i} {text}", text, text, text, y, x, {states[0]: {text: 9.0}},
                    {states[0]: {text: 9.0}}, text, [source])
        )  # fmt: skip
        demands.append(
            MapDemand(f"{i} {text}", f"0 {HOSTILE[0]}", f"{i} {text}", text, {states[0]: 9.0},
                      {states[0]: 9.0}, 3.0, 2.0)
        )  # fmt: skip
    return FlowMapData(
        ALL, ALL, [(ALL, ALL)], links, nodes, states, dict.fromkeys(states, ALL),
        {text: text for text in HOSTILE}, dict.fromkeys(HOSTILE[::2], ALL), demands, ALL,
        notes=[ALL], credits=[ALL], lang=HOSTILE[26],
    )  # fmt: skip


def days_map() -> QueueMapData:
    """A map of two days whose every text is hostile; a queue, a place and a line for each."""
    many = range(len(HOSTILE))
    series = [[1.0 + i, 2.0 + i] for i in many]
    return QueueMapData(
        ALL,
        days=[HOSTILE[50], ALL],
        notes=[ALL, HOSTILE[45]],
        links=[
            QueueMapLink(t, t, [[(5 + i % 20, 35 + i // 20), (6 + i % 20, 36)]], series[i],
                         closed=[bool(i % 2), False])
            for i, t in enumerate(HOSTILE)
        ],
        places=[QueueMapPlace(t, 35.0 + i // 20, 5.0 + i % 20) for i, t in enumerate(HOSTILE)],
        queues=[
            MapQueue(t, t, series[i], [QueuePart(i, t, series[i])], series[i], series[i])
            for i, t in enumerate(HOSTILE)
        ],
        subtitle=ALL,
        fate=[(t, [9.0, 9.0]) for t in HOSTILE],
        credits=[ALL],
    )  # fmt: skip


def report(tables: Any) -> str:
    """A report whose every text is hostile."""
    names = {**tables.node_names, **dict.fromkeys(tables.node_names, ALL)}
    limits = tables.after.bottlenecks.assign(name=ALL, unit=ALL, confidence=ALL, inferred=True)
    after = replace(tables.after, bottlenecks=limits)
    own = replace(
        tables, title=ALL, description=ALL, after=after, node_names=names,
        cargo_names=dict.fromkeys(tables.cargo_names, ALL), events_not_in_force=(ALL,),
        link_names=dict.fromkeys(tables.link_names, ALL), credited=lambda: HOSTILE,
        by_corridor=tables.by_corridor.assign(corridor=ALL),
        reroutes=tables.reroutes.assign(from_route=ALL, to_route=ALL, demand_id=ALL),
        base_years={2024: 5.0}, day=dt.date(2025, 1, 2),
    )  # fmt: skip
    sources = pd.DataFrame(
        [(t, t, t, t, t) for t in HOSTILE],
        columns=["what", "publisher", "title", "date", "confidence"],
    )
    manifest = {
        "parameters": dict.fromkeys(HOSTILE, ALL),
        "network": {"name": ALL, "tables": dict.fromkeys(HOSTILE, ALL)},
        "versions": dict.fromkeys(HOSTILE, ALL),
        "result": ALL,
        "scenario": "\n".join(HOSTILE),
    }
    events = [(text, bool(i % 2)) for i, text in enumerate(HOSTILE)]
    shown = flow_map(("before", "after"))
    context = ReportContext(shown, ALL, events, HOSTILE, sources, manifest)
    percentiles = pd.DataFrame(
        [(t, 1.0, 1.0, 1.0, 1.0, 1.0) for t in HOSTILE],
        columns=["quantity", "central", "low_5", "median", "high_95", "mean"],
    )
    return report_html(own, flow_figure([("Before", [])]), context, percentiles)


PAGES: dict[str, Callable[[Any], str]] = {
    "map": lambda _: build_flow_map(flow_map(("network",))).html,
    "comparison": lambda _: build_flow_map(flow_map(("before", "after"))).html,
    "slider": lambda _: build_flow_map(flow_map(tuple("abcdef"))).html,
    "days": lambda _: build_queue_map(days_map()).html,
    "report": report,
}
# Presses all that can be pressed, and says what has been shown by then.
PRESS = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const shown = new Set();
  const note = () => {
    const texts = document.querySelectorAll('.popup *, .tip *, .label');
    texts.forEach((it) => shown.add(it.textContent));
  };
  document.querySelectorAll('details').forEach((it) => { it.open = true; });
  const find = document.getElementById('find');
  const names = [...document.querySelectorAll('#names option')].map((it) => it.value);
  for (const name of names) {
    find.value = name;
    find.dispatchEvent(new Event('change'));
    note();
  }
  const press = async (selector) => {
    for (let i = 0; i < Math.min(document.querySelectorAll(selector).length, 12); i += 1) {
      const it = document.querySelectorAll(selector)[i];
      if (it) it.click();
      note();
      await frame();
    }
  };
  await press('.more-rows');
  await press('#demands button');
  await press('#full button');
  await press('#queue-rows button');
  await press('input[type=radio]');
  for (const it of document.querySelectorAll('#cargo option')) {
    it.parentElement.closest('select').value = it.value;
    document.getElementById('cargo').dispatchEvent(new Event('change'));
  }
  document.querySelectorAll('path.hit, path.queue, path.place').forEach((it) => {
    it.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
    note();
  });
  await frame();
  note();
  return [...shown];
}"""


@pytest.mark.parametrize("kind", PAGES)
def test_nothing_runs_and_all_shows_as_text(browser, by_hand, tmp_path, kind):  # noqa: F811
    page = PAGES[kind](by_hand)
    path = tmp_path / f"{kind}.html"
    path.write_text(page, encoding="utf-8", newline="")
    with visit(browser, path) as seen:
        opened = seen.page
        opened.on("dialog", lambda dialog: seen.errors.append(f"a dialog: {dialog.message}"))
        elements = {name: opened.locator(name).count() for name in ("script", "style", "meta")}
        assert opened.locator("h1").evaluate("it => it.textContent") == plain(ALL)
        shown = "".join(opened.evaluate(PRESS))
        whole = opened.evaluate("document.body.textContent")
        missing = [t for t in HOSTILE if plain(t, lines=True) not in shown + whole]
        assert missing == []
        made = "iframe, object, embed, base, link, plaintext, textarea, meta[http-equiv=refresh]"
        assert opened.locator(made).count() == 0
        assert opened.locator("[onerror], [onload], [onclick], [onmouseover]").count() == 0
        assert opened.locator("a[href]:not([href^='#'])").count() == 0
        assert elements == {name: opened.locator(name).count() for name in elements}
        assert seen.noise == []


@pytest.mark.parametrize("kind", PAGES)
def test_the_same_page_is_the_same_bytes(by_hand, kind):  # noqa: F811
    assert PAGES[kind](by_hand) == PAGES[kind](by_hand)
