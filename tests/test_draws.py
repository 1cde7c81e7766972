"""Simulated draws: within their ranges, the same whatever the order, and resumable."""

from __future__ import annotations

import numpy as np
import pytest

import corridors as co
from corridors.analysis.monte_carlo import _triangular, drawn_network, quantiles, simulated_draws
from corridors.network.ranges import value_ranges


@pytest.fixture(scope="module")
def island(tmp_path_factory):
    """Return the small example network, which is quick to simulate, and its scenario."""
    folder = tmp_path_factory.mktemp("draws") / "island"
    co.new_network(folder)
    return folder


def scenario_of(folder):
    return min(folder.glob("**/*.yaml"))


def test_the_triangle_is_the_one_of_the_books():
    """Low 0, mode 3, high 4: a quarter of the way up the density's area of 3/4 lies at 3."""
    share = np.array([0.0, 0.75, 1.0, 0.1875])
    ones = np.ones(4)
    found = _triangular(share, 0 * ones, 3 * ones, 4 * ones)
    # F(x) = x^2 / 12 below the mode: 0.1875 = 1.5^2 / 12.
    assert found == pytest.approx([0, 3, 4, 1.5])
    assert _triangular(np.array([0.3]), *[np.array([7.0])] * 3) == pytest.approx([7])


def test_draws_stay_in_their_ranges_and_differ(net):
    one, two = drawn_network(net, 1, 0), drawn_network(net, 1, 1)
    for table, column in (("capacities", "amount"), ("demand", "units_per_year")):
        ranges = value_ranges(net, table, column)
        for drawn in (one, two):
            values = drawn.tables[table][column].to_numpy()
            assert (values >= ranges["low"].to_numpy() - 1e-9).all()
            assert (values <= ranges["high"].to_numpy() + 1e-9).all()
        assert not np.allclose(one.tables[table][column], two.tables[table][column])
    again = drawn_network(net, 1, 0)
    assert again.tables["capacities"].equals(one.tables["capacities"])
    assert (one.tables["capacities"]["background"] <= one.tables["capacities"]["amount"]).all()


def test_results_do_not_depend_on_workers_and_are_kept(island, tmp_path):
    net = co.load(island)
    plan = scenario_of(island)
    first = simulated_draws(net, str(plan), 10, draws=4, workers=2, out=tmp_path / "a.jsonl")
    second = simulated_draws(net, str(plan), 10, draws=4, workers=1, out=tmp_path / "b.jsonl")
    assert first.equals(second)
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    table = quantiles(first, 4)
    assert (table["low_5"] <= table["median"]).all()
    assert (table["median"] <= table["high_95"]).all()
    with pytest.raises(co.DataError):
        simulated_draws(net, str(plan), 10, draws=4, seed=9, out=tmp_path / "a.jsonl")


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("draws", 0),
        ("draws", 10**7),
        ("seed", -1),
        ("seed", 2**70),
        ("seed", 0.5),
        ("workers", 0),
        ("workers", 10**6),
        ("days", 0),
        ("days", 10**6),
    ],
)
def test_nonsense_is_refused(net, argument, value):
    with pytest.raises(co.ScenarioError, match=f"{argument}: saw .*, expected a whole number"):
        simulated_draws(net, "poland-closure-2025", **{"days": 10, argument: value})


def test_draws_of_no_day_say_what_gives_them_one(island):
    """No option of theirs is a first day, and none is to be set."""
    with pytest.raises(co.ScenarioError, match="no day is given; say from when") as found:
        simulated_draws(co.load(island), "close border:XA-XB", 3, draws=1, workers=1)
    assert str(found.value).endswith("or as_of in its file")
