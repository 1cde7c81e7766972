"""Old names of what the engine takes and gives work for one release more, and warn."""

from __future__ import annotations

from dataclasses import fields, replace
from types import SimpleNamespace

import numpy as np
import pytest

from corridors.analysis.criticality.tables import state_hash
from corridors.flow import FlowProblem, solve
from corridors.flow.usage import LimitUsage, limit_use

OLD = {
    "second_cost": "tie_cost", "entry_row": "member_limit", "entry_arc": "member_arc",
    "entry_class": "member_class", "entry_factor": "member_factor", "arc_row": "arc_limit",
}  # fmt: skip


def kink(**more):
    """Six of ten units fit the cheap way, the rest takes the dear one::

    0 --1--> 1    at most 6
    0 --4--> 1    at most 9
    """
    return FlowProblem.from_arcs([0, 0], [1, 1], [1, 4], [6, 9], [0], [1], [10], 20, **more)


@pytest.mark.parametrize("old", OLD)
def test_old_attributes_and_arguments_of_a_problem(old):
    problem = kink()
    with pytest.warns(DeprecationWarning, match=f"FlowProblem: `{old}` is now `{OLD[old]}`"):
        assert getattr(problem, old) is getattr(problem, OLD[old])
    given = {f.name: getattr(problem, f.name) for f in fields(problem)}
    given[old] = given.pop(OLD[old])
    with pytest.warns(DeprecationWarning, match=f"`{old}` is now `{OLD[old]}`"):
        again = FlowProblem(**given)
    assert solve(again).arc_flow.tolist() == [6, 4]


def test_old_names_elsewhere():
    with pytest.warns(DeprecationWarning, match="from_arcs: `second_cost` is now `tie_cost`"):
        problem = kink(second_cost=[1, 2])
    assert problem.tie_cost.tolist() == [[1, 2]]
    with pytest.warns(DeprecationWarning, match="`n_rows` is now `n_limits`"):
        assert problem.n_rows == 2
    with pytest.warns(DeprecationWarning, match="`second_cost` is now `tie_cost`"):
        assert not replace(problem, second_cost=np.zeros((1, 2))).tie_cost.any()
    answer = solve(problem)
    with pytest.warns(DeprecationWarning, match="Answer: `row_price` is now `limit_price`"):
        assert answer.row_price.tolist() == [3, 0]
    with pytest.warns(DeprecationWarning, match="price_range: `row` is now `limit`"):
        assert answer.price_range(row=0).more == 3
    with pytest.warns(DeprecationWarning, match="congested: `row` is now `limit`"):
        assert problem.congested(row=0, start=[1], price=[1]).n_limits == 3


def test_flows_and_paths_take_the_same_of_limits():
    """Two classes over one arc; a limit counts class 0 half, another both whole."""
    problem = FlowProblem(
        n_nodes=2,
        tail=np.array([0]),
        head=np.array([1]),
        cost=np.ones((2, 1)),
        tie_cost=np.zeros((2, 1)),
        origin=np.zeros(2, dtype=int),
        destination=np.ones(2, dtype=int),
        amount=np.array([4.0, 3.0]),
        penalty=np.full(2, 9.0),
        commodity_class=np.array([0, 1]),
        bound=np.full(2, 9.0),
        member_limit=np.array([1, 0]),
        member_arc=np.zeros(2, dtype=int),
        member_class=np.array([0, -1]),
        member_factor=np.array([0.5, 1.0]),
    )
    answer = solve(problem)
    usage = LimitUsage(problem)
    assert limit_use(problem, answer.class_flow).tolist() == [7, 2]
    assert usage.total(answer.plan).tolist() == [7, 2]
    assert usage.of(0, np.array([0])).tolist() == [1, 0.5]
    assert usage.of(1, np.array([0])).tolist() == [1, 0]
    none = FlowProblem.from_arcs([0], [1], [1], [np.inf], [0], [1], [4], 9)
    assert limit_use(none, solve(none).class_flow).tolist() == []


def test_a_sweep_begun_under_the_old_names_goes_on():
    """What pins a sweep's file is what it was when the parts of a problem had other names."""
    assert state_hash(SimpleNamespace(problem=kink())) == (
        "sha256:e109336603a1b0bcaf3a77153d3ecb9fa4c5fa8c0906f2e06c581788a85318f7"
    )
