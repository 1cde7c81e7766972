"""Shortest paths: trees, ties, pricing and the k shortest; compiled."""
