"""Run everything side by side and write the figures to benchmarks/README.md.

``python benchmarks/run.py`` does all of it. ``--only strategic`` (or ``shipped``,
``world``, ``instances``) does a part; ``--every N`` asks the slow programs only each N-th
closure; ``--no-write`` leaves the page as it is.
"""

from __future__ import annotations

import argparse
import datetime as dt
import multiprocessing
import os
import platform
import resource
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import instances
import numpy as np
import ortools_peer
import world
from peers import BySource, Linopy, networkx_in_sequence
from strategic import strategic

from corridors.flow import contract, solve

PACKAGES = (
    "numpy",
    "scipy",
    "numba",
    "highspy",
    "linopy",
    "networkx",
    "ortools",
    "scgraph_data",
)
HIGHS = "HiGHS kept alive, same columns"
PAGE = Path(__file__).with_name("README.md")


def timed(function: Any, *args: Any) -> tuple[Any, float]:
    """Return what a call returns and the seconds it took."""
    began = time.perf_counter()
    value = function(*args)
    return value, time.perf_counter() - began


def alone(function: Any, *args: Any) -> Any:
    """Call a function in a process of its own, for its memory and its libraries."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
        return pool.submit(function, *args).result()


def peak_mb() -> float:
    """Return the most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def strategic_sweep(commodities: int, every: int) -> list[str]:
    """Close each link of a generated network; return lines of a table."""
    problem, link = strategic(commodities)
    closures = [np.flatnonzero(link == number) for number in range(int(link.max()) + 1)]
    asked = list(range(0, len(closures), every))
    form = BySource(problem)
    solve(problem).resolve(closed=closures[0])
    base, first = timed(solve, problem)
    by_highs = solve(problem, master="highs")
    kept, built = timed(Linopy, form)
    kept.solve(closures[0])
    seconds: dict[str, list[float]] = {}
    values: dict[str, list[float]] = {}

    def ask(name: str, function: Any, *args: Any) -> None:
        value, spent = timed(function, *args)
        seconds.setdefault(name, []).append(spent)
        values.setdefault(name, []).append(value)

    for number, closed in enumerate(closures):
        ask("full sweep", lambda c: base.resolve(closed=c).objective, closed)
        if number % every == 0:
            ask("this engine", lambda c: base.resolve(closed=c).objective, closed)
            ask(HIGHS, lambda c: by_highs.resolve(closed=c).objective, closed)
            ask("scipy linprog, rebuilt", form.linprog, closed)
            ask("linopy, kept alive", kept.solve, closed)
            ask("networkx in sequence", lambda c: networkx_in_sequence(problem, c), closed)
    values["OR-Tools in sequence"], seconds["OR-Tools in sequence"] = alone(
        ortools_peer.sweep, commodities, asked
    )
    ours = np.array(seconds.pop("this engine"))
    truth = np.array(values.pop("this engine"))
    whole = np.array(seconds.pop("full sweep"))
    values.pop("full sweep")
    lines = [
        f"\n### {commodities} commodities\n",
        f"{problem.n_nodes} nodes, {problem.n_arcs} arcs, {problem.n_limits} limits, "
        f"{int((base.limit_price > 0).sum())} of them binding, "
        f"{base.shortfall.sum() / problem.amount.sum():.0%} of the cargo short. First solve "
        f"{1e3 * first:.1f} ms; linopy's model took {built:.2f} s to build. Full sweep of "
        f"{len(whole)} closures: {whole.sum():.2f} s, median {1e3 * np.median(whole):.2f} ms, "
        f"mean {1e3 * whole.mean():.2f} ms, 99 % below "
        f"{1e3 * np.quantile(whole, 0.99):.1f} ms, each unique and certified. The others were "
        f"asked {len(asked)} of the closures, each right after this engine.\n",
        "| program | median, ms | mean, ms | slower, median of pairs | slower, on the total "
        "| largest difference of cost |",
        "|---|---|---|---|---|---|",
        f"| this engine | {1e3 * np.median(ours):.2f} | {1e3 * ours.mean():.2f} | 1 | 1 | |",
    ]
    for name, spent in seconds.items():
        t = np.array(spent)
        off = np.abs(np.array(values[name]) - truth) / truth
        note = " (not exact)" if "sequence" in name else ""
        lines.append(
            f"| {name}{note} | {1e3 * np.median(t):.1f} | {1e3 * t.mean():.1f} "
            f"| {np.median(t / ours):.0f} | {t.sum() / ours.sum():.0f} | {off.max():.1e} |"
        )
    return lines


def shipped() -> list[str]:
    """Close everything in the shipped network, and change its capacities at random."""
    import corridors as co
    from corridors.analysis.criticality.elements import find_elements
    from corridors.scenarios.state import network_state

    co.load()
    loads = [timed(co.load)[1] for _ in range(5)]
    net = co.load()
    state = network_state(net, None, dt.date(2025, 9, 12))
    problem = state.problem
    solve(problem)
    base, first = timed(solve, problem)
    by_highs = solve(problem, master="highs")
    elements = find_elements(state, ("link", "node", "border", "chokepoint"))
    spent, highs, solved = [], [], []
    for element in elements:
        answer, seconds = timed(lambda t: base.resolve(closed=t.arcs), element)
        spent.append(seconds)
        # What moves nothing, or what another closure has come to, is known without a search.
        if answer.rounds:
            solved.append(seconds)
        highs.append(timed(lambda t: by_highs.resolve(closed=t.arcs), element)[1])
    r = np.random.default_rng(0)
    finite = np.flatnonzero(np.isfinite(problem.bound))
    capacity = []
    for _ in range(1000):
        rows = r.choice(finite, min(10, len(finite)), replace=False)
        share = r.uniform(0.3, 1.2, len(rows))
        change = dict(zip(rows.tolist(), (problem.bound[rows] * share).tolist(), strict=True))
        capacity.append(timed(lambda c: base.resolve(capacity=c), change)[1])
    lines = [
        f"\n{problem.n_nodes} places, {problem.n_arcs} arcs, {problem.n_commodities} commodities "
        f"of {problem.n_classes} classes, {problem.n_limits} limits. First solve "
        f"{1e3 * first:.1f} ms. One process; unique and certified. Loading the network, after "
        f"imports: {statistics.median(loads):.2f} s (median of {len(loads)}).\n",
        "| questions | number | total, s | median, ms | mean, ms | longest, ms |",
        "|---|---|---|---|---|---|",
    ]
    for name, times in (
        ("each link, node, border and chokepoint closed", spent),
        ("of these, those whose answer was not known", solved),
        (f"the same, {HIGHS}", highs),
        ("ten capacities at random times 0.3 to 1.2", capacity),
    ):
        lines.append(
            f"| {name} | {len(times)} | {sum(times):.2f} | {1e3 * statistics.median(times):.2f} "
            f"| {1e3 * statistics.fmean(times):.2f} | {1e3 * max(times):.1f} |"
        )
    return lines


def world_run(nodes: int, pairs: int) -> dict[str, float]:
    """Solve one cut of the world's railways; meant for a process of its own."""
    rails = world.cut(world.read_rails(), nodes)
    case = world.world_case(rails, pairs)
    solve(contract(world.world_case(world.cut(rails, 500), 20).problem).problem)
    before = peak_mb()
    small, contracted = timed(contract, case.problem)
    answer, spent = timed(solve, small.problem)
    busiest = int(np.argmax(answer.class_flow[0]))
    _, again = timed(lambda: answer.resolve(closed=[busiest]))
    return {
        "nodes": rails.n_nodes,
        "arcs": len(rails.km),
        "pairs": len(case.problem.origin),
        "origins": case.origins,
        "small": small.problem.n_nodes,
        "small arcs": small.problem.n_arcs,
        "trees": case.trees,
        "contract": contracted,
        "solve": spent,
        "closure": again,
        "binding": int((answer.limit_price > 0).sum()),
        "rounds": answer.rounds,
        "gap": abs(answer.certificate.relative_gap),
        "before": before,
        "peak": peak_mb(),
    }


def slope(xs: list[float], ys: list[float]) -> float:
    """Return the slope of a line through points on log-log paper."""
    return float(np.polyfit(np.log(xs), np.log(ys), 1)[0])


def rails() -> list[str]:
    """Show how time and memory grow with nodes and pairs."""
    largest = 10**9
    by_pairs = [alone(world_run, largest, n) for n in (100, 1000, 5000)]
    by_nodes = [alone(world_run, n, 1000) for n in (1000, 10_000, 50_000)] + [by_pairs[1]]
    lines = [
        "\n| nodes / arcs | pairs (origins) | contracted to | bare trees, s | contraction, s "
        "| first solve, s | total / trees | one closure, s | binding | rounds | gap | peak, MB |",
        "|" + "---|" * 12,
    ]
    lines += [
        (
            f"| {run['nodes']:,} / {run['arcs']:,} | {run['pairs']:,} ({run['origins']:,}) "
            f"| {run['small']:,} / {run['small arcs']:,} | {run['trees']:.2f} "
            f"| {run['contract']:.2f} | {run['solve']:.2f} "
            f"| {(run['contract'] + run['solve']) / run['trees']:.2f} | {run['closure']:.2f} "
            f"| {run['binding']} | {run['rounds']} | {run['gap']:.0e} | {run['peak']:.0f} |"
        )
        for run in [*by_nodes[:-1], *by_pairs]
    ]
    pairs = [r["pairs"] for r in by_pairs]
    nodes = [r["nodes"] for r in by_nodes]
    whole = ["contract", "solve"]
    lines += [
        "\n| slope on log-log | total time | first solve | peak memory |",
        "|---|---|---|---|",
        *(
            f"| with {name} | {slope(xs, [sum(r[w] for w in whole) for r in runs]):.2f} "
            f"| {slope(xs, [r['solve'] for r in runs]):.2f} "
            f"| {slope(xs, [r['peak'] for r in runs]):.2f} |"
            for name, xs, runs in (("pairs", pairs, by_pairs), ("nodes", nodes, by_nodes))
        ),
    ]
    return lines


def others(folder: Path, *, quick: bool) -> list[str]:
    """Ask the engine and other programs about instances that nobody here made."""
    return [
        "\n*path* generates paths with scipy's `dijkstra` and a HiGHS kept alive, to which the row "
        "of a capacity is added when an answer breaks it; *arc* holds the flow of each origin on "
        "each arc in a HiGHS kept alive (`kept_alive.py`). Both start each closure from the "
        "undisturbed basis and give no unique flow and no proof. One arc that carries something "
        "is closed at a time. CPU time; ratios are on totals, and above 1 this engine "
        "is the faster. *HiGHS, same columns* is this engine with HiGHS kept alive in place of its "
        "own simplex method, with the same answers to the byte; *linprog* (of scipy, the arc form "
        "built anew) and OR-Tools (whole numbers, one commodity after the other: another question) "
        "are asked two closures.\n",
        *instances.table(folder, 10, instances.PEERS, only=None, quick=quick),
    ]


def machine() -> list[str]:
    """Say on what, with what and when."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        names = [row.split(":")[1].strip() for row in text.splitlines() if "model name" in row]
    except OSError:
        names = []
    known = []
    for name in PACKAGES:
        try:
            known.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            known.append(f"{name} not installed")
    return [
        f"Measured on {dt.datetime.now(dt.UTC).date()}: {names[0] if names else 'unknown'}, "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start, "
        f"{platform.system()}, Python {platform.python_version()}; {', '.join(known)}.",
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("strategic", "shipped", "world", "instances"))
    parser.add_argument("--every", type=int, default=10)
    parser.add_argument("--quick", action="store_true", help="leave out the largest instances")
    parser.add_argument("--no-write", action="store_true")
    args = parser.parse_args()
    page = [
        "# Side by side\n",
        "Written by `make bench`. Times are wall-clock; ratios were taken in one run, the programs "
        "in turn, so that what slows one slows all. OR-Tools runs in a process of its own, because "
        "its HiGHS and highspy's exclude each other. The answers of *in sequence* are not exact "
        "where commodities share capacities. AequilibraE answers another question (congestion "
        "functions, nothing left unserved), so it is not here.\n",
        *machine(),
    ]
    parts = {
        "strategic": ("Generated strategic networks, each link closed in turn", lambda: [
            line for n in (40, 80) for line in strategic_sweep(n, args.every)]),
        "shipped": ("The shipped network", shipped),
        "world": ("OpenStreetMap's railways of the world, largest connected part", rails),
    }  # fmt: skip
    folder = os.environ.get("CORRIDORS_INSTANCES")
    if folder and Path(folder).is_dir():
        parts["instances"] = (
            "Other people's instances",
            lambda: others(Path(folder), quick=args.quick),
        )
    elif args.only in (None, "instances"):
        print(instances.ABSENT, file=sys.stderr)
    for name, (title, run) in parts.items():
        if args.only in (None, name):
            print(f"{name} ...", file=sys.stderr, flush=True)
            page += [f"\n## {title}", *run()]
            print("\n".join(page[-12:]), file=sys.stderr, flush=True)
    text = "\n".join(page) + "\n"
    if args.no_write or args.only:
        # A part is not the page.
        print(text)
    else:
        PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
