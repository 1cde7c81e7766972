"""What a measure is asked, told in words."""

from __future__ import annotations

import inspect
import re
from bisect import bisect_left
from functools import cached_property
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any

from corridors.network.markets.offers import with_ends
from corridors.scenarios.capacity.capacities import is_event_limit

if TYPE_CHECKING:
    from collections.abc import Callable

    from corridors.network.network import Network

    Measure = Callable[..., float | None]

PERIODS = {1.0: "a day", 7.0: "a week", 365.0: "a year"}
"""Words for days that have a name."""

WORDS = {
    "t": "tonnes", "truck": "trucks", "train": "trains", "wagon": "wagons", "day": "days",
    "hour": "hours", "1.0": "a unit", "2.0": "two units",
}  # fmt: skip
"""Words for values of parameters."""

MANY = 4
"""Names that are written out; of more, the first and how many others."""


EACH_WAY = re.compile(r", [^,]* (each way|pairs)$")
"""What names of capacities say of their two directions."""


class Names(dict[str, str]):
    """Names by kind and id."""

    @cached_property
    def _demand(self) -> list[str]:
        return sorted(key for key in self if key.startswith("demand "))

    def demands(self, start: str) -> list[str]:
        """Return the keys of demands whose ids begin so."""
        at = bisect_left(self._demand, f"demand {start}")
        rest = islice(self._demand, at, None)
        return list(takewhile(lambda key: key.startswith(f"demand {start}"), rest))


def says(phrase: str) -> Callable[[Measure], Measure]:
    """Give a measure the words in which its question is told.

    Parameters
    ----------
    phrase
        A format string over the parameters of the measure. ``{state}`` is the steady
        state asked for, ``{run}`` the run by days; a phrase with ``{run}`` makes it a
        measure by days, one with ``{date}`` lets it look at the observation's day.

    Examples
    --------
    >>> @says("trains over {capacity}, {state}")
    ... def trains(runs, row, *, capacity: "CapacityId", as_of: "Date" = ""):
    ...     return 0.0
    >>> in_words(Names(), trains, {"capacity": "some-post"}, {"date": "2025-09-01"})
    'trains over some-post, steady state of 2025-09-01'
    """

    def mark(measure: Measure) -> Measure:
        measure.__dict__["phrase"] = phrase
        return measure

    return mark


def in_words(names: Names, measure: Measure, what: dict[str, Any], row: dict[str, Any]) -> str:
    """Return what a measure is asked in the words of its phrase.

    Parameters
    ----------
    names
        Those of `names_of`; ids stand where there is none.
    measure
        A function marked by `says`.
    what
        The parameters it is asked with; its defaults fill the rest.
    row
        The observation, for its date.
    """
    own = parameters_of(measure)
    values = {name: p.default for name, p in own.items() if p.default is not p.empty} | what
    words = {name: _said(str(own[name].annotation), v, names) for name, v in values.items()}
    day = values.get("as_of") or row.get("date", "")
    under = f" under {values['scenario']}" if values.get("scenario") else ""
    words["state"] = f"steady state of {day}{under}"
    words["as_of"] = str(day)
    words["date"] = str(values.get("date") or row.get("date") or "")
    words["run"] = f"run of {values.get('scenario', '')}"
    words["from_node"] = words.get("from_node") or "the origin"
    words["as_far_as"] = f"as far as {words['as_far_as']}" if values.get("as_far_as") else ""
    phrase = str(measure.__dict__["phrase"])
    return " ".join(phrase.format_map(words).replace(" ,", ",").split())


def parameters_of(measure: Measure) -> dict[str, inspect.Parameter]:
    """Return what a measure can be asked: its keyword parameters."""
    found = inspect.signature(measure).parameters.items()
    return {name: p for name, p in found if p.kind is p.KEYWORD_ONLY}


def is_by_days(measure: Measure) -> bool:
    """Return whether a measure looks at a run by days."""
    return "{run}" in measure.__dict__["phrase"]


def reads_the_date(measure: Measure) -> bool:
    """Return whether a measure looks at the day of the observation, or one given instead."""
    own = parameters_of(measure)
    return "{date}" in measure.__dict__["phrase"] or "as_of" in own


def _said(kind: str, value: Any, names: Names) -> str:
    """Return the words for one parameter, by the kind that the measure says it is."""
    many = [str(v) for v in value] if isinstance(value, list | tuple) else [str(value)]
    if kind == "Selector":
        return _selector(value, names)
    if kind == "NodeIds":
        return "–".join(names.get(f"node {v}", v) for v in many)
    if kind.startswith("Capacity"):
        return _listed([_capacity(v, names) for v in many])
    if kind.startswith("Demand"):
        return _listed([_demand(v, names) for v in many])
    if kind in {"Period", "Whole"}:
        return PERIODS.get(float(value), f"{value:g} days")
    if kind == "Through" and value:
        border = "the border " + many[0].replace("-", "–")
        return "over " + names.get(f"link {value}", border if many[0].isupper() else many[0])
    if kind in {"CargoId", "CargoIds"} and value:
        return f"({_listed([names.get(f'cargo {v}', v) for v in many])})"
    table = {"NodeId": "node", "LinkId": "link"}.get(kind, "")
    return _listed([names.get(f"{table} {v}", WORDS.get(v, v)) for v in many])


def _demand(start: str, names: Names) -> str:
    """Return where cargo goes whose demand begins so: two places, or countries."""
    keys = names.demands(start)
    if len({names[k] for k in keys}) == 1:
        return names[keys[0]]
    ends = [names[k.replace("demand", "countries", 1)].split(" to ") for k in keys]
    here, there = (sorted({e[i] for e in ends}) for i in (0, 1))
    if not keys or len(here) > MANY or len(there) > MANY:
        return f"{start}…"
    return f"{'/'.join(here)} to {'/'.join(there)}"


def _selector(what: dict[str, Any], names: Names) -> str:
    """Return what a selector selects, as a person would say it."""
    parts = []
    for key, value in what.items():
        many = [str(v) for v in value] if isinstance(value, list) else [str(value)]
        if key == "border":
            parts.append(f"the border {'–'.join(many)}")
        elif key == "mode":
            parts.append(f"by {' or '.join(many)}")
        elif key == "direction":
            parts.append(_direction(many[0], what.get("link"), names))
        else:
            parts.append(_listed([names.get(f"{key} {v}", v) for v in many]))
    return " ".join(parts)


def _direction(way: str, link: Any, names: Names) -> str:
    """Return which way is meant: between countries, or as the ends of a link stand in its row."""
    if ">" in way:
        return f"from {way.replace('>', ' to ')}"
    one = link[0] if isinstance(link, list) and len(link) == 1 else link
    ends = names.get(f"{way} link {one}") if isinstance(one, str) else None
    return f"from {ends}" if ends else f"in the {way} direction"


def _capacity(name: str, names: Names) -> str:
    """Return the name of a capacity, and of its direction where it has two."""
    bare, _, way = name.partition(":")
    if is_event_limit(bare):
        return "limits of the scenario"
    said = names.get(f"capacity {bare}", bare)
    if not way:
        return said
    return f"{EACH_WAY.sub('', said)} ({names.get(f'{way} {bare}', way)})"


def _listed(words: list[str]) -> str:
    """Return words one after the other, and of very many the first."""
    words = list(dict.fromkeys(words))
    if len(words) > MANY:
        return f"{'; '.join(words[:2])} and {len(words) - 2} others"
    return "; ".join(words)


def names_of(net: Network) -> Names:
    """Return names by kind and id: nodes, links and demand by their ends, others."""
    tables = net.tables
    node = dict(zip(tables["nodes"]["node_id"], tables["nodes"]["name"], strict=True))
    found = {f"node {k}": str(v) for k, v in node.items()}
    country = dict(zip(tables["nodes"]["node_id"], tables["nodes"]["country"], strict=True))
    ends: dict[str, tuple[str, str]] = {}
    for r in tables["links"].to_dict("records"):
        a, b = r["from_node"], r["to_node"]
        found[f"link {r['link_id']}"] = f"{node[a]}–{node[b]} by {r['mode']}"
        found[f"forward link {r['link_id']}"] = f"{node[a]} to {node[b]}"
        found[f"backward link {r['link_id']}"] = f"{node[b]} to {node[a]}"
        name = node if country[a] == country[b] else country
        ends[r["link_id"]] = (str(name[a]), str(name[b]))
    for table, key in (("capacities", "capacity"), ("chokepoints", "chokepoint")):
        frame = tables[table]
        id_ = f"{key}_id" if f"{key}_id" in frame else key
        found |= {f"{key} {i}": str(n) for i, n in zip(frame[id_], frame["name"], strict=True)}
    for market in tables["supply"]["market"]:
        node[market] = country[market] = market
    for r in with_ends(tables["demand"]).to_dict("records"):
        a, b = r["origin"], r["destination"]
        found[f"demand {r['demand_id']}"] = f"{node[a]} to {node[b]}"
        found[f"countries {r['demand_id']}"] = f"{country[a]} to {country[b]}"
    found |= {f"cargo {r['cargo']}": str(r["name"]) for r in tables["cargo"].to_dict("records")}
    for r in tables["capacity_members"].to_dict("records"):
        if r["link_id"] in ends:
            a, b = ends[r["link_id"]]
            found.setdefault(f"forward {r['capacity_id']}", f"{a} to {b}")
            found.setdefault(f"backward {r['capacity_id']}", f"{b} to {a}")
    return Names(found)
