"""What one wide arc carries, shared among the parallel arcs that it stands for; compiled."""

from __future__ import annotations

from corridors.flow.arrays import TOLERANCE
from corridors.flow.kernels import compiled


@compiled
def share(
    start, wide, amount, first, arcs, room, at, left, full, cuts, path, piece, piece_start, narrow
):
    """Lay paths over wide arcs along the arcs that these stand for, the earlier path first.

    Each wide arc fills its arcs one after the other, and a path that is cut where one is
    full goes on beside itself, so that a path of ``n`` cuts becomes ``n + 1``.

    Parameters
    ----------
    start, wide, amount
        The paths, as offsets (P + 1,) into wide arcs, and what each carries.
    first, arcs
        The arcs of each wide arc in the order in which they fill, as offsets (B + 1,).
    room
        What an arc takes, shape (A,).
    at, left
        Room to work in: which of its arcs each wide arc fills, and what is left of that, (B,).
    full
        The arcs that a cut fills, marked here, shape (A,).
    cuts
        Room to work in: place in the amount, place in the path, and arc of each, shape (3, .).
    path
        Room to work in, for the arcs of a path.
    piece, piece_start, narrow
        Filled: the path that each piece is part of, and its arcs.

    Returns
    -------
    int
        How many pieces there are; -1 where a wide arc has no arc.
    """
    count, end = 0, 0
    for b in range(len(at)):
        at[b] = first[b]
        left[b] = room[arcs[first[b]]] if first[b] < first[b + 1] else 0.0
    for c in range(len(amount)):
        size, n_cuts = start[c + 1] - start[c], 0
        for i in range(size):
            b = wide[start[c] + i]
            if first[b] == first[b + 1]:
                return -1
            path[i] = arcs[at[b]]
            need, place = amount[c], 0.0
            while at[b] + 1 < first[b + 1] and need > left[b] + TOLERANCE * (1.0 + left[b]):
                place += left[b]
                need -= left[b]
                full[arcs[at[b]]] = True
                at[b] += 1
                left[b] = room[arcs[at[b]]]
                n = n_cuts
                while n > 0 and cuts[0, n - 1] > place:
                    for part in range(3):
                        cuts[part, n] = cuts[part, n - 1]
                    n -= 1
                cuts[0, n], cuts[1, n], cuts[2, n] = place, i, arcs[at[b]]
                n_cuts += 1
            left[b] = max(0.0, left[b] - need)
        for n in range(n_cuts + 1):
            if n > 0:
                path[int(cuts[1, n - 1])] = int(cuts[2, n - 1])
            for i in range(size):
                narrow[end + i] = path[i]
            end += size
            piece[count] = c
            count += 1
            piece_start[count] = end
    return count
