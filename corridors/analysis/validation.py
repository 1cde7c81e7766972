"""The model held against what was observed, row by row.

Each observation that the package can model names a function of this module and
what it asks; the others are listed with the reason. Nothing is left out.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.analysis.observed import MODELLED, NOT_MODELLED, Asked
from corridors.arcs import LINK

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from corridors.network import Network
    from corridors.results import Assignment
    from corridors.simulation import Simulation

BASE_DAY = "2025-09-01"
"""Day of the undisturbed state for observations that give none of their own."""

UNKNOWN = "not mapped to an output of the model"

_RUNS = {
    "poland-closure-2025": ("2025-09-12", 90),
    "kz-ru-border-2025": ("2025-09-14", 110),
    "caspian-storm-2026": ("2026-01-05", 60),
}


@dataclass
class Evidence:
    """The runs that observations are held against, each made when first asked for."""

    net: Network
    _static: dict[str, Assignment] = field(default_factory=dict)
    _runs: dict[str, Simulation] = field(default_factory=dict)

    def state(self, day: str) -> Assignment:
        """Return the undisturbed steady state of a day."""
        from corridors.assign import assign

        if day not in self._static:
            self._static[day] = assign(self.net, as_of=day)
        return self._static[day]

    def run(self, name: str) -> Simulation:
        """Return a run of a shipped scenario by days."""
        from corridors.simulate import simulate

        if name not in self._runs:
            start, days = _RUNS[name]
            self._runs[name] = simulate(self.net, name, days, start=start)
        return self._runs[name]

    def undisturbed(self, name: str) -> Simulation:
        """Return the same days without the scenario."""
        from corridors.simulate import simulate

        key = f"{name} without"
        if key not in self._runs:
            start, days = _RUNS[name]
            self._runs[key] = simulate(self.net, None, days, start=start)
        return self._runs[key]


def validate(
    net: Network | None = None, *, progress: Callable[[str, int, int], None] | None = None
) -> pd.DataFrame:
    """Hold the model against every observation of a network.

    Parameters
    ----------
    net
        The network; the shipped one if None.
    progress
        Is told the observation, the number done, and the number in all.

    Returns
    -------
    DataFrame
        observation_id, scenario, quantity, unit, role, observed, low, high,
        modelled (NaN where the package cannot model it), within (None there),
        and `how`: the function asked, or why there is none.
    """
    import pandas as pd

    if net is None:
        from corridors.network import load

        net = load()
    evidence = Evidence(net.whole)
    rows = []
    table = net.whole.tables["observations"].sort_values("observation_id")
    for done, row in enumerate(table.to_dict("records")):
        if progress is not None:
            progress(row["observation_id"], done, len(table))
        rows.append(_judged(evidence, row))
    columns = ["observation_id", "scenario", "quantity", "unit", "role", "observed", "low",
               "high", "modelled", "within", "how"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _judged(evidence: Evidence, row: dict[str, Any]) -> dict[str, Any]:
    name = row["observation_id"]
    asked = MODELLED.get(name)
    modelled, within = float("nan"), None
    if asked is None:
        how = NOT_MODELLED.get(name, NOT_MODELLED.get(row["quantity"], UNKNOWN))
    else:
        how = _described(asked)
        found = FUNCTIONS[asked.function](evidence, row, **asked.what)
        if found is None:
            how = f"{how}: the network does not hold what is asked for"
        else:
            modelled = float(found)
            low = row["low"] if row["low"] == row["low"] else row["value"]
            high = row["high"] if row["high"] == row["high"] else row["value"]
            within = bool(low <= modelled <= high)
    return {
        "observation_id": name,
        "scenario": row["scenario"],
        "quantity": row["quantity"],
        "unit": row["unit"],
        "role": row["role"],
        "observed": row["value"],
        "low": row["low"],
        "high": row["high"],
        "modelled": modelled,
        "within": within,
        "how": how,
    }


def _described(asked: Asked) -> str:
    what = ", ".join(f"{k}={v}" for k, v in asked.what.items())
    return f"{asked.function}({what})"


def _day(row: dict[str, Any]) -> str:
    """Return the day of an observation of the undisturbed state."""
    return BASE_DAY if not row["date"] else str(row["date"])


def _flows(evidence: Evidence, day: str, what: dict[str, Any]) -> pd.DataFrame:
    """Return the flows over selected links and transfers on a day."""
    from corridors.select import select

    chosen = select(evidence.net, what)
    flows = evidence.state(day).flows
    net = evidence.net
    keys = set()
    for kind, mask, name in (
        ("link", chosen.links, "link_id"),
        ("transfer", chosen.transfers, "transfer_id"),
    ):
        ids = net.tables[f"{kind}s"][name].to_numpy()
        for i, d in np.argwhere(mask):
            keys.add((kind, ids[i], ("forward", "backward")[d]))
    own = [k in keys for k in zip(flows["kind"], flows["id"], flows["direction"], strict=True)]
    return flows[np.array(own, dtype=np.bool_)]


def volume(
    evidence: Evidence, row: dict[str, Any], *, where: dict[str, Any], unit: str = "t",
    cargo: tuple[str, ...] = (), days: float = 365.0, as_of: str = "",
) -> float | None:  # fmt: skip
    """Return what passes selected links in the steady state, in t or TEU over some days."""
    flows = _flows(evidence, as_of or _day(row), where)
    if cargo:
        flows = flows[flows["cargo"].isin(cargo)]
    elif unit == "TEU":
        flows = flows[flows["cargo"].isin(("container", "container-fast"))]
    column = "units_per_day" if unit == "TEU" else "t_per_day"
    return float(flows[column].sum()) * days


def passed(
    evidence: Evidence, row: dict[str, Any], *, capacity: tuple[str, ...], background: bool = True,
    days: float = 1.0, as_of: str = "",
) -> float | None:  # fmt: skip
    """Return what uses capacities in the steady state, in their unit, over some days."""
    frame = evidence.state(as_of or _day(row)).capacities.set_index("capacity_id")
    if not set(capacity) <= set(frame.index):
        return None
    own = frame.loc[list(capacity)]
    return days * float(own["used"].sum() + (own["background"].sum() if background else 0.0))


def transit_days(
    evidence: Evidence, row: dict[str, Any], *, demand: tuple[str, ...], through: str = "",
    as_of: str = "",
) -> float | None:  # fmt: skip
    """Return the mean days that demands take on their usual ways, or on those through a link."""
    routes = evidence.state(as_of or _day(row)).routes
    own = routes[routes["demand_id"].isin(demand)]
    if through:
        own = own[own["key"].str.contains(through, regex=False)]
    if not len(own):
        return None
    return float(np.average(own["hours"], weights=own["t_per_day"])) / 24.0


def share_through(
    evidence: Evidence, row: dict[str, Any], *, demand: tuple[str, ...], through: str,
    as_of: str = "",
) -> float | None:  # fmt: skip
    """Return the share of demands, by prefix of their ids, that goes over a border or link."""
    routes = evidence.state(as_of or _day(row)).routes
    own = routes[routes["demand_id"].str.startswith(demand)]
    total = float(own["t_per_day"].sum())
    hit = own["key"].str.contains(through, regex=False) | own["borders"].str.contains(
        through, regex=False
    )
    return float(own.loc[hit, "t_per_day"].sum()) / total if total else None


def leg_days(
    evidence: Evidence, row: dict[str, Any], *, demand: tuple[str, ...], first: str, last: str,
    as_of: str = "",
) -> float | None:  # fmt: skip
    """Return the mean days of demands from one node on their way to another, the last node's in."""
    state = evidence.state(as_of or _day(row))
    arcs, net = state.situation.arcs, evidence.net
    ends = net.tables["links"][["from_node", "to_node"]].to_numpy()
    total = weight = 0.0
    for route in state.routes.to_dict("records"):
        if route["demand_id"] not in demand:
            continue
        c = arcs.cargo.index(route["cargo"])
        inside, hours, reached = False, 0.0, False
        for arc in route["arcs"]:
            if arcs.kind[arc] == LINK:
                pair = ends[arcs.row[arc]][:: 1 - 2 * int(arcs.direction[arc])]
                inside |= pair[0] == first
                if inside:
                    hours += float(arcs.hours[c, arc])
                if inside and pair[1] == last:
                    reached = True
                    break
            elif inside:
                hours += float(arcs.hours[c, arc])
        if reached:
            total += hours * route["t_per_day"]
            weight += route["t_per_day"]
    return total / weight / 24.0 if weight else None


def carried(
    evidence: Evidence, row: dict[str, Any], *, demand: tuple[str, ...], through: str = "",
    unit: str = "t", as_of: str = "",
) -> float | None:  # fmt: skip
    """Return what demands, by prefix of their ids, send through a link in a year, in t or TEU."""
    routes = evidence.state(as_of or _day(row)).routes
    own = routes[routes["demand_id"].str.startswith(demand)]
    own = own[own["key"].str.contains(through, regex=False)]
    if unit == "TEU":
        own = own[own["cargo"].isin(("container", "container-fast"))]
    column = "units_per_day" if unit == "TEU" else "t_per_day"
    return float(own[column].sum()) * 365.0 if len(own) else None


def queue_on(
    evidence: Evidence, row: dict[str, Any], *, scenario: str, capacity: tuple[str, ...],
    date: str = "",
) -> float | None:  # fmt: skip
    """Return the units that stand at capacities at the end of a day of a run."""
    frame = evidence.run(scenario).queues
    own = frame[frame["capacity_id"].isin(capacity) & (frame["date"] == (date or row["date"]))]
    return float(own["queue"].sum())


def wait_on(
    evidence: Evidence, row: dict[str, Any], *, scenario: str, capacity: tuple[str, ...],
    date: str = "",
) -> float | None:  # fmt: skip
    """Return the longest wait, in days, of those who come to capacities on a day of a run."""
    frame = evidence.run(scenario).queues
    own = frame[frame["capacity_id"].isin(capacity) & (frame["date"] == (date or row["date"]))]
    return float(own["wait_hours"].max()) / 24.0 if len(own) else 0.0


def passed_on_days(
    evidence: Evidence, row: dict[str, Any], *, scenario: str, capacity: str, first: str,
    days: int, scale: float = 1.0,
) -> float | None:  # fmt: skip
    """Return what passes a capacity a day on some days of a run, in its unit times a scale."""
    del row
    frame = evidence.run(scenario).throughput
    begin = dt.date.fromisoformat(first)
    dates = {(begin + dt.timedelta(days=i)).isoformat() for i in range(days)}
    own = frame[(frame["capacity_id"] == capacity) & frame["date"].isin(dates)]
    return scale * float(own["passed"].sum()) / days


def grew_on_days(
    evidence: Evidence, row: dict[str, Any], *, scenario: str, capacity: str, first: str, days: int
) -> float | None:
    """Return by how much a queue grows a day from the morning of a day on."""
    del row
    begin = dt.date.fromisoformat(first)
    frame = evidence.run(scenario).queues
    own = frame[frame["capacity_id"] == capacity].set_index("date")["queue"]
    before = (begin - dt.timedelta(days=1)).isoformat()
    after = (begin + dt.timedelta(days=days - 1)).isoformat()
    return (float(own.get(after, 0.0)) - float(own.get(before, 0.0))) / days


def days_to_clear(
    evidence: Evidence, row: dict[str, Any], *, scenario: str, capacity: str, since: str
) -> float | None:
    """Return the days from a reopening until a queue is cleared."""
    del row
    peaks = evidence.run(scenario).peaks.set_index("capacity_id")
    if capacity not in peaks.index or not isinstance(peaks.loc[capacity, "cleared_date"], str):
        return None
    cleared = dt.date.fromisoformat(str(peaks.loc[capacity, "cleared_date"]))
    return float((cleared - dt.date.fromisoformat(since)).days)


def short_of_usual(
    evidence: Evidence, row: dict[str, Any], *, scenario: str, capacity: tuple[str, ...],
    first: str, days: int,
) -> float | None:  # fmt: skip
    """Return by how much less passes capacities a day than on the same days undisturbed."""
    del row
    begin = dt.date.fromisoformat(first)
    dates = {(begin + dt.timedelta(days=i)).isoformat() for i in range(days)}
    totals = []
    for sim in (evidence.undisturbed(scenario), evidence.run(scenario)):
        frame = sim.throughput
        own = frame[frame["capacity_id"].isin(capacity) & frame["date"].isin(dates)]
        totals.append(float(own["passed"].sum()))
    return (totals[0] - totals[1]) / days


def added_days(
    evidence: Evidence, row: dict[str, Any], *, scenario: str, through: str, first: str, last: str
) -> float | None:
    """Return the days by which cargo waits longer at capacities, on average of a period."""
    del row
    waits = []
    for sim in (evidence.undisturbed(scenario), evidence.run(scenario)):
        o = sim.outcome
        own = [
            r
            for r, info in enumerate(sim.timetable.limits)
            if info.limit_id.split(":")[0] in through.split("+")
        ]
        begin = sim.outcome.problem.begin
        days = [begin + i for i, day in enumerate(sim.days) if first <= day.isoformat() <= last]
        left = o.left[np.ix_(days, own)].sum()
        waits.append(float(o.waited[np.ix_(days, own)].sum() / left) if left > 0 else 0.0)
    return waits[1] - waits[0]


FUNCTIONS: dict[str, Callable[..., float | None]] = {
    f.__name__: f
    for f in (
        volume, passed, transit_days, share_through, queue_on, wait_on,
        passed_on_days, leg_days, carried, grew_on_days, days_to_clear, short_of_usual, added_days,
    )
}  # fmt: skip
"""The functions that observations are held against, by name."""
