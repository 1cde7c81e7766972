"""A headless Chromium without any network, for tests that open a page.

Where no Chromium is installed these tests are skipped, and say so; where the variable
CI is true they fail, so that nobody believes they ran.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from waiting import HANG_S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")

LEFT_OUT = (
    # Each window would load the pages of an address bar that nobody sees, and a page to come:
    # more than half of what it takes to open one.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "PreloadTopChromeWebUI",
    "SpareRendererForSitePerProcess",
    # What playwright leaves out by itself, of which the last list alone counts.
    "AimEnabled",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
"""What Chromium has beside the pages themselves, which no test looks at."""


FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Ends when a page has been told of all that is new about its window."""


@dataclass
class Visit:
    """An open page, and everything it complained about or asked for."""

    page: Page
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def noise(self) -> list[str]:
        """Everything that a sound page has none of."""
        return [*self.console, *self.errors, *self.requests]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium for one module of tests; no host name resolves in it, this machine's aside.

    Not for the whole session: while it is open, playwright's event loop counts as
    running, and tests elsewhere that start a loop of their own would fail.
    """
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        _give_up(f"no browser: none of {', '.join(NAMES)} is installed")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _give_up("no browser: the Python package playwright is not installed")
    arguments = [
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--disable-gpu",
        f"--disable-features={','.join(LEFT_OUT)}",
    ]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=arguments)
        yield chromium
        chromium.close()


@contextmanager
def visit(browser: Browser, path: Path, fragment: str = "", **context: Any) -> Iterator[Visit]:
    """Open a file in a fresh context that is offline, and close it again.

    The fragment, from its ``#`` on, is what the page is asked to begin with. Its reader has
    asked for no motion, so that nothing is pressed on its way past.
    """
    settings: dict[str, Any] = {
        "viewport": {"width": 1280, "height": 800},
        "offline": True,
        "reduced_motion": "reduce",
    }
    opened = browser.new_context(**{**settings, **context})
    # For whatever is waited for on a page: it comes, or never does.
    opened.set_default_timeout(1000 * HANG_S)
    seen = Visit(opened.new_page())
    address = path.resolve().as_uri()
    seen.page.on("console", lambda message: seen.console.append(message.text))
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on(
        "request",
        lambda request: (
            None
            # A blob is a page's own memory, such as the source of its worker.
            if request.url.partition("#")[0] == address
            or request.url.startswith(("data:", "about:", "blob:"))
            else seen.requests.append(request.url)
        ),
    )
    try:
        seen.page.goto(address + fragment)
        yield seen
    finally:
        opened.close()


def show_as(page: Page, **media: Any) -> None:
    """Give a page another medium or scheme of colours, and wait until it has taken it up.

    A page is told with its next frame, and may then draw anew what a test has in its hand.
    """
    page.emulate_media(**media)
    page.evaluate(FRAMES)


def _give_up(reason: str) -> None:
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason)
    pytest.skip(reason)
