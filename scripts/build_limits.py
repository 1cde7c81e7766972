"""Write the tables of docs/limits.md: the rules, N-1 of borders and places, what decides.

    python scripts/build_limits.py

What stands between the marks of the page is made anew; the words around it stay.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING

import corridors as co
from corridors.display import number
from corridors.scenarios.scenario import Scenario, event_from
from corridors.scenarios.scenario import scenario as read_scenario

if TYPE_CHECKING:
    import pandas as pd

    from corridors.network.network import Network

PAGE = Path(__file__).parent.parent / "docs" / "limits.md"
DAY = "2025-09-12"

N_BORDERS = 15

PLACES = {
    "Dostyk": "dostyk",
    "Altynkol": "altynkol",
    "Brest": "brest",
    "Saryagash": "saryagash",
    "Irkeshtam": "irkeshtam",
    "Kuryk": "kuryk",
    "Aktau": "aktau",
    "Alat": "alat",
}
"""Nodes that are closed one by one, by the name of the row."""

_SHOWN = 3
_SMALL = 0.5

SETTLES = {
    "t": "a yearly figure of what it was built for or has carried at most",
    "train": "the pairs of the timetable, or the trains of its best month",
    "truck": "the trucks of its best week, each way",
    "TEU": "the boxes of its best month",
    "wagon": "the wagons of its best month",
}
"""What publication would settle an inferred limit, by the unit it is counted in."""


def main() -> None:
    """Make the tables and put them into the page."""
    net = co.load()
    text = PAGE.read_text(encoding="utf-8")
    for name, table in (
        ("rules", rules_table(net)),
        ("storage", storage_table(net)),
        ("closures", closures_table(net)),
        ("deciding", deciding_table(net)),
    ):
        mark = re.compile(f"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not mark.search(text):
            msg = f"{PAGE}: no place for the table {name}: <!-- {name} --> ... <!-- end -->"
            raise SystemExit(msg)
        made = table.replace("\\", "\\\\")
        text = mark.sub(lambda m, made=made: f"{m[1]}{made}{m[2]}", text)
    PAGE.write_text(text, encoding="utf-8")


def rules_table(net: Network) -> str:
    """Return the rules with their amounts, reserves, sources and how often they decide."""
    rules = net.tables["limit_rules"].sort_values(["rank", "rule"])
    capacities = net.tables["capacities"]
    rows = []
    for row in rules[rules["unit"] != "day"].to_dict("records"):
        made = capacities[capacities["rule"] == row["rule"]]
        by_class = int((made["amount"] == row["amount"]).sum())
        source = net.sources_of("limit_rules", row["rule"]).set_index("column").loc["amount"]
        each = " each way" if row["per_direction"] == "yes" else ""
        rows.append(
            [
                f"`{row['rule']}`",
                row["note"],
                f"{number(row['amount'])} {row['unit']}{each}",
                f"{number(row['low'])}–{number(row['high'])}",
                f"{row['reserve']:.0%}",
                f"{len(made)}, {len(made) - by_class} by what passes",
                f"{source['publisher']}: {source['note']}",
            ]
        )
    head = ["rule", "class", "a day", "low–high", "reserve", "limits", "source and how it was read"]
    return markdown(head, rows)


def storage_table(net: Network) -> str:
    """Return the rules of storage with their days, sources and how often they decide."""
    rules = net.tables["limit_rules"].sort_values(["rank", "rule"])
    stores = net.tables["stores"]
    rows = []
    for row in rules[rules["unit"] == "day"].to_dict("records"):
        source = net.sources_of("limit_rules", row["rule"]).set_index("column").loc["amount"]
        rows.append(
            [
                f"`{row['rule']}`",
                row["note"],
                f"{number(row['amount'])}",
                f"{number(row['low'])}–{number(row['high'])}",
                str(int((stores["rule"] == row["rule"]).sum())),
                f"{source['publisher']}: {source['note']}",
            ]
        )
    head = ["rule", "class", "days", "low–high", "limits", "source and how it was read"]
    return markdown(head, rows)


def closures_table(net: Network) -> str:
    """Return N-1 of the busiest land borders and of some places."""
    base = co.assign(net, as_of=DAY)
    rows = []
    borders = _busiest_borders(net, base.flows)
    things = [(f"border {a}–{b}", {"border": [a, b]}) for a, b in borders]
    things += [(name, {"node": node}) for name, node in PLACES.items()]
    for name, selector in things:
        hit = co.assign(net, _closure(name, selector), as_of=DAY)
        found = co.compare(base, hit)
        change = found.change
        new = found.disrupted.bottlenecks
        new = new[~new["capacity_id"].isin(base.bottlenecks["capacity_id"])]
        rows.append(
            [
                name,
                number(change["newly_unserved_t_per_day"]),
                number(change["rerouted_t_per_day"]),
                _carriers(net, found.reroutes),
                f"{int(new['inferred'].sum())} of {len(new)}",
            ]
        )
    head = [
        "closed",
        "lost, t a day",
        "rerouted, t a day",
        "crossings that carry it, t a day",
        "newly full: inferred",
    ]
    return markdown(head, rows)


def _closure(name: str, selector: dict[str, object]) -> Scenario:
    """Return the scenario that closes a selection for good."""
    event = event_from({"close": selector}, f"closure of {name}")
    return Scenario("closure", (event,), as_of=dt.date.fromisoformat(DAY), title=name)


def _busiest_borders(net: Network, flows: pd.DataFrame) -> list[tuple[str, str]]:
    links = net.tables["links"]
    by_land = links["mode"].isin(["rail", "road"]).to_numpy()
    border = dict(zip(links["link_id"][by_land], net.borders[by_land], strict=True))
    own = flows[(flows["kind"] == "link") & flows["id"].isin(border)]
    tonnes = own.groupby(own["id"].map(border))["t_per_day"].sum().drop("", errors="ignore")
    order = sorted(tonnes.items(), key=lambda item: (-item[1], item[0]))
    return [tuple(str(name).split("-")) for name, _ in order[:N_BORDERS]]  # type: ignore[misc]


def _carriers(net: Network, reroutes: pd.DataFrame) -> str:
    gained: dict[str, float] = {}
    for row in reroutes.to_dict("records"):
        before = set(row["from_crossings"].split(">"))
        for link in set(row["to_crossings"].split(">")) - before - {""}:
            gained[link] = gained.get(link, 0.0) + row["t_per_day"]
    order = sorted(gained.items(), key=lambda item: (-item[1], item[0]))
    mode = dict(zip(net.tables["links"]["link_id"], net.tables["links"]["mode"], strict=True))
    shown = [
        f"{net.link_name(link)} by {mode[link]} {number(t)}"
        for link, t in order[:_SHOWN]
        if t > _SMALL
    ]
    return "; ".join(shown) or "none"


def deciding_table(net: Network) -> str:
    """Return the inferred limits with a price in the baseline and the shipped scenarios."""
    found: dict[str, tuple[dict[str, object], list[str]]] = {}
    names = ("baseline", *co.shipped_scenarios())
    for name in names:
        result = (
            co.assign(net, as_of=DAY) if name == "baseline" else co.assign(net, read_scenario(name))
        )
        full = result.bottlenecks
        for row in full[full["inferred"]].to_dict("records"):
            found.setdefault(row["capacity_id"], ({str(k): v for k, v in row.items()}, []))[
                1
            ].append(name)
    rule_of = dict(
        zip(net.tables["capacities"]["capacity_id"], net.tables["capacities"]["rule"], strict=True)
    )
    rows = []
    for limit, (row, where) in sorted(found.items()):
        rule = rule_of.get(limit.split(":")[0].split("#")[0], "")
        rows.append(
            [
                f"`{limit}`",
                str(row["name"]),
                f"{number(float(str(row['amount'])))} {row['unit']}",
                f"rule `{rule}`" if rule else "the note of its source",
                "everywhere" if len(where) == len(names) else ", ".join(where),
                SETTLES[str(row["unit"])],
            ]
        )
    head = ["limit", "what", "a day", "inferred by", "decides in", "what would settle it"]
    return markdown(head, rows)


def markdown(head: list[str], rows: list[list[str]]) -> str:
    """Return a table; a bar in a cell is written so that it does not part it."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
