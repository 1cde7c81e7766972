"""What a scenario opens and nobody uses: how much too dear, for whom, worked out by hand."""

from __future__ import annotations

import datetime as dt

import pytest
import toys

import corridors as co

DAY = dt.date(2025, 9, 12)


@pytest.fixture
def net():
    r"""Two ways, the longer of which is not there yet.

    a --100-- b --100-- d        200 USD and 4 h a tonne
     \--150-- c --170--/         320 USD and 6.4 h, planned, over two borders more
              c --50-- e         a dead end, planned
    10 t a day from a to d; time is worth 24 USD a tonne and day, a dollar an hour.
    """
    planned = {"opens": dt.date(2030, 1, 1)}
    return toys.network(
        {"a": "AA", "b": "AA", "c": "CC", "d": "AA", "e": "CC"},
        [
            {"from_node": "a", "to_node": "b"},
            {"from_node": "b", "to_node": "d"},
            {"from_node": "a", "to_node": "c", "length_km": 150, **planned},
            {"from_node": "c", "to_node": "d", "length_km": 170, **planned},
            {"from_node": "c", "to_node": "e", "length_km": 50, **planned},
        ],
        [{"origin": "a", "destination": "d", "per_day": 10}],
        cargo={"bulk": {"name": "Loose goods", "usd_per_unit_day": 24}},
    )


def opened(net, *links):
    plan = co.Scenario("opens").open(link=list(links))
    return co.compare(co.assign(net, as_of=DAY), co.assign(net, plan, as_of=DAY))


def test_the_dearer_way_is_named_with_what_it_costs_more(net):
    """120 USD more for transport and 2.4 h at a dollar: 122.4, for 120 km and two borders."""
    found = opened(net, "a-c-road", "c-d-road")
    [row] = found.idle_openings.to_dict("records")
    assert row["links"] == ("a-c-road", "c-d-road")
    assert row["demand_id"] == "a-d-bulk"
    assert row["transport_usd_per_t"] == pytest.approx(120)
    assert row["time_usd_per_t"] == pytest.approx(2.4)
    assert row["waiting_usd_per_t"] == pytest.approx(0)
    assert row["dearer_usd_per_t"] == pytest.approx(122.4)
    assert (row["added_km"], row["added_borders"], row["added_changes"]) == (120, 2, 0)
    said = found.explain()
    assert (
        "Opens and carries nothing: A–C, C–D (cheapest use is 122 USD a tonne dearer than the best "
        "way for the demand that would gain most, Loose goods A–D: 120 USD for transport, "
        "2.4 USD for time; 120 km longer, 2 borders more)."
    ) in said
    assert found.to_dict()["idle_openings"][0]["links"] == ("a-c-road", "c-d-road")


def test_a_dead_end_is_used_by_nobody(net):
    """A way out and back is no use; 100 km and 2 h would have been taken for one."""
    found = opened(net, "a-c-road", "c-d-road", "c-e-road")
    rows = found.idle_openings.set_index("links")
    assert list(rows["demand_id"].isna()) == [False, True]
    assert rows.index[1] == ("c-e-road",)
    assert "C–E (no demand of the network can pass there)" in found.explain()


def test_what_is_used_is_not_idle(net):
    """With the old way shut all goes by the new one."""
    plan = co.Scenario("both").open(link=["a-c-road", "c-d-road"]).close(node="b")
    found = co.compare(co.assign(net, as_of=DAY), co.assign(net, plan, as_of=DAY))
    assert found.idle_openings.empty
    assert "carries nothing" not in found.explain()


@pytest.mark.parametrize("model", ["optimal", "logit"])
def test_a_full_way_makes_a_dear_one_worth_its_price(model):
    r"""The price of the full way is in the gap: with 6 of 10 t let pass the rest goes round.

    a --100-- b --100-- d, at most 6 t; a --150-- c --170-- d opens.
    """
    planned = {"opens": dt.date(2030, 1, 1)}
    net = toys.network(
        {"a": "AA", "b": "AA", "c": "CC", "d": "AA"},
        [
            {"from_node": "a", "to_node": "b"},
            {"from_node": "b", "to_node": "d"},
            {"from_node": "a", "to_node": "c", "length_km": 150, **planned},
            {"from_node": "c", "to_node": "d", "length_km": 170, **planned},
        ],
        [{"origin": "a", "destination": "d", "per_day": 10}],
        capacities=[{"capacity_id": "narrow", "name": "narrow", "unit": "t", "amount": 6}],
        capacity_members=[{"capacity_id": "narrow", "link_id": "a-b-road"}],
    )
    plan = co.Scenario("opens").open(link=["a-c-road", "c-d-road"])
    hit = co.assign(net, plan, as_of=DAY, model=model)
    found = co.compare(co.assign(net, as_of=DAY, model=model), hit)
    assert found.idle_openings.empty
    assert found.change["newly_served_t_per_day"] == pytest.approx(4, abs=0.01)
