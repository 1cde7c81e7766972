"""How far choices spread, and what counts are worth: the file ``choice.json`` beside the tables.

A network without the file has the dispersion below and no counts. The file is
written by ``corridors calibrate``; its multipliers belong to places, by id, so that
they hold on every day and in every scenario in which the places are there.
"""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from corridors.errors import DataError, nearest
from corridors.files import read_whole
from corridors.flow.choice.model import Counts
from corridors.network.arcs import DIRECTIONS, LINK, TRANSFER
from corridors.network.folder import CHOICE

if TYPE_CHECKING:
    import pandas as pd

    from corridors.network.arcs import Arcs
    from corridors.network.network import Network

FILE = CHOICE
"""Name of the parameter file in a network's folder."""

DISPERSION = 0.06
"""Share of a demand's least cost by which its choices spread, where nothing was fitted."""

_KINDS = {"link": LINK, "transfer": TRANSFER}

_KEYS = ("as_of", "dispersion", "tau", "inputs", "counts")
_COUNT_KEYS = ("observation_id", "observed", "modelled", "usd_per_unit", "share_of_cost", "demand",
               "places")  # fmt: skip
_PLACE_KEYS = ("kind", "id", "direction", "cargo", "factor")
"""All that stands in such a file; what is written in another way would count for nothing."""


@dataclass(frozen=True)
class Place:
    """What one unit of a cargo on a directed link or transfer adds to a count."""

    kind: str
    id: str
    direction: str
    cargo: str
    factor: float


@dataclass(frozen=True)
class PlaceCount:
    """A count with its multiplier.

    Attributes
    ----------
    observation_id
        The observation that it comes from.
    usd_per_unit
        Dollars taken off the cost of each unit counted.
    places
        What is counted.
    demand
        Demands that alone are counted; all if none are named.
    """

    observation_id: str
    usd_per_unit: float
    places: tuple[Place, ...]
    demand: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChoiceParameters:
    """Dispersion of choices, and the counts whose multipliers hold."""

    dispersion: float = DISPERSION
    counts: tuple[PlaceCount, ...] = ()


_KNOWN: WeakKeyDictionary[Network, ChoiceParameters] = WeakKeyDictionary()


def choice_parameters(net: Network) -> ChoiceParameters:
    """Return the parameters that stand beside a network's tables, or else those without counts.

    Raises
    ------
    DataError
        Where the file cannot be meant.
    """
    whole = net.whole
    if whole not in _KNOWN:
        path = whole.folder / FILE if whole.folder is not None else None
        found = ChoiceParameters()
        if path is not None and path.exists():
            try:
                text = read_whole(path).decode("utf-8-sig")
            except UnicodeDecodeError:
                msg = f"{path}: not text in UTF-8, expected JSON"
                raise DataError(msg) from None
            found = read_parameters(text, str(path))
        _KNOWN[whole] = found
    return _KNOWN[whole]


def use_parameters(net: Network, chosen: ChoiceParameters) -> None:
    """Let a network's steady states be of other parameters than those beside its tables."""
    _KNOWN[net.whole] = chosen


def read_parameters(text: str, where: str) -> ChoiceParameters:
    """Return the parameters that a file holds.

    Parameters
    ----------
    text
        What stands in it.
    where
        How messages call it.

    Raises
    ------
    DataError
        Naming the entry, what was seen and what was expected.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        msg = f"{where}: {error}, expected JSON"
        raise DataError(msg) from None
    if not isinstance(data, dict):
        msg = f"{where}: saw {type(data).__name__}, expected an object"
        raise DataError(msg)
    _known(data, _KEYS, where)
    dispersion = _number(data.get("dispersion", DISPERSION), f"{where}, dispersion")
    if not 1e-4 <= dispersion <= 10.0:
        msg = f"{where}, dispersion: saw {dispersion:g}, expected a share from 0.0001 to 10"
        raise DataError(msg)
    rows = data.get("counts", [])
    if not isinstance(rows, list):
        msg = f"{where}, counts: saw {type(rows).__name__}, expected a list"
        raise DataError(msg)
    counts = tuple(_count(row, f"{where}, counts[{i}]") for i, row in enumerate(rows))
    return ChoiceParameters(dispersion, counts)


def _count(row: Any, where: str) -> PlaceCount:
    places = []
    entries = _entry(row, "places", list, where)
    _known(row, _COUNT_KEYS, where)
    for i, entry in enumerate(entries):
        own = f"{where}, places[{i}]"
        kind = _entry(entry, "kind", str, own)
        _known(entry, _PLACE_KEYS, own)
        direction = _entry(entry, "direction", str, own)
        if kind not in _KINDS or direction not in DIRECTIONS:
            msg = (
                f"{own}: saw {kind!r} and {direction!r}, expected link or transfer, and "
                f"{' or '.join(DIRECTIONS)}"
            )
            raise DataError(msg)
        places.append(
            Place(
                kind,
                _entry(entry, "id", str, own),
                direction,
                _entry(entry, "cargo", str, own),
                _number(_entry(entry, "factor", object, own), f"{own}, factor"),
            )
        )
    demand = row.get("demand", [])
    if not isinstance(demand, list) or not all(isinstance(name, str) for name in demand):
        msg = f"{where}, demand: saw {demand!r}, expected a list of ids"
        raise DataError(msg)
    return PlaceCount(
        _entry(row, "observation_id", str, where),
        _number(_entry(row, "usd_per_unit", object, where), f"{where}, usd_per_unit"),
        tuple(places),
        tuple(demand),
    )


def _entry(row: Any, key: str, kind: type, where: str) -> Any:
    if not isinstance(row, dict) or key not in row or not isinstance(row[key], kind):
        seen = row.get(key) if isinstance(row, dict) else row
        msg = f"{where}: saw {seen!r}, expected {key!r}"
        raise DataError(msg)
    return row[key]


def _known(row: dict[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in row:
        if key not in keys:
            msg = f"{where}: unknown key {key!r}{nearest(key, keys)}"
            raise DataError(msg)


def _number(value: Any, where: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    # A whole number too large for a float is neither.
    if not number or not abs(value) < math.inf or abs(value) > sys.float_info.max:
        msg = f"{where}: saw {value!r}, expected a finite number"
        raise DataError(msg)
    return float(value)


def place_counts(arcs: Arcs, demand: pd.DataFrame, chosen: ChoiceParameters) -> Counts:
    """Return the counts whose multipliers hold, as members of arcs.

    Parameters
    ----------
    arcs, demand
        The arcs of a network, and its demand, one row per commodity.
    chosen
        The parameters.

    Raises
    ------
    DataError
        Where a count names what the network does not hold.
    """
    # Where nothing is asked for, nothing was counted.
    counts = chosen.counts if len(demand) else ()
    position = {name: k for k, name in enumerate(demand["demand_id"])}
    entries = [entry for i, c in enumerate(counts) for entry in _members(c, i, arcs, position)]
    number, arc, cargo, commodity, factor = zip(*entries, strict=True) if entries else [()] * 5
    n = len(counts)
    return Counts(
        observed=np.zeros(n),
        softness=np.ones(n),
        multiplier=np.array([c.usd_per_unit for c in counts]),
        fitted=False,
        member_count=np.array(number, dtype=np.int64),
        member_arc=np.array(arc, dtype=np.int64),
        member_class=np.array(cargo, dtype=np.int64),
        member_commodity=np.array(commodity, dtype=np.int64),
        member_factor=np.array(factor, dtype=np.float64),
    )


def _members(
    count: PlaceCount, number: int, arcs: Arcs, position: dict[str, int]
) -> list[tuple[int, int, int, int, float]]:
    where = f"{FILE}, count {count.observation_id}"
    missing = [name for name in count.demand if name not in position]
    if missing:
        msg = f"{where}: no demand {missing[0]!r}; `corridors calibrate` writes the file anew"
        raise DataError(msg)
    only = [position[name] for name in count.demand] or [-1]
    found = []
    for place in count.places:
        key = (_KINDS[place.kind], place.id, DIRECTIONS.index(place.direction))
        if key not in arcs.number_of or place.cargo not in arcs.cargo:
            msg = (
                f"{where}: no {place.kind} {place.id!r} ({place.direction}) for {place.cargo!r}; "
                "`corridors calibrate` writes the file anew"
            )
            raise DataError(msg)
        arc, c = arcs.number_of[key], arcs.cargo.index(place.cargo)
        found += [(number, arc, c, k, place.factor) for k in only]
    return found
