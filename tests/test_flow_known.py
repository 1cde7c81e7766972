"""Closures that come to the same as others are known, proved, and the same to the last bit."""

from __future__ import annotations

import pickle

import flow_cases
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.flow import FlowProblem, known, solve
from corridors.flow.solve import _proved


@pytest.fixture(autouse=True)
def looked_for(monkeypatch):
    """Look for what is known in small problems, too."""
    monkeypatch.setattr(known, "_WORTH_LOOKING", 0)


def line_and_road():
    """Return five units over a line of three stretches for 3, or a road for 10.

    Arcs 0 to 2 are the line, 3 to 5 the way back over it, 6 the road.
    """
    tail, head = [0, 1, 2, 1, 2, 3, 0], [1, 2, 3, 0, 1, 2, 3]
    cost = [1, 1, 1, 1, 1, 1, 10]
    return FlowProblem.from_arcs(tail, head, cost, [9] * 7, [0], [3], [5], 99)


def said(answer):
    """Return all that an answer says."""
    arrays = (
        answer.path_commodity, answer.path_amount, answer.shortfall, answer.limit_price,
        answer.commodity_price, answer.class_flow, *answer.path_arcs,
    )  # fmt: skip
    return answer.objective, answer.unique, *(array.tobytes() for array in arrays)


def test_the_stretches_of_a_line_are_one_closure():
    base = solve(line_and_road())
    first = base.resolve(closed=[0, 3])
    assert first.objective == 50.0
    assert first.rounds > 0
    for stretch in ([1, 4], [2, 5], [1, 4, 2, 5], [0, 3]):
        again = base.resolve(closed=stretch)
        assert again.rounds == 0
        assert said(again) == said(first) == said(solve(again.problem))
        assert again.certificate.ok


def test_a_proof_holds_for_more_closures_and_is_made_anew_for_others():
    base = solve(line_and_road())
    first = base.resolve(closed=[0, 3])
    assert base.resolve(closed=[0, 3, 1]).certificate is first.certificate
    other = base.resolve(closed=[1, 4])
    assert other.rounds == 0
    assert other.certificate == first.certificate
    assert other.certificate is not first.certificate


def test_what_rests_on_more_of_a_closure_is_solved():
    base = solve(line_and_road())
    base.resolve(closed=[0])
    both = base.resolve(closed=[0, 6])
    assert both.rounds > 0
    assert both.shortfall.tolist() == [5.0]


@pytest.mark.parametrize(
    "change", [{"demand": [4]}, {"capacity": {6: 3}}, {"cost": [1, 1, 1, 1, 1, 1, 11]}]
)
def test_of_another_question_nothing_is_known(change):
    base = solve(line_and_road())
    base.resolve(closed=[0, 3])
    other = base.resolve(closed=[1, 4], **change)
    assert other.rounds > 0
    assert said(other) == said(solve(other.problem))


def test_a_place_where_cargo_begins_is_no_dead_end():
    problem = line_and_road()
    ends = {"origin": [0, 1], "destination": [3, 3], "amount": [5, 2], "penalty": 99}
    kept = FlowProblem.from_arcs(problem.tail, problem.head, problem.cost[0], [9] * 7, **ends)
    base = solve(kept)
    # Shut behind the second place, its cargo goes back and by the road; before it, onward.
    assert base.resolve(closed=[1]).objective == 5 * 10 + 2 * 11
    assert base.resolve(closed=[0]).objective == 5 * 10 + 2 * 2


@settings(max_examples=60, deadline=None)
@given(st.integers(20_000, 20_400), st.randoms(use_true_random=False))
def test_what_is_known_is_what_would_be_found(seed, draw):
    problem = flow_cases.random_problem(seed)
    base, closures = solve(problem), []
    for _ in range(12):
        part = draw.sample(range(problem.n_arcs), draw.randint(1, min(3, problem.n_arcs)))
        closures.append(part + (draw.choice(closures) if closures and draw.random() < 0.5 else []))
    for closed in closures:
        answer = base.resolve(closed=closed)
        assert said(answer) == said(solve(answer.problem))


def test_later_answers_start_from_one_that_was_known():
    base = solve(line_and_road())
    base.resolve(closed=[0, 3])
    # The engine stands elsewhere now.
    base.resolve(closed=[0, 6])
    again = base.resolve(closed=[1, 4])
    assert again.rounds == 0
    again.start_here()
    rests_on = base._engine.arcs_in_use()
    assert np.flatnonzero(rests_on).tolist() == [6]
    assert base.resolve(closed=[1, 6]).shortfall.tolist() == [5.0]
    assert said(base.resolve()) == said(solve(line_and_road()))


def test_memory_has_an_end_and_answers_stay_the_same(monkeypatch):
    base = solve(line_and_road())
    whole = [said(base.resolve(closed=closed)) for closed in ([0], [0, 6], [1], [1, 6])]
    monkeypatch.setattr(known, "_MOST_BYTES", 0)
    short = solve(line_and_road())
    answers = [short.resolve(closed=closed) for closed in ([0], [0, 6], [1], [1, 6])]
    assert [said(answer) for answer in answers] == whole
    # Each takes the place of the one before.
    assert [answer.rounds > 0 for answer in answers] == [True, True, True, True]
    assert sum(map(len, short._engine.answers._by_arc.values())) == 1


def test_an_answer_that_is_changed_by_its_owner_changes_no_other():
    base = solve(line_and_road())
    first = base.resolve(closed=[0, 3])
    right = said(first)
    first.path_amount[:] = 0.0
    first.shortfall[:] = 7.0
    again = base.resolve(closed=[1, 4])
    assert again.rounds == 0
    again.path_amount[:] = 0.0
    assert said(base.resolve(closed=[1, 4])) == right


def test_another_process_is_sent_the_first_answer_alone():
    base = solve(line_and_road())
    base.resolve(closed=[0])
    sent = pickle.loads(pickle.dumps(base))  # noqa: S301 - its own
    assert not sent._engine.answers._by_arc
    assert sent.resolve(closed=[3]).rounds == 0
    assert said(sent.resolve(closed=[1])) == said(base.resolve(closed=[1]))


def test_what_cannot_be_proved_is_not_remembered():
    base = solve(line_and_road())
    engine, problem = base._engine, base.problem.changed(closed=[0])
    engine.solve(problem)
    assert engine.answers.find(problem) is engine.answers.last
    engine.answers.forget_last()
    assert engine.answers.find(problem) is None
    engine.solve(base.problem)
    engine.answers.forget_last()
    assert engine.answers.find(base.problem) is None
    assert _proved(engine, base.problem)[1].ok


def test_the_other_method_is_asked_each_time():
    base = solve(line_and_road(), master="highs")
    first = base.resolve(closed=[0, 3])
    again = base.resolve(closed=[1, 4])
    assert again.rounds > 0
    assert said(again) == said(first)


def test_small_problems_are_solved_as_soon(monkeypatch):
    monkeypatch.undo()
    base = solve(line_and_road())
    base.resolve(closed=[0, 3])
    assert base.resolve(closed=[1, 4]).rounds > 0
