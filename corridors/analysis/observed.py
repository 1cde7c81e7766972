"""Which function of `static_measures` or `daily_measures` answers to which observation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

POLAND, BORDER, STORM = "poland-closure-2025", "kz-ru-border-2025", "caspian-storm-2026"
NUR_ZHOLY = "nur-zholy-queue-2025"

POSTS = (
    "aksai:forward", "auyl:forward", "kairak-out", "kurmangazy:forward", "orda:forward",
    "shagan:forward", "syrym:forward", "taskala:forward", "zhaisan-road:forward",
    "zhana-zhol:forward", "zhanibek:forward",
)  # fmt: skip
"""Road posts from Kazakhstan to Russia."""

AT_THE_POSTS = (*POSTS, "event#1")
"""Everybody who stands at these posts: sensitive loads wait for the scenario's own limit."""

NEAR_URALSK = ("aksai:forward", "shagan:forward", "syrym:forward", "taskala:forward")

WEST = ("cn-eu-",)
EAST = ("eu-cn-",)


@dataclass(frozen=True)
class Asked:
    """A function of the registry and what it is asked."""

    function: str
    what: dict[str, Any] = field(default_factory=dict)


def _ask(function: str, **what: Any) -> Asked:
    return Asked(function, what)


MODELLED: dict[str, Asked] = {
    # The Polish closure, by days.
    "poland-queue-brest": _ask("queue_on", scenario=POLAND, capacity=("terespol-rail:forward",)),
    "poland-queue-border-reopening": _ask(
        "queue_on", scenario=POLAND, capacity=("terespol-rail:forward",), date="2025-09-24"
    ),
    "poland-arrivals-during": _ask(
        "grew_on_days",
        scenario=POLAND,
        capacity="terespol-rail:forward",
        first="2025-09-12",
        days=11,
    ),
    "poland-reopened-in": _ask(
        "passed_on_days",
        scenario=POLAND,
        capacity="terespol-rail:forward",
        first="2025-09-25",
        days=4,
    ),
    "poland-recovery-days": _ask(
        "days_to_clear", scenario=POLAND, capacity="terespol-rail:forward", since="2025-09-25"
    ),
    "poland-kozlovichi-queue": _ask(
        "queue_on", scenario=POLAND, capacity=("kozlovichi-to-poland",)
    ),
    "poland-kozlovichi-wait": _ask("wait_on", scenario=POLAND, capacity=("kozlovichi-to-poland",)),
    "poland-spb-hamburg-trains": _ask(
        "passed_on_days",
        scenario=POLAND,
        capacity="spb-hamburg",
        first="2025-09-12",
        days=14,
        units_per_vehicle=104,
        per_days=7,
    ),
    "poland-share-suspended": _ask(
        "share_through", demand=WEST + EAST, through="BY-PL", as_of="2025-09-01"
    ),
    "poland-trains-in-0929": _ask(
        "passed_in_all",
        scenario=POLAND,
        capacity="terespol-rail:forward",
        first="2025-09-25",
        days=5,
    ),
    "poland-trains-out-0929": _ask(
        "passed_in_all",
        scenario=POLAND,
        capacity="terespol-rail:backward",
        first="2025-09-25",
        days=5,
    ),
    "poland-diverted-share": _ask(
        "share_diverted", scenario=POLAND, demand=WEST + EAST, first="2025-09-12", days=13
    ),
    "poland-annual-effect": _ask("share_not_carried", scenario=POLAND, demand=WEST + EAST),
    # The slow road posts between Kazakhstan and Russia, by days.
    **{
        name: _ask("queue_on", scenario=BORDER, capacity=AT_THE_POSTS)
        for name in ("kzru-queue-0918", "kzru-queue-0925", "kzru-queue-1002", "kzru-queue-1015")
    },
    "kzru-queue-mashtakovo": _ask("queue_on", scenario=BORDER, capacity=("syrym:forward",)),
    "kzru-queue-oral": _ask("queue_on", scenario=BORDER, capacity=NEAR_URALSK),
    "kurmangazy-queue": _ask("queue_on", scenario=BORDER, capacity=("kurmangazy:forward",)),
    "cn-kz-queue-chinese-side": _ask(
        "queue_on",
        scenario=BORDER,
        capacity=(
            "nur-zholy:forward",
            "dostyk-road:forward",
            "kalzhat-road:forward",
            "bakhty-road:forward",
            "maikapchagai-road:forward",
        ),
    ),
    "kzru-wait-clean": _ask("mean_wait_on", scenario=BORDER, capacity=POSTS),
    "kzru-wait-worst": _ask("wait_on", scenario=BORDER, capacity=POSTS),
    "kzru-queue-without-choice": _ask(
        "queue_without_choice", scenario=BORDER, capacity=AT_THE_POSTS
    ),
    "kzru-shortfall": _ask(
        "short_of_usual", scenario=BORDER, capacity=POSTS, first="2025-09-14", days=18
    ),
    "kzru-kairak-out": _ask(
        "passed_on_days", scenario=BORDER, capacity="kairak-out", first="2025-12-20", days=2
    ),
    "kzru-kairak-in": _ask(
        "passed_on_days", scenario=BORDER, capacity="kairak-in", first="2025-12-20", days=2
    ),
    "kzru-rail-trains": _ask("passed", capacity=("kz-ru-rail:forward",), as_of="2025-09-25"),
    "nur-zholy-queue": _ask("queue_on", scenario=NUR_ZHOLY, capacity=("nur-zholy:backward",)),
    "nur-zholy-accepted": _ask(
        "passed_on_days",
        scenario=NUR_ZHOLY,
        capacity="nur-zholy:backward",
        first="2025-11-08",
        days=5,
    ),
    # The storms of January 2026, by days.
    "storm-2026-extra-days": _ask(
        "added_days",
        scenario=STORM,
        through="caspian-feeders+aktau-container",
        first="2026-01-05",
        last="2026-02-05",
    ),
    # The undisturbed state.
    "ceu-2025-west": _ask("carried", demand=WEST, unit="TEU", as_of="2025-09-01"),
    "ceu-2025-east": _ask("carried", demand=EAST, unit="TEU", as_of="2025-09-01"),
    "ceu-polish-share": _ask(
        "share_through", demand=WEST + EAST, through="BY-PL", as_of="2025-09-01"
    ),
    "share-poland-china-eu-2025": _ask(
        "share_through", demand=WEST + EAST, through="BY-PL", as_of="2025-09-01"
    ),
    "volume-teu-china-eu-west-2025": _ask("carried", demand=WEST, unit="TEU", as_of="2025-09-01"),
    "volume-teu-china-eu-east-2025": _ask("carried", demand=EAST, unit="TEU", as_of="2025-09-01"),
    "transit-days-1520": _ask(
        "leg_days",
        demand=("cn-eu-chengdu-lodz-box",),
        first="dostyk",
        last="brest",
        as_of="2025-09-01",
    ),
    "trains-brest-terespol-2025": _ask(
        "passed", capacity=("terespol-rail:forward",), as_of="2025-09-01"
    ),
    "pairs-kz-ru-rail-2025": _ask("passed", capacity=("kz-ru-rail:forward",)),
    "trucks-kozlovichi-west-2026": _ask("passed", capacity=("kozlovichi-to-poland",)),
    "trucks-kairak-out-2025": _ask("passed", capacity=("kairak-out",)),
    "syrym-normal": _ask("passed", capacity=("syrym:forward",), as_of="2025-08-01"),
    "use-georgian-rail-2025": _ask("use_of", capacity="georgia-main-line", as_of="2025-12-31"),
    "transit-1520-days": _ask(
        "leg_days",
        demand=("cn-eu-chengdu-lodz-box",),
        first="dostyk",
        last="brest",
        as_of="2025-09-01",
    ),
    "transit-china-malaszewicze": _ask(
        "transit_days",
        demand=("cn-eu-chengdu-lodz-box", "cn-eu-xian-lodz-box", "cn-eu-zhengzhou-lodz-box"),
        as_of="2025-09-01",
    ),
    "transit-days-china-malaszewicze-2025": _ask(
        "transit_days",
        demand=("cn-eu-chengdu-lodz-box", "cn-eu-xian-lodz-box", "cn-eu-zhengzhou-lodz-box"),
        as_of="2025-09-01",
    ),
    "transit-xian-duisburg-fast": _ask(
        "transit_days", demand=("cn-eu-xian-duisburg",), as_of="2025-09-01"
    ),
    "xian-baku-days": _ask("transit_days", demand=("cn-az-xian-baku",), as_of="2025-09-01"),
    "almaty-moscow-normal": _ask(
        "transit_days", demand=("kz-ru-truck-almaty-moscow",), as_of="2025-08-01"
    ),
    "dostyk-mt-2025": _ask("volume", where={"chokepoint": "dostyk"}),
    "altynkol-mt-2025": _ask("volume", where={"chokepoint": "altynkol"}),
    "zabaikalsk-mt-2023": _ask("volume", where={"chokepoint": "zabaikalsk"}, as_of="2025-09-01"),
    "volume-t-kazakhstan-china-rail-2025": _ask("volume", where={"chokepoint": "cn-kz-rail"}),
    "volume-t-cpc-2025": _ask("passed", capacity=("cpc-kropotkin-cpc-terminal",), days=365.0),
    "druzhba-schwedt-2025": _ask("volume", where={"link": "plock-schwedt-pipeline"}),
    "kazakh-oil-to-china-2025": _ask(
        "carried",
        demand=("crude-atyrau-alashankou",),
        through="atasu-alashankou-pipeline",
        as_of="2025-09-01",
    ),
    "tengiz-into-cpc-2025": _ask("volume", where={"link": "tengiz-atyrau-pipeline"}),
    "kashagan-into-cpc-2025": _ask("volume", where={"link": "kashagan-atyrau-pipeline"}),
    "karachaganak-into-cpc-2025": _ask("volume", where={"link": "karachaganak-atyrau-pipeline"}),
    "aktau-makhachkala-2025": _ask("volume", where={"link": "aktau-makhachkala-sea"}),
    "volume-teu-kmtf-aktau-baku-2025": _ask("volume", where={"link": "aktau-alat-sea"}, unit="TEU"),
    "volume-t-saryagash-2025": _ask("volume", where={"link": "saryagash-keles-rail"}),
    "volume-teu-manzhouli-2023": _ask(
        "volume", where={"chokepoint": "zabaikalsk"}, unit="TEU", as_of="2025-09-01"
    ),
    "trains-erenhot-zamyn-uud-2025": _ask("volume", where={"chokepoint": "zamyn-uud"}, unit="TEU"),
    "samur-yalama-2022": _ask("volume", where={"link": "samur-yalama-rail"}, as_of="2025-09-01"),
}
"""Function and question by observation."""

_PRICE = "prices are an input here: the model has costs, no market"

NOT_MODELLED: dict[str, str] = {
    "price-change-percent": _PRICE,
    "price-usd-per-feu": _PRICE,
    "freight-rate": _PRICE,
    "cost-usd-per-teu": _PRICE,
    "added-cost-usd-per-teu": _PRICE,
    "kzru-rail-mt-2025": "the background there is known in trains, not in tonnes",
    "closure-days": "an input of the scenario",
    "poland-first-night-in": "shorter than a day",
    "poland-first-night-out": "shorter than a day",
    "poland-trucks-stuck": "the model does not know where trucks are registered",
    "poland-kz-trains-held": "trains held back far from the border: the model lets them come up",
    "poland-inflow-after": "boxes of all freight; the demand table counts China–EU alone",
    "poland-inflow-normal": "boxes of all freight; the demand table counts China–EU alone",
    "poland-spb-hamburg-sold-out": "an input: the reaction lag of boxes is taken from it",
}
"""Why not, by observation or by quantity."""
