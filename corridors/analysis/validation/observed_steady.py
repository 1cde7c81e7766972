"""Observations that the steady state answers to: volumes, uses, days, shares."""

from __future__ import annotations

from corridors.analysis.validation.runs import BASE_DAY
from corridors.analysis.validation.wording import Asked, ask

WEST = ("cn-eu-",)
EAST = ("eu-cn-",)
CPC = "cpc-moorings-2025"

FROM_CHINA = ("cn-az-", "cn-ge-", "cn-tr-")
"""Demand of the Chinese block trains on the Middle Corridor."""

TURKISH_TRUCKS = ("tr-tm-truck", "tr-uz-truck", "uz-tr-truck", "tr-kz-truck", "kz-tr-truck")
"""Demand of trucks between Türkiye and Central Asia."""

KAZAKH_CRUDE = (
    "crude-aktau-", "crude-atyrau-", "crude-karachaganak-", "crude-kashagan-", "crude-tengiz-",
)  # fmt: skip
"""Demand of Kazakh oil; Russian oil in transit is not in it."""

SIX_POSTS = (
    "syrym:forward", "taskala:forward", "shagan:forward", "aksai:forward", "orda:forward",
    "zhanibek:forward",
)  # fmt: skip
"""Road posts of the West Kazakhstan region."""

TO_LODZ = ("cn-eu-chengdu-lodz-box", "cn-eu-xian-lodz-box", "cn-eu-zhengzhou-lodz-box")

WEST_BY_RAIL = tuple(
    f"cn-eu-{city}" for city in ("chengdu", "chongqing", "wuhan", "xian", "yiwu", "zhengzhou")
)
"""Demand of boxes from China, without that of trucks."""

MIDDLE = {"link": ["aktau-alat-sea", "kuryk-alat-sea", "aktau-sangachal-sea"]}
"""The Kazakh route over the Caspian, oil included."""

BOXES = ("container", "container-fast")
TRUCKS = ("truck-general", "truck-sensitive")

STEADY: dict[str, Asked] = {
    "ceu-2025-west": ask("carried", demand=WEST, unit="TEU", as_of=BASE_DAY),
    "ceu-2025-east": ask("carried", demand=EAST, unit="TEU", as_of=BASE_DAY),
    "ceu-polish-share": ask("share_through", demand=WEST + EAST, through="BY-PL", as_of=BASE_DAY),
    "share-poland-china-eu-2025": ask(
        "share_through", demand=WEST + EAST, through="BY-PL", as_of=BASE_DAY
    ),
    "volume-teu-china-eu-west-2025": ask("carried", demand=WEST, unit="TEU", as_of=BASE_DAY),
    "volume-teu-china-eu-east-2025": ask("carried", demand=EAST, unit="TEU", as_of=BASE_DAY),
    "transit-days-1520": ask(
        "leg_days",
        demand=("cn-eu-chengdu-lodz-box",),
        first="dostyk",
        last="brest",
        as_of=BASE_DAY,
    ),
    "trains-brest-terespol-2025": ask(
        "passed", capacity=("terespol-rail:forward",), as_of=BASE_DAY
    ),
    "pairs-kz-ru-rail-2025": ask("passed", capacity=("kz-ru-rail:forward",)),
    "trucks-kozlovichi-west-2026": ask("passed", capacity=("kozlovichi-to-poland",)),
    "trucks-kairak-out-2025": ask("passed", capacity=("kairak-out",)),
    "syrym-normal": ask("passed", capacity=("syrym:forward",), as_of="2025-08-01"),
    "use-georgian-rail-2025": ask("use_of", capacity="georgia-main-line", as_of="2025-12-31"),
    "transit-1520-days": ask(
        "leg_days",
        demand=("cn-eu-chengdu-lodz-box",),
        first="dostyk",
        last="brest",
        as_of=BASE_DAY,
    ),
    "transit-china-malaszewicze": ask(
        "transit_days",
        demand=TO_LODZ,
        as_of=BASE_DAY,
    ),
    "transit-days-china-malaszewicze-2025": ask(
        "transit_days",
        demand=TO_LODZ,
        as_of=BASE_DAY,
    ),
    "transit-xian-duisburg-fast": ask(
        "transit_days", demand=("cn-eu-xian-duisburg",), as_of=BASE_DAY
    ),
    "xian-baku-days": ask("transit_days", demand=("cn-az-xian-baku",), as_of=BASE_DAY),
    "almaty-moscow-normal": ask(
        "transit_days", demand=("kz-ru-truck-almaty-moscow",), as_of="2025-08-01"
    ),
    "dostyk-mt-2025": ask("volume", where={"chokepoint": "dostyk"}),
    "altynkol-mt-2025": ask("volume", where={"chokepoint": "altynkol"}),
    "volume-t-kazakhstan-china-rail-2025": ask("volume", where={"chokepoint": "cn-kz-rail"}),
    "volume-t-cpc-2025": ask("passed", capacity=("cpc-kropotkin-cpc-terminal",), days=365.0),
    "druzhba-schwedt-2025": ask("volume", where={"link": "plock-schwedt-pipeline"}),
    "kazakh-oil-to-china-2025": ask(
        "carried",
        demand=("crude-atyrau-alashankou",),
        through="atasu-alashankou-pipeline",
        as_of=BASE_DAY,
    ),
    "tengiz-into-cpc-2025": ask("volume", where={"link": "tengiz-atyrau-pipeline"}),
    "kashagan-into-cpc-2025": ask("volume", where={"link": "kashagan-atyrau-pipeline"}),
    "karachaganak-into-cpc-2025": ask("volume", where={"link": "karachaganak-atyrau-pipeline"}),
    "aktau-makhachkala-2025": ask("volume", where={"link": "aktau-makhachkala-sea"}),
    "volume-teu-kmtf-aktau-baku-2025": ask("volume", where={"link": "aktau-alat-sea"}, unit="TEU"),
    "volume-t-saryagash-2025": ask("volume", where={"link": "saryagash-keles-rail"}),
    "volume-teu-manzhouli-2023": ask(
        "volume", where={"chokepoint": "zabaikalsk"}, unit="TEU", as_of=BASE_DAY
    ),
    "trains-erenhot-zamyn-uud-2025": ask("volume", where={"chokepoint": "zamyn-uud"}, unit="TEU"),
    "samur-yalama-2022": ask("volume", where={"link": "samur-yalama-rail"}, as_of=BASE_DAY),
    # Boxes between China and Europe.
    "ceu-2025": ask("carried", demand=WEST + EAST, unit="TEU", as_of=BASE_DAY),
    "transit-china-germany": ask(
        "transit_days", demand=("cn-eu-xian-duisburg", "cn-eu-zhengzhou-hamburg"), as_of=BASE_DAY
    ),
    "china-europe-rail-rate-2025": ask("mean_cost", demand=WEST_BY_RAIL, as_of=BASE_DAY),
    "china-malaszewicze-rail-rate-2025": ask("mean_cost", demand=TO_LODZ, as_of=BASE_DAY),
    "price-china-malaszewicze-2025": ask("mean_cost", demand=TO_LODZ, units=2.0, as_of=BASE_DAY),
    # Container trains at the Chinese border, both ways.
    "dostyk-container-trains-2025": ask(
        "passed", capacity=("dostyk-container-trains",), as_of=BASE_DAY
    ),
    "container-trains-alashankou-2025": ask(
        "passed", capacity=("dostyk-container-trains",), as_of=BASE_DAY
    ),
    **{
        name: ask(
            "volume",
            where={"chokepoint": "altynkol"},
            unit="train",
            cargo=BOXES,
            days=1.0,
            as_of=BASE_DAY,
        )
        for name in ("khorgos-container-trains-2025", "container-trains-khorgos-2025")
    },
    "erenhot-container-trains-2025": ask(
        "passed", capacity=("zamyn-uud-rail:forward", "zamyn-uud-rail:backward"), as_of=BASE_DAY
    ),
    "manzhouli-container-trains-2023": ask(
        "passed",
        capacity=("zabaikalsk-containers:forward", "zabaikalsk-containers:backward"),
        as_of=BASE_DAY,
    ),
    "suifenhe-container-trains-2023": ask(
        "volume",
        where={"link": ["suifenhe-grodekovo-rail-1435", "suifenhe-grodekovo-rail-1520"]},
        unit="train",
        cargo=BOXES,
        days=1.0,
        as_of=BASE_DAY,
    ),
    "kzcn-rail-2024": ask("volume", where={"chokepoint": "cn-kz-rail"}),
    # The Middle Corridor.
    "volume-t-middle-corridor-2025": ask("volume", where=MIDDLE, as_of=BASE_DAY),
    "volume-teu-middle-corridor-2025": ask("volume", where=MIDDLE, unit="TEU", as_of=BASE_DAY),
    "aktau-t-jan-jul-2025": ask(
        "volume", where={"node": "aktau", "mode": "sea"}, days=212, as_of=BASE_DAY
    ),
    "baku-teu-2025": ask(
        "volume", where={"node": "alat", "mode": "sea"}, unit="TEU", as_of=BASE_DAY
    ),
    "baku-trucks-jan-jul-2023": ask(
        "volume",
        where={"node": "alat", "mode": "sea"},
        unit="truck",
        cargo=TRUCKS,
        days=1.0,
        as_of=BASE_DAY,
    ),
    "caspian-ferry-vehicles-dec-2025": ask("passed", capacity=("caspian-ferry-trucks",)),
    "middle-trucks-2024": ask("passed", capacity=("kuryk-trucks",), as_of=BASE_DAY),
    "wagons-kuryk-2025": ask("passed", capacity=("kuryk-ferry-wagons:forward",)),
    "turkmenbashi-alat-teu-h1-2023": ask(
        "volume", where={"link": "turkmenbashi-alat-sea"}, unit="TEU", days=181, as_of=BASE_DAY
    ),
    "china-az-import-teu-2024": ask("carried", demand=("cn-az-",), unit="TEU"),
    "china-az-transit-teu-2024": ask("carried", demand=FROM_CHINA, through="AZ-GE", unit="TEU"),
    "china-middle-trains-2024": ask(
        "carried", demand=FROM_CHINA, through="AZ-KZ", unit="train", days=1.0
    ),
    "china-middle-trains-2025": ask(
        "carried", demand=FROM_CHINA, through="AZ-KZ", unit="train", days=1.0, as_of=BASE_DAY
    ),
    "azerbaijan-transit-teu-2025": ask(
        "volume", where={"chokepoint": "az-ge-rail"}, unit="TEU", as_of=BASE_DAY
    ),
    "volume-t-btk-2025": ask("volume", where={"chokepoint": "btk"}, as_of=BASE_DAY),
    "kars-trains-jan-jul-2025": ask(
        "volume", where={"chokepoint": "btk"}, unit="train", days=1.0, as_of=BASE_DAY
    ),
    "almaty-poti-days": ask("transit_days", demand=("kz-ge-almaty-poti",), as_of=BASE_DAY),
    "turkiye-central-asia-trucks": ask(
        "carried", demand=TURKISH_TRUCKS, unit="truck", days=1.0, as_of=BASE_DAY
    ),
    "turkiye-central-asia-share-caspian": ask(
        "share_through", demand=TURKISH_TRUCKS, through="AZ-GE", as_of=BASE_DAY
    ),
    "cku-first-traffic": ask("volume", where={"link": "kashgar-makmal-rail"}),
    # Trucks at border posts.
    "khorgos-road-both-ways": ask("passed", capacity=("nur-zholy:forward", "nur-zholy:backward")),
    "karasu-trucks-to-kg-2023": ask("passed", capacity=("karasu-to-kyrgyzstan",), as_of=BASE_DAY),
    "west-kz-posts-normal": ask("passed", capacity=SIX_POSTS, as_of="2025-08-01"),
    "trucks-west-kazakhstan-out-2024": ask("passed", capacity=SIX_POSTS, as_of="2025-08-01"),
    "trucks-koroszczyn-east-2025": ask(
        "volume",
        where={"link": "kozlovichi-kukuryki-road", "direction": "PL>BY"},
        unit="truck",
        days=1.0,
        as_of=BASE_DAY,
    ),
    # Iran.
    "instc-caspian-2023": ask(
        "volume",
        where={
            "link": [
                "astrakhan-amirabad-sea",
                "astrakhan-anzali-sea",
                "makhachkala-amirabad-sea",
                "makhachkala-anzali-sea",
            ]
        },
        as_of=BASE_DAY,
    ),
    "instc-containers-2025": ask(
        "carried", demand=("ru-in-",), through="hormuz-bandar_abbas-sea", unit="TEU", as_of=BASE_DAY
    ),
    "iran-transit-trains-jan-2026": ask(
        "volume",
        where={"border": ["IR", "TM"], "mode": "rail"},
        unit="train",
        cargo=BOXES,
        days=1.0,
    ),
    "kazakh-grain-iran-aktau-2425": ask(
        "volume", where={"link": ["aktau-amirabad-sea", "aktau-anzali-sea"]}, cargo=("grain",)
    ),
    "kazakh-grain-iran-rail-2025": ask(
        "volume", where={"border": ["IR", "TM"], "mode": "rail"}, cargo=("grain",), days=243
    ),
    "volume-t-kz-ir-rail-2025": ask(
        "volume", where={"link": "bolashak-bereket-rail"}, as_of=BASE_DAY
    ),
    "uzbekistan-iran-rail-2025": ask(
        "carried", demand=("uz-ir-", "ir-uz-"), through="sarakhs_tm-sarakhs_ir-rail", days=243
    ),
    # Oil.
    "atyrau-samara-2025": ask("volume", where={"link": "atyrau-samara-pipeline"}),
    "volume-t-aktau-btc-2025": ask("volume", where={"link": "aktau-sangachal-sea"}),
    "kazakh-oil-exports-2025": ask("carried", demand=KAZAKH_CRUDE),
    "cpc-share-of-kazakh-crude": ask(
        "share_through", demand=KAZAKH_CRUDE, through="kropotkin-cpc_terminal-pipeline"
    ),
    "cpc-flow-october-2025": ask("passed", capacity=("cpc-kropotkin-cpc-terminal",)),
    "cpc-flow-november-2025": ask("passed", capacity=("cpc-kropotkin-cpc-terminal",)),
    "cpc-flow-december-2025": ask("passed", capacity=("cpc-moorings",), scenario=CPC),
    "atyrau-samara-december-2025": ask(
        "volume", where={"link": "atyrau-samara-pipeline"}, days=1.0, scenario=CPC
    ),
}
"""Function and question by observation."""
