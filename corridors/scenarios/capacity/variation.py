"""How arrivals and service vary at a capacity, by the class of what it limits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from corridors.flow.waiting.steady import exponent_of, spread_of
from corridors.network.reading.cells import rows_of

if TYPE_CHECKING:
    from corridors.network.network import Network

_FOUND: WeakKeyDictionary[Network, dict[str, Variation]] = WeakKeyDictionary()

_BY_RANK = ("sea", "pipeline", "rail", "road")
"""Of a capacity with members of several modes the first of these decides."""


@dataclass(frozen=True)
class Variation:
    """How arrivals and service vary at a limit; without arguments nothing does.

    Attributes
    ----------
    cv_arrivals, cv_service
        Standard deviation over mean of the time between two arrivals, and of that of service.
    lot
        Units that come and are served as one; of a smaller limit what passes in a day.
    service_hours
        Hours for which one is served; 0 where one is served after the other.
    """

    cv_arrivals: float = 0.0
    cv_service: float = 0.0
    lot: float = 1.0
    service_hours: float = 0.0

    def lot_of(self, amount: float) -> float:
        """Return the units that come as one at a rate in units a day: never more than a day's."""
        return min(self.lot, amount)

    def spread(self, amount: float) -> float:
        """Return half the sum of the squared coefficients, in units of the limit."""
        return spread_of(self.cv_arrivals, self.cv_service, self.lot_of(amount))

    def servers(self, amount: float) -> float:
        """Return how many are served side by side at a rate in units a day, at least 1.

        Examples
        --------
        >>> Variation(service_hours=0.5).servers(480.0)
        10.0
        """
        if amount <= 0:
            return 1.0
        return max(amount / self.lot_of(amount) * self.service_hours / 24.0, 1.0)

    def exponent(self, amount: float) -> float:
        """Return the power of the use with which waits rise at a rate in units a day."""
        return float(exponent_of(self.servers(amount)))

    def hours_of_one(self, amount: float) -> float:
        """Return the hours for which one is served, at a rate in units a day."""
        return self.servers(amount) * 24.0 * self.lot_of(amount) / amount if amount > 0 else 0.0

    def booked(self, share: float) -> Variation:
        """Return what is left where arrivals have, by a share, a time of their own.

        With a share of 1 they come by timetable: only service varies.
        """
        return replace(self, cv_arrivals=self.cv_arrivals * (1.0 - share))


NONE = Variation()
"""Of limits at which nothing varies, or nobody says how much."""


def variation_of(net: Network) -> dict[str, Variation]:
    """Return how arrivals and service vary at the capacities of a network that has a row for them.

    Parameters
    ----------
    net
        The network.

    Returns
    -------
    dict
        By capacity_id; those are left out to whose class no row of `variation` belongs.
    """
    whole = net.whole
    if whole not in _FOUND:
        _FOUND[whole] = _looked_up(whole)
    return _FOUND[whole]


def _looked_up(net: Network) -> dict[str, Variation]:
    rows = {
        (row["mode"], row["unit"], row["place"]): Variation(
            row["cv_arrivals"],
            row["cv_service"],
            row["lot"],
            row["service_hours"] if row["service_hours"] == row["service_hours"] else 0.0,
        )
        for row in rows_of(net.tables["variation"])
    }
    if not rows:
        return {}
    links, changes = net.tables["links"], net.tables["transfers"]
    mode = dict(zip(links["link_id"], links["mode"], strict=True))
    border = dict(zip(links["link_id"], net.borders, strict=True))
    ends = dict(
        zip(
            changes["transfer_id"],
            zip(changes["from_mode"], changes["to_mode"], strict=True),
            strict=True,
        )
    )
    modes: dict[str, set[str]] = {}
    places: dict[str, set[str]] = {}
    members = net.tables["capacity_members"]
    for capacity, link, transfer in zip(
        members["capacity_id"], members["link_id"], members["transfer_id"], strict=True
    ):
        own = ends[transfer] if transfer else (mode[link],)
        place = "transfer" if transfer else "border" if border[link] else "line"
        modes.setdefault(capacity, set()).update(own)
        places.setdefault(capacity, set()).add(place)
    found = {}
    capacities = net.tables["capacities"]
    for capacity, unit in zip(capacities["capacity_id"], capacities["unit"], strict=True):
        if capacity not in modes:
            continue
        first = next(m for m in _BY_RANK if m in modes[capacity])
        own = places[capacity]
        place = next(p for p in ("transfer", "border", "line") if p in own)
        row = rows.get((first, unit, place), rows.get((first, unit, "")))
        if row is not None:
            found[capacity] = row
    return found
