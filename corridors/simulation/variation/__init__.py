"""Arrivals and service that vary: the queue expected of it, and seeded replications."""
