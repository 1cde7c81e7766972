"""Sums that are rounded once."""

import math

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corridors.flow.proof.sums import add, exact_sum

BOUNDED = st.floats(-1e300, 1e300, allow_nan=False)


@settings(deadline=None)
@given(st.lists(BOUNDED | st.integers(-(2**60), 2**60).map(float), max_size=40))
@example([])
@example([1e16, 1.0, -1e16])
@example([2.0**53, 1.0, 2.0**-60])
@example([2.0**53, -0.5, -(2.0**-60)])
@example([1.0, 2.0**-53, 2.0**-106])
@example([1.0, -(2.0**-54), -(2.0**-107)])
@example([5e-324, 5e-324])
def test_a_sum_is_the_number_next_to_the_exact_one(terms):
    assert exact_sum(np.array(terms, dtype=np.float64)) == math.fsum(terms)


@settings(deadline=None)
@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=40), st.randoms())
def test_a_sum_does_not_depend_on_the_order_of_its_terms(terms, random):
    first = exact_sum(np.array(terms))
    random.shuffle(terms)
    assert exact_sum(np.array(terms)) == first


def test_a_sum_of_ordinary_numbers_is_sure_and_one_half_way_between_two_numbers_is_not():
    r = np.random.default_rng(0)
    sure = [add(r.random(500) * 10.0 ** r.integers(0, 6, 500))[1] for _ in range(300)]
    assert all(sure)
    assert not add(np.array([2.0**53, 1.0]))[1]
    assert exact_sum(np.array([2.0**53, 1.0])) == 2.0**53
