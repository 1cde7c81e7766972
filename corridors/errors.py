"""The errors this package raises, each also a builtin so that callers need no import, and warnings.

Cargo that cannot move is never an error: it is shortfall.
"""

from __future__ import annotations

import difflib
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class CorridorsError(Exception):
    """Base of every error raised on purpose by this package."""

    def __str__(self) -> str:
        # KeyError would print the repr of its message, quotes and all.
        return str(self.args[0]) if self.args else ""


class DataError(CorridorsError, ValueError):
    """A network folder breaks its contract."""


class ScenarioError(CorridorsError, ValueError):
    """A scenario says something that cannot be meant."""


class UnknownIdError(CorridorsError, KeyError):
    """A name that nothing carries."""


class CertificateError(CorridorsError, ArithmeticError):
    """An answer whose proof of optimality fails; it is never returned."""


class OpenStreetMapError(CorridorsError, RuntimeError):
    """OpenStreetMap did not answer, or not with anything that fits."""


class ProblemError(CorridorsError, ValueError):
    """A flow problem whose arrays do not fit together."""


def old_name(old: str, new: str) -> None:
    """Warn whoever called the caller that a name has changed; the old one lasts one release.

    Examples
    --------
    >>> def crossing():
    ...     old_name("crossing", "border")
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as seen:
    ...     warnings.simplefilter("always")
    ...     crossing()
    >>> print(seen[0].message)
    crossing is now called border; the old name goes with the next release
    """
    message = f"{old} is now called {new}; the old name goes with the next release"
    warnings.warn(message, DeprecationWarning, stacklevel=3)


def nearest(name: object, known: Iterable[object], limit: int = 3) -> str:
    """Return a hint naming the valid names closest to `name`.

    Parameters
    ----------
    name
        What was found.
    known
        The names that would have been valid.
    limit
        How many to show.

    Returns
    -------
    str
        ``"; did you mean a, b?"``, or up to `limit` valid names where none is
        close, or an empty string where there are no valid names at all.

    Examples
    --------
    >>> nearest("brst", ["brest", "minsk"])
    '; did you mean brest?'
    """
    names = sorted(str(k) for k in known)
    if not names:
        return ""
    wanted = str(name).lower()
    by_lower = {n.lower(): n for n in reversed(names)}
    close = [by_lower[c] for c in difflib.get_close_matches(wanted, list(by_lower), n=limit)]
    if close:
        return f"; did you mean {', '.join(close)}?"
    if len(names) <= 2 * limit:
        return f"; valid are {', '.join(names)}"
    return f"; valid are for example {', '.join(names[:limit])}"
