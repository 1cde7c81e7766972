"""Closing one element after the other: the runner, which can be stopped at any moment."""

from __future__ import annotations

import os
from contextlib import closing, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from corridors.analysis.criticality.elements import USUAL, find_elements
from corridors.analysis.criticality.impact import (
    ClosureSolver,
    carried,
    closer,
    closure_problem,
    wanted_alone,
)
from corridors.analysis.criticality.pairs import split_pairs
from corridors.analysis.criticality.tables import (
    added_up,
    element_row,
    header_of,
    in_groups,
    is_row,
    pair_case,
    pair_row,
    table_of,
    told_apart,
    worst_first,
)
from corridors.analysis.jobs.checkpoint import Ledger
from corridors.analysis.jobs.each import solve_each
from corridors.analysis.question import ask
from corridors.assignment.assign import require_model
from corridors.assignment.choice_parameters import choice_parameters
from corridors.display import progress
from corridors.errors import ScenarioError, names_in, require_whole
from corridors.flow.dead_ends import DeadEnds
from corridors.network.network import require_network
from corridors.scenarios.demand_curves import with_curves

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Generator
    from concurrent.futures import Executor
    from pathlib import Path

    import pandas as pd

    from corridors.analysis.criticality.elements import NetworkElement
    from corridors.analysis.criticality.impact import ClosureImpact, ClosureProblem
    from corridors.analysis.criticality.tables import Row
    from corridors.flow.arrays import Ints
    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario

    Case = tuple[Ints, Ints]

_NOTHING: Ints = np.empty(0, dtype=np.int64)

_WORTH_A_WORKER = {"optimal": 1000, "logit": 60}
"""Cases from which starting processes pays: what one takes to begin, this one solves 200 in."""


def sweep(
    net: Network,
    *,
    of: str | tuple[str, ...] | list[str] = USUAL,
    n: int = 1,
    scenario: str | Path | Scenario | None = None,
    as_of: str | dt.date | None = None,
    workers: int | None = None,
    out: str | Path | None = None,
    cargo: list[str] | None = None,
    by: str | None = None,
    model: str = "optimal",
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Close elements one by one, or two by two, and write what happens as it is found.

    Parameters
    ----------
    net, of, n, scenario, as_of, workers
        As in `corridors.criticality`.
    out
        File of JSON lines: a header and a line per row, worst first. While the
        sweep runs, lines are added to ``OUT.part``, each forced to the disk.
        Called again after an interruption, the sweep goes on where it was; the
        finished file is the same to the byte as one that was never interrupted.
    cargo
        Kinds of cargo that the figures are of; all if None. All cargo moves all the same.
    by
        A key of demand, as in `corridors.Assignment.by`: the figures are told apart by
        it, a row for each element and group in which anything happens.
    model
        ``"optimal"``, the best that could be done, or ``"logit"``, as shippers choose: a
        hundred times the work. Figures of pairs that do not touch each other are sums by
        ``"optimal"`` alone; by ``"logit"`` all pairs are solved.
    executor
        Any `concurrent.futures.Executor` to solve the cases instead of workers of this machine.

    Returns
    -------
    DataFrame
        As `corridors.criticality` returns it.

    Raises
    ------
    DataError
        Where the file holds another sweep, or cannot be written.
    """
    require_network(net)
    if n not in (1, 2):
        msg = f"n: saw {n!r}, expected 1 (each element) or 2 (each pair)"
        raise ScenarioError(msg)
    if n == 2 and by is not None:
        msg = "by: figures of pairs are not told apart; give the cargo, or n = 1"
        raise ScenarioError(msg)
    if workers is not None:
        require_whole("workers", workers, 1)
    require_model(model)
    question = ask(net, scenario, as_of)
    bare = question.state
    question = replace(question, state=with_curves(bare))
    state = question.state
    wanted = names_in("of", of)
    elements = find_elements(state, wanted)
    header = header_of(question, elements, wanted, n)
    labels = told_apart(state, cargo, by)
    # Sweeps of all cargo keep the header that they have always had.
    header |= {k: v for k, v in (("cargo", sorted(cargo or ())), ("by", by)) if v}
    if model != "optimal":
        header |= {"model": model, "choice": repr(choice_parameters(net)), "begun_with": "usual"}

    def fits(row: Row) -> bool:
        return is_row(row) and (by is None or isinstance(row["groups"], dict))

    with nullcontext() if out is None else Ledger(out, header, fits) as ledger:
        if ledger is not None and ledger.finished:
            rows = list(ledger.rows.values())
            ledger.require_whole([e for e in elements if n == 1 and e.key not in ledger.rows])
        else:
            problem = closure_problem(bare, model, disturbed=question.scenario is not None)
            # What a closure takes away follows from all demands, whatever is wanted today.
            ends = DeadEnds(problem.flow)
            problem = wanted_alone(replace(problem, labels=labels))
            run = _Run(ClosureSolver(problem), elements, ends, workers, ledger, executor)
            rows = worst_first(run.singles() if n == 1 else run.pairs())
            if ledger is not None:
                ledger.finish(rows)
    table = table_of(in_groups(rows, by), n, by)
    table.attrs.update(header)
    return table


def solve_cases(
    problem: ClosureProblem,
    cases: list[Case],
    workers: int = 1,
    *,
    solver: ClosureSolver | None = None,
    executor: Executor | None = None,
) -> Generator[tuple[int, ClosureImpact]]:
    """Solve closures and yield them as they come.

    Parameters
    ----------
    problem
        The situation, in arrays.
    cases
        As `ClosureSolver.close_more` takes them.
    workers, executor
        As in `corridors.analysis.jobs.each.solve_each`.
    solver
        The baseline, where this process has solved it already.

    Yields
    ------
    number, found
        Of each case once, in no fixed order where there are several workers.
    """
    own = None if solver is None else solver.close_more
    yield from solve_each(closer, problem, cases, workers, own=own, executor=executor)


class _Run:
    """One sweep under way.

    Elements with one and the same closure are one case; the first of them by kind
    and id stands for all.
    """

    def __init__(
        self,
        solver: ClosureSolver,
        elements: list[NetworkElement],
        dead_ends: DeadEnds,
        workers: int | None,
        ledger: Ledger | None,
        executor: Executor | None = None,
    ) -> None:
        self.solver = solver
        self.executor = executor
        self.workers = workers
        self.ledger = ledger
        self.groups: dict[bytes, list[NetworkElement]] = {}
        self.closed: dict[str, Ints] = {}
        for element in elements:
            whole = dead_ends.closed_with(element.arcs)
            self.groups.setdefault(whole.tobytes(), []).append(element)
            self.closed[element.key] = whole

    def singles(self) -> list[Row]:
        """Return a row for each element."""
        known = self.ledger.rows if self.ledger else {}
        rows: list[Row] = []
        todo: dict[str, list[NetworkElement]] = {}
        idle: Row | None = None
        for group in self.groups.values():
            case = group[0].key
            if all(t.key in known for t in group):
                rows += [known[t.key] for t in group]
            elif self.solver.carried[self.closed[case]].any():
                todo[case] = group
            else:
                # What carries nothing changes nothing, whatever it is.
                idle = idle or self.solver.close(self.closed[case]).figures
                rows += _rows_of(group, idle)
        # The smaller before those that hold them, whose answer theirs may be.
        order = sorted(todo, key=lambda case: len(self.closed[case]))
        cases = {case: (_NOTHING, self.closed[case]) for case in order}
        with closing(self._solved(cases, "closing one element after the other")) as solved:
            for case, found in solved:
                new = _rows_of(todo[case], found.figures)
                rows += new
                if self.ledger:
                    self.ledger.append(new)
        return rows

    def pairs(self) -> list[Row]:
        """Return a row for each pair that is more than one of its parts."""
        first = [group[0] for group in self.groups.values()]
        first = [t for t in first if len(self.closed[t.key])]
        alone = {
            t.key: self.solver.close(self.closed[t.key])
            for t in first
            if not self.solver.carried[self.closed[t.key]].any()
        }
        cases = {t.key: (_NOTHING, self.closed[t.key]) for t in first if t.key not in alone}
        alone.update(self._solved(cases, "closing the parts of the pairs"))

        def of_both(a: NetworkElement, b: NetworkElement) -> tuple[Row, Row]:
            return alone[a.key].figures, alone[b.key].figures

        split = split_pairs(
            self.solver.problem.flow,
            self.solver.uses,
            self.solver.plan,
            [self.closed[t.key] for t in first],
            [alone[t.key].plan for t in first],
        )
        # Whose price a full limit is changes with whatever passes it: only the best plan adds up.
        by_best = self.solver.problem.chooser is None
        rows = [
            pair_row(a, b, added_up(*of_both(a, b)), "apart", of_both(a, b))
            for a, b in ((first[i], first[j]) for i, j in (split.apart if by_best else ()))
        ]
        known = self.ledger.rows if self.ledger else {}
        todo: dict[str, tuple[NetworkElement, NetworkElement]] = {}
        for i, j in (*split.solve, *(() if by_best else split.apart)):
            pair = (first[i], first[j])
            case = pair_case(*pair)
            if case in known:
                rows.append(known[case])
            else:
                todo[case] = pair
        with closing(self._solved(self._begun(todo, alone), "closing pairs")) as solved:
            for case, found in solved:
                row = pair_row(*todo[case], found.figures, "solved", of_both(*todo[case]))
                rows.append(row)
                if self.ledger:
                    self.ledger.append([row])
        return rows

    def _begun(
        self,
        pairs: dict[str, tuple[NetworkElement, NetworkElement]],
        alone: dict[str, ClosureImpact],
    ) -> dict[str, Case]:
        """Return what to close of pairs, with the part to begin with: that from which less moves.

        Those that begin with the same part stand together, the smaller before those that hold them.
        """
        n_arcs = self.solver.problem.flow.n_arcs
        parts = {part.key for pair in pairs.values() for part in pair}
        flow = {key: carried(alone[key].plan, n_arcs) for key in parts}
        cases = {}
        for case, (a, b) in pairs.items():
            part, other = self.closed[a.key], self.closed[b.key]
            if flow[b.key][part].sum() < flow[a.key][other].sum():
                part, other = other, part
            cases[case] = part, np.union1d(part, other)
        place = {closed.tobytes(): i for i, closed in enumerate(self.closed.values())}
        order = sorted(cases, key=lambda c: (place[cases[c][0].tobytes()], len(cases[c][1])))
        return {case: cases[case] for case in order}

    def _solved(self, cases: dict[str, Case], what: str) -> Generator[tuple[str, ClosureImpact]]:
        names = list(cases)
        workers = self.workers
        if workers is None:
            model = "optimal" if self.solver.problem.chooser is None else "logit"
            workers = (os.cpu_count() or 1) if len(cases) >= _WORTH_A_WORKER[model] else 1
        # Whatever ends the work ends the workers, at once and not when memory is tidied up.
        with (
            progress(what, len(cases)) as step,
            closing(
                solve_cases(
                    self.solver.problem,
                    list(cases.values()),
                    workers,
                    solver=self.solver,
                    executor=self.executor,
                )
            ) as solved,
        ):
            for number, found in solved:
                yield names[number], found
                step()


def _rows_of(group: list[NetworkElement], figures: Row) -> list[Row]:
    """Return the rows of elements that share a closure."""
    return [element_row(t, figures, "" if t is group[0] else group[0].key) for t in group]
