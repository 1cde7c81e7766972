"""A field whose oil falls with its gas, for the tests of couplings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import toys
from simulate_toys import link

if TYPE_CHECKING:
    import corridors as co

DAY = "2025-06-01"
CARGO = {"oil": {"unit": "t"}, "gas": {"unit": "t"}}
COUPLING = {
    "coupling_id": "oil-with-gas", "name": "Oil with its gas", "node_id": "field",
    "cargo": "oil", "by_product": "gas", "outlet": "plant", "share": 0.3,
}  # fmt: skip


def field(
    *more: dict,
    cargo: dict | None = None,
    per_day: float = 100,
    demand: tuple[dict, ...] = (),
    **others: object,
):
    """A field that sends 200 t of oil to a port and 100 t of gas to a plant.

    ::

        plant <==gas== field ==oil==> port
    """
    rows = {
        "couplings": [COUPLING],
        "capacities": [{"capacity_id": "gas-line", "name": "Gas line", "unit": "t", "amount": 100}],
        "capacity_members": [{"capacity_id": "gas-line", "link_id": "field-plant-pipeline"}],
    }
    return toys.network(
        {"field": "XA", "plant": "XB", "port": "XC"},
        [
            link("field", "plant", mode="pipeline"),
            link("field", "port", mode="pipeline"),
            *more,
        ],
        [
            {"origin": "field", "destination": "port", "cargo": "oil", "per_day": 200},
            {"origin": "field", "destination": "plant", "cargo": "gas", "per_day": per_day},
            *demand,
        ],
        cargo=CARGO if cargo is None else cargo,
        **(rows | others),
    )


SHUT = {"close": {"link": "field-plant-pipeline"}}


def detour(usd: float) -> co.Network:
    way = link("plant", "field", mode="rail", link_id="way", gauge_mm=1520)
    return field(
        way,
        tariffs=[{"link_id": "way", "cargo": "gas", "usd_per_unit": usd, "kind": "replace"}],
    )


def gate() -> co.Network:
    """Both pass one gate of 240, where oil and gas push each other; the gas loses less."""
    both = {"capacity_id": "gate", "name": "Gate", "unit": "t", "amount": 240}
    members = [{"capacity_id": "gate", "link_id": f"field-{b}-pipeline"} for b in ("plant", "port")]
    return field(
        cargo={"oil": {}, "gas": {"loss_usd_per_unit": 5_000}},
        capacities=[both],
        capacity_members=members,
    )


def crowded(*, elastic: bool = True) -> co.Network:
    """Oil and boxes share a gate; on an ordinary day a third of the gas has no outlet.

    A gate of 1,000 has to let 500 t of oil and 600 t of boxes through, of which oil loses less.
    Of 300 t of gas 100 are taken, so 0.9 x 2/3 of the oil falls: 200 t leave, and there is room.
    Where nothing fell, 400 t would leave, and the gate be full.
    """
    members = [("gas-line", "field-plant-pipeline"), ("gate", "field-port-pipeline")]
    bent = {"elasticity": -0.8} if elastic else {}
    return toys.network(
        {"field": "XA", "plant": "XB", "port": "XC"},
        [link("field", "plant", mode="pipeline"), link("field", "port", mode="pipeline")],
        [
            {"origin": "field", "destination": "port", "cargo": "oil", "per_day": 500},
            {"origin": "field", "destination": "plant", "cargo": "gas", "per_day": 300},
            {"origin": "field", "destination": "port", "cargo": "box", "per_day": 600},
        ],
        cargo={
            "oil": {"loss_usd_per_unit": 500},
            "gas": {"loss_usd_per_unit": 400},
            "box": {"loss_usd_per_unit": 3_000, "usd_per_unit": 20_000} | bent,
        },
        couplings=[COUPLING | {"share": 0.9}],
        capacities=[
            {"capacity_id": "gas-line", "name": "Gas line", "unit": "t", "amount": 100},
            {"capacity_id": "gate", "name": "Gate", "unit": "t", "amount": 1_000},
        ],
        capacity_members=[{"capacity_id": c, "link_id": way} for c, way in members],
    )
