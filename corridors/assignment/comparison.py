"""Two assignments held against each other: what moved, what it costs, what is lost."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from corridors.errors import CorridorsError

if TYPE_CHECKING:
    from corridors.assignment.assignment import Assignment
    from corridors.maps.flowmap import FlowMap

TRACE = 1e-6
"""Tonnes a day below which a difference of routes is rounding."""


_BY_DEMAND = [
    "demand_id",
    "origin",
    "destination",
    "cargo",
    "demand_t_per_day",
    "kept_t_per_day",
    "rerouted_t_per_day",
    "lost_t_per_day",
    "gained_t_per_day",
    "unserved_before_t_per_day",
    "withdrawn_t_per_day",
    "added_hours",
    "added_usd_per_day",
]


class Comparison:
    """A baseline and a disrupted assignment of the same network on the same day.

    Parameters
    ----------
    base, hit
        The assignments.

    Raises
    ------
    CorridorsError
        Where they differ in network, day or model, so that a difference would
        not be the scenario's.
    """

    def __init__(self, base: Assignment, hit: Assignment) -> None:
        for what, a, b in (
            ("day", base.situation.day, hit.situation.day),
            ("model", base.model, hit.model),
            ("network", base.situation.net.folder, hit.situation.net.folder),
        ):
            if a != b:
                msg = f"compare: the {what}s differ: {a} and {b}; give both the same"
                raise CorridorsError(msg)
        self.base = base
        self.hit = hit

    def __repr__(self) -> str:
        name = self.hit.scenario.name if self.hit.scenario else "baseline"
        change = self.change
        return (
            f"Comparison({name}: {change['rerouted_t_per_day']:,.0f} t a day rerouted, "
            f"{change['shortfall_t_per_day']:,.0f} more short)"
        )

    def _repr_html_(self) -> str:
        from corridors.display import card

        return card(repr(self), dict(self.waterfall.itertuples(index=False)))

    @cached_property
    def by_demand(self) -> pd.DataFrame:
        """One row per demand: where each tonne a day of it went.

        Returns
        -------
        DataFrame
            demand_id, origin, destination, cargo, demand_t_per_day and its
            split into kept_t_per_day (same route), rerouted_t_per_day (served
            before, served now another way), lost_t_per_day (served before, not
            now), gained_t_per_day (served only now), unserved_before_t_per_day
            (short before and now); withdrawn_t_per_day (no longer wanted, and
            so no part of the demand); added_hours and added_usd_per_day of the
            rerouted.
        """
        before, after = self._amounts(self.base), self._amounts(self.hit)
        short_before = self.base.shortfall.set_index("demand_id")
        short_after = self.hit.shortfall.set_index("demand_id")
        moved = self.reroutes.groupby("demand_id")[["t_per_day", "added_t_hours_per_day",
                                                    "added_usd_per_day"]].sum()  # fmt: skip
        rows = []
        for demand_id, now in short_after.iterrows():
            kept = sum(
                min(t, after.get((demand_id, key), 0.0))
                for (owner, key), t in before.get_all(demand_id)
            )
            was = float(short_before.loc[demand_id, "served_t_per_day"])
            served = float(now["served_t_per_day"])
            rerouted = max(min(was, served) - kept, 0.0)
            if rerouted < TRACE:
                kept, rerouted = min(was, served), 0.0
            # What is no longer wanted is not lost: an event may have lowered the demand itself.
            wanted = float(short_before.loc[demand_id, "demand_t_per_day"])
            withdrawn = max(wanted - float(now["demand_t_per_day"]), 0.0)
            lost = _or_nothing(max(was - served, 0.0) - withdrawn)
            added = moved.loc[demand_id] if demand_id in moved.index else None
            rows.append(
                {
                    "demand_id": demand_id,
                    "origin": now["origin"],
                    "destination": now["destination"],
                    "cargo": now["cargo"],
                    "demand_t_per_day": float(now["demand_t_per_day"]),
                    "kept_t_per_day": kept,
                    "rerouted_t_per_day": rerouted,
                    "lost_t_per_day": lost,
                    "gained_t_per_day": _or_nothing(served - was),
                    "unserved_before_t_per_day": _or_nothing(
                        float(now["shortfall_t_per_day"]) - lost
                    ),
                    "withdrawn_t_per_day": _or_nothing(withdrawn),
                    "added_hours": float(added["added_t_hours_per_day"]) / rerouted
                    if added is not None and rerouted > TRACE
                    else 0.0,
                    "added_usd_per_day": float(added["added_usd_per_day"])
                    if added is not None
                    else 0.0,
                }
            )
        return pd.DataFrame(rows, columns=_BY_DEMAND)

    @staticmethod
    def _amounts(assignment: Assignment) -> _Amounts:
        routes = assignment.routes
        grouped = routes.groupby(["demand_id", "key"], sort=True)["t_per_day"].sum()
        return _Amounts({(str(d), str(k)): float(t) for (d, k), t in grouped.items()})

    @cached_property
    def reroutes(self) -> pd.DataFrame:
        """Which demand leaves which route for which.

        What a route lost is spread over the routes that gained in proportion to
        their gain, demand by demand.

        Returns
        -------
        DataFrame
            demand_id, cargo, t_per_day, from_route and to_route (borders in the
            order crossed), from_corridor, to_corridor, from_crossings and
            to_crossings (links that cross a border), added_hours,
            added_usd_per_unit, added_usd_per_day, added_t_hours_per_day; largest
            first.
        """
        rows = []
        before, after = self._routes(self.base), self._routes(self.hit)
        for demand_id in sorted(set(before) & set(after)):
            old, new = before[demand_id], after[demand_id]
            losses, gains = {}, {}
            for key in sorted(set(old) | set(new)):
                change = new.get(key, _NOTHING)["t_per_day"] - old.get(key, _NOTHING)["t_per_day"]
                if change < -TRACE:
                    losses[key] = -change
                elif change > TRACE:
                    gains[key] = change
            lost, gained = sum(losses.values()), sum(gains.values())
            if not losses or not gains:
                continue
            share = min(lost, gained) / lost / gained
            for left, loss in losses.items():
                for taken, gain in gains.items():
                    rows.append(
                        self._reroute(demand_id, old[left], new[taken], share * loss * gain)
                    )
        columns = [
            "demand_id", "cargo", "t_per_day", "from_route", "to_route", "from_corridor",
            "to_corridor", "from_crossings", "to_crossings", "added_hours", "added_usd_per_unit",
            "added_usd_per_day", "added_t_hours_per_day",
        ]  # fmt: skip
        frame = pd.DataFrame(rows, columns=columns)
        return frame.sort_values(
            ["t_per_day", "demand_id", "from_route", "to_route"],
            ascending=[False, True, True, True],
            ignore_index=True,
        )

    @staticmethod
    def _routes(assignment: Assignment) -> dict[str, dict[str, dict[str, Any]]]:
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for route in assignment.routes.drop(columns="arcs").to_dict("records"):
            own = found.setdefault(route["demand_id"], {})
            own[route["key"]] = route
        return found

    @staticmethod
    def _reroute(
        demand_id: str, left: dict[str, Any], taken: dict[str, Any], tonnes: float
    ) -> dict[str, Any]:
        hours = taken["hours"] - left["hours"]
        usd = taken["usd_per_unit"] - left["usd_per_unit"]
        units = tonnes * left["units_per_day"] / left["t_per_day"]
        return {
            "demand_id": demand_id,
            "cargo": left["cargo"],
            "t_per_day": tonnes,
            "from_route": _route_name(left),
            "to_route": _route_name(taken),
            "from_corridor": left["corridor"],
            "to_corridor": taken["corridor"],
            "from_crossings": left["crossings"],
            "to_crossings": taken["crossings"],
            "added_hours": hours,
            "added_usd_per_unit": usd,
            "added_usd_per_day": usd * units,
            "added_t_hours_per_day": hours * tonnes,
        }

    @cached_property
    def waterfall(self) -> pd.DataFrame:
        """What became of the demand, in tonnes a day: step and t_per_day.

        Demand = unserved before and after + kept its route + rerouted +
        newly served + newly unserved.
        """
        d = self.by_demand
        return pd.DataFrame(
            {
                "step": [
                    "demand",
                    "unserved before and after",
                    "kept its route",
                    "rerouted",
                    "newly served",
                    "newly unserved",
                ],
                "t_per_day": [
                    float(d["demand_t_per_day"].sum()),
                    float(d["unserved_before_t_per_day"].sum()),
                    float(d["kept_t_per_day"].sum()),
                    float(d["rerouted_t_per_day"].sum()),
                    float(d["gained_t_per_day"].sum()),
                    float(d["lost_t_per_day"].sum()),
                ],
            }
        )

    @cached_property
    def by_cargo(self) -> pd.DataFrame:
        """The demand table summed by cargo, with shortfall before and after."""
        columns = [
            "demand_t_per_day", "kept_t_per_day", "rerouted_t_per_day", "lost_t_per_day",
            "gained_t_per_day", "unserved_before_t_per_day", "added_usd_per_day",
        ]  # fmt: skip
        frame = self.by_demand.groupby("cargo")[columns].sum()
        weighted = self.by_demand["added_hours"] * self.by_demand["rerouted_t_per_day"]
        hours = weighted.groupby(self.by_demand["cargo"]).sum()
        moved = frame["rerouted_t_per_day"].where(frame["rerouted_t_per_day"] > TRACE)
        frame["added_hours"] = (hours / moved).fillna(0.0)
        return frame.reset_index()

    @cached_property
    def by_corridor(self) -> pd.DataFrame:
        """Tonnes a day by corridor: before, after, change."""
        before = pd.Series(self.base.summary["by_corridor"], dtype="float64")
        after = pd.Series(self.hit.summary["by_corridor"], dtype="float64")
        frame = pd.DataFrame({"before_t_per_day": before, "after_t_per_day": after}).fillna(0.0)
        frame["change_t_per_day"] = frame["after_t_per_day"] - frame["before_t_per_day"]
        return frame.rename_axis("corridor").sort_index().reset_index()

    @cached_property
    def change(self) -> dict[str, float]:
        """What the events change, in all.

        ``added_hours_mean`` and ``added_cost_usd_per_day_rerouted`` are of the
        rerouted cargo; ``added_cost_usd_per_day`` is the change of the whole
        transport bill, which falls where cargo is no longer carried.
        """
        a, b = self.base.summary, self.hit.summary
        d = self.by_demand
        rerouted = float(d["rerouted_t_per_day"].sum())
        hours = float((d["added_hours"] * d["rerouted_t_per_day"]).sum())
        return {
            "served_t_per_day": b["served_t_per_day"] - a["served_t_per_day"],
            "shortfall_t_per_day": b["shortfall_t_per_day"] - a["shortfall_t_per_day"],
            "kept_t_per_day": float(d["kept_t_per_day"].sum()),
            "rerouted_t_per_day": rerouted,
            "newly_unserved_t_per_day": float(d["lost_t_per_day"].sum()),
            "newly_served_t_per_day": float(d["gained_t_per_day"].sum()),
            "withdrawn_t_per_day": float(d["withdrawn_t_per_day"].sum()),
            "added_hours_mean": hours / rerouted if rerouted > TRACE else 0.0,
            "added_cost_usd_per_day_rerouted": float(d["added_usd_per_day"].sum()),
            "added_cost_usd_per_day": b["cost_usd_per_day"] - a["cost_usd_per_day"],
            "added_loss_usd_per_day": b["loss_usd_per_day"] - a["loss_usd_per_day"],
        }

    def explain(self) -> str:
        """Return a few sentences that say what happens, with the numbers of the tables.

        Examples
        --------
        >>> import corridors as co
        >>> net = co.load()
        >>> hit = co.assign(net, "poland-closure-2025")
        >>> print(co.compare(co.assign(net, as_of=hit.situation.day), hit).explain()[:20])
        On 2025-09-12, of ...
        """
        from corridors.assignment.explain import sentences

        return " ".join(sentences(self))

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain values, in the form of ``run --json``."""
        scenario = self.hit.scenario
        bottlenecks = self.hit.bottlenecks
        return {
            "scenario": scenario.name if scenario else None,
            "model": self.hit.model,
            "as_of": self.hit.situation.day.isoformat(),
            "baseline": self.base.to_dict(),
            "disrupted": self.hit.to_dict(),
            "change": self.change,
            "waterfall": {
                str(step): float(t) for step, t in self.waterfall.itertuples(index=False)
            },
            "bottlenecks": [
                {
                    "capacity_id": row["capacity_id"],
                    "name": row["name"],
                    "unit": row["unit"],
                    "use": row["use"],
                    "shadow_price_usd": row["price_usd"],
                }
                for row in bottlenecks.to_dict("records")
            ],
            "events_not_in_force": self.hit.events_not_in_force,
            "closed_links": list(self.hit.situation.closed_links),
            "explanation": self.explain(),
            "certificate": self.hit.certificate.to_dict(),
        }

    def map(self) -> FlowMap:
        """Return the map of both states, with a switch between them."""
        from corridors.assignment.map_data import comparison_map

        return comparison_map(self)


def _or_nothing(tonnes: float) -> float:
    """Return an amount, or 0 where it is negative or rounding."""
    return tonnes if tonnes > TRACE else 0.0


class _Amounts(dict[tuple[str, str], float]):
    """Tonnes a day by demand and route."""

    def get_all(self, demand_id: Any) -> list[tuple[tuple[str, str], float]]:
        """Return the entries of one demand."""
        return [(key, t) for key, t in self.items() if key[0] == demand_id]


_NOTHING: dict[str, Any] = {"t_per_day": 0.0}


def _route_name(route: dict[str, Any]) -> str:
    return route["borders"] or "domestic"


def compare(base: Assignment, hit: Assignment) -> Comparison:
    """Hold a disrupted assignment against its baseline.

    Parameters
    ----------
    base
        The undisturbed assignment.
    hit
        The assignment with the scenario's events, of the same network, day and
        model.

    Returns
    -------
    Comparison
    """
    return Comparison(base, hit)
