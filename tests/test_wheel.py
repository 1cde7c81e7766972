"""The built wheel carries the data and works from any folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = [pytest.mark.wheel, pytest.mark.xdist_group("wheel")]


def command(*arguments, **options):
    return subprocess.run(
        list(map(str, arguments)), capture_output=True, text=True, check=False, **options
    )


def test_the_wheel_runs_in_an_empty_environment(tmp_path):
    built = command(
        sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path / "dist", cwd=ROOT
    )
    assert built.returncode == 0, built.stdout + built.stderr
    [wheel] = (tmp_path / "dist").glob("*.whl")
    venv.create(tmp_path / "empty", with_pip=True)
    python = tmp_path / "empty" / "bin" / "python"
    installed = command(
        python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "-c", ROOT / "constraints.txt", wheel,
    )  # fmt: skip
    assert installed.returncode == 0, installed.stderr
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    ran = command(
        tmp_path / "empty" / "bin" / "corridors", "run", "poland-closure-2025", "--json",
        "--map", "map.html", cwd=elsewhere, env=clean,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["change"]["rerouted_t_per_day"] > 0
    assert (elsewhere / "map.html").stat().st_size > 100_000
    where = command(python, "-c", "import corridors; print(corridors.__file__)", cwd=elsewhere,
                    env=clean)  # fmt: skip
    assert str(tmp_path / "empty") in where.stdout
