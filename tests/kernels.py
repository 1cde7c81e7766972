"""Compile the kernels once, in two processes side by side, before many tests ask for them.

Without this each worker of a test run would compile all of them for itself. What is
compiled is kept on disk beside the modules; nothing here tests anything.

    python tests/kernels.py
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import networkx as nx
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "corridors"
DONE = PACKAGE / "__pycache__" / "kernels.txt"
"""Says when all was compiled; older than a compiled source it says nothing."""

MARKS = ("numba import njit", "flow.compiling import", "flow.kernels")


def newest_source() -> float:
    """Return when the last module with kernels was changed."""
    texts = {path: path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}
    return max(p.stat().st_mtime for p, text in texts.items() if any(m in text for m in MARKS))


def forget_stale() -> None:
    """Remove compiled kernels older than any compiled source.

    numba compares a kernel with its own module alone, and would go on with what
    another module's part of it was before.
    """
    newest = newest_source()
    for index in PACKAGE.rglob("__pycache__/*.nbi"):
        if index.stat().st_mtime < newest:
            index.unlink(missing_ok=True)
            # In a copy of the folder this may be as new as the sources, and says nothing either.
            DONE.unlink(missing_ok=True)


def compile_all() -> None:
    """Compile what is not compiled: each family in a process of its own."""
    if DONE.exists() and DONE.stat().st_mtime >= newest_source():
        return
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests")))}
    families = [
        subprocess.Popen([sys.executable, __file__, name], env=environment) for name in FAMILIES
    ]
    codes = [family.wait() for family in families]
    if any(codes):
        sys.exit("the kernels cannot be compiled; what was said above is why")
    DONE.parent.mkdir(exist_ok=True)
    DONE.touch()


def answers() -> None:
    """Compile what finds the cheapest flow, and what the route choice adds to it."""
    import corridors as co

    with tempfile.TemporaryDirectory() as folder:
        island = co.new_network(Path(folder) / "island")
        net, plan = co.load(island), str(island / "border-closed.yaml")
        co.compare(co.assign(net, as_of="2026-03-01"), co.assign(net, plan))
        co.assign(net, plan, model="logit")
        co.criticality(net, as_of="2026-03-01")


def days() -> None:
    """Compile the proof of an answer and the queues, asking the solver for nothing."""
    from simulate_toys import close, one_road, scenario

    import corridors as co
    from corridors.flow.certificate import certify
    from corridors.simulation import base_routes
    from corridors.simulation.queueing.problem import BaseRoute

    def by_hand(p, amount, *_):
        """Return the one route of the one road, proved."""
        number = {(a, b): i for i, (a, b) in enumerate(zip(p.tail, p.head, strict=True))}
        nodes = nx.shortest_path(nx.DiGraph(list(number)), p.origin[0], p.destination[0])
        arcs = np.array([number[pair] for pair in itertools.pairwise(nodes)], dtype=np.int64)
        first, start = np.zeros(1, dtype=np.int64), np.array([0, len(arcs)])
        certify(p, first, start, arcs, amount, np.zeros_like(amount), np.zeros_like(p.bound))
        return [BaseRoute(0, arcs, 1.0)]

    base_routes._solved = by_hand
    co.simulate(one_road(), scenario(close("a-b-road")), start="2025-01-11", days=3)


FAMILIES = {"answers": answers, "days": days}

if __name__ == "__main__":
    if len(sys.argv) > 1:
        FAMILIES[sys.argv[1]]()
    else:
        forget_stale()
        compile_all()
