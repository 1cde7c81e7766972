"""Why an observation is not held against the model, by its id or by its quantity."""

from __future__ import annotations

_PRICE = "a change of price on the market: the model has costs of transport, no market"
_BEFORE = "traffic of {year}: the demand table holds that of 2025"
_ALL_FREIGHT = "boxes of all freight and any length; the demand table counts China–EU alone, in TEU"
_DECREE = (
    "checks under the Russian decree 1374: no scenario of the network has them, and its demand "
    "is the pace of the second half of 2025, after them"
)
_SHIPS = "voyages: the model moves cargo over capacities a day and counts no ships"

_YEARS = {
    "aktau-teu-q1-2024": 2024,
    "azerbaijan-east-west-t-2024": 2024,
    "baku-teu-2024": 2024,
    "baku-teu-jan-jul-2022": 2022,
    "baku-teu-jan-jul-2023": 2023,
    "btk-t-2022": 2022,
    "caspian-feeders-teu-2024": 2024,
    "ceu-2024": 2024,
    "cpc-volume-2024": 2024,
    "kuryk-t-jan-oct-2023": 2023,
    "kz-crude-btc-2024": 2024,
    "kz-crude-makhachkala-2023": 2023,
    "middle-volume-t-2022": 2022,
    "middle-volume-t-2023": 2023,
    "middle-volume-t-2024": 2024,
    "middle-volume-teu-2022": 2022,
    "middle-volume-teu-2023": 2023,
    "middle-volume-teu-2024": 2024,
}
"""Year of volumes of traffic that the demand table holds as it was in 2025."""

NOT_MODELLED: dict[str, str] = {
    # By quantity.
    "price-change-percent": _PRICE,
    "closure-days": "an input of the scenario",
    "voyages": _SHIPS,
    "calls-per-day": _SHIPS,
    # Another year, or traffic that the demand table leaves out.
    **{name: _BEFORE.format(year=year) for name, year in _YEARS.items()},
    "arctic-container-tonnes-2025": (
        "containers of all 14 voyages of the season; the demand table holds the load of one "
        "express sailing to Felixstowe"
    ),
    "baku-t-2024": "all cargo of the port; the demand table holds the cargo of the corridors alone",
    "crossing-2030-wb": "a forecast of demand; most rows of demand stay as in 2025",
    "georgia-rail-t-2024": "all freight of the railway; the demand table holds only part of it",
    "georgia-rail-t-2025": "all freight of the railway; the demand table holds only part of it",
    "instc-rail-2023": (
        "rail freight of the whole corridor; the demand table holds only what passes Samur "
        "and what goes from Kazakhstan and the Urals to Iran"
    ),
    "iran-international-rail-2024": (
        "all rail borders of Iran; the demand table holds only trade with Kazakhstan, Uzbekistan, "
        "Russia and China"
    ),
    "karachaganak-liquids-normal": (
        "all liquids of the field; the demand table holds only the oil shipped by CPC"
    ),
    "kazakh-output-december-2025": (
        "output of oil, refineries at home included; the demand table holds exports alone"
    ),
    "kashagan-to-china-december-2025": (
        "a sale to another buyer: the oil of Kashagan is bound for Europe in the demand table"
    ),
    "kzru-rail-mt-2025": "the background there is known in trains, not in tonnes",
    "marmaray-trains-2021": "freight between Türkiye and Europe, which the demand table leaves out",
    "middle-teu-fall-2023": (
        "a fall of demand when sea rates fell: what is to be shipped is an input of the model"
    ),
    "poland-inflow-after": _ALL_FREIGHT,
    "poland-inflow-normal": _ALL_FREIGHT,
    "sarakhs-2021": (
        "all traffic of 2021; the demand table holds what Uzbekistan, Kazakhstan, Russia and "
        "China sent to Iran in 2025"
    ),
    "terespol-boxes-in": _ALL_FREIGHT,
    "terespol-boxes-out": _ALL_FREIGHT,
    "zabaikalsk-mt-2023": (
        "all rail freight there; the demand table holds only the boxes and leaves out the coal, "
        "timber and other bulk of Russia"
    ),
    # Events that are no scenario.
    "brest-hold-2021": "the jam of 2021: no scenario has it, and demand of that year is not held",
    "china-border-black-sea-days-2022": (
        "the jam of 2022: no scenario has it, and demand of that year is not held"
    ),
    "cpc-loss-office-strike": "no capacity was lost, so there is no event to model",
    "cpc-rerouted-april-2022": (
        "the outage of spring 2022: no scenario has it, and demand of that year is not held"
    ),
    "decree-1374-delay": _DECREE,
    "decree-1374-detained": _DECREE,
    "decree-1374-h1-2025": _DECREE,
    "karasu-trucks-to-kz-2023": "the pace under strict checks: an input of karasu-e-queue-2025",
    "malaszewicze-works-2018": "a capacity during track works of 2018, which no scenario has",
    "shanghai-rotterdam-rate-aug-2024": (
        "a market price in a crisis: the sea tariffs here are those of October 2025"
    ),
    "storm-2026-extra-usd": "an input of the scenario caspian-storm",
    "syrym-queue-blizzard": "a blizzard of December 2024, which no scenario has",
    # What the model does not tell apart.
    "kz-uz-road-wait-2025": (
        "the longest waits at single posts; the network gives each of these posts one usual time"
    ),
    "poland-first-night-in": "shorter than a day",
    "poland-first-night-out": "shorter than a day",
    "poland-kz-trains-held": (
        "trains held back far from the border: the model lets them come up to it"
    ),
    "poland-spb-hamburg-sold-out": "an input: the reaction lag of boxes is taken from it",
    "poland-trucks-stuck": "the model does not know where trucks are registered",
    "xian-baku-days-record": "a record run: the network has usual times, which are longer",
}
"""Why not, by observation or by quantity."""
