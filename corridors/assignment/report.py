"""A comparison as one page to read, print or send.

The question, the answer, the figures of the cargo that the scenario is about, the map, the
tables, what is assumed, where the numbers come from and how to make them again. The page
asks no other host for anything and runs no script but that of its map.
"""

from __future__ import annotations

import base64
import io
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from corridors.assignment.explain import answer, demand_years
from corridors.assignment.map_data import MODEL_NOTES, headline
from corridors.assignment.views.told import told_waits
from corridors.display import HAIR, in_words, plain, printed, typeset
from corridors.maps import basemap, page
from corridors.maps.data import DISCLAIMER
from corridors.maps.flowmap import SCRIPTS
from corridors.maps.payload import payload

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.figure import Figure

    from corridors.assignment.tables import ComparisonTables
    from corridors.maps.data import FlowMapData

_ROWS = 25
_BARS = 8
"""Cargoes that have a bar of their own."""

_NAMED = 3
"""Numbers that are named for each source."""

_STYLES = ("flowmap/flowmap.css", "report/report.css")
_PARTS = (
    ("kept", "kept_t_per_day"),
    ("rerouted", "rerouted_t_per_day"),
    ("lost", "lost_t_per_day"),
)
_CAUTION = (
    "Cost is what is paid for transport and, as generalised cost, for the hours; the loss of what "
    "is not carried is apart from both."
)


@dataclass(frozen=True, eq=False)
class ReportContext:
    """What a report says beside the tables of a comparison.

    Attributes
    ----------
    flow_map
        What its map shows.
    network
        What the network is called.
    events
        Each event of the scenario in words, and whether it is in force on the day.
    scenario_sources
        Where the scenario says that it has what it says.
    sources
        Where the numbers that decide come from: what, publisher, title, date, confidence.
    manifest
        What makes the comparison again, as `Comparison.manifest` has it.
    """

    flow_map: FlowMapData
    network: str
    events: Sequence[tuple[str, bool]]
    scenario_sources: Sequence[str]
    sources: pd.DataFrame
    manifest: Mapping[str, Any] = field(default_factory=dict)


def report_html(
    tables: ComparisonTables,
    maps: Figure,
    context: ReportContext | None = None,
    percentiles: pd.DataFrame | None = None,
) -> str:
    """Return the page.

    Parameters
    ----------
    tables
        What to report.
    maps
        Maps of the flows before and after, for paper, and for a page without `context`.
    context
        What it says beside them; left out where None.
    percentiles
        As `corridors.Uncertainty` has them; the answer says the ranges.

    Returns
    -------
    str
        HTML; the same tables and maps give the same text.
    """
    proof = tables.certificate
    ranges = {} if percentiles is None else _ranges(percentiles)
    bars_title, bars = _bars(tables)
    full = tables.after.bottlenecks
    waits = tables.after.waits is not None
    nearly = " or nearly so" if waits else ""
    inferred = full[full["inferred"].astype(bool)]
    shown = None if context is None else context.flow_map
    whose = "Those that used what the scenario touches, t a day"
    return page.render(
        "report/report.html",
        title=tables.title,
        styles=_STYLES,
        scripts=SCRIPTS if shown else (),
        libraries=(page.LIBRARY,) if shown else (),
        data=(
            {"flow-map-data": payload(shown, basemap.countries(basemap.shipped()))} if shown else {}
        ),
        day=str(tables.day),
        model=tables.model,
        network=context.network if context else "",
        question=_question(tables),
        events=context.events if context else (),
        description=tables.description,
        answer=[typeset(text) for text in answer(tables, ranges)],
        ranged=bool(ranges),
        cards=headline(tables),
        bars=bars,
        bars_title=bars_title,
        with_map=shown is not None,
        picture=_picture(maps),
        tables=[
            table
            for table in (
                _grid("How sure it is", _plain(percentiles)) if percentiles is not None else None,
                _grid(whose, _used(tables.used, tables)),
                _grid("Those that make room for them, t a day", _used(tables.aside, tables)),
                _grid("What becomes of the demand, t a day", _plain(tables.waterfall)),
                _grid("By cargo, t a day", _cargo(tables.by_cargo, tables.cargo_names)),
                _grid("By corridor, t a day", _plain(tables.by_corridor)),
                _grid(
                    f"Rerouted: the largest {_ROWS}", _reroutes(tables.reroutes, tables.cargo_names)
                ),
                _grid(
                    f"No longer carried: the largest {_ROWS}",
                    _lost(tables.by_demand, tables.node_names, tables.cargo_names),
                ),
                _grid(f"Full{nearly}, the dearest first", _full(full, waits=waits)),
            )
            if table
        ],
        assumptions=[text for text in _assumptions(tables) if text],
        inferred=_grid(
            f"Full{nearly}, and nobody has published how much passes there",
            _full(inferred, waits=waits),
        ),
        sources=_grid("Sources", _sources(context.sources)) if context else None,
        graded=_graded(context.sources) if context else "",
        scenario_sources=context.scenario_sources if context else (),
        proof=(
            f"Relative gap {abs(proof['relative_gap']):.1e}; "
            f"balance {proof['balance_residual']:.1e}; "
            f"capacity {proof['capacity_residual']:.1e}; flow on closed things "
            f"{proof['closed_flow']:g}. Computed from the answer alone."
        ),
        manifest=_manifest(context.manifest) if context else None,
        scenario_text=(context.manifest.get("scenario") or "").splitlines() if context else [],
        credits="; ".join(tables.credits),
        disclaimer=DISCLAIMER,
    )


def _question(tables: ComparisonTables) -> str:
    return tables.question or (
        f"What becomes of the cargo of {tables.day}, and what does it cost, if this holds: "
        f"{tables.title}?"
    )


def _ranges(percentiles: pd.DataFrame) -> dict[str, tuple[float, float]]:
    rows = percentiles[["quantity", "low_5", "high_95"]].itertuples(index=False, name=None)
    return {str(name): (float(low), float(high)) for name, low, high in rows}


def _bars(tables: ComparisonTables) -> tuple[str, list[dict[str, Any]]]:
    """Return what became of each cargo as bars, first of those that used what is touched."""
    used = tables.used
    if used is not None and used["before_t_per_day"].sum() > 1e-6:
        title, frame = "The cargo that used what the scenario touches, t a day", _told(used)
        whole = frame["before_t_per_day"]
    else:
        # A table by hand need not have every part.
        columns = ["cargo", *(name for _, name in _PARTS)]
        frame = tables.by_cargo.reindex(columns=columns).fillna(0.0)
        title = "What becomes of each cargo, t a day"
        whole = frame[[name for _, name in _PARTS]].sum(axis=1)
    most = float(whole.max()) if len(frame) else 0.0
    if most <= 1e-6:
        return title, []
    order = frame.assign(_whole=whole).sort_values(["_whole", "cargo"], ascending=[False, True])
    bars = []
    for row in order.head(_BARS).to_dict("records"):
        x, parts, said = 0.0, [], []
        for kind, name in _PARTS:
            width = 100 * float(row[name]) / most
            parts.append((kind, f"{x:.2f}", f"{width:.2f}"))
            x += width
            said.append(printed(float(row[name])))
        label = tables.cargo_names.get(row["cargo"], row["cargo"])
        bars.append({"label": label, "parts": parts, "said": " / ".join(said)})
    return title, bars


def _assumptions(tables: ComparisonTables) -> list[str]:
    full = tables.after.bottlenecks
    count = int(full["inferred"].sum())
    idle = "; ".join(tables.events_not_in_force)
    return [
        MODEL_NOTES.get(tables.model, ""),
        f"The events in force on {tables.day} are taken to last.",
        f"Events that are not in force on that day change nothing: {idle}." if idle else "",
        demand_years(tables.day, tables.base_years),
        told_waits(tables.after.waits, tables.after.capacities),
        (
            f"{count} of the {len(full)} capacities that are full"
            f"{'' if tables.after.waits is None else ' or nearly so'} have a limit that nobody "
            "published (confidence D); the table says which."
            if count
            else ""
        ),
        _CAUTION,
    ]


def _sources(frame: pd.DataFrame) -> pd.DataFrame:
    """Return each publication once, the surest first, with what it is used for."""
    rows = []
    keys = ["confidence", "publisher", "title", "date"]
    for (grade, publisher, title, date), own in frame.groupby(keys, sort=True):
        what = list(dict.fromkeys(own["what"]))
        more = f" and {len(what) - _NAMED} more" if len(what) > _NAMED else ""
        rows.append((grade, publisher, title, date, "; ".join(what[:_NAMED]) + more))
    names = ["confidence", "publisher", "title", "date", "used for"]
    return frame.iloc[:0].reindex(columns=names) if not rows else _frame(rows, names)


def _graded(frame: pd.DataFrame) -> str:
    if not len(frame):
        return ""
    counts = frame["confidence"].value_counts()
    said = ", ".join(f"{int(counts[grade])} of {grade}" for grade in sorted(counts.index))
    return f"Of the {len(frame)} numbers behind what is full and who is hit most: {said}."


def _manifest(manifest: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what makes the numbers again, without where on this machine the data lie."""
    if not manifest:
        return None
    network = manifest["network"]
    rows = [
        *((f"asked: {name}", str(value)) for name, value in manifest["parameters"].items()),
        ("network", str(network["name"])),
        *((f"data: {name}", digest) for name, digest in sorted(network["tables"].items())),
        *((f"release: {name}", text) for name, text in manifest["versions"].items()),
        ("result", str(manifest["result"])),
    ]
    return _grid("Manifest", _frame(rows, ["what", "value"]))


def _frame(rows: Sequence[tuple[Any, ...]], names: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(list(rows), columns=list(names))


def _grid(title: str, frame: pd.DataFrame) -> dict[str, Any] | None:
    """Return a table as texts for the template; None where it has no rows."""
    if not len(frame):
        return None
    numeric = [frame[name].dtype.kind in "fiu" for name in frame.columns]
    return {
        "title": title,
        "columns": [(str(name), kind) for name, kind in zip(frame.columns, numeric, strict=True)],
        "rows": [
            [
                printed(value) if kind else plain(value)
                for value, kind in zip(row, numeric, strict=True)
            ]
            for row in frame.itertuples(index=False)
        ],
    }


def _used(frame: pd.DataFrame | None, tables: ComparisonTables) -> pd.DataFrame:
    """Return what became of some cargo as a reader sees it; no rows where it is not known."""
    if frame is None:
        return tables.waterfall[:0]
    return _cargo(_told(frame).drop(columns=["unit", "t_per_unit"]), tables.cargo_names)


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the cargoes of which there is more than a trace, as sentences tell them."""
    whole = frame["before_t_per_day"]
    return frame[whole > HAIR * whole.sum()]


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns are named in words, tonnes a day without their unit."""
    return frame.rename(columns=_words)


def _words(column: str) -> str:
    return "t a day" if column == "t_per_day" else in_words(column.removesuffix("_t_per_day"))


def _cargo(by_cargo: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    return _plain(by_cargo.assign(cargo=by_cargo["cargo"].map(names)))


def _reroutes(reroutes: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    columns = [
        "demand_id",
        "cargo",
        "t_per_day",
        "from_route",
        "to_route",
        "added_hours",
        "added_cost_usd_per_unit",
    ]
    return _cargo(reroutes[columns].head(_ROWS), names)


def _lost(
    by_demand: pd.DataFrame, places: Mapping[str, str], names: Mapping[str, str]
) -> pd.DataFrame:
    frame = by_demand[by_demand["lost_t_per_day"] > 0].sort_values(
        ["lost_t_per_day", "demand_id"], ascending=[False, True]
    )
    frame = frame.assign(
        origin=frame["origin"].map(places), destination=frame["destination"].map(places)
    )
    columns = ["demand_id", "cargo", "origin", "destination", "lost_t_per_day", "demand_t_per_day"]
    return _cargo(frame[columns].head(_ROWS), names)


def _full(bottlenecks: pd.DataFrame, *, waits: bool) -> pd.DataFrame:
    columns = ["name", "unit", "amount", "background", "price_usd", "value_usd_per_day",
               "confidence"]  # fmt: skip
    frame = bottlenecks[columns].head(_ROWS)
    # Where waits rise with use a price is what each pays, not what room would save.
    price = "each pays in waiting, USD" if waits else "one more a day saves, USD a day"
    # In the order of what all of the room is worth: prices a unit of trains and tonnes have none.
    worth = "worth of all of it, USD a day"
    return frame.rename(columns={"price_usd": price, "value_usd_per_day": worth})


def _picture(maps: Figure) -> str:
    """Return the static maps as a data address; the same figure gives the same bytes."""
    out = io.BytesIO()
    with warnings.catch_warnings():
        # A character that the font lacks is shown as a box; the text beside it has it.
        warnings.filterwarnings("ignore", message="Glyph")
        maps.savefig(out, format="png", dpi=80, metadata={"Software": None})
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode("ascii")
