"""The steady state: what would hold if the situation of one day lasted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from corridors.assignment.assignment import Assignment
from corridors.assignment.choice import choose_routes
from corridors.errors import CorridorsError, ScenarioError, nearest, old_name
from corridors.flow.choice.solve import ChoiceAnswer
from corridors.flow.solve import Answer
from corridors.network.network import as_date, require_network
from corridors.network.schema import BESIDE_RESULTS, tables
from corridors.scenarios.coupling.couplings import couplings_of, with_room
from corridors.scenarios.coupling.settle import joint_gap, settle, solve_settled
from corridors.scenarios.demand_curves import with_curves
from corridors.scenarios.scenario import Scenario
from corridors.scenarios.scenario import scenario as read_scenario
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from corridors.flow.arrays import Floats
    from corridors.network.network import Network
    from corridors.scenarios.coupling.couplings import Coupling
    from corridors.scenarios.state import NetworkState

MODELS = ("optimal", "logit")
"""Models of the steady state that `assign` knows."""


def assign(
    net: Network,
    scenario: str | Path | Scenario | None = None,
    *,
    as_of: str | dt.date | None = None,
    model: str = "optimal",
    expected_queue: bool = False,
    events: str | Path | Scenario | None = None,
) -> Assignment:
    """Spread the cargo of every demand over routes, within every capacity.

    ``"optimal"`` is the linear program that minimises transport cost + value of time x
    hours + loss of what stays: the best that any dispatcher could do, so its damage is a
    lower bound. ``"logit"`` is how shippers spread: path-size logit over generated
    routes, with limits whose prices read as equilibrium waiting (`docs/choice.md`).

    Parameters
    ----------
    net
        The network.
    scenario
        Its name, a path or the object. None for the undisturbed
        network.
    as_of
        Day whose links, capacities, demand and events hold; the scenario's own
        day if None, or the network's where it was resolved with `Network.at`.
    model
        ``"optimal"`` or ``"logit"``.
    expected_queue
        Of ``"logit"``: whether cargo also waits, and chooses its way by it, where arrivals and
        service vary and a limit is fuller than usual (`Assignment.waits`).
    events
        Deprecated: the old name of `scenario`.

    Returns
    -------
    Assignment
        With the certificate that proves it.

    Raises
    ------
    ScenarioError
        Where the scenario cannot be meant, is given by both names, or no day is given, or
        waits are asked of another model.
    CertificateError
        Where the optimum could not be proved.

    Examples
    --------
    >>> import corridors as co
    >>> hit = co.assign(co.load(), "poland-closure-2025")
    >>> hit.certificate.ok
    True
    """
    require_network(net)
    require_model(model, expected_queue=expected_queue)
    if events is not None:
        old_name("assign(events=...)", "scenario=")
        if scenario is not None:
            msg = "assign: saw both scenario and events, its old name; give scenario alone"
            raise ScenarioError(msg)
        scenario = events
    plan = None if scenario is None else read_scenario(scenario)
    day = day_of(net, plan, as_of)
    return assigned(network_state(net, plan, day), plan, model, expected_queue=expected_queue)


def assigned(
    state: NetworkState,
    plan: Scenario | None,
    model: str = "optimal",
    near: Answer | ChoiceAnswer | None = None,
    *,
    expected_queue: bool = False,
) -> Assignment:
    """Solve a situation, couplings held, and put the answer into tables.

    It begins with the routes and prices of an answer by the same model to nearly the same
    situation, `near`, where there is one.
    """
    if model == "logit":
        known = near if isinstance(near, ChoiceAnswer) else None
        return _chosen(state, plan, model, known, expected_queue=expected_queue)
    state = with_curves(state)
    first = near.solve(state.problem) if isinstance(near, Answer) else None
    answer, fallen = solve_settled(state.problem, couplings_of(state), first)
    if fallen is None:
        return Assignment(state, answer, plan, model)
    fallen = replace(fallen, gap=joint_gap(state.problem, answer, fallen))
    state = with_room(state, fallen.couplings, fallen.rooms)
    return Assignment(state, answer, plan, model, fallen)


def _chosen(
    state: NetworkState,
    plan: Scenario | None,
    model: str,
    near: ChoiceAnswer | None,
    *,
    expected_queue: bool,
) -> Assignment:
    """Spread the cargo of a situation as shippers do, couplings held."""
    how: dict[str, Any] = {"near": near, "expected_queue": expected_queue}
    last, answer, waits, held = choose_routes(state, disturbed=plan is not None, **how)
    if held is not None:
        return Assignment(last, answer, plan, model, held, waits)

    def again(own: Sequence[Coupling], rooms: Floats) -> ChoiceAnswer:
        nonlocal last, waits
        capped = with_room(state, own, rooms)
        last, found, waits, _ = choose_routes(capped, disturbed=True, **how)
        return found

    answer, fallen = settle(answer, couplings_of(state), again)
    return Assignment(last, answer, plan, model, fallen, waits)


def require_model(model: str, *, expected_queue: bool = False) -> None:
    """Raise ScenarioError, with the nearest name, where there is no such model.

    So it is where a model is asked for waits that has none.
    """
    if model not in MODELS:
        msg = f"no model {model!r}{nearest(model, MODELS)}"
        raise ScenarioError(msg)
    if expected_queue and model != "logit":
        msg = (
            f"expected_queue: saw the model {model!r}, expected 'logit': the best plan waits "
            "nowhere; or look at the queues by days with simulate"
        )
        raise ScenarioError(msg)


def day_of(net: Network, plan: Scenario | None, as_of: str | dt.date | None) -> dt.date:
    """Return the day that is meant; raise ScenarioError where none is given."""
    if as_of is not None:
        return as_date(as_of)
    if plan is not None and plan.as_of is not None:
        return plan.as_of
    if net.date is not None:
        return net.date
    whose = f"scenario {plan.name}" if plan else "the undisturbed network"
    how = "say from when it holds (from 2025-09-12), or " if plan else ""
    msg = f"{whose}: no day is given; {how}set as_of (--as-of), such as 2025-09-12"
    raise ScenarioError(msg)


def require_alike(baseline: Assignment, disrupted: Assignment) -> None:
    """Raise CorridorsError where two assignments differ in more than their scenario.

    Tables and not folders say which network is meant: one that was put together in memory has
    no folder, and a folder may hold other rows than when it was read for the first of both.
    """
    a, b = (one.state.net.whole for one in (baseline, disrupted))
    tables_of = [(name, a.tables[name], b.tables[name]) for name in tables()]
    other = [
        name
        for name, x, y in tables_of
        if name not in BESIDE_RESULTS and x is not y and not x.equals(y)
    ]
    for what, first, second in (
        ("days differ", baseline.state.day, disrupted.state.day),
        ("models differ", baseline.model, disrupted.model),
        ("networks differ", a.folder, b.folder),
    ):
        if first != second:
            msg = f"compare: the {what}: {first} and {second}; give both the same"
            raise CorridorsError(msg)
    if other:
        msg = f"compare: the networks differ in their {', '.join(other)}; give both the same"
        raise CorridorsError(msg)
