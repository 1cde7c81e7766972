r"""The first stage: which projects, as a mixed-integer program in HiGHS.

.. math:: \min \sum_s w_s \theta_s, \quad \theta_s \ge \text{every cut}, \quad
          \sum_p u_p x_p \le B, \quad x_p \le x_q \text{ where } p \text{ needs } q,
          \quad Y_k \le \sum_{p \in k} x_p, \quad x \in \{0, 1\}, \; Y \in [0, 1]

What is minimised is told as what is saved against nothing built, in shares of what all projects
together save, so that the figures of the program are near 1 whatever the network is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from corridors.errors import CertificateError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.analysis.expansion.candidates import Candidate
    from corridors.analysis.expansion.cuts import Cut
    from corridors.analysis.expansion.recourse import Key

_OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 1e-10,
    "mip_feasibility_tolerance": 1e-9,
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}


_TIE = 1e-7
"""What the whole budget weighs, in shares of what all projects save."""


class Choice(NamedTuple):
    """What the first stage chooses.

    Attributes
    ----------
    built
        The projects.
    bound
        What no choice within the budget can undercut by the cuts so far, in USD a day.
    """

    built: Key
    bound: float


class Master:
    """The program over the cuts at hand.

    Parameters
    ----------
    chosen
        The projects that may be chosen.
    weights
        Of the scenarios, adding up to 1, shape (S,).
    nothing
        Cost with nothing built by scenario, in USD a day, shape (S,).
    scale
        What all projects together save at most, in USD a day, above 0.
    cuts
        By scenario; those that are added later count too.
    """

    def __init__(
        self,
        chosen: Sequence[Candidate],
        weights: Sequence[float],
        nothing: Sequence[float],
        scale: float,
        cuts: list[list[Cut]],
    ) -> None:
        self.chosen = list(chosen)
        self.weights, self.nothing = list(weights), list(nothing)
        self.scale = scale
        self.number = {c.project_id: i for i, c in enumerate(self.chosen)}
        self.cuts = cuts

    def bound(self, scenario: int, built: Key) -> float:
        """Return what the cuts say of a set under a scenario, in USD a day."""
        return max((c.at(built) for c in self.cuts[scenario]), default=0.0)

    def solve(self, budget: float) -> Choice:
        """Return the best choice within a budget, as far as the cuts know.

        Of two that save the same it is the cheaper one.

        Parameters
        ----------
        budget
            In USD.

        Raises
        ------
        CertificateError
            Where HiGHS finds no optimum; choosing nothing is always allowed.
        """
        import highspy

        keys = sorted(
            {k for own in self.cuts for c in own for k in c.gains if len(k) > 1}, key=sorted
        )
        n, m, s = len(self.chosen), len(keys), len(self.weights)
        place = {frozenset([name]): i for name, i in self.number.items()}
        place |= {key: n + i for i, key in enumerate(keys)}
        usd = np.array([c.usd for c in self.chosen])
        most = min(budget, float(usd.sum()))
        tie = _TIE / most if most > 0 else 0.0
        program = _Program(highspy, n + m + s)
        program.cost = np.concatenate([-tie * usd, np.zeros(m), np.array(self.weights)])
        program.upper = np.concatenate([np.ones(n + m), np.full(s, highspy.kHighsInf)])
        program.lower = np.concatenate([np.zeros(n + m), np.full(s, -highspy.kHighsInf)])
        # In shares of the budget; without one, nothing that costs anything.
        for i in np.flatnonzero(usd > budget).tolist():
            program.upper[i] = 0.0
        if budget > 0:
            program.row({i: v / budget for i, v in enumerate(usd.tolist()) if v > 0}, 1.0)
        for i, c in enumerate(self.chosen):
            for other in c.needs:
                program.row({i: 1.0, self.number[other]: -1.0}, 0.0)
        for key in keys:
            program.row({place[key]: 1.0} | {self.number[p]: -1.0 for p in key}, 0.0)
        for j, own in enumerate(self.cuts):
            for one in own:
                row = {place[k]: -g / self.scale for k, g in one.gains.items()}
                saved = (self.nothing[j] - one.constant) / self.scale
                program.row({n + m + j: 1.0} | row, saved)
        values, best = program.solved(n)
        found = frozenset(
            c.project_id for c, x in zip(self.chosen, values, strict=False) if x > 0.5
        )
        whole = float(np.dot(self.weights, self.nothing))
        # The tie rule takes something from every choice, at most for the whole budget.
        return Choice(found, whole - (best + tie * most) * self.scale)


class _Program:
    """Rows and columns of a program that is maximised, handed to HiGHS at the end."""

    def __init__(self, highspy: Any, columns: int) -> None:
        self._highspy = highspy
        self.cost = np.zeros(columns)
        self.lower, self.upper = np.zeros(columns), np.ones(columns)
        self._rows: list[tuple[dict[int, float], float]] = []

    def row(self, members: dict[int, float], upper: float) -> None:
        """Add a row: the sum over members is at most `upper`."""
        self._rows.append((members, upper))

    def solved(self, whole: int) -> tuple[list[float], float]:
        """Return the values, the first so many of them whole, and the bound of the optimum."""
        h = self._highspy
        highs = h.Highs()
        for name, value in _OPTIONS.items():
            highs.setOptionValue(name, value)
        count = len(self.cost)
        highs.addVars(count, self.lower, self.upper)
        index = np.arange(count, dtype=np.int32)
        highs.changeColsCost(count, index, self.cost)
        kind = np.array([h.HighsVarType.kInteger] * whole)
        highs.changeColsIntegrality(whole, index[:whole], kind)
        for members, upper in self._rows:
            own = np.array(sorted(members), dtype=np.int32)
            factor = np.array([members[i] for i in own.tolist()])
            highs.addRow(-h.kHighsInf, upper, len(own), own, factor)
        highs.changeObjectiveSense(h.ObjSense.kMaximize)
        highs.run()
        status = highs.getModelStatus()
        if status != h.HighsModelStatus.kOptimal:
            msg = f"expand: HiGHS ends with {highs.modelStatusToString(status)}"
            raise CertificateError(msg)
        return list(highs.getSolution().col_value), float(highs.getInfo().mip_dual_bound)
