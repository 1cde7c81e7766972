"""Fit how truckers decide to the observations that are marked for it.

How long truckers are ready to wait was published nowhere, beyond a range. Within
it the values are chosen that come closest to observations marked ``calibrate``;
those marked ``validate`` are only looked at afterwards.

With the parameters scaled so that the middle of a range is 0 and its ends are
-1 and 1, and the misses of observations so that the ends of their ranges are
-1 and 1, the fit minimises

    sum of rho(miss ** 2) + sum of parameter ** 2,    rho(z) = 2 (sqrt(1 + z) - 1),

the soft L1 loss, under which one observation that the model cannot meet does not
outweigh all others; the second sum keeps what the observations say nothing about
in the middle of its range (a maximum a posteriori estimate; Tarantola, "Inverse
Problem Theory", SIAM 2005, chapter 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.analysis.validation.catalogue import MODELLED
from corridors.analysis.validation.runs import FIELDS, WINDOWS, Evidence
from corridors.analysis.validation.validate import FUNCTIONS
from corridors.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.network.network import Network

    Floats = NDArray[np.float64]

TRUCKS = ("truck-general", "truck-return", "truck-sensitive")
"""Cargoes that share each parameter."""

COLUMNS = ("patience_days", "patience_spread")
"""Columns of `cargo` that are fitted: those that the observations say something about."""

ROWS = ("kzru-queue-1002", "kzru-queue-mashtakovo", "poland-kozlovichi-wait")
"""Observations that truckers' patience decides; each must be marked ``calibrate``.

The missing throughput at the posts to Russia (``kzru-shortfall``) is not among them:
it was derived from the first of these as if nobody had given up.
"""

MARGIN_DAYS = 14
"""Days that a run goes on after the last observation, so that its waits are known."""

STEP = 0.05
"""Step of a parameter, in half ranges, by which slopes are taken."""

DIGITS = 3
"""Significant digits to which a fitted value is rounded."""

_FAR = 5.0
"""Miss, in ranges, of an observation that the model says nothing about."""


@dataclass(frozen=True)
class Parameter:
    """One number that is fitted, and the range that it is fitted in."""

    column: str
    cargo: tuple[str, ...]
    low: float
    high: float
    shipped: float

    def value(self, place: float) -> float:
        """Return the value at a place from -1 (low) to 1 (high)."""
        return 0.5 * (self.low + self.high) + 0.5 * (self.high - self.low) * place

    def place(self, value: float) -> float:
        """Return the place of a value; 0 is the middle of the range."""
        return (value - 0.5 * (self.low + self.high)) / (0.5 * (self.high - self.low))


@dataclass(frozen=True)
class Calibration:
    """What the fit has found.

    Attributes
    ----------
    parameters
        column, cargo, low, high, shipped, fitted, and `spread`: the standard
        deviation of the fitted value that the slopes at the end imply.
    observations
        observation_id, unit, observed, low, high, `shipped` and `fitted`: what the
        model says with either values; within, of the fitted.
    misfit_shipped, misfit_fitted
        The sum that is minimised.
    runs
        How often the scenarios were run.
    """

    parameters: pd.DataFrame
    observations: pd.DataFrame
    misfit_shipped: float
    misfit_fitted: float
    runs: int

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "parameters": self.parameters.to_dict("records"),
            "observations": self.observations.to_dict("records"),
            "misfit_shipped": self.misfit_shipped,
            "misfit_fitted": self.misfit_fitted,
            "runs": self.runs,
        }


def find_parameters(
    net: Network, cargo: Sequence[str] = TRUCKS, columns: Sequence[str] = COLUMNS
) -> list[Parameter]:
    """Return the parameters of some cargoes with the ranges of their provenance.

    Raises
    ------
    DataError
        Where a cargo is missing, or the cargoes do not share a value and a range.
    """
    frame = net.whole.tables["cargo"].set_index("cargo")
    missing = [c for c in cargo if c not in frame.index]
    if missing:
        msg = f"calibrate: the network has no cargo {', '.join(missing)}"
        raise DataError(msg)
    sources = net.whole.tables["provenance"]
    found = []
    for column in columns:
        own = sources[
            (sources["table"] == "cargo")
            & (sources["column"] == column)
            & sources["row"].isin(cargo)
        ]
        ranges = set(zip(own["low"].astype(float), own["high"].astype(float), strict=True))
        values = set(frame.loc[list(cargo), column].astype(float))
        low, high = min(ranges, default=(np.nan, np.nan))
        if len(ranges) != 1 or len(values) != 1 or not low < high:
            msg = (
                f"provenance: cargo {', '.join(cargo)}, column {column}: saw the ranges "
                f"{sorted(ranges)} and the values {sorted(values)}, expected one of each for all"
            )
            raise DataError(msg)
        found.append(Parameter(column, tuple(cargo), low, high, values.pop()))
    return found


class _Fit:
    """The function that is minimised, with what it is made of."""

    def __init__(
        self, net: Network, parameters: list[Parameter], rows: Sequence[str],
        say: Callable[[str, int], None],
    ) -> None:  # fmt: skip
        self.parameters = parameters
        self.rows = _observed(net, rows)
        self.say = say
        self.runs = 0
        self.base = Evidence(net.whole, _windows(self.rows))
        for name in self.base.windows:
            self.base.timetable(name)

    def modelled(self, values: Floats) -> Floats:
        """Return what the model says to each observation; NaN where it says nothing."""
        chosen = {
            (kind, p.column): float(v)
            for p, v in zip(self.parameters, values, strict=True)
            for kind in p.cargo
        }
        evidence = self.base.under(chosen)
        self.runs += 1
        self.say("running the scenarios", self.runs)
        found = []
        for row in self.rows:
            asked = MODELLED[row["observation_id"]]
            answer = FUNCTIONS[asked.function](evidence, row, **asked.what)
            found.append(np.nan if answer is None else answer)
        return np.array(found, dtype=np.float64)

    def misses(self, modelled: Floats) -> Floats:
        """Return how far off each observation is, in the half of its range on that side."""
        result = np.empty(len(self.rows))
        for i, (row, found) in enumerate(zip(self.rows, modelled, strict=True)):
            off = found - row["value"]
            width = row["high"] - row["value"] if off > 0 else row["value"] - row["low"]
            result[i] = off / width if np.isfinite(off) else _FAR
        # The square root of rho, with the sign of the miss, makes it a least-squares problem.
        return np.asarray(np.sign(result) * np.sqrt(2.0 * (np.sqrt(1.0 + result**2) - 1.0)))

    def residuals(self, places: Floats) -> Floats:
        values = [p.value(x) for p, x in zip(self.parameters, places, strict=True)]
        return np.concatenate([self.misses(self.modelled(np.array(values))), places])

    def slopes(self, places: Floats) -> Floats:
        """Return the slopes of all residuals, by central differences inside the range."""
        columns = []
        for i in range(len(places)):
            ends = []
            for sign in (-1.0, 1.0):
                moved = places.copy()
                moved[i] = np.clip(moved[i] + sign * STEP, -1.0, 1.0)
                ends.append((moved[i], self.residuals(moved)))
            columns.append((ends[1][1] - ends[0][1]) / (ends[1][0] - ends[0][0]))
        return np.column_stack(columns)


def calibrate(
    net: Network | None = None,
    *,
    rows: Sequence[str] = ROWS,
    cargo: Sequence[str] = TRUCKS,
    columns: Sequence[str] = COLUMNS,
    progress: Callable[[str, int], None] | None = None,
) -> Calibration:
    """Fit how cargo decides to observations marked ``calibrate``.

    Parameters
    ----------
    net
        The network; the shipped one if None.
    rows
        Ids of the observations.
    cargo, columns
        Cargoes that share each parameter, and the columns of `cargo` to fit.
    progress
        Is told what is being done and the runs so far.

    Returns
    -------
    Calibration
        The same network always gives the same values.

    Raises
    ------
    DataError
        Where a row is not marked ``calibrate`` or not modelled, or ranges are missing.
    """
    import pandas as pd
    from scipy.optimize import least_squares

    if net is None:
        from corridors.network.network import load

        net = load()
    parameters = find_parameters(net, cargo, columns)
    fit = _Fit(net, parameters, rows, progress or (lambda _what, _runs: None))
    shipped = np.array([p.shipped for p in parameters])
    before = fit.modelled(shipped)
    # From the middle, so that the answer does not depend on the values that are shipped.
    found = least_squares(
        fit.residuals, np.zeros(len(parameters)), jac=fit.slopes, bounds=(-1.0, 1.0),
        xtol=1e-3, ftol=1e-4, max_nfev=20,
    )  # fmt: skip
    values = np.array(
        [rounded(p.value(x)) for p, x in zip(parameters, found.x, strict=True)], dtype=np.float64
    )
    after = fit.modelled(values)
    places = [np.array([p.place(v) for p, v in zip(parameters, vs, strict=True)])
              for vs in (shipped, values)]  # fmt: skip
    covariance = np.linalg.inv(found.jac.T @ found.jac)
    half = np.array([0.5 * (p.high - p.low) for p in parameters])
    table = pd.DataFrame(
        {
            "column": [p.column for p in parameters],
            "cargo": [";".join(p.cargo) for p in parameters],
            "low": [p.low for p in parameters],
            "high": [p.high for p in parameters],
            "shipped": shipped,
            "fitted": values,
            "spread": np.sqrt(np.diag(covariance)) * half,
        }
    )
    observed = pd.DataFrame(
        [{k: r[k] for k in ("observation_id", "unit", "low", "high")} for r in fit.rows]
    )
    observed.insert(2, "observed", [r["value"] for r in fit.rows])
    observed["shipped"], observed["fitted"] = before, after
    observed["within"] = (observed["low"] <= after) & (after <= observed["high"])
    misfits = [
        float((fit.misses(m) ** 2).sum() + (x**2).sum())
        for m, x in zip((before, after), places, strict=True)
    ]
    return Calibration(table, observed, misfits[0], misfits[1], fit.runs)


def rounded(value: float) -> float:
    """Return a value with as many digits as a fit to a handful of rows deserves.

    Examples
    --------
    >>> rounded(11.482), rounded(0.3351)
    (11.5, 0.335)
    """
    return float(f"{value:.{DIGITS}g}")


def _observed(net: Network, names: Sequence[str]) -> list[dict[str, Any]]:
    table = net.whole.tables["observations"].set_index("observation_id", drop=False)
    found = []
    for name in names:
        if name not in table.index:
            msg = f"calibrate: the network has no observation {name}"
            raise DataError(msg)
        row = {str(k): v for k, v in table.loc[name].to_dict().items()}
        if row["role"] != "calibrate" or "scenario" not in MODELLED[name].what:
            msg = f"observation {name}: saw the role {row['role']}, expected calibrate, by days"
            raise DataError(msg)
        found.append(row)
    return found


def _windows(rows: list[dict[str, Any]]) -> dict[str, tuple[str, int]]:
    """Return the days of each scenario up to some time after its last observation."""
    import datetime as dt

    last: dict[str, str] = {}
    for row in rows:
        name = MODELLED[row["observation_id"]].what["scenario"]
        last[name] = max(last.get(name, ""), str(row["date"]))
    found = {}
    for name in sorted(last):
        start, most = WINDOWS[name]
        days = (dt.date.fromisoformat(last[name]) - dt.date.fromisoformat(start)).days
        found[name] = (start, min(days + MARGIN_DAYS, most))
    return found


def fitted_network(net: Network, found: Calibration) -> Network:
    """Return the network with the fitted values, and provenance that says so."""
    from corridors.network.network import Network as Whole

    tables = dict(net.whole.tables)
    cargo, sources = tables["cargo"].copy(), tables["provenance"].copy()
    names = ", ".join(found.observations["observation_id"])
    for row in found.parameters.to_dict("records"):
        kinds = row["cargo"].split(";")
        cargo.loc[cargo["cargo"].isin(kinds), row["column"]] = row["fitted"]
        own = (
            (sources["table"] == "cargo")
            & (sources["column"] == row["column"])
            & sources["row"].isin(kinds)
        )
        sources.loc[own, "confidence"] = "D"
        sources.loc[own, "note"] = (
            f"Fitted by the calibration within the range to {names}; "
            f"{row['fitted']:g} with a standard deviation of {row['spread']:.2g}."
        )
    tables["cargo"], tables["provenance"] = cargo, sources
    return Whole(tables, folder=net.folder)


assert set(COLUMNS) <= set(FIELDS)
