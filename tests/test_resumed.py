"""Files that results are kept in as they come: taken up where nothing has changed, else refused."""

from __future__ import annotations

import json
import shutil

import pytest
from command import corridors

import corridors as co
from corridors.analysis.criticality.sweep import sweep
from corridors.network.folder import seal

AREA = '{"type":"Polygon","coordinates":[[[%s,15],[%s,15],[%s,16],[%s,16],[%s,15]]]}'


@pytest.fixture
def island(tmp_path):
    """Return the made-up network."""
    return co.new_network(tmp_path / "island")


def draws(island, out, *more, scenario="border-closed.yaml", cwd=None):
    return corridors(
        "draws", island / scenario, "--network", island, "--days", "3", "--draws", "2",
        "--workers", "1", "--out", out, "--json", *more, cwd=cwd,
    )  # fmt: skip


def test_it_is_taken_up_by_whichever_path_it_is_named(island, tmp_path):
    out = tmp_path / "draws.jsonl"
    first = draws(island, out)
    assert first.returncode == 0, first.stderr
    moved = tmp_path / "moved"
    shutil.move(island, moved)
    again = corridors(
        "draws", "moved/border-closed.yaml", "--network", "moved", "--days", "3", "--draws", "2",
        "--workers", "1", "--out", "draws.jsonl", "--json", cwd=tmp_path,
    )  # fmt: skip
    assert (again.returncode, again.stdout) == (0, first.stdout), again.stderr


def test_other_ranges_are_other_results(island, tmp_path):
    """How far a number ranges stands in provenance.csv, and draws are drawn from that."""
    out = tmp_path / "draws.jsonl"
    assert draws(island, out).returncode == 0
    path = island / "provenance.csv"
    text = path.read_text(encoding="utf-8")
    grain = "demand,dale-aster-grain,units_per_year,made-up,,"
    path.write_text(text.replace(f"{grain},,D", f"{grain}360000,370000,A"), encoding="utf-8")
    seal(island)
    done = draws(island, out)
    assert (done.returncode, done.stdout) == (2, "")
    assert "holds other results: its ranges is" in done.stderr
    path.write_text(text.replace("not inferred", "nor inferred"), encoding="utf-8")
    seal(island)
    assert draws(island, out).returncode == 0


def test_another_area_is_another_result(island, tmp_path):
    out = tmp_path / "draws.jsonl"
    (island / "shut.yaml").write_text(
        "name: shut\nas_of: 2026-03-01\nevents:\n  - close: {within: area.geojson}\n"
        "    from: 2026-03-01\n",
        encoding="utf-8",
    )
    area = island / "area.geojson"
    area.write_text(AREA % (63, 64, 64, 63, 63), encoding="utf-8")
    assert draws(island, out, scenario="shut.yaml").returncode == 0
    assert draws(island, out, scenario="shut.yaml").returncode == 0
    area.write_text(AREA % (65, 67, 67, 65, 65), encoding="utf-8")
    done = draws(island, out, scenario="shut.yaml")
    assert done.returncode == 2
    assert "its areas is" in done.stderr


def test_what_differs_is_shown(island, tmp_path):
    out = tmp_path / "draws.jsonl"
    assert draws(island, out).returncode == 0
    path = island / "border-closed.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("until: 2026-03-15", "until: 2026-03-16"), encoding="utf-8")
    done = draws(island, out)
    assert done.returncode == 2
    assert "2026, 3, 15" in done.stderr
    assert "2026, 3, 16" in done.stderr


def damaged(lines):
    """Yield what may become of a file of draws, and what is said of it."""
    row = json.loads(lines[1])
    yield [lines[0], '{"case":"0"}\n', *lines[2:]], "line 2: not a result of this run"
    for key, value in (("waterfall", []), ("waterfall", {"x": "y"}), ("peak", 3), ("case", 0)):
        changed = json.dumps(row | {key: value}) + "\n"
        yield [lines[0], changed, *lines[2:]], "line 2: not a result of this run"
    yield [lines[0], lines[1].replace("0.0", "NaN", 1), *lines[2:]], "expected a finite number"


@pytest.mark.parametrize("ending", ["", ".part"])
@pytest.mark.parametrize("number", range(6))
def test_a_damaged_file_is_one_message(island, tmp_path, ending, number):
    out = tmp_path / "draws.jsonl"
    assert draws(island, out).returncode == 0
    lines = out.read_text(encoding="utf-8").splitlines(keepends=True)
    out.unlink()
    kept = tmp_path / f"draws.jsonl{ending}"
    new, words = list(damaged(lines))[number]
    kept.write_text("".join(new), encoding="utf-8")
    before = kept.read_bytes()
    done = draws(island, out)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert words in done.stderr
    assert kept.read_bytes() == before


def test_a_finished_file_that_lacks_results_is_none(island, tmp_path):
    out = tmp_path / "draws.jsonl"
    assert draws(island, out).returncode == 0
    lines = out.read_text(encoding="utf-8").splitlines(keepends=True)
    out.write_text("".join(lines[:-1]), encoding="utf-8")
    done = draws(island, out)
    assert done.returncode == 2
    assert "holds 1 results and lacks 1, so it is no finished run" in done.stderr
    assert not (tmp_path / "draws.jsonl.part").exists()


def test_sweeps_and_percentiles_are_as_strict(island, tmp_path):
    swept, sure = tmp_path / "sweep.jsonl", tmp_path / "sure.jsonl"
    net = co.load(island)
    sweep(net, as_of="2026-03-01", of="border", out=swept)
    co.uncertainty(net, str(island / "border-closed.yaml"), n=2, workers=1, out=sure)
    for path in (swept, sure):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        row = {"case": json.loads(lines[-1])["case"]}
        path.write_text("".join([*lines[:-1], json.dumps(row) + "\n"]), encoding="utf-8")
    with pytest.raises(co.DataError, match="not a result of this run"):
        sweep(net, as_of="2026-03-01", of="border", out=swept)
    with pytest.raises(co.DataError, match="not a result of this run"):
        co.uncertainty(net, str(island / "border-closed.yaml"), n=2, workers=1, out=sure)
