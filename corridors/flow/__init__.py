"""Multicommodity minimum-cost flow: arrays in, arrays out.

Knows nothing of places, files or tables, and can be used without the rest of
the package.
"""

from corridors.flow.answer import Answer, PriceRange, solve, solve_many
from corridors.flow.certificate import Certificate
from corridors.flow.problem import FlowProblem

__all__ = ["Answer", "Certificate", "FlowProblem", "PriceRange", "solve", "solve_many"]
