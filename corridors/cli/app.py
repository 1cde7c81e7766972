"""The application: its commands, and one way to fail for all of them."""

from __future__ import annotations

import sys
from typing import Any

import typer

from corridors.cli import analysis, calibrate, exchange, network, osm, run, simulate, validate
from corridors.errors import CorridorsError

DONE, ANSWER_IS_NO, WRONG_USE = 0, 1, 2
"""Exit codes: done; the answer is no or a check failed; wrong usage or bad input."""

app = typer.Typer(
    name="corridors",
    help="What happens to the cargo when a border, a port or a line shuts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for module in (network, run, exchange, osm, analysis, simulate, validate, calibrate):
    module.register(app)


@app.callback(invoke_without_command=True)
def _version(
    ctx: typer.Context,
    version: bool = typer.Option(False, "--version", help="Say which version this is."),
) -> None:
    if version:
        from corridors import __version__

        typer.echo(__version__)
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line and exit: 0 done, 1 the answer is no, 2 bad input.

    Parameters
    ----------
    arguments
        What was typed after ``corridors``; ``sys.argv`` if None.
    """
    try:
        app(args=arguments)
    except CorridorsError as error:
        print(f"corridors: {error}", file=sys.stderr)
        sys.exit(WRONG_USE)
    except KeyboardInterrupt:
        print("corridors: interrupted", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output, such as `head`, has seen enough.
        sys.stderr.close()
        sys.exit(DONE)
