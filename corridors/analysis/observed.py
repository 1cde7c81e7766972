"""What each observation is held against, or why it cannot be."""

from __future__ import annotations

from corridors.analysis.asked import Asked
from corridors.analysis.observed_days import AT_THE_POSTS, BY_DAYS, POSTS
from corridors.analysis.observed_reasons import NOT_MODELLED
from corridors.analysis.observed_routes import BY_ROUTE
from corridors.analysis.observed_steady import STEADY

__all__ = ["AT_THE_POSTS", "MODELLED", "NOT_MODELLED", "POSTS", "Asked"]

MODELLED: dict[str, Asked] = BY_DAYS | STEADY | BY_ROUTE
"""Function and question by observation."""
