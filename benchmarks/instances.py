"""The engine against other programs, on other people's instances.

``CORRIDORS_INSTANCES=folder python benchmarks/instances.py`` reads NumPy archives
with ``tail``, ``head``, ``cost``, ``cap`` (by arc), ``o``, ``d``, ``q``, ``pen`` (by
commodity) and ``n`` (nodes). Each closes one arc after the other among those that
carry something, and each program is asked in turn. Times are CPU seconds of the
process that asks, so that what else runs on the machine counts little. Programs that
build their model anew are asked a few closures only. ``--quick`` takes some two
minutes; ``--only name ...`` takes some instances, ``--peers name ...`` some programs.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import ortools_peer
from kept_alive import ArcForm, PathForm
from peers import BySource

from corridors.flow import FlowProblem, solve

MOST_COLUMNS = 150_000
"""Columns above which the arc form is not asked; its first solve takes minutes."""

MOST_REBUILT = 10_000
"""Columns above which the same, built anew for each closure, is not asked."""

FEW = 2
"""Closures that are asked of programs which build their model anew."""

PEERS = ("path", "arc", "highs", "linprog", "ortools")
"""The other programs; ``highs`` is this engine with HiGHS kept alive over the same columns."""

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


def _alone(problem: FlowProblem, arcs: list[int]) -> list[float]:
    """Ask OR-Tools in a process of its own, because its HiGHS and highspy's exclude each other."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
        return pool.submit(ortools_peer.closures, problem, arcs).result()


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
    arcs = r.permutation(carries)[:closures].tolist()
    same = solve(problem, master="highs") if "highs" in peers else None
    rebuilt = None
    if "linprog" in peers and len(np.unique(problem.origin)) * problem.n_arcs <= MOST_REBUILT:
        rebuilt = BySource(problem)
    for number, arc in enumerate(arcs):
        ours, t = timed(lambda a: base.resolve(closed=[a]), arc)
        spent["ours"].append(t)
        for name, form in forms.items():
            value, t = timed(form.solve, [arc])
            spent[name].append(t)
            off = max(off, abs(value - ours.objective) / ours.objective)
        if same is not None:
            again, t = timed(lambda a: same.resolve(closed=[a]), arc)
            spent.setdefault("highs", []).append(t)
            assert again.path_amount.tobytes() == ours.path_amount.tobytes()
        if rebuilt is not None and number < FEW:
            value, t = timed(rebuilt.linprog, np.array([arc]))
            spent.setdefault("linprog", []).append(t)
            off = max(off, abs(value - ours.objective) / ours.objective)
    if "ortools" in peers and find_spec("ortools") is not None:
        spent["ortools"] = _alone(problem, arcs[:FEW])
    return {
        "name": path.stem, "problem": problem, "binding": int((base.limit_price > 0).sum()),
        "first": firsts, "spent": spent, "off": off,
    }  # fmt: skip


ABSENT = "CORRIDORS_INSTANCES names no folder of .npz archives: other people's instances left out"
"""What is said where there are none."""

HEAD = (
    "| instance | nodes / arcs / pairs | binding | first solve, ms: ours / path / arc "
    "| closures, ms: ours median | ours mean | path / ours | arc / ours "
    "| HiGHS, same columns / ours | linprog / ours | OR-Tools in sequence (not exact) / ours "
    "| largest difference |\n"
    "|" + "---|" * 12
)


def line(m: dict[str, Any]) -> str:
    """Return a row of the table."""

    def of(name: str) -> str:
        return f"{1e3 * m['first'][name]:.1f}" if name in m["first"] else "–"

    ours = np.array(m["spent"]["ours"])

    def ratio(name: str) -> str:
        spent = m["spent"].get(name)
        return f"{sum(spent) / ours[: len(spent)].sum():.2f}" if spent else "–"

    p = m["problem"]
    return (
        f"| {m['name']} | {p.n_nodes} / {p.n_arcs} / {p.n_commodities} | {m['binding']} "
        f"| {of('ours')} / {of('path')} / {of('arc')} | {1e3 * np.median(ours):.2f} "
        f"| {1e3 * ours.mean():.2f} | {ratio('path')} | {ratio('arc')} | {ratio('highs')} "
        f"| {ratio('linprog')} | {ratio('ortools')} | {m['off']:.0e} |"
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
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=PEERS)
    args = parser.parse_args()
    folder = os.environ.get("CORRIDORS_INSTANCES")
    if not folder or not Path(folder).is_dir():
        print(ABSENT, file=sys.stderr)
        return 2
    closures = args.closures or (6 if args.quick else 40)
    table(Path(folder), closures, tuple(args.peers), only=args.only, quick=args.quick)
    return 0


if __name__ == "__main__":
    sys.exit(main())
