"""Fixtures that all tests share."""

from __future__ import annotations

import pytest

import corridors as co


@pytest.fixture(scope="session")
def net() -> co.Network:
    """Return the shipped network, read once."""
    return co.load()


@pytest.fixture(scope="session")
def closure(net: co.Network) -> co.Comparison:
    """Return the Polish closure held against its baseline, solved once."""
    hit = co.assign(net, "poland-closure-2025")
    return co.compare(co.assign(net, as_of=hit.situation.day), hit)
