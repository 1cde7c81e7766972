"""What is usual, kept on disk: routes and prices, from which the rest follows and is proved.

Flows are not kept. They are worked out from the prices by the choice formula, and the
certificate proves them, as it does where everything is worked out. What is found in a file is
therefore an answer or is left alone, and an answer is the same to the byte.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import CertificateError, ProblemError
from corridors.flow.choice.dual import Dual
from corridors.flow.choice.model import ChoiceModel, spread_by_cost
from corridors.flow.choice.routes import RouteSet
from corridors.flow.choice.solve import ChoiceAnswer
from corridors.flow.usage import open_costs
from corridors.scenarios.kept import keep, key_of, recall

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.choice.model import Counts
    from corridors.flow.problem import FlowProblem

_WORTH_KEEPING = 500
"""Routes from which on an answer is kept: a smaller one is worked out sooner than read."""


def key_of_usual(
    problem: FlowProblem, counts: Counts, dispersion: float, marked: list[Flags]
) -> str:
    """Return the name under which the answer of an undisturbed situation is kept.

    Parameters
    ----------
    problem
        The situation.
    counts
        What was counted, with multipliers that are given.
    dispersion
        Share of the least cost by which choices spread.
    marked
        Arcs of each corridor, and those that are sailed, masks of shape (A,).
    """
    return key_of("usual", problem, counts, dispersion, marked)


def keep_usual(key: str, least: Floats, answer: ChoiceAnswer) -> None:
    """Keep an answer, with the least cost of each demand that it was reckoned from."""
    routes = answer.route_set
    if len(routes) < _WORTH_KEEPING:
        return
    keep(
        key,
        {
            "commodity": routes.commodity,
            "start": routes.start,
            "arcs": routes.arcs.astype(np.int32),
            "least": least,
            "price": np.concatenate([answer.limit_price, answer.multiplier]),
            "weighed": answer.model.weighed,
            "steps": np.array(answer.steps),
        },
    )


def recall_usual(
    key: str, problem: FlowProblem, counts: Counts, dispersion: float
) -> tuple[Floats, ChoiceAnswer] | None:
    """Return the least costs and the answer that are kept, proved anew; None where none are.

    Parameters
    ----------
    key
        As `key_of_usual` returns it.
    problem, counts, dispersion
        As it takes them.
    """
    known = recall(key)
    if known is None:
        return None
    try:
        routes, least = _routes(known, problem), np.asarray(known["least"], dtype=np.float64)
        model = ChoiceModel.staying(problem, spread_by_cost(least, dispersion), counts)
        model = replace(model, weighed=np.asarray(known["weighed"], dtype=np.float64))
        price = np.asarray(known["price"], dtype=np.float64)
        if price.shape != (problem.n_limits + model.counts.size,):
            return None
        point = Dual(problem, model, routes).at(price)
        return least, ChoiceAnswer(problem, model, routes, point, int(known["steps"]))
    except (CertificateError, ProblemError, KeyError, ValueError):
        return None


def _routes(known: Mapping[str, NDArray[np.generic]], p: FlowProblem) -> RouteSet:
    """Return the routes that are kept; ValueError where they are none of this situation."""
    commodity, start, arcs = (
        np.asarray(known[name], dtype=np.int64) for name in ("commodity", "start", "arcs")
    )
    sound = (
        start.shape == (len(commodity) + 1,)
        and start[0] == 0
        and start[-1] == len(arcs)
        and (np.diff(start) > 0).all()
        and (np.diff(commodity) >= 0).all()
        and commodity.min(initial=0) >= 0
        and commodity.max(initial=0) < p.n_commodities
        and arcs.min(initial=0) >= 0
        and arcs.max(initial=0) < p.n_arcs
    )
    if not sound or not _lead_there(p, commodity, start, arcs):
        msg = "expected open routes of the situation"
        raise ValueError(msg)
    return RouteSet(commodity, start, arcs)


def _lead_there(p: FlowProblem, commodity: Ints, start: Ints, arcs: Ints) -> bool:
    """Return whether each route leads from origin to destination over open arcs."""
    if not len(commodity):
        return True
    first, last = arcs[start[:-1]], arcs[start[1:] - 1]
    within = np.ones(len(arcs), dtype=np.bool_)
    within[start[:-1]] = False
    inner = np.flatnonzero(within)
    of_arc = p.commodity_class[np.repeat(commodity, np.diff(start))]
    return bool(
        (p.tail[first] == p.origin[commodity]).all()
        and (p.head[last] == p.destination[commodity]).all()
        and (p.head[arcs[inner - 1]] == p.tail[arcs[inner]]).all()
        and np.isfinite(open_costs(p)[of_arc, arcs]).all()
    )
