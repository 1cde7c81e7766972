"""Demands in steps, asked again and again: steps share ends, and with them searches and bounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from flow_cases import random_problem

from corridors.flow import solve

STEPS = 8


def in_steps(seed):
    """Return a small random problem whose commodities would pay less and less."""
    problem = random_problem(seed)
    worth = np.linspace(0.2, 1.0, STEPS) * problem.penalty[:, None]
    return replace(problem, step_price=worth)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_closed_later_answers_as_if_it_had_been_from_the_start(seed):
    problem = in_steps(seed)
    draw = np.random.default_rng(seed)
    first = solve(problem)
    for _ in range(4):
        closed = draw.choice(problem.n_arcs, size=min(2, problem.n_arcs), replace=False)
        again = first.resolve(closed=closed)
        afresh = solve(problem.changed(closed=closed))
        assert again.objective == pytest.approx(afresh.objective, rel=1e-9, abs=1e-9)
        assert again.class_flow == pytest.approx(afresh.class_flow, rel=1e-9, abs=1e-9)
        assert again.shortfall == pytest.approx(afresh.shortfall, rel=1e-9, abs=1e-9)
