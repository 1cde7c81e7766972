"""Where the program starts: with streams that can be written to, and one guard around it all."""

from __future__ import annotations

import atexit
import gc
import logging
import sys
from typing import Any

from corridors.cli.ending import ended_well, open_streams
from corridors.display import STEERS, plain
from corridors.errors import CorridorsError

_COLLECTED = 500_000, 20, 20
"""After how many new objects a command of our own process looks for circular garbage, and how often
among older ones. Importing and reading make many that stay: Python's own 700 search them over and
over, for a twentieth of a command's time."""


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line and exit.

    0 done, 1 the answer is no, 2 wrong usage or bad input, 70 a fault of this
    program, 129, 130 and 143 ended by a signal.

    Parameters
    ----------
    arguments
        What was typed after ``corridors``; ``sys.argv`` if None.
    """
    if arguments is None:
        _do_without_addresses()
        gc.set_threshold(*_COLLECTED)
        # What stands at the end goes with the process. To search it all for circles first, as
        # Python does on its way out, takes a tenth of a second.
        atexit.register(gc.freeze)
    given = list(sys.argv[1:] if arguments is None else arguments)
    open_streams()
    _tell_of_compiling()
    with ended_well(given, debug=_wants_trace(given)):
        _refuse_control(given)
        # Imported in here, so that a key pressed meanwhile ends it as it does later.
        from corridors.cli.app import command

        command(_asked(given))(args=given, prog_name="corridors")


def _do_without_addresses() -> None:
    """Keep jsonschema from making the grammar of international addresses, in our own process.

    Where the package for it is installed, as beside JupyterLab, that takes more than a second of
    every command that reads a scenario, and no schema of ours asks for an address.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def _tell_of_compiling() -> None:
    """Let the one line be seen that says that kernels are being compiled, which takes a while."""
    told = logging.getLogger("corridors.flow.compiling")
    told.handlers = [logging.StreamHandler(sys.stderr)]
    told.setLevel(logging.INFO)
    told.propagate = False


def _refuse_control(arguments: list[str]) -> None:
    """Raise CorridorsError where an argument would steer the terminal on which it is shown."""
    for argument in arguments:
        found = STEERS.search(argument)
        # Bytes of a name in another encoding are no control characters.
        if found is not None and not "\udc80" <= found[0] <= "\udcff":
            msg = f"saw the control character {plain(found[0])} in the argument {plain(argument)}"
            raise CorridorsError(msg)


def _asked(arguments: list[str]) -> str | None:
    """Return the command that is asked for, None where the first word is an option or nothing."""
    first = next((a for a in arguments if a != "--debug"), None)
    return None if first is None or first.startswith("-") else first


def _wants_trace(arguments: list[str]) -> bool:
    """Say whether --debug stands before the command."""
    for argument in arguments:
        if argument == "--debug":
            return True
        if not argument.startswith("-"):
            return False
    return False
