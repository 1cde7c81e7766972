"""The engine against two plain programs, on other people's instances.

``CORRIDORS_INSTANCES=folder python benchmarks/instances.py`` reads NumPy archives
with ``tail``, ``head``, ``cost``, ``cap`` (by arc), ``o``, ``d``, ``q``, ``pen`` (by
commodity) and ``n`` (nodes). Each closes one arc after the other among those that
carry something, and each program is asked in turn. Times are CPU seconds of this
process, so that what else runs on the machine counts little. ``--quick`` takes
some two minutes; ``--only name ...`` takes some instances.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from kept_alive import ArcForm, PathForm

from corridors.flow import FlowProblem, solve

MOST_COLUMNS = 150_000
"""Columns above which the arc form is not asked; its first solve takes minutes."""

SLOW = ("winnipeg", "chicago_5000", "berlin_1000", "brain")
"""Instances that ``--quick`` leaves out."""


def read(path: Path) -> FlowProblem:
    """Read one instance."""
    with np.load(path) as z:
        return FlowProblem.from_arcs(
            z["tail"],
            z["head"],
            z["cost"],
            z["cap"],
            z["o"],
            z["d"],
            z["q"],
            z["pen"],
            n_nodes=int(z["n"]),
        )


def timed(function: Any, *args: Any) -> tuple[Any, float]:
    """Return what a call returns and the CPU seconds it took."""
    began = time.process_time()
    value = function(*args)
    return value, time.process_time() - began


def measure(path: Path, closures: int, peers: tuple[str, ...]) -> dict[str, Any]:
    """Solve one instance and some closures by all programs in turn."""
    problem = read(path)
    base, first = timed(solve, problem)
    forms: dict[str, Any] = {}
    firsts, spent, off = {"ours": first}, {"ours": []}, 0.0
    for name, form in (("path", PathForm), ("arc", ArcForm)):
        columns = len(np.unique(problem.origin)) * problem.n_arcs
        if name not in peers or (name == "arc" and columns > MOST_COLUMNS):
            continue
        began = time.process_time()
        forms[name] = form(problem)
        value = forms[name].solve()
        firsts[name] = time.process_time() - began
        spent[name] = []
        off = max(off, abs(value - base.objective) / base.objective)
    r = np.random.default_rng(0)
    carries = np.flatnonzero(base.arc_flow > 0)
    for arc in r.permutation(carries)[:closures].tolist():
        ours, t = timed(lambda a: base.resolve(closed=[a]), arc)
        spent["ours"].append(t)
        for name, form in forms.items():
            value, t = timed(form.solve, [arc])
            spent[name].append(t)
            off = max(off, abs(value - ours.objective) / ours.objective)
    return {
        "name": path.stem, "problem": problem, "binding": int((base.limit_price > 0).sum()),
        "first": firsts, "spent": spent, "off": off,
    }  # fmt: skip


HEAD = (
    "| instance | nodes / arcs / pairs | binding | first solve, ms: ours / path / arc "
    "| closures, ms: ours median | ours mean | path / ours | arc / ours | largest difference |\n"
    "|" + "---|" * 9
)


def line(m: dict[str, Any]) -> str:
    """Return a row of the table."""

    def of(name: str) -> str:
        return f"{1e3 * m['first'][name]:.1f}" if name in m["first"] else "–"

    ours = np.array(m["spent"]["ours"])

    def ratio(name: str) -> str:
        spent = m["spent"].get(name)
        return f"{sum(spent) / ours.sum():.2f}" if spent else "–"

    p = m["problem"]
    return (
        f"| {m['name']} | {p.n_nodes} / {p.n_arcs} / {p.n_commodities} | {m['binding']} "
        f"| {of('ours')} / {of('path')} / {of('arc')} | {1e3 * np.median(ours):.2f} "
        f"| {1e3 * ours.mean():.2f} | {ratio('path')} | {ratio('arc')} | {m['off']:.0e} |"
    )


def table(
    folder: Path, closures: int, peers: tuple[str, ...], *, only: list[str] | None, quick: bool
) -> list[str]:
    """Measure the instances of a folder, the smallest first; print and return lines of a table."""
    warm = FlowProblem.from_arcs([0, 1, 0], [1, 2, 2], [1, 1, 5], [6, 9, 9], [0], [2], [10], 100)
    solve(warm).resolve(closed=[0])
    lines = [HEAD]
    print(HEAD)
    for path in sorted(folder.glob("*.npz"), key=lambda x: x.stat().st_size):
        if (only and path.stem not in only) or (quick and path.stem in SLOW):
            continue
        lines.append(line(measure(path, closures, peers)))
        print(lines[-1], flush=True)
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--closures", type=int)
    parser.add_argument("--peers", nargs="*", default=["path", "arc"])
    args = parser.parse_args()
    folder = os.environ.get("CORRIDORS_INSTANCES")
    if not folder or not Path(folder).is_dir():
        print("CORRIDORS_INSTANCES: expected a folder of .npz archives", file=sys.stderr)
        return 2
    closures = args.closures or (10 if args.quick else 40)
    table(Path(folder), closures, tuple(args.peers), only=args.only, quick=args.quick)
    return 0


if __name__ == "__main__":
    sys.exit(main())
