"""The runner: stopped and resumed, in any order, with any number of workers, the same bytes."""

from __future__ import annotations

import json
import random
import sys
from dataclasses import replace

import numpy as np
import pytest
import toys
from analysis_toys import DAY, at_random, two_ways

import corridors as co
from corridors.analysis.criticality import impact
from corridors.analysis.criticality.sweep import solve_cases
from corridors.analysis.criticality.sweep import sweep as sweep_function
from corridors.analysis.jobs.checkpoint import Ledger
from corridors.analysis.question import ask
from corridors.flow import known
from corridors.flow.column_generation import Engine
from corridors.scenarios.demand_curves import with_curves

sweep_module = sys.modules["corridors.analysis.criticality.sweep"]


class _StoppedError(Exception):
    pass


def stopped_after(count):
    """Return `solve_cases` that is interrupted after some cases."""

    def solve_some(*arguments, **options):
        for number, found in enumerate(solve_cases(*arguments, **options)):
            if number == count:
                raise _StoppedError
            yield found

    return solve_some


@pytest.mark.parametrize("n", [1, 2])
def test_stopped_and_resumed_is_never_stopped(tmp_path, monkeypatch, n):
    net = at_random(3, nodes=9, demands=9)
    whole, parts = tmp_path / "whole.jsonl", tmp_path / "parts.jsonl"
    table = sweep_function(net, of="link", n=n, as_of=DAY, workers=1, out=whole)
    for count in (1, 2, 3):
        # Pairs need their parts first, which take no line.
        solved = stopped_after(count) if n == 1 else _pairs_only(count)
        monkeypatch.setattr(sweep_module, "solve_cases", solved)
        with pytest.raises(_StoppedError):
            sweep_function(net, of="link", n=n, as_of=DAY, workers=1, out=parts)
        assert not parts.exists()
        lines = (tmp_path / "parts.jsonl.part").read_text().splitlines()
        assert len(lines) > count
    monkeypatch.setattr(sweep_module, "solve_cases", solve_cases)
    again = sweep_function(net, of="link", n=n, as_of=DAY, workers=1, out=parts)
    assert parts.read_bytes() == whole.read_bytes()
    assert not (tmp_path / "parts.jsonl.part").exists()
    assert again.equals(table)
    # A finished file is read, not found again.
    monkeypatch.setattr(sweep_module, "solve_cases", stopped_after(0))
    assert sweep_function(net, of="link", n=n, as_of=DAY, out=parts).equals(table)


def _pairs_only(count):
    calls = []

    def solve_some(*arguments, **options):
        calls.append(1)
        return (solve_cases if len(calls) == 1 else stopped_after(count))(*arguments, **options)

    return solve_some


def test_what_is_done_is_not_solved_again(tmp_path, monkeypatch):
    net, out = at_random(3, nodes=9, demands=9), tmp_path / "s.jsonl"
    monkeypatch.setattr(sweep_module, "solve_cases", stopped_after(4))
    with pytest.raises(_StoppedError):
        sweep_function(net, of="link", as_of=DAY, workers=1, out=out)
    solved = []

    def counted(frame, cases, workers, **options):
        solved.append(len(cases))
        return solve_cases(frame, cases, workers, **options)

    monkeypatch.setattr(sweep_module, "solve_cases", counted)
    sweep_function(net, of="link", as_of=DAY, workers=1, out=out)
    sweep_function(net, of="link", as_of=DAY, workers=1, out=tmp_path / "other.jsonl")
    assert solved[0] == solved[1] - 4


@pytest.mark.parametrize("n", [1, 2])
def test_the_order_of_the_cases_leaves_no_trace(tmp_path, monkeypatch, n):
    net = at_random(11, nodes=8, demands=6)
    files = []
    for seed in (None, 1, 2):

        def shuffled(frame, cases, workers, seed=seed, **options):
            order = list(range(len(cases)))
            if seed is not None:
                random.Random(seed).shuffle(order)
            mixed = [cases[i] for i in order]
            for number, found in solve_cases(frame, mixed, workers, **options):
                yield order[number], found

        monkeypatch.setattr(sweep_module, "solve_cases", shuffled)
        files.append(tmp_path / f"{seed}.jsonl")
        sweep_function(net, of=("link", "node"), n=n, as_of=DAY, workers=1, out=files[-1])
    assert len(files[0].read_text().splitlines()) > 15
    assert files[0].read_bytes() == files[1].read_bytes() == files[2].read_bytes()


def test_shuffled_borders_and_chokepoints_of_the_shipped_network(net, tmp_path, monkeypatch):
    files = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    sweep_function(net, of="chokepoint", as_of=DAY, workers=1, out=files[0])

    def backwards(frame, cases, workers, **options):
        last = len(cases) - 1
        for number, found in solve_cases(frame, cases[::-1], workers, **options):
            yield last - number, found

    monkeypatch.setattr(sweep_module, "solve_cases", backwards)
    sweep_function(net, of="chokepoint", as_of=DAY, workers=1, out=files[1])
    assert files[0].read_bytes() == files[1].read_bytes()


def test_workers_find_what_one_process_finds(tmp_path):
    net = at_random(5)
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    sweep_function(net, of="link", as_of=DAY, workers=1, out=one)
    sweep_function(net, of="link", as_of=DAY, workers=2, out=two)
    assert one.read_bytes() == two.read_bytes()


def test_the_file_says_what_it_is_about(tmp_path):
    out = tmp_path / "s.jsonl"
    net = two_ways()
    table = sweep_function(net, of="node", as_of=DAY, out=out)
    header, *rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert header["as_of"] == "2025-09-12"
    assert header["scenario"] is None
    assert header["version"] == co.__version__
    assert header["network"].startswith("sha256:")
    assert table.attrs == header
    assert [row["thing"] for row in rows] == table["thing"].tolist()
    assert rows[0]["cargo"] == ["bulk"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"as_of": "2025-09-13"}, "situation|as_of"),
        ({"of": "link"}, "of"),
        ({"n": 2}, "n"),
    ],
)
def test_another_sweep_never_goes_into_the_same_file(tmp_path, change, what):
    out = tmp_path / "s.jsonl"
    usual = {"of": "node", "as_of": DAY, "n": 1}
    sweep_function(two_ways(), out=out, **usual)
    before = out.read_bytes()
    with pytest.raises(co.DataError, match=f"holds other results: its ({what}) is"):
        sweep_function(two_ways(), out=out, **(usual | change))
    with pytest.raises(co.DataError, match="its network is"):
        sweep_function(two_ways(narrow=7), out=out, **usual)
    assert out.read_bytes() == before


def test_a_file_that_is_something_else_is_refused(tmp_path):
    out = tmp_path / "s.jsonl"
    out.write_text("hello\n")
    with pytest.raises(co.DataError, match="line 1: not a result of this run"):
        sweep_function(two_ways(), of="node", as_of=DAY, out=out)
    assert out.read_text() == "hello\n"
    with pytest.raises(co.DataError, match="does not exist"):
        sweep_function(two_ways(), of="node", as_of=DAY, out=tmp_path / "no" / "s.jsonl")


def test_a_line_cut_in_two_is_cut_off_and_the_next_begins_anew(tmp_path):
    header, path = {"sweep": "test"}, tmp_path / "s.jsonl"
    ledger = Ledger(path, header)
    ledger.append([{"case": "a", "x": 1}])
    ledger.close()
    with ledger.part.open("ab") as file:
        file.write('{"case": "b", "näme'.encode()[:-3])
    again = Ledger(path, header)
    assert list(again.rows) == ["a"]
    again.append([{"case": "c", "x": 2}])
    again.close()
    assert [json.loads(line) for line in again.part.read_text().splitlines()] == [
        header, {"case": "a", "x": 1}, {"case": "c", "x": 2},
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_a_closure_is_the_same_from_wherever_it_begins(seed, monkeypatch):
    """From the baseline, or from the answer in which a part of it is closed."""
    monkeypatch.setattr(impact, "_MOST_BEGINNINGS", 3)
    state = with_curves(ask(at_random(seed), None, DAY).state)
    problem = impact.closure_problem(state, "optimal", disturbed=False)
    solver, other = impact.ClosureSolver(problem), impact.ClosureSolver(problem)
    used = np.flatnonzero(solver.carried > 0)[:6]
    for one in used:
        for more in used:
            both = np.unique([one, more])
            there, here = other.close_more((np.array([one]), both)), solver.close(both)
            assert there.figures == here.figures
            assert there.plan.shortfall.tobytes() == here.plan.shortfall.tobytes()


def test_demands_of_which_nothing_is_wanted_change_no_figure():
    state = with_curves(ask(at_random(3), None, DAY).state)
    problem = impact.closure_problem(state, "optimal", disturbed=False)
    amount = problem.flow.amount.copy()
    amount[1] = 0.0
    problem = replace(problem, flow=replace(problem.flow, amount=amount))
    part = impact.wanted_alone(problem)
    assert part.flow.n_commodities == problem.flow.n_commodities - 1
    whole, some = impact.ClosureSolver(problem), impact.ClosureSolver(part)
    for arc in np.flatnonzero(whole.carried > 0):
        assert some.close(np.array([arc])).figures == whole.close(np.array([arc])).figures


@pytest.mark.parametrize("seed", range(6))
def test_a_closure_that_holds_one_which_leaves_the_rest_alone_is_not_solved(seed, monkeypatch):
    """Its answer is that of the closure within it: to the byte that of a solver that knows none."""
    state = with_curves(ask(at_random(seed), None, DAY).state)
    problem = impact.closure_problem(state, "optimal", disturbed=False)
    knows, asked = impact.ClosureSolver(problem), []
    solved = Engine._solve
    monkeypatch.setattr(known, "_WORTH_LOOKING", 0)
    monkeypatch.setattr(
        Engine, "_solve", lambda self, *what, **how: asked.append(1) or solved(self, *what, **how)
    )
    used = np.flatnonzero(knows.carried > 0)[:8]
    answers = {int(one): knows.close(np.array([one])) for one in used}
    saved = 0
    for one, answer in answers.items():
        for more in np.setdiff1d(used, np.concatenate([[one], *answer.plan.arcs]))[:3]:
            both = np.unique([one, more])
            before = len(asked)
            there = knows.close(both)
            saved += len(asked) == before
            here = impact.ClosureSolver(problem).close(both)
            assert there.figures == here.figures
            assert there.plan.amount.tobytes() == here.plan.amount.tobytes()
            assert there.plan.shortfall.tobytes() == here.plan.shortfall.tobytes()
            assert [a.tolist() for a in there.plan.arcs] == [a.tolist() for a in here.plan.arcs]
    assert saved


def limited(wanted):
    """Return two ways from a to d, by b for nine tonnes a day and by c for six."""
    return toys.network(
        {"a": "AA", "b": "BB", "c": "CC", "d": "DD"},
        [{"from_node": a, "to_node": b} for a, b in ("ab", "bd", "ac", "cd")],
        [{"origin": "a", "destination": "d", "per_day": wanted}],
        capacities=[
            {"capacity_id": name, "name": name, "unit": "t", "amount": amount}
            for name, amount in (("north", 9), ("south", 6))
        ],
        capacity_members=[
            {"capacity_id": "north", "link_id": "a-b-road"},
            {"capacity_id": "south", "link_id": "a-c-road"},
        ],
    )


@pytest.mark.parametrize("wanted", [100.0, 1e9, 1e12])
def test_what_passes_of_a_huge_demand_is_missed(wanted):
    """Nine and six of ever so many: either is missed, and both together."""
    net = limited(wanted)
    alone = co.criticality(net, as_of=DAY, of=("node:b", "node:c")).set_index("thing")
    assert alone["baseline_t_per_day"].to_dict() == pytest.approx({"b": 9, "c": 6})
    assert alone["shortfall_t_per_day"].to_dict() == pytest.approx({"b": 9, "c": 6}, abs=1e-3)
    [pair] = co.criticality(net, as_of=DAY, of=("node:b", "node:c"), n=2).to_dict("records")
    assert pair["baseline_t_per_day"] == pytest.approx(15)
    assert pair["shortfall_t_per_day"] == pytest.approx(15, abs=1e-3)
