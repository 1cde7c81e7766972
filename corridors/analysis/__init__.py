"""Questions on top of the engine: what is lost, what still fits, what stops it."""
