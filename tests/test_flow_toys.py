"""Flow problems small enough to be solved in the head."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.errors import CertificateError, ProblemError
from corridors.flow import FlowProblem, solve
from corridors.flow.certificate import certify

INF = float("inf")


def two_routes():
    """Build the smallest problem with a choice.

    ::

        0 --1--> 1 --1--> 2      cost 2, at most 6
        0 --------5-----> 2      cost 5

    Ten units from 0 to 2; a unit left behind loses 100.
    """
    return FlowProblem.from_arcs(
        [0, 1, 0], [1, 2, 2], [1, 1, 5], [6, 9, INF], [0], [2], [10], penalty=100
    )


def test_the_cheap_route_fills_up_and_the_rest_goes_round():
    answer = solve(two_routes())
    assert answer.arc_flow.tolist() == [6, 6, 4]
    assert (answer.objective, answer.cost, answer.loss) == (6 * 2 + 4 * 5, 32, 0)
    assert answer.arc_price.tolist() == [3, 0, 0]
    assert answer.limit_price.tolist() == [3, 0]
    assert answer.commodity_price.tolist() == [5]
    assert answer.certificate.ok


def test_paths_add_up_to_the_flow():
    answer = solve(two_routes())
    assert answer.path_commodity.tolist() == [0, 0]
    assert [a.tolist() for a in answer.path_arcs] == [[0, 1], [2]]
    assert answer.path_amount.tolist() == [6, 4]


@pytest.mark.parametrize(
    ("wanted", "penalty", "each"),
    [(1e6, 1e12, 1), (1e9, 1e8, 1), (1e15, 100, 1), (1e14, 100, 1), (1e12, 1e8, 1e6)],
)
def test_a_cost_is_its_own_beside_a_loss_that_is_huge(wanted, penalty, each):
    """Six units at 1 and nine at 5 cost 51: no digit of that is lost in a loss of 1e18."""
    problem = FlowProblem.from_arcs(
        [0, 0], [1, 1], [each, 5 * each], [6, 9], [0], [1], [wanted], penalty
    )
    answer = solve(problem)
    assert answer.arc_flow.tolist() == [6, 9]
    assert answer.cost == 51 * each


def test_what_nothing_can_carry_is_shortfall():
    answer = solve(two_routes()).resolve(closed=[0, 2])
    assert answer.shortfall.tolist() == [10]
    assert answer.arc_flow.tolist() == [0, 0, 0]
    assert (answer.cost, answer.loss) == (0, 1000)
    assert answer.commodity_price.tolist() == [100]


def test_a_capacity_shared_by_two_arcs():
    """A ferry serves two routes; 8 units want to cross, it takes 5::

        0 --2--> 1 \
                     } together at most 5
        0 --3--> 1 /
        0 --9--> 1

    Each of the two alone takes 4.
    """
    rows = {"member_limit": [0, 0, 1, 2], "member_arc": [0, 1, 0, 1]}
    problem = FlowProblem(
        n_nodes=2,
        tail=np.zeros(3, dtype=int),
        head=np.ones(3, dtype=int),
        cost=np.array([[2.0, 3.0, 9.0]]),
        tie_cost=np.zeros((1, 3)),
        origin=np.array([0]),
        destination=np.array([1]),
        amount=np.array([8.0]),
        penalty=np.array([50.0]),
        commodity_class=np.array([0]),
        bound=np.array([5.0, 4.0, 4.0]),
        member_limit=np.array(rows["member_limit"]),
        member_arc=np.array(rows["member_arc"]),
        member_class=np.full(4, -1),
        member_factor=np.ones(4),
    )
    answer = solve(problem)
    assert answer.arc_flow.tolist() == [4, 1, 3]
    # The ferry saves 9 - 3, the first arc another 3 - 2.
    assert answer.limit_price.tolist() == [6, 1, 0]
    assert answer.objective == 4 * 2 + 3 + 3 * 9


def test_a_limit_counts_one_class_in_its_own_unit():
    """Boxes take half a train each, bulk none; a train a day runs: two boxes."""
    problem = FlowProblem(
        n_nodes=2,
        tail=np.array([0]),
        head=np.array([1]),
        cost=np.array([[1.0], [1.0]]),
        tie_cost=np.zeros((2, 1)),
        origin=np.array([0, 0]),
        destination=np.array([1, 1]),
        amount=np.array([5.0, 7.0]),
        penalty=np.array([11.0, 11.0]),
        commodity_class=np.array([0, 1]),
        bound=np.array([1.0]),
        member_limit=np.array([0]),
        member_arc=np.array([0]),
        member_class=np.array([0]),
        member_factor=np.array([0.5]),
    )
    answer = solve(problem)
    assert answer.class_flow.tolist() == [[2], [7]]
    assert answer.shortfall.tolist() == [3, 0]
    assert answer.limit_price.tolist() == [20]


def test_of_parallel_arcs_the_one_that_is_open_carries():
    problem = FlowProblem.from_arcs([0, 0], [1, 1], [1, 1], [5, 9], [0], [1], [7], 10)
    answer = solve(problem)
    assert answer.arc_flow.sum() == 7
    assert answer.resolve(closed=[0]).arc_flow.tolist() == [0, 7]
    assert answer.resolve(closed=[1]).arc_flow.tolist() == [5, 0]


def test_a_capacity_of_nothing_closes():
    answer = solve(two_routes()).resolve(capacity={1: 0})
    assert answer.arc_flow.tolist() == [0, 0, 10]
    assert answer.limit_price.tolist() == [0, 0]


def test_equal_cost_is_decided_by_second_cost():
    """Both routes cost 2; the direct one takes longer."""
    problem = FlowProblem.from_arcs(
        [0, 1, 0], [1, 2, 2], [1, 1, 2], [4, 4, INF], [0], [2], [10], 100, tie_cost=[1, 1, 3]
    )
    assert solve(problem).arc_flow.tolist() == [4, 4, 6]


@pytest.mark.parametrize("seed", range(8))
def test_equal_routes_split_the_same_way_however_the_rows_stand(seed):
    """Four parallel routes of equal cost with room for half of the cargo each."""
    tail, head = np.array([0, 1, 0, 2, 0, 3, 0, 4]), np.array([1, 5, 2, 5, 3, 5, 4, 5])
    arcs = np.random.default_rng(seed).permutation(8)
    problem = FlowProblem.from_arcs(
        tail[arcs], head[arcs], 1.0, 3.0, [0, 0], [5, 5], [4, 3], penalty=100
    )
    straight = FlowProblem.from_arcs(tail, head, 1.0, 3.0, [0, 0], [5, 5], [4, 3], penalty=100)
    assert solve(problem).arc_flow.tolist() == solve(straight).arc_flow[arcs].tolist()


def test_an_amount_of_nothing_still_has_a_price():
    answer = solve(two_routes()).resolve(demand=[0])
    assert answer.arc_flow.tolist() == [0, 0, 0]
    assert answer.commodity_price.tolist() == [2]


def test_cargo_that_is_where_it_wants_to_be_costs_nothing():
    answer = solve(FlowProblem.from_arcs([0], [1], [1], [1], [1], [1], [5], 10))
    assert (answer.objective, answer.shortfall.tolist()) == (0, [0])


def test_nothing_at_all():
    answer = solve(FlowProblem.from_arcs([], [], [], [], [], [], [], penalty=1))
    assert (answer.objective, answer.arc_flow.tolist()) == (0, [])
    assert solve(FlowProblem.from_arcs([], [], [], [], [0], [1], [3], 7)).objective == 21


def test_an_answer_stays_as_it_is_when_another_question_is_asked():
    answer = solve(two_routes())
    before = answer.arc_flow.tobytes(), answer.shortfall.tobytes(), answer.limit_price.tobytes()
    answer.resolve(closed=[0, 2])
    answer.resolve(closed=[1], demand=[3])
    assert before == (
        answer.arc_flow.tobytes(),
        answer.shortfall.tobytes(),
        answer.limit_price.tobytes(),
    )


def test_limits_that_say_the_same_share_the_price_however_they_stand():
    """Two permits of 4 and one of 9 for the same arc, on which a unit saves 8."""

    def prices(bounds, changed):
        answer = solve(
            FlowProblem(
                n_nodes=2,
                tail=np.array([0]),
                head=np.array([1]),
                cost=np.array([[2.0]]),
                tie_cost=np.zeros((1, 1)),
                origin=np.array([0]),
                destination=np.array([1]),
                amount=np.array([20.0]),
                penalty=np.array([10.0]),
                commodity_class=np.array([0]),
                bound=np.array(bounds),
                member_limit=np.arange(3),
                member_arc=np.zeros(3, dtype=int),
                member_class=np.full(3, -1),
                member_factor=np.ones(3),
            )
        )
        return answer.limit_price.tolist(), answer.resolve(capacity=changed).limit_price.tolist()

    assert prices([4.0, 9.0, 4.0], {0: 9, 2: 9}) == ([4, 0, 4], [8 / 3, 8 / 3, 8 / 3])
    assert prices([9.0, 4.0, 4.0], {2: 3}) == ([0, 4, 4], [0, 0, 8])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"closed": [3]}, "closed: 3 is not one of the 3 arcs"),
        ({"capacity": {2: 4}}, "arc 2 had none"),
        ({"capacity": {0: -1}}, r"capacity\[0\]: expected at least 0, saw -1"),
        ({"cost": [1, 2]}, r"cost: expected one number, shape \(3,\) or .*\(1, 3\), saw \(2,\)"),
        ({"cost": [1]}, r"cost: .* saw \(1,\)"),
        ({"closed": [True, False]}, "a mask needs 3 entries"),
        ({"capacity": [1, 2]}, "expected a dict"),
        ({"cost": [1, -2, 3]}, r"cost\[\(0, 1\)\]: expected at least 0, saw -2"),
        ({"demand": [INF]}, r"amount\[0\]: expected a finite number"),
        ({"demand": [1, 2]}, "amount: expected 1 numbers"),
    ],
)
def test_a_change_that_cannot_be_says_what_and_where(change, said):
    with pytest.raises(ProblemError, match=said):
        solve(two_routes()).resolve(**change)


def test_the_certificate_sees_what_is_wrong():
    problem = two_routes()
    answer = solve(problem)
    start, arcs = np.array([0, 2, 3]), np.array([0, 1, 2])

    def proof(amount=(6.0, 4.0), short=0.0, price=(3.0, 0.0), p=problem, arcs=arcs):
        return certify(
            p,
            answer.path_commodity,
            start,
            arcs,
            np.array(amount),
            np.array([short]),
            np.array(price),
        )

    assert proof().ok
    assert proof(amount=(7.0, 3.0)).capacity_residual == pytest.approx(1 / 6)
    assert proof(amount=(6.0, 3.0)).balance_residual == pytest.approx(1 / 9)
    assert proof(arcs=np.array([0, 2, 2])).balance_residual > 0.5
    # Five on each route is possible, but costs 3 more than it must.
    worse = proof(amount=(5.0, 5.0))
    assert not worse.ok
    assert (worse.objective, worse.bound) == (35, 32)
    assert not proof(price=(1.0, 0.0)).ok
    assert proof(p=problem.changed(closed=[0])).closed_flow == 6
    with pytest.raises(CertificateError, match="negative"):
        proof(price=(-1.0, 0.0))


def test_a_mask_closes_what_it_marks():
    problem = FlowProblem.from_arcs([0, 0, 0], [1, 1, 1], [1, 2, 3], INF, [0], [1], [5], 9)
    answer = solve(problem).resolve(closed=np.array([True, True, False]))
    assert answer.arc_flow.tolist() == [0.0, 0.0, 5.0]
    assert solve(problem).resolve(closed=np.ones(3, dtype=bool)).shortfall.tolist() == [5.0]
