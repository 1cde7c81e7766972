"""What the answer of a command rests on stands with it: its day, its model, its cargo."""

from __future__ import annotations

import command
import pandas as pd
import pytest

import corridors as co
from corridors.assignment.views.sales import told_sellers
from corridors.cli.run import _outside
from corridors.display import number

DAY = "2025-11-01"
ON = ("--as-of", DAY)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["sweep", "--of", "border:BY-PL"], f"1 of 1, by the best plan, as of {DAY}"),
        (
            ["sweep", "--of", "border:BY-PL", "--cargo", "container", "--model", "logit"],
            f"1 of 1, of container alone, by route choice, as of {DAY}",
        ),
        (
            ["sweep", "--of", "border:BY-PL", "--by", "country"],
            f"by the best plan, as of {DAY}; demand counts in each of its countries",
        ),
        (["routes", "cn-az-xian-baku"], f"cheapest first, by the best plan, as of {DAY}"),
        (["routes", "--by", "mode"], f"What is carried by mode, by the best plan, as of {DAY}"),
        (["select", "border:BY-PL"], f"border BY-PL, by the best plan, as of {DAY}"),
        (
            ["select", "border:BY-PL", "--model", "logit"],
            f"border BY-PL, by route choice, as of {DAY}",
        ),
        (["headroom", "--cargo", "crude"], f"By the best plan, as of {DAY}."),
        (
            ["cut", "CN", "KZ", "--cargo", "container"],
            f"As of {DAY}, of each cargo as if all others stood aside.",
        ),
        (
            ["curve", "limit border:BY-PL to 0.5", "--to", "0.5,1"],
            "a day, against no scenario, by the best plan",
        ),
    ],
)  # fmt: skip
def test_an_answer_says_its_day_and_by_whose_choice_it_is(asked, told):
    """`run` begins with route choice, these with the best plan: side by side they look alike."""
    ended = command.corridors(*asked, *ON)
    assert not ended.returncode, ended.stderr
    assert told in " ".join(ended.stdout.split())


def test_what_is_full_stands_with_what_it_is_ordered_by(tmp_path):
    """A train's price is not a tonne's: by price alone the order cannot be seen."""
    report = tmp_path / "report.html"
    ended = command.corridors("run", "close border:BY-PL", *ON, "--report", report)
    assert not ended.returncode, ended.stderr
    told = ended.stdout[ended.stdout.index("Full, the dearest first") :]
    assert "worth: price times what is there for the demand" in " ".join(told.split())
    net = command.shipped()
    full = co.run(net, "close border:BY-PL", as_of=DAY).disrupted.bottlenecks.head(3)
    room = full["amount"] - full["background"]
    worth = [number(value) for value in full["price_usd"] * room]
    places = [told.index(f" {value} ") for value in worth]
    assert places == sorted(places)
    page = report.read_text(encoding="utf-8")
    assert "worth of all of it, USD a day" in page


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            ["close border:BY-PL from 2025-11-01 for 10 days"],
            f"what would hold if {DAY} lasted. The event in force ends on 2025-11-11: what days do",
        ),
        (["close border:BY-PL"], f"what would hold if {DAY} lasted."),
        (
            ["close border:BY-PL until 2025-12-01+close node:dostyk"],
            f"what would hold if {DAY} lasted. 1 of the 2 events in force ends on 2025-12-01:",
        ),
        (
            ["close border:BY-PL until 2025-12-01+close node:dostyk until 2026-01-01"],
            "All events in force end between 2025-12-01 and 2026-01-01: what days do",
        ),
    ],
)
def test_a_run_says_that_it_is_about_what_lasts(asked, told):
    """Ten days of a closure are no steady state, and nothing said so beside the answer."""
    ended = command.corridors("run", *asked, *ON)
    assert not ended.returncode, ended.stderr
    said = " ".join(ended.stdout.split())
    assert told in said
    assert ("corridors simulate` says" in said) == ("for 10" in asked[0] or "until" in asked[0])


def test_it_is_said_where_an_answer_lies_outside_its_own_band():
    frame = pd.DataFrame(
        {
            "quantity": ["a", "b", "c"],
            "central": [1.0, 5.0, 9.0],
            "low_5": [2.0, 4.0, 8.0],
            "high_95": [3.0, 6.0, 8.5],
        }
    )
    assert _outside(frame).startswith("With nothing drawn (central) 2 results of 3 lie outside")
    assert _outside(frame[:1]).startswith("With nothing drawn (central) 1 result of 1 lies outside")
    assert _outside(frame[1:2]) == ""


def test_one_other_seller_is_one():
    sales = pd.DataFrame(
        {
            "market": "m",
            "side": "seller",
            "node_id": list("abcd"),
            "name": list("ABCD"),
            "country": "AA",
            "cargo": "x",
            "premium_usd_per_unit": 0.0,
            "change_t_per_day": [-4.0, -3.0, -2.0, -1.0],
        }
    )
    [told] = told_sellers(sales, {"x": "Fuel"})
    assert "C (AA, 2 t of Fuel) and 1 other; nobody sells more." in told
