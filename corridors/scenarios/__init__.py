"""What is asked, and what it makes of a network on one day: scenarios, selectors, states."""

from typing import Any


def __getattr__(name: str) -> Any:
    """Return `family` when it is first asked for, so that the room costs nothing before."""
    if name == "family":
        from corridors.scenarios.authoring.family import family

        return family
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
