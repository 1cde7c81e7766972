"""Refit the parameters of behaviour."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.cli.asking.targets import check_target, results
from corridors.cli.common import (
    JsonOption,
    NetworkOption,
    note,
    print_json,
    print_table,
    whole_number,
    working,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from corridors.analysis.cross_validation import CrossValidation
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
    folds: Annotated[
        int | None,
        typer.Option(
            help="Predict each count from fits to the others, in so many folds.",
            metavar="N",
            parser=whole_number("folds"),
        ),
    ] = None,
    workers: Annotated[
        int,
        typer.Option(
            help="Processes that work on folds, this one among them.",
            metavar="N",
            parser=whole_number("workers", least=1, most=1024),
        ),
    ] = 1,
    counts: Annotated[
        Path | None,
        typer.Option(
            help="Fit the counts of the route choice alone and write their parameters.",
            metavar="FILE",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Refit how cargo decides to the observations that say so in `fits`, and say how well it fits.

    On the shipped network it takes some minutes: the scenarios are run again for every step.
    With `--folds` or `--counts` it is about the counts of the route choice instead, which takes
    seconds; the file that `--counts` writes counts once it stands as choice.json beside the tables.
    """
    from corridors.analysis.validation.calibrate import calibrate as fit
    from corridors.errors import DataError
    from corridors.network.network import load

    if folds is not None or counts is not None:
        if out is not None:
            msg = "calibrate: --out goes with neither --folds nor --counts; leave one out"
            raise DataError(msg)
        _counts(network, folds, counts, workers, json=json)
        return
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        msg = f"{out}: exists already, expected a new folder"
        raise DataError(msg)
    with results(folder=out):
        with working("reading the network"):
            net = load(network)
        with _counter() as progress:
            found = fit(net, progress=progress)
        if out is not None:
            _write(net, found, out)
    if json:
        print_json(found.to_dict())
    else:
        shown = found.parameters.rename(columns={"spread": "standard deviation"})
        print_table(shown, "Parameters, each within its range", own_units=True)
        print_table(found.observations, "Observations fitted to, with the network's own "
                                        "and with the fitted values")  # fmt: skip
        note(
            f"misfit {found.misfit_shipped:.2f} with the network's own values, "
            f"{found.misfit_fitted:.2f} with the fitted ones; {found.runs} runs. "
            "`corridors validate` judges by the observations marked validate."
        )
    if out is not None:
        note(f"wrote {out}")


def _counts(
    network: Path | None, folds: int | None, file: Path | None, workers: int, *, json: bool
) -> None:
    """Fit the counts of the route choice: judge them in folds, write their parameters, or both."""
    from corridors.analysis.cross_validation import cross_validate
    from corridors.analysis.validation.count_fit import parameter_file
    from corridors.files import write_text
    from corridors.network.folder import CHOICE
    from corridors.network.network import load

    check_target(file, but=CHOICE)
    with working("reading the network"):
        net = load(network)
    if folds is not None:
        with _counter() as progress:
            found = cross_validate(net, folds, progress=progress, workers=workers)
        if json:
            print_json(found.to_dict())
        else:
            _print_folds(found, folds)
    if file is not None:
        with working("fitting the counts"):
            write_text(file, parameter_file(net))
        note(f"wrote {file}")


def _print_folds(found: CrossValidation, folds: int) -> None:
    """Print each count with what the others predict for it, and how near that comes."""
    import pandas as pd

    if not found.rows:
        note("no count is left to predict: each says by which way the demand was counted")
        return
    print_table(pd.DataFrame(found.rows), f"Each count predicted from the others, {folds} folds")
    note(
        f"{_scored(vars(found))}; of those that are no input {_scored(found.without_identities)}. "
        f"The largest multiplier is {100 * found.largest_multiplier_share:.0f} % of the cost of "
        "what it counts."
    )


def _scored(scores: dict[str, Any]) -> str:
    """Return how near predictions come, in words."""
    if scores["within_25_percent"] is None:
        return "none is predicted"
    return (
        f"{scores['within_25_percent']:.0f} % within a quarter, mean error of the logarithm "
        f"{scores['mean_absolute_log_error']:.2f}"
    )


def _write(net: Network, found: Calibration, out: Path) -> None:
    from corridors.analysis.validation.calibrate import fitted_network
    from corridors.files import whole_folder, write_bytes
    from corridors.network.folder import CHOICE, LINES, copy_scenarios, read_manifest, write_tables

    manifest: dict[str, Any] = read_manifest(net.folder) if net.folder else {}
    lines = net.folder / LINES if net.folder else None
    with whole_folder(out) as folder:
        write_tables(
            folder,
            fitted_network(net, found).tables,
            name=manifest.get("name", out.name),
            title=manifest.get("title", "A network of freight corridors"),
            lines=lines.read_bytes() if lines is not None and lines.is_file() else None,
            licenses=manifest.get("licenses", []),
        )
        if net.folder is not None:
            copy_scenarios(net.folder, folder)
            if (net.folder / CHOICE).is_file():
                write_bytes(folder / CHOICE, (net.folder / CHOICE).read_bytes())


@contextmanager
def _counter() -> Iterator[Callable[[str, int], None] | None]:
    """Show how many runs are done, on a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status("reading the network") as status:
        yield lambda what, runs: status.update(f"{what}: {runs}")
