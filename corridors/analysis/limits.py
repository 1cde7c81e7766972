"""What limits each place: published figures, and what rules infer from what passes there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from corridors.assignment.assign import assign, day_of
from corridors.errors import DataError
from corridors.files import check_file, write_text
from corridors.network.folder import MANIFEST, raise_problems, read_tables, seal, table_text
from corridors.network.limits.coverage import limits_table
from corridors.network.limits.rules import infer_limits, with_limits, without_rules
from corridors.network.limits.storage import infer_stores, with_stores
from corridors.network.network import Network, require_network
from corridors.network.reading.yaml_lines import value_of
from corridors.network.schema import tables

if TYPE_CHECKING:
    import os

__all__ = ["limits", "what_passes", "with_inferred_limits", "write_limits"]

_YEAR = 365.0

_WRITTEN = ("capacities", "capacity_members", "stores", "provenance")
"""Tables in which limits stand that rules have made."""


def limits(net: Network) -> pd.DataFrame:
    """Say what limits each link and transfer, in each direction in which it may be used.

    Parameters
    ----------
    net
        The network, of all of time or on one day.

    Returns
    -------
    DataFrame
        kind, id, direction; basis (``published``, ``inferred`` or ``none``); limits, the
        ids of the capacities that are its own; rule; confidence.

    Examples
    --------
    >>> import corridors as co
    >>> table = co.limits(co.load())
    >>> bool((table["basis"] == "none").any())
    False
    """
    require_network(net)
    return limits_table(net)


def what_passes(net: Network, as_of: str | dt.date | None = None) -> list[pd.DataFrame]:
    """Return what passes each link and transfer in ordinary times.

    The baseline of a day with the published limits alone, and of the same day of earlier
    years that the demand table has figures of; of what opens later, that of the day on
    which it opens; and what was counted, where the observations have the volume of one link.

    Parameters
    ----------
    net
        The network.
    as_of
        The day; that of the network where it was resolved at one.

    Returns
    -------
    list of DataFrame
        As `corridors.network.limits.rules.infer_limits` takes them: the states, then the counts.
    """
    plain = without_rules(net)
    day = day_of(net, None, as_of)
    later = set(plain.tables["links"]["opens"]) | set(plain.tables["transfers"]["opens"])
    years = {int(year) for year in plain.tables["demand"]["base_year"] if year < day.year}
    before = [_same_day(day, y) for y in sorted(years)]
    after = [dt.date.fromisoformat(d) for d in sorted(later) if d > day.isoformat()]
    days = [day, *before, *after]
    states = [assign(plain, as_of=each).flows for each in days]
    return [*states, _counts(plain)]


def _same_day(day: dt.date, year: int) -> dt.date:
    """Return a day in another year; 28 February stands for the 29th."""
    return day.replace(year=year, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _counts(net: Network) -> pd.DataFrame:
    """Return the volumes of single links that the observations hold, in tonnes a day.

    Both directions together are taken as half each. A count in other units, of some
    cargo or of several places says nothing about the whole of one.
    """
    links = net.tables["links"].set_index("link_id")
    found = []
    rows = net.tables["observations"]
    for row in rows[(rows["measure"] == "volume") & (rows["scenario"] == "")].to_dict("records"):
        asks = value_of(row["asks"])
        where = asks.get("where")
        link = where.get("link") if isinstance(where, dict) and len(where) == 1 else None
        if not isinstance(link, str) or set(asks) - {"where", "days", "as_of"}:
            continue
        both = links.loc[link, "direction"] == "both"
        for direction in ("forward", "backward") if both else ("forward",):
            tonnes = row["value"] / float(asks.get("days", _YEAR)) / (2 if both else 1)
            found.append(("link", link, direction, "t", tonnes))
    return pd.DataFrame(found, columns=["kind", "id", "direction", "cargo", "units_per_day"])


def with_inferred_limits(net: Network, as_of: str | dt.date | None = None) -> Network:
    """Return a network whose inferred limits are made anew from its rules.

    Parameters
    ----------
    net
        The network; of all of time, or resolved at the day that `as_of` leaves open.
    as_of
        Day whose baseline says what passes in ordinary times.

    Returns
    -------
    Network
        With the published limits and storage as they were; nothing is written.

    Raises
    ------
    DataError
        Where the network has no rules, or none of them fits a place.
    """
    if not len(net.tables["limit_rules"]):
        msg = f"{net.name}: no limit_rules.csv, so no limit can be inferred"
        raise DataError(msg)
    new = with_limits(net, infer_limits(net.whole, what_passes(net, as_of)))
    limited = Network({**net.whole.tables, **new}, folder=net.folder)
    # Storage is so many days of what the limits pass, so these come first.
    stored = with_stores(limited, infer_stores(limited))
    return Network({**limited.tables, **stored}, folder=net.folder)


def write_limits(net: Network, folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Write a network's capacities, members, stores and provenance to a network folder.

    Parameters
    ----------
    net
        As `with_inferred_limits` returns it.
    folder
        A network folder; its other tables stay, and its manifest is sealed.

    Returns
    -------
    dict
        ``written`` (paths) and ``inferred`` (number of limits that a rule has made).

    Raises
    ------
    DataError
        Where the folder is none of a network, or of another one, or cannot be written to.
    """
    target = Path(folder)
    require_same_network(net, target)
    paths = [target / f"{name}.csv" for name in _WRITTEN]
    for path in paths:
        check_file(path)
    for name, path in zip(_WRITTEN, paths, strict=True):
        write_text(path, table_text(net.tables[name], tables()[name]))
    seal(target)
    return {"written": [str(p) for p in paths], "inferred": len(net.inferred_limits())}


def require_same_network(net: Network, folder: Path) -> None:
    """Raise DataError where a folder holds another network than the one whose limits are written.

    What is published there would be lost, and what is written in its place would name links that
    it has not.

    Parameters
    ----------
    net
        The network.
    folder
        A network folder.
    """
    if not (folder / MANIFEST).is_file():
        msg = f"{folder}: no {MANIFEST} there; name the network folder to write to"
        raise DataError(msg)
    frames, problems = read_tables(folder)
    raise_problems(folder, problems)
    for name, table in tables().items():
        there, ours = (_not_inferred(t[name], name) for t in (frames, net.whole.tables))
        if table_text(there, table) != table_text(ours, table):
            msg = (
                f"{folder}: {name}.csv is not that of the network whose limits these are "
                f"({net.name}); expected the folder that --network names"
            )
            raise DataError(msg)


def _not_inferred(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return what writing the limits of a network leaves of one of its tables."""
    if table == "provenance":
        return frame[~frame["table"].isin(_WRITTEN)]
    return frame[frame["rule"] == ""] if table in _WRITTEN else frame
