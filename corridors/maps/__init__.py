"""Maps: one HTML file each, that needs no network and never changes between builds."""

from __future__ import annotations

from corridors.maps import plots
from corridors.maps.data import (
    FlowMapData,
    LinkFlow,
    MapCapacity,
    MapDemand,
    MapLink,
    MapNode,
    MapSource,
)
from corridors.maps.flowmap import FlowMap, build_flow_map

__all__ = [
    "FlowMap",
    "FlowMapData",
    "LinkFlow",
    "MapCapacity",
    "MapDemand",
    "MapLink",
    "MapNode",
    "MapSource",
    "build_flow_map",
    "plots",
]
