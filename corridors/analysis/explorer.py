"""The explorer: a network, its scenarios and the solver in one offline page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.analysis import explorer_names, explorer_states
from corridors.analysis.question import newest_source
from corridors.assignment.assign import day_of
from corridors.assignment.map_data import network_credits, network_title
from corridors.maps.explorer.page import Explorer, ExplorerData, build_explorer
from corridors.network.folder import data_folder
from corridors.network.network import SHIPPED
from corridors.scenarios.demand_curves import with_curves
from corridors.scenarios.scenario import Scenario, shipped_scenarios
from corridors.scenarios.scenario import scenario as read_scenario
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from corridors.network.network import Network

__all__ = ["explorer", "explorer_data", "plans_of"]


def explorer(
    net: Network,
    scenarios: str | Path | Scenario | Iterable[str | Path | Scenario] | None = None,
    *,
    as_of: str | dt.date | None = None,
) -> Explorer:
    """Return one offline page in which anyone can shut things and see what the cargo does.

    The page holds the network, the scenarios and a port of the exact solver, which
    answers as `corridors.assign` does, ties and all, and proves each answer.

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
    return build_explorer(explorer_data(net, scenarios, as_of=as_of))


def explorer_data(
    net: Network,
    scenarios: str | Path | Scenario | Iterable[str | Path | Scenario] | None = None,
    *,
    as_of: str | dt.date | None = None,
) -> ExplorerData:
    """Return what the page of `explorer` is made of, as plain texts and arrays."""
    plans = plans_of(net, scenarios)
    first = plans[0] if scenarios is not None and plans else None
    known = as_of is not None or net.date is not None or (first is not None and first.as_of)
    day = day_of(net, first, as_of if known else newest_source(net))
    book = explorer_states.LimitBook()
    opening = network_state(net, None, day)
    states = [explorer_states.state_texts(opening, None, 0)]
    arrays = explorer_states.network_arrays(opening)
    arrays |= explorer_states.state_arrays(0, opening, opening, book)
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
            arrays |= explorer_states.ordinary_costs(number, with_curves(state))
        base, _ = plain[own_day]
        number = len(states)
        state = network_state(net, plan, own_day)
        states.append(explorer_states.state_texts(state, plan, base))
        arrays |= explorer_states.state_arrays(number, state, opening, book)
    elements, element_arrays = explorer_names.elements(opening)
    sources, source_arrays = explorer_names.sources(net)
    texts: dict[str, Any] = {
        **explorer_names.names(net),
        "states": states,
        "elements": elements,
        "limits": [list(column) for column in zip(*book.texts, strict=True)]
        or [[] for _ in range(5)],
        "sources": sources,
    }
    return ExplorerData(
        title="Shut it and see",
        subtitle=network_title(net),
        day=day.isoformat(),
        texts=texts,
        arrays={
            **arrays,
            **book.arrays(),
            **element_arrays,
            **explorer_names.places(net),
            **source_arrays,
        },
        credits=network_credits(net),
    )


def plans_of(
    net: Network, scenarios: str | Path | Scenario | Iterable[str | Path | Scenario] | None
) -> list[Scenario]:
    """Return the scenarios that a page is asked to hold: None are the shipped ones, on theirs."""
    if isinstance(scenarios, str | Path | Scenario):
        scenarios = [scenarios]
    if scenarios is None:
        scenarios = shipped_scenarios() if _is_shipped(net) else ()
    return [read_scenario(one) for one in scenarios]


def _is_shipped(net: Network) -> bool:
    """Return whether a network is the one that comes with the package and its scenarios."""
    return net.folder is not None and net.folder.resolve() == (data_folder() / SHIPPED).resolve()
