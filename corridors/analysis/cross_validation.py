"""How well counts are predicted by fits that have not seen them: cross-validation in folds.

Each count is predicted from fits that have not seen it; and once more from fits that have
seen no count of the same place either, which is the harder test. A fold depends on the tables
and on how many folds there are alone, so folds may be worked on side by side and be resumed.
"""

from __future__ import annotations

import math
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridors import __version__
from corridors.analysis.jobs.checkpoint import Ledger, are_numbers
from corridors.analysis.jobs.each import solve_each
from corridors.analysis.validation.count_fit import INPUTS, CountFit, hash_of
from corridors.display import card, grid, several
from corridors.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from pathlib import Path

    from corridors.network.network import Network

FACTOR = 4.0
"""Factor at which the error of a row is capped."""


@dataclass(frozen=True, repr=False)
class CrossValidation:
    """How well counts are predicted by fits that have not seen them.

    Attributes
    ----------
    within_25_percent
        Per cent of the rows within a quarter of what was observed; None where there is no row.
    mean_absolute_log_error
        Mean of ``|ln(predicted / observed)|``, each row capped at a factor of 4; None likewise.
    without_identities
        The same two of the rows that route choice has an influence on.
    places_apart
        The same where counts of one place are left out together.
    largest_multiplier_share
        Of all multipliers in all fits, the largest as a share of the cost counted.
    rows
        observation_id, unit, observed, predicted, identity, fold. A share of one, which says by
        which way the demand table was counted, is in every fit and no row.
    """

    within_25_percent: float | None
    mean_absolute_log_error: float | None
    without_identities: dict[str, float | None]
    places_apart: dict[str, Any]
    largest_multiplier_share: float
    rows: list[dict[str, Any]] = field(default_factory=list)

    def __repr__(self) -> str:
        within = self.within_25_percent
        said = "" if within is None else f", {within:.3g} % within a quarter"
        return f"CrossValidation({several(len(self.rows), 'rows')}{said})"

    def _repr_html_(self) -> str:
        told = {k: v for k, v in vars(self).items() if isinstance(v, float)}
        return card(repr(self), told) + grid(pd.DataFrame(self.rows))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return dict(self.__dict__)


_FOLDS = {"alone": False, "places": True}
"""Kinds of folds: whether counts of one place are left out together."""


def folder(basis: tuple[Network, int]) -> Callable[[str], dict[str, Any]]:
    """Return what predicts the counts of one fold from the others, by the name of its case."""
    net, n = basis
    fit = CountFit(net)

    def predict(case: str) -> dict[str, Any]:
        kind, _, fold = case.partition(" ")
        held = fit.folds(n, places_apart=_FOLDS[kind])[int(fold)]
        seen = fit.fitted & ~held
        answer = fit.fit(seen)
        figures = fit.predicted(answer)
        share = np.abs(answer.multiplier) / fit.mean_cost[seen]
        rows = [
            {
                "observation_id": fit.counts[i].observation_id,
                "unit": str(fit.rows[fit.counts[i].observation_id]["unit"]),
                "observed": float(fit.rows[fit.counts[i].observation_id]["value"]),
                "predicted": float(figures[i]),
                "identity": bool(fit.identity[i]),
                "fold": int(fold),
            }
            for i in np.flatnonzero(held).tolist()
        ]
        return {"case": case, "largest": float(share.max(initial=0.0)), "rows": rows}

    return predict


def _fits(row: dict[str, Any]) -> bool:
    """Say whether a row of a file is what `folder` has predicted."""
    return isinstance(row["largest"], float) and all(
        isinstance(one["observation_id"], str)
        and isinstance(one["identity"], bool)
        and are_numbers({k: one[k] for k in ("observed", "predicted", "fold")})
        for one in row["rows"]
    )


def cross_validate(
    net: Network,
    n: int,
    *,
    progress: Callable[[str, int], None] | None = None,
    workers: int = 1,
    out: str | Path | None = None,
    executor: Executor | None = None,
) -> CrossValidation:
    """Predict each count from fits that have not seen it.

    Parameters
    ----------
    net
        The network.
    n
        Folds, at least 2.
    progress
        Is told what is being done and how many folds are done.
    workers
        Processes, this one among them.
    out
        File of JSON lines that folds go to as they come; a run that was stopped goes on
        where it was. None keeps nothing.
    executor
        Any `concurrent.futures.Executor` to work instead of workers of this machine.

    Raises
    ------
    DataError
        Where there are no counts, or `n` is none.
    """
    if n < 2:
        msg = f"calibrate: saw {n} folds, expected at least 2"
        raise DataError(msg)
    whole = net.whole
    header = {
        "folds": "corridors",
        "version": __version__,
        "of": n,
        "inputs": {name: hash_of(whole, name) for name in INPUTS},
    }
    cases = [f"{kind} {fold}" for kind in _FOLDS for fold in range(n)]
    with nullcontext() if out is None else Ledger(out, header, _fits) as ledger:
        found = dict(ledger.rows) if ledger is not None else {}
        missing = [case for case in cases if case not in found]
        if ledger is not None:
            ledger.require_whole(missing)
        with closing(solve_each(folder, (whole, n), missing, workers, executor=executor)) as solved:
            for _, row in solved:
                found[row["case"]] = row
                if ledger is not None:
                    ledger.append([row])
                if progress:
                    progress("predicting counts from the others, folds", len(found))
        if ledger is not None and not ledger.finished:
            ledger.finish([found[case] for case in cases])
    done = [
        sorted(
            (row for fold in range(n) for row in found[f"{kind} {fold}"]["rows"]),
            key=lambda row: str(row["observation_id"]),
        )
        for kind in _FOLDS
    ]
    largest = max(found[case]["largest"] for case in cases)
    free, apart = ([row for row in rows if not row["identity"]] for rows in done)
    every = scores(done[0])
    return CrossValidation(
        every["within_25_percent"],
        every["mean_absolute_log_error"],
        scores(free),
        scores(done[1]) | {"without_identities": scores(apart)},
        largest,
        done[0],
    )


def scores(rows: list[dict[str, Any]]) -> dict[str, float | None]:
    """Return how near predictions come; None where nothing is predicted.

    Examples
    --------
    >>> found = scores([{"observed": 10.0, "predicted": 12.0}, {"observed": 10.0, "predicted": 0}])
    >>> found["within_25_percent"], round(found["mean_absolute_log_error"], 4)
    (50.0, 0.7843)
    """
    within, errors = [], []
    for row in rows:
        seen, said = row["observed"], row["predicted"]
        within.append(bool(abs(said - seen) <= 0.25 * abs(seen)))
        far = math.log(FACTOR)
        errors.append(min(abs(math.log(said / seen)), far) if said > 0 and seen > 0 else far)
    return {
        "within_25_percent": 100.0 * sum(within) / len(rows) if rows else None,
        "mean_absolute_log_error": sum(errors) / len(rows) if rows else None,
    }
