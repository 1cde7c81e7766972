"""The map by days and the curves from plain values, and what the rooms of the run import."""

from __future__ import annotations

import ast
from pathlib import Path

import pandas as pd
import pytest
from simulate_toys import DAY0, close, one_road, scenario

import corridors as co
from corridors.maps.queuemap import (
    MapQueue,
    QueueMapData,
    QueueMapLink,
    QueueMapPlace,
    QueuePart,
    build_queue_map,
    payload,
)
from corridors.simulation.curves import cumulative_curves, tallest


def queue_data(**changes):
    part = QueuePart(0, "Terespol", [0.0, 1200.0])
    values = {
        "title": "<b>Two days</b>",
        "days": ["2025-09-12", "2025-09-13"],
        "notes": ["", ""],
        "places": [QueueMapPlace("Brest", 52.1, 23.7)],
        "queues": [MapQueue("Brest", "trains", [0.0, 1.25], [part])],
    }
    return QueueMapData(**values | changes)


def test_a_queue_is_drawn_from_plain_values():
    """No network and no run are needed; the first view is the day on which most waits."""
    drawn = payload(queue_data())
    assert drawn["begin"] == 1
    assert drawn["queues"][0]["stands"] == [{"place": 0, "towards": "Terespol", "t": [0, 1200]}]
    assert drawn["places"] == [{"name": "Brest", "at": [52.1, 23.7]}]
    html = build_queue_map(queue_data()).html
    assert html == build_queue_map(queue_data()).html
    assert "<b>Two days</b>" not in html


def test_lines_of_the_days_are_those_of_the_other_maps():
    """To 11 m, as the flow map has them, and on past 180 degrees."""
    course = [(23.70001, 52.1), (23.6555555, 52.1234567), (190.0, 60.0)]
    link = QueueMapLink("A-B", "rail", [course], [1.0, 2.0], closed=[False, True])
    (drawn,) = payload(queue_data(links=[link]))["links"]
    assert drawn["lines"] == [[[23.7, 52.1], [23.6556, 52.1235], [190.0, 60.0]]]
    assert drawn["closed"] == [0, 1]


def test_the_first_view_is_of_the_worst_day():
    """What waits elsewhere on other days does not widen it."""
    far = QueuePart(1, "", [900.0, 1.0])
    queues = [*queue_data().queues, MapQueue("Far", "t", [900.0, 1.0], [far])]
    places = [QueueMapPlace("Brest", 52.1, 23.7), QueueMapPlace("Far", 30.0, 110.0)]
    drawn = payload(queue_data(queues=queues, places=places))
    assert drawn["begin"] == 1
    assert drawn["bounds"] == [[49.1, 17.7], [55.1, 29.7]]


def test_where_nothing_waits_the_first_view_is_of_what_is_shut_or_carries():
    """A network may lie anywhere; Eurasia is for a map with nothing on it."""
    quiet = {"queues": [], "places": []}
    sea = QueueMapLink("S", "sea", [[(-70.0, -30.0), (-10.0, 40.0)]], [5.0, 5.0])
    road = QueueMapLink("R", "road", [[(-60.0, 10.0), (-62.0, 12.0)]], [1.0, 1.0])
    shut = QueueMapLink("T", "sea", [[(179.0, 65.0), (180.8, 64.0)]], [0.0, 0.0], [False, True])
    expected = [
        ([sea, road, shut], [[61.0, 173.0], [68.0, 186.8]]),
        ([sea, road], [[7.0, -68.0], [15.0, -54.0]]),
        ([sea], [[-33.0, -76.0], [43.0, -4.0]]),
        ([], [[37.0, 14.0], [61.0, 116.0]]),
    ]
    for links, bounds in expected:
        assert payload(queue_data(**quiet, links=links))["bounds"] == bounds
    places = [QueueMapPlace("Far", -20.0, 30.0)]
    assert payload(queue_data(queues=[], places=places))["bounds"] == [[-23.0, 24.0], [-17.0, 36.0]]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"links": [QueueMapLink("A", "rail", [[(0, 0), (1, 1)]], [1.0, 1.0], [True])]},
            "link 'A', closed: expected 2 values, one a day, saw 1",
        ),
        ({"fate": [("All", [1.0])]}, "fate 'All': expected 2 values"),
        (
            {"queues": [MapQueue("Q", "t", [0.0, 0.0], [], arrived=[1.0])], "places": []},
            "queue 'Q', arrived: expected 2 values",
        ),
        ({"notes": [""]}, "notes: expected 2 values, one a day, saw 1"),
        ({"places": []}, "queue 'Brest', part 0: no place 0, there are 0"),
        ({"days": [], "notes": [], "queues": []}, "no day to show"),
    ],
)
def test_a_map_that_cannot_be_drawn_says_all_that_is_wrong(changes, said):
    with pytest.raises(co.DataError, match=said):
        build_queue_map(queue_data(**changes))


CURVES = pd.DataFrame(
    {
        "capacity_id": ["a", "a", "b", "b"],
        "unit": ["trucks"] * 2 + ["t"] * 2,
        "date": ["2025-01-01", "2025-01-02"] * 2,
        "arrived": [5.0, 9.0, 100.0, 200.0],
        "passed": [5.0, 7.0, 90.0, 180.0],
        "gave_up": [0.0, 0.0, 10.0, 20.0],
    }
)


def test_curves_are_drawn_from_a_table():
    """The area between the curves is the queue: 0 and then 2 trucks."""
    axes = cumulative_curves(CURVES, "a", "Road A").axes[0]
    assert axes.get_title() == "Road A"
    assert axes.get_ylabel() == "trucks, since 2025-01-01"
    assert {line.get_label(): list(line.get_ydata()) for line in axes.lines} == {
        "arrived": [5.0, 9.0],
        "left the queue": [5.0, 7.0],
    }
    with pytest.raises(co.UnknownIdError, match="no queue at a capacity 'c'"):
        cumulative_curves(CURVES, "c")


def test_curves_that_never_part_are_no_queue():
    assert tallest(CURVES, ["b", "a"]) == "a"
    assert tallest(CURVES, ["b"]) is None


def test_a_run_draws_its_largest_queue_and_says_where_there_is_none():
    sim = co.simulate(one_road(16), scenario(close("a-b-road")), 20, start=DAY0)
    assert sim.plot().axes[0].get_title() == "C"
    calm = co.simulate(one_road(16), None, 3, start=DAY0)
    with pytest.raises(co.UnknownIdError, match="no capacity has had a queue"):
        calm.plot()


def imports_of(path):
    """Return the modules of the package that a module names, those for types too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("corridors"):
            found |= {node.module, *(f"{node.module}.{a.name}" for a in node.names)}
        elif isinstance(node, ast.Import):
            found |= {a.name for a in node.names if a.name.startswith("corridors")}
    return found


def test_the_room_of_days_imports_nothing_above_it_and_has_no_circle():
    package = Path(co.__file__).parent
    paths = [*(package / "simulation").rglob("*.py"), package / "maps" / "queuemap.py"]
    named = {}
    for path in paths:
        parts = path.relative_to(package.parent).with_suffix("").parts
        named[".".join(p for p in parts if p != "__init__")] = imports_of(path)
    above = ("analysis", "cli", "exchange")
    for name, found in named.items():
        upward = ("scenarios", "assignment", "simulation", *above) if ".maps." in name else above
        assert not {f for f in found if f.split(".")[1:2] and f.split(".")[1] in upward}, name
    left = {name: found & named.keys() - {name} for name, found in named.items()}
    while free := [name for name, found in left.items() if not found]:
        left = {name: found - set(free) for name, found in left.items() if name not in free}
    assert not left
