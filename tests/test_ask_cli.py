"""The commands of asking on the small network, and those of the page on the shipped one."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shlex
from pathlib import Path

import pytest
from command import corridors

import corridors as co

HERE = Path(__file__).parents[1]
DAY = "2026-03-02"
SHUT = "close border:XA-XB mode:rail"
FULL = os.environ.get("CORRIDORS_FULL") == "1"


@pytest.fixture(scope="module")
def island(tmp_path_factory):
    return co.new_network(tmp_path_factory.mktemp("ask") / "island")


@pytest.fixture(scope="module")
def ask(island):
    def answer(*arguments):
        result = corridors(*arguments, "--network", island, "--json")
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    return answer


@pytest.fixture(scope="module")
def say(island):
    def answer(*arguments, code=0):
        result = corridors(*arguments, "--network", island)
        assert result.returncode == code, result.stderr + result.stdout
        return result.stdout

    return answer


def test_run_by_any_key_and_of_some_cargo(ask, say):
    found = ask("run", SHUT, "--as-of", DAY, "--by", "country,cargo", "--by", "border")
    assert list(found["by"]) == ["country", "cargo", "border"]
    assert found["shortfall"]
    assert {"demand_id", "origin_name", "shortfall_t_per_day"} <= set(found["shortfall"][0])
    assert {"demand_id", "t_per_day", "to_route"} <= set(found["reroutes"][0])
    assert found["demand_year"] == 2025
    one = ask("run", SHUT, "--as-of", DAY, "--by", "cargo", "--cargo", "grain")
    assert [row["cargo"] for row in one["by"]["cargo"]] == ["grain"]
    shown = say("run", SHUT, "--as-of", DAY, "--by", "destination_country")
    assert "used what the scenario touches" in " ".join(shown.split())
    assert "By destination country" in shown


def test_run_tells_the_parts_of_a_sum(ask, say):
    sum_of_two = f"{SHUT} + close mode:sea"
    found = ask("run", sum_of_two, "--as-of", DAY, "--parts")["parts"]
    assert found["parts"] == ["close-xa-xb-rail", "close-sea"]
    for row in found["total"] + found["by_demand"]:
        assert row["sum_of_parts"] + row["interaction"] == row["together"]
    assert found["total"][0]["interaction"] > 0
    shown = " ".join(say("run", sum_of_two, "--as-of", DAY, "--parts").split())
    assert "more than the parts" in shown


def test_run_with_what_would_be_built(ask, say, island):
    [name] = co.load(island).tables["projects"]["project_id"].tolist()[:1]
    found = ask("run", SHUT, "--as-of", DAY, "--with", name)["with"]
    assert found["projects"][0]["project_id"] == name
    assert set(found["brings"]) == {
        "more_carried_t_per_day", "saved_usd_per_day",
        "usual_more_carried_t_per_day", "usual_saved_usd_per_day",
    }  # fmt: skip
    assert "Built: " in say("run", "--with", name)
    assert ask("run", "--with", name)["scenario"] == name


def test_projects_alone_are_asked_of_before_they_are_there():
    """From the day on which it opens a dated line is in the baseline too, and changes nothing."""
    alone = ("run", "--with", "moyinty-kyzylzhar", "--model", "optimal")
    found = json.loads(corridors(*alone, "--json").stdout)
    opens = found["with"]["projects"][0]["opens"]
    day = dt.date.fromisoformat(opens) - dt.timedelta(days=1)
    assert found["as_of"] == day.isoformat()
    assert found["change"]["rerouted_t_per_day"] > 100
    told = "what the network dates by itself stands in the baseline too"
    assert told not in " ".join(corridors(*alone).stdout.split())
    assert told in " ".join(corridors(*alone, "--as-of", opens).stdout.split())


def test_simulate_tells_its_effect_by_any_key(ask, say):
    line = f"{SHUT} from 2026-03-01 for 5 days"
    found = ask("simulate", line, "--days", "10", "--by", "cargo")
    assert {row["cargo"] for row in found["by"]["cargo"]} >= {"container", "grain"}
    assert found["change_t"]["wanted"] == 0
    assert found["change_t"]["on_time"] < 0
    assert all("usual_peak" in queue for queue in found["queues"])
    shown = say("simulate", line, "--days", "10", "--cargo", "container")
    assert "against the same days without it" in " ".join(shown.split())
    assert "By cargo" not in shown


def test_a_family_is_asked_in_one_command(ask, say):
    line = f"{SHUT} from 2026-03-01"
    found = ask("curve", line, "--duration", "2,5", "--days", "12")
    assert found["values"] == [2, 5]
    assert [row["duration"] for row in found["rows"]] == [2, 5]
    late = [row["late"] + row["other_way"] + row["waiting"] for row in found["rows"]]
    assert late == sorted(late)
    steady = ask("curve", "limit border:XA-XB mode:rail to 0.5", "--to", "0,...,1", "--as-of", DAY)
    assert steady["values"] == [0, 0.25, 0.5, 0.75, 1]
    lost = [row["newly_unserved_t_per_day"] for row in steady["rows"]]
    assert lost == sorted(lost, reverse=True)
    assert lost[-1] == 0
    assert "The wait that costs as much as going round" in say("curve", line, "--duration", "2,5",
                                                              "--days", "8")  # fmt: skip


def test_things_are_listed_and_shown(ask, say):
    assert [row["border"] for row in ask("list", "borders")["rows"]] == ["XA-XB"]
    assert ask("list", "nodes", "no such place")["rows"] == []
    found = ask("show", "border:XB-XA")
    assert found["id"] == "XA-XB"
    assert found["capacities"]
    ferry = ask("show", "ferry-fleet")
    assert (ferry["kind"], len(ferry["links"])) == ("capacity", 1) or ferry["links"]
    assert ferry["sources"][0]["confidence"] in "ABCD"
    assert "Where its numbers come from" in say("show", "ferry-fleet")
    assert ask("projects")["projects"]
    assert "1 project, by the day of opening" in say("projects")


@pytest.mark.parametrize("kind", ["nodes", "links", "transfers", "borders", "countries",
    "chokepoints", "demands", "capacities", "cargo", "corridors", "projects", "observations",
    "sources"])  # fmt: skip
def test_every_kind_is_listed_and_each_of_its_things_shown(island, kind):
    net = co.load(island)
    table = co.listing(net, kind)
    assert len(table)
    name = table.iloc[0, 0]
    assert name in co.show(net, f"{kind}:{name}")["id"]
    assert len(co.listing(net, kind, str(name)))


def test_a_kept_result_is_verified(say, tmp_path):
    folder = tmp_path / "kept"
    say("run", SHUT, "--as-of", DAY, "--out", folder)
    shown = say("verify", folder / "manifest.json")
    assert "the same comparison comes out, to the last digit" in shown
    (folder / "reroutes.csv").write_text("x\n", encoding="utf-8")
    assert "reroutes.csv" in say("verify", folder, code=1)
    runs = tmp_path / "days"
    say("simulate", f"{SHUT} from 2026-03-01 for 2 days", "--days", "4", "--out", runs)
    assert "the same simulation" in say("verify", runs)


def test_what_fits_is_asked_by_cargo_year_mode_and_without_places(ask, say):
    rooms = ask("headroom", "--by", "cargo", "--as-of", DAY)["rooms"]
    assert len(rooms) >= 2
    assert all(len(room["by_cargo"]) == 1 for room in rooms)
    assert "a month" in say("headroom", "--cargo", "container", "--as-of", DAY)
    years = ask("headroom", "--cargo", "container", "--years", "2026,2027")["years"]
    assert [row["year"] for row in years] == [2026, 2027]
    assert "Headroom by year" in say("headroom", "--cargo", "container", "--years", "2026,2027")
    cuts = ask("cut", "XA", "XB", "--cargo", "container", "--by", "mode", "--as-of", DAY)["cuts"]
    by_mode = {cut["mode"]: cut["units_per_day"] for cut in cuts}
    assert {"rail", "sea"} <= set(by_mode)
    [rail] = ask("cut", "XA", "XB", "--cargo", "container", "--mode", "rail", "--as-of", DAY)[
        "cuts"
    ]
    assert rail["units_per_day"] == by_mode["rail"]
    shown = say(
        "cut", "XA", "XB", "--cargo", "container", "--avoid", "border:XA-XB", "--as-of", DAY
    )
    assert "nothing gets through" in shown or "at most" in shown


def test_sweep_and_routes_by(ask, say):
    rows = ask("sweep", "--of", "border", "--by", "cargo", "--as-of", DAY, "--workers", "1")["rows"]
    assert {row["cargo"] for row in rows} >= {"container"}
    boxes = ask("sweep", "--of", "border", "--cargo", "container", "--as-of", DAY, "--workers", "1")
    assert boxes["cargo"] == ["container"]
    say("sweep", "--of", "border", "--by", "cargo", "--as-of", DAY, "--workers", "1")
    modes = ask("routes", "--by", "mode", "--cargo", "container", "--as-of", DAY)["by"]["mode"]
    assert modes[0]["t_per_day"] > 0
    assert "by corridor" in say("routes", "--as-of", DAY)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run",), "saw no scenario"),
        (("run", "close bordr:XA-XB"), "did you mean border:"),
        (("run", SHUT, "--as-of", DAY, "--by", "contry"), "did you mean country"),
        (("run", SHUT, "--as-of", DAY, "--cargo", "grian"), "did you mean grain"),
        (("run", SHUT, "--as-of", DAY, "--with", "nothing"), "no project 'nothing'"),
        (("run", SHUT, "--as-of", DAY, "--parts"), "joined by +"),
        (("list", "nods"), "did you mean nodes"),
        (("show", "brst"), "nothing bears the id 'brst'"),
        (("curve", SHUT), "expected one parameter"),
        (("curve", SHUT, "--to", "1,5"), "no event has 'to'"),
        (("cut", "XA", "XB", "--by", "country"), "expected one of cargo, mode, corridor"),
        (("cut", "XA", "XB", "--mode", "rial"), "did you mean rail"),
        (("headroom", "--by", "country"), "expected cargo"),
        (("headroom", "--years", "2026,nextyear"), "saw 'nextyear'"),
        (("sweep", "--by", "mode", "--as-of", DAY), "a key of demand"),
        (("routes", "x", "--by", "mode"), "one or the other"),
    ],
)
def test_wrong_input_is_one_line_and_exit_2(island, arguments, message):
    result = corridors(*arguments, "--network", island)
    assert result.returncode == 2
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not result.stdout


def commands():
    """Return the commands of the page, continued lines put together."""
    text = (HERE / "docs" / "ask.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", text, flags=re.DOTALL)
    lines = (line for block in blocks for line in block.splitlines())
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ corridors ")]


LONG = ("sweep", "simulate", "verify", "expand")
"""Those that take seconds, or need what another has written."""


def test_the_page_has_its_ten_questions():
    text = (HERE / "docs" / "ask.md").read_text(encoding="utf-8")
    assert (
        len(re.findall(r"^\*\*\d+\. .*\?\*\*$|^\*\*\d+\. .*\.\*\*$", text, flags=re.MULTILINE))
        == 10
    )
    assert len(commands()) == 12


@pytest.mark.parametrize("line", [c for c in commands() if FULL or shlex.split(c)[1] not in LONG])
def test_a_command_of_the_page_answers(line, tmp_path):
    if " verify " in line:
        corridors("run", "zangezur-open", "--out", tmp_path / "folder")
    result = corridors(*shlex.split(line)[1:], cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.split()) > 20 or " verify " in line


@pytest.mark.parametrize("line", [
    line for block in re.findall(
        r"```console\n(.*?)```", (HERE / "docs" / "ask.md").read_text(encoding="utf-8"), re.DOTALL
    ) for line in block.splitlines() if not line.startswith("$")
])  # fmt: skip
def test_a_line_of_the_page_is_a_scenario_of_the_shipped_network(net, line):
    for event in co.scenario(line).events:
        event.check(net)


def test_the_list_says_how_sure_every_figure_is_that_provenance_knows(island):
    net = co.load(island)
    listed = co.listing(net, "capacities")
    assert listed["confidence"].tolist() == ["D"] * len(net.tables["capacities"])
    # On a day, of a capacity with several rows, that of its row.
    day = co.listing(net.at("2026-12-31"), "capacities").set_index("capacity_id")
    graded = co.assign(net, as_of="2026-12-31").capacities
    for row in graded.itertuples():
        assert day["confidence"][row.capacity_id.partition(":")[0]] == row.confidence
    shipped = co.listing(co.load(), "capacities").set_index("capacity_id")["confidence"]
    assert shipped["terespol-rail"] == "B"


def test_what_is_shown_of_a_capacity_has_the_sources_of_its_hours_too(net):
    hours = net.tables["provenance"].query("table == 'opening_hours'")
    for gate in sorted(set(hours["row"].str.partition("/")[0])):
        told = {source["column"] for source in co.show(net, f"capacity:{gate}")["sources"]}
        assert {"opens", "closes"} <= told
