"""Every rule fails on a network that is broken in just that way, and on nothing else.

Each case changes one thing in a clean copy of the made-up network of `co.new_network`
and names what must be reported: the rule, the file, the row and the column.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import toys

import corridors as co
from corridors.analysis.limits import with_inferred_limits, write_limits
from corridors.analysis.validation.check import RULES
from corridors.network.folder import seal
from corridors.network.schema import OPTIONAL_TABLES, tables
from corridors.scenarios.projects import with_projects

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from corridors.network.reading.cells import Problem


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return co.new_network(tmp_path_factory.mktemp("checks") / "island")


@pytest.fixture
def island(template, tmp_path):
    return Island(shutil.copytree(template, tmp_path / "island"))


@dataclass
class Island:
    """A copy of the example that can be broken; it is sealed after every change."""

    folder: Path

    def rows(self, table: str) -> list[dict[str, str]]:
        path = self.folder / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def write(self, table: str, rows: list[dict[str, str]]) -> None:
        with (self.folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        seal(self.folder)

    def set(self, table: str, key: str, /, **values: str) -> int:
        """Change the row whose first column is `key` (several: the first), return its line."""
        rows = self.rows(table)
        first = next(iter(rows[0]))
        at = next(i for i, r in enumerate(rows) if r[first] == key)
        rows[at] |= values
        self.write(table, rows)
        return at + 2

    def add(self, table: str, /, **values: str) -> int:
        """Add a row at the end, return its line."""
        rows = self.rows(table)
        self.write(table, [*rows, dict.fromkeys(rows[0], "") | values])
        return len(rows) + 2

    def drop(self, table: str, /, **values: str) -> None:
        """Take away the rows that hold these values."""
        rows = self.rows(table)
        kept = [r for r in rows if not values.items() <= r.items()]
        assert len(kept) < len(rows)
        self.write(table, kept)

    def line(self, link: str, change: Callable[[dict[str, Any]], Any]) -> None:
        """Change the feature of a link in lines.geojson."""
        path = self.folder / "lines.geojson"
        content = json.loads(path.read_text(encoding="utf-8"))
        for feature in content["features"]:
            if feature["properties"]["link_id"] == link:
                change(feature)
        path.write_text(json.dumps(content), encoding="utf-8")
        seal(self.folder)

    def explain(self, table: str, row: str, column: str) -> None:
        """Give a number a source, so that the missing source is not a second fault."""
        note = "made up"
        self.add("provenance", table=table, row=row, column=column, source_id="made-up",
                 confidence="D", note=note)  # fmt: skip


Expected = tuple[str, int, str]
"""File, row and column of a problem."""


def _points(*points: tuple[float, float]) -> Callable[[dict[str, Any]], Any]:
    def change(feature: dict[str, Any]) -> None:
        feature["geometry"]["coordinates"] = [list(p) for p in points]
        feature["properties"]["made"] = "waypoints"

    return change


# --- the network as a whole: one function a rule, each returns where it must be seen


def links_join_two_places(i: Island) -> Expected:
    row = i.set("links", "dale-gorse-road", to_node="dale")
    # Port Gorse keeps its ferry, and the transfer its road.
    i.add("links", link_id="gorse-dale-road", from_node="gorse", to_node="dale", mode="road",
          length_km="130")  # fmt: skip
    i.explain("links", "gorse-dale-road", "length_km")
    # A line of no length cannot fit a length, so none is drawn.
    i.line("dale-gorse-road", lambda f: f["geometry"].update(coordinates=[[66, 15.2], [66, 15.2]]))
    _add_line(i, "gorse-dale-road", (66.6, 14.3), (66.0, 15.2))
    return "links.csv", row, "to_node"


def rail_has_a_gauge(i: Island) -> Expected:
    return "links.csv", i.set("links", "aster-elm-road", gauge_mm="1520"), "gauge_mm"


def transfers_change_something(i: Island) -> Expected:
    row = i.add("transfers", transfer_id="dale-rail", node_id="dale", from_mode="rail",
                from_gauge_mm="1520", to_mode="rail", to_gauge_mm="1520", hours="1",
                note="No price: made up")  # fmt: skip
    i.explain("transfers", "dale-rail", "hours")
    return "transfers.csv", row, "to_mode"


def transfers_join_links(i: Island) -> Expected:
    row = i.add("transfers", transfer_id="aster-sea", node_id="aster", from_mode="road",
                to_mode="sea", hours="1", note="No price: made up")  # fmt: skip
    i.explain("transfers", "aster-sea", "hours")
    return "transfers.csv", row, "to_mode"


def _with_rules(i: Island, applies: str = "{of: %s}") -> None:
    """Give the example a rule for each sort of place, one class for all."""
    names = list(tables()["limit_rules"].names)
    rows = [
        dict.fromkeys(names, "")
        | {"rule": of, "rank": "1", "applies": applies % of, "unit": "t", "amount": "90000"}
        for of in ("link", "port", "transfer")
    ]
    i.write("limit_rules", rows)
    for row in rows:
        i.explain("limit_rules", row["rule"], "amount")


def limit_rules_can_be_read(i: Island) -> Expected:
    _with_rules(i)
    write_limits(with_inferred_limits(co.load(i.folder), "2026-03-01"), i.folder)
    return "limit_rules.csv", i.set("limit_rules", "port", applies="{of: prot}"), "applies"


def everything_has_a_limit(i: Island) -> Expected:
    _with_rules(i)
    write_limits(with_inferred_limits(co.load(i.folder), "2026-03-01"), i.folder)
    # Its member counts forward alone once the two directions share the amount.
    i.set("capacities", "limit.aster-brook-rail", per_direction="no")
    links = [r["link_id"] for r in i.rows("links")]
    return "links.csv", links.index("aster-brook-rail") + 2, "link_id"


def storage_has_a_limit(i: Island) -> Expected:
    _with_rules(i)
    i.add("limit_rules", rule="places", rank="90", applies="{of: store}", unit="day", amount="2")
    i.explain("limit_rules", "places", "amount")
    write_limits(with_inferred_limits(co.load(i.folder), "2026-03-01"), i.folder)
    gone = i.rows("stores")[0]["capacity_id"]
    i.drop("stores", capacity_id=gone)
    i.drop("provenance", table="stores", row=gone)
    capacities = [r["capacity_id"] for r in i.rows("capacities")]
    return "capacities.csv", capacities.index(gone) + 2, "capacity_id"


def nodes_are_linked(i: Island) -> Expected:
    row = i.add("nodes", node_id="heath", name="Heath", kind="city", country="XB", lat="16",
                lon="66")  # fmt: skip
    for column in ("lat", "lon"):
        i.explain("nodes", "heath", column)
    return "nodes.csv", row, "node_id"


def dates_are_in_order(i: Island) -> Expected:
    row = i.set("links", "dale-gorse-road", opens="2026-01-01", closes="2025-01-01")
    return "links.csv", row, "closes"


def periods_do_not_overlap(i: Island) -> Expected:
    rows = i.rows("capacities")
    later = next(n for n, r in enumerate(rows) if r["valid_from"])
    assert rows[later]["capacity_id"] == rows[later - 1]["capacity_id"] == "border-trains"
    rows[later - 1]["valid_until"] = "2027-06-01"
    i.write("capacities", rows)
    return "capacities.csv", later + 2, "valid_from"


def periods_leave_no_gap(i: Island) -> Expected:
    rows = i.rows("capacities")
    later = next(n for n, r in enumerate(rows) if r["valid_from"])
    rows[later - 1]["valid_until"] = "2026-12-31"
    i.write("capacities", rows)
    return "capacities.csv", later + 1, "gaps"


def members_are_counted_once(i: Island) -> Expected:
    rows = i.rows("capacity_members")
    again = {**rows[-1], "direction": "forward"}
    i.write("capacity_members", [*rows, again])
    return "capacity_members.csv", len(rows) + 2, "capacity_id"


def rows_of_a_capacity_agree(i: Island) -> Expected:
    rows = i.rows("capacities")
    later = next(n for n, r in enumerate(rows) if r["valid_from"])
    rows[later]["per_direction"] = "no"
    i.write("capacities", rows)
    return "capacities.csv", later + 2, "per_direction"


def members_run_in_their_direction(i: Island) -> Expected:
    i.set("links", "elm-gorse-sea", direction="forward")
    rows = i.rows("capacity_members")
    at = next(n for n, r in enumerate(rows) if r["link_id"] == "elm-gorse-sea")
    rows[at]["direction"] = "backward"
    i.write("capacity_members", rows)
    return "capacity_members.csv", at + 2, "direction"


def ranges_hold_their_value(i: Island) -> Expected:
    return "demand.csv", i.set("demand", "aster-dale-container", low="73001"), "low"


def background_fits(i: Island) -> Expected:
    row = i.set("capacities", "cedar-break", background="251")
    i.explain("capacities", "cedar-break", "background")
    return "capacities.csv", row, "background"


def bursts_pass_no_less(i: Island) -> Expected:
    row = i.set("capacities", "ferry-fleet", burst="0.5")
    i.explain("capacities", "ferry-fleet", "burst")
    return "capacities.csv", row, "burst"


def members_are_one_thing(i: Island) -> Expected:
    row = i.set("capacity_members", "cedar-break", link_id="cedar-dale-rail")
    return "capacity_members.csv", row, "link_id"


def capacities_have_members(i: Island) -> Expected:
    row = i.add("capacities", capacity_id="gate", name="A gate", unit="t", amount="5")
    i.explain("capacities", "gate", "amount")
    return "capacities.csv", row, "capacity_id"


def capacities_can_be_counted(i: Island) -> Expected:
    rows = i.rows("capacity_members")
    at = next(n for n, r in enumerate(rows) if r["capacity_id"] == "border-trains")
    i.drop("loads", cargo="grain", vehicle="train")
    i.drop("provenance", table="loads", row="rail/grain/train")
    return "capacity_members.csv", at + 2, "capacity_id"


def cargo_has_rates(i: Island) -> Expected:
    return "cargo.csv", i.set("cargo", "grain", modes="rail;road;sea;pipeline"), "modes"


def demand_goes_somewhere(i: Island) -> Expected:
    return "demand.csv", i.set("demand", "dale-aster-grain", destination="dale"), "destination"


def offers_do_not_overlap(i: Island) -> Expected:
    row = {"market": "grain-market", "node_id": "aster", "cargo": "grain", "amount": "100"}
    i.write("supply", [row | {"valid_from": ""}, row | {"valid_from": "2025-01-01"}])
    i.explain("supply", "grain-market/aster/grain", "amount")
    i.explain("supply", "grain-market/aster/grain/2025-01-01", "amount")
    return "supply.csv", 3, "valid_from"


def selectors_match(i: Island) -> Expected:
    row = i.set("chokepoints", "ferries", selector="{mode: pipeline}")
    return "chokepoints.csv", row, "selector"


def projects_can_be_applied(i: Island) -> Expected:
    row = i.set("projects", "second-crane", changes="[{limit: {capacity: cedar}, to: 0.5}]")
    return "projects.csv", row, "changes"


def projects_need_no_circle(i: Island) -> Expected:
    row = i.set("projects", "second-crane", needs="second-crane")
    return "projects.csv", row, "needs"


def numbers_have_sources(i: Island) -> Expected:
    i.drop("provenance", table="links", row="aster-elm-road", column="length_km")
    links = [r["link_id"] for r in i.rows("links")]
    return "links.csv", links.index("aster-elm-road") + 2, "length_km"


def provenance_points_at_numbers(i: Island) -> Expected:
    row = len(i.rows("provenance")) + 2
    i.explain("links", "aster-elm-roda", "length_km")
    return "provenance.csv", row, "row"


def inferences_are_explained(i: Island) -> Expected:
    rows = i.rows("provenance")
    rows[4]["note"] = ""
    i.write("provenance", rows)
    return "provenance.csv", 6, "note"


def lines_belong_to_links(i: Island) -> Expected:
    _add_line(i, "dale-gorse-raod", (66.0, 15.2), (66.6, 14.3))
    return "lines.geojson", 0, "link_id"


def lines_meet_their_nodes(i: Island) -> Expected:
    # 0.1 degrees of latitude are 11 km.
    i.line("cedar-dale-rail", _points((63.75, 15.7), (64.9, 15.6), (66.0, 15.3)))
    links = [r["link_id"] for r in i.rows("links")]
    return "links.csv", links.index("cedar-dale-rail") + 2, "to_node"


def lengths_fit_lines(i: Island) -> Expected:
    return "links.csv", i.set("links", "aster-brook-rail", length_km="400"), "length_km"


def lengths_fit_great_circles(i: Island) -> Expected:
    # The ports lie 368 km apart, and the sea has no line of its own.
    i.line("elm-fern-sea", lambda feature: feature["properties"].update(made="straight"))
    return "links.csv", i.set("links", "elm-fern-sea", length_km="37"), "length_km"


def hours_fit_lengths(i: Island) -> Expected:
    # 200 km in 480 minutes.
    return "links.csv", i.set("links", "aster-brook-rail", **_timed(i, "480")), "hours"


def _timed(i: Island, hours: str, note: str = "") -> dict[str, str]:
    """Return the columns of a link with stated hours, for which a source is put down."""
    source = {"table": "links", "row": "aster-brook-rail", "column": "hours", "confidence": "D",
              "source_id": "made-up", "note": "made up for teaching, not inferred"}  # fmt: skip
    i.write("provenance", [*i.rows("provenance"), source])
    return {"hours": hours, "note": note}


def lines_stay_in_their_countries(i: Island) -> Expected:
    # By way of the south of Oman; the length goes along.
    i.line("aster-elm-road", _points((62.0, 15.0), (55.0, 18.0), (62.2, 14.0)))
    row = i.set("links", "aster-elm-road", length_km="1750")
    return "links.csv", row, "via_countries"


def observations_ask_or_say_why_not(i: Island) -> Expected:
    row = i.set("observations", "container-2025", measure="volum")
    return "observations.csv", row, "measure"


def observations_have_the_unit_that_is_answered(i: Island) -> Expected:
    first = next(r for r in i.rows("observations") if r["measure"])
    row = i.set("observations", first["observation_id"], unit="bananas")
    return "observations.csv", row, "unit"


def observations_ask_for_what_is_there(i: Island) -> Expected:
    asks = "{scenario: border-clsed, capacity: border-trains:forward}"
    return "observations.csv", i.set("observations", "queue-0314", asks=asks), "asks"


def observations_bear_names_of_scenarios(i: Island) -> Expected:
    return (
        "observations.csv",
        i.set("observations", "queue-0314", scenario="border-clsed"),
        "scenario",
    )


def text_is_only_text(i: Island) -> Expected:
    return "nodes.csv", i.set("nodes", "aster", name="As\x1b[31mter"), "name"


def limits_are_no_copy_of_demand(i: Island) -> Expected:
    # Four trains less one, of 100 TEU each, are 300 TEU a day.
    i.set("demand", "aster-dale-container", units_per_year="109500", high="120000")
    rows = i.rows("capacities")
    at = next(n for n, r in enumerate(rows) if r["capacity_id"] == "border-trains")
    return "capacities.csv", at + 2, "amount"


def notes_agree_with_their_numbers(i: Island) -> Expected:
    rows = i.rows("provenance")
    at = next(n for n, r in enumerate(rows) if (r["row"], r["column"]) == ("cedar-break", "amount"))
    rows[at]["note"] = "91,250 TEU a year divided by 365"
    i.write("provenance", rows)
    assert co.check(i.folder) == []
    rows[at]["note"] = "1 m TEU a year, as designed, divided by 365"
    i.write("provenance", rows)
    return "provenance.csv", at + 2, "note"


def demand_waits_for_its_project(i: Island) -> Expected:
    i.set("demand", "dale-aster-grain", project="second-crane", valid_from="2028-01-01")
    assert co.check(i.folder) == []
    row = i.set("demand", "dale-aster-grain", valid_from="2027-12-31")
    return "demand.csv", row, "valid_from"


def demand_before_its_base_year_says_so(i: Island) -> Expected:
    note = "Holds for the years before too"
    row = i.set("demand", "dale-aster-grain", valid_from="2021-01-01", note=note)
    assert co.check(i.folder) == []
    i.set("demand", "dale-aster-grain", note="")
    return "demand.csv", row, "valid_from"


def transfers_have_a_price(i: Island) -> Expected:
    note = "No price: the port pays"
    row = i.set("transfers", "elm-road-sea", usd_per_t="", usd_per_teu="", note=note)
    assert co.check(i.folder) == []
    i.set("transfers", "elm-road-sea", note="")
    return "transfers.csv", row, "usd_per_t"


def borders_are_crossed_on_land(i: Island) -> Expected:
    # Only the ferry joins Elm and Port Gorse once the port is a country of its own.
    i.set("nodes", "gorse", country="XC")
    i.set("chokepoints", "ferries", selector="{border: [XC, XA], mode: sea}")
    assert co.check(i.folder) == []
    return (
        "chokepoints.csv",
        i.set("chokepoints", "ferries", selector="{border: [XC, XA]}"),
        "selector",
    )


def couplings_are_of_two_demands(i: Island) -> Expected:
    row = dict.fromkeys(tables()["couplings"].names, "") | {
        "coupling_id": "boxes-with-grain", "name": "Boxes with grain", "node_id": "aster",
        "cargo": "container", "by_product": "grain", "outlet": "dale", "share": "0.5",
    }  # fmt: skip
    i.write("couplings", [row])
    i.explain("couplings", "boxes-with-grain", "share")
    return "couplings.csv", 2, "outlet"


def _add_line(i: Island, link: str, *points: tuple[float, float]) -> None:
    path = i.folder / "lines.geojson"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["features"].append(
        {
            "type": "Feature",
            "properties": {"link_id": link, "made": "waypoints"},
            "geometry": {"type": "LineString", "coordinates": [list(p) for p in points]},
        }
    )
    path.write_text(json.dumps(content), encoding="utf-8")
    seal(i.folder)


def tables_have_their_names(i: Island) -> Expected:
    (i.folder / "quota.csv").write_text("capacity_id\n", encoding="utf-8")
    return "quota.csv", 0, ""


def parameters_of_choice_can_be_read(i: Island) -> Expected:
    (i.folder / "choice.json").write_text('{"dispersions": 1}', encoding="utf-8")
    return "choice.json", 0, ""


WHOLE = [
    tables_have_their_names,
    parameters_of_choice_can_be_read,
    links_join_two_places,
    rail_has_a_gauge,
    transfers_change_something,
    transfers_join_links,
    nodes_are_linked,
    dates_are_in_order,
    periods_do_not_overlap,
    periods_leave_no_gap,
    members_are_counted_once,
    members_run_in_their_direction,
    rows_of_a_capacity_agree,
    ranges_hold_their_value,
    background_fits,
    bursts_pass_no_less,
    members_are_one_thing,
    capacities_have_members,
    capacities_can_be_counted,
    limit_rules_can_be_read,
    everything_has_a_limit,
    storage_has_a_limit,
    cargo_has_rates,
    demand_goes_somewhere,
    couplings_are_of_two_demands,
    offers_do_not_overlap,
    selectors_match,
    projects_can_be_applied,
    projects_need_no_circle,
    numbers_have_sources,
    provenance_points_at_numbers,
    inferences_are_explained,
    lines_belong_to_links,
    lines_meet_their_nodes,
    lengths_fit_lines,
    lengths_fit_great_circles,
    lines_stay_in_their_countries,
    observations_ask_or_say_why_not,
    observations_ask_for_what_is_there,
    observations_bear_names_of_scenarios,
    observations_have_the_unit_that_is_answered,
    text_is_only_text,
    limits_are_no_copy_of_demand,
    notes_agree_with_their_numbers,
    demand_waits_for_its_project,
    demand_before_its_base_year_says_so,
    transfers_have_a_price,
    hours_fit_lengths,
    borders_are_crossed_on_land,
]
ALSO = {
    # What breaks the one rule cannot but break the other.
    "cargo-has-rates": {"selectors-match"},
}


def _places(problems: list[Problem]) -> list[tuple[str, str, int, str]]:
    return [(p.rule, p.file, p.row, p.column) for p in problems]


@pytest.mark.parametrize(
    ("units", "words"),
    [
        ("109500", "room for 3 train a day, exactly what aster-dale-container sends"),
        ("109410", "room for 3 train a day, next to the 2.99753 that aster-dale-container sends"),
    ],
)
def test_a_limit_is_called_exactly_a_demand_only_where_it_is(island, units, words):
    island.set("demand", "aster-dale-container", units_per_year=units, high="120000")
    found = [p for p in co.check(island.folder) if p.rule == "limits-are-no-copy-of-demand"]
    assert [words in p.message for p in found] == [True]


def test_a_clean_copy_passes(island):
    assert co.check(island.folder) == []


def test_the_shipped_network_passes():
    assert co.check() == []


def test_every_rule_has_a_case():
    assert {r.__name__ for r in RULES} == {c.__name__ for c in WHOLE}


@pytest.mark.parametrize("case", WHOLE, ids=lambda c: c.__name__)
def test_a_rule_about_the_whole(island, case):
    file, row, column = case(island)
    rule = case.__name__.replace("_", "-")
    problems = co.check(island.folder)
    assert _places(problems) == [(rule, file, row, column)], "\n".join(map(str, problems))
    assert problems[0].message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("{limit: {capacity: cedar-break}, to: 400 t/day}", "counts TEU, saw an amount in t"),
        ("{demand: {cargo: grain}, to: 5 TEU/day}", "grain, counted in t"),
        ("{surcharge: {node: elm}, by: 5 USD/TEU, cargo: grain}", "give it in USD/t"),
        ("{limit: {link: elm-fern-sea}, to: 5 trucks/day}", "counted in truck"),
        ("{limit: {link: aster-brook-rail}, to: 0.5}", "limits nothing"),
        ('{limit: {direction: "XA>XB"}, to: 5 t/day}', "for the direction"),
    ],
)
@pytest.mark.parametrize("opens", ["2028-01-01", ""])
def test_a_project_that_no_run_could_apply_is_named(island, change, words, opens):
    """Units and members are known when it is built, and not when somebody asks for it."""
    row = island.set("projects", "second-crane", changes=f"[{change}]", opens=opens)
    problems = [p for p in co.check(island.folder) if p.file == "projects.csv"]
    assert [(p.rule, p.row, p.column) for p in problems if p.column != "opens"] == [
        ("projects-can-be-applied", row, "changes")
    ]
    assert words in problems[0].message
    net = co.load(island.folder)
    with pytest.raises(co.ScenarioError, match=words):
        co.assign(net, with_projects(net, ["second-crane"]), as_of="2028-06-01")


def test_a_member_of_nothing_is_said_once(island):
    row = island.set("capacity_members", "ferry-fleet", link_id="", transfer_id="")
    (problem,) = co.check(island.folder)
    assert (problem.rule, problem.row) == ("members-are-one-thing", row)


# --- what single files say: rule, the change, file, row, column, words of the message

FILES = {
    "required-tables": (lambda i: _unlink(i, "rates.csv"), "rates.csv", 0, "", "missing"),
    "hashes": (lambda i: _touch(i, "nodes.csv"), "nodes.csv", 0, "", "corridors seal"),
    "hashes (lines)": (lambda i: _touch(i, "lines.geojson"), "lines.geojson", 0, "", "hash"),
    "hashes (not listed)": (lambda i: _unlist(i, "tariffs"), "tariffs.csv", 0, "", "not listed"),
    "readable-csv": (lambda i: _bytes(i, "cargo.csv", b"\xff\xfe"), "cargo.csv", 0, "", "UTF-8"),
    "readable-csv (no rows at all)": (
        lambda i: _bytes(i, "cargo.csv", b""), "cargo.csv", 0, "", "not a table"),
    "readable-csv (an empty first line)": (
        lambda i: _bytes(i, "cargo.csv", b"\ncargo,name\ngrain,Grain\n"), "cargo.csv", 0, "",
        "its first line is empty"),
    "readable-csv (semicolons)": (
        lambda i: _replace(i, "cargo.csv", ",", ";"), "cargo.csv", 0, "", "semicolons"),
    "readable-csv (an open quote)": (
        lambda i: _replace(i, "cargo.csv", "Containers", '"Containers'), "cargo.csv", 0, "",
        "is never closed"),
    "listed-files": (
        lambda i: (i.folder / "tariffs.csv").unlink(), "tariffs.csv", 0, "", "not there"),
    "listed-files (lines)": (
        lambda i: (i.folder / "lines.geojson").unlink(), "lines.geojson", 0, "", "not there"),
    "listed-files (a required table)": (
        lambda i: (i.folder / "rates.csv").unlink(), "rates.csv", 0, "", "not there"),
    "listed-files (another)": (
        lambda i: _list(i, {"name": "more", "path": "more.csv"}), "more.csv", 0, "", "not there"),
    "plain-paths": (
        lambda i: _list(i, {"name": "more", "path": "../nodes.csv"}), "datapackage.json", 0, "",
        "saw '../nodes.csv'"),
    "plain-paths (absolute)": (
        lambda i: _path(i, "nodes", "/etc/passwd"), "datapackage.json", 0, "", "'/etc/passwd'"),
    "plain-paths (an address)": (
        lambda i: _path(i, "nodes", "https://example.org/nodes.csv"), "datapackage.json", 0, "",
        "plain name of a file"),
    "plain-paths (several)": (
        lambda i: _path(i, "nodes", ["nodes.csv"]), "datapackage.json", 0, "", "plain name"),
    "plain-paths (another's)": (
        lambda i: _path(i, "nodes", "links.csv"), "datapackage.json", 0, "",
        "expected 'nodes.csv'"),
    "unique-columns": (
        lambda i: _replace(i, "nodes.csv", "lat,lon", "lat,lat"), "nodes.csv", 1, "lat", "twice"),
    "named-columns": (
        lambda i: _replace(i, "nodes.csv", "lat,lon", "lat,"), "nodes.csv", 1, "", "no name"),
    "row-lengths": (
        lambda i: _replace(i, "sources.csv", "The authors of", "The authors, of"), "sources.csv",
        2, "publisher", "a value with a comma in it needs quotes (near 'of this example')"),
    "row-lengths (a comma at the end)": (
        lambda i: _replace(i, "sources.csv", "\nmade-up,", "\nmade-up,x,"), "sources.csv", 2,
        "date", "expected"),
    "row-lengths (short)": (
        lambda i: _append(i, "nodes.csv", "heath,Heath,city"), "nodes.csv", 9, "country",
        "ends too early"),
    "row-lengths (empty)": (
        lambda i: _replace(i, "nodes.csv", "\naster", "\n\naster"), "nodes.csv", 2, "node_id",
        "an empty row"),
    "known-columns": (
        lambda i: _rename(i, "links", "note", "notes"), "links.csv", 1, "notes",
        "did you mean note"),
    "required-columns": (
        lambda i: _rename(i, "sources", "title", ""), "sources.csv", 1, "title", "missing"),
    "required-values": (
        lambda i: i.set("nodes", "cedar", name=""), "nodes.csv", 4, "name", "a value"),
    "required-values (a number)": (
        lambda i: i.set("links", "aster-elm-road", length_km=""), "links.csv", 3, "length_km",
        "a value"),
    "known-values": (
        lambda i: i.set("links", "aster-elm-road", mode="raod"), "links.csv", 3, "mode",
        "one of rail, road, sea, pipeline"),
    "known-values (a list)": (
        lambda i: i.set("cargo", "grain", modes="rail;air"), "cargo.csv", 3, "modes", "some of"),
    "known-values (unit)": (
        lambda i: i.set("capacities", "ferry-fleet", unit="kg"), "capacities.csv", 5, "unit",
        "saw 'kg'"),
    "readable-ids": (
        lambda i: i.set("projects", "second-crane", project_id="Second Crane"), "projects.csv", 2,
        "project_id", "lower-case letters"),
    "country-codes": (
        lambda i: i.set("nodes", "aster", country="XAA"), "nodes.csv", 2, "country",
        "two capital letters"),
    "numbers": (
        lambda i: i.set("nodes", "aster", lat="15 N"), "nodes.csv", 2, "lat", "saw '15 N'"),
    "numbers (NaN)": (
        lambda i: i.set("links", "aster-elm-road", length_km="NaN"), "links.csv", 3, "length_km",
        "saw 'NaN'"),
    "numbers (infinite)": (
        lambda i: i.set("capacities", "ferry-fleet", amount="inf"), "capacities.csv", 5,
        "amount", "saw 'inf'"),
    **{
        f"numbers ({text!r})": (
            lambda i, text=text: i.set("links", "aster-elm-road", length_km=text), "links.csv", 3,
            "length_km", words)
        for text, words in {
            "1,5": "a comma in it", "1,500": "a comma in it", "1 500": "a space in it",
            "1\u00a0500": "a space in it", "1e999": "too large", "1_000": "an underscore",
            "0x10": "not a decimal", "\uff11\uff12": "not the digits 0 to 9",
            "-inf": "not a finite number",
            "nan": "not a finite number", "1.5.2": "expected a number", "1e": "expected a number",
        }.items()
    },
    "number-ranges": (
        lambda i: i.set("nodes", "aster", lat="95"), "nodes.csv", 2, "lat", "at most 90"),
    "number-ranges (negative)": (
        lambda i: i.set("capacities", "ferry-fleet", amount="-1"), "capacities.csv", 5, "amount",
        "at least 0"),
    "number-ranges (a choice)": (
        lambda i: i.set("links", "cedar-dale-rail", gauge_mm="1000"), "links.csv", 5,
        "gauge_mm", "1435, 1520"),
    "number-ranges (whole)": (
        lambda i: i.set("links", "cedar-dale-rail", tracks="1.5"), "links.csv", 5, "tracks",
        "whole"),
    "dates": (
        lambda i: i.set("links", "aster-elm-road", opens="2025-02-30"), "links.csv", 3, "opens",
        "not a day of the calendar"),
    "dates (form)": (
        lambda i: i.set("links", "aster-elm-road", opens="1.5.2025"), "links.csv", 3, "opens",
        "such as 2025-09-12"),
    "seasons": (
        lambda i: i.set("links", "elm-gorse-sea", season="summer"), "links.csv", 9, "season",
        "such as 07-01/10-15"),
    "seasons (no such month)": (
        lambda i: i.set("links", "elm-gorse-sea", season="13-01/14-01"), "links.csv", 9, "season",
        "saw '13-01/14-01', in which 13-01 is not a day of the calendar"),
    "seasons (no such day)": (
        lambda i: i.set("capacities", "ferry-fleet", season="04-01/06-31"), "capacities.csv", 5,
        "season", "saw '04-01/06-31', in which 06-31 is not a day"),
    "country-codes (a list)": (
        lambda i: i.set("links", "aster-elm-road", via_countries="XA,XB"), "links.csv", 3,
        "via_countries", "saw 'XA,XB', expected countries of two capital letters"),
    "country-codes (a list in small letters)": (
        lambda i: i.set("links", "aster-elm-road", via_countries="XA; xb"), "links.csv", 3,
        "via_countries", "saw 'XA;xb', expected countries of two capital letters"),
    "plain-lists": (
        lambda i: i.set("capacity_members", "cedar-break", cargo="container;"),
        "capacity_members.csv", 3, "cargo", "values parted by single semicolons"),
    "opening-hours": (
        lambda i: _hours(i, "24", "0"), "opening_hours.csv", 2, "closes",
        "saw opens 24 and closes 0, which leave no hours"),
    "opening-hours (one hour)": (
        lambda i: _hours(i, "8", "8"), "opening_hours.csv", 2, "closes",
        "expected 0 and 24 for round the clock"),
    "readable-yaml": (
        lambda i: i.set("chokepoints", "ferries", selector="{mode: sea"), "chokepoints.csv", 3,
        "selector", "a mapping"),
    "readable-yaml (no day)": (
        lambda i: i.set("chokepoints", "ferries", selector="{border: 2025-13-45}"),
        "chokepoints.csv", 3, "selector", "expected a mapping"),
    "readable-yaml (without end)": (
        lambda i: i.set("projects", "second-crane", changes="[" * 5000), "projects.csv", 2,
        "changes", "a list of events"),
    "readable-yaml (changes)": (
        lambda i: i.set("projects", "second-crane", changes="{}"), "projects.csv", 2, "changes",
        "a list of events"),
    "unique-keys": (
        lambda i: i.add("sources", source_id="made-up", publisher="P", title="T"), "sources.csv",
        3, "source_id", "stands in row 2 already"),
    "references": (
        lambda i: i.set("demand", "dale-aster-grain", origin="dael"), "demand.csv", 3, "origin",
        "did you mean dale"),
    "references (a project)": (
        lambda i: i.set("projects", "second-crane", needs="second-cran"), "projects.csv", 2,
        "needs", "did you mean second-crane"),
    "references (a list)": (
        lambda i: i.set("capacity_members", "cedar-break", cargo="container;grian"),
        "capacity_members.csv", 3, "cargo", "did you mean grain"),
}  # fmt: skip


def _hours(i: Island, opens: str, closes: str) -> None:
    row = {"capacity_id": "ferry-fleet", "opens": opens, "closes": closes}
    i.write("opening_hours", [row])
    i.explain("opening_hours", "ferry-fleet", "opens")
    i.explain("opening_hours", "ferry-fleet", "closes")


def _replace(i: Island, name: str, old: str, new: str) -> None:
    text = (i.folder / name).read_text(encoding="utf-8")
    assert old in text
    (i.folder / name).write_text(text.replace(old, new), encoding="utf-8")
    seal(i.folder)


def _append(i: Island, name: str, row: str) -> None:
    _bytes(i, name, (i.folder / name).read_bytes() + row.encode() + b"\n")


def _list(i: Island, resource: dict[str, Any]) -> None:
    path = i.folder / "datapackage.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["resources"].append(resource)
    path.write_text(json.dumps(content), encoding="utf-8")


def _path(i: Island, name: str, to: Any) -> None:
    path = i.folder / "datapackage.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    for resource in content["resources"]:
        if resource["name"] == name:
            resource["path"] = to
    path.write_text(json.dumps(content), encoding="utf-8")


def _unlink(i: Island, name: str) -> None:
    (i.folder / name).unlink()
    seal(i.folder)


def _touch(i: Island, name: str) -> None:
    path = i.folder / name
    path.write_bytes(path.read_bytes() + b"\n")


def _unlist(i: Island, name: str) -> None:
    path = i.folder / "datapackage.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["resources"] = [r for r in content["resources"] if r["name"] != name]
    path.write_text(json.dumps(content), encoding="utf-8")


def _bytes(i: Island, name: str, content: bytes) -> None:
    (i.folder / name).write_bytes(content)
    seal(i.folder)


def _rename(i: Island, table: str, old: str, new: str) -> None:
    rows = i.rows(table)
    i.write(
        table,
        [{(new if k == old else k): v for k, v in r.items() if k != old or new} for r in rows],
    )


@pytest.mark.parametrize("name", FILES)
def test_a_rule_about_one_file(island, name):
    change, file, row, column, words = FILES[name]
    change(island)
    problems = co.check(island.folder)
    rule = name.split(" (")[0]
    found = [p for p in problems if (p.rule, p.file, p.row, p.column) == (rule, file, row, column)]
    assert found, "\n".join(map(str, problems))
    assert words in found[0].message
    # What else is reported is a consequence: a reference to what is no longer there.
    others = {p.rule for p in problems} - {rule}
    assert others <= {"references", "required-columns", "required-values", "known-columns"}, (
        problems
    )
    with pytest.raises(co.DataError, match=re.escape(rule)):
        co.load(island.folder)


def test_every_reading_rule_has_a_case():
    import inspect

    from corridors.network import folder as package
    from corridors.network.reading import cells, columns, keys, manifest

    modules = (cells, columns, keys, manifest, package)
    source = "".join(inspect.getsource(module) for module in modules)
    named = set(re.findall(r'"((?:[a-z]+-)+[a-z]+|hashes|numbers|references)"', source))
    rules = {n for n in named if re.fullmatch(
        r"(required|known|readable|country|number|unique|listed|plain|named|row)-[a-z]+"
        r"|hashes|numbers|references", n)}  # fmt: skip
    rules |= {"dates", "seasons", "opening-hours"}
    assert rules == {name.split(" (")[0] for name in FILES}


def test_all_problems_are_reported_at_once(island):
    first = island.set("nodes", "aster", lat="95")
    second = island.set("links", "aster-elm-road", mode="raod")
    found = _places(co.check(island.folder))
    assert found == [
        ("known-values", "links.csv", second, "mode"),
        ("number-ranges", "nodes.csv", first, "lat"),
    ]


@pytest.mark.parametrize("name", sorted(OPTIONAL_TABLES))
def test_a_table_that_may_be_left_out(name):
    # A network of one road needs none of them.
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [{"from_node": "a", "to_node": "b", "length_km": 150}],
        [{"origin": "a", "destination": "b", "per_day": 1}],
    )
    assert name in tables()
    assert len(net.tables[name]) == 0
    assert not [p for p in co.check(net) if p.rule != "numbers-have-sources"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (shutil.rmtree, "no such folder"),
        (lambda f: (f / "datapackage.json").unlink(), "corridors new FOLDER"),
        (lambda f: (f / "datapackage.json").write_text("{"), "not a data package"),
        (lambda f: (f / "datapackage.json").write_text("{}"), "not a data package"),
        (lambda f: (f / "datapackage.json").write_text("[]"), "not a data package"),
    ],
)
def test_no_data_package(island, change, words):
    change(island.folder)
    with pytest.raises(co.DataError, match=words):
        co.check(island.folder)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f["properties"].pop("link_id"), "link_id"),
        (lambda f: f["properties"].update(link_id=None), "link_id"),
        (lambda f: f.update(geometry=None), "aster-elm-road: not a LineString"),
        (lambda f: f["geometry"].update(type="MultiLineString"), "not a LineString"),
        (lambda f: f["geometry"].update(type="Curve"), "not a LineString: saw Curve"),
        (lambda f: f["geometry"].update(coordinates=[]), "saw 0 positions"),
        (lambda f: f["geometry"].update(coordinates=[[62, 15]]), "saw 1 position,"),
        (lambda f: f["geometry"].update(coordinates="here"), "saw 0 positions"),
        (lambda f: f["geometry"]["coordinates"][0].append(10.0), "no height"),
        (lambda f: f["geometry"]["coordinates"][0].extend([10.0, 3.0]), "no height"),
        (lambda f: f["geometry"]["coordinates"].insert(1, [float("nan"), 15]), "finite"),
        (lambda f: f["geometry"]["coordinates"].insert(1, [62, float("inf")]), "finite"),
        (lambda f: f["geometry"]["coordinates"].insert(1, ["62", 15]), "two numbers"),
        (lambda f: f["geometry"]["coordinates"].insert(1, [15, 162]), "at most 90"),
        (lambda f: f["geometry"].update(type="Point", coordinates=[1, 2]), "not a LineString"),
    ],
)
def test_lines_that_are_none(island, change, words):
    island.line("aster-elm-road", change)
    with pytest.raises(co.DataError, match=words):
        co.check(island.folder)


CRS = '{"type": "FeatureCollection", "crs": %s, "features": []}'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[]", "expected a FeatureCollection"),
        ("null", "expected a FeatureCollection"),
        ('{"type": "Feature"}', "saw 'Feature'"),
        ('{"type": "LineString", "coordinates": [[0, 0], [1, 1]]}', "saw 'LineString'"),
        ('{"type": "FeatureCollection"}', "no list of features"),
        ('{"type": "FeatureCollection", "features": [1]}', "feature 1"),
        ("[" * 100_000, "not readable as GeoJSON"),
        (CRS % '{"type": "name", "properties": {"name": "EPSG:3857"}}', 'crs: saw "EPSG:3857"'),
        (CRS % '{"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4284"}}', "4284"),
        (CRS % '{"type": "link", "properties": {"href": "x"}}', "expected EPSG:4326"),
        (CRS % '"EPSG:28404"', "expected EPSG:4326"),
    ],
)
def test_lines_that_are_no_collection(island, content, words):
    _bytes(island, "lines.geojson", content.encode())
    with pytest.raises(co.DataError, match=re.escape(words)):
        co.check(island.folder)


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", None])
def test_lines_may_state_the_system_that_geojson_has(island, name):
    path = island.folder / "lines.geojson"
    stated = {"crs": {"type": "name", "properties": {"name": name}}}
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | stated), encoding="utf-8")
    seal(island.folder)
    assert co.check(island.folder) == []


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_lines_may_end_in_any_way(island, end):
    """`seal` looked for the first line by one kind of end and ended in a fault of the program."""
    for path in island.folder.glob("*.csv"):
        path.write_bytes(path.read_bytes().replace(b"\n", end.encode()))
    seal(island.folder)
    assert co.check(island.folder) == []
    package = json.loads((island.folder / "datapackage.json").read_text(encoding="utf-8"))
    fields = next(r for r in package["resources"] if r["name"] == "rates")["schema"]["fields"]
    assert [f["name"] for f in fields] == ["mode", "cargo", "usd_per_unit_km", "km_per_hour"]


@pytest.mark.parametrize("content", [b"\x00\r\xff,", b'"a\nb', b"", b"a\rb\rc"])
def test_what_is_no_table_is_sealed_and_then_told(island, content):
    (island.folder / "cargo.csv").write_bytes(content)
    seal(island.folder)
    assert {p.file for p in co.check(island.folder)} >= {"cargo.csv"}


def test_a_link_shorter_than_the_way_of_the_crow_needs_no_lines_to_be_found(island):
    (island.folder / "lines.geojson").unlink()
    row = island.set("links", "aster-brook-rail", length_km="3")
    assert _places(co.check(island.folder)) == [
        ("lengths-fit-great-circles", "links.csv", row, "length_km")
    ]


@pytest.mark.parametrize(
    ("length", "note", "found"),
    [
        ("13000", "", True),
        ("1300", "", True),
        ("600", "", True),
        # As far as the longest way round by sea; and a note takes what it says upon itself.
        ("500", "", False),
        ("1300", "length by way of the north", False),
    ],
)
def test_one_link_far_too_long_is_found(island, length, note, found):
    # The road has no line of its own, and its ends lie 119 km apart.
    row = island.set("links", "dale-gorse-road", length_km=length, note=note)
    places = [p for p in _places(co.check(island.folder)) if p[0].startswith("lengths")]
    assert places == [("lengths-fit-great-circles", "links.csv", row, "length_km")] * found


@pytest.mark.parametrize(
    ("low", "high", "column"), [("18", "18", "low"), ("6", "9", "high"), ("6", "18", "")]
)
def test_a_range_of_provenance_holds_its_number(island, low, high, column):
    """Draws passed over a range that did not, without a word."""
    rows = island.rows("provenance")
    at = next(n for n, r in enumerate(rows) if r["column"] == "patience_days" and r["low"])
    rows[at] |= {"low": low, "high": high}
    island.write("provenance", rows)
    expected = [("ranges-hold-their-value", "provenance.csv", at + 2, column)]
    assert _places(co.check(island.folder)) == expected * bool(column)


@pytest.mark.parametrize(
    ("given", "cargo", "said"),
    [
        ({"usd_per_t": ""}, "", "has no usd_per_t, so it is free to grain;"),
        ({"usd_per_teu": ""}, "", "has no usd_per_teu, so it is free to container;"),
        ({"usd_per_teu": ""}, "grain", ""),
        ({"usd_per_t": "", "usd_per_teu": ""}, "", "has neither usd_per_t nor usd_per_teu, so it"),
        ({"usd_per_t": "0"}, "", ""),
    ],
)
def test_a_transfer_is_free_to_no_cargo_by_mistake(island, given, cargo, said):
    row = island.set("transfers", "elm-road-sea", cargo=cargo, **given)
    found = [p for p in co.check(island.folder) if p.rule == "transfers-have-a-price"]
    assert [(p.row, said in p.message) for p in found] == [(row, True)] * bool(said)


@pytest.mark.parametrize(
    ("stated", "found"), [("border-closed", False), ("", False), ("ferries-shut", True)]
)
def test_an_observation_is_of_the_scenario_that_it_asks(island, stated, found):
    row = island.set("observations", "queue-0309", scenario=stated)
    said = "scenario: saw 'border-closed', the column scenario says 'ferries-shut'"
    place = ("observations-ask-for-what-is-there", "observations.csv", row, "asks")
    problems = co.check(island.folder)
    assert _places(problems) == [place] * found
    assert all(said in p.message for p in problems)


@pytest.mark.parametrize(
    ("label", "near"),
    [
        ("border-clsoed", "border-closed"),
        ("Border_closed", "border-closed"),
        ("poland-closure-2205", "poland-closure-2025"),
        ("border-closed + kz-ru-boarder-2025", "kz-ru-border-2025"),
        ("border-closed+poland-closure-2025", ""),
        ("the-great-snow", ""),
        # What happened again, of which there is no scenario.
        ("poland-closure-2022", ""),
    ],
)
def test_a_slip_in_the_name_of_a_scenario_is_told(island, label, near):
    first = next(r for r in island.rows("observations") if "scenario:" not in r["asks"])
    row = island.set("observations", first["observation_id"], scenario=label)
    own = [p for p in co.check(island.folder) if p.row == row]
    assert [(p.file, p.column) for p in own] == [("observations.csv", "scenario")] * bool(near)
    if near:
        assert f"did you mean {near}" in own[0].message
        with pytest.raises(co.DataError, match=rf"observations.csv, row {row}, column scenario"):
            co.validate(co.load(island.folder))


@pytest.mark.parametrize(
    ("hours", "note", "said"),
    [
        ("480", "", "0.417 km/h"),
        ("28800", "", "0.00694 km/h"),
        ("1e300", "", "2e-298 km/h"),
        ("202", "", "0.99 km/h"),
        ("200", "", ""),
        ("1", "", ""),
        ("0.9", "", "222 km/h"),
        ("1e-300", "", "2e+302 km/h"),
        ("1e-308", "", "no time at all"),
        ("0", "", "no time at all"),
        ("480", "hours with the queue for the bridge", ""),
    ],
)
def test_hours_in_another_unit_are_found(island, hours, note, said):
    row = island.set("links", "aster-brook-rail", **_timed(island, hours, note))
    found = co.check(island.folder)
    assert _places(found) == [("hours-fit-lengths", "links.csv", row, "hours")] * bool(said)
    assert all(f"for 200 km, which is {said}, expected 1 to 200 km/h" in p.message for p in found)


@pytest.mark.parametrize(("length", "found"), [(51, True), (49, False)])
def test_places_may_be_rounded_to_one_spot(length, found):
    ends = [{"from_node": "a", "to_node": "b", "length_km": length}]
    net = toys.network({"a": "XA", "b": "XA"}, ends, [])
    net.tables["nodes"]["lon"] = 62.0
    net.tables["nodes"]["lat"] = 15.0
    assert any(p.rule == "lengths-fit-great-circles" for p in co.check(net)) == found


@pytest.mark.parametrize("factor", [0.621, 1000, 0.001])
def test_a_wrong_unit_of_length_is_found_on_every_link(island, factor):
    rows = island.rows("links")
    for row in rows:
        row["length_km"] = str(round(max(float(row["length_km"]) * factor / 100, 0.1), 6))
        # A street map: the same network a hundred times smaller.
    for row in rows:
        row["note"] = ""
    nodes = island.rows("nodes")
    for node in nodes:
        node["lat"] = str(15 + (float(node["lat"]) - 15) / 100)
        node["lon"] = str(62 + (float(node["lon"]) - 62) / 100)
    (island.folder / "lines.geojson").unlink()
    island.write("nodes", nodes)
    island.write("links", rows)
    found = [p for p in co.check(island.folder) if p.rule == "lengths-fit-great-circles"]
    assert len(found) > len(rows) / 2
    assert all("unit of length" in p.message for p in found)


def test_a_sealed_folder_is_a_data_package(island):
    package = json.loads((island.folder / "datapackage.json").read_text(encoding="utf-8"))
    schemas = {r["name"]: r["schema"] for r in package["resources"] if "schema" in r}
    keys = {
        (name, key["fields"][0], key["reference"]["resource"], key["reference"]["fields"][0])
        for name, schema in schemas.items()
        for key in schema.get("foreignKeys", [])
    }
    assert ("links", "from_node", "nodes", "node_id") in keys
    assert ("demand", "cargo", "cargo", "cargo") in keys
    assert {(a, b, f"{c}.{d}") for a, b, c, d in keys} == {
        (t.name, c.name, c.references)
        for t in tables().values()
        for c in t.columns
        # A table that may be left out, and is, has no key and is none's.
        if c.references
        and c.type != "list"
        and {t.name, c.references.partition(".")[0]} <= set(schemas)
        # A table that the folder leaves out has no key and is the target of none.
        if c.references
        and c.type != "list"
        and {t.name, c.references.split(".")[0]} <= set(schemas)
    }


def test_a_key_to_a_table_that_is_not_there_is_left_out(island):
    island.drop("capacity_members", transfer_id="cedar-gauge")
    (island.folder / "transfers.csv").unlink()
    seal(island.folder)
    package = json.loads((island.folder / "datapackage.json").read_text(encoding="utf-8"))
    assert '"transfers"' not in json.dumps(package)


def test_a_manifest_that_cannot_be_read_is_not_sealed_over(island):
    path = island.folder / "datapackage.json"
    for text in ("{", "[]"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(co.DataError, match="not a data package"):
            seal(island.folder)
        assert path.read_text(encoding="utf-8") == text


def test_the_same_resource_twice_is_refused(island):
    _list(island, {"name": "nodes", "path": "nodes.csv", "hash": ""})
    with pytest.raises(co.DataError, match="nodes is listed more than once"):
        co.check(island.folder)


def test_byte_order_mark_and_other_line_ends_are_read(island):
    for path in island.folder.glob("*.csv"):
        text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    seal(island.folder)
    assert co.check(island.folder) == []
