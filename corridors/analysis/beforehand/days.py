"""The days of a dated scenario, as the explorer's page draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.simulation.simulate import simulate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.flow.arrays import Floats
    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario

DIGITS = 3
"""Significant digits of a day's tonnes: more than a chart can show."""

PARTS = 10
"""Parts of a tonne in which they are written."""

CURVES = ("waiting", "late", "rerouted", "lost")
"""What is drawn: what waits at the end of each day, and what came late, another way, or turned
back or was never shipped during it."""


def day_curves(
    net: Network, plan: Scenario, days: int
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Run a scenario day by day and return its curves, in tenths of a tonne.

    Parameters
    ----------
    net, plan
        The network of all of time, and the scenario.
    days
        How many.

    Returns
    -------
    texts
        ``first``, the first day; ``worst``, the number of the day with most waiting; and
        ``waterfall``: tonnes that were wanted in all, and what became of them.
    arrays
        By the names of `CURVES`, each of shape (days,).
    """
    sim = simulate(net, plan, days)
    daily = sim.daily
    waiting = daily["waiting"].to_numpy(dtype=np.float64)
    gone = daily["turned_back"] + daily["never_shipped"]
    curves = {
        "waiting": waiting,
        "late": _each_day(daily["late"]),
        "rerouted": _each_day(daily["other_way"]),
        "lost": _each_day(gone),
    }
    last = daily.iloc[-1]
    whole = {
        "wanted": last["wanted"],
        "late": last["late"],
        "rerouted": last["other_way"],
        "lost": gone.iloc[-1],
        "not_yet_left": last["not_yet_left"],
    }
    texts = {
        "first": str(daily["date"].iloc[0]),
        "worst": int(np.argmax(waiting)),
        "waterfall": {name: round(float(t), 1) for name, t in whole.items()},
    }
    return texts, {name: _brief(values) for name, values in curves.items()}


def _each_day(cumulative: Any) -> Floats:
    return np.diff(cumulative.to_numpy(dtype=np.float64), prepend=0.0)


def _brief(tonnes: Floats) -> NDArray[np.int64]:
    """Return tonnes to so many significant digits, as whole parts of a tonne, none below 0.

    Examples
    --------
    >>> _brief(np.array([0.0, 0.26, 31.44, 123456.0])).tolist()
    [0, 3, 314, 1230000]
    """
    safe = np.maximum(tonnes, 1e-9)
    step = 10.0 ** (np.floor(np.log10(safe)) - (DIGITS - 1))
    rounded = np.where(tonnes > 0.0, np.rint(safe / step) * step, 0.0)
    parts: NDArray[np.int64] = np.rint(PARTS * rounded).astype(np.int64)
    return parts
