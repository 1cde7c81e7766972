"""What to build for a budget: the answer, its tables, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.display import Card, csv_text, json_text, number, records, several, share
from corridors.files import check_apart, whole_folder

if TYPE_CHECKING:
    import os

    import pandas as pd

TABLES = ("frontier", "chosen", "projects", "scenarios", "limits", "left_out")
"""Tables of an answer, in the order in which they are told."""


@dataclass(frozen=True, eq=False)
class Expansion(Card):
    """Which projects lower the expected cost and loss most, for one or several budgets.

    Attributes
    ----------
    frontier
        A row for each budget, rising: budget_usd, spent_usd, projects (ids joined by ``;``),
        cost_usd_per_day (expected generalised cost of what moves), loss_usd_per_day (expected
        loss of what stays), saved_usd_per_day (of both together against nothing built),
        loss_saved_usd_per_day, shortfall_t_per_day, shortfall_saved_t_per_day,
        saved_per_usd_a_year (365 days of what is saved, by dollar spent; NaN where nothing is),
        bound_usd_per_day (what no set of projects within the budget undercuts),
        gap_usd_per_day, relative_gap (the gap by cost plus loss) and certificate (the largest
        figure of the certificates of its answers).
    chosen
        A row for each project of each budget: budget_usd, project_id, name, usd, opens,
        saved_in_set_usd_per_day (what would be lost without it and without those that need
        it) and saved_in_set_per_usd_a_year, by the dollars of all these.
    projects
        A row for each project that may be chosen: project_id, name, usd, low, high (of the
        cost, NaN where no range was published), confidence and source of the cost, opens,
        needs, along (what comes with it at no charge), saved_alone_usd_per_day (built alone with
        what it needs) and saved_alone_per_usd_a_year, by the dollars of both; best first.
    scenarios
        A row for each budget and scenario: budget_usd, scenario, day, weight (as given),
        share (of all weights), cost, loss and saved in USD a day, shortfall_t_per_day,
        relative_gap of its certificate.
    limits
        Limits with a price under some scenario, by budget: capacity_id, name, confidence,
        inferred, share (of all weights, of the scenarios in which it has one).
    left_out
        Projects that may not be chosen, and why.
    basis
        What the answer rests on: weights, days, demand, limits, costs, plain values.
    """

    frontier: pd.DataFrame
    chosen: pd.DataFrame
    projects: pd.DataFrame
    scenarios: pd.DataFrame
    limits: pd.DataFrame
    left_out: pd.DataFrame
    basis: dict[str, Any]

    def __repr__(self) -> str:
        budgets = len(self.frontier)
        return (
            f"Expansion({several(len(self.projects), 'projects')}, "
            f"{several(self.basis['scenarios'], 'scenarios')}, {several(budgets, 'budgets')})"
        )

    @property
    def built(self) -> list[str]:
        """Ids of the projects chosen for the largest budget."""
        return [p for p in str(self.frontier["projects"].iloc[-1]).split(";") if p]

    def sentences(self) -> list[str]:
        """Return what to build for each budget, a sentence for each."""
        found = []
        for row in self.frontier.to_dict("records"):
            names = [p for p in row["projects"].split(";") if p]
            budget = f"For {_usd(row['budget_usd'])}"
            if not names:
                found.append(f"{budget}: nothing that it pays for saves anything.")
                continue
            kept = row["shortfall_saved_t_per_day"]
            move = "moves" if len(names) == 1 else "move"
            less = f" and {move} {number(kept, 't')} a day that would stay" if kept > 0.5 else ""
            found.append(
                f"{budget}: {', '.join(names)} ({_usd(row['spent_usd'])}) "
                f"save{'s' if len(names) == 1 else ''} "
                f"{_usd(row['saved_usd_per_day'])} a day on average{less}: "
                f"{number(1000 * row['saved_per_usd_a_year'])} USD a year for 1,000 USD built."
            )
        return found

    def rests_on(self) -> list[str]:
        """Return what the answer rests on, a sentence for each thing."""
        return [str(text) for text in self.basis["says"]]

    def explain(self) -> str:
        """Return the answer and what it rests on as one text."""
        return " ".join([*self.sentences(), *self.rests_on()])

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; what is no number is null."""
        tables = {name: records(getattr(self, name)) for name in TABLES}
        return {**tables, "basis": self.basis, "explanation": self.explain()}

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write every table as CSV, and all of it as ``expansion.json``, into a folder.

        Parameters
        ----------
        folder
            Is made where it is not there.

        Raises
        ------
        DataError
            Where it cannot be written.
        """
        check_apart(Path(folder))
        with whole_folder(Path(folder)) as new:
            for name in TABLES:
                (new / f"{name}.csv").write_text(csv_text(getattr(self, name)), encoding="utf-8")
            (new / "expansion.json").write_text(json_text(self.to_dict()), encoding="utf-8")


def _usd(value: float) -> str:
    """Return dollars as a reader likes them."""
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if abs(value) >= size:
            return f"{value / size:,.4g} {word} USD"
    return number(value, "USD")


def says(basis: dict[str, Any], limits: pd.DataFrame, projects: pd.DataFrame) -> list[str]:
    """Return what an answer rests on in sentences.

    Parameters
    ----------
    basis
        Plain values, as `expand` gathers them.
    limits, projects
        As in `Expansion`; of the limits, those of the largest budget count.
    """
    given = ", ".join(f"{name} {part}" for name, part in basis["weights"].items())
    whose = "as they were given" if basis["weights_given"] else "equal, since nobody weighed them"
    found = [f"Weights are {whose}, shares of the time: {given}."]
    when = basis["open_by"] or ""
    found.append(
        f"Each scenario holds on its day ({', '.join(basis['days'])}), with its projects in use "
        f"then, {'those that open by ' + when if when else 'whenever they open'}."
    )
    if basis["not_in_force"]:
        found.append(
            f"No event of {' and '.join(basis['not_in_force'])} is in force on that day, so it "
            "counts as undisturbed."
        )
    found.append(basis["demand"])
    if len(limits):
        inferred = limits[limits["inferred"]]
        found.append(
            f"{several(len(limits), 'full limits')} decide{'s' * (len(limits) == 1)} what the "
            f"largest budget leads to; {len(inferred)} of them "
            f"{'is' if len(inferred) == 1 else 'are'} of confidence D, not "
            f"published{_first(list(inferred['capacity_id']))}."
        )
    weak = projects[projects["confidence"].isin(["C", "D"])]
    if len(weak):
        found.append(
            f"The cost of {', '.join(weak['project_id'])} is of confidence C or D, by the press "
            "or not published."
        )
    if basis["costs_given"]:
        found.append(f"The cost of {', '.join(basis['costs_given'])} was given by who asked.")
    for name, others in basis["along"].items():
        found.append(
            f"{name} counts on {' and '.join(others)}, which stands, or is being built without a "
            "published cost: nothing is charged for it."
        )
    if basis["unpriced"]:
        found.append(
            f"No part is taken by {several(len(basis['unpriced']), 'projects')} that would change "
            f"something, since no cost was published{_first(basis['unpriced'])}."
        )
    found.append(
        "Costs and losses are those of the best that dispatchers could do; what a new line "
        "draws that no demand of the network asks for, its upkeep and interest are in none."
    )
    return found


def _first(names: list[str], most: int = 6) -> str:
    """Return the first names in brackets, and how many more there are."""
    if not names:
        return ""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return f" ({', '.join(names[:most])}{rest})"


def part(one: float, whole: float) -> str:
    """Return a weight as a share of all."""
    return share(one, whole)
