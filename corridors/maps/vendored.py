"""The browser libraries that ship with the package.

``scripts/vendor_assets.py`` fetches them and writes ``corridors/assets/vendored.csv``.
Nothing here reads anything but those files.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from corridors.errors import DataError, nearest

__all__ = ["VendoredFile", "asset_bytes", "asset_text", "css", "licence", "script", "vendored"]

_MEDIA_TYPES = {"png": "image/png", "gif": "image/gif", "svg": "image/svg+xml"}
_URL = re.compile(r"""url\(\s*(["']?)([^"')]*)\1\s*\)""")
_SOURCE_MAP = re.compile(r"^//[#@] sourceMappingURL=.*$", re.MULTILINE)

# What is changed in a library when it goes into a page. Leaflet's default credit is
# a link to its own site with a flag in it: here it is the bare name.
_CHANGES = {
    "leaflet/leaflet.js": (
        re.compile(r"""prefix:'<a href="https://leafletjs\.com"[^']*'\+\(.*?\)\+"Leaflet</a>\""""),
        'prefix:"Leaflet"',
    )
}


class VendoredFile(NamedTuple):
    """One row of the list of vendored files."""

    file: str
    sha256: str
    package: str
    version: str


@cache
def vendored() -> tuple[VendoredFile, ...]:
    """Return the list of vendored files.

    Returns
    -------
    tuple of VendoredFile
        In the order of ``corridors/assets/vendored.csv``.
    """
    rows = csv.DictReader(asset_text("vendored.csv").splitlines())
    return tuple(VendoredFile(*(row[name] for name in VendoredFile._fields)) for row in rows)


@cache
def asset_bytes(name: str) -> bytes:
    """Return a file of ``corridors/assets``.

    Parameters
    ----------
    name
        Path below ``corridors/assets``, with forward slashes.

    Returns
    -------
    bytes
        Its content.
    """
    return files("corridors").joinpath("assets", *name.split("/")).read_bytes()


def asset_text(name: str) -> str:
    """Return a file of ``corridors/assets`` as text.

    Parameters
    ----------
    name
        Path below ``corridors/assets``, with forward slashes.

    Returns
    -------
    str
        Its content, read as UTF-8.
    """
    return asset_bytes(name).decode("utf-8")


def script(package: str) -> str:
    """Return the script of a vendored package, ready to stand in a page.

    Parameters
    ----------
    package
        Its name in the list.

    Raises
    ------
    DataError
        If there is no such package, or its file was altered.
    """
    row = _find(package, ".js")
    code = _SOURCE_MAP.sub("", _checked(row).decode("utf-8")).strip()
    if row.file in _CHANGES:
        pattern, plain = _CHANGES[row.file]
        code, count = pattern.subn(plain, code)
        if count != 1:
            raise DataError(f"{row.file}: the place to change was found {count} times, not once")
    return code


def css(package: str) -> str:
    """Return the style sheet of a vendored package, its images within it.

    Parameters
    ----------
    package
        Its name in the list.

    Returns
    -------
    str
        The style sheet with every ``url()`` as a data URI.

    Raises
    ------
    DataError
        If there is no such package, or an image that it names is not vendored.
    """
    row = _find(package, ".css")
    folder = row.file.rpartition("/")[0]
    rows = {known.file: known for known in vendored()}

    def inlined(match: re.Match[str]) -> str:
        name = match.group(2)
        if name.startswith(("#", "data:")):
            return match.group(0)
        known = rows.get(f"{folder}/{name}")
        if known is None:
            raise DataError(f"{row.file} names {name}, which is not vendored{nearest(name, rows)}")
        kind = _MEDIA_TYPES[name.rpartition(".")[2]]
        return f"url(data:{kind};base64,{base64.b64encode(_checked(known)).decode('ascii')})"

    return _URL.sub(inlined, _checked(row).decode("utf-8")).strip()


def licence(package: str) -> str:
    """Return the licence text of a vendored package.

    Parameters
    ----------
    package
        Its name in the list.

    Returns
    -------
    str
        The text as the package ships it.
    """
    (row,) = (
        row for row in vendored() if row.package == package and "/LICENSE" in row.file.upper()
    )
    return _checked(row).decode("utf-8")


def _find(package: str, ending: str) -> VendoredFile:
    found = [row for row in vendored() if row.package == package and row.file.endswith(ending)]
    if len(found) != 1:
        known = dict.fromkeys(row.package for row in vendored())
        raise DataError(
            f"no vendored package {package!r} with one {ending}{nearest(package, known)}"
        )
    return found[0]


def _checked(row: VendoredFile) -> bytes:
    content = asset_bytes(row.file)
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise DataError(
            f"corridors/assets/{row.file} differs from its SHA-256 in vendored.csv; "
            "run scripts/vendor_assets.py"
        )
    return content
