"""What limits each place, and what a limit is taken to be where nobody has published one.

The table `limit_rules` says what a place of a class passes; the first rule by rank that
fits decides. Tables in, tables out: nothing is solved here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import DataError, nearest
from corridors.network.arcs import DIRECTIONS
from corridors.network.limits.coverage import Directed, allowed_cargo, left_open
from corridors.network.limits.places import Place, places
from corridors.network.loads import conversion
from corridors.network.provenance import row_keys
from corridors.network.reading.cells import rows_of
from corridors.network.reading.yaml_lines import at, read_cell, taken_for
from corridors.network.schema import tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from corridors.network.network import Network

OF = ("link", "port", "store", "transfer")
"""What a rule may be about: a port is the sea lanes at one node, arriving and leaving; a
store is what finds a place before the limit of a port, a terminal or a yard."""

KEYS = (
    "of",
    "mode",
    "gauge_mm",
    "tracks",
    "electrified",
    "corridor",
    "border",
    "country",
    "node",
    "kind",
    "from_mode",
    "to_mode",
    "cargo",
)
"""Keys of the column `applies`; those given are combined by and; `cargo` is of stores alone."""

_PLAIN = {"gauge_mm", "tracks", "electrified", "border"}
"""Keys that hold numbers, yes or no, which need no quotes; the others hold names."""

_EVERY = {"country", "cargo"}
"""Keys that hold where all that a place has is among those named; of the others one will do."""

PREFIX = "limit."
"""Starts the id of a capacity that a rule has made, so that they stand together in a table."""

_DIGITS = 4
"""Significant digits of an inferred amount, rounded up: nothing that passes is cut off."""


@dataclass(frozen=True)
class LimitRule:
    """A row of `limit_rules`.

    Attributes
    ----------
    rule
        Its id.
    applies
        Wanted values by key of `KEYS`.
    unit, amount, per_direction, low, high
        Of the limit of a place that it fits; low and high are NaN where not given.
    reserve
        Share by which a place can pass more than it does in ordinary times.
    """

    rule: str
    applies: dict[str, frozenset[str]]
    unit: str
    amount: float
    per_direction: bool
    reserve: float
    low: float
    high: float

    def fits(self, place: Place) -> bool:
        """Return whether it is about a place: `country` and `cargo` hold all of its own."""
        for key, wanted in self.applies.items():
            own = place.traits.get(key, frozenset())
            if not (own and own <= wanted if key in _EVERY else own & wanted):
                return False
        return True


def limit_rules(net: Network) -> list[LimitRule]:
    """Return the rules of a network in the order in which they are tried.

    Raises
    ------
    DataError
        Where one cannot be understood, naming its row.
    """
    frame = net.tables["limit_rules"].sort_values(["rank", "rule"], kind="stable")
    found = []
    for i, row in zip(frame.index, rows_of(frame), strict=True):
        applies, fault = read_applies(row["applies"])
        if fault:
            msg = f"limit_rules.csv, row {int(i) + 2}, column applies: {row['rule']}: {fault}"
            raise DataError(msg)
        names = ("unit", "amount", "reserve", "low", "high")
        found.append(
            LimitRule(
                rule=row["rule"],
                applies=applies,
                per_direction=row["per_direction"] == "yes",
                **{name: row[name] for name in names},
            )
        )
    return found


def read_applies(text: str) -> tuple[dict[str, frozenset[str]], str]:
    """Return what a cell of the column `applies` asks for, and what is wrong with it.

    Examples
    --------
    >>> read_applies("{of: link, mode: rail, border: no}")[0]["border"]
    frozenset({'no'})
    >>> read_applies("{mode: rail}")[1]
    "expected a mapping with of: link, port, store or transfer, saw '{mode: rail}'"
    """
    try:
        asked, lines = read_cell(text)
    except ValueError as error:
        return {}, str(error)
    if not isinstance(asked, dict) or asked.get("of") not in OF:
        return {}, f"expected a mapping with of: link, port, store or transfer, saw {text!r}"
    for key in asked:
        if key not in KEYS:
            return {}, f"unknown key {key!r}{nearest(str(key), KEYS)}"
    for keys, stands in lines.written.items():
        if keys[0] not in _PLAIN:
            return {}, f"{keys[0]}: {taken_for(at(asked, keys), stands)}"
    return {key: frozenset(_words(value)) for key, value in asked.items()}, ""


def _words(value: Any) -> list[str]:
    if isinstance(value, list):
        return [word for one in value for word in _words(one)]
    if isinstance(value, bool):
        # YAML reads a bare yes or no as true or false.
        return ["yes" if value else "no"]
    return [str(value)]


def infer_limits(net: Network, passing: Iterable[pd.DataFrame] = ()) -> dict[str, pd.DataFrame]:
    """Infer a limit for each place that has none published for all of its cargo and days.

    Parameters
    ----------
    net
        The network; what rules have made before in it counts for nothing.
    passing
        What passes in ordinary times, one frame for each state of it: kind (link or
        transfer), id, direction and units_per_day by cargo; in tonnes, whatever the cargo,
        where cargo says ``t``. The largest decides.

    Returns
    -------
    dict of DataFrame
        New rows of `capacities`, `capacity_members` and `provenance`. An amount is the
        larger of that of the rule and of what passes x (1 + reserve).

    Raises
    ------
    DataError
        Where no rule fits a place, or a rule cannot be understood.
    """
    import pandas as pd

    rules = limit_rules(net)
    states = [_by_place(frame) for frame in passing]
    sources = rule_sources(net)
    allowed = allowed_cargo(net.whole)
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("capacities", "capacity_members", "provenance")
    }
    for place, uncounted in _without_limit(net):
        rule = next((r for r in rules if r.fits(place)), None)
        if rule is None:
            msg = f"limit_rules: no rule fits {place.place_id}, which has no published limit"
            raise DataError(msg)
        cargo = sorted(set().union(*uncounted))
        sides = [side for side, own in enumerate(uncounted) if own]
        counted = [place.directed[side] for side in sides]
        passed = _passes(net, place, rule, cargo, counted, states)
        amount = max(rule.amount, _rounded_up(passed * (1.0 + rule.reserve)))
        both = rule.per_direction and len(sides) == 2
        capacity = PREFIX + place.place_id
        rows["capacities"].append(
            {
                "capacity_id": capacity,
                "name": place.name,
                "unit": rule.unit,
                "amount": amount,
                "per_direction": "yes" if both else "no",
                "low": float(np.clip(np.fmax(rule.low, _rounded_up(passed)), 0.0, amount)),
                "high": float(np.fmax(rule.high, amount)),
                "rule": rule.rule,
            }
        )
        every = set().union(*(allowed[d[:2]] for d in place.members))
        listed = "" if set(cargo) == every else ";".join(cargo)
        for forward, backward in zip(*place.directed, strict=True):
            kind, name, direction = forward if both or sides != [1] else backward
            one_way = both or len(sides) == 1
            rows["capacity_members"].append(
                {
                    "capacity_id": capacity,
                    f"{kind}_id": name,
                    "direction": DIRECTIONS[direction] if one_way else "both",
                    "cargo": listed,
                    "rule": rule.rule,
                }
            )
        source, said = sources[rule.rule]
        unit = rule.unit if rule.unit in {"t", "TEU"} else f"{rule.unit}s"
        passes = f"{float(f'{passed:.4g}'):,.9g} {unit} a day pass in ordinary times"
        decides = (
            f"amount of the class; {passes}"
            if amount == rule.amount
            else f"{passes}, and {rule.reserve:.0%} more can; the class has {rule.amount:g}"
        )
        rows["provenance"].append(
            {
                "table": "capacities",
                "row": capacity,
                "column": "amount",
                "source_id": source,
                "as_of": said,
                "confidence": "D",
                "note": f"By rule {rule.rule}: {decides}.",
            }
        )
    return {name: pd.DataFrame(listed) for name, listed in rows.items()}


def _without_limit(net: Network) -> Iterable[tuple[Place, tuple[set[str], set[str]]]]:
    """Yield each place with the cargo, by direction, that no published limit of it counts."""
    open_to = left_open(without_rules(net))
    limited: set[Directed] = set()
    every = places(net)
    # What a port limits at one end of a lane needs no limit on the lane.
    every.sort(key=lambda place: ("port" not in place.traits["of"], place.place_id))
    for place in every:
        if "link" in place.traits["of"] and limited.issuperset(place.members):
            continue
        uncounted = tuple(
            set().union(*(open_to.get(d, set()) for d in side)) for side in place.directed
        )
        if any(uncounted):
            yield place, (uncounted[0], uncounted[1])
            if "port" in place.traits["of"]:
                limited.update(*place.directed)


def without_rules(net: Network) -> Network:
    """Return a network with its published limits alone."""
    from corridors.network.network import Network as Tables

    net = net.whole
    frames = dict(net.tables)
    frames["capacities"], gone = _kept(frames["capacities"])
    members = frames["capacity_members"]
    made = members["capacity_id"].isin(gone) & (members["rule"] != "")
    frames["capacity_members"] = members[~made].reset_index(drop=True)
    return Tables(frames, folder=net.folder)


def _kept(capacities: pd.DataFrame) -> tuple[pd.DataFrame, set[str]]:
    """Return the capacities that no rule has made, and the ids of the others."""
    made = capacities["rule"] != ""
    return capacities[~made].reset_index(drop=True), set(capacities["capacity_id"][made])


def with_limits(net: Network, new: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the three tables of a network with its inferred rows replaced by new ones.

    A row that a person has taken over, whose `rule` is empty, stays as it is, its
    members and its provenance too.

    Parameters
    ----------
    net
        The network.
    new
        As `infer_limits` makes them.
    """
    import pandas as pd

    plain = without_rules(net)
    _, gone = _kept(net.whole.tables["capacities"])
    found = {}
    for name, rows in new.items():
        old = plain.tables[name]
        if name == "provenance":
            keys = old["row"].str.split("/").str[0]
            old = old[~((old["table"] == "capacities") & keys.isin(gone))]
        merged = pd.concat([old, rows], ignore_index=True)
        for column in tables()[name].columns:
            number = column.type in {"number", "integer"}
            empty = float(column.default or "nan") if number else column.default
            merged[column.name] = merged[column.name].fillna(empty)
        found[name] = merged
    return found


def rule_sources(net: Network) -> dict[str, tuple[str, str]]:
    """Return the source of each rule's amount, and the time that it speaks of."""
    rules = net.tables["limit_rules"]
    frame = net.tables["provenance"]
    own = frame[(frame["table"] == "limit_rules") & (frame["column"] == "amount")]
    found = {
        row: (source, when)
        for row, source, when in zip(own["row"], own["source_id"], own["as_of"], strict=True)
    }
    for key in row_keys(rules, ("rule",)):
        if key not in found:
            msg = f"limit_rules.csv: the amount of {key} has no row in provenance.csv"
            raise DataError(msg)
    return found


def _by_place(frame: pd.DataFrame) -> dict[Directed, dict[str, float]]:
    found: dict[Directed, dict[str, float]] = {}
    for kind, name, direction, cargo, units in zip(
        frame["kind"],
        frame["id"],
        frame["direction"],
        frame["cargo"],
        frame["units_per_day"],
        strict=True,
    ):
        own = found.setdefault((kind, name, int(direction == "backward")), {})
        own[cargo] = own.get(cargo, 0.0) + units
    return found


def _passes(
    net: Network,
    place: Place,
    rule: LimitRule,
    cargo: list[str],
    counted: list[tuple[Directed, ...]],
    states: list[dict[Directed, dict[str, float]]],
) -> float:
    """Return what passes a place in the unit of its rule: the most of all states."""
    ids = tuple(net.tables["cargo"]["cargo"])
    units = conversion(net, ids, rule.unit)
    modes = [mode for key in ("mode", "from_mode", "to_mode") for mode in place.traits.get(key, ())]
    factor = np.full(len(ids), np.nan)
    for mode in modes or ["sea"]:
        factor = np.where(np.isnan(factor), units[mode], factor)
    take = {name: float(f) for name, f in zip(ids, factor, strict=True) if name in set(cargo)}
    # What was counted in tonnes fills vehicles as the heaviest cargo does.
    tonnes = net.tables["cargo"]["t_per_unit"].to_numpy(dtype=np.float64)
    per_tonne = [take[name] / t for name, t in zip(ids, tonnes, strict=True) if name in take]
    take["t"] = float(np.nanmin(per_tonne)) if np.isfinite(per_tonne).any() else 0.0
    most = 0.0
    for state in states:
        sides = [
            sum(
                amount * take.get(name, 0.0)
                for member in side
                for name, amount in state.get(member, {}).items()
                if take.get(name, 0.0) == take.get(name, 0.0)
            )
            for side in counted
        ]
        most = max(most, *sides) if rule.per_direction else max(most, sum(sides))
    return most


def _rounded_up(value: float) -> float:
    """Return a number rounded up to some significant digits; it is never rounded below itself."""
    if value <= 0.0:
        return 0.0
    step = 10.0 ** (np.floor(np.log10(value)) + 1 - _DIGITS)
    rounded = np.ceil(value / step - 1e-6) * step
    return float(f"{rounded:.{_DIGITS}g}")
