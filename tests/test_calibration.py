"""The fit of behaviour: does it find what is there, and are the shipped values its values."""

from __future__ import annotations

import numpy as np
import pytest

import corridors as co
from corridors.analysis.validation import calibrate as calibration
from corridors.analysis.validation.calibrate import (
    Parameter,
    find_parameters,
    fitted_network,
    rounded,
)
from corridors.errors import DataError


def test_the_range_of_a_parameter_runs_from_minus_one_to_one():
    p = Parameter("patience_days", ("truck",), 7.0, 14.0, 10.0)
    assert [p.value(x) for x in (-1, 0, 1)] == [7.0, 10.5, 14.0]
    assert p.place(14.0) == pytest.approx(1.0)
    assert p.place(p.value(0.3)) == pytest.approx(0.3)


def test_parameters_are_those_of_the_provenance(net):
    days, spread = find_parameters(net)
    assert (days.low, days.high) == (7.0, 14.0)
    assert (spread.low, spread.high) == (0.0, 1.0)
    assert days.low <= days.shipped <= days.high


def test_a_range_must_be_shared(net):
    with pytest.raises(DataError, match="expected one of each for all"):
        find_parameters(net, ("truck-general", "container"))
    with pytest.raises(DataError, match="no cargo lorry"):
        find_parameters(net, ("lorry",))


def test_only_rows_marked_calibrate_are_fitted_to(net):
    with pytest.raises(DataError, match=r"kzru-queue-1015.*validate"):
        co.calibrate(net, rows=("kzru-queue-1015",))
    with pytest.raises(DataError, match="no observation nothing"):
        co.calibrate(net, rows=("nothing",))


def _line(fit, values):
    """Queues that are lines in patience x and spread y: 600 x + 500, 300 x - 1000 y, x."""
    fit.runs += 1
    x, y = values
    return np.array([600 * x + 500, 300 * x - 1000 * y, x])


def test_the_fit_finds_the_least_misfit(net, monkeypatch):
    """Compared with a search over all values, to the digits that are kept."""
    monkeypatch.setattr(calibration, "_windows", lambda _rows: {})
    monkeypatch.setattr(calibration._Fit, "modelled", _line)
    found = co.calibrate(net)
    fit = calibration._Fit(net, find_parameters(net), calibration.ROWS, lambda _w, _n: None)

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
    fit = calibration._Fit(net, find_parameters(net), calibration.ROWS, lambda _w, _n: None)
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
    monkeypatch.setattr(calibration, "_windows", lambda _rows: {})
    monkeypatch.setattr(calibration._Fit, "modelled", _line)
    found = co.calibrate(net)
    other = fitted_network(net, found)
    value = found.parameters.set_index("column")["fitted"]["patience_days"]
    cargo = other.tables["cargo"].set_index("cargo")["patience_days"]
    assert (cargo[list(calibration.TRUCKS)] == value).all()
    assert cargo["container"] == net.whole.tables["cargo"].set_index("cargo").loc[
        "container", "patience_days"
    ]  # fmt: skip
    sources = other.tables["provenance"]
    own = sources[(sources["table"] == "cargo") & (sources["row"] == "truck-general")]
    note = own.set_index("column")["note"]["patience_days"]
    assert "Fitted" in note
    assert "kzru-queue-mashtakovo" in note
    assert not co.check(other)
