"""What a run by days says about the cargo that moves, as tidy tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from corridors.network.arcs import DIRECTIONS, LINK
from corridors.simulation.queue_tables import TRACE, as_filled
from corridors.simulation.queueing.state import LATE, OLD, ON_TIME, OTHER_WAY, TURNED_BACK

if TYPE_CHECKING:
    import datetime as dt

    from corridors.flow.arrays import Floats
    from corridors.scenarios.state import NetworkState
    from corridors.simulation.queueing.run import SimulationRecord

PLACES = (
    "on_time",
    "late",
    "other_way",
    "turned_back",
    "never_shipped",
    "short_as_usual",
    "not_yet_left",
    "waiting",
    "under_way",
)
"""Where a tonne can be at the end of a day; it is in exactly one."""


def arc_flows(record: SimulationRecord, passes: Floats, weight: Floats) -> Floats:
    """Return the tonnes that enter the stretch of each arc, shape (days, A).

    Parameters
    ----------
    record
        The run.
    passes
        Units that enter each segment by day, shape (days, segments).
    weight
        Tonnes per unit by demand, shape (K,).
    """
    result = np.zeros((len(passes), len(record.problem.tail)))
    segment = 0
    arrays = record.book.arrays(0)
    for route in range(len(record.book)):
        size = int(arrays.first[route + 1] - arrays.first[route])
        own_weight = weight[arrays.demand[route]]
        for s in range(segment, segment + size + 1):
            own = record.book.segment_arcs[s]
            if len(own):
                result[:, own] += passes[:, s, None] * own_weight
        segment += size + 1
    return result


def flows(state: NetworkState, days: list[dt.date], by_arc: Floats) -> pd.DataFrame:
    """Return what enters each directed link and transfer; see `Simulation.flows`.

    Parameters
    ----------
    state
        Any state of the run: its network, and what its arcs are.
    days
        The reported days.
    by_arc
        As `arc_flows` returns them, shape (days, A).
    """
    arcs = state.arcs
    day, arc = np.nonzero((by_arc * arcs.is_real).T > TRACE)[::-1]
    frame = pd.DataFrame(
        {
            "kind": np.where(arcs.arc_type[arc] == LINK, "link", "transfer"),
            "id": arcs.ids[arc],
            "direction": np.array(DIRECTIONS)[arcs.direction[arc]],
            "date": [days[d].isoformat() for d in day],
            "t": by_arc[day, arc],
        }
    )
    return as_filled(frame)


def earlier(record: SimulationRecord, weight: Floats) -> pd.DataFrame:
    """Return what became of the cargo from before the first day; see `Simulation.earlier`.

    Parameters
    ----------
    record
        The run.
    weight
        Tonnes per unit by demand, shape (K,); 0 for what is not to be told.
    """
    o, p, w = record, record.problem, weight
    loss = np.where(w > 0, p.loss, 0.0)
    ends = o.ends[p.begin :, ..., OLD].sum(axis=0)
    never = o.never[p.begin :, ..., OLD].sum(axis=(0, 2))
    still = {"waiting": o.waiting, "under_way": o.moving, "not_yet_left": o.held}
    units = {
        "on_time": ends[:, ON_TIME],
        "late": ends[:, LATE],
        "other_way": ends[:, OTHER_WAY],
        "turned_back": ends[:, TURNED_BACK],
        "never_shipped": never,
        **{name: values[-1, :, OLD] for name, values in still.items()},
    }
    begun = sum(v[p.begin - 1, :, OLD] for v in still.values()) if p.begin else 0.0 * w
    rows = [{"what": "under_way_at_start", "t": float((begun * w).sum()), "loss_usd": 0.0}]
    lost = ("turned_back", "never_shipped")
    rows += [
        {
            "what": what,
            "t": float((units[what] * w).sum()),
            "loss_usd": float((units[what] * loss).sum()) if what in lost else 0.0,
        }
        for what in PLACES
        if what in units
    ]
    return pd.DataFrame(rows)


def standing_days(record: SimulationRecord) -> Floats:
    """Return the unit-days that who has not gone on by the end has waited, shape (K,).

    Of the cargo of the reported days: who stands at a limit since he came there, who is held
    back at his origin since he wanted to leave.

    Parameters
    ----------
    record
        The run.
    """
    p, packets = record.problem, record.packets
    end, begin = p.n_steps * p.step, p.begin * p.step
    found = np.zeros(p.n_demands)
    used = np.ones(len(packets.of), dtype=np.bool_)
    used[packets.free[: int(packets.n_free[0])]] = False
    own = packets.of[used & (packets.of["route"] >= 0)]
    # What moves comes anywhere after the end.
    own = own[(own["start"] < end - 1e-9 * p.step) & (own["wanted_at"] >= begin)]
    demand = record.book.arrays(0).demand[own["route"]]
    np.add.at(found, demand, own["amount"] * (end - 0.5 * (own["start"] + own["end"])))
    for k, shipments in enumerate(record.held_at_end):
        for shipment in shipments:
            if shipment.wanted_at >= begin:
                found[k] += shipment.amount * (end - shipment.wanted_at)
    return found


def added_on_the_way(
    record: SimulationRecord, states: list[NetworkState], bases: list[NetworkState], weight: Floats
) -> tuple[float, float]:
    """Return the tonne-hours and the USD that events add on the links that cargo enters.

    Of all that enters them in the reported days, by whatever way it goes: delays and surcharges,
    not the waits before limits.

    Parameters
    ----------
    record
        The run.
    states, bases
        What holds in each state, and in ordinary times for each set of base routes.
    weight
        Tonnes per unit of each demand, shape (K,); 0 for what is not counted.
    """
    p, book = record.problem, record.book
    arrays = book.arrays(0)
    size = np.array([len(arcs) for arcs in book.segment_arcs], dtype=np.int64)
    way = np.repeat(np.arange(len(arrays.demand)), np.diff(arrays.first) + 1)
    demand = np.repeat(arrays.demand[way], size)
    arc = np.concatenate([np.empty(0, dtype=np.int64), *book.segment_arcs])
    pairs = np.column_stack([p.state[p.begin :], p.base_of[p.begin : p.n_steps]])
    hours = usd = 0.0
    for state, base in np.unique(pairs, axis=0).tolist():
        now, usual = states[state].arcs, bases[base].arcs
        longer = now.hours[p.kind[demand], arc] - usual.hours[p.kind[demand], arc]
        with np.errstate(invalid="ignore"):
            dearer = now.usd[p.kind[demand], arc] - usual.usd[p.kind[demand], arc]
        dearer[~np.isfinite(dearer)] = 0.0
        if not longer.any() and not dearer.any():
            continue
        own = (pairs == (state, base)).all(axis=1)
        units = np.repeat(record.passes[p.begin :][own].sum(axis=0), size)
        hours += float((units * longer * weight[demand]).sum())
        usd += float((units * dearer)[weight[demand] > 0].sum())
    return hours, usd
