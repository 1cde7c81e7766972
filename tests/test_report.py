"""The report: question, answer, figures, map, tables, assumptions, sources, manifest."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest
import toys
from axe import bars_everywhere
from test_maps_offline import Tags

import corridors as co
from corridors import plots
from corridors.assignment.explain import answer
from corridors.assignment.map_data import comparison_map_data, headline, network_map
from corridors.assignment.report import report_html
from corridors.assignment.views.sources import deciding_sources
from corridors.display import number
from corridors.files import write_text
from corridors.network.network import Network
from tests.browser import FRAMES, browser, show_as, visit  # noqa: F401  browser is a fixture


@pytest.fixture(scope="module")
def page(closure):
    return closure.report()


def test_the_report_says_what_the_tables_say(page, closure):
    assert "Poland closes its border with Belarus" in page
    for t in closure.waterfall["t_per_day"]:
        assert f">{number(t)}</td>" in page
    first = closure.reroutes.iloc[0]
    assert first["demand_id"] in page
    assert page == closure.report()


def test_a_page_has_no_powers_of_ten_and_no_hyphen_for_a_minus(closure):
    frame = closure.tables.used
    change = {
        **closure.change,
        "added_hours_mean": -4.656,
        "added_cost_usd_per_day_rerouted": -5.0,
        "added_transport_usd_per_day_rerouted": -7.0,
    }
    before = [*[100.0] * (len(frame) - 1), 1e-6]
    odd = frame.assign(rerouted_t_per_day=4.44e-06, lost_t_per_day=-1.5, before_t_per_day=before)
    tables = replace(closure.tables, change=change, used=odd)
    page = report_html(tables, closure.figure())
    cells = re.findall(r'<td class="n">(.*?)</td>|<dd>(.*?)</dd>', page)
    shown = [*(a or b for a, b in cells), *(value for _, value in headline(tables))]
    assert "\N{MINUS SIGN}1.5" in shown
    assert "&lt; 0.001" in shown
    assert not [text for text in shown if re.search(r"(^|[\s(])-\d|\de-?\d", text)]
    # What is a trace of all that used it is no cargo of its own.
    bars = page[page.index('<table class="bars">') : page.index("Before and after</h2>")]
    assert f">{tables.cargo_names[odd['cargo'].iloc[-1]]}<" not in bars
    data = comparison_map_data(closure.baseline.state.net, tables)
    assert ("Rerouted takes less time by", "0.194 days") in data.headline
    assert ("Rerouted costs less by", "5 USD a day") in data.headline
    assert not re.search(r"(?<=[\s(])-\d", " ".join(data.notes))
    assert "\N{MINUS SIGN}" in " ".join(data.notes)


def test_columns_of_a_report_say_their_units(page):
    heads = re.findall(r"<th[^>]*>(.*?)</th>", page)
    assert "added cost, USD a day" in heads
    assert not [head for head in heads if re.search(r"usd per|t per day|t hours", head)]


def test_cargo_is_named_in_words_in_every_table(page, closure):
    """As in the terminal: General cargo in trucks, and not truck-general."""
    names = closure.tables.cargo_names
    for title in ("Rerouted: the largest 25", "No longer carried: the largest 25"):
        table = page[page.index(f"<h2>{title}</h2>") :].partition("</table>")[0]
        rows = re.findall("<tr>(.*?)</tr>", table)
        heads = re.findall("<th[^>]*>(.*?)</th>", rows[0])
        cells = [re.findall("<td[^>]*>(.*?)</td>", row) for row in rows[1:]]
        assert cells
        assert {row[heads.index("cargo")] for row in cells} <= set(names.values())


def test_it_leads_with_the_cargo_that_the_scenario_is_about(page, closure):
    used = closure.by_use[0]
    before = number(float(used["before_t_per_day"].sum()), "t a day")
    assert re.search(rf"<dt>Used what the scenario touches</dt><dd>{before}</dd>", page)
    bars = page[page.index('<table class="bars">') : page.index("Before and after</h2>")]
    names = closure.tables.cargo_names
    assert re.findall(r'<th scope="row">(.*?)</th>', bars) == [names[c] for c in used["cargo"]]
    parts = used[["kept_t_per_day", "rerouted_t_per_day", "lost_t_per_day"]].iloc[0]
    assert f">{' / '.join(number(float(t)) for t in parts)}</td>" in bars


def test_the_parts_of_a_report_stand_in_their_order(page):
    order = ["The question", "The answer", "Before and after", "What becomes of the demand",
             "What is assumed", "Sources", "The proof", "How to make it again"]  # fmt: skip
    places = [page.index(f"<h2>{title}") for title in order]
    assert places == sorted(places)


def test_the_answer_has_five_sentences_and_says_ranges_where_there_are(closure):
    said = answer(closure.tables)
    assert len(said) == 5
    assert "range" not in " ".join(said)
    ranges = {"rerouted_t_per_day": (1200.0, 34567.0), "surplus_lost_usd_per_day": (5e5, 7e5)}
    ranged = answer(closure.tables, ranges)
    assert len(ranged) == 5
    text = " ".join(ranged)
    assert "(range: 1,200 to 34,567 t a day go another way)." in text
    assert "(range: 500,000 to 700,000 USD a day are lost by it)." in text
    frame = pd.DataFrame(
        [("rerouted_t_per_day", 1.0, 1200.0, 2.0, 34567.0, 2.0)],
        columns=["quantity", "central", "low_5", "median", "high_95", "mean"],
    )
    assert "1,200 to 34,567 t a day go another way" in closure.report(frame)


def test_sources_have_their_grade_and_the_manifest_makes_it_again(page, closure):
    context = closure.context
    assert len(context.sources)
    for grade in set(context.sources["confidence"]):
        assert f"<td>{grade}</td>" in page
    assert closure.manifest["result"] in page
    for digest in closure.manifest["network"]["tables"].values():
        assert digest in page
    assert "name: poland-closure-2025" in page
    assert closure.scenario.sources[0] in page


def test_only_what_decides_is_accounted_for():
    net = toys.network(
        {"a": "AA", "b": "BB"},
        [{"from_node": "a", "to_node": "b"}],
        [{"origin": "a", "destination": "b", "per_day": 5}],
        capacities=[
            {"capacity_id": name, "name": name.upper(), "unit": "t", "amount": 4} for name in "cd"
        ],
        capacity_members=[{"capacity_id": name, "link_id": "a-b-road"} for name in "cd"],
        sources=[{"source_id": "s", "publisher": "P", "title": "T", "date": "2024"}],
        provenance=[
            {"table": table, "row": row, "column": "amount", "source_id": "s", "confidence": grade}
            for table, row, grade in (
                ("capacities", "c", "A"),
                ("capacities", "d", "B"),
                ("demand", "a-b-bulk", "C"),
            )
        ],
    )
    full = pd.DataFrame({"capacity_id": ["c:forward"], "name": ["The gate"]})
    lost = pd.DataFrame(
        {
            "demand_id": ["a-b-bulk"], "origin": ["a"], "destination": ["b"], "cargo": ["bulk"],
            "lost_t_per_day": [1.0], "rerouted_t_per_day": [0.0],
        }
    )  # fmt: skip
    found = deciding_sources(net, full, lost, net.node_names)
    assert list(found[["what", "confidence"]].itertuples(index=False, name=None)) == [
        ("The gate", "A"),
        ("bulk A–B", "C"),
    ]
    none = deciding_sources(net, full[:0], lost[:0], net.node_names)
    assert list(none.columns) == list(found.columns)
    assert not len(none)


def test_the_report_asks_nobody_for_anything(page):
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?\s*(?:https?:)?//""", page)
    (policy,) = (attrs["content"] for _, attrs in Tags(page).tags if "http-equiv" in attrs)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_no_place_on_this_machine_is_in_a_report(tmp_path):
    net = co.load(co.new_network(tmp_path / "own"))
    hit = co.assign(net, net.folder / "border-closed.yaml")
    page = co.compare(co.assign(net, as_of=hit.state.day), hit).report()
    assert str(tmp_path) not in page


def test_hostile_names_are_text():
    net = toys.network(
        {"a": "AA", "b": "BB"},
        [{"from_node": "a", "to_node": "b"}],
        [{"origin": "a", "destination": "b", "per_day": 5}],
        capacities=[{"capacity_id": "c", "name": "<script>x</script>", "unit": "t", "amount": 4}],
        capacity_members=[{"capacity_id": "c", "link_id": "a-b-road"}],
    )
    net.tables["cargo"]["name"] = ["<img src=x onerror=y>", "b"]
    result = co.assign(net, as_of="2025-01-01")
    text = co.compare(result, result).report()
    assert "<script>x" not in text
    assert "<img src=x" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_the_report_opens_with_its_map_and_prints_a_picture(browser, page, tmp_path):  # noqa: F811
    write_text(tmp_path / "report.html", page)
    with visit(browser, tmp_path / "report.html") as seen:
        assert seen.page.get_by_text("What becomes of the demand").is_visible()
        assert seen.page.locator("path.flow").count() > 100
        assert seen.page.locator("path.arrows").count()
        picture, drawn = seen.page.locator("img.on-paper"), seen.page.locator("#map")
        assert drawn.is_visible()
        assert not picture.is_visible()
        show_as(seen.page, media="print")
        assert picture.is_visible()
        assert not drawn.is_visible()
        assert seen.noise == []


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_nothing_bars_people_from_a_report(browser, page, tmp_path):  # noqa: F811
    write_text(tmp_path / "report.html", page)
    with visit(browser, tmp_path / "report.html", bypass_csp=True) as seen:
        assert bars_everywhere(seen.page) == []


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_a_phone_reads_a_report_without_moving_it_sideways(browser, page, tmp_path):  # noqa: F811
    write_text(tmp_path / "report.html", page)
    size = {"width": 390, "height": 844}
    with visit(browser, tmp_path / "report.html", viewport=size, is_mobile=True) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") == 390
        assert seen.noise == []


ON_ONE_LINE = r"""(wanted) => {
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    if (node.parentElement.closest('script, style, pre')) continue;
    for (const match of node.data.matchAll(new RegExp(wanted, 'g'))) {
      const range = document.createRange();
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      const lines = new Set([...range.getClientRects()].map((box) => box.top));
      if (lines.size > 1) found.push(node.data);
    }
  }
  return found;
}"""
"""What is written of some kind on more than one line."""

DATE = r"\d{4}-\d\d-\d\d"
SHEET = {"width": 688, "height": 1017}
"""What the margins leave of an upright sheet of A4."""


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_no_date_or_figure_of_a_report_is_broken(browser, page, tmp_path):  # noqa: F811
    write_text(tmp_path / "report.html", page)
    with visit(browser, tmp_path / "report.html", viewport=SHEET) as seen:
        for width in (1440, 688, 390):
            seen.page.set_viewport_size({"width": width, "height": 900})
            seen.page.evaluate(FRAMES)
            assert seen.page.evaluate(ON_ONE_LINE, DATE) == []
        seen.page.set_viewport_size(SHEET)
        show_as(seen.page, media="print")
        assert seen.page.evaluate(ON_ONE_LINE, DATE) == []
        assert seen.page.evaluate(ON_ONE_LINE, r"\d[\d,.]*\d( (t|TEU|USD|%)(?!\w))?") == []
        wide = (
            "[...document.querySelectorAll('.data')].map((it) => it.getBoundingClientRect().right)"
        )
        assert max(seen.page.evaluate(wide)) <= SHEET["width"]


def _beside_poland(at):
    """Return a closure of a-b, with a way round by c, where places lie as they are told."""
    net = toys.network(
        {"a": "PL", "b": "BY", "c": "LT"},
        [
            {"from_node": "a", "to_node": "b"},
            {"from_node": "a", "to_node": "c"},
            {"from_node": "c", "to_node": "b"},
            {"from_node": "c", "to_node": "c", "link_id": "loop"},
        ],
        [{"origin": "a", "destination": "b", "per_day": 5}],
    )
    net.tables["nodes"]["lat"], net.tables["nodes"]["lon"] = zip(*at, strict=True)
    net = Network(net.tables)
    shut = {"name": "x", "as_of": "2025-01-01", "events": [{"close": {"link": "a-b-road"}}]}
    return net, co.run(net, co.scenario(shut), model="optimal")


PLACES = {
    "two on one point": [(52.1, 23.7), (52.1, 23.7), (53.0, 24.0)],
    "all on one point": [(52.1, 23.7)] * 3,
    "over the pole": [(84.0, 0.0), (80.0, 175.0), (82.0, 100.0)],
    "at the pole": [(90.0, 0.0), (-90.0, 10.0), (0.0, 20.0)],
}


@pytest.mark.parametrize("at", PLACES.values(), ids=PLACES)
def test_pages_and_pictures_draw_places_wherever_they_lie(at):
    """A link may begin and end at one point, and the shortest way lead over a pole."""
    net, closure = _beside_poland(at)
    assert "A\N{EN DASH}B" in closure.report()
    assert "A\N{EN DASH}B" in closure.map().html
    assert closure.figure() is not None
    assert network_map(net).html
    assert net.explore() is not None


def test_a_picture_of_no_limit_at_all_has_no_legend(recwarn):
    _, closure = _beside_poland(PLACES["two on one point"])
    assert plots.utilisation(closure).get_legend() is None
    assert [str(w.message) for w in recwarn if "legend" in str(w.message)] == []
