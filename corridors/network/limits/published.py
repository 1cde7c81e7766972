"""A network without the limits that rules have inferred."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from corridors.network.network import Network


def inferred(net: Network) -> set[str]:
    """Return the ids of the limits of a network, of all of time, that rules have inferred."""
    rows = net.whole.tables["capacities"]
    return set(rows["capacity_id"][rows["rule"].astype(bool)])


def with_published_limits(net: Network, kept: Collection[str] = ()) -> Network:
    """Return a network with those limits alone that no rule has inferred.

    Parameters
    ----------
    net
        The network, of all of time or of a day.
    kept
        Ids of inferred limits that stay.

    Returns
    -------
    Network
        The same one where nothing goes.
    """
    from corridors.network.network import Network

    gone = inferred(net) - set(kept)
    if not gone:
        return net
    tables = dict(net.whole.tables)
    for name in ("capacities", "capacity_members"):
        frame = tables[name]
        tables[name] = frame[~frame["capacity_id"].isin(gone)].reset_index(drop=True)
    whole = Network(tables, folder=net.folder)
    return whole if net.date is None else whole.at(net.date)
