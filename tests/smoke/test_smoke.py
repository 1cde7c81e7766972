"""One short walk through everything that another library does for this one.

Run by itself with the lowest releases of all of them, and with nothing but pytest beside.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import corridors as co

PLAN = "border-closed.yaml"


@pytest.fixture(scope="module")
def island(tmp_path_factory):
    return co.new_network(tmp_path_factory.mktemp("smoke") / "island")


def corridors(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "corridors.cli", *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_shipped_network():
    net = co.load()
    assert co.check() == []
    assert len(net.links) > 400
    vertices = {n for _, n in net.to_networkx().nodes(data="node_id")}
    assert vertices == set(net.nodes.index)


def test_a_closure(island, tmp_path):
    out = json.loads(
        corridors(
            "run",
            island / PLAN,
            "--network",
            island,
            "--map",
            tmp_path / "m.html",
            "--report",
            tmp_path / "r.html",
            "--out",
            tmp_path / "out",
            "--json",
        )
    )
    assert abs(out["certificate"]["relative_gap"]) < 1e-6
    assert {p.name for p in tmp_path.iterdir()} == {"m.html", "r.html", "out"}
    assert "certified" in corridors("run", island / PLAN, "--network", island)


def test_the_days(island, tmp_path):
    out = corridors(
        "simulate",
        island / PLAN,
        "--network",
        island,
        "--days",
        5,
        "--map",
        tmp_path / "m.html",
        "--plot",
        tmp_path / "p.png",
        "--json",
    )
    assert abs(json.loads(out)["conservation_residual_t"]) < 1e-6


def test_questions(island, tmp_path):
    asked = ("--network", island, "--as-of", "2026-03-01", "--json")
    rows = json.loads(corridors("sweep", "--workers", 2, "--out", tmp_path / "s.jsonl", *asked))
    assert rows["rows"]
    assert json.loads(corridors("headroom", *asked))
    drawn = corridors("draws", island / PLAN, "--network", island, "--draws", 2, "--days", 3)
    assert "draws of 3 days" in drawn


@pytest.mark.parametrize("name", ["n.gpkg", "n.graphml", "parquet", "gmns"])
def test_formats(island, tmp_path, name):
    known = {"parquet": "geoparquet", "gmns": "gmns"}
    assert co.export(co.load(island), tmp_path / name, known.get(name))


def test_the_second_master():
    from corridors.flow import FlowProblem, solve

    problem = FlowProblem.from_arcs([0, 0], [1, 1], [1.0, 2.0], [3.0, 9.0], [0], [1], [5.0], 100.0)
    assert solve(problem).objective == pytest.approx(3 * 1 + 2 * 2)
    import highspy

    assert highspy.Highs().version()
