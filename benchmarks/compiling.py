"""What each kernel takes to compile, on a machine that has none of them.

``python benchmarks/compiling.py`` answers one scenario with an empty cache and
prints CPU seconds, the longest first: of a kernel by itself, and with what it
calls and was compiled for it. ``--command simulate`` runs by days. A kernel that was
compiled twice was called with other types, often a literal.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
import tempfile
import time
from collections import Counter, defaultdict

ARGUMENTS = {
    "run": ["run", "poland-closure-2025", "--json"],
    "simulate": ["simulate", "poland-closure-2025", "--json"],
}
"""What is asked, by command."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--command", choices=sorted(ARGUMENTS), default="run")
    parser.add_argument("--most", type=int, default=25, help="kernels that are listed")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # Before numba is imported, which reads it then.
        os.environ["NUMBA_CACHE_DIR"] = folder
        from numba.core import event

        class Clock(event.Listener):
            """Adds up the seconds of each kernel, by itself and with what it calls."""

            def __init__(self) -> None:
                self.open: list[list[float]] = []
                self.own: defaultdict[str, float] = defaultdict(float)
                self.whole: defaultdict[str, float] = defaultdict(float)
                self.times: Counter[str] = Counter()

            def on_start(self, event: event.Event) -> None:  # noqa: ARG002 - numba's signature
                self.open.append([time.process_time(), 0.0])

            def on_end(self, event: event.Event) -> None:
                began, inside = self.open.pop()
                spent = time.process_time() - began
                function = event.data["dispatcher"].py_func
                name = f"{function.__module__}.{function.__qualname__}"
                self.own[name] += spent - inside
                self.whole[name] += spent
                self.times[name] += 1
                if self.open:
                    self.open[-1][1] += spent

        clock = Clock()
        event.register("numba:compile", clock)
        from corridors.cli import main as command

        sys.argv = ["corridors", *ARGUMENTS[args.command]]
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
            command()
    print(f"{sum(clock.times.values())} functions, {sum(clock.own.values()):.1f} s of CPU\n")
    print("| kernel | by itself, s | with what it calls, s | times |")
    print("|---|---|---|---|")
    for name in sorted(clock.own, key=clock.own.__getitem__, reverse=True)[: args.most]:
        print(f"| {name} | {clock.own[name]:.2f} | {clock.whole[name]:.2f} | {clock.times[name]} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
