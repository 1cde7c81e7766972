"""Draws of what is uncertain: the hypercube, the networks, what comes out and what drives it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import toys
from typer.testing import CliRunner

import corridors as co
from corridors.analysis.uncertainty.inputs import UncertainInputs
from corridors.analysis.uncertainty.uncertainty import uncertainty
from corridors.cli.app import app

DAY = "2025-06-01"
SHUT = f"name: shut\nas_of: {DAY}\nevents:\n  - close: {{link: a-b-road}}\n    from: 2025-01-01\n"


def gates(**cargo):
    """Draw a short way that the scenario shuts, and a gate on the way round::

        a --100-- b
        a --80--- c =80= b     (at most 6 a day, inferred: 3 to 9)

    Ten a day are wanted; what does not fit through the gate stays.
    """
    return toys.network(
        {"a": "AA", "b": "BB", "c": "CC"},
        [
            {"from_node": "a", "to_node": "b"},
            {"from_node": "a", "to_node": "c", "length_km": 80},
            {"from_node": "c", "to_node": "b", "length_km": 80},
        ],
        [{"origin": "a", "destination": "b", "per_day": 10, "low": 3649, "high": 3651}],
        cargo={"bulk": {"unit": "t", "t_per_unit": 1, **cargo}},
        capacities=[{"capacity_id": "gate", "name": "gate", "unit": "t", "amount": 6}],
        capacity_members=[{"capacity_id": "gate", "link_id": "c-b-road"}],
    )


@pytest.fixture
def shut(tmp_path):
    path = tmp_path / "shut.yaml"
    path.write_text(SHUT, encoding="utf-8")
    return path


def test_each_input_takes_every_slice_of_its_range_once():
    inputs = UncertainInputs(gates(), choice=True)
    places = inputs.places(40, 7)
    assert places.shape == (40, len(inputs.names))
    for column in places.T:
        assert np.sort(np.floor(column * 40)).tolist() == list(range(40))
    assert places.tolist() == UncertainInputs(gates(), choice=True).places(40, 7).tolist()
    assert places.tolist() != inputs.places(40, 8).tolist()


def test_a_draw_depends_on_its_name_and_not_on_what_else_is_drawn():
    few, more = UncertainInputs(gates()), UncertainInputs(gates(elasticity=-1), choice=True)
    assert set(few.names) < set(more.names)
    order = [more.names.index(name) for name in few.names]
    assert few.places(9, 3).tolist() == more.places(9, 3)[:, order].tolist()


def test_drawn_values_lie_in_their_ranges_and_the_mode_is_the_value():
    net = gates()
    inputs = UncertainInputs(net, choice=True)
    low = inputs.network(np.zeros(len(inputs.names)))
    high = inputs.network(np.ones(len(inputs.names)) - 1e-12)
    middle = inputs.network(np.full(len(inputs.names), 0.5))
    amounts = [n.tables["capacities"]["amount"].item() for n in (low, middle, high)]
    assert amounts == pytest.approx([3.0, 6.0, 9.0], abs=1e-4)
    # A range from 3649 to 3651 about 3650 a year is the source's, not half of the value.
    assert low.tables["demand"]["units_per_year"].item() == pytest.approx(3649)
    assert net.tables["capacities"]["amount"].item() == 6.0


def test_the_shortfall_is_driven_by_the_gate_and_follows_its_distribution(shut):
    found = uncertainty(gates(), shut, 60, 1, workers=1)
    rows = found.percentiles.set_index("quantity")
    lost = rows.loc["newly_unserved_t_per_day"]
    assert lost["central"] == pytest.approx(4.0, abs=1e-6)
    # The gate lets 3 to 9 pass, triangular about 6: its 5 % ends are 3.95 and 8.05.
    end = 3 + np.sqrt(0.05 * 6 * 3)
    assert lost["high_95"] == pytest.approx(10 - end, abs=0.15)
    assert lost["low_5"] == pytest.approx(10 - (12 - end), abs=0.15)
    top = found.drivers[found.drivers["quantity"] == "newly_unserved_t_per_day"].iloc[0]
    assert (top["input"], bool(top["beyond_chance"])) == ("capacity: gate", True)
    assert top["rank_correlation"] < -0.99
    # The shadow price says the same: each unit less loses 10,000 less the 160 of the way.
    dual = found.duals.iloc[0]
    assert (dual["capacity_id"], dual["low"]) == ("gate", 3.0)
    assert dual["damage_usd_per_day_at_low"] == pytest.approx(3 * (10_000 - 160))


def test_the_same_seed_gives_the_same_bytes_whatever_the_workers(shut, tmp_path):
    net = gates(elasticity=-1)
    texts = []
    for name, kind in (("one", {}), ("two", {"workers": 2})):
        target = tmp_path / f"{name}.jsonl"
        found = uncertainty(net, shut, 6, 3, out=target, **({"workers": 1} | kind))
        texts.append((target.read_bytes(), json.dumps(found.to_dict())))
    with ThreadPoolExecutor(1) as pool:
        other = uncertainty(net, shut, 6, 3, executor=pool)
    assert texts[0] == texts[1]
    assert json.dumps(other.to_dict()) == texts[0][1]
    assert uncertainty(net, shut, 6, 4, workers=1).to_dict() != other.to_dict()


def test_draws_that_were_stopped_go_on(shut, tmp_path):
    whole = tmp_path / "whole.jsonl"
    uncertainty(gates(), shut, 5, 3, workers=1, out=whole)
    lines = whole.read_text("utf-8").splitlines(keepends=True)
    part = tmp_path / "again.jsonl.part"
    part.write_text("".join(lines[:3]), encoding="utf-8")
    uncertainty(gates(), shut, 5, 3, workers=1, out=tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == whole.read_bytes()


def test_days_and_route_choice_are_drawn_too(shut):
    found = uncertainty(gates(usd_per_unit_day=5), shut, 3, model="logit", days=3, workers=1)
    assert "dispersion of choices" in found.inputs
    names = set(found.percentiles["quantity"])
    assert "newly_unserved_t_per_day" in names
    assert any(name.startswith("waterfall_t: ") for name in names)
    assert not len(found.duals)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"n": 0}, "uncertainty: saw 0, expected a whole number from 1"),
        ({"seed": -1}, "seed: saw -1"),
        ({"workers": 0}, "workers: saw 0"),
        ({"model": "logt"}, "no model 'logt'; did you mean logit"),
    ],
)
def test_numbers_that_make_no_sense_are_named(shut, wrong, message):
    with pytest.raises(co.ScenarioError, match=message):
        uncertainty(gates(), shut, **{"n": 3, **wrong})


@pytest.mark.parametrize("draws", [1, 2, 3])
@pytest.mark.parametrize("asks", ["border-closed.yaml", "quiet.yaml"])
def test_few_draws_and_nothing_that_varies_are_no_error(tmp_path, draws, asks):
    folder = tmp_path / "mine"
    co.new_network(folder)
    nothing = "name: quiet\nas_of: 2026-03-01\nevents: []\n"
    (folder / "quiet.yaml").write_text(nothing, encoding="utf-8")
    args = ["run", str(folder / asks), "--network", str(folder), "--uncertainty", str(draws)]
    shown = CliRunner().invoke(app, [*args, "--workers", "1"])
    assert shown.exit_code == 0, shown.output
    assert "How sure" in shown.stdout


def test_the_command_prints_percentiles_and_drivers(tmp_path):
    folder = tmp_path / "mine"
    co.new_network(folder)
    args = ["run", str(folder / "border-closed.yaml"), "--network", str(folder),
            "--uncertainty", "4", "--seed", "2", "--workers", "1"]  # fmt: skip
    shown = CliRunner().invoke(app, args)
    assert shown.exit_code == 0, shown.output
    assert "How sure: 4 draws of" in shown.stdout
    done = CliRunner().invoke(app, [*args, "--json"])
    found = json.loads(done.stdout)["uncertainty"]
    assert (found["draws"], found["seed"], found["days"]) == (4, 2, None)
    assert {"quantity", "central", "low_5", "median", "high_95", "mean"} == set(
        found["percentiles"][0]
    )
