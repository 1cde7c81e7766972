"""What stays at home: by demand, and by the steps of what those that stay would have paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from corridors.flow.choice.solve import ChoiceAnswer
    from corridors.flow.solve import Answer
    from corridors.scenarios.state import NetworkState


def shortfall_table(
    state: NetworkState, answer: Answer | ChoiceAnswer, lost: pd.DataFrame
) -> pd.DataFrame:
    """Return demand, served and not, as `corridors.Assignment.shortfall` says.

    Parameters
    ----------
    state, answer
        What was solved, and the answer.
    lost
        As `lost_by_step` returns it.
    """
    demand, short = state.demand, answer.shortfall
    weight = demand["t_per_unit"]
    wanted = demand["units_per_day"].to_numpy(dtype=np.float64) + answer.growth
    frame = demand[["demand_id", "origin", "destination", "cargo"]].copy()
    frame["demand_units_per_day"] = wanted
    frame["demand_t_per_day"] = wanted * weight
    frame["shortfall_units_per_day"] = short
    frame["shortfall_t_per_day"] = short * weight
    frame["served_t_per_day"] = frame["demand_t_per_day"] - frame["shortfall_t_per_day"]
    frame["loss_usd_per_day"] = state.problem.loss_of(short)
    surplus = lost.groupby("demand_id")["surplus_lost_usd_per_day"].sum()
    found = frame["demand_id"].map(surplus).fillna(0.0)
    frame["surplus_lost_usd_per_day"] = found.to_numpy(dtype=np.float64)
    return frame


def lost_by_step(state: NetworkState, answer: Answer | ChoiceAnswer) -> pd.DataFrame:
    """Return what stays, by demand and step, as `corridors.Assignment.lost_by_step` says."""
    p = state.problem
    price = p.step_price if p.n_steps else p.penalty[:, None]
    short = answer.shortfall
    parts = p.shortfall_by_step(short) if p.n_steps else short[:, None]
    if state.ordinary is None:
        ordinary = np.zeros_like(price)
    else:
        known = np.isfinite(state.ordinary)[:, None]
        ordinary = np.where(known, state.ordinary[:, None], price)
    k, step = np.nonzero(parts)
    demand = state.demand
    units = parts[k, step]
    return pd.DataFrame(
        {
            "demand_id": demand["demand_id"].to_numpy()[k],
            "cargo": demand["cargo"].to_numpy()[k],
            "step": step + 1,
            "price_usd": price[k, step],
            "ordinary_usd": ordinary[k, step],
            "shortfall_units_per_day": units,
            "shortfall_t_per_day": units * demand["t_per_unit"].to_numpy()[k],
            "loss_usd_per_day": units * price[k, step],
            "surplus_lost_usd_per_day": units * (price - ordinary)[k, step],
        }
    )
