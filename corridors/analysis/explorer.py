"""The explorer: a network, its scenarios and the solver in one offline page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.analysis import explorer_names, explorer_states
from corridors.analysis.beforehand.couplings import CouplingBook
from corridors.analysis.beforehand.days import day_curves
from corridors.analysis.beforehand.ranges import headline_ranges
from corridors.analysis.beforehand.usual_routes import usual_routes
from corridors.analysis.question import newest_source
from corridors.assignment.assign import day_of
from corridors.assignment.map_data import network_credits, network_title
from corridors.display import progress
from corridors.errors import require_kind, require_whole
from corridors.maps.explorer.page import Explorer, ExplorerData, build_explorer
from corridors.network.network import require_network
from corridors.scenarios.demand_curves import with_curves
from corridors.scenarios.scenario import Scenario, shipped_scenarios
from corridors.scenarios.scenario import scenario as read_scenario
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from corridors.network.network import Network
    from corridors.scenarios.state import NetworkState

__all__ = ["explorer", "explorer_data", "plans_of"]


def explorer(
    net: Network,
    scenarios: str | Path | Mapping[str, Any] | Scenario | Iterable[Any] | None = None,
    *,
    as_of: str | dt.date | None = None,
    days: int | None = None,
    uncertainty: int | None = None,
) -> Explorer:
    """Return one offline page in which anyone can shut things and see what the cargo does.

    The page holds the network, the scenarios and a port of both models, which answers as
    `corridors.assign` does, ties and all, and proves each answer.

    Parameters
    ----------
    net
        The network.
    scenarios
        Scenarios to choose from in the page, each on its own day: names, paths or objects.
        None for those that ship with the package, where it is the shipped network.
    as_of
        The day on which the page opens; where it is None the day of the first scenario that
        is asked for, the day at which the network was resolved, or the day of its newest
        source, in this order.
    days
        Days of each scenario that are simulated now, for the page to draw: 90 take some ten
        seconds a scenario. None for no days.
    uncertainty
        Draws of the uncertain inputs for each scenario, from which the headline numbers of the
        optimum get a range. None for no ranges.

    Returns
    -------
    Explorer
        With ``save(path)``; it shows itself in a notebook.

    Raises
    ------
    ScenarioError
        Where a scenario cannot be meant, or there is no day to be had.

    Examples
    --------
    >>> import corridors as co
    >>> page = co.explorer(co.load(), [], as_of="2025-09-12")
    >>> page  # doctest: +ELLIPSIS
    Explorer(2025-09-12, 0 scenarios, ... MB)
    """
    require_network(net)
    data = explorer_data(net, scenarios, as_of=as_of, days=days, uncertainty=uncertainty)
    return build_explorer(data)


def explorer_data(
    net: Network,
    scenarios: str | Path | Mapping[str, Any] | Scenario | Iterable[Any] | None = None,
    *,
    as_of: str | dt.date | None = None,
    days: int | None = None,
    uncertainty: int | None = None,
) -> ExplorerData:
    """Return what the page of `explorer` is made of, as plain texts and arrays."""
    for name, value in (("days", days), ("uncertainty", uncertainty)):
        require_whole(name, 1 if value is None else value, 1)
    plans = plans_of(net, scenarios)
    first = plans[0] if scenarios is not None and plans else None
    known = as_of is not None or net.date is not None or (first is not None and first.as_of)
    day = day_of(net, first, as_of if known else newest_source(net))
    book, coupled = explorer_states.LimitBook(), CouplingBook()
    opening = network_state(net, None, day)
    n_days = len({day, *(day if plan.as_of is None else plan.as_of for plan in plans)})
    with progress("the explorer", len(plans) + n_days) as done:
        states, plain, arrays = _states(net, opening, plans, book, coupled, days, done)
        choice, routes = usual_routes(plain, done)
    if uncertainty is not None:
        for plan, texts in zip(plans, (own for own in states if "name" in own), strict=True):
            own_day = day if plan.as_of is None else plan.as_of
            found = headline_ranges(net, plan, own_day, int(uncertainty))
            texts["ranges"] = {"draws": int(uncertainty), "between": found}
    elements, element_arrays = explorer_names.elements(opening)
    sources, source_arrays = explorer_names.sources(net)
    every: dict[str, Any] = {
        **explorer_names.names(net),
        "states": states,
        "elements": elements,
        "limits": [list(column) for column in zip(*book.texts, strict=True)]
        or [[] for _ in range(5)],
        "couplings": coupled.texts(),
        "sources": sources,
        **({"choice": choice} if "usual" in choice else {}),
        **({"no_choice": choice["refused"]} if "refused" in choice else {}),
    }
    return ExplorerData(
        title="Shut it and see",
        subtitle=network_title(net),
        day=day.isoformat(),
        texts=every,
        arrays={
            **arrays,
            **book.arrays(),
            **element_arrays,
            **explorer_names.places(net),
            **source_arrays,
            **routes,
        },
        credits=network_credits(net),
    )


def _states(
    net: Network,
    opening: NetworkState,
    plans: Sequence[Scenario],
    book: explorer_states.LimitBook,
    coupled: CouplingBook,
    days: int | None,
    done: Callable[[], object],
) -> tuple[list[dict[str, Any]], dict[int, NetworkState], explorer_states.Numbers]:
    """Return the states of the page: texts, the undisturbed ones by number, and arrays."""
    day = opening.day
    states = [explorer_states.state_texts(opening, None, 0)]
    arrays = explorer_states.network_arrays(opening)
    arrays |= explorer_states.state_arrays(0, opening, opening, book)
    arrays |= coupled.arrays(0, opening, book)
    arrays |= explorer_states.ordinary_costs(0, with_curves(opening))
    plain = {day: (0, opening)}
    for plan in plans:
        own_day = day if plan.as_of is None else plan.as_of
        if own_day not in plain:
            number = len(states)
            state = network_state(net, None, own_day)
            plain[own_day] = (number, state)
            states.append(explorer_states.state_texts(state, None, number))
            arrays |= explorer_states.state_arrays(number, state, opening, book)
            arrays |= coupled.arrays(number, state, book)
            arrays |= explorer_states.ordinary_costs(number, with_curves(state))
        base, _ = plain[own_day]
        number = len(states)
        state = network_state(net, plan, own_day)
        states.append(explorer_states.state_texts(state, plan, base))
        arrays |= explorer_states.state_arrays(number, state, opening, book)
        arrays |= coupled.arrays(number, state, book)
        if days is not None and any(event.first_day is not None for event in plan.events):
            states[-1]["days"], curves = day_curves(net, plan, int(days))
            arrays |= {f"{number}/{name}": tonnes for name, tonnes in curves.items()}
        done()
    return states, dict(plain.values()), arrays


def plans_of(
    net: Network, scenarios: str | Path | Mapping[str, Any] | Scenario | Iterable[Any] | None
) -> list[Scenario]:
    """Return the scenarios that a page is asked to hold: None are the shipped ones, on theirs."""
    if isinstance(scenarios, str | Path | Mapping | Scenario):
        scenarios = [scenarios]
    if scenarios is None:
        scenarios = shipped_scenarios() if net.is_shipped else ()
    require_kind("scenarios", scenarios, Iterable, "scenarios, in a list")
    return [read_scenario(one) for one in scenarios]
