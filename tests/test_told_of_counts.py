"""What is said of counts: which way they go, and how well nothing is predicted."""

from __future__ import annotations

import pytest
import toys
from command import corridors, shipped
from test_count_fit import observed, shared, two_ways

from corridors.analysis.cross_validation import cross_validate, scores
from corridors.analysis.validation.wording import _selector, names_of
from corridors.network import network


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"link": "a-b-road", "direction": "forward"}, "A–B by road from A to B"),
        ({"link": "a-b-road", "direction": "backward"}, "A–B by road from B to A"),
        ({"link": ["a-b-road"], "direction": "forward"}, "A–B by road from A to B"),
        ({"border": ["AA", "BB"], "direction": "AA>BB"}, "the border AA–BB from AA to BB"),
        ({"mode": "road", "direction": "forward"}, "by road in the forward direction"),
    ],
)
def test_a_direction_is_told_by_its_ends(what, said):
    net = toys.network(
        {"a": "AA", "b": "BB"}, [{"from_node": "a", "to_node": "b"}],
        [{"origin": "a", "destination": "b", "per_day": 1}],
    )  # fmt: skip
    assert _selector(what, names_of(net)) == said


def test_nothing_predicted_is_neither_good_nor_bad():
    found = scores([])
    assert found == {"within_25_percent": None, "mean_absolute_log_error": None}
    only = cross_validate(two_ways(shared("all", "a-d")), 2)
    assert only.rows == []
    assert only.within_25_percent is None
    assert only.to_dict()["places_apart"]["mean_absolute_log_error"] is None


def test_the_command_says_that_no_count_is_left(monkeypatch):
    # Read before, as all commands of this process share it.
    shipped()
    monkeypatch.setattr(network, "load", lambda *_: two_ways(shared("all", "a-d")))
    ended = corridors("calibrate", "--folds", "2", "--network", "x")
    assert ended.returncode == 0, ended.stderr
    assert "no count is left to predict" in ended.stderr
    assert "within a quarter" not in ended.stderr
    some = two_ways(shared("all", "a-d"), observed("one", 5.0, "b-d-road"))
    monkeypatch.setattr(network, "load", lambda *_: some)
    told = corridors("calibrate", "--folds", "2", "--network", "x").stderr
    assert "% within a quarter" in told
