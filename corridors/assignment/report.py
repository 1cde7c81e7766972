"""A comparison as one page to read, print or send: words, tables, pictures, proof.

The page asks no other host for anything and runs no script.
"""

from __future__ import annotations

import base64
import io
import warnings
from typing import TYPE_CHECKING, Any

from corridors.assignment.explain import sentences
from corridors.display import in_html, number
from corridors.maps.data import DISCLAIMER

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.figure import Figure

    from corridors.assignment.tables import ComparisonTables

_ROWS = 25

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1d2733; max-width: 62rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.7rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
p.day { color: #5c6773; margin-top: 0; }
table { border-collapse: collapse; font-size: .86rem; margin: .5rem 0; }
th, td { padding: .22rem .7rem .22rem 0; border-bottom: 1px solid #dfe4e8; vertical-align: top; }
th { text-align: left; font-weight: 600; } td.n, th.n { text-align: right; white-space: nowrap; }
img { max-width: 100%; } footer { color: #5c6773; font-size: .8rem; margin-top: 2.5rem; }
div.wide { overflow-x: auto; }
"""


def report_html(tables: ComparisonTables, maps: Figure) -> str:
    """Return the page.

    Parameters
    ----------
    tables
        What to report.
    maps
        Maps of the flows before and after.

    Returns
    -------
    str
        HTML; the same tables and maps give the same text.
    """
    proof = tables.certificate
    parts = [
        f"<h1>{in_html(tables.title)}</h1>",
        f'<p class="day">{tables.day}, model {in_html(tables.model)}</p>',
        f"<p>{in_html(tables.description)}</p>" if tables.description else "",
        "<h2>What happens</h2>",
        *(f"<p>{in_html(text)}</p>" for text in sentences(tables)),
        _section("Those that used what the scenario touches, t a day", _used(tables.used, tables)),
        _section("Those that make room for them, t a day", _used(tables.aside, tables)),
        _section("What becomes of the demand, t a day", tables.waterfall),
        _section("By cargo, t a day", _cargo(tables.by_cargo, tables.cargo_names)),
        _section("By corridor, t a day", _plain(tables.by_corridor)),
        "<h2>Before and after</h2>",
        f'<img alt="Maps of the flows before and after" src="{_picture(maps)}">',
        _section(f"Rerouted: the largest {_ROWS}", _reroutes(tables.reroutes)),
        _section(
            f"No longer carried: the largest {_ROWS}", _lost(tables.by_demand, tables.node_names)
        ),
        _section("Full, the dearest first", _full(tables.after.bottlenecks)),
        "<h2>The proof</h2>",
        (
            f"<p>Relative gap {abs(proof['relative_gap']):.1e}; "
            f"balance {proof['balance_residual']:.1e}; "
            f"capacity {proof['capacity_residual']:.1e}; flow on closed things "
            f"{proof['closed_flow']:g}. Computed from the answer alone.</p>"
        ),
        (
            "<footer><p>Modelled: the cheapest way to carry the demand within the capacities, "
            "as if the situation of the day lasted; a lower bound for the damage, not a "
            "forecast. Cost is what is paid for transport; the loss of what is not carried "
            "is apart.</p>"
            f"<p>{in_html('; '.join(tables.credits))}. {in_html(DISCLAIMER)}</p></footer>"
        ),
    ]
    body = "\n".join(part for part in parts if part)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "img-src data:; style-src 'unsafe-inline'\">"
        f"<title>{in_html(tables.title)}</title><style>{_STYLE}</style></head>\n"
        f"<body>\n{body}\n</body></html>\n"
    )


def _section(title: str, frame: pd.DataFrame) -> str:
    if not len(frame):
        return ""
    numeric = {name: frame[name].dtype.kind in "fiu" for name in frame.columns}
    head = "".join(_cell("th", str(name), numeric[name]) for name in frame.columns)
    rows = ""
    for row in frame.itertuples(index=False):
        cells = (
            _cell("td", number(value) if numeric[name] else str(value), numeric[name])
            for name, value in zip(frame.columns, row, strict=True)
        )
        rows += f"<tr>{''.join(cells)}</tr>"
    return (
        f'<h2>{in_html(title)}</h2><div class="wide"><table><tr>{head}</tr>\n{rows}</table></div>'
    )


def _cell(tag: str, text: str, numeric: Any) -> str:
    mark = ' class="n"' if numeric else ""
    return f"<{tag}{mark}>{in_html(text)}</{tag}>"


def _used(frame: pd.DataFrame | None, tables: ComparisonTables) -> pd.DataFrame:
    """Return what became of some cargo as a reader sees it; no rows where it is not known."""
    if frame is None:
        return tables.waterfall[:0]
    return _cargo(frame.drop(columns=["unit", "t_per_unit"]), tables.cargo_names)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns=lambda c: c.replace("_t_per_day", "").replace("_", " "))


def _cargo(by_cargo: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    return _plain(by_cargo.assign(cargo=by_cargo["cargo"].map(names)))


def _reroutes(reroutes: pd.DataFrame) -> pd.DataFrame:
    columns = [
        "demand_id",
        "cargo",
        "t_per_day",
        "from_route",
        "to_route",
        "added_hours",
        "added_cost_usd_per_unit",
    ]
    return reroutes[columns].head(_ROWS).rename(columns=lambda c: c.replace("_", " "))


def _lost(by_demand: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    frame = by_demand[by_demand["lost_t_per_day"] > 0].sort_values(
        ["lost_t_per_day", "demand_id"], ascending=[False, True]
    )
    frame = frame.assign(
        origin=frame["origin"].map(names), destination=frame["destination"].map(names)
    )
    columns = ["demand_id", "cargo", "origin", "destination", "lost_t_per_day", "demand_t_per_day"]
    return _plain(frame[columns].head(_ROWS))


def _full(bottlenecks: pd.DataFrame) -> pd.DataFrame:
    columns = ["name", "unit", "amount", "background", "price_usd", "confidence"]
    frame = bottlenecks[columns].head(_ROWS)
    return frame.rename(columns={"price_usd": "one more a day saves, USD a day"})


def _picture(maps: Figure) -> str:
    """Return the static maps as a data address; the same figure gives the same bytes."""
    out = io.BytesIO()
    with warnings.catch_warnings():
        # A character that the font lacks is shown as a box; the text beside it has it.
        warnings.filterwarnings("ignore", message="Glyph")
        maps.savefig(out, format="png", dpi=90, metadata={"Software": None})
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode("ascii")
