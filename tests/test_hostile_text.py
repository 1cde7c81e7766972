"""Hostile names through everything that shows or writes them: nothing raw, nothing runs."""

from __future__ import annotations

import csv
import io
import json
import warnings
from collections import Counter
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from hostile import HOSTILE

import corridors as co
from corridors.cli import common
from corridors.cli import run as run_module
from corridors.cli import simulate as simulate_module
from corridors.cli.asking.answers import Extra
from corridors.display import STEERS, cell, from_cell, in_html, json_text, plain, plain_values
from corridors.network.checks.text import text_is_only_text
from corridors.network.network import Network

TABLES = (("nodes", "name"), ("capacities", "name"), ("sources", "title"), ("sources", "publisher"),
          ("cargo", "name"), ("links", "note"), ("provenance", "note"))  # fmt: skip


@pytest.fixture(scope="module")
def island(tmp_path_factory):
    return co.load(co.new_network(tmp_path_factory.mktemp("hostile") / "island"))


@pytest.fixture(scope="module")
def hostile(island):
    """Return the example with all of the text somewhere in its names, and a scenario likewise."""
    tables = {name: frame.copy() for name, frame in island.tables.items()}
    places = [(t, c, i) for t, c in TABLES for i in tables[t].index]
    for number, (table, column, i) in enumerate(places):
        # Alone where there is room: what a cell starts with decides what a spreadsheet does.
        own = HOSTILE[number :: len(places)]
        tables[table].loc[i, column] = "".join(own) or HOSTILE[number % len(HOSTILE)]
    net = Network(tables, folder=island.folder)
    plan = co.scenario(island.folder / "border-closed.yaml")
    from dataclasses import replace

    title = " ".join(HOSTILE)
    return net, replace(plan, title=title, description=title)


@pytest.fixture(scope="module")
def comparison(hostile):
    net, plan = hostile
    hit = co.assign(net, plan)
    return co.compare(co.assign(net, as_of=hit.state.day), hit)


@pytest.fixture(scope="module")
def clean(island):
    hit = co.assign(island, island.folder / "border-closed.yaml")
    return co.compare(co.assign(island, as_of=hit.state.day), hit)


def nothing_raw(text):
    found = STEERS.search(text.replace("\n", ""))
    assert found is None, f"{found[0]!r} in {text[max(found.start() - 40, 0) : found.end() + 20]!r}"


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = Counter()

    def handle_starttag(self, tag, attrs):
        self.found[tag, tuple(sorted(name for name, _ in attrs))] += 1


def tags(page):
    parser = _Tags()
    parser.feed(page)
    return parser.found


def test_there_is_enough_of_it():
    assert len(set(HOSTILE)) >= 87


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_each_text_alone(text):
    nothing_raw(plain(text))
    assert "\n" not in plain(text)
    assert plain(plain(text)) == plain(text)
    nothing_raw(in_html(text))
    assert not set("<>\"'") & set(in_html(text))
    nothing_raw(json_text({text: [text]}))
    assert json.loads(json_text({text: [text]})) == {text: [text]}, "JSON means the same"
    assert plain_values({"a": [text]}) == {"a": [plain(text, lines=True)]}
    assert not cell(text).lstrip().startswith(tuple("=+-@\t\r＝"))
    assert from_cell(cell(text)) == plain(text, lines=True)


def test_a_terminal(comparison, hostile, capsys):
    run_module._print(comparison, Extra(["cargo", "demand", "border"], []))
    common.note(" ".join(HOSTILE))
    common.print_json(comparison.to_dict())
    out = capsys.readouterr()
    nothing_raw(out.out)
    nothing_raw(out.err)
    net, plan = hostile
    simulate_module._print(co.simulate(net, plan, days=2), Extra(["cargo"], []))
    nothing_raw(capsys.readouterr().out)


def test_pages(comparison, clean):
    for hostile, harmless in (
        (comparison.map().html, clean.map().html),
        (comparison.report(), clean.report()),
    ):
        # Style sheets of others are indented by tabs.
        nothing_raw(hostile.replace("\t", ""))
        # A description is a paragraph of its own; the harmless scenario has one as well.
        assert tags(hostile) == tags(harmless)


def texts_in(frame):
    return [v for name in frame.columns for v in frame[name] if isinstance(v, str)]


def test_tables(comparison, tmp_path):
    comparison.save(tmp_path)
    numbers = set()
    for file in tmp_path.iterdir():
        if file.suffix == ".parquet":
            nothing_raw("\n".join(texts_in(pd.read_parquet(file))))
            continue
        text = file.read_text(encoding="utf-8")
        nothing_raw(text)
        if file.suffix == ".csv":
            for row in csv.reader(io.StringIO(text)):
                for value in row:
                    if value.lstrip()[:1] in tuple("=+-@＝"):
                        numbers.add(float(value))
    assert all(number <= 0 for number in numbers), "only numbers start with a sign"


def test_pictures(hostile, comparison):
    net, plan = hostile
    with warnings.catch_warnings():
        # No font has every character.
        warnings.filterwarnings("ignore", message="Glyph")
        comparison.figure().savefig(io.BytesIO(), format="png", dpi=20)
        sim = co.simulate(net, plan, days=4)
        sim.plot().savefig(io.BytesIO(), format="svg")


def test_files_of_other_programs(hostile, tmp_path):
    import pyogrio

    net, _ = hostile
    co.export(net, tmp_path / "n.graphml")
    text = (tmp_path / "n.graphml").read_text(encoding="utf-8")
    nothing_raw(text)
    assert ET.fromstring(text).tag.endswith("graphml")  # noqa: S314  our own
    co.export(net, tmp_path / "n.gpkg")
    nodes = pyogrio.read_dataframe(tmp_path / "n.gpkg", layer="nodes", read_geometry=False)
    assert sorted(nodes["name"]) == sorted(
        plain(n, lines=True) for n in net.tables["nodes"]["name"]
    )
    for layer in ("nodes", "links", "sources", "capacities", "about"):
        frame = pyogrio.read_dataframe(tmp_path / "n.gpkg", layer=layer, read_geometry=False)
        for column in frame.columns:
            if frame[column].dtype.kind not in "fiub":
                nothing_raw(" ".join(str(v) for v in frame[column]))


def test_the_check_warns_of_what_steers_or_runs(island, hostile):
    assert list(text_is_only_text(island)) == []
    found = list(text_is_only_text(hostile[0]))
    assert {p.rule for p in found} == {"text-is-only-text"}
    for problem in found:
        nothing_raw(str(problem))
    frame = island.tables["nodes"].copy()
    frame.loc[1, "name"] = "=1+1"
    frame.loc[2, "name"] = "a\x9bb"
    net = Network({**island.tables, "nodes": frame}, folder=island.folder)
    assert [(p.row, p.column) for p in text_is_only_text(net)] == [(3, "name"), (4, "name")]
