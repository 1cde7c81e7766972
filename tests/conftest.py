"""Fixtures that all tests share."""

from __future__ import annotations

import ctypes
import gc
import os
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import kernels
import pytest

import corridors as co
from corridors.scenarios.kept import SETTING

if TYPE_CHECKING:
    from collections.abc import Callable

TESTS = Path(__file__).parent

trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
"""Returns to the system what was freed; glibc keeps it, in pieces that no later array fits."""


SEARCHED_AFTER = 20_000
"""Objects made and not freed, after which circles are searched for; Python's own 700 is for less.

Tables are made of thousands of small objects, and next to none of them hang in circles.
"""


def pytest_configure(config: pytest.Config) -> None:
    """Have the kernels compiled as they are, once, where several workers will ask for them."""
    # As the command line does: it takes jsonschema a second to import, and no schema asks for it.
    sys.modules.setdefault("rfc3987_syntax", None)
    gc.set_threshold(SEARCHED_AFTER, *gc.get_threshold()[1:])
    if hasattr(config, "workerinput"):
        return
    # What a user of this machine has kept is no part of a test, nor is what a test keeps his.
    os.environ[SETTING] = tempfile.mkdtemp(prefix="corridors-kept-")
    kernels.forget_stale()
    if getattr(config.option, "numprocesses", None):
        kernels.compile_all()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what the tests have kept."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ[SETTING], ignore_errors=True)


LONG = (
    "wheel",
    "events",
    "explorer_choice",
    "test_explorer_solver",
    "test_poland",
    "test_pack_later",
    "test_ask_cli",
    "test_cli",
    "test_report",
    "docs",
    "test_limits",
    "test_stores",
    "browser",
    "test_count_fit",
    "test_lab",
    "test_simulate_by_events",
    "test_choice_waits",
    "test_pack_borders_energy",
    "test_determinism",
    "test_simulate_variation",
    "test_stopping",
    "test_smoke",
    "test_maps_browser",
    "test_explorer_page",
    "test_flow_masters",
    "test_simulate_random",
    "test_couplings",
    "test_flow_compiling",
    "test_analysis_criticality",
    "test_calibration",
)
"""Groups and files that take long: they begin first, or all wait for them at the end."""

SPLIT = (
    "test_mutations",
    "test_notebooks",
    "test_checks",
    "test_exchange_gmns_foreign",
    "test_osm",
    "test_bad_input",
    "test_ending",
    "test_flow_inverse",
)
"""Long files whose tests share nothing that takes long: any worker runs any of them, at the end."""


def _marked(item: pytest.Item) -> list[str]:
    return [mark.args[0] for mark in item.iter_markers("xdist_group")]


def _unit(item: pytest.Item) -> str:
    """Return what a test is grouped by: a mark, or its file."""
    return (*_marked(item), item.path.stem)[0]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Have one worker run what shares the fixtures of a file, so that they are made once."""
    if TESTS in item.path.parents and not _marked(item) and _unit(item) not in SPLIT:
        item.add_marker(pytest.mark.xdist_group(_unit(item)))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long groups first, and last what fills up the time of whichever worker has any.

    Otherwise tests stay in the order that was drawn for them.
    """
    place = {name: number for number, name in enumerate(LONG)}
    place |= dict.fromkeys(SPLIT, len(LONG) + 1)
    items.sort(key=lambda item: place.get(_unit(item), len(LONG)))


def pytest_collection_finish() -> None:
    """Search what was imported and collected, which stays to the end, for circles no more."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def net() -> co.Network:
    """Return the shipped network, read once."""
    return co.load()


@pytest.fixture(scope="session")
def closure(net: co.Network) -> co.Comparison:
    """Return the Polish closure held against its baseline, solved once."""
    hit = co.assign(net, "poland-closure-2025")
    return co.compare(co.assign(net, as_of=hit.state.day), hit)


@pytest.fixture(scope="session")
def simulated(net: co.Network) -> Callable[[str, int], co.Simulation]:
    """Return what simulates a shipped scenario for some days, each once.

    Who asks for it is marked ``xdist_group("events")``: one worker then runs them all.
    """
    return lambda name, days: _simulated(net, name, days)


@cache
def _simulated(net: co.Network, name: str, days: int) -> co.Simulation:
    return co.simulate(net, name, days)


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Give back what a group has used before another begins: it would add up to gigabytes."""
    if nextitem is None or _unit(item) != _unit(nextitem):
        _simulated.cache_clear()
        # What a long group has kept hangs together in circles, and is some gigabytes.
        if _unit(item) in LONG:
            gc.collect()
    if trim is not None and (nextitem is None or item.path != nextitem.path):
        trim(0)
