"""Which place should be feared most: what happens when each element is lost, worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.analysis.criticality.elements import USUAL
from corridors.analysis.criticality.impact import FIGURES
from corridors.analysis.criticality.sweep import sweep
from corridors.errors import UnknownIdError, nearest
from corridors.network.network import require_network

if TYPE_CHECKING:
    import datetime as dt
    from concurrent.futures import Executor
    from pathlib import Path

    import pandas as pd

    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario


def criticality(
    net: Network,
    of: str | tuple[str, ...] | list[str] = USUAL,
    n: int = 1,
    scenario: str | Path | Scenario | None = None,
    *,
    as_of: str | dt.date | None = None,
    workers: int | None = None,
    by: str | None = None,
    cargo: list[str] | None = None,
    told_by: str | None = None,
    model: str = "optimal",
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Close each element, or each pair of elements, and say what that does.

    Parameters
    ----------
    net
        The network.
    of
        Kinds of elements (``"link"``, ``"node"``, ``"border"``, ``"chokepoint"``,
        ``"country"``, ``"capacity"``) or single ones (``"border:BY-PL"``). A
        capacity is closed with everything that it covers.
    n
        1 closes each element, 2 each pair.
    scenario
        Its events are in force throughout, in the baseline too.
    as_of
        The day; the scenario's or the network's own day if None, or else the
        day of the network's newest source.
    workers
        Processes; one for each core where that pays, if None.
    by
        A column to sort by, largest first, instead of the usual order.
    cargo, told_by
        Kinds of cargo that the figures are of, and a key of demand by which they are told
        apart: `cargo` and `by` of `corridors.sweep`.
    model
        ``"optimal"`` or ``"logit"``, as in `corridors.sweep`.
    executor
        Any `concurrent.futures.Executor` to solve the cases instead of workers of this machine.

    Returns
    -------
    DataFrame
        Worst first: most shortfall, then most damage, then by kind and id.
        ``kind``, ``thing`` (the element's id), ``name`` (for pairs ``first``,
        ``second`` and ``how``), and, each against the baseline:

        ``baseline_t_per_day``: what passes the element before;
        ``shortfall_t_per_day``: what is no longer carried, of all cargo;
        ``added_cost_usd_per_day``: change of the generalised cost of all that is
        carried, which falls where cargo is no longer carried, with its two parts
        ``added_transport_usd_per_day`` and ``added_time_usd_per_day``;
        ``added_hours``: mean over the rerouted cargo, by tonnes;
        ``added_loss_usd_per_day``: loss of what is no longer carried;
        ``damage_usd_per_day``: transport, time and loss, what the model keeps
        as small as can be;
        ``rerouted_t_per_day`` and ``rerouted_cost_usd_per_day``: what goes
        another way and what that adds to its generalised cost, with the parts
        ``rerouted_transport_usd_per_day`` and ``rerouted_time_usd_per_day``;
        ``redundancy``: share of what passed the element before that finds another
        way, NaN where nothing passed;
        ``n_cargo``, ``cargo``, ``n_countries``, ``countries``: kinds of cargo
        that are rerouted or lost, and countries where it starts or ends;
        ``same_as``: another element whose loss is the very same case.

        ``attrs`` says which network, day and scenario were meant. Of pairs
        those are left out that are one of their parts over again, and of elements
        that are the very same case the first by kind and id stands for all; ``how`` is
        ``"solved"``, or ``"apart"`` where the parts do not touch each other: then
        the figures are sums, and the damage is certain to be no more.

    Raises
    ------
    UnknownIdError
        Where a kind, an element or a column is unknown.
    ScenarioError
        Where the scenario cannot be meant, or there is no day to be had.

    Examples
    --------
    >>> import corridors as co
    >>> table = co.criticality(co.load(), of=("border:PL-BY", "border:KZ-CN"))
    >>> sorted(table["thing"])
    ['BY-PL', 'CN-KZ']
    """
    require_network(net)
    if by is not None and by not in FIGURES:
        msg = f"by: no figure {by!r}{nearest(by, FIGURES)}"
        raise UnknownIdError(msg)
    table = sweep(
        net,
        of=of,
        n=n,
        scenario=scenario,
        as_of=as_of,
        workers=workers,
        cargo=cargo,
        by=told_by,
        model=model,
        executor=executor,
    )
    if by is None:
        return table
    return table.sort_values(by, ascending=False, kind="stable", ignore_index=True)
