"""Pictures show what stands in the tables, on the axes they are given."""

from __future__ import annotations

import io

import corridors.plots
import numpy as np
import pandas as pd
import pytest
import toys
from matplotlib.figure import Figure
from simulate_toys import DAY0, close, link, one_road, scenario

import corridors as co
from corridors import plots
from corridors.errors import ProblemError, UnknownIdError


def axes():
    return Figure().add_subplot()


def bars_of(ax):
    """Return what a picture of horizontal bars says, by name."""
    names = [label.get_text() for label in ax.get_yticklabels()]
    return dict(zip(names, (bar.get_width() for bar in ax.patches), strict=False))


@pytest.fixture(scope="module")
def closure():
    """Six of ten leave a way that closes; the other one carries eight, and two stay."""
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b", 4.0, length_km=100), link("a", "b", 9.0, link_id="slow", length_km=300)],
        [{"origin": "a", "destination": "b", "per_day": 10}],
        cargo={"bulk": {"unit": "t", "t_per_unit": 1}},
        capacities=[
            {"capacity_id": "gate", "name": "Gate", "unit": "t", "amount": 6},
            {"capacity_id": "lane", "name": "Lane", "unit": "t", "amount": 8},
        ],
        capacity_members=[
            {"capacity_id": "gate", "link_id": "a-b-road", "direction": "forward"},
            {"capacity_id": "lane", "link_id": "slow", "direction": "forward"},
        ],
    )
    plan = scenario({"close": {"link": "a-b-road"}})
    return co.compare(co.assign(net, as_of=DAY0), co.assign(net, plan, as_of=DAY0))


@pytest.fixture(scope="module")
def days():
    return co.simulate(one_road(16), scenario(close("a-b-road")), 15, start=DAY0)


def test_a_waterfall_is_its_table(closure):
    ax = plots.waterfall(closure)
    steps = dict(closure.waterfall.itertuples(index=False))
    assert bars_of(ax) == pytest.approx(
        {name: steps[name] for name in ("rerouted", "newly unserved")}
    )
    assert "Of 10.0 t a day" in ax.get_title(loc="left")


def test_shares_are_the_corridors_before_and_after(closure):
    ax = plots.shares(closure)
    drawn = [bar.get_width() * 1000 for bar in ax.patches]
    table = closure.by_corridor.sort_values("before_t_per_day", ascending=False)
    table = table[(table["before_t_per_day"] > 0) | (table["after_t_per_day"] > 0)]
    assert drawn == pytest.approx([*table["before_t_per_day"], *table["after_t_per_day"]])


def test_the_ladder_shows_use_before_and_after(closure):
    ax = plots.utilisation(closure)
    names = [label.get_text() for label in ax.get_yticklabels()]
    after = closure.disrupted.capacities.set_index("name")["use"]
    shown = {
        names[int(y)]: x / 100
        for dots in ax.collections
        if dots.get_label() in {"full", "not full"}
        for x, y in dots.get_offsets()
    }
    assert shown == pytest.approx(after[after > 0].to_dict())
    alone = plots.utilisation(closure.baseline)
    assert all(dots.get_label() != "before" for dots in alone.collections)


def test_small_multiples_have_a_map_each_on_one_scale(closure):
    drawn = plots.small_multiples({"one": closure, "$two$": closure})
    assert [ax.get_title(loc="left") for ax in drawn] == ["one", "$two$"]
    widths = [max(line.get_linewidth() for line in ax.get_lines()) for ax in drawn]
    assert widths[0] == widths[1]
    with pytest.raises(ProblemError, match="at least one"):
        plots.small_multiples([])


def test_what_a_scenario_changes_is_what_lines_gain_and_lose(closure):
    net = closure.disrupted.state.net
    changed = dict(zip(net.links.index, closure.changed_lines(), strict=True))
    assert changed["slow"].t_per_day == pytest.approx(8 - 4)
    assert changed["a-b-road"].closed


def test_the_days_add_up_to_the_table(days):
    ax = plots.daily(days)
    parts = [label.get_text() for label in ax.get_legend().get_texts()]
    last = days.daily.iloc[-1]
    for name, area in zip(parts, ax.collections, strict=True):
        top = area.get_paths()[0].vertices
        at_end = top[top[:, 0] == top[:, 0].max()][:, 1]
        assert np.ptp(at_end) * 1000 == pytest.approx(last[name.replace(" ", "_")])


def test_queues_are_the_table_of_queues(days):
    ax = plots.queues(days)
    most = days.queues.groupby("name")["t"].max() / 1000
    drawn = {line.get_label(): line.get_ydata().max() for line in ax.get_lines()}
    assert drawn == pytest.approx(most.to_dict())
    one = days.queues["capacity_id"].iloc[0]
    band = pd.DataFrame({"date": days.queues["date"].head(2), "low": [0, 0], "high": [1, 2]})
    ax = plots.queue(days, one, band=band)
    mine = days.queues[days.queues["capacity_id"] == one]
    assert ax.get_lines()[0].get_ydata().tolist() == mine["queue"].tolist()
    assert len(ax.collections) == 1
    with pytest.raises(UnknownIdError, match="no queue at a capacity"):
        plots.queue(days, one + "x")


def test_criticality_is_the_worst_first(closure):
    table = co.criticality(closure.baseline.state.net.whole, of="link", as_of=DAY0)
    ax = plots.criticality(table, figure="rerouted_t_per_day", n=1)
    assert list(bars_of(ax).values()) == [table["rerouted_t_per_day"].max()]


def test_validation_shows_what_is_modelled_and_counts_what_it_cannot_show():
    table = pd.DataFrame(
        {
            "observed": [100.0, 10.0, 5.0, 7.0],
            "modelled": [120.0, 40.0, 0.0, np.nan],
            "role": ["calibrate", "validate", "validate", "validate"],
            "within": [True, False, False, None],
        }
    )
    ax = plots.validation(table)
    dots = {d.get_label(): d.get_offsets().tolist() for d in ax.collections}
    assert dots["calibrate, in range (1)"] == [[100.0, 1.2]]
    assert dots["validate, out of range (1)"] == [[10.0, 4.0]]
    assert ax.texts[0].get_text() == "1 not shown: zero on one side"


def test_a_fan_and_a_tornado_are_their_tables():
    percentiles = pd.DataFrame(
        {"date": ["2026-01-01", "2026-01-02"], "p5": [0, 1], "p50": [2, 3], "p95": [5, 8]}
    )
    ax = plots.fan(percentiles, unit="trucks")
    assert ax.get_lines()[0].get_ydata().tolist() == [2, 3]
    assert ax.get_ylabel() == "trucks"
    drivers = pd.DataFrame({"input": ["a", "b", "c"], "correlation": [0.1, -0.9, 0.4]})
    ax = plots.tornado(drivers, n=2)
    assert bars_of(ax) == {"b": -0.9, "c": 0.4}


def test_pictures_go_on_axes_of_the_callers_and_leave_its_settings_alone(closure):
    from matplotlib import rcParams

    before = dict(rcParams)
    ax = axes()
    assert closure.plot.waterfall(ax=ax) is ax
    assert dict(rcParams) == before


def test_results_have_their_pictures_as_methods(closure, days):
    assert dir(closure.plot) == sorted(["waterfall", "shares", "utilisation", "before_after"])
    assert len(closure.plot.before_after()) == 2
    assert days.plot.waterfall().get_xlabel() == "t"
    assert days.plot().axes[0].get_lines()
    with pytest.raises(AttributeError, match="did you mean shares"):
        closure.plot.share()
    assert corridors.plots.waterfall is plots.waterfall


def test_the_same_picture_is_the_same_bytes(closure):
    drawn = []
    for _ in range(2):
        out = io.BytesIO()
        plots.waterfall(closure).figure.savefig(out, format="png", metadata={"Software": None})
        drawn.append(out.getvalue())
    assert drawn[0] == drawn[1]
