"""A network without the limits that rules have inferred."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Collection

    from corridors.network.network import Network

_PUBLISHED: WeakKeyDictionary[Network, dict[frozenset[str], Network]] = WeakKeyDictionary()
"""Networks that others are drawn from, without limits but for some inferred ones."""


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
    whole = Network(tables, folder=net.folder, like=_like_without(net.whole.like, kept))
    return whole if net.date is None else whole.at(net.date)


def _like_without(like: Network | None, kept: Collection[str]) -> Network | None:
    """Return what a drawn network is like without the same limits: one for all that are drawn."""
    if like is None:
        return None
    known = _PUBLISHED.setdefault(like, {})
    stays = frozenset(inferred(like) & set(kept))
    if stays not in known:
        known[stays] = with_published_limits(like, stays)
    return known[stays]
