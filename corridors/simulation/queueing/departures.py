"""Cargo at its origin: what leaves, what is held back, and what is never shipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.simulation.queueing.reneging import staying
from corridors.simulation.queueing.route_choice import TROUBLE_DAYS
from corridors.simulation.queueing.stores import equal_parts

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats
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

    def leaving(self, way: int, amount: float, waited_before: float) -> Departure:
        """Return an amount of it that leaves on a way."""
        return Departure(way, amount, self.wanted_at, waited_before, self.patience_left)


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
    ) -> list[Departure]:
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
        state = int(p.state[n])
        arrays = self._book.arrays(state)
        now = (n + 0.5) * p.step
        departing: list[Departure] = []
        wishes: list[tuple[int, int, int, float, float]] = []
        troubled: list[tuple[int, int, bool, list[HeldShipment]]] = []
        for k, ways in enumerate(route_choice.base_routes[p.base_of[n]]):
            fresh = float(p.amount[n, k]) * p.step
            if fresh <= 0 and not self.held[k]:
                continue
            for number, shipments in self._wanting(n, k, ways, fresh, now).items():
                own = arrays.limit[arrays.first[number] : arrays.first[number + 1]]
                stopped = bool(banned[own].any())
                if wait[number] <= TROUBLE_DAYS and not stopped:
                    departing += [
                        shipment.leaving(
                            number, shipment.amount, self._waited_before(shipment, now)
                        )
                        for shipment in shipments
                    ]
                    continue
                # Who may not load would take any way that is worth its price.
                ceiling = float(p.choke[k]) if stopped else min(cost[number], p.choke[k])
                amount = sum(shipment.amount for shipment in shipments)
                wishes.append((len(troubled), k, number, amount, float(ceiling)))
                troubled.append((k, number, stopped, shipments))
        left, going = self._round(n, limits, choice, wishes, [own for *_, own in troubled])
        departing += going
        impatient: list[tuple[int, list[HeldShipment]]] = []
        for (k, number, stopped, shipments), share in zip(troubled, left, strict=True):
            parts = [s._replace(amount=s.amount * share, way=number) for s in shipments]
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
        return departing

    def placed(
        self, departing: list[Departure], arrays: RouteArrays, limits: QueueLimits, clock: Clock
    ) -> list[Departure]:
        """Hold back what would find no place before the first limit of its way; return the rest.

        Those who would come to one store have parts of the place there as equal as can be.

        Parameters
        ----------
        departing
            What is to leave in a step.
        arrays, limits, clock
            As the kernel has them, with what is due at each limit.
        """
        onto: dict[int, list[Departure]] = {}
        going: list[Departure] = []
        first = arrays.first
        for d in departing:
            v = int(first[d.way])
            limit = int(arrays.limit[v]) if v < first[d.way + 1] else -1
            if limit < 0 or not np.isfinite(limits.store[limit]):
                going.append(d)
            else:
                onto.setdefault(limit, []).append(d)
        for limit, own in onto.items():
            days = np.array([float(arrays.hours[first[d.way] + d.way]) for d in own]) / 24.0
            wanted = np.array([d.amount * float(arrays.factor[first[d.way]]) for d in own])
            store, margin = float(limits.store[limit]), limits.margin[limits.store_number[limit]]
            shares = equal_parts(store, margin, days, wanted, clock.step).tolist()
            for d, share in zip(own, shares, strict=True):
                if share > 0:
                    going.append(d._replace(amount=d.amount * share))
                if share < 1:
                    rest = HeldShipment(d.amount * (1 - share), d.wanted_at, d.patience_left, d.way)
                    self.held[int(arrays.demand[d.way])].append(rest)
        return going

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
                rest = shipment._replace(amount=shipment.amount * share)
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
                rest.append(shipment._replace(amount=held, patience_left=patience_left))
        return rest

    def _stay(self, n: int, k: int, amount: float, wanted_at: float, why: int) -> None:
        if amount > 0:
            self.never[n, k, why, self._age(wanted_at)] += amount
