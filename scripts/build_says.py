"""Write docs/says.md: what the model says of the corridors, a sentence for each number.

    python scripts/build_says.py

Each sentence has its number by the best plan, the range of it over `DRAWS` draws of every
uncertain input, the scenario, and the command that says it again. Nothing is written that is not
worked out here; what the model cannot support is left out, and the page says which.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import corridors as co
from corridors.display import number, progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corridors.network.network import Network

PAGE = Path(__file__).parent.parent / "docs" / "says.md"

DRAWS, SEED = 12, 0

LOST = "newly_unserved_t_per_day"
MOVED = "rerouted_t_per_day"
SURPLUS = "surplus_lost_usd_per_day"


@dataclass(frozen=True)
class Claim:
    """A sentence and the result that it is about.

    Attributes
    ----------
    scenario
        As `corridors run` takes it.
    quantity
        A quantity of `Uncertainty.percentiles`; the sum where there are several.
    text
        The sentence, with ``{}`` for the number and its range.
    unit
        Unit of the number.
    as_of
        The day, where the scenario has none.
    """

    scenario: str
    quantity: tuple[str, ...]
    text: str
    unit: str = "t"
    as_of: str | None = None

    @property
    def command(self) -> str:
        """What says it again."""
        name = f'"{self.scenario}"' if " " in self.scenario else self.scenario
        day = f" --as-of {self.as_of}" if self.as_of else ""
        return f"corridors run {name}{day} --model optimal --uncertainty {DRAWS}"


SECTIONS: Mapping[str, tuple[Claim, ...]] = {
    "The north": (
        Claim(
            "poland-closure-2025",
            (LOST,),
            "While Poland's border with Belarus is shut, {} a day stay at home, trucks between "
            "Minsk, Moscow and Warsaw most of all.",
        ),
        Claim(
            "poland-closure-2025",
            (MOVED,),
            "More finds another way, above all by Lithuania and by sea: {} a day.",
        ),
        Claim(
            "poland-lithuania-latvia-closed",
            (LOST,),
            "Lithuania is the valve. Were it and Latvia to follow, {} a day would stay.",
        ),
        Claim(
            "close border:KZ-RU",
            (LOST,),
            "No border matters as much as the one between Kazakhstan and Russia, by rail, road and "
            "pipe: shut, it stops {} a day.",
            as_of="2025-09-12",
        ),
        Claim(
            "kz-ru-border-2025",
            (LOST,),
            "Inspections of trucks alone keep {} a day from crossing it, were they to last.",
        ),
    ),
    "China's border": (
        Claim(
            "close border:CN-KZ",
            (LOST,),
            "Shut, the border of China and Kazakhstan stops {} a day: Mongolia and Manchuria have "
            "no room for what it carries.",
            as_of="2025-09-12",
        ),
        Claim(
            "dostyk-embargo-2025",
            (MOVED,),
            "Dostyk's grain and ore have another gate: {} a day go another way, theirs and "
            "what they push aside.",
        ),
        Claim(
            "cn-kz-permits-2025",
            (LOST,),
            "Without truck permits {} a day stay; the railway takes what is worth its handling.",
        ),
    ),
    "The Middle Corridor and Zangezur": (
        Claim(
            "caspian-falls-2030",
            (LOST,),
            "A sea that falls by 25 cm a year takes {} a day off it by 2030 where nobody dredges.",
        ),
        Claim(
            "zangezur-2030",
            (MOVED,),
            "The Armenian section of Zangezur moves {} a day in 2030: by railway the way over "
            "Tbilisi stays cheaper.",
        ),
        Claim(
            "georgia-shut-2030",
            (LOST,),
            "What it is worth shows when Georgia is shut. Without it {} a day stay,",
        ),
        Claim("georgia-shut-zangezur-2030", (LOST,), "with it {}."),
    ),
    "Oil and fuel": (
        Claim(
            "cpc-stops-2025",
            (LOST,),
            "Were the Caspian pipeline to stop, {} a day of crude would have no outlet.",
        ),
        Claim(
            "fuel-russia-stops-2025",
            (LOST,),
            "If Russia sells no fuel, its neighbours go without {} a day.",
        ),
        Claim(
            "orenburg-gas-2025",
            ("lost_t_per_day: crude",),
            "When Orenburg takes no gas, Karachaganak lifts {} a day less of crude.",
        ),
    ),
    "The world": (
        Claim("iran-removed-2026", (LOST,), "Iran out of the map costs {} a day."),
        Claim(
            "hormuz-shut-2026",
            (LOST,),
            "Hormuz hardly matters to these corridors: {} a day.",
        ),
    ),
}
"""What is said, in the order of the page."""

HEAD = """# What this model says about Eurasia's corridors

Each sentence has its number by the best plan, in brackets the 5th and the 95th percentile of
{draws} draws of every uncertain input, and the command that says it again. No dispatcher could do
better, so what is lost is a lower bound; without `--model optimal` the command says what shippers
make of it. All are steady states: what would hold if that day lasted; what a closure of days does
is asked of `corridors simulate`. Ranges of inputs lean to one side (a limit may well be lower
than it is thought), so that an answer can lie outside the band of its draws. Made by
`scripts/build_says.py`.
"""

TAIL = """
## What it does not say

- How many trains or trucks pass on a given day: means of many days are no timetable.
- What anybody will charge. A price of a full place says what one more unit there would be worth.
- What trade a new line would create: demand is that of the tables, and answers to price alone.
- Anything about cargo that is no row of the demand table; limits count it as background.
- Whether a border will be shut, or for how long.

[What this model is good for](good_for.md) says why, and [the pack](pack.md) has the answers to all
questions that ship.
"""


def main() -> None:
    """Draw, and write the page."""
    net = co.load()
    wanted = {(c.scenario, c.as_of): None for own in SECTIONS.values() for c in own}
    with progress("drawing", len(wanted)) as done:
        found = {}
        for scenario, day in wanted:
            found[scenario, day] = figures(net, scenario, day)
            done()
    lines = [HEAD.format(draws=DRAWS)]
    for title, claims in SECTIONS.items():
        lines.append(f"\n## {title}\n")
        lines += [line_of(claim, found[claim.scenario, claim.as_of]) for claim in claims]
    PAGE.write_text("\n".join(lines).rstrip("\n") + "\n" + TAIL, encoding="utf-8")


def figures(net: Network, scenario: str, day: str | None) -> co.Uncertainty:
    """Return the draws of a scenario by the best plan."""
    return co.uncertainty(net, scenario, DRAWS, SEED, as_of=day, workers=1)


def line_of(claim: Claim, sure: co.Uncertainty) -> str:
    """Return a sentence with its number, its range, and the command that says it again."""
    table = sure.percentiles.set_index("quantity")
    own = table.reindex(list(claim.quantity)).fillna(0.0)
    central, low, high = (own[c].sum() for c in ("central", "low_5", "high_95"))
    said = f"**{number(central, claim.unit)}** ({number(low)} to {number(high)})"
    return f"- {claim.text.format(said)} `{claim.command}`"


if __name__ == "__main__":
    main()
