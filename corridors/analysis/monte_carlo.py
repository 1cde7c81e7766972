"""Simulated draws: the same scenario with capacities and demand drawn from their ranges.

Each draw is a simulation of its own, on a network whose amounts lie within the
range that the sources give or, where they give none, within the default spread
by confidence (`corridors.ranges`). A draw depends on its number and the seed
alone, so draws may run in any order, in parallel, and be resumed.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import __version__
from corridors.analysis.criticality.sweep import progress
from corridors.analysis.criticality.tables import network_hash
from corridors.analysis.jobs.checkpoint import Ledger
from corridors.errors import ScenarioError
from corridors.network.network import Network, load
from corridors.network.ranges import value_ranges
from corridors.scenarios.scenario import scenario as read_scenario
from corridors.simulation.simulate import simulate

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from corridors.scenarios.scenario import Scenario

DRAWN = (("capacities", "amount"), ("demand", "units_per_year"))
"""Columns whose values are drawn."""

MOST_DRAWS = 100_000


def drawn_network(net: Network, seed: int, number: int) -> Network:
    """Return a network whose capacities and demand are drawn from their ranges.

    Parameters
    ----------
    net
        The network of all of time.
    seed, number
        Decide the draw.

    Notes
    -----
    Each value is drawn on its own from the triangular distribution with the
    range's ends and the value as its mode. All rows of one capacity share one
    draw of where in the range they lie, so that what is generous today is not
    mean tomorrow. Background stays; it is cut to the amount where it would not
    fit.
    """
    r = np.random.default_rng([seed, number])
    tables = dict(net.whole.tables)
    for table, column in DRAWN:
        frame = tables[table].copy()
        ranges = value_ranges(net.whole, table, column)
        key = "capacity_id" if table == "capacities" else "demand_id"
        names = sorted(set(frame[key]))
        place = dict(zip(names, r.uniform(size=len(names)), strict=True))
        frame[column] = _triangular(
            frame[key].map(place).to_numpy(dtype=np.float64),
            *(ranges[c].to_numpy(dtype=np.float64) for c in ("low", "value", "high")),
        )
        if table == "capacities":
            frame["background"] = np.minimum(frame["background"], frame[column])
        tables[table] = frame
    return Network(tables, folder=net.folder)


def _triangular(share: Any, low: Any, mode: Any, high: Any) -> Any:
    """Return the quantile at `share` of triangular distributions (inverse transform)."""
    width = high - low
    below = np.divide(mode - low, width, out=np.full_like(width, 0.5), where=width > 0)
    rising = low + np.sqrt(share * width * (mode - low))
    falling = high - np.sqrt((1 - share) * width * (high - mode))
    return np.where(width > 0, np.where(share < below, rising, falling), mode)


def simulated_draws(
    net: Network,
    scenario: str | Scenario,
    days: int = 90,
    *,
    draws: int = 100,
    seed: int = 0,
    workers: int = 2,
    out: Path | None = None,
) -> pd.DataFrame:
    """Simulate a scenario many times with drawn capacities and demand.

    Parameters
    ----------
    net
        A network that was loaded from a folder: workers read it again.
    scenario
        Its name, a path or the object.
    days
        Days of each simulation.
    draws
        How many.
    seed
        Decides all of them.
    workers
        Processes.
    out
        File of JSON lines that results go to as they come; a run that was
        stopped goes on where it was. None keeps nothing.

    Returns
    -------
    DataFrame
        draw, quantity, value, in that order of rows: the steps of the waterfall
        in t (``waterfall: ...``) and the peak of each queue in its unit
        (``peak: ...``).

    Raises
    ------
    ScenarioError
        Where a number makes no sense, or the network has no folder.
    DataError
        Where `out` holds something else.
    """
    if net.folder is None:
        msg = "draws: the network was not loaded from a folder, which the workers need"
        raise ScenarioError(msg)
    if not 1 <= draws <= MOST_DRAWS or workers < 1:
        msg = f"draws: saw {draws} draws by {workers} workers, expected at least 1 of each"
        raise ScenarioError(msg)
    plan = read_scenario(scenario)
    header = {
        "draws": "corridors",
        "version": __version__,
        "network": network_hash(net.whole),
        "scenario": plan.name,
        "events": repr(plan.events),
        "days": days,
        "of": draws,
        "seed": seed,
    }
    ledger = Ledger(out, header) if out is not None else None
    done = dict(ledger.rows) if ledger is not None else {}
    missing = [n for n in range(draws) if str(n) not in done]
    # Forked children would inherit locks of libraries that run threads.
    context = multiprocessing.get_context("spawn")
    with (
        progress("drawing", draws) as advance,
        ProcessPoolExecutor(
            min(workers, max(len(missing), 1)), mp_context=context, initializer=_end_with_parent
        ) as pool,
    ):
        for _ in done:
            advance()
        running = {pool.submit(_one, str(net.folder), plan, days, seed, n): n for n in missing}
        for future in as_completed(running):
            row = future.result()
            done[row["case"]] = row
            if ledger is not None:
                ledger.append([row])
            advance()
    rows = [done[str(n)] for n in range(draws)]
    if ledger is not None and not ledger.finished:
        ledger.finish(rows)
    return _tidy(rows)


def _end_with_parent() -> None:
    """Watch from a thread whether the parent still lives, so that a kill leaves no orphans."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _one(folder: str, plan: Scenario, days: int, seed: int, number: int) -> dict[str, Any]:
    """Simulate one draw; runs in a worker."""
    sim = simulate(drawn_network(load(folder), seed, number), plan, days)
    peaks = sim.peaks
    return {
        "case": str(number),
        "waterfall": sim.summary["waterfall_t"],
        "peak": {
            str(k): float(v)
            for k, v in zip(peaks["capacity_id"], peaks["peak"], strict=True)
            if v > 0
        },
    }


def _tidy(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    found = []
    for row in rows:
        for kind in ("waterfall", "peak"):
            found += [(int(row["case"]), f"{kind}: {k}", v) for k, v in sorted(row[kind].items())]
    return pd.DataFrame(found, columns=["draw", "quantity", "value"])


def quantiles(frame: pd.DataFrame, draws: int) -> pd.DataFrame:
    """Return the median and the 5 and 95 per cent quantiles of each quantity.

    Parameters
    ----------
    frame
        As `simulated_draws` returns it.
    draws
        How many there were: a queue that a draw does not name was empty in it.
    """
    import pandas as pd

    rows = []
    for quantity, own in frame.groupby("quantity"):
        values = np.concatenate([own["value"].to_numpy(), np.zeros(draws - len(own))])
        low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
        rows.append((quantity, low, middle, high))
    return pd.DataFrame(rows, columns=["quantity", "low_5", "median", "high_95"])
