"""Modelled against observed."""

from __future__ import annotations

from typing import Any

import typer

from corridors.cli.common import JsonOption, NetworkOption, note, print_json, print_table, working


def register(app: typer.Typer) -> None:
    """Add this module's commands to the application."""
    app.command()(validate)


def validate(network: NetworkOption = None, json: JsonOption = False) -> None:
    """Hold the model against every observation: within its range, outside it, or not modelled."""
    from corridors.analysis.validation import validate as hold
    from corridors.network import load

    with working("holding the model against the observations"):
        frame = hold(load(network))
    if json:
        print_json([_row(row) for row in frame.to_dict("records")])
        return
    known = frame[frame["modelled"].notna()]
    columns = ["observation_id", "unit", "role", "observed", "low", "high", "modelled", "within"]
    shown = known[columns].assign(within=["yes" if w else "no" for w in known["within"]])
    print_table(shown, "Modelled and observed")
    unknown = frame[frame["modelled"].isna()]
    print_table(unknown[["observation_id", "quantity", "how"]], "Not modelled")
    inside = int((known["within"] == True).sum())  # noqa: E712  the column holds None as well
    judged = known[known["role"] == "validate"]
    of_these = int((judged["within"] == True).sum())  # noqa: E712  as above
    note(
        f"{inside} of {len(known)} modelled observations within their range "
        f"({of_these} of {len(judged)} marked validate); {len(unknown)} not modelled"
    )


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with None where JSON knows no number."""
    return {k: None if isinstance(v, float) and v != v else v for k, v in row.items()}
