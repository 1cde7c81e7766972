"""What a script with tables hands over: columns, arrays, spans of time, geometries, paths."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import importlib
import json
import pkgutil

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import toys

import corridors as co

DAY = "2026-01-01"
LINK = "a-b-road"


@pytest.fixture(scope="module")
def net():
    return toys.two_ways()


MANY = {
    "a column": lambda: pd.Series([LINK]),
    "an index": lambda: pd.Index([LINK]),
    "an array": lambda: np.array([LINK]),
    "an array of objects": lambda: np.array([LINK], dtype=object),
    "a categorical": lambda: pd.Categorical([LINK]),
    "a tuple": lambda: (LINK,),
    "a set": lambda: {LINK},
    "keys": {LINK: 1}.keys,
    "values": {1: LINK}.values,
    "a generator": lambda: (name for name in [LINK]),
    "a map": lambda: map(str, [LINK]),
    "text of NumPy": lambda: np.str_(LINK),
}


@pytest.mark.parametrize("kind", MANY)
def test_what_is_many_is_a_list_of_names(net, kind):
    listed = net.close(link=[LINK]).assign(as_of=DAY)
    assert net.close(link=MANY[kind]()).assign(as_of=DAY).summary == listed.summary
    event = {"close": {"link": MANY[kind]()}}
    told = co.scenario({"name": "x", "as_of": DAY, "events": [event]})
    assert (
        co.assign(net, told).summary["shortfall_t_per_day"]
        == (listed.summary["shortfall_t_per_day"])
    )


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (pd.Series([], dtype=str), "saw [], expected a name"),
        (np.array([1]), "saw 1, expected text"),
        (pd.Series([None]), "expected"),
        (pd.Series(["nowhere"]), "no link 'nowhere'"),
    ],
    ids=repr,
)
def test_a_column_of_no_names_is_told_in_one_line(net, names, said):
    with pytest.raises(co.ScenarioError) as told:
        net.close(link=names).assign(as_of=DAY)
    assert said in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("cargo", [pd.Series(["bulk"]), np.array(["bulk"]), ("bulk",)], ids=repr)
def test_cargo_may_be_a_column(net, cargo):
    banned = net.ban("bulk", link=LINK).assign(as_of=DAY)
    assert net.ban(cargo, link=LINK).assign(as_of=DAY).summary == banned.summary


A_DAY = [
    dt.timedelta(days=1),
    pd.Timedelta("24h"),
    np.timedelta64(1, "D"),
    np.timedelta64(86400, "s"),
    "1 day",
]


@pytest.mark.parametrize("span", A_DAY, ids=repr)
def test_a_span_of_time_is_one(net, span):
    late = net.delay("24 h", link=LINK).assign(as_of=DAY)
    assert net.delay(span, link=LINK).assign(as_of=DAY).summary == late.summary
    built = net.close(link=LINK, from_=DAY, until="2026-01-09", over=span, start_up=span)
    assert (built.events[0].over_hours, built.events[0].start_up_hours) == (24, 24)
    assert co.simulate(net, days=2, start=DAY, step=span).waterfall.equals(
        co.simulate(net, days=2, start=DAY, step="1d").waterfall
    )
    curve = co.curve(net, f"delay link:{LINK} by 5 h from {DAY}", by=[span])
    assert len(curve.table) == 1


@pytest.mark.parametrize(
    "span", [pd.NaT, np.timedelta64("NaT"), dt.timedelta(days=-1), None, [1], "x"], ids=repr
)
def test_what_is_no_span_of_time_is_told(net, span):
    for ask in (
        lambda: net.delay(span, link=LINK),
        lambda: co.simulate(net, days=2, start=DAY, step=span),
    ):
        with pytest.raises(co.ScenarioError) as told:
            ask()
        assert "argument" not in str(told.value)


@pytest.mark.parametrize("values", [np.arange(1, 4), range(1, 4), (1, 2, 3), iter([1, 2, 3])])
def test_values_of_a_family_may_be_an_array(net, values):
    curve = co.curve(net, f"close link:{LINK} from {DAY}", duration=values)
    assert curve.table["duration"].tolist() == [1, 2, 3]


def test_an_area_may_be_a_geometry_a_table_of_them_or_a_path(net, tmp_path):
    a = net.nodes.loc["a", "geometry"]
    box = shapely.box(a.x - 0.1, a.y - 0.1, a.x + 0.1, a.y + 0.1)
    frame = gpd.GeoDataFrame(geometry=[box], crs="EPSG:4326")
    path = tmp_path / "area.geojson"
    path.write_text(json.dumps(shapely.geometry.mapping(box)), encoding="utf-8")
    shut = net.close(within=str(path)).assign(as_of=DAY).summary
    assert shut["shortfall_t_per_day"] > 0
    for area in (box, frame, frame.geometry, frame.to_crs(3857), frame.to_crs(3857).geometry, path):
        assert net.close(within=area).assign(as_of=DAY).summary == shut
    for empty in (shapely.Point(1, 1), shapely.Polygon(), tmp_path / "nothing.geojson"):
        with pytest.raises(co.ScenarioError, match="within: "):
            net.close(within=empty).assign(as_of=DAY)


@pytest.mark.parametrize("key", [["cargo"], ("cargo", "mode"), None, pd.Index(["cargo"]), 5])
def test_a_key_that_is_none_is_told(net, key):
    plan = co.assign(net, as_of=DAY)
    with pytest.raises(co.UnknownIdError, match="results cannot be grouped by"):
        plan.by(key)


def test_results_can_be_held_against_one_another(net):
    """`==` is an answer and no error, and each may be a key of a dictionary."""
    for made in (
        co.headroom(net, as_of=DAY),
        co.min_cut(net, "a", "d", "bulk", as_of=DAY),
        co.assign(net, as_of=DAY),
        co.assign(net, as_of=DAY).state,
        co.compare(co.assign(net, as_of=DAY), net.close(link=LINK).assign(as_of=DAY)),
    ):
        assert made == made
        assert made != copy.deepcopy(made)
        assert {made: 1}[made] == 1


def test_no_class_compares_tables_or_arrays_by_their_truth():
    """Two of them are unequal by the first array, and Python would raise where it asks."""
    found = []
    for module in pkgutil.walk_packages(co.__path__, "corridors."):
        if module.name.startswith("corridors.flow") or module.name.endswith("__main__"):
            continue
        for name, kind in vars(importlib.import_module(module.name)).items():
            if (
                name.startswith("_")
                or not isinstance(kind, type)
                or kind.__module__ != module.name
                or not dataclasses.is_dataclass(kind)
                or not kind.__dataclass_params__.eq
            ):
                continue
            arrays = ("DataFrame", "Series", "NDArray", "Floats", "Ints", "Flags")
            found += [
                f"{name}.{f.name}"
                for f in dataclasses.fields(kind)
                if f.compare and any(word in str(f.type) for word in arrays)
            ]
    assert found == []


def test_an_area_in_which_nothing_lies_is_told_what_a_position_is(net):
    """The commonest reason is that the two are swapped."""
    a = net.nodes.loc["a", "geometry"]
    swapped = shapely.box(a.y - 0.1, a.x - 0.1, a.y + 0.1, a.x + 0.1)
    with pytest.raises(co.ScenarioError, match="nothing; a position is a longitude, then"):
        net.close(within=swapped).assign(as_of=DAY)
