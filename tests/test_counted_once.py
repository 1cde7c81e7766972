"""What is listed twice counts once, and the checks say so; a day has one row of a capacity."""

from __future__ import annotations

import pytest
import toys
from simulate_toys import link, one_road

import corridors as co
from corridors.network.checks.capacities import (
    members_are_counted_once,
    periods_do_not_overlap,
    periods_leave_no_gap,
)
from corridors.scenarios.scenario import scenario as read


def ferry(rows=None, members=None, **of_link):
    """Return a road with a ferry limit and 9,000 t a day that would like to pass.

    ::

        a ==2400 t== b
    """
    base = {"capacity_id": "f", "name": "F", "unit": "t"}
    listed = rows or [{"amount": 2400}]
    # Rows are told apart by their first day, which a test may leave open all the same.
    dated = [{"valid_from": f"1990-01-0{i + 1}", **row} for i, row in enumerate(listed)]
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b", **of_link)],
        [{"origin": "a", "destination": "b", "per_day": 9000}],
        capacities=[{**base, **row} for row in dated],
        capacity_members=[
            {"capacity_id": "f", "link_id": "a-b-road", **row} for row in members or [{}]
        ],
    )
    net.tables["capacities"]["valid_from"] = [row.get("valid_from", "") for row in listed]
    return net


@pytest.mark.parametrize(
    ("members", "capacity"),
    [
        ([{}, {"direction": "forward"}], {}),
        ([{"direction": "forward"}, {"direction": "both"}], {}),
        ([{}, {"cargo": "bulk"}], {}),
        ([{"cargo": "bulk;box"}, {"cargo": "bulk", "direction": "forward"}], {}),
        ([{}, {"direction": "forward"}], {"per_direction": "yes"}),
        ([{}, {"cargo": "bulk"}], {"per_direction": "yes"}),
    ],
)
def test_a_member_that_is_listed_twice_counts_once_and_is_named(members, capacity):
    net = ferry([{"amount": 2400, **capacity}], members)
    assert co.assign(net, as_of="2026-07-01").summary["served_t_per_day"] == pytest.approx(2400)
    found = list(members_are_counted_once(net))
    assert [(p.file, p.row) for p in found] == [("capacity_members.csv", 3)]
    assert "row 2 already" in found[0].message


@pytest.mark.parametrize(
    "members",
    [
        [{"direction": "forward"}, {"direction": "backward"}],
        [{"cargo": "bulk"}, {"cargo": "box"}],
        [{"cargo": "bulk", "direction": "forward"}, {"direction": "backward"}],
    ],
)
def test_members_that_share_nothing_are_no_problem(members):
    assert not list(members_are_counted_once(ferry(None, members)))


@pytest.mark.parametrize(
    ("rows", "day"),
    [
        (
            [
                {"amount": 600, "valid_from": "2020-01-01"},
                {"amount": 2400, "valid_from": "2021-01-01", "season": "06-15/12-31"},
            ],
            "2021-06-15",
        ),
        ([{"amount": 1, "season": "06-15/12-31"}, {"amount": 2, "season": "12-31/03-01"}], "12-31"),
        (
            [{"amount": 1, "season": "02-29/02-29"}, {"amount": 2, "season": "02-01/02-29"}],
            "2020-02-29",
        ),
        ([{"amount": 1, "season": "11-15/03-31"}, {"amount": 2, "season": "01-01/01-01"}], "01-01"),
        ([{"amount": 1}, {"amount": 2, "valid_from": "2026-01-01"}], "2026-01-01"),
        (
            [{"amount": 1, "valid_until": "2026-03-01"}, {"amount": 2, "valid_from": "2026-02-28"}],
            "2026-02-28",
        ),
    ],
)
def test_two_rows_on_one_day_are_named(rows, day):
    found = list(periods_do_not_overlap(ferry(rows)))
    assert len(found) == 1
    assert found[0].row == 3
    assert day in found[0].message


@pytest.mark.parametrize(
    "rows",
    [
        [{"amount": 1, "season": "06-15/12-31"}, {"amount": 2, "season": "01-01/06-14"}],
        [{"amount": 1, "season": "11-15/03-31"}, {"amount": 2, "season": "04-01/11-14"}],
        [{"amount": 1, "season": "03-01/02-28"}, {"amount": 2, "season": "02-29/02-29"}],
        [{"amount": 1, "valid_until": "2026-01-01"}, {"amount": 2, "valid_from": "2026-01-01"}],
    ],
)
def test_rows_that_follow_one_another_neither_overlap_nor_leave_a_gap(rows):
    assert not list(periods_do_not_overlap(ferry(rows)))
    assert not list(periods_leave_no_gap(ferry(rows)))


@pytest.mark.parametrize(
    ("rows", "day"),
    [
        (
            [{"amount": 1, "valid_until": "2026-01-01"}, {"amount": 2, "valid_from": "2026-01-02"}],
            "2026-01-01",
        ),
        ([{"amount": 1, "season": "01-01/06-14"}, {"amount": 2, "season": "06-16/12-31"}], "06-15"),
        ([{"amount": 1, "season": "03-01/02-28"}], "02-29"),
        ([{"amount": 1, "season": "06-15/12-31"}], "01-01"),
    ],
)
def test_a_day_without_a_row_is_named_unless_it_is_said(rows, day):
    found = list(periods_leave_no_gap(ferry(rows)))
    assert len(found) == 1
    assert day in found[0].message
    said = [{**rows[0], "gaps": "unlimited"}, *rows[1:]]
    assert not list(periods_leave_no_gap(ferry(said)))


def test_a_gap_in_which_nothing_is_there_is_none():
    rows = [{"amount": 1, "season": "06-15/12-31"}]
    assert not list(periods_leave_no_gap(ferry(rows, season="07-01/11-30")))


@pytest.mark.parametrize(
    ("first", "second", "day"),
    [
        ({}, {"valid_from": "2026-01-01"}, "2026-01-01"),
        ({"valid_until": "2026-01-02"}, {"valid_from": "2026-01-01"}, "2026-01-01"),
        # A pause at noon is no second row: the last of two would hold alone.
        ({"closes": 12}, {"opens": 14, "valid_from": "1900-01-01"}, "1900-01-01"),
        ({"valid_until": "2026-01-01"}, {"valid_from": "2026-01-01"}, None),
    ],
)
def test_two_rows_of_opening_hours_on_one_day_are_named(first, second, day):
    hours = [{"capacity_id": "c", "opens": 8, "closes": 18, **own} for own in (first, second)]
    found = list(periods_do_not_overlap(one_road(opening_hours=hours)))
    assert len(found) == (day is not None)
    for problem in found:
        assert (problem.file, problem.row) == ("opening_hours.csv", 3)
        assert f"hours on {day}, those of row 2" in problem.message


def test_the_shipped_network_has_one_row_for_each_day():
    net = co.load()
    rules = (members_are_counted_once, periods_do_not_overlap, periods_leave_no_gap)
    assert not [p for rule in rules for p in rule(net)]


ROOT = """\
name: root
as_of: 2026-06-15
events:
  - delay: {link: a-b-road}
    by: 10 h
  - delay: {link: a-b-road}
    by: 10 h
"""


def family(folder):
    (folder / "root.yaml").write_text(ROOT)
    for name, above in {"b": "root.yaml", "c": "root.yaml", "all": "[b.yaml, c.yaml]",
                        "deep": "[all.yaml, root.yaml, b.yaml]"}.items():  # fmt: skip
        text = f"name: {name}\nas_of: 2026-06-15\nextends: {above}\nevents: []\n"
        (folder / f"{name}.yaml").write_text(text)


@pytest.mark.parametrize(
    "source", ["root", "b", "all", "deep", "b+c", "root+b", "all+deep+c", "root+root"]
)
def test_one_root_counts_once_and_what_it_says_twice_is_meant_twice(tmp_path, source, monkeypatch):
    family(tmp_path)
    monkeypatch.chdir(tmp_path)
    # By whatever path a file is named.
    names = [f"{'' if i % 2 else f'{tmp_path}/'}{n}.yaml" for i, n in enumerate(source.split("+"))]
    plan = read("+".join(names))
    assert [e.amount.value for e in plan.events] == [10, 10]


def test_events_that_read_the_same_in_two_files_are_two(tmp_path):
    family(tmp_path)
    (tmp_path / "other.yaml").write_text(ROOT.replace("root", "other"))
    plan = read(tmp_path / "root.yaml") + read(tmp_path / "other.yaml")
    assert len(plan.events) == 4


def test_a_root_that_was_changed_on_the_way_counts_for_itself(tmp_path):
    from dataclasses import replace

    family(tmp_path)
    root = read(tmp_path / "root.yaml")
    cargo = replace(root, events=tuple(replace(e, cargo=("bulk",)) for e in root.events))
    assert len((root + cargo).events) == 4
