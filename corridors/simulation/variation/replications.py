"""Seeded replications of a run: mean and band of every figure over days drawn at random."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridors.display import card, grid, in_html
from corridors.simulation.queueing import run
from corridors.simulation.variation.draws import drawn

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from corridors.flow.arrays import Floats
    from corridors.simulation.timetable import Timetable

LOW, HIGH = 0.05, 0.95
"""Quantiles between which a band lies."""

MOST_REPLICATIONS = 10_000

TOTALS = ("cost_usd", "moving_t_hours", "waiting_t_hours", "loss_usd", "earlier_loss_usd")
"""Totals of `Simulation.summary` that have a band."""

OF_QUEUES = ("peak", "peak_t", "mean_wait_hours", "longest_wait_hours")
"""Columns of `Simulation.peaks` that have a band."""

_PARTS = 8
"""Pieces that the work is cut into where others help: the timetable goes with each."""


@dataclass(frozen=True, eq=False)
class Figures:
    """What one replication says.

    Attributes
    ----------
    waterfall, totals
        Tonnes by step of the waterfall; totals.
    queues
        Columns of `OF_QUEUES` by capacity; a capacity that is left out has had no queue.
    standing
        Units that wait at each limit at the end of each day, shape (days, R).
    residual_t
        Tonnes that appear or vanish.
    """

    waterfall: dict[str, float]
    totals: dict[str, float]
    queues: dict[str, tuple[float, ...]]
    standing: Floats
    residual_t: float


def figures_of(sim: Any) -> Figures:
    """Return what is kept of a `corridors.Simulation`."""
    summary, peaks = sim.summary, sim.peaks
    values = peaks[list(OF_QUEUES)].to_numpy(dtype=np.float64)
    return Figures(
        waterfall=dict(summary["waterfall_t"]),
        totals={name: float(summary[name]) for name in TOTALS},
        queues={
            str(name): tuple(row)
            for name, row in zip(peaks["capacity_id"], values.tolist(), strict=True)
        },
        standing=sim.standing,
        residual_t=sim.residual_t,
    )


def replicated(
    told: Callable[..., Any], timetable: Timetable, seed: int, numbers: list[int]
) -> list[Figures]:
    """Return the figures of some replications of a timetable, by their numbers.

    Parameters
    ----------
    told
        Makes a `corridors.Simulation` of a timetable, a record, a scenario and a model.
    timetable, seed, numbers
        The expected days, and what decides the draws.
    """
    found = []
    for number in numbers:
        problem = drawn(timetable.problem, seed, number)
        table = replace(timetable, problem=problem)
        found.append(figures_of(told(table, run(problem), None, "queue")))
    return found


def replicate(
    told: Callable[..., Any],
    timetable: Timetable,
    n: int,
    seed: int,
    *,
    without: Timetable | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Replications:
    """Run the replications of a timetable.

    Parameters
    ----------
    told
        Makes a `corridors.Simulation`, as in `replicated`.
    timetable
        The expected days.
    n, seed
        How many, and what decides them: the same bytes for the same seed, whoever helps.
    without
        The expected days without the scenario, to be drawn alike; None where that is no question.
    executor
        Works on them instead of this process.
    progress
        Is told the replications done and in all.
    """
    say = progress or (lambda _done, _all: None)
    tables = [timetable] if without is None else [timetable, without]
    found: list[list[Figures]] = [[] for _ in tables]

    def told_of() -> None:
        say(sum(map(len, found)), n * len(tables))

    if executor is None:
        for own, table in zip(found, tables, strict=True):
            for number in range(n):
                own.extend(replicated(told, table, seed, [number]))
                told_of()
    else:
        parts = [part.tolist() for part in np.array_split(np.arange(n), min(_PARTS, n))]
        work = [
            [executor.submit(replicated, told, light, seed, part) for part in parts]
            # What it was made from is not needed any more, and is most of what would be sent.
            for light in (replace(table, undisturbed=None) for table in tables)
        ]
        for own, pieces in zip(found, work, strict=True):
            for piece in pieces:
                own.extend(piece.result())
                told_of()
    return Replications(timetable, seed, found[0], found[1] if len(found) > 1 else None)


def _band(values: Floats) -> Floats:
    """Return mean, low and high along the first axis, shape (3, ...)."""
    low, high = np.quantile(values, [LOW, HIGH], axis=0)
    # Added up in the order of the numbers, so that the mean repeats to the byte.
    return np.stack([values.sum(axis=0) / len(values), low, high])


class Replications:
    """Mean and band (5 to 95 %) of every figure of a run over seeded replications.

    Parameters
    ----------
    timetable
        The expected days.
    seed
        What has decided the draws.
    figures
        What each replication says, in their order.
    without
        What each says of the same drawn days without the scenario; None where there is none.
    """

    def __init__(
        self,
        timetable: Timetable,
        seed: int,
        figures: list[Figures],
        without: list[Figures] | None = None,
    ) -> None:
        self._timetable = timetable
        self.seed = seed
        self.figures = figures
        self.without = without

    def __len__(self) -> int:
        return len(self.figures)

    def __repr__(self) -> str:
        return f"Replications({len(self)} with seed {self.seed})"

    def _repr_html_(self) -> str:
        effect = self.effect
        told, of = (self.waterfall, "what became of the cargo, t")
        if effect is not None:
            told, of = effect, "what the scenario does, t, USD and t-hours"
        shown = card(repr(self), {"replications": len(self), "seed": self.seed})
        return f"{shown}<p>{in_html(of)}</p>{grid(told)}"

    @property
    def residual_t(self) -> float:
        """Tonnes that appear or vanish, at worst, in any replication; rounding alone."""
        return max(f.residual_t for f in self.figures)

    def _frame(self, key: str, names: list[str], values: Floats) -> pd.DataFrame:
        band = _band(values)
        return pd.DataFrame({key: names, "mean": band[0], "low": band[1], "high": band[2]})

    @property
    def waterfall(self) -> pd.DataFrame:
        """What became of the cargo, in t: what, mean, low, high."""
        names = list(self.figures[0].waterfall)
        values = np.array([[f.waterfall[name] for name in names] for f in self.figures])
        return self._frame("what", names, values)

    @property
    def totals(self) -> pd.DataFrame:
        """Cost, hours and loss: what, mean, low, high."""
        values = np.array([[f.totals[name] for name in TOTALS] for f in self.figures])
        return self._frame("what", list(TOTALS), values)

    @property
    def effect(self) -> pd.DataFrame | None:
        """What the scenario does: each replication less the same drawn days without it.

        Days that vary make cargo late, and some turn back, where nothing is shut; the band of a
        run holds that too. Common random numbers take it out (Law 2015, section 11.2).

        Returns
        -------
        DataFrame or None
            what, of the waterfall in t and of the totals, and mean, low and high of the
            difference; None where nothing was asked for without the scenario.
        """
        if self.without is None:
            return None
        names = list(self.figures[0].waterfall)
        values = np.array(
            [
                [own.waterfall[name] - other.waterfall[name] for name in names]
                + [own.totals[name] - other.totals[name] for name in TOTALS]
                for own, other in zip(self.figures, self.without, strict=True)
            ]
        )
        return self._frame("what", [*names, *TOTALS], values)

    @property
    def queues(self) -> pd.DataFrame:
        """Capacities that have had a queue in any replication, the largest in t on average first.

        Returns
        -------
        DataFrame
            capacity_id, name, unit, `share` (of the replications that have a queue there), and
            mean, low and high of peak, peak_t, mean_wait_hours and longest_wait_hours; a
            replication without a queue there counts as 0.
        """
        points = {p.limit_id: p for p in self._timetable.limits}
        names = sorted({name for f in self.figures for name in f.queues})
        none = (0.0,) * len(OF_QUEUES)
        rows = []
        for name in names:
            band = _band(np.array([f.queues.get(name, none) for f in self.figures]))
            row: dict[str, Any] = {
                "capacity_id": name,
                "name": points[name].name,
                "unit": points[name].unit,
                "share": sum(name in f.queues for f in self.figures) / len(self),
            }
            for i, column in enumerate(OF_QUEUES):
                for j, end in enumerate(("mean", "low", "high")):
                    row[f"{column}_{end}"] = float(band[j, i])
            rows.append(row)
        columns = ["capacity_id", "name", "unit", "share"]
        columns += [f"{c}_{end}" for c in OF_QUEUES for end in ("mean", "low", "high")]
        frame = pd.DataFrame(rows, columns=columns)
        return frame.sort_values(
            ["peak_t_mean", "capacity_id"], ascending=[False, True], ignore_index=True
        )

    @property
    def daily(self) -> pd.DataFrame:
        """Queues at the end of each day: capacity_id, unit, date, mean, low, high."""
        p = self._timetable.problem
        per_day = round(1 / p.step)
        standing = np.stack([f.standing for f in self.figures])
        dates = [
            self._timetable.day_of(p.begin + i * per_day).isoformat()
            for i in range(standing.shape[1])
        ]
        band = _band(standing)
        own = np.flatnonzero(standing.any(axis=(0, 1)))
        points = self._timetable.limits
        return pd.DataFrame(
            {
                "capacity_id": np.repeat([points[r].limit_id for r in own], len(dates)),
                "unit": np.repeat([points[r].unit for r in own], len(dates)),
                "date": dates * len(own),
                **{n: band[i][:, own].T.ravel() for i, n in enumerate(("mean", "low", "high"))},
            }
        )

    def to_dict(self) -> dict[str, Any]:
        """Return mean and band of every figure as plain values for JSON."""

        def named(frame: pd.DataFrame) -> dict[str, dict[str, float]]:
            return {
                row["what"]: {end: float(row[end]) for end in ("mean", "low", "high")}
                for row in frame.to_dict("records")
            }

        effect = self.effect
        return {
            "replications": len(self),
            "seed": self.seed,
            "effect": None if effect is None else named(effect),
            "waterfall_t": named(self.waterfall),
            **named(self.totals),
            "queues": [
                {
                    "id": row["capacity_id"],
                    "name": row["name"],
                    "unit": row["unit"],
                    "share": float(row["share"]),
                    **{
                        c: {e: float(row[f"{c}_{e}"]) for e in ("mean", "low", "high")}
                        for c in OF_QUEUES
                    },
                }
                for row in self.queues.to_dict("records")
            ],
            "conservation_residual_t": self.residual_t,
        }
