"""Pictures of what is feared, of how well the model does, and of how sure it is: tables alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.maps.plots.style import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    QUIET,
    RED,
    bars,
    drawing,
    in_words,
    name_of,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_NEAR = 1.25
"""What counts as near to an observation: within a quarter, as the scores of the model count."""


def criticality(
    table: pd.DataFrame,
    ax: Axes | None = None,
    n: int = 20,
    figure: str = "shortfall_t_per_day",
) -> Axes:
    """Draw the worst closures.

    Parameters
    ----------
    table
        As `corridors.criticality` returns it, for single elements.
    ax
        Axes to draw on; new ones if None.
    n
        How many.
    figure
        The column to draw and to sort by.
    """
    worst = table.sort_values(figure, ascending=False, kind="stable").head(n)
    unit = "USD a day" if "usd" in figure else "hours" if "hours" in figure else "t a day"
    title = f"{in_words(figure).replace(' usd per day', '').capitalize()} when it closes"
    with drawing(ax, title, (8, 0.9 + 0.3 * len(worst))) as own:
        names = [f"{name_of(row['name'])} ({row['kind']})" for row in worst.to_dict("records")]
        bars(own, names, worst[figure].tolist(), RED)
        own.set_xlabel(unit)
    return own


def validation(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how many times what was observed the model says, on logarithmic axes.

    Parameters
    ----------
    table
        As `corridors.validate` returns it. Rows without a modelled value are left out,
        and so are those with a zero on one side, which are counted below.
    ax
        Axes to draw on; new ones if None.
    """
    asked = table[table["modelled"].notna()]
    shown = asked[(asked["observed"] > 0) & (asked["modelled"] > 0)]
    with drawing(ax, f"Modelled against observed, {len(shown)} figures", (8, 4.8)) as own:
        own.set(xscale="log", yscale="log", xlabel="observed, in its own unit")
        own.set_ylabel("modelled / observed")
        own.axhspan(
            1 / _NEAR, _NEAR, color=QUIET, alpha=0.25, linewidth=0, label="within a quarter"
        )
        own.axhline(1, color=INK, linewidth=0.8)
        for role, mark in (("calibrate", "s"), ("validate", "o")):
            for within, colour in ((True, BLUE), (False, ORANGE)):
                mine = shown[(shown["role"] == role) & (shown["within"] == within)]
                if not len(mine):
                    continue
                own.scatter(
                    mine["observed"],
                    mine["modelled"] / mine["observed"],
                    16,
                    colour,
                    marker=mark,
                    label=f"{role}, {'in' if within else 'out of'} range ({len(mine)})",
                )
        left = len(asked) - len(shown)
        if left:
            own.annotate(
                f"{left} not shown: zero on one side", (0.99, 0.01), xycoords="axes fraction",
                ha="right", fontsize=8, color=INK,
            )  # fmt: skip
        own.legend(loc="best", fontsize=8)
    return own


def fan(table: pd.DataFrame, ax: Axes | None = None, title: str = "Range", unit: str = "") -> Axes:
    """Draw percentiles over the days as a fan.

    Parameters
    ----------
    table
        ``date`` (ISO) and columns ``p5``, ``p25``, ``p50``, ``p75``, ``p95``, or any even
        number of percentiles around a middle one, in rising order.
    ax
        Axes to draw on; new ones if None.
    title, unit
        Of what is drawn.
    """
    from corridors.maps.plots.days import date_ticks, day_axis

    columns = [c for c in table.columns if str(c).startswith("p") and str(c)[1:].isdigit()]
    half = len(columns) // 2
    days = day_axis(table["date"])
    with drawing(ax, title) as own:
        for i in range(half):
            low, high = columns[i], columns[-1 - i]
            own.fill_between(
                days, table[low], table[high], color=BLUE, alpha=0.18 + 0.14 * i, linewidth=0,
                label=f"{low[1:]} to {high[1:]} %",
            )  # fmt: skip
        own.plot(days, table[columns[half]], color=INK, label="middle")
        own.set_ylabel(unit)
        date_ticks(own)
        own.legend(loc="upper left", fontsize=8)
    return own


def tornado(table: pd.DataFrame, ax: Axes | None = None, n: int = 12) -> Axes:
    """Draw which inputs drive a result: the rank correlation of each with it.

    Parameters
    ----------
    table
        ``input`` and ``correlation``, from -1 to 1.
    ax
        Axes to draw on; new ones if None.
    n
        How many, the strongest first.
    """
    order = table["correlation"].abs().sort_values(ascending=False, kind="stable").index[:n]
    chosen = table.loc[order]
    with drawing(ax, "What drives it", (8, 0.9 + 0.32 * len(chosen))) as own:
        colours = [GREEN if v > 0 else ORANGE for v in chosen["correlation"]]
        places = range(len(chosen))
        own.barh(places, chosen["correlation"], color=colours, height=0.7)
        own.set_yticks(places, [name_of(v) for v in chosen["input"]])
        own.invert_yaxis()
        own.grid(axis="y", visible=False)
        own.axvline(0, color=INK, linewidth=0.8)
        own.set_xlim(-1, 1)
        own.set_xlabel("rank correlation: right raises it, left lowers it")
    return own
