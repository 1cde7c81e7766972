"""The model held against what was observed, row by row.

Each observation that the package can model names a measure (a function of
`steady_measures`, `route_measures` or `daily_measures`) and what it asks; the others
are listed with the reason. Nothing is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.analysis.validation.catalogue import missing_in, question_of, unit_fault, windows
from corridors.analysis.validation.check import require_questions
from corridors.analysis.validation.kinds import fitted_rows, identities, kind_of
from corridors.analysis.validation.runs import ModelRuns
from corridors.analysis.validation.wording import in_words, is_by_days, names_of
from corridors.errors import ScenarioError, UnknownIdError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from corridors.analysis.validation.catalogue import Question
    from corridors.analysis.validation.wording import Names
    from corridors.network.network import Network

_ROUNDING = 1e-9
"""Share of an end of a range that sums of floats may lie beyond it: 75 trains that fill a
capacity of 75 come back as 74.99999999999993."""


_MISSING = "the network does not hold what is asked for"
_SILENT = "the run does not say"
"""Why the model gives no figure; of days that are there, because of how a run went or ended."""


def validate(
    net: Network | None = None,
    *,
    model: str = "optimal",
    progress: Callable[[str, int, int], None] | None = None,
) -> pd.DataFrame:
    """Hold the model against every observation of a network.

    Parameters
    ----------
    net
        The network; the shipped one if None.
    model
        Of the steady states, ``"optimal"`` or ``"logit"``, as `assign` knows them; what is
        asked of runs by days is the same for both.
    progress
        Is told the observation, the number done, and the number in all.

    Returns
    -------
    DataFrame
        observation_id, scenario, quantity, unit, role, observed, low, high,
        modelled (NaN where the package cannot model it), within (None there, and where the unit
        of the row is not the one that is answered in), and `how`:
        what the model is asked, in words, or why there is nothing to ask. Then `kind`:
        of an ordinary day (``static``), of something that happened (``event``), of how long
        a way takes (``time``) or of what it costs (``cost``); `fitted`, whether a parameter
        was fitted to the row; and `identity`, whether its figure is an input.

    Raises
    ------
    DataError
        Where an observation asks what cannot be meant; all of them are named.
    ScenarioError
        Where there is no such model.
    """
    import pandas as pd

    from corridors.assignment.assign import require_model

    require_model(model)
    if net is None:
        from corridors.network.network import load

        net = load()
    whole = net.whole
    require_questions(whole)
    names = names_of(whole)
    table = whole.tables["observations"].sort_values("observation_id")
    observed = [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]
    asked = [question_of(row) for row in observed]
    pairs = [(r, q) for r, q in zip(observed, asked, strict=True) if q is not None]
    runs = ModelRuns(whole, _windows(whole, pairs), model)
    fitted, inputs = fitted_rows(whole), identities(whole)
    rows = []
    for done, (row, question) in enumerate(zip(observed, asked, strict=True)):
        if progress is not None:
            progress(row["observation_id"], done, len(table))
        rows.append(
            _judged(runs, row, question, names)
            | {
                "kind": kind_of(row, question),
                "fitted": row["observation_id"] in fitted,
                "identity": row["observation_id"] in inputs,
            }
        )
    columns = ["observation_id", "scenario", "quantity", "unit", "role", "observed", "low",
               "high", "modelled", "within", "how", "kind", "fitted", "identity"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _windows(
    net: Network, pairs: list[tuple[dict[str, Any], Question]]
) -> dict[str, tuple[str, int]]:
    """Return the days of the runs that can be made; a scenario that is not there has none."""
    by_days = [(r, q) for r, q in pairs if is_by_days(q.function)]
    known = [(r, q) for r, q in by_days if not any(c == "asks" for c, _ in missing_in(net, r))]
    return windows(net, known)


def meets(figure: float, low: float, high: float) -> bool:
    """Return whether a figure lies in a range, its ends included as far as floats add up."""
    slack = _ROUNDING * max(abs(low), abs(high))
    return bool(low - slack <= figure <= high + slack)


def _judged(
    runs: ModelRuns, row: dict[str, Any], question: Question | None, names: Names
) -> dict[str, Any]:
    modelled, within = float("nan"), None
    if question is None:
        how = row["not_modelled"] or "no measure is named, so the model is not asked"
    else:
        how = in_words(names, question.function, question.parameters, row)
        silent = _SILENT if is_by_days(question.function) else _MISSING
        try:
            found = question.function(runs, row, **question.parameters)
        except (ScenarioError, UnknownIdError):
            found, silent = None, _MISSING
        if found is None:
            how = f"{how}: {silent}"
        else:
            modelled = float(found)
            low = row["low"] if row["low"] == row["low"] else row["value"]
            high = row["high"] if row["high"] == row["high"] else row["value"]
            within = meets(modelled, low, high)
            wrong = unit_fault(runs.net, row, question)
            if wrong:
                within, how = None, f"{how}: unit: {wrong}"
    return {
        "observation_id": row["observation_id"],
        "scenario": row["scenario"],
        "quantity": row["quantity"],
        "unit": row["unit"],
        "role": row["role"],
        "observed": row["value"],
        "low": row["low"],
        "high": row["high"],
        "modelled": modelled,
        "within": within,
        "how": how,
    }
