"""Arrays and names in one compressed text, which a page unpacks without asking anyone.

The text is base64 of a gzip stream. In it stand the length of a JSON header, the header
and the arrays one after the other, each at a multiple of eight bytes; the header says of
each array its type, where it begins and how many numbers it has. Arrays of one kind, whose
names end alike after a slash, stand side by side: gzip sees 32 KB, and what the states of a
network have in common lies within.
"""

from __future__ import annotations

import base64
import gzip
import json
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["compressed", "pack", "smallest", "unpack"]

_ALIGNED = 8
_TYPES = {"u1": "|u1", "u2": "<u2", "u4": "<u4", "i2": "<i2", "i4": "<i4", "f8": "<f8"}


def pack(texts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> str:
    """Return names and arrays as one text.

    Parameters
    ----------
    texts
        What ``json.dumps`` takes.
    arrays
        One-dimensional arrays of numbers by name; whole numbers in the smallest type.

    Returns
    -------
    str
        The same input gives the same text.

    Raises
    ------
    ValueError
        Where a number of the texts is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> texts, arrays = unpack(pack({"name": "toy"}, {"tail": np.array([0, 1])}))
    >>> texts["name"], arrays["tail"].tolist()
    ('toy', [0, 1])
    """
    index: dict[str, tuple[str, int, int]] = {}
    parts: list[bytes] = []
    at = 0
    kinds = list(dict.fromkeys(_kind(name) for name in arrays))
    for name in sorted(arrays, key=lambda name: kinds.index(_kind(name))):
        own = smallest(arrays[name])
        content = own.astype(_TYPES[_code(own)]).tobytes()
        index[name] = (_code(own), at, len(own))
        padded = content + b"\0" * (-len(content) % _ALIGNED)
        parts.append(padded)
        at += len(padded)
    header = json.dumps(
        {"texts": texts, "arrays": index},
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    ).encode("utf-8")
    header += b" " * (-(len(header) + 4) % _ALIGNED)
    whole = struct.pack("<I", len(header)) + header + b"".join(parts)
    return compressed(whole)


def compressed(content: bytes) -> str:
    """Return bytes as base64 of a gzip stream, the same for the same bytes."""
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode("ascii")


def unpack(text: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return what `pack` was given."""
    whole = gzip.decompress(base64.b64decode(text))
    (length,) = struct.unpack_from("<I", whole)
    header = json.loads(whole[4 : 4 + length])
    start = 4 + length
    arrays = {
        name: np.frombuffer(whole, dtype=_TYPES[code], count=count, offset=start + at).copy()
        for name, (code, at, count) in header["arrays"].items()
    }
    return header["texts"], arrays


def smallest(values: NDArray[Any]) -> NDArray[Any]:
    """Return whole numbers and flags in the smallest type that holds them; others as they are.

    Examples
    --------
    >>> import numpy as np
    >>> smallest(np.array([0, 300])).dtype.name, smallest(np.array([-1, 3])).dtype.name
    ('uint16', 'int16')
    """
    if values.dtype.kind == "f":
        return values.astype(np.float64)
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    for kind in (np.uint8, np.uint16, np.int16, np.uint32, np.int32):
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return values.astype(kind)
    msg = f"whole numbers from {low} to {high} do not fit into 32 bits"
    raise ValueError(msg)


def _kind(name: str) -> str:
    return name.rpartition("/")[2]


def _code(values: NDArray[Any]) -> str:
    return f"{values.dtype.kind}{values.dtype.itemsize}"
