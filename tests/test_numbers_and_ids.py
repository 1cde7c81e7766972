"""A number is read in one way and an id means one thing, wherever either is written."""

from __future__ import annotations

import csv
import itertools
import shutil

import pytest
import toys
from command import corridors

import corridors as co
from corridors.network.folder import seal
from corridors.network.reading.numbers import read_number

BAD = {
    "1,5": "a comma in it",
    "1,500": "a comma in it",
    "1.500,5": "a comma in it",
    "1 500": "a space in it",
    "1\u00a0500": "a space in it",
    "1_500": "an underscore in it",
    "1'500": "an apostrophe in it",
    "\uff11\uff15": "characters in it that are not the digits 0 to 9",
    "\u0661\u066b\u0665": "a comma in it",
}
"""What reads as one and a half to some and as fifteen hundred to others, or not at all."""

WITH_UNITS = {
    "1500 mm": "write the number alone, without 'mm'",
    "40 km/h": "write the number alone, without 'km/h'",
    "40\u00a0km/h": "write the number alone, without 'km/h'",
    "1.5e3t": "write the number alone, without 't'",
    "5 %": "write the number alone, without '%'",
    "15 \u0447": "write the number alone, without '\u0447'",
    "15 N, by the map": "write the number alone, without 'N, by the map'",
}
"""A number with more after it, which is the fault of it, and no space."""

GOOD = {"1.5": 1.5, "1500": 1500.0, "1.5e3": 1500.0, ".5": 0.5, "7.": 7.0, "+3": 3.0}

AMOUNTS = {
    "{} days": {"delay": {"node": "b"}},
    "{} h": {"delay": {"node": "b"}},
    "{} USD/t": {"surcharge": {"node": "b"}},
    "{} %": {"limit": {"node": "b"}},
    "{} t/day": {"limit": {"capacity": "c"}},
    "{} TEU/week": {"demand": {"cargo": "bulk"}},
}

ODD = ("1", "007", "010", "1_0", "1e3", "1.0", "0x1f", "2026-01-01", "yes", "no", "null", "true")
"""Names that a table may bear and that look like something else."""

PLAIN = ("1e3", "2026-01-01")
"""Those of them that are text to YAML."""


def line(*between, **others):
    """Return a network in which one thing lies between others.

    ::

        a ==> b ==> z     and the same with each of the others instead of b
    """
    links = [{"from_node": "a", "to_node": b, "hours": 1.0} for b in between]
    links += [{"from_node": b, "to_node": "z", "hours": 1.0} for b in between]
    return toys.network(
        {"a": "XA", "z": "XB", **dict.fromkeys(between, "XA")},
        links,
        [{"origin": "a", "destination": "z", "per_day": 10}],
        **others,
    )


@pytest.fixture(scope="module")
def net():
    return line(
        "b",
        capacities=[{"capacity_id": "c", "name": "C", "unit": "t", "amount": 16}],
        capacity_members=[{"capacity_id": "c", "link_id": "a-b-road", "direction": "forward"}],
    )


@pytest.fixture(scope="module")
def odd():
    return line(*ODD)


@pytest.fixture(scope="module")
def island(tmp_path_factory):
    return co.new_network(tmp_path_factory.mktemp("numbers") / "island")


def plan(folder, events):
    path = folder / "mine.yaml"
    path.write_text(f"name: x\nas_of: 2025-01-01\nevents:\n{events}", encoding="utf-8")
    return path


def event(kind, text):
    """Return an event as it stands in a file, its amount quoted."""
    (word, where), *_ = kind.items()
    (key, name), *_ = where.items()
    amount = "by" if word in {"delay", "surcharge"} else "to"
    return f'  - {word}: {{{key}: {name}}}\n    {amount}: "{text}"\n'


@pytest.mark.parametrize("form", AMOUNTS)
def test_an_amount_of_an_event_is_written_in_one_way(net, tmp_path, form):
    for number, why in BAD.items():
        text = form.format(number)
        with pytest.raises(co.ScenarioError) as caught:
            co.assign(net, plan(tmp_path, event(AMOUNTS[form], text)))
        said = str(caught.value)
        assert "line 5" in said
        assert why in said
        assert repr(text) in said


def test_seven_and_a_half_percent_of_16_are_1_and_a_fifth(net, tmp_path):
    """And 36 hours are a day and a half."""
    share = plan(tmp_path, event({"limit": {"capacity": "c"}}, "7.5 %"))
    assert co.assign(net, share).summary["served_t_per_day"] == pytest.approx(1.2)
    hours = {}
    for text in ("1.5 days", "36 h"):
        late = co.assign(net, plan(tmp_path, event({"delay": {"link": "b-z-road"}}, text)))
        hours[text] = late.summary["mean_hours"]
    assert hours == {"1.5 days": pytest.approx(38.0), "36 h": pytest.approx(38.0)}


@pytest.mark.parametrize("number", ["1_0", "0x10", "010", "1:30", "0o10", "0.5_0"])
def test_a_bare_number_that_yaml_reads_in_a_way_of_its_own_is_refused(net, tmp_path, number):
    events = f"  - demand: {{cargo: bulk}}\n    to: {number}\n"
    with pytest.raises(co.ScenarioError, match="line 5"):
        co.assign(net, plan(tmp_path, events))


@pytest.mark.parametrize("name", ODD)
def test_an_odd_id_means_itself_or_is_asked_to_be_quoted(odd, tmp_path, name):
    """Whatever is closed is what bears that name, and never what bears another."""

    def closed(written):
        hit = co.assign(odd, plan(tmp_path, f"  - close: {{node: {written}}}\n"))
        return hit.state.arcs.links(hit.state.problem.closed.nonzero()[0])

    quoted = closed(f'"{name}"')
    assert quoted == {f"a-{name}-road", f"{name}-z-road"}
    if name in PLAIN:
        assert closed(name) == quoted
        return
    with pytest.raises(co.ScenarioError) as caught:
        closed(name)
    assert f"saw {name}, which YAML takes for" in str(caught.value)
    assert f'quote it: "{name}"' in str(caught.value)


@pytest.mark.parametrize(
    ("table", "column", "cell", "stands"),
    [
        ("chokepoints", "selector", "{node: 1}", "1"),
        ("chokepoints", "selector", "{link: [brook-cedar-rail, 012]}", "012"),
        ("chokepoints", "selector", "{country: NO}", "NO"),
        ("projects", "changes", "[{open: {link: 012}}]", "012"),
        ("projects", "changes", "[{close: {mode: road}}, {close: {border: [XA, no]}}]", "no"),
        ("observations", "asks", "{where: {link: 012}, unit: TEU}", "012"),
        ("observations", "asks", "{where: {country: NO}, unit: TEU}", "NO"),
    ],
)
def test_an_odd_id_in_a_cell_is_asked_to_be_quoted(island, tmp_path, table, column, cell, stands):
    """The message names what stands in the cell, as it does of a scenario's file."""
    folder = shutil.copytree(island, tmp_path / "net")
    path = folder / f"{table}.csv"
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    rows[-1][column] = cell
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        out.writeheader()
        out.writerows(rows)
    seal(folder)
    code, out_, _ = corridors("check", "--network", str(folder))
    assert code == 1
    said = " ".join(out_.split())
    assert f"saw {stands}, which YAML takes for" in said
    assert f'quote it: "{stands}"' in said


@pytest.mark.parametrize(
    ("given", "text"), [(1, "'1'"), (0, "'0'"), (1.0, "'1.0'"), (True, "'True'")]
)
def test_a_script_is_told_what_it_gave(net, given, text):
    """One and true are equal in Python, and no file is there in which they could be quoted."""
    for change in (
        lambda: net.close(node=given),
        lambda: net.close(node=["b", given]),
        lambda: co.scenario({"name": "x", "events": [{"close": {"link": given}}]}),
    ):
        with pytest.raises(co.ScenarioError) as caught:
            change()
        assert f"saw {given!r}, expected text; as text it is {text}" in str(caught.value)
        assert "YAML" not in str(caught.value)


@pytest.mark.parametrize("name", ["Łódź", "Север", "-1", "+1", "A", "a b", "北京"])
def test_an_id_of_another_script_or_sign_is_refused_in_a_table(island, tmp_path, name):
    """A table bears ids that need no quotes anywhere; what imports others calls them anew."""
    folder = tmp_path / "net"
    folder.mkdir()
    for file in island.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    rows = list(csv.reader((folder / "nodes.csv").read_text("utf-8").splitlines()))
    rows[1][0] = name
    with (folder / "nodes.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    seal(folder)
    with pytest.raises(co.DataError) as caught:
        co.load(folder)
    assert f"nodes.csv, row 2, column node_id: saw {name!r}" in str(caught.value)


@pytest.mark.parametrize("name", ["Łódź", "Север", "-1", "北京"])
def test_an_id_of_another_script_or_sign_is_unknown_in_a_scenario_and_shown_as_it_is(
    net, tmp_path, name
):
    with pytest.raises(co.ScenarioError) as caught:
        co.assign(net, plan(tmp_path, f'  - close: {{node: "{name}"}}\n'))
    assert name in str(caught.value)
    assert "line 4" in str(caught.value)


def gmns(folder, names, length="80"):
    """Write nodes of these names in a row, with a road from each to the next."""
    folder.mkdir()
    nodes = [["node_id", "x_coord", "y_coord"]]
    nodes += [[name, 60 + i, 50] for i, name in enumerate(names)]
    links = [["link_id", "from_node_id", "to_node_id", "directed", "length", "facility_type"]]
    links += [[i, a, b, 1, length, "road"] for i, (a, b) in enumerate(itertools.pairwise(names))]
    for name, rows in (("node", nodes), ("link", links)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(rows)
    return folder


def test_ids_of_gmns_are_what_a_scenario_then_names(tmp_path):
    """Integers stay, signs and scripts are spelt out, and what is closed is the right one."""
    names = ["1", "-1", "007", "7", "Łódź", "Север"]
    remarks = co.import_gmns(gmns(tmp_path / "gmns", names), tmp_path / "net")
    net = co.load(tmp_path / "net")
    assert list(net.nodes.index) == sorted(["1", "minus-1", "007", "7", "lodz", "sever"])
    assert any("Łódź" in r or "called anew" in r or "lodz" in r for r in remarks)
    # A node by its number: 7 is not 007.
    for name, known in (("7", {"3", "2"}), ("007", {"1", "2"}), ("lodz", {"3", "4"})):
        found = {link for link, row in net.links.iterrows() if name in (row.from_node, row.to_node)}
        assert found == known


@pytest.mark.parametrize(("text", "why"), (BAD | WITH_UNITS).items())
def test_a_length_in_gmns_is_written_in_one_way(tmp_path, text, why):
    with pytest.raises(co.DataError) as caught:
        co.import_gmns(gmns(tmp_path / "gmns", ["1", "2"], text), tmp_path / "net")
    assert f"length: saw {text!r}" in str(caught.value)
    assert why in str(caught.value)
    assert not (tmp_path / "net").exists()


@pytest.mark.parametrize(("text", "why"), (BAD | WITH_UNITS).items())
def test_an_option_is_written_in_one_way(text, why):
    done = corridors("simulate", "x", "--days", text)
    assert done.returncode == 2
    assert f"days: saw {text!r}" in done.stderr
    assert why in done.stderr


@pytest.mark.parametrize("text", ["many", "km/h", "%", "1.5.2", "2026-01-01", "-"])
def test_of_what_is_no_number_no_unit_is_told(text):
    with pytest.raises(ValueError, match=r"^$"):
        read_number(text)


@pytest.mark.parametrize(("text", "value"), GOOD.items())
def test_a_number_that_is_one_is_read(text, value):
    assert read_number(text) == value
