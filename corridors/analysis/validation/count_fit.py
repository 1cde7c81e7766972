"""Fit the multipliers of counts: the baseline as a path flow estimator, and how well it predicts.

Cargo spreads by route choice (`docs/choice.md`); each count that route choice can
answer to has a multiplier in dollars a unit, found together with the prices of
limits. A quadratic prior holds multipliers to a few per cent of the cost of what is
counted: where a count is missed by its spread, its multiplier is `TAU` of that cost.
Counts that ask for more contradict each other or the demand table, and are left missed.
"""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.analysis.validation.check import require_questions
from corridors.analysis.validation.counted import (
    Counted,
    changed,
    count_of,
    counted_rows,
    day_of_counts,
    of_one_demand,
)
from corridors.assignment.choice_parameters import DISPERSION
from corridors.assignment.usual.day import corridors_of, sailed_arcs, uncounted
from corridors.errors import DataError
from corridors.flow.choice.generation import first_routes
from corridors.flow.choice.model import ChoiceModel, Counts, spread_by_cost
from corridors.flow.choice.solve import choose_settled
from corridors.flow.usage import open_costs
from corridors.network.arcs import DIRECTIONS, LINK
from corridors.network.network import as_date
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats
    from corridors.flow.choice.routes import RouteSet
    from corridors.flow.choice.solve import ChoiceAnswer
    from corridors.network.network import Network

TAU = 0.05
"""Share of the cost of what is counted that a multiplier is worth where its count is missed
by its spread."""

INPUTS = (
    "capacities",
    "capacity_members",
    "cargo",
    "demand",
    "links",
    "loads",
    "nodes",
    "observations",
    "rates",
    "tariffs",
    "transfers",
)
"""Tables that a fit depends on."""


class CountFit:
    """Counts of one network, ready to be fitted.

    Parameters
    ----------
    net
        The network of all of time.
    dispersion
        Share of a demand's least cost by which its choices spread.

    Raises
    ------
    DataError
        Where no observation marked calibrate is a count.

    Attributes
    ----------
    counts
        Observations as counts, by id.
    identity
        Counts on which no choice of routes has an influence: their figure is an input.
    mean_cost
        Generalised cost of a counted unit, shape (M,).
    """

    def __init__(self, net: Network, *, dispersion: float = DISPERSION) -> None:
        require_questions(net.whole)
        rows = counted_rows(net)
        if not rows:
            msg = "calibrate: no observation marked calibrate counts volumes of a usual day"
            raise DataError(msg)
        self.net, self.dispersion = net.whole, dispersion
        self.day = day_of_counts(rows)
        rows = of_one_demand(net, rows, self.day)
        self.state = network_state(net.whole, None, as_date(self.day))
        found = [count_of(self.state, row) for row in rows]
        self.rows = {row["observation_id"]: row for row in rows}
        self.counts = [one for one in found if one is not None]
        p = self.state.problem
        self._sailed = sailed_arcs(self.state)
        least, plain = uncounted(self.state, lambda: self._first, dispersion)
        self._model = ChoiceModel.staying(p, spread_by_cost(least, dispersion))
        self.routes: RouteSet = plain.route_set
        units = [self._on_routes(c) for c in self.counts]
        kept = [self._same_demand(c, own) for c, own in zip(self.counts, units, strict=True)]
        self.counts = [c for c, keep in zip(self.counts, kept, strict=True) if keep]
        self._units = np.array([own for own, keep in zip(units, kept, strict=True) if keep])
        self.identity: Flags = np.array([self._is_identity(u) for u in self._units], dtype=np.bool_)
        self.mean_cost: Floats = np.array([self._mean_cost(u) for u in self._units])

    @cached_property
    def _first(self) -> RouteSet:
        """The routes that everything begins with."""
        p = self.state.problem
        return first_routes(
            p, open_costs(p), corridors=corridors_of(self.state), sailed=self._sailed
        )

    def _on_routes(self, count: Counted) -> Floats:
        """Return what a unit on each route adds to a count, shape (P,)."""
        p, routes = self.state.problem, self.routes
        arcs, column = np.unique(count.arc, return_inverse=True)
        by_commodity = np.zeros((p.n_commodities, len(arcs)))
        for a, c, k, f in zip(column, count.cargo, count.commodity, count.factor, strict=True):
            if k >= 0:
                by_commodity[k, a] += f
            else:
                by_commodity[p.commodity_class == c, a] += f
        # Of thousands of arcs it counts a few.
        column_of = np.full(p.n_arcs, -1, dtype=np.int64)
        column_of[arcs] = np.arange(len(arcs))
        here = np.flatnonzero(column_of[routes.arcs] >= 0)
        route = routes.of_arcs()[here]
        own = by_commodity[routes.commodity[route], column_of[routes.arcs[here]]]
        return np.bincount(route, own, len(routes)).astype(np.float64)

    def _same_demand(self, count: Counted, units: Floats) -> bool:
        """Return whether who may pass where a count was taken was wanted alike on that day."""
        other = changed(self.net, self.rows[count.observation_id], self.day)
        if not other:
            return True
        names = self.state.demand["demand_id"].to_numpy()
        return other.isdisjoint(names[np.unique(self.routes.commodity[units > 0])].tolist())

    def _is_identity(self, units: Floats) -> bool:
        """Return whether every route of each commodity adds the same."""
        k, n = self.routes.commodity, self.state.problem.n_commodities
        most, least = np.full(n, -np.inf), np.full(n, np.inf)
        np.maximum.at(most, k, units)
        np.minimum.at(least, k, units)
        has = np.isfinite(most) & (self.state.problem.amount > 0)
        return bool((most[has] - least[has] <= 1e-9 * np.maximum(most[has], 1e-300)).all())

    def _mean_cost(self, units: Floats) -> float:
        """Return the mean generalised cost per counted unit of the routes that count."""
        p = self.state.problem
        many = np.bincount(self.routes.commodity, minlength=p.n_commodities)
        weight = (p.amount / np.maximum(many, 1))[self.routes.commodity] * (units > 0)
        cost = self.routes.sums(p, p.cost)
        total = float((weight * units).sum())
        return float((weight * cost).sum()) / total if total > 0 else 0.0

    @property
    def fitted(self) -> Flags:
        """Counts that have a multiplier: routes lead there, and others do not."""
        return ~self.identity & (self.mean_cost > 0)

    def fit(self, which: Flags) -> ChoiceAnswer:
        """Return the state with the multipliers of some counts, which must be fitted ones."""
        p = self.state.problem
        model = ChoiceModel.staying(p, self._model.scale, self._counts(which))
        return choose_settled(p, model, self.routes, sailed=self._sailed)

    def under(self, which: Flags, multiplier: Floats) -> ChoiceAnswer:
        """Return the state of the day under multipliers that are given, as `assign` finds it."""
        p = self.state.problem
        counts = self._counts(which).held(multiplier)
        model = ChoiceModel.staying(p, self._model.scale, counts)
        return choose_settled(p, model, self._first, sailed=self._sailed)

    def _counts(self, which: Flags) -> Counts:
        chosen = [self.counts[i] for i in np.flatnonzero(which)]
        sizes = [len(c.arc) for c in chosen]
        return Counts(
            observed=np.array([c.value for c in chosen], dtype=np.float64),
            softness=np.array([c.spread for c in chosen]) / (TAU * self.mean_cost[which]),
            member_count=np.repeat(np.arange(len(chosen)), sizes).astype(np.int64),
            member_arc=_joined([c.arc for c in chosen], np.int64),
            member_class=_joined([c.cargo for c in chosen], np.int64),
            member_commodity=_joined([c.commodity for c in chosen], np.int64),
            member_factor=_joined([c.factor for c in chosen], np.float64),
        )

    def predicted(self, answer: ChoiceAnswer) -> Floats:
        """Return the figure of every row in a state, shape (M,)."""
        flow = answer.class_flow
        by_commodity = np.zeros((len(answer.volume), flow.shape[1]))
        routes = answer.route_set
        route = routes.of_arcs()
        np.add.at(by_commodity, (routes.commodity[route], routes.arcs), answer.route_flow[route])
        figures = []
        for c in self.counts:
            alone = by_commodity[np.maximum(c.commodity, 0), c.arc]
            units = np.where(c.commodity < 0, flow[c.cargo, c.arc], alone)
            figures.append(c.figure(float((units * c.factor).sum())))
        return np.array(figures)

    def folds(self, n: int, *, places_apart: bool = False) -> list[Flags]:
        """Return which counts each of so many folds leaves out; what the demand is, none does.

        Parameters
        ----------
        n
            How many folds.
        places_apart
            Whether counts of one place are left out together.
        """
        places: dict[bytes, int] = {}
        free = [c for c in self.counts if not c.of_demand]
        group = {
            c.observation_id: places.setdefault(c.place, len(places)) if places_apart else i
            for i, c in enumerate(free)
        }
        own = [group.get(c.observation_id) for c in self.counts]
        return [
            np.array([g is not None and g % n == fold for g in own], dtype=np.bool_)
            for fold in range(n)
        ]


def _joined(parts: list[Any], dtype: Any) -> Any:
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)


def parameter_file(net: Network) -> str:
    """Return the text of the parameter file that a fit to all counts gives.

    It is dated by the day of the state that was fitted and holds the hashes of the
    tables that it was made from; the same tables give the same bytes.

    Parameters
    ----------
    net
        The network.
    """
    fit = CountFit(net)
    which = fit.fitted
    multiplier = np.array([_rounded(usd) for usd in fit.fit(which).multiplier.tolist()])
    figures = fit.predicted(fit.under(which, multiplier))
    arcs, demand = fit.state.arcs, fit.state.demand["demand_id"].to_list()
    counts = []
    for i, usd in zip(np.flatnonzero(which).tolist(), multiplier.tolist(), strict=True):
        c = fit.counts[i]
        own = sorted({demand[k] for k in c.commodity.tolist() if k >= 0})
        places = {
            (
                "link" if arcs.arc_type[a] == LINK else "transfer",
                str(arcs.ids[a]), DIRECTIONS[arcs.direction[a]], arcs.cargo[cargo], float(f),
            )
            for a, cargo, f in zip(c.arc.tolist(), c.cargo.tolist(), c.factor.tolist(), strict=True)
        }  # fmt: skip
        counts.append(
            {
                "observation_id": c.observation_id,
                "observed": float(fit.rows[c.observation_id]["value"]),
                "modelled": _rounded(float(figures[i])),
                "usd_per_unit": usd,
                "share_of_cost": _rounded(usd / float(fit.mean_cost[i])),
                "demand": own,
                "places": [
                    dict(zip(("kind", "id", "direction", "cargo", "factor"), p, strict=True))
                    for p in sorted(places)
                ],
            }
        )
    content = {
        "as_of": fit.day,
        "dispersion": fit.dispersion,
        "tau": TAU,
        "inputs": {name: hash_of(fit.net, name) for name in INPUTS},
        "counts": counts,
    }
    return _text(content)


def _text(content: dict[str, Any]) -> str:
    """Return JSON in which a place is a line, so that a person can compare two files."""
    marks: dict[str, str] = {}
    for count in content["counts"]:
        for i, place in enumerate(count["places"]):
            mark = f"@{len(marks)}@"
            marks[f'"{mark}"'] = json.dumps(place, ensure_ascii=False)
            count["places"][i] = mark
    lines = json.dumps(content, indent=1, ensure_ascii=False).split("\n")
    for number, line in enumerate(lines):
        mark = line.strip().rstrip(",")
        if mark in marks:
            lines[number] = line.replace(mark, marks[mark])
    return "\n".join(lines) + "\n"


def _rounded(value: float) -> float:
    """Return a value to eight digits: what is beyond them depends on the machine."""
    return float(f"{value:.8g}")


def hash_of(net: Network, table: str) -> str:
    """Return the hash of a table as it was read."""
    text = net.tables[table].to_csv(index=False, lineterminator="\n")
    return "sha256:" + hashlib.sha256(text.encode("utf-8")).hexdigest()
