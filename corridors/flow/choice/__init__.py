"""Route choice by path-size logit with hard limits and counts: arrays in, arrays out.

Cargo spreads over the routes of a set by their generalised cost; limits that bind
charge a price that reads as equilibrium waiting; counts pull where they were made.
"""

from corridors.flow.choice.certificate import ChoiceCertificate
from corridors.flow.choice.model import ChoiceModel, Counts
from corridors.flow.choice.routes import RouteSet
from corridors.flow.choice.solve import ChoiceAnswer, choose

__all__ = ["ChoiceAnswer", "ChoiceCertificate", "ChoiceModel", "Counts", "RouteSet", "choose"]
