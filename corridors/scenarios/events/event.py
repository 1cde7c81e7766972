"""Events, and what a kind of event must know."""

from __future__ import annotations

import datetime as dt
import re
import textwrap
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from corridors.display import card
from corridors.errors import ScenarioError, nearest
from corridors.network.calendar import day_in
from corridors.scenarios.events.reach import within_reach
from corridors.scenarios.quantities import Quantity, amount_text
from corridors.scenarios.selectors import KEYS, describe, names_in, select

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from corridors.network.arcs import Arcs
    from corridors.network.network import Network
    from corridors.scenarios.draft import Draft
    from corridors.scenarios.selectors import Selection


_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, repr=False)
class Event:
    """One change over a period.

    Attributes
    ----------
    kind
        Name of its kind, one of `KINDS`.
    selector
        What it is about.
    amount
        Share, amount per day, hours, charge or factor, as a `Quantity` or as a scenario writes
        it; None for those without.
    cargo
        Cargoes that it is about; empty for all.
    first_day, end_day
        First day in force and first day no longer; None for always.
    over_hours
        Time in which the change builds up, for the model by days.
    start_up_hours
        Time in which what it took comes back after its end, for the model by days.
    takes
        What it takes besides: ``"slots"`` of a delay at a gate, which takes its capacity too.
    where
        File and line, for messages.
    folder
        Where relative paths of the selector start.
    origin
        The file that it stands in and its number there; None for one made otherwise.
    widens
        Whether a project makes it: an amount of a capacity then limits nothing on days on
        which nothing is limited without it.
    """

    kind: str
    selector: dict[str, Any]
    amount: Quantity | None = None
    cargo: tuple[str, ...] = ()
    first_day: dt.date | None = None
    end_day: dt.date | None = None
    over_hours: float = 0.0
    start_up_hours: float = 0.0
    takes: str = ""
    note: str = ""
    where: str = field(default="", compare=False)
    folder: Path | None = field(default=None, compare=False)
    origin: tuple[str, int] | None = field(default=None, compare=False)
    widens: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            msg = f"{self.where or 'event'}: no kind of event {self.kind!r}"
            raise ScenarioError(msg + nearest(self.kind, KINDS))
        if self.amount is not None and not isinstance(self.amount, Quantity):
            object.__setattr__(self, "amount", self._read(self.amount))
        if isinstance(self.cargo, str):
            object.__setattr__(self, "cargo", (self.cargo,))
        for name in ("first_day", "end_day"):
            day = getattr(self, name)
            if isinstance(day, dt.datetime):
                object.__setattr__(self, name, day_in(day))

    def __repr__(self) -> str:
        return f"Event({self.in_words()})"

    def _repr_html_(self) -> str:
        told = {
            self.meaning.amount_key: self._amount_text(),
            "cargo": self.cargo,
            "from": self.first_day or "always",
            "until": self.end_day or "always",
            "builds up over, hours": self.over_hours,
            "comes back over, hours": self.start_up_hours,
            "takes": self.takes,
            "note": self.note,
            "where": self.where,
        }
        return card(self.meaning.in_words(self), {k: v for k, v in told.items() if v})

    def _read(self, amount: object) -> Quantity:
        """Return an amount that is given as a scenario writes it."""
        where = f"{self.where or 'event'}, {self.kind}"
        if not self.meaning.amount_key:
            msg = f"{where}: saw the amount {amount!r}, expected none"
            raise ScenarioError(msg)
        try:
            return self.meaning.parse(amount)
        except ValueError as error:
            msg = f"{where}, {self.meaning.amount_key}: {error}"
            raise ScenarioError(msg) from None

    def _amount_text(self) -> str:
        """Return the amount in few digits; nothing where there is none, or where it is a word."""
        if self.amount is None or self.amount.unit == "slots":
            return ""
        return str(amount_text(replace(self.amount, value=float(f"{self.amount.value:.6g}"))))

    @property
    def meaning(self) -> Kind:
        """The kind of the event, which knows what it does."""
        return KINDS[self.kind]

    @property
    def closes(self) -> bool:
        """Whether what it selects is gone once it is in force in full."""
        return self.meaning.closes(self)

    def in_force(self, day: dt.date) -> bool:
        """Return whether the event is in force on a day."""
        begun = self.first_day is None or self.first_day <= day
        return begun and (self.end_day is None or day < self.end_day)

    def share_on(self, day: dt.date) -> float:
        """Return the share of the event in force on a day: evenly more by days, 1 once built up.

        Examples
        --------
        >>> import datetime as dt
        >>> day = dt.date(2025, 1, 11)
        >>> shut = Event("close", {"link": "a"}, first_day=day, over_hours=96)
        >>> [shut.share_on(day + dt.timedelta(days=i)) for i in (-1, 0, 1, 3, 9)]
        [0.0, 0.25, 0.5, 1.0, 1.0]

        What it took comes back in the same way: of a start-up of four days a quarter on the
        first day after its end, and all of it on the fourth.

        >>> shut = Event("close", {"link": "a"}, end_day=day, start_up_hours=96)
        >>> [shut.share_on(day + dt.timedelta(days=i)) for i in (-1, 0, 1, 2, 3)]
        [1.0, 0.75, 0.5, 0.25, 0.0]
        """
        if not self.in_force(day):
            return self._left_on(day)
        if self.over_hours <= 0 or self.first_day is None:
            return 1.0
        return min(((day - self.first_day).days + 1) * 24.0 / self.over_hours, 1.0)

    def _left_on(self, day: dt.date) -> float:
        """Return the share that is left of the event on a day on which it is over."""
        if self.start_up_hours <= 0 or self.end_day is None or day < self.end_day:
            return 0.0
        days = (day - self.end_day).days + 1
        before = self.end_day - _DAY
        reached = self.share_on(before) if self.in_force(before) else 0.0
        return reached * max(1.0 - days * 24.0 / self.start_up_hours, 0.0)

    def check(self, net: Network) -> None:
        """Raise ScenarioError where the event names what a network does not have."""
        known = set(net.tables["cargo"]["cargo"]) if self.cargo else set()
        for name in self.cargo:
            if name not in known:
                msg = f"{self.where}: no cargo {name!r}{nearest(name, known)}"
                raise ScenarioError(msg)
        self.meaning.check(self, net)

    def select(self, net: Network) -> Selection:
        """Return the directed links and transfers that the event is about."""
        try:
            return select(net, self.selector, self.folder)
        except ScenarioError as error:
            msg = f"{self.where}, {self.kind}: {error}"
            raise ScenarioError(msg) from None

    @property
    def in_brief(self) -> str:
        """The first sentence of the note, or as much of it as a name can hold."""
        first = re.split(r"[.;] ", " ".join(self.note.split()), maxsplit=1)[0]
        return textwrap.shorten(first.removesuffix("."), 80, placeholder=" …")

    def inside(self, draft: Draft) -> NDArray[np.bool_]:
        """Return what the event is about on a day, by class and arc, shape (C, A)."""
        return self.meant(draft) & draft.there

    def meant(self, draft: Draft) -> NDArray[np.bool_]:
        """Return what the event is about, there on the day or not, by class and arc, (C, A)."""
        return draft.meant(self.select(draft.net), self.cargo)

    def its_amount(self) -> Quantity:
        """Return the amount of an event of a kind that has one."""
        if self.amount is None:
            msg = f"{self.where}: {self.kind} needs an amount"
            raise ScenarioError(msg)
        return self.amount

    def in_words(self) -> str:
        """Return what the event changes, by how much, of which cargo, and when."""
        amount = self._amount_text()
        by = f" {self.meaning.amount_key} {amount}" if amount else ""
        cargo = f" of {', '.join(self.cargo)}" if self.cargo else ""
        period = f"from {self.first_day or 'always'} until {self.end_day or 'always'}"
        return f"{self.meaning.in_words(self)}{by}{cargo} {period}"


class Kind(ABC):
    """What is common to the events of one kind.

    Attributes
    ----------
    name
        The key of a scenario file that makes an event one of this kind.
    says
        What it does, in a sentence for the reference.
    amount_key, amount_types, amount_says
        The key of its amount, the JSON types that it may have, and what it
        means; an empty key where there is none.
    needs_cargo, takes_cargo
        Whether the cargo must be named, and whether it may be.
    limits
        Whether it caps what passes: of a capacity that is selected what that counts.
    takes_slots, starts_up
        Whether it may take capacity besides, and whether what it took may come back step by
        step.
    keys
        Keys of its selector.
    """

    name: ClassVar[str]
    says: ClassVar[str]
    amount_key: ClassVar[str] = ""
    amount_types: ClassVar[tuple[str, ...]] = ("string",)
    amount_says: ClassVar[str] = ""
    needs_cargo: ClassVar[bool] = False
    takes_cargo: ClassVar[bool] = True
    limits: ClassVar[bool] = False
    takes_slots: ClassVar[bool] = False
    starts_up: ClassVar[bool] = False
    keys: ClassVar[tuple[str, ...]] = KEYS

    @property
    def needs(self) -> tuple[str, ...]:
        """Keys that an event of this kind needs beside its own."""
        return tuple(filter(None, [self.amount_key, "cargo" if self.needs_cargo else ""]))

    def parse(self, value: object) -> Quantity:
        """Return the amount that a scenario writes; raise ValueError saying what is wrong."""
        raise NotImplementedError

    def in_words(self, event: Event) -> str:
        """Return what an event changes, as a scenario writes it."""
        return f"{self.name} {describe(event.selector)}"

    def closes(self, event: Event) -> bool:
        """Return whether what an event selects is gone once it is in force in full."""
        del event
        return False

    def check(self, event: Event, net: Network) -> None:
        """Raise ScenarioError where an event's selector does not fit a network."""
        event.select(net)

    def touches(self, event: Event, net: Network, arcs: Arcs) -> NDArray[np.bool_]:
        """Return what of the ways used before an event is about, by class and arc, (C, A)."""
        here = arcs.classes(event.cargo)[:, None] & arcs.select(event.select(net))
        chosen = np.asarray(here, dtype=np.bool_)
        if self.closes(event):
            return chosen
        capacities = names_in(event.selector.get("capacity", ())) if self.limits else []
        unit = "" if event.amount is None else event.amount.unit
        return within_reach(net, arcs, chosen, unit, capacities)

    def gone(self, event: Event, draft: Draft, share: float) -> NDArray[np.bool_] | None:
        """Return what nothing passes any more because of an event, (C, A); None where that is none.

        Parameters
        ----------
        event, draft, share
            As `apply` has them.
        """
        whole = share >= 1.0 and self.keys is KEYS and self.closes(event)
        return event.inside(draft) if whole else None

    def prepare(self, event: Event, draft: Draft) -> None:
        """Do what comes before the capacities of the day are looked up; most kinds do nothing."""
        del event, draft

    @abstractmethod
    def apply(self, event: Event, draft: Draft, number: int, share: float) -> None:
        """Do what an event does to a network on a day.

        Parameters
        ----------
        event
            The event.
        draft
            What holds on the day, with the events before this one in it.
        number
            Of the event among those in force, for the ids of limits.
        share
            Share of the event that is in force, above 0 and at most 1.

        Raises
        ------
        ScenarioError
            Where the event cannot be meant on that day.
        """


KINDS: dict[str, Kind] = {}
"""The kinds of events by name, in the order in which they are listed."""


def register(kind: type[Kind]) -> type[Kind]:
    """Add a kind of event; for use as a decorator of its class."""
    KINDS[kind.name] = kind()
    return kind
