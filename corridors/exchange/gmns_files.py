"""The files of a GMNS folder: rows of text, the units of the config, numbers, truth values.

Everything that can be wrong with one cell is said here, with file, row and column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from corridors.errors import DataError, nearest, require_folder
from corridors.files import read_whole
from corridors.network.reading.cells import read_cells
from corridors.network.reading.numbers import read_number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Row = dict[str, str]

KM = {"km": 1.0, "kilometer": 1.0, "kilometre": 1.0, "kilometers": 1.0, "kilometres": 1.0,
      "m": 0.001, "meter": 0.001, "metre": 0.001, "meters": 0.001, "metres": 0.001,
      "mi": 1.609344, "mile": 1.609344, "miles": 1.609344,
      "ft": 0.0003048, "foot": 0.0003048, "feet": 0.0003048,
      "yd": 0.0009144, "yard": 0.0009144, "yards": 0.0009144,
      "nmi": 1.852, "nautical mile": 1.852, "nautical miles": 1.852}  # fmt: skip
"""Kilometres in the units of length that GMNS folders use."""

_SHORT = {"mph": "mi/h", "miph": "mi/h", "kph": "km/h", "kmph": "km/h", "kmh": "km/h",
          "fps": "ft/s", "mps": "m/s", "knot": "nmi/h", "knots": "nmi/h", "kn": "nmi/h",
          "kt": "nmi/h", "kts": "nmi/h"}  # fmt: skip
_AN_HOUR = {"h": 1.0, "hr": 1.0, "hour": 1.0, "hours": 1.0, "hrs": 1.0,
            "min": 60.0, "minute": 60.0, "s": 3600.0, "sec": 3600.0, "second": 3600.0}  # fmt: skip

_MISSING = frozenset(
    {"nan", "na", "n/a", "#n/a", "<na>", "null", "none", "nil", "nul", "-", "--", "?"}
)
"""What others write for a value that is missing, which the specification does not."""

_COORDINATES = frozenset({"x_coord", "y_coord"})
"""Numbers that cannot be missing."""

_MILES = frozenset(u for u in KM if KM[u] in {1.609344, 0.0003048, 0.0009144})


def km_per_unit(unit: str, where: str) -> float:
    """Return the kilometres in a unit of length.

    Raises
    ------
    DataError
        Where the unit is none that is known; it begins with `where`.
    """
    name = unit.strip().lower()
    if name not in KM:
        msg = f"{where}: saw {unit!r}, expected one of {', '.join(KM)}{nearest(name, KM)}"
        raise DataError(msg)
    return KM[name]


def kmh_per_unit(unit: str, where: str) -> float:
    """Return the km/h in a unit of speed: a length an hour, a minute or a second.

    Raises
    ------
    DataError
        Where the unit is none that is known; it begins with `where`.

    Examples
    --------
    >>> [round(kmh_per_unit(u, ""), 6) for u in ("km/h", "mph", "m/s", "feet per second", "knots")]
    [1.0, 1.609344, 3.6, 1.09728, 1.852]
    """
    name = " ".join(unit.lower().replace("_", " ").split())
    name = _SHORT.get(name, name).replace(" per ", "/").replace(" an ", "/")
    length, stroke, time = (part.strip() for part in name.partition("/"))
    if not stroke or length not in KM or time not in _AN_HOUR:
        known = ("km/h", "mph", "m/s", "ft/s", "knots")
        msg = f"{where}: saw {unit!r}, expected a unit of speed such as {', '.join(known)}"
        raise DataError(msg + nearest(unit, known))
    return KM[length] * _AN_HOUR[time]


class GmnsFolder:
    """A GMNS folder: its tables as rows of text and the units that its numbers are in.

    Parameters
    ----------
    folder
        Holds the files.
    length_unit, speed_unit
        Units where ``config.csv`` states none; DataError where it states another.

    Attributes
    ----------
    remarks
        What had to be guessed or read in another way than the specification has it.
    config
        The row of ``config.csv``.
    km, kmh
        Kilometres in the unit of lengths, km/h in the unit of speeds.
    length_unit, speed_unit
        What these units are called in the folder.
    guessed_length, guessed_speed
        Whether the unit is a guess.
    """

    def __init__(
        self, folder: Path, length_unit: str | None = None, speed_unit: str | None = None
    ) -> None:
        self.folder = folder
        self.remarks: list[str] = []
        require_folder(folder)
        rows = self.table("config.csv")
        if len(rows) > 1:
            msg = f"{folder / 'config.csv'}: saw {len(rows)} rows, expected one"
            raise DataError(msg)
        self.config = rows[0] if rows else {}
        crs = self.config.get("crs", "")
        if crs and crs.upper().replace(" ", "") not in {"EPSG:4326", "4326", "WGS84", "OGC:CRS84",
                                                        "EPSG:4326(WGS84)"}:  # fmt: skip
            msg = f"{folder / 'config.csv'}: crs: saw {crs!r}, expected EPSG:4326 (WGS 84)"
            raise DataError(msg)
        length = self._unit("long_length", length_unit)
        speed = self._unit("speed", speed_unit)
        where = [
            f"{folder / 'config.csv'}: {column}"
            if self.config.get(column)
            else f"{option} (--{option.replace('_', '-')})"
            for column, option in (("long_length", "length_unit"), ("speed", "speed_unit"))
        ]
        self.guessed_length, self.guessed_speed = not length, not speed
        self.km = km_per_unit(length or "km", where[0])
        # A folder in feet has its speeds in miles an hour, one in metres in km/h.
        usual = "mph" if length.lower() in _MILES else "km/h"
        self.kmh = kmh_per_unit(speed or usual, where[1])
        self.length_unit, self.speed_unit = length or "km", speed or usual

    def _unit(self, column: str, given: str | None) -> str:
        stated = self.config.get(column, "")
        if stated and given and stated.strip().lower() != given.strip().lower():
            where = self.folder / "config.csv"
            msg = f"{where}: {column}: saw {stated!r}, but {given!r} was named in the call"
            raise DataError(msg)
        return stated or given or ""

    def table(self, name: str, *, needed: bool = False) -> list[Row]:
        """Return the rows of a file; none where the folder has no such file.

        Parameters
        ----------
        name
            The file; values may be parted by commas, semicolons or tabs.
        needed
            Whether DataError is raised where it is not there.
        """
        path = self._path(name)
        if path is None:
            if needed:
                msg = f"{self.folder}: no {name} there, so it is not a GMNS folder"
                raise DataError(msg)
            return []
        header, cells, problems = read_cells(read_whole(path), str(path), separators=",;\t")
        # Other programs write an index without a name, or a comma at the end of each row.
        faults = [p for p in problems if p.rule != "named-columns"]
        if faults:
            more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
            raise DataError(str(faults[0]) + more)
        # The specification writes its names in small letters, and not all writers do.
        small = [k.strip().lower() for k in header]
        header = small if len(set(small)) == len(set(header)) else header
        # The specification's schemas have missingValues of "NaN" and "", in these letters alone.
        return [
            {
                k: "" if v.strip() == "NaN" else v.strip()
                for k, v in zip(header, row, strict=True)
                if k
            }
            for row in cells
        ]

    def _path(self, name: str) -> Path | None:
        """Return a file of the folder, in whatever letters its name is written; None without one.

        Raises
        ------
        DataError
            Where several differ in their letters alone.
        """
        if (self.folder / name).exists():
            return self.folder / name
        found = sorted(p for p in self.folder.iterdir() if p.name.lower() == name)
        if len(found) > 1:
            msg = f"{self.folder}: saw {' and '.join(p.name for p in found)}, expected one {name}"
            raise DataError(msg)
        return found[0] if found else None

    def needed_table(self, name: str, columns: tuple[str, ...]) -> list[Row]:
        """Return the rows of a file that must be there and must have some columns."""
        rows = self.table(name, needed=True)
        if not rows:
            msg = f"{self.folder / name}: no rows"
            raise DataError(msg)
        self.require_columns(name, rows, columns)
        for number, row in enumerate(rows, 2):
            for column in columns:
                if not row[column]:
                    fault(self.folder / name, number, column, row[column], "a value")
        return rows

    def require_columns(self, name: str, rows: list[Row], columns: tuple[str, ...]) -> None:
        """Raise DataError where the rows of a file, if there are any, lack a column."""
        missing = [c for c in columns if rows and c not in rows[0]]
        if missing:
            there = ", ".join(rows[0])
            msg = f"{self.folder / name}: no column {missing[0]!r}; it has {there}"
            raise DataError(msg)


def fault(path: Path, row: int, column: str, seen: str, expected: str) -> NoReturn:
    """Raise DataError about one cell."""
    msg = f"{path}, row {row}: {column}: saw {seen!r}, expected {expected}"
    raise DataError(msg)


def number_in(
    row: Mapping[str, str],
    column: str,
    path: Path,
    number: int,
    *,
    above: float | None = None,
    least: float | None = None,
    most: float | None = None,
) -> float | None:
    """Return a number of a row, or None where the cell is empty or not there.

    Parameters
    ----------
    row, column
        The row of text and the column.
    path, number
        File and row, for the message.
    above, least, most
        What the number must be above, at least, or, beside `least`, at most.

    Raises
    ------
    DataError
        Where what stands there is no finite number, or not such a one.
    """
    text = row.get(column, "")
    if not text:
        return None
    expected = "a number"
    if above is not None:
        expected = f"a number above {above:g}"
    if least is not None:
        expected = f"a number of at least {least:g}"
    if most is not None:
        expected += f" and at most {most:g}"
    try:
        value = read_number(text)
    except ValueError as error:
        if text.lower() in _MISSING and column not in _COORDINATES:
            expected += ", or nothing or NaN where none is stated"
        fault(path, number, column, text, expected + (f"; {error}" if str(error) else ""))
    if (
        (above is not None and value <= above)
        or (least is not None and value < least)
        or (most is not None and value > most)
    ):
        fault(path, number, column, text, expected)
    return value


def truth_in(row: Mapping[str, str], column: str, path: Path, number: int) -> bool:
    """Return whether a cell says true."""
    text = row.get(column, "")
    if text.lower() in {"true", "1", "1.0", "yes", "t", "y"}:
        return True
    if text.lower() in {"false", "0", "0.0", "no", "f", "n"}:
        return False
    fault(path, number, column, text, "true or false")
