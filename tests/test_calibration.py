"""The fit of behaviour: does it find what is there, and are the shipped values its values."""

from __future__ import annotations

import json

import numpy as np
import pytest
from command import corridors

import corridors as co
from corridors.analysis.validation import calibrate as calibration
from corridors.analysis.validation.calibrate import (
    Parameter,
    find_parameters,
    find_rows,
    fitted_network,
    rounded,
)
from corridors.errors import DataError
from corridors.network.folder import seal


def test_the_range_of_a_parameter_runs_from_minus_one_to_one():
    p = Parameter("patience_days", ("truck",), 7.0, 14.0, 10.0)
    assert [p.value(x) for x in (-1, 0, 1)] == [7.0, 10.5, 14.0]
    assert p.place(14.0) == pytest.approx(1.0)
    assert p.place(p.value(0.3)) == pytest.approx(0.3)


TRUCKS = ("truck-general", "truck-return", "truck-sensitive")


@pytest.fixture(scope="module")
def fitted(net):
    """Return the rows that the shipped network is fitted to."""
    return [row for row, _ in find_rows(net)]


def test_parameters_are_those_of_the_provenance(net, fitted):
    days, spread = find_parameters(net, fitted)
    assert days.cargo == spread.cargo == TRUCKS
    assert (days.low, days.high) == (7.0, 14.0)
    assert (spread.low, spread.high) == (0.0, 1.0)
    assert days.low <= days.shipped <= days.high


def test_what_is_fitted_stands_in_the_observations(net, fitted):
    assert [row["observation_id"] for row in fitted] == [
        "kzru-queue-1002", "kzru-queue-mashtakovo", "poland-kozlovichi-wait",
    ]  # fmt: skip
    one = [row | {"fits": "{spot_share: container}"} for row in fitted[:1]]
    found = find_parameters(net, [*one, *fitted[1:]])
    assert [(p.column, p.cargo) for p in found] == [
        ("patience_days", TRUCKS), ("patience_spread", TRUCKS), ("spot_share", ("container",)),
    ]  # fmt: skip


def test_a_range_must_be_shared(net, fitted):
    mixed = fitted[0] | {"fits": "{patience_days: [truck-general, container]}"}
    with pytest.raises(DataError, match="expected one of each for all"):
        find_parameters(net, [mixed])
    with pytest.raises(DataError, match="another row says truck-general, truck-return"):
        find_parameters(net, [*fitted, fitted[0] | {"fits": "{patience_days: truck-general}"}])


def test_only_rows_that_say_what_is_fitted_to_them_are(net):
    with pytest.raises(DataError, match=r"kzru-queue-1015.*validate"):
        co.calibrate(net, rows=("kzru-queue-1015",))
    with pytest.raises(DataError, match=r"no observation nothing"):
        co.calibrate(net, rows=("nothing",))


def _line(fit, values):
    """Queues that are lines in patience x and spread y: 600 x + 500, 300 x - 1000 y, x."""
    fit.runs += 1
    x, y = values
    return np.array([600 * x + 500, 300 * x - 1000 * y, x])


def test_the_fit_finds_the_least_misfit(net, monkeypatch):
    """Compared with a search over all values, to the digits that are kept."""
    monkeypatch.setattr(calibration, "windows", lambda *_rows, **_least: {})
    monkeypatch.setattr(calibration._Fit, "modelled", _line)
    found = co.calibrate(net)
    fit = calibration._Fit(net, find_rows(net), lambda _w, _n: None)

    def misfit(x, y):
        places = [p.place(v) for p, v in zip(fit.parameters, (x, y), strict=True)]
        misses = fit.misses(fit.modelled(np.array([x, y])))
        return float((misses**2).sum() + sum(q**2 for q in places))

    grid = [
        (misfit(x, y), x, y)
        for x in np.arange(7.0, 14.01, 0.1)
        for y in np.arange(0.0, 1.001, 0.02)
    ]
    least, x, y = min(grid)
    fitted = found.parameters.set_index("column")["fitted"]
    # The search goes in tenths of a day and fiftieths.
    assert fitted["patience_days"] == pytest.approx(x, abs=0.2)
    assert fitted["patience_spread"] == pytest.approx(y, abs=0.03)
    assert found.misfit_fitted == pytest.approx(least, rel=0.01)
    assert found.misfit_fitted <= found.misfit_shipped
    assert found.observations["fitted"].tolist() == pytest.approx(
        _line(fit, fitted.to_numpy()).tolist()
    )


def test_an_unreachable_observation_counts_about_its_distance():
    """Far from its range the root of rho grows like the root of the miss, not like the miss."""
    fit = calibration._Fit.__new__(calibration._Fit)
    fit.rows = [{"value": 10.0, "low": 8.0, "high": 14.0}] * 3
    off = fit.misses(np.array([14.0, 8.0, 10.0 + 4.0 * 100]))
    root = np.sqrt(2 * (np.sqrt(2.0) - 1))
    assert off[:2] == pytest.approx([root, -root])
    assert off[2] == pytest.approx(np.sqrt(2 * (np.sqrt(1 + 100.0**2) - 1)))


def test_shipped_patience_is_what_the_fit_says(net):
    """A twentieth of the range either way fits worse; nobody has set the values by hand."""
    fit = calibration._Fit(net, find_rows(net), lambda _w, _n: None)
    places = np.array([p.place(p.shipped) for p in fit.parameters])

    def misfit(at):
        return float((fit.residuals(at) ** 2).sum())

    here = misfit(places)
    for i in range(len(places)):
        for sign in (-1, 1):
            moved = places.copy()
            moved[i] += sign * 0.3
            assert misfit(moved) > here
    for p in fit.parameters:
        assert p.shipped == rounded(p.shipped)


def test_the_fitted_network_says_where_its_values_come_from(net, monkeypatch):
    monkeypatch.setattr(calibration, "windows", lambda *_rows, **_least: {})
    monkeypatch.setattr(calibration._Fit, "modelled", _line)
    found = co.calibrate(net)
    other = fitted_network(net, found)
    value = found.parameters.set_index("column")["fitted"]["patience_days"]
    cargo = other.tables["cargo"].set_index("cargo")["patience_days"]
    assert (cargo[list(TRUCKS)] == value).all()
    assert cargo["container"] == net.whole.tables["cargo"].set_index("cargo").loc[
        "container", "patience_days"
    ]  # fmt: skip
    sources = other.tables["provenance"]
    own = sources[(sources["table"] == "cargo") & (sources["row"] == "truck-general")]
    note = own.set_index("column")["note"]["patience_days"]
    assert "Fitted" in note
    assert "kzru-queue-mashtakovo" in note
    assert not co.check(other)


def _command(*words):
    """Run the command line and return what it printed."""
    done = corridors(*words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_network_of_ones_own_is_validated_and_calibrated(tmp_path):
    """The example of `corridors new`, by the command line from an empty folder.

    200 boxes a day over the border are 73,000 a year. By rail they take 200 km at 25 km/h,
    20 km and 6 h at the border, 18 h at the break of gauge and 270 km: 43.6 h. Trucks and
    ferry take (120 + 160) km at 45 km/h, 370 km at 22 km/h and 30 h in each port: 83.04 h.
    """
    mine, fitted = tmp_path / "mine", tmp_path / "fitted"
    _command("new", mine)
    assert json.loads(_command("check", "--network", mine, "--json"))["ok"]
    rows = {r["observation_id"]: r
            for r in json.loads(_command("validate", "--network", mine, "--json"))}  # fmt: skip
    assert rows["container-2025"]["modelled"] == pytest.approx(73_000)
    assert rows["aster-dale-days"]["modelled"] == pytest.approx(43.6 / 24)
    ferry = (280 / 45 + 370 / 22 + 60) / 24
    assert rows["ferry-days"]["modelled"] == pytest.approx(ferry)
    assert rows["ferry-fares"]["modelled"] is None
    assert "no market" in rows["ferry-fares"]["how"]
    queues = ("queue-0309", "queue-0314")
    assert not any(rows[q]["within"] for q in queues)

    found = json.loads(_command("calibrate", "--network", mine, "--out", fitted, "--json"))
    (patience,) = found["parameters"]
    assert (patience["column"], patience["cargo"]) == ("patience_days", "container")
    assert patience["low"] < patience["shipped"] < patience["fitted"] < patience["high"]
    assert found["misfit_fitted"] < found["misfit_shipped"]
    assert [r["observation_id"] for r in found["observations"]] == list(queues)

    # The fitted network is complete: its own scenario has come with it.
    assert json.loads(_command("check", "--network", fitted, "--json"))["ok"]
    again = {r["observation_id"]: r
             for r in json.loads(_command("validate", "--network", fitted, "--json"))}  # fmt: skip
    assert all(again[q]["within"] for q in queues)
    for row in found["observations"]:
        assert again[row["observation_id"]]["modelled"] == pytest.approx(row["fitted"])


def test_a_network_without_rows_to_fit_says_so(tmp_path):
    mine = co.new_network(tmp_path / "mine")
    path = mine / "observations.csv"
    text = path.read_text(encoding="utf-8").replace("{patience_days: [container]}", "")
    path.write_text(text, encoding="utf-8")
    seal(mine)
    assert co.check(mine) == []
    with pytest.raises(DataError, match=r"no observation says in its column `fits`"):
        co.calibrate(co.load(mine))
