"""What several scenarios do together beyond what each does alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridors.analysis.asking.reasons import in_words, reasons
from corridors.assignment.assign import assign, day_of
from corridors.assignment.comparison import Comparison
from corridors.assignment.views.by import bills, named_ends
from corridors.display import HAIR, card, grid, number, records
from corridors.display import in_words as figure_in_words
from corridors.errors import ScenarioError
from corridors.network.network import require_network
from corridors.scenarios.scenario import scenario as read_scenario

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from corridors.assignment.assignment import Assignment
    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario

MEASURES = {
    "shortfall_t_per_day": "t",
    "loss_usd_per_day": "USD",
    "generalised_cost_usd_per_day": "USD",
}
"""What is taken apart, each as its change against the baseline, and its unit."""

GRAIN = 2.0**-20
"""Amounts are whole multiples of this, a gram or a ten-thousandth of a cent.

Sums of such numbers are exact in the computer's fractions, so that the parts add up to
the last digit.
"""


@dataclass(frozen=True, eq=False)
class Interaction:
    """Scenarios apart and together.

    Attributes
    ----------
    names
        Of the parts.
    apart
        The comparison of each part.
    together
        The comparison of their sum.
    by_demand
        By demand and measure: the change in each part alone (a column by its name), their
        sum (`sum_of_parts`), the change together (`together`), and `interaction`, which is
        together less the sum. They add up exactly, by row and in total.
    reasons
        By demand, the largest first: what sets its loss together apart from the sum, and at
        which limit; see `corridors.analysis.asking.reasons`.
    """

    names: tuple[str, ...]
    apart: tuple[Comparison, ...]
    together: Comparison
    by_demand: pd.DataFrame
    reasons: pd.DataFrame

    @property
    def total(self) -> pd.DataFrame:
        """The same for all demand together, a row for each measure."""
        columns = [*self.names, "sum_of_parts", "together", "interaction"]
        sums = self.by_demand.groupby("measure", sort=False)[columns].sum()
        # Where there is no demand there is no row, and each measure is 0.
        frame = sums.reindex(pd.Index(MEASURES, name="measure"), fill_value=0.0).reset_index()
        return frame.assign(unit=frame["measure"].map(MEASURES))

    def __repr__(self) -> str:
        row = self.total.iloc[0]
        return (
            f"Interaction({' + '.join(self.names)}: {row['interaction']:,.0f} t a day short "
            f"beyond {row['sum_of_parts']:,.0f} apart)"
        )

    def _repr_html_(self) -> str:
        told = {
            "parts": self.names,
            "day": str(self.together.baseline.state.day),
            "they do": self.explain(),
        }
        total = self.total.drop(columns="unit")
        total["measure"] = total["measure"].map(figure_in_words)
        return card(repr(self), told) + grid(total)

    def sentences(self) -> list[str]:
        """Return what they do together beyond their sum, a sentence each."""
        total, hairs = self.total.set_index("measure"), self._hairs()
        found = []
        for measure, what in (
            ("shortfall_t_per_day", "no longer carried, a day"),
            ("loss_usd_per_day", "loss a day"),
            ("generalised_cost_usd_per_day", "transport and time of what is carried, a day"),
        ):
            row, unit = total.loc[measure], MEASURES[measure]
            parts = " and ".join(f"{number(row[n], unit)} ({n})" for n in self.names)
            more = number(abs(row["interaction"]), unit)
            how = "as much as the parts" if abs(row["interaction"]) <= hairs[measure] else (
                f"{more} {'more' if row['interaction'] > 0 else 'less'} than the parts"
            )  # fmt: skip
            both = number(row["together"], unit)
            found.append(f"{what.capitalize()}: {parts} apart, {both} together, {how}.")
        short = self.by_demand[self.by_demand["measure"] == "shortfall_t_per_day"]
        short = short[short["interaction"].abs() > hairs["shortfall_t_per_day"]]
        if len(short):
            order = short.assign(_size=-short["interaction"].abs()).sort_values(
                ["_size", "demand_id"]
            )
            named = [
                f"{row['cargo']} {row['origin_name']}–{row['destination_name']} "
                f"({'+' * (row['interaction'] > 0)}{number(row['interaction'], 't')})"
                for row in order.head(3).to_dict("records")
            ]
            # It follows on sentences about dollars, and so names what it is about.
            found.append(f"No longer carried beyond the parts most of all: {', '.join(named)}.")
            cargo = self.together.baseline.state.net.tables["cargo"]
            unit_of = dict(zip(cargo["cargo"], cargo["unit"], strict=True))
            beyond = float(total.loc["shortfall_t_per_day", "interaction"])
            found += filter(None, [in_words(self.reasons, unit_of, beyond)])
        return found

    def _hairs(self) -> dict[str, float]:
        """Return what is nothing of each measure: a hair beside all that is wanted, or paid."""
        baseline = self.together.baseline
        demand = baseline.state.demand
        wanted = float(demand["units_per_day"] @ demand["t_per_unit"])
        paid = float(_measured(baseline)["generalised_cost_usd_per_day"].sum())
        return {m: HAIR * (wanted if unit == "t" else paid) for m, unit in MEASURES.items()}

    def explain(self) -> str:
        """Return the sentences as one text."""
        return " ".join(self.sentences())

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; of the demands those that change at all."""
        columns = [*self.names, "together"]
        moved = self.by_demand[(self.by_demand[columns] != 0).any(axis=1)]
        return {
            "parts": list(self.names),
            "as_of": self.together.disrupted.state.day.isoformat(),
            "total": records(self.total),
            "by_demand": records(moved),
            "reasons": records(self.reasons),
            "explanation": self.explain(),
        }


def interaction(
    net: Network,
    *parts: str | Path | Scenario,
    as_of: str | dt.date | None = None,
    model: str = "optimal",
) -> Interaction:
    """Hold scenarios together against each of them alone, on one day.

    Parameters
    ----------
    net
        The network.
    parts
        Two scenarios or more, as `corridors.scenario` takes them.
    as_of
        The day of all; that of their sum if None.
    model
        As in `corridors.assign`.

    Returns
    -------
    Interaction

    Raises
    ------
    ScenarioError
        Where there are not two, two bear the same name, or no day is given.

    Examples
    --------
    >>> import corridors as co
    >>> found = co.interaction(co.load(), "poland-closure-2025", "kz-ru-border-2025")
    >>> bool((found.total["sum_of_parts"] + found.total["interaction"]
    ...       == found.total["together"]).all())
    True
    """
    require_network(net)
    plans = [read_scenario(part) for part in parts]
    names = [plan.name for plan in plans]
    if len(plans) < 2 or len(set(names)) < len(names):
        msg = (
            f"interaction: saw {', '.join(names) or 'no scenario'}; expected two or more, each once"
        )
        raise ScenarioError(msg)
    total = plans[0]
    for plan in plans[1:]:
        total = total + plan
    day = day_of(net, total, as_of)
    baseline = assign(net, as_of=day, model=model)
    apart = tuple(Comparison(baseline, assign(net, p, as_of=day, model=model)) for p in plans)
    together = Comparison(baseline, assign(net, total, as_of=day, model=model))
    alone = [c.disrupted for c in apart]
    rows = _changes(baseline, [*alone, together.disrupted], names)
    short = rows[rows["measure"] == "shortfall_t_per_day"]
    why = reasons(
        baseline, alone, together.disrupted,
        short[["demand_id", "cargo", *names, "interaction"]],
    )  # fmt: skip
    return Interaction(tuple(names), apart, together, named_ends(net, rows), why)


def _changes(baseline: Assignment, plans: list[Assignment], names: list[str]) -> pd.DataFrame:
    """Return the changes of each measure by demand, in whole grains."""
    was = _measured(baseline)
    found = []
    for measure in MEASURES:
        frame = baseline.shortfall[["demand_id", "cargo", "origin", "destination"]].copy()
        frame["measure"] = measure
        for name, plan in zip([*names, "together"], plans, strict=True):
            change = _measured(plan)[measure] - was[measure]
            frame[name] = np.round(change.to_numpy() / GRAIN) * GRAIN + 0.0
        frame["sum_of_parts"] = frame[names].sum(axis=1)
        frame["interaction"] = frame["together"] - frame["sum_of_parts"]
        found.append(frame)
    return pd.concat(found, ignore_index=True)


def _measured(plan: Assignment) -> pd.DataFrame:
    """Return the measures by demand, in the order of the demand table."""
    short = plan.shortfall.set_index("demand_id")
    paid = bills(plan.state.net, plan.routes).groupby("demand_id")
    cost = paid["generalised_cost_usd_per_day"].sum().reindex(short.index).fillna(0.0)
    return pd.DataFrame(
        {
            "shortfall_t_per_day": short["shortfall_t_per_day"],
            "loss_usd_per_day": short["loss_usd_per_day"],
            "generalised_cost_usd_per_day": cost,
        }
    )
