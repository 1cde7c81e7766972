"""The arrays that the kernel of the point-queue model works on, by what they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.flow.kernels import by_reference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.flow.arrays import Flags, Floats, Ints


ON_TIME, LATE, OTHER_WAY, TURNED_BACK = 0, 1, 2, 3
"""What can become of cargo that has left."""

NEW, OLD = 0, 1
"""Cargo that wanted to leave within the reported days, and cargo from before."""

BACKGROUND = -1
"""Route of traffic that the demand table leaves out."""

HAIR = 1e-9
"""Share of a step that counts as rounding."""


PACKET = np.dtype(
    [(name, np.int64) for name in ("after", "route", "visit")]
    + [(name, np.float64) for name in ("amount", "wanted_at", "start", "end", "waited")]
    + [(name, np.float64) for name in ("waited_before", "patience_left", "batch")]
    + [(name, np.int64) for name in ("on", "place", "behind", "before", "nothing")]
)
"""What is known of a packet. What is asked of each in every step lies in its first half, which is
one line of a processor's cache; `nothing` makes the whole two of them."""


@by_reference
class Packets(NamedTuple):
    """Amounts on their way, as records with linked lists through `after`.

    `batch` is the step in which what stands in a queue came to it: who came in the
    same one goes together. `on` is the segment that a packet is on, -1 where it is on
    none. What is on a segment is noted by its kind: `noted` has the first packet of each
    place of a hash table, `behind` and `before` the next one there and the one ahead, and
    `place` where a packet is noted.

    The rest is work space for what comes to a limit within a step, see `service.passage`: room
    for two moments of each packet.
    """

    of: NDArray[np.void]
    noted: Ints
    free: Ints
    n_free: Ints
    time: Floats
    change: Floats
    order: Ints
    spare: Ints
    moments: Floats
    curve: Floats
    at: Floats
    goes: Floats


@by_reference
class RouteArrays(NamedTuple):
    """Ways from a place to a destination as sequences of limits (visits) and segments between.

    Route ``i`` has visits ``first[i]:first[i + 1]`` and one segment more than
    visits, from number ``first[i] + i`` on: before the first visit, between two,
    and after the last.
    """

    first: Ints
    demand: Ints
    kind: Ints
    is_base: Flags
    limit: Ints
    arc: Ints
    factor: Floats
    newcomer: Flags
    hours: Floats
    usd: Floats
    advice: Ints
    advice_wait: Floats


@by_reference
class QueueLimits(NamedTuple):
    """What holds in one step: rates per day, the queues, and the stores before limits.

    `spread` and `exponent` say what queue variation leaves on average, as in
    `corridors.flow.waiting`; where `spread` is 0 none stands.
    `evenly` says where what passes is counted by the step alone, as if all came evenly over it.
    `store` is what finds a place before a limit, infinite where anything does; `leads` says
    which limits lead to such a one, and `store_number` numbers the stores, -1 for the other
    limits. `passes` is what passes in each step ahead, by store, and `carries` says whether what
    a step leaves of it can pass in the next; `margin` is the same beside all that is known to come,
    what stands there now among it; `asked` what has been let through in one look at a queue;
    `until` and `asked_until` the last step ahead that either is about.
    """

    rate: Floats
    reserved: Floats
    background: Floats
    level: Floats
    own: Floats
    spare: Floats
    shut_for: Floats
    head: Ints
    tail: Ints
    new_head: Ints
    new_tail: Ints
    used: Floats
    taken: Floats
    queue: Floats
    store: Floats
    spread: Floats
    exponent: Floats
    evenly: Flags
    leads: Flags
    store_number: Ints
    passes: Floats
    carries: Flags
    margin: Floats
    asked: Floats
    until: Ints
    asked_until: Ints


@by_reference
class Choice(NamedTuple):
    """Parameters of behaviour by class or demand, and what is closed in the step."""

    closed: Flags
    closed_for: Floats
    reduced_for: Floats
    ordinary: Floats
    share: Floats
    patience: Floats
    spread: Floats
    late: float


@by_reference
class Counting(NamedTuple):
    """Where what waits is counted in the step.

    Attributes
    ----------
    member_first, member_limit, member_factor, weight
        As the problem has them.
    counted_at
        Member at which what waits at another is counted, by class, shape (M, C).
    moved
        Number of the pair of limits, the one that holds it and the one that counts
        it, shape (M, C); -1 where they are one.
    """

    member_first: Ints
    member_limit: Ints
    member_factor: Floats
    weight: Floats
    counted_at: Ints
    moved: Ints


@by_reference
class Record(NamedTuple):
    """What is written down, by step."""

    arrived: Floats
    left: Floats
    quit: Floats
    waited: Floats
    background: Floats
    units: Floats
    tonnes: Floats
    moved: Floats
    ends: Floats
    where: Floats
    passes: Floats
    usd: Floats
    hours: Floats
    wait: Floats
    way_hours: Floats


@by_reference
class Clock(NamedTuple):
    """Where in time the step stands."""

    number: int
    last: int
    step: float
    whole: bool
    begin: float
