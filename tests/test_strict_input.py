"""Input that is meant to hang, to crash or to mean more than it shows is refused with a message."""

from __future__ import annotations

import json
import os
import re
import shutil

import pytest
import toys

import corridors as co
from corridors.cli.asking import again
from corridors.network.folder import seal
from corridors.network.reading.areas import MOST_VERTICES
from corridors.network.reading.columns import typed_table
from corridors.network.reading.yaml_lines import MAX_DEPTH, parse, value_of
from corridors.network.schema import tables
from corridors.scenarios import quantities
from corridors.scenarios.scenario import MOST_LEVELS, MOST_PARTS
from corridors.scenarios.schema import MOST_EVENTS

NAMED = "name: x\nevents: [{close: {link: %s}}]"
HEAD = "name: x\nas_of: 2026-03-01\nevents:"


@pytest.fixture(scope="module")
def island(tmp_path_factory):
    return co.new_network(tmp_path_factory.mktemp("strict") / "island")


@pytest.fixture(scope="module")
def net(island):
    return co.load(island)


def refused(net, folder, events, *words):
    path = folder / "mine.yaml"
    path.write_text(f"{HEAD} {events}\n", encoding="utf-8")
    with pytest.raises(co.ScenarioError) as caught:
        co.assign(net, path)
    said = str(caught.value)
    for word in ("mine.yaml", *words):
        assert word in said, said
    assert len(said) < 2000


EVENTS = {
    "a bare dash": ("\n  -", ["line 4, events[0]", "saw nothing"]),
    "a text": ("[close]", ["line 3, events[0]", "saw 'close', expected an event"]),
    "a list": ("[[close]]", ["expected an event"]),
    "a number": ("[1]", ["saw 1, expected an event"]),
    "a boolean": ("[yes]", ["saw True, expected an event"]),
    "among others": ("\n  - close: {node: cedar}\n  - ~", ["line 5, events[1]", "saw nothing"]),
    "no list": ("{close: {node: cedar}}", ["expected a list"]),
    "no events": ("", ["expected a list"]),
    "a kind of nothing": ("[{close: }]", ["events[0].close", "expected a mapping"]),
    "an amount for a direction": (
        '[{limit: {direction: "XA>XB"}, to: 2 trains/day}]', ["the direction 'XA>XB' alone"]),
    "an amount for all forward": (
        "[{limit: {direction: forward}, to: 2 t/day}]", ["the direction 'forward' alone"]),
    "an amount of a cargo for a direction": (
        '[{limit: {direction: "XA>XB"}, to: 2 TEU/day, cargo: container}]', ["alone"]),
    "a huge number": (f"[{{demand: {{cargo: container}}, to: 1{'0' * 400}}}]", ["401 characters"]),
    "a huger number": (f"[{{limit: {{node: cedar}}, to: 1{'0' * 5000}}}]", ["no int"]),
    "a huge amount": ("[{limit: {node: cedar}, to: 1e999 t/day}]", ["too large for a number"]),
    "infinite": ("[{demand: {cargo: container}, to: .inf}]", ["finite"]),
    "no number": ("[{demand: {cargo: container}, to: .nan}]", ["finite"]),
    "a huge delay": (f'[{{delay: {{node: cedar}}, by: "{"9" * 70} days"}}]', ["at most"]),
    "a charge in per cent": (
        '[{surcharge: {node: cedar}, by: "10 %"}]', ["another charge for each cargo and way"]),
    "a huge charge": ('[{surcharge: {node: cedar}, by: "1e300 USD/t"}]', ["at most"]),
    "half a character": ('[{close: {node: "\\ud800"}}]', ["not YAML"]),
    "a control character": ("[{close: {node: a\x07}}]", ["line 3", "U+0007 is not allowed"]),
    "a C1 character": ("[{close: {node: a\x9b}}]", ["U+009B is not allowed"]),
    "too deep": (f"{'[' * 200}{']' * 200}", [f"deeper than {MAX_DEPTH} levels"]),
    "deep mappings": ("{a: " * 5000 + "}" * 5000, ["deeper"]),
    "an alias": ("[&a {close: {node: cedar}}, *a]", ["aliases"]),
    "an anchor": ("[&a {close: {node: cedar}}]", ["anchors"]),
    "of itself": ("&a [*a]", ["aliases"]),
    "a tag": ("[!!set {close}]", ["tags are not allowed"]),
    "a binary": ("[{close: {node: !!binary aGk=}}]", ["tags are not allowed"]),
    "a key twice": ("[{close: {node: cedar, node: dale}}]", ["the key 'node' twice"]),
    "a key that is a list": ("[{close: {[node]: cedar}}]", ["not plain text"]),
    "too many": ("\n" + "  - close: {node: cedar}\n" * 1001, ["1001 events", f"{MOST_EVENTS}"]),
}  # fmt: skip


@pytest.mark.parametrize("name", EVENTS)
def test_events_that_are_none(net, tmp_path, name):
    events, words = EVENTS[name]
    refused(net, tmp_path, events, *words)


AREAS = {
    "an unknown kind": {"type": "Foo", "coordinates": []},
    "no kind": {"coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
    "no positions": {"type": "Polygon", "coordinates": []},
    "nothing at all": {},
    "words": {"type": "Polygon", "coordinates": [[["a", "b"], [1, 0], [1, 1], ["a", "b"]]]},
    "one number": {"type": "Polygon", "coordinates": [[[0], [1], [2], [0]]]},
    "nulls": {"type": "Polygon", "coordinates": [[None, None, None, None]]},
    "a number for a ring": {"type": "Polygon", "coordinates": 5},
    "a text for a ring": {"type": "Polygon", "coordinates": "0 0"},
    "a line": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
    "a collection": {"type": "GeometryCollection", "geometries": []},
    "two corners": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
    "itself crossed": {
        "type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
    "no features": {"type": "FeatureCollection", "features": []},
    "features of nothing": {"type": "FeatureCollection", "features": [None]},
    "features in a mapping": {"type": "FeatureCollection", "features": {"a": 1}},
    "too large a number": {"type": "Polygon", "coordinates": [[[10**400, 0], [1, 0], [1, 1]]]},
}  # fmt: skip


@pytest.mark.parametrize("name", AREAS)
def test_areas_that_are_none(net, tmp_path, name):
    (tmp_path / "area.geojson").write_text(json.dumps(AREAS[name]), encoding="utf-8")
    refused(net, tmp_path, "[{close: {within: area.geojson}}]", "line 3", "within")
    if name != "too large a number":
        refused(net, tmp_path, f"[{{close: {{within: {json.dumps(AREAS[name])}}}}}]", "line 3")


def test_areas_in_files_that_are_none(net, tmp_path):
    path = tmp_path / "area.geojson"
    for content, words in (
        (b"\xff\xfe", "not GeoJSON"),
        (b"[" * 100_000, "not GeoJSON"),
        (b"null", "not a GeoJSON geometry"),
        (b'{"type": "Polygon", "coordinates": [[[NaN, 0], [1, 0], [1, 1], [NaN, 0]]]}', "within"),
        (b'{"type": "Polygon", "coordinates": [[[1e999, 0], [1, 0], [1, 1], [0, 0]]]}', "within"),
    ):
        path.write_bytes(content)
        refused(net, tmp_path, "[{close: {within: area.geojson}}]", words)
    ring = [[i / 1e6, (i % 2) / 1e6] for i in range(MOST_VERTICES + 1)]
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [[*ring, [0, -1], ring[0]]]}))
    refused(net, tmp_path, "[{close: {within: area.geojson}}]", f"at most {MOST_VERTICES}")
    with path.open("wb") as file:
        file.truncate(100_000_000)
    refused(net, tmp_path, "[{close: {within: area.geojson}}]", "100.0 MB")
    path.unlink()
    path.mkdir()
    refused(net, tmp_path, "[{close: {within: area.geojson}}]", "is a folder")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="other systems have no pipes with names")
def test_what_is_no_ordinary_file_is_not_waited_for(net, island, tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(co.ScenarioError, match="no ordinary file"):
        co.scenario(tmp_path / "pipe.yaml")
    refused(net, tmp_path, "[{close: {within: pipe}}]", "no ordinary file")
    (tmp_path / "x.yaml").write_text("name: x\nextends: pipe.yaml\nevents: []\n")
    with pytest.raises(co.ScenarioError, match=r"line 2, extends: .*no ordinary file"):
        co.scenario(tmp_path / "x.yaml")
    for device in ("/dev/zero", "/dev/null"):
        if os.path.exists(device):  # noqa: PTH110
            with pytest.raises(co.ScenarioError, match="no ordinary file"):
                co.scenario(device)
    for name in ("links.csv", "lines.geojson", "datapackage.json", "tariffs.csv"):
        folder = shutil.copytree(island, tmp_path / name)
        (folder / name).unlink()
        os.mkfifo(folder / name)
        with pytest.raises(co.DataError, match=r"no ordinary file|datapackage.json"):
            co.load(folder)


def test_names_that_are_too_long_are_no_names():
    for text in ("a" * 300, "ж" * 200, "a" * 300 + ".yaml", "/".join(["a" * 300] * 20), "a\0b", ""):
        with pytest.raises(co.ScenarioError) as caught:
            co.scenario(text)
        assert len(str(caught.value)) < 500


def test_scenarios_that_extend_one_another_are_read_once(tmp_path):
    """Each of 18 levels names the one below twice: 2^18 readings if each were read anew."""
    (tmp_path / "s0.yaml").write_text("name: s0\nas_of: 2026-03-01\nevents: []\n")
    for i in range(1, MOST_LEVELS - 1):
        names = f"[s{i - 1}.yaml, s{i - 1}.yaml]"
        (tmp_path / f"s{i}.yaml").write_text(f"name: s{i}\nextends: {names}\nevents: []\n")
    assert co.scenario(tmp_path / f"s{MOST_LEVELS - 2}.yaml").events == ()
    (tmp_path / "s0.yaml").write_text(f"{HEAD} [{{close: {{node: cedar}}}}]\n")
    assert len(co.scenario(tmp_path / f"s{MOST_LEVELS - 2}.yaml").events) == 1
    events = ", ".join(["{close: {node: cedar}}"] * (MOST_EVENTS + 1))
    (tmp_path / "s0.yaml").write_text(f"{HEAD} [{events}]\n")
    with pytest.raises(co.ScenarioError, match=f"at most {MOST_EVENTS}|{MOST_EVENTS} events"):
        co.scenario(tmp_path / "s3.yaml")


def test_scenarios_extend_one_another_only_so_far(tmp_path):
    (tmp_path / "s0.yaml").write_text("name: s0\nevents: []\n")
    for i in range(1, 1500):
        (tmp_path / f"s{i}.yaml").write_text(f"name: s{i}\nextends: s{i - 1}.yaml\nevents: []\n")
    with pytest.raises(co.ScenarioError, match=f"more than {MOST_LEVELS} scenarios extend"):
        co.scenario(tmp_path / "s1499.yaml")
    assert co.scenario(tmp_path / f"s{MOST_LEVELS - 1}.yaml").name == f"s{MOST_LEVELS - 1}"
    many = ", ".join(["s0.yaml"] * (MOST_PARTS + 1))
    (tmp_path / "many.yaml").write_text(f"name: m\nextends: [{many}]\nevents: []\n")
    with pytest.raises(co.ScenarioError, match=f"line 2, extends: {MOST_PARTS + 1} scenarios"):
        co.scenario(tmp_path / "many.yaml")
    with pytest.raises(co.ScenarioError, match="scenarios added up"):
        co.scenario("+".join(["poland-closure-2025"] * (MOST_PARTS + 1)))


@pytest.mark.parametrize("asked", ["poland-closure-2025+", "+poland-closure-2025", "a + + b", " "])
def test_a_scenario_of_nothing_is_told(asked):
    with pytest.raises(co.ScenarioError, match=r"either side of each \+|saw nothing"):
        co.scenario(asked)


def test_a_number_in_quotes_is_the_number():
    for parse_it in (quantities.parse_limit, quantities.parse_demand):
        assert parse_it("0.5") == parse_it(0.5)
        assert parse_it("50 %") == parse_it(0.5)
        assert parse_it("0") == parse_it(0)
    assert quantities.parse_demand("1.2") == quantities.parse_demand("120%")
    with pytest.raises(ValueError, match=r"saw '500', expected a share from 0 to 1, or an amount"):
        quantities.parse_limit("500")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (NAMED % '""', "link: saw '', expected a name, or a list of names"),
        (NAMED % "[]", "link: saw [], expected a name, or a list of names"),
        (NAMED % '[a, ""]', "expected a name, or a list of names"),
        (NAMED % "{a: b}", "expected a name, or a list of names"),
        (
            "name: x\nextends: []\nevents: []",
            "extends: saw [], expected a name, or a list of names",
        ),
        ("name: x\nevents: [{close: {}}]", "close: saw {}, expected at least one of link, node,"),
        ("name: x\nevents: [{close: {border: [KZ]}}]", "saw ['KZ'], expected two countries by ISO"),
        ("name: x\nevents: [{close: {within: [1]}}]", "saw [1], expected a GeoJSON file"),
        ("name: My Closure\nevents: []", "saw 'My Closure', expected lower-case letters"),
        ("name: x\nfamily: {duration: []}\nevents: []", "saw [], expected at least 1 value"),
        (
            "name: x\nas_of: 20260615\nevents: []",
            "saw 20260615, expected a date such as 2025-09-12",
        ),
        ("name: x\nas_of: '2026'\nevents: []", "saw '2026', expected a date such as 2025-09-12"),
    ],
    ids=range(12),
)
def test_what_the_schema_refuses_is_told_in_words(tmp_path, text, words):
    """The schema's own words ("is not valid under any of the given schemas") say nothing."""
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(co.ScenarioError, match=re.escape(words)) as told:
        co.scenario(path)
    assert not re.search("schemas|non-empty|NoneType", str(told.value))


def test_an_area_without_a_type_is_told_in_words(net, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(f"{HEAD}\n  - close: {{within: {{}}}}\n", encoding="utf-8")
    with pytest.raises(co.ScenarioError, match="no mapping with a type such as Polygon"):
        co.assign(net, path)


@pytest.mark.parametrize("kind", ["limit: {link: a-b-road}", "demand: {cargo: goods}"])
@pytest.mark.parametrize("text", ["+10%", "'+10 %'", "+0.1", "+1", "'+.5'", "+100 t/day"])
def test_what_is_added_is_not_what_it_becomes(tmp_path, kind, text):
    """A tenth more was read as a tenth."""
    path = tmp_path / "mine.yaml"
    path.write_text(
        f"name: x\nas_of: 2026-01-01\nevents:\n  - {kind}\n    to: {text}\n", encoding="utf-8"
    )
    told = (
        rf"mine\.yaml, line 5, .*saw {re.escape(text.strip(chr(39)))}, but `to` is what it becomes"
    )
    with pytest.raises(co.ScenarioError, match=told):
        co.scenario(path)


def test_a_sign_is_refused_in_calls_and_series_too(net):
    with pytest.raises(co.ScenarioError, match="not what is added"):
        net.demand("+0.1", cargo="container")
    with pytest.raises(co.ScenarioError, match="not what is added"):
        co.family("demand cargo:container to 1", to=again._values("0.5,+0.1"))


@pytest.mark.parametrize(
    "text",
    [
        "1" + " " * 20_000 + "a\nb",
        "1 " * 10_000 + "x",
        "1," * 10_000,
        "1_" * 10_000 + "\n",
        "1.1" * 10_000,
        "1e" * 10_000,
        "9" * 40_000,
        " " * 40_000,
        "1" + "\t" * 40_000 + "\n\n",
    ],
    ids=range(9),
)
def test_no_text_takes_long_to_be_no_quantity(text):
    """A pattern that can match one text in many ways takes longer than anybody waits."""
    for parse_it in (quantities.parse_limit, quantities.parse_time, quantities.parse_charge):
        with pytest.raises(ValueError, match="expected"):
            parse_it(text)
    assert quantities._QUANTITY.fullmatch(text) is None or len(text) > quantities._LONGEST


@pytest.mark.parametrize(
    ("start", "days"), [("9999-12-31", 3), ("9999-12-01", 90), ("0001-01-01", 3), ("2201-01-01", 1)]
)
def test_no_run_starts_at_an_end_of_the_calendar(net, island, tmp_path, start, days):
    plan = island / "border-closed.yaml"
    with pytest.raises(co.ScenarioError, match=f"start: saw {start}"):
        co.simulate(net, plan, days, start=start)
    path = tmp_path / "x.yaml"
    path.write_text(f"name: x\nevents: [{{close: {{node: cedar}}, from: {start}}}]\n")
    with pytest.raises(co.ScenarioError, match=f"start: saw {start}"):
        co.simulate(net, path, days)


def test_an_event_may_last_to_the_end_of_the_calendar(net, tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(
        "name: x\nevents: [{close: {node: cedar}, from: 2026-03-01, until: 9999-12-31}]\n"
    )
    assert co.simulate(net, path, 2, announced=True).residual_t < 1e-6
    for day in ("0001-01-01", "9999-12-31"):
        assert co.assign(net, path, as_of=day).certificate.ok


@pytest.fixture
def broken(island, tmp_path):
    """Return what changes a text in a table of a copy, and the copy."""
    folder = shutil.copytree(island, tmp_path / "n")

    def change(table, old, new):
        path = folder / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        seal(folder)
        return folder

    return change


SELECTORS = {
    "a day": ("{border: 2025-13-45}", "selector"),
    "a number": ("{capacity: 5}", "selector"),
    "nothing": ("{capacity: }", "selector"),
    "an empty mapping": ("{}", "selector"),
    "an empty list": ("{capacity: []}", "selector"),
    "a list": ("[ferry-fleet]", "selector"),
    "an alias": ('"{capacity: &a ferry-fleet, link: *a}"', "aliases"),
    "an anchor": ("{capacity: &a ferry-fleet}", "anchors"),
    "of itself": ('"&a {capacity: [*a, *a]}"', "aliases"),
    "a tag": ("{capacity: !!python/name:os.system x}", "tags"),
    "a key twice": ('"{capacity: ferry-fleet, capacity: ferry-fleet}"', "twice"),
    "too deep": (f"{{capacity: {'[' * 5000}{']' * 5000}}}", "deeper"),
    "three countries": ('"{border: [XA, XB, XC]}"', "selector"),
}


@pytest.mark.parametrize("name", SELECTORS)
def test_selectors_in_tables_are_read_as_strictly(broken, name):
    text, word = SELECTORS[name]
    folder = broken("chokepoints", "{capacity: ferry-fleet}", text)
    problems = co.check(folder)
    assert [(p.file, p.column) for p in problems] == [("chokepoints.csv", "selector")]
    assert word in str(problems[0])
    with pytest.raises(co.DataError, match=r"chokepoints\.csv"):
        co.load(folder)


def test_a_chokepoint_of_itself_is_said(broken, tmp_path):
    old = '"{border: [XA, XB], mode: rail}"'
    folder = broken("chokepoints", old, "{chokepoint: border-rail}")
    (problem,) = co.check(folder)
    assert "'border-rail' is made of itself" in problem.message
    refused(co.load(folder), tmp_path, "[{close: {chokepoint: border-rail}}]", "made of itself")
    text = (folder / "chokepoints.csv").read_text(encoding="utf-8")
    (folder / "chokepoints.csv").write_text(
        text.replace("{chokepoint: border-rail}", "{chokepoint: ferry}", 1).replace(
            "{capacity: ferry-fleet}", "{chokepoint: border-rail}", 1
        ),
        encoding="utf-8",
    )
    seal(folder)
    if "ferry," in text:
        assert all("made of itself" in p.message for p in co.check(folder))


def test_chokepoints_of_chokepoints_are_each_looked_up_once(net):
    """Each of 60 names the one below ten times over: 10^60 look-ups if each were looked up anew."""
    import pandas as pd

    from corridors.network.network import Network
    from corridors.scenarios.selectors import select

    first = {"chokepoint": "c0", "selector": "{capacity: ferry-fleet}"}
    rows = [first] + [
        {"chokepoint": f"c{i}", "selector": f"{{chokepoint: [{', '.join([f'c{i - 1}'] * 10)}]}}"}
        for i in range(1, 60)
    ]
    columns = net.tables["chokepoints"].columns
    extra = pd.DataFrame({c: [row.get(c, "") for row in rows] for c in columns}, dtype="str")
    more = Network({**net.tables, "chokepoints": extra}, folder=net.folder)
    assert (
        select(more, {"chokepoint": "c59"}).links == select(more, {"chokepoint": "c0"}).links
    ).all()


def test_changes_of_projects_are_read_as_strictly(net, broken):
    text = net.tables["projects"]["changes"].iloc[0]
    import csv
    import io

    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([text])
    for new, word in (
        ('"[&a {open: {link: x}}, *a]"', "aliases"),
        ('"[{open: {link: x}, open: {link: y}}]"', "twice"),
        ("{open: {link: x}}", "list"),
        ("[~]", "expected an event"),
        ("[[]]", "expected an event"),
    ):
        folder = broken("projects", out.getvalue(), new)
        problems = co.check(folder)
        assert any(p.file == "projects.csv" and word in p.message for p in problems), problems
        broken("projects", new, out.getvalue())


def test_both_parsers_say_the_same(monkeypatch):
    """Where the parser in C is missing, the one in Python refuses the same."""
    import yaml

    from corridors.network.reading import yaml_lines

    texts = ["a: [1, 2.5, x, yes, ~]", "a: 2025-02-30", "- &a [1]\n- *a", "a: \x07",
             "a: 1\na: 2",
             "a: !x y",
             "[" * 40 + "]" * 40, 'a: "\\ud800"', "a: b: c", "\ufeffa: 1", ""]  # fmt: skip
    for text in texts:
        found = []
        for loader in (yaml.SafeLoader, yaml_lines._LOADER):
            monkeypatch.setattr(yaml_lines, "_LOADER", loader)
            try:
                found.append(parse(text, "f"))
            except co.ScenarioError as error:
                found.append(str(error).rpartition("line")[2][:3])
        assert found[0] == found[1]


def test_a_cell_of_a_table_is_read_plainly():
    assert value_of("[{close: {node: a}, from: 2025-01-01}]") == [
        {"close": {"node": "a"}, "from": "2025-01-01"}
    ]
    with pytest.raises(ValueError, match="characters, expected at most"):
        value_of("#" * 2_000_000)


LISTS = [(t.name, c.name) for t in tables().values() for c in t.columns if c.is_list]


@pytest.mark.parametrize(("table", "column"), LISTS)
def test_spaces_in_a_list_mean_nothing(table, column):
    first, second = {
        "modes": ("rail", "road"), "weekdays": ("mo", "tu"), "via_countries": ("XA", "XB"),
    }.get(column, ("one", "two"))  # fmt: skip
    cells = [f"{first};{second}", f" {first} ; {second}", f"{first}; {second} ;{first}"]
    frame, problems = typed_table({column: cells}, len(cells), tables()[table])
    assert not [p for p in problems if p.column == column and p.rule != "unique-keys"]
    assert frame[column].tolist() == [f"{first};{second}"] * 3


def test_a_limit_of_two_cargoes_limits_both_whatever_the_spaces():
    def served(listed):
        net = toys.network(
            {"a": "AA", "b": "BB"},
            [{"from_node": "a", "to_node": "b", "mode": "road"}],
            [
                {"origin": "a", "destination": "b", "cargo": "bulk", "per_day": 100},
                {"origin": "a", "destination": "b", "cargo": "box", "per_day": 10},
            ],
            capacities=[{"capacity_id": "g", "name": "g", "unit": "t", "amount": 50}],
            capacity_members=[{"capacity_id": "g", "link_id": "a-b-road", "cargo": listed}],
        )
        assert not [p for p in co.check(net) if p.rule == "capacities-can-be-counted"]
        return co.assign(net, as_of="2026-03-01").summary["served_t_per_day"]

    assert served("box;bulk") == pytest.approx(50)
    assert served("box; bulk") == pytest.approx(50)


LIMIT = "events:\n  - limit: {node: cedar}\n    to: 0.5\n    from: 2026-03-01\n"


@pytest.mark.parametrize(
    ("written", "at", "expected"),
    [
        (f"as_of:\n{LIMIT}", "line 2, as_of", "a date such as 2025-09-12"),
        (f"title:\n{LIMIT}", "line 2, title", "text"),
        (f"extends:\n{LIMIT}", "line 2, extends", "a name, or a list of names"),
        (f"sources:\n{LIMIT}", "line 2, sources", "a list"),
        (f"family:\n{LIMIT}", "line 2, family", "a mapping"),
        (f"{LIMIT}    until:\n", "line 6, events[0].until", "a date such as 2025-09-12"),
        (f"{LIMIT}    over:\n", "line 6, events[0].over", 'a time with its unit such as "24 h"'),
        (f"{LIMIT}    cargo:\n", "line 6, events[0].cargo", "a name, or a list of names"),
        (f"{LIMIT}    note:\n", "line 6, events[0].note", "text"),
    ],
)
def test_a_key_without_a_value_says_what_belongs_there(tmp_path, written, at, expected):
    path = tmp_path / "mine.yaml"
    path.write_text(f"name: x\n{written}", encoding="utf-8")
    with pytest.raises(co.ScenarioError) as told:
        co.scenario(path)
    assert f"mine.yaml, {at}: saw nothing, expected {expected}" in str(told.value)


@pytest.mark.parametrize(
    ("family", "words"),
    [
        ("to: [0.2, x]", "family.to[1]: saw 'x', expected a share such as 0.7"),
        ("to: [0.2, true]", "family.to[1]: saw true"),
        ("to: [0.2, 2]", "family.to[1]: saw 2, expected a share from 0 to 1"),
        ("to: [012, 1]", "family.to[0]: saw 012"),
        ("by: ['24 h']", "family.by: no event has 'by', expected one of delay, surcharge"),
        ("duration: [7, true]", "family.duration[1]: saw true"),
        ("duration: [7, 0]", "family.duration[1]: saw 0, expected whole days"),
        ("duration: [1, ..., 2]", "family.duration: saw 1.25, expected whole days"),
    ],
)
def test_a_value_of_a_family_is_refused_where_it_stands(tmp_path, family, words):
    path = tmp_path / "mine.yaml"
    path.write_text(f"name: x\nfamily: {{{family}}}\n{LIMIT}", encoding="utf-8")
    with pytest.raises(co.ScenarioError) as told:
        co.scenario(path)
    assert f"mine.yaml, line 2, {words}" in str(told.value)
    with pytest.raises(co.ScenarioError):
        co.scenario({"name": "x", "extends": str(path), "events": []})


def test_a_family_over_what_it_extends_is_held_against_that(tmp_path):
    (tmp_path / "base.yaml").write_text(f"name: base\n{LIMIT}", encoding="utf-8")
    path = tmp_path / "mine.yaml"
    path.write_text("name: x\nextends: base.yaml\nevents: []\nfamily: {to: [0.2, 0.4]}\n")
    assert [s.events[0].amount.value for s in co.family(co.scenario(path))] == [0.2, 0.4]
    path.write_text("name: x\nextends: base.yaml\nevents: []\nfamily: {to: [0.2, -1]}\n")
    with pytest.raises(co.ScenarioError, match=r"line 4, family.to\[1\]: saw -1"):
        co.scenario(path)


@pytest.mark.parametrize(("seen", "told"), [("true", "true"), ('"20"', '"20"'), ("{}", "{}")])
@pytest.mark.parametrize("in_a_file", [False, True])
def test_a_position_of_an_area_that_is_no_number_is_refused(net, tmp_path, seen, told, in_a_file):
    """What makes shapes takes true for 1, and text for the number that it looks like."""
    area = f'{{"type": "Polygon", "coordinates": [[[{seen}, 1], [2, 1], [2, 2], [{seen}, 1]]]}}'
    (tmp_path / "area.geojson").write_text(area, encoding="utf-8")
    within = "area.geojson" if in_a_file else area
    refused(net, tmp_path, f"[{{close: {{within: {within}}}}}]", f"saw {told}, expected numbers")
