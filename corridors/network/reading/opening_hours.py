"""What a row of opening hours says with both its hours: some of the day, or all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.network.reading.cells import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd


def opening_hours(table: pd.DataFrame) -> Iterator[Problem]:
    """Find hours that begin when they end, which may mean all of the day or nothing of it.

    From 0 to 24 is all of the day. What is shut all day has no amount to pass in hours.

    Parameters
    ----------
    table
        The table of opening hours, typed.
    """
    for row, (opens, closes) in enumerate(zip(table["opens"], table["closes"], strict=True), 2):
        if opens % 24.0 == closes % 24.0 and (opens, closes) != (0.0, 24.0):
            message = (
                f"saw opens {opens:g} and closes {closes:g}, which leave no hours; "
                "expected 0 and 24 for round the clock"
            )
            yield Problem("opening_hours.csv", row, "closes", "opening-hours", message)
