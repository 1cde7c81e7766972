"""Distances and times that others have measured: docs/known.md, recomputed row by row."""

from __future__ import annotations

from pathlib import Path

import pytest
import toys

import corridors as co
from corridors.analysis.best_route import best_route

PAGE = Path(__file__).parent.parent / "docs" / "known.md"


def rows():
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    table = [line for line in lines if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_known_figure_is_met_and_stated(net, row):
    way, places, cargo, avoiding, published, accepted, modelled = row
    low, high = (float(x) for x in accepted.split(" to "))
    assert low <= float(published) <= high
    route = best_route(
        net, places.split(", "), cargo, "2025-10-15", avoid=[a for a in avoiding.split(", ") if a]
    )
    value = route.km if way.endswith("km") else route.days
    digits = 0 if way.endswith("km") else 1
    assert f"{value:.{digits}f}" == modelled
    assert low <= value <= high


def test_a_best_route_passes_its_places_in_order():
    """The short way a-b-d is left for c, and back through b for d.

    a --100-- b --100-- d
               \\--50--- c
    """
    net = toys.network(
        {"a": "AA", "b": "BB", "c": "CC", "d": "DD"},
        [
            {"from_node": "a", "to_node": "b"},
            {"from_node": "b", "to_node": "d"},
            {"from_node": "b", "to_node": "c", "length_km": 50},
        ],
        [{"origin": "a", "destination": "d", "per_day": 1}],
    )
    route = best_route(net, ["a", "c", "d"], "bulk", "2025-01-01")
    assert route.links == ("a-b-road", "b-c-road", "b-c-road", "b-d-road")
    assert (route.km, route.hours, route.usd) == (300, 6, 300)
    assert best_route(net, ["a", "d"], "bulk", "2025-01-01").km == 200
    with pytest.raises(co.ScenarioError, match="no route"):
        best_route(net, ["a", "d"], "bulk", "2025-01-01", avoid=["b"])
    with pytest.raises(co.UnknownIdError, match="no node 'x'"):
        best_route(net, ["a", "x"], "bulk", "2025-01-01")
