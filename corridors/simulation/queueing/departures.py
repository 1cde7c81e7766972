"""Cargo at its origin: what leaves, what is held back, and what is never shipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.simulation.queueing.packets import days_of
from corridors.simulation.queueing.reneging import staying
from corridors.simulation.queueing.route_choice import stopped_ways
from corridors.simulation.queueing.stores import equal_parts, in_turn
from corridors.simulation.queueing.ways.search import TROUBLE_DAYS

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.simulation.queueing.problem import QueueProblem
    from corridors.simulation.queueing.route_choice import RouteChoice
    from corridors.simulation.queueing.state import Choice, Clock, QueueLimits, RouteArrays
    from corridors.simulation.queueing.ways import RouteBook

_DUST = 1e-12
"""Units that are nobody, left over by shares."""

BASE_SHORT, STAYED_HOME = 0, 1
"""Why cargo is never shipped: no base route has room for it in ordinary times, or every way
is too bad, or it has fallen with a by-product."""


class Departure(NamedTuple):
    """A shipment that leaves in a step.

    Attributes
    ----------
    way, amount, wanted_at
        Number of the way, units, and when it wanted to leave.
    waited_before, patience_left
        Days of waiting that all of it has borne, and beyond which nobody of it
        has patience.
    """

    way: int
    amount: float
    wanted_at: float
    waited_before: float
    patience_left: float


class Leaving(NamedTuple):
    """All that leaves in a step, in its order.

    Attributes
    ----------
    way
        Number of each way, shape (D,).
    what
        Amount, when it wanted to leave, days that all of it has borne, and beyond which nobody
        of it has patience, shape (D, 4), as in `Departure`.
    """

    way: Ints
    what: Floats


class _Usual(NamedTuple):
    """The ways of a set of base routes, demand by demand, shape (W,) each; `served` is (K,)."""

    demand: Ints
    way: Ints
    share: Floats
    served: Floats


class HeldShipment(NamedTuple):
    """A shipment that is held back at its origin, and asked again in every step.

    Attributes
    ----------
    amount
        Units.
    wanted_at
        When it wanted to leave, in days from the start of the run.
    patience_left
        Days of waiting beyond which nobody of it has patience: whoever has more
        has left already.
    way
        Number of the base route that it wants to take; -1 where it is to be chosen.
    """

    amount: float
    wanted_at: float
    patience_left: float = np.inf
    way: int = -1

    def part(self, amount: float, patience_left: float, way: int) -> HeldShipment:
        """Return an amount of it, of whom nobody has more patience, that wants to take a way.

        Made afresh: `_replace` takes twice as long, and there may be hundreds in a step.
        """
        return HeldShipment(amount, self.wanted_at, patience_left, way)

    def leaving(self, way: int, amount: float, waited_before: float) -> Departure:
        """Return an amount of it that leaves on a way."""
        return Departure(way, amount, self.wanted_at, waited_before, self.patience_left)


def _usual(sets: list[list[tuple[int, float]]]) -> _Usual:
    """Return the ways of all demands in their order, each way of a demand in one place."""
    rows: list[tuple[int, int, float]] = []
    for k, ways in enumerate(sets):
        numbers = dict.fromkeys(number for number, _ in ways)
        rows += [(k, i, share) for i in numbers for number, share in ways if number == i]
    return _Usual(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([row[2] for row in rows], dtype=np.float64),
        np.array([sum(share for _, share in ways) for ways in sets], dtype=np.float64),
    )


def _rows(departing: list[Departure]) -> Leaving:
    """Return departures as arrays."""
    way = np.array([d.way for d in departing], dtype=np.int64)
    what = np.array([d[1:] for d in departing], dtype=np.float64)
    return Leaving(way, what.reshape(-1, 4))


def _merged(at_once: Leaving, others: Leaving, demand: Ints) -> Leaving:
    """Return departures on base routes in the order of their demands, shape (K,) by way."""
    way = np.append(at_once.way, others.way)
    order = np.argsort(demand[way], kind="stable")
    return Leaving(way[order], np.append(at_once.what, others.what, axis=0)[order])


class Origin:
    """The cargo of all demands that has not left yet.

    Attributes
    ----------
    held
        Shipments that are held back, by demand.
    never
        Units never shipped by step, demand, reason and whether it is new cargo,
        shape (T, K, 2, 2).
    """

    def __init__(
        self, problem: QueueProblem, book: RouteBook, route_choice: RouteChoice, *, fixed: bool
    ) -> None:
        self._p = problem
        self._book = book
        self._route_choice = route_choice
        self._fixed = fixed
        self.held: list[list[HeldShipment]] = [[] for _ in range(problem.n_demands)]
        self.never = np.zeros((problem.n_steps, problem.n_demands, 2, 2))
        self._sets = [_usual(own) for own in route_choice.base_routes]

    def amounts(self) -> Floats:
        """Return the units held back, of new cargo and of older, shape (K, 2)."""
        result = np.zeros((self._p.n_demands, 2))
        for k, shipments in enumerate(self.held):
            for shipment in shipments:
                result[k, self._age(shipment.wanted_at)] += shipment.amount
        return result

    def _age(self, wanted_at: float) -> int:
        return 0 if wanted_at >= self._p.begin * self._p.step else 1

    def departures(
        self, n: int, limits: QueueLimits, choice: Choice, banned: Flags, cost: Floats, wait: Floats
    ) -> Leaving:
        """Return what leaves: at once, on another way, or on the base route in spite of a wait.

        Parameters
        ----------
        n
            The step.
        limits, choice
            As the kernel has them.
        banned
            Limits for which nothing more is accepted, shape (R,).
        cost, wait
            Of each way from its origin, as is known.
        """
        p, route_choice = self._p, self._route_choice
        arrays = self._book.arrays(int(p.state[n]))
        now = (n + 0.5) * p.step
        usual = self._sets[p.base_of[n]]
        fresh = p.amount[n] * p.step
        stopped_way = stopped_ways(arrays, banned)
        # Demands of which nothing is held, and no way has a queue or is dearer than usual,
        # leave as always, at once.
        asks = np.array([bool(own) for own in self.held], dtype=np.bool_)
        wants = asks | (fresh > 0)
        worse = (wait > TROUBLE_DAYS) | stopped_way
        worse[usual.way[route_choice.dearer(n, usual.demand, usual.way)]] = True
        asks[usual.demand[worse[usual.way]]] = True
        asks &= wants
        free = wants & ~asks
        self._stay_short(n, np.flatnonzero(free & (usual.served < 1.0 - 1e-12)), usual, fresh)
        amount = fresh[usual.demand] * usual.share
        goes = free[usual.demand] & (amount > 0)
        at_once = np.zeros((int(goes.sum()), 4))
        at_once[:, 0], at_once[:, 1], at_once[:, 3] = amount[goes], now, np.inf
        departing: list[Departure] = []
        wishes: list[tuple[int, int, int, float, float]] = []
        troubled: list[tuple[int, int, bool, list[HeldShipment]]] = []
        for k in np.flatnonzero(asks).tolist():
            ways = route_choice.base_routes[p.base_of[n]][k]
            for number, shipments in self._wanting(n, k, ways, float(fresh[k]), now).items():
                stopped = bool(stopped_way[number])
                if not worse[number]:
                    departing += [
                        shipment.leaving(
                            number, shipment.amount, self._waited_before(shipment, now)
                        )
                        for shipment in shipments
                    ]
                    continue
                # Who may not load would take any way that is worth its price.
                ceiling = float(p.choke[k]) if stopped else min(cost[number], p.choke[k])
                amount_ = sum(shipment.amount for shipment in shipments)
                wishes.append((len(troubled), k, number, amount_, float(ceiling)))
                troubled.append((k, number, stopped, shipments))
        first = _merged(Leaving(usual.way[goes], at_once), _rows(departing), arrays.demand)
        departing = []
        left, going = self._round(n, limits, choice, wishes, [own for *_, own in troubled])
        departing += going
        impatient: list[tuple[int, list[HeldShipment]]] = []
        for (k, number, stopped, shipments), share in zip(troubled, left, strict=True):
            # Of whom nobody has found a way round, all is as it was.
            parts = [
                s
                if share == 1.0 and s.way == number
                else s.part(s.amount * share, s.patience_left, number)
                for s in shipments
            ]
            if not stopped and cost[number] > p.loss[k]:
                for shipment in parts:
                    self._stay(n, k, shipment.amount, shipment.wanted_at, STAYED_HOME)
                continue
            rest = self._into_the_wait(n, k, parts, wait[number], departing, hold=stopped)
            if stopped or self._fixed:
                self.held[k] += rest
            elif rest:
                impatient.append((k, rest))
        if impatient:
            departing += self._any_other_way(n, limits, choice, impatient)
        last = _rows(departing)
        return Leaving(np.append(first.way, last.way), np.append(first.what, last.what, axis=0))

    def _stay_short(self, n: int, demands: Ints, usual: _Usual, fresh: Floats) -> None:
        """Count what the base routes have no room for of demands that leave as always."""
        p, age = self._p, self._age((n + 0.5) * self._p.step)
        short = 1.0 - usual.served[demands]
        fallen = np.minimum(p.fallen[p.base_of[n], demands], short)
        # One demand is in it once, and what is 0 adds nothing.
        self.never[n, demands, STAYED_HOME, age] += fresh[demands] * fallen
        rest = fresh[demands] * (1.0 - usual.served[demands] - fallen)
        self.never[n, demands, BASE_SHORT, age] += np.maximum(rest, 0.0)

    def placed(
        self, departing: Leaving, arrays: RouteArrays, limits: QueueLimits, clock: Clock
    ) -> Leaving:
        """Hold back what would find no place before the first limit of its way; return the rest.

        Those who would come to one store at different times have parts of the place there as
        equal as can be; of those who would come together the first to have wanted goes first.

        Parameters
        ----------
        departing
            What is to leave in a step.
        arrays, limits, clock
            As the kernel has them, with what is due at each limit.
        """
        way, what = departing
        first = arrays.first[way]
        limit = np.full(len(way), -1, dtype=np.int64)
        meets = first < arrays.first[way + 1]
        limit[meets] = arrays.limit[first[meets]]
        limit[meets] = np.where(np.isfinite(limits.store[limit[meets]]), limit[meets], -1)
        shares = np.ones(len(way))
        ahead = np.flatnonzero(limit >= 0)
        order = [np.flatnonzero(limit < 0)]
        for r in dict.fromkeys(limit[ahead].tolist()):
            own = np.flatnonzero(limit == r)
            hours = arrays.hours[first[own] + way[own]]
            days = days_of.py_func(hours, clock)  # type: ignore[no-untyped-call]  # a kernel's part
            wanted = what[own, 0] * arrays.factor[first[own]]
            s = limits.store_number[r]
            parts = equal_parts(
                float(limits.store[r]),
                limits.margin[s],
                days,
                wanted,
                clock.step,
                limits.carries[s],
            )
            shares[own] = in_turn(parts, days, wanted, what[own, 1])
            order.append(own)
            for d in own[shares[own] < 1].tolist():
                amount, wanted_at, _, patience_left = what[d].tolist()
                rest = HeldShipment(
                    amount * (1 - float(shares[d])), wanted_at, patience_left, int(way[d])
                )
                self.held[int(arrays.demand[way[d]])].append(rest)
        kept = np.concatenate(order)
        kept = kept[shares[kept] > 0]
        going = what[kept]
        going[:, 0] *= shares[kept]
        return Leaving(way[kept], going)

    def _any_other_way(
        self,
        n: int,
        limits: QueueLimits,
        choice: Choice,
        impatient: list[tuple[int, list[HeldShipment]]],
    ) -> list[Departure]:
        """Send those who will not wait on any way without a queue that is worth its price.

        Others weigh such a way against the wait in money; these cannot. Who finds no
        room is held back.
        """
        wishes = [
            (i, k, shipments[0].way, sum(s.amount for s in shipments), float(self._p.choke[k]))
            for i, (k, shipments) in enumerate(impatient)
        ]
        left, departing = self._round(
            n, limits, choice, wishes, [shipments for _, shipments in impatient], waiting=False
        )
        for (k, shipments), share in zip(impatient, left, strict=True):
            for shipment in shipments:
                rest = shipment
                if share < 1.0:
                    left_over = shipment.amount * share
                    rest = shipment.part(left_over, shipment.patience_left, shipment.way)
                if rest.amount > _DUST:
                    self.held[k].append(rest)
                else:
                    self._stay(n, k, rest.amount, shipment.wanted_at, STAYED_HOME)
        return departing

    def _round(
        self,
        n: int,
        limits: QueueLimits,
        choice: Choice,
        wishes: list[tuple[int, int, int, float, float]],
        shipments: list[list[HeldShipment]],
        *,
        waiting: bool = True,
    ) -> tuple[list[float], list[Departure]]:
        """Return the part of each wish that finds no way round, and what leaves on one."""
        left = [1.0] * len(wishes)
        departing: list[Departure] = []
        if not wishes or self._fixed:
            return left, departing
        now = (n + 0.5) * self._p.step
        for i, way, amount in self._route_choice.go_round(
            n, int(self._p.state[n]), limits, choice, wishes, waiting=waiting
        ):
            share = amount / wishes[i][3]
            left[i] = max(left[i] - share, 0.0)
            departing += [
                shipment.leaving(way, shipment.amount * share, self._waited_before(shipment, now))
                for shipment in shipments[i]
            ]
        return left, departing

    def _waited_before(self, shipment: HeldShipment, now: float) -> float:
        """Return the days that a shipment has been held, up to the last time that it was asked."""
        return max(now - shipment.wanted_at - self._p.step, 0.0)

    def _wanting(
        self, n: int, k: int, ways: list[tuple[int, float]], fresh: float, now: float
    ) -> dict[int, list[HeldShipment]]:
        """Return the shipments that want to leave by the base route that they want to take."""
        shipments, self.held[k] = self.held[k], []
        served = sum(share for _, share in ways)
        if served < 1.0 - 1e-12:
            fallen = min(float(self._p.fallen[self._p.base_of[n], k]), 1.0 - served)
            self._stay(n, k, fresh * fallen, now, STAYED_HOME)
            self._stay(n, k, fresh * (1.0 - served - fallen), now, BASE_SHORT)
        wanting: dict[int, list[HeldShipment]] = {number: [] for number, _ in ways}
        for shipment in shipments:
            if shipment.way in wanting or not ways:
                # A demand that has ended has no base routes; what is held keeps its own.
                wanting.setdefault(shipment.way, []).append(shipment)
                continue
            # The season has taken its way away: it is spread as new cargo is.
            for number, share in ways:
                wanting[number].append(shipment._replace(amount=shipment.amount * share / served))
        for number, share in ways:
            if fresh * share > 0:
                wanting[number].append(HeldShipment(fresh * share, now))
        return {number: own for number, own in wanting.items() if own}

    def _into_the_wait(
        self,
        n: int,
        k: int,
        shipments: list[HeldShipment],
        wait: float,
        departing: list[Departure],
        *,
        hold: bool,
    ) -> list[HeldShipment]:
        """Let what found no way round leave into a wait; return what will not.

        Who has the patience for the wait that is seen leaves, unless all are to be
        held back. Who has not may be asked again in the next step, until the days
        that it has been held have used its patience up.
        """
        p = self._p
        c = int(p.kind[k])
        patience, spread = float(p.behaviour.patience[c]), float(p.behaviour.spread[c])
        now = (n + 0.5) * p.step
        rest = []
        for shipment in shipments:
            if shipment.amount <= _DUST:
                self._stay(n, k, shipment.amount, shipment.wanted_at, STAYED_HOME)
                continue
            if self._fixed and not hold:
                departing.append(shipment.leaving(shipment.way, shipment.amount, 0.0))
                continue
            so_far = now - shipment.wanted_at
            held = shipment.amount * staying(
                so_far, self._waited_before(shipment, now), shipment.patience_left, patience, spread
            )
            self._stay(n, k, shipment.amount - held, shipment.wanted_at, STAYED_HOME)
            patience_left = shipment.patience_left
            if not hold:
                bears = so_far + wait
                going = held * staying(bears, so_far, shipment.patience_left, patience, spread)
                if going > 0:
                    departing.append(shipment.leaving(shipment.way, going, bears))
                held -= going
                patience_left = min(shipment.patience_left, bears)
            if held > 0:
                rest.append(shipment.part(held, patience_left, shipment.way))
        return rest

    def _stay(self, n: int, k: int, amount: float, wanted_at: float, why: int) -> None:
        if amount > 0:
            self.never[n, k, why, self._age(wanted_at)] += amount
