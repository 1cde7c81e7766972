"""What a basis means is kept with it, and believed only by questions that are alike."""

from __future__ import annotations

from dataclasses import replace

import flow_cases
import numpy as np
import pytest

from corridors.flow import FlowProblem, solve
from corridors.flow.simplex.master import _Own


def answered(answer):
    return (
        answer.class_flow.tobytes(),
        answer.shortfall.tobytes(),
        answer.limit_price.tobytes(),
        answer.objective,
    )


def questions(problem, r):
    """Return the same problem with arcs closed, and with each of its other numbers changed."""
    closed = r.random(problem.n_arcs) < 0.2
    yield problem.changed(closed=closed)
    yield problem.changed(amount=problem.amount * 1.5, closed=closed)
    yield replace(problem, bound=problem.bound * 0.7)
    yield replace(problem, cost=problem.cost + 1.0)
    yield replace(problem, penalty=problem.penalty + 2.0)
    yield replace(problem, tie_cost=problem.tie_cost + r.random(problem.tie_cost.shape))
    yield problem.changed(closed=r.random(problem.n_arcs) < 0.1)


@pytest.mark.parametrize("seed", range(19000, 19012))
def test_a_question_is_answered_as_from_nothing_whatever_was_kept(seed):
    problem, r = flow_cases.random_problem(seed), np.random.default_rng(seed)
    base = solve(problem)
    for number, question in enumerate(questions(problem, r)):
        assert answered(base.solve(question)) == answered(solve(question)), number


def test_who_asks_with_other_amounts_or_costs_does_not_take_what_was_kept(monkeypatch):
    taken = []
    same = _Own.means_the_same

    def means_the_same(own, question):
        if same(own, question):
            taken.append(1)
        return same(own, question)

    monkeypatch.setattr(_Own, "means_the_same", means_the_same)
    used = []
    for seed in range(19000, 19012):
        problem, r = flow_cases.random_problem(seed), np.random.default_rng(seed)
        base = solve(problem)
        for number, question in enumerate(questions(problem, r)):
            taken.clear()
            base.solve(question)
            if taken:
                used.append(number)
    # Where no limit ends, 0.7 of it is as much.
    assert 0 in used
    assert not {1, 3, 4, 5} & set(used)


def test_what_was_kept_is_held_against_amounts_and_bounds():
    problem = flow_cases.random_problem(19001)
    base = solve(problem)
    base.resolve(closed=[0])
    own = base._engine._master.kept.own
    assert isinstance(own, _Own)
    question = own.question
    assert own.means_the_same(question.like(question.problem, question.open_cost))
    for name in ("amount", "bound"):
        other = question.like(question.problem, question.open_cost)
        getattr(other, name)[1, 0] += 1.0
        assert not own.means_the_same(other)


def test_an_answer_rests_on_its_own_arcs_whatever_was_asked_before():
    """Two roads, and a third that nobody takes: closing that rests on what it did before."""
    problem = FlowProblem.from_arcs([0, 0, 0], [1, 1, 1], [1, 2, 3], [9, 9, 9], [0], [1], [5], 99)
    base = solve(problem)
    assert base._engine.arcs_in_use().tolist() == [True, False, False]
    assert base.resolve(closed=[0])._engine.arcs_in_use().tolist() == [False, True, False]
    assert base.resolve(closed=[2])._engine.arcs_in_use().tolist() == [True, False, False]
