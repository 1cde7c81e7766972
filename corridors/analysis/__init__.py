"""Questions on top of the engine: what is lost, what still fits, what stops it."""

from corridors.analysis.criticality import criticality
from corridors.analysis.headroom import Headroom, headroom
from corridors.analysis.k_routes import k_routes
from corridors.analysis.min_cut import Cut, min_cut
from corridors.analysis.select_link import places_of, select_link
from corridors.analysis.sweep import sweep

__all__ = [
    "Cut",
    "Headroom",
    "criticality",
    "headroom",
    "k_routes",
    "min_cut",
    "places_of",
    "select_link",
    "sweep",
]
