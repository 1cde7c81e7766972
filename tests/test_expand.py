"""What to build for a budget: against enumeration, by hand, and on bad input."""

from __future__ import annotations

import itertools
import json

import command
import numpy as np
import pandas as pd
import pytest
import toys
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import corridors as co
from corridors.analysis.expansion.candidates import candidates
from corridors.analysis.expansion.cuts import cut
from corridors.analysis.expansion.recourse import Recourse

DAY = "2025-09-12"


def projects(*rows):
    """Return rows of projects: id, USD, changes, needs."""
    return [
        {
            "project_id": name, "name": name.upper(), "usd": usd, "opens": "2030-01-01",
            "status": "planned", "changes": changes, "needs": needs,
        }
        for name, usd, changes, needs in rows
    ]  # fmt: skip


def two_lines(extra=()):
    r"""Return the network of the sketch: 10 t a day from a to d, loss 10,000 USD a tonne.

    a --100-- b --100-- d     200 USD a tonne, at most 6 t a day
     \--150-- c --150--/      300 USD, opens in 2030 unless built
    """
    return toys.network(
        {"a": "AA", "b": "BB", "c": "CC", "d": "DD"},
        [
            {"from_node": "a", "to_node": "b"},
            {"from_node": "b", "to_node": "d"},
            {"from_node": "a", "to_node": "c", "length_km": 150, "opens": "2030-01-01"},
            {"from_node": "c", "to_node": "d", "length_km": 150, "opens": "2030-01-01"},
        ],
        [{"origin": "a", "destination": "d", "per_day": 10}],
        capacities=[
            {"capacity_id": "main", "name": "main", "unit": "t", "amount": 6},
            {"capacity_id": "new", "name": "new", "unit": "t", "amount": 3},
        ],
        capacity_members=[
            {"capacity_id": "main", "link_id": "a-b-road"},
            {"capacity_id": "new", "link_id": "a-c-road"},
        ],
        projects=projects(
            ("east", 100, "[{open: {link: c-d-road}}]", ""),
            ("west", 50, "[{open: {link: a-c-road}}]", "east"),
            ("wide", 200, "[{limit: {capacity: main}, to: 9 t/day}]", ""),
            *extra,
        ),
    )


SHUT = {
    "name": "shut", "as_of": DAY, "events": [{"close": {"link": "a-b-road"}}],
}  # fmt: skip


def enumerated(net, scenarios):
    """Return cost and expected cost plus loss of every set, by `assign` alone."""
    rows = net.tables["projects"].set_index("project_id")
    found = {}
    for n in range(len(rows) + 1):
        for built in itertools.combinations(sorted(rows.index), n):
            needs = {o for p in built for o in rows.loc[p, "needs"].split(";") if o}
            if needs <= set(built):
                usd = float(rows.loc[list(built), "usd"].sum())
                found[built] = usd, expected(net, scenarios, built)
    return found


def expected(net, scenarios, built):
    """Return the expected cost plus loss of a set, by `assign` alone."""
    from corridors.scenarios.projects import with_projects

    whole = sum(w for _, w in scenarios)
    total = 0.0
    for plan, weight in scenarios:
        parts = [with_projects(net, list(built))] if built else []
        if plan != "undisturbed":
            parts.append(co.scenario(plan))
        both = parts[0] + parts[1] if len(parts) == 2 else (parts or [None])[0]
        total += weight / whole * co.assign(net, both, as_of=DAY).answer.objective
    return total


def test_the_answers_of_a_small_network_are_those_worked_out_by_hand():
    net = two_lines()
    found = co.expand(net, [("undisturbed", 3), (SHUT, 1)], [0, 150, 200, 350], as_of=DAY)
    # Undisturbed: 6 t at 200 and 4 short, 41,200. Shut: all 10 t short, 100,000.
    # With the second line 3 t more go at 300; with the wide one 3 t more at 200.
    nothing = (3 * 41_200 + 100_000) / 4
    second = (3 * (1200 + 900 + 10_000) + 900 + 70_000) / 4
    wide = (3 * (1800 + 10_000) + 100_000) / 4
    both = (3 * (1800 + 300) + 900 + 70_000) / 4
    total = found.frontier["cost_usd_per_day"] + found.frontier["loss_usd_per_day"]
    assert total.tolist() == pytest.approx([nothing, second, second, both])
    assert second < wide
    assert found.frontier["projects"].tolist() == ["", "east;west", "east;west", "east;west;wide"]
    assert found.frontier["spent_usd"].tolist() == [0, 150, 150, 350]
    saved = nothing - second
    assert found.frontier["saved_usd_per_day"].iloc[1] == pytest.approx(saved)
    assert found.frontier["saved_per_usd_a_year"].iloc[1] == pytest.approx(saved * 365 / 150)
    assert found.frontier["shortfall_t_per_day"].iloc[1] == pytest.approx((3 * 1 + 7) / 4)
    assert found.built == ["east", "west", "wide"]


def test_a_project_is_told_alone_and_in_its_set():
    found = co.expand(two_lines(), {"undisturbed": 1}, 350, as_of=DAY)
    alone = found.projects.set_index("project_id")["saved_alone_usd_per_day"]
    # Alone the first half of a line leads nowhere; the second comes with the first.
    assert alone.to_dict() == pytest.approx({"east": 0, "west": 29_100, "wide": 29_400})
    own = found.chosen.set_index("project_id")["saved_in_set_usd_per_day"]
    # Of ten tonnes the wide line takes nine, so the other saves the tenth: 10,000 less 300.
    assert own.to_dict() == pytest.approx({"east": 9700, "west": 9700, "wide": 10_000})


def test_without_money_nothing_changes():
    net = two_lines()
    found = co.expand(net, [SHUT], 0)
    row = found.frontier.iloc[0]
    plain = co.assign(net, SHUT)
    assert row["projects"] == ""
    assert row["spent_usd"] == 0
    assert row["saved_usd_per_day"] == 0
    assert row["cost_usd_per_day"] + row["loss_usd_per_day"] == plain.answer.objective
    assert row["shortfall_t_per_day"] == plain.summary["shortfall_t_per_day"]
    assert found.built == []


def test_of_two_that_set_one_capacity_the_higher_level_holds():
    net = two_lines([("wider", 300, "[{limit: {capacity: main}, to: 10 t/day}]", "")])
    found = co.expand(net, {"undisturbed": 1}, [200, 300, 650], as_of=DAY)
    # At 300 the wider line serves all alone: 2,000; no larger set serves more cheaply.
    assert found.frontier["projects"].tolist() == ["wide", "wider", "wider"]
    # By the exact model: route choice comes near to it alone.
    both = co.run(net, SHUT, as_of=DAY, projects=["wide", "wider"], model="optimal").baseline
    again = co.run(net, SHUT, as_of=DAY, projects=["wider", "wide"], model="optimal").baseline
    assert both.answer.objective == again.answer.objective == 2000


def at_random(seed):
    """Return a random network with projects that open, widen and need one another."""
    rng = np.random.default_rng(seed)
    n = 6
    names = [f"n{i}" for i in range(n)]
    links, limits, members = [], [], []
    pairs = [(i, i + 1) for i in range(n - 1)]
    pairs += [tuple(sorted(rng.choice(n, 2, replace=False).tolist())) for _ in range(6)]
    for j, (a, b) in enumerate(dict.fromkeys(pairs)):
        new = j >= n - 1 and rng.random() < 0.6
        link = f"l{j}"
        links.append(
            {
                "link_id": link, "from_node": names[a], "to_node": names[b],
                "length_km": int(rng.integers(50, 400)), "opens": "2030-01-01" if new else "",
            }
        )  # fmt: skip
        if rng.random() < 0.8:
            amount = float(rng.integers(0 if new else 2, 12))
            limits.append({"capacity_id": f"c{j}", "name": link, "unit": "t", "amount": amount})
            members.append({"capacity_id": f"c{j}", "link_id": link})
    new = [row["link_id"] for row in links if row["opens"]]
    rows = []
    for i in range(int(rng.integers(3, 5))):
        changes = []
        if new and rng.random() < 0.7:
            chosen = sorted(rng.choice(new, min(len(new), 2), replace=False).tolist())
            changes.append(f"{{open: {{link: [{', '.join(chosen[: int(rng.integers(1, 3))])}]}}}}")
        else:
            c = limits[int(rng.integers(len(limits)))]
            amount = c["amount"] + int(rng.integers(1, 8))
            changes.append(f"{{limit: {{capacity: {c['capacity_id']}}}, to: {amount} t/day}}")
        needs = f"p{int(rng.integers(i))}" if i and rng.random() < 0.3 else ""
        rows.append((f"p{i}", int(rng.integers(1, 10)), f"[{', '.join(changes)}]", needs))
    demand = []
    for i in range(4):
        a, b = rng.choice(n, 2, replace=False).tolist()
        demand.append(
            {
                "demand_id": f"d{i}", "origin": names[a], "destination": names[b],
                "per_day": float(rng.integers(2, 12)),
            }
        )  # fmt: skip
    kinds = {
        "bulk": {"loss_usd_per_unit": int(rng.integers(200, 2000))}
        | ({"elasticity": -0.6, "elasticity_of": "transport"} if seed % 2 else {})
    }
    net = toys.network(
        dict.fromkeys(names, "AA"), links, demand, cargo=kinds,
        capacities=limits, capacity_members=members, projects=projects(*rows),
    )  # fmt: skip
    old = [row["link_id"] for row in links if not row["opens"]]
    shut = {"name": "shut", "as_of": DAY, "events": [{"close": {"link": str(rng.choice(old))}}]}
    half = {"name": "half", "as_of": DAY, "events": [{"limit": {"mode": "road"}, "to": 0.5}]}
    plans = [shut, half]
    weights = rng.integers(1, 6, len(plans) + 1).tolist()
    return net, [*zip(["undisturbed", *plans], weights, strict=True)]


@settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.integers(0, 10_000))
@example(114)
@example(101)
def test_the_answer_is_that_of_enumeration(seed):
    net, scenarios = at_random(seed)
    usd = net.tables["projects"]["usd"].sum()
    budgets = [0.0, round(usd / 3), round(usd / 2), usd]
    found = co.expand(net, scenarios, budgets, as_of=DAY)
    front, every = found.frontier, enumerated(net, scenarios)
    for row in front.to_dict("records"):
        total = row["cost_usd_per_day"] + row["loss_usd_per_day"]
        built = tuple(p for p in row["projects"].split(";") if p)
        spent, cost = every[built]
        assert total == pytest.approx(cost, rel=1e-9)
        least = min(cost for usd, cost in every.values() if usd <= row["budget_usd"])
        assert total == pytest.approx(least, rel=2e-6)
        assert row["spent_usd"] == spent <= row["budget_usd"]
        assert 0 <= row["relative_gap"] <= 2e-6
        assert row["certificate"] <= 1e-6
    assert (front["saved_usd_per_day"].diff().fillna(0) >= 0).all()


@pytest.mark.parametrize("seed", [3, 8, 21])
def test_every_cut_bounds_every_set(seed):
    net, scenarios = at_random(seed)
    chosen, _ = candidates(net)
    plan = co.scenario(scenarios[1][0])
    recourse = Recourse(net, plan, "s", 1.0, plan.as_of, chosen)
    if recourse.lowers:
        pytest.skip("the toy lowers a limit")
    names = [c.project_id for c in chosen]
    sets = [frozenset(s) for n in range(len(names) + 1) for s in itertools.combinations(names, n)]
    for here in sets:
        own = cut(recourse, recourse.solve(here))
        assert own.at(here) == pytest.approx(recourse.solve(here).objective, rel=1e-9)
        for there in sets:
            cost = recourse.solve(there).objective
            assert own.at(there) <= cost * (1 + 1e-9) + 1e-6


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"budget": -1}, "saw -1, expected USD of 0 or more"),
        ({"budget": float("nan")}, "saw nan, expected USD"),
        ({"budget": []}, "saw no budget"),
        ({"scenarios": []}, "saw no scenario"),
        ({"scenarios": {"undisturbed": -2.0}}, "weight of undisturbed: saw -2.0"),
        ({"scenarios": {"undisturbed": "much"}}, "weight of undisturbed: saw 'much'"),
        ({"scenarios": {"undisturbed": 0}}, "every weight is 0"),
        ({"scenarios": ["undisturbed", "undisturbed"]}, "two scenarios are called 'undisturbed'"),
        ({"scenarios": ["poland-closur-2025"]}, "poland-closure-2025"),
        ({"projects": ["wid"]}, "no project 'wid'; did you mean wide"),
        ({"projects": []}, "no project is named"),
        ({"costs": {"wide": -5}}, "cost of wide: saw -5"),
        ({"open_by": "2029-12-31"}, "it opens on 2030-01-01"),
        ({"open_by": "soon"}, "soon"),
    ],
)
def test_bad_input_is_named(change, says):
    question = {"scenarios": {"undisturbed": 1}, "budget": 100, "as_of": DAY} | change
    with pytest.raises(co.CorridorsError) as error:
        co.expand(two_lines(), **question)
    assert says.lower() in str(error.value).lower()


def test_what_takes_no_part_is_named_with_the_reason():
    net = two_lines(
        [
            ("unpriced", "", "[{limit: {capacity: main}, to: 99 t/day}]", ""),
            ("idle", 5, "[]", ""),
            ("dear", 5, "[{limit: {capacity: main}, to: 11 t/day}]", "unpriced"),
            ("slow", 5, "[{delay: {link: a-b-road}, by: 3 h}]", ""),
            ("small", 5, "[{limit: {capacity: main}, to: 2 t/day}]", ""),
        ]
    )
    found = co.expand(net, {"undisturbed": 1}, 400, as_of=DAY)
    why = found.left_out.set_index("project_id")["why"]
    assert why["unpriced"] == "no cost was published"
    assert why["idle"] == "it changes nothing that the network holds"
    assert why["dear"] == "it needs unpriced, left out: no cost was published"
    assert why["slow"] == "it changes more than what is open and how much passes"
    assert why["small"] == "it would lower main, which stands higher by then"
    assert any("unpriced" in text for text in found.rests_on())
    # A cost that is given lets it, and what needs it, take part.
    paid = co.expand(net, {"undisturbed": 1}, 400, as_of=DAY, costs={"unpriced": 1})
    assert paid.built == ["unpriced"]
    assert any("given by who asked" in text for text in paid.rests_on())


def test_what_the_network_has_by_then_is_no_choice():
    net = two_lines()
    found = co.expand(net, {"undisturbed": 1}, 400, as_of="2031-01-01")
    assert found.projects["project_id"].tolist() == ["wide"]
    why = found.left_out.set_index("project_id")["why"]
    assert why["east"] == why["west"]
    assert "the network has it already" in why["west"]
    past = {
        "name": "past", "events": [{"close": {"link": "a-b-road"}, "until": "2026-01-01"}],
    }  # fmt: skip
    told = co.expand(net, [past], 400, as_of="2031-01-01")
    assert any("No event of past is in force" in text for text in told.rests_on())
    with pytest.raises(co.ScenarioError, match="ask for other days"):
        co.expand(net, {"undisturbed": 1}, 400, as_of="2031-01-01", projects=["east"])


def test_what_is_being_built_without_a_cost_comes_along():
    net = two_lines()
    table = net.tables["projects"]
    east = table["project_id"] == "east"
    table = table.assign(
        usd=table["usd"].where(~east), status=table["status"].where(~east, "building")
    )
    net = type(net)({**net.tables, "projects": table})
    found = co.expand(net, {"undisturbed": 1}, 50, as_of=DAY)
    assert found.built == ["west"]
    assert found.frontier["saved_usd_per_day"].iloc[0] == pytest.approx(3 * (10_000 - 300))
    assert any("west counts on east" in text for text in found.rests_on())


def test_the_command_prints_writes_and_refuses(tmp_path):
    ask = ["expand", "poland-closure-2025=14", "--project", "anaklia,aktau-hub", "--budget"]
    told = command.corridors(*ask, "100M,1bn", "--json", "--out", tmp_path / "kept")
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    assert [row["projects"] for row in found["frontier"]] == ["", "anaklia"]
    assert found["basis"]["weights_given"]
    assert found["basis"]["weights"] == {"poland-closure-2025": "100 %"}
    kept = pd.read_csv(tmp_path / "kept" / "frontier.csv")
    assert kept["saved_usd_per_day"].tolist() == [r["saved_usd_per_day"] for r in found["frontier"]]
    assert (tmp_path / "kept" / "expansion.json").read_text(encoding="utf-8") == told.stdout
    for wrong, says in {
        "1x": "expected USD such as 2e9, 500M or 2bn",
        "1e999": "too large",
        "-1": "expected USD",
    }.items():
        refused = command.corridors(*ask, wrong)
        assert refused.returncode == 2
        assert says in refused.stderr
        assert not refused.stdout
    weights = tmp_path / "weights.yaml"
    weights.write_text("poland-closure-2025: many\n", encoding="utf-8")
    wrong = command.corridors("expand", "--weights", weights, "--budget", "1bn")
    assert wrong.returncode == 2
    assert "weight of poland-closure-2025: saw 'many'" in wrong.stderr
    bare = command.corridors("expand", "caspian-storm", "undisturbed=3", "--budget", "1bn")
    assert bare.returncode == 2
    assert "caspian-storm has no weight" in bare.stderr


def test_the_frontier_of_the_shipped_network():
    net = co.load()
    weights = {"poland-closure-2025": 14, "dostyk-embargo-2025": 30}
    few = ["anaklia", "cku", "moyinty-kyzylzhar", "aktau-hub"]
    found = co.expand(net, weights, [0, 1e9, 2e9, 1e10], projects=few)
    front = found.frontier
    assert (front["saved_usd_per_day"].diff().fillna(0) >= 0).all()
    assert front["relative_gap"].max() < 1e-8
    assert front["certificate"].max() < 1e-6
    assert front["projects"].iloc[0] == ""
    assert found.frontier["spent_usd"].iloc[-1] > 8e9
    text = json.dumps(found.to_dict())
    assert "inferred" in text
    assert found.basis["demand_year"] == 2025
