"""What results hand down: tables that sentences, pictures and files can be made of by hand."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import corridors as co
from corridors.assignment.explain import new_crossing, sentences
from corridors.assignment.map_data import flow_lines
from corridors.assignment.report import report_html
from corridors.assignment.reroutes import TRACE, by_demand, reroutes
from corridors.assignment.tables import AssignmentTables, ComparisonTables
from corridors.assignment.views.routes import sums_of_runs
from corridors.maps.static import FlowLine, flow_figure, network_figure

STEPS = {
    "demand": 100.0,
    "unserved before and after": 0.0,
    "kept its route": 60.0,
    "rerouted": 30.0,
    "newly served": 0.0,
    "newly unserved": 10.0,
}
MOVED = pd.DataFrame(
    [
        {"to_corridor": "middle", "t_per_day": 20.0, "from_crossings": "x", "to_crossings": "x>y"},
        {"to_corridor": "middle", "t_per_day": 5.0, "from_crossings": "", "to_crossings": "z"},
        {"to_corridor": "north", "t_per_day": 5.0, "from_crossings": "x", "to_crossings": "x"},
    ]
)


def route(demand_id, key, tonnes, hours, usd):
    return {
        "demand_id": demand_id,
        "cargo": "bulk",
        "units_per_day": tonnes,
        "t_per_day": tonnes,
        "hours": hours,
        "usd_per_unit": usd,
        "time_usd_per_unit": 8.0 * hours,
        "corridor": key,
        "borders": key,
        "crossings": key,
        "key": key,
        "arcs": None,
    }


def demand(served, wanted=10.0):
    return pd.DataFrame(
        [
            {
                "demand_id": "d",
                "origin": "a",
                "destination": "b",
                "cargo": "bulk",
                "demand_t_per_day": wanted,
                "served_t_per_day": served,
                "shortfall_t_per_day": wanted - served,
            }
        ]
    )


@pytest.fixture
def by_hand():
    """A closure of which every number was made up."""
    limits = pd.DataFrame(
        [
            {
                "capacity_id": "gate",
                "name": "The Gate",
                "unit": "TEU",
                "amount": 5.0,
                "background": 0.0,
                "price_usd": 7.0,
                "value_usd_per_day": 35.0,
                "confidence": "B",
                "inferred": False,
            }
        ]
    )
    before = AssignmentTables(
        flows=pd.DataFrame({"kind": ["link", "transfer"], "id": ["x", "y"], "t_per_day": 1.0}),
        routes=pd.DataFrame(),
        capacities=limits,
        shortfall=pd.DataFrame(),
        bottlenecks=limits[:0],
        lost_by_step=pd.DataFrame(),
        links_there=frozenset("xyz"),
        capacity_links=(("x",),),
    )
    return ComparisonTables(
        title="Shut",
        description="By hand.",
        day=dt.date(2025, 1, 2),
        model="optimal",
        before=before,
        after=replace(before, bottlenecks=limits),
        change={
            "rerouted_t_per_day": 30.0,
            "newly_unserved_t_per_day": 10.0,
            "withdrawn_t_per_day": 0.0,
            "added_hours_mean": 48.0,
            "added_cost_usd_per_day_rerouted": 600.0,
            "added_transport_usd_per_day_rerouted": -300.0,
            "added_time_usd_per_day_rerouted": 900.0,
            "added_loss_usd_per_day": 5000.0,
            "surplus_lost_usd_per_day": 5000.0,
        },
        waterfall=pd.DataFrame(STEPS.items(), columns=["step", "t_per_day"]),
        by_demand=pd.DataFrame(
            [
                {
                    "demand_id": "d",
                    "cargo": "bulk",
                    "origin": "a",
                    "destination": "b",
                    "lost_t_per_day": 10.0,
                    "demand_t_per_day": 100.0,
                }
            ]
        ),
        by_cargo=pd.DataFrame({"cargo": ["bulk"], "lost_t_per_day": [10.0]}),
        by_corridor=pd.DataFrame({"corridor": ["middle"], "change_t_per_day": [25.0]}),
        reroutes=MOVED.assign(
            demand_id="d",
            cargo="bulk",
            from_route="AA-BB",
            to_route="AA-CC",
            added_hours=48.0,
            added_cost_usd_per_unit=20.0,
        ),
        closed_links=("x", "y"),
        events_not_in_force=("close z from always until 2025-01-01",),
        n_events=3,
        node_names={"a": "Alpha", "b": "Beta"},
        link_names={"x": "X–X", "y": "Y–Y", "z": "Z–Z"},
        cargo_names={"bulk": "Loose goods"},
        certificate=dict.fromkeys(
            ("relative_gap", "balance_residual", "capacity_residual", "closed_flow"), 0.0
        ),
    )


def test_sentences_are_made_of_tables_alone(by_hand):
    assert sentences(by_hand) == [
        (
            "On 2025-01-02, of 100 t of cargo a day, 60.0 t (60 %) keep their route, 30.0 t (30 %) "
            "go another way and 10.0 t (10 %) are no longer carried."
        ),
        (
            "Of the scenario's 3 events, 1 is not in force on that day: "
            "close z from always until 2025-01-01."
        ),
        "The scenario closes 2 links, 1 of which carried cargo before.",
        (
            "What goes another way takes 2 days more on average and costs 600 USD a day more "
            "(20.0 USD a tonne): -300 USD for transport and 900 USD for the time."
        ),
        (
            "Of the rerouted, a day: 25.0 t by the middle corridor (20.0 t of it over Y–Y), "
            "5 t by the north corridor."
        ),
        (
            "Most is lost, a day, by Loose goods Alpha–Beta (10.0 t); what stays loses 5,000 USD "
            "a day by it, what it would have paid at most less what its way costs in ordinary "
            "times; that is in no cost."
        ),
        "Newly full: The Gate (one more TEU a day would save 7 USD a day).",
    ]


def test_a_place_at_which_next_to_nothing_hangs_is_not_named(by_hand):
    """Going round and staying cost 5,600 USD a day; a room that is worth five explains nothing."""
    own = by_hand.after.bottlenecks
    for worth, told in ((6.0, True), (5.0, False)):
        pair = pd.concat([own, own.assign(capacity_id="cent", name="The Cent", price_usd=0.01)])
        pair["amount"] = [*own["amount"], worth / 0.01]
        said = " ".join(sentences(replace(by_hand, after=replace(by_hand.after, bottlenecks=pair))))
        assert "The Gate" in said
        assert ("The Cent" in said) == told


@pytest.mark.parametrize("scale", [1.0, 1e-2, 1e-5])
def test_a_trace_of_cargo_is_no_half_sentence(by_hand, scale):
    """Of whatever little used what is shut, what becomes of it is said, or nothing is."""
    parts = {
        "before_t_per_day": [100.0, 0.8 * scale, 0.6 * scale],
        "rerouted_t_per_day": [40.0, 0.3 * scale, 0.2 * scale],
        "lost_t_per_day": [30.0, 0.3 * scale, 0.2 * scale],
        "withdrawn_t_per_day": [0.0, 0.0, 0.0],
        "kept_t_per_day": [30.0, 0.2 * scale, 0.2 * scale],
        "gained_t_per_day": [0.0, 0.0, 0.0],
    }
    names = {"bulk": "Loose goods", "box": "Boxes", "ore": "Ore"}
    used = pd.DataFrame({"cargo": list(names), **parts, "unit": "t", "t_per_unit": 1.0})
    none = {name: [0.0] * 3 for name in parts}
    aside = pd.DataFrame({"cargo": list(names), **none, "unit": "t", "t_per_unit": 1.0})
    told = " ".join(sentences(replace(by_hand, used=used, aside=aside, cargo_names=names)))
    assert "of which ." not in told
    assert "of which ;" not in told
    assert ", ." not in told
    assert ("Boxes" in told) == (scale == 1.0)


def test_where_nothing_moves_it_is_said(by_hand):
    still = dict.fromkeys(by_hand.change, 0.0)
    quiet = replace(by_hand, change=still, closed_links=(), events_not_in_force=())
    assert len(sentences(quiet)) == 2
    assert sentences(quiet)[1].startswith("Nothing else changes")


def test_a_crossing_that_was_passed_before_is_not_new():
    assert new_crossing(MOVED, "middle") == ("y", 20.0)
    assert new_crossing(MOVED, "north") is None


def test_a_page_is_made_of_tables_and_a_picture(by_hand):
    line = FlowLine(np.array([[60.0, 50.0], [70.0, 50.0]]), "rail", 5.0)
    page = report_html(by_hand, flow_figure([("Before", [line])]))
    for text in ("<h1>Shut</h1>", "By hand.", "Loose goods", "The Gate", "Alpha", "AA-CC"):
        assert text in page
    assert "<script" not in page
    assert page == report_html(by_hand, flow_figure([("Before", [line])]))


def test_a_picture_draws_lines_and_widths():
    """Widths go with the square root of the cargo on one scale: 100 t, 25 t, and a closed line."""
    course = np.array([[10.0, 50.0], [70.0, 50.0]])
    before = [FlowLine(course, "rail", 100.0), FlowLine(course, "sea")]
    after = [FlowLine(course, "road", 25.0), FlowLine(course, "rail", closed=True)]
    figure = flow_figure([("Before", before), ("After", after)])
    drawn = [
        [
            (line.get_color(), line.get_linewidth())
            for line in ax.get_lines()
            if len(line.get_xdata())
        ]
        for ax in figure.axes
    ]
    # What carries nothing by sea is not drawn; a closed line has a mark on it.
    assert [len(lines) for lines in drawn] == [1, 3]
    assert drawn[0][0][1] == pytest.approx(6.0)
    assert drawn[1][0][1] == pytest.approx(3.0)
    assert drawn[1][1][0] == drawn[1][2][0] != drawn[0][0][0]
    # In Albers' projection 70 degrees east is the middle, and lines are divided first.
    east = figure.axes[0].get_lines()[0].get_xdata()
    assert len(east) >= 21
    assert east[-1] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    "course",
    [
        [[-64.0, -31.0], [-63.0, -32.0]],
        [[60.0, 50.0], [60.2, 50.1]],
        [[179.0, -17.0], [181.0, -18.0]],
    ],
    ids=["elsewhere", "small", "over the date line"],
)
def test_a_network_of_ones_own_fills_its_picture_and_credits_what_it_uses(course):
    course = np.array(course)
    figure = flow_figure([("Before", [FlowLine(course, "rail", 5.0)])], ("Own survey",))
    [ax] = figure.axes
    [line] = (line for line in ax.get_lines() if len(line.get_xdata()))
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    x, y = line.get_xdata(), line.get_ydata()
    assert west < x.min() < x.max() < east
    assert south < y.min() < y.max() < north
    assert max(np.ptp(x) / (east - west), np.ptp(y) / (north - south)) > 0.4
    [said] = (text.get_text() for text in figure.texts)
    assert said.startswith("Own survey;")
    assert "OpenStreetMap" not in said


def test_a_network_is_drawn_from_lines_and_places():
    course = np.array([[60.0, 50.0], [70.0, 50.0]])
    lines = [FlowLine(course, "rail"), FlowLine(course, "road", planned=True)]
    figure = network_figure(lines, np.array([[60.0, 50.0]]), "land")
    styles = [ln.get_linestyle() for ln in figure.axes[0].get_lines() if len(ln.get_xdata())]
    assert styles == ["-", ":"]


def test_lines_carry_all_cargo_both_ways(closure):
    net = closure.disrupted.state.net
    closed = frozenset(closure.disrupted.state.closed_links)
    lines = flow_lines(net.links, closure.disrupted.flows, closed)
    assert len(lines) == len(net.links)
    flows = closure.disrupted.flows
    total = flows[flows["kind"] == "link"]["t_per_day"].sum()
    assert sum(line.t_per_day for line in lines) == pytest.approx(total)
    assert sum(line.closed for line in lines) == len(closed) > 0


def test_a_demand_that_leaves_its_route_for_two():
    """Ten by p; then four by p, and three of the six that leave by each of q and r, one short."""
    was = pd.DataFrame([route("d", "p", 10.0, 5.0, 100.0)])
    now = pd.DataFrame(
        [
            route("d", "p", 4.0, 5.0, 100.0),
            route("d", "q", 3.0, 7.0, 120.0),
            route("d", "r", 2.0, 9.0, 90.0),
        ]
    )
    moved = reroutes(was, now)
    assert moved[["to_route", "t_per_day"]].to_numpy().tolist() == [["q", 3.0], ["r", 2.0]]
    assert moved["added_transport_usd_per_day"].tolist() == pytest.approx([60.0, -20.0])
    # An hour of a tonne is worth 8 dollars: a route that is cheaper to pay for is not cheaper.
    assert moved["added_time_usd_per_day"].tolist() == pytest.approx([48.0, 64.0])
    assert moved["added_cost_usd_per_day"].tolist() == pytest.approx([108.0, 44.0])
    assert moved["added_cost_usd_per_unit"].tolist() == pytest.approx([36.0, 22.0])
    [row] = by_demand((demand(10.0), demand(9.0)), (was, now), moved).to_dict("records")
    assert row["kept_t_per_day"] == 4.0
    assert row["rerouted_t_per_day"] == 5.0
    assert row["lost_t_per_day"] == 1.0
    assert row["added_hours"] == pytest.approx((3 * 2 + 2 * 4) / 5)
    assert row["added_transport_usd_per_day"] == pytest.approx(40.0)
    assert row["added_time_usd_per_day"] == pytest.approx(112.0)
    assert row["added_cost_usd_per_day"] == pytest.approx(152.0)


def kept_beside(tables):
    """Return what is kept beside tables as CSV: each as Parquet, the links, what makes it again."""
    parquet = {name.replace(".csv", ".parquet") for name in tables}
    return parquet | {"links.parquet", "summary.json", "manifest.json"}


def test_a_comparison_is_saved_whole(closure, tmp_path):
    folder = closure.save(tmp_path / "kept")
    assert folder == tmp_path / "kept"
    names = {file.name for file in folder.iterdir()}
    states = {
        f"{t}_{s}.csv"
        for t in ("flows", "routes", "capacities", "shortfall", "lost_by_step", "sales")
        for s in ("before", "after")
    }
    tables = states | {
        "waterfall.csv",
        "by_cargo.csv",
        "by_corridor.csv",
        "by_demand.csv",
        "reroutes.csv",
        "sales.csv",
    }
    assert names == tables | kept_beside(tables)
    summary = (folder / "summary.json").read_text("utf-8")
    assert json.loads(summary) == json.loads(json.dumps(closure.to_dict()))
    again = pd.read_csv(folder / "by_demand.csv")
    assert again["lost_t_per_day"].to_numpy() == pytest.approx(closure.by_demand["lost_t_per_day"])


def test_an_assignment_is_saved_with_its_proof(closure, tmp_path):
    folder = closure.disrupted.save(str(tmp_path / "kept"))
    tables = {"flows.csv", "routes.csv", "capacities.csv", "shortfall.csv", "lost_by_step.csv",
              "sales.csv"}  # fmt: skip
    assert {file.name for file in folder.iterdir()} == tables | kept_beside(tables)
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    assert (summary["scenario"], summary["as_of"]) == ("poland-closure-2025", "2025-09-12")
    assert summary["certificate"]["closed_flow"] == 0
    routes = pd.read_csv(folder / "routes.csv")
    served = routes.groupby("cargo")["t_per_day"].sum().drop("container-ocean").sum()
    assert served == pytest.approx(summary["served_t_per_day"])


def test_a_result_makes_no_folder_above_its_own(closure, tmp_path):
    for result in (closure, closure.disrupted):
        with pytest.raises(co.DataError, match="does not exist"):
            result.save(tmp_path / "no" / "kept")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seed", range(6))
def test_sums_of_runs_are_those_of_each_alone_to_the_last_bit(seed):
    r = np.random.default_rng(seed)
    size = r.integers(0, [3, 9, 20, 140, 300, 2][seed], 400)
    values = r.normal(size=int(size.sum())) * 10.0 ** r.integers(-6, 7, int(size.sum()))
    parts = np.split(values, size.cumsum()[:-1])
    alone = np.array([part.sum() for part in parts])
    assert sums_of_runs(values, size).tobytes() == alone.tobytes()


def test_reroutes_are_those_of_each_pair_of_routes_to_the_last_bit(net):
    hit = co.run(net, "poland-closure-2025")
    ways = [
        {(row["demand_id"], row["key"]): row for row in frame.to_dict("records")}
        for frame in (hit.baseline.routes, hit.disrupted.routes)
    ]
    # Who buys at home of two sellers has two ways without a link: what they carry is one amount.
    amounts = [
        frame.groupby(["demand_id", "key"])["t_per_day"].sum().to_dict()
        for frame in (hit.baseline.routes, hit.disrupted.routes)
    ]
    change = {}
    for at in sorted(set(ways[0]) | set(ways[1])):
        was, now = (own.get(at, 0.0) for own in amounts)
        change.setdefault(at[0], {})[at] = now - was
    rows = []
    for own in change.values():
        losses = {at: -t for at, t in own.items() if t < -TRACE}
        gains = {at: t for at, t in own.items() if t > TRACE}
        lost, gained = sum(losses.values()), sum(gains.values())
        for left, loss in losses.items():
            for taken, gain in gains.items():
                old, new = ways[0][left], ways[1][taken]
                tonnes = min(lost, gained) / lost / gained * loss * gain
                hours = new["hours"] - old["hours"]
                rows.append(
                    (
                        -tonnes,
                        old["demand_id"],
                        old["borders"] or "domestic",
                        new["borders"] or "domestic",
                        hours,
                        hours * tonnes,
                        (new["usd_per_unit"] - old["usd_per_unit"])
                        * (tonnes * old["units_per_day"] / old["t_per_day"]),
                    )
                )
    assert len(rows) > 1000
    found = hit.reroutes
    columns = ["demand_id", "from_route", "to_route", "added_hours", "added_t_hours_per_day"]
    columns += ["added_transport_usd_per_day"]
    told = zip(-found["t_per_day"], *(found[name] for name in columns), strict=True)
    assert sorted(told) == sorted(rows)
    assert found["t_per_day"].is_monotonic_decreasing
