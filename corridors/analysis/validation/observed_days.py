"""Observations that a run by days answers to: queues, waits, what passed, what went round."""

from __future__ import annotations

from corridors.analysis.validation.wording import Asked, ask
from corridors.scenarios.capacities import event_limit_id

POLAND, BORDER, STORM = "poland-closure-2025", "kz-ru-border-2025", "caspian-storm-2026"
NUR_ZHOLY = "nur-zholy-queue-2025"

POSTS = (
    "aksai:forward", "auyl:forward", "kairak-out", "kurmangazy:forward", "orda:forward",
    "shagan:forward", "syrym:forward", "taskala:forward", "zhaisan-road:forward",
    "zhana-zhol:forward", "zhanibek:forward",
)  # fmt: skip
"""Road posts from Kazakhstan to Russia."""

AT_THE_POSTS = (*POSTS, event_limit_id(1))
"""Everybody who stands at these posts: sensitive loads wait for the scenario's own limit."""

NEAR_URALSK = ("aksai:forward", "shagan:forward", "syrym:forward", "taskala:forward")

CHINA_EU = ("cn-eu-", "eu-cn-")
"""Demand between China and the European Union, both ways."""

BY_DAYS: dict[str, Asked] = {
    # The Polish closure, by days.
    "poland-queue-brest": ask("queue_on", scenario=POLAND, capacity=("terespol-rail:forward",)),
    "poland-queue-border-reopening": ask(
        "queue_on", scenario=POLAND, capacity=("terespol-rail:forward",), date="2025-09-24"
    ),
    "poland-arrivals-during": ask(
        "grew_on_days",
        scenario=POLAND,
        capacity="terespol-rail:forward",
        first="2025-09-12",
        days=11,
    ),
    "poland-reopened-in": ask(
        "passed_on_days",
        scenario=POLAND,
        capacity="terespol-rail:forward",
        first="2025-09-25",
        days=4,
    ),
    "poland-recovery-days": ask(
        "days_to_clear", scenario=POLAND, capacity="terespol-rail:forward", since="2025-09-25"
    ),
    "poland-kozlovichi-queue": ask("queue_on", scenario=POLAND, capacity=("kozlovichi-to-poland",)),
    "poland-kozlovichi-wait": ask("wait_on", scenario=POLAND, capacity=("kozlovichi-to-poland",)),
    "poland-spb-hamburg-trains": ask(
        "passed_on_days",
        scenario=POLAND,
        capacity="spb-hamburg",
        # The first of these trains ran on that day.
        first="2025-09-26",
        days=14,
        units_per_vehicle=104,
        per_days=7,
    ),
    "poland-share-suspended": ask(
        "share_through", demand=CHINA_EU, through="BY-PL", as_of="2025-09-01"
    ),
    "poland-trains-in-0929": ask(
        "passed_in_all",
        scenario=POLAND,
        capacity="terespol-rail:forward",
        first="2025-09-25",
        days=5,
    ),
    "poland-trains-out-0929": ask(
        "passed_in_all",
        scenario=POLAND,
        capacity="terespol-rail:backward",
        first="2025-09-25",
        days=5,
    ),
    "poland-diverted-share": ask(
        "share_diverted", scenario=POLAND, demand=CHINA_EU, first="2025-09-12", days=13
    ),
    "poland-annual-effect": ask("share_not_carried", scenario=POLAND, demand=CHINA_EU),
    # The slow road posts between Kazakhstan and Russia, by days.
    **{
        name: ask("queue_on", scenario=BORDER, capacity=AT_THE_POSTS)
        for name in ("kzru-queue-0918", "kzru-queue-0925", "kzru-queue-1002", "kzru-queue-1015")
    },
    "kzru-queue-mashtakovo": ask("queue_on", scenario=BORDER, capacity=("syrym:forward",)),
    "kzru-queue-oral": ask("queue_on", scenario=BORDER, capacity=NEAR_URALSK),
    "kurmangazy-queue": ask("queue_on", scenario=BORDER, capacity=("kurmangazy:forward",)),
    "cn-kz-queue-chinese-side": ask(
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
    "kzru-wait-clean": ask("mean_wait_on", scenario=BORDER, capacity=POSTS),
    "kzru-wait-worst": ask("wait_on", scenario=BORDER, capacity=POSTS),
    "kzru-queue-without-choice": ask(
        "queue_without_choice", scenario=BORDER, capacity=AT_THE_POSTS
    ),
    "kzru-shortfall": ask(
        "short_of_usual", scenario=BORDER, capacity=POSTS, first="2025-09-14", days=18
    ),
    "kzru-kairak-out": ask(
        "passed_on_days", scenario=BORDER, capacity="kairak-out", first="2025-12-20", days=2
    ),
    "kzru-kairak-in": ask(
        "passed_on_days", scenario=BORDER, capacity="kairak-in", first="2025-12-20", days=2
    ),
    "kzru-rail-trains": ask("passed", capacity=("kz-ru-rail:forward",), as_of="2025-09-25"),
    "nur-zholy-queue": ask("queue_on", scenario=NUR_ZHOLY, capacity=("nur-zholy:backward",)),
    "nur-zholy-accepted": ask(
        "passed_on_days",
        scenario=NUR_ZHOLY,
        capacity="nur-zholy:backward",
        first="2025-11-08",
        days=5,
    ),
    # The storms of January 2026, by days.
    "storm-2026-extra-days": ask(
        "added_days",
        scenario=STORM,
        among=("caspian-feeders", "aktau-container"),
        first="2026-01-05",
        last="2026-02-05",
    ),
    "storm-2026-xian-baku-days": ask(
        "journey_on", scenario=STORM, demand=("cn-az-xian-baku",), first="2026-01-05", days=27
    ),
    "kzru-almaty-moscow": ask(
        "journey_on", scenario=BORDER, demand=("kz-ru-truck-almaty-moscow",), first="2025-10-15"
    ),
    "ceu-2025-h2": ask("carried_with_loss", scenario=POLAND, demand=CHINA_EU, days=184),
}
"""Function and question by observation."""
