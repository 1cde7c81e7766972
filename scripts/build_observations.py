"""Write docs/observations.md: every observation, what each model says to it, and the verdict.

    python scripts/build_observations.py

Takes a minute: the whole validation by both models. What is written is what
`corridors validate --json` says; nothing is left out, and what is not asked has its reason.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from build_limits import markdown

import corridors as co
from corridors.display import number

if TYPE_CHECKING:
    import pandas as pd

    from corridors.network.network import Network

PAGE = Path(__file__).parent.parent / "docs" / "observations.md"

MODELS = ("logit", "optimal")

KINDS = {
    "event": "Something that happened",
    "time": "Times on the way",
    "cost": "Costs",
    "static": "An ordinary day",
}
"""Headings by `kind`, in the order of the page."""

HEAD = """# Every observation, with its verdict

Each row of `observations.csv` on the shipped network: what was seen, between which ends the model
meets it, and what it says by route choice (`logit`) and by the best plan (`optimal`); **bold**
where that lies outside. Made by `scripts/build_observations.py` of what
`corridors validate --json` says with either model.
[How a row is asked, and what the roles mean](validation.md).

A row that is *judged* went into nothing. One that is *used* went into the demand, a limit or a
cost, *fitted* into a parameter or, by route choice, as a count: that they are met proves little.
*An input* is met by every choice of routes. Letters are grades of the source, from A (an official
figure) to D (inferred).
"""


def main() -> None:
    """Hold both models against every row, and write the page."""
    net = co.load()
    PAGE.write_text(page(net, {model: co.validate(net, model=model) for model in MODELS}), "utf-8")


def page(net: Network, found: dict[str, pd.DataFrame]) -> str:
    """Return the page from the frames of `corridors.validate`, by model."""
    tables = {model: frame.set_index("observation_id") for model, frame in found.items()}
    first = tables[MODELS[0]]
    asked = first[first["within"].notna()]
    parts = [HEAD, summary(tables)]
    for kind, title in KINDS.items():
        own = [str(name) for name in asked.index[asked["kind"] == kind]]
        parts.append(f"## {title}\n\n{verdicts(net, tables, own)}")
    left = first[first["within"].isna()]
    rows = [
        [f"`{name}`", seen(row), said_by(net, str(name)), str(row["how"])]
        for name, row in left.iterrows()
    ]
    head = ["row", "observed", "source", "why not"]
    parts.append(f"## Not asked\n\n{markdown(head, rows)}")
    return "\n".join(parts)


def summary(tables: dict[str, pd.DataFrame]) -> str:
    """Return how many rows of each kind and role lie within, by model, inputs left out."""
    rows = []
    for kind, title in KINDS.items():
        for role in ("validate", "calibrate"):
            line = [title, "judged" if role == "validate" else "used or fitted"]
            for frame in tables.values():
                own = frame[(frame["kind"] == kind) & (frame["role"] == role)]
                own = own[own["within"].notna() & ~own["identity"].astype(bool)]
                line.append(f"{int(own['within'].astype(bool).sum())} of {len(own)}")
            if not all(cell.endswith(" of 0") for cell in line[2:]):
                rows.append(line)
    return markdown(["rows", "are", *(f"within by `{model}`" for model in tables)], rows)


def verdicts(net: Network, tables: dict[str, pd.DataFrame], names: list[str]) -> str:
    """Return the rows of a kind with what each model says."""
    rows = []
    for name in names:
        row = tables[MODELS[0]].loc[name]
        rows.append(
            [
                f"`{name}`",
                str(row["how"]),
                seen(row),
                *(told(frame.loc[name]) for frame in tables.values()),
                standing(*(frame.loc[name] for frame in tables.values())),
                said_by(net, name),
            ]
        )
    return markdown(["row", "asked", "observed", *(f"`{m}`" for m in tables), "is", "source"], rows)


def seen(row: pd.Series) -> str:
    """Return what was observed, its range and its unit."""
    ends = f" ({number(row['low'])} to {number(row['high'])})"
    known = row["low"] == row["low"] and row["high"] == row["high"]
    return f"{number(row['observed'])}{ends if known else ''} {row['unit']}"


def told(row: pd.Series) -> str:
    """Return what a model says, in bold where that lies outside the range."""
    text = number(row["modelled"])
    return text if row["within"] else f"**{text}**"


def standing(*rows: pd.Series) -> str:
    """Return what meeting a row is worth; by route choice or the best plan, whichever used it."""
    if any(row["identity"] for row in rows):
        return "an input"
    if any(row["fitted"] for row in rows):
        return "fitted"
    return "judged" if rows[0]["role"] == "validate" else "used"


def said_by(net: Network, name: str) -> str:
    """Return who says so, where to read it, when, and the grade."""
    of = net.sources_of("observations", name).set_index("column")
    row = of.loc["value"] if "value" in of.index else of.iloc[0]
    title = str(row["publisher"]).replace("[", "(").replace("]", ")")
    link = f"[{title}]({row['url']})" if str(row["url"]).startswith("http") else title
    return ", ".join(part for part in (link, str(row["date"]), str(row["confidence"])) if part)


if __name__ == "__main__":
    main()
