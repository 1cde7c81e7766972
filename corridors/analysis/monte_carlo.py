"""Simulated draws: the same scenario with capacities and demand drawn from their ranges.

Each draw is a simulation of its own, on a network whose amounts lie within the
range that the sources give or, where they give none, within the default spread
by confidence (`corridors.network.ranges`). A draw depends on its number and the seed
alone, so draws may run in any order, in parallel, and be resumed.
"""

from __future__ import annotations

from contextlib import closing, nullcontext
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import __version__
from corridors.analysis.criticality.tables import network_hash
from corridors.analysis.jobs.checkpoint import Ledger, are_numbers
from corridors.analysis.jobs.each import solve_each
from corridors.analysis.jobs.pinned import areas_hash, events_text, ranges_hash
from corridors.assignment.assign import require_model
from corridors.assignment.choice_parameters import choice_parameters
from corridors.display import progress
from corridors.errors import ScenarioError, require_whole
from corridors.network.network import Network, require_network
from corridors.network.ranges import value_ranges
from corridors.scenarios.scenario import scenario as read_scenario
from corridors.simulation.simulate import MOST_DAYS, first_day, simulate

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from pathlib import Path

    import pandas as pd

    from corridors.scenarios.scenario import Scenario

DRAWN = (("capacities", "amount"), ("demand", "units_per_year"))
"""Columns whose values are drawn."""

MOST_DRAWS = 100_000
MOST_WORKERS = 1024
MOST_SEED = 2**63 - 1

Row = dict[str, Any]


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
    return Network(tables, folder=net.folder, like=net.whole)


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
    usual: str = "optimal",
    out: str | Path | None = None,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Simulate a scenario many times with drawn capacities and demand.

    Parameters
    ----------
    net
        The network.
    scenario
        Its name, a path or the object.
    days
        Days of each simulation.
    draws
        How many.
    seed
        Decides all of them.
    workers
        Processes, this one among them.
    usual
        How cargo chooses its usual ways, as in `corridors.simulate`.
    out
        File of JSON lines that results go to as they come; a run that was
        stopped goes on where it was. None keeps nothing.
    executor
        Any `concurrent.futures.Executor` to work instead of workers of this machine.

    Returns
    -------
    DataFrame
        draw, quantity, value, in that order of rows: the steps of the waterfall
        in t (``waterfall: ...``) and the peak of each queue in its unit
        (``peak: ...``). What these are is in ``attrs["quantities"]``: of each its kind, id, name,
        unit and tonnes to a unit.

    Raises
    ------
    ScenarioError
        Where a number makes no sense.
    DataError
        Where `out` holds something else, cannot be written, or is being written.
    """
    require_network(net)
    for name, value, least, most in (
        ("draws", draws, 1, MOST_DRAWS),
        ("workers", workers, 1, MOST_WORKERS),
        ("seed", seed, 0, MOST_SEED),
        ("days", days, 1, MOST_DAYS),
    ):
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        if not whole or not least <= value <= most:
            msg = f"{name}: saw {value!r}, expected a whole number from {least} to {most}"
            raise ScenarioError(msg)
    require_model(usual)
    plan = read_scenario(scenario)
    first_day(net, plan, None, "as_of in its file")
    header = {
        "draws": "corridors",
        "version": __version__,
        "network": network_hash(net.whole),
        "ranges": ranges_hash(net),
        "scenario": plan.name,
        "events": events_text(plan),
        "days": days,
        "of": draws,
        "seed": seed,
    }
    areas = areas_hash(net, plan)
    header |= {"areas": areas} if areas is not None else {}
    if usual != "optimal":
        header |= {"usual": usual, "choice": repr(choice_parameters(net))}
    with nullcontext() if out is None else Ledger(out, header, _fits) as ledger:
        done = dict(ledger.rows) if ledger is not None else {}
        missing = [n for n in range(draws) if str(n) not in done]
        if ledger is not None:
            ledger.require_whole(missing)
        basis = (net.whole, plan, days, seed, usual)
        with (
            progress("drawing", draws) as advance,
            closing(solve_each(drawer, basis, missing, workers, executor=executor)) as solved,
        ):
            for _ in done:
                advance()
            for _, row in solved:
                done[row["case"]] = row
                if ledger is not None:
                    ledger.append([row])
                advance()
        rows = [done[str(n)] for n in range(draws)]
        if ledger is not None and not ledger.finished:
            ledger.finish(rows)
    return _tidy(rows)


def _fits(row: Row) -> bool:
    return are_numbers(row["waterfall"]) and are_numbers(row["peak"])


def drawer(basis: tuple[Network, Scenario, int, int, str]) -> Callable[[int], Row]:
    """Return what simulates one draw, by its number."""
    net, plan, days, seed, usual = basis

    def draw(number: int) -> Row:
        sim = simulate(drawn_network(net, seed, number), plan, days, usual=usual)
        peaks = sim.peaks
        return {
            "case": str(number),
            "waterfall": sim.summary["waterfall_t"],
            "peak": {
                str(k): float(v)
                for k, v in zip(peaks["capacity_id"], peaks["peak"], strict=True)
                if v > 0
            },
            "queue": {
                str(row["capacity_id"]): [row["name"], row["unit"], row["peak_t"] / row["peak"]]
                for row in peaks.to_dict("records")
                if row["peak"] > 0
            },
        }

    return draw


def _tidy(rows: list[Row]) -> pd.DataFrame:
    import pandas as pd

    found = []
    for row in rows:
        for kind in ("waterfall", "peak"):
            found += [(int(row["case"]), f"{kind}: {k}", v) for k, v in sorted(row[kind].items())]
    frame = pd.DataFrame(found, columns=["draw", "quantity", "value"])
    frame.attrs["quantities"] = _quantities(rows)
    return frame


def _quantities(rows: list[Row]) -> dict[str, dict[str, Any]]:
    """Return what each quantity is, in the order in which a simulation tells them."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        for what in row["waterfall"]:
            said = {"kind": "waterfall", "id": what, "name": what.replace("_", " "), "unit": "t"}
            found.setdefault(f"waterfall: {what}", said | {"t_per_unit": 1.0})
    for row in rows:
        for name in row["peak"]:
            # What was kept before names were has its id.
            title, unit, tonnes = row.get("queue", {}).get(name, [name, "", 0.0])
            said = {"kind": "peak", "id": name, "name": title, "unit": unit}
            found.setdefault(f"peak: {name}", said | {"t_per_unit": float(tonnes)})
    return found


def quantiles(frame: pd.DataFrame, draws: int) -> pd.DataFrame:
    """Return the median and the 5 and 95 per cent quantiles of each quantity.

    Parameters
    ----------
    frame
        As `simulated_draws` returns it.
    draws
        How many there were: a queue that a draw does not name was empty in it.

    Raises
    ------
    ScenarioError
        Where the table holds more draws.
    """
    import pandas as pd

    require_whole("draws", draws, int(frame["draw"].max()) + 1 if len(frame) else 1)
    rows = []
    for quantity, own in frame.groupby("quantity"):
        values = np.concatenate([own["value"].to_numpy(), np.zeros(draws - len(own))])
        low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
        rows.append((quantity, low, middle, high))
    return pd.DataFrame(rows, columns=["quantity", "low_5", "median", "high_95"])


draws = simulated_draws
"""The same, by the name of the command."""
