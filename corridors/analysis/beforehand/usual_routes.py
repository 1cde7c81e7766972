"""The routes among which the explorer's page spreads cargo, and what its choices go by.

The page solves the route choice itself, as `corridors.assignment.choice` does: it needs the
routes that are usual on each day, which take seconds to find, the multipliers of the counts
and the dispersion. Routes that only an event makes worth taking it finds as the package does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.analysis.beforehand.couplings import in_engine_order
from corridors.assignment.choice_parameters import choice_parameters, place_counts
from corridors.assignment.usual.day import usual_of
from corridors.errors import CertificateError, DataError
from corridors.flow.choice.routes import RouteSet
from corridors.flow.numbering import Numbering
from corridors.flow.shortest.trees import forward_star
from corridors.scenarios.coupling.couplings import couplings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from corridors.assignment.usual.day import Usual
    from corridors.flow.choice.solve import ChoiceAnswer
    from corridors.flow.problem import FlowProblem
    from corridors.scenarios.state import NetworkState

Numbers = dict[str, "NDArray[Any]"]


def usual_routes(
    days: Mapping[int, NetworkState], done: Callable[[], object]
) -> tuple[dict[str, Any], Numbers]:
    """Return the usual routes of some days, and what choices go by, for the page.

    Parameters
    ----------
    days
        Undisturbed states by their number in the page, the opening day first.
    done
        Is called after each of them.

    Returns
    -------
    texts
        ``usual``: which set of routes is usual on each day, by number of the state, and
        ``dispersion``. A day on which no prices are found is not there; where none is,
        ``refused`` alone, with the reason: the page then has the optimum alone.
    arrays
        As `packed_routes` has the routes of all days; by the number of a set ``N/routes``, a bit
        for each of them, and ``N/price_limit`` and ``N/price_usd``, the limits that have a price
        on the day, and it (where a limit is just as large as what wants to pass, more than one
        price holds, and what demands are worth in ordinary times depends on which), those of
        couplings that bite on it among them, whose places among the couplings of the day and
        rooms are ``N/fallen`` and ``N/room``;
        ``N/weighed_limit`` and ``N/weighed_usd``, the same at which overlaps are weighed; and what
        counts take off the cost of a unit: ``worth_arc``, ``worth_class``, ``worth_demand`` (-1
        for all) and ``worth_usd``.
    """
    opening = next(iter(days.values()))
    if not any(state.problem.amount.any() for state in days.values()):
        return {"refused": "on none of its days is anything to be carried"}, {}
    sets: list[RouteSet] = []
    prices: list[Numbers] = []
    problems: list[FlowProblem] = []
    hanging: list[list[tuple[object, ...]]] = []
    usual: dict[int, int] = {}
    refused = ""
    for number, state in days.items():
        rules = [
            (c.coupling_id, c.share, c.ordinary, c.by_product, *c.hangs_on.tolist())
            for c in couplings_of(state)
        ]
        same = (
            i for i, p in enumerate(problems) if _alike(p, state.problem) and hanging[i] == rules
        )
        known = next(same, len(problems))
        if known == len(problems):
            try:
                found = usual_of(state.net, state.day, state)
            except (CertificateError, DataError) as error:
                refused = str(error)
                done()
                continue
            problems.append(state.problem)
            hanging.append(rules)
            sets.append(found.routes)
            # The engine's order of limits is that of the page.
            prices.append(_prices(found.answer) | _rooms(state, found))
        usual[number] = known
        done()
    if not sets:
        return {"refused": refused}, {}
    every = RouteSet.of(
        (k, np.array(arcs, dtype=np.int64))
        for k, arcs in sorted({key for own in sets for key in own.keys})
    )
    arrays = packed_routes(opening.problem, every)
    for i, own in enumerate(sets):
        there = set(own.keys)
        bits = np.array([key in there for key in every.keys], dtype=np.bool_)
        arrays[f"{i}/routes"] = np.packbits(bits, bitorder="little")
        arrays |= {f"{i}/{name}": values for name, values in prices[i].items()}
    chosen = choice_parameters(opening.net)
    counts = place_counts(opening.arcs, opening.demand, chosen)
    arrays |= {
        "worth_arc": counts.member_arc,
        "worth_class": counts.member_class,
        "worth_demand": counts.member_commodity,
        "worth_usd": counts.multiplier[counts.member_count] * counts.member_factor,
    }
    return {"usual": usual, "dispersion": chosen.dispersion}, arrays


def _prices(answer: ChoiceAnswer) -> Numbers:
    """Return the prices of an answer and those at which it weighs overlaps, what is 0 left out."""
    p = answer.problem
    # The engine's order of limits is that of the page.
    order = Numbering(p).limit_order
    found: Numbers = {}
    for name, price in (
        ("price", answer.limit_price),
        ("weighed", answer.model.weighing(p)[: p.n_limits]),
    ):
        dear = np.flatnonzero(price[order])
        found |= {f"{name}_limit": dear, f"{name}_usd": price[order][dear]}
    return found


def _rooms(state: NetworkState, usual: Usual) -> Numbers:
    """Return the couplings that bite on an ordinary day, by their places in the page."""
    fallen = usual.fallen
    if fallen is None:
        return {}
    order = [c.coupling_id for c in in_engine_order(state)]
    room = dict(zip((c.coupling_id for c in fallen.couplings), fallen.rooms, strict=True))
    places = [i for i, own in enumerate(order) if own in room]
    return {
        "fallen": np.array(places, dtype=np.int64),
        "room": np.array([room[order[i]] for i in places]),
    }


def packed_routes(problem: FlowProblem, routes: RouteSet) -> Numbers:
    """Return routes as the turns that they take.

    Parameters
    ----------
    problem
        Arcs and commodities.
    routes
        Paths that end where they first come to their destination.

    Returns
    -------
    dict
        ``route_count``: routes of each commodity, shape (K,); ``route_shared``: how many arcs
        each begins with that the one before it begins with too, shape (P,); ``route_turn``: of
        the rest of each, which of the arcs that leave a node is taken, in the order of their
        numbers.
    """
    start, star = forward_star(problem.tail, problem.n_nodes)
    turn = np.empty(problem.n_arcs, dtype=np.int64)
    turn[star] = np.arange(problem.n_arcs) - start[problem.tail[star]]
    shared: list[int] = []
    turns: list[int] = []
    before: tuple[int, tuple[int, ...]] = (-1, ())
    for key in routes.keys:
        same = 0
        if key[0] == before[0]:
            while same < min(len(key[1]), len(before[1])) and key[1][same] == before[1][same]:
                same += 1
        shared.append(same)
        turns += turn[list(key[1][same:])].tolist()
        before = key
    return {
        "route_count": np.bincount(routes.commodity, minlength=problem.n_commodities),
        "route_shared": np.array(shared, dtype=np.int64),
        "route_turn": np.array(turns, dtype=np.int64),
    }


def _alike(one: FlowProblem, two: FlowProblem) -> bool:
    """Return whether the same day could be meant: the same costs, limits, demand, closures."""
    names = ["cost", "closed", "bound", "amount", "penalty"]
    names += ["member_limit", "member_arc", "member_class", "member_factor"]
    return all(np.array_equal(getattr(one, name), getattr(two, name)) for name in names)
