"""The same question asked of many networks, each with its uncertain numbers drawn anew.

A draw depends on its number, the seed and how many there are, so draws may run in any
order, side by side and on other machines, be stopped and go on: the results are the same.
"""

from __future__ import annotations

from concurrent.futures import Executor
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import __version__
from corridors.analysis.criticality.tables import network_hash
from corridors.analysis.jobs.checkpoint import Ledger, are_numbers
from corridors.analysis.jobs.each import solve_each
from corridors.analysis.jobs.pinned import areas_hash, events_text, ranges_hash
from corridors.analysis.uncertainty.drawing import Drawing, central_case, n_pilots
from corridors.analysis.uncertainty.inputs import UncertainInputs
from corridors.assignment.assign import day_of, require_model
from corridors.assignment.choice_parameters import choice_parameters
from corridors.display import card, grid, in_words, progress
from corridors.errors import ScenarioError, require_kind
from corridors.network.network import require_network
from corridors.network.ranges import value_ranges
from corridors.scenarios.scenario import scenario as read_scenario
from corridors.simulation.simulate import MOST_DAYS, simulate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from corridors.assignment.comparison import Comparison
    from corridors.flow.arrays import Floats
    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario

MOST_DRAWS = 100_000
MOST_WORKERS = 1024
MOST_SEED = 2**63 - 1

DRIVERS = 8
"""Inputs that are named for each result."""

_CENTRAL = "central"
"""Case in which nothing is drawn."""

_CENT = 0.01
"""Change of a price, in USD, below which it is rounding."""

_DUALS = [
    "capacity_id",
    "unit",
    "amount",
    "low",
    "added_price_usd",
    "damage_usd_per_day_at_low",
]

Row = dict[str, Any]
Basis = tuple["Network", "Scenario", str, str, "int | None", int, int]


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """What a scenario comes to where the inputs are as uncertain as their sources say.

    Attributes
    ----------
    scenario, model, as_of, days, n, seed
        What was asked.
    draws
        draw, quantity, value: every result of every draw.
    central
        quantity, value: the same where nothing is drawn.
    duals
        Of the exact model with nothing drawn: capacity_id, unit, amount and the low end of its
        range, what the scenario adds to its shadow price, and by the prices how much more
        damage (cost plus loss) the scenario would do at the low end: to first order,
        and of one capacity alone.
    inputs
        Names of what was drawn.
    places
        Where in its range each input lay in each draw, shape (n, inputs).
    """

    scenario: str
    model: str
    as_of: str
    days: int | None
    n: int
    seed: int
    draws: pd.DataFrame
    central: pd.DataFrame
    duals: pd.DataFrame
    inputs: tuple[str, ...]
    places: Floats

    def __repr__(self) -> str:
        return f"Uncertainty({self.scenario}: {self.n} draws of {len(self.inputs)} inputs)"

    def _repr_html_(self) -> str:
        asked = {"as of": self.as_of, "model": self.model, "days": self.days, "seed": self.seed}
        told = {name: value for name, value in asked.items() if value is not None}
        frame = self.percentiles
        return card(repr(self), told) + grid(
            frame.assign(quantity=[in_words(name) for name in frame["quantity"]])
        )

    @cached_property
    def _values(self) -> dict[str, Floats]:
        """Values by quantity and draw; what a draw does not name was nothing in it."""
        found: dict[str, Floats] = {}
        for quantity, own in self.draws.groupby("quantity", sort=True):
            values = np.zeros(self.n)
            values[own["draw"].to_numpy()] = own["value"].to_numpy()
            found[str(quantity)] = values
        return found

    @cached_property
    def percentiles(self) -> pd.DataFrame:
        """What each result may be.

        Returns
        -------
        DataFrame
            quantity, central (with nothing drawn), low_5, median, high_95 and mean of the draws.
        """
        import pandas as pd

        central = dict(zip(self.central["quantity"], self.central["value"], strict=True))
        rows = []
        for quantity, values in self._values.items():
            low, middle, high = np.quantile(values, [0.05, 0.5, 0.95]).tolist()
            mean = float(values.mean())
            rows.append((quantity, central.get(quantity, 0.0), low, middle, high, mean))
        return pd.DataFrame(
            rows, columns=["quantity", "central", "low_5", "median", "high_95", "mean"]
        )

    @cached_property
    def drivers(self) -> pd.DataFrame:
        """Which inputs decide each result, by rank correlation, the strongest first.

        Returns
        -------
        DataFrame
            quantity, input, rank_correlation (Spearman), and beyond_chance: whether it is
            larger than all but about one of all inputs would be if none mattered.
        """
        import pandas as pd
        from scipy.stats import norm, rankdata

        kinds = {"quantity": str, "input": str, "rank_correlation": float, "beyond_chance": bool}
        if self.n < 3 or not self.inputs:
            # Of columns without a kind nothing can be picked.
            return pd.DataFrame([], columns=list(kinds)).astype(kinds)
        ranks = rankdata(self.places, axis=0)
        ranks = (ranks - ranks.mean(axis=0)) / ranks.std(axis=0)
        chance = float(norm.isf(0.5 / len(self.inputs))) / np.sqrt(self.n - 1)
        rows = []
        for quantity, values in self._values.items():
            own = rankdata(values)
            if own.std() == 0:
                continue
            own = (own - own.mean()) / own.std()
            with_each = (ranks * own[:, None]).mean(axis=0)
            order = sorted(
                range(len(self.inputs)), key=lambda i: (-abs(with_each[i]), self.inputs[i])
            )
            for i in order[:DRIVERS]:
                size = round(float(with_each[i]), 6)
                rows.append((quantity, self.inputs[i], size, bool(abs(size) > chance)))
        return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)

    def to_dict(self) -> dict[str, Any]:
        """Return what was found as plain values, in the form of ``run --json``."""
        return {
            "draws": self.n,
            "seed": self.seed,
            "inputs": len(self.inputs),
            "days": self.days,
            "percentiles": self.percentiles.to_dict("records"),
            "drivers": self.drivers.to_dict("records"),
            "duals": self.duals.to_dict("records"),
        }


def uncertainty(
    net: Network,
    scenario: str | Path | Scenario,
    n: int = 200,
    seed: int = 0,
    *,
    as_of: str | None = None,
    model: str = "optimal",
    days: int | None = None,
    workers: int = 2,
    out: str | Path | None = None,
    executor: Executor | None = None,
) -> Uncertainty:
    """Ask what a scenario does of many networks whose uncertain numbers are drawn.

    Drawn are capacities, demand, hours of links and transfers, rates and tariffs, values of
    time, elasticities, and for the logit the dispersion of choices, each within the range
    that its source gives or, where it gives none, the default spread of its confidence,
    which is widest for what was inferred.

    Parameters
    ----------
    net
        The network.
    scenario
        Its name, a path or the object.
    n
        How many draws.
    seed
        Decides all of them.
    as_of
        The day; that of the scenario if None.
    model
        ``"optimal"`` or ``"logit"``.
    days
        Days that are simulated too; none if None.
    workers
        Processes, this one among them.
    out
        File of JSON lines that results go to as they come; a run that was stopped goes on
        where it was. None keeps nothing.
    executor
        Any `concurrent.futures.Executor` to work instead of workers of this machine.

    Returns
    -------
    Uncertainty
        Percentiles of each result, and the inputs that decide it. The same seed gives the same
        values, whatever the workers.

    Raises
    ------
    ScenarioError
        Where a number makes no sense, or the scenario cannot be meant.
    DataError
        Where `out` holds something else, cannot be written, or is being written.
    """
    require_network(net)
    require_model(model)
    require_kind("executor", executor, Executor | None, "a concurrent.futures.Executor, or None")
    for name, value, least, most in (
        ("uncertainty", n, 1, MOST_DRAWS),
        ("workers", workers, 1, MOST_WORKERS),
        ("seed", seed, 0, MOST_SEED),
        ("days", 1 if days is None else days, 1, MOST_DAYS),
    ):
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        if not whole or not least <= value <= most:
            msg = f"{name}: saw {value!r}, expected a whole number from {least} to {most}"
            raise ScenarioError(msg)
    plan = read_scenario(scenario)
    day = day_of(net, plan, as_of).isoformat()
    header = {
        "uncertainty": "corridors",
        "version": __version__,
        "network": network_hash(net.whole),
        "ranges": ranges_hash(net),
        "scenario": plan.name,
        "events": events_text(plan),
        "as_of": day,
        "model": model,
        "days": days,
        "of": n,
        "seed": seed,
        # What draws begin with; those of before it was so are others.
        "begun_with": "central",
    }
    areas = areas_hash(net, plan)
    header |= {"areas": areas} if areas is not None else {}
    header |= {"choice": repr(choice_parameters(net))} if model != "optimal" else {}
    cases = [_CENTRAL, *map(str, range(n))]
    with nullcontext() if out is None else Ledger(out, header, _fits) as ledger:
        done = dict(ledger.rows) if ledger is not None else {}
        missing = [case for case in cases if case not in done]
        if ledger is not None:
            ledger.require_whole(missing)
        basis: Basis = (net.whole, plan, day, model, days, n, seed)
        with (
            progress("drawing", len(cases)) as advance,
            closing(solve_each(drawer, basis, missing, workers, executor=executor)) as solved,
        ):
            for _ in done:
                advance()
            for _, row in solved:
                done[row["case"]] = row
                if ledger is not None:
                    ledger.append([row])
                advance()
        rows = [done[case] for case in cases]
        if ledger is not None and not ledger.finished:
            ledger.finish(rows)
    import pandas as pd

    inputs = UncertainInputs(net, choice=model == "logit")
    central, drawn = _tidy(rows[:1]), _tidy(rows[1:])
    return Uncertainty(
        scenario=plan.name,
        model=model,
        as_of=day,
        days=days,
        n=n,
        seed=seed,
        draws=drawn,
        central=central.drop(columns="draw"),
        duals=pd.DataFrame(rows[0]["duals"], columns=_DUALS),
        inputs=inputs.names,
        places=inputs.places(n, seed),
    )


def _fits(row: Row) -> bool:
    duals = row["duals"] if row["case"] == _CENTRAL else []
    return are_numbers(row["values"]) and all(list(dual) == _DUALS for dual in duals)


def drawer(basis: Basis) -> Callable[[str], Row]:
    """Return what answers one draw, by the name of its case."""
    net, plan, day, model, days, n, seed = basis
    inputs = UncertainInputs(net, choice=model == "logit")
    places = inputs.places(n, seed)
    central = central_case(net, plan, day, model)
    duals = _duals(net, central) if model == "optimal" else []
    drawing = Drawing(central)
    # Nothing that is drawn needs it any more, and it is large.
    del central
    for place in places[: n_pilots(n)]:
        drawing.learn(inputs.network(place))

    def draw(case: str) -> Row:
        own = net if case == _CENTRAL else inputs.network(places[int(case)])
        values = drawing.figures(own)
        if days is not None:
            sim = simulate(own, plan, days, usual=model)
            values |= {f"waterfall_t: {k}": v for k, v in sim.summary["waterfall_t"].items()}
            peaks = zip(sim.peaks["capacity_id"], sim.peaks["peak"], strict=True)
            values |= {f"peak: {k}": v for k, v in peaks if v > 0}
        row: Row = {"case": case, "values": {k: float(v) for k, v in sorted(values.items())}}
        if case == _CENTRAL:
            row["duals"] = duals
        return row

    return draw


def _duals(net: Network, found: Comparison) -> list[Row]:
    """Return what the scenario's damage would be more at the low end of each capacity's range."""
    ranges = value_ranges(net, "capacities", "amount")
    share = dict(
        zip(
            net.tables["capacities"]["capacity_id"],
            (ranges["low"] / ranges["value"].where(ranges["value"] > 0)).fillna(1.0),
            strict=True,
        )
    )
    before = found.baseline.capacities.set_index("capacity_id")["price_usd"]
    rows = []
    for limit in found.disrupted.capacities.to_dict("records"):
        name = limit["capacity_id"]
        more = limit["price_usd"] - float(before.get(name, 0.0))
        low = share.get(name.partition(":")[0], 1.0)
        if abs(more) > _CENT:
            rows.append(
                {
                    "capacity_id": name,
                    "unit": limit["unit"],
                    "amount": limit["amount"],
                    "low": low * limit["amount"],
                    "added_price_usd": more,
                    "damage_usd_per_day_at_low": more * (1.0 - low) * limit["amount"],
                }
            )
    rows.sort(key=lambda r: (-abs(r["damage_usd_per_day_at_low"]), r["capacity_id"]))
    return rows


def _tidy(rows: list[Row]) -> pd.DataFrame:
    import pandas as pd

    found = [
        (-1 if row["case"] == _CENTRAL else int(row["case"]), quantity, value)
        for row in rows
        for quantity, value in row["values"].items()
    ]
    return pd.DataFrame(found, columns=["draw", "quantity", "value"])
