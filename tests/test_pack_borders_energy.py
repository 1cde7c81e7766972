"""The scenarios about the northern borders, fuel and oil show what they are there to show."""

from __future__ import annotations

from functools import cache

import pytest
from fewer_demands import FULL
from pack_borders_energy import EXPECTED, LOGIT, Asked, lost

import corridors as co


@pytest.fixture(scope="module")
def ask(net):
    """Return what runs a scenario by a model, each once, and each baseline once."""
    base = cache(lambda day, model: co.assign(net, as_of=day, model=model))

    @cache
    def asked(name: str, model: str) -> Asked:
        hit = co.assign(net, name, model=model)
        found = co.compare(base(hit.state.day, model), hit)
        return Asked(found, lambda other: asked(other, model))

    return asked


@pytest.mark.xfail(
    strict=True,
    reason="0.84: by route choice Bishkek has 350 t a day of what Ovadan-Depe sells to all",
)
def test_kyrgyz_fuel_falls_by_what_is_russian_of_it_by_route_choice_too(ask):
    """93 % of it is Russian (azattyk, 27 November 2025)."""
    asked = ask("fuel-russia-stops-2025", "logit")
    fuel = lost(asked, "kg-petrol", "kg-diesel", "kg-jet") * 365 / 1_193_029
    assert 0.86 <= fuel <= 0.96


MODELS = [
    (name, model)
    for model in ("optimal", "logit")
    for name in sorted(EXPECTED if FULL or model == "optimal" else LOGIT)
]


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_a_scenario_shows_what_it_must(ask, name, model):
    asked = ask(name, model)
    assert asked.found.disrupted.certificate.ok
    assert asked.found.explain().startswith(f"On {co.scenario(name).as_of}, of ")
    for expected in EXPECTED[name]:
        if expected.model in {"", model}:
            value = expected.quantity(asked)
            assert expected.low <= value <= expected.high, f"{value}: {expected.why}"


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_scenario_says_what_it_asks_and_where_it_is_from(name):
    plan = co.scenario(name)
    assert plan.question.endswith("?")
    assert plan.title
    assert plan.description
    assert plan.sources
    assert plan.as_of is not None
    assert all(e.note for e in plan.events)
    assert any(e.in_force(plan.as_of) for e in plan.events)


@pytest.fixture(scope="module")
def first_days(net):
    """Return what simulates the first days of a scenario, each once."""
    return cache(lambda name, days: co.simulate(net, name, days=days))


def on(sim, capacities, day):
    """Return how many stand at some capacities on a day."""
    own = sim.queues[sim.queues["capacity_id"].isin(capacities) & (sim.queues["date"] == day)]
    return float(own["queue"].sum())


def test_trains_stand_at_brest_as_they_did(first_days):
    """More than 130 trains on 22 September, the eleventh day (Yicai); 95 to 150 by others."""
    sim = first_days("poland-closed-open-ended", 12)
    assert sim.residual_t < 1e-6
    assert 95 <= on(sim, ["terespol-rail:forward"], "2025-09-22") <= 150
    # Nothing passes a shut border on any of the days.
    shut = sim.throughput[sim.throughput["capacity_id"] == "terespol-rail:forward"]
    assert shut["passed"].sum() == 0


def test_the_queue_of_trucks_grows_to_what_it_is_named_after(first_days):
    """7,500 in 18 days, if all that do not pass wait; some give up or go another way.

    A queue is that of a day's end: the eighteenth from 14 September is 1 October.
    """
    sim = first_days("kz-ru-queue-high-2025", 18)
    assert sim.residual_t < 1e-6
    stands = on(sim, [c for c in set(sim.queues["capacity_id"]) if c.startswith("event#")],
                "2025-10-01")  # fmt: skip
    assert 0.3 * 7500 <= stands <= 1.02 * 7500
