"""The application and its commands."""

from __future__ import annotations

from contextlib import suppress
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.main import get_command

from corridors.errors import CorridorsError

if TYPE_CHECKING:
    from collections.abc import Callable

COMMANDS = {
    "network": ("info", "check", "limits", "scenarios", "schema", "seal", "map", "explore"),
    "run": ("run",),
    "exchange": ("new", "export", "import-gmns"),
    "osm": ("osm",),
    "analysis": ("sweep", "routes", "select"),
    "simulate": ("simulate", "draws"),
    "validate": ("validate",),
    "calibrate": ("calibrate",),
    "asking.find": ("list", "show", "projects"),
    "asking.again": ("curve", "pack", "verify"),
    "asking.fits": ("headroom", "cut"),
    "asking.expansion": ("expand",),
}
"""Commands of each module, in the order in which help lists them."""


def __getattr__(name: str) -> Any:
    """Return the application with all its commands, made when it is first asked for."""
    if name == "app":
        return _application(tuple(COMMANDS))
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


@cache
def _application(modules: tuple[str, ...]) -> typer.Typer:
    """Return the application with the commands of some modules."""
    made = typer.Typer(
        name="corridors",
        help="What happens to the cargo when a border, a port or a line shuts.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    made.callback(invoke_without_command=True)(_version)
    for name in modules:
        import_module(f"corridors.cli.{name}").register(made)
    return made


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
def command(name: str | None = None) -> Any:
    """Return what runs an argument list: the application as its library has made it, once.

    Parameters
    ----------
    name
        The command that is asked for, if it is known: then with those of its module alone, as
        the others would be made for nothing.
    """
    own = tuple(module for module, names in COMMANDS.items() if name in names)
    made: Any = get_command(_application(own or tuple(COMMANDS)))
    for each in (made, *made.commands.values()):
        # --help is among the parameters in a context alone.
        for parameter in each.get_params(typer.Context(each)):
            # What some releases of the library check values with; others have no such thing.
            if getattr(parameter, "_runtime_param", ...) is None:
                parameter._runtime_param = _AsItIs()  # noqa: SLF001 - there is no other door
            if parameter.param_type_name == "option" or parameter.name not in _MAY_BE_EMPTY:
                parameter.process_value = partial(_with_a_value, parameter, parameter.process_value)
    return made


_MAY_BE_EMPTY = ("text", "scenario")
"""Arguments: what finds all where nothing is said, and what says that in words of its own."""


def _with_a_value(parameter: Any, process: Callable[..., Any], ctx: Any, value: Any) -> Any:
    """Return what a parameter makes of a value; refuse one that is empty.

    It is a variable of a shell that has none. As the name of a folder it would be the one in
    which one stands, and as anything else as if the option had not been given.
    """
    given = value if isinstance(value, list | tuple) else [value]
    if any(isinstance(one, str) and not one.strip() for one in given):
        name = parameter.opts[0] if parameter.param_type_name == "option" else parameter.name
        msg = f"{name}: saw nothing, expected a value"
        raise CorridorsError(msg)
    return process(ctx, value)


class _AsItIs:
    """Takes a value that is plainly what it should be, and leaves all others to the library.

    What the library checks values with takes longer to import than all else that it does.
    """

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return what a command is given for the value of a parameter."""
        many, info = param.multiple or param.nargs == -1, param.type_descriptor.parameter_info
        if value is None:
            return () if many else None
        if info.parser is not None and not many:
            # What it refuses the library tells of.
            with suppress(Exception):
                return info.parser(value)
        elif not many and info.min is None and info.max is None:
            kind = param.type_descriptor.annotation
            if kind in _PLAIN and type(value) is kind and (kind is not str or value.isascii()):
                return value
        param._runtime_param = None  # noqa: SLF001 - so the library makes its own
        return param.get_runtime_param().coerce(value, param=param, ctx=ctx)


_PLAIN = (str, int, float, bool)
"""Kinds of values of which one is taken as it is."""
