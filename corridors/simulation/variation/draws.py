"""Days drawn at random: what leaves, what is served and what comes besides, day by day.

A renewal process with mean `m` in a day and coefficient of variation `cv` of the times between
two has about the variance ``cv^2 m`` in the count of a day (Cox 1962), with lots of `lot` units
``cv^2 lot m``. Days are drawn from the gamma distribution with that mean and variance, so that
nothing is ever below 0, independently for each day and each demand, limit and background. So
days vary as the steady formulas of `corridors.flow.waiting` say that customers do: both have
the same diffusion behind them (Kingman 1961).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats
    from corridors.simulation.queueing.problem import QueueProblem

_DEPARTURES, _SERVICE, _BACKGROUND = range(3)


def drawn(problem: QueueProblem, seed: int, number: int) -> QueueProblem:
    """Return a problem with the days of a replication.

    Parameters
    ----------
    problem
        With the expected days.
    seed, number
        Decide the draw, whatever else is drawn.

    Notes
    -----
    A demand varies as what comes to the first limit on its largest base route that has a
    variation does; one whose ways meet none does not vary. What is known to those who choose
    (levels, ordinary rates) stays as it is.
    """
    own = problem.variability
    if own is None:
        return problem
    from scipy.special import gammaincinv

    per_day = round(1 / problem.step)

    def factors(stream: int, mean: Floats, dispersion: Floats) -> Floats:
        """Return by how much each step is more or less, the same for all steps of a day."""
        days = len(mean) // per_day
        rng = np.random.default_rng([seed, number, stream])
        # One after the other, so that limits that a scenario adds at the end leave the days of
        # all others as they are without it.
        u = rng.random((mean.shape[1], days)).T
        m = mean.reshape(days, per_day, -1).mean(axis=1)
        d = dispersion.reshape(days, per_day, -1).mean(axis=1)
        varies = (m > 0) & (d > 0) & np.isfinite(m)
        found = np.ones_like(m)
        shape = m[varies] / d[varies]
        found[varies] = gammaincinv(shape, u[varies]) / shape
        return np.repeat(found, per_day, axis=0)

    amount = problem.amount * factors(
        _DEPARTURES, problem.amount, departure_dispersion(problem, own.arrivals)
    )
    served = factors(_SERVICE, problem.rate, own.service)
    background = factors(_BACKGROUND, problem.background, own.arrivals)
    return replace(
        problem,
        amount=amount,
        rate=np.where(np.isfinite(problem.rate), problem.rate * served, problem.rate),
        burst=problem.burst * served,
        background=problem.background * background,
        variability=None,
    )


def departure_dispersion(problem: QueueProblem, arrivals: Floats) -> Floats:
    """Return the variance of what leaves in a day over its mean, in units of cargo, (T, K).

    Parameters
    ----------
    problem
        The problem.
    arrivals
        The same of what comes to each limit, in its units, shape (T, R).
    """
    found = np.zeros_like(problem.amount)
    gates = [_first_gates(problem, b, arrivals) for b in range(len(problem.base_routes))]
    for t in range(problem.n_steps):
        for k, limit, factor in gates[problem.base_of[t]]:
            found[t, k] = arrivals[t, limit] / factor
    return found


def _first_gates(
    problem: QueueProblem, base: int, arrivals: Floats
) -> list[tuple[int, int, float]]:
    """Return of each demand the first limit with a variation on its largest way, and its units."""
    p = problem
    ever = np.asarray((arrivals > 0).any(axis=0))
    largest: dict[int, tuple[float, int]] = {}
    ways = p.base_routes[base]
    for i, way in enumerate(ways):
        if way.demand not in largest or way.share > largest[way.demand][0]:
            largest[way.demand] = (way.share, i)
    found = []
    for k, (_, i) in sorted(largest.items()):
        gate = None
        for arc in ways[i].arcs.tolist():
            for m in range(p.member_first[arc], p.member_first[arc + 1]):
                factor = float(p.member_factor[m, p.kind[k]])
                if factor > 0 and ever[p.member_limit[m]]:
                    gate = (k, int(p.member_limit[m]), factor)
                    break
            if gate is not None:
                break
        if gate is not None:
            found.append(gate)
    return found
