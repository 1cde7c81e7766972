"""Limits that differ from others by their amounts alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, overload

import numpy as np

from corridors.network.loads import DRIVER_DAY
from corridors.scenarios.capacity.capacities import Limit
from corridors.scenarios.capacity.capacity_members import members_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.flow.arrays import Floats, Ints
    from corridors.network.arcs import Arcs
    from corridors.network.network import Network


class DrawnLimits(Sequence[Limit]):
    """Limits that are like others but for their amounts, made when one is first looked at.

    They are thousands, and most draws ask for nothing but what is available and for the members,
    which are those of the others.

    Parameters
    ----------
    like
        The others.
    amount, background
        Units per day, shape (R,).
    """

    def __init__(self, like: list[Limit], amount: Floats, background: Floats) -> None:
        self.like, self._amount, self._background = like, amount, background

    @property
    def available(self) -> Floats:
        """Units per day that each leaves for the demand table's cargo, shape (R,)."""
        return np.maximum(self._amount - self._background, 0.0)

    @cached_property
    def _made(self) -> list[Limit]:
        numbers = self._amount.tolist(), self._background.tolist()
        return [with_amount(*own) for own in zip(self.like, *numbers, strict=True)]

    def __len__(self) -> int:
        return len(self.like)

    def __iter__(self) -> Iterator[Limit]:
        return iter(self._made)

    @overload
    def __getitem__(self, number: int) -> Limit: ...

    @overload
    def __getitem__(self, number: slice) -> list[Limit]: ...

    def __getitem__(self, number: int | slice) -> Limit | list[Limit]:
        return self._made[number]

    def and_more(self, like: list[Limit], amount: Floats) -> DrawnLimits:
        """Return these limits and others behind them, of which nothing is taken in advance.

        Parameters
        ----------
        like, amount
            What the others are like, and their units per day, shape (N,).
        """
        background = np.append(self._background, np.zeros(len(like)))
        return DrawnLimits([*self.like, *like], np.append(self._amount, amount), background)


def with_drawn_amounts(
    net: Network, arcs: Arcs, limits: Sequence[Limit], rows: Ints
) -> DrawnLimits:
    """Return limits with the amounts of a network that differs by numbers that were drawn alone.

    Parameters
    ----------
    net
        The network of all of time.
    arcs
        Its arcs on the day.
    limits
        Of the other network on the day, as `build_limits` returns them.
    rows
        Place in the capacity table of the row of each limit, shape (R,).
    """
    members = members_of(net, arcs)
    like = list(limits)
    for number, limit in enumerate(limits):
        if limit.unit == DRIVER_DAY:
            side = limit.limit_id.removeprefix(limit.capacity_id).removeprefix(":")
            counted = members.counted(net, limit.capacity_id, limit.unit, side)
            arc, cargo, factor = counted
            like[number] = replace(limit, arc=arc, cargo=cargo, factor=factor)
    amount, background = (
        net.tables["capacities"][name].to_numpy(dtype=np.float64)[rows]
        for name in ("amount", "background")
    )
    return DrawnLimits(like, amount, background)


def available_of(limits: Sequence[Limit]) -> Floats:
    """Return the units per day that each limit leaves for the demand table's cargo, shape (R,)."""
    if isinstance(limits, DrawnLimits):
        return limits.available
    return np.array([limit.available for limit in limits], dtype=np.float64)


def and_offers(limits: Sequence[Limit], offers: list[Limit], amount: Floats) -> Sequence[Limit]:
    """Return limits and behind them those of offers.

    Parameters
    ----------
    limits
        The limits.
    offers, amount
        What the others are like, and their units per day, shape (N,).
    """
    if isinstance(limits, DrawnLimits):
        return limits.and_more(offers, amount)
    with_them = zip(offers, amount.tolist(), strict=True)
    return [*limits, *(o if o.amount == own else with_amount(o, own, 0.0) for o, own in with_them)]


def with_amount(limit: Limit, amount: float, background: float) -> Limit:
    """Return a limit with another amount and background, in a fifth of the time of `replace`."""
    made = object.__new__(Limit)
    values = made.__dict__
    values.update(limit.__dict__)
    values["amount"], values["background"] = amount, background
    return made
