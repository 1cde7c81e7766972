"""Pictures of the steady state: what became of the cargo, and what is full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from corridors.display import number, share
from corridors.errors import ProblemError
from corridors.maps.plots.style import (
    BLUE,
    INK,
    OF_STEP,
    ORANGE,
    QUIET,
    RED,
    bars,
    drawing,
    in_words,
    name_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from corridors.maps.static import FlowLine

_TRACE = 1e-6
_WHOLE = ("demand", "wanted")


class WithWaterfall(Protocol):
    """A result that says what became of the cargo: a comparison or a simulation."""

    @property
    def waterfall(self) -> pd.DataFrame:
        """Step and amount, the whole first."""


class WithStates(Protocol):
    """A comparison of two assignments."""

    @property
    def by_corridor(self) -> pd.DataFrame:
        """Tonnes a day by corridor: before, after."""

    @property
    def baseline(self) -> Any:
        """The undisturbed assignment."""

    @property
    def disrupted(self) -> Any:
        """The assignment with the events."""

    def changed_lines(self) -> list[FlowLine]:
        """What the events change on each link."""

    def figure(self) -> Figure:
        """Draw both states, one above the other."""


def waterfall(result: WithWaterfall, ax: Axes | None = None) -> Axes:
    """Draw what became of the cargo that did not simply arrive by its usual route.

    What keeps its route, or is on time or under way, is most of it as a rule, and would
    make all else too short to see: it stands in the title, and the rest as bars.

    Parameters
    ----------
    result
        A comparison (tonnes a day) or a simulation (tonnes of all days).
    ax
        Axes to draw on; new ones if None.
    """
    table = result.waterfall
    unit = "t a day" if "step" in table.columns else "t"
    steps = [(str(row[0]), float(row[1])) for row in table.itertuples(index=False)]
    whole = next((t for step, t in steps if step in _WHOLE), 0.0)
    usual = [(step, t) for step, t in steps if OF_STEP.get(step) == QUIET]
    rest = [(s, t) for s, t in steps if s not in _WHOLE and (s, t) not in usual and t > _TRACE]
    said = ", ".join(f"{share(t, whole)} {in_words(step)}" for step, t in usual)
    with drawing(
        ax, f"Of {number(whole, unit)}: {said}; the rest", (8, 0.9 + 0.42 * len(rest))
    ) as own:
        names = [in_words(step) for step, _ in rest]
        bars(own, names, [t for _, t in rest], [OF_STEP.get(step, INK) for step, _ in rest])
        own.set_xlabel(unit)
    return own


def shares(result: WithStates, ax: Axes | None = None) -> Axes:
    """Draw what each corridor carries before and after, in thousand tonnes a day."""
    table = result.by_corridor
    table = table[(table["before_t_per_day"] > _TRACE) | (table["after_t_per_day"] > _TRACE)]
    table = table.sort_values(["before_t_per_day", "corridor"], ascending=[False, True])
    places = np.arange(len(table))
    with drawing(ax, "What each corridor carries", (8, 1.2 + 0.5 * len(table))) as own:
        for shift, when, colour in ((-0.2, "before", QUIET), (0.2, "after", BLUE)):
            kt = table[f"{when}_t_per_day"].to_numpy() / 1000
            drawn = own.barh(places + shift, kt, 0.38, color=colour, label=when)
            own.bar_label(drawn, [number(v) for v in kt], padding=3, fontsize=8)
        own.set_yticks(places, [in_words(name or "none") for name in table["corridor"]])
        own.invert_yaxis()
        own.margins(x=0.1)
        own.set_xlabel("thousand t a day")
        own.legend(loc="lower right")
    return own


def utilisation(result: Any, ax: Axes | None = None, n: int = 20) -> Axes:
    """Draw the fullest capacities as a ladder: their use, background included.

    Parameters
    ----------
    result
        An assignment, or a comparison: then use before is a ring and use after a dot.
    ax
        Axes to draw on; new ones if None.
    n
        How many, the fullest after the events first.
    """
    after = getattr(result, "disrupted", result).capacities.set_index("capacity_id")
    before = result.baseline.capacities if hasattr(result, "baseline") else None
    used = after[after["use"] > 0].assign(rise=0.0)
    if before is not None:
        was = before.set_index("capacity_id")["use"].reindex(used.index)
        used = used.assign(was=100 * was, rise=used["use"] - was.fillna(0.0))
    used = used.reset_index().sort_values(
        ["use", "rise", "capacity_id"], ascending=[False, False, True], ignore_index=True
    )
    after = used.head(n)
    places = np.arange(len(after))
    with drawing(ax, "The fullest capacities", (8, 1.0 + 0.3 * len(after))) as own:
        own.axvline(100, color=RED, linewidth=1, zorder=1)
        now = 100 * after["use"].to_numpy()
        if before is not None:
            was = after["was"].to_numpy()
            own.hlines(places, was, now, color=QUIET, linewidth=1.2, zorder=2)
            own.scatter(was, places, 28, "white", edgecolors=INK, label="before", zorder=3)
        full = after["binding"].to_numpy(dtype=bool)
        for mask, colour, label in ((~full, BLUE, "not full"), (full, ORANGE, "full")):
            if mask.any():
                own.scatter(now[mask], places[mask], 28, colour, label=label, zorder=4)
        own.set_yticks(places, [name_of(name) for name in after["name"]])
        own.invert_yaxis()
        own.set_xlabel("use, % of the capacity")
        if len(after):
            own.legend(loc="lower left")
    return own


def before_after(result: WithStates) -> Any:
    """Draw the flows before and after on maps of equal areas, one above the other.

    Returns
    -------
    ndarray of matplotlib.axes.Axes
        Shape (2,).
    """
    return np.array(result.figure().axes)


def small_multiples(results: Mapping[str, WithStates] | Sequence[WithStates]) -> Any:
    """Draw what some scenarios change, a small map each, all on one scale.

    Parameters
    ----------
    results
        Comparisons, with their titles or without; each says what it is about.

    Returns
    -------
    ndarray of matplotlib.axes.Axes
        Shape (N,), in the order given. Blue is what a line gains, orange what it loses; what the
        scenario closes is red.

    Raises
    ------
    ProblemError
        Where there is none.
    """
    from corridors.maps.static import change_figure

    given = dict(results) if hasattr(results, "keys") else {_title(r): r for r in results}
    if not given:
        message = "small multiples: at least one comparison is wanted"
        raise ProblemError(message)
    panels = [(title, result.changed_lines()) for title, result in given.items()]
    axes: Any = change_figure(panels).axes
    return np.array(axes)


def _title(result: Any) -> str:
    plan = result.disrupted.scenario
    return (plan.title or plan.name) if plan is not None else "no events"
