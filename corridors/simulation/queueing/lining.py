"""Packets put beside one another in the order of their lists, so that going along is quick.

Lists run through packets that lie wherever one was free when they were made. Soon each step of
a list waits for memory, which takes longer than what is done there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.kernels import lean
from corridors.simulation.queueing.state import PACKET

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.flow.arrays import Ints
    from corridors.simulation.queueing.state import Packets

_AFTER, _BEFORE, _BEHIND, _ON, _PLACE = (
    list(PACKET.fields or ()).index(name) for name in ("after", "before", "behind", "on", "place")
)
_WORDS = PACKET.itemsize // 8


class Lining:
    """Packets in the order of their lists, and the room that it takes to put them there."""

    def __init__(self) -> None:
        self._of: NDArray[np.void] = np.empty(0, dtype=PACKET)
        self._new: Ints = np.empty(0, dtype=np.int64)
        self._falling: Ints = np.empty(0, dtype=np.int64)

    def line_up(self, packets: Packets, *lists: tuple[Ints, Ints]) -> Packets:
        """Return the packets numbered in the order in which lists come to them.

        Nothing else of them changes.

        Parameters
        ----------
        packets
            All there are; not to be used any more.
        lists
            First and last packet of each list, -1 where there is none, as arrays that are
            changed in place. Each packet in use is on one of them.
        """
        of, size = packets.of, len(packets.of)
        if len(self._of) != size:
            # What is in no use is nothing, whatever lay in memory.
            self._of = np.zeros(size, dtype=PACKET)
            self._new = np.empty(size, dtype=np.int64)
            self._falling = np.arange(size - 1, -1, -1)
        rows, other = (array.view(np.int64).reshape(size, _WORDS) for array in (of, self._of))
        used = 0
        for head, tail in lists:
            used = put(rows, other, head, tail, self._new, used)
        renumber(other, packets.noted, self._new, used)
        packets.free[: size - used] = self._falling[: size - used]
        packets.n_free[0] = size - used
        lined, self._of = self._of, of
        return packets._replace(of=lined)


@lean
def put(rows, other, head, tail, new, used):
    """Put the packets of lists beside one another from `used` on; return where the last ends."""
    for which in range(len(head)):
        i = head[which]
        if i < 0:
            continue
        head[which] = used
        while i >= 0:
            for word in range(_WORDS):
                other[used, word] = rows[i, word]
            new[i] = used
            used += 1
            i = rows[i, _AFTER]
            other[used - 1, _AFTER] = used if i >= 0 else -1
        tail[which] = used - 1
    return used


@lean
def renumber(rows, noted, new, used):
    """Give packets that have been put elsewhere the new numbers of those beside them."""
    for i in range(used):
        if rows[i, _ON] >= 0:
            if rows[i, _BEHIND] >= 0:
                rows[i, _BEHIND] = new[rows[i, _BEHIND]]
            if rows[i, _BEFORE] >= 0:
                rows[i, _BEFORE] = new[rows[i, _BEFORE]]
            else:
                noted[rows[i, _PLACE]] = i
