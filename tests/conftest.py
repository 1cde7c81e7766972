"""Fixtures that all tests share."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import corridors as co

if TYPE_CHECKING:
    from collections.abc import Callable


def pytest_configure() -> None:
    """Forget compiled kernels older than any compiled source.

    numba compares a kernel with its own module alone, and would go on with what
    another module's part of it was before.
    """
    package = Path(co.__file__).parent
    marks = ("numba import njit", "flow.compiling import")
    sources = [p for p in package.rglob("*.py") if any(m in p.read_text("utf-8") for m in marks)]
    newest = max(p.stat().st_mtime for p in sources)
    for index in package.rglob("__pycache__/*.nbi"):
        if index.stat().st_mtime < newest:
            index.unlink(missing_ok=True)


LONG = ("wheel", "events")
"""Groups that one worker runs alone and that take long: they begin first, or all wait for them."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long groups first; the others stay in the order that was drawn for them."""

    def place(item: pytest.Item) -> int:
        groups = [m.args[0] for m in item.iter_markers("xdist_group")]
        return min((LONG.index(g) for g in groups if g in LONG), default=len(LONG))

    items.sort(key=place)


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
    return cache(lambda name, days: co.simulate(net, name, days))
