"""Write a comparison's tables into a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.display import json_text
from corridors.files import check_parent, csv_text, make_folder, write_text

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.assignment.comparison import Comparison


def check_target(target: Path | None) -> None:
    """Raise DataError where a result could not be written, before any work is done."""
    if target is not None:
        check_parent(target)


def write_tables(comparison: Comparison, folder: Path) -> None:
    """Write every table as CSV and the summary as JSON.

    Parameters
    ----------
    comparison
        What to write.
    folder
        Is made if it does not exist; the one it lies in must.
    """
    make_folder(folder)
    frames = {
        "waterfall": comparison.waterfall,
        "by_cargo": comparison.by_cargo,
        "by_corridor": comparison.by_corridor,
        "by_demand": comparison.by_demand,
        "reroutes": comparison.reroutes,
    }
    for name, assignment in (("before", comparison.base), ("after", comparison.hit)):
        frames[f"flows_{name}"] = assignment.flows
        frames[f"routes_{name}"] = assignment.routes.drop(columns="arcs")
        frames[f"capacities_{name}"] = assignment.capacities
        frames[f"shortfall_{name}"] = assignment.shortfall
    for name, frame in frames.items():
        write_text(folder / f"{name}.csv", csv_text(frame))
    write_text(folder / "summary.json", json_text(comparison.to_dict()))
