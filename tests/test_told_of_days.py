"""What sentences about days say of what gets better, of what counts in no total, and of before."""

from __future__ import annotations

import re

import pytest
import toys
from simulate_toys import DAY0, close, link, one_road, scenario

import corridors as co
from corridors.cli.asking.answers import Extra
from corridors.cli.simulate import _print_losses as print_losses


def said(net, *events, days=20):
    sim = co.simulate(net, scenario(*events), days, start=DAY0)
    return sim, sim.explain()


def test_what_gets_better_is_told_as_what_gets_worse_is():
    """Who comes on a Saturday to a gate that rests waits two days: half as many, if half come."""
    net = one_road(30, weekdays="mo;tu;we;th;fr")
    sim, told = said(net, {"demand": {"cargo": "bulk"}, "to": 0.5, "from": DAY0})
    less = -float(sim.effect.set_index("what")["change_t"]["late"])
    assert less > 5
    assert f"{less:.1f} t less come late" in told
    assert "no cargo comes later" not in told


@pytest.mark.parametrize(("factor", "word"), [(0.5, "less"), (1.2, "more")])
def test_what_is_no_longer_wanted_or_newly_is_told(factor, word):
    """Ten a day for ten days, half or a fifth more: nothing else changes at a gate for 16."""
    event = {"demand": {"cargo": "bulk"}, "to": factor, "from": "2025-01-06", "until": "2025-01-16"}
    sim, told = said(one_road(16), event)
    change = sim.effect.set_index("what")["change_t"]["wanted"]
    assert change == pytest.approx(100 * (factor - 1))
    assert f"{abs(change):.0f} t {word} are wanted than without it; no cargo comes later" in (
        told.replace(".0 t", " t")
    )


def test_cargo_in_no_total_is_told_apart_and_in_no_sum():
    """Bulk counts and ocean boxes do not: 100 of each wait, and what is lost is told of each."""
    cargo = {
        "bulk": {"unit": "t", "t_per_unit": 1, "patience_days": 2},
        "ocean": {"unit": "t", "t_per_unit": 1, "patience_days": 2, "totals": "out"},
    }
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b")],
        [
            {"origin": "a", "destination": "b", "cargo": name, "per_day": amount}
            for name, amount in (("bulk", 3), ("ocean", 40))
        ],
        cargo=cargo,
    )
    sim, told = said(net, close("a-b-road", "2025-01-03", "2025-03-01"))
    names = dict(zip(*[net.tables["cargo"][c] for c in ("cargo", "name")], strict=True))
    apart = re.search(r"In no total here: [^.]*\.", told)
    assert apart is not None
    assert names["ocean"] in apart.group()
    rest = told.replace(apart.group(), "")
    assert names["ocean"] not in rest
    worth = sim.outcomes.set_index("cargo")["lost_value_usd"]
    assert worth["ocean"] > 0
    lost = float(worth["bulk"])
    assert f"{lost:,.0f} USD more turn back or are never shipped" in rest


def test_what_was_under_way_before_is_told_too():
    """Five days of way before the gate: fifty are on it when it shuts, and all come late."""
    net = toys.network(
        {"a": "XA", "b": "XA", "c": "XB"},
        [link("a", "b", 120.0), link("b", "c")],
        [{"origin": "a", "destination": "c", "per_day": 10}],
        cargo={"bulk": {"unit": "t", "t_per_unit": 1, "closure_days": 0}},
    )
    sim, told = said(net, close("b-c-road", DAY0, "2025-01-11"), days=30)
    before = sim.earlier.set_index("what")["t"]
    assert before["late"] > 40
    assert "Beside these, of 50.0 t that were under way before, 50.0 t more come late." in told


def test_events_beyond_the_days_are_told():
    inside, later = close("a-b-road"), close("a-b-road", "2025-03-01", "2025-03-05")
    assert "none of these days" not in said(one_road(16), inside)[1]
    _, told = said(one_road(16), inside, later)
    assert "Of the scenario's 2 events, 1 is in force on none of these days: close" in told
    _, told = said(one_road(16), close("a-b-road", "2025-01-11", "2025-02-21"))
    assert "1 event goes on after these days, until 2025-02-21" in told


def test_an_opening_that_no_day_shows_is_told():
    net = toys.network(
        {"a": "XA", "b": "XB", "c": "XA"},
        [link("a", "b", 50.0), link("a", "c", opens="2030-01-01"), link("c", "b")],
        [{"origin": "a", "destination": "b", "per_day": 10}],
        cargo={"bulk": {"unit": "t", "t_per_unit": 1}},
    )
    _, told = said(net, {"open": {"link": "a-c-road"}})
    assert "nobody leaves his way because a better one opens" in told


def test_a_market_is_told_by_its_other_end():
    """By days as in the steady state: a market is no place that cargo leaves from."""
    net = co.load()
    sim = co.simulate(net, "fuel-russia-stops-2025", days=30)
    hit = co.compare(co.assign(net, as_of="2025-10-20"), co.assign(net, "fuel-russia-stops-2025"))
    markets = set(net.tables["supply"]["market"])
    for told in (sim.explain(), hit.explain()):
        most = re.search(r"Most is lost[^;]*? by [^;]*", told)
        assert most is not None
        assert "for Ulaanbaatar" in most.group()
        assert not any(f"{m}–" in told or f"–{m}" in told for m in markets)


def test_what_is_lost_in_any_case_is_told_apart_in_the_table(capsys):
    """A gate that works on two days of a week loses some of ten a day; a closure loses more."""
    net = one_road(30, weekdays="mo;tu", cargo={"patience_days": 2})
    sim, _ = said(net, close("a-b-road", "2025-01-13", "2025-01-19"), days=30)
    lost = ["turned_back", "never_shipped"]
    usual = float(sim.usual.outcomes[lost].to_numpy().sum())
    assert 1 < usual < float(sim.outcomes[lost].to_numpy().sum())
    print_losses(sim, Extra((), ()))
    heading, row = (
        [cell for cell in line.split("  ") if cell.strip()]
        for line in capsys.readouterr().out.splitlines()
        if line.strip().startswith(("demand id", "a-b-bulk"))
    )
    at = [cell.strip() for cell in heading].index("usually lost")
    assert float(row[at].replace(",", "")) == pytest.approx(usual, rel=0.01)


def test_days_by_whole_steps_are_held_against_days_by_whole_steps():
    """A day and a half of way and a gate takes two days by that clock, with a scenario or without.

    An event that touches nothing changes nothing.
    """
    net = toys.network(
        {"a": "XA", "b": "XA", "c": "XB", "d": "XC"},
        [link("a", "b", 36.0), link("b", "c"), link("a", "d")],
        [{"origin": "a", "destination": "c", "per_day": 10}],
        cargo={"bulk": {"unit": "t", "t_per_unit": 1}},
        capacities=[{"capacity_id": "c", "name": "C", "unit": "t", "amount": 12}],
        capacity_members=[{"capacity_id": "c", "link_id": "b-c-road"}],
    )
    for model in ("queue", "optimal"):
        sim = co.simulate(net, scenario(close("a-d-road")), 20, start=DAY0, model=model)
        assert sim.baseline.model == model
        assert sim.effect["change_t"].abs().max() < 1e-6
        assert max(map(abs, sim.usual.added(sim.summary).values())) < 1e-6


def test_the_shipped_days_of_the_bound_are_held_against_days_of_the_bound():
    """By whole steps what a slow paper does to trucks is no oil that a pipeline does not take."""
    sim = co.simulate(co.load(), "cn-tax-invoice-2025", days=12, model="optimal")
    lost = sim.effect.set_index("what")["change_t"]
    assert lost[["turned_back", "never_shipped", "waiting"]].abs().max() < 1000


def test_many_days_are_written_as_all_numbers_are():
    """Above the text and in it."""
    net = toys.two_ways()
    sim = co.simulate(net, "close link:a-b-road from 2025-01-02 for 2 days", days=1200)
    assert ": in the 1,200 days from 2025-01-02" in sim.explain()
