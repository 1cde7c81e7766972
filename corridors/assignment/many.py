"""Several scenarios held against one baseline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from corridors.assignment.assign import assign
from corridors.assignment.assignment import Assignment, require_assignment
from corridors.assignment.comparison import Comparison
from corridors.display import card, grid, in_words
from corridors.errors import ScenarioError, UnknownIdError, nearest, require_kind, require_whole
from corridors.scenarios.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, eq=False)
class Comparisons:
    """Comparisons with one baseline, in the order in which they were asked for.

    Attributes
    ----------
    baseline
        The undisturbed assignment.
    names, members
        Of the scenarios, and the comparison of each.
    """

    baseline: Assignment
    names: tuple[str, ...]
    members: tuple[Comparison, ...]

    def __len__(self) -> int:
        return len(self.members)

    def __iter__(self) -> Iterator[Comparison]:
        return iter(self.members)

    def __getitem__(self, which: int | str) -> Comparison:
        if isinstance(which, str) and which not in self.names:
            msg = f"no scenario {which!r} among these{nearest(which, self.names)}"
            raise UnknownIdError(msg)
        return self.members[self.names.index(which) if isinstance(which, str) else which]

    def __repr__(self) -> str:
        return f"Comparisons({', '.join(self.names)}, {self.baseline.state.day})"

    def _repr_html_(self) -> str:
        # A row for each figure: there are more figures than scenarios.
        figures = self.table.set_index("scenario").T
        figures.insert(0, "figure", [in_words(name) for name in figures.index])
        return card(repr(self), {"scenarios": self.names}) + grid(figures)

    @property
    def table(self) -> pd.DataFrame:
        """A row for each scenario: its name and what it changes, as `Comparison.change`."""
        return pd.DataFrame(
            [{"scenario": n, **c.change} for n, c in zip(self.names, self.members, strict=True)]
        )

    def by(self, key: str) -> pd.DataFrame:
        """Return `Comparison.by` of each, one under the other, with the scenario before it."""
        parts = [c.by(key) for c in self.members]
        for name, part in zip(self.names, parts, strict=True):
            part.insert(0, "scenario", name)
        return pd.concat(parts, ignore_index=True)

    def top_losses(self, n: int = 10) -> pd.DataFrame:
        """Return the demands that lose most in any of the scenarios, a column for each.

        Returns
        -------
        DataFrame
            demand_id and the tonnes a day that it loses in each scenario, most first.
        """
        require_whole("n", n, 0)
        lost = {
            name: c.by_demand.set_index("demand_id")["lost_t_per_day"]
            for name, c in zip(self.names, self.members, strict=True)
        }
        frame = pd.DataFrame(lost)
        frame = frame[frame.max(axis=1) > 1e-6]
        order = frame.assign(_worst=frame.max(axis=1).round(6)).reset_index()
        order = order.sort_values(["_worst", "demand_id"], ascending=[False, True])
        return order.drop(columns="_worst").head(n).reset_index(drop=True)


def compare_many(baseline: Assignment, disrupted: Iterable[Any]) -> Comparisons:
    """Hold several scenarios against one baseline.

    Parameters
    ----------
    baseline
        The undisturbed assignment.
    disrupted
        Assignments, or scenarios as `corridors.scenario` takes them, one or several; these are
        assigned to the baseline's network on its day, by its model.

    Returns
    -------
    Comparisons

    Raises
    ------
    ScenarioError
        Where there is none, or two bear the same name.
    CorridorsError
        Where one is not of the baseline's network, day and model.

    Examples
    --------
    >>> import corridors as co
    >>> base = co.assign(co.load(), as_of="2025-09-12")
    >>> both = co.compare_many(base, ["poland-closure-2025", "close border:KZ-RU"])
    >>> both.table["scenario"].tolist()
    ['poland-closure-2025', 'close-kz-ru']
    """
    require_assignment(baseline, "baseline")
    # The letters of a text, or the keys of a mapping, are no scenarios: it is one itself.
    if isinstance(disrupted, str | Path | Mapping | Scenario | Assignment):
        disrupted = [disrupted]
    require_kind("disrupted", disrupted, Iterable, "scenarios or assignments, in a list")
    state, waits = baseline.state, baseline.waits is not None
    plans = [
        one
        if isinstance(one, Assignment)
        else assign(state.net, one, as_of=state.day, model=baseline.model, expected_queue=waits)
        for one in disrupted
    ]
    names = [p.scenario.name if p.scenario else "baseline" for p in plans]
    if not names:
        raise ScenarioError("compare_many: saw no scenario, expected at least one")
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice:
        msg = f"compare_many: two scenarios are called {twice!r}; give each its own name"
        raise ScenarioError(msg)
    members = tuple(Comparison(baseline, plan) for plan in plans)
    return Comparisons(baseline, tuple(names), members)
