"""What must hold on any network under any dated events."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
import toys
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from simulate_toys import DAY0, close, link, scenario, what

import corridors as co

NODES = ("a", "b", "c", "d", "e")
DAYS = 25


@st.composite
def networks(draw):
    """Five places, up to eight roads, a few capacities (some shared), two kinds of cargo."""
    pairs = [(a, b) for i, a in enumerate(NODES) for b in NODES[i + 1 :]]
    roads = draw(st.lists(st.sampled_from(pairs), min_size=3, max_size=8, unique=True))
    links = [link(a, b, draw(st.sampled_from([0.0, 2.0, 7.5, 24.0, 31.0]))) for a, b in roads]
    ids = [f"{a}-{b}-road" for a, b in roads]
    nodes = dict.fromkeys(NODES, "XA") | {"e": "XB"}
    used = sorted({n for pair in roads for n in pair})
    ends = draw(
        st.lists(
            st.tuples(
                st.sampled_from(used), st.sampled_from(used), st.sampled_from(["bulk", "box"])
            ).filter(lambda t: t[0] != t[1]),
            min_size=1,
            max_size=4,
            unique=True,
        )
    )
    demand = [
        {"origin": a, "destination": b, "cargo": c, "per_day": draw(st.integers(1, 20))}
        for a, b, c in ends
    ]
    capacities, members = [], []
    for i in range(draw(st.integers(1, 4))):
        row = {
            "capacity_id": f"c{i}", "name": f"C{i}", "unit": "t",
            "amount": draw(st.integers(1, 300)),
            "per_direction": draw(st.sampled_from(["yes", "no"])),
        }  # fmt: skip
        if draw(st.booleans()):
            row["burst"] = row["amount"] * 1.5
        if draw(st.integers(0, 3)) == 0:
            row["ban_above"] = draw(st.integers(1, 50))
        if draw(st.integers(0, 3)) == 0:
            row["background"] = row["amount"] * 0.25
        if draw(st.integers(0, 4)) == 0:
            row["weekdays"] = "mo;tu;we;th;fr"
        capacities.append(row)
        over = draw(st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True))
        members += [{"capacity_id": f"c{i}", "link_id": m} for m in over]
    behaviour = {
        "patience_days": draw(st.sampled_from([None, 2, 8])),
        "patience_spread": draw(st.sampled_from([0, 0.5, 1])),
        "reaction_days": draw(st.integers(0, 3)),
        "closure_days": draw(st.integers(0, 5)),
        "spot_share": draw(st.sampled_from([0.0, 0.3, 1.0])),
        "spot_ramp_days": draw(st.sampled_from([0, 5])),
        "usd_per_unit_day": draw(st.sampled_from([0, 10, 500])),
    }
    cargo = {
        "bulk": {"unit": "t", "t_per_unit": 1, **behaviour},
        "box": {"unit": "TEU", "t_per_unit": 10, **behaviour},
    }
    net = toys.network(
        nodes, links, demand, cargo=cargo, capacities=capacities, capacity_members=members
    )
    return net, ids, [c["capacity_id"] for c in capacities]


@st.composite
def events(draw, ids, capacities):
    found = []
    for _ in range(draw(st.integers(1, 4))):
        first = draw(st.integers(0, DAYS - 2))
        last = draw(st.integers(first + 1, DAYS + 5))
        day = dt.date.fromisoformat(DAY0)
        dates = {
            "from": (day + dt.timedelta(days=first)).isoformat(),
            "until": (day + dt.timedelta(days=last)).isoformat(),
        }
        kind = draw(st.sampled_from(["close", "limit", "ban", "delay", "demand", "ramp"]))
        one = draw(st.sampled_from(ids))
        if kind == "close":
            found.append({"close": {"link": one}, **dates})
        elif kind in {"limit", "ramp"}:
            share = draw(st.sampled_from([0, 0.3, 0.8]))
            limit = {"limit": {"capacity": draw(st.sampled_from(capacities))}, "to": share, **dates}
            found.append(limit | ({"over": "3 days"} if kind == "ramp" else {}))
        elif kind == "ban":
            found.append({"ban": {"link": one}, "cargo": "box", **dates})
        elif kind == "delay":
            found.append({"delay": {"link": one}, "by": "30 h", **dates})
        else:
            found.append({"demand": {"cargo": draw(st.sampled_from(["bulk", "box"]))},
                          "to": draw(st.sampled_from([0, 0.5, 2])), **dates})  # fmt: skip
    return found


@st.composite
def cases(draw):
    net, ids, capacities = draw(networks())
    return net, draw(events(ids, capacities)), draw(st.sampled_from(["1d", "1d", "12h"]))


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(cases())
def test_every_tonne_is_in_one_place_and_no_limit_is_passed(case):
    net, dated, step = case
    used = {c for e in dated if "demand" in e for c in [e["demand"]["cargo"]]}
    has = set(net.tables["demand"]["cargo"])
    dated = [e for e in dated if "demand" not in e or used <= has]
    if not dated:
        return
    try:
        sim = co.simulate(net, scenario(*dated), DAYS, start=DAY0, step=step)
    except co.ScenarioError as error:
        # A share of a capacity whose members the day does not have cannot be meant.
        assert "limits nothing" in str(error)  # noqa: PT017
        return
    o, p = sim.record, sim.record.problem
    assert o.residual.max() < 1e-6
    waits = (o.waiting.sum(axis=2) * p.weight[p.kind]).sum(axis=1)
    np.testing.assert_allclose(sim.queue_counts.tonnes.sum(axis=1), waits, atol=1e-6)
    assert (sim.queue_counts.shown >= 0).all()
    assert (sim.queue_counts.shown <= sim.queue_counts.queue + 1e-9).all()
    for name in ("ends", "waiting", "moving", "held", "never"):
        assert (getattr(o, name) >= -1e-9).all(), name
    # Closed arcs and limits of 0 pass exactly nothing on every closed day.
    closed = ~np.isfinite(p.usd[p.state])
    arrays = o.book.arrays(0)
    for r in range(len(o.book)):
        kind = int(arrays.kind[r])
        for v in range(arrays.first[r], arrays.first[r + 1]):
            shut = closed[:, kind, arrays.arc[v]] | (p.rate[:, arrays.limit[v]] == 0)
            assert not o.passes[shut, v + r + 1].any()
    assert not o.left[p.rate == 0].any()
    most = np.where(np.isnan(p.burst), p.rate, np.maximum(p.rate, p.burst)) * p.step
    finite = np.isfinite(most)
    assert (o.left[finite] <= most[finite] * (1 + 1e-6) + 1e-9).all()
    # The queue by curves is the queue counted packet by packet.
    last = o.queue[-1]
    assert (last >= -1e-6).all()
    np.testing.assert_allclose(
        sim.daily[list(co_places())].sum(axis=1), sim.daily["wanted"], atol=1e-6
    )


def co_places():
    from corridors.simulation.cargo_tables import PLACES

    return PLACES


@pytest.mark.parametrize("hours", [0.0, 5.0, 30.0])
def test_halving_the_step_changes_little(hours):
    """Totals of a closure with two roads differ by less than 1 % between 6 and 3 hours."""
    net = toys.network(
        {"a": "XA", "m": "XA", "b": "XB"},
        [link("a", "m", hours), link("m", "b", hours)],
        [{"origin": "a", "destination": "b", "per_day": 10}],
        cargo={
            "bulk": {
                "unit": "t",
                "t_per_unit": 1,
                "patience_days": 12,
                "patience_spread": 1,
                "usd_per_unit_day": 10,
            }
        },
        capacities=[
            {"capacity_id": "one", "name": "1", "unit": "t", "amount": 14},
            {"capacity_id": "two", "name": "2", "unit": "t", "amount": 12},
        ],
        capacity_members=[
            {"capacity_id": "one", "link_id": "a-m-road"},
            {"capacity_id": "two", "link_id": "m-b-road"},
        ],
    )
    plan = scenario(close("a-m-road"))
    coarse, fine = (
        co.simulate(net, plan, 60, start=DAY0, step=step, announced=True) for step in ("6h", "3h")
    )
    for place in ("on_time", "late", "under_way"):
        assert what(coarse, place) == pytest.approx(what(fine, place), abs=0.01 * 600)
    a, b = (s.hours["waiting_t_hours"].sum() for s in (coarse, fine))
    assert a == pytest.approx(b, rel=0.01)
    assert coarse.peaks["peak"].max() == pytest.approx(fine.peaks["peak"].max(), rel=0.01)
