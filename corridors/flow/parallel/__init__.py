"""Parallel arcs that are alike: a wide arc in their place, and what it carries on each."""
