"""Multicommodity minimum-cost flow: arrays in, arrays out.

Knows nothing of places, files or tables, and can be used without the rest of
the package.
"""

from corridors.flow.certificate import Certificate
from corridors.flow.problem import FlowProblem
from corridors.flow.shortest.contraction import Contracted, contract
from corridors.flow.solution import PriceRange
from corridors.flow.solve import Answer, solve, solve_many

__all__ = [
    "Answer",
    "Certificate",
    "Contracted",
    "FlowProblem",
    "PriceRange",
    "contract",
    "solve",
    "solve_many",
]
