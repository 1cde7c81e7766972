"""What each observation is held against, or why it cannot be."""

from __future__ import annotations

from corridors.analysis.validation.observed_days import AT_THE_POSTS, BY_DAYS, POSTS
from corridors.analysis.validation.observed_reasons import NOT_MODELLED
from corridors.analysis.validation.observed_routes import BY_ROUTE
from corridors.analysis.validation.observed_steady import STEADY
from corridors.analysis.validation.wording import Asked

__all__ = ["AT_THE_POSTS", "MODELLED", "NOT_MODELLED", "POSTS", "Asked"]

MODELLED: dict[str, Asked] = BY_DAYS | STEADY | BY_ROUTE
"""Function and question by observation."""
