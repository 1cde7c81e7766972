"""The application and its commands."""

from __future__ import annotations

from functools import cache
from typing import Any

import typer
from typer.main import get_command

from corridors.cli import analysis, calibrate, exchange, network, osm, run, simulate, validate
from corridors.cli.asking import again, expansion, find, fits

app = typer.Typer(
    name="corridors",
    help="What happens to the cargo when a border, a port or a line shuts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for module in (
    network, run, exchange, osm, analysis, simulate, validate, calibrate, find, again, fits,
    expansion,
):  # fmt: skip
    module.register(app)


@app.callback(invoke_without_command=True)
def _version(
    ctx: typer.Context,
    version: bool = typer.Option(False, "--version", help="Say which version this is."),
    debug: bool = typer.Option(  # noqa: ARG001  `start` looks for it before anything can fail
        False, "--debug", help="Show where in the program an error comes from."
    ),
) -> None:
    if version:
        from corridors import __version__

        typer.echo(__version__)
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


@cache
def command() -> Any:
    """Return what runs an argument list: the application as its library has made it, once."""
    return get_command(app)
