"""What draws cost: seconds of processor time for each, and what a worker holds.

``python benchmarks/draws.py`` prints a Markdown table; ``--quick`` asks for a few draws only.
``--dask`` also holds two workers of a cluster on this machine against one (`corridors[dask]`).
Seconds are of the processor, user and system together, so that what else runs counts little.
"""

from __future__ import annotations

import argparse
import platform
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import corridors as co
from corridors.analysis.uncertainty.drawing import Drawing, central_case, n_pilots
from corridors.analysis.uncertainty.inputs import UncertainInputs
from corridors.analysis.uncertainty.uncertainty import uncertainty
from corridors.scenarios.scenario import scenario

SCENARIO = "poland-closure-2025"
TARGET_CORES = (2, 16, 256)


def held() -> float:
    """Return the memory that this process holds now, in MB."""
    if sys.platform == "linux":
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def spent() -> float:
    return time.process_time()


def loaded(model: str) -> None:
    """Have all that is compiled loaded, by a draw of the small example: it is no worker's own."""
    with tempfile.TemporaryDirectory() as folder:
        island = co.new_network(Path(folder) / "island")
        plan = str(island / "border-closed.yaml")
        uncertainty(co.load(island), plan, 1, model=model, workers=1)


def one_model(model: str, n: int) -> dict[str, float]:
    """Return seconds of setting up and of each draw, and MB above what the package takes."""
    loaded(model)
    net, plan = co.load(), scenario(SCENARIO)
    assert plan.as_of is not None
    before, began = held(), spent()
    inputs = UncertainInputs(net, choice=model == "logit")
    # Of a thousand draws, so that the hypercube is that of a large run.
    places = inputs.places(1000, 0)
    drawing = Drawing(central_case(net, plan, plan.as_of.isoformat(), model))
    pilots = n_pilots(len(places))
    for place in places[:pilots]:
        drawing.learn(inputs.network(place))
    ready = spent() - began
    each = []
    for place in places[pilots : pilots + n]:
        began = spent()
        drawing.figures(inputs.network(place))
        each.append(spent() - began)
    return {
        "set up": ready,
        "draw": statistics.mean(each),
        "median": statistics.median(each),
        "MB": held() - before,
    }


def warm(model: str) -> float:
    """Return the seconds of the second question of a network."""
    net = co.load()
    co.assign(net, SCENARIO, model=model)
    times = []
    for _ in range(5):
        began = spent()
        co.assign(net, SCENARIO, model=model)
        times.append(spent() - began)
    return statistics.median(times)


def clustered(n: int) -> tuple[float, float, float]:
    """Return draws a second by one worker of a local cluster, and by two; workers set up.

    And the seconds of processor time that handing out and collecting take for each draw: on a
    machine that others share, these say more than the two rates do.
    """
    from distributed import LocalCluster

    from corridors.analysis.jobs.cluster import Cluster

    net, rates = co.load(), []
    for workers in (1, 2):
        with (
            LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
            ) as local,
            Cluster.at(local.scheduler_address) as cluster,
        ):
            walls = []
            # What more draws take longer is the draws: setting up is in both.
            for draws in (2 * workers, 2 * workers + n):
                here = spent()
                began = time.perf_counter()
                uncertainty(net, SCENARIO, draws, 0, model="optimal", executor=cluster)
                walls.append(time.perf_counter() - began)
            rates.append(n / (walls[1] - walls[0]))
            own = (spent() - here) / n
    return rates[0], rates[1], own


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few draws only")
    parser.add_argument("--dask", action="store_true", help="two workers of a cluster against one")
    asked = parser.parse_args()
    n = 8 if asked.quick else 40
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, "
          f"numpy {np.__version__}; {SCENARIO}, {n} draws")  # fmt: skip
    print()
    cores = " | ".join(f"1,000 draws on {c} cores, min" for c in TARGET_CORES)
    print(f"| model | warm `assign`, s | set up, s | a draw, s (median) | held, MB | {cores} |")
    print("|" + "---|" * (5 + len(TARGET_CORES)))
    for model in ("optimal", "logit"):
        found = one_model(model, n)
        reckoned = " | ".join(
            f"{(found['set up'] + found['draw'] * 1000 / c) / 60:.1f}" for c in TARGET_CORES
        )
        print(
            f"| {model} | {warm(model):.2f} | {found['set up']:.1f} | {found['draw']:.2f} "
            f"({found['median']:.2f}) | {found['MB']:.0f} | {reckoned} |",
            flush=True,
        )
    print()
    print("Minutes are reckoned from the seconds: set up once in each worker, then draws alone.")
    if asked.dask:
        one, two, own = clustered(n)
        print()
        print(f"By a cluster on this machine: {one:.2f} draws a second by one worker, {two:.2f} "
              f"by two, {two / one:.2f} times.")  # fmt: skip
        print(f"Handing out and collecting take {own:.3f} s a draw in this process.")


if __name__ == "__main__":
    main()
