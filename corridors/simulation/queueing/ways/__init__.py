"""The ways that cargo takes, as arrays that grow, and the order of limits on them."""

from corridors.simulation.queueing.ways.route_book import RouteBook

__all__ = ["RouteBook"]
