"""What falls because something else has no outlet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from corridors.scenarios.coupling.settle import served

if TYPE_CHECKING:
    from corridors.flow.choice.solve import ChoiceAnswer
    from corridors.flow.solve import Answer
    from corridors.scenarios.coupling.settle import Fallen
    from corridors.scenarios.state import NetworkState

_COLUMNS = [
    "coupling_id",
    "name",
    "cargo",
    "unit",
    "by_product",
    "by_product_unit",
    "ordinary_units_per_day",
    "wanted_units_per_day",
    "room_units_per_day",
    "missing_units_per_day",
    "price_usd",
    "confidence",
    "joint_gap_usd_per_day",
]


def coupling_table(
    state: NetworkState, answer: Answer | ChoiceAnswer, fallen: Fallen | None
) -> pd.DataFrame:
    """Return what couplings do, one row for each that bites.

    Parameters
    ----------
    state, answer
        What was solved, with the rooms as its last limits, and the answer.
    fallen
        The couplings that bite; None where none does.

    Returns
    -------
    DataFrame
        coupling_id, name, cargo and by_product with the unit of each; in units a day, what is
        wanted of the cargo in ordinary times, what is wanted of it now, what of it can leave,
        and what of the by-product is not delivered; price_usd (what one more unit that could
        leave would save a day), confidence of the share, and joint_gap_usd_per_day: how much
        cheaper all could be at most where the by-product were carried for the sake of what
        falls.
    """
    if fallen is None:
        return pd.DataFrame(columns=_COLUMNS)
    prices = answer.limit_price[-len(fallen.couplings) :].tolist()
    carried, wanted = served(answer), answer.problem.amount + answer.growth
    cargo = state.demand["cargo"].to_numpy()
    unit = state.net.tables["cargo"].set_index("cargo")["unit"]
    rows = [
        {
            "coupling_id": c.coupling_id,
            "name": c.name,
            "cargo": state.arcs.cargo[c.cargo],
            "unit": c.unit,
            "by_product": cargo[c.hangs_on[0]],
            "by_product_unit": unit[cargo[c.hangs_on[0]]],
            "ordinary_units_per_day": c.ordinary,
            "wanted_units_per_day": float(wanted[c.falls].sum()),
            "room_units_per_day": room,
            "missing_units_per_day": c.by_product * max(c.missing(carried), 0.0),
            "price_usd": price,
            "confidence": c.confidence,
            "joint_gap_usd_per_day": fallen.gap,
        }
        for c, room, price in zip(fallen.couplings, fallen.rooms.tolist(), prices, strict=True)
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)
