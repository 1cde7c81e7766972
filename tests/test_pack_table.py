"""The table of scenarios: its order, its answers, its page and its Markdown."""

from __future__ import annotations

import json
import re
import shlex
from html import unescape

import analysis_toys
import pytest
import toys
from typer.testing import CliRunner

import corridors as co
from corridors.cli.app import app
from corridors.maps import small

EVIL = "<script>alert(1)</script> | **what** happens?"


@pytest.fixture(scope="module")
def net():
    return analysis_toys.two_ways()


def plan(name, day, link, **more):
    events = [{"close": {"link": link}}]
    return co.scenario({"name": name, "as_of": day, "events": events, **more})


@pytest.fixture(scope="module")
def table(net):
    link = net.tables["links"]["link_id"].iloc[0]
    late = plan("late", "2025-09-14", link, title="Later")
    early = plan("early", "2025-09-12", link, question=EVIL, sources=["a paper"])
    return co.pack(net, [late, early])


def test_the_days_give_the_order_and_the_question_stands_first(table):
    assert [row.scenario.name for row in table.rows] == ["early", "late"]
    assert [row.question for row in table.rows] == [EVIL, "Later"]
    assert [a.model for a in table.rows[0].answers] == ["optimal", "logit"]
    # What stands in no file no command can ask again.
    assert table.rows[0].commands == []
    assert table.markdown.splitlines()[-1].endswith(" |  |")


@pytest.mark.parametrize("made", ["border-closed.yaml", "close link:aster-brook-rail"])
def test_each_command_makes_the_answer_again(tmp_path, monkeypatch, made):
    folder = co.new_network(tmp_path / "my own")
    monkeypatch.chdir(tmp_path)
    asked = "my own/border-closed.yaml" if made.endswith("yaml") else f"{made} from 2026-03-02"
    net = co.load("my own").at("2026-03-02")
    table = co.pack(net, asked)
    (row,) = table.rows
    again = re.search(r"`([^`]*)` \|$", table.markdown.strip()).group(1)
    assert len(row.commands) == 2
    for command, answer in zip([*row.commands, again], [*row.answers, None], strict=True):
        words = shlex.split(command)
        assert words[:2] == ["corridors", "run"]
        done = CliRunner().invoke(app, [*words[1:], "--json"])
        assert done.exit_code == 0, done.output
        told = json.loads(done.stdout)
        assert told["as_of"] == row.day.isoformat()
        if answer is not None:
            assert told["model"] == answer.model
            assert told["change"]["rerouted_t_per_day"] == answer.figures["rerouted_t_per_day"]
        assert command.replace("&", "&amp;").replace("'", "&#39;") in table.html or not answer
    assert folder.exists()


def test_of_the_shipped_network_a_name_is_enough():
    table = co.pack(co.load(), "poland-closure-2025", models=["optimal"])
    assert table.rows[0].commands == ["corridors run poland-closure-2025 --model optimal"]
    assert table.markdown.strip().endswith("| `corridors run poland-closure-2025` |")


def test_the_figures_are_those_of_the_comparison(net, table):
    link = net.tables["links"]["link_id"].iloc[0]
    found = co.run(net, plan("early", "2025-09-12", link), model="optimal")
    for name, value in table.rows[0].answers[0].figures.items():
        assert value == pytest.approx(found.change[name])
    assert table.rows[0].answers[0].text.startswith(found.explain().split(". ")[0])
    parts = table.rows[0].answers[0].parts
    assert parts["kept_t_per_day"] == 0
    assert len(table.rows[0].answers[0].bar) == 12
    assert "█" not in table.rows[0].answers[0].bar


def test_the_page_loads_nothing_runs_nothing_and_escapes_all(table):
    page = table.html
    assert "<script" not in page
    assert "default-src 'none'" in unescape(page)
    assert "script-src 'none'" in unescape(page)
    assert "&lt;script&gt;" in page
    assert not re.search(r"""(src|href)=["'](?!#)""", page)
    assert 'style="' not in page
    assert page.count('class="picture"') == 2


def test_a_cell_of_markdown_is_text(table):
    row = next(line for line in table.markdown.splitlines() if "early" in line)
    assert "<script" not in row
    assert "\\| \\*\\*what\\*\\* happens?" in row
    assert len(re.findall(r"(?<!\\)\|", row)) == 6


def test_the_same_input_gives_the_same_bytes(net, table, tmp_path):
    link = net.tables["links"]["link_id"].iloc[0]
    again = co.pack(
        net,
        [
            plan("late", "2025-09-14", link, title="Later"),
            plan("early", "2025-09-12", link, question=EVIL, sources=["a paper"]),
        ],
    )
    for name in ("a.html", "a.md"):
        one = table.save(tmp_path / name).read_bytes()
        assert again.save(tmp_path / f"again-{name}").read_bytes() == one


def test_draws_give_a_range_that_stands_in_the_answer(net):
    link = net.tables["links"]["link_id"].iloc[0]
    found = co.pack(
        net, plan("early", "2025-09-12", link), models=["optimal"], uncertainty=4, seed=1
    )
    (own,) = found.rows[0].answers
    assert set(own.ranges) == set(own.figures)
    assert all(low <= high for low, high in own.ranges.values())
    assert own.range_text.startswith("Range: ")
    assert own.range_text in found.markdown


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"scenarios": []}, "saw no scenario"),
        ({"models": ["best"]}, "saw the model 'best'"),
        ({"uncertainty": -1}, "saw uncertainty=-1"),
    ],
)
def test_what_cannot_be_asked_is_one_message(net, given, message):
    link = net.tables["links"]["link_id"].iloc[0]
    with pytest.raises(co.CorridorsError, match=message):
        co.pack(net, **({"scenarios": [plan("x", "2025-09-12", link)]} | given))
    with pytest.raises(co.ScenarioError, match="two scenarios are called 'x'"):
        co.pack(net, [plan("x", "2025-09-12", link)] * 2)


def test_the_command_writes_what_the_library_makes(tmp_path):
    folder = co.new_network(tmp_path / "mine")
    asked = ["pack", str(folder / "border-closed.yaml"), "--network", str(folder)]
    out = tmp_path / "table.md"
    done = CliRunner().invoke(app, [*asked, "--model", "optimal", "--out", str(out), "--json"])
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert [len(row["answers"]) for row in told["scenarios"]] == [1]
    own = co.pack(co.load(folder), folder / "border-closed.yaml", models=["optimal"])
    assert out.read_text(encoding="utf-8") == own.markdown
    assert told == json.loads(json.dumps(own.to_dict()))


@pytest.mark.parametrize("at", [(40.0, -100.0), (42.0, 44.0), (-30.0, 150.0), (-20.0, -60.0)])
def test_pictures_show_the_part_of_the_world_in_which_the_network_lies(at):
    net = toys.two_ways()
    frame = net.tables["nodes"]
    frame["lat"], frame["lon"] = frame["lat"] - 46 + at[0], frame["lon"] - 61 + at[1]
    own = co.Network(net.tables)
    shut = {"name": "shut", "as_of": "2026-01-01", "events": [{"close": {"link": "a-b-road"}}]}
    table = co.pack(own, [co.scenario(shut)], models=["optimal"])
    drawn = table.rows[0].picture
    assert {stroke.kind for stroke in drawn} == {"closed", "gains", "loses"}
    across, down = zip(
        *re.findall(r"(-?[\d.]+) (-?[\d.]+)", " ".join(s.d for s in drawn)), strict=True
    )
    for values, size in ((across, small.WIDTH), (down, small.HEIGHT)):
        assert all(-1 <= float(value) <= size + 1 for value in values)
    # As large as it fits.
    wide, high = (max(map(float, v)) - min(map(float, v)) for v in (across, down))
    assert wide > 0.4 * small.WIDTH or high > 0.4 * small.HEIGHT
    assert "Network “”" not in table.html
    assert repr(table) == "Pack(1 scenario)"
