"""The map with its days in a browser that has no network."""

from __future__ import annotations

import pytest

import corridors as co
from tests.browser import browser, visit  # noqa: F401

pytestmark = pytest.mark.browser


def test_the_slider_moves_the_queues(browser, tmp_path, net):  # noqa: F811
    sim = co.simulate(net, "poland-closure-2025", 20)
    path = sim.map().save(tmp_path / "map.html")
    with visit(browser, path) as seen:
        page = seen.page
        assert page.inner_text("#queue-day").startswith("2025-09-24")
        assert "Kozlovichi" in page.inner_text("#queue-rows")
        page.evaluate(
            "() => { const s = document.getElementById('queue-slider');"
            " s.value = '0'; s.dispatchEvent(new Event('input')); }"
        )
        assert page.inner_text("#queue-day").startswith("2025-09-12")
        assert seen.noise == []
