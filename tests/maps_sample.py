"""A small map for the tests of maps: a border that closes, and the way round it.

W (port) ---- A (border) -x- B (border) ---- M (terminal)
                   \\                        /
                    +-- R (road, no limit) --+        P: planned, dotted
sea: M ... over 180 degrees ... E
"""

from __future__ import annotations

from typing import Any

from corridors.maps import (
    FlowMapData,
    LinkFlow,
    MapCapacity,
    MapDemand,
    MapLink,
    MapNode,
    MapSource,
)
from corridors.maps.data import CREDITS

NASTY = (
    "<script>window.hit=1</script>",
    "<img src=x onerror='window.hit=1'>",
    "</script><script>window.hit=1</script>",
    "`;window.hit=1;`",
    "${window.hit=1}",
    "{{ 7*7 }}{% raw %}",
    '"><svg onload="window.hit=1">',
    "'-window.hit=1-'",
    "\\u003cimg src=x onerror=window.hit=1\\u003e",
    "<!-- --> ]]> \u2028 &lt;b&gt;",
)

STATES = ("before", "after")

COUNTRIES: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"iso2": iso2, "name": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[west, 44], [east, 44], [east, 58], [west, 58], [west, 44]]],
            },
        }
        for iso2, name, west, east in [("WW", "Westland", 14, 23.5), ("EE", "Eastland", 23.5, 40)]
    ],
}

PLACES = {
    "w": ("West Port", "port", 15.0, 53.0),
    "a": ("Aborder", "border", 23.2, 52.0),
    "b": ("Bborder", "border", 23.9, 52.1),
    "m": ("Midtown", "terminal", 30.0, 53.0),
    "r": ("Ringroad", "junction", 26.0, 48.0),
    "e": ("East Port", "port", 190.0, 60.0),
}

SOURCES = (
    MapSource("A railway", "Annual report", "2025-01-31", "A"),
    MapSource("A newspaper", "Trucks wait", "2025-09-12", "C"),
)


def _flow(**amounts: float) -> LinkFlow:
    return LinkFlow(forward=amounts, backward={name: value / 4 for name, value in amounts.items()})


def _link(link_id: str, start: str, end: str, mode: str = "rail", **more: Any) -> MapLink:
    one, other = PLACES[start], PLACES[end]
    return MapLink(
        link_id,
        f"{one[0]} - {other[0]}",
        mode,
        [one[2:], other[2:]],
        ends=(one[0], other[0]),
        sources=SOURCES,
        **more,
    )


def sample() -> FlowMapData:
    """Build the map that is sketched above."""
    limit = MapCapacity(
        "Trains over the border",
        "trains",
        12.0,
        used={"before": 9.0, "after": 0.0},
        price={"before": 0.0, "after": 0.0},
    )
    full = MapCapacity(
        "Wagons to the port",
        "wagons",
        40.0,
        used={"before": 10.0, "after": 40.0},
        price={"before": 0.0, "after": 31.5},
    )
    return FlowMapData(
        title="The border closes",
        subtitle="A test of the map",
        headline=[("Served", "11,000 t/day"), ("Not served", "1,000 t/day")],
        links=[
            _link(
                "w-a",
                "w",
                "a",
                gauge_mm=1435,
                corridor="northern",
                length_km=560.0,
                hours=14.0,
                flows={
                    "before": _flow(container=8000.0, grain=500.0),
                    "after": _flow(container=2000.0),
                },
                capacities=[full],
                use={"before": 0.25, "after": 1.0},
                made="over OpenStreetMap tracks",
            ),
            _link(
                "a-b",
                "a",
                "b",
                gauge_mm=1520,
                corridor="northern",
                closed_in=("after",),
                flows={"before": _flow(container=8000.0)},
                capacities=[limit],
                use={"before": 0.75, "after": 0.0},
            ),
            _link(
                "b-m",
                "b",
                "m",
                corridor="northern",
                flows={"before": _flow(container=8000.0), "after": _flow(container=10.0)},
            ),
            _link("a-r", "a", "r", "road", flows={"after": _flow(container=2000.0)}),
            _link("r-m", "r", "m", "road", status="planned"),
            _link("m-e", "m", "e", "sea", corridor="ocean"),
        ],
        nodes=[
            MapNode(
                node_id,
                name,
                kind,
                "EE",
                lat,
                lon,
                unserved_from={"after": {"container": 1000.0}} if node_id == "m" else {},
                unserved_to={"after": {"container": 1000.0}} if node_id == "w" else {},
                sources=SOURCES[:1],
            )
            for node_id, (name, kind, lon, lat) in PLACES.items()
        ],
        states=STATES,
        cargo_labels={"container": "Containers", "grain": "Grain"},
        products={"container": "Dry goods", "grain": "Dry goods"},
        demands=[
            MapDemand(
                "m-w",
                "m",
                "w",
                "container",
                wanted={"before": 9000.0, "after": 9000.0},
                unserved={"after": 1000.0},
                rerouted=2000.0,
                added_hours=8.0,
            ),
            MapDemand("w-b", "w", "b", "grain", {"before": 500.0}, {"after": 40.0}),
        ],
        as_of="2025-09-12",
        notes=["Modelled, not observed."],
        focus=["w-a", "a-b", "b-m"],
        credits=CREDITS,
    )


def hostile() -> FlowMapData:
    """Build a map in which every text that can be given is an attack."""
    attack = " ".join(NASTY)
    links = [
        MapLink(
            f"{text}{index}",
            f"{text} link",
            f"{text} mode" if index else "rail",
            [(20.0 + index, 50.0), (22.0 + index, 54.0)],
            corridor=text,
            ends=(f"{text} start", f"{text} end"),
            closed_in=(attack,) if index % 2 else (),
            made=text,
            note=text,
            flows={
                attack: LinkFlow({text: 5000.0 + index, "grain": 3.0}, {text: 7.0}),
                "second": LinkFlow({text: 50.0}),
            },
            capacities=[MapCapacity(text, text, 10.0, {attack: 10.0}, {attack: 4.0})],
            use={attack: 1.0, "second": 0.1},
            sources=[MapSource(text, text, text, text)],
        )
        for index, text in enumerate(NASTY)
    ]
    nodes = [
        MapNode(
            f"{text}{index}",
            f"{text} place",
            text if index else "border",
            text,
            48.0 + index,
            18.0,
            unserved_from={attack: {text: 9.0}},
            unserved_to={attack: {text: 9.0}},
            note=text,
            sources=[MapSource(text, text, text, text)],
        )
        for index, text in enumerate(NASTY)
    ]
    return FlowMapData(
        title=attack,
        subtitle=attack,
        headline=[(attack, attack)],
        links=links,
        nodes=nodes,
        states=(attack, "second"),
        state_labels={attack: attack, "second": NASTY[1]},
        cargo_labels={NASTY[0]: attack},
        products=dict.fromkeys(NASTY, attack),
        demands=[
            MapDemand(
                f"{text} demand",
                f"{NASTY[0]}0",
                f"{text}{index}",
                text,
                {attack: 9.0},
                {attack: 9.0},
            )
            for index, text in enumerate(NASTY)
        ],
        as_of=attack,
        first_state=attack,
        notes=[attack],
        credits=[attack],
        lang='en"><script>window.hit=1</script>',
    )


def hostile_countries() -> dict[str, Any]:
    """Build a basemap whose countries are called by attacks."""
    features = [
        {**feature, "properties": {"iso2": "XX", "name": f"{NASTY[index]} land"}}
        for index, feature in enumerate(COUNTRIES["features"])
    ]
    return {"type": "FeatureCollection", "features": features}
