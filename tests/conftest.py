"""Fixtures that all tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

import corridors as co


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


@pytest.fixture(scope="session")
def net() -> co.Network:
    """Return the shipped network, read once."""
    return co.load()


@pytest.fixture(scope="session")
def closure(net: co.Network) -> co.Comparison:
    """Return the Polish closure held against its baseline, solved once."""
    hit = co.assign(net, "poland-closure-2025")
    return co.compare(co.assign(net, as_of=hit.state.day), hit)
