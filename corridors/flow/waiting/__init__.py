"""Waiting where a limit is not full on average: closed forms and their course in time."""

from corridors.flow.waiting.random_queue import (
    HORIZON_DAYS,
    exponent_of,
    passes_of,
    queues_of,
    spread_of,
    steady_wait,
    wait_within,
)

__all__ = [
    "HORIZON_DAYS",
    "exponent_of",
    "passes_of",
    "queues_of",
    "spread_of",
    "steady_wait",
    "wait_within",
]
