"""Modelled against observed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.cli.common import JsonOption, NetworkOption, note, print_json, print_table, working

if TYPE_CHECKING:
    import pandas as pd


def register(app: typer.Typer) -> None:
    """Add this module's commands to the application."""
    app.command()(validate)


def validate(
    context: typer.Context,
    network: NetworkOption = None,
    model: Annotated[
        str, typer.Option(help="How cargo chooses its way in a steady state: optimal or logit.")
    ] = "optimal",
    json: JsonOption = False,
) -> None:
    """Hold the model against every observation: within its range, outside it, or not modelled."""
    from corridors.analysis.validation.validate import validate as hold
    from corridors.cli.asking.answers import hold_text_plainly
    from corridors.network.network import load

    hold_text_plainly(context)
    with working("holding the model against the observations"):
        frame = hold(load(network), model=model)
    if json:
        print_json([_row(row) for row in frame.to_dict("records")])
        return
    known = frame[frame["within"].notna()]
    columns = ["observation_id", "unit", "role", "observed", "low", "high", "modelled", "within"]
    shown = known[columns].assign(within=["yes" if w else "no" for w in known["within"]])
    if len(known):
        print_table(shown, "Modelled and observed")
        print_table(_by_kind(known), "By what they are of; identities are inputs of the model")
    unknown = frame[frame["within"].isna()]
    if len(unknown):
        print_table(unknown[["observation_id", "quantity", "how"]], "Not modelled or not judged")
    note(_summary(known, len(unknown)))


def _by_kind(known: pd.DataFrame) -> pd.DataFrame:
    """Return how many modelled rows of each kind and role lie within, inputs apart."""
    inside = (known["within"] == True) & ~known["identity"]  # noqa: E712  None as well
    frame = known.assign(rows=1, within=inside.astype(int), fitted=known["fitted"].astype(int),
                         identities=known["identity"].astype(int))  # fmt: skip
    columns = ["rows", "identities", "fitted", "within"]
    return frame.groupby(["kind", "role"])[columns].sum().reset_index()


def _summary(known: pd.DataFrame, unknown: int) -> str:
    """Return in a sentence or two how many observations the model meets, by role."""
    if not len(known):
        what = f"none of {unknown} observations" if unknown else "there are no observations"
        return f"{what[:1].upper()}{what[1:]} to hold the model against."
    inside = known["within"] == True  # noqa: E712  the column holds None as well
    roles = [
        f"{int(inside[own].sum())} of {int(own.sum())} marked {role}"
        for role in ("calibrate", "validate")
        if (own := known["role"] == role).any()
    ]
    return (
        f"{int(inside.sum())} of {len(known)} modelled observations are within their range: "
        f"{', '.join(roles)}. Those marked calibrate were used to make the model, so that "
        "meeting them proves nothing. "
        f"{unknown} {'is' if unknown == 1 else 'are'} not modelled or not judged, for the "
        "reasons given."
    )


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with None where JSON knows no number."""
    return {k: None if isinstance(v, float) and v != v else v for k, v in row.items()}
