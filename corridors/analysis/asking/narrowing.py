"""Questions about one mode or corridor alone, or about what is left without some place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.analysis.asking.finding import find, ids_of
from corridors.errors import UnknownIdError, names_in, nearest
from corridors.network.schema import MODES
from corridors.scenarios.authoring.values import change
from corridors.scenarios.scenario import Scenario
from corridors.scenarios.scenario import scenario as read_scenario

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from corridors.network.network import Network

AVOIDED = {
    "nodes": "node",
    "links": "link",
    "transfers": "transfer",
    "borders": "border",
    "countries": "country",
    "corridors": "corridor",
    "chokepoints": "chokepoint",
    "capacities": "capacity",
}
"""Kinds of things that can be avoided, and the selector of each."""


def names(given: str | Sequence[str] | None) -> list[str]:
    """Return names given as one, several or none, with commas or without."""
    values = names_in("names", given) if given is not None else []
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def narrowed(
    net: Network,
    scenario: str | Path | Mapping[str, Any] | Scenario | None,
    *,
    mode: str | Sequence[str] | None = None,
    corridor: str | Sequence[str] | None = None,
    avoid: str | Sequence[str] | None = None,
) -> Scenario | None:
    """Return a scenario in which only some modes and corridors are left, and not some places.

    Parameters
    ----------
    net
        The network.
    scenario
        What happens besides; None for nothing.
    mode
        Modes that are left, with the transfers among them.
    corridor
        Corridors that are left, with the links that several corridors use and that so
        have no label.
    avoid
        Things that are shut: their ids, or kind and id such as ``country:RU``.

    Raises
    ------
    UnknownIdError
        Where there is no such thing, or several kinds of things bear the id.
    """
    plan = None if scenario is None else read_scenario(scenario)
    raw: list[dict[str, Any]] = []
    for kind, wanted, known in (
        ("mode", names(mode), set(MODES)),
        ("corridor", names(corridor), ids_of(net.whole, "corridors")),
    ):
        for name in wanted:
            if name not in known:
                msg = f"no {kind} {name!r}{nearest(name, known)}"
                raise UnknownIdError(msg)
        used = set(net.whole.tables["links"][kind]) - {""}
        others = sorted((known & used) - set(wanted))
        if wanted and others:
            raw.append(change("close", {kind: others}))
    for name in names(avoid):
        things = [(kind, own) for kind, own in find(net.whole, name) if kind in AVOIDED]
        if len(things) != 1:
            listed = ", ".join(f"{AVOIDED[kind]}:{own}" for kind, own in things)
            seen = f"the id of several things; say which: {listed}" if listed else "no place"
            msg = f"avoid: {name!r} is {seen}"
            raise UnknownIdError(msg)
        [(kind, own)] = things
        raw.append(change("close", {AVOIDED[kind]: own}))
    if not raw:
        return plan
    found = plan or Scenario(name="")
    for event in raw:
        found = found.with_event(event)
    return found
