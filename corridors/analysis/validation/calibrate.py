"""Fit how cargo decides to the observations that are meant for it.

How long cargo is ready to wait is seldom published, beyond a range. Within it the
values are chosen that come closest to the observations that name them in `fits`, all
of them marked ``calibrate``; those marked ``validate`` are only looked at afterwards.

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

from corridors.analysis.validation.catalogue import (
    MARGIN_DAYS,
    Question,
    fitted_of,
    missing_in,
    question_of,
    windows,
)
from corridors.analysis.validation.check import require_questions
from corridors.analysis.validation.runs import FIELDS, ModelRuns
from corridors.display import Card, several
from corridors.errors import DataError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from corridors.flow.arrays import Floats
    from corridors.network.network import Network


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


@dataclass(frozen=True, repr=False, eq=False)
class Calibration(Card):
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

    def __repr__(self) -> str:
        return (
            f"Calibration({several(len(self.parameters), 'parameters')}, "
            f"{several(len(self.observations), 'observations')}: "
            f"misfit {self.misfit_shipped:.3g} as shipped, {self.misfit_fitted:.3g} fitted)"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "parameters": self.parameters.to_dict("records"),
            "observations": self.observations.to_dict("records"),
            "misfit_shipped": self.misfit_shipped,
            "misfit_fitted": self.misfit_fitted,
            "runs": self.runs,
        }


def find_rows(
    net: Network, names: Sequence[str] | None = None
) -> list[tuple[dict[str, Any], Question]]:
    """Return the observations that parameters are fitted to, with what they ask.

    Parameters
    ----------
    net
        The network.
    names
        Ids of some of them; all that name something in `fits` if None.

    Raises
    ------
    DataError
        Where a row is unknown, fits nothing, or asks what cannot be meant or is not there.
    """
    whole = net.whole
    require_questions(whole)
    table = whole.tables["observations"].sort_values("observation_id")
    rows = {r["observation_id"]: {str(k): v for k, v in r.items()}
            for r in table.to_dict("records")}  # fmt: skip
    fitted = [name for name, row in rows.items() if row["fits"]]
    for name in names or ():
        if name not in rows:
            msg = f"calibrate: the network has no observation {name}{nearest(name, fitted)}"
            raise DataError(msg)
        if name not in fitted:
            msg = (
                f"observation {name} (role {rows[name]['role']}): nothing stands in its column "
                f"`fits`, expected what is fitted to it{nearest(name, fitted)}"
            )
            raise DataError(msg)
    chosen = []
    for name in fitted if names is None else sorted(set(names)):
        question = question_of(rows[name])
        assert question is not None
        for column, message in missing_in(whole, rows[name]):
            msg = f"observations, {name}, column {column}: {message}"
            raise DataError(msg)
        chosen.append((rows[name], question))
    if not chosen:
        msg = (
            "calibrate: no observation says in its column `fits` what is fitted to it, such as "
            "{patience_days: [some-cargo]}"
        )
        raise DataError(msg)
    return chosen


def find_parameters(net: Network, rows: Sequence[dict[str, Any]]) -> list[Parameter]:
    """Return the parameters that observations fit, with the ranges of their provenance.

    Parameters
    ----------
    net
        The network.
    rows
        Rows of `observations.csv`; what several of them name is one parameter.

    Raises
    ------
    DataError
        Where one cargo is to share a value with two groups, or the cargo of a group
        does not share a value and a range.
    """
    groups: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in rows:
        for column, kinds in fitted_of(row).items():
            own = tuple(sorted(set(kinds)))
            for cargo in own:
                other = groups.setdefault((column, cargo), own)
                if other != own:
                    msg = (
                        f"observation {row['observation_id']}, column fits, {column}: saw "
                        f"{', '.join(own)} together, another row says {', '.join(other)}"
                    )
                    raise DataError(msg)
    wanted = {(column, own) for (column, _), own in groups.items()}
    order = list(FIELDS)
    return [
        _parameter(net, column, own)
        for column, own in sorted(wanted, key=lambda one: (order.index(one[0]), one[1]))
    ]


def _parameter(net: Network, column: str, cargo: tuple[str, ...]) -> Parameter:
    frame = net.whole.tables["cargo"].set_index("cargo")
    sources = net.whole.tables["provenance"]
    own = sources[
        (sources["table"] == "cargo") & (sources["column"] == column) & sources["row"].isin(cargo)
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
    return Parameter(column, cargo, low, high, values.pop())


class _Fit:
    """The function that is minimised, with what it is made of."""

    def __init__(
        self,
        net: Network,
        rows: Sequence[tuple[dict[str, Any], Question]],
        say: Callable[[str, int], None],
    ) -> None:
        self.rows = [row for row, _ in rows]
        self.questions = [question for _, question in rows]
        self.parameters = find_parameters(net, self.rows)
        self.say = say
        self.runs = 0
        self.base = ModelRuns(net.whole, windows(net.whole, rows, least=MARGIN_DAYS))

    def prepare(self) -> None:
        """Work out the days of every scenario, which all runs share."""
        for name in self.base.windows:
            self.base.timetable(name)

    def modelled(self, values: Floats) -> Floats:
        """Return what the model says to each observation; NaN where it says nothing."""
        chosen = {
            (kind, p.column): float(v)
            for p, v in zip(self.parameters, values, strict=True)
            for kind in p.cargo
        }
        self.prepare()
        runs = self.base.under(chosen)
        self.runs += 1
        self.say("running the scenarios", self.runs)
        found = []
        for row, question in zip(self.rows, self.questions, strict=True):
            answer = question.function(runs, row, **question.parameters)
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
    rows: Sequence[str] | None = None,
    progress: Callable[[str, int], None] | None = None,
) -> Calibration:
    """Fit how cargo decides to the observations that say in `fits` what is fitted to them.

    Parameters
    ----------
    net
        The network; the shipped one if None.
    rows
        Ids of some of these observations; all if None.
    progress
        Is told what is being done and the runs so far.

    Returns
    -------
    Calibration
        The same network always gives the same values.

    Raises
    ------
    DataError
        Where nothing is fitted, a row asks what cannot be meant, or ranges are missing.
    """
    import pandas as pd
    from scipy.optimize import least_squares

    if net is None:
        from corridors.network.network import load

        net = load()
    fit = _Fit(net, find_rows(net, rows), progress or (lambda _what, _runs: None))
    parameters = fit.parameters
    shipped = np.array([p.shipped for p in parameters])
    before = fit.modelled(shipped)
    # From the middle, so that the answer does not depend on the values that are shipped.
    found = least_squares(
        fit.residuals,
        np.zeros(len(parameters)),
        jac=fit.slopes,
        bounds=(-1.0, 1.0),
        xtol=1e-3,
        ftol=1e-4,
        max_nfev=20,
    )
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
