"""The same bytes whatever surrounds the process: hash seed, threads, locale, time zone."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys

import pytest
from command import corridors
from waiting import HANG_S

import corridors as co

LOCALES = {
    "C.UTF-8": {"LC_ALL": "C.UTF-8", "TZ": "UTC"},
    # Python would take UTF-8 here by itself, were it not told to leave that.
    "C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0",
          "TZ": "Pacific/Kiritimati"},
}  # fmt: skip
THREADS = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
EACH = (
    "import sys, os\n"
    "from corridors.cli import main\n"
    "for line in sys.argv[1:]:\n"
    "    sys.argv[1:] = line.split('\\n')\n"
    "    try:\n"
    "        main()\n"
    "    except SystemExit as end:\n"
    "        if end.code:\n"
    "            raise\n"
)
"""Runs several commands in one process, which is half of the time of several."""

ENVIRONMENTS = [
    # Each pair of settings meets in one of them.
    ("0", "1", "C.UTF-8"),
    ("0", "2", "C"),
    ("1", "1", "C"),
    ("1", "2", "C.UTF-8"),
]


@pytest.fixture(scope="module")
def commands(tmp_path_factory):
    island = co.new_network(tmp_path_factory.mktemp("same") / "island")
    drawn = ("--network", island, "--draws", "3", "--days", "5", "--seed", "11", "--workers", "1")
    commands = [
        ("run", "poland-closure-2025", "--json"),
        ("draws", island / "border-closed.yaml", *drawn, "--json"),
        # Names in many scripts, as text.
        ("scenarios",),
        ("info", "--network", island),
    ]
    return [[str(a) for a in command] for command in commands]


@pytest.fixture(scope="module")
def expected(commands):
    """Return what the commands say in this process, wherever the tests run."""
    found = [corridors(*command) for command in commands]
    assert [done.returncode for done in found] == [0] * len(found), [d.stderr for d in found]
    return "".join(done.stdout for done in found).encode("utf-8")


def test_each_pair_of_settings_meets():
    choices = ({"0", "1"}, {"1", "2"}, set(LOCALES))
    for (i, one), (j, two) in itertools.combinations(enumerate(choices), 2):
        assert {(e[i], e[j]) for e in ENVIRONMENTS} == set(itertools.product(one, two))


@pytest.mark.parametrize(("seed", "threads", "locale"), ENVIRONMENTS)
def test_the_same_bytes_in_every_environment(commands, expected, tmp_path, seed, threads, locale):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))}
    environment |= {"PYTHONHASHSEED": seed, **dict.fromkeys(THREADS, threads), **LOCALES[locale]}
    done = subprocess.run(
        [sys.executable, "-c", EACH, *("\n".join(command) for command in commands)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=False,
        timeout=HANG_S,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    assert done.stdout == expected
    assert list(tmp_path.iterdir()) == []
