"""Prices of limits by what the limits are over, so that another situation finds them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.flow.arrays import Floats
    from corridors.flow.choice.model import Counts
    from corridors.flow.choice.solve import ChoiceAnswer
    from corridors.flow.problem import FlowProblem

    Members = tuple[bytes, bytes, bytes]
    PlainLimit = tuple[float, bytes, bytes, bytes]
    PricesByMembers = dict[Members, list[tuple[float, float]]]


def prices_by_members(answer: ChoiceAnswer) -> PricesByMembers:
    """Return bound and price of the limits at which an answer weighs overlaps, by their members.

    Limits with the same members stand together, by rising bound. Those that all cost nothing are
    left out.
    """
    p = answer.problem
    price = answer.model.weighing(p)[: p.n_limits]
    known: PricesByMembers = {}
    for (bound, *of), usd in zip(plain_limits(p), price.tolist(), strict=True):
        known.setdefault((of[0], of[1], of[2]), []).append((bound, usd))
    return {m: sorted(own) for m, own in known.items() if any(usd > 0.0 for _, usd in own)}


def known_prices(known: PricesByMembers, limits: list[PlainLimit], counts: Counts) -> Floats:
    """Return the prices of some limits as they are known, and the multipliers, shape (T,).

    Of limits with the same members each has the price of the one that let as much pass; those
    that are changed have what is left, by rising bound, and one that is new has none. Nor has one
    that has gone.
    """
    price = np.zeros(len(limits))
    places: dict[Members, list[tuple[float, int]]] = {}
    for number, (bound, *of) in enumerate(limits):
        members = of[0], of[1], of[2]
        if np.isfinite(bound) and members in known:
            places.setdefault(members, []).append((bound, number))
    for members, now in places.items():
        left, changed = list(known[members]), []
        for bound, number in sorted(now):
            same = next((i for i, (before, _) in enumerate(left) if before == bound), None)
            if same is None:
                changed.append(number)
            else:
                price[number] = left.pop(same)[1]
        for number, (_, usd) in zip(changed, left, strict=False):
            price[number] = usd
    return np.concatenate([price, counts.multiplier])


def plain_limits(p: FlowProblem) -> Iterator[PlainLimit]:
    """Yield each limit with its members as plain values that can be held against others."""
    order = np.lexsort((p.member_factor, p.member_class, p.member_arc, p.member_limit))
    ends = np.searchsorted(p.member_limit[order], np.arange(len(p.bound) + 1))
    members = [np.ascontiguousarray(own[order]) for own in (p.member_arc, p.member_class)]
    factor = np.ascontiguousarray(p.member_factor[order])
    for bound, i, j in zip(p.bound.tolist(), ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        yield bound, members[0][i:j].tobytes(), members[1][i:j].tobytes(), factor[i:j].tobytes()
