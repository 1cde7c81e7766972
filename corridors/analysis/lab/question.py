"""What can be asked of a lab, and the scenario that it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

from corridors.assignment.assign import require_model
from corridors.errors import ScenarioError, nearest
from corridors.scenarios.authoring.text import slug
from corridors.scenarios.scenario import Scenario
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from corridors.network.network import Network

WORDS = ("scenario", "day", "model", "close", "capacity", "delay", "demand")
"""What a question may say, in the order in which it is kept."""

_MOST = 1e6
"""Largest factor, and most hours, that the page takes."""


@dataclass(frozen=True)
class Questions:
    """What the page of a lab knows, and so what it can be asked.

    Attributes
    ----------
    net
        The network.
    opening
        The day on which the page opens, for questions that name none.
    days
        Undisturbed days that it holds.
    plans
        Scenarios that it holds, by name.
    elements
        What can be shut or delayed: a kind and an id, such as ``border:BY-PL``.
    capacities, cargo, demands
        Ids of what can be moved.
    """

    net: Network
    opening: dt.date
    days: tuple[str, ...]
    plans: Mapping[str, Scenario]
    elements: frozenset[str]
    capacities: frozenset[str]
    cargo: tuple[str, ...]
    demands: frozenset[str]

    @classmethod
    def of(
        cls, net: Network, day: dt.date, plans: Iterable[Scenario], texts: Mapping[str, Any]
    ) -> Questions:
        """Return what can be asked of a page that was made of these names."""
        things = zip(texts["elements"]["kind"], texts["elements"]["id"], strict=True)
        wanted = set(texts["demand"]["cargo"])
        # What a coupling leaves room for is a limit that is found, and nobody's to move.
        found = set(texts["couplings"]["limit"])
        limits = zip(*texts["limits"][:2], strict=True)
        moved = [own for limit, own in enumerate(limits) if limit not in found]
        return cls(
            net,
            day,
            tuple(s["day"] for s in texts["states"] if "name" not in s),
            {plan.name: plan for plan in plans},
            frozenset(f"{kind}:{own}" for kind, own in things),
            frozenset(name for own in moved for name in own if name),
            tuple(name for c, name in enumerate(texts["cargo"]["id"]) if c in wanted),
            frozenset(texts["demand"]["id"]),
        )

    def checked(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return a question as the page keeps it: known names, nothing empty, one order.

        Raises
        ------
        ScenarioError
            Naming what was found, what was expected and the nearest names.
        """
        if unknown := [word for word in asked if word not in WORDS]:
            msg = f"state: no key {unknown[0]!r}{nearest(unknown[0], WORDS)}"
            raise ScenarioError(msg)
        found: dict[str, Any] = {}
        if asked.get("scenario"):
            found["scenario"] = _known(
                asked["scenario"], self.plans, "scenario", "one that the page holds"
            )
        elif asked.get("day"):
            day = _known(str(asked["day"]), self.days, "day", "one that the page holds")
            if day != self.opening.isoformat():
                found["day"] = day
        model = asked.get("model") or "optimal"
        require_model(str(model))
        if model != "optimal":
            found["model"] = model
        if close := self._close(asked.get("close") or ()):
            found["close"] = close
        for word in ("capacity", "delay", "demand"):
            own = asked.get(word) or {}
            if not isinstance(own, dict):
                msg = f"state, {word}: saw {own!r}, expected a dict of numbers by id"
                raise ScenarioError(msg)
            numbers = {self._name(word, k): _number(v, f"{word} of {k}") for k, v in own.items()}
            if numbers:
                found[word] = numbers
        return found

    def _close(self, keys: object) -> list[str]:
        if isinstance(keys, str) or not isinstance(keys, list | tuple):
            msg = f"state, close: saw {keys!r}, expected a list such as ['border:BY-PL']"
            raise ScenarioError(msg)
        return list(dict.fromkeys(self._name("close", key) for key in keys))

    def _name(self, word: str, name: object) -> str:
        """Return the id of something that a question may name, as the page writes it."""
        text = str(name)
        kind, _, own = text.partition(":")
        if word == "demand":
            by = {"all": {"all"}, "cargo": {f"cargo:{c}" for c in self.cargo}}
            known = by.get(kind) or {f"demand:{d}" for d in self.demands}
            return _known(text, known, "demand", "all, cargo:ID or demand:ID")
        if word == "capacity":
            return _known(text, self.capacities, "capacity", "one that the page holds")
        if kind == "border":
            text = f"border:{'-'.join(sorted(own.split('-')))}"
        alike = [key for key in self.elements if key.startswith(f"{kind}:")] or self.elements
        if text not in self.elements:
            _known(text, alike, f"{word},", "a kind and an id such as border:BY-PL")
        return text

    def day(self, state: Mapping[str, Any]) -> dt.date:
        """Return the day that a question is about."""
        plan = self._plan(state)
        if plan is not None:
            return plan.as_of or self.opening
        return dt.date.fromisoformat(state["day"]) if "day" in state else self.opening

    def _plan(self, state: Mapping[str, Any]) -> Scenario | None:
        return self.plans[state["scenario"]] if "scenario" in state else None

    def scenario(self, state: Mapping[str, Any]) -> Scenario:
        """Return a question as a scenario, event for event.

        Parameters
        ----------
        state
            A question as `checked` returns it.

        Returns
        -------
        Scenario
            As of the day of the question, with the events of its scenario first.

        Raises
        ------
        ScenarioError
            Where a limit is moved that only an event of the scenario has set, or is not there
            on the day: it has no name that a scenario could say.
        """
        plan = self._plan(state)
        said = plan or Scenario(name="from-the-lab", title="From the lab")
        words = [self._spoken(key) for key in state.get("close", ())]
        if plan is not None and len(state) > 1:
            said = said.named(f"{plan.name}-and-more", plan.title)
        elif words:
            said = said.named(slug(f"shut {' '.join(words)}")[:60], f"Shut: {', '.join(words)}")
        said = said.at(self.day(state))
        for key in state.get("close", ()):
            said = said.close(**_selector(key))
        for name, factor in state.get("capacity", {}).items():
            said = said.limit(self._amount(state, name, factor), capacity=name)
        for key, hours in state.get("delay", {}).items():
            said = said.delay(f"{hours!r} h", **_selector(key))
        for which, factor in state.get("demand", {}).items():
            kind, _, name = which.partition(":")
            picked: dict[str, Any] = {"cargo": list(self.cargo)} if kind == "all" else {kind: name}
            said = said.demand(factor, **picked)
        return said

    @staticmethod
    def _spoken(key: str) -> str:
        kind, _, name = key.partition(":")
        return name if kind in {"border", "node", "link", "country"} else f"{kind} {name}"

    def _amount(self, state: Mapping[str, Any], name: str, factor: float) -> float | str:
        """Return what a limit is moved to: a share, or the amount where it is more than all."""
        if name not in set(self.net.whole.tables["capacities"]["capacity_id"]):
            msg = f"capacity {name}: it is no capacity of the network, so no scenario can move it"
            raise ScenarioError(msg)
        if factor <= 1.0:
            return factor
        whole = network_state(self.net, self._plan(state), self.day(state))
        for limit in whole.limits:
            if limit.capacity_id == name:
                return f"{limit.amount * factor!r} {limit.unit}/day"
        msg = f"capacity {name}: it limits nothing on {whole.day}, so no scenario can raise it"
        raise ScenarioError(msg)


def _selector(key: str) -> dict[str, Any]:
    kind, _, name = key.partition(":")
    return {kind: name.split("-") if kind == "border" else name}


def _known(name: object, known: Iterable[str], what: str, expected: str) -> str:
    names = set(known)
    if name in names:
        return str(name)
    msg = f"state, {what} {name!r}: expected {expected}{nearest(name, names)}"
    raise ScenarioError(msg)


def _number(value: object, what: str) -> float:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else -inf
    if 0 <= number <= _MOST:
        return float(number)
    msg = f"state, {what}: saw {value!r}, expected a number from 0 to {_MOST:,.0f}"
    raise ScenarioError(msg)
