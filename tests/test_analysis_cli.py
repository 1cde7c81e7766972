"""The commands of the analysis as a user meets them."""

from __future__ import annotations

import json
import math
from typing import Any

import pandas as pd
import pytest
from command import corridors

import corridors as co
from corridors.analysis.headroom import Headroom
from corridors.cli.asking.fits import _print_room, _print_years, _room
from corridors.cli.network import _flat

DAY = ("--as-of", "2025-09-12")


def json_of(*arguments):
    result = corridors(*arguments, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_sweep_lists_the_worst_first(tmp_path):
    out = tmp_path / "borders.jsonl"
    found = json_of("sweep", "--of", "border", *DAY, "--workers", "1", "--out", out)
    short = [row["shortfall_t_per_day"] for row in found["rows"]]
    assert short == sorted(short, reverse=True)
    assert found["as_of"] == "2025-09-12"
    assert len(out.read_text().splitlines()) == 1 + len(found["rows"])
    shown = corridors("sweep", "--of", "border:BY-PL,border:CN-KZ", *DAY)
    assert shown.returncode == 0
    assert "BY-PL" in shown.stdout
    pairs = json_of("sweep", "--of", "border:BY-PL,border:KZ-RU", "--n", "2", *DAY)
    assert pairs["n"] == 2


def first_sentence(*arguments):
    """Return what a command prints until a blank line or a table, wrapped as it may be."""
    lines = []
    for line in corridors(*arguments).stdout.splitlines():
        lines.append(line.strip())
        if line.rstrip().endswith("."):
            break
    return " ".join(lines)


def test_headroom_says_what_stops_it():
    found = json_of("headroom", "--cargo", "crude", *DAY)
    assert found["multiple"] >= 1
    assert found["fits"]["relative_gap"] < 1e-6
    said = first_sentence("headroom", "--cargo", "crude", *DAY)
    assert said.startswith(f"Of {found['demand_t_per_day']:,.0f} t a day, ")
    assert found["stops"][0]["name"] in said
    assert said.endswith("would have to let more through.")


def test_headroom_without_an_end_is_said():
    proof: Any = None
    endless = Headroom(math.inf, 1000.0, pd.DataFrame(), pd.DataFrame(), 1, proof, None)
    assert "any multiple fits" in _room(endless)


@pytest.mark.parametrize(
    ("multiple", "said"),
    [
        (1.0, "Of 1,000 t a day, no more fits. "),
        (1.0002, "Of 1,000 t a day, hardly more fits: 0.2 t a day. "),
        # Cut, not rounded: 1.235 times as much would not fit.
        (1.2349, "Of 1,000 t a day, 1.234 times as much fits: 235 t a day more. "),
        # A rounding below a figure is the figure.
        (1.7 - 2.0**-52, "Of 1,000 t a day, 1.700 times as much fits: 700 t a day more. "),
    ],
)
@pytest.mark.parametrize(
    ("alone", "names", "end"),
    [
        (True, ["a", "b"], "Beyond that a or b would have to let more through."),
        (False, ["a", "b", "c"], "Beyond that a, b and c would have to let more through."),
        (True, ["a"], "Beyond that a would have to let more through."),
        (
            False,
            ["a, both ways", "b"],
            "Beyond that a, both ways and b would have to let more through.",
        ),
        (
            True,
            ["a, by road", "b", "c", "d", "e"],
            "Beyond that a, by road; b; c or one of 2 others would have to let more through.",
        ),
        (False, [], "Beyond that the ways left cost more than the loss."),
    ],
)
def test_headroom_is_a_sentence(multiple, said, alone, names, end):
    stops = pd.DataFrame({"name": names, "alone": [alone] * len(names)})
    proof: Any = None
    room = Headroom(multiple, 1000.0, stops, pd.DataFrame(), 1, proof, None)
    assert _room(room) == said + end


def test_headroom_by_year_is_cut_as_it_is_in_a_sentence(capsys):
    multiple = [1.2349, 1.7 - 2.0**-52, math.inf]
    table = pd.DataFrame({"year": [2025, 2026, 2027], "multiple": multiple})
    _print_years(table, json=False, on="07-01")
    told = [line.split()[1] for line in capsys.readouterr().out.splitlines() if line[1:4] == "202"]
    assert told == ["1.234", "1.700", "inf"]


@pytest.mark.parametrize(("asked", "on"), [((), "07-01"), (("--as-of", "2025-02-28"), "02-28")])
def test_headroom_by_year_says_of_which_day(tmp_path, asked, on):
    """What is shut in winter, or by season, is another answer."""
    net = co.new_network(tmp_path / "net")
    said = corridors("headroom", "--years", "2025,2026", *asked, "--network", net).stdout
    assert f"Headroom by year, by the best plan, as of {on} of each" in said
    same = co.headroom(co.load(net), as_of=f"2026-{on}")
    assert f"{math.floor(same.multiple * 1000) / 1000:.3f}" in said


@pytest.mark.parametrize(
    ("blank", "same"),
    [
        (
            ("cut", "XA, elm", " XB", "--cargo", "container"),
            ("cut", "XA,elm", "XB", "--cargo", "container"),
        ),
        (("sweep", "--of", " border , node:elm"), ("sweep", "--of", "border,node:elm")),
    ],
)
def test_a_blank_beside_a_comma_is_no_part_of_a_name(tmp_path, blank, same):
    net = co.new_network(tmp_path / "net")
    asked = ("--as-of", "2026-03-01", "--network", net, "--json")
    found, other = (corridors(*one, *asked) for one in (blank, same))
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout).get("rows") == json.loads(other.stdout).get("rows")
    assert json.loads(found.stdout).get("cuts") == json.loads(other.stdout).get("cuts")


def test_what_a_coupling_would_leave_as_its_by_product_grows_is_said(capsys):
    proof: Any = None
    room = Headroom(
        1.0, 1000.0, pd.DataFrame({"name": []}), pd.DataFrame(), 1, proof, None,
        left_out=("oil-with-gas",),
    )  # fmt: skip
    _print_room(room, co.load())
    told = capsys.readouterr().out
    assert "coupling oil-with-gas would leave more room as its by-product grows is left" in told


def test_a_share_is_cut_where_it_stands_and_not_a_rounding_below():
    assert [_flat("share", value) for value in (0.57, 0.9999, 1.0)] == ["57 %", "99.9 %", "100 %"]


def test_a_cut_is_said_in_a_sentence():
    [cut] = json_of("cut", "KZ", "RU", "--cargo", "crude", *DAY)["cuts"]
    said = first_sentence("cut", "KZ", "RU", "--cargo", "crude", *DAY)
    day, month, year = (f"{cut[f'units_per_{span}']:,.0f}" for span in ("day", "month", "year"))
    assert said == (
        f"crude: at most {day} t a day, {month} t a month, {year} t a year get through from KZ to "
        f"RU; the {len(cut['limits'])} limits below decide."
    )


def test_a_way_without_a_limit_is_named(tmp_path):
    folder = co.new_network(tmp_path / "mine")
    net = co.load(folder)
    tables = net.tables["capacity_members"]
    (folder / "capacity_members.csv").write_text(",".join(tables.columns) + "\n", encoding="utf-8")
    co.seal(folder)
    said = corridors("cut", "XA", "XB", "--cargo", "container", "--mode", "rail",
                     "--network", folder, "--as-of", "2026-03-01").stdout  # fmt: skip
    assert " ".join(said.split()).startswith(
        "container: any amount gets through from XA to XB by rail; "
        "one way has no limit: Brook–Cedar."
    )


def test_routes_select_and_cut():
    rows = json_of("select", "border:BY-PL", *DAY)["rows"]
    assert sum(row["share_of_flow"] for row in rows) == pytest.approx(1)
    demand = rows[0]["demand_id"]
    ways = json_of("routes", demand, "--scenario", "poland-closure-2025")["routes"]
    assert {way["why"] for way in ways} & {"used", "closed"}
    passed = json_of("select", f"demand:{demand}", *DAY)["rows"]
    assert passed[0]["kind"] == "chokepoint"
    [cut] = json_of("cut", "KZ", "RU", "--cargo", "coal", *DAY)["cuts"]
    assert sum(row["carries"] for row in cut["limits"]) == pytest.approx(cut["units_per_day"])
    for arguments in (("routes", demand), ("select", "border:BY-PL"), ("cut", "KZ", "RU")):
        assert corridors(*arguments, *DAY).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sweep", "--of", "lnk"), "did you mean link"),
        (("sweep", "--n", "3"), "n: saw 3"),
        (("headroom", "--cargo", "cole"), "did you mean coal"),
        (("routes", "nowhere"), "no demand 'nowhere'"),
        (("select", "brest"), "no link 'brest'"),
        (("select", "town:brest"), "no kind of element 'town'"),
        (("cut", "KZ", "QQ"), "no country or node 'QQ'"),
    ],
)
def test_wrong_input_is_one_line_and_exit_2(arguments, message):
    result = corridors(*arguments, *DAY)
    assert result.returncode == 2
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not result.stdout
