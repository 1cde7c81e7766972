"""Dates, seasons and periods as the tables and scenarios write them."""

from __future__ import annotations

import datetime as dt
import re
from calendar import isleap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

WEEK = ("mo", "tu", "we", "th", "fr", "sa", "su")
"""Days of the week as the tables write them, in the order of `datetime.date.weekday`."""

_SEASON = re.compile(r"([0-9]{2})-([0-9]{2})/([0-9]{2})-([0-9]{2})")


def parse_date(text: str) -> dt.date:
    """Return the day that ``YYYY-MM-DD`` names.

    Raises
    ------
    ValueError
        Where it names none.
    """
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        msg = f"saw {text!r}, expected a date such as 2025-09-12"
        raise ValueError(msg)
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        msg = f"saw {text!r}, which is not a day of the calendar"
        raise ValueError(msg) from None


def day_in(value: Any) -> dt.date:
    """Return the day of a date, with or without a time of day, of Python, numpy or pandas.

    Raises
    ------
    ValueError
        Where it is none.

    Examples
    --------
    >>> day_in(dt.datetime(2025, 9, 12, 5)).isoformat()
    '2025-09-12'
    """
    # A moment of numpy, finer than those of Python, would say the number of its ticks.
    own = value.astype("datetime64[s]").item() if type(value).__name__ == "datetime64" else value
    # What is no moment at all, as pandas has it, is not even equal to itself.
    if isinstance(own, dt.date) and own == own:
        return own.date() if isinstance(own, dt.datetime) else own
    msg = f"saw {value!r}, expected a date such as 2025-09-12"
    raise ValueError(msg)


def check_season(text: str) -> None:
    """Raise ValueError unless `text` is ``MM-DD/MM-DD`` with days that exist."""
    match = _SEASON.fullmatch(text)
    if not match:
        msg = f"saw {text!r}, expected a season such as 07-01/10-15"
        raise ValueError(msg)
    months = [int(g) for g in match.groups()]
    for month, day in (months[:2], months[2:]):
        try:
            # 2024 is a leap year, so that 29 February is a valid end of a season.
            dt.date(2024, month, day)
        except ValueError:
            seen = f"saw {text!r}, in which {month:02d}-{day:02d} is not a day of the calendar"
            msg = f"{seen}, expected MM-DD/MM-DD such as 07-01/10-15"
            raise ValueError(msg) from None


def season_changes(season: str, year: int) -> tuple[dt.date, dt.date]:
    """Return the first day of a year on which a season begins, and the first after its end.

    In a common year a season from 29 February begins on 1 March, and one to
    29 February ends with the 28th.

    Examples
    --------
    >>> [day.isoformat() for day in season_changes("02-29/05-31", 2027)]
    ['2027-03-01', '2027-06-01']
    """
    first, last = ([int(part) for part in text.split("-")] for text in season.split("/"))
    return _day_of(year, *first), _day_of(year, *last, after=1)


def _day_of(year: int, month: int, day: int, *, after: int = 0) -> dt.date:
    """Return a day of a year, or so many days after it; what is missing of a year has no length."""
    missing = (month, day) == (2, 29) and not isleap(year)
    return dt.date(year, 3, 1) if missing else dt.date(year, month, day) + dt.timedelta(after)


def in_season(season: str, day: dt.date) -> bool:
    """Return whether a day lies in a season, whose last day is included.

    Examples
    --------
    >>> import datetime as dt
    >>> in_season("11-15/03-31", dt.date(2026, 1, 1)), in_season("07-01/10-15", dt.date(2026, 1, 1))
    (True, False)
    """
    if not season:
        return True
    first, last = season.split("/")
    today = f"{day.month:02d}-{day.day:02d}"
    if first <= last:
        return first <= today <= last
    return today >= first or today <= last


def in_period(first: str, end: str, day: dt.date) -> bool:
    """Return whether a day lies in ``[first, end)``; an empty bound does not bind."""
    today = day.isoformat()
    return (not first or first <= today) and (not end or today < end)


def during(frame: pd.DataFrame, first: str, end: str, day: dt.date) -> NDArray[np.bool_]:
    """Return which rows of a table hold on a day, shape (rows,).

    Parameters
    ----------
    frame
        The table; where it has a column `season`, the day must lie in that too.
    first, end
        Columns with the first day of the period and the first one after it.
    day
        The day.

    Examples
    --------
    >>> import datetime as dt, pandas as pd
    >>> links = pd.DataFrame({"opens": ["", "2026-01-01"], "closes": ["2025-12-31", ""]})
    >>> during(links, "opens", "closes", dt.date(2026, 1, 1)).tolist()
    [False, True]
    """
    import numpy as np

    today = day.isoformat()
    begin, over = frame[first].to_numpy().tolist(), frame[end].to_numpy().tolist()
    # `in_period` written out: thousands of rows a state.
    inside = [
        (not a or a <= today) and (not b or today < b) for a, b in zip(begin, over, strict=True)
    ]
    # A plain empty list would select no columns instead of no rows.
    found = np.array(inside, dtype=np.bool_)
    if "season" in frame.columns:
        seasons = frame["season"].to_numpy().tolist()
        within = {season: in_season(season, day) for season in set(seasons)}
        found &= np.array([within[season] for season in seasons], dtype=np.bool_)
    return found


def period_bounds(day: dt.date, period: str) -> tuple[dt.date, dt.date]:
    """Return the first day of the period that a day lies in, and the first after it.

    A week begins on Monday.

    Examples
    --------
    >>> import datetime as dt
    >>> [d.isoformat() for d in period_bounds(dt.date(2025, 11, 6), "week")]
    ['2025-11-03', '2025-11-10']
    >>> [d.isoformat() for d in period_bounds(dt.date(2025, 12, 6), "month")]
    ['2025-12-01', '2026-01-01']
    """
    if period == "week":
        first = day - dt.timedelta(days=day.weekday())
        return first, first + dt.timedelta(days=7)
    if period == "month":
        year, month = day.year + day.month // 12, day.month % 12 + 1
        return day.replace(day=1), dt.date(year, month, 1)
    return dt.date(day.year, 1, 1), dt.date(day.year + 1, 1, 1)
