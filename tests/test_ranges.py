"""Ranges of numbers: the source's own, or the default by confidence."""

from __future__ import annotations

import pytest
import toys

import corridors as co
from corridors.network.ranges import DEFAULT_SPREAD, value_ranges


def test_the_source_range_goes_before_the_default():
    net = toys.network(
        {"a": "AA", "b": "BB"},
        [{"from_node": "a", "to_node": "b"}],
        [{"origin": "a", "destination": "b", "per_day": 1}],
        capacities=[
            {"capacity_id": name, "name": name, "unit": "t", "amount": 100, "low": low}
            for name, low in (("table", 80), ("source", None), ("none", None), ("other", None))
        ],
        sources=[{"source_id": "s", "publisher": "p", "title": "t"}],
        provenance=[
            {
                "table": "capacities",
                "row": name,
                "column": "amount",
                "source_id": "s",
                "confidence": grade,
                "low": low,
                "high": high,
            }
            for name, grade, low, high in (
                ("table", "A", None, None),
                ("source", "B", 90, 130),
                ("none", "C", None, None),
                ("other", "B", 500, 600),
            )
        ],
    )
    frame = value_ranges(net, "capacities", "amount")
    found = {name: (row["low"], row["high"]) for name, row in frame.iterrows()}
    assert found["table"] == pytest.approx((80, 105))
    assert found["source"] == pytest.approx((90, 130))
    assert found["none"] == pytest.approx((75, 125))
    # A range that does not hold the value is about another figure.
    assert found["other"][0] == pytest.approx(90)
    assert frame.loc["source", "stated"]
    assert not frame.loc["none", "stated"]


def test_spreads_widen_with_doubt():
    values = [DEFAULT_SPREAD[g] for g in "ABCD"]
    assert values == sorted(values)
    assert 0 < values[0] < values[-1] < 1


def test_every_number_of_the_shipped_network_has_a_range(net):
    for table, column in (("capacities", "amount"), ("demand", "units_per_year"),
                          ("transfers", "hours")):  # fmt: skip
        frame = value_ranges(net, table, column)
        assert (frame["low"] <= frame["value"]).all()
        assert (frame["high"] >= frame["value"]).all()
        assert (frame["low"] >= 0).all()


def test_an_unknown_column_is_named(net):
    with pytest.raises(co.UnknownIdError, match=r"capacities\.amount"):
        value_ranges(net, "capacities", "amuont")
