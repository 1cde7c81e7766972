"""What fits by some mode or corridor, or without some place; and closures by cargo."""

from __future__ import annotations

import datetime as dt
import math

import analysis_toys
import pytest
import toys

import corridors as co
from corridors.analysis.asking.narrowing import narrowed

DAY = dt.date(2025, 9, 12)


@pytest.fixture(scope="module")
def net():
    r"""Three ways from a to d.

    a(AA) --rail-- b(BB) --rail-- d(DD)    20 t a day, corridor northern
     \--road-- c(CC) --road--------/       8 t a day, corridor middle
     \--sea 900 km------------------/      no limit

    5 t of bulk and one box of 10 t a day.
    """
    return toys.network(
        {"a": "AA", "b": "BB", "c": "CC", "d": "DD"},
        [
            {"from_node": "a", "to_node": "b", "mode": "rail", "corridor": "northern"},
            {"from_node": "b", "to_node": "d", "mode": "rail", "corridor": "northern"},
            {"from_node": "a", "to_node": "c", "length_km": 150, "corridor": "middle"},
            {"from_node": "c", "to_node": "d", "length_km": 150, "corridor": "middle"},
            {"from_node": "a", "to_node": "d", "mode": "sea", "length_km": 900},
        ],
        [
            {"origin": "a", "destination": "d", "per_day": 5},
            {"origin": "a", "destination": "d", "per_day": 1, "cargo": "box"},
        ],
        capacities=[
            {"capacity_id": "north", "name": "North", "unit": "t", "amount": 20},
            {"capacity_id": "middle", "name": "Middle", "unit": "t", "amount": 8},
        ],
        capacity_members=[
            {"capacity_id": "north", "link_id": "b-d-rail"},
            {"capacity_id": "middle", "link_id": "c-d-road"},
        ],
        projects=[
            {"project_id": "bridge", "name": "Bridge", "changes": "[]", "needs": "line"},
            {"project_id": "line", "name": "Line", "usd": 5, "opens": "2027-01-01",
             "changes": "[{limit: {capacity: middle}, to: 30 t/day}]"},
        ],
    )  # fmt: skip


def least(net, **question):
    return co.min_cut(net, "AA", "DD", "bulk", as_of=DAY, **question)


def test_a_cut_by_mode_and_corridor_and_without_a_place(net):
    assert math.isinf(least(net).units_per_day)
    assert least(net).links == ("a-d-sea",)
    assert least(net, mode="rail").units_per_day == pytest.approx(20)
    assert least(net, mode=["rail", "road"]).units_per_day == pytest.approx(28)
    assert least(net, mode="rail,road", avoid="country:BB").units_per_day == pytest.approx(8)
    # The sea lane has no label: several corridors use it.
    assert math.isinf(least(net, corridor="middle").units_per_day)
    assert least(net, corridor="middle", avoid="a-d-sea").units_per_day == pytest.approx(8)
    found = least(net, mode="rail").to_dict()
    assert found["units_per_year"] == pytest.approx(20 * 365)
    assert found["units_per_month"] == pytest.approx(20 * 365 / 12)
    boxes = co.min_cut(net, "AA", "DD", "box", as_of=DAY, mode="rail")
    assert boxes.units_per_day == pytest.approx(2)
    assert boxes.unit == "TEU"


def test_what_is_narrowed_keeps_the_scenario_that_is_asked(net):
    plan = co.Scenario("x", as_of=DAY).close(node="c")
    found = narrowed(net, plan, mode="rail", avoid=["border:AA-BB"])
    assert [e.selector for e in found.events] == [
        {"node": "c"},
        {"mode": ["road", "sea"]},
        {"border": ["AA", "BB"]},
    ]
    assert found.as_of == DAY
    assert narrowed(net, plan) is plan
    assert narrowed(net, None) is None


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"mode": "rial"}, "no mode 'rial'; did you mean rail"),
        ({"corridor": "midle"}, "no corridor 'midle'; did you mean middle"),
        ({"avoid": "country:QQ"}, "nothing bears the id 'QQ'"),
        # A capacity, a corridor: which of them is meant has to be said.
        ({"avoid": "middle"}, "several things; say which: "),
        ({"avoid": "box"}, "'box' is no place"),
    ],
)
def test_what_is_no_mode_corridor_or_place_is_one_message(net, question, message):
    with pytest.raises(co.UnknownIdError, match=message):
        least(net, **question)


def test_headroom_by_mode_tells_each_cargo_in_its_own_unit(net):
    room = co.headroom(net, mode="rail", as_of=DAY)
    # 15 t go by rail, 20 fit.
    assert room.multiple == pytest.approx(20 / 15)
    rows = room.by_cargo.set_index("cargo").to_dict("index")
    assert rows["box"]["unit"] == "TEU"
    assert rows["box"]["added_units_per_day"] == pytest.approx(1 / 3)
    assert rows["bulk"]["added_units_per_year"] == pytest.approx(5 / 3 * 365)
    assert room.to_dict()["by_cargo"][0]["cargo"] == "box"
    alone = co.headroom(net, cargo="box", mode="rail", as_of=DAY)
    assert alone.multiple == pytest.approx(1.5)
    assert alone.by_cargo["cargo"].tolist() == ["box"]


def test_headroom_names_the_way_without_a_limit(net):
    room = co.headroom(net, cargo="bulk", mode="sea", as_of=DAY)
    assert math.isinf(room.multiple)
    assert room.way == ("a-d-sea",)
    assert room.to_dict()["way"] == ["a-d-sea"]


def test_headroom_by_year_follows_the_demand(net):
    tables = dict(net.tables)
    tables["demand"] = tables["demand"].assign(growth=0.1)
    found = co.headroom_by_year(co.Network(tables), [2025, 2026], mode="rail")
    assert found["year"].tolist() == [2025, 2026]
    assert found["demand_t_per_day"].tolist() == pytest.approx([15, 16.5])
    assert found["multiple"].tolist() == pytest.approx([20 / 15, 20 / 16.5])
    assert found["stops"].tolist() == ["north", "north"]
    with pytest.raises(co.ScenarioError, match="saw 20250"):
        co.headroom_by_year(net, [20250])


def test_closures_of_one_cargo_and_told_apart(net):
    """Without the rail line boxes go by sea or road: by hand, 8 t fit by road, bulk or box.

    By road a unit costs 300, by sea 900. A box saves 600 for 10 t, bulk 600 a tonne: the 5 t
    of bulk go by road, and so does 0.3 of the box; 0.7 box goes by sea.
    """
    question = {"of": "link:b-d-rail", "as_of": DAY, "workers": 1}
    [whole] = co.sweep(net, **question).to_dict("records")
    [box] = co.sweep(net, **question, cargo=["box"]).to_dict("records")
    parts = co.sweep(net, **question, by="cargo").set_index("cargo").to_dict("index")
    assert whole["rerouted_t_per_day"] == pytest.approx(15)
    assert box["rerouted_t_per_day"] == pytest.approx(10)
    assert box["baseline_t_per_day"] == pytest.approx(10)
    assert parts["bulk"]["rerouted_t_per_day"] == pytest.approx(5)
    assert parts["box"]["damage_usd_per_day"] == pytest.approx(box["damage_usd_per_day"])
    total = sum(p["damage_usd_per_day"] for p in parts.values())
    assert total == pytest.approx(whole["damage_usd_per_day"])
    assert parts["bulk"]["damage_usd_per_day"] == pytest.approx(5 * 100)
    assert parts["box"]["damage_usd_per_day"] == pytest.approx(0.3 * 100 + 0.7 * 700)


def test_closures_by_country_and_what_cannot_be_told_apart(net):
    found = co.sweep(net, of="border", as_of=DAY, workers=1, by="country")
    assert set(found["country"]) == {"AA", "DD"}
    with pytest.raises(co.UnknownIdError, match="a key of demand"):
        co.sweep(net, of="border", as_of=DAY, by="mode")
    with pytest.raises(co.UnknownIdError, match="did you mean box"):
        co.sweep(net, of="border", as_of=DAY, cargo=["bok"])
    with pytest.raises(co.ScenarioError, match="pairs"):
        co.sweep(net, of="border", as_of=DAY, n=2, by="cargo")
    assert len(co.criticality(net, "border", as_of=DAY, told_by="cargo", cargo=["box"]))


def test_a_sweep_of_one_cargo_goes_on_where_it_was(net, tmp_path):
    out = tmp_path / "sweep.jsonl"
    question = {"of": "link", "as_of": DAY, "workers": 1, "by": "cargo", "out": out}
    first = co.sweep(net, **question)
    again = co.sweep(net, **question)
    assert first.equals(again)
    with pytest.raises(co.DataError):
        co.sweep(net, of="link", as_of=DAY, workers=1, out=out)


def test_pairs_say_what_they_do_beyond_their_parts():
    """By hand: without b 4 t stay, without c nothing changes, without both 10 t stay."""
    toy = analysis_toys.two_ways()
    question = {"of": ("node:b", "node:c"), "as_of": DAY, "workers": 1}
    alone = co.sweep(toy, **question).set_index("thing")["shortfall_t_per_day"]
    [pair] = co.sweep(toy, n=2, **question).to_dict("records")
    assert (alone["b"], alone["c"], pair["shortfall_t_per_day"]) == (4, 0, 10)
    assert pair["interaction_t_per_day"] == pytest.approx(6)
    # 6 t paid 300 where they do not go at all: 60,000 less 1,800 beyond the parts.
    assert pair["interaction_usd_per_day"] == pytest.approx(6 * 10_000 - 1800)


def test_projects_need_others_and_come_with_them(net):
    from corridors.scenarios.projects import needed_projects, with_projects

    assert needed_projects(net) == {"bridge": ("line",), "line": ()}
    assert with_projects(net, ["bridge"]).name == "line+bridge"
    table = co.projects(net).set_index("project_id")
    assert table.loc["bridge", "needs"] == "line"
    assert table.index.tolist() == ["line", "bridge"]
    assert table.loc["line", "what"] == "limit {capacity: middle}"
    built = co.run(
        net, co.Scenario("x").close(node="b").close(link="a-d-sea"), as_of=DAY, projects=["bridge"]
    )
    assert built.change["newly_unserved_t_per_day"] == pytest.approx(0)


def test_projects_that_cannot_be_meant_are_refused(net):
    from corridors.scenarios.projects import needed_projects, with_projects

    for needs, message in (("bridge", "in a circle: bridge needs line needs bridge"),
                           ("brige", "did you mean bridge")):  # fmt: skip
        tables = dict(net.tables)
        tables["projects"] = tables["projects"].assign(
            needs=[needs if p == "line" else "line" for p in tables["projects"]["project_id"]]
        )
        with pytest.raises(co.CorridorsError, match=message):
            needed_projects(co.Network(tables))
    with pytest.raises(co.ScenarioError, match="no project is named"):
        with_projects(net, [])
    with pytest.raises(co.UnknownIdError, match="did you mean line"):
        with_projects(net, ["lien"])
