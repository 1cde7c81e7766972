"""The kinds of events, one class for each.

A kind knows its words, what it needs, how its amount is read and what it does
to a network on a day, all of it or the share that has built up by then. The
schema of scenario files, their reference page, the reader and the model by
days ask the kind, so a new one is a class in this module, with its place in
the documentation and its test.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from corridors.errors import ScenarioError, UnknownIdError
from corridors.network.markets.selecting import SUPPLY_KEYS, select_supply
from corridors.network.reading.cells import rows_of
from corridors.scenarios.capacity.capacities import (
    countable_on,
    event_limit_id,
    limit_over,
    limits_without_rows,
    set_amount,
)
from corridors.scenarios.demand import DEMAND_KEYS, select_demand
from corridors.scenarios.events.event import Kind, register
from corridors.scenarios.events.gates import slower_gates
from corridors.scenarios.quantities import (
    Quantity,
    parse_charge,
    parse_demand,
    parse_limit,
    parse_time,
)
from corridors.scenarios.selectors import describe, names_in

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from corridors.network.arcs import Arcs
    from corridors.network.network import Network
    from corridors.scenarios.capacity.capacities import Limit
    from corridors.scenarios.draft import Draft
    from corridors.scenarios.events.event import Event


def towards(before: float, after: float, share: float) -> float:
    """Return what is reached when a share of the way from one amount to another is gone."""
    return after if share >= 1.0 else before + (after - before) * share


@register
class Closure(Kind):
    """Nothing passes. While it builds up, the limits inside have so much less."""

    name = "close"
    says = "Take the selected things away: nothing passes"
    starts_up = True

    def closes(self, event: Event) -> bool:
        """Return True: that is what it is."""
        del event
        return True

    def apply(self, event: Event, draft: Draft, number: int, share: float) -> None:
        """Close what is inside, or take its share of the limits there away."""
        meant = event.meant(draft)
        if share >= 1.0:
            draft.close(meant & draft.there)
        else:
            draft.leave_share(meant, 1.0 - share, number)


@register
class Cap(Closure):
    """What passes is capped. To 0, in whatever unit, it is a closure.

    A share scales what passes normally: a capacity that lies in the selection
    as a whole is scaled, background and all; one that reaches beyond it keeps
    its amount, and the selected members together get a limit of that share. An
    amount is a limit on the sum over all selected links; of a capacity named
    alone it replaces the amount.

    A share builds up from 1, the amount of a capacity from what holds without
    the event; a limit on a sum has nothing to build up from and holds at the end.
    """

    name = "limit"
    limits = True
    says = "Cap what passes: `to` a share of what passes normally, or an amount with its unit"
    amount_key = "to"
    amount_types = ("number", "string")
    amount_says = "a share or an amount with its unit"

    def parse(self, value: object) -> Quantity:
        """Return a share from 0 to 1, or an amount per day."""
        return parse_limit(value)

    def closes(self, event: Event) -> bool:
        """Return whether nothing is left: nothing is nothing, in whatever unit."""
        return event.amount is not None and event.amount.value == 0

    def apply(self, event: Event, draft: Draft, number: int, share: float) -> None:
        """Scale, replace or add limits."""
        amount, meant = event.its_amount(), event.meant(draft)
        where = meant & draft.there
        if amount.unit != "share":
            self._check_unit(event, draft, where)
        if self.closes(event):
            super().apply(event, draft, number, share)
        elif amount.unit == "share":
            self._scale(event, draft, meant, number, towards(1.0, amount.value, share))
        elif set(event.selector) == {"direction"}:
            way = event.selector["direction"]
            msg = (
                f"{event.where}, limit: saw an amount for the direction {way!r} alone; name what "
                "it limits too, such as a border or a capacity: "
                '{border: [PL, BY], direction: "PL>BY"}'
            )
            raise ScenarioError(msg)
        elif set(event.selector) <= {"capacity", "direction"} and not event.cargo:
            self._replace(event, draft, meant, number, share)
        elif share >= 1.0:
            self._add(event, draft, where, number)

    @staticmethod
    def _check_unit(event: Event, draft: Draft, where: NDArray[np.bool_]) -> None:
        """Refuse a unit in which a cargo that is named, or everything, cannot be counted."""
        unit = event.its_amount().unit
        countable = countable_on(draft.net, draft.arcs, where, unit)
        uncounted = [c for c in event.cargo if c not in countable]
        if uncounted and countable:
            msg = (
                f"{event.where}: {', '.join(uncounted)} cannot be counted in {unit} there; "
                f"give {'it' if len(uncounted) == 1 else 'them'} an event with a unit of "
                f"{'its' if len(uncounted) == 1 else 'their'} own"
            )
            raise ScenarioError(msg)
        if not countable and where.any():
            msg = (
                f"{event.where}: no selected link carries anything that is counted in "
                f"{unit} on that day"
            )
            raise ScenarioError(msg)

    @staticmethod
    def _scale(
        event: Event, draft: Draft, meant: NDArray[np.bool_], number: int, left: float
    ) -> None:
        named = event.selector.get("capacity")
        capacities = set(names_in(named)) if named else None
        chosen = int((meant & draft.there).any(axis=0).sum())
        if draft.leave_share(meant, left, number, capacities) or not chosen:
            return
        msg = (
            f"{event.where}: a share of {left:g} limits nothing, because none of the "
            f"{chosen} directed links and transfers selected has a capacity on that day; "
            'give an amount with its unit such as "500 trucks/day"'
        )
        raise ScenarioError(msg)

    def _replace(
        self, event: Event, draft: Draft, meant: NDArray[np.bool_], number: int, share: float
    ) -> None:
        """Set the amount of capacities, or of the part of them that lies in a direction.

        What earlier events have left to a part of one, they still leave. One that has no row on
        the day has nothing to build up from, and is limited in the end, but by no project.
        """
        wanted, where = set(names_in(event.selector["capacity"])), meant & draft.there
        limits, added = [], []
        for limit in draft.limits:
            if limit.from_event or not self._is_meant(event, limit, where, wanted):
                limits.append(limit)
                continue
            whole = limit.lies_in(meant)
            before = limit.amount if whole else limit.available
            reached = towards(before, event.its_amount().value, share)
            limits.append(set_amount(limit, reached) if whole else limit)
            added += [] if whole else [limit.part(where, number, reached)]
        absent = share >= 1.0 and not event.widens
        rows = limits_without_rows(draft.net, draft.arcs, draft.limits, wanted) if absent else ()
        for limit in rows:
            if self._is_meant(event, limit, where, wanted):
                whole, amount = limit.lies_in(meant), event.its_amount().value
                part = set_amount(limit, amount) if whole else limit.part(where, number, amount)
                added.append(part)
        draft.limits = limits + added

    @staticmethod
    def _is_meant(event: Event, limit: Limit, where: NDArray[np.bool_], wanted: set[str]) -> bool:
        """Return whether an amount is set for a limit; refuse one in another unit."""
        if limit.capacity_id not in wanted or not where[limit.cargo, limit.arc].any():
            return False
        unit = event.its_amount().unit
        if limit.unit != unit:
            msg = (
                f"{event.where}: the capacity {limit.capacity_id} counts {limit.unit}, "
                f"saw an amount in {unit}"
            )
            raise ScenarioError(msg)
        return True

    @staticmethod
    def _add(event: Event, draft: Draft, where: NDArray[np.bool_], number: int) -> None:
        amount = event.its_amount()
        limit = limit_over(draft.net, draft.arcs, where, amount.unit, amount.value)
        if limit is None:
            msg = (
                f"{event.where}: no selected link carries anything that is counted in "
                f"{amount.unit} on that day"
            )
            raise ScenarioError(msg)
        name = event.in_brief or f"limit set by the scenario on {describe(event.selector)}"
        added = replace(limit, limit_id=event_limit_id(number), name=name)
        draft.limits = [*draft.limits, added]


@register
class Delay(Kind):
    """What passes takes longer, by so much of it as has built up."""

    name = "delay"
    says = "Everything that passes takes longer `by` a time with its unit"
    takes_slots = True
    amount_key = "by"
    amount_says = "a time with its unit"

    def parse(self, value: object) -> Quantity:
        """Return hours."""
        return Quantity(parse_time(value), "h")

    def apply(self, event: Event, draft: Draft, number: int, share: float) -> None:
        """Add hours where the delay is felt, and take the slots that it occupies there."""
        hours, meant = towards(0.0, event.its_amount().value, share), event.meant(draft)
        inside = meant & draft.there
        felt = draft.felt_once(inside, event.selector, event.folder)
        draft.hours[felt] += hours
        if event.takes == "slots":
            slower_gates(event, draft, meant, hours, number)


@register
class Surcharge(Kind):
    """What passes costs more, by so much of it as has built up."""

    name = "surcharge"
    says = "Everything that passes costs more `by` a charge such as 200 USD/TEU"
    amount_key = "by"
    amount_says = "a charge with its unit"

    def parse(self, value: object) -> Quantity:
        """Return dollars per box or per tonne."""
        return parse_charge(value)

    def apply(self, event: Event, draft: Draft, number: int, share: float) -> None:
        """Add dollars where the surcharge is felt; those per box to boxes alone."""
        del number
        charge = event.its_amount()
        value = towards(0.0, charge.value, share)
        cargo = draft.net.tables["cargo"].set_index("cargo").loc[list(draft.arcs.cargo)]
        if charge.unit == "USD/t":
            per_unit = np.asarray(value * cargo["t_per_unit"], dtype=np.float64)
        else:
            per_unit = np.where(cargo["unit"] == "TEU", value, 0.0)
            self._check_boxes(event, draft)
        felt = draft.felt_once(event.inside(draft), event.selector, event.folder)
        draft.usd += np.where(felt, per_unit[:, None], 0.0)

    @staticmethod
    def _check_boxes(event: Event, draft: Draft) -> None:
        """Refuse a charge per box on cargo that has none."""
        cargo = draft.net.tables["cargo"]
        loose = set(cargo["cargo"][cargo["unit"] != "TEU"])
        without = [name for name in event.cargo or cargo["cargo"] if name in loose]
        if (event.cargo and without) or len(without) == len(cargo):
            msg = (
                f"{event.where}: {', '.join(without)} {'is' if len(without) == 1 else 'are'} "
                "counted in t, saw a charge per TEU; give it in USD/t"
            )
            raise ScenarioError(msg)


@register
class Ban(Closure):
    """A closure for the cargo named."""

    name = "ban"
    says = "Take the selected things away for the cargo named"
    needs_cargo = True


@register
class Opening(Kind):
    """What is planned, closed or out of season is there.

    While it builds up, the limits on what would not be there have a share of
    what they will have; what has no capacity is there at once.
    """

    name = "open"
    says = "Put into use what is planned, closed or out of season"
    takes_cargo = False

    def touches(self, event: Event, net: Network, arcs: Arcs) -> NDArray[np.bool_]:
        """Return nothing: what is put into use was not used before."""
        del event, net
        return np.zeros(arcs.usd.shape, dtype=np.bool_)

    def prepare(self, event: Event, draft: Draft) -> None:
        """Open what is selected, so that its capacities are found."""
        draft.open(event.select(draft.net))

    def apply(self, event: Event, draft: Draft, number: int, share: float) -> None:
        """Leave a share of the limits on what is new, until it has built up."""
        if share < 1.0:
            draft.leave_share(event.meant(draft) & ~draft.usual, share, number)


@register
class DemandChange(Kind):
    """Demand is another: by a factor, or in sum by an amount per day."""

    name = "demand"
    says = "Set the selected demand `to` a factor or an amount with its unit"
    amount_key = "to"
    amount_types = ("number", "string")
    amount_says = "a factor or an amount with its unit"
    takes_cargo = False
    keys: ClassVar[tuple[str, ...]] = DEMAND_KEYS

    def parse(self, value: object) -> Quantity:
        """Return a factor, or an amount per day."""
        return parse_demand(value)

    def check(self, event: Event, net: Network) -> None:
        """Raise ScenarioError where the selector picks no demand that there ever is."""
        try:
            select_demand(net, net.tables["demand"], event.selector)
        except UnknownIdError as error:
            msg = f"{event.where}, demand: {error}"
            raise ScenarioError(msg) from None

    def touches(self, event: Event, net: Network, arcs: Arcs) -> NDArray[np.bool_]:
        """Return nothing: it is about no place."""
        del event, net
        return np.zeros(arcs.usd.shape, dtype=np.bool_)

    def apply(self, event: Event, draft: Draft, number: int, share: float) -> None:
        """Scale the rows that are picked."""
        del number
        rows = select_demand(draft.net, draft.demand, event.selector)
        draft.demand = self.scaled(event, draft, draft.demand, rows, share)

    def scaled(
        self,
        event: Event,
        draft: Draft,
        table: pd.DataFrame,
        rows: NDArray[np.bool_],
        share: float,
    ) -> pd.DataFrame:
        """Return a table with the amount in `units_per_day` of the rows that are picked.

        Parameters
        ----------
        event, draft, share
            As `apply` has them.
        table
            With cargo and units_per_day.
        rows
            Which of them are picked.
        """
        amount = event.its_amount()
        units = table.loc[rows, "units_per_day"]
        factor = amount.value
        if amount.unit != "factor":
            self._check_unit(event, draft, table.loc[rows, "cargo"])
            per_unit = draft.net.tables["cargo"].set_index("cargo")["t_per_unit"]
            weight = table.loc[rows, "cargo"].map(per_unit) if amount.unit == "t" else 1.0
            now = float((units * weight).sum())
            if now <= 0:
                msg = (
                    f"{event.where}: the selected {self.name} is 0 on {draft.day}, "
                    "so an amount cannot be spread"
                )
                raise ScenarioError(msg)
            factor = amount.value / now
        return table.assign(
            units_per_day=table["units_per_day"].where(~rows, units * towards(1.0, factor, share))
        )

    def _check_unit(self, event: Event, draft: Draft, names: pd.Series[Any]) -> None:
        """Refuse an amount in TEU for cargo that has none; all cargo has a weight."""
        unit_of = draft.net.tables["cargo"].set_index("cargo")["unit"]
        loose = sorted(set(names[names.map(unit_of) != "TEU"]))
        if event.its_amount().unit == "TEU" and loose:
            msg = (
                f"{event.where}: the selected {self.name} has {', '.join(loose)}, counted in t; "
                "give the amount in t, or select cargo that is counted in TEU alone"
            )
            raise ScenarioError(msg)


@register
class SupplyChange(DemandChange):
    """What sellers offer, or outlets take, is another: by a factor, or in sum by an amount a day.

    To 0 it is an export stop: nothing is bought there any more. What is shipped by others
    from the same place, or passes it, goes on.
    """

    name = "supply"
    says = "Set what the selected sellers offer, or outlets take, `to` a factor or an amount"
    keys = SUPPLY_KEYS

    def closes(self, event: Event) -> bool:
        """Return whether nothing is offered any more."""
        return event.amount is not None and event.amount.value == 0

    def check(self, event: Event, net: Network) -> None:
        """Raise ScenarioError where the selector picks nothing that is ever offered."""
        try:
            rows = select_supply(net, net.tables["supply"], event.selector)
        except UnknownIdError as error:
            msg = f"{event.where}, supply: {error}"
            raise ScenarioError(msg) from None
        if not rows.any():
            msg = f"{event.where}, supply: nothing is offered by {describe(event.selector)}"
            raise ScenarioError(msg)

    def touches(self, event: Event, net: Network, arcs: Arcs) -> NDArray[np.bool_]:
        """Return the arcs of the offers that are picked, where these are cut."""
        found = np.zeros(arcs.usd.shape, dtype=np.bool_)
        supply = net.whole.tables["supply"]
        for row in rows_of(supply[select_supply(net, supply, event.selector)]):
            c = arcs.cargo.index(row["cargo"])
            found[c, arcs.offer_number[row["market"], row["node_id"]]] = True
        return found

    def apply(self, event: Event, draft: Draft, number: int, share: float) -> None:
        """Scale the offers that are picked."""
        del number
        rows = select_supply(draft.net, draft.offers, event.selector)
        draft.offers = self.scaled(event, draft, draft.offers, rows, share)
