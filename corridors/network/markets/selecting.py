"""Which offers a selector picks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import UnknownIdError, nearest

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from corridors.network.network import Network

SUPPLY_KEYS = ("market", "node", "country", "cargo")
"""What offers can be picked by; those given are combined by and."""


def select_supply(
    net: Network, supply: pd.DataFrame, selector: dict[str, Any]
) -> NDArray[np.bool_]:
    """Return which offers a selector picks, one flag for each row.

    Parameters
    ----------
    net
        The network, for the countries of nodes.
    supply
        Rows of the supply table.
    selector
        Keys of `SUPPLY_KEYS`, each with a name or a list of names; missing keys pick all.

    Raises
    ------
    UnknownIdError
        Where a key or a name is unknown, with the nearest ones. Nothing may be picked of
        rows of one day: what is not offered then is no mistake.
    """
    own, known = _columns(net, supply), _columns(net, net.whole.tables["supply"])
    mask = np.ones(len(supply), dtype=np.bool_)
    for key, value in selector.items():
        if value is None:
            continue
        if key not in own:
            msg = f"supply cannot be picked by {key!r}{nearest(key, SUPPLY_KEYS)}"
            raise UnknownIdError(msg)
        names = [str(v) for v in value] if isinstance(value, list | tuple) else [str(value)]
        for name in names:
            if name not in known[key]:
                msg = f"no supply with {key} {name!r}{nearest(name, set(known[key]))}"
                raise UnknownIdError(msg)
        mask &= np.isin(np.array(own[key], dtype=str), names)
    return mask


def _columns(net: Network, supply: pd.DataFrame) -> dict[str, list[str]]:
    """Return what each key names in each row of the supply table."""
    nodes = supply["node_id"].to_list()
    return {
        "market": supply["market"].to_list(),
        "node": nodes,
        "country": [net.country_of[node] for node in nodes],
        "cargo": supply["cargo"].to_list(),
    }
