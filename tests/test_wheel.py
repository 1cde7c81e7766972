"""The built wheel carries the data, says what it needs and works from any folder."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from waiting import HANG_S

ROOT = Path(__file__).parent.parent

pytestmark = [pytest.mark.wheel, pytest.mark.xdist_group("wheel")]


def command(*arguments, **options):
    done = subprocess.run(
        list(map(str, arguments)),
        capture_output=True,
        text=True,
        check=False,
        timeout=HANG_S,
        **options,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_pinned_release_can_be_had_by_the_first_python_that_the_project_names():
    """Debian's Python 3.11 is 3.11.2: a release that asks for 3.11.5 stops the installation."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    first = wanted["requires-python"].removeprefix(">=") + ".0"
    pins = re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)
    seen, refused = 0, {}
    for name in pins:
        try:
            asks = importlib.metadata.metadata(name).get("Requires-Python")
        except importlib.metadata.PackageNotFoundError:
            continue
        seen += 1
        if asks and not SpecifierSet(asks).contains(first):
            refused[name] = asks
    assert refused == {}
    assert seen > 100


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Return the folder of the programs of an environment that holds the wheel, and that alone.

    What the wheel depends on is taken from where the tests have it: `make test-lowest` and the
    test of the imports see to it that nothing is missing.
    """
    folder = tmp_path_factory.mktemp("wheel")
    command(sys.executable, "-m", "build", "--wheel", "--outdir", folder / "dist", cwd=ROOT)
    [wheel] = (folder / "dist").glob("*.whl")
    venv.create(folder / "empty", with_pip=False)
    python = folder / "empty" / "bin" / "python"
    paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    own = command(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    # A folder named in a .pth file is searched; the .pth files in it, such as ours, are not read.
    (Path(own) / "beside.pth").write_text("\n".join(sorted(paths)), encoding="utf-8")
    command(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--ignore-installed",
        "--disable-pip-version-check",
        wheel,
    )
    return folder / "empty" / "bin"


def test_the_wheel_runs_in_an_empty_environment(installed, tmp_path):
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    # To compile the kernels for this place would take longer than to do without.
    options = {"cwd": tmp_path, "env": {**clean, "NUMBA_DISABLE_JIT": "1"}}
    # The shipped network is read, and a small one is solved: without compiling it takes minutes.
    counts = json.loads(command(installed / "corridors", "info", "--json", **options))["counts"]
    assert counts["links"] > 800
    command(installed / "corridors", "new", "mine", **options)
    ran = command(installed / "corridors", "run", "mine/border-closed.yaml", "--network", "mine",
                  "--json", "--map", "map.html", **options)  # fmt: skip
    assert json.loads(ran)["change"]["rerouted_t_per_day"] > 0
    assert (tmp_path / "map.html").stat().st_size > 100_000
    where = command(installed / "python", "-c", "import corridors; print(corridors.__file__)",
                    **options)  # fmt: skip
    assert str(installed.parent) in where


def test_what_is_imported_is_what_the_package_says_it_needs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    # What an extra brings is imported by one module alone: the notebook widget, the cluster.
    extras = project["optional-dependencies"]
    said = [*project["dependencies"], *extras["lab"], *extras["dask"], "traitlets"]
    needs = {re.split(r"[^A-Za-z0-9_.-]", d)[0].replace("_", "-") for d in said}
    providers = importlib.metadata.packages_distributions()
    imported = set()
    for path in (ROOT / "corridors").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add(str(node.module).split(".")[0])
    foreign = imported - set(sys.stdlib_module_names) - {"corridors"}
    assert len(foreign) > 15
    unsaid = {
        m
        for m in foreign
        if not {d.lower().replace("_", "-") for d in providers.get(m, ())} & needs
    }
    assert unsaid == set()
