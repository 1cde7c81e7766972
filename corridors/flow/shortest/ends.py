"""Where commodities begin and end, and how far all nodes are from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.shortest import trees

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats, Ints
    from corridors.flow.problem import FlowProblem


def between_ends(p: FlowProblem) -> tuple[Ints, Ints, Ints, Ints]:
    """Group commodities that share origin, class and destination, as steps of a demand do."""
    # One number for each, in the order of the three, is sorted ten times sooner.
    ends = (p.origin * p.n_classes + p.commodity_class) * p.n_nodes + p.destination
    same, which = np.unique(ends, return_inverse=True)
    members = np.argsort(which, kind="stable").astype(np.int64)
    start = np.searchsorted(which[members], np.arange(len(same) + 1)).astype(np.int64)
    begin, own_class = np.divmod(same // p.n_nodes, p.n_classes)
    return begin, own_class, start, members


def ends_of(node: Ints, p: FlowProblem) -> tuple[Ints, Ints]:
    """Return the pairs of a node and a class, (Q, 2), and which is each commodity's, (K,).

    Class by class, so that those that are asked for together stand together.
    """
    ends, which = np.unique(p.commodity_class * p.n_nodes + node, return_inverse=True)
    own_class, own_node = np.divmod(ends, p.n_nodes)
    pairs = np.stack([own_node, own_class], axis=1)
    return pairs, np.ascontiguousarray(which, dtype=np.int64)


def by_node(far: Floats) -> Floats:
    """Return what is told by end and node as told by node and end."""
    return np.ascontiguousarray(far.T)


def far_from(
    star: tuple[Ints, Ints], ends: Ints, weight: Floats, pairs: Ints, most: Floats | None
) -> Floats:
    """Return how far each node is from some, at most so far, shape (Q, N).

    A hair less, so that rounding cannot make it more than the length of a path.
    """
    if most is None:
        most = np.full(len(pairs), np.inf)
    nodes, own_class = pairs[:, 0].copy(), pairs[:, 1].copy()
    return np.asarray(
        (1.0 - 1e-12) * trees.distances_to(*star, ends, weight, nodes, own_class, most)
    )
