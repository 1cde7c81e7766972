"""The errors this package raises, each also a builtin so that callers need no import, and warnings.

Cargo that cannot move is never an error: it is shortfall. An old name is none
either: it works for one release more, and warns.
"""

from __future__ import annotations

import difflib
import os
import warnings
from collections.abc import Iterable
from functools import wraps
from numbers import Integral
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_Class = TypeVar("_Class", bound=type)
_Function = TypeVar("_Function", bound="Callable[..., Any]")


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


class MissingExtraError(CorridorsError, ImportError):
    """Something needs an optional extra that is not installed."""


class OpenStreetMapError(CorridorsError, RuntimeError):
    """OpenStreetMap did not answer, or not with anything that fits."""


class ProblemError(CorridorsError, ValueError):
    """A flow problem whose arrays do not fit together."""


def require_kind(name: str, value: object, kind: Any, words: str) -> None:
    """Raise ScenarioError where an argument is not of the kind that it must be.

    Examples
    --------
    >>> require_kind("announced", "yes", bool, "True or False")
    Traceback (most recent call last):
    corridors.errors.ScenarioError: announced: saw 'yes', expected True or False
    """
    if not isinstance(value, kind):
        saw = " ".join(repr(value).split())
        msg = f"{name}: saw {saw if len(saw) <= _LONG else saw[:_LONG] + '...'}, expected {words}"
        raise ScenarioError(msg)


def require_path(name: str, value: object) -> None:
    """Raise ScenarioError where an argument is no name of a file or folder, as text or path.

    Examples
    --------
    >>> require_path("path", None)
    Traceback (most recent call last):
    corridors.errors.ScenarioError: path: saw None, expected a file or folder, by its name or path
    """
    words = "a file or folder, by its name or path"
    require_kind(name, value or None, str | os.PathLike, words)


def require_whole(name: str, value: object, least: int, most: int | None = None) -> None:
    """Raise ScenarioError where an argument is no whole number, or one out of bounds.

    Examples
    --------
    >>> require_whole("k", 1.5, 1)
    Traceback (most recent call last):
    corridors.errors.ScenarioError: k: saw 1.5, expected a whole number of at least 1
    """
    words = f"a whole number of at least {least}{'' if most is None else f' and at most {most}'}"
    require_kind(name, value, Integral, words)
    whole = int(value)  # type: ignore[call-overload]
    if isinstance(value, bool) or whole < least or (most is not None and whole > most):
        msg = f"{name}: saw {value!r}, expected {words}"
        raise ScenarioError(msg)


def names_in(argument: str, value: object) -> list[str]:
    """Return names that are given as one or several; raise ScenarioError where they are none.

    Examples
    --------
    >>> names_in("places", "brest"), names_in("places", ("brest", "minsk"))
    (['brest'], ['brest', 'minsk'])
    >>> names_in("places", 3)
    Traceback (most recent call last):
    corridors.errors.ScenarioError: places: saw 3, expected a name or several
    """
    if isinstance(value, str):
        return [value]
    # A table would give the names of its columns.
    require_kind(argument, None if hasattr(value, "columns") else value, Iterable, _NAMES)
    found: list[str] = list(value)  # type: ignore[call-overload]
    for one in found:
        require_kind(argument, one, str, _NAMES)
    return found


_LONG = 120
"""Characters of a value in a message at most."""

_NAMES = "a name or several"


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
    names = sorted(filter(None, map(str, known)))
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


def renamed_arguments(**new: str) -> Callable[[_Function], _Function]:
    """Let a function take arguments by their old names.

    Parameters
    ----------
    new
        New name by old name. Where both are given, the old one counts, as in a
        copy made by `dataclasses.replace` from a script that knows the old one.

    Examples
    --------
    >>> import warnings
    >>> from corridors.errors import renamed_arguments
    >>> @renamed_arguments(size="amount")
    ... def double(amount):
    ...     return 2 * amount
    >>> with warnings.catch_warnings(record=True) as seen:
    ...     warnings.simplefilter("always")
    ...     double(size=4), str(seen[0].message)
    (8, 'double: `size` is now `amount`; the old name goes with the next release')
    """

    def wrap(function: _Function) -> _Function:
        @wraps(function)
        def call(*args: Any, **given: Any) -> Any:
            # The class says more than its __init__.
            where = function.__qualname__.removesuffix(".__init__").split(".")[-1]
            for old in new.keys() & given.keys():
                _warn(f"{where}: `{old}` is now `{new[old]}`", 3)
                given[new[old]] = given.pop(old)
            return function(*args, **given)

        return call  # type: ignore[return-value]  # the same signature, which wraps cannot say

    return wrap


def renamed_attributes(*, arguments: bool = False, **new: str) -> Callable[[_Class], _Class]:
    """Let the attributes of a class be read by their old names.

    Parameters
    ----------
    arguments
        Whether the class takes them as arguments too.
    new
        New name by old name.
    """

    def wrap(cls: _Class) -> _Class:
        for old, name in new.items():
            setattr(cls, old, property(_reader(cls.__name__, old, name)))
        if arguments:
            cls.__init__ = renamed_arguments(**new)(cls.__init__)  # type: ignore[misc]  # of a class
        return cls

    return wrap


def _reader(where: str, old: str, new: str) -> Callable[[Any], Any]:
    def read(self: Any) -> Any:
        _warn(f"{where}: `{old}` is now `{new}`", 3)
        return getattr(self, new)

    read.__doc__ = f"Old name of `{new}`."
    return read


def _warn(what: str, level: int) -> None:
    message = f"{what}; the old name goes with the next release"
    warnings.warn(message, DeprecationWarning, stacklevel=level)


def require_folder(path: Path) -> None:
    """Raise DataError where there is no folder, saying what there is.

    Parameters
    ----------
    path
        Of what is read.
    """
    if not path.is_dir():
        wrong = "is a file, expected a folder" if path.exists() else "no such folder"
        msg = f"{path}: {wrong}"
        raise DataError(msg)
