"""Observations that the best route through given places answers to: days and costs."""

from __future__ import annotations

from corridors.analysis.validation.wording import Asked, ask

TO_BLACK_SEA = ("altynkol", "aktau", "alat", "poti")
"""From the Chinese border over the Caspian to the Georgian coast."""

BY_SUEZ = ("shanghai", "suez", "rotterdam", "duisburg")
BY_CAPE = ("shanghai", "cape_good_hope", "rotterdam", "duisburg")
"""From Shanghai by sea to Rotterdam and inland."""

RAIL = ("rail",)
RAIL_AND_SEA = ("rail", "sea")

BY_ROUTE: dict[str, Asked] = {
    # Days on the Middle Corridor.
    "alat-mersin-days": ask("route_time", places=("alat", "kars", "mersin"), modes=RAIL),
    "kars-istanbul-hours": ask("route_time", places=("kars", "istanbul"), modes=RAIL, per="hour"),
    "kars-mersin-hours": ask("route_time", places=("kars", "mersin"), modes=RAIL, per="hour"),
    "poti-baku-hours": ask("route_time", places=("poti", "baku"), modes=RAIL, per="hour"),
    "altynkol-baku-days": ask(
        "route_time", places=("altynkol", "aktau", "alat", "baku"), modes=RAIL_AND_SEA
    ),
    "altynkol-poti-days": ask("route_time", places=TO_BLACK_SEA, modes=RAIL_AND_SEA),
    "altynkol-constanta-days": ask(
        "route_time",
        places=(*TO_BLACK_SEA, "constanta"),
        modes=RAIL_AND_SEA,
        avoid=("batumi",),
        quays=True,
    ),
    "china-az-block-train-days": ask(
        "route_time", places=("altynkol", "aktau", "alat"), modes=RAIL_AND_SEA, quays=True
    ),
    "china-border-black-sea-days-2025": ask("route_time", places=TO_BLACK_SEA, modes=RAIL_AND_SEA),
    "china-border-black-sea-days-ministry": ask(
        "route_time", places=TO_BLACK_SEA, modes=RAIL_AND_SEA
    ),
    "zangezur-days-saved": ask(
        "days_longer",
        places=("alat", "akhalkalaki", "kars"),
        other=("alat", "meghri", "kars"),
        modes=RAIL,
        as_of="2031-01-01",
    ),
    # Days on the other ways between Asia and Europe.
    "china-eu-by-iran-days": ask(
        "route_time",
        places=("chengdu", "bolashak", "incheh_borun", "van", "tatvan", "lodz"),
        modes=RAIL_AND_SEA,
    ),
    "china-tehran-days": ask(
        "route_time", places=("xian", "bolashak", "incheh_borun", "tehran"), modes=RAIL
    ),
    "china-north-europe-suez-days": ask("route_time", places=BY_SUEZ, quays=True),
    "china-north-europe-cape-days": ask("route_time", places=BY_CAPE, quays=True),
    "cape-extra-days": ask("days_longer", places=BY_CAPE, other=BY_SUEZ),
    "shanghai-poti-days": ask(
        "route_time", places=("shanghai", "suez", "poti"), modes=("sea",), quays=True
    ),
    "mumbai-petersburg-suez-days": ask(
        "route_time", places=("mumbai", "suez", "spb"), modes=("sea",), quays=True
    ),
    "mumbai-petersburg-instc-days": ask(
        "route_time", places=("mumbai", "bandar_abbas", "astara_az", "spb"), quays=True
    ),
    "ningbo-felixstowe-arctic-days": ask(
        "route_time", places=("ningbo", "pevek", "felixstowe"), modes=("sea",), as_of="2025-10-13"
    ),
    "transit-spb-hamburg-beijing": ask(
        "route_time", places=("hamburg", "spb", "beijing"), modes=RAIL_AND_SEA, quays=True
    ),
    "transit-truck-khorgos-poland": ask(
        "route_time", places=("khorgos_cn", "kukuryki"), cargo="truck-general", modes=("road",)
    ),
    "transit-zabaikalsk-mamonovo": ask(
        "route_time", places=("zabaikalsk", "mamonovo"), modes=RAIL, as_of="2017-12-31"
    ),
    # Stops at a border in ordinary times.
    "kozlovichi-wait-normal": ask("border_stop", link="kozlovichi-kukuryki-road", per="day"),
    "syrym-crossing-hours": ask("border_stop", link="syrym-mashtakovo-road"),
    "sarpi-wait-2022": ask("border_stop", link="sarpi-hopa-road"),
    "torugart-wait-2022": ask("border_stop", link="kashgar-torugart-road"),
    # What shippers pay a carrier for a box.
    "alat-mersin-usd": ask("route_cost", places=("alat", "kars", "mersin"), modes=RAIL),
    "baku-poti-usd": ask("route_cost", places=("baku", "poti"), modes=RAIL),
    "poti-mersin-usd": ask("route_cost", places=("poti", "mersin"), modes=("sea",)),
    "tashkent-derince-aktau-usd": ask(
        "route_cost", places=("tashkent", "aktau", "alat", "izmit"), modes=RAIL_AND_SEA
    ),
    "tashkent-derince-turkmenbashi-usd": ask(
        "route_cost", places=("tashkent", "turkmenbashi", "alat", "izmit"), modes=RAIL_AND_SEA
    ),
    "erai-1520-rate-2024": ask("route_cost", places=("dostyk", "brest"), modes=RAIL),
    "erai-1520-rate-h1-2025": ask("route_cost", places=("dostyk", "brest"), modes=RAIL),
    "price-1520-2024": ask("route_cost", places=("dostyk", "brest"), modes=RAIL, units=2.0),
    "asia-north-europe-rate-oct-2025": ask(
        "route_cost", places=("shanghai", "suez", "rotterdam"), modes=("sea",)
    ),
    "shanghai-rotterdam-rate-oct-2025": ask(
        "route_cost", places=("shanghai", "suez", "rotterdam"), modes=("sea",)
    ),
    "shanghai-poti-rate": ask(
        "route_cost", places=("shanghai", "suez", "bosporus", "poti"), modes=("sea",)
    ),
    "middle-northern-cost-ratio": ask(
        "cost_ratio",
        places=("xian", "aktau", "alat", "poti", "constanta", "duisburg"),
        other=("xian", "dostyk", "brest", "duisburg"),
        modes=RAIL_AND_SEA,
        avoid=("batumi",),
    ),
}
"""Function and question by observation."""
