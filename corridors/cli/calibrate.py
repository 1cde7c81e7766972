"""Refit the parameters of behaviour."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.cli.common import JsonOption, NetworkOption, note, print_json, print_table, results

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from corridors.analysis.validation.calibrate import Calibration
    from corridors.network.network import Network


def register(app: typer.Typer) -> None:
    """Add this module's commands to the application."""
    app.command()(calibrate)


def calibrate(
    network: NetworkOption = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the network with the fitted values.", metavar="FOLDER"),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Refit how cargo decides to the observations that say so in `fits`, and say how well it fits.

    On the shipped network it takes some minutes: the scenarios are run again for every step.
    """
    from corridors.analysis.validation.calibrate import calibrate as fit
    from corridors.errors import DataError
    from corridors.network.network import load

    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        msg = f"{out}: exists already, expected a new folder"
        raise DataError(msg)
    with results(folder=out):
        net = load(network)
        with _counter() as progress:
            found = fit(net, progress=progress)
        if out is not None:
            _write(net, found, out)
    if json:
        print_json(found.to_dict())
    else:
        shown = found.parameters.rename(columns={"spread": "standard deviation"})
        print_table(shown, "Parameters, each within its range")
        print_table(found.observations, "Observations fitted to, with the network's own "
                                        "and with the fitted values")  # fmt: skip
        note(
            f"misfit {found.misfit_shipped:.2f} with the network's own values, "
            f"{found.misfit_fitted:.2f} with the fitted ones; {found.runs} runs. "
            "`corridors validate` judges by the observations marked validate."
        )
    if out is not None:
        note(f"wrote {out}")


def _write(net: Network, found: Calibration, out: Path) -> None:
    from corridors.analysis.validation.calibrate import fitted_network
    from corridors.files import whole_folder
    from corridors.network.folder import LINES, copy_scenarios, read_manifest, write_tables

    manifest: dict[str, Any] = read_manifest(net.folder) if net.folder else {}
    lines = net.folder / LINES if net.folder else None
    with whole_folder(out) as folder:
        write_tables(
            folder,
            fitted_network(net, found).tables,
            name=manifest.get("name", out.name),
            title=manifest.get("title", "A network of freight corridors"),
            lines=lines.read_bytes() if lines is not None and lines.is_file() else None,
        )
        if net.folder is not None:
            copy_scenarios(net.folder, folder)


@contextmanager
def _counter() -> Iterator[Callable[[str, int], None] | None]:
    """Show how many runs are done, on a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status("reading the network") as status:
        yield lambda what, runs: status.update(f"{what}: {runs}")
