"""How a command ends that does not just finish: told to stop, unread, out of room, or by a fault.

Exit codes: 0 where a reader of our output has seen enough, 2 where something
outside refuses (a full disk, a folder that may not be written), 70 for a fault of
this program, 129, 130 and 143 where a signal ends it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self

from corridors.display import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

WRONG_USE, FAULT = 2, 70

_GRACE_CPU_S, _GRACE_S = 1.5, 15.0
"""After so much work, or so long without any, a command that was told to stop is ended.

Work and not time alone: where other programs take the processor, tidying up takes longer.
"""

_ENDING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Signals that end a command; not every system has all of them."""

_MINE = (errno.EBADF, errno.EINVAL)
"""What else a broken standard output gives; elsewhere these would be faults of this program."""


class Stopped(BaseException):
    """A signal that ends the program, on its way through all that tidies up.

    Parameters
    ----------
    number
        Of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    @property
    def code(self) -> int:
        """Exit code as shells give it."""
        return 128 + self.number


class Stop:
    """Turns signals into `Stopped`, once, and sees to it that the program ends."""

    def __init__(self) -> None:
        self.told: Stopped | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for name in _ENDING:
                number = getattr(signal, name, None)
                # What nohup has had ignored stays so.
                kept = name == "SIGHUP" and _is_ignored(number)
                if number is not None and not kept:
                    self._before[number] = signal.signal(number, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        if self.told is not None:
            # On the way out nothing may interrupt again.
            return
        for number, before in self._before.items():
            signal.signal(number, before)

    def _stop(self, number: int, _: object) -> None:
        if self.told is not None:
            return
        self.told = Stopped(number)
        threading.Thread(target=_end_soon, args=(number,), daemon=True).start()
        raise self.told


def _is_ignored(number: int | None) -> bool:
    return number is not None and signal.getsignal(number) is signal.SIG_IGN


def _end_soon(number: int) -> None:
    """End the program when it does not do so itself; workers end with it."""
    told, used = time.monotonic(), time.process_time()
    while time.process_time() - used < _GRACE_CPU_S and time.monotonic() - told < _GRACE_S:
        time.sleep(0.05)
    say("corridors: stopped; what OUT.part holds is kept, the same command goes on from there")
    os._exit(128 + number)


def say(text: str) -> None:
    """Write lines to standard error, which may be closed."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        print(plain(text, lines=True), file=sys.stderr, flush=True)


def open_streams() -> None:
    """Give standard streams that are closed somewhere to go, and have all write UTF-8.

    A closed standard output is one that refuses what is written to it: a result
    that nobody can get is said to be lost. Messages on a closed standard error
    have nobody to miss them.
    """
    for number, flags in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is taken: that of the stream, as those below it are open.
            handle = os.open(os.devnull, flags)
            if handle == number:
                os.set_inheritable(handle, True)
    if sys.stdout is None:
        # Open for reading only, so that writing fails as on a closed one.
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115  for good
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115  as above
    for stream in (sys.stdout, sys.stderr):
        # A stream that a test or a notebook has put there is what it is.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def flush() -> None:
    """Write out what is still held back, so that a failure shows while it can be told."""
    if sys.stdout is not None and not sys.stdout.closed:
        sys.stdout.flush()


def leave(code: int) -> NoReturn:
    """Exit without trying once more to write to a standard output that takes nothing."""
    with contextlib.suppress(OSError, ValueError):
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.close(quiet)
    sys.exit(code)


def notes_of(error: BaseException) -> str:
    """Return what was noted on an error on its way up, a line each."""
    return "".join(f"\n  {note}" for note in getattr(error, "__notes__", ()))


def stop_behind(error: BaseException | None) -> Stopped | None:
    """Return the signal that what was raised comes from, if there is one.

    Where a signal comes while compiled code calls back, Python makes a fault of what is raised
    there, which has the signal as its cause.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, KeyboardInterrupt):
            return Stopped(signal.SIGINT)
        if isinstance(error, Stopped):
            return error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None


def stopped(stop: Stopped, arguments: list[str], notes: str) -> NoReturn:
    """Say that a signal has ended the command, and what is kept."""
    name = signal.Signals(stop.number).name
    kept = notes or "\n  nothing is kept"
    if not notes and {"draws", "sweep"} & set(arguments):
        kept += "; with --out FILE the same command goes on from where it was"
    say(f"corridors: stopped by {name}{kept}")
    # All is tidied up, and to take the libraries down in good order lasts a second.
    with contextlib.suppress(OSError, ValueError):
        flush()
    os._exit(stop.code)


def is_broken_pipe(error: OSError) -> bool:
    """Say whether the reader of our output, such as `head`, has seen enough."""
    return isinstance(error, BrokenPipeError) or error.errno == errno.EPIPE


def refused(error: OSError) -> NoReturn:
    """Say what the system has refused."""
    what = f"{error.filename}: " if error.filename is not None else ""
    if not what and (error.errno in _MINE or error.errno == errno.ENOSPC):
        what = "standard output: cannot be written: "
    say(f"corridors: {what}{error.strerror or error}{notes_of(error)}")
    leave(WRONG_USE)


def fault(error: BaseException, arguments: list[str]) -> NoReturn:
    """Say in one line that this program has failed, and keep all that helps to find out why."""
    kind = type(error).__name__
    said = " ".join(str(error).split())[:200]
    text = f"corridors: this is a fault of the program, please report it: {kind}: {said}"
    path = _write_log(error, arguments)
    if path is not None:
        text += f" (details: {path})"
    say(f"{text}{notes_of(error)}" if isinstance(error, MemoryError) else text)
    leave(FAULT)


def _write_log(error: BaseException, arguments: list[str]) -> Path | None:
    """Write the trace where logs are kept; None where that is not possible either."""
    import platform

    from platformdirs import user_state_path

    from corridors import __version__

    lines = [
        f"corridors {__version__}, Python {platform.python_version()}, {platform.platform()}\n",
        f"corridors {' '.join(repr(plain(a)) for a in arguments)}\n\n",
        *traceback.format_exception(error),
    ]
    stamp = time.strftime("%Y%m%dT%H%M%S")
    try:
        folder = user_state_path("corridors", appauthor=False)
        if not folder.is_absolute():
            # This user has no home.
            return None
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"fault-{stamp}-{os.getpid()}.log"
        path.write_text("".join(lines), encoding="utf-8", errors="backslashreplace")
    except (OSError, RuntimeError, ValueError):
        return None
    return path


@contextlib.contextmanager
def ended_well(arguments: list[str], *, debug: bool) -> Iterator[None]:
    """Run a command so that whatever ends it is one message and the right exit code.

    Parameters
    ----------
    arguments
        What was typed, for the log of a fault.
    debug
        Whether the trace of what went wrong is shown too.
    """
    signals = Stop()
    try:
        with signals:
            try:
                yield
            finally:
                flush()
    except BaseException as error:
        _end(error, arguments, signals.told, debug=debug)
        raise


def _end(error: BaseException, arguments: list[str], told: Stopped | None, *, debug: bool) -> None:
    """Exit as what was raised deserves; return where it may pass as it is."""
    from corridors.errors import CorridorsError

    # A library may swallow the signal, as a compiler does, and fail on what it has left undone.
    stop = None if isinstance(error, SystemExit) else stop_behind(error) or told
    if stop is not None:
        stopped(stop, arguments, notes_of(error))
    # The parser of the command line ends with 1 where its output is not read to the end.
    cause = error.__context__ if isinstance(error, SystemExit) else error
    if isinstance(cause, OSError) and is_broken_pipe(cause):
        leave(0)
    if not isinstance(error, Exception):
        return
    if debug:
        trace = "".join(traceback.format_exception(error))
        say(trace.rstrip())
    if isinstance(error, CorridorsError):
        say(f"corridors: {error}{notes_of(error)}")
        leave(WRONG_USE)
    if isinstance(error, OSError) and error.errno is not None:
        refused(error)
    fault(error, arguments)
