"""The Middle Corridor year by year: what the table asks for, and what the model sends there."""

from __future__ import annotations

from pathlib import Path

import pytest

import corridors as co

PAGE = Path(__file__).parent.parent / "docs" / "validation.md"

CROSSING = ["aktau-alat-sea", "kuryk-alat-sea", "aktau-sangachal-sea"]
"""The Kazakh part of the Caspian, where the association counts."""

ASKED = (
    "cn-az-|cn-ge-|cn-tr-|ge-kz-poti|kz-ge-|kz-eu-karaganda|kz-tr-almaty|kz-tr-copper|kz-tr-truck|"
    "tr-kz-|kz-az-grain|crude-aktau-ceyhan"
)
"""Demand that was counted on the route."""

WITHIN = 0.25


def rows():
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    at = lines.index("## The Middle Corridor by year")
    table = [line for line in lines[at:] if line.startswith("| 20")]
    return [[float(c.rstrip("*")) for c in line.strip("|").split("|")] for line in table]


def test_four_years_are_on_the_page():
    assert [row[0] for row in rows()] == [2022, 2023, 2024, 2025]


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row[0]:.0f}")
def test_a_year_of_the_middle_corridor(net, row):
    year, mt, mt_asked, mt_chosen, mt_best, teu, teu_asked, teu_chosen, teu_best = row
    day = f"{year:.0f}-09-01"
    best = co.assign(net, as_of=day)
    demand = best.shortfall[best.shortfall["demand_id"].str.match(ASKED)]
    asked = demand["demand_t_per_day"].sum() * 365 / 1e6
    boxes = demand[demand["cargo"].str.startswith("container")]
    asked_teu = boxes["demand_units_per_day"].sum() * 365 / 1e3
    found = []
    for answer in (co.assign(net, as_of=day, model="logit"), best):
        flows = answer.flows[answer.flows["id"].isin(CROSSING)]
        own = flows[flows["cargo"].str.startswith("container")]
        carried, in_boxes = flows["t_per_day"].sum(), own["units_per_day"].sum()
        found.append((carried * 365 / 1e6, in_boxes * 365 / 1e3))
    (chosen, chosen_teu), (least, least_teu) = found
    said = [f"{x:.2f}" for x in (mt_asked, mt_chosen, mt_best)]
    assert [f"{x:.2f}" for x in (asked, chosen, least)] == said
    said = [f"{x:.1f}" for x in (teu_asked, teu_chosen, teu_best)]
    assert [f"{x:.1f}" for x in (asked_teu, chosen_teu, least_teu)] == said
    # The table stands for its year, and shippers as they choose use the route as they did.
    for figure, published in ((asked, mt), (chosen, mt), (asked_teu, teu), (chosen_teu, teu)):
        assert abs(figure / published - 1) < WITHIN
