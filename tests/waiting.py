"""Waiting for what another process does, without a word about how long that may take."""

from __future__ import annotations

import time

HANG_S = 600
"""After this a test is taken to hang; nothing that is right takes a tenth of it."""


def wait_for(happened, process=None):
    """Return when something has happened, or the process in which it should has ended."""
    for _ in range(HANG_S * 100):
        if happened() or (process is not None and process.poll() is not None):
            return
        time.sleep(0.01)
    message = "it did not happen"
    raise AssertionError(message)
