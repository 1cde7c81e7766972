"""OpenStreetMap, live: what it says about one link, and how that differs from the table."""

from corridors.exchange.osm.applying import apply_proposal
from corridors.exchange.osm.proposal import Proposal, propose
from corridors.exchange.osm.service import Service

__all__ = ["Proposal", "Service", "apply_proposal", "propose"]
