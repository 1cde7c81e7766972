"""The ways to ask: at a network, for a thing, for a family, together, again."""
