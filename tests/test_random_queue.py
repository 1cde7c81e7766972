"""Waiting at random against closed forms, exact chains and customers drawn one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.flow.waiting.course import passes_of, queues_of, wait_within
from corridors.flow.waiting.steady import exponent_of, spread_of, steady_wait

USE = st.floats(0.01, 0.99)
RATE = st.floats(0.5, 1000.0)
CV = st.floats(0.0, 3.0)


@given(use=USE, rate=RATE)
def test_poisson_arrivals_and_exponential_service_wait_as_m_m_1(use, rate):
    # L_q / arrivals = use / (rate - arrivals).
    assert steady_wait(use * rate, rate) == pytest.approx(use / (rate - use * rate), rel=1e-8)


@given(use=USE, rate=RATE)
def test_even_service_waits_as_m_d_1(use, rate):
    expected = use / (2.0 * rate * (1.0 - use))
    assert steady_wait(use * rate, rate, cv_service=0.0) == pytest.approx(expected, rel=1e-8)


@given(use=USE, rate=RATE, cv=CV)
def test_any_service_waits_as_pollaczek_and_khinchine_say(use, rate, cv):
    arrivals, mean = use * rate, 1.0 / rate
    second = mean**2 * (1.0 + cv**2)
    expected = arrivals * second / (2.0 * (1.0 - use))
    assert steady_wait(arrivals, rate, cv_service=cv) == pytest.approx(expected, rel=1e-8)


def erlang_wait(arrivals: float, rate: float, servers: int) -> float:
    """Return the exact wait of M/M/c, by the formula of Erlang."""
    load = arrivals * servers / rate
    blocked = 1.0
    for c in range(1, servers + 1):
        blocked = load * blocked / (c + load * blocked)
    use = load / servers
    return blocked / (1.0 - use * (1.0 - blocked)) / (rate - arrivals)


def crommelin_wait(arrivals: float, rate: float, servers: int) -> float:
    """Return the exact wait of M/D/c: of the customers present, all in service leave within D.

    So the number present is, from one moment to the one D later, a Markov chain (Crommelin
    1932), solved here as it stands.
    """
    service = servers / rate
    size = 400
    come = arrivals * service
    poisson = np.exp([n * math.log(come) - come - math.lgamma(n + 1) for n in range(size)])
    chain = np.zeros((size, size))
    for n in range(size):
        left = max(n - servers, 0)
        chain[n, left:] = poisson[: size - left]
        chain[n, -1] += 1.0 - chain[n].sum()
    system = np.vstack([chain.T - np.eye(size), np.ones(size)])
    present = np.linalg.lstsq(system, np.append(np.zeros(size), 1.0), rcond=None)[0]
    return float(present @ np.arange(size) - come) / arrivals


@pytest.mark.parametrize("use", [0.3, 0.8, 0.9])
def test_the_exact_chain_of_even_service_is_m_d_1_for_one_server(use):
    assert crommelin_wait(use, 1.0, 1) == pytest.approx(use / (2 * (1 - use)), rel=1e-7)


@pytest.mark.parametrize("servers", [1, 2, 4, 10])
@pytest.mark.parametrize(("use", "of_erlang"), [(0.8, 0.08), (0.9, 0.015), (0.95, 0.005)])
def test_several_servers_wait_about_as_the_exact_formulas_say(use, of_erlang, servers):
    # Sakasegawa's form comes the nearer to Erlang's the fuller the place; half of it, which
    # Allen and Cunneen take for even service, is within 2 % of the exact chain.
    rate = 10.0
    arrivals = use * rate
    random = steady_wait(arrivals, rate, servers=servers)
    assert random == pytest.approx(erlang_wait(arrivals, rate, servers), rel=of_erlang)
    even = steady_wait(arrivals, rate, cv_service=0.0, servers=servers)
    assert even == pytest.approx(crommelin_wait(arrivals, rate, servers), rel=0.02)


def test_what_cannot_settle_never_ends_and_what_does_not_vary_does_not_wait():
    assert steady_wait(10, 10) == math.inf
    assert steady_wait(11, 10, 0, 0) == math.inf
    assert steady_wait(10, 10, 0, 0) == 0.0
    assert steady_wait(0, 10) == 0.0
    assert steady_wait(5, math.inf) == 0.0


@given(use=USE, rate=RATE, more=st.floats(0.0, 2.0), cv=CV)
def test_more_variation_never_waits_less(use, rate, more, cv):
    less = steady_wait(use * rate, rate, cv, cv)
    assert steady_wait(use * rate, rate, cv + more, cv) >= less
    assert steady_wait(use * rate, rate, cv, cv + more) >= less


@given(
    total=st.floats(0.0, 500.0),
    rate=st.floats(0.0, 100.0),
    own=st.floats(0.0, 1.0),
    spread=st.floats(0.0, 200.0),
    more=st.floats(0.0, 50.0),
    servers=st.floats(1.0, 30.0),
)
def test_what_passes_is_what_there_is_less_what_stands(total, rate, own, spread, more, servers):
    power = exponent_of(servers)
    room = rate * (1.0 - 0.9 * own)
    passed = passes_of(total, room, rate - room, rate, spread, power, 1.0)
    assert 0.0 <= passed <= min(total, room)
    # More variation: never more passes. More comes: never less does.
    assert passes_of(total, room, rate - room, rate, spread + more, power, 1.0) <= passed
    assert passes_of(total + more, room, rate - room, rate, spread, power, 1.0) >= passed
    if spread == 0.0:
        assert passed == min(total, room)
    elif 1e-6 < passed < room * (1 - 1e-6):
        wait = spread * ((rate - room + passed) / rate) ** power / (room - passed)
        assert passed * wait == pytest.approx(total - passed, rel=1e-6, abs=1e-6)


def course(arrivals: float, rate: float, spread: float, days: int, servers: float = 1.0):
    one = np.ones((days, 1))
    power = exponent_of(servers)
    return queues_of(arrivals * one, 0 * one, rate * one, spread * one, power * one, 1.0)[:, 0]


@pytest.mark.parametrize("use", [0.5, 0.8, 0.9])
def test_with_room_the_queue_tends_to_the_steady_one(use):
    queue = course(10 * use, 10, 1.0, 2000)
    assert queue[-1] == pytest.approx(10 * use * steady_wait(10 * use, 10), rel=1e-8)
    # It rises all the time: nothing swings from day to day.
    assert (np.diff(queue) >= -1e-12).all()


def test_without_room_the_queue_tends_to_the_deterministic_one():
    queue = course(15, 10, 1.0, 1000)
    even = 5.0 * np.arange(1, 1001)
    assert (queue >= even).all()
    assert queue[-1] / even[-1] == pytest.approx(1.0, abs=0.01)


def test_a_long_queue_goes_at_the_full_rate_first_and_then_to_the_steady_one():
    arrived = np.full((200, 1), 5.0)
    arrived[0] = 505.0
    one = np.ones((200, 1))
    queue = queues_of(arrived, 0 * one, 10 * one, one, one, 1.0)[:, 0]
    assert queue[50] == pytest.approx(505 - 10 + 50 * -5, abs=2.0)
    assert queue[-1] == pytest.approx(5 * steady_wait(5, 10), rel=1e-6)
    assert (np.diff(queue) <= 1e-12).all()


def test_a_closed_place_lets_nothing_pass_and_an_unlimited_one_keeps_nothing():
    one = np.ones((5, 2))
    rate = np.array([0.0, np.inf]) * one
    queue = queues_of(one, 0 * one, rate, one, one, 1.0)
    assert queue[:, 0].tolist() == [1, 2, 3, 4, 5]
    assert queue[:, 1].tolist() == [0] * 5


def test_the_course_is_that_of_customers_drawn_one_by_one():
    # Poisson arrivals, exponential service, one server, from an empty place: the mean number
    # that waits over 3,000 runs. The fluid course runs ahead of it at first and is within a
    # quarter of it from then on.
    r = np.random.default_rng(7)
    arrivals, rate, days, runs = 9.0, 10.0, 40, 3000
    waiting = np.zeros(days)
    for _ in range(runs):
        came = r.exponential(1 / arrivals, 600).cumsum()
        came = came[came < days]
        served = r.exponential(1 / rate, len(came))
        begins = np.empty(len(came))
        free = 0.0
        for i, at in enumerate(came):
            begins[i] = max(at, free)
            free = begins[i] + served[i]
        ends = np.arange(1, days + 1)
        waiting += np.searchsorted(came, ends) - np.searchsorted(begins, ends)
    drawn = waiting / runs
    expected = course(arrivals, rate, 1.0, days)
    for day in (5, 10, 20, 39):
        assert expected[day] == pytest.approx(drawn[day], rel=0.25)


@given(use=st.floats(0.05, 0.85), rate=st.floats(5.0, 500.0), lot=st.floats(0.1, 3.0))
def test_within_a_quarter_a_wait_is_the_steady_one_or_has_an_end(use, rate, lot):
    spread = np.array([spread_of(1.0, 1.0, lot)])
    one = np.ones(1)
    wait = wait_within(np.array([use * rate]), rate * one, spread, one)[0]
    assert wait == pytest.approx(steady_wait(use * rate, rate, lot=lot), rel=0.02)
    full = wait_within(rate * one, rate * one, spread, one)[0]
    assert wait < full < math.sqrt(2 * spread[0] * 90 / rate) * 1.05
    assert wait_within(one, 0 * one, spread, one)[0] == math.inf
    assert wait_within(0 * one, one, spread, one)[0] == 0.0
