"""Run the smoke tests with the lowest release of every dependency that pyproject.toml allows.

    python scripts/test_lowest.py [FOLDER]

A virtual environment is made in FOLDER (`.venv-lowest` if not given) with exactly
those releases, so that a lower bound is a promise and not a guess. What they in
turn depend on is left to the installer.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BESIDE = ("pytest>=8.3",)


def lowest(requirement: str) -> str:
    """Return a requirement as its lowest release.

    Examples
    --------
    >>> lowest("highspy>=1.11,<2,!=1.14.0")
    'highspy==1.11'
    """
    match = re.fullmatch(r"([A-Za-z0-9_.-]+)>=([0-9.]+)(,.*)?", requirement)
    if match is None:
        message = f"{requirement}: has no lower bound of the form name>=release"
        raise SystemExit(message)
    return f"{match[1]}=={match[2]}"


def main() -> None:
    """Make the environment and run the tests in it."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".venv-lowest").resolve()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    exact = [lowest(requirement) for requirement in project["dependencies"]]
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *exact, *BESIDE], check=True)
    path = os.pathsep.join(p for p in (str(ROOT), os.environ.get("PYTHONPATH", "")) if p)
    tests = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/smoke"]
    # What a library of that time says of itself is no fault of ours.
    options = ["-o", "addopts=--import-mode=importlib", "-W", "ignore", "-o", "filterwarnings="]
    done = subprocess.run([*tests, *options], check=False, cwd=ROOT,
                          env={**os.environ, "PYTHONPATH": path})  # fmt: skip
    print(" ".join(exact))
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
