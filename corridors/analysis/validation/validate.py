"""The model held against what was observed, row by row.

Each observation that the package can model names a function of `steady_measures`,
`route_measures` or `daily_measures` and what it asks; the others are listed with
the reason. Nothing is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.analysis.validation import daily_measures, route_measures, steady_measures
from corridors.analysis.validation.catalogue import MODELLED, NOT_MODELLED
from corridors.analysis.validation.runs import Evidence
from corridors.analysis.validation.wording import in_words, names_of
from corridors.errors import ScenarioError, UnknownIdError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from corridors.network.network import Network

UNKNOWN = "no question to the model is known for an observation of this id"

FUNCTIONS: dict[str, Callable[..., float | None]] = {
    name: function
    for module in (steady_measures, route_measures, daily_measures)
    for name, function in vars(module).items()
    if callable(function) and getattr(function, "__module__", "") == module.__name__
    and not name.startswith("_")
    and hasattr(function, "phrase")
}  # fmt: skip
"""The functions that observations are held against, by name."""


def validate(
    net: Network | None = None, *, progress: Callable[[str, int, int], None] | None = None
) -> pd.DataFrame:
    """Hold the model against every observation of a network.

    Parameters
    ----------
    net
        The network; the shipped one if None.
    progress
        Is told the observation, the number done, and the number in all.

    Returns
    -------
    DataFrame
        observation_id, scenario, quantity, unit, role, observed, low, high,
        modelled (NaN where the package cannot model it), within (None there),
        and `how`: what the model is asked, in words, or why there is nothing to ask.
    """
    import pandas as pd

    if net is None:
        from corridors.network.network import load

        net = load()
    evidence = Evidence(net.whole)
    rows = []
    names = names_of(net.whole)
    table = net.whole.tables["observations"].sort_values("observation_id")
    for done, row in enumerate(table.to_dict("records")):
        if progress is not None:
            progress(row["observation_id"], done, len(table))
        rows.append(_judged(evidence, row, names))
    columns = ["observation_id", "scenario", "quantity", "unit", "role", "observed", "low",
               "high", "modelled", "within", "how"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _judged(evidence: Evidence, row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    name = row["observation_id"]
    asked = MODELLED.get(name)
    modelled, within = float("nan"), None
    if asked is None:
        how = NOT_MODELLED.get(name, NOT_MODELLED.get(row["quantity"], UNKNOWN))
    else:
        how = in_words(names, FUNCTIONS[asked.function], asked.what, row)
        try:
            found = FUNCTIONS[asked.function](evidence, row, **asked.what)
        except (ScenarioError, UnknownIdError):
            found = None
        if found is None:
            how = f"{how}: the network does not hold what is asked for"
        else:
            modelled = float(found)
            low = row["low"] if row["low"] == row["low"] else row["value"]
            high = row["high"] if row["high"] == row["high"] else row["value"]
            within = bool(low <= modelled <= high)
    return {
        "observation_id": name,
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
